//! A data file made anew from states and lines, beside the place where it will lie.
//!
//! Nothing of it counts before [`Build::finish`]: one that was cut short is thrown away.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database};

use super::super::CACHE_BYTES;
use super::super::commit::begin;
use super::super::error::{Fault, guarded, shown};
use super::super::schema::{
    DOOMED, FORMAT, HISTORY, JOURNAL, META, META_EPOCH, META_FORMAT, META_REVISION, STATES,
};
use super::super::unfolded::Lines;
use super::place::{self, Owner};
use crate::domain::entity::Entity;
use crate::domain::event::Event;
use crate::domain::id::Revision;
use crate::record;

/// Why a data file was not made.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot write {}: {}; see to its directory, the disk and its space, and try again",
    shown(path),
    fault.of_another_file()
)]
pub struct BuildError {
    path: PathBuf,
    fault: Fault,
}

/// A data file that is being made.
pub struct Build {
    path: PathBuf,
    database: Database,
    states: BTreeMap<Vec<u8>, Vec<u8>>,
    lines: BTreeMap<Lines, Vec<u8>>,
    bytes: usize,
    /// Of what there is a state.
    known: HashSet<Box<[u8]>>,
    /// When the newest line was written of whatever there is none of, in microseconds.
    orphans: BTreeMap<Vec<u8>, i64>,
}

impl Build {
    /// How much is written in one transaction.
    const SLICE: usize = 8 * 1024 * 1024;

    /// Begins one at `path`, where there is none. It will be `owner`'s.
    pub fn begin(path: &Path, owner: Owner) -> Result<Self, BuildError> {
        let begun = guarded(|| -> Result<Database, Fault> {
            let file = place::make(path, owner).map_err(redb::Error::Io)?;
            let file = FileBackend::new(file)?;
            Ok(Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(file)?)
        });
        let path = path.to_owned();
        match begun.and_then(|begun| begun) {
            Ok(database) => Ok(Self {
                path,
                database,
                states: BTreeMap::new(),
                lines: BTreeMap::new(),
                bytes: 0,
                known: HashSet::new(),
                orphans: BTreeMap::new(),
            }),
            Err(fault) => Err(BuildError { path, fault }),
        }
    }

    /// Adds the state of an entity. States come before lines.
    pub fn state(&mut self, entity: &Entity) -> Result<(), BuildError> {
        let (key, state) = (record::encode_key(entity.key()), record::encode(entity));
        self.known.insert(key.as_slice().into());
        self.bytes = self.bytes.saturating_add(key.len() + state.len());
        self.states.insert(key, state);
        self.flush_if_many()
    }

    /// Adds the line `number` of its commit.
    pub fn line(&mut self, number: u32, event: &Event) -> Result<(), BuildError> {
        let (key, line) = (record::encode_key(event.subject), record::encode_event(event));
        if !self.known.contains(key.as_slice()) {
            let newest = self.orphans.entry(key.clone()).or_insert(i64::MIN);
            *newest = (*newest).max(event.at.as_microsecond());
        }
        self.bytes = self.bytes.saturating_add(key.len() + line.len());
        self.lines.insert((key, event.revision.0, number), line);
        self.flush_if_many()
    }

    /// Makes it whole, as of the commit `revision` of `epoch`, as small as it can be, and durable.
    /// Timelines of what has no state are noted to be cleared away when they are old enough.
    pub fn finish(mut self, revision: Revision, epoch: u64) -> Result<(), BuildError> {
        self.flush()?;
        let Self { path, mut database, orphans, .. } = self;
        let finished = guarded(|| -> Result<(), Fault> {
            let transaction = begin(&database)?;
            {
                let mut meta = transaction.open_table(META)?;
                meta.insert(META_FORMAT, FORMAT)?;
                meta.insert(META_REVISION, revision.0)?;
                meta.insert(META_EPOCH, epoch)?;
                transaction.open_table(JOURNAL)?;
                transaction.open_table(STATES)?;
                transaction.open_table(HISTORY)?;
                let mut doomed = transaction.open_table(DOOMED)?;
                for (key, newest) in &orphans {
                    doomed.insert((*newest, key.as_slice()), ())?;
                }
            }
            transaction.commit()?;
            super::squeeze(&mut database)?;
            Ok(database.close()?)
        });
        finished.and_then(|finished| finished).map_err(|fault| BuildError { path, fault })
    }

    fn flush_if_many(&mut self) -> Result<(), BuildError> {
        if self.bytes < Self::SLICE { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), BuildError> {
        self.bytes = 0;
        let (states, lines) = (std::mem::take(&mut self.states), std::mem::take(&mut self.lines));
        let database = &self.database;
        let written = guarded(|| -> Result<(), Fault> {
            let transaction = begin(database)?;
            {
                let mut table = transaction.open_table(STATES)?;
                for (key, state) in &states {
                    table.insert(key.as_slice(), state.as_slice())?;
                }
                let mut history = transaction.open_table(HISTORY)?;
                for ((key, revision, number), line) in &lines {
                    history.insert((key.as_slice(), *revision, *number), line.as_slice())?;
                }
            }
            Ok(transaction.commit()?)
        });
        let failed = |fault| BuildError { path: self.path.clone(), fault };
        written.and_then(|written| written).map_err(failed)
    }
}

impl fmt::Debug for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Build").field("path", &self.path).finish_non_exhaustive()
    }
}
