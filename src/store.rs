//! The store's seam; what keeps things on disk comes next.

use crate::domain::change::Change;
use crate::domain::entity::{Entity, Key};
use crate::domain::event::Event;
use crate::domain::id::Revision;

/// The store.
#[derive(Debug)]
pub struct Store;

/// What was kept.
#[derive(Debug)]
pub struct Loaded {
    /// The newest commit.
    pub revision: Revision,
    /// Everything that is alive.
    pub entities: Vec<Entity>,
}

/// Why a commit failed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Surely nothing was written.
    #[error("{0}")]
    Refused(String),
    /// It may have been written.
    #[error("{0}")]
    Unknown(String),
}

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("owned")]
    Owned,
}

/// Why the history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store is closed.
    #[error("closed")]
    Closed,
}

/// Reads the history.
#[derive(Clone, Debug)]
pub struct Archive;

/// Which page.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest;

/// A page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
}

impl Archive {
    /// A page of a timeline, newest first.
    pub fn timeline(&self, _: Key, _: PageRequest) -> Result<Page<Event>, ArchiveError> {
        Err(ArchiveError::Closed)
    }
}

impl Store {
    /// Commits.
    pub fn commit(&mut self, _: Revision, _: &[Change]) -> Result<(), CommitError> {
        Ok(())
    }

    /// Opens it again.
    pub fn reopen(&mut self) -> Result<Loaded, OpenError> {
        Err(OpenError::Owned)
    }

    /// The history.
    pub fn archive(&self) -> Archive {
        Archive
    }

    /// Closes it.
    pub fn close(self) -> Result<(), CommitError> {
        Ok(())
    }
}
