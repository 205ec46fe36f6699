//! Version 2 of the records: an alert with what its sources told, and its labels once. All other
//! entities are as version 1 has them, and so are keys and lines of timelines.
//!
//! Field order is the format; `tests/golden/records-v2.txt` fails when it moves.

mod alert;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::v1::{DeliveryV1, MaintenanceV1, OnceV1, ServiceV1, SilenceV1, SourceV1, TokenV1};
use crate::domain::entity::Entity;

pub use alert::{AlertV2, ToldV2, WordsV2};

/// One thing that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Entity`, word for word")]
pub enum EntityV2 {
    Alert(Box<AlertV2>),
    Service(ServiceV1),
    Token(TokenV1),
    Once(OnceV1),
    Source(Box<SourceV1>),
    Delivery(DeliveryV1),
    Silence(Box<SilenceV1>),
    Maintenance(Box<MaintenanceV1>),
}

impl From<&Entity> for EntityV2 {
    fn from(entity: &Entity) -> Self {
        match entity {
            Entity::Alert(alert) => Self::Alert(Box::new(alert.as_ref().into())),
            Entity::Service(service) => Self::Service(service.as_ref().into()),
            Entity::Token(token) => Self::Token(token.as_ref().into()),
            Entity::Once(once) => Self::Once(once.as_ref().into()),
            Entity::Source(stray) => Self::Source(Box::new(stray.as_ref().into())),
            Entity::Delivery(delivery) => Self::Delivery(delivery.as_ref().into()),
            Entity::Silence(silence) => Self::Silence(Box::new(silence.as_ref().into())),
            Entity::Maintenance(kept) => Self::Maintenance(Box::new(kept.as_ref().into())),
        }
    }
}

impl From<EntityV2> for Entity {
    fn from(entity: EntityV2) -> Self {
        match entity {
            EntityV2::Alert(alert) => Self::Alert(Arc::new((*alert).into())),
            EntityV2::Service(service) => Self::Service(Arc::new(service.into())),
            EntityV2::Token(token) => Self::Token(Arc::new(token.into())),
            EntityV2::Once(once) => Self::Once(Arc::new(once.into())),
            EntityV2::Source(stray) => Self::Source(Arc::new((*stray).into())),
            EntityV2::Delivery(delivery) => Self::Delivery(Arc::new(delivery.into())),
            EntityV2::Silence(silence) => Self::Silence(Arc::new((*silence).into())),
            EntityV2::Maintenance(kept) => Self::Maintenance(Arc::new((*kept).into())),
        }
    }
}
