//! The console of the real program on a bad line: nothing is read for a while, keys come in pieces.
//! What a person sees on a good one is in `console`.

use std::io::Write as _;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
use nix::unistd::Pid;

use crate::console::Owner;
use crate::pty::{Pace, Terminal};

/// What terminals send for their keys, in every form that is sent without being asked for.
const SEQUENCES: [&str; 44] = [
    "[A", "[B", "[C", "[D", "[F", "[H", "[Z", "OA", "OB", "OC", "OD", "OF", "OH", "OP", "OQ", "OR",
    "OS", "[1~", "[2~", "[3~", "[4~", "[5~", "[6~", "[7~", "[8~", "[11~", "[12~", "[13~", "[14~",
    "[15~", "[17~", "[18~", "[19~", "[20~", "[21~", "[23~", "[24~", "[[A", "[[B", "[[C", "[[D",
    "[1;5A", "[1;2P", "[6;5~",
];
/// Longer than an Esc waits for the rest of its sequence.
const LATE: Duration = Duration::from_millis(70);
/// Longer than a question waits before it takes an answer.
const READ: Duration = Duration::from_millis(400);

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

/// Two alerts, one of them snoozed: `Z`, which ends sequences, would wake it.
fn two_alerts(owner: &mut Owner) -> [String; 2] {
    let snoozed = owner.post("snoozed", "the snoozed one");
    owner.put_body(&format!("/alert/{snoozed}/snooze"), &serde_json::json!({"for": "2h"}));
    let firing = owner.post("firing", "the firing one");
    owner.terminal.shows("the snoozed one");
    owner.terminal.shows("the firing one");
    [snoozed, firing]
}

#[test]
fn no_key_in_pieces_acts_on_an_alert() {
    let mut owner = Owner::start(30, 100);
    let ids = two_alerts(&mut owner);
    let before = ids.each_ref().map(|id| owner.alert(id));
    // On the one that is snoozed: the other comes first.
    owner.terminal.keys("G");
    for sequence in SEQUENCES {
        // At once, which the terminal may join again, and too late. Only what follows the Esc alone
        // is reported in pieces; inside a sequence the terminal's library waits for the rest.
        for at in 0..sequence.len() {
            let [head, rest] = [&sequence[..at], &sequence[at..]];
            owner.terminal.keys(&format!("\u{1b}{head}"));
            owner.terminal.keys(rest);
        }
        owner.terminal.keys_apart(["\u{1b}", sequence], LATE);
        let pieces = sequence.split_inclusive(|_| true);
        owner.terminal.keys_apart(["\u{1b}"].into_iter().chain(pieces), LATE);
        // Whatever was opened is closed, and the cursor is where it was.
        owner.terminal.keys_apart(["\u{1b}"], LATE);
        owner.terminal.keys("G");
        for (id, before) in ids.iter().zip(&before) {
            assert_eq!(owner.alert(id), *before, "after Esc {sequence}");
        }
    }
    owner.terminal.insist("Z", |screen| screen.contents().contains("Woken: the snoozed one"));
}

#[test]
fn neither_a_paste_nor_alt_nor_enter_nor_a_key_too_soon_answers_a_question() {
    let mut owner = Owner::start(30, 100);
    let id = owner.post("one", "the only one");
    owner.terminal.shows("the only one");
    let paste = "[200~ry\ra\u{1b}[201~";
    owner.terminal.keys(&format!("\u{1b}{paste}"));
    owner.terminal.shows("Paste ignored here.");
    for apart in [Duration::ZERO, LATE] {
        owner.terminal.keys("\u{1b}");
        owner.terminal.wait("it is gone", |screen| !screen.contains("Paste ignored"));
        owner.terminal.keys_apart(["\u{1b}", paste], apart);
        owner.terminal.shows("Paste ignored here.");
    }
    assert_eq!(owner.alert(&id)["status"], "firing");

    owner.terminal.keys("ry");
    owner.terminal.shows("y resolve");
    owner.terminal.keys_apart(["", "\r", &format!("\u{1b}{paste}"), "\r"], READ);
    owner.terminal.shows("y resolve");
    // An Esc, to which the question answers.
    owner.terminal.keys("\u{1b}y");
    owner.terminal.wait("it is closed", |screen| !screen.contains("y resolve"));
    assert_eq!(owner.alert(&id)["status"], "firing");
    owner.terminal.keys("r");
    owner.terminal.shows("y resolve");
    owner.terminal.insist("y", |screen| screen.contents().contains("nothing firing"));
}

