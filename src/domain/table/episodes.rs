//! Episodes: of each identity the newest one, and how many there were. An identity is found by its
//! hash, and is written down nowhere but in its alert.

use imbl::{HashMap, OrdMap};

use super::index::Alerts;
use crate::domain::alert::{Alert, Identity, Naming};
use crate::domain::id::AlertId;

/// Of each identity the newest episode.
#[derive(Clone, Debug, Default)]
pub(super) struct Episodes {
    /// By the hash of the identity.
    newest: OrdMap<u64, Newest>,
    /// Of identities whose hash was another one's before.
    more: HashMap<Identity, Newest>,
}

/// Of the episodes of one identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Newest {
    /// The one that is open, or was last.
    pub(super) id: AlertId,
    /// The highest number of any.
    pub(super) occurrences: u32,
}

/// Label sets have a hash already; that of their namespace tells equal ones apart.
fn hash(identity: &Identity) -> u64 {
    const PRIME: u64 = 0x100_0000_01b3;
    let feed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let of = |text: &str| text.bytes().fold(0xcbf2_9ce4_8422_2325, feed);
    let namespace = of(identity.namespace.0.as_str()).rotate_left(32);
    namespace
        ^ match &identity.naming {
            Naming::Labels { fingerprint, .. } => fingerprint.0,
            Naming::Given(given) => of(given),
        }
}

impl Episodes {
    /// Of how many identities something is known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.newest.len() + self.more.len()
    }

    /// What is known of the episodes of an identity.
    pub(super) fn newest(&self, alerts: &Alerts, identity: &Identity) -> Option<Newest> {
        let found = self.newest.get(&hash(identity))?;
        let is_meant = alerts.get(&found.id).is_some_and(|alert| alert.identity == *identity);
        let found = if is_meant { Some(found) } else { self.more.get(identity) };
        found.copied()
    }

    /// Takes in an episode that is among the alerts already.
    pub(super) fn put(&mut self, alerts: &Alerts, alert: &Alert) {
        let recency = |alert: &Alert| (alert.is_open(), alert.standing.since, alert.occurrence);
        let known = self.newest(alerts, &alert.identity);
        let older = known.and_then(|known| alerts.get(&known.id)).filter(|newest| {
            let is_newest = recency(newest) <= recency(alert);
            !is_newest
        });
        let newest = Newest {
            id: older.map_or(alert.id, |newest| newest.id),
            occurrences: known.map_or(0, |known| known.occurrences).max(alert.occurrence),
        };
        if known != Some(newest) {
            self.set(alerts, &alert.identity, newest);
        }
    }

    fn set(&mut self, alerts: &Alerts, identity: &Identity, newest: Newest) {
        let hash = hash(identity);
        let held = self.newest.get(&hash).and_then(|held| alerts.get(&held.id));
        if held.is_some_and(|held| held.identity != *identity) {
            self.more.insert(identity.clone(), newest);
        } else {
            self.newest.insert(hash, newest);
        }
    }

    /// Forgets an episode that was among the alerts until now.
    pub(super) fn drop(&mut self, alerts: &Alerts, alert: &Alert) {
        let hash = hash(&alert.identity);
        if self.newest.get(&hash).is_some_and(|newest| newest.id == alert.id) {
            self.newest.remove(&hash);
            self.move_up(alerts, hash);
        } else if self.more.get(&alert.identity).is_some_and(|newest| newest.id == alert.id) {
            self.more.remove(&alert.identity);
        }
    }

    /// Where a hash is free again, it is that of the next identity which has it.
    fn move_up(&mut self, alerts: &Alerts, free: u64) {
        let next = self.more.iter().find(|(identity, _)| hash(identity) == free);
        if let Some((identity, newest)) = next.map(|(identity, newest)| (identity.clone(), *newest))
        {
            self.more.remove(&identity);
            self.set(alerts, &identity, newest);
        }
    }
}
