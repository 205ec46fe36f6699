//! Samples for tests: a far end that is a real server, and what it is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt as _;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::Attempt;
use crate::domain::alert::{Alert, Ending, Resolution, State as Standing};
use crate::domain::delivery::{Delivery, Progress, Tell};
use crate::domain::id::{DeliveryId, Revision};
use crate::domain::samples::{Desk, labels, payload};
use crate::domain::time::{SignedDuration, after};

/// Nothing that is waited for takes this long on the slowest machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A far end on loopback. What it is asked waits for a test to answer it.
pub(crate) struct FarEnd {
    pub(crate) address: SocketAddr,
    calls: mpsc::Receiver<Call>,
}

/// One request, not yet answered. Dropped, it is answered with 500.
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    answer: oneshot::Sender<Response>,
}

impl FarEnd {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, calls) = mpsc::channel(64);
        let router = Router::new().fallback(take).with_state(tell);
        TaskTracker::new().spawn(async { axum::serve(listener, router).await });
        Self { address, calls }
    }

    /// The next request.
    pub(crate) async fn next(&mut self) -> Call {
        tokio::time::timeout(DEADLINE, self.calls.recv()).await.unwrap().unwrap()
    }

    /// Whether nobody waits for an answer.
    pub(crate) fn is_idle(&self) -> bool {
        self.calls.is_empty()
    }
}

async fn take(State(calls): State<mpsc::Sender<Call>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let (answer, answered) = oneshot::channel();
    let call = Call { path: head.uri.to_string(), headers: head.headers, body, answer };
    calls.send(call).await.unwrap();
    let dropped = Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR);
    answered.await.unwrap_or_else(|_| dropped.body(Body::empty()).unwrap())
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn answer(self, status: u16) {
        self.answer_with(status, &[], "");
    }

    pub(crate) fn answer_with(self, status: u16, headers: &[(&str, &str)], body: &str) {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        // Who asked may have left.
        let _ = self.answer.send(response.body(Body::from(body.to_owned())).unwrap());
    }
}

/// An attempt to tell the channel `chat` of an alert that is full of what text can do.
pub(crate) fn attempt(tell: Tell) -> Attempt {
    let mut desk = Desk::new();
    let mut payload = payload("DiskFull", "critical");
    payload.labels = labels(&[
        ("alertname", "DiskFull"),
        ("instance", "db-1:9100"),
        ("severity", "critical"),
        ("shape", "\u{1b}[31mred\u{1b}[0m <b>&\u{202e}"),
    ]);
    payload.annotations = labels(&[("description", "first line\nsecond\tline \u{7}\"quoted\"")]);
    payload.starts_at = Some("2026-11-21T02:59:30.123Z".parse().unwrap());
    payload.link = Some("http://prometheus.example.org/graph?g0.expr=up".into());
    let id = desk.fires("disk", payload);
    let mut alert: Alert = desk.alert(id).clone();
    // Drawn anew by every change of the domain's samples.
    alert.id = "0198a7f0-5d3c-4c58-9a51-2f1f6f0f7a11".parse().unwrap();
    if matches!(tell, Tell::Resolved | Tell::FellSilent) {
        let at = after(desk.now, SignedDuration::from_mins(10));
        let end = after(at, SignedDuration::from_secs(-3));
        let resolution = Resolution { how: Ending::Source, at, end, had: None };
        alert.standing.state = Standing::Resolved(resolution);
    }
    let cause = Revision(3);
    let delivery = Delivery {
        id: DeliveryId::of(alert.id, cause, &tell.to_string(), "chat"),
        alert: alert.id,
        cause,
        tell,
        channel: "chat".into(),
        created: desk.now,
        attempts: 1,
        state: Progress::Attempt { since: desk.now },
    };
    Attempt { delivery: Arc::new(delivery), alert: Arc::new(alert) }
}
