//! The sheet: what all rounds have measured, as tables of medians, ratios and their spread.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::load::Outcome;
use crate::plan::Plan;
use crate::round::{Figure, Load, Measured};

/// What was measured, round by round, of two programs.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    plans: Vec<(Plan, [Vec<Measured>; 2])>,
}

/// One number of each round, of the one program and of the other.
type Series = [Vec<f64>; 2];

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
             and the highest.\nAbove 1, {ours} does better.\n\n\
             | alerts | a request | connections | load | {ours}/s | {theirs}/s | ratio | \
             p50 ms | p99 ms | processor µs each | failed |\n\
             |---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---|\n"
        );
        for (plan, both) in &self.plans {
            for load in LOADS {
                text.push_str(&row(*plan, load, both));
            }
        }
        let _ = write!(
            text,
            "\nOf two numbers the first is {ours}'s, the second {theirs}'s.\n\n\
             | alerts | a request | connections | | {ours} | {theirs} | ratio |\n\
             |---:|---:|---:|---|---:|---:|---:|\n"
        );
        for (plan, both) in &self.plans {
            for figure in FIGURES {
                text.push_str(&figure_row(*plan, figure, both));
            }
        }
        text
    }
}

const LOADS: [Load; 6] =
    [Load::New, Load::FirstChange, Load::Changed, Load::Unchanged, Load::ReadAll, Load::ReadOne];

const FIGURES: [Figure; 4] =
    [Figure::MemoryAtRest, Figure::MemoryAfterLoad, Figure::Restart, Figure::Kept];

fn row(plan: Plan, load: Load, both: &[Vec<Measured>; 2]) -> String {
    let name = match load {
        Load::New => "new",
        Load::FirstChange => "changed, for the first time",
        Load::Changed => "changed",
        Load::Unchanged => "unchanged",
        Load::ReadAll => "GET all",
        Load::ReadOne => "GET one by a filter",
    };
    let of = |number: &dyn Fn(&Outcome, Duration) -> f64| -> Series {
        both.each_ref().map(|rounds| {
            let loads = rounds.iter().flat_map(|round| &round.loads);
            let own = loads.filter(|(kind, ..)| *kind == load);
            own.map(|(_, outcome, cpu)| number(outcome, *cpu)).collect()
        })
    };
    let rates = of(&|outcome, _| outcome.rate());
    let [ours, theirs] = rates.each_ref().map(|rates| median(rates));
    let times = |share| pair(&of(&|outcome, _| outcome.per_mille(share).as_secs_f64() * 1000.0));
    let connections = match load {
        Load::ReadAll | Load::ReadOne => 1,
        Load::New | Load::FirstChange | Load::Changed | Load::Unchanged => plan.connections,
    };
    format!(
        "| {} | {} | {connections} | {name} | {} | {} | {} | {} | {} | {} | {} |\n",
        plan.alerts,
        plan.batch,
        short(ours),
        short(theirs),
        ratio(&rates, |ours, theirs| ours / theirs),
        times(500),
        times(990),
        pair(&of(&each)),
        failed(load, both),
    )
}

/// Processor microseconds for one good alert or document.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn each(outcome: &Outcome, cpu: Duration) -> f64 {
    cpu.as_secs_f64() * 1e6 / outcome.good as f64
}

fn figure_row(plan: Plan, figure: Figure, both: &[Vec<Measured>; 2]) -> String {
    let (name, less_is_better) = match figure {
        Figure::MemoryAtRest => ("bytes of memory an alert, at rest", true),
        Figure::MemoryAfterLoad => ("bytes of memory an alert, after all posts", true),
        Figure::Restart => ("ms from a start after `kill -9` to an answer", true),
        Figure::Kept => ("alerts left after it", false),
    };
    let series = both.each_ref().map(|rounds| {
        let figures = rounds.iter().flat_map(|round| &round.figures);
        figures.filter(|(kind, _)| *kind == figure).map(|(_, number)| *number).collect()
    });
    let ratio =
        if less_is_better { ratio(&series, |ours, theirs| theirs / ours) } else { String::new() };
    let [ours, theirs] = series.each_ref().map(|numbers| short(median(numbers)));
    let Plan { alerts, batch, connections } = plan;
    format!("| {alerts} | {batch} | {connections} | {name} | {ours} | {theirs} | {ratio} |\n")
}

/// What was not answered with 200, in all rounds, by status; nothing, if all was.
fn failed(load: Load, both: &[Vec<Measured>; 2]) -> String {
    let text = both.each_ref().map(|rounds| {
        let mut sum: BTreeMap<u16, usize> = BTreeMap::new();
        let loads = rounds.iter().flat_map(|round| &round.loads);
        for (_, outcome, _) in loads.filter(|(kind, ..)| *kind == load) {
            for (status, count) in &outcome.failed {
                *sum.entry(*status).or_default() += count;
            }
        }
        let words = sum.iter().map(|(status, count)| match status {
            0 => format!("{count} × no answer"),
            status => format!("{count} × {status}"),
        });
        let words: Vec<String> = words.collect();
        if words.is_empty() { "0".to_owned() } else { words.join(", ") }
    });
    text.join(" / ")
}

fn pair(series: &Series) -> String {
    series.each_ref().map(|numbers| short(median(numbers))).join(" / ")
}

/// The median of the rounds' ratios, and between which they lie.
fn ratio(series: &Series, of: impl Fn(f64, f64) -> f64) -> String {
    let [ours, theirs] = series;
    let mut ratios: Vec<f64> =
        ours.iter().zip(theirs).map(|(ours, theirs)| of(*ours, *theirs)).collect();
    ratios.sort_by(f64::total_cmp);
    match (ratios.first(), ratios.last()) {
        (Some(lowest), Some(highest)) => {
            format!("**{:.2}** ({lowest:.2}–{highest:.2})", median(&ratios))
        }
        _ => String::new(),
    }
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN);
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN);
    f64::midpoint(upper, lower)
}

/// Three figures are more than such a measurement is good for.
fn short(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        0.0..10.0 => format!("{number:.2}"),
        10.0..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}
