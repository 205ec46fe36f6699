//! Our own API, as another watchbell asks it.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::command::{AlertCommand, SilenceCommand};
use crate::domain::id::OpId;
use crate::domain::labels::Labels;
use crate::domain::matcher::{Dialect, Matcher};
use crate::domain::refusal::Refusal;
use crate::domain::silence::Terms;
use crate::domain::time::{SignedDuration, after};
use crate::http::{OpenTo, Owner, own_router};
use crate::record::order::{AnswerV1, OrderV1, ReceiptV1, RefusalV1};
use crate::record::v1::{IdV1, TokenShownV1};

const OWNER: u32 = 1_001;

/// A user of the host who is bob.
const BOBS: u32 = 1_007;

/// Asks as a process of that user, where the socket is its owner's alone.
async fn ask(bench: &Bench, peer: Peer, ask: Ask) -> Answer {
    ask_of(bench, OpenTo::Owner, peer, ask).await
}

async fn ask_of(bench: &Bench, open_to: OpenTo, peer: Peer, ask: Ask) -> Answer {
    let person = |name| Account::new(name, "").person();
    let people = [(OWNER, person("alice")), (BOBS, person("bob"))].into();
    let owner = Owner { uid: OWNER, actor: Actor::Account(person("alice")), people, open_to };
    let attaching = super::attaching::consoles(&CancellationToken::new());
    ask.of(own_router(bench.door.clone(), owner, attaching).layer(Extension(peer))).await
}

fn order(command: &TokenCommand) -> Ask {
    let order = OrderV1::of(OpId(uuid::Uuid::nil()), None, &Command::Token(command.clone()));
    Ask::post("/own/v1/orders").json(&serde_json::to_value(order.unwrap()).unwrap())
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
    // Whose patterns cannot be compiled, and are not where there are too many.
    let silencing = |count| {
        let matchers = vec![json!({"name": "a", "operator": "matches", "value": "("}); count];
        let terms = json!({
            "matchers": matchers, "starts": "2026-01-01T00:00:00Z", "ends": "2026-01-02T00:00:00Z",
            "by": "", "comment": "", "annotations": {}, "until_resolved": false,
        });
        let set = json!({"set": {"id": null, "terms": terms}});
        json!({"op": "0".repeat(32), "seen": null, "command": {"silence": set}})
    };
    let lines = [
        line(post().json(&json!({"command": "dance"}))).await,
        line(post().text("x")).await,
        line(post().json(&silencing(65))).await,
        line(post().json(&silencing(64))).await,
        line(post().header("content-type", "application/json").text("x".repeat(262_145))).await,
        line(Ask::get("/own/v1/orders")).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 bad_order: the body is no order: unknown variant `dance`, expected one of `create`, `alerts`, `token`, `silence` at line 1 column 18; use the same version for both
    415 unsupported_media_type: the body must be JSON; send Content-Type: application/json
    400 bad_order: the body is no order: invalid silence: 64 matchers at most; make several silences at line 1 column 3119; use the same version for both
    400 bad_order: the body is no order: error parsing regexp: missing closing ): `^(?:()$` at line 1 column 3073; use the same version for both
    413 too_large: the body is larger than 262144 bytes; send it in several posts
    405 method_not_allowed: GET is not possible here; the Allow header names what is
    "#);
}

fn act(alert: &str, command: AlertCommand) -> OrderV1 {
    let command = Command::Alerts(vec![alert.parse().unwrap()], command);
    OrderV1::of(OpId(uuid::Uuid::nil()), None, &command).unwrap()
}

fn post(order: &OrderV1) -> Ask {
    Ask::post("/own/v1/orders").json(&serde_json::to_value(order).unwrap())
}

#[tokio::test]
async fn people_of_the_socket_s_group_do_what_those_on_call_do_and_no_more() {
    let bench = bench().await;
    let id = bench.post("ops", json!([{"title": "disk", "service": "web"}])).await.remove(0);
    let bob = async |asked| ask_of(&bench, OpenTo::Group, Peer::User(BOBS), asked).await;
    assert_eq!(bob(post(&act(&id, AlertCommand::Acknowledge))).await.status, 200);
    assert_eq!(bob(post(&act(&id, AlertCommand::Resolve))).await.status, 200);
    let reads = ["alerts", "silences", "services", "accounts", &format!("explain/{id}")];
    for read in reads {
        assert_eq!(bob(Ask::get(&format!("/own/v1/{read}"))).await.status, 200, "{read}");
    }
    let shown = bob(Ask::get(&format!("/own/v1/alerts/{}", &id[..6]))).await.body;
    assert_eq!(shown["timeline"][1]["actor"]["account"]["name"], "bob");
    assert_eq!(shown["timeline"][1]["via"], json!({"verb": {"uid": BOBS}}));

    let as_alice = OrderV1 {
        speaks_for: Some(IdV1(AccountId::of("alice").0)),
        ..act(&id, AlertCommand::Reopen)
    };
    let refused = [
        bob(order(&create("mine"))).await.line(),
        bob(Ask::get("/own/v1/tokens")).await.line(),
        bob(post(&as_alice)).await.line(),
        bob(Ask::get(&format!("/own/v1/alerts?as={}", AccountId::of("alice")))).await.line(),
        ask_of(&bench, OpenTo::Group, Peer::User(1_099), Ask::get("/own/v1/alerts")).await.line(),
        ask_of(&bench, OpenTo::Owner, Peer::User(BOBS), Ask::get("/own/v1/alerts")).await.line(),
    ];
    insta::assert_snapshot!(refused.join("\n"));
}

