//! A read-only console: no key of any context changes anything, and none that would is offered.

use super::*;
use crate::console::action::{ACTIONS, Context, Entry, ReadOnly};

const REFUSED: &str = "This console is read-only.";

/// The night before a console with this access, with keys pressed until `context` is open.
fn opened(access: Access, context: Context) -> Option<Stage> {
    let opened_by = match context {
        Context::Any | Context::List => "",
        Context::Detail => "enter",
        Context::Prompt => "/",
        // Whatever opens it acts on an alert.
        Context::Picker | Context::Silence => return None,
        Context::Confirm => "q",
        Context::Help => "?",
        Context::Senders => "T",
        Context::Silences => "2",
    };
    let settings = crate::console::Settings { access, ..settings() };
    let mut stage = Stage::with(night(), settings, 80, 24);
    stage.press(opened_by);
    Some(stage)
}

/// Presses each key of `entry`, on an alert of each kind, and gives every screen after it.
fn pressed(entry: &Entry, access: Access, mut look: impl FnMut(&Stage, &str)) {
    // Firing, acknowledged, resolved.
    let places = if entry.context == Context::List { &["", "j j j", "G"][..] } else { &[""] };
    for key in entry.keys {
        for moves in places {
            let Some(mut stage) = opened(access, entry.context) else { return };
            stage.press(moves).press(key);
            look(&stage, key);
        }
    }
}

/// Whether nothing was asked of the service, nor is about to be.
fn is_untouched(stage: &Stage) -> bool {
    let asks = |effect: &Effect| matches!(effect, Effect::MakeToken(..));
    stage.desk.revision == night().revision && !stage.asked.iter().any(asks)
}

#[test]
fn no_key_of_any_context_changes_anything() {
    for entry in ACTIONS {
        pressed(entry, Access::ReadOnly, |stage, key| {
            let place = format!("{} with {key} in [{}]", entry.name, entry.context.name());
            assert!(is_untouched(stage), "{place}");
            if entry.read_only == ReadOnly::Refused {
                assert_eq!(stage.line(-1), REFUSED, "{place}");
                assert!(stage.model.sheet.is_none(), "{place}");
            }
        });
    }
}

#[test]
fn what_the_table_calls_harmless_is_so_for_those_who_may_act() {
    for entry in ACTIONS.iter().filter(|entry| entry.read_only == ReadOnly::Allowed) {
        pressed(entry, Access::Full, |stage, key| {
            assert!(is_untouched(stage), "{} with {key} in [{}]", entry.name, entry.context.name());
        });
    }
}

#[test]
fn its_header_says_so_and_no_key_that_acts_is_offered() {
    for (width, height) in [(120, 32), (80, 24), (50, 12)] {
        let settings = crate::console::Settings { access: Access::ReadOnly, ..settings() };
        let mut stage = Stage::with(night(), settings, width, height);
        assert!(stage.line(0).contains("read-only"), "{}", stage.line(0));
        for keys in ["", "j", "j j", "G", "enter", "esc ?", "esc T"] {
            stage.press(keys).wait(400);
            let offered =
                ["acknowledge", "ack ", "assign", "resolve ", "reopen", "snooze", "note "];
            let (line, screen) = (stage.line(-1), stage.screen());
            assert!(!offered.iter().any(|words| line.contains(words)), "{line}");
            if stage.model.page.is_some() {
                assert!(screen.contains("no key: this console is read-only"), "{screen}");
                assert!(!screen.contains("undo my last act"), "{screen}");
            }
            assert!(!screen.contains("make a token"), "{screen}");
        }
    }
}
