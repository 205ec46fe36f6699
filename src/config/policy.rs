//! The part of the file that decisions are made by: services, severity words, time-outs.

use std::collections::{BTreeMap, BTreeSet};

use super::error::ConfigError;
use super::maintenance;
use super::name::{name, new_name};
use super::section::Section;
use super::silences;
use crate::domain::id::ServiceId;
use crate::domain::matcher::Dialect;
use crate::domain::policy::{Account, Channel, Policy, UnknownServices};
use crate::domain::severity::{Severity, SeverityWords};
use crate::domain::text::Text;
use crate::domain::time::SignedDuration;

/// After how long acknowledgements run out, of single services.
type TimeOuts = BTreeMap<ServiceId, Option<SignedDuration>>;

/// Reads what is about services and alerts; people and channels are read already.
pub(super) fn read(
    top: &mut Section<'_>,
    accounts: Vec<Account>,
    channels: Vec<Channel>,
) -> Result<Policy, ConfigError> {
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
    let (services, acknowledged_for_service) = services(top)?;
    let severity = severity(top)?;
    let silences = silences::read(top)?;
    if let Some(limit) = &max_services
        && limit.value < services.len()
    {
        return Err(limit.error(
            format!("max_services is {}, and {} are listed", limit.value, services.len()),
            "raise it, or take services out",
        ));
    }
    let dialect = dialect(top)?.unwrap_or(default.dialect);
    Ok(Policy {
        accounts,
        services,
        default_service,
        service_label,
        unknown_services,
        max_services: max_services.map_or(default.max_services, |limit| limit.value),
        severity,
        resolve_timeout: resolve_timeout(top)?.unwrap_or(default.resolve_timeout),
        dialect,
        acknowledged_for: acknowledgement_timeout(top)?.map_or(default.acknowledged_for, or_never),
        acknowledged_for_service,
        channels,
        maintenance: maintenance::read(top, dialect)?,
        retention: retention(top)?.unwrap_or(default.retention),
        silence_retention: silences.retention.unwrap_or(default.silence_retention),
        max_silences: silences.max,
        max_silence_size: silences.max_bytes.or(default.max_silence_size),
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

/// Which names and matchers API v2 takes, in Alertmanager's words for it.
fn dialect(top: &mut Section<'_>) -> Result<Option<Dialect>, ConfigError> {
    let Some(word) = top.text("alertmanager_mode", "\"fallback\"")? else { return Ok(None) };
    match word.value.as_ref() {
        "fallback" => Ok(Some(Dialect::Fallback)),
        "classic" => Ok(Some(Dialect::Classic)),
        "utf8-strict" => Ok(Some(Dialect::Utf8Strict)),
        other => Err(word.error(
            format!("{other:?} is no mode of Alertmanager"),
            "write alertmanager_mode = \"fallback\", \"classic\" or \"utf8-strict\"",
        )),
    }
}

/// The services, and after how long an acknowledgement runs out where one says so of itself.
fn services(top: &mut Section<'_>) -> Result<(Vec<Text>, TimeOuts), ConfigError> {
    let mut known = BTreeSet::new();
    let mut services = Vec::new();
    let mut time_outs = TimeOuts::new();
    for mut section in top.sections("service")? {
        let name = new_name("service", &mut section, &mut known, &[])?;
        if let Some(time_out) = acknowledgement_timeout(&mut section)? {
            time_outs.insert(ServiceId::of(name.as_str()), or_never(time_out));
        }
        services.push(name);
        section.finish()?;
    }
    Ok((services, time_outs))
}

/// After how long an acknowledgement runs out, as it is written.
fn acknowledgement_timeout(
    section: &mut Section<'_>,
) -> Result<Option<SignedDuration>, ConfigError> {
    let remedy = "write one such as \"30m\", or \"0\" for never";
    let length = section.length("acknowledgement_timeout", "\"30m\"", remedy)?;
    Ok(length.map(|length| length.value))
}

/// Written as nothing, it never does.
fn or_never(length: SignedDuration) -> Option<SignedDuration> {
    Some(length).filter(|length| !length.is_zero())
}

/// How long an API v2 alert lasts whose sender names no end.
fn resolve_timeout(top: &mut Section<'_>) -> Result<Option<SignedDuration>, ConfigError> {
    let Some(length) = top.length("resolve_timeout", "\"5m\"", "write one such as \"5m\"")? else {
        return Ok(None);
    };
    if length.value.is_zero() {
        return Err(length.error("resolve_timeout is nothing", "write one such as \"5m\""));
    }
    Ok(Some(length.value))
}

/// How long what ended is kept: long enough for a source to come back to it.
fn retention(top: &mut Section<'_>) -> Result<Option<SignedDuration>, ConfigError> {
    const LEAST: SignedDuration = SignedDuration::from_hours(24);
    let Some(length) = top.length("retention", "\"90d\"", "write one such as \"90d\"")? else {
        return Ok(None);
    };
    if length.value < LEAST {
        return Err(length.error("retention is shorter than a day", "write \"1d\" or more"));
    }
    Ok(Some(length.value))
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
