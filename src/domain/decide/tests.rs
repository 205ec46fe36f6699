//! What may happen to an alert, as a table of every pair and as the stories that led to its rules.

use std::fmt::Write;
use std::sync::Arc;

use super::*;
use crate::domain::alert::State;
use crate::domain::command::Unchanged;
use crate::domain::id::Revision;
use crate::domain::labels::Labels;
use crate::domain::report::Road;
use crate::domain::samples::{Desk, account, identity, labels, payload, person, told};
use crate::domain::severity::Severity;
use crate::domain::time::SignedDuration;
use crate::domain::token::{Digest, Scope};

mod calls;
mod cases;
mod faster;
mod laws;
mod maintenance;
mod outbox;
mod silences;
mod sources;
mod table;
mod time;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[test]
fn a_night_reads_in_the_timeline_as_it_happened() {
    let mut desk = Desk::new();
    let (alice, bob) = (account("alice"), account("bob"));
    let id = desk.fires("mem", payload("memory 95 %", "critical"));
    desk.fires("mem", payload("memory 96 %", "critical"));
    desk.act(&alice, id, AlertCommand::Acknowledge).unwrap();
    desk.act(&bob, id, AlertCommand::Acknowledge).unwrap();
    desk.act(&bob, id, AlertCommand::Assign(Some(person("carol").id))).unwrap();
    desk.act(&bob, id, AlertCommand::Note("restarting the exporter".into())).unwrap();
    desk.act(&bob, id, AlertCommand::Unacknowledge).unwrap();
    desk.act(&alice, id, AlertCommand::Resolve).unwrap();
    desk.act(&alice, id, AlertCommand::Reopen).unwrap();
    desk.ends("mem");
    insta::assert_snapshot!(desk.timeline(id).join("\n"), @r#"
    fired, sent by prometheus
    seen again, memory 95 % → memory 96 %
    acknowledged by alice, assigned to alice
    acknowledged by bob, taking over from alice
    assigned to carol by bob
    bob: "restarting the exporter"
    un-acknowledged by bob
    resolved by alice
    reopened by alice
    resolved by its source, prometheus
    "#);
}

#[test]
fn an_alert_that_fires_again_after_it_ended_is_a_new_one_linked_to_the_last() {
    let mut desk = Desk::new();
    let first = desk.fires("disk", payload("disk", "critical"));
    desk.ends("disk");
    desk.wait(MINUTE * 5);
    let second = desk.fires("disk", payload("disk", "critical"));
    assert_ne!(first, second);
    assert_eq!(desk.alert(second).previous, Some(first));
    assert_eq!(desk.alert(second).occurrence, 2);
    assert_eq!(desk.timeline(second), ["fired for the 2nd time, sent by prometheus"]);
}

#[test]
fn a_report_sent_again_is_counted_and_adds_no_line() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.wait(MINUTE);
    assert_eq!(desk.fires("disk", payload("disk", "critical")), id);
    let seen = desk.alert(id).seen;
    assert_eq!((seen.count, seen.last), (2, desk.now));
    assert_eq!(desk.timeline(id).len(), 1);
}

#[test]
fn a_figure_that_changes_at_every_report_joins_the_timeline_every_quarter_of_an_hour() {
    let mut desk = Desk::new();
    let title = |percent: u32| {
        let mut one = payload(&format!("memory {percent} %"), "critical");
        one.labels = labels(&[("alertname", "memory")]);
        one
    };
    let id = desk.fires("mem", title(0));
    for percent in 1..=30 {
        desk.wait(MINUTE);
        desk.fires("mem", title(percent));
    }
    assert_eq!(desk.alert(id).title.as_str(), "memory 30 %");
    assert_eq!(
        desk.timeline(id),
        [
            "fired, sent by prometheus",
            "seen again, memory 0 % → memory 1 %",
            "seen again, memory 1 % → memory 16 %",
        ]
    );
}

