//! The sheet: what all rounds have measured, as tables with a column for each number of silences.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::cell::{Cell, Took, WORKS, Work};
use crate::series::{Series, median, short};

/// Of each round its cells.
type Rounds = Vec<Vec<Cell>>;

/// What was measured of two programs, round by round.
#[derive(Debug)]
pub(crate) struct Sheet {
    silences: Vec<usize>,
    /// By the number of alerts.
    rounds: BTreeMap<usize, [Rounds; 2]>,
}

/// What a table shows.
#[derive(Clone, Copy, Debug)]
enum Shown {
    /// Milliseconds until the answer.
    Wall,
    /// Milliseconds of the server's processor time.
    Cpu,
    /// How many times as long as with the least silences.
    Growth,
}

impl Sheet {
    /// An empty one, for these numbers of silences.
    pub(crate) fn new(silences: &[usize]) -> Self {
        Self { silences: silences.to_vec(), rounds: BTreeMap::new() }
    }

    /// Adds what a round has measured of program 0 or 1.
    pub(crate) fn add(&mut self, which: usize, alerts: usize, cells: Vec<Cell>) {
        let rounds = self.rounds.entry(alerts).or_default();
        if let Some(rounds) = rounds.get_mut(which) {
            rounds.push(cells);
        }
    }

    /// All of it. `bound` is how many seconds a number of silences might take.
    pub(crate) fn markdown(&self, [ours, theirs]: [&str; 2], bound: f64) -> String {
        let least = self.silences.first().copied().unwrap_or_default();
        let mut text = format!(
            "Medians of all rounds; of two numbers the first is {ours}'s, the second {theirs}'s. \
             Where a number is missing (—), the\nprogram took longer than {bound} s for fewer \
             silences, or 2 minutes for one answer.\n\nMilliseconds until the last byte of the \
             answer, which had the right number of alerts:\n\n"
        );
        text.push_str(&self.table(Shown::Wall));
        let _ = write!(text, "\nThe same, as so many times what it is with {least} silences:\n\n");
        text.push_str(&self.table(Shown::Growth));
        text.push_str("\nMilliseconds of the server's processor time:\n\n");
        text.push_str(&self.table(Shown::Cpu));
        text
    }

    fn table(&self, shown: Shown) -> String {
        let heads: Vec<String> =
            self.silences.iter().map(|silences| format!("{silences} silences")).collect();
        let lines = "---:|".repeat(heads.len());
        let mut text = format!("| alerts | | {} |\n|---:|---|{lines}\n", heads.join(" | "));
        for (alerts, both) in &self.rounds {
            if matches!(shown, Shown::Wall) {
                let row = self.row(|silences| muted(both, silences));
                let _ = writeln!(text, "| {alerts} | of them silenced | {row} |");
            }
            for (work, name) in WORKS {
                let row = self.row(|silences| self.shown(shown, both, work, silences));
                let _ = writeln!(text, "| {alerts} | {name} | {row} |");
            }
        }
        text
    }

    fn row(&self, cell: impl Fn(usize) -> String) -> String {
        let cells: Vec<String> = self.silences.iter().map(|silences| cell(*silences)).collect();
        cells.join(" | ")
    }

    fn shown(&self, shown: Shown, both: &[Rounds; 2], work: Work, silences: usize) -> String {
        let least = self.silences.first().copied().unwrap_or_default();
        let number = |cells: &Vec<Cell>| match shown {
            Shown::Wall => Some(millis(took(cells, silences, work)?.wall)),
            Shown::Cpu => Some(millis(took(cells, silences, work)?.cpu)),
            Shown::Growth => {
                let [many, few] = [silences, least].map(|silences| took(cells, silences, work));
                Some(many?.wall.as_secs_f64() / few?.wall.as_secs_f64())
            }
        };
        let sign = if matches!(shown, Shown::Growth) { "×" } else { "" };
        let series: Series =
            both.each_ref().map(|rounds| rounds.iter().filter_map(number).collect());
        let words = series.map(|numbers| match numbers.as_slice() {
            [] => "—".to_owned(),
            numbers => format!("{sign}{}", short(median(numbers))),
        });
        words.join(" / ")
    }
}

fn took(cells: &[Cell], silences: usize, work: Work) -> Option<Took> {
    cells.iter().find(|cell| cell.silences == silences)?.took(work)
}

/// The same in all rounds and of both, because each was asked for it.
fn muted(both: &[Rounds; 2], silences: usize) -> String {
    let cells = both.iter().flatten().flatten();
    let muted = cells.filter(|cell| cell.silences == silences).map(|cell| cell.muted);
    muted.max().map_or("—".to_owned(), |muted| muted.to_string())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
