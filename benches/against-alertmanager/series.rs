//! Numbers of two programs, round by round: medians, ratios, and how they are written.

/// One number of each round, of the one program and of the other.
pub(crate) type Series = [Vec<f64>; 2];

/// The medians of both, as in `17464 / 12540`; one alone, where only one was measured.
pub(crate) fn pair(series: &Series) -> String {
    let known = series.iter().filter(|numbers| !numbers.is_empty());
    let words: Vec<String> = known.map(|numbers| short(median(numbers))).collect();
    words.join(" / ")
}

/// The median of the rounds' ratios, and between which they lie.
pub(crate) fn ratio(series: &Series, of: impl Fn(f64, f64) -> f64) -> String {
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

/// The middle one.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN);
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN);
    f64::midpoint(upper, lower)
}

/// Three figures are more than such a measurement is good for.
pub(crate) fn short(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        0.0..10.0 => format!("{number:.2}"),
        10.0..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}
