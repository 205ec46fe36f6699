//! Reports: what a source says about one alert at one time, parsed and not yet decided.

use std::sync::Arc;

use super::alert::{Alert, Identity, Told};
use super::id::OnceId;
use super::labels::Labels;
use super::severity::{Severity, SeverityReading};
use super::text::Text;
use super::time::Timestamp;

/// One report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// It fires.
    Firing {
        /// Of what.
        subject: Subject,
        /// With what.
        payload: Box<Payload>,
    },
    /// It has ended. Needs nothing but its identity.
    Resolved {
        /// Of what.
        identity: Identity,
        /// By which road it came.
        road: Road,
        /// When it ended, by the sender's clock.
        ends_at: Option<Timestamp>,
    },
    /// A source tells from when to when it fires, as API v2 does. Whether that means firing or
    /// resolved follows from what it told before.
    Interval {
        /// Of what.
        identity: Identity,
        /// From when to when.
        told: Told,
        /// With what.
        payload: Box<Payload>,
    },
}

impl Report {
    /// By which road it came.
    pub fn road(&self) -> Road {
        match self {
            Self::Firing { payload, .. } | Self::Interval { payload, .. } => payload.road,
            Self::Resolved { road, .. } => *road,
        }
    }
}

/// How a report came: what a sender that falls silent means differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Road {
    /// A plain payload: it speaks once, and its silence means nothing.
    Plain,
    /// A webhook document: repeated every few hours while it fires.
    Webhook,
    /// An interval of API v2: repeated every few minutes, and over when it is not.
    V2,
}

/// What a firing report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An alert its sender has a name for.
    Known(Identity),
    /// A manual alert: a new one each time, but for a repeated idempotency key.
    Manual {
        /// The sender's namespace.
        namespace: super::alert::Namespace,
        /// The caller's `Idempotency-Key`.
        once: Option<OnceId>,
    },
}

/// What a firing report carries. An update replaces the former payload whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// By which road it came.
    pub road: Road,
    /// What it is, for people. Never empty.
    pub title: Text,
    /// The service that was named.
    pub service: NamedService,
    /// The severity, looked up.
    pub severity: SeverityReading,
    /// Labels, as `lifecycle` §1 completes them.
    pub labels: Labels,
    /// Annotations as they came.
    pub annotations: Labels,
    /// When it began, by the sender's clock.
    pub starts_at: Option<Timestamp>,
    /// The source's own page about it.
    pub link: Option<Arc<str>>,
}

impl Payload {
    /// Whether `alert` may have come of it: what a repeated manual post must not change.
    pub fn is_of(&self, alert: &Alert) -> bool {
        self.title == alert.title
            && self.annotations == alert.annotations
            && self.labels.iter().all(|(name, value)| alert.labels.get(name) == Some(value))
    }

    /// The labels of an alert of this severity. A plain alert has a `severity` label even where
    /// its sender gave none, so that matchers and routes can see it; the labels of documents are
    /// never added to.
    pub fn labels_at(&self, severity: Severity) -> Labels {
        match self.road {
            Road::Plain => self.labels.with_missing([("severity", &severity.to_string())]),
            Road::Webhook | Road::V2 => self.labels.clone(),
        }
    }
}

/// How a service was named, which says what becomes of a name nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedService {
    /// By a plain payload: unknown names are refused where the configuration is strict.
    Strictly(Text),
    /// By a document that is never refused: unknown names then go to the default service.
    Loosely(Text),
    /// Not at all: the default service.
    Default,
}
