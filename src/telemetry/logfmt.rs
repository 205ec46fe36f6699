//! The form of a log line: `key=value`, quoted where it must be, always one line.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use crate::domain::text::line_of;

/// Writes events and the fields of spans as logfmt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logfmt;

impl<S, N> FormatEvent<S, N> for Logfmt
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str("time=")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, " level={}", word(*event.metadata().level()))?;
        context.format_fields(writer.by_ref(), event)?;
        for span in context.event_scope().into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                writer.write_str(fields)?;
            }
        }
        writeln!(writer)
    }
}

impl<'w> FormatFields<'w> for Logfmt {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut pairs = Pairs { writer, result: Ok(()) };
        fields.record(&mut pairs);
        pairs.result
    }
}

/// Writes ` key=value` for each field; the message, which comes first, is `msg`.
struct Pairs<'w> {
    writer: Writer<'w>,
    result: fmt::Result,
}

impl Pairs<'_> {
    fn pair(&mut self, field: &Field, value: &str) {
        if self.result.is_ok() {
            self.result = match field.name() {
                "message" => write!(self.writer, " msg={}", Quoted(value)),
                name => write!(self.writer, " {name}={}", Value(value)),
            };
        }
    }
}

impl Visit for Pairs<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.pair(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.pair(field, &format!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.pair(field, &value.to_string());
    }
}

/// A value, in quotes only where a reader would stumble without.
struct Value<'a>(&'a str);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stumbles =
            |c: char| c.is_whitespace() || matches!(c, '"' | '=' | '\\') || c.is_control();
        if self.0.is_empty() || self.0.contains(stumbles) {
            Quoted(self.0).fmt(f)
        } else {
            f.write_str(&line_of(self.0))
        }
    }
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in line_of(self.0).chars() {
            if matches!(c, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What `log` writes, without the time.
    fn logged(log: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(Logfmt)
            .fmt_fields(Logfmt)
            .with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, log);
        let bytes = lines.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        let time = text.split(' ').next().unwrap();
        assert!(time.starts_with("time=20") && time.ends_with('Z'), "{time}");
        text[time.len()..].trim_start().to_owned()
    }

    #[test]
    fn the_bound_address_is_logged_as_other_programs_read_it() {
        let address: std::net::SocketAddr = "127.0.0.1:41234".parse().unwrap();
        let line = logged(|| tracing::info!(%address, "Listening on"));
        assert_eq!(line, "level=info msg=\"Listening on\" address=127.0.0.1:41234\n");
    }

    #[test]
    fn whatever_is_logged_stays_one_line_of_plain_characters() {
        let line = logged(|| {
            tracing::warn!(
                title = "a\nlevel=info\u{1b}[2J\u{9b}31m \"b\\\" \u{202e}c",
                empty = "",
                n = 3,
                "Odd\r\nnews"
            );
        });
        assert_eq!(
            line,
            "level=warn msg=\"Odd  news\" title=\"a level=info \\\"b\\\\\\\" c\" empty=\"\" n=3\n"
        );
    }

    #[test]
    fn fields_of_spans_follow_those_of_the_event() {
        let line = logged(|| {
            let _request = tracing::info_span!("request", method = "POST", id = 7).entered();
            tracing::error!(status = 503, "Request failed");
        });
        assert_eq!(line, "level=error msg=\"Request failed\" status=503 method=POST id=7\n");
    }
}
