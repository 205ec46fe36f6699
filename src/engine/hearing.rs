//! Hearing: whether we could have heard of everything, so that nothing ends for want of a word.
//!
//! Pure: it is told times and counts, and says when the next turn must begin with `Woke`. Must
//! not read a clock.

use std::time::Duration;

use super::vitals::StoreState;
use crate::domain::command::Deaf;
use crate::domain::time::Timestamp;

/// Two clocks, read at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The wall clock as it is, also where it goes back.
    pub(super) wall: Timestamp,
    /// The time since some moment, by a clock that is never set and stands still in a suspend.
    pub(super) steady: Duration,
}

/// What is known of our hearing.
#[derive(Debug)]
pub(super) struct Hearing {
    deaf: Option<Deaf>,
    told: Option<Deaf>,
    lead: Option<i128>,
    busy: u64,
}

impl Hearing {
    /// By how much the clocks may drift apart before that is a jump, in nanoseconds: 30 s.
    const JUMP: u128 = 30_000_000_000;

    /// At a start, when nothing was heard for nobody knows how long.
    pub(super) fn at_start() -> Self {
        Self { deaf: Some(Deaf::Start), told: None, lead: None, busy: 0 }
    }

    /// Why the turn at `reading` has to begin with `Woke`, if it has. `busy` counts the orders
    /// that were refused so far, because too much waited.
    pub(super) fn before_turn(&mut self, reading: Reading, busy: u64) -> Option<Deaf> {
        let lead = lead(reading);
        let known = *self.lead.get_or_insert(lead);
        if known.abs_diff(lead) > Self::JUMP {
            self.lead = Some(lead);
            self.deaf = Some(Deaf::Jump);
        }
        if busy != self.busy {
            self.busy = busy;
            self.deaf = Some(Deaf::Overload);
        }
        self.deaf
    }

    /// What there is to log before a turn: the cause, once for each spell of turns with it.
    pub(super) fn news(&mut self) -> Option<Deaf> {
        let news = self.deaf.filter(|why| self.told != Some(*why));
        self.told = self.deaf;
        news
    }

    /// The turn was taken: with a store that works, its `Woke` was heard.
    pub(super) fn after_turn(&mut self, store: &StoreState) {
        self.deaf = match store {
            StoreState::Well => None,
            StoreState::Broken { .. } => Some(Deaf::Storage),
        };
    }
}

/// When we could last have heard, if after that we could hear nothing. `before` is when the turn
/// before was taken, `store` how the store was then.
pub(super) fn away_since(why: Deaf, before: Timestamp, store: &StoreState) -> Option<Timestamp> {
    match (why, store) {
        (Deaf::Storage, StoreState::Broken { since, .. }) => Some(*since),
        (Deaf::Start | Deaf::Jump | Deaf::Storage, _) => Some(before),
        // Some were heard.
        (Deaf::Overload, _) => None,
    }
}

/// How far the wall clock is ahead of the steady one.
fn lead(reading: Reading) -> i128 {
    let steady = i128::try_from(reading.steady.as_nanos()).unwrap_or(i128::MAX);
    reading.wall.as_nanosecond().saturating_sub(steady)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{SignedDuration, after};

    /// Both clocks, so many seconds after the start.
    fn at(wall: i64, steady: u64) -> Reading {
        let start: Timestamp = "2026-11-21T03:00:00Z".parse().unwrap();
        Reading {
            wall: after(start, SignedDuration::from_secs(wall)),
            steady: Duration::from_secs(steady),
        }
    }

    /// A hearing whose first turn was taken.
    fn awake() -> Hearing {
        let mut hearing = Hearing::at_start();
        assert_eq!(hearing.before_turn(at(0, 0), 0), Some(Deaf::Start));
        hearing.after_turn(&StoreState::Well);
        hearing
    }

    fn broken() -> StoreState {
        StoreState::Broken { since: at(0, 0).wall, why: "full".into(), retry: at(0, 0).wall }
    }

    #[test]
    fn the_first_turn_wakes_and_the_next_does_not() {
        assert_eq!(awake().before_turn(at(1, 1), 0), None);
    }

    #[test]
    fn clocks_that_part_by_more_than_half_a_minute_are_a_jump_and_told_once() {
        let table = [
            ("an hour of work", 3_600, 3_600, None),
            ("half a minute apart", 90, 60, None),
            ("a suspend", 3_600, 10, Some(Deaf::Jump)),
            ("set forward", 91, 60, Some(Deaf::Jump)),
            ("set back", -3_600, 60, Some(Deaf::Jump)),
        ];
        for (name, wall, steady, told) in table {
            let mut hearing = awake();
            assert_eq!(hearing.before_turn(at(wall, steady), 0), told, "{name}");
            hearing.after_turn(&StoreState::Well);
            assert_eq!(hearing.before_turn(at(wall + 5, steady + 5), 0), None, "{name}");
        }
    }

    #[test]
    fn every_turn_of_a_spell_of_refusals_wakes_and_the_first_after_it_does_not() {
        let mut hearing = awake();
        for (busy, news) in [(3, Some(Deaf::Overload)), (9, None)] {
            assert_eq!(hearing.before_turn(at(1, 1), busy), Some(Deaf::Overload));
            assert_eq!(hearing.news(), news, "logged once");
            hearing.after_turn(&StoreState::Well);
        }
        assert_eq!(hearing.before_turn(at(2, 2), 9), None);
    }

    #[test]
    fn while_nothing_can_be_saved_every_turn_wakes_until_one_could_save() {
        let mut hearing = awake();
        hearing.after_turn(&broken());
        for second in 1_u32..4 {
            let reading = at(i64::from(second), u64::from(second));
            assert_eq!(hearing.before_turn(reading, 0), Some(Deaf::Storage));
            hearing.after_turn(&broken());
        }
        assert_eq!(hearing.before_turn(at(4, 4), 0), Some(Deaf::Storage));
        hearing.after_turn(&StoreState::Well);
        assert_eq!(hearing.before_turn(at(5, 5), 0), None);
    }

    #[test]
    fn an_absence_began_when_the_last_turn_was_taken_or_the_store_broke() {
        let (before, broke) = (at(100, 100).wall, at(0, 0).wall);
        let cases = [
            (Deaf::Start, StoreState::Well, Some(before)),
            (Deaf::Jump, StoreState::Well, Some(before)),
            (Deaf::Storage, broken(), Some(broke)),
            (Deaf::Storage, StoreState::Well, Some(before)),
            (Deaf::Overload, StoreState::Well, None),
        ];
        for (why, store, expected) in cases {
            assert_eq!(away_since(why, before, &store), expected, "{why:?}");
        }
    }

    #[test]
    fn a_start_without_a_store_that_works_is_not_forgotten() {
        let mut hearing = Hearing::at_start();
        hearing.before_turn(at(0, 0), 0);
        hearing.after_turn(&broken());
        assert!(hearing.before_turn(at(1, 1), 0).is_some());
    }
}
