//! Silences from JSON, as `amtool silence query -o json`, API v2 and our own `silence query` write it.
//! Each is taken or refused for itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use super::update::set;
use super::{counted, why};
use crate::cli::asking::Asking;
use crate::cli::exit::{Exit, Said, VerbError, exit_of};
use crate::client::{AskError, Silences};
use crate::domain::id::SilenceId;
use crate::domain::matcher::{Condition, Dialect, Matcher, Operator, is_label_name};
use crate::domain::silence::{SilenceRefusal, Terms};
use crate::domain::text::Text;
use crate::domain::time::{Timestamp, parse_time};

/// From where silences are read.
#[derive(Debug, Args)]
#[command(after_help = "\
A silence whose id is known is changed; any other is made, with an id of its own. One that cannot be
is told with its place in the list, the others are taken all the same, and the exit code is 1.

Examples:
  amtool silence query -o json | watchbell silence import
  watchbell silence query --output json > silences.json
  watchbell silence import silences.json")]
pub struct Import {
    /// The file; - or nothing is stdin
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Make all of them anew, those with known ids as well
    #[arg(long, short)]
    pub force: bool,
}

/// What was read, before anybody is asked anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input(Vec<Value>);

/// A silence as it is written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: Option<String>,
    matchers: Vec<MatcherItem>,
    starts_at: Option<String>,
    ends_at: String,
    created_by: Option<String>,
    comment: Option<String>,
    annotations: Option<BTreeMap<String, String>>,
    /// The other name is the one that files of earlier builds have.
    #[serde(alias = "untilResolved")]
    ends_when_resolved: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MatcherItem {
    name: String,
    value: String,
    is_regex: Option<bool>,
    is_equal: Option<bool>,
}

impl Import {
    /// Reads the file, or stdin to its end.
    pub(super) fn read(&self) -> Result<Input, VerbError> {
        let file = self.file.as_ref().filter(|file| file.as_os_str() != "-");
        let name = file.map_or("stdin".to_owned(), |file| file.display().to_string());
        let name = Text::derive(&name);
        let read = if let Some(file) = file {
            std::fs::read(file)
        } else {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        };
        let bytes = read.map_err(|error| VerbError::Refused(format!("{name}: {error}")))?;
        items(&bytes).map_err(|error| {
            let error = Text::derive(&error.to_string());
            VerbError::Usage(format!(
                "{name}: {error}; it must be JSON, as amtool silence query -o json prints it"
            ))
        })
    }

    pub(super) async fn carry_out(
        &self,
        input: Input,
        asking: &Asking<'_>,
    ) -> Result<Said, VerbError> {
        let known = asking.source.silences().await?;
        let mut said = Said::default();
        let mut count = Count::default();
        let mut rest = (1..).zip(input.0);
        for (at, value) in rest.by_ref() {
            let read = Item::read(value).and_then(|item| {
                let id = item.id.as_deref().filter(|_| !self.force);
                let before = id_of(&known, id);
                let before_terms = before.map(|(_, terms)| terms);
                Ok((before, item.terms(before_terms, known.now, asking.policy.dialect)?))
            });
            let outcome = match read {
                Ok((before, terms)) => one(asking, before, terms).await,
                Err(wrong) => Err(Failure::Unread(wrong)),
            };
            if count.add(&mut said, at, outcome) == Asked::InVain {
                break;
            }
        }
        for (at, _) in rest {
            // Writing to a text cannot fail.
            let _ = writeln!(said.remark, "watchbell: silence {at}: not tried");
            count.failed += 1;
        }
        let _ = writeln!(said.remark, "{}", count.told());
        Ok(said)
    }
}

/// The lists and single silences in `bytes`, one after the other.
fn items(bytes: &[u8]) -> Result<Input, serde_json::Error> {
    let mut items = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter() {
        match value? {
            Value::Array(list) => items.extend(list),
            other => items.push(other),
        }
    }
    Ok(Input(items))
}

impl Item {
    /// The fields of a silence, or what is wrong with them.
    fn read(value: Value) -> Result<Self, String> {
        if !value.is_object() {
            return Err(
                "this is no silence; it must be an object with matchers and endsAt".to_owned()
            );
        }
        serde_json::from_value(value)
            .map_err(|error| format!("{error}; it must be written as API v2 writes a silence"))
    }

