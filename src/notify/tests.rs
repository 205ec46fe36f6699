//! Sending with a real engine and a real far end: what is sent, how often, and what is kept of it.

use std::sync::Arc;

use tokio::time::timeout;

use super::samples::{DEADLINE, FarEnd};
use super::*;
use crate::domain::actor::{Actor, Via};
use crate::domain::command::{AlertCommand, Answer, Command, Order};
use crate::domain::id::{AlertId, OpId};
use crate::domain::policy::{Channel as PolicyChannel, Policy};
use crate::domain::report::{Report, Subject};
use crate::domain::samples::{identity, payload};
use crate::domain::time::{SignedDuration, Timestamp, after};
use crate::engine::{self, Engine, Place, SubmitError, Writer};
use crate::store::Store;
use crate::store::platter::{Plan, Platter};

/// An engine whose policy has the channel `chat`, and the task that sends.
struct Bench {
    handle: Handle,
    writer: Writer,
    disk: Platter,
    tasks: TaskTracker,
    stop: CancellationToken,
}

fn policy() -> Policy {
    Policy { channels: vec![PolicyChannel::shared("chat")], ..Policy::default() }
}

fn order(op: OpId, command: Command) -> Order {
    Order { op, actor: Actor::Watchbell, via: Via::Watchbell, seen: None, command }
}

fn fires(name: &str) -> Command {
    let subject = Subject::Known(identity(name));
    let payload = Box::new(payload(name, "critical"));
    Command::Report(vec![Report::Firing { subject, payload }])
}

