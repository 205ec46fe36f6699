//! The sheet that asks what to silence: its lines, and what they would mute as far as it is counted.

use std::ops::Range;

use ratatui::text::{Line, Span};

use super::{Content, ink, key_lines, plain, rule};
use crate::console::action::{Action, Context};
use crate::console::model::Model;
use crate::console::model::place::named;
use crate::console::model::silencing::{Counted, Field, Focus, Silencing, Subject};
use crate::console::text::{cut, number, width, wrap_to};
use crate::console::theme::Role;
use crate::console::{when, words};
use crate::domain::matcher::Matcher;
use crate::domain::query::Problem;
use crate::domain::silence::{Ends, NoEnd, Preview};
use crate::domain::text::line_of;

/// What stands before each line of text.
const LEAD: usize = 7;
/// How many lines the matchers take at most.
const WHAT: usize = 3;
/// In a window lower than this the matchers have one line, and only the line that is written stands
/// beside them.
const LOW: u16 = 14;
const LOWEST: u16 = 11;
/// How much of a bad matcher is repeated.
const WORD: usize = 24;

pub(super) fn content(model: &Model, sheet: &Silencing, cells: usize) -> Content {
    let height = model.size.height;
    let mut lines = vec![rule(model, &title(model, sheet), "", cells)];
    let mut caret = None;
    for (focus, lead, field) in [
        (Focus::What, "what", &sheet.what),
        (Focus::Until, "for", &sheet.until),
        (Focus::Why, "why", &sheet.why),
    ] {
        let focused = focus == sheet.focus;
        if height < LOWEST && !focused && focus != Focus::What {
            continue;
        }
        let area = Area {
            lead,
            field,
            focused,
            rows: if focus == Focus::What && height >= LOW { WHAT } else { 1 },
            problems: if focus == Focus::What { &sheet.line().problems } else { &[] },
            instead: if focus == Focus::Until { Ends::USUAL } else { "" },
        };
        let before = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let (written, at) = area.lines(model, cells);
        lines.extend(written);
        caret = caret.or(at.map(|(x, y)| (x, y.saturating_add(before))));
    }
    lines.extend(told(model, sheet, cells));
    let mut keys =
        vec![(Action::Accept, if sheet.known().is_some() { "change" } else { "silence" })];
    keys.push((Action::Next, "next line"));
    let other = other(model, sheet);
    keys.extend(other.as_deref().map(|words| (Action::Widen, words)));
    keys.push((Action::Cancel, "cancel"));
    let mut keys = key_lines(model, Context::Silence, &keys, cells);
    if height < LOWEST {
        keys.truncate(1);
    }
    Content { lines, keys, caret }
}

fn title(model: &Model, sheet: &Silencing) -> String {
    let as_given = sheet.what.is_as_given();
    match (sheet.subject, &sheet.target) {
        (Subject::Known(_), _) => {
            let whose = sheet.known().map(|known| known.terms.whose()).unwrap_or_default();
            format!("Change the silence of {whose}")
        }
        (Subject::Alert, Some(target)) if as_given => {
            let alert = model.alert(target.id);
            let name = alert.map(|alert| named(alert));
            format!("Silence: {}", name.unwrap_or_else(|| target.title.clone()))
        }
        (Subject::Shown { count }, _) if as_given => {
            format!("Silence what the filter shows: {}", alerts(count))
        }
        (Subject::Alert | Subject::Shown { .. } | Subject::Written, _) => {
            "Silence what is written here".to_owned()
        }
    }
}

/// What the key that widens leads to, where it leads somewhere.
fn other(model: &Model, sheet: &Silencing) -> Option<String> {
    match sheet.subject {
        Subject::Alert if !model.list.sieve().is_empty() => {
            Some(format!("the {} that the filter shows", number(model.filtered().passing)))
        }
        Subject::Shown { .. } if sheet.target.is_some() => Some("only this alert".to_owned()),
        Subject::Alert | Subject::Shown { .. } | Subject::Written | Subject::Known(_) => None,
    }
}

/// What follows from the lines, or what is wrong with them.
fn told(model: &Model, sheet: &Silencing, cells: usize) -> Vec<Line<'static>> {
    let mark = model.settings.symbols.cut();
    let most = if model.size.height < LOWEST { 2 } else { 3 };
    let mut sentences = Vec::new();
    let until = until(model, sheet);
    let reached = reached(model, sheet);
    match (until, reached) {
        (Ok(until), Ok(reached)) => sentences.push((None, format!("{until}: {reached}"))),
        (until, reached) => {
            let role = |is_ok| if is_ok { None } else { Some(Role::Attention) };
            let [until_role, reached_role] = [role(until.is_ok()), role(reached.is_ok())];
            // What is wrong comes first, for a low window has room for nothing else.
            let mut both = [
                (reached_role, reached.unwrap_or_else(|wrong| wrong)),
                (until_role, until.unwrap_or_else(|wrong| wrong)),
            ];
            both.sort_by_key(|(role, _)| role.is_none());
            sentences.extend(
                both.map(|(role, text)| (role, text.trim_end_matches('.').to_owned() + ".")),
            );
        }
    }
    sentences.extend(also(model, sheet));
    let lines = sentences.into_iter().flat_map(|(role, text)| {
        let lines = wrap_to(&text, cells.saturating_sub(2), most, mark).into_iter();
        lines.map(move |line| {
            let line = format!(" {line}");
            Line::from(
                role.map_or_else(|| plain(line.clone()), |role| ink(model, role, line.clone())),
            )
        })
    });
    lines.collect()
}

