//! Alerts that are posted to where nothing takes them: a path with a prefix too many, or the API
//! before v2. Their senders drop them, so that the console is told. Changes no answer.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::door::Door;
use super::intake::Head;
use super::web::Prefix;
use crate::domain::text::{Text, quoted};

/// Tells of a post of alerts that went astray. Those that came where alerts are taken are told of
/// there.
pub(super) async fn tell(State(door): State<Door>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let astray = request.method() == Method::POST && is_meant_for_alerts(path);
    let prefix = &door.web().prefix;
    let path = astray.then(|| Text::derive(&format!("{prefix}{path}")));
    let head = Head::of(&request);
    let response = next.run(request).await;
    if let Some(path) = path
        && let Some(why) = why(response.status(), &path, prefix)
        && let Ok(handle) = door.handle()
    {
        head.refuse(&handle, response.status(), &why);
    }
    response
}

/// Whether a sender of alerts may mean it, and nobody else tells of it. Others who knock at doors
/// that are not there are not worth a word.
pub(super) fn is_meant_for_alerts(path: &str) -> bool {
    let is_taken = matches!(path, "/alert" | "/api/v1/alert") || path.starts_with("/api/v2/");
    !is_taken && (names_alerts(path) || path.trim_end_matches('/').is_empty())
}

/// Whether a path ends as those do to which alerts are posted.
pub(super) fn names_alerts(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next();
    last.is_some_and(|last| matches!(last, "alert" | "alerts"))
}

/// What the console is told of a post to `path` that was answered so, if it went astray.
/// Alerts are taken behind `prefix`.
pub(super) fn why(status: StatusCode, path: &Text, prefix: &Prefix) -> Option<String> {
    let instead =
        format!("send to {prefix}/api/v2/alerts as Prometheus does, or to {prefix}/api/v1/alert");
    let path = brief(path.as_str());
    match status {
        StatusCode::GONE => Some(format!("{path} is of the API before v2; {instead}")),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            Some(format!("nothing takes alerts at {path}; {instead}"))
        }
        _ => None,
    }
}

/// A path in quotes, or its beginning if it is long: whoever sent it has shown no token, and what they
/// wrote must not be read as ours.
fn brief(path: &str) -> String {
    /// In characters.
    const LONGEST: usize = 80;
    match path.char_indices().nth(LONGEST) {
        Some((end, _)) => quoted(&format!("{}…", path.get(..end).unwrap_or_default())),
        None => quoted(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_into_a_path_is_quoted_and_not_long() {
        let path = Text::derive(&format!("/call-carol-\"now\"{}/alerts", "-".repeat(900)));
        for status in [StatusCode::GONE, StatusCode::NOT_FOUND] {
            let why = why(status, &path, &Prefix::default()).unwrap();
            assert!(why.contains(r#""/call-carol-\"now\"---"#), "{why}");
            assert!(why.contains("-…\"") && why.chars().count() < 200, "{why}");
        }
        let near = Text::derive("/am/alerts");
        let near = why(StatusCode::NOT_FOUND, &near, &Prefix::default()).unwrap();
        assert!(near.starts_with(r#"nothing takes alerts at "/am/alerts"; "#), "{near}");
    }

    #[test]
    fn a_path_of_alerts_is_known_by_its_end_and_only_where_none_are_taken() {
        let table = [
            ("/alertmanager/api/v2/alerts", true),
            ("/api/v1/alerts", true),
            ("/api/v1/alerts/", true),
            ("/api/v1/alert/", true),
            ("/alert", false),
            ("/", true),
            ("/api/v1/alert", false),
            ("/api/v2/alerts", false),
            ("/api/v2/alert", false),
            ("/index.php", false),
            ("/alerts/x", false),
        ];
        for (path, meant) in table {
            assert_eq!(is_meant_for_alerts(path), meant, "of {path}");
        }
    }
}
