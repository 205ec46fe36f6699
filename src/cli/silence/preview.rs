//! What a silence would mute, in words. Makes none.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::{counted, matchers};
use crate::cli::asking::Asking;
use crate::cli::exit::{Said, VerbError};
use crate::cli::output::Output;
use crate::client::Previewed;
use crate::domain::silence::{Preview, Reached, SilenceState, Terms};
use crate::domain::text::Text;
use crate::domain::time::before;

/// What is looked at, and how it is printed.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  watchbell silence preview 'host=~\"db.*\"' severity!=critical")]
pub struct PreviewVerb {
    /// What would be muted: matchers, as for add
    #[arg(value_name = "MATCHER")]
    pub matchers: Vec<String>,
    /// How to print it.
    #[command(flatten)]
    pub output: Output,
}

/// A preview for programs.
#[derive(Debug, Serialize)]
struct Row<'a> {
    matchers: Vec<String>,
    at: String,
    open: usize,
    now: Now<'a>,
    lately: Lately<'a>,
}

#[derive(Debug, Serialize)]
struct Now<'a> {
    alerts: usize,
    would_call: usize,
    titles: Vec<Title<'a>>,
}

#[derive(Debug, Serialize)]
struct Lately<'a> {
    since: String,
    alerts: usize,
    critical: usize,
    pages: usize,
    titles: Vec<Title<'a>>,
}

#[derive(Debug, Serialize)]
struct Title<'a> {
    title: &'a str,
    alerts: usize,
}

impl PreviewVerb {
    pub(super) async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let matchers = matchers::some(&self.matchers, asking.policy.dialect)?;
        let seen = asking.source.preview(&matchers).await?;
        let row = Row {
            matchers: matchers.iter().map(ToString::to_string).collect(),
            at: seen.at.to_string(),
            open: seen.open,
            now: Now {
                alerts: seen.preview.now.alerts,
                would_call: seen.preview.now.critical,
                titles: titles(&seen.titles_now),
            },
            lately: Lately {
                since: before(seen.at, Preview::BACK).to_string(),
                alerts: seen.preview.lately.alerts,
                critical: seen.preview.lately.critical,
                pages: seen.preview.lately.pages,
                titles: titles(&seen.preview.titles),
            },
        };
        let remark = warning(&seen).map_or_else(String::new, |told| format!("{told}\n"));
        Ok(Said { remark, ..Said::result(self.output.one(&row, text(&seen))?) })
    }
}

fn titles(titles: &[(Text, usize)]) -> Vec<Title<'_>> {
    titles.iter().map(|(title, alerts)| Title { title: title.as_str(), alerts: *alerts }).collect()
}

fn text(seen: &Previewed) -> String {
    let Preview { now, lately, titles } = &seen.preview;
    let mut text = format!("now: {} of {} open", alerts(now.alerts), seen.open);
    // Writing to a text cannot fail.
    let _ = match now.critical {
        0 => writeln!(text, ", none of which calls"),
        some => writeln!(text, ", {some} of which would call"),
    };
    list(&mut text, &seen.titles_now);
    let _ = writeln!(text, "last 7 days, with those of now: {}", much(lately));
    list(&mut text, titles);
    text
}

fn list(text: &mut String, titles: &[(Text, usize)]) {
    const SHOWN: usize = 10;
    for (title, count) in titles.iter().take(SHOWN) {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{count:>6}  {title}");
    }
    if let Some(more) = titles.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "        and {}", counted(more, "other title", "other titles"));
    }
}

fn alerts(count: usize) -> String {
    counted(count, "alert", "alerts")
}

/// Alerts, how many are critical, and the pages about them.
fn much(reached: &Reached) -> String {
    let mut text = alerts(reached.alerts);
    // Writing to a text cannot fail.
    if reached.critical > 0 {
        let _ = write!(text, ", {} critical", reached.critical);
    }
    if reached.pages > 0 {
        let _ = write!(text, ", and {}", counted(reached.pages, "page", "pages"));
    }
    text
}

/// What a silence of these terms mutes, in a sentence, with what is odd about that.
pub(super) fn sentence(seen: &Previewed, terms: &Terms) -> String {
    let Preview { now, lately, .. } = &seen.preview;
    let would = if terms.state(seen.at) == SilenceState::Pending { "would mute" } else { "mutes" };
    let mut text = match (now.alerts, now.critical) {
        (0, _) => format!("{would} nothing now"),
        (some, 0) => format!("{would} {} now, none of which calls", alerts(some)),
        (some, calls) => format!("{would} {} now, {calls} of which would call", alerts(some)),
    };
    // Writing to a text cannot fail.
    let _ = match lately.alerts {
        0 => write!(text, "; it would have muted nothing in the last 7 days"),
        _ => write!(text, "; in the last 7 days it would have muted {}", much(lately)),
    };
    if let Some(warning) = warning(seen) {
        text.push('\n');
        text.push_str(&warning);
    }
    text
}

/// What is odd about it. No reason to refuse: who mutes what is to come, or everything, may know why.
fn warning(seen: &Previewed) -> Option<String> {
    let Preview { now, lately, .. } = &seen.preview;
    if lately.alerts == 0 {
        let told = "warning: no alert that is open or was in the last 7 days matches; check the \
                    matchers against the labels that watchbell alert show lists";
        return Some(told.to_owned());
    }
    if now.alerts == 0 {
        return Some("warning: no open alert matches".to_owned());
    }
    let all = seen.open > 1 && now.alerts == seen.open;
    let open = seen.open;
    all.then(|| format!("warning: every one of the {open} open alerts matches"))
}
