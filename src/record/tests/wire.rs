//! The JSON of the socket: readable, and the same after a journey.

use proptest::option;
use proptest::sample::select;
use uuid::Uuid;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::command::{Acted, Answer, Command, TokenCommand, Unchanged};
use crate::domain::id::{AccountId, AlertId, OpId, Revision, TokenId};
use crate::domain::refusal::{Refusal, ResolvedBy};
use crate::domain::token::Token;
use crate::record::order::{OrderV1, ReceiptV1, RefusalV1};
use crate::record::v1::TokenShownV1;

fn through_json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
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
        samples::resolution().prop_map(|end| Refusal::Resolved(ResolvedBy(end))),
        (samples::actor(), samples::time()).prop_map(|(by, at)| Refusal::Overtaken { by, at }),
        samples::id().prop_map(|id| Refusal::OpenElsewhere { open: AlertId(id) }),
        option::of(samples::text()).prop_map(|last| Refusal::NotUndone { last }),
        Just(Refusal::EmptyNote),
        samples::text().prop_map(Refusal::UnknownService),
        samples::text().prop_map(Refusal::TokenExists),
        samples::text().prop_map(Refusal::UnknownToken),
        Just(Refusal::EmptyTokenName),
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
        prop_assert_eq!(Entity::from(through_json(&EntityV1::from(&entity))), entity);
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
        let order = through_json(&OrderV1::token(OpId(op), &command)).by(actor.clone());
        prop_assert_eq!((order.op, order.actor, order.seen), (OpId(op), actor, None));
        let Command::Token(read) = order.command else { panic!("not about tokens") };
        prop_assert_eq!(read, command);
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
    let order = OrderV1::token(OpId(Uuid::from_u128(7)), &command);
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
        golden::Value::Entity(entity) => serde_json::to_string_pretty(&EntityV1::from(&entity)),
        golden::Value::Event(event) => serde_json::to_string_pretty(&EventV1::from(&event)),
    });
    let alert = records.nth(1).unwrap().unwrap();
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
        (format!("{op}{{\"adopt\":{{}}}}}}"), "unknown variant `adopt`, expected `token`"),
    ];
    for (json, words) in table {
        let error = serde_json::from_str::<OrderV1>(&json).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// Whoever asks is known by the socket; a name in the order would be a claim.
#[test]
fn an_order_of_the_socket_has_no_actor_of_its_own() {
    let order =
        OrderV1::token(OpId(Uuid::from_u128(7)), &TokenCommand::Revoke { name: "a".into() });
    let json = serde_json::to_value(&order).unwrap();
    assert_eq!(json.as_object().unwrap().len(), 3);
    assert_eq!(order.by(Actor::Watchbell).actor, Actor::Watchbell);
}
