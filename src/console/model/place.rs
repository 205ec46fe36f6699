//! Where an alert stands in the list, and the word and the name that stand in its row. Pure
//! readings of one alert at one time.

use std::cmp::Reverse;

use crate::domain::actor::Actor;
use crate::domain::alert::{Alert, Ending, Standing, State};
use crate::domain::id::{AccountId, AlertId, Revision};
use crate::domain::query::Filter;
use crate::domain::severity::Severity;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after};

/// After this an acknowledgement asks for a look again.
pub const REMINDER: SignedDuration = SignedDuration::from_hours(2);

/// What comes first. The order of the variants is the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Critical, and nobody has acknowledged it.
    CriticalFiring,
    /// Critical, acknowledged longer ago than the reminder time.
    CriticalOverdue,
    /// Critical and acknowledged: a running incident, which sixty warnings must not push away.
    CriticalAcknowledged,
    /// A warning that fires.
    WarningFiring,
    /// A warning that somebody has.
    WarningAcknowledged,
    /// It may not be over: its source still sends it, or nothing more was heard of it.
    Doubtful,
    /// Critical, and kept quiet.
    CriticalQuiet,
    /// A warning that is kept quiet.
    WarningQuiet,
    /// It ended.
    Ended,
}

/// A place in the list: rank, then what began last, then the id so that there are no ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// What comes first.
    pub rank: Rank,
    /// Newest first: since when it needs somebody, or when it ended; by our clock.
    pub since: Reverse<Timestamp>,
    /// Whose place.
    pub id: AlertId,
}

impl Place {
    /// The place of `alert` at `now`.
    pub fn of(alert: &Alert, now: Timestamp) -> Place {
        let rank = match (Word::of(alert, now), alert.severity) {
            (Word::Firing | Word::Flapping | Word::Stale, Severity::Critical) => {
                Rank::CriticalFiring
            }
            (Word::Firing | Word::Flapping | Word::Stale, Severity::Warning) => Rank::WarningFiring,
            (Word::Overdue, Severity::Critical) => Rank::CriticalOverdue,
            (Word::Acknowledged, Severity::Critical) => Rank::CriticalAcknowledged,
            (Word::Overdue | Word::Acknowledged, Severity::Warning) => Rank::WarningAcknowledged,
            (Word::Held | Word::Lost, _) => Rank::Doubtful,
            (Word::Silenced | Word::Snoozed | Word::Muted, Severity::Critical) => {
                Rank::CriticalQuiet
            }
            (Word::Silenced | Word::Snoozed | Word::Muted, Severity::Warning) => Rank::WarningQuiet,
            (Word::Resolved, _) => Rank::Ended,
        };
        let ended = alert.standing.resolution().map(|resolution| resolution.at);
        Place { rank, since: Reverse(ended.unwrap_or(alert.standing.needed)), id: alert.id }
    }
}

/// When the place or the word of `alert` changes by time alone, if it does after `now`.
pub fn next_change(alert: &Alert, now: Timestamp) -> Option<Timestamp> {
    let at = match &alert.standing.state {
        State::Firing => return None,
        State::Acknowledged(acknowledgement) => after(acknowledgement.at, REMINDER),
        State::Resolved(resolution) => after(resolution.at, Filter::ENDED_SHOWN),
    };
    (at > now).then_some(at)
}

/// The word of the state column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Nobody has acknowledged it.
    Firing,
    /// Somebody has it.
    Acknowledged,
    /// Somebody has had it for long.
    Overdue,
    /// It fires on and off.
    Flapping,
    /// It fires, as far as we know: its webhook has been silent for long.
    Stale,
    /// A silence keeps it quiet.
    Silenced,
    /// Somebody wants to hear of it later.
    Snoozed,
    /// A rule keeps it quiet.
    Muted,
    /// It ended.
    Resolved,
    /// Somebody ended it, and its source still sends it.
    Held,
    /// Nothing more was heard of it.
    Lost,
}

