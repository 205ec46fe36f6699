//! The command line: what was asked for, and where things lie. The environment is read in this
//! module alone; the rest of the program is told.

mod alert;
mod alertmanager;
mod asking;
mod care;
mod exit;
mod explain;
mod generate;
mod keys;
mod output;
mod places;
mod roster;
mod silence;
mod terminal;
pub mod token;
mod user;

use std::env;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use tracing::level_filters::LevelFilter;

use crate::client::Beginning;
use crate::domain::text::line_of;

pub use self::alert::{AlertVerb, What};
pub use self::alertmanager::Alertmanager;
pub use self::asking::Asking;
pub use self::care::{Backup, Check, Compact, Export, Import, Restore};
pub use self::exit::{Exit, Said, VerbError};
pub use self::explain::Explain;
pub use self::generate::{Shell, completions, manual};
pub use self::keys::{KeysError, KeysVerb};
pub use self::places::{Places, PlacesError};
pub use self::roster::{AccountVerb, ServiceVerb};
pub use self::silence::{Input, SilenceVerb};
pub use self::terminal::{NoTerminal, Terminal, terminal_width};
pub use self::token::TokenVerb;
pub use self::user::{UnixUser, group_id, group_name, user_id, user_name};

/// What was asked for.
#[derive(Debug, Parser)]
#[command(
    name = "watchbell",
    version,
    about = "Takes alerts in over HTTP, keeps them, and shows them on an on-call console",
    long_about = None,
    after_help = AFTER,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do; without a verb, take alerts in and show the console.
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// Let the console look and change nothing; programs and verbs act as ever
    #[arg(long)]
    pub read_only: bool,
    /// Show the console on a night that is made up, and keep nothing of it
    #[arg(long, conflicts_with_all = ["data", "listen"])]
    pub demo: bool,
    /// What every verb understands.
    #[command(flatten)]
    pub common: Common,
}

impl Cli {
    /// Reads the command line. Ends the program where it is not understood, and where it asks for
    /// help alone.
    pub fn understand() -> Self {
        let words: Vec<OsString> = env::args_os().collect();
        let words = alertmanager::with_two_dashes(&words);
        Self::read(&words).unwrap_or_else(|error| error.exit())
    }

    /// Refuses what says how a console is, where a verb asks for none.
    fn with_its_console(self) -> Result<Self, clap::Error> {
        let options = [("--demo", self.demo), ("--read-only", self.read_only)];
        let given = options.iter().find(|(_, given)| *given);
        match (given, &self.verb) {
            (Some((option, _)), Some(_)) => {
                let told = format!("{option} is about the console, and a verb shows none");
                Err(Self::command().error(ErrorKind::ArgumentConflict, told))
            }
            (Some(_) | None, _) => Ok(self),
        }
    }

    /// Refuses options of ours beside the flags of Alertmanager that say the same.
    fn with_its_flags(self, words: &[OsString]) -> Result<Self, clap::Error> {
        let Common { data, listen, .. } = &self.common;
        // Where the environment names a file it is for the other verbs.
        let of_ours = |word: &OsString| {
            word == "--config" || word.to_str().is_some_and(|word| word.starts_with("--config="))
        };
        let given = [
            ("--data", "--storage.path", data.is_some()),
            ("--listen", "--web.listen-address", listen.is_some()),
            ("--config", "--config.file", words.iter().any(of_ours)),
        ];
        let given = given.iter().find(|(.., given)| *given);
        match (given, &self.verb) {
            (Some((option, flag, _)), Some(Verb::Alertmanager(_))) => {
                let told = format!("{option} is called {flag} here, as Alertmanager calls it");
                Err(Self::command().error(ErrorKind::ArgumentConflict, told))
            }
            (Some(_) | None, _) => Ok(self),
        }
    }

