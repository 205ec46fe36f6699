//! Sentences that several parts of the screen share, so that they say the same everywhere.

use super::model::Model;
use super::model::acts::Done;
use super::model::place::is_viewer;
use super::text::number;
use crate::domain::actor::{Actor, Person};
use crate::domain::alert::{Alert, Ending, Resolution, State, Suppressor};
use crate::domain::event::{Event, What};
use crate::domain::severity::Severity;
use crate::domain::silence::Terms;
use crate::domain::tells::{already, told_if_assigned};
use crate::domain::text::Text;
use crate::domain::time::SignedDuration;

/// How it ended, to go on a sentence with: `resolved by its source`, `resolved by bob`,
/// `ended, because nothing more was heard of it`.
pub fn ending(how: &Ending) -> String {
    match how {
        Ending::Source => "resolved by its source".to_owned(),
        Ending::Operator { by, .. } => format!("resolved by {by}"),
        Ending::TimeOut => "ended, because nothing more was heard of it".to_owned(),
    }
}

/// The same with how long it had lasted: `resolved by bob after 12m`.
pub fn ended_after(resolution: &Resolution, took: &str) -> String {
    match &resolution.how {
        Ending::TimeOut => format!("ended after {took}, because nothing more was heard of it"),
        Ending::Source | Ending::Operator { .. } => {
            format!("{} after {took}", ending(&resolution.how))
        }
    }
}

/// The same with its time: `resolved by bob at 03:16`.
pub fn ended(model: &Model, resolution: &Resolution) -> String {
    let at = model.time(resolution.at);
    match &resolution.how {
        Ending::TimeOut => format!("ended at {at}, because nothing more was heard of it"),
        Ending::Source | Ending::Operator { .. } => {
            format!("{} at {at}", ending(&resolution.how))
        }
    }
}

/// As `ended`, to the one at this console: `resolved by you at 03:16`.
pub fn ended_to_viewer(model: &Model, resolution: &Resolution) -> String {
    match &resolution.how {
        Ending::Operator { by, .. } if is_viewer(by, &model.settings.viewer) => {
            format!("resolved by you at {}", model.time(resolution.at))
        }
        Ending::Source | Ending::Operator { .. } | Ending::TimeOut => ended(model, resolution),
    }
}

/// What became of an ended alert that is not the newest of its kind any more:
/// `came back at 03:20 as 6f1c2b9e, firing`.
pub fn came_back(model: &Model, alert: &Alert) -> Option<String> {
    let newest = model.table.newest(&alert.identity)?;
    if alert.is_open() || newest.id == alert.id || newest.occurrence <= alert.occurrence {
        return None;
    }
    let state = match &newest.standing.state {
        State::Firing => "firing".to_owned(),
        State::Acknowledged(held) => format!("acknowledged by {}", held.by),
        State::Resolved(resolution) => ended(model, resolution),
    };
    let at = model.time(newest.received);
    Some(format!("came back at {at} as {}, {state}", newest.id.short()))
}

/// What there is to say of an alert beside its state: the hold, a call that nobody was told of, what
/// keeps it quiet, the marks.
pub fn marks(model: &Model, alert: &Alert) -> Vec<String> {
    let marks = &alert.marks;
    let held = alert.standing.hold().map(|hold| {
        let until = model.time(hold.until);
        match hold.reports {
            0 => format!("stays resolved until {until}, whatever its source sends"),
            _ => format!("held until {until}, its source still fires"),
        }
    });
    let flapping = marks.flapping.map(|since| format!("flapping since {}", model.time(since)));
    let stale = marks.stale.map(|since| {
        format!("stale since {}: its webhook has long been silent", model.time(since))
    });
    let untold = model.untold.why(alert.id);
    let untold = untold.map(|why| format!("it calls, but no channel took it: {why}"));
    // A silence that lies on an ended alert keeps nothing quiet.
    let held_by = alert.suppressions.iter().map(|held| &held.by);
    let held_by = held_by.filter(|by| alert.is_open() || by.silence().is_none());
    let then = match alert.suppressions.len() {
        _ if !alert.is_silenced() || !alert.is_wanted() => None,
        1 => Some("it calls when that ends".to_owned()),
        _ => Some("it calls when the last of these ends".to_owned()),
    };
    let quiet = held_by.map(|by| suppressor(model, by)).chain(then);
    held.into_iter()
        .chain(untold)
        .chain(quiet)
        .chain(flapping)
        .chain(stale)
        .chain(marks.clock.and_then(clock))
        .collect()
}

/// Who keeps an alert quiet, until when and why, as far as it is known now.
pub fn suppressor(model: &Model, by: &Suppressor) -> String {
    match by {
        Suppressor::Snooze { by, until } => {
            format!("snoozed by {by} until {}", model.time(*until))
        }
        Suppressor::Silence { id, by, until, why } => {
            let known = model.table.silence(*id).map(|silence| &silence.terms);
            let until = model.time(known.map_or(*until, |terms| terms.ends));
            let by = known.map_or_else(|| by.clone(), Terms::whose);
            let why = known.map_or_else(|| why.clone(), Terms::why);
            let why = if why.is_empty() { String::new() } else { format!(": {why}") };
            let resolved = known.is_some_and(|terms| terms.until_resolved);
            let resolved = if resolved { ", or until its alerts are resolved" } else { "" };
            format!("silenced by {by} until {until}{resolved}{why}")
        }
        Suppressor::Rule(name) => format!("kept quiet by {name}"),
    }
}

