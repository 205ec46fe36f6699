//! Who has a place among the refused, and what becomes of those who have none.

use super::*;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// A stranger's post, without a valid token.
fn from(address: impl std::fmt::Display, seconds: i64) -> Refused {
    let (from, why) = (Text::derive(&address.to_string()), "unknown token".into());
    Refused { at: at(seconds), from, sender: None, why, status: Some(401) }
}

/// The same of a sender whose token we know.
fn of(sender: &str, why: &str, seconds: i64) -> Refused {
    let from = Text::derive(&format!("{sender} (192.0.2.1)"));
    let sender = Some(Text::derive(sender));
    Refused { at: at(seconds), from, sender, why: why.into(), status: Some(400) }
}

fn told(refusals: &Refusals) -> Vec<String> {
    let all = refusals.rows().iter().chain(refusals.crowd());
    all.map(|row| format!("{} {} {:?} {}", row.from, row.why, row.reasons, row.count)).collect()
}

#[test]
fn posts_are_added_up_by_sender_and_reason_and_the_newest_comes_first() {
    let refusals: Refusals = [
        from("192.0.2.1", 0),
        from("192.0.2.2", 1),
        of("grafana", "no labels", 2),
        from("192.0.2.1", 3),
        of("grafana", "no title", 4),
        of("grafana", "no labels", 5),
    ]
    .into_iter()
    .collect();
    assert_eq!(
        told(&refusals),
        [
            "grafana (192.0.2.1) no labels One 2",
            "grafana (192.0.2.1) no title One 1",
            "192.0.2.1 unknown token One 2",
            "192.0.2.2 unknown token One 1",
        ]
    );
    let row = &refusals.rows()[2];
    assert_eq!((row.first, row.last), (at(0), at(3)));
    assert_eq!((refusals.count(), refusals.of()[&Text::derive("grafana")]), (6, 3));
    assert_eq!(refusals.newest(), refusals.rows().first());
}

#[test]
fn only_what_came_within_five_minutes_counts_as_lately() {
    let refusals: Refusals = (0..60).map(|minute| from("192.0.2.1", minute * 60)).collect();
    let row = &refusals.rows()[0];
    let last = row.last;
    assert_eq!((row.count, row.lately(last), row.until()), (60, 5, last + MINUTE * 5));
    assert_eq!(row.lately(last + MINUTE), 4);
    assert_eq!(row.lately(last + MINUTE * 5), 0);
    let often: Refusals = (0..10_000).map(|second| from("192.0.2.1", second)).collect();
    let row = &often.rows()[0];
    assert!((290..=300).contains(&row.lately(row.last)), "{}", row.lately(row.last));
    assert!(row.lately.spans.len() <= 31, "{}", row.lately.spans.len());
}

#[test]
fn very_many_addresses_push_nobody_out_and_are_added_up() {
    let honest = from("192.0.2.1", 0);
    let attackers = (0..10_000).map(|number| from(format!("2001:db8::{number:x}"), 1));
    let mut refusals: Refusals = std::iter::once(honest).chain(attackers).collect();
    assert_eq!(refusals.rows().len(), Refusals::PLACES);
    assert_eq!(refusals.rows().last().unwrap().from.as_str(), "192.0.2.1");
    assert_eq!(told(&refusals).last().unwrap(), "other addresses unknown token One 9969");
    assert_eq!(refusals.newest().unwrap().last, at(1));
    // Whom we know has a place all the same.
    refusals.add(&of("grafana", "no labels", 2));
    assert_eq!(refusals.rows()[0].sender, Some("grafana".into()));
    assert_eq!(told(&refusals).last().unwrap(), "other addresses unknown token One 9970");
    // And so has everybody when others are over.
    refusals.add(&from("192.0.2.9", 302));
    assert_eq!(refusals.rows()[0].from.as_str(), "192.0.2.9");
    assert_eq!(refusals.rows().len(), Refusals::PLACES);
}

#[test]
fn a_sender_with_ever_new_reasons_has_few_places_and_its_number_stays_true() {
    let mut refusals: Refusals = [from("192.0.2.1", 0)].into_iter().collect();
    for number in 0..1_000 {
        refusals.add(&of("grafana", &format!("reason {number}"), number));
    }
    let rows = refusals.rows();
    assert_eq!(rows.len(), 1 + Refusals::EACH);
    let own = rows.iter().filter(|row| row.sender.is_some());
    assert_eq!(own.map(|row| row.count).sum::<u64>(), 1_000);
    assert_eq!((rows[0].why.as_str(), rows[0].reasons), ("reason 999", Reasons::Several));
}

#[test]
fn there_is_an_end_to_all_of_it_whatever_comes() {
    let mut refusals = Refusals::default();
    for number in 0..20_000_i64 {
        let mut refused = from(number % 7_919, number);
        refused.why = Text::derive(&format!("reason {}", number % 101));
        refused.status = Some(400 + u16::try_from(number % 97).unwrap());
        refusals.add(&refused);
        assert!(refusals.rows().len() <= Refusals::PLACES);
        assert!(refusals.crowd().len() <= Refusals::CROWDS);
    }
    assert_eq!(refusals.count(), 20_000);
}
