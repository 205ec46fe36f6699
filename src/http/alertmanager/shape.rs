//! What API v2 answers with, as JSON: Alertmanager's fields in Alertmanager's order, byte by byte.
//! Writes what it is given and leaves nothing out.

use std::io::Write as _;

use super::quote::{self, Html};
use crate::domain::labels::Labels;
use crate::domain::routing::{Group, Routed};
use crate::domain::suppress::Status;
use crate::domain::time::Moment;

/// How the status of an alert is asked for.
pub(super) type StatusOf<'a> = &'a dyn Fn(&Routed<'_>) -> Status;

/// How much room an alert usually takes.
const USUAL: usize = 512;

/// A list of alerts, all of `receiver`.
pub(super) fn alerts(alerts: &[Routed<'_>], receiver: &str, status_of: StatusOf<'_>) -> Vec<u8> {
    let mut body = Body::for_alerts(alerts.len());
    body.list(alerts, |body, alert| body.alert(alert, receiver, &status_of(alert)));
    body.end()
}

/// A list of groups.
pub(super) fn groups(groups: &[Group<'_>], status_of: StatusOf<'_>) -> Vec<u8> {
    let mut body = Body::for_alerts(groups.iter().map(|group| group.alerts.len()).sum());
    body.list(groups, |body, group| body.group(group, status_of));
    body.end()
}

/// An answer in the making.
struct Body(Vec<u8>);

impl Body {
    fn for_alerts(count: usize) -> Self {
        Self(Vec::with_capacity((count + 1) * USUAL))
    }

    /// With a line feed, as Go's encoder ends.
    fn end(mut self) -> Vec<u8> {
        self.raw("\n");
        self.0
    }

    fn group(&mut self, group: &Group<'_>, status_of: StatusOf<'_>) {
        self.raw(r#"{"alerts":"#);
        self.list(&group.alerts, |body, alert| {
            body.alert(alert, group.receiver, &status_of(alert));
        });
        self.raw(r#","labels":"#);
        self.pairs(&group.labels, Html::Plain);
        self.raw(r#","receiver":"#);
        self.receiver(group.receiver, Html::Plain);
        self.raw(r#","routeLabels":{}}"#);
    }

    fn alert(&mut self, alert: &Routed<'_>, receiver: &str, status: &Status) {
        self.raw(r#"{"annotations":"#);
        self.pairs(alert.annotations(), Html::Escaped);
        self.raw(r#","endsAt":"#);
        self.time(alert.end);
        self.raw(r#","fingerprint":"#);
        self.shown(alert.fingerprint());
        self.raw(r#","receivers":["#);
        self.receiver(receiver, Html::Escaped);
        self.raw(r#"],"startsAt":"#);
        self.time(alert.start());
        self.raw(r#","status":"#);
        self.status(status);
        self.raw(r#","updatedAt":"#);
        self.time(Moment::utc(alert.updated()));
        if let Some(link) = alert.link().filter(|link| !link.is_empty()) {
            self.raw(r#","generatorURL":"#);
            self.text(link, Html::Escaped);
        }
        self.raw(r#","labels":"#);
        self.pairs(alert.labels(), Html::Escaped);
        self.raw("}");
    }

    /// No time interval mutes anything.
    fn status(&mut self, status: &Status) {
        self.raw(r#"{"inhibitedBy":"#);
        self.list(&status.inhibited_by, |body, fingerprint| body.shown(fingerprint));
        self.raw(r#","mutedBy":[],"silencedBy":"#);
        self.list(&status.silenced_by, |body, id| body.shown(id));
        self.raw(r#","state":"#);
        self.shown(status.state());
        self.raw("}");
    }

    fn receiver(&mut self, name: &str, html: Html) {
        self.raw(r#"{"name":"#);
        self.text(name, html);
        self.raw("}");
    }

    fn pairs(&mut self, pairs: &Labels, html: Html) {
        let mut opening = "{";
        for (name, value) in pairs.iter() {
            self.raw(opening);
            self.text(name, html);
            self.raw(":");
            self.text(value, html);
            opening = ",";
        }
        self.raw(if pairs.is_empty() { "{}" } else { "}" });
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.raw("[");
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                self.raw(",");
            }
            each(self, item);
        }
        self.raw("]");
    }

    fn time(&mut self, moment: Moment) {
        self.shown(moment.in_millis());
    }

    /// What needs no escapes.
    fn shown(&mut self, value: impl std::fmt::Display) {
        // A vector takes all that is written to it.
        let _ = write!(self.0, "\"{value}\"");
    }

    fn text(&mut self, text: &str, html: Html) {
        quote::push_json(&mut self.0, text, html);
    }

    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests;
