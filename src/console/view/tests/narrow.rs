//! What must be read in a small window: what cannot be saved, which alert is asked about, what a
//! filter hides, which console it is.

use std::sync::Arc;

use crate::console::effect::{Event, Failure};
use crate::console::model::Service;
use crate::console::model::trouble::Trouble;
use crate::console::settings::Settings;
use crate::console::stage::{Engine, Stage, alert, night, settings};
use crate::domain::samples::Desk;
use crate::engine::Refused;

const SIZES: [(u16, u16); 4] = [(120, 32), (80, 24), (50, 12), (40, 8)];

macro_rules! said {
    ($said:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($said)
        })
    };
}

/// Header and bar.
fn head(stage: &Stage) -> String {
    let screen = stage.screen();
    let rows = |line: &&str| !line.starts_with(['›', '▌']) && !line.contains(" SEV ");
    screen.lines().take_while(rows).collect::<Vec<_>>().join("\n")
}

fn full(stage: &Stage, reason: &str) -> Event {
    let unsaved = Some(Trouble { since: stage.now().at, reason: reason.into() });
    Event::Vitals(Service { unsaved, ..Service::default() })
}

#[test]
fn a_full_disk_says_what_is_vital_at_every_size() {
    let mut said = Vec::new();
    for (width, height) in SIZES {
        let mut stage = Stage::night(width, height);
        let event = full(&stage, "the disk is full");
        stage.event(event);
        let screen = stage.screen().replace('\n', "").replace("  ", " ");
        for vital in ["nothing can be saved", "missing", "acting is refused", "/var/lib/watchbell"]
        {
            assert!(screen.contains(vital), "{vital} at {width}x{height}:\n{}", stage.screen());
        }
        said.push(head(&stage));
    }
    said!(said.join("\n\n"));
}

#[test]
fn a_refusal_for_want_of_storage_is_whole_and_ends_with_the_trouble() {
    let mut stage = Stage::night(80, 24);
    let event = full(&stage, "the disk is full");
    stage.event(event);
    stage.engine = Engine::Broken;
    stage.press("a");
    let last = |stage: &Stage| stage.line(23).trim().to_owned();
    assert_eq!(last(&stage), "Not acknowledged: nothing can be saved now (disk full).");
    stage.press("j");
    assert!(last(&stage).starts_with("Not acknowledged"), "it stays: {}", last(&stage));
    stage.event(Event::Vitals(Service::default()));
    let over = "Saving works again. The list shows what was saved; the rest was not done.";
    assert_eq!(last(&stage), over);
    stage.press("k");
    assert!(last(&stage).starts_with("a acknowledge"), "{}", last(&stage));
}

#[test]
fn of_what_may_have_been_saved_nothing_is_claimed() {
    let mut stage = Stage::night(80, 24);
    stage.engine = Engine::Waits;
    stage.press("a");
    let op = stage.model.acts.flights().first().unwrap().op;
    stage.event(Event::Answered(op, Err(Failure::Unsure("disk full".into()))));
    let said = "Unknown whether it was acknowledged: saving failed (disk full).";
    assert_eq!(stage.line(23).trim(), said);
}

/// One alert whose service has a name as long as they come.
fn long_service(title: &str) -> Desk {
    let mut desk = Desk::new();
    desk.fires("far", alert(title, "critical", &"payments-and-settlement-gateway-".repeat(3)));
    desk
}

#[test]
fn a_question_names_its_alert_however_long_the_service_is_called() {
    let mut said = Vec::new();
    for title in ["checkout does not answer", "checkout does not answer to anybody who asks it"] {
        for (width, height) in SIZES {
            let mut stage = Stage::on(long_service(title), width, height);
            stage.press("r");
            let screen = stage.screen();
            let sheet: Vec<&str> =
                screen.lines().skip_while(|line| !line.contains("Resolve?")).collect();
            let whole = sheet.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(whole.contains(title), "{width}x{height}:\n{screen}");
            said.push(sheet.join("\n"));
        }
    }
    said!(said.join("\n\n"));
}

#[test]
fn a_low_filter_prompt_counts_and_a_narrow_filter_keeps_its_text() {
    let mut said = Vec::new();
    for (width, height) in [(80, 15), (50, 12), (40, 8)] {
        let mut stage = Stage::night(width, height);
        stage.press("/").type_in("severity=warning state=firing").wait(400);
        let screen = stage.screen();
        assert!(screen.contains("2 CRIT hidden"), "{width}x{height}:\n{screen}");
        said.push(screen.lines().rev().take(2).collect::<Vec<_>>().join("\n"));
        stage.press("enter");
        said.push(stage.line(1));
        assert!(stage.line(1).starts_with("/ severity"), "{}", stage.screen());
    }
    said!(said.join("\n"));
}

