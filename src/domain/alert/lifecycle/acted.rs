//! What people cause: T6 to T10, T12 and T14.

use super::{Act, By, Step, already_resolved, overtaken, suppressed, undone};
use crate::domain::actor::Person;
use crate::domain::alert::call::Call;
use crate::domain::alert::episode::{Alert, Note};
use crate::domain::alert::state::{Acknowledgement, Ending, Hold, Resolution, State};
use crate::domain::alert::suppression::Suppressor;
use crate::domain::command::Unchanged;
use crate::domain::draft::Tick;
use crate::domain::event::What;
use crate::domain::refusal::Refusal;
use crate::domain::severity::Severity;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after};

pub(super) fn act(alert: &Alert, act: &Act, by: By<'_>, tick: &Tick) -> Result<Step, Refusal> {
    let step = match act {
        Act::Acknowledge(lasts) => acknowledge(alert, *lasts, by, tick),
        Act::Unacknowledge => unacknowledge(alert, tick),
        Act::Assign(to) => assign(alert, to.as_ref(), tick),
        Act::Snooze(until) => snooze(alert, *until, by, tick),
        Act::Wake => Ok(wake(alert, tick)),
        Act::Resolve => Ok(resolve(alert, by, tick)),
        Act::Reopen => Ok(reopen(alert, tick)),
        Act::Note(text) => Ok(note(alert, text, by, tick)),
        Act::Undo(revision) => undone::undo(alert, *revision, by, tick),
    }?;
    // Where it is so already nobody is in the way.
    match (&step, overtaken(alert, act, by)) {
        (Step::Move(_), Some(event)) => Err(Refusal::Overtaken {
            by: event.actor.clone(),
            at: event.at,
            deed: Text::derive(&event.deed()),
        }),
        (Step::Move(_), None) | (Step::Keep(_), _) => Ok(step),
    }
}

/// T6, T7: the actor takes it, from firing or from whom they have seen to have it.
fn acknowledge(
    alert: &Alert,
    lasts: Option<SignedDuration>,
    by: By<'_>,
    tick: &Tick,
) -> Result<Step, Refusal> {
    let (over, level) = match &alert.standing.state {
        State::Resolved(resolution) => return Err(already_resolved(resolution)),
        State::Firing => (None, alert.severity),
        State::Acknowledged(held) if held.by == *by.actor => {
            return Ok(Step::Keep(Unchanged::AcknowledgedAlready));
        }
        State::Acknowledged(held) => (Some(held.by.clone()), alert.severity.max(held.level)),
    };
    let assigned = match alert.standing.assignee {
        None => by.actor.person().cloned(),
        Some(_) => None,
    };
    let lasts = lasts.filter(|_| level == Severity::Critical);
    let state = State::Acknowledged(Acknowledgement {
        by: by.actor.clone(),
        at: tick.now,
        level,
        revision: tick.revision,
        until: lasts.map(|lasts| after(tick.now, lasts)),
    });
    let what = What::Acknowledged { over, assigned: assigned.clone() };
    Ok(Step::of_person(alert, what, tick, |next| {
        next.enter(state, tick);
        next.standing.assignee = assigned.or(next.standing.assignee.take());
        next.standing.call = Call::Over;
    }))
}

/// T8, T7: back to firing.
fn unacknowledge(alert: &Alert, tick: &Tick) -> Result<Step, Refusal> {
    let had = match &alert.standing.state {
        State::Resolved(resolution) => return Err(already_resolved(resolution)),
        State::Firing => return Ok(Step::Keep(Unchanged::NotAcknowledged)),
        State::Acknowledged(held) => held.by.clone(),
    };
    Ok(Step::of_person(alert, What::Unacknowledged { had }, tick, |next| next.fire(tick)))
}

/// T12, T7: somebody else's, or nobody's. Apart from acknowledging.
fn assign(alert: &Alert, to: Option<&Person>, tick: &Tick) -> Result<Step, Refusal> {
    if let Some(resolution) = alert.standing.resolution() {
        return Err(already_resolved(resolution));
    }
    let from = alert.standing.assignee.clone();
    if from.as_ref().map(|person| person.id) == to.map(|person| person.id) {
        return Ok(Step::Keep(Unchanged::AssignedAlready));
    }
    let what = What::Assigned { from, to: to.cloned() };
    Ok(Step::of_person(alert, what, tick, |next| next.standing.assignee = to.cloned()))
}

/// T9, T7: quiet until then.
fn snooze(alert: &Alert, until: Timestamp, by: By<'_>, tick: &Tick) -> Result<Step, Refusal> {
    if let Some(resolution) = alert.standing.resolution() {
        return Err(already_resolved(resolution));
    }
    if until <= tick.now {
        return Err(Refusal::SnoozeOver { until });
    }
    if until > after(tick.now, Suppressor::LONGEST_SNOOZE) {
        return Err(Refusal::SnoozeTooLong(Suppressor::LONGEST_SNOOZE));
    }
    let snooze = Suppressor::Snooze { by: by.actor.clone(), until };
    Ok(suppressed::begin(alert, &snooze, tick))
}

/// T16: the snooze is over before its time.
fn wake(alert: &Alert, tick: &Tick) -> Step {
    match alert.suppressions.iter().find(|held| held.by.is_snooze()) {
        Some(snooze) if alert.is_open() => suppressed::end(alert, &snooze.by, tick),
        Some(snooze) => {
            // It would have outlasted the end, so its own end is a line.
            let mut next = alert.clone();
            next.suppressions.retain(|held| held.by != snooze.by);
            let what = What::Unsuppressed { by: snooze.by.clone(), since: snooze.since };
            Step::to(next, what)
        }
        None => Step::Keep(Unchanged::NotSuppressed),
    }
}

/// T10, T7: ended by hand. What its source gives a start is held: it may go on sending it for a
/// while.
fn resolve(alert: &Alert, by: By<'_>, tick: &Tick) -> Step {
    const HELD: SignedDuration = SignedDuration::from_mins(15);
    if !alert.is_open() {
        return Step::Keep(Unchanged::ResolvedAlready);
    }
    let until = after(tick.now, HELD);
    let hold = alert.starts_at.map(|_| Hold { until, reports: 0 });
    let how = Ending::Operator { by: by.actor.clone(), hold };
    let had = alert.standing.acknowledgement().cloned();
    let resolution = Resolution { how: how.clone(), at: tick.now, end: tick.now, had };
    Step::of_person(alert, What::Resolved(how), tick, |next| {
        next.resolve(resolution, tick);
        next.standing.call = Call::Over;
    })
}

/// T14: an ended one comes back, without an end until the next report. That no other episode is
/// open was seen to by the caller.
fn reopen(alert: &Alert, tick: &Tick) -> Step {
    if alert.is_open() {
        return Step::Keep(Unchanged::OpenAlready);
    }
    Step::of_person(alert, What::Reopened, tick, |next| {
        next.ends = None;
        next.webhook = next.webhook.map(|_| tick.now);
        next.fire(tick);
    })
}

/// T12, T7: a note, in any state.
fn note(alert: &Alert, text: &Text, by: By<'_>, tick: &Tick) -> Step {
    let mut next = alert.clone();
    next.notes.push(Note { at: tick.now, by: by.actor.clone(), text: text.clone() });
    Step::to(next, What::Noted(text.clone()))
}
