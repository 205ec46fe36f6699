//! HTTP/1 byte by byte: what is understood, what is refused, and that nothing is understood twice.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::http::{Method, Uri};

use super::*;

/// Says what it was asked, so that an answer shows how a request was understood.
fn echo() -> Router {
    let echo = async |method: Method, uri: Uri, body: Bytes| {
        format!("[{method} {} {}]", uri.path(), String::from_utf8_lossy(&body))
    };
    Router::new().fallback(echo)
}

/// Sends the bytes over a connection of its own, and tells the status lines and the echoes.
async fn told(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // What it need not read to refuse it may break the writing off.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ =
        timeout(Duration::from_mins(10), stream.read_to_end(&mut answer)).await.expect("an end");
    let answer = String::from_utf8_lossy(&answer);
    let statuses = answer.split("HTTP/1.").skip(1).map(|part| {
        let status = part.split_whitespace().nth(1).unwrap_or_default();
        let echo = part.split_once("\r\n\r\n[").map_or("", |(_, echo)| echo.trim_end_matches(']'));
        format!("{status} {echo}").trim_end().to_owned()
    });
    let statuses: Vec<String> = statuses.collect();
    if statuses.is_empty() { "closed".to_owned() } else { statuses.join(", ") }
}

const NEXT: &str = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

/// What is asked, with what it is about. `~` stands for the end of a line, `+` at the end for a
/// second request behind it.
const ASKED: &[(&str, &str)] = &[
    ("a plain request", "GET /a HTTP/1.1~Host: x~~"),
    ("two in a row", "GET /a HTTP/1.1~Host: x~~+"),
    ("three in a row", "POST /a HTTP/1.1~Host: x~Content-Length: 2~~abGET /b HTTP/1.1~Host: x~~+"),
    ("HTTP/1.0", "GET /a HTTP/1.0~~+"),
    ("HTTP/1.0 kept", "GET /a HTTP/1.0~Connection: keep-alive~~+"),
    ("HTTP/0.9", "GET /a~~"),
    ("HTTP/2's greeting", "PRI * HTTP/2.0~~SM~~"),
    ("a version that is none", "GET /a HTTP/1.2~Host: x~~"),
    ("the beginning of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\u{7c}\x03\x03~~"),
    ("no method", " /a HTTP/1.1~Host: x~~"),
    ("a target with a space", "GET /a b HTTP/1.1~Host: x~~"),
    ("an absolute target", "GET http://x/a HTTP/1.1~Host: x~~"),
    ("an absolute target elsewhere", "GET http://y/a HTTP/1.1~Host: x~~"),
    ("an absolute target with a user", "GET http://u@x/a HTTP/1.1~Host: x~~"),
    ("the server itself", "OPTIONS * HTTP/1.1~Host: x~~"),
    ("no Host", "GET /a HTTP/1.1~~"),
    ("an empty Host", "GET /a HTTP/1.1~Host:~~"),
    ("two Hosts", "GET /a HTTP/1.1~Host: x~Host: x~~"),
    ("a Host with a space", "GET /a HTTP/1.1~Host: x y~~"),
    ("a Host with a user", "GET /a HTTP/1.1~Host: u@x~~"),
    ("a space before a colon", "GET /a HTTP/1.1~Host : x~~"),
    ("a folded line", "GET /a HTTP/1.1~Host: x~A: b~ c~~"),
    ("a line that begins with a space", "GET /a HTTP/1.1~ Host: x~~"),
    ("a nul", "GET /a HTTP/1.1~Host: x~A: \0~~"),
    ("a name that is none", "GET /a HTTP/1.1~Host: x~A(): b~~"),
    ("a carriage return alone", "GET /a HTTP/1.1~Host: x\rA: b~~"),
    ("line feeds alone", "GET /a HTTP/1.1\nHost: x\n\n"),
    ("a length", "POST /a HTTP/1.1~Host: x~Content-Length: 3~~abc+"),
    ("the same length twice", "POST /a HTTP/1.1~Host: x~Content-Length: 3~Content-Length: 3~~abc+"),
    ("two lengths", "POST /a HTTP/1.1~Host: x~Content-Length: 3~Content-Length: 4~~abc+"),
    ("a list of lengths", "POST /a HTTP/1.1~Host: x~Content-Length: 3, 3~~abc+"),
    ("a signed length", "POST /a HTTP/1.1~Host: x~Content-Length: +3~~abc+"),
    ("a negative length", "POST /a HTTP/1.1~Host: x~Content-Length: -3~~abc+"),
    ("a length in hex", "POST /a HTTP/1.1~Host: x~Content-Length: 0x3~~abc+"),
    ("an endless length", "POST /a HTTP/1.1~Host: x~Content-Length: 99999999999999999999~~abc+"),
    ("chunks", "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked~~1~a~2;x=y~bc~0~~+"),
    ("chunks with a trailer", "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked~~1~a~0~A: b~~+"),
    ("a chunk that is too long", "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked~~1~abc~0~~+"),
    ("a chunk of no length", "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked~~x~abc~0~~+"),
    ("a signed chunk", "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked~~+1~a~0~~+"),
    (
        "an endless chunk",
        "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked~~fffffffffffffffff~a~0~~+",
    ),
    (
        "a length before chunks",
        "POST /a HTTP/1.1~Host: x~Content-Length: 4~Transfer-Encoding: chunked~~1~a~0~~+",
    ),
    (
        "chunks before a length",
        "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked~Content-Length: 4~~1~a~0~~+",
    ),
    ("another coding", "POST /a HTTP/1.1~Host: x~Transfer-Encoding: gzip~~abc+"),
    (
        "a coding after chunks",
        "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked, identity~~0~~+",
    ),
    ("a coding like chunks", "POST /a HTTP/1.1~Host: x~Transfer-Encoding: xchunked~~0~~+"),
    ("chunks twice", "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked, chunked~~0~~+"),
    (
        "chunks in two headers",
        "POST /a HTTP/1.1~Host: x~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~0~~+",
    ),
    ("chunks in HTTP/1.0", "POST /a HTTP/1.0~Host: x~Transfer-Encoding: chunked~~0~~+"),
    ("a tab before chunks", "POST /a HTTP/1.1~Host: x~Transfer-Encoding:\tchunked~~0~~+"),
    (
        "a vertical tab before chunks",
        "POST /a HTTP/1.1~Host: x~Transfer-Encoding:\x0bchunked~~0~~+",
    ),
    (
        "to be told to go on",
        "POST /a HTTP/1.1~Host: x~Content-Length: 3~Expect: 100-continue~~abc+",
    ),
    ("something else expected", "POST /a HTTP/1.1~Host: x~Content-Length: 3~Expect: gold~~abc+"),
];

