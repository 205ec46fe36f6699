//! Readers: how many at one time may read what Alertmanager serves (`--web.get-concurrency`), and how
//! many a long list of our own. Those above are told to come again; the former in Alertmanager's words,
//! so that what knows it knows what to do.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use axum::body::HttpBody as _;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::door::Door;
use super::edge::Limits;
use super::error::ApiError;
use super::held::holding;

/// The places of all readers. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Readers {
    places: Arc<Semaphore>,
    all: usize,
    /// More places, for those who watch over the service.
    spare: Arc<Semaphore>,
}

/// All places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full {
    all: usize,
}

impl Default for Readers {
    fn default() -> Self {
        Self::limited(None)
    }
}

impl Readers {
    /// So many, for whoever reads: whoever names a number has Alertmanager's limit to the letter.
    /// Without one there are as many as Alertmanager has then, and some more for a pair of Prometheus,
    /// a person, or who starts us again when we are not well: however many read slowly, these see how
    /// it is.
    pub(super) fn limited(all: Option<NonZero<usize>>) -> Self {
        const FEWEST: usize = 8;
        const SPARE: usize = 3;
        if let Some(all) = all {
            return Self::of(all.get());
        }
        let cores = available_parallelism().map_or(FEWEST, NonZero::get);
        Self { spare: Arc::new(Semaphore::new(SPARE)), ..Self::of(cores.max(FEWEST)) }
    }

    /// Those of long lists of our own, which each keep a table as it was until they are read.
    pub(super) fn of_lists() -> Self {
        Self::of(Limits::CONNECTIONS / 16)
    }

    fn of(all: usize) -> Self {
        let places = Semaphore::new(all.min(Semaphore::MAX_PERMITS));
        Self { places: Arc::new(places), all, spare: Arc::new(Semaphore::new(0)) }
    }

    /// A place, to be held until the answer is written. Nobody waits for one.
    pub(super) fn enter(&self) -> Result<OwnedSemaphorePermit, Full> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| Full { all: self.all })
    }

    /// A place for who watches over the service: one of all, or else a spare one.
    pub(super) fn enter_to_watch(&self) -> Result<OwnedSemaphorePermit, Full> {
        let spare = |full| Arc::clone(&self.spare).try_acquire_owned().map_err(|_| full);
        self.enter().or_else(spare)
    }

    /// An answer of our own: one that is still being written has a place until it is, if there is one.
    pub(super) fn send(&self, answer: Response) -> Result<Response, ApiError> {
        if answer.size_hint().exact().is_some() {
            return Ok(answer);
        }
        let place = self.enter().map_err(|_| ApiError::ManyLists)?;
        Ok(until_written(place, answer))
    }
}

/// The answer of who has the place. It is given back now, unless the answer is still being written.
pub(super) fn until_written(place: OwnedSemaphorePermit, answer: Response) -> Response {
    if answer.size_hint().exact().is_some() {
        return answer;
    }
    answer.map(|body| holding(body, place))
}

impl Full {
    /// What a reader is told who finds no place. It is counted.
    pub(super) fn tell(self, door: &Door) -> Response {
        if let Ok(handle) = door.handle() {
            handle.vitals().counts().crowded.add(1);
        }
        let all = self.all;
        let body =
            format!("Limit of concurrent GET requests reached ({all}), try again later.\n\n");
        let mut answer = (StatusCode::SERVICE_UNAVAILABLE, body).into_response();
        for (name, value) in [
            (CONTENT_TYPE, "text/plain; charset=utf-8"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (RETRY_AFTER, "1"),
        ] {
            answer.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use axum::body::Body;

    use super::*;
    use crate::http::written::{self, Rest};

    #[test]
    fn a_place_is_given_back_when_its_answer_is_written() {
        let readers = Readers::of(1);
        let place = readers.enter().unwrap();
        assert_eq!(readers.clone().enter().unwrap_err(), Full { all: 1 });
        drop(place);
        assert!(readers.enter().is_ok());
    }

    #[test]
    fn who_watches_has_spare_places_unless_the_number_of_all_was_named() {
        let taken =
            |readers: &Readers| -> Vec<_> { std::iter::from_fn(|| readers.enter().ok()).collect() };
        let named = Readers::limited(NonZero::new(2));
        let usual = Readers::limited(None);
        let all = [taken(&named), taken(&usual)];
        assert_eq!(all[0].len(), 2);
        assert!(all[1].len() >= 8);
        assert_eq!(named.enter_to_watch().unwrap_err(), Full { all: 2 });
        let spare: Vec<_> = std::iter::from_fn(|| usual.enter_to_watch().ok()).collect();
        assert_eq!(spare.len(), 3);
    }

    #[tokio::test]
    async fn a_long_list_of_our_own_has_a_place_until_it_is_read_and_a_short_one_needs_none() {
        let readers = Readers::of(1);
        let list = |length: usize| {
            let mut steps = 0..length;
            readers.send(Response::new(written::body(move |sheet| {
                sheet.0.push(b' ');
                if steps.next().is_some() { Rest::More } else { Rest::Nothing }
            })))
        };
        let long = list(100_000).unwrap();
        let refused = list(100_000).unwrap_err();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(list(10).is_ok());
        drop(long);
        assert!(list(100_000).is_ok());
    }

    #[tokio::test]
    async fn an_answer_that_is_written_while_it_is_read_holds_its_place_and_no_other_does() {
        let readers = Readers::of(1);
        let answer = |body: Body| until_written(readers.enter().unwrap(), body.into_response());
        let short = answer(Body::from("[]"));
        let mut steps = 0..100_000;
        let mut long = answer(written::body(move |sheet| {
            sheet.0.push(b' ');
            if steps.next().is_some() { Rest::More } else { Rest::Nothing }
        }));
        assert_eq!(readers.enter().unwrap_err(), Full { all: 1 });
        while long.body_mut().frame().await.is_some() {
            assert!(readers.enter().is_err());
        }
        drop(long);
        assert!(readers.enter().is_ok());
        drop(short);
    }
}
