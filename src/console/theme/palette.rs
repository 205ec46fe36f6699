//! A theme as it stands in files: each says what differs from the one it inherits from, and the
//! built-in ones stand under `assets/themes`. One wrong word and nothing of the file is used.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ratatui::style::Style;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::words::Words;
use super::{Depth, Ground, Role};
use crate::console::file::{FileError, Problem, locate, nearest, no_toml, unreadable};

/// Which theme is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The built-in one, on whatever the terminal draws.
    #[default]
    Auto,
    /// The built-in one, on this ground.
    On(Ground),
    /// One of this name: built in, or a file among the themes.
    Named(String),
    /// The one in this file.
    File(PathBuf),
}

impl Choice {
    /// What `[console] theme` says: `auto`, `light`, `dark`, a path (with a `/` in it), or a name.
    pub fn read(text: &str) -> Choice {
        match text {
            "auto" => Choice::Auto,
            "light" => Choice::On(Ground::Light),
            "dark" => Choice::On(Ground::Dark),
            path if path.contains('/') => Choice::File(path.into()),
            name => Choice::Named(name.to_owned()),
        }
    }
}

/// Where the themes lie, and how a file is read: nothing where it is not there, else its text or
/// why it cannot be read.
#[derive(Clone, Copy)]
pub struct Wardrobe<'w> {
    /// The directory that a path is written from.
    pub home: &'w Path,
    /// Reads one file.
    pub read: &'w dyn Fn(&Path) -> Option<Result<String, String>>,
}

impl std::fmt::Debug for Wardrobe<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wardrobe").field("home", &self.home).finish_non_exhaustive()
    }
}

/// Why a theme cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// A file is wrong.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is none of that name.
    #[error("{0}")]
    Unknown(String),
}

/// The themes that are always there; a file of the same name is not looked at.
const BUILT_IN: [(&str, &str); 3] = [
    (DEFAULT, include_str!("../../../assets/themes/default.toml")),
    ("colour-blind", include_str!("../../../assets/themes/colour-blind.toml")),
    ("mono", include_str!("../../../assets/themes/mono.toml")),
];
/// The one that every theme inherits from in the end.
const DEFAULT: &str = "default";
/// More generations than this are a mistake.
const DEEPEST: usize = 8;

/// What a style is for: a role, on such a terminal, on such a ground.
type Place = (Role, Depth, Ground);

/// The styles of every role on every terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    styles: BTreeMap<Place, Style>,
    ground: Option<Ground>,
}

impl Default for Palette {
    /// The built-in theme. Its file is right: a test reads it.
    fn default() -> Self {
        let nowhere = Wardrobe { home: Path::new(""), read: &|_| None };
        let plain = Palette { styles: BTreeMap::new(), ground: None };
        Palette::load(&Choice::Auto, nowhere).unwrap_or(plain)
    }
}

impl Palette {
    /// The theme that is wanted, with all it inherits. Refuses what it does not understand.
    pub fn load(choice: &Choice, from: Wardrobe<'_>) -> Result<Palette, ThemeError> {
        let mut layers = vec![match choice {
            Choice::Auto | Choice::On(_) => from.named(DEFAULT)?,
            Choice::Named(name) => from.named(name)?,
            Choice::File(path) => from.at(&from.home.join(path))?,
        }];
        while let Some((parent, layer)) = layers.last().and_then(|it| Some((it.parent()?, it))) {
            let (name, span) = parent;
            let wrong = |problem| Err(layer.wrong((span.clone(), problem)));
            if layers.len() > DEEPEST || layers.iter().any(|layer| layer.name == name) {
                return wrong(format!("inherits from \"{name}\", which leads in a circle"))?;
            }
            let next = match from.named(&name) {
                Ok(next) => next,
                Err(ThemeError::Unknown(problem)) => return wrong(problem)?,
                Err(error) => return Err(error),
            };
            layers.push(next);
        }
        let mut palette = dress(&layers)?;
        if let Choice::On(ground) = choice {
            palette.ground = Some(*ground);
        }
        Ok(palette)
    }

    /// The ground that the theme is for, if it is for one only.
    pub fn ground(&self) -> Option<Ground> {
        self.ground
    }

