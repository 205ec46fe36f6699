//! Everything about one alert, in the order in which it is needed: what it is, how bad, what to
//! do, what helped before, then labels and the timeline.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::layout::{self, PanePlace};
use super::{ink, plain, rows, rule};
use crate::console::link::{is_address, marked};
use crate::console::model::place::named;
use crate::console::model::{Model, Screen};
use crate::console::terminal::Links;
use crate::console::text::{cut, number, width, wrap, wrap_to};
use crate::console::theme::Role;
use crate::console::when;
use crate::console::words;
use crate::domain::alert::{Alert, State};
use crate::domain::event::Ordinal;
use crate::domain::id::AlertId;
use crate::domain::text::line_of;
use crate::domain::time::{SignedDuration, since};

/// Lines of a title, and of a description.
const TITLE: usize = 3;
const DESCRIPTION: usize = 6;
/// How far back episodes are counted, and how many at most.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);
const MOST_EPISODES: usize = 100;
/// How much of what a source wrote is shown, in characters and in labels: it may have written
/// megabytes, and the detail is laid out anew with every frame.
const LONGEST: usize = 2_000;
const MOST_LABELS: usize = 200;
/// The width of the words before links, notes and the like.
const LABEL: usize = 10;

/// An opened alert: all of it, as wide as the screen.
pub fn full(model: &Model, id: AlertId) -> Vec<Line<'static>> {
    let Some(alert) = model.alert(id) else { return Vec::new() };
    let cells = usize::from(model.size.width).saturating_sub(2);
    indented(joined(sections(model, alert, cells, Extent::Opened)))
}

/// The detail at the right of the list, behind its wall.
pub(super) fn beside(model: &Model, cells: u16, height: u16) -> Vec<Line<'static>> {
    let wall = model.settings.symbols.wall();
    let cells = usize::from(cells).saturating_sub(2);
    let alert = model.pane.subject.and_then(|id| model.alert(id));
    let lines =
        alert.map(|alert| joined(sections(model, alert, cells, Extent::Pane))).unwrap_or_default();
    let mut lines = scrolled(lines, model.pane.scroll, height).into_iter();
    (0..height)
        .map(|_| {
            let mut spans = vec![ink(model, Role::Dim, wall), plain(" ")];
            spans.extend(lines.next().unwrap_or_default().spans);
            Line::from(spans)
        })
        .collect()
}

/// The detail under the list: a rule with the title, then what fits, without gaps.
pub(super) fn below(model: &Model, cells: u16, height: u16) -> Vec<Line<'static>> {
    let Some(alert) = model.pane.subject.and_then(|id| model.alert(id)) else {
        return vec![rule(model, "", "", usize::from(cells))];
    };
    let inner = usize::from(cells).saturating_sub(2);
    let content: Vec<_> =
        sections(model, alert, inner, Extent::Pane).into_iter().skip(1).flatten().collect();
    let mut lines = vec![rule(model, &named(alert), "", usize::from(cells))];
    lines.extend(indented(scrolled(content, model.pane.scroll, height.saturating_sub(1))));
    lines
}

/// Two lines under the list: the whole title, and how it stands.
pub(super) fn peek(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let cells = usize::from(cells);
    let mark = model.settings.symbols.cut();
    let all = model.list.len();
    let place = format!("{} of {}", number(model.pane.row + 1), number(all));
    let mut lines = vec![rule(model, &place, &rows::note(model), cells)];
    if let Some(alert) = model.pane.subject.and_then(|id| model.alert(id)) {
        lines.push(Line::from(cut(&format!(" {}", named(alert)), cells, mark)));
        let state = format!(" {}", in_short(model, alert));
        lines.push(Line::from(cut(&state, cells, mark)));
    }
    lines
}

/// The furthest the detail beside or below the list can be scrolled.
pub fn last_scroll(model: &Model) -> usize {
    let Some((place, area)) = layout::regions(model).pane else { return 0 };
    let Some(alert) = model.pane.subject.and_then(|id| model.alert(id)) else { return 0 };
    let sections = sections(model, alert, usize::from(area.width).saturating_sub(2), Extent::Pane);
    let lines = match place {
        PanePlace::Right => joined(sections).len(),
        // The rule stands for the title.
        PanePlace::Below => sections.iter().skip(1).map(Vec::len).sum::<usize>() + 1,
        PanePlace::Peek => 0,
    };
    lines.saturating_sub(usize::from(area.height))
}

pub(super) fn scrolled(
    lines: Vec<Line<'static>>,
    scroll: usize,
    height: u16,
) -> Vec<Line<'static>> {
    let last = lines.len().saturating_sub(usize::from(height));
    lines.into_iter().skip(scroll.min(last)).collect()
}

