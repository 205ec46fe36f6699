//! The alerts that are posted: made once, and written over in place where a re-send differs.
//!
//! Each has 8 labels, 3 annotations and about 620 bytes of JSON, as Prometheus sends them for
//! machines in a few racks.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// What tells one re-send from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Resend {
    /// Its end, as of everything that Prometheus repeats.
    Unchanged,
    /// Its end and an annotation, as of a rule with `{{ $value }}` in its text.
    Changed,
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

/// The requests that bring `alerts` alerts, `batch` at a time. `head` is their request line and
/// headers, without a length.
pub(crate) fn posts(alerts: usize, batch: usize, head: &str) -> Vec<Post> {
    let end = end();
    let start = instant(now() - Duration::from_mins(1));
    let numbers: Vec<usize> = (0..alerts).collect();
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
         \"pod\":\"api-server-7d9f8c6b5-{number:06x}\",\"severity\":\"{severity}\",\
         \"team\":\"platform-{rule:02}\"}},\
         \"startsAt\":\"{start}\",\"generatorURL\":\"http://prometheus.example.org:9090/graph?\
         g0.expr=job%3Arequest_latency_seconds%3Amean5m+%3E+0.5&g0.tab=1\",\
         \"annotations\":{{\"summary\":\"High request latency on {0}\",\
         \"runbook\":\"https://runbooks.example.org/RequestLatencyTooHigh\",\"description\":\
         \"latency is above half a second for 10 minutes at ",
        instance(number)
    );
}

/// The label that only this alert has.
pub(crate) fn instance(number: usize) -> String {
    format!("node-{number:06}.example.org:9100")
}

/// When an alert that is sent now ends if it is not sent again: four minutes on, as Prometheus
/// says by default.
pub(crate) fn end() -> String {
    instant(now() + Duration::from_mins(4))
}

/// A figure that no load has sent before: none makes a hundred thousand requests a second.
pub(crate) fn fresh_figure() -> u64 {
    let now = now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_secs() * 100_000
}

#[expect(clippy::disallowed_methods, reason = "a sender has a clock of its own")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Always as long as any other.
fn instant(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

impl Post {
    /// The request as it was made.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts the request into `buffer` as it is sent for the `count`th time, ending at `end`.
    pub(crate) fn again(&self, how: Resend, end: &str, count: u64, buffer: &mut Vec<u8>) {
        buffer.clear();
        buffer.extend_from_slice(&self.bytes);
        overwrite(buffer, &self.ends, end);
        if how == Resend::Changed {
            let figure = format!("{:08}", count % 100_000_000);
            overwrite(buffer, &self.figures, &figure);
        }
    }
}

fn overwrite(buffer: &mut [u8], places: &[usize], text: &str) {
    for place in places {
        if let Some(slot) = buffer.get_mut(*place..place + text.len()) {
            slot.copy_from_slice(text.as_bytes());
        }
    }
}
