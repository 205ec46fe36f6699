//! "Send alerts here", what is refused, and how senders do: the screen for them, the bar, the header.

use ratatui::layout::Size;

use crate::console::effect::{Event, News};
use crate::console::model::senders::Token;
use crate::console::stage::{Stage, alert, restless, settings};
use crate::console::update::update;
use crate::domain::actor::Actor;
use crate::domain::command::Command;
use crate::domain::report::{Payload, Report, Road, Subject};
use crate::domain::samples::{Desk, identity, told};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, after};
use crate::engine::Refused;

/// Makes the token that the stage does not make by itself.
fn with_token(stage: &mut Stage) {
    stage.press("t enter");
    let op = stage
        .asked
        .iter()
        .find_map(|effect| match effect {
            crate::console::effect::Effect::MakeToken(op, _) => Some(*op),
            _ => None,
        })
        .unwrap();
    let secret = "wb_Vq8sT2mZr4yKp0LxCw6NhJb9DfGa3EuRi7Ok5Ys1Mt0".to_owned();
    stage.event(Event::TokenMade(op, Ok(Token { name: "first".into(), secret })));
}

/// A post of a stranger is refused.
fn refuse(stage: &mut Stage, from: &str) {
    refuse_of(stage, from, None, 1);
}

/// A post of a stranger is refused for a reason of its own.
fn refuse_for(stage: &mut Stage, from: &str, why: &str) {
    let at = stage.now().at;
    let refused =
        Refused { at, from: from.into(), sender: None, why: why.into(), status: Some(401) };
    let mut service = stage.model.service.clone();
    std::sync::Arc::make_mut(&mut service.refusals).add(&refused);
    stage.event(Event::Vitals(service));
}

/// Posts are refused, of a sender if it is named.
fn refuse_of(stage: &mut Stage, from: &str, sender: Option<&str>, count: u64) {
    let (at, sender) = (stage.now().at, sender.map(Text::derive));
    let (why, status) = match &sender {
        Some(_) => ("at least one label pair required".into(), 400),
        None => ("no token".into(), 401),
    };
    let refused = Refused { at, from: from.into(), sender, why, status: Some(status) };
    let mut service = stage.model.service.clone();
    for _ in 0..count {
        std::sync::Arc::make_mut(&mut service.refusals).add(&refused);
    }
    stage.event(Event::Vitals(service));
}

#[test]
fn a_token_a_refused_post_and_the_first_alert() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    with_token(&mut stage);
    refuse(&mut stage, "127.0.0.1");
    stage.wait(60_000);
    stage.fires("first", alert("Hello from curl", "warning", "default"));
    picture!(stage);
}

#[test]
fn an_example_for_prometheus() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    stage.press("tab");
    picture!(stage);
}

#[test]
fn an_example_for_a_prometheus_that_needs_no_token_and_speaks_tls() {
    let mut open = settings();
    (open.posting, open.scheme) = (crate::console::Posting::Open, "https");
    let mut stage = Stage::with(Desk::new(), open, 80, 24);
    stage.press("tab");
    picture!(stage);
}

#[test]
fn an_example_for_alertmanager() {
    let mut stage = Stage::on(Desk::new(), 80, 30);
    stage.press("tab tab");
    picture!(stage);
}

/// A night on which a sender's clock is off and another one fell silent; a third is refused.
fn unwell() -> Stage {
    let mut stage = Stage::on(restless(), 80, 30);
    let mut reports = Vec::new();
    for name in ["a", "b", "c"] {
        let now = stage.desk.now;
        let told = told(now, after(now, SignedDuration::from_mins(5)));
        let payload = Payload { road: Road::V2, ..alert(name, "warning", "web") };
        let identity = identity(name);
        reports.push(Report::Interval { identity, told, payload: Box::new(payload) });
    }
    let sender = Actor::Machine("vmalert".into());
    stage.desk.order(&sender, Command::Report(reports)).unwrap();
    stage.desk.wait(SignedDuration::from_mins(6));
    stage.desk.time();
    let now = stage.now();
    let table = stage.desk.table.clone();
    update(&mut stage.model, Event::News(Box::new(News { table, changes: None })), now);
    refuse_of(&mut stage, "prometheus (192.0.2.7)", Some("prometheus"), 1);
    refuse_of(&mut stage, "grafana (192.0.2.8)", Some("grafana"), 3);
    stage
}

