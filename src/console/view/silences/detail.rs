//! All of one silence: why and whose it is, until when, what it mutes and what its end leads to, its
//! matchers one a line, and what it would have muted in the days before.

use ratatui::text::Line;

use super::pane;
use crate::console::model::Model;
use crate::console::model::place::named;
use crate::console::model::silences::{Muted, NAMED, Silences, state};
use crate::console::text::{cut, number, width, wrap, wrap_to};
use crate::console::theme::Role;
use crate::console::view::detail::{indented, joined, scrolled, shown};
use crate::console::view::layout::PanePlace;
use crate::console::view::{ink, plain, rule};
use crate::console::when;
use crate::domain::severity::Severity;
use crate::domain::silence::{Preview, Silence, SilenceState};

/// How many lines the reason takes where it stands as a title.
const TITLE: usize = 3;

/// The silence over the whole screen, as wide as that.
pub fn full(model: &Model) -> Vec<Line<'static>> {
    let Some(silence) = model.silences().and_then(|view| model.table.silence(view.cursor?)) else {
        return Vec::new();
    };
    let cells = usize::from(model.size.width).saturating_sub(2);
    indented(joined(sections(model, silence, cells, usize::MAX)))
}

fn subject(model: &Model) -> Option<&Silence> {
    model.table.silence(model.silences()?.subject?).map(AsRef::as_ref)
}

/// The detail at the right of the rows, behind its wall.
pub(super) fn beside(model: &Model, cells: u16, height: u16) -> Vec<Line<'static>> {
    let wall = model.settings.symbols.wall();
    let cells = usize::from(cells).saturating_sub(2);
    let lines = subject(model).map(|silence| joined(sections(model, silence, cells, TITLE)));
    let scroll = model.silences().map_or(0, |view| view.scroll);
    let mut lines = scrolled(lines.unwrap_or_default(), scroll, height).into_iter();
    let line = |_| {
        let mut spans = vec![ink(model, Role::Dim, wall), plain(" ")];
        spans.extend(lines.next().unwrap_or_default().spans);
        Line::from(spans)
    };
    (0..height).map(line).collect()
}

/// The detail under the rows: a rule with the reason, then what fits, without gaps.
pub(super) fn below(model: &Model, cells: u16, height: u16) -> Vec<Line<'static>> {
    let cells = usize::from(cells);
    let Some(silence) = subject(model) else { return vec![rule(model, "", "", cells)] };
    let content: Vec<_> = sections(model, silence, cells.saturating_sub(2), TITLE)
        .into_iter()
        .skip(1)
        .flatten()
        .collect();
    let scroll = model.silences().map_or(0, |view| view.scroll);
    let mut lines = vec![rule(model, &reason(model, silence), "", cells)];
    lines.extend(indented(scrolled(content, scroll, height.saturating_sub(1))));
    lines
}

/// Two lines under the rows: whose it is and why, and what it matches.
pub(super) fn peek(model: &Model, view: &Silences, cells: u16) -> Vec<Line<'static>> {
    let cells = usize::from(cells);
    let mark = model.settings.symbols.cut();
    let row = view.subject_place().unwrap_or_default() + 1;
    let place = format!("{} of {}", number(row), number(view.rows.len()));
    let mut lines = vec![rule(model, &place, "", cells)];
    if let Some(silence) = subject(model) {
        let head = format!(" {}: {}", silence.terms.whose(), reason(model, silence));
        lines.push(Line::from(cut(&head, cells, mark)));
        let matchers = silence.terms.matchers_text();
        lines.push(Line::from(ink(model, Role::Dim, cut(&format!(" {matchers}"), cells, mark))));
    }
    lines
}

