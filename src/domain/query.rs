//! The filter: what people type to see only some of the alerts.
//!
//! All words must match. `word` is looked for, in any case, in title, service, person and label
//! values; `!word` must not occur; `name=value`, `!=`, `=~`, `!~` compare. The plain names
//! `severity service state assignee title` (or `@severity` and so on) are the alert's own fields,
//! every other name is a label, and so is every quoted one.

mod parse;
mod written;

pub(in crate::domain) use parse::why as pattern_fault;
pub use written::written;

use std::ops::Range;
use std::sync::Arc;

use super::alert::{Alert, Ending, State};
use super::id::AccountId;
use super::matcher::Condition;
use super::severity::Severity;
use super::table::{Lookup, Table, Word};
use super::text::Text;
use super::time::{SignedDuration, Timestamp, after};

/// A filter, as far as it could be read.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    terms: Vec<Term>,
    problems: Vec<Problem>,
}

/// A piece of the text that could not be read, and is left out until it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// Why.
    pub reason: Text,
}

#[derive(Clone, Debug)]
enum Term {
    Word { lower: String, wanted: Wanted },
    Field(Field, Condition),
    Label(String, Condition),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Somewhere,
    Nowhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Severity,
    Service,
    State,
    Assignee,
    Title,
}

/// What one term asks for, as far as a label may say it.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// That a label is so.
    Label(&'a str, &'a Condition),
    /// That the service is called so.
    Service(&'a Condition),
    /// That the severity is so.
    Severity(&'a Condition),
    /// That the title is so.
    Title(&'a Condition),
    /// Something that no label says.
    Else,
}

/// For whom and when a filter is asked.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The table the alerts are of.
    pub table: &'a Table,
    /// Who `me` is.
    pub me: Option<AccountId>,
    /// Now.
    pub now: Timestamp,
}

impl Filter {
    /// How long an ended alert is shown without being asked for by its state.
    pub const ENDED_SHOWN: SignedDuration = SignedDuration::from_mins(15);

    /// Reads `text`. What cannot be read is a problem; the rest applies.
    pub fn parse(text: &str) -> Self {
        parse::parse(text)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.problems.is_empty()
    }

    /// What could not be read, in order.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether the alert is to be shown: it matches, and it is open, ended lately, or asked for
    /// by a state.
    pub fn shows(&self, alert: &Alert, view: View<'_>) -> bool {
        let lately = alert.is_open() || alert.ended_within(Self::ENDED_SHOWN, view.now);
        (lately || self.names_state()) && self.matches(alert, view)
    }

    /// The alerts that are to be shown, in no order.
    pub fn shown<'t>(&self, view: View<'t>) -> impl Iterator<Item = &'t Arc<Alert>> {
        let View { table, now, .. } = view;
        let every = self.names_state().then(|| table.alerts());
        let open = every.is_none().then(|| table.look_up(&self.lookup(table), None));
        let ended = open.is_some().then(|| table.ended_since(after(now, -Self::ENDED_SHOWN)));
        let some = open.into_iter().flatten().chain(ended.into_iter().flatten());
        let found = every.into_iter().flatten().chain(some);
        found.filter(move |alert| self.shows(alert, view))
    }

    /// How the open alerts that match are found.
    fn lookup(&self, table: &Table) -> Lookup {
        Lookup::of(table, self.terms.iter().filter_map(|term| term.words(table)))
    }

    /// Whether every term matches.
    pub fn matches(&self, alert: &Alert, view: View<'_>) -> bool {
        self.terms.iter().all(|term| term.matches(alert, view))
    }

    /// What each term asks for, in order.
    pub fn asked(&self) -> impl Iterator<Item = Asked<'_>> {
        self.terms.iter().map(|term| match term {
            Term::Label(name, condition) => Asked::Label(name, condition),
            Term::Field(Field::Service, condition) => Asked::Service(condition),
            Term::Field(Field::Severity, condition) => Asked::Severity(condition),
            Term::Field(Field::Title, condition) => Asked::Title(condition),
            Term::Field(Field::State | Field::Assignee, _) | Term::Word { .. } => Asked::Else,
        })
    }

    fn names_state(&self) -> bool {
        self.terms.iter().any(|term| matches!(term, Term::Field(Field::State, _)))
    }
}

impl Term {
    /// Words of which an alert must have one to match, where there are such.
    fn words(&self, table: &Table) -> Option<Vec<Word>> {
        match self {
            Self::Label(name, condition) => {
                let texts = condition.texts()?;
                Some(texts.iter().map(|text| Word::pair(name, text)).collect())
            }
            Self::Field(Field::Service, condition) => {
                let texts = condition.texts()?;
                let id = |name: &str| {
                    table.services().find(|service| service.name.as_str() == name).map(|one| one.id)
                };
                texts.iter().map(|name| id(name).map(Word::service)).collect()
            }
            Self::Field(Field::Assignee, condition) => {
                let texts = condition.texts()?;
                // These are no names.
                let is_name = texts.iter().all(|text| !["me", "nobody"].contains(&text.as_ref()));
                is_name.then(|| texts.iter().map(|name| Word::assignee(name)).collect())
            }
            Self::Field(Field::Severity | Field::State | Field::Title, _) | Self::Word { .. } => {
                None
            }
        }
    }

