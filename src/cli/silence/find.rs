//! Silences by the beginnings of their ids, as they are typed.

use crate::cli::asking::to_act;
use crate::cli::exit::VerbError;
use crate::client::{AskError, ShownSilence, Silences};
use crate::domain::id::SilenceId;
use crate::domain::text::Text;

/// The silence whose id begins so; dashes and case do not count.
pub(super) fn one<'a>(all: &'a Silences, beginning: &str) -> Result<&'a ShownSilence, VerbError> {
    let digits: String = beginning.trim().to_lowercase().split('-').collect();
    let begins = |shown: &&ShownSilence| digits_of(shown.silence.id).starts_with(&digits);
    let found: Vec<&ShownSilence> = all.silences.iter().filter(begins).collect();
    let beginning = Text::derive(beginning);
    let told = match found.as_slice() {
        [one] => return Ok(one),
        [] => {
            format!("no silence {beginning}; watchbell silence query lists those that are not over")
        }
        several => {
            let some = several.iter().take(5).map(|shown| {
                let silence = &shown.silence;
                format!("{} ({})", silence.id, silence.terms.matchers_text())
            });
            let some = some.collect::<Vec<_>>().join(", ");
            let more = if several.len() > 5 { ", …" } else { "" };
            let count = several.len();
            format!("{beginning} is the beginning of {count} ids: {some}{more}; write more of it")
        }
    };
    Err(AskError::NotFound(told).into())
}

/// The silences of these beginnings of ids, each once, to act upon. Refuses where one of them is not
/// found, so that nothing is done to any.
pub(super) fn to_act_on<'a>(
    all: &'a Silences,
    beginnings: &[String],
) -> Result<Vec<&'a ShownSilence>, VerbError> {
    if beginnings.is_empty() {
        let told = "no id is given; watchbell silence query -q prints those of the silences that \
                    are not over";
        return Err(VerbError::Usage(told.to_owned()));
    }
    let mut found: Vec<&ShownSilence> = Vec::with_capacity(beginnings.len());
    for beginning in beginnings {
        let shown = one(all, to_act(beginning)?)?;
        if found.iter().all(|known| known.silence.id != shown.silence.id) {
            found.push(shown);
        }
    }
    Ok(found)
}

fn digits_of(id: SilenceId) -> String {
    id.0.simple().to_string()
}
