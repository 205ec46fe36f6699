//! Lines of text: the filter, notes, the name of a token.

use tui_input::{Input, InputRequest};

use super::{acting, moving, questioning, sending, silences};
use crate::console::action::{Action, Context};
use crate::console::effect::Effect;
use crate::console::frame::{Cause, Tick};
use crate::console::key::{Code, Held, Key, Named};
use crate::console::model::acts::{Act, Target};
use crate::console::model::sheet::{LONGEST, Prompt, Purpose, Sheet, Trial};
use crate::console::model::sieve::Sieve;
use crate::console::model::{Cursor, Model, Now, Order};
use crate::domain::snooze::until;
use crate::domain::text::Text;

/// How many filters are remembered.
const FILTERS: usize = 50;

/// Opens the filter with what it is now; the list stands still from here on.
pub(super) fn open_filter(model: &mut Model, _now: Now) {
    moving::stand_still(model);
    model.list.keep();
    let before = model.list.sieve().clone();
    // One that is still being applied is what the person means to change.
    let sieve = model.list.coming().unwrap_or(&before).clone();
    let text = sieve.text().to_owned();
    let trial = Trial { list: model.list.mode.clone(), sieve, follow: None, before };
    model.sheet = Some(Sheet::Prompt(Prompt::new(Purpose::Filter(Box::new(trial)), &text)));
}

/// Shows everything again.
pub(super) fn clear_filter(model: &mut Model, now: Now) {
    if !model.list.sieve().is_empty() {
        apply(model, Sieve::default(), now);
    }
}

/// A new filter looks at some more alerts; says whether that were the last ones, so that something
/// is known that was not. One that was accepted meanwhile is applied then.
pub(super) fn sift_on(model: &mut Model, now: Now) -> bool {
    if !model.list.sift_on(&model.table, now.at) {
        return false;
    }
    if model.trial().is_none() {
        let selected = model.list.under_cursor();
        adopt(model);
        if model.list.under_cursor() != selected {
            model.cursor = Cursor::Sifted;
        }
    }
    true
}

/// The list follows what is typed once the typing rests and it is known what that lets through;
/// says whether it did now.
pub(super) fn follow(model: &mut Model, now: Now) -> bool {
    let Some(Sheet::Prompt(prompt)) = &mut model.sheet else { return false };
    let Purpose::Filter(trial) = &mut prompt.purpose else { return false };
    if model.list.is_sifting() || trial.follow.take_if(|at| *at <= now.tick).is_none() {
        return false;
    }
    adopt(model);
    true
}

/// When a filter goes on, or the list follows it.
pub(super) fn next_step(model: &Model, now: Now) -> Option<Tick> {
    if model.list.is_sifting() {
        return Some(now.tick);
    }
    model.trial().and_then(|trial| trial.follow)
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(Sheet::Prompt(prompt)) = model.sheet.take() else { return Vec::new() };
    let effects = vec![Effect::Draw(Cause::Key)];
    match action {
        Action::Accept => return accept(model, prompt, now),
        Action::Cancel => cancel(model, prompt, now),
        Action::Older => {
            model.sheet = Some(Sheet::Prompt(recall(model, prompt, Direction::Older, now)));
        }
        Action::Newer => {
            model.sheet = Some(Sheet::Prompt(recall(model, prompt, Direction::Newer, now)));
        }
        _ => model.sheet = Some(Sheet::Prompt(prompt)),
    }
    effects
}

pub(super) fn edit(model: &mut Model, key: Key, now: Now) -> Vec<Effect> {
    let Some(Sheet::Prompt(mut prompt)) = model.sheet.take() else { return Vec::new() };
    if let Some(request) = request(key) {
        edited(&mut prompt.input, request);
        prompt.recalled = None;
        tried(model, &mut prompt, now);
    }
    model.sheet = Some(Sheet::Prompt(prompt));
    vec![Effect::Draw(Cause::Key)]
}

/// Takes a whole pasted line at once, as far as there is room.
pub(super) fn paste(model: &mut Model, line: &str, now: Now) {
    let Some(Sheet::Prompt(mut prompt)) = model.sheet.take() else { return };
    insert(&mut prompt.input, line);
    prompt.recalled = None;
    tried(model, &mut prompt, now);
    model.sheet = Some(Sheet::Prompt(prompt));
}

