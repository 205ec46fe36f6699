//! The verb `alert`: lists alerts, shows them, makes them and acts on them.

mod act;
mod create;
mod list;
mod row;
mod show;

use clap::{Args, Subcommand};

pub(super) use self::act::HOW;
use self::act::{Act, End};
use self::create::Create;
use self::list::List;
use self::show::Show;
use super::asking::Asking;
use super::exit::{Said, VerbError};
use crate::domain::text::Text;

/// What there is to do with alerts.
#[derive(Debug, Args)]
pub struct AlertVerb {
    /// Act as this account; for the user who runs the service and for root
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub speaks_for: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What there is to do with alerts. An alert is named by any beginning of its id that no other
/// has; to act on it, by four characters at least.
#[derive(Debug, Subcommand)]
pub enum What {
    /// List the alerts that the console shows, or those that match
    List(List),
    /// Show one alert with its notes and its timeline
    Show(Show),
    /// Make an alert; its id is printed
    Create(Create),
    /// Acknowledge: you have it, and nobody else is called
    Ack(Ids),
    /// Give it back to firing
    Unack(Ids),
    /// Give it to an account, to "me" or to "nobody"
    Assign {
        /// The alerts: the beginnings of their ids, four characters at least
        #[arg(value_name = "ID", required = true)]
        alerts: Vec<String>,
        /// The account
        #[arg(value_name = "NAME", required = true)]
        to: String,
    },
    /// Resolve by hand
    Resolve {
        /// The alerts.
        #[command(flatten)]
        alerts: Ids,
        /// Write this on it, too: 1,000 characters at most
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Bring back what has ended
    Reopen(Ids),
    /// Hear of it later
    Snooze {
        /// The alerts: the beginnings of their ids, four characters at least
        #[arg(value_name = "ID", required = true)]
        alerts: Vec<String>,
        /// For how long, such as 30m, 2h or 1d; or until when by the clock, such as 08:00
        #[arg(value_name = "END", required = true)]
        end: End,
    },
    /// End a snooze
    Wake(Ids),
    /// Write a note on it
    Note {
        /// The alert: the beginning of its id, four characters at least
        #[arg(value_name = "ID")]
        alert: String,
        /// The note: 1,000 characters at most
        #[arg(value_name = "TEXT", required = true)]
        text: Vec<String>,
    },
    /// Take back what you did to it last
    Undo(Ids),
}

/// Alerts, by the beginnings of their ids.
#[derive(Debug, Args)]
pub struct Ids {
    /// The alerts: the beginnings of their ids, four characters at least
    #[arg(value_name = "ID", required = true)]
    pub alerts: Vec<String>,
}

impl AlertVerb {
    /// Carries it out.
    pub async fn carry_out(&self, mut asking: Asking<'_>) -> Result<Said, VerbError> {
        if let Some(name) = &self.speaks_for {
            asking.asker.speaks_for = Some(asking.person(name).await?);
        }
        self.what.carry_out(&asking).await
    }
}

impl What {
    async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let (alerts, act) = match self {
            Self::List(list) => return list.carry_out(asking).await,
            Self::Show(show) => return show.carry_out(asking).await,
            Self::Create(create) => return create.carry_out(asking).await,
            Self::Ack(ids) => (&ids.alerts, Act::Acknowledge),
            Self::Unack(ids) => (&ids.alerts, Act::Unacknowledge),
            Self::Assign { alerts, to } => (alerts, Act::assign(asking, to).await?),
            Self::Resolve { alerts, note } => {
                (&alerts.alerts, Act::Resolve { note: note.as_deref().map(noted).transpose()? })
            }
            Self::Reopen(ids) => (&ids.alerts, Act::Reopen),
            Self::Snooze { alerts, end } => return act::snooze(asking, alerts, end).await,
            Self::Wake(ids) => (&ids.alerts, Act::Wake),
            Self::Note { alert, text } => {
                let note = Act::Note(noted(&text.join(" "))?);
                return act::carry_out(asking, std::slice::from_ref(alert), &note).await;
            }
            Self::Undo(ids) => (&ids.alerts, Act::Undo),
        };
        act::carry_out(asking, alerts, &act).await
    }
}

/// A note, as it will be kept: what would be cut is refused, for its end may be what matters.
fn noted(text: &str) -> Result<Text, VerbError> {
    Text::whole(text).map_err(|error| VerbError::Usage(format!("a note {error}")))
}
