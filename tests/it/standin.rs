//! `watchbell alertmanager`: started as Alertmanager is, asked by Debian's amtool.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::daemon::{ONE_ROUTE, amtool};
use crate::support::Home;

/// A watchbell in the place of Alertmanager. Killed when dropped.
pub(crate) struct StandIn {
    child: Child,
    pub(crate) address: String,
    log: Vec<String>,
}

impl StandIn {
    pub(crate) fn start(home: &Home, flags: &[&str]) -> Self {
        std::fs::write(home.path().join("alertmanager.yml"), ONE_ROUTE).unwrap();
        let words: Vec<&str> = ["alertmanager"].iter().chain(flags).copied().collect();
        let mut command = home.command(&words);
        command.current_dir(home.path()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut log = Vec::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.by_ref().find_map(|line| {
            log.push(line.clone());
            Some(line.split_once("msg=\"Listening on\" address=")?.1.to_owned())
        });
        // What it says later must find a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let address = address.unwrap_or_else(|| panic!("it ended: {log:?}"));
        Self { child, address, log }
    }

    fn ends(mut self) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), Signal::SIGTERM).unwrap();
        assert!(self.child.wait().unwrap().success(), "it ends in order");
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn amtool_finds_after_a_restart_what_it_added_and_the_log_says_what_is_not_followed() {
    let home = Home::new();
    let ways: [&[&str]; 2] = [
        &[
            "--config.file=alertmanager.yml",
            "--storage.path=data/",
            "--web.listen-address=127.0.0.1:0",
            "--cluster.listen-address=",
            "--log.level=debug",
        ],
        &[
            "-config.file",
            "alertmanager.yml",
            "-storage.path",
            "data/",
            "-web.listen-address",
            "localhost:0",
            "-cluster.listen-address",
            "127.0.0.1:9094",
        ],
    ];
    for (at, flags) in ways.iter().enumerate() {
        let there = StandIn::start(&home, flags);
        let log = there.log.join("\n");
        let unfollowed = ["receivers, route", "receivers, route, --cluster.listen-address"][at];
        let line = format!("parts=\"{unfollowed}\"");
        assert!(log.contains(&line), "{line} in {log}");
        if at == 0 {
            let said = amtool(&there.address, &["alert", "add", "Disk", "severity=critical"]);
            assert_eq!(said.code, Some(0), "{said:?}");
        }
        let said = amtool(&there.address, &["alert", "query", "Disk"]);
        assert!(said.stdout.contains("Disk"), "{said:?}");
        there.ends();
    }
    assert!(home.path().join("data/watchbell.redb").exists());
}

#[test]
fn what_alertmanager_would_refuse_and_what_would_open_it_to_all_is_refused_in_one_sentence() {
    let home = Home::new();
    let (missing, words) = (home.path().join("missing.yml"), home.path().join("words.yml"));
    std::fs::write(&words, "just words\n").unwrap();
    let missing = format!("--config.file={}", missing.display());
    let words = format!("--config.file={}", words.display());
    let given = home.path().join("alertmanager.yml");
    std::fs::write(&given, ONE_ROUTE).unwrap();
    let given = format!("--config.file={}", given.display());
    let cases: [&[&str]; 9] = [
        &[&missing],
        &[&words],
        &["--web.listen-address=0.0.0.0:9093"],
        &["--data", "here"],
        &["--no.such-flag"],
        &[&given, "--web.external-url=ftp://watch.example.org/"],
        &[&given, "--web.route-prefix=/a b"],
        &["--web.timeout=5"],
        &["--web.get-concurrency=many"],
    ];
    let mut told = String::new();
    for flags in cases {
        let words: Vec<&str> = ["alertmanager"].iter().chain(flags).copied().collect();
        let said = home.run(&words);
        assert_ne!(said.code, Some(0), "{said:?}");
        let first = said.stderr.lines().next().unwrap_or_default();
        writeln!(told, "{:?} {}", said.code.unwrap(), home.neutral(first)).unwrap();
    }
    insta::assert_snapshot!(told);
}
