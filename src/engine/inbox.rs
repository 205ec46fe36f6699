//! The inbox: orders that wait for the writer, in two lanes, both bounded.
//!
//! People's orders have a lane of their own that is served first: a flood of reports is when an
//! acknowledgement matters. A full lane refuses at once; it never grows memory.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Receipt;
use super::handle::SubmitError;
use crate::domain::command::{Command, Order};

/// An order, and who waits for its answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) order: Order,
    pub(super) reply: oneshot::Sender<Result<Receipt, SubmitError>>,
}

/// What the writer gets.
#[derive(Debug)]
pub(super) enum Taken {
    /// Orders, or none where the wait was over before one came.
    Orders(Vec<Waiting>),
    /// Nothing more will come.
    Closed,
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    lanes: Mutex<Lanes>,
    filled: Condvar,
}

#[derive(Debug, Default)]
struct Lanes {
    people: VecDeque<Waiting>,
    reports: VecDeque<Waiting>,
    /// Alerts in all waiting reports: what memory and the next commits have to hold.
    alerts: usize,
    door: Door,
    last: Last,
    /// Whether the writer waits: to wake somebody who does not costs a call of the system, too.
    awaited: bool,
}

/// Whose turn the last one was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    People,
    #[default]
    Reports,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Door {
    #[default]
    Open,
    Closed,
}

impl Inbox {
    /// Alerts that may wait: about 10 MB, and a few commits of work.
    const ALERTS: usize = 16_384;
    /// Orders of people and programs that may wait. They are small and rare.
    const PEOPLE: usize = 1_024;
    /// Alerts that one turn takes: beyond it a commit only gets slower.
    const ALERTS_PER_TURN: usize = 4_096;

