//! That what is on the screen is so: it follows the news, and what is over goes.

use std::sync::Arc;

use super::*;
use crate::console::model::{Page, PageAbout};
use crate::domain::actor::Actor;
use crate::domain::command::Command;
use crate::domain::delivery::Outcome;
use crate::domain::entity::Key as Entry;
use crate::domain::policy::Channel;
use crate::domain::report::Payload;
use crate::domain::time::Timestamp;

/// A night with a channel called ops.
fn with_channel() -> Desk {
    let mut desk = night();
    let mut policy = desk.table.policy().as_ref().clone();
    policy.channels = vec![Channel::shared("ops")];
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    desk
}

/// The channel answers what it was told of an alert, or is still to be told.
fn answers(stage: &mut Stage, id: AlertId, outcome: &Outcome) {
    let of = stage.desk.table.deliveries_of(id);
    let waiting: Vec<_> = of.filter(|one| one.waits()).map(|one| (one.id, one.attempts)).collect();
    for (id, attempts) in waiting {
        stage.command(&Actor::Watchbell, Command::Due(Entry::Delivery(id)));
        let settled = Command::Settle(id, attempts + 1, outcome.clone());
        stage.command(&Actor::Watchbell, settled);
    }
}

fn not_found() -> Outcome {
    Outcome::Never { why: Text::derive("it answers 404 Not Found") }
}

fn disk() -> Payload {
    alert("disk is full", "critical", "db")
}

#[test]
fn what_a_channel_answers_is_written_where_the_timeline_is_on_the_screen() {
    for (width, height, keys) in
        [(120, 32, "j k"), (80, 32, "j k"), (80, 40, "enter"), (80, 40, "w")]
    {
        let mut stage = Stage::on(with_channel(), width, height);
        let id = stage.fires("disk", disk());
        stage.wait(2_000).press(keys).wait(400);
        stage.bytes();
        answers(&mut stage, id, &Outcome::Taken);
        assert!(!stage.bytes().is_empty(), "{width}x{height} {keys}:\n{}", stage.screen());
        let said = stage.screen();
        assert!(said.contains("told ops: page") || said.contains("ops: page, told at"), "{said}");
    }
}

#[test]
fn what_a_channel_answers_writes_nothing_where_no_timeline_shows_it() {
    for (width, height, keys) in
        [(120, 32, "G"), (80, 24, "j p"), (50, 12, "j k"), (80, 24, "?"), (80, 24, "G enter")]
    {
        let mut stage = Stage::on(with_channel(), width, height);
        let id = stage.fires("disk", disk());
        stage.wait(2_000).press(keys).wait(400);
        stage.bytes();
        answers(&mut stage, id, &Outcome::Taken);
        assert_eq!(stage.bytes(), [] as [usize; 0], "{width}x{height} {keys}");
    }
}

#[test]
fn a_snooze_that_ends_far_away_is_shown_with_its_date() {
    let mut stage = Stage::night(80, 28);
    stage.press("enter");
    let until: Timestamp = "2026-12-20T17:58:00Z".parse().unwrap();
    stage.other("bob", stage.id("net"), AlertCommand::Snooze(until));
    assert!(stage.screen().contains("snoozed by bob until 20 Dec 17:58"), "{}", stage.screen());
}

#[test]
fn a_snooze_of_more_than_thirty_days_is_not_taken() {
    let mut stage = Stage::night(80, 24);
    for text in ["99999d", "31d", "720h 1m"] {
        stage.press("z").type_in(text).press("enter");
        assert!(stage.screen().contains("At most 30d"), "{text}: {}", stage.screen());
        assert!(stage.line(0).starts_with("2 CRITICAL FIRING"), "{}", stage.line(0));
        stage.press("esc");
    }
    stage.press("z").type_in("30d").press("enter");
    assert!(stage.line(-1).starts_with("Snoozed until 21 Dec 03:15"), "{}", stage.line(-1));
}

#[test]
fn why_it_calls_is_told_in_the_zone_of_the_console_alone() {
    let mut berlin = settings();
    berlin.zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let mut stage = Stage::with(with_channel(), berlin, 100, 30);
    let until = "2026-11-21T08:00:00Z".parse().unwrap();
    stage.other("bob", stage.id("net"), AlertCommand::Snooze(until));
    let disk = stage.fires("disk", disk());
    stage.other("bob", disk, AlertCommand::Snooze(until));
    for id in [disk, stage.id("net"), stage.id("lag"), stage.id("memory")] {
        stage.model.page = Some(Page { about: PageAbout::Why(id), scroll: 0 });
        let screen = stage.screen();
        assert!(screen.contains("times: CET"), "{screen}");
        assert!(!screen.contains("2026-11-21T"), "{screen}");
    }
}

#[test]
fn a_doubled_key_does_not_take_over_what_its_message_has_not_shown() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j j").wait(400);
    stage.rush("a a a");
    assert!(stage.line(-1).ends_with("a again takes it over."), "{}", stage.line(-1));
    assert!(stage.line(5).ends_with("bob"), "{}", stage.line(5));
    stage.wait(200).rush("a");
    assert!(stage.line(5).ends_with("bob"), "too soon after its first frame");
    stage.wait(100).rush("a");
    assert!(stage.line(5).ends_with("alice"), "{}", stage.line(5));
}

#[test]
fn a_doubled_key_does_not_take_over_from_who_was_faster() {
    let mut stage = Stage::night(80, 24);
    stage.press("j k").wait(3_000);
    stage.unseen("bob", stage.id("net"), AlertCommand::Acknowledge);
    stage.rush("a a a").rush("a");
    assert!(stage.line(2).ends_with("bob"), "{}", stage.line(2));
    stage.press("a");
    assert!(stage.line(-1).starts_with("Acknowledged, taken over from bob:"), "{}", stage.line(-1));
}

