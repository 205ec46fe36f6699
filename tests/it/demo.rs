//! The demo of the real program: what it shows, and that nothing of it stays.

use std::fs;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::pty::Terminal;
use crate::support::Home;

/// A demo in a terminal of 120 by 32, and the home that it must leave alone.
fn demo(arguments: &[&str]) -> (Home, Terminal) {
    let home = Home::new();
    fs::create_dir(home.path().join("tmp")).unwrap();
    let temporary = home.path().join("tmp");
    let mut command = home.in_terminal(&[("TMPDIR", temporary.to_str().unwrap())]);
    command.get_argv_mut().truncate(1);
    command.arg("--demo");
    command.args(arguments);
    let terminal = Terminal::start(command, 32, 120);
    terminal.shows("replica lag 340 s");
    (home, terminal)
}

/// What lies in the home beside the empty directory for what is thrown away.
fn left(home: &Home) -> Vec<String> {
    let folders = [home.path().to_owned(), home.path().join("tmp")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "tmp").collect()
}

#[test]
fn a_demo_is_named_so_shows_a_night_at_once_and_leaves_nothing() {
    let (home, mut terminal) = demo(&[]);
    let screen = terminal.shows("demo   as ");
    assert!(screen.contains("serving 127.0.0.1:") && !screen.contains(":9093"), "{screen}");
    terminal.shows("bob");
    assert_eq!(left(&home).len(), 1, "{:?}", left(&home));
    terminal.keys("q");
    terminal.shows("All of it is made up, and nothing of it is kept.");
    terminal.insist("y", |screen| !screen.alternate_screen());
    let (status, _) = terminal.ends();
    assert_eq!(status.exit_code(), 0);
    assert_eq!(left(&home), Vec::<String>::new());
}

#[test]
fn a_demo_that_is_ended_or_loses_its_terminal_leaves_nothing() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let (home, mut terminal) = demo(&[]);
        kill(Pid::from_raw(terminal.pid()), signal).unwrap();
        let (status, _) = terminal.ends();
        assert_eq!(status.exit_code(), 0, "{signal}");
        assert_eq!(left(&home), Vec::<String>::new(), "{signal}");
    }
}

#[test]
fn a_demo_can_be_acted_on_and_be_only_looked_at() {
    let (_home, mut terminal) = demo(&[]);
    terminal.insist("r", |screen| screen.contents().contains("Resolve?"));
    terminal.keys("\x1b");
    let (_home, mut terminal) = demo(&["--read-only"]);
    terminal.keys("r");
    terminal.shows("This console is read-only.");
    terminal.rests(Duration::from_millis(200));
    terminal.shows("demo   read-only   as ");
}

#[test]
fn a_demo_has_no_data_of_anybodys() {
    let home = Home::new();
    let said = home.run(&["--demo", "--data", "/var/lib/watchbell"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.stderr.contains("'--demo' cannot be used with '--data <DIR>'"), "{}", said.stderr);
}