#[test]
fn a_resolution_of_what_never_fired_makes_no_row_and_one_of_an_acknowledged_alert_lands() {
    let mut desk = Desk::new();
    assert_eq!(desk.ends("ghost"), None);
    assert_eq!(desk.table.alert_count(), 0);
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
    assert_eq!(desk.ends("disk"), Some(id));
    assert!(!desk.alert(id).is_open());
}

#[test]
fn an_update_that_leaves_the_severity_out_keeps_it_and_a_new_alert_without_one_is_critical() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "warning"));
    desk.fires("disk", payload("disk", ""));
    assert_eq!(desk.alert(id).severity, Severity::Warning);
    let other = desk.fires("cpu", payload("cpu", ""));
    assert_eq!(desk.alert(other).severity, Severity::Critical);
    let label = |id| desk.alert(id).labels.get("severity").map(ToOwned::to_owned);
    assert_eq!(label(id).as_deref(), Some("warning"));
    assert_eq!(label(other).as_deref(), Some("critical"));
    assert_eq!(desk.timeline(id).len(), 1);
    let odd = desk.fires("odd", payload("odd", "foo"));
    assert_eq!(desk.alert(odd).severity, Severity::Critical);
    assert_eq!(desk.alert(odd).unknown_severity, Some("foo".into()));
}

#[test]
fn who_decided_on_an_older_view_is_told_who_was_faster_and_may_then_take_over() {
    let mut desk = Desk::new();
    let (alice, bob) = (account("alice"), account("bob"));
    let id = desk.fires("disk", payload("disk", "critical"));
    let drawn = desk.alert(id).revision;
    desk.act(&bob, id, AlertCommand::Acknowledge).unwrap();
    let refused = desk.act_seen(&alice, Some(drawn), id, AlertCommand::Acknowledge);
    let deed = "bob acknowledged it".into();
    assert_eq!(refused, Err(Refusal::Overtaken { by: bob, at: desk.now, deed }));
    let seen = desk.alert(id).revision;
    desk.act_seen(&alice, Some(seen), id, AlertCommand::Acknowledge).unwrap();
    assert_eq!(desk.alert(id).standing.acknowledgement().unwrap().by, alice);
    assert_eq!(desk.alert(id).standing.assignee, Some(person("bob")));
}

#[test]
fn a_machine_may_act_but_never_becomes_the_assignee() {
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk", "critical"));
    let robot = Actor::Machine("robot".into());
    desk.act(&robot, id, AlertCommand::Acknowledge).unwrap();
    assert_eq!(desk.alert(id).standing.assignee, None);
    assert_eq!(desk.timeline(id)[1], "acknowledged by robot");
}

#[test]
fn reopening_is_refused_while_the_same_alert_fires_as_another_episode() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let first = desk.fires("disk", payload("disk", "critical"));
    desk.act(&alice, first, AlertCommand::Resolve).unwrap();
    let resolved = desk.revision;
    desk.wait(MINUTE * 5);
    let open = desk.fires("disk", payload("disk", "critical"));
    let refusal = Err(Refusal::OpenElsewhere { open });
    assert_eq!(desk.act(&alice, first, AlertCommand::Reopen), refusal);
    assert_eq!(desk.act(&alice, first, AlertCommand::Undo(resolved)), refusal);
    desk.ends("disk");
    desk.act(&alice, first, AlertCommand::Reopen).unwrap();
    assert_eq!(desk.table.open(&identity("disk")).unwrap().id, first);
    assert_eq!(desk.fires("disk", payload("disk", "critical")), first);
}

#[test]
fn undo_goes_back_act_by_act_and_restores_the_whole_standing() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    let mut stands = vec![desk.alert(id).standing.clone()];
    let mut done = Vec::new();
    let acts = [
        AlertCommand::Acknowledge,
        AlertCommand::Assign(Some(person("bob").id)),
        AlertCommand::Resolve,
    ];
    for act in acts {
        desk.act(&alice, id, act).unwrap();
        done.push(desk.revision);
        stands.push(desk.alert(id).standing.clone());
    }
    while let Some(revision) = done.pop() {
        stands.pop();
        desk.act(&alice, id, AlertCommand::Undo(revision)).unwrap();
        assert_eq!(Some(&desk.alert(id).standing), stands.last());
    }
    assert_eq!(desk.timeline(id).len(), 1 + 3 + 3);
    assert_eq!(desk.timeline(id)[4], "undone by alice: resolved by alice");
}

