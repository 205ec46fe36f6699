//! Storms: when they are drawn, and what is not drawn later because of them.

use std::sync::Arc;

use crate::console::effect::{Event, News};
use crate::console::frame::{Focus, Link};
use crate::console::model::storm::{Storm, Storms};
use crate::console::settings::Settings;
use crate::console::stage::{Stage, alert, night, settings};
use crate::domain::actor::Actor;
use crate::domain::command::{AlertCommand, Command};
use crate::domain::report::{Report, Road, Subject};
use crate::domain::samples::{Desk, identity};

fn over(link: Link, desk: Desk) -> Stage {
    let mut stage = Stage::with(desk, Settings { link, ..settings() }, 120, 24);
    stage.press("p");
    stage.wait(1_000);
    stage.frames();
    stage
}

/// The frames since the last call, without bells that rang between them.
fn drawn(stage: &Stage) -> Vec<Vec<u8>> {
    stage.frames().into_iter().filter(|frame| frame != b"\x07").collect()
}

/// The number of alerts in the bar.
fn told(stage: &Stage) -> Option<usize> {
    let line = stage.line(1);
    let (_, rest) = line.strip_prefix("STORM since ")?.split_once(": ")?;
    rest.split(' ').next()?.replace(',', "").parse().ok()
}

#[test]
fn a_storm_is_drawn_at_once_then_every_few_seconds_and_once_when_it_is_over() {
    for (link, frames) in [(Link::Ssh, 4), (Link::Local, 20)] {
        let mut stage = over(link, Desk::new());
        stage.blow(&[("db", 51)]);
        assert_eq!((stage.frames().len(), told(&stage)), (1, Some(51)), "{link:?}");
        for _ in 0..200 {
            stage.wait(100);
            stage.blow(&[("db", 1)]);
        }
        assert_eq!(drawn(&stage).len(), frames, "{link:?}, in 20 s");
        stage.wait(5_000);
        assert_eq!((drawn(&stage).len(), told(&stage)), (1, Some(251)), "{link:?}");
        // Ages move when the minute is full.
        stage.wait(60_000);
        assert_eq!((stage.frames().len(), told(&stage)), (2, None), "{link:?}");
    }
}

#[test]
fn a_storm_that_waits_for_its_next_counts_rings_once_for_them_and_at_once() {
    let mut stage = over(Link::Ssh, Desk::new());
    stage.blow(&[("db", 60)]);
    for _ in 0..40 {
        stage.wait(100);
        stage.blow(&[("db", 2)]);
    }
    stage.wait(5_000);
    let bells = |frame: &Vec<u8>| frame.split(|byte| *byte == 7).count() - 1;
    let rung: Vec<usize> = stage.frames().iter().map(bells).collect();
    assert_eq!(rung, [1, 1, 0]);
}

#[test]
fn in_a_storm_keys_are_answered_at_once_and_a_move_shows_nothing_newer() {
    let mut stage = over(Link::Ssh, night());
    stage.blow(&[("db", 60)]);
    stage.press("j");
    stage.wait(400);
    stage.blow(&[("web", 40)]);
    stage.bytes();
    stage.rush("j");
    let bytes = stage.bytes();
    assert!(bytes.len() == 1 && bytes[0] <= 60, "{bytes:?}");
    assert_eq!(told(&stage), Some(60));
    stage.wait(400);
    assert_eq!(told(&stage), Some(60), "the pane followed, and nothing else");
    stage.press(".");
    assert_eq!(told(&stage), Some(100), "what the key brings in is counted");
    assert!(!stage.line(2).contains("new"), "{}", stage.screen());
    stage.blow(&[("web", 7)]);
    stage.press("g");
    assert_eq!(told(&stage), Some(107));
    assert!(stage.line(0).starts_with("74 CRITICAL FIRING"), "{}", stage.line(0));
}

#[test]
fn in_a_storm_a_standing_list_counts_every_few_seconds_what_is_new() {
    let mut stage = over(Link::Ssh, night());
    stage.blow(&[("db", 60)]);
    stage.press("j");
    stage.wait(6_000);
    stage.frames();
    for _ in 0..40 {
        stage.wait(100);
        stage.blow(&[("web", 3)]);
    }
    stage.wait(5_000);
    assert!(drawn(&stage).len() <= 2);
    assert!(stage.line(2).ends_with("120 new, 80 CRIT: press ."), "{}", stage.line(2));
}

#[test]
fn in_a_storm_what_others_do_to_an_alert_in_sight_is_drawn_at_once() {
    let mut stage = over(Link::Ssh, night());
    stage.blow(&[("db", 60)]);
    stage.press("j");
    let selected = stage.model.list.under_cursor().unwrap();
    let sight = stage.model.list.window(10)[5];
    let far = stage.model.list.window(usize::MAX)[30];
    stage.wait(500);
    for (id, frames) in [(selected, 1), (sight, 1), (far, 0)] {
        stage.frames();
        stage.other("bob", id, AlertCommand::Acknowledge);
        assert_eq!(stage.frames().len(), frames, "{id}");
    }
    assert!(stage.screen().contains("was acknowledged by bob"), "{}", stage.screen());
    assert_eq!(told(&stage), Some(60));
}

#[test]
fn what_this_person_does_in_a_storm_changes_the_header_at_once() {
    let mut stage = over(Link::Ssh, Desk::new());
    stage.blow(&[("db", 60)]);
    stage.wait(2_000);
    stage.rush("j k");
    stage.press("a");
    assert!(stage.line(0).starts_with("39 CRITICAL FIRING"), "{}", stage.screen());
}

