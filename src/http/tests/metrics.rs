//! The page as it is scraped: its names, what is counted, and who may read it.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Samples by name and labels.
type Samples = BTreeMap<String, String>;

struct Seen {
    status: u16,
    allow: String,
    kind: String,
    body: String,
}

async fn ask(router: Router, request: Request<Body>) -> Seen {
    let (head, body) = router.oneshot(request).await.unwrap().into_parts();
    let text = |name: &str| {
        head.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(bytes.to_vec()).unwrap();
    Seen { status: head.status.as_u16(), allow: text("allow"), kind: text("content-type"), body }
}

fn request(method: &str, token: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri("/metrics").header("host", "localhost");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Body::empty()).unwrap()
}

async fn scraped(bench: &Bench) -> Samples {
    let seen = ask(bench.router(), request("GET", Some("ops"))).await;
    assert_eq!((seen.status, seen.kind.as_str()), (200, FORMAT), "{}", seen.body);
    let samples = seen.body.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.map(|line| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.to_owned())
    });
    samples.collect()
}

/// The samples of `names`, one a line.
fn lines(samples: &Samples, names: &[&str]) -> String {
    let mut lines = Vec::new();
    for name in names {
        let of_name = |sample: &str| sample.split('{').next() == Some(*name);
        let found = samples.iter().filter(|(sample, _)| of_name(sample));
        lines.extend(found.map(|(sample, value)| format!("{sample} {value}")));
    }
    lines.join("\n")
}

async fn post(bench: &Bench, path: &str, token: &str, body: &str) {
    let request = Request::post(path)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"));
    ask(bench.router(), request.body(Body::from(body.to_owned())).unwrap()).await;
}

#[tokio::test]
async fn every_family_is_there_once_with_help_and_kind_before_its_samples() {
    let bench = bench().await;
    let page = ask(bench.router(), request("GET", Some("ops"))).await.body;
    let mut families = BTreeSet::new();
    let mut family = "";
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split(' ').next().unwrap();
            assert!(families.insert(family), "{family} twice");
            assert!(rest.ends_with('.'), "{rest}");
        } else if !line.starts_with("# TYPE ") {
            assert!(line.starts_with(family), "{line} among those of {family}");
        }
    }
    insta::assert_snapshot!(families.into_iter().collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn alerts_are_counted_as_they_stand_and_as_api_v2_shows_them() {
    let bench = bench().await;
    let alert = |name: &str, severity: &str| json!({"fingerprint": name, "title": name, "severity": severity, "service": "web", "status": "firing"});
    let ids = bench
        .post("ops", json!([alert("a", "critical"), alert("b", "critical"), alert("c", "warning")]))
        .await;
    let acknowledge = Request::put(format!("/api/v1/alert/{}/acknowledge", ids[0]))
        .header("authorization", "Bearer ops");
    ask(bench.router(), acknowledge.body(Body::empty()).unwrap()).await;
    let samples = scraped(&bench).await;
    let names = [
        "alertmanager_alerts",
        "alertmanager_silences",
        "watchbell_alerts",
        "watchbell_alerts_kept",
        "watchbell_critical_unacknowledged",
        "watchbell_store_writable",
    ];
    insta::assert_snapshot!(lines(&samples, &names));
    assert_ne!(samples["watchbell_commit_seconds_count"], "0");
}

#[tokio::test]
async fn posts_are_counted_by_road_by_what_became_of_them_and_by_status() {
    let bench = bench().await;
    let v2 = r#"[{"labels":{"alertname":"a"}},{"labels":{"alertname":"b"},"endsAt":"2020-01-01T00:00:00Z"},{"labels":{}},null]"#;
    post(&bench, "/api/v2/alerts", "ops", v2).await;
    post(&bench, "/api/v2/alerts", "guessed", "[]").await;
    post(
        &bench,
        "/api/v1/alert",
        "ops",
        r#"{"alerts":[{"title":"a"},{"title":"b","service":"c"}]}"#,
    )
    .await;
    let webhook = r#"{"version":"4","groupKey":"x","receiver":"r","alerts":[{"status":"firing","labels":{"alertname":"c"}}]}"#;
    post(&bench, "/api/v1/alert", "ops", webhook).await;
    let names = [
        "alertmanager_alerts_received_total",
        "alertmanager_alerts_invalid_total",
        "watchbell_reports_total",
        "watchbell_posts_refused_total",
        "watchbell_inbox_busy_total",
    ];
    insta::assert_snapshot!(lines(&scraped(&bench).await, &names));
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_counted_as_postponed() {
    let mut bench = bench().await;
    bench.stop().await;
    post(&bench, "/api/v2/alerts", "ops", r#"[{"labels":{"alertname":"a"}}]"#).await;
    let samples = scraped(&bench).await;
    assert_eq!(samples[r#"watchbell_reports_total{outcome="postponed",road="v2"}"#], "1");
    assert_eq!(samples[r#"watchbell_posts_refused_total{status="503"}"#], "1");
}

#[tokio::test]
async fn who_may_read_api_v2_may_read_it_and_nobody_else() {
    let bench = bench().await;
    bench.token("sender", "ingest").await;
    let open = || {
        let peer = Peer::Net("127.0.0.1:40000".parse().unwrap());
        let api = AlertmanagerApi::Open([].into());
        public_router(bench.door.clone(), api).layer(Extension(peer))
    };
    let shut = || public_router(Door::new(), AlertmanagerApi::Token);
    let mut lines = Vec::new();
    for (what, router, request) in [
        ("no token", bench.router(), request("GET", None)),
        ("another scope", bench.router(), request("GET", Some("sender"))),
        ("HEAD", bench.router(), request("HEAD", Some("ops"))),
        ("POST", bench.router(), request("POST", Some("ops"))),
        ("OPTIONS", bench.router(), request("OPTIONS", None)),
        ("starting", shut(), request("GET", Some("ops"))),
    ] {
        let Seen { status, allow, body, .. } = ask(router, request).await;
        lines.push(format!("{what}: {status} [{allow}] {}", body.replace('\n', "⏎")));
    }
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(ask(open(), request("GET", None)).await.status, 200);
}

#[tokio::test]
async fn reads_beyond_the_limit_are_told_so_in_alertmanagers_words_and_counted() {
    let bench = bench().await;
    let readers = bench.door.readers();
    let mut places: Vec<_> = std::iter::from_fn(|| readers.enter().ok()).collect();
    let all = places.len();
    assert!(all >= 8);
    for path in ["/api/v2/alerts", "/api/v2/status"] {
        let request = Request::get(path).header("authorization", "Bearer ops");
        let seen = ask(bench.router(), request.body(Body::empty()).unwrap()).await;
        let told =
            format!("Limit of concurrent GET requests reached ({all}), try again later.\n\n");
        assert_eq!((seen.status, seen.body), (503, told), "{path}");
        assert_eq!(seen.kind, "text/plain; charset=utf-8");
    }
    post(&bench, "/api/v2/alerts", "ops", r#"[{"labels":{"alertname":"a"}}]"#).await;
    // Whoever watches over it is not kept out by those who read slowly.
    let samples = scraped(&bench).await;
    places.clear();
    let crowded = r#"alertmanager_http_concurrency_limit_exceeded_total{method="get"}"#;
    assert_eq!(samples[crowded], "2");
    assert_eq!(samples[r#"alertmanager_alerts{state="active"}"#], "1", "posts need no place");
}
