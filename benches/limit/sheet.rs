//! The sheet: medians of all rounds, and how near watchbell comes to each limit.

use std::fmt::Write as _;

use crate::disk::PAGE;
use crate::round::{ALL, Measured, Posted, SHAPES, SINGLE, Who};
use crate::series::{median, ratio, short};

/// All of it, as Markdown.
pub(crate) fn markdown(rounds: &[Measured]) -> String {
    format!("{}\n{}", servers(rounds), limits(rounds))
}

/// The same posts to watchbell and to what it is made of.
fn servers(rounds: &[Measured]) -> String {
    let mut text =
        "| a post | connections | posted to | alerts/s | of HTTP alone | p50 ms | p99 ms | \
                    server CPU µs/post | client CPU µs/post |\n\
                    |---:|---:|---|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for shape in SHAPES {
        for who in ALL {
            let name = match who {
                Who::Edge => "HTTP alone: read, answered",
                Who::InMemory => "watchbell, its files in memory",
                Who::Watchbell => "watchbell",
            };
            let of = |number: fn(&Posted) -> f64| of(rounds, who, shape, number);
            let rates = of(|one| one.outcome.rate());
            let edge = self::of(rounds, Who::Edge, shape, |one| one.outcome.rate());
            let share = ratio(&[rates.clone(), edge], |ours, edge| ours / edge);
            let millis = |share: u64| {
                let times = rounds.iter().flat_map(|round| &round.posted);
                let own = times.filter(|one| one.who == who && one.shape == shape);
                let times = own.map(|one| one.outcome.latencies.per_mille(share).as_secs_f64());
                short(median(&times.collect::<Vec<_>>()) * 1000.0)
            };
            let _ = writeln!(
                text,
                "| {} | {} | {name} | {} | {share} | {} | {} | {} | {} |",
                shape.0,
                shape.1,
                short(median(&rates)),
                millis(500),
                millis(990),
                short(median(&of(|one| one.outcome.micros_each(one.cpu)))),
                short(median(&of(|one| one.outcome.micros_each(one.outcome.client)))),
            );
        }
    }
    text
}

/// A limit, and the posts that it is the limit of.
struct Limit {
    name: String,
    most: fn(&Measured) -> f64,
    shape: (usize, usize),
}

/// What the disk and the parser could do alone.
fn limits(rounds: &[Measured]) -> String {
    let mut text =
        "| limit | a second | watchbell a second | ratio |\n|---|---:|---:|---:|\n".to_owned();
    let commit = short(median(&each(rounds, |round| round.commit)));
    let limit = |name: String, most, shape| Limit { name, most, shape };
    let appended =
        format!("{commit} bytes, as one commit has, appended and synced; one connection");
    let rows = [
        limit(
            format!("{PAGE} bytes written in place and synced; one connection"),
            |round| round.pages,
            SINGLE,
        ),
        limit(appended, |round| round.appends, SINGLE),
        limit(
            "parsed on one core, 1 a post; 64 connections".to_owned(),
            |round| round.parsed[0],
            (1, 64),
        ),
        limit(
            "parsed on one core, 64 a post; 16 connections".to_owned(),
            |round| round.parsed[1],
            (64, 16),
        ),
    ];
    for Limit { name, most, shape } in rows {
        let limits = each(rounds, most);
        let rates = of(rounds, Who::Watchbell, shape, |one| one.outcome.rate());
        let [rate, most] = [median(&rates), median(&limits)].map(short);
        let ratio = ratio(&[rates, limits], |rate, limit| rate / limit);
        let _ = writeln!(text, "| {name} | {most} | {rate} | {ratio} |");
    }
    text
}

fn each(rounds: &[Measured], number: fn(&Measured) -> f64) -> Vec<f64> {
    rounds.iter().map(number).collect()
}

fn of(
    rounds: &[Measured],
    who: Who,
    shape: (usize, usize),
    number: fn(&Posted) -> f64,
) -> Vec<f64> {
    let posted = rounds.iter().flat_map(|round| &round.posted);
    posted.filter(|one| one.who == who && one.shape == shape).map(number).collect()
}