    /// The terms, or what is wrong with them. What is not said stays as it was `before`.
    fn terms(
        self,
        before: Option<&Terms>,
        now: Timestamp,
        dialect: Dialect,
    ) -> Result<Terms, String> {
        if self.matchers.is_empty() {
            return Err("it has no matchers; write one at least".to_owned());
        }
        if self.matchers.len() > Terms::MOST_MATCHERS {
            return Err(SilenceRefusal::TooManyMatchers(Terms::MOST_MATCHERS).to_string());
        }
        let read = |(at, matcher): (usize, &MatcherItem)| {
            matcher.read(dialect).map_err(|error| format!("matcher {}: {error}", at + 1))
        };
        let matchers: Vec<Matcher> =
            self.matchers.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let ends = time("endsAt", &self.ends_at)?;
        if ends < now {
            return Err(format!(
                "it was over at {ends:.0}; give it a later endsAt, or leave it out"
            ));
        }
        let starts = self.starts_at.map(|starts| time("startsAt", &starts)).transpose()?;
        let annotations = self.annotations.map(|pairs| pairs.into_iter().collect());
        let text = |said: Option<String>, before: Option<&Arc<str>>| {
            said.map(Arc::from).or_else(|| before.cloned()).unwrap_or_default()
        };
        Ok(Terms {
            matchers: matchers.into(),
            starts: starts.or(before.map(|before| before.starts)).unwrap_or(now),
            ends,
            by: text(self.created_by, before.map(|before| &before.by)),
            comment: text(self.comment, before.map(|before| &before.comment)),
            annotations: annotations
                .or_else(|| before.map(|before| before.annotations.clone()))
                .unwrap_or_default(),
            until_resolved: self
                .ends_when_resolved
                .unwrap_or_else(|| before.is_some_and(|before| before.until_resolved)),
        })
    }
}

fn time(field: &str, text: &str) -> Result<Timestamp, String> {
    let wrong = || format!("{field} {text:?} is no time; write one such as 2026-11-24T08:00:00Z");
    parse_time(text).ok_or_else(wrong)
}

impl MatcherItem {
    fn read(&self, dialect: Dialect) -> Result<Matcher, String> {
        let Self { name, value, is_regex, is_equal } = self;
        if !is_label_name(name, dialect) {
            return Err(format!("{name:?} is no name of a label"));
        }
        let operator = match (is_regex.unwrap_or(false), is_equal.unwrap_or(true)) {
            (false, true) => Operator::Equal,
            (false, false) => Operator::NotEqual,
            (true, true) => Operator::Matches,
            (true, false) => Operator::MatchesNot,
        };
        let condition = Condition::new(operator, value).map_err(|error| error.to_string())?;
        Ok(Matcher { name: name.clone(), condition })
    }
}

/// The silence of this id and how it is, if there is one.
fn id_of<'a>(known: &'a Silences, id: Option<&str>) -> Option<(SilenceId, &'a Terms)> {
    let id: SilenceId = id?.trim().parse().ok()?;
    let shown = known.silences.iter().find(|shown| shown.silence.id == id)?;
    Some((id, &shown.silence.terms))
}

/// What was done about a silence of the list.
#[derive(Debug)]
enum Done {
    Made(SilenceId, Terms),
    Changed(SilenceId),
    Replaced(SilenceId, SilenceId),
    AsItWas(SilenceId),
}

/// Why nothing was.
#[derive(Debug)]
enum Failure {
    Unread(String),
    Refused(AskError),
}

/// Whether the service could be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Well,
    /// It could not, and the next one would wait for nothing, too.
    InVain,
}

async fn one(
    asking: &Asking<'_>,
    known: Option<(SilenceId, &Terms)>,
    terms: Terms,
) -> Result<Done, Failure> {
    if let Some((id, before)) = known
        && *before == terms
    {
        return Ok(Done::AsItWas(id));
    }
    let known = known.map(|(id, _)| id);
    let id = set(asking, known, None, terms.clone()).await.map_err(Failure::Refused)?;
    Ok(match known {
        None => Done::Made(id, terms),
        Some(known) if known == id => Done::Changed(id),
        Some(known) => Done::Replaced(known, id),
    })
}

/// How many came to what.
#[derive(Debug, Default)]
struct Count {
    made: usize,
    changed: usize,
    as_were: usize,
    failed: usize,
}

