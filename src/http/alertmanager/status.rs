//! What the service tells of itself: to clients of API v2, to those who watch over it, and to
//! clients of the API that v2 replaced.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer;
use super::error::{self, Fault};
use super::query::{Pairs, Receivers};
use super::quote::{self, Html};
use crate::domain::policy::Policy;
use crate::domain::routing::{BUILT_IN, Route};
use crate::domain::table::Table;
use crate::domain::time::{Moment, SignedDuration};
use crate::engine::{Handle, Published, StoreState};
use crate::http::desk::Desk;
use crate::http::door::{Door, Open};
use crate::http::error::ApiError;

/// The release whose API this is: clients choose by it how they speak.
pub(in crate::http) const VERSION: &str = "0.34.0";

/// `GET /api/v2/status`.
pub(super) async fn status(Open(handle): Open, State(door): State<Door>) -> Response {
    let latest = handle.latest();
    let name = name(&latest.table);
    let since = Moment::utc(door.since().unwrap_or_else(|| handle.now())).in_millis();
    let text = |text: &str| quote::json(text, Html::Plain);
    let (name, original) = (text(&name), text(&original(latest.table.policy())));
    let address = text(&door.address());
    // As if it were the only one of a cluster: clients wait for one that lists itself.
    let body = format!(
        "{{\"cluster\":{{\"name\":{name},\"peers\":[{{\"address\":{address},\"name\":{name}}}],\
         \"status\":\"ready\"}},\"config\":{{\"original\":{original}}},\"uptime\":\"{since}\",\
         \"versionInfo\":{{\"branch\":\"watchbell\",\"buildDate\":\"\",\"buildUser\":\"watchbell\",\
         \"goVersion\":\"\",\"revision\":{revision},\"version\":\"{VERSION}\"}}}}\n",
        revision = text(concat!("watchbell ", env!("CARGO_PKG_VERSION"))),
    );
    error::json(StatusCode::OK, body)
}

/// `GET /api/v2/receivers`.
pub(super) async fn receivers(
    Open(handle): Open,
    desk: Desk,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let ask = move |latest: Arc<Published>, _| {
        Ok(listed(query.as_deref(), latest.table.policy())?.into())
    };
    answer(handle, &desk, ask).await
}

fn listed(query: Option<&str>, policy: &Policy) -> Result<Vec<u8>, Fault> {
    let wanted = Receivers::by_matchers(&Pairs::of(query)?, policy.dialect)?;
    let wanted = wanted.have(BUILT_IN.receiver);
    let name = quote::json(BUILT_IN.receiver, Html::Plain);
    let receiver = format!("[{{\"labels\":{{\"name\":{name}}},\"name\":{name}}}]\n");
    Ok(if wanted { receiver.into_bytes() } else { b"[]\n".to_vec() })
}

/// One that stays the same and that no other watchbell has, for clients tell clusters apart by the
/// names of their peers: when this data was begun.
fn name(table: &Table) -> String {
    let begun = table.services().map(|service| service.created).min();
    begun.map_or("watchbell".to_owned(), |begun| format!("watchbell-{:x}", begun.as_nanosecond()))
}

/// What is configured, in the words of Alertmanager's own file and nothing beyond them, because
/// its tools refuse a word that they do not know.
fn original(policy: &Policy) -> String {
    let Route { receiver, group_by } = BUILT_IN;
    let group_by = group_by.iter().fold(String::new(), |list, name| list + "  - " + name + "\n");
    format!(
        "global:\n  resolve_timeout: {}\n\
         route:\n  receiver: {receiver}\n  group_by:\n{group_by}  continue: false\n  \
         group_wait: 30s\n  group_interval: 5m\n  repeat_interval: 4h\n\
         receivers:\n- name: {receiver}\ntemplates: []\n",
        duration(policy.resolve_timeout)
    )
}

/// A length of time as Prometheus and Alertmanager write it.
fn duration(span: SignedDuration) -> String {
    const UNITS: [(&str, u128, bool); 7] = [
        ("y", 365 * 86_400_000, true),
        ("w", 7 * 86_400_000, true),
        ("d", 86_400_000, true),
        ("h", 3_600_000, false),
        ("m", 60_000, false),
        ("s", 1_000, false),
        ("ms", 1, false),
    ];
    let mut left = u128::try_from(span.as_millis()).unwrap_or_default();
    if left == 0 {
        return "0s".to_owned();
    }
    UNITS.into_iter().fold(String::new(), |mut written, (unit, length, whole)| {
        if left >= length && (!whole || left.is_multiple_of(length)) {
            // Writing to a String cannot fail.
            let _ = write!(written, "{}{unit}", left / length);
            left %= length;
        }
        written
    })
}

