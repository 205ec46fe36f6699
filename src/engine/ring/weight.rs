//! What a change weighs, in bytes: with what is written of it for a reader, and never much less than
//! it is. Looks at lengths alone.

use std::sync::Arc;

use crate::domain::alert::{Alert, Identity, Naming, Source};
use crate::domain::change::Change;
use crate::domain::entity::Entity;
use crate::domain::event::{Event, What};
use crate::domain::labels::Labels;

/// What anything weighs, once in memory and once as JSON, its texts aside.
const ENTITY: usize = 2_048;
/// The same of a line of a timeline.
const LINE: usize = 512;
/// A text is there, and written.
const TWICE: usize = 2;

/// What the changes of one publication weigh.
pub(super) fn of(changes: &[Change]) -> usize {
    LINE + changes.iter().map(of_one).sum::<usize>()
}

fn of_one(change: &Change) -> usize {
    let event = change.event.as_deref().map_or(0, line);
    let entity = match &change.next {
        // Where there is a line, all of them are written.
        Some(Entity::Alert(alert)) if change.event.is_some() => alert_of(alert) + lines(alert),
        Some(Entity::Alert(alert)) => alert_of(alert),
        Some(Entity::Source(stray)) => source(&stray.source) + identity(&stray.identity),
        Some(_) | None => 0,
    };
    ENTITY + event + entity
}

fn alert_of(alert: &Alert) -> usize {
    let Alert { title, labels: own, annotations, link, source: told, worded, notes, .. } = alert;
    let known_by = identity(&alert.identity) + told.as_deref().map_or(0, source);
    let notes: usize = notes.iter().map(|note| LINE + TWICE * note.text.as_str().len()).sum();
    let texts = [title, &worded.title, &worded.text].map(|text| text.as_str().len());
    let texts = texts.iter().sum::<usize>() + link_of(link.as_ref());
    notes + TWICE * texts + labels(own) + labels(annotations) + known_by
}

fn identity(identity: &Identity) -> usize {
    match &identity.naming {
        Naming::Labels { labels: all, .. } => labels(all),
        Naming::Given(name) => TWICE * name.len(),
    }
}

fn source(source: &Source) -> usize {
    labels(&source.annotations) + TWICE * link_of(source.link.as_ref()) + LINE
}

fn lines(alert: &Alert) -> usize {
    alert.recent.iter().map(|event| line(event)).sum()
}

fn line(event: &Event) -> usize {
    let text = match &event.what {
        What::Reworded { from, to } => from.as_str().len() + to.as_str().len(),
        What::Noted(text) | What::Undone { act: text, .. } | What::NotTold { why: text, .. } => {
            text.as_str().len()
        }
        _ => 0,
    };
    LINE + TWICE * text
}

fn labels(labels: &Labels) -> usize {
    const SIGNS: usize = 8;
    labels.iter().map(|(name, value)| TWICE * (name.len() + value.len() + SIGNS)).sum()
}

fn link_of(link: Option<&Arc<str>>) -> usize {
    link.map_or(0, |link| link.len())
}
