//! What a terminal sends: answers to a question, keys whole and in pieces.

use std::io::{PipeWriter, Write as _, pipe, sink};
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use watchbell::console::ground::{self, Answers};
use watchbell::console::key::Key;
use watchbell::console::typed::{Input, Typed};

use super::chosen;

/// Half of what is typed ahead of a screen is read as bytes, all of it as keys. Whatever came, a
/// key that is pressed later counts.
pub(super) fn terminal(data: &[u8]) {
    let (pace, bytes) = chosen(data);
    let (input, output) = pipe().unwrap();
    fill(output, bytes);
    let mut answers = ground::ask(input, &mut sink());
    assert_eq!(answers.ground(), answers.clone().ground());
    let began = Instant::now();
    let mut late = began;
    let mut fresh = Answers::default();
    let mut typed = Typed::default();
    for event in events(bytes) {
        late += Duration::from_millis(u64::from(pace) * 4);
        for answers in [&mut answers, &mut fresh] {
            if let Some(Event::Key(left)) = answers.leave(event.clone(), late)
                && let Some(key) = Key::from_event(&left)
            {
                typed.take(key, late - began);
            }
        }
    }
    late += Duration::from_secs(10);
    let key = Event::Key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE));
    for mut answers in [answers, fresh] {
        assert_eq!(answers.leave(key.clone(), late), Some(key.clone()));
    }
    let inputs = typed.take(Key::char('x'), late - began);
    assert_eq!(inputs.last(), Some(&Input::Key(Key::char('x'))));
    assert_eq!(typed.until(), None);
}

/// As much as a pipe takes without somebody who reads.
fn fill(mut output: PipeWriter, bytes: &[u8]) {
    const PIPE: usize = 4_096;
    output.write_all(bytes.get(..PIPE).unwrap_or(bytes)).unwrap();
}

/// The keys that bytes may come as.
fn events(bytes: &[u8]) -> impl Iterator<Item = Event> {
    bytes.iter().map(|byte| {
        let (code, held) = match byte {
            0x1b => (KeyCode::Esc, KeyModifiers::NONE),
            b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
            0..0x20 => (KeyCode::Char(char::from(byte + 0x60)), KeyModifiers::CONTROL),
            0x80.. => (KeyCode::Char(char::from(byte & 0x7f)), KeyModifiers::ALT),
            _ => (KeyCode::Char(char::from(*byte)), KeyModifiers::NONE),
        };
        Event::Key(KeyEvent::new(code, held))
    })
}
