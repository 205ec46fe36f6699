//! What follows from an event: the one place where the model changes. Pure and synchronous: no
//! clock, no terminal, no engine; what must be done outside is returned as effects.

mod acting;
mod answering;
mod choosing;
mod moving;
mod news;
mod passing;
mod questioning;
mod sending;
mod silences;
mod silencing;
mod storm;
mod telling;
mod writing;

use std::collections::BTreeSet;

use super::action::{Action, Context, find};
use super::effect::{Effect, Event};
use super::frame::{Cause, Tick};
use super::key::{Held, Key, Named};
use super::model::refusing::Refusing;
use super::model::senders::Senders;
use super::model::sheet::{About, Question, Sheet};
use super::model::trouble::{Back, Overload};
use super::model::{Model, Now, Page, PageAbout, Screen, Service, Tone, Wish};
use super::settings::Place;
use super::{view, when};
use crate::domain::text::{Text, line_of};
use crate::engine::Refusals;

/// Changes the model by one event and says what is to be done.
pub fn update(model: &mut Model, event: Event, now: Now) -> Vec<Effect> {
    match event {
        Event::Key(key) => press(model, key, now),
        Event::Paste(text) => paste(model, &text, now),
        Event::Resized(size) => {
            model.size = size;
            moving::keep_in_sight(model);
            silences::resized(model);
            // It stands elsewhere now, and is read anew.
            if let Some(Sheet::Question(question)) = &mut model.sheet {
                question.drawn = None;
            }
            vec![Effect::Draw(Cause::Resize)]
        }
        Event::News(news) => news::arrive(model, *news, now),
        Event::Vitals(service) => vitals(model, service, now),
        Event::Answered(op, answer) => answering::answered(model, op, answer, now),
        Event::TokenMade(op, token) => sending::made(model, op, token),
        Event::Focused(focus) => {
            model.telling.focus(focus);
            Vec::new()
        }
        Event::Drawn => {
            passing::drawn(model, now);
            Vec::new()
        }
        Event::Woke => passing::woke(model, now),
        Event::Stop => suspend(model),
    }
}

/// When something waits for a time next.
pub fn next_wake(model: &Model, now: Now) -> Option<Tick> {
    passing::next_wake(model, now)
}

/// A bar that appears or goes is worth a frame, and so is a sender of ours that is refused. Whoever
/// else is refused is one only where senders are set up; elsewhere they are counted, and shown with
/// the next frame.
fn vitals(model: &mut Model, service: Service, now: Now) -> Vec<Effect> {
    let begun = model.refusing.is_none() && Refusing::of(&service.refusals, now.at).is_some();
    let (was, is) = (&model.service.refusals, &service.refusals);
    let told = matches!(model.screen, Screen::Senders(_)) && is_told_anew(was, is);
    let begun = begun || is_of_another_sender(was, is, now);
    let barred = begun | count_busy(model, &service, now) | come_back(model, &service, now);
    let [were, are] = [&model.service, &service]
        .map(|it| (&it.unsaved, &it.unconnected, &it.unheard, &it.certificate));
    let shown = barred || told || were != are;
    let was_of_then = model.service.is_of_then();
    let connects_again = model.service.unconnected.is_some();
    model.service = service;
    // What was refused for it is not refused any more.
    let over = was_of_then && !model.service.is_of_then();
    let tone = model.message.as_ref().map(|said| said.tone);
    if tone == Some(Tone::Over) && model.service.is_of_then() {
        model.message = None;
    }
    if over && tone == Some(Tone::Unsaved) {
        let again = if connects_again { "Connected again" } else { "Saving works again" };
        model.say_over(format!("{again}. The list shows what was saved; the rest was not done."));
    }
    if !shown {
        return Vec::new();
    }
    freshen(model, now);
    vec![Effect::Draw(Cause::Change)]
}

/// Notes that posts were not taken in; says whether those are the first for long.
fn count_busy(model: &mut Model, service: &Service, now: Now) -> bool {
    if service.busy <= model.service.busy {
        return false;
    }
    let known = model.overload.map(|overload| overload.since);
    model.overload = Some(Overload { since: known.unwrap_or(now.at), last: now.at });
    known.is_none()
}

/// Notes what an absence left in doubt; says whether that is another than before.
fn come_back(model: &mut Model, service: &Service, now: Now) -> bool {
    if service.absence == model.service.absence {
        return false;
    }
    let back = service.absence.and_then(|absence| Back::of(absence, &model.table, now.at));
    let news = back != model.back;
    model.back = back;
    news
}

