//! What leaves the real program for a real terminal in the way of colours, and what it makes of the
//! terminal's answer when it asks what it draws on.

use portable_pty::CommandBuilder;
use serde_json::json;

use crate::api::Api;
use crate::pty::{Terminal, UNTOLD};
use crate::support::Home;

const ROWS: u16 = 24;
const COLUMNS: u16 = 80;
const LIGHT: &str = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c";
const SILENT: &str = "";

/// The numbers of the critical colour in the cube of 256, on dark and on light.
const ON_DARK: &str = "38;5;203";
const ON_LIGHT: &str = "38;5;160";

/// A console with a critical alert in its list.
struct Screen {
    terminal: Terminal,
    _home: Home,
}

impl Screen {
    async fn start(answer: &'static str, config: &str, variables: &[(&str, &str)]) -> Self {
        let home = Home::new();
        home.configure(config);
        Self::start_in(home, answer, variables).await
    }

    async fn start_in(home: Home, answer: &'static str, variables: &[(&str, &str)]) -> Self {
        let sender = home.token("sender", "ingest,read");
        let command: CommandBuilder = home.in_terminal(variables);
        let terminal = Terminal::answering(answer, command, ROWS, COLUMNS);
        let api = Api::at(terminal.address(), &sender);
        let alert = json!({"alerts": [{"fingerprint": "one", "status": "firing",
            "title": "disk full", "service": "db", "severity": "critical"}]});
        let (status, said) = api.send("POST", "/api/v1/alert", &alert.to_string()).await.unwrap();
        assert_eq!(status, 200, "{said}");
        terminal.shows("disk full");
        Self { terminal, _home: home }
    }

    /// Everything that was written so far.
    fn written(&self) -> String {
        String::from_utf8_lossy(&self.terminal.reads_since(0).concat()).into_owned()
    }

    /// The parameters of every SGR sequence so far, each once.
    fn styles(&self) -> Vec<String> {
        let written = self.written();
        let sequences = written.split("\x1b[").skip(1);
        let styles = sequences.filter_map(|rest| {
            let end = rest.find(|character: char| !matches!(character, '0'..=':' | ';'))?;
            rest[end..].starts_with('m').then(|| rest[..end].to_owned())
        });
        let mut styles: Vec<String> = styles.collect();
        styles.sort();
        styles.dedup();
        styles
    }

    fn has(&self, style: &str) -> bool {
        self.styles().iter().any(|written| written.contains(style))
    }
}

#[tokio::test]
async fn without_colours_weight_and_reverse_remain_and_nothing_else() {
    let by_variable = [("NO_COLOR", "1"), ("COLORTERM", "truecolor")];
    let table = [("", &by_variable[..]), ("[console]\ntheme = \"mono\"\n", &by_variable[1..])];
    for (config, variables) in table {
        let screen = Screen::start(LIGHT, config, variables).await;
        // Bold, faint, underline and reverse, what ends them, and the terminal's own colours.
        let known = ["0", "1", "2", "4", "7", "22", "24", "27", "39", "49", "59"];
        let styles = screen.styles();
        let colours: Vec<&String> =
            styles.iter().filter(|style| !known.contains(&style.as_str())).collect();
        assert_eq!(colours, Vec::<&String>::new(), "{config} {variables:?}");
        for weight in ["1", "7"] {
            assert!(styles.iter().any(|style| style == weight), "{weight} in {styles:?}");
        }
        let cells = screen.terminal.cells();
        let header = cells.cell(0, 1).unwrap();
        assert!(header.bold() && header.inverse(), "the count is a block");
        assert!(!screen.written().contains("\x1b]11;?"), "it makes no difference, so nobody asks");
    }
}

#[tokio::test]
async fn a_light_terminal_that_says_so_is_drawn_on_as_one() {
    let screen = Screen::start(LIGHT, "", &[]).await;
    assert!(screen.has(ON_LIGHT) && !screen.has(ON_DARK), "{:?}", screen.styles());
}

#[tokio::test]
async fn a_terminal_that_does_not_know_its_background_is_taken_for_what_the_environment_says() {
    let screen = Screen::start(UNTOLD, "", &[]).await;
    assert!(screen.has(ON_DARK) && !screen.has(ON_LIGHT), "{:?}", screen.styles());
    let screen = Screen::start(UNTOLD, "", &[("COLORFGBG", "0;15")]).await;
    assert!(screen.has(ON_LIGHT) && !screen.has(ON_DARK), "{:?}", screen.styles());
}

#[tokio::test]
async fn where_the_ground_is_forced_nobody_asks() {
    let screen = Screen::start(LIGHT, "[console]\ntheme = \"dark\"\n", &[]).await;
    assert!(screen.has(ON_DARK) && !screen.has(ON_LIGHT), "{:?}", screen.styles());
    assert!(!screen.written().contains("\x1b]11;?"));
}

#[tokio::test]
async fn a_terminal_that_answers_late_or_never_gets_its_screen_and_the_answer_is_no_keys() {
    let mut screen = Screen::start(SILENT, "", &[]).await;
    assert!(screen.has(ON_DARK) && !screen.has(ON_LIGHT), "{:?}", screen.styles());
    screen.terminal.keys(LIGHT);
    screen.terminal.keys("a");
    screen.terminal.shows("Acknowledged: disk full");
    // Nothing of the answer was a key: the first that came after it acted on what was drawn.
    assert!(!screen.written().contains("Resolve?"));
}

#[tokio::test]
async fn a_theme_of_ones_own_is_used_and_a_wrong_one_named_with_its_place() {
    let own = |text: &str| {
        let home = Home::new();
        home.configure("[console]\ntheme = \"night\"\n");
        let themes = home.path().join(".config/watchbell/themes");
        std::fs::create_dir(&themes).unwrap();
        std::fs::write(themes.join("night.toml"), text).unwrap();
        home
    };
    let right = own("inherits = \"colour-blind\"\n[crit]\n256 = \"bold 99\"\n");
    let screen = Screen::start_in(right, UNTOLD, &[]).await;
    assert!(screen.has("38;5;99") && !screen.has(ON_DARK), "{:?}", screen.styles());
    let screen = Screen::start_in(own("\ncrit = \"bold 99\"\n"), UNTOLD, &[]).await;
    screen.terminal.shows("night.toml:2:8: \"99\" needs a terminal of 256 colours");
    assert!(screen.has(ON_DARK), "{:?}", screen.styles());
}
