//! Silences: what becomes of one that is made, changed or over, and of the alerts that it mutes (T15,
//! T16).

use std::sync::Arc;

use super::{maintenance, take};
use crate::domain::actor::Actor;
use crate::domain::alert::lifecycle::{By, Happening};
use crate::domain::alert::{Alert, Suppression, Suppressor};
use crate::domain::command::{Answer, SilenceCommand};
use crate::domain::draft::Draft;
use crate::domain::entity::{Entity, Key};
use crate::domain::event::What;
use crate::domain::id::{AlertId, Revision, SilenceId};
use crate::domain::maintenance::WindowOf;
use crate::domain::refusal::Refusal;
use crate::domain::silence::{
    LastChange, Reach, Silence, SilenceDeed, SilenceRefusal, SilenceState, SilenceTold, Terms,
};
use crate::domain::suppress;
use crate::domain::text::Text;
use crate::domain::time::{Timestamp, after};

/// What happens by itself.
pub(super) const OURS: By<'static> = By { actor: &Actor::Watchbell, seen: None };

/// The most alerts that follow a silence in one step; the others follow in the next, so that reports
/// do not wait behind a silence of everything.
const FOLLOW_AT_ONCE: usize = 4_096;

/// Carries out what somebody wants of silences.
pub(super) fn command(
    draft: &mut Draft,
    by: By<'_>,
    command: &SilenceCommand,
) -> Result<Answer, Refusal> {
    match command {
        SilenceCommand::Set(id, terms) => set(draft, by, *id, terms).map(Answer::Silenced),
        SilenceCommand::Expire(id) => {
            expire(draft, by, *id)?;
            Ok(Answer::Silenced(*id))
        }
        SilenceCommand::Undo(revision) => {
            undo(draft, by, *revision)?;
            Ok(Answer::Done)
        }
        SilenceCommand::Repeat(what) => maintenance::make(draft, by, what).map(Answer::Silenced),
        SilenceCommand::RepeatNoMore(name) => {
            maintenance::end(draft, by, name)?;
            Ok(Answer::Done)
        }
    }
}

/// Makes a silence or changes one, by Alertmanager's rules (`Silences.Set`). Who says what they saw of it
/// is told of what became of it since.
fn set(
    draft: &mut Draft,
    by: By<'_>,
    id: Option<SilenceId>,
    terms: &Terms,
) -> Result<SilenceId, Refusal> {
    let now = draft.tick.now;
    let at_once = terms.starts == Terms::AT_ONCE;
    let terms = &Terms { starts: if at_once { now } else { terms.starts }, ..terms.clone() };
    let known = id.map(|id| draft.table().silence(id).cloned().ok_or(SilenceRefusal::Unknown));
    let known = known.transpose()?;
    terms.check(now)?;
    if let Some((known, seen)) = known.as_deref().zip(by.seen)
        && known.revision > seen
    {
        let deed = Text::derive(&format!("{} changed the silence", known.last.actor));
        let by = known.last.actor.clone();
        return Err(Refusal::Overtaken { by, at: known.updated, deed });
    }
    if let Some(known) = known.as_deref().filter(|known| known.may_become(terms, now)) {
        fits(draft, terms)?;
        let next = Silence {
            terms: terms.clone(),
            last: LastChange { actor: by.actor.clone(), before: Some(known.terms.clone()) },
            ..known.clone()
        };
        let deed = SilenceDeed::Updated(SilenceTold::of(terms));
        return begin(draft, by, next, deed);
    }
    room_for_another(draft)?;
    fits(draft, terms)?;
    let terms = Terms { starts: terms.starts.max(now), ..terms.clone() };
    // The new one first: what both match is quiet throughout.
    let id = made(draft, by, terms, None)?;
    if let Some(known) = known.filter(|known| known.state(now) != SilenceState::Expired) {
        end_now(draft, by, &known)?;
        maintenance::see_to_windows(draft)?;
    }
    Ok(id)
}

/// Makes a silence.
pub(super) fn made(
    draft: &mut Draft,
    by: By<'_>,
    terms: Terms,
    window_of: Option<Arc<WindowOf>>,
) -> Result<SilenceId, Refusal> {
    let deed = SilenceDeed::Created(SilenceTold::of(&terms));
    let silence = Silence {
        id: SilenceId(draft.tick.ids.draw()),
        reach: Reach::Ahead,
        quiet: None,
        window_of,
        updated: draft.tick.now,
        revision: draft.tick.revision,
        last: LastChange { actor: by.actor.clone(), before: None },
        terms,
    };
    begin(draft, by, silence, deed)
}

