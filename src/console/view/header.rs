//! The first line: what needs somebody, where one is, and as whom.

use ratatui::text::{Line, Span};

use super::{apart, ink, plain};
use crate::console::action::{Action, Context};
use crate::console::model::Model;
use crate::console::model::list::Filtered;
use crate::console::model::refusing::Refusing;
use crate::console::model::sheet::{About, Question, Sheet};
use crate::console::settings::{Access, Place};
use crate::console::text::{cut, number, rounded, width};
use crate::console::theme::Role;
use crate::domain::actor::Actor;

/// From here on there is room for whole words.
const LONG: u16 = 100;
/// Below this there is room for the shortest only.
const SHORT: u16 = 80;

/// The header. The counts get shorter before it is not said any more which console this is and as
/// whom one acts.
pub(super) fn line(model: &Model) -> Line<'static> {
    let cells = usize::from(model.size.width);
    let fits = |left: &Line<'_>, right: &Line<'_>| left.width() + right.width() + 1 < cells;
    let lefts: Vec<Line<'static>> =
        Breadth::ALL.into_iter().map(|breadth| Line::from(counts(model, breadth))).collect();
    let (all, known) = identity(model);
    for parts in (1..=known).rev() {
        let needed = Line::from(all.get(..parts).unwrap_or_default().join(gap(model)));
        if let Some(left) = lefts.iter().find(|left| fits(left, &needed)) {
            let right = rights(model).into_iter().find(|right| fits(left, right));
            return apart(model, left.clone(), right.unwrap_or(needed), cells);
        }
    }
    let left = lefts.last().cloned().unwrap_or_default();
    let room = cells.saturating_sub(left.width() + 2);
    let name = cut(model.settings.name.as_str(), room, model.settings.symbols.cut());
    apart(model, left, Line::from(name), cells)
}

/// How much room the counts take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Breadth {
    /// What the width of the window has room for.
    Usual,
    /// The shortest words.
    Short,
    /// Numbers of three figures, too.
    Rounded,
    /// Without what is snoozed.
    NoQuiet,
    /// Without what somebody has.
    NoAcknowledged,
}

impl Breadth {
    const ALL: [Breadth; 5] = [
        Breadth::Usual,
        Breadth::Short,
        Breadth::Rounded,
        Breadth::NoQuiet,
        Breadth::NoAcknowledged,
    ];
}

fn gap(model: &Model) -> &'static str {
    if model.size.width >= LONG { "   " } else { "  " }
}

/// What may stand at the right, the best first. What does not fit leaves from the right, but for
/// how senders do: that leaves before it is not said any more as whom one acts, and the name last.
fn rights(model: &Model) -> Vec<Line<'static>> {
    let gap = gap(model);
    let (all, known) = identity(model);
    let first = |parts: usize| all.iter().take(parts).map(String::as_str).collect::<Vec<_>>();
    let plainly = |parts: usize| Line::from(first(parts).join(gap));
    let said = |health: String, parts: usize| {
        let health = ink(model, Role::Attention, health);
        Line::from(vec![health, plain(format!("{gap}{}", first(parts).join(gap)))])
    };
    let healths: Vec<String> = health(model).map(Vec::from).unwrap_or_default();
    let longer = (known..=all.len()).rev();
    let with = longer.flat_map(|parts| healths.iter().map(move |health| (health.clone(), parts)));
    let with = with.map(|(health, parts)| said(health, parts));
    with.chain((1..=all.len()).rev().map(plainly)).collect()
}

/// With how many senders something is wrong, in two lengths. The shorter one names the gravest.
fn health(model: &Model) -> Option<[String; 2]> {
    let refused = model.refusing.as_ref().map_or(0, Refusing::senders);
    let kinds = [
        (model.roster.silent(), "silent"),
        (refused, "refused"),
        (model.roster.clocks(), "off in time"),
    ];
    let wrong = kinds.into_iter().filter(|(count, _)| *count > 0);
    let mut wrong = wrong.map(|(count, what)| (number(count), what));
    let (count, what) = wrong.next()?;
    let senders = if count == "1" { "sender" } else { "senders" };
    let short = format!("{count} {senders} {what}");
    let long = wrong.fold(short.clone(), |said, (count, what)| format!("{said}, {count} {what}"));
    Some([long, short])
}

/// What stands alone in a window that is too small for anything else.
pub(super) fn too_small(model: &Model) -> Line<'static> {
    let name = &model.settings.name;
    let critical = number(model.census().critical);
    let text = if asks_to_quit(model) {
        quit_question(model).unwrap_or_else(|| "too small to ask".to_owned())
    } else {
        format!("watchbell {name}: {critical} CRIT firing; window too small (40x8)")
    };
    Line::from(cut(&text, usize::from(model.size.width), model.settings.symbols.cut()))
}

/// The question whether to quit, if it fits into the window whole.
pub(super) fn quit_question(model: &Model) -> Option<String> {
    let name = &model.settings.name;
    let [yes, no] = [Action::Yes, Action::No].map(|act| model.key(Context::Confirm, act));
    let forms = [
        format!("stop watchbell {name}? {yes} quits, {no} stays"),
        format!("stop {name}? {yes} or {no}"),
    ];
    let room = if model.size.height == 0 { 0 } else { usize::from(model.size.width) };
    forms.into_iter().find(|form| width(form) <= room)
}

/// Whether the question is open that can be answered at any size.
pub(super) fn asks_to_quit(model: &Model) -> bool {
    matches!(&model.sheet, Some(Sheet::Question(Question { about: About::Quit, .. })))
}

