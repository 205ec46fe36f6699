//! What the list says when nothing is open. Absolute times, so that it costs nothing to leave it on.

use ratatui::text::Line;

use super::{layout, said};
use crate::console::action::{Action, Context};
use crate::console::model::Model;
use crate::console::model::place::named;
use crate::console::text::number;
use crate::console::when;
use crate::console::words;
use crate::domain::alert::Alert;
use crate::domain::severity::Severity;
use crate::domain::time::{SignedDuration, after};

/// Whether nothing is open and nothing asks for another view of it. A list that stands still stays
/// as it is.
pub(super) fn is_calm(model: &Model) -> bool {
    model.census().open() == 0
        && model.list.sieve().is_empty()
        && model.trial().is_none()
        && layout::is_live(model)
}

/// What it says.
pub(super) fn lines(model: &Model) -> Vec<Line<'static>> {
    if !is_calm(model) {
        return Vec::new();
    }
    let cells = usize::from(model.size.width).saturating_sub(4);
    let mut lines = vec![Line::default(), Line::from("   Nothing is firing."), Line::default()];
    let last = model.list.last_ended().and_then(|id| model.table.alert(id));
    if let Some(text) = last.and_then(|alert| ended(model, alert)) {
        lines.extend(said(&text, cells));
    }
    if let Some(text) = unheard(model) {
        lines.extend(said(&text, cells));
    }
    if let Some(heard) = model.list.last_heard() {
        let zone = when::zone_name(model.clock, &model.settings.zone);
        let text = format!("Senders were last heard at {} (times: {zone}).", model.time(heard));
        lines.extend(said(&text, cells));
        lines.extend(said(&lately(model), cells));
    }
    lines.push(Line::default());
    lines
}

/// How much there was in a day. Nothing is open, so that all of it has ended.
fn lately(model: &Model) -> String {
    const DAY: SignedDuration = SignedDuration::from_hours(-24);
    /// A frame counts no further.
    const COUNTED: usize = 10_000;
    let since = after(model.clock, DAY);
    let alerts = match model.table.ended_since(since).take(COUNTED + 1).count() {
        0 => "No alerts".to_owned(),
        1 => "1 alert".to_owned(),
        more if more > COUNTED => format!("More than {} alerts", number(COUNTED)),
        more => format!("{} alerts", number(more)),
    };
    let key = model.key(Context::List, Action::Filter);
    format!("{alerts} in the last 24 h. {key} state=resolved lists all that is kept.")
}

/// Calm and deaf look the same: what ended in silence is named for an hour.
fn unheard(model: &Model) -> Option<String> {
    const NAMED: usize = 2;
    let count = model.list.lost_count(model.clock);
    let lost = model.list.lost(&model.table, model.clock);
    let named = lost.take(NAMED).map(|alert| format!("\"{}\"", alert.title));
    let named: Vec<String> = named.collect();
    let named = match count {
        0 => return None,
        1..=NAMED => named.join(", "),
        more => format!("{} and {} more", named.join(", "), number(more - NAMED)),
    };
    Some(match count {
        1 => format!(
            "1 alert ended because nothing more was heard of it: {named}. Is its sender alive?"
        ),
        more => format!(
            "{} alerts ended because nothing more was heard of them: {named}. Is their sender \
             alive?",
            number(more)
        ),
    })
}

/// `Last: 02:51 CRIT cache "memory above 90 %", resolved by its source after 12m.`
fn ended(model: &Model, alert: &Alert) -> Option<String> {
    let resolution = alert.standing.resolution()?;
    let severity = match alert.severity {
        Severity::Critical => "CRIT",
        Severity::Warning => "warn",
    };
    Some(format!(
        "Last: {} {severity} {} \"{}\", {}.",
        model.time(resolution.at),
        model.table.service_name(alert.service),
        named(alert),
        words::ended_after(resolution, &when::span(alert.started(), resolution.at)),
    ))
}
