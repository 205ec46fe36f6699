//! A server under test: started in a directory of its own, watched, and ended whatever happens.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::sync::oneshot;

/// Nothing that is waited for takes this long.
const DEADLINE: Duration = Duration::from_mins(1);

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

    /// Starts it and waits until it says that it listens: both say so in the same words.
    pub(crate) async fn start(&self) -> anyhow::Result<Server> {
        let mut child = self.command().stderr(Stdio::piped()).spawn().with_context(|| {
            format!("{} cannot be started; .ci/setup installs it", self.program.display())
        })?;
        let stderr = child.stderr.take();
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        // From here on it is ended whatever happens.
        let mut server = Server { child, address: nowhere };
        let (say, said) = oneshot::channel();
        let stderr = stderr.context("its stderr is a pipe")?;
        std::thread::spawn(move || listen(stderr, say));
        let address = tokio::time::timeout(DEADLINE, said).await;
        server.address = address.context("it does not say where it listens")??;
        Ok(server)
    }
}

/// Reads the log to its end, so that nobody waits for room in the pipe.
fn listen(stderr: ChildStderr, say: oneshot::Sender<SocketAddr>) {
    let mut say = Some(say);
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        let address = line.split_once("msg=\"Listening on\" address=").map(|(_, rest)| rest);
        let address = address.and_then(|rest| rest.split(' ').next()?.parse().ok());
        if let Some((address, say)) = address.and_then(|address| Some((address, say.take()?))) {
            // Who does not wait any more does not need it.
            let _ = say.send(address);
        }
    }
}

impl Server {
    /// Memory that it holds, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(self.proc("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        let kib: u32 = kib.context("no VmRSS in its status")?.parse()?;
        Ok(f64::from(kib) * 1024.0)
    }

    /// Time that it has spent on processors.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        // USER_HZ is 100 on every Linux there is.
        const TICK: Duration = Duration::from_millis(10);
        let stat = std::fs::read_to_string(self.proc("stat"))?;
        // Its name may contain anything, but stands in the only parentheses that end here.
        let (_, fields) = stat.rsplit_once(')').context("an odd stat")?;
        let ticks = |place: usize| fields.split_whitespace().nth(place).map(str::parse::<u32>);
        match (ticks(11), ticks(12)) {
            (Some(Ok(user)), Some(Ok(system))) => Ok(TICK * (user + system)),
            _ => bail!("no times in its stat"),
        }
    }

    fn proc(&self, file: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(file)
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

/// Waits until `asked` says yes; says how long that took.
pub(crate) async fn until<F: Future<Output = bool>>(
    mut asked: impl FnMut() -> F,
) -> anyhow::Result<Duration> {
    const PAUSE: Duration = Duration::from_millis(1);
    let began = Instant::now();
    while !asked().await {
        if began.elapsed() > DEADLINE {
            bail!("it does not answer");
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(began.elapsed())
}