impl Bench {
    /// One whose channels all post to `far`.
    fn new(far: &FarEnd, configured: &[&str]) -> Self {
        // Whichever test comes first installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let channels = configured.iter().map(|name| {
            let url = format!("http://{}/", far.address).parse().unwrap();
            let webhook = WebhookSettings { url, timeout: DEADLINE, bearer_token: None };
            let kind = ChannelKind::Webhook(webhook);
            Channel::open(ChannelSettings { name: (*name).into(), kind }, "").unwrap()
        });
        Self::with(channels.collect())
    }

    /// One with these channels.
    fn with(channels: Vec<Channel>) -> Self {
        let disk = Platter::default();
        let (store, loaded) = Store::open(disk.clone()).unwrap();
        let (handle, writer) = engine::start(store, loaded, Arc::new(policy())).unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let bench = Self { handle, writer, disk, tasks, stop };
        let handle = bench.handle.clone();
        bench.tasks.spawn(run(handle, channels, bench.tasks.clone(), bench.stop.clone()));
        bench
    }

    async fn order(&self, command: Command) -> Answer {
        self.handle.submit(order(self.handle.op(), command)).await.unwrap().answer
    }

    async fn fires(&self, name: &str) -> AlertId {
        match self.order(fires(name)).await {
            Answer::Reported(mut one) => one.pop().unwrap().unwrap().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Waits until the newest table is as `seen` wants it.
    async fn until(&self, seen: impl Fn(&Published) -> bool) {
        let (mut latest, mut feed) = self.handle.follow();
        while !seen(&latest) {
            latest = match timeout(DEADLINE, feed.next()).await.expect("in time") {
                Ok(published) => published,
                Err(_) => self.handle.latest(),
            };
        }
    }

    /// Waits until the timeline of an alert has a line like this, and gives how many it has.
    async fn line(&self, id: AlertId, text: &str) -> usize {
        let count = |published: &Published| {
            let alert = published.table.alert(id).unwrap();
            alert.recent.iter().filter(|line| line.to_string().starts_with(text)).count()
        };
        self.until(|published| count(published) > 0).await;
        count(&self.handle.latest())
    }
}

#[tokio::test]
async fn a_page_is_posted_once_however_often_its_attempt_begins_anew() {
    let mut far = FarEnd::open().await;
    let bench = Bench::new(&far, &["chat"]);
    let id = bench.fires("disk").await;
    let call = far.next().await;
    // As after a moment in which we could not hear: what was being attempted is attempted anew.
    bench.order(Command::Woke(crate::domain::command::Deaf::Start)).await;
    bench.until(|latest| latest.table.deliveries_of(id).any(|page| page.attempts == 2)).await;
    call.answer(200);
    assert_eq!(bench.line(id, "told chat: page").await, 1);
    assert!(far.is_idle());
}

#[tokio::test]
async fn an_outcome_that_cannot_be_kept_is_offered_again_and_not_earned_again() {
    let mut far = FarEnd::open().await;
    let bench = Bench::new(&far, &["chat"]);
    let id = bench.fires("disk").await;
    let call = far.next().await;
    bench.disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
    call.answer(200);
    let broken = || matches!(bench.handle.vitals().now().store, engine::StoreState::Broken { .. });
    timeout(DEADLINE, async {
        while !broken() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    bench.disk.follow(Plan::Well);
    assert_eq!(bench.line(id, "told chat: page").await, 1);
    // What else is told is that nothing could be saved.
    let next = far.next().await;
    assert!(!next.body.contains(&id.to_string()), "{}", next.body);
}

#[tokio::test]
async fn while_nothing_can_be_saved_each_channel_is_told_directly_and_once() {
    let mut far = FarEnd::open().await;
    let bench = Bench::new(&far, &["chat"]);
    bench.disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
    let refused = bench.handle.submit(order(bench.handle.op(), fires("disk"))).await;
    assert!(matches!(refused, Err(SubmitError::Unsure(_))), "{refused:?}");
    let first = far.next().await;
    assert!(first.body.contains("watchbell cannot save"), "{}", first.body);
    assert!(first.body.contains("the disk is full"), "{}", first.body);
    let key = first.header("idempotency-key").unwrap().to_owned();
    first.answer(503);
    let again = far.next().await;
    assert_eq!(again.header("idempotency-key"), Some(key.as_str()), "it is the same");
    again.answer(200);
    bench.disk.follow(Plan::Well);
    let kept = far.next().await;
    assert!(kept.body.contains("watchbell could not save"), "{}", kept.body);
    assert!(kept.body.contains("1 post was refused"), "{}", kept.body);
}

#[tokio::test]
async fn a_channel_that_panics_has_not_told_anybody_and_is_tried_again() {
    let far = FarEnd::open().await;
    let bench = Bench::with(vec![Channel::Panics("chat".into())]);
    let id = bench.fires("disk").await;
    let waits = |page: &Arc<Delivery>| match &page.state {
        Progress::Waiting { after: Some(why), .. } => why.as_str().starts_with("watchbell failed"),
        _ => false,
    };
    bench.until(|latest| latest.table.deliveries_of(id).any(waits)).await;
    assert_eq!(bench.handle.vitals().counts().panics_of(Place::Notification).get(), 1);
    bench.fires("cpu").await;
    drop(far);
}

#[test]
fn no_attempt_is_overlooked_that_a_failed_commit_left_on_disk() {
    let (mut left, order) = (0, |command| order(OpId(uuid::Uuid::nil()), command));
    // However far into its commit the disk fails, and whatever else happens when it works again.
    for operation in 0..40 {
        let disk = Platter::default();
        let (store, loaded) = Store::open(disk.clone()).unwrap();
        let mut engine = Engine::new(store, loaded, Arc::new(policy()), 7);
        let start: Timestamp = "2026-11-21T03:00:00Z".parse().unwrap();
        let second = |seconds| after(start, SignedDuration::from_secs(seconds));
        engine.turn(&[order(fires("disk"))], start);
        let epoch = engine.published().cursor.epoch;
        disk.follow(Plan::FailAt(operation, std::io::ErrorKind::Other));
        engine.turn(&[], second(1));
        disk.follow(Plan::Well);
        let turn = engine.turn(&[order(fires("cpu"))], second(10));
        let Some(published) = turn.published else { panic!("it works again") };
        assert!(!published.changes.is_empty());
        let begun = published.table.deliveries().filter(|delivery| is_attempted(delivery));
        let told: Vec<_> = attempts(&published).map(|delivery| delivery.id).collect();
        let untold = begun.filter(|delivery| !told.contains(&delivery.id)).count();
        if published.cursor.epoch != epoch {
            left += untold;
            assert!(is_whole(&published, epoch), "at {operation}");
        }
    }
    assert!(left > 0, "no commit failed so late");
}

#[tokio::test]
async fn a_channel_has_so_many_places_and_the_rest_waits_for_one() {
    let mut far = FarEnd::open().await;
    let bench = Bench::new(&far, &["chat"]);
    let mut alerts = Vec::new();
    for number in 0..sender::AT_ONCE + 2 {
        alerts.push(bench.fires(&format!("disk {number}")).await);
    }
    let mut calls = Vec::new();
    for _ in 0..sender::AT_ONCE {
        calls.push(far.next().await);
    }
    assert!(far.is_idle());
    calls.pop().unwrap().answer(200);
    calls.push(far.next().await);
    for call in calls {
        call.answer(200);
    }
    far.next().await.answer(200);
    for id in alerts {
        assert_eq!(bench.line(id, "told chat: page").await, 1);
    }
}

#[tokio::test]
async fn what_waited_for_a_place_until_somebody_had_it_is_not_posted() {
    let mut far = FarEnd::open().await;
    let bench = Bench::new(&far, &["chat"]);
    let mut calls = Vec::new();
    for number in 0..sender::AT_ONCE {
        bench.fires(&format!("disk {number}")).await;
        calls.push(far.next().await);
    }
    let taken = bench.fires("taken").await;
    bench.until(|latest| latest.table.deliveries_of(taken).any(|page| page.attempts == 1)).await;
    bench.order(Command::Alerts(vec![taken], AlertCommand::Acknowledge)).await;
    let later = bench.fires("later").await;
    bench.until(|latest| latest.table.deliveries_of(later).any(|page| page.attempts == 1)).await;
    // One place is enough for both: whoever waited longer has it first.
    calls.pop().unwrap().answer(200);
    assert!(far.next().await.body.contains(&later.to_string()));
    let superseded = |page: &Arc<Delivery>| match &page.state {
        Progress::Superseded { why, .. } => why.as_str().starts_with("acknowledged by"),
        _ => false,
    };
    bench.until(|latest| latest.table.deliveries_of(taken).any(superseded)).await;
    assert!(bench.handle.latest().table.deliveries_of(taken).all(|page| page.attempts == 0));
    assert!(far.is_idle());
}

#[tokio::test]
async fn a_channel_that_is_configured_no_more_is_given_up_and_the_timeline_says_so() {
    let far = FarEnd::open().await;
    let bench = Bench::new(&far, &["another"]);
    let id = bench.fires("disk").await;
    let line = "not told chat: page; no channel of this name is configured any more";
    assert_eq!(bench.line(id, line).await, 1);
    assert!(far.is_idle());
}

#[tokio::test]
async fn what_the_engine_cannot_hear_of_any_more_is_not_posted_again() {
    let mut far = FarEnd::open().await;
    let bench = Bench::new(&far, &["chat"]);
    bench.fires("disk").await;
    let call = far.next().await;
    // As where its thread panicked: nobody has told us to stop.
    let writer = bench.writer;
    tokio::task::spawn_blocking(|| writer.stop()).await.unwrap().unwrap();
    call.answer(200);
    let sent = async {
        while bench.tasks.len() > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        sent = timeout(DEADLINE, sent) => sent.unwrap(),
        call = far.next() => panic!("posted again: {}", call.body),
    }
}

#[tokio::test]
async fn at_the_end_a_post_that_is_under_way_may_still_be_answered() {
    let mut far = FarEnd::open().await;
    let bench = Bench::new(&far, &["chat"]);
    let id = bench.fires("disk").await;
    let call = far.next().await;
    bench.stop.cancel();
    bench.tasks.close();
    call.answer(200);
    timeout(DEADLINE, bench.tasks.wait()).await.unwrap();
    assert_eq!(bench.line(id, "told chat: page").await, 1);
}

#[tokio::test]
async fn at_the_end_a_far_end_that_says_nothing_is_left_and_the_page_stays_owed() {
    let mut far = FarEnd::open().await;
    let bench = Bench::new(&far, &["chat"]);
    let id = bench.fires("disk").await;
    let _call = far.next().await;
    bench.stop.cancel();
    bench.tasks.close();
    timeout(DEADLINE, bench.tasks.wait()).await.unwrap();
    assert!(bench.handle.latest().table.deliveries_of(id).all(|page| is_attempted(page)));
}
