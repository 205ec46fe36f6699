//! Fixed values, one of each kind, and the bytes that each version has for them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::domain::actor::{Actor, Person, Via};
use crate::domain::alert::{
    Acknowledgement, Alert, Call, Calling, Ending, Ends, Hold, Identity, Interval, Marks, Moving,
    Namespace, Naming, Note, Pause, Resolution, Seen, Source, Standing, State, Stray, Suppression,
    Suppressor, Worded,
};
use crate::domain::delivery::{Delivery, Progress, Tell};
use crate::domain::event::{Difference, What};
use crate::domain::id::{
    AccountId, AlertId, DeliveryId, MaintenanceId, OnceId, Revision, ServiceId, SilenceId,
    SourceId, TokenId,
};
use crate::domain::labels::Labels;
use crate::domain::maintenance::{KeptMaintenance, Maintenance, Recurrence, WindowOf};
use crate::domain::matcher::{Dialect, Matcher};
use crate::domain::once::Once;
use crate::domain::service::Service;
use crate::domain::severity::Severity;
use crate::domain::silence::{LastChange, Reach, Silence, SilenceDeed, SilenceTold, Terms};
use crate::domain::time::{Moment, SignedDuration, Timestamp, after};
use crate::domain::token::{Digest, Scopes, Token};

/// The bytes as they were when each version was made: a name and hex a line. A difference means
/// that data files out there can no longer be read. Do not change a line; write the next version
/// beside it.
const VERSION_1: &str = include_str!("../../../tests/golden/records-v1.txt");
const VERSION_2: &str = include_str!("../../../tests/golden/records-v2.txt");

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
fn what_is_written_has_the_bytes_it_always_had() {
    let mut fresh = String::new();
    for record in records() {
        let hex = record.bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let _ = writeln!(fresh, "{} {hex}", record.name);
    }
    assert!(fresh == VERSION_2, "the bytes of version 2 moved; they would be now:\n{fresh}");
}

#[test]
fn the_bytes_of_every_version_are_read_as_they_were_meant() {
    let records: BTreeMap<_, _> =
        records().into_iter().map(|record| (record.name, record.value)).collect();
    for (name, bytes) in VERSION_1.lines().chain(VERSION_2.lines()).map(read_line) {
        let value = &records[name];
        assert_eq!(value.read(&bytes).as_ref(), Ok(value), "{name}");
    }
}

fn read_line(line: &str) -> (&str, Vec<u8>) {
    let (name, hex) = line.split_once(' ').unwrap();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (name, (0..hex.len()).step_by(2).map(byte).collect())
}

/// One record of each kind of value there is.
pub(super) fn records() -> Vec<Record> {
    let entities = entities().into_iter().map(|(name, entity)| (name, Value::Entity(entity)));
    let events = whats().into_iter().map(|(name, what)| (name, Value::Event(event(what))));
    let values = entities.chain(events);
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

fn standing(state: State, call: Call) -> Standing {
    let (needed, since) = (at(1), at(2));
    Standing { state, assignee: Some(alice()), call, needed, since, touched: Revision(300) }
}

fn calling() -> Calling {
    Calling { since: at(1), cause: Revision(4) }
}

fn acknowledgement() -> Acknowledgement {
    Acknowledgement {
        by: Actor::Account(alice()),
        at: at(4),
        level: Severity::Warning,
        revision: Revision(5),
        until: Some(at(604)),
    }
}

fn marks() -> Marks {
    Marks {
        reopened: vec![at(-20), at(-10)],
        flapping: Some(at(-9)),
        stale: Some(at(-8)),
        clock: Some(SignedDuration::new(-360, -5)),
        granted: Some(at(-7)),
    }
}

fn snooze() -> Suppressor {
    Suppressor::Snooze { by: Actor::Account(alice()), until: at(7_200) }
}

fn alert(standing: Standing, naming: Naming) -> Entity {
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
        sender: "prometheus".into(),
        ends: Some(at(300)),
        source: None,
        webhook: Some(at(2)),
        worded: Worded {
            at: Some(at(900)),
            title: "memory 96 %".into(),
            text: "for five minutes".into(),
        },
        marks: marks(),
        suppressions: vec![
            Suppression { by: snooze(), since: at(5) },
            Suppression { by: Suppressor::Rule("night".into()), since: at(6) },
        ],
        standing,
        previous: Some(AlertId(id(4))),
        occurrence: 3,
        revision: Revision(u64::MAX),
        notes: vec![Note { at: at(3), by: Actor::Machine("ci".into()), text: "seen".into() }],
        recent: Arc::default(),
    }))
}

