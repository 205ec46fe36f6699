//! Backups and exports as verbs make and take them: beside their place, looked through, and put
//! there in one go. What is done to data that nobody has open is the engine's word for word.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::import::{Import, ImportError, Imported};
use super::source::{AskError, Source};
use crate::engine::care::{BuildError, DataDir, Owner, is_in_use, make};

pub use crate::engine::care::{
    CareError, Checkup, Compacted, LastBackup, OpenError, Over, PlaceError, Problem, ProblemKind,
    Restored, check, check_data, compact, part_of, place, restore,
};
pub use crate::engine::wall;

/// Why there is no backup, or nothing was taken in.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The service cannot be asked, or broke off.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// What came is no export, or not whole.
    #[error("{from}: {error}")]
    Import {
        /// From where.
        from: String,
        /// What is wrong with it.
        error: ImportError,
    },
    /// It cannot be written.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// It cannot be read back.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It is not what was written.
    #[error("{path} was written and reads back otherwise ({what}); look after the disk")]
    Unlike {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// It cannot be put in its place.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// It is the data itself.
    #[error("{path} is the data itself; name another file")]
    Itself {
        /// The file.
        path: PathBuf,
    },
    /// Something else has its place: a device, a pipe, a link, a directory.
    #[error("{path} is no plain file, and is left as it is; name another file")]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// It is the data of another watchbell.
    #[error("{path} belongs to a running watchbell; name another file")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// There is data already.
    #[error(
        "{path} is there already, and an import takes nothing away; name an empty directory with \
         --data, or move the file away"
    )]
    Data {
        /// The data file.
        path: PathBuf,
    },
    /// What was to be read cannot be.
    #[error("cannot read {from}: {error}")]
    Unread {
        /// From where.
        from: String,
        /// Why.
        error: std::io::Error,
    },
    /// An export cannot be written.
    #[error(
        "cannot write {path}: {error}; see to its directory, the disk and its space, and try again"
    )]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A fault of ours.
    #[error("making the file panicked; nothing was changed")]
    Panicked,
}

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// What is in it.
    pub imported: Imported,
    /// How long it is.
    pub bytes: u64,
}

/// Makes a backup of the service at `path`: a data file of its own, of one commit, that was read
/// back. The directory `data` remembers it, or the answer says why it cannot.
pub async fn back_up(
    source: &Source,
    data: &Path,
    path: &Path,
    over: Over,
) -> Result<(Backup, Option<std::io::Error>), KeepError> {
    may_be_put(path, data, over)?;
    let part = part_of(path);
    let made = copy_out(source, &part).await;
    let (to, data) = (path.to_owned(), data.to_owned());
    let placed = tokio::task::spawn_blocking(move || {
        let (imported, bytes) = made
            .and_then(|imported| Ok((imported, verified(&part, imported)?)))
            .inspect_err(|_| drop(std::fs::remove_file(&part)))?;
        // It took a while.
        let free = may_be_put(&to, &data, over);
        let placed = free.and_then(|()| Ok(place(&part, &to, over)?));
        placed.inspect_err(|_| drop(std::fs::remove_file(&part)))?;
        let kept = LastBackup { path: to, at: imported.at }.keep(&data);
        Ok((Backup { imported, bytes }, kept.err()))
    });
    placed.await.map_err(|_| KeepError::Panicked)?
}

async fn copy_out(source: &Source, part: &Path) -> Result<Imported, KeepError> {
    let mut export = source.export().await?;
    let part = part.to_owned();
    let begun = tokio::task::spawn_blocking(move || Import::begin(&part, Owner::Maker));
    let mut import = begun.await.map_err(|_| KeepError::Panicked)??;
    let from = || "what the service gave".to_owned();
    while let Some(piece) = export.piece().await? {
        let taking = tokio::task::spawn_blocking(move || import.piece(&piece).map(|()| import));
        let taken = taking.await.map_err(|_| KeepError::Panicked)?;
        import = taken.map_err(|error| KeepError::Import { from: from(), error })?;
    }
    let finishing = tokio::task::spawn_blocking(move || import.finish());
    let finished = finishing.await.map_err(|_| KeepError::Panicked)?;
    finished.map_err(|error| KeepError::Import { from: from(), error })
}

