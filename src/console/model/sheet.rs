//! What opens from the bottom over the list: questions, the picker of people, lines of text.

use std::time::Duration;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use tui_input::Input;

use super::acts::{Act, Done, Target};
use super::list::Mode;
use super::sieve::Sieve;
use super::silencing::{self, Silencing};
use crate::console::frame::Tick;
use crate::domain::actor::{Actor, Person};
use crate::domain::id::SilenceId;
use crate::domain::policy::Account;
use crate::domain::table::{Lookup, Table, Word};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// What is open over the list.
#[derive(Clone, Debug)]
pub enum Sheet {
    /// A question.
    Question(Question),
    /// People to choose from.
    Picker(Picker),
    /// A line of text.
    Prompt(Prompt),
    /// What to silence.
    Silencing(Box<Silencing>),
}

/// Something happened to the alert of a sheet behind it. The sheet says so, and waits for a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbed {
    /// When it became known.
    pub at: Tick,
    /// What happened, as a sentence.
    pub told: String,
}

impl Disturbed {
    /// How long a yes is not meant for what it says.
    const UNREAD: Duration = Duration::from_secs(1);

    /// Whether nobody can have read it yet.
    pub fn is_unread(&self, now: Tick) -> bool {
        now < self.at + Self::UNREAD
    }
}

impl Sheet {
    /// The alert it is about, if it is about one.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Sheet::Question(question) => question.target(),
            Sheet::Picker(picker) => Some(&picker.target),
            Sheet::Prompt(prompt) => match &prompt.purpose {
                Purpose::Note(target) | Purpose::ResolveNote(target) | Purpose::Snooze(target) => {
                    Some(target)
                }
                Purpose::Filter(_) | Purpose::Silences(_) | Purpose::TokenName => None,
            },
            // What it silences is in its lines, whatever becomes of that alert.
            Sheet::Silencing(_) => None,
        }
    }

    /// What it leads to on that alert. What it does not ask for yet is anything.
    pub fn act(&self) -> Option<Act> {
        match self {
            Sheet::Question(question) => match &question.about {
                About::Act(act, _) => Some(act.clone()),
                About::Undo(done) => Some(Act::Undo(done.clone())),
                About::UndoSilence(_) | About::Expire(_) | About::Quit => None,
            },
            Sheet::Picker(_) => Some(Act::Assign(None)),
            Sheet::Prompt(prompt) => match &prompt.purpose {
                Purpose::Note(_) => Some(Act::Note(Text::default())),
                Purpose::ResolveNote(_) => Some(Act::Resolve),
                Purpose::Snooze(_) => Some(Act::Snooze(Timestamp::MAX)),
                Purpose::Filter(_) | Purpose::Silences(_) | Purpose::TokenName => None,
            },
            Sheet::Silencing(_) => None,
        }
    }

    /// What happened to its alert behind it.
    pub fn disturbed(&self) -> Option<&Disturbed> {
        match self {
            Sheet::Question(Question { disturbed, .. })
            | Sheet::Picker(Picker { disturbed, .. })
            | Sheet::Prompt(Prompt { disturbed, .. }) => disturbed.as_ref(),
            Sheet::Silencing(_) => None,
        }
    }

    /// Notes what happened to its alert behind it.
    pub fn disturb(&mut self, by: Disturbed) {
        match self {
            Sheet::Question(Question { disturbed, .. })
            | Sheet::Picker(Picker { disturbed, .. })
            | Sheet::Prompt(Prompt { disturbed, .. }) => *disturbed = Some(by),
            Sheet::Silencing(_) => {}
        }
    }
}

/// A question. It belongs to what it was opened for, whatever happens behind it.
#[derive(Clone, Debug)]
pub struct Question {
    /// About what.
    pub about: About,
    /// When its first frame was written; keys before that were not meant for it.
    pub drawn: Option<Tick>,
    /// What happened to its alert behind it.
    pub disturbed: Option<Disturbed>,
}

/// What a question is about.
#[derive(Clone, Debug)]
pub enum About {
    /// Doing something to an alert.
    Act(Act, Target),
    /// Taking back something older than a minute.
    Undo(Done),
    /// Taking back something older than a minute that was done to a silence.
    UndoSilence(silencing::Done),
    /// Ending a silence before its time.
    Expire(SilenceId),
    /// Stopping the service.
    Quit,
}

impl Question {
    /// A question nobody has seen yet.
    pub fn new(about: About) -> Question {
        Question { about, drawn: None, disturbed: None }
    }

    /// The alert it is about.
    pub fn target(&self) -> Option<&Target> {
        match &self.about {
            About::Act(_, target) => Some(target),
            About::Undo(done) => Some(&done.target),
            About::UndoSilence(_) | About::Expire(_) | About::Quit => None,
        }
    }
}