#[test]
fn the_header_names_the_console_in_a_storm() {
    let mut said = Vec::new();
    for (width, height) in [(40, 8), (50, 12), (80, 24), (120, 32)] {
        let mut stage = Stage::on(night(), width, height);
        for _ in 0..4 {
            stage.blow(&[("db", 3_000), ("web", 1_000)]);
        }
        stage.wait(30_000);
        assert!(stage.line(0).contains("prod"), "{}", stage.line(0));
        assert!(width < 80 || stage.line(0).contains("as alice"), "{}", stage.line(0));
        said.push(stage.line(0));
    }
    said!(said.join("\n"));
}

#[test]
fn a_console_with_a_long_name_has_some_of_it_at_every_size() {
    let named =
        Settings { name: "a-bastion-host-in-the-far-north.example.org".into(), ..settings() };
    let stage = Stage::with(night(), named, 40, 8);
    assert!(stage.line(0).contains("a-bastion"), "{}", stage.line(0));
}

#[test]
fn quitting_is_asked_whole_or_not_answered() {
    for (width, answered) in [(60, true), (40, true), (20, true), (10, false), (3, false)] {
        let mut stage = Stage::night(80, 24);
        stage.press("q").resize(width, 3);
        stage.draw();
        stage.wait(400).press("y");
        assert_eq!(stage.asked.iter().any(is_quit), answered, "{width}: {}", stage.screen());
    }
}

fn is_quit(effect: &crate::console::effect::Effect) -> bool {
    matches!(effect, crate::console::effect::Effect::Quit)
}

#[test]
fn one_address_that_is_refused_for_two_reasons_is_one_sender() {
    let mut service = Service::default();
    let mut said = Vec::new();
    for (width, height) in SIZES {
        let mut stage = Stage::night(width, height);
        for why in [
            "a token is needed, as \"Authorization: Bearer TOKEN\"; watchbell token create makes one",
            "the token is unknown or revoked; watchbell token create makes a new one",
        ] {
            let (from, why) = ("127.0.0.1".into(), why.into());
            let refused =
                Refused { at: stage.now().at, from, sender: None, why, status: Some(401) };
            Arc::make_mut(&mut service.refusals).add(&refused);
        }
        stage.event(Event::Vitals(service.clone()));
        assert!(!stage.screen().contains("2 senders refused"), "{}", stage.screen());
        let most = if height < 10 { 1 } else { 2 };
        assert!(head(&stage).lines().count() <= 1 + most, "{}", stage.screen());
        said.push(head(&stage));
    }
    said!(said.join("\n\n"));
}

#[test]
fn every_bad_word_of_a_filter_is_named() {
    let mut said = Vec::new();
    for width in [80, 40] {
        let mut stage = Stage::night(width, 24);
        stage.press("/").type_in("service=~\"(pay.*|web|batch\" state=bogus db").wait(400);
        said.push(stage.screen().lines().skip(20).collect::<Vec<_>>().join("\n"));
    }
    said!(said.join("\n"));
}

#[test]
fn a_source_still_sends_what_its_road_repeats_and_nothing_that_was_said_once() {
    use crate::domain::report::{Payload, Report, Road, Subject};
    use crate::domain::samples::{identity, told};
    use crate::domain::time::{SignedDuration, after, before};
    // By which road, how many minutes ago, and whether it is sent still.
    let cases = [
        (Road::V2, 1, true),
        (Road::Webhook, 8 * 60, true),
        (Road::Webhook, 10 * 60, false),
        (Road::Plain, 1, false),
    ];
    for (road, minutes, sent) in cases {
        let mut desk = Desk::new();
        let now = desk.now;
        let mut payload = Payload { road, ..alert("probe", "critical", "web") };
        payload.starts_at = Some(before(now, SignedDuration::from_mins(1)));
        let payload = Box::new(payload);
        let identity = identity("probe");
        desk.reports(match road {
            Road::V2 => {
                let told = told(now, after(now, SignedDuration::from_mins(4)));
                Report::Interval { identity, told, payload }
            }
            Road::Plain | Road::Webhook => {
                Report::Firing { subject: Subject::Known(identity), payload }
            }
        })
        .unwrap();
        desk.wait(SignedDuration::from_mins(minutes));
        let mut stage = Stage::on(desk, 80, 24);
        stage.press("r");
        let screen = stage.screen();
        let said = if sent { "Its source still sends it (last " } else { "was last heard at " };
        assert!(screen.contains(said), "{road:?} after {minutes} min:\n{screen}");
    }
}
