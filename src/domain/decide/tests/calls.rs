//! That nobody is forgotten: whatever an alert went through, whoever is needed is told of it.

use super::*;
use crate::domain::alert::{Call, Pause};
use crate::domain::delivery::{Outcome, Progress, Tell};
use crate::domain::policy::Channel;
use crate::domain::severity::SeverityWords;
use crate::domain::time::{Timestamp, after};

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// A desk whose only channel answers 503 to whatever it is told.
fn deaf_channel() -> Desk {
    let mut desk = Desk::new();
    adopt(&mut desk, vec![Channel::shared("pager")]);
    desk
}

fn adopt(desk: &mut Desk, channels: Vec<Channel>) {
    let policy = Policy { channels, ..desk.table.policy().as_ref().clone() };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
}

/// Sees to what is due; what is attempted comes to `outcome`.
fn deliver(desk: &mut Desk, outcome: &Outcome) {
    desk.time();
    let begun: Vec<_> = desk
        .table
        .deliveries()
        .filter(|one| matches!(one.state, Progress::Attempt { .. }))
        .map(|one| (one.id, one.attempts))
        .collect();
    for (id, attempt) in begun {
        let settle = Command::Settle(id, attempt, outcome.clone());
        desk.order(&Actor::Watchbell, settle).unwrap();
    }
}

fn not_now() -> Outcome {
    Outcome::NotNow { why: "503".into(), wait: None }
}

/// What has been told of an alert, and what waits, in order.
fn told(desk: &Desk, id: AlertId) -> Vec<String> {
    let mut all: Vec<_> = desk.table.deliveries_of(id).collect();
    all.sort_by_key(|one| (one.created, one.cause));
    let word = |state: &Progress| match state {
        Progress::Waiting { .. } => "waits",
        Progress::Attempt { .. } => "is tried",
        Progress::Sent { .. } => "sent",
        Progress::Superseded { .. } => "superseded",
        Progress::GivenUp { .. } => "given up",
    };
    all.iter().map(|one| format!("{} {}: {}", one.channel, one.tell, word(&one.state))).collect()
}

fn started(severity: &str, start: Timestamp) -> Payload {
    let severity = SeverityWords::default().read(Some(severity));
    Payload { starts_at: Some(start), severity, ..payload("disk", "critical") }
}

#[test]
fn a_page_that_an_end_stopped_is_told_when_the_end_turns_out_to_be_none() {
    let mut desk = deaf_channel();
    let start = desk.now;
    let id = desk.fires("disk", started("critical", start));
    deliver(&mut desk, &not_now());
    desk.wait(seconds(1));
    desk.ends("disk");
    desk.wait(seconds(9));
    deliver(&mut desk, &not_now());
    assert_eq!(told(&desk, id), ["pager page: superseded", "pager resolved: waits"]);
    desk.fires("disk", started("critical", start));
    assert_eq!(
        desk.timeline(id).last().unwrap(),
        "fires on: its sources disagree or a report came late, sent by prometheus"
    );
    assert_eq!(told(&desk, id)[0], "pager page: waits");
    deliver(&mut desk, &Outcome::Taken);
    assert_eq!(told(&desk, id)[0], "pager page: sent");
}

#[test]
fn a_page_that_a_slip_stopped_is_told_after_its_undo() {
    let alice = account("alice");
    let until = |desk: &Desk| after(desk.now, MINUTE * 60);
    let slips: [fn(Timestamp) -> AlertCommand; 3] =
        [|_| AlertCommand::Acknowledge, |_| AlertCommand::Resolve, AlertCommand::Snooze];
    for slip in slips {
        let mut desk = deaf_channel();
        let id = desk.fires("disk", payload("disk", "critical"));
        deliver(&mut desk, &not_now());
        let slip = slip(until(&desk));
        desk.act(&alice, id, slip.clone()).unwrap();
        let undo = AlertCommand::Undo(desk.revision);
        desk.wait(seconds(8));
        deliver(&mut desk, &not_now());
        assert_eq!(told(&desk, id)[0], "pager page: superseded", "after {slip:?}");
        desk.act(&alice, id, undo).unwrap();
        assert_eq!(told(&desk, id)[0], "pager page: waits", "after {slip:?}");
    }
}

