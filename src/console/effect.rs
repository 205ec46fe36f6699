//! What goes in and out of `update`: events from the terminal, the engine and the clock; effects
//! for them. Effects are plain data; `run` carries them out.

use ratatui::layout::Size;

use super::frame::{Cause, Focus};
use super::key::Key;
use super::model::Service;
use super::model::senders::Token;
pub use crate::client::News;
use crate::domain::command::{Answer, Order};
use crate::domain::id::{OpId, Revision};
use crate::domain::refusal::Refusal;
use crate::domain::text::Text;

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The window has another size.
    Resized(Size),
    /// Something was published.
    News(Box<News>),
    /// The service says how it is.
    Vitals(Service),
    /// An order was answered.
    Answered(OpId, Result<Receipt, Failure>),
    /// A token was made, or was not.
    TokenMade(OpId, Result<Token, Failure>),
    /// The terminal got or lost the focus.
    Focused(Focus),
    /// A frame was written.
    Drawn,
    /// A time has come that something waited for.
    Woke,
    /// The system wants the program to stand still for a while.
    Stop,
}

/// An order was carried out.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// In which commit.
    pub revision: Revision,
    /// What came of it.
    pub answer: Answer,
}

/// An order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The rules say no.
    Refused(Refusal),
    /// Nothing can be done now; why, in a few words.
    Unavailable(Text),
    /// Nothing can be saved now; why, in a few words.
    Unsaved(Text),
    /// Saving failed so late that it may have been saved all the same; why, in a few words.
    Unsure(Text),
    /// There is no connection to the service: nothing was asked.
    Unconnected,
    /// The connection was lost before the answer came: it may have been saved.
    Lost,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Draw when this cause allows it.
    Draw(Cause),
    /// Clear the terminal first, then draw everything.
    Redraw,
    /// Ring the terminal's bell with the next frame.
    Ring,
    /// Show this on the desktop, with the next frame.
    Notify(String),
    /// Write what was to go with the next frame now: that frame is seconds away.
    Flush,
    /// Ask the engine.
    Submit(Order),
    /// Make a secret and ask the engine for a token of this name that has it; the answer is
    /// [`Event::TokenMade`].
    MakeToken(OpId, Text),
    /// Put text into the clipboard of the terminal.
    Copy(String),
    /// Keep a filter for later consoles.
    Keep(String),
    /// Stand still for a while, and give the terminal to whoever is there then.
    Suspend,
    /// Leave: the person said so.
    Quit,
}
