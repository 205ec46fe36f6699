//! The view of silences: what its keys do, and what of others' doings is seen there. Keys are about
//! what the last frame showed; asking the engine is `silencing`.

use std::sync::Arc;

use super::{moving, passing, shared, silencing, writing};
use crate::console::action::{Action, Context};
use crate::console::effect::Effect;
use crate::console::frame::{Cause, Link, Tick};
use crate::console::model::sheet::{About, Disturbed, Prompt, Purpose, Question, Sheet};
use crate::console::model::sieve::Sieve;
use crate::console::model::silences::{Moved, Silences};
use crate::console::model::{Model, Now, Screen, Wish};
use crate::console::view::{layout, silences as shown};
use crate::domain::change::Change;
use crate::domain::entity::{Entity, Key};
use crate::domain::id::SilenceId;
use crate::domain::query;
use crate::domain::silence::Silence;
use crate::domain::time::SignedDuration;

/// How much later a silence ends at one key.
const MORE: SignedDuration = SignedDuration::from_hours(1);

/// Opens the view.
pub(super) fn open(model: &mut Model, now: Now) {
    let before = if let Screen::Detail(opened) = model.screen { Some(opened) } else { None };
    model.screen = Screen::Silences(Box::new(Silences::new(&model.table, before)));
    settle(model, now);
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(view) = model.silences() else { return Vec::new() };
    let is_opened = view.opened.is_some();
    let draw = vec![Effect::Draw(Cause::Key)];
    let moved = if is_opened { scroll(model, action, now) } else { step(model, action, now) };
    if moved {
        return draw;
    }
    super::freshen(model, now);
    match action {
        Action::Open if !is_opened => opens(model, now),
        Action::Back => back(model, now),
        // An open one is closed by what leaves elsewhere.
        Action::Quit if is_opened => back(model, now),
        Action::Alerts => leave(model),
        Action::TogglePane if !is_opened => {
            model.pane.wish = if model.pane.wish == Wish::On { Wish::Off } else { Wish::On };
            resized(model);
        }
        Action::Filter => {
            let words = model.silences().map(|view| view.words.clone()).unwrap_or_default();
            let prompt = Prompt::new(Purpose::Silences(words.clone()), &words);
            model.sheet = Some(Sheet::Prompt(prompt));
        }
        Action::ClearFilter => show_only(model, "", now),
        Action::ShowAlerts => show_alerts(model, now),
        Action::NewSilence => return silencing::open_new(model, now),
        Action::EditSilence | Action::Extend | Action::Expire => {
            return on_selected(model, action, now);
        }
        other => return shared(model, other, now),
    }
    draw
}

/// Does something to the selected silence, if a frame showed it as it is.
fn on_selected(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    model.message = None;
    let draw = vec![Effect::Draw(Cause::Key)];
    match target(model, action) {
        Err(reason) => model.say(reason),
        Ok(silence) if action == Action::Extend => {
            return silencing::extend(model, silence.id, MORE, now);
        }
        Ok(silence) if action == Action::EditSilence => {
            return silencing::open_known(model, silence.id, now);
        }
        Ok(silence) if silencing::is_over(&silence, now) => model.say("This silence is over."),
        Ok(silence) => {
            model.sheet = Some(Sheet::Question(Question::new(About::Expire(silence.id))));
        }
    }
    draw
}

/// The selected silence, or why a key may have been meant for another, or for it as it was.
fn target(model: &Model, action: Action) -> Result<Arc<Silence>, String> {
    let view = model.silences();
    let Some((view, id)) = view.and_then(|view| Some((view, view.cursor?))) else {
        return Err("No silence is selected.".to_owned());
    };
    let key = model.key(Context::Silences, action);
    if view.moved == Moved::Away || !model.drawn.silences.contains(&id) {
        return Err(format!("It was not shown yet. Press {key} again."));
    }
    let silence = model.table.silence(id).ok_or("This silence is not kept any more.")?;
    let drawn = model.drawn.table.silence(id);
    if drawn.is_some_and(|drawn| drawn.terms != silence.terms) {
        return Err(format!("{} changed it just now. Press {key} again.", silence.last.actor));
    }
    Ok(Arc::clone(silence))
}

fn opens(model: &mut Model, now: Now) {
    settle(model, now);
    match model.silences_mut() {
        Some(view) if view.cursor.is_some() => view.opened = Some(0),
        Some(_) | None => model.say("No silence is selected."),
    }
}

