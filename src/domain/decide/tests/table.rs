//! The table: everything that can happen to an alert, in every way it can stand. It is printed in
//! `docs/lifecycle.md`, which this holds equal to what is decided.

use super::*;
use crate::domain::alert::lifecycle::last_act;
use crate::domain::alert::{Call, Suppressor};
use crate::domain::report::Road;
use crate::domain::time::after;

const DOCUMENT: &str = include_str!("../../../../docs/lifecycle.md");

/// The ways an alert can stand.
const STANDS: [&str; 7] =
    ["no alert", "firing", "acknowledged", "snoozed", "resolved by source", "held", "fell silent"];

/// What can happen to it.
const HAPPENINGS: [&str; 13] = [
    "report",
    "report, worse",
    "report, resolved",
    "acknowledge",
    "un-acknowledge",
    "assign",
    "snooze",
    "wake",
    "resolve",
    "reopen",
    "note",
    "undo the last act",
    "its end passes",
];

fn identity() -> Identity {
    let naming = Naming::of_labels(labels(&[("alertname", "disk")]));
    Identity { namespace: Namespace::default(), naming }
}

fn report(desk: &mut Desk, severity: &str) -> Option<AlertId> {
    let start = after(desk.now, -MINUTE * 10);
    let told = told(start, after(desk.now, MINUTE * 4));
    let starts_at = Some(start);
    let payload = Payload { road: Road::V2, starts_at, ..payload("disk", severity) };
    let report = Report::Interval { identity: identity(), told, payload: Box::new(payload) };
    desk.reports(report).unwrap()
}

fn resolved(desk: &mut Desk) -> Option<AlertId> {
    let ends_at = Some(after(desk.now, -MINUTE * 11));
    let report = Report::Resolved { identity: identity(), road: Road::Webhook, ends_at };
    desk.reports(report).unwrap()
}

/// An alert that stands so; a warning, so that it can get worse.
fn standing(stand: &str) -> (Desk, Option<AlertId>) {
    let mut desk = Desk::new();
    if stand == "no alert" {
        return (desk, None);
    }
    let id = report(&mut desk, "warning").unwrap();
    let alice = account("alice");
    match stand {
        "firing" => {}
        "acknowledged" => {
            desk.act(&alice, id, AlertCommand::Acknowledge).unwrap();
        }
        "snoozed" => {
            let until = after(desk.now, MINUTE * 30);
            desk.act(&alice, id, AlertCommand::Snooze(until)).unwrap();
        }
        "resolved by source" => {
            resolved(&mut desk);
        }
        "held" => {
            desk.act(&alice, id, AlertCommand::Resolve).unwrap();
            report(&mut desk, "warning");
        }
        "fell silent" => {
            desk.wait(MINUTE * 5);
            desk.time();
        }
        other => panic!("no stand {other}"),
    }
    (desk, Some(id))
}

fn happen(desk: &mut Desk, id: Option<AlertId>, happening: &str) -> String {
    let before = desk.table.clone();
    let act = match happening {
        "acknowledge" => AlertCommand::Acknowledge,
        "un-acknowledge" => AlertCommand::Unacknowledge,
        "assign" => AlertCommand::Assign(Some(person("carol").id)),
        "snooze" => AlertCommand::Snooze(after(desk.now, MINUTE * 60)),
        "wake" => AlertCommand::Wake,
        "resolve" => AlertCommand::Resolve,
        "reopen" => AlertCommand::Reopen,
        "note" => AlertCommand::Note("looking".into()),
        "undo the last act" => match id {
            Some(id) => AlertCommand::Undo(
                last_act(&desk.alert(id).recent, &account("alice")).unwrap_or_default(),
            ),
            None => return "–".to_owned(),
        },
        _ => {
            let about = match happening {
                "report" => report(desk, "warning"),
                "report, worse" => report(desk, "critical"),
                "report, resolved" => resolved(desk),
                "its end passes" => {
                    desk.wait(MINUTE * 5);
                    desk.time();
                    id
                }
                other => panic!("nothing like {other}"),
            };
            let id = about.or(id);
            return id.map_or("–".to_owned(), |id| outcome(desk, before.alert(id), id));
        }
    };
    let Some(id) = id else { return "–".to_owned() };
    match desk.act(&account("alice"), id, act) {
        Ok(Acted::Changed) => outcome(desk, before.alert(id), id),
        Ok(Acted::Unchanged(_)) => "no change".to_owned(),
        Err(refusal) => format!("refused: {}", refusal.code()),
    }
}

/// What became of it, in few words.
fn outcome(desk: &Desk, before: Option<&Arc<Alert>>, id: AlertId) -> String {
    let alert = desk.alert(id);
    let snoozed = |alert: &Alert| {
        alert.suppressions.iter().any(|held| matches!(held.by, Suppressor::Snooze { .. }))
    };
    let word = |alert: &Alert| match &alert.standing.state {
        State::Resolved(_) if alert.standing.hold().is_some() => "held".to_owned(),
        State::Resolved(_) => "resolved".to_owned(),
        State::Firing | State::Acknowledged(_) if snoozed(alert) => "snoozed".to_owned(),
        state => state.to_string(),
    };
    let called = |alert: &Alert| matches!(alert.standing.call, Call::Calling(_));
    let calls =
        if called(alert) && !before.is_some_and(|was| called(was)) { ", calls" } else { "" };
    match before {
        None => format!("new alert: {}{calls}", word(alert)),
        Some(was) if word(was) == word(alert) => format!("stays {}{calls}", word(alert)),
        Some(_) => format!("→ {}{calls}", word(alert)),
    }
}

#[test]
fn the_table_of_the_documents_is_what_is_decided() {
    let mut table = String::new();
    writeln!(table, "| | {} |", STANDS.join(" | ")).unwrap();
    writeln!(table, "|---|{}", "---|".repeat(STANDS.len())).unwrap();
    for happening in HAPPENINGS {
        let cells = STANDS.map(|stand| {
            let (mut desk, id) = standing(stand);
            happen(&mut desk, id, happening)
        });
        writeln!(table, "| **{happening}** | {} |", cells.join(" | ")).unwrap();
    }
    assert!(DOCUMENT.contains(&table), "docs/lifecycle.md should have this table:\n{table}");
}
