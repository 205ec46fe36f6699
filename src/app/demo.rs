//! `watchbell --demo`: the real program over data that is thrown away, and a night that is made up.
//! The night comes in as every report and every act does; nothing else here knows that it is none.

mod night;
mod place;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use self::night::{Does, Sample, Silence};
pub(super) use self::place::Place;
use super::Plan;
use crate::cli::{Cli, Places, UnixUser};
use crate::config::{Config, Given};
use crate::console::settings::Keeps;
use crate::domain::actor::{Actor, Person, Via};
use crate::domain::alert::{Identity, Namespace, Naming, Told};
use crate::domain::command::{AlertCommand, Command, Order};
use crate::domain::id::AlertId;
use crate::domain::policy::Account;
use crate::domain::report::{NamedService, Payload, Report, Road, Subject};
use crate::domain::severity::SeverityReading;
use crate::domain::time::{Moment, SignedDuration, Timestamp, after, before};
use crate::engine::{Handle, SubmitError};

/// A free port of this host alone: the demo takes alerts in as the service does.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Nothing is lost after a start for as long as this; the night does not last for ever.
const RESOLVE_TIMEOUT: SignedDuration = SignedDuration::from_secs(20);
/// What has ended is kept for as long as this: a demo that is left running must not fill the memory.
const RETENTION: SignedDuration = SignedDuration::from_hours(1);
/// What the night is made from: the same one each time.
const SEED: u64 = 2_026;
/// From where the senders and the people of the night seem to come.
const PEER: Via = Via::Http { peer: IpAddr::V4(Ipv4Addr::LOCALHOST) };

/// Who is about in the night.
#[derive(Clone, Debug)]
pub(super) struct People {
    /// Whoever looks at it.
    viewer: Person,
    bob: Person,
    carol: Person,
}

/// The plan of a demo whose data lies at `place`. Of the person's own configuration it has the
/// looks of the console, and nothing else: no channel of theirs is told of what is made up.
pub(super) fn plan(cli: &Cli, place: &Place) -> Result<Plan> {
    let own = Plan::make(cli)?;
    let user = UnixUser::find();
    let mut config = Config::read("", "", &Given { user: &user.name, listen: Some(LISTEN) })?;
    config.console = own.config.console;
    config.console.name = Some("demo".into());
    let viewer = match own.owner.actor {
        Actor::Account(person) => Account::new(person.name.as_str(), ""),
        Actor::User(_) | Actor::Machine(_) | Actor::Watchbell => Account::new(&user.name, ""),
    };
    let actor = Actor::Account(viewer.person());
    let known = viewer.name.clone();
    let others = ["bob", "carol"].into_iter().filter(|name| *name != known.as_str());
    let others = others.map(|name| Account::new(name, &format!("{name}@example.org")));
    config.policy.accounts = [viewer].into_iter().chain(others).collect();
    config.policy.resolve_timeout = RESOLVE_TIMEOUT;
    config.policy.retention = RETENTION;
    let places = Places {
        data: place.path().to_owned(),
        socket: place.path().join("watchbell.sock"),
        logs: place.path().join("log"),
        ..own.places
    };
    let owner = super::owner::of(&config, user.uid, actor);
    Ok(Plan { places, config, owner, keeps: Keeps::Nothing, ..own })
}

impl People {
    /// Those of the night that `actor` looks at.
    pub(super) fn with(actor: &Actor) -> Self {
        let person = |name| Account::new(name, "").person();
        let viewer = actor.person().cloned().unwrap_or_else(|| person("alice"));
        Self { viewer, bob: person("bob"), carol: person("carol") }
    }
}

/// Plays the night, over and over, until it is told to stop: what the world outside does while
/// somebody looks. It waits by its own watch, as the world does.
pub(super) async fn play(handle: Handle, people: People, stop: CancellationToken) {
    let night = night::of(SEED, &people);
    let mut from = Duration::ZERO;
    loop {
        let begun = Instant::now();
        for cue in night.iter().filter(|cue| cue.at >= from) {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep_until(begun + cue.at.saturating_sub(from)) => {}
            }
            for order in orders(&handle, &cue.does) {
                match handle.submit(order).await {
                    Err(SubmitError::Closed) => return stop.cancelled().await,
                    // Whoever looks may have been faster than bob.
                    Err(refused) => tracing::debug!(%refused, "The demo was refused something"),
                    Ok(_) => {}
                }
            }
        }
        // What there was at the beginning is still there.
        from = night::ONCE;
    }
}

