//! What keys, news and time do to the model, with keys written as people name them.

use std::num::NonZero;

use jiff::SignedDuration;
use proptest::prelude::*;

use crate::console::effect::{Effect, Event, News};
use crate::console::frame::{Focus, Link};
use crate::console::key::{Held, Key};
use crate::console::model::list::Mode;
use crate::console::model::senders::{MadeToken, Senders, Token};
use crate::console::model::sheet::Sheet;
use crate::console::model::{Model, Screen};
use crate::console::settings::Access;
use crate::console::stage::{Engine, Stage, alert, crowd, night, person_id, settings};
use crate::domain::command::AlertCommand;
use crate::domain::id::AlertId;
use crate::domain::samples::Desk;
use crate::domain::text::Text;

mod faster;
mod looking;
mod marks;
mod silences;
mod silencing;
mod stale;
mod storm;
mod unseen;

fn is_live(model: &Model) -> bool {
    matches!(model.list.mode, Mode::Live)
}

fn over_ssh() -> Stage {
    let mut ssh = settings();
    ssh.link = Link::Ssh;
    Stage::with(night(), ssh, 80, 24)
}

#[test]
fn a_night_in_keys() {
    let mut stage = Stage::night(80, 24);
    stage.press("a");
    assert_eq!(stage.state("net"), "acknowledged");
    assert_eq!(stage.line(-1), "Acknowledged: net004 is HighMemory (95.04%)      u undo");
    stage.press("enter n").type_in("restarting the exporter").press("enter");
    assert_eq!(stage.line(-1), "Noted: net004 is HighMemory (95.04%)");
    stage.press("esc r y");
    assert_eq!(stage.state("net"), "resolved");
    assert!(matches!(stage.model.screen, Screen::List));
    let (rows, selected) = stage.rows();
    assert_eq!(selected, Some(stage.id("net")));
    assert_eq!(rows[0], stage.id("net"), "a resolved alert stays in its row");
}

#[test]
fn a_snooze_asks_only_for_how_long_and_a_key_ends_it() {
    let mut stage = Stage::night(80, 24);
    stage.press("Z");
    assert_eq!(stage.line(-1), "It is not snoozed.");
    stage.press("z").type_in("soon").press("enter");
    assert!(stage.screen().contains("Not a time to come: write 30m, 2h or 08:00."));
    stage.press("ctrl-u").type_in("8:00").press("enter");
    assert_eq!(stage.line(-1), "Snoozed until 08:00: net004 is HighMemory (95.04%)      u undo");
    assert!(stage.line(0).contains("1 CRITICAL FIRING"), "{}", stage.line(0));
    assert!(stage.line(0).contains("1 snoozed"), "{}", stage.line(0));
    stage.press("Z");
    assert_eq!(stage.line(-1), "Woken: net004 is HighMemory (95.04%)      u undo");
    assert!(stage.line(0).contains("2 CRITICAL FIRING"), "{}", stage.line(0));
}

fn told(stage: &Stage) -> String {
    stage.frames().iter().map(|frame| String::from_utf8_lossy(frame).into_owned()).collect()
}

#[test]
fn a_new_critical_rings_in_the_write_of_its_frame_and_a_warning_does_not() {
    let mut stage = Stage::night(80, 24);
    stage.fires("disk", alert("disk is full", "critical", "db"));
    let frames = stage.frames();
    assert_eq!(frames.len(), 1, "one write");
    assert!(frames[0].contains(&7), "a bell");
    assert!(!String::from_utf8_lossy(&frames[0]).contains("777;notify"), "somebody looks");
    stage.fires("cpu", alert("cpu is hot", "warning", "db"));
    stage.fires("disk", alert("disk is full", "critical", "db"));
    let id = stage.id("disk");
    stage.other("bob", id, AlertCommand::Acknowledge);
    assert!(!told(&stage).contains('\u{7}'), "a warning, a repeat and an answer ring nothing");
}

#[test]
fn who_does_not_look_gets_a_message_and_no_more_than_one_in_ten_seconds() {
    let mut stage = Stage::night(80, 24);
    stage.event(Event::Focused(Focus::Away));
    stage.fires("disk", alert("disk is full", "critical", "db"));
    assert!(told(&stage).contains("777;notify;watchbell prod;CRIT db: disk is full"));
    for number in 0..14 {
        stage.fires(&format!("n{number}"), alert("down", "critical", "db"));
    }
    let between = told(&stage);
    assert!(between.contains('\u{7}') && !between.contains("notify"));
    stage.wait(10_000);
    assert!(told(&stage).contains("777;notify;watchbell prod;14 new critical"));
    stage.wait(60_000);
    assert!(!told(&stage).contains("notify"));
}

#[test]
fn missed_changes_ring_for_what_is_new_and_for_nothing_else() {
    let mut stage = Stage::night(80, 24);
    let table = stage.desk.table.clone();
    stage.event(Event::News(Box::new(News { table, changes: None })));
    stage.draw();
    assert!(!told(&stage).contains('\u{7}'));
    stage.desk.fires("disk", alert("disk is full", "critical", "db"));
    let table = stage.desk.table.clone();
    stage.event(Event::News(Box::new(News { table, changes: None })));
    stage.draw();
    assert!(told(&stage).contains('\u{7}'));
}

#[test]
fn a_page_of_why_gives_the_list_back_as_it_was() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j");
    let before = stage.rows();
    stage.press("w j G");
    assert!(stage.screen().contains("Why it calls, or does not"));
    stage.press("a esc");
    assert_eq!(stage.rows(), before);
    assert!(!stage.screen().contains("Why it calls"));
}

#[test]
fn the_same_keys_move_in_every_spelling() {
    let cases = [
        ("j", "p99 latency above 2 s"),
        ("down down", "5xx ratio 12 %"),
        ("j j k", "p99 latency above 2 s"),
        ("G", "memory above 90 %"),
        ("end up", "nightly import late"),
        ("pagedown", "memory above 90 %"),
        ("G pageup", "net004 is HighMemory (95.04%)"),
        ("ctrl-d", "memory above 90 %"),
        ("j g", "net004 is HighMemory (95.04%)"),
        ("j enter J", "5xx ratio 12 %"),
        ("j enter K", "net004 is HighMemory (95.04%)"),
    ];
    for (keys, title) in cases {
        let mut stage = Stage::night(80, 24);
        stage.press(keys);
        assert_eq!(stage.selected(), title, "after {keys}");
    }
}

