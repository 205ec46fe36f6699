//! Lists from a table: what is in them, and in which order.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::alert::{Identity, Namespace, Naming};
use crate::domain::command::AlertCommand;
use crate::domain::id::AlertId;
use crate::domain::labels::Labels;
use crate::domain::matcher::Dialect;
use crate::domain::report::{Payload, Report, Road};
use crate::domain::samples::{Desk, account, labels, payload, told};
use crate::domain::suppress::Status;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, after};
use crate::http::alertmanager::groups;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Tells by API v2 that `set` fires for so many minutes from now on.
fn send(desk: &mut Desk, namespace: &str, set: &Labels, minutes: i32) -> Option<AlertId> {
    let namespace = Namespace(Text::derive(namespace));
    let identity = Identity { namespace, naming: Naming::of_labels(set.clone()) };
    let told = told(desk.now, after(desk.now, MINUTE * minutes));
    let (road, labels, starts_at) = (Road::V2, set.clone(), Some(desk.now));
    let payload = Payload { road, labels, starts_at, ..payload("t", "critical") };
    desk.reports(Report::Interval { identity, told, payload: Box::new(payload) }).unwrap()
}

fn named(name: &str) -> Labels {
    labels(&[("alertname", name)])
}

/// All that is written, on sheets that are taken away after each step.
fn whole(mut go_on: impl FnMut(&mut Sheet) -> Rest) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut sheet = Sheet::default();
        let rest = go_on(&mut sheet);
        body.append(&mut sheet.0);
        if rest == Rest::Nothing {
            return body;
        }
    }
}

fn list(table: &Table, wanted: Wanted, hour: Hour) -> Vec<u8> {
    let mut list = List::new(table, wanted, hour);
    whole(|sheet| list.go_on(table, sheet))
}

fn list_groups(table: &Table, wanted: &Wanted, hour: Hour) -> Vec<u8> {
    let mut list = groups::List::new(table, wanted, hour);
    whole(|sheet| list.go_on(table, sheet))
}

fn read(body: &[u8]) -> Vec<Value> {
    serde_json::from_slice(body).unwrap()
}

/// The fields of the list that `query` gets.
fn listed(desk: &Desk, query: &str, field: &str) -> Vec<String> {
    let wanted = Wanted::read(Some(query), Dialect::default()).unwrap();
    let list = read(&list(&desk.table, wanted, Hour::of(desk.now)));
    list.iter().map(|alert| alert.pointer(field).unwrap().as_str().unwrap().to_owned()).collect()
}

fn names(desk: &Desk, query: &str) -> Vec<String> {
    listed(desk, query, "/labels/alertname")
}

#[test]
fn a_step_is_shorter_where_each_alert_is_compared_with_many_patterns() {
    let mut desk = Desk::new();
    for number in 0..100 {
        send(&mut desk, "", &named(&number.to_string()), 5);
    }
    let most = |query: &str| {
        let wanted = Wanted::read(Some(query), Dialect::default()).unwrap();
        let mut list = List::new(&desk.table, wanted, Hour::of(desk.now));
        let (mut most, mut all) = (0, 0);
        loop {
            let mut sheet = Sheet::default();
            let rest = list.go_on(&desk.table, &mut sheet);
            let text = String::from_utf8(sheet.0).unwrap();
            let written = text.matches("\"fingerprint\"").count();
            (most, all) = (most.max(written), all + written);
            if rest == Rest::Nothing {
                return (most, all);
            }
        }
    };
    assert_eq!(most(""), (100, 100));
    let patterns = ["filter=alertname%3D~%22.%2B%22"; 63].join("&");
    assert_eq!(most(&patterns), (4, 100));
}

#[test]
fn what_has_one_fingerprint_is_found_at_once_however_much_it_is() {
    let mut desk = Desk::new();
    for number in 0..2 * STEP {
        send(&mut desk, &format!("team-{number}"), &named("same"), 5);
        if number % 50 == 0 {
            send(&mut desk, "", &named(&number.to_string()), 5);
        }
    }
    let others = (2 * STEP).div_ceil(50);
    assert_eq!(names(&desk, "").len(), 2 * STEP + others);
    let wanted = Wanted::read(None, Dialect::default()).unwrap();
    let mut list = List::new(&desk.table, wanted, Hour::of(desk.now));
    list.lookup = Lookup::All;
    let (mut found, mut times) = (0, 0);
    loop {
        list.find(&desk.table);
        if list.found.len() == 0 {
            break;
        }
        (found, times) = (found + list.found.len(), times + 1);
    }
    assert_eq!(found, 2 * STEP + others);
    assert!(times <= 2, "all of one hash at once, and a few before and behind it: {times}");
}

#[test]
fn alerts_stand_in_order_of_their_fingerprints() {
    let mut desk = Desk::new();
    for number in 0..20 {
        send(&mut desk, "", &named(&number.to_string()), 5);
    }
    let fingerprints = listed(&desk, "", "/fingerprint");
    assert_eq!(fingerprints.len(), 20);
    assert!(fingerprints.is_sorted());
}

#[test]
fn the_same_labels_in_two_namespaces_are_listed_twice() {
    let mut desk = Desk::new();
    for namespace in ["", "ops"] {
        send(&mut desk, namespace, &named("disk"), 5);
    }
    assert_eq!(names(&desk, ""), ["disk", "disk"]);
}

