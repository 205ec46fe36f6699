//! A page of text over the whole screen: its head, its foot and how far it can be scrolled. The
//! screen below comes back as it was.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{apart, footer, help, ink, put, why};
use crate::console::model::{Model, Page, PageAbout};
use crate::console::theme::Role;
use crate::console::when;

/// Draws the page.
pub(super) fn draw(model: &Model, page: Page, frame: &mut Frame<'_>, area: Rect) {
    let cells = usize::from(area.width);
    let close = vec![ink(model, Role::Key, "esc"), ink(model, Role::Dim, " closes")];
    let (head, foot) = match page.about {
        PageAbout::Help => {
            let foot = " * marks keys you changed; the file: watchbell paths";
            (" Keys and words".to_owned(), foot)
        }
        PageAbout::Why(_) => {
            let zone = when::zone_name(model.clock, &model.settings.zone);
            (format!(" Why it calls, or does not (times: {zone})"), "")
        }
    };
    let head = Line::from(ink(model, Role::Strong, head));
    put(frame, area, &[apart(model, head, Line::from(close), cells)]);
    let body = Rect { y: 1, height: area.height.saturating_sub(2), ..area };
    put(frame, body, lines(model, page.about).get(page.scroll..).unwrap_or_default());
    let scroll = match last_scroll(model, page.about) {
        0 => Line::default(),
        _ => Line::from(vec![ink(model, Role::Key, "j k"), ink(model, Role::Dim, " scroll")]),
    };
    let bottom = Rect { y: area.height.saturating_sub(1), height: 1, ..area };
    let foot = match model.said_everywhere() {
        Some(_) => footer::line(model, 0),
        None => apart(model, Line::from(ink(model, Role::Dim, foot)), scroll, cells),
    };
    put(frame, bottom, &[foot]);
}

/// The furthest the page can be scrolled.
pub fn last_scroll(model: &Model, about: PageAbout) -> usize {
    lines(model, about).len().saturating_sub(usize::from(model.size.height.saturating_sub(2)))
}

fn lines(model: &Model, about: PageAbout) -> Vec<Line<'static>> {
    match about {
        PageAbout::Help => help::lines(model),
        PageAbout::Why(id) => why::lines(model, id),
    }
}