/// What happens, as orders to the engine as it is now.
fn orders(handle: &Handle, does: &Does) -> Vec<Order> {
    let now = handle.now();
    let order = |actor, command| Order { op: handle.op(), actor, via: PEER, seen: None, command };
    match does {
        Does::Fire(samples) => {
            let sender = samples.first().map_or("prometheus", |sample| sample.sender);
            let reports = samples.iter().map(|sample| report(sample, now)).collect();
            vec![order(Actor::Machine(sender.into()), Command::Report(reports))]
        }
        Does::End(names) => {
            let ended = |identity| Report::Resolved { identity, road: Road::Plain, ends_at: None };
            let reports = names.iter().map(|name| ended(identity(name))).collect();
            vec![order(Actor::Machine("prometheus".into()), Command::Report(reports))]
        }
        Does::Act(person, name, command) => {
            let alert = open(handle, name);
            let acts = |id| order(Actor::Account(person.clone()), acts(id, command.clone()));
            alert.map(acts).into_iter().collect()
        }
        Does::Nothing => Vec::new(),
    }
}

fn acts(id: AlertId, command: AlertCommand) -> Command {
    Command::Alerts(vec![id], command)
}

fn open(handle: &Handle, name: &str) -> Option<AlertId> {
    handle.latest().table.open(&identity(name)).map(|alert| alert.id)
}

fn identity(name: &str) -> Identity {
    Identity { namespace: Namespace::default(), naming: Naming::Given(name.into()) }
}

fn report(sample: &Sample, now: Timestamp) -> Report {
    let began = before(now, sample.ago);
    let road = match sample.silence {
        Silence::Harmless => Road::Plain,
        Silence::Ends(_) => Road::V2,
    };
    let payload = Box::new(Payload {
        road,
        title: sample.title.as_str().into(),
        service: NamedService::Strictly(sample.service.into()),
        severity: SeverityReading::Known(sample.severity),
        labels: sample.labels(),
        annotations: sample.annotations(),
        starts_at: Some(began),
        link: None,
    });
    let identity = identity(&sample.name);
    match sample.silence {
        Silence::Harmless => Report::Firing { subject: Subject::Known(identity), payload },
        Silence::Ends(span) => {
            let end = after(now, span);
            let told = Told { start: Some(Moment::utc(began)), end: Some(Moment::utc(end)) };
            Report::Interval { identity, told, payload }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        People::with(&Actor::Account(Account::new("alice", "").person()))
    }

    #[test]
    fn what_ended_in_a_demo_is_not_kept_for_long_and_nobody_is_told_of_it() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config.toml");
        std::fs::write(&config, "retention = \"90d\"\n").unwrap();
        let cli =
            ["watchbell".as_ref(), "--demo".as_ref(), "--config".as_ref(), config.as_os_str()];
        let cli = <Cli as clap::Parser>::try_parse_from(cli).unwrap();
        let plan = plan(&cli, &Place::make(home.path()).unwrap()).unwrap();
        assert_eq!(plan.config.policy.retention, RETENTION);
        assert!(plan.config.channels.is_empty());
    }

    #[test]
    fn the_same_seed_makes_the_same_night_and_another_one_another() {
        let told = |seed| format!("{:?}", night::of(seed, &people()));
        assert_eq!(told(1), told(1));
        assert_ne!(told(1), told(2));
    }

    #[test]
    fn a_night_goes_forward_begins_at_once_and_ends_what_it_begins() {
        let night = night::of(SEED, &people());
        assert!(night.is_sorted_by_key(|cue| cue.at));
        assert_eq!(night[0].at, Duration::ZERO);
        let mut open = std::collections::BTreeSet::new();
        let mut storm = 0;
        for cue in &night {
            match &cue.does {
                Does::Fire(samples) => {
                    storm += usize::from(samples.len() > 1) * samples.len();
                    open.extend(samples.iter().filter(|one| one.ends()).map(|one| &one.name));
                }
                Does::End(names) => {
                    for name in names {
                        assert!(open.remove(name), "{name} is not open at {:?}", cue.at);
                    }
                }
                Does::Act(..) | Does::Nothing => {}
            }
        }
        assert!(storm >= 500, "{storm}");
        assert_eq!(open.into_iter().map(|name| &**name).collect::<Vec<_>>(), night::STAYS);
    }
}
