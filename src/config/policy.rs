//! The part of the file that decisions are made by: people, services, severity words.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::error::ConfigError;
use super::section::{Section, Written};
use crate::domain::policy::{Account, Policy, UnknownServices};
use crate::domain::severity::{Severity, SeverityWords};
use crate::domain::text::Text;

/// The longest name of an account or a service, in characters: it has to fit a column.
const LONGEST_NAME: usize = 100;

/// Reads what is about people and services. Without people, `user` is the only one.
pub(super) fn read(top: &mut Section<'_>, user: &str) -> Result<Policy, ConfigError> {
    let default = Policy::default();
    let default_service = top
        .text("default_service", "\"default\"")?
        .map_or(Ok(default.default_service), |text| name("default_service", &text))?;
    let service_label = match top.text("service_label", "\"service\"")? {
        Some(label) if label.value.is_empty() => {
            return Err(label.error(
                "service_label is empty",
                "write the name of the label that names the service, such as \"service\"",
            ));
        }
        Some(label) => label.value.into(),
        None => default.service_label,
    };
    let unknown_services = unknown_services(top)?.unwrap_or(default.unknown_services);
    let max_services = top.count("max_services", "1000")?;
    let accounts = accounts(top, user)?;
    let services = services(top)?;
    let severity = severity(top)?;
    if let Some(limit) = &max_services
        && limit.value < services.len()
    {
        return Err(limit.error(
            format!("max_services is {}, and {} are listed", limit.value, services.len()),
            "raise it, or take services out",
        ));
    }
    Ok(Policy {
        accounts,
        services,
        default_service,
        service_label,
        unknown_services,
        max_services: max_services.map_or(default.max_services, |limit| limit.value),
        severity,
    })
}

fn unknown_services(top: &mut Section<'_>) -> Result<Option<UnknownServices>, ConfigError> {
    let Some(word) = top.text("unknown_services", "\"create\"")? else {
        return Ok(None);
    };
    match word.value.as_ref() {
        "create" => Ok(Some(UnknownServices::Create)),
        "refuse" => Ok(Some(UnknownServices::Refuse)),
        other => Err(word.error(
            format!("unknown_services cannot be {other:?}"),
            "write \"create\" or \"refuse\"",
        )),
    }
}

fn accounts(top: &mut Section<'_>, user: &str) -> Result<Vec<Account>, ConfigError> {
    let mut known = BTreeSet::new();
    let mut accounts = Vec::new();
    for mut section in top.sections("account")? {
        let name = new_name("account", &mut section, &mut known)?;
        let email = section.text("email", "\"alice@example.org\"")?;
        if let Some(email) = &email
            && !is_mail_address(&email.value)
        {
            return Err(email.error(
                format!("{:?} is no mail address", email.value),
                "write one such as \"alice@example.org\", or leave email out",
            ));
        }
        let email = email.map_or(Cow::Borrowed(""), |email| email.value);
        accounts.push(Account::new(name.as_str(), &email));
        section.finish()?;
    }
    if accounts.is_empty() {
        accounts.push(Account::new(user, ""));
    }
    Ok(accounts)
}

fn services(top: &mut Section<'_>) -> Result<Vec<Text>, ConfigError> {
    let mut known = BTreeSet::new();
    let mut services = Vec::new();
    for mut section in top.sections("service")? {
        services.push(new_name("service", &mut section, &mut known)?);
        section.finish()?;
    }
    Ok(services)
}

/// The `name` of an entry, which no entry before it has.
fn new_name(
    kind: &'static str,
    section: &mut Section<'_>,
    known: &mut BTreeSet<Text>,
) -> Result<Text, ConfigError> {
    let Some(written) = section.text("name", "\"alice\"")? else {
        return Err(
            section.error(format!("[[{kind}]] has no name"), format!("give the {kind} a name"))
        );
    };
    let name = name("name", &written)?;
    if !known.insert(name.clone()) {
        return Err(written
            .error(format!("there are two [[{kind}]] named {name}"), "take one out or rename it"));
    }
    Ok(name)
}

/// A name is one line, as it will be shown: what cleaning would change is refused here.
fn name(key: &str, written: &Written<'_>) -> Result<Text, ConfigError> {
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

/// Only what would surely be a slip: an address is proved by a mail that arrives.
fn is_mail_address(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.split_once('@');
    plain && parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
}

fn severity(top: &mut Section<'_>) -> Result<SeverityWords, ConfigError> {
    let Some(section) = top.section("severity")? else {
        return Ok(SeverityWords::default());
    };
    let mut words: Vec<(String, Severity)> = Vec::new();
    for (word, level) in section.pairs("\"warning\"")? {
        let normal = word.value.trim().to_lowercase();
        if normal.is_empty() {
            return Err(word.error("a severity word is empty", "take it out"));
        }
        if words.iter().any(|(known, _)| *known == normal) {
            return Err(word.error(
                format!("the severity word {normal} is given twice, for case does not count"),
                "take one out",
            ));
        }
        let level = match level.value.as_ref() {
            "critical" => Severity::Critical,
            "warning" => Severity::Warning,
            other => {
                return Err(level.error(
                    format!("{normal} cannot mean {other:?}"),
                    "write \"critical\" or \"warning\"",
                ));
            }
        };
        words.push((normal, level));
    }
    let more = words.iter().map(|(word, level)| (word.as_str(), *level));
    Ok(SeverityWords::with(more))
}
