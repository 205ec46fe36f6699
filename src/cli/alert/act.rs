//! Acting on alerts from the command line: several at once, a line for each.

use std::fmt::Write as _;
use std::str::FromStr;

use crate::cli::asking::{Asking, to_act};
use crate::cli::exit::{Said, VerbError, exit_of};
use crate::client::{AskError, Whole};
use crate::domain::actor::{Actor, Person};
use crate::domain::alert::Suppressor;
use crate::domain::alert::lifecycle::last_act;
use crate::domain::command::{Acted, AlertCommand, Answer, Command, Unchanged};
use crate::domain::event::{Event, What};
use crate::domain::id::{AlertId, Revision};
use crate::domain::refusal::Refusal;
use crate::domain::snooze::{Unfit, until};
use crate::domain::text::Text;
use crate::domain::time::{TimeZone, Timestamp};

/// What is to be done.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Acknowledge,
    Unacknowledge,
    Assign(Option<Person>),
    Resolve { note: Option<Text> },
    Reopen,
    Snooze(Timestamp),
    Wake,
    Note(Text),
    Undo,
}

/// The end of a snooze, as it is typed: a length of time from now, or a time of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End(String);

/// How the end of a snooze is written.
pub(in crate::cli) const HOW: &str = "write a length of time such as 30m, 2h or 1d, or a time of the clock such as \
                       08:00";

impl FromStr for End {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Whether it names a time does not depend on when that is.
        match until(text, Timestamp::UNIX_EPOCH, &TimeZone::UTC) {
            Ok(_) | Err(Unfit::TooLong) => Ok(Self(text.to_owned())),
            Err(Unfit::NoTime) => Err(HOW),
        }
    }
}

impl End {
    /// When that is, as of `now`.
    fn at(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, VerbError> {
        until(&self.0, now, zone).map_err(|unfit| match unfit {
            Unfit::NoTime => VerbError::Usage(HOW.to_owned()),
            Unfit::TooLong => {
                AskError::from(Refusal::SnoozeTooLong(Suppressor::LONGEST_SNOOZE)).into()
            }
        })
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
            Self::Snooze(until) => AlertCommand::Snooze(*until),
            Self::Wake => AlertCommand::Wake,
            Self::Note(text) => AlertCommand::Note(text.clone()),
            Self::Undo => AlertCommand::Undo(last_act(&alert.timeline, asker).unwrap_or_default()),
        }
    }

    /// What was done, in words.
    fn done(&self) -> String {
        match self {
            Self::Acknowledge => "acknowledged".to_owned(),
            Self::Unacknowledge => "given back to firing".to_owned(),
            Self::Assign(Some(person)) => format!("assigned to {}", person.name),
            Self::Assign(None) => "assigned to nobody".to_owned(),
            Self::Resolve { note: _ } => "resolved".to_owned(),
            Self::Reopen => "reopened".to_owned(),
            Self::Snooze(until) => format!("snoozed until {until:.0}"),
            Self::Wake => "heard again".to_owned(),
            Self::Note(_) => "noted".to_owned(),
            Self::Undo => "undone".to_owned(),
        }
    }

