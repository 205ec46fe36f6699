//! What the terminal draws on: asked once, before the first frame and before keys are read. The
//! question ends with one that every terminal answers, so that the wait ends with it; an answer
//! that comes too late for that never becomes keys.

use std::io::Write;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyModifiers};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::read;

use super::theme::Ground;

/// The background colour (OSC 11), and what the terminal is (DA1): the fence.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// Longer than any link answers that one would work over, and short of what one waits for.
const PATIENCE: Duration = Duration::from_secs(1);
/// No colour that a terminal tells is longer.
const LONGEST: usize = 40;
/// How long the next byte of an answer may be on its way, on a line that stalls; after that its end
/// is taken to be lost, and keys are keys again.
const REST: Duration = Duration::from_secs(1);
/// How long an answer may take in all, whatever is typed meanwhile.
const WHOLE: Duration = Duration::from_secs(3);
/// The same once it makes no sense: the rest of it is right behind.
const NONSENSE: Duration = Duration::from_millis(250);

/// What is heard of the answers, byte by byte. What is not part of one is left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    at: At,
    ground: Option<Ground>,
    fenced: bool,
    /// When the answer that has begun is taken to be lost, at the next byte and in all.
    until: Option<(Instant, Instant)>,
}

/// Where in an answer the next byte stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Outside,
    /// After an escape.
    Escape,
    /// In the colour, of which this has come.
    Colour(String),
    /// After an escape in the colour.
    ColourEnd(String),
    /// In an answer that is none of a colour; nothing of it is a key.
    Nonsense,
    /// After an escape in that.
    NonsenseEnd,
    /// After `CSI`.
    Csi,
    /// In what the terminal is.
    Device,
}

/// Asks the terminal and waits for what it says. A terminal that is gone says nothing, and is found
/// out by the first frame. What was typed before anything could be seen is dropped.
pub fn ask(input: impl AsFd, output: &mut impl Write) -> Answers {
    let mut answers = Answers::default();
    if output.write_all(QUESTION).and_then(|()| output.flush()).is_err() {
        return answers;
    }
    let until = Instant::now() + PATIENCE;
    let mut bytes = [0; 256];
    while !answers.fenced {
        let left = until.saturating_duration_since(Instant::now());
        let Ok(left) = PollTimeout::try_from(left) else { break };
        let mut waited = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
        match poll(&mut waited, left).and_then(|ready| match ready {
            0 => Ok(0),
            _ => read(&input, &mut bytes),
        }) {
            Ok(0) => break,
            Ok(count) => {
                for byte in bytes.iter().take(count) {
                    answers.take(*byte);
                }
            }
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            Err(_) => break,
        }
    }
    // What has begun may still end.
    answers.until = answers.waits(Instant::now());
    answers
}

impl Answers {
    /// What the terminal draws on, if it said so.
    pub fn ground(&self) -> Option<Ground> {
        self.ground
    }

    /// Takes what the terminal reports at `now`, and gives it back unless it is an answer after
    /// all. An escape is given back in any case: alone it is a key, and one that acts on nothing.
    /// An answer that loses its end keeps keys back for a moment only.
    pub fn leave(&mut self, event: Event, now: Instant) -> Option<Event> {
        if self.ground.is_some() && self.fenced {
            return Some(event);
        }
        if self.until.is_some_and(|(next, whole)| now >= next.min(whole)) {
            self.at = At::Outside;
        }
        let left = self.sift(event);
        self.until = self.waits(now);
        left
    }

    fn waits(&self, now: Instant) -> Option<(Instant, Instant)> {
        let whole = self.until.map_or(now + WHOLE, |(_, whole)| whole);
        match &self.at {
            At::Outside => None,
            At::Nonsense | At::NonsenseEnd => Some((now + REST, whole.min(now + NONSENSE))),
            At::Escape | At::Colour(_) | At::ColourEnd(_) | At::Csi | At::Device => {
                Some((now + REST, whole))
            }
        }
    }

    fn sift(&mut self, event: Event) -> Option<Event> {
        let Event::Key(key) = &event else { return Some(event) };
        let last = match (key.code, key.modifiers) {
            (KeyCode::Esc, KeyModifiers::NONE) => {
                let inside = self.take(b'\x1b');
                return (!inside).then_some(event);
            }
            (KeyCode::Char('g'), KeyModifiers::CONTROL) => Some(b'\x07'),
            (KeyCode::Char(_), held) if held.contains(KeyModifiers::CONTROL) => None,
            (KeyCode::Char(character), held) => {
                if held.contains(KeyModifiers::ALT) {
                    self.take(b'\x1b');
                }
                u8::try_from(character).ok()
            }
            _ => None,
        };
        let Some(last) = last else {
            self.at = At::Outside;
            return Some(event);
        };
        (!self.take(last)).then_some(event)
    }

