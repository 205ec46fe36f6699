//! What goes wrong at the wire: a code that never changes, a sentence for the caller, and, where
//! the fault is ours, a line in the log.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::sheets;
use crate::domain::refusal::Refusal;
use crate::domain::silence::SilenceRefusal;
use crate::domain::text::Text;
use crate::domain::token::Scope;
use crate::engine::SubmitError;

/// Why a request has no other answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ApiError {
    /// The table is not loaded yet.
    #[error("watchbell is starting; try again in a second")]
    Loading,
    /// No token came along.
    #[error(
        "a token is needed, as \"Authorization: Bearer TOKEN\"; \
         watchbell token create makes one"
    )]
    NoToken,
    /// Nobody knows the token.
    #[error("the token is unknown or revoked; watchbell token create makes a new one")]
    UnknownToken,
    /// The token may not do this.
    #[error("the token {token} lacks the scope {missing}; create one with --scope {missing}")]
    Forbidden {
        /// The token's name.
        token: Text,
        /// What it would need.
        missing: Scope,
    },
    /// Without a token one may not do this.
    #[error(
        "without a token alertmanager_api = \"open\" gives ingest and read; send a token with the \
         scope {0}"
    )]
    NeedsToken(Scope),
    /// Without a token only this host is answered.
    #[error(
        "alertmanager_api = \"open\" is for programs on the host itself; send a token; \
         watchbell token create makes one"
    )]
    OpenHereOnly,
    /// An open API is asked for under a name that may be anybody's.
    #[error(
        "{0} is no name of this host that is known; ask for localhost, add it to allowed_hosts in \
         watchbell.toml, or send a token"
    )]
    ForeignHost(Text),
    /// An open API is asked by a page from elsewhere.
    #[error(
        "a page from {0} may not ask without a token; add its host to allowed_hosts in \
         watchbell.toml, or send a token"
    )]
    ForeignOrigin(Text),
    /// The same, where its browser does not say from where.
    #[error(
        "a page from elsewhere may not ask without a token; send one, or fetch from a page whose \
         host is in allowed_hosts of watchbell.toml"
    )]
    ForeignSite,
    /// The socket is not open to this user.
    #[error("uid {0} may not use this socket; only its owner and root may")]
    ForeignUser(u32),
    /// The socket is open to the user's group, and nobody knows who the user is.
    #[error(
        "uid {0} is no account of this watchbell; add its user as unix_user to an [[account]] of \
         watchbell.toml and start the service again"
    )]
    UserWithoutAccount(u32),
    /// A member of the socket's group may not do this.
    #[error(
        "this needs the right {0}, which the socket gives to the user who runs the service alone; \
         ask them, or use sudo"
    )]
    OwnerOnly(Scope),
    /// A member of the socket's group wants to act as somebody else.
    #[error("--as is for the user who runs the service and for root; leave it out")]
    MayNotSpeak,
    /// The other end is not known to be a user of this host.
    #[error("this is served on the Unix socket only")]
    NoUser,
    /// There is nothing at this path.
    #[error("nothing is at {0}; the API is under /api/v1")]
    NoPath(Text),
    /// An alert is named by what is no id of any.
    #[error("no alert {0}")]
    NoAlert(Text),
    /// An account is named by what is no id of any.
    #[error("no account {0}; GET /api/v1/team/members lists them")]
    NoAccount(Text),
    /// No alert's id begins so.
    #[error("{0}")]
    NoneBegins(String),
    /// The ids of several alerts begin so.
    #[error("{0}")]
    SeveralBegin(String),
    /// The path does not take this method. `Allow` names those that it takes.
    #[error("{0} is not possible here; the Allow header names what is")]
    Method(Text),
    /// The body is of another kind.
    #[error("the body must be JSON; send Content-Type: application/json")]
    MediaType,
    /// The body is larger than is read.
    #[error("the body is larger than {0} bytes; send it in several posts")]
    TooLarge(usize),
    /// The list is longer than is read.
    #[error("{0}")]
    TooMany(String),
    /// The body did not come in time.
    #[error("the body did not arrive in time; send it again")]
    SlowBody,
    /// The request cannot be understood.
    #[error("{message}")]
    BadRequest {
        /// What is wrong, for programs.
        code: &'static str,
        /// What is wrong.
        message: String,
    },
    /// The domain refused.
    #[error(transparent)]
    Refused(Refusal),
    /// Too much waits.
    #[error("too many alerts are waiting to be saved; send again shortly")]
    Busy,
    /// Too much is being taken in.
    #[error("too many posts are being taken in at once; send again shortly")]
    Crowded,
    /// Too many wait for lists.
    #[error("too many lists are being asked for at once; ask again shortly")]
    ManyLists,
    /// Too many consoles are attached.
    #[error("too many consoles are attached at once; close one")]
    ManyConsoles,
    /// A feed is wanted from a state that is not known any more.
    #[error("changes were missed; read a snapshot")]
    TooOld,
    /// Too much waits to be read.
    #[error("too many long answers are waiting to be read; ask again shortly")]
    Unread,
    /// Nothing can be saved. The reason is for the log and the console, not for senders.
    #[error("nothing can be saved now; send again when the storage works")]
    Unavailable(Text),
    /// Saving failed so late that it may have been saved all the same.
    #[error("not known yet whether it was saved; look again when the storage works")]
    Unsure(Text),
    /// The service is stopping.
    #[error("watchbell is stopping; send again when it is back")]
    Stopping,
    /// A fault of ours.
    #[error("something went wrong in watchbell; its log says what")]
    Internal(String),
}

