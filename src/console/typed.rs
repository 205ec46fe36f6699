//! From what the terminal reports to keys. On a slow line an arrow can arrive in pieces, which are
//! then reported as Esc, `[`, `A`: three keys, of which the last might act. An Esc therefore waits
//! a moment for the rest of its sequence.

use std::time::Duration;

use super::frame::Tick;
use super::key::{Code, Held, Key, Named};

/// How long an Esc waits for the rest of its sequence.
const WAIT: Duration = Duration::from_millis(50);
/// No sequence of a key is longer.
const LONGEST: usize = 6;

/// Puts the pieces of split keys together.
#[derive(Debug, Default)]
pub struct Typed {
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// The characters after the Esc.
    after: String,
    until: Tick,
}

impl Typed {
    /// Takes one reported key and gives the keys that are meant, often itself.
    pub fn take(&mut self, key: Key, now: Tick) -> Vec<Key> {
        let mut keys = self.overdue(now);
        match (self.waiting.take(), key.text()) {
            (None, _) if key == Key::named(Named::Esc) => self.wait(String::new(), now),
            (None, _) => keys.push(key),
            (Some(waiting), Some(character)) if continues(&waiting.after, character) => {
                let after = waiting.after + character.encode_utf8(&mut [0; 4]);
                match complete(&after) {
                    Some(whole) => keys.push(whole),
                    // A sequence of no key of ours is dropped whole, as the terminal's library does.
                    None if ends(&after) => {}
                    None => self.wait(after, now),
                }
            }
            (Some(waiting), _) => {
                keys.extend(given_up(&waiting.after));
                keys.extend(self.take(key, now));
            }
        }
        keys
    }

    /// When what waits is to be given up; `None` if nothing waits.
    pub fn until(&self) -> Option<Tick> {
        self.waiting.as_ref().map(|waiting| waiting.until)
    }

    /// The keys whose wait is over.
    pub fn overdue(&mut self, now: Tick) -> Vec<Key> {
        match self.waiting.take_if(|waiting| waiting.until <= now) {
            Some(waiting) => given_up(&waiting.after),
            None => Vec::new(),
        }
    }

    fn wait(&mut self, after: String, now: Tick) {
        self.waiting = Some(Waiting { after, until: now + WAIT });
    }
}

/// The rest never came: an Esc alone. A begun sequence is noise, never letters that could act.
fn given_up(after: &str) -> Vec<Key> {
    if after.is_empty() { vec![Key::named(Named::Esc)] } else { Vec::new() }
}

fn continues(after: &str, next: char) -> bool {
    match after.chars().next() {
        None => matches!(next, '[' | 'O'),
        Some(_) => after.len() < LONGEST && (next.is_ascii_alphanumeric() || ";~".contains(next)),
    }
}

fn ends(after: &str) -> bool {
    after.len() > 1
        && after.chars().last().is_some_and(|last| last.is_ascii_alphabetic() || last == '~')
}

/// The key of a whole sequence (without its Esc), in the forms terminals send without being asked.
fn complete(after: &str) -> Option<Key> {
    let named = match after {
        "[A" | "OA" => Named::Up,
        "[B" | "OB" => Named::Down,
        "[C" | "OC" => Named::Right,
        "[D" | "OD" => Named::Left,
        "[H" | "OH" | "[1~" | "[7~" => Named::Home,
        "[F" | "OF" | "[4~" | "[8~" => Named::End,
        "[2~" => Named::Insert,
        "[3~" => Named::Delete,
        "[5~" => Named::PageUp,
        "[6~" => Named::PageDown,
        "[Z" => {
            return Some(Key { code: Code::Named(Named::Tab), held: Held::Shift });
        }
        "OP" => {
            return Some(Key { code: Code::Function(1), held: Held::Nothing });
        }
        _ => return None,
    };
    Some(Key::named(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEQUENCES: [(&str, &str); 18] = [
        ("[A", "up"),
        ("OA", "up"),
        ("[B", "down"),
        ("OB", "down"),
        ("[C", "right"),
        ("[D", "left"),
        ("[H", "home"),
        ("OH", "home"),
        ("[1~", "home"),
        ("[F", "end"),
        ("[4~", "end"),
        ("[2~", "insert"),
        ("[3~", "delete"),
        ("[5~", "pageup"),
        ("[6~", "pagedown"),
        ("[Z", "shift-tab"),
        ("OP", "f1"),
        ("[1;5X", ""),
    ];

    fn typed(pieces: &str, apart: Duration) -> String {
        let mut typed = Typed::default();
        let mut now = Duration::from_secs(1);
        let mut keys = typed.take(Key::named(Named::Esc), now);
        for character in pieces.chars() {
            now += apart;
            keys.extend(typed.overdue(now));
            keys.extend(typed.take(Key::char(character), now));
        }
        keys.extend(typed.overdue(now + WAIT));
        keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_pieces_of_a_key_are_that_key() {
        for (pieces, key) in SEQUENCES {
            assert_eq!(typed(pieces, Duration::from_millis(40)), key, "Esc {pieces}");
        }
    }

    #[test]
    fn pieces_that_come_too_late_are_what_they_look_like() {
        assert_eq!(typed("[A", Duration::from_millis(60)), "esc [ A");
    }

    #[test]
    fn an_esc_alone_is_an_esc_after_its_wait_and_before_any_other_key() {
        let mut typed = Typed::default();
        let now = Duration::from_secs(1);
        assert_eq!(typed.take(Key::named(Named::Esc), now), []);
        assert_eq!(typed.until(), Some(now + WAIT));
        assert_eq!(typed.overdue(now + WAIT), [Key::named(Named::Esc)]);
        typed.take(Key::named(Named::Esc), now);
        let both = [Key::named(Named::Esc), Key::char('j')];
        assert_eq!(typed.take(Key::char('j'), now), both);
    }

    #[test]
    fn two_escs_are_two() {
        let mut typed = Typed::default();
        let now = Duration::from_secs(1);
        typed.take(Key::named(Named::Esc), now);
        assert_eq!(typed.take(Key::named(Named::Esc), now), [Key::named(Named::Esc)]);
        assert_eq!(typed.overdue(now + WAIT), [Key::named(Named::Esc)]);
    }
}
