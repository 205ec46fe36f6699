//! Which reports are of the same alert, how bad they say it is, and in which order they came.

use super::*;

#[test]
fn one_post_in_which_it_fires_and_has_ended_is_one_ended_alert_that_pages_nobody() {
    let mut story = Story::begins();
    story.hears([curl("disk", "critical"), curl_end("disk")]);
    story.waits(MINUTE * 5);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 resolved by its source, prometheus
    03:00:00 not told: page; it has ended
    03:02:00 not told: resolved; nobody was told that it fired
    = disk: resolved, calls no more, heard 2 ×
    ");
}

#[test]
fn one_post_in_which_it_has_ended_and_fires_is_one_firing_alert() {
    let mut story = Story::begins();
    story.hears([curl_end("disk"), curl("disk", "critical")]);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 fired, sent by prometheus
    03:00:00 told pager: page
    = disk: firing, calls since 03:00:00, heard 1 ×
    ");
}

#[test]
fn what_ended_before_it_fired_is_no_row_and_pages_when_it_fires() {
    let mut story = Story::begins();
    assert_eq!(story.hears([flushed_end("disk", story.now())]), None);
    assert_eq!(story.desk.table.alert_count(), 0);
    story.waits(MINUTE);
    story.hears([flushed("disk", story.now())]);
    insta::assert_snapshot!(story.told(), @"
    03:01:00 fired, sent by prometheus
    03:01:00 told pager: page
    = disk: firing, calls since 03:01:00, heard 1 ×
    ");
}

#[test]
fn a_given_fingerprint_that_is_the_hash_of_another_alerts_labels_is_another_alert() {
    let mut story = Story::begins();
    let by_labels = story.hears([flushed("HighLoad", story.now())]);
    let forged = story.hears([curl("d17de6d8a6ed224c", "critical")]);
    assert_ne!(by_labels, forged);
    story.hears([curl_end("d17de6d8a6ed224c")]);
    insta::assert_snapshot!(story.told(), @"
    03:00:00 HighLoad: fired, sent by prometheus
    03:00:00 HighLoad: told pager: page
    03:00:00 d17de6d8a6ed224c: fired, sent by prometheus
    03:00:00 d17de6d8a6ed224c: told pager: page
    03:00:00 d17de6d8a6ed224c: resolved by its source, prometheus
    = HighLoad: firing, calls since 03:00:00, heard 1 ×
    = d17de6d8a6ed224c: resolved, called since 03:00:00, paused: Ended, heard 2 ×
    ");
}

#[test]
fn every_word_for_a_severity_is_read_and_a_page_is_never_lost_for_one() {
    let mut told = String::new();
    for word in ["page", "info", "none", "error", "P1", "CRITICAL", "foo", ""] {
        let mut story = Story::begins();
        let id = story.hears([curl("disk", word)]).unwrap();
        let alert = story.desk.alert(id);
        let mark = alert.unknown_severity.as_ref().map(|word| format!(", {word} unknown"));
        let pages = story.lines.iter().filter(|line| line.contains("told pager: page")).count();
        let mark = mark.unwrap_or_default();
        writeln!(told, "{word:10}{}{mark}, {pages} pages", alert.severity).unwrap();
    }
    insta::assert_snapshot!(told, @r#"
    page      critical, 1 pages
    info      warning, 0 pages
    none      warning, 0 pages
    error     critical, 1 pages
    P1        critical, 1 pages
    CRITICAL  critical, 1 pages
    foo       critical, foo unknown, 1 pages
              critical, 1 pages
    "#);
}

#[test]
fn labels_without_a_service_are_of_the_default_service_and_stay_as_they_came() {
    let mut story = Story::begins();
    let Report::Firing { subject, mut payload } = flushed("disk", story.now()) else { panic!() };
    payload.service = NamedService::Default;
    let id = story.hears([Report::Firing { subject, payload }]).unwrap();
    let alert = story.desk.alert(id);
    assert_eq!(story.desk.table.service_name(alert.service), "default");
    assert_eq!(alert.labels, labels(&[("alertname", "disk")]));
}

#[test]
fn yesterdays_episode_is_not_reopened_while_todays_is_open_but_after_it() {
    let mut story = Story::begins();
    let yesterday = story.hears([curl("disk", "critical")]).unwrap();
    story.waits(MINUTE * 10);
    story.hears([curl_end("disk")]);
    story.waits(SignedDuration::from_hours(24));
    story.lines.clear();
    let today = story.hears([curl("disk", "critical")]).unwrap();
    let refused = story.desk.act(&account("alice"), yesterday, AlertCommand::Reopen);
    assert_eq!(refused, Err(Refusal::OpenElsewhere { open: today }));
    assert_eq!(
        refused.unwrap_err().to_string(),
        format!("the same alert fires again as {today}; act on that one")
    );
    story.waits(MINUTE);
    story.hears([curl_end("disk")]);
    story.waits(MINUTE * 5);
    story.acts("alice", yesterday, AlertCommand::Reopen);
    story.waits(MINUTE);
    assert_eq!(story.hears([curl("disk", "critical")]), Some(yesterday));
    insta::assert_snapshot!(story.told(), @"
    03:10:00 fired for the 2nd time, sent by prometheus
    03:10:00 told pager: page
    03:11:00 resolved by its source, prometheus
    03:13:00 told pager: resolved
    03:16:00 reopened by alice
    03:16:00 told pager: page
    = disk: firing, calls since 03:16:00, heard 3 ×
    = disk: resolved, calls no more, heard 2 ×
    ");
}