/// Whom to assign an alert to.
#[derive(Clone, Debug)]
pub struct Picker {
    /// Which alert.
    pub target: Target,
    /// What was typed to narrow the choice.
    pub input: Input,
    /// The choices that are left.
    pub choices: Vec<Choice>,
    /// The marked one. None where nothing was typed and the one who chooses is nobody's account:
    /// the first of the names is no choice of theirs.
    pub marked: Option<usize>,
    /// What happened to its alert behind it.
    pub disturbed: Option<Disturbed>,
    people: Vec<Choice>,
}

/// One line of the picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A person.
    Person {
        /// Who.
        person: Person,
        /// The mail address, which is searched too.
        email: Text,
        /// Whether it is the one who chooses.
        kin: Kin,
        /// How many open alerts are theirs.
        open: usize,
    },
    /// Nobody.
    Nobody,
}

/// Who a person is to the one at this console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kin {
    /// They are the same.
    You,
    /// Somebody else.
    Other,
}

impl Picker {
    /// Everybody of `table`: the viewer first, then by name, nobody last.
    pub fn new(target: Target, table: &Table, viewer: &Actor) -> Picker {
        let me = viewer.person().map(|person| person.id);
        let mut people: Vec<_> = table.policy().accounts.iter().collect();
        let words = people.iter().map(|account| Word::assignee(account.name.as_str())).collect();
        let owners: Vec<_> = table
            .look_up(&Lookup::of(table, [words]), None)
            .filter_map(|alert| alert.standing.assignee.as_ref().map(|person| person.id))
            .collect();
        let named = |account: &Account| account.name.as_str().to_lowercase();
        people.sort_by_cached_key(|one| (Some(one.id) != me, named(one), one.name.clone()));
        let people: Vec<Choice> = people
            .into_iter()
            .map(|account| Choice::Person {
                person: account.person(),
                email: account.email.clone(),
                kin: if Some(account.id) == me { Kin::You } else { Kin::Other },
                open: owners.iter().filter(|id| **id == account.id).count(),
            })
            .collect();
        let mut picker = Picker {
            target,
            input: Input::default(),
            choices: Vec::new(),
            marked: None,
            disturbed: None,
            people,
        };
        picker.narrow();
        picker
    }

    /// Applies what was typed: fuzzy over name and address; marks the best match. A name that
    /// nobody has leaves no choice: a slip must not take an assignment away.
    pub fn narrow(&mut self) {
        let typed = self.input.value().trim();
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut best = (0, 0);
        self.choices.clear();
        for choice in &self.people {
            let Choice::Person { person, email, .. } = choice else { continue };
            let text = format!("{} {email}", person.name);
            let Some(score) = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher) else {
                continue;
            };
            if score > best.0 {
                best = (score, self.choices.len());
            }
            self.choices.push(choice.clone());
        }
        let meant = !typed.is_empty() && "nobody".starts_with(&typed.to_lowercase());
        let nobody = meant && self.choices.is_empty();
        if typed.is_empty() || meant || !self.choices.is_empty() {
            self.choices.push(Choice::Nobody);
        }
        let marked = if nobody { self.choices.len() - 1 } else { best.1 };
        let chosen = !typed.is_empty()
            || matches!(self.choices.first(), Some(Choice::Person { kin: Kin::You, .. }));
        self.marked = (chosen && marked < self.choices.len()).then_some(marked);
    }

    /// The marked choice.
    pub fn choice(&self) -> Option<&Choice> {
        self.choices.get(self.marked?)
    }
}

/// The longest line that can be written, in characters: what is kept of a text.
pub const LONGEST: usize = Text::LONGEST;

/// A line of text being written.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// For what.
    pub purpose: Purpose,
    /// The text and its caret.
    pub input: Input,
    /// Which earlier text is shown, counted back from the newest.
    pub recalled: Option<usize>,
    /// What happened behind it to the alert that it is about.
    pub disturbed: Option<Disturbed>,
}

/// What a text is written for.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// To filter the list.
    Filter(Box<Trial>),
    /// A note on an alert.
    Note(Target),
    /// A note with which an alert is resolved.
    ResolveNote(Target),
    /// How long an alert is to be quiet.
    Snooze(Target),
    /// Words of the silences to show, and those of before.
    Silences(String),
    /// The name of a sender's token.
    TokenName,
}

/// A filter while it is typed, and what to go back to.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The filter before.
    pub before: Sieve,
    /// The list before.
    pub list: Mode,
    /// What is typed.
    pub sieve: Sieve,
    /// When the list follows.
    pub follow: Option<Tick>,
}

impl Prompt {
    /// A prompt with `text` in it and the caret at its end.
    pub fn new(purpose: Purpose, text: &str) -> Prompt {
        let input = Input::new(text.to_owned());
        Prompt { purpose, input, recalled: None, disturbed: None }
    }

    /// Whether something happened behind it that nobody can have read yet.
    pub fn is_unread(&self, now: Tick) -> bool {
        self.disturbed.as_ref().is_some_and(|by| by.is_unread(now))
    }

    /// Whether nothing more can be written.
    pub fn is_full(&self) -> bool {
        self.input.value().chars().count() >= LONGEST
    }
}
