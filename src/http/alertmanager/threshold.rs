//! The threshold: the first that a request meets. Takes the route prefix from its path, and sends
//! those on who ask in an untidy way, or beside the prefix, as Go's routers do. Knows no handler.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::status::not_here;
use super::surface;
use crate::domain::text::Text;
use crate::http::door::Door;
use crate::http::intake::Head;
use crate::http::web::{Place, Prefix};
use crate::http::{astray, ttyops};

/// Lets requests through behind the prefix, and those of our own API beside it, too: who uses it is
/// not told of prefixes that a proxy needs.
pub(in crate::http) async fn enter(
    State(door): State<Door>,
    mut request: Request,
    next: Next,
) -> Response {
    let prefix = &door.web().prefix;
    let path = request.uri().path();
    if let Some(tidy) = tidied(path, prefix).filter(|tidy| tidy != path) {
        return moved(&request, StatusCode::MOVED_PERMANENTLY, &with_query(&tidy, request.uri()));
    }
    match prefix.place(path) {
        Place::Inside(rest) if rest.len() == path.len() => next.run(request).await,
        Place::Inside(rest) => match without_prefix(rest, request.uri()) {
            Some(uri) => {
                *request.uri_mut() = uri;
                next.run(request).await
            }
            None => not_found(),
        },
        Place::Outside if ttyops::serves(path) => next.run(request).await,
        Place::Itself | Place::Outside => {
            let answer = beside(&request, prefix);
            tell_if_astray(&door, &request, &answer);
            answer
        }
    }
}

/// The answer to a request of nothing behind the prefix.
fn beside(request: &Request, prefix: &Prefix) -> Response {
    let path = request.uri().path();
    let reads = request.method() == Method::GET;
    match prefix.place(path) {
        Place::Itself if reads => {
            let to = with_query(&format!("{prefix}/"), request.uri());
            moved(request, StatusCode::MOVED_PERMANENTLY, &to)
        }
        Place::Outside if path == "/" && reads => {
            moved(request, StatusCode::FOUND, &prefix.to_string())
        }
        Place::Outside if path == "/" => not_here(request.method(), "GET, OPTIONS"),
        Place::Inside(_) | Place::Itself | Place::Outside => not_found(),
    }
}

/// Alerts that are posted beside the prefix are told to the console: their sender drops them.
fn tell_if_astray(door: &Door, request: &Request, answer: &Response) {
    let path = request.uri().path();
    let prefix = &door.web().prefix;
    let knocks = path.trim_end_matches('/').is_empty() || prefix.place(path) == Place::Itself;
    let meant = request.method() == Method::POST && (knocks || astray::names_alerts(path));
    if meant
        && let Ok(handle) = door.handle()
        && let Some(why) = astray::why(answer.status(), &Text::derive(path), prefix)
    {
        Head::of(request).refuse(&handle, answer.status(), &why);
    }
}

/// The path as it ought to be, if it is one of Alertmanager's and may be another.
fn tidied(path: &str, prefix: &Prefix) -> Option<String> {
    if let Place::Inside(rest) = prefix.place(path)
        && surface::is_endpoint(rest)
    {
        return None;
    }
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let whole = format!("/{}", segments.join("/"));
    let slash = if path.ends_with('/') && whole != "/" { "/" } else { "" };
    let Place::Inside(rest) = prefix.place(&whole) else {
        // What lies beside the prefix and is not our own is Go's.
        let gos = path.starts_with('/') && !ttyops::serves(&whole);
        return gos.then(|| whole + slash);
    };
    let rest: Vec<&str> = rest.split('/').skip(1).collect();
    match *rest.as_slice() {
        ["api", "v2"] => Some(whole + "/"),
        ["api", "v2", ..] => Some(whole + slash),
        ["-", _] | ["metrics"] => Some(whole),
        _ => None,
    }
}

fn with_query(path: &str, uri: &Uri) -> String {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{path}{query}")
}

/// `uri` with the rest of its path alone.
fn without_prefix(rest: &str, uri: &Uri) -> Option<Uri> {
    let path: PathAndQuery = with_query(rest, uri).parse().ok()?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).ok()
}

/// As Go's `NotFound` writes it.
fn not_found() -> Response {
    let mut response = (StatusCode::NOT_FOUND, "404 page not found\n").into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// As Go's `Redirect` writes it: with a body for those who read one.
fn moved(request: &Request, status: StatusCode, to: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut response = (status, [(LOCATION, location)]).into_response();
    let method = request.method();
    if matches!(*method, Method::GET | Method::HEAD) {
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, html);
    }
    if method == Method::GET {
        let to = to.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let to = to.replace('"', "&#34;").replace('\'', "&#39;");
        let word = status.canonical_reason().unwrap_or_default();
        *response.body_mut() = Body::from(format!("<a href=\"{to}\">{word}</a>.\n\n"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_alertmanager_are_tidied_and_others_left_alone() {
        let table = [
            ("/api/v2", Some("/api/v2/")),
            ("//api/v2", Some("/api/v2/")),
            ("/api/v2/", Some("/api/v2/")),
            ("/api/v2/alerts", None),
            ("/api/v2/alerts//", Some("/api/v2/alerts/")),
            ("/api//v2/status", Some("/api/v2/status")),
            ("/api/v2/x/../status", Some("/api/v2/status")),
            ("/../api/v2/./status", Some("/api/v2/status")),
            ("/-/healthy/", Some("/-/healthy")),
            ("/-//ready", Some("/-/ready")),
            ("//metrics/", Some("/metrics")),
            ("/metrics/x", None),
            ("//api/v1/alert", None),
            ("/api/v2/../v1/alert", None),
            ("/api/v22", None),
            ("/", None),
            ("*", None),
        ];
        for (path, tidy) in table {
            assert_eq!(tidied(path, &Prefix::default()).as_deref(), tidy, "of {path}");
        }
    }

    #[test]
    fn behind_a_prefix_they_are_tidied_with_it_and_what_lies_beside_it_as_go_does() {
        let watch: Prefix = "/watch".parse().unwrap();
        let table = [
            ("/watch/api/v2", Some("/watch/api/v2/")),
            ("/watch/api/v2/alerts", None),
            ("/watch//api/v2/status", Some("/watch/api/v2/status")),
            ("//watch/api/v2/status", Some("/watch/api/v2/status")),
            ("/watch/x/../api/v2/status", Some("/watch/api/v2/status")),
            ("/watch/-/healthy/", Some("/watch/-/healthy")),
            ("/watch", Some("/watch")),
            ("//watch", Some("/watch")),
            ("/watch/", Some("/watch/")),
            ("/watch//", Some("/watch/")),
            ("/watch/api//v1/alert", None),
            ("//api/v1/alert", None),
            ("/api/v1/alert", None),
            ("//foo/", Some("/foo/")),
            ("/foo", Some("/foo")),
            ("/", Some("/")),
            ("/watch/..", Some("/")),
            ("*", None),
        ];
        for (path, tidy) in table {
            assert_eq!(tidied(path, &watch).as_deref(), tidy, "of {path}");
        }
    }
}
