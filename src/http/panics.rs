//! Panics while a request is answered: it gets 500 in the form of its API, the panic is counted, and
//! its connection and all others go on. One while an answer is sent that has begun ends its connection
//! in the middle of it, so that nobody takes it for whole; it is counted, too. The log says where.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use hyper::body::{Frame, SizeHint};

use super::alertmanager::Form;
use super::door::Door;
use super::error::ApiError;
use crate::domain::text::Text;
use crate::engine::Place;

/// Answers where answering panicked. To stand in front of everything else.
pub(super) async fn answer(State(door): State<Door>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (form, method) = (Form::of(&parts), parts.method.clone());
    let uri = parts.uri.clone();
    let request = Request::from_parts(parts, body);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let answered = answered.unwrap_or_else(|_| {
        let shown = Text::derive(uri.path());
        tracing::error!(%method, path = %shown, "Answering a request panicked");
        if let Ok(handle) = door.handle() {
            let counts = handle.vitals().counts();
            counts.panics_of(Place::Request).add(1);
            if method == Method::POST && !uri.path().starts_with("/own/") {
                counts.refuse(500);
            }
        }
        form.refuse(ApiError::Internal("answering it panicked".to_owned()))
    });
    // What has a length is there already.
    if answered.size_hint().exact().is_some() {
        return answered;
    }
    answered.map(|body| Body::new(Sent { body, door, uri }))
}

/// An answer that is written while it is sent.
struct Sent {
    body: Body,
    door: Door,
    uri: Uri,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let body = &mut self.body;
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(body).poll_frame(context)));
        polled.unwrap_or_else(|_| {
            // It is in no state to be asked again.
            self.body = Body::empty();
            let path = Text::derive(self.uri.path());
            tracing::error!(%path, "Writing an answer panicked; its connection is closed");
            if let Ok(handle) = self.door.handle() {
                handle.vitals().counts().panics_of(Place::Request).add(1);
            }
            Poll::Ready(Some(Err(axum::Error::new("writing it panicked"))))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use axum::{Router, middleware};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::http::tests::bench;
    use crate::http::written::{self, Rest};
    use crate::http::{Limits, serve};

    async fn boom() -> &'static str {
        panic!("on purpose")
    }

    /// Goes well for its first sheets.
    async fn later() -> Body {
        let mut steps = 0;
        written::body(move |sheet| {
            steps += 1;
            assert!(steps < 100, "on purpose");
            sheet.0.extend_from_slice(&[b'x'; 1_024]);
            Rest::More
        })
    }

    #[tokio::test]
    async fn an_answer_that_panics_on_its_way_is_cut_off_and_counted() {
        let bench = bench().await;
        let router: Router = Router::new()
            .route("/later", get(later))
            .layer(middleware::from_fn_with_state(bench.door.clone(), answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(serve(listener, router, Limits::default(), tasks.clone(), stop.clone()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        let asked = format!("GET /later HTTP/1.1\r\nHost: {address}\r\n\r\n");
        stream.write_all(asked.as_bytes()).await.unwrap();
        let mut told = String::new();
        stream.read_to_string(&mut told).await.unwrap();
        assert!(told.starts_with("HTTP/1.1 200"), "{told}");
        assert!(told.len() > 64 * 1_024 && !told.ends_with("0\r\n\r\n"), "{}", told.len());
        let counts = bench.handle.vitals().counts();
        assert_eq!(counts.panics_of(Place::Request).get(), 1);
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for_and_its_connection_goes_on() {
        let bench = bench().await;
        let router: Router = Router::new()
            .route("/boom", get(boom).post(boom))
            .route("/api/v2/boom", get(boom))
            .route("/well", get(|| async { "well" }))
            .layer(middleware::from_fn_with_state(bench.door.clone(), answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(serve(listener, router, Limits::default(), tasks.clone(), stop.clone()));
        let mut other = TcpStream::connect(address).await.unwrap();
        other.write_all(b"GET /well HTTP/1.1\r\n").await.unwrap();

        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut asked = String::new();
        for (method, path) in
            [("GET", "/boom"), ("GET", "/api/v2/boom"), ("POST", "/boom"), ("GET", "/well")]
        {
            let close = if path == "/well" { "Connection: close\r\n" } else { "" };
            let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n{close}\r\n");
            asked.push_str(&head);
        }
        stream.write_all(asked.as_bytes()).await.unwrap();
        let mut told = String::new();
        stream.read_to_string(&mut told).await.unwrap();
        let statuses: Vec<&str> =
            told.split("HTTP/1.1 ").filter_map(|one| one.split_whitespace().next()).collect();
        assert_eq!(statuses, ["500", "500", "500", "200"], "{told}");
        assert!(
            told.contains(r#"{"error":{"code":"internal","message":"something went"#),
            "{told}"
        );
        assert!(
            told.contains("\"something went wrong in watchbell; its log says what\""),
            "{told}"
        );
        assert!(!told.contains("on purpose"), "{told}");

        other
            .write_all(format!("Host: {address}\r\nConnection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut told = String::new();
        other.read_to_string(&mut told).await.unwrap();
        assert!(told.starts_with("HTTP/1.1 200"), "{told}");
        let counts = bench.handle.vitals().counts();
        assert_eq!(counts.panics_of(Place::Request).get(), 3);
        assert_eq!(counts.refused()[&500], 1, "one of them was a post");
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    }
}
