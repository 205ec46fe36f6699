//! Silences from the console: the sheet that asks for one, and sending, answering and taking back
//! what is done to them. Whoever shows silences opens and sends from here, too.

use super::{answering, silences, writing};
use crate::console::action::{Action, Context};
use crate::console::effect::{Effect, Failure, Receipt};
use crate::console::frame::Cause;
use crate::console::key::Key;
use crate::console::model::acts::{Target, Undoable};
use crate::console::model::place::named;
use crate::console::model::sheet::Sheet;
use crate::console::model::silencing::{Deed, Done, Flight, Focus, Silencing, Subject, count};
use crate::console::model::{Message, Model, Now, Tone};
use crate::console::text::number;
use crate::domain::actor::Via;
use crate::domain::command::{Answer, Command, Order, SilenceCommand};
use crate::domain::id::{OpId, Revision, SilenceId};
use crate::domain::maintenance::Maintenance;
use crate::domain::matcher::Matcher;
use crate::domain::refusal::Refusal;
use crate::domain::silence::{Ends, NoEnd, Silence, SilenceState, Terms};
use crate::domain::suppress;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, after};

/// Asks what is to be silenced because of this alert.
pub(super) fn open(model: &mut Model, target: Target, now: Now) {
    let Some(alert) = model.alert(target.id) else { return };
    let sheet = Silencing::of_alert(target, alert);
    show(model, sheet, now);
}

/// Asks what is to be silenced, whatever that be.
pub(super) fn open_new(model: &mut Model, now: Now) -> Vec<Effect> {
    show(model, Silencing::of_nothing(), now);
    vec![Effect::Draw(Cause::Key)]
}

/// Opens the same sheet on a silence, to change it. Says why, where it is not there any more or over.
pub(super) fn open_known(model: &mut Model, id: SilenceId, now: Now) -> Vec<Effect> {
    let known = model.table.silence(id).cloned();
    match known {
        Some(known) if !is_over(&known, now) => {
            let sheet = Silencing::of_silence(&known, now.at, &model.settings.zone);
            show(model, sheet, now);
        }
        Some(_) | None => model.say("This silence is over."),
    }
    vec![Effect::Draw(Cause::Key)]
}

/// Whether there is nothing left of it to change.
pub(super) fn is_over(silence: &Silence, now: Now) -> bool {
    silence.state(now.at) == SilenceState::Expired
}

/// Ends a silence now.
pub(super) fn expire(model: &mut Model, id: SilenceId, now: Now) -> Vec<Effect> {
    let known = model.table.silence(id).filter(|known| !is_over(known, now));
    let Some(known) = known else {
        model.say("This silence is over.");
        return vec![Effect::Draw(Cause::Key)];
    };
    let calling = suppress::would_call(&model.table, known).count();
    let what = format!("the silence of {}", known.terms.whose());
    send(model, Deed::Expire { id, calling }, None, what, now)
}

/// Lets a silence end so much later than it would.
pub(super) fn extend(
    model: &mut Model,
    id: SilenceId,
    by: SignedDuration,
    now: Now,
) -> Vec<Effect> {
    let known = model.table.silence(id).filter(|known| !is_over(known, now));
    let Some(known) = known else {
        model.say("This silence is over.");
        return vec![Effect::Draw(Cause::Key)];
    };
    let revision = known.revision;
    let terms = Terms { ends: after(known.terms.ends, by), ..known.terms.clone() };
    let what = format!("the silence of {}", terms.whose());
    send(model, Deed::Change(id, Box::new(terms)), Some(revision), what, now)
}

/// What it reaches is counted before its first frame, as far as that is soon done.
fn show(model: &mut Model, mut sheet: Silencing, now: Now) {
    sheet.count.restart(now.tick);
    model.sheet = Some(Sheet::Silencing(Box::new(sheet)));
    count::go_on(model, now);
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(sheet) = model.silencing_mut() else { return Vec::new() };
    match action {
        Action::Next => sheet.focus = sheet.focus.next(),
        Action::Previous => sheet.focus = sheet.focus.previous(),
        Action::Cancel => model.sheet = None,
        Action::Widen => widen(model, now),
        Action::Accept => return accept(model, now),
        _ => {}
    }
    vec![Effect::Draw(Cause::Key)]
}

/// From the alert to what the filter shows, and back. How long and why stay as they are.
fn widen(model: &mut Model, now: Now) {
    let Some(sheet) = model.silencing() else { return };
    let target = sheet.target.clone();
    let mut next = match sheet.subject {
        Subject::Known(_) | Subject::Written => return,
        Subject::Alert if model.list.sieve().is_empty() => {
            let key = model.key(Context::List, Action::Filter);
            return model.say_everywhere(format!("No filter is on: {key} filters in the list."));
        }
        Subject::Alert => Silencing::of_shown(target, model),
        Subject::Shown { .. } => {
            let Some(target) = target else { return };
            let Some(alert) = model.alert(target.id) else { return };
            Silencing::of_alert(target, alert)
        }
    };
    let Some(sheet) = model.silencing() else { return };
    (next.until, next.why) = (sheet.until.clone(), sheet.why.clone());
    show(model, next, now);
}

