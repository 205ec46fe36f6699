//! What opens from the bottom: questions, the picker, prompts. Each says everything that is needed
//! to answer it, and its last line names the acts.

mod outcome;
mod silencing;

use ratatui::text::{Line, Span};
use tui_input::Input;

use super::{header, hint, ink, layout, plain, rule};
use crate::console::action::{Action, Context};
use crate::console::model::Model;
use crate::console::model::acts::{Act, Target};
use crate::console::model::place::named;
use crate::console::model::sheet::{
    About, Choice, Disturbed, Kin, LONGEST, Picker, Prompt, Purpose, Question, Sheet, Trial,
};
use crate::console::settings::Keeps;
use crate::console::text::{cut, fit, number, width, wrap, wrap_to};
use crate::console::theme::Role;
use crate::console::{when, words};
use crate::domain::alert::{Resolution, Suppressor};
use crate::domain::severity::Severity;
use crate::domain::snooze::{Unfit, until};
use crate::domain::text::line_of;
use outcome::{
    calling_again, consequence, firing, follows, in_brief, undone, unsilenced, unsilencing,
};

/// What a question leaves of a service's name beside a title, and the most lines a title takes.
const SERVICE: usize = 8;
const TITLE: usize = 2;
/// How much of a bad word is repeated.
const WORD: usize = 24;
/// What is left for the text of a filter, whatever is counted beside it.
const FILTER: usize = 14;
/// The most people a picker shows at once.
const PEOPLE: usize = 8;

/// What a sheet shows.
pub(super) struct Content {
    /// The lines above the keys.
    pub(super) lines: Vec<Line<'static>>,
    /// The keys, at the very bottom.
    pub(super) keys: Vec<Line<'static>>,
    /// Where the terminal's own cursor stands, from the top left of the sheet.
    pub(super) caret: Option<(u16, u16)>,
}

impl Content {
    /// How many lines it needs.
    pub(super) fn height(&self) -> usize {
        self.lines.len() + self.keys.len()
    }
}

/// The content of the open sheet at this width.
pub(super) fn content(model: &Model, cells: u16) -> Option<Content> {
    let cells = usize::from(cells);
    let mut content = match model.sheet.as_ref()? {
        Sheet::Question(question) => asked(model, question, cells),
        Sheet::Picker(picker) => picked(model, picker, cells),
        Sheet::Prompt(prompt) => written(model, prompt, cells),
        Sheet::Silencing(sheet) => silencing::content(model, sheet, cells),
    };
    // Above the keys, which still say what can be done.
    if let Some(message) = model.said_everywhere() {
        let text = wrap(&message.text, cells.saturating_sub(2)).into_iter();
        content.keys.splice(..0, text.map(|line| Line::from(format!(" {line}"))));
    }
    Some(content)
}

/// How much a question says.
#[derive(Clone, Copy)]
enum Breadth {
    /// Everything that helps to answer it.
    Full,
    /// What must be known: for low windows, where a question that is cut could not be answered.
    Brief,
    /// The same without the service.
    Barest,
}

fn asked(model: &Model, question: &Question, cells: usize) -> Content {
    for breadth in [Breadth::Full, Breadth::Brief] {
        let content = asked_in(model, question, cells, breadth);
        if content.height() < usize::from(model.size.height) {
            return content;
        }
    }
    asked_in(model, question, cells, Breadth::Barest)
}

