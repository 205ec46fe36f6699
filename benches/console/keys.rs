//! Keys through a real terminal: the real program with its store and its listener in a pty, alerts
//! coming in over HTTP meanwhile. A key is answered when the byte of the moved cursor can be read.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

use crate::spread::Spread;

/// Nothing that is waited for takes this long.
const DEADLINE: Duration = Duration::from_mins(5);
/// Alerts that come in each second while keys are pressed, and so many in each post.
const RATE: u32 = 1_000;
const BATCH: u32 = 10;
/// Alerts of one post before that.
const FILL: usize = 500;
/// Time between keys: longer than a frame of changes, so that none waits for the one before.
const APART: Duration = Duration::from_millis(53);

/// What a program asks when it begins, and what a terminal says that is one and no more.
const QUESTION: &[u8] = b"\x1b[c";
const ANSWER: &[u8] = b"\x1b[?62c";

/// What was read from the terminal.
#[derive(Debug, Default)]
struct Seen {
    bytes: Mutex<Vec<u8>>,
    news: Condvar,
}

impl Seen {
    /// Waits until what was read answers the question; says what.
    fn wait<T>(&self, within: Duration, ask: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + within;
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(answer) = ask(&bytes) {
                return Some(answer);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            let waited = self.news.wait_timeout(bytes, left);
            bytes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn forget(&self) {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What types: a person, and the terminal when it answers.
type Keyboard = Arc<Mutex<Box<dyn Write + Send>>>;

/// The program in a terminal. Killed when dropped.
struct Program {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Keyboard,
    seen: Arc<Seen>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn press(&mut self, keys: &[u8]) -> anyhow::Result<()> {
        Ok(write(&self.keyboard, keys)?)
    }
}

/// Measures with so many alerts, and prints a line.
pub(crate) fn measure(watchbell: &Path, alerts: usize, samples: usize) -> anyhow::Result<()> {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let said = Command::new(watchbell)
        .args(["token", "create", "load", "--scope", "ingest"])
        .env_clear()
        .env("HOME", home.path())
        .output()?;
    if !said.status.success() {
        bail!("no token: {}", String::from_utf8_lossy(&said.stderr));
    }
    let secret = String::from_utf8(said.stdout)?.trim_end().to_owned();
    let mut program = start(watchbell, home.path())?;
    let address =
        program.seen.wait(DEADLINE, address).context("it does not say where it listens")?;
    let mut posts = Posts { address, secret, sent: 0 };
    while posts.sent < alerts {
        posts.post(FILL.min(alerts - posts.sent))?;
    }
    // The list is there, has settled, and stands still.
    program.press(b"G")?;
    pause(&program.seen, Duration::from_secs(3));
    program.press(b"k")?;
    pause(&program.seen, Duration::from_secs(1));
    let quiet = keys(&mut program, samples)?;
    let (loud, rate) = under_load(&mut program, posts, samples)?;
    println!("\nA key until its frame can be read, 120x40, a pty, ms: p50 / p99 / longest\n");
    println!("| alerts | at rest | while alerts come in | alerts a second |");
    println!("|---:|---|---|---:|");
    println!("| {alerts} | {quiet} | {loud} | {rate} |");
    Ok(())
}

fn under_load(
    program: &mut Program,
    mut posts: Posts,
    samples: usize,
) -> anyhow::Result<(Spread, u64)> {
    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let (told, counted) = (Arc::clone(&stop), Arc::clone(&sent));
    let seen = Arc::new(Seen::default());
    let sender = std::thread::spawn(move || -> anyhow::Result<()> {
        let begun = Instant::now();
        for batch in 0_u32.. {
            if told.load(Ordering::Relaxed) {
                break;
            }
            posts.post(BATCH as usize)?;
            counted.fetch_add(BATCH, Ordering::Relaxed);
            // Who has fallen behind does not wait.
            let due = Duration::from_secs(1) / (RATE / BATCH) * (batch + 1);
            pause(&seen, due.saturating_sub(begun.elapsed()));
        }
        Ok(())
    });
    let begun = Instant::now();
    let loud = keys(program, samples);
    let took = begun.elapsed().as_secs().max(1);
    stop.store(true, Ordering::Relaxed);
    sender.join().ok().context("whoever sends has panicked")??;
    Ok((loud?, u64::from(sent.load(Ordering::Relaxed)) / took))
}

/// Presses `k` and `j` by turns; the mark of the cursor is written where it goes.
fn keys(program: &mut Program, samples: usize) -> anyhow::Result<Spread> {
    let mut spread = Spread::default();
    for key in [b"k", b"j"].into_iter().cycle().take(samples) {
        program.seen.forget();
        let begun = Instant::now();
        program.press(key)?;
        let moved = |bytes: &[u8]| has(bytes, "▌".as_bytes()).then(|| begun.elapsed());
        let took = program.seen.wait(Duration::from_secs(10), moved);
        spread.add(took.context("a key was not answered")?);
        pause(&program.seen, APART);
    }
    Ok(spread)
}

/// Lets this much time pass.
fn pause(seen: &Seen, span: Duration) {
    let _: Option<()> = seen.wait(span, |_| None);
}

fn start(watchbell: &Path, home: &Path) -> anyhow::Result<Program> {
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size)?;
    let mut command = CommandBuilder::new(watchbell);
    command.args(["--listen", "127.0.0.1:0"]);
    command.env_clear();
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
        command.env(name, value);
    }
    command.env("HOME", home);
    let child = pty.slave.spawn_command(command)?;
    let mut reader = pty.master.try_clone_reader()?;
    let keyboard: Keyboard = Arc::new(Mutex::new(pty.master.take_writer()?));
    let answers = Arc::clone(&keyboard);
    let seen = Arc::new(Seen::default());
    let reading = Arc::clone(&seen);
    std::thread::spawn(move || {
        // Our end stays open as long as it is read.
        let _master = pty.master;
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = reader.read(&mut buffer) {
            if buffer.get(..read).is_some_and(|read| has(read, QUESTION)) {
                // Who has ended needs no answer.
                let _ = write(&answers, ANSWER);
            }
            let mut bytes = reading.bytes.lock().unwrap_or_else(PoisonError::into_inner);
            bytes.extend(buffer.iter().take(read));
            drop(bytes);
            reading.news.notify_all();
        }
    });
    Ok(Program { child, keyboard, seen })
}

fn write(keyboard: &Keyboard, keys: &[u8]) -> std::io::Result<()> {
    let mut keyboard = keyboard.lock().unwrap_or_else(PoisonError::into_inner);
    keyboard.write_all(keys)?;
    keyboard.flush()
}

/// Where a console says that it listens.
fn address(bytes: &[u8]) -> Option<SocketAddr> {
    // The spaces before it are no bytes: the cursor is moved over them.
    let text = String::from_utf8_lossy(bytes);
    let (_, rest) = text.split_once("127.0.0.1:")?;
    let end = rest.find(|character: char| !character.is_ascii_digit())?;
    let port = rest.get(..end)?.parse().ok()?;
    Some(SocketAddr::from(([127, 0, 0, 1], port)))
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|part| part == wanted)
}

/// What is posted next.
struct Posts {
    address: SocketAddr,
    secret: String,
    sent: usize,
}

impl Posts {
    /// Posts so many new alerts on a connection of their own, and waits for the answer.
    fn post(&mut self, count: usize) -> anyhow::Result<()> {
        let alerts: Vec<String> = (self.sent..self.sent + count).map(alert).collect();
        self.sent += count;
        let body = format!("{{\"alerts\":[{}]}}", alerts.join(","));
        let request = format!(
            "POST /api/v1/alert HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.secret,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let first = answer.lines().next().unwrap_or_default();
        if !first.contains(" 200 ") {
            bail!("a post was answered: {first}");
        }
        Ok(())
    }
}

fn alert(number: usize) -> String {
    let severity = if number.is_multiple_of(3) { "warning" } else { "critical" };
    format!(
        "{{\"fingerprint\":\"n{number}\",\"status\":\"firing\",\"severity\":\"{severity}\",\
         \"service\":\"default\",\
         \"title\":\"RequestLatencyTooHigh on node-{number:06}\",\
         \"labels\":{{\"instance\":\"node-{number:06}.example.org:9100\",\"job\":\"api-server\"}}}}"
    )
}