#[test]
fn a_message_goes_when_its_alert_goes_on_as_something_else() {
    // Held for 15 minutes, then a new alert.
    let mut stage = Stage::night(80, 24);
    let started = Payload { starts_at: Some(stage.now().at), ..disk() };
    let old = stage.fires("disk", started.clone());
    stage.wait(2_000).press("r y");
    assert!(stage.line(-1).starts_with("Resolved: disk is full"), "{}", stage.line(-1));
    stage.wait(16 * 60_000);
    assert!(stage.line(-1).starts_with("Resolved: disk is full"), "no message goes by time alone");
    let new = stage.fires("disk", started);
    assert_ne!(old, new);
    assert!(!stage.line(-1).contains("Resolved:"), "{}", stage.line(-1));

    // Brought back as the same alert.
    let mut stage = Stage::night(80, 24);
    let id = stage.fires("disk", disk());
    stage.wait(2_000).press("r y");
    assert!(stage.line(-1).starts_with("Resolved: disk is full"), "{}", stage.line(-1));
    stage.other("bob", id, AlertCommand::Reopen);
    assert!(!stage.line(-1).contains("Resolved:"), "{}", stage.line(-1));

    // What others do to other alerts takes no message away.
    let mut stage = Stage::night(80, 24);
    stage.press("a");
    stage.ends("p99");
    stage.other("bob", stage.id("net"), AlertCommand::Assign(Some(person_id("bob"))));
    assert!(stage.line(-1).starts_with("Acknowledged: net004"), "{}", stage.line(-1));
}

#[test]
fn a_message_goes_when_its_alert_went_on_in_changes_that_were_missed() {
    let mut stage = Stage::night(80, 24);
    stage.press("a");
    stage.desk.ends("net");
    let table = stage.desk.table.clone();
    stage.event(Event::News(Box::new(News { table, changes: None })));
    assert!(!stage.line(-1).contains("Acknowledged:"), "{}", stage.line(-1));
}

#[test]
fn an_ended_alert_names_the_one_it_came_back_as() {
    let mut stage = Stage::night(80, 32);
    let started = Payload { starts_at: Some(stage.now().at), ..disk() };
    stage.fires("disk", started.clone());
    stage.wait(2_000).press("r y enter");
    assert!(!stage.screen().contains("came back"));
    stage.wait(16 * 60_000);
    let new = stage.fires("disk", started);
    let named = format!("came back at 03:31 as {}, firing", new.short());
    assert!(stage.screen().contains(&named), "{}", stage.screen());
    stage.other("bob", new, AlertCommand::Acknowledge);
    assert!(stage.screen().contains(", acknowledged by bob"), "{}", stage.screen());
}

#[test]
fn a_bar_says_that_no_channel_took_a_call_until_somebody_has_it_or_one_takes_it() {
    let mut stage = Stage::on(with_channel(), 80, 24);
    let id = stage.fires("disk", disk());
    let other = stage.fires("cpu", alert("cpu is hot", "critical", "db"));
    stage.wait(10_000).press("G").wait(400);
    assert!(!stage.screen().contains("NOT TOLD"));
    stage.bytes();
    answers(&mut stage, id, &not_found());
    assert!(!stage.bytes().is_empty(), "a bar is worth a frame");
    let one = "NOT TOLD: 1 critical alert calls, but no channel took it: ops: it answers";
    assert!(stage.line(1).starts_with(one), "{}", stage.screen());
    answers(&mut stage, other, &not_found());
    assert!(
        stage.line(1).starts_with("NOT TOLD: 2 critical alerts call, but"),
        "{}",
        stage.line(1)
    );
    stage.other("bob", id, AlertCommand::Acknowledge);
    assert!(stage.line(1).starts_with(one), "{}", stage.line(1));
    stage.other("bob", other, AlertCommand::Acknowledge);
    assert!(!stage.screen().contains("NOT TOLD"), "{}", stage.screen());
    stage.other("bob", other, AlertCommand::Unacknowledge);
    answers(&mut stage, other, &Outcome::Taken);
    assert!(!stage.screen().contains("NOT TOLD"), "{}", stage.screen());
}

#[test]
fn a_bar_about_channels_is_there_from_the_start_and_after_missed_changes() {
    let mut stage = Stage::on(with_channel(), 80, 24);
    let id = stage.fires("disk", disk());
    answers(&mut stage, id, &not_found());
    let again = Stage::on(stage.desk, 80, 24);
    assert!(again.line(1).starts_with("NOT TOLD: 1 critical"), "{}", again.screen());
    let mut stage = again;
    stage.desk.act(&crate::domain::samples::account("bob"), id, AlertCommand::Resolve).unwrap();
    let table = stage.desk.table.clone();
    stage.event(Event::News(Box::new(News { table, changes: None })));
    assert!(!stage.screen().contains("NOT TOLD"), "{}", stage.screen());
}

#[test]
fn an_alert_that_no_channel_took_says_so_in_its_row_and_its_detail() {
    let mut stage = Stage::on(with_channel(), 80, 32);
    let id = stage.fires("disk", disk());
    stage.wait(2_000).press("j k").wait(400);
    answers(&mut stage, id, &not_found());
    let row = stage.screen().lines().find(|line| line.starts_with('▌')).unwrap().to_owned();
    assert!(row.contains(" fire! "), "{row}");
    let said = "it calls, but no channel took it: ops: it answers 404 Not Found";
    assert!(stage.screen().contains(said), "{}", stage.screen());
    stage.press("a");
    assert!(!stage.screen().contains("fire!"), "{}", stage.screen());
}
