//! The view of silences: its keys are about what the last frame showed, and it follows what others do.

use std::sync::Arc;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::command::{Command, SilenceCommand};
use crate::domain::id::SilenceId;
use crate::domain::matcher::Dialect;
use crate::domain::samples::account;
use crate::domain::silence::{Silence, SilenceState, Terms};
use crate::domain::time::{Timestamp, after, before};

fn terms(stage: &Stage, who: &str, matchers: &str, minutes: i64) -> Terms {
    Terms {
        matchers: crate::domain::silence::line::read(matchers, Dialect::Fallback).matchers.into(),
        starts: stage.desk.now,
        ends: after(stage.desk.now, SignedDuration::from_mins(minutes)),
        by: who.into(),
        comment: format!("{who} looks after it").into(),
        annotations: crate::domain::labels::Labels::default(),
        until_resolved: false,
    }
}

fn order(stage: &mut Stage, who: &str, command: SilenceCommand) {
    stage.command(&account(who), Command::Silence(command));
}

/// Somebody silences something.
fn silence(stage: &mut Stage, who: &str, matchers: &str, minutes: i64) -> SilenceId {
    let terms = terms(stage, who, matchers, minutes);
    let known: Vec<SilenceId> = stage.desk.table.silences().map(|one| one.id).collect();
    order(stage, who, SilenceCommand::Set(None, Box::new(terms)));
    let new = stage.desk.table.silences().find(|one| !known.contains(&one.id));
    new.unwrap().id
}

/// One of the web for an hour, one of the database for two.
fn stage() -> (Stage, SilenceId, SilenceId) {
    let mut stage = Stage::night(80, 24);
    let web = silence(&mut stage, "bob", "service=\"web\"", 60);
    let db = silence(&mut stage, "carol", "service=~\"db|payments\"", 120);
    stage.press("2").wait(400);
    (stage, web, db)
}

fn known(stage: &Stage, id: SilenceId) -> Arc<Silence> {
    Arc::clone(stage.desk.table.silence(id).unwrap())
}

fn is_over(stage: &Stage, id: SilenceId) -> bool {
    known(stage, id).state(stage.desk.now) == SilenceState::Expired
}

fn cursor(stage: &Stage) -> Option<SilenceId> {
    stage.model.silences().unwrap().cursor
}

#[test]
fn two_opens_the_view_and_one_or_esc_leaves_it() {
    let mut stage = Stage::night(80, 24);
    for back in ["1", "esc"] {
        stage.press("2");
        assert!(stage.model.silences().is_some());
        stage.press(back);
        assert!(matches!(stage.model.screen, Screen::List), "{back}");
    }
    stage.press("enter 2 esc");
    assert!(matches!(stage.model.screen, Screen::Detail(_)), "one step back");
    stage.press("2 1");
    assert!(matches!(stage.model.screen, Screen::List));
}

#[test]
fn what_ends_next_comes_first_then_what_begins_next_then_what_ended_last() {
    let (mut stage, web, db) = stage();
    let soon = silence(&mut stage, "bob", "service=\"mq\"", 5);
    let over = silence(&mut stage, "bob", "service=\"x\"", 10);
    order(&mut stage, "bob", SilenceCommand::Expire(over));
    let later = Terms {
        starts: after(stage.desk.now, SignedDuration::from_hours(5)),
        ..terms(&stage, "bob", "service=\"y\"", 1000)
    };
    order(&mut stage, "bob", SilenceCommand::Set(None, Box::new(later)));
    let rows = &stage.model.silences().unwrap().rows;
    assert_eq!((rows[..3].to_vec(), rows[4]), (vec![soon, web, db], over));
    assert_eq!(stage.line(1), "3 active  1 pending  1 expired (kept 5 days)");
    assert_eq!(cursor(&stage), Some(web), "the cursor stays on its silence");
}

#[test]
fn an_hour_more_is_given_at_once_and_taken_back() {
    let (mut stage, web, _) = stage();
    let ends = known(&stage, web).terms.ends;
    stage.press("+");
    assert_eq!(stage.line(-1), "Changed, until 05:15: the silence of bob      u undo");
    assert_eq!(known(&stage, web).terms.ends, after(ends, SignedDuration::from_hours(1)));
    assert_eq!(cursor(&stage), Some(web));
    stage.press("u");
    assert_eq!(known(&stage, web).terms.ends, ends);
    assert_eq!(stage.line(-1), "Undone: change of the silence of bob");
}

#[test]
fn ending_one_asks_says_who_is_called_and_is_taken_back() {
    let (mut stage, _, db) = stage();
    stage.press("j x");
    let screen = stage.screen();
    assert!(screen.contains("End this silence?"), "{screen}");
    assert!(screen.contains("It mutes 2 alerts,\n of which 1 calls again."), "{screen}");
    stage.press("enter n");
    assert!(!is_over(&stage, db));
    stage.press("x y");
    assert!(is_over(&stage, db));
    assert_eq!(stage.line(-1), "Ended: the silence of carol; 1 alert calls again      u undo");
    assert_eq!(cursor(&stage), Some(db), "it stays selected among those that are over");
    stage.press("u");
    assert!(!is_over(&stage, db) && stage.desk.alert(stage.id("lag")).is_silenced());
}