    /// Whether what the terminal draws on makes a difference.
    pub fn depends_on_ground(&self, depth: Depth) -> bool {
        let style = |role, ground| self.style(role, depth, ground);
        let differs = |role| style(role, Ground::Dark) != style(role, Ground::Light);
        self.ground.is_none() && Role::ALL.into_iter().any(differs)
    }

    /// How a role is drawn.
    pub(super) fn style(&self, role: Role, depth: Depth, ground: Ground) -> Style {
        self.styles.get(&(role, depth, ground)).copied().unwrap_or_default()
    }
}

impl Wardrobe<'_> {
    fn named(self, name: &str) -> Result<Layer, ThemeError> {
        if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            return Layer::read(name, &PathBuf::from(format!("{name}.toml")), (*text).to_owned());
        }
        let path = self.home.join("themes").join(format!("{name}.toml"));
        let is_name = !name.is_empty() && !name.contains(['/', '\\']);
        match (self.read)(&path).filter(|_| is_name) {
            Some(Ok(text)) => Layer::read(name, &path, text),
            Some(Err(why)) => Err(unreadable(&path, &why).into()),
            None => {
                let near = nearest(name, BUILT_IN.iter().map(|(name, _)| *name));
                Err(ThemeError::Unknown(format!(
                    "no theme \"{name}\"{near}: {} is not there",
                    path.display()
                )))
            }
        }
    }

    fn at(self, path: &Path) -> Result<Layer, ThemeError> {
        match (self.read)(path) {
            Some(Ok(text)) => Layer::read(&path.to_string_lossy(), path, text),
            Some(Err(why)) => Err(unreadable(path, &why).into()),
            None => Err(unreadable(path, "it is not there").into()),
        }
    }
}

/// One file.
#[derive(Debug)]
struct Layer {
    name: String,
    path: PathBuf,
    text: String,
    inherits: Option<(String, Range<usize>)>,
    ground: Option<Ground>,
    entries: BTreeMap<Place, (Words, Range<usize>)>,
}

impl Layer {
    fn read(name: &str, path: &Path, text: String) -> Result<Layer, ThemeError> {
        let mut layer = Layer {
            name: name.to_owned(),
            path: path.to_owned(),
            text: String::new(),
            inherits: None,
            ground: None,
            entries: BTreeMap::new(),
        };
        let read = layer.take(&text);
        read.map_err(|problem| locate(path, &text, problem))?;
        layer.text = text;
        Ok(layer)
    }

    /// What it inherits from, and where that stands.
    fn parent(&self) -> Option<(String, Range<usize>)> {
        let default = || (self.name != DEFAULT).then(|| (DEFAULT.to_owned(), 0..0));
        self.inherits.clone().or_else(default)
    }

    fn wrong(&self, problem: Problem) -> ThemeError {
        locate(&self.path, &self.text, problem).into()
    }

    fn take(&mut self, text: &str) -> Result<(), Problem> {
        let file = DeTable::parse(text).map_err(|error| no_toml(&error))?;
        for (key, value) in file.get_ref() {
            match key.get_ref().as_ref() {
                "inherits" => self.inherits = Some((string(value)?.to_owned(), value.span())),
                "ground" => self.ground = Some(ground(value)?),
                _ => self.role("", key, value)?,
            }
        }
        Ok(())
    }

    /// The styles of a role, or of the roles whose names begin with it.
    fn role(&mut self, prefix: &str, key: &Key<'_>, value: &Value<'_>) -> Result<(), Problem> {
        let name = match prefix {
            "" => key.get_ref().to_string(),
            prefix => format!("{prefix}.{}", key.get_ref()),
        };
        let role = Role::named(&name);
        let begins = Role::ALL.iter().any(|role| role.name().starts_with(&format!("{name}.")));
        match (role, value.get_ref()) {
            (Some(role), DeValue::String(text)) => {
                let words = Words::read_for_all(text).map_err(|why| (value.span(), why))?;
                for depth in Depth::ALL {
                    let words = if depth == Depth::Mono { words.without_colour() } else { words };
                    self.put(role, depth, &Ground::ALL, words, value.span());
                }
                Ok(())
            }
            (role, DeValue::Table(table)) if role.is_some() || begins => {
                for (key, value) in table {
                    let depth = |depth: &Depth| depth.name() == key.get_ref().as_ref();
                    match (role, Depth::ALL.into_iter().find(depth)) {
                        (Some(role), Some(depth)) => self.depth(role, depth, value)?,
                        _ => self.role(&name, key, value)?,
                    }
                }
                Ok(())
            }
            (Some(_), _) => Err((value.span(), "expected a style in quotes".to_owned())),
            (None, _) => Err((key.span(), no_role(prefix, &name))),
        }
    }

