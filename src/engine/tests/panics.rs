//! Panics while something is decided: they cost what caused them, and nothing else.

use super::*;
use crate::domain::delivery::Progress;
use crate::domain::policy::Channel;
use crate::engine::counts::Place;

/// Decides as always, and panics in the middle of what has to do with something poisonous.
fn with_poison(draft: &mut Draft, order: &Order) -> Result<Answer, Refusal> {
    let poisonous = match &order.command {
        Command::Report(reports) => reports.iter().any(|report| match report {
            Report::Firing { payload, .. } => payload.title.as_str() == "poison",
            Report::Interval { .. } | Report::Resolved { .. } => false,
        }),
        Command::Due(Key::Alert(id)) => {
            draft.table().alert(*id).is_some_and(|alert| alert.title.as_str() == "poisonous later")
        }
        Command::Alerts(..)
        | Command::Silence(_)
        | Command::Token(_)
        | Command::Adopt(_)
        | Command::Due(_)
        | Command::Settle(..)
        | Command::Woke(_) => false,
    };
    let decided = draft.attempt(order);
    assert!(!poisonous, "on purpose");
    decided
}

fn poisoned(disk: &Platter) -> Engine {
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    Engine::new(store, loaded, Arc::default(), 7).deciding_by(with_poison)
}

fn titles(engine: &Engine) -> Vec<&str> {
    let mut titles: Vec<_> = engine.table.alerts().map(|alert| alert.title.as_str()).collect();
    titles.sort_unstable();
    titles
}

#[test]
fn an_order_that_panics_fails_alone_and_its_neighbours_are_decided_and_kept() {
    let disk = Platter::default();
    let mut engine = poisoned(&disk);
    let posts = ["cpu", "poison", "disk", "poison", "memory"];
    let turn = engine.turn(&posts.map(fires), at("03:00:00"));
    assert_eq!(turn.store, StoreState::Well);
    for (post, answer) in posts.into_iter().zip(&turn.answers) {
        match post {
            "poison" => assert_eq!(answer, &Err(SubmitError::Failed)),
            _ => assert!(answer.is_ok(), "{post}: {answer:?}"),
        }
    }
    assert_eq!(titles(&engine), ["cpu", "disk", "memory"], "nothing half done is left");
    assert_eq!(engine.panics, 2);
    let before: Vec<Entity> = engine.table.entities().collect();
    drop(engine);
    assert_eq!(poisoned(&disk).table.entities().collect::<Vec<_>>(), before);
}

#[test]
fn of_a_post_only_the_report_is_lost_that_panics_and_its_sender_is_told_to_repeat_it() {
    let mut engine = poisoned(&Platter::default());
    let reports = ["cpu", "poison", "disk"].map(|title| match fires(title).command {
        Command::Report(mut one) => one.pop().unwrap(),
        other => panic!("{other:?}"),
    });
    let post = order(&Actor::Machine("prometheus".into()), Command::Report(reports.into()));
    let turn = engine.turn(&[post, fires("memory")], at("03:00:00"));
    assert_eq!(turn.answers[0], Err(SubmitError::Failed));
    assert!(turn.answers[1].is_ok(), "{:?}", turn.answers);
    assert_eq!(titles(&engine), ["cpu", "disk", "memory"]);
    assert_eq!(engine.panics, 1);
}

#[test]
fn a_deadline_that_panics_is_passed_over_and_others_are_seen_to() {
    let disk = Platter::default();
    let mut engine = poisoned(&disk);
    engine.turn(&[lasts("poisonous later", "03:04:00"), lasts("disk", "03:05:00")], at("03:00:00"));
    engine.turn(&[], at("03:06:00"));
    let open: Vec<_> = engine.table.open_alerts().map(|alert| alert.title.as_str()).collect();
    assert_eq!(open, ["poisonous later"]);
    assert_eq!(engine.panics, 1);
    // Nor does whoever waits for the next deadline come back at once, and for ever.
    assert_eq!(engine.next_due(), Some(at("04:06:00")));
    engine.turn(&[fires("cpu")], at("03:07:00"));
    assert_eq!(engine.panics, 1);
    engine.turn(&[], at("04:06:00"));
    assert_eq!(engine.panics, 2, "it is tried again in a while");
}