fn asked_in(model: &Model, question: &Question, cells: usize, breadth: Breadth) -> Content {
    let title = match &question.about {
        About::Act(Act::Resolve, _) => "Resolve?".to_owned(),
        About::Act(Act::Unacknowledge, _) => "Un-acknowledge?".to_owned(),
        About::Act(Act::Reopen, _) => "Reopen?".to_owned(),
        About::Act(act, _) => format!("{act}?"),
        About::Undo(done) => format!("Undo {}?", done.act),
        About::UndoSilence(done) => format!("Undo {}?", done.deed),
        About::Expire(_) => "End this silence?".to_owned(),
        About::Quit if model.settings.keeps == Keeps::Nothing => "Quit the demo?".to_owned(),
        About::Quit => "Quit and stop taking alerts?".to_owned(),
    };
    let mut lines = vec![rule(model, &title, "", cells)];
    if let Some(target) = question.target() {
        lines.extend(subject(model, target, breadth, cells));
    }
    if let Some(resolution) = model.ended(question) {
        lines.extend(said(&ended(model, resolution), cells));
        let keys = key_lines(model, Context::Confirm, &[(Action::No, "close")], cells);
        return Content { lines, keys, caret: None };
    }
    lines.extend(changed(model, question.disturbed.as_ref(), cells));
    lines.extend(said(&body(model, question, breadth), cells));
    let (yes, note) = match &question.about {
        About::Act(Act::Resolve, _) => ("resolve", Some("resolve with a note")),
        About::Act(Act::Unacknowledge, _) => ("un-acknowledge", None),
        About::Act(Act::Reopen, _) => ("reopen", None),
        About::Act(..) => ("do it", None),
        About::Undo(_) | About::UndoSilence(_) => ("undo", None),
        About::Expire(_) => ("end it", None),
        About::Quit => ("quit", None),
    };
    let no = match &question.about {
        About::Quit => "stay",
        About::Act(..) | About::Undo(_) | About::UndoSilence(_) | About::Expire(_) => {
            "leave it as it is"
        }
    };
    let mut keys = vec![(Action::Yes, yes)];
    keys.extend(note.map(|words| (Action::YesWithNote, words)));
    keys.push((Action::No, no));
    Content { lines, keys: key_lines(model, Context::Confirm, &keys, cells), caret: None }
}

/// What happened to the alert behind a sheet.
fn changed(model: &Model, by: Option<&Disturbed>, cells: usize) -> Vec<Line<'static>> {
    let lines = by.map(|by| wrap(&by.told, cells.saturating_sub(2))).unwrap_or_default();
    let line = |text: String| Line::from(ink(model, Role::Attention, format!(" {text}")));
    lines.into_iter().map(line).collect()
}

/// How the alert ended behind the question.
fn ended(model: &Model, resolution: &Resolution) -> String {
    format!("It has ended: {}.", words::ended_to_viewer(model, resolution))
}

/// What follows from yes.
fn body(model: &Model, question: &Question, breadth: Breadth) -> String {
    let name = &model.settings.name;
    match (&question.about, breadth) {
        (About::Act(act, target), Breadth::Full) => {
            model.alert(target.id).map(|alert| consequence(model, act, alert)).unwrap_or_default()
        }
        (About::Act(act, target), Breadth::Brief | Breadth::Barest) => {
            model.alert(target.id).map(|alert| in_brief(act, alert)).unwrap_or_default()
        }
        (About::Undo(done), Breadth::Full) => undone(model, done),
        (About::UndoSilence(done), Breadth::Full) => format!(
            "You did it at {}: {}. {}",
            model.time(done.at),
            done.what,
            unsilenced(model, done)
        ),
        (About::Expire(id), Breadth::Full) => unsilencing(model, *id),
        (About::Expire(id), Breadth::Brief | Breadth::Barest) => calling_again(model, *id),
        (About::UndoSilence(done), Breadth::Brief | Breadth::Barest) => unsilenced(model, done),
        (About::Undo(done), Breadth::Brief | Breadth::Barest) => follows(model, done),
        (About::Quit, _) if model.settings.keeps == Keeps::Nothing => {
            "All of it is made up, and nothing of it is kept.".to_owned()
        }
        (About::Quit, Breadth::Full) => format!(
            "This process receives alerts for {name}. While it is down, posts to it fail: \
             senders (Alertmanager) send again what still fires, a one-time post is lost. {} To keep it \
             running without a screen: watchbell serve",
            firing(model)
        ),
        (About::Quit, Breadth::Brief | Breadth::Barest) => {
            format!("Until {name} is started again, posts to it fail. {}", firing(model))
        }
    }
}

