//! Everything the screen shows and everything a key depends on. Changed by `update` alone; what is
//! not in here is not drawn.

pub mod acts;
pub mod endings;
pub mod list;
pub mod place;
pub mod ranked;
pub mod refusing;
pub mod roster;
pub mod senders;
pub mod sheet;
pub mod sieve;
pub mod silences;
pub mod silencing;
pub mod sorted;
pub mod still;
pub mod storm;
pub mod tally;
pub mod telling;
pub mod trouble;
pub mod untold;

use std::sync::Arc;

use ratatui::layout::Size;

use self::acts::{Act, Acts, Target};
use self::endings::Endings;
use self::list::Filtered;
use self::list::List;
use self::place::Census;
use self::refusing::Refusing;
use self::roster::Roster;
use self::senders::Senders;
use self::sheet::{About, Purpose, Question, Sheet};
use self::silences::Silences;
use self::silencing::Silencing;
use self::sorted::Rows;
use self::storm::Storms;
use self::tally::Tally;
use self::telling::Telling;
use self::trouble::{Back, Overload, Trouble};
use self::untold::Untold;
use super::action::{Action, Context, Entry, ReadOnly, find};
use super::file::FileError;
use super::frame::Tick;
use super::keymap::Keymap;
use super::settings::{Access, Settings};
use super::theme::Theme;
use super::theme::palette::{Palette, ThemeError};
use super::when;
use crate::domain::alert::{Alert, Resolution};
use crate::domain::id::{AlertId, OpId, SilenceId};
use crate::domain::table::Table;
use crate::domain::time::Timestamp;
use crate::engine::{Absence, Certificate, Refusals};

/// The two times of an event: the engine's, for what is shown and decided, and one that only runs
/// forward, for waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The engine's time.
    pub at: Timestamp,
    /// Since the console started.
    pub tick: Tick,
}

/// The model; see the module.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the console was told when it started.
    pub settings: Settings,
    /// Its colours.
    pub theme: Theme,
    /// Its keys.
    pub keymap: Keymap,
    /// What is wrong with the person's own keys.
    pub key_trouble: Option<FileError>,
    /// What is wrong with the person's own theme.
    pub theme_trouble: Option<ThemeError>,
    /// What there is.
    pub table: Table,
    /// What stands in the list.
    pub list: List,
    /// Who sends.
    pub roster: Roster,
    /// What the screen shows.
    pub screen: Screen,
    /// What is open over it.
    pub sheet: Option<Sheet>,
    /// The page of text that covers everything, while one is open.
    pub page: Option<Page>,
    /// The detail beside the list.
    pub pane: Pane,
    /// What was last said at the bottom.
    pub message: Option<Message>,
    /// What this console does.
    pub acts: Acts,
    /// Filters that were kept, oldest first.
    pub filters: Vec<String>,
    /// The size of the window.
    pub size: Size,
    /// As of when ages are shown: a full minute.
    pub clock: Timestamp,
    /// What the last frame showed.
    pub drawn: Box<Drawn>,
    /// Who took the cursor where it is.
    pub cursor: Cursor,
    /// What waits for a time.
    pub waits: Waits,
    /// Whether somebody looks, and what they have not been told.
    pub telling: Telling,
    /// Whether the service is all right, as far as it says.
    pub service: Service,
    /// The posts that are being refused, while they are, as of the last frame that was due.
    pub refusing: Option<Refusing>,
    /// The posts that are not taken in, while there are any.
    pub overload: Option<Overload>,
    /// What an absence left in doubt.
    pub back: Option<Back>,
    /// The calls that no channel took.
    pub untold: Untold,
    /// The silences whose end calls somebody soon.
    pub endings: Endings,
    /// What began lately.
    pub storms: Storms,
    /// The counts that are shown while it storms.
    pub tally: Option<Tally>,
}

/// What the screen shows.
#[derive(Clone, Debug)]
pub enum Screen {
    /// The list.
    List,
    /// One alert.
    Detail(Opened),
    /// How to send alerts here.
    Senders(Senders),
    /// The silences.
    Silences(Box<Silences>),
}

/// A page of text over the whole screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it says.
    pub about: PageAbout,
    /// The first line in the window.
    pub scroll: usize,
}

/// What a page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageAbout {
    /// Keys and words.
    Help,
    /// Why an alert calls people, or does not.
    Why(AlertId),
}

/// An alert over the whole screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Which.
    pub id: AlertId,
    /// The first line in the window.
    pub scroll: usize,
}

