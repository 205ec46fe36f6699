//! What others did: published changes, and what of them is worth a frame.

use std::collections::{BTreeSet, HashMap};
use std::mem::discriminant;
use std::sync::Arc;

use super::silences::Touched;
use super::storm::{self, Haste};
use super::{acting, moving, silences, telling};
use crate::console::effect::{Effect, News};
use crate::console::model::endings;
use crate::console::model::list::{Mode, Seen, Still};
use crate::console::model::place::{is_viewer, named};
use crate::console::model::senders::OpenedBy;
use crate::console::model::trouble::Back;
use crate::console::model::{Model, Now, PageAbout, Screen};
use crate::console::view::layout::{self, PanePlace};
use crate::console::words;
use crate::domain::alert::{Alert, Ending, State};
use crate::domain::change::Change;
use crate::domain::entity::{Entity, Key};
use crate::domain::id::{AlertId, SilenceId};
use crate::domain::table::Table;

/// Takes published news into the list, change by change.
pub(super) fn arrive(model: &mut Model, news: News, now: Now) -> Vec<Effect> {
    let called = telling::calls(model, &news);
    let said = model.message.clone();
    forget_message(model, &news.table);
    let (seen, mut haste) = match news.changes {
        Some(changes) => follow(model, &changes, news.table, now),
        None => (catch_up(model, news.table, now), Haste::MayWait),
    };
    if model.message != said {
        haste = Haste::AtOnce;
    }
    let effects = telling::ring(model, &called, now);
    if seen == Seen::Passenger && effects.is_empty() {
        return effects;
    }
    follow_live(model);
    storm::news(model, haste, effects, now)
}

/// Takes changes that lead to `table`; says whether anything can be seen of them, and how soon.
fn follow(model: &mut Model, changes: &[Change], table: Table, now: Now) -> (Seen, Haste) {
    let (mut seen, mut haste) = (Seen::Passenger, Haste::MayWait);
    let mut taken = HashMap::new();
    let (mut told, mut seen_of) = (BTreeSet::new(), Vec::new());
    for change in changes {
        let about = told_of(&model.table, change);
        told.extend(about);
        if take(model, &mut taken, change, &table, now) == Seen::Changed {
            seen = Seen::Changed;
            seen_of.extend(about);
        }
        if explains(model, change, about) {
            (seen, haste) = (Seen::Changed, Haste::AtOnce);
        }
    }
    let touched = silences::touched(model, changes);
    model.table = table;
    let (none, back) = (model.untold.is_empty(), model.back.is_some());
    for id in &told {
        let alert = model.table.alert(*id);
        model.back.take_if(|back| alert.is_some_and(|alert| !back.hear(alert)));
    }
    if back && model.back.is_none() {
        (seen, haste) = (Seen::Changed, Haste::AtOnce);
    }
    for id in told {
        if model.untold.look(id, &model.table) == Seen::Changed {
            seen = Seen::Changed;
        }
    }
    if silences_changed(model, changes, now) | silences::follow(model, touched, now) {
        (seen, haste) = (Seen::Changed, Haste::AtOnce);
    }
    if model.untold.is_empty() != none || is_disturbed(model, now) {
        haste = Haste::AtOnce;
    }
    if haste == Haste::MayWait && model.tally.is_some() {
        haste = storm::haste(model, &seen_of);
    }
    (seen, haste)
}

/// Takes in that silences, or what they mute, changed; says whether that is seen: in the bar, or in
/// what is said of an alert on the screen.
fn silences_changed(model: &mut Model, changes: &[Change], now: Now) -> bool {
    if let Some(sheet) = model.silencing_mut() {
        sheet.count.follow();
    }
    let silences = changes.iter().filter_map(|change| match change.key {
        Key::Silence(id) => Some(id),
        Key::Alert(_)
        | Key::Delivery(_)
        | Key::Service(_)
        | Key::Token(_)
        | Key::Once(_)
        | Key::Source(_)
        | Key::Maintenance(_) => None,
    });
    let silences: BTreeSet<SilenceId> = silences.collect();
    if silences.is_empty() {
        return false;
    }
    let open = match &model.screen {
        Screen::Detail(opened) => Some(opened.id),
        Screen::List => model.pane.subject,
        Screen::Senders(_) | Screen::Silences(_) => None,
    };
    let alert = open.and_then(|id| model.table.alert(id));
    let told = alert.is_some_and(|alert| silences.iter().any(|id| alert.is_silenced_by(*id)));
    endings::look(model, now.at) | told
}

