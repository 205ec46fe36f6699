//! "Send alerts here": what to press, what to copy, and what came of it. No borders, so that it can
//! be copied with the mouse.

use std::cmp::Reverse;

use ratatui::text::Line;

use super::{ink, layout, plain, said};
use crate::console::action::{Action, Context};
use crate::console::model::Model;
use crate::console::model::place::named;
use crate::console::model::refusing::why;
use crate::console::model::roster::Sender;
use crate::console::model::senders::{Example, MadeToken, Senders};
use crate::console::settings::{Access, Keeps, Posting};
use crate::console::text::{cut, number, width, wrap_to};
use crate::console::theme::Role;
use crate::console::words;
use crate::domain::severity::Severity;
use crate::domain::text::Text;
use crate::engine::{Reasons, RefusedPosts};

/// As much of the screen as the window has room for, as far as it was scrolled.
pub(super) fn window(model: &Model, senders: &Senders, room: usize) -> Vec<Line<'static>> {
    let lines = lines(model, senders, room);
    let scroll = senders.scroll.min(lines.len().saturating_sub(room));
    let below = lines.len().saturating_sub(scroll.saturating_add(room));
    let mut window: Vec<_> = lines.into_iter().skip(scroll).take(room).collect();
    if below > 0 {
        window.pop();
        let [down, up] = [Action::ScrollDown, Action::ScrollUp]
            .map(|action| ink(model, Role::Key, model.key(Context::Senders, action)));
        let more = format!(" scroll: {} more lines", number(below.saturating_add(1)));
        window.push(Line::from(vec![
            plain("   "),
            down,
            plain(" "),
            up,
            ink(model, Role::Dim, more),
        ]));
    }
    window
}

/// The furthest that it can be scrolled.
pub fn last_scroll(model: &Model, senders: &Senders) -> usize {
    let room = room(model);
    lines(model, senders, room).len().saturating_sub(room)
}

fn room(model: &Model) -> usize {
    usize::from(layout::regions(model).body.height)
}

/// All of the screen. Where it is longer than the window and something is wrong, that comes first,
/// unless somebody is copying a token.
fn lines(model: &Model, senders: &Senders, room: usize) -> Vec<Line<'static>> {
    const OF_ONE: usize = 2;
    let cells = usize::from(model.size.width).saturating_sub(4);
    let mut how = how_to(model, senders, cells);
    let mut state = live(model, senders, cells, usize::MAX);
    state.extend(reach(model, cells));
    state.extend(refused(model, cells, usize::MAX));
    state.extend(roster(model, cells));
    let is_well = model.service.refusals.newest().is_none() && !is_any_wrong(model);
    if how.len() + 1 + state.len() <= room || is_well || !senders.is_without_secret() {
        how.push(Line::default());
        how.extend(state);
        return how;
    }
    let mut lines = live(model, senders, cells, OF_ONE);
    // The refused leave half of the room to those who are heard.
    let rest = room.saturating_sub(lines.len());
    lines.extend(refused(model, cells, rest.saturating_sub(rest / 2)));
    lines.extend(roster(model, cells));
    lines.push(Line::default());
    lines.extend(how);
    lines
}

/// What to press and what to copy.
fn how_to(model: &Model, senders: &Senders, cells: usize) -> Vec<Line<'static>> {
    let mut lines = intro(model, senders, cells);
    lines.push(Line::default());
    lines.push(tabs(model, senders));
    lines.push(Line::default());
    let snippet = senders.snippet(&model.settings);
    lines.extend(snippet.lines().map(|line| Line::from(format!("   {line}"))));
    lines.push(Line::default());
    lines.extend(said(about(senders.example, model.settings.posting), cells));
    lines
}

/// Whose posts were refused besides the last one, and why, the newest first.
fn refused(model: &Model, cells: usize, room: usize) -> Vec<Line<'static>> {
    let refusals = &model.service.refusals;
    let mut all: Vec<_> = refusals.rows().iter().chain(refusals.crowd()).collect();
    all.sort_by_key(|row| Reverse(row.last));
    let rows = all.into_iter().skip(1);
    let rows: Vec<String> = rows
        .map(|row| format!("{}  {}", model.time(row.last), refused_posts(model, row)))
        .collect();
    // A blank line, and the heading.
    let Some(room) = room.checked_sub(2).filter(|room| *room > 0 && !rows.is_empty()) else {
        return Vec::new();
    };
    let mut lines = vec![Line::default(), ink(model, Role::Strong, "   Refused, too").into()];
    lines.extend(listed(model, &rows, cells, room));
    lines
}