#[test]
fn a_key_pressed_on_an_older_drawing_takes_nothing_from_who_was_faster() {
    let mut owner = Owner::start(30, 100);
    let id = owner.post("one", "the only one");
    owner.terminal.shows("1 CRITICAL FIRING");
    stall(&mut owner);
    owner.put_as_bob(&format!("/alert/{id}/acknowledge"));
    owner.terminal.keys("a");
    owner.terminal.read_at(Pace::Free);
    let screen = owner.terminal.shows("a again takes it over.");
    assert!(screen.contains("bob acknowledged it"), "{screen}");
    assert_eq!(owner.alert(&id)["acknowledgedBy"], "bob");
    let over = |screen: &vt100::Screen| {
        ["taken over from bob", "You acknowledged it"]
            .iter()
            .any(|it| screen.contents().contains(it))
    };
    owner.terminal.insist("a", over);
    assert_eq!(owner.alert(&id)["acknowledgedBy"], crate::console::me());
}

#[test]
fn a_storm_over_a_line_of_two_kilobytes_a_second_is_shown_and_acted_on() {
    let mut owner = Owner::start_over_ssh(24, 80);
    owner.terminal.shows("nothing sent yet");
    owner.terminal.read_at(Pace::Limited(2_000));
    for number in 0..100 {
        owner.post(&format!("f{number}"), &format!("alert number {number}"));
    }
    owner.terminal.shows("100 CRITICAL FIRING");
    owner.terminal.insist("a", |screen| screen.contents().contains("99 CRITICAL FIRING"));
}

/// Sends the program a signal.
fn signal(terminal: &Terminal, signal: Signal) {
    kill(Pid::from_raw(terminal.pid()), signal).unwrap();
}

#[test]
fn a_signal_to_stand_still_is_refused_and_alerts_are_taken_in() {
    let owner = Owner::start(24, 80);
    owner.post("one", "the first");
    owner.terminal.shows("the first");
    signal(&owner.terminal, Signal::SIGTSTP);
    owner.terminal.shows("Not suspended: alerts come in here.");
    owner.post("two", "the second");
    owner.terminal.shows("the second");
}

#[test]
fn after_a_stop_that_nobody_can_refuse_the_terminal_is_taken_again() {
    let mut owner = Owner::start(24, 80);
    owner.post("one", "the first");
    owner.terminal.shows("the first");
    signal(&owner.terminal, Signal::SIGSTOP);
    let stat = format!("/proc/{}/stat", owner.terminal.pid());
    while !std::fs::read_to_string(&stat).unwrap().contains(") T ") {
        std::thread::yield_now();
    }
    // What a shell does that is there instead: lines, an echo, its own words and a cursor.
    let mut shell = owner.terminal.theirs();
    let mut modes = tcgetattr(&shell).unwrap();
    let lines = LocalFlags::ICANON | LocalFlags::ECHO;
    modes.local_flags.insert(lines);
    tcsetattr(&shell, SetArg::TCSANOW, &modes).unwrap();
    shell.write_all(b"\x1b[?1049l\x1b[?25h\x1b[1;7mstopped\x1b[2J").unwrap();
    owner.terminal.wait("the shell has it", |screen| screen.trim().is_empty());

    signal(&owner.terminal, Signal::SIGCONT);
    owner.terminal.shows("the first");
    assert!(owner.terminal.is_on_alternate_screen());
    assert!(!tcgetattr(&shell).unwrap().local_flags.intersects(lines));
    drop(shell);
    owner.terminal.keys("j");
    owner.terminal.wait("a key is heard without enter", |screen| screen.contains('▌'));
    assert!(owner.terminal.cells().hide_cursor());
    assert!(!owner.terminal.cells().cell(23, 79).unwrap().inverse());
    owner.quit();
}
