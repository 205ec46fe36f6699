//! The far end of a channel: a real server on loopback, whose answers a test gives one by one.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

/// Nothing that is waited for takes this long on the slowest machine.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// A far end that is not there yet: its address is taken, and nobody answers.
pub(crate) struct Absent(TcpSocket);

/// A far end.
pub(crate) struct FarEnd {
    address: SocketAddr,
    calls: mpsc::Receiver<Call>,
}

/// One post that waits for its answer.
pub(crate) struct Call {
    /// The value of `Idempotency-Key`.
    pub(crate) key: String,
    /// The document.
    pub(crate) document: Value,
    answer: oneshot::Sender<Response>,
}

impl Absent {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        Self(socket)
    }

    /// What has to be configured for it to be told.
    pub(crate) fn channel(&self) -> String {
        channel(self.0.local_addr().unwrap())
    }

    /// It comes up.
    pub(crate) fn open(self) -> FarEnd {
        FarEnd::serve(self.0.listen(64).unwrap())
    }
}

impl FarEnd {
    pub(crate) fn open() -> Self {
        Absent::new().open()
    }

    fn serve(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let (tell, calls) = mpsc::channel(64);
        let router = Router::new().fallback(take).with_state(tell);
        TaskTracker::new().spawn(async { axum::serve(listener, router).await });
        Self { address, calls }
    }

    pub(crate) fn channel(&self) -> String {
        channel(self.address)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Waits for the next post.
    pub(crate) async fn next(&mut self) -> Call {
        tokio::time::timeout(DEADLINE, self.calls.recv()).await.unwrap().unwrap()
    }

    /// Whether nothing more was posted.
    pub(crate) fn is_idle(&self) -> bool {
        self.calls.is_empty()
    }
}

fn channel(address: SocketAddr) -> String {
    format!(
        "[[channel]]\nname = \"chat\"\nkind = \"webhook\"\nurl = \"http://{address}/\"\n\
         timeout = \"1m\"\n"
    )
}

impl Call {
    /// The title of the alert that it tells of.
    pub(crate) fn alert(&self) -> &str {
        let title = self.document.pointer("/alerts/0/labels/alertname");
        title.and_then(Value::as_str).unwrap()
    }

    pub(crate) fn answer(self, status: u16) {
        self.answer_with(status, &[]);
    }

    pub(crate) fn answer_with(self, status: u16, headers: &[(&str, &str)]) {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        // Who asked may have been killed.
        let _ = self.answer.send(response.body(Body::empty()).unwrap());
    }
}

async fn take(State(calls): State<mpsc::Sender<Call>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let (answer, answered) = oneshot::channel();
    let key = head.headers.get("idempotency-key").unwrap().to_str().unwrap().to_owned();
    let document = serde_json::from_slice(&body).unwrap();
    calls.send(Call { key, document, answer }).await.unwrap();
    answered.await.unwrap()
}