/// The title of the window.
pub(super) fn title(model: &Model) -> String {
    let name = &model.settings.name;
    let dot = model.settings.symbols.dot();
    match model.census().critical {
        0 => format!("{name} {dot} watchbell"),
        critical => format!("{} CRIT {dot} {name} {dot} watchbell", number(critical)),
    }
}

/// The filter that is on, what it hides, and how to be rid of it. Some of its text is always there.
pub(super) fn filter(model: &Model, cells: u16) -> Line<'static> {
    const TEXT: usize = 14;
    let cells = usize::from(cells);
    let text = filter_text(model);
    let room = cells.saturating_sub(3 + text.width().min(TEXT) + 2);
    let left = Line::from(vec![ink(model, Role::Key, " /"), plain(" "), text]);
    let clears = format!(
        " {} {} clears",
        model.settings.symbols.dot(),
        model.key(Context::List, Action::ClearFilter)
    );
    let filtered = model.filtered();
    let whole = format!("{}{clears}", hidden(model, filtered));
    let right = if width(&whole) <= room { whole } else { hidden_within(model, filtered, room) };
    apart(model, left, Line::from(right), cells)
}

/// What the filter that is being typed lets through and hides, in `room` cells.
pub(super) fn counted(model: &Model, room: usize) -> String {
    if model.list.is_sifting() {
        return format!("counting{}", model.settings.symbols.cut());
    }
    let tried = model.trial().and(model.list.tried());
    tried.map(|tried| hidden_within(model, tried, room)).unwrap_or_default()
}

/// `4 of 17 · 1 CRIT hidden`, shorter where there is no room for that. What is hidden leaves last.
fn hidden_within(model: &Model, filtered: Filtered, room: usize) -> String {
    let [passing, all, critical] =
        [filtered.passing, filtered.all, filtered.hidden_critical].map(rounded);
    let dot = model.settings.symbols.dot();
    let forms = [
        hidden(model, filtered),
        format!("{passing}/{all} {dot} {critical} CRIT hidden"),
        format!("{critical} CRIT hidden"),
    ];
    let last = forms.last().cloned().unwrap_or_default();
    forms.into_iter().find(|form| width(form) <= room).unwrap_or(last)
}

/// `4 of 17 · 1 CRIT hidden`.
pub(super) fn hidden(model: &Model, filtered: Filtered) -> String {
    format!(
        "{} of {} {} {} CRIT hidden",
        number(filtered.passing),
        number(filtered.all),
        model.settings.symbols.dot(),
        number(filtered.hidden_critical)
    )
}

fn filter_text(model: &Model) -> Span<'static> {
    plain(crate::domain::text::line_of(model.list.sieve().text()).into_owned())
}

fn counts(model: &Model, breadth: Breadth) -> Vec<Span<'static>> {
    let census = model.census();
    if model.table.alert_count() == 0 {
        return vec![plain(" nothing sent yet")];
    }
    if census.open() == 0 {
        return vec![plain(" nothing firing")];
    }
    let short = model.size.width < SHORT || breadth >= Breadth::Short;
    let long = model.size.width >= LONG;
    let gap = gap(model);
    let number = |count| if breadth >= Breadth::Rounded { rounded(count) } else { number(count) };
    let mut spans = vec![plain(" ")];
    spans.push(match census.critical {
        0 if short => plain("0 CRIT"),
        0 => plain("no critical firing"),
        critical if short => ink(model, Role::CriticalBlock, format!("{} CRIT", number(critical))),
        critical => {
            let yours = match census.mine {
                0 => String::new(),
                mine => format!(" ({} yours)", number(mine)),
            };
            let text = format!("{} CRITICAL FIRING{yours}", number(critical));
            ink(model, Role::CriticalBlock, text)
        }
    });
    if census.warnings > 0 {
        let words = match (short, long, census.warnings) {
            (true, ..) => " warn",
            (_, true, 1) => " warning firing",
            (_, true, _) => " warnings firing",
            (_, false, 1) => " warning",
            (_, false, _) => " warnings",
        };
        spans.push(plain(format!("{gap}{}{words}", number(census.warnings))));
    }
    if census.acknowledged > 0 && breadth < Breadth::NoAcknowledged {
        let words = if short { " ack" } else { " acknowledged" };
        spans.push(plain(format!("{gap}{}{words}", number(census.acknowledged))));
    }
    if census.silenced > 0 && breadth < Breadth::NoQuiet {
        let words = if short { " sil" } else { " silenced" };
        spans.push(plain(format!("{gap}{}{words}", number(census.silenced))));
    }
    if census.quiet > 0 && breadth < Breadth::NoQuiet {
        let words = if short { " snz" } else { " snoozed" };
        spans.push(plain(format!("{gap}{}{words}", number(census.quiet))));
    }
    spans
}

/// Which console this is and in whose name it acts, the most telling first; and how many of these
/// parts say that.
fn identity(model: &Model) -> (Vec<String>, usize) {
    let mut parts = vec![model.settings.name.to_string()];
    if model.settings.access == Access::ReadOnly {
        parts.push("read-only".to_owned());
    }
    if model.size.width >= SHORT {
        parts.push(match &model.settings.viewer {
            Actor::Account(person) => format!("as {}", person.name),
            other => format!("as {other}, no account"),
        });
    }
    let known = parts.len();
    if model.size.width >= SHORT {
        parts.push(match model.settings.place {
            Place::Here => format!("serving {}", model.settings.listening),
            Place::Attached if model.service.unconnected.is_some() => "not connected".to_owned(),
            Place::Attached => "attached".to_owned(),
        });
    }
    (parts, known)
}