impl Word {
    /// The word for `alert` at `now`. Where several apply: how it ended, then what keeps it quiet,
    /// then who has it, then the marks.
    pub fn of(alert: &Alert, now: Timestamp) -> Word {
        match &alert.standing.state {
            State::Resolved(resolution) => Word::of_ended(&resolution.how),
            State::Firing | State::Acknowledged(_) if alert.is_silenced() => Word::Silenced,
            State::Firing | State::Acknowledged(_) if alert.is_suppressed() => {
                if alert.wakes().is_some() { Word::Snoozed } else { Word::Muted }
            }
            State::Acknowledged(it) if after(it.at, REMINDER) <= now => Word::Overdue,
            State::Acknowledged(_) => Word::Acknowledged,
            State::Firing if alert.marks.flapping.is_some() => Word::Flapping,
            State::Firing if alert.marks.stale.is_some() => Word::Stale,
            State::Firing => Word::Firing,
        }
    }

    fn of_ended(how: &Ending) -> Word {
        match how {
            Ending::TimeOut => Word::Lost,
            Ending::Operator { hold: Some(hold), .. } if hold.reports > 0 => Word::Held,
            Ending::Operator { .. } | Ending::Source => Word::Resolved,
        }
    }

    /// As it stands in the column.
    pub fn text(self) -> &'static str {
        match self {
            Word::Firing => "fire",
            Word::Acknowledged => "ack",
            Word::Overdue => "ack!",
            Word::Flapping => "flap",
            Word::Stale => "stale",
            Word::Silenced => "sil",
            Word::Snoozed => "snz",
            Word::Muted => "mut",
            Word::Resolved => "res",
            Word::Held => "hold",
            Word::Lost => "lost",
        }
    }
}

/// Whose alert it is, as the last column says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody's.
    Nobody,
    /// Assigned: not acknowledged yet, or no longer, as it has ended.
    Assigned(Text),
    /// Acknowledged by this person.
    Has(Text),
}

impl Who {
    /// Whose `alert` is.
    pub fn of(alert: &Alert) -> Who {
        let assignee = alert.standing.assignee.as_ref().map(|person| person.name.clone());
        match (&alert.standing.state, assignee) {
            (State::Acknowledged(it), _) => Who::Has(Text::derive(&it.by.to_string())),
            (State::Firing | State::Resolved(_), Some(name)) => Who::Assigned(name),
            (State::Firing | State::Resolved(_), None) => Who::Nobody,
        }
    }
}

/// What an alert is called wherever it is named: its title; where that is only the name of its rule,
/// which many alerts share, with the label that tells it from the others.
pub fn named(alert: &Alert) -> String {
    const SHARED: [&str; 5] = ["alertname", "severity", "service", "job", "fingerprint"];
    let title = alert.title.as_str();
    let is_rule =
        alert.labels.get("alertname").is_some_and(|rule| Text::derive(rule) == alert.title);
    if !is_rule {
        return title.to_owned();
    }
    let others = alert.labels.iter().filter(|(name, _)| !SHARED.contains(name));
    let instance = alert.labels.get("instance").into_iter();
    let mut values = instance.chain(others.map(|(_, value)| value)).map(Text::derive);
    let telling = values.find(|value| !value.is_empty() && *value != alert.title);
    telling.map_or_else(|| title.to_owned(), |value| format!("{title}  {value}"))
}

/// Whether two forms of an alert could be taken for different alerts.
pub fn is_renamed(one: &Alert, other: &Alert) -> bool {
    named(one) != named(other) || one.service != other.service
}

/// Since when the age of a row counts: its start, or its end once it has ended.
pub fn age_from(alert: &Alert) -> Timestamp {
    alert.standing.resolution().map_or_else(|| alert.started(), |resolution| resolution.at)
}