    /// Takes a byte; says whether it belongs to an answer.
    fn take(&mut self, byte: u8) -> bool {
        let (at, belongs) = match (std::mem::take(&mut self.at), byte) {
            (At::Colour(colour), b'\x1b') => (At::ColourEnd(colour), true),
            (At::Nonsense, b'\x1b') => (At::NonsenseEnd, true),
            (_, b'\x1b') => (At::Escape, false),
            (At::Escape, b']') => (At::Colour(String::new()), true),
            (At::Escape, b'[') => (At::Csi, false),
            (At::Csi, b'?') | (At::Device, b'0'..=b'9' | b';') => (At::Device, true),
            (At::Device, b'c') => {
                self.fenced = true;
                (At::Outside, true)
            }
            (At::Colour(colour), b'\x07') | (At::ColourEnd(colour), b'\\') => {
                self.ground = ground(&colour).or(self.ground);
                (At::Outside, true)
            }
            (At::Nonsense, b'\x07') | (At::NonsenseEnd, b'\\') => (At::Outside, true),
            (At::Colour(mut colour), byte @ b'!'..) => {
                colour.push(char::from(byte));
                if may_be_colour(&colour) {
                    (At::Colour(colour), true)
                } else if colour.starts_with(ANSWER) {
                    (At::Nonsense, true)
                } else {
                    (At::Outside, false)
                }
            }
            (At::Nonsense, b'!'..) => (At::Nonsense, true),
            // No answer has such a key in it.
            (
                At::Outside
                | At::Escape
                | At::Csi
                | At::Device
                | At::Colour(_)
                | At::ColourEnd(_)
                | At::Nonsense
                | At::NonsenseEnd,
                _,
            ) => (At::Outside, false),
        };
        self.at = at;
        belongs
    }
}

/// What every answer to the question begins with, and nothing that is typed.
const ANSWER: &str = "11;";
/// The words a colour begins with: with or without how much shows through.
const LEADS: [&str; 2] = ["11;rgb:", "11;rgba:"];

fn may_be_colour(text: &str) -> bool {
    text.len() <= LONGEST
        && LEADS.iter().any(|lead| match text.strip_prefix(lead) {
            Some(rest) => rest.chars().all(|digit| digit.is_ascii_hexdigit() || digit == '/'),
            None => lead.starts_with(text),
        })
}