fn entities() -> Vec<(&'static str, Entity)> {
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
    let mut entities = alerts();
    entities.extend([
        ("service", Entity::Service(Arc::new(service))),
        ("token", Entity::Token(Arc::new(token))),
        ("once", Entity::Once(Arc::new(once))),
    ]);
    entities.extend(sources());
    entities.extend(told_alerts());
    entities.extend(deliveries());
    entities.extend(silences());
    entities.push(("maintenance", maintenance()));
    entities
}

/// An alert in every state, with every way to end and every kind of call.
fn alerts() -> Vec<(&'static str, Entity)> {
    let named = || Naming::of_labels(labels([("alertname", "DiskFull")]));
    let resolved = |how, had| State::Resolved(Resolution { how, at: at(6), end: at(5), had });
    let by_hand = Ending::Operator {
        by: Actor::User("bob".into()),
        hold: Some(Hold { until: at(900), reports: 7 }),
    };
    let paused = |why| Call::Paused { calling: calling(), why };
    let table = [
        ("alert_firing", State::Firing, Call::Calling(calling())),
        ("alert_suppressed", State::Firing, paused(Pause::Suppressed)),
        ("alert_fallen", State::Firing, paused(Pause::Warning)),
        ("alert_flapping", State::Firing, paused(Pause::Flapping)),
        ("alert_acknowledged", State::Acknowledged(acknowledgement()), Call::Over),
        ("alert_ended", resolved(Ending::Source, Some(acknowledgement())), paused(Pause::Ended)),
        ("alert_timed_out", resolved(Ending::TimeOut, None), Call::Quiet),
    ];
    let mut alerts: Vec<_> = table
        .into_iter()
        .map(|(name, state, call)| (name, alert(standing(state, call), named())))
        .collect();
    let given = Naming::Given("mine".into());
    alerts.push(("alert_resolved", alert(standing(resolved(by_hand, None), Call::Over), given)));
    alerts
}

fn told(ends: Ends, resolved: Vec<(Timestamp, Timestamp)>) -> Source {
    Source {
        interval: Interval {
            start: Moment { at: at(-60), offset: 7_200 },
            end: Moment::utc(at(300)),
            ends,
        },
        annotations: labels([("summary", "full")]),
        link: Some("https://example.org/2".into()),
        updated: at(2),
        fired: Some(at(-60)),
        resolved,
        moving: Some(Moving { start: at(-60), latest: at(-30), times: 1 }),
    }
}

