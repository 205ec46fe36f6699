//! Zones by their names in the IANA data that the program has in it. Nothing is read from the host.

use std::fmt;

use jiff::tz::TimeZoneDatabase;

use super::error::{Piece, RecurrenceError};
use crate::domain::time::TimeZone;

/// The least likeness of two names for one to be offered instead of the other.
const ALIKE: f64 = 0.85;

/// How many likely names are offered.
const OFFERED: usize = 3;

/// A time zone that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: Box<str>,
    rules: TimeZone,
}

impl Zone {
    /// The zone of this name, in whatever case. Refuses an offset, which knows no summer time, and
    /// offers the names that are likely meant.
    pub fn parse(text: &str) -> Result<Self, RecurrenceError> {
        let known = TimeZoneDatabase::bundled();
        let zone = known.get(text.trim()).ok().filter(|zone| !zone.is_unknown());
        let named = zone.and_then(|rules| {
            let name = rules.iana_name()?.into();
            Some(Self { name, rules })
        });
        named.ok_or_else(|| {
            let (wrong, remedy) = refusal(text, &known);
            RecurrenceError { piece: Piece::Zone, wrong, remedy }
        })
    }

    /// Its name: `Europe/Berlin`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rules.
    pub fn time_zone(&self) -> &TimeZone {
        &self.rules
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn refusal(text: &str, known: &TimeZoneDatabase) -> (String, String) {
    const NAME: &str = "name a zone such as \"Europe/Berlin\" or \"UTC\"";
    if text.trim().is_empty() {
        return ("no time zone is named".to_owned(), NAME.to_owned());
    }
    let wrong = format!("no time zone {text:?}");
    let remedy = match likely(text, known).as_slice() {
        [] => NAME.to_owned(),
        [only] => format!("did you mean {only}?"),
        [first @ .., last] => format!("did you mean {} or {last}?", first.join(", ")),
    };
    (wrong, remedy)
}

/// The names most like `text`, which may be a city alone, the most like ones first.
fn likely(text: &str, known: &TimeZoneDatabase) -> Vec<String> {
    let is_short = text.len() <= 5 && text.chars().all(|c| c.is_ascii_uppercase());
    let plain = |name: &str| name.trim().to_lowercase().replace([' ', '-'], "_");
    let text = plain(text);
    // Of an offset nothing is like it but zones that are turned around: `Etc/GMT-1` is UTC+1.
    if text.contains(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let likeness = |name: &str| {
        let name = plain(name);
        strsim::jaro_winkler(&text, &name).max(strsim::jaro_winkler(&city(&text), &city(&name)))
    };
    let names = known.available().map(|name| (likeness(name.as_str()), name.to_string()));
    let mut names: Vec<(f64, String)> = names.filter(|(likeness, _)| *likeness >= ALIKE).collect();
    names.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    // Where something is exactly the name of a city, nothing that is merely like it is meant; and
    // what an abbreviation is like, as `CEST` is like `EST`, is not meant by it either.
    let exact = is_short || names.iter().any(|(likeness, _)| *likeness >= 1.0);
    let names = names.into_iter().filter(|(likeness, _)| !exact || *likeness >= 1.0);
    names.map(|(_, name)| name).take(OFFERED).collect()
}
