//! Who was faster: which acts of others stand in the way of which act of somebody who has not seen
//! them, and which do not.

use super::*;
use crate::domain::alert::Suppressor;

/// What happens to the alert before anybody looks.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    CarolHasIt,
    Snoozed,
    Resolved,
    Warning,
}

/// What happens between the look and the act.
#[derive(Clone, Copy)]
enum Meanwhile {
    Acknowledged,
    AcknowledgedAndBack,
    GivenBack,
    Assigned,
    Resolved,
    Reopened,
    Snoozed,
    Woken,
    Noted,
    SentAgain,
    EndedAndBack,
    RanOut,
    Worse,
    ByAlice,
}

fn until(desk: &Desk, hours: i64) -> Timestamp {
    crate::domain::time::after(desk.now, SignedDuration::from_hours(hours))
}

fn acts(desk: &mut Desk, who: &str, id: AlertId, command: AlertCommand) {
    assert_eq!(desk.act(&account(who), id, command), Ok(Acted::Changed));
}

fn prepared(before: Before) -> (Desk, AlertId) {
    let mut desk = Desk::new();
    let policy =
        Policy { acknowledged_for: Some(MINUTE * 60), ..desk.table.policy().as_ref().clone() };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    let severity = if matches!(before, Before::Warning) { "warning" } else { "critical" };
    let id = desk.fires("disk", payload("disk", severity));
    match before {
        Before::Nothing | Before::Warning => {}
        Before::CarolHasIt => acts(&mut desk, "carol", id, AlertCommand::Acknowledge),
        Before::Snoozed => {
            let until = until(&desk, 1);
            acts(&mut desk, "carol", id, AlertCommand::Snooze(until));
        }
        Before::Resolved => acts(&mut desk, "carol", id, AlertCommand::Resolve),
    }
    desk.wait(SignedDuration::from_secs(5));
    (desk, id)
}

fn happens(desk: &mut Desk, id: AlertId, meanwhile: Meanwhile) {
    let carol = Some(person("carol").id);
    match meanwhile {
        Meanwhile::Acknowledged => acts(desk, "bob", id, AlertCommand::Acknowledge),
        Meanwhile::AcknowledgedAndBack => {
            acts(desk, "bob", id, AlertCommand::Acknowledge);
            let undo = AlertCommand::Undo(desk.revision);
            acts(desk, "bob", id, undo);
        }
        Meanwhile::GivenBack => acts(desk, "bob", id, AlertCommand::Unacknowledge),
        Meanwhile::Assigned => {
            let to = Some(person("bob").id);
            acts(desk, "bob", id, AlertCommand::Assign(to));
        }
        Meanwhile::Resolved => acts(desk, "bob", id, AlertCommand::Resolve),
        Meanwhile::Reopened => acts(desk, "bob", id, AlertCommand::Reopen),
        Meanwhile::Snoozed => {
            let until = until(desk, 3);
            acts(desk, "bob", id, AlertCommand::Snooze(until));
        }
        Meanwhile::Woken => acts(desk, "bob", id, AlertCommand::Wake),
        Meanwhile::Noted => acts(desk, "bob", id, AlertCommand::Note("on it".into())),
        Meanwhile::SentAgain | Meanwhile::Worse => {
            desk.fires("disk", payload("disk", "critical"));
        }
        Meanwhile::EndedAndBack => {
            desk.ends("disk");
            desk.fires("disk", payload("disk", "critical"));
        }
        Meanwhile::RanOut => {
            desk.wait(MINUTE * 60);
            desk.time();
            assert!(desk.alert(id).standing.acknowledgement().is_none());
        }
        Meanwhile::ByAlice => acts(desk, "alice", id, AlertCommand::Assign(carol)),
    }
    desk.wait(SignedDuration::from_secs(3));
}

