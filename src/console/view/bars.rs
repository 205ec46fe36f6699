//! The bar under the header: one at a time, the gravest first.

mod storm;

use ratatui::style::Style;
use ratatui::text::Line;

use crate::console::action::{Action, Context};
use crate::console::model::refusing::Refusing;
use crate::console::model::trouble::Trouble;
use crate::console::model::{Model, Screen};
use crate::console::text::{cut, fit, number, width, wrap};
use crate::console::theme::Role;
use crate::console::view::layout;
use crate::console::when;
use crate::domain::command::Deaf;
use crate::domain::text::line_of;
use crate::engine::Absence;

/// A bar takes no more than this.
const MOST: usize = 3;

/// Below this a bar that only wants to be known of has one line.
const LOW: u16 = 10;

/// What a bar says, before it is cut to the window.
enum Said {
    /// The same in sentences, the longest first: the first that fits is shown, broken where it has
    /// to be.
    Text(Vec<String>),
    /// Lines, made for the window.
    Lines(Vec<String>),
}

/// The lines of the bar; none where all is well.
pub(super) fn lines(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let cells = usize::from(cells);
    let room = cells.saturating_sub(2);
    let mut bars = all(model, room).into_iter();
    let Some(Bar { role, said, most }) = bars.next() else { return Vec::new() };
    let more = match bars.count() {
        0 => String::new(),
        others => format!(" (and {others} more)"),
    };
    let style = model.theme.style(role);
    let mark = model.settings.symbols.cut();
    let lines = match said {
        Said::Text(forms) => fitting(&forms, &more, room, most),
        Said::Lines(lines) => lines,
    };
    let lines = with_more(lines, &more, room, most, mark);
    lines.into_iter().map(|line| painted(&line, cells, mark, style)).collect()
}

/// A bar, and how many lines it may take.
struct Bar {
    role: Role,
    said: Said,
    most: usize,
}

/// The lines of the first of `forms` that takes at most `most` of them, with `more` behind it; else
/// those of the last.
fn fitting(forms: &[String], more: &str, room: usize, most: usize) -> Vec<String> {
    let whole = |form: &String| wrap(&format!("{form}{more}"), room).len() <= most;
    let form = forms.iter().find(|form| whole(form)).or(forms.last());
    form.map(|form| wrap(form, room)).unwrap_or_default()
}

/// `lines` as far as there is room, and behind them that there are more bars: what is cut is never
/// that.
fn with_more(
    mut lines: Vec<String>,
    more: &str,
    room: usize,
    most: usize,
    mark: &str,
) -> Vec<String> {
    let fits = |last: &String| width(last) + width(more) <= room;
    if lines.len() > most || (lines.len() == most && !lines.last().is_none_or(fits)) {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(cut(&rest, room.saturating_sub(width(more)), mark));
    } else if !lines.last().is_none_or(fits) {
        lines.push(String::new());
    }
    if let Some(last) = lines.last_mut() {
        last.push_str(if last.is_empty() { more.trim_start() } else { more });
    }
    lines
}

fn painted(text: &str, cells: usize, mark: &str, style: Style) -> Line<'static> {
    Line::styled(fit(&format!(" {text}"), cells, mark), style)
}

/// How many lines a bar may take that only wants to be known of: in a low window the rows are worth
/// more than the rest of it.
fn most_noticed(model: &Model) -> usize {
    match model.size.height {
        ..LOW => 1,
        LOW..layout::ROOMY => 2,
        layout::ROOMY.. => MOST,
    }
}