    /// What was done, where only a second look knows it: from whom an
    /// alert was taken over, what was undone, and what came back still snoozed. Nothing where there is no more to say, or it cannot be asked now.
    async fn learnt(
        &self,
        asking: &Asking<'_>,
        alert: &Whole,
        revision: Revision,
    ) -> Option<String> {
        let before = &alert.shown.alert;
        let is_told_more = match self {
            Self::Acknowledge => before.standing.acknowledgement().is_some(),
            Self::Reopen => before.wakes().is_some(),
            Self::Undo => true,
            Self::Unacknowledge
            | Self::Assign(_)
            | Self::Resolve { .. }
            | Self::Snooze(_)
            | Self::Wake
            | Self::Note(_) => false,
        };
        if !is_told_more {
            return None;
        }
        let (after, asker) =
            (asking.source.alert(&before.id.to_string()).await.ok()?, asking.asker.actor());
        let ours = |line: &&Event| line.revision == revision && line.actor == asker;
        match &after.timeline.iter().rfind(ours)?.what {
            What::Acknowledged { over: Some(other), .. } => {
                Some(format!("acknowledged, taken over from {other}"))
            }
            What::Undone { act, .. } => Some(format!("undone: {act}")),
            What::Reopened => {
                let until = after.shown.alert.wakes()?;
                Some(format!("reopened; stays snoozed until {until:.0}"))
            }
            _ => None,
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

/// Snoozes every alert until the same time, by the service's clock.
pub(super) async fn snooze(
    asking: &Asking<'_>,
    alerts: &[String],
    end: &End,
) -> Result<Said, VerbError> {
    let found = find(asking, alerts).await?;
    let now = found.first().map_or(Timestamp::UNIX_EPOCH, |alert| alert.now);
    let act = Act::Snooze(end.at(now, asking.zone)?);
    Ok(do_to(asking, &found, &act).await)
}

/// Does it to every alert, or to none where one of them is not found.
pub(super) async fn carry_out(
    asking: &Asking<'_>,
    alerts: &[String],
    act: &Act,
) -> Result<Said, VerbError> {
    Ok(do_to(asking, &find(asking, alerts).await?, act).await)
}

/// The alerts, each once.
async fn find(asking: &Asking<'_>, alerts: &[String]) -> Result<Vec<Whole>, VerbError> {
    let beginnings: Vec<&str> =
        alerts.iter().map(|alert| to_act(alert)).collect::<Result<_, _>>()?;
    let mut found: Vec<Whole> = Vec::with_capacity(alerts.len());
    for beginning in beginnings {
        let alert = asking.source.alert(beginning).await?;
        if found.iter().all(|known| known.shown.alert.id != alert.shown.alert.id) {
            found.push(alert);
        }
    }
    Ok(found)
}

/// Each alert has its line: on stdout what was done, on stderr what did not have to be done, what
/// was refused, and what was not tried any more because the service could not be asked.
async fn do_to(asking: &Asking<'_>, found: &[Whole], act: &Act) -> Said {
    let mut said = Said::default();
    let asker = asking.asker.actor();
    let mut alerts = found.iter();
    for alert in alerts.by_ref() {
        let result = one(asking, alert, act.command(alert, &asker)).await;
        let done = result.is_ok();
        let learnt = match &result {
            Ok((Acted::Changed, revision)) => act.learnt(asking, alert, *revision).await,
            Ok((Acted::Unchanged(_), _)) | Err(_) => None,
        };
        let result = result.map(|(acted, _)| acted);
        let mut outcome = add(&mut said, alert, act, learnt, result);
        if let Act::Resolve { note: Some(text) } = act
            && done
            && let Err(error) = one(asking, alert, AlertCommand::Note(text.clone())).await
        {
            outcome = fail(&mut said, alert, "it has no note: ", &error);
        }
        if outcome == Asked::InVain {
            break;
        }
    }
    for alert in alerts {
        // Writing to a text cannot fail.
        let _ = writeln!(said.remark, "watchbell: {}: not tried", name(alert));
    }
    said
}

/// Whether the service could be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// It could, whatever it said.
    Well,
    /// It could not, and the next one would wait for nothing, too.
    InVain,
}

/// Has one thing done, and says in which commit.
async fn one(
    asking: &Asking<'_>,
    alert: &Whole,
    command: AlertCommand,
) -> Result<(Acted, Revision), AskError> {
    let id: AlertId = alert.shown.alert.id;
    let order = Command::Alerts(vec![id], command);
    let receipt = asking.source.submit(&asking.asker, Some(alert.revision), order).await?;
    let Answer::Acted(acted) = receipt.answer else {
        return Err(Refusal::UnknownAlert(id).into());
    };
    let result = acted.into_iter().find_map(|(of, result)| (of == id).then_some(result));
    Ok((result.unwrap_or(Err(Refusal::UnknownAlert(id)))?, receipt.revision))
}

fn name(whole: &Whole) -> String {
    let alert = &whole.shown.alert;
    format!("{} {}", alert.id.short(), alert.title)
}

/// Says what came of it.
fn add(
    said: &mut Said,
    alert: &Whole,
    act: &Act,
    learnt: Option<String>,
    result: Result<Acted, AskError>,
) -> Asked {
    let name = name(alert);
    let done = || learnt.unwrap_or_else(|| act.done());
    // Writing to a text cannot fail.
    let _ = match result {
        Ok(Acted::Changed) => writeln!(said.result, "{name}: {}", done()),
        Ok(Acted::Unchanged(why)) => writeln!(said.remark, "{name}: {}", act.unchanged(&why)),
        Err(error) => return fail(said, alert, "", &error),
    };
    Asked::Well
}

/// Says why something failed, after `what`.
fn fail(said: &mut Said, alert: &Whole, what: &str, error: &AskError) -> Asked {
    said.exit = said.exit.max(exit_of(error.kind()));
    // Writing to a text cannot fail.
    let _ = writeln!(said.remark, "watchbell: {}: {what}{error}", name(alert));
    if error.is_refusal() { Asked::Well } else { Asked::InVain }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::cli::exit::Exit;
    use crate::client::{Asker, Local, Source};
    use crate::domain::policy::Policy;
    use crate::domain::report::{Report, Subject};
    use crate::domain::samples::{account, identity, payload};
    use crate::engine;
    use crate::store::Store;
    use crate::store::platter::{Plan, Platter};

    /// Two alerts, and the service with them on a disk that fails from its operation `fails` on.
    async fn carried_out(act: &Act, fails: u64) -> Said {
        let disk = Platter::default();
        let (store, loaded) = Store::open(disk.clone()).unwrap();
        let (handle, writer) = engine::start(store, loaded, Arc::default()).unwrap();
        let source = Source::Local(Local::new(handle.clone()));
        let actor = account("alice");
        let asker = Asker { uid: 1_000, actor, speaks_for: None };
        let reports = ["disk", "cpu"].map(|name| Report::Firing {
            subject: Subject::Known(identity(name)),
            payload: Box::new(payload(name, "critical")),
        });
        source.submit(&asker, None, Command::Report(reports.to_vec())).await.unwrap();
        let alerts: Vec<String> =
            handle.latest().table.alerts().map(|alert| alert.id.to_string()).collect();
        disk.follow(Plan::FailFrom(fails, std::io::ErrorKind::StorageFull));
        let policy = Policy::default();
        let zone = TimeZone::UTC;
        let asking = Asking { source: &source, asker, policy: &policy, zone: &zone, width: None };
        let said = carry_out(&asking, &alerts, act).await.unwrap();
        // On a disk that failed it cannot end well.
        let _ = tokio::task::spawn_blocking(|| writer.stop()).await.unwrap();
        said
    }

    #[tokio::test]
    async fn every_alert_has_its_line_however_early_the_service_could_be_asked_no_more() {
        let mut done = BTreeSet::new();
        for fails in 0..80 {
            let said = carried_out(&Act::Acknowledge, fails).await;
            let lines = said.result.lines().count();
            assert_eq!(lines + said.remark.lines().count(), 2, "at {fails}: {said:?}");
            assert_eq!(said.exit, if lines == 2 { Exit::Done } else { Exit::NotNow }, "{said:?}");
            assert_eq!(said.remark.contains("not tried"), lines == 0, "{said:?}");
            done.insert(lines);
        }
        assert_eq!(done, BTreeSet::from([0, 1, 2]));
    }

    #[tokio::test]
    async fn a_resolve_whose_note_is_refused_is_reported_all_the_same() {
        let act = Act::Resolve { note: Some(Text::default()) };
        let said = carried_out(&act, u64::MAX).await;
        assert_eq!(said.exit, Exit::Refused);
        assert_eq!(said.result.matches(": resolved\n").count(), 2, "{said:?}");
        assert_eq!(said.remark.matches(": it has no note: ").count(), 2, "{said:?}");
    }

    #[test]
    fn the_end_of_a_snooze_is_some_time_to_come() {
        for text in ["2h", "08:00", "99999d"] {
            assert_eq!(text.parse(), Ok(End(text.to_owned())));
        }
        for text in ["", "0s", "-2h", "2", "tomorrow", "1mo", "24:00"] {
            assert!(text.parse::<End>().is_err(), "{text:?}");
        }
    }
}