/// One step: closes what was said, what is open, the filter, the view; never more than one of them.
fn back(model: &mut Model, now: Now) {
    if model.message.take().is_some() {
        return;
    }
    let Some(view) = model.silences_mut() else { return };
    if view.opened.take().is_some() {
        resized(model);
    } else if !view.words.is_empty() {
        show_only(model, "", now);
    } else if let Some(before) = view.before {
        model.screen = Screen::Detail(before);
    } else {
        leave(model);
    }
}

/// To the list of alerts.
fn leave(model: &mut Model) {
    model.screen = Screen::List;
    moving::settle(model);
    moving::keep_in_sight(model);
}

/// The list with what the selected silence matches.
fn show_alerts(model: &mut Model, now: Now) {
    let cursor = model.silences().and_then(|view| view.cursor);
    let Some(silence) = cursor.and_then(|id| model.table.silence(id)) else {
        return model.say("No silence is selected.");
    };
    let text = query::written(&silence.terms.matchers);
    leave(model);
    moving::go_live(model);
    writing::apply(model, Sieve::new(&text), now);
}

/// Shows the silences that have these words.
pub(super) fn show_only(model: &mut Model, words: &str, now: Now) {
    let table = model.table.clone();
    let Some(view) = model.silences_mut() else { return };
    words.trim().clone_into(&mut view.words);
    view.sort(&table);
    if view.cursor.is_none() {
        view.step(0);
    }
    // The person asked for other rows.
    view.moved = Moved::ByKey;
    settle(model, now);
}

/// Puts the cursor on a silence that this console made.
pub(super) fn select(model: &mut Model, id: SilenceId, now: Now) {
    if let Some(view) = model.silences_mut() {
        view.select(id);
        settle(model, now);
    }
}

/// Moves the cursor; says whether the action was a move.
fn step(model: &mut Model, action: Action, now: Now) -> bool {
    let page = isize::try_from(rows(model)).unwrap_or(1).max(1);
    let by = match action {
        Action::CursorDown => 1,
        Action::CursorUp => -1,
        Action::HalfPageDown => (page / 2).max(1),
        Action::HalfPageUp => -(page / 2).max(1),
        Action::PageDown => page,
        Action::PageUp => -page,
        Action::Top => isize::MIN,
        Action::Bottom => isize::MAX,
        Action::PaneDown | Action::PaneUp => {
            let last = shown::last_scroll(model);
            let Some(view) = model.silences_mut() else { return true };
            let down = (view.scroll + 1).min(last);
            view.scroll =
                if action == Action::PaneDown { down } else { view.scroll.saturating_sub(1) };
            return true;
        }
        _ => return false,
    };
    let settle = now.tick + model.settings.link.settle();
    if let Some(view) = model.silences_mut() {
        view.step(by);
        view.settle = Some(settle);
    }
    resized(model);
    true
}

/// Scrolls an open silence, or goes to its neighbours; says whether the action was one of these.
fn scroll(model: &mut Model, action: Action, now: Now) -> bool {
    let height = usize::from(layout::regions(model).body.height);
    let last = shown::full(model).len().saturating_sub(height);
    let Some(view) = model.silences_mut() else { return false };
    let at = view.opened.unwrap_or_default().min(last);
    let at = match action {
        Action::CursorDown => at + 1,
        Action::CursorUp => at.saturating_sub(1),
        Action::HalfPageDown => at + height / 2,
        Action::HalfPageUp => at.saturating_sub(height / 2),
        Action::PageDown => at + height,
        Action::PageUp => at.saturating_sub(height),
        Action::Top => 0,
        Action::Bottom => last,
        Action::PaneDown | Action::PaneUp => {
            view.step(if action == Action::PaneDown { 1 } else { -1 });
            view.opened = Some(0);
            settle(model, now);
            return true;
        }
        _ => return false,
    };
    view.opened = Some(at.min(last));
    true
}

/// The detail follows the cursor, and what it tells is looked for.
fn settle(model: &mut Model, now: Now) {
    let table = model.table.clone();
    if let Some(view) = model.silences_mut() {
        view.settle();
        view.look_back(&table, now.at);
        view.look_on();
    }
    resized(model);
}

/// The cursor is in sight, and what the rows in sight tell is known.
pub(super) fn resized(model: &mut Model) {
    let height = rows(model);
    // Scrolling writes the whole window; over SSH it is done less often and further.
    let margin = if model.settings.link == Link::Ssh { height / 2 } else { 0 };
    let table = model.table.clone();
    if let Some(view) = model.silences_mut() {
        view.keep_in_sight(height, margin);
        view.count(&table, height, false);
    }
}

