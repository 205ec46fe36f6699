//! The house rules that a compiler does not see, read from the text of `src/` and `tests/`.
//!
//! The rules are the tables of this file; `docs/architecture.md` says why they are so. Reading
//! Rust well enough for them is the work of `source`. A failure names file, line and rule.

mod cases;
mod source;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use source::Source;

/// Which modules may be named where: a module may name itself, what lies in it, and what stands
/// beside it here. The most exact row counts. `engine::Handle` allows one word, `domain` all.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("domain", &[]),
    // How long the tests of all others go on.
    ("rounds", &[]),
    ("record", &["domain"]),
    ("store", &["domain", "record"]),
    ("engine", &["domain", "store"]),
    // A verb that finds no owner opens the engine itself.
    ("client", &["domain", "record", "engine"]),
    ("http", &["domain", ENGINE]),
    // A verb reads the same whether it asks over the socket or in the owner's process.
    ("http::own", &["domain", "record", "client::export", "client::reading", ENGINE]),
    ("console", &["domain", "client", ENGINE]),
    // It attempts what the table owes, and answers with what came of it.
    ("notify", &["domain", ENGINE]),
    // Of the console they name what its settings are made of, and nothing that draws.
    (
        "config",
        &[
            "domain",
            "console::settings",
            "console::terminal::Links",
            "console::text::Symbols",
            "console::theme::palette::Choice",
            "http::AlertmanagerApi",
            "http::HostName",
            "http::ExternalUrl",
            "http::Origin",
            "http::Prefix",
            "http::Web",
            "notify",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "client",
            // A verb prints the table of keys.
            "console::action",
            "console::file",
            "console::keymap",
            "console::frame::Link",
            "console::terminal::Desktop",
            "console::terminal::Links",
            "console::terminal::Multiplexer",
            "console::text::Symbols",
            "console::theme::Depth",
            "console::theme::Ground",
        ],
    ),
    ("telemetry", &["domain"]),
    (
        "app",
        &["domain", "engine", "client", "http", "console", "notify", "config", "cli", "telemetry"],
    ),
    ("main", &["app", "cli", "domain::text"]),
];

/// Stands for the words below in the table above.
const ENGINE: &str = "engine's public words";

/// All that the rest of the program knows of the engine. `client` opens one, `app` ends it.
const ENGINE_WORDS: &[&str] = &[
    "engine::Handle",
    "engine::SubmitError",
    "engine::Receipt",
    "engine::Published",
    "engine::Cursor",
    "engine::ChangeSet",
    "engine::Trail",
    "engine::Lately",
    "engine::Feed",
    "engine::FeedEnd",
    "engine::Lagged",
    "engine::Vitals",
    "engine::Vital",
    "engine::Refusals",
    "engine::RefusedPosts",
    "engine::Reasons",
    "engine::Counts",
    "engine::Histogram",
    "engine::Fate",
    "engine::Place",
    "engine::Process",
    "engine::Refused",
    "engine::Absence",
    "engine::Certificate",
    "engine::Outage",
    "engine::StoreState",
    "engine::Page",
    "engine::PageRequest",
    "engine::ArchiveError",
];

