//! Random domain values, for the tests of records and store. Boxed, because strategies lie within
//! one another and a test's stack is small.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use crate::domain::actor::{Actor, Person, Via};
use crate::domain::alert::{
    Acknowledgement, Alert, Call, Calling, Ending, Ends, Hold, Identity, Interval, Marks, Moving,
    Namespace, Naming, Note, Pause, Resolution, Seen, Source, Standing, State, Stray, Suppression,
    Suppressor, Worded,
};
use crate::domain::delivery::{Delivery, Progress, Tell};
use crate::domain::entity::{Entity, Key};
use crate::domain::event::{Difference, Event, What};
use crate::domain::id::{
    AccountId, AlertId, DeliveryId, MaintenanceId, OnceId, Revision, ServiceId, SilenceId,
    SourceId, TokenId,
};
use crate::domain::labels::Labels;
use crate::domain::maintenance::{KeptMaintenance, Maintenance, Recurrence, WindowOf};
use crate::domain::matcher::{Condition, Matcher, Operator};
use crate::domain::once::Once;
use crate::domain::service::Service;
use crate::domain::severity::Severity;
use crate::domain::silence::{LastChange, Reach, Silence, SilenceDeed, SilenceTold, Terms};
use crate::domain::text::Text;
use crate::domain::time::{Moment, SignedDuration, Timestamp};
use crate::domain::token::{Digest, Scope, Token};

/// Any id.
pub(crate) fn id() -> BoxedStrategy<Uuid> {
    any::<u128>().prop_map(Uuid::from_u128).boxed()
}

/// Any time there is, to the nanosecond.
pub(crate) fn time() -> BoxedStrategy<Timestamp> {
    let [first, last] = [Timestamp::MIN, Timestamp::MAX].map(Timestamp::as_nanosecond);
    (first..=last).prop_map(|nanoseconds| Timestamp::from_nanosecond(nanoseconds).unwrap()).boxed()
}

/// Any text for people.
pub(crate) fn text() -> BoxedStrategy<Text> {
    prop_oneof![Just(String::new()), "[a-zß容🙂 ]{1,20}", any::<String>()]
        .prop_map(|raw| Text::derive(&raw))
        .boxed()
}

/// Any few labels, raw.
pub(crate) fn labels() -> BoxedStrategy<Labels> {
    vec((".{0,8}", any::<String>()), 0..4).prop_map(|pairs| pairs.into_iter().collect()).boxed()
}

fn person() -> BoxedStrategy<Person> {
    (id(), text()).prop_map(|(id, name)| Person { id: AccountId(id), name }).boxed()
}

/// Any actor.
pub(crate) fn actor() -> BoxedStrategy<Actor> {
    prop_oneof![
        person().prop_map(Actor::Account),
        text().prop_map(Actor::User),
        text().prop_map(Actor::Machine),
        Just(Actor::Watchbell),
    ]
    .boxed()
}

fn via() -> BoxedStrategy<Via> {
    prop_oneof![
        Just(Via::Console),
        any::<u32>().prop_map(|uid| Via::Verb { uid }),
        any::<u32>().prop_map(|uid| Via::As { uid }),
        any::<std::net::IpAddr>().prop_map(|peer| Via::Http { peer }),
        Just(Via::Watchbell),
        any::<u32>().prop_map(|uid| Via::Attached { uid }),
    ]
    .boxed()
}

fn severity() -> BoxedStrategy<Severity> {
    select(vec![Severity::Warning, Severity::Critical]).boxed()
}

fn hold() -> BoxedStrategy<Hold> {
    (time(), any::<u64>()).prop_map(|(until, reports)| Hold { until, reports }).boxed()
}

fn ending() -> BoxedStrategy<Ending> {
    prop_oneof![
        Just(Ending::Source),
        (actor(), option::of(hold())).prop_map(|(by, hold)| Ending::Operator { by, hold }),
        Just(Ending::TimeOut),
    ]
    .boxed()
}

/// Any end of an alert.
pub(crate) fn resolution() -> BoxedStrategy<Resolution> {
    (ending(), time(), time(), option::of(acknowledgement()))
        .prop_map(|(how, at, end, had)| Resolution { how, at, end, had })
        .boxed()
}