/// The detail beside the list. It follows the cursor when that rests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pane {
    /// Whether the person wants to see it.
    pub wish: Wish,
    /// Whose detail.
    pub subject: Option<AlertId>,
    /// The number of its row, from 0.
    pub row: usize,
    /// How many rows there were when the cursor last rested.
    pub rows: usize,
    /// The first line in the pane.
    pub scroll: usize,
}

/// Whether something is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// It is.
    #[default]
    On,
    /// It is not.
    Off,
}

/// Something said at the bottom. It stays until the next key; trouble until `esc` or the next act.
/// What is said of an alert goes when that alert ends, comes back or is kept quiet: it is not so
/// any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What.
    pub text: String,
    /// Of which alert, if of one.
    pub about: Option<AlertId>,
    /// What may be wanted next.
    pub hint: Option<Action>,
    /// How long it stays.
    pub tone: Tone,
}

impl Tone {
    /// Whether it says what went wrong, so that a key that does nothing leaves it there.
    pub fn is_trouble(self) -> bool {
        match self {
            Tone::Trouble | Tone::Unsaved => true,
            Tone::Said | Tone::Over | Tone::Everywhere => false,
        }
    }
}

/// How long a message stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Until the next key.
    Said,
    /// Until `esc` or the next act.
    Trouble,
    /// The same, and no longer than nothing can be saved or asked.
    Unsaved,
    /// Until the next key, and no longer than everything can be saved and asked.
    Over,
    /// Until the next key, and shown over whatever is open: it answers a key of every context.
    Everywhere,
}

/// What the last frame that was written showed: what a key is about.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// The alerts as they were.
    pub table: Table,
    /// Which of them stood where.
    pub rows: Rows,
    /// The same without a filter.
    pub unfiltered: Rows,
    /// The text of the filter that was on.
    pub filter: String,
    /// Those a key may be about: the rows of the window, or what was open.
    pub in_sight: Vec<AlertId>,
    /// The same of silences.
    pub silences: Vec<SilenceId>,
    /// The first row.
    pub first: Option<AlertId>,
    /// When the first row was last replaced by another alert.
    pub replaced: Option<Tick>,
    /// The alert that was selected when it was last called something else, and when that was.
    pub renamed: Option<(AlertId, Tick)>,
    /// Whether the list was sorted anew since.
    pub order: Order,
}

/// Whether the order on the screen is the one in the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As far as a person can tell.
    #[default]
    Shown,
    /// A key sorted the list anew, and no frame shows it yet.
    SortedSince,
}

/// Who took the cursor of the list where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cursor {
    /// The person, as far as they have seen it rest.
    #[default]
    Placed,
    /// A list that was left standing went back to the top, away from the alert it was on.
    Returned,
    /// A filter that took long to look at all alerts.
    Sifted,
}

/// What waits for a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waits {
    /// When the pane follows the cursor.
    pub settle: Option<Tick>,
    /// When the last key was pressed.
    pub key: Tick,
    /// The key that acted on nothing and is to be pressed again.
    pub warned: Option<Warned>,
}

/// A key that acted on nothing: it may have been meant for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warned {
    /// The alert it would act on.
    pub about: AlertId,
    /// Why it did not.
    pub why: Moved,
    /// When the first frame that says so was written; a key before that does not answer it.
    pub shown: Option<Tick>,
}

/// What happened so that a key may have been meant for another alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The first row was replaced.
    JustNow,
    /// The list went back to the top while nobody pressed a key.
    Meanwhile,
    /// The alert is called something else.
    Renamed,
    /// No frame showed the alert before the key was pressed.
    Unseen,
}

/// Whether the service can be believed; from its vitals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Since when and why nothing can be saved.
    pub unsaved: Option<Trouble>,
    /// Since when there is no connection to it, and why none can be made, where that is known.
    pub unconnected: Option<Trouble>,
    /// The posts that were refused.
    pub refusals: Arc<Refusals>,
    /// Since when and why nobody can connect.
    pub unheard: Option<Trouble>,
    /// The certificate that is shown, where TLS is spoken.
    pub certificate: Option<Certificate>,
    /// When we could last not have heard of anything.
    pub absence: Option<Absence>,
    /// How many posts were not taken in since the program started, because too much was under way.
    pub busy: u64,
}

impl Service {
    /// Whether what is shown is how it stood, and may stand otherwise.
    pub fn is_of_then(&self) -> bool {
        self.unsaved.is_some() || self.unconnected.is_some()
    }
}

