//! The file of keys: that ours is right, and what is said about one that is not.

use std::collections::HashSet;
use std::fmt::Write;

use super::*;
use crate::console::action::Asks;

const HEAD: &str = "\
# keybindings.toml: the built-in keys of the console. A file of your own (watchbell paths says
# where) needs only what differs. A key is a character, or a name: enter esc tab space backspace
# delete insert up down left right home end pageup pagedown f1, with ctrl- or shift- in front.
# Several keys may do the same; [] unbinds. Keys of [any] work everywhere.
";

/// The table as a file.
fn written() -> String {
    let mut text = HEAD.to_owned();
    for context in Context::ALL {
        let _ = write!(text, "\n[{}]\n", context.name());
        for entry in action::of(context) {
            let keys: Vec<_> = entry.keys.iter().map(|key| format!("{key:?}")).collect();
            let remark = match entry.action {
                Action::Yes => "  # \"enter\" and \"space\" are refused here",
                _ => "",
            };
            let _ = writeln!(text, "{} = [{}]{remark}", entry.name, keys.join(", "));
        }
    }
    text
}

fn file(text: &str) -> KeyFile {
    KeyFile { path: "/home/alice/.config/watchbell/keybindings.toml".into(), text: Ok(text.into()) }
}

#[test]
fn the_file_is_the_table() {
    assert!(FILE == written(), "keybindings.toml should be:\n{}", written());
    let map = Keymap::built_in().overlaid(FILE).unwrap();
    assert!(map.bindings.iter().all(|binding| binding.origin == Origin::BuiltIn));
    for entry in ACTIONS {
        let keys: Vec<_> = entry.keys.iter().map(|key| Key::parse(key).unwrap()).collect();
        assert_eq!(map.keys(entry.context, entry.action), keys, "{}", entry.name);
    }
}

#[test]
fn a_context_has_no_key_twice_and_no_name_twice() {
    for context in Context::ALL {
        let mut keys = HashSet::new();
        let mut names = HashSet::new();
        let any = action::of(Context::Any).filter(|_| context != Context::Any);
        for entry in action::of(context).chain(any) {
            assert!(names.insert(entry.name), "{} twice in [{}]", entry.name, context.name());
            for key in entry.keys {
                assert!(keys.insert(*key), "{key} twice in [{}]", context.name());
            }
        }
    }
}

#[test]
fn every_action_is_reached_by_each_of_its_keys() {
    let map = Keymap::built_in();
    for entry in ACTIONS {
        assert!(!entry.keys.is_empty(), "{} has no key", entry.name);
        for text in entry.keys {
            let key = Key::parse(text).unwrap();
            assert_eq!(map.action(entry.context, key), Some(entry.action), "{text}");
        }
    }
}

#[test]
fn nothing_that_acts_at_once_sits_on_the_end_of_a_split_sequence() {
    let ends = "ABCDFHPQRS0123456789[O~";
    for entry in ACTIONS.iter().filter(|entry| entry.asks == Asks::AtOnce) {
        for key in entry.keys {
            let single = key.chars().count() == 1;
            assert!(!(single && ends.contains(key)), "{} on {key}", entry.name);
        }
    }
}

#[test]
fn an_own_file_changes_what_it_names() {
    let map = Keymap::with(&file("[list]\nacknowledge = [\"x\"]\npage-up = []\n")).unwrap();
    let key = |text| Key::parse(text).unwrap();
    assert_eq!(map.action(Context::List, key("x")), Some(Action::Acknowledge));
    assert_eq!(map.action(Context::List, key("a")), None);
    assert_eq!(map.action(Context::Detail, key("a")), Some(Action::Acknowledge));
    assert_eq!(map.keys(Context::List, Action::PageUp), &[]);
    assert_eq!(map.origin(Context::List, Action::Acknowledge), Origin::Changed);
    assert_eq!(map.origin(Context::List, Action::Resolve), Origin::BuiltIn);
}

#[test]
fn keys_may_be_swapped() {
    let swapped = "[list]\ncursor-down = [\"k\"]\ncursor-up = [\"j\"]\n";
    let map = Keymap::with(&file(swapped)).unwrap();
    assert_eq!(map.action(Context::List, Key::char('k')), Some(Action::CursorDown));
}

#[test]
fn of_several_mistakes_the_first_is_told_and_how_many_more_there_are() {
    let text = "[list]\nopne = [\"o\"]\nacknowlege = [\"a\"]\n[any]\nredraw = [\"ctl-l\"]\n";
    let said = Keymap::with(&file(text)).unwrap_err().to_string();
    assert_eq!(said, "keybindings.toml:2:1: no action \"opne\" (open?) (and 2 more)");
    let doubles = "[list]\nopen = [\"j\"]\nnote = [\"k\"]\n";
    let said = Keymap::with(&file(doubles)).unwrap_err().to_string();
    assert!(said.starts_with("keybindings.toml:2:9: ") && said.ends_with("(and 1 more)"), "{said}");
}

#[test]
fn an_error_says_where_it_is_and_what_may_be_meant() {
    let cases = [
        "[list]\n    acknowlege = [\"a\"]\n",
        "[lst]\nopen = [\"o\"]\n",
        "[list]\nopen = [\"entr\"]\n",
        "[list]\nopen = [\"j\"]\n",
        "[list]\nopen = [\"ctrl-l\"]\n",
        "[list]\nopen = \"o\"\n",
        "[list]\nopen = [1]\n",
        "[confirm]\nyes = [\"y\", \"enter\"]\n",
        "[confirm]\nyes = [\"space\"]\n",
        "[prompt]\naccept = [\"x\"]\n",
        "[list]\nopen = [\"alt-o\"]\n",
        "open = [\"o\"]\n",
        "[list\n",
        "[list]\nöpen = [\"o\"]\n",
        "[list]\nopen = [\"o\"\n",
    ];
    let said: Vec<_> =
        cases.iter().map(|text| Keymap::with(&file(text)).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(said.join("\n"));
}
