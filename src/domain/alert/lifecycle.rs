//! The lifecycle: one pure function, from an alert and what happens to it, to what comes of it.
//!
//! The rules are numbered T1 to T14 in `docs/lifecycle.md`. Nothing here looks at another alert
//! or at a clock.

use std::sync::Arc;

use super::episode::{Alert, Note, Seen};
use super::identity::Identity;
use super::state::{Acknowledgement, Ending, Resolution, Standing, State};
use crate::domain::actor::{Actor, Person};
use crate::domain::command::Unchanged;
use crate::domain::draft::Tick;
use crate::domain::event::{Difference, Event, What};
use crate::domain::id::{AlertId, Revision, ServiceId};
use crate::domain::labels::Labels;
use crate::domain::refusal::{Refusal, ResolvedBy};
use crate::domain::report::Payload;
use crate::domain::severity::{Severity, SeverityReading};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, since};

/// What can happen to an alert.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A source says that it fires.
    Report(Box<Heard>),
    /// A source says that it has ended.
    Ended,
    /// Somebody acts on it.
    Act(Act),
}

/// A firing report, with all that was looked up for it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The id of the alert, should it be a new one.
    pub id: AlertId,
    /// Which episode it is, should it be a new one.
    pub occurrence: u32,
    /// Of what.
    pub identity: Identity,
    /// The service it is about.
    pub service: ServiceId,
    /// The name of the service it was about, for an alert there was.
    pub service_was: Option<Text>,
    /// The name of the service it is about.
    pub service_is: Text,
    /// What it carries.
    pub payload: Payload,
}

/// What somebody can do to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take it.
    Acknowledge,
    /// Give it back to firing.
    Unacknowledge,
    /// Give it to somebody, or to nobody.
    Assign(Option<Person>),
    /// End it.
    Resolve,
    /// Bring it back.
    Reopen,
    /// Write on it.
    Note(Text),
    /// Take back one's own act of that commit.
    Undo(Revision),
}

/// Who makes it happen, and which revision of the alert they saw.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// What they saw, where they saw the alert.
    pub seen: Option<Revision>,
}

/// What comes of it.
#[derive(Debug)]
pub enum Step {
    /// Nothing changes.
    Keep(Unchanged),
    /// An alert changes, or begins.
    Move(Box<Move>),
}

/// How an alert changes.
#[derive(Debug)]
pub struct Move {
    /// Its new state.
    pub next: Alert,
    /// The line that explains it, if it deserves one.
    pub what: Option<What>,
    /// What an undo puts back, where people can take it back.
    pub undo: Option<Standing>,
}

impl Step {
    /// A change that nobody can take back.
    fn to(next: Alert, what: Option<What>) -> Self {
        Self::Move(Box::new(Move { next, what, undo: None }))
    }
}

/// Takes one step. `alert` is the open episode of the identity, or else its newest one.
///
/// Refuses what T7 refuses, an acknowledgement that would take over from somebody the asker has
/// not seen (T6), and an undo of what is not the asker's last act.
pub fn step(
    alert: Option<&Alert>,
    happening: &Happening,
    by: By<'_>,
    tick: &Tick,
) -> Result<Step, Refusal> {
    match (alert, happening) {
        (None, Happening::Report(heard)) => Ok(begin(heard, None, tick)),
        (Some(alert), Happening::Report(heard)) => Ok(match &alert.standing.state {
            State::Firing | State::Acknowledged(_) => hear(alert, heard, tick),
            State::Resolved(_) => begin(heard, Some(alert.id), tick),
        }),
        (Some(alert), Happening::Ended) => Ok(end(alert, tick)),
        (Some(alert), Happening::Act(act)) => self::act(alert, act, by, tick),
        (None, Happening::Ended | Happening::Act(_)) => Ok(Step::Keep(Unchanged::ResolvedAlready)),
    }
}

/// T1: a new alert.
fn begin(heard: &Heard, previous: Option<AlertId>, tick: &Tick) -> Step {
    let Heard { id, occurrence, identity, service, payload, .. } = heard;
    let severity = payload.severity.level().unwrap_or(Severity::Critical);
    let next = Alert {
        id: *id,
        identity: identity.clone(),
        title: payload.title.clone(),
        service: *service,
        severity,
        unknown_severity: unknown(&payload.severity),
        labels: payload.labels_at(severity),
        annotations: payload.annotations.clone(),
        link: payload.link.clone(),
        starts_at: payload.starts_at,
        received: tick.now,
        seen: Seen { count: 1, last: tick.now },
        standing: Standing::begun(tick.now, tick.revision),
        previous,
        occurrence: *occurrence,
        revision: tick.revision,
        notes: Vec::new(),
        recent: Vec::new(),
    };
    let what = What::Fired { occurrence: *occurrence, previous };
    Step::to(next, Some(what))
}

