//! What an attached console reads: snapshots and feeds, line by line.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::command::{Command, Order};
use crate::domain::id::{AlertId, OpId};
use crate::domain::policy::Policy;
use crate::domain::time::SignedDuration;
use crate::engine::{Cursor, Keeping, Refused};
use crate::http::{Attaching, OpenTo, Owner, Site, own_router};
use crate::record::attach::{AnyHead, HeadV1, LineV1, PROTOCOL};
use crate::record::v1::KeyV1;
use crate::record::v2::EntityV2;

const OWNER: u32 = 1_001;
const BOBS: u32 = 1_007;

/// What consoles are served with, until `stop`.
pub(super) fn consoles(stop: &CancellationToken) -> Attaching {
    let site = Site {
        name: "prod".into(),
        host: "mon1.example.org".into(),
        listening: ([127, 0, 0, 1], 9093).into(),
        tls: false,
        open: false,
        data: "/var/lib/watchbell".into(),
    };
    Attaching::new(site, stop.clone())
}

/// A socket that is open to a group, with its consoles.
struct Socket {
    bench: Bench,
    attaching: Attaching,
    stop: CancellationToken,
    /// For feeds of states that were before the first reader came.
    _keeping: Keeping,
}

/// An answer that is read line by line.
struct Reading {
    body: Body,
    rest: Vec<u8>,
}

impl Socket {
    async fn new() -> Self {
        let stop = CancellationToken::new();
        let bench = bench().await;
        let keeping = bench.handle.keep_changes();
        Self { bench, attaching: consoles(&stop), stop, _keeping: keeping }
    }

    async fn get(&self, uid: u32, path: &str) -> (StatusCode, Reading) {
        let person = |name| Account::new(name, "").person();
        let people = [(OWNER, person("alice")), (BOBS, person("bob"))].into();
        let actor = Actor::Account(person("alice"));
        let owner = Owner { uid: OWNER, actor, people, open_to: OpenTo::Group };
        let router = own_router(self.bench.door.clone(), owner, self.attaching.clone());
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = router.layer(Extension(Peer::User(uid))).oneshot(request).await.unwrap();
        (answer.status(), Reading { body: answer.into_body(), rest: Vec::new() })
    }

    fn cursor(&self) -> Cursor {
        self.bench.handle.latest().cursor
    }

    async fn feed(&self, uid: u32, from: Cursor) -> (StatusCode, Reading) {
        self.get(uid, &format!("/own/v1/feed?from={}-{}", from.epoch, from.revision)).await
    }

    /// A feed from now on, with what comes first read.
    async fn followed(&self, uid: u32) -> Reading {
        let (status, mut reading) = self.feed(uid, self.cursor()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(matches!(reading.line().await, Some(LineV1::Head(_))));
        assert!(matches!(reading.line().await, Some(LineV1::Policy(_))));
        assert!(matches!(reading.line().await, Some(LineV1::Vital(_))));
        reading
    }

    async fn fires(&self, title: &str) -> AlertId {
        let alert = json!([{"title": title, "service": "web"}]);
        self.bench.post("ops", alert).await.remove(0).parse().unwrap()
    }
}

impl Reading {
    async fn bytes(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line = self.rest.drain(..=end).collect();
                return Some(line);
            }
            self.rest.extend(self.body.frame().await?.unwrap().into_data().unwrap());
        }
    }

    async fn line(&mut self) -> Option<LineV1> {
        let line = self.bytes().await?;
        Some(serde_json::from_slice(&line).unwrap())
    }

    async fn all(mut self) -> Vec<LineV1> {
        let mut lines = Vec::new();
        while let Some(line) = self.line().await {
            lines.push(line);
        }
        lines
    }
}

fn head(line: &LineV1) -> &HeadV1 {
    match line {
        LineV1::Head(head) => head,
        other => panic!("{other:?}"),
    }
}

fn alerts(lines: &[LineV1]) -> Vec<String> {
    let alert = |line: &LineV1| match line {
        LineV1::Entity(shown) => match &shown.entity {
            EntityV2::Alert(alert) => {
                Some(format!("{} {}", alert.alert.title.0, shown.recent.len()))
            }
            _ => None,
        },
        _ => None,
    };
    let mut alerts: Vec<_> = lines.iter().filter_map(alert).collect();
    alerts.sort();
    alerts
}

fn tokens(lines: &[LineV1]) -> usize {
    let is_token = |line: &&LineV1| match line {
        LineV1::Entity(shown) => matches!(shown.entity, EntityV2::Token(_)),
        LineV1::Changes(changes) => {
            changes.changes.iter().any(|change| matches!(change.key, KeyV1::Token(_)))
        }
        _ => false,
    };
    lines.iter().filter(is_token).count()
}

