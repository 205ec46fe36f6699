//! Changes: the new state of one entity, and the line of the timeline that explains it.

use std::sync::Arc;

use super::entity::{Entity, Key};
use super::event::Event;

/// The unit of what is committed, published and replayed. Applying one is a `put`; no rule of the
/// lifecycle is needed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which entity.
    pub key: Key,
    /// Its new state; nothing, where it ended.
    pub next: Option<Entity>,
    /// Why, where a timeline has a line for it.
    pub event: Option<Arc<Event>>,
    /// When it is to be on disk.
    pub keep: Keep,
}

/// When a change is to be on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Before anybody hears of it.
    Now,
    /// A little later, with whatever else becomes of the entity until then: it is what a source
    /// repeats, and nobody was promised it. Explains itself with no line, and bears no revision.
    Soon,
}
