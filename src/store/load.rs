//! Reading everything, once, when the file was opened.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable};

use super::Loaded;
use super::archive::{History, Mark, newest};
use super::error::{OpenError, ReadError};
use super::journal;
use super::schema::{
    FORMAT, FORMAT_READ, HISTORY, META, META_EPOCH, META_FORMAT, META_REVISION, STATES,
};
use super::unfolded::Unfolded;
use crate::domain::alert::Alert;
use crate::domain::entity::Entity;
use crate::domain::id::Revision;
use crate::record;

/// Reads all that is kept; nothing where the file has no tables yet.
///
/// Refuses a format that is not ours before it reads anything of it.
pub(super) fn load(
    database: &Database,
    place: &Path,
) -> Result<Option<(Loaded, Unfolded)>, OpenError> {
    let failed = |error: ReadError| OpenError::of(place, error);
    let transaction = database.begin_read().map_err(|error| failed(error.into()))?;
    if is_empty(&transaction).map_err(failed)? {
        return Ok(None);
    }
    let meta = Meta::read(&transaction).map_err(failed)?;
    meta.check(place)?;
    let (states, unfolded) = journal::load(&transaction).map_err(failed)?;
    let loaded = Loaded {
        // Commits say their revision in the journal; it is kept apart when that is folded.
        revision: Revision(meta.revision.max(unfolded.newest_commit().unwrap_or_default())),
        epoch: meta.epoch.saturating_add(1),
        entities: entities(&transaction, &states, &unfolded).map_err(failed)?,
    };
    Ok(Some((loaded, unfolded)))
}

fn is_empty(transaction: &ReadTransaction) -> Result<bool, ReadError> {
    Ok(transaction.list_tables()?.next().is_none())
}

/// The numbers about the file itself.
pub(super) struct Meta {
    pub(super) format: Option<u64>,
    pub(super) revision: u64,
    epoch: u64,
}

impl Meta {
    /// Refuses a format that is not ours.
    pub(super) fn check(&self, place: &Path) -> Result<(), OpenError> {
        match self.format {
            Some(FORMAT_READ..=FORMAT) => Ok(()),
            Some(found) if found > FORMAT => {
                Err(OpenError::NewerFormat { path: place.to_owned(), found, ours: FORMAT })
            }
            Some(_) | None => Err(OpenError::foreign(place)),
        }
    }

    /// Reads them.
    pub(super) fn read(transaction: &ReadTransaction) -> Result<Self, ReadError> {
        let meta = transaction.open_table(META)?;
        let number = |name: &str| -> Result<Option<u64>, ReadError> {
            Ok(meta.get(name)?.map(|number| number.value()))
        };
        Ok(Self {
            format: number(META_FORMAT)?,
            revision: number(META_REVISION)?.unwrap_or_default(),
            epoch: number(META_EPOCH)?.unwrap_or_default(),
        })
    }
}

/// What lies in its place, but for what the journal says otherwise, and what it alone has.
fn entities(
    transaction: &ReadTransaction,
    later: &journal::States,
    unfolded: &Unfolded,
) -> Result<Vec<Entity>, ReadError> {
    let states = transaction.open_table(STATES)?;
    let history = transaction.open_table(HISTORY)?;
    let read =
        |key: &[u8], bytes: &[u8]| with_recent(record::decode(bytes)?, key, &history, unfolded);
    let mut entities = BTreeMap::new();
    for row in states.iter()? {
        let (key, bytes) = row?;
        if !later.contains_key(key.value()) {
            entities.insert(key.value().to_vec(), read(key.value(), bytes.value())?);
        }
    }
    for (key, bytes) in later {
        if let Some(bytes) = bytes {
            entities.insert(key.clone(), read(key, bytes)?);
        }
    }
    Ok(entities.into_values().collect())
}

/// An alert with the lines of its timeline that it keeps at hand; anything else as it is.
fn with_recent(
    entity: Entity,
    key: &[u8],
    history: &History,
    unfolded: &Unfolded,
) -> Result<Entity, ReadError> {
    let Entity::Alert(mut alert) = entity else {
        return Ok(entity);
    };
    // As `Alert::remember` keeps them: the newest, and however old those by which it came to
    // stand as it does.
    let touched = alert.standing.touched;
    let lines = newest(history, unfolded, key, None)?.take(Alert::RECENT);
    let mut recent = lines.collect::<Result<Vec<_>, ReadError>>()?;
    if recent.len() == Alert::RECENT {
        let by_then = Mark { revision: touched.next(), number: 0 };
        let of_then = newest(history, unfolded, key, Some(by_then))?
            .take_while(|line| line.as_ref().map_or(true, |(mark, _)| mark.revision == touched));
        let of_then = of_then.collect::<Result<Vec<_>, ReadError>>()?;
        recent.retain(|(mark, _)| mark.revision != touched);
        recent.extend(of_then);
    }
    recent.sort_by_key(|(mark, _)| (mark.revision, mark.number));
    let recent = recent.into_iter().map(|(_, event)| Arc::new(event)).collect();
    Arc::make_mut(&mut alert).recent = recent;
    Ok(Entity::Alert(alert))
}