/// Takes a table of which some changes were missed, as far as it is another.
fn catch_up(model: &mut Model, table: Table, now: Now) -> Seen {
    let before = std::mem::replace(&mut model.table, table);
    let table = &model.table;
    let mut told: BTreeSet<AlertId> = before.told_anew(table).collect();
    for (old, new) in before.changed_alerts(table) {
        model.roster.take(old.map(AsRef::as_ref), new.map(AsRef::as_ref));
        told.extend(new.or(old).map(|alert| alert.id));
    }
    for id in told {
        model.untold.look(id, table);
    }
    if before.services().eq(table.services()) {
        model.list.catch_up(&before, table, now.at);
    } else {
        // A filter may look for what a service is called.
        model.list.rebuild(table, now.at);
    }
    let absence = model.back.take().map(|back| back.absence);
    model.back = absence.and_then(|absence| Back::of(absence, &model.table, now.at));
    if let Some(sheet) = model.silencing_mut() {
        sheet.count.follow();
    }
    endings::look(model, now.at);
    silences::follow(model, Touched::Silences, now);
    storm::again(model, now.at);
    Seen::Changed
}

/// The alert of which `change` may tell whether its call was told. `table` is from before it.
fn told_of(table: &Table, change: &Change) -> Option<AlertId> {
    match (change.key, &change.next) {
        (Key::Alert(id), _) => Some(id),
        (Key::Delivery(_), Some(Entity::Delivery(delivery))) => Some(delivery.alert),
        (Key::Delivery(id), _) => table.delivery(id).map(|delivery| delivery.alert),
        (
            Key::Service(_)
            | Key::Token(_)
            | Key::Once(_)
            | Key::Source(_)
            | Key::Silence(_)
            | Key::Maintenance(_),
            _,
        ) => None,
    }
}

/// Whether the page that is open tells of what a channel was told.
fn explains(model: &Model, change: &Change, about: Option<AlertId>) -> bool {
    let open = model.page.map(|page| page.about);
    matches!(change.key, Key::Delivery(_)) && open.is_some() && open == about.map(PageAbout::Why)
}

/// In a live list the pane is about whatever is first.
pub(super) fn follow_live(model: &mut Model) {
    if matches!(model.list.mode, Mode::Live) {
        moving::settle(model);
    }
}

/// How alerts stand of which several changes came at once, between these.
type Taken = HashMap<AlertId, Option<Arc<Alert>>>;

/// Takes one of several changes that lead to `table`. The model still has the table from before.
fn take(model: &mut Model, taken: &mut Taken, change: &Change, table: &Table, now: Now) -> Seen {
    let Key::Alert(id) = change.key else {
        // A service may have got its name, a token was made: nothing of that is in a row.
        return Seen::Passenger;
    };
    let new = match &change.next {
        Some(Entity::Alert(alert)) => Some(alert),
        Some(
            Entity::Service(_)
            | Entity::Token(_)
            | Entity::Once(_)
            | Entity::Source(_)
            | Entity::Delivery(_)
            | Entity::Silence(_)
            | Entity::Maintenance(_),
        )
        | None => None,
    };
    let before = taken.insert(id, new.cloned());
    let old = before.unwrap_or_else(|| model.table.alert(id).cloned());
    model.roster.take(old.as_deref(), new.map(AsRef::as_ref));
    let seen = model.list.take(old.as_ref(), new, table, now.at);
    if let Some(new) = new {
        storm::take(&mut model.storms, old.as_deref(), new);
        if old.is_none() {
            first_alert(model, id);
        }
        if let Some(old) = &old {
            disturb(model, old, new, now);
            tell_of_selected(model, old, new);
            if has_new_line(old, new) && shows_timeline(model, id) {
                return Seen::Changed;
            }
        }
    }
    seen
}

