//! What can be wrong with a configuration: one line each, with its place and what to do.

use std::io;

/// Why a configuration is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file was named and is not there.
    #[error("{file}: no such file; create it, or leave out --config")]
    Missing {
        /// The file.
        file: String,
    },
    /// The file is there and cannot be read.
    #[error("{file}: cannot be read: {error}; make it a text file that you may read")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// Others may change what it says.
    #[error("{file}: other users may write to it; run: chmod go-w '{file}'")]
    Writable {
        /// The file.
        file: String,
    },
    /// Something in the file is wrong.
    #[error("{file}:{line}:{column}: {wrong}; {remedy}")]
    At {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong.
        wrong: String,
        /// What to do.
        remedy: String,
    },
    /// Something on the command line is wrong in the light of the file.
    #[error("{wrong}; {remedy}")]
    Given {
        /// What is wrong.
        wrong: String,
        /// What to do.
        remedy: String,
    },
}
