//! The outbox: notifications are owed in the commit of their cause, and looked at again before
//! every attempt.

use std::sync::Arc;

use crate::domain::actor::Actor;
use crate::domain::alert::{Alert, Call, Pause};
use crate::domain::delivery::{Delivery, Outcome, Progress, Tell};
use crate::domain::draft::Draft;
use crate::domain::entity::{Entity, Key};
use crate::domain::event::{Event, What};
use crate::domain::id::{AlertId, DeliveryId};
use crate::domain::tells::{hears, moot, tells};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after, since};

/// A resolution is told a little later: it may have been none.
const RESOLVED_TOLD_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// A channel that took nothing for so long will not tell anybody in time.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// The waits between attempts: the first, and the longest.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(5);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// Owes what `event` gives cause to tell, to every channel that hears of it.
pub(super) fn owe(draft: &mut Draft, alert: &Alert, event: &Event) {
    let Some(tell) = tells(alert, event) else {
        return renew(draft, alert);
    };
    let now = draft.tick.now;
    let next = match tell {
        Tell::Page | Tell::Flapping | Tell::Acknowledged | Tell::Assigned => now,
        Tell::Resolved | Tell::FellSilent => after(now, RESOLVED_TOLD_AFTER),
    };
    let policy = Arc::clone(draft.table().policy());
    for channel in &policy.channels {
        if !hears(draft.table(), alert, tell, channel) {
            continue;
        }
        let (cause, name) = (event.revision, channel.name.clone());
        let delivery = Delivery {
            id: DeliveryId::of(alert.id, cause, &tell.to_string(), name.as_str()),
            alert: alert.id,
            cause,
            tell,
            channel: name,
            created: now,
            attempts: 0,
            state: Progress::Waiting { next, after: None },
        };
        draft.put(Entity::Delivery(Arc::new(delivery)), None);
    }
}

/// A call that goes on, as if what stopped it had not been, tells what was not told meanwhile:
/// under the same id, for it may have arrived all the same.
fn renew(draft: &mut Draft, alert: &Alert) {
    let since = match alert.standing.call {
        Call::Calling(calling) => calling.since,
        Call::Paused { why: Pause::Flapping, .. } => alert.marks.flapping.unwrap_or(Timestamp::MAX),
        Call::Quiet | Call::Over | Call::Paused { .. } => return,
    };
    let stopped: Vec<Arc<Delivery>> = draft
        .table()
        .deliveries_of(alert.id)
        .filter(|delivery| delivery.tell.calls() && delivery.created >= since)
        .filter(|delivery| matches!(delivery.state, Progress::Superseded { .. }))
        .filter(|delivery| moot(draft.table(), delivery).is_none())
        .cloned()
        .collect();
    for delivery in stopped {
        let mut next = delivery.as_ref().clone();
        next.state = Progress::Waiting { next: draft.tick.now, after: None };
        draft.put(Entity::Delivery(Arc::new(next)), None);
    }
}

/// Its time has come: begins an attempt, if there still is something to tell. An attempt whose
/// outcome was never heard of waits again, under the same id.
pub(super) fn attempt(draft: &mut Draft, delivery: &Delivery) {
    let now = draft.tick.now;
    let mut next = delivery.clone();
    let forgotten = matches!(delivery.state, Progress::Attempt { .. });
    next.state = match moot(draft.table(), delivery) {
        Some(why) => Progress::Superseded { at: now, why: Text::derive(&why) },
        None if forgotten && since(now, delivery.created) >= GIVEN_UP_AFTER => {
            Progress::GivenUp { at: now, why: Text::derive("no attempt came to anything") }
        }
        None => {
            next.attempts = next.attempts.saturating_add(1);
            Progress::Attempt { since: now }
        }
    };
    end_attempt(draft, next);
}