/// T2 and T3: an open alert is heard again.
fn hear(alert: &Alert, heard: &Heard, tick: &Tick) -> Step {
    let payload = &heard.payload;
    let mut next = alert.clone();
    next.title = payload.title.clone();
    next.service = heard.service;
    if let Some(level) = payload.severity.level() {
        next.severity = level;
        next.unknown_severity = unknown(&payload.severity);
    }
    next.labels = payload.labels_at(next.severity);
    next.annotations = payload.annotations.clone();
    next.link.clone_from(&payload.link);
    next.starts_at = payload.starts_at;
    next.seen = heard_again(alert, tick);
    let held = alert.standing.acknowledgement().map_or(alert.severity, |held| held.level);
    if next.severity > held {
        next.standing.state = State::Firing;
        next.standing.needed = tick.now;
        next.standing.touched = tick.revision;
        let what = What::Worsened { from: alert.severity, to: next.severity };
        return Step::to(next, Some(what));
    }
    let what = difference(alert, &next, heard).or_else(|| reworded(alert, &next, tick));
    Step::to(next, what)
}

/// T4 and T5: a source says that it has ended.
fn end(alert: &Alert, tick: &Tick) -> Step {
    if !alert.is_open() {
        return Step::Keep(Unchanged::ResolvedAlready);
    }
    let mut next = alert.clone();
    next.seen = heard_again(alert, tick);
    next.standing.state = State::Resolved(Resolution { how: Ending::Source, at: tick.now });
    next.standing.touched = tick.revision;
    let what = What::Resolved(Ending::Source);
    Step::to(next, Some(what))
}

fn act(alert: &Alert, act: &Act, by: By<'_>, tick: &Tick) -> Result<Step, Refusal> {
    match act {
        Act::Acknowledge => acknowledge(alert, by, tick),
        Act::Unacknowledge => unacknowledge(alert, tick),
        Act::Assign(to) => assign(alert, to.as_ref(), tick),
        Act::Resolve => Ok(resolve(alert, by, tick)),
        Act::Reopen => Ok(reopen(alert, tick)),
        Act::Note(text) => Ok(note(alert, text, by, tick)),
        Act::Undo(revision) => undo(alert, *revision, by),
    }
}

/// T6, T7: the actor takes it, from firing or from whom they have seen to have it.
fn acknowledge(alert: &Alert, by: By<'_>, tick: &Tick) -> Result<Step, Refusal> {
    let (over, level) = match &alert.standing.state {
        State::Resolved(resolution) => return Err(ended(resolution)),
        State::Firing => (None, alert.severity),
        State::Acknowledged(held) if held.by == *by.actor => {
            return Ok(Step::Keep(Unchanged::AcknowledgedAlready));
        }
        State::Acknowledged(held) if by.seen.is_some_and(|seen| held.revision > seen) => {
            return Err(Refusal::Overtaken { by: held.by.clone(), at: held.at });
        }
        State::Acknowledged(held) => (Some(held.by.clone()), alert.severity.max(held.level)),
    };
    let assigned = match alert.standing.assignee {
        None => by.actor.person().cloned(),
        Some(_) => None,
    };
    let state = State::Acknowledged(Acknowledgement {
        by: by.actor.clone(),
        at: tick.now,
        level,
        revision: tick.revision,
    });
    let what = What::Acknowledged { over, assigned: assigned.clone() };
    Ok(stand(alert, what, tick, |standing| {
        standing.state = state;
        standing.assignee = assigned.or(standing.assignee.take());
    }))
}

/// T8, T7: back to firing.
fn unacknowledge(alert: &Alert, tick: &Tick) -> Result<Step, Refusal> {
    let had = match &alert.standing.state {
        State::Resolved(resolution) => return Err(ended(resolution)),
        State::Firing => return Ok(Step::Keep(Unchanged::NotAcknowledged)),
        State::Acknowledged(held) => held.by.clone(),
    };
    Ok(stand(alert, What::Unacknowledged { had }, tick, |standing| {
        standing.state = State::Firing;
        standing.needed = tick.now;
    }))
}

/// T12, T7: somebody else's, or nobody's. Apart from acknowledging.
fn assign(alert: &Alert, to: Option<&Person>, tick: &Tick) -> Result<Step, Refusal> {
    if let Some(resolution) = alert.standing.resolution() {
        return Err(ended(resolution));
    }
    let from = alert.standing.assignee.clone();
    if from.as_ref().map(|person| person.id) == to.map(|person| person.id) {
        return Ok(Step::Keep(Unchanged::AssignedAlready));
    }
    let what = What::Assigned { from, to: to.cloned() };
    Ok(stand(alert, what, tick, |standing| {
        standing.assignee = to.cloned();
    }))
}

/// T10, T7: ended by hand.
fn resolve(alert: &Alert, by: By<'_>, tick: &Tick) -> Step {
    if !alert.is_open() {
        return Step::Keep(Unchanged::ResolvedAlready);
    }
    let how = Ending::Operator(by.actor.clone());
    stand(alert, What::Resolved(how.clone()), tick, |standing| {
        standing.state = State::Resolved(Resolution { how, at: tick.now });
    })
}

/// T14: an ended one comes back. That no other episode is open was seen to by the caller.
fn reopen(alert: &Alert, tick: &Tick) -> Step {
    if alert.is_open() {
        return Step::Keep(Unchanged::OpenAlready);
    }
    stand(alert, What::Reopened, tick, |standing| {
        standing.state = State::Firing;
        standing.needed = tick.now;
    })
}