#[test]
fn a_live_list_is_sorted_and_its_first_row_is_the_target() {
    let mut stage = Stage::night(80, 24);
    let new = stage.fires("new", alert("checkout fails", "critical", "payments"));
    assert_eq!(stage.rows().1, Some(new));
    stage.wait(1100).press("a");
    assert_eq!(stage.state("new"), "acknowledged");
}

#[test]
fn a_key_right_after_the_first_row_was_replaced_acts_on_nothing() {
    let mut stage = Stage::night(80, 24);
    stage.wait(5000);
    stage.fires("new", alert("checkout fails", "critical", "payments"));
    stage.wait(500).press("a");
    assert_eq!([stage.state("net"), stage.state("new")], ["firing", "firing"]);
    assert_eq!(
        stage.line(-1),
        "The list moved just now. Press a again to acknowledge \"checkout fails\"."
    );
    assert!(!is_live(&stage.model));
    stage.press("a");
    assert_eq!(stage.state("new"), "acknowledged");
}

#[test]
fn the_first_alert_of_an_empty_list_replaces_nothing() {
    let mut desk = Desk::new();
    desk.fires("old", alert("old", "warning", "web"));
    desk.ends("old");
    desk.wait(SignedDuration::from_mins(30));
    let mut stage = Stage::on(desk, 80, 24);
    stage.fires("new", alert("checkout fails", "critical", "payments"));
    stage.rush("a");
    assert_eq!(stage.state("new"), "acknowledged");
}

#[test]
fn a_key_is_about_the_alert_that_was_drawn() {
    let mut stage = Stage::night(80, 24);
    let new = stage.id("net");
    // The model already has another first row, but no frame shows it.
    stage.unseen("bob", new, AlertCommand::Acknowledge);
    assert_eq!(stage.model.list.under_cursor(), Some(stage.id("p99")));
    stage.rush("n");
    assert!(stage.line(-4).contains("Note on: net004"), "{}", stage.screen());
    assert_eq!(stage.line(-3), "bob acknowledged it at 03:15, while this was open.");
}

#[test]
fn what_was_sorted_by_a_key_and_not_yet_drawn_is_not_acted_on() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j j").rush("g a");
    assert!(stage.line(-1).contains("moved just now"), "{}", stage.line(-1));
    assert_eq!(stage.state("net"), "firing");
}

#[test]
fn new_alerts_are_added_at_the_end_of_a_list_that_stands() {
    let mut stage = Stage::night(80, 24);
    stage.press("j");
    let before = stage.rows();
    let new = stage.fires("new", alert("checkout fails", "critical", "payments"));
    let warning = stage.fires("warning", alert("slow", "warning", "web"));
    let (rows, selected) = stage.rows();
    assert_eq!(rows[..before.0.len()], before.0);
    assert_eq!(rows[before.0.len()..], [new, warning]);
    assert_eq!(selected, before.1);
    assert!(stage.line(1).ends_with("2 new, 1 CRIT: press ."), "{}", stage.line(1));
    stage.press(".");
    assert_eq!(stage.rows().0[0], new);
    assert_eq!(stage.rows().1, before.1, "the selection stays on its alert");
    assert!(stage.line(2).starts_with("+ CRIT"), "{}", stage.line(2));
    assert!(stage.line(1).ends_with("WHO"));
    stage.press(".");
    assert!(stage.line(2).starts_with("CRIT"), "marks stay until the next .");
}

#[test]
fn an_alert_that_needs_somebody_again_is_marked_where_it_stands() {
    let mut stage = Stage::night(80, 24);
    stage.press("j");
    let lag = stage.id("lag");
    stage.wait(10);
    stage.other("bob", lag, AlertCommand::Unacknowledge);
    assert!(stage.line(5).starts_with("+ CRIT"), "{}", stage.line(5));
    assert!(stage.line(1).ends_with("1 new, 1 CRIT: press ."));
}

#[test]
fn a_list_nobody_touches_is_live_again_after_five_minutes() {
    let mut stage = Stage::night(80, 24);
    stage.press("j").wait(299_000);
    assert!(!is_live(&stage.model));
    stage.wait(2_000);
    assert!(is_live(&stage.model));
    let mut stage = Stage::night(80, 24);
    stage.press("j A").wait(400_000);
    assert!(!is_live(&stage.model), "not behind an open sheet");
}

#[test]
fn a_selected_alert_that_ends_stays_and_says_so() {
    let mut stage = Stage::night(80, 24);
    stage.press("j k");
    stage.ends("net");
    assert_eq!(stage.rows().1, Some(stage.id("net")));
    assert!(stage.line(2).contains(" res "), "{}", stage.line(2));
    assert_eq!(
        stage.line(-1),
        "\"net004 is HighMemory (95.04%)\" was resolved by its source at 03:15."
    );
    stage.press("a");
    assert_eq!(
        stage.line(-1),
        "Resolved by its source at 03:15; nothing to acknowledge. R reopens it."
    );
    stage.press(".");
    assert_eq!(stage.rows().1, Some(stage.id("p99")), "the neighbour");
}

#[test]
fn acknowledging_says_what_is_so_already() {
    let mut stage = Stage::night(80, 24);
    stage.press("a a");
    assert_eq!(stage.line(-1), "You acknowledged it at 03:15.");
}

#[test]
fn an_alert_of_another_person_is_taken_over_by_the_second_press() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j j a");
    assert_eq!(stage.line(-1), "bob acknowledged it at 02:16. a again takes it over.");
    assert!(stage.line(5).ends_with("bob"));
    stage.press("k j a");
    assert!(stage.line(-1).ends_with("a again takes it over."), "any other key forgets it");
    stage.press("a");
    assert!(stage.line(5).ends_with("alice"), "{}", stage.line(5));
}

