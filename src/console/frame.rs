//! When a frame is due. Pure: it is told what happened and what time it is, and answers when to
//! draw. Keys are drawn at once, changes are gathered, passengers wait for somebody's frame.

use std::time::Duration;

/// Time since the console started, on a clock that only runs forward.
pub type Tick = Duration;

/// How the terminal is reached, which decides how dear a frame is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// A terminal on this machine.
    #[default]
    Local,
    /// A terminal at the other end of an SSH connection.
    Ssh,
}

/// Whether somebody looks, as far as the terminal says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// It has the focus, or does not say.
    #[default]
    Looked,
    /// It has lost the focus.
    Away,
}

/// What makes a frame necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A key was pressed, or a wait that a key began is over.
    Key,
    /// Something shown changed by itself.
    Change,
    /// The window has another size.
    Resize,
}

impl Link {
    /// How long the cursor rests before the pane follows it. It is also how long a question must
    /// have been on the screen before a key answers it.
    pub fn settle(self) -> Duration {
        match self {
            Link::Local => Duration::from_millis(150),
            Link::Ssh => Duration::from_millis(300),
        }
    }

    /// How often the counts of a storm are shown, and a live list is sorted in it.
    pub fn storm(self) -> Duration {
        match self {
            Link::Local => Duration::from_secs(1),
            Link::Ssh => Duration::from_secs(5),
        }
    }

    /// How long a line takes for so many bytes, as long as it is to have room for keys.
    fn carries(self, bytes: usize) -> Duration {
        const BYTES_A_SECOND: u32 = 6_000;
        match self {
            Link::Local => Duration::ZERO,
            Link::Ssh => {
                Duration::from_secs(u64::try_from(bytes).unwrap_or(u64::MAX)) / BYTES_A_SECOND
            }
        }
    }

    fn gap(self) -> Duration {
        match self {
            Link::Local => Duration::from_millis(100),
            Link::Ssh => Duration::from_millis(250),
        }
    }
}

/// However much keys made the frames write, changes wait no longer for the line.
const LONGEST_CARRIED: Duration = Duration::from_secs(5);
/// The gap between frames nobody looks at.
const AWAY_GAP: Duration = Duration::from_secs(1);
/// A window being dragged sends a burst of sizes; the last one counts.
const RESIZE_REST: Duration = Duration::from_millis(50);

/// What waits to be drawn, and since when nothing was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frames {
    link: Link,
    focus: Focus,
    drawn: Option<Tick>,
    /// Until when the line carries what the last frames wrote.
    carried: Tick,
    due: Option<Tick>,
    /// When the window rests, while it changes its size.
    rests: Option<Tick>,
}

impl Frames {
    /// Nothing drawn yet, nothing waiting.
    pub fn new(link: Link) -> Frames {
        Frames { link, ..Frames::default() }
    }

    /// Somebody looks, or no longer does. Who comes back does not wait as long as nobody would.
    pub fn focus(&mut self, focus: Focus, now: Tick) {
        self.focus = focus;
        let earliest = self.earliest(now);
        let earliest = self.rests.map_or(earliest, |rests| rests.max(earliest));
        self.due = self.due.map(|due| due.min(earliest));
    }