/// Whether a sender that we know by name is refused and was not within the last minutes. Strangers
/// may be any number.
fn is_of_another_sender(before: &Refusals, after: &Refusals, now: Now) -> bool {
    fn named(refusals: &Refusals, now: Now) -> BTreeSet<&Text> {
        let rows = refusals.rows().iter().filter(|row| row.until() > now.at);
        rows.filter_map(|row| row.sender.as_ref()).collect()
    }
    !named(after, now).is_subset(&named(before, now))
}

/// Whether somebody is refused, or for something, that was not before.
fn is_told_anew(before: &Refusals, now: &Refusals) -> bool {
    fn keys(refusals: &Refusals) -> BTreeSet<(&Text, &Text, Option<u16>)> {
        let rows = refusals.rows().iter().chain(refusals.crowd());
        rows.map(|row| (&row.from, &row.why, row.status)).collect()
    }
    !keys(now).is_subset(&keys(before))
}

fn press(model: &mut Model, key: Key, now: Now) -> Vec<Effect> {
    model.waits.key = now.tick;
    model.telling.key(now.tick);
    let context = model.context();
    // Alt is an Esc that came right before: on a slow line the two cannot be told apart.
    let key = match key.held {
        Held::Alt if !context.takes_text() => Key::named(Named::Esc),
        Held::Alt | Held::Ctrl | Held::Shift | Held::Nothing => key,
    };
    let action = model.keymap.action(context, key);
    if action == Some(Action::Redraw) {
        return vec![Effect::Redraw];
    }
    if action == Some(Action::Suspend) {
        return suspend(model);
    }
    if model.is_too_small() && action != Some(Action::Quit) && context != Context::Confirm {
        return Vec::new();
    }
    if let (Some(Sheet::Question(question)), Context::Confirm) = (&model.sheet, context)
        && !questioning::is_read(question, model, now)
    {
        return Vec::new();
    }
    let said = model.message.is_some();
    if model.message.as_ref().is_some_and(|message| !message.tone.is_trouble()) {
        model.message = None;
    }
    model.acts.faster.take_if(|faster| Some(faster.action) != action);
    let mut effects = match action {
        Some(action) => act(model, context, action, now),
        None => letter(model, key, now),
    };
    let changed = said || !effects.is_empty();
    if changed && action.is_some_and(|action| !moving::is_step(action)) {
        storm::recount(model, now.at);
    }
    if changed && !effects.iter().any(|effect| matches!(effect, Effect::Draw(_))) {
        effects.push(Effect::Draw(Cause::Key));
    }
    effects
}

/// A process that takes alerts in does not stand still: nobody would hear of them.
fn suspend(model: &mut Model) -> Vec<Effect> {
    if model.settings.place == Place::Attached {
        return vec![Effect::Suspend];
    }
    model.say_everywhere(
        "Not suspended: alerts come in here. Detach in tmux, or run watchbell serve.",
    );
    vec![Effect::Draw(Cause::Key)]
}

/// A key that means nothing where it was pressed: text, where text is written.
fn letter(model: &mut Model, key: Key, now: Now) -> Vec<Effect> {
    match &model.sheet {
        Some(Sheet::Prompt(_)) => writing::edit(model, key, now),
        Some(Sheet::Picker(_)) => choosing::edit(model, key),
        Some(Sheet::Silencing(_)) => silencing::edit(model, key, now),
        Some(Sheet::Question(_)) | None => {
            // People of vim and k9s look for the command line.
            if key == Key::char(':') && model.context() == Context::List {
                let [quit, help] =
                    [Action::Quit, Action::Help].map(|it| model.key(Context::List, it));
                model
                    .say(format!("There is no command line. {quit} quits, {help} lists the keys."));
                return vec![Effect::Draw(Cause::Key)];
            }
            Vec::new()
        }
    }
}

fn act(model: &mut Model, context: Context, action: Action, now: Now) -> Vec<Effect> {
    let entry = find(context, action);
    if entry.is_some_and(|entry| !model.may(entry)) {
        model.say("This console is read-only.");
        return vec![Effect::Draw(Cause::Key)];
    }
    match context {
        Context::List => list(model, action, now),
        Context::Detail => detail(model, action, now),
        Context::Prompt => writing::act(model, action, now),
        Context::Picker => choosing::act(model, action, now),
        Context::Silence => silencing::act(model, action, now),
        Context::Confirm => questioning::act(model, action, now),
        Context::Help => leaf(model, action),
        Context::Senders => sending::act(model, action, now),
        Context::Silences => silences::act(model, action, now),
        Context::Any => Vec::new(),
    }
}