#[test]
fn a_snooze_that_ended_while_the_alert_was_over_is_told_of_when_it_fires_on() {
    let mut desk = deaf_channel();
    let start = desk.now;
    let id = desk.fires("disk", started("critical", start));
    deliver(&mut desk, &Outcome::Taken);
    let until = after(desk.now, MINUTE * 30);
    desk.act(&account("alice"), id, AlertCommand::Snooze(until)).unwrap();
    desk.wait(MINUTE * 29);
    desk.ends("disk");
    desk.wait(MINUTE);
    desk.time();
    desk.wait(MINUTE);
    desk.fires("disk", started("critical", start));
    assert_eq!(told(&desk, id), ["pager page: sent", "pager resolved: waits", "pager page: waits"]);
}

#[test]
fn what_comes_back_worse_than_what_was_acknowledged_needs_somebody_again() {
    for ended_by_source in [true, false] {
        let mut desk = deaf_channel();
        let start = desk.now;
        let id = desk.fires("disk", started("warning", start));
        desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
        desk.wait(MINUTE);
        if ended_by_source {
            desk.ends("disk");
        }
        desk.wait(MINUTE);
        desk.fires("disk", started("critical", start));
        assert_eq!(desk.alert(id).standing.state, State::Firing);
        assert!(matches!(desk.alert(id).standing.call, Call::Calling(_)));
        assert_eq!(told(&desk, id), ["pager page: waits"]);
    }
}

#[test]
fn a_lowered_alert_has_a_new_call_when_it_comes_back_critical() {
    let mut desk = deaf_channel();
    let start = desk.now;
    let id = desk.fires("disk", started("critical", start));
    deliver(&mut desk, &Outcome::Taken);
    desk.fires("disk", started("warning", start));
    desk.ends("disk");
    desk.wait(MINUTE);
    desk.fires("disk", started("critical", start));
    let told = told(&desk, id);
    assert_eq!(told.first().unwrap(), "pager page: sent");
    assert_eq!(told.last().unwrap(), "pager page: waits");
}

#[test]
fn an_end_is_told_to_who_was_called_although_it_was_a_warning_by_then() {
    let mut desk = deaf_channel();
    let start = desk.now;
    let id = desk.fires("disk", started("critical", start));
    deliver(&mut desk, &Outcome::Taken);
    desk.fires("disk", started("warning", start));
    desk.ends("disk");
    desk.wait(MINUTE * 2);
    deliver(&mut desk, &Outcome::Taken);
    assert_eq!(told(&desk, id), ["pager page: sent", "pager resolved: sent"]);
}

#[test]
fn the_hold_of_a_reopened_older_episode_holds() {
    let mut desk = Desk::new();
    let bob = account("bob");
    let start = desk.now;
    let first = desk.fires("disk", started("critical", start));
    desk.ends("disk");
    desk.wait(MINUTE * 60);
    let second = desk.fires("disk", started("critical", desk.now));
    desk.ends("disk");
    desk.wait(MINUTE * 60);
    desk.act(&bob, first, AlertCommand::Reopen).unwrap();
    assert_eq!(desk.fires("disk", started("critical", start)), first);
    desk.act(&bob, first, AlertCommand::Resolve).unwrap();
    desk.wait(MINUTE);
    assert_eq!(desk.fires("disk", started("critical", start)), first, "it is held");
    assert_eq!(desk.table.open_alerts().count(), 0);
    desk.wait(MINUTE * 20);
    let third = desk.fires("disk", started("critical", desk.now));
    assert_eq!(desk.alert(third).occurrence, 3);
    assert_ne!(third, second);
}

