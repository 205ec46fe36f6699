//! Samples that people copy from the pages work as they stand there.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser;
use watchbell::cli::Cli;
use watchbell::config::{Config, Given};
use watchbell::console::theme::Role;
use watchbell::console::theme::palette::{Choice, Palette, Wardrobe};
use watchbell::domain::severity::{Severity, SeverityWords};

use super::{blocks, page, pages};
use crate::api::Api;
use crate::support::{Home, Service};

#[test]
fn the_sample_configuration_is_read_and_means_what_it_says() {
    let text = page("docs/operations.md");
    let sample = blocks(&text).into_iter().find(|block| block.info == "toml").unwrap();
    let given = Given { user: "nobody", listen: None };
    let config = Config::read("docs/operations.md", &sample.text, &given).unwrap();
    let people: Vec<&str> =
        config.policy.accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(people, ["alice", "bob"]);
}

#[test]
fn every_piece_of_configuration_on_the_pages_is_understood() {
    let given = Given { user: "nobody", listen: None };
    let mut seen = 0;
    for page in pages() {
        let (name, text) = (page.display().to_string(), std::fs::read_to_string(&page).unwrap());
        for block in blocks(&text).iter().filter(|block| block.info == "toml") {
            let read = Config::read(&name, &block.text, &given);
            assert!(read.is_ok(), "{name}, the block of line {}: {read:?}", block.line);
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} were found");
}

#[test]
fn every_theme_on_the_pages_is_understood_and_every_role_is_told() {
    let text = page("docs/console.md");
    let blocks = blocks(&text);
    let samples: Vec<_> = blocks.iter().filter(|block| block.info == "toml theme").collect();
    assert!(!samples.is_empty());
    for block in samples {
        let read = |_: &Path| Some(Ok(block.text.clone()));
        let from = Wardrobe { home: Path::new(""), read: &read };
        let theme = Palette::load(&Choice::read("sample"), from);
        assert!(theme.is_ok(), "the block of line {}: {theme:?}", block.line);
    }
    let roles = text.split("| Role | Where |").nth(1).and_then(|rest| rest.split("\n\n").next());
    let rows = roles.unwrap().lines().filter_map(|row| row.split('|').nth(1));
    let told: BTreeSet<&str> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
    assert_eq!(told, Role::ALL.map(Role::name).into());
}

#[test]
fn every_command_on_the_pages_is_understood() {
    let mut seen = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let blocks = blocks(&text);
        let consoles = blocks.iter().filter(|block| block.info == "console");
        for line in consoles.flat_map(|block| block.text.lines()) {
            let Some(command) = line.strip_prefix("$ ") else { continue };
            let parsed = Cli::try_parse_from(words(command));
            assert!(parsed.is_ok(), "{}: {command}\n{}", page.display(), parsed.unwrap_err());
            seen += 1;
        }
    }
    assert!(seen >= 10, "only {seen} were found");
}

/// The words of a command, as a shell splits them, up to where its output goes.
fn words(command: &str) -> Vec<String> {
    let command = command.split(" > ").next().unwrap_or_default();
    let quoted = command.split('"').enumerate();
    let words = quoted.flat_map(|(at, text)| match at % 2 {
        0 => text.split_whitespace().map(str::to_owned).collect(),
        _ => vec![text.to_owned()],
    });
    words.collect()
}

#[test]
fn the_words_for_severities_are_those_that_are_understood() {
    let text = page("docs/lifecycle.md");
    let row = text.split("| critical | warning |\n|---|---|\n").nth(1).unwrap();
    let told = row.split('`').skip(1).step_by(2).take(2).map(|words| words.split(' ').collect());
    let told: Vec<BTreeSet<&str>> = told.collect();
    let words = SeverityWords::default();
    let understood = [Severity::Critical, Severity::Warning].map(|level| words.of(level).collect());
    assert_eq!(told, understood);
}

#[tokio::test]
async fn the_first_alert_of_the_readme_arrives() {
    let readme = page("README.md");
    let body = readme.split("-d '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let scopes = readme.split("create me --scope ").nth(1);
    let scopes = scopes.and_then(|rest| rest.split(')').next()).unwrap();
    let home = Home::new();
    let secret = home.token("me", scopes);
    let service = Service::start(&home);
    let api = Api::new(&service, &secret);
    let (status, answer) = api.send("POST", "/api/v1/alert", body).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    assert_eq!(api.alerts().await.len(), 1);
}