#[test]
fn somebody_who_was_faster_is_named() {
    let mut stage = Stage::night(80, 24);
    stage.press("j k").wait(400);
    let net = stage.id("net");
    stage.unseen("bob", net, AlertCommand::Acknowledge);
    stage.wait(3_000);
    stage.rush("a");
    assert!(
        stage.line(-1).starts_with("bob acknowledged it") && stage.line(-1).contains("a again"),
        "{}",
        stage.line(-1)
    );
    stage.press("a");
    assert!(stage.line(-1).starts_with("Acknowledged, taken over from bob:"));
}

#[test]
fn a_question_is_answered_by_y_alone_and_only_once_it_could_be_read() {
    let mut stage = Stage::night(80, 24);
    stage.rush("r y");
    assert_eq!(stage.state("net"), "firing", "typed ahead");
    stage.rush("y");
    assert_eq!(stage.state("net"), "firing", "too soon after its first frame");
    for key in ["enter", "space", "x", "j", "Y", "tab"] {
        stage.press(key);
        assert_eq!(stage.state("net"), "firing", "{key}");
        assert!(stage.model.sheet.is_some(), "{key}");
    }
    stage.press("y");
    assert_eq!(stage.state("net"), "resolved");
}

#[test]
fn a_question_over_ssh_waits_longer() {
    for (millis, state) in [(200, "firing"), (310, "resolved")] {
        let mut stage = over_ssh();
        stage.press("r").wait(millis);
        stage.rush("y");
        assert_eq!(stage.state("net"), state, "after {millis} ms");
    }
}

#[test]
fn everything_that_is_no_leaves_the_alert_as_it_is() {
    for key in ["esc", "n", "q", "ctrl-c"] {
        let mut stage = Stage::night(80, 24);
        stage.press("r");
        stage.press(key);
        assert!(stage.model.sheet.is_none(), "{key}");
        assert_eq!(stage.state("net"), "firing", "{key}");
    }
}

#[test]
fn alt_y_is_never_yes() {
    let mut stage = Stage::night(80, 24);
    stage.press("r").wait(400);
    stage.event(Event::Key(Key { held: Held::Alt, ..Key::char('y') }));
    assert_eq!(stage.state("net"), "firing");
    assert!(stage.model.sheet.is_none());
}

#[test]
fn a_question_waits_when_its_alert_changes_behind_it() {
    let mut stage = Stage::night(80, 24);
    stage.press("r").wait(400);
    let net = stage.id("net");
    stage.other("bob", net, AlertCommand::Acknowledge);
    stage.wait(500).rush("y");
    assert_eq!(stage.state("net"), "acknowledged");
    let said = "It changed just now. Press y again.";
    assert!(stage.screen().contains(said), "{}", stage.screen());
    stage.wait(600).rush("y");
    assert_eq!(stage.state("net"), "resolved");
}

#[test]
fn resolving_with_a_note_writes_it_first() {
    let mut stage = Stage::night(80, 24);
    stage.press("r e").type_in("wrong limit").press("enter");
    assert_eq!(stage.state("net"), "resolved");
    let id = stage.id("net");
    let lines = stage.desk.timeline(id);
    let last: Vec<&str> = lines.iter().rev().take(2).map(String::as_str).collect();
    assert_eq!(last, ["resolved by alice", "alice: \"wrong limit\""]);
}

#[test]
fn assigning_narrows_marks_the_best_and_ends_with_nobody() {
    let cases = [("", "alice"), ("bo", "bob"), ("rol", "carol"), ("nob", "nobody")];
    for (typed, who) in cases {
        let mut stage = Stage::night(80, 24);
        stage.press("j A").type_in(typed).press("enter");
        let id = stage.id("p99");
        let assignee = stage.desk.alert(id).standing.assignee.as_ref();
        let assignee = assignee.map_or("nobody".to_owned(), |person| person.name.to_string());
        assert_eq!(assignee, who, "after {typed:?}");
        assert_eq!(stage.state("p99"), "firing");
    }
    let mut stage = Stage::night(80, 24);
    stage.press("j A down down enter");
    assert!(stage.line(-1).starts_with("Assigned to carol: p99"), "{}", stage.line(-1));
}

#[test]
fn a_name_that_nobody_has_assigns_nothing_and_says_so() {
    let mut stage = Stage::night(80, 24);
    stage.press("A").type_in("boz").press("down enter");
    let id = stage.id("net");
    assert!(stage.desk.alert(id).standing.assignee.is_some(), "{}", stage.screen());
    assert!(stage.screen().contains("Nobody has this name or address."), "{}", stage.screen());
    stage.press("backspace enter");
    let assignee = stage.desk.alert(id).standing.assignee.clone().unwrap();
    assert_eq!(assignee.name.as_str(), "bob");
}

#[test]
fn undo_takes_back_act_by_act_and_restores_what_was() {
    let mut stage = Stage::night(80, 24);
    stage.press("j A").type_in("bo").press("enter a");
    assert_eq!(stage.state("p99"), "acknowledged");
    stage.press("u");
    assert_eq!(stage.state("p99"), "firing");
    assert_eq!(stage.line(-1), "Undone: acknowledge of p99 latency above 2 s");
    stage.press("u");
    let id = stage.id("p99");
    assert_eq!(stage.desk.alert(id).standing.assignee, None);
    stage.press("u");
    assert_eq!(stage.line(-1), "Nothing of this session to undo.");
}

#[test]
fn undo_waits_for_the_act_that_is_on_its_way() {
    let mut stage = Stage::night(80, 24);
    stage.press("j a k");
    stage.engine = Engine::Waits;
    stage.press("a u");
    assert_eq!(stage.line(-1), "Still saving; press u again.");
    stage.answer();
    assert_eq!([stage.state("net"), stage.state("p99")], ["acknowledged", "acknowledged"]);
    stage.press("u");
    assert_eq!([stage.state("net"), stage.state("p99")], ["firing", "acknowledged"]);
}

