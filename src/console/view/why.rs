//! Why an alert calls people, or does not: the rules of the domain in their order, with what each
//! found. Nothing is decided here.

use ratatui::text::{Line, Span};

use super::{ink, plain};
use crate::console::model::Model;
use crate::console::text::wrap;
use crate::console::theme::Role;
use crate::domain::explain::{Means, Rule, Verdict, explain};
use crate::domain::id::AlertId;
use crate::domain::text::line_of;

/// The words before a finding.
const MEANS: usize = 10;
const NAME: usize = 14;

/// What the page says.
pub(super) fn lines(model: &Model, id: AlertId) -> Vec<Line<'static>> {
    let Some(alert) = model.alert(id) else { return Vec::new() };
    let cells = usize::from(model.size.width).saturating_sub(2);
    let explanation = explain(&model.table, alert, &|at| model.time(at));
    let verdict = match &explanation.verdict {
        Verdict::Calls { since } => format!("It calls people, since {}.", model.time(*since)),
        Verdict::Unheard { since, why } => format!(
            "It should call people, since {}, but nobody was told: {why}.",
            model.time(*since)
        ),
        Verdict::Quiet { because } => format!("It calls nobody: {because}."),
    };
    let mut lines = vec![Line::default()];
    lines.extend(wrapped(alert.title.as_str(), cells, Role::Strong, model));
    lines.extend(wrap(&verdict, cells).into_iter().map(|line| Line::from(format!(" {line}"))));
    lines.push(Line::default());
    lines.extend(explanation.rules.iter().flat_map(|rule| ruled(model, rule, cells)));
    if !explanation.told.is_empty() {
        lines.push(Line::default());
    }
    let told = explanation.told.iter();
    lines.extend(told.flat_map(|told| hanging(model, "told", "", told.as_str(), cells)));
    lines
}

fn wrapped(text: &str, cells: usize, role: Role, model: &Model) -> Vec<Line<'static>> {
    let lines = wrap(text, cells).into_iter();
    lines.map(|line| Line::from(vec![plain(" "), ink(model, role, line)])).collect()
}

fn ruled(model: &Model, rule: &Rule, cells: usize) -> Vec<Line<'static>> {
    let means = match rule.means {
        Means::Calls => "may call",
        Means::Quiet => "quiet",
    };
    hanging(model, means, rule.name, rule.finding.as_str(), cells)
}

/// A word, a name, and a text that stays in its column.
fn hanging(model: &Model, word: &str, name: &str, text: &str, cells: usize) -> Vec<Line<'static>> {
    let indent = MEANS + if name.is_empty() { 0 } else { NAME };
    let text = model.settings.symbols.of(line_of(text).into_owned());
    let mut first: Option<Vec<Span<'static>>> = Some(vec![
        plain(" "),
        ink(model, Role::Strong, format!("{word:<MEANS$}")),
        plain(if name.is_empty() { String::new() } else { format!("{name:<NAME$}") }),
    ]);
    wrap(&text, cells.saturating_sub(indent))
        .into_iter()
        .map(|line| {
            let mut spans = first.take().unwrap_or_else(|| vec![plain(" ".repeat(indent + 1))]);
            spans.push(plain(line));
            Line::from(spans)
        })
        .collect()
}
