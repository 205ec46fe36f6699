//! Silences of Alertmanager's API v2: odd requests and their answers, what becomes of ids, and what is
//! listed.

use proptest::prelude::*;

use super::v2::{Seen, alerts, send};
use super::*;
use crate::domain::time::{SignedDuration, Timestamp, after, before};

/// A bench whose token `ops` may do what amtool does.
async fn bench_of(policy: Policy) -> Bench {
    let bench = Bench::with(policy).await;
    bench.token("ops", "ingest,read,silence").await;
    bench
}

async fn bench() -> Bench {
    bench_of(Policy::default()).await
}

fn silences(body: impl Into<Body>) -> Ask {
    let ask = Ask::post("/api/v2/silences").token("ops");
    ask.header("content-type", "application/json").text(body)
}

async fn ask(bench: &Bench, method: &str, path: &str) -> Seen {
    send(bench, Ask::new(method, &format!("/api/v2/{path}")).token("ops")).await
}

fn seconds(from: Timestamp, seconds: i64) -> Timestamp {
    let span = SignedDuration::from_secs(seconds.abs());
    if seconds < 0 { before(from, span) } else { after(from, span) }
}

/// A silence of `alertname`, from and until so many seconds from now.
fn silence(bench: &Bench, from: i64, until: i64) -> Value {
    let now = bench.handle.now();
    json!({
        "matchers": [{"name": "alertname", "value": "A", "isRegex": false}],
        "startsAt": seconds(now, from).to_string(),
        "endsAt": seconds(now, until).to_string(),
        "createdBy": "alice",
        "comment": "upgrade",
    })
}

/// Has one made, and gives its id.
async fn made(bench: &Bench, body: &Value) -> String {
    let seen = send(bench, silences(body.to_string())).await;
    let told: Value = serde_json::from_str(&seen.body).unwrap_or_default();
    told["silenceID"].as_str().unwrap_or_else(|| panic!("{}", seen.line())).to_owned()
}

async fn read(bench: &Bench, id: &str) -> Value {
    let seen = ask(bench, "GET", &format!("silence/{id}")).await;
    serde_json::from_str(&seen.body).unwrap_or_else(|_| panic!("{}", seen.line()))
}

/// `body` with some fields as `fields` has them; those that are `null` there are left out.
fn with(body: &Value, fields: Value) -> Value {
    let mut body = body.clone();
    let (Some(all), Value::Object(fields)) = (body.as_object_mut(), fields) else { panic!() };
    all.extend(fields);
    all.retain(|_, value| !value.is_null());
    body
}

fn alertname(value: &str) -> Value {
    json!({"name": "alertname", "value": value, "isRegex": false})
}

