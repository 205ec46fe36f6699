//! Owners that are older, newer, rude or gone.

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use uuid::Uuid;

use super::*;
use crate::domain::actor::Via;
use crate::domain::command::{AlertCommand, Command};
use crate::domain::id::{AlertId, OpId};

/// A snapshot of an owner without anything.
const EMPTY: &str = concat!(
    r#"{"head":{"protocol":2,"version":"0.1.0","epoch":1,"revision":0,"now":"2026-11-21T03:00:00Z","#,
    r#""granted":null,"you":"watchbell","may":["read","ack"],"site":{"name":"prod","host":"mon1","#,
    r#""listening":"127.0.0.1:9093","tls":false,"open":false,"data":"/data"}}}"#,
    "\n",
    r#"{"vital":{"broken":null,"unheard":null,"certificate":null,"absence":null,"busy":0,"#,
    r#""refusals":{"rows":[],"crowd":[],"of":[],"count":0}}}"#,
    "\n\"whole\"\n"
);

/// The first line of the same owner's feed.
fn head() -> &'static str {
    EMPTY.split_inclusive('\n').next().unwrap()
}

/// An owner that gives each request one of these answers, in order, and then hangs up on all.
struct Owner {
    folder: TempDir,
}

impl Owner {
    fn that_answers(answers: Vec<String>) -> Self {
        // Whichever test comes first installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("sock")).unwrap();
        let serve = async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                asked(&mut stream).await;
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        };
        #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
        tokio::spawn(serve);
        Self { folder }
    }

    fn socket(&self) -> std::path::PathBuf {
        self.folder.path().join("sock")
    }
}

/// Reads a request as far as its head goes.
async fn asked(stream: &mut UnixStream) {
    let mut read = Vec::new();
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.unwrap();
        read.extend_from_slice(&piece[..length]);
    }
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n{body}")
}

