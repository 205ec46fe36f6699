//! Alerts come in.

use super::*;

fn alerts(body: &str) -> Ask {
    Ask::post("/api/v1/alert")
        .token("ops")
        .header("content-type", "application/json")
        .text(body.to_owned())
}

#[tokio::test]
async fn the_documentations_own_example_is_stored_updated_and_cleared() {
    let bench = bench().await;
    let post = |status: &str, title: &str| {
        alerts(&format!(
            r#"{{"alerts": [{{"fingerprint": "highmem-net004", "status": "{status}",
                "labels": {{"service": "default", "alertname": "InstanceDown", "severity": "critical"}},
                "annotations": {{"title": "{title}"}}}}]}}"#
        ))
    };
    let first = bench.ask(post("firing", "net004 is HighMemory (95.04%)")).await;
    insta::assert_snapshot!(first.shown(), @r#"
    {
      "alerts": [
        {
          "id": "id-1",
          "index": 0
        }
      ],
      "stored": 1
    }
    "#);
    let second = bench.ask(post("firing", "net004 is HighMemory (97.10%)")).await;
    assert_eq!(second.body, first.body);
    let row = bench.ask(Ask::get("/api/v1/alert").token("ops")).await.body["alerts"][0].take();
    assert_eq!(row["title"], "net004 is HighMemory (97.10%)");
    assert_eq!(row["count"], 2);
    assert_eq!(bench.ask(post("resolved", "")).await.body, first.body);
    let row = bench.ask(Ask::get("/api/v1/alert").token("ops")).await.body["alerts"][0].take();
    assert_eq!((&row["status"], &row["resolvedBy"]), (&json!("resolved"), &Value::Null));
}