/// Writes `text` at the caret; what goes beyond the longest text is left out.
pub(super) fn insert(input: &mut Input, text: &str) {
    let room = LONGEST.saturating_sub(input.value().chars().count());
    let text: Vec<char> = text.chars().take(room).collect();
    let value = input.value().chars();
    let (before, after) = (value.clone().take(input.cursor()), value.skip(input.cursor()));
    let caret = input.cursor() + text.len();
    *input = Input::new(before.chain(text).chain(after).collect()).with_cursor(caret);
}

/// Does what a key of the line editor asks for.
pub(super) fn edited(input: &mut Input, request: InputRequest) {
    match request {
        InputRequest::InsertChar(character) => insert(input, character.encode_utf8(&mut [0; 4])),
        other => {
            input.handle(other);
        }
    }
}

/// The line editor's own keys.
pub(super) fn request(key: Key) -> Option<InputRequest> {
    use InputRequest as Request;
    match (key.held, key.code) {
        (Held::Nothing, Code::Char(character)) => Some(Request::InsertChar(character)),
        (Held::Nothing, Code::Named(named)) => match named {
            Named::Backspace => Some(Request::DeletePrevChar),
            Named::Delete => Some(Request::DeleteNextChar),
            Named::Left => Some(Request::GoToPrevChar),
            Named::Right => Some(Request::GoToNextChar),
            Named::Home => Some(Request::GoToStart),
            Named::End => Some(Request::GoToEnd),
            Named::Enter
            | Named::Esc
            | Named::Tab
            | Named::Insert
            | Named::Up
            | Named::Down
            | Named::PageUp
            | Named::PageDown => None,
        },
        (Held::Ctrl, Code::Char('a')) => Some(Request::GoToStart),
        (Held::Ctrl, Code::Char('e')) => Some(Request::GoToEnd),
        (Held::Ctrl, Code::Char('b')) => Some(Request::GoToPrevChar),
        (Held::Ctrl, Code::Char('f')) => Some(Request::GoToNextChar),
        (Held::Ctrl, Code::Char('h')) => Some(Request::DeletePrevChar),
        (Held::Ctrl, Code::Char('d')) => Some(Request::DeleteNextChar),
        (Held::Ctrl, Code::Char('w')) => Some(Request::DeletePrevWord),
        (Held::Ctrl, Code::Char('u')) => Some(Request::DeleteLine),
        (Held::Ctrl, Code::Char('k')) => Some(Request::DeleteTillEnd),
        (Held::Alt, Code::Char('b')) => Some(Request::GoToPrevWord),
        (Held::Alt, Code::Char('f')) => Some(Request::GoToNextWord),
        (Held::Nothing | Held::Ctrl | Held::Alt | Held::Shift, _) => None,
    }
}

fn accept(model: &mut Model, prompt: Prompt, now: Now) -> Vec<Effect> {
    let text = prompt.input.value().trim().to_owned();
    match prompt.purpose {
        Purpose::Filter(ref trial) => {
            if let Some(problem) = trial.sieve.problems().first() {
                // The caret goes to what is wrong; the text stays.
                let before = prompt.input.value().get(..problem.range.start).unwrap_or_default();
                let input = prompt.input.clone().with_cursor(before.chars().count());
                model.sheet = Some(Sheet::Prompt(Prompt { input, ..prompt }));
                return vec![Effect::Draw(Cause::Key)];
            }
            let sieve = trial.sieve.clone();
            remember_filter(model, &text);
            apply(model, sieve, now);
            model.list.keep_less();
            let kept = (!text.is_empty()).then_some(Effect::Keep(text));
            kept.into_iter().chain([Effect::Draw(Cause::Key)]).collect()
        }
        Purpose::Note(target) => noted(model, &text, target, Act::Note, now),
        // What the sheet says of its alert cannot have been read yet. A note alone harms nobody.
        Purpose::ResolveNote(_) | Purpose::Snooze(_) if prompt.is_unread(now.tick) => {
            model.sheet = Some(Sheet::Prompt(prompt));
            vec![questioning::unread(model, Context::Prompt, Action::Accept)]
        }
        Purpose::ResolveNote(target) => noted(model, &text, target, Act::NoteAndResolve, now),
        Purpose::Snooze(ref target) => {
            let target = acting::as_drawn(model, target.clone());
            // What was not understood stays to be corrected; the prompt says why.
            let Ok(until) = until(&text, now.at, &model.settings.zone) else {
                model.sheet = Some(Sheet::Prompt(prompt));
                return vec![Effect::Draw(Cause::Key)];
            };
            acting::submit(model, Act::Snooze(until), target, now)
        }
        Purpose::Silences(_) => {
            silences::show_only(model, &text, now);
            vec![Effect::Draw(Cause::Key)]
        }
        Purpose::TokenName => sending::make(model, &text),
    }
}