#[test]
fn undo_asks_after_a_minute_and_is_refused_when_others_acted_since() {
    let mut stage = Stage::night(80, 24);
    stage.press("a").wait(61_000).press("u");
    assert!(stage.screen().contains("── Undo acknowledge? ──"), "{}", stage.screen());
    stage.press("esc").wait(400).press("u y");
    assert_eq!(stage.state("net"), "firing");
    stage.press("a");
    let net = stage.id("net");
    stage.other("bob", net, AlertCommand::Assign(Some(person_id("carol"))));
    stage.press("u");
    assert_eq!(
        stage.line(-1),
        "Not undone: bob assigned it to carol at 03:16 (net004 is HighMemory (95.04%))."
    );
}

#[test]
fn un_acknowledging_and_reopening_ask() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j j U y");
    assert_eq!(stage.state("lag"), "firing");
    stage.press("G R y");
    assert_eq!(stage.state("memory"), "firing");
    stage.press("R");
    assert_eq!(stage.line(-1), "It is open already.");
    stage.press("U");
    assert_eq!(stage.line(-1), "Nobody has acknowledged it.");
}

#[test]
fn a_note_that_is_left_is_kept_as_a_draft_for_its_alert() {
    let mut stage = Stage::night(80, 24);
    stage.press("n").type_in("half a tho").press("esc j n");
    assert!(!stage.screen().contains("half a tho"));
    stage.press("esc k n");
    assert!(stage.screen().contains("half a tho"));
    stage.type_in("ught").press("enter n");
    assert!(!stage.screen().contains("half a tho"), "saved, so no draft any more");
}

#[test]
fn a_note_that_cannot_be_saved_is_not_lost() {
    let mut stage = Stage::night(80, 24);
    stage.engine = Engine::Broken;
    stage.press("n").type_in("important").press("enter");
    assert_eq!(stage.line(-1), "Not noted: nothing can be saved now (disk full).");
    stage.press("n");
    assert!(stage.screen().contains("important"));
}

#[test]
fn a_note_that_is_full_takes_no_more_and_says_so() {
    let mut stage = Stage::night(80, 24);
    stage.press("n").type_in(&"x".repeat(Text::LONGEST - 1));
    assert!(!stage.screen().contains("full"), "{}", stage.screen());
    stage.type_in("yz");
    let said = "The text is full: 1,000 characters are the most. What comes after is left out.";
    assert!(stage.screen().contains(said), "{}", stage.screen());
    stage.press("enter");
    let id = stage.id("net");
    let note = stage.desk.alert(id).notes.last().unwrap().text.clone();
    assert_eq!(note.as_str(), format!("{}y", "x".repeat(Text::LONGEST - 1)));
    stage.press("/").type_in(&"x".repeat(Text::LONGEST));
    assert!(stage.screen().contains("1,000 characters are the most"), "{}", stage.screen());
}

#[test]
fn nothing_pressed_while_nothing_can_be_saved_is_done_later() {
    let mut stage = Stage::night(80, 24);
    stage.engine = Engine::Broken;
    stage.press("a r y");
    assert_eq!(stage.line(-1), "Not resolved: nothing can be saved now (disk full).");
    stage.press("j");
    assert!(stage.line(-1).starts_with("Not resolved"), "trouble stays until esc or the next act");
    stage.engine = Engine::Works;
    stage.press("esc j");
    assert_eq!(stage.state("net"), "firing");
}

#[test]
fn what_is_on_its_way_for_long_says_so() {
    let mut stage = Stage::night(80, 24);
    stage.engine = Engine::Waits;
    stage.press("a").wait(100);
    assert!(stage.line(2).contains(" fire "), "{}", stage.line(2));
    stage.wait(100);
    assert!(stage.line(2).contains(" ack… "), "{}", stage.line(2));
    stage.wait(5_000);
    assert_eq!(stage.line(-1), "Still saving: acknowledge net004 is HighMemory (95.04%)");
    stage.answer();
    assert!(stage.line(2).contains(" ack "), "{}", stage.line(2));
    assert!(stage.line(-1).starts_with("Acknowledged:"));
}

#[test]
fn a_filter_follows_the_typing_and_goes_back() {
    let mut stage = Stage::night(80, 24);
    stage.press("j /").type_in("pay");
    assert_eq!(stage.rows().0.len(), 7, "the list waits until the typing rests");
    assert!(stage.line(1).ends_with("1 of 7 · 1 CRIT hidden"), "{}", stage.line(1));
    stage.wait(200);
    assert_eq!(stage.rows().0, [stage.id("p99")]);
    stage.press("esc");
    assert_eq!(stage.rows().0.len(), 7);
    assert_eq!(stage.selected(), "p99 latency above 2 s");
    stage.press("/").type_in("pay").press("enter");
    assert_eq!(stage.rows().0, [stage.id("p99")]);
    let line = stage.line(1);
    assert!(line.starts_with("/ pay  ") && line.ends_with("1 of 7 · 1 CRIT hidden · F clears"));
    stage.press("F");
    assert_eq!(stage.rows().0.len(), 7);
    stage.press("/ up").press("enter");
    assert_eq!(stage.rows().0, [stage.id("p99")], "an earlier filter");
    stage.press("esc");
    assert_eq!(stage.rows().0.len(), 7);
}

#[test]
fn a_filter_that_is_not_understood_is_not_taken() {
    let mut stage = Stage::night(80, 24);
    stage.press("/").type_in("pay state=frying").press("enter");
    assert!(stage.model.sheet.is_some());
    stage.type_in("x").press("ctrl-u").type_in("state=resolved").press("enter");
    assert!(stage.model.sheet.is_none());
    assert_eq!(stage.rows().0.len(), 2, "all that are kept: the episode of Tuesday too");
}

#[test]
fn a_hidden_critical_alert_counts_in_header_and_title() {
    let mut stage = Stage::night(80, 24);
    stage.press("/").type_in("web").press("enter");
    stage.fires("new", alert("checkout fails", "critical", "payments"));
    assert!(stage.line(0).starts_with("3 CRITICAL FIRING"));
    assert!(stage.line(1).contains("3 CRIT hidden"), "{}", stage.line(1));
    assert_eq!(crate::console::view::title(&stage.model), "3 CRIT · prod · watchbell");
}

