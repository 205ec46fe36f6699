//! amtool says the same of watchbell as of a real Alertmanager beside it, command by command.

use regex::{Captures, Regex};

use crate::daemon::{Daemon, ONE_ROUTE, amtool};
use crate::support::{Home, Said, Service};

const BEGAN: &str = "--start=2025-01-02T03:04:05Z";
const ENDS: &str = "--end=2099-01-02T03:04:05+02:00";

/// Done to both, in this order.
const COMMANDS: &[&[&str]] = &[
    // Nothing is there yet.
    &["alert", "query"],
    &["alert", "query", "--output=json"],
    // Alerts, in all that amtool can say of one.
    &["alert", "add", "alertname=Disk", "severity=critical", "instance=db1", BEGAN, ENDS],
    &["alert", "add", "Disk", "severity=warning", "instance=db2", BEGAN, ENDS],
    &[
        "alert",
        "add",
        "Load",
        "node=net004",
        BEGAN,
        "--annotation=summary=net004 is <busy> & \\\"hot\\\" ü 🙂",
        "--annotation=runbook=https://runbooks.example.org/load",
        "--generator-url=https://prometheus.example.org/graph?g0.expr=up",
    ],
    &["alert", "add", "Now"],
    &["alert", "add", "Odd", "text=a \\\"b\\\" \\\\ c\\n<d>"],
    &["alert", "add", "Over", BEGAN, "--end=2025-01-02T03:05:05Z"],
    &["alert", "add", "Load", "node=net004", BEGAN, "--annotation=summary=net004 is calm"],
    // What is refused, by amtool itself and by the far side.
    &["alert", "add"],
    &["alert", "add", "alertname="],
    &["alert", "add", "Disk", "severity"],
    &["alert", "add", "Load", "--annotation=summary=\"hot\" is unescaped"],
    &["alert", "add", "Ends", "--start=2025-01-02T03:04:05Z", "--end=2025-01-02T03:04:04Z"],
    &["alert", "add", "Link", "--generator-url=foo"],
    // All ways to see them.
    &["alert"],
    &["alert", "query"],
    &["alert", "query", "--output=extended"],
    &["alert", "query", "--output=json"],
    &["alert", "query", "Disk"],
    &["alert", "query", "Disk", "severity=critical"],
    &["alert", "query", "alertname=~D.*|Load", "severity!=warning"],
    &["alert", "query", "alertname!~Now|Odd", "--output=extended"],
    &["alert", "query", "severity="],
    &["alert", "query", "severity!="],
    &["alert", "query", "text=a \\\"b\\\" \\\\ c\\n<d>", "--output=json"],
    &["alert", "query", "Nothing"],
    &["alert", "query", "alertname=~("],
    &["alert", "query", "Disk", "severity"],
    &["alert", "query", "--active"],
    &["alert", "query", "--inhibited"],
    &["alert", "query", "--silenced", "--output=json"],
    &["alert", "query", "--unprocessed"],
    &["alert", "query", "--inhibited", "--active", "--silenced", "--unprocessed"],
    &["alert", "query", "--receiver=def.*", "Disk"],
    &["alert", "query", "--receiver=other", "Disk"],
    &["alert", "query", "--receiver=("],
    // What it is.
    &["config"],
    &["config", "show"],
    &["config", "show", "--output=extended"],
    &["config", "show", "--output=json"],
    &["config", "routes"],
    &["config", "routes", "show", "--output=extended"],
    &["config", "routes", "test", "alertname=Disk", "severity=critical"],
    &["config", "routes", "test", "--tree", "alertname=Disk"],
    &["config", "routes", "test", "--verify.receivers=default", "alertname=Disk"],
    &["config", "routes", "test", "--verify.receivers=other", "alertname=Disk"],
    &["cluster", "show"],
    &["cluster", "show", "--output=extended"],
    &["cluster", "show", "--output=json"],
];

