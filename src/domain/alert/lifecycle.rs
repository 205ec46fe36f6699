//! The lifecycle: one pure function, from an alert and what happens to it, to what comes of it.
//!
//! The rules are numbered T1 to T16 in `docs/lifecycle.md`. Nothing here looks at another alert
//! or at a clock.

mod acted;
mod overtaken;
mod passed;
mod reported;
mod suppressed;
mod undone;

pub use overtaken::overtaken;
pub use undone::last_act;

use std::sync::Arc;

use super::call::{Call, Calling, Pause};
use super::episode::{Alert, Seen};
use super::identity::Identity;
use super::source::Source;
use super::state::{Resolution, Standing, State};
use super::suppression::Suppressor;
use crate::domain::actor::{Actor, Person};
use crate::domain::command::Unchanged;
use crate::domain::draft::Tick;
use crate::domain::event::What;
use crate::domain::id::{AlertId, Revision, ServiceId};
use crate::domain::refusal::{Refusal, ResolvedBy};
use crate::domain::report::Payload;
use crate::domain::severity::Severity;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp};

/// What can happen to an alert.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A source says that it fires.
    Report(Box<Heard>),
    /// A source says that it has ended.
    Ended {
        /// When, by the sender's clock.
        at: Option<Timestamp>,
    },
    /// Somebody acts on it.
    Act(Act),
    /// A deadline of its own has passed.
    Time,
    /// Something keeps it quiet from now on.
    Suppress(Suppressor),
    /// Something does not keep it quiet any more.
    Unsuppress(Suppressor),
}

/// A firing report, with all that was looked up for it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The id of the alert, should it be a new one.
    pub id: AlertId,
    /// Which episode it is, should it be a new one.
    pub occurrence: u32,
    /// Of what.
    pub identity: Identity,
    /// The service it is about.
    pub service: ServiceId,
    /// The name of the service it was about, for an alert there was.
    pub service_was: Option<Text>,
    /// The name of the service it is about.
    pub service_is: Text,
    /// When it is over if nothing more is heard of it, by API v2's rules.
    pub ends: Option<Timestamp>,
    /// What API v2 has told of it, this report included, where it came by API v2.
    pub source: Option<Arc<Source>>,
    /// How far behind its sender's clock is, where the report shows that.
    pub behind: Option<SignedDuration>,
    /// What it carries.
    pub payload: Payload,
}

/// What somebody can do to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take it; for so long, where acknowledgements run out.
    Acknowledge(Option<SignedDuration>),
    /// Give it back to firing.
    Unacknowledge,
    /// Give it to somebody, or to nobody.
    Assign(Option<Person>),
    /// Hear of it later.
    Snooze(Timestamp),
    /// Hear of it again.
    Wake,
    /// End it.
    Resolve,
    /// Bring it back.
    Reopen,
    /// Write on it.
    Note(Text),
    /// Take back one's own act of that commit.
    Undo(Revision),
}

/// Who makes it happen, and which revision of the alert they saw.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// What they saw, where they saw the alert.
    pub seen: Option<Revision>,
}

/// What comes of it.
#[derive(Debug)]
pub enum Step {
    /// Nothing changes.
    Keep(Unchanged),
    /// An alert changes, or begins.
    Move(Box<Move>),
}

/// How an alert changes.
#[derive(Debug)]
pub struct Move {
    /// Its new state.
    pub next: Alert,
    /// The line that explains it, if it deserves one.
    pub what: Option<What>,
    /// What an undo puts back, where people can take it back.
    pub undo: Option<Standing>,
}

impl Step {
    /// A change that nobody can take back.
    fn to(next: Alert, what: impl Into<Option<What>>) -> Self {
        Self::Move(Box::new(Move { next, what: what.into(), undo: None }))
    }

    /// A step of a person: moves the standing, and can be undone.
    fn of_person(alert: &Alert, what: What, tick: &Tick, change: impl FnOnce(&mut Alert)) -> Self {
        let mut next = alert.clone();
        change(&mut next);
        next.standing.touched = tick.revision;
        Self::Move(Box::new(Move { next, what: Some(what), undo: Some(alert.standing.clone()) }))
    }
}