fn room_for_another(draft: &Draft) -> Result<(), SilenceRefusal> {
    let there_are = draft.table().silences().len();
    match draft.table().policy().max_silences {
        Some(most) if there_are >= most => Err(SilenceRefusal::TooMany { there_are, most }),
        Some(_) | None => Ok(()),
    }
}

fn fits(draft: &Draft, terms: &Terms) -> Result<(), SilenceRefusal> {
    let policy = draft.table().policy();
    let size = || terms.size(policy.silence_retention);
    match policy.max_silence_size.map(|most| (size(), most)) {
        Some((size, most)) if size > most => Err(SilenceRefusal::TooLarge { size, most }),
        Some(_) | None => Ok(()),
    }
}

/// Puts a silence that is not over, with the line that explains it, and lets alerts feel it if it has
/// begun.
fn begin(
    draft: &mut Draft,
    by: By<'_>,
    mut silence: Silence,
    deed: SilenceDeed,
) -> Result<SilenceId, Refusal> {
    let (id, now) = (silence.id, draft.tick.now);
    silence.reach = match silence.reach {
        Reach::Muting => {
            // What has begun has begun.
            silence.terms.starts = silence.terms.starts.min(now);
            Reach::Muting
        }
        _ if silence.terms.starts <= now => Reach::Beginning,
        _ => Reach::Ahead,
    };
    silence.quiet = quiet(draft, &silence);
    put(draft, by.actor, silence, deed);
    follow(draft, by.actor, id)?;
    Ok(id)
}

/// Ends one that is not over; has one that is over as it is.
fn expire(draft: &mut Draft, by: By<'_>, id: SilenceId) -> Result<(), Refusal> {
    let silence = draft.table().silence(id).cloned().ok_or(SilenceRefusal::Unknown)?;
    match silence.state(draft.tick.now) {
        SilenceState::Expired => Ok(()),
        SilenceState::Active | SilenceState::Pending => {
            end_now(draft, by, &silence)?;
            maintenance::see_to_windows(draft)
        }
    }
}

pub(super) fn end_now(draft: &mut Draft, by: By<'_>, silence: &Silence) -> Result<(), Refusal> {
    let now = draft.tick.now;
    let mut next = silence.clone();
    next.terms.ends = now;
    next.terms.starts = next.terms.starts.min(now);
    next.reach = Reach::Ending;
    next.last = LastChange { actor: by.actor.clone(), before: Some(silence.terms.clone()) };
    put(draft, by.actor, next, SilenceDeed::Expired);
    follow(draft, by.actor, silence.id)
}

/// Takes back what somebody did to silences in one commit, if nothing has become of those since.
fn undo(draft: &mut Draft, by: By<'_>, revision: Revision) -> Result<(), Refusal> {
    let own =
        |silence: &&Arc<Silence>| silence.revision == revision && silence.last.actor == *by.actor;
    let mut changed: Vec<Arc<Silence>> = draft.table().silences().filter(own).cloned().collect();
    if changed.is_empty() {
        return Err(Refusal::NotUndone { last: None });
    }
    // What is put back first: what both match is quiet throughout.
    changed.sort_by_key(|silence| silence.last.before.is_none());
    let now = draft.tick.now;
    for silence in changed {
        match &silence.last.before {
            None => end_now(draft, by, &silence)?,
            Some(before) if before.state(now) == SilenceState::Expired => {
                return Err(SilenceRefusal::EndsInPast.into());
            }
            Some(before) => {
                let last =
                    LastChange { actor: by.actor.clone(), before: Some(silence.terms.clone()) };
                let reach = match silence.reach {
                    Reach::Muting => Reach::Muting,
                    Reach::Ahead | Reach::Beginning | Reach::Ending | Reach::Over { .. } => {
                        Reach::Ahead
                    }
                };
                let next =
                    Silence { terms: before.clone(), reach, last, ..silence.as_ref().clone() };
                begin(draft, by, next, SilenceDeed::Undone)?;
            }
        }
    }
    maintenance::see_to_windows(draft)
}

