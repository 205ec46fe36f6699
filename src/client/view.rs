//! What a verb reads of the service: domain values, and records where those are all there is.

use super::source::ListedToken;
use crate::domain::alert::{Alert, Namespace};
use crate::domain::event::Event;
use crate::domain::id::{AccountId, Revision};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::record::shown::{AlertShownV1, FoundV1, ListingV1};
use crate::record::v1::TokenShownV1;

pub use crate::record::shown::{
    AccountV1 as ListedAccount, ExplanationV1 as Explained, ServiceShownV1 as ListedService,
};

/// Some alerts, as they were at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// When.
    pub now: Timestamp,
    /// The alerts, in no order.
    pub alerts: Vec<Shown>,
}

/// An alert with the name of its service. It comes without its recent lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The alert.
    pub alert: Alert,
    /// The name of its service.
    pub service: Text,
}

/// One alert with its timeline, as it was at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// When.
    pub now: Timestamp,
    /// The newest commit then: what an order about the alert is decided upon.
    pub revision: Revision,
    /// The alert.
    pub shown: Shown,
    /// The newest lines of its timeline, oldest first.
    pub timeline: Vec<Event>,
}

impl From<ListingV1> for Listing {
    fn from(listing: ListingV1) -> Self {
        let alerts = listing.alerts.into_iter().map(Into::into).collect();
        Self { now: listing.now.0, alerts }
    }
}

impl From<AlertShownV1> for Shown {
    fn from(shown: AlertShownV1) -> Self {
        Self { alert: shown.alert.into(), service: shown.service.into() }
    }
}

impl From<FoundV1> for Whole {
    fn from(found: FoundV1) -> Self {
        Self {
            now: found.now.0,
            revision: Revision(found.revision),
            shown: found.shown.into(),
            timeline: found.timeline.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<TokenShownV1> for ListedToken {
    fn from(token: TokenShownV1) -> Self {
        Self {
            name: token.name.into(),
            scopes: token.scopes.into(),
            account: token.account.map(|id| AccountId(id.0)),
            namespace: Namespace(token.namespace.into()),
            created: token.created.0,
        }
    }
}