#[test]
fn a_paste_is_text_where_text_is_written_and_nothing_elsewhere() {
    let mut stage = Stage::night(80, 24);
    stage.event(Event::Paste("aUr\ny".into()));
    assert_eq!(stage.line(-1), "Paste ignored here. / filters, n writes a note.");
    stage.press("n");
    stage.event(Event::Paste("one\ntwo".into()));
    assert!(stage.screen().contains(" one two"), "{}", stage.screen());
    assert!(stage.model.sheet.is_some());
}

#[test]
fn a_paste_of_any_length_is_tried_once_and_taken_as_far_as_there_is_room() {
    let pasted = "state=firing ".repeat(100_000);
    for keys in ["/", "A", "n", "s"] {
        let mut stage = Stage::night(80, 24);
        stage.press(keys).type_in("ab").press("left");
        stage.event(Event::Paste(pasted.clone()));
        let input = match &stage.model.sheet {
            Some(Sheet::Prompt(prompt)) => &prompt.input,
            Some(Sheet::Picker(picker)) => &picker.input,
            Some(Sheet::Silencing(sheet)) => &sheet.until.input,
            Some(Sheet::Question(_)) | None => panic!("{keys} opens a line"),
        };
        let expected = format!("a{}b", &pasted[..Text::LONGEST - 2]);
        assert!(input.value() == expected, "after {keys}: {:?}", input.value());
        assert_eq!(input.cursor(), Text::LONGEST - 1, "after {keys}");
    }
}

#[test]
fn quitting_asks_and_q_goes_back_everywhere_else() {
    let mut stage = Stage::night(80, 24);
    stage.press("ctrl-c ctrl-c");
    assert!(stage.asked.is_empty() && stage.model.sheet.is_none(), "ctrl-c twice is no");
    stage.press("enter q ? q");
    assert!(stage.asked.is_empty());
    stage.press("q y");
    assert!(matches!(stage.asked.as_slice(), [Effect::Quit]));
}

#[test]
fn suspending_the_owner_is_refused_with_the_reason_whatever_is_open() {
    let refusal = "Not suspended: alerts come in here. Detach in tmux, or run watchbell serve.";
    for size in [(80, 24), (60, 14)] {
        for keys in ["", "/", "n", "A", "r", "?", "w", "q", "enter", "T", "T t"] {
            let mut stage = Stage::night(size.0, size.1);
            stage.press(keys);
            let before = stage.screen();
            stage.press("ctrl-z");
            let words = stage.screen().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&refusal[..40]), "{keys:?} at {size:?}:\n{}", stage.screen());
            assert!(stage.asked.is_empty());
            // The next key takes it away, and what was open is as it was.
            stage.press("ctrl-y");
            assert_eq!(stage.screen(), before, "{keys:?} at {size:?}");
        }
    }
    let mut stage = Stage::night(80, 24);
    stage.event(Event::Stop);
    stage.draw_if_wanted();
    assert!(stage.line(-1).starts_with(refusal), "a signal is refused as the key is");
    insta::assert_snapshot!(
        stage.press("r ctrl-z").screen().lines().skip(16).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn help_gives_the_list_back_as_it_was() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j").wait(400);
    let before = stage.screen();
    stage.press("? j j esc");
    assert_eq!(stage.screen(), before);
}

#[test]
fn nothing_can_be_done_in_a_window_that_is_too_small() {
    let mut stage = Stage::night(39, 8);
    stage.press("a r y");
    assert_eq!(stage.state("net"), "firing");
    stage.press("q");
    assert_eq!(stage.line(0), "stop watchbell prod? y quits, esc stays");
    stage.press("y");
    assert!(matches!(stage.asked.as_slice(), [Effect::Quit]));
}

#[test]
fn a_question_that_a_shrunken_window_hides_is_not_answered() {
    for (width, height) in [(39, 24), (80, 7)] {
        let mut stage = Stage::night(80, 24);
        stage.press("r").resize(width, height);
        stage.press("y");
        assert_eq!(stage.state("net"), "firing", "{width}x{height}");
        stage.resize(80, 24);
        stage.press("y");
        assert_eq!(stage.state("net"), "resolved");
    }
}

#[test]
fn every_question_is_whole_at_forty_by_eight_and_can_be_answered() {
    let cases = [
        ("r", "net", "resolved"),
        ("j j j U", "lag", "firing"),
        ("j j j r", "lag", "resolved"),
        ("G R", "memory", "firing"),
        ("j j j U y", "lag", "firing"),
    ];
    for (keys, name, state) in cases {
        let mut stage = Stage::night(40, 8);
        stage.press(keys);
        let screen = stage.screen();
        stage.press("y");
        assert_eq!(stage.state(name), state, "{keys}:\n{screen}");
    }
    let mut stage = Stage::night(40, 8);
    stage.press("q");
    let screen = stage.screen();
    stage.press("y");
    assert!(matches!(stage.asked.as_slice(), [Effect::Quit]), "{screen}");
    let mut stage = Stage::night(40, 8);
    stage.press("a").wait(61_000).press("u y");
    assert_eq!(stage.state("net"), "firing");
}

#[test]
fn the_first_alert_opens_the_list_unless_a_secret_is_shown() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    assert!(matches!(stage.model.screen, Screen::Senders(_)));
    stage.fires("first", alert("Hello", "warning", "default"));
    assert!(matches!(stage.model.screen, Screen::List));

    let mut stage = Stage::on(Desk::new(), 80, 24);
    stage.press("t enter");
    stage.fires("first", alert("Hello", "warning", "default"));
    assert!(matches!(stage.model.screen, Screen::Senders(_)));
    stage.press("esc");
    assert!(matches!(stage.model.screen, Screen::List));
}

#[test]
fn a_copy_is_the_shown_example() {
    let mut stage = Stage::night(80, 24);
    stage.press("T y");
    let [Effect::Copy(text)] = stage.asked.as_slice() else { panic!("{:?}", stage.asked) };
    assert!(text.starts_with("curl http://127.0.0.1:9093/api/v1/alert"));
    assert!(stage.line(-1).starts_with("Copied 5 lines: curl."));
}