    fn matches(&self, alert: &Alert, view: View<'_>) -> bool {
        match self {
            Self::Word { lower, wanted } => {
                let somewhere = mentions(alert, view.table, lower);
                somewhere == (*wanted == Wanted::Somewhere)
            }
            Self::Field(field, condition) => field.holds(alert, view, condition),
            Self::Label(name, condition) => {
                condition.holds([alert.labels.get(name).unwrap_or_default()])
            }
        }
    }
}

impl Field {
    fn holds(self, alert: &Alert, view: View<'_>, condition: &Condition) -> bool {
        match self {
            Self::Severity => condition.holds(match alert.severity {
                Severity::Critical => ["critical", "crit"],
                Severity::Warning => ["warning", "warn"],
            }),
            Self::Service => condition.holds([view.table.service_name(alert.service).as_str()]),
            Self::State => condition.holds(state_words(alert)),
            Self::Assignee => {
                let assignee = alert.standing.assignee.as_ref();
                let name = assignee.map_or("nobody", |person| person.name.as_str());
                let mine = assignee.is_some() && assignee.map(|person| person.id) == view.me;
                condition.holds([name].into_iter().chain(mine.then_some("me")))
            }
            Self::Title => condition.holds([alert.title.as_str()]),
        }
    }
}

/// All words that say how an alert stands: its state's, and those of what else is the case.
fn state_words(alert: &Alert) -> impl Iterator<Item = &'static str> {
    let (state, open) = match &alert.standing.state {
        State::Firing => (["firing", "fire"], true),
        State::Acknowledged(_) => (["acknowledged", "ack"], true),
        State::Resolved(_) => (["resolved", "res"], false),
    };
    let resolution = alert.standing.resolution();
    let also = [
        ("hold", alert.standing.hold().is_some_and(|hold| hold.reports > 0)),
        ("lost", resolution.is_some_and(|resolution| resolution.how == Ending::TimeOut)),
        ("flap", open && alert.marks.flapping.is_some()),
        ("stale", open && alert.marks.stale.is_some()),
        ("sil", open && alert.is_silenced()),
        ("snz", open && alert.wakes().is_some()),
    ];
    state.into_iter().chain(also.into_iter().filter_map(|(word, is_so)| is_so.then_some(word)))
}

/// Whether the lower-case `word` occurs where people look for words.
fn mentions(alert: &Alert, table: &Table, word: &str) -> bool {
    let has = |text: &str| contains(text, word);
    has(alert.title.as_str())
        || has(&table.service_name(alert.service))
        || alert.standing.assignee.as_ref().is_some_and(|person| has(person.name.as_str()))
        || alert.standing.acknowledgement().is_some_and(|held| has(&held.by.to_string()))
        || alert.labels.iter().any(|(_, value)| has(value))
}

