//! What can be read of the service: the same answers for a verb in the owner's process and for
//! one that asks over the socket. Changes nothing.

mod silence;

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

pub use silence::{preview, silences};

use crate::domain::alert::Alert;
use crate::domain::explain::{explain, utc};
use crate::domain::id::{AccountId, AlertId, ServiceId};
use crate::domain::query::{Filter, View};
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::engine::Handle;
use crate::record::shown::{
    AccountV1, AlertShownV1, ExplanationV1, FoundV1, ListingV1, ServiceShownV1,
};
use crate::record::v1::{IdV1, TimeV1, TokenShownV1};

/// Which of the alerts that match a filter are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those that the console would show: open ones, and what ended lately.
    Shown,
    /// All that are kept.
    All,
}

/// Why the beginning of an id does not lead to an alert.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// No id begins so.
    #[error("no alert {0}; watchbell alert list --all shows every one")]
    NoAlert(Text),
    /// Several ids begin so.
    #[error("{beginning} is the beginning of {count} ids: {some}; write more of it")]
    Ambiguous {
        /// What was given.
        beginning: Text,
        /// How many ids begin so.
        count: usize,
        /// Some of them, with their titles.
        some: String,
    },
}

/// The alerts that match, in no order.
pub fn listing(
    handle: &Handle,
    filter: &Filter,
    wanted: Wanted,
    me: Option<AccountId>,
) -> ListingV1 {
    let (latest, now) = (handle.latest(), handle.now());
    let table = &latest.table;
    let view = View { table, me, now };
    let shown = |alert: &Arc<Alert>| AlertShownV1::of(alert, table);
    let alerts = match wanted {
        Wanted::Shown => filter.shown(view).map(shown).collect(),
        Wanted::All => {
            let matches = |alert: &&Arc<Alert>| filter.matches(alert, view);
            table.alerts().filter(matches).map(shown).collect()
        }
    };
    ListingV1 { now: TimeV1(now), alerts }
}

/// The alert whose id begins so, with its timeline.
pub async fn found(handle: &Handle, beginning: &str) -> Result<FoundV1, FindError> {
    let (latest, now) = (handle.latest(), handle.now());
    let alert = find(&latest.table, beginning)?;
    let timeline = handle.timeline(alert, latest.cursor.revision).await;
    Ok(FoundV1 {
        now: TimeV1(now),
        revision: latest.cursor.revision.0,
        shown: AlertShownV1::of(alert, &latest.table),
        timeline: timeline.iter().map(|event| event.as_ref().into()).collect(),
    })
}

/// Why the alert whose id begins so calls people, or does not.
pub fn explained(handle: &Handle, beginning: &str) -> Result<ExplanationV1, FindError> {
    let latest = handle.latest();
    let alert = find(&latest.table, beginning)?;
    Ok(ExplanationV1::of(alert, &explain(&latest.table, alert, &utc)))
}

/// All services, by name.
pub fn services(handle: &Handle) -> Vec<ServiceShownV1> {
    let latest = handle.latest();
    let mut open: HashMap<ServiceId, u64> = HashMap::new();
    for alert in latest.table.open_alerts() {
        *open.entry(alert.service).or_default() += 1;
    }
    let mut services: Vec<_> = latest
        .table
        .services()
        .map(|service| ServiceShownV1 {
            id: IdV1(service.id.0),
            name: (&service.name).into(),
            open: open.get(&service.id).copied().unwrap_or_default(),
            created: TimeV1(service.created),
        })
        .collect();
    services.sort_by(|one, other| one.name.0.cmp(&other.name.0));
    services
}

/// All accounts, in the order of the configuration.
pub fn accounts(handle: &Handle) -> Vec<AccountV1> {
    handle.latest().table.policy().accounts.iter().map(Into::into).collect()
}

/// All tokens by name, without their digests.
pub fn tokens(handle: &Handle) -> Vec<TokenShownV1> {
    let latest = handle.latest();
    let mut tokens: Vec<_> = latest.table.tokens().collect();
    tokens.sort_by_key(|token| token.name.as_str());
    tokens.into_iter().map(|token| TokenShownV1::from(&**token)).collect()
}

/// The one alert whose id begins with `beginning`; dashes and case do not count.
fn find<'t>(table: &'t Table, beginning: &str) -> Result<&'t Arc<Alert>, FindError> {
    let digits: String = beginning.trim().to_lowercase().split('-').collect();
    let ids = beginning_with(&digits);
    let found: Vec<&Arc<Alert>> =
        ids.into_iter().flat_map(|(first, last)| table.alerts_between(first, last)).collect();
    match found.as_slice() {
        [] => Err(FindError::NoAlert(Text::derive(beginning))),
        [alert] => Ok(alert),
        several => Err(ambiguous(beginning, &digits, several)),
    }
}

