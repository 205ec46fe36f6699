//! Groups: which alerts a route tells together, and in which order. As Alertmanager makes and sorts
//! them (`dispatch` and `types.AlertSlice` of prometheus/alertmanager).

use std::collections::HashMap;

use super::{Route, Routed};
use crate::domain::id::AlertId;
use crate::domain::labels::Labels;

/// The alerts of one route that have the same values of its labels. Never empty.
#[derive(Clone, Debug)]
pub struct Group<'t> {
    /// What its alerts have in common: those of the route's labels that they have.
    pub labels: Labels,
    /// The name of the receiver.
    pub receiver: &'static str,
    /// Its alerts, by `job`, then by `instance`, then as label sets.
    pub alerts: Vec<Routed<'t>>,
}

/// The groups that `route` makes of `alerts`, as label sets are sorted.
pub fn groups<'t>(route: &Route, alerts: impl IntoIterator<Item = Routed<'t>>) -> Vec<Group<'t>> {
    let mut members: HashMap<Vec<Option<&str>>, Vec<Routed<'t>>> = HashMap::new();
    for alert in alerts {
        let values = route.group_by.iter().map(|name| alert.labels().get(name)).collect();
        members.entry(values).or_default().push(alert);
    }
    let mut groups: Vec<Group<'t>> = members
        .into_iter()
        .map(|(values, mut alerts)| {
            let pairs = route.group_by.iter().zip(values);
            let labels = pairs.filter_map(|(name, value)| Some((*name, value?))).collect();
            alerts.sort_by_cached_key(Place::of);
            Group { labels, receiver: route.receiver, alerts }
        })
        .collect();
    groups.sort_by(|one, other| {
        one.labels.as_sets(&other.labels).then_with(|| one.receiver.cmp(other.receiver))
    });
    groups
}

/// Where an alert stands in its group.
#[derive(PartialEq, Eq)]
struct Place<'t> {
    job: PresentFirst<'t>,
    instance: PresentFirst<'t>,
    labels: &'t Labels,
    /// Two namespaces may have the same labels.
    id: AlertId,
}

/// The value of a label; where there is none it comes last.
type PresentFirst<'t> = (bool, Option<&'t str>);

impl<'t> Place<'t> {
    fn of(alert: &Routed<'t>) -> Self {
        let labels = alert.labels();
        let value = |name: &str| {
            let value = labels.get(name);
            (value.is_none(), value)
        };
        Self { job: value("job"), instance: value("instance"), labels, id: alert.alert.id }
    }
}

