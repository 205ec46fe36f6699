//! The table itself: `step` of everything that can happen to an alert in every way it can stand.
//!
//! A new variant does not compile until it has a number here, and its number fails until
//! something of it is in the table.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::*;
use crate::domain::actor::Via;
use crate::domain::alert::{Ending, Namespace, Naming};
use crate::domain::command::AlertCommand;
use crate::domain::draft::Tick;
use crate::domain::entity::Key;
use crate::domain::event::Event;
use crate::domain::id::{Ids, SilenceId};
use crate::domain::report::{Report, Road, Subject};
use crate::domain::samples::{Desk, account, labels, payload, person};
use crate::domain::time::after;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Who does what, how long after the alert came to stand as it does.
struct Row {
    name: &'static str,
    actor: Actor,
    wait: SignedDuration,
    happening: Happening,
}

fn identity() -> Identity {
    let naming = Naming::of_labels(labels(&[("alertname", "disk")]));
    Identity { namespace: Namespace::default(), naming }
}

fn silence() -> Suppressor {
    Suppressor::Silence {
        id: SilenceId(uuid::Uuid::nil()),
        by: "bob".into(),
        until: "2026-11-21T05:00:00Z".parse().unwrap(),
        why: "the disk is replaced".into(),
    }
}

fn rule() -> Suppressor {
    Suppressor::Rule("the datacentre is down".into())
}

fn prometheus() -> Actor {
    Actor::Machine("prometheus".into())
}

/// A report by webhook, begun when the desk began.
fn report(severity: &str, starts_at: Option<Timestamp>) -> Payload {
    let labels = labels(&[("alertname", "disk")]);
    Payload { road: Road::Webhook, starts_at, labels, ..payload("disk", severity) }
}

fn fires(desk: &mut Desk, severity: &str, starts_at: Option<Timestamp>) -> AlertId {
    let subject = Subject::Known(identity());
    let payload = Box::new(report(severity, starts_at));
    desk.reports(Report::Firing { subject, payload }).unwrap().unwrap()
}

fn ends(desk: &mut Desk) {
    let ends_at = Some(desk.now);
    let report = Report::Resolved { identity: identity(), road: Road::Webhook, ends_at };
    desk.reports(report).unwrap();
}

/// Every way an alert can stand, a minute after it came to.
fn standings() -> Vec<(&'static str, Desk, Option<Alert>)> {
    let names = [
        "no alert",
        "firing",
        "firing, a warning",
        "firing, snoozed",
        "firing, silenced",
        "firing, inhibited",
        "firing, fell to a warning",
        "firing, flapping",
        "firing, stale",
        "acknowledged",
        "acknowledged, a warning",
        "acknowledged, snoozed",
        "resolved by its source",
        "resolved by its source, acknowledged",
        "fell silent",
        "fell silent, acknowledged",
        "resolved by alice, held",
        "resolved by alice, no hold",
    ];
    names.into_iter().map(|name| standing(name)).collect()
}

fn standing(name: &'static str) -> (&'static str, Desk, Option<Alert>) {
    let mut desk = Desk::new();
    let start = desk.now;
    if name == "no alert" {
        return (name, desk, None);
    }
    let severity =
        if name.ends_with("a warning") && !name.contains("fell") { "warning" } else { "critical" };
    let id = fires(&mut desk, severity, (!name.ends_with("no hold")).then_some(start));
    let alice = account("alice");
    let snooze = AlertCommand::Snooze(after(start, MINUTE * 30));
    for (part, act) in [
        ("acknowledged", AlertCommand::Acknowledge),
        ("snoozed", snooze),
        ("resolved by alice", AlertCommand::Resolve),
    ] {
        if name.contains(part) {
            desk.wait(MINUTE);
            desk.act(&alice, id, act).unwrap();
        }
    }
    desk.wait(MINUTE);
    if name.contains("by its source") {
        ends(&mut desk);
    }
    if name == "firing, fell to a warning" {
        fires(&mut desk, "warning", Some(start));
    }
    if name == "firing, flapping" {
        for _ in 0..4 {
            desk.act(&alice, id, AlertCommand::Acknowledge).unwrap();
            ends(&mut desk);
            desk.wait(MINUTE);
            let now = desk.now;
            fires(&mut desk, "critical", Some(now));
        }
    }
    let mut alert = desk.alert(id).clone();
    let quiet = |alert: &mut Alert, happening: Happening| {
        let tick = tick(&desk, desk.now);
        let by = By { actor: &Actor::Watchbell, seen: None };
        match step(Some(alert), &happening, by, &tick).unwrap() {
            Step::Move(change) => *alert = change.next,
            Step::Keep(why) => panic!("{name} does not come about: {why:?}"),
        }
    };
    match name {
        "firing, silenced" => quiet(&mut alert, Happening::Suppress(silence())),
        "firing, inhibited" => quiet(&mut alert, Happening::Suppress(rule())),
        "firing, stale" => alert.marks.stale = Some(desk.now),
        "fell silent" | "fell silent, acknowledged" => {
            alert.ends = Some(after(desk.now, -MINUTE));
            quiet(&mut alert, Happening::Time);
        }
        _ => {}
    }
    desk.wait(MINUTE);
    (name, desk, Some(alert))
}

