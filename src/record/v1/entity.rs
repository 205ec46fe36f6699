//! Twins of keys and entities, and of the entities too small for a file of their own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::alert::AlertV1;
use super::delivery::DeliveryV1;
use super::leaf::{IdV1, TextV1, TimeV1};
use super::maintenance::MaintenanceV1;
use super::silence::SilenceV1;
use super::source::SourceV1;
use super::token::TokenV1;
use crate::domain::entity::{Entity, Key};
use crate::domain::id::{
    AlertId, DeliveryId, MaintenanceId, OnceId, ServiceId, SilenceId, SourceId, TokenId,
};
use crate::domain::once::Once;
use crate::domain::service::Service;

/// What an entity is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Key`, word for word")]
pub enum KeyV1 {
    Alert(IdV1),
    Service(IdV1),
    Token(IdV1),
    Once(IdV1),
    Source(IdV1),
    Delivery(IdV1),
    Silence(IdV1),
    Maintenance(IdV1),
}

impl From<Key> for KeyV1 {
    fn from(key: Key) -> Self {
        match key {
            Key::Alert(id) => Self::Alert(IdV1(id.0)),
            Key::Service(id) => Self::Service(IdV1(id.0)),
            Key::Token(id) => Self::Token(IdV1(id.0)),
            Key::Once(id) => Self::Once(IdV1(id.0)),
            Key::Source(id) => Self::Source(IdV1(id.0)),
            Key::Delivery(id) => Self::Delivery(IdV1(id.0)),
            Key::Silence(id) => Self::Silence(IdV1(id.0)),
            Key::Maintenance(id) => Self::Maintenance(IdV1(id.0)),
        }
    }
}

impl From<KeyV1> for Key {
    fn from(key: KeyV1) -> Self {
        match key {
            KeyV1::Alert(id) => Self::Alert(AlertId(id.0)),
            KeyV1::Service(id) => Self::Service(ServiceId(id.0)),
            KeyV1::Token(id) => Self::Token(TokenId(id.0)),
            KeyV1::Once(id) => Self::Once(OnceId(id.0)),
            KeyV1::Source(id) => Self::Source(SourceId(id.0)),
            KeyV1::Delivery(id) => Self::Delivery(DeliveryId(id.0)),
            KeyV1::Silence(id) => Self::Silence(SilenceId(id.0)),
            KeyV1::Maintenance(id) => Self::Maintenance(MaintenanceId(id.0)),
        }
    }
}

/// One thing that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Entity`, word for word")]
pub enum EntityV1 {
    Alert(Box<AlertV1>),
    Service(ServiceV1),
    Token(TokenV1),
    Once(OnceV1),
    Source(Box<SourceV1>),
    Delivery(DeliveryV1),
    Silence(Box<SilenceV1>),
    Maintenance(Box<MaintenanceV1>),
}

impl From<&Entity> for EntityV1 {
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

impl From<EntityV1> for Entity {
    fn from(entity: EntityV1) -> Self {
        match entity {
            EntityV1::Alert(alert) => Self::Alert(Arc::new((*alert).into())),
            EntityV1::Service(service) => Self::Service(Arc::new(service.into())),
            EntityV1::Token(token) => Self::Token(Arc::new(token.into())),
            EntityV1::Once(once) => Self::Once(Arc::new(once.into())),
            EntityV1::Source(source) => Self::Source(Arc::new((*source).into())),
            EntityV1::Delivery(delivery) => Self::Delivery(Arc::new(delivery.into())),
            EntityV1::Silence(silence) => Self::Silence(Arc::new((*silence).into())),
            EntityV1::Maintenance(kept) => Self::Maintenance(Arc::new((*kept).into())),
        }
    }
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Service`, field by field")]
pub struct ServiceV1 {
    pub id: IdV1,
    pub name: TextV1,
    pub created: TimeV1,
}

impl From<&Service> for ServiceV1 {
    fn from(service: &Service) -> Self {
        let Service { id, name, created } = service;
        Self { id: IdV1(id.0), name: name.into(), created: TimeV1(*created) }
    }
}

impl From<ServiceV1> for Service {
    fn from(service: ServiceV1) -> Self {
        Self { id: ServiceId(service.id.0), name: service.name.into(), created: service.created.0 }
    }
}

/// A remembered idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Once`, field by field")]
pub struct OnceV1 {
    pub id: IdV1,
    pub alert: IdV1,
    pub until: TimeV1,
}

impl From<&Once> for OnceV1 {
    fn from(once: &Once) -> Self {
        let Once { id, alert, until } = once;
        Self { id: IdV1(id.0), alert: IdV1(alert.0), until: TimeV1(*until) }
    }
}

impl From<OnceV1> for Once {
    fn from(once: OnceV1) -> Self {
        Self { id: OnceId(once.id.0), alert: AlertId(once.alert.0), until: once.until.0 }
    }
}
