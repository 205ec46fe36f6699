//! Deciding a turn: what is due, what we have to say ourselves, and the orders, in one draft.
//!
//! A panic while something is decided costs that alone. The draft is dropped, and all is decided
//! again one by one; what panics then is answered so, or passed over for a while if it is a
//! deadline, as one is that is refused. Nobody saw anything of the first draft.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::handle::SubmitError;
use super::{Engine, Notifier};
use crate::domain::actor::{Actor, Via};
use crate::domain::command::{Answer, Command, Order};
use crate::domain::decide::{over_at, saves_again};
use crate::domain::draft::{Draft, Tick};
use crate::domain::entity::Key;
use crate::domain::id::{OpId, Revision};
use crate::domain::refusal::Refusal;
use crate::domain::report::Report;
use crate::domain::table::Table;
use crate::domain::time::{SignedDuration, Timestamp, after};

/// What came of deciding a turn.
#[derive(Debug)]
pub(super) struct Decided {
    /// The table as it is to be.
    pub(super) draft: Draft,
    /// An answer to each order, in order.
    pub(super) answers: Vec<Result<Answer, SubmitError>>,
}

/// Whether a panic is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// It is not: whoever decides the turn meets it.
    None,
    /// One was met: each order and each deadline can be taken back.
    Each,
}

impl Engine {
    /// The most deadlines that one turn sees to, so that orders do not wait behind a flood.
    const DUE_AT_ONCE: usize = 4_096;
    /// How long a deadline is left alone at which deciding panicked, or that was refused: most likely
    /// it is so again.
    const PASSED_OVER_FOR: SignedDuration = SignedDuration::from_hours(1);

    /// Decides a turn; `reopened` says that its table was just built again from disk.
    pub(super) fn decided(&mut self, orders: &[Order], of: Revision, reopened: bool) -> Decided {
        let now = self.now;
        self.passed_over.retain(|_, until| *until > now);
        let plain = AssertUnwindSafe(|| self.decide_with(Care::None, orders, of, reopened));
        if let Ok(decided) = catch_unwind(plain) {
            return decided;
        }
        tracing::error!(orders = orders.len(), "Deciding panicked; all is decided one by one");
        self.decide_with(Care::Each, orders, of, reopened)
    }

    fn decide_with(
        &mut self,
        care: Care,
        orders: &[Order],
        of: Revision,
        reopened: bool,
    ) -> Decided {
        let granted = self.table.granted();
        let tick = Tick { now: self.now, revision: of, ids: self.ids.clone(), granted };
        let mut draft = Draft::new(self.table.clone(), tick);
        if !self.adopted {
            // What it names becomes known.
            let policy = self.table.policy().clone();
            let _ = self.order(care, &mut draft, Command::Adopt(policy));
        }
        let (woke, rest) = orders.split_at(orders.iter().take_while(|one| one.is_woke()).count());
        let mut answers: Vec<_> =
            woke.iter().map(|order| self.attempt(care, &mut draft, order)).collect();
        self.speak_for_ourselves(care, &mut draft, reopened);
        self.see_to_due(care, &mut draft);
        answers.extend(rest.iter().map(|order| self.attempt(care, &mut draft, order)));
        Decided { draft, answers }
    }

    /// Nobody else tells that nothing could be saved, and that this is over.
    fn speak_for_ourselves(&mut self, care: Care, draft: &mut Draft, reopened: bool) {
        let now = draft.tick.now;
        let over = reopened.then_some(self.recovering.as_ref()).flatten();
        if let Some(trouble) = over {
            let report = trouble.unsaved().is_over(now);
            let _ = self.order(care, draft, Command::Report(vec![report]));
        } else if self.own_due(draft.table()).is_some_and(|at| at <= now) {
            let over = self.order(care, draft, Command::Report(vec![saves_again()]));
            self.own_passed_over = over.err().map(|Failed| after(now, Self::PASSED_OVER_FOR));
        }
    }

    /// When our own alert is over, or this is tried again if it could not be decided.
    pub(super) fn own_due(&self, table: &Table) -> Option<Timestamp> {
        over_at(table).map(|at| self.own_passed_over.map_or(at, |again| at.max(again)))
    }

