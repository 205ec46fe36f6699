//! What sources say after an end, when they disagree, and when they fall silent.

use super::*;
use crate::domain::alert::Call;
use crate::domain::report::Road;
use crate::domain::severity::{SeverityReading, SeverityWords};
use crate::domain::time::{Timestamp, after};

/// A payload with a start, as every source but a plain post gives one.
fn since(start: Timestamp) -> Payload {
    Payload { starts_at: Some(start), ..payload("disk", "critical") }
}

fn read(severity: &str) -> SeverityReading {
    SeverityWords::default().read(Some(severity))
}

fn ended_at(desk: &mut Desk, at: Timestamp) {
    let identity = identity("disk");
    let report = Report::Resolved { identity, road: Road::Webhook, ends_at: Some(at) };
    desk.reports(report).unwrap();
}

/// What Prometheus posts by API v2: an interval.
fn tells(desk: &mut Desk, start: Timestamp, end: Timestamp) -> Option<AlertId> {
    let set = labels(&[("alertname", "disk")]);
    let naming = Naming::of_labels(set);
    let identity = Identity { namespace: Namespace::default(), naming };
    let payload = Payload { road: Road::V2, ..since(start) };
    let told = told(start, end);
    desk.reports(Report::Interval { identity, told, payload: Box::new(payload) }).unwrap()
}

#[test]
fn what_somebody_resolved_is_held_while_its_source_still_sends_it_and_then_comes_back_anew() {
    let mut desk = Desk::new();
    let start = desk.now;
    let first = desk.fires("disk", since(start));
    desk.wait(MINUTE);
    desk.act(&account("bob"), first, AlertCommand::Resolve).unwrap();
    for minute in 1..15 {
        desk.wait(MINUTE);
        let id = desk.fires("disk", since(start));
        assert_eq!(id, first, "at minute {minute}: {:?}", desk.timeline(id));
        let hold = desk.alert(first).standing.hold().unwrap();
        assert_eq!(hold.reports, minute);
    }
    assert_eq!(desk.table.open_alerts().count(), 0);
    assert_eq!(
        desk.timeline(first).last().unwrap(),
        "held until 2026-11-21T03:16:00Z, source still fires"
    );
    desk.wait(MINUTE);
    desk.time();
    let second = desk.fires("disk", since(start));
    assert_ne!(first, second);
    assert_eq!(desk.timeline(second), ["still firing after bob resolved it, sent by prometheus"]);
    assert!(matches!(desk.alert(second).standing.call, Call::Calling(_)));
}

#[test]
fn a_hold_ends_when_its_source_resolves_or_a_report_starts_later() {
    let mut desk = Desk::new();
    let start = desk.now;
    let first = desk.fires("disk", since(start));
    desk.act(&account("bob"), first, AlertCommand::Resolve).unwrap();
    ended_at(&mut desk, start);
    assert_eq!(desk.alert(first).standing.hold(), None);

    let other = desk.fires("cpu", since(start));
    desk.act(&account("bob"), other, AlertCommand::Resolve).unwrap();
    desk.wait(MINUTE);
    let later = desk.now;
    let again = desk.fires("cpu", since(later));
    assert_ne!(again, other);
    assert_eq!(desk.timeline(again), ["fired for the 2nd time, sent by prometheus"]);
}

#[test]
fn a_hold_keeps_out_no_report_that_got_worse() {
    let mut desk = Desk::new();
    let start = desk.now;
    let first = desk.fires("disk", Payload { severity: read("warning"), ..since(start) });
    desk.act(&account("bob"), first, AlertCommand::Resolve).unwrap();
    desk.wait(MINUTE);
    assert_eq!(desk.fires("disk", Payload { severity: read("warning"), ..since(start) }), first);
    let second = desk.fires("disk", since(start));
    assert_ne!(second, first);
    assert_eq!(desk.timeline(second), ["still firing after bob resolved it, sent by prometheus"]);
    assert!(matches!(desk.alert(second).standing.call, Call::Calling(_)));
}

#[test]
fn a_cron_job_that_speaks_again_within_minutes_of_a_resolve_reopens_the_same_alert() {
    let mut desk = Desk::new();
    let first = desk.fires("disk", payload("disk", "critical"));
    desk.act(&account("bob"), first, AlertCommand::Resolve).unwrap();
    desk.wait(MINUTE * 4);
    assert_eq!(desk.fires("disk", payload("disk", "critical")), first);
    assert_eq!(desk.alert(first).standing.state, State::Firing);
    desk.act(&account("bob"), first, AlertCommand::Resolve).unwrap();
    desk.wait(MINUTE * 5);
    assert_ne!(desk.fires("disk", payload("disk", "critical")), first);
}

