//! Events as deeds: what somebody did, for a sentence that names them. As lines of a timeline they are
//! written in `event`.

use super::{Event, What};
use crate::domain::actor::Actor;
use crate::domain::alert::{Ending, Suppressor};

impl Event {
    /// What was done and by whom, without its time: `bob assigned it to carol`, `its source resolved
    /// it`. Where nobody did anything that moves an alert, its line of the timeline.
    pub fn deed(&self) -> String {
        let actor = self.via.naming(&self.actor);
        match &self.what {
            What::Acknowledged { .. } => format!("{actor} acknowledged it"),
            What::Unacknowledged { .. } => format!("{actor} un-acknowledged it"),
            What::Assigned { to: Some(to), .. } if self.actor.person() == Some(to) => {
                format!("{actor} assigned it to themselves")
            }
            What::Assigned { to: Some(to), .. } => format!("{actor} assigned it to {}", to.name),
            What::Assigned { to: None, from: Some(from) } => {
                format!("{actor} took it from {}", from.name)
            }
            What::Assigned { to: None, from: None } => format!("{actor} unassigned it"),
            What::Resolved(Ending::Operator { .. }) => format!("{actor} resolved it"),
            What::Resolved(Ending::Source) => "its source resolved it".to_owned(),
            What::Resolved(Ending::TimeOut) => {
                "it ended, because nothing more was heard of it".to_owned()
            }
            What::Reopened => format!("{actor} reopened it"),
            What::Suppressed(Suppressor::Snooze { .. }) => format!("{actor} snoozed it"),
            What::Unsuppressed { by: Suppressor::Snooze { .. }, .. }
                if self.actor == Actor::Watchbell =>
            {
                "its snooze ended".to_owned()
            }
            What::Unsuppressed { by: Suppressor::Snooze { .. }, .. } => format!("{actor} woke it"),
            What::Worsened { from, to } => format!("it got worse ({from} → {to})"),
            What::Refired => "it fired again".to_owned(),
            What::Restored => "it fired on".to_owned(),
            What::Flapping => "it began to flap".to_owned(),
            What::FlappingEnded => "it stopped flapping".to_owned(),
            What::AcknowledgementExpired { had } => {
                format!("the acknowledgement of {had} ran out")
            }
            What::Undone { act, .. } => format!("{actor} took an act back ({act})"),
            What::Fired { .. }
            | What::Changed(_)
            | What::Reworded { .. }
            | What::Held { .. }
            | What::WentStale
            | What::Suppressed(Suppressor::Silence { .. } | Suppressor::Rule(_))
            | What::Unsuppressed { by: Suppressor::Silence { .. } | Suppressor::Rule(_), .. }
            | What::Noted(_)
            | What::Told { .. }
            | What::NotTold { .. }
            | What::ServiceCreated(_)
            | What::TokenCreated(_)
            | What::TokenRevoked(_)
            | What::Silence(_) => self.to_string(),
        }
    }
}
