//! `kill -9` at any moment: whatever got a 2xx is there after the next start, as it was answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::api::Api;
use crate::support::{Home, Service, http, rounds};

/// How often it is killed. With `WATCHBELL_ROUNDS=20` it is 400 times.
const KILLS: u32 = 20;
/// Senders at one time, of each kind: enough that commits carry several posts, and that one is always
/// on its way.
const SENDERS: u32 = 2;
/// Alerts in one post of those who send many.
const BATCH: usize = 5;

/// How a sender speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One alert a post, and an act upon it.
    Single,
    /// Several alerts a post, and acts upon some.
    Batch,
    /// Several alerts a post of API v2, and their ends.
    V2,
}

/// What was answered with a 2xx, and so was promised, by the title of the alert.
#[derive(Clone)]
struct Ledger {
    alerts: Arc<Mutex<BTreeMap<String, Promise>>>,
    /// One permit for each promise of this round.
    made: Arc<Semaphore>,
}

/// What was promised about one alert.
#[derive(Clone, Debug)]
struct Promise {
    round: u32,
    /// Where the answer said it.
    id: Option<String>,
    /// The last state that was answered.
    state: &'static str,
    /// The next one that was asked for, should its answer never have come.
    asked: Option<&'static str>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_in_a_stream_of_posts_and_acts_lose_nothing_that_got_a_2xx() {
    let kills = rounds(KILLS);
    let home = Home::new();
    let secret = home.token("stream", "ingest,read,ack,resolve");
    let alerts = Arc::default();
    for round in 1..=kills {
        let ledger = Ledger { alerts: Arc::clone(&alerts), made: Arc::new(Semaphore::new(0)) };
        let service = Service::start(&home);
        let api = Api::new(&service, &secret);
        ledger.is_kept(&api, round - 1).await;
        let mut senders = JoinSet::new();
        for kind in [Kind::Single, Kind::Batch, Kind::V2] {
            for sender in 0..SENDERS {
                let stream = Stream { api: api.clone(), ledger: ledger.clone(), kind, round };
                senders.spawn(async move { stream.send(sender).await.unwrap_or_default() });
            }
        }
        // Each round dies at another place of the stream.
        let enough = ledger.made.acquire_many(10 + round * 37 % 120).await.unwrap();
        service.crash();
        drop(enough);
        senders.join_all().await;
    }
    let ledger = Ledger { alerts, made: Arc::new(Semaphore::new(0)) };
    let service = Service::start(&home);
    ledger.is_kept(&Api::new(&service, &secret), kills).await;
    let promised = ledger.alerts.lock().unwrap().len();
    println!("{kills} kills; {promised} alerts were promised, and all are as was answered");
    assert!(promised > 10 * kills as usize, "too few promises to mean anything");
}

/// One sender of a round.
struct Stream {
    api: Api,
    ledger: Ledger,
    kind: Kind,
    round: u32,
}

impl Stream {
    /// Posts alerts and acts on them, until no answer comes any more: then there is none.
    async fn send(&self, sender: u32) -> Option<()> {
        for number in 0.. {
            let name =
                format!("{:?} {number} of sender {sender} in round {}", self.kind, self.round);
            match self.kind {
                Kind::Single => self.post(&[name], number).await?,
                Kind::Batch => {
                    let names: Vec<_> = (0..BATCH).map(|one| format!("{name}, {one}")).collect();
                    self.post(&names, number).await?;
                }
                Kind::V2 => {
                    let names: Vec<_> = (0..BATCH).map(|one| format!("{name}, {one}")).collect();
                    self.tell(&names, "2099-01-01T00:00:00Z", "firing").await?;
                    if number % 2 == 0 {
                        self.tell(&names[..2], "2026-01-02T00:00:00Z", "resolved").await?;
                    }
                }
            }
        }
        Some(())
    }

    /// The answer to something that must be taken; nothing where none came.
    async fn ask(&self, method: &str, path: &str, body: &str) -> Option<Value> {
        let (status, answer) = self.api.send(method, path, body).await.ok()?;
        assert_eq!(status, 200, "{method} {path}: {answer}");
        Some(answer)
    }

    /// Posts alerts, and acknowledges or resolves the first.
    async fn post(&self, names: &[String], number: usize) -> Option<()> {
        let alerts: Vec<Value> = names
            .iter()
            .map(|name| {
                json!({"fingerprint": name, "status": "firing", "title": name, "service": "web"})
            })
            .collect();
        let body = json!({ "alerts": alerts }).to_string();
        let answer = self.ask("POST", "/api/v1/alert", &body).await?;
        for (name, alert) in names.iter().zip(answer["alerts"].as_array().unwrap()) {
            self.ledger.promise(self, name, alert["id"].as_str().map(ToOwned::to_owned), "firing");
        }
        let (verb, state) = match number % 3 {
            0 => ("acknowledge", "acknowledged"),
            1 => ("resolve", "resolved"),
            _ => return Some(()),
        };
        let id = answer["alerts"][0]["id"].as_str().unwrap();
        self.ledger.ask(&names[0], state);
        self.ask("PUT", &format!("/api/v1/alert/{id}/{verb}"), "").await?;
        self.ledger.keep(&names[0], state);
        Some(())
    }

