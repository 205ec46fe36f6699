//! Intervals: what API v2 tells, merged with what was told before, then decided like any report.

use std::sync::Arc;

use super::{Lasts, ended, hear};
use crate::domain::alert::lifecycle::By;
use crate::domain::alert::{Identity, Interval, Source, Told};
use crate::domain::draft::Draft;
use crate::domain::entity::Entity;
use crate::domain::id::AlertId;
use crate::domain::refusal::Refusal;
use crate::domain::report::Payload;
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
    let known = draft.table().source_of(identity).cloned();
    let merged = known.as_ref().map_or(interval, |known| known.interval.merged(interval, now));
    let told = (interval.start.at, interval.end.at);
    let last = known.as_ref().and_then(|known| known.resolved);
    let source = Source {
        id: identity.source(),
        identity: identity.clone(),
        interval: merged,
        annotations: payload.annotations.clone(),
        link: payload.link.clone(),
        updated: now,
        resolved: if merged.fires(now) { last } else { Some(told) },
    };
    draft.put(Entity::Source(Arc::new(source)), None);
    if merged.fires(now) {
        let lasts = Lasts { ends: Some(merged.end.at), behind: None };
        return fire(draft, by, identity, payload, lasts).map(Some);
    }
    // The same resolution again is Prometheus' repeat for a quarter of an hour.
    if last == Some(told) {
        return Ok(None);
    }
    // One that is told again with a later end is firing, at a sender whose clock is behind.
    if last.is_some_and(|(start, end)| start == told.0 && end < told.1) {
        let lasts = Lasts { ends: Some(after(now, timeout)), behind: Some(behind(now, interval)) };
        return fire(draft, by, identity, payload, lasts).map(Some);
    }
    ended(draft, by, identity, Some(merged.end.at))
}

fn fire(
    draft: &mut Draft,
    by: By<'_>,
    identity: &Identity,
    payload: &Payload,
    lasts: Lasts,
) -> Result<AlertId, Refusal> {
    let id = AlertId(draft.tick.ids.draw());
    hear(draft, by, identity.clone(), id, payload, lasts)
}

/// At least so far behind is the clock of a sender whose firing alert has ended by it.
fn behind(now: Timestamp, interval: Interval) -> SignedDuration {
    since(now, interval.end.at)
}