#[tokio::test]
async fn resolved_before_it_fired_is_taken_and_is_no_alert() {
    let bench = bench().await;
    let answer =
        bench.ask(alerts(r#"{"alerts": [{"fingerprint": "f", "status": "resolved"}]}"#)).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, json!({"stored": 1, "alerts": []})));
}

#[tokio::test]
async fn good_alerts_beside_bad_ones_are_stored_and_the_bad_ones_named() {
    let policy = Policy {
        unknown_services: crate::domain::policy::UnknownServices::Refuse,
        ..Policy::default()
    };
    let bench = Bench::with(policy).await;
    bench.token("ops", "ingest,read").await;
    let answer = bench
        .ask(alerts(
            r#"{"alerts": [
                {"title": "a", "service": "default"},
                {"title": "b", "service": "nobody's"},
                {"title": "c"},
                {"fingerprint": "f", "status": "firing", "title": "d", "service": "default"}]}"#,
        ))
        .await;
    assert_eq!(answer.status, 400);
    insta::assert_snapshot!(answer.shown(), @r#"
    {
      "alerts": [
        {
          "id": "id-1",
          "index": 0
        },
        {
          "id": "id-2",
          "index": 3
        }
      ],
      "error": {
        "code": "refused_alerts",
        "message": "2 of 4 alerts were refused; 2 were stored"
      },
      "refused": [
        {
          "field": "service",
          "index": 1,
          "reason": "no service nobody's; add it to watchbell.toml, or name one that GET /api/v1/service lists"
        },
        {
          "field": "service",
          "index": 2,
          "reason": "needed: the name of the service it is about; at the root, in labels or in annotations"
        }
      ],
      "stored": 2
    }
    "#);
}

#[tokio::test]
async fn one_bad_alert_is_refused_in_good_grammar_and_told_to_the_console() {
    let bench = bench().await;
    let answer = bench.ask(alerts(r#"{"alerts": [{"title": "a"}]}"#)).await;
    assert_eq!(answer.line(), "400 refused_alerts: 1 of 1 alerts was refused; 0 were stored");
    let vital = bench.handle.vitals().now();
    let refused = vital.refusals.newest().unwrap();
    let from = "ops (192.0.2.7)";
    assert_eq!(
        (refused.from.as_str(), refused.status, vital.refusals.count()),
        (from, Some(400), 1)
    );
    insta::assert_snapshot!(&refused.why, @"alert 0, service: needed: the name of the service it is about; at the root, in labels or in annotations");
}

#[tokio::test]
async fn a_post_that_went_astray_is_told_to_the_console_and_a_knock_at_any_door_is_not() {
    let bench = bench().await;
    let ask = |path: &str| {
        let ask = Ask::new("POST", path).token("ops");
        ask.header("content-type", "application/json").text("[]")
    };
    let astray = ["/api/v1/alerts", "/alertmanager/api/v2/alerts", "/", "/api/v2/alert"];
    let others = ["/index.php", "/api/v2/x", "/api/v2/silences", "/api/v2/alerts/groups"];
    for path in astray.into_iter().chain(others) {
        super::v2::send(&bench, ask(path)).await;
    }
    super::v2::send(&bench, Ask::new("GET", "/alerts")).await;
    let refusals = bench.handle.vitals().now().refusals;
    let rows = refusals.rows().iter();
    let rows = rows.map(|row| format!("{} {} {}", row.from, row.status.unwrap(), row.why));
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"));
    let counted = bench.handle.vitals().counts().refused().values().sum::<u64>();
    assert_eq!(counted, 4);
}

#[tokio::test]
async fn every_post_that_is_turned_away_is_told_to_the_console() {
    let bench = bench().await;
    let refused = async |ask: Ask| {
        bench.ask(ask).await;
        let refusals = bench.handle.vitals().now().refusals;
        let refused = refusals.newest().unwrap();
        format!("{} {}", refused.status.unwrap(), refused.why)
    };
    let lines = [
        refused(Ask::post("/alert")).await,
        refused(Ask::post("/alert").token("guessed")).await,
        refused(Ask::post("/alert").token("ops")).await,
        refused(alerts("{")).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    401 a token is needed, as "Authorization: Bearer TOKEN"; watchbell token create makes one
    401 the token is unknown or revoked; watchbell token create makes a new one
    415 the body must be JSON; send Content-Type: application/json
    400 the body is not a JSON object: EOF while parsing an object at line 1 column 1
    "#);
    assert_eq!(bench.handle.vitals().now().refusals.count(), 4);
}

#[tokio::test]
async fn a_body_must_be_json_by_its_content_type_and_not_compressed() {
    let bench = bench().await;
    let body = r#"{"alerts": []}"#;
    let ask = async |headers: &[(&str, &str)]| {
        let ask = Ask::post("/alert").token("ops").text(body);
        let ask = headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value));
        bench.ask(ask).await.status.as_u16()
    };
    assert_eq!(ask(&[]).await, 415);
    assert_eq!(ask(&[("content-type", "application/x-www-form-urlencoded")]).await, 415);
    assert_eq!(ask(&[("content-type", "application/jsonx")]).await, 415);
    assert_eq!(ask(&[("content-type", "application/json")]).await, 200);
    assert_eq!(ask(&[("content-type", "Application/JSON; charset=utf-8")]).await, 200);
    let json = ("content-type", "application/json");
    assert_eq!(ask(&[json, ("content-encoding", "gzip")]).await, 415);
    assert_eq!(ask(&[json, ("content-encoding", "identity")]).await, 200);
}

#[tokio::test]
async fn a_body_of_more_than_16_mib_or_of_too_many_alerts_is_413() {
    let bench = bench().await;
    let answer = bench.ask(alerts(&" ".repeat(16 * 1024 * 1024 + 1))).await;
    assert_eq!(
        answer.line(),
        "413 too_large: the body is larger than 16777216 bytes; send it in several posts"
    );
    let answer = bench.ask(alerts(&format!(r#"{{"alerts": [{}1]}}"#, "1,".repeat(100_000)))).await;
    assert_eq!(
        answer.line(),
        "413 too_many_alerts: the body lists more than 100000 alerts; send them in several posts"
    );
}

#[tokio::test]
async fn the_same_idempotency_key_makes_the_same_manual_alert() {
    let bench = bench().await;
    let post = async |key: &str| {
        let ask = alerts(r#"{"alerts": [{"title": "call me", "service": "web"}]}"#);
        bench.ask(ask.header("idempotency-key", key)).await.body["alerts"][0]["id"].take()
    };
    let first = post("one").await;
    assert_eq!(post("one").await, first);
    assert_ne!(post("two").await, first);
    assert_ne!(post("").await, post("").await);
    let long = alerts("{}").header("idempotency-key", &"x".repeat(256));
    assert_eq!(
        bench.ask(long).await.line(),
        "400 idempotency_key: an Idempotency-Key is at most 255 visible ASCII characters"
    );
}

#[tokio::test]
async fn a_namespace_keeps_the_alerts_of_a_token_apart() {
    let bench = bench().await;
    bench.token_of("lab", "ingest", None, "lab").await;
    let alert = json!([{"fingerprint": "f", "status": "firing", "title": "t", "service": "s"}]);
    let shared = bench.post("ops", alert.clone()).await;
    let lab = bench.post("lab", alert).await;
    assert_ne!(shared, lab);
}

/// What Alertmanager sends, with everything that such a document has.
const NOTIFICATION: &str = r#"{"receiver": "watchbell", "status": "firing", "alerts": [
    {"status": "firing",
     "labels": {"alertname": "HighLoad", "instance": "db-1.example.org:9100", "job": "node", "severity": "page"},
     "annotations": {"summary": "Load of db-1 is 12.5"},
     "startsAt": "2026-11-21T03:00:00.123Z", "endsAt": "0001-01-01T00:00:00Z",
     "generatorURL": "http://prometheus.example.org/graph?g0.expr=load1", "fingerprint": "5bc2f7f0bb8b3f0a"},
    {"status": "resolved", "labels": {"alertname": "Gone"}, "annotations": {},
     "startsAt": "2026-11-21T02:00:00Z", "endsAt": "2026-11-21T02:30:00Z",
     "generatorURL": "", "fingerprint": "0000000000000001"}],
    "groupLabels": {"job": "node"}, "commonLabels": {}, "commonAnnotations": {},
    "externalURL": "http://alertmanager.example.org", "version": "4",
    "groupKey": "{}:{job=\"node\"}", "truncatedAlerts": 2}"#;

#[tokio::test]
async fn alertmanagers_webhook_document_is_taken_as_it_is_and_what_it_leaves_out_is_an_alert() {
    let bench = bench().await;
    let answer = bench.ask(alerts(NOTIFICATION)).await;
    assert_eq!((answer.status, &answer.body["stored"]), (StatusCode::OK, &json!(2)));
    let mut rows = bench.ask(Ask::get("/alert").token("ops")).await.body["alerts"].take();
    let about = &rows[1];
    assert_eq!(
        (&about["severity"], &about["fingerprint"]),
        (&json!("critical"), &json!("watchbell:truncated:watchbell"))
    );
    let row = numbered(&serde_json::to_string_pretty(&rows[0].take()).unwrap());
    insta::assert_snapshot!(row, @r#"
    {
      "acknowledgedAt": null,
      "acknowledgedBy": null,
      "acknowledgedUntil": null,
      "annotations": {
        "summary": "Load of db-1 is 12.5"
      },
      "assignedto": "",
      "assigneeName": null,
      "count": 1,
      "fingerprint": "5bc2f7f0bb8b3f0a",
      "heldUntil": null,
      "id": "id-1",
      "labels": {
        "alertname": "HighLoad",
        "instance": "db-1.example.org:9100",
        "job": "node",
        "severity": "page"
      },
      "lastSeen": "TIME",
      "link": "http://prometheus.example.org/graph?g0.expr=load1",
      "marks": {
        "clockBehindSeconds": null,
        "flappingSince": null,
        "grantedUntil": null,
        "staleSince": null
      },
      "namespace": "",
      "occurrence": 1,
      "previous": null,
      "receivedAt": "TIME",
      "resolvedAt": null,
      "resolvedBy": null,
      "resolvedHow": null,
      "revision": 3,
      "sender": "ops",
      "service": "id-2",
      "serviceName": "node",
      "severity": "critical",
      "snoozedUntil": null,
      "startedAt": "TIME",
      "status": "firing",
      "suppressions": [],
      "timesOutAt": null,
      "title": "Load of db-1 is 12.5",
      "unknownSeverity": null
    }
    "#);
}

#[tokio::test]
async fn grafanas_webhook_document_is_never_refused() {
    let bench = bench().await;
    let document = r#"{"receiver": "", "status": "firing", "orgId": 1, "alerts": [
        {"status": "firing", "labels": {"alertname": "CPU", "grafana_folder": "infra", "severity": "odd"},
         "annotations": {"summary": "CPU is high", "values": null}, "startsAt": "not a time",
         "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "https://grafana.example.org/alerting/1",
         "fingerprint": "c6eadffa33fcdf37", "silenceURL": "", "dashboardURL": "", "panelURL": "",
         "values": {"B": 44.23, "C": 1}, "valueString": "[ var='B' value=44.23 ]"}],
        "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "",
        "version": "1", "groupKey": "{}:{}", "truncatedAlerts": 0, "title": "[FIRING:1]",
        "state": "alerting", "message": "\ud83d"}"#;
    let answer = bench.ask(alerts(document)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let row = bench.ask(Ask::get("/alert").token("ops")).await.body["alerts"][0].take();
    let fields = ["title", "serviceName", "severity", "unknownSeverity", "fingerprint"];
    let shown = fields.map(|name| row[name].as_str().unwrap().to_owned());
    assert_eq!(shown, ["CPU is high", "default", "critical", "odd", "c6eadffa33fcdf37"]);
}
