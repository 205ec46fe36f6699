//! Two people at one alert: who was faster is named, and nothing is done that was not meant.

use std::sync::Arc;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::command::Command;
use crate::domain::delivery::Outcome;
use crate::domain::entity::Key as Entry;
use crate::domain::policy::Channel;
use crate::domain::samples::person;
use crate::domain::time::Timestamp;

/// A night with a channel for everybody and one that is bob's.
fn with_channels() -> Desk {
    let mut desk = night();
    let mut policy = desk.table.policy().as_ref().clone();
    let ops = Channel { acknowledgements: true, ..Channel::shared("ops") };
    let pager = Channel { of: Some(person("bob").id), ..Channel::shared("pager") };
    policy.channels = vec![ops, pager];
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    desk
}

/// Every channel takes what it is told of an alert.
fn all_taken(stage: &mut Stage, id: AlertId) {
    let of = stage.desk.table.deliveries_of(id);
    let waiting: Vec<_> = of.filter(|one| one.waits()).map(|one| (one.id, one.attempts)).collect();
    for (id, attempts) in waiting {
        stage.command(&Actor::Watchbell, Command::Due(Entry::Delivery(id)));
        let settled = Command::Settle(id, attempts + 1, Outcome::Taken);
        stage.command(&Actor::Watchbell, settled);
    }
}

fn later() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn to(name: &str) -> AlertCommand {
    AlertCommand::Assign(Some(person_id(name)))
}

#[test]
fn a_key_that_comes_after_somebody_elses_act_changes_nothing_and_names_them() {
    use AlertCommand::{Acknowledge, Snooze, Unacknowledge};
    // What was there, which keys lead up to the last one, what bob does in between, what is said.
    let cases = [
        ("net", "a", "", Acknowledge, "bob acknowledged it 3 s ago. a again takes it over."),
        (
            "net",
            "y",
            "r",
            Acknowledge,
            "bob acknowledged it 3 s ago. r again resolves it all the same.",
        ),
        (
            "net",
            "enter",
            "A",
            to("carol"),
            "bob assigned it to carol 3 s ago. A again assigns it all the same.",
        ),
        ("lag", "y", "j j j U", Unacknowledge, "bob un-acknowledged it 3 s ago."),
        (
            "5xx",
            "y",
            "j j U",
            Acknowledge,
            "bob acknowledged it 3 s ago. U again un-acknowledges it.",
        ),
        (
            "net",
            "u",
            "a",
            to("carol"),
            "Not undone: bob assigned it to carol at 03:15 (net004 is HighMemory (95.04%)).",
        ),
        ("memory", "y", "G R", AlertCommand::Reopen, "bob reopened it 3 s ago."),
    ];
    for (name, key, before, act, said) in cases {
        let mut stage = Stage::night(120, 24);
        stage.wait(2_000).press(before).wait(400);
        let id = stage.id(name);
        stage.unseen("bob", id, act.clone());
        let stood = stage.desk.alert(id).standing.clone();
        // No frame shows it: the news and the key come together.
        stage.model.sheet.iter_mut().for_each(forget);
        stage.desk.wait(SignedDuration::from_secs(3));
        stage.rush(key);
        assert_eq!(stage.line(-1), said, "{name} {before} {key} after {act:?}");
        assert_eq!(stage.desk.alert(id).standing, stood, "{act:?}");
    }
    // A snooze: typed, then `enter`.
    let mut stage = Stage::night(120, 24);
    stage.wait(2_000).press("z").type_in("2h");
    stage.unseen("bob", stage.id("net"), Snooze(later()));
    stage.model.sheet.iter_mut().for_each(forget);
    stage.rush("enter");
    let said = "bob snoozed it just now. z again snoozes it all the same.";
    assert_eq!(stage.line(-1), said);
}

#[test]
fn a_note_after_somebody_elses_act_is_written_and_resolves_nothing() {
    let mut stage = Stage::night(120, 24);
    stage.wait(2_000).press("r e").type_in("restarted").wait(400);
    stage.unseen("bob", stage.id("net"), AlertCommand::Acknowledge);
    stage.model.sheet.iter_mut().for_each(forget);
    stage.rush("enter");
    let said = "bob acknowledged it just now. r again resolves it all the same.";
    assert_eq!(stage.line(-1), said);
    assert_eq!(stage.state("net"), "acknowledged");
}

