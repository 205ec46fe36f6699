//! One key press as a value, its name in files and hints, and the way back from the name.
//! Terminals differ in what they report for the same press; this is where that ends.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key as the console sees it: shift is part of the character, never a modifier of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// What was held with it.
    pub held: Held,
}

/// Which key, without what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A character, in the case in which it arrived.
    Char(char),
    /// A function key, 1 to 24.
    Function(u8),
    /// A key with a name.
    Named(Named),
}

/// The keys that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the name on the key")]
pub enum Named {
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// What is held with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Held {
    /// Nothing that counts.
    #[default]
    Nothing,
    /// Control.
    Ctrl,
    /// Alt, or an Esc that came right before.
    Alt,
    /// Shift, told apart on keys that are no characters.
    Shift,
}

const NAMES: [(Named, &str, &str); 14] = [
    (Named::Enter, "enter", "enter"),
    (Named::Esc, "esc", "esc"),
    (Named::Tab, "tab", "tab"),
    (Named::Backspace, "backspace", "backspace"),
    (Named::Delete, "delete", "del"),
    (Named::Insert, "insert", "ins"),
    (Named::Up, "up", "↑"),
    (Named::Down, "down", "↓"),
    (Named::Left, "left", "←"),
    (Named::Right, "right", "→"),
    (Named::Home, "home", "home"),
    (Named::End, "end", "end"),
    (Named::PageUp, "pageup", "pgup"),
    (Named::PageDown, "pagedown", "pgdn"),
];

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is empty.
    #[error("an empty text is no key")]
    Empty,
    /// The name is not known.
    #[error("no such key; write a character, or a name like enter, esc, pageup, f1, ctrl-x")]
    Unknown,
    /// More than one of ctrl, alt and shift.
    #[error("hold one of ctrl, alt and shift, not several")]
    Several,
    /// Shift before a character, which terminals do not report.
    #[error("write the character itself, \"G\" and not \"shift-g\"")]
    ShiftedCharacter,
}

impl Key {
    /// A character without anything held.
    pub const fn char(character: char) -> Key {
        Key { code: Code::Char(character), held: Held::Nothing }
    }

    /// A named key without anything held.
    pub const fn named(named: Named) -> Key {
        Key { code: Code::Named(named), held: Held::Nothing }
    }

    /// Reads a name as it stands in `keybindings.toml`: `a`, `G`, `enter`, `ctrl-d`, `shift-tab`.
    pub fn parse(text: &str) -> Result<Key, KeyError> {
        let mut held = Held::Nothing;
        let mut rest = text;
        loop {
            let prefixes = [("ctrl-", Held::Ctrl), ("alt-", Held::Alt), ("shift-", Held::Shift)];
            let found = prefixes.iter().find_map(|(prefix, kind)| {
                rest.strip_prefix(prefix).filter(|rest| !rest.is_empty()).map(|rest| (rest, *kind))
            });
            let Some((after, kind)) = found else { break };
            if held != Held::Nothing {
                return Err(KeyError::Several);
            }
            held = kind;
            rest = after;
        }
        let code = parse_code(rest)?;
        match (code, held) {
            (Code::Char(_), Held::Shift) => Err(KeyError::ShiftedCharacter),
            (Code::Char(character), Held::Ctrl) => {
                Ok(Key { code: Code::Char(character.to_ascii_lowercase()), held })
            }
            (code, held) => Ok(Key { code, held }),
        }
    }

