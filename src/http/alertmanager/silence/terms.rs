//! From a posted silence to what the domain is asked for. Pure: what was posted, the table and the time
//! in, a command out.

use super::document::{Posted, PostedMatcher};
use super::id_of;
use crate::domain::command::SilenceCommand;
use crate::domain::matcher::{Condition, Dialect, Matcher, Operator, check_pattern, is_label_name};
use crate::domain::refusal::Refusal;
use crate::domain::silence::{SilenceRefusal, Terms};
use crate::domain::table::Table;
use crate::domain::time::Timestamp;
use crate::http::alertmanager::error::Fault;
use crate::http::alertmanager::typed::MOST_PAIRS;
use crate::http::alertmanager::{quote, time};
use crate::http::error::ApiError;

/// The order that a posted silence is. The first of Alertmanager's rules that it breaks is told
/// (`postSilencesHandler`, `validateSilence`); what they do not have is told in their place.
pub(super) fn order(
    posted: Posted,
    table: &Table,
    now: Timestamp,
) -> Result<SilenceCommand, Fault> {
    let id = id_of(&posted.id);
    let known = id.and_then(|id| table.silence(id));
    let mut terms = Terms {
        matchers: [].into(),
        starts: posted.starts_at.at,
        ends: posted.ends_at.at,
        by: posted.created_by.into(),
        comment: posted.comment.into(),
        annotations: posted.annotations.ok_or_else(too_wide)?,
        // Who does not know the field does not mean to change it.
        until_resolved: posted
            .ends_when_resolved
            .unwrap_or_else(|| known.is_some_and(|known| known.terms.until_resolved)),
    };
    let posted_matchers = posted.matchers.into_iter().enumerate();
    let posted_matchers =
        posted_matchers.map(|(index, matcher)| matcher.ok_or_else(|| null(index)));
    let posted_matchers: Vec<PostedMatcher> = posted_matchers.collect::<Result<_, _>>()?;
    terms.check_times(now).map_err(refused)?;
    if posted_matchers.len() > Terms::MOST_MATCHERS {
        return Err(refused(SilenceRefusal::TooManyMatchers(Terms::MOST_MATCHERS)));
    }
    let dialect = table.policy().dialect;
    let matchers = posted_matchers.into_iter().enumerate().map(|(index, posted)| {
        matcher(&posted, dialect).map_err(|why| {
            let wrong = format!("invalid silence: invalid label matcher {index} in set 0: {why}");
            Fault::bad_request(wrong)
        })
    });
    terms.matchers = matchers.collect::<Result<_, _>>()?;
    if time::is_zero(posted.starts_at) {
        terms.starts = Terms::AT_ONCE;
    }
    terms.check(now).map_err(refused)?;
    if id.is_none() && !posted.id.is_empty() {
        return Err(refused(SilenceRefusal::Unknown));
    }
    Ok(SilenceCommand::Set(id, Box::new(terms)))
}

fn refused(refusal: SilenceRefusal) -> Fault {
    ApiError::Refused(Refusal::Silence(refusal)).into()
}

fn null(index: usize) -> Fault {
    let why = format!("matcher {index} is null; send an object with name, value and isRegex");
    Fault::bad_request(why)
}

fn too_wide() -> Fault {
    let why = format!("the silence has more than {MOST_PAIRS} annotations; send fewer");
    Fault::bad_request(why)
}

/// The matcher, or what is wrong with it (`validateMatcher`).
fn matcher(posted: &PostedMatcher, dialect: Dialect) -> Result<Matcher, String> {
    let PostedMatcher { name, value, is_regex, is_equal } = posted;
    if !is_label_name(name, dialect) {
        return Err(format!("invalid label name {}", quote::go(name)));
    }
    let operator = match (is_equal, is_regex) {
        (true, false) => Operator::Equal,
        (false, false) => Operator::NotEqual,
        (true, true) => Operator::Matches,
        (false, true) => Operator::MatchesNot,
    };
    let checked = if *is_regex { check_pattern(value) } else { Ok(()) };
    let condition = checked.and_then(|()| Condition::new(operator, value));
    let condition = condition
        .map_err(|why| format!("invalid regular expression {}: {why}", quote::go(value)))?;
    Ok(Matcher { name: name.as_ref().to_owned(), condition })
}
