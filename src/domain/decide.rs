//! `decide`: the only door. Every change of anything goes through it, whoever asks.

mod interval;
mod maintenance;
mod outbox;
mod sender;
mod silence;
mod storage;

use std::sync::Arc;

use super::actor::{Actor, Person};
use super::alert::lifecycle::{self, Act, By, Happening, Heard, Move, Step};
use super::alert::{Alert, Identity, Namespace, Naming, Source};
use super::command::{Acted, AlertCommand, Answer, Command, Deaf, Order, TokenCommand, Unchanged};
use super::draft::Draft;
use super::entity::{Entity, Key};
use super::event::What;
use super::id::{AccountId, AlertId, OnceId, ServiceId, TokenId};
use super::once::Once;
use super::policy::{Policy, UnknownServices};
use super::refusal::Refusal;
use super::report::{NamedService, Payload, Report, Subject};
use super::service::Service;
use super::table::{Past, Table};
use super::text::Text;
use super::time::{SignedDuration, Timestamp};
use super::token::Token;

pub use sender::silent_sender;
pub use storage::{Unsaved, over_at, saves_again, told_directly};

/// Decides one order in the draft. What it refuses may have been put in part: `Draft::attempt`
/// takes that back.
pub fn decide(draft: &mut Draft, order: &Order) -> Result<Answer, Refusal> {
    let by = By { actor: &order.actor, seen: order.seen };
    match &order.command {
        Command::Report(reports) => {
            sender::speaks(draft, by.actor)?;
            let decided =
                reports.iter().map(|one| draft.or_restore(|draft| report(draft, by, one)));
            Ok(Answer::Reported(decided.collect()))
        }
        Command::Alerts(alerts, command) => {
            let acted = alerts.iter().map(|id| (*id, act(draft, by, *id, command)));
            Ok(Answer::Acted(acted.collect()))
        }
        Command::Silence(command) => silence::command(draft, by, command),
        Command::Token(command) => token(draft, by.actor, command).map(Answer::Token),
        Command::Adopt(policy) => {
            adopt(draft, policy);
            maintenance::see_to_windows(draft)?;
            Ok(Answer::Done)
        }
        Command::Due(key) => {
            due(draft, *key)?;
            Ok(Answer::Done)
        }
        Command::Settle(delivery, attempt, outcome) => {
            outbox::settle(draft, *delivery, *attempt, outcome);
            Ok(Answer::Done)
        }
        Command::Woke(deaf) => {
            draft.grant();
            match deaf {
                Deaf::Start => outbox::resume(draft),
                // Whoever attempts is still there, and will say what came of it.
                Deaf::Jump | Deaf::Overload | Deaf::Storage => {}
            }
            Ok(Answer::Done)
        }
    }
}

fn report(draft: &mut Draft, by: By<'_>, report: &Report) -> Result<Option<AlertId>, Refusal> {
    match report {
        Report::Resolved { identity, road: _, ends_at } => ended(draft, by, identity, *ends_at),
        Report::Interval { identity, told, payload } => {
            interval::tell(draft, by, identity, *told, payload)
        }
        Report::Firing { subject: Subject::Known(identity), payload } => {
            firing(draft, by, identity.clone(), payload).map(Some)
        }
        Report::Firing { subject: Subject::Manual { namespace, once }, payload } => {
            manual(draft, by, namespace, *once, payload).map(Some)
        }
    }
}

/// A source says that it has ended. An operator may have ended it before: that ends the hold.
fn ended(
    draft: &mut Draft,
    by: By<'_>,
    identity: &Identity,
    at: Option<Timestamp>,
) -> Result<Option<AlertId>, Refusal> {
    let table = draft.table();
    let episode = table.newest(identity).or_else(|| meant(table, identity)).cloned();
    let Some(episode) = episode else { return Ok(None) };
    take(draft, by, Some(&episode), &Happening::Ended { at })?;
    Ok(episode.is_open().then_some(episode.id))
}

/// The open alert whose label hash somebody gives as its name, without its labels.
fn meant<'t>(table: &'t Table, identity: &Identity) -> Option<&'t Arc<Alert>> {
    let Naming::Given(given) = &identity.naming else { return None };
    table.open_by_hash(&identity.namespace, given.parse().ok()?)
}

fn firing(
    draft: &mut Draft,
    by: By<'_>,
    identity: Identity,
    payload: &Payload,
) -> Result<AlertId, Refusal> {
    let id = AlertId(draft.tick.ids.draw());
    let about = About { past: draft.table().past(&identity), identity, id };
    hear(draft, by, about, payload, Lasts::default())
}

