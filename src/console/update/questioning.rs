//! Questions: `y` alone does it, and only once the question could be read.

use super::{acting, silencing};
use crate::console::action::{Action, Context};
use crate::console::effect::Effect;
use crate::console::frame::Cause;
use crate::console::model::acts::{Act, Undoable};
use crate::console::model::sheet::{About, Prompt, Purpose, Question, Sheet};
use crate::console::model::{Model, Now};
use crate::console::view::layout;

/// Whether a key can be meant for the question: it has been on the screen for a moment.
pub(super) fn is_read(question: &Question, model: &Model, now: Now) -> bool {
    let wait = model.settings.link.settle();
    question.drawn.is_some_and(|at| now.tick >= at + wait)
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(Sheet::Question(question)) = model.sheet.clone() else { return Vec::new() };
    match action {
        Action::No => {
            model.sheet = None;
            match question.about {
                About::Undo(done) => model.acts.remember(Undoable::Alert(done)),
                About::UndoSilence(done) => model.acts.remember(Undoable::Silence(done)),
                About::Act(..) | About::Expire(_) | About::Quit => {}
            }
            vec![Effect::Draw(Cause::Key)]
        }
        Action::Yes | Action::YesWithNote if !layout::question_fits(model) => {
            model.say("Make the window larger: the question is not on the screen whole.");
            vec![Effect::Draw(Cause::Key)]
        }
        // The sheet says so, and offers neither.
        Action::Yes | Action::YesWithNote if model.ended(&question).is_some() => Vec::new(),
        Action::Yes if question.disturbed.as_ref().is_some_and(|by| by.is_unread(now.tick)) => {
            vec![unread(model, Context::Confirm, action)]
        }
        Action::Yes => {
            model.sheet = None;
            yes(model, question, now)
        }
        Action::YesWithNote => with_note(model, question),
        _ => Vec::new(),
    }
}

/// Says that what happened behind a sheet cannot have been read yet.
pub(super) fn unread(model: &mut Model, context: Context, action: Action) -> Effect {
    let key = model.key(context, action);
    model.say_everywhere(format!("It changed just now. Press {key} again."));
    Effect::Draw(Cause::Key)
}

fn yes(model: &mut Model, question: Question, now: Now) -> Vec<Effect> {
    match question.about {
        About::Act(act, target) => {
            let target = acting::as_drawn(model, target);
            acting::submit(model, act, target, now)
        }
        About::Undo(done) => acting::take_back(model, done, now),
        About::UndoSilence(done) => silencing::take_back(model, done, now),
        About::Expire(id) => silencing::expire(model, id, now),
        About::Quit => vec![Effect::Quit],
    }
}

/// What happened behind the question is behind the prompt, too, which waits for it as long. Opening
/// it does not wait: what is typed next is text, and must not answer a question.
fn with_note(model: &mut Model, question: Question) -> Vec<Effect> {
    let About::Act(Act::Resolve, target) = question.about else { return Vec::new() };
    let draft = model.acts.drafts.get(&target.id).cloned().unwrap_or_default();
    let prompt = Prompt::new(Purpose::ResolveNote(target), &draft);
    model.sheet = Some(Sheet::Prompt(Prompt { disturbed: question.disturbed, ..prompt }));
    vec![Effect::Draw(Cause::Key)]
}
