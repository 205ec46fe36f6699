//! A silence as JSON.

use super::Body;
use crate::domain::matcher::{Matcher, Operator};
use crate::domain::silence::Silence;
use crate::domain::time::{Moment, Timestamp};
use crate::http::alertmanager::quote::Html;

/// One silence, as it is at `now`.
pub(in crate::http::alertmanager) fn silence(
    into: &mut Vec<u8>,
    silence: &Silence,
    now: Timestamp,
) {
    Body(into).silence(silence, now);
}

impl Body<'_> {
    fn silence(&mut self, silence: &Silence, now: Timestamp) {
        let terms = &silence.terms;
        self.raw(r#"{"id":"#);
        self.shown(silence.id);
        self.raw(r#","status":{"state":"#);
        self.shown(silence.state(now));
        self.raw(r#"},"updatedAt":"#);
        self.time(Moment::utc(silence.updated));
        if !terms.annotations.is_empty() {
            self.raw(r#","annotations":"#);
            self.pairs(&terms.annotations, Html::Escaped);
        }
        self.raw(r#","comment":"#);
        self.text(&terms.comment, Html::Escaped);
        self.raw(r#","createdBy":"#);
        self.text(&terms.by, Html::Escaped);
        self.raw(r#","endsAt":"#);
        self.time(Moment::utc(terms.ends));
        self.raw(r#","matchers":"#);
        self.list(&terms.matchers, Self::matcher);
        self.raw(r#","startsAt":"#);
        self.time(Moment::utc(terms.starts));
        // What is not Alertmanager's stands behind what is, and only where it says something.
        if terms.until_resolved {
            self.raw(r#","endsWhenResolved":true"#);
        }
        if let Some(window) = &silence.window_of {
            self.raw(r#","windowOf":"#);
            self.text(window.name.as_str(), Html::Escaped);
        }
        self.raw("}");
    }

    fn matcher(&mut self, matcher: &Matcher) {
        let (equal, regex) = match matcher.condition.operator() {
            Operator::Equal => (true, false),
            Operator::NotEqual => (false, false),
            Operator::Matches => (true, true),
            Operator::MatchesNot => (false, true),
        };
        self.raw(if equal { r#"{"isEqual":true"# } else { r#"{"isEqual":false"# });
        self.raw(if regex { r#","isRegex":true,"name":"# } else { r#","isRegex":false,"name":"# });
        self.text(&matcher.name, Html::Escaped);
        self.raw(r#","value":"#);
        self.text(matcher.condition.value(), Html::Escaped);
        self.raw("}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::id::{Revision, SilenceId};
    use crate::domain::labels::Labels;
    use crate::domain::maintenance::WindowOf;
    use crate::domain::matcher::Dialect;
    use crate::domain::silence::{LastChange, Reach, Terms};

    #[test]
    fn a_window_names_its_maintenance_behind_all_that_is_alertmanagers() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let window =
            WindowOf { name: "backup <db>".into(), was: "each night".into(), until: at(9) };
        let matcher = Matcher::parse("a!=b", Dialect::Fallback).unwrap();
        let terms = Terms {
            matchers: [matcher].into(),
            starts: at(0),
            ends: at(9),
            by: "watchbell".into(),
            comment: "".into(),
            annotations: Labels::default(),
            until_resolved: false,
        };
        let silence = Silence {
            id: SilenceId("6ba7b810-9dad-41d1-80b4-00c04fd430c8".parse().unwrap()),
            terms,
            reach: Reach::Muting,
            quiet: None,
            window_of: Some(Arc::new(window)),
            updated: at(0),
            revision: Revision(1),
            last: LastChange { actor: Actor::Watchbell, before: None },
        };
        let mut body = Vec::new();
        super::silence(&mut body, &silence, at(8));
        insta::assert_snapshot!(String::from_utf8(body).unwrap(), @r#"{"id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","status":{"state":"active"},"updatedAt":"1970-01-01T00:00:00.000Z","comment":"","createdBy":"watchbell","endsAt":"1970-01-01T00:00:09.000Z","matchers":[{"isEqual":false,"isRegex":false,"name":"a","value":"b"}],"startsAt":"1970-01-01T00:00:00.000Z","windowOf":"backup \u003cdb\u003e"}"#);
    }
}
