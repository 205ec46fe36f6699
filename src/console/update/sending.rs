//! "Send alerts here": the examples, and the token that is made for a sender.

use super::{moving, shared};
use crate::console::action::{Action, Context};
use crate::console::effect::{Effect, Failure};
use crate::console::frame::Cause;
use crate::console::model::senders::{MadeToken, Senders, Token};
use crate::console::model::sheet::{Prompt, Purpose, Sheet};
use crate::console::model::{Model, Now, Screen};
use crate::console::{terminal, view};
use crate::domain::id::OpId;
use crate::domain::text::Text;

/// What the first token is called unless somebody says otherwise.
const FIRST: &str = "first";

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Screen::Senders(senders) = &mut model.screen else { return Vec::new() };
    let mut effects = vec![Effect::Draw(Cause::Key)];
    match action {
        Action::NewToken => {
            let name = match model.table.token_named(FIRST) {
                None => FIRST,
                Some(_) => "",
            };
            model.sheet = Some(Sheet::Prompt(Prompt::new(Purpose::TokenName, name)));
        }
        Action::Next => senders.example = senders.example.next(),
        Action::Previous => senders.example = senders.example.previous(),
        Action::ScrollDown => scroll(model, |scroll| scroll.saturating_add(1)),
        Action::ScrollUp => scroll(model, |scroll| scroll.saturating_sub(1)),
        Action::Copy => {
            let text = senders.snippet(&model.settings);
            let lines = text.lines().count();
            let name = senders.example.name();
            if !terminal::can_copy(&text) {
                model.complain(format!(
                    "Not copied: {name} is longer than terminals take. Mark it with the mouse."
                ));
                return effects;
            }
            model.say(format!(
                "Copied {lines} lines: {name}. Your terminal must allow it (OSC 52)."
            ));
            effects.push(Effect::Copy(text));
        }
        Action::Back => {
            // The secret goes with the screen.
            model.screen = Screen::List;
            super::freshen(model, now);
            moving::settle(model);
        }
        other => return shared(model, other, now),
    }
    effects
}

/// Scrolls as far as there is more.
fn scroll(model: &mut Model, to: impl FnOnce(usize) -> usize) {
    let Screen::Senders(senders) = &model.screen else { return };
    let last = view::senders::last_scroll(model, senders);
    let scroll = to(senders.scroll.min(last)).min(last);
    if let Screen::Senders(senders) = &mut model.screen {
        senders.scroll = scroll;
    }
}

/// Asks for a token of this name.
pub(super) fn make(model: &mut Model, name: &str) -> Vec<Effect> {
    let op = model.op();
    let Screen::Senders(senders) = &mut model.screen else { return Vec::new() };
    let name = if name.is_empty() { FIRST } else { name };
    senders.token = MadeToken::Saving(op);
    vec![Effect::MakeToken(op, Text::derive(name)), Effect::Draw(Cause::Key)]
}

/// The token was made, or was not. Nobody waits for it who has left the screen: the secret is then
/// forgotten, and the token can be revoked by its name.
pub(super) fn made(model: &mut Model, op: OpId, token: Result<Token, Failure>) -> Vec<Effect> {
    let waiting = match &model.screen {
        Screen::Senders(Senders { token: MadeToken::Saving(waiting), .. }) => *waiting == op,
        Screen::Senders(_) | Screen::List | Screen::Detail(_) | Screen::Silences(_) => false,
    };
    match (token, &mut model.screen) {
        (Ok(token), Screen::Senders(senders)) if waiting => {
            senders.token = MadeToken::Made(token);
        }
        (Ok(token), _) => {
            let name = token.name;
            let key = model.key(Context::List, Action::Senders);
            model.say(format!(
                "Token {name} was made, but its secret is forgotten. {key} makes another."
            ));
        }
        (Err(failure), screen) => {
            if let (Screen::Senders(senders), true) = (screen, waiting) {
                senders.token = MadeToken::None;
            }
            match failure {
                Failure::Refused(refusal) => {
                    model.complain(format!("No token was made: {refusal}."));
                }
                Failure::Unavailable(reason) => {
                    model.complain(format!("No token was made: {reason}."));
                }
                Failure::Unsaved(reason) => model.complain_unsaved(format!(
                    "No token was made: nothing can be saved now ({reason})."
                )),
                Failure::Unconnected => model.complain_unsaved(
                    "No token was made: there is no connection to the service.".to_owned(),
                ),
                Failure::Lost => {
                    model.complain("No token to use: the answer was lost.".to_owned());
                }
                // Its secret is gone: it is of no use, and can be revoked by its name.
                Failure::Unsure(reason) => {
                    model.complain_unsaved(format!("No token to use: saving failed ({reason})."));
                }
            }
        }
    }
    vec![Effect::Draw(Cause::Key)]
}
