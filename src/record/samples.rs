//! Random and fixed domain values, for the tests of records and store.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use crate::domain::actor::{Actor, Person};
use crate::domain::alert::{
    Acknowledgement, Alert, Ending, Identity, Namespace, Naming, Note, Resolution, Seen, Standing,
    State,
};
use crate::domain::entity::{Entity, Key};
use crate::domain::event::{Difference, Event, What};
use crate::domain::id::{AccountId, AlertId, OnceId, Revision, ServiceId, TokenId};
use crate::domain::labels::Labels;
use crate::domain::once::Once;
use crate::domain::service::Service;
use crate::domain::severity::Severity;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::token::{Digest, Scope, Token};

/// Any id.
pub(crate) fn id() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

/// Any time there is, to the nanosecond.
pub(crate) fn time() -> impl Strategy<Value = Timestamp> {
    let [first, last] = [Timestamp::MIN, Timestamp::MAX].map(Timestamp::as_nanosecond);
    (first..=last).prop_map(|nanoseconds| Timestamp::from_nanosecond(nanoseconds).unwrap())
}

/// Any text for people.
pub(crate) fn text() -> impl Strategy<Value = Text> {
    prop_oneof![Just(String::new()), "[a-zß容🙂 ]{1,20}", any::<String>()]
        .prop_map(|raw| Text::derive(&raw))
}

/// Any few labels, raw.
pub(crate) fn labels() -> impl Strategy<Value = Labels> {
    vec((".{0,8}", any::<String>()), 0..4).prop_map(|pairs| pairs.into_iter().collect())
}

fn person() -> impl Strategy<Value = Person> {
    (id(), text()).prop_map(|(id, name)| Person { id: AccountId(id), name })
}

/// Any actor.
pub(crate) fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        person().prop_map(Actor::Account),
        text().prop_map(Actor::User),
        text().prop_map(Actor::Machine),
        Just(Actor::Watchbell),
    ]
}

fn severity() -> impl Strategy<Value = Severity> {
    select(vec![Severity::Warning, Severity::Critical])
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![Just(Ending::Source), actor().prop_map(Ending::Operator)]
}

/// Any end of an alert.
pub(crate) fn resolution() -> impl Strategy<Value = Resolution> {
    (ending(), time()).prop_map(|(how, at)| Resolution { how, at })
}

fn revision() -> impl Strategy<Value = Revision> {
    any::<u64>().prop_map(Revision)
}

fn state() -> impl Strategy<Value = State> {
    let acknowledged = (actor(), time(), severity(), revision());
    prop_oneof![
        Just(State::Firing),
        acknowledged.prop_map(|(by, at, level, revision)| {
            State::Acknowledged(Acknowledgement { by, at, level, revision })
        }),
        resolution().prop_map(State::Resolved),
    ]
}

fn standing() -> impl Strategy<Value = Standing> {
    (state(), option::of(person()), time(), revision()).prop_map(
        |(state, assignee, needed, touched)| Standing { state, assignee, needed, touched },
    )
}

fn identity() -> impl Strategy<Value = Identity> {
    let naming = prop_oneof![
        labels().prop_map(Naming::of_labels),
        any::<String>().prop_map(|given| Naming::Given(given.into())),
    ];
    (text(), naming)
        .prop_map(|(namespace, naming)| Identity { namespace: Namespace(namespace), naming })
}

fn note() -> impl Strategy<Value = Note> {
    (time(), actor(), text()).prop_map(|(at, by, text)| Note { at, by, text })
}

