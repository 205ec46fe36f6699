//! The files that people write: configuration, keys, themes.

use std::path::{Path, PathBuf};

use watchbell::config::{Config, ConfigError, Given};
use watchbell::console::KeyFile;
use watchbell::console::file::FileError;
use watchbell::console::key::Key;
use watchbell::console::keymap::Keymap;
use watchbell::console::theme::Depth;
use watchbell::console::theme::palette::{Choice, Palette, Wardrobe};
use watchbell::domain::text::is_plain;

/// What is refused is refused at a place of the file, with what to do.
pub(super) fn config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let given = Given { user: "alice", listen: None };
    match Config::read("watchbell.toml", &text, &given) {
        Ok(config) => {
            let names = config.policy.accounts.iter().map(|account| &account.name);
            let names = names.chain(&config.policy.services);
            let names = names.chain(config.policy.channels.iter().map(|channel| &channel.name));
            for name in names {
                assert!(!name.is_empty() && name.as_str().chars().all(is_plain), "{name:?}");
            }
        }
        Err(ConfigError::At { line, column, remedy, .. }) => {
            lies_in(&text, line, column);
            assert!(!remedy.is_empty());
        }
        Err(other) => assert!(!other.to_string().is_empty()),
    }
}

fn lies_in(text: &str, line: usize, column: usize) {
    let found = text.split('\n').nth(line - 1).unwrap_or_else(|| panic!("no line {line}"));
    assert!(column <= found.chars().count() + 1, "{line}:{column}");
}

/// A file of keys, and its first line as a key.
pub(super) fn keys(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let line = text.lines().next().unwrap_or_default();
    if let Ok(key) = Key::parse(line) {
        assert_eq!(Key::parse(&key.to_string()), Ok(key), "{line:?}");
        assert!(key.short().chars().all(|c| !c.is_control()));
    }
    let file = KeyFile { path: "keybindings.toml".into(), text: Ok(text.clone().into_owned()) };
    match Keymap::with(&file) {
        Ok(map) => {
            for (entry, keys, _) in map.all() {
                for key in keys {
                    assert_eq!(Key::parse(&key.to_string()), Ok(*key), "{}", entry.name);
                }
            }
        }
        Err(FileError::Wrong { line, column, .. }) => lies_in(&text, line, column),
        Err(FileError::Unreadable { .. }) => panic!("it was read"),
    }
}

/// A theme in a file of its own, which may name itself.
pub(super) fn theme(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let path = PathBuf::from("/home/themes/own.toml");
    let read = |asked: &Path| (asked == path).then(|| Ok(text.clone()));
    let from = Wardrobe { home: Path::new("/home"), read: &read };
    match Palette::load(&Choice::Named("own".to_owned()), from) {
        Ok(palette) => {
            palette.depends_on_ground(Depth::Ansi16);
            assert_eq!(palette.ground(), palette.clone().ground());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
