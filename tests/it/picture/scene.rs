//! A scene: the real program over the data of a night, in a terminal of a size, with keys pressed
//! and alerts posted, and then what is on its screen.

use std::time::Duration;

use serde_json::json;

use super::night;
use crate::api::Api;
use crate::pty::Terminal;
use crate::support::Home;

/// How long nothing is written once everything has followed a key or an alert.
const SETTLED: Duration = Duration::from_millis(500);

/// Which glyphs the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyphs {
    Unicode,
    Ascii,
}

/// A console that is looked at.
pub(super) struct Scene {
    terminal: Terminal,
    api: Api,
    port: String,
    runtime: tokio::runtime::Runtime,
    glyphs: Glyphs,
    _home: Home,
}

impl Scene {
    /// Begins over the data that `night` makes.
    pub(super) fn over(night: fn(&Home), (columns, rows): (u16, u16), glyphs: Glyphs) -> Self {
        let home = Home::new();
        home.configure(&night::configuration());
        night(&home);
        let secret = home.token("prometheus", "ingest");
        let language = match glyphs {
            Glyphs::Unicode => "C.UTF-8",
            Glyphs::Ascii => "C",
        };
        let mut command = home.in_terminal(&[("LANG", language)]);
        let port = free_port();
        command.get_argv_mut().truncate(1);
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        let terminal = Terminal::start(command, rows, columns);
        // Its name is in every header.
        terminal.shows("prod");
        terminal.rests(SETTLED);
        let address = ([127, 0, 0, 1], port).into();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self {
            terminal,
            api: Api::at(address, &secret),
            port: port.to_string(),
            runtime,
            glyphs,
            _home: home,
        }
    }

    /// Presses keys, each read on the screen before the next one; what is none is typed.
    pub(super) fn press(&mut self, keys: &[&str]) -> &mut Self {
        for key in keys {
            let bytes = match *key {
                "enter" => "\r",
                "esc" => "\x1b",
                "tab" => "\t",
                key => key,
            };
            let mark = self.terminal.mark();
            self.terminal.keys(bytes);
            self.follows(mark);
        }
        self
    }

    /// A sender says that these fire, all in one post.
    pub(super) fn post(&mut self, alerts: &[(&str, &str, &str)]) -> &mut Self {
        let alerts: Vec<_> = alerts
            .iter()
            .map(|(title, severity, service)| {
                json!({
                    "fingerprint": title, "status": "firing", "severity": severity,
                    "service": service, "title": title,
                })
            })
            .collect();
        let body = json!({ "alerts": alerts }).to_string();
        let mark = self.terminal.mark();
        let sent = self.api.send("POST", "/api/v1/alert", &body);
        let (status, answer) = self.runtime.block_on(sent).unwrap();
        assert_eq!(status, 200, "{answer}");
        self.follows(mark);
        self
    }

    /// A sender without a token posts.
    pub(super) fn knock(&mut self) -> &mut Self {
        let address = ([127, 0, 0, 1], self.port.parse().unwrap()).into();
        let stranger = Api::at(address, "");
        let mark = self.terminal.mark();
        let sent = stranger.send("POST", "/api/v1/alert", "{}");
        assert_eq!(self.runtime.block_on(sent).unwrap().0, 401);
        self.follows(mark);
        self
    }

    /// Waits for what is drawn later than what was written at once: a bell is.
    pub(super) fn shows(&mut self, text: &str) -> &mut Self {
        self.terminal.shows(text);
        self.terminal.rests(SETTLED);
        self
    }

    /// Waits for what is drawn after `mark`, and for what is drawn because of that.
    fn follows(&self, mark: usize) {
        self.terminal.next_read(mark);
        self.terminal.rests(SETTLED);
    }

    /// What is on the screen, but for what is drawn by lot: the port, and secrets.
    pub(super) fn screen(&self) -> String {
        let cells = self.terminal.cells();
        let columns = cells.size().1.get();
        let rows = cells.rows(0, columns).map(|row| self.neutral(&row).trim_end().to_owned());
        let mut rows: Vec<String> = rows.collect();
        // Where text is written, and the terminal has a mark for it.
        if self.glyphs == Glyphs::Unicode && !cells.hide_cursor() {
            let (row, column) = cells.cursor_position();
            let row = &mut rows[usize::from(row)];
            if row.chars().count() <= usize::from(column) {
                *row = format!("{row:<0$}\u{258f}", usize::from(column));
            }
        }
        rows.join("\n").trim_end().to_owned()
    }

    fn neutral(&self, row: &str) -> String {
        let row = row.replace(&format!(":{}", self.port), ":9093");
        let Some((before, rest)) = row.split_once("wb_") else { return row };
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        let (secret, after) = rest.split_at(end.unwrap_or(rest.len()));
        let known = "Vq8sT2mZr4yKp0LxCw6NhJb9DfGa3EuRi7Ok5Ys1Mt0";
        format!("{before}wb_{}{after}", known.get(..secret.len()).unwrap_or(known))
    }
}

/// A free port of four digits, as the one that everybody has: the picture is to be as wide.
fn free_port() -> u16 {
    // Pictures that are drawn beside each other look in different places.
    let first = 2_000 + u16::from(uuid::Uuid::new_v4().as_bytes()[0]) * 30;
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (first..9_999).find(free).expect("a port is free")
}
