//! A real Prometheus sends to watchbell: Debian's package, two replicas of it, and an Alertmanager
//! that one of them sends to as well.
//!
//! All scenarios share them, each with a series of its own: Prometheus takes seconds to find out
//! where to send.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::api::Api;
use crate::daemon::Daemon;
use crate::support::{Home, Service, http};

/// Nothing that is waited for takes this long on the slowest machine.
const DEADLINE: Duration = Duration::from_mins(1);
/// An answer is the only news that other programs have: how often they are asked.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// What fires at first, and where.
const FIRING: [(&str, &str); 6] = [
    ("a", "simple"),
    ("a", "held"),
    ("a", "taken"),
    ("a", "both roads"),
    ("a", "replicas"),
    ("b", "replicas"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_real_prometheus_sends_is_rows_that_live_as_people_expect() {
    let mut stage = Stage::start().await;
    let resolved = tokio::join!(
        it_fires_is_sent_again_and_resolves(&stage),
        what_was_resolved_by_hand_stays_so_while_it_is_sent_again(&stage),
        what_somebody_took_is_active_for_other_programs(&stage),
        replicas_that_disagree_move_nothing(&stage),
        an_alertmanager_behind_it_brings_the_same_row(&stage),
    );
    a_restart_of_prometheus_leaves_what_somebody_took(&mut stage).await;
    // The resolved ones were repeated all the while.
    for (before, case) in [(resolved.0, "simple"), (resolved.4, "both roads")] {
        assert_eq!(stage.row(case).await["resolvedAt"], before["resolvedAt"]);
        assert_eq!(stage.whole(&before).await["timeline"], before["timeline"]);
    }
}

/// Gives the alert in full.
async fn it_fires_is_sent_again_and_resolves(stage: &Stage) -> Value {
    let row = stage.row("simple").await;
    let told = ["status", "serviceName", "severity", "title"].map(|field| row[field].clone());
    assert_eq!(told, ["firing", "web", "critical", "load of simple"]);
    // Its text is another one each time, of which the first is told.
    let before = stage.whole_when("simple", "another text", |alert| texts(alert).len() == 2).await;
    let after = stage.heard_again("simple", 2).await;
    assert_ne!(before["annotations"], after["annotations"]);
    assert_eq!(stage.whole(&after).await["timeline"], before["timeline"]);

    stage.series.set("a", "simple", false);
    let row = stage.row_when("simple", "it is resolved", |row| row["status"] == "resolved").await;
    assert_eq!((&row["resolvedHow"], &row["resolvedBy"]), (&"source".into(), &Value::Null));
    assert!(stage.listed("simple").await.is_empty());
    stage.whole(&row).await
}

async fn what_was_resolved_by_hand_stays_so_while_it_is_sent_again(stage: &Stage) {
    let row = stage.act("held", "resolve").await;
    let again = stage.heard_again("held", 3).await;
    assert_eq!((&again["id"], &again["status"]), (&row["id"], &"resolved".into()));
    assert_eq!(again["resolvedHow"], "operator");
    assert!(again["heldUntil"].is_string(), "{again}");
    assert!(stage.listed("held").await.is_empty());

    // Its source says that it ended, and after that it is a new one.
    stage.series.set("a", "held", false);
    stage.row_when("held", "the hold ends", |row| row["heldUntil"].is_null()).await;
    stage.series.set("a", "held", true);
    let rows = |rows: &[Value]| of(rows, "held").len() == 2;
    let rows = stage.api.alerts_when("it fires anew", rows).await;
    let new = of(&rows, "held").into_iter().find(|new| new["id"] != row["id"]).unwrap();
    assert_eq!((&new["status"], &new["previous"]), (&"firing".into(), &row["id"]));
}

async fn what_somebody_took_is_active_for_other_programs(stage: &Stage) {
    let row = stage.act("taken", "acknowledge").await;
    let again = stage.heard_again("taken", 2).await;
    assert_eq!((&again["id"], &again["status"]), (&row["id"], &"acknowledged".into()));
    let listed = stage.listed("taken").await;
    assert_eq!(listed.len(), 1, "{listed:#?}");
    assert_eq!(listed[0].pointer("/status/state").unwrap(), "active");
    // Both replicas call it the same.
    assert_eq!(listed[0].pointer("/labels/replica"), None);
}

async fn replicas_that_disagree_move_nothing(stage: &Stage) {
    counted(&stage.replicas["b"], "prometheus_notifications_sent_total", 1.0).await;
    let taken = stage.act("replicas", "acknowledge").await;
    stage.series.set("b", "replicas", false);
    let restored = |alert: &Value| texts(alert).iter().any(|text| text.starts_with("fires on: "));
    let before = stage.whole_when("replicas", "one says that it ended", restored).await;
    let after = stage.heard_again("replicas", 3).await;
    for field in ["id", "status", "acknowledgedBy", "acknowledgedAt", "occurrence", "marks"] {
        assert_eq!(after[field], taken[field], "{field}");
    }
    assert_eq!(after["marks"]["flappingSince"], Value::Null);
    assert_eq!(stage.whole(&after).await["timeline"], before["timeline"]);
}

/// Gives the alert in full.
async fn an_alertmanager_behind_it_brings_the_same_row(stage: &Stage) -> Value {
    let told = "alertmanager_notifications_total{integration=\"webhook\"}";
    counted(&stage.alertmanager, told, 1.0).await;
    let row = stage.heard_again("both roads", 2).await;
    assert_eq!(row["status"], "firing");
    let listed = stage.listed("both roads").await;
    assert_eq!((listed.len(), &listed[0]["fingerprint"]), (1, &row["fingerprint"]));

    stage.series.set("a", "both roads", false);
    counted(&stage.alertmanager, told, 2.0).await;
    let ended = |row: &Value| row["status"] == "resolved";
    let row = stage.row_when("both roads", "it is resolved", ended).await;
    let whole = stage.whole(&row).await;
    let began = |beginning| texts(&whole).iter().filter(|text| text.starts_with(beginning)).count();
    assert_eq!(["fired, ", "seen again, ", "resolved "].map(began), [1; 3], "{whole:#?}");
    assert_eq!(texts(&whole).len(), 3, "{whole:#?}");
    whole
}

async fn a_restart_of_prometheus_leaves_what_somebody_took(stage: &mut Stage) {
    stage.replicas.remove("a").unwrap().ends();
    let before = stage.row("taken").await;
    stage.send_from("a");
    let after = stage.heard_again("taken", 2).await;
    for field in ["id", "status", "acknowledgedBy", "acknowledgedAt", "occurrence", "marks"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(after["status"], "acknowledged");
    let new = stage.listed("taken").await;
    assert_eq!((new.len(), &new[0]["fingerprint"]), (1, &after["fingerprint"]));
}

/// All that runs.
struct Stage {
    api: Api,
    series: Arc<Series>,
    alertmanager: Daemon,
    replicas: BTreeMap<&'static str, Daemon>,
    configurations: BTreeMap<&'static str, String>,
    folder: tempfile::TempDir,
    _service: Service,
    _home: Home,
}

impl Stage {
    /// Starts everything, and waits until all that fires is a row.
    async fn start() -> Self {
        let home = Home::new();
        let operator = home.token("operator", "read,ack,resolve");
        let [sender, webhook] =
            ["prometheus", "alertmanager"].map(|name| home.token(name, "ingest"));
        let service = Service::start(&home);
        let folder = tempfile::tempdir().unwrap();
        let series = Series::serve().await;
        for (replica, case) in FIRING {
            series.set(replica, case, true);
        }
        let forward = forwarding(&service.url("/api/v1/alert"), &webhook);
        let alertmanager = Daemon::alertmanager(folder.path(), &forward);
        std::fs::write(folder.path().join("rules.yml"), RULES).unwrap();
        let token = format!("authorization: {{credentials: {sender}}}");
        let password = format!("basic_auth: {{username: b, password: {sender}}}");
        let behind = format!("- static_configs: [{{targets: [\"{}\"]}}]", alertmanager.address);
        let configurations = BTreeMap::from([
            ("a", sending("a", &series, &service, &token, &behind)),
            ("b", sending("b", &series, &service, &password, "")),
        ]);
        let api = Api::new(&service, &operator);
        let replicas = BTreeMap::new();
        let mut stage = Self {
            api,
            series,
            alertmanager,
            replicas,
            configurations,
            folder,
            _service: service,
            _home: home,
        };
        stage.send_from("a");
        stage.send_from("b");
        let all = |rows: &[Value]| FIRING.iter().all(|(_, case)| !of(rows, case).is_empty());
        stage.api.alerts_when("a row of each that fires", all).await;
        stage
    }

    /// Starts a replica, on the data of the one that ran before it.
    fn send_from(&mut self, replica: &'static str) {
        let folder = self.folder.path().join(replica);
        std::fs::create_dir_all(&folder).unwrap();
        let daemon = Daemon::prometheus(&folder, &self.configurations[replica]);
        self.replicas.insert(replica, daemon);
    }

    /// The only row of a case, as soon as it is as wanted.
    async fn row_when(&self, case: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let what = format!("{case}: {what}");
        let rows = self.api.alerts_when(&what, |rows| wanted(one(rows, case))).await;
        one(&rows, case).clone()
    }

    async fn row(&self, case: &str) -> Value {
        self.row_when(case, "a row", |_| true).await
    }

    /// The row after so many more reports.
    async fn heard_again(&self, case: &str, reports: u64) -> Value {
        let count = |row: &Value| row["count"].as_u64().unwrap();
        let enough = count(&self.row(case).await) + reports;
        self.row_when(case, "it is sent again", |row| count(row) >= enough).await
    }

    /// Does something to an alert, and gives its row.
    async fn act(&self, case: &str, verb: &str) -> Value {
        let row = self.row(case).await;
        let path = format!("/api/v1/alert/{}/{verb}", row["id"].as_str().unwrap());
        let (status, row) = self.api.send("PUT", &path, "").await.unwrap();
        assert_eq!(status, 200, "{row}");
        row
    }

    /// The alert of a row, with its timeline.
    async fn whole(&self, row: &Value) -> Value {
        let path = format!("/api/v1/alert/{}", row["id"].as_str().unwrap());
        self.api.send("GET", &path, "").await.unwrap().1
    }

    /// The same of the only alert of a case, as soon as it is as wanted.
    async fn whole_when(&self, case: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let whole = self.whole(&self.row(case).await).await;
            if wanted(&whole) {
                return whole;
            }
            assert!(began.elapsed() < DEADLINE, "{case}: in vain for {what}: {whole:#?}");
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    /// What API v2 lists of a case.
    async fn listed(&self, case: &str) -> Vec<Value> {
        let path = format!("/api/v2/alerts?filter=case%3D%22{}%22", case.replace(' ', "+"));
        let (status, list) = self.api.send("GET", &path, "").await.unwrap();
        assert_eq!(status, 200, "{list}");
        list.as_array().unwrap().clone()
    }
}

/// Waits until a program has counted so much.
async fn counted(daemon: &Daemon, metric: &str, least: f64) {
    let url = format!("http://{}/metrics", daemon.address);
    let began = Instant::now();
    loop {
        let page = http().get(&url).send().await.unwrap().text().await.unwrap();
        let counts = page.lines().filter(|line| line.starts_with(metric));
        let counts = counts.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap());
        if counts.sum::<f64>() >= least {
            return;
        }
        assert!(began.elapsed() < DEADLINE, "in vain for {metric} {least}:\n{page}");
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// What the lines of a timeline say.
fn texts(alert: &Value) -> Vec<&str> {
    let lines = alert["timeline"].as_array().unwrap().iter();
    lines.map(|line| line["text"].as_str().unwrap()).collect()
}

/// The rows of a case.
fn of<'a>(rows: &'a [Value], case: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["labels"]["case"] == case).collect()
}

fn one<'a>(rows: &'a [Value], case: &str) -> &'a Value {
    let rows = of(rows, case);
    assert_eq!(rows.len(), 1, "rows of {case}: {rows:#?}");
    rows[0]
}

/// What Prometheus scrapes: for each replica a page, with a sample for each case. Values of those
/// that fire are other ones each time.
#[derive(Default)]
struct Series {
    at: Option<SocketAddr>,
    firing: Mutex<BTreeMap<(String, String), bool>>,
    scrapes: Mutex<u32>,
}

impl Series {
    async fn serve() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let series = Arc::new(Self { at: listener.local_addr().ok(), ..Self::default() });
        let router = Router::new().route("/{replica}", get(page)).with_state(Arc::clone(&series));
        TaskTracker::new().spawn(async { axum::serve(listener, router).await });
        series
    }

    fn set(&self, replica: &str, case: &str, fires: bool) {
        self.firing.lock().unwrap().insert((replica.to_owned(), case.to_owned()), fires);
    }
}

