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
    let what = &event.what;
    match act {
        // It would take it from somebody, or take what is worse than it looked.
        Act::Acknowledge(_) => match what {
            What::Acknowledged { .. } | What::Undone { .. } => taken(),
            What::Worsened { .. } => true,
            _ => false,
        },
        Act::Unacknowledge => matches!(what, What::Acknowledged { .. } | What::Undone { .. }),
        Act::Assign(_) => {
            matches!(what, What::Acknowledged { .. } | What::Assigned { .. } | What::Undone { .. })
        }
        // It would hide what somebody cares for just now.
        Act::Snooze(_) | Act::Resolve => {
            snoozes(event)
                || matches!(
                    what,
                    What::Acknowledged { .. }
                        | What::Unacknowledged { .. }
                        | What::Assigned { .. }
                        | What::Reopened
                        | What::Worsened { .. }
                        | What::Undone { .. }
                )
        }
        Act::Wake => snoozes(event) || matches!(what, What::Undone { .. }),
        Act::Reopen => {
            matches!(what, What::Resolved(Ending::Operator { .. }) | What::Undone { .. })
        }
        // A note takes nothing from anybody, and an undo has a rule of its own.
        Act::Note(_) | Act::Undo(_) => false,
    }
}

/// Whether somebody snoozed or woke it; that a snooze ran out is nobody's doing.
fn snoozes(event: &Event) -> bool {
    match &event.what {
        What::Suppressed(by) => by.is_snooze(),
        What::Unsuppressed { by, .. } => by.is_snooze() && event.actor != Actor::Watchbell,
        _ => false,
    }
}
