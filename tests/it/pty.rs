//! A real terminal: a program in a pty, its bytes read into a screen of a given size, as fast as
//! they come, slowly, or for a while not at all.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Nothing that is waited for takes this long on the slowest machine.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long a person waits before they press a key again.
const AGAIN: Duration = Duration::from_millis(100);
/// How often it is looked whether a program has ended whose terminal nobody reads.
const LOOK: Duration = Duration::from_millis(20);

/// How fast the terminal is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As fast as the bytes come.
    Free,
    /// Like a line that carries so many bytes a second.
    Limited(u32),
    /// Not at all: the far end of the line has fallen silent.
    Stopped,
}

/// What a program asks when it wants to know what the terminal draws on and what it is.
const GROUND_QUESTION: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";

/// What a terminal says when it is asked for its background: nothing of it, as most of these.
pub(crate) const UNTOLD: &str = "\x1b[?62c";

/// A program and the terminal it runs in. The program is killed when this is dropped.
pub(crate) struct Terminal {
    line: Option<Line>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<Shared>,
}

/// Our end of the terminal: it is there as long as any of this is.
struct Line {
    master: Box<dyn MasterPty + Send>,
    keyboard: Keyboard,
    reading: JoinHandle<()>,
}

/// What types: a person, and the terminal when it answers.
type Keyboard = Arc<Mutex<Box<dyn Write + Send>>>;

struct Shared {
    seen: Mutex<Seen>,
    news: Condvar,
}

struct Seen {
    screen: vt100::Parser,
    /// What each read brought, as far as it went: about one frame each.
    reads: Vec<Vec<u8>>,
    ended: bool,
    pace: Pace,
    /// Whether the terminal is about to be closed.
    closing: bool,
}

impl Terminal {
    /// Starts `command` in a terminal of `rows` by `columns`.
    pub(crate) fn start(command: CommandBuilder, rows: u16, columns: u16) -> Self {
        Self::answering(UNTOLD, command, rows, columns)
    }

    /// Starts `command` in a terminal that says `answer` when it is asked for its background.
    pub(crate) fn answering(
        answer: &'static str,
        command: CommandBuilder,
        rows: u16,
        columns: u16,
    ) -> Self {
        let pty = native_pty_system().openpty(size(rows, columns)).unwrap();
        let child = pty.slave.spawn_command(command).unwrap();
        let reader = pty.master.try_clone_reader().unwrap();
        let keyboard: Keyboard = Arc::new(Mutex::new(pty.master.take_writer().unwrap()));
        let screen = vt100::Parser::new(nonzero(rows), nonzero(columns), 0);
        let seen = Mutex::new(Seen {
            screen,
            reads: Vec::new(),
            ended: false,
            pace: Pace::Free,
            closing: false,
        });
        let shared = Arc::new(Shared { seen, news: Condvar::new() });
        let (reading, writer) = (Arc::clone(&shared), Arc::clone(&keyboard));
        let answer = move || write(&writer, answer);
        let reading = std::thread::spawn(move || read(reader, &reading, answer));
        let line = Some(Line { master: pty.master, keyboard, reading });
        Self { line, child, shared }
    }

    /// Closes the terminal, as a person closes its window. The program must have a screen.
    pub(crate) fn close(&mut self) {
        self.shared.seen.lock().unwrap().closing = true;
        self.read_at(Pace::Free);
        let Some(line) = self.line.take() else { return };
        // Whoever reads has an end of its own, and leaves with the next frame.
        line.master.resize(size(30, 100)).unwrap();
        line.reading.join().unwrap();
    }

    fn line(&mut self) -> &mut Line {
        self.line.as_mut().expect("the terminal is open")
    }

