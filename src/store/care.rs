//! Care for data files that no store has open: made anew, looked through, made smaller, put in the
//! place of another one.
//!
//! Everything is made beside its place and looked through before it is put there, so that a crash
//! or a full disk at any moment leaves what was there. Must not open what a running watchbell has.

mod build;
mod check;
mod last;
mod place;
mod shadow;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, ReadableDatabase, ReadableTable};

use super::commit::begin;
use super::disk::{DataDir, sync_directory};
use super::error::{Fault, OpenError, guarded};
use super::schema::{META, META_EPOCH};
use super::{CACHE_BYTES, Store};
use crate::domain::time::Timestamp;

pub use build::{Build, BuildError};
pub use check::{Checkup, Findings, Problem, ProblemKind, check};
pub use last::LastBackup;
pub use place::{Over, Owner, PlaceError, is_in_use, make, part_of, place};

/// Why a data file was not cared for.
#[derive(Debug, thiserror::Error)]
pub enum CareError {
    /// There is nothing to care for.
    #[error(
        "no data in {directory}: watchbell has never run there; name its directory with --data"
    )]
    NoData {
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The backup cannot be read.
    #[error("cannot read {path}: {source}; name a backup that you may read")]
    NoBackup {
        /// The backup.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The backup is not well, and nothing was changed.
    #[error("{path} is not fit to be restored: {what}; nothing was changed: take another backup")]
    Unwell {
        /// The file.
        path: PathBuf,
        /// The first thing that is wrong.
        what: String,
    },
    /// It cannot be put in its place.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The disk failed, or is full.
    #[error("{path}: {source}; nothing was changed: see to the disk and its space, and try again")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The engine failed.
    #[error("{path}: {fault}; what was there is still there")]
    Engine {
        /// The file.
        path: PathBuf,
        /// What was said.
        fault: Fault,
    },
}

/// What compacting did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// How many bytes the file had.
    pub before: u64,
    /// How many it has.
    pub after: u64,
}

/// Folds the journal of the data in `data` into its places, and gives the space that nothing needs
/// back to the file system. A crash meanwhile loses nothing.
///
/// Refuses where there is no data file, and one that a running watchbell has.
pub fn compact(data: &Path) -> Result<Compacted, CareError> {
    let disk = DataDir(data.to_owned());
    let path = disk.file();
    let length = || match fs::metadata(&path) {
        Ok(about) => Ok(about.len()),
        Err(source) => Err(CareError::Disk { path: path.clone(), source }),
    };
    if matches!(fs::exists(&path), Ok(false)) {
        return Err(CareError::NoData { directory: data.to_owned() });
    }
    let before = length()?;
    let (mut store, _) = Store::open(disk)?;
    let engine = |fault| CareError::Engine { path: path.clone(), fault };
    store.fold_all().map_err(|error| engine(error.fault()))?;
    let Some(mut database) = store.gate.take() else { return Err(engine(Fault::Closed)) };
    let compacted = guarded(move || -> Result<(), Fault> {
        squeeze(&mut database)?;
        Ok(database.close()?)
    });
    compacted.and_then(|compacted| compacted).map_err(engine)?;
    Ok(Compacted { before, after: length()? })
}

/// Compacts until there is nothing left to gain.
fn squeeze(database: &mut Database) -> Result<(), Fault> {
    // Each time moves what lies at the end; a few are always enough.
    const TIMES: usize = 32;
    for _ in 0..TIMES {
        if !database.compact()? {
            break;
        }
    }
    Ok(())
}

/// Looks through the data in `data`, as [`check()`] does.
///
/// Refuses where there is no data file.
pub fn check_data(data: &Path) -> Result<Checkup, CareError> {
    let file = DataDir(data.to_owned()).file();
    if matches!(fs::exists(&file), Ok(false)) {
        return Err(CareError::NoData { directory: data.to_owned() });
    }
    Ok(check(&file)?)
}

/// What restoring did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the data lies that was there before, if any was.
    pub aside: Option<PathBuf>,
    /// What was found in what was restored.
    pub checkup: Checkup,
}

