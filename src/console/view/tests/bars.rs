//! Bars: their texts at two widths, in both sets of glyphs, and which of them is shown.

use std::sync::Arc;

use crate::console::effect::Event;
use crate::console::model::Service;
use crate::console::model::trouble::Trouble;
use crate::console::settings::Settings;
use crate::console::stage::{Stage, alert, night, settings};
use crate::console::text::Symbols;
use crate::domain::actor::Actor;
use crate::domain::command::{Command, Deaf};
use crate::domain::report::{Payload, Report, Road};
use crate::domain::samples::{Desk, identity, told};
use crate::domain::table::Grant;
use crate::domain::time::{SignedDuration, after, before};
use crate::engine::{Absence, Certificate, Outage, Refused};

/// The upper part of the screen at 80 and 120 columns, in Unicode and in ASCII.
fn pictures(desk: impl Fn() -> Desk, happens: impl Fn(&mut Stage)) -> String {
    let forms = [
        (80, Symbols::Unicode),
        (80, Symbols::Ascii),
        (120, Symbols::Unicode),
        (120, Symbols::Ascii),
    ];
    let picture = |(width, symbols)| {
        let mut stage = Stage::with(desk(), Settings { symbols, ..settings() }, width, 11);
        happens(&mut stage);
        stage.screen()
    };
    forms.map(picture).join("\n=\n")
}

macro_rules! pictures {
    ($desk:expr, $happens:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(pictures($desk, $happens))
        })
    };
}

/// The first line of the bar; nothing where there is none.
fn bar(stage: &Stage) -> String {
    let line = stage.line(1);
    if line.starts_with("SEV") { String::new() } else { line }
}

/// What the console shows of a storm once it has gone on for some minutes.
fn storm(stage: &mut Stage) {
    stage.blow(&[("db", 1)]);
    stage.wait(20_000);
    for _ in 0..8 {
        stage.blow(&[("db", 100), ("web", 37), ("payments", 11)]);
        stage.wait(30_000);
    }
}

#[test]
fn a_storm() {
    pictures!(night, storm);
}

#[test]
fn a_storm_of_many_services() {
    pictures!(Desk::new, |stage: &mut Stage| {
        let names: Vec<String> =
            (1..=12).map(|number| format!("service-number-{number}")).collect();
        let services: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 9)).collect();
        stage.blow(&services);
    });
}

#[test]
fn a_storm_in_a_list_that_stands_still() {
    let mut stage = Stage::night(120, 24);
    stage.blow(&[("db", 40)]);
    stage.press("p j");
    storm(&mut stage);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(stage.screen());
    });
}

#[test]
fn a_storm_in_the_smallest_window_leaves_the_counts_and_a_row() {
    for (width, height) in [(40, 8), (40, 30), (60, 9)] {
        let mut stage = Stage::night(width, height);
        storm(&mut stage);
        let screen = stage.screen();
        assert!(stage.line(0).contains(" CRIT "), "{screen}");
        let head = if height < 10 { "STORM: 1,185 in" } else { "STORM since 03:15: 1,185 alerts" };
        assert!(screen.contains(head), "{screen}");
        assert!(screen.contains("db 801"), "{screen}");
        assert!(screen.lines().any(|line| line.starts_with('›')), "{screen}");
    }
    let mut stage = Stage::night(60, 7);
    storm(&mut stage);
    assert_eq!(stage.line(0), "watchbell prod: 803 CRIT firing; window too small (40x8)");
}

#[test]
fn a_storm_is_told_where_nothing_was_sent_yet_and_where_nothing_is_left_open() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    stage.press("t enter esc");
    stage.blow(&[("db", 60)]);
    stage.wait(5_000);
    assert!(stage.line(1).starts_with("STORM since "), "{}", stage.screen());
    assert_eq!(stage.line(0).split("  ").next(), Some("40 CRITICAL FIRING"));

    let mut stage = Stage::on(Desk::new(), 80, 24);
    stage.blow(&[("db", 60)]);
    let names: Vec<_> = stage.desk.table.alerts().map(|alert| alert.identity.clone()).collect();
    let ended = |identity| Report::Resolved { identity, road: Road::Plain, ends_at: None };
    let ended = names.into_iter().map(ended).collect();
    stage.command(&Actor::Machine("prometheus".into()), Command::Report(ended));
    stage.wait(5_000);
    let screen = stage.screen();
    assert!(screen.contains("Nothing is firing.") && screen.contains("STORM since"), "{screen}");
    assert!(stage.line(0).starts_with("nothing firing"), "{screen}");
}