/// Everything that deserves a bar, the gravest first, for lines of `room` cells.
fn all(model: &Model, room: usize) -> Vec<Bar> {
    let noticed = most_noticed(model);
    let text = |role, most, forms: Option<Vec<String>>| {
        forms.map(|forms| Bar { role, said: Said::Text(forms), most })
    };
    let notice = |forms| text(Role::Notice, noticed, forms);
    let storm = model.tally.as_ref().map(|tally| Bar {
        role: Role::Notice,
        said: Said::Lines(storm::lines(model, tally, room, noticed)),
        most: noticed,
    });
    let certificate = certificate(model);
    let expired = certificate.as_ref().is_some_and(|(role, _)| *role == Role::Trouble);
    let [grave, other] = if expired { [certificate, None] } else { [None, certificate] };
    let keys = model.key_trouble.as_ref();
    let keys = keys.map(|error| vec![format!("{error}. Built-in keys are in use.")]);
    let theme = model.theme_trouble.as_ref().map(|error| line_of(&error.to_string()).into_owned());
    let theme = theme.map(|error| vec![format!("{error}. The built-in theme is in use.")]);
    let bars = [
        text(Role::Trouble, MOST, unsaved(model)),
        text(Role::Trouble, MOST, unconnected(model)),
        text(Role::Trouble, MOST, unheard(model)),
        grave.and_then(|(role, forms)| text(role, MOST, Some(forms))),
        text(Role::Trouble, noticed, untold(model)),
        other.and_then(|(role, forms)| text(role, noticed, Some(forms))),
        notice(back(model)),
        notice(ending(model)),
        notice(overload(model)),
        storm,
        text(Role::Notice, noticed.min(2), refused(model)),
        notice(keys),
        notice(theme),
    ];
    bars.into_iter().flatten().collect()
}

/// What must not be missed of it in the smallest window: that nothing is saved, that the screen may
/// lack alerts, that nobody can act; then where to free space.
fn unsaved(model: &Model) -> Option<Vec<String>> {
    let Trouble { since, reason } = model.service.unsaved.as_ref()?;
    let since = model.time(*since);
    let data = line_of(&model.settings.data.to_string_lossy()).into_owned();
    // Space helps against a full disk alone.
    let act =
        if reason.as_str().contains("full") { "Free space under" } else { "See to the disk of" };
    Some(vec![
        format!(
            "STORAGE since {since}: {reason}; nothing can be saved. Senders are told to retry \
             (503), so newer alerts may be missing here, and acting is refused. {act} \
             {data}; saving then goes on by itself."
        ),
        format!(
            "STORAGE since {since}: {reason}; nothing can be saved. Newer alerts may be missing \
             here, and acting is refused. {act} {data}."
        ),
        format!(
            "STORAGE: {reason}; nothing can be saved. Newer alerts may be missing; acting is \
             refused. {act} {data}."
        ),
        format!(
            "STORAGE: nothing can be saved. Newer alerts may be missing; acting is refused. See \
             to {data}"
        ),
        "STORAGE: nothing can be saved. Newer alerts may be missing; acting is refused.".to_owned(),
    ])
}

/// The owner is not there. What must not be missed in the smallest window: that all of it is how it
/// stood, and that nobody can act.
fn unconnected(model: &Model) -> Option<Vec<String>> {
    let Trouble { since, reason } = model.service.unconnected.as_ref()?;
    let since = model.time(*since);
    if !reason.is_empty() {
        return Some(vec![
            format!(
                "NOT CONNECTED since {since}: {reason}. This is how it stood then, not now. Acting \
                 on alerts is refused."
            ),
            format!("NOT CONNECTED since {since}: this is how it stood then. Acting is refused."),
        ]);
    }
    Some(vec![
        format!(
            "NOT CONNECTED since {since}. This is how it stood then, not now. Trying again. Acting \
             on alerts is refused. If the service was stopped: watchbell serve"
        ),
        format!(
            "NOT CONNECTED since {since}. This is how it stood then, not now. Trying again. Acting \
             is refused."
        ),
        format!("NOT CONNECTED since {since}: this is how it stood then. Acting is refused."),
    ])
}

/// Nobody new can connect. Who is connected can still send.
fn unheard(model: &Model) -> Option<Vec<String>> {
    let trouble = model.service.unheard.as_ref()?;
    let Trouble { since, reason } = trouble;
    let (at, since) = (&model.settings.listening, model.time(*since));
    Some(vec![
        format!(
            "NOT LISTENING on {at} since {since}: {reason}. Nobody new can connect, so newer alerts \
             may be missing here. Give the system room (LimitNOFILE for open files); listening then \
             goes on by itself."
        ),
        format!("NOT LISTENING on {at} since {since}: {reason}. Newer alerts may be missing here."),
        format!("NOT LISTENING since {since}: newer alerts may be missing here."),
    ])
}

