//! Real answers, good and bad ones of every operation, judged by the document. What it promises and
//! no request here is answered with is listed.

use tokio_util::sync::CancellationToken;

use super::super::attaching::consoles;
use super::*;
use crate::http::{OpenTo, Owner, own_router};

/// What came back.
pub(super) struct Seen {
    pub(super) status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

const OWNER: u32 = 1_001;

/// Sends to the network's listener, or to the socket, as its owner.
pub(super) async fn send(bench: &Bench, ask: Ask) -> Seen {
    sent(&bench.door, OWNER, ask).await
}

async fn sent(door: &Door, uid: u32, ask: Ask) -> Seen {
    let request = ask.request.body(ask.body).unwrap();
    let router = if request.uri().path().starts_with("/own/") {
        let person = Account::new("alice", "").person();
        let owner = Owner {
            uid: OWNER,
            actor: Actor::Account(person),
            people: std::collections::BTreeMap::new(),
            open_to: OpenTo::Owner,
        };
        // What would go on for ever ends at once.
        let stop = CancellationToken::new();
        stop.cancel();
        own_router(door.clone(), owner, consoles(&stop)).layer(Extension(Peer::User(uid)))
    } else {
        let peer = Peer::Net("192.0.2.7:40000".parse().unwrap());
        public_router(door.clone(), AlertmanagerApi::Token).layer(Extension(peer))
    };
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Seen { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// The document, and which of its answers were seen.
struct Judge {
    document: Document,
    seen: BTreeSet<(String, u16)>,
    faults: Vec<String>,
}

impl Judge {
    fn new() -> Self {
        Self { document: document(), seen: BTreeSet::new(), faults: Vec::new() }
    }

    /// Asks what has to be answered with this status.
    async fn must(&mut self, bench: &Bench, status: u16, ask: Ask) {
        let shown = format!("{:?} {:?}", ask.request.method_ref(), ask.request.uri_ref());
        let got = self.ask(&bench.door, OWNER, ask).await;
        self.faults.extend((got != status).then(|| format!("{shown}: {got}, not {status}")));
    }

    async fn ask(&mut self, door: &Door, uid: u32, ask: Ask) -> u16 {
        let method = ask.request.method_ref().unwrap().as_str().to_lowercase();
        let path = ask.request.uri_ref().unwrap().path().to_owned();
        let seen = sent(door, uid, ask).await;
        let operations = self.document.operations();
        let operation =
            operations.iter().find(|one| {
                one.method == method
                    && one.path.split('/').count() == path.split('/').count()
                    && one.path.split('/').zip(path.split('/')).all(|(one, asked)| {
                        one == asked || (one.starts_with('{') && !asked.is_empty())
                    })
            });
        let operation = operation.unwrap_or_else(|| panic!("{method} {path} is not listed"));
        let faults = self.document.faults_of(operation.told, &seen);
        let status = seen.status;
        let told = format!("{method} {path}: {status}");
        self.seen.insert((operation.told["operationId"].as_str().unwrap().to_owned(), status));
        self.faults.extend(faults.into_iter().map(|fault| format!("{told}: {fault}")));
        status
    }
}

impl Document {
    /// What is wrong with an answer of this operation.
    fn faults_of(&self, operation: &Value, seen: &Seen) -> Vec<String> {
        let text = String::from_utf8(seen.body.clone()).unwrap();
        let Some(response) = operation["responses"].get(seen.status.to_string()) else {
            return vec![format!("the status is not listed; {text}")];
        };
        let response = self.resolved(response);
        let headers = response["headers"].as_object().into_iter().flatten();
        let missing = headers.filter(|(name, _)| seen.header(name).is_empty());
        let mut faults: Vec<_> =
            missing.map(|(name, _)| format!("the header {name} is missing")).collect();
        let Some(content) = response.get("content") else {
            faults.extend((!text.is_empty()).then(|| format!("there is a body: {text}")));
            return faults;
        };
        let kind = seen.header("content-type");
        let Some(schema) = content[kind].get("schema") else {
            faults.push(format!("{kind:?} is not listed"));
            return faults;
        };
        let json = kind == "application/json";
        let value = if json { serde_json::from_str(&text).unwrap() } else { Value::from(text) };
        faults.extend(self.faults(schema, &value));
        faults
    }
}

/// A service with an alert in every state there is, and their ids.
async fn busy() -> (Bench, Vec<String>) {
    let bench = bench().await;
    bench.token("silencer", "silence").await;
    bench.token("reader", "read").await;
    bench.token("watcher", "read,silence").await;
    bench.token("sender", "ingest").await;
    let alerts = json!([
        {"fingerprint": "a", "status": "firing", "title": "fires", "service": "web",
         "startsAt": "2026-11-21T03:00:00Z", "generatorURL": "https://example.org/g",
         "labels": {"instance": "a"}, "annotations": {"runbook": "look"}},
        {"title": "is acknowledged", "service": "db"},
        {"title": "is over", "service": "db"},
        {"title": "sleeps", "service": "web", "severity": "warning"},
    ]);
    let ids = bench.post("ops", alerts).await;
    for (id, act) in [(&ids[1], "acknowledge"), (&ids[2], "resolve")] {
        bench.ask(Ask::put(&format!("/alert/{id}/{act}")).token("ops")).await;
    }
    let hour = json!({"for": "1h"});
    bench.ask(Ask::put(&format!("/alert/{}/snooze", ids[3])).token("ops").json(&hour)).await;
    let note = crate::domain::command::AlertCommand::Note("looked".into());
    let id = ids[0].parse().unwrap();
    bench.order(Command::Alerts(vec![id], note)).await;
    (bench, ids)
}

/// What is asked of the TTYOps API, with what it has to be answered with.
fn of_ttyops(ids: &[String]) -> Vec<(u16, Ask)> {
    let at = |path: &str| format!("/api/v1{path}");
    let get = |path: &str| Ask::get(&at(path)).token("ops");
    let one = |path: &str| get(&format!("/alert/{}{path}", ids[0]));
    let act = |method: &str, id: &str, act: &str| {
        Ask::new(method, &at(&format!("/alert/{id}/{act}"))).token("ops")
    };
    let post = |body: &Value| Ask::post(&at("/alert")).token("ops").json(body);
    let many = json!({"alerts": vec![0; 100_001]});
    let nobody = "00000000-0000-4000-8000-000000000000";
    let alice = AccountId::of("alice");
    let (open, ended) = (ids[0].as_str(), ids[2].as_str());
    let hour = json!({"for": "1h"});
    vec![
        (200, get("/alert")),
        (200, get("/alert?status=firing,resolved")),
        (400, get("/alert?status=open")),
        (200, one("")),
        (200, get(&format!("/alert/{ended}"))),
        (200, get(&format!("/alert/{}", ids[1]))),
        (200, get(&format!("/alert/{}", ids[3]))),
        (404, get("/alert/x")),
        (404, get(&format!("/alert/{nobody}"))),
        (200, one("/explain")),
        (200, get(&format!("/alert/{ended}/explain"))),
        (404, get(&format!("/alert/{nobody}/explain"))),
        (200, get("/service")),
        (200, get("/team/members")),
        (200, get("/schedule")),
        (200, post(&json!({"alerts": []}))),
        (200, post(&json!({"alerts": [{"title": "t", "service": "web"}]}))),
        (200, post(&json!({"receiver": "x", "alerts": [5]}))),
        (400, post(&json!({"alerts": [{"title": "t", "service": "web"}, {}]}))),
        (400, post(&json!([]))),
        (413, post(&many)),
        (415, Ask::post(&at("/alert")).token("ops").text("{}")),
        (200, act("PUT", open, "snooze").json(&hour)),
        (400, act("PUT", open, "snooze").json(&json!({"for": "-1h"}))),
        (400, act("PUT", open, "snooze").json(&json!({"until": "2020-01-01T00:00:00Z"}))),
        (404, act("PUT", nobody, "snooze").json(&hour)),
        (409, act("PUT", ended, "snooze").json(&hour)),
        (413, act("PUT", open, "snooze").json(&json!({"for": " ".repeat(5_000)}))),
        (415, act("PUT", open, "snooze")),
        (200, act("DELETE", open, "snooze")),
        (404, act("DELETE", nobody, "snooze")),
        (200, act("DELETE", ended, "snooze")),
        (200, act("PUT", open, "acknowledge")),
        (404, act("PUT", nobody, "acknowledge")),
        (409, act("PUT", ended, "acknowledge")),
        (200, act("PUT", open, &format!("assign/{alice}"))),
        (404, act("PUT", open, &format!("assign/{nobody}"))),
        (404, act("PUT", nobody, &format!("assign/{alice}"))),
        (409, act("PUT", ended, &format!("assign/{alice}"))),
        (200, act("PUT", open, "resolve")),
        (200, act("PUT", ended, "resolve")),
        (404, act("PUT", nobody, "resolve")),
    ]
}

/// The same of API v2, and of what is beside it.
fn of_alertmanager() -> Vec<(u16, Ask)> {
    let get = |path: &str| Ask::get(path).token("ops");
    let post = |body: &str| {
        let ask = Ask::post("/api/v2/alerts").token("ops");
        ask.header("content-type", "application/json").text(body.to_owned())
    };
    let link = r#"[{"labels":{"alertname":"a"},"generatorURL":"http://example.org/"}]"#;
    let mut all = vec![
        (200, post(link)),
        (400, post(r#"[{"labels":{}}]"#)),
        (400, post("{")),
        (413, post(&format!("[{}null]", "null,".repeat(100_000)))),
        (422, post("[{}]")),
        (415, Ask::post("/api/v2/alerts").token("ops").text("[]")),
        (406, Ask::post("/api/v2/alerts").token("ops").header("accept", "text/html")),
        (200, get("/api/v2/alerts?filter=alertname%3Da&active=true&unprocessed=false")),
        (400, get("/api/v2/alerts?filter=foo")),
        (200, get("/api/v2/alerts/groups?receiver=.*&muted=false")),
        (400, get("/api/v2/alerts/groups?receiver=(")),
        (400, get("/api/v2/receivers?receiver_matchers=foo")),
        (200, get("/metrics")),
        (200, Ask::get("/-/healthy")),
        (200, Ask::get("/-/ready")),
        (200, Ask::get(openapi::PATH)),
    ];
    for path in
        ["alerts", "alerts/groups", "receivers", "status"].map(|one| format!("/api/v2/{one}"))
    {
        all.push((200, get(&path)));
        all.push((400, get(&path).header("content-type", "x").text("[]")));
        all.push((415, get(&path).header("content-type", "text/plain").text("[]")));
        all.push((406, get(&path).header("accept", "application/xml")));
    }
    all
}

/// The same of silences, `id` being one that there is.
fn of_silences(id: &str) -> Vec<(u16, Ask)> {
    let ask =
        |method: &str, path: &str| Ask::new(method, &format!("/api/v2/{path}")).token("watcher");
    let post = |body: &Value| ask("POST", "silences").json(body);
    let one = format!("silence/{id}");
    let nothing = "silence/00000000-0000-4000-8000-000000000000";
    let unknown = json!({"id": "00000000-0000-4000-8000-000000000000"});
    let mut all = vec![
        (200, ask("GET", "silences?expired=false")),
        (400, ask("GET", "silences?filter=foo")),
        (200, post(&silence(&json!({})))),
        (400, post(&silence(&json!({"endsAt": "2020-01-01T00:00:00Z"})))),
        (404, post(&silence(&unknown))),
        (413, post(&silence(&json!({"comment": "x".repeat(17 * 1024 * 1024)})))),
        (415, ask("POST", "silences").text("{}")),
        (406, ask("POST", "silences").header("accept", "text/html")),
        (422, post(&silence(&json!({"matchers": []})))),
    ];
    let read = [("GET", "silences"), ("GET", &one), ("DELETE", &one)];
    for (method, path) in read {
        all.push((400, ask(method, path).header("content-type", "x").text("[]")));
        all.push((415, ask(method, path).header("content-type", "text/plain").text("[]")));
        all.push((406, ask(method, path).header("accept", "application/xml")));
    }
    for method in ["GET", "DELETE"] {
        all.push((200, ask(method, &one)));
        all.push((404, ask(method, nothing)));
        all.push((422, ask(method, "silence/zzz")));
    }
    all
}

/// A silence as it is posted, with other fields.
fn silence(others: &Value) -> Value {
    let mut silence = json!({
        "matchers": [{"name": "alertname", "value": "a", "isRegex": false}],
        "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2096-01-01T00:00:00Z",
        "createdBy": "alice", "comment": "maintenance"
    });
    let fields = silence.as_object_mut().unwrap();
    fields.extend(others.as_object().unwrap().clone());
    silence
}

/// The same of our own API.
fn of_own(ids: &[String], from: &str) -> Vec<(u16, Ask)> {
    let get = |path: &str| Ask::get(&format!("/own/v1{path}"));
    let post = |body: Value| Ask::post("/own/v1/orders").json(&body);
    let op = "00000000-0000-4000-8000-000000000001";
    let act = |id: &str, act: Value| {
        post(json!({"op": op, "seen": null, "command": {"alerts": [[id], act]}}))
    };
    let revoke = json!({"token": {"revoke": {"name": "silencer"}}});
    let nobody = json!({"token": {"revoke": {"name": "nobody"}}});
    let again = json!({"token": {"create": {"name": "ops", "digest": "0".repeat(64),
        "scopes": ["read"], "account": null, "namespace": ""}}});
    let nameless = json!({"token": {"create": {"name": "", "digest": "0".repeat(64),
        "scopes": ["read"], "account": null, "namespace": ""}}});
    let order = |number: u8, command: Value| {
        let op = format!("00000000-0000-4000-8000-00000000001{number}");
        post(json!({"op": op, "seen": null, "command": command}))
    };
    vec![
        (200, act(&ids[1], json!("unacknowledge"))),
        (200, order(1, revoke)),
        (404, order(2, nobody)),
        (409, order(3, again)),
        (400, order(4, nameless)),
        (400, post(json!({"command": "dance"}))),
        (
            404,
            post(json!({"op": op, "seen": null, "speaks_for": op,
            "command": {"alerts": [[], "wake"]}})),
        ),
        (413, post(json!("x".repeat(300_000)))),
        (415, Ask::post("/own/v1/orders")),
        (200, get("/alerts")),
        (200, get("/alerts?all=true&filter=service=web")),
        (400, get("/alerts?filter=state=foo")),
        (404, get(&format!("/alerts?as={op}"))),
        (200, get(&format!("/alerts/{}", ids[0]))),
        (404, get("/alerts/x")),
        (200, get(&format!("/explain/{}", ids[0]))),
        (404, get("/explain/x")),
        (200, get("/services")),
        (200, get("/accounts")),
        (200, get("/tokens")),
        (200, get("/export")),
        (200, get("/snapshot")),
        (200, get(&format!("/feed?from={from}"))),
        (400, get("/feed?from=x")),
        (410, get("/feed?from=0-0")),
    ]
}

/// The same of silences there.
fn of_own_silences() -> Vec<(u16, Ask)> {
    let preview = |body: Value| Ask::post("/own/v1/preview").json(&body);
    let matcher = json!({"name": "service", "operator": "matches", "value": "w.*"});
    let terms = json!({
        "matchers": [matcher], "starts": "2026-01-01T00:00:00Z", "ends": "2096-01-01T00:00:00Z",
        "by": "alice", "comment": "maintenance", "annotations": {}, "until_resolved": false
    });
    let set = json!({"op": "00000000-0000-4000-8000-000000000021", "seen": null,
        "command": {"silence": {"set": {"id": null, "terms": terms}}}});
    vec![
        (200, preview(json!([matcher]))),
        (400, preview(json!([{"name": "a", "operator": "matches", "value": "("}]))),
        (413, preview(json!("x".repeat(300_000)))),
        (415, Ask::post("/own/v1/preview")),
        (200, Ask::post("/own/v1/orders").json(&set)),
        (200, Ask::get("/own/v1/silences")),
    ]
}

/// What is promised and cannot be had here: faults of ours, and ids that begin alike.
fn is_rare(name: &str, status: u16) -> bool {
    status == 500 || (status == 409 && matches!(name, "ownGetAlert" | "ownExplainAlert"))
}

#[tokio::test]
async fn whatever_is_answered_has_the_shape_that_is_listed_for_its_status() {
    let (bench, ids) = busy().await;
    let _keeping = bench.handle.keep_changes();
    let cursor = bench.handle.latest().cursor;
    let from = format!("{}-{}", cursor.epoch, cursor.revision.0);
    let mut judge = Judge::new();
    let own = of_own(&ids, &from).into_iter().chain(of_own_silences());
    for (status, ask) in own.chain(of_ttyops(&ids)).chain(of_alertmanager()) {
        judge.must(&bench, status, ask).await;
    }
    if judge.document.0["paths"].get("/api/v2/silences").is_some() {
        let post = Ask::post("/api/v2/silences").token("watcher").json(&silence(&json!({})));
        let made: Value = serde_json::from_slice(&send(&bench, post).await.body).unwrap();
        for (status, ask) in of_silences(made["silenceID"].as_str().unwrap()) {
            judge.must(&bench, status, ask).await;
        }
    }
    refuse(&mut judge, &bench).await;
    assert!(judge.faults.is_empty(), "{}", judge.faults.join("\n"));
    let operations = judge.document.operations();
    let unseen: Vec<_> = operations
        .iter()
        .flat_map(|one| {
            let name = one.told["operationId"].as_str().unwrap();
            let statuses = one.told["responses"].as_object().unwrap().keys();
            statuses.map(move |status| (name.to_owned(), status.parse::<u16>().unwrap()))
        })
        .filter(|(name, status)| !is_rare(name, *status))
        .filter(|promised| !judge.seen.contains(promised))
        .collect();
    assert!(unseen.is_empty(), "listed, and answered to nobody: {unseen:?}");
}

/// Asks for everything that is listed without a token, without the scope, while too many others
/// read, and while nothing is loaded.
async fn refuse(judge: &mut Judge, bench: &Bench) {
    let all: Vec<(String, String, Option<Scope>, bool)> = document()
        .operations()
        .iter()
        .map(|one| (one.method.to_uppercase(), one.example(), one.scope(), one.is_own()))
        .collect();
    let shut = Door::new();
    for (method, path, scope, is_own) in &all {
        // A snooze is read before it is known to be one that needs a scope.
        let ask = || Ask::new(method, path).json(&json!({"for": "1h"}));
        if let Some(scope) = scope {
            assert_eq!(judge.ask(&bench.door, OWNER, ask()).await, 401, "{method} {path}");
            let other = if *scope == Scope::Ingest { "reader" } else { "sender" };
            let status = judge.ask(&bench.door, OWNER, ask().token(other)).await;
            assert_eq!(status, 403, "{method} {path} needs {scope}");
            assert_eq!(judge.ask(&shut, OWNER, ask().token("ops")).await, 503, "{path}");
        } else if *is_own {
            assert_eq!(judge.ask(&bench.door, OWNER + 1, ask()).await, 403, "{path}");
            assert_eq!(judge.ask(&shut, OWNER, ask()).await, 503, "{path}");
        }
    }
    assert_eq!(judge.ask(&shut, OWNER, Ask::get("/-/ready")).await, 503);
    let readers = bench.door.readers();
    let _all: Vec<_> = std::iter::from_fn(|| readers.enter().ok()).collect();
    let _spare: Vec<_> = std::iter::from_fn(|| readers.enter_to_watch().ok()).collect();
    for path in ["/api/v2/alerts", "/api/v2/status", "/metrics"] {
        assert_eq!(judge.ask(&bench.door, OWNER, Ask::get(path).token("ops")).await, 503, "{path}");
    }
}
