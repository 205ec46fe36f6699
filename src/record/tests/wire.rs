//! The JSON of the socket: readable, and the same after a journey.

use proptest::option;
use proptest::sample::select;
use uuid::Uuid;

use super::*;
use crate::domain::actor::{Actor, Via};
use crate::domain::alert::Namespace;
use crate::domain::command::{Acted, AlertCommand, Answer, Command, TokenCommand, Unchanged};
use crate::domain::id::{AccountId, AlertId, OpId, Revision, TokenId};
use crate::domain::labels::Labels;
use crate::domain::refusal::{Refusal, ResolvedBy};
use crate::domain::report::{NamedService, Payload, Report, Road, Subject};
use crate::domain::severity::{Severity, SeverityReading};
use crate::domain::token::Token;
use crate::record::order::{OrderV1, ReceiptV1, RefusalV1};
use crate::record::v1::TokenShownV1;

fn through_json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn of(op: OpId, command: &Command) -> OrderV1 {
    OrderV1::of(op, None, command).unwrap()
}

fn alert_command() -> impl Strategy<Value = AlertCommand> {
    prop_oneof![
        select(vec![
            AlertCommand::Acknowledge,
            AlertCommand::Unacknowledge,
            AlertCommand::Wake,
            AlertCommand::Resolve,
            AlertCommand::Reopen,
        ]),
        option::of(samples::id()).prop_map(|id| AlertCommand::Assign(id.map(AccountId))),
        samples::time().prop_map(AlertCommand::Snooze),
        samples::text().prop_map(AlertCommand::Note),
        any::<u64>().prop_map(|revision| AlertCommand::Undo(Revision(revision))),
    ]
}

fn new_alert() -> impl Strategy<Value = Report> {
    let level = select(vec![
        SeverityReading::Absent,
        SeverityReading::Known(Severity::Critical),
        SeverityReading::Known(Severity::Warning),
    ]);
    (samples::text(), samples::text(), level, samples::labels()).prop_map(
        |(title, service, severity, labels)| Report::Firing {
            subject: Subject::Manual { namespace: Namespace::default(), once: None },
            payload: Box::new(Payload {
                road: Road::Plain,
                title,
                service: NamedService::Strictly(service),
                severity,
                labels,
                annotations: Labels::default(),
                starts_at: None,
                link: None,
            }),
        },
    )
}

fn token_command() -> impl Strategy<Value = TokenCommand> {
    let create = samples::token().prop_map(|token| {
        let Token { name, digest, scopes, account, namespace, .. } = token;
        TokenCommand::Create { name, digest, scopes, account, namespace }
    });
    prop_oneof![create, samples::text().prop_map(|name| TokenCommand::Revoke { name })]
}

fn refusal() -> impl Strategy<Value = Refusal> {
    prop_oneof![
        samples::id().prop_map(|id| Refusal::UnknownAlert(AlertId(id))),
        samples::id().prop_map(|id| Refusal::UnknownAccount(AccountId(id))),
        samples::resolution().prop_map(|end| Refusal::Resolved(ResolvedBy(Box::new(end)))),
        (samples::actor(), samples::time(), samples::text())
            .prop_map(|(by, at, deed)| Refusal::Overtaken { by, at, deed }),
        samples::id().prop_map(|id| Refusal::OpenElsewhere { open: AlertId(id) }),
        option::of(samples::text()).prop_map(|last| Refusal::NotUndone { last }),
        samples::time().prop_map(|until| Refusal::SnoozeOver { until }),
        samples::span().prop_map(Refusal::SnoozeTooLong),
        Just(Refusal::EndsBeforeStart),
        samples::id().prop_map(|id| Refusal::OnceUsed { alert: AlertId(id) }),
        Just(Refusal::EmptyNote),
        samples::text().prop_map(Refusal::UnknownService),
        samples::text().prop_map(Refusal::TokenExists),
        samples::text().prop_map(Refusal::UnknownToken),
        Just(Refusal::EmptyTokenName),
        samples::text().prop_map(Refusal::OwnNamespace),
    ]
}