/// `11;rgb:ffff/ffff/ffff`, with one to four digits each: light if it looks rather white than black.
fn ground(colour: &str) -> Option<Ground> {
    let parts = LEADS.iter().find_map(|lead| colour.strip_prefix(lead))?;
    let mut parts = parts.split('/').map(|digits| {
        let digits = Some(digits).filter(|digits| (1..=4).contains(&digits.len()))?;
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1)?;
        (u32::from_str_radix(digits, 16).ok()? * 1_000).checked_div(most)
    });
    let [red, green, blue] = [parts.next()??, parts.next()??, parts.next()??];
    let brightness = (299 * red + 587 * green + 114 * blue) / 1_000;
    Some(if brightness > 500 { Ground::Light } else { Ground::Dark })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyEvent;

    fn heard(bytes: &[u8]) -> Answers {
        let mut answers = Answers::default();
        for byte in bytes {
            answers.take(*byte);
        }
        answers
    }

    /// The keys that crossterm makes of some reads of bytes.
    fn keys(reads: &[&str]) -> Vec<Event> {
        let mut keys = Vec::new();
        for read in reads {
            let mut characters = read.chars().peekable();
            while let Some(character) = characters.next() {
                let (code, held) = match (character, characters.peek()) {
                    ('\x1b', None) => (KeyCode::Esc, KeyModifiers::NONE),
                    ('\x1b', Some(next)) => {
                        let code = KeyCode::Char(*next);
                        characters.next();
                        (code, KeyModifiers::ALT)
                    }
                    ('\x07', _) => (KeyCode::Char('g'), KeyModifiers::CONTROL),
                    (character, _) => (KeyCode::Char(character), KeyModifiers::NONE),
                };
                keys.push(Event::Key(KeyEvent::new(code, held)));
            }
        }
        keys
    }

    fn left(answers: &mut Answers, reads: &[&str]) -> String {
        left_at(answers, reads, Instant::now())
    }

    fn left_at(answers: &mut Answers, reads: &[&str], now: Instant) -> String {
        let left = keys(reads).into_iter().filter_map(|event| answers.leave(event, now));
        let names = left.map(|event| match event {
            Event::Key(key) => match key.code {
                KeyCode::Esc => "esc".to_owned(),
                code => format!("{}{code}", if key.modifiers.is_empty() { "" } else { "alt-" }),
            },
            other => format!("{other:?}"),
        });
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_ground_is_read_from_what_terminals_answer() {
        let table: [(&[u8], Option<Ground>, bool); 9] = [
            (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c", Some(Ground::Light), true),
            (b"\x1b]11;rgb:fdfd/f6f6/e3e3\x07\x1b[?6c", Some(Ground::Light), true),
            (b"\x1b]11;rgb:1e/1e/1e\x1b\\\x1b[?1;2c", Some(Ground::Dark), true),
            (b"\x1b]11;rgba:0000/2b2b/3636/ffff\x1b\\\x1b[?62c", Some(Ground::Dark), true),
            (b"a\x1b[Ab\x1b]11;rgb:f/f/f\x1b\\q\x1b[?62c", Some(Ground::Light), true),
            (b"\x1b[?62c", None, true),
            (b"\x1b]11;rgb:ffff/ffff/ff", None, false),
            (b"\x1b]11;rgb:/ffff/ffff\x1b\\", None, false),
            (b"\x1b]11;rgb:fffff/fff/fff\x1b\\\x1b[A", None, false),
        ];
        for (bytes, ground, fenced) in table {
            let answers = heard(bytes);
            assert_eq!(
                (answers.ground, answers.fenced),
                (ground, fenced),
                "{}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn a_late_answer_is_no_key_wherever_it_is_split() {
        let late = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\";
        for at in 0..late.len() {
            let (before, after) = late.split_at(at);
            let keys = left(&mut Answers::default(), &[before, after, "j"]);
            assert!(keys == "j" || (at == 1 && keys == "esc j"), "split at {at}: {keys}");
            // What had come when the wait was over is not asked for again.
            let keys = left(&mut heard(before.as_bytes()), &[after, "j"]);
            assert_eq!(keys, "j", "from {at} on");
        }
        assert_eq!(left(&mut Answers::default(), &["\x1b]11;rgb:0/0/0\x07", "a"]), "a");
        let pieces: Vec<String> = late.chars().map(String::from).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        assert_eq!(left(&mut Answers::default(), &pieces), "esc");
        assert_eq!(left(&mut Answers::default(), &["\x1b", "[", "?", "62;22c", "a"]), "esc [ a");
    }

    #[test]
    fn keys_are_left_alone_while_an_answer_may_still_come() {
        let table = [
            (&["a", "\x1b", "j", "\x1b[", "A"][..], "a esc j alt-[ A"),
            (&["\x1b", "r", "]", "1"], "esc r ] 1"),
            (&["\x1b]11;rgb:ff", "\r", "a"], "\r a"),
            (&["\x1b]r", "a"], "r a"),
        ];
        for (reads, keys) in table {
            assert_eq!(left(&mut Answers::default(), reads), keys, "{reads:?}");
        }
        let mut whole = heard(b"\x1b]11;rgb:0/0/0\x07\x1b[?62c");
        assert_eq!(left(&mut whole, &["\x1b]11"]), "alt-] 1 1");
    }

    #[test]
    fn an_answer_that_loses_its_end_keeps_keys_back_for_a_moment_only() {
        let begun = Instant::now();
        for lost in ["\x1b]11;rgb:ffff/ffff/ff", "\x1b]11;rgb:", "\x1b]11;", "\x1b]11;rgb:uu"] {
            let mut answers = Answers::default();
            assert_eq!(left_at(&mut answers, &[lost], begun), "", "{lost:?}");
            assert_eq!(left_at(&mut answers, &["a", "j"], begun + REST), "a j", "{lost:?}");
            // Whoever types on and on is not deaf for longer.
            let mut answers = Answers::default();
            left_at(&mut answers, &[lost], begun);
            let mut left = String::new();
            for tenth in 1..=31 {
                left += &left_at(&mut answers, &["a"], begun + Duration::from_millis(tenth * 100));
            }
            assert!(left.ends_with('a'), "{lost:?}");
        }
    }

    #[test]
    fn nothing_of_an_answer_that_makes_no_sense_is_a_key() {
        for nonsense in [
            "\x1b]11;rgb:aaaa/aaaa/uuuu\x1b\\",
            "\x1b]11;rgb:aaaa/aaaa/uuuu\x07",
            "\x1b]11;?\x1b\\",
            "\x1b]11;red\x1b\\",
            "\x1b]11;rgb:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x1b\\",
        ] {
            for at in 2..nonsense.len() {
                let (before, after) = nonsense.split_at(at);
                let keys = left(&mut Answers::default(), &[before, after, "j"]);
                assert_eq!(keys, "j", "{nonsense:?} split at {at}");
            }
        }
    }

    #[test]
    fn keys_with_ctrl_are_part_of_no_answer() {
        let mut answers = Answers::default();
        left(&mut answers, &["\x1b]11;rgb:ff"]);
        let ctrl_c = Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
        assert_eq!(answers.leave(ctrl_c.clone(), Instant::now()), Some(ctrl_c));
        assert_eq!(left(&mut answers, &["a"]), "a");
    }
}
