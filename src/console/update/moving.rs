//! Moving about: the cursor of the list, the window around it, an open alert.

use crate::console::action::Action;
use crate::console::frame::Link;
use crate::console::model::list::Mode;
use crate::console::model::{Cursor, Model, Now, Opened, Order, Page, PageAbout, Screen};
use crate::console::view::{detail, layout};

/// Moves the cursor of the list; says whether the action was a move.
pub(super) fn in_list(model: &mut Model, action: Action, now: Now) -> bool {
    match action {
        Action::CursorDown => step(model, now, 1),
        Action::CursorUp => step(model, now, -1),
        Action::HalfPageDown => step(model, now, half(model)),
        Action::HalfPageUp => step(model, now, -half(model)),
        Action::PageDown => step(model, now, page(model)),
        Action::PageUp => step(model, now, -page(model)),
        Action::Bottom => step(model, now, isize::MAX),
        Action::Top => {
            model.cursor = Cursor::Placed;
            go_live(model);
        }
        Action::ShowNew => show_new(model, now),
        _ => return false,
    }
    true
}

/// Whether an action only moves the cursor or the window: it shows nothing newer.
pub(super) fn is_step(action: Action) -> bool {
    use Action::{
        Bottom, CursorDown, CursorUp, HalfPageDown, HalfPageUp, PageDown, PageUp, PaneDown, PaneUp,
        ScrollDown, ScrollUp,
    };
    matches!(
        action,
        CursorDown
            | CursorUp
            | HalfPageDown
            | HalfPageUp
            | PageDown
            | PageUp
            | Bottom
            | ScrollDown
            | ScrollUp
            | PaneDown
            | PaneUp
    )
}

/// The first key that touches the list stops it in the order of the last frame.
pub(super) fn stand_still(model: &mut Model) {
    model.list.stand_still(model.rows_to_stand(), model.drawn.unfiltered.clone());
}

/// The list moves again and the cursor is on its first row.
pub(super) fn go_live(model: &mut Model) {
    model.list.go_live();
    model.drawn.order = Order::SortedSince;
    settle(model);
}

/// The pane, the footer and the position follow the cursor.
pub(super) fn settle(model: &mut Model) {
    model.waits.settle = None;
    let subject = model.list.under_cursor();
    model.pane.rows = model.list.len();
    model.pane.row = model.list.still().map_or(0, |still| still.cursor);
    if model.pane.subject != subject {
        model.pane.subject = subject;
        model.pane.scroll = 0;
    }
}

/// Scrolls the window so that the cursor is in it.
pub(super) fn keep_in_sight(model: &mut Model) {
    let height = usize::from(layout::regions(model).list.height).max(1);
    let link = model.settings.link;
    if let Some(still) = model.list.still_mut() {
        // Scrolling writes the whole window; over SSH it is done less often and further.
        let margin = match link {
            Link::Local => 0,
            Link::Ssh => height / 2,
        };
        if still.cursor < still.offset {
            still.offset = still.cursor.saturating_sub(margin);
        } else if still.cursor >= still.offset + height {
            still.offset = still.cursor + 1 - height + margin;
        }
        still.offset = still.offset.min(still.len().saturating_sub(height));
    }
}

fn step(model: &mut Model, now: Now, by: isize) {
    stand_still(model);
    let Mode::Still(still) = &mut model.list.mode else { return };
    let last = still.len().saturating_sub(1);
    still.cursor = still.cursor.saturating_add_signed(by).min(last);
    keep_in_sight(model);
    model.waits.settle = Some(now.tick + model.settings.link.settle());
}

fn show_new(model: &mut Model, now: Now) {
    stand_still(model);
    model.list.sort_again();
    model.drawn.order = Order::SortedSince;
    super::freshen(model, now);
    settle(model);
    keep_in_sight(model);
}

fn page(model: &Model) -> isize {
    isize::try_from(layout::regions(model).list.height).unwrap_or(1).max(1)
}

fn half(model: &Model) -> isize {
    (page(model) / 2).max(1)
}

/// Opens the alert under the cursor over the whole screen.
pub(super) fn open(model: &mut Model) {
    let Some(target) = model.target() else {
        model.say("No alert is selected.");
        return;
    };
    stand_still(model);
    settle(model);
    model.cursor = Cursor::Placed;
    model.screen = Screen::Detail(Opened { id: target.id, scroll: 0 });
}

/// Says why the alert calls people, or does not, over the whole screen.
pub(super) fn explain(model: &mut Model) {
    let Some(target) = model.target() else {
        model.say("No alert is selected.");
        return;
    };
    if matches!(model.screen, Screen::List) {
        stand_still(model);
        settle(model);
    }
    model.page = Some(Page { about: PageAbout::Why(target.id), scroll: 0 });
}

/// Scrolls an open alert, or goes to its neighbours; says whether the action was one of these.
pub(super) fn in_detail(model: &mut Model, action: Action) -> bool {
    let Screen::Detail(opened) = model.screen else { return false };
    let height = usize::from(layout::regions(model).body.height);
    let last = detail::full(model, opened.id).len().saturating_sub(height);
    let scroll = opened.scroll.min(last);
    let scroll = match action {
        Action::ScrollDown => scroll + 1,
        Action::ScrollUp => scroll.saturating_sub(1),
        Action::HalfPageDown => scroll + height / 2,
        Action::HalfPageUp => scroll.saturating_sub(height / 2),
        Action::PageDown => scroll + height,
        Action::PageUp => scroll.saturating_sub(height),
        Action::Top => 0,
        Action::Bottom => last,
        Action::NextAlert => {
            neighbour(model, 1);
            return true;
        }
        Action::PreviousAlert => {
            neighbour(model, -1);
            return true;
        }
        Action::Back => {
            model.screen = Screen::List;
            settle(model);
            keep_in_sight(model);
            return true;
        }
        _ => return false,
    };
    model.screen = Screen::Detail(Opened { scroll: scroll.min(last), ..opened });
    true
}

fn neighbour(model: &mut Model, by: isize) {
    let Mode::Still(still) = &mut model.list.mode else { return };
    let last = still.len().saturating_sub(1);
    still.cursor = still.cursor.saturating_add_signed(by).min(last);
    if let Some(id) = still.selected() {
        model.screen = Screen::Detail(Opened { id, scroll: 0 });
    }
}
