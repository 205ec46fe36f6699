//! Listing alerts on the command line, in the console's order.

use std::cmp::Reverse;

use clap::Args;

use super::row::{Row, marks};
use crate::cli::asking::Asking;
use crate::cli::exit::{Said, VerbError};
use crate::cli::output::Output;
use crate::client::Shown;
use crate::client::reading::Wanted;
use crate::domain::alert::{Alert, State};
use crate::domain::query::Filter;
use crate::domain::severity::Severity;
use crate::domain::time::{Timestamp, age};

/// Which alerts are listed, and how.
#[derive(Debug, Args)]
pub struct List {
    /// Words as in the console's filter: disk, service=web, state=ack, assignee=me, !noise
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Those that ended long ago, too
    #[arg(long)]
    pub all: bool,
    /// How to print it.
    #[command(flatten)]
    pub output: Output,
}

const HEAD: [&str; 7] = ["ID", "SEVERITY", "STATE", "AGE", "SERVICE", "ASSIGNEE", "TITLE"];

impl List {
    pub(super) async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let filter = self.filter.join(" ");
        if let Some(problem) = Filter::parse(&filter).problems().first() {
            let part = filter.get(problem.range.clone()).unwrap_or_default();
            return Err(VerbError::Usage(format!("filter: {part}: {}", problem.reason)));
        }
        let wanted = if self.all { Wanted::All } else { Wanted::Shown };
        let mut listing = asking.source.alerts(&asking.asker, &filter, wanted).await?;
        listing.alerts.sort_by_cached_key(|shown| place(&shown.alert));
        let items: Vec<Row<'_>> = listing.alerts.iter().map(Row::new).collect();
        let rows = listing.alerts.iter().map(|shown| cells(shown, listing.now)).collect();
        let result = self.output.list(&items, HEAD, rows, asking.width)?;
        if items.is_empty() {
            let all = if self.all { "" } else { "; --all lists those that ended long ago, too" };
            let remark = format!("no alerts{all}\n");
            let result = if result.starts_with('[') { result } else { String::new() };
            return Ok(Said { result, remark, ..Said::default() });
        }
        Ok(Said::result(result))
    }
}

fn cells(shown: &Shown, now: Timestamp) -> [String; 7] {
    let Shown { alert, service } = shown;
    let assignee = alert.standing.assignee.as_ref();
    let state = [alert.standing.state.to_string()].into_iter().chain(marks(alert));
    [
        alert.id.short(),
        alert.severity.to_string(),
        state.collect::<Vec<_>>().join(","),
        age(now, alert.started()),
        service.to_string(),
        assignee.map_or("-".to_owned(), |person| person.name.to_string()),
        alert.title.to_string(),
    ]
}

/// Where it stands: what needs somebody most comes first, and of that the newest.
fn place(alert: &Alert) -> impl Ord + use<> {
    let rank = match (&alert.standing.state, alert.severity) {
        (State::Resolved(_), _) => 5,
        (State::Firing | State::Acknowledged(_), _) if alert.is_suppressed() => 4,
        (State::Firing, Severity::Critical) => 0,
        (State::Acknowledged(_), Severity::Critical) => 1,
        (State::Firing, Severity::Warning) => 2,
        (State::Acknowledged(_), Severity::Warning) => 3,
    };
    let newest = match &alert.standing.state {
        State::Resolved(resolution) => resolution.at,
        State::Firing | State::Acknowledged(_) => alert.standing.needed,
    };
    (rank, Reverse(newest), alert.id)
}
