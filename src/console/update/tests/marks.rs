//! The mark of what is new: it stands where somebody else, or time, brought something.

use super::*;
use crate::domain::samples::account;

/// The titles of the rows that carry the mark.
fn marked(stage: &Stage) -> Vec<String> {
    let still = stage.model.list.still();
    let rows = stage.rows().0.into_iter();
    let marked = rows.filter(|id| still.is_some_and(|still| still.is_marked(*id)));
    marked.map(|id| stage.model.alert(id).unwrap().title.to_string()).collect()
}

fn counted(stage: &Stage) -> usize {
    stage.model.fresh().0
}

#[test]
fn what_a_filter_hid_is_not_new_when_it_is_shown_again() {
    for (before, after) in [
        ("", "F"),
        ("j", "F"),
        ("j", "esc"),
        ("", "/ ctrl-u enter"),
        ("", "g F j"),
        ("", "g F"),
        ("", "/ esc F"),
        ("", "g / esc F"),
        ("", "g / ctrl-u enter"),
    ] {
        for quick in [true, false] {
            let mut stage = Stage::night(80, 24);
            stage.press(before).press("/").type_in("p99");
            if quick {
                stage.rush("enter").rush(after);
            } else {
                stage.wait(1_000).press("enter").wait(1_000).press(after);
            }
            stage.press("j");
            assert_eq!(marked(&stage), [] as [&str; 0], "{before}, {after}, {quick}");
            assert_eq!(counted(&stage), 0, "{before}, {after}, {quick}");
        }
    }
}

#[test]
fn what_came_while_a_filter_hid_it_is_new_when_it_is_shown() {
    for after in ["F", "/ ctrl-u enter", "/ esc F"] {
        let mut stage = Stage::night(80, 24);
        stage.press("j /").type_in("p99").press("enter").wait(1_000);
        stage.fires("disk", alert("disk is full", "critical", "db"));
        assert_eq!((marked(&stage).len(), counted(&stage)), (0, 0), "hidden");
        stage.fires("p99 too", alert("p99 of web", "critical", "web"));
        assert_eq!((marked(&stage).len(), counted(&stage)), (1, 1));
        stage.press(after);
        let mut marked = marked(&stage);
        marked.sort_unstable();
        assert_eq!(marked, ["disk is full", "p99 of web"], "{after}");
    }
}

#[test]
fn what_this_person_does_is_no_news_to_them() {
    let cases = [
        ("j k z", "2h", "Z"),
        ("j k z", "2h", "Z u"),
        ("j k z", "2h", "u"),
        ("j j j U", "", "y"),
        ("j k r", "", "y R y"),
        ("j k r", "", "y u"),
        ("j k a", "", "u"),
    ];
    for (keys, typed, then) in cases {
        let mut stage = Stage::night(80, 24);
        stage.press(keys).type_in(typed);
        if !typed.is_empty() {
            stage.press("enter");
        }
        stage.press(then).wait(1_000);
        assert_eq!(marked(&stage), [] as [&str; 0], "{keys} {then}: {}", stage.line(-1));
        assert_eq!(counted(&stage), 0, "{keys} {then}");
    }
}

#[test]
fn what_others_do_and_what_time_does_is_news() {
    let mut stage = Stage::night(80, 24);
    stage.press("j k z").type_in("2h").press("enter j");
    stage.other("bob", stage.id("net"), AlertCommand::Wake);
    assert_eq!((marked(&stage).len(), counted(&stage)), (1, 1), "woken by bob");
    let mut stage = Stage::night(80, 24);
    stage.press("j k a j");
    let net = stage.id("net");
    // Both come in one frame.
    stage.unseen("alice", net, AlertCommand::Unacknowledge);
    stage.unseen("bob", net, AlertCommand::Acknowledge);
    stage.desk.wait(SignedDuration::from_secs(1));
    stage.unseen("bob", net, AlertCommand::Unacknowledge);
    assert_eq!((marked(&stage).len(), counted(&stage)), (1, 1), "given back by bob");
    assert_eq!(stage.model.settings.viewer, account("alice"));
}
