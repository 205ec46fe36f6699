//! The same random posts and queries go to a real Alertmanager and to watchbell, and the answers
//! are compared byte by byte, but for what is named here.
//!
//! `WATCHBELL_SEEDS=1000..2000` runs those instead of the few that every run has.

mod requests;

use std::ops::Range;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use reqwest::Url;
use tokio::time::Instant;

use crate::daemon::{Daemon, ONE_ROUTE};
use crate::support::{Home, Service, http};
use requests::{Odd, Random, Request, STATES};

/// How many requests a seed makes, each to servers that are as new as the other.
const STEPS: usize = 100;
const SEEDS: Range<u64> = 0..12;
/// Alertmanager forms groups a little after it has answered a post.
const GROUPS_WITHIN: Duration = Duration::from_secs(10);
/// Longer than what ends by itself in a test has left.
const ENDED_WITHIN: Duration = Duration::from_secs(20);
const ASK_EVERY: Duration = Duration::from_millis(5);

/// What Alertmanager 0.25, which is compared with, does otherwise than 0.34, which is what watchbell
/// does: of which of the two something is left out, what, what comes in its place, and why.
const OLDER: &[(Whose, &str, &str, &str)] = &[
    (Whose::Ours, r#""mutedBy":\[\],"#, "", "since 0.28"),
    (Whose::Ours, r#","routeLabels":\{\}"#, "", "since 0.34"),
    (Whose::Ours, r#""labels":\{"name":"default"\},("name":"default"\}\])"#, "$1", "since 0.33"),
    (Whose::Both, r"\[(GET,POST|POST,GET)\]", "", "it is in random order"),
    (Whose::Theirs, r"\\u0008", r"\b", "Go writes it shorter since 1.22"),
    (Whose::Theirs, r"\\u000c", r"\f", "the same"),
    (Whose::Theirs, r#"(required|end time|name \\"\\"); "#, r"$1\n", "one to a line since then"),
    (Whose::Theirs, "^\"silence invalid: ", "\"invalid silence: ", "since 0.28"),
    (Whose::Theirs, r"(invalid label matcher \d+): ", "$1 in set 0: ", "since 0.32"),
    (Whose::Theirs, "(at least one matcher must not)", "matcher set 0: $1", "since 0.32"),
    (Whose::Theirs, r"\[(GET,DELETE|DELETE,GET)\]", "", "it is in random order"),
    (Whose::Ours, r"\[DELETE,GET\]", "", "the same"),
    (Whose::Both, r#"because parsing time .*"\}$"#, "", "each names the layout that it tried last"),
    (
        Whose::Ours,
        r"(labels|annotations)\.\w+ of type string",
        "$1 of type string",
        "Go says which of them since 1.20",
    ),
];

/// Requests of `/api/v2/alerts` that were answered otherwise until a seed found it: method,
/// `Content-Type`, `Accept`, body.
const ONCE_DIFFERED: [(&str, &str, &str, &str); 4] = [
    ("POST", "application/json", "text/html", ""),
    ("POST", "text/plain", "text/html", ""),
    ("GET", "text/plain", "application/json", "[]"),
    ("GET", "application/json", "*/*", "[]"),
];

/// How a label is called, or is not: what was a name before 0.27 is one in classic mode.
const NAMES: [&str; 12] = [
    "plain",
    "_",
    "a1_B",
    "1a",
    "a-b",
    "a:b",
    "a.b",
    "\u{fc}",
    "a b",
    " a",
    "\u{1f642}",
    "a\\u0000",
];

/// Filters that the grammars read differently, or not all of them.
const FILTERS: [&str; 27] = [
    "a=W",
    " a = W ",
    "a=\"W\"",
    "\"a\"=W",
    "\"foo bar\"=\"1\"",
    "\u{3a3}=1",
    "a:b=1",
    ":=1",
    "1a=1",
    "foo bar=1",
    "foo",
    "=b",
    "a>W",
    "",
    "x=a,b",
    "a=\"W\",b=c",
    "a=W,",
    "{a=W}",
    "{a=W",
    "a=W}",
    "a=",
    "a!=",
    "a==W",
    "a=b=c",
    "bs=\"a\\b\"",
    "a='W'",
    "a=~\"(\"",
];

/// Which grammar watchbell speaks. A release before 0.27 speaks the classic one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Fallback,
    Classic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Theirs,
    Ours,
    Both,
}

#[tokio::test]
async fn every_answer_is_that_of_a_real_alertmanager() {
    let mut differ = Vec::new();
    for seed in seeds() {
        // What both grammars know is read alike in either mode.
        let mut pair = Pair::start(if seed % 3 == 2 { Mode::Classic } else { Mode::Fallback });
        let base = Timestamp::from_second(now().as_second()).unwrap();
        let mut random = Random(seed);
        for step in 0..STEPS {
            let request = random.request(base);
            if let Err(how) = pair.ask(&request).await {
                differ.push(format!("seed {seed}, step {step}: {how}"));
                if differ.len() == 1 {
                    differ.push(format!("all that was asked:\n{}", pair.asked.join("\n")));
                }
                break;
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}

#[tokio::test]
async fn what_once_differed_is_answered_alike() {
    let mut pair = Pair::start(Mode::Fallback);
    for (method, content_type, accept, body) in ONCE_DIFFERED {
        let (content_type, accept) = (Some(content_type), Some(accept));
        let path = "/api/v2/alerts";
        pair.asks(&Request::Odd(Odd { method, path, content_type, accept, body })).await;
    }
}

#[tokio::test]
async fn in_classic_mode_names_and_filters_are_those_of_before_0_27() {
    let mut pair = Pair::start(Mode::Classic);
    for field in ["labels", "annotations"] {
        for name in NAMES {
            let other = if field == "labels" { "" } else { r#""labels":{"alertname":"A"},"# };
            let alert = format!(r#"[{{{other}"{field}":{{"{name}":"x"}}}}]"#);
            pair.asks(&Request::Post(alert.into_bytes())).await;
        }
    }
    for filter in FILTERS {
        let url =
            Url::parse_with_params("http://alerts.example.org", [("filter", filter)]).unwrap();
        pair.asks(&Request::Get(format!("/api/v2/alerts?{}", url.query().unwrap()))).await;
    }
    pair.asks(&Request::Get("/api/v2/alerts".to_owned())).await;
}

#[tokio::test]
async fn what_ends_by_itself_leaves_both_lists_and_comes_back_the_same() {
    let mut pair = Pair::start(Mode::Fallback);
    let base = Timestamp::from_second(now().as_second()).unwrap();
    let [ends, began] = [3, -3_600].map(|seconds| base + SignedDuration::from_secs(seconds));
    let post = |names: &[&str], times: &str| {
        let alert = |name: &&str| format!(r#"{{"labels": {{"alertname": "{name}"}}{times}}}"#);
        let alerts: Vec<_> = names.iter().map(alert).collect();
        Request::Post(format!("[{}]", alerts.join(", ")).into_bytes())
    };
    let all = Request::Get("/api/v2/alerts".to_owned());
    let short = format!(r#", "startsAt": "{began}", "endsAt": "{ends}""#);
    pair.asks(&post(&["stays"], "")).await;
    pair.asks(&post(&["over", "as before", "anew"], &short)).await;

    let asked = Instant::now();
    loop {
        let [theirs, ours] = [pair.theirs.ask(&all).await, pair.ours.ask(&all).await];
        if [&theirs, &ours].iter().all(|answer| answer.2.matches("alertname").count() == 1) {
            break;
        }
        assert!(asked.elapsed() < ENDED_WITHIN, "theirs: {theirs:?}\nours:   {ours:?}");
        tokio::time::sleep(ASK_EVERY).await;
    }
    pair.asks(&post(&["as before"], &format!(r#", "startsAt": "{began}""#))).await;
    pair.asks(&post(&["anew"], "")).await;
    pair.asks(&all).await;
    pair.asks(&Request::Get("/api/v2/alerts/groups".to_owned())).await;
}

#[expect(clippy::disallowed_methods, reason = "nobody passes a test arguments")]
fn seeds() -> Range<u64> {
    let Ok(named) = std::env::var("WATCHBELL_SEEDS") else { return SEEDS };
    let range = named.split_once("..");
    let range = range.and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    range.expect("WATCHBELL_SEEDS is a range, such as 1000..2000")
}

/// What the clock of both servers shows.
#[expect(clippy::disallowed_methods, reason = "other programs read it too")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// The two that are asked the same.
struct Pair {
    theirs: Side,
    ours: Side,
    older: Vec<(Whose, Regex, &'static str)>,
    times: Regex,
    /// What they were asked, for who looks for the reason of a difference.
    asked: Vec<String>,
    _daemon: Daemon,
    _service: Service,
    _home: Home,
    _folder: tempfile::TempDir,
}

struct Side {
    url: String,
    secret: String,
    client: reqwest::Client,
    /// When each post was on its way.
    posts: Vec<(Timestamp, Timestamp)>,
    /// The ids of the silences that it made, in order.
    ids: Vec<String>,
}

/// Status, some of the headers, and body.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer(u16, String, String);

impl Pair {
    fn start(mode: Mode) -> Self {
        let home = Home::new();
        if mode == Mode::Classic {
            home.configure("alertmanager_mode = \"classic\"\n");
        }
        let secret = home.token("differential", "ingest,read,silence");
        let service = Service::start(&home);
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::alertmanager(folder.path(), ONE_ROUTE);
        let side =
            |url, secret| Side { url, secret, client: http(), posts: Vec::new(), ids: Vec::new() };
        Self {
            theirs: side(format!("http://{}", daemon.address), String::new()),
            ours: side(service.url(""), secret),
            older: OLDER.iter().map(|row| (row.0, Regex::new(row.1).unwrap(), row.2)).collect(),
            times: Regex::new(r#""(?:starts|ends|updated)At":"([^"]*)""#).unwrap(),
            asked: Vec::new(),
            _daemon: daemon,
            _service: service,
            _home: home,
            _folder: folder,
        }
    }

    /// Asks both what they have to answer alike.
    async fn asks(&mut self, request: &Request) {
        self.ask(request).await.unwrap_or_else(|differ| panic!("{differ}"));
    }

    /// Asks both; an error says how their answers differ.
    async fn ask(&mut self, request: &Request) -> Result<(), String> {
        self.asked.push(match request {
            Request::Post(body) => format!("POST {}", body.escape_ascii()),
            Request::Silence(body) => format!("POST a silence {}", body.escape_ascii()),
            Request::Expire(path) => format!("DELETE {path}"),
            Request::Get(path) => format!("GET {path}"),
            Request::Odd(odd) => format!("{odd:?}"),
        });
        let began = Instant::now();
        loop {
            let theirs = self.theirs.ask(request).await;
            let ours = self.ours.ask(request).await;
            let theirs = older(request, theirs);
            let (theirs, ours) =
                (self.younger(theirs, Whose::Theirs), self.younger(ours, Whose::Ours));
            if self.same(&theirs, &ours) || looked_up_first(request, &theirs, &ours) {
                return Ok(());
            }
            let forming = matches!(request, Request::Get(path) if path.contains("groups"));
            if !forming || began.elapsed() > GROUPS_WITHIN {
                let asked = self.asked.last().unwrap();
                return Err(format!("{asked}\ntheirs: {theirs:?}\nours:   {ours:?}"));
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    /// An answer without what is known to differ.
    fn younger(&self, answer: Answer, whose: Whose) -> Answer {
        let rows = self.older.iter().filter(|row| row.0 == whose || row.0 == Whose::Both);
        let Answer(status, kind, body) = answer;
        let body = rows.fold(body, |body, (_, pattern, instead)| {
            pattern.replace_all(&body, *instead).into_owned()
        });
        Answer(status, kind, body)
    }

    /// Whether they say the same. A time that a server set by itself is the same if it set it in
    /// the same post.
    fn same(&self, theirs: &Answer, ours: &Answer) -> bool {
        let without = |answer: &Answer| {
            let body = self.times.replace_all(&answer.2, "TIME").into_owned();
            Answer(answer.0, answer.1.clone(), body)
        };
        let times = |answer: &Answer| -> Vec<String> {
            self.times.captures_iter(&answer.2).map(|time| time[1].to_owned()).collect()
        };
        without(theirs) == without(ours)
            && times(theirs).iter().zip(&times(ours)).all(|(their_time, our_time)| {
                their_time == our_time || {
                    let posts = self.theirs.set_in(their_time);
                    self.ours.set_in(our_time).iter().any(|post| posts.contains(post))
                }
            })
    }
}

/// The id of no silence.
const NOBODYS: &str = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";

/// An answer of 0.25 that differs in more than words, as it is since: of a silence that is not there
/// it said that something went wrong when it was to end (0.26), and of its states it left out none
/// (0.34).
fn older(request: &Request, answer: Answer) -> Answer {
    let unknown = "\"silence not found\"\n";
    let ends = matches!(request, Request::Expire(_))
        || matches!(request, Request::Odd(odd) if odd.method == "DELETE");
    if ends && answer.0 == 500 && answer.2 == unknown {
        return Answer(404, ";;".to_owned(), String::new());
    }
    match request {
        Request::Get(path) if path.starts_with("/api/v2/silences") && answer.0 == 200 => {
            Answer(answer.0, answer.1, of_states(path, &answer.2))
        }
        _ => answer,
    }
}

/// Whether 0.25 looked for the silence that is to change before it looked at what is to become of it,
/// which is done the other way round since 0.32.
fn looked_up_first(request: &Request, theirs: &Answer, ours: &Answer) -> bool {
    let unknown = theirs.0 == 404 && theirs.2 == "\"silence not found\"\n";
    let invalid = ours.0 == 400 && ours.2.starts_with("\"invalid silence: ");
    matches!(request, Request::Silence(_)) && unknown && invalid
}

/// The silences of a list that are of the states that a query asks for.
fn of_states(path: &str, list: &str) -> String {
    const NEXT: &str = ",{\"id\":\"";
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let named = |state: &str| {
        query
            .split('&')
            .rev()
            .find_map(|pair| pair.strip_prefix(state)?.strip_prefix('=').map(str::to_owned))
    };
    let wanted = |state: &str| {
        named(state).is_none_or(|word| matches!(word.as_str(), "" | "true" | "1" | "on" | "TRUE"))
    };
    let inner = list.strip_prefix('[').and_then(|list| list.strip_suffix("]\n")).unwrap();
    let each = format!(",{inner}");
    let each = each.split(NEXT).skip(1);
    let state = |one: &&str| {
        STATES.into_iter().any(|state| {
            wanted(state) && one.contains(&format!("\"status\":{{\"state\":\"{state}\"}}"))
        })
    };
    let left: Vec<_> = each.filter(state).map(|one| format!("{}{one}", &NEXT[1..])).collect();
    format!("[{}]\n", left.join(","))
}

impl Side {
    async fn ask(&mut self, request: &Request) -> Answer {
        let url = |path: &str| format!("{}{path}", self.url);
        let path = match request {
            Request::Get(path) | Request::Expire(path) => self.named(path.as_bytes()).await,
            Request::Silence(body) => self.named(body).await,
            Request::Post(_) | Request::Odd(_) => Vec::new(),
        };
        let asked = match request {
            Request::Get(_) => self.client.get(url(&String::from_utf8(path).unwrap())),
            Request::Expire(_) => self.client.delete(url(&String::from_utf8(path).unwrap())),
            Request::Silence(_) => {
                let post = self.client.post(url("/api/v2/silences")).body(path);
                post.header("content-type", "application/json")
            }
            Request::Post(body) => {
                let post = self.client.post(url("/api/v2/alerts")).body(body.clone());
                post.header("content-type", "application/json")
            }
            Request::Odd(odd) => {
                let asked = self.client.request(odd.method.parse().unwrap(), url(odd.path));
                let named = [("content-type", odd.content_type), ("accept", odd.accept)];
                let named = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
                let asked = named.fold(asked, |asked, (name, value)| asked.header(name, value));
                asked.body(odd.body)
            }
        };
        let before = now();
        let answer = asked.bearer_auth(&self.secret).send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let body = String::from_utf8(answer.bytes().await.unwrap().to_vec()).unwrap();
        let header = |name| headers.get(name).map_or("", |value| value.to_str().unwrap());
        let mut allowed: Vec<_> = header("allow").split([',', ' ']).collect();
        allowed.sort_unstable();
        // To HEAD Go names no type, because nothing is written.
        let kind = if body.is_empty() { "" } else { header("content-type") };
        let head = [kind, header("location"), &allowed.join(" ")].join(";");
        if matches!(request, Request::Post(_) | Request::Silence(_) | Request::Expire(_)) {
            self.posts.push((before, now()));
        }
        Answer(status, head, self.numbered(body))
    }

    /// What was written of the silences that there are, with what this server has of them.
    async fn named(&self, text: &[u8]) -> Vec<u8> {
        let named = regex::bytes::Regex::new(r"(ID|START)-(\d{3})").unwrap();
        let mut whole = Vec::new();
        let mut rest = 0;
        for found in named.captures_iter(text) {
            let all = found.get(0).unwrap();
            whole.extend_from_slice(&text[rest..all.start()]);
            rest = all.end();
            let nth: usize = std::str::from_utf8(&found[2]).unwrap().parse().unwrap();
            let id = self.ids.get(nth).map_or(NOBODYS, String::as_str);
            let start = &found[1] == b"START";
            let instead = if start { self.start(id).await } else { id.to_owned() };
            whole.extend_from_slice(instead.as_bytes());
        }
        whole.extend_from_slice(&text[rest..]);
        whole
    }

    /// When a silence begins, if there is such a one.
    async fn start(&self, id: &str) -> String {
        let asked = self.client.get(format!("{}/api/v2/silence/{id}", self.url));
        let answer = asked.bearer_auth(&self.secret).send().await.unwrap();
        let told: serde_json::Value = answer.json().await.unwrap_or_default();
        told["startsAt"].as_str().unwrap_or("2020-01-01T00:00:00Z").to_owned()
    }

    /// An answer with the silences by the order in which they were made.
    fn numbered(&mut self, body: String) -> String {
        let made =
            body.strip_prefix("{\"silenceID\":\"").and_then(|rest| rest.strip_suffix("\"}\n"));
        if let Some(id) = made
            && !self.ids.iter().any(|known| known == id)
        {
            self.ids.push(id.to_owned());
        }
        let ids = self.ids.iter().enumerate();
        let body = ids.fold(body, |body, (nth, id)| body.replace(id, &format!("ID-{nth:03}")));
        // Of several it does not matter which is named first.
        let several = Regex::new(r#""silencedBy":\[([^\]]*)\]"#).unwrap();
        let sorted = several.replace_all(&body, |found: &regex::Captures<'_>| {
            let mut ids: Vec<_> = found[1].split(',').collect();
            ids.sort_unstable();
            format!("\"silencedBy\":[{}]", ids.join(","))
        });
        sorted.into_owned()
    }

    /// The posts in which the server set this time: to now, or to when it would time out. The
    /// second is told apart.
    fn set_in(&self, time: &str) -> Vec<(usize, bool)> {
        let Ok(time) = time.parse::<Timestamp>() else { return Vec::new() };
        let ways = [(SignedDuration::ZERO, false), (SignedDuration::from_mins(5), true)];
        let posts = self.posts.iter().enumerate();
        let posts =
            posts.flat_map(|(index, (before, after))| ways.map(|way| (index, before, after, way)));
        let set_in = posts.filter(|(_, before, after, (later, _))| {
            // What is told is cut to milliseconds.
            let earliest = **before + *later - SignedDuration::from_millis(1);
            (earliest..=**after + *later).contains(&time)
        });
        set_in.map(|(index, _, _, (_, timeout))| (index, timeout)).collect()
    }
}
