//! Channels: the ways to people, each a far end that takes a notification or does not.
//!
//! A closed set. No channel tries again by itself, and none follows where its far end points to.

mod far;
mod webhook;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use self::webhook::Webhook;
use crate::domain::alert::Alert;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::text::Text;

pub use self::far::leads_inside;

/// What the configuration says of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSettings {
    /// Its name, which no other has.
    pub name: Text,
    /// What it is.
    pub kind: ChannelKind,
}

/// What a channel is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// Alertmanager's document is posted to an address.
    Webhook(WebhookSettings),
}

/// Where documents are posted, and how. `Debug` shows no more of the address than its host:
/// paths and queries of webhooks often are secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    /// The address: http or https, with a host that does not [lead inside](leads_inside).
    pub url: Url,
    /// How long one attempt may take in all: well under the minutes after which the engine gives
    /// an attempt for lost.
    pub timeout: Duration,
    /// What it is known by to the far end, if anything.
    pub bearer_token: Option<Secret>,
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, timeout, bearer_token } = self;
        f.debug_struct("WebhookSettings")
            .field("scheme", &url.scheme())
            .field("host", &url.host_str().unwrap_or("nowhere"))
            .field("timeout", timeout)
            .field("bearer_token", bearer_token)
            .finish_non_exhaustive()
    }
}

/// A text that no message and no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

/// One attempt to tell: what is owed, and the alert as it is now.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What is owed.
    pub delivery: Arc<Delivery>,
    /// What it is about.
    pub alert: Arc<Alert>,
}

/// Why a channel cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[error("channel {name}: {why}")]
pub struct ChannelError {
    name: Text,
    why: String,
}

/// One channel.
#[derive(Clone, Debug)]
pub enum Channel {
    /// Alertmanager's webhook.
    Webhook(Webhook),
    /// One of this name that panics over whatever it is to tell.
    #[cfg(test)]
    Panics(Text),
}

impl Channel {
    /// The channel that `settings` describe. `home` is our own address, as a page for people.
    /// Fails where the system has no certificates to know far ends by.
    pub fn open(settings: ChannelSettings, home: &str) -> Result<Self, ChannelError> {
        let name = settings.name.clone();
        match settings.kind {
            ChannelKind::Webhook(webhook) => Webhook::open(settings.name, webhook, home)
                .map(Self::Webhook)
                .map_err(|why| ChannelError { name, why }),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &Text {
        match self {
            Self::Webhook(webhook) => webhook.name(),
            #[cfg(test)]
            Self::Panics(name) => name,
        }
    }

    /// Tells its far end, once.
    pub async fn send(&self, attempt: &Attempt) -> Outcome {
        match self {
            Self::Webhook(webhook) => webhook.send(attempt).await,
            #[cfg(test)]
            Self::Panics(_) => std::panic::panic_any("on purpose"),
        }
    }
}

impl Secret {
    /// The secret `text`.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text, for who it is meant for and nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(...)")
    }
}