#[test]
fn what_no_terminal_takes_is_not_said_to_be_copied() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    let token = Token { name: "first".into(), secret: "s".repeat(80_000) };
    let senders = Senders { token: MadeToken::Made(token), ..Senders::first_run() };
    stage.model.screen = Screen::Senders(senders);
    stage.press("y");
    assert!(stage.asked.is_empty(), "nothing is sent");
    assert!(stage.line(-1).starts_with("Not copied: curl is longer than terminals take."));
}

#[test]
fn missed_changes_are_read_anew_and_a_standing_list_keeps_its_rows() {
    let mut stage = Stage::night(80, 24);
    stage.press("j");
    let before = stage.rows();
    let new = stage.desk.fires("new", alert("checkout fails", "critical", "payments"));
    stage.desk.ends("p99");
    let table = stage.desk.table.clone();
    stage.event(Event::News(Box::new(News { table, changes: None })));
    let (rows, selected) = stage.rows();
    assert_eq!(rows[..before.0.len()], before.0);
    assert_eq!(rows[before.0.len()..], [new]);
    assert_eq!(selected, before.1);
}

#[test]
fn an_acknowledgement_grows_old_and_an_ended_alert_leaves_without_a_key() {
    let mut stage = Stage::night(80, 24);
    let hour = 3_600_000;
    assert_eq!(stage.line(5).split_whitespace().nth(2), Some("ack"), "{}", stage.line(5));
    assert!(stage.screen().contains("memory above 90 %"));
    stage.wait(2 * hour);
    assert!(stage.screen().contains("ack!  db"), "{}", stage.screen());
    assert!(!stage.screen().contains("memory above 90 %"));
}

/// The alert of a rule as Alertmanager sends it without a summary.
fn bare(instance: &str) -> crate::domain::report::Payload {
    let mut bare = alert("InstanceDown", "critical", "web");
    bare.labels = crate::domain::samples::labels(&[
        ("alertname", "InstanceDown"),
        ("instance", instance),
        ("job", "node"),
        ("service", "web"),
    ]);
    bare
}

#[test]
fn alerts_of_one_rule_are_told_apart_wherever_they_are_named() {
    let mut desk = Desk::new();
    desk.fires("one", bare("web1:9100"));
    desk.fires("two", bare("web2:9100"));
    desk.wait(SignedDuration::from_mins(1));
    let mut stage = Stage::on(desk, 80, 24);
    assert!(stage.screen().contains("InstanceDown  web1:9100"), "{}", stage.screen());
    assert!(stage.screen().contains("InstanceDown  web2:9100"), "{}", stage.screen());
    let selected = stage.model.list.under_cursor().unwrap();
    let instance = stage.desk.alert(selected).labels.get("instance").unwrap().to_owned();
    let name = format!("InstanceDown  {instance}");
    for keys in ["r", "A", "n", "r e"] {
        stage.press(keys);
        let area = crate::console::view::layout::regions(&stage.model).sheet.unwrap();
        let sheet: Vec<String> =
            stage.screen().lines().skip(usize::from(area.y)).map(str::to_owned).collect();
        assert!(sheet.join("\n").contains(&name), "{keys}:\n{}", stage.screen());
        stage.press("esc");
    }
    stage.press("a");
    assert_eq!(stage.line(-1), format!("Acknowledged: {name}      u undo"));
    stage.press("u");
    assert_eq!(stage.line(-1), format!("Undone: acknowledge of {name}"));
}

#[test]
fn a_key_after_the_list_went_back_to_the_top_by_itself_acts_on_nothing() {
    let mut stage = Stage::night(80, 24);
    stage.press("j").wait(400_000);
    assert!(is_live(&stage.model));
    stage.press("a");
    assert_eq!([stage.state("net"), stage.state("p99")], ["firing", "firing"]);
    assert_eq!(
        stage.line(-1),
        "The list went back to the top meanwhile. Press a again to acknowledge \"net004…"
    );
    stage.press("a");
    assert_eq!([stage.state("net"), stage.state("p99")], ["acknowledged", "firing"]);
    for keys in ["g a", "j k a"] {
        let mut stage = Stage::night(80, 24);
        stage.press("j").wait(400_000).press(keys);
        assert_eq!(stage.state("net"), "acknowledged", "{keys}: the person went there");
    }
    let mut stage = Stage::night(80, 24);
    stage.press("j k").wait(400_000).press("a");
    assert_eq!(stage.state("net"), "acknowledged", "it was selected before");
}

#[test]
fn a_key_right_after_its_row_says_something_else_acts_on_nothing() {
    for keys in ["", "j k", "enter"] {
        let mut stage = Stage::night(80, 24);
        stage.press(keys).wait(5_000);
        stage.fires("net", alert("database of payments lost", "critical", "payments"));
        stage.wait(100).press("a");
        assert_eq!(stage.state("net"), "firing", "after {keys:?}");
        assert_eq!(
            stage.line(-1),
            "It changed just now. Press a again to acknowledge \"database of payments lost\".",
            "after {keys:?}"
        );
        stage.press("a");
        assert_eq!(stage.state("net"), "acknowledged", "after {keys:?}");
    }
    let mut stage = Stage::night(80, 24);
    stage.press("j k").wait(5_000);
    stage.fires("net", alert("net004 is HighMemory (95.04%)", "critical", "payments"));
    stage.press("a");
    assert_eq!(stage.state("net"), "firing", "another service");
}

#[test]
fn a_key_before_the_frame_with_the_new_title_acts_on_nothing() {
    let mut stage = Stage::night(80, 24);
    stage.press("j k").wait(5_000);
    stage.fires_unseen("net", alert("database of payments lost", "critical", "payments"));
    stage.rush("a");
    assert_eq!(stage.state("net"), "firing");
    assert!(stage.line(-1).contains("\"database of payments lost\""), "{}", stage.line(-1));
}