fn acknowledgement() -> BoxedStrategy<Acknowledgement> {
    (actor(), time(), severity(), revision(), option::of(time()))
        .prop_map(|(by, at, level, revision, until)| Acknowledgement {
            by,
            at,
            level,
            revision,
            until,
        })
        .boxed()
}

fn revision() -> BoxedStrategy<Revision> {
    any::<u64>().prop_map(Revision).boxed()
}

fn state() -> BoxedStrategy<State> {
    prop_oneof![
        Just(State::Firing),
        acknowledgement().prop_map(State::Acknowledged),
        resolution().prop_map(State::Resolved),
    ]
    .boxed()
}

fn call() -> BoxedStrategy<Call> {
    let calling =
        || (time(), revision()).prop_map(|(since, cause)| Calling { since, cause }).boxed();
    let pauses = vec![Pause::Suppressed, Pause::Warning, Pause::Ended, Pause::Flapping];
    prop_oneof![
        Just(Call::Quiet),
        calling().prop_map(Call::Calling),
        (calling(), select(pauses)).prop_map(|(calling, why)| Call::Paused { calling, why }),
        Just(Call::Over),
    ]
    .boxed()
}

fn standing() -> BoxedStrategy<Standing> {
    (state(), option::of(person()), call(), time(), time(), revision())
        .prop_map(|(state, assignee, call, needed, since, touched)| Standing {
            state,
            assignee,
            call,
            needed,
            since,
            touched,
        })
        .boxed()
}

/// Any length of time there is, to the nanosecond.
pub(super) fn span() -> BoxedStrategy<SignedDuration> {
    let [least, most] = [SignedDuration::MIN, SignedDuration::MAX].map(|span| span.as_nanos());
    (least..=most).prop_map(SignedDuration::from_nanos_i128).boxed()
}

fn marks() -> BoxedStrategy<Marks> {
    let since = || option::of(time());
    (vec(time(), 0..3), since(), since(), option::of(span()), since())
        .prop_map(|(reopened, flapping, stale, clock, granted)| Marks {
            reopened,
            flapping,
            stale,
            clock,
            granted,
        })
        .boxed()
}

fn suppressor() -> BoxedStrategy<Suppressor> {
    prop_oneof![
        (actor(), time()).prop_map(|(by, until)| Suppressor::Snooze { by, until }),
        text().prop_map(Suppressor::Rule),
        (id(), text(), time(), text()).prop_map(|(id, by, until, why)| Suppressor::Silence {
            id: SilenceId(id),
            by,
            until,
            why,
        }),
    ]
    .boxed()
}

fn suppression() -> BoxedStrategy<Suppression> {
    (suppressor(), time()).prop_map(|(by, since)| Suppression { by, since }).boxed()
}

fn interval() -> BoxedStrategy<Interval> {
    (moment(), moment(), select(vec![Ends::Told, Ends::Assumed]))
        .prop_map(|(start, end, ends)| Interval { start, end, ends })
        .boxed()
}

fn moment() -> BoxedStrategy<Moment> {
    (time(), -50_400..=50_400_i32).prop_map(|(at, offset)| Moment { at, offset }).boxed()
}

fn link() -> BoxedStrategy<Option<Arc<str>>> {
    option::of(any::<String>().prop_map(Arc::from)).boxed()
}

/// Anything that sources can have told.
pub(crate) fn source() -> BoxedStrategy<Source> {
    let resolved = vec((time(), time()), 0..3);
    let moving = option::of((time(), time(), any::<u32>()));
    let told = (option::of(time()), resolved, moving);
    (interval(), labels(), link(), time(), told)
        .prop_map(|(interval, annotations, link, updated, told)| Source {
            interval,
            annotations,
            link,
            updated,
            fired: told.0,
            resolved: told.1,
            moving: told.2.map(|(start, latest, times)| Moving { start, latest, times }),
        })
        .boxed()
}

