//! `[socket]`: who besides its owner may use the Unix socket.

use super::error::ConfigError;
use super::section::Section;

/// The settings of the Unix socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketSettings {
    /// The group of this host whose members may use it, if any.
    pub group: Option<Box<str>>,
}

pub(super) fn read(mut section: Section<'_>) -> Result<SocketSettings, ConfigError> {
    let group = section.text("group", "\"oncall\"")?;
    if let Some(empty) = group.as_ref().filter(|group| group.value.trim().is_empty()) {
        return Err(empty.error("group is empty", "write the name of a group of this host"));
    }
    section.finish()?;
    Ok(SocketSettings { group: group.map(|group| group.value.as_ref().into()) })
}
