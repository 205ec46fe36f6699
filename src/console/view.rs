//! The screen: plain functions from the model to cells. Nothing is changed here, and nothing is
//! shown that the model does not say.

mod bars;
mod calm;
pub mod detail;
mod footer;
mod header;
mod help;
pub mod layout;
pub mod page;
mod rows;
pub mod senders;
mod sheet;
pub mod silences;
mod why;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use self::layout::{PanePlace, Regions};
use super::link;
use super::model::{Model, Screen};
use super::terminal::Links;
use super::text::{cut, instead, width, wrap};
use super::theme::Role;

/// Draws the model, in glyphs that are as wide on every terminal as they are here.
pub fn draw(model: &Model, frame: &mut Frame<'_>) {
    paint(model, frame);
    let unknown = model.settings.symbols.unknown();
    for cell in &mut frame.buffer_mut().content {
        if let Some(glyph) = instead(cell.symbol(), unknown).map(str::to_owned) {
            // What the glyph leaves free of its cells is blank already.
            cell.set_symbol(&glyph);
        }
    }
    if model.settings.links == Links::On {
        let addresses: Vec<&str> = detail::addresses(model).map(|(_, raw)| raw).collect();
        link::apply(frame.buffer_mut(), &addresses);
    }
}

fn paint(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.is_empty() {
        return;
    }
    if model.is_too_small() {
        put(frame, area, &[header::too_small(model)]);
        return;
    }
    if let Some(open) = model.page {
        page::draw(model, open, frame, area);
        return;
    }
    let regions = layout::regions(model);
    put(frame, regions.header, &[header::line(model)]);
    put(frame, regions.bar, &bars::lines(model, regions.bar.width));
    match &model.screen {
        Screen::List => list(model, frame, &regions),
        Screen::Detail(opened) => {
            let lines = detail::full(model, opened.id);
            put(frame, regions.body, lines.get(opened.scroll..).unwrap_or_default());
        }
        Screen::Senders(senders) => {
            let room = usize::from(regions.body.height);
            put(frame, regions.body, &senders::window(model, senders, room));
        }
        Screen::Silences(view) => silences::draw(model, view, frame, &regions),
    }
    match regions.sheet {
        None => put(frame, regions.bottom, &[footer::line(model, regions.list.height)]),
        Some(area) => over(model, frame, area),
    }
}

/// The title of the window: what one wants to know from another one.
pub fn title(model: &Model) -> String {
    header::title(model)
}

fn list(model: &Model, frame: &mut Frame<'_>, regions: &Regions) {
    put(frame, regions.filter, &[header::filter(model, regions.filter.width)]);
    put(frame, regions.calm, &calm::lines(model));
    put(frame, regions.columns, &[rows::heading(model, regions.columns.width)]);
    let rows = rows::lines(model, regions.list.width, regions.list.height);
    put(frame, regions.list, &rows);
    if let Some((place, area)) = regions.pane {
        match place {
            // A sheet stands where these would, and what is left of them would only confuse.
            PanePlace::Below | PanePlace::Peek if regions.sheet.is_some() => {}
            PanePlace::Right => put(frame, area, &detail::beside(model, area.width, area.height)),
            PanePlace::Below => put(frame, area, &detail::below(model, area.width, area.height)),
            PanePlace::Peek => put(frame, area, &detail::peek(model, area.width)),
        }
    }
}

fn over(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let Some(content) = sheet::content(model, area.width) else { return };
    frame.render_widget(Clear, area);
    // The keys stand on the last line of the screen, whatever room the rest leaves.
    let keys = u16::try_from(content.keys.len()).unwrap_or(u16::MAX).min(area.height);
    let [above, below] = split_below(area, keys);
    put(frame, above, &content.lines);
    put(frame, below, &content.keys);
    if let Some((x, y)) = content.caret {
        let at = Position { x: area.x.saturating_add(x), y: area.y.saturating_add(y) };
        if area.contains(at) {
            frame.set_cursor_position(at);
        }
    }
}

