//! Starting and ending: what is made, what is said, and what is refused, word for word.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::pty::Terminal;
use crate::support::{Home, Service, http, said};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs the verb, which must refuse, and gives its line.
fn refused(home: &Home, args: &[&str]) -> String {
    let said = home.run(args);
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{said:?}");
    assert_eq!(said.stderr.matches('\n').count(), 1, "{said:?}");
    home.neutral(said.stderr.trim_end())
}

#[tokio::test]
async fn a_first_start_makes_its_data_for_its_owner_alone_and_listens() {
    let home = Home::new();
    let service = Service::start(&home);
    assert_eq!(mode(&home.data()), 0o700);
    assert_eq!(mode(&home.data().join("watchbell.redb")), 0o600);
    assert_eq!(mode(&home.data().join("watchbell.sock")), 0o600);
    let answer = http().get(service.url("/api/v1/alert")).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[test]
fn the_line_with_the_address_is_what_other_programs_look_for() {
    let home = Home::new();
    let service = Service::start(&home);
    let line = service.logs("Listening on");
    let end = format!("level=info msg=\"Listening on\" address={}", service.address);
    assert!(line.ends_with(&end), "{line}");
}

#[test]
fn a_signal_ends_it_in_order() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let home = Home::new();
        let service = Service::start(&home);
        service.signal(signal);
        service.logs("msg=\"Stopped\"");
        assert_eq!(service.ended().code(), Some(0));
        assert!(!home.data().join("watchbell.sock").exists());
    }
}

#[test]
fn a_signal_ends_it_also_while_the_data_is_opened() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut home = Home::new();
        home.set("WATCHBELL_LOG", "debug").run(&["token", "list"]);
        // Held in silence, so that opening takes a while.
        let file = fs::File::open(home.data().join("watchbell.redb")).unwrap();
        file.lock().unwrap();
        let service = Service::starting(&home);
        service.logs("Opening the data");
        service.signal(signal);
        service.logs("Stopping before the data was open");
        assert_eq!(service.ended().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_hang_up_does_not_end_a_service_without_a_screen() {
    let home = Home::new();
    let service = Service::start(&home);
    service.signal(Signal::SIGHUP);
    service.logs("SIGHUP changes nothing");
    service.signal(Signal::SIGTERM);
    assert_eq!(service.ended().code(), Some(0));
}

#[test]
fn a_stale_socket_of_a_crash_is_in_nobodys_way() {
    let home = Home::new();
    Service::start(&home).crash();
    assert!(home.data().join("watchbell.sock").exists());
    Service::start(&home);
}

#[test]
fn a_taken_port_is_refused_with_who_has_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let home = Home::new();
    let line = refused(&home, &["serve", "--listen", &address.to_string()]);
    let line = line.replace(&address.to_string(), "ADDRESS");
    let line = line.replace(&std::process::id().to_string(), "PID");
    let us = fs::read_to_string("/proc/self/comm").unwrap();
    assert_eq!(
        line.replace(us.trim_end(), "PROGRAM"),
        "watchbell: ADDRESS is taken by PROGRAM (pid PID); end it, or choose another with --listen"
    );
    assert!(!home.data().exists(), "nothing was touched");
}

#[test]
fn data_that_a_running_watchbell_owns_is_refused_with_its_pid() {
    let home = Home::new();
    let service = Service::start(&home);
    let address = service.address.to_string();
    // The owner is what a person has to know, whether or not its port is also wanted.
    for listen in ["127.0.0.1:0", &address] {
        let line = refused(&home, &["serve", "--listen", listen]);
        assert_eq!(
            line.replace(&service.pid().to_string(), "PID"),
            "watchbell: HOME/.local/share/watchbell/watchbell.redb belongs to a running watchbell \
             (pid PID); use that one, or end it first: kill PID"
        );
    }
}

#[test]
fn data_that_somebody_holds_in_silence_is_refused_after_a_moment() {
    let home = Home::new();
    home.run(&["token", "list"]);
    let file = fs::File::open(home.data().join("watchbell.redb")).unwrap();
    file.lock().unwrap();
    assert_eq!(
        refused(&home, &["serve", "--listen", "127.0.0.1:0"]),
        "watchbell: HOME/.local/share/watchbell/watchbell.redb belongs to another watchbell, and \
         there is no socket HOME/.local/share/watchbell/watchbell.sock; a service makes it again \
         within seconds, and a verb ends: try again then"
    );
}

