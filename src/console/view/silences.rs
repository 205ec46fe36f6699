//! The view of silences: what it says of itself, its rows, and the detail of one. Only the rows in
//! the window are ever built.

mod detail;

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::layout::{self, PanePlace, Regions};
use super::{apart, ink, plain, put, said};
use crate::console::action::{Action, Context};
use crate::console::model::Model;
use crate::console::model::silences::{Silences, state};
use crate::console::text::{cut, fit, number, rounded, width};
use crate::console::theme::Role;
use crate::domain::id::SilenceId;
use crate::domain::silence::{Silence, SilenceState};

pub use detail::{full, last_scroll};

/// Draws the view.
pub(super) fn draw(model: &Model, view: &Silences, frame: &mut Frame<'_>, regions: &Regions) {
    if let Some(scroll) = view.opened {
        let lines = full(model);
        return put(frame, regions.body, lines.get(scroll..).unwrap_or_default());
    }
    put(frame, regions.about, &[about(model, view, regions.about.width)]);
    if view.rows.is_empty() {
        put(frame, regions.list, &nothing(model, view, regions.list.width));
    }
    put(frame, regions.columns, &[heading(model, regions.columns.width)]);
    let columns = Columns::of(usize::from(regions.list.width));
    let window = view.window(usize::from(regions.list.height)).iter();
    let rows: Vec<_> = window.map(|id| row(model, view, *id, columns)).collect();
    put(frame, regions.list, &rows);
    if let Some((place, area)) = regions.pane {
        match place {
            // A sheet stands where these would, and what is left of them would only confuse.
            PanePlace::Below | PanePlace::Peek if regions.sheet.is_some() => {}
            PanePlace::Right => put(frame, area, &detail::beside(model, area.width, area.height)),
            PanePlace::Below => put(frame, area, &detail::below(model, area.width, area.height)),
            PanePlace::Peek => put(frame, area, &detail::peek(model, view, area.width)),
        }
    }
}

/// What makes sense now, for the hints: they are about the silence that the detail is about.
pub(super) fn actions(model: &Model, view: &Silences) -> Vec<Action> {
    let subject = view.subject.and_then(|id| model.table.silence(id));
    let changes = [Action::Extend, Action::Expire, Action::EditSilence];
    let mut actions = match subject.map(|silence| state(silence)) {
        Some(SilenceState::Active | SilenceState::Pending) => changes.to_vec(),
        Some(SilenceState::Expired) | None => Vec::new(),
    };
    actions.push(Action::NewSilence);
    match (subject, view.opened) {
        (None, _) => {}
        (Some(_), None) => actions.extend([Action::ShowAlerts, Action::Open]),
        (Some(_), Some(_)) => actions.extend([Action::ShowAlerts, Action::Back]),
    }
    if view.opened.is_none() {
        actions.push(Action::Alerts);
    }
    actions.push(Action::Help);
    actions
}

/// `3 active  1 pending  12 expired (kept 5 days)`, and the filter, where one is on.
fn about(model: &Model, view: &Silences, cells: u16) -> Line<'static> {
    let census = view.census;
    let mut counts = vec![format!("{} active", number(census.active))];
    counts.extend((census.pending > 0).then(|| format!("{} pending", number(census.pending))));
    if census.expired > 0 {
        let hours = model.table.policy().silence_retention.as_hours();
        let kept = match hours {
            ..48 => format!("{hours} h"),
            48.. => format!("{} days", hours / 24),
        };
        counts.push(format!("{} expired (kept {kept})", number(census.expired)));
    }
    let left = Line::from(ink(model, Role::Strong, format!(" {}", counts.join("  "))));
    if view.words.is_empty() || model.sheet.is_some() {
        return apart(model, left, Line::default(), usize::from(cells));
    }
    let all = census.active + census.pending + census.expired;
    let key = model.key(Context::Silences, Action::ClearFilter);
    let words = crate::domain::text::line_of(&view.words);
    let words = cut(&words, WORDS, model.settings.symbols.cut());
    let dot = model.settings.symbols.dot();
    let shown = format!("/ {words}  {} of {} {dot} {key} clears", view.rows.len(), number(all));
    apart(model, left, Line::from(shown), usize::from(cells))
}

/// What is repeated of a filter at most.
const WORDS: usize = 20;

fn nothing(model: &Model, view: &Silences, cells: u16) -> Vec<Line<'static>> {
    if !view.words.is_empty() {
        return vec![Line::from(ink(model, Role::Dim, "   Nothing matches."))];
    }
    let [new, alerts] =
        [Action::NewSilence, Action::Alerts].map(|it| model.key(Context::Silences, it));
    let text = format!(
        "No silences. {new} makes one of what you write; on an alert of the list ({alerts}) it makes \
         one of that."
    );
    let mut lines = vec![Line::default()];
    lines.extend(said(&text, usize::from(cells).saturating_sub(4)));
    lines
}

/// The columns of some width; those that left are `None`.
#[derive(Clone, Copy)]
struct Columns {
    calling: Option<usize>,
    who: Option<usize>,
    rest: usize,
}

