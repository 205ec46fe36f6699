//! Which key does what, where: the built-in map and a person's own file on top of it.
//! A file with an error is not used at all and never keeps the console from starting; the
//! error says where it is.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::action::{self, ACTIONS, Action, Context, Entry};
use super::file::{FileError, Problem, locate, nearest, no_toml, unreadable};
use super::key::{Code, Held, Key, Named};

/// The built-in keys as a file, to start an own one from.
pub const FILE: &str = include_str!("../../keybindings.toml");

/// The effective keys of every action in every context.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

#[derive(Clone, Debug)]
struct Binding {
    entry: &'static Entry,
    keys: Vec<Key>,
    origin: Origin,
}

/// Whether a key is ours or a person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// As built in.
    BuiltIn,
    /// Changed in the person's file.
    Changed,
}

/// A file of keys as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// Where it lies; its last part names it in messages.
    pub path: PathBuf,
    /// What stands in it, or why it cannot be read.
    pub text: Result<String, String>,
}

impl Keymap {
    /// The keys of the table of actions. `keybindings.toml` is that table written down, to start
    /// an own file from; a test holds the two together, and another that every key can be read.
    pub fn built_in() -> Keymap {
        let binding = |entry: &'static Entry| Binding {
            entry,
            keys: entry.keys.iter().filter_map(|key| Key::parse(key).ok()).collect(),
            origin: Origin::BuiltIn,
        };
        Keymap { bindings: ACTIONS.iter().map(binding).collect() }
    }

    /// The built-in keys with a person's file on top. On an error nothing of the file is used.
    pub fn with(file: &KeyFile) -> Result<Keymap, FileError> {
        let text = file.text.as_ref().map_err(|why| unreadable(&file.path, why))?;
        Keymap::built_in().overlaid(text).map_err(|problems| first_of(&file.path, text, problems))
    }

    /// What a key means in a context.
    pub fn action(&self, context: Context, key: Key) -> Option<Action> {
        let within = |context| {
            self.bindings
                .iter()
                .find(|binding| binding.entry.context == context && binding.keys.contains(&key))
                .map(|binding| binding.entry.action)
        };
        within(context).or_else(|| within(Context::Any))
    }

    /// The keys of an action in a context, the first being the one to show; empty if unbound.
    pub fn keys(&self, context: Context, action: Action) -> &[Key] {
        self.binding(context, action).map_or(&[], |binding| &binding.keys)
    }

    /// Whether the keys of an action are ours or the person's own.
    pub fn origin(&self, context: Context, action: Action) -> Origin {
        self.binding(context, action).map_or(Origin::BuiltIn, |binding| binding.origin)
    }

    /// Every action in every context with its keys, in the order of the table.
    pub fn all(&self) -> impl Iterator<Item = (&'static Entry, &[Key], Origin)> {
        self.bindings.iter().map(|one| (one.entry, one.keys.as_slice(), one.origin))
    }

    fn binding(&self, context: Context, action: Action) -> Option<&Binding> {
        self.bindings
            .iter()
            .find(|binding| binding.entry.context == context && binding.entry.action == action)
    }

    fn overlaid(&self, text: &str) -> Result<Keymap, Vec<Problem>> {
        let file = DeTable::parse(text).map_err(|error| vec![no_toml(&error)])?;
        let mut map = self.clone();
        let mut places = Vec::new();
        let mut problems = Vec::new();
        for (section, content) in file.get_ref() {
            match (context_named(section), content.get_ref().as_table()) {
                (Err(problem), _) => problems.push(problem),
                (Ok(_), None) => {
                    problems.push((section.span(), "expected a section like [list]".to_owned()));
                }
                (Ok(context), Some(lines)) => {
                    for (name, value) in lines {
                        problems.extend(map.bind(context, name, value, &mut places).err());
                    }
                }
            }
        }
        let doubles = places.iter().filter_map(|place| map.refuse_double(place).err());
        problems.extend(doubles);
        if problems.is_empty() { Ok(map) } else { Err(problems) }
    }

    fn bind(
        &mut self,
        context: Context,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        places: &mut Vec<Place>,
    ) -> Result<(), Problem> {
        let entry = entry_named(context, name)?;
        let Some(texts) = value.get_ref().as_array() else {
            let problem = format!("expected a list of keys, like {} = [\"x\"]", entry.name);
            return Err((value.span(), problem));
        };
        let mut keys = Vec::new();
        for text in texts {
            let Some(written) = text.get_ref().as_str() else {
                return Err((text.span(), "expected a key in quotes".to_owned()));
            };
            let key = Key::parse(written)
                .map_err(|error| (text.span(), format!("\"{written}\": {error}")))?;
            refuse_unsafe(entry, key).map_err(|problem| (text.span(), problem))?;
            places.push(Place { entry, key, span: text.span() });
            keys.push(key);
        }
        if let Some(binding) = self.bindings.iter_mut().find(|one| std::ptr::eq(one.entry, entry)) {
            let same = binding.keys == keys;
            binding.keys = keys;
            if !same {
                binding.origin = Origin::Changed;
            }
        }
        Ok(())
    }

    /// A key of the file may mean one thing only where it is read.
    fn refuse_double(&self, place: &Place) -> Result<(), Problem> {
        let meets = |other: &Entry| {
            other.context == place.entry.context
                || other.context == Context::Any
                || place.entry.context == Context::Any
        };
        let double = self.bindings.iter().find(|binding| {
            !std::ptr::eq(binding.entry, place.entry)
                && meets(binding.entry)
                && binding.keys.contains(&place.key)
        });
        match double {
            None => Ok(()),
            Some(binding) => Err((
                place.span.clone(),
                format!(
                    "\"{}\" is {} in [{}] already; give that another key or []",
                    place.key,
                    binding.entry.name,
                    binding.entry.context.name()
                ),
            )),
        }
    }
}

