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

/// Combinations that have a name, or one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plans(pub(crate) Vec<Plan>);

/// The numbers of alerts that everything is measured with.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

impl Plan {
    /// How alerts are posted where nothing is measured; and what growth is measured with.
    pub(crate) const SWIFT: Self = Self::new(0, 64, 16);

    const fn new(alerts: usize, batch: usize, connections: usize) -> Self {
        Self { alerts, batch, connections }
    }
}

impl Plans {
    /// One of each size, the same for all.
    fn growth() -> Vec<Plan> {
        SIZES.iter().map(|alerts| Plan { alerts: *alerts, ..Plan::SWIFT }).collect()
    }

    /// What a few minutes are enough for. Who posts single alerts over 64 connections is the
    /// hardest for a server that waits for its disk; one connection shows the wait itself.
    pub(crate) fn short() -> Self {
        let mut plans = Self::growth();
        plans.extend([Plan::new(10_000, 1, 64), Plan::new(1_000, 1, 1)]);
        Self(plans)
    }

    /// Every combination; those first that growth is told from.
    fn full() -> Vec<Plan> {
        let mut plans = Self::growth();
        for alerts in SIZES {
            for batch in [1, 64] {
                let all = [1, 16, 64, 256].map(|connections| Plan::new(alerts, batch, connections));
                let missing = all.into_iter().filter(|plan| !plans.contains(plan));
                let missing: Vec<Plan> = missing.collect();
                plans.extend(missing);
            }
        }
        plans
    }
}

impl FromStr for Plans {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not `short`, `growth`, `full` or ALERTS:PER_REQUEST:CONNECTIONS, \
                 like 10000:1:64"
            )
        };
        let numbers: Result<Vec<usize>, _> = text.split(':').map(str::parse).collect();
        match (text, numbers.as_deref()) {
            ("short", _) => Ok(Self::short()),
            ("growth", _) => Ok(Self(Self::growth())),
            ("full", _) => Ok(Self(Self::full())),
            (_, Ok([alerts, batch, connections])) if alerts.min(batch).min(connections) > &0 => {
                Ok(Self(vec![Plan::new(*alerts, *batch, *connections)]))
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
