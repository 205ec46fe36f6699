//! Silences: what they do to alerts, how they begin and end, and what nobody must miss for them.

use super::*;
use crate::domain::alert::{Call, Pause};
use crate::domain::command::{Deaf, SilenceCommand};
use crate::domain::delivery::Progress;
use crate::domain::id::SilenceId;
use crate::domain::laws::silences_mark_what_they_match;
use crate::domain::policy::Channel;
use crate::domain::silence::{Reach, Silence, SilenceRefusal, SilenceState, Terms, preview};
use crate::domain::suppress;
use crate::domain::time::{Timestamp, after};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DISK: &[&str] = &[r#"alertname="disk""#];

fn desk() -> Desk {
    let mut desk = Desk::new();
    let policy =
        Policy { channels: vec![Channel::shared("pager")], ..desk.table.policy().as_ref().clone() };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    desk
}

fn pass(desk: &mut Desk, span: SignedDuration) {
    desk.wait(span);
    desk.time();
    assert!(silences_mark_what_they_match(&desk.table, desk.now));
}

fn silence(desk: &Desk, id: SilenceId) -> &Silence {
    desk.table.silence(id).unwrap()
}

fn is_called(desk: &Desk, id: AlertId) -> bool {
    matches!(desk.alert(id).standing.call, Call::Calling(_))
}

fn is_silenced(desk: &Desk, id: AlertId) -> bool {
    !suppress::status(&desk.table, desk.alert(id), desk.now).silenced_by.is_empty()
}

/// How many pages of an alert a channel has been given.
fn pages(desk: &Desk, id: AlertId) -> usize {
    let given =
        |state: &Progress| matches!(state, Progress::Attempt { .. } | Progress::Sent { .. });
    let all = desk.table.deliveries_of(id);
    all.filter(|one| one.tell.calls() && given(&one.state)).count()
}

fn set(desk: &mut Desk, id: Option<SilenceId>, terms: &Terms) -> Result<SilenceId, Refusal> {
    let command = SilenceCommand::Set(id, Box::new(terms.clone()));
    desk.silences(&account("alice"), command).map(Option::unwrap)
}

/// How somebody changes a silence.
type Change<'a> = &'a dyn Fn(&Terms) -> Terms;

/// By API v2, with an end.
fn tells(desk: &mut Desk, name: &str, start: Timestamp, end: Timestamp) {
    let naming = Naming::of_labels(labels(&[("alertname", name)]));
    let identity = Identity { namespace: Namespace::default(), naming };
    let payload = Payload { road: Road::V2, starts_at: Some(start), ..payload(name, "critical") };
    let told = told(start, end);
    desk.reports(Report::Interval { identity, told, payload: Box::new(payload) }).unwrap();
}

fn newest(desk: &Desk, name: &str) -> AlertId {
    let naming = Naming::of_labels(labels(&[("alertname", name)]));
    let identity = Identity { namespace: Namespace::default(), naming };
    desk.table.newest(&identity).unwrap().id
}

#[test]
fn a_critical_that_still_fires_when_its_silence_ends_calls() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    let silenced = desk.silence("alice", DISK, HOUR);
    desk.time();
    assert!(!is_called(&desk, id) && is_silenced(&desk, id));
    assert_eq!(pages(&desk, id), 0, "the page that waited is not sent any more");
    pass(&mut desk, HOUR);
    assert!(is_called(&desk, id) && !is_silenced(&desk, id));
    assert_eq!(pages(&desk, id), 1);
    assert_eq!(silence(&desk, silenced).state(desk.now), SilenceState::Expired);
    insta::assert_snapshot!(desk.timeline(id).join("\n"), @r#"
    fired, sent by prometheus
    silenced by alice until 2026-11-21T04:00:00Z: a reason
    to be heard again, silenced by alice until 2026-11-21T04:00:00Z: a reason, since 2026-11-21T03:00:00Z
    "#);
}

#[test]
fn what_begins_under_a_silence_calls_nobody_and_says_so() {
    let mut desk = desk();
    desk.silence("alice", DISK, HOUR);
    let (id, other) = (
        desk.fires("disk", payload("disk", "critical")),
        desk.fires("net", payload("net", "critical")),
    );
    desk.time();
    assert!(is_silenced(&desk, id) && !is_silenced(&desk, other));
    assert_eq!((pages(&desk, id), pages(&desk, other)), (0, 1));
    assert_eq!(
        desk.alert(id).suppressions[0].by.to_string(),
        "silenced by alice until 2026-11-21T04:00:00Z: a reason"
    );
}

#[test]
fn who_has_it_is_not_called_when_the_silence_ends() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.silence("alice", DISK, HOUR);
    desk.act(&account("bob"), id, AlertCommand::Acknowledge).unwrap();
    pass(&mut desk, HOUR);
    assert!(!is_called(&desk, id));
    assert_eq!(pages(&desk, id), 0);
}

