//! What sources cause: T1 to T5, T10's hold and T11.

use std::sync::Arc;

use super::{By, Heard, Step};
use crate::domain::actor::Actor;
use crate::domain::alert::call::{Call, Calling, Pause};
use crate::domain::alert::episode::{Alert, Marks, Seen, Worded};
use crate::domain::alert::state::{Ending, Hold, Resolution, Standing, State};
use crate::domain::command::Unchanged;
use crate::domain::draft::Tick;
use crate::domain::event::{Difference, What};
use crate::domain::labels::Labels;
use crate::domain::report::Road;
use crate::domain::severity::{Severity, SeverityReading};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after, since};

/// T1, of an identity that was never heard of.
pub(super) fn first(heard: &Heard, by: By<'_>, tick: &Tick) -> Step {
    begin(heard, None, None, by, tick)
}

/// A firing report of an identity whose open or newest episode is `alert`.
pub(super) fn again(alert: &Alert, heard: &Heard, by: By<'_>, tick: &Tick) -> Step {
    match &alert.standing.state {
        State::Firing | State::Acknowledged(_) => hear(alert, heard, by, tick),
        State::Resolved(resolution) => after_the_end(alert, resolution, heard, by, tick),
    }
}

/// T4 and T5: a source says that it has ended.
pub(super) fn ended(alert: &Alert, at: Option<Timestamp>, tick: &Tick) -> Step {
    let mut next = alert.clone();
    match &mut next.standing.state {
        State::Resolved(Resolution {
            how: Ending::Operator { hold: hold @ Some(_), .. }, ..
        }) => {
            *hold = None;
            next.heard_again(tick);
            Step::to(next, None)
        }
        State::Resolved(_) => Step::Keep(Unchanged::ResolvedAlready),
        State::Firing | State::Acknowledged(_) => {
            next.heard_again(tick);
            let had = alert.standing.acknowledgement().cloned();
            let end = at.unwrap_or(tick.now);
            next.resolve(Resolution { how: Ending::Source, at: tick.now, end, had }, tick);
            Step::to(next, What::Resolved(Ending::Source))
        }
    }
}

/// T1: a new alert.
fn begin(
    heard: &Heard,
    previous: Option<&Alert>,
    despite: Option<Actor>,
    by: By<'_>,
    tick: &Tick,
) -> Step {
    let Heard { id, occurrence, identity, service, ends, payload, .. } = heard;
    let severity = payload.severity.level().unwrap_or(Severity::Critical);
    let mut next = Alert {
        id: *id,
        identity: identity.clone(),
        title: payload.title.clone(),
        service: *service,
        severity,
        unknown_severity: unknown(&payload.severity),
        labels: payload.labels_at(severity),
        annotations: payload.annotations.clone(),
        link: payload.link.clone(),
        starts_at: payload.starts_at,
        received: tick.now,
        seen: Seen { count: 1, last: tick.now },
        sender: by.actor.name(),
        ends: *ends,
        // Of an identity its newest alert knows what was told.
        source: heard.source.clone().or_else(|| previous?.source.clone()),
        webhook: (payload.road == Road::Webhook).then_some(tick.now),
        worded: Worded { at: None, title: payload.title.clone(), text: Text::default() },
        marks: Marks { clock: clock(heard, tick), ..Marks::default() },
        suppressions: Vec::new(),
        standing: Standing::begun(tick.now, tick.revision),
        previous: previous.map(|alert| alert.id),
        occurrence: *occurrence,
        revision: tick.revision,
        notes: Vec::new(),
        recent: Arc::default(),
    };
    next.worded.text = next.text();
    next.call_anew(tick);
    let previous = next.previous;
    Step::to(next, What::Fired { occurrence: *occurrence, previous, despite })
}

/// T2 and T3: an open alert is heard again.
fn hear(alert: &Alert, heard: &Heard, by: By<'_>, tick: &Tick) -> Step {
    let mut next = alert.clone();
    take_over(&mut next, heard, by, tick);
    let held = alert.standing.acknowledgement().map_or(alert.severity, |held| held.level);
    if next.severity > held {
        return worsen(next, alert.severity, tick);
    }
    if next.severity == Severity::Warning {
        next.standing.call = next.standing.call.paused(Pause::Warning);
    }
    let what = difference(alert, &next, heard).or_else(|| reword(&mut next, tick));
    Step::to(next, what)
}

