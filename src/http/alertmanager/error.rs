//! What goes wrong, in the two forms that clients of API v2 know: an object with code and message
//! for routing, binding and schema, and a bare JSON string for what a handler says.

use std::borrow::Cow;
use std::fmt;

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::query::QueryError;
use super::quote::{self, Html};
use crate::domain::text::Text;
use crate::http::error::ApiError;

/// Why a request of API v2 has no other answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) enum Fault {
    /// The framework's: nothing of the request was looked at by a handler.
    Framework {
        /// The status, or one of the schema's own numbers from 600 on.
        code: u16,
        /// What is wrong.
        message: String,
    },
    /// The path takes other methods.
    Method {
        /// The one that was used.
        method: String,
        /// Those that it takes.
        allowed: &'static [&'static str],
    },
    /// A handler's.
    Handler(StatusCode, String),
    /// What is wrong with any API. Told as a handler's, which is the form that clients print.
    Ours(ApiError),
}

impl Fault {
    /// A fault of routing, binding or schema.
    pub(in crate::http) fn framework(code: u16, message: String) -> Self {
        Self::Framework { code, message }
    }

    /// A handler's refusal of what the request says.
    pub(in crate::http) fn bad_request(message: String) -> Self {
        Self::Handler(StatusCode::BAD_REQUEST, message)
    }

    fn message(&self) -> Cow<'_, str> {
        match self {
            Self::Framework { message, .. } | Self::Handler(_, message) => message.into(),
            Self::Method { method, allowed } => {
                let allowed = allowed.join(",");
                format!("method {method} is not allowed, but [{allowed}] are").into()
            }
            Self::Ours(error) => error.to_string().into(),
        }
    }
}

/// Why a request was refused, in short, for those who tell of it elsewhere; an extension of the
/// answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Why(pub(in crate::http) Text);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        Self::Ours(error)
    }
}

impl From<QueryError> for Fault {
    fn from(error: QueryError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        // A message may have a line for each of very many alerts: it is made once.
        let message = self.message();
        let mut response = match &self {
            Self::Framework { code, .. } => framework(*code, &message),
            Self::Method { allowed, .. } => {
                let mut response = framework(405, &message);
                if let Ok(allow) = HeaderValue::from_str(&allowed.join(",")) {
                    response.headers_mut().insert(ALLOW, allow);
                }
                response
            }
            Self::Handler(status, _) => handler(*status, &message),
            Self::Ours(error) => {
                error.log();
                (error.headers(), handler(error.status(), &message)).into_response()
            }
        };
        response.extensions_mut().insert(Why(Text::derive(&quote::brief(&message))));
        response
    }
}

fn framework(code: u16, message: &str) -> Response {
    // The schema's own numbers are no status.
    let status = if code < 600 { code } else { 422 };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = format!("{{\"code\":{code},\"message\":").into_bytes();
    quote::push_json(&mut body, message, Html::Escaped);
    body.push(b'}');
    json(status, body)
}

fn handler(status: StatusCode, message: &str) -> Response {
    let mut body = Vec::with_capacity(message.len() + 3);
    quote::push_json(&mut body, message, Html::Plain);
    body.push(b'\n');
    json(status, body)
}

/// An answer without a body.
pub(super) fn nothing(status: StatusCode) -> Response {
    (status, [(CONTENT_LENGTH, HeaderValue::from_static("0"))]).into_response()
}

/// An answer that is JSON already.
pub(in crate::http) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.into()).into_response()
}
