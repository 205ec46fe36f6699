//! Under a path of a proxy: a real Alertmanager and `watchbell alertmanager`, started with the same
//! flags, answer the same requests beside and behind the prefix; amtool works with both alike.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::daemon::{Daemon, ONE_ROUTE, amtool};
use crate::standin::StandIn;
use crate::support::Home;

const FLAGS: [&str; 4] = [
    "--web.external-url=http://watch.example.org/watch/",
    "--web.get-concurrency=32",
    "--web.timeout=1m30s",
    "--log.level=info",
];

/// Asked of both: with each method, each path.
const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "OPTIONS", "DELETE"];
const PATHS: [&str; 16] = [
    "/",
    "/?a=b",
    "/watch",
    "/watch?a=b",
    "/watcher",
    "/foo",
    "//foo",
    "/watch//api/v2/receivers",
    "//watch/api/v2/status",
    "/watch/x/../api/v2/status",
    "/watch/api/v2",
    "/watch/api/v2/",
    "/watch/api/v2/x",
    "/api/v2/status",
    "/api/v2/alerts",
    "/-/healthy",
];

/// Asked of both with `GET` alone: of HEAD 0.25 tells no type, and of a slash too many behind one of
/// these paths it tells other methods other things.
const READ: [&str; 4] =
    ["/watch/-/healthy", "/watch/-/healthy/", "/watch/-/ready", "/watch/metrics/"];

/// What of an answer counts, and is not another each time.
const HEADERS: [&str; 5] =
    ["location: ", "content-type: ", "allow: ", "x-content-type-options: ", "vary: "];

/// The answer to a request as it stands: clients that tidy a path would hide what is asked.
fn ask(address: &str, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = if method == "POST" { "Content-Length: 0\r\n" } else { "" };
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{length}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default().to_owned();
    let lines = lines.map(|line| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        format!("{}:{value}", name.to_ascii_lowercase())
    });
    let mut kept: Vec<_> =
        lines.filter(|line| HEADERS.iter().any(|name| line.starts_with(name))).collect();
    kept.sort();
    // The methods that are taken are named in random order.
    format!("{status}\n{}\n{body}", kept.join("\n")).replace("POST,GET", "GET,POST")
}

#[test]
fn beside_and_behind_a_prefix_requests_are_answered_as_a_real_alertmanager_does() {
    let (home, folder) = (Home::new(), tempfile::tempdir().unwrap());
    let real = Daemon::alertmanager_with(folder.path(), ONE_ROUTE, &FLAGS);
    let flags: Vec<&str> = ["--web.listen-address=127.0.0.1:0"].into_iter().chain(FLAGS).collect();
    let ours = StandIn::start(&home, &flags);
    let mut differ = Vec::new();
    let all = PATHS.iter().flat_map(|path| METHODS.map(|method| (method, path)));
    for (method, path) in all.chain(READ.iter().map(|path| ("GET", path))) {
        let (theirs, ours) = (ask(&real.address, method, path), ask(&ours.address, method, path));
        if theirs != ours {
            differ.push((method, path, theirs, ours));
        }
    }
    assert!(differ.is_empty(), "(method, path, the real one, watchbell): {differ:#?}");
}

#[test]
fn amtool_works_behind_a_prefix_as_with_a_real_alertmanager() {
    let (home, folder) = (Home::new(), tempfile::tempdir().unwrap());
    let real = Daemon::alertmanager_with(folder.path(), ONE_ROUTE, &FLAGS);
    let flags: Vec<&str> = ["--web.listen-address=127.0.0.1:0"].into_iter().chain(FLAGS).collect();
    let ours = StandIn::start(&home, &flags);
    let commands: [&[&str]; 6] = [
        &["alert", "add", "Disk", "severity=critical"],
        &["alert", "query", "--receiver=default", "-o", "simple", "severity=critical"],
        &["config", "routes", "show"],
        &["config", "routes", "test", "--tree", "alertname=Disk"],
        &["config", "routes", "test", "--verify.receivers=default", "alertname=Disk"],
        &["cluster", "show"],
    ];
    for command in commands {
        let said = [&real.address, &ours.address].map(|address| {
            let said = amtool(&format!("{address}/watch"), command);
            assert_eq!(said.code, Some(0), "{command:?}: {said:?}");
            // Whose columns have times and names of one's own are compared by their heads.
            let own = ["alert", "cluster"].contains(&command[0]);
            let kept = said.stdout.lines().take(if own { 1 } else { usize::MAX });
            kept.map(str::trim_end).collect::<Vec<_>>().join("\n")
        });
        let neutral = said.map(|said| said.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(neutral[0], neutral[1], "{command:?}");
    }
}
