//! Acting on alerts from the command line: several at once, a line for each.

use std::fmt::Write as _;
use std::str::FromStr;

use crate::cli::asking::Asking;
use crate::cli::exit::{Exit, Said, VerbError, exit_of};
use crate::client::{AskError, Whole};
use crate::domain::actor::{Actor, Person};
use crate::domain::alert::lifecycle::last_act;
use crate::domain::command::{Acted, AlertCommand, Answer, Command, Unchanged};
use crate::domain::id::AlertId;
use crate::domain::refusal::Refusal;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, after, parse_span};

/// What is to be done.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Acknowledge,
    Unacknowledge,
    Assign(Option<Person>),
    Resolve { note: Option<Text> },
    Reopen,
    Snooze(Length),
    Wake,
    Note(Text),
    Undo,
}

/// A length of time from now, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(SignedDuration);

impl FromStr for Length {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span = parse_span(text).filter(SignedDuration::is_positive);
        span.map(Self).ok_or("write a length of time such as 30m, 2h or 1d")
    }
}

impl Act {
    /// Giving it to an account, to `me` or to `nobody`.
    pub(super) async fn assign(asking: &Asking<'_>, to: &str) -> Result<Self, VerbError> {
        let to = match to {
            "nobody" => None,
            "me" => Some(asking.asker.actor().person().cloned().ok_or_else(nobody)?),
            name => Some(asking.person(name).await?),
        };
        Ok(Self::Assign(to))
    }

    /// What is asked of the service about `alert`.
    fn command(&self, alert: &Whole, asker: &Actor) -> AlertCommand {
        match self {
            Self::Acknowledge => AlertCommand::Acknowledge,
            Self::Unacknowledge => AlertCommand::Unacknowledge,
            Self::Assign(to) => AlertCommand::Assign(to.as_ref().map(|person| person.id)),
            Self::Resolve { note: _ } => AlertCommand::Resolve,
            Self::Reopen => AlertCommand::Reopen,
            Self::Snooze(Length(span)) => AlertCommand::Snooze(after(alert.now, *span)),
            Self::Wake => AlertCommand::Wake,
            Self::Note(text) => AlertCommand::Note(text.clone()),
            Self::Undo => AlertCommand::Undo(last_act(&alert.timeline, asker).unwrap_or_default()),
        }
    }

    /// What was done, in words.
    fn done(&self, alert: &Whole) -> String {
        match self {
            Self::Acknowledge => "acknowledged".to_owned(),
            Self::Unacknowledge => "given back to firing".to_owned(),
            Self::Assign(Some(person)) => format!("assigned to {}", person.name),
            Self::Assign(None) => "assigned to nobody".to_owned(),
            Self::Resolve { note: _ } => "resolved".to_owned(),
            Self::Reopen => "reopened".to_owned(),
            Self::Snooze(Length(span)) => {
                format!("snoozed until {:.0}", after(alert.now, *span))
            }
            Self::Wake => "heard again".to_owned(),
            Self::Note(_) => "noted".to_owned(),
            Self::Undo => "taken back".to_owned(),
        }
    }

    /// Why nothing had to change, in words.
    fn unchanged(&self, why: &Unchanged) -> String {
        let words = match (why, self) {
            (Unchanged::AssignedAlready, Self::Assign(Some(person))) => {
                return format!("it is assigned to {} already", person.name);
            }
            (Unchanged::AssignedAlready, _) => "it is assigned to nobody already",
            (Unchanged::AcknowledgedAlready, _) => "you have acknowledged it already",
            (Unchanged::NotAcknowledged, _) => "nobody has acknowledged it",
            (Unchanged::ResolvedAlready, _) => "it is resolved already",
            (Unchanged::OpenAlready, _) => "it is open already",
            (Unchanged::NotSuppressed, _) => "it is not snoozed",
            (Unchanged::NotDue, _) => "it is as it was",
        };
        words.to_owned()
    }
}

/// What is said to whoever is nobody here.
fn nobody() -> VerbError {
    let why = "you are no account; add your user as unix_user to an [[account]] of \
               watchbell.toml, or name an account";
    VerbError::Usage(why.to_owned())
}

/// Does it to every alert, or to none where one of them is not found. Each has its line: on
/// stdout what was done, on stderr what did not have to be done and what was refused.
pub(super) async fn carry_out(
    asking: &Asking<'_>,
    alerts: &[String],
    act: &Act,
) -> Result<Said, VerbError> {
    let mut found: Vec<Whole> = Vec::with_capacity(alerts.len());
    for beginning in alerts {
        let alert = asking.source.alert(beginning).await?;
        if found.iter().all(|known| known.shown.alert.id != alert.shown.alert.id) {
            found.push(alert);
        }
    }
    let mut said = Said::default();
    let asker = asking.asker.actor();
    for alert in &found {
        let result = one(asking, alert, act.command(alert, &asker)).await?;
        if let (Act::Resolve { note: Some(text) }, Ok(_)) = (act, &result) {
            one(asking, alert, AlertCommand::Note(text.clone())).await?.map_err(refused)?;
        }
        add(&mut said, act, alert, result);
    }
    Ok(said)
}

async fn one(
    asking: &Asking<'_>,
    alert: &Whole,
    command: AlertCommand,
) -> Result<Result<Acted, Refusal>, VerbError> {
    let id: AlertId = alert.shown.alert.id;
    let order = Command::Alerts(vec![id], command);
    let receipt = asking.source.submit(&asking.asker, Some(alert.revision), order).await?;
    let Answer::Acted(acted) = receipt.answer else {
        return Err(refused(Refusal::UnknownAlert(id)));
    };
    let result = acted.into_iter().find_map(|(of, result)| (of == id).then_some(result));
    Ok(result.unwrap_or(Err(Refusal::UnknownAlert(id))))
}

fn refused(refusal: Refusal) -> VerbError {
    AskError::from(refusal).into()
}

fn add(said: &mut Said, act: &Act, whole: &Whole, result: Result<Acted, Refusal>) {
    let alert = &whole.shown.alert;
    let name = format!("{} {}", alert.id.short(), alert.title);
    // Writing to a text cannot fail.
    let _ = match result {
        Ok(Acted::Changed) => writeln!(said.result, "{name}: {}", act.done(whole)),
        Ok(Acted::Unchanged(why)) => writeln!(said.remark, "{name}: {}", act.unchanged(&why)),
        Err(refusal) => {
            said.exit = said.exit.max(Exit::Refused).max(exit_of(&refusal));
            writeln!(said.remark, "watchbell: {name}: {refusal}")
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_some_time_from_now() {
        assert_eq!("2h".parse(), Ok(Length(SignedDuration::from_hours(2))));
        for text in ["", "0s", "-2h", "2", "tomorrow", "1mo"] {
            assert!(text.parse::<Length>().is_err(), "{text:?}");
        }
    }
}
