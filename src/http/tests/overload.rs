//! Too much at one time, in front of a disk that stands still: what finds no room is told to come again,
//! people are let in, what is kept can be read, and afterwards all is as if nothing had been.

use std::sync::mpsc::sync_channel;

use tokio::task::JoinSet;

use super::*;

/// Posts of so many alerts each: together a good deal more than may wait.
const POSTS: usize = 24;
const ALERTS: usize = 1_000;

fn post(number: usize) -> Ask {
    let alert = |at| json!({"title": format!("alert {number}-{at}"), "service": "web"});
    let alerts: Vec<Value> = (0..ALERTS).map(alert).collect();
    Ask::post("/api/v1/alert").token("ops").json(&json!({ "alerts": alerts }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_for_a_slow_disk_is_told_to_come_again_and_then_all_is_well() {
    let disk = Platter::default();
    let bench = Bench::over(disk.clone(), Policy::default());
    bench.token("ops", "ingest,read,ack").await;
    let known = bench.post("ops", json!([{"title": "known", "service": "web"}])).await.remove(0);

    let (go_on, held) = sync_channel::<()>(0);
    let (stands, still) = sync_channel::<()>(0);
    let holding = std::thread::spawn(move || {
        let _held = disk.hold();
        stands.send(()).unwrap();
        let _ = held.recv();
    });
    still.recv().unwrap();
    let mut posts = JoinSet::new();
    for number in 0..POSTS {
        let router = bench.router();
        posts.spawn(async move { (number, post(number).of(router).await) });
    }
    // Nothing can be committed, so that whoever is answered was refused.
    let (first, refused) = posts.join_next().await.unwrap().unwrap();
    assert_eq!(
        refused.line(),
        "503 busy: too many alerts are waiting to be saved; send again shortly"
    );
    assert_eq!(refused.headers["retry-after"], "1");
    let acting = bench.router();
    let acknowledge = Ask::put(&format!("/api/v1/alert/{known}/acknowledge")).token("ops");
    let mut acts = JoinSet::new();
    acts.spawn(async move { acknowledge.of(acting).await });
    let listed = bench.ask(Ask::get("/api/v1/alert").token("ops")).await;
    assert_eq!(listed.body["alerts"].as_array().unwrap().len(), 1, "what is kept can be read");

    drop(go_on);
    holding.join().unwrap();
    let acted = acts.join_next().await.unwrap().unwrap();
    assert_eq!(acted.status, StatusCode::OK, "{}", acted.body);
    let mut again = vec![first];
    while let Some(answered) = posts.join_next().await {
        let (number, answer) = answered.unwrap();
        match answer.status {
            StatusCode::OK => {}
            StatusCode::SERVICE_UNAVAILABLE => again.push(number),
            _ => panic!("{}", answer.line()),
        }
    }
    assert!(again.len() < POSTS, "some found room");
    for number in again {
        let answer = bench.ask(post(number)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.line());
    }
    assert_eq!(bench.handle.latest().table.alert_count(), POSTS * ALERTS + 1, "each is there once");
    assert!(bench.handle.vitals().now().busy > 0);
    assert_eq!(bench.handle.depth(), 0);
}
