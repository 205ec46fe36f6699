//! The document as a far end reads it, and its answers as we do.

use std::fmt::Write as _;

use serde_json::Value;

use super::*;
use crate::domain::delivery::Tell;
use crate::domain::time::SignedDuration;
use crate::notify::Secret;
use crate::notify::samples::{Call, FarEnd, attempt};

const SECOND: Duration = Duration::from_secs(1);

fn webhook(url: &str, bearer: Option<&str>, timeout: Duration) -> Webhook {
    // Whichever test comes first installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bearer_token = bearer.map(Secret::new);
    let settings = WebhookSettings { url: url.parse().unwrap(), timeout, bearer_token };
    Webhook::open("chat".into(), settings, "http://127.0.0.1:9093").unwrap()
}

/// Has a page sent to `far`, answers it, and gives what came of it.
async fn page(far: &mut FarEnd, answer: impl FnOnce(Call)) -> Outcome {
    let webhook = webhook(&format!("http://{}/hook?key=1", far.address), None, SECOND * 30);
    let page = attempt(Tell::Page);
    let (outcome, ()) = tokio::join!(webhook.send(&page), async { answer(far.next().await) });
    outcome
}

async fn document(tell: Tell) -> Value {
    let mut far = FarEnd::open().await;
    let webhook = webhook(&format!("http://{}/", far.address), None, SECOND * 30);
    let attempt = attempt(tell);
    let answer = async {
        let call = far.next().await;
        let document = serde_json::from_str(&call.body).unwrap();
        call.answer(200);
        document
    };
    let (outcome, document) = tokio::join!(webhook.send(&attempt), answer);
    assert_eq!(outcome, Outcome::Taken);
    document
}

#[tokio::test]
async fn a_page_is_alertmanagers_document_with_one_firing_alert() {
    insta::assert_snapshot!(format!("{:#}", document(Tell::Page).await));
}

#[tokio::test]
async fn a_resolution_is_the_same_document_with_an_end() {
    insta::assert_snapshot!(format!("{:#}", document(Tell::Resolved).await));
}

#[tokio::test]
async fn what_is_told_of_one_alert_is_one_group_in_one_of_two_words() {
    let page = document(Tell::Page).await;
    let table =
        [(Tell::Flapping, "firing"), (Tell::Resolved, "resolved"), (Tell::FellSilent, "resolved")];
    for (tell, status) in table {
        let told = document(tell).await;
        assert_eq!(told["groupKey"], page["groupKey"]);
        assert_eq!(
            (&told["status"], &told["alerts"][0]["status"]),
            (&status.into(), &status.into())
        );
        assert_eq!(told["notification_reason"], tell.to_string());
    }
}

#[tokio::test]
async fn an_end_that_was_none_after_all_is_told_as_of_when_it_was_thought_of() {
    let mut resolved = attempt(Tell::Resolved);
    resolved.alert = attempt(Tell::Page).alert;
    let document = serde_json::to_value(Document::new(&resolved, "")).unwrap();
    assert_eq!(document["alerts"][0]["endsAt"], resolved.delivery.created.to_string());
}

#[tokio::test]
async fn the_far_end_learns_who_posts_and_under_which_key() {
    let mut far = FarEnd::open().await;
    let url = format!("http://{}/hook?key=1", far.address);
    let webhook = webhook(&url, Some("sesame"), SECOND * 30);
    let page = attempt(Tell::Page);
    let look = async {
        let call = far.next().await;
        assert_eq!(call.path, "/hook?key=1");
        assert_eq!(call.header("content-type"), Some("application/json"));
        assert_eq!(call.header("authorization"), Some("Bearer sesame"));
        let agent = concat!("watchbell/", env!("CARGO_PKG_VERSION"));
        assert_eq!(call.header("user-agent"), Some(agent));
        assert_eq!(call.header("idempotency-key"), Some(page.delivery.id.to_string().as_str()));
        assert!(call.body.ends_with("}\n"), "{}", call.body);
        call.answer(204);
    };
    assert_eq!(tokio::join!(webhook.send(&page), look).0, Outcome::Taken);
}

