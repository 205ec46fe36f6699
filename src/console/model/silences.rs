//! The view of silences: their rows, the cursor, and what is counted for those in sight. It belongs
//! to the screen; silences themselves are the table's. Nothing here walks all alerts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Model, Opened, Screen};
use crate::console::frame::Tick;
use crate::domain::id::{AlertId, SilenceId};
use crate::domain::silence::{Preview, Previewing, Reach, Silence, SilenceState};
use crate::domain::suppress::would_call;
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// How many of the alerts that a silence mutes are named.
pub const NAMED: usize = 8;
/// How often at most it is counted again because alerts changed.
const AGAIN: Duration = Duration::from_millis(250);
/// How many ended alerts are looked at in one step: a key waits for no more than one.
const STEP: usize = 2_000;

/// The view. The cursor belongs to a silence, wherever that stands.
#[derive(Clone, Debug, Default)]
pub struct Silences {
    /// The rows that the filter lets through, in their order.
    pub rows: Vec<SilenceId>,
    /// How many there are of each state, whatever the filter lets through.
    pub census: Census,
    /// The selected one.
    pub cursor: Option<SilenceId>,
    /// The first row in the window.
    pub offset: usize,
    /// How it was moved to where it is.
    pub moved: Moved,
    /// The first line in the window of a silence that covers the screen.
    pub opened: Option<usize>,
    /// Whose detail is beside the rows: it follows the cursor when that rests.
    pub subject: Option<SilenceId>,
    /// The first line of that.
    pub scroll: usize,
    /// When it follows.
    pub settle: Option<Tick>,
    /// The words that a row must have, as they were typed.
    pub words: String,
    /// The alert that was open before.
    pub before: Option<Opened>,
    /// When what is kept quiet is counted again.
    pub recount: Option<Tick>,
    muted: BTreeMap<SilenceId, Muted>,
    /// The first alerts that the subject mutes, and what they are called.
    named: Vec<(AlertId, Text)>,
    counted: Tick,
    lately: Lately,
}

/// How many silences there are of each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// In force.
    pub active: usize,
    /// To come.
    pub pending: usize,
    /// Over, and still kept.
    pub expired: usize,
}

/// Who moved the cursor where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moved {
    /// The person.
    #[default]
    ByKey,
    /// Its silence is not kept any more, and no frame shows that yet.
    Away,
}

/// What a silence keeps quiet now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Muted {
    /// Open alerts.
    pub alerts: usize,
    /// Those of them that would call somebody if it ended.
    pub calling: usize,
}

impl Muted {
    /// What `silence` keeps quiet in `table`.
    pub fn of(table: &Table, silence: &Silence) -> Muted {
        let alerts = table.silenced_by(silence.id).count();
        Muted { alerts, calling: would_call(table, silence).count() }
    }
}

/// What the matchers of one silence would have muted in the last days.
#[derive(Clone, Debug, Default)]
struct Lately {
    id: Option<SilenceId>,
    run: Option<Box<Previewing>>,
    found: Option<Preview>,
}

/// How far a silence has come, as the engine has it: what is on the screen is what alerts feel.
pub fn state(silence: &Silence) -> SilenceState {
    match silence.reach {
        Reach::Ahead => SilenceState::Pending,
        Reach::Beginning | Reach::Muting => SilenceState::Active,
        Reach::Ending | Reach::Over { .. } => SilenceState::Expired,
    }
}

impl Silences {
    /// The view as it opens: on the first row, with nothing counted.
    pub fn new(table: &Table, before: Option<Opened>) -> Silences {
        let mut view = Silences { before, ..Silences::default() };
        view.sort(table);
        view.subject = view.cursor;
        view
    }

    /// Puts the rows in order anew. The cursor stays on its silence; where that is not there any
    /// more, it goes to the one that stands there now.
    pub fn sort(&mut self, table: &Table) {
        let stood = self.place();
        let mut census = Census::default();
        let words: Vec<String> = self.words.split_whitespace().map(str::to_lowercase).collect();
        let mut rows = Vec::new();
        for silence in table.silences() {
            match state(silence) {
                SilenceState::Active => census.active += 1,
                SilenceState::Pending => census.pending += 1,
                SilenceState::Expired => census.expired += 1,
            }
            if mentions(silence, &words) {
                rows.push(silence.place(state(silence)));
            }
        }
        rows.sort_unstable();
        self.census = census;
        self.rows = rows.into_iter().map(|(.., id)| id).collect();
        if self.place().is_some() {
            return;
        }
        let last = self.rows.len().saturating_sub(1);
        let next = self.rows.get(stood.unwrap_or_default().min(last)).copied();
        if self.cursor.is_some() {
            self.moved = Moved::Away;
        }
        self.opened = None;
        (self.cursor, self.subject, self.scroll) = (next, next, 0);
    }

    /// The number of the selected row.
    pub fn place(&self) -> Option<usize> {
        let cursor = self.cursor?;
        self.rows.iter().position(|id| *id == cursor)
    }

