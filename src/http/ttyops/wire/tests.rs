//! Bodies as senders send them, and what becomes of each of their alerts.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::domain::alert::Naming;
use crate::domain::report::{NamedService, Payload, Subject};
use crate::domain::severity::Severity;
use crate::domain::text::Text;

fn read(body: &str) -> Result<Parsed, Unreadable> {
    read_with(body, None, &Policy::default())
}

fn read_with(body: &str, key: Option<&str>, policy: &Policy) -> Result<Parsed, Unreadable> {
    let namespace = Namespace(Text::derive("team"));
    let key = key.map(str::to_owned);
    let sender = Sender { token: TokenId(uuid::Uuid::nil()), namespace, key };
    parse(body.as_bytes().to_vec(), &sender, policy)
}

fn shared() -> Sender {
    Sender { token: TokenId(uuid::Uuid::nil()), namespace: Namespace::default(), key: None }
}

/// What became of each alert of a post, a line each, in the order of the list.
fn told(body: &str) -> String {
    let parsed = match read(body) {
        Ok(parsed) => parsed,
        Err(error) => return format!("unreadable: {error}"),
    };
    let accepted = parsed.accepted.iter().map(|(index, report)| (*index, line_of(report)));
    let refused = parsed
        .refused
        .iter()
        .map(|refused| (refused.index, format!("refused {}: {}", refused.field, refused.reason)));
    let mut lines: Vec<_> = accepted.chain(refused).collect();
    lines.sort_by_key(|(index, _)| *index);
    let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    lines.extend(parsed.about.iter().map(|report| format!("about: {}", line_of(report))));
    lines.join("\n")
}