/// `12 posts since 03:02 from 127.0.0.1: the token is unknown or revoked (401)`.
fn refused_posts(model: &Model, row: &RefusedPosts) -> String {
    let posts = match usize::try_from(row.count).unwrap_or(usize::MAX) {
        1 => "a post".to_owned(),
        count => match [row.first, row.last].map(|at| model.time(at)) {
            [first, last] if first == last => format!("{} posts", number(count)),
            [first, _] => format!("{} posts since {first}", number(count)),
        },
    };
    let last = match row.reasons {
        Reasons::One => "",
        Reasons::Several => "the last: ",
    };
    format!("{posts} from {}: {last}{}", row.from, why(row))
}

/// As many rows as there is room for, and how many more there are.
fn listed(model: &Model, rows: &[String], cells: usize, room: usize) -> Vec<Line<'static>> {
    let shown = if rows.len() > room { room.saturating_sub(1) } else { rows.len() };
    let mark = model.settings.symbols.cut();
    let lines = rows.iter().take(shown).map(|row| format!("   {}", cut(row, cells, mark)));
    let more = (rows.len() > shown).then(|| format!("   and {} more", number(rows.len() - shown)));
    lines.chain(more).map(Line::from).collect()
}

/// Each sender in a line: when it was last heard, what of it is open, what is wrong with it. Those
/// come first with whom something is.
fn roster(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let mut rows = rows(model);
    if rows.is_empty() {
        return Vec::new();
    }
    rows.sort();
    let rows: Vec<String> = rows.into_iter().map(|(_, row)| row).collect();
    let mut lines = vec![Line::default(), ink(model, Role::Strong, "   Senders").into()];
    lines.extend(listed(model, &rows, cells, usize::MAX));
    lines
}

fn is_any_wrong(model: &Model) -> bool {
    rows(model).iter().any(|(is_well, _)| !is_well)
}

/// The senders, each with whether nothing is wrong with it.
fn rows(model: &Model) -> Vec<(bool, String)> {
    let refused_of = model.service.refusals.of();
    let known = model.roster.senders().map(|(name, sender)| (name, Some(sender)));
    let strangers = refused_of.keys().filter(|name| !model.roster.has(name));
    known
        .chain(strangers.map(|name| (name, None)))
        .map(|(name, sender)| {
            let wrong = wrong_with(model, sender, refused_of.get(name).copied());
            (wrong.is_none(), row(model, name, sender, wrong))
        })
        .collect()
}

/// `prometheus  heard 03:14, 12 open; its clock 6 min behind; 3 posts refused`.
fn row(model: &Model, name: &Text, sender: Option<&Sender>, wrong: Option<String>) -> String {
    let heard = sender.and_then(|sender| sender.heard);
    let heard = heard.map_or("never heard".to_owned(), |at| format!("heard {}", model.time(at)));
    let open = number(sender.map_or(0, |sender| sender.open));
    let wrong = wrong.map(|wrong| format!("; {wrong}")).unwrap_or_default();
    format!("{name}  {heard}, {open} open{wrong}")
}

