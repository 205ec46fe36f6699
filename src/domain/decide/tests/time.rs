//! What time does: silence of senders, our own absence, snoozes, acknowledgements that run out.

use super::*;
use crate::domain::alert::lifecycle::last_act;
use crate::domain::alert::{Call, Pause};
use crate::domain::report::Road;
use crate::domain::time::{Timestamp, after};

/// The same start, and an end that has come.
fn over(desk: &mut Desk, name: &str, end: Timestamp) {
    let naming = Naming::of_labels(labels(&[("alertname", name)]));
    let identity = Identity { namespace: Namespace::default(), naming };
    let start = Timestamp::from_second(1_763_690_000).unwrap();
    let payload = Payload { road: Road::V2, ..payload(name, "critical") };
    let told = told(start, end);
    desk.reports(Report::Interval { identity, told, payload: Box::new(payload) }).unwrap();
}

fn tells(desk: &mut Desk, name: &str, end: Timestamp) -> AlertId {
    let naming = Naming::of_labels(labels(&[("alertname", name)]));
    let identity = Identity { namespace: Namespace::default(), naming };
    let start = Timestamp::from_second(1_763_690_000).unwrap();
    let payload = Payload { road: Road::V2, starts_at: Some(start), ..payload(name, "critical") };
    let told = told(start, end);
    let report = Report::Interval { identity, told, payload: Box::new(payload) };
    desk.reports(report).unwrap().unwrap()
}

#[test]
fn an_alert_of_which_nothing_more_is_heard_ends_and_says_so() {
    let mut desk = Desk::new();
    let end = after(desk.now, MINUTE * 4);
    let id = tells(&mut desk, "disk", end);
    desk.wait(MINUTE * 4);
    desk.time();
    assert!(desk.alert(id).is_open(), "a re-send may come just after the end");
    desk.wait(SignedDuration::from_secs(30));
    desk.time();
    let resolution = desk.alert(id).standing.resolution().unwrap();
    assert_eq!(resolution.how, crate::domain::alert::Ending::TimeOut);
    assert_eq!(
        desk.timeline(id).last().unwrap(),
        "ended: nothing more was heard of it; is its sender alive?"
    );
}

#[test]
fn what_fell_silent_and_speaks_again_within_an_hour_keeps_its_acknowledgement() {
    let mut desk = Desk::new();
    let end = after(desk.now, MINUTE * 4);
    let id = tells(&mut desk, "disk", end);
    desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
    desk.wait(MINUTE * 10);
    desk.time();
    assert!(!desk.alert(id).is_open());
    desk.wait(MINUTE * 30);
    let end = after(desk.now, MINUTE * 4);
    assert_eq!(tells(&mut desk, "disk", end), id);
    assert!(desk.alert(id).standing.acknowledgement().is_some());
}

#[test]
fn a_webhook_that_is_silent_for_hours_is_stale_and_still_open_and_a_plain_post_never_is() {
    let mut desk = Desk::new();
    let id = desk.fires("hook", Payload { road: Road::Webhook, ..payload("hook", "critical") });
    let plain = desk.fires("plain", payload("plain", "critical"));
    desk.wait(SignedDuration::from_hours(9));
    desk.time();
    assert!(desk.alert(id).marks.stale.is_some() && desk.alert(id).is_open());
    assert_eq!(desk.alert(plain).marks.stale, None);
    desk.fires("hook", Payload { road: Road::Webhook, ..payload("hook", "critical") });
    assert_eq!(desk.alert(id).marks.stale, None);
}

#[test]
fn a_snooze_keeps_quiet_until_it_is_over_and_then_calls_anew_saying_what_it_was() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    let until = after(desk.now, MINUTE * 30);
    desk.act(&alice, id, AlertCommand::Snooze(until)).unwrap();
    let call = desk.alert(id).standing.call;
    assert!(matches!(call, Call::Paused { why: Pause::Suppressed, .. }));
    desk.wait(MINUTE * 29);
    desk.time();
    assert!(desk.alert(id).is_suppressed());
    desk.wait(MINUTE);
    desk.time();
    assert!(matches!(desk.alert(id).standing.call, Call::Calling(call) if call.since == desk.now));
    assert_eq!(desk.alert(id).standing.needed, desk.now);
    assert_eq!(
        desk.timeline(id).last().unwrap(),
        "to be heard again, snoozed by alice until 2026-11-21T03:30:00Z, since 2026-11-21T03:00:00Z"
    );
    let past = AlertCommand::Snooze(after(desk.now, -MINUTE));
    assert!(matches!(desk.act(&alice, id, past), Err(Refusal::SnoozeOver { .. })));
}

