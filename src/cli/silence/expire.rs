//! Ending silences from the command line: several at once, a line for each.

use std::fmt::Write as _;

use clap::Args;

use super::{counted, find, refused, why};
use crate::cli::asking::Asking;
use crate::cli::exit::{Said, VerbError, exit_of};
use crate::client::ShownSilence;
use crate::domain::command::{Command, SilenceCommand};
use crate::domain::silence::SilenceState;
use crate::domain::text::Text;

/// Which silences are to end.
#[derive(Debug, Args)]
#[command(after_help = "\
Where one of them is not found, none is ended.

Examples:
  watchbell silence expire 8c2f 1b07
  watchbell silence expire $(watchbell silence query -q DiskFull)
  watchbell silence expire --maintenance backup")]
pub struct Expire {
    /// The silences: the beginnings of their ids, four characters at least
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// The maintenance of this name, which then comes no more
    #[arg(long, value_name = "NAME", conflicts_with = "ids")]
    pub maintenance: Option<String>,
}

impl Expire {
    pub(super) async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        if let Some(name) = &self.maintenance {
            let name = Text::derive(name);
            let result = format!("{name}: it comes no more\n");
            let command = Command::Silence(SilenceCommand::RepeatNoMore(name));
            asking.source.submit(&asking.asker, None, command).await.map_err(refused)?;
            return Ok(Said { result, ..Said::default() });
        }
        let all = asking.source.silences().await?;
        let found = find::to_act_on(&all, &self.ids)?;
        let mut said = Said::default();
        let mut rest = found.iter();
        for shown in rest.by_ref() {
            let name = name(shown);
            let state = shown.silence.state(all.now);
            if state == SilenceState::Expired {
                // Writing to a text cannot fail.
                let _ = writeln!(said.remark, "{name}: it is over already");
                continue;
            }
            let command = Command::Silence(SilenceCommand::Expire(shown.silence.id));
            match asking.source.submit(&asking.asker, None, command).await {
                Ok(_) => {
                    let _ = writeln!(said.result, "{name}: {}", done(shown, state));
                }
                Err(error) => {
                    said.exit = said.exit.max(exit_of(error.kind()));
                    let _ = writeln!(said.remark, "watchbell: {name}: {}", why(&error));
                    if !error.is_refusal() {
                        break;
                    }
                }
            }
        }
        for shown in rest {
            let _ = writeln!(said.remark, "watchbell: {}: not tried", name(shown));
        }
        Ok(said)
    }
}

fn done(shown: &ShownSilence, state: SilenceState) -> String {
    if state == SilenceState::Pending {
        return "it will not begin".to_owned();
    }
    match (shown.mutes, shown.would_call) {
        (0, _) => "ended; it muted nothing".to_owned(),
        (some, 0) => format!("ended; it muted {}", counted(some, "alert", "alerts")),
        (some, calls) => {
            let some = counted(some, "alert", "alerts");
            format!("ended; it muted {some}, and {calls} of these may call now")
        }
    }
}

/// A silence as a line of its own names it.
pub(super) fn name(shown: &ShownSilence) -> String {
    format!("{} {}", shown.silence.id.short(), shown.silence.terms.matchers_text())
}
