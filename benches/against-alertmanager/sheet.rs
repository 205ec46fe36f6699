//! The sheet: what all rounds have measured, as tables of medians, ratios and their spread.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::load::Outcome;
use crate::plan::Plan;
use crate::round::{Figure, Measured, Work};
use crate::series::{Series, median, pair, ratio, short};

/// What was measured, round by round, of two programs.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    plans: Vec<(Plan, [Vec<Measured>; 2])>,
}

const POSTS: [Work; 4] = [Work::New, Work::FirstChange, Work::Changed, Work::Unchanged];
const READS: [Work; 3] = [Work::ReadAll, Work::ReadRule, Work::ReadOne];

impl Sheet {
    /// Adds what a round has measured of program 0 or 1.
    pub(crate) fn add(&mut self, which: usize, plan: Plan, measured: Measured) {
        let place = self.plans.iter().position(|(known, _)| *known == plan).unwrap_or_else(|| {
            self.plans.push((plan, Default::default()));
            self.plans.len() - 1
        });
        if let Some(rounds) = self.plans.get_mut(place).and_then(|(_, both)| both.get_mut(which)) {
            rounds.push(measured);
        }
    }

    /// All of it. `ours` and `theirs` are the programs' names.
    pub(crate) fn markdown(&self, ours: &str, theirs: &str) -> String {
        let mut text = format!(
            "Medians of all rounds; the ratio is the median of the rounds' own, with the lowest \
             and the highest: above 1,\n{ours} does better. Of two numbers the first is {ours}'s, \
             the second {theirs}'s.\n"
        );
        for table in [self.posts(ours, theirs), self.reads(ours, theirs), self.growth(ours, theirs)]
        {
            let _ = write!(text, "\n{table}");
        }
        text.push_str(&self.failures(ours, theirs));
        text
    }

