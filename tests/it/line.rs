//! The console of the real program on a bad line: nothing is read for a while, keys come in pieces.
//! What a person sees on a good one is in `console`.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::console::Owner;
use crate::pty::Pace;

/// Clears the screen and draws it whole.
const REDRAW: &str = "\u{c}";
/// As many whole screens as are more than any terminal keeps for its reader.
const MANY: usize = 60;

/// Lets the far end of the line fall silent, and writes more than the line keeps.
fn stall(owner: &mut Owner) {
    owner.terminal.read_at(Pace::Stopped);
    for _ in 0..MANY {
        owner.terminal.keys(REDRAW);
        // The answer comes from the same process, and gives its screen the time to be written.
        owner.get("/alert");
    }
}

#[test]
fn while_nobody_reads_the_terminal_alerts_are_taken_in_and_then_the_newest_frame_is_shown() {
    let mut owner = Owner::start(40, 120);
    owner.post("first", "the first");
    owner.terminal.shows("1 CRITICAL FIRING");
    stall(&mut owner);
    for number in 1..MANY {
        owner.post(&format!("f{number}"), &format!("alert number {number}"));
        owner.terminal.keys(REDRAW);
    }
    let mark = owner.terminal.mark();
    owner.terminal.read_at(Pace::Free);
    owner.terminal.shows(&format!("{MANY} CRITICAL FIRING"));
    let behind: usize = owner.terminal.reads_since(mark).iter().map(Vec::len).sum();
    // A screen is about 5 kB: what the terminal kept, what was being written, and the newest.
    assert!((4_096..40_000).contains(&behind), "{behind} bytes");
    owner.terminal.keys("j");
    owner.terminal.wait("the keys work again", |screen| screen.contains('▌'));
}

#[test]
fn sigterm_ends_it_in_order_though_nobody_reads_the_terminal() {
    let mut owner = Owner::start(40, 120);
    owner.post("first", "the first");
    owner.terminal.shows("1 CRITICAL FIRING");
    stall(&mut owner);
    kill(Pid::from_raw(owner.terminal.pid()), Signal::SIGTERM).unwrap();
    assert_eq!(owner.terminal.ended().exit_code(), 0);
    assert!(owner.home.log().trim_end().ends_with("msg=\"Stopped\""), "{}", owner.home.log());
}
