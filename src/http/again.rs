//! When to come again: what cannot be saved is refused until saving is tried again, and whoever
//! comes before that comes for nothing. Changes no answer but for that.

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::door::Door;
use crate::domain::time::{SignedDuration, Timestamp};
use crate::engine::StoreState;

/// Tells those who want something saved, or ask whether it can be, when to come again.
pub(super) async fn tell(State(door): State<Door>, request: Request, next: Next) -> Response {
    // Reading goes on without saving.
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let saves = !reads || request.uri().path() == "/-/ready";
    let mut response = next.run(request).await;
    if saves {
        mend(&door, &mut response);
    }
    response
}

/// Tells in an answer to who wants something saved when to come again.
pub(super) fn mend(door: &Door, response: &mut Response) {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE
        && let Ok(handle) = door.handle()
        && let Some(seconds) = seconds(&handle.vitals().now().store, handle.now())
    {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// In how many seconds saving has been tried again, at least one.
fn seconds(store: &StoreState, now: Timestamp) -> Option<u64> {
    let StoreState::Broken { retry, .. } = store else { return None };
    let left = retry.duration_since(now).max(SignedDuration::ZERO);
    Some(left.as_secs().unsigned_abs().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_when_told_comes_after_the_next_attempt() {
        let now = Timestamp::UNIX_EPOCH;
        let store = |millis| {
            let retry = now + SignedDuration::from_millis(millis);
            StoreState::Broken { since: now, why: "full".into(), retry }
        };
        for (millis, told) in [(29_500, 30), (30_000, 31), (0, 1), (-5_000, 1)] {
            assert_eq!(seconds(&store(millis), now), Some(told), "in {millis} ms");
        }
        assert_eq!(seconds(&StoreState::Well, now), None);
    }
}