/// `Until 05:15 (UTC)`, or why it is no time.
fn until(model: &Model, sheet: &Silencing) -> Result<String, String> {
    let zone = &model.settings.zone;
    match sheet.comes_again(zone) {
        Some(Ok(when)) => {
            let next = model.time(when.window(model.clock).starts);
            return Ok(format!("Again and again, {when}, next at {next}"));
        }
        Some(Err(error)) => return Err(error.to_string()),
        None => {}
    }
    match sheet.ends(model.clock, zone) {
        Ok(Ends { at, until_resolved }) => {
            let at = format!("{} ({})", model.time(at), when::zone_name(model.clock, zone));
            Ok(if until_resolved {
                format!("Until all is resolved, {at} at the latest")
            } else {
                format!("Until {at}")
            })
        }
        Err(NoEnd::NoTime) => {
            Err("Not a time to come: write 2h, 18:00, tomorrow 9:00 or until resolved".to_owned())
        }
        Err(NoEnd::TooLong) => Err(format!(
            "At most {}d: a longer one would be forgotten",
            Ends::LONGEST.as_hours() / 24
        )),
    }
}

/// `mutes 312 now (14 of them call), 1,204 in the last 7 days (36 critical, 12 pages).`, or why
/// nothing can be silenced so.
fn reached(model: &Model, sheet: &Silencing) -> Result<String, String> {
    let line = sheet.line();
    if let Some(Problem { range, reason }) = line.problems.first() {
        let word = sheet.what.input.value().get(range.clone()).unwrap_or_default();
        let word = cut(&line_of(word), WORD, model.settings.symbols.cut());
        return Err(format!("{word}: {reason}"));
    }
    if line.matchers.is_empty() {
        return Err(
            "Write what to mute: name=\"value\", several with spaces between them".to_owned()
        );
    }
    if line.matchers.iter().all(Matcher::allows_absence) {
        return Err(
            "One matcher must ask for something, or all that lacks these is muted".to_owned()
        );
    }
    let Some(counted) = sheet.count.counted else {
        return Ok(format!("counting{}", model.settings.symbols.cut()));
    };
    let Counted { now, lately, .. } = counted;
    let calling = match (now.critical, now.alerts) {
        (0, _) => String::new(),
        (1, 1) => " (it calls)".to_owned(),
        (1, _) => " (1 of them calls)".to_owned(),
        (some, _) => format!(" ({} of them call)", number(some)),
    };
    let muted = if now.alerts == 0 { "nothing".to_owned() } else { number(now.alerts) };
    let days = Preview::BACK.as_hours() / 24;
    let lately = match lately {
        None => format!("{} in the last {days} days", model.settings.symbols.cut()),
        Some(lately) => {
            let critical =
                (lately.critical > 0).then(|| format!("{} critical", number(lately.critical)));
            let pages = match lately.pages {
                0 => None,
                1 => Some("1 page".to_owned()),
                pages => Some(format!("{} pages", number(pages))),
            };
            let of_them: Vec<String> = critical.into_iter().chain(pages).collect();
            let of_them = if of_them.is_empty() {
                String::new()
            } else {
                format!(" ({})", of_them.join(", "))
            };
            format!("{} in the last {days} days{of_them}", number(lately.alerts))
        }
    };
    Ok(format!("mutes {muted} now{calling}, {lately}."))
}

/// What else is to be known before it is done.
fn also(model: &Model, sheet: &Silencing) -> Vec<(Option<Role>, String)> {
    let mut also = Vec::new();
    let counted = sheet.count.counted.filter(|_| sheet.line().problems.is_empty());
    if counted.is_some_and(|counted| counted.everything) {
        also.push((Some(Role::Attention), "That is EVERYTHING that is open.".to_owned()));
    }
    if let Some(hidden) = counted.map(|counted| counted.hidden).filter(|hidden| *hidden > 0) {
        let text = format!("The filter does not show {} of those of now.", number(hidden));
        also.push((Some(Role::Attention), text));
    }
    let target = sheet.target.as_ref().filter(|_| sheet.subject == Subject::Alert);
    let alert = target.and_then(|target| model.alert(target.id));
    let held = alert.into_iter().flat_map(|alert| &alert.suppressions);
    let silences = held.filter(|held| held.by.silence().is_some());
    also.extend(
        silences.map(|held| (None, format!("Already {}.", words::suppressor(model, &held.by)))),
    );
    if sheet.replaces() {
        let text = "Other matchers make another silence, and this one ends.".to_owned();
        also.push((None, text));
    }
    also
}

