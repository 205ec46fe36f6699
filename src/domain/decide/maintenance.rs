//! Maintenance that comes again: of each there is one silence that is not over, its window in force
//! or its next one.

use std::sync::Arc;

use super::silence::{self, OURS};
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
    see_to_windows(draft)?;
    let window = live(draft, maintenance).map(|silence| silence.id);
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
    see_to_windows(draft)
}

/// Makes the windows that are missing, and ends those of what is no maintenance any more, or another
/// one, and those that come too early, because an earlier one was put back. What somebody changed about a window, or that they ended it, stays so.
pub(super) fn see_to_windows(draft: &mut Draft) -> Result<(), Refusal> {
    let all: Vec<Arc<Maintenance>> = draft.table().maintenances().collect();
    let windows = draft.table().silences().any(|silence| silence.window_of.is_some());
    if all.is_empty() && !windows {
        return Ok(());
    }
    // New ones first: what both match is quiet throughout.
    for maintenance in &all {
        if live(draft, maintenance).is_none() {
            open(draft, maintenance)?;
        }
    }
    let now = draft.tick.now;
    let lapsed = |silence: &&Arc<Silence>| {
        let of = silence.window_of.as_ref().filter(|_| silence.state(now) != SilenceState::Expired);
        let maintenance = |of: &Arc<WindowOf>| all.iter().find(|known| is_window_of(of, known));
        of.is_some_and(|of| match maintenance(of) {
            Some(known) => live(draft, known).is_some_and(|first| first.id != silence.id),
            None => true,
        })
    };
    let lapsed: Vec<Arc<Silence>> = draft.table().silences().filter(lapsed).cloned().collect();
    for silence in lapsed {
        let mut silence = silence.as_ref().clone();
        if let Some(of) = &mut silence.window_of {
            // Should it be a maintenance again, this window has not been.
            Arc::make_mut(of).until = now;
        }
        silence::end_now(draft, OURS, &silence)?;
    }
    Ok(())
}

fn is_window_of(window: &WindowOf, maintenance: &Maintenance) -> bool {
    window.name == maintenance.name && window.was == maintenance.told()
}

/// The window of a maintenance that is in force or to come first.
fn live<'d>(draft: &'d Draft, maintenance: &Maintenance) -> Option<&'d Arc<Silence>> {
    let now = draft.tick.now;
    let all = draft.table().silences().filter(|silence| {
        let is_its = silence.window_of.as_ref().is_some_and(|of| is_window_of(of, maintenance));
        is_its && silence.state(now) != SilenceState::Expired
    });
    all.min_by_key(|silence| (silence.terms.starts, silence.id))
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
