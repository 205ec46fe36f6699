//! Laws over random sequences of reports, acts, undos, restarts and time.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::super::*;
use super::*;
use crate::domain::change::{Change, Keep};
use crate::domain::command::SilenceCommand;
use crate::domain::delivery::{Outcome, Progress};
use crate::domain::laws::{
    broken_law, no_page_of_an_ended_alert_waits, silences_mark_what_they_match,
};
use crate::domain::report::Road;
use crate::domain::silence::{Silence, Terms};
use crate::domain::table::Table;
use crate::domain::time::after;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Move {
    Fires {
        which: u8,
        severity: &'static str,
        road: Road,
        started: Option<i64>,
    },
    Interval {
        which: u8,
        started: i64,
        lasts: i64,
    },
    Ends(u8),
    Act(&'static str, u8, AlertCommand),
    Snooze(u8, i64),
    UndoLast(&'static str, u8),
    Settle(u8, Outcome),
    Silence {
        who: &'static str,
        which: Option<u8>,
        what: usize,
        starts: i64,
        lasts: i64,
        resolved: bool,
    },
    Expire(&'static str, u8),
    UndoSilence(&'static str, u8),
    Woke,
    Wait(i64),
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Taken),
        Just(Outcome::NotNow { why: "busy".into(), wait: None }),
        Just(Outcome::Never { why: "no".into() }),
        Just(Outcome::Moot { why: "taken".into() }),
    ]
}

fn act() -> impl Strategy<Value = AlertCommand> {
    prop_oneof![
        Just(AlertCommand::Acknowledge),
        Just(AlertCommand::Unacknowledge),
        Just(AlertCommand::Resolve),
        Just(AlertCommand::Reopen),
        Just(AlertCommand::Wake),
        Just(AlertCommand::Assign(None)),
        Just(AlertCommand::Assign(Some(AccountId::of("carol")))),
        Just(AlertCommand::Note("n".into())),
    ]
}

/// What is silenced.
const WHAT: [&[&str]; 5] = [
    &[r#"alertname="alert 4""#],
    &["alertname=~\"alert [4-6]\""],
    &["alertname=~\"alert 4|alert 5\"", "x=\"\""],
    &["severity=critical"],
    &["alertname!=\"alert 7\""],
];

fn silence() -> impl Strategy<Value = Move> {
    let who = prop::sample::select(vec!["alice", "bob"]);
    let which = prop::option::of(any::<u8>());
    (who, which, 0..WHAT.len(), -600..600_i64, -60..4_000_i64, any::<bool>()).prop_map(
        |(who, which, what, starts, lasts, resolved)| Move::Silence {
            who,
            which,
            what,
            starts,
            lasts,
            resolved,
        },
    )
}

fn pick_silence(desk: &Desk, which: u8) -> Option<Arc<Silence>> {
    let count = desk.table.silences().len();
    desk.table.silences().nth(usize::from(which) % count.max(1)).cloned()
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = || prop::sample::select(vec!["alice", "bob"]);
    let severity = prop::sample::select(vec!["critical", "warning", "", "odd"]);
    let road = prop::sample::select(vec![Road::Plain, Road::Webhook]);
    let started = prop::option::of(-600..600_i64);
    let one = prop_oneof![
        3 => (0..4_u8, severity, road, started).prop_map(|(which, severity, road, started)| {
            Move::Fires { which, severity, road, started }
        }),
        3 => (4..8_u8, -600..60_i64, -300..600_i64)
            .prop_map(|(which, started, lasts)| Move::Interval { which, started, lasts }),
        2 => (0..8_u8).prop_map(Move::Ends),
        5 => (who(), any::<u8>(), act()).prop_map(|(who, which, act)| Move::Act(who, which, act)),
        1 => (any::<u8>(), -60..7_200_i64).prop_map(|(which, span)| Move::Snooze(which, span)),
        1 => (who(), any::<u8>()).prop_map(|(who, which)| Move::UndoLast(who, which)),
        3 => (any::<u8>(), outcome()).prop_map(|(which, outcome)| Move::Settle(which, outcome)),
        2 => silence(),
        1 => (who(), any::<u8>()).prop_map(|(who, which)| Move::Expire(who, which)),
        1 => (who(), any::<u8>()).prop_map(|(who, which)| Move::UndoSilence(who, which)),
        1 => Just(Move::Woke),
        4 => (0..2_000_i64).prop_map(Move::Wait),
    ];
    prop::collection::vec(one, 0..80)
}

fn prometheus() -> Actor {
    Actor::Machine("prometheus".into())
}

fn known(which: u8) -> Identity {
    let naming = if which < 4 {
        Naming::Given(format!("alert {which}").into())
    } else {
        Naming::of_labels(labels(&[("alertname", &format!("alert {which}"))]))
    };
    Identity { namespace: Namespace::default(), naming }
}

fn pick(desk: &Desk, which: u8) -> Option<AlertId> {
    let count = desk.table.alert_count();
    desk.table.alerts().nth(usize::from(which) % count.max(1)).map(|alert| alert.id)
}

/// The order that a move means, if it means one now.
fn order(desk: &Desk, one: Move) -> Option<(Actor, Command)> {
    let at = |seconds: i64| after(desk.now, SignedDuration::from_secs(seconds));
    Some(match one {
        Move::Fires { which, severity, road, started } => {
            let starts_at = started.map(at);
            let payload = Box::new(Payload { road, starts_at, ..payload("a title", severity) });
            let subject = Subject::Known(known(which));
            (prometheus(), Command::Report(vec![Report::Firing { subject, payload }]))
        }
        Move::Interval { which, started, lasts } => {
            let start = at(started);
            let told = told(start, at(started.max(lasts)));
            let starts_at = Some(start);
            let payload =
                Box::new(Payload { road: Road::V2, starts_at, ..payload("a title", "critical") });
            let identity = known(which);
            let report = Report::Interval { identity, told, payload };
            (prometheus(), Command::Report(vec![report]))
        }
        Move::Ends(which) => {
            let (identity, road) = (known(which), Road::Webhook);
            let report = Report::Resolved { identity, road, ends_at: Some(desk.now) };
            (prometheus(), Command::Report(vec![report]))
        }
        Move::Act(who, which, act) => {
            (account(who), Command::Alerts(vec![pick(desk, which)?], act))
        }
        Move::Snooze(which, seconds) => {
            let snooze = AlertCommand::Snooze(at(seconds));
            (account("alice"), Command::Alerts(vec![pick(desk, which)?], snooze))
        }
        Move::UndoLast(who, which) => {
            let id = pick(desk, which)?;
            let last = AlertCommand::Undo(desk.alert(id).standing.touched);
            (account(who), Command::Alerts(vec![id], last))
        }
        Move::Settle(which, outcome) => {
            let attempts = desk
                .table
                .deliveries()
                .filter(|delivery| matches!(delivery.state, Progress::Attempt { .. }));
            let attempts: Vec<_> = attempts.collect();
            let delivery = attempts.get(usize::from(which) % attempts.len().max(1))?;
            let settle = Command::Settle(delivery.id, delivery.attempts, outcome);
            (Actor::Watchbell, settle)
        }
        Move::Silence { .. } | Move::Expire(..) | Move::UndoSilence(..) => {
            let (who, command) = silencing(desk, &one)?;
            (account(who), Command::Silence(command))
        }
        Move::Woke => (Actor::Watchbell, Command::Woke(Deaf::Start)),
        Move::Wait(_) => return None,
    })
}

/// What a move does about silences, if it does anything now.
fn silencing(desk: &Desk, one: &Move) -> Option<(&'static str, SilenceCommand)> {
    let at = |seconds: i64| after(desk.now, SignedDuration::from_secs(seconds));
    match *one {
        Move::Silence { who, which, what, starts, lasts, resolved } => {
            let known = which.and_then(|which| pick_silence(desk, which));
            let terms = Terms {
                starts: known.as_ref().map_or(at(starts), |known| known.terms.starts),
                ends: at(starts + lasts),
                until_resolved: resolved,
                ..desk.terms(who, WHAT.get(what)?, MINUTE)
            };
            Some((who, SilenceCommand::Set(known.map(|known| known.id), Box::new(terms))))
        }
        Move::Expire(who, which) => {
            Some((who, SilenceCommand::Expire(pick_silence(desk, which)?.id)))
        }
        Move::UndoSilence(who, which) => {
            Some((who, SilenceCommand::Undo(pick_silence(desk, which)?.revision)))
        }
        _ => None,
    }
}

fn replayed(changes: &[Change]) -> Vec<Entity> {
    let mut table = Table::default();
    for change in changes {
        table.put(change);
    }
    table.entities().collect()
}

/// What one commit changed is consistent with what was before.
fn is_consistent(before: &Table, desk: &Desk, changes: &[Change]) -> Result<(), TestCaseError> {
    for change in changes {
        let Some(Entity::Alert(alert)) = &change.next else { continue };
        let was = before.alert(alert.id);
        match change.keep {
            Keep::Now => prop_assert_eq!(alert.revision, desk.revision),
            Keep::Soon => prop_assert!(was.is_some_and(|was| was.revision == alert.revision)),
        }
        let Some(was) = was else { continue };
        if change.keep == Keep::Soon {
            prop_assert!(was.is_repeated_by(alert) && change.event.is_none());
        }
        prop_assert!(was.revision <= alert.revision);
        prop_assert!(was.seen.count <= alert.seen.count);
        prop_assert!(alert.notes.starts_with(&was.notes));
        let moved = (&was.standing.state, &was.standing.assignee)
            != (&alert.standing.state, &alert.standing.assignee);
        let hold_only = was.standing.resolution().is_some() && !alert.is_open();
        if moved && !hold_only {
            let mut same = changes.iter().filter(|one| one.key == change.key);
            let told = same.any(|one| one.event.is_some());
            prop_assert!(told, "a standing moved without a line");
        }
    }
    prop_assert_eq!(broken_law(&desk.table), None);
    Ok(())
}

/// What ever failed is tried again first; it is kept beside this file.
fn config() -> ProptestConfig {
    let kept = FileFailurePersistence::WithSource("failures");
    ProptestConfig { failure_persistence: Some(Box::new(kept)), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_the_laws_hold_and_replay_gives_the_same(moves in moves()) {
        let mut desk = Desk::new();
        let policy = Policy {
            channels: vec![crate::domain::policy::Channel::shared("pager")],
            acknowledged_for: Some(MINUTE * 20),
            ..desk.table.policy().as_ref().clone()
        };
        desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
        let mut changes: Vec<Change> = desk
            .table
            .entities()
            .map(|entity| Change { key: entity.key(), next: Some(entity), event: None, keep: Keep::Now })
            .collect();
        for one in moves {
            if let Move::Wait(seconds) = one {
                desk.wait(SignedDuration::from_secs(seconds));
            }
            if let Some((actor, command)) = order(&desk, one) {
                let before = desk.table.clone();
                let of_silences = matches!(command, Command::Silence(_));
                let new = match desk.order_seen(&actor, None, command) {
                    Ok((_, new)) => new,
                    Err(refusal) if of_silences => {
                        let known = matches!(refusal, Refusal::Silence(_) | Refusal::NotUndone { .. });
                        prop_assert!(known, "{refusal}");
                        Vec::new()
                    }
                    Err(refusal) => return Err(TestCaseError::fail(refusal.to_string())),
                };
                is_consistent(&before, &desk, &new)?;
                changes.extend(new);
            }
            while let Some((due, key)) = desk.table.next_due() && due <= desk.now {
                let before = desk.table.clone();
                let (_, new) =
                    desk.order_seen(&Actor::Watchbell, None, Command::Due(key)).unwrap();
                prop_assert!(!new.is_empty(), "{key:?} is due and nothing is done");
                is_consistent(&before, &desk, &new)?;
                changes.extend(new);
            }
            prop_assert!(no_page_of_an_ended_alert_waits(&desk.table, desk.now));
            prop_assert!(silences_mark_what_they_match(&desk.table, desk.now));
        }
        prop_assert_eq!(replayed(&changes), desk.table.entities().collect::<Vec<_>>());
    }
}
