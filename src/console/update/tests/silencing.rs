//! Silences from the console: two keys make one, one key takes it back, and what it would mute is
//! counted while it is written.

use super::*;
use crate::console::model::silencing::Focus;
use crate::domain::command::{Command, SilenceCommand};
use crate::domain::matcher::Dialect;
use crate::domain::samples::account;
use crate::domain::silence::{Silence, SilenceState, Terms};
use crate::domain::time::{Timestamp, after};

fn silences(stage: &Stage) -> Vec<std::sync::Arc<Silence>> {
    stage.desk.table.silences().cloned().collect()
}

fn active(stage: &Stage) -> Vec<String> {
    let active = |one: &std::sync::Arc<Silence>| one.state(stage.desk.now) == SilenceState::Active;
    silences(stage)
        .into_iter()
        .filter(active)
        .map(|one| one.terms.matchers_text().to_string())
        .collect()
}

fn is_silenced(stage: &Stage, name: &str) -> bool {
    stage.desk.alert(stage.id(name)).is_silenced()
}

/// Somebody else silences something.
fn silence(stage: &mut Stage, matchers: &str, minutes: i64) {
    let now = stage.desk.now;
    let terms = Terms {
        matchers: crate::domain::silence::line::read(matchers, Dialect::Fallback).matchers.into(),
        starts: now,
        ends: after(now, SignedDuration::from_mins(minutes)),
        by: "bob".into(),
        comment: "switch is replaced".into(),
        annotations: crate::domain::labels::Labels::default(),
        until_resolved: false,
    };
    let command = Command::Silence(SilenceCommand::Set(None, Box::new(terms)));
    stage.command(&account("bob"), command);
}

#[test]
fn two_keys_silence_an_alert_for_two_hours_and_one_takes_it_back() {
    let mut stage = Stage::night(80, 24);
    stage.press("s enter");
    assert_eq!(stage.line(-1), "Silenced until 05:15: net004 is HighMemory (95.04%)      u undo");
    assert!(stage.line(0).contains("1 CRITICAL FIRING"), "{}", stage.line(0));
    assert!(stage.line(0).contains("1 silenced"), "{}", stage.line(0));
    let matchers = r#"alertname="HostHighMemory" instance="net004:9100" job="node" service="default" severity="critical""#;
    assert_eq!(active(&stage), [matchers]);
    assert_eq!(silences(&stage)[0].terms.whose().as_str(), "alice");
    assert!(is_silenced(&stage, "net"));
    stage.press("s");
    assert!(
        stage.screen().contains("Already silenced by alice until 05:15."),
        "{}",
        stage.screen()
    );
    stage.press("esc u");
    assert_eq!(stage.line(-1), "Undone: silence of net004 is HighMemory (95.04%)");
    assert!(active(&stage).is_empty() && !is_silenced(&stage, "net"));
    assert!(stage.line(0).contains("2 CRITICAL FIRING"), "{}", stage.line(0));
}

#[test]
fn two_keys_in_one_go_silence_an_alert_too() {
    let mut stage = Stage::night(80, 24);
    stage.rush("s enter");
    assert!(is_silenced(&stage, "net"));
}

#[test]
fn how_long_and_why_are_lines_of_their_own() {
    let mut stage = Stage::night(80, 24);
    stage.press("s").type_in("tomorrow 9:00 or resolved").press("tab").type_in("  fan is dead ");
    stage.press("enter");
    let terms = &silences(&stage)[0].terms;
    assert_eq!(terms.ends, "2026-11-22T09:00:00Z".parse::<Timestamp>().unwrap());
    assert!(terms.until_resolved);
    assert_eq!(&*terms.comment, "fan is dead");
    assert!(stage.line(-1).starts_with("Silenced until Sun 09:00: net004"), "{}", stage.line(-1));
}