fn acted() -> impl Strategy<Value = Acted> {
    select(vec![
        Acted::Changed,
        Acted::Unchanged(Unchanged::AcknowledgedAlready),
        Acted::Unchanged(Unchanged::NotAcknowledged),
        Acted::Unchanged(Unchanged::AssignedAlready),
        Acted::Unchanged(Unchanged::ResolvedAlready),
        Acted::Unchanged(Unchanged::OpenAlready),
        Acted::Unchanged(Unchanged::NotSuppressed),
        Acted::Unchanged(Unchanged::NotDue),
    ])
}

fn answer() -> impl Strategy<Value = Answer> {
    let reported = prop_oneof![
        option::of(samples::id()).prop_map(|id| Ok(id.map(AlertId))),
        refusal().prop_map(Err),
    ];
    let one = prop_oneof![acted().prop_map(Ok), refusal().prop_map(Err)];
    let one = (samples::id(), one).prop_map(|(id, result)| (AlertId(id), result));
    prop_oneof![
        proptest::collection::vec(reported, 0..3).prop_map(Answer::Reported),
        proptest::collection::vec(one, 0..3).prop_map(Answer::Acted),
        samples::id().prop_map(|id| Answer::Token(TokenId(id))),
        Just(Answer::Done),
    ]
}

proptest! {
    #![proptest_config(Config::with_cases(48))]

    #[test]
    fn an_entity_comes_back_from_json_as_it_went(entity in samples::entity()) {
        prop_assert_eq!(Entity::from(through_json(&EntityV2::from(&entity))), entity);
    }

    #[test]
    fn an_event_comes_back_from_json_as_it_went(event in samples::event()) {
        prop_assert_eq!(Event::from(through_json(&EventV1::from(&event))), event);
    }

    #[test]
    fn a_token_order_comes_over_the_socket_as_it_was_given(
        op in samples::id(),
        command in token_command(),
        actor in samples::actor(),
    ) {
        let order = through_json(&of(OpId(op), &Command::Token(command.clone()))).by(actor.clone(), Via::Console);
        prop_assert_eq!((order.op, order.actor, order.seen), (OpId(op), actor, None));
        let Command::Token(read) = order.command else { panic!("not about tokens") };
        prop_assert_eq!(read, command);
    }

    #[test]
    fn an_act_comes_over_the_socket_as_it_was_given(
        alerts in proptest::collection::vec(samples::id(), 0..3),
        seen in option::of(any::<u64>()),
        command in alert_command(),
    ) {
        let ids: Vec<AlertId> = alerts.into_iter().map(AlertId).collect();
        let asked = Command::Alerts(ids.clone(), command.clone());
        let order = OrderV1::of(OpId(Uuid::nil()), seen.map(Revision), &asked).unwrap();
        let order = through_json(&order).by(Actor::Watchbell, Via::Console);
        let Command::Alerts(read, act) = order.command else { panic!("no act") };
        prop_assert_eq!((order.seen, read, act), (seen.map(Revision), ids, command));
    }

    #[test]
    fn a_new_alert_comes_over_the_socket_as_it_was_given(report in new_alert()) {
        let order = of(OpId(Uuid::nil()), &Command::Report(vec![report.clone()]));
        let order = through_json(&order).by(Actor::Watchbell, Via::Console);
        let Command::Report(read) = order.command else { panic!("no report") };
        prop_assert_eq!(read, [report]);
    }

    #[test]
    fn a_receipt_comes_over_the_socket_as_it_was_given(revision: u64, answer in answer()) {
        let receipt = through_json(&ReceiptV1::new(Revision(revision), &answer));
        prop_assert_eq!((receipt.revision, Answer::from(receipt.answer)), (revision, answer));
    }

    #[test]
    fn a_refusal_comes_over_the_socket_as_it_was_given(refusal in refusal()) {
        let read = through_json(&RefusalV1::from(&refusal));
        prop_assert_eq!(&read.code, refusal.code());
        prop_assert_eq!(&read.message, &refusal.to_string());
        prop_assert_eq!(Refusal::from(read), refusal);
    }

    #[test]
    fn a_listed_token_has_all_but_its_digest(token in samples::token()) {
        let shown = serde_json::to_value(TokenShownV1::from(&token)).unwrap();
        let mut whole = serde_json::to_value(v1::TokenV1::from(&token)).unwrap();
        whole.as_object_mut().unwrap().remove("digest").unwrap();
        prop_assert_eq!(shown, whole);
    }
}

