//! What a silence would mute, before anybody makes it: now, and in the days before.

use super::Terms;
use crate::domain::alert::Alert;
use crate::domain::delivery::Progress;
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
    let mut preview = Preview::default();
    if matchers.is_empty() {
        return preview;
    }
    let since = before(now, Preview::BACK);
    let reaches = |alert: &Alert| matchers.iter().all(|one| one.matches(alert.told_labels()));
    let mut titles: std::collections::HashMap<Text, usize> = std::collections::HashMap::new();
    let mut lately = |preview: &mut Preview, alert: &Alert| {
        let critical = alert.severity == Severity::Critical;
        preview.lately.add(table, alert, critical, since);
        *titles.entry(alert.title.clone()).or_default() += 1;
    };
    for alert in suppress::reached(table, matchers) {
        preview.now.add(table, alert, alert.needs_call(), since);
        lately(&mut preview, alert);
    }
    for alert in table.ended_since(since).filter(|alert| reaches(alert)) {
        lately(&mut preview, alert);
    }
    let mut titles: Vec<_> = titles.into_iter().collect();
    titles.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    preview.titles = titles;
    preview
}

impl Terms {
    /// What it would mute.
    pub fn preview(&self, table: &Table, now: Timestamp) -> Preview {
        preview(table, &self.matchers, now)
    }
}