/// What came of an attempt. What was taken was taken, whatever was thought of it meanwhile; any
/// other outcome counts only for the last attempt.
pub(super) fn settle(draft: &mut Draft, id: DeliveryId, attempt: u32, outcome: &Outcome) {
    let Some(delivery) = draft.table().delivery(id).cloned() else { return };
    let counts = match (&delivery.state, outcome) {
        (Progress::Sent { .. }, _) => false,
        (_, Outcome::Taken) => delivery.attempts >= attempt,
        (Progress::Attempt { .. }, _) => delivery.attempts == attempt,
        _ => false,
    };
    if !counts {
        return;
    }
    let now = draft.tick.now;
    let mut next = delivery.as_ref().clone();
    next.state = match outcome {
        Outcome::Taken => Progress::Sent { at: now },
        Outcome::Never { why } => Progress::GivenUp { at: now, why: why.clone() },
        Outcome::Moot { why } => {
            // Nobody was asked, so that nobody can have heard of it.
            next.attempts = next.attempts.saturating_sub(1);
            match moot(draft.table(), &delivery) {
                Some(_) => Progress::Superseded { at: now, why: why.clone() },
                // Somebody gave it back since.
                None => Progress::Waiting { next: now, after: None },
            }
        }
        Outcome::NotNow { why, .. } if since(now, delivery.created) >= GIVEN_UP_AFTER => {
            Progress::GivenUp { at: now, why: why.clone() }
        }
        Outcome::NotNow { why, wait } => {
            let next = after(now, pause(draft, attempt).max(wait.unwrap_or_default()));
            Progress::Waiting { next, after: Some(why.clone()) }
        }
    };
    end_attempt(draft, next);
}

/// Puts how far a delivery has come, with the line of the timeline that this deserves.
fn end_attempt(draft: &mut Draft, delivery: Delivery) {
    let what = line(&delivery);
    let (id, settled) = (delivery.alert, delivery.is_settled());
    let channel = delivery.channel.clone();
    draft.put(Entity::Delivery(Arc::new(delivery)), None);
    if settled {
        tidy(draft, id, &channel);
    }
    let alert = draft.table().alert(id).cloned();
    if let (Some(what), Some(alert)) = (what, alert) {
        let mut alert = alert.as_ref().clone();
        alert.revision = draft.tick.revision;
        let event = draft.event(&Actor::Watchbell, Key::Alert(alert.id), what, None);
        alert.remember(Arc::clone(&event));
        draft.put(Entity::Alert(Arc::new(alert)), Some(event));
    }
}

/// Of what was settled for a channel only the newest is kept, so that an alert which flaps for a
/// year stays small; and the newest call that arrived, for its end is to be told there.
fn tidy(draft: &mut Draft, alert: AlertId, channel: &Text) {
    const KEPT: usize = 16;
    let of_channel = draft.table().deliveries_of(alert).filter(|one| one.channel == *channel);
    let mut settled: Vec<&Arc<Delivery>> = of_channel.filter(|one| one.is_settled()).collect();
    if settled.len() <= KEPT {
        return;
    }
    settled.sort_by_key(|one| (one.created, one.cause));
    let called = settled.iter().rfind(|one| one.tell.calls() && one.may_have_arrived());
    let called = called.map(|one| one.id);
    let spare = settled.len() - KEPT;
    let old: Vec<DeliveryId> = settled.iter().take(spare).map(|one| one.id).collect();
    for id in old.into_iter().filter(|id| Some(*id) != called) {
        draft.end(Key::Delivery(id), None);
    }
}

fn line(delivery: &Delivery) -> Option<What> {
    let (tell, channel) = (delivery.tell, delivery.channel.clone());
    match &delivery.state {
        Progress::Sent { .. } => Some(What::Told { tell, channel }),
        Progress::GivenUp { why, .. } => Some(What::NotTold { tell, channel, why: why.clone() }),
        Progress::Waiting { .. } | Progress::Attempt { .. } | Progress::Superseded { .. } => None,
    }
}

/// The wait before the next attempt: three times as long each time, and up to a fifth longer by
/// chance, so that channels that failed together do not come back together.
fn pause(draft: &mut Draft, attempts: u32) -> SignedDuration {
    let factor = 3_i32.saturating_pow(attempts.saturating_sub(1).min(8));
    let pause = FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT);
    let chance = i32::from(draft.tick.ids.draw().as_bytes()[0]);
    pause.saturating_add(pause / 5 * chance / 255)
}

/// After a start nobody attempts what was being attempted: it waits again under the same id.
pub(super) fn resume(draft: &mut Draft) {
    let now: Timestamp = draft.tick.now;
    let lost: Vec<Arc<Delivery>> = draft
        .table()
        .deliveries()
        .filter(|delivery| matches!(delivery.state, Progress::Attempt { .. }))
        .cloned()
        .collect();
    for delivery in lost {
        let mut next = delivery.as_ref().clone();
        next.state = Progress::Waiting { next: now, after: None };
        draft.put(Entity::Delivery(Arc::new(next)), None);
    }
}