#[test]
fn an_order_about_a_token_reads_well() {
    let command = TokenCommand::Create {
        name: "prometheus".into(),
        digest: crate::domain::token::Digest([0x0f; 32]),
        scopes: "ingest,read".parse().unwrap(),
        account: None,
        namespace: crate::domain::alert::Namespace::default(),
    };
    let order = of(OpId(Uuid::from_u128(7)), &Command::Token(command));
    insta::assert_snapshot!(serde_json::to_string_pretty(&order).unwrap());
}

#[test]
fn a_receipt_and_a_refusal_read_well() {
    let receipt = ReceiptV1::new(Revision(7), &Answer::Token(TokenId(Uuid::from_u128(8))));
    let refusal = RefusalV1::from(&Refusal::TokenExists("prometheus".into()));
    let lines = [serde_json::to_string(&receipt), serde_json::to_string(&refusal)];
    insta::assert_snapshot!(lines.map(Result::unwrap).join("\n"));
}

#[test]
fn an_alert_and_a_line_of_its_timeline_read_well() {
    let mut records = golden::records().into_iter().map(|record| match record.value {
        golden::Value::Entity(entity) => serde_json::to_string_pretty(&EntityV2::from(&entity)),
        golden::Value::Event(event) => serde_json::to_string_pretty(&EventV1::from(&event)),
    });
    let alert = records.nth(4).unwrap().unwrap();
    let line = records.next_back().unwrap().unwrap();
    insta::assert_snapshot!(format!("{alert}\n{line}"));
}

#[test]
fn json_that_says_nonsense_is_refused_where_it_is_nonsense() {
    let op = r#"{"op":"00000000-0000-0000-0000-000000000007","seen":null,"command":"#;
    let create = |scope: &str, digest: &str| {
        format!(
            r#"{op}{{"token":{{"create":{{"name":"a","digest":"{digest}","scopes":["{scope}"],"account":null,"namespace":""}}}}}}}}"#
        )
    };
    let good = "0f".repeat(32);
    assert!(serde_json::from_str::<OrderV1>(&create("read", &good)).is_ok());
    let table = [
        (create("everything", &good), "unknown variant `everything`"),
        (create("read", "0f0f"), "a digest has 64 hex digits"),
        (create("read", &"+f".repeat(32)), "a digest has 64 hex digits"),
        (create("read", &good).replace("000007", "00000x"), "invalid character"),
        (format!("{op}{{\"adopt\":{{}}}}}}"), "unknown variant `adopt`, expected one of"),
    ];
    for (json, words) in table {
        let error = serde_json::from_str::<OrderV1>(&json).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// Whoever asks is known by the socket; a name in the order would be a claim.
#[test]
fn an_order_of_the_socket_has_no_actor_of_its_own() {
    let command = Command::Token(TokenCommand::Revoke { name: "a".into() });
    let order = of(OpId(Uuid::from_u128(7)), &command);
    let json = serde_json::to_value(&order).unwrap();
    let fields: Vec<&String> = json.as_object().unwrap().keys().collect();
    // Whom it wants to speak for is a wish: the socket heeds it of the owner and root alone.
    assert_eq!(fields, ["command", "op", "seen", "speaks_for"]);
    assert_eq!(order.by(Actor::Watchbell, Via::Watchbell).actor, Actor::Watchbell);
}
