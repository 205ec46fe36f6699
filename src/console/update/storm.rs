//! Storms: what of them is drawn now, and what waits for the next few seconds. Keys do not wait,
//! and neither does what a person is looking at. Must not touch what a key acts on.

use super::passing;
use crate::console::effect::Effect;
use crate::console::frame::{Cause, Tick};
use crate::console::model::list::Mode;
use crate::console::model::storm::{Began, Storms};
use crate::console::model::tally::Tally;
use crate::console::model::{Model, Now, Screen};
use crate::domain::alert::Alert;
use crate::domain::id::AlertId;
use crate::domain::time::Timestamp;

/// Whether something that was published has to be drawn at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    /// A person is looking at it, or it is of another kind than what the storm brings.
    AtOnce,
    /// It may wait for the next counts.
    MayWait,
}

/// Counts an alert that began, or that is about another service than before.
pub(super) fn take(storms: &mut Storms, old: Option<&Alert>, new: &Alert) {
    match old {
        None => storms.begin(Began::of(new)),
        Some(old) if old.service != new.service => storms.moved(Began::of(new), old.service),
        Some(_) => {}
    }
}

/// Counts again what began, after changes were missed.
pub(super) fn again(model: &mut Model, now: Timestamp) {
    model.storms = model.storms.again(&model.table, now);
}

/// Shows the counts of the storm as they are now; the next frame has them.
pub(super) fn recount(model: &mut Model, now: Timestamp) {
    let storm = model.storms.storm();
    let rung = model.tally.as_ref().is_some_and(|tally| tally.rung);
    model.tally = storm.map(|storm| Tally::new(&model.list, storm, now));
    if let Some(tally) = &mut model.tally {
        tally.rung = rung;
    }
}

/// What is to be done about news that somebody could see, with what it asked for besides a frame.
pub(super) fn news(
    model: &mut Model,
    haste: Haste,
    mut effects: Vec<Effect>,
    now: Now,
) -> Vec<Effect> {
    if let Some(tally) = &mut model.tally {
        // One bell for all that the next counts are to show.
        if tally.rung {
            effects.retain(|effect| !matches!(effect, Effect::Ring));
        }
        tally.rung |= effects.iter().any(|effect| matches!(effect, Effect::Ring));
    }
    if waits(model, now.tick) {
        if let Some(tally) = &mut model.tally {
            tally.behind = true;
        }
        match haste {
            Haste::AtOnce => {
                super::set_clock(model, now);
                effects.push(Effect::Draw(Cause::Change));
            }
            // Whoever is called hears of it now, and sees it with the next counts.
            Haste::MayWait if !effects.is_empty() => effects.push(Effect::Flush),
            Haste::MayWait => {}
        }
        return effects;
    }
    super::freshen(model, now);
    effects.push(Effect::Draw(Cause::Change));
    effects
}

/// Whether counts that are newer than the shown ones have to wait. Where a storm begins or ends
/// nothing waits: a bar comes or goes. Nor does it where the shown ones deny what there is.
fn waits(model: &Model, now: Tick) -> bool {
    let (Some(tally), Some(_)) = (&model.tally, model.storms.storm()) else { return false };
    let may_change = tally.may_change(model.settings.link, now);
    !may_change && !tally.census.denies(&model.list.census())
}

/// Whether a person is looking at one of these alerts. A live list sorts itself anew with every
/// frame, so that all of it waits.
pub(super) fn haste(model: &Model, changed: &[AlertId]) -> Haste {
    let live = matches!(model.screen, Screen::List) && matches!(model.list.mode, Mode::Live);
    let looks = !live && passing::shown(model).iter().any(|id| changed.contains(id));
    if looks { Haste::AtOnce } else { Haste::MayWait }
}

/// Time has passed. Says whether there is anything to draw.
pub(super) fn woke(model: &mut Model, now: Now) -> bool {
    model.storms.pass(now.at);
    let over = model.tally.is_some() && model.storms.storm().is_none();
    let link = model.settings.link;
    let due = model.tally.as_ref().and_then(|tally| tally.due(link));
    over || due.is_some_and(|due| due <= now.tick)
}

/// When a storm is over.
pub(super) fn until(model: &Model) -> Option<Timestamp> {
    model.tally.as_ref().and(model.storms.until())
}

/// When newer counts are to be shown.
pub(super) fn due(model: &Model) -> Option<Tick> {
    model.tally.as_ref()?.due(model.settings.link)
}
