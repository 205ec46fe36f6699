//! The verb `silence`: makes silences, lists them, changes them, ends them, and says what one would
//! mute. Its words are amtool's where both do the same.

mod add;
mod expire;
mod find;
mod import;
mod matchers;
mod preview;
mod query;
mod row;
#[cfg(test)]
mod tests;
mod update;
mod when;

use clap::{Args, Subcommand};

use self::add::Add;
use self::expire::Expire;
use self::import::Import;
pub use self::import::Input;
use self::preview::PreviewVerb;
use self::query::Query;
use self::update::Update;
use super::asking::Asking;
use super::exit::{Said, VerbError};
use crate::client::{AskError, Beginning};
use crate::domain::refusal::Refusal;
use crate::domain::silence::SilenceRefusal;

/// What there is to do with silences.
#[derive(Debug, Args)]
#[command(after_help = "\
A silence keeps the alerts that all its matchers match from calling anybody, until it ends. It is
named by any beginning of its id that no other has; to change it, by four characters at least.

Examples:
  watchbell silence add DiskFull instance=db1 --for 2h --comment \"a new disk comes\"
  watchbell silence query --within 8h
  watchbell silence expire $(watchbell silence query -q --created-by alice)")]
pub struct SilenceVerb {
    /// Act as this account; for the user who runs the service and for root
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub speaks_for: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub what: SilenceWhat,
}

/// What there is to do with silences.
#[derive(Debug, Subcommand)]
pub enum SilenceWhat {
    /// Make a silence; its id is printed, and on stderr what it mutes
    Add(Add),
    /// List the silences that are in force or to come, or those you ask for
    Query(Query),
    /// End silences before their time
    Expire(Expire),
    /// Change silences: until when, why, and whose they are
    Update(Update),
    /// Make and change silences from JSON, as amtool and query print it
    Import(Import),
    /// Say what a silence would mute, now and in the last 7 days; makes none
    Preview(PreviewVerb),
}

impl SilenceVerb {
    /// Whether there need be no data before it.
    pub fn beginning(&self) -> Beginning {
        match self.what {
            SilenceWhat::Add(_) | SilenceWhat::Import(_) => Beginning::Allowed,
            SilenceWhat::Query(_)
            | SilenceWhat::Expire(_)
            | SilenceWhat::Update(_)
            | SilenceWhat::Preview(_) => Beginning::Refused,
        }
    }

    /// Reads what it is given to read. To be done before anything is opened: whoever writes it may
    /// have to ask the same service first.
    pub fn read(&self) -> Result<Input, VerbError> {
        match &self.what {
            SilenceWhat::Import(import) => import.read(),
            SilenceWhat::Add(_)
            | SilenceWhat::Query(_)
            | SilenceWhat::Expire(_)
            | SilenceWhat::Update(_)
            | SilenceWhat::Preview(_) => Ok(Input::default()),
        }
    }

    /// Carries it out, with what it was given to read.
    pub async fn carry_out(&self, input: Input, mut asking: Asking<'_>) -> Result<Said, VerbError> {
        if let Some(name) = &self.speaks_for {
            asking.asker.speaks_for = Some(asking.person(name).await?);
        }
        match &self.what {
            SilenceWhat::Add(add) => add.carry_out(&asking).await,
            SilenceWhat::Query(query) => query.carry_out(&asking).await,
            SilenceWhat::Expire(expire) => expire.carry_out(&asking).await,
            SilenceWhat::Update(update) => update.carry_out(&asking).await,
            SilenceWhat::Import(import) => import.carry_out(input, &asking).await,
            SilenceWhat::Preview(preview) => preview.carry_out(&asking).await,
        }
    }
}

/// Why a silence was refused, for whoever typed it: what the wire says is Alertmanager's.
fn why(error: &AskError) -> String {
    let Some(Refusal::Silence(refusal)) = error.refusal() else { return error.to_string() };
    match refusal {
        SilenceRefusal::Unknown => {
            "it is gone; watchbell silence query --expired lists what is over".to_owned()
        }
        SilenceRefusal::EndsBeforeStart => {
            "it would end before it starts; name a later end, or an earlier start".to_owned()
        }
        SilenceRefusal::EndsInPast => "it would be over already; name a later end".to_owned(),
        SilenceRefusal::MatchesAbsence => {
            "it would mute whatever has none of these labels; one matcher at least must want \
             something of an alert, such as service=web"
                .to_owned()
        }
        SilenceRefusal::TooManyMatchers(most) => {
            format!("a silence has {most} matchers at most; make several silences")
        }
        SilenceRefusal::TooMany { there_are, most } => format!(
            "there are {there_are} silences, those that are over and still kept included, and \
             {most} are allowed; change one, or allow more"
        ),
        SilenceRefusal::TooLarge { size, most } => {
            format!("it has {size} bytes, and {most} are allowed; write less")
        }
        SilenceRefusal::NamelessMaintenance
        | SilenceRefusal::MaintenanceExists(_)
        | SilenceRefusal::UnknownMaintenance(_)
        | SilenceRefusal::MaintenanceInFile(_)
        | SilenceRefusal::NoWindow => refusal.to_string(),
    }
}

/// The error of a verb that one silence was refused to.
fn refused(error: AskError) -> VerbError {
    match error.refusal() {
        Some(Refusal::Silence(SilenceRefusal::Unknown)) => AskError::NotFound(why(&error)).into(),
        Some(Refusal::Silence(_)) => VerbError::Refused(why(&error)),
        Some(_) | None => error.into(),
    }
}

/// A count with its noun.
fn counted(count: usize, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
}
