//! Where the data lies: a directory that nobody else may write, and one file in it.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::ops::Bound;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{Uid, geteuid};
use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

use super::care::LastBackup;
use super::error::OpenError;

/// What a store is opened on. Tests have disks that fail.
pub trait Disk: Send {
    /// Reads and writes it.
    type Backend: StorageBackend;

    /// Opens it anew; called for each opening of the store.
    fn open(&self) -> Result<Self::Backend, OpenError>;

    /// Opens it, and says which file that is; nothing where no other can take its place.
    fn open_known(&self) -> Result<(Self::Backend, Option<FileId>), OpenError> {
        Ok((self.open()?, None))
    }

    /// Which file lies there now.
    fn known(&self) -> Option<FileId> {
        None
    }

    /// Where it is, for messages.
    fn place(&self) -> PathBuf;
}

/// Which file: its device and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId(u64, u64);

impl FileId {
    /// That of `about`.
    pub(super) fn of(about: &Metadata) -> Self {
        Self(about.dev(), about.ino())
    }
}

/// What the data file is called.
pub(super) const FILE: &str = "watchbell.redb";

/// A directory with a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(pub PathBuf);

impl DataDir {
    /// The data file.
    pub fn file(&self) -> PathBuf {
        self.0.join(FILE)
    }

    fn unwritable(&self, source: io::Error) -> OpenError {
        OpenError::Unwritable { path: self.file(), source }
    }
}

impl DataDir {
    /// Makes the directory where there is none, for its owner alone. Refuses one in which somebody
    /// else could put another file in the place of ours.
    pub fn prepare(&self) -> Result<(), OpenError> {
        let failed = |error| self.unwritable(error);
        make(&self.0).map_err(failed)?;
        check(&self.0, &self.0.metadata().map_err(failed)?)
    }
}

impl Disk for DataDir {
    type Backend = FileBackend;

    fn open(&self) -> Result<Self::Backend, OpenError> {
        Ok(self.open_known()?.0)
    }

    /// Makes directory and file where there are none, for their owner alone. The engine locks the
    /// file, so that a second process is refused.
    fn open_known(&self) -> Result<(Self::Backend, Option<FileId>), OpenError> {
        let failed = |source| self.unwritable(source);
        self.prepare()?;
        let file = open_file(&self.file()).map_err(failed)?;
        // One that was made a moment ago is empty, too; of that there is no backup.
        let about = file.metadata().map_err(failed)?;
        let emptied = about.len() == 0;
        if emptied && LastBackup::of(&self.0).is_some() {
            return Err(OpenError::damaged(&self.file(), "it is empty".to_owned()));
        }
        sync_directory(&self.0).map_err(failed)?;
        let backend = FileBackend::new(file).map_err(|error| OpenError::of(&self.file(), error))?;
        Ok((backend, Some(FileId::of(&about))))
    }

    fn known(&self) -> Option<FileId> {
        self.file().metadata().ok().as_ref().map(FileId::of)
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

/// Refuses a directory in which somebody else could put another file in the place of ours.
fn check(directory: &Path, about: &Metadata) -> Result<(), OpenError> {
    let path = || directory.to_owned();
    let owner = Uid::from_raw(about.uid());
    if is_a_stranger(owner, geteuid()) {
        return Err(OpenError::OfAnother { path: path(), uid: owner.as_raw() });
    }
    if about.permissions().mode() & 0o022 != 0 {
        return Err(OpenError::OpenToOthers { path: path() });
    }
    Ok(())
}

/// Whether `owner` is nobody whom `us` trusts. Root can do what it likes anyway; as root somebody
/// looks after the data of a service that has a user of its own.
pub(super) fn is_a_stranger(owner: Uid, us: Uid) -> bool {
    owner != us && !owner.is_root() && !us.is_root()
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
    Ok(file)
}

/// All of a file, as locks have it.
const WHOLE: (Bound<u64>, Bound<u64>) = (Bound::Unbounded, Bound::Unbounded);

/// Locks a file as the engine does; false where another process has it.
pub(super) fn lock_whole(file: &FileBackend) -> Result<bool, redb::Error> {
    file.try_lock_range(WHOLE.0, WHOLE.1).map_err(failed)
}

/// Empties a file whose making was cut short by a crash. The engine writes its first bytes last,
/// and takes a file that has a length and lacks them for something else's.
pub(super) fn clear_unborn(backend: &impl StorageBackend) -> Result<(), redb::Error> {
    if !is_unborn(backend)? {
        return Ok(());
    }
    let locked = match backend.try_lock_range(WHOLE.0, WHOLE.1) {
        Ok(true) => true,
        Ok(false) => return Err(redb::Error::DatabaseAlreadyOpen),
        Err(BackendError::Unsupported) => false,
        Err(error) => return Err(failed(error)),
    };
    // Whoever held the lock just before may have been making it.
    if is_unborn(backend)? {
        backend.set_len(0)?;
    }
    if locked {
        backend.unlock_range(WHOLE.0, WHOLE.1).map_err(failed)?;
    }
    Ok(())
}

/// Whether nothing was ever kept in it: the first bytes are missing, and all behind the header is
/// empty. A data file that merely lost its header is damaged, and must not be emptied.
fn is_unborn(backend: &impl StorageBackend) -> io::Result<bool> {
    const HEADER: usize = 4096;
    // The engine begins with little more than one.
    const LONGEST: u64 = 8 * 1024 * 1024;
    let is_zero = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    let length = backend.len()?;
    let mut magic = [0; 9];
    if !(magic.len() as u64..=LONGEST).contains(&length) {
        return Ok(false);
    }
    backend.read(0, &mut magic)?;
    if !is_zero(&magic) {
        return Ok(false);
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    backend.read(0, &mut bytes)?;
    Ok(bytes.get(HEADER..).is_none_or(is_zero))
}

fn failed(error: BackendError) -> redb::Error {
    redb::StorageError::from(error).into()
}

/// Makes the names in `directory` durable: the engine syncs its file, not the file's name.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    File::open(directory)?.sync_all()
}