/// Alerts that have an end and were last heard of before we went away.
fn with_ends() -> Desk {
    let mut desk = night();
    let now = desk.now;
    for name in ["probe", "quota"] {
        let told = told(now, after(now, SignedDuration::from_mins(4)));
        let payload = Box::new(Payload { road: Road::V2, ..alert(name, "warning", "web") });
        desk.reports(Report::Interval { identity: identity(name), told, payload }).unwrap();
    }
    desk.wait(SignedDuration::from_mins(1));
    desk
}

fn away(stage: &Stage, why: Deaf, minutes: i64) -> Service {
    let heard_from = stage.now().at;
    let until = after(heard_from, SignedDuration::from_mins(5));
    let from = before(heard_from, SignedDuration::from_mins(minutes));
    let absence = Absence { why, from, grant: Grant { heard_from, until } };
    Service { absence: Some(absence), ..Service::default() }
}

#[test]
fn back_after_an_absence() {
    pictures!(with_ends, |stage: &mut Stage| {
        let service = away(stage, Deaf::Jump, 58);
        stage.event(Event::Vitals(service));
    });
}

#[test]
fn an_absence_is_told_while_anything_may_show_wrongly_and_no_longer() {
    // Why, for how long, and whether it is told.
    let cases = [
        (Deaf::Start, 58, "BACK since 03:16 after up to 58 min away."),
        (Deaf::Storage, 180, "BACK since 03:16 after 3 h away."),
        (Deaf::Start, 0, ""),
    ];
    for (why, minutes, said) in cases {
        let mut stage = Stage::on(with_ends(), 120, 24);
        let service = away(&stage, why, minutes);
        stage.event(Event::Vitals(service));
        assert!(bar(&stage).starts_with(said), "{}", stage.screen());
        assert_eq!(bar(&stage).is_empty(), said.is_empty(), "{}", stage.screen());
    }
    let mut stage = Stage::on(night(), 120, 24);
    let service = away(&stage, Deaf::Start, 58);
    stage.event(Event::Vitals(service));
    assert_eq!(bar(&stage), "", "nothing has an end");

    let mut stage = Stage::on(with_ends(), 120, 24);
    let service = away(&stage, Deaf::Start, 58);
    stage.event(Event::Vitals(service));
    stage.wait(1_000);
    hear(&mut stage, "probe");
    assert!(bar(&stage).starts_with("BACK"), "quota was not heard of");
    hear(&mut stage, "quota");
    assert_eq!(bar(&stage), "", "both were heard of");

    let mut stage = Stage::on(with_ends(), 120, 24);
    let service = away(&stage, Deaf::Start, 58);
    stage.event(Event::Vitals(service));
    stage.wait(299_000);
    assert!(bar(&stage).starts_with("BACK"), "{}", stage.screen());
    stage.frames();
    stage.wait(2_000);
    assert_eq!((bar(&stage).as_str(), stage.frames().len()), ("", 1));
}

/// The source of an alert with an end sends it again.
fn hear(stage: &mut Stage, name: &str) {
    let now = stage.now().at;
    let told = told(now, after(now, SignedDuration::from_mins(4)));
    let payload = Box::new(Payload { road: Road::V2, ..alert(name, "warning", "web") });
    let report = Report::Interval { identity: identity(name), told, payload };
    stage.command(&Actor::Machine("prometheus".into()), Command::Report(vec![report]));
}

fn trouble(stage: &Stage, reason: &str) -> Trouble {
    Trouble { since: stage.now().at, reason: reason.into() }
}