/// Whether the lower-case `word` occurs in `text` in any case. Most text and most words are ASCII,
/// and are not copied: a filter looks at a million of them.
fn contains(text: &str, word: &str) -> bool {
    if !(text.is_ascii() && word.is_ascii()) {
        return text.to_lowercase().contains(word);
    }
    let Some((first, rest)) = word.as_bytes().split_first() else { return true };
    let mut text = text.as_bytes();
    while let Some((begin, after)) = text.split_first() {
        let follows = || after.get(..rest.len()).is_some_and(|it| it.eq_ignore_ascii_case(rest));
        if begin.eq_ignore_ascii_case(first) && follows() {
            return true;
        }
        text = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::AlertCommand;
    use crate::domain::report::NamedService;
    use crate::domain::samples::{Desk, account, labels, payload};

    #[test]
    fn filters_show_what_their_words_say() {
        let mut desk = Desk::new();
        let mut full = payload("disk is full on db1", "critical");
        full.labels = labels(&[("instance", "db1:9100"), ("state", "failed"), ("service", "web")]);
        let id = desk.fires("disk", full);
        desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
        let table = [
            ("", true),
            ("DISK", true),
            ("disk full", true),
            ("\"is full\"", true),
            ("\"full is\"", false),
            ("alice", true),
            ("9100", true),
            ("!disk", false),
            ("!cpu", true),
            ("state=ack", true),
            ("state=acknowledged @severity=crit", true),
            ("state=firing", false),
            ("state!=firing", true),
            ("\"state\"=failed", true),
            ("\"state\"=firing", false),
            ("service=web", true),
            ("service=~we.", true),
            ("service=~e", false),
            ("service!~\"db|web\"", false),
            ("assignee=me", true),
            ("assignee=alice", true),
            ("assignee=nobody", false),
            ("instance=~db.*", true),
            ("missing=\"\"", true),
            ("missing!=\"\"", false),
        ];
        let me = account("alice").person().map(|person| person.id);
        let view = View { table: &desk.table, me, now: desk.now };
        for (text, shown) in table {
            let filter = Filter::parse(text);
            assert_eq!(filter.problems(), [], "in {text:?}");
            assert_eq!(filter.shows(desk.alert(id), view), shown, "{text:?}");
        }
    }

    #[test]
    fn what_is_shown_is_what_a_look_at_every_alert_shows() {
        let mut desk = Desk::new();
        for number in 0..40 {
            let (own, fifth) = (format!("node-{number}"), format!("rack-{}", number % 5));
            let mut one = payload("disk", if number % 2 == 0 { "critical" } else { "warning" });
            one.labels = labels(&[("instance", &own), ("rack", &fifth)]);
            one.service = NamedService::Strictly(Text::derive(&format!("service-{}", number % 7)));
            let id = desk.fires(&own, one);
            if number % 8 == 0 {
                desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
            }
            if number % 9 == 0 {
                desk.ends(&own);
                desk.wait(SignedDuration::from_mins(5));
            }
        }
        let me = account("alice").person().map(|person| person.id);
        let view = View { table: &desk.table, me, now: desk.now };
        let filters = [
            "",
            "instance=node-7",
            "instance=node-36 severity=critical",
            "instance=~node-7|node-8",
            "service=service-3",
            "service=~service-3|service-9 rack=rack-0",
            "service=nothing",
            "assignee=alice",
            "assignee=me",
            "assignee=nobody",
            "state=resolved",
            "state=fire instance=node-7",
        ];
        for text in filters {
            let filter = Filter::parse(text);
            let ids = |alert: &Arc<Alert>| alert.id;
            let every = desk.table.alerts().filter(|alert| filter.shows(alert, view)).map(ids);
            let mut found: Vec<_> = filter.shown(view).map(ids).collect();
            found.sort();
            assert_eq!(found, every.collect::<Vec<_>>(), "{text:?}");
        }
        let looked_at =
            |text: &str| desk.table.look_up(&Filter::parse(text).lookup(&desk.table), None).count();
        assert_eq!(looked_at("instance=node-7"), 1);
        assert_eq!(
            looked_at("service=nothing"),
            35,
            "it may be what a service without a name is called"
        );
    }

    #[test]
    fn a_snoozed_alert_answers_to_its_state_and_to_its_word() {
        let mut desk = Desk::new();
        let id = desk.fires("disk", payload("disk", "critical"));
        let until = desk.now + SignedDuration::from_hours(1);
        desk.act(&account("alice"), id, AlertCommand::Snooze(until)).unwrap();
        let view = View { table: &desk.table, me: None, now: desk.now };
        let cases = [
            ("state=fire", true),
            ("state=snz", true),
            ("state=hold", false),
            ("state!=snz", false),
        ];
        for (text, shown) in cases {
            assert_eq!(Filter::parse(text).shows(desk.alert(id), view), shown, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_located_and_the_rest_applies() {
        let table = [
            ("state=firing service=~\"(pay.*|web\"", 13..34, "( not closed"),
            ("a \"open", 2..7, "\" not closed"),
            (
                "state=frining",
                0..13,
                "no such value; there are firing, fire, acknowledged, ack, resolved, res, hold, lost, \
                 flap, stale, sil, snz",
            ),
            ("=x", 0..2, "a name is missing before the sign"),
            ("!", 0..1, "a word is missing"),
            ("@who=x", 0..6, "no field @who; there are severity, service, state, assignee, title"),
        ];
        for (text, range, reason) in table {
            let filter = Filter::parse(text);
            assert_eq!(filter.problems(), [Problem { range, reason: reason.into() }], "{text:?}");
        }
    }

    #[test]
    fn ended_alerts_are_shown_for_a_quarter_of_an_hour_and_then_on_request() {
        let mut desk = Desk::new();
        let id = desk.fires("disk", payload("disk", "critical"));
        desk.ends("disk");
        let shown = |desk: &Desk, text: &str| {
            let view = View { table: &desk.table, me: None, now: desk.now };
            Filter::parse(text).shows(desk.alert(id), view)
        };
        assert!(shown(&desk, ""));
        desk.wait(SignedDuration::from_mins(15));
        assert!(!shown(&desk, "disk"));
        assert!(shown(&desk, "state=resolved"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_and_every_problem_lies_in_it(text in ".{0,40}") {
            for problem in Filter::parse(&text).problems() {
                proptest::prop_assert!(text.get(problem.range.clone()).is_some());
                proptest::prop_assert!(!problem.range.is_empty());
            }
        }
    }
}
