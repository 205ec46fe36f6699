//! The store: what was committed is there, what is not ours is refused, and no cut loses a word.

mod care;
mod crash;
mod files;
mod fixtures;
mod history;
mod journal;
mod model;
mod upkeep;

use std::sync::Arc;

use super::*;
use crate::domain::actor::{Actor, Via};
use crate::domain::change::Keep;
use crate::domain::entity::Key;
use crate::domain::event::{Event, What};
use crate::domain::id::ServiceId;
use crate::domain::service::Service;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

impl Store {
    /// How much of everything there is, on the disk and beside it, for tests of what must not grow.
    pub(crate) fn sizes(&self) -> Vec<(&'static str, usize)> {
        use redb::{ReadableDatabase as _, ReadableTableMetadata as _};
        let rows = self.gate.with(|database| {
            let read = database.begin_read().unwrap();
            let rows = [
                ("rows of states", read.open_table(schema::STATES).unwrap().len().unwrap()),
                ("rows of history", read.open_table(schema::HISTORY).unwrap().len().unwrap()),
                ("rows of doomed", read.open_table(schema::DOOMED).unwrap().len().unwrap()),
                ("rows of journal", read.open_table(schema::JOURNAL).unwrap().len().unwrap()),
            ];
            rows.map(|(name, rows)| (name, usize::try_from(rows).unwrap()))
        });
        let mut sizes = rows.unwrap().to_vec();
        sizes.push(("bytes of journal", self.unfolded.read(Unfolded::bytes)));
        sizes
    }
}

/// The key of the service called `name`.
fn key(name: &str) -> Key {
    Key::Service(ServiceId::of(name))
}

/// A service as an entity.
fn service(name: &str) -> Entity {
    Entity::Service(Arc::new(Service {
        id: ServiceId::of(name),
        name: name.into(),
        created: Timestamp::UNIX_EPOCH,
    }))
}

/// A line of the timeline of `subject` that says `words`.
fn said(revision: u64, subject: Key, words: &str) -> Event {
    Event {
        at: Timestamp::UNIX_EPOCH,
        revision: Revision(revision),
        actor: Actor::Watchbell,
        via: Via::Watchbell,
        subject,
        what: What::Noted(Text::derive(words)),
        before: None,
    }
}

/// The service called `name` is put, with a line that says `words`.
fn named(revision: u64, name: &str, words: &str) -> Change {
    Change {
        key: key(name),
        next: Some(service(name)),
        event: Some(Arc::new(said(revision, key(name), words))),
        keep: Keep::Now,
    }
}

/// The words of a page.
fn words(page: &Page<Event>) -> Vec<&str> {
    let words = page.items.iter().map(|event| match &event.what {
        What::Noted(words) => words.as_str(),
        other => panic!("not a note: {other:?}"),
    });
    words.collect()
}
