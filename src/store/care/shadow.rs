//! A data file that is read and never written: what is written to it stays in memory. So a file
//! that was not closed in order, or is damaged, can be looked through and is left as it was found.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::backends::FileBackend;
use redb::{BackendError, Builder, Database, StorageBackend};

use super::super::CACHE_BYTES;
use super::super::error::OpenError;

/// What is written together.
const BLOCK: usize = 4096;

/// The file, and what was written over it.
#[derive(Debug)]
struct Shadow {
    file: FileBackend,
    /// Whether the file can be locked: not one that we may only read, and that we cannot own.
    locks: bool,
    over: Mutex<Over>,
}

#[derive(Debug)]
struct Over {
    length: u64,
    /// How much of the file still shows.
    shows: u64,
    blocks: BTreeMap<u64, Box<[u8]>>,
}

/// Opens the data file at `path` without ever writing to it.
///
/// Refuses one that a running watchbell has, one that is empty, and what is no data file.
pub(super) fn open(path: &Path) -> Result<Database, OpenError> {
    let unreadable = |source| OpenError::Unwritable { path: path.to_owned(), source };
    let (file, locks) = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => (file, true),
        Err(error) if is_read_only(&error) => {
            (OpenOptions::new().read(true).open(path).map_err(unreadable)?, false)
        }
        Err(error) => return Err(unreadable(error)),
    };
    let length = file.metadata().map_err(unreadable)?.len();
    if length == 0 {
        return Err(OpenError::damaged(path, "it is empty".to_owned()));
    }
    let file = FileBackend::new(file).map_err(|error| OpenError::of(path, error))?;
    let over = Mutex::new(Over { length, shows: length, blocks: BTreeMap::new() });
    let opened = Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(Shadow {
        file,
        locks,
        over,
    });
    opened.map_err(|error| OpenError::of(path, error))
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

impl Shadow {
    fn over(&self) -> MutexGuard<'_, Over> {
        self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The block of this number as it is now.
    fn block(&self, over: &Over, number: u64) -> io::Result<Box<[u8]>> {
        if let Some(block) = over.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = vec![0; BLOCK];
        let start = number * BLOCK as u64;
        let shown = over.shows.saturating_sub(start).min(BLOCK as u64);
        if let Some(shown) = usize::try_from(shown).ok().and_then(|end| block.get_mut(..end))
            && !shown.is_empty()
        {
            self.file.read(start, shown)?;
        }
        Ok(block.into())
    }

    /// Goes through the blocks from `offset` on that `bytes` bytes lie in: its number, where in the
    /// block, and where in the bytes.
    fn parts(offset: u64, bytes: usize) -> impl Iterator<Item = (u64, usize, usize, usize)> {
        let size = BLOCK as u64;
        let end = offset + bytes as u64;
        let count = if bytes == 0 { 0 } else { (end - 1) / size + 1 - offset / size };
        (offset / size..).take(usize::try_from(count).unwrap_or(usize::MAX)).map(move |number| {
            let from = offset.max(number * size);
            let to = end.min((number + 1) * size);
            let at = usize::try_from(from - number * size).unwrap_or_default();
            let of = usize::try_from(from - offset).unwrap_or_default();
            (number, at, of, usize::try_from(to - from).unwrap_or_default())
        })
    }
}

impl StorageBackend for Shadow {
    fn len(&self) -> io::Result<u64> {
        Ok(self.over().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let over = self.over();
        if offset.saturating_add(out.len() as u64) > over.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if over.blocks.is_empty() && over.shows == over.length {
            return self.file.read(offset, out);
        }
        for (number, at, of, length) in Self::parts(offset, out.len()) {
            let block = self.block(&over, number)?;
            if let (Some(from), Some(to)) =
                (block.get(at..at + length), out.get_mut(of..of + length))
            {
                to.copy_from_slice(from);
            }
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut over = self.over();
        over.length = length;
        over.shows = over.shows.min(length);
        let last = length / BLOCK as u64;
        // What is cut off and grown again reads as zeros.
        let rest = usize::try_from(length % BLOCK as u64).unwrap_or_default();
        over.blocks.retain(|number, _| *number <= last);
        if let Some(block) = over.blocks.get_mut(&last).and_then(|block| block.get_mut(rest..)) {
            block.fill(0);
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut over = self.over();
        for (number, at, of, length) in Self::parts(offset, data.len()) {
            let mut block = self.block(&over, number)?;
            if let (Some(to), Some(from)) =
                (block.get_mut(at..at + length), data.get(of..of + length))
            {
                to.copy_from_slice(from);
            }
            over.blocks.insert(number, block);
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        if self.locks {
            self.file.try_lock_range(start, end)
        } else {
            Err(BackendError::Unsupported)
        }
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        if self.locks {
            self.file.try_lock_shared_range(start, end)
        } else {
            Err(BackendError::Unsupported)
        }
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if self.locks { self.file.unlock_range(start, end) } else { Err(BackendError::Unsupported) }
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if self.locks { self.file.lock_range(start, end) } else { Err(BackendError::Unsupported) }
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if self.locks {
            self.file.lock_shared_range(start, end)
        } else {
            Err(BackendError::Unsupported)
        }
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        if self.locks {
            self.file.query_lock_range(start, end)
        } else {
            Err(BackendError::Unsupported)
        }
    }
}
