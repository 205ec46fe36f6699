//! What the bar says of a storm: how much, of which services, and what came first. Counts are those
//! of the model; here they are only put in order and cut to the window.

use std::cmp::Reverse;

use super::MOST;
use crate::console::model::Model;
use crate::console::model::place::named;
use crate::console::model::storm::Storm;
use crate::console::model::tally::Tally;
use crate::console::text::{cut, number, width};
use crate::console::when;
use crate::domain::severity::Severity;

/// What a service's name takes at most.
const NAME: usize = 24;

/// The lines of the bar, of `room` cells each, with as many services as they hold: a line less than
/// there may be, where one service at least finds room.
pub(super) fn lines(model: &Model, tally: &Tally, room: usize, most: usize) -> Vec<String> {
    let mark = model.settings.symbols.cut();
    // In one line there is room for the counts alone.
    let head = if most == 1 { brief_head(tally) } else { head(model, tally) };
    let first = first(model, &tally.storm).filter(|_| most > 1);
    let first = first.map(|first| cut(&first, room, mark));
    let services = services(model, &tally.storm);
    let lines_of = |count| {
        let head = head.split(' ').map(|word| (1, word.to_owned()));
        let listed = listed(&services, count, mark).into_iter().enumerate();
        let listed = listed.map(|(number, text)| (if number == 0 { 2 } else { 1 }, text));
        let first = first.iter().map(|first| (2, first.clone()));
        packed(head.chain(listed).chain(first), room)
    };
    // A service takes five cells at least: more of them are never tried.
    let tried = (1..=services.len().min(MOST * room / 5)).rev();
    let within = |most| tried.clone().map(lines_of).find(|lines| lines.len() <= most);
    within(most.saturating_sub(1).max(1)).or_else(|| within(most)).unwrap_or_else(|| lines_of(1))
}

/// Pieces in lines of at most `room` cells, each with so many blanks before it as it says, but at
/// the beginning of a line.
fn packed(pieces: impl Iterator<Item = (usize, String)>, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (blanks, piece) in pieces {
        match lines.last_mut() {
            Some(line) if width(line) + blanks + width(&piece) <= room => {
                line.extend(std::iter::repeat_n(' ', blanks));
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// `STORM since 03:12: 1,204 alerts in 4 min.`
fn head(model: &Model, tally: &Tally) -> String {
    let alerts = number(tally.storm.alerts());
    let since = model.time(tally.storm.since());
    format!("STORM since {since}: {alerts} alerts {}.", within(tally))
}

/// `STORM: 1,204 in 4 min.`
fn brief_head(tally: &Tally) -> String {
    format!("STORM: {} {}.", number(tally.storm.alerts()), within(tally))
}

fn within(tally: &Tally) -> String {
    match when::long(tally.storm.since(), tally.at) {
        none if none == "0 s" => "at once".to_owned(),
        long => format!("in {long}"),
    }
}

/// `First: CRIT db "db1 primary does not answer"`, with the severity that it has now.
fn first(model: &Model, storm: &Storm) -> Option<String> {
    let alert = model.alert(storm.first.id)?;
    let severity = match alert.severity {
        Severity::Critical => "CRIT",
        Severity::Warning => "warn",
    };
    let service = model.table.service_name(alert.service);
    Some(format!("First: {severity} {service} \"{}\"", named(alert)))
}

/// The services of the storm with their counts, the largest first.
fn services(model: &Model, storm: &Storm) -> Vec<(String, usize)> {
    let mark = model.settings.symbols.cut();
    let name = |id| cut(&model.table.service_name(id), NAME, mark);
    let mut services: Vec<_> = storm.services().map(|(id, count)| (name(id), count)).collect();
    services.sort_by(|one, other| (Reverse(one.1), &one.0).cmp(&(Reverse(other.1), &other.0)));
    services
}

/// `db 812,` `web 301,` `… and 4 more services.`
fn listed(services: &[(String, usize)], count: usize, mark: &str) -> Vec<String> {
    let named = services.iter().take(count).map(|(name, count)| (name, number(*count)));
    let mut listed: Vec<String> = named.map(|(name, count)| format!("{name} {count},")).collect();
    match services.len().saturating_sub(count) {
        0 => {
            if let Some(last) = listed.last_mut() {
                last.pop();
                last.push('.');
            }
        }
        1 => listed.push(format!("{mark} and 1 more service.")),
        more => listed.push(format!("{mark} and {} more services.", number(more))),
    }
    listed
}
