//! A whole service in memory, asked in process: what the targets of HTTP speak to. Nothing listens.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use watchbell::domain::actor::{Actor, Via};
use watchbell::domain::alert::Namespace;
use watchbell::domain::command::{Command, Order, TokenCommand};
use watchbell::domain::matcher::Dialect;
use watchbell::domain::policy::{Account, Policy};
use watchbell::domain::text::Text;
use watchbell::domain::token::{Digest, Scopes};
use watchbell::engine::{self, Handle, Writer};
use watchbell::http::{
    AlertmanagerApi, Attaching, Door, OpenTo, Owner, Peer, Site, own_router, public_router,
};
use watchbell::store::Store;

use super::journal::Memory;

/// After so many commits a service ends and another begins, so that none grows.
const MOST_COMMITS: u64 = 64;

/// The secret of the token that may do everything.
const SECRET: &str = "secret";

/// Where a request comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    /// From the network, with a token.
    Public,
    /// From this host, where API v2 is open.
    Open,
    /// By the Unix socket.
    Own,
}

/// A service with three alerts.
pub(super) struct Service {
    runtime: Runtime,
    pub(super) handle: Handle,
    writer: Option<Writer>,
    routers: [Router; 3],
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// For whom it runs.
type Purpose = (&'static str, Dialect);

thread_local! {
    static RUNNING: RefCell<HashMap<Purpose, Service>> = RefCell::default();
}

/// Does `work` with a service of the target `name` alone, which speaks `dialect`.
pub(super) fn with<T>(name: &'static str, dialect: Dialect, work: impl FnOnce(&Service) -> T) -> T {
    let purpose = (name, dialect);
    // Taken out while it works: one that failed is not used again.
    let running = RUNNING.with_borrow_mut(|all| all.remove(&purpose));
    let running = running.filter(|service| service.commits() < MOST_COMMITS);
    let service = running.unwrap_or_else(|| Service::start(dialect));
    let done = work(&service);
    RUNNING.with_borrow_mut(|all| all.insert(purpose, service));
    done
}

/// Consoles whose feeds end at once: an answer is read to its end here.
fn consoles() -> Attaching {
    let site = Site {
        name: "prod".into(),
        host: "mon1.example.org".into(),
        listening: ([127, 0, 0, 1], 9093).into(),
        tls: false,
        open: false,
        data: "/data".into(),
    };
    let stop = CancellationToken::new();
    stop.cancel();
    Attaching::new(site, stop)
}

impl Service {
    fn start(dialect: Dialect) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (store, loaded) = Store::open(Memory::default()).unwrap();
        let accounts = vec![Account::new("alice", "alice@example.org")];
        let policy = Policy { accounts, dialect, ..Policy::default() };
        let actor = Actor::Account(policy.accounts[0].person());
        let (handle, writer) = engine::start(store, loaded, Arc::new(policy)).unwrap();
        let door = Door::new();
        door.open(handle.clone());
        let owner = Owner { uid: 7, actor, people: [].into(), open_to: OpenTo::Owner };
        let names = ["watchbell.example.org".parse().unwrap()];
        let net = |address: &str| Extension(Peer::Net(address.parse().unwrap()));
        let routers = [
            public_router(door.clone(), AlertmanagerApi::Token).layer(net("192.0.2.7:40000")),
            public_router(door.clone(), AlertmanagerApi::Open(names.into()))
                .layer(net("127.0.0.1:40000")),
            own_router(door, owner, consoles()).layer(Extension(Peer::User(7))),
        ];
        let service = Self { runtime, handle, writer: Some(writer), routers };
        service.fill();
        service
    }

    fn fill(&self) {
        let command = TokenCommand::Create {
            name: Text::derive("fuzz"),
            digest: Digest(Sha256::digest(SECRET).into()),
            scopes: Scopes::all(),
            account: None,
            namespace: Namespace(Text::default()),
        };
        let (op, command) = (self.handle.op(), Command::Token(command));
        let order = Order { op, actor: Actor::Watchbell, via: Via::Watchbell, seen: None, command };
        self.runtime.block_on(self.handle.submit(order)).unwrap();
        let post = r#"[{"labels":{"alertname":"DiskFull","instance":"db1:9100","severity":"critical"},
            "annotations":{"summary":"disk is full on db1"},"generatorURL":"https://example.org/1"},
            {"labels":{"alertname":"Slow","a_b":"é","service":"web"},"endsAt":"2099-01-01T00:00:00Z"}]"#;
        self.post("/api/v2/alerts", post.as_bytes()).must_be(200);
        let plain =
            r#"{"alerts":[{"title":"batch is late","service":"batch","severity":"warning"}]}"#;
        self.post("/api/v1/alert", plain.as_bytes()).must_be(200);
    }

    fn commits(&self) -> u64 {
        self.handle.latest().cursor.revision.0
    }

    /// Posts JSON with the token.
    pub(super) fn post(&self, path: &str, body: &[u8]) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {SECRET}"));
        self.ask(Entrance::Public, request.body(Body::from(body.to_vec())).unwrap())
    }

    /// Gets something with the token.
    pub(super) fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("authorization", format!("Bearer {SECRET}"));
        self.ask(Entrance::Public, request.body(Body::empty()).unwrap())
    }

    /// The id of an alert.
    pub(super) fn alert(&self) -> String {
        let latest = self.handle.latest();
        latest.table.alerts().next().unwrap().id.to_string()
    }

    /// Asks, and looks at the form of the answer.
    pub(super) fn ask(&self, entrance: Entrance, request: Request<Body>) -> Answer {
        let router = match entrance {
            Entrance::Public => &self.routers[0],
            Entrance::Open => &self.routers[1],
            Entrance::Own => &self.routers[2],
        };
        let is_head = request.method() == "HEAD";
        let answer = self.runtime.block_on(async {
            let response = router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            Answer { status: parts.status.as_u16(), head: parts.headers, body }
        });
        assert!(answer.status < 500, "{}: {}", answer.status, answer.text());
        let is_json =
            answer.head.get(header::CONTENT_TYPE).is_some_and(|it| it == "application/json");
        if is_json && !is_head {
            answer.json();
        }
        answer
    }
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn must_be(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            let _ = writer.stop();
        }
    }
}
