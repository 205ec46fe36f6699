//! A recurrence in one phrase, as a person writes it into one line: `every sat and sun at 02:00 for
//! 2h`.

use super::{Days, Piece, Recurrence, RecurrenceError, Zone, parse_at, parse_lasts};

/// How a phrase is written.
const FORM: &str = "write every sat, sun at 02:00 for 2h, and a zone such as Europe/Berlin behind it \
                    if yours is not meant";

impl Recurrence {
    /// Whether `text` begins as a phrase does.
    pub fn is_meant(text: &str) -> bool {
        text.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("every"))
    }

    /// Reads `every DAYS at TIME for LENGTH`. A zone may stand behind the time or the length; where
    /// none does, it is `zone`, the name of the reader's own, which has to be known then.
    pub fn read(text: &str, zone: Option<&str>) -> Result<Self, RecurrenceError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let find = |wanted: &str| lower.iter().position(|word| word == wanted);
        let wrong = |wrong: &str, piece| {
            Err(RecurrenceError { piece, wrong: wrong.to_owned(), remedy: FORM.to_owned() })
        };
        let (Some(0), Some(at)) = (find("every"), find("at")) else {
            return wrong("no time of day is named", Piece::At);
        };
        let Some(lasts) = find("for").filter(|lasts| *lasts > at) else {
            return wrong("no length is named", Piece::Lasts);
        };
        let part = |from: usize, to: usize| words.get(from..to).unwrap_or_default();
        let days = part(1, at).join(" ").replace(" and ", ", ").replace(" of the month", "");
        let (time, behind_time) = match part(at + 1, lasts) {
            [time, zone @ ..] => (*time, zone),
            [] => return wrong("no time of day is named", Piece::At),
        };
        let is_length = |word: &&&str| word.starts_with(|c: char| c.is_ascii_digit());
        let rest = part(lasts + 1, words.len());
        let length: Vec<&str> = rest.iter().take_while(is_length).copied().collect();
        let behind_length = rest.get(length.len()..).unwrap_or_default();
        let named = behind_time.iter().chain(behind_length).filter(|word| **word != "in");
        let named: Vec<&str> = named.copied().collect();
        let zone = match (named.as_slice(), zone) {
            ([], Some(own)) => Zone::parse(own)?,
            ([], None) => return wrong("no time zone is named", Piece::Zone),
            (named, _) => Zone::parse(&named.join(" "))?,
        };
        Self::new(Days::parse(&days)?, parse_at(time)?, parse_lasts(&length.join(" "))?, zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_read_and_what_is_printed_is_read_again() {
        let table = [
            ("every sat at 02:00 for 2h", Ok("every sat at 02:00 UTC for 2h")),
            (
                "Every sat, sun at 2:00 Europe/Berlin for 1d 12h",
                Err("longer than the 1d from one start to the next"),
            ),
            (
                "every sat and sun at 02:00 Europe/Berlin for 12h",
                Ok("every sat and sun at 02:00 Europe/Berlin for 12h"),
            ),
            (
                "every 2nd tue at 22:30 for 90m in America/New_York",
                Ok("every 2nd tue of the month at 22:30 America/New_York for 1h 30m"),
            ),
            ("every day at 03:00 for 1h", Ok("every day at 03:00 UTC for 1h")),
            ("every sat", Err("no time of day is named")),
            ("every sat at 02:00", Err("no length is named")),
            ("every sat at for 2h", Err("no time of day is named")),
            ("every sat at 02:00 for", Err("is no length of time")),
            ("every sonntag at 02:00 for 1h", Err("\"sonntag\" is no day")),
            ("every sat at 02:00 Mars for 1h", Err("no time zone \"Mars\"")),
        ];
        for (text, wanted) in table {
            match (Recurrence::read(text, Some("UTC")), wanted) {
                (Ok(when), Ok(wanted)) => {
                    assert_eq!(when.to_string(), wanted);
                    assert_eq!(Recurrence::read(wanted, None), Ok(when));
                }
                (Err(error), Err(wanted)) => {
                    assert!(error.to_string().contains(wanted), "{text}: {error}");
                }
                (read, wanted) => panic!("{text}: {read:?}, not {wanted:?}"),
            }
        }
        assert!(Recurrence::is_meant(" EVERY sat") && !Recurrence::is_meant("everyday 2h"));
        assert!(Recurrence::read("every sat at 02:00 for 2h", None).is_err());
    }
}
