//! The verbs that care for the data: `backup`, `restore`, `check`, `compact`, `export`, `import`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::exit::{Exit, Said, VerbError};
use super::output::Output;
use crate::client::Source;
use crate::client::care::{
    self, CareError, Checkup, Compacted, KeepError, LastBackup, OpenError, Over, ProblemKind,
    Restored,
};
use crate::domain::text::Text;

/// A backup to be made.
#[derive(Debug, Args)]
#[command(after_help = "\
The backup is a data file of one commit, read back before it is there. It may be made while watchbell
runs, and holds everything that was answered before.

Examples:
  watchbell backup /var/backups/watchbell.redb
  watchbell backup --force /mnt/nas/watchbell.redb
  watchbell check /var/backups/watchbell.redb")]
pub struct Backup {
    /// Where to put it; nothing is replaced without --force
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace what is there
    #[arg(long)]
    pub force: bool,
}

/// A backup to be restored.
#[derive(Debug, Args)]
#[command(after_help = "\
Stop watchbell first. What was there is kept beside it, under a name with the time. The backup is
looked through before it takes the place of anything.

Example:
  watchbell restore /var/backups/watchbell.redb")]
pub struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Data to be looked through.
#[derive(Debug, Args)]
#[command(after_help = "\
Writes nothing. Data that a running watchbell has is not looked at: stop it first, or make a backup
and look through that.

Examples:
  watchbell check
  watchbell check /var/backups/watchbell.redb
  watchbell check --output json")]
pub struct Check {
    /// A backup; without one, the data itself
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// How to print it.
    #[command(flatten)]
    pub output: Output,
}

/// Data to be made smaller.
#[derive(Debug, Args)]
#[command(after_help = "\
Stop watchbell first. Space that alerts left behind is used again anyway: this is for a disk that
needs it for something else.

Example:
  watchbell compact")]
pub struct Compact {}

/// An export to be written.
#[derive(Debug, Args)]
#[command(after_help = "\
JSON lines: a head, the state of everything at one commit, every line of every timeline, and an end
without which it was cut off. The digests of tokens are in it, their secrets are not.

Examples:
  watchbell export alerts.jsonl
  watchbell export | gzip > alerts.jsonl.gz")]
pub struct Export {
    /// Where to put it; - is stdout
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
    /// Replace what is there
    #[arg(long)]
    pub force: bool,
}

/// An export to be read.
#[derive(Debug, Args)]
#[command(after_help = "\
Into a directory that holds no data: all of it is there afterwards, or nothing.

Examples:
  watchbell import alerts.jsonl --data /var/lib/watchbell
  zcat alerts.jsonl.gz | watchbell import -")]
pub struct Import {
    /// The export; - is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

impl Backup {
    /// Carries it out; `data` is the directory that remembers it.
    pub async fn carry_out(&self, source: &Source, data: &Path) -> Result<Said, VerbError> {
        let path = whole(&self.file)?;
        let made = care::back_up(source, data, &path, over(self.force)).await;
        let (backup, forgotten) = made.map_err(|error| refused(error, self.force))?;
        let care::Backup { imported, bytes } = backup;
        let mut remark = format!(
            "backup of commit {} of {:.0}, {} and {}, in {}: read back whole\n",
            imported.revision,
            imported.at,
            count(imported.states, "state"),
            count(imported.events, "line of timelines"),
            size(bytes),
        );
        if let Some(error) = forgotten {
            let data = shown(data);
            let _ = writeln!(remark, "{data} cannot remember it: {error}; the backup is well");
        }
        Ok(Said { result: format!("{}\n", shown(&path)), remark, exit: Exit::Done })
    }
}

impl Restore {
    /// Carries it out on the data in `data`. Blocks.
    pub fn carry_out(&self, data: &Path) -> Result<Said, VerbError> {
        let Restored { aside, checkup } =
            care::restore(data, &self.file, care::wall()).map_err(in_use)?;
        let aside = match aside {
            Some(aside) => {
                format!("what was there before is {}: remove it when all is well\n", shown(&aside))
            }
            None => String::new(),
        };
        let remark = format!("restored commit {}: {}\n{aside}", checkup.revision, told(&checkup));
        Ok(Said { remark, ..Said::default() })
    }
}

impl Check {
    /// Carries it out on the data in `data`, where no file is named. Blocks.
    pub fn carry_out(&self, data: &Path) -> Result<Said, VerbError> {
        let checkup = match &self.file {
            Some(file) => care::check(file).map_err(CareError::from),
            None => care::check_data(data),
        };
        let checkup = checkup.map_err(|error| self.refused(error, data))?;
        let (exit, remark) = match (checkup.is_well(), checkup.damage()) {
            (true, _) => (Exit::Done, String::new()),
            (false, Some(_)) => (Exit::Refused, self.what_to_do(data)),
            (false, None) => {
                (Exit::Refused, "everything can be read; this is a mistake of watchbell".to_owned())
            }
        };
        let remark = if remark.is_empty() { remark } else { format!("{remark}\n") };
        let result = self.output.one(&Row::of(&checkup), text(&checkup))?;
        Ok(Said { result, remark, exit })
    }

