//! What API v2 answers with, as JSON: Alertmanager's fields in Alertmanager's order, byte by byte.
//! Writes what it is given and leaves nothing out.

use std::io::Write as _;

use crate::domain::labels::Labels;
use crate::domain::routing::{Group, Routed};
use crate::domain::suppress::Status;
use crate::domain::time::Moment;

/// How the status of an alert is asked for.
pub(super) type StatusOf<'a> = &'a dyn Fn(&Routed<'_>) -> Status;

/// How much room an alert usually takes.
const USUAL: usize = 512;

/// Which characters of a text are escaped beside those that JSON demands.
///
/// Alertmanager escapes for HTML within alerts, and nowhere around them; U+2028 and U+2029 it
/// escapes everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escapes {
    Json,
    Html,
}

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

/// A text alone, as refusals are told.
pub(super) fn text(text: &str) -> Vec<u8> {
    let mut body = Body(Vec::with_capacity(text.len() + 3));
    body.text(text, Escapes::Json);
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
        self.pairs(&group.labels, Escapes::Json);
        self.raw(r#","receiver":"#);
        self.receiver(group.receiver, Escapes::Json);
        self.raw(r#","routeLabels":{}}"#);
    }

    fn alert(&mut self, alert: &Routed<'_>, receiver: &str, status: &Status) {
        self.raw(r#"{"annotations":"#);
        self.pairs(alert.annotations(), Escapes::Html);
        self.raw(r#","endsAt":"#);
        self.time(alert.end);
        self.raw(r#","fingerprint":"#);
        self.shown(alert.fingerprint());
        self.raw(r#","receivers":["#);
        self.receiver(receiver, Escapes::Html);
        self.raw(r#"],"startsAt":"#);
        self.time(alert.start());
        self.raw(r#","status":"#);
        self.status(status);
        self.raw(r#","updatedAt":"#);
        self.time(Moment::utc(alert.updated()));
        if let Some(link) = alert.link().filter(|link| !link.is_empty()) {
            self.raw(r#","generatorURL":"#);
            self.text(link, Escapes::Html);
        }
        self.raw(r#","labels":"#);
        self.pairs(alert.labels(), Escapes::Html);
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

    fn receiver(&mut self, name: &str, escapes: Escapes) {
        self.raw(r#"{"name":"#);
        self.text(name, escapes);
        self.raw("}");
    }

    fn pairs(&mut self, pairs: &Labels, escapes: Escapes) {
        let mut opening = "{";
        for (name, value) in pairs.iter() {
            self.raw(opening);
            self.text(name, escapes);
            self.raw(":");
            self.text(value, escapes);
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

    fn text(&mut self, text: &str, escapes: Escapes) {
        self.raw("\"");
        let mut rest = text;
        while let Some((at, special)) = rest.char_indices().find(|(_, c)| is_special(*c, escapes)) {
            let (plain, from) = rest.split_at(at);
            self.raw(plain);
            self.escaped(special);
            rest = from.get(special.len_utf8()..).unwrap_or_default();
        }
        self.raw(rest);
        self.raw("\"");
    }

    fn escaped(&mut self, special: char) {
        let short = match special {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ => {
                // As in `shown`.
                let _ = write!(self.0, "\\u{:04x}", u32::from(special));
                return;
            }
        };
        self.raw(short);
    }

    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }
}

fn is_special(character: char, escapes: Escapes) -> bool {
    match character {
        '"' | '\\' | '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => true,
        '<' | '>' | '&' => escapes == Escapes::Html,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
