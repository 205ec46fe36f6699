//! amtool says the same of watchbell as of a real Alertmanager beside it, command by command.

use regex::{Captures, Regex};

use crate::daemon::{Daemon, ONE_ROUTE, amtool};
use crate::support::{Home, Said, Service};

const BEGAN: &str = "--start=2025-01-02T03:04:05Z";
const ENDS: &str = "--end=2099-01-02T03:04:05+02:00";

/// Done to both, in this order. `ID-1` is the first id that was said, and so on; what begins as JSON
/// is the content of a file that is named in its place.
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
    // Silences: nothing is there yet.
    &["silence"],
    &["silence", "query", "--output=json"],
    &["silence", "query", "--expired"],
    // What is refused, by amtool itself and by the far side.
    &["silence", "add"],
    &["silence", "add", "alertname=Disk"],
    &["silence", "add", "alertname=Disk", "-a", "alice"],
    &["silence", "add", "alertname", "severity", "-c", "x"],
    &["silence", "add", "Disk", "node=~(", "-a", "alice", "-c", "x"],
    &["silence", "add", "alertname=", "-a", "alice", "-c", "x"],
    &["silence", "add", "alertname=~.*", "severity=~a*", "-a", "alice", "-c", "x"],
    &["silence", "add", "Disk", "-a", "alice", "-c", "x", BEGAN, "--end=2025-01-02T03:05:05Z"],
    &["silence", "add", "Disk", "-a", "alice", "-c", "x", "--start=2099-01-02T04:00:00Z", ENDS],
    // Silences, in all that amtool can say of one.
    &[
        "silence",
        "add",
        "alertname=Disk",
        "severity!=critical",
        "-a",
        "alice",
        "-c",
        "disks",
        "--end=2099-01-02T04:00:00Z",
    ],
    &[
        "silence",
        "add",
        "Load",
        "node=~net\\d+|",
        "-a",
        "bob <b>",
        "-c",
        "a \"b\" \\ c\n& ü 🙂",
        "--end=2099-01-02T05:00:00Z",
    ],
    &[
        "silence",
        "add",
        "alertname!~N.*",
        "Odd=",
        "-a",
        "alice",
        "-c",
        "",
        "--start=2099-01-02T03:04:05Z",
        "--end=2099-01-02T06:00:00Z",
    ],
    &["silence", "add", "alertname=Now", "-d", "2h", "-a", "carol", "-c", "for a while"],
    // All ways to see them.
    &["silence", "query"],
    &["silence", "query", "--output=extended"],
    &["silence", "query", "--output=json"],
    &["silence", "query", "--quiet"],
    &["silence", "query", "--created-by=alice"],
    &["silence", "query", "--within=3h"],
    &["silence", "query", "--expired", "--within=1h"],
    &["silence", "query", "Disk"],
    &["silence", "query", "severity!=critical", "--output=json"],
    &["silence", "query", "node=~net\\d+|"],
    &["silence", "query", "alertname=~("],
    // What they keep quiet.
    &["alert", "query"],
    &["alert", "query", "--silenced", "--output=json"],
    &["alert", "query", "--silenced", "--output=extended"],
    &["alert", "query", "--active", "--silenced", "Disk"],
    // Changed: what stays itself, and what another begins for.
    &["silence", "update", "ID-1", "-c", "all disks"],
    &["silence", "update", "ID-1", "ID-2", "--end=2099-01-02T07:00:00Z", "--quiet"],
    &["silence", "update", "ID-3", "--start=2099-01-02T03:30:00Z", "--output=json"],
    &["silence", "update", "ID-1", "--start=2099-01-02T03:30:00Z"],
    &["silence", "update", "ID-2", "--end=2025-01-02T03:04:05Z"],
    &["silence", "update", "ID-4", "-d", "3h", "--output=extended"],
    &["silence", "update", "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "-c", "x"],
    &["silence", "update", "zzz", "-c", "x"],
    &["silence", "update"],
    &["silence", "query", "--output=json"],
    &["silence", "query", "--expired", "--output=json"],
    // Ended.
    &["silence", "expire", "ID-2"],
    &["silence", "expire", "ID-2", "ID-3"],
    &["silence", "expire", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"],
    &["silence", "expire", "zzz"],
    &["silence", "expire"],
    &["silence", "query", "--quiet"],
    &["silence", "query", "--expired", "--within=1h", "--created-by=bob <b>"],
    &["alert", "query", "--silenced"],
    &["alert", "query", "--active"],
    // Brought in.
    &["silence", "import", "--worker=1", IMPORTED],
    &["silence", "import", "--worker=1", "--force", FORCED],
    &[
        "silence",
        "import",
        "--worker=1",
        r#"[{"matchers":[],"comment":"x","createdBy":"alice","startsAt":"2099-01-02T03:04:05Z","endsAt":"2099-01-02T05:00:00Z"}]"#,
    ],
    &["silence", "import", "--worker=1", "[{"],
    &["silence", "import", "--worker=1", "[]"],
    &["silence", "query", "--output=json", "--created-by=dave"],
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

/// Silences that are brought in: one that is known, one that is not, and one that has no id.
const IMPORTED: &str = r#"[
    {"id":"ID-4","matchers":[{"name":"alertname","value":"Now","isRegex":false}],"comment":"known",
     "createdBy":"dave","startsAt":"2025-01-02T03:04:05Z","endsAt":"2099-01-02T05:01:00Z"},
    {"id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","comment":"unknown","createdBy":"dave",
     "matchers":[{"name":"alertname","value":"B","isRegex":true,"isEqual":false}],
     "startsAt":"2025-01-02T03:04:05Z","endsAt":"2099-01-02T05:02:00Z"},
    {"matchers":[{"name":"alertname","value":"C","isRegex":false}],"comment":"new",
     "createdBy":"dave","startsAt":"2099-01-02T03:04:05Z","endsAt":"2099-01-02T05:03:00Z"}
]"#;

/// One that is known, and is to be another all the same.
const FORCED: &str = r#"[
    {"id":"ID-1","matchers":[{"name":"alertname","value":"D","isRegex":false}],"comment":"known",
     "createdBy":"dave","startsAt":"2025-01-02T03:04:05Z","endsAt":"2099-01-02T05:04:00Z"}
]"#;

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
        "a silence that would mute everything is told so in other words since 0.32",
        "silence invalid: ",
        "invalid silence: matcher set 0: ",
    ),
    (
        "of what ends that is not there 0.25 said that something went wrong in it",
        r"\[DELETE /silence/\{silenceID\}\]\[500\] deleteSilenceInternalServerError  silence not found",
        r"response status code does not match any response statuses .*\(status 404\): \{\}",
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
    let secret = home.token("amtool", "ingest,read,silence");
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
    id: Regex,
    /// The ids that it said, in order.
    ids: Vec<String>,
    /// Where files are that are brought in.
    files: tempfile::TempDir,
}

