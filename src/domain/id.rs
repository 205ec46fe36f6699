//! Ids: who or what is meant, as values that cannot be mixed up.
//!
//! Ids of alerts, tokens and operations are random (UUID v4); those of accounts and services are
//! made from their names (UUID v5), so that they are the same after every restart and reload.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// Namespace of all name-based ids: any fixed UUID, drawn once.
const NAMES: Uuid = Uuid::from_u128(0x7d1c_90a4_52b6_4e0f_9a3d_6b8e_21f4_c05a);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// One alert: one episode of an identity, from firing to resolved.
    AlertId
);
id!(
    /// A person.
    AccountId
);
id!(
    /// A service: what an alert is about and who answers for it.
    ServiceId
);
id!(
    /// A token, by which a sender or a program is known.
    TokenId
);
id!(
    /// One order, from its first try to its answer.
    OpId
);
id!(
    /// A remembered `Idempotency-Key` of one caller.
    OnceId
);

id!(
    /// What the sources of one identity have told.
    SourceId
);

id!(
    /// One notification to one channel.
    DeliveryId
);

id!(
    /// A silence.
    SilenceId
);

id!(
    /// A maintenance that somebody made while the program ran.
    MaintenanceId
);

impl MaintenanceId {
    /// The id of the maintenance called `name`.
    pub fn of(name: &str) -> Self {
        Self(named("maintenance", name.as_bytes()))
    }
}

impl SilenceId {
    /// The first block of the id, which is how people and short commands name it.
    pub fn short(&self) -> String {
        AlertId(self.0).short()
    }
}

impl AlertId {
    /// No id comes before this one.
    pub const FIRST: Self = Self(Uuid::nil());
    /// No id comes after this one.
    pub const LAST: Self = Self(Uuid::max());

    /// The first block of the id, which is how people and short commands name it.
    pub fn short(&self) -> String {
        let mut text = self.0.simple().to_string();
        text.truncate(8);
        text
    }
}

impl AccountId {
    /// The id of the account called `name`.
    pub fn of(name: &str) -> Self {
        Self(named("account", name.as_bytes()))
    }
}

impl ServiceId {
    /// The id of the service called `name`.
    pub fn of(name: &str) -> Self {
        Self(named("service", name.as_bytes()))
    }
}

impl SourceId {
    /// The id of what the sources of an identity have told, which `unmistakably` names no other.
    pub fn of(unmistakably: &[u8]) -> Self {
        Self(named("source", unmistakably))
    }
}

impl DeliveryId {
    /// The id of what `alert` gives cause to tell a channel in the commit `cause`.
    pub fn of(alert: AlertId, cause: Revision, tell: &str, channel: &str) -> Self {
        let name = format!("{alert}\u{0}{cause}\u{0}{tell}\u{0}{channel}");
        Self(named("delivery", name.as_bytes()))
    }
}

impl OnceId {
    /// The id under which `key`, as `caller` gave it, is remembered.
    pub fn of(caller: &str, key: &str) -> Self {
        Self(named("once", format!("{caller}\u{0}{key}").as_bytes()))
    }
}

fn named(kind: &str, name: &[u8]) -> Uuid {
    Uuid::new_v5(&NAMES, &[kind.as_bytes(), b":", name].concat())
}

/// The number of a commit. Rises by one with each; 0 is the empty store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

impl Revision {
    /// The number of the commit after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A source of random ids, from a seed given in: the same seed makes the same ids.
///
/// `SplitMix64`, twice an id. Ids need to be distinct, not secret; secrets are made elsewhere.
#[derive(Clone, Debug)]
pub struct Ids {
    state: u64,
    stream: u64,
}

impl Ids {
    /// Ids that follow from `seed`.
    pub fn from_seed(seed: u128) -> Self {
        let (stream, state) = Uuid::from_u128(seed).as_u64_pair();
        Self { state, stream }
    }

    /// A new random (v4) id.
    pub fn draw(&mut self) -> Uuid {
        let high = self.word() ^ self.stream;
        let low = self.word().wrapping_add(self.stream.rotate_left(32));
        let bits = *Uuid::from_u64_pair(high, low).as_bytes();
        uuid::Builder::from_random_bytes(bits).into_uuid()
    }

    fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_of_names_are_the_same_every_time_and_differ_by_kind() {
        assert_eq!(AccountId::of("alice"), AccountId::of("alice"));
        assert_ne!(AccountId::of("alice"), AccountId::of("bob"));
        assert_ne!(AccountId::of("web").0, ServiceId::of("web").0);
    }

    #[test]
    fn drawn_ids_are_random_uuids_and_distinct_in_their_first_block() {
        let mut ids = Ids::from_seed(7);
        let drawn: Vec<Uuid> = (0..1000).map(|_| ids.draw()).collect();
        assert!(drawn.iter().all(|id| id.get_version_num() == 4));
        let blocks: BTreeSet<String> = drawn.iter().map(|id| AlertId(*id).short()).collect();
        assert_eq!(blocks.len(), 1000);
    }
}
