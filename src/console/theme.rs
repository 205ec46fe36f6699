//! Colours by role. Weight says how urgent, words say what; colour only helps, and where there is
//! none nothing is lost. Which style a role has stands in files (`palette`), ours among them.

pub mod palette;
mod words;

use ratatui::style::Style;

use self::palette::Palette;

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None are wanted, or there are none.
    Mono,
    /// The terminal's own sixteen.
    #[default]
    Ansi16,
    /// The cube of 256.
    Ansi256,
    /// Any.
    True,
}

impl Depth {
    const ALL: [Depth; 4] = [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::True];

    /// Its name in a theme.
    fn name(self) -> &'static str {
        match self {
            Depth::Mono => "mono",
            Depth::Ansi16 => "16",
            Depth::Ansi256 => "256",
            Depth::True => "true",
        }
    }
}

/// What the terminal draws on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// Light text on dark.
    #[default]
    Dark,
    /// Dark text on light.
    Light,
}

impl Ground {
    const ALL: [Ground; 2] = [Ground::Dark, Ground::Light];

    /// Its name in a theme.
    fn name(self) -> &'static str {
        match self {
            Ground::Dark => "dark",
            Ground::Light => "light",
        }
    }
}

/// What a piece of the screen is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A critical alert that fires.
    Critical,
    /// The count of critical alerts that fire.
    CriticalBlock,
    /// A warning.
    Warning,
    /// Somebody has it.
    Acknowledged,
    /// Neither bad nor usual: worth a look.
    Attention,
    /// Needs nobody.
    Dim,
    /// The cursor of the list.
    Cursor,
    /// The name of a key.
    Key,
    /// An address.
    Link,
    /// A word that is not understood.
    Bad,
    /// A bar that says what may not be believed.
    Trouble,
    /// A bar that says what is odd.
    Notice,
    /// What stands out by weight alone.
    Strong,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 13] = [
        Role::Critical,
        Role::CriticalBlock,
        Role::Warning,
        Role::Acknowledged,
        Role::Attention,
        Role::Dim,
        Role::Cursor,
        Role::Key,
        Role::Link,
        Role::Bad,
        Role::Trouble,
        Role::Notice,
        Role::Strong,
    ];

    /// Its name in a theme.
    pub fn name(self) -> &'static str {
        match self {
            Role::Critical => "crit",
            Role::CriticalBlock => "crit.block",
            Role::Warning => "warn",
            Role::Acknowledged => "ack",
            Role::Attention => "attention",
            Role::Dim => "dim",
            Role::Cursor => "cursor",
            Role::Key => "key",
            Role::Link => "link",
            Role::Bad => "bad",
            Role::Trouble => "bar.trouble",
            Role::Notice => "bar.notice",
            Role::Strong => "strong",
        }
    }

    fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// The styles of one terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The styles of `palette` for a terminal of this depth, on this ground unless it names one.
    pub fn of(palette: &Palette, depth: Depth, ground: Ground) -> Theme {
        let ground = palette.ground().unwrap_or(ground);
        Theme { styles: Role::ALL.map(|role| palette.style(role, depth, ground)) }
    }

    /// How a role is drawn.
    pub fn style(&self, role: Role) -> Style {
        let mut styles = Role::ALL.iter().zip(&self.styles);
        styles.find(|(of, _)| **of == role).map(|(_, style)| *style).unwrap_or_default()
    }
}
