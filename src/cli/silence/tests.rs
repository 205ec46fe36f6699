//! The words of the verbs as they are typed, and what is printed of a silence.

use super::when::{Span, When};
use super::*;
use crate::cli::output::{Format, Output};
use crate::client::{Previewed, ShownSilence, Silences};
use std::sync::Arc;

use crate::domain::command::{Answer, Command, SilenceCommand};
use crate::domain::id::SilenceId;
use crate::domain::labels::Labels;
use crate::domain::maintenance::WindowOf;
use crate::domain::matcher::{Dialect, Matcher};
use crate::domain::samples::{Desk, account, labels, payload};
use crate::domain::silence::{Preview, Reached, Terms};
use crate::domain::time::{SignedDuration, TimeZone, Timestamp, after, before};

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(ToString::to_string).collect()
}

#[test]
fn matchers_are_read_as_amtool_reads_them_and_refused_with_their_place() {
    let lines: [&[&str]; 19] = [
        &["DiskFull"],
        &["disk full {a}", "instance=db1"],
        &["DiskFull", "instance"],
        &["instance=~db.*", "severity!=info", "job!~a|b"],
        &["instance=~\"db.*\"", "severity=\"a b\""],
        &["{instance=\"db1\", severity!=\"info\"}"],
        &["a=b", "{c=\"d\"}"],
        &["{a=\"b\""],
        &["{a=\"b\",,}"],
        &["a=~("],
        &["a!~("],
        &["a=\"b"],
        &["größe=voll"],
        &["\"a b\"=c"],
        &["=c"],
        &[""],
        &["a=b", " "],
        &["red\u{1b}[31m=(", "x"],
        &[],
    ];
    let read = |line: &&[&str]| {
        let said = match matchers::some(&words(line), Dialect::default()) {
            Ok(matchers) => matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => format!("{error} ({})", error.exit() as u8),
        };
        format!("{line:?}\n  {said}")
    };
    insta::assert_snapshot!(lines.iter().map(read).collect::<Vec<_>>().join("\n"));
    let strict = matchers::some(&words(&["a=b c"]), Dialect::Utf8Strict).unwrap_err().to_string();
    insta::assert_snapshot!(strict);
}

#[test]
fn a_span_is_from_its_start_or_from_now_and_ends_at_the_next_such_time_after_its_start() {
    let now: Timestamp = "2026-11-21T03:00:00Z".parse().unwrap();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let hours = SignedDuration::from_hours;
    let table = [
        // For how long, until when, from when; what it was before: from when.
        (Some(2), None, None, 0, "2026-11-21T05:00:00Z"),
        (Some(2), None, None, -5, "2026-11-21T05:00:00Z"),
        (Some(2), None, None, 5, "2026-11-21T10:00:00Z"),
        (Some(2), None, Some("22:00"), 0, "2026-11-21T23:00:00Z"),
        (None, Some("08:00"), None, 0, "2026-11-21T07:00:00Z"),
        (None, Some("04:00"), None, 0, "2026-11-22T03:00:00Z"),
        (None, Some("04:00"), Some("22:00"), 0, "2026-11-22T03:00:00Z"),
        (None, Some("2026-12-24 18:00"), Some("22:00"), 0, "2026-12-24T17:00:00Z"),
        (None, Some("2020-01-01T00:00:00Z"), None, 0, "2020-01-01T00:00:00Z"),
    ];
    for (length, until, start, was, end) in table {
        let when = |text: &str| text.parse::<When>().unwrap();
        let span =
            Span { length: length.map(hours), until: until.map(when), start: start.map(when) };
        let starts = span.starts(now, &zone).unwrap_or(after(now, hours(was)));
        let ends = span.ends(starts, now, &zone).unwrap();
        assert_eq!(ends.to_string(), end, "{span:?}, {was} h");
    }
    assert_eq!(Span::default().ends(now, now, &zone), None);
}

fn terms(desk: &Desk, matchers: &[&str]) -> Terms {
    Terms {
        matchers: matchers
            .iter()
            .map(|text| Matcher::parse(text, Dialect::Fallback).unwrap())
            .collect(),
        starts: desk.now,
        ends: after(desk.now, SignedDuration::from_hours(2)),
        by: "alice".into(),
        comment: "a new disk".into(),
        annotations: Labels::default(),
        until_resolved: false,
    }
}

fn set(desk: &mut Desk, terms: Terms) -> SilenceId {
    let command = Command::Silence(SilenceCommand::Set(None, Box::new(terms)));
    match desk.order(&account("alice"), command).unwrap() {
        Answer::Silenced(id) => id,
        other => panic!("{other:?}"),
    }
}

