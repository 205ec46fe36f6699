//! Making a silence from the command line.

use std::collections::BTreeSet;

use clap::Args;

use super::when::Span;
use super::{matchers, preview, refused};
use crate::cli::asking::Asking;
use crate::cli::exit::{Said, VerbError};
use crate::domain::command::{Answer, Command, SilenceCommand};
use crate::domain::labels::Labels;
use crate::domain::maintenance::{Maintenance, Recurrence};
use crate::domain::matcher::Matcher;
use crate::domain::refusal::Refusal;
use crate::domain::silence::{SilenceRefusal, Terms};
use crate::domain::text::{Text, line_of};
use crate::domain::time::{SignedDuration, after};

/// How long a silence lasts whose end nobody names, as amtool's.
const USUAL: SignedDuration = SignedDuration::from_hours(1);

/// A silence to be made.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watchbell silence add DiskFull instance=db1 --for 2h --comment \"a new disk comes\"
  watchbell silence add 'host=~\"db.*\"' severity!=critical --until 08:00
  watchbell silence add service=web --start 22:00 --until 04:00 --comment \"move to rack 7\"
  watchbell silence add LinkDown --for 7d --until-resolved
  watchbell silence add service=db --every \"sat, sun at 02:00 for 2h\" --name backup")]
pub struct Add {
    /// What is muted: NAME=VALUE, !=, =~ or !~, all of which must match; a first word without them is
    /// the name of an alert
    #[arg(value_name = "MATCHER")]
    pub matchers: Vec<String>,
    /// From when to when.
    #[command(flatten)]
    pub span: Span,
    /// Why
    #[arg(long, short, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub comment: String,
    /// Whose it is [default: you]
    #[arg(long, short = 'a', alias = "author", value_name = "NAME")]
    pub by: Option<String>,
    /// End it also five minutes after all that it muted has been resolved
    #[arg(long)]
    pub until_resolved: bool,
    /// Have it come again and again: "sat, sun at 02:00 for 2h", and a zone behind it
    #[arg(
        long,
        value_name = "WHEN",
        requires = "name",
        conflicts_with_all = ["length", "until", "start", "until_resolved"]
    )]
    pub every: Option<String>,
    /// What that is called
    #[arg(long, value_name = "NAME", requires = "every")]
    pub name: Option<String>,
    /// Say something else of it; may be given several times
    #[arg(long = "annotation", value_name = "NAME=VALUE", value_parser = annotation)]
    pub annotations: Vec<(String, String)>,
}

impl Add {
    pub(super) async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let matchers = matchers::some(&self.matchers, asking.policy.dialect)?;
        let annotations = annotations(&self.annotations)?;
        if let Some((every, name)) = self.every.as_ref().zip(self.name.as_ref()) {
            return self.come_again(every, name, matchers, asking).await;
        }
        let seen = asking.source.preview(&matchers).await?;
        let starts = self.span.starts(seen.at, asking.zone).unwrap_or(seen.at);
        let ends = self.span.ends(starts, seen.at, asking.zone);
        let terms = Terms {
            matchers: matchers.into(),
            starts,
            ends: ends.unwrap_or_else(|| after(starts.max(seen.at), USUAL)),
            by: match &self.by {
                Some(by) => by.as_str().into(),
                None => asking.asker.actor().name().as_str().into(),
            },
            comment: self.comment.as_str().into(),
            annotations,
            until_resolved: self.until_resolved,
        };
        if terms.ends <= seen.at {
            // Its start is now because nobody named one: that it is too late says nothing.
            return Err(refused(Refusal::from(SilenceRefusal::EndsInPast).into()));
        }
        let remark = preview::sentence(&seen, &terms);
        let command = Command::Silence(SilenceCommand::Set(None, Box::new(terms)));
        let receipt = asking.source.submit(&asking.asker, None, command).await.map_err(refused)?;
        let Answer::Silenced(id) = receipt.answer else { return Ok(Said::default()) };
        Ok(Said { result: format!("{id}\n"), ..Said::remark(&remark) })
    }
}

impl Add {
    /// Keeps a maintenance; prints the id of the silence that is its first window.
    async fn come_again(
        &self,
        every: &str,
        name: &str,
        matchers: Vec<Matcher>,
        asking: &Asking<'_>,
    ) -> Result<Said, VerbError> {
        let phrase = format!("every {}", every.trim_start_matches("every "));
        let when = Recurrence::read(&phrase, asking.zone.iana_name());
        let when = when.map_err(|error| VerbError::Usage(format!("--every: {error}")))?;
        let (name, comment) = (Text::derive(name), Text::derive(&self.comment));
        let remark = format!("{name} comes again: {when}");
        let maintenance = Maintenance { name, matchers, comment, when };
        let command = Command::Silence(SilenceCommand::Repeat(Box::new(maintenance)));
        let receipt = asking.source.submit(&asking.asker, None, command).await.map_err(refused)?;
        let Answer::Silenced(id) = receipt.answer else { return Ok(Said::default()) };
        Ok(Said { result: format!("{id}\n"), ..Said::remark(&remark) })
    }
}

fn annotation(pair: &str) -> Result<(String, String), &'static str> {
    match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write NAME=VALUE"),
    }
}

/// The annotations, each of which may be given once.
fn annotations(pairs: &[(String, String)]) -> Result<Labels, VerbError> {
    let mut known = BTreeSet::new();
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !known.insert(name)) {
        let name = line_of(name);
        return Err(VerbError::Usage(format!("--annotation {name} is given twice; take one out")));
    }
    Ok(pairs.iter().cloned().collect())
}
