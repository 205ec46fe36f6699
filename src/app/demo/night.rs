//! The night of the demo: what happens, and when. Values only, the same for the same seed.

use std::time::Duration;

use super::People;
use crate::domain::actor::Person;
use crate::domain::command::AlertCommand;
use crate::domain::labels::Labels;
use crate::domain::severity::Severity::{self, Critical, Warning};
use crate::domain::time::SignedDuration;

/// What happens before this happens once.
pub(super) const ONCE: Duration = Duration::from_secs(15);
/// When the incident begins, and the storm, and when all of it begins again.
const INCIDENT: u64 = 45;
const STORM: u64 = 150;
const AGAIN: u64 = 390;
/// How many alerts the storm has.
const STORM_OF: usize = 500;
/// The alerts that are still there at the end.
#[cfg(test)]
pub(super) const STAYS: [&str; 3] = ["certificate", "import", "lag"];

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) struct Cue {
    /// When, from the beginning.
    pub(super) at: Duration,
    /// What.
    pub(super) does: Does,
}

/// What can happen.
#[derive(Clone, Debug)]
pub(super) enum Does {
    /// One sender says in one post that these fire.
    Fire(Vec<Sample>),
    /// Their sender says that these have ended.
    End(Vec<Box<str>>),
    /// A person acts on the open alert of this name.
    Act(Person, &'static str, AlertCommand),
    /// Time passes.
    Nothing,
}

/// An alert of the night.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// What its sender calls it.
    pub(super) name: Box<str>,
    pub(super) title: String,
    pub(super) service: &'static str,
    pub(super) severity: Severity,
    pub(super) sender: &'static str,
    /// For how long it has been so when it is told.
    pub(super) ago: SignedDuration,
    /// What it means when nothing more is heard of it.
    pub(super) silence: Silence,
    description: &'static str,
}

/// What a sender's silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing.
    Harmless,
    /// That it is over, after so long.
    Ends(SignedDuration),
}

impl Sample {
    /// Whether it is over only when its sender says so.
    #[cfg(test)]
    pub(super) fn ends(&self) -> bool {
        self.silence == Silence::Harmless
    }

    pub(super) fn labels(&self) -> Labels {
        let severity = self.severity.to_string();
        let rule = self.rule();
        let pairs = [
            ("alertname", rule.as_str()),
            ("service", self.service),
            ("severity", severity.as_str()),
        ];
        pairs.into_iter().collect()
    }

    /// The rule that its sender made it by: the service and the first words of the title, as rules
    /// are named.
    fn rule(&self) -> String {
        let words = self.title.split(' ').filter(|word| word.chars().all(char::is_alphabetic));
        let capital = |word: &str| {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            first.to_uppercase() + rest
        };
        let telling = words.filter(|word| word.len() > 2).take(3);
        std::iter::once(self.service).chain(telling).map(capital).collect()
    }

