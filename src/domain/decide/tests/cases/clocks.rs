//! Senders whose clock is wrong, whose start is nonsense, or who began anew.

use super::*;

/// What a sender that is `behind` (or ahead, if negative) says at this moment of what began a
/// minute before the story.
fn by_wrong_clock(story: &Story, behind: SignedDuration) -> Report {
    let begun = after("2026-11-21T02:59:00Z".parse().unwrap(), -behind);
    lasts("disk", begun, after(story.now(), LEAD - behind))
}

#[test]
fn a_sender_six_minutes_behind_fires_from_its_third_report_on_and_is_marked() {
    let mut story = Story::begins();
    let behind = MINUTE * 6;
    for round in 0..20 {
        let about = story.hears([by_wrong_clock(&story, behind)]);
        let why = "the first ones could be the ends of replicas";
        assert_eq!(about.is_some(), round > 1, "{why}");
        story.waits(MINUTE);
    }
    insta::assert_snapshot!(story.told(), @"
    03:02:00 fired, sent by prometheus
    03:02:00 told pager: page
    = disk: firing, calls since 03:02:00, heard 18 ×, its sender's clock is 2m behind
    ");
}

#[test]
fn a_sender_three_and_a_half_minutes_behind_is_heard_in_time_if_it_speaks_every_minute() {
    let mut story = Story::begins();
    let behind = SECOND * 210;
    let id = story.hears([by_wrong_clock(&story, behind)]).unwrap();
    story.acts("alice", id, AlertCommand::Acknowledge);
    for _ in 0..20 {
        story.waits(SECOND * 59);
        story.hears([by_wrong_clock(&story, behind)]);
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:00:00 acknowledged by alice, assigned to alice
    = disk: acknowledged by alice, calls no more, alice's, heard 21 ×
    ");
}

#[test]
fn a_sender_three_and_a_half_minutes_behind_that_speaks_later_than_its_end_pages_once() {
    let mut story = Story::begins();
    let behind = SECOND * 210;
    for _ in 0..4 {
        story.hears([by_wrong_clock(&story, behind)]);
        story.waits(SECOND * 75);
    }
    story.hears([by_wrong_clock(&story, behind)]);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:01:00 ended: nothing more was heard of it; is its sender alive?
    03:01:15 fires on: its sources disagree or a report came late, sent by prometheus
    03:02:15 ended: nothing more was heard of it; is its sender alive?
    03:02:30 fires on: its sources disagree or a report came late, sent by prometheus
    03:03:00 not told: source fell silent; it fires again
    03:03:30 ended: nothing more was heard of it; is its sender alive?
    03:03:45 fires on: its sources disagree or a report came late, sent by prometheus
    03:04:15 not told: source fell silent; it fires again
    03:04:45 ended: nothing more was heard of it; is its sender alive?
    03:05:00 fires on: its sources disagree or a report came late, sent by prometheus
    = disk: firing, calls since 03:00:00, heard 5 ×
    ");
}

#[test]
fn a_sender_six_minutes_ahead_is_marked_has_our_age_and_ends_when_its_clock_is_reached() {
    let mut story = Story::begins();
    let ahead = -MINUTE * 6;
    let id = story.hears([by_wrong_clock(&story, ahead)]).unwrap();
    assert_eq!(story.desk.alert(id).marks.clock, Some(-MINUTE * 5));
    assert_eq!(story.desk.alert(id).started(), story.now());
    for _ in 0..10 {
        story.waits(MINUTE);
        story.hears([by_wrong_clock(&story, ahead)]);
    }
    let begun = after("2026-11-21T02:59:00Z".parse().unwrap(), -ahead);
    let end = after(story.now(), -ahead);
    for _ in 0..15 {
        story.hears([lasts("disk", begun, end)]);
        story.waits(MINUTE);
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:16:00 resolved by its source, prometheus
    03:18:00 told pager: resolved
    = disk: resolved, calls no more, heard 18 ×
    ");
}

#[test]
fn a_start_in_1970_is_no_age_and_holds_what_somebody_resolved() {
    let mut story = Story::begins();
    let id = story.hears([lasts("disk", Timestamp::UNIX_EPOCH, after(story.now(), LEAD))]).unwrap();
    assert_eq!(story.desk.alert(id).started(), story.now());
    story.waits(MINUTE);
    story.acts("bob", id, AlertCommand::Resolve);
    for _ in 0..3 {
        story.waits(MINUTE);
        story.hears([lasts("disk", Timestamp::UNIX_EPOCH, after(story.now(), LEAD))]);
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:01:00 resolved by bob
    03:02:00 held until 2026-11-21T03:16:00Z, source still fires
    03:03:00 told pager: resolved
    = disk: resolved, calls no more, heard 4 ×
    ");
}

#[test]
fn a_prometheus_that_restarted_within_its_end_goes_on_with_the_same_alert_and_the_first_start() {
    let mut story = Story::begins();
    let start = story.now();
    let id = story.hears([lasts("disk", start, after(start, LEAD))]).unwrap();
    story.acts("alice", id, AlertCommand::Acknowledge);
    story.waits(MINUTE * 3);
    let anew = story.now();
    for _ in 0..10 {
        story.hears([lasts("disk", anew, after(story.now(), LEAD))]);
        story.waits(MINUTE);
    }
    assert_eq!(story.starts(), [start]);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:00:00 acknowledged by alice, assigned to alice
    = disk: acknowledged by alice, calls no more, alice's, heard 11 ×
    ");
}

#[test]
fn a_prometheus_that_was_away_for_longer_finds_its_alert_acknowledged_as_it_was() {
    let mut story = Story::begins();
    let start = story.now();
    let id = story.hears([lasts("disk", start, after(start, LEAD))]).unwrap();
    story.acts("alice", id, AlertCommand::Acknowledge);
    story.waits(MINUTE * 20);
    let anew = story.now();
    assert_eq!(story.hears([lasts("disk", anew, after(anew, LEAD))]), Some(id));
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:00:00 acknowledged by alice, assigned to alice
    03:04:30 ended: nothing more was heard of it; is its sender alive?
    03:06:30 told pager: source fell silent
    03:20:00 fires again, sent by prometheus
    = disk: acknowledged by alice, calls no more, alice's, heard 2 ×
    ");
}

#[test]
fn what_a_restarted_prometheus_sends_anew_after_somebody_resolved_it_is_a_new_alert() {
    let mut story = Story::begins();
    let start = story.now();
    let id = story.hears([lasts("disk", start, after(start, LEAD))]).unwrap();
    story.waits(MINUTE);
    story.acts("bob", id, AlertCommand::Resolve);
    story.waits(MINUTE);
    story.hears([lasts("disk", start, after(story.now(), LEAD))]);
    story.waits(MINUTE * 8);
    let anew = story.now();
    story.hears([lasts("disk", anew, after(anew, LEAD))]);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:01:00 resolved by bob
    03:02:00 held until 2026-11-21T03:16:00Z, source still fires
    03:03:00 told pager: resolved
    03:10:00 fired for the 2nd time, sent by prometheus
    03:10:00 told pager: page
    = disk: resolved, calls no more, heard 2 ×
    = disk: firing, calls since 03:10:00, heard 1 ×
    ");
}

#[test]
fn the_end_that_a_sender_six_minutes_behind_tells_is_an_end_though_it_told_that_time_before() {
    let mut story = Story::begins();
    let behind = MINUTE * 6;
    for _ in 0..20 {
        story.hears([by_wrong_clock(&story, behind)]);
        story.waits(MINUTE);
    }
    let begun = after("2026-11-21T02:59:00Z".parse().unwrap(), -behind);
    let end = after(story.now(), -behind);
    for _ in 0..10 {
        story.hears([lasts("disk", begun, end)]);
        story.waits(MINUTE);
    }
    insta::assert_snapshot!(story.lines.join("\n"), @"
    03:02:00 fired, sent by prometheus
    03:02:00 told pager: page
    03:20:00 resolved by its source, prometheus
    03:22:00 told pager: resolved
    ");
}

#[test]
fn two_copies_of_a_sender_six_minutes_behind_are_one_alert_that_stays_open() {
    let mut story = Story::begins();
    let behind = MINUTE * 6;
    for _ in 0..20 {
        for _ in 0..2 {
            story.hears([by_wrong_clock(&story, behind)]);
        }
        story.waits(MINUTE);
    }
    insta::assert_snapshot!(story.lines.join("\n"), @"
    03:02:00 fired, sent by prometheus
    03:02:00 told pager: page
    ");
}
