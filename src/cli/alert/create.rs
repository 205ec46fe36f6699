//! Making an alert from the command line.

use std::collections::BTreeSet;

use clap::Args;

use crate::cli::asking::Asking;
use crate::cli::exit::{Said, VerbError};
use crate::client::AskError;
use crate::domain::alert::Namespace;
use crate::domain::command::{Answer, Command};
use crate::domain::labels::Labels;
use crate::domain::policy::Policy;
use crate::domain::report::{NamedService, Payload, Report, Road, Subject};
use crate::domain::severity::{Severity, SeverityReading};
use crate::domain::text::{Text, line_of};

/// An alert to be made.
#[derive(Debug, Args)]
pub struct Create {
    /// What it is, for people
    #[arg(long, value_name = "TEXT")]
    pub title: String,
    /// What it is about
    #[arg(long, value_name = "NAME")]
    pub service: String,
    /// How bad it is: a word such as critical or warning [default: critical]
    #[arg(long, value_name = "WORD")]
    pub severity: Option<String>,
    /// A label; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
}

impl Create {
    pub(super) async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let report = self.report(asking.policy)?;
        let command = Command::Report(vec![report]);
        let receipt = asking.source.submit(&asking.asker, None, command).await?;
        let Answer::Reported(results) = receipt.answer else { return Ok(Said::default()) };
        match results.into_iter().next() {
            Some(Ok(Some(id))) => Ok(Said::result(format!("{id}\n"))),
            Some(Err(refusal)) => Err(AskError::from(refusal).into()),
            Some(Ok(None)) | None => Ok(Said::default()),
        }
    }

    /// What is reported: as a plain payload would, with its own labels completed.
    fn report(&self, policy: &Policy) -> Result<Report, VerbError> {
        let title = named(&self.title, "--title")?;
        let service = named(&self.service, "--service")?;
        let severity = severity(self.severity.as_deref(), policy)?;
        let labels = labels(&self.labels)?;
        let labels = labels.with_missing([
            ("alertname", title.as_str()),
            ("service", service.as_str()),
            ("severity", self.severity.as_deref().unwrap_or_default()),
        ]);
        Ok(Report::Firing {
            subject: Subject::Manual { namespace: Namespace::default(), once: None },
            payload: Box::new(Payload {
                road: Road::Plain,
                title,
                service: NamedService::Strictly(service),
                severity,
                labels,
                annotations: Labels::default(),
                starts_at: None,
                link: None,
            }),
        })
    }
}

fn named(text: &str, option: &str) -> Result<Text, VerbError> {
    let text = Text::derive(text);
    if text.is_empty() {
        return Err(VerbError::Usage(format!("{option} is empty; write what it is")));
    }
    Ok(text)
}

fn severity(word: Option<&str>, policy: &Policy) -> Result<SeverityReading, VerbError> {
    let reading = policy.severity.read(word);
    let SeverityReading::Unknown(word) = &reading else { return Ok(reading) };
    let words = |level| policy.severity.of(level).collect::<Vec<_>>().join(" ");
    Err(VerbError::Usage(format!(
        "severity {word} is unknown; critical words are {}; warning words are {}",
        words(Severity::Critical),
        words(Severity::Warning),
    )))
}

/// A label, unless an option sets it: it would say one thing, and the alert be another.
fn label(pair: &str) -> Result<(String, String), String> {
    const SET: [(&str, &str); 3] =
        [("alertname", "--title"), ("service", "--service"), ("severity", "--severity")];
    let (name, value) = match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() => (name, value),
        Some(_) | None => return Err("write NAME=VALUE".to_owned()),
    };
    match SET.iter().find(|(label, _)| *label == name) {
        Some((_, option)) => Err(format!("use {option} for it")),
        None => Ok((name.to_owned(), value.to_owned())),
    }
}

/// The labels, each of which may be given once.
fn labels(pairs: &[(String, String)]) -> Result<Labels, VerbError> {
    let mut known = BTreeSet::new();
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !known.insert(name)) {
        let name = line_of(name);
        return Err(VerbError::Usage(format!("--label {name} is given twice; take one out")));
    }
    Ok(pairs.iter().cloned().collect())
}