#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    let home = Home::new();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let data = file.join("data");
    insta::assert_snapshot!(
        refused(&home, &["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]),
        @"watchbell: cannot use HOME/file/data/watchbell.redb: Not a directory (os error 20); check its permissions and the space on its disk, or name another directory with --data"
    );
}

#[test]
fn a_directory_that_others_may_write_is_refused() {
    let home = Home::new();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, Permissions::from_mode(0o777)).unwrap();
    insta::assert_snapshot!(
        refused(&home, &["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]),
        @"watchbell: HOME/data is writable by other users; run: chmod go-w 'HOME/data'"
    );
}

#[test]
fn a_file_that_is_no_data_file_is_refused() {
    let home = Home::new();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("watchbell.redb"), "x".repeat(10_000)).unwrap();
    insta::assert_snapshot!(
        refused(&home, &["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]),
        @"watchbell: HOME/data/watchbell.redb is no data file of watchbell; move it away, or name another directory with --data"
    );
}

#[test]
fn data_of_a_newer_format_is_refused_with_both_versions() {
    let home = Home::new();
    assert_eq!(home.run(&["token", "list"]).code, Some(0));
    let data = redb::Database::open(home.data().join("watchbell.redb")).unwrap();
    let write = data.begin_write().unwrap();
    let table = redb::TableDefinition::<&str, u64>::new("meta");
    write.open_table(table).unwrap().insert("format", 99).unwrap();
    write.commit().unwrap();
    drop(data);
    insta::assert_snapshot!(refused(&home, &["serve", "--listen", "127.0.0.1:0"]), @"watchbell: HOME/.local/share/watchbell/watchbell.redb has format 99 and this watchbell knows formats up to 3; upgrade watchbell, or name another directory with --data");
}

#[test]
fn a_long_path_has_its_socket_in_the_runtime_directory() {
    let mut home = Home::new();
    let data = home.path().join("x".repeat(100));
    let runtime = home.path().to_owned();
    home.set("XDG_RUNTIME_DIR", runtime).set("XDG_DATA_HOME", data);
    let _owner = Service::start(&home);
    let said = home.run(&["token", "list"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), ""), "{said:?}");
    let names = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let sockets = names.filter(|name| name.to_str().unwrap().starts_with("watchbell-"));
    assert_eq!(sockets.count(), 1);
}

#[test]
fn a_console_without_a_terminal_is_refused_and_points_to_serve() {
    let home = Home::new();
    insta::assert_snapshot!(refused(&home, &[]), @"watchbell: no console without a terminal (stdin is none); run watchbell serve");
}

#[test]
fn a_terminal_for_lines_only_is_refused_and_points_to_serve() {
    let home = Home::new();
    let mut terminal = Terminal::start(home.in_terminal(&[("TERM", "dumb")]), 24, 80);
    let (status, screen) = terminal.ends();
    assert_eq!(status.exit_code(), 1);
    insta::assert_snapshot!(screen.trim_end(), @"watchbell: no console on TERM=dumb; run watchbell serve, or start in another terminal");
}

#[tokio::test]
async fn a_hang_up_closes_the_screen_alone_and_the_log_says_how_to_come_back() {
    let home = Home::new();
    let mut terminal = Terminal::start(home.in_terminal(&[]), 24, 80);
    let screen = terminal.shows("127.0.0.1:");
    let pid = Pid::from_raw(terminal.pid());

    kill(pid, Signal::SIGHUP).unwrap();
    terminal.wait("the screen is given back", |screen| !screen.contains("127.0.0.1:"));
    assert!(!terminal.is_on_alternate_screen());
    let port: String = screen.split("127.0.0.1:").nth(1).unwrap().chars().take(5).collect();
    let url = format!("http://127.0.0.1:{}/api/v1/alert", port.trim_end());
    assert_eq!(http().get(url).send().await.unwrap().status(), 401, "it still answers");

    kill(pid, Signal::SIGTERM).unwrap();
    assert_eq!(terminal.ends().0.exit_code(), 0);
    let log = home.log();
    assert!(log.contains("run watchbell"), "{log}");
    assert!(log.trim_end().ends_with("msg=\"Stopped\""), "{log}");
}

/// The processor time that a process has had, in ticks of 10 ms.
fn ticks(pid: i32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name may hold anything; what follows it begins with the third field.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    [fields[11], fields[12]].map(|field| field.parse::<u64>().unwrap()).iter().sum()
}

#[tokio::test]
async fn a_closed_terminal_leaves_the_service_running_and_at_rest() {
    let home = Home::new();
    let mut terminal = Terminal::start(home.in_terminal(&[]), 24, 80);
    let url = format!("http://{}/api/v1/alert", terminal.address());
    let pid = terminal.pid();
    terminal.close();
    while !home.log().contains("The terminal is gone") {
        assert_eq!(http().get(&url).send().await.unwrap().status(), 401);
    }
    // Nothing is read any more: this only lets time pass, in which a busy thread has 100 ticks.
    let before = ticks(pid);
    assert!(terminal.written_within(Duration::from_secs(1)).is_empty());
    let had = ticks(pid) - before;
    assert!(had < 10, "{had} ticks in a second of rest");
    assert_eq!(http().get(&url).send().await.unwrap().status(), 401, "it still answers");
    kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
    assert_eq!(terminal.ended().exit_code(), 0);
}

#[test]
fn a_wrong_configuration_is_refused_with_its_place() {
    let home = Home::new();
    home.configure("lisen = \"127.0.0.1:0\"\n");
    insta::assert_snapshot!(refused(&home, &["serve"]), @"watchbell: HOME/.config/watchbell/watchbell.toml:1:1: no setting lisen; did you mean listen?");
}

#[test]
fn a_configuration_that_was_named_has_to_exist() {
    let home = Home::new();
    insta::assert_snapshot!(refused(&home, &["serve", "--config", "/nowhere/watchbell.toml"]), @"watchbell: /nowhere/watchbell.toml: no such file; create it, or leave out --config");
    let mut command = home.command(&["serve"]);
    command.env("WATCHBELL_CONFIG", "/nowhere/else.toml");
    let said = said(command);
    assert!(said.stderr.contains("/nowhere/else.toml: no such file"), "{said:?}");
}

#[test]
fn an_address_beyond_this_host_needs_to_be_meant() {
    let home = Home::new();
    insta::assert_snapshot!(refused(&home, &["serve", "--listen", "0.0.0.0:0"]), @"watchbell: on 0.0.0.0:0 tokens would cross the network in the clear; set tls_cert and tls_key, or listen on 127.0.0.1:0, or set plain_http = true where that is meant");
}

#[test]
fn a_path_too_long_for_a_socket_is_refused_where_there_is_no_other_place() {
    let home = Home::new();
    let long = format!("/tmp/{}", "x".repeat(100));
    let line = refused(&home, &["serve", "--listen", "127.0.0.1:0", "--data", &long]);
    insta::assert_snapshot!(line.replace(&"x".repeat(100), "X"), @"watchbell: /tmp/X/watchbell.sock: too long for a socket; choose a shorter --data, or set XDG_RUNTIME_DIR");
}

#[test]
fn what_is_not_understood_ends_with_2() {
    let said = Home::new().run(&["server"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
    assert!(said.stderr.contains("'serve'"), "{}", said.stderr);
}

#[test]
fn paths_are_printed_and_nothing_is_made() {
    let home = Home::new();
    let said = home.run(&["paths"]);
    insta::assert_snapshot!(home.neutral(&said.stdout), @r#"
config       HOME/.config/watchbell/watchbell.toml
keybindings  HOME/.config/watchbell/keybindings.toml
data         HOME/.local/share/watchbell/watchbell.redb
socket       HOME/.local/share/watchbell/watchbell.sock
logs         HOME/.local/state/watchbell
"#);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn the_version_is_printed() {
    let said = Home::new().run(&["--version"]);
    assert_eq!(said.stdout, format!("watchbell {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_crash_and_after_an_orderly_end() {
    let home = Home::new();
    let secret = home.token("sender", "ingest,read");
    let mut service = Service::start(&home);
    for (title, signal) in [("one", Signal::SIGKILL), ("two", Signal::SIGTERM)] {
        let alerts = serde_json::json!({ "alerts": [{ "title": title, "service": "web" }] });
        let post = http().post(service.url("/api/v1/alert")).bearer_auth(&secret).json(&alerts);
        let answer = post.timeout(Duration::from_secs(30)).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        service.signal(signal);
        service.ended();
        service = Service::start(&home);
    }
    let list = http().get(service.url("/api/v1/alert")).bearer_auth(&secret).send().await.unwrap();
    let list = list.text().await.unwrap();
    assert!(list.contains("\"one\"") && list.contains("\"two\""), "{list}");
}
