//! Bodies byte by byte: those of Alertmanager 0.25 with `mutedBy` and `routeLabels`, which it did
//! not have yet.

use proptest::prelude::*;

use super::*;
use crate::domain::alert::{Identity, Namespace, Naming, Told};
use crate::domain::report::{Payload, Report, Road};
use crate::domain::routing::{self, BUILT_IN, Hour, routed};
use crate::domain::samples::{Desk, labels, payload};
use crate::domain::suppress::Status;

const ODD: &str =
    "Odd <&> \u{2028} \u{2029} \0 \u{1} \u{8} \u{c} \u{1f} \u{7f} \" \\ / \n\r\t é 🙂 \u{fffd}";

fn moment(at: &str, hours: i32) -> Moment {
    Moment { at: at.parse().unwrap(), offset: hours * 3_600 }
}

fn desk() -> Desk {
    let mut desk = Desk::new();
    let set = labels(&[("alertname", ODD), ("Zeta", "1"), ("alpha", "2"), ("job", "j")]);
    let identity =
        Identity { namespace: Namespace::default(), naming: Naming::of_labels(set.clone()) };
    let told = Told {
        start: Some(moment("2026-01-01T08:00:00.1239Z", 2)),
        end: Some(moment("2099-01-01T05:00:00.9999Z", -5)),
    };
    let payload = Payload {
        road: Road::V2,
        labels: set,
        annotations: labels(&[("b", ""), ("a", "<b>x & y</b>"), ("_", "q")]),
        link: Some("http://x.example.org/g?a=1&b=<2>".into()),
        ..payload("odd", "critical")
    };
    desk.reports(Report::Interval { identity, told, payload: Box::new(payload) }).unwrap();
    desk
}

/// The alerts one behind the other.
fn alerts<'t>(alerts: impl IntoIterator<Item = Routed<'t>>) -> String {
    let mut body = Vec::new();
    for one in alerts {
        alert(&mut body, &one, "default", &Status::default());
    }
    String::from_utf8(body).unwrap()
}

#[test]
fn every_odd_character_and_offset_is_written_as_alertmanager_writes_it() {
    let desk = desk();
    let body = alerts(routed(&desk.table, Hour::of(desk.now)));
    insta::assert_snapshot!(body);
}

/// Around its alerts a group is not escaped for HTML.
#[test]
fn a_group_escapes_its_own_labels_less_than_those_of_its_alerts() {
    let desk = desk();
    let made = routing::groups(&BUILT_IN, routed(&desk.table, Hour::of(desk.now)));
    let mut body = Vec::new();
    for group in made {
        group_begin(&mut body);
        body.extend_from_slice(alerts(group.alerts).as_bytes());
        group_end(&mut body, &group.labels, group.receiver);
    }
    insta::assert_snapshot!(String::from_utf8(body).unwrap());
}

#[test]
fn a_link_is_left_out_where_there_is_none_and_annotations_are_not() {
    let mut desk = Desk::new();
    desk.fires("disk", Payload { link: Some("".into()), ..payload("disk", "critical") });
    desk.fires("mail", payload("mail", "critical"));
    let body = alerts(routed(&desk.table, Hour::of(desk.now)));
    assert!(!body.contains("generatorURL"), "{body}");
    assert_eq!(body.matches(r#"{"annotations":{},"#).count(), 2, "{body}");
}

#[test]
fn a_status_names_what_suppresses() {
    let mut body = Vec::new();
    Body(&mut body).status(&Status {
        silenced_by: [uuid::Uuid::nil(), uuid::Uuid::max()]
            .map(crate::domain::id::SilenceId)
            .to_vec(),
        inhibited_by: vec![crate::domain::labels::Fingerprint(0xa)],
    });
    insta::assert_snapshot!(String::from_utf8(body).unwrap());
}

proptest! {
    #[test]
    fn every_text_comes_back_as_it_came(text in any::<String>()) {
        for html in [Html::Plain, Html::Escaped] {
            let mut body = Vec::new();
            Body(&mut body).text(&text, html);
            prop_assert_eq!(serde_json::from_slice::<String>(&body).unwrap(), text.as_str());
        }
    }
}