/// The smallest window in which anything can be done.
pub const SMALLEST: Size = Size { width: 40, height: 8 };

impl Model {
    /// A console that has drawn nothing yet.
    pub fn new(settings: Settings, table: Table, size: Size, now: Now) -> Model {
        let (keymap, key_trouble) = match settings.keys.as_ref().map(Keymap::with) {
            None => (Keymap::built_in(), None),
            Some(Ok(keymap)) => (keymap, None),
            Some(Err(error)) => (Keymap::built_in(), Some(error)),
        };
        let (palette, theme_trouble) = match &settings.theme {
            Ok(palette) => (palette.clone(), None),
            Err(error) => (Palette::default(), Some(error.clone())),
        };
        let list = List::new(&table, settings.viewer.clone(), now.at);
        let screen = match table.alert_count() {
            0 => Screen::Senders(Senders::first_run()),
            _ => Screen::List,
        };
        let pane = Pane { subject: list.under_cursor(), rows: list.len(), ..Pane::default() };
        let storms = Storms::of(&table, now.at);
        let tally = storms.storm().map(|storm| Tally::new(&list, storm, now.at));
        Model {
            theme: Theme::of(&palette, settings.depth, settings.ground),
            acts: Acts::new(settings.seed),
            keymap,
            key_trouble,
            theme_trouble,
            list,
            roster: Roster::of(&table),
            screen,
            sheet: None,
            page: None,
            pane,
            message: None,
            filters: settings.filters.earlier.clone(),
            size,
            clock: when::minute(now.at),
            drawn: Box::new(Drawn { table: table.clone(), ..Drawn::default() }),
            cursor: Cursor::default(),
            waits: Waits { key: now.tick, ..Waits::default() },
            telling: Telling::new(now.tick),
            service: Service::default(),
            refusing: None,
            overload: None,
            back: None,
            untold: Untold::of(&table),
            endings: Endings::of(&table, now.at),
            storms,
            tally,
            table,
            settings,
        }
    }

    /// The console of a service that is so. What was refused before is not told.
    #[must_use]
    pub fn serving(self, service: Service, now: Timestamp) -> Model {
        let back = service.absence.and_then(|absence| Back::of(absence, &self.table, now));
        Model { service, back, ..self }
    }

    /// Which keys are read.
    pub fn context(&self) -> Context {
        if self.page.is_some() {
            return Context::Help;
        }
        match (&self.sheet, &self.screen) {
            (Some(Sheet::Question(_)), _) => Context::Confirm,
            (Some(Sheet::Picker(_)), _) => Context::Picker,
            (Some(Sheet::Prompt(_)), _) => Context::Prompt,
            (Some(Sheet::Silencing(_)), _) => Context::Silence,
            (None, Screen::List) => Context::List,
            (None, Screen::Detail(_)) => Context::Detail,
            (None, Screen::Senders(_)) => Context::Senders,
            (None, Screen::Silences(_)) => Context::Silences,
        }
    }

    /// The header's counts, as they are shown.
    pub fn census(&self) -> Census {
        self.tally.as_ref().map_or_else(|| self.list.census(), |tally| tally.census)
    }

    /// What the filter lets through, as it is shown.
    pub fn filtered(&self) -> Filtered {
        self.tally.as_ref().map_or_else(|| self.list.filtered(), |tally| tally.filtered)
    }

    /// How many alerts are new since the list stood still, and how many of them are critical, as is
    /// shown.
    pub fn fresh(&self) -> (usize, usize) {
        self.tally.as_ref().map_or_else(|| self.list.fresh(), |tally| tally.fresh)
    }

    /// Whether the window is too small to act in.
    pub fn is_too_small(&self) -> bool {
        self.size.width < SMALLEST.width || self.size.height < SMALLEST.height
    }

    /// The alert of a row or of the detail, the last known form of it where it is kept no longer.
    pub fn alert(&self, id: AlertId) -> Option<&Arc<Alert>> {
        self.table.alert(id).or_else(|| self.list.still()?.gone(id))
    }

    /// The alert a key is about: the open one, the selected one, else the one that is selected when
    /// a live list stands still in the order of the last frame.
    pub fn target(&self) -> Option<Target> {
        let id = match &self.screen {
            Screen::Detail(opened) => opened.id,
            Screen::List => match self.list.still() {
                Some(still) => still.selected()?,
                None => self.rows_to_stand().places().get(0)?.id,
            },
            Screen::Senders(_) | Screen::Silences(_) => return None,
        };
        self.target_of(id)
    }