#[test]
fn undo_is_refused_to_others_twice_and_after_anything_moved_since() {
    let mut desk = Desk::new();
    let (alice, bob) = (account("alice"), account("bob"));
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.act(&alice, id, AlertCommand::Acknowledge).unwrap();
    let mine = desk.revision;
    let nothing = Err(Refusal::NotUndone { last: None });
    assert_eq!(desk.act(&bob, id, AlertCommand::Undo(mine)), nothing);
    assert_eq!(desk.act(&alice, id, AlertCommand::Undo(Revision(99))), nothing);
    desk.act(&bob, id, AlertCommand::Assign(Some(person("carol").id))).unwrap();
    let refusal = desk.act(&alice, id, AlertCommand::Undo(mine)).unwrap_err();
    assert_eq!(refusal.to_string(), "not undone: bob assigned it to carol since");
    desk.act(&bob, id, AlertCommand::Undo(desk.revision)).unwrap();
    desk.act(&alice, id, AlertCommand::Undo(mine)).unwrap();
    desk.act(&alice, id, AlertCommand::Undo(mine)).unwrap_err();
}

#[test]
fn undo_is_refused_if_a_source_moved_the_alert_in_the_same_commit() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    let resolved = Command::Report(vec![Report::Resolved {
        identity: identity("disk"),
        road: crate::domain::report::Road::Plain,
        ends_at: None,
    }]);
    let orders = [
        (alice.clone(), Command::Alerts(vec![id], AlertCommand::Acknowledge)),
        (Actor::Machine("prometheus".into()), resolved),
    ];
    desk.orders(orders);
    let refused = desk.act(&alice, id, AlertCommand::Undo(desk.revision)).unwrap_err();
    assert_eq!(refused.to_string(), "not undone: its source resolved it since");
    assert!(!desk.alert(id).is_open());
}

#[test]
fn an_act_can_be_undone_however_many_lines_came_after_it() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    desk.act(&alice, id, AlertCommand::Acknowledge).unwrap();
    let acknowledged = desk.revision;
    for _ in 0..2 * Alert::RECENT {
        desk.act(&account("bob"), id, AlertCommand::Note("still looking".into())).unwrap();
    }
    assert_eq!(desk.alert(id).recent.len(), Alert::RECENT + 1);
    desk.act(&alice, id, AlertCommand::Undo(acknowledged)).unwrap();
}

#[test]
fn manual_alerts_are_new_each_time_but_for_a_repeated_idempotency_key() {
    let mut desk = Desk::new();
    let manual = |once: Option<&str>| Report::Firing {
        subject: Subject::Manual {
            namespace: Namespace::default(),
            once: once.map(|key| OnceId::of("first", key)),
        },
        payload: Box::new(payload("look at this", "critical")),
    };
    let first = desk.reports(manual(None)).unwrap().unwrap();
    let second = desk.reports(manual(None)).unwrap().unwrap();
    assert_ne!(first, second);
    assert_eq!(desk.alert(first).labels.get("fingerprint"), Some(first.to_string().as_str()));
    let keyed = desk.reports(manual(Some("a"))).unwrap();
    assert_eq!(desk.reports(manual(Some("a"))).unwrap(), keyed);
    assert_ne!(desk.reports(manual(Some("b"))).unwrap(), keyed);
    let Report::Firing { subject, .. } = manual(Some("a")) else { panic!("it fires") };
    let other = Box::new(payload("another thing", "critical"));
    let refused = desk.reports(Report::Firing { subject, payload: other });
    assert_eq!(refused, Err(Refusal::OnceUsed { alert: keyed.unwrap() }));
    desk.wait(SignedDuration::from_hours(24));
    while let Some((due, key)) = desk.table.next_due() {
        assert!(due <= desk.now);
        desk.order(&Actor::Watchbell, Command::Due(key)).unwrap();
    }
    assert_ne!(desk.reports(manual(Some("a"))).unwrap(), keyed);
}