/// Every body is tried with these in the place of `M` (a good matcher), `T` (both times) and `W` (whose
/// and why).
const GOOD: [(&str, &str); 3] = [
    ("M", r#"{"name":"a","value":"b","isRegex":false}"#),
    ("T", r#""startsAt":"2020-01-01T00:00:00Z","endsAt":"9000-01-01T00:00:00Z""#),
    ("W", r#""createdBy":"alice","comment":"upgrade""#),
];

const BODIES: [&str; 71] = [
    "",
    " ",
    "{",
    "hello",
    "null",
    "[]",
    "5",
    "\"x\"",
    "{}",
    r#"{"matchers":[$M],$T,"createdBy":"alice"}"#,
    r#"{"matchers":[$M],$T,"comment":"upgrade"}"#,
    r#"{"matchers":[$M],"startsAt":"2020-01-01T00:00:00Z",$W}"#,
    r#"{"matchers":[$M],"endsAt":"9000-01-01T00:00:00Z",$W}"#,
    "{$T,$W}",
    r#"{"matchers":null,$T,$W}"#,
    r#"{"matchers":[],$T,$W}"#,
    r#"{"matchers":[],$W}"#,
    r#"{"matchers":{},$T,$W}"#,
    r#"{"matchers":5}"#,
    r#"{"matchers":[5],$T,$W}"#,
    r#"{"matchers":["a"],$T,$W}"#,
    r#"{"matchers":[null],$T,$W}"#,
    r#"{"matchers":[null]}"#,
    r#"{"matchers":[$M,null],$T,$W}"#,
    r#"{"matchers":[{}],$T,$W}"#,
    r#"{"matchers":[$M,{"isRegex":false}],$T,$W}"#,
    r#"{"matchers":[{"isRegex":false,"name":"a"}],$T,$W}"#,
    r#"{"matchers":[{"isRegex":null,"name":"a","value":"b"}],$T,$W}"#,
    r#"{"matchers":[{"isRegex":"false","name":"a","value":"b"}],$T,$W}"#,
    r#"{"matchers":[{"isRegex":false,"name":5,"value":"b"}],$T,$W}"#,
    r#"{"matchers":[{"isRegex":false,"name":"a","value":["b"]}],$T,$W}"#,
    r#"{"matchers":[{"isRegex":false,"name":"a","value":"b","isEqual":1}],$T,$W}"#,
    r#"{"matchers":[{"isRegex":false,"name":"a","value":"b","isEqual":null}],$T,$W}"#,
    r#"{"matchers":[{"isRegex":false,"name":"a","value":"b"}],"matchers":[{"value":"c"},$M],$T,$W}"#,
    r#"{"matchers":[$M,$M],"matchers":[{"value":"c"}],$T,$W}"#,
    r#"{"matchers":[$M],"matchers":null,$T,$W}"#,
    r#"{"matchers":[$M],$T,"createdBy":"","comment":""}"#,
    r#"{"matchers":[$M],$T,"createdBy":null,"comment":"x"}"#,
    r#"{"matchers":[$M],$T,"createdBy":5,"comment":"x"}"#,
    r#"{"matchers":[$M],$T,$W,"comment":null}"#,
    r#"{"matchers":[$M],"startsAt":"yesterday","endsAt":"9000-01-01T00:00:00Z",$W}"#,
    r#"{"matchers":[$M],"startsAt":5,"endsAt":"9000-01-01T00:00:00Z",$W}"#,
    r#"{"matchers":[$M],$T,"startsAt":null,$W}"#,
    r#"{"matchers":[$M],"startsAt":"0001-01-01T00:00:00Z","endsAt":"9000-01-01T00:00:00Z",$W}"#,
    r#"{"matchers":[$M],"startsAt":"0001-01-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z",$W}"#,
    r#"{"matchers":[$M],"startsAt":"2020-01-01T00:00:00Z","endsAt":"9999-12-31T23:00:00Z",$W}"#,
    r#"{"matchers":[$M],"startsAt":"2020-01-02T00:00:00Z","endsAt":"2020-01-01T00:00:00Z",$W}"#,
    r#"{"matchers":[$M],"startsAt":"2020-01-01T00:00:00Z","endsAt":"2020-01-01T00:00:00Z",$W}"#,
    r#"{"matchers":[$M],"startsAt":"2020-01-01T00:00:00Z","endsAt":"2020-01-02T00:00:00Z",$W}"#,
    r#"{"matchers":[{"name":"","value":"","isRegex":false}],"startsAt":"2020-01-01T00:00:00Z","endsAt":"2020-01-02T00:00:00Z",$W}"#,
    r#"{"matchers":[{"name":"a","value":"","isRegex":false}],$T,$W}"#,
    r#"{"matchers":[{"name":"a","value":"b*","isRegex":true},{"name":"c","value":"","isRegex":false}],$T,$W}"#,
    r#"{"matchers":[{"name":"a","value":"b","isRegex":false,"isEqual":false}],$T,$W}"#,
    r#"{"matchers":[{"name":"a","value":"","isRegex":false,"isEqual":false}],$T,$W}"#,
    r#"{"matchers":[{"name":"","value":"b","isRegex":false}],$T,$W}"#,
    r#"{"matchers":[{"name":"a-b ü","value":"b","isRegex":false}],$T,$W}"#,
    r#"{"matchers":[{"name":"a","value":"(","isRegex":true}],$T,$W}"#,
    r#"{"matchers":[$M,{"name":"a","value":"a)|(b","isRegex":true,"isEqual":false}],$T,$W}"#,
    r#"{"matchers":[{"name":"a","value":"<(?=x)\n","isRegex":true}],$T,$W}"#,
    r#"{"matchers":[{"name":"a","value":"\\Qb","isRegex":true}],$T,$W}"#,
    r#"{"id":"zzz","matchers":[$M],$T,$W}"#,
    r#"{"id":"f6c3e2a1-0000-4000-8000-000000000000","matchers":[$M],$T,$W}"#,
    r#"{"id":"zzz","matchers":[{"name":"a","value":"","isRegex":false}],$T,$W}"#,
    r#"{"id":"zzz","matchers":[$M],"startsAt":"2020-01-01T00:00:00Z","endsAt":"2020-01-02T00:00:00Z",$W}"#,
    r#"{"id":5,"comment":5,"matchers":[$M],$T}"#,
    r#"{"id":"","matchers":[$M],$T,$W}"#,
    r#"{"id":null,"unknown":[{}],"MATCHERS":[{"NAME":"a","Value":"b","ISREGEX":false}],$T,$W} trailing"#,
    r#"{"matchers":[$M],$T,$W,"annotations":{"a":5}}"#,
    r#"{"matchers":[$M],$T,$W,"annotations":"x","startsAt":"x"}"#,
    r#"{"matchers":[$M],$T,$W,"annotations":{"":"","b":null}}"#,
    r#"{"matchers":[$M],$T,$W,"endsWhenResolved":"yes"}"#,
];

#[tokio::test]
async fn odd_silences_are_answered_as_alertmanager_answers_them() {
    let bench = bench().await;
    let mut lines = Vec::new();
    for body in BODIES {
        let whole = GOOD
            .into_iter()
            .fold(body.to_owned(), |body, (name, text)| body.replace(&format!("${name}"), text));
        let line = numbered(&send(&bench, silences(whole)).await.line());
        lines.push(format!("{body}\n  {line}"));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn paths_methods_and_kinds_are_answered_as_alertmanager_answers_them() {
    let bench = bench().await;
    let ask = |method: &str, path: &str| Ask::new(method, &format!("/api/v2/{path}")).token("ops");
    let id = "f6c3e2a1-0000-4000-8000-000000000000";
    let one = |method: &str, id: &str| ask(method, &format!("silence/{id}"));
    let asks = [
        ("unknown", one("GET", id)),
        ("unknown, a slash behind", one("GET", &format!("{id}/"))),
        ("unknown, deleted", one("DELETE", id)),
        ("in capitals", one("GET", &id.to_uppercase())),
        ("without hyphens", one("GET", &id.replace('-', ""))),
        ("as a name", one("GET", &format!("urn:uuid:{id}"))),
        ("in braces", one("GET", &format!("%7B{id}%7D"))),
        ("no id", one("GET", "zzz")),
        ("no id, deleted", one("DELETE", "zzz")),
        ("one too short", one("GET", &id[1..])),
        ("escaped", one("GET", "a%2Fb%22%C3%BC")),
        ("escaped badly", one("GET", "a%2")),
        ("nothing", one("GET", "")),
        ("two", one("GET", "a/b")),
        ("posted", one("POST", id)),
        ("put", one("PUT", id)),
        ("HEAD", one("HEAD", id)),
        ("all put", ask("PUT", "silences")),
        ("all deleted", ask("DELETE", "silences")),
        ("no kind", ask("POST", "silences").text("{}")),
        ("no kind, no body", ask("POST", "silences")),
        ("XML", ask("GET", "silences").header("accept", "application/xml")),
        ("one as XML", one("GET", id).header("accept", "application/xml")),
        ("deleted as XML", one("DELETE", id).header("accept", "application/xml")),
        ("deleted with XML", one("DELETE", id).header("content-type", "text/xml").text("x")),
        ("a filter that is none", ask("GET", "silences?filter=foo")),
        ("a pattern that is none", ask("GET", "silences?filter=a%3D~%22(%22")),
        ("all, a slash behind", ask("GET", "silences/?bogus=1&filter=%zz")),
    ];
    let mut lines = Vec::new();
    for (name, ask) in asks {
        let seen = send(&bench, ask).await;
        let line = format!("{name}\n  {} {}", seen.line(), seen.header("allow"));
        lines.push(line.trim_end().to_owned());
        let has_kind = !seen.header("content-type").is_empty();
        assert!(name == "HEAD" || seen.body.is_empty() != has_kind, "{name}");
    }
    insta::assert_snapshot!(lines.join("\n"));
}

/// What of a silence of `alertname`, A and B, that began or begins so many seconds from now is changed,
/// whether it stays itself, and which state it has then. Matchers are told by their values, patterns
/// by small letters; times by the seconds from now, or as where they are cut to.
const CHANGES: [(&str, i64, &str, bool, &str); 15] = [
    ("nothing", -9, "{}", true, "active"),
    ("words", -9, r#"{"comment":"<b>","createdBy":""}"#, true, "active"),
    ("annotations", -9, r#"{"annotations":{"a":"b"}}"#, true, "active"),
    ("the end", -9, r#"{"endsAt":5000}"#, true, "active"),
    ("a fraction of the start", -9, r#"{"startsAt":"second"}"#, true, "active"),
    ("the start", -9, r#"{"startsAt":60}"#, false, "expired"),
    ("the start, past", -9, r#"{"startsAt":-60}"#, false, "expired"),
    ("order", -9, r#"{"matchers":"BA"}"#, false, "expired"),
    ("one matcher less", -9, r#"{"matchers":"A"}"#, false, "expired"),
    ("an operator", -9, r#"{"matchers":"aB"}"#, false, "expired"),
    ("a start to come", 600, r#"{"startsAt":60}"#, true, "pending"),
    ("a start to come, past", 600, r#"{"startsAt":-60}"#, false, "expired"),
    ("a start to come, now", 600, r#"{"startsAt":"0001-01-01T00:00:00Z"}"#, true, "active"),
    ("order of what is to come", 600, r#"{"matchers":"BA"}"#, false, "expired"),
    ("words of what is to come", 600, r#"{"comment":"later"}"#, true, "pending"),
];

/// The matchers of `alertname` with these values.
fn matchers(values: &str) -> Value {
    let regex = |value: char| value.is_lowercase();
    let each = values.chars().map(|one| {
        with(&alertname(&one.to_string()), json!({"isRegex": regex(one), "isEqual": true}))
    });
    each.collect()
}

/// What a change of [`CHANGES`] makes of `was`.
fn changed(bench: &Bench, was: &Value, change: &str) -> Value {
    let mut change: Value = serde_json::from_str(change).unwrap();
    for (field, value) in change.as_object_mut().unwrap() {
        let now = bench.handle.now();
        *value = match (field.as_str(), value.as_i64(), value.as_str()) {
            (_, Some(from_now), _) => json!(seconds(now, from_now).to_string()),
            (_, _, Some("second")) => {
                let time: Timestamp = was[field].as_str().unwrap().parse().unwrap();
                json!(Timestamp::from_second(time.as_second()).unwrap().to_string())
            }
            ("matchers", _, Some(values)) => matchers(values),
            _ => continue,
        };
    }
    with(was, change)
}

#[tokio::test]
async fn a_silence_stays_itself_exactly_where_alertmanager_lets_it() {
    let bench = bench().await;
    for (name, from, change, stays, state) in CHANGES {
        let first = with(&silence(&bench, from, 900), json!({"matchers": matchers("AB")}));
        let id = made(&bench, &first).await;
        let next = changed(&bench, &read(&bench, &id).await, change);
        let now = made(&bench, &next).await;
        assert_eq!(now == id, stays, "{name}");
        assert_eq!(read(&bench, &id).await["status"]["state"], state, "{name}");
        let told = read(&bench, &now).await;
        for field in ["matchers", "comment", "createdBy", "annotations"] {
            assert_eq!(told.get(field), next.get(field), "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_over_stays_over_and_a_change_of_it_is_another_silence() {
    let bench = bench().await;
    for (from, until) in [(-9, 900), (600, 900)] {
        let id = made(&bench, &silence(&bench, from, until)).await;
        let path = format!("silence/{id}");
        assert_eq!(ask(&bench, "DELETE", &path).await.line(), "200 - nothing");
        let over = read(&bench, &id).await;
        assert_eq!(over["status"]["state"], "expired");
        assert_eq!(over["endsAt"], over["updatedAt"]);
        assert_eq!(over["startsAt"] == over["endsAt"], from > 0);
        assert_eq!(ask(&bench, "DELETE", &path).await.line(), "200 - nothing");
        assert_eq!(read(&bench, &id).await, over);
        let again = with(&silence(&bench, from, until), json!({ "id": id }));
        assert_ne!(made(&bench, &again).await, id);
        assert_eq!(read(&bench, &id).await, over);
    }
}

#[tokio::test]
async fn what_is_made_twice_is_two_silences_and_begins_no_sooner_than_now() {
    let bench = bench().await;
    let body = silence(&bench, -9_000, 900);
    let ids = [made(&bench, &body).await, made(&bench, &body).await];
    assert_ne!(ids[0], ids[1]);
    for id in ids {
        let told = read(&bench, &id).await;
        assert_eq!(told["startsAt"], told["updatedAt"]);
    }
}

#[tokio::test]
async fn what_is_in_force_is_listed_by_its_end_what_comes_by_its_beginning_and_what_is_over_last() {
    let bench = bench().await;
    let matcher = |name: &str, value: &str, equal: bool, regex: bool| json!({"name": name, "value": value, "isEqual": equal, "isRegex": regex});
    // What it is called, from when until when, and one of its matchers.
    let table = [
        ("ends late", -9, 9_000, matcher("team", "db", true, false)),
        ("begins late", 800, 900, matcher("team", "db", true, true)),
        ("was first", 1, 900, matcher("team", "db", false, false)),
        ("ends soon", -9, 900, matcher("team", "db", false, true)),
        ("begins soon", 700, 9_000, matcher("team", "d.*", true, true)),
        ("was last", -9, 900, matcher("Team", "db", true, false)),
    ];
    for (name, from, until, matcher) in table {
        let matchers = json!([alertname("A"), matcher]);
        let body = json!({ "comment": name, "matchers": matchers });
        let id = made(&bench, &with(&silence(&bench, from, until), body)).await;
        if name.starts_with("was") {
            ask(&bench, "DELETE", &format!("silence/{id}")).await;
        }
    }
    let mut lines = Vec::new();
    for query in [
        "",
        "?expired=false",
        "?active=no&pending=true",
        "?active=false&pending=false&expired=false",
        "?expired=&active=&pending=",
        "?filter=alertname%3DA",
        "?filter=alertname%3DA&filter=team%3Ddb",
        "?filter=team!%3Ddb",
        "?filter=team%3D~db",
        "?filter=team!~db",
        "?filter=team%3D~%22d.*%22&expired=false",
        "?filter=team%3Dd",
    ] {
        let seen = ask(&bench, "GET", &format!("silences{query}")).await;
        assert_eq!(seen.status, 200, "{query}: {}", seen.body);
        let listed: Value = serde_json::from_str(&seen.body).unwrap();
        let listed = listed.as_array().unwrap().iter();
        let listed = listed.map(|one| {
            let state = one["status"]["state"].as_str().unwrap();
            format!("{} ({state})", one["comment"].as_str().unwrap())
        });
        lines.push(format!("{query}: {}", listed.collect::<Vec<_>>().join(", ")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn those_that_end_together_are_listed_by_their_ids_on_as_many_sheets_as_it_takes() {
    let bench = bench().await;
    let body = with(&silence(&bench, -9, 9_000), json!({"comment": "x".repeat(300)})).to_string();
    let all = (0..600).map(|_| send(&bench, silences(body.clone())));
    let seen = futures_util::future::join_all(all).await;
    assert!(seen.iter().all(|seen| seen.status == 200));
    let listed: Value = serde_json::from_str(&ask(&bench, "GET", "silences").await.body).unwrap();
    let ids = listed.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap());
    let ids: Vec<&str> = ids.collect();
    assert!(ids.len() == 600 && ids.is_sorted());
}

#[tokio::test]
async fn a_silence_is_given_back_exactly_as_it_came() {
    let bench = bench().await;
    let odd = r#""a\"\\\u0000\u001b[31m\u2028\u0085\ud83d<&>\n\ufffd ü🙂""#;
    let body = format!(
        r#"{{"matchers":[{{"name":"b","value":{odd},"isRegex":false,"isEqual":false}},
            {{"name":"<a>","value":"(a|)b\\d","isRegex":true}}],"comment":{odd},"createdBy":{odd},
            "startsAt":"2999-01-01T01:00:00.9999+01:00","endsAt":"2999-01-02T00:00:00.0009Z",
            "annotations":{{"b":{odd},"":"","a":"1"}},"endsWhenResolved":true}}"#
    );
    let seen = send(&bench, silences(body)).await;
    assert_eq!(seen.header("content-type"), "application/json");
    let listed = ask(&bench, "GET", "silences").await.body;
    let id: Value = serde_json::from_str(&seen.body).unwrap();
    let one = ask(&bench, "GET", &format!("silence/{}", id["silenceID"].as_str().unwrap())).await;
    assert_eq!(format!("[{}]\n", one.body.trim_end()), listed);
    let updated = Regex::new(r#""updatedAt":"[^"]*""#).unwrap();
    let id = Regex::new(r#""id":"[^"]*""#).unwrap();
    let shown = updated.replace(&one.body, r#""updatedAt":"TIME""#).into_owned();
    insta::assert_snapshot!(format!("{}\n{}", numbered(&seen.body), id.replace(&shown, "ID")));
}

#[tokio::test]
async fn there_are_no_more_and_no_larger_ones_than_the_policy_lets() {
    let few = Policy { max_silences: Some(1), ..Policy::default() };
    let bench = bench_of(few).await;
    let id = made(&bench, &silence(&bench, -9, 900)).await;
    let mut lines = Vec::new();
    let other = json!({ "id": id, "matchers": [alertname("B")] });
    for change in [json!({}), json!({"id": id, "comment": "new"}), other] {
        let body = with(&silence(&bench, 0, 900), change);
        let same = with(&body, json!({"startsAt": read(&bench, &id).await["startsAt"]}));
        lines.push(numbered(&send(&bench, silences(same.to_string())).await.line()));
    }
    let state = read(&bench, &id).await["status"]["state"].clone();
    ask(&bench, "DELETE", &format!("silence/{id}")).await;
    let after = send(&bench, silences(silence(&bench, -9, 900).to_string())).await;
    lines.push(format!("{state}, then {}", after.line()));

    let small = Policy { max_silence_size: Some(200), ..Policy::default() };
    let bench = bench_of(small).await;
    let size = Regex::new(r"size: \d+").unwrap();
    for long in [10, 400] {
        let body = with(&silence(&bench, -9, 900), json!({"comment": "x".repeat(long)}));
        let line = numbered(&send(&bench, silences(body.to_string())).await.line());
        lines.push(size.replace(&line, "size: SIZE").into_owned());
    }
    let bench = bench_of(Policy::default()).await;
    for long in [65_000, 66_000] {
        let body = with(&silence(&bench, -9, 900), json!({"createdBy": "x".repeat(long)}));
        let line = numbered(&send(&bench, silences(body.to_string())).await.line());
        lines.push(size.replace(&line, "size: SIZE").into_owned());
    }
    let many = vec![alertname("A"); 65];
    let body = with(&silence(&bench, -9, 900), json!({ "matchers": many }));
    lines.push(send(&bench, silences(body.to_string())).await.line());
    let wide: serde_json::Map<_, _> =
        (0..1_025).map(|name| (name.to_string(), json!(""))).collect();
    let body = with(&silence(&bench, -9, 900), json!({ "annotations": wide }));
    lines.push(send(&bench, silences(body.to_string())).await.line());
    lines.push(send(&bench, silences(" ".repeat(16 * 1024 * 1024 + 1))).await.line());
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn who_may_read_silences_may_not_make_or_end_them() {
    let bench = bench().await;
    let id = made(&bench, &silence(&bench, -9, 900)).await;
    for (name, scopes) in [("reader", "read"), ("hush", "silence"), ("sender", "ingest,ack")] {
        bench.token(name, scopes).await;
    }
    let mut lines = Vec::new();
    for token in ["", "guessed", "reader", "sender", "hush"] {
        for (method, path) in [
            ("GET", "silences".to_owned()),
            ("GET", format!("silence/{id}")),
            ("POST", "silences".to_owned()),
            ("DELETE", format!("silence/{id}")),
        ] {
            let ask = Ask::new(method, &format!("/api/v2/{path}"));
            let ask = if token.is_empty() { ask } else { ask.token(token) };
            let body =
                if method == "POST" { silence(&bench, -9, 900).to_string() } else { String::new() };
            let seen =
                send(&bench, ask.header("content-type", "application/json").text(body)).await;
            let path = path.split('/').next().unwrap();
            lines.push(format!("{token} {method} {path}: {}", numbered(&seen.line())));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn who_does_not_know_that_a_silence_ends_with_what_it_mutes_does_not_change_it() {
    let bench = bench().await;
    let first = with(&silence(&bench, -9, 900), json!({"endsWhenResolved": true}));
    let mut id = made(&bench, &first).await;
    let other = json!([alertname("B")]);
    // What is said of it, what else is changed, and what it is then.
    let table = [
        (json!(null), json!({"comment": "longer"}), true),
        (json!(null), json!({ "matchers": other }), true),
        (json!(false), json!({}), false),
        (json!(null), json!({"comment": "again"}), false),
        (json!(true), json!({}), true),
    ];
    for (said, change, ends) in table {
        let was = read(&bench, &id).await;
        let next = with(&with(&was, change), json!({ "endsWhenResolved": said }));
        id = made(&bench, &next).await;
        let told = read(&bench, &id).await;
        assert_eq!(told.get("endsWhenResolved"), ends.then_some(&json!(true)), "{said}");
    }
}

#[tokio::test]
async fn an_alert_names_the_silences_in_force_that_match_it_until_they_are_over() {
    let bench = bench().await;
    send(&bench, alerts(r#"[{"labels":{"alertname":"A"}},{"labels":{"alertname":"B"}}]"#)).await;
    let id = made(&bench, &silence(&bench, -9, 900)).await;
    made(&bench, &silence(&bench, 600, 900)).await;
    let of = async |path: &str| -> Vec<(Value, Value)> {
        let seen = ask(&bench, "GET", path).await;
        let listed: Value = serde_json::from_str(&seen.body).unwrap();
        let status = |alert: &Value| {
            let status = &alert["status"];
            (status["state"].clone(), status["silencedBy"].clone())
        };
        listed.as_array().unwrap().iter().map(status).collect()
    };
    let active = (json!("active"), json!([]));
    let silenced = (json!("suppressed"), json!([id]));
    assert_eq!(of("alerts?filter=alertname%3DA").await, std::slice::from_ref(&silenced));
    assert_eq!(of("alerts?silenced=false").await, std::slice::from_ref(&active));
    assert_eq!(of("alerts?active=false").await, [silenced]);
    ask(&bench, "DELETE", &format!("silence/{id}")).await;
    assert_eq!(of("alerts").await, [active.clone(), active]);
}

#[tokio::test]
async fn silences_are_counted_by_state() {
    let bench = bench().await;
    for (from, until) in [(-9, 900), (600, 900), (700, 900)] {
        made(&bench, &silence(&bench, from, until)).await;
    }
    let over = made(&bench, &silence(&bench, -9, 900)).await;
    ask(&bench, "DELETE", &format!("silence/{over}")).await;
    let page = send(&bench, Ask::get("/metrics").token("ops")).await.body;
    let counts = page.lines().filter(|line| line.starts_with("alertmanager_silences{"));
    insta::assert_snapshot!(counts.collect::<Vec<_>>().join("\n"), @r#"
    alertmanager_silences{state="active"} 1
    alertmanager_silences{state="expired"} 1
    alertmanager_silences{state="pending"} 2
    "#);
}

fn any_silence() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("5".to_owned()),
        Just("true".to_owned()),
        Just("[]".to_owned()),
        Just(r#"[{"name":"a","value":"(b|c)","isRegex":true}]"#.to_owned()),
        Just(r#"[{"isEqual":false,"name":"","value":"","isRegex":false},null]"#.to_owned()),
        Just(r#"{"a":"b"}"#.to_owned()),
        "\"(2020|9000)-01-0[1-9](T10:00:00Z)?\"",
        ".{0,3}".prop_map(|text| Value::from(text).to_string()),
    ];
    let name = prop::sample::select(vec![
        "id",
        "matchers",
        "startsAt",
        "endsAt",
        "createdBy",
        "comment",
        "annotations",
        "isRegex",
        "endsWhenResolved",
    ]);
    let entry = (name, value).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    prop::collection::vec(entry, 0..12).prop_map(|entries| format!("{{{}}}", entries.join(",")))
}

#[test]
fn no_silence_whatever_it_says_is_a_fault_of_ours() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bench = runtime.block_on(bench());
    proptest!(ProptestConfig::with_cases(200), |(json in any_silence(), bytes in prop::collection::vec(any::<u8>(), 0..40))| {
        for body in [json.into_bytes(), bytes] {
            let seen = runtime.block_on(send(&bench, silences(body)));
            prop_assert!([200, 400, 404, 422].contains(&seen.status), "{}", seen.line());
        }
    });
}