    /// The number of the row that the detail is about.
    pub fn subject_place(&self) -> Option<usize> {
        let subject = self.subject?;
        self.rows.iter().position(|id| *id == subject)
    }

    /// Moves the cursor by so many rows.
    pub fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        let place = self.place().unwrap_or_default().saturating_add_signed(by).min(last);
        self.cursor = self.rows.get(place).copied();
        self.moved = Moved::ByKey;
    }

    /// Puts the cursor on a silence, if it has a row.
    pub fn select(&mut self, id: SilenceId) {
        if self.rows.contains(&id) {
            self.cursor = Some(id);
            self.moved = Moved::ByKey;
        }
    }

    /// The detail follows the cursor.
    pub fn settle(&mut self) {
        self.settle = None;
        if self.subject != self.cursor {
            (self.subject, self.scroll) = (self.cursor, 0);
        }
    }

    /// Scrolls the window of `height` rows so that the cursor is in it.
    pub fn keep_in_sight(&mut self, height: usize, margin: usize) {
        let place = self.place().unwrap_or_default();
        if place < self.offset {
            self.offset = place.saturating_sub(margin);
        } else if place >= self.offset + height {
            self.offset = place + 1 - height.min(place + 1) + margin;
        }
        self.offset = self.offset.min(self.rows.len().saturating_sub(height));
    }

    /// The rows of a window of `height`.
    pub fn window(&self, height: usize) -> &[SilenceId] {
        let end = self.offset.saturating_add(height).min(self.rows.len());
        self.rows.get(self.offset.min(end)..end).unwrap_or_default()
    }

    /// What a silence in sight keeps quiet, as it was counted last.
    pub fn muted(&self, id: SilenceId) -> Muted {
        self.muted.get(&id).copied().unwrap_or_default()
    }

    /// What the subject would have muted in the last days, once that is known.
    pub fn lately(&self) -> Option<&Preview> {
        self.lately.found.as_ref().filter(|_| self.lately.id == self.subject)
    }

    /// Counts what those in sight keep quiet: all of them `afresh`, else those of which it is not
    /// known. Says whether that is something else than before.
    pub fn count(&mut self, table: &Table, height: usize, afresh: bool) -> bool {
        let ids = self.window(height).iter().copied().chain(self.subject).chain(self.cursor);
        let known = |id: &SilenceId| self.muted.get(id).copied().filter(|_| !afresh);
        let counted = ids.filter_map(|id| {
            let count = || table.silence(id).map(|silence| Muted::of(table, silence));
            Some((id, known(&id).or_else(count)?))
        });
        let counted: BTreeMap<SilenceId, Muted> = counted.collect();
        let first = self.subject.into_iter().flat_map(|id| table.silenced_by(id).take(NAMED));
        let named: Vec<_> = first.map(|alert| (alert.id, alert.title.clone())).collect();
        let changed = counted != self.muted || named != self.named;
        (self.muted, self.named) = (counted, named);
        changed
    }

    /// Notes that alerts changed; says whether it is time to count again. Later, it is waited for.
    pub fn is_to_count(&mut self, now: Tick) -> bool {
        let due = self.counted + AGAIN;
        let is_due = due <= now;
        self.recount = (!is_due).then_some(due);
        if is_due {
            self.counted = now;
        }
        is_due
    }

    /// Begins to look at the last days where the detail is about another silence.
    pub fn look_back(&mut self, table: &Table, now: Timestamp) {
        if self.lately.id == self.subject {
            return;
        }
        let silence = self.subject.and_then(|id| table.silence(id));
        let run = silence.map(|silence| {
            let matchers = Arc::clone(&silence.terms.matchers);
            Box::new(Previewing::begin(table.clone(), matchers, now))
        });
        self.lately = Lately { id: self.subject, run, found: None };
    }

    /// Whether the look at the last days goes on.
    pub fn is_looking(&self) -> bool {
        self.lately.run.is_some()
    }

    /// Looks at some more; says whether those were the last ones.
    pub fn look_on(&mut self) -> bool {
        let done = self.lately.run.as_mut().is_some_and(|run| run.step(STEP));
        if done {
            self.lately.found = self.lately.run.take().map(|run| run.preview());
        }
        done
    }
}

/// Whether every word occurs in the matchers, whose the silence is or why.
fn mentions(silence: &Silence, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let terms = &silence.terms;
    let text = [terms.matchers_text(), terms.whose(), terms.why()].map(|one| one.to_string());
    let text = text.join("\n").to_lowercase();
    words.iter().all(|word| text.contains(word))
}

impl Model {
    /// The view of silences, while it is on the screen.
    pub fn silences(&self) -> Option<&Silences> {
        if let Screen::Silences(view) = &self.screen { Some(view) } else { None }
    }

    /// The same, to be changed.
    pub fn silences_mut(&mut self) -> Option<&mut Silences> {
        if let Screen::Silences(view) = &mut self.screen { Some(view) } else { None }
    }
}
