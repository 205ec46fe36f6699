//! The store: one file, durable commits, and the only place that names its engine (redb).
//!
//! Blocking, with one owner: the writer's thread. A commit that returned is on the disk. After any
//! error the handle is dead; `reopen` reads back what the disk really has. No read transaction
//! outlives `load` or one page of the `archive`: a held one makes the file grow without end.

mod archive;
mod care;
mod commit;
mod disk;
mod error;
mod gate;
mod journal;
mod load;
mod schema;
mod unfolded;
mod upkeep;
mod walk;

#[cfg(test)]
pub(crate) mod platter;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Builder, Database};

pub use archive::{Archive, Mark, NoMark, Page, PageRequest};
pub use care::{
    Build, BuildError, CareError, Checkup, Compacted, Findings, LastBackup, Over, Owner,
    PlaceError, Problem, ProblemKind, Restored, check, check_data, compact, is_in_use, make,
    part_of, place, restore,
};
pub use disk::{DataDir, Disk, FileId};
pub use error::{ArchiveError, Brief, CommitError, Fault, OpenError};
pub use schema::FORMAT;
pub use upkeep::{Budget, Upkeep};
pub use walk::{Step, Walk};

use crate::domain::change::Change;
use crate::domain::entity::Entity;
use crate::domain::id::Revision;
use crate::domain::time::Timestamp;
use error::guarded;
use gate::Gate;
use journal::Piece;
use unfolded::{Shared, Unfolded};

/// What the engine may keep of the file in memory. The live table needs none of it: it serves
/// commits and pages of the history.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// A data file that is ours alone.
pub struct Store {
    place: PathBuf,
    connect: Box<dyn Fn() -> Result<Database, OpenError> + Send>,
    gate: Gate,
    unfolded: Shared,
    /// Held by every walk that is under way, too.
    walks: Arc<()>,
    epoch: u64,
    /// The last commit.
    last: Revision,
    /// Whether a commit since the opening has told the file its epoch.
    stamped: bool,
}

/// What the disk has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The last commit; 0 where there was none.
    pub revision: Revision,
    /// Raised whenever what was published since may differ from what is loaded here: a revision
    /// names the same state only within one epoch.
    pub epoch: u64,
    /// Everything that is kept; alerts with their recent lines.
    pub entities: Vec<Entity>,
}

impl Store {
    /// Opens the data file, or makes a new one, and reads all of it.
    ///
    /// Refuses a file that another process owns, that is no data file of ours, that a newer
    /// watchbell wrote, that is damaged, or that cannot be written.
    pub fn open(disk: impl Disk + 'static) -> Result<(Self, Loaded), OpenError> {
        let mut store = Self {
            place: disk.place(),
            connect: Box::new(move || connect(&disk)),
            gate: Gate::closed(),
            unfolded: Shared::default(),
            walks: Arc::default(),
            epoch: 0,
            last: Revision(0),
            stamped: false,
        };
        let loaded = store.reopen()?;
        Ok((store, loaded))
    }