/// `CRIT  default  net004 is HighMemory`. The title is what the question is about: the service gives
/// way to it, and where that is not enough it has lines of its own.
fn subject(model: &Model, target: &Target, breadth: Breadth, cells: usize) -> Vec<Line<'static>> {
    let mark = model.settings.symbols.cut();
    let Some(alert) = model.alert(target.id) else {
        return vec![Line::from(cut(&format!(" {}", target.title), cells, mark))];
    };
    let (word, role) = match alert.severity {
        Severity::Critical => ("CRIT", Role::Critical),
        Severity::Warning => ("warn", Role::Warning),
    };
    let service = model.table.service_name(alert.service);
    let title = named(alert);
    let room = cells.saturating_sub(5 + 4);
    let shorter = room.saturating_sub(width(&title)).max(SERVICE.min(width(&service)));
    let head = |rest: String| Line::from(vec![plain(" "), ink(model, role, word), plain(rest)]);
    if shorter + width(&title) <= room {
        return vec![head(format!("  {}  {title}", cut(&service, shorter, mark)))];
    }
    if let Breadth::Barest = breadth {
        let first = wrap_to(&title, room + 2, 1, "").into_iter().next().unwrap_or_default();
        let rest = title.get(first.len()..).unwrap_or_default().trim_start();
        let rest = wrap_to(rest, cells.saturating_sub(2), TITLE - 1, mark);
        let rest = rest.into_iter().map(|line| Line::from(format!(" {line}")));
        return std::iter::once(head(format!("  {first}"))).chain(rest).collect();
    }
    let mut lines = vec![head(format!("  {}", cut(&service, room, mark)))];
    let title = wrap_to(&title, cells.saturating_sub(2), TITLE, mark);
    lines.extend(title.into_iter().map(|line| Line::from(format!(" {line}"))));
    lines
}

fn picked(model: &Model, picker: &Picker, cells: usize) -> Content {
    let alert = model.alert(picker.target.id);
    let service = alert.map(|alert| format!(" ({})", model.table.service_name(alert.service)));
    let title = format!("Assign: {}{}", picker.target.title, service.unwrap_or_default());
    let mut lines = vec![rule(model, &title, "", cells)];
    lines.extend(changed(model, picker.disturbed.as_ref(), cells));
    let caret = input(model, " to: ", &picker.input, cells, &mut lines);
    // In a low window the people are worth more than the air around them.
    let height = usize::from(model.size.height);
    let low = height < usize::from(layout::ROOMY);
    let air = || (!low).then(Line::default);
    lines.extend(air());
    let to = match picker.choice() {
        Some(Choice::Person { person, .. }) => Some(Some(person)),
        Some(Choice::Nobody) => Some(None),
        None => None,
    };
    let told = alert.zip(to).map(|(alert, to)| words::assigning(model, alert, to));
    let told = told.unwrap_or_default();
    // Rule, line of text, keys, and what is said take their part.
    let rest = lines.len() + 2 + wrap(&told, cells.saturating_sub(2)).len();
    let people = if low { height.saturating_sub(rest + 1).clamp(1, PEOPLE) } else { PEOPLE };
    lines.extend(choices(model, picker, people, cells));
    if picker.choices.is_empty() {
        let text = " Nobody has this name or address.";
        lines.push(Line::from(ink(model, Role::Attention, text)));
    }
    lines.extend(air());
    lines.extend(said(&told, cells));
    let assign = picker.choice().map(|choice| format!("assign to {}", name(choice)));
    let mut keys: Vec<_> = assign.iter().map(|words| (Action::Pick, words.as_str())).collect();
    keys.push((Action::Cancel, "cancel"));
    let mut keys = key_lines(model, Context::Picker, &keys, cells);
    let choose = hint(model, "↑ ↓", "choose");
    if let [only] = keys.as_mut_slice()
        && assign.is_some()
        && only.width() + 3 + choose.iter().map(Span::width).sum::<usize>() < cells
    {
        only.spans.push(plain("   "));
        only.spans.extend(choose);
    }
    Content { lines, keys, caret: Some(caret) }
}

