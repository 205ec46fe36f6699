//! A server under test: started in a directory of its own, watched, and ended whatever happens.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::time::ClockId;
use nix::unistd::Pid;

use crate::stop;

/// Nothing that is waited for takes this long.
const DEADLINE: Duration = Duration::from_mins(2);

/// How a server is started, again and again over the same files.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    /// The program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
    /// Its home, and where it runs.
    pub(crate) home: PathBuf,
}

/// A running server. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Recipe {
    /// Of the environment only the path is passed on.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear().env("HOME", &self.home).current_dir(&self.home);
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// Starts it and waits until it says that it listens: all say so in the same words.
    pub(crate) fn start(&self) -> anyhow::Result<Server> {
        let mut child = self.command().stderr(Stdio::piped()).spawn().with_context(|| {
            format!("{} cannot be started; .ci/setup installs it", self.program.display())
        })?;
        let stderr = child.stderr.take();
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        // From here on it is ended whatever happens.
        let mut server = Server { child, address: nowhere };
        let (say, said) = mpsc::sync_channel(1);
        let stderr = stderr.context("its stderr is a pipe")?;
        std::thread::spawn(move || listen(stderr, &say));
        let began = Instant::now();
        server.address = loop {
            stop::check()?;
            match said.recv_timeout(Duration::from_millis(200)) {
                Ok(address) => break address,
                Err(RecvTimeoutError::Timeout) if began.elapsed() < DEADLINE => {}
                Err(_) => bail!("it ended, or does not say where it listens"),
            }
        };
        Ok(server)
    }

    /// The bytes of all files in its home.
    pub(crate) fn file_bytes(&self) -> anyhow::Result<u64> {
        let (mut bytes, mut folders) = (0, vec![self.home.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let (about, path) =
                    entry.and_then(|entry| Ok((entry.metadata()?, entry.path())))?;
                if about.is_dir() {
                    folders.push(path);
                } else {
                    bytes += about.len();
                }
            }
        }
        Ok(bytes)
    }
}

/// Reads the log to its end, so that nobody waits for room in the pipe.
fn listen(stderr: ChildStderr, say: &SyncSender<SocketAddr>) {
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        let address = line.split_once("msg=\"Listening on\" address=").map(|(_, rest)| rest);
        let address = address.and_then(|rest| rest.split(' ').next()?.parse().ok());
        if let Some(address) = address {
            // Who does not wait any more does not need it.
            let _ = say.try_send(address);
        }
    }
}

impl Server {
    /// Memory that it holds, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<f64> {
        let kib: u32 = self.field("status", "VmRSS:")?.parse()?;
        Ok(f64::from(kib) * 1024.0)
    }

    /// Time that it has spent on processors, its own and the system's.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let clock = ClockId::pid_cpu_clock_id(Pid::from_raw(i32::try_from(self.child.id())?))?;
        Ok(Duration::from(clock.now()?))
    }

    /// What the line of this name says first, in this file that the system keeps of it.
    pub(crate) fn field(&self, file: &str, name: &str) -> anyhow::Result<String> {
        let path = Path::new("/proc").join(self.child.id().to_string()).join(file);
        let text = std::fs::read_to_string(&path)?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let word = line.and_then(|line| line.split_whitespace().next());
        Ok(word.with_context(|| format!("no {name} in {}", path.display()))?.to_owned())
    }

    /// Ends it as `kill -9` does, and waits until it has gone.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `asked` says yes.
pub(crate) fn until(mut asked: impl FnMut() -> bool) -> anyhow::Result<()> {
    let began = Instant::now();
    while !asked() {
        if began.elapsed() > DEADLINE {
            bail!("it does not answer");
        }
        stop::pause(Duration::from_millis(1))?;
    }
    Ok(())
}