/// Every error's body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct Body<'a> {
    error: Told<'a>,
}

/// An error, as it is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ErrorTold)]
pub(super) struct Told<'a> {
    /// A word for programs; never changes.
    pub(super) code: &'a str,
    /// A sentence for people; may change.
    pub(super) message: String,
}

impl ApiError {
    /// The status that it is answered with. Overload and trouble are 503 and never 429, because
    /// Alertmanager repeats what got a 5xx and drops what got a 4xx.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::UnknownToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. }
            | Self::NeedsToken(_)
            | Self::OpenHereOnly
            | Self::ForeignHost(_)
            | Self::ForeignOrigin(_)
            | Self::ForeignSite
            | Self::ForeignUser(_)
            | Self::UserWithoutAccount(_)
            | Self::OwnerOnly(_)
            | Self::MayNotSpeak
            | Self::NoUser => StatusCode::FORBIDDEN,
            Self::NoPath(_) | Self::NoAlert(_) | Self::NoneBegins(_) | Self::NoAccount(_) => {
                StatusCode::NOT_FOUND
            }
            Self::SeveralBegin(_) => StatusCode::CONFLICT,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooOld => StatusCode::GONE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) | Self::TooMany(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::Refused(refusal) => status_of(refusal),
            Self::Loading
            | Self::SlowBody
            | Self::Busy
            | Self::Crowded
            | Self::ManyLists
            | Self::ManyConsoles
            | Self::Unread
            | Self::Unavailable(_)
            | Self::Unsure(_)
            | Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::NoToken => "no_token",
            Self::UnknownToken => "unknown_token",
            Self::Forbidden { .. } | Self::NeedsToken(_) => "missing_scope",
            Self::OpenHereOnly => "foreign_peer",
            Self::ForeignHost(_) => "foreign_host",
            Self::ForeignOrigin(_) | Self::ForeignSite => "foreign_origin",
            Self::ForeignUser(_) => "foreign_user",
            Self::UserWithoutAccount(_) => "user_without_account",
            Self::OwnerOnly(_) => "owner_only",
            Self::MayNotSpeak => "may_not_speak",
            Self::SeveralBegin(_) => "ambiguous_alert",
            Self::NoUser => "socket_only",
            Self::NoPath(_) => "unknown_path",
            Self::NoAlert(_) | Self::NoneBegins(_) => "unknown_alert",
            Self::NoAccount(_) => "unknown_account",
            Self::Method(_) => "method_not_allowed",
            Self::MediaType => "unsupported_media_type",
            Self::TooLarge(_) => "too_large",
            Self::TooMany(_) => "too_many_alerts",
            Self::SlowBody => "slow_body",
            Self::BadRequest { code, .. } => code,
            Self::Refused(refusal) => refusal.code(),
            Self::Busy | Self::Crowded | Self::ManyLists | Self::ManyConsoles | Self::Unread => {
                "busy"
            }
            Self::TooOld => "too_old",
            Self::Unavailable(_) => "unavailable",
            Self::Unsure(_) => "unsure",
            Self::Stopping => "stopping",
            Self::Internal(_) => "internal",
        }
    }

    /// As it is told to the caller.
    pub(super) fn told(&self) -> Told<'static> {
        Told { code: self.code(), message: self.to_string() }
    }

    /// Only our own faults are logged as errors: what a caller does wrong is told to the caller.
    /// Overload and a late start are counted and shown, and would flood a log.
    pub(super) fn log(&self) {
        let status = self.status();
        if let Self::Unavailable(why) | Self::Unsure(why) = self {
            static SAID: Mutex<Said> = Mutex::new(Said::NOTHING);
            let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(others) = said.again(why, Instant::now()) {
                tracing::error!(%status, %why, others, "a request was not answered");
            }
        } else if let Self::Internal(why) = self {
            tracing::error!(%status, %why, "a request was not answered");
        } else if status.is_server_error() {
            tracing::debug!(%status, why = %self, "a request was not answered");
        }
    }

    /// What a caller must know beside the sentence: how to get in, when to come again.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut add = |name: HeaderName, value: &'static str| {
            headers.append(name, HeaderValue::from_static(value));
        };
        match self.status() {
            StatusCode::UNAUTHORIZED => {
                add(WWW_AUTHENTICATE, "Bearer");
                add(WWW_AUTHENTICATE, "Basic realm=\"watchbell\"");
            }
            StatusCode::SERVICE_UNAVAILABLE => add(RETRY_AFTER, "1"),
            _ => {}
        }
        headers
    }
}

