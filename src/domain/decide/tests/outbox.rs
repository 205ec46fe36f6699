//! Who is told, when, and what becomes of it if the alert moves before it is told.

use super::*;
use crate::domain::delivery::{Delivery, Outcome, Progress, Tell};
use crate::domain::id::DeliveryId;
use crate::domain::policy::Channel;
use crate::domain::time::after;

fn desk() -> Desk {
    let mut desk = Desk::new();
    let policy =
        Policy { channels: vec![Channel::shared("pager")], ..desk.table.policy().as_ref().clone() };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    desk
}

fn owed(desk: &Desk, id: AlertId) -> Vec<Delivery> {
    let mut owed: Vec<_> =
        desk.table.deliveries_of(id).map(|delivery| delivery.as_ref().clone()).collect();
    owed.sort_by_key(|delivery| (delivery.created, delivery.cause));
    owed
}

fn states(desk: &Desk, id: AlertId) -> Vec<(Tell, &'static str)> {
    let state = |delivery: &Delivery| match delivery.state {
        Progress::Waiting { .. } => "waiting",
        Progress::Attempt { .. } => "attempt",
        Progress::Sent { .. } => "sent",
        Progress::Superseded { .. } => "superseded",
        Progress::GivenUp { .. } => "given up",
    };
    owed(desk, id).iter().map(|delivery| (delivery.tell, state(delivery))).collect()
}

fn settle(desk: &mut Desk, id: DeliveryId, outcome: Outcome) {
    let attempt = desk.table.delivery(id).unwrap().attempts;
    desk.order(&Actor::Watchbell, Command::Settle(id, attempt, outcome)).unwrap();
}

fn not_now() -> Outcome {
    Outcome::NotNow { why: "503".into(), wait: None }
}

#[test]
fn a_critical_alert_is_owed_in_the_commit_of_its_cause_and_a_warning_is_not() {
    let mut desk = desk();
    let critical = desk.fires("disk", payload("disk", "critical"));
    assert_eq!(states(&desk, critical), [(Tell::Page, "waiting")]);
    assert_eq!(owed(&desk, critical)[0].cause, desk.revision);
    let warning = desk.fires("cert", payload("cert", "warning"));
    assert_eq!(states(&desk, warning), []);
}

#[test]
fn an_attempt_is_committed_before_anything_is_sent_and_its_outcome_is_a_line() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.time();
    assert_eq!(states(&desk, id), [(Tell::Page, "attempt")]);
    let page = owed(&desk, id)[0].id;
    settle(&mut desk, page, not_now());
    assert_eq!(states(&desk, id), [(Tell::Page, "waiting")]);
    let again = desk.table.delivery(page).unwrap().due().unwrap();
    assert!(again >= after(desk.now, SignedDuration::from_secs(5)));
    desk.now = again;
    desk.time();
    settle(&mut desk, page, Outcome::Taken);
    assert_eq!(states(&desk, id), [(Tell::Page, "sent")]);
    assert_eq!(desk.timeline(id).last().unwrap(), "told pager: page");
}

#[test]
fn what_was_acknowledged_or_ended_meanwhile_is_superseded() {
    let mut desk = desk();
    let taken = desk.fires("taken", payload("taken", "critical"));
    desk.act(&account("alice"), taken, AlertCommand::Acknowledge).unwrap();
    let over = desk.fires("over", payload("over", "critical"));
    desk.ends("over");
    let quiet = desk.fires("quiet", payload("quiet", "critical"));
    let snooze = AlertCommand::Snooze(after(desk.now, MINUTE));
    desk.act(&account("alice"), quiet, snooze).unwrap();
    desk.time();
    for id in [taken, quiet] {
        assert_eq!(states(&desk, id), [(Tell::Page, "superseded")]);
    }
    assert_eq!(states(&desk, over), [(Tell::Page, "superseded"), (Tell::Resolved, "waiting")]);
    desk.wait(MINUTE * 2);
    desk.time();
    assert_eq!(states(&desk, over)[1], (Tell::Resolved, "superseded"), "nobody was paged");
}