#[test]
fn the_last_of_what_keeps_it_quiet_lets_it_call() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.silence("alice", DISK, HOUR);
    desk.silence("bob", &["severity=~crit.*", "alertname=disk"], HOUR);
    desk.silence("bob", &["alertname=~d.sk"], HOUR * 2);
    let until = after(desk.now, HOUR * 3);
    desk.act(&account("carol"), id, AlertCommand::Snooze(until)).unwrap();
    for _ in 0..2 {
        pass(&mut desk, HOUR);
        assert!(!is_called(&desk, id));
    }
    assert!(!is_silenced(&desk, id), "a snooze is between people");
    pass(&mut desk, HOUR);
    assert!(is_called(&desk, id));
}

#[test]
fn a_silence_of_later_begins_by_itself() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    let mut terms = desk.terms("alice", DISK, HOUR * 2);
    terms.starts = after(desk.now, HOUR);
    let silenced = set(&mut desk, None, &terms).unwrap();
    assert_eq!(silence(&desk, silenced).state(desk.now), SilenceState::Pending);
    assert!(is_called(&desk, id));
    desk.wait(HOUR);
    assert!(is_silenced(&desk, id), "its time has come, seen to or not");
    let late = desk.fires("disk2", payload("disk", "critical"));
    assert!(is_silenced(&desk, late));
    desk.time();
    assert!(!is_called(&desk, id) && !is_called(&desk, late));
    pass(&mut desk, HOUR);
    assert!(is_called(&desk, id) && is_called(&desk, late));
}

