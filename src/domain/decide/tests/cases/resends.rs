//! The same alert said again and again: by one sender, by two, by two roads, hours later.

use super::*;

#[test]
fn what_is_sent_again_every_minute_or_two_with_a_moving_end_is_one_alert_told_once() {
    let mut story = Story::begins();
    let start = story.now();
    for round in 0..40 {
        story.hears([lasts("disk", start, after(story.now(), LEAD))]);
        story.waits(MINUTE * (1 + round % 2));
    }
    let end = story.now();
    for _ in 0..15 {
        story.hears([lasts("disk", start, end)]);
        story.waits(MINUTE);
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    04:00:00 resolved by its source, prometheus
    04:02:00 told pager: resolved
    = disk: resolved, calls no more, heard 41 ×
    ");
}

#[test]
fn two_replicas_that_agree_are_one_alert_told_once() {
    let mut story = Story::begins();
    let start = story.now();
    for _ in 0..10 {
        story.hears([lasts("disk", start, after(story.now(), LEAD))]);
        story.waits(SECOND * 20);
        story.hears([lasts("disk", start, after(story.now(), LEAD))]);
        story.waits(SECOND * 40);
    }
    let end = story.now();
    story.hears([lasts("disk", start, end)]);
    story.waits(SECOND * 20);
    story.hears([lasts("disk", start, end)]);
    story.waits(MINUTE * 5);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:10:00 resolved by its source, prometheus
    03:12:00 told pager: resolved
    = disk: resolved, calls no more, heard 21 ×
    ");
}

#[test]
fn a_replica_that_says_for_a_quarter_of_an_hour_that_it_ended_is_believed_once() {
    let mut story = Story::begins();
    let start = story.now();
    let id = story.hears([lasts("disk", start, after(story.now(), LEAD))]).unwrap();
    story.acts("alice", id, AlertCommand::Acknowledge);
    story.waits(MINUTE * 2);
    let end = story.now();
    for _ in 0..15 {
        story.hears([lasts("disk", start, end)]);
        story.waits(SECOND * 30);
        story.hears([lasts("disk", start, after(story.now(), LEAD))]);
        story.waits(SECOND * 30);
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:00:00 acknowledged by alice, assigned to alice
    03:02:00 resolved by its source, prometheus
    03:02:30 fires on: its sources disagree or a report came late, sent by prometheus
    03:04:00 not told: resolved; it fires again
    = disk: acknowledged by alice, calls no more, alice's, heard 17 ×
    ");
}

#[test]
fn two_webhooks_that_disagree_at_every_flush_page_once_and_leave_an_acknowledgement() {
    let mut story = Story::begins();
    let start = story.now();
    let id = story.hears([flushed("disk", start)]).unwrap();
    for round in 0..4 {
        story.waits(MINUTE);
        story.hears([flushed_end("disk", story.now())]);
        story.waits(SECOND * 30);
        story.hears([flushed("disk", start)]);
        if round == 1 {
            story.acts("alice", id, AlertCommand::Acknowledge);
        }
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:01:00 resolved by its source, prometheus
    03:01:30 fires on: its sources disagree or a report came late, sent by prometheus
    03:02:30 resolved by its source, prometheus
    03:03:00 not told: resolved; it came back and ended again since
    03:03:00 fires on: its sources disagree or a report came late, sent by prometheus
    03:03:00 acknowledged by alice, assigned to alice
    03:04:00 resolved by its source, prometheus
    03:04:30 not told: resolved; it came back and ended again since
    03:04:30 fires on: its sources disagree or a report came late, sent by prometheus
    03:05:30 resolved by its source, prometheus
    03:06:00 not told: resolved; it came back and ended again since
    03:06:00 fires on: its sources disagree or a report came late, sent by prometheus
    = disk: acknowledged by alice, calls no more, alice's, heard 9 ×
    ");
    assert_eq!(story.desk.alert(id).marks.reopened, [], "nothing of it is flapping");
}

#[test]
fn two_replicas_whose_starts_differ_by_one_evaluation_are_one_alert_of_the_earlier_start() {
    let mut story = Story::begins();
    let start = story.now();
    let later = after(start, SECOND * 15);
    let id = story.hears([lasts("disk", start, after(story.now(), LEAD))]).unwrap();
    for _ in 0..10 {
        story.waits(SECOND * 15);
        story.hears([lasts("disk", later, after(story.now(), LEAD))]);
        story.waits(SECOND * 45);
        story.hears([lasts("disk", start, after(story.now(), LEAD))]);
    }
    assert_eq!(story.starts(), [start]);
    let (end, later_end) = (story.now(), after(story.now(), SECOND * 15));
    story.hears([lasts("disk", start, end)]);
    story.waits(SECOND * 15);
    for _ in 0..10 {
        story.hears([lasts("disk", later, later_end)]);
        story.waits(SECOND * 45);
        story.hears([lasts("disk", start, end)]);
        story.waits(SECOND * 15);
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:10:00 resolved by its source, prometheus
    03:12:00 told pager: resolved
    = disk: resolved, calls no more, heard 22 ×
    ");
    assert!(!story.desk.alert(id).is_open());
}

#[test]
fn the_same_alert_by_webhook_and_by_api_v2_is_one_and_a_resolution_by_either_lands() {
    for by_webhook in [true, false] {
        let mut story = Story::begins();
        let start = story.now();
        let id = story.hears([lasts("disk", start, after(story.now(), LEAD))]);
        story.waits(SECOND * 30);
        assert_eq!(story.hears([flushed("disk", start)]), id);
        assert!(story.desk.alert(id.unwrap()).ends.is_some(), "the end of API v2 counts");
        story.waits(SECOND * 30);
        let now = story.now();
        let end = if by_webhook { flushed_end("disk", now) } else { lasts("disk", start, now) };
        assert_eq!(story.hears([end]), id);
        story.waits(MINUTE * 5);
        let lines = story.lines.join("\n");
        insta::allow_duplicates! { insta::assert_snapshot!(lines, @"
        03:00:00 fired, sent by prometheus
        03:00:00 told pager: page
        03:01:00 resolved by its source, prometheus
        03:03:00 told pager: resolved
        ") }
    }
}

#[test]
fn a_repeat_four_hours_after_somebody_resolved_it_is_a_new_alert_that_says_so() {
    let mut story = Story::begins();
    let start = story.now();
    let id = story.hears([flushed("disk", start)]).unwrap();
    story.waits(MINUTE * 10);
    story.acts("bob", id, AlertCommand::Resolve);
    story.waits(MINUTE * 230);
    let again = story.hears([flushed("disk", start)]).unwrap();
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:10:00 resolved by bob
    03:12:00 told pager: resolved
    07:00:00 still firing after bob resolved it, sent by prometheus
    07:00:00 told pager: page
    = disk: resolved, calls no more, heard 1 ×
    = disk: firing, calls since 07:00:00, heard 1 ×
    ");
    assert_eq!(story.desk.alert(again).previous, Some(id));
}

#[test]
fn two_replicas_that_see_the_end_one_evaluation_apart_end_it_once_and_tell_it_once() {
    let mut story = Story::begins();
    let start = story.now();
    for _ in 0..10 {
        story.hears([lasts("disk", start, after(story.now(), LEAD))]);
        story.waits(MINUTE);
    }
    let (end, later_end) = (story.now(), after(story.now(), SECOND * 15));
    for _ in 0..10 {
        story.hears([lasts("disk", start, end)]);
        story.waits(SECOND * 15);
        story.hears([lasts("disk", start, later_end)]);
        story.waits(SECOND * 45);
    }
    insta::assert_snapshot!(story.lines.join("\n"), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:10:00 resolved by its source, prometheus
    03:12:00 told pager: resolved
    ");
}

#[test]
fn what_somebody_reopened_stays_open_while_two_replicas_repeat_their_own_ends() {
    let mut story = Story::begins();
    let start = story.now();
    let later = after(start, SECOND * 15);
    let id = story.hears([lasts("disk", start, after(start, LEAD))]).unwrap();
    story.waits(SECOND * 15);
    story.hears([lasts("disk", later, after(later, LEAD))]);
    story.waits(MINUTE);
    let (end, later_end) = (story.now(), after(story.now(), SECOND * 15));
    story.hears([lasts("disk", start, end)]);
    story.waits(SECOND * 15);
    story.hears([lasts("disk", later, later_end)]);
    story.waits(MINUTE * 5);
    story.acts("alice", id, AlertCommand::Reopen);
    for _ in 0..9 {
        story.hears([lasts("disk", start, end)]);
        story.waits(SECOND * 15);
        story.hears([lasts("disk", later, later_end)]);
        story.waits(SECOND * 45);
    }
    insta::assert_snapshot!(story.lines.join("\n"), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:01:15 resolved by its source, prometheus
    03:03:15 told pager: resolved
    03:06:30 reopened by alice
    03:06:30 told pager: page
    ");
}

#[test]
fn a_webhook_that_comes_after_the_end_of_api_v2_is_no_sender_that_fell_silent() {
    let mut story = Story::begins();
    let start = story.now();
    for _ in 0..10 {
        story.hears([lasts("disk", start, after(story.now(), LEAD))]);
        story.waits(MINUTE);
    }
    let end = story.now();
    story.hears([lasts("disk", start, end)]);
    story.waits(SECOND * 30);
    story.hears([flushed("disk", start)]);
    for _ in 0..5 {
        story.waits(SECOND * 30);
        story.hears([lasts("disk", start, end)]);
        story.waits(SECOND * 30);
    }
    story.hears([flushed_end("disk", end)]);
    story.waits(MINUTE * 5);
    insta::assert_snapshot!(story.lines.join("\n"), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:10:00 resolved by its source, prometheus
    03:10:30 fires on: its sources disagree or a report came late, sent by prometheus
    03:12:00 not told: resolved; it fires again
    03:15:30 resolved by its source, prometheus
    03:17:30 told pager: resolved
    ");
}

#[test]
fn an_end_of_before_that_a_replica_tells_late_does_not_end_what_fires_now() {
    let mut story = Story::begins();
    let first = story.now();
    story.hears([lasts("disk", first, after(story.now(), LEAD))]);
    story.waits(MINUTE);
    let end = story.now();
    story.hears([lasts("disk", first, end)]);
    story.waits(MINUTE * 30);
    let second = story.now();
    let id = story.hears([lasts("disk", second, after(story.now(), LEAD))]).unwrap();
    story.acts("alice", id, AlertCommand::Acknowledge);
    story.waits(MINUTE);
    let differs = after(end, SignedDuration::from_secs(15));
    story.hears([lasts("disk", first, differs)]);
    story.waits(MINUTE);
    story.hears([lasts("disk", second, after(story.now(), LEAD))]);
    let held = story.desk.alert(id).standing.acknowledgement();
    assert!(held.is_some(), "{}", story.lines.join("\n"));
}

#[test]
fn what_is_open_again_as_another_episode_is_held_no_longer() {
    let mut story = Story::begins();
    let began = story.now();
    let first = story.hears([lasts("disk", began, after(began, LEAD))]).unwrap();
    story.waits(MINUTE);
    story.acts("bob", first, AlertCommand::Resolve);
    story.waits(MINUTE);
    story.hears([lasts("disk", began, after(story.now(), LEAD))]);
    assert!(story.desk.alert(first).standing.hold().is_some());
    story.waits(MINUTE);
    let now = story.now();
    let second = story.hears([lasts("disk", now, after(now, LEAD))]).unwrap();
    assert_ne!(first, second);
    assert_eq!(story.desk.alert(first).standing.hold(), None);
    // Nor is that one, where somebody ends it and brings the first one back.
    story.acts("bob", second, AlertCommand::Resolve);
    assert!(story.desk.alert(second).standing.hold().is_some());
    story.acts("bob", first, AlertCommand::Reopen);
    assert_eq!(story.desk.alert(second).standing.hold(), None);
}