/// What an interval adds to a firing report.
#[derive(Clone, Debug, Default)]
struct Lasts {
    ends: Option<Timestamp>,
    source: Option<Arc<Source>>,
    behind: Option<SignedDuration>,
}

/// A manual alert is known by its own id, so that nothing but that id speaks of it again.
fn manual(
    draft: &mut Draft,
    by: By<'_>,
    namespace: &Namespace,
    once: Option<OnceId>,
    payload: &Payload,
) -> Result<AlertId, Refusal> {
    if let Some(known) = once.and_then(|once| draft.table().once(once)) {
        let alert = draft.table().alert(known.alert);
        return match alert {
            Some(alert) if !payload.is_of(alert) => Err(Refusal::OnceUsed { alert: known.alert }),
            Some(_) | None => Ok(known.alert),
        };
    }
    let id = AlertId(draft.tick.ids.draw());
    let naming = Naming::Given(id.to_string().into());
    let labels = payload.labels.with_missing([("fingerprint", &id.to_string())]);
    let payload = Payload { labels, ..payload.clone() };
    let identity = Identity { namespace: namespace.clone(), naming };
    let about = About { past: draft.table().past(&identity), identity, id };
    let id = hear(draft, by, about, &payload, Lasts::default())?;
    if let Some(once) = once {
        let once = Once::now(once, id, draft.tick.now);
        draft.put(Entity::Once(Arc::new(once)), None);
    }
    Ok(id)
}

/// What a report is about.
#[derive(Debug)]
struct About {
    identity: Identity,
    past: Past,
    /// The id of the alert, should it be a new one.
    id: AlertId,
}

/// Lets the newest episode of an identity hear a firing report.
fn hear(
    draft: &mut Draft,
    by: By<'_>,
    about: About,
    payload: &Payload,
    lasts: Lasts,
) -> Result<AlertId, Refusal> {
    let About { identity, past: Past { newest: episode, occurrences }, id } = about;
    let service = match episode.as_deref().filter(|alert| is_named(draft, alert, payload)) {
        Some(alert) => alert.service,
        None => service(draft, by.actor, &payload.service)?,
    };
    let table = draft.table();
    let names = |id| match table.service(id) {
        Some(service) => service.name.clone(),
        None => Text::derive(&table.service_name(id)),
    };
    let heard = Heard {
        id,
        occurrence: occurrences.saturating_add(1),
        identity,
        service,
        service_was: episode.as_ref().map(|alert| names(alert.service)),
        service_is: names(service),
        ends: lasts.ends,
        source: lasts.source,
        behind: lasts.behind,
        payload: payload.clone(),
    };
    let happening = Happening::Report(Box::new(heard));
    let about = step(draft, by, episode.as_deref(), &happening)?;
    Ok(about.map_or(id, |alert| alert.id))
}

/// Whether a report names the service that its alert has: most do, and an id is the hash of a name.
fn is_named(draft: &Draft, alert: &Alert, payload: &Payload) -> bool {
    match &payload.service {
        NamedService::Strictly(name) | NamedService::Loosely(name) => {
            draft.table().service(alert.service).is_some_and(|service| service.name == *name)
        }
        NamedService::Default => false,
    }
}

/// The service that a report means. New names are kept while there is room for them.
fn service(draft: &mut Draft, actor: &Actor, named: &NamedService) -> Result<ServiceId, Refusal> {
    let policy = Arc::clone(draft.table().policy());
    let (name, strictly) = match named {
        NamedService::Default => return Ok(policy.default_service_id()),
        NamedService::Strictly(name) => (name, true),
        NamedService::Loosely(name) => (name, false),
    };
    let id = ServiceId::of(name.as_str());
    if draft.table().service(id).is_some() {
        return Ok(id);
    }
    match policy.unknown_services {
        UnknownServices::Refuse if strictly => Err(Refusal::UnknownService(name.clone())),
        UnknownServices::Refuse => Ok(policy.default_service_id()),
        UnknownServices::Create if draft.table().services().len() >= policy.max_services => {
            Ok(policy.default_service_id())
        }
        UnknownServices::Create => {
            know_service(draft, actor, name);
            Ok(id)
        }
    }
}

fn know_service(draft: &mut Draft, actor: &Actor, name: &Text) {
    let id = ServiceId::of(name.as_str());
    let event = draft.event(actor, Key::Service(id), What::ServiceCreated(name.clone()), None);
    let service = Service { id, name: name.clone(), created: draft.tick.now };
    draft.put(Entity::Service(Arc::new(service)), Some(event));
}