#[test]
fn a_silence_stays_itself_as_alertmanager_says() {
    let mut desk = desk();
    let mut pending = desk.terms("alice", DISK, HOUR * 3);
    pending.starts = after(desk.now, HOUR);
    let other = |terms: &Terms| {
        let mut other = terms.clone();
        other.matchers = desk_matchers(&["alertname=disk", "x!=y"]);
        other
    };
    let turned = |terms: &Terms| Terms {
        matchers: desk_matchers(&["x!=y", "alertname=disk"]),
        ..terms.clone()
    };
    let later = |terms: &Terms| Terms { ends: after(terms.ends, HOUR), ..terms.clone() };
    let said = |terms: &Terms| Terms { comment: "else".into(), by: "bob".into(), ..terms.clone() };
    let sooner = |terms: &Terms| Terms { starts: after(terms.starts, -MINUTE), ..terms.clone() };
    let table: [(&str, bool, Change<'_>, bool); 7] = [
        ("active, longer", false, &later, true),
        ("active, other words", false, &said, true),
        ("active, another start", false, &sooner, false),
        ("active, other matchers", false, &other, false),
        ("pending, longer", true, &later, true),
        ("pending, sooner", true, &sooner, true),
        ("pending, other matchers", true, &turned, false),
    ];
    for (name, ahead, change, same) in table {
        let terms = if ahead { pending.clone() } else { desk.terms("alice", DISK, HOUR) };
        let id = set(&mut desk, None, &terms).unwrap();
        desk.wait(SignedDuration::from_secs(1));
        let next = set(&mut desk, Some(id), &change(&terms)).unwrap();
        assert_eq!(next == id, same, "{name}");
        let expired = silence(&desk, id).state(desk.now) == SilenceState::Expired;
        assert_eq!(expired, !same, "{name}: what is replaced is over");
        desk.silences(&account("alice"), SilenceCommand::Expire(next)).unwrap();
        let over = later(&silence(&desk, next).terms);
        let again = set(&mut desk, Some(next), &over);
        assert_ne!(again.unwrap(), next, "{name}: what is over stays so");
    }
}

fn desk_matchers(texts: &[&str]) -> Arc<[crate::domain::matcher::Matcher]> {
    Desk::new().terms("", texts, HOUR).matchers
}

#[test]
fn what_cannot_be_is_refused_in_alertmanagers_words() {
    let mut desk = desk();
    let good = desk.terms("alice", DISK, HOUR);
    let over =
        Terms { starts: after(desk.now, -HOUR), ends: after(desk.now, -MINUTE), ..good.clone() };
    let backwards = Terms { ends: good.starts, ..good.clone() };
    let all = Terms { matchers: desk_matchers(&["alertname=~.*", "x=\"\""]), ..good.clone() };
    let none = Terms { matchers: Arc::new([]), ..good.clone() };
    let nearly_all = Terms { matchers: desk_matchers(&["x!=y"]), ..good.clone() };
    let unknown = Some(SilenceId(uuid::Uuid::nil()));
    let refused = |desk: &mut Desk, id, terms: &Terms| set(desk, id, terms).unwrap_err();
    assert_eq!(refused(&mut desk, None, &over), SilenceRefusal::EndsInPast.into());
    assert_eq!(refused(&mut desk, None, &backwards), SilenceRefusal::EndsBeforeStart.into());
    assert_eq!(refused(&mut desk, None, &all), SilenceRefusal::MatchesAbsence.into());
    assert_eq!(refused(&mut desk, None, &none), SilenceRefusal::MatchesAbsence.into());
    assert_eq!(refused(&mut desk, unknown, &good), SilenceRefusal::Unknown.into());
    set(&mut desk, None, &nearly_all).unwrap();
    let policy = Policy {
        max_silences: Some(1),
        max_silence_size: Some(100),
        ..desk.table.policy().as_ref().clone()
    };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    assert_eq!(
        refused(&mut desk, None, &good),
        SilenceRefusal::TooMany { there_are: 1, most: 1 }.into()
    );
    let id = desk.table.silences().next().unwrap().id;
    let longer = Terms { comment: "a long story ".repeat(20).into(), ..nearly_all };
    let refusal = refused(&mut desk, Some(id), &longer);
    assert_eq!(refusal.code(), "silence_too_large", "{refusal}");
}

#[test]
fn an_undo_puts_back_what_somebody_made_changed_or_ended() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    let (alice, bob) = (account("alice"), account("bob"));
    let undo = |desk: &mut Desk, who: &Actor| {
        let revision = desk.revision;
        desk.silences(who, SilenceCommand::Undo(revision))
    };
    let silenced = desk.silence("alice", DISK, HOUR);
    assert_eq!(undo(&mut desk, &bob).unwrap_err().code(), "not_undone");
    undo(&mut desk, &alice).unwrap();
    assert!(is_called(&desk, id) && !is_silenced(&desk, id), "made, and not");
    undo(&mut desk, &alice).unwrap();
    assert!(!is_called(&desk, id) && is_silenced(&desk, id), "and made all the same");
    desk.silences(&alice, SilenceCommand::Expire(silenced)).unwrap();
    assert!(is_called(&desk, id));
    undo(&mut desk, &alice).unwrap();
    assert!(!is_called(&desk, id), "ended, and not");
    let mut terms = silence(&desk, silenced).terms.clone();
    terms.matchers = desk_matchers(&["alertname=net"]);
    let replaced = set(&mut desk, Some(silenced), &terms).unwrap();
    assert!(replaced != silenced && is_called(&desk, id));
    undo(&mut desk, &alice).unwrap();
    assert!(!is_called(&desk, id), "changed into another, and not");
    assert_eq!(silence(&desk, replaced).state(desk.now), SilenceState::Expired);
    desk.silences(&alice, SilenceCommand::Expire(silenced)).unwrap();
    let revision = desk.revision;
    pass(&mut desk, HOUR * 2);
    let late = desk.silences(&alice, SilenceCommand::Undo(revision));
    assert_eq!(late.unwrap_err(), SilenceRefusal::EndsInPast.into());
}

