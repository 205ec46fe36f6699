//! The sheet that asks what to silence, until when and why; and what becomes of what it asks for.
//! It belongs to an alert, to what the filter shows, or to a silence that is changed. Everything
//! that makes, changes or ends a silence from the console begins here.

pub mod count;

use std::sync::Arc;

use tui_input::Input;

pub use count::{Count, Counted};

use super::Model;
use super::acts::{Pace, Target};
use crate::console::frame::Tick;
use crate::domain::alert::Alert;
use crate::domain::id::{OpId, Revision, SilenceId};
use crate::domain::labels::Labels;
use crate::domain::maintenance::{Maintenance, Recurrence, RecurrenceError};
use crate::domain::matcher::{Dialect, Matcher};
use crate::domain::query::Filter;
use crate::domain::silence::line::{Line, read, written};
use crate::domain::silence::{Ends, NoEnd, Silence, Terms, wish};
use crate::domain::text::{Text, line_of};
use crate::domain::time::{SignedDuration, TimeZone, Timestamp, before};

/// The sheet.
#[derive(Clone, Debug)]
pub struct Silencing {
    /// What it was opened for.
    pub subject: Subject,
    /// The alert under the cursor when it was opened, to come back to.
    pub target: Option<Target>,
    /// The line that is written.
    pub focus: Focus,
    /// Matchers.
    pub what: Field,
    /// How long.
    pub until: Field,
    /// The comment.
    pub why: Field,
    /// What the matchers reach.
    pub count: Count,
    /// What the first line means.
    line: Line,
    /// What the first line says as long as nobody changes it: its text is cleaned.
    given: Arc<[Matcher]>,
    /// The silence as it was when it was opened for it.
    known: Option<Arc<Silence>>,
}

/// What is to be silenced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The alert that a key was pressed on.
    Alert,
    /// What the filter shows.
    Shown {
        /// How many alerts those were.
        count: usize,
    },
    /// Whatever is written.
    Written,
    /// What a silence silences already.
    Known(SilenceId),
}

/// A line of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// Matchers.
    What,
    /// How long.
    Until,
    /// The comment.
    Why,
}

impl Focus {
    /// The line below it, the first below the last.
    #[must_use]
    pub fn next(self) -> Focus {
        match self {
            Focus::What => Focus::Until,
            Focus::Until => Focus::Why,
            Focus::Why => Focus::What,
        }
    }

    /// The line above it.
    #[must_use]
    pub fn previous(self) -> Focus {
        self.next().next()
    }
}

/// A line of text and how it was at first.
#[derive(Clone, Debug)]
pub struct Field {
    /// The text and its caret.
    pub input: Input,
    given: String,
}

impl Field {
    fn new(text: &str) -> Field {
        let given = line_of(text).into_owned();
        Field { input: Input::new(given.clone()), given }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.input.value().trim()
    }

    /// Whether nobody changed it.
    pub fn is_as_given(&self) -> bool {
        self.input.value() == self.given
    }
}

impl Silencing {
    /// A sheet for the alert that a key was pressed on.
    pub fn of_alert(target: Target, alert: &Alert) -> Silencing {
        let given = wish::of_alert(alert);
        Silencing::new(Subject::Alert, Some(target), given, "", "")
    }

    /// A sheet for what the filter of the list shows.
    pub fn of_shown(target: Option<Target>, model: &Model) -> Silencing {
        let filter = Filter::parse(model.list.sieve().text());
        let places = model.list.sorted().from(0);
        let shown: Vec<&Alert> =
            places.filter_map(|place| model.table.alert(place.id)).map(AsRef::as_ref).collect();
        let label = &model.table.policy().service_label;
        let given = wish::of_shown(&filter, &shown, label);
        Silencing::new(Subject::Shown { count: shown.len() }, target, given, "", "")
    }

    /// A sheet on which all is still to be written.
    pub fn of_nothing() -> Silencing {
        Silencing::new(Subject::Written, None, Vec::new(), "", "")
    }

    /// A sheet that changes a silence.
    pub fn of_silence(silence: &Arc<Silence>, now: Timestamp, zone: &TimeZone) -> Silencing {
        let terms = &silence.terms;
        let ends = Ends { at: terms.ends, until_resolved: terms.until_resolved };
        let (given, until) = (terms.matchers.to_vec(), ends.written(now, zone));
        let subject = Subject::Known(silence.id);
        let mut sheet = Silencing::new(subject, None, given, &until, &terms.comment);
        sheet.known = Some(Arc::clone(silence));
        sheet
    }

    fn new(
        subject: Subject,
        target: Option<Target>,
        given: Vec<Matcher>,
        until: &str,
        why: &str,
    ) -> Silencing {
        let what = Field::new(&written(&given));
        // Where there is nothing to begin with, it has to be said.
        let focus = if given.is_empty() { Focus::What } else { Focus::Until };
        let (until, why) = (Field::new(until), Field::new(why));
        let mut sheet = Silencing {
            subject,
            target,
            focus,
            what,
            until,
            why,
            count: Count::default(),
            line: Line::default(),
            given: given.into(),
            known: None,
        };
        // As it is given, which is no text to be read.
        sheet.read(Dialect::default());
        sheet
    }

