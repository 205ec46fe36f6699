//! Who was faster: what others did to an alert after somebody saw it, where it matters for what they
//! want to do. The one rule of it, for the engine and for sheets that are open.

use std::sync::Arc;

use super::undone::stands;
use super::{Act, By};
use crate::domain::actor::Actor;
use crate::domain::alert::episode::Alert;
use crate::domain::alert::state::Ending;
use crate::domain::event::{Event, What};

/// The newest thing that somebody else did to the alert since `by` saw it, so that `act` may not be
/// what they want any more. What sources send again, notes, what channels were told, and what was
/// taken back since are in nobody's way; who saw nothing is in nobody's way either.
pub fn overtaken<'a>(alert: &'a Alert, act: &Act, by: By<'_>) -> Option<&'a Arc<Event>> {
    let seen = by.seen?;
    let others = |event: &&Arc<Event>| event.revision > seen && event.actor != *by.actor;
    let stands = |event: &&Arc<Event>| stands(event, &alert.recent, seen);
    let mut newest = alert.recent.iter().rev().filter(others).filter(stands);
    newest.find(|event| matters(alert, act, by.actor, event))
}

/// Whether what was done would have to be known before doing `act`.
fn matters(alert: &Alert, act: &Act, actor: &Actor, event: &Event) -> bool {
    let taken = || alert.standing.acknowledgement().is_some_and(|held| held.by != *actor);
    let acknowledges = matches!(act, Act::Acknowledge(_));
    let assigns = matches!(act, Act::Assign(_));
    // It would hide what somebody cares for just now.
    let hides = matches!(act, Act::Snooze(_) | Act::Resolve);
    match &event.what {
        // It would take it from somebody.
        What::Acknowledged { .. } => {
            hides || assigns || matches!(act, Act::Unacknowledge) || acknowledges && taken()
        }
        What::Unacknowledged { .. } | What::Reopened => hides,
        What::Assigned { .. } => hides || assigns,
        // It would take what is worse than it looked.
        What::Worsened { .. } => hides || acknowledges,
        // That a snooze ran out is nobody's doing.
        What::Unsuppressed { .. } if event.actor == Actor::Watchbell => false,
        What::Suppressed(by) | What::Unsuppressed { by, .. } => {
            by.is_snooze() && (hides || matches!(act, Act::Wake))
        }
        What::Resolved(Ending::Operator { .. }) => matches!(act, Act::Reopen),
        What::Undone { .. } => match act {
            Act::Acknowledge(_) => taken(),
            Act::Unacknowledge
            | Act::Assign(_)
            | Act::Snooze(_)
            | Act::Resolve
            | Act::Wake
            | Act::Reopen => true,
            // A note takes nothing from anybody, and an undo has a rule of its own.
            Act::Note(_) | Act::Undo(_) => false,
        },
        // Nor is that an acknowledgement did: it fires again, for whoever ends or snoozes it as for
        // anybody. What ended and fires on is as it was seen.
        What::AcknowledgementExpired { .. }
        | What::Refired
        | What::Restored
        | What::Flapping
        | What::FlappingEnded
        | What::WentStale
        | What::Resolved(Ending::Source | Ending::TimeOut)
        | What::Held { .. }
        | What::Fired { .. }
        | What::Changed(_)
        | What::Reworded { .. }
        | What::Noted(_)
        | What::Told { .. }
        | What::NotTold { .. }
        | What::ServiceCreated(_)
        | What::TokenCreated(_)
        | What::TokenRevoked(_)
        | What::Silence(_) => false,
    }
}
