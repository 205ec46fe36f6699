//! Our own API, as another watchbell asks it.

use super::*;
use crate::domain::id::OpId;
use crate::domain::refusal::Refusal;
use crate::http::{Owner, own_router};
use crate::record::order::{AnswerV1, OrderV1, ReceiptV1, RefusalV1};
use crate::record::v1::TokenShownV1;

const OWNER: u32 = 1_001;

/// Asks as a process of that user.
async fn ask(bench: &Bench, peer: Peer, ask: Ask) -> Answer {
    let alice = Account::new("alice", "alice@example.org").person();
    let owner = Owner { uid: OWNER, actor: Actor::Account(alice) };
    ask.of(own_router(bench.door.clone(), owner).layer(Extension(peer))).await
}

fn order(command: &TokenCommand) -> Ask {
    let order = OrderV1::token(OpId(uuid::Uuid::nil()), command);
    Ask::post("/own/v1/orders").json(&serde_json::to_value(order).unwrap())
}

fn create(name: &str) -> TokenCommand {
    TokenCommand::Create {
        name: Text::derive(name),
        digest: Digest(Sha256::digest(name).into()),
        scopes: "ingest,read".parse().unwrap(),
        account: None,
        namespace: Namespace::default(),
    }
}

#[tokio::test]
async fn the_owner_makes_and_revokes_tokens_that_work_at_once() {
    let bench = Bench::new().await;
    let answer = ask(&bench, Peer::User(OWNER), order(&create("new"))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let receipt: ReceiptV1 = serde_json::from_value(answer.body).unwrap();
    assert!(matches!(receipt.answer, AnswerV1::Token(_)), "{receipt:?}");
    assert_eq!(receipt.revision, bench.handle.latest().cursor.revision.0);
    assert_eq!(bench.ask(Ask::get("/alert").token("new")).await.status, 200);
    let revoke = TokenCommand::Revoke { name: Text::derive("new") };
    assert_eq!(ask(&bench, Peer::User(0), order(&revoke)).await.status, 200);
    assert_eq!(bench.ask(Ask::get("/alert").token("new")).await.status, 401);
}

#[tokio::test]
async fn a_refusal_comes_whole_with_the_status_that_it_has_everywhere() {
    let bench = bench().await;
    let answer = ask(&bench, Peer::User(OWNER), order(&create("ops"))).await;
    assert_eq!(answer.status, 409);
    let refusal: RefusalV1 = serde_json::from_value(answer.body).unwrap();
    assert_eq!(Refusal::from(refusal), Refusal::TokenExists(Text::derive("ops")));
}

#[tokio::test]
async fn all_tokens_are_listed_and_without_their_digests() {
    let bench = bench().await;
    bench.token_of("alices", "ack", Some("alice"), "lab").await;
    let answer = ask(&bench, Peer::User(OWNER), Ask::get("/own/v1/tokens")).await;
    assert!(!answer.body.to_string().contains("digest"), "{}", answer.body);
    let tokens: Vec<TokenShownV1> = serde_json::from_value(answer.body).unwrap();
    let mut names: Vec<Text> = tokens.into_iter().map(|token| token.name.into()).collect();
    names.sort();
    assert_eq!(names, [Text::derive("alices"), Text::derive("ops")]);
}

#[tokio::test]
async fn other_users_and_the_network_are_refused_whatever_they_ask() {
    let bench = bench().await;
    let net = Peer::Net("127.0.0.1:1".parse().unwrap());
    let paths = ["/own/v1/tokens", "/own/v1/orders", "/", "/api/v1/alert"];
    for path in paths {
        let answer = ask(&bench, Peer::User(1_002), Ask::get(path).token("ops")).await;
        assert_eq!(
            answer.line(),
            "403 foreign_user: uid 1002 may not use this socket; only its owner and root may"
        );
        let answer = ask(&bench, net, Ask::get(path).token("ops")).await;
        assert_eq!(answer.line(), "403 socket_only: this is served on the Unix socket only");
    }
    let answer = bench.ask(Ask::get("/own/v1/tokens").token("ops")).await;
    assert_eq!(answer.status, 404, "the network has no such path");
}

#[tokio::test]
async fn what_is_no_order_is_refused() {
    let bench = bench().await;
    let post = || Ask::post("/own/v1/orders");
    let line = async |asked: Ask| ask(&bench, Peer::User(OWNER), asked).await.line();
    let lines = [
        line(post().json(&json!({"command": "dance"}))).await,
        line(post().text("x")).await,
        line(post().header("content-type", "application/json").text("x".repeat(65_537))).await,
        line(Ask::get("/own/v1/orders")).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 bad_order: the body is no order: unknown variant `dance`, expected `token` at line 1 column 18; use the same version for both
    415 unsupported_media_type: the body must be JSON; send Content-Type: application/json
    413 too_large: the body is larger than 65536 bytes; send it in several posts
    405 method_not_allowed: GET is not possible here; the Allow header names what is
    "#);
}