/// Its time has come, or alerts that follow it are left.
pub(super) fn passed(draft: &mut Draft, silence: &Silence) -> Result<(), Refusal> {
    let now = draft.tick.now;
    let mut next = silence.clone();
    match silence.reach {
        // Also one whose whole time has passed while we were not there: nobody was quiet for it.
        Reach::Ahead | Reach::Beginning | Reach::Muting if silence.terms.ends <= now => {
            next.reach = Reach::Ending;
            put(draft, &Actor::Watchbell, next, SilenceDeed::Ended { resolved: false });
            // The next window may begin at this very moment.
            maintenance::see_to_windows(draft)?;
        }
        Reach::Ahead => {
            next.reach = Reach::Beginning;
            keep(draft, next);
        }
        Reach::Beginning | Reach::Ending => {}
        Reach::Muting => {
            // What came back while we could not hear was not heard.
            let deaf = draft.table().granted().filter(|grant| {
                grant.until > now && silence.quiet.is_none_or(|quiet| quiet < grant.heard_from)
            });
            if let Some(grant) = deaf {
                next.quiet = Some(grant.until);
                keep(draft, next);
                return Ok(());
            }
            next.terms.ends = now;
            next.reach = Reach::Ending;
            put(draft, &Actor::Watchbell, next, SilenceDeed::Ended { resolved: true });
            maintenance::see_to_windows(draft)?;
        }
        Reach::Over { .. } => {
            draft.end(Key::Silence(silence.id), None);
            return Ok(());
        }
    }
    follow(draft, &Actor::Watchbell, silence.id)
}

/// Lets alerts feel that a silence is in force, or is over: as many as one step bears.
fn follow(draft: &mut Draft, actor: &Actor, id: SilenceId) -> Result<(), Refusal> {
    let Some(silence) = draft.table().silence(id).cloned() else { return Ok(()) };
    let table = draft.table();
    let (found, happening): (Vec<Arc<Alert>>, _) = match silence.reach {
        Reach::Beginning => {
            let new = |alert: &&Arc<Alert>| !alert.is_silenced_by(id);
            let found = suppress::reached(table, &silence.terms.matchers).filter(new);
            let happening = Happening::Suppress(silence.mark());
            (found.take(FOLLOW_AT_ONCE).cloned().collect(), happening)
        }
        Reach::Ending => {
            let found = table.silenced_by(id).take(FOLLOW_AT_ONCE).cloned();
            (found.collect(), Happening::Unsuppress(silence.mark()))
        }
        Reach::Ahead | Reach::Muting | Reach::Over { .. } => return Ok(()),
    };
    for alert in &found {
        if silence.reach == Reach::Ending {
            hand_over(draft, alert.id)?;
        }
        let alert = draft.table().alert(alert.id).cloned();
        take(draft, By { actor, seen: None }, alert.as_deref(), &happening)?;
    }
    if found.len() < FOLLOW_AT_ONCE {
        // An alert may have moved it meanwhile.
        let known = draft.table().silence(id).map_or(silence, Arc::clone);
        let mut next = known.as_ref().clone();
        next.reach = match known.reach {
            Reach::Beginning => Reach::Muting,
            _ => Reach::Over {
                kept: after(known.terms.ends, draft.table().policy().silence_retention),
            },
        };
        next.quiet = quiet(draft, &next);
        keep(draft, next);
    }
    Ok(())
}

/// Marks an alert, before a silence lets go of it, with those that mute it as well and are on their way:
/// it stays quiet.
fn hand_over(draft: &mut Draft, id: AlertId) -> Result<(), Refusal> {
    let Some(alert) = draft.table().alert(id).cloned() else { return Ok(()) };
    let now = draft.tick.now;
    let others: Vec<Suppressor> = draft
        .table()
        .unsettled_silences(now)
        .filter(|silence| {
            silence.mutes(alert.told_labels(), now) && !alert.is_silenced_by(silence.id)
        })
        .map(|silence| silence.mark())
        .collect();
    for other in others {
        let alert = draft.table().alert(id).cloned();
        take(draft, OURS, alert.as_deref(), &Happening::Suppress(other))?;
    }
    Ok(())
}