/// The same as it was told then.
fn suppressed(model: &Model, by: &Suppressor) -> String {
    if let Suppressor::Silence { by, until, why, .. } = by {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        return format!("silenced by {by} until {}{why}", model.time(*until));
    }
    suppressor(model, by)
}

/// `sender's clock 6 min behind`, in hours from two hours on, in days from two days on.
pub fn clock(off: SignedDuration) -> Option<String> {
    let side = if off.is_negative() { "ahead" } else { "behind" };
    let minutes = off.abs().as_mins();
    let off = match minutes {
        ..=0 => return None,
        1..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        2_880.. => {
            format!("{} days", number(usize::try_from(minutes / 1_440).unwrap_or(usize::MAX)))
        }
    };
    Some(format!("sender's clock {off} {side}"))
}

/// A line of the timeline, its times in the console's zone.
pub fn event(model: &Model, event: &Event) -> String {
    if let What::Suppressed(by) = &event.what {
        return suppressed(model, by);
    }
    if let What::Unsuppressed { by: Suppressor::Silence { by, .. }, since } = &event.what {
        let since = model.time(*since);
        return match &event.actor {
            Actor::Watchbell => format!("to be heard again, silenced by {by} at {since}"),
            actor => format!("{actor} ended the silence; silenced by {by} at {since}"),
        };
    }
    if let What::Unsuppressed { by: Suppressor::Snooze { by, .. }, since } = &event.what {
        let since = model.time(*since);
        return match &event.actor {
            Actor::Watchbell => format!("to be heard again, snoozed by {by} at {since}"),
            actor => format!("woken by {actor}; snoozed by {by} at {since}"),
        };
    }
    if let What::Held { until } = event.what {
        return format!("held until {}, its source still fires", model.time(until));
    }
    event.to_string()
}

/// What was sent because of an act and is not called back: `1 message was sent already: bob by
/// pager.` Nothing where nothing was.
pub fn already_sent(model: &Model, done: &Done) -> Option<String> {
    let already = already(&model.table, done.target.id, done.revision);
    let said = |channels: &[&Text]| {
        let named: Vec<String> = channels.iter().map(|name| channel(model, name)).collect();
        named.join(", ")
    };
    let sent = match already.sent.len() {
        0 => None,
        1 => Some(format!("1 message was sent already: {}.", said(&already.sent))),
        more => {
            Some(format!("{} messages were sent already: {}.", number(more), said(&already.sent)))
        }
    };
    let unsure = match already.unsure.len() {
        0 => None,
        1 => Some(format!("1 message may have arrived: {}.", said(&already.unsure))),
        more => {
            Some(format!("{} messages may have arrived: {}.", number(more), said(&already.unsure)))
        }
    };
    let sentences: Vec<String> = sent.into_iter().chain(unsure).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// A channel as people know it: `ops`, or `bob by pager` where it is bob's alone.
fn channel(model: &Model, name: &Text) -> String {
    let policy = model.table.policy();
    let own = policy.channels.iter().find(|channel| channel.name == *name);
    let of = own.and_then(|channel| policy.account(channel.of?));
    of.map_or_else(|| name.to_string(), |account| format!("{} by {name}", account.name))
}

/// Whether somebody hears of it that an alert is given to them, and that it is not acknowledged by
/// that: what is so by the configuration, and no guess.
pub fn assigning(model: &Model, alert: &Alert, to: Option<&Person>) -> String {
    let unacknowledged = "Assigning does not acknowledge.";
    let Some(to) = to else { return "Nobody is told of it.".to_owned() };
    let viewer = &model.settings.viewer;
    let name = &to.name;
    let channels = told_if_assigned(&model.table, alert, viewer, to);
    let names: Vec<&str> = channels.iter().map(|name| name.as_str()).collect();
    if !names.is_empty() {
        return format!("{name} is told by {}. {unacknowledged}", names.join(", "));
    }
    let held = alert.standing.acknowledgement();
    if viewer.person() == Some(to) {
        unacknowledged.to_owned()
    } else if held.is_some_and(|held| held.by.person() == Some(to)) {
        format!("{name} has acknowledged it, and is not told.")
    } else if alert.severity == Severity::Warning {
        format!("Nobody is told of warnings; tell {name} yourself. {unacknowledged}")
    } else {
        format!("No channel reaches {name}; tell them yourself. {unacknowledged}")
    }
}

/// What somebody did, to begin a sentence with. A person's name stays as it is.
pub fn deed(event: &Event) -> String {
    let deed = event.deed();
    let named = deed.starts_with(&event.via.naming(&event.actor));
    if named { deed } else { sentence(&deed) }
}

/// A sentence with its first letter large.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_a_clock_is_off_is_told_in_a_unit_one_can_imagine() {
        let cases = [
            (0, None),
            (6, Some("sender's clock 6 min behind")),
            (-119, Some("sender's clock 119 min ahead")),
            (120, Some("sender's clock 2 h behind")),
            (-2_879, Some("sender's clock 47 h ahead")),
            (2_880, Some("sender's clock 2 days behind")),
            (-2_160_484, Some("sender's clock 1,500 days ahead")),
        ];
        for (minutes, words) in cases {
            assert_eq!(
                clock(SignedDuration::from_mins(minutes)).as_deref(),
                words,
                "{minutes} min"
            );
        }
    }
}