impl Ord for Place<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let named = (self.job, self.instance).cmp(&(other.job, other.instance));
        named.then_with(|| self.labels.as_sets(other.labels)).then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Place<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::alert::{Identity, Namespace, Naming};
    use crate::domain::report::{Payload, Report, Road};
    use crate::domain::routing::{BUILT_IN, Hour, routed};
    use crate::domain::samples::{Desk, labels, payload, told};
    use crate::domain::text::Text;
    use crate::domain::time::{SignedDuration, after};

    type Pairs<'a> = &'a [(&'a str, &'a str)];

    fn send(desk: &mut Desk, namespace: &str, labels: Labels) {
        let namespace = Namespace(Text::derive(namespace));
        let naming = Naming::of_labels(labels.clone());
        let told = told(desk.now, after(desk.now, SignedDuration::from_mins(5)));
        let payload = Payload { road: Road::V2, labels, ..payload("t", "critical") };
        let identity = Identity { namespace, naming };
        desk.reports(Report::Interval { identity, told, payload: Box::new(payload) }).unwrap();
    }

    fn desk(sets: impl IntoIterator<Item = Labels>) -> Desk {
        let mut desk = Desk::new();
        for set in sets {
            send(&mut desk, "", set);
        }
        desk
    }

    fn shown(labels: &Labels) -> String {
        labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    /// A line per group, and one below it for each alert.
    fn picture(route: &Route, desk: &Desk) -> String {
        let mut lines = Vec::new();
        for group in groups(route, routed(&desk.table, Hour::of(desk.now))) {
            lines.push(format!("{{{}}}", shown(&group.labels)));
            lines.extend(group.alerts.iter().map(|alert| format!("  {}", shown(alert.labels()))));
        }
        lines.join("\n")
    }

    /// Measured on Alertmanager 0.25; the source of 0.34 says the same.
    #[test]
    fn groups_and_alerts_stand_in_alertmanagers_order() {
        let sets: &[Pairs<'_>] = &[
            &[("alertname", "b"), ("z", "1")],
            &[("alertname", "a"), ("z", "1")],
            &[("alertname", "a")],
            &[("instance", "1"), ("z", "1")],
            &[("job", "b"), ("instance", "0")],
            &[("job", "a"), ("z", "1")],
            &[("x", "1")],
            &[("job", "a"), ("instance", "1"), ("z", "1")],
            &[("job", "a"), ("instance", "1"), ("y", "1")],
            &[("job", "a"), ("instance", "1"), ("a", "1"), ("b", "1")],
            &[("job", "a"), ("instance", "10")],
            &[("alertname", "a"), ("job", "ü")],
            &[("alertname", "B")],
        ];
        let picture = picture(&BUILT_IN, &desk(sets.iter().copied().map(labels)));
        insta::assert_snapshot!(picture, @r"
        {}
          instance=1 job=a z=1
          instance=1 job=a y=1
          a=1 b=1 instance=1 job=a
          instance=10 job=a
          job=a z=1
          instance=0 job=b
          instance=1 z=1
          x=1
        {alertname=B}
          alertname=B
        {alertname=a}
          alertname=a job=ü
          alertname=a
          alertname=a z=1
        {alertname=b}
          alertname=b z=1
        ");
    }

    #[test]
    fn groups_of_several_labels_have_those_that_their_alerts_have() {
        let route = Route { receiver: "default", group_by: &["b", "a"] };
        let sets: &[Pairs<'_>] = &[
            &[("a", "1"), ("b", "1"), ("c", "1")],
            &[("a", "1"), ("c", "1")],
            &[("b", "1"), ("c", "1")],
            &[("b", "1"), ("c", "2")],
            &[("c", "1")],
            &[("a", "0"), ("b", "2")],
        ];
        let picture = picture(&route, &desk(sets.iter().copied().map(labels)));
        insta::assert_snapshot!(picture, @r"
        {}
          c=1
        {b=1}
          b=1 c=1
          b=1 c=2
        {a=1}
          a=1 c=1
        {a=0 b=2}
          a=0 b=2
        {a=1 b=1}
          a=1 b=1 c=1
        ");
    }

    #[test]
    fn the_same_labels_in_two_namespaces_are_two_alerts_of_one_group() {
        let mut desk = Desk::new();
        for namespace in ["", "ops"] {
            send(&mut desk, namespace, labels(&[("alertname", "disk")]));
        }
        let groups = groups(&BUILT_IN, routed(&desk.table, Hour::of(desk.now)));
        let [group] = groups.as_slice() else { panic!("not one group: {groups:?}") };
        assert_eq!(group.alerts.len(), 2);
    }

    fn any_labels() -> impl Strategy<Value = Labels> {
        btree_map("a|b|job|instance|alertname", "0|1|2", 1..4)
            .prop_map(|pairs| pairs.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn sets_are_in_one_total_order(one in any_labels(), two in any_labels(), three in any_labels()) {
            prop_assert_eq!(one.as_sets(&two), two.as_sets(&one).reverse());
            prop_assert_eq!(one.as_sets(&two).is_eq(), one == two);
            if one.as_sets(&two).is_le() && two.as_sets(&three).is_le() {
                prop_assert!(one.as_sets(&three).is_le());
            }
        }

        /// Whatever came first: each alert is in one group, and the picture is the same.
        #[test]
        fn groups_do_not_depend_on_who_came_first(sets in vec(any_labels(), 0..12)) {
            let forth = desk(sets.iter().cloned());
            let back = desk(sets.iter().rev().cloned());
            prop_assert_eq!(picture(&BUILT_IN, &forth), picture(&BUILT_IN, &back));
            let groups = groups(&BUILT_IN, routed(&forth.table, Hour::of(forth.now)));
            let alerts: usize = groups.iter().map(|group| group.alerts.len()).sum();
            prop_assert_eq!(alerts, forth.table.open_alerts().count());
            let labels = |group: &Group<'_>| group.labels.clone();
            prop_assert!(groups.is_sorted_by(|one, two| labels(one).as_sets(&labels(two)).is_lt()));
        }
    }
}