fn act(
    draft: &mut Draft,
    by: By<'_>,
    id: AlertId,
    command: &AlertCommand,
) -> Result<Acted, Refusal> {
    let mut alert = draft.table().alert(id).cloned().ok_or(Refusal::UnknownAlert(id))?;
    let act = match command {
        AlertCommand::Acknowledge => {
            Act::Acknowledge(draft.table().policy().acknowledged_for(alert.service))
        }
        AlertCommand::Unacknowledge => Act::Unacknowledge,
        AlertCommand::Assign(to) => Act::Assign(person(draft.table().policy(), *to)?),
        AlertCommand::Snooze(until) => Act::Snooze(*until),
        AlertCommand::Wake => Act::Wake,
        AlertCommand::Resolve => Act::Resolve,
        AlertCommand::Reopen => {
            alone(draft, &alert)?;
            alert = with_what_was_told(draft, &alert);
            Act::Reopen
        }
        AlertCommand::Note(text) if text.is_empty() => return Err(Refusal::EmptyNote),
        AlertCommand::Note(text) => Act::Note(text.clone()),
        AlertCommand::Undo(revision) => {
            alone(draft, &alert)?;
            alert = with_what_was_told(draft, &alert);
            Act::Undo(*revision)
        }
    };
    take(draft, by, Some(&alert), &Happening::Act(act))
}

fn person(policy: &Policy, id: Option<AccountId>) -> Result<Option<Person>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    let account = policy.account(id).ok_or(Refusal::UnknownAccount(id))?;
    Ok(Some(account.person()))
}

/// An ended alert can only come back while its identity has no open one.
fn alone(draft: &Draft, alert: &Alert) -> Result<(), Refusal> {
    match draft.table().open(&alert.identity) {
        Some(open) if open.id != alert.id => Err(Refusal::OpenElsewhere { open: open.id }),
        Some(_) | None => Ok(()),
    }
}

/// An older episode that comes back knows what a later one was told since: what is repeated then is
/// no news.
fn with_what_was_told(draft: &Draft, alert: &Arc<Alert>) -> Arc<Alert> {
    let newest = draft.table().newest(&alert.identity).filter(|newest| newest.id != alert.id);
    match newest.and_then(|newest| newest.source.as_ref()) {
        Some(source) => {
            Arc::new(Alert { source: Some(Arc::clone(source)), ..alert.as_ref().clone() })
        }
        None => Arc::clone(alert),
    }
}

/// Takes one step of the lifecycle and puts what came of it.
fn take(
    draft: &mut Draft,
    by: By<'_>,
    alert: Option<&Alert>,
    happening: &Happening,
) -> Result<Acted, Refusal> {
    step(draft, by, alert, happening).map(|next| match next {
        Ok(_) => Acted::Changed,
        Err(why) => Acted::Unchanged(why),
    })
}

/// As [`take`]; gives the alert as it is now, or why it is as it was.
fn step(
    draft: &mut Draft,
    by: By<'_>,
    alert: Option<&Alert>,
    happening: &Happening,
) -> Result<Result<Arc<Alert>, Unchanged>, Refusal> {
    // What ended keeps the marks that it had; what comes back has those that match it by then.
    let rid = alert.and_then(silence::rid_of_marks);
    match lifecycle::step(rid.as_ref().or(alert), happening, by, &draft.tick)? {
        Step::Keep(why) => Ok(Err(why)),
        Step::Move(change) => {
            let Move { mut next, what, undo } = *change;
            if let (Some(_), Some(alert), false) = (&rid, alert, next.is_open()) {
                silence::mark_as_before(&mut next, alert);
            }
            if what.is_none() && alert.is_some_and(|alert| alert.is_repeated_by(&next)) {
                let next = Arc::new(next);
                draft.put_soon(Entity::Alert(Arc::clone(&next)));
                return Ok(Ok(next));
            }
            if next.is_open() {
                release_others(draft, &next);
            }
            let marks = silence::mark_anew(draft, alert, &mut next);
            next.revision = draft.tick.revision;
            let subject = Key::Alert(next.id);
            let event = what.map(|what| draft.event(by.actor, subject, what, undo.as_ref()));
            if let Some(event) = &event {
                next.remember(Arc::clone(event));
            }
            let mut next = Arc::new(next);
            draft.put(Entity::Alert(Arc::clone(&next)), event.clone());
            for mark in marks.new {
                let what = What::Suppressed(mark);
                let line = draft.event(&Actor::Watchbell, subject, what, None);
                Arc::make_mut(&mut next).remember(Arc::clone(&line));
                draft.put(Entity::Alert(Arc::clone(&next)), Some(line));
            }
            silence::heed(draft, alert, &next);
            if let Some(event) = event {
                outbox::owe(draft, &next, &event);
            }
            for mark in marks.lost {
                let by = By { actor: &Actor::Watchbell, seen: None };
                take(draft, by, Some(&next), &Happening::Unsuppress(mark))?;
                next = draft.table().alert(next.id).map_or(next, Arc::clone);
            }
            Ok(Ok(next))
        }
    }
}