/// Takes one step. `alert` is the open episode of the identity, or else its newest one.
///
/// Refuses what T7 refuses, an act of somebody who has not seen what another did to it just before
/// (T6, [`overtaken()`]), and an undo of what is not the asker's last act.
pub fn step(
    alert: Option<&Alert>,
    happening: &Happening,
    by: By<'_>,
    tick: &Tick,
) -> Result<Step, Refusal> {
    let Some(alert) = alert else {
        return Ok(match happening {
            Happening::Report(heard) => reported::first(heard, by, tick),
            Happening::Ended { .. }
            | Happening::Act(_)
            | Happening::Time
            | Happening::Suppress(_)
            | Happening::Unsuppress(_) => Step::Keep(Unchanged::ResolvedAlready),
        });
    };
    match happening {
        Happening::Report(heard) => Ok(reported::again(alert, heard, by, tick)),
        Happening::Ended { at } => Ok(reported::ended(alert, *at, tick)),
        Happening::Act(act) => acted::act(alert, act, by, tick),
        Happening::Time => Ok(passed::step(alert, tick)),
        Happening::Suppress(suppressor) => Ok(suppressed::begin(alert, suppressor, tick)),
        Happening::Unsuppress(suppressor) => Ok(suppressed::end(alert, suppressor, tick)),
    }
}

impl Alert {
    /// Puts it into another state. When it came into it is what flapping looks at.
    fn enter(&mut self, state: State, tick: &Tick) {
        self.standing.state = state;
        self.standing.since = tick.now;
        self.standing.touched = tick.revision;
    }

    /// Makes it firing, needed from now on, and calls people unless something keeps it quiet.
    fn fire(&mut self, tick: &Tick) {
        self.enter(State::Firing, tick);
        self.standing.needed = tick.now;
        self.call_anew(tick);
    }

    /// Ends it. A call that nobody answered is paused: it may come back.
    fn resolve(&mut self, resolution: Resolution, tick: &Tick) {
        self.standing.call = self.standing.call.paused(Pause::Ended);
        self.enter(State::Resolved(resolution), tick);
    }

    /// Begins a call, as far as the alert asks for one.
    fn call_anew(&mut self, tick: &Tick) {
        self.call_from(Calling { since: tick.now, cause: tick.revision });
    }

    /// Lets a call go on or begin, as far as the alert asks for one.
    fn call_from(&mut self, calling: Calling) {
        self.standing.call = match (self.severity, &self.standing.state) {
            (Severity::Warning, _) => Call::Quiet,
            (Severity::Critical, State::Firing) if self.is_suppressed() => {
                Call::Paused { calling, why: Pause::Suppressed }
            }
            (Severity::Critical, State::Firing) => Call::Calling(calling),
            (Severity::Critical, State::Acknowledged(_) | State::Resolved(_)) => Call::Over,
        };
    }

    /// Lets the call be as it was, as far as its reason still holds. What paused a call and does so
    /// no longer has a new call for its end.
    fn call_as(&mut self, was: Call, tick: &Tick) {
        match was {
            Call::Calling(calling) | Call::Paused { calling, why: Pause::Ended } => {
                self.call_from(calling);
            }
            Call::Paused { calling, why: Pause::Suppressed } if self.is_suppressed() => {
                self.call_from(calling);
            }
            Call::Paused { why: Pause::Flapping, .. } if self.marks.flapping.is_some() => {
                self.call_anew(tick);
                self.standing.call = self.standing.call.paused(Pause::Flapping);
            }
            Call::Paused { .. } | Call::Quiet | Call::Over => self.call_anew(tick),
        }
    }

    fn heard_again(&mut self, tick: &Tick) {
        self.seen = Seen { count: self.seen.count.saturating_add(1), last: tick.now };
        self.marks.stale = None;
        self.marks.granted = None;
    }
}

fn already_resolved(resolution: &Resolution) -> Refusal {
    Refusal::Resolved(ResolvedBy(Box::new(resolution.clone())))
}

#[cfg(test)]
mod tests;
