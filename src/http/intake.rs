//! Posts of senders, whichever API they speak: read whole, parsed where nobody waits, submitted,
//! counted, and told to the console where they are turned away. Knows no format.

use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, StatusCode};

use super::body::{Share, Taken};
use super::caller::Caller;
use super::edge::Peer;
use super::error::ApiError;
use super::guard;
use crate::domain::actor::Via;
use crate::domain::command::{Answer, Command};
use crate::domain::id::AlertId;
use crate::domain::refusal::Refusal;
use crate::domain::report::Report;
use crate::domain::text::Text;
use crate::engine::{Fate, Handle, Refused};

/// Long bodies take a while to parse: not on a thread that others wait for. A parse that nobody
/// waits for any more is finished all the same, and has its share of the room until then.
pub(super) async fn parse<T: Send + 'static>(
    body: Taken,
    parse: impl FnOnce(Vec<u8>) -> T + Send + 'static,
) -> Result<(T, Share), ApiError> {
    const LONG: usize = 256 * 1024;
    if body.bytes.len() > LONG {
        return parse_aside(body, parse).await;
    }
    let Taken { bytes, share } = body;
    Ok((parse(bytes), share))
}

/// The same, whatever its length.
pub(super) async fn parse_aside<T: Send + 'static>(
    body: Taken,
    parse: impl FnOnce(Vec<u8>) -> T + Send + 'static,
) -> Result<(T, Share), ApiError> {
    let Taken { bytes, share } = body;
    aside(move || (parse(bytes), share)).await
}

/// What `work` comes to, done where nobody waits. Once begun it is finished.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| match error.try_into_panic() {
        // It is this request's, and answered where all are.
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => ApiError::Internal(error.to_string()),
    })
}

/// Has reports of one road decided; of each, in order, what came of it. No reports are no order.
pub(super) async fn submit(
    handle: &Handle,
    caller: &Caller,
    reports: Vec<Report>,
) -> Result<Vec<Result<Option<AlertId>, Refusal>>, ApiError> {
    let Some(road) = reports.first().map(Report::road) else { return Ok(Vec::new()) };
    let (all, counts) = (reports.len(), handle.vitals().counts());
    let submitted = caller.submit(handle, Command::Report(reports)).await;
    match submitted.inspect_err(|_| counts.report(road, Fate::Postponed, all))?.answer {
        Answer::Reported(results) => {
            let refused = results.iter().filter(|result| result.is_err()).count();
            counts.report(road, Fate::Refused, refused);
            counts.report(road, Fate::Taken, results.len().saturating_sub(refused));
            Ok(results)
        }
        Answer::Acted(_) | Answer::Silenced(_) | Answer::Token(_) | Answer::Done => {
            Err(ApiError::Internal("reports were answered with something else".to_owned()))
        }
    }
}

/// What is kept of the head of a post, to tell of it should it be turned away.
#[derive(Clone, Debug)]
pub(super) struct Head {
    peer: Option<Peer>,
    credentials: Option<HeaderValue>,
    sender: Option<Text>,
}

impl Head {
    /// Of `request`.
    pub(super) fn of(request: &Request) -> Self {
        let peer = request.extensions().get().copied();
        let credentials = request.headers().get(AUTHORIZATION).cloned();
        Self { peer, credentials, sender: None }
    }

    /// It is this caller's.
    pub(super) fn is_of(&mut self, caller: &Caller) {
        self.sender = Some(caller.actor.name());
    }

    /// The post was not answered with 200: counts it, and tells the console of it where its sender
    /// has to see to it: what is to be sent again is no fault of anybody who sends. `why` is in the
    /// words of the answer. Whose token came along is named, whatever was wrong.
    pub(super) fn refuse(self, handle: &Handle, status: StatusCode, why: &str) {
        handle.vitals().counts().refuse(status.as_u16());
        if !status.is_client_error() {
            return;
        }
        let Self { peer, credentials, sender } = self;
        // Nothing is ordered in this name, so that it does not matter from where.
        let holder = || {
            let table = &handle.latest().table;
            let caller = guard::admit_with(table, credentials.as_ref(), Via::Watchbell);
            caller.ok().map(|caller| caller.actor.name())
        };
        let sender = sender.or_else(holder);
        let address = peer.map_or("unknown".to_owned(), |peer| peer.to_string());
        let from = match &sender {
            Some(sender) => format!("{sender} ({address})"),
            None => address,
        };
        let (from, why) = (Text::derive(&from), Text::derive(why));
        let status = Some(status.as_u16());
        handle.vitals().refuse(&Refused { at: handle.now(), from, sender, why, status });
    }
}
