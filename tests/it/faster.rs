//! Two people at one alert, one at the console and one at the API; and what a console keeps for the
//! next one.

use crate::console::Owner;

/// Presses `key` right after bob's request was answered, before or after a frame shows it: nothing
/// else changes, and what the console says names bob.
fn after_bob(owner: &mut Owner, request: &str, key: &str) -> String {
    owner.put_as_bob(request);
    owner.terminal.keys(key);
    owner.terminal.wait("bob is named", |screen| screen.contains("bob acknowledged it"))
}

#[test]
fn a_key_right_after_somebody_elses_put_changes_nothing_and_names_them() {
    let mut owner = Owner::start(32, 120);
    let id = owner.post("disk", "disk is full");
    owner.terminal.shows("1 CRITICAL FIRING");
    owner.terminal.insist("j", |screen| screen.contents().contains('▌'));
    let screen = after_bob(&mut owner, &format!("/alert/{id}/acknowledge"), "a");
    assert!(screen.contains("a again takes it over"), "{screen}");
    let bob = owner.member("bob");
    assert_eq!(owner.alert(&id)["assignedto"], bob);
    owner.terminal.insist("a", |screen| screen.contents().contains("taken over from bob"));
    owner.quit();
}

#[test]
fn a_yes_right_after_somebody_elses_put_resolves_nothing() {
    let mut owner = Owner::start(32, 120);
    let id = owner.post("disk", "disk is full");
    owner.terminal.shows("1 CRITICAL FIRING");
    owner.terminal.insist("j", |screen| screen.contents().contains('▌'));
    owner.terminal.keys("r");
    owner.terminal.shows("Nobody has it.");
    after_bob(&mut owner, &format!("/alert/{id}/acknowledge"), "y");
    assert_eq!(owner.alert(&id)["status"], "acknowledged");
    // Whoever has read it may end it: the question is open still, or is asked again.
    owner.terminal.keys("r");
    owner.terminal.shows("Resolve?");
    owner.terminal.insist("y", |screen| screen.contents().contains("nothing firing"));
    owner.quit();
}

#[test]
fn a_note_right_after_somebody_elses_put_resolves_nothing() {
    // What is on the screen when bob acts, and what is pressed right after.
    for (opened, after) in [("note", "\r"), ("question", "enote\r")] {
        let mut owner = Owner::start(32, 120);
        let id = owner.post(opened, "disk is full");
        owner.terminal.shows("1 CRITICAL FIRING");
        owner.terminal.insist("j", |screen| screen.contents().contains('▌'));
        owner.terminal.keys("r");
        owner.terminal.shows("Nobody has it.");
        if opened == "note" {
            owner.terminal.insist("e", |screen| screen.contents().contains("save and resolve"));
            owner.terminal.keys("note");
        }
        after_bob(&mut owner, &format!("/alert/{id}/acknowledge"), after);
        assert_eq!(owner.alert(&id)["status"], "acknowledged", "{opened}");
    }
}

#[test]
fn a_filter_is_there_for_the_next_console_and_a_pasted_secret_is_not() {
    let mut owner = Owner::start(24, 80);
    owner.post("disk", "disk is full");
    owner.terminal.shows("1 CRITICAL FIRING");
    for text in ["wb_Vq8sT2mZr4yKp0LxCw6NhJb9DfGa3EuRi7Ok5Ys1Mt", "service=default disk"] {
        owner.terminal.keys("/");
        owner.terminal.shows("earlier filters");
        owner.terminal.keys(&format!("\x15{text}\r"));
        owner.terminal.shows("F clears");
    }
    let mut owner = owner.again(24, 80);
    owner.terminal.shows("1 CRITICAL FIRING");
    owner.terminal.keys("/");
    owner.terminal.shows("earlier filters");
    owner.terminal.keys("\x1b[A");
    owner.terminal.shows("/ service=default disk");
    owner.terminal.keys("\x1b[A\x1b[A\x1b[A");
    owner.terminal.rests(std::time::Duration::from_millis(400));
    let screen = owner.terminal.shows("/ service=default disk");
    assert!(!screen.contains("wb_"), "{screen}");
    owner.terminal.keys("\r");
    owner.terminal.shows("F clears");
    owner.quit();
}