fn tell() -> BoxedStrategy<Tell> {
    use Tell::{Acknowledged, Assigned, FellSilent, Flapping, Page, Resolved};
    select(vec![Page, Flapping, Resolved, FellSilent, Acknowledged, Assigned]).boxed()
}

fn progress() -> BoxedStrategy<Progress> {
    prop_oneof![
        (time(), option::of(text())).prop_map(|(next, after)| Progress::Waiting { next, after }),
        time().prop_map(|since| Progress::Attempt { since }),
        time().prop_map(|at| Progress::Sent { at }),
        (time(), text()).prop_map(|(at, why)| Progress::Superseded { at, why }),
        (time(), text()).prop_map(|(at, why)| Progress::GivenUp { at, why }),
    ]
    .boxed()
}

/// Any delivery.
pub(crate) fn delivery() -> BoxedStrategy<Delivery> {
    let about = (id(), id(), revision(), tell());
    (about, text(), time(), any::<u32>(), progress())
        .prop_map(|((id, alert, cause, tell), channel, created, attempts, state)| Delivery {
            id: DeliveryId(id),
            alert: AlertId(alert),
            cause,
            tell,
            channel,
            created,
            attempts,
            state,
        })
        .boxed()
}

fn identity() -> BoxedStrategy<Identity> {
    let naming = prop_oneof![
        labels().prop_map(Naming::of_labels),
        any::<String>().prop_map(|given| Naming::Given(given.into())),
    ];
    (text(), naming)
        .prop_map(|(namespace, naming)| Identity { namespace: Namespace(namespace), naming })
        .boxed()
}

fn note() -> BoxedStrategy<Note> {
    (time(), actor(), text()).prop_map(|(at, by, text)| Note { at, by, text }).boxed()
}

fn worded() -> BoxedStrategy<Worded> {
    let worded = |(at, title, text)| Worded { at, title, text };
    (option::of(time()), text(), text()).prop_map(worded).boxed()
}

/// Any alert, without recent lines.
pub(crate) fn alert() -> BoxedStrategy<Alert> {
    let who = (id(), identity(), text(), id(), severity(), option::of(text()));
    let payload = (labels(), labels(), link(), option::of(time()));
    let heard = (time(), any::<u64>(), time(), text());
    let facts =
        (option::of(time()), option::of(time()), worded(), marks(), vec(suppression(), 0..3));
    let told = (option::of(source()), any::<bool>());
    let rest = (standing(), option::of(id()), any::<u32>(), revision(), vec(note(), 0..3));
    (who, payload, heard, facts, rest, told)
        .prop_map(|(who, payload, heard, facts, rest, told)| {
            let (id, identity, title, service, severity, unknown_severity) = who;
            let (labels, annotations, link, starts_at) = payload;
            let (received, count, last, sender) = heard;
            let (ends, webhook, worded, marks, suppressions) = facts;
            let (standing, previous, occurrence, revision, notes) = rest;
            let source = match told {
                (Some(source), true) => {
                    let (annotations, link): (Labels, _) = (annotations.clone(), link.clone());
                    Some(Arc::new(Source { annotations, link, ..source }))
                }
                (source, _) => source.map(Arc::new),
            };
            Alert {
                id: AlertId(id),
                identity,
                title,
                service: ServiceId(service),
                severity,
                unknown_severity,
                labels,
                annotations,
                link,
                starts_at,
                received,
                seen: Seen { count, last },
                sender,
                ends,
                source,
                webhook,
                worded,
                marks,
                suppressions,
                standing,
                previous: previous.map(AlertId),
                occurrence,
                revision,
                notes,
                recent: Arc::default(),
            }
        })
        .boxed()
}

/// Any token.
pub(crate) fn token() -> BoxedStrategy<Token> {
    let scopes = vec(select(Scope::ALL.to_vec()), 0..8);
    (id(), text(), any::<[u8; 32]>(), scopes, option::of(id()), text(), time())
        .prop_map(|(id, name, digest, scopes, account, namespace, created)| Token {
            id: TokenId(id),
            name,
            digest: Digest(digest),
            scopes: scopes.into_iter().collect(),
            account: account.map(AccountId),
            namespace: Namespace(namespace),
            created,
        })
        .boxed()
}

