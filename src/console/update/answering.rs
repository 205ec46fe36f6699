//! The engine's answers, in words. Nothing is said to be done before it is saved.

use std::sync::Arc;

use super::{acting, silencing};
use crate::console::action::{Action, Context};
use crate::console::effect::{Effect, Failure, Receipt};
use crate::console::frame::Cause;
use crate::console::model::acts::{Act, Done, Flight, Target, Undoable};
use crate::console::model::{Message, Model, Now, Tone};
use crate::console::text::{cut, width};
use crate::console::{when, words};
use crate::domain::actor::Actor;
use crate::domain::command::{Acted, Answer, Unchanged};
use crate::domain::event::{Event, What};
use crate::domain::id::{OpId, Revision};
use crate::domain::refusal::Refusal;

/// Says what came of an order of this console.
pub(super) fn answered(
    model: &mut Model,
    op: OpId,
    answer: Result<Receipt, Failure>,
    now: Now,
) -> Vec<Effect> {
    let Some(flight) = model.acts.land(op) else {
        return silencing::answered(model, op, answer, now);
    };
    super::freshen(model, now);
    let mut effects = vec![Effect::Draw(Cause::Key)];
    match answer {
        Ok(Receipt { revision, answer: Answer::Acted(acted) }) => {
            let of_it = acted.into_iter().find(|(id, _)| *id == flight.target.id);
            match of_it.map(|(_, result)| result) {
                Some(Ok(Acted::Changed)) => {
                    effects.extend(changed(model, flight, revision, now));
                }
                Some(Ok(Acted::Unchanged(why))) => unchanged(model, &flight, &why, now),
                Some(Err(refusal)) => refused(model, &flight, &refusal, now),
                None => {}
            }
        }
        Ok(Receipt {
            answer: Answer::Reported(_) | Answer::Silenced(_) | Answer::Token(_) | Answer::Done,
            ..
        }) => {}
        Err(Failure::Refused(refusal)) => refused(model, &flight, &refusal, now),
        Err(failure) => {
            failed(model, participle(&flight.act), &failure);
            keep_for_later(model, flight);
        }
    }
    effects
}

/// Says why nobody knows that something was done: `act` is what it would be.
pub(super) fn failed(model: &mut Model, act: &str, failure: &Failure) {
    match failure {
        Failure::Refused(refusal) => model.complain(format!("Not {act}: {refusal}.")),
        Failure::Unavailable(reason) => model.complain(format!("Not {act}: {reason}.")),
        Failure::Unsaved(reason) => {
            model.complain_unsaved(format!("Not {act}: nothing can be saved now ({reason})."));
        }
        Failure::Unsure(reason) => model
            .complain_unsaved(format!("Unknown whether it was {act}: saving failed ({reason}).")),
        Failure::Unconnected => {
            model.complain_unsaved(format!("Not {act}: there is no connection to the service."));
        }
        Failure::Lost => model
            .complain(format!("Unknown whether it was {act}: the answer was lost. Look again.")),
    }
}

fn changed(model: &mut Model, flight: Flight, revision: Revision, now: Now) -> Vec<Effect> {
    let Flight { act, target, .. } = flight;
    let over = taken_from(model, &target, revision);
    let over = over.map(|by| format!(", taken over from {by}")).unwrap_or_default();
    let text = format!("{}{over}: {}", act.past(), target.title);
    let text = match &act {
        Act::Undo(done) => undone(model, &act, done, &target),
        Act::Snooze(until) => format!("Snoozed until {}: {}", model.time(*until), target.title),
        Act::Acknowledge
        | Act::Unacknowledge
        | Act::Assign(_)
        | Act::Resolve
        | Act::Reopen
        | Act::Wake
        | Act::Note(_)
        | Act::NoteAndResolve(_) => text,
    };
    let mut hint = None;
    if act.can_be_undone() {
        hint = Some(Action::Undo);
        let done = Done {
            act: act.to_string(),
            target: target.clone(),
            revision,
            at: now.at,
            tick: now.tick,
        };
        model.acts.remember(Undoable::Alert(done));
    }
    let about = Some(target.id);
    model.message = Some(Message { text, about, hint, tone: Tone::Said });
    match act {
        Act::Note(_) => {
            model.acts.drafts.remove(&target.id);
            Vec::new()
        }
        Act::NoteAndResolve(_) => {
            model.acts.drafts.remove(&target.id);
            acting::submit(model, Act::Resolve, target, now)
        }
        Act::Acknowledge
        | Act::Unacknowledge
        | Act::Assign(_)
        | Act::Resolve
        | Act::Reopen
        | Act::Snooze(_)
        | Act::Wake
        | Act::Undo(_) => Vec::new(),
    }
}

