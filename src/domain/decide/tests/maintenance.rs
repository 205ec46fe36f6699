//! Maintenance that comes again: its windows, and what people do about them.

use super::*;
use crate::domain::command::SilenceCommand;
use crate::domain::id::SilenceId;
use crate::domain::laws::silences_mark_what_they_match;
use crate::domain::maintenance::{Maintenance, Recurrence};
use crate::domain::silence::{Silence, SilenceRefusal, SilenceState};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The desk begins on saturday the 21st at 03:00 UTC.
fn patching(days: &str) -> Maintenance {
    let terms = Desk::new().terms("", &["alertname=disk"], HOUR);
    Maintenance {
        name: "patching".into(),
        matchers: terms.matchers.to_vec(),
        comment: "".into(),
        when: Recurrence::parse(days, "05:00", "2h", "Europe/Berlin").unwrap(),
    }
}

fn adopt(desk: &mut Desk, maintenance: &[Maintenance]) {
    let maintenance = maintenance.iter().cloned().map(Arc::new).collect();
    let policy = Policy { maintenance, ..desk.table.policy().as_ref().clone() };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
}

fn pass(desk: &mut Desk, span: SignedDuration) {
    desk.wait(span);
    desk.time();
    assert!(silences_mark_what_they_match(&desk.table, desk.now));
}

/// The silences that are windows: state, from and until.
fn windows(desk: &Desk) -> Vec<String> {
    let mut all: Vec<&Arc<Silence>> =
        desk.table.silences().filter(|silence| silence.window_of.is_some()).collect();
    all.sort_by_key(|silence| (silence.terms.starts, silence.terms.ends));
    let line = |silence: &&Arc<Silence>| {
        let (state, terms) = (silence.state(desk.now), &silence.terms);
        format!("{state} {:.0} {:.0}", terms.starts, terms.ends)
    };
    all.iter().map(line).collect()
}

fn live(desk: &Desk) -> SilenceId {
    let live = |silence: &&Arc<Silence>| silence.state(desk.now) != SilenceState::Expired;
    let mut all = desk.table.silences().filter(live);
    let one = all.next().unwrap().id;
    assert!(all.next().is_none(), "one window at a time");
    one
}

#[test]
fn a_maintenance_mutes_again_and_again() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    adopt(&mut desk, &[patching("sat, sun")]);
    assert_eq!(windows(&desk), ["pending 2026-11-21T04:00:00Z 2026-11-21T06:00:00Z"]);
    let muted = |desk: &Desk| desk.alert(id).is_suppressed();
    assert!(!muted(&desk));
    pass(&mut desk, HOUR);
    assert!(muted(&desk));
    pass(&mut desk, HOUR * 2);
    assert!(!muted(&desk));
    insta::assert_snapshot!(windows(&desk).join("\n"), @r#"
    expired 2026-11-21T04:00:00Z 2026-11-21T06:00:00Z
    pending 2026-11-22T04:00:00Z 2026-11-22T06:00:00Z
    "#);
    let next = desk.table.silence(live(&desk)).unwrap();
    assert_eq!(next.terms.by.as_ref(), "maintenance patching");
    assert_eq!(next.terms.comment.as_ref(), "every sat and sun at 05:00 Europe/Berlin for 2h");
}

#[test]
fn a_window_that_somebody_ended_does_not_come_twice_and_one_they_made_longer_stays_so() {
    let mut desk = Desk::new();
    adopt(&mut desk, &[patching("day")]);
    pass(&mut desk, HOUR + MINUTE);
    let (alice, first) = (account("alice"), live(&desk));
    desk.silences(&alice, SilenceCommand::Expire(first)).unwrap();
    let second = live(&desk);
    assert_ne!(first, second);
    let mut longer = desk.table.silence(second).unwrap().terms.clone();
    longer.ends = crate::domain::time::after(longer.ends, HOUR);
    desk.silences(&alice, SilenceCommand::Set(Some(second), Box::new(longer))).unwrap();
    // A start, or a configuration that was read again.
    adopt(&mut desk, &[patching("day")]);
    insta::assert_snapshot!(windows(&desk).join("\n"), @r#"
    expired 2026-11-21T04:00:00Z 2026-11-21T04:01:00Z
    pending 2026-11-22T04:00:00Z 2026-11-22T07:00:00Z
    "#);
    pass(&mut desk, HOUR * 28);
    assert_eq!(
        windows(&desk).last().map(String::as_str),
        Some("pending 2026-11-23T04:00:00Z 2026-11-23T06:00:00Z")
    );
}

#[test]
fn a_maintenance_that_is_changed_or_taken_out_takes_its_window_with_it() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    adopt(&mut desk, &[patching("day")]);
    pass(&mut desk, HOUR + MINUTE);
    assert!(desk.alert(id).is_suppressed());
    let other = Desk::new().terms("", &["alertname=net"], HOUR).matchers.to_vec();
    adopt(&mut desk, &[Maintenance { matchers: other, ..patching("day") }]);
    assert!(!desk.alert(id).is_suppressed());
    assert_eq!(
        windows(&desk).last().map(String::as_str),
        Some("active 2026-11-21T04:01:00Z 2026-11-21T06:00:00Z")
    );
    adopt(&mut desk, &[]);
    assert!(windows(&desk).iter().all(|window| window.starts_with("expired")));
}