#[test]
fn a_silence_until_resolved_ends_when_all_that_it_muted_stays_resolved() {
    let mut desk = desk();
    let start = desk.now;
    let end = |desk: &Desk| after(desk.now, MINUTE * 4);
    for name in ["disk", "disk2"] {
        let end = end(&desk);
        tells(&mut desk, name, start, end);
    }
    let mut terms = desk.terms("alice", &["alertname=~disk.*"], HOUR * 24);
    terms.until_resolved = true;
    let silenced = set(&mut desk, None, &terms).unwrap();
    pass(&mut desk, MINUTE);
    let now = desk.now;
    tells(&mut desk, "disk", start, now);
    pass(&mut desk, SignedDuration::from_secs(1));
    let later = end(&desk);
    tells(&mut desk, "disk2", start, later);
    assert_eq!(silence(&desk, silenced).quiet, None, "one of two still fires");
    pass(&mut desk, MINUTE);
    let now = desk.now;
    tells(&mut desk, "disk2", start, now);
    assert_eq!(silence(&desk, silenced).quiet, Some(desk.now));
    pass(&mut desk, MINUTE * 4);
    let (begins, ends) = (desk.now, end(&desk));
    tells(&mut desk, "disk", begins, ends);
    assert_eq!(silence(&desk, silenced).quiet, None, "it came back");
    assert!(is_silenced(&desk, newest(&desk, "disk")));
    let now = after(desk.now, SignedDuration::from_secs(1));
    pass(&mut desk, SignedDuration::from_secs(1));
    tells(&mut desk, "disk", begins, now);
    pass(&mut desk, MINUTE * 5);
    assert_eq!(silence(&desk, silenced).state(desk.now), SilenceState::Expired);
    let (begins, ends) = (desk.now, end(&desk));
    tells(&mut desk, "disk", begins, ends);
    assert!(is_called(&desk, newest(&desk, "disk")), "it is heard again");
}

#[test]
fn a_time_out_and_our_own_absence_end_no_silence_and_one_that_met_nothing_lives_on() {
    let mut desk = desk();
    let start = desk.now;
    let end = after(start, MINUTE * 4);
    tells(&mut desk, "lost", start, end);
    tells(&mut desk, "ended", start, end);
    let mut terms = desk.terms("alice", &["alertname=lost"], HOUR * 24);
    terms.until_resolved = true;
    let lost = set(&mut desk, None, &terms).unwrap();
    terms.matchers = desk_matchers(&["alertname=ended"]);
    let ended = set(&mut desk, None, &terms).unwrap();
    terms.matchers = desk_matchers(&["alertname=nothing"]);
    let nothing = set(&mut desk, None, &terms).unwrap();
    pass(&mut desk, MINUTE);
    let now = desk.now;
    tells(&mut desk, "ended", start, now);
    // We are not there for an hour, and hear a moment later that it still fires.
    desk.wait(HOUR);
    desk.order(&Actor::Watchbell, Command::Woke(Deaf::Start)).unwrap();
    pass(&mut desk, MINUTE);
    assert_eq!(silence(&desk, ended).state(desk.now), SilenceState::Active);
    pass(&mut desk, MINUTE * 20);
    let state = |id| silence(&desk, id).state(desk.now);
    assert!(!desk.alert(newest(&desk, "lost")).is_open(), "it fell silent");
    let states = [lost, nothing, ended].map(state);
    assert_eq!(states, [SilenceState::Active, SilenceState::Active, SilenceState::Expired]);
}

#[test]
fn what_comes_back_after_its_silence_is_over_calls() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.silence("alice", DISK, MINUTE * 3);
    pass(&mut desk, MINUTE);
    desk.ends("disk");
    pass(&mut desk, MINUTE * 3);
    assert_eq!(desk.fires("disk", payload("disk", "critical")), id, "within the reopen window");
    assert!(is_called(&desk, id) && desk.alert(id).suppressions.is_empty());
    desk.act(&account("alice"), id, AlertCommand::Resolve).unwrap();
    desk.silence("alice", DISK, HOUR);
    desk.act(&account("alice"), id, AlertCommand::Reopen).unwrap();
    assert!(!is_called(&desk, id) && is_silenced(&desk, id), "reopened under a silence");
}

#[test]
fn an_alert_whose_labels_leave_a_silence_is_heard_again() {
    let mut desk = desk();
    desk.silence("alice", &["instance=db1"], HOUR);
    let with = |instance: &str| {
        let labels = labels(&[("alertname", "disk"), ("instance", instance)]);
        Payload { labels, ..payload("disk", "critical") }
    };
    let id = desk.fires("disk", with("db1"));
    desk.time();
    assert!(is_silenced(&desk, id) && pages(&desk, id) == 0);
    desk.fires("disk", with("db2"));
    desk.time();
    assert!(is_called(&desk, id) && !is_silenced(&desk, id));
    assert_eq!(pages(&desk, id), 1);
    desk.fires("disk", with("db1"));
    assert!(!is_called(&desk, id) && is_silenced(&desk, id));
    insta::assert_snapshot!(desk.timeline(id).join("\n"), @r#"
    fired, sent by prometheus
    labels changed: instance
    to be heard again, silenced by alice until 2026-11-21T04:00:00Z: a reason, since 2026-11-21T03:00:00Z
    labels changed: instance
    silenced by alice until 2026-11-21T04:00:00Z: a reason
    "#);
}

#[test]
fn what_gets_worse_under_a_silence_calls_when_that_ends() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "warning"));
    desk.silence("alice", DISK, HOUR);
    desk.fires("disk", payload("disk", "critical"));
    let paused =
        matches!(desk.alert(id).standing.call, Call::Paused { why: Pause::Suppressed, .. });
    assert!(paused);
    pass(&mut desk, HOUR);
    assert!(is_called(&desk, id) && pages(&desk, id) == 1);
}

