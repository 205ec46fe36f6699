//! The verb `keys`: which key does what, where, and which of it is the person's own. Asks no
//! service, and changes no file.

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::exit::VerbError;
use super::output::{Format, Output, columns};
use super::terminal::locale_symbols;
use crate::console::action::{Context, Entry, HelpLine};
use crate::console::file::FileError;
use crate::console::keymap::{self, KeyFile, Keymap, Origin};
use crate::domain::text::line_of;

/// What is to be printed.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct KeysVerb {
    /// Print the built-in keys as a keybindings.toml to start an own one from
    #[arg(long, conflicts_with = "format")]
    pub defaults: bool,
    /// As what.
    #[command(flatten)]
    pub output: Output,
}

/// Why there are no keys to print.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The person's file is wrong. The console goes on with the built-in keys; whoever asks for the
    /// keys is to know.
    #[error("{path}:{line}:{column}: {problem}; the built-in keys are in use")]
    Wrong {
        /// The file, with its directories.
        path: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// The person's file cannot be read.
    #[error("{path} cannot be read: {why}; the built-in keys are in use")]
    Unreadable {
        /// The file, with its directories.
        path: String,
        /// Why.
        why: String,
    },
    /// A fault of ours.
    #[error(transparent)]
    Unwritable(#[from] VerbError),
}

/// One action for programs.
#[derive(Serialize)]
struct Listed<'a> {
    context: &'static str,
    action: &'static str,
    keys: Vec<String>,
    does: &'static str,
    /// Whether the person's file says so, and not the built-in table.
    changed: bool,
    file: Option<&'a str>,
}

impl KeysVerb {
    /// The keys that are in effect: with the person's file on top, which is looked for at `path`
    /// and may not be there. Beside them, where the file has a mistake and is not used, that mistake.
    pub fn carry_out(
        &self,
        path: &Path,
        file: Option<&KeyFile>,
    ) -> Result<(String, Option<KeysError>), KeysError> {
        if self.defaults {
            return Ok((keymap::FILE.to_owned(), None));
        }
        let (map, wrong) = match file.map(Keymap::with) {
            None => (Keymap::built_in(), None),
            Some(Ok(map)) => (map, None),
            Some(Err(error)) => (Keymap::built_in(), Some(KeysError::of(error, path))),
        };
        let path = line_of(&path.display().to_string()).into_owned();
        let source = match (file, &wrong) {
            (Some(_), None) => format!("The keys of {path} (*) and the built-in ones."),
            (Some(_), Some(_)) => format!("The built-in keys. Not in use: {path}"),
            (None, _) => format!("The built-in keys. A file of your own would be {path}"),
        };
        Ok((self.printed(&map, &source, &path)?, wrong))
    }

    fn printed(self, map: &Keymap, source: &str, path: &str) -> Result<String, KeysError> {
        if self.output.format == Format::Table {
            return Ok(format!("{source}\n{}", sections(map)));
        }
        let listed: Vec<_> = map
            .all()
            .map(|(entry, keys, origin)| Listed {
                context: entry.context.name(),
                action: entry.name,
                keys: keys.iter().map(ToString::to_string).collect(),
                does: words(entry),
                changed: origin == Origin::Changed,
                file: (origin == Origin::Changed).then_some(path),
            })
            .collect();
        Ok(self.output.list(&listed, [""], Vec::new(), None)?)
    }
}

impl KeysError {
    fn of(error: FileError, path: &Path) -> Self {
        let path = line_of(&path.display().to_string()).into_owned();
        match error {
            FileError::Wrong { file: _, line, column, problem } => {
                Self::Wrong { path, line, column, problem }
            }
            FileError::Unreadable { file: _, why } => Self::Unreadable { path, why },
        }
    }
}

