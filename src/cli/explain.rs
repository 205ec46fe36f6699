//! The verb `explain`: why an alert calls people, or does not.

use clap::Args;

use super::asking::{Asking, to_read};
use super::exit::{Said, VerbError};
use super::output::Output;
use crate::domain::id::AlertId;

/// An alert to be explained.
#[derive(Debug, Args)]
pub struct Explain {
    /// The alert: the beginning of its id
    #[arg(value_name = "ID")]
    pub alert: String,
    /// How to print it.
    #[command(flatten)]
    pub output: Output,
}

impl Explain {
    /// Carries it out.
    pub async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let explanation = asking.source.explain(to_read(&self.alert)?).await?;
        let id = AlertId(explanation.alert.0).short();
        let text = format!("{id} {}\n{}", explanation.title.0, explanation.text);
        Ok(Said::result(self.output.one(&explanation, text)?))
    }
}
