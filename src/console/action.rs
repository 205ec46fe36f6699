//! What keys can do: one table from which the keymap, the footer, the help page and
//! `keybindings.toml` are made. Nothing here knows what an action does; that is `update`.

/// Everything a key can mean. One word may stand in several contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Clear the terminal and draw the whole screen again.
    Redraw,
    /// Stop the program for a while; the owner of the data file refuses.
    Suspend,
    /// One row down.
    CursorDown,
    /// One row up.
    CursorUp,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the first row or line; in the list this makes it live.
    Top,
    /// To the last row or line.
    Bottom,
    /// Sort again and bring in what came since the list stood still.
    ShowNew,
    /// Open the alert over the whole screen.
    Open,
    /// One step back.
    Back,
    /// Scroll the detail pane beside the list down.
    PaneDown,
    /// Scroll the detail pane beside the list up.
    PaneUp,
    /// Show or hide the detail pane.
    TogglePane,
    /// Take the alert on oneself.
    Acknowledge,
    /// Give the alert back to firing; asks.
    Unacknowledge,
    /// Choose whose alert it is.
    Assign,
    /// End the alert by hand; asks.
    Resolve,
    /// Bring an ended alert back; asks.
    Reopen,
    /// Keep the alert quiet for a while; asks for how long.
    Snooze,
    /// End its snooze.
    Wake,
    /// Silence what is like the alert; asks what, how long and why.
    Silence,
    /// Write a note on the alert.
    Note,
    /// Take back one's own last act.
    Undo,
    /// Show only what matches.
    Filter,
    /// Show everything again.
    ClearFilter,
    /// Tokens, and examples for senders.
    Senders,
    /// Say why the alert calls people, or does not.
    Why,
    /// Keys and words.
    Help,
    /// Leave the program; the owner asks.
    Quit,
    /// One line down in a page of text.
    ScrollDown,
    /// One line up in a page of text.
    ScrollUp,
    /// The next alert of the list, still open.
    NextAlert,
    /// The previous alert of the list, still open.
    PreviousAlert,
    /// Take the text of a prompt.
    Accept,
    /// Leave a prompt or a picker without doing anything.
    Cancel,
    /// An earlier text of this prompt.
    Older,
    /// A later text of this prompt.
    Newer,
    /// Take the marked row of a picker.
    Pick,
    /// Mark the next row, or show the next example.
    Next,
    /// Mark the previous row, or show the previous example.
    Previous,
    /// What else is to be silenced: this alert, or what the filter shows.
    Widen,
    /// The view of alerts.
    Alerts,
    /// The view of silences.
    Silences,
    /// Ask for a silence of whatever one writes.
    NewSilence,
    /// Change a silence.
    EditSilence,
    /// Let a silence end an hour later.
    Extend,
    /// End a silence now; asks.
    Expire,
    /// Show the alerts that a silence matches.
    ShowAlerts,
    /// Do what the question asks.
    Yes,
    /// Write a note first, then do what the question asks.
    YesWithNote,
    /// Do nothing.
    No,
    /// Make a token for a sender.
    NewToken,
    /// Copy the shown example to the clipboard.
    Copy,
}

/// Where keys are read; each is a section of `keybindings.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// Added to every other context.
    Any,
    /// The list.
    List,
    /// An alert over the whole screen.
    Detail,
    /// A line of text being written.
    Prompt,
    /// A list of people to choose from.
    Picker,
    /// What to silence, how long and why.
    Silence,
    /// A question.
    Confirm,
    /// The help page.
    Help,
    /// Tokens and examples.
    Senders,
    /// The view of silences.
    Silences,
}

impl Context {
    /// Every context, in the order of the file.
    pub const ALL: [Context; 10] = [
        Context::Any,
        Context::List,
        Context::Detail,
        Context::Prompt,
        Context::Picker,
        Context::Silence,
        Context::Confirm,
        Context::Help,
        Context::Senders,
        Context::Silences,
    ];

    /// The section of `keybindings.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Context::Any => "any",
            Context::List => "list",
            Context::Detail => "detail",
            Context::Prompt => "prompt",
            Context::Picker => "picker",
            Context::Silence => "silence",
            Context::Confirm => "confirm",
            Context::Help => "help",
            Context::Senders => "senders",
            Context::Silences => "silences",
        }
    }

    /// Whether a plain character is text here, so that no action may sit on one.
    pub fn takes_text(self) -> bool {
        matches!(self, Context::Prompt | Context::Picker | Context::Silence)
    }
}