    /// Tells of alerts as Prometheus does. Its client would read no body, and there is none.
    async fn tell(&self, names: &[String], end: &str, state: &'static str) -> Option<()> {
        let start = "2026-01-01T00:00:00Z";
        let alert = |name: &String| json!({"labels": {"alertname": name}, "startsAt": start, "endsAt": end});
        let body = Value::from(names.iter().map(alert).collect::<Vec<_>>()).to_string();
        for name in names {
            self.ledger.ask(name, state);
        }
        let status = self.api.status("POST", "/api/v2/alerts", &body).await.ok()?;
        assert_eq!(status, 200);
        for name in names {
            self.ledger.promise(self, name, None, state);
        }
        Some(())
    }
}

impl Ledger {
    fn promise(&self, by: &Stream, name: &str, id: Option<String>, state: &'static str) {
        let promise = Promise { round: by.round, id, state, asked: None };
        self.alerts.lock().unwrap().insert(name.to_owned(), promise);
        self.made.add_permits(1);
    }

    /// It may come to this, answered or not.
    fn ask(&self, name: &str, state: &'static str) {
        if let Some(promise) = self.alerts.lock().unwrap().get_mut(name) {
            promise.asked = Some(state);
        }
    }

    fn keep(&self, name: &str, state: &'static str) {
        let mut alerts = self.alerts.lock().unwrap();
        let promise = alerts.get_mut(name).unwrap();
        (promise.state, promise.asked) = (state, None);
        self.made.add_permits(1);
    }

    /// Everything that was ever promised is there as it was answered; of `round` with its timeline.
    async fn is_kept(&self, api: &Api, round: u32) {
        let listed = api.alerts().await;
        let rows: BTreeMap<&str, &Value> =
            listed.iter().map(|row| (row["title"].as_str().unwrap(), row)).collect();
        assert_eq!(rows.len(), listed.len(), "no alert is there twice");
        let promises = self.alerts.lock().unwrap().clone();
        for (name, promise) in &promises {
            let row = rows.get(name.as_str()).unwrap_or_else(|| panic!("lost: {name} {promise:?}"));
            let status = row["status"].as_str().unwrap();
            let as_answered = status == promise.state || Some(status) == promise.asked;
            assert!(as_answered, "{name} is {status}: {promise:?}");
            if let Some(id) = &promise.id {
                assert_eq!(row["id"], id.as_str(), "{name}");
            }
        }
        for (name, promise) in promises.iter().filter(|(_, promise)| promise.round == round) {
            let id = rows[name.as_str()]["id"].as_str().unwrap();
            is_told(api, id, name, promise).await;
        }
    }
}

/// The timeline has a line for each promise, and none twice.
async fn is_told(api: &Api, id: &str, name: &str, promise: &Promise) {
    let (status, alert) = api.send("GET", &format!("/api/v1/alert/{id}"), "").await.unwrap();
    assert_eq!(status, 200, "{alert}");
    let lines: Vec<&str> = alert["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["text"].as_str().unwrap())
        .collect();
    assert_eq!(lines.first(), Some(&"fired, sent by stream"), "{name}: {promise:?}");
    // What was asked for without an answer may have been kept or not.
    let wanted = usize::from(promise.state != "firing");
    let most = wanted + usize::from(promise.asked.is_some());
    assert!((wanted..=most).contains(&(lines.len() - 1)), "{name}: {promise:?} {lines:?}");
}

/// A silence is made, changed and ended, and watchbell killed behind each answer.
#[tokio::test]
async fn what_was_answered_of_a_silence_is_there_after_a_kill() {
    let home = Home::new();
    let secret = home.token("amtool", "read,silence");
    let body = |id: &str, comment: &str| {
        let matcher = json!({"name": "alertname", "value": "A", "isRegex": false});
        json!({
            "id": id, "comment": comment, "createdBy": "alice", "matchers": [matcher],
            "startsAt": "2099-01-01T00:00:00Z", "endsAt": "2099-01-02T00:00:00Z",
        })
    };
    let mut id = String::new();
    for (comment, state) in [("made", "pending"), ("changed", "pending"), ("ended", "expired")] {
        let service = Service::start(&home);
        let one = format!("/api/v2/silence/{id}");
        let asked = match comment {
            "ended" => http().delete(service.url(&one)),
            _ => http().post(service.url("/api/v2/silences")).json(&body(&id, comment)),
        };
        let answer = asked.bearer_auth(&secret).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{comment}");
        if let Ok(told) = answer.json::<Value>().await {
            told["silenceID"].as_str().unwrap().clone_into(&mut id);
        }
        service.crash();
        let service = Service::start(&home);
        let asked = http().get(service.url(&format!("/api/v2/silence/{id}"))).bearer_auth(&secret);
        let told: Value = asked.send().await.unwrap().json().await.unwrap();
        assert_eq!(told["status"]["state"], state, "{comment}");
        assert!(comment == "ended" || told["comment"] == comment, "{told}");
        service.crash();
    }
}
