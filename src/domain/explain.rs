//! Why an alert calls people, or does not: rule by rule, in words. Pure.

use std::fmt;

use super::alert::{Alert, Call, Calling, Ending, Pause, State, Suppression, Suppressor};
use super::delivery::{Delivery, Progress};
use super::severity::Severity;
use super::silence::Terms;
use super::table::Table;
use super::tells::{moot, unheard};
use super::text::Text;
use super::time::Timestamp;

/// What was looked at, in the order in which it decides, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The rules.
    pub rules: Vec<Rule>,
    /// What follows from them.
    pub verdict: Verdict,
    /// What was, and will be, told to each channel; oldest first.
    pub told: Vec<Text>,
}

/// One rule, and how it stands with this alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is asked.
    pub name: &'static str,
    /// The answer, with what it rests on.
    pub finding: Text,
    /// What it means for a call.
    pub means: Means,
}

/// What a rule means for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// It may call.
    Calls,
    /// It keeps the alert quiet.
    Quiet,
}

/// Whether people are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are, since then.
    Calls {
        /// Since when.
        since: Timestamp,
    },
    /// They should be, since then, but no channel told them.
    Unheard {
        /// Since when.
        since: Timestamp,
        /// What the last channel said.
        why: Text,
    },
    /// They are not, because of the first rule that keeps it quiet.
    Quiet {
        /// That rule's finding.
        because: Text,
    },
}

/// How times are written in an explanation.
pub type Times<'a> = &'a dyn Fn(Timestamp) -> String;

