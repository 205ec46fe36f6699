//! Alertmanager's API v2: odd requests and their answers, what a post becomes, and what every
//! answer has.

use proptest::prelude::*;

use super::*;
use crate::domain::routing::{Hour, routed};
use crate::domain::time::{SignedDuration, after};

/// What came back, as clients see it.
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

pub(super) async fn send(bench: &Bench, ask: Ask) -> Seen {
    sent(bench.router(), ask).await
}

async fn sent(router: Router, ask: Ask) -> Seen {
    let response = router.oneshot(ask.request.body(ask.body).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(bytes.to_vec()).unwrap();
    Seen { status: parts.status.as_u16(), headers: parts.headers, body }
}

pub(super) fn alerts(body: impl Into<Body>) -> Ask {
    let ask = Ask::post("/api/v2/alerts").token("ops");
    ask.header("content-type", "application/json").text(body)
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter().map(|value| value.to_str().unwrap());
        values.collect::<Vec<_>>().join(" + ")
    }

    pub(super) fn line(&self) -> String {
        let kind = self.header("content-type");
        let kind = if kind.is_empty() { "-" } else { &kind };
        let body = if self.body.is_empty() {
            "nothing".to_owned()
        } else {
            self.body.replace('\n', "⏎")
        };
        format!("{} {kind} {body}", self.status)
    }
}

/// Every body of the contract's table of odd inputs, and more that were measured beside it.
const BODIES: [&str; 58] = [
    "[{",
    "hello",
    "{}",
    "null",
    "[]",
    "",
    "  ",
    "[null]",
    r#"[null,{"labels":{"a":"b"}},{"labels":{}}]"#,
    "[{}]",
    r#"[{"labels":{}}]"#,
    r#"[{"labels":null}]"#,
    r#"[{"labels":{"a":null}}]"#,
    r#"[{"labels":{"a":""}}]"#,
    r#"[{"labels":{"a":"1","a":""}}]"#,
    r#"[{"labels":{"a":5}}]"#,
    r#"[{"labels":5}]"#,
    r#"[{"labels":[]}]"#,
    r#"[{"labels":{"a":{}}}]"#,
    r#"[{"labels":{"a":"1","b":false}}]"#,
    r#"[{"annotations":{"a":5},"labels":{"a":"b"}}]"#,
    r#"[{"annotations":"x","labels":{"a":"b"}}]"#,
    r#"[{"labels":{"a":"1","a":"2"}}]"#,
    r#"[{"labels":{"a-b":"1","ü":"2"}}]"#,
    r#"[{"labels":{"":"1"}}]"#,
    r#"[{"labels":{"":""}}]"#,
    r#"[{"labels":{"a":"b"},"annotations":{"":"1"}}]"#,
    r#"[{"startsAt":"yesterday","labels":{"a":"b"}}]"#,
    r#"[{"startsAt":5,"labels":{"a":"b"}}]"#,
    r#"[{"endsAt":{"a":[1]},"labels":{"a":"b"}}]"#,
    r#"[{"startsAt":"2026-01-01T10:00:00","labels":{"a":"b"}}]"#,
    r#"[{"startsAt":"","labels":{"a":"b"}}]"#,
    r#"[{"startsAt":null,"labels":{"a":"b"}}]"#,
    r#"[{"startsAt":"2026-01-01","labels":{"a":"b"}}]"#,
    r#"[{"startsAt":"2026-01-01T10:00:00+0000","labels":{"a":"b"}}]"#,
    r#"[{"endsAt":"2026-01-01T00:00:00Z","startsAt":"2026-01-02T00:00:00Z","labels":{"a":"b"}}]"#,
    r#"[{"startsAt":"3000-01-01T00:00:00Z","labels":{"a":"b"}}]"#,
    r#"[{"labels":{"":"1"}},{"labels":{"a":"good"}},{"labels":{}},{"labels":{"b":"good"}}]"#,
    r#"[{"labels":{"a":"b"},"startsAt":"2026-01-02","endsAt":"2026-01-01"},{"labels":{}},{"labels":{"c":"d"},"startsAt":"2026-01-02","endsAt":"2026-01-01"}]"#,
    r#"[{"labels":{},"startsAt":"2026-01-02","endsAt":"2026-01-01"}]"#,
    r#"[{"generatorURL":"not a url","labels":{"a":"b"}}]"#,
    r#"[{"labels":{"a":"b"}},{"generatorURL":"<\u0000\"é>","labels":{"a":"b"}}]"#,
    r#"[{"generatorURL":"foo"}]"#,
    r#"[{"generatorURL":5,"labels":{"a":"b"}}]"#,
    r#"[{"generatorURL":"","labels":{"a":"b"}}]"#,
    r#"[{"generatorURL":null,"labels":{"a":"b"}}]"#,
    r#"[{"unknown":[{}],"LABELS":{"a":"b"},"STARTSat":null}] trailing"#,
    r#"[{"labelſ":{"a":"b"}}]"#,
    r#"[{"labels":{"a":"1"},"labels":null}]"#,
    r#"[{"labels":{"a":"1"},"labels":{}}]"#,
    "5",
    "[5]",
    "[[]]",
    r#"[{"labels":{"a":5},"generatorURL":5}]"#,
    r#"[{"annotations":{"a":5},"labels":{"a":5},"startsAt":"x"}]"#,
    r#"[{"labels":{"a":5}},{"startsAt":"x"}]"#,
    r#"[5,{"startsAt":"x"}]"#,
    r#"[{"labels":{"<a>":5}}]"#,
];

