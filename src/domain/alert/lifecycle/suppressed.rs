//! What keeps an alert quiet, and what happens when nothing does any more: T9, T15, T16.

use super::Step;
use crate::domain::alert::call::Pause;
use crate::domain::alert::episode::Alert;
use crate::domain::alert::suppression::{Suppression, Suppressor};
use crate::domain::command::Unchanged;
use crate::domain::draft::Tick;
use crate::domain::event::What;
use crate::domain::id::SilenceId;

/// T15: the call is paused. The same suppressor again replaces itself.
pub(super) fn begin(alert: &Alert, suppressor: &Suppressor, tick: &Tick) -> Step {
    if !alert.is_open() {
        return Step::Keep(Unchanged::ResolvedAlready);
    }
    let mut next = alert.clone();
    next.quiet(suppressor, tick);
    Step::to(next, What::Suppressed(suppressor.clone()))
}

/// T16: if nothing else keeps it quiet and somebody is needed, the call begins anew.
pub(super) fn end(alert: &Alert, suppressor: &Suppressor, tick: &Tick) -> Step {
    let ending = alert.suppressions.iter().find(|held| held.by.is_same(suppressor));
    let Some(ending) = ending.cloned() else { return Step::Keep(Unchanged::NotSuppressed) };
    let mut next = alert.clone();
    next.suppressions.retain(|held| !held.by.is_same(suppressor));
    if next.needs_call() {
        next.standing.needed = tick.now;
        next.standing.touched = tick.revision;
        next.call_anew(tick);
    }
    let last = !next.is_suppressed() && next.is_open();
    let what = last.then_some(What::Unsuppressed { by: ending.by, since: ending.since });
    Step::to(next, what)
}

impl Alert {
    /// Has something keep it quiet, in place of the same as it was before.
    pub(in crate::domain) fn quiet(&mut self, suppressor: &Suppressor, tick: &Tick) {
        self.suppressions.retain(|held| !held.by.is_same(suppressor));
        self.suppressions.push(Suppression { by: suppressor.clone(), since: tick.now });
        self.standing.call = self.standing.call.paused(Pause::Suppressed);
    }

    /// Whether it is marked with that silence.
    pub fn is_silenced_by(&self, id: SilenceId) -> bool {
        self.suppressions.iter().any(|held| held.by.silence() == Some(id))
    }
}