/// As verbs and APIs write times: in UTC, to the second.
pub fn utc(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// Explains `alert`, its times written as `times` does: people see one zone on one screen.
pub fn explain(table: &Table, alert: &Alert, times: Times<'_>) -> Explanation {
    let rules = vec![
        severity(alert),
        state(alert, times),
        suppressions(table, alert, times),
        flapping(alert, times),
        channels(table, alert, times),
    ];
    let quiet = rules.iter().find(|rule| rule.means == Means::Quiet);
    let verdict = match (quiet, alert.standing.call) {
        (None, Call::Calling(Calling { since, .. })) => match unheard(table, alert) {
            Some(why) => Verdict::Unheard { since, why },
            None => Verdict::Calls { since },
        },
        (None, _) => Verdict::Quiet { because: Text::derive("nobody is being called") },
        (Some(rule), _) => Verdict::Quiet { because: rule.finding.clone() },
    };
    let mut deliveries: Vec<_> = table.deliveries_of(alert.id).collect();
    deliveries.sort_by_key(|delivery| (delivery.created, delivery.id));
    let told = deliveries.into_iter().map(|delivery| told(table, delivery, times)).collect();
    Explanation { rules, verdict, told }
}

fn rule(name: &'static str, means: Means, finding: &str) -> Rule {
    Rule { name, means, finding: Text::derive(finding) }
}

fn severity(alert: &Alert) -> Rule {
    let name = "severity";
    match (alert.severity, &alert.unknown_severity) {
        (Severity::Critical, None) => rule(name, Means::Calls, "it is critical"),
        (Severity::Critical, Some(word)) => rule(
            name,
            Means::Calls,
            &format!("severity \"{word}\" is unknown and counts as critical"),
        ),
        (Severity::Warning, _) => {
            rule(name, Means::Quiet, "it is a warning; only critical alerts call")
        }
    }
}

fn state(alert: &Alert, times: Times<'_>) -> Rule {
    let name = "state";
    match &alert.standing.state {
        State::Firing => rule(name, Means::Calls, "it fires and nobody has acknowledged it"),
        State::Acknowledged(held) => {
            let until = held.until.map(|until| format!(", until {}", times(until)));
            let until = until.unwrap_or_default();
            let finding = format!("{} acknowledged it at {}{until}", held.by, times(held.at));
            rule(name, Means::Quiet, &finding)
        }
        State::Resolved(resolution) => {
            let at = times(resolution.at);
            let finding = match &resolution.how {
                Ending::Source => format!("its source resolved it at {at}"),
                Ending::TimeOut => {
                    format!("it ended at {at} because nothing more was heard of it")
                }
                Ending::Operator { by, hold: None } => format!("{by} resolved it at {at}"),
                Ending::Operator { by, hold: Some(hold) } => format!(
                    "{by} resolved it at {at}; reports of it are kept out until {} ({} so far)",
                    times(hold.until),
                    hold.reports
                ),
            };
            rule(name, Means::Quiet, &finding)
        }
    }
}

fn suppressions(table: &Table, alert: &Alert, times: Times<'_>) -> Rule {
    let name = "suppressions";
    if alert.suppressions.is_empty() {
        return rule(name, Means::Calls, "nothing keeps it quiet");
    }
    let words = |held: &Suppression| {
        let by = match &held.by {
            Suppressor::Snooze { by, until } => format!("snoozed by {by} until {}", times(*until)),
            Suppressor::Silence { id, by, until, why } => {
                let known = table.silence(*id).map(|silence| &silence.terms);
                let until = times(known.map_or(*until, |terms| terms.ends));
                let by = known.map_or_else(|| by.clone(), Terms::whose);
                let why = known.map_or_else(|| why.clone(), Terms::why);
                let why = if why.is_empty() { String::new() } else { format!(": {why}") };
                let resolved = known.is_some_and(|terms| terms.until_resolved);
                let resolved = if resolved { ", or until its alerts are resolved" } else { "" };
                format!("silenced by {by} until {until}{resolved}{why}")
            }
            Suppressor::Rule(_) => held.by.to_string(),
        };
        format!("{by} (since {})", times(held.since))
    };
    let words: Vec<String> = alert.suppressions.iter().map(words).collect();
    let then = match alert.suppressions.len() {
        _ if !alert.is_silenced() || !alert.is_wanted() => "",
        1 => "; it calls when that ends",
        _ => "; it calls when the last of these ends",
    };
    rule(name, Means::Quiet, &format!("{}{then}", words.join(", ")))
}

fn flapping(alert: &Alert, times: Times<'_>) -> Rule {
    let name = "flapping";
    let paused = matches!(alert.standing.call, Call::Paused { why: Pause::Flapping, .. });
    match alert.marks.flapping {
        None => rule(name, Means::Calls, "it does not flap"),
        Some(since) if paused => {
            let finding = format!("it flaps since {}; people were told once", times(since));
            rule(name, Means::Quiet, &finding)
        }
        Some(since) => {
            let since = times(since);
            let finding = format!("it flaps since {since}; the call that nobody answered goes on");
            rule(name, Means::Calls, &finding)
        }
    }
}

fn channels(table: &Table, alert: &Alert, times: Times<'_>) -> Rule {
    let name = "channels";
    let channels = &table.policy().channels;
    if channels.is_empty() {
        let finding = "no [[channel]] is configured: only the terminals of consoles tell";
        return rule(name, Means::Calls, finding);
    }
    let names: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
    let begun = match alert.standing.call {
        Call::Calling(calling) => format!("; the call began at {}", times(calling.since)),
        Call::Quiet | Call::Paused { .. } | Call::Over => String::new(),
    };
    rule(name, Means::Calls, &format!("{}{begun}", names.join(", ")))
}

fn told(table: &Table, delivery: &Delivery, times: Times<'_>) -> Text {
    let Delivery { tell, channel, state, attempts, .. } = delivery;
    let tries = match attempts {
        0 => String::new(),
        1 => " (1 attempt)".to_owned(),
        more => format!(" ({more} attempts)"),
    };
    Text::derive(&match state {
        Progress::Waiting { next, after } => match (moot(table, delivery), after) {
            (Some(why), _) => format!("{channel}: {tell}, will not be told{tries}: {why}"),
            (None, None) => format!("{channel}: {tell}, will be told at {}", times(*next)),
            (None, Some(why)) => {
                let next = times(*next);
                format!("{channel}: {tell}, will be tried again at {next}{tries}: {why}")
            }
        },
        Progress::Attempt { since } => {
            format!("{channel}: {tell}, being told since {}{tries}", times(*since))
        }
        Progress::Sent { at } => format!("{channel}: {tell}, told at {}{tries}", times(*at)),
        Progress::Superseded { at, why } => {
            format!("{channel}: {tell}, dropped at {}{tries}: {why}", times(*at))
        }
        Progress::GivenUp { at, why } => {
            format!("{channel}: {tell}, given up at {}{tries}: {why}", times(*at))
        }
    })
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Verdict::Calls { since } => writeln!(f, "calls people, since {since:.0}")?,
            Verdict::Unheard { since, why } => {
                writeln!(f, "should call people, since {since:.0}, but nobody was told: {why}")?;
            }
            Verdict::Quiet { because } => writeln!(f, "calls nobody: {because}")?,
        }
        for Rule { name, finding, means } in &self.rules {
            let mark = match means {
                Means::Calls => "may call",
                Means::Quiet => "quiet   ",
            };
            writeln!(f, "  {mark}  {name:13}{finding}")?;
        }
        self.told.iter().try_for_each(|line| writeln!(f, "  told      {line}"))
    }
}
