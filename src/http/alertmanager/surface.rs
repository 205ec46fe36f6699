//! The surface of API v2: which paths there are and what they take, who may, and what every answer
//! has. Nothing here knows what is asked.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::cors::{self, Leave};
use super::error::{Fault, Why};
use super::{media, within};
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
    /// Where silences are posted to, and listed.
    Silences,
    /// Where one is read, and ended.
    Silence,
    /// Where the service tells of itself.
    Status,
}

/// Every path, with the methods that it takes. A name in braces at its end stands for any one segment.
const ENDPOINTS: [(&str, Endpoint, &[&str]); 6] = [
    ("/api/v2/alerts", Endpoint::Alerts, &["GET", "POST"]),
    ("/api/v2/alerts/groups", Endpoint::Groups, &["GET"]),
    ("/api/v2/receivers", Endpoint::Receivers, &["GET"]),
    ("/api/v2/silences", Endpoint::Silences, &["GET", "POST"]),
    ("/api/v2/silence/{silenceID}", Endpoint::Silence, &["DELETE", "GET"]),
    ("/api/v2/status", Endpoint::Status, &["GET"]),
];

/// Every path.
#[cfg(test)]
pub(in crate::http) fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.into_iter().map(|(path, ..)| path)
}

/// Whether it is the path of an endpoint, in its tidy form.
pub(super) fn is_endpoint(path: &str) -> bool {
    ENDPOINTS.into_iter().any(|(endpoint, ..)| endpoint == path)
}

impl Endpoint {
    /// The right that asking for it so needs.
    fn scope(self, method: &Method) -> Scope {
        match (self, method) {
            (_, &Method::GET) => Scope::Read,
            (Self::Silences | Self::Silence, _) => Scope::Silence,
            (Self::Alerts | Self::Groups | Self::Receivers | Self::Status, _) => Scope::Ingest,
        }
    }
}

/// Whether `path` is the one of `endpoint`.
fn is_at(path: &str, endpoint: &str) -> bool {
    match endpoint.split_once('{') {
        None => path == endpoint,
        Some((before, _)) => {
            let segment = path.strip_prefix(before);
            segment.is_some_and(|one| !one.is_empty() && !one.contains('/'))
        }
    }
}

/// Lets through to a handler what one takes and whose caller may; gives every answer its headers.
///
/// A handler gets the [`Caller`] as an extension.
pub(super) async fn keep(State(door): State<Door>, request: Request) -> Response {
    let span = door::span(&request);
    async move {
        let (method, headers) = (request.method(), request.headers());
        if let Some(answer) = cors::preflight(method, headers, door.web()) {
            return answer;
        }
        let leave = Leave::of(method, headers, door.web());
        // What is no alert is nobody's lost alert.
        let meant = request.method() == Method::POST && astray::names_alerts(request.uri().path());
        let mut posted = meant.then(|| (Head::of(&request), Text::derive(request.uri().path())));
        let mut response = match admit(&door, request).await {
            Ok((endpoint, request)) => {
                if let (Some((head, _)), Some(caller)) = (&mut posted, request.extensions().get()) {
                    head.is_of(caller);
                }
                within(&door, run(&door, endpoint, request)).await
            }
            Err(fault) => fault.into_response(),
        };
        if let Some((head, path)) = posted {
            again::mend(&door, &mut response);
            tell_if_refused(&door, head, &path, &response);
        }
        dress(response.headers_mut(), leave);
        response
    }
    .instrument(span)
    .await
}

/// What every answer has.
fn dress(headers: &mut HeaderMap, leave: Leave) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    leave.tell(headers);
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
        // Behind a prefix, too, of which the edge does not know.
        if parts.uri.path().contains("/api/v2/") {
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
                dress(response.headers_mut(), if shared { Leave::Any } else { Leave::None });
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
    let found = ENDPOINTS.into_iter().find(|(path, ..)| is_at(known, path));
    let Some((_, endpoint, allowed)) = found else {
        return Err(Fault::framework(404, format!("path {path} was not found")));
    };
    if !allowed.contains(&parts.method.as_str()) {
        return Err(Fault::Method { method: parts.method.to_string(), allowed });
    }
    let scope = endpoint.scope(&parts.method);
    let caller = caller(door, &mut parts, scope).await?;
    parts.extensions.insert(caller);
    if parts.method != Method::POST {
        media::must_fit(&parts.headers, &body)?;
    }
    Ok((endpoint, Request::from_parts(parts, body)))
}

/// Who calls, if they have this right: the one place where API v2 and what is read beside it ask.
pub(in crate::http) async fn caller(
    door: &Door,
    parts: &mut Parts,
    scope: Scope,
) -> Result<Caller, ApiError> {
    let V2Caller(caller) = V2Caller::from_request_parts(parts, door).await?;
    caller.may(scope)?;
    Ok(caller)
}

/// A post that was turned away is told to the console, with what its sender was told.
fn tell_if_refused(door: &Door, head: Head, path: &Text, response: &Response) {
    if let Ok(handle) = door.handle()
        && let Some(Why(why)) = response.extensions().get()
    {
        // What strangers wrote into a path is told as it is of any other.
        let prefix = &door.web().prefix;
        let path = Text::derive(&format!("{prefix}{path}"));
        let astray = astray::why(response.status(), &path, prefix);
        head.refuse(&handle, response.status(), astray.as_deref().unwrap_or(why.as_str()));
    }
}
