//! The rows of the list: only those in the window are ever built.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::{header, ink, plain};
use crate::console::action::{Action, Context};
use crate::console::model::Model;
use crate::console::model::acts::Pace;
use crate::console::model::place::{Who, Word, age_from, named};
use crate::console::text::{cut, fit, number, width};
use crate::console::theme::Role;
use crate::console::when;
use crate::domain::alert::Alert;
use crate::domain::id::AlertId;
use crate::domain::severity::Severity;

/// The columns a list of some width has; those that left are `None`.
#[derive(Clone, Copy, Debug)]
struct Columns {
    age: Option<usize>,
    service: Option<usize>,
    title: usize,
    who: Option<usize>,
}

/// Cursor, mark and a space; the severity and a space; the state and a space.
const FIXED: usize = 3 + 5 + 6;

impl Columns {
    fn of(model: &Model, cells: usize) -> Columns {
        let names = model.table.services().map(|service| width(service.name.as_str())).max();
        let service = match cells {
            ..48 => None,
            48..72 => Some(8),
            72..100 => Some(10),
            100.. => Some(names.unwrap_or_default().clamp(10, 16)),
        };
        let people = &model.table.policy().accounts;
        let names = people.iter().map(|account| width(account.name.as_str()) + 1).max();
        let who = match cells {
            ..72 => None,
            72..100 => Some(8),
            100.. => Some(names.unwrap_or_default().clamp(8, 12)),
        };
        let age = (cells >= 44).then_some(4);
        let taken = FIXED
            + age.map_or(0, |age| age + 2)
            + service.map_or(0, |service| service + 1)
            + who.map_or(0, |who| who + 1);
        Columns { age, service, title: cells.saturating_sub(taken), who }
    }
}

/// The heading of the columns; what is new, or what a filter does, at its right end.
pub(super) fn heading(model: &Model, cells: u16) -> Line<'static> {
    let cells = usize::from(cells);
    let columns = Columns::of(model, cells);
    let mut text = String::from("   SEV  ");
    if columns.age.is_some() {
        text.push_str(" AGE  ");
    }
    text.push_str("STATE ");
    if let Some(service) = columns.service {
        text.push_str(&fit("SERVICE", service + 1, ""));
    }
    text.push_str(&fit("TITLE", columns.title + 1, ""));
    if columns.who.is_some() {
        text.push_str("WHO");
    }
    let note = note(model);
    if note.is_empty() {
        return Line::from(ink(model, Role::Dim, cut(&text, cells, "")));
    }
    let room = cells.saturating_sub(width(&note) + 2);
    let text = fit(&text, room, "");
    Line::from(vec![ink(model, Role::Dim, text), plain(" "), ink(model, Role::Attention, note)])
}

/// `2 new, 1 CRIT: press .`, or what the filter that is being typed lets through.
pub(super) fn note(model: &Model) -> String {
    if model.list.is_sifting() {
        return format!("counting{}", model.settings.symbols.cut());
    }
    if let (Some(_), Some(tried)) = (model.trial(), model.list.tried()) {
        return header::hidden(model, tried);
    }
    match model.fresh() {
        (0, _) => String::new(),
        (new, 0) => format!("{} new: press {}", number(new), show_new(model)),
        (new, critical) => {
            let [new, critical] = [new, critical].map(number);
            format!("{new} new, {critical} CRIT: press {}", show_new(model))
        }
    }
}

fn show_new(model: &Model) -> String {
    model.key(Context::List, Action::ShowNew)
}

/// The rows of the window.
pub(super) fn lines(model: &Model, cells: u16, height: u16) -> Vec<Line<'static>> {
    let columns = Columns::of(model, usize::from(cells));
    let selected = model.list.under_cursor();
    let window = model.list.window(usize::from(height));
    if window.is_empty() && !model.list.sieve().is_empty() {
        return vec![Line::from(ink(model, Role::Dim, "   Nothing matches."))];
    }
    window.into_iter().map(|id| row(model, id, selected == Some(id), columns)).collect()
}

fn row(model: &Model, id: AlertId, selected: bool, columns: Columns) -> Line<'static> {
    let symbols = model.settings.symbols;
    let still = model.list.still();
    let cursor = match (selected, still.is_some()) {
        (false, _) => plain(" "),
        (true, true) => ink(model, Role::Cursor, symbols.cursor()),
        (true, false) => ink(model, Role::Cursor, symbols.first()),
    };
    let mark = if still.is_some_and(|still| still.is_marked(id)) {
        ink(model, Role::Attention, "+ ")
    } else {
        plain("  ")
    };
    let mut spans = vec![cursor, mark];
    if let Some(alert) = model.alert(id) {
        cells(model, alert, columns, &mut spans);
    }
    // How it stood then: nothing of it calls for anybody now.
    if model.service.unconnected.is_some() {
        let dim = model.theme.style(Role::Dim);
        spans.iter_mut().skip(2).for_each(|span| span.style = dim);
    }
    Line::from(spans)
}

