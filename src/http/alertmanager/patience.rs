//! How long a request may take (`--web.timeout`). Changes no answer that came in time.

use std::fmt::Write as _;
use std::future::Future;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::error::Why;
use crate::domain::text::Text;
use crate::http::door::Door;

/// The answer, if it begins in time, or that it did not, in Alertmanager's words.
///
/// A post whose time is up is either read no further, and nothing of it is taken, or it waits for its
/// decision, and is decided whole: it is handed over in one piece. As with Alertmanager its sender
/// cannot tell which, and loses nothing by sending it again.
pub(in crate::http) async fn within(
    door: &Door,
    answer: impl Future<Output = Response>,
) -> Response {
    let Some(most) = door.web().timeout else { return answer.await };
    tokio::time::timeout(most, answer).await.unwrap_or_else(|_| exceeded(most))
}

fn exceeded(most: Duration) -> Response {
    let told = format!("Exceeded configured timeout of {}.\n", written(most));
    let why = Why(Text::derive(told.trim_end()));
    let mut answer = (StatusCode::SERVICE_UNAVAILABLE, told).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer.extensions_mut().insert(why);
    answer
}

/// A length of time as Go's `Duration` writes it: `1m30s`, `1.5s`, `250ms`.
fn written(length: Duration) -> String {
    const MINUTE: u128 = 60_000_000_000;
    let nanos = length.as_nanos();
    if length < Duration::from_secs(1) {
        return match nanos {
            0 => "0s".to_owned(),
            1..1_000 => format!("{nanos}ns"),
            1_000..1_000_000 => decimal(nanos, 1_000) + "µs",
            _ => decimal(nanos, 1_000_000) + "ms",
        };
    }
    let (minutes, seconds) = (nanos / MINUTE, nanos % MINUTE);
    let mut text = String::new();
    if minutes >= 60 {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}h", minutes / 60);
    }
    if minutes > 0 {
        let _ = write!(text, "{}m", minutes % 60);
    }
    text + &decimal(seconds, 1_000_000_000) + "s"
}

/// `nanos` in units of so many, without zeros at its end.
fn decimal(nanos: u128, unit: u128) -> String {
    let digits = unit.ilog10() as usize;
    let text = format!("{}.{:0digits$}", nanos / unit, nanos % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_written_as_go_writes_them() {
        let table = [
            (0, "0s"),
            (7, "7ns"),
            (1_500, "1.5µs"),
            (1_000_000, "1ms"),
            (250_000_000, "250ms"),
            (999_999_999, "999.999999ms"),
            (1_000_000_000, "1s"),
            (1_050_000_000, "1.05s"),
            (60_000_000_000, "1m0s"),
            (90_000_000_000, "1m30s"),
            (3_600_000_000_000, "1h0m0s"),
            (90_061_500_000_000, "25h1m1.5s"),
        ];
        for (nanos, text) in table {
            assert_eq!(written(Duration::from_nanos(nanos)), text);
        }
    }
}