    /// Why it cannot be looked through at all, and what to do.
    fn refused(&self, error: CareError, data: &Path) -> VerbError {
        match error {
            CareError::Open(OpenError::Owned { path }) => VerbError::Refused(format!(
                "{} belongs to a running watchbell, which is not disturbed; make a backup and look \
                 through that, or stop it first",
                shown(&path)
            )),
            CareError::Open(OpenError::Damaged { path, what, .. }) => VerbError::Refused(format!(
                "{} is damaged so that nothing in it can be read ({what}); {}",
                shown(&path),
                self.what_to_do(data)
            )),
            // What was named need not be ours: to move it away would be bad advice.
            CareError::Open(OpenError::Foreign { path, .. }) if self.file.is_some() => {
                let path = shown(&path);
                VerbError::Refused(format!("{path} is no data file of watchbell; name a backup"))
            }
            error => error.into(),
        }
    }

    /// What to do about damage.
    fn what_to_do(&self, data: &Path) -> String {
        match (&self.file, LastBackup::of(data)) {
            (Some(_), _) => "make another backup, and look after the disk".to_owned(),
            (None, Some(last)) => format!(
                "watchbell restore --data '{}' FILE brings back a backup and keeps what is there: \
                 the last one is {last}",
                shown(data)
            ),
            (None, None) => {
                "keep a copy of it before anything else; watchbell restore brings back \
                             a backup, but none is known here"
                    .to_owned()
            }
        }
    }
}

impl Compact {
    /// Carries it out on the data in `data`. Blocks.
    pub fn carry_out(&self, data: &Path) -> Result<Said, VerbError> {
        let Self {} = self;
        let Compacted { before, after } = care::compact(data).map_err(in_use)?;
        Ok(Said::remark(&format!("{} before, {} now", size(before), size(after))))
    }
}

impl Export {
    /// Carries it out on the data in `data`.
    pub async fn carry_out(&self, source: &Source, data: &Path) -> Result<Said, VerbError> {
        if self.file.as_os_str() == "-" {
            return to_stdout(source).await;
        }
        let path = whole(&self.file)?;
        let written = care::export_to(source, data, &path, over(self.force)).await;
        written.map_err(|error| refused(error, self.force))?;
        Ok(Said { result: format!("{}\n", shown(&path)), ..Said::default() })
    }
}

impl Import {
    /// Carries it out into the directory `data`. Blocks.
    pub fn carry_out(&self, data: &Path) -> Result<Said, VerbError> {
        let imported = if self.file.as_os_str() == "-" {
            care::import(data, "stdin", |piece| io::stdin().read(piece))
        } else {
            let from = shown(&self.file).to_string();
            let mut file = File::open(&self.file)
                .map_err(|error| KeepError::Unread { from: from.clone(), error })?;
            care::import(data, &from, |piece| file.read(piece))
        }?;
        Ok(Said::remark(&format!(
            "imported commit {} of {:.0}: {} and {}",
            imported.revision,
            imported.at,
            count(imported.states, "state"),
            count(imported.events, "line of timelines"),
        )))
    }
}

/// Whoever reads only the beginning, as `head` does, has enough.
async fn to_stdout(source: &Source) -> Result<Said, VerbError> {
    let unwritten = |error| KeepError::Unwritten { path: "stdout".into(), error };
    let mut export = source.export().await?;
    let mut stdout = io::stdout();
    while let Some(piece) = export.piece().await? {
        match stdout.write_all(&piece) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            Err(error) => return Err(unwritten(error).into()),
        }
    }
    Ok(Said::default())
}

