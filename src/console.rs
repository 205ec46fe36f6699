//! The console: a screen for one person, drawn when something shown changed and never else.
//!
//! Keys become actions, actions change the model and ask the engine, the model is drawn. The
//! console reaches the service through `client` alone and decides nothing about alerts.

pub mod action;
pub mod effect;
pub mod frame;
pub mod key;
pub mod keymap;
pub mod model;
pub mod quiet;
pub mod settings;
#[cfg(test)]
mod stage;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod typed;
pub mod update;
pub mod view;
pub mod when;

pub use self::keymap::{KEYBINDINGS_TOML, KeyFile};
pub use self::settings::{Access, Settings};
