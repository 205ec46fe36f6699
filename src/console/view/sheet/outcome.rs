//! What follows from what a question asks, in sentences. Decides nothing.

use std::sync::Arc;

use crate::console::model::Model;
use crate::console::model::acts::{Act, Done};
use crate::console::model::place::is_viewer;
use crate::console::model::silences::{Muted, state};
use crate::console::model::silencing;
use crate::console::text::number;
use crate::console::words;
use crate::domain::alert::{Alert, State};
use crate::domain::event::{Event, What};
use crate::domain::id::SilenceId;
use crate::domain::severity::Severity;
use crate::domain::silence::SilenceState;
use crate::domain::suppress::would_call;
use crate::domain::time::Timestamp;

pub(super) fn consequence(model: &Model, act: &Act, alert: &Alert) -> String {
    let acknowledged = alert.standing.acknowledgement();
    match act {
        Act::Unacknowledge => {
            let who = acknowledged.map_or_else(
                || "Nobody has acknowledged it any more.".to_owned(),
                |it| format!("{} acknowledged it at {}.", it.by, model.time(it.at)),
            );
            format!("{who} {}", back_to_firing(alert))
        }
        Act::Resolve => {
            let assignee = alert.standing.assignee.as_ref();
            let whose = match (acknowledged, assignee) {
                (Some(it), _) => format!("Acknowledged by {} at {}.", it.by, model.time(it.at)),
                (None, Some(person)) => format!("Assigned to {}, not acknowledged.", person.name),
                (None, None) => "Nobody has it.".to_owned(),
            };
            format!("{whose} {}", resent(model, alert))
        }
        Act::Reopen => {
            let ended = alert.standing.resolution();
            let ended =
                ended.map(|it| format!("It ended at {}. ", model.time(it.at))).unwrap_or_default();
            format!("{ended}{}", back_to_firing(alert))
        }
        Act::Acknowledge
        | Act::Assign(_)
        | Act::Snooze(_)
        | Act::Wake
        | Act::Note(_)
        | Act::NoteAndResolve(_)
        | Act::Undo(_) => String::new(),
    }
}

/// What becomes of a resolved alert that its source goes on sending.
fn resent(model: &Model, alert: &Alert) -> String {
    let heard = model.time(alert.seen.last);
    if alert.starts_at.is_none() {
        return format!(
            "Its source was last heard at {heard} and gives no start time: the next report brings \
             it back at once."
        );
    }
    if is_sent_still(alert, model.clock) {
        return format!(
            "Its source still sends it (last {heard}): it stays resolved for 15 min. If it is still \
             sent after that, it comes back as a new alert."
        );
    }
    format!(
        "Its source was last heard at {heard}. If it is sent again, it stays resolved for 15 min; \
         after that it comes back as a new alert."
    )
}

/// Whether its source was heard of it within the time in which it repeats what still fires: through
/// API v2 until its end, a webhook until it is stale. A plain post speaks once.
fn is_sent_still(alert: &Alert, now: Timestamp) -> bool {
    alert.times_out().or_else(|| alert.goes_stale()).is_some_and(|until| now < until)
}

/// Somebody may be woken by it, which must be said.
fn back_to_firing(alert: &Alert) -> &'static str {
    match alert.severity {
        Severity::Critical if alert.is_suppressed() => "It goes back to firing, still kept quiet.",
        Severity::Critical => "It goes back to firing and calls begin again.",
        Severity::Warning => "It goes back to firing.",
    }
}

pub(super) fn in_brief(act: &Act, alert: &Alert) -> String {
    match act {
        Act::Resolve if alert.starts_at.is_none() => "The next report brings it back at once.",
        Act::Resolve => "It stays resolved for 15 min, whatever is sent.",
        Act::Unacknowledge | Act::Reopen => back_to_firing(alert),
        Act::Acknowledge
        | Act::Assign(_)
        | Act::Snooze(_)
        | Act::Wake
        | Act::Note(_)
        | Act::NoteAndResolve(_)
        | Act::Undo(_) => "",
    }
    .to_owned()
}

pub(super) fn undone(model: &Model, done: &Done) -> String {
    let sent = words::already_sent(model, done).map(|sent| format!(" {sent}"));
    format!(
        "You did it at {}. {}{}",
        model.time(done.at),
        follows(model, done),
        sent.unwrap_or_default()
    )
}