/// A certificate that senders will not take, or soon not, or of which a new one cannot be used; and
/// how grave that is.
fn certificate(model: &Model) -> Option<(Role, Vec<String>)> {
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
    let brief = if expired {
        format!("CERTIFICATE expired {until}: senders do not take it.")
    } else {
        format!("CERTIFICATE ends {until}.")
    };
    Some((role, vec![text, brief]))
}

/// What an absence left in doubt.
fn back(model: &Model) -> Option<Vec<String>> {
    let back = model.back.as_ref()?;
    let Absence { why, from, grant } = back.absence;
    let away = when::long(from, grant.heard_from);
    let away = match why {
        // Nobody writes down that the power failed: it was heard of then, and not after.
        Deaf::Start => format!("up to {away}"),
        Deaf::Jump | Deaf::Storage | Deaf::Overload => away,
    };
    let [since, until] = [grant.heard_from, back.until()].map(|at| model.time(at));
    Some(vec![
        format!(
            "BACK since {since} after {away} away. What ended meanwhile may still show as firing \
             until about {until}."
        ),
        format!("BACK since {since}. What ended may show as firing until about {until}."),
        format!("BACK: until {until} some may be over."),
    ])
}

/// Silences are over soon, and somebody is called then. The time is absolute: nothing is written while
/// it comes near.
fn ending(model: &Model) -> Option<Vec<String>> {
    let ending = model.endings.first.as_ref()?;
    let (by, at) = (&ending.by, model.time(ending.at));
    let calling = match ending.calling {
        1 => "1 critical alert then calls".to_owned(),
        more => format!("{} critical alerts then call", number(more)),
    };
    let others = match model.endings.others {
        0 => String::new(),
        1 => " Another one ends soon after.".to_owned(),
        more => format!(" {} others end soon after.", number(more)),
    };
    Some(vec![
        format!("SILENCE of {by} ends at {at}: {calling}.{others}"),
        format!("SILENCE of {by} ends at {at}: {calling}."),
        format!("SILENCE ends at {at}: {calling}."),
    ])
}

/// Posts are not taken in. Whoever repeats loses nothing.
fn overload(model: &Model) -> Option<Vec<String>> {
    let since = model.time(model.overload?.since);
    Some(vec![
        format!(
            "OVERLOADED since {since}: some posts are answered with 503 and will be sent again."
        ),
        format!("OVERLOADED since {since}: some posts get 503."),
    ])
}

/// Calls that no channel took: whoever is not at a terminal does not know.
fn untold(model: &Model) -> Option<Vec<String>> {
    let why = model.untold.last_why()?;
    let which = match model.untold.len() {
        1 => "1 critical alert calls".to_owned(),
        count => format!("{} critical alerts call", number(count)),
    };
    let key = model.key(Context::List, Action::Why);
    Some(vec![
        format!(
            "NOT TOLD: {which}, but no channel took it: {why}. Look for fire!; {key} explains."
        ),
        format!("NOT TOLD: {which}, but no channel took it. Look for fire!; {key} explains."),
        format!("NOT TOLD: {which}; {key} explains."),
    ])
}

/// What is refused. Where senders are set up, that screen says it itself.
fn refused(model: &Model) -> Option<Vec<String>> {
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
    let all = posts(count.saturating_add(others.posts));
    Some(vec![
        format!("REFUSED {what}: {why}{also}. {key} shows how to send."),
        format!("REFUSED {what}{also}. {key} shows why, and how to send."),
        format!("REFUSED {all} in 5 min. {key} shows why."),
        format!("REFUSED {all}. {key} shows why."),
    ])
}

fn posts(count: u64) -> String {
    match usize::try_from(count).unwrap_or(usize::MAX) {
        1 => "a post".to_owned(),
        count => format!("{} posts", number(count)),
    }
}
