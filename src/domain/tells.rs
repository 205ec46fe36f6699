//! Who is told: what a line of the timeline means for the on-call road, and whether there still is
//! anything to tell. Pure; the outbox and the terminal both ask here.

use std::sync::Arc;

use super::actor::{Actor, Person};
use super::alert::{Acknowledgement, Alert, Call, Ending, State, Suppressor};
use super::delivery::{Delivery, Progress, Tell};
use super::event::{Event, What};
use super::id::{AlertId, Revision};
use super::policy::Channel;
use super::severity::Severity;
use super::table::Table;
use super::text::Text;

/// What people are told because of `event`, of which `alert` is the outcome. Only critical alerts
/// call; that one is over is told to whoever was called, whatever it became meanwhile.
pub fn tells(alert: &Alert, event: &Event) -> Option<Tell> {
    let critical = alert.severity == Severity::Critical;
    let called = matches!(alert.standing.call, Call::Calling(call) if call.cause == event.revision);
    match &event.what {
        // Told once that it flaps, people hear of its end when it is one.
        What::Resolved(_) if alert.marks.flapping.is_some() => None,
        What::FlappingEnded if !alert.is_open() => {
            let ended = alert.standing.resolution().map(|resolution| &resolution.how);
            let silent = matches!(ended, Some(Ending::TimeOut));
            Some(if silent { Tell::FellSilent } else { Tell::Resolved })
        }
        What::Resolved(Ending::Source | Ending::Operator { .. }) => Some(Tell::Resolved),
        What::Resolved(Ending::TimeOut) => Some(Tell::FellSilent),
        What::Flapping => critical.then_some(Tell::Flapping),
        What::Acknowledged { .. } => critical.then_some(Tell::Acknowledged),
        What::Assigned { to: Some(to), .. } => {
            (critical && is_news(alert, &event.actor, to)).then_some(Tell::Assigned)
        }
        What::Fired { .. }
        | What::Changed(_)
        | What::Reworded { .. }
        | What::Worsened { .. }
        | What::Unacknowledged { .. }
        | What::Assigned { to: None, .. }
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
        | What::TokenRevoked(_)
        | What::Silence(_) => (critical && called).then_some(Tell::Page),
    }
}

/// Whether `channel` hears of it. What somebody was given is for their own channels alone; that
/// somebody has it is for the others who were called, where a channel asks for that.
pub fn hears(table: &Table, alert: &Alert, tell: Tell, channel: &Channel) -> bool {
    match tell {
        Tell::Page | Tell::Flapping => true,
        Tell::Resolved | Tell::FellSilent => was_called(table, alert, channel),
        Tell::Acknowledged => {
            let held = alert.standing.acknowledgement();
            let by = held.and_then(|held| held.by.person()).map(|person| person.id);
            let own = channel.of.is_some() && channel.of == by;
            channel.acknowledgements && !own && was_called(table, alert, channel)
        }
        Tell::Assigned => {
            let assignee = alert.standing.assignee.as_ref().map(|person| person.id);
            assignee.is_some() && channel.of == assignee
        }
    }
}

/// Whether the channel was, or is about to be, told that somebody is needed.
fn was_called(table: &Table, alert: &Alert, channel: &Channel) -> bool {
    table.deliveries_of(alert.id).any(|delivery| {
        delivery.tell.calls()
            && delivery.channel == channel.name
            && (delivery.waits() || delivery.may_have_arrived())
    })
}

/// What channels were told because of one commit: what they took, and what they may have heard of
/// although nobody knows that they did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Already<'t> {
    /// Taken.
    pub sent: Vec<&'t Text>,
    /// An attempt has begun, or came to nothing that is known.
    pub unsure: Vec<&'t Text>,
}

/// The channels that were told something of `alert` because of the commit `cause`. Nothing of that
/// can be called back.
pub fn already(table: &Table, alert: AlertId, cause: Revision) -> Already<'_> {
    let mut already = Already::default();
    for one in table.deliveries_of(alert).filter(|one| one.cause == cause) {
        match one.state {
            Progress::Sent { .. } => already.sent.push(&one.channel),
            Progress::Waiting { .. }
            | Progress::Attempt { .. }
            | Progress::Superseded { .. }
            | Progress::GivenUp { .. } => {
                already.unsure.extend(one.may_have_arrived().then_some(&one.channel));
            }
        }
    }
    already.sent.sort();
    already.unsure.sort();
    already
}

/// The channels that are told so if `by` assigns `alert` to `to`, by the rules of [`tells`] and
/// [`hears`].
pub fn told_if_assigned<'t>(
    table: &'t Table,
    alert: &Alert,
    by: &Actor,
    to: &Person,
) -> Vec<&'t Text> {
    if alert.severity != Severity::Critical || !is_news(alert, by, to) {
        return Vec::new();
    }
    let own = |channel: &&Channel| channel.of == Some(to.id);
    table.policy().channels.iter().filter(own).map(|channel| &channel.name).collect()
}

