//! Records: the only serde mirror of the domain. The disk and the socket between two watchbells
//! speak it; the wires of other programs do not.
//!
//! A record on disk is one byte of version and then the value. Within a version nothing is ever
//! reordered, removed or inserted: a variant may be appended to an enum, anything else is a new
//! version beside the old one. No rule lives here, and no file.

pub mod attach;
pub mod line;
pub mod order;
pub mod shown;
pub mod v1;
pub mod v2;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::entity::{Entity, Key};
use crate::domain::event::Event;
use v1::{EntityV1, EventV1, KeyV1};
use v2::EntityV2;

/// The version of entities that is written, and the newest that is read.
pub const VERSION: u8 = 2;
/// The version of the lines of timelines.
const EVENT_VERSION: u8 = 1;

/// Why bytes are no record of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// There are none.
    #[error("an empty record, where one of version {VERSION} was expected")]
    Empty,
    /// Another version of watchbell wrote it, or something that is not watchbell.
    #[error(
        "a record of version {found}, and this watchbell reads {VERSION} at most; upgrade watchbell, \
         or restore the data from a backup"
    )]
    Version {
        /// The version it begins with.
        found: u8,
    },
    /// It has our version, and a value in it that we do not know: a newer watchbell may have
    /// appended it, or another build have taken a pattern or a time zone that this one does not. The
    /// decoder does not say which.
    #[error(
        "a record with something in it that this watchbell does not know, as a newer one may have \
         written it, or that it does not take, as the pattern of a silence or a time zone; upgrade \
         watchbell, start the one that ran before, or restore the data from a backup"
    )]
    Unknown,
    /// It has our version, and does not hold together.
    #[error("a damaged record ({why}); restore the data from a backup")]
    Garbled {
        /// What the decoder found.
        why: String,
    },
}

/// An entity as bytes. The recent lines of an alert are left out: the history has them.
pub fn encode(entity: &Entity) -> Vec<u8> {
    write(VERSION, &EntityV2::from(entity))
}

/// The entity in `bytes`; an alert comes without its recent lines.
pub fn decode(bytes: &[u8]) -> Result<Entity, RecordError> {
    match read_version(bytes)? {
        (1, record) => read::<EntityV1>(record).map(Entity::from),
        (2, record) => read::<EntityV2>(record).map(Entity::from),
        (found, _) => Err(RecordError::Version { found }),
    }
}

/// A line of a timeline as bytes.
pub fn encode_event(event: &Event) -> Vec<u8> {
    write(EVENT_VERSION, &EventV1::from(event))
}

/// The line of a timeline in `bytes`.
pub fn decode_event(bytes: &[u8]) -> Result<Event, RecordError> {
    match read_version(bytes)? {
        (EVENT_VERSION, record) => read::<EventV1>(record).map(Event::from),
        (found, _) => Err(RecordError::Version { found }),
    }
}

/// A key as bytes: one for the kind, then its id. Sorts by kind. Has no version, because it is
/// what a record is found by.
pub fn encode_key(key: Key) -> Vec<u8> {
    append(Vec::with_capacity(17), &KeyV1::from(key))
}

/// The key in `bytes`, as [`encode_key`] makes them.
pub fn decode_key(bytes: &[u8]) -> Result<Key, RecordError> {
    match postcard::take_from_bytes::<KeyV1>(bytes) {
        Ok((key, [])) => Ok(key.into()),
        Ok((_, rest)) => {
            Err(RecordError::Garbled { why: format!("{} bytes too many in a key", rest.len()) })
        }
        Err(error) => Err(RecordError::Garbled { why: format!("a key: {error}") }),
    }
}

fn write(version: u8, record: &impl Serialize) -> Vec<u8> {
    // Most are shorter, and none has to be moved while it grows to that.
    const USUAL: usize = 2048;
    let mut bytes = Vec::with_capacity(USUAL);
    bytes.push(version);
    append(bytes, record)
}

#[expect(
    clippy::expect_used,
    reason = "writing to memory fails for lengths unknown in advance alone, and no record has one"
)]
fn append(bytes: Vec<u8>, record: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(record, bytes).expect("a record of known lengths")
}

fn read_version(bytes: &[u8]) -> Result<(u8, &[u8]), RecordError> {
    bytes.split_first().map(|(version, record)| (*version, record)).ok_or(RecordError::Empty)
}

fn read<T: DeserializeOwned>(record: &[u8]) -> Result<T, RecordError> {
    let garbled = |why: String| RecordError::Garbled { why };
    let (record, rest) = postcard::take_from_bytes(record).map_err(|error| match error {
        // How the decoder says that a type refused the value, as an enum does a foreign variant.
        postcard::Error::SerdeDeCustom => RecordError::Unknown,
        error => garbled(error.to_string()),
    })?;
    if rest.is_empty() {
        Ok(record)
    } else {
        Err(garbled(format!("{} bytes too many", rest.len())))
    }
}
