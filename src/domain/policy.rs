//! The policy: what the configuration *means* for decisions. Immutable; replaced whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::actor::Person;
use super::id::{AccountId, ServiceId};
use super::maintenance::Maintenance;
use super::matcher::Dialect;
use super::severity::SeverityWords;
use super::text::Text;
use super::time::SignedDuration;

/// What the configuration means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The people, in the order of the configuration. Names and ids are unique.
    pub accounts: Vec<Account>,
    /// The services of the configuration.
    pub services: Vec<Text>,
    /// The service of an alert that names none.
    pub default_service: Text,
    /// The label by which documents without fields of their own name the service.
    pub service_label: Box<str>,
    /// What becomes of a service that a plain payload names and nobody knows.
    pub unknown_services: UnknownServices,
    /// How many services there may be; above it, new names go to the default service.
    pub max_services: usize,
    /// The words for severities.
    pub severity: SeverityWords,
    /// How long an API v2 alert lasts whose sender gives no end.
    pub resolve_timeout: SignedDuration,
    /// How labels may be called, and matchers read, in API v2.
    pub dialect: Dialect,
    /// After how long an acknowledgement of a critical alert runs out, where it does.
    pub acknowledged_for: Option<SignedDuration>,
    /// The same, of single services.
    pub acknowledged_for_service: BTreeMap<ServiceId, Option<SignedDuration>>,
    /// The channels that are told of critical alerts. Their names are unique.
    pub channels: Vec<Channel>,
    /// What is kept quiet again and again, in the order of the configuration. Names are unique.
    pub maintenance: Vec<Arc<Maintenance>>,
    /// How long ended alerts are kept.
    pub retention: SignedDuration,
    /// How long silences that are over are kept.
    pub silence_retention: SignedDuration,
    /// How many silences there may be, those that are over and still kept included; where there is a
    /// limit.
    pub max_silences: Option<usize>,
    /// How large a silence may be, in the bytes that Alertmanager would keep; where there is a limit.
    /// The configuration always sets one: whoever makes a silence has it written anew at each step.
    pub max_silence_size: Option<usize>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Made from the name.
    pub id: AccountId,
    /// The name.
    pub name: Text,
    /// The mail address; may be empty.
    pub email: Text,
}

/// Where critical alerts are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The name.
    pub name: Text,
    /// Whose it is alone, if anybody's: it is told also what is given to them.
    pub of: Option<AccountId>,
    /// Whether it is told that somebody else has taken an alert it was called for.
    pub acknowledgements: bool,
}

/// What becomes of a service nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownServices {
    /// It is created.
    Create,
    /// A plain payload is refused.
    Refuse,
}

impl Account {
    /// The account called `name`.
    pub fn new(name: &str, email: &str) -> Self {
        let name = Text::derive(name);
        Self { id: AccountId::of(name.as_str()), name, email: Text::derive(email) }
    }

    /// The account as a timeline names it.
    pub fn person(&self) -> Person {
        Person { id: self.id, name: self.name.clone() }
    }
}

impl Channel {
    /// A channel of nobody's alone, which hears of what calls and of how it ends.
    pub fn shared(name: &str) -> Self {
        Self { name: Text::derive(name), of: None, acknowledgements: false }
    }
}

impl Policy {
    /// How large a silence may be if nobody says otherwise.
    pub const SILENCE_SIZE: usize = 64 * 1024;

    /// The largest that may be allowed.
    pub const MOST_SILENCE_SIZE: usize = 1024 * 1024;

    /// The account of this id.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The account of this name.
    pub fn account_named(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name.as_str() == name)
    }

    /// After how long an acknowledgement runs out, where it does.
    pub fn acknowledged_for(&self, service: ServiceId) -> Option<SignedDuration> {
        let own = self.acknowledged_for_service.get(&service);
        own.copied().unwrap_or(self.acknowledged_for)
    }

    /// The id of the default service.
    pub fn default_service_id(&self) -> ServiceId {
        ServiceId::of(self.default_service.as_str())
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            services: Vec::new(),
            default_service: Text::derive("default"),
            service_label: "service".into(),
            unknown_services: UnknownServices::Create,
            max_services: 1_000,
            severity: SeverityWords::default(),
            resolve_timeout: SignedDuration::from_mins(5),
            dialect: Dialect::default(),
            acknowledged_for: None,
            acknowledged_for_service: BTreeMap::new(),
            channels: Vec::new(),
            maintenance: Vec::new(),
            retention: SignedDuration::from_hours(90 * 24),
            silence_retention: SignedDuration::from_hours(120),
            max_silences: None,
            max_silence_size: Some(Self::SILENCE_SIZE),
        }
    }
}