/// The blocks of the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What is done to the selected alert.
    Act,
    /// Moving about.
    Move,
    /// What is shown.
    Look,
    /// The program itself.
    Program,
}

/// How an action appears on the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// A line of its own.
    Own(Group, &'static str),
    /// Its keys stand with those of the line before.
    WithAbove,
    /// It is shown by the hints where it applies, not on the help page.
    Elsewhere,
}

/// What an action needs before it can do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// An alert under the cursor.
    Alert,
}

/// Whether an action asks before it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// It does not change any alert.
    Harmless,
    /// It acts at once and can be undone.
    AtOnce,
    /// It opens a question, a picker or a prompt first.
    First,
}

/// Whether a read-only console may do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// It only looks.
    Allowed,
    /// It changes something.
    Refused,
}

/// One line of the table: an action in one context.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where.
    pub context: Context,
    /// What.
    pub action: Action,
    /// Its name in `keybindings.toml`.
    pub name: &'static str,
    /// The built-in keys.
    pub keys: &'static [&'static str],
    /// The words of a hint, long and short; empty for actions without a hint.
    pub footer: (&'static str, &'static str),
    /// Its place on the help page.
    pub help: HelpLine,
    /// What it needs.
    pub needs: Needs,
    /// Whether it asks.
    pub asks: Asks,
    /// Whether it changes anything.
    pub read_only: ReadOnly,
}

const fn entry(
    context: Context,
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
) -> Entry {
    Entry {
        context,
        action,
        name,
        keys,
        footer: ("", ""),
        help: HelpLine::Elsewhere,
        needs: Needs::Nothing,
        asks: Asks::Harmless,
        read_only: ReadOnly::Allowed,
    }
}

impl Entry {
    const fn footer(mut self, long: &'static str, short: &'static str) -> Entry {
        self.footer = (long, short);
        self
    }

    const fn help(mut self, group: Group, words: &'static str) -> Entry {
        self.help = HelpLine::Own(group, words);
        self
    }

    const fn with_above(mut self) -> Entry {
        self.help = HelpLine::WithAbove;
        self
    }

    const fn on_alert(mut self) -> Entry {
        self.needs = Needs::Alert;
        self
    }

    const fn acts(mut self, asks: Asks) -> Entry {
        self.asks = asks;
        self.read_only = ReadOnly::Refused;
        self
    }
}