#[tokio::test]
async fn a_snapshot_says_who_is_there_and_ends_with_the_word_that_it_is_whole() {
    let socket = Socket::new().await;
    for number in 0..200 {
        socket.fires(&format!("alert {number:03}")).await;
    }
    let (status, reading) = socket.get(BOBS, "/own/v1/snapshot").await;
    assert_eq!(status, StatusCode::OK);
    let lines = reading.all().await;
    let head = head(&lines[0]);
    assert_eq!((head.epoch, head.revision), (1, socket.cursor().revision.0));
    assert_eq!(serde_json::to_value(&head.you).unwrap()["account"]["name"], "bob");
    assert_eq!(
        serde_json::to_value(&head.may).unwrap(),
        json!(["read", "ack", "assign", "resolve", "silence"])
    );
    assert!(matches!(lines[1], LineV1::Policy(_)) && matches!(lines[2], LineV1::Vital(_)));
    assert_eq!(lines.last(), Some(&LineV1::Whole));
    let alerts = alerts(&lines);
    assert_eq!((alerts.len(), alerts[7].as_str()), (200, "alert 007 1"));
}

#[tokio::test]
async fn every_version_tells_which_it_is_in_the_same_way() {
    let socket = Socket::new().await;
    let (_, mut reading) = socket.get(OWNER, "/own/v1/snapshot").await;
    let AnyHead { head } = serde_json::from_slice(&reading.bytes().await.unwrap()).unwrap();
    assert_eq!((head.protocol, head.version.as_str()), (PROTOCOL, env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn a_feed_brings_what_comes_after_a_state_and_what_came_since() {
    let socket = Socket::new().await;
    let before = socket.cursor();
    let first = socket.fires("first").await;
    let mut live = socket.followed(OWNER).await;
    socket.fires("second").await;
    let Some(LineV1::Changes(changes)) = live.line().await else { panic!("no changes") };
    assert_eq!(changes.revision, socket.cursor().revision.0);
    let (_, mut late) = socket.feed(OWNER, before).await;
    let mut revisions = Vec::new();
    while revisions.len() < 2 {
        if let Some(LineV1::Changes(changes)) = late.line().await {
            let keys: Vec<_> = changes.changes.iter().map(|change| change.key).collect();
            let of_first = keys.contains(&KeyV1::from(crate::domain::entity::Key::Alert(first)));
            revisions.push((changes.revision, of_first));
        }
    }
    let next = before.revision.0 + 1;
    assert_eq!(revisions, [(next, true), (next + 1, false)]);
}

#[tokio::test]
async fn a_state_that_is_not_known_is_gone_and_what_is_none_is_refused() {
    let socket = Socket::new().await;
    let Cursor { epoch, revision } = socket.cursor();
    let table = [
        (format!("{epoch}-{revision}"), StatusCode::OK),
        (format!("{epoch}-{}", revision.next()), StatusCode::GONE),
        (format!("{}-{revision}", epoch + 1), StatusCode::GONE),
        ("1".to_owned(), StatusCode::BAD_REQUEST),
        ("x-y".to_owned(), StatusCode::BAD_REQUEST),
    ];
    for (from, wanted) in table {
        let (status, _) = socket.get(OWNER, &format!("/own/v1/feed?from={from}")).await;
        assert_eq!(status, wanted, "{from}");
    }
    assert_eq!(socket.get(1_099, "/own/v1/feed?from=1-1").await.0, StatusCode::FORBIDDEN);
    assert_eq!(socket.get(1_099, "/own/v1/snapshot").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn tokens_are_shown_to_whoever_may_make_them() {
    let socket = Socket::new().await;
    let (mut owners, mut bobs) = (socket.followed(OWNER).await, socket.followed(BOBS).await);
    socket.bench.token("new", "ingest").await;
    socket.fires("after").await;
    let owners = [owners.line().await.unwrap(), owners.line().await.unwrap()];
    let bobs = [bobs.line().await.unwrap(), bobs.line().await.unwrap()];
    assert_eq!((tokens(&owners), tokens(&bobs)), (1, 0));
    let snapshot = async |uid| socket.get(uid, "/own/v1/snapshot").await.1.all().await;
    assert_eq!((tokens(&snapshot(OWNER).await), tokens(&snapshot(BOBS).await)), (2, 0));
}

#[tokio::test]
async fn how_the_program_is_is_told_and_that_it_is_there_when_nothing_happens() {
    let mut socket = Socket::new().await;
    socket.attaching = socket.attaching.hasty();
    let mut feed = socket.followed(OWNER).await;
    assert!(matches!(feed.line().await, Some(LineV1::Beat { .. })));
    socket.bench.handle.vitals().busy();
    let vital = loop {
        match feed.line().await {
            Some(LineV1::Beat { .. }) => {}
            Some(LineV1::Vital(vital)) => break vital,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(vital.busy, 1);
}

#[tokio::test]
async fn which_tokens_were_refused_is_told_to_whoever_may_see_which_there_are() {
    let socket = Socket::new().await;
    let refused = Refused {
        at: socket.bench.handle.now(),
        from: "192.0.2.7".into(),
        sender: Some("grafana".into()),
        why: "no".into(),
        status: Some(403),
    };
    socket.bench.handle.vitals().refuse(&refused);
    for (uid, names) in [(OWNER, 1), (BOBS, 0)] {
        let cursor = socket.cursor();
        let feed = format!("/own/v1/feed?from={}-{}", cursor.epoch, cursor.revision);
        for path in ["/own/v1/snapshot", &feed] {
            let (_, mut reading) = socket.get(uid, path).await;
            let vital = loop {
                if let LineV1::Vital(vital) = reading.line().await.unwrap() {
                    break vital;
                }
            };
            assert_eq!((vital.refusals.of.len(), vital.refusals.count), (names, 1), "{path}");
        }
    }
}

#[tokio::test]
async fn a_feed_of_what_came_since_never_goes_back_to_an_older_policy() {
    let socket = Socket::new().await;
    let before = socket.cursor();
    socket.fires("first").await;
    let adopt = async |days: i64| {
        let policy = Policy::clone(socket.bench.handle.latest().table.policy());
        let retention = SignedDuration::from_hours(24 * days);
        let policy = Policy { retention, ..policy };
        let command = Command::Adopt(std::sync::Arc::new(policy));
        let op = OpId(uuid::Uuid::from_u128(u128::try_from(days).unwrap()));
        let (actor, via) = (Actor::Watchbell, Via::Watchbell);
        let order = Order { op, actor, via, seen: None, command };
        socket.bench.handle.submit(order).await.unwrap();
    };
    adopt(7).await;
    socket.fires("second").await;
    let (_, mut late) = socket.feed(OWNER, before).await;
    adopt(8).await;
    socket.fires("third").await;
    let (mut told, newest) = (Vec::new(), socket.cursor().revision.0);
    loop {
        match late.line().await.unwrap() {
            LineV1::Policy(policy) => {
                told.push(policy.retention.0.as_hours() / 24);
            }
            LineV1::Changes(changes) if changes.revision == newest => break,
            _ => {}
        }
    }
    assert_eq!(told, [7, 8]);
}

#[tokio::test]
async fn a_feed_ends_when_the_service_stops() {
    let socket = Socket::new().await;
    let mut feed = socket.followed(OWNER).await;
    socket.stop.cancel();
    assert_eq!(feed.line().await, None);
}

#[tokio::test]
async fn so_many_consoles_are_attached_and_no_more() {
    let socket = Socket::new().await;
    let mut feeds = Vec::new();
    for _ in 0..64 {
        feeds.push(socket.followed(OWNER).await);
    }
    let (status, _) = socket.feed(OWNER, socket.cursor()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    feeds.pop();
    socket.followed(OWNER).await;
}

#[tokio::test]
async fn an_order_of_a_console_is_told_as_one_of_its_user_and_the_answer_says_which_commit_it_knows()
 {
    let socket = Socket::new().await;
    let id = socket.fires("disk").await;
    let body = json!({
        "op": uuid::Uuid::nil().to_string(), "seen": null, "at_console": true,
        "command": {"alerts": [[id.to_string()], "acknowledge"]},
    });
    let person = Account::new("alice", "").person();
    let owner = Owner {
        uid: OWNER,
        actor: Actor::Account(person),
        people: std::collections::BTreeMap::new(),
        open_to: OpenTo::Owner,
    };
    let router = own_router(socket.bench.door.clone(), owner, socket.attaching.clone());
    let answer = Ask::post("/own/v1/orders").json(&body);
    let answer = answer.of(router.layer(Extension(Peer::User(OWNER)))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let revision = socket.cursor().revision.to_string();
    assert_eq!(answer.headers["watchbell-revision"], revision.as_str());
    let latest = socket.bench.handle.latest();
    let line = latest.table.alert(id).unwrap().recent.last().unwrap().clone();
    assert_eq!(line.via, Via::Attached { uid: OWNER });
}
