//! The pages' YAML is what the tools that it is for take: `promtool` and `amtool` read every block.
//! And the page of metrics lists what is served.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use super::{blocks, page, pages};
use crate::support::{Home, Service, http};

const SETUP: &str = "run .ci/setup, which installs what tests need";

/// What reads a block, known by the keys at its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    Rules,
    Prometheus,
    Alertmanager,
}

impl Reader {
    fn of(text: &str) -> Option<Self> {
        let has = |key: &str| text.lines().any(|line| line.starts_with(key));
        match () {
            () if has("groups:") => Some(Self::Rules),
            () if has("alerting:") || has("scrape_configs:") => Some(Self::Prometheus),
            () if has("receivers:") => Some(Self::Alertmanager),
            () => None,
        }
    }

    /// A whole file of what may be a part of one.
    fn whole(self, text: &str) -> String {
        let has_route = text.lines().any(|line| line.starts_with("route:"));
        match self {
            Self::Alertmanager if !has_route => format!("route: {{receiver: watchbell}}\n{text}"),
            Self::Alertmanager | Self::Rules | Self::Prometheus => text.to_owned(),
        }
    }

    fn check(self, file: &Path) -> Output {
        let (tool, args): (_, &[&str]) = match self {
            Self::Rules => ("promtool", &["check", "rules", "--lint-fatal"]),
            // The files that it names are on no machine of ours.
            Self::Prometheus => ("promtool", &["check", "config", "--syntax-only"]),
            Self::Alertmanager => ("amtool", &["check-config"]),
        };
        let output = Command::new(tool).args(args).arg(file).output();
        output.unwrap_or_else(|error| panic!("{tool}: {error}; {SETUP}"))
    }
}

#[test]
fn every_block_of_yaml_is_read_by_the_tool_that_it_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snippet.yml");
    let mut read: BTreeMap<Reader, usize> = BTreeMap::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for block in blocks(&text).iter().filter(|block| block.info == "yaml") {
            let place = format!("{}:{}", page.display(), block.line);
            let reader = Reader::of(&block.text).unwrap_or_else(|| panic!("{place}: for whom?"));
            std::fs::write(&file, reader.whole(&block.text)).unwrap();
            let Output { status, stdout, stderr } = reader.check(&file);
            let said = [stdout, stderr].concat();
            assert!(status.success(), "{place}: {}", String::from_utf8_lossy(&said));
            *read.entry(reader).or_default() += 1;
        }
    }
    let enough = [(Reader::Rules, 2), (Reader::Prometheus, 3), (Reader::Alertmanager, 3)]
        .iter()
        .all(|(reader, least)| read.get(reader).is_some_and(|count| count >= least));
    assert!(enough, "only these were found: {read:?}");
}

/// Kind, labels and help of a metric.
type Told = (String, Vec<String>, String);

#[tokio::test]
async fn the_page_of_metrics_lists_what_is_served_and_promtool_finds_no_fault_with_it() {
    let home = Home::new();
    let token = home.token("reader", "read");
    let service = Service::start(&home);
    let (alerts, metrics) = (service.url("/api/v2/alerts"), service.url("/metrics"));
    // So that there is one of each.
    http().post(alerts).send().await.unwrap();
    let answer = http().get(metrics).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let served = answer.text().await.unwrap();
    let listed = listed(&page("docs/metrics.md"));
    assert_eq!(listed, families(&served), "left: docs/metrics.md, right: /metrics");

    let file = home.path().join("metrics.txt");
    std::fs::write(&file, served).unwrap();
    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(std::fs::File::open(file).unwrap());
    let output = promtool.output().unwrap_or_else(|error| panic!("promtool: {error}; {SETUP}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[tokio::test]
async fn the_first_post_that_a_start_refuses_is_seen_by_the_rule_of_the_page() {
    let home = Home::new();
    let token = home.token("reader", "read");
    let service = Service::start(&home);
    let before = refusals(&service, &token).await;
    http().post(service.url("/api/v2/alerts")).send().await.unwrap();
    let after = refusals(&service, &token).await;
    let series = after.iter().map(|(series, value)| {
        let before = before.get(series).map_or("_x5".to_owned(), |value| format!("{value}x4"));
        format!("    - {{series: '{series}', values: '{before} {value}x20'}}\n")
    });
    let page = page("docs/prometheus.md");
    let rules =
        blocks(&page).into_iter().find(|block| block.text.contains("WatchbellRefusesPosts"));
    std::fs::write(home.path().join("rules.yml"), rules.unwrap().text).unwrap();
    let test = format!(
        "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  \
         input_series:\n{}  promql_expr_test:\n  - expr: \
         'count(ALERTS{{alertname=\"WatchbellRefusesPosts\",alertstate=\"firing\"}})'\n    \
         eval_time: 8m\n    exp_samples: [{{labels: '{{}}', value: 1}}]\n",
        series.collect::<String>()
    );
    std::fs::write(home.path().join("test.yml"), &test).unwrap();
    let mut promtool = Command::new("promtool");
    promtool.args(["test", "rules", "test.yml"]).current_dir(home.path());
    let output = promtool.output().unwrap_or_else(|error| panic!("promtool: {error}; {SETUP}"));
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{test}\n{}", String::from_utf8_lossy(&said));
}

/// The posts refused by status, each series as Prometheus has it.
async fn refusals(service: &Service, token: &str) -> BTreeMap<String, String> {
    let answer = http().get(service.url("/metrics")).bearer_auth(token).send().await.unwrap();
    let served = answer.text().await.unwrap();
    let samples = served.lines().filter(|line| line.starts_with("watchbell_posts_refused_total{"));
    let samples = samples.map(|line| {
        let (series, value) = line.rsplit_once(' ').unwrap();
        (series.replace('}', ",instance=\"watch\"}"), value.to_owned())
    });
    samples.collect()
}

/// The rows of the page's tables.
fn listed(page: &str) -> BTreeMap<String, Told> {
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, kind, labels, help] = cells[..] else { panic!("{row}") };
        let labels = labels.split(", ").filter(|label| !label.is_empty());
        let labels = labels.map(|label| label.trim_matches('`').to_owned()).collect();
        (name.trim_matches('`').to_owned(), (kind.to_owned(), labels, help.to_owned()))
    });
    rows.collect()
}

/// The families of what was served. Their labels are those of their first sample, without the
/// bounds of histograms.
fn families(served: &str) -> BTreeMap<String, Told> {
    let families = served.split("# HELP ").skip(1).map(|family| {
        let mut lines = family.lines();
        let (name, help) = lines.next().unwrap().split_once(' ').unwrap();
        let kind = lines.next().unwrap().rsplit(' ').next().unwrap();
        let sample = lines.next().unwrap_or_default();
        let labels = sample.split_once('{').map_or("", |(_, labels)| labels);
        let names = labels.split("=\"").filter(|part| !part.is_empty() && !part.contains('}'));
        let names = names.map(|part| part.rsplit(',').next().unwrap().to_owned());
        let names = names.filter(|name| name != "le").collect();
        (name.to_owned(), (kind.to_owned(), names, help.to_owned()))
    });
    families.collect()
}