    /// Asks for a frame. Requests add up to one, at the earliest time any of them may have,
    /// except that a resize waits until the window rests.
    pub fn want(&mut self, cause: Cause, now: Tick) {
        let at = match cause {
            Cause::Key => now,
            Cause::Change => self.earliest(now),
            Cause::Resize => {
                self.due = Some(now + RESIZE_REST);
                self.rests = self.due;
                return;
            }
        };
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// When the next frame is to be drawn; `None` if nothing waits.
    pub fn due(&self) -> Option<Tick> {
        self.due
    }

    /// A frame of so many bytes was written.
    pub fn drawn(&mut self, now: Tick, bytes: usize) {
        self.drawn = Some(now);
        let carried = self.carried.max(now) + self.link.carries(bytes);
        self.carried = carried.min(now + LONGEST_CARRIED);
        self.due = None;
        self.rests = None;
    }

    /// When a change may be drawn: not too soon after the last frame, and not while a slow line
    /// still carries it.
    fn earliest(&self, now: Tick) -> Tick {
        let gathered = self.drawn.map_or(now, |drawn| now.max(drawn + self.gap()));
        gathered.max(self.carried)
    }

    fn gap(&self) -> Duration {
        match self.focus {
            Focus::Looked => self.link.gap(),
            Focus::Away => AWAY_GAP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Tick {
        Duration::from_millis(millis)
    }

    #[test]
    fn nothing_wanted_is_never_due() {
        let mut frames = Frames::new(Link::Local);
        assert_eq!(frames.due(), None);
        frames.want(Cause::Key, ms(5));
        frames.drawn(ms(6), 40);
        assert_eq!(frames.due(), None);
    }

    #[test]
    fn the_first_change_is_drawn_at_once_and_the_next_ones_are_gathered() {
        let cases = [
            (Link::Local, Focus::Looked, 1100),
            (Link::Ssh, Focus::Looked, 1250),
            (Link::Local, Focus::Away, 2000),
            (Link::Ssh, Focus::Away, 2000),
        ];
        for (link, focus, second) in cases {
            let mut frames = Frames::new(link);
            frames.focus(focus, ms(0));
            frames.want(Cause::Change, ms(1000));
            assert_eq!(frames.due(), Some(ms(1000)));
            frames.drawn(ms(1000), 40);
            frames.want(Cause::Change, ms(1010));
            frames.want(Cause::Change, ms(1020));
            assert_eq!(frames.due(), Some(ms(second)), "{link:?} {focus:?}");
        }
    }

    #[test]
    fn who_looks_again_waits_no_longer_than_who_looked_all_the_time() {
        let cases = [(1_050, 1_100), (1_500, 1_500), (1_990, 1_990)];
        for (back, due) in cases {
            let mut frames = Frames::new(Link::Local);
            frames.focus(Focus::Away, ms(0));
            frames.drawn(ms(1_000), 40);
            frames.want(Cause::Change, ms(1_010));
            assert_eq!(frames.due(), Some(ms(2_000)));
            frames.focus(Focus::Looked, ms(back));
            assert_eq!(frames.due(), Some(ms(due)), "back at {back}");
        }
        let mut frames = Frames::new(Link::Local);
        frames.drawn(ms(1_000), 40);
        frames.focus(Focus::Looked, ms(3_000));
        assert_eq!(frames.due(), None, "nothing to see");
        frames.want(Cause::Resize, ms(3_000));
        frames.focus(Focus::Looked, ms(3_010));
        assert_eq!(frames.due(), Some(ms(3_050)), "the window does not rest yet");
    }

    #[test]
    fn a_key_does_not_wait_for_the_gap() {
        let mut frames = Frames::new(Link::Ssh);
        frames.drawn(ms(1000), 40);
        frames.want(Cause::Change, ms(1010));
        frames.want(Cause::Key, ms(1020));
        assert_eq!(frames.due(), Some(ms(1020)));
    }

    #[test]
    fn a_change_after_a_long_rest_is_drawn_at_once() {
        let mut frames = Frames::new(Link::Ssh);
        frames.drawn(ms(1000), 40);
        frames.want(Cause::Change, ms(9000));
        assert_eq!(frames.due(), Some(ms(9000)));
    }

    #[test]
    fn over_ssh_changes_wait_until_the_line_has_carried_the_frames_before_and_keys_do_not() {
        let cases =
            [(Link::Ssh, 1_000, 1_250), (Link::Ssh, 6_000, 2_000), (Link::Local, 6_000, 1_100)];
        for (link, bytes, due) in cases {
            let mut frames = Frames::new(link);
            frames.drawn(ms(1_000), bytes);
            frames.want(Cause::Change, ms(1_010));
            assert_eq!(frames.due(), Some(ms(due)), "{link:?} {bytes}");
            frames.want(Cause::Key, ms(1_020));
            assert_eq!(frames.due(), Some(ms(1_020)), "{link:?} {bytes}");
        }
        let mut frames = Frames::new(Link::Ssh);
        for at in [1_000, 1_010, 1_020] {
            frames.drawn(ms(at), 3_000);
        }
        frames.want(Cause::Change, ms(1_030));
        assert_eq!(frames.due(), Some(ms(2_500)), "what keys wrote is carried too");
    }

    #[test]
    fn a_burst_of_sizes_is_one_frame_after_the_last() {
        let mut frames = Frames::new(Link::Local);
        for at in [1000, 1020, 1040] {
            frames.want(Cause::Resize, ms(at));
        }
        assert_eq!(frames.due(), Some(ms(1090)));
    }
}
