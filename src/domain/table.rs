//! The table: everything that is alive, as one persistent value. A snapshot of it is a clone.
//!
//! `put` is the only way in; what it keeps beside the entities can be derived from them.

mod episodes;
mod index;
mod lookup;
mod silences;
mod words;

use std::ops::Bound;
use std::sync::Arc;

use imbl::ordmap::DiffItem;
use imbl::{HashMap, OrdMap, OrdSet};
use uuid::Uuid;

use super::alert::{Alert, Identity, Namespace, Naming, Stray};
use super::change::Change;
use super::delivery::Delivery;
use super::entity::{Entity, Key};
use super::id::{
    AlertId, DeliveryId, MaintenanceId, OnceId, ServiceId, SilenceId, SourceId, TokenId,
};
use super::labels::{Fingerprint, Labels};
use super::maintenance::{KeptMaintenance, Maintenance};
use super::once::Once;
use super::policy::Policy;
use super::service::Service;
use super::severity::Severity;
use super::silence::Silence;
use super::text::Text;
use super::time::{Timestamp, after};
use super::token::Token;
use episodes::Episodes;
use index::Index;
use silences::Silences;

pub use lookup::{Lookup, Seat, seat};
pub use words::Word;

/// Everything that is alive.
#[derive(Clone, Debug, Default)]
pub struct Table {
    policy: Arc<Policy>,
    alerts: OrdMap<AlertId, Arc<Alert>>,
    episodes: Episodes,
    /// Open alerts, by what is asked for.
    index: Index,
    /// Open alerts of our own.
    own: OrdSet<AlertId>,
    services: OrdMap<ServiceId, Arc<Service>>,
    tokens: OrdMap<TokenId, Arc<Token>>,
    onces: OrdMap<OnceId, Arc<Once>>,
    /// What was told of identities that have no alert. Most often there is nothing.
    strays: OrdMap<SourceId, Arc<Stray>>,
    silences: Silences,
    /// Those that somebody made; the policy has others.
    maintenances: OrdMap<MaintenanceId, Arc<KeptMaintenance>>,
    deliveries: OrdMap<DeliveryId, Arc<Delivery>>,
    deliveries_of: OrdSet<(AlertId, DeliveryId)>,
    /// Ended alerts by the time of their end: the first ones are the first to be forgotten.
    ended: OrdSet<(Timestamp, AlertId)>,
    /// When each sender last spoke of any alert that is kept.
    heard: HashMap<Text, Timestamp>,
    grant: Option<Grant>,
    due: OrdSet<(Timestamp, Key)>,
    /// When something is to be done about each notification.
    owed: OrdSet<(Timestamp, Key)>,
}

/// What an identity has been through.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The episode that is open, or was last.
    pub newest: Option<Arc<Alert>>,
    /// How many there were.
    pub occurrences: u32,
}

/// Time that is given to sources whom we could not have heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Since when we hear again: what was heard later has the end that it was told with.
    pub heard_from: Timestamp,
    /// Until when all else does not time out.
    pub until: Timestamp,
}

impl Grant {
    /// The end that is granted at `now` to what was last heard `then`, if one is.
    pub fn end(self, then: Timestamp, now: Timestamp) -> Option<Timestamp> {
        (then <= self.heard_from && self.until > now).then_some(self.until)
    }
}

impl Table {
    /// What the configuration means now.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// Replaces the policy.
    pub fn adopt(&mut self, policy: Arc<Policy>) {
        self.policy = policy;
    }

    /// The alert of this id.
    pub fn alert(&self, id: AlertId) -> Option<&Arc<Alert>> {
        self.alerts.get(&id)
    }

