//! Who is told: what a line of the timeline means for the on-call road. Pure; the outbox and the
//! terminal both ask here.

use super::alert::{Alert, Call, Ending};
use super::delivery::Tell;
use super::event::{Event, What};
use super::severity::Severity;

/// What people are told because of `event`, of which `alert` is the outcome. Only critical
/// alerts call.
pub fn tells(alert: &Alert, event: &Event) -> Option<Tell> {
    if alert.severity != Severity::Critical {
        return None;
    }
    let called = matches!(alert.standing.call, Call::Calling(call) if call.cause == event.revision);
    match &event.what {
        What::Flapping => Some(Tell::Flapping),
        What::Resolved(Ending::Source | Ending::Operator { .. }) => Some(Tell::Resolved),
        What::Resolved(Ending::TimeOut) => Some(Tell::FellSilent),
        What::Fired { .. }
        | What::Changed(_)
        | What::Reworded { .. }
        | What::Worsened { .. }
        | What::Acknowledged { .. }
        | What::Unacknowledged { .. }
        | What::Assigned { .. }
        | What::Held { .. }
        | What::Refired
        | What::Restored
        | What::FlappingEnded
        | What::WentStale
        | What::Suppressed(_)
        | What::Unsuppressed { .. }
        | What::AcknowledgementExpired { .. }
        | What::Reopened
        | What::Noted(_)
        | What::Undone { .. }
        | What::Told { .. }
        | What::NotTold { .. }
        | What::ServiceCreated(_)
        | What::TokenCreated(_)
        | What::TokenRevoked(_) => called.then_some(Tell::Page),
    }
}
