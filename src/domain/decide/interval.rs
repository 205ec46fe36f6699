//! Intervals: what API v2 tells, merged with what was told before, then decided like any report.

use std::sync::Arc;

use super::{About, Lasts, ended, hear};
use crate::domain::alert::lifecycle::By;
use crate::domain::alert::{Alert, Identity, Interval, Over, Source, Stray, Told};
use crate::domain::draft::Draft;
use crate::domain::entity::{Entity, Key};
use crate::domain::id::AlertId;
use crate::domain::refusal::Refusal;
use crate::domain::report::Payload;
use crate::domain::table::Past;
use crate::domain::time::{SignedDuration, Timestamp, after, since};

/// Merges the interval and lets the alert hear what follows from it.
pub(super) fn tell(
    draft: &mut Draft,
    by: By<'_>,
    identity: &Identity,
    told: Told,
    payload: &Payload,
) -> Result<Option<AlertId>, Refusal> {
    let now = draft.tick.now;
    let timeout = draft.table().policy().resolve_timeout;
    let interval = told.whole(now, timeout).ok_or(Refusal::EndsBeforeStart)?;
    let past = draft.table().past(identity);
    let stray = draft.table().stray(identity).cloned();
    let known = past.newest.as_ref().and_then(|alert| alert.source.as_deref());
    let known = known.or(stray.as_ref().map(|stray| &stray.source));
    let known = known.filter(|known| known.forgotten() > now);
    let merged = known.map_or(interval, |known| known.interval.merged(interval, now));
    let fires = merged.fires(now);
    let mut source = Source {
        interval: merged,
        annotations: payload.annotations.clone(),
        link: payload.link.clone(),
        updated: now,
        fired: known.and_then(|known| known.fired),
        resolved: known.map_or_else(Vec::new, |known| known.resolved.clone()),
        moving: known.and_then(|known| known.moving),
    };
    let over = if fires {
        source.fired = Some(interval.start.at);
        None
    } else {
        let over = source.hear_end(interval.start.at, interval.end.at);
        // What ended before that which fires now began says nothing about it, as far as it says
        // when it began; who tells an end alone means whatever fires.
        let newer = known.filter(|known| known.interval.fires(now) && told.start.is_some());
        let stale = newer.is_some_and(|newer| interval.end.at <= newer.interval.start.at);
        Some(if stale { Over::Repeated } else { over })
    };
    let source = Arc::new(source);
    let lasts =
        |ends, behind| Lasts { ends: Some(ends), source: Some(Arc::clone(&source)), behind };
    let about = match over {
        None => fire(draft, by, past, identity, payload, lasts(merged.end.at, None)).map(Some)?,
        Some(Over::Behind) => {
            let lasts = lasts(after(now, timeout), Some(behind(now, interval)));
            fire(draft, by, past, identity, payload, lasts).map(Some)?
        }
        Some(Over::Repeated) => {
            keep(draft, identity, source);
            None
        }
        Some(Over::Ended) => {
            let about = ended(draft, by, identity, Some(merged.end.at))?;
            keep(draft, identity, source);
            about
        }
    };
    if let Some(stray) = stray.filter(|_| draft.table().newest(identity).is_some()) {
        draft.end(Key::Source(stray.id), None);
    }
    Ok(about)
}

/// Keeps what was told with the newest alert of its identity, and by itself where there is none.
fn keep(draft: &mut Draft, identity: &Identity, source: Arc<Source>) {
    let Some(alert) = draft.table().newest(identity) else {
        let id = identity.source();
        let source = Arc::unwrap_or_clone(source);
        let stray = Stray { id, identity: identity.clone(), source };
        draft.put(Entity::Source(Arc::new(stray)), None);
        return;
    };
    let mut next = Alert { source: Some(source), ..alert.as_ref().clone() };
    if alert.is_repeated_by(&next) {
        draft.put_soon(Entity::Alert(Arc::new(next)));
    } else {
        next.revision = draft.tick.revision;
        draft.put(Entity::Alert(Arc::new(next)), None);
    }
}

fn fire(
    draft: &mut Draft,
    by: By<'_>,
    past: Past,
    identity: &Identity,
    payload: &Payload,
    lasts: Lasts,
) -> Result<AlertId, Refusal> {
    let id = AlertId(draft.tick.ids.draw());
    hear(draft, by, About { identity: identity.clone(), past, id }, payload, lasts)
}

/// At least so far behind is the clock of a sender whose firing alert has ended by it.
fn behind(now: Timestamp, interval: Interval) -> SignedDuration {
    since(now, interval.end.at)
}