/// The furthest the detail beside or below the rows can be scrolled.
pub fn last_scroll(model: &Model) -> usize {
    let Some((place, area)) = pane(model) else { return 0 };
    let Some(silence) = subject(model) else { return 0 };
    let sections = sections(model, silence, usize::from(area.width).saturating_sub(2), TITLE);
    let lines = match place {
        PanePlace::Right => joined(sections).len(),
        // The rule stands for the reason.
        PanePlace::Below => sections.iter().skip(1).map(Vec::len).sum::<usize>() + 1,
        PanePlace::Peek => 0,
    };
    lines.saturating_sub(usize::from(area.height))
}

fn reason(model: &Model, silence: &Silence) -> String {
    let why = shown(model, &silence.terms.comment);
    if why.trim().is_empty() { "no reason given".to_owned() } else { why }
}

fn sections(
    model: &Model,
    silence: &Silence,
    cells: usize,
    title: usize,
) -> Vec<Vec<Line<'static>>> {
    let mark = model.settings.symbols.cut();
    let reason = wrap_to(&reason(model, silence), cells, title, mark).into_iter();
    let effect = effect(model, silence);
    let plainly = standing(model, silence).into_iter().map(|sentence| (None, sentence));
    let sentences = plainly.chain(effect.map(|(role, sentence)| (Some(role), sentence)));
    let sentences = sentences.flat_map(|(role, sentence)| {
        let lines = wrap(&sentence, cells).into_iter();
        lines.map(move |line| match role {
            Some(role) => Line::from(ink(model, role, line)),
            None => Line::from(line),
        })
    });
    vec![
        reason.map(|line| Line::from(ink(model, Role::Strong, line))).collect(),
        sentences.collect(),
        matchers(model, silence, cells),
        alerts(model, silence, cells),
        annotations(model, silence, cells),
        lately(model, silence, cells),
        vec![Line::from(ink(model, Role::Dim, cut(&format!("id {}", silence.id.0), cells, mark)))],
    ]
}

/// Whose it is, until when, and who changed it.
fn standing(model: &Model, silence: &Silence) -> Vec<String> {
    let terms = &silence.terms;
    let [starts, ends] = [terms.starts, terms.ends].map(|at| model.time(at));
    let zone = when::zone_name(model.clock, &model.settings.zone);
    let until = if terms.until_resolved {
        format!("until its alerts are resolved, {ends} at the latest")
    } else {
        format!("until {ends}")
    };
    let stands = match state(silence) {
        SilenceState::Active => format!("active since {starts}, {until} ({zone})"),
        SilenceState::Pending => format!("pending: from {starts} {until} ({zone})"),
        SilenceState::Expired => format!("expired: from {starts} until {ends} ({zone})"),
    };
    let mut lines = vec![format!("{stands}, of {}", terms.whose()), changed(model, silence)];
    if let Some(window) = &silence.window_of {
        let (name, was) = (&window.name, &window.was);
        lines.push(format!("window of the maintenance {name}, which comes again: {was}"));
    }
    lines
}

/// Who changed it last, and when. One that is over was changed last by its end, whoever saw to that.
fn changed(model: &Model, silence: &Silence) -> String {
    let (terms, last) = (&silence.terms, &silence.last);
    let (actor, at) = (&last.actor, model.time(silence.updated));
    let longer = last.before.as_ref().is_some_and(|before| before.ends > terms.ends);
    let by_hand = longer && silence.updated == terms.ends && !terms.until_resolved;
    match (state(silence), &last.before) {
        (SilenceState::Expired, _) if by_hand => format!("ended by {actor} at {at}"),
        (SilenceState::Expired, None) => format!("made by {actor}"),
        (SilenceState::Expired, Some(_)) => format!("last changed by {actor}"),
        (_, None) => format!("made by {actor} at {at}"),
        (_, Some(_)) => format!("changed by {actor} at {at}"),
    }
}

