//! Reports: what a source says about one alert at one time, parsed and not yet decided.

use super::alert::Identity;
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
    },
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
    pub link: Option<Box<str>>,
}

impl Payload {
    /// The labels of an alert of this severity. A plain alert has a `severity` label even where
    /// its sender gave none, so that matchers and routes can see it; the labels of documents are
    /// never added to.
    pub fn labels_at(&self, severity: Severity) -> Labels {
        match self.service {
            NamedService::Strictly(_) => {
                self.labels.with_missing([("severity", &severity.to_string())])
            }
            NamedService::Loosely(_) | NamedService::Default => self.labels.clone(),
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
