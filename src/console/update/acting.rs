//! Keys that act on an alert: taking it at once, or opening what asks first.

use std::sync::Arc;
use std::time::Duration;

use super::{moving, passing, silencing};
use crate::console::action::{Action, Context};
use crate::console::effect::Effect;
use crate::console::frame::{Cause, Tick};
use crate::console::model::acts::{Act, Done, Faster, Target, Undoable};
use crate::console::model::place::{is_renamed, is_viewer, named, says_the_same};
use crate::console::model::sheet::{About, Disturbed, Picker, Prompt, Purpose, Question, Sheet};
use crate::console::model::{Cursor, Model, Moved, Now, Order, Screen, Warned};
use crate::console::words;
use crate::domain::actor::Via;
use crate::domain::alert::lifecycle::{By, overtaken};
use crate::domain::alert::{Alert, Resolution, State};
use crate::domain::command::{Command, Order as EngineOrder};
use crate::domain::event::Event;
use crate::domain::id::AlertId;

/// How long after the first row was replaced a key does not act on it.
const GUARD: Duration = Duration::from_secs(1);
/// How long an act can be taken back without a question.
const AT_ONCE: Duration = Duration::from_mins(1);
/// How long a message must have been on the screen before the key it names answers it: a finger
/// that bounces is faster.
const READ: Duration = Duration::from_millis(250);

/// Acts on the alert of the last frame, if it may.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let effects = vec![Effect::Draw(Cause::Key)];
    model.message = None;
    let Some(target) = model.target() else {
        model.say("No alert is selected.");
        return effects;
    };
    let moved = moved(model, &target, now);
    if matches!(model.screen, Screen::List) {
        moving::stand_still(model);
        moving::settle(model);
        // A bar may have come since the cursor was moved; what is asked for is to be seen.
        moving::keep_in_sight(model);
        model.cursor = Cursor::Placed;
    }
    if let Some(text) = unread(model, action, &target, now) {
        model.say_of(target.id, text);
        return effects;
    }
    // A key that is held down must not put off for ever when the warning has been read.
    let standing = model.waits.warned.filter(|warned| warned.about == target.id);
    let fresh = |why| Warned { about: target.id, why, shown: None };
    model.waits.warned =
        moved.map(|why| standing.filter(|warned| warned.why == why).unwrap_or(fresh(why)));
    if let Some(moved) = moved {
        model.say_of(target.id, press_again(model, moved, action, &target));
        return effects;
    }
    if let Some(reason) = pointless(model, action, &target) {
        model.say_of(target.id, reason);
        return effects;
    }
    match action {
        Action::Acknowledge => return acknowledge(model, target, now),
        Action::Wake => return submit(model, Act::Wake, target, now),
        Action::Unacknowledge => open(model, question(Act::Unacknowledge, target), now),
        Action::Resolve => open(model, question(Act::Resolve, target), now),
        Action::Reopen => open(model, question(Act::Reopen, target), now),
        Action::Silence => silencing::open(model, target, now),
        Action::Snooze => {
            open(model, Sheet::Prompt(Prompt::new(Purpose::Snooze(target), "")), now);
        }
        Action::Assign => {
            let picker = Picker::new(target, &model.table, &model.settings.viewer);
            open(model, Sheet::Picker(picker), now);
        }
        Action::Note => {
            let draft = model.acts.drafts.get(&target.id).cloned().unwrap_or_default();
            open(model, Sheet::Prompt(Prompt::new(Purpose::Note(target), &draft)), now);
        }
        _ => {}
    }
    effects
}

fn question(act: Act, target: Target) -> Sheet {
    Sheet::Question(Question::new(About::Act(act, target)))
}

/// Opens a sheet. What happened to its alert since the last frame is behind it, too.
fn open(model: &mut Model, mut sheet: Sheet, now: Now) {
    let drawn = sheet.target().and_then(|target| model.drawn.table.alert(target.id)).cloned();
    let known = drawn.as_ref().and_then(|drawn| model.table.alert(drawn.id)).cloned();
    let disturbed =
        drawn.zip(known).and_then(|(drawn, known)| disturbed(model, &sheet, &drawn, &known, now));
    if let Some(disturbed) = disturbed {
        sheet.disturb(disturbed);
    }
    model.sheet = Some(sheet);
}

