//! What the console is told when it starts. Filled by `app` from configuration and environment;
//! nothing here is read from either.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::frame::Link;
use super::keymap::KeyFile;
use super::terminal::{Desktop, Links, Multiplexer};
use super::text::Symbols;
use super::theme::palette::{Palette, ThemeError};
use super::theme::{Depth, Ground};
use crate::domain::actor::Actor;
use crate::domain::text::Text;

/// What one console needs to know about itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What tells this console from others: `[console] name`, else the host's name.
    pub name: Text,
    /// Whether this process takes alerts in, or another one does.
    pub place: Place,
    /// The address on which alerts are taken in, as it is bound.
    pub listening: SocketAddr,
    /// How it is spoken to: `http` or `https`.
    pub scheme: &'static str,
    /// What programs on this host need to post as Prometheus does.
    pub posting: Posting,
    /// The name by which other machines reach this host.
    pub host: Text,
    /// Where the data lies.
    pub data: PathBuf,
    /// Whether it is kept.
    pub keeps: Keeps,
    /// In whose name it acts.
    pub viewer: Actor,
    /// What it may do.
    pub access: Access,
    /// How the terminal is reached.
    pub link: Link,
    /// How long a list stands still when nobody presses a key; `None` is for ever.
    pub still_for: Option<Duration>,
    /// The zone of all times on the screen.
    pub zone: TimeZone,
    /// The person's own keys, where there is such a file.
    pub keys: Option<KeyFile>,
    /// Which glyphs are used.
    pub symbols: Symbols,
    /// The styles of the theme that is wanted, or why there are none.
    pub theme: Result<Palette, ThemeError>,
    /// How many colours there are.
    pub depth: Depth,
    /// What they are drawn on, where the theme does not say.
    pub ground: Ground,
    /// Whether copies must be wrapped for a multiplexer.
    pub multiplexer: Multiplexer,
    /// Whether addresses are links that the terminal opens.
    pub links: Links,
    /// How the terminal shows a message on the desktop.
    pub desktop: Desktop,
    /// Filters of earlier consoles, and where this one's go.
    pub filters: Filters,
    /// Seed of the ids of orders; anything random.
    pub seed: u128,
}

/// Where the service is that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In this process: who leaves ends it.
    #[default]
    Here,
    /// In another process of this host, which goes on.
    Attached,
}

/// What is remembered of filters.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Those of earlier consoles, the newest last.
    pub earlier: Vec<String>,
    /// Takes what is to be kept for later ones, where anything can be kept.
    pub keep: Option<SyncSender<String>>,
}

/// What programs on this host need to post by Alertmanager's API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Posting {
    /// A token, as everybody else.
    #[default]
    WithToken,
    /// Nothing: `alertmanager_api = "open"`.
    Open,
}

/// What becomes of the data when the program ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeps {
    /// It stays.
    #[default]
    Data,
    /// It goes: all of it was made up.
    Nothing,
}

/// What a console may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Everything its person may.
    #[default]
    Full,
    /// Look.
    ReadOnly,
}

/// How long a list stands still without a key, unless told otherwise.
pub const STILL_FOR: Duration = Duration::from_mins(5);