/// So much of a title is there, whatever else a message says.
const SHORTEST_TITLE: usize = 12;

/// What was taken back, and what cannot be: that stays to be read, whatever the title is.
fn undone(model: &Model, act: &Act, done: &Done, target: &Target) -> String {
    let Some(sent) = words::already_sent(model, done) else {
        return format!("{} {}", act.past(), target.title);
    };
    let rest = width(&act.past()) + width(&sent) + 5;
    let room = usize::from(model.size.width).saturating_sub(rest).max(SHORTEST_TITLE);
    let title = cut(&target.title, room, model.settings.symbols.cut());
    format!("{} {title}. {sent}", act.past())
}

/// Who had the alert that was acknowledged in this commit.
fn taken_from(model: &Model, target: &Target, revision: Revision) -> Option<Actor> {
    let events = &model.alert(target.id)?.recent;
    let event = events.iter().rev().find(|event| event.revision == revision)?;
    if let What::Acknowledged { over, .. } = &event.what { over.clone() } else { None }
}

fn unchanged(model: &mut Model, flight: &Flight, why: &Unchanged, now: Now) {
    if let Some(text) = done_since(model, flight, now) {
        let key = model.key(Context::List, Action::Reopen);
        let text = match why {
            Unchanged::ResolvedAlready => format!("{text} {key} reopens it."),
            Unchanged::AcknowledgedAlready
            | Unchanged::NotAcknowledged
            | Unchanged::AssignedAlready
            | Unchanged::OpenAlready
            | Unchanged::NotSuppressed
            | Unchanged::NotDue => text,
        };
        return model.say_of(flight.target.id, text);
    }
    let standing = model.alert(flight.target.id).map(|alert| alert.standing.clone());
    let text = match why {
        Unchanged::AcknowledgedAlready => {
            let at = standing.as_ref().and_then(|standing| standing.acknowledgement());
            at.map_or_else(
                || "You acknowledged it already.".to_owned(),
                |it| format!("You acknowledged it at {}.", model.time(it.at)),
            )
        }
        Unchanged::NotAcknowledged => "Nobody has acknowledged it.".to_owned(),
        Unchanged::AssignedAlready => standing.and_then(|standing| standing.assignee).map_or_else(
            || "It is assigned to nobody already.".to_owned(),
            |person| format!("It is assigned to {} already.", person.name),
        ),
        Unchanged::ResolvedAlready => "It is resolved already.".to_owned(),
        Unchanged::OpenAlready => "It is open already.".to_owned(),
        Unchanged::NotSuppressed => "It is not snoozed.".to_owned(),
        Unchanged::NotDue => "There is nothing to do yet.".to_owned(),
    };
    model.say_of(flight.target.id, text);
}

