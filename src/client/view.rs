//! What a verb reads of the service: domain values, and records where those are all there is.

use super::source::ListedToken;
use crate::domain::alert::{Alert, Namespace};
use crate::domain::event::Event;
use crate::domain::id::{AccountId, Revision};
use crate::domain::silence::{Preview, Silence};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::record::shown::{
    AlertShownV1, FoundV1, ListingV1, PreviewV1, SilenceShownV1, SilencesV1, TitleV1,
};
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

/// All silences that are kept, as they were at one time, in API v2's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silences {
    /// When.
    pub now: Timestamp,
    /// The silences.
    pub silences: Vec<ShownSilence>,
}

/// A silence with what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSilence {
    /// The silence.
    pub silence: Silence,
    /// How many open alerts it mutes.
    pub mutes: usize,
    /// How many of those would call somebody if it ended.
    pub would_call: usize,
}

/// What matchers would mute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previewed {
    /// When that was.
    pub at: Timestamp,
    /// How many alerts were open.
    pub open: usize,
    /// How much would be muted.
    pub preview: Preview,
    /// What it is of that which is open, the most frequent first.
    pub titles_now: Vec<(Text, usize)>,
}

impl From<SilencesV1> for Silences {
    fn from(silences: SilencesV1) -> Self {
        let SilencesV1 { now, silences } = silences;
        Self { now: now.0, silences: silences.into_iter().map(Into::into).collect() }
    }
}

impl From<SilenceShownV1> for ShownSilence {
    fn from(shown: SilenceShownV1) -> Self {
        let SilenceShownV1 { silence, mutes, would_call } = shown;
        Self { silence: silence.into(), mutes, would_call }
    }
}

impl From<PreviewV1> for Previewed {
    fn from(record: PreviewV1) -> Self {
        let PreviewV1 { at, open, now, lately, titles_now, titles } = record;
        let told = |titles: Vec<TitleV1>| {
            titles.into_iter().map(|TitleV1 { title, alerts }| (title.into(), alerts)).collect()
        };
        let preview = Preview { now: now.into(), lately: lately.into(), titles: told(titles) };
        Self { at: at.0, open, preview, titles_now: told(titles_now) }
    }
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