    /// What a terminal reported, as a key; `None` for releases and for keys without a meaning here.
    pub fn from_event(event: &KeyEvent) -> Option<Key> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let code = match event.code {
            KeyCode::Char(character) => Code::Char(character),
            KeyCode::F(number) => Code::Function(number),
            KeyCode::BackTab => {
                return Some(Key { code: Code::Named(Named::Tab), held: Held::Shift });
            }
            code => Code::Named(named(code)?),
        };
        let modifiers = event.modifiers;
        let held = if modifiers.contains(KeyModifiers::ALT) {
            Held::Alt
        } else if modifiers.contains(KeyModifiers::CONTROL) {
            Held::Ctrl
        } else if modifiers.contains(KeyModifiers::SHIFT) && !matches!(code, Code::Char(_)) {
            Held::Shift
        } else {
            Held::Nothing
        };
        let code = match (code, held) {
            (Code::Char(character), Held::Ctrl) => Code::Char(character.to_ascii_lowercase()),
            (code, _) => code,
        };
        Some(Key { code, held })
    }

    /// The character this key writes, if it writes one.
    pub fn text(self) -> Option<char> {
        match (self.code, self.held) {
            (Code::Char(character), Held::Nothing) => Some(character),
            _ => None,
        }
    }

    /// The short form for hints and the help page, with arrows as glyphs.
    pub fn short(self) -> String {
        let mut text = self.prefix().to_owned();
        match self.code {
            Code::Named(named) => text.push_str(
                NAMES.iter().find(|(name, ..)| *name == named).map_or("", |(.., short)| short),
            ),
            Code::Char(' ') => text.push_str("space"),
            Code::Char(character) => text.push(character),
            Code::Function(number) => {
                text.push('f');
                text.push_str(&number.to_string());
            }
        }
        text
    }

    fn prefix(self) -> &'static str {
        match self.held {
            Held::Nothing => "",
            Held::Ctrl => "ctrl-",
            Held::Alt => "alt-",
            Held::Shift => "shift-",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.prefix())?;
        match self.code {
            Code::Char(' ') => formatter.write_str("space"),
            Code::Char(character) => write!(formatter, "{character}"),
            Code::Function(number) => write!(formatter, "f{number}"),
            Code::Named(named) => formatter.write_str(
                NAMES.iter().find(|(name, ..)| *name == named).map_or("", |(_, long, _)| long),
            ),
        }
    }
}

fn parse_code(text: &str) -> Result<Code, KeyError> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (None, _) => return Err(KeyError::Empty),
        (Some(only), None) if !only.is_control() => return Ok(Code::Char(only)),
        _ => {}
    }
    if text == "space" {
        return Ok(Code::Char(' '));
    }
    if let Some((named, ..)) = NAMES.iter().find(|(_, long, _)| *long == text) {
        return Ok(Code::Named(*named));
    }
    match text.strip_prefix('f').and_then(|number| number.parse().ok()) {
        Some(number @ 1..=24) => Ok(Code::Function(number)),
        Some(_) | None => Err(KeyError::Unknown),
    }
}

fn named(code: KeyCode) -> Option<Named> {
    match code {
        KeyCode::Enter => Some(Named::Enter),
        KeyCode::Esc => Some(Named::Esc),
        KeyCode::Tab => Some(Named::Tab),
        KeyCode::Backspace => Some(Named::Backspace),
        KeyCode::Delete => Some(Named::Delete),
        KeyCode::Insert => Some(Named::Insert),
        KeyCode::Up => Some(Named::Up),
        KeyCode::Down => Some(Named::Down),
        KeyCode::Left => Some(Named::Left),
        KeyCode::Right => Some(Named::Right),
        KeyCode::Home => Some(Named::Home),
        KeyCode::End => Some(Named::End),
        KeyCode::PageUp => Some(Named::PageUp),
        KeyCode::PageDown => Some(Named::PageDown),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_key() -> impl Strategy<Value = Key> {
        let character = prop_oneof![any::<char>(), proptest::char::range('!', '~')]
            .prop_filter("control characters are no keys", |character| !character.is_control());
        prop_oneof![
            character.prop_map(Key::char),
            proptest::char::range('a', 'z')
                .prop_map(|character| Key { code: Code::Char(character), held: Held::Ctrl }),
            (1u8..=24).prop_map(|n| Key { code: Code::Function(n), held: Held::Nothing }),
            (0usize..NAMES.len(), 0usize..4).prop_map(|(index, held)| Key {
                code: Code::Named(NAMES[index].0),
                held: [Held::Nothing, Held::Ctrl, Held::Alt, Held::Shift][held],
            }),
        ]
    }

    proptest! {
        #[test]
        fn every_key_prints_and_reads_back(key in any_key()) {
            prop_assert_eq!(Key::parse(&key.to_string()), Ok(key));
        }
    }

    #[test]
    fn what_is_no_key_says_why() {
        let cases = [
            ("", KeyError::Empty),
            ("entr", KeyError::Unknown),
            ("f25", KeyError::Unknown),
            ("ctrl-alt-x", KeyError::Several),
            ("shift-g", KeyError::ShiftedCharacter),
        ];
        for (text, error) in cases {
            assert_eq!(Key::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn shift_is_part_of_a_character_and_told_apart_on_tab() {
        let capital = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Key::from_event(&capital), Some(Key::char('G')));
        let back = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Key::from_event(&back).map(|key| key.to_string()), Some("shift-tab".into()));
    }

    #[test]
    fn a_hyphen_is_a_key() {
        assert_eq!(Key::parse("-"), Ok(Key::char('-')));
        assert_eq!(Key::parse("ctrl--").map(|key| key.to_string()), Ok("ctrl--".into()));
    }
}