#[test]
fn a_doubled_key_does_not_answer_the_warning_it_has_not_shown() {
    let mut stage = Stage::night(80, 24);
    stage.wait(5_000);
    stage.fires("new", alert("checkout fails", "critical", "payments"));
    stage.rush("a a a");
    assert_eq!([stage.state("net"), stage.state("new")], ["firing", "firing"]);
    stage.rush("a");
    assert_eq!(stage.state("new"), "firing", "too soon after its first frame");
    stage.press("a");
    assert_eq!(stage.state("new"), "acknowledged");
}

#[test]
fn a_key_that_is_held_down_acts_once_its_warning_could_be_read() {
    let mut stage = Stage::night(80, 24);
    stage.wait(5_000);
    stage.fires("new", alert("checkout fails", "critical", "payments"));
    for _ in 0..8 {
        stage.rush("a").wait(50);
    }
    assert_eq!(stage.state("new"), "acknowledged");
}

#[test]
fn a_question_waits_when_its_alert_is_called_something_else_behind_it() {
    let mut stage = Stage::night(80, 24);
    stage.press("r").wait(400);
    stage.fires("net", alert("database of payments lost", "critical", "payments"));
    stage.wait(500).rush("y");
    assert_eq!(stage.state("net"), "firing");
    assert!(stage.screen().contains("It changed while this was open."), "{}", stage.screen());
}

#[test]
fn a_question_whose_alert_has_ended_says_so_and_can_only_be_closed() {
    for (keys, name) in [("r", "net"), ("j j j U", "lag"), ("j j j r", "lag")] {
        let mut stage = Stage::night(80, 24);
        stage.press(keys);
        let id = stage.id(name);
        stage.other("bob", id, AlertCommand::Resolve);
        let screen = stage.screen();
        assert!(screen.contains("It has ended: resolved by bob at 03:15."), "{screen}");
        assert!(stage.line(-1) == "esc close", "{screen}");
        stage.wait(2_000).press("y");
        assert!(stage.model.sheet.is_some(), "{keys}");
        stage.press("e");
        assert!(matches!(stage.model.sheet, Some(Sheet::Question(_))), "{keys}");
        stage.press("esc");
        assert!(stage.model.sheet.is_none(), "{keys}");
    }
    let mut stage = Stage::night(40, 8);
    stage.press("r");
    stage.ends("net");
    assert!(stage.screen().contains("resolved by its source"), "{}", stage.screen());
    assert_eq!(stage.line(-1), "esc close");
}

#[test]
fn an_ended_alert_is_at_most_assigned_to_somebody() {
    let mut stage = Stage::night(80, 24);
    stage.press("j a r y").wait(400);
    assert!(
        stage.line(3).contains(" res ") && stage.line(3).ends_with("→alice"),
        "{}",
        stage.line(3)
    );
    stage.press("j");
    stage.ends("5xx");
    assert!(stage.screen().contains("→carol"), "{}", stage.screen());
}

#[test]
fn taking_over_says_from_whom() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j j a a");
    assert_eq!(stage.line(-1), "Acknowledged, taken over from bob: replica lag 340 s      u undo");
}

#[test]
fn what_cannot_be_reopened_names_the_alert_that_fires_instead() {
    let mut stage = Stage::night(80, 24);
    let old = stage.id("memory");
    stage.press("G");
    let new = stage.fires("memory", alert("memory above 90 %", "critical", "cache"));
    assert_ne!(old, new);
    stage.press("R y");
    let short: String = new.to_string().chars().take(8).collect();
    assert_eq!(
        stage.line(-1),
        format!("Not reopened: the same alert fires again already, as {short}.")
    );
}

#[test]
fn what_cannot_be_undone_is_named() {
    let mut stage = Stage::night(80, 24);
    stage.press("u");
    assert_eq!(stage.line(-1), "Nothing of this session to undo.");
    stage.press("j a k");
    let p99 = stage.id("p99");
    stage.other("bob", p99, AlertCommand::Assign(Some(person_id("carol"))));
    stage.press("u");
    assert_eq!(
        stage.line(-1),
        "Not undone: bob assigned it to carol at 03:15 (p99 latency above 2 s)."
    );
}

#[derive(Clone, Debug)]
enum Step {
    Fires(u8),
    Ends(u8),
    Acknowledged(u8),
    Minutes(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u8..12).prop_map(Step::Fires),
        (0u8..12).prop_map(Step::Ends),
        (0u8..12).prop_map(Step::Acknowledged),
        (1u8..20).prop_map(Step::Minutes),
    ]
}

