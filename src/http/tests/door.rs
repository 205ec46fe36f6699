//! Who is let in, and what everybody else is told.

use super::*;

/// Every route, with the scope that it needs.
const ROUTES: [(&str, &str, &str); 9] = [
    ("POST", "/alert", "ingest"),
    ("GET", "/alert", "read"),
    ("GET", "/alert/00000000-0000-4000-8000-000000000000", "read"),
    ("GET", "/service", "read"),
    ("GET", "/team/members", "read"),
    ("GET", "/schedule", "read"),
    ("PUT", "/alert/00000000-0000-4000-8000-000000000000/acknowledge", "ack"),
    ("PUT", "/alert/00000000-0000-4000-8000-000000000000/resolve", "resolve"),
    (
        "PUT",
        "/alert/00000000-0000-4000-8000-000000000000/assign/00000000-0000-4000-8000-000000000001",
        "assign",
    ),
];

fn both_spellings(path: &str) -> [String; 2] {
    [path.to_owned(), format!("/api/v1{path}")]
}

#[tokio::test]
async fn until_the_table_is_loaded_everything_is_answered_come_back() {
    for (method, path, _) in ROUTES.into_iter().chain([("GET", "/nowhere", "")]) {
        let answer = Ask::new(method, path)
            .token("ops")
            .of(public_router(Door::new(), AlertmanagerApi::Token))
            .await;
        assert_eq!(answer.line(), "503 loading: watchbell is starting; try again in a second");
        assert_eq!(answer.headers["retry-after"], "1");
    }
}

#[tokio::test]
async fn without_a_known_token_nothing_is_answered() {
    let bench = bench().await;
    for (method, path, _) in ROUTES {
        for path in both_spellings(path) {
            let answer = bench.ask(Ask::new(method, &path)).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            let ways: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
            assert_eq!(ways, ["Bearer", "Basic realm=\"watchbell\""], "{method} {path}");
            let answer = bench.ask(Ask::new(method, &path).token("guessed")).await;
            assert_eq!(answer.status, 401, "{method} {path}");
        }
    }
    let line = async |ask: Ask| bench.ask(ask).await.line();
    insta::assert_snapshot!(line(Ask::get("/alert")).await, @r#"401 no_token: a token is needed, as "Authorization: Bearer TOKEN"; watchbell token create makes one"#);
    insta::assert_snapshot!(line(Ask::get("/alert").token("guessed")).await, @"401 unknown_token: the token is unknown or revoked; watchbell token create makes a new one");
}

#[tokio::test]
async fn credentials_may_come_as_bearer_or_as_the_password_of_http_basic() {
    let bench = bench().await;
    let table = [
        ("Bearer ops", 200),
        ("bearer  ops ", 200),
        ("Basic YWxpY2U6b3Bz", 200),
        ("basic Om9wcw==", 200),
        ("Basic b3Bz", 401),
        ("Basic %%%", 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        ("ops", 401),
        ("Digest ops", 401),
        ("Bearer ops2", 401),
    ];
    for (header, status) in table {
        let answer = bench.ask(Ask::get("/alert").header("authorization", header)).await;
        assert_eq!(answer.status, status, "with {header:?}");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_told_which_one_it_lacks() {
    let bench = bench().await;
    let all = ["ingest", "read", "ack", "assign", "resolve"];
    for scope in all {
        bench.token(&format!("only-{scope}"), scope).await;
        let others: Vec<&str> = all.into_iter().filter(|other| *other != scope).collect();
        bench.token(&format!("not-{scope}"), &others.join(",")).await;
    }
    for (method, path, scope) in ROUTES {
        let answer = bench.ask(Ask::new(method, path).token(&format!("only-{scope}"))).await;
        assert!(![401, 403].contains(&answer.status.as_u16()), "{method} {path}");
        let answer = bench.ask(Ask::new(method, path).token(&format!("not-{scope}"))).await;
        assert_eq!(
            answer.line(),
            format!(
                "403 missing_scope: the token not-{scope} lacks the scope {scope}; \
                 create one with --scope {scope}"
            )
        );
    }
}

#[tokio::test]
async fn a_revoked_token_is_refused_with_the_next_request() {
    let bench = bench().await;
    assert_eq!(bench.ask(Ask::get("/alert").token("ops")).await.status, 200);
    bench.revoke("ops").await;
    assert_eq!(bench.ask(Ask::get("/alert").token("ops")).await.status, 401);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_so() {
    let bench = bench().await;
    let ask = async |method: &str, path: &str| {
        let answer = bench.ask(Ask::new(method, path).token("ops")).await;
        let allow = answer.headers.get("allow").map(|allow| allow.to_str().unwrap().to_owned());
        format!("{} {}", answer.line(), allow.unwrap_or_default())
    };
    let mut lines = Vec::new();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/api/v1/nowhere"),
        ("GET", "/api/v1/alert/"),
        ("GET", "/api/v1/alert/17"),
        ("GET", "/api/v1/alert/%ff"),
        ("PUT", "/alert/17/acknowledge"),
        ("PUT", "/alert/00000000-0000-4000-8000-000000000000/assign/alice"),
        ("DELETE", "/api/v1/alert"),
        ("POST", "/service"),
        ("GET", "/alert/00000000-0000-4000-8000-000000000000/resolve"),
    ] {
        lines.push(ask(method, path).await);
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    404 unknown_path: nothing is at /; the API is under /api/v1 
    404 unknown_path: nothing is at /api/v1/nowhere; the API is under /api/v1 
    404 unknown_path: nothing is at /api/v1/alert/; the API is under /api/v1 
    404 unknown_alert: no alert 17 
    404 unknown_path: nothing is at /api/v1/alert/%ff; the API is under /api/v1 
    404 unknown_alert: no alert 17 
    404 unknown_account: no account alice; GET /api/v1/team/members lists them 
    405 method_not_allowed: DELETE is not possible here; the Allow header names what is GET,HEAD,POST
    405 method_not_allowed: POST is not possible here; the Allow header names what is GET,HEAD
    405 method_not_allowed: GET is not possible here; the Allow header names what is PUT
    "#);
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let bench = bench().await;
    for path in ["/api/v1/alert", "/service", "/team/members", "/schedule"] {
        let answer = bench.ask(Ask::new("HEAD", path).token("ops")).await;
        assert_eq!((answer.status, &answer.body), (StatusCode::OK, &Value::Null), "{path}");
    }
}

#[tokio::test]
async fn a_service_that_stops_says_so() {
    let mut bench = bench().await;
    let [alert] =
        bench.post("ops", json!([{"title": "t", "service": "s"}])).await.try_into().unwrap();
    bench.stop().await;
    let answer = bench.ask(Ask::put(&format!("/alert/{alert}/acknowledge")).token("ops")).await;
    assert_eq!(answer.line(), "503 stopping: watchbell is stopping; send again when it is back");
}
