//! Undo: one's own act of a commit is taken back, if nothing has moved the alert since.

use std::sync::Arc;

use super::{By, Step};
use crate::domain::actor::Actor;
use crate::domain::alert::call::{Call, Pause};
use crate::domain::alert::episode::Alert;
use crate::domain::alert::suppression::{Suppression, Suppressor};
use crate::domain::draft::Tick;
use crate::domain::event::{Event, What};
use crate::domain::id::Revision;
use crate::domain::refusal::Refusal;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, since};

/// Within this time it was a slip: the call goes on as if nothing had been. Later, who was being
/// called has gone back to sleep.
const SLIP: SignedDuration = SignedDuration::from_secs(10);

/// Takes back what the actor did in that commit. Refused if they did nothing to the alert then,
/// or if anything moved it since.
pub(super) fn undo(
    alert: &Alert,
    revision: Revision,
    by: By<'_>,
    tick: &Tick,
) -> Result<Step, Refusal> {
    let own = |event: &&Arc<Event>| event.revision == revision && event.actor == *by.actor;
    let last = alert.recent.iter().filter(own).rfind(|event| event.can_be_undone());
    match last.map(|event| (event, &event.what)) {
        None => Err(Refusal::NotUndone { last: None }),
        Some((event, What::Suppressed(snooze))) => unsnooze(alert, event, snooze, tick),
        Some((event, What::Unsuppressed { by: snooze, since })) => {
            let suppression = Suppression { by: snooze.clone(), since: *since };
            snooze_on(alert, event, suppression, tick)
        }
        Some(_) => stand_as_before(alert, revision, by, tick),
    }
}

/// Puts back how the alert stood before the actor's acts of that commit.
fn stand_as_before(
    alert: &Alert,
    revision: Revision,
    by: By<'_>,
    tick: &Tick,
) -> Result<Step, Refusal> {
    // From the actor's first act of then on; a source may have moved it in the same commit.
    let of_then: Vec<&Arc<Event>> = alert
        .recent
        .iter()
        .filter(|event| event.revision == revision && event.what.moves())
        .skip_while(|event| event.actor != *by.actor || event.before.is_none())
        .collect();
    let nothing = || Refusal::NotUndone { last: None };
    let first = of_then.first().ok_or_else(nothing)?;
    let before = first.before.as_deref().ok_or_else(nothing)?;
    let others = of_then.iter().any(|event| event.actor != *by.actor);
    if others || alert.standing.touched != revision {
        let moved = |event: &&Arc<Event>| event.revision == alert.standing.touched;
        return Err(in_the_way(alert.recent.iter().rfind(moved)));
    }
    let mut next = alert.clone();
    next.standing = before.clone();
    if before.state == alert.standing.state {
        // Whose it is has nothing to do with the call.
        next.standing.call = alert.standing.call;
    } else {
        // An end of before would end it at once.
        next.ends = next.ends.filter(|ends| *ends > tick.now);
        next.call_on(before.call, first, tick);
    }
    Ok(Step::to(next, line(first)))
}

/// A snooze was none; the one that it replaced is there again, if its time has not come.
fn unsnooze(
    alert: &Alert,
    event: &Event,
    snooze: &Suppressor,
    tick: &Tick,
) -> Result<Step, Refusal> {
    let (earlier, later) = around(alert, event);
    let moved = |line: &&Arc<Event>| {
        let later = line.revision > event.revision && line.actor != event.actor;
        later && line.what.moves() && stands(line, &alert.recent, event.revision)
    };
    let later = later.or(alert.recent.iter().rfind(moved));
    if later.is_some() || !alert.suppressions.iter().any(|held| held.by == *snooze) {
        return Err(in_the_way(later));
    }
    let mut next = alert.clone();
    next.suppressions.retain(|held| held.by != *snooze);
    let replaced = earlier.and_then(|earlier| match &earlier.what {
        What::Suppressed(by @ Suppressor::Snooze { until, .. }) if *until > tick.now => {
            Some(Suppression { by: by.clone(), since: earlier.at })
        }
        _ => None,
    });
    next.suppressions.extend(replaced);
    if next.needs_call() {
        let was = match alert.standing.call {
            Call::Paused { calling, why: Pause::Suppressed } => Call::Calling(calling),
            other => other,
        };
        next.call_on(was, event, tick);
        if next.standing.call != was {
            next.standing.needed = tick.now;
            next.standing.touched = tick.revision;
        }
    }
    Ok(Step::to(next, line(event)))
}

