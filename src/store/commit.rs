//! Writing: one piece of the journal a commit, two syncs, all or nothing.

use std::path::Path;

use redb::{Database, WriteTransaction};

use super::Loaded;
use super::error::{CommitError, Fault, OpenError, guarded};
use super::journal;
use super::schema::{
    DOOMED, FORMAT, HISTORY, JOURNAL, META, META_EPOCH, META_FORMAT, META_REVISION, ROOM, STATES,
};
use super::unfolded::Unfolded;
use crate::domain::id::Revision;

/// What a commit is known by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) revision: Revision,
    pub(super) epoch: u64,
}

/// Keeps a piece as one commit, and with it what the file is told, if anything.
pub(super) fn commit(
    database: &Database,
    revision: Revision,
    stamp: Option<Stamp>,
    piece: &[u8],
) -> Result<(), CommitError> {
    // Until the commit begins nothing can be on the disk that a later open would find.
    let prepared = guarded(|| prepare(database, revision, stamp, piece));
    let transaction = prepared.and_then(|prepared| prepared).map_err(CommitError::Refused)?;
    match guarded(|| transaction.commit()) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(redb::CommitError::TransactionPoisoned)) => {
            Err(CommitError::Refused(redb::CommitError::TransactionPoisoned.into()))
        }
        Ok(Err(error)) => Err(CommitError::Unknown(error.into())),
        Err(panic) => Err(CommitError::Unknown(panic)),
    }
}

/// Keeps an empty commit, and tries whether the disk has so many bytes of room for later ones. It
/// leaves the room within the file, so that what comes next has it.
pub(super) fn try_out(database: &Database, stamp: Stamp, room: usize) -> Result<(), CommitError> {
    let tried = guarded(|| -> Result<(), Fault> {
        // What was tried out and not taken back would be kept beside what is tried now.
        let transaction = begin(database)?;
        if transaction.delete_table(ROOM)? {
            transaction.commit()?;
        } else {
            transaction.abort()?;
        }
        let transaction = begin(database)?;
        write_stamp(&transaction, stamp)?;
        transaction.open_table(ROOM)?.insert((), vec![0; room].as_slice())?;
        transaction.commit()?;
        let transaction = begin(database)?;
        transaction.delete_table(ROOM)?;
        Ok(transaction.commit()?)
    });
    tried.and_then(|tried| tried).map_err(CommitError::Unknown)
}

/// Makes the tables of a file that has none yet.
pub(super) fn found(database: &Database, place: &Path) -> Result<(Loaded, Unfolded), OpenError> {
    let tables = || -> Result<(), redb::Error> {
        let transaction = begin(database)?;
        {
            let mut meta = transaction.open_table(META)?;
            meta.insert(META_FORMAT, FORMAT)?;
            meta.insert(META_REVISION, 0)?;
            meta.insert(META_EPOCH, 0)?;
            transaction.open_table(JOURNAL)?;
            transaction.open_table(STATES)?;
            transaction.open_table(HISTORY)?;
            transaction.open_table(DOOMED)?;
        }
        Ok(transaction.commit()?)
    };
    tables().map_err(|error| OpenError::of(place, error))?;
    Ok((Loaded { revision: Revision(0), epoch: 1, entities: Vec::new() }, Unfolded::default()))
}

fn prepare(
    database: &Database,
    revision: Revision,
    stamp: Option<Stamp>,
    piece: &[u8],
) -> Result<WriteTransaction, Fault> {
    let transaction = begin(database)?;
    if let Some(stamp) = stamp {
        write_stamp(&transaction, stamp)?;
    }
    // An empty commit only shows that one is possible.
    if !piece.is_empty() {
        journal::append(&transaction, revision.0, piece)?;
    }
    Ok(transaction)
}

/// Two-phase commits do not rest on checksums, which whoever posts alerts could aim at.
pub(super) fn begin(database: &Database) -> Result<WriteTransaction, redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_two_phase_commit(true);
    Ok(transaction)
}

fn write_stamp(transaction: &WriteTransaction, stamp: Stamp) -> Result<(), Fault> {
    let Stamp { revision, epoch } = stamp;
    let mut meta = transaction.open_table(META)?;
    meta.insert(META_FORMAT, FORMAT)?;
    meta.insert(META_REVISION, revision.0)?;
    meta.insert(META_EPOCH, epoch)?;
    Ok(())
}
