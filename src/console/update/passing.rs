//! What frames and time bring: what was drawn, and what was waited for.

use std::time::Duration;

use super::{moving, news, silences, storm, telling, writing};
use crate::console::effect::Effect;
use crate::console::frame::{Cause, Tick};
use crate::console::model::acts::Pace;
use crate::console::model::endings;
use crate::console::model::list::{Mode, Seen};
use crate::console::model::sheet::Sheet;
use crate::console::model::silences::Moved;
use crate::console::model::silencing::count;
use crate::console::model::{Cursor, Drawn, Model, Now, Order, PageAbout, Screen, place};
use crate::console::view::layout;
use crate::console::when;
use crate::domain::id::AlertId;
use crate::domain::time::{Timestamp, since};

/// A frame was written: from now on keys are about what it showed.
pub(super) fn drawn(model: &mut Model, now: Now) {
    let first = model.list.first();
    let replaced = match (model.drawn.first, first) {
        (Some(before), Some(first)) if before != first => Some(now.tick),
        (Some(_) | None, Some(_) | None) => model.drawn.replaced,
    };
    let renamed = model.selected().filter(|id| is_renamed_since_drawn(model, *id));
    let renamed = renamed.map(|id| (id, now.tick)).or(model.drawn.renamed);
    *model.drawn = Drawn {
        table: model.table.clone(),
        rows: model.list.rows(),
        unfiltered: model.list.unfiltered(),
        filter: model.list.sieve().text().to_owned(),
        in_sight: in_sight(model),
        silences: silences::in_sight(model),
        first,
        replaced,
        renamed,
        order: Order::Shown,
    };
    if let Some(view) = model.silences_mut() {
        view.moved = Moved::ByKey;
    }
    if let Some(tally) = &mut model.tally {
        tally.drawn(now.tick);
    }
    if let Some(warned) = &mut model.waits.warned {
        warned.shown.get_or_insert(now.tick);
    }
    if let Some(faster) = &mut model.acts.faster {
        faster.shown.get_or_insert(now.tick);
    }
    if let Some(sheet) = model.silencing_mut() {
        sheet.count.drawn = sheet.count.counted.is_some();
    }
    if let Some(Sheet::Question(question)) = &mut model.sheet {
        question.drawn.get_or_insert(now.tick);
    }
}

/// The alerts on the screen that a key may be about. A sheet names its own, whatever it covers.
fn in_sight(model: &Model) -> Vec<AlertId> {
    if model.is_too_small() {
        return Vec::new();
    }
    if let Some(page) = model.page {
        return match page.about {
            PageAbout::Why(id) => vec![id],
            PageAbout::Help => Vec::new(),
        };
    }
    let mut ids = match &model.screen {
        Screen::Detail(opened) => vec![opened.id],
        Screen::Senders(_) | Screen::Silences(_) => Vec::new(),
        Screen::List => model.list.window(rows_in_sight(model)),
    };
    ids.extend(model.sheet.as_ref().and_then(|sheet| sheet.target()).map(|target| target.id));
    ids
}

/// How many rows of the list the screen has room for beside what is open over it.
pub(super) fn rows_in_sight(model: &Model) -> usize {
    let regions = layout::regions(model);
    let covered = regions.sheet.map_or(u16::MAX, |sheet| sheet.y);
    usize::from(regions.list.bottom().min(covered).saturating_sub(regions.list.y))
}

/// Whether the last frame calls an alert something else than the model does.
pub(super) fn is_renamed_since_drawn(model: &Model, id: AlertId) -> bool {
    let forms = model.drawn.table.alert(id).zip(model.table.alert(id));
    forms.is_some_and(|(drawn, now)| place::is_renamed(drawn, now))
}