#[tokio::test(start_paused = true)]
async fn requests_are_understood_in_one_way_or_refused() {
    let (listener, address) = tcp().await;
    let running = Running::start(listener, echo(), Limits::default());
    let mut lines = String::new();
    for (what, asked) in ASKED {
        let bytes = match asked.strip_suffix('+') {
            Some(asked) => asked.replace('~', "\r\n") + NEXT,
            None => asked.replace('~', "\r\n"),
        };
        writeln!(lines, "{what}: {}", told(address, bytes.as_bytes()).await).unwrap();
    }
    insta::assert_snapshot!(lines);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_head_is_bounded_in_size_and_headers() {
    let (listener, address) = tcp().await;
    let running = Running::start(listener, echo(), Limits::default());
    let ask =
        |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    let table = [
        (ask("/a", &"A: b\r\n".repeat(99)), "200 GET /a"),
        (ask("/a", &"A: b\r\n".repeat(100)), "431"),
        (ask("/a", &format!("A: {}\r\n", "b".repeat(50_000))), "200 GET /a"),
        (ask("/a", &format!("A: {}\r\n", "b".repeat(70_000))), "431"),
        (ask(&format!("/{}", "a".repeat(70_000)), ""), "431"),
        ("G".repeat(70_000), "431"),
    ];
    for (bytes, wanted) in table {
        let about: String = bytes.chars().take(60).collect();
        assert_eq!(told(address, bytes.as_bytes()).await, wanted, "{about}");
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_to_be_told_to_go_on_is_told() {
    let (listener, address) = tcp().await;
    let running = Running::start(listener, echo(), Limits::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\
                Connection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    let answer = exchange(stream, b"abc").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("[POST /a abc]"), "{answer}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_at_the_edge_has_the_form_of_what_was_asked() {
    let (listener, address) = tcp().await;
    let running = Running::start(listener, echo(), Limits::default());
    let mut told = Vec::new();
    for path in ["/api/v2/alerts", "/api/v1/alert"] {
        let ask = format!("GET {path} HTTP/1.1\r\nOrigin: null\r\nHost: x\r\nHost: x\r\n\r\n");
        let answer = exchange(TcpStream::connect(address).await.unwrap(), ask.as_bytes()).await;
        let lines = answer.lines().filter(|line| !line.starts_with("date:"));
        told.push(lines.collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!(told.join("\n\n"));
    running.stop().await;
}
