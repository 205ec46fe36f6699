//! Records: the only serde mirror of the domain. The disk and the socket between two watchbells
//! speak it; the wires of other programs do not.
//!
//! A record on disk is one byte of version and then the value. Within a version nothing is ever
//! reordered, removed or inserted: a variant may be appended to an enum, anything else is a new
//! version beside the old one. No rule lives here, and no file.

pub mod order;
pub mod shown;
pub mod v1;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::entity::{Entity, Key};
use crate::domain::event::Event;
use v1::{EntityV1, EventV1, KeyV1};

/// The version that is written.
pub const VERSION: u8 = 1;

/// Why bytes are no record of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// There are none.
    #[error("an empty record, where one of version {VERSION} was expected")]
    Empty,
    /// Another version of watchbell wrote it, or something that is not watchbell.
    #[error(
        "a record of version {found}, and this watchbell reads version {VERSION}; upgrade watchbell, \
         or restore the data from a backup"
    )]
    Version {
        /// The version it begins with.
        found: u8,
    },
    /// It has our version, and a value in it that we do not know: a newer watchbell may have
    /// appended it.
    #[error(
        "a record of version {VERSION} with something in it that this watchbell does not know; \
         upgrade watchbell, or restore the data from a backup"
    )]
    Unknown,
    /// It has our version, and does not hold together.
    #[error("a damaged record of version {VERSION} ({why}); restore the data from a backup")]
    Garbled {
        /// What the decoder found.
        why: String,
    },
}

/// An entity as bytes. The recent lines of an alert are left out: the history has them.
pub fn encode(entity: &Entity) -> Vec<u8> {
    write(&EntityV1::from(entity))
}

/// The entity in `bytes`; an alert comes without its recent lines.
pub fn decode(bytes: &[u8]) -> Result<Entity, RecordError> {
    read::<EntityV1>(bytes).map(Entity::from)
}

/// A line of a timeline as bytes.
pub fn encode_event(event: &Event) -> Vec<u8> {
    write(&EventV1::from(event))
}

/// The line of a timeline in `bytes`.
pub fn decode_event(bytes: &[u8]) -> Result<Event, RecordError> {
    read::<EventV1>(bytes).map(Event::from)
}

/// A key as bytes: one for the kind, then its id. Sorts by kind. Has no version, because it is
/// what a record is found by.
pub fn encode_key(key: Key) -> Vec<u8> {
    append(Vec::with_capacity(17), &KeyV1::from(key))
}

fn write(record: &impl Serialize) -> Vec<u8> {
    // Most are shorter, and none has to be moved while it grows to that.
    const USUAL: usize = 2048;
    let mut bytes = Vec::with_capacity(USUAL);
    bytes.push(VERSION);
    append(bytes, record)
}

#[expect(
    clippy::expect_used,
    reason = "writing to memory fails for lengths unknown in advance alone, and no record has one"
)]
fn append(bytes: Vec<u8>, record: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(record, bytes).expect("a record of known lengths")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RecordError> {
    let (version, record) = bytes.split_first().ok_or(RecordError::Empty)?;
    if *version != VERSION {
        return Err(RecordError::Version { found: *version });
    }
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