fn wrong_with(model: &Model, sender: Option<&Sender>, refused: Option<u64>) -> Option<String> {
    let silent = sender.and_then(|sender| sender.silent);
    let silent = silent.map(|since| format!("silent, noticed {}", model.time(since)));
    let clock = sender.and_then(Sender::clock).and_then(words::clock);
    let clock = clock.map(|words| words.trim_start_matches("sender's ").to_owned());
    let refused = refused.map(|count| match usize::try_from(count).unwrap_or(usize::MAX) {
        1 => "1 post refused".to_owned(),
        count => format!("{} posts refused", number(count)),
    });
    let wrong: Vec<String> = [silent, clock, refused].into_iter().flatten().collect();
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

fn intro(model: &Model, senders: &Senders, cells: usize) -> Vec<Line<'static>> {
    let keys = model.keymap.keys(Context::Senders, Action::NewToken);
    let key = keys.first().map_or_else(|| "t".to_owned(), ToString::to_string);
    match (&senders.token, model.settings.access) {
        (MadeToken::Made(token), _) => said(
            &format!(
                "Token \"{}\" may post alerts. It is shown this once: copy what you need.",
                token.name
            ),
            cells,
        ),
        (MadeToken::Saving(_), _) => said("The token is being saved.", cells),
        (MadeToken::None, Access::ReadOnly) if model.settings.keeps == Keeps::Nothing => said(
            "Alerts come in by HTTP, each sender with a token. This console is read-only and makes \
             none.",
            cells,
        ),
        (MadeToken::None, Access::ReadOnly) => said(
            "Alerts come in by HTTP, each sender with a token. This console is read-only and \
             makes none: watchbell token create does.",
            cells,
        ),
        (MadeToken::None, Access::Full) if !model.roster.is_empty() => said(
            &format!(
                "Alerts come in by HTTP, each sender with a token: {key} makes one, for the lines \
                 below."
            ),
            cells,
        ),
        (MadeToken::None, Access::Full) => {
            let mut lines =
                said("Alerts come in by HTTP, each sender with a token. Two steps:", cells);
            lines.push(Line::default());
            let first = format!("1. Press {key} to make a token. It is put into the lines below.");
            lines.extend(said(&first, cells));
            lines.extend(said("2. Send something.", cells));
            lines
        }
    }
}

fn tabs(model: &Model, senders: &Senders) -> Line<'static> {
    let mut spans = vec![plain("   ")];
    for example in Example::ALL {
        let name = example.name();
        spans.push(if example == senders.example {
            ink(model, Role::Strong, format!("[{name}]   "))
        } else {
            plain(format!("{name}   "))
        });
    }
    spans.push(ink(model, Role::Key, "tab"));
    spans.push(ink(model, Role::Dim, ": next"));
    Line::from(spans)
}

fn about(example: Example, posting: Posting) -> &'static str {
    match example {
        Example::Prometheus => match posting {
            Posting::WithToken => {
                "Prometheus repeats what fires. What it repeats no more ends by itself."
            }
            Posting::Open => {
                "alertmanager_api = \"open\": programs on this host need no token for it. \
                 Prometheus repeats what fires; what it repeats no more ends by itself."
            }
        },
        Example::Curl => {
            "A warning is shown and calls nobody. Send it again with \"status\": \"resolved\" to \
             clear it."
        }
        Example::Alertmanager => {
            "Alertmanager tells of an alert when it fires and when it is resolved \
             (send_resolved is on by default)."
        }
    }
}

/// The last refused post, and the first alert: a wrong token is seen here, not in a log.
fn live(model: &Model, senders: &Senders, cells: usize, most: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(refused) = model.service.refusals.newest() {
        let at = model.time(refused.last);
        let text = format!("refused {}", refused_posts(model, refused));
        lines.extend(told(model, &at, &text, cells, most));
    }
    if let Some(alert) = senders.arrived.and_then(|id| model.table.alert(id)) {
        let at = model.time(alert.received);
        let severity = match alert.severity {
            Severity::Critical => "CRIT",
            Severity::Warning => "warn",
        };
        let service = model.table.service_name(alert.service);
        let text =
            format!("first alert: {severity} {service} \"{}\"; esc shows the list", named(alert));
        lines.extend(told(model, &at, &text, cells, most));
    }
    if lines.is_empty() && model.table.alert_count() == 0 {
        lines.extend(said("Waiting. Nothing has knocked yet.", cells));
    }
    lines
}

fn reach(model: &Model, cells: usize) -> Vec<Line<'static>> {
    if model.settings.keeps == Keeps::Nothing {
        return said("What is sent here is shown beside what is made up, and forgotten.", cells);
    }
    let listening = model.settings.listening.ip();
    if !listening.is_loopback() {
        return Vec::new();
    }
    let text =
        format!("Only this machine reaches {listening}. Wider: --listen ADDR, tls_cert, tls_key");
    said(&text, cells)
}

/// A line with its time, and what it needs below, `most` lines in all.
fn told(model: &Model, at: &str, text: &str, cells: usize, most: usize) -> Vec<Line<'static>> {
    let indent = width(at) + 2;
    let mut lead = format!("   {at}  ");
    let mut lines = Vec::new();
    for line in wrap_to(text, cells.saturating_sub(indent), most, model.settings.symbols.cut()) {
        lines.push(Line::from(format!("{lead}{line}")));
        lead = " ".repeat(3 + indent);
    }
    lines
}
