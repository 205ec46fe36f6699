//! How API v2 is reached: the settings that Alertmanager has as `--web.*`, and the pages that may use
//! it.

use std::num::NonZero;
use std::time::Duration;

use super::error::ConfigError;
use super::section::Section;
use crate::http::{ExternalUrl, Origin, Prefix, Web};

/// Reads the settings.
pub(super) fn read(top: &mut Section<'_>) -> Result<Web, ConfigError> {
    let get_concurrency = top.count("get_concurrency", "8")?;
    let get_concurrency = get_concurrency.and_then(|count| NonZero::new(count.value));
    let remedy = "write web_timeout = \"30s\", or \"0\" for none";
    let timeout = top.length("web_timeout", "\"30s\"", remedy)?;
    let timeout = timeout.map(|length| length.value.unsigned_abs());
    let external_url = external_url(top)?;
    let prefix = match prefix(top)? {
        Some(prefix) => prefix,
        None => external_url.as_ref().map(|url| url.path().clone()).unwrap_or_default(),
    };
    Ok(Web {
        get_concurrency,
        timeout: timeout.filter(|timeout| *timeout > Duration::ZERO),
        prefix,
        external_url,
        origins: origins(top)?.into(),
    })
}

fn external_url(top: &mut Section<'_>) -> Result<Option<ExternalUrl>, ConfigError> {
    let written = top.text("external_url", "\"https://watch.example.org/\"")?;
    let url = written.map(|url| {
        url.value.parse().map_err(|error| {
            url.error(format!("{error}"), "write external_url = \"https://watch.example.org/\"")
        })
    });
    url.transpose()
}

fn prefix(top: &mut Section<'_>) -> Result<Option<Prefix>, ConfigError> {
    let written = top.text("route_prefix", "\"/watch\"")?;
    let prefix = written.map(|prefix| {
        prefix.value.parse().map_err(|error| {
            let remedy = "write route_prefix = \"/watch\", or \"/\" for none";
            prefix.error(format!("{:?} is {error}", prefix.value), remedy)
        })
    });
    prefix.transpose()
}

fn origins(top: &mut Section<'_>) -> Result<Vec<Origin>, ConfigError> {
    let written = top.texts("cors_origins", "[\"https://karma.example.org\"]")?;
    let origins = written.iter().map(|origin| {
        origin.value.parse::<Origin>().map_err(|error| {
            let wrong = format!("{:?} is {error}", origin.value);
            origin.error(wrong, error.remedy)
        })
    });
    origins.collect()
}
