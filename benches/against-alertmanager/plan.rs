//! Plans: how many alerts, how many a request, over how many connections.

use std::fmt;
use std::str::FromStr;

/// One combination that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Distinct alerts.
    pub(crate) alerts: usize,
    /// Alerts in one request.
    pub(crate) batch: usize,
    /// Connections, each with one request at a time.
    pub(crate) connections: usize,
}

impl Plan {
    /// What a few minutes are enough for. Who posts single alerts over 64 connections is the
    /// hardest for a server that waits for its disk.
    pub(crate) fn selection() -> Vec<Self> {
        let plan = |alerts, batch, connections| Self { alerts, batch, connections };
        vec![plan(10_000, 1, 64), plan(10_000, 64, 16), plan(1_000, 1, 1)]
    }

    /// Every combination.
    pub(crate) fn all() -> Vec<Self> {
        let mut plans = Vec::new();
        for alerts in [1_000, 10_000] {
            for batch in [1, 64] {
                for connections in [1, 16, 64, 256] {
                    plans.push(Self { alerts, batch, connections });
                }
            }
        }
        plans
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not ALERTS:PER_REQUEST:CONNECTIONS, like 10000:1:64");
        let numbers: Result<Vec<usize>, _> = text.split(':').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([alerts, batch, connections]) if alerts.min(batch).min(connections) > &0 => {
                Ok(Self { alerts: *alerts, batch: *batch, connections: *connections })
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { alerts, batch, connections } = self;
        write!(f, "{alerts} alerts, {batch} a request, {connections} connections")
    }
}