/// What comes of an act of alice, who saw the alert before `meanwhile`; after a refusal, what comes
/// of the same by alice who has seen it.
fn outcome(before: Before, meanwhile: Meanwhile, act: &AlertCommand) -> String {
    let (mut desk, id) = prepared(before);
    let seen = desk.alert(id).revision;
    happens(&mut desk, id, meanwhile);
    let came = |acted: Result<Acted, Refusal>| match acted {
        Ok(Acted::Changed) => "done".to_owned(),
        Ok(Acted::Unchanged(why)) => format!("{why:?}"),
        Err(refusal) => refusal.to_string(),
    };
    let before = desk.alert(id).standing.clone();
    let first = desk.act_seen(&account("alice"), Some(seen), id, act.clone());
    if !matches!(first, Err(Refusal::Overtaken { .. })) {
        return came(first);
    }
    assert_eq!(desk.alert(id).standing, before, "a refusal changes nothing");
    let first = came(first);
    let seen = desk.alert(id).revision;
    let again = desk.act_seen(&account("alice"), Some(seen), id, act.clone());
    assert_eq!(again, Ok(Acted::Changed), "{first}");
    first
}

#[test]
fn what_others_did_meanwhile_stands_in_the_way_once_where_it_matters() {
    use AlertCommand::{Acknowledge, Assign, Note, Reopen, Resolve, Snooze, Unacknowledge, Wake};
    use Before::{CarolHasIt, Nothing, Resolved, Snoozed, Warning};
    use Meanwhile as M;
    let again = |deed: &str| format!("{deed} meanwhile; ask again to do it all the same");
    let to_alice = Assign(Some(person("alice").id));
    let snooze = Snooze(until(&Desk::new(), 2));
    let note = Note("seen".into());
    let bob = |did: &str| again(&format!("bob {did}"));
    let done = "done".to_owned();
    let cases = [
        // Taking it.
        (Nothing, M::Acknowledged, &Acknowledge, bob("acknowledged it")),
        (CarolHasIt, M::Acknowledged, &Acknowledge, bob("acknowledged it")),
        (Nothing, M::AcknowledgedAndBack, &Acknowledge, done.clone()),
        (CarolHasIt, M::GivenBack, &Acknowledge, done.clone()),
        (Nothing, M::Assigned, &Acknowledge, done.clone()),
        (Nothing, M::Snoozed, &Acknowledge, done.clone()),
        (Nothing, M::Noted, &Acknowledge, done.clone()),
        (Nothing, M::SentAgain, &Acknowledge, done.clone()),
        (Warning, M::Worse, &Acknowledge, again("it got worse (warning → critical)")),
        // Giving it back.
        (CarolHasIt, M::Acknowledged, &Unacknowledge, bob("acknowledged it")),
        (CarolHasIt, M::AcknowledgedAndBack, &Unacknowledge, done.clone()),
        (CarolHasIt, M::GivenBack, &Unacknowledge, "NotAcknowledged".to_owned()),
        (CarolHasIt, M::Noted, &Unacknowledge, done.clone()),
        // Giving it to somebody.
        (Nothing, M::Assigned, &to_alice, bob("assigned it to themselves")),
        (Nothing, M::Acknowledged, &to_alice, bob("acknowledged it")),
        (Nothing, M::AcknowledgedAndBack, &to_alice, done.clone()),
        (Nothing, M::ByAlice, &to_alice, done.clone()),
        (Nothing, M::Snoozed, &to_alice, done.clone()),
        (Nothing, M::Noted, &to_alice, done.clone()),
        (Nothing, M::SentAgain, &to_alice, done.clone()),
        // Ending it.
        (Nothing, M::Acknowledged, &Resolve, bob("acknowledged it")),
        (CarolHasIt, M::GivenBack, &Resolve, bob("un-acknowledged it")),
        (Nothing, M::Assigned, &Resolve, bob("assigned it to themselves")),
        (Nothing, M::Snoozed, &Resolve, bob("snoozed it")),
        (Snoozed, M::Woken, &Resolve, bob("woke it")),
        (Warning, M::Worse, &Resolve, again("it got worse (warning → critical)")),
        (Nothing, M::Resolved, &Resolve, "ResolvedAlready".to_owned()),
        (Nothing, M::AcknowledgedAndBack, &Resolve, done.clone()),
        (Nothing, M::ByAlice, &Resolve, done.clone()),
        (Nothing, M::Noted, &Resolve, done.clone()),
        (Nothing, M::SentAgain, &Resolve, done.clone()),
        (Nothing, M::EndedAndBack, &Resolve, done.clone()),
        (CarolHasIt, M::RanOut, &Resolve, done.clone()),
        // Bringing it back.
        (Resolved, M::Reopened, &Reopen, "OpenAlready".to_owned()),
        (Resolved, M::Noted, &Reopen, done.clone()),
        // Keeping it quiet, and not.
        (Nothing, M::Acknowledged, &snooze, bob("acknowledged it")),
        (Nothing, M::Snoozed, &snooze, bob("snoozed it")),
        (Snoozed, M::Woken, &snooze, bob("woke it")),
        (Nothing, M::Noted, &snooze, done.clone()),
        (Nothing, M::SentAgain, &snooze, done.clone()),
        (CarolHasIt, M::RanOut, &snooze, done.clone()),
        (Snoozed, M::Snoozed, &Wake, bob("snoozed it")),
        (Snoozed, M::Woken, &Wake, "NotSuppressed".to_owned()),
        (Snoozed, M::Acknowledged, &Wake, done.clone()),
        // Writing on it.
        (Nothing, M::Acknowledged, &note, done.clone()),
        (Nothing, M::Resolved, &note, done.clone()),
    ];
    for (number, (before, meanwhile, act, came)) in cases.into_iter().enumerate() {
        assert_eq!(outcome(before, meanwhile, act), came, "case {number}: {act:?}");
    }
}

