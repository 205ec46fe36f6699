//! What this console has done, is doing and may take back.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::time::Duration;

use super::silencing;
use crate::console::action::Action;
use crate::console::frame::Tick;
use crate::domain::actor::Person;
use crate::domain::alert::lifecycle;
use crate::domain::command::AlertCommand;
use crate::domain::id::{AlertId, Ids, OpId, Revision};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// How many acts can be taken back.
const UNDOS: usize = 20;

/// An alert something is done to, as it was named when the key was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub id: AlertId,
    /// What it was called then.
    pub title: String,
    /// Its revision as it was drawn.
    pub seen: Revision,
}

/// Something done to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take it.
    Acknowledge,
    /// Give it back to firing.
    Unacknowledge,
    /// Give it to somebody, or to nobody.
    Assign(Option<Person>),
    /// End it.
    Resolve,
    /// Bring it back.
    Reopen,
    /// Hear of it later.
    Snooze(Timestamp),
    /// Hear of it again.
    Wake,
    /// Write on it.
    Note(Text),
    /// Write on it, then end it.
    NoteAndResolve(Text),
    /// Take an act back.
    Undo(Done),
}

impl Act {
    /// What is asked of the engine.
    pub fn command(&self) -> AlertCommand {
        match self {
            Act::Acknowledge => AlertCommand::Acknowledge,
            Act::Unacknowledge => AlertCommand::Unacknowledge,
            Act::Assign(person) => AlertCommand::Assign(person.as_ref().map(|person| person.id)),
            Act::Resolve => AlertCommand::Resolve,
            Act::Reopen => AlertCommand::Reopen,
            Act::Snooze(until) => AlertCommand::Snooze(*until),
            Act::Wake => AlertCommand::Wake,
            Act::Note(text) | Act::NoteAndResolve(text) => AlertCommand::Note(text.clone()),
            Act::Undo(done) => AlertCommand::Undo(done.revision),
        }
    }

    /// What it does to an alert, for the rule of who was faster.
    pub fn happening(&self) -> lifecycle::Act {
        match self {
            Act::Acknowledge => lifecycle::Act::Acknowledge(None),
            Act::Unacknowledge => lifecycle::Act::Unacknowledge,
            Act::Assign(person) => lifecycle::Act::Assign(person.clone()),
            Act::Resolve => lifecycle::Act::Resolve,
            Act::Reopen => lifecycle::Act::Reopen,
            Act::Snooze(until) => lifecycle::Act::Snooze(*until),
            Act::Wake => lifecycle::Act::Wake,
            Act::Note(text) | Act::NoteAndResolve(text) => lifecycle::Act::Note(text.clone()),
            Act::Undo(done) => lifecycle::Act::Undo(done.revision),
        }
    }

    /// The action whose key asks for it.
    pub fn action(&self) -> Action {
        match self {
            Act::Acknowledge => Action::Acknowledge,
            Act::Unacknowledge => Action::Unacknowledge,
            Act::Assign(_) => Action::Assign,
            Act::Resolve => Action::Resolve,
            Act::Reopen => Action::Reopen,
            Act::Snooze(_) => Action::Snooze,
            Act::Wake => Action::Wake,
            Act::Note(_) | Act::NoteAndResolve(_) => Action::Note,
            Act::Undo(_) => Action::Undo,
        }
    }

    /// What has been done, to begin a message with.
    pub fn past(&self) -> String {
        match self {
            Act::Acknowledge => "Acknowledged".to_owned(),
            Act::Unacknowledge => "Un-acknowledged".to_owned(),
            Act::Assign(Some(person)) => format!("Assigned to {}", person.name),
            Act::Assign(None) => "Assigned to nobody".to_owned(),
            Act::Resolve => "Resolved".to_owned(),
            Act::Reopen => "Reopened".to_owned(),
            Act::Snooze(_) => "Snoozed".to_owned(),
            Act::Wake => "Woken".to_owned(),
            Act::Note(_) | Act::NoteAndResolve(_) => "Noted".to_owned(),
            Act::Undo(done) => format!("Undone: {} of", done.act),
        }
    }

    /// Whether it can be taken back.
    pub fn can_be_undone(&self) -> bool {
        match self {
            Act::Acknowledge
            | Act::Unacknowledge
            | Act::Assign(_)
            | Act::Snooze(_)
            | Act::Wake
            | Act::Resolve
            | Act::Reopen => true,
            Act::Note(_) | Act::NoteAndResolve(_) | Act::Undo(_) => false,
        }
    }

    /// The word of the state column while this is on its way, where it moves the state.
    pub fn on_its_way(&self) -> Option<&'static str> {
        match self {
            Act::Acknowledge => Some("ack"),
            Act::Resolve | Act::NoteAndResolve(_) => Some("res"),
            Act::Unacknowledge | Act::Reopen => Some("fire"),
            Act::Snooze(_) => Some("snz"),
            Act::Assign(_) | Act::Wake | Act::Note(_) | Act::Undo(_) => None,
        }
    }
}

/// The act as a name: `acknowledge`.
impl fmt::Display for Act {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Act::Acknowledge => "acknowledge",
            Act::Unacknowledge => "un-acknowledge",
            Act::Assign(_) => "assign",
            Act::Resolve => "resolve",
            Act::Reopen => "reopen",
            Act::Snooze(_) => "snooze",
            Act::Wake => "wake",
            Act::Note(_) | Act::NoteAndResolve(_) => "note",
            Act::Undo(_) => "undo",
        })
    }
}

/// An act that was saved and may be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The act's name.
    pub act: String,
    /// To what.
    pub target: Target,
    /// In which commit.
    pub revision: Revision,
    /// When, for the question.
    pub at: Timestamp,
    /// When, for its limit.
    pub tick: Tick,
}