#[test]
fn who_did_the_same_before_it_was_saved_is_named() {
    let mut stage = Stage::night(120, 24);
    stage.press("r").wait(400);
    stage.engine = Engine::Waits;
    stage.rush("y");
    stage.unseen("bob", stage.id("net"), AlertCommand::Resolve);
    stage.answer();
    assert_eq!(stage.line(-1), "bob resolved it just now. R reopens it.");
}

/// As if the news had come after the key.
fn forget(sheet: &mut Sheet) {
    match sheet {
        Sheet::Question(question) => question.disturbed = None,
        Sheet::Picker(picker) => picker.disturbed = None,
        Sheet::Prompt(prompt) => prompt.disturbed = None,
        Sheet::Silencing(_) => {}
    }
}

#[test]
fn what_does_not_matter_is_in_no_ones_way() {
    for (keys, state) in [("a", "acknowledged"), ("r y", "resolved")] {
        let mut stage = Stage::night(80, 24);
        stage.press("j k").wait(3_000);
        let net = stage.id("net");
        stage.unseen("bob", net, AlertCommand::Note("seen".into()));
        stage.fires_unseen("net", alert("net004 is HighMemory (95.04%)", "critical", "default"));
        stage.press(keys);
        assert_eq!(stage.state("net"), state, "{}", stage.screen());
    }
}

#[test]
fn a_key_that_wakes_is_asked_again_and_a_doubled_one_does_not_answer() {
    let mut stage = Stage::night(120, 24);
    stage.press("j k z").type_in("2h").press("enter").wait(3_000);
    let net = stage.id("net");
    stage.unseen("bob", net, AlertCommand::Snooze(later()));
    stage.rush("Z Z Z").rush("Z");
    let said = "bob snoozed it just now. Z again wakes it all the same.";
    assert_eq!(stage.line(-1), said);
    assert!(stage.desk.alert(net).wakes().is_some());
    stage.press("Z");
    assert!(stage.desk.alert(net).wakes().is_none(), "{}", stage.line(-1));
}

#[test]
fn a_picker_says_what_happened_behind_it_and_takes_no_enter_for_a_second() {
    let mut stage = Stage::night(80, 24);
    stage.press("j A").wait(400);
    let p99 = stage.id("p99");
    stage.other("bob", p99, AlertCommand::Acknowledge);
    let said = "bob acknowledged it at 03:15, while this was open.";
    assert!(stage.screen().contains(said), "{}", stage.screen());
    stage.wait(500).rush("enter");
    assert_eq!(stage.desk.alert(p99).standing.assignee, Some(person("bob")));
    stage.wait(600).rush("enter");
    assert_eq!(stage.desk.alert(p99).standing.assignee, Some(person("alice")));
}

#[test]
fn a_resolve_with_a_note_takes_no_enter_for_a_second_after_somebody_elses_act() {
    // What is pressed before bob acts, and what right after.
    for (before, after) in [("r e", ""), ("r", "e")] {
        let mut stage = Stage::night(80, 24);
        stage.press(before).wait(400);
        stage.other("bob", stage.id("net"), AlertCommand::Acknowledge);
        stage.wait(200).rush(after).type_in("restarted");
        let said = "bob acknowledged it at 03:15, while this was open.";
        assert!(stage.screen().contains(said), "{before}: {}", stage.screen());
        stage.rush("enter");
        assert_eq!(stage.state("net"), "acknowledged", "{before}");
        assert!(stage.screen().contains("restarted"), "{before}: {}", stage.screen());
        stage.wait(800).rush("enter");
        assert_eq!(stage.state("net"), "resolved", "{before}");
    }
}

#[test]
fn a_sheet_says_at_once_what_happened_before_it_opened() {
    let mut stage = Stage::night(80, 24);
    stage.press("j k").wait(3_000);
    let net = stage.id("net");
    stage.unseen("bob", net, AlertCommand::Acknowledge);
    stage.rush("r");
    let said = "bob acknowledged it at 03:15, while this was open.";
    assert!(stage.screen().contains(said), "{}", stage.screen());
    stage.wait(500).rush("y");
    assert_eq!(stage.state("net"), "acknowledged");
    stage.wait(600).rush("y");
    assert_eq!(stage.state("net"), "resolved");
}

