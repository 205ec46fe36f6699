//! Alerts are acted on.

use super::*;

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
