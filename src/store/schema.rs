//! The tables of the data file. Their names and types are the format.

use redb::TableDefinition;

/// The format that is written, and the newest that is read. Raised when an older watchbell must
/// no longer open the file: one that knows no journal would read what was before it, and one that
/// keeps what sources told beside their alerts would not find it.
pub const FORMAT: u64 = 3;
/// The oldest format that is read.
pub(super) const FORMAT_READ: u64 = 1;

/// Numbers about the file itself.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// In [`META`]: the [`FORMAT`] the file has.
pub(super) const META_FORMAT: &str = "format";
/// In [`META`]: the last commit.
pub(super) const META_REVISION: &str = "revision";
/// In [`META`]: the epoch of the last commit.
pub(super) const META_EPOCH: &str = "epoch";

/// Key of an entity to its record.
pub(super) const STATES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("states");

/// Commit to its piece: what it says, and is in no other table yet.
pub(super) const JOURNAL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("journal");

/// Room, while it is tried whether there is any.
pub(super) const ROOM: TableDefinition<'_, (), &[u8]> = TableDefinition::new("room");

/// Where a line of a timeline lies: key of its entity, commit, number within the commit.
pub(super) type Line<'a> = (&'a [u8], u64, u32);

/// Every line of every timeline. Added to, and cleared of what is in [`DOOMED`].
pub(super) const HISTORY: TableDefinition<'_, Line<'_>, &[u8]> = TableDefinition::new("history");

/// Whose timelines go: the time of the newest line in microseconds, and the key of the entity.
pub(super) const DOOMED: TableDefinition<'_, (i64, &[u8]), ()> = TableDefinition::new("doomed");