pub(super) fn indented(lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    let indent = |mut line: Line<'static>| {
        line.spans.insert(0, plain(" "));
        line
    };
    lines.into_iter().map(indent).collect()
}

/// Sections with a free line between them; the first two belong together.
pub(super) fn joined(sections: Vec<Vec<Line<'static>>>) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (index, section) in sections.into_iter().enumerate() {
        if section.is_empty() {
            continue;
        }
        if index > 1 {
            lines.push(Line::default());
        }
        lines.extend(section);
    }
    lines
}

/// Where the detail stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Over the whole screen: everything.
    Opened,
    /// Beside or below the list: labels that the title or the last line says are left out.
    Pane,
}

fn sections(model: &Model, alert: &Alert, cells: usize, extent: Extent) -> Vec<Vec<Line<'static>>> {
    vec![
        title(model, alert, cells),
        sentences(model, alert, cells),
        description(model, alert, cells),
        links(model, alert, cells),
        past(model, alert, cells),
        labels(model, alert, cells, extent),
        timeline(model, alert, cells),
        last_line(model, alert, cells),
    ]
}

fn title(model: &Model, alert: &Alert, cells: usize) -> Vec<Line<'static>> {
    wrap_to(&named(alert), cells, TITLE, model.settings.symbols.cut())
        .into_iter()
        .map(|line| Line::from(ink(model, Role::Strong, line)))
        .collect()
}

fn sentences(model: &Model, alert: &Alert, cells: usize) -> Vec<Line<'static>> {
    let mut sentences = standing(model, alert);
    sentences.extend(words::marks(model, alert));
    if let Some(word) = &alert.unknown_severity {
        sentences.push(format!("severity \"{word}\" unknown, counted as critical"));
    }
    sentences.iter().flat_map(|sentence| wrap(sentence, cells)).map(Line::from).collect()
}

/// How bad it is and since when; who has it.
fn standing(model: &Model, alert: &Alert) -> Vec<String> {
    let severity = alert.severity;
    let started = alert.started();
    let since = model.time(started);
    let assignee = alert.standing.assignee.as_ref().map(|person| person.name.to_string());
    match &alert.standing.state {
        State::Firing => {
            let age = when::age(model.clock, started);
            let whose = assignee.unwrap_or_else(|| "nobody".to_owned());
            vec![
                format!("{severity}, firing since {since} ({age})"),
                format!("assigned to {whose}, not acknowledged"),
            ]
        }
        State::Acknowledged(it) => {
            let age = when::age(model.clock, started);
            let until = it.until.map(|until| format!(", until {}", model.time(until)));
            let until = until.unwrap_or_default();
            let mut lines = vec![
                format!("{severity}, firing since {since} ({age})"),
                format!("acknowledged by {} at {}{until}", it.by, model.time(it.at)),
            ];
            match assignee {
                Some(name) if name == it.by.to_string() => {}
                Some(name) => lines.push(format!("assigned to {name}")),
                None => lines.push("assigned to nobody".to_owned()),
            }
            lines
        }
        State::Resolved(resolution) => {
            let ended = words::ended(model, resolution);
            let took = when::span(started, resolution.at);
            let mut lines = vec![format!("{severity}, {ended}, after {took}")];
            lines.extend(assignee.map(|name| format!("assigned to {name}")));
            lines.extend(words::came_back(model, alert));
            lines
        }
    }
}

/// How it stands, in one line.
fn in_short(model: &Model, alert: &Alert) -> String {
    let dot = model.settings.symbols.dot();
    let how = match &alert.standing.state {
        State::Firing => {
            let since = model.time(alert.started());
            let assignee = alert.standing.assignee.as_ref();
            let whose = assignee.map_or("nobody", |person| person.name.as_str());
            format!("firing since {since} {dot} assigned to {whose}")
        }
        State::Acknowledged(it) => {
            let since = model.time(alert.started());
            format!("firing since {since} {dot} acknowledged by {} at {}", it.by, model.time(it.at))
        }
        State::Resolved(it) => words::ended(model, it),
    };
    std::iter::once(how)
        .chain(words::came_back(model, alert))
        .chain(words::marks(model, alert))
        .collect::<Vec<_>>()
        .join(&format!(" {dot} "))
}

/// `description`, else `summary`, unless the title says it already.
fn description(model: &Model, alert: &Alert, cells: usize) -> Vec<Line<'static>> {
    let text = ["description", "summary"].into_iter().find_map(|name| alert.annotations.get(name));
    let text = text.map(|text| shown(model, text)).unwrap_or_default();
    let text = text.trim();
    if text == alert.title.as_str() {
        return Vec::new();
    }
    let lines = wrap_to(text, cells, DESCRIPTION, model.settings.symbols.cut());
    lines.into_iter().map(Line::from).collect()
}