/// One in force, one to come, one that is over, with all there is to say of each.
fn silences() -> (Desk, Silences) {
    let mut desk = Desk::new();
    desk.fires("disk", payload("disk full", "critical"));
    let ending = terms(&desk, &["alertname=cpu"]);
    let ended = set(&mut desk, Terms { by: "bob".into(), comment: "".into(), ..ending });
    desk.order(&account("bob"), Command::Silence(SilenceCommand::Expire(ended))).unwrap();
    let active = terms(&desk, &["alertname=disk full", "severity=~crit.*|page"]);
    let active = set(&mut desk, Terms { until_resolved: true, ..active });
    let pending = terms(&desk, &["a!=b\u{1b}[31m", "c!~d"]);
    let pending = Terms {
        starts: after(desk.now, SignedDuration::from_mins(30)),
        by: "carol \u{202e}\u{1b}]0;x\u{7}".into(),
        annotations: labels(&[("ticket", "OPS-7")]),
        ..pending
    };
    let pending = set(&mut desk, pending);
    let shown = |(id, mutes, would_call, window_of): (_, usize, usize, Option<&str>)| {
        let mut silence = desk.table.silence(id).unwrap().as_ref().clone();
        let window_of =
            window_of.map(|name| WindowOf { name: name.into(), was: name.into(), until: desk.now });
        silence.window_of = window_of.map(Arc::new);
        ShownSilence { silence, mutes, would_call }
    };
    let rows = [(active, 1, 1, None), (pending, 0, 0, Some("moves")), (ended, 0, 0, None)];
    let silences = Silences { now: desk.now, silences: rows.map(shown).into() };
    (desk, silences)
}

#[test]
fn a_row_says_what_is_muted_until_when_by_whom_and_why_and_its_json_is_alertmanagers() {
    let (_, all) = silences();
    let print = |format, width| {
        let items: Vec<_> = all.silences.iter().map(|one| row::Row::new(one, all.now)).collect();
        let rows = all.silences.iter().map(|one| row::cells(one, all.now)).collect();
        Output { format }.list(&items, row::HEAD, rows, width).unwrap()
    };
    let texts =
        [print(Format::Table, None), print(Format::Table, Some(100)), print(Format::Json, None)];
    insta::assert_snapshot!(texts.join("--\n"));
}

#[test]
fn a_silence_is_found_by_any_beginning_of_its_id_that_no_other_has() {
    let (_, all) = silences();
    let id = all.silences[0].silence.id;
    let whole = id.to_string();
    for beginning in
        [whole.as_str(), &whole[..8], &whole[..4].to_uppercase(), &whole.replace('-', "")]
    {
        assert_eq!(find::one(&all, beginning).unwrap().silence.id, id, "{beginning}");
    }
    let none = find::one(&all, "zz\u{1b}").unwrap_err();
    assert_eq!((none.exit() as u8, none.to_string().contains('\u{1b}')), (3, false), "{none}");
    // Every id begins with nothing.
    assert!(find::one(&all, "-").unwrap_err().to_string().contains("the beginning of 3 ids"));
    for ids in [&[][..], &["ab"], &[""]] {
        assert_eq!(find::to_act_on(&all, &words(ids)).unwrap_err().exit() as u8, 2, "{ids:?}");
    }
    let twice = words(&[&whole, &whole[..8]]);
    assert_eq!(find::to_act_on(&all, &twice).unwrap().len(), 1);
}

#[test]
fn a_sentence_says_what_is_muted_and_warns_of_nothing_and_of_everything() {
    let desk = Desk::new();
    let table = [
        // Open; now: alerts, calls; lately: alerts, critical, pages.
        (5, (0, 0), (0, 0, 0)),
        (5, (0, 0), (3, 1, 1)),
        (5, (1, 0), (1, 0, 0)),
        (5, (2, 1), (14, 2, 5)),
        (5, (5, 1), (5, 1, 1)),
        (1, (1, 1), (1, 1, 1)),
    ];
    let told = table.map(|(open, (alerts, critical), (all, bad, pages))| {
        let now = Reached { alerts, critical, pages: 0 };
        let lately = Reached { alerts: all, critical: bad, pages };
        let preview = Preview { now, lately, titles: Vec::new() };
        let seen = Previewed { at: desk.now, open, preview, titles_now: Vec::new() };
        preview::sentence(&seen, &terms(&desk, &["a=b"]))
    });
    insta::assert_snapshot!(told.join("\n"));
    let later =
        Terms { starts: after(desk.now, SignedDuration::from_hours(1)), ..terms(&desk, &["a=b"]) };
    let seen = Previewed {
        at: before(desk.now, SignedDuration::from_secs(1)),
        open: 0,
        preview: Preview::default(),
        titles_now: Vec::new(),
    };
    assert!(preview::sentence(&seen, &later).starts_with("would mute nothing now; "));
}

#[test]
fn a_refusal_says_what_to_do_instead() {
    let refusals = [
        SilenceRefusal::Unknown,
        SilenceRefusal::EndsBeforeStart,
        SilenceRefusal::EndsInPast,
        SilenceRefusal::MatchesAbsence,
        SilenceRefusal::TooManyMatchers(64),
        SilenceRefusal::TooMany { there_are: 7, most: 7 },
        SilenceRefusal::TooLarge { size: 9_000, most: 8_000 },
    ];
    let told = refusals.map(|refusal| {
        let error = refused(AskError::from(Refusal::Silence(refusal)));
        format!("{error} ({})", error.exit() as u8)
    });
    insta::assert_snapshot!(told.join("\n"));
}