/// A key of the line editor.
pub(super) fn edit(model: &mut Model, key: Key, now: Now) -> Vec<Effect> {
    if let Some((sheet, request)) = model.silencing_mut().zip(writing::request(key)) {
        writing::edited(&mut sheet.field().input, request);
        edited(model, now);
    }
    vec![Effect::Draw(Cause::Key)]
}

/// Takes a whole pasted line at once.
pub(super) fn paste(model: &mut Model, line: &str, now: Now) {
    if let Some(sheet) = model.silencing_mut() {
        writing::insert(&mut sheet.field().input, line);
        edited(model, now);
    }
}

/// What other matchers reach is counted once the typing rests.
fn edited(model: &mut Model, now: Now) {
    let settle = model.settings.link.settle();
    let dialect = model.table.policy().dialect;
    let Some(sheet) = model.silencing_mut() else { return };
    if sheet.focus == Focus::What && sheet.read(dialect) {
        sheet.count.restart(now.tick + settle);
    }
}

/// Asks for what the sheet says, if it says it all. What was not understood stays to be corrected;
/// the sheet says why.
fn accept(model: &mut Model, now: Now) -> Vec<Effect> {
    let draw = vec![Effect::Draw(Cause::Key)];
    let zone = model.settings.zone.clone();
    let by = model.settings.viewer.to_string();
    let Some(sheet) = model.silencing_mut() else { return draw };
    if let Some(problem) = sheet.line().problems.first().cloned() {
        let before = sheet.what.input.value().get(..problem.range.start).unwrap_or_default();
        let caret = before.chars().count();
        sheet.what.input = sheet.what.input.clone().with_cursor(caret);
        sheet.focus = Focus::What;
        return draw;
    }
    let again = sheet.comes_again(&zone);
    let ends = match &again {
        // What is asked of the matchers is asked all the same.
        Some(Ok(_)) => {
            Ok(Ends { at: after(now.at, SignedDuration::from_hours(1)), until_resolved: false })
        }
        Some(Err(_)) => Err(NoEnd::NoTime),
        None => sheet.ends(now.at, &zone),
    };
    let Ok(ends) = ends else {
        sheet.focus = Focus::Until;
        return draw;
    };
    if let (Some(_), Some((focus, why))) = (&again, cannot_come_again(sheet)) {
        sheet.focus = focus;
        model.say_everywhere(why);
        return draw;
    }
    let name = Text::derive(sheet.why.text());
    let terms = sheet.terms(ends, &by, now.at);
    if terms.check(now.at).is_err() {
        sheet.focus = Focus::What;
        return draw;
    }
    // Nobody silences what they have not seen the size of. What is so of one alert is known.
    let is_plain = sheet.subject == Subject::Alert && sheet.what.is_as_given();
    if !is_plain && !sheet.count.drawn {
        let key = model.key(Context::Silence, Action::Accept);
        model.say_everywhere(format!("It was not counted yet. Press {key} again."));
        return draw;
    }
    let matchers = terms.matchers.to_vec();
    let deed = match sheet.subject {
        _ if let Some(Ok(when)) = again => {
            let comment = Text::default();
            Deed::Repeat(Box::new(Maintenance { name, matchers, comment, when }))
        }
        Subject::Known(id) => Deed::Change(id, Box::new(terms)),
        Subject::Alert | Subject::Shown { .. } | Subject::Written => Deed::Make(Box::new(terms)),
    };
    let what = match &deed {
        Deed::Make(terms) => reached(model, &terms.matchers),
        Deed::Repeat(maintenance) => format!("{}, {}", maintenance.name, maintenance.when),
        Deed::Change(_, terms) => format!("the silence of {}", terms.whose()),
        Deed::Expire { .. } | Deed::Undo(_) => String::new(),
    };
    let seen = model.silencing().and_then(|sheet| sheet.known()).map(|known| known.revision);
    model.sheet = None;
    send(model, deed, seen, what, now)
}

/// Why what the sheet is about cannot come again as it is, if it cannot, and where that is mended.
fn cannot_come_again(sheet: &Silencing) -> Option<(Focus, &'static str)> {
    if sheet.known().is_some() {
        let why = "Only a new silence can come again: leave this one, and write another.";
        return Some((Focus::Until, why));
    }
    let is_nameless = Text::derive(sheet.why.text()).is_empty();
    is_nameless.then_some((Focus::Why, "What comes again needs a name: write it behind why."))
}

