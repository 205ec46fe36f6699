//! Whatever happened to a table: what is found is what a look at every alert finds, in its order.

use proptest::prelude::*;

use crate::domain::alert::{Alert, Ending, Identity, Namespace, Naming, Resolution, State};
use crate::domain::change::{Change, Keep};
use crate::domain::entity::{Entity, Key};
use crate::domain::id::{AlertId, ServiceId};
use crate::domain::labels::Fingerprint;
use crate::domain::samples::{Desk, labels, payload, person};
use crate::domain::severity::Severity;
use crate::domain::table::{Lookup, Table, Word, seat};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, after};

/// One state of one alert. There are few ids, and most begin alike; few names, some with one hash.
#[derive(Clone, Debug)]
struct Step {
    id: u8,
    named: u8,
    labels: u8,
    state: u8,
    assignee: Option<&'static str>,
    severity: Severity,
    received: i64,
}

fn any_step() -> impl Strategy<Value = Step> {
    let assignee = prop_oneof![Just(None), Just(Some("alice")), Just(Some("bob"))];
    let severity = prop_oneof![Just(Severity::Critical), Just(Severity::Warning)];
    let numbers = (0_u8..24, 0_u8..6, 0_u8..5, 0_u8..4, 0_i64..3);
    (numbers, assignee, severity).prop_map(
        |((id, named, labels, state, received), assignee, severity)| Step {
            id,
            named,
            labels,
            state,
            assignee,
            severity,
            received: received * 700,
        },
    )
}

fn id(number: u8) -> AlertId {
    AlertId(uuid::Uuid::from_fields(u32::from(number % 3), 0, 0, &[number; 8]))
}

/// Two namespaces with the same labels, label sets with one hash, given names.
fn identity(step: &Step) -> Identity {
    let namespace = |name: &str| Namespace(Text::derive(name));
    let set = labels(&[("alertname", "disk"), ("host", if step.labels == 0 { "a" } else { "b" })]);
    let forged = |print| Naming::Labels { fingerprint: Fingerprint(print), labels: set.clone() };
    match step.named {
        0 => Identity { namespace: namespace(""), naming: Naming::of_labels(set) },
        1 => Identity { namespace: namespace("ops"), naming: Naming::of_labels(set) },
        2 => Identity { namespace: namespace(""), naming: forged(1) },
        3 => Identity { namespace: namespace(""), naming: forged(2) },
        4 => Identity { namespace: namespace(""), naming: forged(1 << 40) },
        _ => Identity { namespace: namespace(""), naming: Naming::Given("disk".into()) },
    }
}

fn alert(of: &Alert, table: &Table, step: &Step) -> Alert {
    let mut alert = of.clone();
    alert.id = id(step.id);
    // What an alert is known by stays.
    alert.identity = table.alert(alert.id).map_or(identity(step), |was| was.identity.clone());
    let number = step.labels.to_string();
    alert.labels = labels(&[("alertname", "disk"), ("number", &number), ("service", "web")]);
    alert.severity = step.severity;
    alert.service = ServiceId::of(&number);
    alert.received = after(of.received, SignedDuration::from_nanos(step.received));
    alert.standing.assignee = step.assignee.map(person);
    if step.state == 1 {
        let (how, at, end) = (Ending::Source, alert.received, alert.received);
        alert.standing.state = State::Resolved(Resolution { how, at, end, had: None });
    }
    alert
}

/// What happened, as a table, and one at an earlier time.
fn tables(steps: &[Step]) -> [Table; 2] {
    let mut desk = Desk::new();
    let fired = desk.fires("disk", payload("disk", "critical"));
    let of = desk.alert(fired).clone();
    let mut table = Table::default();
    let mut halfway = table.clone();
    for (at, step) in steps.iter().enumerate() {
        let next = alert(&of, &table, step);
        let key = Key::Alert(next.id);
        let next = (step.state != 2).then(|| Entity::Alert(next.into()));
        table.put(&Change { key, next, event: None, keep: Keep::Now });
        if at == steps.len() / 2 {
            halfway = table.clone();
        }
    }
    [table, halfway]
}

/// Whether an alert has a word.
type Has = fn(&Alert) -> bool;

