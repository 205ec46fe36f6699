//! Fixed values, one of each kind, and the bytes that version 1 has for them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::domain::actor::{Actor, Person};
use crate::domain::alert::{
    Acknowledgement, Alert, Ending, Identity, Namespace, Naming, Note, Resolution, Seen, Standing,
    State,
};
use crate::domain::event::{Difference, What};
use crate::domain::id::{AccountId, AlertId, OnceId, Revision, ServiceId, TokenId};
use crate::domain::labels::Labels;
use crate::domain::once::Once;
use crate::domain::service::Service;
use crate::domain::severity::Severity;
use crate::domain::time::{SignedDuration, Timestamp, after};
use crate::domain::token::{Digest, Scopes, Token};

/// The bytes as they were when version 1 was made: a name and hex a line. A difference means that
/// data files out there can no longer be read. Do not change a line; write version 2 beside it.
const GOLDEN: &str = include_str!("../../../tests/golden/records-v1.txt");

/// A value and its record.
pub(super) struct Record {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) bytes: Vec<u8>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Entity(Entity),
    Event(Event),
}

impl Value {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Entity(entity) => encode(entity),
            Self::Event(event) => encode_event(event),
        }
    }

    fn read(&self, bytes: &[u8]) -> Result<Self, RecordError> {
        match self {
            Self::Entity(_) => decode(bytes).map(Self::Entity),
            Self::Event(_) => decode_event(bytes).map(Self::Event),
        }
    }
}

#[test]
fn version_1_has_the_bytes_it_always_had() {
    let mut fresh = String::new();
    for record in records() {
        let hex = record.bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let _ = writeln!(fresh, "{} {hex}", record.name);
    }
    assert!(fresh == GOLDEN, "the bytes of version 1 moved; they would be now:\n{fresh}");
}

#[test]
fn the_bytes_of_version_1_are_read_as_they_were_meant() {
    let golden: BTreeMap<&str, Vec<u8>> = GOLDEN.lines().map(read_line).collect();
    for record in records() {
        let bytes = &golden[record.name];
        assert_eq!(record.value.read(bytes), Ok(record.value), "{}", record.name);
    }
}

fn read_line(line: &str) -> (&str, Vec<u8>) {
    let (name, hex) = line.split_once(' ').unwrap();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (name, (0..hex.len()).step_by(2).map(byte).collect())
}

/// One record of each kind of value there is.
pub(super) fn records() -> Vec<Record> {
    let entities = entities().map(|(name, entity)| (name, Value::Entity(entity)));
    let events = whats().map(|(name, what)| (name, Value::Event(event(what))));
    let values = entities.into_iter().chain(events);
    values.map(|(name, value)| Record { name, bytes: value.bytes(), value }).collect()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x1111_2222_3333_4444_8888_0000_0000_0000 + n)
}

fn at(seconds: i64) -> Timestamp {
    after("2026-05-01T10:00:00.123456789Z".parse().unwrap(), SignedDuration::from_secs(seconds))
}

fn alice() -> Person {
    Person { id: AccountId(id(1)), name: "alice".into() }
}

fn labels<const N: usize>(pairs: [(&str, &str); N]) -> Labels {
    pairs.into_iter().collect()
}

fn standing(state: State) -> Standing {
    Standing { state, assignee: Some(alice()), needed: at(1), touched: Revision(300) }
}

fn alert(state: State, naming: Naming) -> Entity {
    Entity::Alert(Arc::new(Alert {
        id: AlertId(id(2)),
        identity: Identity { namespace: Namespace("team".into()), naming },
        title: "disk full on db-1 ✓".into(),
        service: ServiceId(id(3)),
        severity: Severity::Critical,
        unknown_severity: Some("sev9".into()),
        labels: labels([("alertname", "DiskFull"), ("raw", "a\u{1b}b")]),
        annotations: labels([("summary", "")]),
        link: Some("https://example.org/1".into()),
        starts_at: Some(at(-60)),
        received: at(0),
        seen: Seen { count: 70_000, last: at(2) },
        standing: standing(state),
        previous: Some(AlertId(id(4))),
        occurrence: 3,
        revision: Revision(u64::MAX),
        notes: vec![Note { at: at(3), by: Actor::Machine("ci".into()), text: "seen".into() }],
        recent: Vec::new(),
    }))
}

fn entities() -> [(&'static str, Entity); 6] {
    let named = Naming::of_labels(labels([("alertname", "DiskFull")]));
    let acknowledged = Acknowledgement {
        by: Actor::Account(alice()),
        at: at(4),
        level: Severity::Warning,
        revision: Revision(5),
    };
    let resolved = Resolution { how: Ending::Operator(Actor::User("bob".into())), at: at(6) };
    let service = Service { id: ServiceId(id(3)), name: "web".into(), created: at(0) };
    let token = Token {
        id: TokenId(id(5)),
        name: "prometheus".into(),
        digest: Digest([0xd1; 32]),
        scopes: Scopes::all(),
        account: Some(AccountId(id(1))),
        namespace: Namespace("team".into()),
        created: Timestamp::MIN,
    };
    let once = Once { id: OnceId(id(6)), alert: AlertId(id(2)), until: Timestamp::MAX };
    [
        ("alert_firing", alert(State::Firing, named.clone())),
        ("alert_acknowledged", alert(State::Acknowledged(acknowledged), named)),
        ("alert_resolved", alert(State::Resolved(resolved), Naming::Given("mine".into()))),
        ("service", Entity::Service(Arc::new(service))),
        ("token", Entity::Token(Arc::new(token))),
        ("once", Entity::Once(Arc::new(once))),
    ]
}

fn event(what: What) -> Event {
    Event {
        at: at(7),
        revision: Revision(8),
        actor: Actor::Watchbell,
        subject: Key::Alert(AlertId(id(2))),
        what,
        before: Some(Box::new(standing(State::Firing))),
    }
}

fn whats() -> [(&'static str, What); 15] {
    let [warning, critical] = [Severity::Warning, Severity::Critical];
    let differences = vec![
        Difference::Severity { from: warning, to: critical },
        Difference::Service { from: "web".into(), to: "db".into() },
        Difference::Labels(vec!["instance".into()]),
    ];
    let bob = Actor::User("bob".into());
    [
        ("fired", What::Fired { occurrence: 2, previous: Some(AlertId(id(4))) }),
        ("changed", What::Changed(differences)),
        ("reworded", What::Reworded { from: "old".into(), to: "new".into() }),
        ("worsened", What::Worsened { from: warning, to: critical }),
        ("acknowledged", What::Acknowledged { over: Some(bob.clone()), assigned: Some(alice()) }),
        ("unacknowledged", What::Unacknowledged { had: bob }),
        ("assigned", What::Assigned { from: None, to: Some(alice()) }),
        ("resolved_source", What::Resolved(Ending::Source)),
        ("resolved_operator", What::Resolved(Ending::Operator(Actor::Account(alice())))),
        ("reopened", What::Reopened),
        ("noted", What::Noted("a note".into())),
        ("undone", What::Undone { act: "acknowledged by alice".into(), revision: Revision(7) }),
        ("service_created", What::ServiceCreated("web".into())),
        ("token_created", What::TokenCreated("prometheus".into())),
        ("token_revoked", What::TokenRevoked("prometheus".into())),
    ]
}
