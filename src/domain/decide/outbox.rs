//! The outbox: notifications are owed in the commit of their cause, and looked at again before
//! every attempt.

use std::sync::Arc;

use crate::domain::actor::Actor;
use crate::domain::alert::{Alert, Call, State};
use crate::domain::delivery::{Delivery, Outcome, Progress, Tell};
use crate::domain::draft::Draft;
use crate::domain::entity::{Entity, Key};
use crate::domain::event::{Event, What};
use crate::domain::id::DeliveryId;
use crate::domain::severity::Severity;
use crate::domain::tells::tells;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after, since};

/// A resolution is told a little later: it may have been none.
const RESOLVED_TOLD_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// A channel that took nothing for so long will not tell anybody in time.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// The waits between attempts: the first, and the longest.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(5);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// Owes what `event` gives cause to tell, to every channel.
pub(super) fn owe(draft: &mut Draft, alert: &Alert, event: &Event) {
    let Some(tell) = tells(alert, event) else { return };
    let next = match tell {
        Tell::Page | Tell::Flapping => draft.tick.now,
        Tell::Resolved | Tell::FellSilent => after(draft.tick.now, RESOLVED_TOLD_AFTER),
    };
    let channels = draft.table().policy().channels.clone();
    for channel in channels {
        let heard = match tell {
            Tell::Page | Tell::Flapping => true,
            Tell::Resolved | Tell::FellSilent => was_told(draft, alert, &channel),
        };
        if !heard {
            continue;
        }
        let delivery = Delivery {
            id: DeliveryId::of(alert.id, event.revision, &tell.to_string(), channel.as_str()),
            alert: alert.id,
            cause: event.revision,
            tell,
            channel,
            created: draft.tick.now,
            attempts: 0,
            state: Progress::Waiting { next, after: None },
        };
        draft.put(Entity::Delivery(Arc::new(delivery)), None);
    }
}

/// Whether the channel was, or is about to be, told that somebody is needed: it is then told of
/// the end, too.
fn was_told(draft: &Draft, alert: &Alert, channel: &Text) -> bool {
    draft.table().deliveries_of(alert.id).any(|delivery| {
        let of_firing = matches!(delivery.tell, Tell::Page | Tell::Flapping);
        let waits = matches!(delivery.state, Progress::Waiting { .. });
        of_firing && delivery.channel == *channel && (waits || delivery.may_have_arrived())
    })
}

/// Its time has come: begins an attempt, if there still is something to tell. An attempt whose
/// outcome was never heard of waits again, under the same id.
pub(super) fn attempt(draft: &mut Draft, delivery: &Delivery) {
    let now = draft.tick.now;
    let mut next = delivery.clone();
    let forgotten = matches!(delivery.state, Progress::Attempt { .. });
    next.state = match superseded(draft, delivery) {
        Some(why) => Progress::Superseded { at: now, why: Text::derive(&why) },
        None if forgotten && since(now, delivery.created) >= GIVEN_UP_AFTER => {
            Progress::GivenUp { at: now, why: Text::derive("no attempt came to anything") }
        }
        None => {
            next.attempts = next.attempts.saturating_add(1);
            Progress::Attempt { since: now }
        }
    };
    draft.put(Entity::Delivery(Arc::new(next)), None);
}

/// Why there is nothing to tell any more, if there is not.
fn superseded(draft: &Draft, delivery: &Delivery) -> Option<String> {
    let Some(alert) = draft.table().alert(delivery.alert) else {
        return Some("the alert is not kept any more".to_owned());
    };
    match (delivery.tell, &alert.standing.state) {
        (Tell::Page | Tell::Flapping, State::Acknowledged(held)) => {
            Some(format!("acknowledged by {}", held.by))
        }
        (Tell::Page | Tell::Flapping, State::Resolved(_)) => Some("it has ended".to_owned()),
        (Tell::Page | Tell::Flapping, State::Firing) if alert.severity != Severity::Critical => {
            Some("it is a warning now".to_owned())
        }
        (Tell::Page | Tell::Flapping, State::Firing) => match alert.suppressions.first() {
            Some(suppression) => Some(suppression.by.to_string()),
            None => called_again(alert, delivery),
        },
        (Tell::Resolved | Tell::FellSilent, State::Firing | State::Acknowledged(_)) => {
            Some("it fires again".to_owned())
        }
        (Tell::Resolved | Tell::FellSilent, State::Resolved(_))
            if alert.standing.touched != delivery.cause =>
        {
            Some("it came back and ended again since".to_owned())
        }
        (Tell::Resolved | Tell::FellSilent, State::Resolved(_)) => {
            let told = draft.table().deliveries_of(alert.id).any(|other| {
                let of_firing = matches!(other.tell, Tell::Page | Tell::Flapping);
                of_firing && other.channel == delivery.channel && other.may_have_arrived()
            });
            (!told).then(|| "nobody was told that it fired".to_owned())
        }
    }
}

/// A page whose call is not the present one: a later cause tells more.
fn called_again(alert: &Alert, delivery: &Delivery) -> Option<String> {
    match (delivery.tell, alert.standing.call) {
        (Tell::Page, Call::Calling(calling)) if calling.cause > delivery.cause => {
            Some("a later page says more".to_owned())
        }
        _ => None,
    }
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
        Outcome::NotNow { why, .. } if since(now, delivery.created) >= GIVEN_UP_AFTER => {
            Progress::GivenUp { at: now, why: why.clone() }
        }
        Outcome::NotNow { why, wait } => {
            let next = after(now, pause(draft, attempt).max(wait.unwrap_or_default()));
            Progress::Waiting { next, after: Some(why.clone()) }
        }
    };
    let line = line(&next);
    draft.put(Entity::Delivery(Arc::new(next)), None);
    let alert = draft.table().alert(delivery.alert).cloned();
    if let (Some(what), Some(alert)) = (line, alert) {
        let mut alert = alert.as_ref().clone();
        alert.revision = draft.tick.revision;
        let event = draft.event(&Actor::Watchbell, Key::Alert(alert.id), what, None);
        alert.remember(Arc::clone(&event));
        draft.put(Entity::Alert(Arc::new(alert)), Some(event));
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