#[test]
fn what_people_do_to_an_alert_is_not_seen_but_for_its_resolution() {
    let mut desk = Desk::new();
    let alice: Actor = account("alice");
    let id = send(&mut desk, "", &named("disk"), 600).unwrap();
    let until = after(desk.now, MINUTE * 60);
    for command in [AlertCommand::Acknowledge, AlertCommand::Snooze(until)] {
        desk.act(&alice, id, command).unwrap();
        assert_eq!(listed(&desk, "", "/status/state"), ["active"]);
    }
    desk.act(&alice, id, AlertCommand::Resolve).unwrap();
    assert!(names(&desk, "").is_empty());
    send(&mut desk, "", &named("disk"), 600);
    assert!(names(&desk, "").is_empty());
}

#[test]
fn what_has_ended_is_never_listed_whatever_is_asked() {
    let mut desk = Desk::new();
    send(&mut desk, "", &named("disk"), 1);
    send(&mut desk, "", &named("mail"), 5);
    desk.wait(MINUTE * 2);
    for query in ["", "active=true&unprocessed=true&silenced=true", "filter=alertname%3D~.*"] {
        assert_eq!(names(&desk, query), ["mail"], "of {query:?}");
    }
}

#[test]
fn lists_and_groups_take_the_same_questions() {
    let mut desk = Desk::new();
    send(&mut desk, "", &named("disk"), 5);
    send(&mut desk, "", &labels(&[("alertname", "mail"), ("team", "ops")]), 5);
    let table: [(&str, &[&str]); 9] = [
        ("", &["disk", "mail"]),
        ("active=false", &[]),
        ("silenced=false&inhibited=false&unprocessed=false&muted=false", &["disk", "mail"]),
        ("filter=team%3Dops", &["mail"]),
        ("filter=team%3D", &["disk"]),
        ("filter=team%3Dops&filter=alertname%3Ddisk", &[]),
        ("receiver=default&receiver_matchers=name%3Ddefault", &["disk", "mail"]),
        ("receiver=other", &[]),
        ("receiver_matchers=name%3Dother", &[]),
    ];
    for (query, wanted_names) in table {
        let wanted = Wanted::read(Some(query), Dialect::default()).unwrap();
        let mut found = names(&desk, query);
        found.sort();
        assert_eq!(found, wanted_names, "of {query:?}");
        let groups = read(&list_groups(&desk.table, &wanted, Hour::of(desk.now)));
        let of_groups: Vec<&str> = groups
            .iter()
            .map(|group| group.pointer("/alerts/0/labels/alertname").unwrap().as_str().unwrap())
            .collect();
        assert_eq!(of_groups, wanted_names, "groups of {query:?}");
    }
}

#[test]
fn a_group_says_who_is_told_and_what_its_alerts_have_in_common() {
    let mut desk = Desk::new();
    send(&mut desk, "", &labels(&[("alertname", "disk"), ("host", "a")]), 5);
    send(&mut desk, "", &labels(&[("alertname", "disk"), ("host", "b")]), 5);
    send(&mut desk, "", &labels(&[("host", "b")]), 5);
    let body = list_groups(
        &desk.table,
        &Wanted::read(None, Dialect::default()).unwrap(),
        Hour::of(desk.now),
    );
    insta::assert_snapshot!(String::from_utf8(body).unwrap());
}

fn any_set() -> impl Strategy<Value = Labels> {
    let few = btree_map("a|b", "0|1|2", 0..3);
    (few, 0_u8..60).prop_map(|(pairs, own)| {
        let own = ("own".to_owned(), own.to_string());
        pairs.into_iter().chain([own]).collect()
    })
}

fn any_filter() -> impl Strategy<Value = String> {
    let value = "0|1|2|7|33||0\\|1|1\\|7\\||.|[0-3]|7\\|8\\|9";
    ("a|b|own|missing", "=|!=|=~|!~", value)
        .prop_map(|(name, operator, value)| format!("{name}{operator}{value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is asked for: found by its words, it is what a look at every alert gives, in order.
    #[test]
    fn what_a_filter_finds_is_what_a_look_at_every_alert_finds(
        sets in vec((any_set(), 0_u8..3, 0_i32..4), 0..80),
        filters in vec(vec(any_filter(), 0..4), 1..12),
    ) {
        let mut desk = Desk::new();
        for (set, namespace, minutes) in sets {
            send(&mut desk, ["", "ops", "dev"][usize::from(namespace)], &set, minutes);
        }
        desk.wait(MINUTE);
        let hour = Hour::of(desk.now);
        for filter in filters {
            let query: Vec<String> = filter
                .iter()
                .map(|one| format!("filter={}", one.replace('=', "%3D").replace('|', "%7C")))
                .collect();
            let Ok(wanted) = Wanted::read(Some(&query.join("&")), Dialect::default()) else { continue };
            let mut every: Vec<_> = desk
                .table
                .alerts()
                .filter(|alert| alert.is_open())
                .filter_map(|alert| Routed::of(&desk.table, alert, hour))
                .filter(|alert| wanted.has(alert.labels(), Status::default))
                .collect();
            every.sort_by_key(|alert| (alert.fingerprint(), alert.alert.id));
            let every: Vec<String> = every.iter().map(|alert| alert.fingerprint().to_string()).collect();
            prop_assert_eq!(listed(&desk, &query.join("&"), "/fingerprint"), every, "of {:?}", filter);
        }
    }
}