fn tick(desk: &Desk, now: Timestamp) -> Tick {
    let granted = desk.table.granted();
    Tick { now, revision: Revision(99), ids: Ids::from_seed(3), granted }
}

/// Everything that can happen to an alert.
fn rows(desk: &Desk, alert: Option<&Alert>) -> Vec<Row> {
    let begun = alert.and_then(|alert| alert.starts_at).unwrap_or(desk.now);
    let same = alert.map_or("critical".to_owned(), |alert| alert.severity.to_string());
    let heard = |severity: &str, starts_at| {
        Happening::Report(Box::new(Heard {
            source: None,
            id: AlertId(Ids::from_seed(4).draw()),
            occurrence: 2,
            identity: identity(),
            service: ServiceId::of("web"),
            service_was: alert.map(|_| "web".into()),
            service_is: "web".into(),
            ends: None,
            behind: None,
            payload: report(severity, starts_at),
        }))
    };
    let own = alert.and_then(|alert| last_act(&alert.recent, &account("alice")));
    let now = SignedDuration::ZERO;
    let row = |name, who: &str, wait, happening| {
        let actor = if who == "prometheus" { prometheus() } else { account(who) };
        Row { name, actor, wait, happening }
    };
    let alice = |name, act| row(name, "alice", now, Happening::Act(act));
    let time = |name, wait| Row { name, actor: Actor::Watchbell, wait, happening: Happening::Time };
    let rule = |name, happening| Row { name, actor: Actor::Watchbell, wait: now, happening };
    vec![
        row("report of the same start", "prometheus", now, heard(&same, Some(begun))),
        row("report of a later start", "prometheus", now, heard(&same, Some(desk.now))),
        row("report without a start", "prometheus", now, heard(&same, None)),
        row("report, a day later", "prometheus", DAY, heard(&same, Some(begun))),
        row("report, critical", "prometheus", now, heard("critical", Some(begun))),
        row("report, a warning", "prometheus", now, heard("warning", Some(begun))),
        row("ended", "prometheus", now, Happening::Ended { at: Some(desk.now) }),
        alice("acknowledge", Act::Acknowledge(None)),
        row("acknowledge, by bob", "bob", now, Happening::Act(Act::Acknowledge(None))),
        alice("un-acknowledge", Act::Unacknowledge),
        alice("assign to carol", Act::Assign(Some(person("carol")))),
        alice("unassign", Act::Assign(None)),
        alice("snooze", Act::Snooze(after(desk.now, MINUTE * 60))),
        alice("snooze until the past", Act::Snooze(after(desk.now, -MINUTE))),
        alice("wake", Act::Wake),
        alice("resolve", Act::Resolve),
        alice("reopen", Act::Reopen),
        alice("note", Act::Note("looking".into())),
        alice("undo the last act", Act::Undo(own.unwrap_or_default())),
        row("undo it, by bob", "bob", now, Happening::Act(Act::Undo(own.unwrap_or_default()))),
        time("time, nothing is due", now),
        time("time, a day later", DAY),
        rule("a silence begins", Happening::Suppress(silence())),
        rule("a silence ends", Happening::Unsuppress(silence())),
    ]
}

