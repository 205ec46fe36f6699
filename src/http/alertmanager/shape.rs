//! What API v2 answers with, as JSON: Alertmanager's fields in Alertmanager's order, byte by byte.
//! Writes what it is given and leaves nothing out.

mod silence;

use std::io::Write as _;

use super::quote::{self, Html};
use crate::domain::labels::Labels;
use crate::domain::routing::Routed;
use crate::domain::suppress::Status;
use crate::domain::time::Moment;

pub(super) use silence::silence;

/// One alert of `receiver`.
pub(super) fn alert(into: &mut Vec<u8>, alert: &Routed<'_>, receiver: &str, status: &Status) {
    Body(into).alert(alert, receiver, status);
}

/// What of a group stands before its alerts.
pub(super) fn group_begin(into: &mut Vec<u8>) {
    Body(into).raw(r#"{"alerts":["#);
}

/// What stands behind them.
pub(super) fn group_end(into: &mut Vec<u8>, labels: &Labels, receiver: &str) {
    let mut body = Body(into);
    body.raw(r#"],"labels":"#);
    body.pairs(labels, Html::Plain);
    body.raw(r#","receiver":"#);
    body.receiver(receiver, Html::Plain);
    body.raw(r#","routeLabels":{}}"#);
}

/// An answer in the making.
struct Body<'a>(&'a mut Vec<u8>);

impl Body<'_> {
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
        quote::push_json(self.0, text, html);
    }

    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests;
