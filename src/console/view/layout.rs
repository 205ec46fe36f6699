//! Where everything stands. `update` asks here too: how far a page is, what fits.

use ratatui::layout::Rect;

use super::{bars, calm, header, sheet};
use crate::console::model::list::Mode;
use crate::console::model::sheet::Sheet;
use crate::console::model::silences::Silences;
use crate::console::model::{Model, Screen, Wish};

/// The parts of the screen; those that are not there are empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Regions {
    /// Counts, name, person.
    pub header: Rect,
    /// What may not be believed, or is odd.
    pub bar: Rect,
    /// The filter that is on.
    pub filter: Rect,
    /// What a view that is not the list's says of itself.
    pub about: Rect,
    /// What a calm screen says.
    pub calm: Rect,
    /// The heading of the columns.
    pub columns: Rect,
    /// The rows.
    pub list: Rect,
    /// The detail.
    pub pane: Option<(PanePlace, Rect)>,
    /// Everything between the bars and the bottom line.
    pub body: Rect,
    /// Message or hints.
    pub bottom: Rect,
    /// What is open over it all.
    pub sheet: Option<Rect>,
}

/// Where the detail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanePlace {
    /// At the right of the list.
    Right,
    /// Under the list.
    Below,
    /// Two lines under the list.
    Peek,
}

/// From this width on the detail stands at the right.
const WIDE: u16 = 110;
/// What the list keeps then.
const LIST_WIDTH: u16 = 72;
/// What the detail takes at most.
const PANE_WIDTH: u16 = 70;
/// From this height on the detail stands below, with more than a peek.
const TALL: u16 = 20;
/// From this height on the columns have a heading, and a sheet leaves the list in sight.
pub(super) const ROOMY: u16 = 16;
/// From this height on there is a peek.
const PEEK: u16 = 12;
/// A rule and two lines.
const PEEK_ROWS: u16 = 3;

/// The parts of the screen as the model stands.
pub fn regions(model: &Model) -> Regions {
    let area = Rect::new(0, 0, model.size.width, model.size.height);
    let mut rest = area;
    let header = take_top(&mut rest, 1);
    let bottom = take_bottom(&mut rest, 1);
    let bar = take_top(&mut rest, count(bars::lines(model, area.width).len()));
    let mut regions = Regions { header, bar, bottom, body: rest, ..Regions::default() };
    if matches!(model.screen, Screen::List) {
        list(model, rest, &mut regions);
    } else if let Some(view) = model.silences().filter(|view| view.opened.is_none()) {
        silences(model, view, rest, &mut regions);
    } else {
        // The screens without a list leave a line free under the header.
        take_top(&mut rest, u16::from(area.height >= ROOMY));
        regions.body = rest;
    }
    // What may not be believed is said over an open question as well, where both have room.
    let kept = if model.service.is_of_then() { bar.height } else { 0 };
    regions.sheet = model.sheet.as_ref().map(|sheet| sheet_area(model, sheet, area, kept));
    regions
}

/// Whether the open question is on the screen whole. In a window that is too small only the
/// question whether to quit is.
pub fn question_fits(model: &Model) -> bool {
    if model.is_too_small() {
        return header::asks_to_quit(model) && header::quit_question(model).is_some();
    }
    let room = model.size.height.saturating_sub(1);
    sheet::content(model, model.size.width).is_none_or(|content| count(content.height()) <= room)
}

fn list(model: &Model, mut rest: Rect, regions: &mut Regions) {
    let height = model.size.height;
    if !model.list.sieve().is_empty() && model.trial().is_none() {
        regions.filter = take_top(&mut rest, 1);
    }
    if calm::is_calm(model) {
        regions.calm = take_top(&mut rest, count(calm::lines(model).len()));
    }
    let empty = regions.calm.height > 0 && model.list.is_empty();
    if !empty {
        regions.pane = pane(model, &mut rest);
    }
    if height >= ROOMY && !empty {
        regions.columns = take_top(&mut rest, 1);
    }
    regions.list = rest;
}

fn silences(model: &Model, view: &Silences, mut rest: Rect, regions: &mut Regions) {
    let height = model.size.height;
    if height >= PEEK || !view.words.is_empty() {
        regions.about = take_top(&mut rest, 1);
    }
    if !view.rows.is_empty() {
        regions.pane = pane(model, &mut rest);
        regions.columns = take_top(&mut rest, u16::from(height >= ROOMY));
    }
    regions.list = rest;
}

fn pane(model: &Model, rest: &mut Rect) -> Option<(PanePlace, Rect)> {
    let [width, height] = [model.size.width, model.size.height];
    if model.pane.wish == Wish::Off || height < PEEK {
        return None;
    }
    if width >= WIDE {
        // A column stays free between the two.
        let pane = (width - LIST_WIDTH - 1).min(PANE_WIDTH);
        let list = width - pane - 1;
        let area = Rect { x: list + 1, width: pane, ..*rest };
        rest.width = list;
        return Some((PanePlace::Right, area));
    }
    let (place, rows) =
        if height >= TALL { (PanePlace::Below, height / 3) } else { (PanePlace::Peek, PEEK_ROWS) };
    Some((place, take_bottom(rest, rows)))
}

/// A sheet stands over the bottom line. In a low window it takes everything but the header, and the
/// first `kept` lines under it as far as it needs them not.
fn sheet_area(model: &Model, open: &Sheet, area: Rect, kept: u16) -> Rect {
    let content = sheet::content(model, area.width).map_or(0, |content| count(content.height()));
    let room = area.height.saturating_sub(1);
    let prompt = matches!(open, Sheet::Prompt(_)) && model.trial().is_some();
    let needed = content.min(room);
    let low = area.height < ROOMY && !prompt;
    let height = if low { needed.max(room.saturating_sub(kept)) } else { needed };
    let mut rest = area;
    take_bottom(&mut rest, height)
}

/// Whether rows stand below what a calm screen says.
pub fn is_live(model: &Model) -> bool {
    matches!(model.list.mode, Mode::Live)
}

fn take_top(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    let taken = Rect { height: rows, ..*rest };
    rest.y += rows;
    rest.height -= rows;
    taken
}

fn take_bottom(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    rest.height -= rows;
    Rect { y: rest.y + rest.height, height: rows, ..*rest }
}

fn count(rows: usize) -> u16 {
    u16::try_from(rows).unwrap_or(u16::MAX)
}