fn noted(
    model: &mut Model,
    text: &str,
    target: Target,
    act: impl Fn(Text) -> Act,
    now: Now,
) -> Vec<Effect> {
    if text.is_empty() {
        model.acts.drafts.remove(&target.id);
        model.say("Nothing was written.");
        return vec![Effect::Draw(Cause::Key)];
    }
    // A draft until it is saved.
    model.acts.drafts.insert(target.id, text.to_owned());
    let target = acting::as_drawn(model, target);
    acting::submit(model, act(Text::derive(text)), target, now)
}

fn cancel(model: &mut Model, prompt: Prompt, now: Now) {
    match prompt.purpose {
        Purpose::Filter(trial) => {
            let Trial { before, list, .. } = *trial;
            model.list.go_back(&before, list, &model.table, now.at);
            model.list.keep_less();
            moving::settle(model);
            moving::keep_in_sight(model);
        }
        Purpose::Note(target) | Purpose::ResolveNote(target) => {
            let text = prompt.input.value();
            if text.trim().is_empty() {
                model.acts.drafts.remove(&target.id);
            } else {
                model.acts.drafts.insert(target.id, text.to_owned());
            }
        }
        Purpose::Silences(before) => silences::show_only(model, &before, now),
        Purpose::Snooze(_) | Purpose::TokenName => {}
    }
}

enum Direction {
    Older,
    Newer,
}

/// Earlier texts of this prompt; only filters are remembered.
fn recall(model: &mut Model, mut prompt: Prompt, direction: Direction, now: Now) -> Prompt {
    if !matches!(prompt.purpose, Purpose::Filter(_)) {
        return prompt;
    }
    let wanted = match (direction, prompt.recalled) {
        (Direction::Older, None) => Some(0),
        (Direction::Older, Some(back)) => Some(back + 1),
        (Direction::Newer, Some(back)) => back.checked_sub(1),
        (Direction::Newer, None) => None,
    };
    let text = wanted.map(|back| model.filters.iter().rev().nth(back));
    match text {
        Some(Some(text)) => {
            prompt.input = Input::new(text.clone());
            prompt.recalled = wanted;
        }
        // There is none older.
        Some(None) => return prompt,
        None => {
            prompt.input = Input::default();
            prompt.recalled = None;
        }
    }
    tried(model, &mut prompt, now);
    prompt
}

/// The count follows every key, the list only when the typing rests.
fn tried(model: &mut Model, prompt: &mut Prompt, now: Now) {
    if let Purpose::Silences(_) = prompt.purpose {
        silences::show_only(model, prompt.input.value(), now);
    }
    if let Purpose::Filter(trial) = &mut prompt.purpose {
        trial.sieve = Sieve::new(prompt.input.value());
        model.list.sift(trial.sieve.clone(), &model.table, now.at);
        trial.follow = Some(now.tick + model.settings.link.settle());
    }
}

/// Shows what a filter lets through: at once where that is known soon.
pub(super) fn apply(model: &mut Model, sieve: Sieve, now: Now) {
    model.list.sift(sieve, &model.table, now.at);
    if !model.list.is_sifting() {
        adopt(model);
    }
}

fn adopt(model: &mut Model) {
    model.list.adopt();
    model.drawn.order = Order::SortedSince;
    moving::settle(model);
    moving::keep_in_sight(model);
}

fn remember_filter(model: &mut Model, text: &str) {
    model.filters.retain(|known| known != text);
    if !text.is_empty() {
        model.filters.push(text.to_owned());
    }
    if model.filters.len() > FILTERS {
        model.filters.remove(0);
    }
}
