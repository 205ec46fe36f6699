//! Showing one alert on the command line: how it stands, and all that happened to it.

use std::fmt::Write as _;

use clap::Args;

use super::row::{WholeRow, ended_by};
use crate::cli::asking::{Asking, to_read};
use crate::cli::exit::{Said, VerbError};
use crate::cli::output::{Output, columns};
use crate::client::{Shown, Whole};
use crate::domain::alert::{Alert, Hold, State, Suppression};
use crate::domain::labels::Labels;
use crate::domain::text::line_of;
use crate::domain::time::{SignedDuration, age};

/// The alert to be shown, and how.
#[derive(Debug, Args)]
pub struct Show {
    /// The alert: the beginning of its id
    #[arg(value_name = "ID")]
    pub alert: String,
    /// How to print it.
    #[command(flatten)]
    pub output: Output,
}

impl Show {
    pub(super) async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let whole = asking.source.alert(to_read(&self.alert)?).await?;
        Ok(Said::result(self.output.one(&WholeRow::new(&whole), text(&whole))?))
    }
}

fn text(whole: &Whole) -> String {
    let Shown { alert, service } = &whole.shown;
    let mut facts = vec![
        ["id".to_owned(), alert.id.to_string()],
        ["service".to_owned(), service.to_string()],
        ["severity".to_owned(), severity(alert)],
        ["state".to_owned(), state(alert)],
    ];
    let mut fact = |name: &str, value: Option<String>| {
        facts.extend(value.map(|value| [name.to_owned(), value]));
    };
    fact("assignee", alert.standing.assignee.as_ref().map(|person| person.name.to_string()));
    for suppression in &alert.suppressions {
        let ended = if alert.is_open() { "" } else { "; stays so if it fires again" };
        let Suppression { by, since } = suppression;
        fact("quiet", Some(format!("{by}, since {since:.0}{ended}")));
    }
    fact("held", alert.standing.hold().map(held));
    fact("flapping", alert.marks.flapping.map(|since| format!("since {since:.0}")));
    fact("stale", alert.marks.stale.map(|since| format!("since {since:.0}")));
    fact("clock", alert.marks.clock.map(clock));
    fact("ends", alert.times_out().map(|at| format!("{at:.0}, if nothing more is heard")));
    let started = alert.started();
    fact("started", Some(format!("{started:.0} (age {})", age(whole.now, started))));
    let seen = alert.seen;
    let times = if seen.count == 1 { "once".to_owned() } else { format!("{} times", seen.count) };
    fact("seen", Some(format!("{times}, last {:.0}, by {}", seen.last, alert.sender)));
    fact("episode", alert.previous.map(|id| format!("{}, after {id}", alert.occurrence)));
    fact("link", alert.link.as_deref().map(|link| line_of(link).into_owned()));
    let mut text = format!("{}\n{}", alert.title, columns(&facts));
    pairs(&mut text, "labels", &alert.labels);
    pairs(&mut text, "annotations", &alert.annotations);
    timeline(&mut text, whole);
    text
}

/// That its source still fires is said only where it did since.
fn held(hold: &Hold) -> String {
    let until = hold.until;
    match hold.reports {
        0 => format!("until {until:.0}, whatever its source sends"),
        _ => format!("until {until:.0}, its source still fires"),
    }
}

/// How far the clock of whoever sends it is off; shown times of its own are by that clock.
fn clock(off: SignedDuration) -> String {
    let side = if off.is_negative() { "ahead of" } else { "behind" };
    let off = SignedDuration::from_secs(off.abs().as_secs());
    format!("that of its sender is {off:#} {side} ours")
}

fn severity(alert: &Alert) -> String {
    match &alert.unknown_severity {
        None => alert.severity.to_string(),
        Some(word) => format!("{}, for \"{word}\" is unknown", alert.severity),
    }
}

fn state(alert: &Alert) -> String {
    match &alert.standing.state {
        State::Firing => format!("firing since {:.0}", alert.standing.since),
        State::Acknowledged(held) => {
            let until = held.until.map(|until| format!(", until {until:.0}")).unwrap_or_default();
            format!("acknowledged by {} at {:.0}{until}", held.by, held.at)
        }
        State::Resolved(end) => format!("resolved by {} at {:.0}", ended_by(&end.how), end.at),
    }
}

fn pairs(text: &mut String, heading: &str, pairs: &Labels) {
    if pairs.is_empty() {
        return;
    }
    // Writing to a text cannot fail.
    let _ = writeln!(text, "\n{heading}");
    for (name, value) in pairs.iter() {
        let _ = writeln!(text, "  {} = {}", line_of(name), line_of(value));
    }
}

/// Every line says who, what, and from where. Notes are lines of it.
fn timeline(text: &mut String, whole: &Whole) {
    let rows: Vec<[String; 3]> = whole
        .timeline
        .iter()
        .map(|event| [format!("  {:.0}", event.at), event.via.to_string(), event.to_string()])
        .collect();
    text.push_str("\ntimeline\n");
    text.push_str(&columns(&rows));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::alert::row::marks;
    use crate::domain::command::AlertCommand;
    use crate::domain::report::Payload;
    use crate::domain::samples::{Desk, account, payload};

    #[test]
    fn a_clock_that_is_off_is_told_with_its_side() {
        let table = [
            (372, "that of its sender is 6m 12s behind ours"),
            (-7_200, "that of its sender is 2h ahead of ours"),
        ];
        for (seconds, told) in table {
            assert_eq!(clock(SignedDuration::from_secs(seconds)), told);
        }
    }

    #[test]
    fn a_hold_says_that_its_source_still_fires_once_it_did() {
        let mut desk = Desk::new();
        let fires = || Payload { starts_at: Some(Desk::new().now), ..payload("disk", "critical") };
        let id = desk.fires("disk", fires());
        desk.act(&account("alice"), id, AlertCommand::Resolve).unwrap();
        let mut said = Vec::new();
        for _ in 0..2 {
            let alert = desk.alert(id);
            let hold = alert.standing.hold().unwrap();
            said.push(format!("{}; marks {:?}", held(hold), marks(alert).collect::<Vec<_>>()));
            desk.fires("disk", fires());
        }
        let until = "until 2026-11-21T03:15:00Z";
        let wanted = [
            format!("{until}, whatever its source sends; marks []"),
            format!("{until}, its source still fires; marks [\"held\"]"),
        ];
        assert_eq!(said, wanted);
    }
}
