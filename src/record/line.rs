//! Lines of an export: one JSON document each, a head first and an end last.
//!
//! Within a version of the lines nothing is changed but for variants that are appended. A state or
//! event of another record version is a variant of its own beside the old one.

use serde::{Deserialize, Serialize};

use super::v1::{DigestV1, EntityV1, EventV1, TextV1, TimeV1};
use super::v2::EntityV2;
use crate::domain::entity::Entity;
use crate::domain::event::Event;
use crate::domain::id::Revision;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::token::Digest;

/// The version of the lines that is written, and the newest that is read.
pub const EXPORT: u32 = 1;

/// One line of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first one: of what it is.
    Head(Head),
    /// The state of one entity, as it was told before version 2 of the records.
    StateV1(Box<EntityV1>),
    /// A line of a timeline.
    EventV1(Box<Told>),
    /// The last one: without it the export was cut off.
    End(End),
    /// The state of one entity.
    StateV2(Box<EntityV2>),
}

/// Of what an export is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct Head {
    /// The version of the lines.
    pub export: u32,
    /// The version of the program that wrote them.
    pub watchbell: TextV1,
    /// The format of the data file that it would write.
    pub format: u64,
    pub revision: u64,
    pub epoch: u64,
    pub exported: TimeV1,
}

impl Head {
    /// The head of an export of what `revision` of `epoch` holds, made at `now`.
    pub fn new(format: u64, revision: Revision, epoch: u64, now: Timestamp) -> Self {
        let watchbell = (&Text::derive(env!("CARGO_PKG_VERSION"))).into();
        let revision = revision.0;
        Self { export: EXPORT, watchbell, format, revision, epoch, exported: TimeV1(now) }
    }
}

/// A line of a timeline, with its number among those of its commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct Told {
    pub number: u32,
    pub event: EventV1,
}

/// What an export holds in all, and the SHA-256 of every line before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct End {
    pub states: u64,
    pub events: u64,
    pub sha256: DigestV1,
}

impl Line {
    /// The line with the state of `entity`.
    pub fn state(entity: &Entity) -> Self {
        Self::StateV2(Box::new(entity.into()))
    }

    /// The line with the line `number` of its commit.
    pub fn event(number: u32, event: &Event) -> Self {
        Self::EventV1(Box::new(Told { number, event: event.into() }))
    }

    /// The last line.
    pub fn end(states: u64, events: u64, sha256: [u8; 32]) -> Self {
        Self::End(End { states, events, sha256: DigestV1(Digest(sha256)) })
    }
}