/// What an address takes at most in the picker, and what the count of open alerts does.
const ABOUT: usize = 26;
const OPEN: usize = 8;

/// As many choices as fit, the marked one among them.
fn choices(model: &Model, picker: &Picker, most: usize, cells: usize) -> Vec<Line<'static>> {
    let symbols = model.settings.symbols;
    let from = picker.marked.map_or(0, |at| at + 1).saturating_sub(most);
    let names = picker.choices.iter().map(|choice| width(&name(choice))).max().unwrap_or_default();
    let names = names.clamp(10, 24);
    // Cursor, margins and open alerts take their part; an address that is cut to nothing leaves.
    let about_cells = cells.saturating_sub(4 + 1 + names + 1 + 1 + OPEN);
    let line = |(row, choice): (usize, &Choice)| {
        let cursor = if Some(row) == picker.marked {
            ink(model, Role::Cursor, symbols.cursor())
        } else {
            plain(" ")
        };
        let (about, open) = match choice {
            Choice::Person { kin: Kin::You, open, .. } => ("you", Some(open)),
            Choice::Person { kin: Kin::Other, email, open, .. } => (email.as_str(), Some(open)),
            Choice::Nobody => ("take the assignment away", None),
        };
        let open = open.map(|open| format!("{} open", number(*open))).unwrap_or_default();
        let about = match choice {
            Choice::Nobody => cut(about, cells.saturating_sub(4 + 1 + names + 1), symbols.cut()),
            Choice::Person { .. } if about_cells < width(about).min(ABOUT) => String::new(),
            Choice::Person { .. } => fit(about, about_cells.min(ABOUT), symbols.cut()),
        };
        let about = if about.is_empty() { about } else { format!(" {about}") };
        let text = format!(" {}{about} {open}", fit(&name(choice), names, symbols.cut()));
        let text = cut(text.trim_end(), cells.saturating_sub(4), symbols.cut());
        Line::from(vec![plain("   "), cursor, plain(text)])
    };
    picker.choices.iter().enumerate().skip(from).take(most).map(line).collect()
}

fn name(choice: &Choice) -> String {
    match choice {
        Choice::Person { person, .. } => person.name.to_string(),
        Choice::Nobody => "nobody".to_owned(),
    }
}

fn written(model: &Model, prompt: &Prompt, cells: usize) -> Content {
    let (title, lead, accept, cancel) = match &prompt.purpose {
        Purpose::Filter(trial) => return filtered(model, prompt, trial, cells),
        Purpose::Note(target) => {
            (format!("Note on: {}", target.title), " ", "save", "close (the text is kept)")
        }
        Purpose::ResolveNote(target) => (
            format!("Resolve with a note: {}", target.title),
            " ",
            "save and resolve",
            "close (the text is kept)",
        ),
        Purpose::Snooze(target) => return snoozed(model, prompt, target, cells),
        Purpose::Silences(_) => {
            ("Silences with these words".to_owned(), " / ", "keep", "back to those before")
        }
        Purpose::TokenName => {
            ("A token to post alerts with".to_owned(), " name of the sender: ", "make it", "cancel")
        }
    };
    let mut lines = vec![rule(model, &title, "", cells)];
    lines.extend(changed(model, prompt.disturbed.as_ref(), cells));
    let caret = input(model, lead, &prompt.input, cells, &mut lines);
    lines.extend(full(model, prompt, cells));
    let keys = [(Action::Accept, accept), (Action::Cancel, cancel)];
    Content { lines, keys: key_lines(model, Context::Prompt, &keys, cells), caret: Some(caret) }
}

