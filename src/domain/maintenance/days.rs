//! The days of a recurrence: of the week, of the month, counted from either end of it.

use std::collections::BTreeSet;
use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::error::{Piece, RecurrenceError};

/// The days of the week, in order.
const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The same in full.
const IN_FULL: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const FORMS: &str = "write such as \"sat\", \"mon-fri\", \"2nd tue\", \"last sun\", \"15\", or \"-1\" \
                     for the last of the month";

/// One or more days that come again.
///
/// Whatever they are, they come within four months: there is no word for a day that no month
/// has, or that is of one month alone. `31` is of the months that have one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Days(BTreeSet<Day>);

/// A day that comes again. Days of the week are counted from monday, which is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Day {
    /// That day of every week.
    OfWeek(i8),
    /// The first, second… fifth such day of the month.
    Nth(i8, i8),
    /// The last such day of the month.
    Last(i8),
    /// A day of the month, from 1.
    OfMonth(i8),
    /// A day of the month counted from its end: 1 is the last one.
    FromEnd(i8),
}

impl Days {
    /// Reads days with commas or `and` between them: `sat and sun`, `mon-fri`, `1, 15`, `-1`,
    /// `2nd tue`, `last sun`, `last day`; `day` is every day, and days of the week may be written in
    /// full.
    pub fn parse(text: &str) -> Result<Self, RecurrenceError> {
        let mut days = BTreeSet::new();
        for piece in text.split(',') {
            let words: Vec<String> = piece.split_whitespace().map(str::to_lowercase).collect();
            for words in words.split(|word| word == "and") {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                days.extend(read(&words).map_err(refused)?);
            }
        }
        Ok(Self(days))
    }

    /// Whether `date` is one of them.
    pub fn has(&self, date: Date) -> bool {
        self.0.iter().any(|day| day.is(date))
    }

    /// Those of them that are not before `date`, in their order, to the end of time.
    pub(super) fn from(&self, date: Date) -> impl Iterator<Item = Date> + '_ {
        date.series(1.day()).filter(|date| self.has(*date))
    }

    /// How many days at least and at most lie between one of them and the next.
    pub(super) fn apart(&self) -> (i32, i32) {
        // After 28 years days of the week and leap years come again in the same order. A century
        // that is no leap year is not like the others, but no year and the next one is new in it.
        let from = date(2001, 1, 1);
        let until = date(2030, 1, 1);
        let mut apart = (i32::MAX, 0);
        let mut last = None;
        for day in self.from(from).take_while(|day| *day < until) {
            if let Some(last) = last.replace(day) {
                let days = (day - last).get_days();
                apart = (apart.0.min(days), apart.1.max(days));
            }
        }
        apart
    }

    /// As a person says it: `every sat and sun`, `every 2nd tue of the month`.
    pub(super) fn told(&self) -> String {
        let kind = |is: fn(&Day) -> bool, told: fn(&Day) -> String| {
            list(&self.0.iter().filter(|day| is(day)).map(told).collect::<Vec<_>>())
        };
        let week = kind(|day| matches!(day, Day::OfWeek(_)), Day::to_string);
        let whole = WEEK.len() == self.0.iter().filter(|day| matches!(day, Day::OfWeek(_))).count();
        let nth = kind(|day| matches!(day, Day::Nth(..) | Day::Last(_)), Day::to_string);
        let month = kind(
            |day| matches!(day, Day::OfMonth(_) | Day::FromEnd(_)),
            |day| match day {
                Day::OfMonth(day) => ordinal(*day),
                Day::FromEnd(1) => "last".to_owned(),
                Day::FromEnd(day) => format!("{} last", ordinal(*day)),
                other => other.to_string(),
            },
        );
        let said = [
            week.map(|week| if whole { "day".to_owned() } else { week }),
            nth.map(|days| format!("{days} of the month")),
            month.map(|days| format!("{days} day of the month")),
        ];
        let said = said.into_iter().flatten().map(|days| format!("every {days}"));
        said.collect::<Vec<_>>().join(" and ")
    }
}