/// Puts a copy of `backup` in the place of the data in `data`, and keeps what was there aside, under
/// a name with the time `now`. The copy is looked through before it is put there.
///
/// Refuses while a running watchbell has the data, and a backup that is not well.
pub fn restore(data: &Path, backup: &Path, now: Timestamp) -> Result<Restored, CareError> {
    let disk = DataDir(data.to_owned());
    let file = disk.file();
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| CareError::Disk { path, source }
    };
    // The backup itself is never written, and what is no backup is not copied.
    fs::File::open(backup)
        .map_err(|source| CareError::NoBackup { path: backup.to_owned(), source })?;
    disk.prepare()?;
    // Before it is held: it is held once.
    let epoch = epoch_of(&file);
    let held = place::hold(&file)?;
    let part = part_of(&file);
    let made = copy(backup, &part).map_err(failed(&part)).and_then(|copy| {
        let checkup = check(&part).map_err(|error| unfit(error, backup))?;
        must_be(&copy, &part).map_err(failed(&part))?;
        if let Some(what) = checkup.damage() {
            let (path, what) = (backup.to_owned(), what.to_owned());
            return Err(CareError::Unwell { path, what });
        }
        go_on_from(copy, epoch).map_err(|fault| CareError::Engine { path: part.clone(), fault })?;
        Ok(checkup)
    });
    let checkup = made.inspect_err(|_| drop(fs::remove_file(&part)))?;
    let aside = held.is_some().then(|| aside(&file, now));
    if let Some(aside) = &aside {
        swap(&part, &file, aside).inspect_err(|_| drop(fs::remove_file(&part)))?;
    } else {
        place(&part, &file, Over::Refused)?;
    }
    sync_directory(data).map_err(failed(data))?;
    drop(held);
    Ok(Restored { aside, checkup })
}

/// Puts `part` in the place of `file`, which is kept as `aside`.
fn swap(part: &Path, file: &Path, aside: &Path) -> Result<(), CareError> {
    let failed = |source| CareError::Disk { path: aside.to_owned(), source };
    // A second name: at no moment is there no data file.
    match fs::hard_link(file, aside) {
        Ok(()) => return Ok(place(part, file, Over::Allowed)?),
        Err(error) if place::cannot(&error) => {}
        Err(error) => return Err(failed(error)),
    }
    // Not every file system has those. It is held, and what a start makes meanwhile stays.
    place(file, aside, Over::Refused)?;
    let placed = place(part, file, Over::Refused);
    if matches!(placed, Err(PlaceError::Unwritable { .. })) {
        fs::rename(aside, file).map_err(failed)?;
    }
    Ok(placed?)
}

/// Why a backup that cannot even be looked through is not restored.
fn unfit(error: OpenError, backup: &Path) -> CareError {
    match error {
        OpenError::Damaged { what, .. } => CareError::Unwell { path: backup.to_owned(), what },
        OpenError::Foreign { .. } => {
            let what = "it is no data file of watchbell".to_owned();
            CareError::Unwell { path: backup.to_owned(), what }
        }
        error => error.about(backup).into(),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<fs::File> {
    let mut into = place::make(to, Owner::Directory)?;
    io::copy(&mut fs::File::open(from)?, &mut into)?;
    into.sync_all()?;
    Ok(into)
}

/// Refuses where what lies at `part`, and was looked through, is not `copy`.
fn must_be(copy: &fs::File, part: &Path) -> io::Result<()> {
    if place::lies_at(copy, part)? {
        return Ok(());
    }
    Err(io::Error::other("somebody put another file in its place"))
}

/// The name under which the data `file` is kept aside.
fn aside(file: &Path, now: Timestamp) -> PathBuf {
    let when = now.strftime("%Y%m%dT%H%M%S%.3fZ");
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".before-{when}"));
    name.into()
}

/// The epoch of the data in `file`, as far as it can be read.
fn epoch_of(file: &Path) -> u64 {
    let read = guarded(|| {
        let database = shadow::open(file).ok()?;
        let meta = database.begin_read().ok()?.open_table(META).ok()?;
        Some(meta.get(META_EPOCH).ok()??.value())
    });
    read.ok().flatten().unwrap_or_default()
}

/// Makes sure that no epoch up to `old`, that of the data which is replaced, comes again: a reader
/// that followed it must not take what is restored for what it knows.
fn go_on_from(part: fs::File, old: u64) -> Result<(), Fault> {
    guarded(move || {
        let part = FileBackend::new(part)?;
        let database = Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(part)?;
        let transaction = begin(&database)?;
        {
            let mut meta = transaction.open_table(META)?;
            let ours = meta.get(META_EPOCH)?.map_or(0, |epoch| epoch.value());
            meta.insert(META_EPOCH, ours.max(old))?;
        }
        transaction.commit()?;
        Ok(database.close()?)
    })?
}