/// Says what was understood while it is written: a time that is not meant must be seen.
fn snoozed(model: &Model, prompt: &Prompt, target: &Target, cells: usize) -> Content {
    let mut lines = vec![rule(model, &format!("Snooze: {}", target.title), "", cells)];
    lines.extend(changed(model, prompt.disturbed.as_ref(), cells));
    let caret = input(model, " for, or until: ", &prompt.input, cells, &mut lines);
    let text = prompt.input.value().trim();
    let zone = &model.settings.zone;
    let told = match (until(text, model.clock, zone), text.is_empty()) {
        (Ok(until), _) => {
            let name = when::zone_name(model.clock, zone);
            format!("Quiet until {} ({name}), unless it gets worse.", model.time(until))
        }
        (Err(_), true) => "How long, or until when: 30m, 2h, 08:00.".to_owned(),
        (Err(Unfit::NoTime), false) => "Not a time to come: write 30m, 2h or 08:00.".to_owned(),
        (Err(Unfit::TooLong), false) => {
            let days = Suppressor::LONGEST_SNOOZE.as_hours() / 24;
            format!("At most {days}d: a longer quiet would be forgotten.")
        }
    };
    lines.extend(said(&told, cells));
    let keys = [(Action::Accept, "snooze"), (Action::Cancel, "cancel")];
    Content { lines, keys: key_lines(model, Context::Prompt, &keys, cells), caret: Some(caret) }
}

/// The filter's prompt has no rule: it is one line over the hints.
fn filtered(model: &Model, prompt: &Prompt, trial: &Trial, cells: usize) -> Content {
    let mut lines = Vec::new();
    // Where there is no column line, what is counted stands here.
    let counted = (model.size.height < layout::ROOMY).then(|| {
        let room = cells.saturating_sub(3 + FILTER + 2);
        header::counted(model, room)
    });
    let counted = counted.unwrap_or_default();
    let taken = if counted.is_empty() { 0 } else { width(&counted) + 2 };
    let room = cells.saturating_sub(taken);
    let caret = input(model, " / ", &prompt.input, room, &mut lines);
    let keys = if let Some(problem) = trial.sieve.problems().first() {
        let value = prompt.input.value();
        for problem in trial.sieve.problems().iter().rev() {
            underline(model, &mut lines, value, &problem.range);
        }
        let before = prompt.input.value().get(..problem.range.start).unwrap_or_default();
        problem_lines(model, trial, 3 + width(before), cells)
    } else if let Some(line) = full(model, prompt, cells) {
        vec![line]
    } else {
        let cancel =
            if trial.before.is_empty() { "back to no filter" } else { "back to the filter before" };
        let keys = [
            (Action::Accept, "keep"),
            (Action::Cancel, cancel),
            (Action::Older, "earlier filters"),
        ];
        key_lines(model, Context::Prompt, &keys, cells).into_iter().take(1).collect()
    };
    if let Some(line) = lines.first_mut().filter(|_| !counted.is_empty()) {
        let gap = cells.saturating_sub(line.width() + width(&counted) + 1);
        line.spans.push(plain(" ".repeat(gap)));
        line.spans.push(ink(model, Role::Attention, counted));
    }
    Content { lines, keys, caret: Some(caret) }
}

/// What is wrong with the first bad word, under it where there is room, and which others are bad.
fn problem_lines(model: &Model, trial: &Trial, under: usize, cells: usize) -> Vec<Line<'static>> {
    let Some((first, others)) = trial.sieve.problems().split_first() else { return Vec::new() };
    let word = |range: &std::ops::Range<usize>| {
        let word = trial.sieve.text().get(range.clone()).unwrap_or_default();
        cut(&line_of(word), WORD, model.settings.symbols.cut())
    };
    let also: Vec<String> = others.iter().map(|other| word(&other.range)).collect();
    let also = match also.as_slice() {
        [] => String::new(),
        also => format!(" Wrong, too: {}", also.join(" ")),
    };
    let text = format!(
        "{}; left out until it is right{}{also}",
        first.reason,
        if also.is_empty() { "" } else { "." }
    );
    let attention = |text: String| ink(model, Role::Attention, text);
    if width(&text) + 2 <= cells {
        let at = under.min(cells.saturating_sub(width(&text) + 1));
        return vec![Line::from(vec![plain(" ".repeat(at)), attention(text)])];
    }
    let lines = wrap_to(&text, cells.saturating_sub(2), 2, model.settings.symbols.cut());
    lines.into_iter().map(|line| Line::from(vec![plain(" "), attention(line)])).collect()
}

