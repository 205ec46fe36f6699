//! What people do and sleep through: silences, rising and falling, flapping, a cron job's posts.

use super::*;
use crate::domain::alert::{Pause, Suppressor};
use crate::domain::severity::SeverityWords;

fn silence() -> Suppressor {
    Suppressor::Rule("the silence of bob".into())
}

#[test]
fn a_silence_that_outlives_the_first_page_and_ends_while_it_fires_pages_again_saying_why() {
    let mut story = Story::begins();
    let id = story.hears([flushed("disk", story.now())]).unwrap();
    story.waits(MINUTE * 5);
    story.happens(id, &Happening::Suppress(silence()));
    story.waits(MINUTE * 60);
    story.happens(id, &Happening::Unsuppress(silence()));
    story.waits(MINUTE * 5);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:05:00 kept quiet by the silence of bob
    04:05:00 to be heard again, kept quiet by the silence of bob, since 2026-11-21T03:05:00Z
    04:05:00 told pager: page
    = disk: firing, calls since 04:05:00, heard 1 ×
    ");
}

#[test]
fn of_two_silences_the_last_one_that_ends_pages_and_never_for_what_somebody_has() {
    let other = Suppressor::Rule("the maintenance".into());
    for acknowledged in [false, true] {
        let mut story = Story::begins();
        let id = story.hears([flushed("disk", story.now())]).unwrap();
        story.happens(id, &Happening::Suppress(silence()));
        story.happens(id, &Happening::Suppress(other.clone()));
        story.waits(MINUTE * 60);
        if acknowledged {
            story.acts("alice", id, AlertCommand::Acknowledge);
        }
        story.happens(id, &Happening::Unsuppress(silence()));
        story.waits(MINUTE * 60);
        story.lines.clear();
        story.happens(id, &Happening::Unsuppress(other.clone()));
        if acknowledged {
            insta::assert_snapshot!(story.told(), @"
            05:00:00 to be heard again, kept quiet by the maintenance, since 2026-11-21T03:00:00Z
            = disk: acknowledged by alice, calls no more, alice's, heard 1 ×
            ");
        } else {
            insta::assert_snapshot!(story.told(), @"
            05:00:00 to be heard again, kept quiet by the maintenance, since 2026-11-21T03:00:00Z
            05:00:00 told pager: page
            = disk: firing, calls since 05:00:00, heard 1 ×
            ");
        }
    }
}

#[test]
fn what_ends_while_it_is_silenced_is_told_to_who_was_paged() {
    let mut story = Story::begins();
    let id = story.hears([flushed("disk", story.now())]).unwrap();
    story.waits(MINUTE * 5);
    story.happens(id, &Happening::Suppress(silence()));
    story.waits(MINUTE * 5);
    story.hears([flushed_end("disk", story.now())]);
    story.waits(MINUTE * 5);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:05:00 kept quiet by the silence of bob
    03:10:00 resolved by its source, prometheus
    03:12:00 told pager: resolved
    = disk: resolved, calls no more, heard 2 ×
    ");
}

#[test]
fn a_cron_job_that_posts_every_minute_is_one_alert_and_pages_again_after_somebody_resolved_it() {
    let mut story = Story::begins();
    let id = story.hears([curl("disk", "critical")]).unwrap();
    for _ in 0..60 {
        story.waits(MINUTE);
        story.hears([curl("disk", "critical")]);
    }
    story.acts("alice", id, AlertCommand::Resolve);
    for _ in 0..3 {
        story.waits(MINUTE);
        story.hears([curl("disk", "critical")]);
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    04:00:00 resolved by alice
    04:01:00 fires again, sent by prometheus
    04:01:00 told pager: page
    04:02:00 not told: resolved; it fires again
    = disk: firing, calls since 04:01:00, heard 64 ×
    ");
}

#[test]
fn a_warning_that_becomes_critical_pages_whether_somebody_had_it_or_not() {
    let mut lines = String::new();
    for acknowledged in [false, true] {
        let mut story = Story::begins();
        let id = story.hears([curl("disk", "warning")]).unwrap();
        if acknowledged {
            story.acts("alice", id, AlertCommand::Acknowledge);
        }
        story.waits(MINUTE);
        story.hears([curl("disk", "critical")]);
        writeln!(lines, "{}\n", story.told()).unwrap();
    }
    insta::assert_snapshot!(lines, @"
    03:00:00 fired, sent by prometheus
    03:01:00 worse: warning → critical, needs somebody again
    03:01:00 told pager: page
    = disk: firing, calls since 03:01:00, heard 2 ×

    03:00:00 fired, sent by prometheus
    03:00:00 acknowledged by alice, assigned to alice
    03:01:00 worse: warning → critical, needs somebody again
    03:01:00 told pager: page
    = disk: firing, calls since 03:01:00, alice's, heard 2 ×
    ");
}

#[test]
fn a_severity_that_goes_up_and_down_pages_no_more_once_somebody_acknowledged_the_higher() {
    let mut story = Story::begins();
    let id = story.hears([curl("disk", "warning")]).unwrap();
    story.acts("alice", id, AlertCommand::Acknowledge);
    story.waits(MINUTE);
    story.hears([curl("disk", "critical")]);
    story.waits(MINUTE);
    story.acts("alice", id, AlertCommand::Acknowledge);
    for _ in 0..2 {
        story.waits(MINUTE);
        story.hears([curl("disk", "warning")]);
        story.waits(MINUTE);
        story.hears([curl("disk", "critical")]);
    }
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 acknowledged by alice, assigned to alice
    03:01:00 worse: warning → critical, needs somebody again
    03:01:00 told pager: page
    03:02:00 acknowledged by alice
    03:03:00 severity critical → warning
    03:04:00 severity warning → critical
    03:05:00 severity critical → warning
    03:06:00 severity warning → critical
    = disk: acknowledged by alice, calls no more, alice's, heard 6 ×
    ");
}

#[test]
fn a_fall_to_warning_pauses_the_call_that_nobody_answered_and_a_rise_starts_one_again() {
    let mut story = Story::begins();
    story.hears([curl("disk", "critical")]);
    story.waits(MINUTE);
    story.hears([curl("disk", "warning")]);
    story.waits(MINUTE * 5);
    story.hears([curl("disk", "critical")]);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:01:00 severity critical → warning
    03:06:00 worse: warning → critical, needs somebody again
    03:06:00 told pager: page
    = disk: firing, calls since 03:06:00, heard 3 ×
    ");
}

/// Fires and ends every three minutes, five times, and then stays.
fn flaps(story: &mut Story) {
    story.hears([flushed("disk", story.now())]);
    for _ in 0..5 {
        story.waits(MINUTE * 3);
        story.hears([flushed_end("disk", story.now())]);
        story.waits(MINUTE * 3);
        story.hears([flushed("disk", story.now())]);
    }
    story.waits(MINUTE * 20);
}

#[test]
fn a_flapper_of_three_minutes_tells_so_once_and_pages_again_when_it_stays() {
    let mut story = Story::begins();
    flaps(&mut story);
    let calls = |line: &&String| line.ends_with(": page") || line.contains("flapping");
    let calls: Vec<&str> = story.lines.iter().filter(calls).map(String::as_str).collect();
    insta::assert_snapshot!(calls.join("\n"), @"
    03:00:00 told pager: page
    03:06:00 told pager: page
    03:12:00 told pager: page
    03:18:00 told pager: flapping
    03:45:00 flapping no more
    03:45:00 told pager: page
    ");
}

#[test]
fn a_call_that_nobody_answered_goes_on_where_it_stood_when_the_alert_comes_back() {
    let mut story = Story::begins();
    let begun = story.now();
    let id = story.hears([flushed("disk", story.now())]).unwrap();
    story.waits(MINUTE * 3);
    story.hears([flushed_end("disk", story.now())]);
    story.waits(MINUTE);
    story.hears([flushed("disk", story.now())]);
    assert_eq!(story.desk.alert(id).standing.call.calling().unwrap().since, begun);
    insta::assert_snapshot!(story.lines.join("\n"), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    03:03:00 resolved by its source, prometheus
    03:04:00 fires again, sent by prometheus
    03:04:00 told pager: page
    ");
}

#[test]
fn while_it_flaps_nobody_is_told_that_it_ended_for_nobody_is_told_that_it_came_back() {
    let mut story = Story::begins();
    flaps(&mut story);
    let told = |line: &&String| line.contains(" told pager");
    let told: Vec<&str> = story.lines.iter().filter(told).map(String::as_str).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    03:00:00 told pager: page
    03:05:00 told pager: resolved
    03:06:00 told pager: page
    03:11:00 told pager: resolved
    03:12:00 told pager: page
    03:17:00 told pager: resolved
    03:18:00 told pager: flapping
    03:45:00 told pager: page
    ");
}

#[test]
fn a_flapper_that_somebody_answered_each_time_calls_nobody_until_it_stays() {
    let mut story = Story::begins();
    let id = story.hears([flushed("disk", story.now())]).unwrap();
    for round in 1..=4 {
        if round <= 3 {
            story.acts("alice", id, AlertCommand::Acknowledge);
        }
        story.waits(MINUTE * 3);
        story.hears([flushed_end("disk", story.now())]);
        story.waits(MINUTE * 3);
        story.hears([flushed("disk", story.now())]);
    }
    let call = story.desk.alert(id).standing.call;
    assert!(matches!(call, Call::Paused { why: Pause::Flapping, .. }), "{call:?}");
    story.waits(MINUTE * 15);
    assert_eq!(story.lines.last().unwrap(), "03:39:00 told pager: page");
}

#[test]
fn what_came_back_worse_than_somebody_acknowledged_pages_even_if_it_had_not_ended() {
    let report = |severity, start| {
        let Report::Firing { subject, mut payload } = curl("disk", severity) else { panic!() };
        payload.starts_at = Some(start);
        Report::Firing { subject, payload }
    };
    let mut story = Story::begins();
    let start = story.now();
    let id = story.hears([report("warning", start)]).unwrap();
    story.acts("alice", id, AlertCommand::Acknowledge);
    story.waits(MINUTE);
    story.hears([curl_end("disk")]);
    story.waits(MINUTE);
    assert_eq!(story.hears([report("critical", start)]), Some(id));
    assert_eq!(story.desk.alert(id).standing.state, State::Firing, "{}", story.told());
    assert_eq!(story.lines.last().unwrap(), "03:02:00 told pager: page");
}

#[test]
fn a_sender_that_speaks_again_worse_than_somebody_acknowledged_pages() {
    let report = |severity, start, end| {
        let Report::Interval { identity, told, mut payload } = lasts("disk", start, end) else {
            panic!()
        };
        payload.severity = SeverityWords::default().read(Some(severity));
        Report::Interval { identity, told, payload }
    };
    for restarted in [false, true] {
        let mut story = Story::begins();
        let start = story.now();
        let id = story.hears([report("warning", start, after(start, LEAD))]).unwrap();
        story.acts("alice", id, AlertCommand::Acknowledge);
        story.waits(MINUTE * 20);
        let anew = if restarted { story.now() } else { start };
        story.hears([report("critical", anew, after(story.now(), LEAD))]);
        assert_eq!(story.desk.alert(id).standing.state, State::Firing, "{}", story.told());
        assert_eq!(story.lines.last().unwrap(), "03:20:00 told pager: page");
    }
}

#[test]
fn the_call_of_what_ended_under_a_silence_is_over_after_the_reopen_window() {
    let mut story = Story::begins();
    let id = story.hears([flushed("disk", story.now())]).unwrap();
    story.happens(id, &Happening::Suppress(silence()));
    story.hears([flushed_end("disk", story.now())]);
    story.waits(MINUTE * 6);
    assert_eq!(story.desk.alert(id).standing.call, Call::Over);
}
