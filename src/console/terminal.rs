//! Taking the terminal and giving it back: modes, title, and what leaves for it beside cells.
//! Whatever ends the screen (a key, an error, a panic) gives the terminal back first.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{panic, thread};

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{clipboard::CopyToClipboard, cursor::Show, queue};

use super::text::cut;
use crate::domain::text::line_of;

/// Whether a screen is up: while it is, nobody else may print.
static UP: AtomicBool = AtomicBool::new(false);

/// The wheel sends arrow keys; no mouse is captured.
const WHEEL: (&str, &str) = ("\x1b[?1007h", "\x1b[?1007l");
/// The title of the window is put aside and taken back.
const TITLE: (&str, &str) = ("\x1b[22;0t", "\x1b[23;0t");
/// Terminals refuse a longer clipboard.
const LONGEST_COPY: usize = 74_994;

/// The cells of a desktop message; its title and its text each.
const LONGEST_MESSAGE: usize = 200;

/// The bell. A multiplexer needs it bare: it marks the window by it.
pub const BELL: &[u8] = b"\x07";

/// Holds the terminal; gives it back when dropped.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal on stdout. Refuses, with everything as it was, if raw mode cannot be set.
    pub fn take() -> io::Result<Guard> {
        crossterm::terminal::enable_raw_mode()?;
        // The guard exists before the first byte, so that an error half way gives back too.
        let guard = Guard(());
        // Our theme knows NO_COLOR; crossterm's own handling of it wipes bold and reverse.
        crossterm::style::force_color_output(true);
        UP.store(true, Ordering::SeqCst);
        give_back_on_panic();
        let mut out = io::stdout().lock();
        enter(&mut out)?;
        out.flush()?;
        Ok(guard)
    }
}

/// Sets the modes of a terminal that is held and that somebody else had meanwhile; gives what is to
/// be written to it first.
pub fn take_again() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if UP.load(Ordering::SeqCst) {
        // Raw mode is set only where it is not thought to be set.
        crossterm::terminal::disable_raw_mode()?;
        crossterm::terminal::enable_raw_mode()?;
        // Left first: whoever enters the screen they are on has a wrong place put aside.
        queue!(bytes, LeaveAlternateScreen)?;
        modes(&mut bytes)?;
    }
    Ok(bytes)
}

/// Gives a terminal that is held to whoever is there next, and has the system stop this process.
/// Returns when it goes on; the terminal is then to be taken again.
pub fn stand_still() -> io::Result<()> {
    if UP.load(Ordering::SeqCst) {
        let mut out = io::stdout().lock();
        leave(&mut out)?;
        out.flush()?;
        crossterm::terminal::disable_raw_mode()?;
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP)?;
    }
    Ok(())
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Errors are of no interest: the terminal may be gone, and nothing else can be done.
fn give_back() {
    if UP.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout().lock();
        let _ = leave(&mut out).and_then(|()| out.flush());
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// A panic of the screen's thread gives the terminal back. Then, and for every other thread, the
/// hook that was there before has its say: the program's own writes to the log alone.
fn give_back_on_panic() {
    let screen = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == screen {
            give_back();
        }
        before(info);
    }));
}

fn enter(out: &mut impl Write) -> io::Result<()> {
    modes(out)?;
    write!(out, "{}", TITLE.0)
}

fn modes(out: &mut impl Write) -> io::Result<()> {
    queue!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
    write!(out, "{}", WHEEL.0)
}

fn leave(out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}{}", TITLE.1, WHEEL.1)?;
    queue!(out, DisableFocusChange, DisableBracketedPaste, LeaveAlternateScreen, Show)
}

/// Whether a terminal multiplexer stands between us and the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Multiplexer {
    /// None that must be told.
    #[default]
    None,
    /// tmux passes on only what is wrapped for it.
    Tmux,
}

/// Whether an address on the screen is a link that the terminal opens (OSC 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// It is.
    #[default]
    On,
    /// It is text: there are terminals that print the sequence, or die of it.
    Off,
}

/// The sequence by which a terminal shows a message on the desktop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Desktop {
    /// Nobody knows: the two that most terminals know one of.
    #[default]
    Unknown,
    /// OSC 99, of kitty.
    Osc99,
    /// OSC 777, of rxvt and many others.
    Osc777,
    /// OSC 9, of iTerm2.
    Osc9,
}

/// The bytes that set the title of the window.
pub fn title(text: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x1b\\", line_of(text)).into_bytes()
}

/// Whether terminals take a text of this length into their clipboard.
pub fn can_copy(text: &str) -> bool {
    clipboard(text, Multiplexer::None).is_some()
}

/// The bytes that put `text` into the clipboard of the terminal (OSC 52); `None` if it is longer
/// than terminals take.
pub fn clipboard(text: &str, multiplexer: Multiplexer) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(bytes, CopyToClipboard::to_clipboard_from(text)).ok()?;
    if bytes.len() > LONGEST_COPY {
        return None;
    }
    Some(passed_on(bytes, multiplexer))
}

