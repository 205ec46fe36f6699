//! The last line: what was said, else the keys that make sense now, the likely act first.

use ratatui::text::{Line, Span};

use super::layout::{self, PanePlace};
use super::{apart, hint, ink, plain, silences};
use crate::console::action::{Action, Context, find};
use crate::console::key::Key;
use crate::console::model::{Model, Screen, Tone};
use crate::console::text::{cut, number};
use crate::console::theme::Role;
use crate::domain::alert::State;
use crate::domain::id::AlertId;

/// Below this there is no room for the position.
const NARROW: u16 = 48;
/// What leaves first when there is little room, after the words got shorter.
const LEAVES_FIRST: [Action; 9] = [
    Action::ShowAlerts,
    Action::Filter,
    Action::Note,
    Action::Assign,
    Action::NextAlert,
    Action::Resolve,
    Action::Open,
    Action::EditSilence,
    Action::Alerts,
];

/// The bottom line of a list with `rows` lines, or of another screen.
pub(super) fn line(model: &Model, rows: u16) -> Line<'static> {
    let cells = usize::from(model.size.width);
    if let Some(message) = &model.message {
        let symbols = model.settings.symbols;
        let style = match message.tone {
            Tone::Said | Tone::Over | Tone::Everywhere => plain(""),
            Tone::Trouble | Tone::Unsaved => ink(model, Role::Attention, ""),
        }
        .style;
        let hint = message.hint.and_then(|action| {
            let key = model.keymap.keys(Context::List, action).first()?;
            Some(hint(model, &key.short(), find(Context::List, action)?.footer.0))
        });
        let room = cells.saturating_sub(hint.as_ref().map_or(1, |_| 14));
        let text = cut(&format!(" {}", message.text), room, symbols.cut());
        let mut spans = vec![Span::styled(text, style)];
        if let Some(hint) = hint {
            spans.push(plain("      "));
            spans.extend(hint);
        }
        return Line::from(spans);
    }
    let right = position(model, rows);
    let room = cells.saturating_sub(right.width() + 1);
    apart(model, hints(model, room), right, cells)
}

/// `37 of 1,204`, where the list is longer than its window.
fn position(model: &Model, rows: u16) -> Line<'static> {
    let (row, all) = match model.silences() {
        Some(view) => (view.subject_place().unwrap_or_default(), view.rows.len()),
        None => (model.pane.row, model.pane.rows),
    };
    // A peek says it itself, and in a narrow window the keys are worth more.
    let peek = matches!(layout::regions(model).pane, Some((PanePlace::Peek, _)));
    let narrow = model.size.width < NARROW;
    let has_rows = match &model.screen {
        Screen::List => true,
        Screen::Silences(view) => view.opened.is_none(),
        Screen::Detail(_) | Screen::Senders(_) => false,
    };
    if !has_rows || all <= usize::from(rows) || peek || narrow {
        return Line::default();
    }
    Line::from(format!("{} of {}", number(row + 1), number(all)))
}

/// As many hints as fit: what one rarely wants leaves first, then the words get shorter, then more
/// hints leave.
fn hints(model: &Model, cells: usize) -> Line<'static> {
    let mut actions = actions(model);
    let context = model.context();
    actions.retain(|action| find(context, *action).is_some_and(|entry| model.may(entry)));
    let whole = joined(model, &actions, Words::Long);
    if whole.width() <= cells {
        return whole;
    }
    // These are worth less than whole words.
    for leaving in [Action::Top, Action::Silences] {
        actions.retain(|action| *action != leaving);
        let whole = joined(model, &actions, Words::Long);
        if whole.width() <= cells {
            return whole;
        }
    }
    for leaving in LEAVES_FIRST {
        let short = joined(model, &actions, Words::Short);
        if short.width() <= cells {
            return short;
        }
        actions.retain(|action| *action != leaving);
    }
    joined(model, &actions, Words::Short)
}

#[derive(Clone, Copy)]
enum Words {
    Long,
    Short,
}

fn joined(model: &Model, actions: &[Action], words: Words) -> Line<'static> {
    let context = model.context();
    let gap = if model.size.width >= 100 { 3 } else { 2 };
    let mut spans = vec![plain(" ")];
    for action in actions {
        let Some(entry) = find(context, *action) else { continue };
        // Two neighbours share a hint.
        let both: &[Action] = match action {
            Action::NextAlert => &[Action::NextAlert, Action::PreviousAlert],
            one => std::slice::from_ref(one),
        };
        let first = |action: &Action| model.keymap.keys(context, *action).first().copied();
        let keys: Vec<String> = both.iter().filter_map(first).map(Key::short).collect();
        if keys.is_empty() {
            continue;
        }
        if spans.len() > 1 {
            spans.push(plain(" ".repeat(gap)));
        }
        let words = match words {
            Words::Long => long(model, *action).unwrap_or(entry.footer.0),
            Words::Short => entry.footer.1,
        };
        spans.extend(hint(model, &keys.join(" "), words));
    }
    Line::from(spans)
}

/// Words that depend on more than the action.
fn long(model: &Model, action: Action) -> Option<&'static str> {
    let secret = match &model.screen {
        Screen::Senders(senders) => senders.made().is_some(),
        Screen::List | Screen::Detail(_) | Screen::Silences(_) => false,
    };
    match action {
        Action::NextAlert => Some("next, previous"),
        Action::NewToken if secret => Some("another token"),
        Action::Back if secret => Some("list (forgets it)"),
        _ => None,
    }
}

/// What makes sense now. The list's hints are about the alert the pane is about: they follow the
/// cursor only when it rests.
fn actions(model: &Model) -> Vec<Action> {
    match &model.screen {
        Screen::Detail(opened) => {
            let mut actions = acts(model, Some(opened.id));
            actions.extend([Action::NextAlert, Action::Back]);
            actions
        }
        Screen::Senders(senders) => {
            let mut actions = vec![Action::NewToken, Action::Next, Action::Copy];
            if senders.made().is_some() {
                actions = vec![Action::Copy, Action::Next, Action::NewToken];
            }
            actions.extend([Action::Back, Action::Help]);
            actions
        }
        Screen::List if model.list.is_empty() => {
            let silences = (model.table.silences().len() > 0).then_some(Action::Silences);
            let all = [Action::Filter].into_iter().chain(silences);
            all.chain([Action::Senders, Action::Help]).collect()
        }
        Screen::Silences(view) => silences::actions(model, view),
        Screen::List => {
            let mut actions = acts(model, model.pane.subject);
            actions.extend([Action::Open, Action::Filter]);
            if model.table.silences().len() > 0 {
                actions.push(Action::Silences);
            }
            if model.list.still().is_some() {
                actions.push(Action::Top);
            }
            actions.push(Action::Help);
            actions
        }
    }
}

fn acts(model: &Model, id: Option<AlertId>) -> Vec<Action> {
    let Some(alert) = id.and_then(|id| model.alert(id)) else { return Vec::new() };
    let acts = match alert.standing.state {
        State::Firing => vec![Action::Acknowledge, Action::Assign, Action::Resolve, Action::Note],
        State::Acknowledged(_) => {
            vec![Action::Unacknowledge, Action::Assign, Action::Resolve, Action::Note]
        }
        State::Resolved(_) => vec![Action::Reopen, Action::Note],
    };
    let wake = (alert.is_open() && alert.wakes().is_some()).then_some(Action::Wake);
    wake.into_iter().chain(acts).collect()
}
