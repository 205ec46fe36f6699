//! Maintenance that comes again: of each there is one silence that is not over, its window in force
//! or its next one.

use std::sync::Arc;

use super::silence;
use crate::domain::actor::Actor;
use crate::domain::alert::lifecycle::By;
use crate::domain::draft::Draft;
use crate::domain::entity::{Entity, Key};
use crate::domain::event::What;
use crate::domain::id::{MaintenanceId, SilenceId};
use crate::domain::labels::Labels;
use crate::domain::maintenance::{KeptMaintenance, Maintenance, WindowOf};
use crate::domain::matcher::Matcher;
use crate::domain::refusal::Refusal;
use crate::domain::silence::{Silence, SilenceDeed, SilenceRefusal, SilenceState, Terms};
use crate::domain::text::Text;

const OURS: By<'static> = By { actor: &Actor::Watchbell, seen: None };

/// Keeps a maintenance; gives the silence of its first window.
pub(super) fn make(
    draft: &mut Draft,
    by: By<'_>,
    maintenance: &Maintenance,
) -> Result<SilenceId, Refusal> {
    let name = &maintenance.name;
    if name.is_empty() {
        return Err(SilenceRefusal::NamelessMaintenance.into());
    }
    if draft.table().maintenances().any(|known| known.name == *name) {
        return Err(SilenceRefusal::MaintenanceExists(name.clone()).into());
    }
    if maintenance.matchers.iter().all(Matcher::allows_absence) {
        return Err(SilenceRefusal::MatchesAbsence.into());
    }
    if maintenance.matchers.len() > Terms::MOST_MATCHERS {
        return Err(SilenceRefusal::TooManyMatchers(Terms::MOST_MATCHERS).into());
    }
    let id = MaintenanceId::of(name.as_str());
    let kept = KeptMaintenance {
        id,
        maintenance: maintenance.clone(),
        by: by.actor.clone(),
        created: draft.tick.now,
    };
    let what = What::Silence(SilenceDeed::Repeats(maintenance.told()));
    let event = draft.event(by.actor, Key::Maintenance(id), what, None);
    draft.put(Entity::Maintenance(Arc::new(kept)), Some(event));
    see_to_windows(draft, by)?;
    let window = live(draft, name).map(|silence| silence.id);
    window.ok_or_else(|| SilenceRefusal::NoWindow.into())
}

/// Ends a maintenance that was made so, and its window with it. Those of the configuration are ended
/// there.
pub(super) fn end(draft: &mut Draft, by: By<'_>, name: &Text) -> Result<(), Refusal> {
    let id = MaintenanceId::of(name.as_str());
    if draft.table().maintenance(id).is_none() {
        let in_file = draft.table().policy().maintenance.iter().find(|known| known.name == *name);
        let refused = match in_file {
            Some(_) => SilenceRefusal::MaintenanceInFile(name.clone()),
            None => SilenceRefusal::UnknownMaintenance(name.clone()),
        };
        return Err(refused.into());
    }
    let key = Key::Maintenance(id);
    let event = draft.event(by.actor, key, What::Silence(SilenceDeed::Expired), None);
    draft.end(key, Some(event));
    see_to_windows(draft, by)
}

/// Ends the windows of what is no maintenance any more, or another one, and makes those that are
/// missing. What somebody changed about a window, or that they ended it, stays so.
pub(super) fn see_to_windows(draft: &mut Draft, by: By<'_>) -> Result<(), Refusal> {
    let all: Vec<Arc<Maintenance>> = draft.table().maintenances().collect();
    let now = draft.tick.now;
    let lapsed = |silence: &&Arc<Silence>| {
        let of = silence.window_of.as_ref().filter(|_| silence.state(now) != SilenceState::Expired);
        of.is_some_and(|of| !all.iter().any(|known| is_window_of(of, known)))
    };
    let lapsed: Vec<Arc<Silence>> = draft.table().silences().filter(lapsed).cloned().collect();
    for silence in lapsed {
        silence::end_now(draft, by, &silence)?;
    }
    for maintenance in &all {
        if live(draft, &maintenance.name).is_none() {
            open(draft, maintenance)?;
        }
    }
    Ok(())
}

fn is_window_of(window: &WindowOf, maintenance: &Maintenance) -> bool {
    window.name == maintenance.name && window.was == maintenance.told()
}

/// The window of a maintenance that is in force or to come.
fn live<'d>(draft: &'d Draft, name: &Text) -> Option<&'d Arc<Silence>> {
    let now = draft.tick.now;
    draft.table().silences().find(|silence| {
        let is_its = silence.window_of.as_ref().is_some_and(|of| of.name == *name);
        is_its && silence.state(now) != SilenceState::Expired
    })
}

/// Makes the silence of the window that follows the last one; a window that somebody ended does not
/// come twice.
fn open(draft: &mut Draft, maintenance: &Maintenance) -> Result<(), Refusal> {
    let now = draft.tick.now;
    let windows = draft.table().silences().filter_map(|silence| silence.window_of.as_ref());
    let past = windows.filter(|of| is_window_of(of, maintenance)).map(|of| of.until).max();
    let window = maintenance.when.window(past.map_or(now, |past| past.max(now)));
    if window.starts >= window.ends {
        return Ok(());
    }
    let comment = match maintenance.comment.as_str() {
        "" => maintenance.when.to_string(),
        comment => comment.to_owned(),
    };
    let terms = Terms {
        matchers: maintenance.matchers.as_slice().into(),
        starts: window.starts.max(now),
        ends: window.ends,
        by: format!("maintenance {}", maintenance.name).into(),
        comment: comment.into(),
        annotations: Labels::default(),
        until_resolved: false,
    };
    let window_of =
        WindowOf { name: maintenance.name.clone(), was: maintenance.told(), until: window.ends };
    silence::made(draft, OURS, terms, Some(Arc::new(window_of))).map(|_| ())
}
