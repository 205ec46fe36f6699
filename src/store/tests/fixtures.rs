//! A data file of each format, made by the real program that wrote it: what was kept is still read.
//!
//! `tests/fixtures/format-N.redb` is never made again. Before a change raises the format, or a new
//! version of a record comes, its successor is made with the program as it was: start it over an
//! empty directory with two accounts, a service and a channel whose far end does not answer; post
//! three alerts to API v2 and one under an idempotency key; acknowledge, note and assign one, snooze
//! one, make and resolve one by hand; make two tokens and revoke a third; end it with SIGTERM; copy
//! the file here, and add its row below.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::*;
use crate::domain::alert::Alert;
use crate::domain::event::Event;
use crate::domain::silence::SilenceTold;

/// A copy of the fixture of a format, in a data directory of its own.
fn copy(format: u64) -> (tempfile::TempDir, DataDir) {
    let home = tempfile::TempDir::new().unwrap();
    let fixture = format!("{}/tests/fixtures/format-{format}.redb", env!("CARGO_MANIFEST_DIR"));
    let disk = DataDir(home.path().join("data"));
    disk.prepare().unwrap();
    fs::copy(fixture, disk.file()).unwrap();
    (home, disk)
}

/// What a person would ask of it, whatever the types of today are.
fn told(store: &Store, loaded: &Loaded) -> String {
    let mut text = format!("commit {}\n", loaded.revision);
    for entity in &loaded.entities {
        match entity {
            Entity::Alert(alert) => alert_told(&mut text, alert),
            Entity::Service(service) => {
                writeln!(text, "service {} of {}", service.name, service.created).unwrap();
            }
            Entity::Token(token) => {
                let (name, scopes, space) = (&token.name, token.scopes, &token.namespace.0);
                let account = token.account.is_some();
                writeln!(text, "token {name}: {scopes}, namespace {space:?}, account: {account}")
                    .unwrap();
            }
            Entity::Once(once) => {
                writeln!(text, "once {} until {}", once.alert, once.until).unwrap();
            }
            Entity::Delivery(one) => {
                writeln!(
                    text,
                    "to {}: {} about {}, attempts {}, {:?}",
                    one.channel, one.tell, one.alert, one.attempts, one.state
                )
                .unwrap();
            }
            Entity::Silence(silence) => {
                let (id, terms) = (silence.id.short(), SilenceTold::of(&silence.terms));
                writeln!(text, "silence {id}: {terms}, {:?}", silence.reach).unwrap();
            }
            Entity::Maintenance(kept) => {
                writeln!(text, "maintenance {}", kept.maintenance.told()).unwrap();
            }
            // What it tells is shown by its alert.
            Entity::Source(_) => continue,
        }
        let timeline = store.archive().timeline(entity.key(), PageRequest::newest(500)).unwrap();
        for event in timeline.items.iter().rev() {
            writeln!(text, "  {}", line(event)).unwrap();
        }
    }
    text
}

fn alert_told(text: &mut String, alert: &Alert) {
    let labels: Vec<String> =
        alert.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    writeln!(text, "alert {} {:?}, {}", alert.id, alert.title.as_str(), alert.severity).unwrap();
    writeln!(text, "  {}, since {}", alert.standing.state, alert.standing.since).unwrap();
    writeln!(text, "  labels {}", labels.join(" ")).unwrap();
    let assignee = alert.standing.assignee.as_ref().map_or("nobody", |one| one.name.as_str());
    writeln!(text, "  {assignee} has it; episode {}", alert.occurrence).unwrap();
    writeln!(text, "  heard {} times, last {}", alert.seen.count, alert.seen.last).unwrap();
    writeln!(text, "  starts {:?}, ends {:?}", alert.starts_at, alert.ends).unwrap();
    writeln!(text, "  quiet because of {} things", alert.suppressions.len()).unwrap();
    for note in &alert.notes {
        writeln!(text, "  note of {} at {}: {}", note.by, note.at, note.text).unwrap();
    }
}

fn line(event: &Event) -> String {
    format!("{} {} {event}", event.at, event.revision)
}

#[test]
fn a_file_of_format_1_has_all_that_was_kept() {
    let (_home, disk) = copy(1);
    let (store, loaded) = Store::open(disk).unwrap();
    insta::assert_snapshot!(told(&store, &loaded));
}

#[test]
fn a_file_of_format_2_has_all_that_was_kept() {
    let (_home, disk) = copy(2);
    let (store, loaded) = Store::open(disk).unwrap();
    insta::assert_snapshot!(told(&store, &loaded));
}

#[test]
fn a_file_of_format_3_has_all_that_was_kept() {
    let (_home, disk) = copy(3);
    let (store, loaded) = Store::open(disk).unwrap();
    insta::assert_snapshot!(told(&store, &loaded));
}

#[test]
fn every_format_that_is_read_has_a_fixture_that_is_well() {
    for format in crate::store::schema::FORMAT_READ..=crate::store::schema::FORMAT {
        let (_home, disk) = copy(format);
        let checkup = check(&disk.file()).unwrap();
        assert!(checkup.is_well(), "{checkup:?}");
        assert_eq!(checkup.format, format);
    }
}

#[test]
fn what_an_old_file_has_is_the_same_after_it_was_written_anew_in_every_way() {
    for format in crate::store::schema::FORMAT_READ..=crate::store::schema::FORMAT {
        let (_home, disk) = copy(format);
        let (mut store, loaded) = Store::open(disk.clone()).unwrap();
        let before = told(&store, &loaded);
        // Each state is written again, as of today.
        let put = |entity: &Entity| Change {
            key: entity.key(),
            next: Some(entity.clone()),
            event: None,
            keep: Keep::Now,
        };
        let changes: Vec<Change> = loaded.entities.iter().map(put).collect();
        let next = loaded.revision.next();
        store.commit(next, &changes).unwrap();
        store.close().unwrap();
        compact(&disk.0).unwrap();
        let (store, loaded) = Store::open(disk.clone()).unwrap();
        let after = told(&store, &loaded);
        assert_eq!(without_head(&after), without_head(&before), "format {format}");
        drop(store);
        assert!(check(&disk.file()).unwrap().is_well(), "format {format}");
    }
}

fn without_head(text: &str) -> &str {
    text.split_once('\n').unwrap().1
}

#[test]
fn every_fixture_is_of_a_format_that_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let formats = crate::store::schema::FORMAT_READ..=crate::store::schema::FORMAT;
    assert_eq!(names, formats.map(|one| format!("format-{one}.redb")).collect::<Vec<_>>());
}