/// What it mutes, and what its end leads to.
fn effect(model: &Model, silence: &Silence) -> Option<(Role, String)> {
    if state(silence) != SilenceState::Active {
        return None;
    }
    let Muted { alerts, calling } = muted(model, silence);
    let [some, critical] = [alerts, calling].map(number);
    Some(match (alerts, calling) {
        (0, _) => (Role::Strong, "mutes nothing now; its end calls nobody".to_owned()),
        (_, 0) => (Role::Strong, format!("mutes {some} now; its end calls nobody")),
        (_, _) => {
            let text = format!("mutes {some} now; its end calls somebody: {critical} critical");
            (Role::Attention, text)
        }
    })
}

fn muted(model: &Model, silence: &Silence) -> Muted {
    model.silences().map(|view| view.muted(silence.id)).unwrap_or_default()
}

/// The first alerts that it mutes: nobody sorts ten thousand for eight lines.
fn alerts(model: &Model, silence: &Silence, cells: usize) -> Vec<Line<'static>> {
    let mark = model.settings.symbols.cut();
    let first = model.table.silenced_by(silence.id).take(NAMED);
    let mut lines: Vec<_> = first
        .map(|alert| {
            let severity = match alert.severity {
                Severity::Critical => "CRIT",
                Severity::Warning => "warn",
            };
            let service = model.table.service_name(alert.service);
            Line::from(cut(&format!("{severity}  {service}  {}", named(alert)), cells, mark))
        })
        .collect();
    if !lines.is_empty() {
        lines.insert(0, Line::from(ink(model, Role::Dim, "muted now")));
    }
    let rest = muted(model, silence).alerts.saturating_sub(NAMED);
    lines.extend((rest > 0).then(|| more(model, rest)));
    lines
}

fn more(model: &Model, count: usize) -> Line<'static> {
    Line::from(ink(model, Role::Dim, format!("and {} more", number(count))))
}

fn matchers(model: &Model, silence: &Silence, cells: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::from(ink(model, Role::Dim, "matchers"))];
    for matcher in silence.terms.matchers.iter() {
        let text = shown(model, &matcher.to_string());
        lines.extend(wrap(&text, cells).into_iter().map(Line::from));
    }
    lines
}

fn annotations(model: &Model, silence: &Silence, cells: usize) -> Vec<Line<'static>> {
    let all = silence.terms.annotations.iter();
    let pairs = all.map(|(name, value)| (shown(model, name), shown(model, value)));
    pairs
        .flat_map(|(name, value)| wrap(&format!("{name} {value}"), cells))
        .map(Line::from)
        .collect()
}

/// What its matchers would have muted in the days before, the most frequent titles first.
fn lately(model: &Model, silence: &Silence, cells: usize) -> Vec<Line<'static>> {
    let view = model.silences().filter(|view| view.subject == Some(silence.id));
    let days = Preview::BACK.as_hours() / 24;
    let Some(preview) = view.and_then(Silences::lately) else {
        let cut = model.settings.symbols.cut();
        let text = format!("matched in the last {days} days: counting{cut}");
        return vec![Line::from(ink(model, Role::Dim, text))];
    };
    let lately = preview.lately;
    let pages = match lately.pages {
        0 => String::new(),
        1 => ", 1 page".to_owned(),
        pages => format!(", {} pages", number(pages)),
    };
    let [alerts, critical] = [lately.alerts, lately.critical].map(number);
    let alerts = if lately.alerts == 1 { "1 alert".to_owned() } else { format!("{alerts} alerts") };
    let text = format!("matched in the last {days} days: {alerts}, {critical} critical{pages}");
    let mut lines: Vec<_> = wrap(&text, cells)
        .into_iter()
        .map(|line| Line::from(ink(model, Role::Dim, line)))
        .collect();
    let mark = model.settings.symbols.cut();
    lines.extend(preview.titles.iter().take(NAMED).map(|(title, count)| {
        let count = format!("{:>5}  ", number(*count));
        let title = cut(title.as_str(), cells.saturating_sub(width(&count)), mark);
        Line::from(format!("{count}{title}"))
    }));
    if preview.titles.len() > NAMED {
        lines.push(more(model, preview.titles.len() - NAMED));
    }
    lines
}
