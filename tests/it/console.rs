//! The console of the real program, in a real terminal, beside the API of the same program.

use std::net::SocketAddr;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, getuid};
use serde_json::{Value, json};

use crate::pty::Terminal;
use crate::support::{Home, http};

/// How long nothing is written once a screen that begins has been drawn whole.
const BEGUN: Duration = Duration::from_secs(2);
/// How long nothing is written once everything has followed a key or an alert.
const SETTLED: Duration = Duration::from_millis(400);

/// An owner with a screen, and a client with every scope in the same person's name.
pub(crate) struct Owner {
    pub(crate) terminal: Terminal,
    address: SocketAddr,
    secret: String,
    runtime: tokio::runtime::Runtime,
    pub(crate) home: Home,
}

/// The account of the console: the Unix user whom the tests run as.
pub(crate) fn me() -> String {
    User::from_uid(getuid()).unwrap().unwrap().name
}

/// A home with the accounts of the person at the console and of bob, and its client's secret.
fn home() -> (Home, String) {
    let home = Home::new();
    let accounts = format!("[[account]]\nname = \"{}\"\n[[account]]\nname = \"bob\"\n", me());
    home.configure(&format!("{accounts}[console]\nname = \"prod\"\n"));
    let scopes = "ingest,read,ack,assign,resolve";
    let said = home.run(&["token", "create", "mine", "--scope", scopes, "--account", &me()]);
    assert_eq!(said.code, Some(0), "{said:?}");
    (home, said.stdout.trim_end().to_owned())
}

impl Owner {
    pub(crate) fn start(rows: u16, columns: u16) -> Self {
        let (home, secret) = home();
        Self::start_in(home, secret, rows, columns)
    }

    /// Starts it in a session that came over SSH.
    pub(crate) fn start_over_ssh(rows: u16, columns: u16) -> Self {
        let (home, secret) = home();
        let connection = [("SSH_CONNECTION", "192.0.2.7 50022 192.0.2.1 22")];
        Self::start_with(home, secret, &connection, rows, columns)
    }

    fn start_in(home: Home, secret: String, rows: u16, columns: u16) -> Self {
        Self::start_with(home, secret, &[], rows, columns)
    }

    fn start_with(
        home: Home,
        secret: String,
        variables: &[(&str, &str)],
        rows: u16,
        columns: u16,
    ) -> Self {
        let terminal = Terminal::start(home.in_terminal(variables), rows, columns);
        let address = terminal.address();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { terminal, address, secret, runtime, home }
    }

    fn ask(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        self.ask_with(&self.secret, method, path, body)
    }