/// Refuses the place of something else, where that is not to be replaced, and that of data in use.
fn may_be_put(path: &Path, data: &Path, over: Over) -> Result<(), KeepError> {
    // A link is what would be replaced, and not the file that it leads to.
    let Ok(there) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !there.is_file() {
        return Err(KeepError::NoFile { path: path.to_owned() });
    }
    let file = DataDir(data.to_owned()).file();
    let same = std::fs::metadata(file)
        .is_ok_and(|data| (data.dev(), data.ino()) == (there.dev(), there.ino()));
    match over {
        _ if same => Err(KeepError::Itself { path: path.to_owned() }),
        Over::Refused => Err(PlaceError::There { path: path.to_owned() }.into()),
        Over::Allowed if is_in_use(path) => Err(KeepError::InUse { path: path.to_owned() }),
        Over::Allowed => Ok(()),
    }
}

/// Writes an export of the service to `path`: whole, or not at all.
pub async fn export_to(
    source: &Source,
    data: &Path,
    path: &Path,
    over: Over,
) -> Result<(), KeepError> {
    may_be_put(path, data, over)?;
    let part = part_of(path);
    let unwritten = |error| KeepError::Unwritten { path: path.to_owned(), error };
    let written = async {
        let mut file = make(&part, Owner::Maker).map_err(unwritten)?;
        let mut export = source.export().await?;
        while let Some(piece) = export.piece().await? {
            file.write_all(&piece).map_err(unwritten)?;
        }
        file.sync_all().map_err(unwritten)
    };
    let placed = written.await.and_then(|()| {
        may_be_put(path, data, over)?;
        Ok(place(&part, path, over)?)
    });
    placed.inspect_err(|_| drop(std::fs::remove_file(&part)))
}

/// The length of a new data file that holds what was put into it.
fn verified(part: &Path, imported: Imported) -> Result<u64, KeepError> {
    let checkup = check(part)?;
    let counts = (imported.revision, imported.states, imported.events);
    let found = (checkup.revision, checkup.findings.states, checkup.findings.lines);
    let what = match checkup.damage() {
        Some(problem) => problem.to_owned(),
        None if counts != found => format!("{counts:?} went in, {found:?} came out"),
        None => return Ok(checkup.bytes),
    };
    Err(KeepError::Unlike { path: part.to_owned(), what })
}

/// Reads an export into the directory `data`, which must have no data file. `from` is what it is
/// called, `pieces` gives what comes next of it. Blocks; all of it is there afterwards, or nothing.
pub fn import(
    data: &Path,
    from: &str,
    mut pieces: impl FnMut(&mut [u8]) -> std::io::Result<usize>,
) -> Result<Imported, KeepError> {
    const PIECE: usize = 256 * 1024;
    let disk = DataDir(data.to_owned());
    let file = disk.file();
    let taken = || KeepError::Data { path: file.clone() };
    if file.symlink_metadata().is_ok() {
        return Err(taken());
    }
    disk.prepare()?;
    let part = part_of(&file);
    let wrong = |error| KeepError::Import { from: from.to_owned(), error };
    let made =
        Import::begin(&part, Owner::Directory).map_err(KeepError::Build).and_then(|mut import| {
            let mut piece = vec![0; PIECE];
            loop {
                let read = pieces(&mut piece);
                let read =
                    read.map_err(|error| KeepError::Unread { from: from.to_owned(), error })?;
                let Some(piece) = piece.get(..read).filter(|piece| !piece.is_empty()) else {
                    break;
                };
                import.piece(piece).map_err(wrong)?;
            }
            let imported = import.finish().map_err(wrong)?;
            verified(&part, imported)?;
            Ok(imported)
        });
    let placed = made.and_then(|imported| match place(&part, &file, Over::Refused) {
        Ok(()) => Ok(imported),
        Err(PlaceError::There { .. }) => Err(taken()),
        Err(error) => Err(error.into()),
    });
    placed.inspect_err(|_| drop(std::fs::remove_file(&part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_file_is_not_replaced_whoever_forces_it() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        std::fs::write(at("old"), "an older backup").unwrap();
        std::fs::create_dir(at("directory")).unwrap();
        std::os::unix::fs::symlink(at("old"), at("link")).unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
        let table = [
            ("new", true),
            ("old", true),
            ("directory", false),
            ("link", false),
            ("dangling", false),
            ("/dev/null", false),
        ];
        for (name, may) in table {
            let put = may_be_put(&at(name), &at("data"), Over::Allowed);
            assert_eq!(put.is_ok(), may, "{name}: {put:?}");
            assert!(may || matches!(put, Err(KeepError::NoFile { .. })), "{name}");
        }
    }
}
