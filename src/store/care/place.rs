//! Putting a file that was made beside its place into it: durable, for its owner alone, and over
//! another one only where that is allowed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;

use super::super::disk::{lock_whole, sync_directory};
use super::super::error::OpenError;

/// Whether a file that is there may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It may.
    Allowed,
    /// It stays, and nothing is put there.
    Refused,
}

/// Why a file was not put in its place.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Another one is there.
    #[error("{path} is there already; nothing was changed")]
    There {
        /// The place.
        path: PathBuf,
    },
    /// It cannot be written there.
    #[error("cannot write {path}: {source}; nothing was changed")]
    Unwritable {
        /// The place.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Where the file for `place` is made.
pub fn part_of(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Makes an empty file for its owner alone, in the place of one that was left half made. It belongs
/// to whom its directory belongs, where root looks after another user's data.
pub fn make(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    // A new one alone: nobody may have put a way to somewhere else there.
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
    let owner = fs::metadata(directory(path))?;
    if nix::unistd::geteuid().is_root() && owner.uid() != 0 && owner.mode() & 0o022 == 0 {
        chown(path, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(file)
}

/// Puts the file `part`, which is on the disk already, in the place `path`.
pub fn place(part: &Path, path: &Path, over: Over) -> Result<(), PlaceError> {
    let moved = match over {
        Over::Allowed => fs::rename(part, path),
        // Renaming would replace what somebody put there a moment ago.
        Over::Refused => fs::hard_link(part, path).and_then(|()| fs::remove_file(part)),
    };
    match moved.and_then(|()| sync_directory(directory(path))) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(PlaceError::There { path: path.to_owned() })
        }
        Err(source) => Err(PlaceError::Unwritable { path: path.to_owned(), source }),
    }
}

/// Holds the data file, so that no watchbell takes it, until what is given is dropped; nothing where
/// there is none. It need not be well.
pub(super) fn hold(file: &Path) -> Result<Option<FileBackend>, OpenError> {
    let unwritable = |source| OpenError::Unwritable { path: file.to_owned(), source };
    let opened = match OpenOptions::new().read(true).write(true).open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unwritable(error)),
    };
    let backend = FileBackend::new(opened).map_err(|error| OpenError::of(file, error))?;
    match lock_whole(&backend) {
        Ok(true) => Ok(Some(backend)),
        Ok(false) => Err(OpenError::Owned { path: file.to_owned() }),
        Err(error) => Err(OpenError::of(file, error)),
    }
}

fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}
