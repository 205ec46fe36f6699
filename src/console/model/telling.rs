//! What people are told through the terminal itself: when the bell rings, and when a desktop
//! message goes to somebody who does not look. Pure.

use std::time::Duration;

use crate::console::frame::{Focus, Tick};

/// After this long without a key nobody is taken to look.
const LOOKED_FOR: Duration = Duration::from_mins(1);
/// Desktop messages come no closer than this; what comes between is counted in the next one.
const APART: Duration = Duration::from_secs(10);

/// Whether somebody looks, and what they have not been told yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Telling {
    /// What the terminal last said of its focus; tmux says nothing unless told to.
    focus: Option<Focus>,
    /// When the last key was pressed.
    key: Tick,
    /// When the last message went out.
    told: Option<Tick>,
    /// How many alerts wait for the next one.
    waiting: usize,
}

impl Telling {
    /// A console that was opened just now is looked at.
    pub fn new(now: Tick) -> Telling {
        Telling { key: now, ..Telling::default() }
    }

    /// The terminal says whether it has the focus.
    pub fn focus(&mut self, focus: Focus) {
        self.focus = Some(focus);
        if focus == Focus::Looked {
            self.waiting = 0;
        }
    }

    /// A key was pressed: whoever did it sees the screen.
    pub fn key(&mut self, now: Tick) {
        self.key = now;
        self.waiting = 0;
    }

    /// So many alerts call for somebody. Says of how many a message is to tell now, if one is.
    pub fn call(&mut self, alerts: usize, now: Tick) -> Option<usize> {
        if self.is_looked_at(now) {
            return None;
        }
        self.waiting = self.waiting.saturating_add(alerts);
        self.due(now)
    }

    /// Of how many alerts a message is to tell now, if one is. They are told then.
    pub fn due(&mut self, now: Tick) -> Option<usize> {
        self.next().filter(|at| *at <= now)?;
        let alerts = std::mem::take(&mut self.waiting);
        if self.is_looked_at(now) {
            return None;
        }
        self.told = Some(now);
        Some(alerts)
    }

    /// When the next message may go out, if anything waits for it.
    pub fn next(&self) -> Option<Tick> {
        let next = self.told.map_or(Tick::ZERO, |told| told + APART);
        (self.waiting > 0).then_some(next)
    }

    fn is_looked_at(&self, now: Tick) -> bool {
        match self.focus {
            Some(Focus::Away) => false,
            Some(Focus::Looked) | None => now.saturating_sub(self.key) < LOOKED_FOR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(secs: u64) -> Tick {
        Duration::from_secs(secs)
    }

    #[test]
    fn nobody_who_looks_gets_a_message() {
        let cases = [
            (None, 59, None),
            (None, 60, Some(1)),
            (Some(Focus::Looked), 59, None),
            (Some(Focus::Looked), 60, Some(1)),
            (Some(Focus::Away), 1, Some(1)),
        ];
        for (focus, secs, told) in cases {
            let mut telling = Telling::new(at(0));
            if let Some(focus) = focus {
                telling.focus(focus);
            }
            assert_eq!(telling.call(1, at(secs)), told, "{focus:?} after {secs} s");
        }
    }

    #[test]
    fn messages_keep_their_distance_and_count_what_came_between() {
        let mut telling = Telling::new(at(0));
        telling.focus(Focus::Away);
        assert_eq!(telling.call(1, at(100)), Some(1));
        assert_eq!(telling.call(3, at(104)), None);
        assert_eq!(telling.call(11, at(109)), None);
        assert_eq!(telling.next(), Some(at(110)));
        assert_eq!(telling.due(at(110)), Some(14));
        assert_eq!(telling.next(), None);
    }

    #[test]
    fn what_somebody_has_seen_is_not_told_afterwards() {
        let mut telling = Telling::new(at(0));
        telling.focus(Focus::Away);
        telling.call(1, at(100));
        telling.call(1, at(101));
        telling.key(at(102));
        assert_eq!(telling.next(), None);
        telling.call(1, at(103));
        telling.focus(Focus::Looked);
        assert_eq!(telling.due(at(120)), None);
    }
}
