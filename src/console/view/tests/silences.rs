//! The view of silences, in windows of several sizes.

use super::*;
use crate::domain::change::{Change, Keep};
use crate::domain::command::{Command, SilenceCommand};
use crate::domain::entity::{Entity, Key};
use crate::domain::id::SilenceId;
use crate::domain::labels::Labels;
use crate::domain::maintenance::WindowOf;
use crate::domain::matcher::Dialect;
use crate::domain::samples::{account, labels};
use crate::domain::silence::line::read;
use crate::domain::silence::{Silence, Terms};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, after};

const SIZES: [(u16, u16); 4] = [(120, 32), (80, 24), (60, 14), (40, 8)];

/// One in force that is over before its alerts call, one until they are resolved, one to come, and
/// two that are over.
fn silenced() -> Desk {
    let mut desk = night();
    let minutes = |minutes| SignedDuration::from_mins(minutes);
    let of = |desk: &Desk, who: &str, what: &str, from: i64, to: i64, why: &str| Terms {
        matchers: read(what, Dialect::Fallback).matchers.into(),
        starts: after(desk.now, minutes(from)),
        ends: after(desk.now, minutes(to)),
        by: who.into(),
        comment: why.into(),
        annotations: Labels::default(),
        until_resolved: false,
    };
    let all = [
        of(&desk, "bob", "service=\"batch\"", 0, 600, "import is moved to the morning"),
        Terms {
            until_resolved: true,
            annotations: labels(&[("ticket", "OPS-1204")]),
            ..of(
                &desk,
                "carol",
                "service=~\"db|payments\" severity!=\"info\"",
                0,
                120,
                "db1 is rebuilt, see the plan of the storage team",
            )
        },
        of(&desk, "alice", "instance=\"net004:9100\" job=\"node\"", 1_200, 1_320, ""),
        of(&desk, "bob", "service=\"cache\"", 0, 60, "tests"),
    ];
    let mut ids: Vec<SilenceId> = Vec::new();
    for terms in all {
        let by = account(&terms.by);
        let known: Vec<SilenceId> = desk.table.silences().map(|one| one.id).collect();
        desk.order(&by, Command::Silence(SilenceCommand::Set(None, Box::new(terms)))).unwrap();
        ids.extend(desk.table.silences().map(|one| one.id).filter(|id| !known.contains(id)));
    }
    let over = SilenceCommand::Expire(ids[3]);
    desk.order(&account("bob"), Command::Silence(over)).unwrap();
    desk
}

fn pictures(keys: &str) -> String {
    let picture = |(width, height)| {
        let mut stage = Stage::on(silenced(), width, height);
        stage.press(keys).wait(400);
        format!("{width}x{height}\n{}", stage.screen())
    };
    SIZES.map(picture).join("\n\n")
}

macro_rules! pictures {
    ($keys:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(pictures($keys))
        })
    };
}

#[test]
fn silences_at_any_size() {
    pictures!("2");
}

#[test]
fn a_silence_opened_at_any_size() {
    pictures!("2 enter");
}

#[test]
fn ending_a_silence_at_any_size() {
    pictures!("2 x");
}

#[test]
fn one_that_is_over() {
    let mut stage = Stage::on(silenced(), 80, 24);
    stage.press("2 G").wait(400);
    picture!(stage);
}

#[test]
fn a_window_of_a_maintenance_is_marked_and_told() {
    let mut desk = silenced();
    let one = desk.table.silences().find(|one| one.terms.by.as_ref() == "carol").unwrap();
    let window = WindowOf {
        name: Text::derive("rebuild"),
        was: Text::derive("service=\"db\" every sun 03:00 for 2h in UTC"),
        until: one.terms.ends,
    };
    let next = Silence { window_of: Some(window.into()), ..one.as_ref().clone() };
    desk.table.put(&Change {
        key: Key::Silence(next.id),
        next: Some(Entity::Silence(next.into())),
        event: None,
        keep: Keep::Now,
    });
    let mut stage = Stage::on(desk, 80, 24);
    stage.press("2").wait(400);
    assert!(stage.line(3).starts_with("▌rw active"), "{}", stage.line(3));
    stage.press("enter");
    let screen = stage.screen();
    assert!(screen.contains("window of the maintenance rebuild, which comes again"), "{screen}");
}

#[test]
fn help_of_silences() {
    let mut stage = Stage::on(silenced(), 80, 24);
    stage.press("2 ?");
    picture!(stage);
}

#[test]
fn no_silences() {
    let mut stage = Stage::night(80, 24);
    stage.press("2");
    picture!(stage);
}

#[test]
fn silences_in_ascii() {
    let mut settings = settings();
    settings.symbols = Symbols::Ascii;
    let mut stage = Stage::with(silenced(), settings, 80, 24);
    stage.press("2").wait(400);
    assert!(stage.screen().is_ascii(), "{}", stage.screen());
}

#[test]
fn the_footer_of_the_list_names_silences_where_there_are_some() {
    let (without, with) = (Stage::night(120, 32), Stage::on(silenced(), 120, 32));
    assert!(!without.line(-1).contains("2 silences"), "{}", without.line(-1));
    assert!(with.line(-1).contains("2 silences"), "{}", with.line(-1));
}
