//! A disk in memory that keeps what was synced apart from what was only written, and can fail.

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

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
    dirty: Marks,
    /// The blocks that it takes.
    taken: Marks,
    /// Writes, syncs and changes of length so far.
    operations: u64,
    plan: Plan,
    /// What was under way when the power went.
    cut_in: Option<Operation>,
}

/// Some pieces of a disk, by their number: megabytes of them are marked at once.
#[derive(Debug, Default)]
struct Marks(Vec<bool>);

impl Marks {
    fn mark(&mut self, pieces: Range<usize>) {
        if self.0.len() < pieces.end {
            self.0.resize(pieces.end, false);
        }
        if let Some(marks) = self.0.get_mut(pieces) {
            marks.fill(true);
        }
    }

    fn unmarked_in(&self, pieces: Range<usize>) -> usize {
        pieces.filter(|piece| !self.0.get(*piece).copied().unwrap_or_default()).count()
    }

    /// The pieces that are marked, in runs.
    fn runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut from = 0;
        for run in self.0.chunk_by(PartialEq::eq) {
            if run[0] {
                runs.push(from..from + run.len());
            }
            from += run.len();
        }
        runs
    }
}

/// What changes a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Bytes are written.
    Write,
    /// The file is made longer or shorter.
    Resize,
    /// What was written is made durable.
    Sync,
}

/// What goes wrong, and when.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Plan {
    /// Nothing.
    #[default]
    Well,
    /// The power goes in the middle of this operation: of what it was to write or to make durable
    /// each sector may be there or not.
    CutAt(u64),
    /// As `CutAt`, on a disk whose syncs do nothing.
    LieAndCutAt(u64),
    /// This one operation fails, and nothing after it.
    FailAt(u64, ErrorKind),
    /// Everything from this operation on fails.
    FailFrom(u64, ErrorKind),
    /// The driver panics at this one operation.
    PanicAt(u64),
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

    /// Until what it gives is dropped the disk answers nothing.
    pub(crate) fn hold(&self) -> impl Drop + '_ {
        self.state()
    }

    /// How long the file is.
    pub(crate) fn length(&self) -> usize {
        self.state().written.len()
    }

    /// How many operations there were since the plan was made.
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// What was under way when the power went, if it went.
    pub(crate) fn cut_in(&self) -> Option<Operation> {
        self.state().cut_in
    }

    /// The disk as the next start finds it: what was synced, and of each sector that was only
    /// written either the old or the new content.
    pub(crate) fn after_power_cut(&self, seed: u64) -> Self {
        let state = self.state();
        let mut last = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut chance = || {
            // Xorshift: thousands of sectors are thrown for.
            last ^= last << 13;
            last ^= last >> 7;
            last ^= last << 17;
            (last >> 33) % 100
        };
        let survive = [0, 50, 90, 100][usize::try_from(chance() % 4).unwrap()];
        let length = if chance() < survive { state.written.len() } else { state.durable.len() };
        let mut image = state.durable.clone();
        lengthen(&mut image, length);
        for sector in state.dirty.runs().into_iter().flatten() {
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

    /// Counts an operation and does it; fails it where the plan says so. What the power cuts is
    /// begun all the same.
    fn operate(
        &self,
        operation: Operation,
        begin: impl FnOnce(&mut State) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut state = self.state();
        let at = state.operations;
        state.operations += 1;
        let kind = match state.plan {
            Plan::CutAt(cut) | Plan::LieAndCutAt(cut) if at >= cut => {
                if at == cut {
                    state.cut_in = Some(operation);
                    if operation != Operation::Sync {
                        begin(&mut state)?;
                    }
                }
                ErrorKind::Other
            }
            Plan::FailAt(n, kind) if at == n => kind,
            Plan::FailFrom(n, kind) if at >= n => kind,
            Plan::PanicAt(n) if at == n => {
                // Not while it is held: the disk itself is well.
                drop(state);
                panic!("planned");
            }
            Plan::Well
            | Plan::CutAt(_)
            | Plan::LieAndCutAt(_)
            | Plan::FailAt(..)
            | Plan::FailFrom(..)
            | Plan::PanicAt(_)
            | Plan::Room(_) => return begin(&mut state),
        };
        Err(io::Error::new(kind, "planned"))
    }
}

/// Makes it so long, with zeros. `resize` writes byte by byte where nothing is optimised, and there are
/// megabytes.
fn lengthen(bytes: &mut Vec<u8>, length: usize) {
    bytes.truncate(length);
    bytes.extend_from_slice(&vec![0; length - bytes.len()]);
}

impl State {
    /// Takes blocks, if there are as many.
    fn take(&mut self, blocks: Range<usize>) -> io::Result<()> {
        let new = self.taken.unmarked_in(blocks.clone());
        if let Plan::Room(left) = &mut self.plan {
            *left = left.checked_sub(new).ok_or(ErrorKind::StorageFull)?;
        }
        self.taken.mark(blocks);
        Ok(())
    }

    /// Makes what was written durable, run by run: most of a large file did not change.
    fn sync(&mut self) {
        lengthen(&mut self.durable, self.written.len());
        for run in std::mem::take(&mut self.dirty).runs() {
            let start = (run.start * SECTOR).min(self.written.len());
            let end = (run.end * SECTOR).min(self.written.len());
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
        let length = usize::try_from(length).unwrap();
        self.operate(Operation::Resize, |state| {
            // What is cut off and grown again reads as zeros, which the old content must not
            // outlive.
            let ends = state.durable.len().div_ceil(SECTOR);
            state.dirty.mark(length / SECTOR..ends.max(length / SECTOR));
            lengthen(&mut state.written, length);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(Operation::Sync, |state| {
            if !matches!(state.plan, Plan::LieAndCutAt(_)) {
                state.sync();
            }
            Ok(())
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let end = start + data.len();
        self.operate(Operation::Write, |state| {
            state.take(start / BLOCK..end.div_ceil(BLOCK))?;
            state.written[start..end].copy_from_slice(data);
            state.dirty.mark(start / SECTOR..end.div_ceil(SECTOR));
            Ok(())
        })
    }
}
