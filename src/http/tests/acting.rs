//! Alerts are acted on.

use super::*;
use crate::domain::time::{SignedDuration, after};

async fn alert(bench: &Bench) -> String {
    let posted = bench.post("ops", json!([{"title": "t", "service": "web"}])).await;
    posted.into_iter().next().unwrap()
}

async fn put(bench: &Bench, token: &str, path: &str) -> Answer {
    bench.ask(Ask::put(path).token(token)).await
}

#[tokio::test]
async fn an_act_answers_with_the_row_and_asking_twice_is_no_error() {
    let bench = bench().await;
    let id = alert(&bench).await;
    let bob = AccountId::of("bob");
    for path in [
        format!("/api/v1/alert/{id}/acknowledge"),
        format!("/alert/{id}/assign/{bob}"),
        format!("/alert/{id}/resolve"),
    ] {
        let first = put(&bench, "ops", &path).await;
        assert_eq!(first.status, 200, "{path}: {}", first.body);
        let second = put(&bench, "ops", &path).await;
        assert_eq!((second.status, second.body), (first.status, first.body), "{path}");
    }
    let row = bench.ask(Ask::get("/alert").token("ops")).await.body["alerts"][0].take();
    assert_eq!((&row["status"], &row["resolvedBy"]), (&json!("resolved"), &json!("ops")));
    assert_eq!(row["assignedto"], bob.to_string());
}

#[tokio::test]
async fn a_token_of_a_person_acts_as_that_person_and_a_machine_never_becomes_assignee() {
    let bench = bench().await;
    bench.token_of("alices", "ack", Some("alice"), "").await;
    bench.token_of("nobodys", "ack", None, "").await;
    let [one, two] = [alert(&bench).await, alert(&bench).await];
    let row = put(&bench, "alices", &format!("/alert/{one}/acknowledge")).await.body;
    assert_eq!(row["acknowledgedBy"], "alice");
    assert_eq!(row["assignedto"], AccountId::of("alice").to_string());
    let row = put(&bench, "nobodys", &format!("/alert/{two}/acknowledge")).await.body;
    assert_eq!((&row["acknowledgedBy"], &row["assignedto"]), (&json!("nobodys"), &json!("")));
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_the_domains_code_and_sentence() {
    let bench = bench().await;
    let id = alert(&bench).await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let mut lines = Vec::new();
    for path in [
        format!("/alert/{nobody}/acknowledge"),
        format!("/alert/{nobody}/resolve"),
        format!("/alert/{id}/assign/{nobody}"),
        format!("/alert/{id}/resolve"),
        format!("/alert/{id}/acknowledge"),
        format!("/alert/{id}/assign/{}", AccountId::of("bob")),
    ] {
        lines.push(put(&bench, "ops", &path).await.line());
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    404 unknown_alert: no alert id-1
    404 unknown_alert: no alert id-1
    404 unknown_account: no account id-1; GET /api/v1/team/members lists them
    200 : 
    409 resolved: already resolved by ops at TIME; reopen it first
    409 resolved: already resolved by ops at TIME; reopen it first
    "#);
}

#[tokio::test]
async fn a_body_beside_a_put_is_ignored_whatever_it_is() {
    let bench = bench().await;
    let id = alert(&bench).await;
    let path = format!("/alert/{id}/acknowledge");
    let json = Ask::put(&path).token("ops").json(&json!({"any": "thing"}));
    assert_eq!(bench.ask(json).await.status, 200);
    let form = Ask::put(&path).token("ops").header("content-type", "text/plain").text("x");
    assert_eq!(bench.ask(form).await.status, 200);
}

#[tokio::test]
async fn a_snooze_is_for_a_while_or_until_a_time_and_ends_when_it_is_taken_away() {
    let bench = bench().await;
    let id = alert(&bench).await;
    let path = format!("/api/v1/alert/{id}/snooze");
    let snooze = async |body: Value| bench.ask(Ask::put(&path).token("ops").json(&body)).await;
    let tomorrow = after(bench.handle.now(), SignedDuration::from_hours(24));
    let east = tomorrow.display_with_offset(jiff::tz::offset(1)).to_string();
    let row = snooze(json!({"until": east})).await.body;
    assert_eq!(row["snoozedUntil"], json!(tomorrow.to_string()));
    let row = snooze(json!({"for": "2h", "until": null})).await.body;
    assert_ne!(row["snoozedUntil"], json!(tomorrow.to_string()));
    for until in ["2126-01-01T00:00:00+01:00", "9999-12-31T23:59:59Z"] {
        let refused = snooze(json!({"until": until})).await;
        let code = &refused.body["error"]["code"];
        assert_eq!((refused.status.as_u16(), code), (400, &json!("snooze_too_long")), "{until}");
    }
    let text = row["suppressions"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("snoozed by ops until 20"), "{text}");
    for _ in 0..2 {
        let row = bench.ask(Ask::new("DELETE", &path).token("ops")).await.body;
        assert_eq!((&row["snoozedUntil"], &row["status"]), (&Value::Null, &json!("firing")));
    }
}

#[tokio::test]
async fn a_snooze_that_cannot_be_understood_is_refused_with_the_field_named() {
    let bench = bench().await;
    let id = alert(&bench).await;
    let ask = || Ask::put(&format!("/alert/{id}/snooze")).token("ops");
    let mut lines = vec![bench.ask(ask()).await.line()];
    for body in [
        json!([]),
        json!({}),
        json!({"until": "tomorrow"}),
        json!({"until": 7}),
        json!({"for": "soon"}),
        json!({"for": "0s"}),
        json!({"for": "1 month"}),
        json!({"for": "2h", "until": "2126-01-01T00:00:00Z"}),
        json!({"until": "2001-01-01T00:00:00Z"}),
    ] {
        lines.push(bench.ask(ask().json(&body)).await.line());
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    415 unsupported_media_type: the body must be JSON; send Content-Type: application/json
    400 bad_json: the body is not a JSON object: invalid type: sequence, expected a map at line 1 column 0
    400 bad_snooze: until: needed: an RFC 3339 time; or send for, a length of time such as "2h"
    400 bad_snooze: until: must be an RFC 3339 time, as TIME
    400 bad_snooze: until: must be an RFC 3339 time, as TIME
    400 bad_snooze: for: must be a length of time, as "30m", "2h" or "1d"
    400 bad_snooze: for: must be a length of time, as "30m", "2h" or "1d"
    400 bad_snooze: for: must be a length of time, as "30m", "2h" or "1d"
    400 bad_snooze: for: is given beside until; send one of them
    400 snooze_over: TIME has passed; name a later time
    "#);
}