/// What the log was told last: a full disk refuses every post for the same reason.
#[derive(Debug)]
struct Said {
    last: Option<(Text, Instant)>,
    /// How often it was not told since.
    others: u64,
}

impl Said {
    const NOTHING: Self = Self { last: None, others: 0 };
    const AT_MOST_EVERY: Duration = Duration::from_secs(10);

    /// How often it was not told, if it is to be told now: another reason always is.
    fn again(&mut self, why: &Text, now: Instant) -> Option<u64> {
        let known = self.last.as_ref().filter(|(known, _)| known == why);
        if known.is_some_and(|(_, at)| now.duration_since(*at) < Self::AT_MOST_EVERY) {
            self.others = self.others.saturating_add(1);
            return None;
        }
        self.last = Some((why.clone(), now));
        Some(std::mem::take(&mut self.others))
    }
}

/// 404 for what is not there, 409 for what cannot be as things stand, 400 for what can never be.
pub(super) fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::UnknownAlert(_)
        | Refusal::UnknownAccount(_)
        | Refusal::UnknownToken(_)
        | Refusal::Silence(SilenceRefusal::Unknown | SilenceRefusal::UnknownMaintenance(_)) => {
            StatusCode::NOT_FOUND
        }
        Refusal::Resolved(_)
        | Refusal::Overtaken { .. }
        | Refusal::OpenElsewhere { .. }
        | Refusal::NotUndone { .. }
        | Refusal::OnceUsed { .. }
        | Refusal::TokenExists(_) => StatusCode::CONFLICT,
        Refusal::SnoozeOver { .. }
        | Refusal::SnoozeTooLong(_)
        | Refusal::EndsBeforeStart
        | Refusal::EmptyNote
        | Refusal::UnknownService(_)
        | Refusal::OwnNamespace(_)
        | Refusal::Silence(_)
        | Refusal::EmptyTokenName => StatusCode::BAD_REQUEST,
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Refused(refusal) => Self::Refused(refusal),
            SubmitError::Busy => Self::Busy,
            SubmitError::Unavailable(why) | SubmitError::Unsure(why) => Self::Unavailable(why),
            SubmitError::Failed => Self::Internal("deciding an order panicked".to_owned()),
            SubmitError::Closed => Self::Stopping,
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        (self.headers(), json(self.status(), &Body { error: self.told() })).into_response()
    }
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => json_body(status, sheets::body(body)),
        Err(error) => ApiError::Internal(format!("an answer is no JSON: {error}")).into_response(),
    }
}

/// An answer whose body is JSON already.
pub(super) fn json_body(status: StatusCode, body: axum::body::Body) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_tried_again_is_503_and_says_when() {
        let errors = [
            (ApiError::Loading, "loading"),
            (ApiError::SlowBody, "slow_body"),
            (ApiError::Crowded, "busy"),
            (ApiError::ManyLists, "busy"),
            (ApiError::Unread, "busy"),
            (ApiError::from(SubmitError::Busy), "busy"),
            (ApiError::from(SubmitError::Unavailable("full".into())), "unavailable"),
            (ApiError::from(SubmitError::Closed), "stopping"),
        ];
        for (error, code) in errors {
            assert_eq!(error.told().code, code);
            let response = error.into_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{code}");
            assert_eq!(response.headers()[RETRY_AFTER], "1", "{code}");
        }
    }

    #[test]
    fn the_log_is_told_of_one_reason_every_ten_seconds_and_how_often_it_was_not() {
        let (mut said, now) = (Said::NOTHING, Instant::now());
        let (full, gone) = (Text::derive("full"), Text::derive("gone"));
        let steps = [
            (&full, 0, Some(0)),
            (&full, 1, None),
            (&full, 9, None),
            (&full, 10, Some(2)),
            (&full, 11, None),
            (&gone, 12, Some(1)),
            (&full, 13, Some(0)),
        ];
        for (why, seconds, told) in steps {
            assert_eq!(said.again(why, now + Duration::from_secs(seconds)), told, "at {seconds}");
        }
    }

    #[test]
    fn why_it_failed_inside_stays_inside() {
        for error in [
            ApiError::Unavailable("/secret/place is full".into()),
            ApiError::Internal("/secret/place is odd".to_owned()),
        ] {
            assert!(!error.told().message.contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn what_cannot_be_written_as_json_is_a_fault_of_ours() {
        let body = std::collections::BTreeMap::from([([0_u8], 0_u8)]);
        let response = json(StatusCode::OK, &body);
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