    /// Reads at this pace from now on. What is being read while it stops is still read.
    pub(crate) fn read_at(&self, pace: Pace) {
        // Also after a wait in vain, which leaves the lock poisoned.
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner).pace = pace;
        self.shared.news.notify_all();
    }

    /// Types the pieces, each this long after the one before.
    pub(crate) fn keys_apart<'a>(
        &mut self,
        pieces: impl IntoIterator<Item = &'a str>,
        apart: Duration,
    ) {
        for piece in pieces {
            self.keys(piece);
            self.passes(apart);
        }
    }

    /// Lets this much time pass, whatever is written meanwhile.
    fn passes(&self, span: Duration) {
        let seen = self.shared.seen.lock().unwrap();
        drop(self.shared.news.wait_timeout_while(seen, span, |_| true).unwrap());
    }

    /// Types. Control keys as their bytes: `\x1b` is escape, `\r` enter.
    pub(crate) fn keys(&mut self, keys: &str) {
        write(&self.line().keyboard, keys);
    }

    /// Presses a key again and again until the screen is as wanted: a question takes no answer
    /// before it could be read. For keys that do nothing where they are not asked for.
    pub(crate) fn insist(&mut self, key: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        let waiting = |seen: &mut Seen| !seen.ended && !wanted(seen.screen.screen());
        loop {
            self.keys(key);
            let seen = self.shared.seen.lock().unwrap();
            let (seen, again) = self.shared.news.wait_timeout_while(seen, AGAIN, waiting).unwrap();
            if !again.timed_out() {
                return;
            }
            let screen = seen.screen.screen().contents();
            assert!(Instant::now() < deadline, "{key:?} was pressed in vain:\n{screen}");
        }
    }

    /// Changes the size of the terminal, which tells the program.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let mut seen = self.shared.seen.lock().unwrap();
        seen.screen.screen_mut().set_size(nonzero(rows), nonzero(columns));
        drop(seen);
        let line = self.line.as_ref().expect("the terminal is open");
        line.master.resize(size(rows, columns)).unwrap();
    }

    /// The screen now, with how every cell looks.
    pub(crate) fn cells(&self) -> vt100::Screen {
        self.shared.seen.lock().unwrap().screen.screen().clone()
    }

    /// Whether the program is on the alternate screen, or has given the terminal back.
    pub(crate) fn is_on_alternate_screen(&self) -> bool {
        self.shared.seen.lock().unwrap().screen.screen().alternate_screen()
    }

    /// Waits until `text` is on the screen.
    pub(crate) fn shows(&self, text: &str) -> String {
        self.wait(&format!("the screen shows {text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the program has given the terminal back.
    pub(crate) fn is_given_back(&self) {
        let seen = self.shared.seen.lock().unwrap();
        let waiting = |seen: &mut Seen| !seen.ended && seen.screen.screen().alternate_screen();
        let (seen, _) = self.shared.news.wait_timeout_while(seen, DEADLINE, waiting).unwrap();
        assert!(!seen.screen.screen().alternate_screen(), "the terminal is not given back");
    }

    /// Waits until a console says where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let after = |screen: &str| screen.split("serving ").nth(1).map(str::to_owned);
        let address = |screen: &str| after(screen)?.split_whitespace().next()?.parse().ok();
        let screen = self.wait("it says where it listens", |screen| address(screen).is_some());
        address(&screen).unwrap()
    }

    /// The program's end of the terminal, as others have it who write to the same one.
    pub(crate) fn theirs(&self) -> File {
        let line = self.line.as_ref().expect("the terminal is open");
        let name = line.master.tty_name().expect("a terminal has a name");
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits());
        options.open(name).unwrap()
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let seen = self.shared.seen.lock().unwrap();
        let waiting = |seen: &mut Seen| !seen.ended && !wanted(&seen.screen.screen().contents());
        let (seen, _) = self.shared.news.wait_timeout_while(seen, DEADLINE, waiting).unwrap();
        let screen = seen.screen.screen().contents();
        assert!(wanted(&screen), "waited in vain until {what}; the screen is\n{screen}");
        screen
    }

    /// How much was read so far: what `read_since` counts from.
    pub(crate) fn mark(&self) -> usize {
        self.shared.seen.lock().unwrap().reads.len()
    }

    /// What each read brought since `mark`.
    pub(crate) fn reads_since(&self, mark: usize) -> Vec<Vec<u8>> {
        self.shared.seen.lock().unwrap().reads[mark..].to_vec()
    }

    /// Waits until something is written after `mark`; gives the first read.
    pub(crate) fn next_read(&self, mark: usize) -> Vec<u8> {
        let seen = self.shared.seen.lock().unwrap();
        let waiting = |seen: &mut Seen| !seen.ended && seen.reads.len() <= mark;
        let (seen, _) = self.shared.news.wait_timeout_while(seen, DEADLINE, waiting).unwrap();
        seen.reads.get(mark).expect("something is written").clone()
    }

    /// Watches for `span`; gives what was written in that time.
    pub(crate) fn written_within(&self, span: Duration) -> Vec<u8> {
        let mark = self.mark();
        let seen = self.shared.seen.lock().unwrap();
        let waiting = |seen: &mut Seen| seen.reads.len() == mark;
        let (seen, _) = self.shared.news.wait_timeout_while(seen, span, waiting).unwrap();
        seen.reads[mark..].concat()
    }

    /// Waits until nothing was written for `span`.
    pub(crate) fn rests(&self, span: Duration) {
        while !self.written_within(span).is_empty() {}
    }

    /// The program's process.
    pub(crate) fn pid(&self) -> i32 {
        self.child.process_id().unwrap().try_into().unwrap()
    }

    /// Waits until the program has ended and everything it wrote is read.
    pub(crate) fn ends(&mut self) -> (ExitStatus, String) {
        let seen = self.shared.seen.lock().unwrap();
        let waiting = |seen: &mut Seen| !seen.ended;
        let (seen, late) = self.shared.news.wait_timeout_while(seen, DEADLINE, waiting).unwrap();
        let screen = seen.screen.screen().contents();
        assert!(!late.timed_out(), "the program did not end; the screen is\n{screen}");
        drop(seen);
        (self.child.wait().unwrap(), screen)
    }

    /// Waits until a program has ended whose terminal was closed, or is not read.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the program did not end");
            self.passes(LOOK);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.read_at(Pace::Free);
        // Hanging up, which is how a pty's child is usually ended, only ends its screen.
        if let Ok(None) = self.child.try_wait() {
            let _ = kill(Pid::from_raw(self.pid()), Signal::SIGKILL);
        }
        let _ = self.child.wait();
    }
}