/// Any alert, without recent lines.
pub(crate) fn alert() -> impl Strategy<Value = Alert> {
    let who = (id(), identity(), text(), id(), severity(), option::of(text()));
    let payload = (
        labels(),
        labels(),
        option::of(any::<String>().prop_map(String::into_boxed_str)),
        option::of(time()),
    );
    let seen = (time(), any::<u64>(), time());
    let rest = (standing(), option::of(id()), any::<u32>(), revision(), vec(note(), 0..3));
    (who, payload, seen, rest).prop_map(|(who, payload, seen, rest)| {
        let (id, identity, title, service, severity, unknown_severity) = who;
        let (labels, annotations, link, starts_at) = payload;
        let (received, count, last) = seen;
        let (standing, previous, occurrence, revision, notes) = rest;
        Alert {
            id: AlertId(id),
            identity,
            title,
            service: ServiceId(service),
            severity,
            unknown_severity,
            labels,
            annotations,
            link,
            starts_at,
            received,
            seen: Seen { count, last },
            standing,
            previous: previous.map(AlertId),
            occurrence,
            revision,
            notes,
            recent: Vec::new(),
        }
    })
}

/// Any token.
pub(crate) fn token() -> impl Strategy<Value = Token> {
    let scopes = vec(select(Scope::ALL.to_vec()), 0..8);
    (id(), text(), any::<[u8; 32]>(), scopes, option::of(id()), text(), time()).prop_map(
        |(id, name, digest, scopes, account, namespace, created)| Token {
            id: TokenId(id),
            name,
            digest: Digest(digest),
            scopes: scopes.into_iter().collect(),
            account: account.map(AccountId),
            namespace: Namespace(namespace),
            created,
        },
    )
}

/// Any entity.
pub(crate) fn entity() -> impl Strategy<Value = Entity> {
    let service = (id(), text(), time()).prop_map(|(id, name, created)| Service {
        id: ServiceId(id),
        name,
        created,
    });
    let once = (id(), id(), time()).prop_map(|(id, alert, until)| Once {
        id: OnceId(id),
        alert: AlertId(alert),
        until,
    });
    prop_oneof![
        4 => alert().prop_map(|alert| Entity::Alert(Arc::new(alert))),
        1 => service.prop_map(|service| Entity::Service(Arc::new(service))),
        1 => token().prop_map(|token| Entity::Token(Arc::new(token))),
        1 => once.prop_map(|once| Entity::Once(Arc::new(once))),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    (0..4, id()).prop_map(|(kind, id)| match kind {
        0 => Key::Alert(AlertId(id)),
        1 => Key::Service(ServiceId(id)),
        2 => Key::Token(TokenId(id)),
        _ => Key::Once(OnceId(id)),
    })
}

fn difference() -> impl Strategy<Value = Difference> {
    prop_oneof![
        (severity(), severity()).prop_map(|(from, to)| Difference::Severity { from, to }),
        (text(), text()).prop_map(|(from, to)| Difference::Service { from, to }),
        vec(text(), 0..3).prop_map(Difference::Labels),
    ]
}

/// Anything that can happen.
pub(crate) fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        (any::<u32>(), option::of(id())).prop_map(|(occurrence, previous)| What::Fired {
            occurrence,
            previous: previous.map(AlertId),
        }),
        vec(difference(), 0..3).prop_map(What::Changed),
        (text(), text()).prop_map(|(from, to)| What::Reworded { from, to }),
        (severity(), severity()).prop_map(|(from, to)| What::Worsened { from, to }),
        (option::of(actor()), option::of(person()))
            .prop_map(|(over, assigned)| What::Acknowledged { over, assigned }),
        actor().prop_map(|had| What::Unacknowledged { had }),
        (option::of(person()), option::of(person()))
            .prop_map(|(from, to)| What::Assigned { from, to }),
        ending().prop_map(What::Resolved),
        Just(What::Reopened),
        text().prop_map(What::Noted),
        (text(), revision()).prop_map(|(act, revision)| What::Undone { act, revision }),
        text().prop_map(What::ServiceCreated),
        text().prop_map(What::TokenCreated),
        text().prop_map(What::TokenRevoked),
    ]
}

/// Any line of a timeline.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    let before = option::of(standing().prop_map(Box::new));
    (time(), revision(), actor(), key(), what(), before).prop_map(
        |(at, revision, actor, subject, what, before)| Event {
            at,
            revision,
            actor,
            subject,
            what,
            before,
        },
    )
}
