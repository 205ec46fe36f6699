//! A real Alertmanager delivers to watchbell: Debian's package, started here on ports of its own.

use serde_json::{Value, json};

use crate::api::Api;
use crate::daemon::{Daemon, amtool};
use crate::pty::Terminal;
use crate::support::{Home, Service};

/// Past times, so that an end is an end whatever the clock says.
const START: &str = "2025-01-02T03:04:05Z";
const END: &str = "2025-01-02T03:05:05Z";

const BUSY: [&str; 4] =
    ["alertname=HighLoad", "instance=net004", "service=web", "severity=critical"];
const OLD: [&str; 3] = ["alertname=CertificateEnds", "job=blackbox", "severity=info"];

#[tokio::test]
async fn alerts_of_a_real_alertmanager_are_rows_that_fire_and_resolve() {
    let home = Home::new();
    let (reader, sender) = (home.token("reader", "read"), home.token("alertmanager", "ingest"));
    let service = Service::start(&home);
    let api = Api::new(&service, &reader);
    let alertmanager = Alertmanager::start(&service.url("/api/v1/alert"), &sender);

    alertmanager.add(&BUSY, "net004 is busy", None);
    alertmanager.add(&OLD, "certificate of web ends", None);
    let rows = api.alerts_when("two firing rows", |rows| rows.len() == 2).await;
    let busy = row(&rows, "net004 is busy");
    let old = row(&rows, "certificate of web ends");
    assert_eq!(told(busy), ("firing", "web", "critical", 1));
    assert_eq!(told(old), ("firing", "blackbox", "warning", 1));
    assert_eq!(
        busy["labels"],
        json!({"alertname": "HighLoad", "instance": "net004", "service": "web", "severity": "critical"})
    );

    alertmanager.add(&BUSY, "net004 is busy", Some(END));
    let resolved = |rows: &[Value]| row(rows, "net004 is busy")["status"] == "resolved";
    let rows = api.alerts_when("one of them resolved by its source", resolved).await;
    let ended = row(&rows, "net004 is busy");
    assert_eq!((&ended["id"], &ended["resolvedBy"]), (&busy["id"], &Value::Null));
    assert_eq!(told(row(&rows, "certificate of web ends")).0, "firing");
}

#[tokio::test]
async fn alerts_of_a_real_alertmanager_are_on_the_screen_without_a_key() {
    let home = Home::new();
    let sender = home.token("alertmanager", "ingest");
    let terminal = Terminal::start(home.in_terminal(&[]), 24, 120);
    let url = format!("http://{}/api/v1/alert", terminal.address());
    let alertmanager = Alertmanager::start(&url, &sender);
    let shows = |word: &str| {
        let row = |line: &str| line.contains(word) && line.contains("net004 is busy");
        terminal.wait(&format!("a row that says {word}"), |screen| screen.lines().any(row));
    };
    alertmanager.add(&BUSY, "net004 is busy", None);
    shows(" fire ");
    terminal.shows("1 CRITICAL FIRING");
    alertmanager.add(&BUSY, "net004 is busy", Some(END));
    shows(" res ");
    terminal.shows("nothing firing");
}

#[tokio::test]
async fn a_post_with_the_fingerprint_of_an_alertmanager_alert_means_that_alert() {
    let home = Home::new();
    let script = home.token("script", "ingest,read");
    let sender = home.token("alertmanager", "ingest");
    let service = Service::start(&home);
    let api = Api::new(&service, &script);
    let alertmanager = Alertmanager::start(&service.url("/api/v1/alert"), &sender);
    alertmanager.add(&BUSY, "net004 is busy", None);
    let rows = api.alerts_when("a row", |rows| rows.len() == 1).await;

    let same = json!({"alerts": [{
        "fingerprint": rows[0]["fingerprint"], "labels": rows[0]["labels"],
        "status": "firing", "title": "net004, told by a script",
    }]});
    let (status, answer) = api.send("POST", "/api/v1/alert", &same.to_string()).await.unwrap();
    assert_eq!((status, &answer["alerts"][0]["id"]), (200, &rows[0]["id"]));
    assert_eq!(api.alerts().await.len(), 1);

    alertmanager.add(&BUSY, "net004 is busy", Some(END));
    let rows = api.alerts_when("its end", |rows| rows[0]["status"] == "resolved").await;
    assert_eq!((rows.len(), &rows[0]["id"]), (1, &answer["alerts"][0]["id"]));
}

/// The only row of this title.
fn row<'a>(rows: &'a [Value], title: &str) -> &'a Value {
    let mut of_title = rows.iter().filter(|row| row["title"] == title);
    let (first, second) = (of_title.next(), of_title.next());
    assert!(second.is_none(), "two rows of {title}: {rows:#?}");
    first.unwrap_or_else(|| panic!("no row of {title}: {rows:#?}"))
}

/// What a row tells: status, service, severity, how often it was heard.
fn told(row: &Value) -> (&str, &str, &str, u64) {
    let text = |name: &str| row[name].as_str().unwrap();
    (text("status"), text("serviceName"), text("severity"), row["count"].as_u64().unwrap())
}

/// A running Alertmanager with one receiver. It is killed when this is dropped.
struct Alertmanager {
    daemon: Daemon,
    _folder: tempfile::TempDir,
}

impl Alertmanager {
    /// Starts one whose receiver posts to `url` with the bearer `token`.
    fn start(url: &str, token: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::alertmanager(folder.path(), &configuration(url, token));
        Self { daemon, _folder: folder }
    }

    /// Tells it that the alert of these labels fires, or that it ended at `end`.
    fn add(&self, labels: &[&str], summary: &str, end: Option<&str>) {
        let end = end.map(|end| format!("--end={end}"));
        let (start, summary) =
            (format!("--start={START}"), format!("--annotation=summary={summary}"));
        let args = [&["alert", "add", &start, &summary], labels].concat();
        let args = args.into_iter().chain(end.as_deref()).collect::<Vec<_>>();
        let said = amtool(&self.daemon.address, &args);
        assert_eq!(said.code, Some(0), "{said:?}");
    }
}

/// Every label set is a group of its own, told at once and again as soon as it changes.
fn configuration(url: &str, token: &str) -> String {
    format!(
        r#"
route: {{receiver: watchbell, group_by: ["..."], group_wait: 50ms, group_interval: 100ms}}
receivers:
  - name: watchbell
    webhook_configs:
      - url: {url}
        http_config: {{authorization: {{credentials: {token}}}}}
"#
    )
}
