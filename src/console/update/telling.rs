//! Which news calls for somebody, and the words that go to the terminal for it. What calls is
//! decided in the domain alone; the filter has no say.

use std::collections::BTreeSet;

use crate::console::effect::{Effect, News};
use crate::console::frame::Cause;
use crate::console::model::{Model, Now};
use crate::console::text::number;
use crate::domain::alert::{Alert, Call};
use crate::domain::change::Change;
use crate::domain::delivery::Tell;
use crate::domain::entity::Entity;
use crate::domain::id::AlertId;
use crate::domain::tells::tells;

/// The alerts of `news` that call for somebody who sits at a terminal. The model still has the
/// table from before.
pub(super) fn calls(model: &Model, news: &News) -> BTreeSet<AlertId> {
    if let Some(changes) = &news.changes {
        return changes.iter().filter_map(|change| called(model, change)).collect();
    }
    // Some changes were missed: what is being called for now and was not then.
    let changed = model.table.changed_alerts(&news.table).filter_map(|(_, new)| new);
    let open = changed.filter(|alert| alert.is_open());
    open.filter(|alert| is_new(model, alert)).map(|alert| alert.id).collect()
}

fn called(model: &Model, change: &Change) -> Option<AlertId> {
    let Some(Entity::Alert(alert)) = &change.next else { return None };
    match tells(alert, change.event.as_ref()?)? {
        Tell::Page | Tell::Flapping => Some(alert.id),
        Tell::Assigned => {
            let person = alert.standing.assignee.as_ref();
            (person == model.settings.viewer.person()).then_some(alert.id)
        }
        Tell::Resolved | Tell::FellSilent | Tell::Acknowledged => None,
    }
}

fn is_new(model: &Model, alert: &Alert) -> bool {
    let cause = |alert: &Alert| match alert.standing.call {
        Call::Calling(calling) => Some(calling.cause),
        Call::Quiet | Call::Paused { .. } | Call::Over => None,
    };
    let before = model.table.alert(alert.id).and_then(|before| cause(before));
    cause(alert).is_some_and(|now| Some(now) != before)
}

/// Rings for `called`, and sends a message to somebody who does not look.
pub(super) fn ring(model: &mut Model, called: &BTreeSet<AlertId>, now: Now) -> Vec<Effect> {
    let Some(first) = called.first() else { return Vec::new() };
    let mut effects = vec![Effect::Ring];
    if let Some(alerts) = model.telling.call(called.len(), now.tick) {
        let alert = model.table.alert(*first).filter(|_| alerts == 1);
        let text = alert.map_or_else(|| counted(alerts), |alert| named(model, alert));
        effects.push(Effect::Notify(text));
    }
    effects
}

/// The message that had to wait for the one before it.
pub(super) fn overdue(model: &mut Model, now: Now) -> Vec<Effect> {
    match model.telling.due(now.tick) {
        Some(alerts) => vec![Effect::Notify(counted(alerts)), Effect::Draw(Cause::Change)],
        None => Vec::new(),
    }
}

fn named(model: &Model, alert: &Alert) -> String {
    let flaps = if alert.marks.flapping.is_some() { " (flapping)" } else { "" };
    format!("CRIT {}: {}{flaps}", model.table.service_name(alert.service), alert.title)
}

fn counted(alerts: usize) -> String {
    format!("{} new critical", number(alerts))
}
