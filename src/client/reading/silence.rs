//! What can be read of silences, and what one would mute. Changes nothing.

use std::collections::HashMap;

use crate::domain::matcher::Matcher;
use crate::domain::silence::{self, Reach, Silence, SilenceState};
use crate::domain::suppress;
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::engine::Handle;
use crate::record::shown::{PreviewV1, SilenceShownV1, SilencesV1};
use crate::record::v1::TimeV1;

/// All silences, those that are over and still kept included: those in force first, the next to end
/// before others; then those to come, and then the others, the last to end first.
pub fn silences(handle: &Handle) -> SilencesV1 {
    let (latest, now) = (handle.latest(), handle.now());
    let table = &latest.table;
    let mut all: Vec<_> = table.silences().collect();
    all.sort_by_cached_key(|silence| silence.place(silence.state(now)));
    let silences = all.into_iter().map(|silence| shown(silence, table, now)).collect();
    SilencesV1 { now: TimeV1(now), silences }
}

fn shown(silence: &Silence, table: &Table, now: Timestamp) -> SilenceShownV1 {
    let active = silence.state(now) == SilenceState::Active;
    let mutes = match silence.reach {
        _ if !active => 0,
        // Not all of its alerts know of it yet.
        Reach::Ahead | Reach::Beginning => {
            suppress::reached(table, &silence.terms.matchers).count()
        }
        Reach::Muting | Reach::Ending | Reach::Over { .. } => table.silenced_by(silence.id).count(),
    };
    let would_call = if active { suppress::would_call(table, silence).count() } else { 0 };
    SilenceShownV1 { silence: silence.into(), mutes, would_call }
}

/// What a silence with these matchers would mute now, and would have muted lately.
pub fn preview(handle: &Handle, matchers: &[Matcher]) -> PreviewV1 {
    let (latest, now) = (handle.latest(), handle.now());
    let table = &latest.table;
    let mut titles: HashMap<&Text, usize> = HashMap::new();
    if !matchers.is_empty() {
        for alert in suppress::reached(table, matchers) {
            *titles.entry(&alert.title).or_default() += 1;
        }
    }
    let mut titles: Vec<(Text, usize)> =
        titles.into_iter().map(|(title, count)| (title.clone(), count)).collect();
    titles.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    let open = table.open_alerts().count();
    PreviewV1::of(&silence::preview(table, matchers, now), TimeV1(now), open, &titles)
}