/// An ended alert without the marks of silences, if it has such: where it comes back it is marked with
/// those that match it by then, and no other keeps it quiet or lets a call go on of which nobody was
/// told.
pub(super) fn rid_of_marks(alert: &Alert) -> Option<Alert> {
    let is_mark = |held: &Suppression| held.by.silence().is_some();
    if alert.is_open() || !alert.suppressions.iter().any(is_mark) {
        return None;
    }
    let mut next = alert.clone();
    next.suppressions.retain(|held| !is_mark(held));
    Some(next)
}

/// What has ended, and stays so, keeps the marks that it had.
pub(super) fn mark_as_before(next: &mut Alert, was: &Alert) {
    let is_mark = |held: &&Suppression| held.by.silence().is_some();
    let others = next.suppressions.iter().filter(|held| !is_mark(held));
    let marks = was.suppressions.iter().filter(is_mark);
    next.suppressions = others.chain(marks).cloned().collect();
}

/// The silences of an alert that begins, comes back or says something else of itself.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Those that it is marked with now, and was not although it was there.
    pub(super) new: Vec<Suppressor>,
    /// Those that it is marked with, and that do not match it any more.
    pub(super) lost: Vec<Suppressor>,
}

/// Marks `next`, which was `was`, with the silences that match it now. What comes back is rid of all
/// others; what was there all the time is told when it is (T16).
pub(super) fn mark_anew(draft: &Draft, was: Option<&Alert>, next: &mut Alert) -> Marks {
    let was_open = |was: &Alert| was.is_open();
    let as_before = |was: &Alert| was.is_open() && was.told_labels() == next.told_labels();
    if !next.is_open() || was.is_some_and(as_before) {
        return Marks::default();
    }
    let now = draft.tick.now;
    let muting: Vec<Arc<Silence>> =
        draft.table().silences_muting(next.told_labels(), now).cloned().collect();
    let matches = |id: SilenceId| muting.iter().any(|silence| silence.id == id);
    let was_there = was.is_some_and(was_open);
    let lost = if was_there {
        let held = next.suppressions.iter().map(|held| &held.by);
        held.filter(|by| by.silence().is_some_and(|id| !matches(id))).cloned().collect()
    } else {
        Vec::new()
    };
    let new = muting.iter().filter(|silence| !next.is_silenced_by(silence.id));
    let new: Vec<Suppressor> = new.map(|silence| silence.mark()).collect();
    for mark in &new {
        next.quiet(mark, &draft.tick);
    }
    // That it began so needs no line: a mark says since when.
    Marks { new: if was_there { new } else { Vec::new() }, lost }
}

/// Takes in, for silences that end with what they mute, that an alert changed.
pub(super) fn heed(draft: &mut Draft, was: Option<&Alert>, is: &Alert) {
    let before = was.map_or(&[][..], |was| &was.suppressions);
    if before.is_empty() && is.suppressions.is_empty() {
        return;
    }
    let ids: Vec<SilenceId> =
        before.iter().chain(&is.suppressions).filter_map(|held| held.by.silence()).collect();
    for id in ids {
        let Some(silence) = draft.table().silence(id).cloned() else { continue };
        let quiet = quiet(draft, &silence);
        if quiet != silence.quiet {
            keep(draft, Silence { quiet, ..silence.as_ref().clone() });
        }
    }
}

/// Since when all that a silence muted is resolved, where that matters.
fn quiet(draft: &Draft, silence: &Silence) -> Option<Timestamp> {
    let matters = silence.terms.until_resolved && silence.reach == Reach::Muting;
    let resolved = matters && draft.table().is_resolved_under(silence.id);
    resolved.then(|| silence.quiet.unwrap_or(draft.tick.now))
}

/// Puts what somebody, or its time, made of a silence.
fn put(draft: &mut Draft, actor: &Actor, mut silence: Silence, deed: SilenceDeed) {
    silence.updated = draft.tick.now;
    silence.revision = draft.tick.revision;
    let event = draft.event(actor, Key::Silence(silence.id), What::Silence(deed), None);
    draft.put(Entity::Silence(Arc::new(silence)), Some(event));
}

/// Puts how far a silence has come, which is no change of it.
fn keep(draft: &mut Draft, silence: Silence) {
    draft.put(Entity::Silence(Arc::new(silence)), None);
}