#[test]
fn a_silence_can_be_made_to_come_again() {
    let mut stage = Stage::night(80, 24);
    stage.press("s").type_in("every sun at 04:00 for 2h").press("enter");
    let screen = stage.screen();
    assert!(screen.contains("What comes again needs a name: write it behind why."), "{screen}");
    assert!(
        screen.contains("Again and again, every sun at 04:00 UTC for 2h, next at Sun 04:00"),
        "{screen}"
    );
    stage.type_in("patching").press("enter");
    assert_eq!(
        stage.line(-1),
        "It comes again: patching, every sun at 04:00 UTC for 2h      u undo"
    );
    let names = |stage: &Stage| -> Vec<String> {
        stage.desk.table.maintenances().map(|one| one.name.to_string()).collect()
    };
    assert_eq!(names(&stage), ["patching"]);
    assert_eq!(silences(&stage).len(), 1);
    stage.press("u");
    assert_eq!(stage.line(-1), "Undone: maintenance of patching, every sun at 04:00 UTC for 2h");
    assert!(names(&stage).is_empty());
    stage.press("s").type_in("every sun at 4 for 2h").press("enter");
    assert!(stage.screen().contains("\"4\" is no time of day"), "{}", stage.screen());
}

#[test]
fn lines_are_gone_round_in_both_directions() {
    let mut stage = Stage::night(80, 24);
    let focus = |stage: &Stage| stage.model.silencing().unwrap().focus;
    stage.press("s");
    let forth: Vec<Focus> = ["tab", "down", "ctrl-n"].map(|key| focus(stage.press(key))).into();
    assert_eq!(forth, [Focus::Why, Focus::What, Focus::Until]);
    let back: Vec<Focus> = ["shift-tab", "up", "ctrl-p"].map(|key| focus(stage.press(key))).into();
    assert_eq!(back, [Focus::What, Focus::Why, Focus::Until]);
    stage.press("esc");
    assert!(stage.model.sheet.is_none() && silences(&stage).is_empty());
}

#[test]
fn what_is_no_time_or_no_matcher_makes_nothing_and_stays_to_be_corrected() {
    let cases = [
        ("", "soon", "Not a time to come: write 2h, 18:00, tomorrow 9:00 or until resolved."),
        ("", "367d", "At most 366d: a longer one would be forgotten."),
        ("shift-tab ctrl-u", "disk", "disk: no matcher: write name=\"value\"."),
        ("shift-tab ctrl-u", "job=~(", "job=~(: ( not closed."),
        ("shift-tab ctrl-u", "", "Write what to mute: name=\"value\", several with spaces between"),
        ("shift-tab ctrl-u", "job=\"\"", "One matcher must ask for something, or all that lacks"),
    ];
    for (keys, text, said) in cases {
        let mut stage = Stage::night(80, 24);
        stage.press("s").press(keys).type_in(text).press("enter").wait(500).press("enter");
        assert!(stage.screen().contains(said), "{text}:\n{}", stage.screen());
        assert!(silences(&stage).is_empty(), "{text}");
        stage.press("ctrl-e ctrl-u");
    }
}

#[test]
fn written_matchers_are_counted_once_the_typing_rests_and_not_made_before() {
    let mut stage = Stage::night(80, 24);
    stage.press("s shift-tab ctrl-u").type_in("service=web");
    assert!(stage.screen().contains("counting…"), "{}", stage.screen());
    stage.rush("enter");
    assert!(stage.screen().contains("It was not counted yet. Press enter again."));
    assert!(silences(&stage).is_empty());
    stage.wait(200);
    assert!(stage.screen().contains("mutes 2 now, 2 in the last 7 days"), "{}", stage.screen());
    stage.press("enter");
    assert_eq!(stage.line(-1), "Silenced until 05:15: 2 alerts      u undo");
}

#[test]
fn what_others_do_is_counted_while_the_sheet_is_open() {
    let mut stage = Stage::night(80, 24);
    stage.press("s shift-tab ctrl-u").type_in("service=web").wait(200);
    stage.fires("web9", alert("web9 is down", "critical", "web"));
    stage.wait(1_100);
    assert!(stage.screen().contains("mutes 3 now (1 of them calls), 3 in"), "{}", stage.screen());
    stage.press("enter");
    assert_eq!(stage.line(-1), "Silenced until 05:15: 3 alerts, 1 of them called      u undo");
}

#[test]
fn an_open_sheet_writes_nothing_while_nothing_changes() {
    let mut stage = Stage::night(80, 24);
    stage.press("s").wait(70_000);
    stage.bytes();
    stage.wait(20_000);
    assert!(stage.bytes().is_empty());
}