impl Side {
    fn new(host: String, own: impl Iterator<Item = Regex>) -> Self {
        let own: Vec<_> = own.collect();
        let found = vec![false; own.len()];
        let time = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)";
        // amtool prints some texts as the places where it has them.
        let name = r"\b(01[0-9A-Z]{24}|watchbell-[0-9a-f]+|0xc[0-9a-f]+)\b";
        let [time, name, id] = [time, name, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"]
            .map(|one| Regex::new(one).unwrap());
        let files = tempfile::tempdir().unwrap();
        Self { host, own, found, time, name, id, ids: Vec::new(), files }
    }

    /// What a command says of it, without what may be another each time (where it was said, names
    /// that a program gives itself, times that nobody gave), and without what is its own.
    fn says(&mut self, command: &[&str]) -> Said {
        let args: Vec<String> = command.iter().map(|arg| self.meant(arg)).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let said = amtool(&self.host, &args);
        let (stdout, stderr) = (self.neutral(&said.stdout), self.neutral(&said.stderr));
        Said { code: said.code, stdout, stderr }
    }

    /// What an argument is for this one of the two.
    fn meant(&self, arg: &str) -> String {
        let known = self.ids.iter().enumerate();
        let arg = known
            .fold(arg.to_owned(), |arg, (place, id)| arg.replace(&format!("ID-{}", place + 1), id));
        if !arg.starts_with('[') {
            return arg;
        }
        let file = self.files.path().join("silences.json");
        std::fs::write(&file, arg).unwrap();
        file.display().to_string()
    }

    fn neutral(&mut self, text: &str) -> String {
        for id in self.id.find_iter(text).map(|id| id.as_str().to_owned()) {
            if !self.ids.contains(&id) {
                self.ids.push(id);
            }
        }
        let known = self.ids.iter().enumerate();
        let text = known.fold(text.to_owned(), |text, (place, id)| {
            text.replace(id, &format!("ID-{}", place + 1))
        });
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