#[test]
fn an_undo_says_what_was_sent_because_of_the_act() {
    let mut stage = Stage::on(with_channels(), 80, 24);
    let id = stage.fires("disk", alert("disk is full", "critical", "db"));
    all_taken(&mut stage, id);
    // `ops` was called and hears of it; giving it to bob is told to his own channel.
    stage.wait(3_000).press("j k A").type_in("bob").press("enter");
    stage.press("u");
    assert_eq!(stage.line(-1), "Undone: assign of disk is full");
    stage.press("A").type_in("bob").press("enter");
    all_taken(&mut stage, id);
    stage.press("u");
    let said = "Undone: assign of disk is full. 1 message was sent already: bob by pager.";
    assert_eq!(stage.line(-1), said);
    stage.press("a");
    let begun: Vec<_> = stage.desk.table.deliveries_of(id).filter(|one| one.waits()).collect();
    let begun: Vec<_> = begun.into_iter().map(|one| one.id).collect();
    for one in begun {
        stage.command(&Actor::Watchbell, Command::Due(Entry::Delivery(one)));
    }
    stage.wait(61_000).press("u");
    let sent = stage.screen().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(sent.contains("1 message may have arrived: ops."), "{sent}");
}

#[test]
fn what_was_sent_is_read_whole_however_long_the_title_is() {
    let mut stage = Stage::on(with_channels(), 80, 24);
    let id = stage.fires("disk", alert(&"disk is full ".repeat(9), "critical", "db"));
    stage.wait(3_000).press("j k A").type_in("bob").press("enter");
    all_taken(&mut stage, id);
    stage.press("u");
    let line = stage.line(-1);
    assert!(line.ends_with("sent already: bob by pager."), "{line}");
}

#[test]
fn twenty_acts_can_be_taken_back_and_no_more() {
    let mut stage = Stage::on(crowd(30), 80, 40);
    stage.press("j k");
    for _ in 0..22 {
        stage.press("a j");
    }
    for _ in 0..20 {
        stage.press("u");
        assert!(stage.line(-1).starts_with("Undone: acknowledge of"), "{}", stage.line(-1));
    }
    stage.press("u");
    assert_eq!(stage.line(-1), "Nothing of this session to undo.");
}

#[test]
fn a_picker_says_who_is_told() {
    let cases = [
        ("j A", "", "Assigning does not acknowledge."),
        ("j A", "bob", "bob is told by pager. Assigning does not acknowledge."),
        (
            "j A",
            "carol",
            "No channel reaches carol; tell them yourself. Assigning does not acknowledge.",
        ),
        ("j A", "nobody", "Nobody is told of it."),
        ("j j j A", "bob", "bob has acknowledged it, and is not told."),
        (
            "j j j j A",
            "bob",
            "Nobody is told of warnings; tell bob yourself. Assigning does not acknowledge.",
        ),
    ];
    for (keys, typed, said) in cases {
        let mut stage = Stage::on(with_channels(), 80, 24);
        stage.press(keys).type_in(typed);
        assert!(stage.screen().contains(said), "{keys} {typed}: {}", stage.screen());
    }
}

#[test]
fn what_a_picker_says_of_telling_is_what_then_happens() {
    for (keys, typed) in
        [("j A", ""), ("j A", "bob"), ("j A", "carol"), ("j j j A", "bob"), ("j j j j A", "bob")]
    {
        let mut stage = Stage::on(with_channels(), 80, 24);
        stage.press(keys).type_in(typed);
        let said = stage.screen().contains("is told by pager");
        stage.press("enter");
        let told = stage.desk.table.deliveries().any(|one| one.channel.as_str() == "pager");
        assert_eq!(said, told, "{keys} {typed}");
    }
}

#[test]
fn who_is_nobodys_account_is_offered_no_name_before_they_type() {
    let mut stranger = settings();
    stranger.viewer = Actor::User("root".into());
    let mut stage = Stage::with(night(), stranger, 80, 24);
    stage.press("j A enter");
    let p99 = stage.id("p99");
    assert_eq!(stage.desk.alert(p99).standing.assignee, None);
    stage.press("down enter");
    assert_eq!(stage.desk.alert(p99).standing.assignee, Some(person("alice")));
}