/// The addresses of an alert, with their names: the runbook first, then the source's own page, then
/// whatever else is one.
fn addresses_of(alert: &Alert) -> impl Iterator<Item = (&str, &str)> {
    let runbook = alert.annotations.get("runbook_url").map(|url| ("runbook", url));
    let source = alert.link.as_deref().map(|url| ("source", url));
    let others = alert.annotations.iter().filter(|(name, _)| *name != "runbook_url");
    let all = runbook.into_iter().chain(source).chain(others);
    all.filter(|(_, url)| is_address(url)).take(MOST_LABELS)
}

/// The addresses of the alert that is shown, in the order of their numbers.
pub(super) fn addresses(model: &Model) -> impl Iterator<Item = (&str, &str)> {
    let shown = match &model.screen {
        Screen::Detail(opened) => Some(opened.id),
        Screen::List => model.pane.subject,
        Screen::Senders(_) | Screen::Silences(_) => None,
    };
    let alert = shown.and_then(|id| model.alert(id));
    alert.into_iter().flat_map(|alert| addresses_of(alert))
}

/// A link that is cut cannot be copied, so it is wrapped; where the terminal opens it, its parts are
/// one.
fn links(model: &Model, alert: &Alert, cells: usize) -> Vec<Line<'static>> {
    let style = |number| match model.settings.links {
        Links::On => marked(model.theme.style(Role::Link), number),
        Links::Off => model.theme.style(Role::Link),
    };
    let lines = |(number, (name, url)): (usize, (&str, &str))| {
        let url = shown(model, url);
        let lines = wrap(url.trim(), cells.saturating_sub(LABEL));
        labelled(model, name, lines, style(number))
    };
    addresses_of(alert).enumerate().flat_map(lines).collect()
}

/// Notes of this episode, newest first, and what became of the one before.
fn past(model: &Model, alert: &Alert, cells: usize) -> Vec<Line<'static>> {
    let room = cells.saturating_sub(LABEL);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for note in alert.notes.iter().rev() {
        let text = format!("{} {}: \"{}\"", model.time(note.at), note.by, note.text);
        lines.extend(labelled(model, "note", wrap(&text, room), Style::new()));
    }
    if alert.occurrence > 1 {
        let text = wrap(&before(model, alert), room);
        lines.extend(labelled(model, "before", text, Style::new()));
    }
    lines
}

/// How often it came lately, and what became of it the last time.
fn before(model: &Model, alert: &Alert) -> String {
    let Some(previous) = earlier(model, alert) else {
        return format!("{} time", Ordinal(alert.occurrence));
    };
    let lately = std::iter::successors(Some(alert), |alert| earlier(model, alert))
        .take_while(|episode| since(model.clock, episode.started()) < LATELY)
        .take(MOST_EPISODES)
        .count();
    let times = match u32::try_from(lately) {
        Ok(times @ 2..) => format!("{} time in 7 days. ", Ordinal(times)),
        Ok(_) | Err(_) => String::new(),
    };
    let at = model.time(previous.started());
    let Some(resolution) = previous.standing.resolution() else {
        return format!("{times}Last: {at}");
    };
    let ended = words::ending(&resolution.how);
    let took = when::span(previous.started(), resolution.at);
    let note = previous.notes.last();
    let note = note.map(|note| format!(". {}: \"{}\"", note.by, note.text)).unwrap_or_default();
    format!("{times}Last: {at}, for {took}, {ended}{note}")
}

fn earlier<'a>(model: &'a Model, alert: &Alert) -> Option<&'a Alert> {
    alert.previous.and_then(|id| model.table.alert(id)).map(AsRef::as_ref)
}

/// A word in front of lines that belong to it.
fn labelled(model: &Model, name: &str, lines: Vec<String>, style: Style) -> Vec<Line<'static>> {
    let mark = model.settings.symbols.cut();
    let name = format!("{:<LABEL$}", cut(&shown(model, name), LABEL - 1, mark));
    let mut first = Some(ink(model, Role::Dim, name));
    let mut labelled = Vec::new();
    for line in lines {
        let head = first.take().unwrap_or_else(|| plain(" ".repeat(LABEL)));
        labelled.push(Line::from(vec![head, Span::styled(line, style)]));
    }
    labelled
}

