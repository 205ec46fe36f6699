//! Senders that fall silent: several alerts that end for want of a word, and nothing that was
//! resolved, look like health and are none. An alert of our own says so until they speak again.

use super::{About, By, Lasts, hear, take};
use crate::domain::actor::Actor;
use crate::domain::alert::lifecycle::Happening;
use crate::domain::alert::{Alert, Ending, Identity, Namespace, Naming};
use crate::domain::draft::Draft;
use crate::domain::id::AlertId;
use crate::domain::labels::Labels;
use crate::domain::refusal::Refusal;
use crate::domain::report::{NamedService, Payload, Road};
use crate::domain::severity::{Severity, SeverityReading};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, after, before};

/// So many alerts of one sender, ended by silence within that time, mean the sender.
const SEVERAL: usize = 3;
const WITHIN: SignedDuration = SignedDuration::from_mins(1);
/// No more ends than this are looked at: a flood of them is seen to one by one.
const LOOKED_AT: usize = 64;

/// The name of the alert about it.
const NAME: &str = "SenderFellSilent";

const OURSELVES: By<'static> = By { actor: &Actor::Watchbell, seen: None };

/// An alert has ended because nothing more was heard of it: raises an alert about its sender, if
/// it was not the only one (T13).
pub(super) fn fell_silent(draft: &mut Draft, alert: &Alert) -> Result<(), Refusal> {
    let identity = identity(&alert.sender);
    let table = draft.table();
    if table.open(&identity).is_some() {
        return Ok(());
    }
    let since = before(draft.tick.now, WITHIN);
    let mut silent = 0;
    for ended in table.ended_since(since).take(LOOKED_AT) {
        match ended.standing.resolution().map(|resolution| &resolution.how) {
            _ if ended.sender != alert.sender => {}
            Some(Ending::Source) => return Ok(()),
            Some(Ending::TimeOut) => silent += 1,
            Some(Ending::Operator { .. }) | None => {}
        }
    }
    // A sender that spoke of something else since has only forgotten these.
    let spoke =
        table.heard(&alert.sender).is_some_and(|heard| heard > after(alert.seen.last, WITHIN));
    if silent < SEVERAL || spoke {
        return Ok(());
    }
    let id = AlertId(draft.tick.ids.draw());
    let payload = payload(&alert.sender, &identity);
    let about = About { past: draft.table().past(&identity), identity, id };
    hear(draft, OURSELVES, about, &payload, Lasts::default()).map(drop)
}

/// A sender speaks: the alert that it fell silent is over.
pub(super) fn speaks(draft: &mut Draft, sender: &Actor) -> Result<(), Refusal> {
    if !draft.table().speaks_of_itself() {
        return Ok(());
    }
    let identity = identity(&sender.name());
    match draft.table().open(&identity).cloned() {
        Some(alert) => {
            take(draft, OURSELVES, Some(&alert), &Happening::Ended { at: None }).map(drop)
        }
        None => Ok(()),
    }
}

/// The sender that `alert` says fell silent, if that is what it says.
pub fn silent_sender(alert: &Alert) -> Option<Text> {
    if alert.labels.get("alertname") != Some(NAME) {
        return None;
    }
    let sender = Text::derive(alert.labels.get("sender")?);
    (alert.identity == identity(&sender)).then_some(sender)
}

fn identity(sender: &Text) -> Identity {
    let labels = [("alertname", NAME), ("sender", sender.as_str())];
    let labels = labels.into_iter().chain([("severity", "critical")]).collect();
    Identity { namespace: Namespace::own(), naming: Naming::of_labels(labels) }
}

fn payload(sender: &Text, identity: &Identity) -> Payload {
    let description = format!(
        "At least {SEVERAL} alerts of {sender} ended within a minute because nothing more was \
         heard of them. That is no recovery: see whether {sender} runs and reaches us. This alert \
         is over when it speaks again."
    );
    let labels = match &identity.naming {
        Naming::Labels { labels, .. } => labels.clone(),
        Naming::Given(_) => Labels::default(),
    };
    Payload {
        // Nobody repeats it: it has no end, and does not go stale.
        road: Road::Plain,
        title: Text::derive(&format!("{sender} fell silent")),
        service: NamedService::Default,
        severity: SeverityReading::Known(Severity::Critical),
        labels,
        annotations: [("description", description.as_str())].into_iter().collect(),
        starts_at: None,
        link: None,
    }
}
