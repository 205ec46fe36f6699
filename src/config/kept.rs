//! The file as it is kept: who besides its owner may read or write it. Changes nothing about it.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Who sees what stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Its owner, and its group at most.
    ToOwn,
    /// Every user of this host.
    ToOthers,
}

/// Why a file is not taken.
#[derive(Debug)]
pub(super) enum Unkept {
    /// It cannot be read.
    Unread(io::Error),
    /// Others may write to it.
    Writable,
}

impl From<io::Error> for Unkept {
    fn from(error: io::Error) -> Self {
        Self::Unread(error)
    }
}

/// Reads a file. What is no file of a disk, as `/dev/null`, is nobody's to change.
pub(super) fn read(path: &Path) -> Result<(String, Shown), Unkept> {
    const WRITABLE: u32 = 0o022;
    const READABLE: u32 = 0o004;
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    let mode = if about.is_file() { about.permissions().mode() } else { 0 };
    if mode & WRITABLE != 0 {
        return Err(Unkept::Writable);
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok((text, if mode & READABLE == 0 { Shown::ToOwn } else { Shown::ToOthers }))
}