/// Something that was waited for has come.
pub(super) fn woke(model: &mut Model, now: Now) -> Vec<Effect> {
    let mut effects = Vec::new();
    if model.waits.settle.is_some_and(|at| at <= now.tick) {
        super::set_clock(model, now);
        moving::settle(model);
        model.cursor = Cursor::Placed;
        effects.push(Effect::Draw(Cause::Key));
    }
    if writing::sift_on(model, now) | writing::follow(model, now) {
        storm::recount(model, now.at);
        effects.push(Effect::Draw(Cause::Key));
    }
    effects.extend(of_silences(model, now));
    // Without a connection nothing leaves the list because time passes: it is how it stood then.
    let connected = model.service.unconnected.is_none();
    if connected && model.list.pass_time(&model.table, now.at) == Seen::Changed {
        super::freshen(model, now);
        news::follow_live(model);
        effects.push(Effect::Draw(Cause::Change));
    }
    if next_age(model).is_some_and(|at| at <= now.at) {
        super::freshen(model, now);
        effects.push(Effect::Draw(Cause::Change));
    }
    if idle_since(model).is_some_and(|at| at <= now.tick) {
        super::freshen(model, now);
        let selected = model.list.under_cursor();
        moving::go_live(model);
        if model.list.under_cursor() != selected {
            model.cursor = Cursor::Returned;
        }
        effects.push(Effect::Draw(Cause::Change));
    }
    let busy = model.overload.take_if(|overload| overload.until() <= now.at).is_some();
    let back = model.back.take_if(|back| back.until() <= now.at).is_some();
    if busy || back {
        super::freshen(model, now);
        effects.push(Effect::Draw(Cause::Change));
    }
    if next_of_certificate(model).is_some_and(|at| at <= now.at) {
        super::freshen(model, now);
        effects.push(Effect::Draw(Cause::Change));
    }
    if model.refusing.as_ref().is_some_and(|refusing| refusing.until <= now.at) {
        super::freshen(model, now);
        // Others may have been refused meanwhile: that is no frame of its own.
        if model.refusing.is_none() {
            effects.push(Effect::Draw(Cause::Change));
        }
    }
    if storm::woke(model, now) {
        super::freshen(model, now);
        news::follow_live(model);
        effects.push(Effect::Draw(Cause::Change));
    }
    effects.extend(telling::overdue(model, now));
    if slowed(model, now) {
        effects.push(Effect::Draw(Cause::Change));
    }
    effects
}

/// What a sheet would silence is counted on, and what ends soon looked at.
fn of_silences(model: &mut Model, now: Now) -> Option<Effect> {
    let changed =
        count::go_on(model, now) | endings::pass_time(model, now) | silences::pass_time(model, now);
    if changed {
        super::freshen(model, now);
    }
    changed.then_some(Effect::Draw(Cause::Change))
}

/// The earliest thing that waits for a time.
pub(super) fn next_wake(model: &Model, now: Now) -> Option<Tick> {
    let at = |time: Timestamp| {
        now.tick + Duration::try_from(since(time, now.at)).unwrap_or(Duration::ZERO)
    };
    [
        model.waits.settle,
        writing::next_step(model, now),
        model.silencing().and_then(|sheet| sheet.count.next(now.tick)),
        silences::next_wake(model, now),
        model.endings.next().filter(|_| !model.service.is_of_then()).map(at),
        model.list.next_recheck().filter(|_| model.service.unconnected.is_none()).map(at),
        next_age(model).map(at),
        next_of_certificate(model).map(at),
        idle_since(model),
        model.refusing.as_ref().map(|refusing| at(refusing.until)),
        model.overload.map(|overload| at(overload.until())),
        model.back.as_ref().map(|back| at(back.until())),
        storm::until(model).map(at),
        storm::due(model),
        model.acts.next_slowing(),
        model.telling.next(),
    ]
    .into_iter()
    .flatten()
    .min()
}

/// The full minute at which an age on the screen reads differently.
fn next_age(model: &Model) -> Option<Timestamp> {
    if model.service.is_of_then() {
        return None;
    }
    shown(model)
        .into_iter()
        .filter_map(|id| model.alert(id))
        .flat_map(|alert| [place::age_from(alert), alert.started()])
        .map(|from| when::next_age(from, model.clock))
        .min()
}

/// The full minute at which more is to be said of the certificate than that it is there.
fn next_of_certificate(model: &Model) -> Option<Timestamp> {
    let certificate = model.service.certificate.as_ref();
    let certificate = certificate.filter(|_| !model.service.is_of_then())?;
    let times = [certificate.ends_soon_from(), certificate.until].into_iter();
    times.filter(|time| *time > model.clock).map(when::minute_from).min()
}

/// The alerts whose ages are on the screen.
pub(super) fn shown(model: &Model) -> Vec<AlertId> {
    if model.page.is_some() || model.is_too_small() {
        return Vec::new();
    }
    match &model.screen {
        Screen::Detail(opened) => vec![opened.id],
        Screen::Senders(_) | Screen::Silences(_) => Vec::new(),
        Screen::List => {
            let height = usize::from(layout::regions(model).list.height);
            let mut ids = model.list.window(height);
            ids.extend(model.pane.subject);
            ids
        }
    }
}

/// When a list that was left standing is live again.
fn idle_since(model: &Model) -> Option<Tick> {
    let left = matches!(model.list.mode, Mode::Still(_))
        && matches!(model.screen, Screen::List)
        && model.sheet.is_none()
        && model.page.is_none();
    let still_for = model.settings.still_for.filter(|_| left)?;
    Some(model.waits.key + still_for)
}

/// Rows say themselves what is on its way; after a long time the bottom line does too.
fn slowed(model: &mut Model, now: Now) -> bool {
    let slowed = model.acts.slowed(now.tick);
    if let Some((_, what)) = slowed.iter().find(|(pace, _)| *pace == Pace::VerySlow) {
        model.complain(format!("Still saving: {what}"));
    }
    !slowed.is_empty()
}
