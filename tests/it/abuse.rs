//! Abuse of the listener: whatever is done to it, it answers honest senders, with nothing worse
//! than 503 for anybody, and its memory stays bounded.

use std::net::SocketAddr;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::api::Api;
use crate::support::{Home, Service};

/// Longer than every time-out of the listener.
const DEADLINE: Duration = Duration::from_mins(2);

/// The most resident memory, in KiB, that the service may ever have had: what it rests with, 128
/// MiB of bodies, twice for the room in which they grow, and 64 KiB of each connection.
const MOST_MEMORY: u64 = (64 + 2 * 128 + 32) * 1024;

/// Where alerts are posted to.
const TTYOPS: &str = "/api/v1/alert";
const V2: &str = "/api/v2/alerts";

/// A service under attack.
struct Target {
    _home: Home,
    service: Service,
    api: Api,
    secret: String,
    sent: usize,
}

impl Target {
    fn start() -> Self {
        let home = Home::new();
        let secret = home.token("all", "ingest,read,ack,assign,resolve");
        let service = Service::start(&home);
        let api = Api::new(&service, &secret);
        Self { _home: home, service, api, secret, sent: 0 }
    }

    fn address(&self) -> SocketAddr {
        self.service.address
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address()).await.unwrap()
    }

    /// A head with a token and a body that is none yet.
    fn post(&self, path: &str, headers: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\n{headers}\r\n",
            self.address(),
            self.secret
        )
    }

    /// What is answered to a post of its own.
    async fn posted(&self, path: &str, headers: &str, body: &[u8]) -> (u16, String) {
        let length = format!("{headers}Connection: close\r\nContent-Length: {}\r\n", body.len());
        let mut head = self.post(path, &length);
        if headers.starts_with("Content-Type") {
            head = head.replace("Content-Type: application/json\r\n", "");
        }
        let mut stream = self.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        answer(&mut stream).await
    }

    /// What is answered to a question.
    async fn asked(&self, target: &str) -> (u16, String) {
        let mut stream = self.connect().await;
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Connection: close\r\n\r\n",
            self.address(),
            self.secret
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        answer(&mut stream).await
    }

    /// An honest sender's alert is on disk, and a person's order is carried out. Connects anew.
    async fn serves_the_honest(&mut self) {
        self.sent += 1;
        let title = format!("honest {}", self.sent);
        let body = json!({"alerts": [{"title": title, "service": "web"}]}).to_string();
        let honest = Api::at(self.address(), &self.secret);
        let (status, answer) = honest.send("POST", "/api/v1/alert", &body).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        let id = answer["alerts"][0]["id"].as_str().unwrap();
        let snooze = format!("/api/v1/alert/{id}/snooze");
        let (status, answer) = honest.send("PUT", &snooze, "{\"for\": \"2h\"}").await.unwrap();
        assert_eq!(status, 200, "{answer}");
    }

    /// Everything that was honestly sent is there, and no more memory was taken than is allowed.
    async fn stood(mut self) {
        self.serves_the_honest().await;
        assert_eq!(self.api.alerts().await.len(), self.sent);
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.service.pid()));
        let status = status.unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < MOST_MEMORY, "{peak} KiB were resident, of {MOST_MEMORY} at the most");
    }
}

/// Has the system allow so many connections beside what a test needs; as root also where its limit
/// is lower. A test that could not try what it says fails, and says why.
fn connections(wanted: usize) -> usize {
    const OTHERS: u64 = 1_000;
    let needed = u64::try_from(wanted).unwrap() + OTHERS;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let most = hard.max(needed);
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap_or_else(|error| {
        panic!(
            "{needed} open files are needed and {hard} are allowed ({error}); run the tests with a \
             higher hard limit: ulimit -Hn {needed}"
        )
    });
    wanted
}

/// What is answered until the other end closes, with its status; 0 where nothing is.
async fn answer(stream: &mut TcpStream) -> (u16, String) {
    let mut bytes = Vec::new();
    // A reset is an end, too.
    let _ = timeout(DEADLINE, stream.read_to_end(&mut bytes)).await.expect("an end");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_default(), text)
}

