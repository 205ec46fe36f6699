//! Requests: bodies, queries, paths, heads, and our own orders.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Uri};
use serde::Deserialize as _;
use serde::de::IgnoredAny;
use serde_json::{Deserializer, Value};
use watchbell::domain::actor::{Actor, Via};
use watchbell::domain::command::Command;
use watchbell::domain::id::{OpId, Revision};
use watchbell::domain::matcher::Dialect;
use watchbell::domain::text::is_plain;
use watchbell::http::HostName;
use watchbell::record::order::OrderV1;

use super::chosen;
use super::service::{self, Answer, Entrance, Service};

fn dialect(choice: u8) -> Dialect {
    match choice % 3 {
        0 => Dialect::Fallback,
        1 => Dialect::Classic,
        _ => Dialect::Utf8Strict,
    }
}

/// The body of a post to API v2. Its form is judged as serde's own reader judges it; what was taken
/// is listed, and can be posted as it is listed without a change.
pub(super) fn v2_post(data: &[u8]) {
    let (choice, body) = chosen(data);
    service::with("v2_post", dialect(choice), |service| {
        let answer = service.post("/api/v2/alerts", body);
        assert!(matches!(answer.status, 200 | 400 | 413 | 422), "{}", answer.text());
        let start = body.iter().find(|byte| !byte.is_ascii_whitespace());
        if matches!(start, Some(b'[' | b'{')) {
            let read = IgnoredAny::deserialize(&mut Deserializer::from_slice(body));
            assert_eq!(is_malformed(&answer), read.is_err(), "{}", answer.text());
        }
        let listed = listed(service);
        if answer.status == 200 {
            service.post("/api/v2/alerts", listed.to_string().as_bytes()).must_be(200);
            assert_eq!(lasting(&self::listed(service)), lasting(&listed));
        }
    });
}

fn is_malformed(answer: &Answer) -> bool {
    if answer.status != 400 {
        return false;
    }
    let Value::Object(told) = answer.json() else { return false };
    let message = told["message"].as_str().unwrap_or_default();
    ["because invalid character ", "because unexpected EOF"].iter().any(|why| message.contains(why))
}

/// All but the alert that came by another road: posted here it would be another one.
const POSTED: &str = "alertname!%3D%22batch%20is%20late%22";

fn listed(service: &Service) -> Value {
    let listed = service.get(&format!("/api/v2/alerts?filter={POSTED}"));
    listed.must_be(200);
    listed.json()
}

/// What a second post of the same does not change.
fn lasting(listed: &Value) -> Vec<Value> {
    let alerts = listed.as_array().unwrap().iter();
    let fields = ["labels", "annotations", "startsAt", "endsAt", "fingerprint", "generatorURL"];
    alerts.map(|alert| fields.map(|field| alert[field].clone()).to_vec().into()).collect()
}

/// A query to API v2.
pub(super) fn v2_query(data: &[u8]) {
    let (choice, query) = chosen(data);
    let Ok(query) = std::str::from_utf8(query) else { return };
    let path = ["alerts", "alerts/groups", "receivers"][usize::from(choice / 3) % 3];
    let path = format!("/api/v2/{path}?{query}");
    if path.parse::<Uri>().is_err() {
        return;
    }
    service::with("v2_query", dialect(choice), |service| {
        let answer = service.get(&path);
        assert!(matches!(answer.status, 200 | 400), "{}: {}", answer.status, answer.text());
    });
}