#[test]
fn a_flapping_alert_that_no_channel_heard_of_is_told_when_it_fires_next() {
    let mut desk = deaf_channel();
    let id = desk.fires("disk", payload("disk", "critical"));
    deliver(&mut desk, &Outcome::Taken);
    desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
    for round in 0..4 {
        desk.wait(MINUTE);
        desk.ends("disk");
        desk.wait(seconds(1));
        deliver(&mut desk, &not_now());
        desk.wait(MINUTE);
        desk.fires("disk", payload("disk", "critical"));
        deliver(&mut desk, &not_now());
        if round >= 2 {
            let flapping = told(&desk, id).iter().filter(|one| one.contains("flapping")).count();
            assert_eq!(flapping, 1, "{:?}", told(&desk, id));
        }
    }
    assert!(told(&desk, id).contains(&"pager flapping: waits".to_owned()), "{:?}", told(&desk, id));
    for _ in 0..25 {
        desk.wait(MINUTE);
        deliver(&mut desk, &not_now());
    }
    let told = told(&desk, id);
    assert!(told.contains(&"pager flapping: superseded".to_owned()), "{told:?}");
    assert_eq!(told.last().unwrap(), "pager page: waits", "calm, firing, and nobody has it");
}

#[test]
fn an_answered_flapper_stays_quiet_however_often_it_comes_back() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    for round in 0..6 {
        desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
        desk.wait(MINUTE);
        desk.ends("disk");
        desk.wait(MINUTE);
        assert_eq!(desk.fires("disk", payload("disk", "critical")), id);
        let quiet =
            matches!(desk.alert(id).standing.call, Call::Paused { why: Pause::Flapping, .. });
        assert_eq!(quiet, round >= 2, "in round {round}");
        if round >= 2 {
            desk.wait(MINUTE);
            desk.ends("disk");
            desk.wait(MINUTE);
            desk.fires("disk", payload("disk", "critical"));
            let call = desk.alert(id).standing.call;
            assert!(matches!(call, Call::Paused { why: Pause::Flapping, .. }), "{call:?}");
        }
    }
    assert!(desk.alert(id).marks.reopened.len() <= 3);
}

#[test]
fn undoing_an_assignment_calls_nobody_anew() {
    let mut desk = deaf_channel();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    deliver(&mut desk, &Outcome::Taken);
    let call = desk.alert(id).standing.call;
    desk.act(&alice, id, AlertCommand::Assign(Some(person("bob").id))).unwrap();
    let undo = AlertCommand::Undo(desk.revision);
    desk.wait(MINUTE);
    desk.act(&alice, id, undo).unwrap();
    assert_eq!(desk.alert(id).standing.call, call);
    assert_eq!(told(&desk, id), ["pager page: sent"]);
}

#[test]
fn an_acknowledgement_of_what_became_a_warning_does_not_run_out_until_it_is_critical_again() {
    let mut desk = Desk::new();
    let for_an_hour =
        Policy { acknowledged_for: Some(MINUTE * 60), ..desk.table.policy().as_ref().clone() };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(for_an_hour))).unwrap();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
    desk.fires("disk", payload("disk", "warning"));
    desk.wait(MINUTE * 90);
    desk.time();
    assert!(matches!(desk.alert(id).standing.state, State::Acknowledged(_)));
    desk.act(&account("bob"), id, AlertCommand::Acknowledge).unwrap();
    desk.fires("disk", payload("disk", "critical"));
    desk.wait(MINUTE * 61);
    desk.time();
    assert_eq!(desk.alert(id).standing.state, State::Firing);
}

#[test]
fn a_delivery_that_is_given_up_says_so_also_where_no_attempt_ever_came_to_anything() {
    let mut desk = deaf_channel();
    let id = desk.fires("disk", payload("disk", "critical"));
    for _ in 0..300 {
        desk.time();
        desk.wait(MINUTE * 5);
    }
    assert_eq!(told(&desk, id), ["pager page: given up"]);
    let line = "not told pager: page; no attempt came to anything";
    assert_eq!(desk.timeline(id).last().unwrap(), line);
}

#[test]
fn an_alert_that_flaps_for_months_keeps_few_notifications() {
    let mut desk = deaf_channel();
    let id = desk.fires("disk", payload("disk", "critical"));
    for _ in 0..100 {
        deliver(&mut desk, &Outcome::Taken);
        desk.wait(MINUTE * 16);
        desk.time();
        desk.ends("disk");
        desk.wait(MINUTE * 3);
        deliver(&mut desk, &Outcome::Taken);
        assert_eq!(desk.fires("disk", payload("disk", "critical")), id);
    }
    assert!(desk.table.deliveries_of(id).count() <= 18);
}