/// A number for everything that can happen.
fn number(happening: &Happening) -> usize {
    match happening {
        Happening::Report(_) => 0,
        Happening::Ended { .. } => 1,
        Happening::Time => 2,
        Happening::Suppress(_) => 3,
        Happening::Unsuppress(_) => 4,
        Happening::Act(act) => match act {
            Act::Acknowledge(_) => 5,
            Act::Unacknowledge => 6,
            Act::Assign(Some(_)) => 7,
            Act::Assign(None) => 8,
            Act::Snooze(_) => 9,
            Act::Wake => 10,
            Act::Resolve => 11,
            Act::Reopen => 12,
            Act::Note(_) => 13,
            Act::Undo(_) => 14,
        },
    }
}
const HAPPENINGS: usize = 15;

/// A number for everything about how an alert can stand.
fn numbers(alert: &Alert) -> [Option<usize>; 3] {
    let state = match &alert.standing.state {
        State::Firing => 0,
        State::Acknowledged(_) => 1,
        State::Resolved(resolution) => match &resolution.how {
            Ending::Source => 2,
            Ending::Operator { hold: Some(_), .. } => 3,
            Ending::Operator { hold: None, .. } => 4,
            Ending::TimeOut => 5,
        },
    };
    let call = match alert.standing.call {
        Call::Quiet => 6,
        Call::Calling(_) => 7,
        Call::Over => 8,
        Call::Paused { why, .. } => match why {
            Pause::Suppressed => 9,
            Pause::Warning => 10,
            Pause::Ended => 11,
            Pause::Flapping => 12,
        },
    };
    let suppression = alert.suppressions.first().map(|suppression| match suppression.by {
        Suppressor::Snooze { .. } => 13,
        Suppressor::Rule(_) => 14,
        Suppressor::Silence { .. } => 15,
    });
    [Some(state), Some(call), suppression]
}
const STANDS: usize = 16;

/// What comes of it: the state, the call where it is another, and the line.
fn outcome(desk: &Desk, alert: Option<&Alert>, row: &Row) -> String {
    let tick = tick(desk, after(desk.now, row.wait));
    let by = By { actor: &row.actor, seen: None };
    let change = match step(alert, &row.happening, by, &tick) {
        Ok(Step::Move(change)) => change,
        Ok(Step::Keep(why)) => return format!("– {why:?}"),
        Err(refusal) => return format!("refused: {}", refusal.code()),
    };
    let was = alert.filter(|alert| alert.id == change.next.id);
    let state = match was {
        None => format!("new: {}", change.next.standing.state),
        Some(was) if word(was) == word(&change.next) => word(was),
        Some(_) => format!("→ {}", word(&change.next)),
    };
    let call = match (was.map(|was| was.standing.call), change.next.standing.call) {
        (Some(was), is) if was == is => String::new(),
        (_, Call::Calling(calling)) if calling.cause == tick.revision => "calls anew".to_owned(),
        (_, Call::Calling(_)) => "calls on".to_owned(),
        (_, Call::Paused { why, .. }) => format!("paused: {why:?}"),
        (_, Call::Quiet) => "quiet".to_owned(),
        (_, Call::Over) => "over".to_owned(),
    };
    let event = |what| Event {
        at: tick.now,
        revision: tick.revision,
        actor: row.actor.clone(),
        via: Via::Console,
        subject: Key::Alert(change.next.id),
        what,
        before: None,
    };
    let line = change.what.clone().map(|what| event(what).to_string()).unwrap_or_default();
    format!("{state:19}{call:20}{line}").trim_end().to_owned()
}

fn word(alert: &Alert) -> String {
    let held = if alert.standing.hold().is_some() { ", held" } else { "" };
    format!("{}{held}", alert.standing.state)
}

#[test]
fn everything_that_can_happen_has_its_outcome_however_an_alert_stands() {
    let mut table = String::new();
    let (mut happened, mut stood) = (BTreeSet::new(), BTreeSet::new());
    for (name, desk, alert) in standings() {
        writeln!(table, "\n{name}:").unwrap();
        stood.extend(alert.iter().flat_map(numbers).flatten());
        for row in rows(&desk, alert.as_ref()) {
            happened.insert(number(&row.happening));
            writeln!(table, "  {:26}{}", row.name, outcome(&desk, alert.as_ref(), &row)).unwrap();
        }
    }
    assert_eq!(happened, (0..HAPPENINGS).collect(), "something can happen and is no row");
    assert_eq!(stood, (0..STANDS).collect(), "an alert can stand so and does nowhere");
    insta::assert_snapshot!(table);
}
