//! `kill -9` at any moment: whatever got a 2xx is there after the next start, with its timeline.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::api::Api;
use crate::support::{Home, Service};

const KILLS: u32 = 20;
/// Senders at one time: enough that commits carry several posts, and that one is always on its way.
const SENDERS: u32 = 4;

/// What was answered with a 2xx, and so was promised.
#[derive(Clone)]
struct Ledger {
    alerts: Arc<Mutex<BTreeMap<String, Promise>>>,
    /// One permit for each promise of this round.
    made: Arc<Semaphore>,
}

/// What was promised about one alert.
#[derive(Clone, Debug)]
struct Promise {
    title: String,
    round: u32,
    acknowledged: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_in_a_stream_of_posts_and_acknowledgements_lose_nothing_that_got_a_2xx() {
    let home = Home::new();
    let secret = home.token("stream", "ingest,read,ack");
    let alerts = Arc::default();
    for round in 1..=KILLS {
        let ledger = Ledger { alerts: Arc::clone(&alerts), made: Arc::new(Semaphore::new(0)) };
        let service = Service::start(&home);
        let api = Api::new(&service, &secret);
        ledger.is_kept(&api, round - 1).await;
        let mut senders = JoinSet::new();
        for sender in 0..SENDERS {
            senders.spawn(send(api.clone(), ledger.clone(), round, sender));
        }
        // Each round dies at another place of the stream.
        let enough = ledger.made.acquire_many(10 + round * 7 % 40).await.unwrap();
        service.crash();
        drop(enough);
        senders.join_all().await;
    }
    let ledger = Ledger { alerts, made: Arc::new(Semaphore::new(0)) };
    let service = Service::start(&home);
    ledger.is_kept(&Api::new(&service, &secret), KILLS).await;
    assert!(ledger.len() > 10 * KILLS as usize, "too few promises to mean anything");
}

/// Posts alerts and acknowledges them, until no answer comes any more.
async fn send(api: Api, ledger: Ledger, round: u32, sender: u32) {
    for number in 0.. {
        let title = format!("alert {number} of sender {sender} in round {round}");
        let alert = format!(
            r#"{{"alerts": [{{"fingerprint": "{title}", "status": "firing", "title": "{title}", "service": "web"}}]}}"#
        );
        let Ok((status, answer)) = api.send("POST", "/api/v1/alert", &alert).await else { return };
        assert_eq!(status, 200, "{answer}");
        let id = answer["alerts"][0]["id"].as_str().unwrap().to_owned();
        ledger.promise(&id, Promise { title, round, acknowledged: false });
        if number % 2 == 0 {
            let path = format!("/api/v1/alert/{id}/acknowledge");
            let Ok((status, answer)) = api.send("PUT", &path, "").await else { return };
            assert_eq!(status, 200, "{answer}");
            ledger.acknowledge(&id);
        }
    }
}

impl Ledger {
    fn promise(&self, id: &str, promise: Promise) {
        self.alerts.lock().unwrap().insert(id.to_owned(), promise);
        self.made.add_permits(1);
    }

    fn acknowledge(&self, id: &str) {
        self.alerts.lock().unwrap().get_mut(id).unwrap().acknowledged = true;
        self.made.add_permits(1);
    }

    fn len(&self) -> usize {
        self.alerts.lock().unwrap().len()
    }

    /// Everything that was ever promised is there; what `round` promised, with its timeline.
    async fn is_kept(&self, api: &Api, round: u32) {
        let listed = api.alerts().await;
        let rows: BTreeMap<&str, &Value> =
            listed.iter().map(|row| (row["id"].as_str().unwrap(), row)).collect();
        let promises = self.alerts.lock().unwrap().clone();
        for (id, promise) in &promises {
            let row = rows.get(id.as_str()).unwrap_or_else(|| panic!("lost: {promise:?}"));
            assert_eq!(row["title"], promise.title.as_str());
            if promise.acknowledged {
                assert_eq!(row["status"], "acknowledged", "lost: {promise:?}");
            }
        }
        for (id, promise) in promises.iter().filter(|(_, promise)| promise.round == round) {
            is_told(api, id, promise).await;
        }
    }
}

/// The timeline has a line for each promise, and none twice.
async fn is_told(api: &Api, id: &str, promise: &Promise) {
    let (status, alert) = api.send("GET", &format!("/api/v1/alert/{id}"), "").await.unwrap();
    assert_eq!(status, 200, "{alert}");
    let lines: Vec<&str> = alert["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["text"].as_str().unwrap())
        .collect();
    assert_eq!(lines.first(), Some(&"fired, sent by stream"), "{promise:?}");
    let acknowledged = lines.get(1..).unwrap_or_default();
    // An acknowledgement whose answer was cut off may have been kept or not.
    if promise.acknowledged || !acknowledged.is_empty() {
        assert_eq!(acknowledged, ["acknowledged by stream"], "{promise:?}");
    }
}
