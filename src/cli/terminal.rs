//! The terminal that the program was started in, as the environment describes it.

use std::env;
use std::io::{self, IsTerminal as _};

use crate::console::frame::Link;
use crate::console::terminal::{Desktop, Links, Multiplexer};
use crate::console::text::Symbols;
use crate::console::theme::{Depth, Ground};

/// What can be done with the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// How it is reached.
    pub link: Link,
    /// How many colours it has.
    pub depth: Depth,
    /// What it draws on.
    pub ground: Ground,
    /// Which glyphs it has.
    pub symbols: Symbols,
    /// What lies between it and us.
    pub multiplexer: Multiplexer,
    /// Whether it takes addresses that it can open.
    pub links: Links,
    /// How it shows a message on the desktop.
    pub desktop: Desktop,
}

/// Why no console can be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTerminal {
    /// Something else is where the terminal should be.
    #[error("no console without a terminal ({0} is none); run watchbell serve")]
    Redirected(&'static str),
    /// It can show lines only.
    #[error("no console on TERM={0}; run watchbell serve, or start in another terminal")]
    Dumb(String),
}

impl Terminal {
    /// Looks for it. Refuses where no console can be shown.
    pub fn find() -> Result<Self, NoTerminal> {
        let streams =
            [("stdin", io::stdin().is_terminal()), ("stdout", io::stdout().is_terminal())];
        if let Some((name, _)) = streams.iter().find(|(_, is_terminal)| !is_terminal) {
            return Err(NoTerminal::Redirected(name));
        }
        Self::described(|name| env::var_os(name)?.into_string().ok())
    }

    /// The terminal of an environment.
    fn described(variable: impl Fn(&str) -> Option<String>) -> Result<Self, NoTerminal> {
        let text = |name: &str| variable(name).unwrap_or_default();
        let is_set = |name: &str| !text(name).is_empty();
        let kind = text("TERM");
        if kind.is_empty() || kind == "dumb" {
            return Err(NoTerminal::Dumb(kind));
        }
        let multiplexer = if is_set("TMUX") { Multiplexer::Tmux } else { Multiplexer::None };
        let ssh = is_set("SSH_CONNECTION") || is_set("SSH_TTY");
        Ok(Self {
            link: if ssh { Link::Ssh } else { Link::Local },
            depth: if is_set("NO_COLOR") { Depth::Mono } else { depth(&kind, &text("COLORTERM")) },
            ground: ground(&text("COLORFGBG")),
            symbols: symbols(&LOCALES.map(text)),
            multiplexer,
            links: links(&kind, &text("VTE_VERSION"), multiplexer),
            desktop: match multiplexer {
                Multiplexer::None => desktop(&kind, text),
                // Behind it may be any terminal, and another one tomorrow.
                Multiplexer::Tmux => Desktop::Unknown,
            },
        })
    }
}

/// The variables that name the locale, the strongest first.
const LOCALES: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// Which glyphs may be printed, whether or not there is a terminal.
pub(super) fn locale_symbols() -> Symbols {
    let text = |name| env::var_os(name).and_then(|text| text.into_string().ok());
    symbols(&LOCALES.map(|name| text(name).unwrap_or_default()))
}

/// A terminal that does not know addresses passes them over, but for those that print them (the
/// console of Linux, old ones) and for early VTEs, which die of them.
fn links(kind: &str, vte: &str, multiplexer: Multiplexer) -> Links {
    const PRINT: [&str; 7] = ["linux", "cons", "vt", "eterm", "sun", "screen", "ansi"];
    const LAST_THAT_DIES: u32 = 5_000;
    let prints =
        multiplexer == Multiplexer::None && PRINT.iter().any(|name| kind.starts_with(name));
    let dies = vte.parse::<u32>().is_ok_and(|version| version <= LAST_THAT_DIES);
    if prints || dies { Links::Off } else { Links::On }
}

/// The message of its own, where it is known which terminal it is.
fn desktop(kind: &str, text: impl Fn(&str) -> String) -> Desktop {
    let is_set = |name: &str| !text(name).is_empty();
    let program = text("TERM_PROGRAM").to_ascii_lowercase();
    let starts = |names: &[&str]| names.iter().any(|name| kind.starts_with(name));
    if starts(&["xterm-kitty"]) || is_set("KITTY_WINDOW_ID") {
        Desktop::Osc99
    } else if program == "iterm.app" || text("LC_TERMINAL") == "iTerm2" || is_set("WT_SESSION") {
        Desktop::Osc9
    } else if starts(&["xterm-ghostty", "foot", "rxvt", "wezterm"])
        || ["ghostty", "wezterm"].contains(&program.as_str())
        || is_set("VTE_VERSION")
        || is_set("KONSOLE_VERSION")
    {
        Desktop::Osc777
    } else {
        Desktop::Unknown
    }
}

