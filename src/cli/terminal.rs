//! The terminal that the program was started in.

use std::env;
use std::io::{self, IsTerminal as _};

use crate::console::frame::Link;
use crate::console::terminal::Multiplexer;
use crate::console::text::Symbols;
use crate::console::theme::{Depth, Ground};

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

/// Whether there is a terminal that a console can be shown on.
pub fn check_terminal() -> Result<(), NoTerminal> {
    let streams = [("stdin", io::stdin().is_terminal()), ("stdout", io::stdout().is_terminal())];
    if let Some((name, _)) = streams.iter().find(|(_, terminal)| !terminal) {
        return Err(NoTerminal::Redirected(name));
    }
    match env::var_os("TERM") {
        Some(kind) if kind != "dumb" && !kind.is_empty() => Ok(()),
        kind => Err(NoTerminal::Dumb(kind.unwrap_or_default().to_string_lossy().into_owned())),
    }
}

/// What the environment says about the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// How it is reached.
    pub link: Link,
    /// How many colours it has.
    pub depth: Depth,
    /// What it draws on, where it says so.
    pub ground: Ground,
    /// Whether something stands between us and it that copies must be wrapped for.
    pub multiplexer: Multiplexer,
    /// Which glyphs the locale can show.
    pub symbols: Symbols,
}

impl Terminal {
    /// Reads the environment.
    pub fn find() -> Self {
        Self::of(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is_set = |name: &str| said(name).is_some();
        Self {
            link: match is_set("SSH_CONNECTION") || is_set("SSH_TTY") {
                true => Link::Ssh,
                false => Link::Local,
            },
            depth: match (said("COLORTERM").as_deref(), said("TERM")) {
                _ if is_set("NO_COLOR") => Depth::Mono,
                (Some("truecolor" | "24bit"), _) => Depth::True,
                (_, Some(term)) if term.contains("256color") => Depth::Ansi256,
                (_, Some(term)) if term.starts_with("vt") => Depth::Mono,
                (_, Some(_) | None) => Depth::Ansi16,
            },
            // `15;0`: the number of the text's colour and that of the ground.
            ground: match said("COLORFGBG").as_deref().and_then(|it| it.rsplit(';').next()) {
                Some("7" | "9" | "10" | "11" | "12" | "13" | "14" | "15") => Ground::Light,
                Some(_) | None => Ground::Dark,
            },
            multiplexer: if is_set("TMUX") { Multiplexer::Tmux } else { Multiplexer::None },
            // The first of these that is set counts (POSIX, 8.2).
            symbols: match ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(said) {
                Some(locale) if is_utf8(&locale) => Symbols::Unicode,
                Some(_) | None => Symbols::Ascii,
            },
        }
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.ends_with("utf-8") || locale.ends_with("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(variables: &[(&str, &str)]) -> Terminal {
        Terminal::of(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_are_as_many_as_the_terminal_says_and_none_where_none_are_wanted() {
        let table: [(&[(&str, &str)], Depth); 6] = [
            (&[], Depth::Ansi16),
            (&[("TERM", "xterm")], Depth::Ansi16),
            (&[("TERM", "xterm-256color")], Depth::Ansi256),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::True),
            (&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Depth::Mono),
            (&[("COLORTERM", "truecolor"), ("NO_COLOR", "")], Depth::True),
        ];
        for (variables, depth) in table {
            assert_eq!(terminal(variables).depth, depth, "{variables:?}");
        }
    }

    #[test]
    fn link_ground_multiplexer_and_glyphs_are_what_the_environment_says() {
        let bare = terminal(&[]);
        assert_eq!((bare.link, bare.ground), (Link::Local, Ground::Dark));
        assert_eq!((bare.multiplexer, bare.symbols), (Multiplexer::None, Symbols::Ascii));
        let full = terminal(&[
            ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22"),
            ("COLORFGBG", "0;15"),
            ("TMUX", "/tmp/tmux-1000/default,1,0"),
            ("LANG", "de_DE.UTF-8"),
        ]);
        assert_eq!((full.link, full.ground), (Link::Ssh, Ground::Light));
        assert_eq!((full.multiplexer, full.symbols), (Multiplexer::Tmux, Symbols::Unicode));
        let forced = terminal(&[("LC_ALL", "C"), ("LANG", "en_GB.utf8")]);
        assert_eq!(forced.symbols, Symbols::Ascii);
    }
}
