//! Time as a value. Nothing in the domain reads a clock: `now` is always an argument.

pub use jiff::{SignedDuration, Timestamp};

/// `now` plus `span`, held at the end of time instead of failing.
pub fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// How long before `now` the time `then` was; never negative.
pub fn since(now: Timestamp, then: Timestamp) -> SignedDuration {
    now.duration_since(then).max(SignedDuration::ZERO)
}

/// An age as a column shows it: `now`, `5m`, `3h`, `2d`, `>99d`. Never seconds: a figure that
/// changes every second is redrawn every second.
pub fn age(now: Timestamp, then: Timestamp) -> String {
    let minutes = since(now, then).as_secs() / 60;
    match minutes {
        ..=0 => "now".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        1440..144_000 => format!("{}d", minutes / 1440),
        _ => ">99d".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_coarse_and_never_wider_than_four_columns() {
        let then = Timestamp::UNIX_EPOCH;
        let at = |seconds: i64| age(after(then, SignedDuration::from_secs(seconds)), then);
        let table = [
            (-5, "now"),
            (0, "now"),
            (59, "now"),
            (60, "1m"),
            (3599, "59m"),
            (3600, "1h"),
            (86_399, "23h"),
            (86_400, "1d"),
            (99 * 86_400, "99d"),
            (100 * 86_400, ">99d"),
        ];
        for (seconds, text) in table {
            assert_eq!(at(seconds), text, "after {seconds} s");
        }
    }
}