    /// Keeps `changes` as the commit `revision`: all of them or none. Of several changes to one
    /// entity the last state is kept, and every event.
    ///
    /// After an error nothing more is kept until [`Store::reopen`] has told what the disk has.
    pub fn commit<'c>(
        &mut self,
        revision: Revision,
        changes: impl IntoIterator<Item = &'c Change>,
    ) -> Result<(), CommitError> {
        self.must_follow(revision)?;
        let piece = Piece::of(changes);
        let bytes = if piece.is_empty() { Vec::new() } else { piece.write() };
        // A piece is known by its revision. What the file is told besides is another page to write.
        let stamp = commit::Stamp { revision, epoch: self.epoch };
        let stamp = Some(stamp).filter(|_| piece.is_empty() || !self.stamped);
        self.gate
            .with(|database| commit::commit(database, revision, stamp, &bytes))
            .unwrap_or(Err(CommitError::Refused(Fault::Closed)))?;
        (self.last, self.stamped) = (revision, true);
        if !piece.is_empty() {
            self.unfolded.change(|unfolded| unfolded.add(revision.0, &piece, bytes.len()));
        }
        Ok(())
    }

    /// Tries whether commits are possible again, with one that says nothing and takes more room
    /// than most do.
    ///
    /// An error is as bad as that of a commit.
    pub fn try_out(&mut self, revision: Revision) -> Result<(), CommitError> {
        self.must_follow(revision)?;
        let stamp = commit::Stamp { revision, epoch: self.epoch };
        let tried = self.gate.with(|database| commit::try_out(database, stamp, journal::FOLDING));
        tried.unwrap_or(Err(CommitError::Refused(Fault::Closed)))?;
        (self.last, self.stamped) = (revision, true);
        Ok(())
    }

    /// A revision that comes twice would overwrite lines of the history.
    fn must_follow(&self, revision: Revision) -> Result<(), CommitError> {
        if revision > self.last {
            return Ok(());
        }
        let what = format!("commit {revision} came after commit {}", self.last);
        Err(CommitError::Refused(Fault::Engine(what)))
    }

    /// Whether the journal is so long that a slice has to be folded although orders wait.
    pub fn must_fold(&self) -> bool {
        journal::is_due(self.unfolded.read(Unfolded::bytes), false)
    }

    /// Puts one slice of the journal in its places, if it is long; says whether it still is.
    ///
    /// An error is as bad as that of a commit.
    pub fn fold(&mut self) -> Result<Upkeep, CommitError> {
        if !journal::is_due(self.unfolded.read(Unfolded::bytes), true) {
            return Ok(Upkeep::Done);
        }
        self.fold_slice()?;
        let more = journal::is_due(self.unfolded.read(Unfolded::bytes), true);
        Ok(if more { Upkeep::More } else { Upkeep::Done })
    }

    /// Puts all of the journal in its places.
    fn fold_all(&mut self) -> Result<(), CommitError> {
        while self.unfolded.read(Unfolded::bytes) > 0 {
            self.fold_slice()?;
        }
        Ok(())
    }

    /// Folds one slice, however short the journal is.
    pub(crate) fn fold_slice(&mut self) -> Result<(), CommitError> {
        let fold = |known: &Unfolded| self.gate.with(|database| journal::fold(database, known));
        let folded = self.unfolded.read(fold);
        let folded = folded.unwrap_or(Err(CommitError::Refused(Fault::Closed)))?;
        // After the commit: whoever reads sees a line twice rather than not at all.
        self.unfolded.change(|unfolded| unfolded.forget(folded.unwrap_or(u64::MAX)));
        Ok(())
    }

    /// Clears away one slice of the timelines of what was dropped: those whose newest line is
    /// older than `horizon`. Of what was dropped without a word, at once.
    ///
    /// An error is as bad as that of a commit.
    pub fn upkeep(&mut self, budget: Budget, horizon: Timestamp) -> Result<Upkeep, CommitError> {
        let closed = || CommitError::Refused(Fault::Closed);
        let folded = self.fold()?;
        if folded == Upkeep::More {
            return Ok(folded);
        }
        if Arc::strong_count(&self.walks) > 1 {
            return Ok(Upkeep::Done);
        }
        let looked = self.gate.with(|database| {
            let due = guarded(|| upkeep::is_due(database, horizon));
            due.and_then(|due| due).map_err(CommitError::Refused)
        });
        let due = looked.ok_or_else(closed)??;
        if !due && !self.unfolded.read(|unfolded| unfolded.drops_before(horizon)) {
            return Ok(Upkeep::Done);
        }
        // The journal may say that something is back: it goes first.
        if self.unfolded.read(Unfolded::bytes) > 0 {
            self.fold_slice()?;
        }
        if self.unfolded.read(Unfolded::bytes) > 0 {
            return Ok(Upkeep::More);
        }
        let cleared = self.gate.with(|database| upkeep::slice(database, budget, horizon));
        cleared.ok_or_else(closed)?
    }

    /// Closes the file, opens it again and reads all of it. Needed after an error, because the
    /// engine takes nothing more through a handle that met one.
    pub fn reopen(&mut self) -> Result<Loaded, OpenError> {
        if let Some(dead) = self.gate.take() {
            // What a dead handle says at its end is known already.
            let _ = guarded(|| drop(dead));
        }
        let (database, (mut loaded, unfolded)) = self.connect()?;
        self.unfolded.change(|shared| *shared = unfolded);
        // Also where the one before was never told to the file.
        loaded.epoch = loaded.epoch.max(self.epoch.saturating_add(1));
        self.epoch = loaded.epoch;
        (self.last, self.stamped) = (loaded.revision, false);
        self.gate.put(database);
        Ok(loaded)
    }

    /// Whether the file knows the epoch: from the first commit after an opening on.
    pub fn is_stamped(&self) -> bool {
        self.stamped
    }

    /// The history, for readers on other threads. Stays good over [`Store::reopen`].
    pub fn archive(&self) -> Archive {
        Archive::new(self.gate.clone(), self.unfolded.clone(), Arc::downgrade(&self.walks))
    }

    /// Where the data lies, for messages.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Closes the file, and says what went wrong with it; all that was committed is kept either
    /// way.
    pub fn close(self) -> Result<(), CommitError> {
        let Some(database) = self.gate.take() else {
            return Ok(());
        };
        let closed = guarded(|| database.close().map_err(Fault::from));
        closed.and_then(|closed| closed).map_err(CommitError::Unknown)
    }

    fn connect(&self) -> Result<(Database, (Loaded, Unfolded)), OpenError> {
        // The engine may panic over a file that was damaged from outside.
        let opened = guarded(|| {
            let database = (self.connect)()?;
            let loaded = match load::load(&database, &self.place)? {
                Some(loaded) => loaded,
                None => commit::found(&database, &self.place)?,
            };
            Ok((database, loaded))
        });
        opened.unwrap_or_else(|fault| Err(OpenError::damaged(&self.place, fault.to_string())))
    }
}

/// Also where the owner panics: the engine may panic over a disk at its end, and of two panics at once
/// the process would die.
impl Drop for Store {
    fn drop(&mut self) {
        if let Some(database) = self.gate.take() {
            let _ = guarded(|| drop(database));
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("place", &self.place)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

fn connect(disk: &impl Disk) -> Result<Database, OpenError> {
    // Nobody restores so often: what goes on like this is something else.
    const TIMES: usize = 8;
    for _ in 0..TIMES {
        let (backend, opened) = disk.open_known()?;
        let open = || -> Result<Database, redb::Error> {
            disk::clear_unborn(&backend)?;
            Ok(Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(backend)?)
        };
        let database = open().map_err(|error| OpenError::of(&disk.place(), error))?;
        // Before it was locked another may have been restored in its place: what is kept in this
        // one would be aside.
        if opened == disk.known() {
            return Ok(database);
        }
    }
    let source = std::io::Error::other("other files are put in its place again and again");
    Err(OpenError::Unwritable { path: disk.place(), source })
}