    fn posts(&self, ours: &str, theirs: &str) -> String {
        let mut text = format!(
            "| alerts | a post | connections | posted | {ours} alerts/s | {theirs} alerts/s | \
             ratio | p50 ms | p99 ms | server CPU µs/post | CPU ratio | client CPU µs/post |\n\
             |---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        );
        for (plan, both) in self.sorted() {
            for work in POSTS {
                let Plan { alerts, batch, connections } = plan;
                let row = rates(work, both);
                let _ = writeln!(text, "| {alerts} | {batch} | {connections} | {row} |");
            }
        }
        text
    }

    fn reads(&self, ours: &str, theirs: &str) -> String {
        let mut text = format!(
            "| alerts | | {ours} | {theirs} | ratio | p50 ms | p99 ms | server CPU µs | \
             CPU ratio | client CPU µs |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        );
        for (plan, both) in self.whole() {
            for work in READS {
                let _ = writeln!(text, "| {} | {} |", plan.alerts, rates(work, both));
            }
            for figure in FIGURES {
                let _ =
                    writeln!(text, "| {} | {} | | | | | |", plan.alerts, row(*plan, figure, both));
            }
        }
        text
    }

    fn growth(&self, ours: &str, theirs: &str) -> String {
        let plans: Vec<_> = self.whole().collect();
        let sizes: String = plans.iter().fold(String::new(), |mut text, (plan, _)| {
            let _ = write!(text, " {} alerts |", plan.alerts);
            text
        });
        let mut text = format!(
            "What grows with the alerts, {ours} / {theirs}; in the last column, of {ours}, the last \
             by the first.\n\n| |{sizes} growth |\n|---|{}---:|\n",
            "---:|".repeat(plans.len())
        );
        for (name, of) in GROWTH {
            let series: Vec<Series> = plans.iter().map(|(_, both)| numbers(both, of)).collect();
            let cells: Vec<String> = series.iter().map(pair).collect();
            let ours = |series: Option<&Series>| series.map(|[ours, _]| median(ours));
            let growth = ours(series.last()).zip(ours(series.first()));
            let growth = growth.map_or(f64::NAN, |(last, first)| last / first);
            let _ = writeln!(text, "| {name} | {} | ×{} |", cells.join(" | "), short(growth));
        }
        text
    }

    fn sorted(&self) -> impl Iterator<Item = (Plan, &[Vec<Measured>; 2])> {
        let mut plans: Vec<_> = self.plans.iter().map(|(plan, both)| (*plan, both)).collect();
        plans.sort_by_key(|(plan, _)| (plan.alerts, plan.batch, plan.connections));
        plans.into_iter()
    }

    /// Those of which reads and figures were measured.
    fn whole(&self) -> impl Iterator<Item = &(Plan, [Vec<Measured>; 2])> {
        self.plans
            .iter()
            .filter(|(_, both)| both.iter().flatten().any(|measured| !measured.figures.is_empty()))
    }

    /// What was not answered with 200, in all rounds, by status.
    pub(crate) fn failures(&self, ours: &str, theirs: &str) -> String {
        let mut sum: BTreeMap<(&str, u16), usize> = BTreeMap::new();
        for (name, which) in [(ours, 0), (theirs, 1)] {
            let rounds = self.plans.iter().filter_map(|(_, both)| both.get(which)).flatten();
            for (_, outcome, _) in rounds.flat_map(|measured| &measured.works) {
                for (status, count) in &outcome.failed {
                    *sum.entry((name, *status)).or_default() += count;
                }
            }
        }
        sum.iter().fold(String::new(), |mut text, ((name, status), count)| {
            let _ = write!(text, "\n**{name} answered {count} posts with {status}.**\n");
            text
        })
    }
}

/// Name, rates and times of a kind of work.
fn rates(work: Work, both: &[Vec<Measured>; 2]) -> String {
    let name = match work {
        Work::New => "new",
        Work::FirstChange => "changed, first time",
        Work::Changed => "changed",
        Work::Unchanged => "unchanged",
        Work::ReadAll => "GET all, /s",
        Work::ReadRule => "GET one of twenty, by `alertname`, /s",
        Work::ReadOne => "GET one, by `instance`, /s",
    };
    let of = |number: &dyn Fn(&Outcome, Duration) -> f64| of_work(both, work, number);
    let rates = of(&|outcome, _| outcome.rate());
    let [ours, theirs] = rates.each_ref().map(|rates| short(median(rates)));
    let times = |share| pair(&of(&|outcome, _| millis(outcome.latencies.per_mille(share))));
    let server = of(&Outcome::micros_each);
    let client = of(&|outcome, _| outcome.micros_each(outcome.client));
    format!(
        "{name} | {ours} | {theirs} | {} | {} | {} | {} | {} | {}",
        ratio(&rates, |ours, theirs| ours / theirs),
        times(500),
        times(990),
        pair(&server),
        ratio(&server, |ours, theirs| theirs / ours),
        pair(&client),
    )
}

fn of_work(
    both: &[Vec<Measured>; 2],
    work: Work,
    number: &dyn Fn(&Outcome, Duration) -> f64,
) -> Series {
    both.each_ref().map(|rounds| {
        let works = rounds.iter().flat_map(|round| &round.works);
        let own = works.filter(|(kind, ..)| *kind == work);
        own.map(|(_, outcome, cpu)| number(outcome, *cpu)).collect()
    })
}

const FIGURES: [Figure; 6] = [
    Figure::MemoryEmpty,
    Figure::MemoryAtRest,
    Figure::MemoryAfterLoad,
    Figure::Ready,
    Figure::Restart,
    Figure::Kept,
];

const MIB: f64 = 1024.0 * 1024.0;

/// Name, numbers and ratio of a figure.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn row(plan: Plan, figure: Figure, both: &[Vec<Measured>; 2]) -> String {
    let each = 1.0 / plan.alerts as f64;
    let (name, unit) = match figure {
        Figure::MemoryEmpty => ("MiB of memory, empty", 1.0 / MIB),
        Figure::MemoryAtRest => ("bytes of memory an alert, at rest", each),
        Figure::MemoryAfterLoad => ("bytes of memory an alert, after all posts", each),
        Figure::Files => ("MiB of files", 1.0 / MIB),
        Figure::Ready => ("ms from a start after `kill -9` until ready", 1.0),
        Figure::Restart => ("ms from that start until all alerts were read", 1.0),
        Figure::Kept => ("alerts left after it", 1.0),
    };
    let series = of_figure(both, figure, unit);
    let ratio = match figure {
        Figure::Kept => String::new(),
        _ => ratio(&series, |ours, theirs| theirs / ours),
    };
    let [ours, theirs] = series.each_ref().map(|numbers| short(median(numbers)));
    format!("{name} | {ours} | {theirs} | {ratio}")
}

fn of_figure(both: &[Vec<Measured>; 2], figure: Figure, unit: f64) -> Series {
    both.each_ref().map(|rounds| {
        let figures = rounds.iter().flat_map(|round| &round.figures);
        let own = figures.filter(|(kind, _)| *kind == figure);
        own.map(|(_, number)| number * unit).collect()
    })
}

/// What a row of the growth table shows.
#[derive(Clone, Copy, Debug)]
enum Grows {
    /// Processor microseconds of the server for each alert.
    CpuOfAlert(Work),
    /// Milliseconds, half of the requests.
    Half(Work),
    /// A figure by this.
    Figure(Figure, f64),
}

const GROWTH: [(&str, Grows); 9] = [
    ("new, 64 a post: server CPU µs an alert", Grows::CpuOfAlert(Work::New)),
    ("changed, 64 a post: server CPU µs an alert", Grows::CpuOfAlert(Work::Changed)),
    ("GET one, by `instance`: p50 ms", Grows::Half(Work::ReadOne)),
    ("GET one of twenty, by `alertname`: p50 ms", Grows::Half(Work::ReadRule)),
    ("GET all: p50 ms", Grows::Half(Work::ReadAll)),
    ("start after `kill -9` until ready: ms", Grows::Figure(Figure::Ready, 1.0)),
    ("memory at rest, without that when empty: MiB", Grows::Figure(Figure::MemoryAtRest, MIB)),
    ("memory after all posts: MiB", Grows::Figure(Figure::MemoryAfterLoad, MIB)),
    ("files after all posts: MiB", Grows::Figure(Figure::Files, MIB)),
];

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn numbers(both: &[Vec<Measured>; 2], of: Grows) -> Series {
    match of {
        Grows::CpuOfAlert(work) => {
            of_work(both, work, &|outcome, cpu| cpu.as_secs_f64() * 1e6 / outcome.good as f64)
        }
        Grows::Half(work) => {
            of_work(both, work, &|outcome, _| millis(outcome.latencies.per_mille(500)))
        }
        Grows::Figure(figure, by) => of_figure(both, figure, 1.0 / by),
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
