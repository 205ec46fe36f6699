//! The surface of API v2: which paths there are and what they take, who may, and what every answer
//! has. Nothing here knows what is asked.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::error::{Fault, Why};
use super::{cors, media};
use crate::domain::text::Text;
use crate::domain::token::Scope;
use crate::http::access::V2Caller;
use crate::http::caller::Caller;
use crate::http::door::{self, Door};
use crate::http::error::ApiError;
use crate::http::intake::Head;
use crate::http::{again, astray, readers};

/// What there is to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Where alerts are posted to, and read.
    Alerts,
    /// Where they are read by group.
    Groups,
    /// Where the receivers are listed.
    Receivers,
    /// Where the service tells of itself.
    Status,
}

/// Every path, with the methods that it takes.
const ENDPOINTS: [(&str, Endpoint, &[&str]); 4] = [
    ("/api/v2/alerts", Endpoint::Alerts, &["GET", "POST"]),
    ("/api/v2/alerts/groups", Endpoint::Groups, &["GET"]),
    ("/api/v2/receivers", Endpoint::Receivers, &["GET"]),
    ("/api/v2/status", Endpoint::Status, &["GET"]),
];

/// Every path.
#[cfg(test)]
pub(in crate::http) fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.into_iter().map(|(path, ..)| path)
}

/// Lets through to a handler what one takes and whose caller may; gives every answer its headers.
///
/// A handler gets the [`Caller`] as an extension.
pub(super) async fn keep(State(door): State<Door>, request: Request) -> Response {
    let span = door::span(&request);
    async move {
        if let Some(answer) = cors::preflight(request.method(), request.headers()) {
            return answer;
        }
        let shared = cors::is_shared(request.method(), request.headers());
        // What is no alert is nobody's lost alert.
        let meant = request.method() == Method::POST && astray::names_alerts(request.uri().path());
        let mut posted = meant.then(|| (Head::of(&request), Text::derive(request.uri().path())));
        let mut response = match admit(&door, request).await {
            Ok((endpoint, request)) => {
                if let (Some((head, _)), Some(caller)) = (&mut posted, request.extensions().get()) {
                    head.is_of(caller);
                }
                run(&door, endpoint, request).await
            }
            Err(fault) => fault.into_response(),
        };
        if let Some((head, path)) = posted {
            again::mend(&door, &mut response);
            tell_if_refused(&door, head, &path, &response);
        }
        dress(response.headers_mut(), shared);
        response
    }
    .instrument(span)
    .await
}

/// What every answer has.
fn dress(headers: &mut HeaderMap, shared: bool) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    if shared {
        cors::share(headers);
    }
}

/// In which form a request is refused by those who know no path: in front of all routes, or when
/// their answer cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Form {
    /// In that of all other APIs.
    Own,
    /// In that of API v2.
    V2 {
        /// Whether a page of another origin may read it.
        shared: bool,
    },
}

impl Form {
    /// The form for a request.
    pub(in crate::http) fn of(parts: &Parts) -> Self {
        if parts.uri.path().starts_with("/api/v2/") {
            Self::V2 { shared: cors::is_shared(&parts.method, &parts.headers) }
        } else {
            Self::Own
        }
    }

    /// The refusal.
    pub(in crate::http) fn refuse(self, error: ApiError) -> Response {
        match self {
            Self::Own => error.into_response(),
            Self::V2 { shared } => {
                let mut response = Fault::from(error).into_response();
                dress(response.headers_mut(), shared);
                response
            }
        }
    }
}

/// Has a handler answer. Reads are few at a time.
async fn run(door: &Door, endpoint: Endpoint, request: Request) -> Response {
    if request.method() != Method::GET {
        return super::answered(endpoint, request, door.clone()).await;
    }
    match door.readers().enter() {
        Ok(place) => {
            let answer = super::answered(endpoint, request, door.clone()).await;
            readers::until_written(place, answer)
        }
        Err(full) => full.tell(door),
    }
}

async fn admit(door: &Door, request: Request) -> Result<(Endpoint, Request), Fault> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path();
    let known = path.strip_suffix('/').unwrap_or(path);
    let found = ENDPOINTS.into_iter().find(|(path, ..)| *path == known);
    let Some((_, endpoint, allowed)) = found else {
        if is_of_silences(known) {
            let told = "silences are not served yet; snooze the alert in the console".to_owned();
            return Err(Fault::Handler(StatusCode::NOT_FOUND, told));
        }
        return Err(Fault::framework(404, format!("path {path} was not found")));
    };
    if !allowed.contains(&parts.method.as_str()) {
        return Err(Fault::Method { method: parts.method.to_string(), allowed });
    }
    let caller = caller(door, &mut parts).await?;
    parts.extensions.insert(caller);
    if parts.method == Method::GET {
        media::must_fit(&parts.headers, &body)?;
    }
    Ok((endpoint, Request::from_parts(parts, body)))
}

/// Whether it is a path of silences. Their clients print an answer that is a JSON string, and of any
/// other that they cannot read it.
fn is_of_silences(path: &str) -> bool {
    path == "/api/v2/silences" || path.starts_with("/api/v2/silence/")
}

/// Who calls, if they may: the one place where API v2 and what is read beside it ask. Posts need
/// `ingest`, all else `read`.
pub(in crate::http) async fn caller(door: &Door, parts: &mut Parts) -> Result<Caller, ApiError> {
    let V2Caller(caller) = V2Caller::from_request_parts(parts, door).await?;
    caller.may(if parts.method == Method::POST { Scope::Ingest } else { Scope::Read })?;
    Ok(caller)
}

/// A post that was turned away is told to the console, with what its sender was told.
fn tell_if_refused(door: &Door, head: Head, path: &Text, response: &Response) {
    if let Ok(handle) = door.handle()
        && let Some(Why(why)) = response.extensions().get()
    {
        // What strangers wrote into a path is told as it is of any other.
        let astray = astray::why(response.status(), path);
        head.refuse(&handle, response.status(), astray.as_deref().unwrap_or(why.as_str()));
    }
}

/// Sends those on who ask for a path of Alertmanager's in an untidy way, as Go's router does.
pub(in crate::http) async fn tidy(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let Some(tidy) = tidied(path).filter(|tidy| tidy != path) else {
        return next.run(request).await;
    };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    moved(request.method(), &format!("{tidy}{query}"))
}

/// The path as it ought to be, if it is one of Alertmanager's and may be another.
fn tidied(path: &str) -> Option<String> {
    if ENDPOINTS.into_iter().any(|(endpoint, ..)| endpoint == path) {
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
    match *segments.as_slice() {
        ["api", "v2"] => Some(whole + "/"),
        ["api", "v2", ..] if path.ends_with('/') => Some(whole + "/"),
        ["api", "v2", ..] | ["-", _] | ["metrics"] => Some(whole),
        _ => None,
    }
}

/// As Go's `Redirect` writes it: with a body for those who read one.
fn moved(method: &Method, to: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut response = (StatusCode::MOVED_PERMANENTLY, [(LOCATION, location)]).into_response();
    if matches!(*method, Method::GET | Method::HEAD) {
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, html);
    }
    if method == Method::GET {
        let to = to.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let to = to.replace('"', "&#34;").replace('\'', "&#39;");
        *response.body_mut() = Body::from(format!("<a href=\"{to}\">Moved Permanently</a>.\n\n"));
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
            assert_eq!(tidied(path).as_deref(), tidy, "of {path}");
        }
    }
}