/// The problem that stands first in the file, and how many others there are.
fn first_of(path: &Path, text: &str, mut problems: Vec<Problem>) -> FileError {
    problems.sort_by_key(|(span, _)| span.start);
    let others = problems.len().saturating_sub(1);
    let (span, problem) = problems.into_iter().next().unwrap_or_default();
    let problem = match others {
        0 => problem,
        others => format!("{problem} (and {others} more)"),
    };
    locate(path, text, (span, problem))
}

struct Place {
    entry: &'static Entry,
    key: Key,
    span: Range<usize>,
}

fn context_named(section: &Spanned<std::borrow::Cow<'_, str>>) -> Result<Context, Problem> {
    let name = section.get_ref().as_ref();
    Context::ALL.into_iter().find(|context| context.name() == name).ok_or_else(|| {
        let near = nearest(name, Context::ALL.into_iter().map(Context::name));
        (section.span(), format!("no section \"{name}\"{near}"))
    })
}

fn entry_named(
    context: Context,
    name: &Spanned<std::borrow::Cow<'_, str>>,
) -> Result<&'static Entry, Problem> {
    let text = name.get_ref().as_ref();
    action::of(context).find(|entry| entry.name == text).ok_or_else(|| {
        let near = nearest(text, action::of(context).map(|entry| entry.name));
        (name.span(), format!("no action \"{text}\"{near}"))
    })
}

fn refuse_unsafe(entry: &Entry, key: Key) -> Result<(), String> {
    let confirms = matches!(entry.action, Action::Yes | Action::YesWithNote);
    if confirms && matches!(key.code, Code::Named(Named::Enter) | Code::Char(' ')) {
        return Err(format!("{key} cannot confirm"));
    }
    if entry.context.takes_text() && key.text().is_some() {
        return Err(format!("{key} is text in [{}]", entry.context.name()));
    }
    if key.held == Held::Alt {
        return Err(format!("{key}: alt is read as esc on slow lines, choose another key"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