/// Whether a line came to the timeline. What a channel was told moves nothing but that.
fn has_new_line(old: &Alert, new: &Alert) -> bool {
    let newest = |alert: &Alert| alert.recent.last().map(|event| event.revision);
    newest(old) != newest(new)
}

/// Whether the timeline of an alert is on the screen, as far as the window goes.
fn shows_timeline(model: &Model, id: AlertId) -> bool {
    if model.page.is_some() {
        return false;
    }
    match &model.screen {
        Screen::Detail(opened) => opened.id == id,
        Screen::List => {
            let pane = layout::regions(model).pane.map(|(place, _)| place);
            let whole = matches!(pane, Some(PanePlace::Right | PanePlace::Below));
            whole && model.pane.subject == Some(id)
        }
        Screen::Senders(_) | Screen::Silences(_) => false,
    }
}

/// What was said of an alert goes when it has changed state in `table`, is kept quiet or heard again
/// there, or came back as another. The model still has the table from before.
fn forget_message(model: &mut Model, table: &Table) {
    let about = model.message.as_ref().and_then(|message| message.about);
    let Some(old) = about.and_then(|id| model.table.alert(id)) else { return };
    let stands = table.alert(old.id).is_some_and(|new| {
        discriminant(&old.standing.state) == discriminant(&new.standing.state)
            && old.is_suppressed() == new.is_suppressed()
    });
    let newest = |table: &Table| table.newest(&old.identity).map(|alert| alert.id);
    if !stands || newest(table) != newest(&model.table) {
        model.message = None;
        model.acts.faster = None;
    }
}

/// The first alert opens the list by itself, unless a secret is on the screen.
fn first_alert(model: &mut Model, id: AlertId) {
    let Screen::Senders(senders) = &mut model.screen else { return };
    senders.arrived.get_or_insert(id);
    if senders.opened == OpenedBy::Itself && senders.is_without_secret() && model.sheet.is_none() {
        model.screen = Screen::List;
    }
}

/// Whether the open sheet was disturbed just now.
fn is_disturbed(model: &Model, now: Now) -> bool {
    let disturbed = model.sheet.as_ref().and_then(|sheet| sheet.disturbed());
    disturbed.is_some_and(|disturbed| disturbed.at == now.tick)
}

/// An open sheet says when its alert changes behind it, and waits.
fn disturb(model: &mut Model, old: &Alert, new: &Alert, now: Now) {
    let sheet = model.sheet.as_ref();
    let disturbed = sheet.and_then(|sheet| acting::disturbed(model, sheet, old, new, now));
    if let Some((sheet, disturbed)) = model.sheet.as_mut().zip(disturbed) {
        sheet.disturb(disturbed);
    }
}

/// The selected alert stays where it is; what others did to it is said.
fn tell_of_selected(model: &mut Model, old: &Arc<Alert>, new: &Arc<Alert>) {
    let selected = match &model.screen {
        Screen::Detail(opened) => Some(opened.id),
        Screen::List => model.list.still().and_then(Still::selected),
        Screen::Senders(_) | Screen::Silences(_) => None,
    };
    if selected != Some(new.id) || old.standing.state == new.standing.state {
        return;
    }
    let title = named(new);
    match &new.standing.state {
        State::Resolved(resolution) => match &resolution.how {
            Ending::Operator { by, .. } if is_viewer(by, &model.settings.viewer) => {}
            Ending::Operator { .. } | Ending::Source => {
                let ended = words::ended(model, resolution);
                model.say_of(new.id, format!("\"{title}\" was {ended}."));
            }
            Ending::TimeOut => {
                let ended = words::ended(model, resolution);
                model.say_of(new.id, format!("\"{title}\" {ended}."));
            }
        },
        State::Acknowledged(it) if !is_viewer(&it.by, &model.settings.viewer) => {
            let at = model.time(it.at);
            model.say_of(new.id, format!("\"{title}\" was acknowledged by {} at {at}.", it.by));
        }
        State::Acknowledged(_) | State::Firing => {}
    }
}