/// Nothing is kept out any more once an episode of the identity is open: no other one is held. Only
/// the newest can be, because what begins or comes back has released it before.
fn release_others(draft: &mut Draft, next: &Alert) {
    let newest = draft.table().newest(&next.identity);
    let held = newest.filter(|alert| alert.id != next.id).and_then(|alert| alert.released());
    if let Some(mut released) = held {
        released.revision = draft.tick.revision;
        draft.put(Entity::Alert(Arc::new(released)), None);
    }
}

fn token(draft: &mut Draft, actor: &Actor, command: &TokenCommand) -> Result<TokenId, Refusal> {
    match command {
        TokenCommand::Create { name, digest, scopes, account, namespace } => {
            if name.is_empty() {
                return Err(Refusal::EmptyTokenName);
            }
            if *namespace == Namespace::own() {
                return Err(Refusal::OwnNamespace(namespace.0.clone()));
            }
            if draft.table().token_named(name.as_str()).is_some() {
                return Err(Refusal::TokenExists(name.clone()));
            }
            person(draft.table().policy(), *account)?;
            let token = Token {
                id: TokenId(draft.tick.ids.draw()),
                name: name.clone(),
                digest: *digest,
                scopes: *scopes,
                account: *account,
                namespace: namespace.clone(),
                created: draft.tick.now,
            };
            let id = token.id;
            let what = What::TokenCreated(name.clone());
            let event = draft.event(actor, Key::Token(id), what, None);
            draft.put(Entity::Token(Arc::new(token)), Some(event));
            Ok(id)
        }
        TokenCommand::Revoke { name } => {
            let token = draft.table().token_named(name.as_str()).cloned();
            let token = token.ok_or_else(|| Refusal::UnknownToken(name.clone()))?;
            let key = Key::Token(token.id);
            let what = What::TokenRevoked(name.clone());
            let event = draft.event(actor, key, what, None);
            draft.end(key, Some(event));
            Ok(token.id)
        }
    }
}

/// Takes the configuration's meaning over; its services become known.
fn adopt(draft: &mut Draft, policy: &Arc<Policy>) {
    draft.adopt(Arc::clone(policy));
    for name in policy.services.iter().chain([&policy.default_service]) {
        if draft.table().service(ServiceId::of(name.as_str())).is_none() {
            know_service(draft, &Actor::Watchbell, name);
        }
    }
}

/// A deadline may be reached late, or have been moved since: what is not due is left alone.
fn due(draft: &mut Draft, key: Key) -> Result<(), Refusal> {
    let forgotten = draft.table().next_forgotten();
    if let Some((due, Key::Alert(id))) = forgotten
        && due <= draft.tick.now
        && key == Key::Alert(id)
    {
        forget(draft, id);
        return Ok(());
    }
    let entity = draft.table().entity(key);
    let passed = entity.as_ref().and_then(Entity::due).is_some_and(|due| due <= draft.tick.now);
    match (entity, passed) {
        (Some(Entity::Alert(alert)), true) => {
            let by = By { actor: &Actor::Watchbell, seen: None };
            take(draft, by, Some(&alert), &Happening::Time)?;
            let next = draft.table().alert(alert.id).cloned();
            let ended = next.filter(|next| alert.is_open() && !next.is_open());
            if let Some(ended) = ended {
                sender::fell_silent(draft, &ended)?;
            }
        }
        (Some(Entity::Delivery(delivery)), true) => outbox::attempt(draft, &delivery),
        (Some(Entity::Silence(silence)), true) => silence::passed(draft, &silence)?,
        (Some(Entity::Once(_) | Entity::Source(_)), true) => draft.end(key, None),
        (Some(Entity::Service(_) | Entity::Token(_) | Entity::Maintenance(_)) | None, _)
        | (Some(_), false) => {}
    }
    Ok(())
}

/// An alert that ended so long ago is kept no longer, and neither is what was told of it.
fn forget(draft: &mut Draft, id: AlertId) {
    let told: Vec<Key> =
        draft.table().deliveries_of(id).map(|delivery| Key::Delivery(delivery.id)).collect();
    for key in told {
        draft.end(key, None);
    }
    draft.end(Key::Alert(id), None);
}

#[cfg(test)]
mod tests;