impl Count {
    /// Says what came of the silence at this place of the list.
    fn add(&mut self, said: &mut Said, at: usize, outcome: Result<Done, Failure>) -> Asked {
        // Writing to a text cannot fail.
        let _ = match outcome {
            Ok(Done::Made(id, terms)) => {
                self.made += 1;
                let (text, ends) = (terms.matchers_text(), terms.ends);
                writeln!(said.result, "{at}: {id} made: {text} until {ends:.0}")
            }
            Ok(Done::Changed(id)) => {
                self.changed += 1;
                writeln!(said.result, "{at}: {id} changed")
            }
            Ok(Done::Replaced(before, id)) => {
                self.changed += 1;
                writeln!(said.result, "{at}: {id} made in the place of {before}")
            }
            Ok(Done::AsItWas(id)) => {
                self.as_were += 1;
                writeln!(said.remark, "{at}: {id} is so already")
            }
            Err(failure) => {
                self.failed += 1;
                let (exit, told, asked) = match &failure {
                    Failure::Unread(wrong) => (Exit::Refused, wrong.clone(), Asked::Well),
                    Failure::Refused(error) => {
                        let asked = if error.is_refusal() { Asked::Well } else { Asked::InVain };
                        (exit_of(error.kind()), why(error), asked)
                    }
                };
                said.exit = said.exit.max(exit);
                // It may quote what was read.
                let told = Text::derive(&told);
                let _ = writeln!(said.remark, "watchbell: silence {at}: {told}");
                return asked;
            }
        };
        Asked::Well
    }

    fn told(&self) -> String {
        let Self { made, changed, as_were, failed } = self;
        let all = counted(made + changed + as_were + failed, "silence", "silences");
        format!("{all}: {made} made, {changed} changed, {as_were} as they were, {failed} failed")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::labels::Labels;

    fn read(value: Value, before: Option<&Terms>) -> Result<Terms, String> {
        Item::read(value)?.terms(before, Timestamp::UNIX_EPOCH, Dialect::Fallback)
    }

    fn before() -> Terms {
        Terms {
            matchers: [Matcher::parse("a=b", Dialect::Fallback).unwrap()].into(),
            starts: "1969-12-31T00:00:00Z".parse().unwrap(),
            ends: "1970-01-02T00:00:00Z".parse().unwrap(),
            by: "alice".into(),
            comment: "a new disk".into(),
            annotations: [("ticket", "OPS-7")].into_iter().collect(),
            until_resolved: true,
        }
    }

    #[test]
    fn what_is_left_out_stays_as_it_was_and_is_nothing_where_there_was_nothing() {
        let bare = json!({
            "matchers": [{"name": "a", "value": "b"}], "endsAt": "1970-01-02T00:00:00Z",
        });
        assert_eq!(read(bare.clone(), Some(&before())), Ok(before()));
        let nothing = Terms {
            starts: Timestamp::UNIX_EPOCH,
            by: "".into(),
            comment: "".into(),
            annotations: Labels::default(),
            until_resolved: false,
            ..before()
        };
        assert_eq!(read(bare, None), Ok(nothing));
    }

    #[test]
    fn until_resolved_is_read_under_either_name_and_taken_back_only_where_that_is_said() {
        for name in ["endsWhenResolved", "untilResolved"] {
            for said in [true, false] {
                let value = json!({
                    "matchers": [{"name": "a", "value": "b"}], "endsAt": "1970-01-02T00:00:00Z",
                    name: said,
                });
                let told = read(value.clone(), Some(&before())).unwrap().until_resolved;
                assert_eq!(told, said, "{name}");
                assert_eq!(read(value, None).unwrap().until_resolved, said, "{name}");
            }
        }
    }

    #[test]
    fn what_api_v2_and_our_own_query_write_is_read_as_it_was() {
        let v2 = json!({
            "id": "x", "status": {"state": "active"}, "updatedAt": "1970-01-01T00:00:00.000Z",
            "annotations": {"ticket": "OPS-7"}, "comment": "a new disk", "createdBy": "alice",
            "endsAt": "1970-01-02T00:00:00.000Z",
            "matchers": [{"isEqual": true, "isRegex": false, "name": "a", "value": "b"}],
            "startsAt": "1969-12-31T00:00:00.000Z", "endsWhenResolved": true, "windowOf": "moves",
        });
        assert_eq!(read(v2, None), Ok(before()));
    }

    #[test]
    fn too_many_matchers_are_refused_before_their_patterns_are_compiled() {
        let bad = json!({"name": "a", "value": "(", "isRegex": true});
        let value =
            |count| json!({"matchers": vec![&bad; count], "endsAt": "1970-01-02T00:00:00Z"});
        let told = read(value(Terms::MOST_MATCHERS + 1), None).unwrap_err();
        assert!(told.contains("64 matchers at most"), "{told}");
        let told = read(value(Terms::MOST_MATCHERS), None).unwrap_err();
        assert!(told.starts_with("matcher 1: "), "{told}");
    }
}
