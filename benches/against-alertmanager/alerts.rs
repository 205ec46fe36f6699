//! The alerts that are posted: written once, in advance; what differs at each re-send is written
//! over in place.
//!
//! Each has 8 labels, 3 annotations and about 620 bytes of JSON, as Prometheus sends them for
//! machines in a few racks.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

/// What tells one sending from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resend {
    /// Its end, as of everything that Prometheus repeats.
    Unchanged,
    /// Its end and an annotation, as of a rule with `{{ $value }}` in its text.
    Changed,
    /// Its end, which is over: it is resolved.
    Ended,
}

/// A request, whole, and where it may be written over.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    figures: Vec<usize>,
    /// How many alerts it brings.
    pub(crate) alerts: usize,
}

const FIGURE: &str = "00000000";

/// The requests that bring these alerts, `batch` at a time. `head` is their request line and
/// headers, without a length.
pub(crate) fn posts(alerts: Range<usize>, batch: usize, head: &str) -> Vec<Post> {
    let end = end();
    let start = instant(now() - Duration::from_mins(1));
    let numbers: Vec<usize> = alerts.collect();
    numbers.chunks(batch).map(|numbers| post(numbers, head, &start, &end)).collect()
}

fn post(numbers: &[usize], head: &str, start: &str, end: &str) -> Post {
    let mut body = String::from("[");
    let (mut ends, mut figures) = (Vec::new(), Vec::new());
    for (place, number) in numbers.iter().enumerate() {
        if place > 0 {
            body.push(',');
        }
        alert(&mut body, *number, start);
        figures.push(body.len());
        body.push_str(FIGURE);
        body.push_str(" requests a second\"},\"endsAt\":\"");
        ends.push(body.len());
        body.push_str(end);
        body.push_str("\"}");
    }
    body.push(']');
    let head = format!("{head}Content-Length: {}\r\n\r\n", body.len());
    let behind_head = |at: usize| at + head.len();
    Post {
        ends: ends.into_iter().map(behind_head).collect(),
        figures: figures.into_iter().map(behind_head).collect(),
        bytes: [head.as_bytes(), body.as_bytes()].concat(),
        alerts: numbers.len(),
    }
}

/// Everything of alert `number` up to the figure in its description.
fn alert(body: &mut String, number: usize, start: &str) {
    let (rule, rack) = (number % 20, number % 97);
    let severity = ["critical", "warning", "info"].get(number % 3).copied().unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        "{{\"labels\":{{\"alertname\":\"RequestLatencyTooHigh{rule:02}\",\
         \"cluster\":\"eu-west-1-production\",\"instance\":\"{}\",\
         \"job\":\"api-server-{rule:02}\",\"namespace\":\"payments-{rack:02}\",\
         \"pod\":\"{}\",\"severity\":\"{severity}\",\
         \"team\":\"platform-{rule:02}\"}},\
         \"startsAt\":\"{start}\",\"generatorURL\":\"http://prometheus.example.org:9090/graph?\
         g0.expr=job%3Arequest_latency_seconds%3Amean5m+%3E+0.5&g0.tab=1\",\
         \"annotations\":{{\"summary\":\"High request latency on {0}\",\
         \"runbook\":\"https://runbooks.example.org/RequestLatencyTooHigh\",\"description\":\
         \"latency is above half a second for 10 minutes at ",
        instance(number),
        pod(number),
    );
}

/// The label that only this alert has.
pub(crate) fn instance(number: usize) -> String {
    format!("node-{number:06}.example.org:9100")
}

/// Another one, of a text that means itself in a pattern, too.
pub(crate) fn pod(number: usize) -> String {
    format!("api-server-7d9f8c6b5-{number:06x}")
}

/// The label value that one alert of twenty has.
pub(crate) fn rule(number: usize) -> String {
    format!("RequestLatencyTooHigh{:02}", number % 20)
}

/// When an alert that is sent now ends if it is not sent again: four minutes on, as Prometheus
/// says by default.
fn end() -> String {
    instant(now() + Duration::from_mins(4))
}

#[expect(clippy::disallowed_methods, reason = "a sender has a clock of its own")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// Always as long as any other.
fn instant(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

/// What is written into the next request.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    /// An end, renewed each millisecond: no request is sent again sooner.
    end: String,
    /// An end that is over.
    past: String,
    renewed: Instant,
    /// Another for each request, and larger than any figure that was sent before: none makes a
    /// hundred thousand requests a second.
    figure: u64,
    digits: [u8; FIGURE.len()],
}

impl Stamp {
    /// The first one.
    pub(crate) fn at(renewed: Instant) -> Self {
        let now = now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let (figure, digits) = (now.as_secs() * 100_000, [b'0'; FIGURE.len()]);
        let past = instant(self::now() - Duration::from_secs(1));
        Self { end: end(), past, renewed, figure, digits }
    }

    /// The next one.
    pub(crate) fn advance(&mut self, now: Instant) {
        if now.duration_since(self.renewed) >= Duration::from_millis(1) {
            (self.end, self.renewed) = (end(), now);
        }
        self.figure += 1;
        let mut rest = self.figure;
        for digit in self.digits.iter_mut().rev() {
            // The remainder has one digit.
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
    }
}

impl Post {
    /// The request as it is sent now.
    pub(crate) fn stamped(&mut self, how: Resend, stamp: &Stamp) -> &[u8] {
        let end = if how == Resend::Ended { &stamp.past } else { &stamp.end };
        overwrite(&mut self.bytes, &self.ends, end.as_bytes());
        if how == Resend::Changed {
            overwrite(&mut self.bytes, &self.figures, &stamp.digits);
        }
        &self.bytes
    }
}

fn overwrite(bytes: &mut [u8], places: &[usize], text: &[u8]) {
    for place in places {
        if let Some(slot) = bytes.get_mut(*place..place + text.len()) {
            slot.copy_from_slice(text);
        }
    }
}