fn write(keyboard: &Keyboard, keys: &str) {
    let mut keyboard = keyboard.lock().unwrap();
    keyboard.write_all(keys.as_bytes()).unwrap();
    keyboard.flush().unwrap();
}

fn read(mut reader: Box<dyn Read + Send>, shared: &Shared, answer: impl Fn()) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let seen = shared.seen.lock().unwrap();
        let stopped = |seen: &mut Seen| seen.pace == Pace::Stopped;
        let pace = shared.news.wait_while(seen, stopped).unwrap().pace;
        let room = match pace {
            // A tenth of a second at a time, so that the line is slow and does not stutter.
            Pace::Limited(rate) => usize::try_from(rate / 10).unwrap().clamp(1, buffer.len()),
            Pace::Free | Pace::Stopped => buffer.len(),
        };
        let read = reader.read(&mut buffer[..room]).unwrap_or(0);
        let mut seen = shared.seen.lock().unwrap();
        if read == 0 {
            seen.ended = true;
            drop(seen);
            shared.news.notify_all();
            return;
        }
        let asked = GROUND_QUESTION;
        if buffer[..read].windows(asked.len()).any(|bytes| bytes == asked) {
            answer();
        }
        seen.screen.process(&buffer[..read]);
        seen.reads.push(buffer[..read].to_vec());
        let closing = seen.closing;
        shared.news.notify_all();
        if closing {
            return;
        }
        if let Pace::Limited(rate) = pace {
            let carried = Duration::from_secs(u64::try_from(read).unwrap()) / rate;
            let slow = |seen: &mut Seen| seen.pace == pace;
            drop(shared.news.wait_timeout_while(seen, carried, slow).unwrap());
        }
    }
}

fn size(rows: u16, columns: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn nonzero(count: u16) -> std::num::NonZeroU16 {
    count.try_into().unwrap()
}
