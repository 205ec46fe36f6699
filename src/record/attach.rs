//! What an attached console is fed with: the lines of a snapshot and of a feed, each one JSON value.
//!
//! A mirror that puts every entity of a snapshot and then every change of the feed is the owner's
//! table. What is put is whole, so that putting it again changes nothing. No digest of a token is
//! ever in a line.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::v1::{ActorV1, DigestV1, EventV1, IdV1, KeyV1, ScopesV1, SpanV1, TextV1, TimeV1};
use super::v2::EntityV2;
use crate::domain::change::{Change, Keep};
use crate::domain::command::Deaf;
use crate::domain::entity::{Entity, Key};
use crate::domain::event::Event;
use crate::domain::id::{AccountId, ServiceId};
use crate::domain::matcher::Dialect;
use crate::domain::policy::{Account, Channel, Policy};
use crate::domain::table::{Grant, Table};
use crate::domain::text::Text;
use crate::domain::token::Digest;

/// The version of these lines. Raised when a reader of the old ones would show something wrong.
pub const PROTOCOL: u32 = 2;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineV1 {
    /// The first line of either.
    Head(Box<HeadV1>),
    /// What the configuration means; before all that depends on it.
    Policy(Box<PolicyV1>),
    /// How the program is.
    Vital(Box<VitalV1>),
    /// One entity of a snapshot.
    Entity(Box<ShownV1>),
    /// What one publication changed.
    Changes(ChangesV1),
    /// Nothing happened, and the owner is there.
    Beat {
        /// Its time.
        now: TimeV1,
    },
    /// The last line of a snapshot: without it some are missing.
    Whole,
    /// The last line of a feed whose reader was too slow: a snapshot is needed.
    Lagged,
}

/// What every version's first line begins with, to tell which version it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "one field")]
pub struct AnyHead {
    pub head: AnyVersion,
}

/// Which version the rest is of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct AnyVersion {
    pub protocol: u32,
    pub version: String,
}

/// Who speaks to whom, as of which state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct HeadV1 {
    pub protocol: u32,
    pub version: String,
    pub epoch: u64,
    pub revision: u64,
    pub now: TimeV1,
    pub granted: Option<GrantV1>,
    /// As whom the reader acts.
    pub you: ActorV1,
    /// What they may do.
    pub may: ScopesV1,
    pub site: SiteV1,
}

/// Where the owner takes alerts in, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct SiteV1 {
    pub name: TextV1,
    pub host: TextV1,
    pub listening: std::net::SocketAddr,
    pub tls: bool,
    pub open: bool,
    pub data: TextV1,
}

/// Time that is given to sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Grant`, field by field")]
pub struct GrantV1 {
    pub heard_from: TimeV1,
    pub until: TimeV1,
}

impl From<Grant> for GrantV1 {
    fn from(Grant { heard_from, until }: Grant) -> Self {
        Self { heard_from: TimeV1(heard_from), until: TimeV1(until) }
    }
}

impl From<GrantV1> for Grant {
    fn from(GrantV1 { heard_from, until }: GrantV1) -> Self {
        Self { heard_from: heard_from.0, until: until.0 }
    }
}

/// An entity, and for an alert the newest lines of its timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct ShownV1 {
    pub entity: EntityV2,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<EventV1>,
}

impl From<&Entity> for ShownV1 {
    fn from(entity: &Entity) -> Self {
        Self { entity: shown(entity), recent: lines(entity) }
    }
}

impl From<ShownV1> for Entity {
    fn from(ShownV1 { entity, recent }: ShownV1) -> Self {
        with_lines(entity.into(), || recent.into_iter().map(read).collect())
    }
}

/// What one publication changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct ChangesV1 {
    pub epoch: u64,
    pub revision: u64,
    pub now: TimeV1,
    pub granted: Option<GrantV1>,
    pub changes: Vec<ChangeV1>,
}

/// The new state of an entity. Of an alert, the lines of its timeline stand there where one was
/// added; else it has those that it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct ChangeV1 {
    pub key: KeyV1,
    pub next: Option<EntityV2>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent: Option<Vec<EventV1>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventV1>,
}

impl From<&Change> for ChangeV1 {
    fn from(change: &Change) -> Self {
        let recent = match (&change.next, &change.event) {
            (Some(entity @ Entity::Alert(alert)), Some(event))
                if alert.recent.last() == Some(event) =>
            {
                Some(lines(entity))
            }
            _ => None,
        };
        let event = change.event.as_deref().filter(|_| recent.is_none()).map(Into::into);
        Self { key: change.key.into(), next: change.next.as_ref().map(shown), recent, event }
    }
}