    pub(super) fn annotations(&self) -> Labels {
        let runbook = format!("https://runbooks.example.org/{}", self.service);
        let pairs = [("description", self.description), ("runbook_url", runbook.as_str())];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    fn ago(mut self, ago: SignedDuration) -> Self {
        self.ago = ago;
        self
    }

    fn says(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }
}

fn sample(name: &str, title: &str, service: &'static str, severity: Severity) -> Sample {
    Sample {
        name: name.into(),
        title: title.to_owned(),
        service,
        severity,
        sender: "prometheus",
        ago: SignedDuration::ZERO,
        silence: Silence::Harmless,
        description: "",
    }
}

fn at(seconds: u64, does: Does) -> Cue {
    Cue { at: Duration::from_secs(seconds), does }
}

fn fires(seconds: u64, sample: Sample) -> Cue {
    at(seconds, Does::Fire(vec![sample]))
}

fn ends(seconds: u64, name: &str) -> Cue {
    at(seconds, Does::End(vec![name.into()]))
}

/// The night, in the order in which it happens.
pub(super) fn of(seed: u64, people: &People) -> Vec<Cue> {
    let mut cues = calm(people);
    cues.extend(incident(people));
    cues.extend(storm(seed, people));
    cues.push(at(AGAIN, Does::Nothing));
    // What happens at one time happens in the order in which it is written.
    cues.sort_by_key(|cue| cue.at);
    cues
}

/// Little happens, and somebody has what there is.
fn calm(people: &People) -> Vec<Cue> {
    let (bob, carol) = (people.bob.clone(), people.carol.clone());
    let hours = SignedDuration::from_hours;
    let minutes = SignedDuration::from_mins;
    let lag = sample("lag", "replica lag 340 s", "db", Critical).ago(minutes(62));
    let lag = lag.says("db2 is 340 s behind db1; the limit is 60 s.");
    let memory = sample("memory", "memory above 90 %", "cache", Critical).ago(minutes(18));
    let vacuum = AlertCommand::Note("vacuum running on db1, waiting for it".into());
    let disk = sample("disk", "disk of log2 at 85 %", "logs", Warning);
    let certificate = sample("certificate", "certificate expires in 6 days", "web", Warning);
    let import = sample("import", "nightly import late", "batch", Warning);
    vec![
        fires(0, certificate.ago(hours(51))),
        fires(0, import.ago(minutes(191))),
        fires(0, lag),
        at(0, Does::Act(bob.clone(), "lag", AlertCommand::Acknowledge)),
        at(0, Does::Act(bob, "lag", vacuum)),
        fires(0, memory),
        ends(0, "memory"),
        at(12, Does::Act(carol, "import", AlertCommand::Acknowledge)),
        fires(20, disk.says("/var/log fills by 2 GB an hour.")),
        ends(38, "disk"),
    ]
}

/// One thing breaks, others follow; people take what they know, most of it heals, one falls silent.
fn incident(people: &People) -> Vec<Cue> {
    let (bob, carol) = (people.bob.clone(), people.carol.clone());
    let crit = |name, title, service| sample(name, title, service, Critical);
    let edge = Sample {
        sender: "blackbox",
        silence: Silence::Ends(SignedDuration::from_secs(40)),
        ..crit("edge", "edge7 does not answer", "edge")
    };
    let primary = crit("primary", "db1 primary does not answer", "db");
    let primary =
        primary.says("No answer on port 5432 for 30 s. Replicas are read-only until then.");
    let failing_over = AlertCommand::Note("failing over to db3".into());
    let yours = AlertCommand::Assign(Some(people.viewer.id));
    vec![
        fires(INCIDENT, primary),
        fires(INCIDENT + 2, crit("replication", "db2 replication stopped", "db")),
        fires(INCIDENT + 4, crit("pool", "connection pool exhausted on pay3", "payments")),
        fires(INCIDENT + 6, crit("checkout", "checkout error ratio 8 %", "payments")),
        fires(INCIDENT + 9, crit("errors", "5xx ratio 12 %", "web")),
        fires(INCIDENT + 11, sample("queue", "queue older than 10 min", "batch", Warning)),
        fires(INCIDENT + 12, edge),
        at(INCIDENT + 15, Does::Act(bob.clone(), "primary", AlertCommand::Acknowledge)),
        at(INCIDENT + 21, Does::Act(carol.clone(), "errors", AlertCommand::Acknowledge)),
        at(INCIDENT + 26, Does::Act(bob.clone(), "checkout", yours)),
        at(INCIDENT + 33, Does::Act(bob, "primary", failing_over)),
        ends(INCIDENT + 50, "primary"),
        ends(INCIDENT + 53, "replication"),
        ends(INCIDENT + 58, "pool"),
        ends(INCIDENT + 64, "queue"),
        at(INCIDENT + 68, Does::Act(carol, "errors", AlertCommand::Resolve)),
        ends(INCIDENT + 75, "checkout"),
        ends(INCIDENT + 80, "errors"),
    ]
}

/// A service of the storm: how much of it, and what breaks there, `#` being a host's number.
const BREAKS: [(&str, u64, [&str; 4]); 5] = [
    (
        "db",
        9,
        ["db# replication stopped", "db# lag 90 s", "db# does not answer", "db# slow queries"],
    ),
    (
        "web",
        6,
        [
            "5xx ratio 41 % on web#",
            "web# does not answer",
            "p99 above 2 s on web#",
            "web# restarts",
        ],
    ),
    (
        "payments",
        3,
        [
            "connection pool exhausted on pay#",
            "pay# latency above 5 s",
            "pay# refuses cards",
            "pay# queue full",
        ],
    ),
    (
        "cache",
        2,
        [
            "cache# evicts",
            "cache# does not answer",
            "hit ratio 12 % on cache#",
            "cache# memory above 90 %",
        ],
    ),
    ("batch", 1, ["job# late", "queue of job# grows", "job# failed", "job# restarts"]),
];

/// A switch loses its uplink, and everything behind it calls; then it comes back.
fn storm(seed: u64, people: &People) -> Vec<Cue> {
    const IN_ONE_POST: usize = 10;
    let mut dice = Dice(seed);
    let uplink = sample("uplink", "sw2 lost its uplink", "network", Critical);
    let mut cues = vec![
        fires(STORM, uplink.says("Racks 4 to 9 are behind it.")),
        at(STORM + 24, Does::Act(people.bob.clone(), "uplink", AlertCommand::Acknowledge)),
        ends(STORM + 62, "uplink"),
    ];
    let mut broken: Vec<Sample> = Vec::new();
    while broken.len() < STORM_OF {
        let next = self::broken(broken.len(), &mut dice);
        // One thing breaks once.
        if broken.iter().all(|known| known.title != next.title) {
            broken.push(next);
        }
    }
    let spread = Duration::from_millis(600);
    let mut when = Duration::from_secs(STORM + 1);
    for post in broken.chunks(IN_ONE_POST) {
        cues.push(Cue { at: when, does: Does::Fire(post.to_vec()) });
        when += spread;
    }
    // They heal in another order than they broke in.
    broken.sort_by_cached_key(|_| dice.throw());
    let mut when = Duration::from_secs(STORM + 66);
    for healed in broken.chunks(IN_ONE_POST) {
        let names = healed.iter().map(|sample| sample.name.clone()).collect();
        cues.push(Cue { at: when, does: Does::End(names) });
        when += Duration::from_secs(3);
    }
    cues
}

fn broken(number: usize, dice: &mut Dice) -> Sample {
    let all = BREAKS.iter().map(|(_, share, _)| share).sum();
    let mut left = dice.below(all);
    let hit = BREAKS.iter().find(|(_, share, _)| match left.checked_sub(*share) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    let (service, _, titles) = hit.unwrap_or(&BREAKS[0]);
    let title = usize::try_from(dice.below(4)).ok().and_then(|one| titles.get(one));
    let host = dice.below(99) + 1;
    let title = title.copied().unwrap_or_default().replace('#', &host.to_string());
    let severity = if dice.below(10) < 7 { Critical } else { Warning };
    sample(&format!("storm-{number}"), &title, service, severity)
}

/// Numbers that look thrown, and are the same for the same seed (`splitmix64`).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.throw().checked_rem(end).unwrap_or_default()
    }
}
