//! API v2 as it is read: whatever road an alert came by, in Alertmanager's JSON.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use super::{Bench, bench};

/// The status and the body, byte by byte.
async fn read(bench: &Bench, path: &str) -> (StatusCode, String) {
    read_as(bench, "ops", path).await
}

async fn read_as(bench: &Bench, token: &str, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    let request = request.body(Body::empty()).unwrap();
    let response = bench.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    assert_eq!(parts.headers["content-type"], "application/json");
    assert_eq!(parts.headers["cache-control"], "no-store");
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn what_came_by_another_road_is_listed_with_its_labels() {
    let bench = bench().await;
    bench.post("ops", json!([{"title": "disk <1> full", "service": "web"}])).await;
    for path in ["/api/v2/alerts", "/api/v2/alerts/groups"] {
        let (status, body) = read(&bench, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(body.ends_with("]\n") && body.contains(r"disk \u003c1\u003e full"), "{body}");
        let (_, none) = read(&bench, &format!("{path}?filter=service%3Dmail")).await;
        assert_eq!(none, "[]\n", "{path}");
    }
}

#[tokio::test]
async fn a_bad_query_is_answered_with_a_text_alone() {
    let bench = bench().await;
    for path in ["/api/v2/alerts", "/api/v2/alerts/groups"] {
        let (status, body) = read(&bench, &format!("{path}?filter=foo")).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::BAD_REQUEST, "\"bad matcher format: foo\"\n")
        );
    }
}

#[tokio::test]
async fn reading_needs_the_scope_read() {
    let bench = bench().await;
    bench.token("prometheus", "ingest").await;
    for path in ["/api/v2/alerts", "/api/v2/alerts/groups"] {
        assert_eq!(read_as(&bench, "guessed", path).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(read_as(&bench, "prometheus", path).await.0, StatusCode::FORBIDDEN);
    }
}