/// `/-/healthy`: the program runs.
pub(super) async fn healthy(State(door): State<Door>, method: Method) -> Response {
    watched(&door, &method, || text(StatusCode::OK, "OK"))
}

/// `/-/ready`: the table is loaded, and what comes in can be saved.
pub(super) async fn ready(State(door): State<Door>, method: Method) -> Response {
    let saves = |handle: Handle| can_save(&handle.vitals().now().store);
    watched(&door, &method, || match door.handle().and_then(saves) {
        Ok(()) => text(StatusCode::OK, "OK"),
        Err(error) => {
            let answer = text(StatusCode::SERVICE_UNAVAILABLE, &format!("{error}\n"));
            with(answer, RETRY_AFTER, "1")
        }
    })
}

fn can_save(store: &StoreState) -> Result<(), ApiError> {
    match store {
        StoreState::Well => Ok(()),
        StoreState::Broken { why, .. } => Err(ApiError::Unavailable(why.clone())),
    }
}

/// Counted among all who read, as `GET`.
fn watched(door: &Door, method: &Method, answer: impl FnOnce() -> Response) -> Response {
    match *method {
        Method::GET => match door.readers().enter_to_watch() {
            Ok(_place) => answer(),
            Err(full) => full.tell(door),
        },
        Method::HEAD => answer(),
        _ => not_here(method, "GET, HEAD, OPTIONS"),
    }
}

/// What takes other methods.
pub(in crate::http) fn not_here(method: &Method, allow: &'static str) -> Response {
    let answer = if method == Method::OPTIONS {
        StatusCode::OK.into_response()
    } else {
        let refused = text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n");
        with(refused, X_CONTENT_TYPE_OPTIONS, "nosniff")
    };
    with(answer, ALLOW, allow)
}

/// What only was to be read of the API before v2.
pub(super) async fn gone_read(method: Method) -> Response {
    match method {
        Method::GET => gone(),
        _ => not_here(&method, "GET, OPTIONS"),
    }
}

/// What could also be posted to.
pub(super) async fn gone_posted(method: Method) -> Response {
    match method {
        Method::GET | Method::POST => gone(),
        _ => not_here(&method, "GET, OPTIONS, POST"),
    }
}

/// What could also be deleted.
pub(super) async fn gone_deleted(method: Method) -> Response {
    match method {
        Method::GET | Method::DELETE => gone(),
        _ => not_here(&method, "DELETE, GET, OPTIONS"),
    }
}

fn gone() -> Response {
    let body = "{\"status\":\"deprecated\",\"error\":\"The Alertmanager v1 API was deprecated in \
                version 0.16.0 and is removed as of version 0.27.0 - please use the equivalent \
                route in the v2 API\"}\n";
    error::json(StatusCode::GONE, body.to_owned())
}

fn text(status: StatusCode, body: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], body.to_owned()).into_response()
}

fn with(mut response: Response, name: HeaderName, value: &'static str) -> Response {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_save_nothing_is_not_ready_and_does_not_say_where_the_data_is() {
        let why = "/secret/place is full".into();
        let since = jiff::Timestamp::UNIX_EPOCH;
        let broken = StoreState::Broken { since, why, retry: since };
        assert_eq!(can_save(&StoreState::Well), Ok(()));
        let error = can_save(&broken).unwrap_err();
        let told = "nothing can be saved now; send again when the storage works";
        assert_eq!(
            (error.status(), error.to_string().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, told)
        );
    }

    #[test]
    fn lengths_of_time_are_written_as_prometheus_writes_them() {
        let table = [
            (0, "0s"),
            (1, "1ms"),
            (300_000, "5m"),
            (90_000, "1m30s"),
            (3_600_000, "1h"),
            (5_400_500, "1h30m500ms"),
            (86_400_000, "1d"),
            (90_000_000, "25h"),
            (7 * 86_400_000, "1w"),
            (365 * 86_400_000, "1y"),
        ];
        for (millis, written) in table {
            assert_eq!(duration(SignedDuration::from_millis(millis)), written);
        }
    }
}