/// What happened to the alert of a sheet between two forms of it, where that may change what one
/// wants.
pub(super) fn disturbed(
    model: &Model,
    sheet: &Sheet,
    old: &Alert,
    new: &Alert,
    now: Now,
) -> Option<Disturbed> {
    sheet.target().filter(|target| target.id == new.id)?;
    let by = By { actor: &model.settings.viewer, seen: Some(old.revision) };
    let faster = overtaken(new, &sheet.act()?.happening(), by);
    let changed =
        faster.is_some() || !says_the_same(&old.standing, &new.standing) || is_renamed(old, new);
    let news = |event: &&Arc<Event>| event.revision > old.revision && event.what.moves();
    let event = faster.or_else(|| new.recent.iter().rfind(news));
    let told = event.map_or_else(
        || "It changed while this was open.".to_owned(),
        |event| {
            let deed = model.settings.symbols.of(words::deed(event));
            format!("{deed} at {}, while this was open.", model.time(event.at))
        },
    );
    changed.then_some(Disturbed { at: now.tick, told })
}

/// The target with the revision of the last frame: what was read last counts, not what was there
/// when a sheet opened.
pub(super) fn as_drawn(model: &Model, target: Target) -> Target {
    model.target_of(target.id).unwrap_or(target)
}

/// Asks the engine for an act.
pub(super) fn submit(model: &mut Model, act: Act, target: Target, now: Now) -> Vec<Effect> {
    let command = Command::Alerts(vec![target.id], act.command());
    let seen = Some(target.seen);
    let op = model.acts.begin(act, target, now.tick);
    let actor = model.settings.viewer.clone();
    let order = EngineOrder { op, actor, via: Via::Console, seen, command };
    vec![Effect::Submit(order), Effect::Draw(Cause::Key)]
}

/// Takes back this console's last act: at once while it is fresh, else it asks. An act that is on
/// its way is the last one and cannot be taken back yet; another must not be taken in its place.
pub(super) fn undo(model: &mut Model, now: Now) -> Vec<Effect> {
    model.message = None;
    if model.acts.is_busy() {
        let key = model.key(Context::List, Action::Undo);
        model.say(format!("Still saving; press {key} again."));
        return vec![Effect::Draw(Cause::Key)];
    }
    let Some(done) = model.acts.take_last() else {
        model.say("Nothing of this session to undo.");
        return vec![Effect::Draw(Cause::Key)];
    };
    let is_old = now.tick.saturating_sub(done.tick()) >= AT_ONCE;
    match done {
        Undoable::Alert(done) if is_old => ask(model, About::Undo(done)),
        Undoable::Silence(done) if is_old => ask(model, About::UndoSilence(done)),
        Undoable::Alert(done) => take_back(model, done, now),
        Undoable::Silence(done) => silencing::take_back(model, done, now),
    }
}

fn ask(model: &mut Model, about: About) -> Vec<Effect> {
    model.sheet = Some(Sheet::Question(Question::new(about)));
    vec![Effect::Draw(Cause::Key)]
}

/// Asks the engine to take an act back.
pub(super) fn take_back(model: &mut Model, done: Done, now: Now) -> Vec<Effect> {
    let target = model.target_of(done.target.id).unwrap_or_else(|| done.target.clone());
    submit(model, Act::Undo(done), target, now)
}

/// On an alert that another person has, the first press says so and the second takes it over.
fn acknowledge(model: &mut Model, target: Target, now: Now) -> Vec<Effect> {
    let drawn = model.drawn.table.alert(target.id).or_else(|| model.alert(target.id));
    let had = drawn.and_then(|alert| alert.standing.acknowledgement()).cloned();
    match had {
        Some(it) if is_viewer(&it.by, &model.settings.viewer) => {
            model.say_of(target.id, format!("You acknowledged it at {}.", model.time(it.at)));
            vec![Effect::Draw(Cause::Key)]
        }
        Some(it) if told(model, Action::Acknowledge, &target).is_none() => {
            let key = model.key(Context::List, Action::Acknowledge);
            let at = model.time(it.at);
            let text = format!("{} acknowledged it at {at}. {key} again takes it over.", it.by);
            faster(model, target.id, Action::Acknowledge, text);
            vec![Effect::Draw(Cause::Key)]
        }
        Some(_) | None => {
            model.acts.faster = None;
            submit(model, Act::Acknowledge, target, now)
        }
    }
}

/// Says that somebody was faster; the same key answers that once it could be read.
pub(super) fn faster(model: &mut Model, about: AlertId, action: Action, text: String) {
    model.acts.faster = Some(Faster { about, action, text: text.clone(), shown: None });
    model.say_of(about, text);
}

/// The message that this key would answer, if there is one.
fn told<'a>(model: &'a Model, action: Action, target: &Target) -> Option<&'a Faster> {
    let faster = model.acts.faster.as_ref();
    faster.filter(|faster| faster.about == target.id && faster.action == action)
}

