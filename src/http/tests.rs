//! The APIs through their routers, with a real engine over a store in a folder of its own.

mod acting;
mod asking;
mod attaching;
mod bounds;
mod door;
mod long;
mod metrics;
mod openapi;
mod overload;
mod own;
mod posting;
mod reading;
mod silences;
mod v2;
mod web;

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use axum::{Extension, Router};
use http_body_util::BodyExt;
use regex::Regex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{AlertmanagerApi, Door, Peer, public_router};
use crate::domain::actor::{Actor, Via};
use crate::domain::alert::Namespace;
use crate::domain::command::{Command, Order, TokenCommand};
use crate::domain::id::AccountId;
use crate::domain::policy::{Account, Policy};
use crate::domain::text::Text;
use crate::domain::token::Digest;
use crate::engine::{self, Handle, Notifier, Writer};
use crate::store::Store;
use crate::store::platter::Platter;

/// A service with the accounts alice and bob, of whom bob has no address, and no listener.
pub(super) struct Bench {
    pub(super) door: Door,
    pub(super) handle: Handle,
    writer: Option<Writer>,
    _folder: Option<TempDir>,
}

/// A request in the making.
struct Ask {
    request: Builder,
    body: Body,
}

/// What came back; that it has the form of all answers was checked.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Bench {
    async fn new() -> Self {
        Self::with(Policy::default()).await
    }

    async fn with(policy: Policy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let accounts = vec![Account::new("alice", "alice@example.org"), Account::new("bob", "")];
        let policy = Policy { accounts, ..policy };
        let data = folder.path().to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            engine::open(&data, Arc::new(policy), Notifier::Runs)
        });
        let (handle, writer) = opened.await.unwrap().unwrap();
        let door = Door::new();
        door.open(handle.clone());
        Self { door, handle, writer: Some(writer), _folder: Some(folder) }
    }

    /// A service on a disk of its own.
    fn over(disk: Platter, policy: Policy) -> Self {
        let (store, loaded) = Store::open(disk).unwrap();
        let (handle, writer) = engine::start(store, loaded, Arc::new(policy)).unwrap();
        let door = Door::new();
        door.open(handle.clone());
        Self { door, handle, writer: Some(writer), _folder: None }
    }

    pub(super) async fn order(&self, command: Command) {
        let op = self.handle.op();
        let order = Order { op, actor: Actor::Watchbell, via: Via::Watchbell, seen: None, command };
        self.handle.submit(order).await.unwrap();
    }

    /// Makes a token whose secret is its name.
    async fn token(&self, name: &str, scopes: &str) {
        self.token_of(name, scopes, None, "").await;
    }

    async fn token_of(&self, name: &str, scopes: &str, account: Option<&str>, namespace: &str) {
        let command = TokenCommand::Create {
            name: Text::derive(name),
            digest: Digest(Sha256::digest(name).into()),
            scopes: scopes.parse().unwrap(),
            account: account.map(AccountId::of),
            namespace: Namespace(Text::derive(namespace)),
        };
        self.order(Command::Token(command)).await;
    }

    async fn revoke(&self, name: &str) {
        let name = Text::derive(name);
        self.order(Command::Token(TokenCommand::Revoke { name })).await;
    }

    fn router(&self) -> Router {
        let peer = Peer::Net("192.0.2.7:40000".parse().unwrap());
        public_router(self.door.clone(), AlertmanagerApi::Token).layer(Extension(peer))
    }

    async fn ask(&self, ask: Ask) -> Answer {
        ask.of(self.router()).await
    }

    /// Posts alerts and gives the id of each, in order.
    pub(super) async fn post(&self, token: &str, alerts: Value) -> Vec<String> {
        let body = json!({ "alerts": alerts });
        let answer = self.ask(Ask::post("/api/v1/alert").token(token).json(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let listed = answer.body["alerts"].as_array().unwrap();
        listed.iter().map(|alert| alert["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn stop(&mut self) {
        let writer = self.writer.take().unwrap();
        tokio::task::spawn_blocking(|| writer.stop()).await.unwrap().unwrap();
    }
}

/// A bench with one token that may do everything an operator does.
pub(super) async fn bench() -> Bench {
    let bench = Bench::new().await;
    bench.token("ops", "ingest,read,ack,assign,resolve").await;
    bench
}

impl Ask {
    fn new(method: &str, path: &str) -> Self {
        Self { request: Request::builder().method(method).uri(path), body: Body::empty() }
    }

    fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    fn put(path: &str) -> Self {
        Self::new("PUT", path)
    }

    fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    fn token(self, secret: &str) -> Self {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    fn text(self, body: impl Into<Body>) -> Self {
        Self { body: body.into(), ..self }
    }

    fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").text(body.to_string())
    }

    async fn of(self, router: Router) -> Answer {
        let request = self.request.body(self.body).unwrap();
        let head = request.method() == "HEAD";
        let response = router.oneshot(request).await.unwrap();
        Answer::read(response, head).await
    }
}

impl Answer {
    /// Checks what holds for every answer there is.
    async fn read(response: Response, head: bool) -> Self {
        const HEADERS: [&str; 7] = [
            "content-type",
            "cache-control",
            "content-length",
            "allow",
            "retry-after",
            "www-authenticate",
            "watchbell-revision",
        ];
        let (parts, body) = response.into_parts();
        let (status, headers) = (parts.status, parts.headers);
        let bytes = body.collect().await.unwrap().to_bytes();
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(headers.keys().all(|name| HEADERS.contains(&name.as_str())), "{headers:?}");
        assert_eq!(headers.contains_key("allow"), status == 405);
        assert_eq!(headers.contains_key("retry-after"), status == 503);
        assert_eq!(headers.contains_key("www-authenticate"), status == 401);
        let body: Value = if head && bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap()
        };
        let answer = Self { status, headers, body };
        if !status.is_success() && !head {
            answer.must_be_an_error();
        }
        answer
    }

    fn must_be_an_error(&self) {
        let error = if self.body["why"].is_null() { &self.body["error"] } else { &self.body };
        let code = error["code"].as_str().unwrap();
        assert!(!code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        let message = error["message"].as_str().unwrap();
        assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
    }

    /// Status, code and message of an error.
    fn line(&self) -> String {
        let error = &self.body["error"];
        let text = |name: &str| error[name].as_str().unwrap_or("").to_owned();
        format!("{} {}: {}", self.status.as_u16(), text("code"), numbered(&text("message")))
    }

    /// The body with its ids numbered and its times left out.
    fn shown(&self) -> String {
        numbered(&serde_json::to_string_pretty(&self.body).unwrap())
    }
}

/// `text` with each id as `id-1`, `id-2` in order of appearance, and each time as `TIME`.
fn numbered(text: &str) -> String {
    let time = Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z").unwrap();
    let id = Regex::new(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap();
    let mut seen: Vec<String> = Vec::new();
    let text = time.replace_all(text, "TIME");
    let text = id.replace_all(&text, |found: &regex::Captures<'_>| {
        let found = &found[0];
        let place = seen.iter().position(|seen| seen == found).unwrap_or_else(|| {
            seen.push(found.to_owned());
            seen.len() - 1
        });
        format!("id-{}", place + 1)
    });
    text.into_owned()
}
