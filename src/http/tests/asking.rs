//! Alerts, services and people are listed.

use super::*;

/// The calls of TTYOps' own command-line client, as it makes them.
#[tokio::test]
async fn the_ttyops_client_finds_all_it_reads() {
    let bench = bench().await;
    let client = |method: &str, path: &str| {
        Ask::new(method, &format!("/api/v1{path}"))
            .header("authorization", "Bearer ops")
            .header("content-type", "application/json")
    };
    let posted =
        client("POST", "/alert").text(r#"{"alerts":[{"title":"it burns","service":"web"}]}"#);
    let answer = bench.ask(posted).await;
    assert_eq!(answer.status, 200);
    let alerts = bench.ask(client("GET", "/alert")).await.body;
    let row = &alerts["alerts"][0];
    for name in ["id", "title", "service", "status", "assignedto"] {
        assert!(row[name].is_string(), "{name} of {row}");
    }
    let services = bench.ask(client("GET", "/service")).await;
    let service = services.body["services"].as_array().unwrap().iter();
    let names: Vec<&Value> = service.clone().map(|service| &service["name"]).collect();
    assert_eq!(names, ["default", "web"]);
    assert!(service.clone().any(|service| service["id"] == row["service"]));
    insta::assert_snapshot!(bench.ask(client("GET", "/team/members")).await.shown(), @r#"
    {
      "members": [
        {
          "email": "alice@example.org",
          "id": "id-1",
          "name": "alice"
        },
        {
          "email": "bob",
          "id": "id-2",
          "name": "bob"
        }
      ]
    }
    "#);
    let schedules = bench.ask(client("GET", "/schedule")).await;
    assert_eq!(schedules.body, json!({"schedules": []}));
    let id = row["id"].as_str().unwrap();
    for (act, status) in [("acknowledge", "acknowledged"), ("resolve", "resolved")] {
        let answer = bench.ask(client("PUT", &format!("/alert/{id}/{act}"))).await;
        assert_eq!((answer.status, &answer.body["status"]), (StatusCode::OK, &json!(status)));
    }
    let unknown = "/alert/00000000-0000-4000-8000-000000000000/acknowledge";
    assert_eq!(bench.ask(client("PUT", unknown)).await.status, 404);
}

/// An alert with everything that an alert may have.
fn full() -> Value {
    json!([{
        "fingerprint": "f", "status": "firing", "title": "it\nburns", "service": "web",
        "severity": "P3", "startsAt": "2026-11-21T03:00:00Z",
        "generatorURL": "https://example.org/g", "labels": {"instance": "a"},
        "annotations": {"runbook": "look\nhere"}
    }])
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one picture of everything")]
async fn the_row_has_everything_there_is_to_know() {
    let bench = bench().await;
    let id = bench.post("ops", full()).await.remove(0);
    bench.token_of("alices", "ack", Some("alice"), "").await;
    bench.ask(Ask::put(&format!("/alert/{id}/acknowledge")).token("alices")).await;
    let answer = bench.ask(Ask::get(&format!("/api/v1/alert/{id}")).token("ops")).await;
    insta::assert_snapshot!(answer.shown(), @r#"
    {
      "acknowledgedAt": "TIME",
      "acknowledgedBy": "alice",
      "acknowledgedUntil": null,
      "annotations": {
        "runbook": "look\nhere"
      },
      "assignedto": "id-1",
      "assigneeName": "alice",
      "count": 1,
      "fingerprint": "f",
      "heldUntil": null,
      "id": "id-2",
      "labels": {
        "alertname": "it burns",
        "fingerprint": "f",
        "instance": "a",
        "service": "web",
        "severity": "P3"
      },
      "lastSeen": "TIME",
      "link": "https://example.org/g",
      "marks": {
        "clockBehindSeconds": null,
        "flappingSince": null,
        "grantedUntil": null,
        "staleSince": null
      },
      "namespace": "",
      "notes": [],
      "occurrence": 1,
      "previous": null,
      "receivedAt": "TIME",
      "resolvedAt": null,
      "resolvedBy": null,
      "resolvedHow": null,
      "revision": 5,
      "sender": "ops",
      "service": "id-3",
      "serviceName": "web",
      "severity": "warning",
      "snoozedUntil": null,
      "startedAt": "TIME",
      "status": "acknowledged",
      "suppressions": [],
      "timeline": [
        {
          "actor": "ops",
          "at": "TIME",
          "revision": 3,
          "text": "fired, sent by ops",
          "via": "HTTP, 192.0.2.7"
        },
        {
          "actor": "alice",
          "at": "TIME",
          "revision": 5,
          "text": "acknowledged by alice, assigned to alice",
          "via": "HTTP, 192.0.2.7"
        }
      ],
      "timesOutAt": null,
      "title": "it burns",
      "unknownSeverity": null
    }
    "#);
}

#[tokio::test]
async fn a_timeline_is_still_told_from_what_is_at_hand_when_the_disk_is_gone() {
    let mut bench = bench().await;
    let id = bench.post("ops", json!([{"title": "t", "service": "web"}])).await.remove(0);
    bench.stop().await;
    let answer = bench.ask(Ask::get(&format!("/alert/{id}")).token("ops")).await;
    assert_eq!(answer.body["timeline"][0]["text"], "fired, sent by ops");
}

#[tokio::test]
async fn resolved_alerts_come_first_open_ones_last_and_a_status_can_be_asked_for() {
    let bench = bench().await;
    let alert = |title: &str| json!([{"title": title, "service": "web"}]);
    let mut ids = Vec::new();
    for title in ["a", "b", "c", "d"] {
        ids.extend(bench.post("ops", alert(title)).await);
    }
    for (id, act) in [(&ids[2], "resolve"), (&ids[0], "resolve"), (&ids[1], "acknowledge")] {
        bench.ask(Ask::put(&format!("/alert/{id}/{act}")).token("ops")).await;
    }
    let titles = async |query: &str| {
        let answer = bench.ask(Ask::get(&format!("/alert{query}")).token("ops")).await;
        let rows = answer.body["alerts"].as_array().unwrap().clone();
        rows.iter().map(|row| row["title"].as_str().unwrap()).collect::<String>()
    };
    let table = [
        ("", "cabd"),
        ("?status=", "cabd"),
        ("?other=1", "cabd"),
        ("?status=firing", "d"),
        ("?status=acknowledged", "b"),
        ("?status=resolved", "ca"),
        ("?status=firing,acknowledged", "bd"),
        ("?status=firing&status=resolved", "cad"),
    ];
    for (query, wanted) in table {
        assert_eq!(titles(query).await, wanted, "of {query:?}");
    }
    let answer = bench.ask(Ask::get("/alert?status=open").token("ops")).await;
    assert_eq!(
        answer.line(),
        r#"400 bad_query: no status "open"; there are firing, acknowledged and resolved"#
    );
}
