//! What a silence would mute, before anybody makes it: now, and in the days before.

use std::collections::HashMap;
use std::sync::Arc;

use super::Terms;
use crate::domain::alert::Alert;
use crate::domain::delivery::Progress;
use crate::domain::id::AlertId;
use crate::domain::matcher::Matcher;
use crate::domain::severity::Severity;
use crate::domain::suppress;
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, before};

/// What matchers would mute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Of what is open now.
    pub now: Reached,
    /// Of what was open at any time of the last [`Preview::BACK`], what is open now included.
    pub lately: Reached,
    /// What those of lately are, the most frequent first.
    pub titles: Vec<(Text, usize)>,
}

/// How much is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Alerts.
    pub alerts: usize,
    /// The critical ones of them: those of now that fire and nobody has, those of lately that fired.
    pub critical: usize,
    /// Pages about them that channels took.
    pub pages: usize,
}

impl Preview {
    /// How far back is looked.
    pub const BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
}

impl Reached {
    fn add(&mut self, table: &Table, alert: &Alert, critical: bool, since: Timestamp) {
        self.alerts += 1;
        self.critical += usize::from(critical);
        let told = table.deliveries_of(alert.id).filter(|one| one.tell.calls());
        let took = told.filter(|one| matches!(one.state, Progress::Sent { at } if at >= since));
        self.pages += took.count();
    }
}

/// Looks at what `matchers` reach. None reach nothing.
pub fn preview(table: &Table, matchers: &[Matcher], now: Timestamp) -> Preview {
    let mut previewing = Previewing::begin(table.clone(), matchers.into(), now);
    while !previewing.step(usize::MAX) {}
    previewing.preview()
}

/// A look on its way: what is open has been looked at, what has ended is, some at a time.
#[derive(Clone, Debug)]
pub struct Previewing {
    table: Table,
    matchers: Arc<[Matcher]>,
    since: Timestamp,
    /// The last one that was looked at of those that have ended.
    last: (Timestamp, AlertId),
    preview: Preview,
    titles: HashMap<Text, usize>,
}

impl Previewing {
    /// Looks at what is open in `table`. No matchers reach nothing.
    pub fn begin(table: Table, matchers: Arc<[Matcher]>, now: Timestamp) -> Self {
        let since = before(now, Preview::BACK);
        let (preview, titles) = (Preview::default(), HashMap::new());
        let last = (since, AlertId::FIRST);
        let mut begun = Self { table, matchers, since, last, preview, titles };
        if begun.matchers.is_empty() {
            return begun;
        }
        let table = begun.table.clone();
        let matchers = Arc::clone(&begun.matchers);
        for alert in suppress::reached(&table, &matchers) {
            begun.preview.now.add(&table, alert, alert.needs_call(), since);
            begun.add(alert);
        }
        begun
    }

    /// Looks at `most` more; says whether those were the last ones.
    pub fn step(&mut self, most: usize) -> bool {
        if self.matchers.is_empty() {
            return true;
        }
        let table = self.table.clone();
        let mut looked = 0;
        for alert in table.ended_after(self.last).take(most) {
            looked += 1;
            let at = alert.standing.resolution().map(|resolution| resolution.at);
            self.last = (at.unwrap_or(self.last.0), alert.id);
            if self.matchers.iter().all(|one| one.matches(alert.told_labels())) {
                self.add(alert);
            }
        }
        looked < most
    }

    fn add(&mut self, alert: &Alert) {
        let critical = alert.severity == Severity::Critical;
        self.preview.lately.add(&self.table, alert, critical, self.since);
        *self.titles.entry(alert.title.clone()).or_default() += 1;
    }

    /// What was found so far.
    pub fn preview(&self) -> Preview {
        let mut titles: Vec<_> = self.titles.clone().into_iter().collect();
        titles.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
        Preview { titles, ..self.preview.clone() }
    }
}

impl Terms {
    /// What it would mute.
    pub fn preview(&self, table: &Table, now: Timestamp) -> Preview {
        preview(table, &self.matchers, now)
    }
}
