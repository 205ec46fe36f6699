//! Steady load over a fixed number of alerts, some of which end and begin anew: the data file grows
//! to what that needs, and then no more.

use super::*;
use crate::domain::time::{SignedDuration, after};
use crate::store::Upkeep;

const ALERTS: usize = 1_000;
const POST: usize = 500;
/// Rounds in which every alert is sent once.
const ROUNDS: usize = 100;

/// Each fifth alert has ended in every other round, so that a new episode begins in the next.
fn post(round: usize, number: usize) -> Order {
    let report = |at: usize| {
        let at = number * POST + at;
        let identity = identity(&format!("alert {at}"));
        if at.is_multiple_of(5) && !round.is_multiple_of(2) {
            return Report::Resolved { identity, road: Road::Plain, ends_at: None };
        }
        let subject = Subject::Known(identity);
        let payload = Box::new(payload(&format!("alert {at}"), "critical"));
        Report::Firing { subject, payload }
    };
    let reports = (0..POST).map(report).collect();
    order(&Actor::Machine("prometheus".into()), Command::Report(reports))
}

#[test]
fn a_hundred_thousand_changes_leave_the_file_as_large_as_the_first_half_did() {
    let directory = tempfile::tempdir().unwrap();
    let retention = SignedDuration::from_hours(4);
    let policy = Policy { retention, ..Policy::default() };
    let mut engine = open_under(directory.path(), policy);
    let file = DataDir(directory.path().to_owned()).file();
    let mut lengths = Vec::new();
    for round in 0..ROUNDS {
        for number in 0..ALERTS / POST {
            let second = i64::try_from(round * 1_800 + number).unwrap();
            let now = after(at("03:00:00"), SignedDuration::from_secs(second));
            assert!(engine.turn(&[post(round, number)], now).answers.iter().all(Result::is_ok));
            engine.must_keep_up();
        }
        // A calm moment, as there is one between any two rounds.
        while engine.upkeep() == Upkeep::More {}
        lengths.push(std::fs::metadata(&file).unwrap().len());
    }
    let (first, second) = lengths.split_at(ROUNDS / 2);
    let most = |lengths: &[u64]| lengths.iter().max().copied().unwrap();
    assert!(most(second) <= most(first), "{lengths:?}");
    assert!(engine.table.alert_count() < 2 * ALERTS, "what has ended is forgotten");
    engine.close().unwrap();
    let checkup = crate::store::check(&file).unwrap();
    assert!(checkup.is_well(), "{checkup:?}");
}