fn refused(model: &mut Model, flight: &Flight, refusal: &Refusal, now: Now) {
    let text = match refusal {
        Refusal::Overtaken { by, at, deed } => {
            let ago = when::ago(*at, now.at);
            let deed = model.settings.symbols.of(deed.to_string());
            let deed =
                if deed.starts_with(&by.to_string()) { deed } else { words::sentence(&deed) };
            let key = model.key(Context::List, flight.act.action());
            let text = format!("{deed} {ago}. {key} again {}.", all_the_same(model, flight));
            return acting::faster(model, flight.target.id, flight.act.action(), text);
        }
        Refusal::Resolved(resolved) => acting::ended(model, &resolved.0, &flight.act.to_string()),
        Refusal::NotUndone { last: Some(last) } => {
            let last = model.settings.symbols.of(last.to_string());
            match done_at(model, flight, &last) {
                Some(at) => format!("Not undone: {last} at {at} ({}).", flight.target.title),
                None => format!("Not undone: {last} since ({}).", flight.target.title),
            }
        }
        Refusal::NotUndone { last: None } => {
            format!("Nothing of yours to undo: {}", flight.target.title)
        }
        Refusal::OpenElsewhere { open } => {
            format!("Not reopened: the same alert fires again already, as {}.", open.short())
        }
        other => format!("Not {}: {other}.", participle(&flight.act)),
    };
    model.say_of(flight.target.id, text);
    if let Act::Note(text) | Act::NoteAndResolve(text) = &flight.act {
        model.acts.drafts.insert(flight.target.id, text.to_string());
    }
}

/// What the key does again, whatever was done meanwhile.
fn all_the_same(model: &Model, flight: &Flight) -> &'static str {
    let alert = model.alert(flight.target.id);
    let had = alert.is_some_and(|alert| alert.standing.acknowledgement().is_some());
    match flight.act {
        Act::Acknowledge if had => "takes it over",
        Act::Acknowledge => "acknowledges it",
        Act::Unacknowledge => "un-acknowledges it",
        Act::Assign(_) => "assigns it all the same",
        Act::Resolve => "resolves it all the same",
        Act::Reopen => "reopens it all the same",
        Act::Snooze(_) => "snoozes it all the same",
        Act::Wake => "wakes it all the same",
        Act::Note(_) | Act::NoteAndResolve(_) | Act::Undo(_) => "does it all the same",
    }
}

/// When the thing was done that stands in the way of an undo.
fn done_at(model: &Model, flight: &Flight, deed: &str) -> Option<String> {
    let events = &model.alert(flight.target.id)?.recent;
    let done = |event: &&Arc<Event>| model.settings.symbols.of(event.deed()) == deed;
    events.iter().rfind(done).map(|event| model.time(event.at))
}

/// Who saw to it that there was nothing to do, if somebody did since the alert was drawn:
/// `bob resolved it 3 s ago.`
fn done_since(model: &Model, flight: &Flight, now: Now) -> Option<String> {
    let events = &model.alert(flight.target.id)?.recent;
    let done = |event: &&Arc<Event>| {
        let moves = event.what.moves() || matches!(event.what, What::Suppressed(_));
        moves && event.revision > flight.target.seen && event.actor != model.settings.viewer
    };
    let event = events.iter().rfind(done)?;
    let deed = model.settings.symbols.of(words::deed(event));
    Some(format!("{deed} {}.", when::ago(event.at, now.at)))
}

/// What could not be saved is not lost: a note stays as a draft, an undo may be tried again.
fn keep_for_later(model: &mut Model, flight: Flight) {
    match flight.act {
        Act::Note(text) | Act::NoteAndResolve(text) => {
            model.acts.drafts.insert(flight.target.id, text.to_string());
        }
        Act::Undo(done) => model.acts.remember(Undoable::Alert(done)),
        Act::Acknowledge
        | Act::Unacknowledge
        | Act::Assign(_)
        | Act::Resolve
        | Act::Reopen
        | Act::Snooze(_)
        | Act::Wake => {}
    }
}

fn participle(act: &Act) -> &'static str {
    match act {
        Act::Acknowledge => "acknowledged",
        Act::Unacknowledge => "un-acknowledged",
        Act::Assign(_) => "assigned",
        Act::Resolve => "resolved",
        Act::Reopen => "reopened",
        Act::Snooze(_) => "snoozed",
        Act::Wake => "woken",
        Act::Note(_) | Act::NoteAndResolve(_) => "noted",
        Act::Undo(_) => "undone",
    }
}
