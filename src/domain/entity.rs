//! Entities: whatever must survive, each with its key and its next deadline.

use std::sync::Arc;

use super::alert::{Alert, Stray};
use super::delivery::Delivery;
use super::id::{
    AlertId, DeliveryId, MaintenanceId, OnceId, ServiceId, SilenceId, SourceId, TokenId,
};
use super::maintenance::KeptMaintenance;
use super::once::Once;
use super::service::Service;
use super::silence::Silence;
use super::time::Timestamp;
use super::token::Token;

/// One thing that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    /// An alert.
    Alert(Arc<Alert>),
    /// A service.
    Service(Arc<Service>),
    /// A token.
    Token(Arc<Token>),
    /// A remembered idempotency key.
    Once(Arc<Once>),
    /// What was told of an identity that has no alert.
    Source(Arc<Stray>),
    /// A notification on its way.
    Delivery(Arc<Delivery>),
    /// A silence.
    Silence(Arc<Silence>),
    /// A maintenance that somebody made.
    Maintenance(Arc<KeptMaintenance>),
}

/// What an entity is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// An alert.
    Alert(AlertId),
    /// A service.
    Service(ServiceId),
    /// A token.
    Token(TokenId),
    /// A remembered idempotency key.
    Once(OnceId),
    /// What was told of an identity that has no alert.
    Source(SourceId),
    /// A notification on its way.
    Delivery(DeliveryId),
    /// A silence.
    Silence(SilenceId),
    /// A maintenance that somebody made.
    Maintenance(MaintenanceId),
}

impl Entity {
    /// Its key.
    pub fn key(&self) -> Key {
        match self {
            Self::Alert(alert) => Key::Alert(alert.id),
            Self::Service(service) => Key::Service(service.id),
            Self::Token(token) => Key::Token(token.id),
            Self::Once(once) => Key::Once(once.id),
            Self::Source(stray) => Key::Source(stray.id),
            Self::Delivery(delivery) => Key::Delivery(delivery.id),
            Self::Silence(silence) => Key::Silence(silence.id),
            Self::Maintenance(kept) => Key::Maintenance(kept.id),
        }
    }

    /// The latest time that it bears: no later than when it was last changed.
    pub fn touched(&self) -> Timestamp {
        match self {
            Self::Alert(alert) => {
                let line = alert.recent.last().map(|event| event.at);
                alert.seen.last.max(line.unwrap_or(Timestamp::MIN))
            }
            Self::Service(service) => service.created,
            Self::Token(token) => token.created,
            Self::Source(stray) => stray.source.updated,
            Self::Delivery(delivery) => delivery.created,
            Self::Silence(silence) => silence.updated,
            Self::Maintenance(kept) => kept.created,
            Self::Once(_) => Timestamp::MIN,
        }
    }

    /// When something happens to it by itself, if nothing else does before.
    pub fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Alert(alert) => alert.due(),
            Self::Once(once) => Some(once.until),
            Self::Source(stray) => Some(stray.source.forgotten()),
            Self::Delivery(delivery) => delivery.due(),
            Self::Silence(silence) => silence.due(),
            Self::Service(_) | Self::Token(_) | Self::Maintenance(_) => None,
        }
    }
}
