//! How API v2 is reached: behind a prefix, by so many at one time, for so long, and from which pages.

use std::convert::Infallible;
use std::num::NonZero;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{StreamExt as _, stream};

use super::v2::{Seen, alerts, send};
use super::*;
use crate::http::Web;

const ALERT: &str = r#"[{"labels":{"alertname":"a"}}]"#;

/// The same service behind a door of its own.
fn reached(bench: &mut Bench, web: Web) {
    bench.door = Door::with(web);
    bench.door.open(bench.handle.clone());
}

async fn behind(prefix: &str) -> Bench {
    let mut bench = bench().await;
    reached(&mut bench, Web { prefix: prefix.parse().unwrap(), ..Web::default() });
    bench
}

fn titles(bench: &Bench) -> Vec<String> {
    let table = bench.handle.latest().table.clone();
    table.open_alerts().map(|alert| alert.title.to_string()).collect()
}

#[tokio::test]
async fn behind_a_prefix_all_is_as_without_one_and_what_lies_beside_it_as_gos_router_answers() {
    let bench = behind("/watch").await;
    let mut lines = Vec::new();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/?a=b"),
        ("HEAD", "/"),
        ("POST", "/"),
        ("OPTIONS", "/"),
        ("GET", "/watch"),
        ("GET", "/watch?a=b"),
        ("POST", "/watch"),
        ("HEAD", "/watch"),
        ("GET", "/watch/"),
        ("GET", "/watcher"),
        ("GET", "/api/v2/status"),
        ("POST", "/api/v2/alerts"),
        ("GET", "/api/v1/alerts"),
        ("GET", "/-/healthy"),
        ("GET", "/metrics"),
        ("GET", "//foo"),
        ("POST", "//foo"),
        ("GET", "/watch/-/healthy"),
        ("HEAD", "/watch/-/ready"),
        ("GET", "/watch/-/healthy/"),
        ("GET", "/watch/api/v2"),
        ("GET", "/watch/api/v2/"),
        ("GET", "/watch/api/v2/x"),
        ("DELETE", "/watch/api/v2"),
        ("GET", "/watch//api/v2/status"),
        ("GET", "//watch/api/v2/status"),
        ("GET", "/watch/api/v2/receivers?receiver_matchers=name%3Dother"),
        ("GET", "/watch/api/v2/receivers/"),
        ("PUT", "/watch/api/v2/receivers"),
        ("GET", "/watch/api/v1/alerts"),
        ("GET", "/watch/api/v1/nowhere"),
    ] {
        let seen = send(&bench, Ask::new(method, path).token("ops")).await;
        let more = ["location", "allow"].map(|name| seen.header(name)).join("");
        let more = if more.is_empty() { more } else { format!(" [{more}]") };
        lines.push(format!("{method} {path}: {}{more}", seen.line()));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn our_own_api_is_behind_the_prefix_and_where_it_always_was() {
    let bench = behind("/watch").await;
    bench.post("ops", json!([{"title": "one", "service": "web"}])).await;
    for path in ["/api/v1/alert", "/alert", "/watch/api/v1/alert", "/watch/alert"] {
        let answer = bench.ask(Ask::get(path).token("ops")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.body["alerts"].as_array().unwrap().len(), 1, "{path}");
    }
    let post = Ask::post("/watch/api/v2/alerts").token("ops");
    let post = post.header("content-type", "application/json").text(ALERT);
    assert_eq!(send(&bench, post).await.line(), "200 - nothing");
    let listed = send(&bench, Ask::get("/watch/api/v2/alerts?filter=alertname%3Da").token("ops"));
    let listed: Value = serde_json::from_str(&listed.await.body).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(titles(&bench).len(), 2);
}

#[tokio::test]
async fn alerts_that_are_posted_beside_the_prefix_are_told_with_where_they_are_taken() {
    let mut lines = Vec::new();
    for path in
        ["/", "/api/v2/alerts", "/watch", "/watch/api/v1/alerts", "/watch/api/v2/alert", "/x"]
    {
        let bench = behind("/watch").await;
        let post = Ask::post(path).token("ops").header("content-type", "application/json");
        let status = send(&bench, post.text(ALERT)).await.status;
        let refusals = bench.handle.vitals().now().refusals;
        let why = refusals.newest().map_or("nothing", |newest| newest.why.as_str());
        lines.push(format!("{path}: {status}, told {why}"));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_number_of_reads_that_was_named_is_counted_over_all_that_alertmanager_counts() {
    let mut bench = bench().await;
    reached(&mut bench, Web { get_concurrency: NonZero::new(1), ..Web::default() });
    let place = bench.door.readers().enter().unwrap();
    let told = "503 text/plain; charset=utf-8 \
                Limit of concurrent GET requests reached (1), try again later.⏎⏎";
    let paths = [
        "/api/v2/status",
        "/api/v2/alerts",
        "/api/v2/alerts/groups",
        "/api/v2/receivers",
        "/metrics",
        "/-/healthy",
        "/-/ready",
    ];
    for path in paths {
        assert_eq!(send(&bench, Ask::get(path).token("ops")).await.line(), told, "{path}");
    }
    assert_eq!(send(&bench, Ask::new("HEAD", "/-/healthy")).await.status, 200);
    assert_eq!(send(&bench, alerts(ALERT)).await.status, 200);
    assert_eq!(bench.ask(Ask::get("/api/v1/alert").token("ops")).await.status, 200);
    drop(place);
    for path in paths {
        assert_eq!(send(&bench, Ask::get(path).token("ops")).await.status, 200, "{path}");
    }
    let page = send(&bench, Ask::get("/metrics").token("ops")).await.body;
    let counted = "alertmanager_http_concurrency_limit_exceeded_total{method=\"get\"} 7\n";
    assert!(page.contains(counted), "{page}");
}

#[tokio::test]
async fn a_post_whose_body_does_not_come_in_time_is_told_so_and_none_of_it_is_taken() {
    let mut bench = bench().await;
    reached(&mut bench, Web { timeout: Some(Duration::from_millis(1)), ..Web::default() });
    let begun = stream::iter([Ok::<_, Infallible>(Bytes::from(ALERT))]);
    let body = Body::from_stream(begun.chain(stream::pending()));
    let seen = send(&bench, alerts(body)).await;
    assert_timed_out(&seen);
    assert!(titles(&bench).is_empty());
    let vital = bench.handle.vitals().now();
    assert!(vital.refusals.newest().is_none(), "what may be sent again is nobody's fault");
    reached(&mut bench, Web::default());
    let page = send(&bench, Ask::get("/metrics").token("ops")).await.body;
    assert!(page.contains("watchbell_posts_refused_total{status=\"503\"} 1\n"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_whose_time_is_up_while_it_is_saved_is_saved_whole() {
    let disk = Platter::default();
    let mut bench = Bench::over(disk.clone(), Policy::default());
    bench.token("ops", "ingest,read").await;
    let door = bench.door.clone();
    reached(&mut bench, Web { timeout: Some(Duration::from_millis(50)), ..Web::default() });
    let (go_on, held) = std::sync::mpsc::sync_channel::<()>(0);
    let (stands, still) = std::sync::mpsc::sync_channel::<()>(0);
    let holding = std::thread::spawn(move || {
        let _held = disk.hold();
        stands.send(()).unwrap();
        let _ = held.recv();
    });
    still.recv().unwrap();
    let body = r#"[{"labels":{"alertname":"a"}},{"labels":{"alertname":"b"}}]"#;
    let seen = send(&bench, alerts(body)).await;
    assert_eq!((seen.status, seen.body.as_str()), (503, "Exceeded configured timeout of 50ms.\n"));
    drop(go_on);
    holding.join().unwrap();
    // Whoever comes later is decided later.
    bench.door = door;
    assert_eq!(send(&bench, alerts(r#"[{"labels":{"alertname":"c"}}]"#)).await.status, 200);
    let mut titles = titles(&bench);
    titles.sort();
    assert_eq!(titles, ["a", "b", "c"]);
}

fn assert_timed_out(seen: &Seen) {
    let told = "503 text/plain; charset=utf-8 Exceeded configured timeout of 1ms.⏎";
    assert_eq!(seen.line(), told);
    assert_eq!(seen.header("retry-after"), "1");
    assert_eq!(seen.header("cache-control"), "no-store");
}

const TRUSTED: &str = "https://karma.example.org";

async fn trusting() -> Bench {
    let mut bench = bench().await;
    let origins = [TRUSTED.parse().unwrap()].into();
    reached(&mut bench, Web { origins, ..Web::default() });
    bench
}

fn cors(seen: &Seen) -> String {
    let allow = ["origin", "methods", "headers", "credentials"];
    allow
        .map(|name| format!("{:?}", seen.header(&format!("access-control-allow-{name}"))))
        .join(" ")
}

#[tokio::test]
async fn pages_that_the_configuration_names_may_do_what_programs_may_and_others_only_read() {
    let bench = trusting().await;
    let mut lines = Vec::new();
    for origin in [TRUSTED, "https://evil.example.org", "http://karma.example.org", "null"] {
        for (method, fields) in [
            ("GET", "authorization"),
            ("POST", "authorization,content-type"),
            ("POST", "content-type"),
            ("DELETE", ""),
            ("PUT", ""),
            ("GET", "x-other"),
        ] {
            let ask = Ask::new("OPTIONS", "/api/v2/alerts").header("origin", origin);
            let ask = ask.header("access-control-request-method", method);
            let ask = ask.header("access-control-request-headers", fields);
            let seen = send(&bench, ask).await;
            assert_eq!((seen.status, seen.body.as_str()), (204, ""));
            lines.push(format!("{origin} {method} {fields:?}: {}", cors(&seen)));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn what_a_named_page_is_answered_it_may_read_whatever_it_is() {
    let bench = trusting().await;
    let mut lines = Vec::new();
    for origin in [TRUSTED, "https://evil.example.org"] {
        for ask in [
            Ask::get("/api/v2/status").token("ops"),
            Ask::get("/api/v2/status"),
            alerts("[]"),
            alerts("["),
            Ask::new("DELETE", "/api/v2/alerts").token("ops"),
        ] {
            let seen = send(&bench, ask.header("origin", origin)).await;
            assert_eq!(seen.header("vary"), "Origin");
            lines.push(format!("{origin} {}: {}", seen.status, cors(&seen)));
        }
    }
    let twice = Ask::get("/api/v2/status").header("origin", TRUSTED).header("origin", TRUSTED);
    lines.push(format!("named twice: {}", cors(&send(&bench, twice).await)));
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_named_page_needs_no_token_where_the_api_is_open_and_others_are_refused() {
    let bench = trusting().await;
    let open = || {
        let peer = Peer::Net("127.0.0.1:40000".parse().unwrap());
        public_router(bench.door.clone(), AlertmanagerApi::Open([].into())).layer(Extension(peer))
    };
    for (origin, status) in [(TRUSTED, 200), ("https://evil.example.org", 403)] {
        let post = Ask::post("/api/v2/alerts").header("origin", origin);
        let post = post.header("host", "localhost:9093").header("content-type", "application/json");
        let post = post.header("sec-fetch-site", "cross-site").text("[]");
        let request = post.request.body(post.body).unwrap();
        assert_eq!(open().oneshot(request).await.unwrap().status(), status, "{origin}");
    }
}