    fn ask_with(
        &self,
        secret: &str,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Value {
        let url = format!("http://{}/api/v1{path}", self.address);
        let mut request = http().request(method, url).bearer_auth(secret);
        if let Some(body) = body {
            request = request.json(body);
        }
        let (status, text) = self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        });
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.ask(reqwest::Method::GET, path, None)
    }

    pub(crate) fn put(&self, path: &str) -> Value {
        self.ask(reqwest::Method::PUT, path, None)
    }

    pub(crate) fn put_body(&self, path: &str, body: &Value) -> Value {
        self.ask(reqwest::Method::PUT, path, Some(body))
    }

    /// Asks for it in the name of bob.
    pub(crate) fn put_as_bob(&self, path: &str) -> Value {
        let scopes = ["--scope", "ack,assign,resolve", "--account", "bob"];
        let said = self.home.run(&[&["token", "create", "bobs"], &scopes[..]].concat());
        assert_eq!(said.code, Some(0), "{said:?}");
        self.ask_with(said.stdout.trim_end(), reqwest::Method::PUT, path, None)
    }

    /// Posts a firing alert; gives its id.
    pub(crate) fn post(&self, fingerprint: &str, title: &str) -> String {
        let alert = json!({
            "fingerprint": fingerprint, "status": "firing", "service": "default", "title": title,
        });
        let answer = self.ask(reqwest::Method::POST, "/alert", Some(&json!({"alerts": [alert]})));
        answer["alerts"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Posts firing alerts of a service in one go, each as critical as the next.
    pub(crate) fn post_many(&self, service: &str, numbers: std::ops::Range<usize>) {
        let alert = |number| {
            json!({
                "fingerprint": format!("{service}{number}"), "status": "firing",
                "service": service, "title": format!("{service}{number} does not answer"),
            })
        };
        let alerts: Vec<Value> = numbers.map(alert).collect();
        self.ask(reqwest::Method::POST, "/alert", Some(&json!({ "alerts": alerts })));
    }

    pub(crate) fn alert(&self, id: &str) -> Value {
        self.get(&format!("/alert/{id}"))
    }

    /// The id that the API gives an account.
    pub(crate) fn member(&self, name: &str) -> String {
        let members = self.get("/team/members");
        let mut members = members["members"].as_array().unwrap().iter();
        let member = members.find(|member| member["name"] == name).unwrap();
        member["id"].as_str().unwrap().to_owned()
    }

    /// Quits, and starts again in the same home.
    pub(crate) fn again(mut self, rows: u16, columns: u16) -> Self {
        let home = std::mem::replace(&mut self.home, Home::new());
        let secret = self.secret.clone();
        self.quit();
        Self::start_in(home, secret, rows, columns)
    }

    /// Quits by key, and sees the terminal given back.
    pub(crate) fn quit(mut self) -> String {
        self.terminal.keys("q");
        self.terminal.shows("y quit");
        self.terminal.insist("y", |screen| !screen.alternate_screen());
        let (status, screen) = self.terminal.ends();
        assert_eq!(status.exit_code(), 0, "{screen}");
        assert!(!self.terminal.is_on_alternate_screen());
        screen
    }
}

#[test]
fn an_alert_is_seen_taken_given_to_bob_and_resolved_by_key_and_put_on_one_screen() {
    let mut owner = Owner::start(32, 120);
    owner.terminal.shows("nothing sent yet");
    let id = owner.post("highmem", "net004 is HighMemory (95.04%)");
    owner.terminal.shows("1 CRITICAL FIRING");
    owner.terminal.shows("net004 is HighMemory (95.04%)");

    owner.terminal.keys("a");
    owner.terminal.shows("Acknowledged: net004");
    let alert = owner.alert(&id);
    assert_eq!(alert["status"], "acknowledged");
    assert_eq!(alert["assignedto"], owner.member(&me()));

    owner.terminal.keys("A");
    owner.terminal.shows("nobody");
    owner.terminal.keys("bo\r");
    owner.terminal.shows("Assigned");
    assert_eq!(owner.alert(&id)["assignedto"], owner.member("bob"));

    owner.put(&format!("/alert/{id}/resolve"));
    owner.terminal.shows(" res ");
    owner.terminal.shows("nothing firing");
    owner.quit();
}

#[test]
fn a_key_and_a_put_leave_equal_timelines() {
    let mut owner = Owner::start(32, 120);
    let by_put = owner.post("put", "by put");
    owner.put(&format!("/alert/{by_put}/acknowledge"));
    owner.put(&format!("/alert/{by_put}/assign/{}", owner.member("bob")));
    owner.put(&format!("/alert/{by_put}/resolve"));

    let by_key = owner.post("key", "by key");
    owner.terminal.shows("1 CRITICAL FIRING");
    // A list that moved just now asks for the key again.
    owner.terminal.insist("a", |screen| screen.contents().contains("Acknowledged: by key"));
    owner.terminal.keys("A");
    owner.terminal.shows("nobody");
    owner.terminal.keys("bo\r");
    owner.terminal.shows("Assigned");
    owner.terminal.keys("r");
    owner.terminal.shows("Resolve?");
    owner.terminal.insist("y", |screen| screen.contents().contains("nothing firing"));

    let lines = |id: &str| {
        let alert = owner.alert(id);
        let lines = alert["timeline"].as_array().unwrap().iter();
        lines.map(|line| line["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&by_key), lines(&by_put));
    assert_eq!(lines(&by_key).len(), 4);
}

#[test]
fn a_cursor_move_writes_at_most_sixty_bytes_and_the_rest_follows_when_it_rests() {
    let mut owner = Owner::start(40, 120);
    for number in 0..30 {
        owner.post(&format!("f{number}"), &format!("alert number {number}"));
    }
    owner.terminal.shows("30 CRITICAL FIRING");
    // The leanest of several moves: on a busy machine one read may bring two frames, and once a
    // minute the ages come along.
    let mut leanest = (usize::MAX, usize::MAX);
    for _ in 0..10 {
        let mark = owner.terminal.mark();
        owner.terminal.keys("j");
        let moved = owner.terminal.next_read(mark).len();
        owner.terminal.wait("the pane follows the cursor", pane_follows);
        let all: usize = owner.terminal.reads_since(mark).iter().map(Vec::len).sum();
        leanest = (leanest.0.min(moved), leanest.1.min(all));
    }
    assert!(leanest.0 <= 60 && leanest.1 <= 1_560, "{leanest:?} bytes");
}

/// The fewest bytes that one of several tries wrote: on a busy machine two frames may come with
/// one, and once a minute the ages do.
fn leanest(owner: &mut Owner, mut tries: impl FnMut(&mut Owner, usize)) -> usize {
    let bytes = |number| {
        owner.terminal.rests(SETTLED);
        let mark = owner.terminal.mark();
        tries(owner, number);
        owner.terminal.next_read(mark);
        owner.terminal.rests(SETTLED);
        owner.terminal.reads_since(mark).iter().map(Vec::len).sum::<usize>()
    };
    (0..6).map(bytes).min().unwrap()
}

#[test]
fn thirty_keys_in_one_go_cost_one_frame() {
    let mut owner = Owner::start(40, 120);
    for number in 0..34 {
        owner.post(&format!("f{number}"), &format!("alert number {number}"));
    }
    owner.terminal.shows("34 CRITICAL FIRING");
    owner.terminal.keys("j");
    let written = leanest(&mut owner, |owner, number| {
        owner.terminal.keys(&["j", "k"][number % 2].repeat(30));
    });
    // One move and one frame that follows it.
    assert!(written <= 60 + 1_500, "{written} bytes");
}

#[test]
fn a_new_alert_in_a_standing_list_costs_little() {
    let mut owner = Owner::start(24, 120);
    owner.post("first", "the first");
    owner.terminal.shows("the first");
    owner.terminal.keys("pj");
    let post = |owner: &mut Owner, number: usize| {
        owner.post(&format!("f{number}"), "p99 latency above 2 s");
    };
    let seen = leanest(&mut owner, post);
    eprintln!("{}", owner.terminal.reads_since(owner.terminal.mark() - 2).concat().escape_ascii());
    for number in 100..120 {
        post(&mut owner, number);
    }
    let unseen = leanest(&mut owner, |owner, number| post(owner, 200 + number));
    assert!(seen <= 250 && unseen <= 120, "{seen} with a row, {unseen} without");
}

#[test]
fn a_selected_alert_that_ends_keeps_its_row_until_it_is_left() {
    let mut owner = Owner::start(24, 80);
    owner.post("one", "the first");
    let id = owner.post("two", "the second");
    owner.terminal.shows("2 CRITICAL FIRING");
    let selected = |screen: &str, parts: &[&str]| {
        let row = screen.lines().find(|line| line.starts_with('▌'));
        row.is_some_and(|row| parts.iter().all(|part| row.contains(part)))
    };
    owner.terminal.keys("jk");
    owner.terminal.wait("it is selected", |screen| selected(screen, &["the second", "fire"]));
    owner.put(&format!("/alert/{id}/resolve"));
    owner.terminal.wait("it stays", |screen| selected(screen, &["the second", "res"]));
    owner.terminal.keys("a");
    owner.terminal.shows("nothing to acknowledge");
    owner.terminal.keys(".");
    owner.terminal.wait("it is left", |screen| selected(screen, &["the first", "fire"]));
}

/// Whether the title of the row under the cursor stands in the pane too.
fn pane_follows(screen: &str) -> bool {
    let row = screen.lines().find(|line| line.starts_with('▌'));
    let number = row.and_then(|row| row.split("alert number ").nth(1)?.split(' ').next());
    number.is_some_and(|number| {
        let title = format!("alert number {number} ");
        let spaced = |line: &str| format!("{line} ").contains(&title);
        let pane = |line: &str| line.split('│').nth(1).is_some_and(spaced);
        screen.lines().any(pane)
    })
}

#[test]
fn an_empty_screen_at_rest_writes_nothing_for_a_minute() {
    let owner = Owner::start(40, 120);
    owner.terminal.rests(BEGUN);
    let written = owner.terminal.written_within(Duration::from_mins(1));
    assert_eq!(written.escape_ascii().to_string(), "");
}

#[test]
fn re_sends_that_change_nothing_write_nothing_for_a_minute() {
    let owner = Owner::start(40, 120);
    let start: jiff::Timestamp = {
        let now = owner.alert(&owner.post("now", "now"))["receivedAt"].clone();
        now.as_str().unwrap().parse().unwrap()
    };
    let started = start - jiff::SignedDuration::from_mins(80);
    let alert = |name: &str| {
        json!({
            "fingerprint": name, "status": "firing", "service": "default", "title": "same",
            "startsAt": started.to_string(),
        })
    };
    let body = json!({"alerts": [alert("now"), alert("one"), alert("other")]});
    let send = || owner.ask(reqwest::Method::POST, "/alert", Some(&body));
    send();
    owner.terminal.shows("3 CRITICAL FIRING");
    owner.terminal.rests(BEGUN);
    let mark = owner.terminal.mark();
    for _ in 0..60 {
        send();
        let written = owner.terminal.written_within(Duration::from_secs(1));
        assert_eq!(written.escape_ascii().to_string(), "");
    }
    assert_eq!(owner.terminal.mark(), mark);
}

#[test]
fn a_broken_key_file_is_named_with_its_place_and_the_built_in_keys_work() {
    let (home, secret) = home();
    let folder = home.path().join(".config/watchbell");
    std::fs::write(folder.join("keybindings.toml"), "[list]\nacknowlege = [\"x\"]\n").unwrap();
    let mut owner = Owner::start_in(home, secret, 32, 120);
    owner.post("one", "first alert");
    let screen = owner.terminal.shows("keybindings.toml:2:1");
    assert!(screen.contains("acknowledge?"), "{screen}");
    owner.terminal.shows("first alert");
    owner.terminal.keys("a");
    owner.terminal.shows("Acknowledged: first alert");
}

#[test]
fn a_read_only_console_shows_everything_and_does_nothing() {
    let (home, secret) = home();
    let mut command = home.in_terminal(&[]);
    command.arg("--read-only");
    let terminal = Terminal::start(command, 32, 120);
    let address = terminal.address();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut owner = Owner { terminal, address, secret, runtime, home };
    owner.terminal.shows("prod   read-only   as ");
    let id = owner.post("one", "first alert");
    owner.terminal.shows("first alert");
    for key in ["a", "r", "A"] {
        owner.terminal.keys(key);
        owner.terminal.shows("This console is read-only.");
        owner.terminal.keys("\x0c");
    }
    assert_eq!(owner.alert(&id)["status"], "firing");
    owner.quit();
}

#[test]
fn sigterm_gives_the_terminal_back_and_ends_well() {
    let mut owner = Owner::start(24, 80);
    assert!(owner.terminal.is_on_alternate_screen());
    kill(Pid::from_raw(owner.terminal.pid()), Signal::SIGTERM).unwrap();
    let (status, _) = owner.terminal.ends();
    assert_eq!(status.exit_code(), 0);
    assert!(!owner.terminal.is_on_alternate_screen());
}

#[test]
fn when_its_terminal_hangs_up_the_service_goes_on() {
    let owner = Owner::start(24, 80);
    let id = owner.post("one", "still here");
    owner.terminal.shows("still here");
    kill(Pid::from_raw(owner.terminal.pid()), Signal::SIGHUP).unwrap();
    owner.terminal.is_given_back();
    assert_eq!(owner.alert(&id)["status"], "firing");
}

#[test]
fn what_was_on_the_screen_is_there_again_after_quitting_and_starting() {
    let mut owner = Owner::start(32, 120);
    owner.post("one", "kept over night");
    owner.terminal.shows("kept over night");
    owner.terminal.keys("a");
    owner.terminal.shows("Acknowledged: kept over night");
    let owner = owner.again(24, 80);
    owner.terminal.shows("kept over night");
    owner.terminal.shows(" ack ");
}

#[test]
fn every_size_is_drawn_without_ending_the_program() {
    let owner = Owner::start(24, 80);
    owner.post("one", "an alert with a title of some length");
    owner.terminal.shows("an alert with");
    for (rows, columns) in [(8, 40), (5, 20), (1, 1), (60, 200), (12, 50), (24, 80)] {
        let mark = owner.terminal.mark();
        owner.terminal.resize(rows, columns);
        owner.terminal.next_read(mark);
    }
    owner.terminal.shows("an alert with a title of some length");
    owner.quit();
}