/// Reads them as they are written: what is printed is read again as the same days.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, day) in self.0.iter().enumerate() {
            f.write_str(if nth == 0 { "" } else { ", " })?;
            write!(f, "{day}")?;
        }
        Ok(())
    }
}

impl Day {
    fn is(self, date: Date) -> bool {
        let weekday = date.weekday().to_monday_zero_offset();
        let (day, length) = (date.day(), date.days_in_month());
        match self {
            Self::OfWeek(wanted) => weekday == wanted,
            Self::Nth(nth, wanted) => weekday == wanted && (day - 1) / 7 + 1 == nth,
            Self::Last(wanted) => weekday == wanted && day + 7 > length,
            Self::OfMonth(wanted) => day == wanted,
            Self::FromEnd(wanted) => length - day + 1 == wanted,
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfWeek(day) => f.write_str(name(*day)),
            Self::Nth(nth, day) => write!(f, "{} {}", ordinal(*nth), name(*day)),
            Self::Last(day) => write!(f, "last {}", name(*day)),
            Self::OfMonth(day) => write!(f, "{day}"),
            Self::FromEnd(day) => write!(f, "-{day}"),
        }
    }
}

/// What the words between two commas name, or what is wrong with them.
fn read(words: &[&str]) -> Result<Vec<Day>, String> {
    let unknown = || format!("{:?} is no day", words.join(" "));
    match words {
        [] => Err("no day is named".to_owned()),
        ["day"] => Ok((0..7).map(Day::OfWeek).collect()),
        ["last", "day"] => Ok(vec![Day::FromEnd(1)]),
        // Of `1st and 3rd mon` the first is not the first of the month.
        [nth, "day"] => {
            let number = counted(nth).ok_or_else(unknown)?;
            one(&number.to_string()).unwrap_or_else(|| Err(unknown()))
        }
        ["last", day] => Ok(vec![Day::Last(weekday(day).ok_or_else(unknown)?)]),
        [word] => one(word).unwrap_or_else(|| Err(unknown())),
        [nth, day] => {
            let (number, weekday) = counted(nth).zip(weekday(day)).ok_or_else(unknown)?;
            match number {
                1..=5 => Ok(vec![Day::Nth(number, weekday)]),
                _ => Err(format!("no month has a {nth} {day}")),
            }
        }
        _ => Err(unknown()),
    }
}

/// What a single word names, if it names a day, be it one that no month has.
fn one(word: &str) -> Option<Result<Vec<Day>, String>> {
    if let Some(day) = weekday(word) {
        return Some(Ok(vec![Day::OfWeek(day)]));
    }
    let ends = word.split_once('-').and_then(|(from, to)| weekday(from).zip(weekday(to)));
    if let Some((from, to)) = ends {
        let length = (to - from).rem_euclid(7);
        return Some(Ok((0..=length).map(|day| Day::OfWeek((from + day) % 7)).collect()));
    }
    let number: i8 = word.parse().ok().filter(|_| !word.starts_with('+'))?;
    Some(match number {
        day @ 1..=31 => Ok(vec![Day::OfMonth(day)]),
        day @ -31..=-1 => Ok(vec![Day::FromEnd(-day)]),
        day => Err(format!("no month has a day {day}")),
    })
}

fn weekday(word: &str) -> Option<i8> {
    let place = |names: [&str; 7]| names.iter().position(|name| *name == word);
    place(WEEK).or_else(|| place(IN_FULL)).and_then(|place| i8::try_from(place).ok())
}

fn name(weekday: i8) -> &'static str {
    usize::try_from(weekday).ok().and_then(|day| WEEK.get(day)).copied().unwrap_or_default()
}

/// The number of `1st`, `2nd`, `3rd`, `4th`.
fn counted(word: &str) -> Option<i8> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end))?;
    number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn ordinal(number: i8) -> String {
    let end = match (number % 10, number) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

fn list(words: &[String]) -> Option<String> {
    match words {
        [] => None,
        [only] => Some(only.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}

fn refused(wrong: String) -> RecurrenceError {
    RecurrenceError { piece: Piece::Days, wrong, remedy: FORMS.to_owned() }
}
