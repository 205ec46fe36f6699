//! What can go wrong with the store, in one line each that says what to do next.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::care::LastBackup;
use super::disk::FILE;
use crate::domain::text::Text;
use crate::record::RecordError;

/// Why the data file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{path} belongs to a running watchbell; use that one, or stop it first", path = shown(path))]
    Owned {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be made, read or written.
    #[error(
        "cannot use {path}: {source}; check its permissions and the space on its disk, or name \
         another directory with --data", path = shown(path))]
    Unwritable {
        /// The file or its directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Other users may write to the directory, and so replace the file.
    #[error("{path} is writable by other users; run: chmod go-w '{path}'", path = shown(path))]
    OpenToOthers {
        /// The directory.
        path: PathBuf,
    },
    /// The directory is another user's, who may replace the file.
    #[error(
        "{path} belongs to another user (uid {uid}), who could replace the data; run watchbell as \
         that user, or name another directory with --data", path = shown(path))]
    OfAnother {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        uid: u32,
    },
    /// A newer watchbell wrote it.
    #[error(
        "{path} has format {found} and this watchbell knows formats up to {ours}; upgrade \
         watchbell, or name another directory with --data", path = shown(path))]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: u64,
        /// The newest format that is read here.
        ours: u64,
    },
    /// There is a record in it that is not understood, but need not be damaged.
    #[error("{path} has {error}", path = shown(path))]
    Strange {
        /// The file.
        path: PathBuf,
        /// What was found, and what to do.
        error: RecordError,
    },
    /// It is a file of something else.
    #[error("{path} is no data file of watchbell{}", foreign(path, last.as_ref()), path = shown(path))]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The last backup of what should lie there.
        last: Option<LastBackup>,
    },
    /// It does not hold together.
    #[error("{path} is damaged ({what}){}", damaged(path, last.as_ref()), path = shown(path))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
        /// The last backup of it.
        last: Option<LastBackup>,
    },
}

/// A path for a terminal, which may do as bytes in it say.
pub(super) fn shown(path: &Path) -> Text {
    Text::derive(&path.to_string_lossy())
}

/// What to do about a damaged file.
fn damaged(path: &Path, last: Option<&LastBackup>) -> String {
    let data = directory(path);
    let check = match path.file_name() {
        Some(name) if name == FILE => format!("--data '{data}'"),
        Some(_) | None => format!("'{}'", shown(path)),
    };
    match last {
        Some(last) => format!(
            "; watchbell check {check} says more, and watchbell restore --data '{data}' FILE brings \
             back a backup: the last one is {last}"
        ),
        None => format!(
            "; watchbell check {check} says more, watchbell restore brings back a backup, but none \
             is known here; without one, move the file away to begin anew"
        ),
    }
}

/// What to do about a file of something else, which may be one of ours whose beginning is gone.
fn foreign(path: &Path, last: Option<&LastBackup>) -> String {
    match last {
        Some(last) => format!(
            ", although one was there; watchbell restore --data '{}' FILE brings back a backup: the \
             last one is {last}",
            directory(path)
        ),
        None => "; move it away, or name another directory with --data".to_owned(),
    }
}

fn directory(path: &Path) -> String {
    shown(path.parent().unwrap_or(path)).to_string()
}

impl OpenError {
    /// That the file at `path` does not hold together.
    pub(super) fn damaged(path: &Path, what: String) -> Self {
        Self::Damaged { path: path.to_owned(), what, last: LastBackup::beside(path) }
    }

    /// That the file at `path` is one of something else.
    pub(super) fn foreign(path: &Path) -> Self {
        Self::Foreign { path: path.to_owned(), last: LastBackup::beside(path) }
    }

    /// The same, about the file `other` of which `path` is a copy.
    #[must_use]
    pub(super) fn about(self, other: &Path) -> Self {
        let path = other.to_owned();
        match self {
            Self::Damaged { what, .. } => Self::Damaged { path, what, last: None },
            Self::Foreign { .. } => Self::Foreign { path, last: None },
            Self::NewerFormat { found, ours, .. } => Self::NewerFormat { path, found, ours },
            Self::Strange { error, .. } => Self::Strange { path, error },
            Self::Unwritable { source, .. } => Self::Unwritable { path, source },
            Self::Owned { .. } | Self::OpenToOthers { .. } | Self::OfAnother { .. } => self,
        }
    }
}

impl OpenError {
    /// What `error` means for whoever opens `path`.
    pub(super) fn of(path: &Path, error: impl Into<ReadError>) -> Self {
        let path = path.to_owned();
        let error = match error.into() {
            ReadError::Engine(error) => error,
            ReadError::Record(error) => return Self::of_record(path, error),
        };
        match error {
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => {
                Self::Owned { path }
            }
            // How the engine says that a file does not begin as its files do.
            redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                Self::foreign(&path)
            }
            redb::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::damaged(&path, "it is cut off".to_owned())
            }
            redb::Error::Io(source) => Self::Unwritable { path, source },
            redb::Error::TableDoesNotExist(_)
            | redb::Error::TableTypeMismatch { .. }
            | redb::Error::TableIsMultimap(_)
            | redb::Error::UpgradeRequired(_) => Self::foreign(&path),
            error => Self::damaged(&path, error.to_string()),
        }
    }

    fn of_record(path: PathBuf, error: RecordError) -> Self {
        match error {
            RecordError::Version { .. } | RecordError::Unknown => Self::Strange { path, error },
            RecordError::Empty | RecordError::Garbled { .. } => {
                Self::damaged(&path, error.to_string())
            }
        }
    }
}