/// A path for a terminal, which may do as bytes in it say.
fn shown(path: &Path) -> Text {
    Text::derive(&path.to_string_lossy())
}

fn over(force: bool) -> Over {
    if force { Over::Allowed } else { Over::Refused }
}

/// What would help, where a file is there already.
fn refused(error: KeepError, force: bool) -> VerbError {
    match error {
        KeepError::Place(care::PlaceError::There { path }) if !force => {
            VerbError::Refused(format!(
                "{} is there already; name another file, or replace it with --force",
                shown(&path)
            ))
        }
        error => error.into(),
    }
}

/// What is to be done first, where a running watchbell has the data.
fn in_use(error: CareError) -> VerbError {
    match error {
        CareError::Open(OpenError::Owned { path }) => VerbError::Refused(format!(
            "{} belongs to a running watchbell; stop that first",
            shown(&path)
        )),
        error => error.into(),
    }
}

/// The whole path: a data directory remembers it, wherever the verb was started.
fn whole(path: &Path) -> Result<PathBuf, VerbError> {
    std::path::absolute(path)
        .map_err(|error| VerbError::Refused(format!("{}: {error}", shown(path))))
}

/// What was found, for programs.
#[derive(Debug, Serialize)]
struct Row<'a> {
    path: String,
    well: bool,
    bytes: u64,
    format: u64,
    revision: u64,
    alerts: u64,
    open: u64,
    services: u64,
    tokens: u64,
    notifications: u64,
    lines: u64,
    unfolded: u64,
    problems: Vec<Wrong<'a>>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct Wrong<'a> {
    kind: &'static str,
    what: &'a str,
}

impl<'a> Row<'a> {
    fn of(checkup: &'a Checkup) -> Self {
        let found = checkup.findings;
        let problems = checkup.problems().iter().map(|problem| Wrong {
            kind: match problem.kind {
                ProblemKind::Damage => "damage",
                ProblemKind::Contradiction => "contradiction",
            },
            what: &problem.what,
        });
        Self {
            path: checkup.path.display().to_string(),
            well: checkup.is_well(),
            bytes: checkup.bytes,
            format: checkup.format,
            revision: checkup.revision.0,
            alerts: found.alerts,
            open: found.open,
            services: found.services,
            tokens: found.tokens,
            notifications: found.deliveries,
            lines: found.lines,
            unfolded: found.pieces,
            problems: problems.collect(),
            more: checkup.more(),
        }
    }
}

/// What was found, for people.
fn text(checkup: &Checkup) -> String {
    let path = shown(&checkup.path);
    let well = match (checkup.is_well(), checkup.damage()) {
        (true, _) => "is well",
        (false, Some(_)) => "is damaged",
        (false, None) => "contradicts itself",
    };
    let mut text = format!(
        "{path} {well}: {}, format {}, commit {}\n{}\n",
        size(checkup.bytes),
        checkup.format,
        checkup.revision,
        told(checkup)
    );
    for problem in checkup.problems() {
        let _ = writeln!(text, "- {}", Text::derive(&problem.what));
    }
    if checkup.more() > 0 {
        let _ = writeln!(text, "- and {} more", checkup.more());
    }
    text
}

fn told(checkup: &Checkup) -> String {
    let found = checkup.findings;
    format!(
        "{} ({} open), {}, {}, {}, {}",
        count(found.alerts, "alert"),
        found.open,
        count(found.services, "service"),
        count(found.tokens, "token"),
        count(found.deliveries, "notification"),
        count(found.lines, "line of timelines"),
    )
}

fn count(count: u64, of: &str) -> String {
    match (count, of.split_once(' ')) {
        (1, _) => format!("1 {of}"),
        (_, Some((word, rest))) => format!("{count} {word}s {rest}"),
        (_, None) => format!("{count} {of}s"),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}
