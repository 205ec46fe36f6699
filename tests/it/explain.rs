//! The verb `explain` and its twin of the API: why an alert calls people, or does not.

use reqwest::StatusCode;
use serde_json::Value;

use crate::alert::{create, with_people};
use crate::support::{Home, Service, http};

/// What is explained, with its id and times left out.
fn explained(home: &Home, id: &str) -> String {
    let said = home.run(&["explain", id]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z").unwrap();
    time.replace_all(&said.stdout.replace(&id[..8], "ID"), "TIME").into_owned()
}

#[test]
fn a_firing_an_acknowledged_a_snoozed_and_a_warning_alert_are_explained() {
    let script = |home: &Home| {
        let firing = create(home, "firing", &[]);
        let acknowledged = create(home, "acknowledged", &[]);
        let snoozed = create(home, "snoozed", &[]);
        let warning = create(home, "warning", &["--severity", "warning"]);
        let resolved = create(home, "resolved", &[]);
        home.run(&["alert", "ack", &acknowledged]);
        home.run(&["alert", "snooze", &snoozed, "1h"]);
        home.run(&["alert", "resolve", &resolved]);
        [firing, acknowledged, snoozed, warning, resolved].map(|id| explained(home, &id)).join("\n")
    };
    let alone = script(&with_people());
    insta::assert_snapshot!(alone);
    let home = with_people();
    let _owner = Service::start(&home);
    assert_eq!(script(&home), alone);
}

#[tokio::test]
async fn the_api_explains_to_readers_what_the_command_line_explains() {
    let home = with_people();
    let service = Service::start(&home);
    let id = create(&home, "disk", &[]);
    let (reader, sender) = (home.token("reader", "read"), home.token("sender", "ingest"));
    let ask = async |secret: &str, path: &str| {
        http().get(service.url(path)).bearer_auth(secret).send().await.unwrap()
    };
    let path = format!("/api/v1/alert/{id}/explain");
    let answer: Value = ask(&reader, &path).await.json().await.unwrap();
    assert_eq!((&answer["alert"], &answer["calls"]), (&id.clone().into(), &true.into()));
    assert!(answer["since"].is_string() && answer["because"].is_null(), "{answer}");
    home.run(&["alert", "ack", &id]);
    let answer: Value = ask(&reader, &path).await.json().await.unwrap();
    assert_eq!((&answer["calls"], &answer["since"]), (&false.into(), &Value::Null));
    let text = home.run(&["explain", &id]).stdout;
    let because = answer["because"].as_str().unwrap();
    assert!(text.contains(&format!("calls nobody: {because}")), "{text}");
    let rules: Vec<_> =
        answer["rules"].as_array().unwrap().iter().map(|rule| &rule["rule"]).collect();
    assert_eq!(rules.len(), text.lines().filter(|line| line.starts_with("  ")).count());
    assert_eq!(ask(&sender, &path).await.status(), StatusCode::FORBIDDEN);
    let unknown = ask(&reader, "/api/v1/alert/nothing/explain").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}
