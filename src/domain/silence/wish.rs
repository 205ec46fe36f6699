//! What somebody means who wants to hear nothing of an alert, or of what a filter shows: matchers
//! that every one of those alerts fulfils. Reads alerts and filters; makes no silence.

use std::collections::BTreeSet;

use super::Terms;
use crate::domain::alert::Alert;
use crate::domain::labels::Labels;
use crate::domain::matcher::{Condition, Matcher, Operator};
use crate::domain::query::{Asked, Filter};

/// A label of which the alerts have more values than this is nothing that they have in common.
const MOST_VALUES: usize = 8;

/// The label that says best what an alert is about, and stands first.
const FIRST: &str = "alertname";

/// What is so of this alert and of whatever has all of its labels: what is it, once more.
///
/// A name that nobody gave it but we is left out: what comes next has another.
pub fn of_alert(alert: &Alert) -> Vec<Matcher> {
    let own = alert.id.to_string();
    let mut matchers = in_common(&[alert.told_labels()]);
    matchers.retain(|one| one.name != "fingerprint" || one.condition.value() != own);
    ordered(matchers)
}

/// What a filter asks for, of labels, as it stands. Where it asks for something that no label says
/// (words, a state, a person), or only for what must not be: what the alerts that it shows have in
/// common instead. All of `shown` fulfil it; none where they have nothing in common.
pub fn of_shown(filter: &Filter, shown: &[&Alert], service_label: &str) -> Vec<Matcher> {
    let labels: Vec<&Labels> = shown.iter().map(|alert| alert.told_labels()).collect();
    let mut is_told = true;
    let mut matchers = Vec::new();
    for asked in filter.asked() {
        let matcher = match asked {
            Asked::Label(name, condition) => Some(one(name, condition)),
            Asked::Service(condition) => Some(one(service_label, condition)),
            Asked::Severity(condition) => Some(one("severity", condition)),
            Asked::Title(condition) => Some(one("title", condition)),
            Asked::Else => None,
        };
        // A field is no label where senders call it something else.
        let matcher = matcher.filter(|one| labels.iter().all(|labels| one.matches(labels)));
        is_told &= matcher.is_some();
        matchers.extend(matcher);
    }
    let names_some = |one: &Matcher| {
        let is_of = matches!(one.condition.operator(), Operator::Equal | Operator::Matches);
        is_of && !one.allows_absence()
    };
    if is_told && matchers.iter().any(names_some) {
        matchers.dedup();
        matchers.truncate(Terms::MOST_MATCHERS);
        return matchers;
    }
    // It says all that one of the same name does that holds for all of them.
    let common = ordered(in_common(&labels));
    matchers.retain(|one| common.iter().all(|other| other.name != one.name));
    common.into_iter().chain(matchers).take(Terms::MOST_MATCHERS).collect()
}

fn one(name: &str, condition: &Condition) -> Matcher {
    Matcher { name: name.to_owned(), condition: condition.clone() }
}

/// The labels that all have, each with a few values at most.
fn in_common(all: &[&Labels]) -> Vec<Matcher> {
    let Some((first, others)) = all.split_first() else { return Vec::new() };
    let values = |name: &str, value: &str| {
        let mut values = BTreeSet::from([value.to_owned()]);
        for labels in others {
            let value = labels.get(name).filter(|value| !value.is_empty())?;
            if !values.contains(value) {
                values.insert(value.to_owned());
            }
            if values.len() > MOST_VALUES {
                return None;
            }
        }
        Some(values)
    };
    let matcher = |(name, value): (&str, &str)| {
        let values = values(name, value)?;
        // A pattern that is too large is none.
        let condition = Condition::one_of(values.iter().map(String::as_str)).ok()?;
        Some(Matcher { name: name.to_owned(), condition })
    };
    first.iter().filter(|(_, value)| !value.is_empty()).filter_map(matcher).collect()
}

