//! The bar under the header: one at a time, the gravest first.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::console::action::{Action, Context};
use crate::console::model::refusing::Refusing;
use crate::console::model::{Model, Screen};
use crate::console::text::{fit, number, wrap_to};
use crate::console::theme::Role;
use crate::domain::text::line_of;

/// A bar takes no more than this.
const MOST: usize = 3;

/// The lines of the bar; none where all is well.
pub(super) fn lines(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let mut bars = all(model).into_iter();
    let Some((role, text)) = bars.next() else { return Vec::new() };
    let text = match bars.count() {
        0 => text,
        others => format!("{text} (and {others} more)"),
    };
    let style = model.theme.style(role);
    let cells = usize::from(cells);
    let mark = model.settings.symbols.cut();
    wrap_to(&text, cells.saturating_sub(2), MOST, mark)
        .into_iter()
        .map(|line| painted(&line, cells, mark, style))
        .collect()
}

fn painted(text: &str, cells: usize, mark: &str, style: Style) -> Line<'static> {
    Line::styled(fit(&format!(" {text}"), cells, mark), style)
}

/// Everything that deserves a bar, the gravest first.
fn all(model: &Model) -> Vec<(Role, String)> {
    let mut bars = Vec::new();
    if let Some(trouble) = &model.service.unsaved {
        let since = model.time(trouble.since);
        bars.push((
            Role::Trouble,
            format!(
                "STORAGE since {since}: {}; nothing can be saved. Senders are told to retry (503), \
                 so newer alerts may be missing here, and acting is refused. See to the disk of \
                 {}; saving then goes on by itself.",
                trouble.reason,
                line_of(&model.settings.data.to_string_lossy())
            ),
        ));
    }
    bars.extend(untold(model).map(|text| (Role::Trouble, text)));
    bars.extend(refused(model).map(|text| (Role::Notice, text)));
    if let Some(error) = &model.key_trouble {
        bars.push((Role::Notice, format!("{error}. Built-in keys are in use.")));
    }
    if let Some(error) = model.theme_trouble.as_ref().map(ToString::to_string) {
        let error = line_of(&error);
        bars.push((Role::Notice, format!("{error}. The built-in theme is in use.")));
    }
    bars
}

/// Calls that no channel took: whoever is not at a terminal does not know.
fn untold(model: &Model) -> Option<String> {
    let why = model.untold.last_why()?;
    let which = match model.untold.len() {
        1 => "1 critical alert calls".to_owned(),
        count => format!("{} critical alerts call", number(count)),
    };
    let key = model.key(Context::List, Action::Why);
    Some(format!(
        "NOT TOLD: {which}, but no channel took it: {why}. Look for fire!; {key} explains."
    ))
}

/// What is refused. Where senders are set up, that screen says it itself.
fn refused(model: &Model) -> Option<String> {
    let refusing = model.refusing.as_ref();
    let refusing = refusing.filter(|_| !matches!(model.screen, Screen::Senders(_)))?;
    let Refusing { from, why, last, count, others, .. } = refusing;
    let what = match *count {
        1 => format!("a post at {} from {from}", model.time(*last)),
        count => format!("{} in 5 min from {from}", posts(count)),
    };
    let more = posts(others.posts);
    let also = match (others.posts, others.many, others.senders) {
        (0, ..) => String::new(),
        (_, true, _) => format!(", and {more} from many others"),
        (_, false, 0) => format!(", and {more} for other reasons"),
        (_, false, 1) => format!(", and {more} from another sender"),
        (_, false, senders) => format!(", and {more} from {} other senders", number(senders)),
    };
    let key = model.key(Context::List, Action::Senders);
    Some(format!("REFUSED {what}: {why}{also}. {key} shows how to send."))
}

fn posts(count: u64) -> String {
    match usize::try_from(count).unwrap_or(usize::MAX) {
        1 => "a post".to_owned(),
        count => format!("{} posts", number(count)),
    }
}