/// The bytes that show `text` on the desktop, in the name of the console `name`. Both texts are
/// cleaned, and cut. A terminal that knows two sequences would show two messages, so that it gets
/// the one of its own where that is known.
pub fn message(name: &str, text: &str, desktop: Desktop, multiplexer: Multiplexer) -> Vec<u8> {
    // A semicolon would end a field of the sequence.
    let [name, text] = [name, text].map(|text| line_of(text).replace(';', ","));
    let [name, text] = [name, text].map(|text| cut(&text, LONGEST_MESSAGE, "..."));
    let osc777 = || format!("\x1b]777;notify;watchbell {name};{text}\x1b\\");
    let osc9 = || format!("\x1b]9;watchbell {name}: {text}\x1b\\");
    let osc99 = || format!("\x1b]99;;watchbell {name}: {text}\x1b\\");
    let sequences = match desktop {
        Desktop::Unknown => vec![osc777(), osc9()],
        Desktop::Osc99 => vec![osc99()],
        Desktop::Osc777 => vec![osc777()],
        Desktop::Osc9 => vec![osc9()],
    };
    let each = sequences.into_iter().map(String::into_bytes);
    each.flat_map(|bytes| passed_on(bytes, multiplexer)).collect()
}

/// The bytes of a sequence, wrapped where a multiplexer would keep it to itself.
fn passed_on(bytes: Vec<u8>, multiplexer: Multiplexer) -> Vec<u8> {
    match multiplexer {
        Multiplexer::None => bytes,
        Multiplexer::Tmux => {
            let mut wrapped = b"\x1bPtmux;".to_vec();
            for byte in bytes {
                if byte == 0x1b {
                    wrapped.push(byte);
                }
                wrapped.push(byte);
            }
            wrapped.extend_from_slice(b"\x1b\\");
            wrapped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: fn(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn every_mode_that_is_set_is_reset() {
        let set = written(enter);
        let reset = written(leave);
        for mode in ["1049", "2004", "1004", "1007"] {
            assert!(set.contains(&format!("\x1b[?{mode}h")), "{mode} in {set:?}");
            assert!(reset.contains(&format!("\x1b[?{mode}l")), "{mode} in {reset:?}");
        }
        assert!(set.contains("\x1b[22;0t") && reset.contains("\x1b[23;0t"));
        assert!(reset.ends_with("\x1b[?25h"));
    }

    #[test]
    fn a_panic_elsewhere_leaves_the_screen_up_and_reaches_the_hook_before() {
        static HEARD: AtomicBool = AtomicBool::new(false);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if info.payload_as_str() == Some("elsewhere") {
                HEARD.store(true, Ordering::SeqCst);
            } else {
                before(info);
            }
        }));
        UP.store(true, Ordering::SeqCst);
        give_back_on_panic();
        let ended = thread::spawn(|| panic!("elsewhere")).join();
        let up = UP.swap(false, Ordering::SeqCst);
        assert!(ended.is_err() && up && HEARD.load(Ordering::SeqCst));
    }

    #[test]
    fn a_title_cannot_end_its_own_sequence() {
        let bytes = title("2 CRIT \u{1b}]0;owned\u{7} prod\u{9c}");
        assert_eq!(String::from_utf8(bytes).unwrap(), "\x1b]2;2 CRIT  prod\x1b\\");
    }

    #[test]
    fn a_message_goes_out_as_two_sequences_and_is_wrapped_for_tmux() {
        let plain = message("prod", "CRIT db: disk full", Desktop::Unknown, Multiplexer::None);
        assert_eq!(
            String::from_utf8(plain).unwrap(),
            "\x1b]777;notify;watchbell prod;CRIT db: disk full\x1b\\\
             \x1b]9;watchbell prod: CRIT db: disk full\x1b\\"
        );
        let wrapped = message("prod", "2 new critical", Desktop::Unknown, Multiplexer::Tmux);
        assert_eq!(
            String::from_utf8(wrapped).unwrap(),
            "\x1bPtmux;\x1b\x1b]777;notify;watchbell prod;2 new critical\x1b\x1b\\\x1b\\\
             \x1bPtmux;\x1b\x1b]9;watchbell prod: 2 new critical\x1b\x1b\\\x1b\\"
        );
    }

    #[test]
    fn a_message_cannot_end_its_own_sequence_and_is_cut() {
        let bytes =
            message("prod", "a;b\u{1b}]0;owned\u{7}\u{9c}\nc", Desktop::Unknown, Multiplexer::None);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.matches('\u{1b}').count(), 4, "{text:?}");
        assert!(!text.contains(['\u{7}', '\u{9c}', '\n']), "{text:?}");
        assert_eq!(text.matches(';').count(), 4, "{text:?}");
        let long = message("prod", &"x".repeat(5_000), Desktop::Unknown, Multiplexer::None);
        assert!(long.len() < 600);
    }

    #[test]
    fn a_terminal_that_is_known_gets_its_own_message_alone() {
        let cases = [
            (Desktop::Osc99, "\x1b]99;;watchbell prod: disk full\x1b\\"),
            (Desktop::Osc777, "\x1b]777;notify;watchbell prod;disk full\x1b\\"),
            (Desktop::Osc9, "\x1b]9;watchbell prod: disk full\x1b\\"),
        ];
        for (desktop, bytes) in cases {
            let written = message("prod", "disk full", desktop, Multiplexer::None);
            assert_eq!(String::from_utf8(written).unwrap(), bytes);
        }
    }

    #[test]
    fn a_copy_is_wrapped_for_tmux_and_refused_when_too_long() {
        let plain = clipboard("curl", Multiplexer::None).unwrap();
        assert_eq!(plain, b"\x1b]52;c;Y3VybA==\x1b\\");
        let wrapped = clipboard("curl", Multiplexer::Tmux).unwrap();
        assert_eq!(wrapped, b"\x1bPtmux;\x1b\x1b]52;c;Y3VybA==\x1b\x1b\\\x1b\\");
        assert_eq!(clipboard(&"x".repeat(80_000), Multiplexer::None), None);
    }
}