fn list(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    if moving::in_list(model, action, now) {
        return vec![Effect::Draw(Cause::Key)];
    }
    freshen(model, now);
    match action {
        Action::Open => moving::open(model),
        Action::Back => back_in_list(model, now),
        Action::TogglePane => {
            model.pane.wish = match model.pane.wish {
                Wish::On => Wish::Off,
                Wish::Off => Wish::On,
            };
            moving::keep_in_sight(model);
        }
        Action::PaneDown => {
            model.pane.scroll = (model.pane.scroll + 1).min(view::detail::last_scroll(model));
        }
        Action::PaneUp => model.pane.scroll = model.pane.scroll.saturating_sub(1),
        Action::Filter => writing::open_filter(model, now),
        Action::ClearFilter => writing::clear_filter(model, now),
        Action::Senders => model.screen = Screen::Senders(Senders::asked_for()),
        Action::Silences => silences::open(model, now),
        other => return shared(model, other, now),
    }
    vec![Effect::Draw(Cause::Key)]
}

fn detail(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    freshen(model, now);
    if moving::in_detail(model, action) {
        return vec![Effect::Draw(Cause::Key)];
    }
    if action == Action::Silences {
        silences::open(model, now);
        return vec![Effect::Draw(Cause::Key)];
    }
    shared(model, action, now)
}

/// What means the same in the list and in an open alert.
fn shared(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::Acknowledge
        | Action::Unacknowledge
        | Action::Assign
        | Action::Resolve
        | Action::Reopen
        | Action::Snooze
        | Action::Wake
        | Action::Silence
        | Action::Note => return acting::act(model, action, now),
        Action::Undo => return acting::undo(model, now),
        Action::Help => model.page = Some(Page { about: PageAbout::Help, scroll: 0 }),
        Action::Why => moving::explain(model),
        // The service goes on: there is nothing to ask.
        Action::Quit if model.settings.place == Place::Attached => return vec![Effect::Quit],
        Action::Quit => model.sheet = Some(Sheet::Question(Question::new(About::Quit))),
        _ => return Vec::new(),
    }
    vec![Effect::Draw(Cause::Key)]
}

/// Closes what was said, else the filter; never more than one of them.
fn back_in_list(model: &mut Model, now: Now) {
    if model.message.take().is_none() {
        writing::clear_filter(model, now);
    }
}

/// Turns the pages of what covers the screen, and closes it.
fn leaf(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(Page { about, scroll }) = model.page else { return Vec::new() };
    let page = usize::from(model.size.height.saturating_sub(2));
    let scroll = match action {
        Action::ScrollDown => scroll + 1,
        Action::ScrollUp => scroll.saturating_sub(1),
        Action::PageDown => scroll + page,
        Action::PageUp => scroll.saturating_sub(page),
        Action::Top => 0,
        Action::Bottom => usize::MAX,
        Action::Back => {
            model.page = None;
            return vec![Effect::Draw(Cause::Key)];
        }
        _ => return Vec::new(),
    };
    let scroll = scroll.min(view::page::last_scroll(model, about));
    model.page = Some(Page { about, scroll });
    vec![Effect::Draw(Cause::Key)]
}

fn paste(model: &mut Model, text: &str, now: Now) -> Vec<Effect> {
    model.waits.key = now.tick;
    model.telling.key(now.tick);
    if model.context().takes_text() {
        // Line breaks become spaces: a pasted line must not press enter.
        let text = line_of(text);
        match model.sheet {
            Some(Sheet::Prompt(_)) => writing::paste(model, &text, now),
            Some(Sheet::Picker(_)) => choosing::paste(model, &text),
            Some(Sheet::Silencing(_)) => silencing::paste(model, &text, now),
            Some(Sheet::Question(_)) | None => {}
        }
    } else {
        let [filter, note] = [Action::Filter, Action::Note].map(|it| model.key(Context::List, it));
        model.say(format!("Paste ignored here. {filter} filters, {note} writes a note."));
    }
    vec![Effect::Draw(Cause::Key)]
}

/// Brings up to date what waits for somebody's frame.
fn freshen(model: &mut Model, now: Now) {
    set_clock(model, now);
    storm::recount(model, now.at);
}

/// Brings the ages up to date, and who is refused. While nothing can be saved or heard ages stop:
/// what is shown is how it stood.
fn set_clock(model: &mut Model, now: Now) {
    if !model.service.is_of_then() {
        model.clock = when::minute(now.at);
    }
    model.refusing = Refusing::of(&model.service.refusals, now.at);
}

#[cfg(test)]
mod tests;
