//! What an answer that is no success means: later, or never.

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::domain::delivery::Outcome;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, since};

/// The longest wait that a far end may ask for: a page that comes a day later is none.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// What an answer with `status` means, other than a success. A redirect is a refusal: a far end
/// must not choose whom we tell.
pub(super) fn meaning(status: StatusCode, headers: &HeaderMap, why: Text) -> Outcome {
    let passes = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
    );
    if passes || status.is_server_error() {
        Outcome::NotNow { why, wait: wait(headers) }
    } else {
        Outcome::Never { why }
    }
}

/// How long the far end asks for: seconds, or a date, counted by its own clock
/// (RFC 9110 §10.2.3).
fn wait(headers: &HeaderMap) -> Option<SignedDuration> {
    let asked = text(headers, RETRY_AFTER)?;
    let wait = match asked.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(seconds.into()),
        Err(_) => since(date(asked)?, date(text(headers, DATE)?)?),
    };
    Some(wait.min(LONGEST_WAIT))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_far_end_may_ask_for_an_hour_and_no_more() {
        let now = (DATE, "Sat, 21 Nov 2026 03:00:00 GMT");
        let table = [
            (headers(&[]), None),
            (headers(&[(RETRY_AFTER, "90")]), Some(90)),
            (headers(&[(RETRY_AFTER, " 7 ")]), Some(7)),
            (headers(&[(RETRY_AFTER, "86400")]), Some(3_600)),
            (headers(&[(RETRY_AFTER, "-5")]), None),
            (headers(&[(RETRY_AFTER, "soon")]), None),
            (headers(&[now.clone(), (RETRY_AFTER, "Sat, 21 Nov 2026 03:02:00 GMT")]), Some(120)),
            (headers(&[now.clone(), (RETRY_AFTER, "Sat, 21 Nov 2026 02:00:00 GMT")]), Some(0)),
            (headers(&[now, (RETRY_AFTER, "Sun, 22 Nov 2026 03:00:00 GMT")]), Some(3_600)),
            (headers(&[(RETRY_AFTER, "Sat, 21 Nov 2026 03:02:00 GMT")]), None),
        ];
        for (headers, seconds) in table {
            assert_eq!(wait(&headers).map(|wait| wait.as_secs()), seconds, "{headers:?}");
        }
    }
}
