//! The silences that are made, and which of the numbered alerts each of them mutes. Sends nothing.

use std::time::Duration;

use serde_json::json;

use crate::alerts;

/// A silence as it is posted.
#[derive(Clone, Debug)]
pub(crate) struct Silence {
    name: &'static str,
    value: String,
    is_pattern: bool,
    /// The numbers of the alerts that it mutes.
    pub(crate) mutes: Vec<usize>,
}

impl Silence {
    /// Silence `number` of many: one of each kind in turn. Every tenth mutes nothing; the others mute
    /// one to ten alerts, all of the first half, so that there is always something to call.
    pub(crate) fn mixed(number: usize, alerts: usize) -> Self {
        // A prime that no number of alerts is a multiple of: neighbours lie far from each other.
        let place = number * 7919 % (alerts / 2).max(1);
        let place = if number % 10 == 9 { alerts + place } else { place };
        let tens = place / 10;
        let (name, value, is_pattern, mutes) = match number % 3 {
            0 => ("instance", alerts::instance(place), false, place..place + 1),
            1 => {
                let pods: Vec<String> = (place..place + 3).map(alerts::pod).collect();
                ("pod", pods.join("|"), true, place..place + 3)
            }
            _ => ("instance", format!("node-{tens:05}.*"), true, tens * 10..tens * 10 + 10),
        };
        let mutes = mutes.filter(|number| *number < alerts).collect();
        Self { name, value, is_pattern, mutes }
    }

    /// One that mutes an alert of a hundred, nearly.
    pub(crate) fn of_few(alerts: usize) -> Self {
        let mutes = (0..alerts).filter(|number| number % 97 == 5).collect();
        let value = "payments-05".to_owned();
        Self { name: "namespace", value, is_pattern: false, mutes }
    }

    /// One that mutes all.
    pub(crate) fn of_all(alerts: usize) -> Self {
        let value = "RequestLatency.*".to_owned();
        Self { name: "alertname", value, is_pattern: true, mutes: (0..alerts).collect() }
    }

    /// The request that makes it: from now on, for hours. `header` is what its sender is known by.
    pub(crate) fn request(&self, header: &str) -> String {
        let from = jiff::Timestamp::try_from(alerts::now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let until = jiff::Timestamp::try_from(alerts::now() + Duration::from_hours(6));
        let until = until.unwrap_or(jiff::Timestamp::MAX);
        let matcher = json!({
            "name": self.name, "value": self.value, "isRegex": self.is_pattern, "isEqual": true,
        });
        let body = json!({
            "matchers": [matcher], "startsAt": format!("{from:.3}"),
            "endsAt": format!("{until:.3}"), "createdBy": "alice", "comment": "planned work",
        });
        let body = body.to_string();
        format!(
            "POST /api/v2/silences HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// The request that ends it.
pub(crate) fn end(id: &str, header: &str) -> String {
    format!("DELETE /api/v2/silence/{id} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n")
}
