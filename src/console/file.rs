//! What is said of a file that a person wrote for their console: where it is wrong, and what may
//! have been meant. Such a file never keeps the console from starting. Nothing is read here.

use std::ops::Range;
use std::path::Path;

/// What is wrong with a person's file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It cannot be used.
    #[error("{file}:{line}:{column}: {problem}")]
    Wrong {
        /// The name of the file, without its directories.
        file: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong, and what may have been meant.
        problem: String,
    },
    /// It cannot even be read.
    #[error("{file} cannot be read: {why}")]
    Unreadable {
        /// The name of the file, without its directories.
        file: String,
        /// Why, as the system says.
        why: String,
    },
}

/// A problem and the bytes it is about.
pub(super) type Problem = (Range<usize>, String);

/// The problem of a file that is no TOML.
pub(super) fn no_toml(error: &toml::de::Error) -> Problem {
    let message = error.message().lines().next().unwrap_or_default().to_owned();
    (error.span().unwrap_or_default(), message)
}

/// A problem in the file at `path`, whose whole text is `text`.
pub(super) fn locate(path: &Path, text: &str, (span, problem): Problem) -> FileError {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    FileError::Wrong { file: name_of(path), line, column, problem }
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &Path, why: &str) -> FileError {
    FileError::Unreadable { file: name_of(path), why: why.to_owned() }
}

/// ` (acknowledge?)`: the known name that is nearly `name`; nothing where none is.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    known
        .map(|candidate| (strsim::levenshtein(name, candidate), candidate))
        .min()
        .filter(|(steps, candidate)| *steps <= 1 + candidate.len() / 4)
        .map_or_else(String::new, |(_, candidate)| format!(" ({candidate}?)"))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