#[test]
fn nobody_can_connect() {
    pictures!(night, |stage: &mut Stage| {
        let unheard = Some(trouble(stage, "too many open files"));
        stage.event(Event::Vitals(Service { unheard, ..Service::default() }));
    });
}

#[test]
fn a_certificate_is_told_before_it_ends_and_when_it_has_and_a_new_one_that_is_none() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    stage.press("esc");
    let now = stage.now().at;
    let hours = SignedDuration::from_hours;
    let certificate = |until: SignedDuration| {
        let (from, until) = (before(now, hours(90 * 24)), after(now, until));
        Some(Certificate { from, until, stuck: None })
    };
    let bar = |stage: &mut Stage| {
        stage.draw_if_wanted();
        let screen = stage.screen();
        let lines = screen.lines().skip(1).take_while(|line| !line.trim().is_empty());
        lines.map(str::trim_end).collect::<Vec<_>>().join("\n")
    };
    let week = certificate(hours(7 * 24) + SignedDuration::from_mins(2));
    stage.event(Event::Vitals(Service { certificate: week, ..Service::default() }));
    let mut said = vec![bar(&mut stage)];
    // Nothing else happens.
    stage.wait(60 * 60 * 1_000);
    said.push(bar(&mut stage));
    stage.wait(7 * 24 * 60 * 60 * 1_000);
    said.push(bar(&mut stage));
    let why = "tls_cert /tls/cert.pem: no certificate is in it; name a PEM file that has one";
    let stuck = Some(Outage { since: now, why: why.into() });
    let stuck = certificate(hours(24 * 20)).map(|good| Certificate { stuck, ..good });
    stage.event(Event::Vitals(Service { certificate: stuck, ..Service::default() }));
    said.push(bar(&mut stage));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(said.join("\n---\n"));
    });
}

#[test]
fn posts_that_are_not_taken_in() {
    pictures!(night, |stage: &mut Stage| {
        stage.event(Event::Vitals(Service { busy: 12, ..Service::default() }));
    });
}

#[test]
fn an_overload_is_told_once_and_forgotten_five_minutes_after_the_last_post() {
    let mut stage = Stage::on(Desk::new(), 80, 24);
    stage.press("esc").wait(60_000);
    stage.frames();
    for busy in 1..=9 {
        stage.event(Event::Vitals(Service { busy, ..Service::default() }));
        stage.draw_if_wanted();
        stage.wait(60_000);
    }
    assert_eq!(stage.frames().len(), 1, "a count is no reason to draw");
    stage.wait(239_000);
    assert!(stage.line(1).starts_with("OVERLOADED since "), "{}", stage.line(1));
    stage.wait(2_000);
    assert_eq!((stage.frames().len(), stage.line(1).as_str()), (1, ""));
}

#[test]
fn the_gravest_is_shown_and_how_many_more_there_are() {
    let mut stage = Stage::on(with_ends(), 120, 24);
    let mut service = Service::default();
    let mut said = Vec::new();
    let show = |stage: &mut Stage, service: &Service, said: &mut Vec<String>| {
        stage.event(Event::Vitals(service.clone()));
        let bar = stage.screen();
        let bar: Vec<&str> =
            bar.lines().skip(1).take_while(|line| !line.contains(" SEV ")).collect();
        said.push(bar.join("\n"));
    };
    let (from, why) = ("127.0.0.1".into(), "no token".into());
    let refused = Refused { at: stage.now().at, from, sender: None, why, status: Some(401) };
    Arc::make_mut(&mut service.refusals).add(&refused);
    show(&mut stage, &service, &mut said);
    stage.blow(&[("db", 60)]);
    show(&mut stage, &service, &mut said);
    service.busy = 1;
    show(&mut stage, &service, &mut said);
    service.absence = away(&stage, Deaf::Jump, 58).absence;
    show(&mut stage, &service, &mut said);
    service.unheard = Some(trouble(&stage, "too many open files"));
    show(&mut stage, &service, &mut said);
    service.unsaved = Some(trouble(&stage, &"the disk is full and will not be emptied ".repeat(9)));
    show(&mut stage, &service, &mut said);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(said.join("\n\n"));
    });
}
