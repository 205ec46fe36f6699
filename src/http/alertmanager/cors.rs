//! What pages of other origins may do: read, without credentials (the defaults of rs/cors).
//!
//! Where Alertmanager also lets them post, we do not: the page that somebody happens to look at
//! must not fire alerts.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

const METHODS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];
const HEADERS: [&str; 3] = ["accept", "content-type", "x-requested-with"];

/// The answer to a browser that asks what it may do; nothing where none asks.
pub(super) fn preflight(method: &Method, asked: &HeaderMap) -> Option<Response> {
    let wanted = asked.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| method == Method::OPTIONS)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    headers.insert(VARY, HeaderValue::from_static(vary));
    let fields = asked.get(ACCESS_CONTROL_REQUEST_HEADERS);
    let may = asked.contains_key(ORIGIN)
        && METHODS.iter().any(|method| wanted == method)
        && fields.is_none_or(|fields| fields.to_str().is_ok_and(may_send));
    if may {
        share(headers);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, wanted.clone());
        if let Some(fields) = fields.filter(|fields| !fields.is_empty()) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, fields.clone());
        }
    }
    Some(response)
}

/// Whether a page of another origin asks for what it may read.
pub(super) fn is_shared(method: &Method, asked: &HeaderMap) -> bool {
    asked.contains_key(ORIGIN) && METHODS.contains(&method.as_str())
}

/// Lets any page read the answer.
pub(super) fn share(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Browsers name the headers that they want to send in small letters, sorted, each once.
fn may_send(fields: &str) -> bool {
    const MOST_EMPTY: usize = 16;
    let names = || fields.split(',').map(|name| name.trim_matches([' ', '\t']));
    let places = names().filter(|name| !name.is_empty());
    let places = places.map(|name| HEADERS.iter().position(|known| *known == name));
    let places: Option<Vec<usize>> = places.collect();
    let empty = names().filter(|name| name.is_empty()).count();
    empty <= MOST_EMPTY && places.is_some_and(|places| places.is_sorted_by(|one, next| one < next))
}
