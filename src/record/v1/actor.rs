//! Twins of people and actors, and of where orders come from.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::leaf::{IdV1, TextV1};
use crate::domain::actor::{Actor, Person, Via};
use crate::domain::id::AccountId;

/// A person, with the name they had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Person`, field by field")]
pub struct PersonV1 {
    pub id: IdV1,
    pub name: TextV1,
}

impl From<&Person> for PersonV1 {
    fn from(person: &Person) -> Self {
        let Person { id, name } = person;
        Self { id: IdV1(id.0), name: name.into() }
    }
}

impl From<PersonV1> for Person {
    fn from(person: PersonV1) -> Self {
        Self { id: AccountId(person.id.0), name: person.name.into() }
    }
}

/// Who gave an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Actor`, word for word")]
pub enum ActorV1 {
    Account(PersonV1),
    User(TextV1),
    Machine(TextV1),
    Watchbell,
}

impl From<&Actor> for ActorV1 {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Account(person) => Self::Account(person.into()),
            Actor::User(name) => Self::User(name.into()),
            Actor::Machine(name) => Self::Machine(name.into()),
            Actor::Watchbell => Self::Watchbell,
        }
    }
}

impl From<ActorV1> for Actor {
    fn from(actor: ActorV1) -> Self {
        match actor {
            ActorV1::Account(person) => Self::Account(person.into()),
            ActorV1::User(name) => Self::User(name.into()),
            ActorV1::Machine(name) => Self::Machine(name.into()),
            ActorV1::Watchbell => Self::Watchbell,
        }
    }
}

/// From where an order came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Via`, word for word")]
pub enum ViaV1 {
    Console,
    Verb { uid: u32 },
    As { uid: u32 },
    Http { peer: IpAddr },
    Watchbell,
    Attached { uid: u32 },
}

impl From<Via> for ViaV1 {
    fn from(via: Via) -> Self {
        match via {
            Via::Console => Self::Console,
            Via::Verb { uid } => Self::Verb { uid },
            Via::As { uid } => Self::As { uid },
            Via::Http { peer } => Self::Http { peer },
            Via::Watchbell => Self::Watchbell,
            Via::Attached { uid } => Self::Attached { uid },
        }
    }
}

impl From<ViaV1> for Via {
    fn from(via: ViaV1) -> Self {
        match via {
            ViaV1::Console => Self::Console,
            ViaV1::Verb { uid } => Self::Verb { uid },
            ViaV1::As { uid } => Self::As { uid },
            ViaV1::Http { peer } => Self::Http { peer },
            ViaV1::Watchbell => Self::Watchbell,
            ViaV1::Attached { uid } => Self::Attached { uid },
        }
    }
}