/// Why something could not be read.
#[derive(Debug)]
pub(super) enum ReadError {
    /// The engine says so.
    Engine(redb::Error),
    /// It is no record.
    Record(RecordError),
}

impl<E: Into<redb::Error>> From<E> for ReadError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

impl From<RecordError> for ReadError {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl OpenError {
    /// Why, in a few words for a screen that says itself what to do.
    pub fn brief(&self) -> Brief {
        match self {
            Self::Unwritable { source, .. } => Fault::from_io(source).brief(),
            Self::Owned { .. } => Brief::of("another watchbell has the data file"),
            Self::OpenToOthers { .. } | Self::OfAnother { .. } => {
                Brief::of("others may write to the directory of the data file")
            }
            Self::NewerFormat { .. } | Self::Strange { .. } => {
                Brief::of("the data file is of another version")
            }
            Self::Foreign { .. } | Self::Damaged { .. } => Brief::of("the data file is damaged"),
        }
    }
}

/// What went wrong, in a few words: the log says all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// To go on with after a colon: `the disk is full`.
    pub clause: Text,
    /// Between brackets: `disk full`.
    pub words: Text,
}

impl Brief {
    fn of(clause: &str) -> Self {
        Self { clause: Text::derive(clause), words: Text::derive(clause) }
    }
}

/// Why a commit did not return in order. Either way the store must be reopened.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Surely nothing of it was kept.
    #[error("nothing was saved: {0}")]
    Refused(Fault),
    /// It was kept whole or not at all, and only reopening tells which.
    #[error("not known yet whether it was saved: {0}")]
    Unknown(Fault),
}

impl CommitError {
    /// What went wrong below.
    pub(super) fn fault(self) -> Fault {
        match self {
            Self::Refused(fault) | Self::Unknown(fault) => fault,
        }
    }

    /// Why, in a few words.
    pub fn brief(&self) -> Brief {
        match self {
            Self::Refused(fault) | Self::Unknown(fault) => fault.brief(),
        }
    }
}

/// Why a page of the history was not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file is being opened again.
    #[error("the data file is closed after an error; try again in a moment")]
    Closed,
    /// A line cannot be read.
    #[error("a line of the history cannot be read: {0}")]
    Record(RecordError),
    /// The disk or the engine failed.
    #[error("the history cannot be read: {0}")]
    Failed(Fault),
}

impl From<ReadError> for ArchiveError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Engine(error) => match Fault::from(error) {
                Fault::Closed => Self::Closed,
                fault @ (Fault::Full | Fault::Disk(_) | Fault::Engine(_)) => Self::Failed(fault),
            },
            ReadError::Record(error) => Self::Record(error),
        }
    }
}

/// What went wrong below.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No space is left.
    #[error("the disk of the data file is full; free some space")]
    Full,
    /// The file was closed after an earlier fault.
    #[error("the data file is closed after an earlier error")]
    Closed,
    /// The disk failed.
    #[error("the disk of the data file failed: {0}")]
    Disk(String),
    /// The engine failed, or panicked.
    #[error("the data file cannot be used: {0}")]
    Engine(String),
}

impl Fault {
    fn from_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Disk(error.to_string()),
        }
    }

    /// In words for a file that is not the data's.
    pub(super) fn of_another_file(&self) -> String {
        match self {
            Self::Full => "its disk is full".to_owned(),
            Self::Disk(why) => why.clone(),
            Self::Closed | Self::Engine(_) => self.to_string(),
        }
    }

    fn brief(&self) -> Brief {
        match self {
            Self::Full => {
                Brief { clause: Text::derive("the disk is full"), words: Text::derive("disk full") }
            }
            Self::Disk(why) => Brief {
                clause: Text::derive(&format!("the disk fails: {why}")),
                words: Text::derive("disk fails"),
            },
            Self::Closed => Brief::of("the data file is closed after an error"),
            Self::Engine(_) => Brief::of("the data file cannot be used"),
        }
    }
}

impl<E: Into<redb::Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        match error.into() {
            redb::Error::Io(error) => Self::from_io(&error),
            redb::Error::PreviousIo | redb::Error::DatabaseClosed => Self::Closed,
            error => Self::Engine(error.to_string()),
        }
    }
}

/// Does `work`; a panic in it becomes a fault. What the work left behind must not be used after
/// one: every caller closes the file then.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| Fault::Engine(said(panic.as_ref())))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}