    fn read(words: &[OsString]) -> Result<Self, clap::Error> {
        let error = match Self::try_parse_from(words) {
            Ok(cli) => return cli.with_its_console()?.with_its_flags(words),
            Err(error) => error,
        };
        // A length that lies in the past looks like an option, and would be told as one.
        let option = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(option)) if error.kind() == ErrorKind::UnknownArgument => {
                option
            }
            Some(_) | None => return Err(error),
        };
        let is_past = |word: &&str| {
            let digits = word.strip_prefix('-').unwrap_or_default();
            digits.starts_with(|c: char| c.is_ascii_digit()) && word.starts_with(option)
        };
        let mut words = words.iter().filter_map(|word| word.to_str());
        match words.by_ref().find(|word| *word == "snooze").and_then(|_| words.find(is_past)) {
            Some(past) => {
                let told = format!("{} is no time to come; {}", line_of(past), alert::HOW);
                Err(Self::command().error(ErrorKind::InvalidValue, told))
            }
            None => Err(error),
        }
    }
}

const AFTER: &str = "\
Without a command, watchbell takes alerts in and shows the console.

Exit codes: 0 done, also where nothing had to change; 1 refused or failed; 2 not understood;
3 no such alert or silence, or the beginning of several ids; 4 the service is busy or cannot save:
try again. A line on stderr says why";

/// What every verb understands.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Read this configuration [default: watchbell.toml in the XDG configuration directory]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "WATCHBELL_CONFIG",
        hide_env_values = true
    )]
    pub config: Option<PathBuf>,
    /// Keep alerts in this directory [default: watchbell in the XDG data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Take alerts in here, whatever the configuration says [default: 127.0.0.1:9093]
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Log this and what is worse: error, warn, info or debug
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        env = "WATCHBELL_LOG",
        hide_env_values = true,
        hide_possible_values = true,
        default_value = "info"
    )]
    pub log: LogLevel,
}

/// What there is to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Take alerts in without a console; logs go to stderr
    Serve,
    /// Stand in for Alertmanager, with its flags
    Alertmanager(Alertmanager),
    /// List alerts, show them, make them and act on them
    Alert(AlertVerb),
    /// Mute alerts by their labels for a time; list, change and end that
    Silence(SilenceVerb),
    /// Say why an alert calls people, or does not
    Explain(Explain),
    /// List the services
    #[command(subcommand)]
    Service(ServiceVerb),
    /// List the people
    #[command(subcommand)]
    Account(AccountVerb),
    /// Make, list and revoke the tokens of senders and programs
    #[command(subcommand)]
    Token(TokenVerb),
    /// Make a backup, also while watchbell runs
    Backup(Backup),
    /// Bring back a backup; what was there is kept aside
    Restore(Restore),
    /// Look through the data, or a backup, and write nothing
    Check(Check),
    /// Give unused space of the data file back to the disk
    Compact(Compact),
    /// Write all that is kept as JSON lines, also while watchbell runs
    Export(Export),
    /// Read an export into an empty data directory
    Import(Import),
    /// Print the console's keys as they are in effect, with those you changed
    Keys(KeysVerb),
    /// Print where configuration, data, socket and logs lie
    Paths,
    /// Print the script with which a shell completes words
    Completions {
        /// bash, zsh or fish
        #[arg(hide_possible_values = true)]
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

impl Verb {
    /// Whether there need be no data before it: it makes something, or is of use at the beginning.
    pub fn beginning(&self) -> Beginning {
        match self {
            Self::Alert(AlertVerb { what: What::Create(_), .. }) | Self::Token(_) => {
                Beginning::Allowed
            }
            Self::Silence(silence) => silence.beginning(),
            Self::Serve
            | Self::Alertmanager(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Check(_)
            | Self::Compact(_)
            | Self::Export(_)
            | Self::Import(_)
            | Self::Alert(_)
            | Self::Explain(_)
            | Self::Service(_)
            | Self::Account(_)
            | Self::Keys(_)
            | Self::Paths
            | Self::Completions { .. }
            | Self::Man => Beginning::Refused,
        }
    }
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// What failed.
    Error,
    /// What should be looked at.
    Warn,
    /// What changed.
    Info,
    /// Every step.
    Debug,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
        }
    }
}

#[cfg(test)]
mod tests;