/// A table for each context, in the order of the file.
fn sections(map: &Keymap) -> String {
    let none = locale_symbols().nobody();
    let row = |(entry, keys, origin): (&Entry, &[_], _)| {
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let mark = if origin == Origin::Changed { "*" } else { " " };
        let keys = if keys.is_empty() { none.to_owned() } else { keys.join(" ") };
        [format!("{mark} {}", entry.name), keys, words(entry).to_owned()]
    };
    // One width for all of them, so that the page reads as one.
    let rows: Vec<[String; 3]> = map.all().map(row).collect();
    let lines = columns(&rows);
    let mut text = String::new();
    for context in Context::ALL {
        // Writing to a text cannot fail.
        let _ = write!(text, "\n[{}]\n", context.name());
        for ((entry, ..), line) in map.all().zip(lines.lines()) {
            if entry.context == context {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

/// What it does, in the words of the help page, else in those of the hints.
fn words(entry: &Entry) -> &'static str {
    match entry.help {
        HelpLine::Own(_, words) => words,
        HelpLine::WithAbove | HelpLine::Elsewhere => entry.footer.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/home/alice/.config/watchbell/keybindings.toml";

    fn print(words: &[&str], text: Option<&str>) -> Result<String, String> {
        let (verb, path) = (verb(words), Path::new(PATH));
        let file = text.map(|text| KeyFile { path: path.into(), text: Ok(text.to_owned()) });
        let (text, wrong) = verb.carry_out(path, file.as_ref()).unwrap();
        match wrong {
            None => Ok(text),
            Some(error) => {
                assert!(text.contains("acknowledge "), "the built-in keys are told all the same");
                assert!(text.starts_with("The built-in keys. Not in use: "), "{text}");
                Err(error.to_string())
            }
        }
    }

    fn verb(words: &[&str]) -> KeysVerb {
        use clap::Parser as _;
        let words = ["watchbell", "keys"].iter().chain(words);
        match crate::cli::Cli::try_parse_from(words).unwrap().verb {
            Some(crate::cli::Verb::Keys(verb)) => verb,
            other => panic!("{other:?}"),
        }
    }

    const OWN: &str = "[list]\nacknowledge = [\"x\"]\npage-up = []\n";

    #[test]
    fn every_action_is_listed_with_its_keys_and_what_is_changed_or_unbound() {
        let text = print(&[], Some(OWN)).unwrap().replace('–', "-");
        insta::assert_snapshot!(text);
        let built_in = print(&[], None).unwrap();
        assert!(!built_in.contains('*'), "{built_in}");
        assert!(built_in.starts_with("The built-in keys. A file of your own would be /home"));
    }

    #[test]
    fn programs_get_every_action_with_its_file() {
        let lines = print(&["--output", "jsonl"], Some(OWN)).unwrap();
        let changed: Vec<&str> = lines.lines().filter(|line| line.contains(PATH)).collect();
        insta::assert_snapshot!(changed.join("\n"));
        let all: Vec<serde_json::Value> =
            serde_json::from_str(&print(&["--output", "json"], None).unwrap()).unwrap();
        assert_eq!(all.len(), crate::console::action::ACTIONS.len());
    }

    #[test]
    fn the_defaults_are_the_file_and_change_nothing() {
        let text = print(&["--defaults"], Some(OWN)).unwrap();
        assert_eq!(text, include_str!("../../keybindings.toml"));
        assert!(!print(&[], Some(&text)).unwrap().contains("\n*"));
    }

    #[test]
    fn a_mistake_is_told_with_its_file_line_and_column() {
        let said = print(&[], Some("[list]\nacknowlege = [\"x\"]\n")).unwrap_err();
        assert!(said.starts_with(&format!("{PATH}:2:1: no action \"acknowlege\"")), "{said}");
        let file = KeyFile { path: PATH.into(), text: Err("it is a directory".to_owned()) };
        let (_, said) = verb(&[]).carry_out(Path::new(PATH), Some(&file)).unwrap();
        let said = said.unwrap().to_string();
        assert!(said.contains(&format!("{PATH} cannot be read: it is a directory")), "{said}");
    }
}