/// Whether `to` would not know it anyway: they do it themselves, or have the alert.
fn is_news(alert: &Alert, by: &Actor, to: &Person) -> bool {
    let has = |held: &Acknowledgement| held.by.person() == Some(to);
    by.person() != Some(to) && !alert.standing.acknowledgement().is_some_and(has)
}

/// What the last channel said, if people are being called for the alert and none of the channels
/// that were to tell them will: the call is heard by terminals alone.
pub fn unheard(table: &Table, alert: &Alert) -> Option<Text> {
    let Call::Calling(calling) = alert.standing.call else { return None };
    let of_call = |one: &&Arc<Delivery>| one.tell.calls() && one.created >= calling.since;
    let mut last = None;
    for one in table.deliveries_of(alert.id).filter(of_call) {
        match &one.state {
            Progress::GivenUp { why, .. } => last = Some(format!("{}: {why}", one.channel)),
            Progress::Superseded { .. } => {}
            Progress::Waiting { .. } | Progress::Attempt { .. } | Progress::Sent { .. } => {
                return None;
            }
        }
    }
    last.map(|last| Text::derive(&last))
}

/// Why there is nothing to tell any more, if there is not. To be asked before every attempt.
pub fn moot(table: &Table, delivery: &Delivery) -> Option<String> {
    let Some(alert) = table.alert(delivery.alert) else {
        return Some("the alert is not kept any more".to_owned());
    };
    match delivery.tell {
        Tell::Page | Tell::Flapping => needless(alert, delivery),
        Tell::Resolved | Tell::FellSilent => not_over(table, alert, delivery),
        Tell::Acknowledged => match &alert.standing.state {
            State::Acknowledged(held) if held.revision == delivery.cause => None,
            State::Acknowledged(held) => Some(format!("{} has it now", held.by)),
            State::Firing => Some("nobody has it any more".to_owned()),
            State::Resolved(_) => Some("it has ended".to_owned()),
        },
        Tell::Assigned => match (&alert.standing.state, &alert.standing.assignee) {
            (State::Resolved(_), _) => Some("it has ended".to_owned()),
            (State::Acknowledged(held), Some(person)) if held.by.person() == Some(person) => {
                Some(format!("acknowledged by {}", held.by))
            }
            (State::Firing | State::Acknowledged(_), assignee) => {
                let channels = &table.policy().channels;
                let channel = channels.iter().find(|channel| channel.name == delivery.channel);
                let theirs = assignee.as_ref().map(|person| person.id);
                let hears = channel.is_some_and(|channel| channel.of == theirs);
                (!hears).then(|| "it is somebody else's now".to_owned())
            }
        },
    }
}

/// Why nobody is to be called any more.
fn needless(alert: &Alert, delivery: &Delivery) -> Option<String> {
    match &alert.standing.state {
        State::Acknowledged(held) => Some(format!("acknowledged by {}", held.by)),
        State::Resolved(_) => Some("it has ended".to_owned()),
        State::Firing if alert.severity != Severity::Critical => {
            Some("it is a warning now".to_owned())
        }
        // Without a time: it is kept as it is said, and every reader has a zone of their own.
        State::Firing => match alert.suppressions.first().map(|suppression| &suppression.by) {
            Some(Suppressor::Snooze { by, .. }) => Some(format!("snoozed by {by}")),
            Some(Suppressor::Silence { by, .. }) => Some(format!("silenced by {by}")),
            Some(rule @ Suppressor::Rule(_)) => Some(rule.to_string()),
            None => said_better(alert, delivery),
        },
    }
}

/// A page whose call is not the present one, and a warning of flapping that is over.
fn said_better(alert: &Alert, delivery: &Delivery) -> Option<String> {
    match (delivery.tell, alert.standing.call) {
        (Tell::Page, Call::Calling(calling)) if calling.cause > delivery.cause => {
            Some("a later page says more".to_owned())
        }
        (Tell::Flapping, _) if alert.marks.flapping.is_none() => {
            Some("it flaps no more".to_owned())
        }
        _ => None,
    }
}

/// Why its end is not to be told.
fn not_over(table: &Table, alert: &Alert, delivery: &Delivery) -> Option<String> {
    match &alert.standing.state {
        State::Firing | State::Acknowledged(_) => Some("it fires again".to_owned()),
        State::Resolved(_) if alert.standing.since > delivery.created => {
            Some("it came back and ended again since".to_owned())
        }
        State::Resolved(_) => {
            let told = table.deliveries_of(alert.id).any(|other| {
                let called = other.tell.calls() && other.channel == delivery.channel;
                called && other.may_have_arrived()
            });
            (!told).then(|| "nobody was told that it fired".to_owned())
        }
    }
}