/// Labels in two columns, the telling ones first; then what annotations are left.
fn labels(model: &Model, alert: &Alert, cells: usize, extent: Extent) -> Vec<Line<'static>> {
    const FIRST: [&str; 3] = ["alertname", "instance", "job"];
    const TOLD: [&str; 3] = ["description", "summary", "runbook_url"];
    let first = FIRST.iter().filter_map(|name| Some((*name, alert.labels.get(name)?)));
    let others = alert.labels.iter().filter(|(name, _)| !FIRST.contains(name));
    let annotations = alert.annotations.iter();
    let annotations =
        annotations.filter(|(name, value)| !TOLD.contains(name) && !is_address(value));
    let fingerprint = alert.identity.naming.to_string();
    let is_said = |name: &str, value: &str| match name {
        "alertname" => value == alert.title.as_str(),
        "fingerprint" => value == fingerprint,
        _ => false,
    };
    let labels = first.chain(others);
    let labels = labels.filter(|(name, value)| extent == Extent::Opened || !is_said(name, value));
    let mut all = labels.chain(annotations);
    let pairs: Vec<(String, String)> = all
        .by_ref()
        .take(MOST_LABELS)
        .map(|(name, value)| (shown(model, name), shown(model, value)))
        .collect();
    let mut lines = columns(model, &pairs, cells);
    let more = all.count();
    if more > 0 {
        lines.push(Line::from(ink(model, Role::Dim, format!("and {} more", number(more)))));
    }
    lines
}

/// What a source wrote, clean and no longer than anybody reads.
pub(super) fn shown(model: &Model, raw: &str) -> String {
    match raw.char_indices().nth(LONGEST) {
        None => line_of(raw).into_owned(),
        Some((end, _)) => {
            let start = raw.get(..end).unwrap_or_default();
            format!("{}{}", line_of(start), model.settings.symbols.cut())
        }
    }
}

fn columns(model: &Model, pairs: &[(String, String)], cells: usize) -> Vec<Line<'static>> {
    let column = cells.saturating_sub(2) / 2;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut open: Option<Vec<Span<'static>>> = None;
    for (name, value) in pairs {
        let wide = width(name) + 1 + width(value);
        let pair = [ink(model, Role::Dim, name.clone()), plain(format!(" {value}"))];
        if wide > column {
            lines.extend(open.take().map(Line::from));
            lines.extend(long_pair(model, name, value, cells));
            continue;
        }
        match open.take() {
            None => {
                let mut spans = Vec::from(pair);
                spans.push(plain(" ".repeat(column + 2 - wide)));
                open = Some(spans);
            }
            Some(mut spans) => {
                spans.extend(pair);
                lines.push(Line::from(spans));
            }
        }
    }
    lines.extend(open.map(Line::from));
    lines
}

fn long_pair(model: &Model, name: &str, value: &str, cells: usize) -> Vec<Line<'static>> {
    let mut lines = wrap(&format!("{name} {value}"), cells).into_iter();
    let first = lines.next().unwrap_or_default();
    let first = match first.strip_prefix(name) {
        Some(rest) => {
            Line::from(vec![ink(model, Role::Dim, name.to_owned()), plain(rest.to_owned())])
        }
        None => Line::from(first),
    };
    std::iter::once(first).chain(lines.map(Line::from)).collect()
}

/// The newest lines first, under the name of the zone.
fn timeline(model: &Model, alert: &Alert, cells: usize) -> Vec<Line<'static>> {
    if alert.recent.is_empty() {
        return Vec::new();
    }
    let zone = when::zone_name(model.clock, &model.settings.zone);
    let mut lines = vec![Line::from(ink(model, Role::Dim, format!("timeline ({zone})")))];
    for event in alert.recent.iter().rev() {
        let at = model.time(event.at);
        let indent = width(&at) + 2;
        let text = model.settings.symbols.of(shown(model, &words::event(model, event)));
        let mut wrapped = wrap(&text, cells.saturating_sub(indent)).into_iter();
        let first = wrapped.next().unwrap_or_default();
        lines.push(Line::from(format!("{at}  {first}")));
        lines.extend(wrapped.map(|line| Line::from(format!("{}{line}", " ".repeat(indent)))));
    }
    lines
}

fn last_line(model: &Model, alert: &Alert, cells: usize) -> Vec<Line<'static>> {
    let seen = alert.seen;
    let times = match seen.count {
        1 => "once".to_owned(),
        count => format!(
            "{} times, last {}",
            number(usize::try_from(count).unwrap_or(usize::MAX)),
            model.time(seen.last)
        ),
    };
    let fingerprint = shown(model, &alert.identity.naming.to_string());
    let parts = [
        format!("id {}", alert.id.short()),
        format!("seen {times}"),
        format!("fingerprint {fingerprint}"),
    ];
    let text = parts.join("   ");
    let lines = if width(&text) <= cells { vec![text] } else { parts.to_vec() };
    lines
        .into_iter()
        .flat_map(|line| if width(&line) <= cells { vec![line] } else { wrap(&line, cells) })
        .map(|line| Line::from(ink(model, Role::Dim, line)))
        .collect()
}
