//! Matchers as they are typed: one a word, as amtool takes them, or several in braces.

use crate::cli::exit::VerbError;
use crate::domain::matcher::{Condition, Dialect, Matcher, Operator};
use crate::domain::silence::{SilenceRefusal, Terms};
use crate::domain::text::Text;

/// The matchers in `words`. A first word without an operator is the name of an alert; words in braces
/// may have several matchers, as Prometheus writes them.
///
/// Refuses what is no matcher, and says which and where.
pub(super) fn read(words: &[String], dialect: Dialect) -> Result<Vec<Matcher>, VerbError> {
    let mut matchers = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        if word.trim().is_empty() {
            let told = format!("matcher {} is empty; write one such as service=web", at + 1);
            return Err(VerbError::Usage(told));
        }
        let refuse = |error: &dyn std::fmt::Display| {
            let (word, error) = (Text::derive(word), Text::derive(&error.to_string()));
            let hint = if has_operator(word.as_str()) {
                ""
            } else {
                "; write NAME=VALUE, NAME!=VALUE, NAME=~PATTERN or NAME!~PATTERN"
            };
            VerbError::Usage(format!("matcher {}: {word}: {error}{hint}", at + 1))
        };
        if at == 0 && !has_operator(word) {
            let condition = Condition::new(Operator::Equal, word);
            let condition = condition.map_err(|error| refuse(&error))?;
            matchers.push(Matcher { name: "alertname".to_owned(), condition });
        } else if word.starts_with('{') {
            matchers.extend(Matcher::parse_list(word, dialect).map_err(|error| refuse(&error))?);
        } else {
            matchers.push(Matcher::parse(word, dialect).map_err(|error| refuse(&error))?);
        }
    }
    Ok(matchers)
}

/// The same, of which there must be one, and no more than a silence may have.
pub(super) fn some(words: &[String], dialect: Dialect) -> Result<Vec<Matcher>, VerbError> {
    let matchers = read(words, dialect)?;
    if matchers.is_empty() {
        let told = "say what to mute, by matchers such as DiskFull, service=web or 'host=~db.*'";
        return Err(VerbError::Usage(told.to_owned()));
    }
    if matchers.len() > Terms::MOST_MATCHERS {
        let too_many = SilenceRefusal::TooManyMatchers(Terms::MOST_MATCHERS);
        return Err(VerbError::Usage(too_many.to_string()));
    }
    Ok(matchers)
}

fn has_operator(word: &str) -> bool {
    word.contains('=') || word.contains("!~")
}