fn happen(stage: &mut Stage, step: &Step) {
    match step {
        Step::Fires(n) => {
            let severity = if n % 2 == 0 { "critical" } else { "warning" };
            stage.fires(&format!("n{n}"), alert(&format!("alert {n}"), severity, "web"));
        }
        Step::Ends(n) => stage.ends(&format!("n{n}")),
        Step::Acknowledged(n) => {
            let identity = crate::domain::samples::identity(&format!("n{n}"));
            let open: Option<AlertId> = stage.desk.table.open(&identity).map(|alert| alert.id);
            if let Some(id) = open {
                let acknowledged = stage.desk.alert(id).standing.acknowledgement().is_some();
                if !acknowledged {
                    stage.other("bob", id, AlertCommand::Acknowledge);
                }
            }
        }
        Step::Minutes(minutes) => {
            stage.wait(u64::from(*minutes) * 60_000);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_the_rows_of_a_standing_list_stay_and_so_does_the_selection(
        before in prop::collection::vec(step(), 0..12),
        moves in 0usize..6,
        after in prop::collection::vec(step(), 1..30),
    ) {
        let mut never = settings();
        never.still_for = None;
        let mut stage = Stage::with(night(), never, 80, 24);
        for step in &before {
            happen(&mut stage, step);
        }
        stage.press("j");
        for _ in 0..moves {
            stage.press("j");
        }
        let (rows, selected) = stage.rows();
        for step in &after {
            happen(&mut stage, step);
            let (now, still) = stage.rows();
            prop_assert_eq!(&now[..rows.len()], &rows[..]);
            prop_assert_eq!(still, selected);
        }
    }

    #[test]
    fn the_header_counts_every_open_alert_once(
        steps in prop::collection::vec(step(), 0..40),
        filtered in any::<bool>(),
    ) {
        let mut stage = Stage::night(80, 24);
        if filtered {
            stage.press("/").type_in("severity=warning").press("enter");
        }
        for step in &steps {
            happen(&mut stage, step);
            let census = stage.model.list.census();
            let open = stage.desk.table.open_alerts().count();
            prop_assert_eq!(census.open(), open);
            let mut anew = stage.model.list.clone();
            anew.rebuild(&stage.desk.table, stage.desk.now);
            prop_assert_eq!(anew.census(), census);
            prop_assert_eq!(anew.sorted(), stage.model.list.sorted());
            prop_assert_eq!(anew.filtered(), stage.model.list.filtered());
        }
    }
}

#[test]
fn a_key_looks_at_no_more_rows_of_a_long_list_than_of_a_short_one() {
    use crate::console::model::ranked::looked;
    let costs = [100, 3_000].map(|count| {
        let mut stage = Stage::on(crowd(count), 120, 40);
        ["j", "k", "pagedown", "G", "g", "j", ".", "a", "/", "esc", "enter", "esc", "F"].map(
            |key| {
                // One more of each kind, so that the key finds something new.
                stage.fires("another", alert(key, "critical", "web"));
                looked::within(|| {
                    stage.press(key).wait(400);
                })
            },
        )
    });
    for (short, long) in costs[0].iter().zip(costs[1]) {
        // A window is never more than half as long again: the list of a hundred has rows for all.
        assert!(long <= short * 3 / 2 + 40, "{costs:?}");
    }
}

mod bytes {
    //! What a screen costs, to the byte.

    use super::*;

    fn wide() -> Stage {
        Stage::night(120, 40)
    }

    #[test]
    fn a_frame_in_which_nothing_changed_is_no_byte() {
        let mut stage = wide();
        stage.draw();
        assert_eq!(stage.bytes(), [] as [usize; 0]);
    }

    #[test]
    fn a_cursor_move_is_two_cells_and_its_settle_frame_the_pane() {
        let mut stage = wide();
        stage.press("j").wait(300);
        stage.bytes();
        stage.rush("j");
        let [moved] = stage.bytes()[..] else { panic!("not one frame") };
        assert!(moved <= 60, "{moved} bytes");
        stage.wait(300);
        let [settled] = stage.bytes()[..] else { panic!("not one frame") };
        assert!(settled <= 1_500, "{settled} bytes");
    }

    #[test]
    fn the_pane_waits_until_the_cursor_rests() {
        let mut stage = wide();
        stage.rush("j").wait(100);
        assert!(stage.line(1).ends_with("net004 is HighMemory (95.04%)"));
        stage.rush("j").wait(100).rush("j").wait(100);
        assert!(stage.line(1).ends_with("net004 is HighMemory (95.04%)"));
        stage.wait(100);
        assert!(stage.line(1).ends_with("replica lag 340 s"), "{}", stage.line(1));
    }

    #[test]
    fn thirty_moves_in_one_read_are_one_frame() {
        let mut stage = Stage::on(crowd(100), 120, 40);
        stage.rush(&"j ".repeat(30));
        assert_eq!(stage.bytes().len(), 1);
    }

    #[test]
    fn a_new_alert_costs_little_while_the_list_stands() {
        let mut stage = wide();
        stage.press("j").wait(60_000);
        stage.fires("one", alert("one", "critical", "web"));
        stage.bytes();
        stage.fires("two", alert("checkout error ratio 8 %", "critical", "payments"));
        let [with_row] = stage.bytes()[..] else { panic!("not one frame") };
        assert!(with_row <= 250, "{with_row} bytes");

        let mut stage = Stage::on(crowd(100), 120, 40);
        stage.press("j").wait(60_000);
        stage.fires("one", alert("one", "critical", "web"));
        stage.bytes();
        stage.fires("two", alert("two", "critical", "payments"));
        let [without_row] = stage.bytes()[..] else { panic!("not one frame") };
        assert!(without_row <= 120, "{without_row} bytes");
    }

    #[test]
    fn at_rest_nothing_is_written() {
        let mut empty = Desk::new();
        empty.fires("old", alert("old", "warning", "web"));
        empty.ends("old");
        empty.wait(SignedDuration::from_hours(5));
        let mut stage = Stage::on(empty, 120, 40);
        stage.wait(60_000);
        assert_eq!(stage.bytes(), [] as [usize; 0]);

        let mut stage = Stage::on(crowd(30), 120, 40);
        for _ in 0..60 {
            stage.wait(1_000);
            for number in [1, 2, 29] {
                let severity = if number % 3 == 0 { "warning" } else { "critical" };
                let title = format!("alert {number}");
                stage.fires(&format!("n{number}"), alert(&title, severity, "web"));
            }
        }
        assert_eq!(stage.bytes(), [] as [usize; 0], "the same again changes nothing that is shown");
    }

    #[test]
    fn fresh_alerts_cost_one_frame_a_minute() {
        let mut stage = wide();
        stage.wait(60_000);
        stage.bytes();
        stage.wait(5 * 60_000);
        let frames = stage.bytes();
        assert!(frames.len() <= 5, "{frames:?}");
        assert!(frames.iter().all(|bytes| *bytes <= 150), "{frames:?}");
    }

    #[test]
    fn what_is_written_is_what_is_meant() {
        let mut stage = wide();
        stage.resize(100, 30);
        stage.frames();
        let [rows, columns] = [40, 120].map(|cells| NonZero::new(cells).unwrap());
        let mut parser = vt100::Parser::new(rows, columns, 0);
        stage.resize(120, 40);
        stage.press("j j /").type_in("web").press("enter").wait(300);
        stage.fires("new", alert("容量不足", "critical", "web"));
        stage.press("g enter J esc ? esc");
        stage.wait(300);
        for frame in stage.frames() {
            parser.process(&frame);
        }
        let seen: Vec<String> =
            parser.screen().rows(0, 120).map(|row| row.trim_end().to_owned()).collect();
        assert_eq!(seen.join("\n"), stage.screen());
    }
}