#[tokio::test]
async fn odd_bodies_are_answered_as_alertmanager_answers_them() {
    let bench = bench().await;
    let mut lines = Vec::new();
    for body in BODIES {
        lines.push(format!("{body}\n  {}", send(&bench, alerts(body)).await.line()));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn good_alerts_beside_bad_ones_are_kept_and_none_of_a_post_that_is_no_post() {
    let bench = bench().await;
    send(&bench, alerts(r#"[{"labels":{"a":"1"}},{"labels":{}},null,{"labels":{"a":"2"}}]"#)).await;
    send(&bench, alerts(r#"[{"labels":{"a":"3"}},{}]"#)).await;
    send(&bench, alerts(r#"[{"labels":{"a":"4"}},{"labels":{"a":5}}]"#)).await;
    let table = &bench.handle.latest().table;
    let mut open: Vec<_> = table.open_alerts().map(|alert| format!("{:?}", alert.labels)).collect();
    open.sort();
    assert_eq!(open, [r#"{"a": "1"}"#, r#"{"a": "2"}"#]);
}

#[tokio::test]
async fn headers_methods_and_paths_are_answered_as_alertmanager_answers_them() {
    let bench = bench().await;
    let ask = |method: &str, path: &str| Ask::new(method, path).token("ops");
    let asks = [
        ("no kind", ask("POST", "/api/v2/alerts").text("[]")),
        (
            "text/plain",
            ask("POST", "/api/v2/alerts").header("content-type", "text/plain").text("[]"),
        ),
        ("foo", ask("POST", "/api/v2/alerts").header("content-type", "foo").text("[]")),
        ("no kind, no body", ask("POST", "/api/v2/alerts")),
        ("posting takes XML", alerts("[]").header("accept", "application/xml")),
        ("reading takes XML", ask("GET", "/api/v2/receivers").header("accept", "application/xml")),
        ("PUT", ask("PUT", "/api/v2/alerts")),
        ("DELETE", ask("DELETE", "/api/v2/alerts")),
        ("HEAD", ask("HEAD", "/api/v2/status")),
        ("OPTIONS", ask("OPTIONS", "/api/v2/alerts")),
        ("POST", ask("POST", "/api/v2/alerts/groups")),
        ("nowhere", ask("GET", "/api/v2/x&%3C")),
        ("the root", ask("GET", "/api/v2/")),
        ("its document", ask("GET", "/api/v2/swagger.json")),
        ("in capitals", ask("GET", "/api/v2/Status")),
        ("a slash behind", ask("GET", "/api/v2/receivers/?x=1")),
        ("receivers", ask("GET", "/api/v2/receivers")),
        ("receivers of a name", ask("GET", "/api/v2/receivers?receiver_matchers=name%3D~d.*")),
        (
            "receivers of another",
            ask("GET", "/api/v2/receivers?receiver_matchers=name%21%3Ddefault"),
        ),
        ("receivers of nothing", ask("GET", "/api/v2/receivers?receiver_matchers=%3Cx%3E")),
        ("no slash", ask("GET", "/api/v2?x=1&y")),
        ("two slashes", ask("GET", "//api/v2//receivers?x=1")),
        ("two slashes posted", ask("POST", "//api/v2/alerts")),
        ("v1", ask("GET", "/api/v1/alerts")),
        ("v1 posted", ask("POST", "/api/v1/silences")),
        ("v1 deleted", ask("DELETE", "/api/v1/silence/x")),
        ("v1 put", ask("PUT", "/api/v1/status")),
        ("v1 posted where it never was", ask("POST", "/api/v1/receivers")),
        ("healthy", Ask::get("/-/healthy")),
        ("ready", Ask::get("/-/ready")),
        ("ready, HEAD", Ask::new("HEAD", "/-/ready")),
        ("ready, POST", Ask::post("/-/ready")),
        ("ready, OPTIONS", Ask::new("OPTIONS", "/-/ready")),
        ("ready, a slash behind", Ask::get("/-/ready/")),
    ];
    let mut lines = Vec::new();
    for (name, ask) in asks {
        let seen = send(&bench, ask).await;
        let more = ["allow", "location"].map(|name| seen.header(name)).join(" ");
        lines.push(format!("{name}\n  {} {more}", seen.line()).trim_end().to_owned());
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_request_with_a_body_has_to_bring_json_and_one_without_has_to_take_it() {
    let bench = bench().await;
    // Method, kind, what is taken, body.
    let table = [
        ("POST", "application/json", "text/html", "[]", 200),
        ("POST", "text/plain", "application/json", "[]", 415),
        ("POST", "application/json", "text/html", "", 406),
        ("POST", "text/plain", "application/json", "", 422),
        ("GET", "application/json", "text/html", "x", 200),
        ("GET", "text/plain", "application/json", "x", 415),
        ("GET", "application/json", "text/html", "", 406),
        ("GET", "text/plain", "application/json", "", 200),
        ("PUT", "text/plain", "text/html", "x", 405),
    ];
    for (method, kind, accept, body, status) in table {
        let ask = Ask::new(method, "/api/v2/alerts").token("ops").text(body);
        let ask = ask.header("content-type", kind).header("accept", accept);
        let seen = send(&bench, ask).await;
        assert_eq!(seen.status, status, "{method} {kind} {accept} {body:?}: {}", seen.body);
    }
}

#[tokio::test]
async fn every_path_that_is_known_is_answered_by_a_handler_with_and_without_a_slash() {
    let bench = bench().await;
    for path in ["alerts", "alerts/groups", "receivers", "silences", "status"] {
        for path in [format!("/api/v2/{path}"), format!("/api/v2/{path}/?filter=a%3Db")] {
            let seen = send(&bench, Ask::get(&path).token("ops")).await;
            assert_eq!(seen.status, 200, "{path}");
            assert!(seen.body.ends_with('\n'), "{path}");
        }
    }
    let post = Ask::post("/api/v2/alerts/").token("ops");
    let post = post.header("content-type", "application/json").text("[]");
    assert_eq!(send(&bench, post).await.line(), "200 - nothing");
}

#[tokio::test]
async fn every_answer_of_v2_is_not_to_be_stored_and_varies_by_origin() {
    let bench = bench().await;
    for ask in [
        alerts("[]"),
        alerts("{"),
        Ask::get("/api/v2/alerts"),
        Ask::get("/api/v2/status").token("ops"),
        Ask::get("/api/v2/nowhere"),
        Ask::put("/api/v2/alerts"),
    ] {
        let seen = send(&bench, ask).await;
        assert_eq!(
            (seen.header("cache-control"), seen.header("vary")),
            ("no-store".into(), "Origin".into())
        );
        assert_eq!(seen.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_read_and_nothing_else() {
    let bench = bench().await;
    let page = |ask: Ask| ask.header("origin", "https://example.org");
    let shared =
        async |ask: Ask| send(&bench, page(ask)).await.header("access-control-allow-origin");
    assert_eq!(shared(Ask::get("/api/v2/status").token("ops")).await, "*");
    assert_eq!(shared(Ask::get("/api/v2/nowhere")).await, "*");
    assert_eq!(shared(Ask::new("OPTIONS", "/api/v2/alerts")).await, "*");
    assert_eq!(shared(alerts("[]")).await, "");
    assert_eq!(shared(Ask::get("/-/ready")).await, "");
    let mut lines = Vec::new();
    for (method, fields) in [
        ("GET", None),
        ("HEAD", Some("")),
        ("GET", Some("accept, content-type,\tx-requested-with")),
        ("GET", Some("content-type,accept")),
        ("GET", Some("Content-Type")),
        ("GET", Some("accept,accept")),
        ("GET", Some("authorization")),
        ("POST", None),
        ("DELETE", None),
    ] {
        let ask = page(Ask::new("OPTIONS", "/api/v2/alerts"));
        let ask = ask.header("access-control-request-method", method);
        let ask = fields
            .into_iter()
            .fold(ask, |ask, fields| ask.header("access-control-request-headers", fields));
        let seen = send(&bench, ask).await;
        let allow = ["origin", "methods", "headers"]
            .map(|name| format!("{:?}", seen.header(&format!("access-control-allow-{name}"))));
        assert_eq!((seen.status, seen.body.as_str()), (204, ""));
        let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        assert_eq!(seen.header("vary"), vary);
        lines.push(format!("{method} {fields:?}: {}", allow.join(" ")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn who_may_not_is_told_so_in_a_form_that_clients_print() {
    let bench = bench().await;
    bench.token("reader", "read").await;
    bench.token("sender", "ingest").await;
    let post = |ask: Ask| ask.header("content-type", "application/json").text("[]");
    let mut lines = Vec::new();
    for ask in [
        post(Ask::post("/api/v2/alerts")),
        post(Ask::post("/api/v2/alerts").token("guessed")),
        post(Ask::post("/api/v2/alerts").token("reader")),
        post(Ask::post("/api/v2/alerts").token("sender")),
        post(Ask::post("/api/v2/alerts").header("authorization", "Basic YWxpY2U6c2VuZGVy")),
        Ask::get("/api/v2/receivers"),
        Ask::get("/api/v2/receivers").token("sender"),
        Ask::get("/api/v2/receivers").token("reader"),
    ] {
        let seen = send(&bench, ask).await;
        lines.push(
            format!("{} {}", seen.line(), seen.header("www-authenticate")).trim_end().to_owned(),
        );
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn every_post_that_is_turned_away_is_told_to_the_console_as_its_sender_is() {
    let bench = bench().await;
    let mut lines = Vec::new();
    for ask in [
        Ask::post("/api/v2/alerts"),
        Ask::post("/api/v2/alerts").token("ops").text("[]"),
        alerts("["),
        alerts(r#"[{"labels":{}},{"labels":{"":"\u001b[31m"}}]"#),
        alerts("[]"),
    ] {
        send(&bench, ask).await;
        let vital = bench.handle.vitals().now();
        let refused = vital.refusals.newest().unwrap();
        lines.push(format!(
            "{} {} {} {}",
            vital.refusals.count(),
            refused.from,
            refused.status.unwrap(),
            refused.why
        ));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn what_is_too_large_or_too_much_is_413_and_what_can_be_tried_again_503() {
    let mut bench = bench().await;
    let large = alerts(" ".repeat(16 * 1024 * 1024 + 1));
    let many = alerts(format!("[{}null]", "null,".repeat(100_000)));
    let mut lines = Vec::new();
    for ask in [large, many] {
        lines.push(send(&bench, ask).await.line());
    }
    bench.stop().await;
    let stopping = send(&bench, alerts(r#"[{"labels":{"a":"b"}}]"#)).await;
    let router = || public_router(Door::new(), AlertmanagerApi::Token);
    let loading = sent(router(), alerts("[]")).await;
    let unready = sent(router(), Ask::get("/-/ready")).await;
    for seen in [stopping, loading, unready] {
        assert_eq!(seen.header("retry-after"), "1", "{}", seen.line());
        lines.push(seen.line());
    }
    let healthy = sent(router(), Ask::get("/-/healthy")).await;
    lines.push(healthy.line());
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn the_status_names_a_release_a_cluster_of_one_and_a_configuration() {
    let policy = Policy { resolve_timeout: SignedDuration::from_secs(90), ..Policy::default() };
    let bench = Bench::with(policy).await;
    bench.token("ops", "read").await;
    let seen = send(&bench, Ask::get("/api/v2/status").token("ops")).await;
    let again = send(&bench, Ask::get("/api/v2/status/").token("ops")).await;
    assert_eq!(seen.body, again.body);
    let name = Regex::new("watchbell-[0-9a-f]{16}").unwrap();
    let shown = name.replace_all(&seen.body, "watchbell-NAME").into_owned();
    assert!(numbered(&shown).contains(r#""uptime":"TIME""#));
    insta::assert_snapshot!(numbered(&shown));
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    let uptime = body["uptime"].as_str().unwrap();
    assert_eq!(uptime.len(), "2026-11-22T10:00:00.000Z".len(), "{uptime}");
}

#[tokio::test]
async fn what_was_posted_is_kept_exactly_as_it_came() {
    let bench = bench().await;
    let body = r#"[{"labels":{"alertname":"Ünïcode 🙂","b":"2","a":"1","empty":"","nl":"x\n<y>\u001b"},
        "annotations":{"summary":"","description":"a\ud83d\tb"},
        "startsAt":"2026-11-21T10:00:00.123456789+02:00","endsAt":"9000-01-01T00:00:00-03:30",
        "generatorURL":"http://prometheus.example.org/graph?g0.expr=a>b"}]"#;
    assert_eq!(send(&bench, alerts(body)).await.line(), "200 - nothing");
    let table = bench.handle.latest().table.clone();
    let alert = routed(&table, Hour::of(bench.handle.now())).next().unwrap();
    let (start, end) = (alert.start(), alert.end);
    insta::assert_snapshot!(format!(
        "{:?}\n{:?}\n{} {}\n{} {}\n{:?}",
        alert.labels(),
        alert.annotations(),
        start.at,
        start.offset,
        end.at,
        end.offset,
        alert.link()
    ));
    let row = alert.alert;
    assert_eq!((row.title.as_str(), row.starts_at), ("Ünïcode 🙂", Some(start.at)));
}

#[tokio::test]
async fn an_alert_is_known_by_the_hash_of_its_labels() {
    let bench = bench().await;
    let table = [
        (r#"{"alertname":"HighLoad"}"#, "d17de6d8a6ed224c"),
        (
            r#"{"severity":"critical","instance":"db-1:9100","alertname":"DiskFull"}"#,
            "bafaf1f2a64a6f67",
        ),
        (r#"{"b":"2","alertname":"Ünïcode 🙂","a":"1","none":""}"#, "66c4fb83b40caede"),
        (r#"{"a":"bc"}"#, "a0a3542c19b900ab"),
        (r#"{"a":"x","A":"y","a":"z","ab":"c","A":"","a":null}"#, "20ba9b3025a8b421"),
    ];
    for (labels, fingerprint) in table {
        assert_eq!(send(&bench, alerts(format!(r#"[{{"labels":{labels}}}]"#))).await.status, 200);
        let latest = bench.handle.latest();
        let now = bench.handle.now();
        let found = routed(&latest.table, Hour::of(now))
            .any(|alert| alert.fingerprint().to_string() == fingerprint);
        assert!(found, "{labels}");
    }
}

#[tokio::test]
async fn title_service_and_severity_are_derived_as_from_a_webhook() {
    let policy = Policy { service_label: "team".into(), ..Policy::default() };
    let bench = Bench::with(policy).await;
    bench.token("ops", "ingest").await;
    let fields = r#""labels":{"alertname":"Down","team":"net","job":"node","severity":"page"},
        "annotations":{"summary":"net4 is down"}"#;
    send(&bench, alerts(format!("[{{{fields}}}]"))).await;
    let webhook = format!(
        r#"{{"receiver":"x","alerts":[{{"status":"firing","fingerprint":"f",{fields}}}]}}"#
    );
    let ask = Ask::post("/api/v1/alert").token("ops").header("content-type", "application/json");
    send(&bench, ask.text(webhook)).await;
    let table = bench.handle.latest().table.clone();
    let rows = table.open_alerts().map(|alert| {
        format!("{} {} {:?}", alert.title, table.service_name(alert.service), alert.severity)
    });
    assert_eq!(rows.collect::<Vec<_>>(), ["net4 is down net Critical"; 2]);
}

#[tokio::test]
async fn no_end_lasts_for_the_timeout_and_an_end_resolves() {
    let bench = bench().await;
    send(&bench, alerts(r#"[{"labels":{"a":"b"}, "endsAt":"0001-01-01T00:00:00.000Z"}]"#)).await;
    let now = bench.handle.now();
    let ends = |now| {
        let table = bench.handle.latest().table.clone();
        routed(&table, Hour::of(now)).map(|alert| alert.end.at).collect::<Vec<_>>()
    };
    let minutes = |minutes| after(now, SignedDuration::from_mins(minutes));
    let end = ends(now)[0];
    assert!(end > minutes(4) && end <= minutes(5), "{end}");
    let body = format!(r#"[{{"labels":{{"a":"b"}},"endsAt":"{}"}}]"#, bench.handle.now());
    send(&bench, alerts(body)).await;
    assert!(ends(bench.handle.now()).is_empty());
}

fn any_json() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("labels".to_owned()),
        Just("annotations".to_owned()),
        Just("startsAt".to_owned()),
        Just("endsAt".to_owned()),
        Just("generatorURL".to_owned()),
        ".{0,3}",
        "2026-1[0-9]-[0-9]{2}(T1[0-9]:00:00Z)?",
    ];
    let quoted = word.prop_map(|word| Value::from(word).to_string());
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("1".to_owned()),
        Just("{".to_owned()),
        quoted.clone(),
        "[\\[\\]{}\",:a0-9\\\\u ]{0,8}",
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        let entry =
            (quoted.clone(), inner.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
        let joined = |items: Vec<String>| items.join(",");
        prop_oneof![
            prop::collection::vec(inner, 0..4)
                .prop_map(move |items| format!("[{}]", joined(items))),
            prop::collection::vec(entry, 0..5)
                .prop_map(move |items| format!("{{{}}}", joined(items))),
        ]
    })
}

#[test]
fn no_post_whatever_it_says_is_a_fault_of_ours() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bench = runtime.block_on(bench());
    proptest!(ProptestConfig::with_cases(200), |(json in any_json(), bytes in prop::collection::vec(any::<u8>(), 0..40))| {
        let listed = format!("[{json}]");
        for body in [json.into_bytes(), listed.into_bytes(), bytes] {
            let seen = runtime.block_on(send(&bench, alerts(body)));
            prop_assert!([200, 400, 422].contains(&seen.status), "{}", seen.line());
        }
    });
}