/// `area` without its last `rows` lines, and those.
fn split_below(area: Rect, rows: u16) -> [Rect; 2] {
    let above = area.height.saturating_sub(rows);
    [
        Rect { height: above, ..area },
        Rect { y: area.y.saturating_add(above), height: area.height - above, ..area },
    ]
}

/// Lines from the top of `area` on, cut where it ends.
fn put(frame: &mut Frame<'_>, area: Rect, lines: &[Line<'_>]) {
    let area = area.intersection(frame.area());
    for (line, row) in lines.iter().zip(area.rows()) {
        line.render(row, frame.buffer_mut());
    }
}

/// A piece of text in its role.
fn ink(model: &Model, role: Role, text: impl Into<String>) -> Span<'static> {
    Span::styled(text.into(), model.theme.style(role))
}

/// A piece of text as the terminal writes it.
fn plain(text: impl Into<String>) -> Span<'static> {
    Span::raw(text.into())
}

/// A line whose ends stand at the two sides of `cells`, a column free at the right; the left end is
/// cut where they meet.
fn apart(model: &Model, left: Line<'static>, right: Line<'static>, cells: usize) -> Line<'static> {
    let cells = cells.saturating_sub(1);
    let [have, need] = [left.width(), right.width()];
    let gap = cells.saturating_sub(have + need);
    let mut spans = left.spans;
    if have + need + 1 > cells {
        spans = clip(model, spans, cells.saturating_sub(need + 1));
        let now: usize = spans.iter().map(Span::width).sum();
        spans.push(plain(" ".repeat(cells.saturating_sub(now + need))));
    } else {
        spans.push(plain(" ".repeat(gap)));
    }
    spans.extend(right.spans);
    Line::from(spans)
}

/// Spans cut to `cells`.
fn clip(model: &Model, spans: Vec<Span<'static>>, cells: usize) -> Vec<Span<'static>> {
    let mark = model.settings.symbols.cut();
    let mut left = cells;
    let mut kept = Vec::new();
    for span in spans {
        let wide = span.width();
        if wide <= left {
            left -= wide;
            kept.push(span);
            continue;
        }
        kept.push(Span::styled(cut(&span.content, left, mark), span.style));
        break;
    }
    kept
}

/// A rule with a title in it, and something at its right end.
fn rule(model: &Model, title: &str, right: &str, cells: usize) -> Line<'static> {
    let symbols = model.settings.symbols;
    let stroke = symbols.rule();
    let room = cells.saturating_sub(6 + if right.is_empty() { 0 } else { width(right) + 4 });
    let title = cut(title, room, symbols.cut());
    let mut spans = vec![plain(stroke.repeat(2)), plain(" "), ink(model, Role::Strong, title)];
    let used: usize = spans.iter().map(Span::width).sum::<usize>() + 1;
    let end = if right.is_empty() { 0 } else { width(right) + 4 };
    spans.push(plain(" "));
    spans.push(plain(stroke.repeat(cells.saturating_sub(used + end))));
    if !right.is_empty() {
        spans.push(plain(format!(" {right} ")));
        spans.push(plain(stroke.repeat(2)));
    }
    Line::from(spans)
}

/// Sentences on a screen of their own: three columns from the left, in lines of `cells`.
fn said(text: &str, cells: usize) -> Vec<Line<'static>> {
    wrap(text, cells).into_iter().map(|line| Line::from(format!("   {line}"))).collect()
}

/// A hint: a key and what it does. Nothing where the key is unbound.
fn hint(model: &Model, keys: &str, words: &str) -> Vec<Span<'static>> {
    let keys = model.settings.symbols.of(keys.to_owned());
    vec![ink(model, Role::Key, keys), ink(model, Role::Dim, format!(" {words}"))]
}

#[cfg(test)]
mod tests;