fn alerts(count: usize) -> String {
    if count == 1 { "1 alert".to_owned() } else { format!("{} alerts", number(count)) }
}

/// A field, broken where its cells end.
struct Area<'a> {
    lead: &'a str,
    field: &'a Field,
    focused: bool,
    rows: usize,
    problems: &'a [Problem],
    /// What is meant while nothing is written.
    instead: &'a str,
}

impl Area<'_> {
    /// Its lines, and where the caret stands in them.
    fn lines(&self, model: &Model, cells: usize) -> (Vec<Line<'static>>, Option<(u16, u16)>) {
        let room = cells.saturating_sub(LEAD + 1).max(1);
        let value = self.field.input.value();
        let (broken, (column, row)) = broken(value, self.field.input.cursor(), room);
        // The rows in sight are those around the caret; of a field that is not written the first.
        let from = if self.focused { (row + 1).saturating_sub(self.rows) } else { 0 };
        let is_cut = broken.len() > from + self.rows && !self.focused;
        let mut lines: Vec<Line<'static>> = Vec::new();
        for range in broken.into_iter().skip(from).take(self.rows) {
            let lead = if lines.is_empty() { self.lead } else { "" };
            let role = if self.focused { Role::Key } else { Role::Dim };
            let mut spans = vec![ink(model, role, format!(" {lead:<0$}", LEAD - 1))];
            spans.extend(self.marked(model, range));
            lines.push(Line::from(spans));
        }
        if let Some(last) = lines.last_mut().filter(|_| is_cut) {
            let text: String =
                last.spans.iter().skip(1).map(|span| span.content.as_ref()).collect();
            let text =
                cut(&format!("{text} "), room.min(width(&text)), model.settings.symbols.cut());
            last.spans.splice(1.., [plain(text)]);
        }
        if let Some(first) = lines.first_mut().filter(|_| value.is_empty()) {
            first.spans.push(ink(model, Role::Dim, self.instead.to_owned()));
        }
        let at = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
        (lines, self.focused.then(|| (at(LEAD + column), at(row - from))))
    }

    /// A piece of the text, with what cannot be read marked in it.
    fn marked(&self, model: &Model, range: Range<usize>) -> Vec<Span<'static>> {
        let value = self.field.input.value();
        let mut spans: Vec<(bool, String)> = Vec::new();
        for (at, c) in value.get(range.clone()).unwrap_or_default().char_indices() {
            let at = range.start + at;
            let bad = self.problems.iter().any(|problem| problem.range.contains(&at));
            match spans.last_mut() {
                Some((known, text)) if *known == bad => text.push(c),
                Some(_) | None => spans.push((bad, c.to_string())),
            }
        }
        let span = |(bad, text)| if bad { ink(model, Role::Bad, text) } else { plain(text) };
        spans.into_iter().map(span).collect()
    }
}

/// Where lines of `room` cells break a text, behind a space where one is, and the column and the row
/// of the caret.
fn broken(value: &str, cursor: usize, room: usize) -> (Vec<Range<usize>>, (usize, usize)) {
    let cells = |text: &str| text.chars().map(|c| width(c.encode_utf8(&mut [0; 4]))).sum::<usize>();
    let mut rows = Vec::new();
    let (mut start, mut space) = (0, None);
    for (at, c) in value.char_indices() {
        let end = at + c.len_utf8();
        if at > start && cells(value.get(start..end).unwrap_or_default()) > room {
            let next = space.take().unwrap_or(at);
            rows.push(start..next);
            start = next;
        }
        if c == ' ' {
            space = Some(end);
        }
    }
    rows.push(start..value.len());
    let caret = value.char_indices().nth(cursor).map_or(value.len(), |(at, _)| at);
    let row = rows.iter().rposition(|range| range.start <= caret).unwrap_or_default();
    let before = rows.get(row).and_then(|range| value.get(range.start..caret)).unwrap_or_default();
    // At the end of a row it may stand in the column that is kept free.
    (rows, (cells(before), row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_breaks_behind_spaces_and_the_caret_is_where_it_was() {
        let cases = [
            ("", 0, &[""][..], (0, 0)),
            ("ab cd", 5, &["ab cd"], (5, 0)),
            ("ab cd ef", 8, &["ab cd ", "ef"], (2, 1)),
            ("ab cd ef", 6, &["ab cd ", "ef"], (0, 1)),
            ("abcdefghij", 6, &["abcdef", "ghij"], (0, 1)),
            ("ab 日本語", 4, &["ab ", "日本語"], (2, 1)),
        ];
        for (value, cursor, lines, caret) in cases {
            let (rows, at) = broken(value, cursor, 6);
            let rows: Vec<&str> = rows.into_iter().map(|range| &value[range]).collect();
            assert_eq!((rows.as_slice(), at), (lines, caret), "{value:?} at {cursor}");
        }
    }
}
