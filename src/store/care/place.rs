//! Putting a file that was made beside its place into it: durable, for its owner alone, and over
//! another one only where that is allowed.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use redb::backends::FileBackend;

use super::super::disk::{FileId, lock_whole, sync_directory};
use super::super::error::OpenError;

/// Whether a file that is there may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It may.
    Allowed,
    /// It stays, and nothing is put there.
    Refused,
}

/// Whom a file belongs to that root makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Root: it holds what the owner of its directory may not see.
    Maker,
    /// Whom its directory belongs to: root looks after another user's data.
    Directory,
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
    /// It is there, but its name may not outlive a power cut.
    #[error("{path} is there, but may be gone after a power cut: {source}; see to the disk")]
    Unsure {
        /// The place.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Where a file for `place` is made: each time elsewhere, so that of two who make one neither puts
/// in its place what the other has half made.
pub fn part_of(place: &Path) -> PathBuf {
    let one = RandomState::new().build_hasher().finish();
    let mut name = place.as_os_str().to_owned();
    name.push(format!(".{one:016x}.part"));
    name.into()
}

/// Makes an empty file for its owner alone, where there is none.
pub fn make(path: &Path, owner: Owner) -> io::Result<File> {
    let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidInput.into()) };
    // Whoever owns the directory may put something else at any name in it, at any moment: all that
    // root does is done to what is open.
    let directory = File::open(directory(path))?;
    let new = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
    let file = File::from(openat(&directory, name, new, Mode::S_IRUSR | Mode::S_IWUSR)?);
    let about = directory.metadata()?;
    let given = owner == Owner::Directory && about.uid() != 0 && about.mode() & 0o022 == 0;
    if given && nix::unistd::geteuid().is_root() {
        fchown(&file, Some(about.uid()), Some(about.gid()))?;
    }
    Ok(file)
}

/// Whether it is `file` that lies at `path`, and no way to it.
pub(super) fn lies_at(file: &File, path: &Path) -> io::Result<bool> {
    Ok(FileId::of(&file.metadata()?) == FileId::of(&fs::symlink_metadata(path)?))
}

/// Puts the file `part`, which is on the disk already, in the place `path`.
pub fn place(part: &Path, path: &Path, over: Over) -> Result<(), PlaceError> {
    let moved = match over {
        Over::Allowed => fs::rename(part, path),
        // Renaming would replace what somebody put there a moment ago.
        Over::Refused => put(part, path),
    };
    let path_of = || path.to_owned();
    moved.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => PlaceError::There { path: path_of() },
        _ => PlaceError::Unwritable { path: path_of(), source },
    })?;
    sync_directory(directory(path)).map_err(|source| PlaceError::Unsure { path: path_of(), source })
}

/// Moves `part` to `path`, where nothing may be. Not every file system can say so in one step.
fn put(part: &Path, path: &Path) -> io::Result<()> {
    match move_alone(part, path) {
        Err(error) if cannot(&error) => {}
        moved => return moved,
    }
    match fs::hard_link(part, path) {
        // It is there, whatever becomes of its other name.
        Ok(()) => {
            drop(fs::remove_file(part));
            return Ok(());
        }
        Err(error) if cannot(&error) => {}
        Err(error) => return Err(error),
    }
    match fs::symlink_metadata(path) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(part, path),
        Err(error) => Err(error),
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn move_alone(part: &Path, path: &Path) -> io::Result<()> {
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
    Ok(renameat2(AT_FDCWD, part, AT_FDCWD, path, RenameFlags::RENAME_NOREPLACE)?)
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn move_alone(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether a file system says that it has no such thing. For links some say so as a refusal.
pub(super) fn cannot(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, PermissionDenied, TooManyLinks, Unsupported};
    matches!(error.kind(), InvalidInput | PermissionDenied | TooManyLinks | Unsupported)
}

/// Whether a running watchbell has the file at `path`. What cannot be opened is nobody's that we
/// could know of.
pub fn is_in_use(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file())
        && matches!(hold(path), Err(OpenError::Owned { .. }))
}

/// Holds the data file, so that no watchbell takes it, until what is given is dropped; nothing where
/// there is none. It need not be well. Refuses where another was put in its place meanwhile.
pub(super) fn hold(file: &Path) -> Result<Option<FileBackend>, OpenError> {
    let unwritable = |source| OpenError::Unwritable { path: file.to_owned(), source };
    let opened = match OpenOptions::new().read(true).write(true).open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unwritable(error)),
    };
    let known = FileId::of(&opened.metadata().map_err(unwritable)?);
    let backend = FileBackend::new(opened).map_err(|error| OpenError::of(file, error))?;
    match lock_whole(&backend) {
        Ok(true) if fs::metadata(file).is_ok_and(|now| FileId::of(&now) == known) => {
            Ok(Some(backend))
        }
        Ok(_) => Err(OpenError::Owned { path: file.to_owned() }),
        Err(error) => Err(OpenError::of(file, error)),
    }
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}
