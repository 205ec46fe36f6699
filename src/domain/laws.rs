//! Laws: what holds of every table, whatever happened. Plain functions, for every test that makes
//! things happen at random.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::alert::{Alert, Call, Pause};
use super::delivery::{Delivery, Progress, Tell};
use super::id::SilenceId;
use super::severity::Severity;
use super::silence::{Reach, SilenceState};
use super::suppress;
use super::table::{Lookup, Table, Word, seat};
use super::text::Text;
use super::time::Timestamp;

/// The name of a law that does not hold, if there is one.
pub(crate) fn broken_law(table: &Table) -> Option<&'static str> {
    let laws = [
        ("one open alert of an identity", one_open_alert_each(table)),
        ("what is open is found", what_is_open_is_found(table)),
        ("what fires is held nowhere", what_fires_is_held_nowhere(table)),
        ("nobody is forgotten", nobody_is_forgotten(table)),
        ("nobody is called for nothing", nobody_is_called_for_nothing(table)),
        ("every call is told", every_call_is_told(table)),
        ("every call is owed", every_call_is_owed(table)),
        ("who has it has seen how bad it is", whoever_has_it_has_seen_how_bad_it_is(table)),
    ];
    laws.into_iter().find(|(_, holds)| !holds).map(|(name, _)| name)
}

/// At most one open alert of an identity.
fn one_open_alert_each(table: &Table) -> bool {
    table
        .alerts()
        .filter(|alert| alert.is_open())
        .all(|alert| table.open(&alert.identity).is_some_and(|open| open.id == alert.id))
}

/// The open alerts are all that is found, in every order and by every word.
fn what_is_open_is_found(table: &Table) -> bool {
    let mut open: Vec<_> = table.alerts().filter(|alert| alert.is_open()).collect();
    open.sort_by_key(|alert| seat(alert));
    let ids = |alerts: &[&Arc<Alert>]| -> Vec<_> { alerts.iter().map(|alert| alert.id).collect() };
    let listed: Vec<_> = table.open_alerts().collect();
    let timed = [Severity::Critical, Severity::Warning]
        .map(|severity| table.open_since(severity, Timestamp::MIN).count());
    let is_found = |alert: &Arc<Alert>, word| {
        table.look_up(&Lookup::Having(vec![word]), None).any(|found| found.id == alert.id)
    };
    let found = |alert: &&Arc<Alert>| {
        let mut pairs = alert.told_labels().iter().chain(alert.labels.iter());
        pairs.all(|(name, value)| is_found(alert, Word::pair(name, value)))
            && is_found(alert, Word::service(alert.service))
    };
    ids(&listed) == ids(&open)
        && timed.iter().sum::<usize>() == open.len()
        && open.iter().all(found)
}

/// No episode is held while another one of its identity is open.
fn what_fires_is_held_nowhere(table: &Table) -> bool {
    table.alerts().all(|alert| {
        let open = table.open(&alert.identity).is_some_and(|open| open.id != alert.id);
        !(open && alert.standing.hold().is_some())
    })
}

/// An acknowledgement holds for no more than was acknowledged.
fn whoever_has_it_has_seen_how_bad_it_is(table: &Table) -> bool {
    table.alerts().all(|alert| {
        alert.standing.acknowledgement().is_none_or(|held| held.level >= alert.severity)
    })
}

/// Nothing that needs somebody is without a call, or without a named reason for none.
fn nobody_is_forgotten(table: &Table) -> bool {
    table.alerts().filter(|alert| alert.needs_call()).all(|alert| match alert.standing.call {
        Call::Calling(_) | Call::Paused { why: Pause::Flapping, .. } => true,
        Call::Quiet | Call::Over | Call::Paused { .. } => false,
    })
}

/// What nobody is needed for calls nobody.
fn nobody_is_called_for_nothing(table: &Table) -> bool {
    table
        .alerts()
        .filter(|alert| !alert.needs_call())
        .all(|alert| !matches!(alert.standing.call, Call::Calling(_)))
}

/// Of every call that goes on its channels were owed a page, or told that it flaps.
fn every_call_is_owed(table: &Table) -> bool {
    let calling = |alert: &&Arc<Alert>| matches!(alert.standing.call, Call::Calling(_));
    table.policy().channels.is_empty()
        || table.alerts().filter(calling).all(|alert| {
            table.deliveries_of(alert.id).any(|one| {
                let of_call = alert.standing.call.calling().map(|calling| calling.cause);
                one.tell == Tell::Flapping || one.tell == Tell::Page && Some(one.cause) == of_call
            })
        })
}

/// No page of a call that goes on was superseded, unless its channel was told that it flaps.
fn every_call_is_told(table: &Table) -> bool {
    table.alerts().all(|alert| {
        let Call::Calling(calling) = alert.standing.call else { return true };
        let stopped = |one: &Delivery| matches!(one.state, Progress::Superseded { .. });
        let told = |one: &Delivery, channel: &Text| {
            one.tell == Tell::Flapping && one.channel == *channel && !stopped(one)
        };
        table
            .deliveries_of(alert.id)
            .filter(|one| one.tell == Tell::Page && one.cause == calling.cause && stopped(one))
            .all(|page| table.deliveries_of(alert.id).any(|one| told(one, &page.channel)))
    })
}

/// Once what is due was seen to, an open alert is marked with the silences in force that match it, and
/// with no other; and what can be derived from that is so.
pub(crate) fn silences_mark_what_they_match(table: &Table, now: Timestamp) -> bool {
    let marks = |alert: &Alert| -> BTreeSet<SilenceId> {
        alert.suppressions.iter().filter_map(|held| held.by.silence()).collect()
    };
    let matching = |alert: &Alert| -> BTreeSet<SilenceId> {
        let muting = table.silences().filter(|silence| silence.mutes(alert.told_labels(), now));
        muting.map(|silence| silence.id).collect()
    };
    let found = |alert: &Alert| -> BTreeSet<SilenceId> {
        table.silences_muting(alert.told_labels(), now).map(|silence| silence.id).collect()
    };
    let open = || table.alerts().filter(|alert| alert.is_open());
    let marked = open().all(|alert| {
        let wanted = matching(alert);
        let told: BTreeSet<_> =
            suppress::status(table, alert, now).silenced_by.into_iter().collect();
        marks(alert) == wanted && found(alert) == wanted && told == wanted
    });
    let counted = table.silences().all(|silence| {
        let of_it = open().filter(|alert| alert.is_silenced_by(silence.id)).count();
        table.silenced_by(silence.id).count() == of_it
    });
    let settled = table.silences().all(|silence| match silence.reach {
        Reach::Ahead => now < silence.terms.starts,
        Reach::Muting => silence.state(now) == SilenceState::Active,
        Reach::Over { kept } => silence.state(now) == SilenceState::Expired && kept > now,
        Reach::Beginning | Reach::Ending => false,
    });
    marked && counted && settled
}

/// Once what is due was seen to, no ended alert has a page waiting.
pub(crate) fn no_page_of_an_ended_alert_waits(table: &Table, now: Timestamp) -> bool {
    table.deliveries().all(|delivery| {
        let waits = delivery.due().is_some_and(|due| due <= now);
        let ended = table.alert(delivery.alert).is_none_or(|alert| !alert.is_open());
        !(waits && ended && delivery.tell == Tell::Page)
    })
}