/// Cursor, marks and a space; the state, a time and a count with a space each.
const FIXED: usize = 4 + (STATE + 1) + (TIME + 1) + (MUTED + 1);
const STATE: usize = 7;
const TIME: usize = 12;
const MUTED: usize = 5;
const CALLING: usize = 4;

impl Columns {
    fn of(cells: usize) -> Columns {
        let calling = (cells >= 56).then_some(CALLING);
        let who = match cells {
            ..72 => None,
            72..100 => Some(8),
            100.. => Some(12),
        };
        let taken = FIXED + calling.map_or(0, |cells| cells + 1) + who.map_or(0, |cells| cells + 1);
        Columns { calling, who, rest: cells.saturating_sub(taken) }
    }
}

fn heading(model: &Model, cells: u16) -> Line<'static> {
    let columns = Columns::of(usize::from(cells));
    let mut text = format!("    {:<STATE$} {:<TIME$} {:>MUTED$} ", "STATE", "UNTIL/FROM", "MUTES");
    if let Some(cells) = columns.calling {
        text.extend([" ".repeat(cells.saturating_sub(4)), "CALL ".to_owned()]);
    }
    if let Some(cells) = columns.who {
        text.push_str(&fit("WHO", cells + 1, ""));
    }
    text.push_str("WHY, MATCHERS");
    Line::from(ink(model, Role::Dim, cut(&text, usize::from(cells), "")))
}

fn row(model: &Model, view: &Silences, id: SilenceId, columns: Columns) -> Line<'static> {
    let symbols = model.settings.symbols;
    let cursor = if view.cursor == Some(id) { symbols.cursor() } else { " " };
    let mut spans = vec![ink(model, Role::Cursor, cursor)];
    if let Some(silence) = model.table.silence(id) {
        cells(model, view, silence, columns, &mut spans);
    }
    // How it stood then: nothing of it calls for anybody now.
    if model.service.unconnected.is_some() {
        let dim = model.theme.style(Role::Dim);
        spans.iter_mut().skip(1).for_each(|span| span.style = dim);
    }
    Line::from(spans)
}

fn cells(
    model: &Model,
    view: &Silences,
    silence: &Silence,
    columns: Columns,
    spans: &mut Vec<Span<'static>>,
) {
    let mark = model.settings.symbols.cut();
    let state = state(silence);
    let weight = weight(model, state);
    let terms = &silence.terms;
    let resolved = if terms.until_resolved { "r" } else { "" };
    let window = if silence.window_of.is_some() { "w" } else { "" };
    spans.push(Span::styled(format!("{:<3}", format!("{resolved}{window}")), weight));
    let at = if state == SilenceState::Pending { terms.starts } else { terms.ends };
    let time = fit(&model.time(at), TIME, mark);
    spans.push(Span::styled(format!("{:<STATE$} {time} ", state.to_string()), weight));
    let muted = view.muted(silence.id);
    let is_active = state == SilenceState::Active;
    let count = |count: usize| if is_active { rounded(count) } else { String::new() };
    spans.push(Span::styled(format!("{:>MUTED$} ", count(muted.alerts)), weight));
    if let Some(cells) = columns.calling {
        let style = match muted.calling {
            0 => weight,
            _ => model.theme.style(Role::Attention),
        };
        let calling = if muted.calling == 0 { String::new() } else { count(muted.calling) };
        spans.push(Span::styled(format!("{calling:>cells$}"), style));
        spans.push(plain(" "));
    }
    if let Some(cells) = columns.who {
        spans.push(Span::styled(fit(terms.whose().as_str(), cells, mark) + " ", weight));
    }
    why(model, silence, columns.rest, weight, spans);
}

/// Why, and the matchers in what that leaves: half of it at least, if they need it.
fn why(
    model: &Model,
    silence: &Silence,
    cells: usize,
    weight: Style,
    spans: &mut Vec<Span<'static>>,
) {
    let mark = model.settings.symbols.cut();
    let (why, matchers) = (silence.terms.why(), silence.terms.matchers_text());
    let dim = model.theme.style(Role::Dim);
    if why.is_empty() {
        return spans.push(Span::styled(cut(matchers.as_str(), cells, mark), dim));
    }
    let room = cells.saturating_sub(width(matchers.as_str()) + 2).max(cells / 2);
    let why = cut(why.as_str(), room, mark);
    let left = cells.saturating_sub(width(&why) + 2);
    spans.push(Span::styled(why, weight));
    if left > 3 {
        spans.push(plain("  "));
        spans.push(Span::styled(cut(matchers.as_str(), left, mark), dim));
    }
}

/// What is over needs nobody.
fn weight(model: &Model, state: SilenceState) -> Style {
    match state {
        SilenceState::Active | SilenceState::Pending => Style::new(),
        SilenceState::Expired => model.theme.style(Role::Dim),
    }
}

/// Where the detail stands, if it does.
fn pane(model: &Model) -> Option<(PanePlace, ratatui::layout::Rect)> {
    layout::regions(model).pane
}