#[test]
fn each_sender_how_it_does() {
    let mut stage = unwell();
    stage.press("T");
    picture!(stage);
}

#[test]
fn senders_with_whom_something_is_wrong_stay_where_there_is_little_room() {
    let mut desk = Desk::new();
    for number in 0..9 {
        let sender = Actor::Machine(Text::derive(&format!("sender{number}")));
        let name = format!("alert{number}");
        let subject = Subject::Known(identity(&name));
        let payload = Box::new(alert(&name, "warning", "web"));
        desk.order(&sender, Command::Report(vec![Report::Firing { subject, payload }])).unwrap();
    }
    let mut stage = Stage::on(desk, 80, 24);
    refuse_of(&mut stage, "sender7 (192.0.2.7)", Some("sender7"), 2);
    stage.press("T");
    let screen = stage.screen();
    let rows: Vec<&str> = screen.lines().skip_while(|line| !line.contains("Senders")).collect();
    assert!(rows[1].starts_with("   sender7  heard "), "{screen}");
    // However long what was refused is, and however many others were.
    let long = "label value is not valid UTF-8 and neither is anything else about it, ".repeat(9);
    for number in 0..12 {
        refuse_for(&mut stage, &format!("192.0.2.{number}"), &long);
    }
    picture!(stage);
}

#[test]
fn the_page_for_senders_scrolls_as_far_as_there_is_more() {
    let mut stage = unwell();
    stage.event(Event::Resized(Size { width: 80, height: 16 }));
    stage.press("T");
    let first = stage.screen();
    assert!(first.contains("scroll: "), "{first}");
    stage.press("J J J");
    assert_ne!(stage.screen(), first);
    for _ in 0..99 {
        stage.press("J");
    }
    let last = stage.screen();
    assert!(!last.contains("scroll: "), "{last}");
    stage.press("K");
    assert_ne!(stage.screen(), last, "it went no further than its end");
}

#[test]
fn refused_posts() {
    let mut stage = Stage::night(80, 24);
    refuse(&mut stage, "192.0.2.9");
    stage.wait(60_000);
    refuse_of(&mut stage, "grafana (192.0.2.8)", Some("grafana"), 1_204);
    refuse(&mut stage, "192.0.2.9");
    refuse(&mut stage, "127.0.0.1");
    stage.wait(60_000);
    refuse_of(&mut stage, "127.0.0.1", None, 11);
    stage.press("enter esc");
    picture!(stage);
}

#[test]
fn refused_posts_are_told_once_counted_quietly_and_forgotten_five_minutes_after_the_last() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    stage.press("esc").wait(60_000);
    stage.frames();
    refuse(&mut stage, "127.0.0.1");
    stage.draw_if_wanted();
    assert_eq!(stage.frames().len(), 1);
    let said = stage.line(1);
    assert!(said.starts_with("REFUSED a post at ") && said.contains("no token"), "{said}");
    for _ in 2..=9 {
        stage.wait(60_000);
        refuse(&mut stage, "127.0.0.1");
    }
    stage.wait(240_000);
    assert_eq!(stage.frames().len(), 0, "a count is no reason to draw");
    stage.press("?").press("esc");
    stage.frames();
    assert!(stage.line(1).starts_with("REFUSED a post at "), "{}", stage.line(1));
    stage.wait(59_000);
    assert_eq!(stage.frames().len(), 0);
    stage.wait(2_000);
    assert_eq!(stage.frames().len(), 1);
    assert_eq!(stage.line(1), "");
}