/// A snooze was not to end: it goes on, unless its time has come.
fn snooze_on(
    alert: &Alert,
    event: &Event,
    suppression: Suppression,
    tick: &Tick,
) -> Result<Step, Refusal> {
    let (_, later) = around(alert, event);
    let moved = alert.standing.touched > event.revision;
    let over = match suppression.by {
        Suppressor::Snooze { until, .. } => until <= tick.now,
        Suppressor::Silence { .. } | Suppressor::Rule(_) => true,
    };
    if later.is_some() || moved || over {
        let moved = |event: &&Arc<Event>| event.revision == alert.standing.touched;
        return Err(in_the_way(later.or(alert.recent.iter().rfind(moved))));
    }
    let mut next = alert.clone();
    next.suppressions.push(suppression);
    next.standing.call = next.standing.call.paused(Pause::Suppressed);
    Ok(Step::to(next, line(event)))
}

/// The newest line about snoozing before `event`, and the newest one after it, but for what was
/// taken back.
fn around<'a>(alert: &'a Alert, event: &Event) -> (Option<&'a Arc<Event>>, Option<&'a Arc<Event>>) {
    let snoozing = |line: &&Arc<Event>| line.what.snoozes() && !is_undone(line, &alert.recent);
    let at = alert.recent.iter().rposition(|line| line.as_ref() == event).unwrap_or_default();
    let (before, after) = alert.recent.split_at(at);
    (before.iter().rfind(snoozing), after.iter().skip(1).rfind(snoozing))
}

fn in_the_way(line: Option<&Arc<Event>>) -> Refusal {
    Refusal::NotUndone { last: line.map(|event| Text::derive(&event.deed())) }
}

fn line(event: &Event) -> What {
    What::Undone { act: Text::derive(&event.to_string()), revision: event.revision }
}

/// The commit of the newest act in a timeline that its doer, `by`, has not taken back.
pub fn last_act<E: AsRef<Event>>(timeline: &[E], by: &Actor) -> Option<Revision> {
    let own = |line: &&E| {
        let line = line.as_ref();
        line.actor == *by && line.can_be_undone() && !is_undone(line, timeline)
    };
    timeline.iter().rfind(own).map(|line| line.as_ref().revision)
}

/// Whether what the line tells is so for who knows what was there at `seen`: it was not taken back,
/// and did not itself take back what came after that.
pub(super) fn stands<E: AsRef<Event>>(line: &Event, timeline: &[E], seen: Revision) -> bool {
    if let What::Undone { revision, .. } = &line.what {
        return *revision <= seen;
    }
    !is_undone(line, timeline)
}

/// Whether what the line tells was taken back since.
fn is_undone<E: AsRef<Event>>(line: &Event, timeline: &[E]) -> bool {
    timeline.iter().any(|later| {
        let what = &later.as_ref().what;
        matches!(what, What::Undone { revision, .. } if *revision == line.revision)
    })
}

impl Alert {
    /// Lets a call go on as it was if `act` was a slip, else begin anew.
    fn call_on(&mut self, was: Call, act: &Event, tick: &Tick) {
        if since(tick.now, act.at) < SLIP {
            self.call_as(was, tick);
        } else {
            self.call_anew(tick);
        }
    }
}

impl Event {
    /// Whether whoever did it may take it back, if nothing happens after it.
    fn can_be_undone(&self) -> bool {
        match &self.what {
            What::Suppressed(by) => by.is_snooze(),
            What::Unsuppressed { by, .. } => by.is_snooze() && self.actor != Actor::Watchbell,
            _ => self.what.moves() && self.before.is_some(),
        }
    }
}

impl What {
    fn snoozes(&self) -> bool {
        match self {
            Self::Suppressed(by) | Self::Unsuppressed { by, .. } => by.is_snooze(),
            Self::Worsened { .. } => true,
            _ => false,
        }
    }
}
