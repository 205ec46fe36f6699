//! API v2 where somebody sends too much of something: what it is told, and how much that is.

use super::v2::{alerts, send};
use super::*;

/// Far more than anybody quotes.
const LONG: usize = 1 << 20;

#[tokio::test]
async fn of_what_is_wrong_the_beginning_is_told_however_long_it_is() {
    let bench = bench().await;
    let long = "é".repeat(LONG);
    let bodies = [
        ("a time", format!(r#"[{{"startsAt":"{long}","labels":{{"a":"b"}}}}]"#)),
        ("what follows a date", format!(r#"[{{"endsAt":"2026-01-01{long}"}}]"#)),
        ("a link", format!(r#"[{{"generatorURL":"{long}","labels":{{"a":"b"}}}}]"#)),
        ("a name", format!(r#"[{{"labels":{{"{long}":5}}}}]"#)),
    ];
    let mut lines = Vec::new();
    for (what, body) in bodies {
        let seen = send(&bench, alerts(body)).await;
        let refusals = bench.handle.vitals().now().refusals;
        let why = &refusals.newest().unwrap().why;
        assert!(seen.body.len() < 8 * 1_024, "{what}: {} bytes", seen.body.len());
        assert!(why.as_str().chars().count() <= 257, "{what}: {why}");
        let escaped = regex::escape(r"\\xc3\\xa9");
        let repeated = Regex::new(&format!("(?:é|{escaped}){{9,}}")).unwrap();
        let count = |found: &regex::Captures<'_>| {
            format!("({} times é)", found[0].replace(r"\\xc3\\xa9", "é").chars().count())
        };
        lines.push(format!("{what}\n  {}", repeated.replace_all(&seen.line(), count)));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn of_very_many_refused_alerts_the_first_are_told() {
    let bench = bench().await;
    let seen = send(&bench, alerts(format!("[{}null]", "null,".repeat(20_000)))).await;
    let message: String = serde_json::from_str(&seen.body).unwrap();
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!((seen.status, lines.len()), (400, 1_001));
    insta::assert_snapshot!(lines[999..].join("\n"));
}

#[tokio::test]
async fn an_alert_with_too_many_labels_is_refused_alone() {
    let bench = bench().await;
    let pairs: Vec<_> = (0..1_025).map(|index| format!("\"a{index}\":\"b\"")).collect();
    let wide = format!("{{{}}}", pairs.join(","));
    let body = format!(
        r#"[{{"labels":{{"a":"1"}}}},{{"labels":{wide}}},{{"labels":{{"a":"2"}},"annotations":{wide}}},
        {{"labels":{{"a":"3"}}}}]"#
    );
    let seen = send(&bench, alerts(body)).await;
    let table = bench.handle.latest().table.clone();
    let mut open: Vec<_> = table.open_alerts().map(|alert| format!("{:?}", alert.labels)).collect();
    open.sort();
    assert_eq!(open, [r#"{"a": "1"}"#, r#"{"a": "3"}"#]);
    insta::assert_snapshot!(seen.line());
    // What is wrong with the form of a post still refuses it whole.
    let seen = send(&bench, alerts(format!(r#"[{{"labels":{wide},"startsAt":"x"}}]"#))).await;
    assert_eq!(seen.status, 400);
    assert!(seen.body.contains("parsing time"), "{}", seen.body);
}