/// Refuses one deadline, and panics where our own alert is to be over.
fn with_what_is_never_over(draft: &mut Draft, order: &Order) -> Result<Answer, Refusal> {
    match &order.command {
        Command::Due(Key::Alert(id))
            if draft.table().alert(*id).is_some_and(|it| it.title.as_str() == "refused") =>
        {
            Err(Refusal::EmptyNote)
        }
        Command::Report(reports) if matches!(reports[..], [Report::Resolved { .. }]) => {
            panic!("on purpose")
        }
        _ => draft.attempt(order),
    }
}

#[test]
fn a_deadline_that_is_refused_is_passed_over_and_others_are_seen_to() {
    let (store, loaded) = Store::open(Platter::default()).unwrap();
    let mut engine =
        Engine::new(store, loaded, Arc::default(), 7).deciding_by(with_what_is_never_over);
    engine.turn(&[lasts("refused", "03:04:00"), lasts("disk", "03:05:00")], at("03:00:00"));
    engine.turn(&[], at("03:06:00"));
    let open: Vec<_> = engine.table.open_alerts().map(|alert| alert.title.as_str()).collect();
    assert_eq!(open, ["refused"]);
    assert_eq!(engine.next_due(), Some(at("04:06:00")), "nobody comes back at once, and for ever");
}

#[test]
fn the_end_of_our_own_alert_is_left_alone_where_deciding_it_panics() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine =
        Engine::new(store, loaded, Arc::default(), 7).deciding_by(with_what_is_never_over);
    engine.turn(&[], at("03:00:00"));
    disk.follow(Plan::FailFrom(0, std::io::ErrorKind::Other));
    engine.turn(&[fires("disk")], at("03:00:01"));
    disk.follow(Plan::Well);
    engine.turn(&[], at("03:01:00"));
    let due = engine.next_due().unwrap();
    assert_eq!(due, at("03:06:00"), "our own alert is over then");
    engine.turn(&[], due);
    assert_eq!(engine.panics, 1);
    assert_eq!(engine.next_due(), Some(at("04:06:00")));
    engine.turn(&[], at("03:07:00"));
    assert_eq!(engine.panics, 1);
    engine.turn(&[], at("04:06:00"));
    assert_eq!(engine.panics, 2, "it is tried again in a while");
}

/// Panics at whatever is asked, but for what a start asks.
fn with_nothing_but_poison(draft: &mut Draft, order: &Order) -> Result<Answer, Refusal> {
    match order.command {
        Command::Report(_) => panic!("on purpose"),
        _ => draft.attempt(order),
    }
}

#[tokio::test]
async fn the_writer_goes_on_after_a_panic_and_counts_it() {
    let (store, loaded) = Store::open(Platter::default()).unwrap();
    let engine = Engine::new(store, loaded, Arc::default(), 7);
    let (handle, writer) = writer::over(engine.deciding_by(with_poison)).unwrap();
    for round in 1..=3 {
        let (failed, kept) = tokio::join!(
            handle.submit(fires("poison")),
            handle.submit(fires(&format!("disk {round}")))
        );
        assert_eq!(failed, Err(SubmitError::Failed));
        assert!(kept.is_ok(), "{kept:?}");
    }
    assert_eq!(handle.latest().table.alert_count(), 3);
    handle.submit(fires("last")).await.unwrap();
    assert!(handle.vitals().counts().panics_of(Place::Writer).get() >= 3);
    tokio::task::spawn_blocking(|| writer.stop()).await.unwrap().unwrap();
}

#[test]
fn what_we_say_ourselves_costs_nothing_else_where_it_panics() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine =
        Engine::new(store, loaded, Arc::default(), 7).deciding_by(with_nothing_but_poison);
    engine.turn(&[], at("03:00:00"));
    disk.follow(Plan::FailFrom(0, std::io::ErrorKind::Other));
    engine
        .turn(&[woke(), order(&account("alice"), Command::Adopt(Arc::default()))], at("03:00:01"));
    let create = Command::Adopt(Arc::new(Policy {
        services: vec!["payments".into()],
        channels: vec![Channel::shared("pager")],
        ..Policy::default()
    }));
    engine.turn(&[order(&Actor::Watchbell, create.clone())], at("03:00:02"));
    disk.follow(Plan::Well);
    let turn = engine.turn(&[order(&Actor::Watchbell, create)], at("03:01:00"));
    assert_eq!(turn.store, StoreState::Well);
    assert!(turn.answers[0].is_ok(), "{:?}", turn.answers);
    assert!(engine.table.deliveries().all(|one| !matches!(one.state, Progress::Sent { .. })));
}