#[tokio::test]
async fn the_owner_and_root_may_speak_for_people_and_the_timeline_says_so() {
    let bench = bench().await;
    let id = bench.post("ops", json!([{"title": "disk", "service": "web"}])).await.remove(0);
    let for_bob =
        |command| OrderV1 { speaks_for: Some(IdV1(AccountId::of("bob").0)), ..act(&id, command) };
    let taken = ask(&bench, Peer::User(OWNER), post(&for_bob(AlertCommand::Acknowledge))).await;
    assert_eq!(taken.status, 200, "{}", taken.body);
    let back = ask(&bench, Peer::User(0), post(&for_bob(AlertCommand::Unacknowledge))).await;
    assert_eq!(back.status, 200, "{}", back.body);
    let lines = bench.ask(Ask::get(&format!("/alert/{id}")).token("ops")).await.body;
    assert_eq!(
        lines["timeline"][1]["text"],
        "acknowledged by bob (as by uid 1001), assigned to bob"
    );
    assert_eq!(lines["timeline"][2]["text"], "un-acknowledged by bob (as by uid 0)");
    let nobody = OrderV1 {
        speaks_for: Some(IdV1(AccountId::of("carol").0)),
        ..act(&id, AlertCommand::Acknowledge)
    };
    assert_eq!(ask(&bench, Peer::User(OWNER), post(&nobody)).await.status, 404);
}

#[tokio::test]
async fn alerts_are_listed_as_the_console_s_filter_says_and_found_by_a_beginning() {
    let bench = bench().await;
    let alerts = json!([
        {"title": "disk", "service": "web"},
        {"title": "cpu", "service": "db", "severity": "warning"},
    ]);
    let ids = bench.post("ops", alerts).await;
    bench
        .ask(Ask::put(&format!("/alert/{}/assign/{}", ids[1], AccountId::of("alice"))).token("ops"))
        .await;
    let owner = async |path: &str| ask(&bench, Peer::User(OWNER), Ask::get(path)).await;
    let titles = async |query: &str| {
        let answer = owner(&format!("/own/v1/alerts{query}")).await;
        let listed = answer.body["alerts"].as_array().unwrap().clone();
        let mut titles: Vec<_> =
            listed.iter().map(|one| one["alert"]["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles.join(" ")
    };
    let bob = AccountId::of("bob");
    let table = [
        ("", "cpu disk"),
        ("?filter=service=web", "disk"),
        ("?filter=severity=warn%20cpu", "cpu"),
        ("?filter=assignee=me", "cpu"),
        (&format!("?filter=assignee=me&as={bob}"), ""),
        ("?filter=state=resolved&all=true", ""),
    ];
    for (query, wanted) in table {
        assert_eq!(titles(query).await, wanted, "{query}");
    }
    let lines = [
        owner("/own/v1/alerts?filter=state=foo").await.line(),
        owner("/own/v1/alerts?all=perhaps").await.line(),
        owner("/own/v1/alerts/0x").await.line(),
        owner("/own/v1/explain/-").await.line(),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn what_a_silence_would_mute_is_told_and_then_how_much_it_mutes() {
    let bench = bench().await;
    let alerts = json!([
        {"title": "disk", "service": "web"},
        {"title": "cpu", "service": "web", "severity": "warning"},
    ]);
    bench.post("ops", alerts).await;
    let owner = async |asked| ask(&bench, Peer::User(OWNER), asked).await;
    let preview = async |matchers: Value| owner(Ask::post("/own/v1/preview").json(&matchers)).await;
    let matcher = |name: &str, operator: &str, value: &str| json!({"name": name, "operator": operator, "value": value});
    let web = matcher("service", "matches", "w.*");
    let mut told = preview(json!([web])).await.body;
    told["at"] = json!("TIME");
    let nothing = preview(json!([])).await.body["now"]["alerts"].clone();
    let lines = [
        told.to_string(),
        nothing.to_string(),
        preview(json!([matcher("a", "matches", "(")])).await.line(),
        preview(json!(vec![matcher("a", "matches", "("); 65])).await.line(),
        preview(json!({})).await.line(),
        owner(Ask::post("/own/v1/preview").text("[]")).await.line(),
    ];
    insta::assert_snapshot!(lines.join("\n"));

    let now = bench.handle.now();
    let terms = Terms {
        matchers: [Matcher::parse("service=~w.*", Dialect::Fallback).unwrap()].into(),
        starts: now,
        ends: after(now, SignedDuration::from_hours(1)),
        by: "alice".into(),
        comment: "".into(),
        annotations: Labels::default(),
        until_resolved: false,
    };
    let command = Command::Silence(SilenceCommand::Set(None, Box::new(terms)));
    let order = OrderV1::of(OpId(uuid::Uuid::nil()), None, &command).unwrap();
    assert_eq!(owner(post(&order)).await.status, 200);
    let listed = owner(Ask::get("/own/v1/silences")).await.body;
    let silence = &listed["silences"][0];
    assert_eq!((&silence["mutes"], &silence["would_call"]), (&json!(2), &json!(1)), "{listed}");
}
