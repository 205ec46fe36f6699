//! The picker of people.

use super::{acting, questioning, writing};
use crate::console::action::{Action, Context};
use crate::console::effect::Effect;
use crate::console::frame::Cause;
use crate::console::key::Key;
use crate::console::model::acts::Act;
use crate::console::model::sheet::{Choice, Sheet};
use crate::console::model::{Model, Now};

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(Sheet::Picker(picker)) = &mut model.sheet else { return Vec::new() };
    let last = picker.choices.len().saturating_sub(1);
    match action {
        Action::Next => picker.marked = Some(picker.marked.map_or(0, |at| (at + 1).min(last))),
        Action::Previous => picker.marked = picker.marked.map(|at| at.saturating_sub(1)),
        Action::Cancel => model.sheet = None,
        // What the sheet says of its alert cannot have been read yet.
        Action::Pick if picker.disturbed.as_ref().is_some_and(|by| by.is_unread(now.tick)) => {
            return vec![questioning::unread(model, Context::Picker, action)];
        }
        Action::Pick => {
            let person = match picker.choice().cloned() {
                Some(Choice::Person { person, .. }) => Some(person),
                Some(Choice::Nobody) => None,
                // The sheet says that nobody has this name, or marks nobody.
                None => return Vec::new(),
            };
            let target = picker.target.clone();
            let target = acting::as_drawn(model, target);
            model.sheet = None;
            return acting::submit(model, Act::Assign(person), target, now);
        }
        _ => return Vec::new(),
    }
    vec![Effect::Draw(Cause::Key)]
}

pub(super) fn edit(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(Sheet::Picker(picker)) = &mut model.sheet else { return Vec::new() };
    if let Some(request) = writing::request(key) {
        let before = picker.input.value().to_owned();
        writing::edited(&mut picker.input, request);
        if picker.input.value() != before {
            picker.narrow();
        }
    }
    vec![Effect::Draw(Cause::Key)]
}

/// Takes a whole pasted line at once.
pub(super) fn paste(model: &mut Model, line: &str) {
    if let Some(Sheet::Picker(picker)) = &mut model.sheet {
        writing::insert(&mut picker.input, line);
        picker.narrow();
    }
}
