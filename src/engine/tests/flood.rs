//! A flood: fifty thousand alerts at once, and a person who takes one of them.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::oneshot;

use super::*;
use crate::engine::inbox::{Inbox, Taken, Waiting};

const ALERTS: usize = 50_000;
const POST: usize = 500;

/// A post of `POST` alerts that nobody heard of before.
fn post(number: usize) -> Order {
    let report = |at: usize| {
        let name = format!("alert {}", number * POST + at);
        let payload = Box::new(payload(&name, "critical"));
        Report::Firing { subject: Subject::Known(identity(&name)), payload }
    };
    let reports = (0..POST).map(report).collect();
    order(&Actor::Machine("prometheus".into()), Command::Report(reports))
}

fn push(inbox: &Inbox, order: &Order) -> Result<(), SubmitError> {
    inbox.push(Waiting { order: order.clone(), reply: oneshot::channel().0 })
}

fn next_turn(inbox: &Inbox) -> Vec<Order> {
    match inbox.take(Duration::ZERO) {
        Taken::Orders(waiting) => waiting.into_iter().map(|one| one.order).collect(),
        Taken::Closed => panic!("it is open"),
    }
}

fn sends_what_fits(inbox: &Inbox, posts: &mut VecDeque<Order>) {
    while posts.front().is_some_and(|post| push(inbox, post).is_ok()) {
        posts.pop_front();
    }
}

#[test]
fn who_acknowledges_in_a_flood_of_fifty_thousand_alerts_is_answered_before_it() {
    let (store, loaded) = Store::open(Platter::default()).unwrap();
    let (mut engine, inbox) = (Engine::new(store, loaded, Arc::default(), 7), Inbox::default());
    engine.turn(&[fires("disk")], at("03:00:00"));
    let id = the_alert(&engine);
    let mut posts: VecDeque<Order> = (0..ALERTS / POST).map(post).collect();
    sends_what_fits(&inbox, &mut posts);
    assert!(!posts.is_empty(), "what does not fit is sent again by its sender");

    push(&inbox, &acts(id, AlertCommand::Acknowledge)).unwrap();
    let orders = next_turn(&inbox);
    let turn = engine.turn(&orders, at("03:00:01"));
    let answers: Vec<_> = turn.answers.into_iter().map(|one| one.unwrap().answer).collect();
    assert_eq!(answers, [Answer::Acted(vec![(id, Ok(Acted::Changed))])]);
    assert_eq!(engine.table.alert_count(), 1, "no report was decided before it");

    let mut turns = 0;
    while inbox.depth() > 0 || !posts.is_empty() {
        // Meanwhile they write notes: each is taken in the next turn, in front of all reports.
        push(&inbox, &acts(id, AlertCommand::Note("looking".into()))).unwrap();
        let orders = next_turn(&inbox);
        assert!(matches!(orders.first().map(|one| &one.command), Some(Command::Alerts(..))));
        assert!(engine.turn(&orders, at("03:00:02")).answers.iter().all(Result::is_ok));
        sends_what_fits(&inbox, &mut posts);
        turns += 1;
    }
    assert_eq!(engine.table.alert_count(), ALERTS + 1, "after {turns} turns");
    assert!(matches!(engine.table.alert(id).unwrap().standing.state, State::Acknowledged(_)));
}
