//! Where everything lies: the XDG directories, and what the command line says instead.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy, Xdg};

use super::Common;
use crate::client::{SocketPathError, socket_path};

/// Files and directories of one watchbell. None of them needs to exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// `watchbell.toml`.
    pub config: PathBuf,
    /// `keybindings.toml`: personal, so never beside a configuration that was named.
    pub keybindings: PathBuf,
    /// The directory of the data file.
    pub data: PathBuf,
    /// The owner's socket.
    pub socket: PathBuf,
    /// The directory of the logs that are written while a console is shown.
    pub logs: PathBuf,
}

/// Why it is not known where things lie.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// There is no home directory to look in.
    #[error("there is no home directory; set HOME")]
    NoHome,
    /// A relative path cannot be completed.
    #[error("{path}: {error}; start watchbell in a directory that exists, or write the whole path")]
    Relative {
        /// The path.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// There is no place for the socket.
    #[error(transparent)]
    Socket(#[from] SocketPathError),
}

impl Places {
    /// Finds them; creates nothing.
    pub fn find(common: &Common) -> Result<Self, PlacesError> {
        let xdg = Xdg::new().map_err(|_| PlacesError::NoHome)?;
        let config = xdg.config_dir().join("watchbell");
        let data = whole(common.data.as_deref(), || xdg.data_dir().join("watchbell"))?;
        let state = xdg.state_dir().unwrap_or_else(|| xdg.data_dir());
        Ok(Self {
            socket: socket_path(&data, xdg.runtime_dir().as_deref())?,
            config: whole(common.config.as_deref(), || config.join("watchbell.toml"))?,
            keybindings: config.join("keybindings.toml"),
            data,
            logs: state.join("watchbell"),
        })
    }

    /// Where the system keeps what is thrown away.
    pub fn temporary() -> PathBuf {
        std::env::temp_dir()
    }

    /// The data file.
    pub fn data_file(&self) -> PathBuf {
        crate::client::data_file(&self.data)
    }
}

/// One place a line, its kind first.
impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = [
            ("config", self.config.as_os_str()),
            ("keybindings", self.keybindings.as_os_str()),
            ("data", self.data_file().as_os_str()),
            ("socket", self.socket.as_os_str()),
            ("logs", self.logs.as_os_str()),
        ]
        .map(|(kind, path): (&str, &OsStr)| format!("{kind:<12} {}", path.display()));
        f.write_str(&lines.join("\n"))
    }
}

fn whole(given: Option<&Path>, default: impl FnOnce() -> PathBuf) -> Result<PathBuf, PlacesError> {
    let Some(given) = given else { return Ok(default()) };
    std::path::absolute(given)
        .map_err(|error| PlacesError::Relative { path: given.display().to_string(), error })
}