/// What is said of a text that takes no more.
fn full(model: &Model, prompt: &Prompt, cells: usize) -> Option<Line<'static>> {
    let text = format!(
        " The text is full: {} characters are the most. What comes after is left out.",
        number(LONGEST)
    );
    let text = cut(&text, cells, model.settings.symbols.cut());
    prompt.is_full().then(|| Line::from(ink(model, Role::Attention, text)))
}

/// Marks a part of the filter `value` that is not understood; parts behind it are marked before.
fn underline(
    model: &Model,
    lines: &mut [Line<'static>],
    value: &str,
    range: &std::ops::Range<usize>,
) {
    // A text that is scrolled sideways is shown without the mark.
    let Some(line) = lines.first_mut() else { return };
    let shown = line.spans.get(1).filter(|shown| value.starts_with(shown.content.as_ref()));
    let Some(shown) = shown.map(|shown| shown.content.to_string()) else { return };
    let parts = (shown.get(..range.start), shown.get(range.clone()), shown.get(range.end..));
    let (Some(before), Some(bad), Some(after)) = parts else { return };
    let marked = [plain(before.to_owned()), ink(model, Role::Bad, bad.to_owned())];
    let after = (!after.is_empty()).then(|| plain(after.to_owned()));
    line.spans.splice(1..2, marked.into_iter().chain(after));
}

/// A line being written; gives where its caret stands.
fn input(
    model: &Model,
    lead: &str,
    input: &Input,
    cells: usize,
    lines: &mut Vec<Line<'static>>,
) -> (u16, u16) {
    let room = cells.saturating_sub(width(lead) + 1);
    let before: String = input.value().chars().take(input.cursor()).collect();
    // The text moves so that its caret is in sight.
    let mut skipped = 0;
    let mut shown = before.as_str();
    while width(shown) > room {
        let Some(first) = shown.chars().next() else { break };
        skipped += first.len_utf8();
        shown = before.get(skipped..).unwrap_or_default();
    }
    let text = input.value().get(skipped..).unwrap_or_default();
    let caret = width(lead) + width(shown);
    let row = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    lines
        .push(Line::from(vec![ink(model, Role::Key, lead.to_owned()), plain(cut(text, room, ""))]));
    (u16::try_from(caret).unwrap_or(u16::MAX), row)
}

fn said(text: &str, cells: usize) -> Vec<Line<'static>> {
    wrap(text, cells.saturating_sub(2))
        .into_iter()
        .map(|line| Line::from(format!(" {line}")))
        .collect()
}

/// Hints, as many to a line as fit.
fn key_lines(
    model: &Model,
    context: Context,
    keys: &[(Action, &str)],
    cells: usize,
) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (action, words) in keys {
        let Some(key) = model.keymap.keys(context, *action).first() else { continue };
        let spans: Vec<Span<'static>> = hint(model, &key.short(), words);
        let wide: usize = spans.iter().map(Span::width).sum();
        match lines.last_mut() {
            Some(line) if line.width() + 3 + wide <= cells => {
                line.spans.push(plain("   "));
                line.spans.extend(spans);
            }
            Some(_) | None => {
                let mut line = Line::from(vec![plain(" ")]);
                line.spans.extend(super::clip(model, spans, cells.saturating_sub(1)));
                lines.push(line);
            }
        }
    }
    lines
}