/// T3: somebody is needed again, whatever was said to what it was before.
fn worsen(mut next: Alert, from: Severity, tick: &Tick) -> Step {
    next.suppressions.retain(|suppression| !suppression.by.is_snooze());
    next.fire(tick);
    let what = What::Worsened { from, to: next.severity };
    Step::to(next, what)
}

/// A report replaces the payload whole; a severity it leaves out stays.
fn take_over(next: &mut Alert, heard: &Heard, by: By<'_>, tick: &Tick) {
    let payload = &heard.payload;
    next.title = payload.title.clone();
    next.service = heard.service;
    if let Some(level) = payload.severity.level() {
        next.severity = level;
        next.unknown_severity = unknown(&payload.severity);
    }
    // What is equal stays the older one, which the identity shares.
    let labels = payload.labels_at(next.severity);
    if next.labels != labels {
        next.labels = labels;
    }
    if next.annotations != payload.annotations {
        next.annotations = payload.annotations.clone();
    }
    next.link.clone_from(&payload.link);
    next.starts_at = payload.starts_at;
    next.sender = by.actor.name();
    next.ends = heard.ends.or(next.ends);
    if heard.source.is_some() {
        next.source.clone_from(&heard.source);
    }
    if payload.road == Road::Webhook {
        next.webhook = Some(tick.now);
    }
    next.marks.clock = clock(heard, tick);
    next.heard_again(tick);
}

/// A report after the end: kept out (T10), the same alert again (T11), or a new one (T1).
fn after_the_end(
    alert: &Alert,
    resolution: &Resolution,
    heard: &Heard,
    by: By<'_>,
    tick: &Tick,
) -> Step {
    let start = heard.payload.starts_at;
    let in_window = since(tick.now, resolution.at) < resolution.how.reopen_window();
    // Whoever resolved a warning has not seen it critical.
    let worse = heard.payload.severity.level().is_some_and(|level| level > alert.severity);
    match &resolution.how {
        Ending::Operator { by: _, hold: Some(hold) }
            if tick.now < hold.until
                && start.is_some_and(|start| start <= resolution.at)
                && !worse =>
        {
            keep_out(alert, *hold, heard, tick)
        }
        Ending::Operator { by: resolver, .. } => match start {
            None if in_window => reopen(alert, resolution, heard, by, tick),
            None => begin(heard, Some(alert), None, by, tick),
            Some(start) => {
                let despite = (start <= resolution.at).then(|| resolver.clone());
                begin(heard, Some(alert), despite, by, tick)
            }
        },
        Ending::Source | Ending::TimeOut if in_window => reopen(alert, resolution, heard, by, tick),
        Ending::Source | Ending::TimeOut => begin(heard, Some(alert), None, by, tick),
    }
}

/// T10: the report is counted and changes nothing else.
fn keep_out(alert: &Alert, hold: Hold, heard: &Heard, tick: &Tick) -> Step {
    let mut next = alert.clone();
    next.heard_again(tick);
    next.ends = heard.ends.or(next.ends);
    if heard.source.is_some() {
        next.source.clone_from(&heard.source);
    }
    let reports = hold.reports.saturating_add(1);
    if let State::Resolved(Resolution { how: Ending::Operator { hold: held, .. }, .. }) =
        &mut next.standing.state
    {
        *held = Some(Hold { reports, ..hold });
    }
    let first = (reports == 1).then_some(What::Held { until: hold.until });
    Step::to(next, first)
}