#[test]
fn a_snooze_that_is_undone_at_once_lets_the_call_go_on_and_later_calls_anew() {
    for (seconds, goes_on) in [(9, true), (11, false)] {
        let mut desk = Desk::new();
        let alice = account("alice");
        let id = desk.fires("disk", payload("disk", "critical"));
        let Call::Calling(began) = desk.alert(id).standing.call else { panic!("it calls nobody") };
        desk.act(&alice, id, AlertCommand::Snooze(after(desk.now, MINUTE * 60))).unwrap();
        let snoozed = desk.revision;
        desk.wait(SignedDuration::from_secs(seconds));
        let undo = AlertCommand::Undo(snoozed);
        assert!(desk.act(&account("bob"), id, undo.clone()).is_err(), "it is not bob's");
        desk.act(&alice, id, undo.clone()).unwrap();
        let Call::Calling(calls) = desk.alert(id).standing.call else { panic!("it calls nobody") };
        assert_eq!(calls == began, goes_on, "after {seconds} s");
        let needed = desk.alert(id).standing.needed;
        assert_eq!(needed == desk.now, !goes_on, "it is in its place by {needed}");
        assert!(desk.act(&alice, id, undo).is_err(), "it is taken back already");
        let line = "undone by alice: snoozed by alice until 2026-11-21T04:00:00Z";
        assert_eq!(desk.timeline(id).last().unwrap(), line);
    }
}

#[test]
fn undoing_a_snooze_brings_back_the_one_it_replaced_but_none_that_was_undone() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    let snooze = |desk: &mut Desk, minutes: i32| {
        let until = after(desk.now, MINUTE * minutes);
        desk.act(&alice, id, AlertCommand::Snooze(until)).unwrap();
        (until, AlertCommand::Undo(desk.revision))
    };
    let (long, undo_long) = snooze(&mut desk, 60);
    let (_, undo_short) = snooze(&mut desk, 30);
    desk.act(&alice, id, undo_short.clone()).unwrap();
    assert_eq!(desk.alert(id).wakes(), Some(long));
    let (_, undo_other) = snooze(&mut desk, 20);
    desk.act(&alice, id, undo_other).unwrap();
    assert_eq!(desk.alert(id).wakes(), Some(long));
    let last = last_act(&desk.alert(id).recent, &alice);
    assert_eq!(last.map(AlertCommand::Undo), Some(undo_long.clone()));
    desk.act(&alice, id, undo_long).unwrap();
    assert_eq!(desk.alert(id).wakes(), None);
    assert!(desk.act(&alice, id, undo_short).is_err());
}

#[test]
fn undoing_a_wake_snoozes_on_unless_the_alert_moved_since() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    let until = after(desk.now, MINUTE * 60);
    desk.act(&alice, id, AlertCommand::Snooze(until)).unwrap();
    desk.act(&alice, id, AlertCommand::Wake).unwrap();
    let woken = AlertCommand::Undo(desk.revision);
    desk.act(&alice, id, woken).unwrap();
    assert_eq!(desk.alert(id).wakes(), Some(until));
    assert!(matches!(desk.alert(id).standing.call, Call::Paused { why: Pause::Suppressed, .. }));
    desk.act(&alice, id, AlertCommand::Wake).unwrap();
    let woken = AlertCommand::Undo(desk.revision);
    desk.act(&account("bob"), id, AlertCommand::Acknowledge).unwrap();
    let refused = desk.act(&alice, id, woken).unwrap_err();
    assert_eq!(refused.to_string(), "not undone: bob acknowledged it since");
}

#[test]
fn waking_ends_a_snooze_and_calls_only_if_somebody_is_needed() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    let later = AlertCommand::Snooze(after(desk.now, MINUTE * 30));
    desk.act(&alice, id, AlertCommand::Acknowledge).unwrap();
    desk.act(&alice, id, later).unwrap();
    desk.act(&alice, id, AlertCommand::Wake).unwrap();
    assert_eq!(desk.alert(id).standing.call, Call::Over);
    assert_eq!(
        desk.act(&alice, id, AlertCommand::Wake),
        Ok(Acted::Unchanged(Unchanged::NotSuppressed))
    );
}

#[test]
fn a_rise_of_severity_ends_acknowledgement_and_snooze() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "warning"));
    desk.act(&alice, id, AlertCommand::Acknowledge).unwrap();
    desk.act(&alice, id, AlertCommand::Snooze(after(desk.now, MINUTE * 30))).unwrap();
    desk.fires("disk", payload("disk", "critical"));
    assert!(desk.alert(id).needs_call());
    assert!(matches!(desk.alert(id).standing.call, Call::Calling(_)));
}

#[test]
fn an_acknowledgement_of_a_critical_alert_runs_out_where_the_configuration_says_so() {
    let mut desk = Desk::new();
    let policy =
        Policy { acknowledged_for: Some(MINUTE * 60), ..desk.table.policy().as_ref().clone() };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    let critical = desk.fires("disk", payload("disk", "critical"));
    let warning = desk.fires("cert", payload("cert", "warning"));
    for id in [critical, warning] {
        desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
    }
    desk.wait(MINUTE * 60);
    desk.time();
    assert!(desk.alert(critical).needs_call());
    assert!(desk.alert(warning).standing.acknowledgement().is_some());
}

