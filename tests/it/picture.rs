//! The pictures of the documentation: the real program in a terminal. The README's is of a morning,
//! in colours; those of the console's page are of a night, as text.
//!
//! As tests they look at what is on the screen; `.ci/picture` has it written to `docs/` as well.

mod night;
mod page;
mod scene;
mod scenes;
mod svg;

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::api::Api;
use crate::pty::Terminal;
use crate::support::Home;

const ROWS: u16 = 22;
const COLUMNS: u16 = 118;

const PEOPLE: &str = r#"
[[account]]
name = "alice"
email = "alice@example.org"

[[account]]
name = "bob"
email = "bob@example.org"

[console]
name = "prod"
time_zone = "UTC"
"#;

/// Title, service, severity, minutes since it began, and what its description says.
type Sample = (&'static str, &'static str, &'static str, i64, &'static str);

const SAMPLES: [Sample; 6] = [
    ("nightly import is late", "batch", "warning", 190, ""),
    ("certificate expires in 6 days", "web", "warning", 130, ""),
    ("replica lag 340 s", "db", "critical", 62, ""),
    ("5xx ratio 12 %", "web", "critical", 18, ""),
    ("p99 latency above 2 s", "payments", "critical", 11, ""),
    (
        "net004 is HighMemory (95.04%)",
        "network",
        "critical",
        3,
        "Memory on net004 has been above 95 % for five minutes.",
    ),
];

#[tokio::test]
async fn the_console_shows_a_morning() {
    let home = Home::new();
    home.configure(PEOPLE);
    let sender = home.token("prometheus", "ingest,read");
    let bob = token_of(&home, "bob", "ack,assign,resolve");
    let picture = std::env::var_os("WATCHBELL_PICTURE").map(PathBuf::from);
    let mut command = home.in_terminal(&[]);
    if picture.is_some() {
        // Without `--listen 127.0.0.1:0`: the picture shows the address that everybody has.
        command.get_argv_mut().truncate(1);
    }
    let terminal = Terminal::start(command, ROWS, COLUMNS);
    let address = terminal.address();
    let (prometheus, bob) = (Api::at(address, &sender), Api::at(address, &bob));
    send_samples(&prometheus).await;
    let rows = prometheus.alerts().await;
    let id = |title: &str| {
        let row = rows.iter().find(|row| row["title"] == title).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    let assign = format!("assign/{}", account(&prometheus, "alice").await);
    let acts = [
        ("replica lag 340 s", "acknowledge"),
        ("nightly import is late", "resolve"),
        ("net004 is HighMemory (95.04%)", assign.as_str()),
    ];
    for (title, act) in acts {
        let path = format!("/api/v1/alert/{}/{act}", id(title));
        assert_eq!(bob.send("PUT", &path, "").await.unwrap().0, 200);
    }

    terminal.shows("3 CRITICAL FIRING");
    terminal.shows("1 warning firing");
    terminal.shows("1 acknowledged");
    terminal.wait("bob has the replica", |screen| {
        screen
            .lines()
            .any(|line| line.contains("ack ") && line.contains("replica") && line.contains("bob"))
    });
    terminal.shows("→alice");
    terminal.shows("Memory on net004 has been");
    // What is drawn a moment later, like the pane beside the list, is to be in the picture.
    terminal.rests(Duration::from_millis(500));
    if let Some(path) = picture {
        let title = "watchbell's console with six alerts";
        std::fs::write(path, svg::picture(&terminal.cells(), title)).unwrap();
    }
}

/// A token that acts as `person`.
fn token_of(home: &Home, person: &str, scopes: &str) -> String {
    let said = home.run(&["token", "create", person, "--scope", scopes, "--account", person]);
    assert_eq!(said.code, Some(0), "{said:?}");
    said.stdout.trim_end().to_owned()
}

/// The id of a person.
async fn account(api: &Api, name: &str) -> String {
    let (_, answer) = api.send("GET", "/api/v1/team/members", "").await.unwrap();
    let mut members = answer["members"].as_array().unwrap().iter();
    let member = members.find(|member| member["name"] == name).unwrap();
    member["id"].as_str().unwrap().to_owned()
}

async fn send_samples(api: &Api) {
    #[expect(clippy::disallowed_methods, reason = "the ages in the picture count from now")]
    let now = Timestamp::now();
    for (title, service, severity, minutes, description) in SAMPLES {
        let began = now - SignedDuration::from_mins(minutes);
        let alert = json!({"alerts": [{
            "fingerprint": format!("{service}-{minutes}"), "status": "firing", "startsAt": began.to_string(),
            "title": title, "service": service, "severity": severity,
            "annotations": {"description": description},
        }]});
        let (status, answer) = api.send("POST", "/api/v1/alert", &alert.to_string()).await.unwrap();
        assert_eq!(status, 200, "{answer}");
    }
}