fn plain(alert: &str) -> String {
    told(&format!(r#"{{"alerts": [{alert}]}}"#))
}

fn webhook(alert: &str) -> String {
    told(&format!(r#"{{"receiver": "ops", "groupKey": "{{}}", "alerts": [{alert}]}}"#))
}

fn line_of(report: &Report) -> String {
    match report {
        Report::Resolved { identity, road, ends_at } => {
            let end = ends_at.map(|end| format!(" at {end}")).unwrap_or_default();
            format!("resolved {} by {road:?}{end}", name_of(&identity.naming))
        }
        Report::Interval { .. } => panic!("{report:?}"),
        Report::Firing { subject: Subject::Known(identity), payload } => {
            assert_eq!(identity.namespace.0.as_str(), "team");
            format!("firing {}: {}", name_of(&identity.naming), words_of(payload))
        }
        Report::Firing { subject: Subject::Manual { once, .. }, payload } => {
            let once = once.map_or("", |_| " once");
            format!("manual{once}: {}", words_of(payload))
        }
    }
}

fn name_of(naming: &Naming) -> String {
    match naming {
        Naming::Labels { fingerprint, .. } => format!("labels {fingerprint}"),
        Naming::Given(given) => format!("{given:?}"),
    }
}

fn words_of(payload: &Payload) -> String {
    let service = match &payload.service {
        NamedService::Strictly(name) => format!("strictly {name}"),
        NamedService::Loosely(name) => format!("loosely {name}"),
        NamedService::Default => "default service".to_owned(),
    };
    let mut words = format!("{:?}, {service}, {:?}", payload.title.as_str(), payload.severity);
    for (name, value) in payload.labels.iter() {
        write!(words, ", {name}={value:?}").unwrap();
    }
    for (name, value) in payload.annotations.iter() {
        write!(words, ", @{name}={value:?}").unwrap();
    }
    if let Some(start) = payload.starts_at {
        write!(words, ", since {start}").unwrap();
    }
    if let Some(link) = &payload.link {
        write!(words, ", at {link}").unwrap();
    }
    words
}

#[test]
fn fields_stand_at_the_root_in_labels_or_in_annotations_and_the_root_wins() {
    insta::assert_snapshot!(
        [
            // The documentation's own example.
            r#"{"fingerprint": "highmem-net004", "status": "firing",
                "labels": {"service": "default", "alertname": "InstanceDown", "severity": "critical"},
                "annotations": {"title": "net004 is HighMemory (95.04%)"}}"#,
            r#"{"fingerprint": "f", "status": "firing", "title": "t", "service": "s", "severity": "warning"}"#,
            r#"{"annotations": {"fingerprint": "f", "status": "firing", "title": "t", "service": "s", "severity": "low"}}"#,
            r#"{"title": "root", "labels": {"title": "label", "service": "s"}, "annotations": {"title": "note"}}"#,
            r#"{"labels": {"title": "label", "service": "s"}, "annotations": {"title": "note"}}"#,
            r#"{"title": null, "service": "", "labels": {"title": "", "service": "s"}, "annotations": {"title": "note"}}"#,
        ]
        .map(plain)
        .join("\n"),
        @r#"
        firing "highmem-net004": "net004 is HighMemory (95.04%)", strictly default, Known(Critical), alertname="InstanceDown", fingerprint="highmem-net004", service="default", severity="critical", @title="net004 is HighMemory (95.04%)"
        firing "f": "t", strictly s, Known(Warning), alertname="t", fingerprint="f", service="s", severity="warning"
        firing "f": "t", strictly s, Known(Warning), alertname="t", fingerprint="f", service="s", severity="low", @fingerprint="f", @service="s", @severity="low", @status="firing", @title="t"
        manual: "root", strictly s, Absent, alertname="root", service="s", title="label", @title="note"
        manual: "label", strictly s, Absent, alertname="label", service="s", title="label", @title="note"
        manual: "note", strictly s, Absent, alertname="note", service="s", @title="note"
        "#
    );
}

#[test]
fn an_alert_with_neither_fingerprint_nor_status_is_manual() {
    insta::assert_snapshot!(plain(r#"{"title": "call me", "service": "web"}"#), @r#"manual: "call me", strictly web, Absent, alertname="call me", service="web""#);
    let body = r#"{"alerts": [{"title": "a", "service": "s"}, {"title": "a", "service": "s"}]}"#;
    let parsed = read_with(body, Some("key"), &Policy::default()).unwrap();
    let once = |at: usize| match &parsed.accepted[at].1 {
        Report::Firing { subject: Subject::Manual { once, .. }, .. } => once.unwrap(),
        other => panic!("{other:?}"),
    };
    assert_ne!(once(0), once(1), "two alerts of one post are two alerts");
    assert_eq!(read_with(body, Some("key"), &Policy::default()).unwrap(), parsed);
    assert_ne!(read_with(body, Some("other"), &Policy::default()).unwrap(), parsed);
}

#[test]
fn a_plain_payload_is_refused_for_what_is_missing_or_unknown_and_told_which_field() {
    let long = "x".repeat(256);
    let long =
        format!(r#"{{"fingerprint": "{long}", "status": "firing", "title": "t", "service": "s"}}"#);
    insta::assert_snapshot!(
        [
            r#"{"fingerprint": "f", "title": "t", "service": "s"}"#,
            r#"{"status": "resolved"}"#,
            r#"{"fingerprint": "f", "status": "burning", "title": "t", "service": "s"}"#,
            r#"{"fingerprint": "f", "status": "firing", "service": "s"}"#,
            r#"{"title": "\u001b[2J \u0007", "service": "s"}"#,
            r#"{"title": "t"}"#,
            r#"{"title": "t", "service": "s", "severity": "foo"}"#,
            r#"{"title": "t", "service": "s", "startsAt": "yesterday"}"#,
            r#"{"title": "t", "service": "s", "startsAt": 1700000000}"#,
            r#"{"title": ["t"], "service": "s"}"#,
            r#"{"title": "t", "service": "s", "labels": ["a"]}"#,
            r#"{"title": "t", "service": "s", "labels": {"a": {"b": 1}}}"#,
            r#"{"title": "t", "service": "s", "annotations": {"a": [1]}}"#,
            "17",
            "null",
            long.as_str(),
        ]
        .map(plain)
        .join("\n"),
        @r#"
        refused status: needed beside fingerprint: firing or resolved
        refused fingerprint: needed beside status: the name by which later posts mean this alert
        refused status: "burning" is unknown; send firing or resolved
        refused title: needed: what the alert is, for people; at the root, in labels or in annotations
        refused title: needed: what the alert is, for people; at the root, in labels or in annotations
        refused service: needed: the name of the service it is about; at the root, in labels or in annotations
        refused severity: "foo" is unknown; critical words are alert crit critical disaster emerg emergency error fatal high major p1 p2 page pager sev1 sev2; warning words are average debug info informational low minor none notice ok p3 p4 p5 sev3 sev4 sev5 ticket warn warning
        refused startsAt: must be an RFC 3339 time, as 2026-02-28T13:05:00Z
        refused startsAt: must be an RFC 3339 time, as 2026-02-28T13:05:00Z
        refused title: must be text, not a list
        refused labels: must be an object of texts, not a list
        refused labels.a: must be text, not an object
        refused annotations.a: must be text, not a list
        refused alerts: must be an object, not a number or truth value
        refused alerts: must be an object, not null
        refused fingerprint: has 256 characters; at most 255 are kept
        "#
    );
}

#[test]
fn a_resolved_alert_needs_its_fingerprint_alone_whatever_else_is_wrong() {
    insta::assert_snapshot!(
        [
            r#"{"fingerprint": "f", "status": "resolved"}"#,
            r#"{"labels": {"fingerprint": "f", "status": "Resolved "}}"#,
            r#"{"fingerprint": "f", "status": "resolved", "endsAt": "2026-11-21T03:00:00Z"}"#,
            r#"{"fingerprint": "f", "status": "resolved", "endsAt": "just now"}"#,
            r#"{"fingerprint": "f", "status": "resolved", "severity": "foo", "startsAt": 7, "labels": {"a": []}}"#,
        ]
        .map(plain)
        .join("\n"),
        @r#"
        resolved "f" by Plain
        resolved "f" by Plain
        resolved "f" by Plain at 2026-11-21T03:00:00Z
        resolved "f" by Plain
        resolved "f" by Plain
        "#
    );
}

#[test]
fn numbers_and_truth_values_count_as_their_text() {
    insta::assert_snapshot!(
        plain(r#"{"fingerprint": 17, "status": "firing", "title": 95.040, "service": true, "labels": {"port": 9093}}"#),
        @r#"firing "17": "95.040", strictly true, Absent, alertname="95.040", fingerprint="17", port="9093", service="true""#
    );
}

#[test]
fn too_many_labels_are_refused_in_a_plain_payload_and_cut_in_a_webhook_document() {
    let pairs: Vec<String> = (0..=1_024).map(|at| format!(r#""l{at}": "v""#)).collect();
    let alert = format!(
        r#"{{"title": "t", "service": "s", "fingerprint": "f", "status": "firing", "labels": {{{}}}}}"#,
        pairs.join(",")
    );
    insta::assert_snapshot!(plain(&alert), @"refused labels: there are more than 1024; send fewer");
    let body = format!(r#"{{"receiver": "ops", "alerts": [{alert}]}}"#);
    let parsed = read(&body).unwrap();
    let Report::Firing { subject: Subject::Known(identity), payload } = &parsed.accepted[0].1
    else {
        panic!("{parsed:?}");
    };
    assert_eq!(payload.labels.len(), 1_024);
    assert_eq!(identity.naming, Naming::Given("f".into()));
}

#[test]
fn a_post_lists_at_most_as_many_alerts_as_are_read() {
    let body = |count: usize| format!(r#"{{"alerts": [{}]}}"#, vec!["7"; count].join(","));
    assert_eq!(read(&body(MOST_ALERTS)).unwrap().refused.len(), MOST_ALERTS);
    assert_eq!(read(&body(MOST_ALERTS + 1)), Err(Unreadable::TooMany));
}

#[test]
fn what_is_no_object_with_alerts_is_unreadable() {
    let deep = format!(r#"{{"alerts": {}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    insta::assert_snapshot!(
        [
            "", "{", "[]", "17", "nonsense", r#"{"alerts": []} x"#, "{}", r#"{"alerts": 7}"#,
            r#"{"version": "4", "alerts": null}"#, r#"{"alerts": []}"#, r#"{"receiver": "ops"}"#,
            deep.as_str(),
        ]
        .map(told)
        .join("\n"),
        @r#"
        unreadable: the body is not a JSON object: EOF while parsing a value at line 1 column 0
        unreadable: the body is not a JSON object: EOF while parsing an object at line 1 column 1
        unreadable: the body is not a JSON object: invalid type: sequence, expected an object at line 1 column 0
        unreadable: the body is not a JSON object: invalid type: integer `17`, expected an object at line 1 column 2
        unreadable: the body is not a JSON object: expected ident at line 1 column 2
        unreadable: the body is not a JSON object: trailing characters at line 1 column 16
        unreadable: the body has no list of alerts; send {"alerts": [{"title": "...", "service": "..."}]}
        unreadable: the body has no list of alerts; send {"alerts": [{"title": "...", "service": "..."}]}
        unreadable: the body has no list of alerts; send {"alerts": [{"title": "...", "service": "..."}]}


        refused alerts: must be an object, not a list
        "#
    );
}

#[test]
fn a_webhook_document_is_never_refused_and_falls_back_field_by_field() {
    insta::assert_snapshot!(
        [
            r#"{"status": "firing", "labels": {"alertname": "Down", "job": "node", "severity": "page"},
                "annotations": {"summary": "it is down"}, "startsAt": "2026-11-21T03:00:00.5+01:00",
                "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus.example.org/g",
                "fingerprint": "f"}"#,
            r#"{"labels": {"alertname": "Down", "service": "web", "job": "node"}, "annotations": {"title": "T", "summary": "S"}}"#,
            r#"{"labels": {"severity": "foo"}, "fingerprint": ""}"#,
            r#"{"status": "resolved", "labels": {"alertname": "Down"}, "fingerprint": "f",
                "endsAt": "2026-11-21T04:00:00+01:00"}"#,
            r#"{"status": 7, "labels": {"a": [], "b": 1, "c": null}, "annotations": "none", "startsAt": "never", "fingerprint": {}}"#,
            "{}",
            "null",
        ]
        .map(webhook)
        .join("\n"),
        @r#"
        firing "f": "it is down", loosely node, Known(Critical), alertname="Down", job="node", severity="page", @summary="it is down", since 2026-11-21T02:00:00.5Z, at http://prometheus.example.org/g
        firing labels cc4ad2aacaa2fe92: "T", loosely web, Absent, alertname="Down", job="node", service="web", @summary="S", @title="T"
        firing labels 94fd119e3c7fcf4a: "alert without a name", default service, Unknown(Text("foo")), severity="foo"
        resolved "f" by Webhook at 2026-11-21T03:00:00Z
        firing labels 02957199a0ccbf96: "alert without a name", default service, Absent, b="1"
        firing labels cbf29ce484222325: "alert without a name", default service, Absent
        firing labels cbf29ce484222325: "alert without a name", default service, Absent
        "#
    );
}

#[test]
fn a_webhook_alert_named_by_the_hash_of_its_labels_is_the_alert_of_those_labels() {
    let alert = r#"{"labels": {"alertname": "HighLoad"}, "fingerprint": "d17de6d8a6ed224c"}"#;
    assert!(webhook(alert).starts_with("firing labels d17de6d8a6ed224c:"));
    let long = format!(
        r#"{{"labels": {{"alertname": "HighLoad"}}, "fingerprint": "{}"}}"#,
        "x".repeat(256)
    );
    assert!(webhook(&long).starts_with("firing labels d17de6d8a6ed224c:"));
}

#[test]
fn each_alert_is_judged_by_its_own_status_and_never_by_the_documents() {
    insta::assert_snapshot!(
        told(r#"{"status": "firing", "receiver": "ops", "version": "4", "alerts": [
            {"status": "resolved", "fingerprint": "a"}, {"status": "firing", "fingerprint": "b"}]}"#),
        @r#"
        resolved "a" by Webhook
        firing "b": "alert without a name", default service, Absent
        "#
    );
}

#[test]
fn left_out_alerts_are_an_alert_about_the_receiver() {
    let document = |truncated: &str| {
        told(&format!(r#"{{"alerts": [], "receiver": "ops/web", "truncatedAlerts": {truncated}}}"#))
    };
    let said = ["0", "3", "null", "-1"].map(document);
    assert_eq!([&said[0], &said[2], &said[3]], ["", "", ""]);
    insta::assert_snapshot!(said[1], @r#"about: firing "watchbell:truncated:ops/web": "receiver ops/web leaves alerts out (3 of its last notification); raise max_alerts or group finer", default service, Known(Critical), alertname="WatchbellTruncatedAlerts", receiver="ops/web", severity="critical""#);
}

#[test]
fn the_service_label_names_the_service_of_documents_alone() {
    let policy = Policy { service_label: "team".into(), ..Policy::default() };
    let service = |body: &str| match read_with(body, None, &policy).unwrap().accepted.remove(0).1 {
        Report::Firing { payload, .. } => payload.service,
        other @ (Report::Resolved { .. } | Report::Interval { .. }) => panic!("{other:?}"),
    };
    let alert = r#"{"alerts": [{"title": "t", "labels": {"team": "web", "service": "kube"}}]"#;
    assert_eq!(service(&format!("{alert}}}")), NamedService::Strictly("kube".into()));
    assert_eq!(
        service(&format!(r#"{alert}, "receiver": "ops"}}"#)),
        NamedService::Loosely("web".into())
    );
}

#[test]
fn configured_severity_words_are_known_and_offered() {
    let severity = crate::domain::severity::SeverityWords::with([("foo", Severity::Warning)]);
    let policy = Policy { severity, ..Policy::default() };
    let body =
        |word| format!(r#"{{"alerts": [{{"title": "t", "service": "s", "severity": "{word}"}}]}}"#);
    assert_eq!(read_with(&body("FOO"), None, &policy).unwrap().refused, []);
    let refused = read_with(&body("bar"), None, &policy).unwrap().refused;
    assert!(refused[0].reason.contains(" foo "), "{}", refused[0].reason);
}

#[test]
fn times_are_rfc_3339_with_any_fraction_and_offset_and_the_zero_time_is_none() {
    let table = [
        ("2026-11-21T03:00:00Z", "Some(Ok(2026-11-21T03:00:00Z))"),
        ("2026-11-21T03:00:00.123456789123Z", "Some(Ok(2026-11-21T03:00:00.123456789Z))"),
        ("2026-11-21T08:30:00.5+05:30", "Some(Ok(2026-11-21T03:00:00.5Z))"),
        ("2026-11-21T03:00:00.1234567890123-00:00", "Some(Ok(2026-11-21T03:00:00.123456789Z))"),
        ("2026-11-21t03:00:00z", "Some(Ok(2026-11-21T03:00:00Z))"),
        ("1969-12-31T23:59:59Z", "Some(Ok(1969-12-31T23:59:59Z))"),
        ("0001-01-01T00:00:00Z", "None"),
        ("0001-01-01T00:00:00.000Z", "None"),
        ("", "None"),
        ("2026-11-21", "Some(Err(()))"),
        ("2026-11-21T03:00:00", "Some(Err(()))"),
        ("2026-13-21T03:00:00Z", "Some(Err(()))"),
        ("1700000000", "Some(Err(()))"),
    ];
    for (text, read) in table {
        assert_eq!(format!("{:?}", time(text)), read, "of {text:?}");
    }
}

#[test]
fn halves_of_surrogate_pairs_and_broken_utf_8_lose_no_alert() {
    let title = |body: &[u8]| {
        let sender = shared();
        match parse(body.to_vec(), &sender, &Policy::default()).unwrap().accepted.remove(0).1 {
            Report::Firing { payload, .. } => payload.title.to_string(),
            other @ (Report::Resolved { .. } | Report::Interval { .. }) => panic!("{other:?}"),
        }
    };
    let alert = |title: &str| {
        format!(r#"{{"receiver": "r", "alerts": [{{"annotations": {{"title": "{title}"}}}}]}}"#)
    };
    let table = [
        (r"a\ud800b", "a\u{fffd}b"),
        (r"a\udc00b", "a\u{fffd}b"),
        (r"\ud83d\ude42", "🙂"),
        (r"\ud83d\ud83d\ude42", "\u{fffd}🙂"),
        (r"\\ud800", r"\ud800"),
        (r"\\\ud800", "\\\u{fffd}"),
        (r"\uDBFF\u0041", "\u{fffd}A"),
    ];
    for (escaped, read) in table {
        assert_eq!(title(alert(escaped).as_bytes()), read, "of {escaped}");
    }
    let [before, after] = ["{\"receiver\": \"r\", \"alerts\": [{\"title\": \"caf", "\"}]}"];
    assert_eq!(title(&[before.as_bytes(), b"\xe9", after.as_bytes()].concat()), "caf\u{fffd}");
}

#[test]
fn of_fields_that_stand_twice_the_last_counts() {
    let alert = r#"{"title": "a", "title": "b", "service": "s", "labels": {"x": "1", "x": "2"}}"#;
    insta::assert_snapshot!(plain(alert), @r#"manual: "b", strictly s, Absent, alertname="b", service="s", x="2""#);
}

#[test]
fn two_lists_of_alerts_are_refused_in_a_plain_payload_and_the_last_counts_in_a_document() {
    let parsed = |rest: &str| {
        let body =
            format!(r#"{{"alerts": [{{"title": "a", "service": "s"}}], "alerts": []{rest}}}"#);
        read(&body)
    };
    let refused = parsed("").unwrap_err().to_string();
    assert!(refused.contains("\"alerts\" is there twice; send one list"), "{refused}");
    assert_eq!(parsed(r#", "receiver": "r""#).unwrap().accepted, []);
}

/// Any JSON, more often than not with the names and values that mean something.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let names = prop::sample::select(vec![
        "alerts",
        "receiver",
        "status",
        "labels",
        "annotations",
        "title",
        "service",
        "severity",
        "fingerprint",
        "startsAt",
        "endsAt",
        "truncatedAlerts",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        prop::sample::select(vec!["firing", "resolved", "critical", "", "2026-11-21T03:00:00Z"])
            .prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|pairs| {
                let pairs = pairs.into_iter().map(|(name, value)| (name.to_owned(), value));
                serde_json::Value::Object(pairs.collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn each_listed_alert_is_either_taken_or_refused(
        alerts in prop::collection::vec(json(), 0..8),
        kind in prop::sample::select(vec![Kind::Plain, Kind::Webhook]),
    ) {
        let mut body = serde_json::json!({ "alerts": alerts });
        if kind == Kind::Webhook {
            body["receiver"] = "ops".into();
        }
        let parsed = read(&body.to_string()).unwrap();
        let mut indexes: Vec<usize> = parsed.accepted.iter().map(|(index, _)| *index).collect();
        indexes.extend(parsed.refused.iter().map(|refused| refused.index));
        indexes.sort_unstable();
        prop_assert_eq!(indexes, (0..alerts.len()).collect::<Vec<_>>());
        prop_assert!(kind == Kind::Plain || parsed.refused.is_empty());
    }

    #[test]
    fn no_bytes_make_it_panic(body in any::<Vec<u8>>(), whole in json(), cut in 0_usize..200) {
        let sender = shared();
        let _ = parse(body, &sender, &Policy::default());
        let mut whole = whole.to_string().into_bytes();
        whole.truncate(cut);
        let _ = parse(whole, &sender, &Policy::default());
    }
}