impl ChangeV1 {
    /// The change, for a table in which nothing of it is yet.
    pub fn upon(self, table: &Table) -> Change {
        let Self { key, next, recent, event } = self;
        let key = Key::from(key);
        let recent: Option<Arc<[_]>> = recent.map(|lines| lines.into_iter().map(read).collect());
        let event = event.map(read).or_else(|| recent.as_ref()?.last().cloned());
        let before = || match key {
            Key::Alert(id) => table.alert(id).map(|alert| alert.recent.clone()),
            Key::Service(_)
            | Key::Token(_)
            | Key::Once(_)
            | Key::Source(_)
            | Key::Delivery(_)
            | Key::Silence(_)
            | Key::Maintenance(_) => None,
        };
        let recent = || recent.clone().or_else(before).unwrap_or_default();
        let next = next.map(|next| with_lines(next.into(), recent));
        // It is kept where it comes from.
        Change { key, next, event, keep: Keep::Now }
    }
}

/// An entity as it may be shown to whoever may look: no digest leaves.
fn shown(entity: &Entity) -> EntityV2 {
    match EntityV2::from(entity) {
        EntityV2::Token(mut token) => {
            token.digest = DigestV1(Digest([0; 32]));
            EntityV2::Token(token)
        }
        other => other,
    }
}

fn lines(entity: &Entity) -> Vec<EventV1> {
    match entity {
        Entity::Alert(alert) => alert.recent.iter().map(|event| event.as_ref().into()).collect(),
        Entity::Service(_)
        | Entity::Token(_)
        | Entity::Once(_)
        | Entity::Source(_)
        | Entity::Delivery(_)
        | Entity::Silence(_)
        | Entity::Maintenance(_) => Vec::new(),
    }
}

fn read(event: EventV1) -> Arc<Event> {
    Arc::new(event.into())
}

fn with_lines(entity: Entity, lines: impl FnOnce() -> Arc<[Arc<Event>]>) -> Entity {
    match entity {
        Entity::Alert(mut alert) => {
            Arc::make_mut(&mut alert).recent = lines();
            Entity::Alert(alert)
        }
        other => other,
    }
}

/// What of the configuration a console shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Policy`, as far as it is shown")]
pub struct PolicyV1 {
    pub accounts: Vec<AccountV1>,
    pub services: Vec<TextV1>,
    pub default_service: TextV1,
    pub channels: Vec<ChannelV1>,
    pub resolve_timeout: SpanV1,
    pub acknowledged_for: Option<SpanV1>,
    pub acknowledged_for_service: Vec<(IdV1, Option<SpanV1>)>,
    pub retention: SpanV1,
    /// An owner of before did not say.
    #[serde(default)]
    pub dialect: DialectV1,
}

/// Which of Alertmanager's grammars is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Dialect`, word for word")]
pub enum DialectV1 {
    #[default]
    Fallback,
    Classic,
    Utf8Strict,
}

impl From<Dialect> for DialectV1 {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Fallback => Self::Fallback,
            Dialect::Classic => Self::Classic,
            Dialect::Utf8Strict => Self::Utf8Strict,
        }
    }
}

