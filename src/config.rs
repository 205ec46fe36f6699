//! The configuration: `watchbell.toml` → one [`Policy`] and each part's settings.
//!
//! Every mistake is named with file, line and column, with what is wrong and what to do. Reading
//! changes nothing and starts nothing. Of the environment only the time zone is read.

mod account;
mod alertmanager;
mod channel;
mod console;
mod error;
mod kept;
mod listen;
mod maintenance;
mod name;
mod policy;
mod section;
mod silences;
mod socket;
mod web;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

pub use self::alertmanager::sections as alertmanager_sections;
pub use self::console::ConsoleSettings;
pub use self::error::ConfigError;
use self::kept::{Shown, Unkept};
pub use self::listen::{ListenSettings, TlsFiles};
use self::section::{Section, Source};
pub use self::socket::SocketSettings;
use crate::domain::id::AccountId;
use crate::domain::policy::{Account, Policy};
use crate::notify::ChannelSettings;

/// What the configuration says, part by part.
#[derive(Clone, Debug)]
pub struct Config {
    /// What it means for decisions.
    pub policy: Policy,
    /// Where and how requests are taken.
    pub listen: ListenSettings,
    /// Where critical alerts are told.
    pub channels: Vec<ChannelSettings>,
    /// Who may use the Unix socket.
    pub socket: SocketSettings,
    /// Which account a user of this host is, where the file says so.
    pub unix_users: BTreeMap<Box<str>, AccountId>,
    /// How the console looks and behaves.
    pub console: ConsoleSettings,
    /// Whether every user of this host can read the secrets of the file: the addresses and tokens
    /// of its channels.
    pub exposed: bool,
}

/// Whether a configuration may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nobody named the file: without it the defaults hold.
    Optional,
    /// Somebody named the file: it has to be there.
    Required,
}

/// What comes from outside the file and goes before it.
#[derive(Clone, Debug)]
pub struct Given<'a> {
    /// The account where the file names none: the Unix user's name.
    pub user: &'a str,
    /// The address of the command line.
    pub listen: Option<SocketAddr>,
}

impl Config {
    /// Reads the file. Refuses what it does not understand, a required file that is missing, and one
    /// that other users may write: they would decide who is told, and who is who.
    pub fn load(file: &Path, presence: Presence, given: &Given<'_>) -> Result<Self, ConfigError> {
        let name = file.display().to_string();
        match kept::read(file) {
            Ok((text, shown)) => {
                let mut config = Self::read(&name, &text, given)?;
                config.exposed = shown == Shown::ToOthers && !config.channels.is_empty();
                Ok(config)
            }
            Err(Unkept::Writable) => Err(ConfigError::Writable { file: name }),
            Err(Unkept::Unread(error)) if error.kind() == io::ErrorKind::NotFound => match presence
            {
                Presence::Optional => Self::read(&name, "", given),
                Presence::Required => Err(ConfigError::Missing { file: name }),
            },
            Err(Unkept::Unread(error)) => Err(ConfigError::Unreadable { file: name, error }),
        }
    }

    /// Reads the text of the file called `name`.
    pub fn read(name: &str, text: &str, given: &Given<'_>) -> Result<Self, ConfigError> {
        let source = Source { name, text };
        let mut top = Section::top(source)?;
        let listen = listen::read(&mut top, given.listen)?;
        let people = account::read(&mut top, given.user)?;
        let (meant, channels) = channel::read(&mut top, &people.accounts)?;
        let policy = policy::read(&mut top, people.accounts, meant)?;
        let socket = match top.section("socket")? {
            Some(section) => socket::read(section)?,
            None => SocketSettings::default(),
        };
        let console = match top.section("console")? {
            Some(section) => console::read(section)?,
            None => ConsoleSettings::default(),
        };
        top.finish()?;
        let unix_users = people.unix_users;
        Ok(Self { policy, listen, channels, socket, unix_users, console, exposed: false })
    }

    /// The account that a user of this host is: the one whose `unix_user` it is, or else the one
    /// of the same name that is not said to be another user.
    pub fn account_of(&self, user: &str) -> Option<&Account> {
        if let Some(id) = self.unix_users.get(user) {
            return self.policy.account(*id);
        }
        let namesake = self.policy.account_named(user)?;
        let is_another = self.unix_users.values().any(|id| *id == namesake.id);
        (!is_another).then_some(namesake)
    }
}

#[cfg(test)]
mod tests;