/// Any entity.
pub(crate) fn entity() -> BoxedStrategy<Entity> {
    let service = (id(), text(), time()).prop_map(|(id, name, created)| Service {
        id: ServiceId(id),
        name,
        created,
    });
    let once = (id(), id(), time()).prop_map(|(id, alert, until)| Once {
        id: OnceId(id),
        alert: AlertId(alert),
        until,
    });
    let stray = (id(), identity(), source()).prop_map(|(id, identity, source)| Stray {
        id: SourceId(id),
        identity,
        source,
    });
    prop_oneof![
        4 => alert().prop_map(|alert| Entity::Alert(Arc::new(alert))),
        1 => service.prop_map(|service| Entity::Service(Arc::new(service))),
        1 => token().prop_map(|token| Entity::Token(Arc::new(token))),
        1 => once.prop_map(|once| Entity::Once(Arc::new(once))),
        2 => stray.prop_map(|stray| Entity::Source(Arc::new(stray))),
        2 => delivery().prop_map(|delivery| Entity::Delivery(Arc::new(delivery))),
        2 => silence().prop_map(|silence| Entity::Silence(Arc::new(silence))),
        1 => maintenance().prop_map(|kept| Entity::Maintenance(Arc::new(kept))),
    ]
    .boxed()
}

fn key() -> BoxedStrategy<Key> {
    (0..8, id())
        .prop_map(|(kind, id)| match kind {
            0 => Key::Alert(AlertId(id)),
            1 => Key::Service(ServiceId(id)),
            2 => Key::Token(TokenId(id)),
            3 => Key::Once(OnceId(id)),
            4 => Key::Source(SourceId(id)),
            5 => Key::Delivery(DeliveryId(id)),
            6 => Key::Silence(SilenceId(id)),
            _ => Key::Maintenance(MaintenanceId(id)),
        })
        .boxed()
}

fn matcher() -> BoxedStrategy<Matcher> {
    use Operator::{Equal, Matches, MatchesNot, NotEqual};
    let values =
        prop_oneof![any::<String>().prop_map(|text| regex::escape(&text)), "[a-c.*|]{0,8}"];
    (any::<String>(), select(vec![Equal, NotEqual, Matches, MatchesNot]), values)
        .prop_filter_map("no pattern", |(name, operator, value)| {
            Some(Matcher { name, condition: Condition::new(operator, &value).ok()? })
        })
        .boxed()
}

fn terms() -> BoxedStrategy<Terms> {
    let texts = (any::<String>(), any::<String>(), labels());
    (vec(matcher(), 0..3), time(), time(), texts, any::<bool>())
        .prop_map(|(matchers, starts, ends, (by, comment, annotations), until_resolved)| Terms {
            matchers: matchers.into(),
            starts,
            ends,
            by: by.into(),
            comment: comment.into(),
            annotations,
            until_resolved,
        })
        .boxed()
}

fn reach() -> BoxedStrategy<Reach> {
    prop_oneof![
        select(vec![Reach::Ahead, Reach::Beginning, Reach::Muting, Reach::Ending]),
        time().prop_map(|kept| Reach::Over { kept }),
    ]
    .boxed()
}

/// Any silence.
pub(crate) fn silence() -> BoxedStrategy<Silence> {
    let last =
        (actor(), option::of(terms())).prop_map(|(actor, before)| LastChange { actor, before });
    let times = (option::of(time()), time(), revision());
    (id(), terms(), reach(), option::of(window_of()), times, last)
        .prop_map(|(id, terms, reach, window_of, (quiet, updated, revision), last)| Silence {
            id: SilenceId(id),
            terms,
            reach,
            quiet,
            window_of: window_of.map(Arc::new),
            updated,
            revision,
            last,
        })
        .boxed()
}

fn window_of() -> BoxedStrategy<WindowOf> {
    (text(), text(), time()).prop_map(|(name, was, until)| WindowOf { name, was, until }).boxed()
}

