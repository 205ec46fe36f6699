//! The real program: in directories of its own, started as a service, asked over HTTP.

use std::ffi::OsString;
use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::CommandBuilder;
use reqwest::redirect::Policy;

/// Nothing that is waited for takes this long on the slowest machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// So many rounds as `usual`, as often as `WATCHBELL_ROUNDS` says; once, where it says nothing. For
/// what could go on for ever.
pub(crate) fn rounds(usual: u32) -> u32 {
    #[expect(clippy::disallowed_methods, reason = "tests have no command line of their own")]
    let times = std::env::var("WATCHBELL_ROUNDS").map_or(1, |times| {
        times.parse::<u32>().unwrap_or_else(|_| panic!("WATCHBELL_ROUNDS={times} is no number"))
    });
    usual * times.max(1)
}

/// Directories that no other watchbell has, as a home. Removed when dropped.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    environment: Vec<(&'static str, OsString)>,
    /// As whom the program runs, where it is not who runs the tests.
    user: Option<u32>,
    program: PathBuf,
}

/// What a verb said and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_watchbell"));
        Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new(), user: None, program }
    }

    /// Gives it, and a program of its own, to another user. Only root can.
    pub(crate) fn of(mut self, user: u32) -> Self {
        // Others need not reach the one that was built.
        let program = self.path().join("watchbell");
        std::fs::copy(&self.program, &program).unwrap();
        std::fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        self.program = program;
        let known = [".", ".config", ".config/watchbell", ".config/watchbell/watchbell.toml"];
        for place in known.map(|place| self.path().join(place)) {
            if place.exists() {
                std::os::unix::fs::chown(place, Some(user), None).unwrap();
            }
        }
        self.user = Some(user);
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The directory of data file and socket.
    pub(crate) fn data(&self) -> PathBuf {
        self.path().join(".local/share/watchbell")
    }

    /// Adds a variable to the environment of the program.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<OsString>) -> &mut Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Writes `watchbell.toml` where it is looked for.
    pub(crate) fn configure(&self, text: &str) -> &Self {
        let folder = self.path().join(".config/watchbell");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("watchbell.toml"), text).unwrap();
        self
    }

    /// The program with this home and, but for what was set, nothing else in its environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).env_clear().env("HOME", self.path()).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(user) = self.user {
            command.uid(user);
        }
        command
    }

    /// The program with a screen, for a terminal with these variables.
    pub(crate) fn in_terminal(&self, variables: &[(&str, &str)]) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_watchbell"));
        command.args(["--listen", "127.0.0.1:0"]);
        command.env_clear();
        command.env("HOME", self.path());
        for (name, value) in
            [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")].iter().chain(variables)
        {
            command.env(name, value);
        }
        command
    }

    /// What was logged while a screen was shown.
    pub(crate) fn log(&self) -> String {
        let folder = self.path().join(".local/state/watchbell");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        said(self.command(args))
    }

    /// Makes a token and gives its secret.
    pub(crate) fn token(&self, name: &str, scopes: &str) -> String {
        let said = self.run(&["token", "create", name, "--scope", scopes]);
        assert_eq!(said.code, Some(0), "{said:?}");
        said.stdout.trim_end().to_owned()
    }

    /// `text` with this home's path written as `HOME`, for comparing.
    pub(crate) fn neutral(&self, text: &str) -> String {
        text.replace(self.path().to_str().unwrap(), "HOME")
    }
}

/// Runs `command` to its end.
pub(crate) fn said(mut command: Command) -> Said {
    let name = command.get_program().to_owned();
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", name.display()));
    Said {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running `watchbell serve` on a port of its own. Killed when dropped.
pub(crate) struct Service {
    child: Child,
    log: Arc<Log>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

#[derive(Default)]
struct Log {
    lines: Mutex<Lines>,
    news: Condvar,
}

#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    ended: bool,
}

impl Service {
    /// Starts it in `home` and waits until it listens.
    pub(crate) fn start(home: &Home) -> Self {
        let mut service = Self::starting(home);
        let line = service.logs("msg=\"Listening on\"");
        let address = line.split("address=").nth(1).unwrap();
        service.address = address.split(' ').next().unwrap().parse().unwrap();
        service
    }

    /// Starts it in `home`. Its address is not known yet.
    pub(crate) fn starting(home: &Home) -> Self {
        let mut child = home
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Log::default());
        let reading = Arc::clone(&log);
        let stderr = child.stderr.take().unwrap();
        std::thread::spawn(move || reading.read(stderr));
        Self { child, log, address: ([127, 0, 0, 1], 0).into() }
    }

    /// Waits for a line of the log that contains `text`.
    pub(crate) fn logs(&self, text: &str) -> String {
        let lines = self.log.lines.lock().unwrap();
        let found = |lines: &Lines| lines.lines.iter().find(|line| line.contains(text)).cloned();
        let waiting = |lines: &mut Lines| found(lines).is_none() && !lines.ended;
        let waited = self.log.news.wait_timeout_while(lines, DEADLINE, waiting);
        let (lines, _) = waited.unwrap();
        found(&lines)
            .unwrap_or_else(|| panic!("no {text:?} in the log:\n{}", lines.lines.join("\n")))
    }

    /// All lines of the log by now.
    pub(crate) fn log_so_far(&self) -> String {
        self.log.lines.lock().unwrap().lines.join("\n")
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where `path` is found.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Ends it as a power cut would: without a word.
    pub(crate) fn crash(self) {
        self.signal(Signal::SIGKILL);
        self.ended();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Log {
    fn read(&self, stderr: ChildStderr) {
        for line in BufReader::new(stderr).lines() {
            let Ok(line) = line else { break };
            self.lines.lock().unwrap().lines.push(line);
            self.news.notify_all();
        }
        self.lines.lock().unwrap().ended = true;
        self.news.notify_all();
    }
}

/// A client for the service, which trusts no proxy of the environment and goes nowhere else.
pub(crate) fn http() -> reqwest::Client {
    // Whichever test comes first installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}
