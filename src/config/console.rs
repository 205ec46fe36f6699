//! `[console]`: what the screen is called and how it behaves.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::error::ConfigError;
use super::section::{Section, nearest};
use crate::console::settings::STILL_FOR;
use crate::console::terminal::Links;
use crate::console::text::Symbols;
use crate::console::theme::palette::Choice;
use crate::domain::text::Text;

/// The settings of the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsoleSettings {
    /// What tells this console from others; the host's name where nothing is said.
    pub name: Option<Text>,
    /// How long the list stands still without a key; for ever where it is nothing.
    pub still_for: Option<Duration>,
    /// Which glyphs are drawn; those that the terminal has where nothing is said.
    pub symbols: Option<Symbols>,
    /// Its colours.
    pub theme: Choice,
    /// Whether addresses can be opened; as the terminal is where nothing is said.
    pub links: Option<Links>,
    /// The zone of the times on the screen.
    pub time_zone: TimeZone,
}

impl Default for ConsoleSettings {
    fn default() -> Self {
        Self {
            name: None,
            still_for: Some(STILL_FOR),
            symbols: None,
            theme: Choice::Auto,
            links: None,
            time_zone: TimeZone::system(),
        }
    }
}

pub(super) fn read(mut section: Section<'_>) -> Result<ConsoleSettings, ConfigError> {
    let default = ConsoleSettings::default();
    let name = section.text("name", "\"prod\"")?;
    let name = name.map(|name| Text::derive(&name.value));
    let settings = ConsoleSettings {
        name: name.filter(|name| !name.is_empty()),
        still_for: still_for(&mut section, default.still_for)?,
        symbols: symbols(&mut section)?,
        theme: theme(&mut section)?,
        links: links(&mut section)?,
        time_zone: time_zone(&mut section, default.time_zone)?,
    };
    section.finish()?;
    Ok(settings)
}

fn still_for(
    section: &mut Section<'_>,
    default: Option<Duration>,
) -> Result<Option<Duration>, ConfigError> {
    let remedy = "write one such as \"30s\" or \"5m\", or \"0\" for never";
    let Some(length) = section.length("still_for", "\"5m\"", remedy)? else {
        return Ok(default);
    };
    Ok(Some(length.value.unsigned_abs()).filter(|length| !length.is_zero()))
}

fn symbols(section: &mut Section<'_>) -> Result<Option<Symbols>, ConfigError> {
    let Some(word) = section.text("symbols", "\"auto\"")? else {
        return Ok(None);
    };
    match word.value.as_ref() {
        "auto" => Ok(None),
        "unicode" => Ok(Some(Symbols::Unicode)),
        "ascii" => Ok(Some(Symbols::Ascii)),
        other => Err(word.error(
            format!("symbols cannot be {other:?}"),
            "write \"auto\", \"unicode\" or \"ascii\"",
        )),
    }
}

fn links(section: &mut Section<'_>) -> Result<Option<Links>, ConfigError> {
    let Some(word) = section.text("links", "\"auto\"")? else {
        return Ok(None);
    };
    match word.value.as_ref() {
        "auto" => Ok(None),
        "on" => Ok(Some(Links::On)),
        "off" => Ok(Some(Links::Off)),
        other => {
            Err(word
                .error(format!("links cannot be {other:?}"), "write \"auto\", \"on\" or \"off\""))
        }
    }
}

/// Whether there is such a theme is found out when a console is shown: a wrong one keeps nothing
/// from starting.
fn theme(section: &mut Section<'_>) -> Result<Choice, ConfigError> {
    let word = section.text("theme", "\"auto\"")?;
    Ok(word.map_or(Choice::Auto, |word| Choice::read(&word.value)))
}

fn time_zone(section: &mut Section<'_>, default: TimeZone) -> Result<TimeZone, ConfigError> {
    let Some(name) = section.text("time_zone", "\"Europe/Berlin\"")? else {
        return Ok(default);
    };
    if let Ok(zone) = TimeZone::get(&name.value) {
        return Ok(zone);
    }
    let zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
    let remedy = match nearest(&name.value, zones.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "write a zone such as \"Europe/Berlin\" or \"UTC\"".to_owned(),
    };
    Err(name.error(format!("no time zone {:?}", name.value), remedy))
}
