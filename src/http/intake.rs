//! Posts of senders, whichever API they speak: read whole, parsed where nobody waits, submitted,
//! and told to the console where they are turned away. Knows no format.

use axum::Extension;

use super::body::{Share, Taken};
use super::caller::Caller;
use super::edge::Peer;
use super::error::ApiError;
use crate::domain::command::{Answer, Command};
use crate::domain::id::AlertId;
use crate::domain::refusal::Refusal;
use crate::domain::report::Report;
use crate::domain::text::Text;
use crate::engine::{Handle, Refused};

/// Long bodies take a while to parse: not on a thread that others wait for. A parse that nobody
/// waits for any more is finished all the same, and has its share of the room until then.
pub(super) async fn parse<T: Send + 'static>(
    body: Taken,
    parse: impl FnOnce(Vec<u8>) -> T + Send + 'static,
) -> Result<(T, Share), ApiError> {
    const LONG: usize = 256 * 1024;
    let Taken { bytes, share } = body;
    let long = bytes.len() > LONG;
    let parse = move || (parse(bytes), share);
    if !long {
        return Ok(parse());
    }
    let parsing = tokio::task::spawn_blocking(parse);
    parsing.await.map_err(|error| ApiError::Internal(error.to_string()))
}

/// Has reports decided; of each, in order, what came of it. No reports are no order.
pub(super) async fn submit(
    handle: &Handle,
    caller: &Caller,
    reports: Vec<Report>,
) -> Result<Vec<Result<Option<AlertId>, Refusal>>, ApiError> {
    if reports.is_empty() {
        return Ok(Vec::new());
    }
    match caller.submit(handle, Command::Report(reports)).await?.answer {
        Answer::Reported(results) => Ok(results),
        Answer::Acted(_) | Answer::Token(_) | Answer::Done => {
            Err(ApiError::Internal("reports were answered with something else".to_owned()))
        }
    }
}

/// Tells the console of a post that was turned away.
pub(super) fn refuse(handle: &Handle, peer: Option<Extension<Peer>>, status: u16, why: &str) {
    let from = peer.map_or("unknown".to_owned(), |Extension(peer)| peer.to_string());
    let (from, why) = (Text::derive(&from), Text::derive(why));
    handle.vitals().refuse(Refused { at: handle.now(), from, why, status });
}