/// So many critical alerts begin at once, and end again in the same storm.
fn passed(link: Link) -> Stage {
    let mut stage = over(link, Desk::new());
    let names: Vec<String> = (0..60).map(|number| format!("n{number}")).collect();
    let sender = Actor::Machine("prometheus".into());
    let fire = |name: &String| Report::Firing {
        subject: Subject::Known(identity(name)),
        payload: Box::new(alert(name, "critical", "db")),
    };
    let end = |name: &String| Report::Resolved {
        identity: identity(name),
        road: Road::Plain,
        ends_at: None,
    };
    stage.command(&sender, Command::Report(names.iter().map(fire).collect()));
    stage.wait(6_000);
    stage.command(&sender, Command::Report(names.iter().map(end).collect()));
    stage.wait(6_000);
    assert!(stage.line(0).starts_with("nothing firing"), "{}", stage.line(0));
    // With the last of what ended the counts are shown just now.
    stage.command(&sender, Command::Report(vec![fire(&"late".into())]));
    stage.wait(6_000);
    stage.command(&sender, Command::Report(vec![end(&"late".into())]));
    assert!(stage.screen().contains("Nothing is firing."), "{}", stage.screen());
    stage.frames();
    stage
}

#[test]
fn in_a_storm_nothing_is_said_to_fire_no_longer_than_nothing_does() {
    for link in [Link::Local, Link::Ssh] {
        for (severity, said) in
            [("critical", "1 CRITICAL FIRING"), ("warning", "no critical firing   1 warning")]
        {
            let mut stage = passed(link);
            stage.fires("new", alert("the disk is full", severity, "db"));
            assert!(stage.line(0).starts_with(said), "{link:?}: {}", stage.line(0));
            assert!(!stage.screen().contains("Nothing is firing"), "{}", stage.screen());
            let frames = stage.frames();
            assert_eq!(frames.len(), 1, "{link:?}");
            assert_eq!(frames[0].contains(&7), severity == "critical", "{link:?}");
        }
        // A warning fires: the first critical does not wait either.
        let mut stage = passed(link);
        stage.fires("warns", alert("the disk fills", "warning", "db"));
        stage.fires("new", alert("the disk is full", "critical", "db"));
        assert!(stage.line(0).starts_with("1 CRITICAL FIRING"), "{link:?}: {}", stage.line(0));
        assert!(stage.frames().iter().any(|frame| frame.contains(&7)), "{link:?}");
    }
}

#[test]
fn a_bell_does_not_wait_for_the_counts_of_a_storm() {
    let mut stage = over(Link::Ssh, Desk::new());
    stage.blow(&[("db", 60)]);
    stage.wait(100);
    stage.frames();
    stage.event(Event::Focused(Focus::Away));
    for _ in 0..10 {
        stage.blow(&[("db", 1)]);
        stage.wait(100);
    }
    let frames = stage.frames();
    assert_eq!(frames.len(), 1, "one bell for what the next counts are to show");
    let frame = String::from_utf8_lossy(&frames[0]);
    assert!(frame.starts_with('\u{7}') && frame.contains("db0 does not answer"), "{frame:?}");
    assert_eq!(told(&stage), Some(60));
    stage.wait(5_000);
    assert_eq!((stage.frames().len(), told(&stage)), (1, Some(70)));
}

#[test]
fn a_storm_survives_that_changes_were_missed() {
    let mut stage = over(Link::Ssh, night());
    stage.blow(&[("db", 60)]);
    stage.wait(30_000);
    let reports = (0..500).map(|number| Report::Firing {
        subject: Subject::Known(identity(&format!("missed{number}"))),
        payload: Box::new(alert("missed", "critical", "web")),
    });
    let order = Command::Report(reports.collect());
    stage.desk.order(&Actor::Machine("prometheus".into()), order).unwrap();
    let table = stage.desk.table.clone();
    stage.event(Event::News(Box::new(News { table, changes: None })));
    stage.draw_if_wanted();
    assert!(stage.line(1).contains("560 alerts in 30 s.  web 500, db 60."), "{}", stage.line(1));
    stage.blow(&[("db", 1)]);
    let now = stage.now().at;
    assert_eq!(stage.model.storms.storm().map(Storm::alerts), Some(561));
    let anew = Storms::of(&stage.desk.table, now);
    assert_eq!(anew.storm(), stage.model.storms.storm());
    assert_eq!(anew.until(), stage.model.storms.until());
    // Nothing was missed, and nothing began.
    let (table, changes) = (stage.desk.table.clone(), Some(Arc::from([])));
    stage.event(Event::News(Box::new(News { table, changes })));
    assert_eq!(stage.model.storms.storm().map(Storm::alerts), Some(561));
}

#[test]
fn whoever_looks_in_the_middle_of_a_storm_sees_all_of_it() {
    let mut stage = over(Link::Local, Desk::new());
    stage.blow(&[("db", 60)]);
    stage.wait(90_000);
    assert_eq!(told(&stage), None);
    stage.blow(&[("db", 60)]);
    stage.wait(40_000);
    stage.blow(&[("web", 60)]);
    let later = Stage::on(stage.desk, 120, 24);
    assert!(later.line(1).contains("120 alerts in 40 s.  db 60, web 60."), "{}", later.line(1));
}