    /// Refuses when the order's lane is full, or when nobody will read it any more. A single
    /// report larger than the lane is taken when the lane is empty, or it could never be.
    pub(super) fn push(&self, waiting: Waiting) -> Result<(), SubmitError> {
        let mut lanes = self.lanes();
        if lanes.door == Door::Closed {
            return Err(SubmitError::Closed);
        }
        match &waiting.order.command {
            Command::Report(reports) => {
                let alerts = lanes.alerts.saturating_add(reports.len());
                if alerts > Self::ALERTS && !lanes.reports.is_empty() {
                    return Err(SubmitError::Busy);
                }
                lanes.alerts = alerts;
                lanes.reports.push_back(waiting);
            }
            Command::Alerts(..)
            | Command::Silence(_)
            | Command::Token(_)
            | Command::Adopt(_)
            | Command::Due(_)
            | Command::Settle(..)
            | Command::Woke(_) => {
                if lanes.people.len() >= Self::PEOPLE {
                    return Err(SubmitError::Busy);
                }
                lanes.people.push_back(waiting);
            }
        }
        let awaited = std::mem::take(&mut lanes.awaited);
        drop(lanes);
        if awaited {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// What waits, people first; waits at most `patience` for something to come.
    pub(super) fn take(&self, patience: Duration) -> Taken {
        let empty = |lanes: &mut Lanes| {
            lanes.awaited = lanes.is_empty() && lanes.door == Door::Open;
            lanes.awaited
        };
        let waited = self.filled.wait_timeout_while(self.lanes(), patience, empty);
        let (mut lanes, _) = waited.unwrap_or_else(PoisonError::into_inner);
        lanes.awaited = false;
        if lanes.is_empty() && lanes.door == Door::Closed {
            return Taken::Closed;
        }
        Taken::Orders(lanes.next_turn())
    }

    /// Lets nothing more in. What waits is still served.
    pub(super) fn close(&self) {
        self.lanes().door = Door::Closed;
        self.filled.notify_all();
    }

    /// Lets nothing more in and drops what waits, whose callers then know: nobody will serve it.
    pub(super) fn abandon(&self) {
        let mut lanes = self.lanes();
        *lanes = Lanes { door: Door::Closed, ..Lanes::default() };
    }

    /// How many alerts wait to be decided.
    pub(super) fn depth(&self) -> usize {
        self.lanes().alerts
    }

    /// The lanes are whole after every statement that changes them, so that a panic elsewhere
    /// while they are held is no reason to stop taking alerts.
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lanes {
    fn is_empty(&self) -> bool {
        self.people.is_empty() && self.reports.is_empty()
    }

    /// People's orders alone, so that they wait for no flood in front of the disk; every other
    /// turn takes reports, so that those come on, too.
    fn next_turn(&mut self) -> Vec<Waiting> {
        let mut turn = Vec::with_capacity(self.people.len() + self.reports.len());
        turn.extend(self.people.drain(..));
        if !turn.is_empty() && self.last == Last::Reports {
            self.last = Last::People;
            return turn;
        }
        self.last = Last::Reports;
        let mut taken = 0;
        while taken < Inbox::ALERTS_PER_TURN {
            let Some(waiting) = self.reports.pop_front() else { break };
            taken += waiting.order.alerts();
            turn.push(waiting);
        }
        self.alerts = self.alerts.saturating_sub(taken);
        turn
    }
}

impl Order {
    /// How many alerts it speaks of as a report.
    fn alerts(&self) -> usize {
        match &self.command {
            Command::Report(reports) => reports.len(),
            Command::Alerts(..)
            | Command::Silence(_)
            | Command::Token(_)
            | Command::Adopt(_)
            | Command::Due(_)
            | Command::Settle(..)
            | Command::Woke(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{Actor, Via};
    use crate::domain::command::AlertCommand;
    use crate::domain::id::{AlertId, OpId};
    use crate::domain::report::{Report, Road};
    use crate::domain::samples::identity;

    fn waiting(command: Command) -> Waiting {
        let op = OpId(uuid::Uuid::nil());
        let order = Order { op, actor: Actor::Watchbell, via: Via::Watchbell, seen: None, command };
        Waiting { order, reply: oneshot::channel().0 }
    }

    fn reports(count: usize) -> Waiting {
        let (identity, road) = (identity("x"), Road::Plain);
        let report = Report::Resolved { identity, road, ends_at: None };
        waiting(Command::Report(vec![report; count]))
    }

    fn acknowledge() -> Waiting {
        let alert = AlertId(uuid::Uuid::nil());
        waiting(Command::Alerts(vec![alert], AlertCommand::Acknowledge))
    }

    fn taken(inbox: &Inbox) -> Vec<usize> {
        match inbox.take(Duration::ZERO) {
            Taken::Orders(orders) => orders.iter().map(|one| one.order.alerts()).collect(),
            Taken::Closed => panic!("closed"),
        }
    }

    #[test]
    fn a_flood_of_reports_is_refused_while_people_are_still_let_in_and_served_first() {
        let inbox = Inbox::default();
        inbox.push(reports(Inbox::ALERTS)).unwrap();
        assert_eq!(inbox.push(reports(1)), Err(SubmitError::Busy));
        inbox.push(acknowledge()).unwrap();
        assert_eq!(taken(&inbox), [0], "alone: they wait for no report");
        inbox.push(acknowledge()).unwrap();
        assert_eq!(taken(&inbox), [0, Inbox::ALERTS], "and reports come on all the same");
        inbox.push(reports(1)).unwrap();
    }

    #[test]
    fn one_report_larger_than_the_lane_is_taken_when_the_lane_is_empty() {
        let inbox = Inbox::default();
        inbox.push(reports(Inbox::ALERTS + 1)).unwrap();
        assert_eq!(taken(&inbox), [Inbox::ALERTS + 1]);
        assert_eq!(inbox.depth(), 0);
    }

    #[test]
    fn a_turn_takes_about_as_many_alerts_as_a_commit_should_hold() {
        let inbox = Inbox::default();
        for _ in 0..4 {
            inbox.push(reports(Inbox::ALERTS_PER_TURN / 2)).unwrap();
        }
        assert_eq!(taken(&inbox).len(), 2);
        assert_eq!(taken(&inbox).len(), 2);
    }

    #[test]
    fn a_closed_inbox_serves_what_waits_and_then_says_so() {
        let inbox = Inbox::default();
        inbox.push(reports(1)).unwrap();
        inbox.close();
        assert_eq!(inbox.push(reports(1)), Err(SubmitError::Closed));
        assert_eq!(taken(&inbox), [1]);
        assert!(matches!(inbox.take(Duration::MAX), Taken::Closed));
    }

    #[test]
    fn who_waits_for_an_inbox_that_is_abandoned_is_not_left_waiting() {
        let inbox = Inbox::default();
        let (reply, mut answer) = oneshot::channel();
        inbox.push(Waiting { reply, ..reports(1) }).unwrap();
        inbox.abandon();
        assert_eq!(answer.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        assert_eq!(inbox.push(reports(1)), Err(SubmitError::Closed));
    }
}