#[tokio::test]
async fn heads_that_dribble_keep_nobody_out() {
    let mut target = Target::start();
    let mut dribbling = Vec::new();
    for _ in 0..connections(1_000) {
        let mut stream = target.connect().await;
        // It may have had to leave already.
        let _ = stream.write_all(b"POST /api/v1/alert HTTP/1.1\r\nHost: x\r\nX-A: ").await;
        dribbling.push(stream);
    }
    for _ in 0..5 {
        for stream in &mut dribbling {
            let _ = stream.write_all(b"b").await;
        }
        target.serves_the_honest().await;
    }
    target.stood().await;
}

#[tokio::test]
async fn bodies_that_dribble_keep_nobody_out() {
    let mut target = Target::start();
    let mut dribbling = Vec::new();
    for number in 0..connections(1_000) {
        let mut stream = target.connect().await;
        let path = if number % 2 == 0 { TTYOPS } else { V2 };
        let framing =
            if number % 3 == 0 { "Transfer-Encoding: chunked" } else { "Content-Length: 99" };
        let head = target.post(path, &format!("{framing}\r\n"));
        // It may have had to leave already.
        let _ = stream.write_all(head.as_bytes()).await;
        dribbling.push((stream, number % 3 == 0));
    }
    for _ in 0..5 {
        for (stream, chunked) in &mut dribbling {
            let piece: &[u8] = if *chunked { b"1\r\n[\r\n" } else { b"[" };
            let _ = stream.write_all(piece).await;
        }
        target.serves_the_honest().await;
    }
    drop(dribbling);
    target.stood().await;
}

#[tokio::test]
async fn thousands_of_idle_connections_keep_nobody_out() {
    let mut target = Target::start();
    let count = connections(10_000);
    let mut idle = Vec::with_capacity(count);
    for number in 0..count {
        idle.push(target.connect().await);
        if number % 1_000 == 999 {
            target.serves_the_honest().await;
        }
    }
    target.stood().await;
}

#[tokio::test]
async fn bodies_without_end_are_refused_and_do_not_fill_the_memory() {
    let mut target = Target::start();
    // Announced, begun, and never sent on.
    let mut begun = Vec::new();
    for number in 0..40 {
        let mut stream = target.connect().await;
        let path = if number % 2 == 0 { TTYOPS } else { V2 };
        let head = target.post(path, "Content-Length: 1000000000\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; 100_000]).await.unwrap();
        begun.push(stream);
    }
    target.serves_the_honest().await;
    // Sent as fast as it is taken, by many at once, until it is not taken any more.
    let chunk = format!("40000\r\n{}\r\n", " ".repeat(0x40000));
    let flood = |head: String, piece: String| {
        let address = target.address();
        async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            let (mut reader, mut writer) = stream.split();
            let endless = async { while writer.write_all(piece.as_bytes()).await.is_ok() {} };
            let mut first = [0; 12];
            tokio::select! {
                () = endless => None,
                read = reader.read_exact(&mut first) => read.ok().map(|_| first),
            }
        }
    };
    let paths = [TTYOPS, V2].into_iter().cycle().take(12);
    let chunked = paths
        .clone()
        .map(|path| flood(target.post(path, "Transfer-Encoding: chunked\r\n"), chunk.clone()));
    let long = paths.map(|path| {
        flood(target.post(path, "Content-Length: 1000000000\r\n"), " ".repeat(0x40000))
    });
    let answers = timeout(
        DEADLINE,
        futures_util::future::join(
            futures_util::future::join_all(chunked),
            futures_util::future::join_all(long),
        ),
    );
    let (chunked, long) = answers.await.expect("all are answered or cut off");
    let mut refused = 0;
    for first in chunked.into_iter().chain(long).flatten() {
        let first = String::from_utf8_lossy(&first).into_owned();
        assert!(["HTTP/1.1 413", "HTTP/1.1 503"].contains(&first.as_str()), "{first}");
        refused += 1;
    }
    assert!(refused > 0, "some are told why");
    target.stood().await;
}

