//! The open handle, shared between the store that owns it and the archives that read by it.
//!
//! The lock is held while a transaction begins or commits, never over a page: closing waits for no
//! reader, whose transaction then fails as closed.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use redb::Database;

/// An open handle, or none.
#[derive(Clone)]
pub(super) struct Gate(Arc<RwLock<Option<Database>>>);

impl Gate {
    /// A gate with nothing behind it.
    pub(super) fn closed() -> Self {
        Self(Arc::default())
    }

    /// What `work` makes of the handle; nothing where it is closed.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Database) -> T) -> Option<T> {
        // A poisoned lock still holds a whole handle: nothing panics while it is replaced.
        let database = self.0.read().unwrap_or_else(PoisonError::into_inner);
        database.as_ref().map(work)
    }

    /// Takes the handle out: from now on the gate is closed.
    pub(super) fn take(&self) -> Option<Database> {
        let mut database = self.0.write().unwrap_or_else(PoisonError::into_inner);
        database.take()
    }

    /// Puts a new handle in.
    pub(super) fn put(&self, database: Database) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *held = Some(database);
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.with(|_| ()).is_some();
        f.write_str(if open { "Gate(open)" } else { "Gate(closed)" })
    }
}