async fn page(State(series): State<Arc<Series>>, Path(replica): Path<String>) -> String {
    let mut scrapes = series.scrapes.lock().unwrap();
    *scrapes += 1;
    let firing = series.firing.lock().unwrap();
    let shown = firing.iter().filter(|((of, _), _)| *of == replica);
    shown.fold(String::new(), |mut page, ((_, case), fires)| {
        let value = if *fires { *scrapes } else { 0 };
        writeln!(page, "load{{case=\"{case}\"}} {value}").unwrap();
        page
    })
}

const RULES: &str = r#"
groups:
  - name: load
    rules:
      - alert: Load
        expr: load > 0
        labels: {severity: critical, service: web}
        annotations: {summary: "load of {{ $labels.case }}", description: "it is {{ $value }}"}
"#;

/// The configuration of a replica that sends to watchbell, and to those `behind` it.
fn sending(
    replica: &str,
    series: &Series,
    service: &Service,
    secret: &str,
    behind: &str,
) -> String {
    format!(
        r#"
global:
  scrape_interval: 1s
  evaluation_interval: 1s
  external_labels: {{replica: {replica}}}
rule_files: [../rules.yml]
scrape_configs:
  - job_name: load
    metrics_path: /{replica}
    static_configs: [{{targets: ["{}"]}}]
alerting:
  alert_relabel_configs:
    - {{regex: replica, action: labeldrop}}
  alertmanagers:
    - {secret}
      static_configs: [{{targets: ["{}"]}}]
    {behind}
"#,
        series.at.unwrap(),
        service.address
    )
}

/// The configuration of an Alertmanager that posts alerts of one case to `url`.
fn forwarding(url: &str, token: &str) -> String {
    format!(
        r#"
route:
  receiver: nobody
  routes:
    - matchers: ['case="both roads"']
      receiver: watchbell
      group_by: ["..."]
      group_wait: 50ms
      group_interval: 100ms
receivers:
  - name: nobody
  - name: watchbell
    webhook_configs:
      - url: {url}
        http_config: {{authorization: {{credentials: {token}}}}}
"#
    )
}