#[test]
fn services_are_created_when_first_named_unless_the_configuration_forbids() {
    let mut desk = Desk::new();
    let named = |service| Payload { service, ..payload("x", "critical") };
    let id = desk.fires("a", named(NamedService::Strictly("db".into())));
    assert_eq!(desk.table.service_name(desk.alert(id).service), "db");
    let id = desk.fires("b", named(NamedService::Default));
    assert_eq!(desk.table.service_name(desk.alert(id).service), "default");

    let policy = Policy {
        unknown_services: UnknownServices::Refuse,
        ..desk.table.policy().as_ref().clone()
    };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    let strictly = Report::Firing {
        subject: Subject::Known(identity("c")),
        payload: Box::new(named(NamedService::Strictly("edge".into()))),
    };
    assert_eq!(desk.reports(strictly), Err(Refusal::UnknownService("edge".into())));
    let id = desk.fires("d", named(NamedService::Loosely("edge".into())));
    assert_eq!(desk.table.service_name(desk.alert(id).service), "default");
}

#[test]
fn above_the_limit_new_services_go_to_the_default_one() {
    let mut desk = Desk::new();
    let policy = Policy { max_services: 2, ..desk.table.policy().as_ref().clone() };
    desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
    let named = |name: &str| Payload {
        service: NamedService::Strictly(name.into()),
        ..payload("x", "critical")
    };
    let first = desk.fires("a", named("db"));
    let second = desk.fires("b", named("edge"));
    assert_eq!(desk.table.service_name(desk.alert(first).service), "db");
    assert_eq!(desk.table.service_name(desk.alert(second).service), "default");
}

#[test]
fn a_token_has_a_name_of_its_own_and_is_gone_when_revoked() {
    let mut desk = Desk::new();
    let create = |name: &str| {
        Command::Token(TokenCommand::Create {
            name: name.into(),
            digest: Digest([1; 32]),
            scopes: [Scope::Ingest].into_iter().collect(),
            account: None,
            namespace: Namespace::default(),
        })
    };
    let revoke = |name: &str| Command::Token(TokenCommand::Revoke { name: name.into() });
    let alice = account("alice");
    desk.order(&alice, create("first")).unwrap();
    assert_eq!(desk.order(&alice, create("first")), Err(Refusal::TokenExists("first".into())));
    assert_eq!(desk.order(&alice, create(" ")), Err(Refusal::EmptyTokenName));
    desk.order(&alice, revoke("first")).unwrap();
    assert_eq!(desk.table.tokens().len(), 0);
    assert_eq!(desk.order(&alice, revoke("first")), Err(Refusal::UnknownToken("first".into())));
}

#[test]
fn unknown_alerts_accounts_and_empty_notes_are_refused() {
    let mut desk = Desk::new();
    let alice = account("alice");
    let id = desk.fires("disk", payload("disk", "critical"));
    let ghost = AlertId(uuid::Uuid::nil());
    let dave = AccountId::of("dave");
    let table = [
        (ghost, AlertCommand::Acknowledge, Refusal::UnknownAlert(ghost)),
        (id, AlertCommand::Assign(Some(dave)), Refusal::UnknownAccount(dave)),
        (id, AlertCommand::Note(" \n".into()), Refusal::EmptyNote),
    ];
    for (id, command, refusal) in table {
        assert_eq!(desk.act(&alice, id, command), Err(refusal));
    }
    let again = AlertCommand::Resolve;
    desk.act(&alice, id, again.clone()).unwrap();
    assert_eq!(desk.act(&alice, id, again), Ok(Acted::Unchanged(Unchanged::ResolvedAlready)));
}
