//! Regular expressions as Alertmanager has them: checked and refused as Go's `regexp` does, run
//! by the `regex` crate. Nothing else here compiles one.
//!
//! Both are RE2's children, with differences that would be seen: the crate allows `a**`, `[a&&b]`
//! and `\u0041`, reads `\<` and `\b{start}` as word boundaries, has no `\Q..\E`, octal escapes or
//! `(?)`, and takes `\d`, `\s`, `\w` and `\b` for all of Unicode. Hence `scan`.
// What remains: scripts may also go by their short names (`\p{Grek}`), and the tables of Unicode are
// the crate's. What is long, deep or compiles to much is refused sooner: Go allows any length and
// some 100 MiB, too much for what a silence holds for months and a sender may write.

mod class;
mod scan;

use regex::{Regex, RegexBuilder};

/// The most a compiled pattern may take, in bytes.
const LARGEST: usize = 1 << 20;

/// The most a pattern may be long, in bytes: each is a hundred before it is compiled.
const LONGEST: usize = 1 << 16;

/// How many classes a pattern may have: each may be kilobytes before it is compiled, and without
/// regard to case each of its characters is looked up.
const CLASSES: usize = 500;

/// How classes begin that may be large. A bracket that begins none is counted, too.
const CLASS: [&str; 6] = ["[", r"\p", r"\P", r"\D", r"\S", r"\W"];

/// How deep groups, repetitions and alternatives may nest. The crate compiles by recursion: at
/// Go's 1,000 it overflows the stack of a thread.
const DEEPEST: u32 = 250;

/// Why a text is no pattern, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {fault}: `{text}`")]
pub struct PatternError {
    /// What is wrong.
    pub fault: PatternFault,
    /// The part of the pattern that is; where no part is to blame the whole of it, or only its
    /// beginning if it is very long.
    pub text: String,
}

impl PatternError {
    fn new(fault: PatternFault, text: &str) -> Self {
        Self { fault, text: text.to_owned() }
    }
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternFault {
    /// `(a`
    #[error("missing closing )")]
    MissingParen,
    /// `a)`
    #[error("unexpected )")]
    UnexpectedParen,
    /// `[a`
    #[error("missing closing ]")]
    MissingBracket,
    /// `[b-a]`, `[[:no:]]`, `\p{No}`
    #[error("invalid character class range")]
    ClassRange,
    /// `\q`
    #[error("invalid escape sequence")]
    Escape,
    /// `a\`
    #[error("trailing backslash at end of expression")]
    TrailingBackslash,
    /// `*a`
    #[error("missing argument to repetition operator")]
    MissingArgument,
    /// `a**`
    #[error("invalid nested repetition operator")]
    NestedRepetition,
    /// `a{1001}`, `a{2,1}`
    #[error("invalid repeat count")]
    RepeatCount,
    /// `(?<>a)`
    #[error("invalid named capture")]
    NamedCapture,
    /// `(?=a)`
    #[error("invalid or unsupported Perl syntax")]
    Perl,
    /// Too many groups in groups.
    #[error("expression nests too deeply")]
    Nesting,
    /// It is longer than 64 KiB, or would take more than 1 MiB.
    #[error("expression too large")]
    TooLarge,
    /// What was found right is refused all the same.
    #[error("regexp/syntax: internal error")]
    Internal,
}

/// The pattern that has to match the whole of a text.
pub(super) fn anchored(pattern: &str) -> Result<Regex, PatternError> {
    compile(&format!("^(?:{pattern})$"))
}

/// Refuses what is no pattern, and shows it in the error as it is, without the anchors it has in a
/// matcher: so Alertmanager words it where it takes a silence.
pub fn check(pattern: &str) -> Result<(), PatternError> {
    compile(pattern).map(|_| ())
}

fn compile(pattern: &str) -> Result<Regex, PatternError> {
    let classes: usize = CLASS.into_iter().map(|begin| pattern.matches(begin).count()).sum();
    if pattern.len() > LONGEST || classes > CLASSES {
        let beginning: String = pattern.chars().take(60).collect();
        return Err(PatternError::new(PatternFault::TooLarge, &format!("{beginning}...")));
    }
    let translated = scan::translate(pattern)?;
    let mut builder = RegexBuilder::new(&translated);
    builder.size_limit(LARGEST).nest_limit(DEEPEST).build().map_err(|error| {
        let fault = match error {
            regex::Error::CompiledTooBig(_) => PatternFault::TooLarge,
            // The crate tells of a nest limit in the text only.
            error if error.to_string().contains("nested") => PatternFault::Nesting,
            _ => PatternFault::Internal,
        };
        PatternError::new(fault, pattern)
    })
}

/// Whether the crate knows a class that is a script or a category.
fn is_class(class: &str) -> bool {
    // With no room to compile it, only its name is looked up.
    let looked_up = RegexBuilder::new(class).size_limit(0).build();
    !matches!(looked_up, Err(regex::Error::Syntax(_)))
}