    /// The style of a role on some terminals: one, or one for each ground.
    fn depth(&mut self, role: Role, depth: Depth, value: &Value<'_>) -> Result<(), Problem> {
        let read = |value: &Value<'_>| {
            Words::read(string(value)?, depth).map_err(|why| (value.span(), why))
        };
        let DeValue::Table(pair) = value.get_ref() else {
            self.put(role, depth, &Ground::ALL, read(value)?, value.span());
            return Ok(());
        };
        for (key, value) in pair {
            let name = key.get_ref().as_ref();
            let Some(ground) = Ground::ALL.into_iter().find(|it| it.name() == name) else {
                return Err((key.span(), format!("\"{name}\" is not dark or light")));
            };
            self.put(role, depth, &[ground], read(value)?, value.span());
        }
        Ok(())
    }

    fn put(&mut self, role: Role, at: Depth, on: &[Ground], words: Words, span: Range<usize>) {
        for ground in on {
            self.entries.insert((role, at, *ground), (words, span.clone()));
        }
    }
}

type Key<'t> = Spanned<Cow<'t, str>>;
type Value<'t> = Spanned<DeValue<'t>>;

fn string<'v>(value: &'v Value<'_>) -> Result<&'v str, Problem> {
    value.get_ref().as_str().ok_or_else(|| (value.span(), "expected words in quotes".to_owned()))
}

fn ground(value: &Value<'_>) -> Result<Ground, Problem> {
    let name = string(value)?;
    let named = Ground::ALL.into_iter().find(|ground| ground.name() == name);
    named.ok_or_else(|| (value.span(), format!("\"{name}\" is not \"dark\" or \"light\"")))
}

fn no_role(prefix: &str, name: &str) -> String {
    let roles = Role::ALL.iter().map(|role| role.name());
    if prefix.is_empty() {
        let all = roles.clone().collect::<Vec<_>>().join(", ");
        return match nearest(name, roles.chain(["inherits", "ground"])) {
            near if near.is_empty() => format!("no role \"{name}\"; there are {all}"),
            near => format!("no role \"{name}\"{near}"),
        };
    }
    let word = name.rsplit('.').next().unwrap_or(name);
    let depths = Depth::ALL.iter().map(|depth| depth.name());
    let near = nearest(
        word,
        depths.chain(roles.filter_map(|role| role.strip_prefix(prefix)?.strip_prefix('.'))),
    );
    format!("\"{word}\" is not mono, 16, 256 or true{near}")
}

/// The styles of some files, the first before those it inherits from.
fn dress(layers: &[Layer]) -> Result<Palette, ThemeError> {
    let mut styles = BTreeMap::new();
    for role in Role::ALL {
        for depth in Depth::ALL {
            for ground in Ground::ALL {
                let style = resolve(layers, (role, depth, ground), &mut Vec::new())?;
                styles.insert((role, depth, ground), style);
            }
        }
    }
    Ok(Palette { styles, ground: layers.iter().find_map(|layer| layer.ground) })
}

fn resolve<'l>(
    layers: &'l [Layer],
    place: Place,
    begun: &mut Vec<Role>,
) -> Result<Style, ThemeError> {
    let (role, depth, ground) = place;
    let found = |layer: &'l Layer| Some((layer, layer.entries.get(&place)?));
    let Some((layer, (words, span))) = layers.iter().find_map(found) else {
        return Ok(Style::default());
    };
    if begun.contains(&role) {
        let problem = format!("{} begins from itself", role.name());
        return Err(layer.wrong((span.clone(), problem)));
    }
    begun.push(role);
    let base = match words.base {
        Some(base) => resolve(layers, (base, depth, ground), begun)?,
        None => Style::default(),
    };
    Ok(base.patch(words.style))
}

#[cfg(test)]
mod tests;