#[test]
fn an_alert_that_comes_back_is_the_same_one_unacknowledged_and_calls_again() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
    desk.ends("disk");
    desk.wait(MINUTE);
    assert_eq!(desk.fires("disk", payload("disk", "critical")), id);
    let alert = desk.alert(id);
    assert_eq!(alert.standing.state, State::Firing);
    assert_eq!(alert.standing.assignee, Some(person("alice")));
    assert!(matches!(alert.standing.call, Call::Calling(call) if call.since == desk.now));
}

#[test]
fn a_third_reopening_within_half_an_hour_is_flapping_until_a_quarter_of_an_hour_is_calm() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
    for round in 1..=4 {
        desk.wait(MINUTE * 3);
        desk.ends("disk");
        desk.wait(MINUTE * 3);
        desk.fires("disk", payload("disk", "critical"));
        assert_eq!(desk.alert(id).marks.flapping.is_some(), round >= 3, "round {round}");
        if round < 3 {
            desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
        }
    }
    assert!(
        desk.timeline(id)
            .contains(&"fires again, and flaps: further reopenings tell nobody".to_owned())
    );
    desk.wait(MINUTE * 15);
    desk.time();
    let alert = desk.alert(id);
    assert_eq!(alert.marks.flapping, None);
    assert!(matches!(alert.standing.call, Call::Calling(call) if call.since == desk.now));
}

#[test]
fn prometheus_repeating_a_resolution_changes_nothing_even_after_a_reopening() {
    let mut desk = Desk::new();
    let start = desk.now;
    let id = tells(&mut desk, start, after(start, MINUTE * 4)).unwrap();
    desk.wait(MINUTE);
    let end = desk.now;
    assert_eq!(tells(&mut desk, start, end), Some(id));
    assert!(!desk.alert(id).is_open());
    desk.act(&account("alice"), id, AlertCommand::Reopen).unwrap();
    for _ in 0..15 {
        desk.wait(MINUTE);
        assert_eq!(tells(&mut desk, start, end), None);
        assert!(desk.alert(id).is_open());
    }
}

#[test]
fn an_older_episode_that_somebody_reopens_is_not_ended_by_what_a_later_one_was_told() {
    let mut desk = Desk::new();
    let begun = desk.now;
    let first = tells(&mut desk, begun, after(begun, MINUTE * 5)).unwrap();
    desk.wait(MINUTE);
    desk.act(&account("alice"), first, AlertCommand::Resolve).unwrap();
    desk.wait(MINUTE);
    let later = desk.now;
    let second = tells(&mut desk, later, after(later, MINUTE * 5)).unwrap();
    assert_ne!(first, second);
    desk.wait(MINUTE);
    let ended = desk.now;
    tells(&mut desk, later, ended);
    assert!(!desk.alert(second).is_open());
    desk.wait(MINUTE);
    desk.act(&account("alice"), first, AlertCommand::Reopen).unwrap();
    desk.wait(MINUTE);
    tells(&mut desk, later, ended);
    assert!(desk.alert(first).is_open(), "{:?}", desk.timeline(first));
}

#[test]
fn an_end_alone_ends_what_fires_however_far_behind_the_clock_of_its_sender_is() {
    let mut desk = Desk::new();
    let naming = || Naming::of_labels(labels(&[("alertname", "disk")]));
    let identity = || Identity { namespace: Namespace::default(), naming: naming() };
    let payload = || Box::new(Payload { road: Road::V2, ..payload("disk", "critical") });
    let posts = |desk: &mut Desk, end: Option<Timestamp>| {
        let end = end.map(crate::domain::time::Moment::utc);
        let told = crate::domain::alert::Told { start: None, end };
        let report = Report::Interval { identity: identity(), told, payload: payload() };
        desk.reports(report).unwrap()
    };
    let id = posts(&mut desk, None).unwrap();
    desk.wait(SignedDuration::from_secs(1));
    let behind = after(desk.now, SignedDuration::from_secs(-3));
    assert_eq!(posts(&mut desk, Some(behind)), Some(id));
    assert!(!desk.alert(id).is_open(), "{:?}", desk.timeline(id));
    assert_eq!(posts(&mut desk, Some(behind)), None, "the same again says nothing new");
}
