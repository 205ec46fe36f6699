//! Colours by role. Weight says how urgent, words say what; colour only helps, and where there is
//! none nothing is lost. No background is painted except of the header block and of bars.

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// What the terminal draws on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Light text on dark.
    #[default]
    Dark,
    /// Dark text on light.
    Light,
}

/// What a piece of the screen is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The styles of one terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Theme {
    depth: Depth,
    ground: Ground,
}

/// One colour in every depth: the terminal's own, the cube's, and any; dark ground, then light.
/// `Color::Reset` is the terminal's own text colour.
struct Shades {
    ansi: [Color; 2],
    cube: [u8; 2],
    any: [u32; 2],
}

const CRITICAL: Shades =
    Shades { ansi: [Color::LightRed, Color::Red], cube: [203, 160], any: [0xff_6b_6b, 0xc4_00_1d] };
const WARNING: Shades =
    Shades { ansi: [Color::Yellow, Color::Reset], cube: [179, 94], any: [0xe5_b5_67, 0x8a_5a_00] };
const ACKNOWLEDGED: Shades =
    Shades { ansi: [Color::Cyan, Color::Blue], cube: [117, 24], any: [0x7f_c8_e8, 0x00_68_8b] };
const FAINT: Shades =
    Shades { ansi: [Color::Reset, Color::Reset], cube: [247, 241], any: [0x9a_a0_a8, 0x5f_66_70] };

impl Theme {
    /// The styles for a terminal of this depth and ground.
    pub fn new(depth: Depth, ground: Ground) -> Theme {
        Theme { depth, ground }
    }

    /// How a role is drawn.
    pub fn style(self, role: Role) -> Style {
        match role {
            Role::Critical => self.shade(&CRITICAL).add_modifier(Modifier::BOLD),
            Role::CriticalBlock => {
                self.shade(&CRITICAL).add_modifier(Modifier::BOLD | Modifier::REVERSED)
            }
            Role::Warning => self.shade(&WARNING),
            Role::Acknowledged => self.shade(&ACKNOWLEDGED),
            Role::Attention | Role::Key | Role::Strong => Style::new().add_modifier(Modifier::BOLD),
            Role::Dim => self.dim(),
            Role::Cursor => match self.depth {
                Depth::Mono | Depth::Ansi16 => Style::new().add_modifier(Modifier::BOLD),
                Depth::Ansi256 | Depth::True => self.shade(&ACKNOWLEDGED),
            },
            Role::Link => Style::new().add_modifier(Modifier::UNDERLINED),
            Role::Bad => self.shade(&CRITICAL).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            Role::Trouble => {
                self.bar([Color::White, Color::Red], [231, 124], 0xa0_00_18, 0xff_ff_ff)
            }
            Role::Notice => self.bar([Color::Black, Color::Yellow], [16, 179], 0xe5_b5_67, 0),
        }
    }

    /// SGR 2 where a terminal decides its own colours; "bright black" cannot be read on many.
    fn dim(self) -> Style {
        match self.depth {
            Depth::Mono | Depth::Ansi16 => Style::new().add_modifier(Modifier::DIM),
            Depth::Ansi256 | Depth::True => self.shade(&FAINT),
        }
    }

    fn shade(self, shades: &Shades) -> Style {
        let [dark, light] = match self.depth {
            Depth::Mono => return Style::new(),
            Depth::Ansi16 => shades.ansi,
            Depth::Ansi256 => shades.cube.map(Color::Indexed),
            Depth::True => shades.any.map(Color::from_u32),
        };
        Style::new().fg(match self.ground {
            Ground::Dark => dark,
            Ground::Light => light,
        })
    }

    fn bar(self, ansi: [Color; 2], cube: [u8; 2], back: u32, front: u32) -> Style {
        let [front, back] = match self.depth {
            Depth::Mono => return Style::new().add_modifier(Modifier::REVERSED),
            Depth::Ansi16 => ansi,
            Depth::Ansi256 => cube.map(Color::Indexed),
            Depth::True => [Color::from_u32(front), Color::from_u32(back)],
        };
        Style::new().fg(front).bg(back).add_modifier(Modifier::BOLD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 13] = [
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

    #[test]
    fn without_colour_only_weight_remains() {
        let theme = Theme::new(Depth::Mono, Ground::Dark);
        for role in ROLES {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
        assert!(theme.style(Role::Critical).add_modifier.contains(Modifier::BOLD));
        assert!(theme.style(Role::Trouble).add_modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn only_bars_paint_a_background() {
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let theme = Theme::new(depth, Ground::Light);
            for role in ROLES {
                let painted = theme.style(role).bg.is_some();
                assert_eq!(painted, matches!(role, Role::Trouble | Role::Notice), "{role:?}");
            }
        }
    }

    #[test]
    fn bright_black_is_used_nowhere() {
        for ground in [Ground::Dark, Ground::Light] {
            let theme = Theme::new(Depth::Ansi16, ground);
            assert!(ROLES.iter().all(|role| theme.style(*role).fg != Some(Color::DarkGray)));
        }
    }
}