/// The first and the last id that begin with `digits`, if any does.
fn beginning_with(digits: &str) -> Option<(AlertId, AlertId)> {
    const DIGITS: usize = 32;
    let are_digits = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let missing = DIGITS.checked_sub(digits.len()).filter(|_| are_digits)?;
    let filled = |digit: &str| {
        let id = u128::from_str_radix(&(digits.to_owned() + &digit.repeat(missing)), 16);
        id.ok().map(|id| AlertId(Uuid::from_u128(id)))
    };
    Some((filled("0")?, filled("f")?))
}

fn ambiguous(beginning: &str, digits: &str, found: &[&Arc<Alert>]) -> FindError {
    const NAMED: usize = 5;
    const BLOCK: usize = 8;
    let name = |alert: &&Arc<Alert>| {
        let short = digits.len() < BLOCK;
        let id = if short { alert.id.short() } else { alert.id.to_string() };
        format!("{id} ({})", alert.title)
    };
    let mut some: Vec<String> = found.iter().take(NAMED).map(name).collect();
    if found.len() > NAMED {
        some.push("…".to_owned());
    }
    let (beginning, count, some) = (Text::derive(beginning), found.len(), some.join(", "));
    FindError::Ambiguous { beginning, count, some }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{Actor, Via};
    use crate::domain::command::{AlertCommand, Command, Order};
    use crate::domain::report::{Report, Subject};
    use crate::domain::samples::{Desk, identity, payload};
    use crate::engine;
    use crate::store::Store;
    use crate::store::platter::Platter;

    fn named(table: &Table, beginning: &str) -> Result<String, String> {
        find(table, beginning)
            .map(|alert| alert.title.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_alert_is_found_by_any_beginning_of_its_id_that_no_other_has() {
        let mut desk = Desk::new();
        let ids: Vec<_> =
            (0..20).map(|n| desk.fires(&n.to_string(), payload("disk", "critical"))).collect();
        for id in &ids {
            let id = id.to_string();
            for beginning in [&id, &id[..9], &id[..8].to_uppercase(), &id.replace('-', "")] {
                assert_eq!(named(&desk.table, beginning), Ok("disk".to_owned()), "{beginning}");
            }
        }
        // Twenty ids and sixteen first digits.
        let several = ids.iter().map(|id| id.to_string()[..1].to_owned()).find_map(|digit| {
            let error = find(&desk.table, &digit).err()?;
            Some((digit, error))
        });
        let Some((digit, FindError::Ambiguous { beginning, count, some })) = several else {
            panic!("no digit is ambiguous")
        };
        assert_eq!(beginning.as_str(), digit);
        assert!(count > 1 && some.contains(" (disk), "), "{count}: {some}");
        for nothing in ["", "-", "x", "+1", "é", &format!("{}0", ids[0])] {
            assert!(matches!(find(&desk.table, nothing), Err(FindError::NoAlert(_))), "{nothing}");
        }
    }

    #[test]
    fn whatever_an_id_is_begun_with_all_that_begin_so_are_found_and_no_others() {
        let mut desk = Desk::new();
        for number in 0..300 {
            desk.fires(&number.to_string(), payload("disk", "critical"));
        }
        let text = |alert: &Arc<Alert>| alert.id.0.simple().to_string();
        let ids: Vec<String> = desk.table.alerts().map(text).collect();
        for length in 1..=32 {
            for id in ids.iter().step_by(7) {
                let digits = &id[..length];
                let (first, last) = beginning_with(digits).unwrap();
                let found: Vec<String> = desk.table.alerts_between(first, last).map(text).collect();
                let all = ids.iter().filter(|id| id.starts_with(digits));
                assert!(found.iter().eq(all), "{digits}");
            }
        }
    }

    #[tokio::test]
    async fn a_timeline_has_the_newest_lines_and_none_that_its_row_knows_nothing_of() {
        let disk = Platter::default();
        let (store, loaded) = Store::open(disk).unwrap();
        let (handle, writer) = engine::start(store, loaded, Arc::default()).unwrap();
        let order = async |command| {
            let (actor, via) = (Actor::Watchbell, Via::Watchbell);
            let order = Order { op: handle.op(), actor, via, seen: None, command };
            handle.submit(order).await.unwrap();
        };
        let payload = Box::new(payload("disk", "warning"));
        let subject = Subject::Known(identity("disk"));
        order(Command::Report(vec![Report::Firing { subject, payload }])).await;
        let before = handle.latest();
        let alert = before.table.alerts().next().unwrap();
        // More of them than a timeline has lines.
        for number in 0..250 {
            let note = AlertCommand::Note(Text::derive(&number.to_string()));
            order(Command::Alerts(vec![alert.id], note)).await;
        }
        let lines = handle.timeline(alert, before.cursor.revision).await;
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["fired, sent by watchbell"]);
        let latest = handle.latest();
        let newest = handle.timeline(alert, latest.cursor.revision).await;
        assert_eq!((newest.len(), newest[199].revision), (200, latest.cursor.revision));
        writer.stop().unwrap();
    }
}