#[test]
fn a_silence_of_very_many_reaches_them_step_by_step_and_is_seen_at_once() {
    let mut desk = desk();
    let many = 10_000;
    for batch in 0..many / 1_000 {
        let reports = (0..1_000).map(|number| {
            let fingerprint = format!("{batch} {number}");
            let subject = Subject::Known(identity(&fingerprint));
            Report::Firing { subject, payload: Box::new(payload("disk", "critical")) }
        });
        let machine = Actor::Machine("prometheus".into());
        desk.order(&machine, Command::Report(reports.collect())).unwrap();
    }
    let silenced = desk.silence("alice", DISK, HOUR);
    let marked = |desk: &Desk| desk.table.silenced_by(silenced).count();
    assert_eq!(marked(&desk), 4_096);
    assert_eq!(silence(&desk, silenced).reach, Reach::Beginning);
    let seen = |desk: &Desk| {
        let open = desk.table.open_alerts();
        open.filter(|alert| !suppress::status(&desk.table, alert, desk.now).silenced_by.is_empty())
            .count()
    };
    assert_eq!(seen(&desk), many);
    desk.time();
    assert_eq!((marked(&desk), silence(&desk, silenced).reach), (many, Reach::Muting));
    desk.silences(&account("alice"), SilenceCommand::Expire(silenced)).unwrap();
    assert_eq!((marked(&desk), seen(&desk)), (many - 4_096, 0));
    desk.time();
    assert_eq!(marked(&desk), 0);
}

#[test]
fn a_silence_that_is_over_is_kept_for_a_while() {
    let mut desk = desk();
    let id = desk.silence("alice", DISK, HOUR);
    pass(&mut desk, HOUR + HOUR * 119);
    assert!(desk.table.silence(id).is_some());
    pass(&mut desk, HOUR);
    assert!(desk.table.silence(id).is_none());
}

#[test]
fn who_wants_a_silence_sees_what_it_would_mute() {
    let mut desk = desk();
    let lasting = desk.fires("disk", payload("disk", "critical"));
    desk.fires("disk2", payload("disk", "warning"));
    desk.fires("net", payload("net", "critical"));
    desk.time();
    let paged: Vec<_> =
        desk.table.deliveries_of(lasting).map(|one| (one.id, one.attempts)).collect();
    for (id, attempt) in paged {
        let settle = Command::Settle(id, attempt, crate::domain::delivery::Outcome::Taken);
        desk.order(&Actor::Watchbell, settle).unwrap();
    }
    desk.ends("disk2");
    let look = |desk: &Desk, matchers: &[&str]| {
        let seen = preview(&desk.table, &desk_matchers(matchers), desk.now);
        let row = |at: crate::domain::silence::Reached| (at.alerts, at.critical, at.pages);
        (row(seen.now), row(seen.lately))
    };
    assert_eq!(look(&desk, &["alertname=disk"]), ((1, 1, 1), (2, 1, 1)));
    assert_eq!(look(&desk, &["alertname=~.+"]), ((2, 2, 1), (3, 2, 1)));
    assert_eq!(look(&desk, &["alertname=none"]), ((0, 0, 0), (0, 0, 0)));
    desk.wait(HOUR * 24 * 8);
    assert_eq!(
        look(&desk, &["alertname=disk"]).1,
        (1, 1, 0),
        "what is open, and no page of before"
    );
}

#[test]
fn an_end_that_would_call_somebody_is_known_before() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.fires("warn", payload("disk", "warning"));
    desk.silence("alice", DISK, HOUR);
    desk.silence("bob", &["alertname=net"], HOUR);
    let soon = |desk: &Desk| -> Vec<usize> {
        let soon = suppress::ending_soon(&desk.table, MINUTE * 10, desk.now);
        soon.into_iter().map(|(_, count)| count).collect()
    };
    assert!(soon(&desk).is_empty());
    pass(&mut desk, MINUTE * 50);
    assert_eq!(soon(&desk), [1]);
    desk.act(&account("bob"), id, AlertCommand::Acknowledge).unwrap();
    assert!(soon(&desk).is_empty());
}

