//! Storms on the console of the real program: what is written of them over SSH, and that keys are
//! answered in them. What the bar says is tested beside it.

use std::time::Instant;

use crate::console::Owner;

/// What a line over SSH is to carry at most, in a second.
const BYTES_A_SECOND: u64 = 8_000;

/// Has alerts posted, and waits until the screen shows it all. What was written meanwhile must be
/// little for the time that it took: on a slow machine there is more of both.
fn written_while(owner: &mut Owner, work: impl FnOnce(&mut Owner), shows: &str) {
    let (mark, began) = (owner.terminal.mark(), Instant::now());
    work(owner);
    owner.terminal.shows(shows);
    let reads = owner.terminal.reads_since(mark);
    let took = began.elapsed().as_secs();
    let bytes: u64 = reads.iter().map(|read| u64::try_from(read.len()).unwrap()).sum();
    assert!(bytes <= BYTES_A_SECOND * (took + 1), "{bytes} bytes in {took} s");
}

/// Posts so many alerts of three services, so many at a time.
fn blow(owner: &Owner, alerts: usize, at_once: usize) {
    for (post, from) in (0..alerts).step_by(at_once).enumerate() {
        let service = ["db", "db", "web", "db", "web", "payments"][post % 6];
        owner.post_many(service, from..alerts.min(from + at_once));
    }
}

#[test]
fn a_storm_over_ssh_writes_little_whether_it_comes_one_by_one_or_in_heaps() {
    for (alerts, at_once) in [(120, 1), (500, 500), (10_000, 250)] {
        let mut owner = Owner::start_over_ssh(40, 120);
        owner.terminal.shows("nothing sent yet");
        let all = format!(" {} CRITICAL FIRING", thousands(alerts));
        written_while(&mut owner, |owner| blow(owner, alerts, at_once), &all);
        let screen = owner.terminal.shows(&format!(": {} alerts ", thousands(alerts)));
        assert!(screen.contains("STORM since "), "{screen}");
        // A table of that size costs no more.
        let more = format!(" {} CRITICAL FIRING", thousands(alerts + 200));
        written_while(&mut owner, |owner| owner.post_many("more", 0..200), &more);
    }
}

#[test]
fn a_storm_over_ssh_leaves_a_list_that_stands_still_in_its_place_and_answers_keys() {
    let mut owner = Owner::start_over_ssh(40, 120);
    owner.post_many("first", 0..30);
    owner.terminal.shows(" 30 CRITICAL FIRING");
    owner.terminal.keys("pj");
    let row = |screen: &str| screen.lines().find(|line| line.starts_with('▌')).map(str::to_owned);
    let screen = owner.terminal.wait("a row is selected", |screen| row(screen).is_some());
    let selected = row(&screen);
    let work = |owner: &mut Owner| {
        for post in 0..20 {
            owner.post_many("db", post * 50..(post + 1) * 50);
            // Each is answered before the next counts are due.
            owner.terminal.keys(["j", "k"][post % 2]);
        }
    };
    written_while(&mut owner, work, " 1,000 new, 1,000 CRIT: press .");
    let screen = owner.terminal.wait("the cursor is back", |screen| row(screen) == selected);
    assert!(screen.contains(" 1,030 CRITICAL FIRING"), "{screen}");
    owner.terminal.keys(".");
    owner.terminal.wait("what is new is brought in", |screen| !screen.contains(" new, "));
}

fn thousands(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", number / 1_000, number % 1_000),
    }
}
