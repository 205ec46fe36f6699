//! From a post to reports: what each alert means, and which are refused. Pure: bytes, policy and
//! time in, reports out.

use std::sync::Arc;

use super::document::{self, Item};
use super::error::Fault;
use super::quote;
use super::typed::MOST_PAIRS;
use crate::domain::alert::{Identity, Namespace, Naming, Told};
use crate::domain::labels::Labels;
use crate::domain::matcher::{Dialect, is_label_name};
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::report::{Payload, Report, Road};
use crate::domain::time::Timestamp;
use crate::http::derive;

/// What is made of each listed alert, in order.
pub(super) type Judged = Vec<One>;

/// What is made of one listed alert.
#[derive(Debug)]
pub(super) struct One {
    /// How it was posted, unless it is no alert at all.
    pub(super) posted: Option<Posted>,
    /// What it says, or what is wrong with it.
    pub(super) said: Result<Report, String>,
}

/// Whether the end of a posted alert is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posted {
    /// It is, or there is none.
    Firing,
    /// It has passed.
    Resolved,
}

/// Reads the body of a post of a sender of `namespace`. What is wrong with single alerts keeps no
/// other from being taken; what is wrong with the form of the post refuses it whole.
pub(super) fn parse(
    body: &[u8],
    namespace: &Namespace,
    policy: &Policy,
    now: Timestamp,
) -> Result<Judged, Fault> {
    let items = document::read(body)?.into_iter().enumerate();
    let judged = items.map(|(index, item)| match item {
        Item::Null => One {
            posted: None,
            said: Err(format!("alert {index} is null; send an object with labels")),
        },
        Item::Wide => {
            let most = format!("more than {MOST_PAIRS} labels or annotations");
            One { posted: None, said: Err(format!("alert {index} has {most}; send fewer")) }
        }
        Item::Alert(item) => One {
            posted: Some(match item.ends_at {
                Some(end) if end.at <= now => Posted::Resolved,
                Some(_) | None => Posted::Firing,
            }),
            said: judge(*item, namespace, policy, now),
        },
    });
    Ok(judged.collect())
}

/// The first of Alertmanager's rules that an alert breaks is told (`Alert.Validate`). That it ends
/// before it begins comes first; alone, it is for the engine to say.
fn judge(
    posted: document::Posted,
    namespace: &Namespace,
    policy: &Policy,
    now: Timestamp,
) -> Result<Report, String> {
    let told = Told { start: posted.starts_at, end: posted.ends_at };
    if let Some(wrong) = wrong_with(&posted, policy.dialect) {
        let whole = told.whole(now, policy.resolve_timeout);
        return Err(whole.map_or(Refusal::EndsBeforeStart.to_string(), |_| wrong));
    }
    let document::Posted { labels, annotations, link, .. } = posted;
    let payload = Payload {
        road: Road::V2,
        title: derive::title(None, &labels, &annotations),
        service: derive::service(&labels, policy),
        severity: derive::severity(None, &labels, &annotations, policy),
        labels: labels.clone(),
        annotations,
        starts_at: told.start.map(|start| start.at),
        link: Some(link).filter(|link| !link.is_empty()).map(Arc::from),
    };
    let identity = Identity { namespace: namespace.clone(), naming: Naming::of_labels(labels) };
    Ok(Report::Interval { identity, told, payload: Box::new(payload) })
}

fn wrong_with(posted: &document::Posted, dialect: Dialect) -> Option<String> {
    let misnamed = |labels: &Labels| {
        let mut names = labels.iter().map(|(name, _)| name);
        let name = names.find(|name| !is_label_name(name, dialect))?;
        Some(quote::go(name))
    };
    if posted.labels.is_empty() {
        return Some("at least one label pair required".to_owned());
    }
    let labels =
        misnamed(&posted.labels).map(|name| format!("invalid label set: invalid name {name}"));
    labels.or_else(|| {
        let name = misnamed(&posted.annotations)?;
        Some(format!("invalid annotations: invalid name {name}"))
    })
}
