//! What a data directory remembers of its last backup, for whoever stands before damaged data.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use super::place::{self, Over, Owner};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// The file that says so: a time, and on the next line a path.
const NAME: &str = "last-backup";

/// The last backup that was made of the data in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastBackup {
    /// Where it was put.
    pub path: PathBuf,
    /// When it was made.
    pub at: Timestamp,
}

impl LastBackup {
    /// Remembers it in the directory `data`.
    pub fn keep(&self, data: &Path) -> io::Result<()> {
        let path = data.join(NAME);
        let part = place::part_of(&path);
        let kept = self
            .write(&part)
            .and_then(|()| place::place(&part, &path, Over::Allowed).map_err(io::Error::other));
        kept.inspect_err(|_| drop(fs::remove_file(&part)))
    }

    fn write(&self, part: &Path) -> io::Result<()> {
        let mut file = place::make(part, Owner::Directory)?;
        writeln!(file, "{}", self.at)?;
        file.write_all(self.path.as_os_str().as_bytes())?;
        file.sync_all()
    }

    /// The one that is remembered beside the data file `file`.
    pub(in crate::store) fn beside(file: &Path) -> Option<Self> {
        Self::of(file.parent()?)
    }

    /// The one that is remembered in the directory `data`, if one is.
    pub fn of(data: &Path) -> Option<Self> {
        // A path is no longer than this; whatever else lies there is not ours.
        const LONGEST: usize = 8 * 1024;
        let bytes = fs::read(data.join(NAME)).ok().filter(|bytes| bytes.len() <= LONGEST)?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (time, path) = bytes.split_at(end);
        let path = path.get(1..).filter(|path| !path.is_empty())?;
        let at = std::str::from_utf8(time).ok()?.parse().ok()?;
        Some(Self { path: std::ffi::OsString::from_vec(path.to_vec()).into(), at })
    }
}

/// As a refusal names it.
impl fmt::Display for LastBackup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {:.0}", Text::derive(&self.path.to_string_lossy()), self.at)
    }
}