    /// The field that is written.
    pub fn field(&mut self) -> &mut Field {
        match self.focus {
            Focus::What => &mut self.what,
            Focus::Until => &mut self.until,
            Focus::Why => &mut self.why,
        }
    }

    /// Reads the matchers anew, in the dialect of the service; says whether they are others.
    pub fn read(&mut self, dialect: Dialect) -> bool {
        let line = if self.what.is_as_given() {
            Line { matchers: self.given.to_vec(), problems: Vec::new() }
        } else {
            read(self.what.input.value(), dialect)
        };
        let is_other = line != self.line;
        self.line = line;
        is_other
    }

    /// What the first line means.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// When it is to end.
    pub fn ends(&self, now: Timestamp, zone: &TimeZone) -> Result<Ends, NoEnd> {
        if let Some(known) = self.known.as_ref().filter(|_| self.until.is_as_given()) {
            let Terms { ends, until_resolved, .. } = known.terms;
            let ends = Ends { at: ends, until_resolved };
            return if ends.at > now { Ok(ends) } else { Err(NoEnd::NoTime) };
        }
        let text = if self.until.text().is_empty() { Ends::USUAL } else { self.until.text() };
        Ends::read(text, now, zone)
    }

    /// When it is to come again, where that is what is asked for instead of an end. A zone that is not
    /// named is that of the console.
    pub fn comes_again(&self, zone: &TimeZone) -> Option<Result<Recurrence, RecurrenceError>> {
        let text = self.until.text();
        Recurrence::is_meant(text).then(|| Recurrence::read(text, zone.iana_name()))
    }

    /// The silence that it changes, as it was when it was opened.
    pub fn known(&self) -> Option<&Arc<Silence>> {
        self.known.as_ref()
    }

    /// Whether what it changes to is another silence, and the one that it changes ends.
    pub fn replaces(&self) -> bool {
        self.known.as_ref().is_some_and(|known| *known.terms.matchers != *self.line.matchers)
    }

    /// What is asked for, by `by`, if it ends then. A new silence begins when it is made: the engine
    /// lets none begin before.
    pub fn terms(&self, ends: Ends, by: &str, now: Timestamp) -> Terms {
        let fresh = Terms {
            matchers: self.line.matchers.as_slice().into(),
            starts: before(now, MARGIN),
            ends: ends.at,
            by: by.into(),
            comment: self.why.text().into(),
            annotations: Labels::default(),
            until_resolved: ends.until_resolved,
        };
        match &self.known {
            None => fresh,
            Some(known) => {
                let Terms { starts, by, annotations, comment, .. } = known.terms.clone();
                let comment = if self.why.is_as_given() { comment } else { fresh.comment };
                Terms { starts, by, comment, annotations, ..fresh }
            }
        }
    }
}

/// Two clocks of one host differ by less.
const MARGIN: SignedDuration = SignedDuration::from_mins(1);

/// Something done to a silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A new one.
    Make(Box<Terms>),
    /// A maintenance, to come again and again.
    Repeat(Box<Maintenance>),
    /// Another end, comment or whatever else.
    Change(SilenceId, Box<Terms>),
    /// The end before its time.
    Expire {
        /// Which.
        id: SilenceId,
        /// How many alerts call again.
        calling: usize,
    },
    /// The last of these taken back.
    Undo(Done),
}

impl Deed {
    /// The deed as a name: `silence`.
    pub fn name(&self) -> &'static str {
        match self {
            Deed::Make(_) => "silence",
            Deed::Repeat(_) => "maintenance",
            Deed::Change(..) => "change",
            Deed::Expire { .. } => "end",
            Deed::Undo(_) => "undo",
        }
    }

    /// What has not happened where it failed.
    pub fn participle(&self) -> &'static str {
        match self {
            Deed::Make(_) => "silenced",
            Deed::Repeat(_) => "kept",
            Deed::Change(..) => "changed",
            Deed::Expire { .. } => "ended",
            Deed::Undo(_) => "undone",
        }
    }
}

/// A deed that was asked for and not yet answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Under which id it was asked for.
    pub op: OpId,
    /// What.
    pub deed: Deed,
    /// To what, to end a sentence with: `312 alerts, 14 of them called`.
    pub what: String,
    /// Since when.
    pub since: Tick,
    /// Whether it takes longer than anybody should wonder.
    pub pace: Pace,
}

/// A deed that was saved and may be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its name.
    pub deed: &'static str,
    /// To what.
    pub what: String,
    /// Which silence it was done to.
    pub id: SilenceId,
    /// The maintenance that it made, where it made one.
    pub maintenance: Option<Text>,
    /// In which commit.
    pub revision: Revision,
    /// When, for the question.
    pub at: Timestamp,
    /// When, for its limit.
    pub tick: Tick,
}
