//! `[[maintenance]]`: what is kept quiet again and again, and when.
//!
//! What its words mean the domain says; here it is found out where in the file a wrong one stands.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::ConfigError;
use super::name::new_name;
use super::section::{Section, Written};
use crate::domain::maintenance::{Days, Maintenance, Piece, Recurrence};
use crate::domain::matcher::{Dialect, Matcher};
use crate::domain::silence::Terms;
use crate::domain::text::{Text, line_of};

/// Reads the maintenances, in their order. Matchers are read as `dialect` has them.
pub(super) fn read(
    top: &mut Section<'_>,
    dialect: Dialect,
) -> Result<Vec<Arc<Maintenance>>, ConfigError> {
    let mut known = BTreeSet::new();
    let mut maintenances = Vec::new();
    for mut section in top.sections("maintenance")? {
        let name = new_name("maintenance", &mut section, &mut known, &[])?;
        let matchers = matchers(&name, &mut section, dialect)?;
        let when = when(&name, &mut section)?;
        let comment = comment(&mut section)?;
        maintenances.push(Arc::new(Maintenance { name, matchers, comment, when }));
        section.finish()?;
    }
    Ok(maintenances)
}

/// One or more matchers, of which at least one asks for something: else all alerts would be quiet.
fn matchers(
    name: &Text,
    section: &mut Section<'_>,
    dialect: Dialect,
) -> Result<Vec<Matcher>, ConfigError> {
    const EXAMPLE: &str = "[\"service=web\"]";
    let texts = section.texts("matchers", EXAMPLE)?;
    let Some(first) = texts.first() else {
        let wrong = format!("the maintenance {name} has no matchers");
        return Err(section.error(wrong, format!("add matchers = {EXAMPLE}")));
    };
    let matchers =
        texts.iter().map(|text| matcher(text, dialect)).collect::<Result<Vec<_>, _>>()?;
    if let Some(beyond) = texts.get(Terms::MOST_MATCHERS) {
        let wrong = format!("{name} has more than {} matchers", Terms::MOST_MATCHERS);
        return Err(beyond.error(wrong, "say the same with fewer, or with two maintenances"));
    }
    // The rule of Alertmanager's silences.
    if matchers.iter().all(Matcher::allows_absence) {
        let wrong = format!("the matchers of {name} ask for nothing: each takes an absent label");
        return Err(first.error(wrong, "add one that asks for something, such as \"service=web\""));
    }
    Ok(matchers)
}

/// One matcher. Refuses what is one by the letter of the grammar and would match nothing.
fn matcher(text: &Written<'_>, dialect: Dialect) -> Result<Matcher, ConfigError> {
    let matcher = Matcher::parse(&text.value, dialect).map_err(|error| {
        let wrong = line_of(&error.to_string()).into_owned();
        text.error(wrong, "write one matcher, such as \"service=web\" or \"host=~db-.*\"")
    })?;
    let value = matcher.condition.value();
    if value.len() > 1 && value.starts_with('\'') && text.value.trim_end().ends_with('\'') {
        let wrong = format!("the single quotes would be part of the value {value:?}");
        return Err(text.error(wrong, "leave them out, or write double quotes"));
    }
    if Matcher::parse_list(&text.value, dialect).is_ok_and(|matchers| matchers.len() > 1) {
        let wrong = format!("{:?} would be one matcher and looks like several", text.value);
        return Err(text.error(wrong, "make each a text of its own, or quote the value"));
    }
    Ok(matcher)
}

fn when(name: &Text, section: &mut Section<'_>) -> Result<Recurrence, ConfigError> {
    let words = section.texts("every", "[\"sat\", \"sun\"]")?;
    let Some(first) = words.first() else {
        let wrong = format!("the maintenance {name} is on no day");
        return Err(section.error(wrong, "add every = [\"sat\", \"sun\"]"));
    };
    let at = required(name, section, ("at", "no time of day"), "\"02:00\"")?;
    let lasts = required(name, section, ("for", "no length of time"), "\"2h\"")?;
    let zone = required(name, section, ("zone", "no time zone"), "\"Europe/Berlin\"")?;
    for word in &words {
        Days::parse(&word.value).map_err(|error| word.error(error.wrong, error.remedy))?;
    }
    let days: Vec<&str> = words.iter().map(|word| word.value.as_ref()).collect();
    let read = Recurrence::parse(&days.join(", "), &at.value, &lasts.value, &zone.value);
    read.map_err(|error| {
        let place = match error.piece {
            Piece::Days => first,
            Piece::At => &at,
            Piece::Lasts => &lasts,
            Piece::Zone => &zone,
        };
        place.error(error.wrong, error.remedy)
    })
}

/// The text of a key that has to be there; without it there is `missing`.
fn required<'t>(
    name: &Text,
    section: &mut Section<'t>,
    (key, missing): (&'static str, &str),
    example: &str,
) -> Result<Written<'t>, ConfigError> {
    section.text(key, example)?.ok_or_else(|| {
        let wrong = format!("the maintenance {name} has {missing}");
        section.error(wrong, format!("add {key} = {example}"))
    })
}

fn comment(section: &mut Section<'_>) -> Result<Text, ConfigError> {
    let Some(written) = section.text("comment", "\"backup of the databases\"")? else {
        return Ok(Text::default());
    };
    Text::whole(&written.value).map_err(|long| {
        let wrong = format!("comment has {} characters", long.length);
        written.error(wrong, format!("shorten it to {} or less", Text::LONGEST))
    })
}