#[test]
fn what_was_born_under_a_silence_and_fires_on_after_it_pages() {
    let mut desk = desk();
    let start = desk.now;
    desk.silence("alice", DISK, MINUTE * 10);
    tells(&mut desk, "disk", start, after(start, MINUTE * 4));
    let id = newest(&desk, "disk");
    pass(&mut desk, MINUTE * 6);
    assert!(!desk.alert(id).is_open(), "it fell silent");
    pass(&mut desk, MINUTE * 9);
    let end = after(desk.now, MINUTE * 4);
    tells(&mut desk, "disk", start, end);
    desk.time();
    assert!(desk.alert(id).is_open() && is_called(&desk, id));
    assert_eq!(pages(&desk, id), 1);
}

#[test]
fn nobody_is_paged_while_one_silence_takes_over_from_another() {
    let mut desk = desk();
    let many = 6_000;
    let reports = (0..many).map(|number| {
        let subject = Subject::Known(identity(&number.to_string()));
        Report::Firing { subject, payload: Box::new(payload("disk", "critical")) }
    });
    let silenced = desk.silence("alice", DISK, HOUR);
    let machine = Actor::Machine("prometheus".into());
    desk.order(&machine, Command::Report(reports.collect())).unwrap();
    desk.time();
    let mut terms = silence(&desk, silenced).terms.clone();
    terms.matchers = desk_matchers(&["alertname=~disk", "x!=y"]);
    let replaced = set(&mut desk, Some(silenced), &terms).unwrap();
    assert_ne!(replaced, silenced);
    desk.time();
    let revision = silence(&desk, replaced).revision;
    desk.silences(&account("alice"), SilenceCommand::Undo(revision)).unwrap();
    desk.time();
    assert_eq!(desk.table.silenced_by(silenced).count(), many);
    assert_eq!(desk.table.deliveries().count(), 0);
}

#[test]
fn a_silence_that_passed_while_we_were_not_there_pages_nobody_again() {
    let mut desk = desk();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.time();
    let mut terms = desk.terms("alice", DISK, HOUR * 2);
    terms.starts = after(desk.now, HOUR);
    let passed = set(&mut desk, None, &terms).unwrap();
    pass(&mut desk, HOUR * 5);
    assert_eq!(pages(&desk, id), 1);
    assert!(matches!(silence(&desk, passed).reach, Reach::Over { .. }));
}

#[test]
fn an_episode_that_fell_silent_once_does_not_keep_a_silence_until_resolved() {
    let mut desk = desk();
    let start = desk.now;
    tells(&mut desk, "disk", start, after(start, MINUTE * 4));
    let mut terms = desk.terms("alice", DISK, HOUR * 24);
    terms.until_resolved = true;
    let silenced = set(&mut desk, None, &terms).unwrap();
    pass(&mut desk, HOUR * 3);
    assert_eq!(silence(&desk, silenced).quiet, None);
    let (again, end) = (desk.now, after(desk.now, MINUTE * 4));
    tells(&mut desk, "disk", again, end);
    pass(&mut desk, MINUTE);
    let now = desk.now;
    tells(&mut desk, "disk", again, now);
    pass(&mut desk, MINUTE * 5);
    assert_eq!(silence(&desk, silenced).state(desk.now), SilenceState::Expired);
}

#[test]
fn who_saw_an_older_silence_does_not_take_back_what_another_made_of_it() {
    let mut desk = desk();
    let id = desk.silence("alice", DISK, HOUR);
    let seen = silence(&desk, id).revision;
    let longer = Terms { ends: after(desk.now, HOUR * 6), ..silence(&desk, id).terms.clone() };
    desk.silences(&account("bob"), SilenceCommand::Set(Some(id), Box::new(longer))).unwrap();
    let worded = Terms { comment: "else".into(), ..desk.terms("alice", DISK, HOUR) };
    let command = Command::Silence(SilenceCommand::Set(Some(id), Box::new(worded)));
    let refused = desk.order_seen(&account("alice"), Some(seen), command).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "bob changed the silence meanwhile; ask again to do it all the same"
    );
}