    /// All alerts that are kept, ended ones too, in order of their ids.
    pub fn alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.alerts.values()
    }

    /// The alerts from the id `first` to the id `last`, in order of their ids.
    pub fn alerts_between(
        &self,
        first: AlertId,
        last: AlertId,
    ) -> impl Iterator<Item = &Arc<Alert>> {
        self.alerts.range(first..=last).map(|(_, alert)| alert)
    }

    /// The alerts that are different in `newer`: how each is here, and how it is there. What both
    /// tables share is skipped.
    pub fn changed_alerts<'a>(
        &'a self,
        newer: &'a Table,
    ) -> impl Iterator<Item = (Option<&'a Arc<Alert>>, Option<&'a Arc<Alert>>)> {
        self.alerts.diff(&newer.alerts).map(|difference| match difference {
            DiffItem::Add(_, new) => (None, Some(new)),
            DiffItem::Update { old: (_, old), new: (_, new) } => (Some(old), Some(new)),
            DiffItem::Remove(_, old) => (Some(old), None),
        })
    }

    /// The alerts whose notifications are different in `newer`.
    pub fn told_anew<'a>(&'a self, newer: &'a Table) -> impl Iterator<Item = AlertId> {
        self.deliveries.diff(&newer.deliveries).map(|difference| match difference {
            DiffItem::Add(_, one)
            | DiffItem::Remove(_, one)
            | DiffItem::Update { new: (_, one), .. } => one.alert,
        })
    }

    /// How many alerts are kept.
    pub fn alert_count(&self) -> usize {
        self.alerts.len()
    }

    /// The open alert of an identity: there is one at most.
    pub fn open(&self, identity: &Identity) -> Option<&Arc<Alert>> {
        self.newest(identity).filter(|newest| newest.is_open())
    }

    /// All open alerts, in order of the hashes of their labels, and of their ids.
    pub fn open_alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.look_up(&Lookup::All, None)
    }

    /// The open alerts of a severity that we have known since `first` or later, the longest known
    /// first. What came in the same microsecond is in no order.
    pub fn open_since(
        &self,
        severity: Severity,
        first: Timestamp,
    ) -> impl Iterator<Item = &Arc<Alert>> {
        self.index.since(&self.alerts, severity, first)
    }

    /// The episode of an identity that is open, or was last.
    pub fn newest(&self, identity: &Identity) -> Option<&Arc<Alert>> {
        let newest = self.episodes.newest(&self.alerts, identity)?;
        self.alerts.get(&newest.id)
    }

    /// The episode of an identity that is open, or was last, and how many it has had.
    pub fn past(&self, identity: &Identity) -> Past {
        let newest = self.episodes.newest(&self.alerts, identity);
        Past {
            newest: newest.and_then(|newest| self.alerts.get(&newest.id)).cloned(),
            occurrences: newest.map_or(0, |newest| newest.occurrences),
        }
    }

    /// The open alert that is known by labels of this hash: a report that calls it by the hash
    /// alone means it, unless there are several.
    pub fn open_by_hash(&self, namespace: &Namespace, hash: Fingerprint) -> Option<&Arc<Alert>> {
        let alike = self.index.between(&self.alerts, hash..=hash);
        let mut own = alike.filter(|alert| {
            let is_known_by_them = matches!(alert.identity.naming, Naming::Labels { .. });
            is_known_by_them && alert.identity.namespace == *namespace
        });
        own.next().filter(|_| own.next().is_none())
    }

    /// The service of this id.
    pub fn service(&self, id: ServiceId) -> Option<&Arc<Service>> {
        self.services.get(&id)
    }

    /// All services, in order of their ids.
    pub fn services(&self) -> impl ExactSizeIterator<Item = &Arc<Service>> {
        self.services.values()
    }

    /// The name of a service; its id's first block, should it be unknown.
    pub fn service_name(&self, id: ServiceId) -> String {
        self.service(id).map_or_else(
            || id.0.simple().to_string().chars().take(8).collect(),
            |service| service.name.to_string(),
        )
    }

    /// All tokens, in order of their ids.
    pub fn tokens(&self) -> impl ExactSizeIterator<Item = &Arc<Token>> {
        self.tokens.values()
    }

    /// The token of this name.
    pub fn token_named(&self, name: &str) -> Option<&Arc<Token>> {
        self.tokens.values().find(|token| token.name.as_str() == name)
    }

    /// What an idempotency key led to.
    pub fn once(&self, id: OnceId) -> Option<&Arc<Once>> {
        self.onces.get(&id)
    }

    /// What was told of an identity while it had no alert.
    pub fn stray(&self, identity: &Identity) -> Option<&Arc<Stray>> {
        // The id is made of the whole label set.
        if self.strays.is_empty() { None } else { self.strays.get(&identity.source()) }
    }

    /// The silence of this id.
    pub fn silence(&self, id: SilenceId) -> Option<&Arc<Silence>> {
        self.silences.get(id)
    }

    /// All silences that are kept, those that are over too, in order of their ids.
    pub fn silences(&self) -> impl ExactSizeIterator<Item = &Arc<Silence>> {
        self.silences.all()
    }

    /// Every maintenance: those of the configuration, then those that somebody made.
    pub fn maintenances(&self) -> impl Iterator<Item = Arc<Maintenance>> {
        let kept = self.maintenances.values().map(|kept| Arc::new(kept.maintenance.clone()));
        self.policy.maintenance.iter().cloned().chain(kept)
    }

    /// The maintenance of this id, if somebody made it.
    pub fn maintenance(&self, id: MaintenanceId) -> Option<&Arc<KeptMaintenance>> {
        self.maintenances.get(&id)
    }

    /// The silences that mute at `now` what has these labels.
    pub fn silences_muting<'t>(
        &'t self,
        labels: &'t Labels,
        now: Timestamp,
    ) -> impl Iterator<Item = &'t Arc<Silence>> {
        let any = !self.silences.none_in_force();
        any.then(|| self.silences.muting(labels, now)).into_iter().flatten()
    }

    /// The silences that have begun by `now` and that not all of their alerts know of: hardly ever
    /// is there one.
    pub fn unsettled_silences(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Silence>> {
        self.silences.unsettled(now)
    }

    /// The open alerts that are marked with a silence, in order of their ids.
    pub fn silenced_by(&self, id: SilenceId) -> impl Iterator<Item = &Arc<Alert>> {
        self.silences.marked(id).filter_map(|alert| self.alerts.get(&alert))
    }

    /// Whether a silence has muted anything, and all of it is resolved; of each identity the newest
    /// episode counts.
    pub fn is_resolved_under(&self, id: SilenceId) -> bool {
        let is_newest = |alert: AlertId| {
            let alert = self.alerts.get(&alert);
            alert.is_some_and(|alert| {
                self.newest(&alert.identity).is_some_and(|newest| newest.id == alert.id)
            })
        };
        self.silences.is_resolved(id, is_newest)
    }

    /// How many alerts that are kept a silence has muted.
    pub fn ever_silenced_by(&self, id: SilenceId) -> usize {
        self.silences.ever_marked(id)
    }

    /// The notification of this id.
    pub fn delivery(&self, id: DeliveryId) -> Option<&Arc<Delivery>> {
        self.deliveries.get(&id)
    }

    /// All notifications that are kept, in order of their ids.
    pub fn deliveries(&self) -> impl Iterator<Item = &Arc<Delivery>> {
        self.deliveries.values()
    }

    /// The notifications about an alert.
    pub fn deliveries_of(&self, alert: AlertId) -> impl Iterator<Item = &Arc<Delivery>> {
        let first = DeliveryId(Uuid::nil());
        let last = DeliveryId(Uuid::max());
        let ids = self.deliveries_of.range((alert, first)..=(alert, last));
        ids.filter_map(|(_, id)| self.deliveries.get(id))
    }

    /// What does not time out for a while, because we could not have heard of it.
    pub fn granted(&self) -> Option<Grant> {
        self.grant
    }

    /// Grants time to what was heard before. No entity: every start grants anew.
    pub fn grant(&mut self, grant: Grant) {
        self.grant = Some(grant);
    }

    /// The alerts that ended at `since` or later, the newest first.
    pub fn ended_since(&self, since: Timestamp) -> impl Iterator<Item = &Arc<Alert>> {
        let ended = self.ended.iter().rev().take_while(move |(at, _)| *at >= since);
        ended.filter_map(|(_, id)| self.alerts.get(id))
    }

    /// The alerts that ended at `first` or later, the first to end first.
    pub fn ended_from(&self, first: Timestamp) -> impl Iterator<Item = &Arc<Alert>> {
        let ended = self.ended.range((first, AlertId::FIRST)..);
        ended.filter_map(|(_, id)| self.alerts.get(id))
    }

    /// The alerts that ended after that one did then, the first to end first.
    pub fn ended_after(&self, last: (Timestamp, AlertId)) -> impl Iterator<Item = &Arc<Alert>> {
        let ended = self.ended.range((Bound::Excluded(last), Bound::Unbounded));
        ended.filter_map(|(_, id)| self.alerts.get(id))
    }

    /// When a sender last spoke.
    pub fn heard(&self, sender: &Text) -> Option<Timestamp> {
        self.heard.get(sender).copied()
    }

    /// The next deadline, and whose it is.
    pub fn next_due(&self) -> Option<(Timestamp, Key)> {
        self.owed.get_min().copied().into_iter().chain(self.next_due_untold()).min()
    }

    /// The next deadline that is no notification's.
    pub fn next_due_untold(&self) -> Option<(Timestamp, Key)> {
        self.due.get_min().copied().into_iter().chain(self.next_forgotten()).min()
    }

    /// The next deadline that is wanted: what cannot be seen to must not stand in front of all else.
    pub fn next_due_where(
        &self,
        wanted: impl Fn(&(Timestamp, Key)) -> bool,
    ) -> Option<(Timestamp, Key)> {
        let forgotten =
            |(at, id): &(Timestamp, AlertId)| (after(*at, self.policy.retention), Key::Alert(*id));
        let owed = self.owed.iter().copied().find(&wanted);
        let due = self.due.iter().copied().find(&wanted);
        let forgotten = self.ended.iter().map(forgotten).find(&wanted);
        owed.into_iter().chain(due).chain(forgotten).min()
    }

    /// The ended alert that is kept no longer next, and until when it is.
    pub fn next_forgotten(&self) -> Option<(Timestamp, Key)> {
        let (at, id) = self.ended.get_min()?;
        Some((after(*at, self.policy.retention), Key::Alert(*id)))
    }

    /// Whether any alert of our own is open: nobody else speaks of those.
    pub fn speaks_of_itself(&self) -> bool {
        !self.own.is_empty()
    }

    /// How much of everything there is, for tests of what must not grow.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> Vec<(&'static str, usize)> {
        [
            ("alerts", self.alerts.len()),
            ("episodes", self.episodes.len()),
            ("open", self.index.count()),
            ("own", self.own.len()),
            ("services", self.services.len()),
            ("onces", self.onces.len()),
            ("deliveries", self.deliveries.len()),
            ("deliveries_of", self.deliveries_of.len()),
            ("ended", self.ended.len()),
            ("heard", self.heard.len()),
            ("due", self.due.len()),
            ("owed", self.owed.len()),
        ]
        .into_iter()
        .chain(self.silences.sizes())
        .collect()
    }

    /// Puts one entity's new state in place of its old one.
    pub fn put(&mut self, change: &Change) {
        let was = match &change.next {
            Some(next) => self.replace(next),
            None => self.remove(change.key),
        };
        let was = was.as_ref().and_then(Entity::due);
        let is = change.next.as_ref().and_then(Entity::due);
        if was == is {
            return;
        }
        let deadlines = match change.key {
            Key::Delivery(_) => &mut self.owed,
            Key::Alert(_)
            | Key::Service(_)
            | Key::Token(_)
            | Key::Once(_)
            | Key::Source(_)
            | Key::Silence(_)
            | Key::Maintenance(_) => &mut self.due,
        };
        if let Some(due) = was {
            deadlines.remove(&(due, change.key));
        }
        if let Some(due) = is {
            deadlines.insert((due, change.key));
        }
    }

    /// Puts an entity; gives what was in its place.
    fn replace(&mut self, next: &Entity) -> Option<Entity> {
        match next {
            Entity::Alert(alert) => self.put_alert(alert).map(Entity::Alert),
            Entity::Service(service) => {
                self.services.insert(service.id, Arc::clone(service)).map(Entity::Service)
            }
            Entity::Token(token) => {
                self.tokens.insert(token.id, Arc::clone(token)).map(Entity::Token)
            }
            Entity::Once(once) => self.onces.insert(once.id, Arc::clone(once)).map(Entity::Once),
            Entity::Source(stray) => {
                self.strays.insert(stray.id, Arc::clone(stray)).map(Entity::Source)
            }
            Entity::Delivery(delivery) => {
                let was = self.deliveries.insert(delivery.id, Arc::clone(delivery));
                if was.is_none() {
                    self.deliveries_of.insert((delivery.alert, delivery.id));
                }
                was.map(Entity::Delivery)
            }
            Entity::Silence(silence) => self.silences.put(silence).map(Entity::Silence),
            Entity::Maintenance(kept) => {
                self.maintenances.insert(kept.id, Arc::clone(kept)).map(Entity::Maintenance)
            }
        }
    }

    /// Takes an entity out; gives it.
    fn remove(&mut self, key: Key) -> Option<Entity> {
        match key {
            Key::Alert(id) => self.drop_alert(id).map(Entity::Alert),
            Key::Service(id) => self.services.remove(&id).map(Entity::Service),
            Key::Token(id) => self.tokens.remove(&id).map(Entity::Token),
            Key::Once(id) => self.onces.remove(&id).map(Entity::Once),
            Key::Source(id) => self.strays.remove(&id).map(Entity::Source),
            Key::Delivery(id) => {
                let was = self.deliveries.remove(&id)?;
                self.deliveries_of.remove(&(was.alert, id));
                Some(Entity::Delivery(was))
            }
            Key::Silence(id) => self.silences.remove(id).map(Entity::Silence),
            Key::Maintenance(id) => self.maintenances.remove(&id).map(Entity::Maintenance),
        }
    }

    /// The entity of this key.
    pub fn entity(&self, key: Key) -> Option<Entity> {
        match key {
            Key::Alert(id) => self.alerts.get(&id).cloned().map(Entity::Alert),
            Key::Service(id) => self.services.get(&id).cloned().map(Entity::Service),
            Key::Token(id) => self.tokens.get(&id).cloned().map(Entity::Token),
            Key::Once(id) => self.onces.get(&id).cloned().map(Entity::Once),
            Key::Source(id) => self.strays.get(&id).cloned().map(Entity::Source),
            Key::Delivery(id) => self.deliveries.get(&id).cloned().map(Entity::Delivery),
            Key::Silence(id) => self.silences.get(id).cloned().map(Entity::Silence),
            Key::Maintenance(id) => self.maintenances.get(&id).cloned().map(Entity::Maintenance),
        }
    }

    /// Every entity, kind by kind: what a store that kept everything gives back.
    pub fn entities(&self) -> impl Iterator<Item = Entity> {
        let alerts = self.alerts.values().cloned().map(Entity::Alert);
        let services = self.services.values().cloned().map(Entity::Service);
        let tokens = self.tokens.values().cloned().map(Entity::Token);
        let onces = self.onces.values().cloned().map(Entity::Once);
        let deliveries = self.deliveries.values().cloned().map(Entity::Delivery);
        let strays = self.strays.values().cloned().map(Entity::Source);
        let silences = self.silences.all().cloned().map(Entity::Silence);
        let others = services.chain(tokens).chain(onces).chain(strays).chain(deliveries);
        let maintenances = self.maintenances.values().cloned().map(Entity::Maintenance);
        alerts.chain(others).chain(silences).chain(maintenances)
    }

    /// Most alerts that are put were only heard again: what is found by how they stand is then
    /// where it was.
    fn put_alert(&mut self, alert: &Arc<Alert>) -> Option<Arc<Alert>> {
        if self.heard(&alert.sender).is_none_or(|last| last < alert.seen.last) {
            self.heard.insert(alert.sender.clone(), alert.seen.last);
        }
        let was = self.alerts.insert(alert.id, Arc::clone(alert));
        let found_by = |alert: &Alert| {
            let ended = alert.standing.resolution().map(|resolution| resolution.at);
            (ended, alert.standing.since, alert.occurrence)
        };
        let same = |was: &Alert| found_by(was) == found_by(alert) && was.identity == alert.identity;
        if !was.as_deref().is_some_and(same) {
            self.find_anew(was.as_deref(), alert);
        }
        self.index.follow(&self.alerts, was.as_deref(), Some(alert));
        self.silences.follow(was.as_deref(), Some(alert));
        was
    }

    /// Makes that an alert which stands otherwise than before is found as it stands now.
    fn find_anew(&mut self, was: Option<&Alert>, alert: &Alert) {
        if let Some(was) = was {
            self.lose(was);
        }
        if let Some(resolution) = alert.standing.resolution() {
            self.ended.insert((resolution.at, alert.id));
        } else if alert.identity.namespace.is_own() {
            self.own.insert(alert.id);
        }
        self.episodes.put(&self.alerts, alert);
    }

    /// Takes an alert out of where it was found by how it stood.
    fn lose(&mut self, was: &Alert) {
        if let Some(resolution) = was.standing.resolution() {
            self.ended.remove(&(resolution.at, was.id));
        }
        self.own.remove(&was.id);
    }

    fn drop_alert(&mut self, id: AlertId) -> Option<Arc<Alert>> {
        let alert = self.alerts.remove(&id)?;
        self.lose(&alert);
        self.episodes.drop(&self.alerts, &alert);
        self.index.follow(&self.alerts, Some(&alert), None);
        self.silences.follow(Some(&alert), None);
        Some(alert)
    }
}
