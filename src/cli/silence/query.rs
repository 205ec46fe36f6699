//! Listing silences on the command line.

use clap::Args;

use super::row::{HEAD, Row, cells};
use super::when::length;
use super::{find, matchers};
use crate::cli::asking::{Asking, to_read};
use crate::cli::exit::{Said, VerbError};
use crate::cli::output::Output;
use crate::client::{ShownSilence, Silences};
use crate::domain::id::SilenceId;
use crate::domain::matcher::Matcher;
use crate::domain::silence::SilenceState;
use crate::domain::time::{SignedDuration, Timestamp, after, before};

/// Which silences are listed, and how.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watchbell silence query
  watchbell silence query DiskFull --within 2h
  watchbell silence query --expired --created-by alice --output json")]
pub struct Query {
    /// Those that have all of these matchers, written as for add
    #[arg(value_name = "MATCHER")]
    pub matchers: Vec<String>,
    /// In which states.
    #[command(flatten)]
    pub states: States,
    /// Those that end within this time, or with --expired ended within it, such as 2h
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub within: Option<SignedDuration>,
    /// Those of this name, as BY shows it
    #[arg(long, value_name = "NAME")]
    pub created_by: Option<String>,
    /// This one, whatever its state: the beginning of its id; may be given several times
    #[arg(long = "id", value_name = "ID")]
    pub ids: Vec<String>,
    /// Print ids and nothing else, one a line
    #[arg(long, short)]
    pub quiet: bool,
    /// How to print them.
    #[command(flatten)]
    pub output: Output,
}

/// The states that are asked for; none is all but those that are over.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct States {
    /// Those that are in force
    #[arg(long)]
    pub active: bool,
    /// Those to come
    #[arg(long)]
    pub pending: bool,
    /// Those that are over and still kept
    #[arg(long)]
    pub expired: bool,
}

impl Query {
    pub(super) async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let wanted = matchers::read(&self.matchers, asking.policy.dialect)?;
        let all = asking.source.silences().await?;
        let ids = self.ids(&all)?;
        let now = all.now;
        let is_wanted = |shown: &&ShownSilence| self.wants(shown, &wanted, &ids, now);
        let found: Vec<&ShownSilence> = all.silences.iter().filter(is_wanted).collect();
        if self.quiet {
            let ids = found.iter().map(|shown| format!("{}\n", shown.silence.id));
            return Ok(Said::result(ids.collect()));
        }
        let items: Vec<Row<'_>> = found.iter().map(|shown| Row::new(shown, now)).collect();
        let rows = found.iter().map(|shown| cells(shown, now)).collect();
        let result = self.output.list(&items, HEAD, rows, asking.width)?;
        if items.is_empty() {
            let over =
                if self.states.expired { "" } else { "; --expired lists those that are over" };
            let result = if result.starts_with('[') { result } else { String::new() };
            return Ok(Said { result, remark: format!("no silences{over}\n"), ..Said::default() });
        }
        Ok(Said::result(result))
    }

    fn ids(&self, all: &Silences) -> Result<Vec<SilenceId>, VerbError> {
        let one = |id: &String| Ok(find::one(all, to_read(id)?)?.silence.id);
        self.ids.iter().map(one).collect()
    }

    fn wants(
        &self,
        shown: &ShownSilence,
        wanted: &[Matcher],
        ids: &[SilenceId],
        now: Timestamp,
    ) -> bool {
        let silence = &shown.silence;
        let terms = &silence.terms;
        let state = silence.state(now);
        self.wants_state(state)
            && (ids.is_empty() || ids.contains(&silence.id))
            && wanted.iter().all(|matcher| terms.matchers.contains(matcher))
            && self
                .created_by
                .as_ref()
                .is_none_or(|by| *by == *terms.by || by.as_str() == terms.whose().as_str())
            && self.within.is_none_or(|within| match state {
                SilenceState::Expired => terms.ends >= before(now, within),
                SilenceState::Active | SilenceState::Pending => terms.ends <= after(now, within),
            })
    }

    /// Where no state is asked for, it is those that are not over; of a silence that is named by its
    /// id, any.
    fn wants_state(&self, state: SilenceState) -> bool {
        let States { active, pending, expired } = self.states;
        let asked = active || pending || expired;
        match state {
            SilenceState::Active if asked => active,
            SilenceState::Pending if asked => pending,
            SilenceState::Expired if asked => expired,
            SilenceState::Active | SilenceState::Pending => true,
            SilenceState::Expired => !self.ids.is_empty(),
        }
    }
}
