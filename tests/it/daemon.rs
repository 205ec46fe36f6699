//! Programs of others, started by tests: on free ports of loopback, with files of their own, and
//! killed when dropped. Knows nothing of watchbell.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::{Said, said};

/// Nothing that is waited for takes this long on the slowest machine.
const DEADLINE: Duration = Duration::from_mins(1);

/// The one route that watchbell has, as a configuration of Alertmanager.
pub(crate) const ONE_ROUTE: &str =
    "{route: {receiver: default, group_by: [alertname]}, receivers: [{name: default}]}";

const SETUP: &str = "run .ci/setup, which installs what tests need";

/// A program that runs and listens.
pub(crate) struct Daemon {
    child: Child,
    /// Where it listens.
    pub(crate) address: String,
}

impl Daemon {
    /// A real Alertmanager of this configuration, which keeps its files in `folder`. It is the
    /// only one of its cluster.
    pub(crate) fn alertmanager(folder: &Path, configuration: &str) -> Self {
        Self::alertmanager_with(folder, configuration, &[])
    }

    /// The same with more flags.
    pub(crate) fn alertmanager_with(folder: &Path, configuration: &str, flags: &[&str]) -> Self {
        let file = folder.join("alertmanager.yml");
        std::fs::write(&file, configuration).unwrap();
        Self::start(
            Command::new("prometheus-alertmanager")
                .arg(format!("--config.file={}", file.display()))
                .arg(format!("--storage.path={}", folder.join("alertmanager").display()))
                .args(["--web.listen-address=127.0.0.1:0", "--cluster.settle-timeout=0s"])
                .arg("--cluster.listen-address=127.0.0.1:0")
                .args(flags),
        )
    }

    /// A real Prometheus of this configuration, which keeps its files in `folder`. If it evaluates
    /// each second it sends what fires again every other second, as firing for 7.6 s more.
    pub(crate) fn prometheus(folder: &Path, configuration: &str) -> Self {
        let file = folder.join("prometheus.yml");
        std::fs::write(&file, configuration).unwrap();
        Self::start(
            Command::new("prometheus")
                .arg(format!("--config.file={}", file.display()))
                .arg(format!("--storage.tsdb.path={}", folder.join("prometheus").display()))
                .args(["--web.listen-address=127.0.0.1:0", "--rules.alert.resend-delay=1900ms"])
                .arg("--web.external-url=http://prometheus.example.org/"),
        )
    }

    fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; {SETUP}", name.display()));
        let address = listening_on(child.stderr.take().unwrap());
        Self { child, address }
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn ends(mut self) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), Signal::SIGTERM).unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs Debian's amtool to its end: it speaks with `host`, which may have a user and a password
/// before it, and has no settings but `args`.
pub(crate) fn amtool(host: &str, args: &[&str]) -> Said {
    let mut command = Command::new("amtool");
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("TZ", "UTC").stdin(Stdio::null());
    command.arg(format!("--alertmanager.url=http://{host}")).args(args);
    said(command)
}

/// The address it says that it listens on. What it says later is read and thrown away.
fn listening_on(stderr: ChildStderr) -> String {
    let (say, said) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let mut all = String::new();
        let mut say = Some(say);
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let Some(teller) = &say else { continue };
            all = all + &line + "\n";
            if let Some((_, address)) = line.split_once("msg=\"Listening on\" address=") {
                // Whoever waited may have given up.
                let _ = teller.send(Ok(address.to_owned()));
                say = None;
            }
        }
        if let Some(teller) = say {
            let _ = teller.send(Err(all));
        }
    });
    let said = said.recv_timeout(DEADLINE).expect("it says where it listens");
    said.unwrap_or_else(|all| panic!("it ended before it listened:\n{all}"))
}