    /// Decides the deadlines that have passed. One that stays due would be seen to for ever: the
    /// turn goes on without it, and the next turn comes back to it.
    fn see_to_due(&mut self, care: Care, draft: &mut Draft) {
        let (mut seen_to, mut stay) = (None, Vec::new());
        for _ in 0..Self::DUE_AT_ONCE {
            let Some((due, key)) = self.due_but(draft.table(), &stay) else { return };
            if due > draft.tick.now {
                return;
            }
            if seen_to == Some((due, key)) {
                stay.push((due, key));
                continue;
            }
            seen_to = Some((due, key));
            if self.order(care, draft, Command::Due(key)).is_err() {
                tracing::error!(?key, "A deadline is left alone for an hour");
                self.passed_over.insert((due, key), after(draft.tick.now, Self::PASSED_OVER_FOR));
                seen_to = None;
            }
        }
    }

    /// The next deadline that this engine sees to.
    pub(super) fn due(&self, table: &Table) -> Option<(Timestamp, Key)> {
        self.due_but(table, &[])
    }

    /// The next one that is none of these.
    fn due_but(&self, table: &Table, these: &[(Timestamp, Key)]) -> Option<(Timestamp, Key)> {
        match self.notifier {
            _ if !self.passed_over.is_empty() || !these.is_empty() => {
                table.next_due_where(|deadline| {
                    let told = matches!(deadline.1, Key::Delivery(_));
                    !self.passed_over.contains_key(deadline)
                        && !these.contains(deadline)
                        && (!told || self.notifier == Notifier::Runs)
                })
            }
            Notifier::Runs => table.next_due(),
            Notifier::Absent => table.next_due_untold(),
        }
    }

    /// Decides one order.
    fn attempt(
        &mut self,
        care: Care,
        draft: &mut Draft,
        order: &Order,
    ) -> Result<Answer, SubmitError> {
        let decided = match (care, &order.command) {
            (Care::Each, Command::Report(reports)) if reports.len() > 1 => {
                self.one_by_one(draft, order, reports)
            }
            _ => self.guarded(care, draft, order),
        };
        match decided {
            Ok(answer) => answer.map_err(SubmitError::Refused),
            Err(Failed) => Err(SubmitError::Failed),
        }
    }

    /// Decides reports of one order each for itself. Where one panics the others are kept all the
    /// same, and the whole has failed: its sender repeats it, and then finds them known.
    fn one_by_one(
        &mut self,
        draft: &mut Draft,
        order: &Order,
        reports: &[Report],
    ) -> Result<Result<Answer, Refusal>, Failed> {
        let (mut results, mut failed) = (Vec::with_capacity(reports.len()), None);
        for report in reports {
            let command = Command::Report(vec![report.clone()]);
            let Order { op, actor, via, seen, command: _ } = order.clone();
            let one = Order { op, actor, via, seen, command };
            match self.guarded(Care::Each, draft, &one) {
                Ok(Ok(Answer::Reported(result))) => results.extend(result),
                // Of a report: who may not report at all, may report none of them.
                Ok(other) => return Ok(other),
                Err(Failed) => failed = Some(Failed),
            }
        }
        failed.map_or(Ok(Ok(Answer::Reported(results))), Err)
    }

    /// Decides an order of our own; says so if nothing came of it.
    fn order(&mut self, care: Care, draft: &mut Draft, command: Command) -> Result<(), Failed> {
        let op = OpId(draft.tick.ids.draw());
        let (actor, via) = (Actor::Watchbell, Via::Watchbell);
        let order = Order { op, actor, via, seen: None, command };
        match self.guarded(care, draft, &order) {
            // Each report has an answer of its own.
            Ok(Ok(Answer::Reported(results))) => match results.into_iter().find_map(Result::err) {
                None => Ok(()),
                Some(refusal) => Err(refused(&order, &refusal)),
            },
            Ok(Ok(_)) => Ok(()),
            Ok(Err(refusal)) => Err(refused(&order, &refusal)),
            Err(failed) => Err(failed),
        }
    }

    fn guarded(
        &mut self,
        care: Care,
        draft: &mut Draft,
        order: &Order,
    ) -> Result<Result<Answer, Refusal>, Failed> {
        if care == Care::None {
            return Ok((self.decide)(draft, order));
        }
        let mark = draft.mark();
        let decided = catch_unwind(AssertUnwindSafe(|| (self.decide)(draft, order)));
        decided.map_err(|_| {
            draft.back_to(mark);
            self.panics = self.panics.saturating_add(1);
            tracing::error!(by = %order.actor.name(), op = %order.op.0, "An order was not decided");
            Failed
        })
    }
}

/// An order of our own was refused: a mistake of ours.
fn refused(order: &Order, refusal: &Refusal) -> Failed {
    tracing::warn!(command = ?order.command, %refusal, "An order of our own was refused");
    Failed
}

/// Deciding it panicked, or an order of our own was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failed;

impl Order {
    fn is_woke(&self) -> bool {
        matches!(self.command, Command::Woke(_))
    }
}
