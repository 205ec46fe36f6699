//! What the matchers of a sheet reach, counted off the path of the keys: what is open at once, the
//! days before in small steps. It follows the table while the sheet is open.

use std::sync::Arc;
use std::time::Duration;

use crate::console::frame::Tick;
use crate::console::model::{Model, Now};
use crate::domain::alert::Alert;
use crate::domain::matcher::Matcher;
use crate::domain::silence::{Previewing, Reached};
use crate::domain::suppress;

/// How many ended alerts are looked at in one step: a key waits for no more than one.
const STEP: usize = 2_000;
/// How often at most it is counted again because alerts changed.
const AGAIN: Duration = Duration::from_secs(1);

/// The count and what is to be done for it.
#[derive(Clone, Debug, Default)]
pub struct Count {
    /// What was counted last, of the matchers that stand there.
    pub counted: Option<Counted>,
    /// Whether that was on the screen.
    pub drawn: bool,
    /// One on its way.
    run: Option<Run>,
    /// When the next one begins.
    due: Option<Tick>,
    /// When the last one began.
    begun: Tick,
}

#[derive(Clone, Debug)]
struct Run {
    previewing: Previewing,
    counted: Counted,
}

/// What matchers reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Of what is open.
    pub now: Reached,
    /// Of the last days, once that is known.
    pub lately: Option<Reached>,
    /// How many of those of now the filter does not show.
    pub hidden: usize,
    /// Whether that is all that is open, and not only one alert.
    pub everything: bool,
}

impl Count {
    /// Counts anew at this time, because there are other matchers.
    pub fn restart(&mut self, at: Tick) {
        *self = Count { due: Some(at), begun: self.begun, ..Count::default() };
    }

    /// Counts anew soon, because alerts changed.
    pub fn follow(&mut self) {
        if self.due.is_none() && self.run.is_none() {
            self.due = Some(self.begun + AGAIN);
        }
    }

    /// When it goes on.
    pub fn next(&self, now: Tick) -> Option<Tick> {
        if self.run.is_some() { Some(now) } else { self.due }
    }
}

/// Goes on counting what the open sheet would silence; says whether something else is to be shown.
pub fn go_on(model: &mut Model, now: Now) -> bool {
    let Some(sheet) = model.silencing() else { return false };
    let before = sheet.count.counted;
    let begins = sheet.count.due.is_some_and(|at| at <= now.tick);
    let begun = begins.then(|| begin(model, &sheet.line().matchers.clone().into(), now));
    let Some(sheet) = model.silencing_mut() else { return false };
    let count = &mut sheet.count;
    if let Some(run) = begun {
        (count.due, count.begun) = (None, now.tick);
        // What was counted of the same matchers stays until all is known again.
        count.counted.get_or_insert(run.counted);
        count.run = Some(run);
    }
    let Some(run) = &mut count.run else { return false };
    if run.previewing.step(STEP) {
        let lately = Some(run.previewing.preview().lately);
        count.counted = Some(Counted { lately, ..run.counted });
        count.run = None;
    }
    let changed = count.counted != before;
    if changed {
        count.drawn = false;
    }
    changed
}

fn begin(model: &Model, matchers: &Arc<[Matcher]>, now: Now) -> Run {
    let previewing = Previewing::begin(model.table.clone(), Arc::clone(matchers), now.at);
    let reached = previewing.preview().now;
    let open = model.list.census().open();
    let hidden = if model.list.sieve().is_empty() || matchers.is_empty() {
        0
    } else {
        let viewer = &model.settings.viewer;
        let sieve = model.list.sieve();
        let hides = |alert: &&Arc<Alert>| !sieve.shows(alert, &model.table, viewer, now.at);
        suppress::reached(&model.table, matchers).filter(hides).count()
    };
    let everything = reached.alerts == open && open > 1;
    Run { previewing, counted: Counted { now: reached, lately: None, hidden, everything } }
}
