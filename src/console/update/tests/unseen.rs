//! What the last frame did not show is not acted on, and a message names what the next key acts on.

use super::*;
use crate::console::model::Service;
use crate::console::model::trouble::Trouble;
use crate::console::view::layout;

/// The title that a message asks to press a key again for.
fn asked_for(stage: &Stage) -> String {
    let line = stage.line(-1);
    let title = line.split_once('"').map(|(_, rest)| rest.trim_end_matches(['.', '"']).to_owned());
    title.unwrap_or_else(|| panic!("nothing is asked for: {line}"))
}

/// How many alerts are acknowledged.
fn acknowledged(stage: &Stage) -> usize {
    let alerts = stage.desk.table.alerts();
    alerts.filter(|alert| alert.standing.acknowledgement().is_some()).count()
}

#[test]
fn a_list_that_was_sorted_by_a_key_names_what_the_next_key_acts_on() {
    for (keys, answer) in [("g a", "a"), ("g r", "r"), ("home a", "a")] {
        let mut stage = Stage::night(80, 24);
        stage.press("j j j");
        let new = stage.fires("new", alert("checkout fails", "critical", "payments"));
        stage.wait(3_000).rush(keys);
        assert_eq!(asked_for(&stage), "checkout fails", "{keys}");
        assert_eq!(stage.rows().1, Some(new), "{keys}");
        stage.press(answer);
        if answer == "r" {
            assert!(
                stage.screen().contains("CRIT  payments  checkout fails"),
                "{}",
                stage.screen()
            );
            stage.press("y");
        }
        assert_ne!(stage.state("new"), "firing", "{keys}");
        assert_eq!(stage.state("net"), "firing", "{keys}");
    }
}

#[test]
fn a_list_that_was_sorted_by_a_key_opens_the_row_that_is_selected() {
    for keys in ["g enter", "g w"] {
        let mut stage = Stage::night(80, 24);
        stage.press("j j j");
        let new = stage.fires("new", alert("checkout fails", "critical", "payments"));
        stage.wait(3_000).rush(keys);
        assert!(stage.screen().contains("checkout fails"), "{keys}: {}", stage.screen());
        assert_eq!(stage.rows().1, Some(new), "{keys}");
    }
}

#[test]
fn a_key_acts_on_nothing_that_the_last_frame_did_not_show() {
    // What is on the screen, then what is typed ahead with the key that acts.
    let cases = [
        ("j k", "G k a"),
        ("j k", "G a"),
        ("j k", "pagedown a"),
        ("j k", "ctrl-f a"),
        ("j k", "ctrl-d ctrl-d ctrl-d a"),
        ("G", "g j a"),
        ("enter", "J a"),
        ("enter", "J J K a"),
        ("enter", "J esc a"),
        ("j k", "G r"),
        ("j k", "G enter a"),
        ("j k ?", "esc G a"),
    ];
    for (before, ahead) in cases {
        let mut stage = Stage::on(crowd(60), 80, 16);
        stage.press(before).wait(3_000).rush(ahead);
        assert_eq!(acknowledged(&stage), 0, "{before}, {ahead}");
        let (title, selected) = (asked_for(&stage), stage.selected());
        assert_eq!(title, selected, "{before}, {ahead}");
        assert!(stage.model.sheet.is_none(), "{before}, {ahead}");
        assert!(stage.screen().contains(&format!("{selected} ")), "{}", stage.screen());
        let key = ahead.split(' ').next_back().unwrap();
        stage.press(key);
        if key == "a" {
            let line = stage.line(-1);
            assert!(line.starts_with(&format!("Acknowledged: {selected}")), "{ahead}: {line}");
            assert_eq!(acknowledged(&stage), 1, "{before}, {ahead}");
        } else {
            assert!(stage.model.sheet.is_some(), "{before}, {ahead}");
        }
    }
}

#[test]
fn a_doubled_key_does_not_answer_what_it_could_not_see() {
    let mut stage = Stage::on(crowd(60), 80, 16);
    stage.press("j k").wait(3_000).rush("G a a a").rush("a");
    assert_eq!(acknowledged(&stage), 0, "{}", stage.line(-1));
}

#[test]
fn what_the_last_frame_showed_is_acted_on_however_fast_one_types() {
    let cases = ["j a", "j j j a", "j k a", "G g j k a", "enter a", "enter esc j a", "w esc a"];
    for ahead in cases.into_iter().filter(|keys| !keys.contains('g')) {
        let mut stage = Stage::on(crowd(60), 80, 16);
        stage.press("j k").wait(3_000).rush(ahead);
        assert_eq!(acknowledged(&stage), 1, "{ahead}: {}", stage.line(-1));
    }
}

#[test]
fn a_row_that_a_bar_pushed_out_of_the_window_is_shown_before_it_is_acted_on() {
    let mut stage = Stage::on(crowd(60), 80, 16);
    stage.press("j k").wait(3_000);
    let height = layout::regions(&stage.model).list.height;
    for _ in 1..height {
        stage.press("j");
    }
    let trouble = Trouble { since: stage.now().at, reason: "address in use".into() };
    stage.event(Event::Vitals(Service { unheard: Some(trouble), ..Service::default() }));
    stage.draw_if_wanted();
    assert!(!stage.screen().contains('▌'), "{}", stage.screen());
    stage.wait(3_000).rush("a");
    assert_eq!(acknowledged(&stage), 0, "{}", stage.line(-1));
    assert!(stage.screen().contains('▌'), "{}", stage.screen());
    assert_eq!(asked_for(&stage), stage.selected());
    stage.press("a");
    assert_eq!(acknowledged(&stage), 1, "{}", stage.line(-1));
}

#[test]
fn a_question_is_read_anew_in_a_window_of_another_size() {
    for (keys, state) in [("j k r", "resolved"), ("j j j U", "firing")] {
        let mut stage = Stage::night(80, 24);
        let name = if state == "firing" { "lag" } else { "net" };
        let before = stage.state(name);
        stage.press(keys).wait(1_000);
        stage.resize(100, 30);
        stage.rush("y");
        assert_eq!(stage.state(name), before, "{keys}");
        stage.wait(140).rush("y");
        assert_eq!(stage.state(name), before, "{keys}");
        stage.wait(20).rush("y");
        assert_eq!(stage.state(name), state, "{keys}");
    }
}

#[test]
fn a_question_whether_to_undo_says_what_follows() {
    for (keys, said) in [
        ("j k a", "It goes back to firing and calls begin again."),
        ("j k r y", "It goes back to firing and calls begin again."),
        ("j j j j a", "It goes back to firing."),
        ("j A enter", "The alert goes back to how it stood before."),
    ] {
        for (width, height) in [(80, 24), (40, 12)] {
            let mut stage = Stage::night(width, height);
            stage.press(keys).wait(61_000).press("u");
            let screen = stage.screen().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(screen.contains(said), "{keys} {width}x{height}: {}", stage.screen());
        }
    }
}