#[test]
fn a_question_that_nobody_read_ends_nothing() {
    let (mut stage, web, _) = stage();
    stage.rush("x y");
    assert!(!is_over(&stage, web));
}

#[test]
fn what_no_frame_showed_is_not_changed() {
    let (mut stage, web, db) = stage();
    let ends = known(&stage, web).terms.ends;
    // Somebody changes it between the frame and the key.
    let changed = Terms { comment: "other".into(), ..known(&stage, web).terms.clone() };
    let command = Command::Silence(SilenceCommand::Set(Some(web), Box::new(changed)));
    stage.decided(&account("carol"), command);
    stage.rush("+");
    assert_eq!(stage.line(-1), "carol changed it just now. Press + again.");
    assert_eq!(known(&stage, web).terms.ends, ends);
    stage.press("+");
    assert!(known(&stage, web).terms.ends > ends);
    stage.rush("j +");
    assert!(known(&stage, db).terms.ends > ends, "its row was in sight");
}

#[test]
fn a_question_says_when_its_silence_changes_and_waits() {
    let (mut stage, web, _) = stage();
    stage.press("x");
    let more = after(known(&stage, web).terms.ends, SignedDuration::from_mins(7));
    let changed = Terms { ends: more, ..known(&stage, web).terms.clone() };
    order(&mut stage, "carol", SilenceCommand::Set(Some(web), Box::new(changed)));
    assert!(stage.screen().contains("carol changed it at 03:15, while this was open."));
    stage.rush("y");
    assert!(!is_over(&stage, web));
    stage.wait(1_000).press("y");
    assert!(is_over(&stage, web));
}

#[test]
fn a_silence_is_made_of_what_is_written_and_changed() {
    let (mut stage, _, _) = stage();
    stage.press("s").type_in("job=node").press("tab").type_in("30m").press("tab").type_in("fan");
    stage.wait(300).press("enter");
    let made = cursor(&stage).unwrap();
    let terms = known(&stage, made).terms.clone();
    assert_eq!((terms.matchers_text().as_str(), &*terms.comment), ("job=\"node\"", "fan"));
    assert!(stage.line(-1).starts_with("Silenced until 03:45: net004"), "{}", stage.line(-1));
    stage.wait(300).press("e tab").type_in(" is dead").wait(300).press("enter");
    assert_eq!(&*known(&stage, made).terms.comment, "fan is dead");
    assert_eq!(cursor(&stage), Some(made));
}

#[test]
fn what_is_over_is_left_as_it_is() {
    let (mut stage, web, _) = stage();
    order(&mut stage, "bob", SilenceCommand::Expire(web));
    stage.wait(300);
    for key in ["+", "x", "e"] {
        stage.press(key);
        assert_eq!(stage.line(-1), "This silence is over.", "{key}");
        assert!(stage.model.sheet.is_none());
    }
}

#[test]
fn a_read_only_console_looks_and_changes_nothing() {
    let mut settings = settings();
    settings.access = Access::ReadOnly;
    let mut stage = Stage::with(night(), settings, 80, 24);
    let web = silence(&mut stage, "bob", "service=\"web\"", 60);
    stage.press("2");
    for key in ["+", "x", "e", "s", "u"] {
        stage.press(key);
        assert_eq!(stage.line(-1), "This console is read-only.", "{key}");
    }
    assert!(!is_over(&stage, web));
    stage.press("enter");
    assert!(stage.screen().contains("service=\"web\""));
}

#[test]
fn the_alerts_of_a_silence_are_one_key_away() {
    let (mut stage, _, _) = stage();
    stage.press("j f");
    assert!(matches!(stage.model.screen, Screen::List));
    assert_eq!(stage.model.list.sieve().text(), "\"service\"=~db|payments");
    assert_eq!(stage.rows().0, [stage.id("p99"), stage.id("lag")]);
}

#[test]
fn words_filter_by_matchers_person_and_reason_while_they_are_typed() {
    let (mut stage, web, db) = stage();
    stage.press("/").type_in("CAROL pay");
    assert_eq!(stage.model.silences().unwrap().rows, [db]);
    stage.press("enter");
    assert!(stage.line(1).ends_with("/ CAROL pay  1 of 2 · F clears"), "{}", stage.line(1));
    stage.press("/ ctrl-u").type_in("nothing").press("esc");
    assert_eq!(stage.model.silences().unwrap().rows, [db]);
    stage.press("esc");
    assert_eq!(stage.model.silences().unwrap().rows, [web, db]);
    assert_eq!(cursor(&stage), Some(db));
}