fn rows(model: &Model) -> usize {
    usize::from(layout::regions(model).list.height).max(1)
}

/// The silences on the screen that a key may be about.
pub(super) fn in_sight(model: &Model) -> Vec<SilenceId> {
    let Some(view) = model.silences().filter(|_| !model.is_too_small()) else { return Vec::new() };
    if model.page.is_some() {
        return Vec::new();
    }
    match view.opened {
        Some(_) => view.cursor.into_iter().collect(),
        None => view.window(passing::rows_in_sight(model)).to_vec(),
    }
}

/// What of the view may be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Touched {
    /// Nothing.
    Nothing,
    /// What silences mute.
    Counts,
    /// The silences.
    Silences,
}

/// What changes may be seen here. The model still has the table from before.
pub(super) fn touched(model: &Model, changes: &[Change]) -> Touched {
    if model.silences().is_none() {
        return Touched::Nothing;
    }
    let touched = |change: &Change| match (change.key, &change.next) {
        (Key::Silence(_), _) => Touched::Silences,
        (Key::Alert(_), Some(Entity::Alert(alert))) if alert.is_silenced() => Touched::Counts,
        (Key::Alert(id), _) if model.table.alert(id).is_some_and(|one| one.is_silenced()) => {
            Touched::Counts
        }
        _ => Touched::Nothing,
    };
    changes.iter().map(touched).max().unwrap_or(Touched::Nothing)
}

/// Takes in how silences and what they mute are now; says whether that is seen.
pub(super) fn follow(model: &mut Model, touched: Touched, now: Now) -> bool {
    let table = model.table.clone();
    let Some(view) = model.silences_mut().filter(|_| touched > Touched::Nothing) else {
        return false;
    };
    if touched == Touched::Counts {
        return view.is_to_count(now.tick) && count(model, true, now);
    }
    let stood = |view: &Silences| (view.rows.clone(), view.census, view.cursor, view.opened);
    let before = stood(view);
    view.sort(&table);
    let sorted = stood(view) != before;
    view.look_back(&table, now.at);
    let afresh = view.is_to_count(now.tick);
    let told = is_told(model, rows(model));
    resized(model);
    sorted | told | count(model, afresh, now)
}

/// Counts what the silences in sight mute, all of them `afresh` or those of which it is not known;
/// says whether that is seen.
fn count(model: &mut Model, afresh: bool, now: Now) -> bool {
    let height = rows(model);
    let table = model.table.clone();
    let counted = model.silences_mut().is_some_and(|view| view.count(&table, height, afresh));
    counted | disturb(model, now)
}

/// Whether the last frame shows a silence in sight as it is not any more.
fn is_told(model: &Model, height: usize) -> bool {
    let Some(view) = model.silences() else { return false };
    let ids = view.window(height).iter().copied().chain(view.subject);
    let is_other = |id| model.drawn.table.silence(id) != model.table.silence(id);
    ids.into_iter().any(is_other)
}

/// The question whether to end a silence says when that changes behind it, and waits.
fn disturb(model: &mut Model, now: Now) -> bool {
    let Some(Sheet::Question(Question { about: About::Expire(id), .. })) = &model.sheet else {
        return false;
    };
    let [drawn, known] = [&model.drawn.table, &model.table].map(|table| table.silence(*id));
    let (Some(drawn), Some(known)) = (drawn, known) else { return true };
    if drawn.terms == known.terms {
        return true;
    }
    let (actor, at) = (&known.last.actor, model.time(known.updated));
    let told = format!("{actor} changed it at {at}, while this was open.");
    if let Some(sheet) = &mut model.sheet {
        sheet.disturb(Disturbed { at: now.tick, told });
    }
    true
}

/// The detail follows a cursor that rests, and the last days are looked at; says whether something
/// else is to be shown.
pub(super) fn pass_time(model: &mut Model, now: Now) -> bool {
    let Some(view) = model.silences_mut() else { return false };
    if view.settle.is_some_and(|at| at <= now.tick) {
        settle(model, now);
        return true;
    }
    let looked = view.look_on();
    let is_due = view.recount.is_some_and(|at| at <= now.tick) && view.is_to_count(now.tick);
    looked | (is_due && count(model, true, now))
}

/// When something waits for a time here.
pub(super) fn next_wake(model: &Model, now: Now) -> Option<Tick> {
    let view = model.silences()?;
    let looking = view.is_looking().then_some(now.tick);
    [looking, view.settle, view.recount].into_iter().flatten().min()
}
