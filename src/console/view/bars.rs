//! The bar under the header: one at a time, the gravest first.

mod storm;

use ratatui::style::Style;
use ratatui::text::Line;

use crate::console::action::{Action, Context};
use crate::console::model::refusing::Refusing;
use crate::console::model::{Model, Screen};
use crate::console::text::{cut, fit, number, width, wrap};
use crate::console::theme::Role;
use crate::console::when;
use crate::domain::command::Deaf;
use crate::domain::text::line_of;
use crate::engine::Absence;

/// A bar takes no more than this.
const MOST: usize = 3;

/// What a bar says, before it is cut to the window.
enum Said {
    /// Sentences, to be broken where they have to be.
    Text(String),
    /// Lines, made for the window.
    Lines(Vec<String>),
}

/// The lines of the bar; none where all is well.
pub(super) fn lines(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let cells = usize::from(cells);
    let room = cells.saturating_sub(2);
    let mut bars = all(model, room).into_iter();
    let Some((role, said)) = bars.next() else { return Vec::new() };
    let more = match bars.count() {
        0 => String::new(),
        others => format!(" (and {others} more)"),
    };
    let style = model.theme.style(role);
    let mark = model.settings.symbols.cut();
    let lines = match said {
        Said::Text(text) => with_more(wrap(&text, room), &more, room, mark),
        Said::Lines(lines) => with_more(lines, &more, room, mark),
    };
    lines.into_iter().map(|line| painted(&line, cells, mark, style)).collect()
}

/// `lines` as far as there is room, and behind them that there are more bars: what is cut is never
/// that.
fn with_more(mut lines: Vec<String>, more: &str, room: usize, mark: &str) -> Vec<String> {
    let rest = lines.split_off(lines.len().min(MOST - 1));
    let fits = |last: &String| width(last) + width(more) <= room;
    match rest.as_slice() {
        [] if lines.last().is_none_or(fits) => {}
        [] => lines.push(String::new()),
        rest => lines.push(cut(&rest.join(" "), room.saturating_sub(width(more)), mark)),
    }
    if let Some(last) = lines.last_mut() {
        last.push_str(if last.is_empty() { more.trim_start() } else { more });
    }
    lines
}

fn painted(text: &str, cells: usize, mark: &str, style: Style) -> Line<'static> {
    Line::styled(fit(&format!(" {text}"), cells, mark), style)
}

/// Everything that deserves a bar, the gravest first, for lines of `room` cells.
fn all(model: &Model, room: usize) -> Vec<(Role, Said)> {
    let mut bars = Vec::new();
    let mut say = |role, text: Option<String>| {
        bars.extend(text.map(|text| (role, Said::Text(text))));
    };
    say(Role::Trouble, unsaved(model));
    say(Role::Trouble, unheard(model));
    let certificate = certificate(model);
    let expired = certificate.as_ref().is_some_and(|(role, _)| *role == Role::Trouble);
    let [grave, other] = if expired { [certificate, None] } else { [None, certificate] };
    say(Role::Trouble, grave.map(|(_, text)| text));
    say(Role::Trouble, untold(model));
    say(Role::Notice, other.map(|(_, text)| text));
    say(Role::Notice, back(model));
    say(Role::Notice, overload(model));
    let storm = model.tally.as_ref().map(|tally| storm::lines(model, tally, room));
    bars.extend(storm.map(|lines| (Role::Notice, Said::Lines(lines))));
    let mut say = |text: Option<String>| {
        bars.extend(text.map(|text| (Role::Notice, Said::Text(text))));
    };
    say(refused(model));
    let keys = model.key_trouble.as_ref();
    say(keys.map(|error| format!("{error}. Built-in keys are in use.")));
    let theme = model.theme_trouble.as_ref().map(ToString::to_string);
    say(theme.map(|error| format!("{}. The built-in theme is in use.", line_of(&error))));
    bars
}

fn unsaved(model: &Model) -> Option<String> {
    let trouble = model.service.unsaved.as_ref()?;
    Some(format!(
        "STORAGE since {}: {}; nothing can be saved. Senders are told to retry (503), so newer \
         alerts may be missing here, and acting is refused. See to the disk of {}; saving then goes \
         on by itself.",
        model.time(trouble.since),
        trouble.reason,
        line_of(&model.settings.data.to_string_lossy())
    ))
}

/// Nobody new can connect. Who is connected can still send.
fn unheard(model: &Model) -> Option<String> {
    let trouble = model.service.unheard.as_ref()?;
    Some(format!(
        "NOT LISTENING on {} since {}: {}. Nobody new can connect, so newer alerts may be missing \
         here. Give the system room (LimitNOFILE for open files); listening then goes on by itself.",
        model.settings.listening,
        model.time(trouble.since),
        trouble.reason,
    ))
}

/// A certificate that senders will not take, or soon not, or of which a new one cannot be used; and
/// how grave that is.
fn certificate(model: &Model) -> Option<(Role, String)> {
    let certificate = model.service.certificate.as_ref()?;
    let until = model.time(certificate.until);
    let stuck = certificate.stuck.as_ref();
    let stuck =
        stuck.map(|it| format!("cannot be used since {}: {}", model.time(it.since), it.why));
    let expired = certificate.until <= model.clock;
    let soon = certificate.ends_soon_from() <= model.clock;
    let role = if expired { Role::Trouble } else { Role::Notice };
    let text = match (stuck, expired) {
        (Some(stuck), true) => {
            format!("CERTIFICATE expired {until}: senders do not take it. The new one {stuck}")
        }
        (Some(stuck), false) => {
            format!("CERTIFICATE: the new one {stuck}. The old one is shown until {until}.")
        }
        (None, true) => format!(
            "CERTIFICATE expired {until}: senders do not take it, so newer alerts may be missing \
             here. Replace the files of tls_cert and tls_key; they are taken up by themselves."
        ),
        (None, false) if soon => format!(
            "CERTIFICATE ends {until}. Replace the files of tls_cert and tls_key before; they are \
             taken up by themselves."
        ),
        (None, false) => return None,
    };
    Some((role, text))
}

/// What an absence left in doubt.
fn back(model: &Model) -> Option<String> {
    let back = model.back.as_ref()?;
    let Absence { why, from, grant } = back.absence;
    let away = when::long(from, grant.heard_from);
    let away = match why {
        // Nobody writes down that the power failed: it was heard of then, and not after.
        Deaf::Start => format!("up to {away}"),
        Deaf::Jump | Deaf::Storage | Deaf::Overload => away,
    };
    Some(format!(
        "BACK since {} after {away} away. What ended meanwhile may still show as firing until about \
         {}.",
        model.time(grant.heard_from),
        model.time(back.until()),
    ))
}

/// Posts are not taken in. Whoever repeats loses nothing.
fn overload(model: &Model) -> Option<String> {
    let since = model.time(model.overload?.since);
    Some(format!(
        "OVERLOADED since {since}: some posts are answered with 503 and will be sent again."
    ))
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
        count => {
            format!("{} in 5 min, the last at {}, from {from}", posts(count), model.time(*last))
        }
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
