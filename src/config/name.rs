//! Names of accounts, services and channels: one line each, as it will be shown.

use std::collections::BTreeSet;

use super::error::ConfigError;
use super::section::{Section, Written};
use crate::domain::text::Text;

/// The longest name, in characters: it has to fit a column.
const LONGEST_NAME: usize = 100;

/// The `name` of an entry, which no entry before it has and which is none of the words `taken`.
pub(super) fn new_name(
    kind: &'static str,
    section: &mut Section<'_>,
    known: &mut BTreeSet<Text>,
    taken: &[&str],
) -> Result<Text, ConfigError> {
    let Some(written) = section.text("name", "\"alice\"")? else {
        return Err(
            section.error(format!("[[{kind}]] has no name"), format!("give the {kind} a name"))
        );
    };
    let name = name("name", &written)?;
    if taken.contains(&name.as_str()) {
        let wrong = format!("{name} cannot name an {kind}: it is a word of watchbell alert assign");
        return Err(written.error(wrong, "choose another name"));
    }
    if !known.insert(name.clone()) {
        return Err(written
            .error(format!("there are two [[{kind}]] named {name}"), "take one out or rename it"));
    }
    Ok(name)
}

/// A name is one line, as it will be shown: what cleaning would change is refused here.
pub(super) fn name(key: &str, written: &Written<'_>) -> Result<Text, ConfigError> {
    let name = Text::derive(&written.value);
    if name.is_empty() {
        return Err(written.error(format!("{key} is empty"), "write a name"));
    }
    if name.as_str() != written.value {
        return Err(written.error(
            format!("{key} has space at its ends, doubled space or control characters"),
            format!("write {:?}", name.as_str()),
        ));
    }
    if name.as_str().chars().count() > LONGEST_NAME {
        return Err(
            written.error(format!("{key} is longer than {LONGEST_NAME} characters"), "shorten it")
        );
    }
    Ok(name)
}
