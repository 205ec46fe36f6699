//! A disk in memory that keeps what was synced apart from what was only written, and can fail.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

use crate::domain::id::Ids;
use crate::store::{Disk, OpenError};

/// What a disk writes in one piece.
const SECTOR: usize = 512;
/// What a file takes of a disk in one piece.
const BLOCK: usize = 4096;

/// The disk. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Platter(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What survives a power cut for certain.
    durable: Vec<u8>,
    /// What reads see.
    written: Vec<u8>,
    /// The sectors in which the two may differ.
    dirty: BTreeSet<usize>,
    /// The blocks that it takes.
    taken: BTreeSet<usize>,
    /// Writes, syncs and changes of length so far.
    operations: u64,
    plan: Plan,
}

/// What goes wrong, and when.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Plan {
    /// Nothing.
    #[default]
    Well,
    /// The power is gone from this operation on.
    CutAt(u64),
    /// As `CutAt`, on a disk whose syncs do nothing.
    LieAndCutAt(u64),
    /// This one operation fails, and nothing after it.
    FailAt(u64, ErrorKind),
    /// Everything from this operation on fails.
    FailFrom(u64, ErrorKind),
    /// So many blocks are free: what was written before is written over in its own.
    Room(usize),
}

impl Platter {
    /// From now on `plan` holds; operations are counted anew.
    pub(crate) fn follow(&self, plan: Plan) {
        let mut state = self.state();
        state.plan = plan;
        state.operations = 0;
    }

    /// How many operations there were since the plan was made.
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// The disk as the next start finds it: what was synced, and of each sector that was only
    /// written either the old or the new content.
    pub(crate) fn after_power_cut(&self, seed: u64) -> Self {
        let state = self.state();
        let mut ids = Ids::from_seed(u128::from(seed));
        let mut chance = || ids.draw().as_bytes()[0] % 100;
        let survive = [0, 50, 90, 100][usize::from(chance() % 4)];
        let length = if chance() < survive { state.written.len() } else { state.durable.len() };
        let mut image = state.durable.clone();
        image.resize(length, 0);
        for sector in &state.dirty {
            let start = sector * SECTOR;
            let end = (start + SECTOR).min(state.written.len()).min(length);
            if start < end && chance() < survive {
                image[start..end].copy_from_slice(&state.written[start..end]);
            }
        }
        Self(Arc::new(Mutex::new(State {
            durable: image.clone(),
            written: image,
            ..State::default()
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Counts an operation; fails it where the plan says so.
    fn operate(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        let at = state.operations;
        state.operations += 1;
        let failure = match state.plan {
            Plan::CutAt(cut) | Plan::LieAndCutAt(cut) if at >= cut => Some(ErrorKind::Other),
            Plan::FailAt(n, kind) if at == n => Some(kind),
            Plan::FailFrom(n, kind) if at >= n => Some(kind),
            Plan::Well
            | Plan::CutAt(_)
            | Plan::LieAndCutAt(_)
            | Plan::FailAt(..)
            | Plan::FailFrom(..)
            | Plan::Room(_) => None,
        };
        match failure {
            Some(kind) => Err(io::Error::new(kind, "planned")),
            None => Ok(state),
        }
    }
}

impl State {
    /// Takes blocks, if there are as many.
    fn take(&mut self, blocks: Range<usize>) -> io::Result<()> {
        let new: Vec<usize> = blocks.filter(|block| !self.taken.contains(block)).collect();
        if let Plan::Room(left) = &mut self.plan {
            *left = left.checked_sub(new.len()).ok_or(ErrorKind::StorageFull)?;
        }
        self.taken.extend(new);
        Ok(())
    }

    /// Makes what was written durable, sector by sector: most of a large file did not change.
    fn sync(&mut self) {
        self.durable.resize(self.written.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            let start = (sector * SECTOR).min(self.written.len());
            let end = (start + SECTOR).min(self.written.len());
            self.durable[start..end].copy_from_slice(&self.written[start..end]);
        }
    }
}

impl Disk for Platter {
    type Backend = Self;

    fn open(&self) -> Result<Self, OpenError> {
        Ok(self.clone())
    }

    fn place(&self) -> PathBuf {
        "platter".into()
    }
}

impl StorageBackend for Platter {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().written.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        let start = usize::try_from(offset).unwrap();
        let bytes = state.written.get(start..start + out.len());
        out.copy_from_slice(bytes.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.operate()?;
        let length = usize::try_from(length).unwrap();
        // What is cut off and grown again reads as zeros, which the old content must not outlive.
        let ends = state.durable.len().div_ceil(SECTOR);
        state.dirty.extend(length / SECTOR..ends);
        state.written.resize(length, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.operate()?;
        if !matches!(state.plan, Plan::LieAndCutAt(_)) {
            state.sync();
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.operate()?;
        let start = usize::try_from(offset).unwrap();
        let end = start + data.len();
        state.take(start / BLOCK..end.div_ceil(BLOCK))?;
        state.written[start..end].copy_from_slice(data);
        state.dirty.extend(start / SECTOR..end.div_ceil(SECTOR));
        Ok(())
    }
}