fn words() -> Vec<(Word, Has)> {
    vec![
        (Word::pair("host", "a"), |alert| alert.told_labels().get("host") == Some("a")),
        (Word::pair("alertname", "disk"), |_| true),
        (Word::pair("number", "1"), |alert| alert.labels.get("number") == Some("1")),
        (Word::pair("number", "nine"), |_| false),
        (Word::service(ServiceId::of("2")), |alert| alert.service == ServiceId::of("2")),
        (Word::assignee("bob"), |alert| {
            alert.standing.assignee.as_ref().is_some_and(|one| one.name.as_str() == "bob")
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_found_is_what_a_look_at_every_alert_finds(
        steps in proptest::collection::vec(any_step(), 0..200),
        cut in 0_usize..24,
    ) {
        for table in tables(&steps) {
            let mut open: Vec<&Alert> =
                table.alerts().map(AsRef::as_ref).filter(|alert| alert.is_open()).collect();
            open.sort_by_key(|alert| seat(alert));
            let behind = open.get(cut).map(|alert| seat(alert));
            for behind in [None, behind] {
                let rest = open.iter().filter(|alert| behind.is_none_or(|seat_of| seat(alert) > seat_of));
                let rest: Vec<&Alert> = rest.copied().collect();
                let ids = |alerts: &[&Alert]| alerts.iter().map(|alert| alert.id).collect::<Vec<_>>();
                let all = table.look_up(&Lookup::All, behind).map(|alert| alert.id);
                prop_assert_eq!(all.collect::<Vec<_>>(), ids(&rest));
                for (word, has) in words() {
                    let found = table.look_up(&Lookup::Having(vec![word]), behind);
                    let found = found.filter(|alert| has(alert)).map(|alert| alert.id);
                    let wanted: Vec<&Alert> = rest.iter().copied().filter(|alert| has(alert)).collect();
                    prop_assert_eq!(found.collect::<Vec<_>>(), ids(&wanted));
                }
            }
            for severity in [Severity::Critical, Severity::Warning] {
                let since = open.first().map_or(crate::domain::time::Timestamp::MIN, |one| one.received);
                let time = |alert: &Alert| alert.received.as_microsecond();
                let found: Vec<_> = table.open_since(severity, since).map(|alert| (time(alert), alert.id)).collect();
                prop_assert!(found.is_sorted_by_key(|(time, _)| *time));
                let wanted = open.iter().filter(|one| one.severity == severity && time(one) >= since.as_microsecond());
                let mut wanted: Vec<_> = wanted.map(|alert| (time(alert), alert.id)).collect();
                let mut found = found;
                wanted.sort_unstable();
                found.sort_unstable();
                prop_assert_eq!(found, wanted);
            }
        }
    }
}

fn many() -> Desk {
    let mut desk = Desk::new();
    for number in 0..200 {
        let (own, tenth) = (format!("node-{number}"), format!("rack-{}", number % 10));
        let mut one = payload("disk", "critical");
        one.labels = labels(&[("instance", &own), ("rack", &tenth), ("team", "ops")]);
        desk.fires(&own, one);
    }
    desk
}

#[test]
fn no_more_is_looked_at_than_has_the_rarest_word() {
    let desk = many();
    let table = [
        (vec![], 200),
        (vec![vec![Word::pair("team", "ops")]], 200),
        (vec![vec![Word::pair("rack", "rack-3")]], 20),
        (vec![vec![Word::pair("instance", "node-7"), Word::pair("instance", "node-8")]], 2),
        (vec![vec![Word::pair("rack", "rack-7")], vec![Word::pair("instance", "node-7")]], 1),
        (vec![vec![Word::pair("instance", "node-1000")]], 0),
    ];
    for (asked_for, wanted) in table {
        let lookup = Lookup::of(&desk.table, asked_for.clone());
        assert_eq!(desk.table.look_up(&lookup, None).count(), wanted, "of {asked_for:?}");
    }
}

#[test]
fn what_was_only_heard_again_is_found_as_before() {
    let mut desk = many();
    let before = desk.table.clone();
    let again = desk.table.open_alerts().next().unwrap().clone();
    let mut one = payload("disk", "critical");
    one.labels = again.labels.clone();
    desk.fires(&again.identity.naming.to_string(), one);
    assert_eq!(desk.alert(again.id).seen.count, 2);
    assert!(desk.table.index.shares_all(&before.index));
}
