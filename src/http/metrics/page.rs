//! The text format of Prometheus, version 0.0.4: a page is written family by family, each with its
//! help and its kind first. Knows no metric.

use std::fmt::{self, Write as _};

use crate::engine::Histogram;

/// A page in the making.
#[derive(Debug, Default)]
pub(super) struct Page(String);

/// What a family's numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// How much there is.
    Gauge,
    /// How often something happened since the start.
    Counter,
    /// How often something took how long.
    Histogram,
}

/// One family, to which samples are added.
#[derive(Debug)]
pub(super) struct Family<'p> {
    page: &'p mut String,
    name: &'static str,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        })
    }
}

impl Page {
    /// Begins a family. All its samples follow.
    pub(super) fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Family { page: &mut self.0, name }
    }

    /// A gauge of one number.
    pub(super) fn gauge(&mut self, name: &'static str, help: &str, value: impl fmt::Display) {
        self.family(name, Kind::Gauge, help).sample(&[], value);
    }

    /// A counter of one number.
    pub(super) fn counter(&mut self, name: &'static str, help: &str, value: impl fmt::Display) {
        self.family(name, Kind::Counter, help).sample(&[], value);
    }

    /// The page.
    pub(super) fn text(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// A sample with these labels.
    pub(super) fn sample(
        &mut self,
        labels: &[(&str, &str)],
        value: impl fmt::Display,
    ) -> &mut Self {
        self.line("", labels, value);
        self
    }

    /// The samples of a histogram with these labels.
    pub(super) fn histogram(&mut self, labels: &[(&str, &str)], histogram: &Histogram) {
        let (buckets, count, sum) = histogram.read();
        for (bound, times) in buckets {
            self.bucket(labels, &bound.to_string(), times);
        }
        self.bucket(labels, "+Inf", count);
        self.line("_sum", labels, sum.as_secs_f64());
        self.line("_count", labels, count);
    }

    fn bucket(&mut self, labels: &[(&str, &str)], bound: &str, times: u64) {
        let labels: Vec<_> = labels.iter().copied().chain([("le", bound)]).collect();
        self.line("_bucket", &labels, times);
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl fmt::Display) {
        let _ = write!(self.page, "{}{suffix}", self.name);
        for (place, (name, value)) in labels.iter().enumerate() {
            let before = if place == 0 { '{' } else { ',' };
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.page, "{before}{name}=\"{value}\"");
        }
        let after = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.page, "{after} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_escaped() {
        let mut page = Page::default();
        let labels = [("a", "x\"\\\ny"), ("b", "")];
        page.family("one", Kind::Gauge, "a \\ or\ntwo \"lines\"").sample(&labels, 1.5);
        page.counter("two_total", "two", 3_u64);
        insta::assert_snapshot!(page.text(), @r#"
        # HELP one a \\ or\ntwo "lines"
        # TYPE one gauge
        one{a="x\"\\\ny",b=""} 1.5
        # HELP two_total two
        # TYPE two_total counter
        two_total 3
        "#);
    }
}