fn cells(model: &Model, alert: &Alert, columns: Columns, spans: &mut Vec<Span<'static>>) {
    let cut_mark = model.settings.symbols.cut();
    let word = Word::of(alert, model.clock);
    let weight = weight(model, alert, word);
    let severity = match alert.severity {
        Severity::Critical => ("CRIT ", Role::Critical),
        Severity::Warning => ("warn ", Role::Warning),
    };
    let tinted = |text: String, role: Role| match word {
        // What has ended or is kept quiet needs nobody: no colour calls for a look.
        Word::Resolved | Word::Silenced | Word::Snoozed | Word::Muted => Span::styled(text, weight),
        Word::Firing
        | Word::Flapping
        | Word::Stale
        | Word::Acknowledged
        | Word::Overdue
        | Word::Held
        | Word::Lost => ink(model, role, text),
    };
    // Only what fires is bold; an acknowledged critical alert keeps its colour alone.
    spans.push(match word {
        Word::Acknowledged | Word::Overdue | Word::Held | Word::Lost | Word::Stale => {
            let mut span = tinted(severity.0.to_owned(), severity.1);
            span.style = span.style.remove_modifier(Modifier::BOLD);
            span
        }
        Word::Firing
        | Word::Flapping
        | Word::Silenced
        | Word::Snoozed
        | Word::Muted
        | Word::Resolved => tinted(severity.0.to_owned(), severity.1),
    });
    if let Some(cells) = columns.age {
        let age = when::age(model.clock, age_from(alert));
        spans.push(Span::styled(format!("{age:>cells$}  "), weight));
    }
    spans.push(state(model, alert, word, weight));
    if let Some(cells) = columns.service {
        let name = model.table.service_name(alert.service);
        spans.push(Span::styled(fit(&name, cells, cut_mark) + " ", weight));
    }
    let title = cut(&named(alert), columns.title, cut_mark);
    // A blank with a weight is written, one without is what a cleared line has already.
    let blank = " ".repeat(columns.title.saturating_sub(width(&title)));
    spans.push(Span::styled(title, weight));
    if let Some(cells) = columns.who {
        spans.push(plain(blank + " "));
        spans.push(who(model, alert, cells, whose(model, word, weight)));
    }
}

fn state(model: &Model, alert: &Alert, word: Word, weight: Style) -> Span<'static> {
    let slow = model
        .acts
        .flights()
        .iter()
        .rev()
        .find(|flight| flight.target.id == alert.id && flight.pace > Pace::Usual);
    if let Some(coming) = slow.and_then(|flight| flight.act.on_its_way()) {
        let text = format!("{coming}{}", model.settings.symbols.cut());
        return ink(model, Role::Attention, fit(&text, 6, ""));
    }
    // Nobody but this terminal tells of it: that asks for a look, as an old acknowledgement does.
    let word_text = match word {
        Word::Firing if model.untold.why(alert.id).is_some() => "fire!",
        Word::Flapping if model.untold.why(alert.id).is_some() => "flap!",
        _ => word.text(),
    };
    let text = fit(word_text, 6, "");
    match (word, alert.severity) {
        (Word::Firing | Word::Flapping, Severity::Critical) => ink(model, Role::Critical, text),
        (Word::Overdue | Word::Held | Word::Lost | Word::Stale, _) => {
            ink(model, Role::Attention, text)
        }
        (Word::Acknowledged, _) => ink(model, Role::Acknowledged, text),
        (Word::Firing | Word::Flapping, Severity::Warning)
        | (Word::Resolved | Word::Silenced | Word::Snoozed | Word::Muted, _) => {
            Span::styled(text, weight)
        }
    }
}

/// The style of WHO: whoever acknowledged an alert has the colour of its state.
fn whose(model: &Model, word: Word, weight: Style) -> Style {
    match word {
        Word::Acknowledged | Word::Overdue => weight.patch(model.theme.style(Role::Acknowledged)),
        Word::Firing
        | Word::Flapping
        | Word::Stale
        | Word::Silenced
        | Word::Snoozed
        | Word::Muted
        | Word::Held
        | Word::Lost
        | Word::Resolved => weight,
    }
}

fn who(model: &Model, alert: &Alert, cells: usize, weight: Style) -> Span<'static> {
    let symbols = model.settings.symbols;
    let mine = |name: &str| {
        model.settings.viewer.person().is_some_and(|person| person.name.as_str() == name)
    };
    let (text, name) = match Who::of(alert) {
        Who::Nobody => (symbols.nobody().to_owned(), None),
        Who::Assigned(name) => (format!("{}{name}", symbols.to()), Some(name)),
        Who::Has(name) => (name.to_string(), Some(name)),
    };
    let style = if name.is_some_and(|name| mine(name.as_str())) {
        weight.patch(model.theme.style(Role::Strong))
    } else {
        weight.remove_modifier(Modifier::BOLD)
    };
    Span::styled(cut(&text, cells, symbols.cut()), style)
}

/// Urgency is weight: bold needs somebody now, dim needs nobody.
fn weight(model: &Model, alert: &Alert, word: Word) -> Style {
    match (word, alert.severity) {
        (Word::Firing | Word::Flapping, Severity::Critical) => model.theme.style(Role::Strong),
        (Word::Resolved | Word::Silenced | Word::Snoozed | Word::Muted | Word::Stale, _) => {
            model.theme.style(Role::Dim)
        }
        (Word::Firing | Word::Flapping, Severity::Warning)
        | (Word::Acknowledged | Word::Overdue | Word::Held | Word::Lost, _) => Style::new(),
    }
}