/// Alerts that API v2 told of: with the words and labels it is known by, and with others.
fn told_alerts() -> [(&'static str, Entity); 2] {
    let naming = || Naming::of_labels(labels([("alertname", "DiskFull"), ("raw", "a\u{1b}b")]));
    let standing = || standing(State::Firing, Call::Calling(calling()));
    let with = |source: Source| {
        let Entity::Alert(alert) = alert(standing(), naming()) else { unreachable!() };
        Entity::Alert(Arc::new(Alert { source: Some(Arc::new(source)), ..(*alert).clone() }))
    };
    let same = Source {
        annotations: labels([("summary", "")]),
        link: Some("https://example.org/1".into()),
        ..told(Ends::Told, Vec::new())
    };
    [("alert_told", with(same)), ("alert_told_otherwise", with(told(Ends::Assumed, Vec::new())))]
}

fn sources() -> [(&'static str, Entity); 2] {
    let source = |ends, resolved| {
        let naming = Naming::of_labels(labels([("alertname", "DiskFull")]));
        Entity::Source(Arc::new(Stray {
            id: SourceId(id(7)),
            identity: Identity { namespace: Namespace("team".into()), naming },
            source: told(ends, resolved),
        }))
    };
    [
        ("source_told", source(Ends::Told, Vec::new())),
        ("source_assumed", source(Ends::Assumed, vec![(at(-60), at(-30))])),
    ]
}

fn deliveries() -> [(&'static str, Entity); 5] {
    let delivery = |tell, state| {
        Entity::Delivery(Arc::new(Delivery {
            id: DeliveryId(id(8)),
            alert: AlertId(id(2)),
            cause: Revision(300),
            tell,
            channel: "ops".into(),
            created: at(1),
            attempts: 3,
            state,
        }))
    };
    let waiting = Progress::Waiting { next: at(9), after: Some("503".into()) };
    let superseded = Progress::Superseded { at: at(9), why: "it has ended".into() };
    let given_up = Progress::GivenUp { at: at(9), why: "404".into() };
    [
        ("delivery_waiting", delivery(Tell::Page, waiting)),
        ("delivery_attempt", delivery(Tell::Flapping, Progress::Attempt { since: at(9) })),
        ("delivery_sent", delivery(Tell::Resolved, Progress::Sent { at: at(9) })),
        ("delivery_superseded", delivery(Tell::FellSilent, superseded)),
        ("delivery_given_up", delivery(Tell::Page, given_up)),
    ]
}

fn event(what: What) -> Event {
    Event {
        at: at(7),
        revision: Revision(8),
        actor: Actor::Watchbell,
        via: Via::Watchbell,
        subject: Key::Alert(AlertId(id(2))),
        what,
        before: Some(Box::new(standing(State::Firing, Call::Quiet))),
    }
}

fn whats() -> Vec<(&'static str, What)> {
    let mut whats = of_people();
    whats.extend(of_sources_and_time());
    whats.extend([
        ("told", What::Told { tell: Tell::Page, channel: "ops".into() }),
        (
            "not_told",
            What::NotTold { tell: Tell::Resolved, channel: "ops".into(), why: "404".into() },
        ),
        ("service_created", What::ServiceCreated("web".into())),
        ("token_created", What::TokenCreated("prometheus".into())),
        ("token_revoked", What::TokenRevoked("prometheus".into())),
    ]);
    whats.extend(of_silences());
    whats
}

fn terms(until_resolved: bool) -> Terms {
    let matcher = |text: &str| Matcher::parse(text, Dialect::Fallback).unwrap();
    Terms {
        matchers: [r#"alertname="DiskFull""#, "team!=web", "instance=~db.+", "x!~y"]
            .map(matcher)
            .into(),
        starts: at(0),
        ends: at(7_200),
        by: "alice\u{1b}".into(),
        comment: "the disk is\nreplaced".into(),
        annotations: labels([("ticket", "https://example.org/1")]),
        until_resolved,
    }
}

fn silences() -> [(&'static str, Entity); 5] {
    let silence = |reach, quiet, before| {
        Entity::Silence(Arc::new(Silence {
            id: SilenceId(id(9)),
            terms: terms(quiet),
            reach,
            quiet: quiet.then(|| at(60)),
            window_of: (!quiet).then(|| Arc::new(window_of())),
            updated: at(1),
            revision: Revision(300),
            last: LastChange { actor: Actor::Account(alice()), before },
        }))
    };
    [
        ("silence_ahead", silence(Reach::Ahead, false, None)),
        ("silence_beginning", silence(Reach::Beginning, false, Some(terms(true)))),
        ("silence_muting", silence(Reach::Muting, true, None)),
        ("silence_ending", silence(Reach::Ending, true, None)),
        ("silence_over", silence(Reach::Over { kept: at(9_000) }, false, None)),
    ]
}

fn window_of() -> WindowOf {
    let was = "team=\"db\" every sat at 02:00 UTC for 2h".into();
    WindowOf { name: "patching".into(), was, until: at(7_200) }
}

fn maintenance() -> Entity {
    let when = Recurrence::parse("2nd tue, last sun", "02:30", "2h", "Europe/Berlin").unwrap();
    let matchers = terms(false).matchers.to_vec();
    let maintenance =
        Maintenance { name: "patching".into(), matchers, comment: "why".into(), when };
    Entity::Maintenance(Arc::new(KeptMaintenance {
        id: MaintenanceId(id(10)),
        maintenance,
        by: Actor::Account(alice()),
        created: at(1),
    }))
}

fn of_silences() -> Vec<(&'static str, What)> {
    let told = || SilenceTold::of(&terms(false));
    let by = Suppressor::Silence {
        id: SilenceId(id(9)),
        by: "alice".into(),
        until: at(7_200),
        why: "the disk is replaced".into(),
    };
    vec![
        ("silenced", What::Suppressed(by)),
        ("silence_created", What::Silence(SilenceDeed::Created(told()))),
        ("silence_updated", What::Silence(SilenceDeed::Updated(told()))),
        ("silence_expired", What::Silence(SilenceDeed::Expired)),
        ("silence_undone", What::Silence(SilenceDeed::Undone)),
        ("silence_ended", What::Silence(SilenceDeed::Ended { resolved: true })),
        ("repeats", What::Silence(SilenceDeed::Repeats("every sat".into()))),
    ]
}

fn of_people() -> Vec<(&'static str, What)> {
    let bob = Actor::User("bob".into());
    let by_hand = Ending::Operator { by: Actor::Account(alice()), hold: None };
    vec![
        ("acknowledged", What::Acknowledged { over: Some(bob.clone()), assigned: Some(alice()) }),
        ("unacknowledged", What::Unacknowledged { had: bob }),
        ("assigned", What::Assigned { from: None, to: Some(alice()) }),
        ("resolved_operator", What::Resolved(by_hand)),
        ("suppressed", What::Suppressed(snooze())),
        ("unsuppressed", What::Unsuppressed { by: snooze(), since: at(5) }),
        ("reopened", What::Reopened),
        ("noted", What::Noted("a note".into())),
        ("undone", What::Undone { act: "acknowledged by alice".into(), revision: Revision(7) }),
    ]
}

fn of_sources_and_time() -> Vec<(&'static str, What)> {
    let [warning, critical] = [Severity::Warning, Severity::Critical];
    let differences = vec![
        Difference::Severity { from: warning, to: critical },
        Difference::Service { from: "web".into(), to: "db".into() },
        Difference::Labels(vec!["instance".into()]),
    ];
    let despite = Some(Actor::User("bob".into()));
    let previous = Some(AlertId(id(4)));
    vec![
        ("fired", What::Fired { occurrence: 2, previous, despite }),
        ("changed", What::Changed(differences)),
        ("reworded", What::Reworded { from: "old".into(), to: "new".into() }),
        ("worsened", What::Worsened { from: warning, to: critical }),
        ("resolved_source", What::Resolved(Ending::Source)),
        ("resolved_time_out", What::Resolved(Ending::TimeOut)),
        ("held", What::Held { until: at(900) }),
        ("refired", What::Refired),
        ("restored", What::Restored),
        ("flapping", What::Flapping),
        ("flapping_ended", What::FlappingEnded),
        ("went_stale", What::WentStale),
        ("acknowledgement_expired", What::AcknowledgementExpired { had: Actor::Account(alice()) }),
    ]
}
