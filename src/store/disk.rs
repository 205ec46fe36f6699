//! Where the data lies: a directory that nobody else may write, and one file in it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use redb::StorageBackend;
use redb::backends::FileBackend;

use super::error::OpenError;

/// What a store is opened on. Tests have disks that fail.
pub trait Disk: Send {
    /// Reads and writes it.
    type Backend: StorageBackend;

    /// Opens it anew; called for each opening of the store.
    fn open(&self) -> Result<Self::Backend, OpenError>;

    /// Where it is, for messages.
    fn place(&self) -> PathBuf;
}

/// A directory with a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(pub PathBuf);

impl DataDir {
    /// The data file.
    pub fn file(&self) -> PathBuf {
        self.0.join("watchbell.redb")
    }

    fn unwritable(&self, source: io::Error) -> OpenError {
        OpenError::Unwritable { path: self.file(), source }
    }
}

impl Disk for DataDir {
    type Backend = FileBackend;

    /// Makes directory and file where there are none, for their owner alone. The engine locks the
    /// file, so that a second process is refused.
    fn open(&self) -> Result<Self::Backend, OpenError> {
        let failed = |source| self.unwritable(source);
        make(&self.0).map_err(failed)?;
        if writable_by_others(&self.0).map_err(failed)? {
            return Err(OpenError::OpenToOthers { path: self.0.clone() });
        }
        let file = open_file(&self.file()).map_err(failed)?;
        sync_directory(&self.0).map_err(failed)?;
        FileBackend::new(file).map_err(|error| OpenError::of(&self.file(), error))
    }

    fn place(&self) -> PathBuf {
        self.file()
    }
}

/// Makes `directory` and those above it, and makes their names durable.
fn make(directory: &Path) -> io::Result<()> {
    let missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
    let made: Vec<&Path> = directory.ancestors().take_while(missing).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    made.into_iter().filter_map(Path::parent).try_for_each(sync_directory)
}

fn writable_by_others(directory: &Path) -> io::Result<bool> {
    Ok(directory.metadata()?.permissions().mode() & 0o022 != 0)
}

fn open_file(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    // A copy that was put back by hand may have come with other permissions.
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    empty_if_unborn(&file)?;
    Ok(file)
}

/// Empties a file whose making was cut short. The engine writes its first bytes last, and takes a
/// file with length and without them for something else's.
fn empty_if_unborn(file: &File) -> io::Result<()> {
    if !is_unborn(file)? {
        return Ok(());
    }
    match file.try_lock() {
        Ok(()) => {}
        // Another process is making it just now; the engine will say that it owns it.
        Err(TryLockError::WouldBlock) => return Ok(()),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    if is_unborn(file)? {
        file.set_len(0)?;
        file.sync_all()?;
    }
    file.unlock()
}

fn is_unborn(file: &File) -> io::Result<bool> {
    let mut first = [0; 16];
    let whole = file.metadata()?.len() >= 16;
    if whole {
        file.read_exact_at(&mut first, 0)?;
    }
    Ok(whole && first == [0; 16])
}

/// Makes the names in `directory` durable: the engine syncs its file, not the file's name.
fn sync_directory(directory: &Path) -> io::Result<()> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    File::open(directory)?.sync_all()
}