#[test]
fn after_an_absence_the_window_of_now_is_in_force() {
    let mut desk = Desk::new();
    adopt(&mut desk, &[patching("day")]);
    pass(&mut desk, HOUR * 50);
    assert_eq!(
        windows(&desk).last().map(String::as_str),
        Some("active 2026-11-23T05:00:00Z 2026-11-23T06:00:00Z")
    );
}

#[test]
fn somebody_makes_a_maintenance_and_ends_it() {
    let mut desk = Desk::new();
    adopt(&mut desk, &[Maintenance { name: "backup".into(), ..patching("sun") }]);
    let alice = account("alice");
    let repeat = |desk: &mut Desk, name: &str| {
        let what = Maintenance { name: name.into(), ..patching("day") };
        desk.silences(&alice, SilenceCommand::Repeat(Box::new(what)))
    };
    let end = |desk: &mut Desk, name: &str| {
        desk.silences(&alice, SilenceCommand::RepeatNoMore(name.into()))
    };
    let window = repeat(&mut desk, "patching").unwrap().unwrap();
    assert_eq!(desk.table.silence(window).unwrap().state(desk.now), SilenceState::Pending);
    for name in ["patching", "backup"] {
        let refused = repeat(&mut desk, name).unwrap_err();
        assert_eq!(refused, SilenceRefusal::MaintenanceExists(name.into()).into());
    }
    assert_eq!(repeat(&mut desk, "").unwrap_err(), SilenceRefusal::NamelessMaintenance.into());
    let unknown = SilenceRefusal::UnknownMaintenance("none".into());
    assert_eq!(end(&mut desk, "none").unwrap_err(), unknown.into());
    let in_file = SilenceRefusal::MaintenanceInFile("backup".into());
    assert_eq!(end(&mut desk, "backup").unwrap_err(), in_file.into());
    end(&mut desk, "patching").unwrap();
    assert_eq!(desk.table.silence(window).unwrap().state(desk.now), SilenceState::Expired);
    assert_eq!(desk.table.maintenances().count(), 1);
}

#[test]
fn a_maintenance_that_was_taken_out_for_a_while_has_its_window_all_the_same() {
    let mut desk = Desk::new();
    for maintenance in [&[patching("day")][..], &[], &[patching("day")]] {
        adopt(&mut desk, maintenance);
        desk.wait(MINUTE);
    }
    assert_eq!(
        windows(&desk).last().map(String::as_str),
        Some("pending 2026-11-21T04:00:00Z 2026-11-21T06:00:00Z")
    );
}

#[test]
fn a_window_that_follows_at_once_keeps_quiet_throughout() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    let when = Recurrence::parse("sat, sun", "00:00", "1d", "UTC").unwrap();
    adopt(&mut desk, &[Maintenance { when, ..patching("day") }]);
    desk.time();
    let lines = |desk: &Desk| desk.timeline(id).iter().filter(|l| l.contains("heard")).count();
    assert!(desk.alert(id).is_suppressed());
    pass(&mut desk, HOUR * 24);
    assert!(desk.alert(id).is_suppressed());
    assert_eq!(lines(&desk), 0, "{:?}", desk.timeline(id));
    pass(&mut desk, HOUR * 24);
    assert!(!desk.alert(id).is_suppressed());
}

#[test]
fn a_window_that_is_put_back_takes_the_place_of_the_one_that_followed_it() {
    let mut desk = Desk::new();
    adopt(&mut desk, &[patching("day")]);
    let (alice, first) = (account("alice"), live(&desk));
    desk.silences(&alice, SilenceCommand::Expire(first)).unwrap();
    assert_ne!(live(&desk), first);
    let revision = desk.revision;
    desk.silences(&alice, SilenceCommand::Undo(revision)).unwrap();
    assert_eq!(live(&desk), first);
    pass(&mut desk, HOUR * 4);
    assert_eq!(
        windows(&desk).last().map(String::as_str),
        Some("pending 2026-11-22T04:00:00Z 2026-11-22T06:00:00Z")
    );
}
