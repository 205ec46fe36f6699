//! What time causes: T13, a snooze or an acknowledgement that is over, and marks that fade.

use super::{Step, suppressed};
use crate::domain::alert::call::Call;
use crate::domain::alert::episode::Alert;
use crate::domain::alert::state::{Ending, Resolution, State};
use crate::domain::alert::suppression::Suppressor;
use crate::domain::command::Unchanged;
use crate::domain::draft::Tick;
use crate::domain::event::What;
use crate::domain::time::Timestamp;

/// Takes the step of the first deadline that has passed. One at a time: each is a line, and may
/// move the others.
pub(super) fn step(alert: &Alert, tick: &Tick) -> Step {
    let passed = |due: Option<Timestamp>| due.is_some_and(|due| due <= tick.now);
    if passed(alert.wakes()) {
        wake(alert, tick)
    } else if passed(alert.times_out()) {
        time_out(alert, tick)
    } else if passed(alert.acknowledgement_ends()) {
        expire(alert, tick)
    } else if passed(alert.flapping_ends()) {
        calm_down(alert, tick)
    } else if passed(alert.goes_stale()) {
        let mut next = alert.clone();
        next.marks.stale = Some(tick.now);
        Step::to(next, What::WentStale)
    } else if passed(alert.hold_ends()) {
        alert.released().map_or(Step::Keep(Unchanged::NotDue), |next| Step::to(next, None))
    } else if passed(alert.pause_ends()) {
        let mut next = alert.clone();
        next.standing.call = Call::Over;
        Step::to(next, None)
    } else {
        Step::Keep(Unchanged::NotDue)
    }
}

fn wake(alert: &Alert, tick: &Tick) -> Step {
    let snooze = alert.suppressions.iter().find(|held| held.by.is_snooze());
    match snooze {
        Some(snooze) => suppressed::end(alert, &snooze.by.clone(), tick),
        None => Step::Keep(Unchanged::NotDue),
    }
}

/// T13: nothing more was heard of it. While we could not have heard, it is given longer.
fn time_out(alert: &Alert, tick: &Tick) -> Step {
    let mut next = alert.clone();
    let granted = tick.granted.and_then(|grant| grant.end(alert.seen.last, tick.now));
    if granted.is_some() {
        next.marks.granted = granted;
        return Step::to(next, None);
    }
    let had = alert.standing.acknowledgement().cloned();
    let end = alert.ends.unwrap_or(tick.now);
    next.resolve(Resolution { how: Ending::TimeOut, at: tick.now, end, had }, tick);
    Step::to(next, What::Resolved(Ending::TimeOut))
}

/// T8: back to firing.
fn expire(alert: &Alert, tick: &Tick) -> Step {
    let mut next = alert.clone();
    let State::Acknowledged(held) = &alert.standing.state else {
        return Step::Keep(Unchanged::NotDue);
    };
    next.fire(tick);
    Step::to(next, What::AcknowledgementExpired { had: held.by.clone() })
}

fn calm_down(alert: &Alert, tick: &Tick) -> Step {
    let mut next = alert.clone();
    next.marks.flapping = None;
    next.marks.reopened.clear();
    if next.needs_call() {
        next.standing.needed = tick.now;
        next.standing.touched = tick.revision;
        next.call_anew(tick);
    }
    Step::to(next, What::FlappingEnded)
}

impl Alert {
    /// As it is without its hold, where it has one.
    pub fn released(&self) -> Option<Self> {
        self.standing.hold()?;
        let mut next = self.clone();
        if let State::Resolved(Resolution { how: Ending::Operator { hold, .. }, .. }) =
            &mut next.standing.state
        {
            *hold = None;
        }
        Some(next)
    }
}

impl Suppressor {
    /// Whether it is somebody's snooze.
    pub(super) fn is_snooze(&self) -> bool {
        match self {
            Self::Snooze { .. } => true,
            Self::Silence { .. } | Self::Rule(_) => false,
        }
    }
}