#[test]
fn who_is_given_an_alert_is_told_on_their_own_channels_alone() {
    let mut desk = Desk::new();
    let (bob, carol) = (person("bob"), person("carol"));
    let of = |name: &str, person: &Person| Channel { of: Some(person.id), ..Channel::shared(name) };
    adopt(&mut desk, vec![Channel::shared("ops"), of("bob's", &bob), of("carol's", &carol)]);
    let id = desk.fires("disk", payload("disk", "critical"));
    deliver(&mut desk, &Outcome::Taken);
    desk.wait(MINUTE);
    let assign = |to: &Person| AlertCommand::Assign(Some(to.id));
    desk.act(&account("alice"), id, assign(&carol)).unwrap();
    assert_eq!(told(&desk, id)[3..], ["carol's assigned to you: waits"]);
    desk.act(&account("alice"), id, assign(&bob)).unwrap();
    desk.act(&account("carol"), id, assign(&carol)).unwrap();
    desk.time();
    let mut now = told(&desk, id)[3..].to_vec();
    now.sort();
    assert_eq!(now, ["bob's assigned to you: superseded", "carol's assigned to you: is tried"]);
    let warning = desk.fires("cert", payload("cert", "warning"));
    desk.act(&account("alice"), warning, assign(&carol)).unwrap();
    assert!(told(&desk, warning).is_empty());
}

#[test]
fn the_others_who_were_called_hear_that_somebody_has_it_where_a_channel_asks_for_that() {
    let mut desk = Desk::new();
    let asks = |name: &str| Channel { acknowledgements: true, ..Channel::shared(name) };
    let own = Channel { of: Some(person("bob").id), ..asks("bob's") };
    adopt(&mut desk, vec![asks("ops"), Channel::shared("quiet"), own]);
    let id = desk.fires("disk", payload("disk", "critical"));
    deliver(&mut desk, &Outcome::Taken);
    desk.wait(MINUTE);
    desk.act(&account("bob"), id, AlertCommand::Acknowledge).unwrap();
    assert_eq!(told(&desk, id)[3..], ["ops acknowledged: waits"]);
    desk.act(&account("bob"), id, AlertCommand::Unacknowledge).unwrap();
    desk.time();
    let stale: Vec<_> = told(&desk, id).into_iter().filter(|one| one.contains("ack")).collect();
    assert_eq!(stale, ["ops acknowledged: superseded"]);
}

#[test]
fn a_plain_alert_that_is_known_by_its_labels_ends_by_its_fingerprint_alone() {
    let mut desk = Desk::new();
    let set = labels(&[("alertname", "HighLoad")]);
    let named = |naming| Identity { namespace: Namespace::default(), naming };
    let subject = Subject::Known(named(Naming::of_report("d17de6d8a6ed224c", &set)));
    let payload = Box::new(Payload { labels: set, ..payload("high load", "critical") });
    let id = desk.reports(Report::Firing { subject, payload }).unwrap().unwrap();
    assert_eq!(desk.ends("d17de6d8a6ed224d"), None);
    assert_eq!(desk.ends("d17de6d8a6ed224c"), Some(id));
    assert!(!desk.alert(id).is_open());
}

/// What the laws look at is not empty.
#[test]
fn a_page_of_a_call_that_goes_on_is_never_left_superseded() {
    let mut desk = deaf_channel();
    let id = desk.fires("disk", payload("disk", "critical"));
    let page = desk.table.deliveries_of(id).next().unwrap().as_ref().clone();
    assert_eq!(page.tell, Tell::Page);
    assert_eq!(crate::domain::laws::broken_law(&desk.table), None);
    let state = Progress::Superseded { at: desk.now, why: "by nothing".into() };
    let key = Key::Delivery(page.id);
    let next =
        Some(Entity::Delivery(Arc::new(crate::domain::delivery::Delivery { state, ..page })));
    desk.table.put(&crate::domain::change::Change {
        key,
        next,
        event: None,
        keep: crate::domain::change::Keep::Now,
    });
    assert_eq!(crate::domain::laws::broken_law(&desk.table), Some("every call is told"));
}
