//! The verb `token`, beside a running owner and without one.

use nix::sys::signal::Signal;
use reqwest::StatusCode;

use crate::support::{Home, Service, http};

async fn status(service: &Service, secret: &str) -> StatusCode {
    let request = http().get(service.url("/api/v1/alert")).bearer_auth(secret);
    request.send().await.unwrap().status()
}

/// Whoever the test runs as: without accounts that is the only one.
fn with_alice() -> Home {
    let home = Home::new();
    home.configure("[[account]]\nname = \"alice\"\n");
    home
}

fn without_time(list: &str) -> String {
    let is_time = |word: &str| word.starts_with("20") && word.ends_with('Z');
    let neutral = |word| if is_time(word) { "TIME" } else { word };
    list.split_inclusive([' ', '\n']).fold(String::new(), |text, word| {
        let bare = word.trim_end();
        text + neutral(bare) + word.get(bare.len()..).unwrap_or_default()
    })
}

#[test]
fn the_secret_stands_alone_on_stdout() {
    let home = Home::new();
    let said = home.run(&["token", "create", "prometheus", "--scope", "ingest,read"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let secret = said.stdout.strip_suffix('\n').unwrap();
    assert!(secret.len() == 46 && secret.starts_with("wb_"), "{secret}");
    insta::assert_snapshot!(said.stderr, @"token prometheus may ingest,read; its secret is shown this once");
}

#[test]
fn tokens_are_made_listed_and_revoked_with_the_same_words_beside_an_owner_and_without_one() {
    let script = |home: &Home| {
        let make = |args: &[&str]| home.run(&[&["token", "create"], args].concat()).code;
        assert_eq!(make(&["sender", "--scope", "ingest", "--namespace", "prod"]), Some(0));
        assert_eq!(make(&["hers", "--scope", "read,ack", "--account", "alice"]), Some(0));
        let steps: [&[&str]; 6] = [
            &["create", "sender", "--scope", "read"],
            &["create", "his", "--scope", "read", "--account", "carol"],
            &["create", " ", "--scope", "read"],
            &["list"],
            &["revoke", "sender"],
            &["revoke", "sender"],
        ];
        let said = steps.map(|step| {
            let said = home.run(&[&["token"], step].concat());
            let heading = format!("$ watchbell token {}", step.join(" "));
            let code = said.code.unwrap();
            format!("{heading}\n{}{}({code})\n", without_time(&said.stdout), said.stderr)
        });
        said.join("\n")
    };
    let alone = script(&with_alice());
    insta::assert_snapshot!(alone);

    let home = with_alice();
    let _owner = Service::start(&home);
    assert_eq!(script(&home), alone);
}

#[test]
fn without_tokens_the_list_says_how_to_make_one() {
    let said = Home::new().run(&["token", "list"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), ""));
    insta::assert_snapshot!(said.stderr, @"no tokens yet; watchbell token create NAME --scope ingest makes one");
}

#[test]
fn verbs_at_one_time_wait_for_each_other() {
    let home = Home::new();
    std::thread::scope(|scope| {
        let home = &home;
        for name in ["a", "b", "c", "d", "e", "f"] {
            scope.spawn(move || home.token(name, "read"));
        }
    });
    assert_eq!(home.run(&["token", "list"]).stdout.lines().count(), 7);
}

#[tokio::test]
async fn a_token_works_at_once_and_stops_with_the_next_request() {
    let home = Home::new();
    let service = Service::start(&home);
    let secret = home.token("reader", "read");
    assert_eq!(status(&service, &secret).await, StatusCode::OK);
    assert_eq!(home.run(&["token", "revoke", "reader"]).code, Some(0));
    assert_eq!(status(&service, &secret).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn tokens_outlive_the_service_and_are_kept_without_their_secret() {
    let home = Home::new();
    let service = Service::start(&home);
    let secret = home.token("reader", "read");
    service.signal(Signal::SIGTERM);
    service.ended();
    let data = std::fs::read(home.data().join("watchbell.redb")).unwrap();
    let text = String::from_utf8_lossy(&data);
    assert!(
        text.contains("reader") && !text.contains(&secret),
        "the name is kept, the secret is not"
    );
    assert_eq!(status(&Service::start(&home), &secret).await, StatusCode::OK);
}
