//! Intervals: what API v2 tells, merged with what was told before, then decided like any report.

use std::sync::Arc;

use super::{Lasts, ended, hear};
use crate::domain::alert::lifecycle::By;
use crate::domain::alert::{Identity, Interval, Over, Source, Told};
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
    let id = identity.source();
    let known = draft.table().source(id).cloned();
    let merged = known.as_ref().map_or(interval, |known| known.interval.merged(interval, now));
    let fires = merged.fires(now);
    let mut source = Source {
        id,
        // Of two equal ones the older is shared with the alert.
        identity: known.as_ref().map_or(identity, |known| &known.identity).clone(),
        interval: merged,
        annotations: payload.annotations.clone(),
        link: payload.link.clone(),
        updated: now,
        fired: known.as_ref().and_then(|known| known.fired),
        resolved: known.as_ref().map_or_else(Vec::new, |known| known.resolved.clone()),
        moving: known.as_ref().and_then(|known| known.moving),
    };
    let over = if fires {
        source.fired = Some(interval.start.at);
        None
    } else {
        let over = source.hear_end(interval.start.at, interval.end.at);
        // What ended before that which fires now began says nothing about it.
        let newer = known.as_ref().filter(|known| known.interval.fires(now));
        let stale = newer.is_some_and(|newer| interval.end.at <= newer.interval.start.at);
        Some(if stale { Over::Repeated } else { over })
    };
    draft.put(Entity::Source(Arc::new(source)), None);
    match over {
        None => {
            let lasts = Lasts { ends: Some(merged.end.at), behind: None };
            fire(draft, by, identity, payload, lasts).map(Some)
        }
        Some(Over::Repeated) => Ok(None),
        Some(Over::Ended) => ended(draft, by, identity, Some(merged.end.at)),
        Some(Over::Behind) => {
            let ends = Some(after(now, timeout));
            let lasts = Lasts { ends, behind: Some(behind(now, interval)) };
            fire(draft, by, identity, payload, lasts).map(Some)
        }
    }
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