/// `312 alerts, 14 of them called`; the title where it is only one.
fn reached(model: &Model, matchers: &[Matcher]) -> String {
    let mut reached = suppress::reached(&model.table, matchers);
    let Some(first) = reached.next() else { return "nothing that is open".to_owned() };
    let Some(second) = reached.next() else {
        return named(first);
    };
    let (mut alerts, mut called) = (0, 0);
    for alert in [first, second].into_iter().chain(reached) {
        alerts += 1;
        called += usize::from(alert.needs_call());
    }
    match called {
        0 => format!("{} alerts", number(alerts)),
        called => format!("{} alerts, {} of them called", number(alerts), number(called)),
    }
}

/// Asks the engine for it.
fn send(
    model: &mut Model,
    deed: Deed,
    seen: Option<Revision>,
    what: String,
    now: Now,
) -> Vec<Effect> {
    let command = match &deed {
        Deed::Make(terms) => SilenceCommand::Set(None, terms.clone()),
        Deed::Repeat(maintenance) => SilenceCommand::Repeat(maintenance.clone()),
        Deed::Change(id, terms) => SilenceCommand::Set(Some(*id), terms.clone()),
        Deed::Expire { id, .. } => SilenceCommand::Expire(*id),
        Deed::Undo(Done { maintenance: Some(name), .. }) => {
            SilenceCommand::RepeatNoMore(name.clone())
        }
        Deed::Undo(done) => SilenceCommand::Undo(done.revision),
    };
    let op = model.acts.begin_silence(deed, what, now.tick);
    let actor = model.settings.viewer.clone();
    let command = Command::Silence(command);
    let order = Order { op, actor, via: Via::Console, seen, command };
    vec![Effect::Submit(order), Effect::Draw(Cause::Key)]
}

/// Asks the engine to take back what was done to a silence.
pub(super) fn take_back(model: &mut Model, done: Done, now: Now) -> Vec<Effect> {
    let what = done.what.clone();
    send(model, Deed::Undo(done), None, what, now)
}

/// Says what came of it.
pub(super) fn answered(
    model: &mut Model,
    op: OpId,
    answer: Result<Receipt, Failure>,
    now: Now,
) -> Vec<Effect> {
    let Some(flight) = model.acts.land_silence(op) else { return Vec::new() };
    super::freshen(model, now);
    match answer {
        Ok(receipt) => done(model, flight, &receipt, now),
        Err(failure) => {
            refused(model, &flight, &failure);
            // What could not be taken back now may be later.
            if let (Deed::Undo(done), false) = (flight.deed, matches!(failure, Failure::Refused(_)))
            {
                model.acts.remember(Undoable::Silence(done));
            }
        }
    }
    vec![Effect::Draw(Cause::Key)]
}

fn done(model: &mut Model, flight: Flight, receipt: &Receipt, now: Now) {
    let Flight { deed, what, .. } = flight;
    let text = match &deed {
        Deed::Make(terms) => format!("Silenced until {}: {what}", model.time(terms.ends)),
        Deed::Repeat(_) => format!("It comes again: {what}"),
        Deed::Change(_, terms) => format!("Changed, until {}: {what}", model.time(terms.ends)),
        Deed::Expire { calling: 0, .. } => format!("Ended: {what}"),
        Deed::Expire { calling: 1, .. } => format!("Ended: {what}; 1 alert calls again"),
        Deed::Expire { calling, .. } => {
            format!("Ended: {what}; {} alerts call again", number(*calling))
        }
        Deed::Undo(done) => format!("Undone: {} of {what}", done.deed),
    };
    let maintenance = match &deed {
        Deed::Repeat(maintenance) => Some(maintenance.name.clone()),
        Deed::Make(_) | Deed::Change(..) | Deed::Expire { .. } | Deed::Undo(_) => None,
    };
    let mut hint = None;
    if let Answer::Silenced(id) = receipt.answer {
        hint = Some(Action::Undo);
        let (deed, revision) = (deed.name(), receipt.revision);
        let done = Done { deed, what, id, maintenance, revision, at: now.at, tick: now.tick };
        model.acts.remember(Undoable::Silence(done));
        // Other matchers make another silence.
        silences::select(model, id, now);
    }
    model.message = Some(Message { text, about: None, hint, tone: Tone::Said });
}

fn refused(model: &mut Model, flight: &Flight, failure: &Failure) {
    match failure {
        Failure::Refused(Refusal::NotUndone { .. }) => {
            model.say(format!("Not undone: it was changed since, or is over ({}).", flight.what));
        }
        failure => answering::failed(model, flight.deed.participle(), failure),
    }
}
