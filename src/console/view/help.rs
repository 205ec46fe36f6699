//! The help page: the effective keys, from the table of actions, and the words of the list, which
//! no other screen explains.

use ratatui::text::Line;

use super::{ink, plain};
use crate::console::action::{ACTIONS, Action, Context, Entry, Group, HelpLine};
use crate::console::keymap::Origin;
use crate::console::model::Model;
use crate::console::settings::Place;
use crate::console::text::{fit, width};
use crate::console::theme::Role;

/// From this width on there are two columns.
const TWO: u16 = 76;
/// The keys' column at most, and where the second column begins.
const KEYS: usize = 15;
const SECOND: usize = 40;

/// The words of the list, with what they mean.
const WORDS: [(&str, &str); 12] = [
    ("fire", "firing, nobody has it yet"),
    ("fire!", "the same, no channel told it"),
    ("ack ack!", "acknowledged; over 2 h ago"),
    ("flap", "fires on and off, told once"),
    ("stale", "its webhook went silent"),
    ("sil snz", "silenced; snoozed: quiet"),
    ("res", "resolved"),
    ("hold", "resolved; source still fires"),
    ("lost", "nothing more was heard of it"),
    ("→bob bob", "assigned to bob; bob has it"),
    ("▌ ›", "selected; › top of live list"),
    ("+", "new since the list stands"),
];

/// The words of the view of silences.
const WORDS_OF_SILENCES: [(&str, &str); 6] = [
    ("active", "mutes what it matches"),
    ("pending", "begins later"),
    ("expired", "over; kept for a while"),
    ("MUTES", "open alerts kept quiet by it"),
    ("CALL", "of them, call when it ends"),
    ("r  w", "till resolved; comes again"),
];

/// What the page says: of the view of silences there, of the list anywhere else.
pub(super) fn lines(model: &Model) -> Vec<Line<'static>> {
    let title = match model.silences() {
        Some(_) => "ACT ON THE SELECTED SILENCE",
        None => "ACT ON THE SELECTED ALERT",
    };
    let act = block(model, title, Group::Act);
    let moving = block(model, "MOVE", Group::Move);
    let look = block(model, "LOOK", Group::Look);
    let program = block(model, "PROGRAM", Group::Program);
    let words = words(model);
    let wide = model.size.width >= TWO;
    let mut lines = Vec::new();
    if wide {
        // All of it fits into 80x24, where free lines would push the words out.
        let left = [act, look].concat();
        let right = [moving, program].concat();
        lines.extend(side_by_side(left, right));
    } else {
        lines.extend(stacked([act, look, moving, program]));
        lines.push(Line::default());
    }
    let place = if model.silences().is_some() { "HERE" } else { "IN THE LIST" };
    lines.push(Line::from(ink(model, Role::Strong, format!(" WORDS {place}"))));
    if wide {
        let half = words.len().div_ceil(2);
        let (left, right) = words.split_at(half);
        lines.extend(side_by_side(left.to_vec(), right.to_vec()));
    } else {
        lines.extend(words);
    }
    lines
}

fn stacked<const N: usize>(blocks: [Vec<Line<'static>>; N]) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for block in blocks {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(block);
    }
    lines
}

fn side_by_side(left: Vec<Line<'static>>, right: Vec<Line<'static>>) -> Vec<Line<'static>> {
    let rows = left.len().max(right.len());
    let mut left = left.into_iter();
    let mut right = right.into_iter();
    (0..rows)
        .map(|_| {
            let mut line = left.next().unwrap_or_default();
            let gap = SECOND.saturating_sub(line.width());
            line.spans.push(plain(" ".repeat(gap)));
            line.spans.extend(right.next().unwrap_or_default().spans);
            line
        })
        .collect()
}

fn block(model: &Model, title: &str, group: Group) -> Vec<Line<'static>> {
    let mut entries = Vec::new();
    for (index, entry) in ACTIONS.iter().enumerate() {
        let HelpLine::Own(own, words) = entry.help else { continue };
        let attached = model.settings.place == Place::Attached && entry.action == Action::Quit;
        let words = if attached { "quit (the service goes on)" } else { words };
        let here = match entry.context {
            Context::Any => true,
            context => (context == Context::Silences) == model.silences().is_some(),
        };
        if own != group || !here || !model.may(entry) {
            continue;
        }
        let after = ACTIONS.get(index + 1..).unwrap_or_default();
        let also = after.iter().take_while(|next| next.help == HelpLine::WithAbove);
        let all: Vec<&Entry> = std::iter::once(entry).chain(also).collect();
        entries.push((changed(model, &all), keys(model, &all), words));
    }
    let column = entries.iter().map(|(_, keys, _)| width(keys)).max().unwrap_or_default();
    let column = column.max(6) + 2;
    let mut lines = vec![Line::from(ink(model, Role::Strong, format!(" {title}")))];
    if entries.is_empty() {
        lines.push(Line::from(" no key: this console is read-only"));
    }
    lines.extend(entries.into_iter().map(|(star, keys, words)| {
        let keys = fit(&keys, column, "");
        Line::from(vec![plain(star), ink(model, Role::Key, keys), plain(words)])
    }));
    lines
}

/// The mark of keys that are the person's own.
fn changed(model: &Model, entries: &[&Entry]) -> &'static str {
    let origin = |entry: &&Entry| model.keymap.origin(entry.context, entry.action);
    if entries.iter().any(|entry| origin(entry) == Origin::Changed) { "*" } else { " " }
}

/// The keys of what stands on one line, in turn: `j k ↓ ↑`, as many as there is room for.
fn keys(model: &Model, entries: &[&Entry]) -> String {
    let of = |entry: &Entry| model.keymap.keys(entry.context, entry.action);
    let most = entries.iter().map(|entry| of(entry).len()).max().unwrap_or_default();
    let mut text = String::new();
    for turn in 0..most {
        let round: Vec<String> =
            entries.iter().filter_map(|entry| of(entry).get(turn)).map(|key| key.short()).collect();
        let round = model.settings.symbols.of(round.join(" "));
        let gap = if text.is_empty() { "" } else { " " };
        if width(&text) + gap.len() + width(&round) > KEYS {
            break;
        }
        text.push_str(gap);
        text.push_str(&round);
    }
    if text.is_empty() { model.settings.symbols.nobody().to_owned() } else { text }
}

fn words(model: &Model) -> Vec<Line<'static>> {
    let symbols = model.settings.symbols;
    let all: &[_] = if model.silences().is_some() { &WORDS_OF_SILENCES } else { &WORDS };
    all.iter()
        .map(|(word, meaning)| {
            let word = symbols.of((*word).to_owned());
            let word = word.replace('▌', symbols.cursor()).replace('›', symbols.first());
            let meaning = (*meaning).replace('›', symbols.first());
            Line::from(vec![
                plain(" "),
                ink(model, Role::Strong, fit(&word, 9, "")),
                plain(meaning),
            ])
        })
        .collect()
}