#[test]
fn another_sender_of_ours_that_is_refused_is_worth_a_frame_and_another_stranger_is_not() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    stage.press("esc").wait(60_000);
    let mut drawn = Vec::new();
    for (from, sender) in [
        ("192.0.2.9", None),
        ("192.0.2.8", None),
        ("grafana (192.0.2.8)", Some("grafana")),
        ("grafana (192.0.2.8)", Some("grafana")),
        ("prometheus (192.0.2.7)", Some("prometheus")),
    ] {
        stage.wait(10_000);
        stage.frames();
        refuse_of(&mut stage, from, sender, 1);
        stage.draw_if_wanted();
        drawn.push(stage.frames().len());
    }
    assert_eq!(drawn, [1, 0, 1, 0, 1]);
}

#[test]
fn the_bar_counts_the_last_five_minutes_and_says_who_else_is_refused() {
    let mut stage = Stage::on(Desk::new(), 160, 24);
    stage.press("esc");
    let mut said = Vec::new();
    let mut read = |stage: &mut Stage| {
        stage.press("?").press("esc");
        said.push(stage.line(1));
    };
    for _ in 0..12 {
        refuse(&mut stage, "127.0.0.1");
        stage.wait(30_000);
    }
    read(&mut stage);
    refuse(&mut stage, "192.0.2.9");
    read(&mut stage);
    // Who is behind the same address and has another fault is another.
    refuse_for(&mut stage, "192.0.2.9", "unknown token");
    read(&mut stage);
    refuse_of(&mut stage, "grafana (192.0.2.8)", Some("grafana"), 2);
    read(&mut stage);
    for number in 0..40 {
        refuse(&mut stage, &format!("2001:db8::{number:x}"));
    }
    refuse_of(&mut stage, "grafana (192.0.2.8)", Some("grafana"), 1);
    read(&mut stage);
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn where_senders_are_set_up_somebody_new_is_worth_a_frame_and_another_post_is_not() {
    let mut stage = Stage::on(Desk::new(), 80, 40);
    let mut drawn = Vec::new();
    for from in ["192.0.2.9", "192.0.2.9", "192.0.2.8", "192.0.2.9", "192.0.2.8"] {
        stage.wait(10_000);
        stage.frames();
        refuse(&mut stage, from);
        stage.draw_if_wanted();
        drawn.push(stage.frames().len());
    }
    assert_eq!(drawn, [1, 0, 1, 0, 0]);
}

#[test]
fn all_who_are_refused_the_newest_first() {
    let mut stage = Stage::on(Desk::new(), 80, 40);
    for (from, sender, count) in [
        ("192.0.2.9", None, 2),
        ("grafana (192.0.2.8)", Some("grafana"), 1_204),
        ("192.0.2.7", None, 1),
        ("192.0.2.9", None, 1),
    ] {
        refuse_of(&mut stage, from, sender, count);
        stage.wait(60_000);
    }
    stage.press("tab");
    picture!(stage);
}

#[test]
fn the_header_says_how_senders_do_where_there_is_room_beside_the_counts() {
    let mut stage = unwell();
    stage.press("T").press("esc");
    let mut heads = Vec::new();
    for width in [160, 120, 100, 90, 80, 70, 60, 50, 40] {
        stage.event(Event::Resized(Size { width, height: 24 }));
        heads.push(stage.line(0));
    }
    insta::assert_snapshot!(heads.join("\n"));
}

#[test]
fn a_sender_that_is_heard_again_leaves_the_header() {
    let mut stage = Stage::on(Desk::new(), 100, 24);
    refuse(&mut stage, "127.0.0.1");
    let refused = stage.line(0);
    assert!(refused.contains("1 sender refused"), "{refused}");
    stage.wait(301_000);
    let quiet = stage.line(0);
    assert!(!quiet.contains("sender"), "{quiet}");
}