/// The table. Its order is that of the file, the help page and the hints.
pub static ACTIONS: &[Entry] = &[
    // any
    entry(Context::Any, Action::Redraw, "redraw", &["ctrl-l"])
        .help(Group::Program, "draw the screen again"),
    entry(Context::Any, Action::Suspend, "suspend", &["ctrl-z"]),
    // list: moving
    entry(Context::List, Action::CursorDown, "cursor-down", &["j", "down"])
        .help(Group::Move, "down, up"),
    entry(Context::List, Action::CursorUp, "cursor-up", &["k", "up"]).with_above(),
    entry(Context::List, Action::HalfPageDown, "half-page-down", &["ctrl-d"])
        .help(Group::Move, "half a page"),
    entry(Context::List, Action::HalfPageUp, "half-page-up", &["ctrl-u"]).with_above(),
    entry(Context::List, Action::PageDown, "page-down", &["pagedown", "ctrl-f"])
        .help(Group::Move, "a page"),
    // ctrl-b is tmux' prefix, so it is never the only key.
    entry(Context::List, Action::PageUp, "page-up", &["pageup", "ctrl-b"]).with_above(),
    entry(Context::List, Action::Top, "top", &["g", "home"])
        .footer("top, live", "live")
        .help(Group::Move, "top, and live again"),
    entry(Context::List, Action::Bottom, "bottom", &["G", "end"]).help(Group::Move, "bottom"),
    entry(Context::List, Action::ShowNew, "show-new", &["."])
        .footer("show new", "new")
        .help(Group::Move, "bring in what is new"),
    entry(Context::List, Action::Open, "open", &["enter", "l", "right"])
        .footer("open", "open")
        .help(Group::Move, "open the alert")
        .on_alert(),
    entry(Context::List, Action::Back, "back", &["esc"]),
    entry(Context::List, Action::PaneDown, "pane-down", &["J"])
        .help(Group::Move, "scroll the other pane"),
    entry(Context::List, Action::PaneUp, "pane-up", &["K"]).with_above(),
    // list: acting
    entry(Context::List, Action::Acknowledge, "acknowledge", &["a"])
        .footer("acknowledge", "ack")
        .help(Group::Act, "acknowledge")
        .on_alert()
        .acts(Asks::AtOnce),
    entry(Context::List, Action::Unacknowledge, "unacknowledge", &["U"])
        .footer("un-acknowledge", "un-ack")
        .help(Group::Act, "un-acknowledge (asks)")
        .on_alert()
        .acts(Asks::First),
    entry(Context::List, Action::Assign, "assign", &["A"])
        .footer("assign", "assign")
        .help(Group::Act, "assign")
        .on_alert()
        .acts(Asks::First),
    entry(Context::List, Action::Resolve, "resolve", &["r"])
        .footer("resolve", "resolve")
        .help(Group::Act, "resolve (asks)")
        .on_alert()
        .acts(Asks::First),
    entry(Context::List, Action::Reopen, "reopen", &["R"])
        .footer("reopen", "reopen")
        .help(Group::Act, "reopen (asks)")
        .on_alert()
        .acts(Asks::First),
    entry(Context::List, Action::Snooze, "snooze", &["z"])
        .footer("snooze", "snooze")
        .help(Group::Act, "snooze; wake: end the snooze")
        .on_alert()
        .acts(Asks::First),
    entry(Context::List, Action::Wake, "wake", &["Z"])
        .footer("wake", "wake")
        .with_above()
        .on_alert()
        .acts(Asks::AtOnce),
    entry(Context::List, Action::Silence, "silence", &["s"])
        .footer("silence", "silence")
        .help(Group::Act, "silence (asks what, how long)")
        .on_alert()
        .acts(Asks::First),
    entry(Context::List, Action::Note, "note", &["n"])
        .footer("note", "note")
        .help(Group::Act, "write a note")
        .on_alert()
        .acts(Asks::First),
    entry(Context::List, Action::Undo, "undo", &["u"])
        .footer("undo", "undo")
        .help(Group::Act, "undo my last act")
        .acts(Asks::AtOnce),
    // list: looking
    entry(Context::List, Action::Filter, "filter", &["/"])
        .footer("filter", "filter")
        .help(Group::Look, "filter; show all again"),
    entry(Context::List, Action::ClearFilter, "clear-filter", &["F"])
        .footer("clear filter", "clear")
        .with_above(),
    entry(Context::List, Action::Why, "why", &["w"])
        .footer("why", "why")
        .help(Group::Look, "why it calls, or does not")
        .on_alert(),
    entry(Context::List, Action::TogglePane, "toggle-pane", &["p"])
        .help(Group::Look, "detail pane on, off"),
    entry(Context::List, Action::Silences, "silences", &["2"])
        .footer("silences", "sil")
        .help(Group::Look, "silences"),
    entry(Context::List, Action::Senders, "senders", &["T"])
        .footer("send alerts here", "senders")
        .help(Group::Program, "send alerts here: examples"),
    entry(Context::List, Action::Help, "help", &["?", "f1"])
        .footer("help", "help")
        .help(Group::Program, "this page"),
    entry(Context::List, Action::Quit, "quit", &["q", "ctrl-c"])
        .footer("quit", "quit")
        .help(Group::Program, "quit (asks: ingest stops)"),
    // detail
    entry(Context::Detail, Action::ScrollDown, "scroll-down", &["j", "down"]),
    entry(Context::Detail, Action::ScrollUp, "scroll-up", &["k", "up"]),
    entry(Context::Detail, Action::HalfPageDown, "half-page-down", &["ctrl-d"]),
    entry(Context::Detail, Action::HalfPageUp, "half-page-up", &["ctrl-u"]),
    entry(Context::Detail, Action::PageDown, "page-down", &["pagedown", "ctrl-f"]),
    entry(Context::Detail, Action::PageUp, "page-up", &["pageup", "ctrl-b"]),
    entry(Context::Detail, Action::Top, "top", &["g", "home"]),
    entry(Context::Detail, Action::Bottom, "bottom", &["G", "end"]),
    entry(Context::Detail, Action::NextAlert, "next-alert", &["J"]).footer("next", "next"),
    entry(Context::Detail, Action::PreviousAlert, "previous-alert", &["K"])
        .footer("previous", "prev"),
    entry(Context::Detail, Action::Back, "back", &["esc", "h", "left", "q", "ctrl-c"])
        .footer("back", "back")
        .help(Group::Move, "back to the list"),
    entry(Context::Detail, Action::Acknowledge, "acknowledge", &["a"])
        .footer("acknowledge", "ack")
        .on_alert()
        .acts(Asks::AtOnce),
    entry(Context::Detail, Action::Unacknowledge, "unacknowledge", &["U"])
        .footer("un-acknowledge", "un-ack")
        .on_alert()
        .acts(Asks::First),
    entry(Context::Detail, Action::Assign, "assign", &["A"])
        .footer("assign", "assign")
        .on_alert()
        .acts(Asks::First),
    entry(Context::Detail, Action::Resolve, "resolve", &["r"])
        .footer("resolve", "resolve")
        .on_alert()
        .acts(Asks::First),
    entry(Context::Detail, Action::Reopen, "reopen", &["R"])
        .footer("reopen", "reopen")
        .on_alert()
        .acts(Asks::First),
    entry(Context::Detail, Action::Snooze, "snooze", &["z"])
        .footer("snooze", "snooze")
        .on_alert()
        .acts(Asks::First),
    entry(Context::Detail, Action::Wake, "wake", &["Z"])
        .footer("wake", "wake")
        .on_alert()
        .acts(Asks::AtOnce),
    entry(Context::Detail, Action::Silence, "silence", &["s"])
        .footer("silence", "silence")
        .on_alert()
        .acts(Asks::First),
    entry(Context::Detail, Action::Note, "note", &["n"])
        .footer("note", "note")
        .on_alert()
        .acts(Asks::First),
    entry(Context::Detail, Action::Undo, "undo", &["u"]).footer("undo", "undo").acts(Asks::AtOnce),
    entry(Context::Detail, Action::Why, "why", &["w"]).footer("why", "why").on_alert(),
    entry(Context::Detail, Action::Silences, "silences", &["2"]),
    entry(Context::Detail, Action::Help, "help", &["?", "f1"]).footer("help", "help"),
    // prompt
    entry(Context::Prompt, Action::Accept, "accept", &["enter"]).footer("save", "save"),
    entry(Context::Prompt, Action::Cancel, "cancel", &["esc", "ctrl-c", "ctrl-g"])
        .footer("back", "back"),
    entry(Context::Prompt, Action::Older, "older", &["up", "ctrl-p"]).footer("earlier", "earlier"),
    entry(Context::Prompt, Action::Newer, "newer", &["down", "ctrl-n"]),
    // picker
    entry(Context::Picker, Action::Pick, "pick", &["enter"]).footer("assign", "assign"),
    entry(Context::Picker, Action::Cancel, "cancel", &["esc", "ctrl-c", "ctrl-g"])
        .footer("cancel", "cancel"),
    entry(Context::Picker, Action::Next, "next", &["down", "ctrl-n", "tab"]),
    entry(Context::Picker, Action::Previous, "previous", &["up", "ctrl-p", "shift-tab"]),
    // silence
    entry(Context::Silence, Action::Accept, "accept", &["enter"]).footer("silence", "silence"),
    entry(Context::Silence, Action::Cancel, "cancel", &["esc", "ctrl-c", "ctrl-g"])
        .footer("cancel", "cancel"),
    entry(Context::Silence, Action::Next, "next-line", &["tab", "down", "ctrl-n"])
        .footer("next line", "next"),
    entry(Context::Silence, Action::Previous, "previous-line", &["shift-tab", "up", "ctrl-p"]),
    entry(Context::Silence, Action::Widen, "widen", &["ctrl-t"]),
    // confirm
    entry(Context::Confirm, Action::Yes, "yes", &["y"]),
    entry(Context::Confirm, Action::YesWithNote, "yes-with-note", &["e"]),
    entry(Context::Confirm, Action::No, "no", &["esc", "n", "q", "ctrl-c"]),
    // help
    entry(Context::Help, Action::ScrollDown, "scroll-down", &["j", "down"])
        .footer("scroll", "scroll"),
    entry(Context::Help, Action::ScrollUp, "scroll-up", &["k", "up"]),
    entry(Context::Help, Action::PageDown, "page-down", &["pagedown", "ctrl-f", "ctrl-d"]),
    entry(Context::Help, Action::PageUp, "page-up", &["pageup", "ctrl-b", "ctrl-u"]),
    entry(Context::Help, Action::Top, "top", &["g", "home"]),
    entry(Context::Help, Action::Bottom, "bottom", &["G", "end"]),
    entry(Context::Help, Action::Back, "back", &["esc", "q", "?", "f1", "ctrl-c"])
        .footer("closes", "closes"),
    // senders
    entry(Context::Senders, Action::NewToken, "new-token", &["t"])
        .footer("make a token", "token")
        .acts(Asks::First),
    entry(Context::Senders, Action::Next, "next-example", &["tab", "l", "right"])
        .footer("next example", "next"),
    entry(Context::Senders, Action::Previous, "previous-example", &["shift-tab", "h", "left"]),
    entry(Context::Senders, Action::Copy, "copy", &["y"]).footer("copy", "copy"),
    entry(Context::Senders, Action::ScrollDown, "scroll-down", &["J", "j", "down"]),
    entry(Context::Senders, Action::ScrollUp, "scroll-up", &["K", "k", "up"]),
    entry(Context::Senders, Action::Back, "back", &["esc"]).footer("to the list", "list"),
    entry(Context::Senders, Action::Help, "help", &["?", "f1"]).footer("help", "help"),
    entry(Context::Senders, Action::Quit, "quit", &["q", "ctrl-c"]).footer("quit", "quit"),
    // silences; the names of actions are the list's, where they mean the same
    entry(Context::Silences, Action::CursorDown, "cursor-down", &["j", "down"])
        .help(Group::Move, "down, up"),
    entry(Context::Silences, Action::CursorUp, "cursor-up", &["k", "up"]).with_above(),
    entry(Context::Silences, Action::HalfPageDown, "half-page-down", &["ctrl-d"])
        .help(Group::Move, "half a page"),
    entry(Context::Silences, Action::HalfPageUp, "half-page-up", &["ctrl-u"]).with_above(),
    entry(Context::Silences, Action::PageDown, "page-down", &["pagedown", "ctrl-f"])
        .help(Group::Move, "a page"),
    entry(Context::Silences, Action::PageUp, "page-up", &["pageup", "ctrl-b"]).with_above(),
    entry(Context::Silences, Action::Top, "top", &["g", "home"]).help(Group::Move, "top"),
    entry(Context::Silences, Action::Bottom, "bottom", &["G", "end"]).help(Group::Move, "bottom"),
    entry(Context::Silences, Action::Open, "open", &["enter", "l", "right"])
        .footer("open", "open")
        .help(Group::Move, "open the silence"),
    entry(Context::Silences, Action::PaneDown, "pane-down", &["J"])
        .help(Group::Move, "scroll the other pane"),
    entry(Context::Silences, Action::PaneUp, "pane-up", &["K"]).with_above(),
    entry(Context::Silences, Action::Back, "back", &["esc", "h", "left"])
        .footer("back", "back")
        .help(Group::Move, "back"),
    entry(Context::Silences, Action::NewSilence, "silence", &["s"])
        .footer("new", "new")
        .help(Group::Act, "new silence (asks what)")
        .acts(Asks::First),
    entry(Context::Silences, Action::EditSilence, "edit", &["e"])
        .footer("edit", "edit")
        .help(Group::Act, "change this silence")
        .acts(Asks::First),
    entry(Context::Silences, Action::Extend, "extend", &["+"])
        .footer("an hour more", "1h more")
        .help(Group::Act, "let it end an hour later")
        .acts(Asks::AtOnce),
    entry(Context::Silences, Action::Expire, "expire", &["x"])
        .footer("end it", "end")
        .help(Group::Act, "end it now (asks)")
        .acts(Asks::First),
    entry(Context::Silences, Action::Undo, "undo", &["u"])
        .footer("undo", "undo")
        .help(Group::Act, "undo my last act")
        .acts(Asks::AtOnce),
    entry(Context::Silences, Action::Filter, "filter", &["/"])
        .footer("filter", "filter")
        .help(Group::Look, "filter; show all again"),
    entry(Context::Silences, Action::ClearFilter, "clear-filter", &["F"]).with_above(),
    entry(Context::Silences, Action::ShowAlerts, "show-alerts", &["f"])
        .footer("its alerts", "alerts")
        .help(Group::Look, "the alerts that it matches"),
    entry(Context::Silences, Action::TogglePane, "toggle-pane", &["p"])
        .help(Group::Look, "detail pane on, off"),
    entry(Context::Silences, Action::Alerts, "alerts", &["1"])
        .footer("alerts", "alerts")
        .help(Group::Look, "alerts"),
    entry(Context::Silences, Action::Help, "help", &["?", "f1"])
        .footer("help", "help")
        .help(Group::Program, "this page"),
    entry(Context::Silences, Action::Quit, "quit", &["q", "ctrl-c"])
        .footer("quit", "quit")
        .help(Group::Program, "quit (asks: ingest stops)"),
];

/// The entry of an action in a context, if it means anything there.
pub fn find(context: Context, action: Action) -> Option<&'static Entry> {
    ACTIONS.iter().find(|entry| entry.context == context && entry.action == action)
}

/// The entries of one context, in the order of the table.
pub fn of(context: Context) -> impl Iterator<Item = &'static Entry> {
    ACTIONS.iter().filter(move |entry| entry.context == context)
}