/// What may be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undoable {
    /// Something done to an alert.
    Alert(Done),
    /// Something done to a silence.
    Silence(silencing::Done),
}

impl Undoable {
    /// When it was done, for its limit.
    pub fn tick(&self) -> Tick {
        match self {
            Undoable::Alert(done) => done.tick,
            Undoable::Silence(done) => done.tick,
        }
    }
}

/// An act that was asked for and not yet answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Under which id it was asked for.
    pub op: OpId,
    /// What.
    pub act: Act,
    /// To what.
    pub target: Target,
    /// Since when.
    pub since: Tick,
    /// Whether it takes longer than anybody should wonder.
    pub pace: Pace,
}

/// Somebody was faster than a key, and a message says so: the same key again does it all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faster {
    /// On which alert.
    pub about: AlertId,
    /// The key's action.
    pub action: Action,
    /// What the message says.
    pub text: String,
    /// When the first frame that says so was written; a key before that does not answer it.
    pub shown: Option<Tick>,
}

/// How long an act has been on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// As usual.
    Usual,
    /// Longer: the row says so.
    Slow,
    /// Much longer: the bottom line says so.
    VerySlow,
}

impl Pace {
    /// The pace of what began `age` ago.
    fn of(age: Duration) -> Pace {
        match age {
            age if age >= VERY_SLOW => Pace::VerySlow,
            age if age >= SLOW => Pace::Slow,
            _ => Pace::Usual,
        }
    }
}

const SLOW: Duration = Duration::from_millis(150);
const VERY_SLOW: Duration = Duration::from_secs(5);

/// What this console has done, is doing and may take back.
#[derive(Clone, Debug)]
pub struct Acts {
    ids: Ids,
    flights: Vec<Flight>,
    silences: Vec<silencing::Flight>,
    done: VecDeque<Undoable>,
    /// Texts of notes that were not saved.
    pub drafts: HashMap<AlertId, String>,
    /// Who was faster than the last key, if somebody was.
    pub faster: Option<Faster>,
}

impl Acts {
    /// Nothing done yet; ids of orders follow from `seed`.
    pub fn new(seed: u128) -> Acts {
        Acts {
            ids: Ids::from_seed(seed),
            flights: Vec::new(),
            silences: Vec::new(),
            done: VecDeque::new(),
            drafts: HashMap::new(),
            faster: None,
        }
    }

    /// A new id for an order.
    pub fn op(&mut self) -> OpId {
        OpId(self.ids.draw())
    }

    /// Notes that `act` was asked for; gives the id to ask under.
    pub fn begin(&mut self, act: Act, target: Target, now: Tick) -> OpId {
        let op = self.op();
        self.flights.push(Flight { op, act, target, since: now, pace: Pace::Usual });
        op
    }

    /// Notes that something was asked for to be done to a silence; gives the id to ask under.
    pub fn begin_silence(&mut self, deed: silencing::Deed, what: String, now: Tick) -> OpId {
        let op = self.op();
        let flight = silencing::Flight { op, deed, what, since: now, pace: Pace::Usual };
        self.silences.push(flight);
        op
    }

    /// Ends a flight to a silence.
    pub fn land_silence(&mut self, op: OpId) -> Option<silencing::Flight> {
        let at = self.silences.iter().position(|flight| flight.op == op)?;
        Some(self.silences.remove(at))
    }

    /// Whether anything is on its way.
    pub fn is_busy(&self) -> bool {
        !self.flights.is_empty() || !self.silences.is_empty()
    }

    /// Ends a flight.
    pub fn land(&mut self, op: OpId) -> Option<Flight> {
        let at = self.flights.iter().position(|flight| flight.op == op)?;
        Some(self.flights.remove(at))
    }

    /// What is on its way to alerts.
    pub fn flights(&self) -> &[Flight] {
        &self.flights
    }

    /// Notes how long everything has been on its way; gives what became slower, and its name.
    pub fn slowed(&mut self, now: Tick) -> Vec<(Pace, String)> {
        let slower = |pace: &mut Pace, since: Tick| {
            let is = Pace::of(now.saturating_sub(since));
            let slower = is > *pace;
            *pace = is.max(*pace);
            slower
        };
        let mut told = Vec::new();
        for flight in &mut self.flights {
            if slower(&mut flight.pace, flight.since) {
                told.push((flight.pace, format!("{} {}", flight.act, flight.target.title)));
            }
        }
        for flight in &mut self.silences {
            if slower(&mut flight.pace, flight.since) {
                told.push((flight.pace, format!("{} {}", flight.deed.name(), flight.what)));
            }
        }
        told
    }

    /// When something becomes slower next.
    pub fn next_slowing(&self) -> Option<Tick> {
        let alerts = self.flights.iter().map(|flight| (flight.pace, flight.since));
        let silences = self.silences.iter().map(|flight| (flight.pace, flight.since));
        let next = |(pace, since): (Pace, Tick)| match pace {
            Pace::Usual => Some(since + SLOW),
            Pace::Slow => Some(since + VERY_SLOW),
            Pace::VerySlow => None,
        };
        alerts.chain(silences).filter_map(next).min()
    }

    /// Remembers what may be taken back; the oldest leaves when there are too many.
    pub fn remember(&mut self, done: Undoable) {
        if self.done.len() >= UNDOS {
            self.done.pop_front();
        }
        self.done.push_back(done);
    }

    /// The last act, which is no longer remembered.
    pub fn take_last(&mut self) -> Option<Undoable> {
        self.done.pop_back()
    }

    /// The last act.
    pub fn last(&self) -> Option<&Undoable> {
        self.done.back()
    }
}