#[test]
fn a_filter_can_be_silenced_as_it_stands() {
    let mut stage = Stage::night(80, 24);
    stage.press("s ctrl-t");
    assert!(stage.screen().contains("No filter is on: / filters in the list."));
    stage.press("esc /").type_in("service=web").press("enter s");
    assert!(stage.screen().contains("ctrl-t the 2 that the filter shows"), "{}", stage.screen());
    stage.press("ctrl-t");
    assert!(stage.screen().contains("Silence what the filter shows: 2 alerts"));
    assert!(stage.screen().contains("ctrl-t only this alert"), "{}", stage.screen());
    stage.type_in("1h").press("ctrl-t ctrl-t enter");
    assert_eq!(active(&stage), [r#"service="web""#]);
    assert_eq!(stage.line(-1), "Silenced until 04:15: 2 alerts      u undo");
    assert!(is_silenced(&stage, "cert") && is_silenced(&stage, "5xx"));
}

#[test]
fn what_a_filter_does_not_show_is_said_before_it_is_silenced() {
    let mut stage = Stage::night(80, 24);
    stage.press("/").type_in("latency").press("enter s shift-tab ctrl-u");
    stage.type_in("service=~payments|db").wait(200);
    assert!(stage.screen().contains("The filter does not show 1 of those of now."));
    stage.press("ctrl-u").type_in("alertname!=nothing").wait(200);
    assert!(stage.screen().contains("That is EVERYTHING that is open."), "{}", stage.screen());
}

#[test]
fn nothing_is_silenced_where_nothing_can_be_saved_or_asked_or_changed() {
    for (engine, said) in [
        (Engine::Broken, "Not silenced: nothing can be saved now (disk full)."),
        (Engine::Gone, "Not silenced: there is no connection to the service."),
    ] {
        let mut stage = Stage::night(80, 24);
        stage.engine = engine;
        stage.press("s enter");
        assert_eq!(stage.line(-1), said);
        assert!(silences(&stage).is_empty());
    }
    let settings = crate::console::Settings { access: Access::ReadOnly, ..settings() };
    let mut stage = Stage::with(night(), settings, 80, 24);
    stage.press("s");
    assert_eq!(stage.line(-1), "This console is read-only.");
    assert!(stage.model.sheet.is_none());
}

#[test]
fn an_answer_that_is_slow_is_told_and_can_be_taken_back_once_it_came() {
    let mut stage = Stage::night(80, 24);
    stage.engine = Engine::Waits;
    stage.press("s enter u");
    assert_eq!(stage.line(-1), "Still saving; press u again.");
    stage.wait(6_000);
    assert_eq!(stage.line(-1), "Still saving: silence net004 is HighMemory (95.04%)");
    stage.answer().press("u");
    assert!(!is_silenced(&stage, "net"));
}

#[test]
fn an_undo_after_a_minute_asks_and_says_what_follows() {
    let mut stage = Stage::night(80, 24);
    stage.press("s enter").wait(61_000).press("u");
    let screen = stage.screen().replace("\n ", " ");
    assert!(screen.contains("Undo silence?"), "{screen}");
    assert!(screen.contains("The silence ends, and 1 alert calls again."), "{screen}");
    stage.press("esc u y");
    assert_eq!(stage.line(-1), "Undone: silence of net004 is HighMemory (95.04%)");
    assert!(!is_silenced(&stage, "net"));
}

#[test]
fn a_silence_that_somebody_else_changed_is_not_undone() {
    let mut stage = Stage::night(80, 24);
    stage.press("s enter");
    let id = silences(&stage)[0].id;
    stage.command(&account("bob"), Command::Silence(SilenceCommand::Expire(id)));
    stage.press("u");
    assert_eq!(
        stage.line(-1),
        "Not undone: it was changed since, or is over (net004 is HighMemory (95.04%))."
    );
}

#[test]
fn acts_and_silences_are_undone_in_their_order() {
    let mut stage = Stage::night(80, 24);
    stage.press("a s enter u");
    assert!(stage.line(-1).starts_with("Undone: silence of"), "{}", stage.line(-1));
    assert_eq!(stage.state("net"), "acknowledged");
    stage.press("u");
    assert_eq!(stage.state("net"), "firing");
}

#[test]
fn a_known_silence_is_changed_extended_and_ended() {
    let mut stage = Stage::night(80, 24);
    silence(&mut stage, "service=payments", 60);
    let now = |stage: &Stage| stage.now();
    let id = silences(&stage)[0].id;
    let at = now(&stage);
    super::super::silencing::open_known(&mut stage.model, id, at);
    let screen = stage.screen();
    assert!(screen.contains("Change the silence of bob"), "{screen}");
    assert!(screen.contains("for   04:15") && screen.contains("switch is replaced"), "{screen}");
    stage.draw();
    stage.press("tab").type_in(" today").press("enter");
    assert_eq!(stage.line(-1), "Changed, until 04:15: the silence of bob      u undo");
    let one = silences(&stage)[0].clone();
    assert_eq!((one.id, &*one.terms.comment), (id, "switch is replaced today"));
    assert_eq!(&*one.terms.by, "bob");
    assert_eq!(silences(&stage).len(), 1);
    let at = now(&stage);
    let effects =
        super::super::silencing::extend(&mut stage.model, id, SignedDuration::from_hours(1), at);
    stage.carry_out(effects);
    assert_eq!(stage.line(-1), "Changed, until 05:15: the silence of bob      u undo");
    let at = now(&stage);
    let effects = super::super::silencing::expire(&mut stage.model, id, at);
    stage.carry_out(effects);
    assert_eq!(stage.line(-1), "Ended: the silence of bob; 1 alert calls again      u undo");
    assert!(active(&stage).is_empty());
    stage.press("u");
    assert_eq!(stage.line(-1), "Undone: end of the silence of bob");
    assert_eq!(active(&stage), [r#"service="payments""#]);
    let at = now(&stage);
    super::super::silencing::open_known(&mut stage.model, id, at);
    stage.draw();
    stage.press("shift-tab ctrl-u").type_in("service=web").wait(300);
    assert!(stage.screen().contains("Other matchers make another silence, and this one ends."));
    stage.press("enter");
    assert_eq!(active(&stage), [r#"service="web""#]);
}

#[test]
fn the_words_of_a_silence_follow_it_and_the_filter_knows_it() {
    let mut stage = Stage::night(120, 32);
    stage.press("j k").wait(400);
    silence(&mut stage, "alertname=HostHighMemory", 60);
    let flat = |stage: &Stage| {
        let pane = |line: &str| line.split_once('│').map(|(_, pane)| pane.trim().to_owned());
        stage.screen().lines().filter_map(pane).collect::<Vec<_>>().join(" ")
    };
    let said = flat(&stage);
    assert!(said.contains("silenced by bob until 04:15: switch is replaced"), "{said}");
    let id = silences(&stage)[0].id;
    let terms = silences(&stage)[0].terms.clone();
    let ends = after(terms.ends, SignedDuration::from_hours(2));
    let terms = Terms { ends, until_resolved: true, ..terms };
    let command = SilenceCommand::Set(Some(id), Box::new(terms));
    stage.command(&account("bob"), Command::Silence(command));
    let said = flat(&stage);
    assert!(
        said.contains("silenced by bob until 06:15, or until its alerts are resolved"),
        "{said}"
    );
    stage.press("/").type_in("state=sil").press("enter");
    assert_eq!(stage.rows().0, [stage.id("net")]);
}

#[test]
fn an_end_that_calls_somebody_is_announced_once_and_costs_nothing_more() {
    let mut stage = Stage::night(80, 24);
    silence(&mut stage, "service=~payments|default", 30);
    stage.wait(19 * 60_000);
    assert!(!stage.screen().contains("SILENCE"));
    stage.bytes();
    stage.wait(2 * 60_000);
    let bar = "SILENCE of bob ends at 03:45: 2 critical alerts then call.";
    assert!(stage.line(1).starts_with(bar), "{}", stage.line(1));
    let id = stage.id("p99");
    stage.other("carol", id, AlertCommand::Acknowledge);
    stage.wait(61_000);
    let bar = "SILENCE of bob ends at 03:45: 1 critical alert then calls.";
    assert!(stage.line(1).starts_with(bar), "{}", stage.line(1));
    let id = silences(&stage)[0].id;
    let mut terms = silences(&stage)[0].terms.clone();
    terms.ends = after(terms.ends, SignedDuration::from_hours(1));
    let command = SilenceCommand::Set(Some(id), Box::new(terms));
    stage.command(&account("bob"), Command::Silence(command));
    assert!(!stage.screen().contains("SILENCE"), "{}", stage.screen());
}