/// What follows from taking an act back.
pub(super) fn follows(model: &Model, done: &Done) -> String {
    let alert = model.alert(done.target.id);
    let moves = |event: &Event| {
        event.before.is_some()
            || matches!(event.what, What::Suppressed(_) | What::Unsuppressed { .. })
    };
    let own = |event: &&Arc<Event>| {
        let mine = is_viewer(&event.actor, &model.settings.viewer);
        event.revision == done.revision && mine && moves(event)
    };
    let taken_back = alert.and_then(|alert| Some((alert, alert.recent.iter().rfind(own)?)));
    let Some((alert, event)) = taken_back else {
        return "The alert goes back to how it stood before.".to_owned();
    };
    let before = event.before.as_ref().map(|before| &before.state);
    match (&event.what, before, &alert.standing.state) {
        (What::Suppressed(_), _, State::Firing) if alert.severity == Severity::Critical => {
            "It is snoozed no more and calls begin again.".to_owned()
        }
        (What::Suppressed(_), ..) => "It is snoozed no more.".to_owned(),
        (What::Unsuppressed { .. }, ..) => "It is snoozed again.".to_owned(),
        (_, Some(State::Firing), State::Acknowledged(_) | State::Resolved(_)) => {
            back_to_firing(alert).to_owned()
        }
        (_, Some(State::Acknowledged(held)), now) if before != Some(now) => {
            format!("It goes back to acknowledged by {}.", held.by)
        }
        (_, Some(State::Resolved(_)), State::Firing | State::Acknowledged(_)) => {
            "It goes back to resolved.".to_owned()
        }
        _ => "The alert goes back to how it stood before.".to_owned(),
    }
}

/// What follows from taking back what was done to a silence.
pub(super) fn unsilenced(model: &Model, done: &silencing::Done) -> String {
    let Some(silence) = model.table.silence(done.id) else {
        return "The silence is not kept any more.".to_owned();
    };
    let calling = would_call(&model.table, silence).count();
    match (silence.last.before.is_none(), calling) {
        (false, _) => "The silence goes back to how it was before.".to_owned(),
        (true, 0) => "The silence ends.".to_owned(),
        (true, 1) => "The silence ends, and 1 alert calls again.".to_owned(),
        (true, more) => format!("The silence ends, and {} alerts call again.", number(more)),
    }
}

/// What follows from ending a silence now, and which one it is.
pub(super) fn unsilencing(model: &Model, id: SilenceId) -> String {
    let Some(silence) = model.table.silence(id) else { return calling_again(model, id) };
    let terms = &silence.terms;
    let why = terms.why();
    let why = if why.is_empty() { String::new() } else { format!(", \"{why}\"") };
    let (whose, matchers) = (terms.whose(), terms.matchers_text());
    format!("Of {whose}{why}: {matchers}. {}", calling_again(model, id))
}

/// How many alerts call somebody if a silence ends now.
pub(super) fn calling_again(model: &Model, id: SilenceId) -> String {
    let Some(silence) = model.table.silence(id) else {
        return "The silence is not kept any more.".to_owned();
    };
    let Muted { alerts, calling } = Muted::of(&model.table, silence);
    match (state(silence), alerts, calling) {
        (SilenceState::Expired, ..) => "It is over.".to_owned(),
        (SilenceState::Pending, ..) => "It has not begun, and never will.".to_owned(),
        (SilenceState::Active, 0, _) => "It mutes nothing now.".to_owned(),
        (SilenceState::Active, 1, 0) => "It mutes 1 alert, which calls nobody then.".to_owned(),
        (SilenceState::Active, 1, _) => "It mutes 1 alert, which calls again.".to_owned(),
        (SilenceState::Active, some, 0) => {
            format!("It mutes {} alerts, of which none calls then.", number(some))
        }
        (SilenceState::Active, some, 1) => {
            format!("It mutes {} alerts, of which 1 calls again.", number(some))
        }
        (SilenceState::Active, some, calling) => {
            format!("It mutes {} alerts, of which {} call again.", number(some), number(calling))
        }
    }
}

pub(super) fn firing(model: &Model) -> String {
    match model.list.census().firing() {
        0 => "Nothing is firing.".to_owned(),
        1 => "1 alert is firing.".to_owned(),
        count => format!("{} alerts are firing.", number(count)),
    }
}
