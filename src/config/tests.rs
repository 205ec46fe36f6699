//! Every example under `tests/config` is read; what the wrong ones are told is written down.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use super::*;
use crate::console::text::Symbols;
use crate::domain::id::AccountId;
use crate::domain::id::ServiceId;
use crate::domain::maintenance::Maintenance;
use crate::domain::matcher::Dialect;
use crate::domain::policy::{Channel, UnknownServices};
use crate::domain::severity::Severity;
use crate::domain::time::SignedDuration;
use crate::http::{AlertmanagerApi, Web};
use crate::notify::{ChannelKind, Secret};

const ALICE: Given<'static> = Given { user: "alice", listen: None };

fn examples(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(kind);
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read_file(file: &Path) -> Result<Config, ConfigError> {
    let text = fs::read_to_string(file).unwrap();
    let name = file.file_name().unwrap().to_str().unwrap();
    Config::read(name, &text, &ALICE)
}

fn read(text: &str) -> Config {
    Config::read("watchbell.toml", text, &ALICE).unwrap()
}

#[test]
fn valid_examples_are_read() {
    let examples = examples("valid");
    assert!(!examples.is_empty());
    for file in examples {
        if let Err(error) = read_file(&file) {
            panic!("{error}");
        }
    }
}

#[test]
fn wrong_examples_are_told_where_what_and_what_to_do() {
    let mut told = String::new();
    for file in examples("invalid") {
        let error = read_file(&file).unwrap_err().to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        writeln!(told, "{error}").unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_example_that_is_shipped_is_read_and_says_what_holds_anyway() {
    let text = include_str!("../../assets/watchbell.toml");
    let shipped = read(text);
    assert_eq!(shipped.policy, read("").policy);
    assert_eq!(shipped.listen, read("").listen);
    assert_eq!(shipped.console, read("").console);

    let uncommented: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix('#').unwrap_or(line))
        .filter(|line| !line.starts_with(' '))
        .collect();
    let whole = read(&uncommented.join("\n"));
    assert_eq!(whole.policy.accounts.len(), 2);
}

#[test]
fn without_accounts_the_unix_user_is_the_account() {
    let names = |config: &Config| {
        let accounts = config.policy.accounts.iter();
        accounts.map(|account| account.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&read("")), ["alice"]);
    assert_eq!(names(&read("[[account]]\nname = \"bob\"")), ["bob"]);
}

#[test]
fn what_is_written_is_what_holds() {
    let config = read(
        r#"
        listen = "[::1]:0"
        default_service = "web"
        service_label = "job"
        unknown_services = "refuse"
        max_services = 7
        alertmanager_mode = "utf8-strict"
        resolve_timeout = "2m"
        acknowledgement_timeout = "1h"
        retention = "2 weeks"
        account = [{ name = "bob", email = "bob@example.org" }]
        service = [{ name = "db", acknowledgement_timeout = "0" }, { name = "web" }]
        severity = { Foo = "warning", high = "warning" }
        silences = { retention = "10d", max = 500, max_bytes = 4096 }
        [console]
        name = "prod"
        still_for = "90s"
        symbols = "ascii"
        theme = "colour-blind"
        links = "off"
        time_zone = "UTC"
        "#,
    );
    let policy = &config.policy;
    assert_eq!(config.listen.address.to_string(), "[::1]:0");
    assert_eq!(policy.default_service.as_str(), "web");
    assert_eq!(policy.service_label.as_ref(), "job");
    assert_eq!(policy.unknown_services, UnknownServices::Refuse);
    assert_eq!(policy.max_services, 7);
    assert_eq!(policy.dialect, Dialect::Utf8Strict);
    let dialect = |mode| read(&format!("alertmanager_mode = {mode:?}")).policy.dialect;
    assert_eq!(["fallback", "classic"].map(dialect), [Dialect::Fallback, Dialect::Classic]);
    assert_eq!(read("").policy.dialect, Dialect::Fallback);
    assert_eq!(policy.services, ["db".into(), "web".into()]);
    assert_eq!(policy.resolve_timeout, SignedDuration::from_mins(2));
    assert_eq!(policy.retention, SignedDuration::from_hours(14 * 24));
    assert_eq!(policy.silence_retention, SignedDuration::from_hours(10 * 24));
    assert_eq!((policy.max_silences, policy.max_silence_size), (Some(500), Some(4_096)));
    assert_eq!(read("").policy.max_silence_size, Some(65_536), "where nothing is said");
    let time_out = |name| policy.acknowledged_for(ServiceId::of(name));
    assert_eq!([time_out("db"), time_out("web")], [None, Some(SignedDuration::from_hours(1))]);
    for word in ["foo", "high"] {
        assert_eq!(policy.severity.read(Some(word)).level(), Some(Severity::Warning));
    }
    let console = ConsoleSettings {
        name: Some("prod".into()),
        still_for: Some(std::time::Duration::from_secs(90)),
        symbols: Some(Symbols::Ascii),
        theme: crate::console::theme::palette::Choice::Named("colour-blind".into()),
        links: Some(crate::console::terminal::Links::Off),
        time_zone: jiff::tz::TimeZone::UTC,
    };
    assert_eq!(config.console, console);
}

#[test]
fn a_channel_is_known_to_the_policy_by_name_and_its_secret_is_never_shown() {
    let config = read(
        r#"
        [[channel]]
        name = "ops"
        kind = "webhook"
        url = "https://chat.example.org/hooks/ops"
        bearer_token = "hunter2"
        account = "alice"
        acknowledgements = true
        [[channel]]
        name = "plain"
        kind = "webhook"
        url = "http://127.0.0.1:8080"
        timeout = "3s"
        "#,
    );
    let of = Some(AccountId::of("alice"));
    let ops = Channel { of, acknowledgements: true, ..Channel::shared("ops") };
    assert_eq!(config.policy.channels, [ops, Channel::shared("plain")]);
    let shown = format!("{:?}", config.channels);
    assert!(!shown.contains("hunter2") && !shown.contains("hooks"), "{shown}");
    let timeouts = config.channels.iter().map(|channel| match &channel.kind {
        ChannelKind::Webhook(webhook) => webhook.timeout.as_secs(),
    });
    assert_eq!(timeouts.collect::<Vec<_>>(), [10, 3]);
    let ChannelKind::Webhook(webhook) = &config.channels[0].kind;
    assert_eq!(webhook.bearer_token.as_ref().map(Secret::reveal), Some("hunter2"));
}

#[test]
fn a_maintenance_is_what_its_words_say_and_its_matchers_are_read_in_the_dialect_of_the_file() {
    let config = read(
        r#"
        alertmanager_mode = "utf8-strict"
        [[maintenance]]
        name = "backup"
        matchers = ["service=db", 'größe!~"k.*"']
        every = ["sat", "last day", "1 and 3rd mon"]
        at = "22:30"
        for = "90m"
        zone = "america/new_york"
        comment = "  the weekly\nbackup "
        [[maintenance]]
        name = "weekend"
        matchers = ["severity=warning"]
        every = ["sat", "sun"]
        at = "00:00"
        for = "24h"
        zone = "UTC"
        "#,
    );
    let told = config.policy.maintenance.iter().map(|maintenance| {
        let Maintenance { name, matchers, comment, when } = &**maintenance;
        let matchers = matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!("{name}: {{{matchers}}} {when} ({comment})")
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
    assert_eq!(read("").policy.maintenance, []);
}

#[test]
fn a_user_of_the_host_is_the_account_that_says_so_or_else_the_one_of_the_same_name() {
    let config = read(
        r#"
        account = [{ name = "alice", unix_user = "ops" }, { name = "bob" }]
        [socket]
        group = "oncall"
        "#,
    );
    let name = |user| config.account_of(user).map(|account| account.name.to_string());
    let known = ["ops", "bob", "alice", "carol"].map(name);
    assert_eq!(known, [Some("alice".into()), Some("bob".into()), None, None]);
    assert_eq!(config.socket.group.as_deref(), Some("oncall"));
}

#[test]
fn a_list_that_stands_still_for_nothing_stands_still_for_ever() {
    assert_eq!(read("[console]\nstill_for = \"0\"").console.still_for, None);
}

#[test]
fn the_command_line_goes_before_the_file_and_is_refused_like_it() {
    let given = Given { listen: Some("0.0.0.0:80".parse().unwrap()), ..ALICE };
    let read = |text| Config::read("watchbell.toml", text, &given);
    let refused = read("listen = \"127.0.0.1:1\"").unwrap_err().to_string();
    insta::assert_snapshot!(refused, @"on 0.0.0.0:80 tokens would cross the network in the clear; set tls_cert and tls_key, or listen on 127.0.0.1:80, or set plain_http = true where that is meant");
    let taken = read("plain_http = true").unwrap();
    assert_eq!(taken.listen.address.to_string(), "0.0.0.0:80");
}

#[test]
fn beyond_loopback_a_certificate_is_as_good_as_saying_that_it_may_be_plain() {
    let config = read(
        r#"
        listen = "0.0.0.0:9093"
        tls_cert = "/etc/letsencrypt/live/watch.example.org/fullchain.pem"
        tls_key = "/etc/letsencrypt/live/watch.example.org/privkey.pem"
        "#,
    );
    let tls = config.listen.tls.unwrap();
    assert!(tls.cert.ends_with("fullchain.pem") && tls.key.ends_with("privkey.pem"));
    assert_eq!(config.listen.api, AlertmanagerApi::Token);
}

#[test]
fn an_open_api_knows_the_hosts_of_the_file() {
    let config = read(
        r#"
        alertmanager_api = "open"
        allowed_hosts = ["Watch.example.org", "192.0.2.1"]
        "#,
    );
    let names = ["watch.example.org", "192.0.2.1"].map(|name| name.parse().unwrap());
    assert_eq!(config.listen.api, AlertmanagerApi::Open(names.into()));
    let given = Given { listen: Some("0.0.0.0:80".parse().unwrap()), ..ALICE };
    let text = "alertmanager_api = \"open\"\nplain_http = true";
    let refused = Config::read("watchbell.toml", text, &given).unwrap_err().to_string();
    insta::assert_snapshot!(refused);
}

#[test]
fn the_route_prefix_is_the_path_of_the_external_url_unless_it_is_said() {
    let prefix = |text: &str| read(text).listen.web.prefix.to_string();
    let url = "external_url = \"https://watch.example.org/watch/\"";
    assert_eq!(prefix(url), "/watch");
    assert_eq!(prefix(&format!("{url}\nroute_prefix = \"/\"")), "");
    assert_eq!(prefix(&format!("{url}\nroute_prefix = \"other\"")), "/other");
    assert_eq!(prefix("route_prefix = \"/other/\""), "/other");
    assert_eq!(prefix(""), "");
    assert_eq!(read("web_timeout = \"0\"").listen.web, Web::default());
}

#[test]
fn a_missing_file_is_a_mistake_only_where_it_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("watchbell.toml");
    assert!(Config::load(&file, Presence::Optional, &ALICE).is_ok());
    let error = Config::load(&file, Presence::Required, &ALICE).unwrap_err();
    assert!(matches!(error, ConfigError::Missing { .. }), "{error}");
    let error = Config::load(folder.path(), Presence::Optional, &ALICE).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }), "{error}");
}
