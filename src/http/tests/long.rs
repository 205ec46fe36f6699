//! Long lists: written while they are read, whole, and as everything was when they were asked for.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::{Bench, bench};
use crate::http::{Limits, serve};

/// More than fit on one sheet.
const MANY: usize = 400;
const LISTS: [(&str, &str); 3] =
    [("/api/v2/alerts", ""), ("/api/v2/alerts/groups", "/0/alerts"), ("/api/v1/alert", "/alerts")];

async fn many() -> Bench {
    let bench = bench().await;
    post(&bench, 0).await;
    bench
}

async fn post(bench: &Bench, from: usize) {
    let alert = |number| {
        let host = format!("node-{number:04}.example.org");
        let labels = json!({"alertname": "disk", "host": host, "filler": "x".repeat(200)});
        json!({"title": "disk is full", "service": "web", "labels": labels})
    };
    bench.post("ops", (from..from + MANY).map(alert).collect()).await;
}

fn count(body: &[u8], at: &str) -> usize {
    let body: Value = serde_json::from_slice(body).unwrap();
    body.pointer(at).unwrap().as_array().unwrap().len()
}

fn request(path: &str) -> Request {
    let request = Request::get(path).header("authorization", "Bearer ops");
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_list_is_of_the_moment_it_was_asked_for_however_late_it_is_read() {
    let bench = many().await;
    for (path, at) in LISTS {
        let answer = bench.router().oneshot(request(path)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.headers().get("content-length").is_none(), "{path} is long");
        let before = bench.handle.latest().table.open_alerts().count();
        post(&bench, before).await;
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(count(&body, at), before, "{path}");
    }
}

#[tokio::test]
async fn who_reads_a_long_list_holds_a_place_until_it_is_read() {
    let bench = many().await;
    let mut answers = Vec::new();
    let refused = loop {
        let answer = bench.router().oneshot(request("/api/v2/alerts")).await.unwrap();
        if answer.status() != StatusCode::OK {
            break answer.status();
        }
        answers.push(answer);
    };
    assert_eq!(refused, StatusCode::SERVICE_UNAVAILABLE);
    answers.pop();
    let answer = bench.router().oneshot(request("/api/v2/alerts")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

/// What a server says to a request, until it closes.
async fn said(address: std::net::SocketAddr, method: &str, path: &str, version: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let ask = format!(
        "{method} {path} {version}\r\nhost: x\r\nauthorization: Bearer ops\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn long_lists_come_in_chunks_and_whole_to_those_who_know_no_chunks() {
    let bench = many().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    let serving =
        serve(listener, bench.router(), Limits::default(), tracker.clone(), cancel.clone());
    tracker.spawn(serving);
    for (path, at) in LISTS {
        let new = said(address, "GET", path, "HTTP/1.1").await;
        let (head, _) = new.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("transfer-encoding: chunked"), "{head}");
        assert!(new.ends_with("\r\n0\r\n\r\n"));
        let old = said(address, "GET", path, "HTTP/1.0").await;
        let (head, body) = old.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200") && !head.contains("chunked"), "{head}");
        assert_eq!(count(body.as_bytes(), at), MANY, "{path}");
    }
    let head = said(address, "HEAD", "/api/v1/alert", "HTTP/1.1").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    cancel.cancel();
    tracker.close();
    tracker.wait().await;
}

#[tokio::test]
async fn a_short_list_has_a_length() {
    let bench = bench().await;
    for (path, _) in LISTS {
        let answer = bench.router().oneshot(request(path)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.into_body().size_hint().exact().is_some(), "{path}");
    }
}