#[test]
fn counts_follow_the_alerts() {
    let (mut stage, _, _) = stage();
    let line = |stage: &Stage| stage.line(4);
    assert!(line(&stage).contains("2    1 carol"), "{}", line(&stage));
    stage.fires("new", alert("pool exhausted", "critical", "payments"));
    stage.wait(300);
    assert!(line(&stage).contains("3    2 carol"), "{}", line(&stage));
    stage.ends("new");
    stage.wait(300);
    assert!(line(&stage).contains("2    1 carol"), "{}", line(&stage));
    let id = stage.id("p99");
    stage.other("bob", id, AlertCommand::Acknowledge);
    stage.wait(300);
    assert!(line(&stage).contains("2      carol"), "{}", line(&stage));
}

#[test]
fn one_that_is_kept_no_longer_leaves_the_cursor_where_it_stood_and_no_key_acts_on_the_next_unseen()
{
    let (mut stage, web, db) = stage();
    let mut table = stage.desk.table.clone();
    table.put(&crate::domain::change::Change {
        key: crate::domain::entity::Key::Silence(web),
        next: None,
        event: None,
        keep: crate::domain::change::Keep::Now,
    });
    stage.desk.table = table.clone();
    stage.event(Event::News(Box::new(News { table, changes: None })));
    assert_eq!(cursor(&stage), Some(db));
    let ends = known(&stage, db).terms.ends;
    stage.rush("+");
    assert_eq!(known(&stage, db).terms.ends, ends);
    assert_eq!(stage.line(-1), "It was not shown yet. Press + again.");
    stage.press("+");
    assert!(known(&stage, db).terms.ends > ends);
}

#[test]
fn an_open_silence_has_neighbours_and_q_only_closes_it() {
    let (mut stage, web, db) = stage();
    stage.press("enter J");
    assert_eq!(cursor(&stage), Some(db));
    assert!(stage.screen().contains("carol looks after it"));
    stage.press("K q");
    assert_eq!(cursor(&stage), Some(web));
    assert!(stage.model.silences().unwrap().opened.is_none() && stage.model.sheet.is_none());
    stage.press("q");
    assert!(matches!(stage.model.sheet, Some(Sheet::Question(_))));
}

#[test]
fn at_rest_nothing_is_written_and_what_is_not_in_sight_costs_nothing() {
    let mut stage = Stage::on(crowd(30), 120, 40);
    for number in 0..60 {
        silence(&mut stage, "bob", &format!("x=\"{number}\""), 60 + number);
    }
    stage.press("2").wait(61_000);
    stage.bytes();
    stage.wait(60_000);
    assert_eq!(stage.bytes(), [] as [usize; 0]);
    // The sixtieth is below the window, and so is what begins long after all others end.
    let last = *stage.model.silences().unwrap().rows.last().unwrap();
    let changed = Terms { comment: "other".into(), ..known(&stage, last).terms.clone() };
    order(&mut stage, "bob", SilenceCommand::Set(Some(last), Box::new(changed)));
    assert_eq!(stage.bytes(), [] as [usize; 0]);
}

#[test]
fn a_move_is_two_cells_and_the_detail_follows_when_the_cursor_rests() {
    let mut stage = Stage::night(120, 40);
    silence(&mut stage, "bob", "service=\"web\"", 60);
    silence(&mut stage, "carol", "service=\"db\"", 70);
    stage.press("2").wait(400);
    stage.bytes();
    stage.rush("j");
    let [moved] = stage.bytes()[..] else { panic!("not one frame") };
    assert!(moved <= 60, "{moved} bytes");
    stage.wait(300);
    let [settled] = stage.bytes()[..] else { panic!("not one frame") };
    assert!(settled <= 1_500, "{settled} bytes");
}

#[test]
fn the_last_days_are_counted_for_the_one_that_is_shown() {
    let mut stage = Stage::night(120, 40);
    silence(&mut stage, "bob", "service=\"default\"", 60);
    stage.press("2").wait(400);
    let screen = stage.screen();
    assert!(screen.contains("matched in the last 7 days: 2 alerts, 2"), "{screen}");
}

#[test]
fn without_saving_nothing_is_changed_and_it_is_said() {
    let (mut stage, web, _) = stage();
    stage.engine = Engine::Broken;
    let ends = known(&stage, web).terms.ends;
    stage.press("+");
    assert_eq!(stage.line(-1), "Not changed: nothing can be saved now (disk full).");
    assert_eq!(known(&stage, web).terms.ends, ends);
    stage.press("esc");
    assert!(stage.model.silences().is_some(), "esc closes what was said first");
}

#[test]
fn an_end_comes_by_itself_and_the_row_goes_to_those_that_are_over() {
    let (mut stage, web, _) = stage();
    let ends: Timestamp = known(&stage, web).terms.ends;
    stage.desk.now = before(ends, SignedDuration::from_secs(-1));
    while let Some((due, key)) = stage.desk.table.next_due()
        && due <= stage.desk.now
    {
        stage.command(&Actor::Watchbell, Command::Due(key));
    }
    assert_eq!(stage.line(1), "1 active  1 expired (kept 5 days)");
    assert_eq!(cursor(&stage), Some(web));
}