#[tokio::test]
async fn people_get_through_while_the_room_for_posts_is_full() {
    let target = Target::start();
    let body = json!({"alerts": [{"title": "t", "service": "web"}]}).to_string();
    let (_, posted) = target.api.send("POST", "/api/v1/alert", &body).await.unwrap();
    let id = posted["alerts"][0]["id"].as_str().unwrap().to_owned();
    // Eight bodies of the largest size, but for the last byte; the ninth is whole, and one of them
    // finds no room.
    let most = 16 * 1024 * 1024;
    let mut begun = Vec::new();
    for missing in [1, 1, 1, 1, 1, 1, 1, 1, 0] {
        let path = if begun.len() % 2 == 0 { TTYOPS } else { V2 };
        let head = target.post(path, &format!("Content-Length: {most}\r\n"));
        let mut stream = target.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        let _ = stream.write_all(&vec![b' '; most - missing]).await;
        begun.push(stream);
    }
    let first = begun.iter_mut().map(|stream| {
        Box::pin(async {
            let mut first = [0; 12];
            stream.read_exact(&mut first).await.map(|_| first)
        })
    });
    let first = timeout(DEADLINE, futures_util::future::select_all(first)).await;
    let (told, ..) = first.expect("the room fills");
    assert_eq!(told.unwrap(), *b"HTTP/1.1 503");
    for verb in ["acknowledge", "snooze", "resolve"] {
        let path = format!("/api/v1/alert/{id}/{verb}");
        let (status, answer) = target.api.send("PUT", &path, "{\"for\": \"2h\"}").await.unwrap();
        assert_eq!(status, 200, "{verb}: {answer}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_nothing_worse() {
    let mut target = Target::start();
    let nested = |open: &str| open.repeat(100_000).into_bytes();
    let bodies: [(&str, Vec<u8>); 9] = [
        ("lists in lists", nested("[")),
        ("objects in objects", nested("{\"alerts\":")),
        ("lists in an alert", [b"{\"alerts\": [{\"labels\": ".to_vec(), nested("[")].concat()),
        ("bad UTF-8", b"{\"alerts\": [{\"title\": \"\xff\xfe\"}]}".to_vec()),
        ("half a surrogate", b"{\"alerts\": [{\"title\": \"\\ud800\"}]}".to_vec()),
        ("nothing", Vec::new()),
        ("null", b"[null]".to_vec()),
        ("zeros", vec![0; 1_000]),
        ("a long number", [vec![b'9'; 100_000], b"e999999999".to_vec()].concat()),
    ];
    for (what, body) in bodies {
        for path in [TTYOPS, V2] {
            let (status, text) = target.posted(path, "", &body).await;
            // API v2 has a number of its own for nothing.
            let wanted = if what == "nothing" && path == V2 { 422 } else { 400 };
            assert_eq!(status, wanted, "{what} to {path}: {text}");
        }
        target.serves_the_honest().await;
    }
    target.stood().await;
}

#[tokio::test]
async fn what_is_wrong_at_great_length_is_refused_briefly() {
    let mut target = Target::start();
    let long = "\u{e9}".repeat(7 << 20);
    let pairs: Vec<_> = (0..100_000).map(|index| format!("\"a{index}\":\"b\"")).collect();
    let pairs = pairs.join(",");
    let bodies = [
        ("a time", format!(r#"[{{"startsAt":"{long}","labels":{{"a":"b"}}}}]"#)),
        ("a link", format!(r#"[{{"generatorURL":"{long}","labels":{{"a":"b"}}}}]"#)),
        ("a name", format!(r#"[{{"labels":{{"{long}":5}}}}]"#)),
        ("many labels", format!(r#"[{{"labels":{{{pairs}}}}}]"#)),
        ("nothing, very often", format!("[{}null]", "null,".repeat(99_999))),
    ];
    for (what, body) in bodies {
        for path in [TTYOPS, V2] {
            let (status, text) = target.posted(path, "", body.as_bytes()).await;
            let beginning: String = text.chars().take(1_000).collect();
            assert!([400, 422].contains(&status), "{what} to {path}: {beginning}");
            assert!(text.len() < 100_000, "{what} to {path}: {} bytes", text.len());
        }
        target.serves_the_honest().await;
    }
    target.stood().await;
}

#[tokio::test]
async fn heads_that_take_long_to_read_are_refused() {
    let mut target = Target::start();
    let parameters: Vec<_> = (0..6_000).map(|index| format!(";a{index}=b")).collect();
    let kind = format!("Content-Type: application/json{}\r\n", parameters.concat());
    let (status, text) = target.posted(V2, &kind, b"[]").await;
    assert_eq!(status, 400, "{text}");
    let classes = "[%23-\\x{1f000}]".repeat(3_000).replace('\\', "%5C");
    for query in [
        format!("filter=a%3D~(?i){classes}"),
        format!("receiver=(?i){classes}"),
        format!("filter={}", vec!["a%3D~%22.{1000}%22"; 500].join(",")),
        vec!["filter=a%3D1"; 65].join("&"),
    ] {
        for path in ["/api/v2/alerts", "/api/v2/alerts/groups"] {
            let (status, text) = target.asked(&format!("{path}?{query}")).await;
            let beginning: String = text.chars().take(1_000).collect();
            assert_eq!(status, 400, "{beginning}");
        }
        target.serves_the_honest().await;
    }
    target.stood().await;
}

#[tokio::test]
async fn requests_within_requests_and_for_other_hosts_are_not_carried_out() {
    let mut target = Target::start();
    let smuggled = {
        let body = "{\"alerts\": [{\"title\": \"smuggled\", \"service\": \"web\"}]}";
        format!("{}{body}", target.post(TTYOPS, &format!("Content-Length: {}\r\n", body.len())))
    };
    let here = target.address();
    let secret = &target.secret;
    let get = format!("GET /api/v1/alert HTTP/1.1\r\nAuthorization: Bearer {secret}\r\n");
    let chunks = "Transfer-Encoding: chunked\r\n";
    let both = format!("Content-Length: {}\r\n{chunks}", smuggled.len() + 5);
    let cases = [
        ("a length and chunks", format!("{}0\r\n\r\n{smuggled}", target.post(TTYOPS, &both)), 400),
        (
            "chunks twice",
            format!("{}0\r\n\r\n{smuggled}", target.post(V2, &format!("{chunks}{chunks}"))),
            400,
        ),
        (
            "two lengths",
            format!("{}{smuggled}", target.post(V2, "Content-Length: 0\r\nContent-Length: 9\r\n")),
            400,
        ),
        ("no host", format!("{get}\r\n"), 400),
        ("two hosts", format!("{get}Host: {here}\r\nHost: {here}\r\n\r\n"), 400),
        ("a host that is none", format!("{get}Host: a b\r\n\r\n"), 400),
        (
            "another host in the target",
            format!("GET http://example.org/api/v1/alert HTTP/1.1\r\nHost: {here}\r\n\r\n"),
            400,
        ),
        ("too many headers", format!("{get}{}\r\n", "A: b\r\n".repeat(200)), 431),
        ("too long a header", format!("{get}A: {}\r\n\r\n", "b".repeat(100_000)), 431),
    ];
    for (what, bytes, wanted) in cases {
        let mut stream = target.connect().await;
        // It may be answered before it is read whole.
        let _ = stream.write_all(bytes.as_bytes()).await;
        let (status, text) = answer(&mut stream).await;
        assert!([wanted, 0].contains(&status), "{what}: {text}");
        assert_eq!(text.matches("HTTP/1.1 ").count(), usize::from(status > 0), "{what}: {text}");
        target.serves_the_honest().await;
    }
    target.stood().await;
}

#[tokio::test]
async fn readers_that_never_read_keep_nobody_out() {
    let mut target = Target::start();
    let alerts: Vec<_> = (0..1_000)
        .map(|number| {
            json!({"title": format!("alert {number}"), "service": "web",
                             "severity": "warning", "annotations": {"a": "x".repeat(1_000)}})
        })
        .collect();
    target.sent += alerts.len();
    let body = json!({ "alerts": alerts }).to_string();
    let (status, _) = target.api.send("POST", "/api/v1/alert", &body).await.unwrap();
    assert_eq!(status, 200);
    let ask = format!(
        "GET /api/v1/alert HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        target.secret
    );
    let mut deaf = Vec::new();
    for _ in 0..connections(200) {
        let stream = target.connect().await;
        // Asked often: the later ones may find that nothing more is taken from here.
        let _ = stream.try_write(ask.repeat(4).as_bytes());
        deaf.push(stream);
        let _ = deaf.last_mut().unwrap().writable().await;
    }
    target.serves_the_honest().await;
    drop(deaf);
    let listed = target.api.alerts_when("all", |alerts| alerts.len() == target.sent);
    listed.await;
    target.stood().await;
}