fn maintenance() -> BoxedStrategy<KeptMaintenance> {
    let when = select(vec![
        ("sat, sun", "02:00", "2h", "Europe/Berlin"),
        ("2nd tue", "23:30", "1d 1h", "America/New_York"),
        ("-1", "00:00", "1m", "UTC"),
    ]);
    (id(), text(), vec(matcher(), 0..3), text(), when, actor(), time())
        .prop_map(|(id, name, matchers, comment, (days, at, lasts, zone), by, created)| {
            let when = Recurrence::parse(days, at, lasts, zone).unwrap();
            let maintenance = Maintenance { name, matchers, comment, when };
            KeptMaintenance { id: MaintenanceId(id), maintenance, by, created }
        })
        .boxed()
}

fn silence_deed() -> BoxedStrategy<SilenceDeed> {
    let told = || terms().prop_map(|terms| SilenceTold::of(&terms));
    prop_oneof![
        told().prop_map(SilenceDeed::Created),
        told().prop_map(SilenceDeed::Updated),
        Just(SilenceDeed::Expired),
        Just(SilenceDeed::Undone),
        any::<bool>().prop_map(|resolved| SilenceDeed::Ended { resolved }),
        text().prop_map(SilenceDeed::Repeats),
    ]
    .boxed()
}

fn difference() -> BoxedStrategy<Difference> {
    prop_oneof![
        (severity(), severity()).prop_map(|(from, to)| Difference::Severity { from, to }),
        (text(), text()).prop_map(|(from, to)| Difference::Service { from, to }),
        vec(text(), 0..3).prop_map(Difference::Labels),
    ]
    .boxed()
}

/// Anything that can happen.
pub(crate) fn what() -> BoxedStrategy<What> {
    let fired = (any::<u32>(), option::of(id()), option::of(actor()));
    let told = prop_oneof![
        (tell(), text()).prop_map(|(tell, channel)| What::Told { tell, channel }),
        (tell(), text(), text()).prop_map(|(tell, channel, why)| What::NotTold {
            tell,
            channel,
            why
        }),
    ];
    let passed = prop_oneof![
        time().prop_map(|until| What::Held { until }),
        select(vec![
            What::Refired,
            What::Restored,
            What::Flapping,
            What::FlappingEnded,
            What::WentStale,
        ]),
        suppressor().prop_map(What::Suppressed),
        (suppressor(), time()).prop_map(|(by, since)| What::Unsuppressed { by, since }),
        actor().prop_map(|had| What::AcknowledgementExpired { had }),
    ];
    let acted = prop_oneof![
        fired.prop_map(|(occurrence, previous, despite)| What::Fired {
            occurrence,
            previous: previous.map(AlertId),
            despite,
        }),
        vec(difference(), 0..3).prop_map(What::Changed),
        (text(), text()).prop_map(|(from, to)| What::Reworded { from, to }),
        (severity(), severity()).prop_map(|(from, to)| What::Worsened { from, to }),
        (option::of(actor()), option::of(person()))
            .prop_map(|(over, assigned)| What::Acknowledged { over, assigned }),
        actor().prop_map(|had| What::Unacknowledged { had }),
        (option::of(person()), option::of(person()))
            .prop_map(|(from, to)| What::Assigned { from, to }),
        ending().prop_map(What::Resolved),
        Just(What::Reopened),
        text().prop_map(What::Noted),
        (text(), revision()).prop_map(|(act, revision)| What::Undone { act, revision }),
        text().prop_map(What::ServiceCreated),
        text().prop_map(What::TokenCreated),
        text().prop_map(What::TokenRevoked),
        silence_deed().prop_map(What::Silence),
    ];
    prop_oneof![3 => acted, 2 => passed, 1 => told].boxed()
}

/// Any line of a timeline.
pub(crate) fn event() -> BoxedStrategy<Event> {
    let before = option::of(standing().prop_map(Box::new));
    (time(), revision(), actor(), via(), key(), what(), before)
        .prop_map(|(at, revision, actor, via, subject, what, before)| Event {
            at,
            revision,
            actor,
            via,
            subject,
            what,
            before,
        })
        .boxed()
}