#[tokio::test]
async fn a_status_means_taken_or_later_or_never() {
    let mut far = FarEnd::open().await;
    let mut table = String::new();
    let statuses = [
        200, 201, 202, 204, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 408, 409, 410, 413,
        422, 425, 429, 500, 501, 502, 503, 504, 599,
    ];
    for status in statuses {
        let line = match page(&mut far, |call| call.answer(status)).await {
            Outcome::Taken => "taken".to_owned(),
            Outcome::NotNow { why, wait: None } => format!("later: {why}"),
            Outcome::Never { why } => format!("never: {why}"),
            outcome @ (Outcome::NotNow { .. } | Outcome::Moot { .. }) => panic!("{outcome:?}"),
        };
        writeln!(table, "{status} {line}").unwrap();
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn a_refusal_is_kept_with_the_beginning_of_its_words_cleaned() {
    let mut far = FarEnd::open().await;
    let words = format!("\u{1b}[31mno such\r\nroom\u{202e} {}", "x".repeat(100_000));
    let outcome = page(&mut far, |call| call.answer_with(400, &[], &words)).await;
    let Outcome::Never { why } = outcome else { panic!("{outcome:?}") };
    assert!(why.as_str().starts_with("it answers 400 Bad Request: no such room xxx"), "{why}");
    assert_eq!(why.as_str().chars().count(), SHORT);
}

#[tokio::test]
async fn a_far_end_may_ask_to_be_left_alone() {
    let mut far = FarEnd::open().await;
    for status in [429, 503] {
        let answer = |call: Call| call.answer_with(status, &[("retry-after", "90")], "");
        let outcome = page(&mut far, answer).await;
        let Outcome::NotNow { wait, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(wait, Some(SignedDuration::from_secs(90)));
    }
}

#[tokio::test]
async fn redirects_are_refused_and_not_followed() {
    let (mut far, elsewhere) = (FarEnd::open().await, FarEnd::open().await);
    let location = format!("http://{}/", elsewhere.address);
    for status in [301, 302, 303, 307, 308] {
        let outcome =
            page(&mut far, |call| call.answer_with(status, &[("location", &location)], "")).await;
        assert!(matches!(outcome, Outcome::Never { .. }), "{outcome:?}");
    }
    assert!(elsewhere.is_idle());
}

#[tokio::test]
async fn a_far_end_that_is_not_there_may_be_later() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let webhook = webhook(&format!("http://{address}/secret"), None, SECOND * 30);
    let outcome = webhook.send(&attempt(Tell::Page)).await;
    let why = "no connection: Connection refused (os error 111)".into();
    assert_eq!(outcome, Outcome::NotNow { why, wait: None });
}

#[tokio::test]
async fn a_far_end_that_says_nothing_is_not_waited_for_longer_than_its_time_out() {
    let mut far = FarEnd::open().await;
    let timeout = Duration::from_millis(50);
    let webhook = webhook(&format!("http://{}/secret", far.address), None, timeout);
    let outcome = webhook.send(&attempt(Tell::Page)).await;
    let why = "no answer within 50ms".into();
    assert_eq!(outcome, Outcome::NotNow { why, wait: None });
    far.next().await.answer(200);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_judged_is_no_answer() {
    let far = FarEnd::open().await;
    // A far end that speaks no TLS is one whose certificate is never seen.
    let webhook = webhook(&format!("https://localhost:{}/", far.address.port()), None, SECOND * 30);
    let outcome = webhook.send(&attempt(Tell::Page)).await;
    let Outcome::NotNow { why, wait: None } = outcome else { panic!("{outcome:?}") };
    assert!(why.as_str().starts_with("no connection: "), "{why}");
    assert!(far.is_idle());
}

#[test]
fn settings_show_no_secret() {
    let url = "https://hooks.example.org/services/secret?key=secret".parse().unwrap();
    let bearer_token = Some(Secret::new("secret"));
    let settings = WebhookSettings { url, timeout: SECOND, bearer_token };
    let shown = format!("{settings:?}");
    assert!(shown.contains("hooks.example.org") && !shown.contains("secret"), "{shown}");
}