/// What must be said differently, and why: a pattern of what is left out of the real one's words,
/// and one of ours. Each is found somewhere; nothing else differs.
const DIFFERS: &[(&str, &str, &str)] = &[
    (
        "clients choose by the version how they speak, and the API is that of a later one",
        "^$",
        r"Warning: amtool version \(0\.25\.0\) and alertmanager version \(0\.34\.0\) are different\.\n",
    ),
    (
        "there are no integrations that these could be defaults of",
        r"(?s)  http_config:.*?  webex_api_url: https://webexapis\.com/v1/messages(\\n|\n)",
        "^$",
    ),
    (
        "the times of the one route are its own, and not known from a file",
        "^$",
        r"  group_wait: 30s(\\n|\n)  group_interval: 5m(\\n|\n)  repeat_interval: 4h(\\n|\n)",
    ),
    (
        "there is no cluster, and so no port of its own: the listener's is told",
        r#"127\.0\.0\.1:\d+  NAME|"address":"127\.0\.0\.1:\d+""#,
        r#"127\.0\.0\.1:\d+  NAME|"address":"127\.0\.0\.1:\d+""#,
    ),
    (
        "another program, built by others",
        r#""versionInfo":\{[^}]*"version":"0\.25\.0"\}"#,
        r#""versionInfo":\{[^}]*"revision":"watchbell \d[^"]*","version":"0\.34\.0"\}"#,
    ),
];

#[test]
fn every_command_says_the_same_as_with_a_real_alertmanager() {
    let home = Home::new();
    let secret = home.token("amtool", "ingest,read");
    let service = Service::start(&home);
    let folder = tempfile::tempdir().unwrap();
    let real = Daemon::alertmanager(folder.path(), ONE_ROUTE);
    let pattern = |pattern: &str| Regex::new(pattern).unwrap();
    let mut theirs = Side::new(real.address.clone(), DIFFERS.iter().map(|row| pattern(row.1)));
    let hidden = format!("x:{secret}@{}", service.address);
    let mut ours = Side::new(hidden, DIFFERS.iter().map(|row| pattern(row.2)));

    let mut differ = Vec::new();
    for command in COMMANDS {
        let (real, said) = (theirs.says(command), ours.says(command));
        if real != said {
            differ.push((command, real, said));
        }
    }
    assert!(differ.is_empty(), "(command, of the real one, of watchbell): {differ:#?}");
    for (row, found) in DIFFERS.iter().zip(theirs.found.iter().zip(&ours.found)) {
        assert_eq!(found, (&true, &true), "it does not differ any more: {}", row.0);
    }
}

/// One of the two that are spoken with.
struct Side {
    host: String,
    /// What is left out of its words, row by row.
    own: Vec<Regex>,
    /// Which of them were found.
    found: Vec<bool>,
    time: Regex,
    name: Regex,
}

impl Side {
    fn new(host: String, own: impl Iterator<Item = Regex>) -> Self {
        let own: Vec<_> = own.collect();
        let found = vec![false; own.len()];
        let time = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)";
        // amtool prints some texts as the places where it has them.
        let name = r"\b(01[0-9A-Z]{24}|watchbell-[0-9a-f]+|0xc[0-9a-f]+)\b";
        Self { host, own, found, time: Regex::new(time).unwrap(), name: Regex::new(name).unwrap() }
    }

    /// What a command says of it, without what may be another each time (where it was said, names
    /// that a program gives itself, times that nobody gave), and without what is its own.
    fn says(&mut self, command: &[&str]) -> Said {
        let said = amtool(&self.host, command);
        let (stdout, stderr) = (self.neutral(&said.stdout), self.neutral(&said.stderr));
        Said { code: said.code, stdout, stderr }
    }

    fn neutral(&mut self, text: &str) -> String {
        let text = text.replace(&self.host, "HOST");
        let text = self.name.replace_all(&text, "NAME");
        let mut text = self.time.replace_all(&text, neutral_time).into_owned();
        for (own, found) in self.own.iter().zip(&mut self.found) {
            *found |= own.is_match(&text);
            text = own.replace_all(&text, "").into_owned();
        }
        text
    }
}

/// Times that a command gave are kept.
fn neutral_time(time: &Captures<'_>) -> String {
    let given = ["2025-01-02", "2099-01-02"].iter().any(|day| time[0].starts_with(day));
    if given { time[0].to_owned() } else { "TIME".to_owned() }
}