impl From<DialectV1> for Dialect {
    fn from(dialect: DialectV1) -> Self {
        match dialect {
            DialectV1::Fallback => Self::Fallback,
            DialectV1::Classic => Self::Classic,
            DialectV1::Utf8Strict => Self::Utf8Strict,
        }
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Account`, field by field")]
pub struct AccountV1 {
    pub id: IdV1,
    pub name: TextV1,
    pub email: TextV1,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Channel`, field by field")]
pub struct ChannelV1 {
    pub name: TextV1,
    pub of: Option<IdV1>,
    pub acknowledgements: bool,
}

impl From<&Policy> for PolicyV1 {
    fn from(policy: &Policy) -> Self {
        let account = |Account { id, name, email }: &Account| AccountV1 {
            id: IdV1(id.0),
            name: name.into(),
            email: email.into(),
        };
        let channel = |Channel { name, of, acknowledgements }: &Channel| ChannelV1 {
            name: name.into(),
            of: of.map(|id| IdV1(id.0)),
            acknowledgements: *acknowledgements,
        };
        let of_services = policy.acknowledged_for_service.iter();
        Self {
            accounts: policy.accounts.iter().map(account).collect(),
            services: policy.services.iter().map(Into::into).collect(),
            default_service: (&policy.default_service).into(),
            channels: policy.channels.iter().map(channel).collect(),
            resolve_timeout: SpanV1(policy.resolve_timeout),
            acknowledged_for: policy.acknowledged_for.map(SpanV1),
            acknowledged_for_service: of_services
                .map(|(id, span)| (IdV1(id.0), span.map(SpanV1)))
                .collect(),
            retention: SpanV1(policy.retention),
            dialect: policy.dialect.into(),
        }
    }
}

impl From<PolicyV1> for Policy {
    fn from(policy: PolicyV1) -> Self {
        let account = |AccountV1 { id, name, email }| Account {
            id: AccountId(id.0),
            name: name.into(),
            email: email.into(),
        };
        let channel = |ChannelV1 { name, of, acknowledgements }| Channel {
            name: name.into(),
            of: of.map(|id| AccountId(id.0)),
            acknowledgements,
        };
        let of_services = policy.acknowledged_for_service.into_iter();
        Self {
            accounts: policy.accounts.into_iter().map(account).collect(),
            services: policy.services.into_iter().map(Text::from).collect(),
            default_service: policy.default_service.into(),
            channels: policy.channels.into_iter().map(channel).collect(),
            resolve_timeout: policy.resolve_timeout.0,
            acknowledged_for: policy.acknowledged_for.map(|span| span.0),
            acknowledged_for_service: of_services
                .map(|(id, span)| (ServiceId(id.0), span.map(|span| span.0)))
                .collect(),
            retention: policy.retention.0,
            dialect: policy.dialect.into(),
            ..Self::default()
        }
    }
}

/// How the program is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of what the engine says of itself, field by field")]
pub struct VitalV1 {
    pub broken: Option<BrokenV1>,
    pub unheard: Option<OutageV1>,
    pub certificate: Option<CertificateV1>,
    pub absence: Option<AbsenceV1>,
    pub busy: u64,
    pub refusals: RefusalsV1,
}

/// Why nothing can be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct BrokenV1 {
    pub since: TimeV1,
    pub why: TextV1,
    pub retry: TimeV1,
}

/// Something that does not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct OutageV1 {
    pub since: TimeV1,
    pub why: TextV1,
}

/// The certificate that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct CertificateV1 {
    pub from: TimeV1,
    pub until: TimeV1,
    pub stuck: Option<OutageV1>,
}

/// A time in which nothing could be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct AbsenceV1 {
    pub why: DeafV1,
    pub from: TimeV1,
    pub grant: GrantV1,
}

/// Why nothing could be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Deaf`, word for word")]
pub enum DeafV1 {
    Start,
    Jump,
    Overload,
    Storage,
}

impl From<Deaf> for DeafV1 {
    fn from(deaf: Deaf) -> Self {
        match deaf {
            Deaf::Start => Self::Start,
            Deaf::Jump => Self::Jump,
            Deaf::Overload => Self::Overload,
            Deaf::Storage => Self::Storage,
        }
    }
}

impl From<DeafV1> for Deaf {
    fn from(deaf: DeafV1) -> Self {
        match deaf {
            DeafV1::Start => Self::Start,
            DeafV1::Jump => Self::Jump,
            DeafV1::Overload => Self::Overload,
            DeafV1::Storage => Self::Storage,
        }
    }
}

/// Who was turned away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct RefusalsV1 {
    pub rows: Vec<RefusedV1>,
    pub crowd: Vec<RefusedV1>,
    pub of: Vec<(TextV1, u64)>,
    pub count: u64,
}

/// Posts of one sender that were turned away for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct RefusedV1 {
    pub from: TextV1,
    pub sender: Option<TextV1>,
    pub why: TextV1,
    pub several: bool,
    pub status: Option<u16>,
    pub count: u64,
    pub first: TimeV1,
    pub last: TimeV1,
    pub spans: Vec<(TimeV1, u64)>,
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, to_value};

    use super::*;

    #[test]
    fn the_dialect_comes_along_and_an_owner_that_does_not_say_speaks_the_usual_one() {
        for dialect in [Dialect::Fallback, Dialect::Classic, Dialect::Utf8Strict] {
            let policy = Policy { dialect, ..Policy::default() };
            let mut told = to_value(PolicyV1::from(&policy)).unwrap();
            let read = |told| Policy::from(from_value::<PolicyV1>(told).unwrap()).dialect;
            assert_eq!(read(told.clone()), dialect);
            told.as_object_mut().unwrap().remove("dialect").unwrap();
            assert_eq!(read(told), Dialect::Fallback);
        }
    }
}