/// What such a message says, while nobody can have read it.
fn unread(model: &Model, action: Action, target: &Target, now: Now) -> Option<String> {
    let told = told(model, action, target)?;
    (!is_read(model, told.shown, now)).then(|| told.text.clone())
}

/// Whether what the first frame showed at `shown` could be read by now. Pressed twice in one go, a
/// key would answer what nobody has read.
fn is_read(model: &Model, shown: Option<Tick>, now: Now) -> bool {
    let wait = model.settings.link.settle().max(READ);
    shown.is_some_and(|at| now.tick >= at + wait)
}

/// Why the key may have been meant for something else when the person decided to press it.
fn moved(model: &Model, target: &Target, now: Now) -> Option<Moved> {
    let warned = model.waits.warned.filter(|warned| warned.about == target.id);
    if let Some(unread) = warned.filter(|warned| !is_read(model, warned.shown, now)) {
        return Some(unread.why);
    }
    if passing::is_renamed_since_drawn(model, target.id) {
        return Some(Moved::Renamed);
    }
    if matches!(model.screen, Screen::List)
        && let Some(moved) = list_moved(model, now)
    {
        return Some(moved);
    }
    // The person moved there blindly: the last frame shows what the key was meant for.
    if !model.drawn.in_sight.contains(&target.id) {
        return Some(Moved::Unseen);
    }
    let shown = warned.and_then(|warned| warned.shown);
    let renamed = model.drawn.renamed.filter(|(id, at)| *id == target.id && Some(*at) > shown);
    renamed.filter(|(_, at)| now.tick < *at + GUARD).map(|_| Moved::Renamed)
}

/// Whether another alert of the list was selected a moment ago.
fn list_moved(model: &Model, now: Now) -> Option<Moved> {
    match model.cursor {
        Cursor::Placed => {}
        Cursor::Returned => return Some(Moved::Meanwhile),
        Cursor::Sifted => return Some(Moved::JustNow),
    }
    let replaced = model.drawn.replaced.is_some_and(|at| now.tick < at + GUARD);
    let replaced = model.list.still().is_none() && replaced;
    (replaced || model.drawn.order == Order::SortedSince).then_some(Moved::JustNow)
}

fn press_again(model: &Model, moved: Moved, action: Action, target: &Target) -> String {
    let what = match moved {
        Moved::JustNow => "The list moved just now",
        Moved::Meanwhile => "The list went back to the top meanwhile",
        Moved::Renamed => "It changed just now",
        Moved::Unseen => "It was not shown yet",
    };
    let key = model.key(Context::List, action);
    let words = match action {
        Action::Unacknowledge => "un-acknowledge",
        Action::Assign => "assign",
        Action::Resolve => "resolve",
        Action::Reopen => "reopen",
        Action::Snooze => "snooze",
        Action::Silence => "silence",
        Action::Wake => "wake",
        Action::Note => "write a note on",
        _ => "acknowledge",
    };
    // As the frame that says so calls it.
    let title = model.alert(target.id).map_or_else(|| target.title.clone(), |alert| named(alert));
    format!("{what}. Press {key} again to {words} \"{title}\".")
}

/// Why an act makes no sense on the alert as it was drawn. The engine would say the same; this
/// says it before a question is asked in vain.
fn pointless(model: &Model, action: Action, target: &Target) -> Option<String> {
    let alert = model.drawn.table.alert(target.id).or_else(|| model.alert(target.id))?;
    match (action, &alert.standing.state) {
        (Action::Acknowledge, State::Resolved(it)) => Some(ended(model, it, "acknowledge")),
        (Action::Unacknowledge, State::Resolved(it)) => Some(ended(model, it, "un-acknowledge")),
        (Action::Assign, State::Resolved(it)) => Some(ended(model, it, "assign")),
        (Action::Resolve, State::Resolved(it)) => Some(ended(model, it, "resolve")),
        (Action::Snooze, State::Resolved(it)) => Some(ended(model, it, "snooze")),
        (Action::Wake, _) if alert.wakes().is_none() => Some("It is not snoozed.".to_owned()),
        (Action::Unacknowledge, State::Firing) => Some("Nobody has acknowledged it.".to_owned()),
        (Action::Reopen, State::Firing | State::Acknowledged(_)) => {
            Some("It is open already.".to_owned())
        }
        _ => None,
    }
}

/// `Resolved by its source at 03:16; nothing to acknowledge. R reopens it.`
pub(super) fn ended(model: &Model, resolution: &Resolution, act: &str) -> String {
    let ended = words::sentence(&words::ended_to_viewer(model, resolution));
    let key = model.key(Context::List, Action::Reopen);
    format!("{ended}; nothing to {act}. {key} reopens it.")
}
