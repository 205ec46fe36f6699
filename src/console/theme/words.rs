//! The words of one style, as `bold 203 on black`. Whether a role they begin from exists is known
//! here; what it looks like is not.

use ratatui::style::{Color, Modifier, Style};

use super::{Depth, Role};
use crate::console::file::nearest;

/// A style as it is written: another role, if any, and what is different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) base: Option<Role>,
    pub(super) style: Style,
}

/// The modifiers; others mean different things on different terminals.
const MODIFIERS: [(&str, Modifier); 4] = [
    ("bold", Modifier::BOLD),
    ("faint", Modifier::DIM),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// The sixteen, in the order of their numbers, and the terminal's own.
const COLOURS: [(&str, Color); 17] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
    ("default", Color::Reset),
];

impl Words {
    /// Reads them for a terminal of `depth`. Refuses a word that is none, and a colour that such a
    /// terminal does not have.
    pub(super) fn read(text: &str, depth: Depth) -> Result<Words, String> {
        let mut read = Words::default();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
                read.style = read.style.add_modifier(*modifier);
            } else if let Some(role) = Role::named(word) {
                if read.base.replace(role).is_some() {
                    return Err(format!("\"{word}\" is a second role; a style begins from one"));
                }
            } else if word == "on" {
                let word = words.next().ok_or("\"on\" needs a colour after it")?;
                if read.style.bg.replace(colour(word, depth)?).is_some() {
                    return Err(format!("\"on {word}\" is a second colour behind the text"));
                }
            } else if read.style.fg.replace(colour(word, depth)?).is_some() {
                return Err(format!("\"{word}\" is a second colour of the text"));
            }
        }
        Ok(read)
    }

    /// Reads words that hold for every terminal; each then draws what it can of them.
    pub(super) fn read_for_all(text: &str) -> Result<Words, String> {
        Words::read(text, Depth::Ansi16)
    }

    /// The same without colours. A bar stays one.
    pub(super) fn without_colour(self) -> Words {
        let mut style = Style { fg: None, bg: None, ..self.style };
        if self.style.bg.is_some() {
            style = style.remove_modifier(Modifier::BOLD).add_modifier(Modifier::REVERSED);
            style.sub_modifier = Modifier::empty();
        }
        Words { base: self.base, style }
    }
}

fn colour(word: &str, depth: Depth) -> Result<Color, String> {
    let (colour, from) = if let Some((_, colour)) = COLOURS.iter().find(|(name, _)| *name == word) {
        (*colour, Depth::Ansi16)
    } else if let Ok(index) = word.parse() {
        (Color::Indexed(index), Depth::Ansi256)
    } else if let Some(colour) = true_colour(word) {
        (colour, Depth::True)
    } else {
        return Err(no_word(word));
    };
    match depth {
        Depth::Mono => Err(format!("\"{word}\": mono has no colours")),
        depth if depth < from => {
            let [needs, has] = [from.name(), depth.name()];
            Err(format!(
                "\"{word}\" needs a terminal of {needs} colours, not of {has}; write it \
                         under {needs}"
            ))
        }
        _ => Ok(colour),
    }
}

/// `#rrggbb`.
fn true_colour(word: &str) -> Option<Color> {
    let digits = word.strip_prefix('#')?;
    let all = digits.len() == 6 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| all).map(Color::from_u32)
}

fn no_word(word: &str) -> String {
    if word.starts_with('#') || word.chars().all(|character| character.is_ascii_digit()) {
        return format!("\"{word}\" is no colour; write #rrggbb, or a number from 0 to 255");
    }
    let names = COLOURS.iter().map(|(name, _)| *name);
    let names = names.chain(MODIFIERS.iter().map(|(name, _)| *name));
    let near = nearest(word, names.chain(Role::ALL.iter().map(|role| role.name())));
    format!("\"{word}\" is no colour, weight or role{near}")
}