    /// The rows with which a live list stands still: those of the last frame, in its order. Where
    /// another filter has been put on since, nothing on the screen is in its order.
    pub fn rows_to_stand(&self) -> Rows {
        if self.drawn.filter == self.list.sieve().text() {
            self.drawn.rows.clone()
        } else {
            self.list.rows()
        }
    }

    /// The alert that is open or under the cursor, as the next frame will show it.
    pub fn selected(&self) -> Option<AlertId> {
        match &self.screen {
            Screen::Detail(opened) => Some(opened.id),
            Screen::List => self.list.under_cursor(),
            Screen::Senders(_) | Screen::Silences(_) => None,
        }
    }

    /// An alert as the last frame showed it.
    pub fn target_of(&self, id: AlertId) -> Option<Target> {
        let alert = self.drawn.table.alert(id).or_else(|| self.alert(id))?;
        Some(Target { id, title: place::named(alert), seen: alert.revision })
    }

    /// How the alert of a question ended, where that leaves nothing to say yes to.
    pub fn ended(&self, question: &Question) -> Option<&Resolution> {
        match &question.about {
            About::Act(Act::Resolve | Act::Unacknowledge, target) => {
                self.alert(target.id)?.standing.resolution()
            }
            About::Act(..)
            | About::Undo(_)
            | About::UndoSilence(_)
            | About::Expire(_)
            | About::Quit => None,
        }
    }

    /// Says something at the bottom.
    pub fn say(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.message = Some(Message { text, about: None, hint: None, tone: Tone::Said });
    }

    /// Says at the bottom that what went wrong is over.
    pub fn say_over(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.message = Some(Message { text, about: None, hint: None, tone: Tone::Over });
    }

    /// Says something of an alert at the bottom.
    pub fn say_of(&mut self, id: AlertId, text: impl Into<String>) {
        let text = text.into();
        self.message = Some(Message { text, about: Some(id), hint: None, tone: Tone::Said });
    }

    /// Says something whatever is open.
    pub fn say_everywhere(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.message = Some(Message { text, about: None, hint: None, tone: Tone::Everywhere });
    }

    /// What is said whatever is open.
    pub fn said_everywhere(&self) -> Option<&Message> {
        self.message.as_ref().filter(|message| message.tone == Tone::Everywhere)
    }

    /// Says at the bottom what went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.message = Some(Message { text, about: None, hint: None, tone: Tone::Trouble });
    }

    /// Says at the bottom what was not saved, until saving and asking work again.
    pub fn complain_unsaved(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.message = Some(Message { text, about: None, hint: None, tone: Tone::Unsaved });
    }

    /// A time of the timeline, in the console's zone.
    pub fn time(&self, at: Timestamp) -> String {
        when::clock(at, self.clock, &self.settings.zone)
    }

    /// The filter being typed, if one is.
    pub fn trial(&self) -> Option<&sheet::Trial> {
        match &self.sheet {
            Some(Sheet::Prompt(prompt)) => match &prompt.purpose {
                Purpose::Filter(trial) => Some(trial),
                Purpose::Note(_)
                | Purpose::ResolveNote(_)
                | Purpose::Snooze(_)
                | Purpose::Silences(_)
                | Purpose::TokenName => None,
            },
            Some(Sheet::Question(_) | Sheet::Picker(_) | Sheet::Silencing(_)) | None => None,
        }
    }

    /// The sheet that asks what to silence, while it is open.
    pub fn silencing(&self) -> Option<&Silencing> {
        if let Some(Sheet::Silencing(sheet)) = &self.sheet { Some(sheet) } else { None }
    }

    /// The same, to be changed.
    pub fn silencing_mut(&mut self) -> Option<&mut Silencing> {
        if let Some(Sheet::Silencing(sheet)) = &mut self.sheet { Some(sheet) } else { None }
    }

    /// The key to name in a sentence; its action's name where it has none.
    pub fn key(&self, context: Context, action: Action) -> String {
        let name = || find(context, action).map_or("", |entry| entry.name).to_owned();
        self.keymap.keys(context, action).first().map_or_else(name, ToString::to_string)
    }

    /// Whether this console may do what the entry says. What it asks for all the same, its source
    /// refuses.
    pub fn may(&self, entry: &Entry) -> bool {
        entry.read_only == ReadOnly::Allowed || self.settings.access == Access::Full
    }

    /// A new id for an order.
    pub fn op(&mut self) -> OpId {
        self.acts.op()
    }
}
