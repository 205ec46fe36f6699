//! Why a text is no matcher, in Alertmanager's words: clients show and compare them.

use super::pattern::PatternError;
use super::strict::GrammarError;

/// Why a text is no matcher.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatcherError {
    /// The classic grammar finds no name and operator at its beginning.
    #[error("bad matcher format: {0}")]
    Format(String),
    /// A quote inside of a value has no backslash, or the one at its end is missing.
    #[error("matcher value contains unescaped double quote: {0}")]
    Quote(String),
    /// A value in the classic grammar is not UTF-8. What is not is shown as U+FFFD.
    #[error("matcher value not valid UTF-8: {0}")]
    NotUtf8(String),
    /// One matcher has no braces around it.
    #[error("unexpected open or close brace: {0}")]
    Brace(String),
    /// The strict grammar wanted something else.
    #[error(transparent)]
    Grammar(#[from] GrammarError),
    /// One matcher was wanted, and there is nothing.
    #[error("no matchers")]
    Missing,
    /// One matcher was wanted, and there are several.
    #[error("expected 1 matcher, found {0}")]
    Several(usize),
    /// The pattern of a matcher in the classic grammar is none.
    #[error(transparent)]
    Pattern(PatternError),
    /// The pattern of a matcher in the strict grammar is none.
    #[error("failed to create matcher: {0}")]
    StrictPattern(PatternError),
}
