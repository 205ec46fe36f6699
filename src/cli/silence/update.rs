//! Changing silences from the command line.

use std::fmt::Write as _;

use clap::Args;

use super::when::Span;
use super::{expire, find, why};
use crate::cli::asking::Asking;
use crate::cli::exit::{Said, VerbError, exit_of};
use crate::client::{AskError, ShownSilence};
use crate::domain::command::{Answer, Command, SilenceCommand};
use crate::domain::id::{Revision, SilenceId};
use crate::domain::silence::{SilenceState, Terms};
use crate::domain::time::Timestamp;

/// What is to be changed, and of which silences.
#[derive(Debug, Args)]
#[command(after_help = "\
The id is printed. What is over stays over: to change it makes another silence of the same matchers,
from now on. Another start of one that has begun does, too, and ends the first. stderr says so.

Examples:
  watchbell silence update 8c2f --for 2h
  watchbell silence update 8c2f --until \"2026-11-24 08:00\" --comment \"the disk comes tomorrow\"")]
pub struct Update {
    /// The silences: the beginnings of their ids, four characters at least
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// From when to when.
    #[command(flatten)]
    pub span: Span,
    /// Why
    #[arg(long, short, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Whose it is
    #[arg(long, short = 'a', alias = "author", value_name = "NAME")]
    pub by: Option<String>,
    /// Whether it ends also when all that it muted has been resolved; with =false, whether not
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true
    )]
    pub until_resolved: Option<bool>,
}

impl Update {
    pub(super) async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let Span { length, until, start } = &self.span;
        let spans = length.is_some() || until.is_some() || start.is_some();
        let others = self.comment.is_some() || self.by.is_some() || self.until_resolved.is_some();
        if !spans && !others {
            let told = "say what to change: --for, --until, --start, --comment, --by or \
                        --until-resolved";
            return Err(VerbError::Usage(told.to_owned()));
        }
        let all = asking.source.silences().await?;
        let found = find::to_act_on(&all, &self.ids)?;
        let mut said = Said::default();
        let mut rest = found.iter();
        for shown in rest.by_ref() {
            let terms = self.terms(&shown.silence.terms, all.now, asking);
            match set(asking, Some(shown.silence.id), Some(shown.silence.revision), terms).await {
                Ok(id) => {
                    // Writing to a text cannot fail.
                    let _ = writeln!(said.result, "{id}");
                    if id != shown.silence.id {
                        let why = became(shown, all.now);
                        let _ = writeln!(said.remark, "{}: {why}: {id}", expire::name(shown));
                    }
                }
                Err(error) => {
                    said.exit = said.exit.max(exit_of(error.kind()));
                    let name = expire::name(shown);
                    let _ = writeln!(said.remark, "watchbell: {name}: {}", why(&error));
                    if !error.is_refusal() {
                        break;
                    }
                }
            }
        }
        for shown in rest {
            let _ = writeln!(said.remark, "watchbell: {}: not tried", expire::name(shown));
        }
        Ok(said)
    }

    /// What the silence is to be.
    fn terms(&self, before: &Terms, now: Timestamp, asking: &Asking<'_>) -> Terms {
        let starts = self.span.starts(now, asking.zone).unwrap_or(before.starts);
        let ends = self.span.ends(starts, now, asking.zone);
        Terms {
            starts,
            ends: ends.unwrap_or(before.ends),
            by: self.by.as_ref().map_or_else(|| before.by.clone(), |by| by.as_str().into()),
            comment: match &self.comment {
                Some(comment) => comment.as_str().into(),
                None => before.comment.clone(),
            },
            until_resolved: self.until_resolved.unwrap_or(before.until_resolved),
            ..before.clone()
        }
    }
}

/// Why a silence became another.
fn became(shown: &ShownSilence, now: Timestamp) -> &'static str {
    match shown.silence.state(now) {
        SilenceState::Expired => "it was over, and this one was made of it",
        SilenceState::Active | SilenceState::Pending => {
            "it starts at another time, so that it ended and this one took its place"
        }
    }
}

/// Makes a silence, or has one become so; gives its id.
pub(super) async fn set(
    asking: &Asking<'_>,
    id: Option<SilenceId>,
    seen: Option<Revision>,
    terms: Terms,
) -> Result<SilenceId, AskError> {
    let command = Command::Silence(SilenceCommand::Set(id, Box::new(terms)));
    let receipt = asking.source.submit(&asking.asker, seen, command).await?;
    match receipt.answer {
        Answer::Silenced(id) => Ok(id),
        // No other answer is given to this.
        _ => Err(AskError::NotFound("no silence was answered".to_owned())),
    }
}
