//! The list: what is on it, in which order, and that it is the same however it is cut.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::domain::alert::State;
use crate::domain::command::AlertCommand;
use crate::domain::samples::{Desk, account, payload};

/// The ids on the list, written whole on sheets that are taken away after each step.
fn listed(desk: &Desk, query: &str) -> Vec<String> {
    let query = [("status".to_owned(), query.to_owned())];
    let mut list = List::new(Wanted::read(&query).unwrap(), desk.now);
    let mut written = Vec::new();
    loop {
        let mut sheet = Sheet::default();
        let rest = list.go_on(&desk.table, &mut sheet);
        written.append(&mut sheet.0);
        if rest == Rest::Nothing {
            break;
        }
    }
    let list: Value = serde_json::from_slice(&written).unwrap();
    let rows = list["alerts"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// The same by looking at all alerts and sorting them.
fn naive(desk: &Desk, query: &str) -> Vec<String> {
    let wanted = Wanted::read(&[("status".to_owned(), query.to_owned())]).unwrap();
    let shown = |alert: &&Arc<Alert>| {
        (alert.is_open() || alert.ended_within(SHOWN_AFTER_ITS_END, desk.now)) && wanted.has(alert)
    };
    let mut alerts: Vec<_> = desk.table.alerts().filter(shown).collect();
    alerts.sort_by_key(|alert| {
        let (open, since) = match &alert.standing.state {
            State::Resolved(resolution) => (false, resolution.at),
            State::Firing | State::Acknowledged(_) => (true, alert.received),
        };
        (open, since, alert.title.clone(), alert.id)
    });
    alerts.into_iter().map(|alert| alert.id.to_string()).collect()
}

#[test]
fn nothing_is_an_empty_list() {
    assert_eq!(listed(&Desk::new(), ""), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn ended_ones_come_first_and_the_oldest_first_whatever_happened(
        deeds in proptest::collection::vec((0_u8..12, 0_u8..4, 0_i64..3), 0..60),
    ) {
        let mut desk = Desk::new();
        for (which, deed, pause) in deeds {
            let name = format!("alert {which}");
            let severity = if which % 3 == 0 { "warning" } else { "critical" };
            match deed {
                0 | 1 => drop(desk.fires(&name, payload(&name, severity))),
                2 => drop(desk.ends(&name)),
                _ => {
                    let open = desk.table.open_alerts().next().map(|alert| alert.id);
                    if let Some(id) = open {
                        desk.act(&account("alice"), id, AlertCommand::Acknowledge).ok();
                    }
                }
            }
            let spans = [SignedDuration::ZERO, SignedDuration::from_nanos(1), SignedDuration::from_hours(9)];
            desk.wait(spans[usize::try_from(pause).unwrap()]);
        }
        for query in ["", "firing", "resolved", "firing,acknowledged"] {
            prop_assert_eq!(listed(&desk, query), naive(&desk, query), "of {:?}", query);
        }
    }
}