fn depth(kind: &str, colours: &str) -> Depth {
    match colours {
        "truecolor" | "24bit" => Depth::True,
        _ if kind.ends_with("-direct") => Depth::True,
        _ if kind.contains("256color") => Depth::Ansi256,
        _ if kind.starts_with("vt") => Depth::Mono,
        _ => Depth::Ansi16,
    }
}

/// `COLORFGBG` is `FOREGROUND;BACKGROUND`, in the sixteen colours: 7 and from 9 on are light.
fn ground(colours: &str) -> Ground {
    match colours.rsplit(';').next().map(str::parse::<u8>) {
        Some(Ok(7 | 9..=15)) => Ground::Light,
        _ => Ground::Dark,
    }
}

/// The first locale that is set counts; without any it is that of C (POSIX, 8.2).
fn symbols(locales: &[String]) -> Symbols {
    let locale = locales.iter().find(|locale| !locale.is_empty());
    let is_utf8 = |locale: &String| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    if locale.is_some_and(is_utf8) { Symbols::Unicode } else { Symbols::Ascii }
}

/// How many columns the terminal on stdout has; nothing where stdout is something else.
pub fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let (columns, _) = crossterm::terminal::size().ok()?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(variables: &[(&str, &str)]) -> Result<Terminal, NoTerminal> {
        Terminal::described(|name| {
            let found = variables.iter().rfind(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_a_terminal_can_do_is_read_from_the_environment() {
        let plain = Terminal::default();
        let [osc99, osc777, osc9] = [Desktop::Osc99, Desktop::Osc777, Desktop::Osc9]
            .map(|desktop| Terminal { desktop, ..plain });
        let unlinked = Terminal { links: Links::Off, ..plain };
        let table: [(&str, &str, Terminal); 29] = [
            ("TERM", "linux", unlinked),
            ("TERM", "screen.xterm", unlinked),
            ("TERM", "eterm-color", unlinked),
            ("VTE_VERSION", "4600", Terminal { links: Links::Off, ..osc777 }),
            ("VTE_VERSION", "7603", osc777),
            ("TERM", "xterm-kitty", osc99),
            ("KITTY_WINDOW_ID", "1", osc99),
            ("TERM", "xterm-ghostty", osc777),
            ("TERM", "foot", osc777),
            ("TERM_PROGRAM", "WezTerm", osc777),
            ("TERM_PROGRAM", "iTerm.app", osc9),
            ("LC_TERMINAL", "iTerm2", osc9),
            ("WT_SESSION", "1", osc9),
            ("TERM", "xterm", plain),
            ("TERM", "tmux-256color", Terminal { depth: Depth::Ansi256, ..plain }),
            ("TERM", "vt220", Terminal { depth: Depth::Mono, ..unlinked }),
            ("TERM", "xterm-direct", Terminal { depth: Depth::True, ..plain }),
            ("COLORTERM", "truecolor", Terminal { depth: Depth::True, ..plain }),
            ("NO_COLOR", "1", Terminal { depth: Depth::Mono, ..plain }),
            ("NO_COLOR", "", plain),
            ("SSH_CONNECTION", "::1 1 ::1 22", Terminal { link: Link::Ssh, ..plain }),
            ("SSH_TTY", "/dev/pts/1", Terminal { link: Link::Ssh, ..plain }),
            ("COLORFGBG", "0;15", Terminal { ground: Ground::Light, ..plain }),
            ("COLORFGBG", "15;default;0", plain),
            (
                "TMUX",
                "/tmp/tmux-1/default,1,0",
                Terminal { multiplexer: Multiplexer::Tmux, ..plain },
            ),
            ("LANG", "C", Terminal { symbols: Symbols::Ascii, ..plain }),
            ("LANG", "", Terminal { symbols: Symbols::Ascii, ..plain }),
            ("LANG", "C.utf8", plain),
            ("LC_ALL", "de_DE.UTF-8", plain),
        ];
        for (name, value, terminal) in table {
            let variables = [("TERM", "xterm"), ("LANG", "C.UTF-8"), (name, value)];
            assert_eq!(described(&variables), Ok(terminal), "{name}={value}");
        }
    }

    #[test]
    fn the_first_locale_that_is_set_counts() {
        let variables = [("TERM", "xterm"), ("LC_ALL", "POSIX"), ("LANG", "en_GB.UTF-8")];
        assert_eq!(described(&variables).map(|terminal| terminal.symbols), Ok(Symbols::Ascii));
    }

    #[test]
    fn a_terminal_for_lines_only_is_refused() {
        for (variables, told) in [
            (
                &[("TERM", "dumb")][..],
                "no console on TERM=dumb; run watchbell serve, or start in another terminal",
            ),
            (&[], "no console on TERM=; run watchbell serve, or start in another terminal"),
        ] {
            assert_eq!(described(variables).unwrap_err().to_string(), told);
        }
    }
}
