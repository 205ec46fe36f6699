//! What pages of other origins may do: read, without credentials (the defaults of rs/cors). Those of
//! origins that the configuration names may do what programs may, with a token too.
//!
//! Where Alertmanager also lets all of them post, we do not: the page that somebody happens to look
//! at must not fire or silence alerts.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::http::web::Web;

const METHODS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];
const HEADERS: [&str; 3] = ["accept", "content-type", "x-requested-with"];

/// What a trusted page may use.
const ALL_METHODS: [&str; 5] = ["GET", "HEAD", "OPTIONS", "POST", "DELETE"];
const ALL_HEADERS: [&str; 4] = ["accept", "authorization", "content-type", "x-requested-with"];

/// Which page may read an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// None of another origin.
    None,
    /// Any.
    Any,
    /// The one of this origin, which is trusted.
    Trusted(HeaderValue),
}

impl Leave {
    /// For the answer to a request.
    pub(super) fn of(method: &Method, asked: &HeaderMap, web: &Web) -> Self {
        match trusted(asked, web) {
            Some(origin) => Self::Trusted(origin),
            None if is_shared(method, asked) => Self::Any,
            None => Self::None,
        }
    }

    /// Tells a browser.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        match self {
            Self::None => {}
            Self::Any => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            }
            Self::Trusted(origin) => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                // A proxy before us may know people by a cookie or a password of its own.
                let yes = HeaderValue::from_static("true");
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
            }
        }
    }
}

/// The answer to a browser that asks what it may do; nothing where none asks.
pub(super) fn preflight(method: &Method, asked: &HeaderMap, web: &Web) -> Option<Response> {
    let wanted = asked.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| method == Method::OPTIONS)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    headers.insert(VARY, HeaderValue::from_static(vary));
    let leave = Leave::of(method, asked, web);
    let (methods, names): (&[&str], &[&str]) = match leave {
        Leave::Trusted(_) => (&ALL_METHODS, &ALL_HEADERS),
        Leave::None | Leave::Any => (&METHODS, &HEADERS),
    };
    let fields = asked.get(ACCESS_CONTROL_REQUEST_HEADERS);
    let may = leave != Leave::None
        && methods.iter().any(|method| wanted == method)
        && fields.is_none_or(|fields| fields.to_str().is_ok_and(|fields| may_send(fields, names)));
    if may {
        leave.tell(headers);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, wanted.clone());
        if let Some(fields) = fields.filter(|fields| !fields.is_empty()) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, fields.clone());
        }
    }
    Some(response)
}

/// Whether a page of another origin asks for what any may read.
pub(super) fn is_shared(method: &Method, asked: &HeaderMap) -> bool {
    asked.contains_key(ORIGIN) && METHODS.contains(&method.as_str())
}

/// The origin of the page that asks, if it is the only one named and trusted.
fn trusted(asked: &HeaderMap, web: &Web) -> Option<HeaderValue> {
    let mut origins = asked.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else { return None };
    origin.to_str().is_ok_and(|origin| web.trusts(origin)).then(|| origin.clone())
}

/// Browsers name the headers that they want to send in small letters, sorted, each once.
fn may_send(fields: &str, known: &[&str]) -> bool {
    const MOST_EMPTY: usize = 16;
    let names = || fields.split(',').map(|name| name.trim_matches([' ', '\t']));
    let places = names().filter(|name| !name.is_empty());
    let places = places.map(|name| known.iter().position(|known| *known == name));
    let places: Option<Vec<usize>> = places.collect();
    let empty = names().filter(|name| name.is_empty()).count();
    empty <= MOST_EMPTY && places.is_some_and(|places| places.is_sorted_by(|one, next| one < next))
}