/// What the header counts an alert as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A critical alert that fires, assigned to the person at this console.
    Mine,
    /// A critical alert that fires.
    Critical,
    /// A warning that fires.
    Warning,
    /// Somebody has it.
    Acknowledged,
    /// A silence keeps it quiet.
    Silenced,
    /// Something else does.
    Quiet,
    /// It ended.
    Ended,
}

impl Class {
    /// What `alert` counts as for the person `viewer`.
    pub fn of(alert: &Alert, viewer: Option<AccountId>) -> Class {
        let mine =
            viewer.is_some() && alert.standing.assignee.as_ref().map(|person| person.id) == viewer;
        match (&alert.standing.state, alert.severity) {
            (State::Firing | State::Acknowledged(_), _) if alert.is_silenced() => Class::Silenced,
            (State::Firing | State::Acknowledged(_), _) if alert.is_suppressed() => Class::Quiet,
            (State::Firing, Severity::Critical) if mine => Class::Mine,
            (State::Firing, Severity::Critical) => Class::Critical,
            (State::Firing, Severity::Warning) => Class::Warning,
            (State::Acknowledged(_), _) => Class::Acknowledged,
            (State::Resolved(_), _) => Class::Ended,
        }
    }
}

/// The header's counts. They never look at the filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Critical alerts that fire.
    pub critical: usize,
    /// Those of them that are assigned to the person at this console.
    pub mine: usize,
    /// Warnings that fire.
    pub warnings: usize,
    /// Alerts that somebody has.
    pub acknowledged: usize,
    /// Alerts that a silence keeps quiet, whoever has them.
    pub silenced: usize,
    /// Alerts that something else keeps quiet, whoever has them.
    pub quiet: usize,
}

impl Census {
    /// Everything open.
    pub fn open(&self) -> usize {
        self.critical + self.warnings + self.acknowledged + self.silenced + self.quiet
    }

    /// Everything that fires.
    pub fn firing(&self) -> usize {
        self.critical + self.warnings
    }

    /// Whether they say that none of a kind is there while there are some `now`. Counts may be a few
    /// seconds old, but nobody may be told that nothing fires while something does.
    pub fn denies(&self, now: &Census) -> bool {
        let kinds: [fn(&Census) -> usize; 4] =
            [|census| census.critical, |census| census.mine, Census::firing, Census::open];
        kinds.iter().any(|count| count(self) == 0 && count(now) > 0)
    }

    /// Counts one more of `class`.
    pub fn add(&mut self, class: Class) {
        self.each(class, |count| *count += 1);
    }

    /// Counts one less of `class`.
    pub fn remove(&mut self, class: Class) {
        self.each(class, |count| *count = count.saturating_sub(1));
    }

    fn each(&mut self, class: Class, change: impl Fn(&mut usize)) {
        match class {
            Class::Mine => {
                change(&mut self.critical);
                change(&mut self.mine);
            }
            Class::Critical => change(&mut self.critical),
            Class::Warning => change(&mut self.warnings),
            Class::Acknowledged => change(&mut self.acknowledged),
            Class::Silenced => change(&mut self.silenced),
            Class::Quiet => change(&mut self.quiet),
            Class::Ended => {}
        }
    }
}

/// Whether two standings say the same to a person. How many reports a hold has kept out is none of
/// it, once there was one.
pub fn says_the_same(old: &Standing, new: &Standing) -> bool {
    let told = |standing: &Standing| {
        let mut standing = standing.clone();
        standing.touched = Revision::default();
        if let State::Resolved(resolution) = &mut standing.state
            && let Ending::Operator { hold: Some(hold), .. } = &mut resolution.how
        {
            hold.reports = hold.reports.min(1);
        }
        standing
    };
    told(old) == told(new)
}

/// Whether `actor` is the person `viewer`.
pub fn is_viewer(actor: &Actor, viewer: &Actor) -> bool {
    match (actor.person(), viewer.person()) {
        (Some(one), Some(other)) => one.id == other.id,
        _ => actor == viewer,
    }
}