/// T12, T7: a note, in any state.
fn note(alert: &Alert, text: &Text, by: By<'_>, tick: &Tick) -> Step {
    let mut next = alert.clone();
    next.notes.push(Note { at: tick.now, by: by.actor.clone(), text: text.clone() });
    let what = What::Noted(text.clone());
    Step::to(next, Some(what))
}

/// Puts back how the alert stood before the actor's acts of that commit. Refused if they did
/// nothing to it then, or if anything moved it since.
fn undo(alert: &Alert, revision: Revision, by: By<'_>) -> Result<Step, Refusal> {
    let moved = |event: &&Arc<Event>| event.revision == alert.standing.touched;
    let in_the_way = || Refusal::NotUndone {
        last: alert.recent.iter().rfind(moved).map(|event| Text::derive(&event.to_string())),
    };
    // From the actor's first act of then on; a source may have moved it in the same commit.
    let of_then: Vec<&Arc<Event>> = alert
        .recent
        .iter()
        .filter(|event| event.revision == revision && event.what.moves())
        .skip_while(|event| event.actor != *by.actor || event.before.is_none())
        .collect();
    let Some(first) = of_then.first() else {
        return Err(Refusal::NotUndone { last: None });
    };
    let others = of_then.iter().any(|event| event.actor != *by.actor);
    let Some(before) = first.before.as_deref() else {
        return Err(Refusal::NotUndone { last: None });
    };
    if others || alert.standing.touched != revision {
        return Err(in_the_way());
    }
    let mut next = alert.clone();
    next.standing = before.clone();
    let what = What::Undone { act: Text::derive(&first.to_string()), revision };
    Ok(Step::to(next, Some(what)))
}

/// A step of a person: moves the standing, and can be undone.
fn stand(alert: &Alert, what: What, tick: &Tick, change: impl FnOnce(&mut Standing)) -> Step {
    let mut next = alert.clone();
    change(&mut next.standing);
    next.standing.touched = tick.revision;
    Step::Move(Box::new(Move { next, what: Some(what), undo: Some(alert.standing.clone()) }))
}

fn ended(resolution: &Resolution) -> Refusal {
    Refusal::Resolved(ResolvedBy(resolution.clone()))
}

fn heard_again(alert: &Alert, tick: &Tick) -> Seen {
    Seen { count: alert.seen.count.saturating_add(1), last: tick.now }
}

fn unknown(reading: &SeverityReading) -> Option<Text> {
    match reading {
        SeverityReading::Unknown(word) => Some(word.clone()),
        SeverityReading::Absent | SeverityReading::Known(_) => None,
    }
}

/// T2's line: only a change of severity, service or labels deserves one at every report.
fn difference(was: &Alert, is: &Alert, heard: &Heard) -> Option<What> {
    let mut differences = Vec::new();
    if was.severity != is.severity {
        differences.push(Difference::Severity { from: was.severity, to: is.severity });
    }
    if let Some(from) = heard.service_was.as_ref().filter(|from| **from != heard.service_is) {
        differences.push(Difference::Service { from: from.clone(), to: heard.service_is.clone() });
    }
    let told = |name: &Text| match name.as_str() {
        "alertname" => repeats_title(was) && repeats_title(is),
        "severity" => was.severity != is.severity,
        "service" => was.service != is.service,
        _ => false,
    };
    let mut labels = changed_names(&was.labels, &is.labels);
    labels.retain(|name| !told(name));
    if !labels.is_empty() {
        differences.push(Difference::Labels(labels));
    }
    (!differences.is_empty()).then_some(What::Changed(differences))
}

/// A plain alert's name is its title where its sender gave no other: then a new wording is not a
/// new name.
fn repeats_title(alert: &Alert) -> bool {
    alert.labels.get("alertname").is_some_and(|name| Text::derive(name) == alert.title)
}

fn changed_names(was: &Labels, is: &Labels) -> Vec<Text> {
    let gone = was.iter().filter(|(name, _)| is.get(name).is_none());
    let new = is.iter().filter(|(name, value)| was.get(name) != Some(*value));
    gone.chain(new).map(|(name, _)| Text::derive(name)).collect()
}

/// T2's other line: a rule with a figure in its text rewords it at every report, so the newest
/// wording joins the timeline only now and then.
fn reworded(was: &Alert, is: &Alert, tick: &Tick) -> Option<What> {
    const AT_MOST_EVERY: SignedDuration = SignedDuration::from_mins(15);
    let last = was.recent.iter().rfind(|event| matches!(event.what, What::Reworded { .. }));
    if last.is_some_and(|event| since(tick.now, event.at) < AT_MOST_EVERY) {
        return None;
    }
    if was.title != is.title {
        return Some(What::Reworded { from: was.title.clone(), to: is.title.clone() });
    }
    let name = changed_names(&was.annotations, &is.annotations).into_iter().next()?;
    let text =
        |alert: &Alert| Text::derive(alert.annotations.get(name.as_str()).unwrap_or("(nothing)"));
    Some(What::Reworded { from: text(was), to: text(is) })
}
