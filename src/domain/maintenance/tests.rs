//! Recurrences on days that are odd, under clocks that are set, and against a scan of all times.

use std::fmt::Write as _;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::rounds::rounds;

fn recurrence(pieces: [&str; 4]) -> Recurrence {
    let [days, at, lasts, zone] = pieces;
    Recurrence::parse(days, at, lasts, zone).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The windows from `from` on, in the zone's own time.
fn windows(pieces: [&str; 4], from: &str, count: usize) -> String {
    let recurrence = recurrence(pieces);
    let zone = recurrence.zone().time_zone();
    let mut told = format!("{recurrence}\n");
    let mut now = at(from);
    for _ in 0..count {
        let Window { starts, ends } = recurrence.window(now);
        let show = |time: Timestamp| {
            time.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S %:z").to_string()
        };
        writeln!(told, "  {} to {}", show(starts), show(ends)).unwrap();
        now = ends;
    }
    told
}

#[test]
fn days_come_as_calendars_have_them() {
    const UTC: [&str; 3] = ["02:00", "2h", "UTC"];
    let of = |days: &str, from: &str, count: usize| {
        let recurrence = recurrence([days, UTC[0], UTC[1], UTC[2]]);
        let mut now = at(from);
        let next = |_| {
            let window = recurrence.window(now);
            now = window.ends;
            window.starts.to_string().split('T').next().unwrap().to_owned()
        };
        (0..count).map(next).collect::<Vec<_>>().join(" ")
    };
    let table = [
        ("sat, sun", "2026-11-23T00:00:00Z", "2026-11-28 2026-11-29 2026-12-05"),
        (
            "fri-mon",
            "2026-11-24T00:00:00Z",
            "2026-11-27 2026-11-28 2026-11-29 2026-11-30 2026-12-04",
        ),
        ("2nd tue", "2026-11-01T00:00:00Z", "2026-11-10 2026-12-08 2027-01-12"),
        ("5th mon", "2026-11-01T00:00:00Z", "2026-11-30 2027-03-29 2027-05-31"),
        ("last sun", "2026-02-01T00:00:00Z", "2026-02-22 2026-03-29 2026-04-26"),
        ("1, 15", "2026-12-15T05:00:00Z", "2027-01-01 2027-01-15 2027-02-01"),
        ("31", "2026-12-31T05:00:00Z", "2027-01-31 2027-03-31 2027-05-31"),
        ("30", "2027-01-01T00:00:00Z", "2027-01-30 2027-03-30"),
        ("29", "2027-01-29T05:00:00Z", "2027-03-29"),
        ("29", "2028-01-29T05:00:00Z", "2028-02-29 2028-03-29"),
        ("-1", "2027-02-01T00:00:00Z", "2027-02-28 2027-03-31 2027-04-30"),
        ("-1", "2028-02-01T00:00:00Z", "2028-02-29 2028-03-31"),
        ("-1", "2100-02-01T00:00:00Z", "2100-02-28 2100-03-31"),
        ("-1", "2000-02-01T00:00:00Z", "2000-02-29"),
        ("-31", "2027-02-01T00:00:00Z", "2027-03-01 2027-05-01 2027-07-01 2027-08-01"),
        ("last day, 1", "2027-02-10T00:00:00Z", "2027-02-28 2027-03-01 2027-03-31"),
        ("1st mon and 1", "2027-02-01T00:00:00Z", "2027-02-01 2027-03-01 2027-04-01 2027-04-05"),
    ];
    for (days, from, wanted) in table {
        assert_eq!(of(days, from, wanted.split(' ').count()), wanted, "{days} from {from}");
    }
}

#[test]
fn clocks_that_are_set_move_no_length_and_lose_no_start() {
    let table: [([&str; 4], &str, usize); 16] = [
        // Skipped: 02:00 to 03:00 on the last sunday of march.
        (["sun", "02:00", "2h", "Europe/Berlin"], "2026-03-23T00:00:00Z", 2),
        (["sun", "02:30", "2h", "Europe/Berlin"], "2026-03-23T00:00:00Z", 2),
        (["sun", "01:30", "2h", "Europe/Berlin"], "2026-03-23T00:00:00Z", 1),
        // Twice: 02:00 to 03:00 on the last sunday of october.
        (["sun", "02:30", "2h", "Europe/Berlin"], "2026-10-19T00:00:00Z", 2),
        (["sun", "01:00", "2h", "Europe/Berlin"], "2026-10-19T00:00:00Z", 1),
        (["sun", "03:00", "2h", "Europe/Berlin"], "2026-10-19T00:00:00Z", 1),
        (["sun", "02:30", "1h", "America/New_York"], "2026-03-02T00:00:00Z", 2),
        (["sun", "01:30", "1h", "America/New_York"], "2026-10-26T00:00:00Z", 2),
        // Half an hour, and the other way round.
        (["sun", "02:15", "45m", "Australia/Lord_Howe"], "2026-09-28T00:00:00Z", 2),
        (["sun", "01:45", "45m", "Australia/Lord_Howe"], "2026-03-30T00:00:00Z", 2),
        (["sun", "02:30", "2h", "Asia/Kolkata"], "2026-03-23T00:00:00Z", 2),
        // Midnight itself is skipped.
        (["sun", "00:00", "1h", "Africa/Cairo"], "2026-04-20T00:00:00Z", 1),
        (["fri", "00:00", "1h", "Africa/Cairo"], "2026-04-20T00:00:00Z", 2),
        // Whole days that touch: of what is an hour too long, the next one takes the rest.
        (["sat, sun", "00:00", "24h", "Europe/Berlin"], "2026-03-27T00:00:00Z", 2),
        (["sun, mon", "00:00", "24h", "Europe/Berlin"], "2026-03-27T00:00:00Z", 2),
        // A day that Samoa never had begins, and ends, with the next one.
        (["thu-sat", "02:00", "20h", "Pacific/Apia"], "2011-12-29T00:00:00Z", 4),
    ];
    let told: Vec<String> =
        table.into_iter().map(|(pieces, from, count)| windows(pieces, from, count)).collect();
    insta::assert_snapshot!(told.concat());
}

#[test]
fn a_window_crosses_midnight_months_and_years() {
    let recurrence = recurrence(["-1", "22:00", "3d", "Europe/Berlin"]);
    let year = recurrence.window(at("2027-01-01T12:00:00Z"));
    assert_eq!(year.starts, at("2026-12-31T21:00:00Z"));
    assert_eq!(year.ends, at("2027-01-03T21:00:00Z"));
    let table = [
        ("2026-12-31T20:59:59.999999999Z", false),
        ("2026-12-31T21:00:00Z", true),
        ("2027-01-03T20:59:59.999999999Z", true),
    ];
    for (now, inside) in table {
        assert_eq!(recurrence.window(at(now)), year, "at {now}");
        assert_eq!(year.contains(at(now)), inside, "at {now}");
    }
    assert_eq!(recurrence.window(year.ends).starts, at("2027-01-31T21:00:00Z"));
}

#[test]
fn at_the_end_of_time_the_next_window_is_an_empty_one_that_never_comes() {
    let recurrence = recurrence(["mon", "02:00", "2h", "America/New_York"]);
    let never = Window { starts: Timestamp::MAX, ends: Timestamp::MAX };
    assert_eq!(recurrence.window(Timestamp::MAX), never);
    assert!(!never.contains(Timestamp::MAX));
    assert!(recurrence.window(Timestamp::MIN) < recurrence.window(Timestamp::UNIX_EPOCH));
}

#[test]
fn it_is_told_as_a_person_says_it() {
    let table = [
        ["sun, SAT", "2:00", "120m", "europe/berlin"],
        ["Day", "23:30", "1h 30m", "UTC"],
        ["monday-friday", "09:05", "26m", "Asia/Kolkata"],
        ["2nd tue", "00:00", "1d 12h", "America/New_York"],
        ["last sun, 3rd wed and 1st wed", "00:00", "PT1H", "Etc/UTC"],
        ["-1, 1, 22nd day, 13", "00:00", "24h", "UTC"],
        ["-2, last sat, sun", "00:00", "24h", "UTC"],
        ["last day", "00:00", "4 weeks", "UTC"],
    ];
    let told = table.map(|[days, at, lasts, zone]| {
        let read = recurrence([days, at, lasts, zone]);
        assert_eq!(Days::parse(&read.days().to_string()).as_ref(), Ok(read.days()));
        format!("{read}  ({})", read.days())
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_no_recurrence_is_told_what_to_write() {
    // What takes the place of one piece of a good one, with a bar between each two.
    let wrong = [
        "|sat,|sat und sun|0|32|-32|6th mon|0th mon|200|last|sat-2|1-5|2nd tue 3rd|2 nd|2nd\
         |1st and 3rd mon|32nd day|0th day|day day|mo|tue 2nd|--1|+1|\u{1b}[31m",
        "|2|24:00|02:60|2am|02:00:00|+2:00|002:00|2:0",
        "|0s|-2h|30s|90s|1.5s|1mo|two hours|7d|8d",
        "|Berlin|Europe/Berln|new york|UTC+1|+01:00|local|CEST|ROME|Europ|Indian/Calcutta\
         |Etc/Unknown|Munich|EST5EDT,M3.2.0,M11.1.0",
    ];
    let one = wrong.iter().enumerate().flat_map(|(place, texts)| {
        texts.split('|').map(move |text| {
            let mut pieces = ["sat", "02:00", "2h", "Europe/Berlin"];
            pieces[place] = text;
            pieces
        })
    });
    let several = [
        ["day", "02:00", "24h", "UTC"],
        ["day", "02:00", "25h", "UTC"],
        ["sat, sun", "02:00", "1d 1m", "UTC"],
        ["1, 15", "02:00", "15d", "UTC"],
        ["1", "02:00", "29d", "UTC"],
        ["mon, sun", "25:00", "9d", "nowhere"],
    ];
    let mut told = String::new();
    for [days, at, lasts, zone] in one.chain(several) {
        let error = Recurrence::parse(days, at, lasts, zone).unwrap_err();
        let line = format!("{:?}: {error}", error.piece);
        assert!(!line.contains(char::is_control), "{line:?}");
        writeln!(told, "{line}").unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn every_day_there_is_a_word_for_comes_within_four_months() {
    for word in WORDS
        .iter()
        .copied()
        .chain((1..=31).flat_map(|day| [&*format!("{day}").leak(), &*format!("-{day}").leak()]))
    {
        let days = Days::parse(word).unwrap();
        let (shortest, longest) = days.apart();
        assert!(shortest <= longest && (1..=120).contains(&longest), "{word}: {longest}");
        // Neither does the century that has a leap year too few.
        let mut all = days.from(date(2092, 1, 1)).take_while(|day| *day < date(2112, 1, 1));
        let mut last = all.next().unwrap();
        for day in all {
            let apart = (day - last).get_days();
            assert!((shortest..=longest).contains(&apart), "{word}: {last} to {day}");
            last = day;
        }
    }
}

const WORDS: &[&str] = &[
    "mon", "tue", "wed", "sat", "sun", "fri-mon", "1st tue", "2nd tue", "4th sat", "5th mon",
    "5th sun", "last mon", "last fri", "last sun", "1", "2", "15", "28", "29", "30", "31", "-1",
    "-2", "-29", "-30", "-31",
];

const ZONES: &[&str] = &[
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "UTC",
];

/// Some days, a time of day, a length that fits and a zone.
fn any_recurrence() -> impl Strategy<Value = Recurrence> {
    let days = proptest::collection::vec(prop::sample::select(WORDS), 1..4);
    let length = prop_oneof![1..1_440_i64, 1..60_000_i64];
    let clock = prop_oneof![0..16_i8, 0..96_i8].prop_map(|quarter| (quarter / 4, quarter % 4 * 15));
    (days, clock, length, prop::sample::select(ZONES)).prop_map(|(days, at, length, zone)| {
        let days = Days::parse(&days.join(", ")).unwrap();
        let (shortest, longest) = days.apart();
        let longest = i64::from(shortest) * 1_440 - i64::from(shortest == longest);
        let length = length.min(longest);
        let at = Time::new(at.0, at.1, 0, 0).unwrap();
        let lasts = SignedDuration::from_mins(length);
        Recurrence::new(days, at, lasts, Zone::parse(zone).unwrap()).unwrap()
    })
}

/// Any time from 2005 to 2035, and often one near to which clocks are set somewhere.
fn any_time() -> impl Strategy<Value = Timestamp> {
    let (from, until) = (at("2005-01-01T00:00:00Z"), at("2035-01-01T00:00:00Z"));
    let any = (from.as_second()..until.as_second()).boxed();
    let set = prop::sample::select(vec![
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-04-04T15:00:00Z",
        "2026-04-23T22:00:00Z",
        "2018-11-04T03:00:00Z",
        "2011-12-30T10:00:00Z",
    ]);
    let near = (set, -200_000..200_000_i64).prop_map(|(set, off)| at(set).as_second() + off);
    prop_oneof![any, near.boxed()].prop_map(|second| Timestamp::from_second(second).unwrap())
}

/// The first window that ends after `now`, found by looking at the clock every quarter of an hour:
/// a start is when it shows, for the first time, what it should or more.
fn by_looking(recurrence: &Recurrence, now: Timestamp) -> Window {
    let step = SignedDuration::from_mins(15);
    let zone = recurrence.zone().time_zone();
    let far = before(now, recurrence.lasts() + SignedDuration::from_hours(72)).as_second();
    let mut time = Timestamp::from_second(far - far.rem_euclid(step.as_secs())).unwrap();
    let mut latest = zone.to_datetime(time);
    let mut started: Option<Timestamp> = None;
    loop {
        time = after(time, step);
        let shown = zone.to_datetime(time);
        if shown <= latest {
            continue;
        }
        let passed = |date: Date| {
            let civil = date.to_datetime(recurrence.at());
            latest < civil && civil <= shown && recurrence.days().has(date)
        };
        let mut dates = latest.date().series(1.day()).take_while(|date| *date <= shown.date());
        let starts = dates.any(passed);
        latest = shown;
        let ends = started.map(|started| after(started, recurrence.lasts()));
        match (started, ends) {
            (Some(starts), Some(ends)) if now < ends && ends <= time => {
                return Window { starts, ends };
            }
            (Some(begun), Some(ends)) if starts && now < ends && now < time => {
                return Window { starts: begun, ends: time };
            }
            _ => {}
        }
        if starts {
            started = Some(time);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(u32::try_from(rounds(96)).unwrap()))]

    #[test]
    fn the_window_is_the_earliest_one_that_is_not_over(
        recurrence in any_recurrence(), now in any_time(),
    ) {
        let window = recurrence.window(now);
        prop_assert!(window.starts < window.ends && now < window.ends);
        prop_assert!(window.ends.duration_since(window.starts) <= recurrence.lasts());
        prop_assert_eq!(window, by_looking(&recurrence, now), "{} at {}", recurrence, now);
    }

    #[test]
    fn all_of_a_window_is_in_it_and_the_next_one_begins_no_earlier_than_it_ends(
        recurrence in any_recurrence(), now in any_time(), part in 0.0..1.0,
    ) {
        let window = recurrence.window(now);
        let inside = window.ends.duration_since(window.starts).mul_f64(part);
        let last = before(window.ends, SignedDuration::from_nanos(1));
        for now in [window.starts, after(window.starts, inside), last] {
            prop_assert_eq!(recurrence.window(now), window, "{} at {}", recurrence, now);
        }
        let next = recurrence.window(window.ends);
        prop_assert!(window.ends <= next.starts && next.starts < next.ends);
        // What was cut off goes on in the next one.
        if window.ends != after(window.starts, recurrence.lasts()) {
            prop_assert_eq!(next.starts, window.ends);
        }
    }

    #[test]
    fn days_are_those_that_a_calendar_counts(
        words in proptest::collection::vec(prop::sample::select(WORDS), 1..4), day in 0..12_000_i32,
    ) {
        let date = date(2000, 1, 1).checked_add(day.days()).unwrap();
        let month: Vec<Date> = date.first_of_month().series(1.day()).take(31)
            .filter(|other| other.month() == date.month()).collect();
        let alike: Vec<&Date> =
            month.iter().filter(|other| other.weekday() == date.weekday()).collect();
        let (nth, of) = (alike.iter().position(|d| **d == date).unwrap() + 1, alike.len());
        let place = month.iter().position(|other| *other == date).unwrap();
        let name = date.strftime("%a").to_string().to_lowercase();
        let is = |word: &str| match word {
            "fri-mon" => ["fri", "sat", "sun", "mon"].contains(&&*name),
            word => [
                name.clone(),
                format!("{}{} {name}", nth, ["st", "nd", "rd", "th", "th"][nth - 1]),
                format!("{} {name}", if nth == of { "last" } else { "no" }),
                format!("{}", place + 1),
                format!("-{}", month.len() - place),
            ].contains(&word.to_owned()),
        };
        let has = words.iter().any(|word| is(word));
        prop_assert_eq!(Days::parse(&words.join(", ")).unwrap().has(date), has, "{:?} {}", words, date);
    }

    #[test]
    fn no_text_is_more_than_refused(text in "[ ,a-z0-9:/+-]{0,12}|\\PC{0,12}") {
        for place in 0..4 {
            let mut pieces = ["sat", "02:00", "2h", "UTC"];
            pieces[place] = &text;
            let [days, at, lasts, zone] = pieces;
            if let Err(error) = Recurrence::parse(days, at, lasts, zone) {
                prop_assert!(!error.wrong.is_empty() && !error.remedy.is_empty());
            }
        }
    }
}
