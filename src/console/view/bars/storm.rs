//! What the bar says of a storm: how much, of which services, and what came first. Counts are those
//! of the model; here they are only put in order and cut to the window.

use std::cmp::Reverse;

use crate::console::model::Model;
use crate::console::model::place::named;
use crate::console::model::storm::Storm;
use crate::console::model::tally::Tally;
use crate::console::text::{cut, number, width};
use crate::console::when;
use crate::domain::severity::Severity;

/// Between the parts of a line.
const APART: &str = "  ";
/// What a service's name takes at most.
const NAME: usize = 24;

/// The lines of the bar, of at most `room` cells each: one where all of it fits, else one for each
/// part.
pub(super) fn lines(model: &Model, tally: &Tally, room: usize) -> Vec<String> {
    let mark = model.settings.symbols.cut();
    let storm = &tally.storm;
    let head = head(model, tally);
    let first = first(model, storm).unwrap_or_default();
    let all = services(model, storm);
    let whole = [head.as_str(), &listed(&all, all.len(), mark), &first];
    let whole = whole.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(APART);
    if width(&whole) <= room {
        return vec![whole];
    }
    let beside = room.saturating_sub(width(&head) + width(APART));
    let mut lines = if let Some(services) = fitting(&all, beside, mark) {
        vec![format!("{head}{APART}{services}")]
    } else {
        let mut lines = vec![cut(&head, room, mark)];
        lines.extend(fitting(&all, room, mark));
        lines
    };
    // The first alert comes behind the services where it fits whole.
    match lines.last_mut() {
        Some(last) if width(last) + width(APART) + width(&first) <= room => {
            last.push_str(APART);
            last.push_str(&first);
        }
        _ if first.is_empty() => {}
        _ => lines.push(cut(&first, room, mark)),
    }
    lines
}

/// `STORM since 03:12: 1,204 alerts in 4 min.`
fn head(model: &Model, tally: &Tally) -> String {
    let since = tally.storm.since();
    let alerts = number(tally.storm.alerts());
    let within = match when::long(since, tally.at) {
        none if none == "0 s" => "at once".to_owned(),
        long => format!("in {long}"),
    };
    format!("STORM since {}: {alerts} alerts {within}.", model.time(since))
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

/// As many services as fit in `room` cells, if one does.
fn fitting(services: &[(String, usize)], room: usize, mark: &str) -> Option<String> {
    // A service takes three cells at least: no more than these are ever tried.
    let most = services.len().min(room / 3);
    (1..=most).rev().map(|count| listed(services, count, mark)).find(|text| width(text) <= room)
}

/// `db 812, web 301, … and 4 more services.`
fn listed(services: &[(String, usize)], count: usize, mark: &str) -> String {
    let named =
        services.iter().take(count).map(|(name, count)| format!("{name} {}", number(*count)));
    let named: Vec<String> = named.collect();
    let named = named.join(", ");
    match services.len().saturating_sub(count) {
        0 => format!("{named}."),
        1 => format!("{named}, {mark} and 1 more service."),
        more => format!("{named}, {mark} and {} more services.", number(more)),
    }
}