#[test]
fn an_alert_that_was_reopened_and_resolved_again_is_not_reopened_unseen() {
    let (mut desk, id) = prepared(Before::Resolved);
    let seen = desk.alert(id).revision;
    happens(&mut desk, id, Meanwhile::Reopened);
    happens(&mut desk, id, Meanwhile::Resolved);
    let refused = desk.act_seen(&account("alice"), Some(seen), id, AlertCommand::Reopen);
    let deed = refused.unwrap_err().to_string();
    assert_eq!(deed, "bob resolved it meanwhile; ask again to do it all the same");
}

#[test]
fn who_says_not_what_they_saw_is_not_asked_again() {
    let (mut desk, id) = prepared(Before::Nothing);
    happens(&mut desk, id, Meanwhile::Acknowledged);
    acts(&mut desk, "alice", id, AlertCommand::Resolve);
}

#[test]
fn that_a_snooze_ran_out_is_nobodys_doing() {
    let (mut desk, id) = prepared(Before::Snoozed);
    let seen = desk.alert(id).revision;
    desk.wait(SignedDuration::from_hours(2));
    desk.time();
    assert!(
        !desk
            .alert(id)
            .suppressions
            .iter()
            .any(|held| matches!(held.by, Suppressor::Snooze { .. }))
    );
    let acted = desk.act_seen(&account("alice"), Some(seen), id, AlertCommand::Resolve);
    assert_eq!(acted, Ok(Acted::Changed));
}

#[test]
fn a_snooze_is_not_undone_after_somebody_else_acted() {
    let (mut desk, id) = prepared(Before::Nothing);
    let until = until(&desk, 1);
    acts(&mut desk, "alice", id, AlertCommand::Snooze(until));
    let mine = desk.revision;
    happens(&mut desk, id, Meanwhile::Acknowledged);
    let refused = desk.act(&account("alice"), id, AlertCommand::Undo(mine)).unwrap_err();
    assert_eq!(refused.to_string(), "not undone: bob acknowledged it since");
    let his = AlertCommand::Undo(desk.revision);
    acts(&mut desk, "bob", id, his);
    acts(&mut desk, "alice", id, AlertCommand::Undo(mine));
}
