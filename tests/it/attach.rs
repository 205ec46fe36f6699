//! Consoles beside a service that runs without a screen, in real terminals: they show what it has,
//! act through it, outlive it, and leave it alone.

use std::time::Duration;

use serde_json::json;

use crate::api::Api;
use crate::console::me;
use crate::pty::Terminal;
use crate::support::{Home, Service, http};

/// How long nothing is written once a screen that begins has been drawn whole.
const BEGUN: Duration = Duration::from_secs(2);
/// Some times as long as it takes until an owner to whom nothing happens says that it is there.
const BEAT: Duration = Duration::from_secs(6);
/// What needs nobody, on a terminal of 256 colours.
const DIM: vt100::Color = vt100::Color::Idx(247);

/// A home in which the person at the console has an account, and a sender's secret.
fn home() -> (Home, String) {
    let home = Home::new();
    home.configure(&format!("[[account]]\nname = \"{}\"\n[console]\nname = \"prod\"\n", me()));
    let secret = home.token("sender", "ingest,read,ack");
    (home, secret)
}

/// A console beside the service of `home`.
fn attach(home: &Home) -> Terminal {
    let terminal = Terminal::start(home.in_terminal(&[]), 24, 100);
    terminal.shows("attached");
    terminal
}

async fn post(api: &Api, title: &str) {
    let alert = json!({
        "fingerprint": title, "status": "firing", "severity": "critical", "service": "db",
        "title": title,
    });
    let body = json!({ "alerts": [alert] }).to_string();
    let (status, answer) = api.send("POST", "/api/v1/alert", &body).await.unwrap();
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn attached_consoles_show_one_service_and_act_through_it() {
    let (home, secret) = home();
    let service = Service::start(&home);
    let api = Api::new(&service, &secret);
    let (mut one, other) = (attach(&home), attach(&home));
    post(&api, "the first").await;
    one.shows("1 CRITICAL FIRING");
    other.shows("1 CRITICAL FIRING");
    one.insist("a", |screen| screen.contents().contains("Acknowledged: the first"));
    let screen = other.shows("1 acknowledged");
    assert!(screen.contains("prod") && screen.contains(&format!("as {}", me())), "{screen}");
    let alerts = api.alerts().await;
    assert_eq!(alerts[0]["acknowledgedBy"], me());
    let shown = home.run(&["alert", "show", &alerts[0]["id"].as_str().unwrap()[..8]]);
    assert!(shown.stdout.contains("acknowledged by"), "{shown:?}");

    // Leaving ends the console alone.
    one.keys("q");
    let (status, screen) = one.ends();
    assert_eq!(status.exit_code(), 0);
    assert!(screen.contains("The service keeps running."), "{screen}");
    post(&api, "the second").await;
    other.shows("the second");
}

#[tokio::test]
async fn a_console_outlives_its_owner_and_refuses_acts_until_it_is_back() {
    let (home, secret) = home();
    let service = Service::start(&home);
    let api = Api::new(&service, &secret);
    post(&api, "the first").await;
    let mut console = attach(&home);
    console.shows("1 CRITICAL FIRING");
    service.crash();
    let screen = console.shows("NOT CONNECTED since");
    assert!(screen.contains("This is how it stood then, not now. Trying again."), "{screen}");
    let row = screen.lines().position(|line| line.contains("fire")).unwrap();
    let cells = console.cells();
    let severity = cells.cell(u16::try_from(row).unwrap(), 3).unwrap();
    assert_eq!((severity.fgcolor(), severity.bold()), (DIM, false), "{severity:?}");
    console.insist("a", |screen| {
        screen.contents().contains("Not acknowledged: there is no connection to the service.")
    });

    let service = Service::start(&home);
    console.wait("the bar is gone", |screen| !screen.contains("NOT CONNECTED"));
    let screen = console.shows("Connected again.");
    assert!(screen.contains("1 CRITICAL FIRING"), "nothing was done meanwhile: {screen}");
    let api = Api::new(&service, &secret);
    post(&api, "the second").await;
    console.shows("2 CRITICAL FIRING");
    console.insist("a", |screen| screen.contents().contains("1 acknowledged"));
    assert_eq!(api.alerts().await.iter().filter(|one| one["status"] == "acknowledged").count(), 1);
    let written = String::from_utf8_lossy(&console.reads_since(0).concat()).into_owned();
    assert!(!written.contains("level="), "no line of a log is on the screen");
}

#[tokio::test]
async fn a_console_with_nothing_new_to_show_writes_nothing() {
    let (home, _) = home();
    let _service = Service::start(&home);
    let console = attach(&home);
    console.rests(BEGUN);
    assert_eq!(String::from_utf8_lossy(&console.written_within(BEAT)), "");
}

#[tokio::test]
async fn a_console_beside_another_one_is_attached_to_it() {
    let (home, _) = home();
    let owner = Terminal::start(home.in_terminal(&[]), 24, 100);
    let address = owner.address();
    let mut beside = attach(&home);
    beside.keys("q");
    assert_eq!(beside.ends().0.exit_code(), 0);
    let url = format!("http://{address}/api/v1/alert");
    assert_eq!(http().get(url).send().await.unwrap().status(), 401, "it still answers");
}

#[tokio::test]
async fn a_socket_that_is_removed_comes_back_and_shows_meanwhile() {
    let (home, secret) = home();
    let service = Service::start(&home);
    post(&Api::new(&service, &secret), "the first").await;
    let mut console = attach(&home);
    console.shows("1 CRITICAL FIRING");
    std::fs::remove_file(home.data().join("watchbell.sock")).unwrap();
    let refused = home.run(&["alert", "list"]);
    assert!(refused.stderr.contains("makes it again within seconds"), "{refused:?}");
    console.insist("a", |screen| {
        let text = screen.contents();
        text.contains("NOT CONNECTED since") || text.contains("1 acknowledged")
    });
    console.wait("it is connected", |screen| !screen.contains("NOT CONNECTED"));
    service.logs("it is made again");
    console.insist("a", |screen| screen.contents().contains("1 acknowledged"));
    assert_eq!(home.run(&["alert", "list"]).code, Some(0));
}

#[tokio::test]
async fn a_console_beside_an_owner_that_stands_still_says_so_and_gives_up() {
    let (home, _) = home();
    let service = Service::start(&home);
    service.signal(nix::sys::signal::Signal::SIGSTOP);
    let mut console = Terminal::start(home.in_terminal(&[]), 24, 100);
    let pid = service.pid();
    console.shows(&format!("waiting for the running watchbell (pid {pid})"));
    assert!(!console.is_on_alternate_screen());
    let (status, screen) = console.ends();
    service.signal(nix::sys::signal::Signal::SIGCONT);
    assert_eq!(status.exit_code(), 1);
    assert!(screen.contains(&format!("kill -CONT {pid}")), "{screen}");
}

#[tokio::test]
async fn a_service_stops_at_once_with_a_console_attached() {
    let (home, _) = home();
    let service = Service::start(&home);
    let console = attach(&home);
    service.signal(nix::sys::signal::Signal::SIGTERM);
    service.logs("msg=\"Stopped\"");
    assert!(!service.log_so_far().contains("cut off"), "{}", service.log_so_far());
    console.shows("NOT CONNECTED since");
}

#[tokio::test]
async fn a_read_only_console_acts_on_nothing() {
    let (home, secret) = home();
    let service = Service::start(&home);
    post(&Api::new(&service, &secret), "the first").await;
    let mut command = home.in_terminal(&[]);
    command.arg("--read-only");
    let mut console = Terminal::start(command, 24, 100);
    console.shows("read-only");
    console.shows("the first");
    console.insist("a", |screen| screen.contents().contains("This console is read-only."));
}
