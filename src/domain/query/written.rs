//! Matchers of labels as words of a filter, so that a list shows what a silence is about. Reads no
//! alert.

use super::parse::FIELDS;
use crate::domain::matcher::Matcher;

/// A filter that asks of labels what all `matchers` do.
pub fn written(matchers: &[Matcher]) -> String {
    let each: Vec<String> = matchers.iter().map(word).collect();
    each.join(" ")
}

fn word(matcher: &Matcher) -> String {
    let name = matcher.name.as_str();
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    // The plain name of a field means the field.
    let is_field = FIELDS.iter().any(|(field, _)| *field == name);
    let name = if is_plain && !is_field { name.to_owned() } else { quoted(name) };
    let value = matcher.condition.value();
    let is_plain = !value.is_empty() && !value.contains(|c: char| c == '"' || c.is_whitespace());
    let value = if is_plain { value.to_owned() } else { quoted(value) };
    format!("{name}{}{value}", matcher.condition.operator())
}

/// In quotes only these two stand for themselves with a backslash before them.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::matcher::{Condition, Operator};
    use crate::domain::query::{Asked, Filter};

    proptest! {
        #[test]
        fn a_filter_reads_back_as_the_matchers_that_it_was_written_from(
            parts in proptest::collection::vec(
                (
                    prop_oneof![Just("state".to_owned()), "[a-z_]{1,3}", ".{0,4}"],
                    prop_oneof![Just(Operator::Equal), Just(Operator::NotEqual), Just(Operator::Matches)],
                    prop_oneof!["[a-z .\"\\\\|*]{0,5}", ".{0,4}"],
                ),
                0..5,
            ),
        ) {
            let matcher = |(name, operator, value): (String, Operator, String)| {
                Some(Matcher { name, condition: Condition::new(operator, &value).ok()? })
            };
            let matchers: Vec<Matcher> = parts.into_iter().filter_map(matcher).collect();
            let filter = Filter::parse(&written(&matchers));
            prop_assert_eq!(filter.problems(), []);
            let asked = filter.asked().map(|asked| match asked {
                Asked::Label(name, condition) => Matcher { name: name.to_owned(), condition: condition.clone() },
                other => panic!("{other:?}"),
            });
            prop_assert_eq!(asked.collect::<Vec<_>>(), matchers);
        }
    }
}
