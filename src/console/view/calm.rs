//! What the list says when nothing is open. Absolute times, so that it costs nothing to leave it on.

use ratatui::text::Line;

use super::{layout, said, who_ended};
use crate::console::action::{Action, Context};
use crate::console::model::Model;
use crate::console::model::place::named;
use crate::console::text::wrap;
use crate::console::when;
use crate::domain::alert::Alert;
use crate::domain::severity::Severity;

/// Whether nothing is open and nothing asks for another view of it. A list that stands still stays
/// as it is.
pub(super) fn is_calm(model: &Model) -> bool {
    model.list.census().open() == 0
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
    if let Some(heard) = model.list.last_heard() {
        let at = model.time(heard);
        let key = model.key(Context::List, Action::Filter);
        let text = format!(
            "Senders were last heard at {at}. {key} state=resolved lists all that is kept."
        );
        lines.extend(said(&text, cells));
    }
    lines.push(Line::default());
    lines
}

/// `Last: 02:51 CRIT cache "memory above 90 %", resolved by its source after 12m.`
fn ended(model: &Model, alert: &Alert) -> Option<String> {
    let resolution = alert.standing.resolution()?;
    let severity = match alert.severity {
        Severity::Critical => "CRIT",
        Severity::Warning => "warn",
    };
    let by = who_ended(&resolution.how);
    Some(format!(
        "Last: {} {severity} {} \"{}\", resolved by {by} after {}.",
        model.time(resolution.at),
        model.table.service_name(alert.service),
        named(alert),
        when::span(alert.started(), resolution.at),
    ))
}