#[test]
fn undoing_a_slip_lets_the_call_go_on_and_a_later_undo_calls_anew() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    let begun = desk.now;
    for (wait, since) in [(SignedDuration::from_secs(5), begun), (MINUTE, after(begun, MINUTE))] {
        desk.now = begun;
        desk.act(&alice, id, AlertCommand::Acknowledge).unwrap();
        let acknowledged = desk.revision;
        desk.wait(wait);
        desk.act(&alice, id, AlertCommand::Undo(acknowledged)).unwrap();
        let calling = desk.alert(id).standing.call.calling().unwrap();
        assert_eq!(calling.since, since);
    }
}

#[test]
fn an_ended_alert_is_forgotten_after_the_retention_and_an_open_one_never() {
    let mut desk = Desk::new();
    let ended = desk.fires("ended", payload("ended", "critical"));
    desk.ends("ended");
    let open = desk.fires("open", payload("open", "critical"));
    desk.wait(SignedDuration::from_hours(90 * 24 - 1));
    desk.time();
    assert!(desk.table.alert(ended).is_some());
    desk.wait(SignedDuration::from_hours(1));
    desk.time();
    assert!(desk.table.alert(ended).is_none());
    assert!(desk.table.alert(open).is_some());
}

#[test]
fn a_sender_of_whom_three_alerts_end_in_silence_within_a_minute_is_an_alert_until_it_speaks() {
    let mut desk = Desk::new();
    let end = after(desk.now, MINUTE * 4);
    for name in ["a", "b", "c", "d"] {
        tells(&mut desk, name, end);
    }
    desk.wait(MINUTE * 5);
    desk.time();
    let open: Vec<_> = desk.table.open_alerts().cloned().collect();
    assert_eq!(open.len(), 1, "one for all four");
    assert_eq!(open[0].title.as_str(), "prometheus fell silent");
    assert!(matches!(open[0].standing.call, Call::Calling(_)));
    assert_eq!(desk.timeline(open[0].id), ["fired, sent by watchbell"]);
    let end = after(desk.now, MINUTE * 4);
    tells(&mut desk, "a", end);
    assert!(!desk.alert(open[0].id).is_open());
    assert_eq!(desk.timeline(open[0].id)[1], "resolved by its source, watchbell");
}

#[test]
fn two_silences_or_a_resolution_among_them_are_no_silence_of_their_sender() {
    for resolves in [false, true] {
        let mut desk = Desk::new();
        let end = after(desk.now, MINUTE * 4);
        let names: &[&str] = if resolves { &["a", "b", "c", "d"] } else { &["a", "b"] };
        for name in names {
            tells(&mut desk, name, end);
        }
        desk.wait(MINUTE * 4);
        if resolves {
            let now = desk.now;
            over(&mut desk, "d", now);
        }
        desk.wait(SignedDuration::from_secs(31));
        desk.time();
        assert_eq!(desk.table.open_alerts().count(), 0);
    }
}

#[test]
fn a_snooze_of_more_than_thirty_days_is_refused() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    let days =
        |desk: &Desk, days: i32| AlertCommand::Snooze(after(desk.now, MINUTE * 1_440 * days));
    let (most, more) = (days(&desk, 30), days(&desk, 31));
    let refused = desk.act(&account("alice"), id, more).unwrap_err();
    assert_eq!(refused.to_string(), "a snooze lasts 30 days at most; name an earlier time");
    desk.act(&account("alice"), id, most).unwrap();
}

#[test]
fn nobody_else_speaks_of_the_alert_that_a_sender_fell_silent() {
    let mut desk = Desk::new();
    let end = after(desk.now, MINUTE * 4);
    for name in ["a", "b", "c"] {
        tells(&mut desk, name, end);
    }
    desk.wait(MINUTE * 5);
    desk.time();
    let ours = desk.table.open_alerts().next().unwrap().clone();
    let Naming::Labels { labels: set, .. } = ours.identity.naming.clone() else { panic!() };
    let identity = Identity { namespace: Namespace::default(), naming: Naming::of_labels(set) };
    let mallory = Actor::Machine("mallory".into());
    let resolved = Report::Resolved { identity, road: Road::V2, ends_at: None };
    desk.order(&mallory, Command::Report(vec![resolved])).unwrap();
    assert!(desk.alert(ours.id).is_open());
    let create = TokenCommand::Create {
        name: "sly".into(),
        digest: crate::domain::token::Digest([1; 32]),
        scopes: crate::domain::token::Scopes::default(),
        account: None,
        namespace: Namespace("watchbell".into()),
    };
    let refused = desk.order(&account("alice"), Command::Token(create)).unwrap_err();
    assert_eq!(refused.code(), "own_namespace");
}