fn ordered(mut matchers: Vec<Matcher>) -> Vec<Matcher> {
    matchers.sort_by_key(|one| one.name != FIRST);
    matchers.truncate(Terms::MOST_MATCHERS);
    matchers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::matcher::Dialect;
    use crate::domain::query::View;
    use crate::domain::report::{NamedService, Payload};
    use crate::domain::samples::{Desk, labels, payload};
    use crate::domain::silence::line::{read, written};
    use crate::domain::text::Text;

    fn desk() -> Desk {
        let mut desk = Desk::new();
        let alerts = [
            ("disk", "critical", "db", [("alertname", "disk is full"), ("instance", "db1:9100")]),
            ("disk", "critical", "db", [("alertname", "disk is full"), ("instance", "db|2")]),
            ("cpu", "warning", "web", [("alertname", "cpu"), ("instance", "web1")]),
        ];
        for (number, (title, severity, service, own)) in alerts.into_iter().enumerate() {
            let more = [("severity", severity), ("service", service), ("cluster", "main")];
            let labels = labels(&[&own[..], &more[..]].concat());
            let service = NamedService::Strictly(Text::derive(service));
            let one = Payload { service, labels, ..payload(title, severity) };
            desk.fires(&format!("{number}"), one);
        }
        desk
    }

    fn wish(desk: &Desk, text: &str) -> String {
        let filter = Filter::parse(text);
        let view = View { table: &desk.table, me: None, now: desk.now };
        let shown: Vec<&Alert> = filter.shown(view).map(AsRef::as_ref).collect();
        written(&of_shown(&filter, &shown, "service"))
    }

    #[test]
    fn a_filter_says_what_to_silence_or_else_what_it_shows_does() {
        let desk = desk();
        let cases = [
            "instance=web1",
            "cluster=main instance!=web1",
            "service=db",
            "severity=critical service=db",
            "severity=crit",
            "instance!=web1",
            "state=firing cluster=main",
            "disk",
            "title=cpu",
            "!cpu instance=~db.*",
            "nothing",
        ];
        let said: Vec<String> =
            cases.iter().map(|text| format!("{text}\n    {}", wish(&desk, text))).collect();
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn an_alert_is_all_that_it_is_called() {
        let desk = desk();
        let alert =
            desk.table.alerts().find(|one| one.told_labels().get("instance") == Some("db1:9100"));
        assert_eq!(
            written(&of_alert(alert.unwrap())),
            r#"alertname="disk is full" cluster="main" instance="db1:9100" service="db" severity="critical""#
        );
    }

    const WORDS: [&str; 14] = [
        "instance=~db.*",
        "instance!=db1",
        "service=db",
        "service!~x",
        "severity=critical",
        "severity=warn",
        "state=fire",
        "a",
        "!b",
        "x=\"\"",
        "x!=\"\"",
        "assignee=nobody",
        "title=~.*",
        "\"severity\"=critical",
    ];

    proptest! {
        #[test]
        fn every_alert_that_a_filter_shows_is_matched_and_the_text_reads_back(
            values in proptest::collection::vec(
                (".{0,6}", "[ab\\\\\"|.*(]{0,3}", prop_oneof![Just("critical"), Just("warning")]), 1..12,
            ),
            words in proptest::sample::subsequence(WORDS.to_vec(), 0..4),
        ) {
            let mut desk = Desk::new();
            for (number, (x, instance, severity)) in values.iter().enumerate() {
                let mut one = payload("a disk", severity);
                one.labels = labels(&[("x", x), ("instance", instance), ("a.b \"c", x)]);
                desk.fires(&format!("{number}"), one);
            }
            let filter = Filter::parse(&words.join(" "));
            let view = View { table: &desk.table, me: None, now: desk.now };
            let shown: Vec<&Alert> = filter.shown(view).map(AsRef::as_ref).collect();
            let wishes = shown.iter().map(|one| (of_alert(one), vec![*one]));
            let of_shown = (of_shown(&filter, &shown, "service"), shown.clone());
            for (matchers, meant) in wishes.chain([of_shown]) {
                for alert in meant {
                    prop_assert!(matchers.iter().all(|one| one.matches(alert.told_labels())));
                }
                let read = read(&written(&matchers), Dialect::Fallback);
                prop_assert_eq!(read.problems, vec![]);
                prop_assert_eq!(read.matchers, matchers);
            }
        }
    }
}
