//! Starts: what fell due while nothing ran is decided as the configuration wants it, and time
//! goes on from what was kept.

use super::*;
use crate::domain::delivery::Tell;
use crate::domain::id::ServiceId;
use crate::domain::policy::Channel;

fn told(engine: &Engine, id: AlertId) -> Vec<(Tell, &str)> {
    let deliveries = engine.table.deliveries_of(id);
    deliveries.map(|one| (one.tell, one.channel.as_str())).collect()
}

#[test]
fn a_snooze_and_a_time_out_that_ended_while_we_were_down_owe_a_page_to_the_channels_of_today() {
    let policy = || Policy {
        channels: vec![Channel::shared("pager")],
        acknowledged_for: Some(SignedDuration::from_mins(30)),
        ..Policy::default()
    };
    let acts_of: [fn() -> AlertCommand; 2] =
        [|| AlertCommand::Snooze(at("03:30:00")), || AlertCommand::Acknowledge];
    for command in acts_of {
        let directory = tempfile::tempdir().unwrap();
        let mut engine = open_under(directory.path(), Policy { channels: vec![], ..policy() });
        engine.turn(&[fires("disk")], at("03:00:00"));
        let id = the_alert(&engine);
        engine.turn(&[acts(id, command())], at("03:00:00"));
        engine.close().unwrap();
        engine = open_under(directory.path(), policy());
        engine.turn(&[woke()], at("04:00:00"));
        assert_eq!(told(&engine, id), [(Tell::Page, "pager")], "{:?}", command());
    }
}

#[test]
fn a_start_deletes_nothing_that_the_configuration_keeps() {
    let directory = tempfile::tempdir().unwrap();
    let days = |days: i64| SignedDuration::from_hours(days * 24);
    let year = || Policy { retention: days(365), ..Policy::default() };
    let mut engine = open_under(directory.path(), year());
    engine.turn(&[fires("disk")], at("03:00:00"));
    let id = the_alert(&engine);
    engine.turn(&[acts(id, AlertCommand::Resolve)], at("03:00:00"));
    for (passed, kept) in [(200, 1), (366, 0)] {
        engine.close().unwrap();
        engine = open_under(directory.path(), year());
        engine.turn(&[woke()], after(at("03:00:00"), days(passed)));
        engine.upkeep();
        assert_eq!(engine.table.alert_count(), kept, "after {passed} days");
    }
}

#[test]
fn a_start_grants_as_much_time_as_the_configuration_gives_to_sources() {
    let directory = tempfile::tempdir().unwrap();
    let resolve_timeout = SignedDuration::from_mins(20);
    let mut engine = open_under(directory.path(), Policy { resolve_timeout, ..Policy::default() });
    engine.turn(&[woke()], at("03:00:00"));
    assert_eq!(engine.table.granted().unwrap().until, at("03:20:00"));
}

#[test]
fn what_the_configuration_names_is_known_after_the_first_turn_that_could_be_saved() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let policy = Policy { services: vec!["payments".into()], ..Policy::default() };
    let mut engine = Engine::new(store, loaded, Arc::new(policy), 7);
    disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
    engine.turn(&[woke()], at("03:00:00"));
    disk.follow(Plan::Well);
    engine.turn(&[], at("03:01:00"));
    let known = ["payments", "default"].map(|name| engine.table.service(ServiceId::of(name)));
    assert!(known.iter().all(Option::is_some), "{known:?}");
    assert!(engine.turn(&[], at("03:02:00")).published.is_none(), "once");
}

#[test]
fn a_start_that_cannot_be_saved_is_none() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
    let error = start(store, loaded, Arc::default()).unwrap_err();
    assert!(matches!(error, StartError::Unsaved(SubmitError::Unavailable(_))), "{error}");
}

#[tokio::test]
async fn time_passes_also_where_what_was_kept_is_ahead_of_the_clock() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    let ahead = "2222-01-01T00:00:00Z".parse().unwrap();
    engine.turn(&[fires("disk")], ahead);
    engine.close().unwrap();

    let (store, loaded) = Store::open(disk).unwrap();
    let (handle, writer) = start(store, loaded, Arc::default()).unwrap();
    let mut received = vec![ahead];
    for name in ["cpu", "memory"] {
        handle.submit(fires(name)).await.unwrap();
        let latest = handle.latest();
        let newest = latest.table.open(&identity(name)).unwrap();
        received.push(newest.received);
    }
    assert!(received.is_sorted_by(|one, other| one < other), "{received:?}");
    writer.stop().unwrap();
}

#[test]
fn readers_of_a_start_know_what_it_grants_and_since_when_nothing_was_heard() {
    let disk = Platter::default();
    for round in 0..3 {
        let (store, loaded) = Store::open(disk.clone()).unwrap();
        let (handle, writer) = start(store, loaded, Arc::default()).unwrap();
        let grant = handle.latest().table.granted();
        assert!(grant.is_some(), "start {round}");
        let absence = handle.vitals().now().absence.unwrap();
        assert_eq!((absence.why, Some(absence.grant)), (Deaf::Start, grant));
        assert!(absence.from <= absence.grant.heard_from);
        writer.stop().unwrap();
    }
}