async fn refusal_of(status: &str, body: &str) -> String {
    let owner = Owner::that_answers(vec![answer(status, body)]);
    let error = Attached::open(&owner.socket(), Looks::AndActs).await.unwrap_err();
    let place = owner.folder.path().to_str().unwrap();
    error.to_string().replace(place, "PLACE").replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[tokio::test]
async fn why_no_console_can_be_attached_is_said_with_what_to_do() {
    let newer = r#"{"head":{"protocol":9,"version":"7.0\u001b[m"}}"#.to_owned() + "\n";
    let cut = EMPTY.replace("\"whole\"\n", "");
    let busy = r#"{"error":{"code":"loading","message":"watchbell is starting; try again"}}"#;
    let lines = [
        refusal_of("404 Not Found", "{}").await,
        refusal_of("200 OK", &newer).await,
        refusal_of("200 OK", "<html>\n").await,
        refusal_of("200 OK", &cut).await,
        refusal_of("503 Service Unavailable", busy).await,
    ];
    insta::assert_snapshot!(lines.join("\n"));
    let folder = tempfile::tempdir().unwrap();
    let nobody = Attached::open(&folder.path().join("sock"), Looks::AndActs).await.unwrap_err();
    assert!(matches!(nobody, RemoteError::Silent { .. }), "{nobody}");
}

fn acknowledge() -> Order {
    Order {
        op: OpId(Uuid::nil()),
        actor: Actor::Watchbell,
        via: Via::Console,
        seen: None,
        command: Command::Alerts(vec![AlertId(Uuid::nil())], AlertCommand::Acknowledge),
    }
}

#[tokio::test]
async fn what_was_sent_and_not_answered_is_not_known_and_what_was_not_sent_is_not_kept() {
    let owner = Owner::that_answers(vec![answer("200 OK", EMPTY), String::new()]);
    let (mut following, site) = Attached::open(&owner.socket(), Looks::AndActs).await.unwrap();
    assert_eq!(site.name, "prod".into());
    let lost = following.live.submit(acknowledge()).await.unwrap_err();
    assert!(matches!(lost, LiveError::Lost(_)), "{lost:?}");
    // Nobody is there any more.
    assert!(matches!(following.next().await, Heard::Lost { why: None, .. }));
    let refused = following.live.submit(acknowledge()).await.unwrap_err();
    assert_eq!(refused, LiveError::Unconnected);
}

#[tokio::test]
async fn a_feed_over_which_no_order_can_follow_is_no_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sock");
    // Whichever test comes first installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = UnixListener::bind(&path).unwrap();
    let feeds = async {
        for body in [EMPTY, head()] {
            let (mut stream, _) = listener.accept().await.unwrap();
            asked(&mut stream).await;
            let close = if body == EMPTY { "connection: close\r\n" } else { "" };
            let answer = format!(
                "HTTP/1.1 200 OK\r\n{close}transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n{}",
                body.len(),
                if body == EMPTY { "0\r\n\r\n" } else { "" },
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            if body != EMPTY {
                std::fs::remove_file(&path).unwrap();
                return stream;
            }
        }
        panic!("no feed was asked for");
    };
    let shown = async {
        let (mut following, _) = Attached::open(&path, Looks::AndActs).await.unwrap();
        let live = following.live.clone();
        let refused = async {
            while path.exists() {
                tokio::task::yield_now().await;
            }
            live.submit(acknowledge()).await.unwrap_err()
        };
        tokio::join!(following.next(), refused)
    };
    let (_feed, (heard, refused)) = tokio::join!(feeds, shown);
    assert_eq!(refused, LiveError::Unconnected);
    assert!(matches!(heard, Heard::Lost { why: None, .. }));
}

#[tokio::test]
async fn a_console_that_may_only_look_sends_no_order() {
    let owner = Owner::that_answers(vec![answer("200 OK", EMPTY)]);
    let (following, _) = Attached::open(&owner.socket(), Looks::Only).await.unwrap();
    let refused = following.live.submit(acknowledge()).await.unwrap_err();
    assert_eq!(refused, LiveError::NotAllowed(NotAllowed(Scope::Ack)));
}

#[tokio::test]
async fn a_lost_feed_is_followed_again_and_a_new_snapshot_is_read_where_it_went_too_far() {
    let other = EMPTY.replace("\"epoch\":1", "\"epoch\":2");
    let owner = Owner::that_answers(vec![
        answer("200 OK", EMPTY),
        answer("200 OK", head()),
        answer("410 Gone", "{}"),
        answer("200 OK", &other),
        answer("200 OK", &(head().to_owned() + "\"lagged\"\n")),
    ]);
    let (mut following, _) = Attached::open(&owner.socket(), Looks::AndActs).await.unwrap();
    assert!(matches!(following.next().await, Heard::Lost { why: None, .. }));
    let Heard::News(news) = following.next().await else { panic!("no news") };
    assert!(news.changes.is_none());
    assert!(matches!(following.next().await, Heard::Vital(_)));
    assert!(matches!(following.next().await, Heard::Connected));
    // It lags, and nobody is there to read a snapshot from.
    assert!(matches!(following.next().await, Heard::Lost { .. }));
}

#[tokio::test]
async fn an_owner_that_came_back_as_another_version_is_named() {
    let newer = r#"{"head":{"protocol":9,"version":"7.0"}}"#.to_owned() + "\n";
    let owner = Owner::that_answers(vec![
        answer("200 OK", EMPTY),
        answer("200 OK", head()),
        answer("200 OK", &newer),
    ]);
    let (mut following, _) = Attached::open(&owner.socket(), Looks::AndActs).await.unwrap();
    assert!(matches!(following.next().await, Heard::Lost { why: None, .. }));
    let Heard::Lost { why: Some(why), .. } = following.next().await else { panic!("no reason") };
    assert!(why.as_str().contains("version 7.0"), "{why}");
}
