//! An export being written: a head, the state of everything at one commit, every line of every
//! timeline up to it, and an end by which a cut one is known. Changes nothing, holds nobody up.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::domain::entity::Entity;
use crate::engine::care::{FORMAT, Step, Walk};
use crate::engine::{ArchiveError, Handle, Published};
use crate::record::line::{Head, Line};

/// An export that is being written, a piece at a time. Blocks.
#[derive(Debug)]
pub struct Export {
    rest: Rest,
    walk: Walk,
    hash: Sha256,
    states: u64,
    events: u64,
}

/// What is still to be written.
#[derive(Debug)]
enum Rest {
    All(Box<Head>, Arc<Published>),
    States(std::vec::IntoIter<Entity>),
    Lines,
    Nothing,
}

/// Why an export was cut off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The history cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A fault of ours.
    #[error("a record cannot be written as JSON: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// Another.
    #[error("reading the data panicked")]
    Panicked,
}

impl Export {
    /// How many states are one piece: about 100 kB.
    const STATES: usize = 64;

    /// An export of what `handle` shows now. All that was answered before is in it.
    pub fn of(handle: &Handle) -> Self {
        let (latest, walk) = handle.walk();
        let cursor = latest.cursor;
        let head = Head::new(FORMAT, cursor.revision, cursor.epoch, handle.now());
        let rest = Rest::All(Box::new(head), latest);
        Self { rest, walk, hash: Sha256::new(), states: 0, events: 0 }
    }

    /// The next lines, whole ones; nothing after the last.
    pub fn piece(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        let mut piece = Vec::new();
        match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::All(head, latest) => {
                write(&mut piece, &Line::Head(*head))?;
                let entities: Vec<Entity> = latest.table.entities().collect();
                self.rest = Rest::States(entities.into_iter());
            }
            Rest::States(mut states) => {
                for entity in states.by_ref().take(Self::STATES) {
                    write(&mut piece, &Line::state(&entity))?;
                    self.states += 1;
                }
                self.rest = if states.len() == 0 { Rest::Lines } else { Rest::States(states) };
            }
            Rest::Lines => {
                if let Some(steps) = self.walk.page()? {
                    for Step { number, event } in steps {
                        write(&mut piece, &Line::event(number, &event))?;
                        self.events += 1;
                    }
                    self.rest = Rest::Lines;
                } else {
                    let hash = self.hash.clone().finalize().into();
                    write(&mut piece, &Line::end(self.states, self.events, hash))?;
                }
            }
            Rest::Nothing => return Ok(None),
        }
        self.hash.update(&piece);
        Ok(Some(piece))
    }
}

fn write(piece: &mut Vec<u8>, line: &Line) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *piece, line)?;
    piece.push(b'\n');
    Ok(())
}