/// T11: the same alert. If the report's start is not later than the end that resolved it, it had
/// not ended: all is as it was. Else it fires again.
fn reopen(alert: &Alert, resolution: &Resolution, heard: &Heard, by: By<'_>, tick: &Tick) -> Step {
    let mut next = alert.clone();
    take_over(&mut next, heard, by, tick);
    // An end of before the ending would end it again at once.
    next.ends = heard.ends;
    let known = resolution.had.as_ref().map_or(alert.severity, |had| had.level);
    if next.severity > known {
        return worsen(next, alert.severity, tick);
    }
    let was = alert.standing.call;
    if heard.payload.starts_at.is_some_and(|start| start <= resolution.end) {
        next.enter(open_again(resolution), tick);
        next.call_as(was, tick);
        return Step::to(next, What::Restored);
    }
    let state = match resolution.how {
        Ending::TimeOut => open_again(resolution),
        Ending::Source | Ending::Operator { .. } => State::Firing,
    };
    next.enter(state, tick);
    next.standing.needed = tick.now;
    next.marks.reopened.retain(|at| since(tick.now, *at) < FLAPPING_WITHIN);
    next.marks.reopened.push(tick.now);
    let spare = next.marks.reopened.len().saturating_sub(FLAPPING_FROM);
    next.marks.reopened.drain(..spare);
    let was_flapping = next.marks.flapping.is_some();
    if next.marks.reopened.len() >= FLAPPING_FROM {
        next.marks.flapping = next.marks.flapping.or(Some(tick.now));
    }
    match (next.marks.flapping, was) {
        // Told again, but whoever is to come next comes no later.
        (None, Call::Paused { calling, why: Pause::Ended }) => {
            next.call_from(Calling { cause: tick.revision, ..calling });
        }
        (None, _) => next.call_anew(tick),
        // Told once; but a call that nobody answered goes on.
        (Some(_), Call::Calling(_) | Call::Paused { .. }) => next.call_as(was, tick),
        (Some(_), Call::Quiet | Call::Over) => {
            next.call_anew(tick);
            next.standing.call = next.standing.call.paused(Pause::Flapping);
        }
    }
    let begins_to_flap = next.marks.flapping.is_some() && !was_flapping;
    Step::to(next, if begins_to_flap { What::Flapping } else { What::Refired })
}

/// This many reopenings in that time are flapping.
const FLAPPING_FROM: usize = 3;
const FLAPPING_WITHIN: SignedDuration = SignedDuration::from_mins(30);

fn open_again(resolution: &Resolution) -> State {
    resolution.had.clone().map_or(State::Firing, State::Acknowledged)
}

/// How far the sender's clock is off, where the report shows it.
fn clock(heard: &Heard, tick: &Tick) -> Option<SignedDuration> {
    const TOLERATED: SignedDuration = SignedDuration::from_secs(60);
    let ahead = heard.payload.starts_at.filter(|start| *start > after(tick.now, TOLERATED));
    heard.behind.or_else(|| ahead.map(|start| tick.now.duration_since(start)))
}

fn unknown(reading: &SeverityReading) -> Option<Text> {
    match reading {
        SeverityReading::Unknown(word) => Some(word.clone()),
        SeverityReading::Absent | SeverityReading::Known(_) => None,
    }
}

/// T2's line: only a change of severity, service or labels deserves one at every report.
fn difference(was: &Alert, is: &Alert, heard: &Heard) -> Option<What> {
    let mut differences = Vec::new();
    if was.severity != is.severity {
        differences.push(Difference::Severity { from: was.severity, to: is.severity });
    }
    if let Some(from) = heard.service_was.as_ref().filter(|from| **from != heard.service_is) {
        differences.push(Difference::Service { from: from.clone(), to: heard.service_is.clone() });
    }
    let told = |name: &Text| match name.as_str() {
        "alertname" => repeats_title(was) && repeats_title(is),
        "severity" => was.severity != is.severity,
        "service" => was.service != is.service,
        _ => false,
    };
    let mut labels = changed_names(&was.labels, &is.labels);
    labels.retain(|name| !told(name));
    if !labels.is_empty() {
        differences.push(Difference::Labels(labels));
    }
    (!differences.is_empty()).then_some(What::Changed(differences))
}

/// A plain alert's name is its title where its sender gave no other: then a new wording is not a
/// new name.
fn repeats_title(alert: &Alert) -> bool {
    alert.labels.get("alertname").is_some_and(|name| Text::derive(name) == alert.title)
}

fn changed_names(was: &Labels, is: &Labels) -> Vec<Text> {
    let gone = was.iter().filter(|(name, _)| is.get(name).is_none());
    let new = is.iter().filter(|(name, value)| was.get(name) != Some(*value));
    gone.chain(new).map(|(name, _)| Text::derive(name)).collect()
}

/// T2's other line: a rule with a figure in its text rewords it at every report, so the newest
/// wording joins the timeline only now and then.
fn reword(next: &mut Alert, tick: &Tick) -> Option<What> {
    const AT_MOST_EVERY: SignedDuration = SignedDuration::from_mins(15);
    if next.worded.at.is_some_and(|at| since(tick.now, at) < AT_MOST_EVERY) {
        return None;
    }
    let text = next.text();
    let line = if next.worded.title != next.title {
        What::Reworded { from: next.worded.title.clone(), to: next.title.clone() }
    } else if next.worded.text != text {
        What::Reworded { from: next.worded.text.clone(), to: text.clone() }
    } else {
        return None;
    };
    next.worded = Worded { at: Some(tick.now), title: next.title.clone(), text };
    Some(line)
}
