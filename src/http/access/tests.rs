//! Who is let in to API v2: as a table, and over real connections.

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::{Request, Version};
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::*;
use crate::domain::token::Scope;
use crate::http::edge::{Limits, serve};
use crate::http::tests::bench;

const HERE: &str = "127.0.0.1:40000";

fn open(names: &[&str]) -> AlertmanagerApi {
    AlertmanagerApi::Open(names.iter().map(|name| name.parse().unwrap()).collect())
}

/// A request from `peer` with these headers, one a line.
fn parts(peer: &str, headers: &str) -> Parts {
    let mut request = Request::builder().uri("/api/v2/alerts").version(Version::HTTP_11);
    for (name, value) in headers.lines().filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    let mut parts = request.body(Body::empty()).unwrap().into_parts().0;
    parts.extensions.insert(Peer::Net(peer.parse().unwrap()));
    parts
}

fn said(admitted: &Result<Caller, ApiError>) -> String {
    match admitted {
        Ok(caller) => {
            let scopes = Scope::ALL.into_iter().filter(|scope| caller.may(*scope).is_ok());
            let scopes: Vec<&str> = scopes.map(Scope::word).collect();
            format!("{} may {}", caller.actor, scopes.join(","))
        }
        Err(error) => format!("{} {error}", error.status().as_u16()),
    }
}

#[tokio::test]
async fn an_open_api_lets_in_what_is_plainly_from_here_and_for_here() {
    let bench = bench().await;
    let table = bench.handle.latest().table.clone();
    let told: Vec<String> = [
        (HERE, "host: localhost:9093"),
        (HERE, "host: 127.8.0.1"),
        (HERE, "host: [::1]:9093"),
        ("[::1]:4", "host: LOCALHOST"),
        ("[::ffff:127.0.0.1]:4", "host: localhost"),
        (HERE, "host: Watch.example.org:9093"),
        (HERE, "host: 192.0.2.1:9093"),
        (HERE, "host: localhost.example.org"),
        (HERE, "host: 127.0.0.1.example.org"),
        (HERE, "host: 0.0.0.0:9093"),
        (HERE, ""),
        (HERE, "host: localhost\nhost: localhost"),
        (HERE, "host: localhost, evil.example.org"),
        ("192.0.2.7:4", "host: localhost"),
        (HERE, "host: localhost\norigin: http://localhost:3000"),
        (HERE, "host: localhost\norigin: https://watch.example.org"),
        (HERE, "host: localhost\norigin: https://evil.example.org"),
        (HERE, "host: localhost\norigin: null"),
        (HERE, "host: localhost\nsec-fetch-site: cross-site"),
        (HERE, "host: localhost\nsec-fetch-site: same-site"),
        (HERE, "host: localhost\nsec-fetch-site: none\nsec-fetch-site: cross-site"),
        (HERE, "host: localhost\nsec-fetch-site: something-new"),
        (HERE, "host: localhost\nsec-fetch-site: same-origin"),
        (HERE, "host: localhost\nsec-fetch-site: none"),
        (HERE, "host: localhost\norigin: http://localhost:3000\nsec-fetch-site: same-site"),
        (HERE, "host: localhost\norigin: https://evil.example.org\nsec-fetch-site: cross-site"),
        (HERE, "host: localhost\nsec-fetch-site: cross-site\nauthorization: Bearer ops"),
        (HERE, "host: evil.example.org\nauthorization: Bearer ops"),
        (HERE, "host: localhost\nauthorization: Bearer guessed"),
        (HERE, "host: localhost\nauthorization: "),
        ("192.0.2.7:4", "host: evil.example.org\nauthorization: Bearer ops"),
    ]
    .iter()
    .map(|(peer, headers)| {
        let parts = parts(peer, headers);
        let admitted =
            admit_v2(&parts, &table, &open(&["watch.example.org", "192.0.2.1"]), &Web::default());
        format!("{peer} {}: {}", headers.replace('\n', " "), said(&admitted))
    })
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn an_api_for_tokens_lets_in_nobody_else() {
    let bench = bench().await;
    let table = bench.handle.latest().table.clone();
    let admit =
        |headers| admit_v2(&parts(HERE, headers), &table, &AlertmanagerApi::Token, &Web::default());
    assert_eq!(admit("host: localhost").unwrap_err(), ApiError::NoToken);
    assert!(admit("authorization: Bearer ops").is_ok());
}

#[tokio::test]
async fn what_an_open_api_does_not_give_needs_a_token() {
    let caller = Caller::of_this_host(via(&parts(HERE, "")).unwrap());
    let refused = caller.may(Scope::Ack).unwrap_err();
    assert_eq!(refused.status(), 403);
    insta::assert_snapshot!(refused, @r#"without a token alertmanager_api = "open" gives ingest and read; send a token with the scope ack"#);
}

#[test]
fn a_host_of_the_configuration_has_no_port_and_no_scheme() {
    for name in ["watch.example.org", "192.0.2.1", "[2001:db8::1]"] {
        assert!(name.parse::<HostName>().is_ok(), "{name}");
    }
    for name in ["", "watch:9093", "[2001:db8::1]:9093", "https://watch", "*.example.org", "a b"] {
        assert_eq!(name.parse::<HostName>(), Err(NoHostName), "{name}");
    }
}

#[tokio::test]
async fn a_forged_host_is_refused_over_a_real_connection() {
    let bench = bench().await;
    let who = async |V2Caller(caller): V2Caller| caller.actor.to_string();
    let router = Router::new()
        .route("/api/v2/alerts", get(who))
        .layer(Extension(open(&[])))
        .with_state(bench.door.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    let serving = serve(listener, router, Limits::default(), tracker.clone(), cancel.clone());
    tracker.spawn(serving);
    let ask = async |host: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET /api/v2/alerts HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let answer = ask(&address.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\nlocalhost"), "{answer}");
    let answer = ask("evil.example.org").await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("allowed_hosts"), "{answer}");
    cancel.cancel();
    tracker.close();
    tracker.wait().await;
}
