//! `[[channel]]`: where critical alerts are told, and what may be asked to tell them.
//!
//! Scheme and host are fixed here, once: nothing that comes later can point a channel elsewhere.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Url;

use super::error::ConfigError;
use super::name::new_name;
use super::section::{Section, Written, list};
use crate::domain::id::AccountId;
use crate::domain::policy::{Account, Channel};
use crate::domain::text::Text;
use crate::notify::{ChannelKind, ChannelSettings, Secret, WebhookSettings, leads_inside};

/// Reads the channels, in their order: what they mean, and how they are reached.
pub(super) fn read(
    top: &mut Section<'_>,
    accounts: &[Account],
) -> Result<(Vec<Channel>, Vec<ChannelSettings>), ConfigError> {
    let mut known = BTreeSet::new();
    let (mut meant, mut channels) = (Vec::new(), Vec::new());
    for mut section in top.sections("channel")? {
        let name = new_name("channel", &mut section, &mut known, &[])?;
        match section.text("kind", "\"webhook\"")? {
            Some(kind) if kind.value == "webhook" => {}
            Some(kind) => {
                let wrong = format!("kind cannot be {:?}", kind.value);
                return Err(kind.error(wrong, "write \"webhook\""));
            }
            None => {
                let wrong = format!("the channel {name} has no kind");
                return Err(section.error(wrong, "add kind = \"webhook\""));
            }
        }
        let kind = ChannelKind::Webhook(webhook(&name, &mut section)?);
        let of = owner(&mut section, accounts)?;
        let acknowledgements = section.switch("acknowledgements")?.is_some_and(|yes| yes.value);
        meant.push(Channel { name: name.clone(), of, acknowledgements });
        channels.push(ChannelSettings { name, kind });
        section.finish()?;
    }
    Ok((meant, channels))
}

/// Whose the channel is alone, if anybody's.
fn owner(
    section: &mut Section<'_>,
    accounts: &[Account],
) -> Result<Option<AccountId>, ConfigError> {
    let Some(written) = section.text("account", "\"alice\"")? else { return Ok(None) };
    let account = accounts.iter().find(|account| account.name.as_str() == written.value);
    account.map(|account| Some(account.id)).ok_or_else(|| {
        let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
        let wrong = format!("there is no account {:?}", written.value);
        written.error(wrong, format!("add an [[account]], or name one of {}", list(&names)))
    })
}

fn webhook(name: &Text, section: &mut Section<'_>) -> Result<WebhookSettings, ConfigError> {
    const EXAMPLE: &str = "\"https://chat.example.org/hooks/ops\"";
    let Some(written) = section.text("url", EXAMPLE)? else {
        let wrong = format!("the channel {name} has no url");
        return Err(section.error(wrong, format!("add url = {EXAMPLE}")));
    };
    Ok(WebhookSettings {
        url: url(&written)?,
        timeout: timeout(section)?,
        bearer_token: bearer_token(section)?,
    })
}

/// An address that may be posted to. The value is not repeated: it often is a secret itself.
fn url(written: &Written<'_>) -> Result<Url, ConfigError> {
    let example = "write one such as \"https://chat.example.org/hooks/ops\"";
    let url = Url::parse(&written.value)
        .map_err(|error| written.error(format!("url is no address: {error}"), example))?;
    if !matches!(url.scheme(), "http" | "https") {
        let wrong = format!("url cannot be of the scheme {}", url.scheme());
        return Err(written.error(wrong, "write one with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(written.error("url holds a user or a password", "set bearer_token instead"));
    }
    if url.host_str().is_none_or(leads_inside) {
        return Err(written.error(
            format!("url leads to {}, which is link-local or a metadata service", host(&url)),
            "name a host that takes alerts",
        ));
    }
    Ok(url)
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("nowhere")
}

/// How long an attempt may take. A delivery whose attempt is silent for five minutes is tried anew.
fn timeout(section: &mut Section<'_>) -> Result<Duration, ConfigError> {
    const DEFAULT: Duration = Duration::from_secs(10);
    const LONGEST: Duration = Duration::from_mins(1);
    let remedy = "write one such as \"10s\"";
    let Some(length) = section.length("timeout", "\"10s\"", remedy)? else {
        return Ok(DEFAULT);
    };
    let timeout = length.value.unsigned_abs();
    if timeout.is_zero() {
        return Err(length.error("timeout is nothing", remedy));
    }
    if timeout > LONGEST {
        return Err(length.error("timeout is longer than a minute", "write \"1m\" or less"));
    }
    Ok(timeout)
}

fn bearer_token(section: &mut Section<'_>) -> Result<Option<Secret>, ConfigError> {
    let Some(written) = section.text("bearer_token", "\"...\"")? else {
        return Ok(None);
    };
    let visible = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    if !visible(&written.value) {
        return Err(written.error(
            "bearer_token is empty or has a character that no header may carry",
            "write it as the far end gave it, without spaces",
        ));
    }
    Ok(Some(Secret::new(&written.value)))
}
