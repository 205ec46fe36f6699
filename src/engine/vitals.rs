//! Vitals: how the program itself is. Counted and shown, never stored.

use std::sync::Arc;

use tokio::sync::watch;

use super::counts::Counts;
use super::refusals::{Refusals, Refused};
use crate::domain::command::Deaf;
use crate::domain::table::Grant;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, before, since};

/// How the program is; written by any part, read by the console.
#[derive(Debug)]
pub struct Vitals {
    vital: watch::Sender<Vital>,
    counts: Counts,
}

/// What there is to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vital {
    /// Whether anything can be saved.
    pub store: StoreState,
    /// The requests that were turned away at the door.
    pub refusals: Arc<Refusals>,
    /// How many posts were not taken in, because too much waited or was under way.
    pub busy: u64,
    /// Since when and why nobody can connect to where alerts are taken in, while that is so.
    pub unheard: Option<Outage>,
    /// The certificate that is shown, where TLS is spoken.
    pub certificate: Option<Certificate>,
    /// When we could last not have heard of anything, but for what was refused as too much.
    pub absence: Option<Absence>,
}

/// Something that does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Since when.
    pub since: Timestamp,
    /// Why, in words.
    pub why: Text,
}

/// The certificate that is shown to whoever connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// From when it is good.
    pub from: Timestamp,
    /// Until when it is good: afterwards hardly a sender takes it.
    pub until: Timestamp,
    /// Since when and why another one lies there that cannot be used, while that is so.
    pub stuck: Option<Outage>,
}

impl Certificate {
    /// So long before its end somebody should see to it, unless it lives so short that this is a
    /// large part of its life.
    const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// From when on it should have been renewed: in the last tenth of its life, a week at most.
    pub fn ends_soon_from(&self) -> Timestamp {
        before(self.until, (since(self.until, self.from) / 10).min(Self::SOON))
    }
}

/// A time in which we could not have heard of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Why.
    pub why: Deaf,
    /// When we could last have heard. After a start that is when we last heard anything.
    pub from: Timestamp,
    /// Since when we hear again, and until when nothing times out that was heard before.
    pub grant: Grant,
}

/// Whether anything can be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// Yes.
    Well,
    /// No: what is not saved is not shown, and everything is refused.
    Broken {
        /// Since when.
        since: Timestamp,
        /// Why, in words.
        why: Text,
        /// When it is tried again.
        retry: Timestamp,
    },
}

impl Vitals {
    pub(super) fn new() -> Self {
        let vital = Vital {
            store: StoreState::Well,
            refusals: Arc::default(),
            busy: 0,
            unheard: None,
            certificate: None,
            absence: None,
        };
        Self { vital: watch::Sender::new(vital), counts: Counts::default() }
    }

    /// How it is now.
    pub fn now(&self) -> Vital {
        self.vital.borrow().clone()
    }

    /// Tells whenever anything changes.
    pub fn watch(&self) -> watch::Receiver<Vital> {
        self.vital.subscribe()
    }

    /// What is counted and wakes nobody.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// A request was turned away at the door.
    pub fn refuse(&self, refused: &Refused) {
        self.vital.send_modify(|vital| Arc::make_mut(&mut vital.refusals).add(refused));
    }

    /// A post was not taken in, because too much is under way: we are deaf to what it said.
    pub fn busy(&self) {
        self.vital.send_modify(|vital| vital.busy = vital.busy.saturating_add(1));
    }

    /// Whether anybody can connect to where alerts are taken in. There is one such place, whose word
    /// is the last: a second listener would need a slot of its own, or the one that is well would
    /// take back what the other one said. The socket of this host's own programs says nothing here.
    pub fn listener(&self, outage: Option<Outage>) {
        self.vital.send_if_modified(|vital| {
            let news = vital.unheard != outage;
            vital.unheard = outage;
            news
        });
    }

    /// Which certificate is shown.
    pub fn certificate(&self, certificate: Option<Certificate>) {
        self.vital.send_if_modified(|vital| {
            let news = vital.certificate != certificate;
            vital.certificate = certificate;
            news
        });
    }

    /// We hear again.
    pub(super) fn back(&self, absence: Absence) {
        self.vital.send_modify(|vital| vital.absence = Some(absence));
    }

    pub(super) fn store(&self, state: StoreState) {
        self.vital.send_if_modified(|vital| {
            let news = vital.store != state;
            vital.store = state;
            news
        });
    }
}