/// Which dependency may be named where. Every dependency of `Cargo.toml` has a row.
const CRATES: &[(&str, &[&str])] = &[
    ("tokio", &["engine", "client", "http", "console", "notify", "app"]),
    ("tokio_util", &["engine", "http", "console", "notify", "app"]),
    // Bodies that are written while they are read, what a console hears of its owner, and panics.
    ("futures_util", &["client", "http", "notify", "console", "app"]),
    ("axum", &["http", "app"]),
    ("hyper", &["http"]),
    ("hyper_util", &["http"]),
    ("http_body_util", &["http"]),
    ("tower", &["http"]),
    ("utoipa", &["http"]),
    // The address of a channel is made where the file is read, so that its host is fixed there.
    ("reqwest", &["client", "notify", "config::channel"]),
    // `main` installs the provider for the HTTP client; certificates are read where files are.
    ("rustls", &["main", "app::certificate", "http::edge::tls"]),
    ("tokio_rustls", &["http::edge::tls"]),
    // What the program is linked with; the library knows nothing of it.
    ("mimalloc", &["main"]),
    ("serde", &["record", "http", "client", "notify", "config::alertmanager", "cli"]),
    ("serde_json", &["http", "client", "notify", "cli"]),
    ("serde_saphyr", &["config::alertmanager"]),
    ("postcard", &["record"]),
    ("toml", &["config", "console::file", "console::keymap", "console::theme"]),
    ("redb", &["store"]),
    ("imbl", &["domain", "console"]),
    ("arc_swap", &["engine"]),
    ("base64", &["http", "client"]),
    ("jiff", &["domain", "console", "notify", "config"]),
    ("uuid", &["domain", "record", "engine", "client", "http::caller", "app"]),
    ("regex", &["domain"]),
    // Where making a secret fails, the verb says so.
    ("getrandom", &["client", "cli::exit"]),
    ("sha2", &["http", "client"]),
    // The zone that a mistyped one is like is told wherever a recurrence is read.
    ("strsim", &["config", "console::file", "domain::maintenance::zone"]),
    ("subtle", &["http"]),
    ("ratatui", &["console"]),
    // Of it a verb asks how wide the terminal is.
    ("crossterm", &["console", "cli::terminal"]),
    ("tui_input", &["console"]),
    ("nucleo_matcher", &["console"]),
    ("unicode_width", &["console", "cli"]),
    ("unicode_segmentation", &["console"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("etcetera", &["cli"]),
    // A console that is attached can be suspended.
    ("nix", &["store", "cli", "app", "console::ground", "console::terminal"]),
    (
        "thiserror",
        &[
            "domain",
            "record",
            "store",
            "engine",
            "client",
            "http",
            "console",
            "notify",
            "config",
            "cli",
            "app",
            "telemetry",
        ],
    ),
    ("anyhow", &["app"]),
    (
        "tracing",
        &["store", "engine", "client", "http", "console", "notify", "cli", "app", "telemetry"],
    ),
    ("tracing_subscriber", &["telemetry"]),
    ("tracing_appender", &["telemetry"]),
];

/// What must not be named at all in a part of the tree, standard library included.
const ABSENT: &[(&str, &[&str], &str)] = &[
    ("domain", DOING, "the domain neither does nor waits: it decides"),
    ("record", DOING, "records are values"),
    ("http", &["std::fs"], "what http keeps, the engine keeps"),
    (
        "console",
        &["std::fs::read", "std::fs::write", "std::fs::OpenOptions", "std::net::Tcp"],
        "the console reaches the world through its source",
    ),
];

const DOING: &[&str] = &[
    "std::fs",
    "std::io",
    "std::net::Tcp",
    "std::env",
    "std::process",
    "std::thread",
    "std::sync::Mutex",
];

/// Module names that say nothing about what lies in them.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "common", "helper", "helpers", "types", "misc", "manager", "shared", "mod"];

/// The most lines a file may have, its tests not counted.
const LINES: usize = 600;

#[derive(Debug)]
struct Finding {
    file: String,
    line: usize,
    rule: String,
}

fn assert_none(findings: &[Finding]) {
    let list = findings.iter().fold(String::new(), |mut list, found| {
        let _ = write!(list, "\n  {}:{}: {}", found.file, found.line, found.rule);
        list
    });
    assert!(findings.is_empty(), "docs/architecture.md says otherwise:{list}");
}

fn every(check: impl Fn(&Source, &mut Vec<Finding>)) {
    let mut findings = Vec::new();
    let sources = Source::all("src");
    assert!(sources.len() > 20, "the sources were not found");
    for source in &sources {
        check(source, &mut findings);
    }
    assert_none(&findings);
}

#[test]
fn a_module_names_only_those_before_it() {
    every(names_only_those_before);
}

#[test]
fn a_dependency_is_named_only_where_it_belongs() {
    every(names_crates_where_they_belong);
}

#[test]
fn what_must_be_absent_is_absent() {
    every(names_nothing_absent);
}

#[test]
fn every_file_says_what_it_is_has_a_telling_name_and_an_end() {
    let mut findings = Vec::new();
    for source in Source::all("src").iter().chain(&Source::all("tests")) {
        is_told_named_and_short(source, &mut findings);
    }
    assert_none(&findings);
}

#[test]
fn docs_say_something_and_debts_name_their_issue() {
    every(says_something);
}

#[test]
fn every_file_is_part_of_the_program() {
    let sources = Source::all("src");
    let declared: BTreeSet<String> = sources.iter().flat_map(Source::declares).collect();
    every(|source, findings| {
        if !source.is_root() && !declared.contains(&source.module) {
            findings.push(source.finding(1, "no `mod` line leads here; delete it or name it"));
        }
    });
}

#[test]
fn every_dependency_has_its_place() {
    let manifest = source::read("Cargo.toml");
    let listed: BTreeSet<&str> = CRATES.iter().map(|(name, _)| *name).collect();
    let wanted: BTreeSet<String> = source::dependencies(&manifest).collect();
    let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    assert_eq!(listed, wanted, "left: CRATES of this test, right: [dependencies] of Cargo.toml");
}

#[test]
fn the_first_look_at_the_repository_shows_only_what_belongs_there() {
    const ENTRIES: &[&str] = &[
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "assets",
        "benches",
        "deny.toml",
        "docs",
        "keybindings.toml",
        "rustfmt.toml",
        "src",
        "target",
        "tests",
    ];
    let entries = std::fs::read_dir(source::root()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let strangers: Vec<String> =
        names.filter(|name| !name.starts_with('.') && !ENTRIES.contains(&name.as_str())).collect();
    assert_eq!(strangers, Vec::<String>::new(), "scripts go to .ci, data to assets");
}

fn names_only_those_before(source: &Source, findings: &mut Vec<Finding>) {
    let Some(top) = source.top() else { return };
    let Some(allowed) = row(MAY_NAME, &source.module) else {
        findings.push(source.finding(1, &format!("{top} has no row in MAY_NAME")));
        return;
    };
    for (line, path) in source.own_paths() {
        let named = path.split("::").next().unwrap_or_default();
        // A module that is imported whole is judged by what is then named in it.
        let may_word = |word: &str| source::is_in(&path, word) || source::is_in(word, &path);
        let may = |row: &&str| match *row {
            ENGINE => ENGINE_WORDS.iter().any(|word| may_word(word)),
            row => may_word(row),
        };
        let known = MAY_NAME.iter().any(|(module, _)| *module == named);
        if known && ![top, "rounds"].contains(&named) && !allowed.iter().any(may) {
            findings.push(source.finding(line, &format!("{top} names {path}")));
        }
    }
}

fn names_crates_where_they_belong(source: &Source, findings: &mut Vec<Finding>) {
    let Some(top) = source.top() else { return };
    for (line, name) in source.crates(CRATES.iter().map(|(name, _)| *name)) {
        let places = CRATES.iter().find(|row| row.0 == name).map_or(&[][..], |row| row.1);
        if !places.iter().any(|place| source::is_in(&source.module, place)) {
            let rule = format!("{top} names the crate {name}, which belongs in {places:?}");
            findings.push(source.finding(line, &rule));
        }
    }
}

fn names_nothing_absent(source: &Source, findings: &mut Vec<Finding>) {
    let rows = ABSENT.iter().filter(|(module, ..)| source::is_in(&source.module, module));
    for (module, absent, why) in rows {
        for (line, path) in source.paths() {
            if let Some(name) = absent.iter().find(|name| path.starts_with(*name)) {
                findings.push(source.finding(line, &format!("{module} names {name}: {why}")));
            }
        }
    }
}

fn is_told_named_and_short(source: &Source, findings: &mut Vec<Finding>) {
    if !source.text.starts_with("//! ") {
        findings.push(source.finding(1, "a file opens with `//!`: what it is"));
    }
    let name = Path::new(&source.file).file_stem().and_then(|stem| stem.to_str());
    if name.is_some_and(|name| EMPTY_NAMES.contains(&name)) {
        findings.push(source.finding(1, "the name says nothing about what lies in it"));
    }
    let lines = source.production_lines();
    if lines > LINES {
        let rule = format!("{lines} lines without its tests; {LINES} are the most");
        findings.push(source.finding(LINES, &rule));
    }
}

fn says_something(source: &Source, findings: &mut Vec<Finding>) {
    for line in source.empty_docs() {
        findings.push(source.finding(line, "an empty doc comment"));
    }
    for (line, text) in source.lines() {
        let debt = text.contains("TODO") || text.contains("FIXME");
        if debt && !(text.contains("TODO(") && text.contains('#')) {
            findings.push(source.finding(line, "a debt is `TODO(area): what, issue #n`"));
        }
        if source.code_of(line).contains("::*;") && !source.is_test(line) {
            findings.push(source.finding(line, "a glob import hides where a word comes from"));
        }
    }
}

/// The most exact row of `table` for `module`.
fn row<'a, T>(table: &'a [(&str, T)], module: &str) -> Option<&'a T> {
    let rows = table.iter().filter(|(name, _)| source::is_in(module, name));
    rows.max_by_key(|(name, _)| name.len()).map(|(_, row)| row)
}

impl Source {
    fn finding(&self, line: usize, rule: &str) -> Finding {
        Finding { file: self.file.clone(), line, rule: rule.to_owned() }
    }
}
