//! Who is told, with the real program and a real far end: once, again after a failure, at least
//! once through a crash, and not at all where somebody has the alert.

use std::collections::BTreeSet;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::far_end::{Absent, DEADLINE, FarEnd};
use crate::support::{Home, Service, http};

/// A service that tells one channel, and a token for it.
struct Desk {
    home: Home,
    secret: String,
    service: Option<Service>,
}

impl Desk {
    fn start(channel: &str) -> Self {
        let home = Home::new();
        home.configure(channel);
        let secret = home.token("sender", "ingest,read,ack");
        let service = Some(Service::start(&home));
        Self { home, secret, service }
    }

    fn service(&self) -> &Service {
        self.service.as_ref().unwrap()
    }

    /// Ends it, as a power cut would or in order, and starts it again.
    fn restart(&mut self, signal: Signal) {
        let service = self.service.take().unwrap();
        service.signal(signal);
        service.ended();
        self.service = Some(Service::start(&self.home));
    }

    /// Posts one alert and gives its id.
    async fn fires(&self, title: &str, severity: &str) -> String {
        let alert = json!({ "title": title, "service": "web", "severity": severity });
        let post = http().post(self.service().url("/api/v1/alert")).bearer_auth(&self.secret);
        let answer = post.json(&json!({ "alerts": [alert] })).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let id = answer.pointer("/alerts/0/id").and_then(Value::as_str);
        id.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn acknowledge(&self, id: &str) {
        let url = self.service().url(&format!("/api/v1/alert/{id}/acknowledge"));
        let answer = http().put(url).bearer_auth(&self.secret).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// What the timeline says of who was told.
    async fn told(&self, id: &str) -> Vec<String> {
        let url = self.service().url(&format!("/api/v1/alert/{id}"));
        let alert = http().get(url).bearer_auth(&self.secret).send().await.unwrap();
        let alert: Value = alert.json().await.unwrap();
        let lines = alert.get("timeline").and_then(Value::as_array);
        let lines = lines.unwrap_or_else(|| panic!("{alert}")).iter();
        let lines = lines.map(|line| line.get("text").and_then(Value::as_str).unwrap().to_owned());
        lines.filter(|line| line.contains("told")).collect()
    }

    /// What is owed about it, or was, to each channel.
    async fn owed(&self, id: &str) -> Vec<String> {
        let url = self.service().url(&format!("/api/v1/alert/{id}/explain"));
        let answer = http().get(url).bearer_auth(&self.secret).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let lines = answer.get("told").and_then(Value::as_array).unwrap().iter();
        lines.map(|line| line.as_str().unwrap().to_owned()).collect()
    }

    /// Waits until the timeline says that somebody was told, or was not, and gives what it says.
    async fn until_told(&self, id: &str) -> Vec<String> {
        let told = async {
            loop {
                match self.told(id).await {
                    told if told.is_empty() => tokio::task::yield_now().await,
                    told => return told,
                }
            }
        };
        tokio::time::timeout(DEADLINE, told).await.unwrap()
    }

    /// Has another alert told: whatever was owed before it has been decided then.
    async fn only_a_later_alert_is_told(&self, far: &mut FarEnd) {
        let later = self.fires("later", "critical").await;
        let call = far.next().await;
        assert_eq!(call.alert(), "later");
        call.answer(200);
        assert_eq!(self.until_told(&later).await, ["told chat: page"]);
        assert!(far.is_idle());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_critical_alert_is_told_once_and_a_warning_never() {
    let mut far = FarEnd::open();
    let desk = Desk::start(&far.channel());
    let warning = desk.fires("certificate", "warning").await;
    let critical = desk.fires("disk", "critical").await;
    let call = far.next().await;
    assert_eq!(call.alert(), "disk");
    assert_eq!(call.document["status"], "firing");
    assert_eq!(call.document["receiver"], "chat");
    assert_eq!(call.document["externalURL"], format!("http://{}", desk.service().address));
    assert_eq!(call.key.len(), 36, "{}", call.key);
    call.answer(200);
    assert_eq!(desk.until_told(&critical).await, ["told chat: page"]);
    desk.only_a_later_alert_is_told(&mut far).await;
    assert_eq!(desk.told(&critical).await, ["told chat: page"]);
    assert!(desk.told(&warning).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_far_end_that_fails_is_asked_again_under_the_same_key_until_it_takes_it() {
    let mut far = FarEnd::open();
    let desk = Desk::start(&far.channel());
    let id = desk.fires("disk", "critical").await;
    let mut keys = BTreeSet::new();
    for status in [503, 503, 200] {
        let call = far.next().await;
        assert_eq!(call.alert(), "disk");
        keys.insert(call.key.clone());
        call.answer(status);
    }
    assert_eq!(desk.until_told(&id).await, ["told chat: page"]);
    assert_eq!(keys.len(), 1);
    assert!(far.is_idle());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_while_a_far_end_hung_is_not_told_after_a_restart() {
    let mut far = FarEnd::open();
    let mut desk = Desk::start(&far.channel());
    let id = desk.fires("disk", "critical").await;
    // It hangs, and is told nothing more of this until it is asked again.
    let hung = far.next().await;
    assert_eq!(hung.alert(), "disk");
    desk.acknowledge(&id).await;
    // An attempt without an outcome waits again after a start, and is due at once.
    desk.restart(Signal::SIGTERM);
    let owed = desk.owed(&id).await;
    let why = |line: &String| {
        line.starts_with("chat: page, ") && line.ends_with(": acknowledged by sender")
    };
    assert!(owed.len() == 1 && owed.iter().all(why), "{owed:?}");
    desk.only_a_later_alert_is_told(&mut far).await;
    assert!(desk.told(&id).await.is_empty());
    hung.answer(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_the_cause_and_the_post_loses_no_page() {
    let mut far = FarEnd::open();
    let mut desk = Desk::start(&far.channel());
    let id = desk.fires("disk", "critical").await;
    desk.restart(Signal::SIGKILL);
    // The crash may have come after the first post, all the same.
    let mut keys = BTreeSet::new();
    let told = desk.until_told(&id);
    tokio::pin!(told);
    let told = loop {
        tokio::select! {
            told = &mut told => break told,
            call = far.next() => {
                keys.insert(call.key.clone());
                call.answer(200);
            }
        }
    };
    assert_eq!(told, ["told chat: page"]);
    assert_eq!(keys.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_before_the_far_end_was_reached_loses_no_page() {
    let absent = Absent::new();
    let mut desk = Desk::start(&absent.channel());
    let id = desk.fires("disk", "critical").await;
    desk.restart(Signal::SIGKILL);
    let mut far = absent.open();
    far.next().await.answer(200);
    assert_eq!(desk.until_told(&id).await, ["told chat: page"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_the_post_and_its_outcome_tells_again_under_the_same_key() {
    let mut far = FarEnd::open();
    let mut desk = Desk::start(&far.channel());
    let id = desk.fires("disk", "critical").await;
    let first = far.next().await;
    desk.restart(Signal::SIGKILL);
    let again = far.next().await;
    assert_eq!(
        (&again.key, &again.document["groupKey"]),
        (&first.key, &first.document["groupKey"])
    );
    again.answer(200);
    assert_eq!(desk.until_told(&id).await, ["told chat: page"]);
    assert!(far.is_idle());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_a_crash_left_open_is_not_told_again_once_somebody_has_the_alert() {
    let mut far = FarEnd::open();
    let mut desk = Desk::start(&far.channel());
    let id = desk.fires("disk", "critical").await;
    let _open = far.next().await;
    desk.acknowledge(&id).await;
    desk.restart(Signal::SIGKILL);
    desk.only_a_later_alert_is_told(&mut far).await;
    assert!(desk.told(&id).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_far_end_cannot_send_a_page_elsewhere() {
    let (mut far, elsewhere) = (FarEnd::open(), FarEnd::open());
    let desk = Desk::start(&far.channel());
    let id = desk.fires("disk", "critical").await;
    far.next().await.answer_with(307, &[("location", &elsewhere.url())]);
    let told = desk.until_told(&id).await;
    assert_eq!(told, ["not told chat: page; it answers 307 Temporary Redirect"]);
    assert!(elsewhere.is_idle());
}
