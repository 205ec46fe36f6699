//! From what the terminal reports to keys. On a slow line an arrow can arrive in pieces, which are
//! then reported as Esc, `[`, `A`: three keys, of which the last might act. An Esc therefore waits
//! a moment for the rest of its sequence, and what comes of it later is no key at all.

use std::time::Duration;

use super::frame::Tick;
use super::key::{Code, Held, Key, Named};

/// How long an Esc waits for the rest of its sequence.
const WAIT: Duration = Duration::from_millis(50);
/// How long after that the rest of it is still known for what it is. It starts with a character
/// that means nothing else after an Esc, so that nobody's own keys are taken for it.
const LATE: Duration = Duration::from_secs(1);
/// How long nothing comes once a paste is over whose beginning came in pieces: its end is not
/// reported.
const REST: Duration = Duration::from_secs(1);
/// No sequence of a key is longer.
const LONGEST: usize = 6;
/// What begins a paste, and what ends it.
const PASTE: (&str, &str) = ("[200~", "[201~");

/// What a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Pressed a key.
    Key(Key),
    /// Pasted text.
    Paste(String),
}

/// Puts the pieces of split keys together.
#[derive(Debug, Default)]
pub struct Typed {
    begun: Option<Begun>,
}

/// Something of which more may come.
#[derive(Debug)]
struct Begun {
    kind: Kind,
    /// What came so far, without the Esc.
    text: String,
    until: Tick,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An Esc, and what came after it: a key, if the rest comes in time.
    Sequence,
    /// The same, and it is too late for a key.
    Late,
    /// Pasted text.
    Paste,
}

impl Typed {
    /// Takes one reported key and gives what is meant, often itself.
    pub fn take(&mut self, key: Key, now: Tick) -> Vec<Input> {
        let mut inputs = Vec::from_iter(self.overdue(now));
        let Some(Begun { kind, text, .. }) = self.begun.take() else {
            inputs.extend(self.begin(key, now));
            return inputs;
        };
        if kind == Kind::Paste {
            inputs.extend(self.paste(text, key, now));
            return inputs;
        }
        let Some(next) = key.text().filter(|next| continues(&text, *next)) else {
            if kind == Kind::Sequence {
                inputs.extend(given_up(&text));
            }
            inputs.extend(self.begin(key, now));
            return inputs;
        };
        let text = text + next.encode_utf8(&mut [0; 4]);
        match complete(&text) {
            Some(whole) if kind == Kind::Sequence => inputs.push(Input::Key(whole)),
            Some(_) => {}
            None if text == PASTE.0 => self.wait(Kind::Paste, String::new(), now),
            // A sequence of no key of ours is dropped whole, as the terminal's library does.
            None if ends(&text) => {}
            None => self.wait(kind, text, now),
        }
        inputs
    }

    /// When what waits is to be given up; `None` if nothing waits.
    pub fn until(&self) -> Option<Tick> {
        // When it is too late even for what is late, nobody has to be told.
        let waiting = self.begun.as_ref().filter(|begun| begun.kind != Kind::Late);
        waiting.map(|begun| begun.until)
    }

    /// What is over because nothing more came.
    pub fn overdue(&mut self, now: Tick) -> Option<Input> {
        let begun = self.begun.take_if(|begun| begun.until <= now)?;
        match begun.kind {
            Kind::Sequence => {
                let given_up = given_up(&begun.text);
                let until = begun.until + LATE;
                // Whoever was to tell in time may have been held up for longer than that.
                self.begun = (until > now).then_some(Begun { kind: Kind::Late, until, ..begun });
                given_up
            }
            Kind::Late => None,
            Kind::Paste => Some(Input::Paste(begun.text)),
        }
    }

    fn begin(&mut self, key: Key, now: Tick) -> Option<Input> {
        if key == Key::named(Named::Esc) {
            self.wait(Kind::Sequence, String::new(), now);
            return None;
        }
        Some(Input::Key(key))
    }

    /// One more key of a paste: a character, or else what stands between two lines. An Esc begins
    /// the end of it.
    fn paste(&mut self, mut text: String, key: Key, now: Tick) -> Option<Input> {
        match key.text() {
            Some(character) => text.push(character),
            None if key == Key::named(Named::Esc) => {}
            None => text.push('\n'),
        }
        if let Some(whole) = text.strip_suffix(PASTE.1) {
            return Some(Input::Paste(whole.to_owned()));
        }
        self.wait(Kind::Paste, text, now);
        None
    }

    fn wait(&mut self, kind: Kind, text: String, now: Tick) {
        let span = match kind {
            Kind::Sequence => WAIT,
            Kind::Late => LATE,
            Kind::Paste => REST,
        };
        self.begun = Some(Begun { kind, text, until: now + span });
    }
}