#[test]
fn who_was_paged_is_told_of_the_end_two_minutes_later_unless_it_came_back() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.time();
    let page = owed(&desk, id)[0].id;
    settle(&mut desk, page, Outcome::Taken);
    desk.wait(MINUTE);
    desk.ends("disk");
    desk.time();
    assert_eq!(states(&desk, id), [(Tell::Page, "sent"), (Tell::Resolved, "waiting")]);
    desk.wait(MINUTE);
    desk.fires("disk", payload("disk", "critical"));
    desk.wait(MINUTE);
    desk.time();
    assert_eq!(states(&desk, id)[1], (Tell::Resolved, "superseded"));
    desk.ends("disk");
    desk.wait(MINUTE * 2);
    desk.time();
    assert!(states(&desk, id).contains(&(Tell::Resolved, "attempt")));
}

#[test]
fn an_alert_that_ended_several_times_is_told_to_have_ended_once() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.time();
    let page = owed(&desk, id)[0].id;
    settle(&mut desk, page, Outcome::Taken);
    for _ in 0..2 {
        desk.ends("disk");
        desk.wait(SignedDuration::from_secs(30));
        desk.fires("disk", payload("disk", "critical"));
        desk.wait(SignedDuration::from_secs(30));
    }
    desk.ends("disk");
    desk.wait(MINUTE * 2);
    desk.time();
    let begun = |(tell, state): &&(Tell, &str)| *tell == Tell::Resolved && *state == "attempt";
    assert_eq!(states(&desk, id).iter().filter(begun).count(), 1);
}

#[test]
fn after_a_restart_what_was_being_attempted_waits_again_under_its_key() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.time();
    let page = owed(&desk, id)[0].id;
    desk.order(&Actor::Watchbell, Command::Woke(Deaf::Start)).unwrap();
    assert_eq!(states(&desk, id), [(Tell::Page, "waiting")]);
    desk.time();
    let attempted = desk.table.delivery(page).unwrap();
    assert_eq!((attempted.id, attempted.attempts), (page, 2));
    let stale = Command::Settle(page, 1, not_now());
    desk.order(&Actor::Watchbell, stale).unwrap();
    assert_eq!(states(&desk, id), [(Tell::Page, "attempt")], "a failure of before counts not");
    let taken = Command::Settle(page, 1, Outcome::Taken);
    desk.order(&Actor::Watchbell, taken).unwrap();
    assert_eq!(states(&desk, id), [(Tell::Page, "sent")], "what was taken was taken");
}

#[test]
fn a_channel_that_refuses_for_good_is_given_up_and_the_timeline_says_so() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.time();
    let page = owed(&desk, id)[0].id;
    settle(&mut desk, page, Outcome::Never { why: "404 not found".into() });
    assert_eq!(states(&desk, id), [(Tell::Page, "given up")]);
    assert_eq!(desk.timeline(id).last().unwrap(), "not told pager: page; 404 not found");
}

#[test]
fn a_channel_that_is_down_is_tried_for_a_day_with_growing_pauses() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    let page = owed(&desk, id)[0].id;
    let mut attempts = 0;
    while let Some(due) = desk.table.delivery(page).unwrap().due() {
        desk.now = due.max(desk.now);
        desk.time();
        settle(&mut desk, page, not_now());
        attempts += 1;
    }
    assert_eq!(states(&desk, id), [(Tell::Page, "given up")]);
    assert!((200..=300).contains(&attempts), "{attempts} attempts");
}

#[test]
fn a_flapping_alert_is_told_once() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    for _ in 0..8 {
        desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
        desk.wait(MINUTE);
        desk.ends("disk");
        desk.wait(MINUTE);
        desk.fires("disk", payload("disk", "critical"));
    }
    let told = |tell| states(&desk, id).iter().filter(|(told, _)| *told == tell).count();
    assert_eq!((told(Tell::Page), told(Tell::Flapping)), (3, 1));
}