/// The body of a post to the TTYOps API: each listed alert is taken or named, and what is said of
/// it is clean.
pub(super) fn ttyops_post(data: &[u8]) {
    service::with("ttyops_post", Dialect::Fallback, |service| {
        let answer = service.post("/api/v1/alert", data);
        let told = answer.json();
        is_clean(&told["error"]["message"]);
        match answer.status {
            200 => {
                let listed = told["alerts"].as_array().unwrap().len();
                assert!(told["stored"].as_u64().unwrap() >= listed as u64);
            }
            400 => {
                let refused = told["refused"].as_array();
                for refused in refused.into_iter().flatten() {
                    is_clean(&refused["field"]);
                    is_clean(&refused["reason"]);
                }
            }
            413 => {}
            other => panic!("{other}: {}", answer.text()),
        }
        let list = service.get("/api/v1/alert").json();
        for alert in list["alerts"].as_array().unwrap() {
            is_clean(&alert["title"]);
            assert!(!alert["title"].as_str().unwrap().is_empty());
        }
    });
}

fn is_clean(text: &Value) {
    let text = text.as_str().unwrap_or_default();
    assert!(text.chars().all(is_plain), "{text:?}");
}

/// The body of a snooze.
pub(super) fn ttyops_snooze(data: &[u8]) {
    service::with("ttyops_snooze", Dialect::Fallback, |service| {
        let path = format!("/api/v1/alert/{}/snooze", service.alert());
        let request = Request::put(path).header("content-type", "application/json");
        let request = request.header("authorization", "Bearer secret");
        let answer =
            service.ask(Entrance::Public, request.body(Body::from(data.to_vec())).unwrap());
        is_clean(&answer.json()["error"]["message"]);
        assert!(matches!(answer.status, 200 | 400 | 409 | 413 | 422), "{}", answer.text());
    });
}

/// A whole request as text: its first line, its head, an empty line, its body. `ALERT` stands for
/// the id of an alert.
pub(super) fn request(data: &[u8]) {
    let (choice, text) = chosen(data);
    let entrance = match choice % 3 {
        0 => Entrance::Public,
        1 => Entrance::Open,
        _ => Entrance::Own,
    };
    service::with("request", Dialect::Fallback, |service| {
        if let Some(request) = request_of(text, &service.alert()) {
            service.ask(entrance, request);
        }
    });
}

fn request_of(text: &[u8], alert: &str) -> Option<Request<Body>> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let (method, path) = first.split_once(' ')?;
    let path = path.replace("ALERT", alert);
    let mut request = Request::builder().method(method).uri(path);
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(line.get(..colon)?).ok()?;
        let value = line.get(colon + 1..)?.trim_ascii();
        request = request.header(name, HeaderValue::from_bytes(value).ok()?);
    }
    let body = lines.collect::<Vec<_>>().join(&b'\n');
    request.body(Body::from(body)).ok()
}

/// An order of another watchbell: what is read is written as what is read again, and is answered.
pub(super) fn order(data: &[u8]) {
    let read: Result<OrderV1, _> = serde_json::from_slice(data);
    if let Ok(order) = &read {
        let written = serde_json::to_vec(order).unwrap();
        assert_eq!(serde_json::from_slice::<OrderV1>(&written).unwrap(), *order);
        let meant = order.clone().by(Actor::Watchbell, Via::Watchbell);
        let again =
            OrderV1::of(OpId(meant.op.0), meant.seen.map(|it| Revision(it.0)), &meant.command);
        let again = again.unwrap().by(Actor::Watchbell, Via::Watchbell);
        assert_eq!(commanded(&again.command), commanded(&meant.command));
    }
    service::with("order", Dialect::Fallback, |service| {
        let request = Request::post("/own/v1/orders").header("content-type", "application/json");
        let body = String::from_utf8_lossy(data).replace("ALERT", &service.alert()).into_bytes();
        service.ask(Entrance::Own, request.body(Body::from(body)).unwrap());
    });
}

fn commanded(command: &Command) -> String {
    format!("{command:?}")
}

/// The name of a host.
pub(super) fn host(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read: Result<HostName, _> = text.parse();
    if let Ok(host) = read {
        assert_eq!(text.parse(), Ok(host.clone()));
        assert_eq!(text.to_ascii_lowercase().parse(), Ok(host));
    }
}