/// The rest never came: an Esc alone. A begun sequence is noise, never letters that could act.
fn given_up(after: &str) -> Option<Input> {
    after.is_empty().then_some(Input::Key(Key::named(Named::Esc)))
}

fn continues(after: &str, next: char) -> bool {
    match after.chars().next() {
        None => matches!(next, '[' | 'O'),
        // The function keys of the Linux console.
        Some('[') if after.len() == 1 && next == '[' => true,
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
        "OP" | "[11~" | "[[A" => {
            return Some(Key { code: Code::Function(1), held: Held::Nothing });
        }
        _ => return None,
    };
    Some(Key::named(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEQUENCES: [(&str, &str); 22] = [
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
        ("[11~", "f1"),
        ("[[A", "f1"),
        ("[[E", ""),
        ("[24~", ""),
        ("[1;5X", ""),
    ];

    const fn ms(millis: u64) -> Tick {
        Duration::from_millis(millis)
    }

    /// What comes of an Esc and these characters, so far apart, and a second of silence.
    fn typed(pieces: &str, apart: impl Fn(usize) -> Duration) -> String {
        let mut typed = Typed::default();
        let mut now = Duration::from_secs(1);
        let mut inputs = typed.take(Key::named(Named::Esc), now);
        for (number, character) in pieces.chars().enumerate() {
            now += apart(number);
            inputs.extend(typed.overdue(now));
            let key = match character {
                '\r' => Key::named(Named::Enter),
                '\u{1b}' => Key::named(Named::Esc),
                character => Key::char(character),
            };
            inputs.extend(typed.take(key, now));
        }
        inputs.extend(typed.overdue(now + REST));
        let name = |input: &Input| match input {
            Input::Key(key) => key.to_string(),
            Input::Paste(text) => format!("{text:?}"),
        };
        inputs.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_pieces_of_a_key_are_that_key() {
        for (pieces, key) in SEQUENCES {
            assert_eq!(typed(pieces, |_| ms(40)), key, "Esc {pieces}");
        }
    }

    #[test]
    fn pieces_that_come_too_late_are_no_keys() {
        for (pieces, _) in SEQUENCES {
            for late in 0..pieces.len() {
                let apart = |number| if number == late { ms(60) } else { ms(0) };
                let esc = if late == 0 { "esc" } else { "" };
                assert_eq!(typed(pieces, apart), esc, "Esc {pieces}, piece {late} late");
            }
            assert_eq!(typed(pieces, |_| ms(900)), "esc", "Esc {pieces}, all late");
        }
    }

    #[test]
    fn a_key_after_an_esc_is_itself_however_soon() {
        for apart in [0, 20, 60, 2_000] {
            assert_eq!(typed("a", |_| ms(apart)), "esc a");
            assert_eq!(typed("/[A", |_| ms(apart)), "esc / [ A");
        }
        assert_eq!(typed("[A", |_| ms(1_100)), "esc [ A");
    }

    #[test]
    fn a_paste_that_begins_in_pieces_is_a_paste() {
        for apart in [0, 40] {
            assert_eq!(typed("[200~ry\ra", |_| ms(apart)), "\"ry\\na\"");
            assert_eq!(typed("[200~ry\u{1b}[201~j", |_| ms(apart)), "\"ry\" j");
        }
        assert_eq!(typed("[200~ry\r", |_| ms(60)), "esc \"ry\\n\"");
    }

    #[test]
    fn an_esc_alone_is_an_esc_after_its_wait_and_before_any_other_key() {
        let mut typed = Typed::default();
        let now = Duration::from_secs(1);
        let [esc, j] = [Key::named(Named::Esc), Key::char('j')];
        assert_eq!(typed.take(esc, now), []);
        assert_eq!(typed.until(), Some(now + WAIT));
        assert_eq!(typed.overdue(now + WAIT), Some(Input::Key(esc)));
        assert_eq!(typed.until(), None, "nothing wakes the screen for what is late");
        typed.take(esc, now);
        assert_eq!(typed.take(j, now), [esc, j].map(Input::Key));
    }

    #[test]
    fn a_key_long_after_half_a_sequence_is_itself_though_nobody_told_that_it_was_over() {
        let now = Duration::from_secs(1);
        for (late, inputs) in [(WAIT, vec![]), (WAIT + LATE, vec![Input::Key(Key::char('A'))])] {
            let mut typed = Typed::default();
            typed.take(Key::named(Named::Esc), now);
            typed.take(Key::char('['), now);
            assert_eq!(typed.take(Key::char('A'), now + late), inputs, "{late:?}");
        }
    }

    #[test]
    fn two_escs_are_two() {
        let mut typed = Typed::default();
        let now = Duration::from_secs(1);
        let esc = Key::named(Named::Esc);
        typed.take(esc, now);
        assert_eq!(typed.take(esc, now), [Input::Key(esc)]);
        assert_eq!(typed.overdue(now + WAIT), Some(Input::Key(esc)));
    }
}
