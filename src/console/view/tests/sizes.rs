//! Every context at every size, with whatever senders write.

use proptest::prelude::*;

use crate::console::model::sheet::Sheet;
use crate::console::stage::{Stage, alert};
use crate::console::view::sheet;
use crate::domain::command::AlertCommand;
use crate::domain::report::{Payload, Report, Road, Subject};
use crate::domain::samples::{Desk, account, identity, labels};
use crate::domain::text::Text;

/// The keys that open each context; of the rows the first fires, the second is acknowledged, and
/// the last has ended.
const CONTEXTS: [&str; 22] = [
    "j",
    "j enter",
    "enter J ctrl-d",
    "?",
    "T",
    "T t",
    "A",
    "j U",
    "r",
    "r e",
    "G R",
    "n",
    "z",
    "w",
    "/",
    "/ ( =",
    "2",
    "j s enter 2",
    "j s enter 2 enter",
    "j s enter 2 x",
    "2 /",
    "q",
];

/// Those in which something is asked about an alert of the night of the pictures.
const QUESTIONS: [&str; 3] = ["j j U", "r", "G R"];

const SIZES: [u16; 9] = [0, 1, 7, 8, 11, 12, 16, 30, 41];

/// Three alerts in which every text is this one.
fn odd(text: &str) -> Desk {
    let mut desk = Desk::new();
    let payload = |title: &str, severity: &str| {
        let mut odd: Payload = alert(title, severity, text);
        odd.labels = labels(&[("alertname", title), ("instance", text), (text, text)]);
        odd.annotations = labels(&[("description", text), ("runbook_url", text), (text, text)]);
        odd.link = Some(text.into());
        odd.road = Road::Webhook;
        odd
    };
    let names = ["ended", "taken", "fires"];
    for name in names {
        // No sender may leave a title empty.
        let title = format!("{text} {name}");
        let report = Report::Firing {
            subject: Subject::Known(identity(name)),
            payload: Box::new(payload(&title, "critical")),
        };
        desk.reports(report).unwrap();
    }
    let id = |desk: &Desk, name: &str| desk.table.newest(&identity(name)).unwrap().id;
    let [ended, taken, _] = names.map(|name| id(&desk, name));
    desk.act(&account("bob"), taken, AlertCommand::Acknowledge).unwrap();
    desk.act(&account("bob"), taken, AlertCommand::Note(Text::derive(&format!("{text} noted"))))
        .unwrap();
    desk.act(&account("bob"), ended, AlertCommand::Resolve).unwrap();
    desk
}

/// Text as nobody wants to draw it: wide, combining, joined, from the right, and with controls.
fn text() -> impl Strategy<Value = String> {
    let pieces = vec![
        "容量不足",
        "e\u{301}\u{302}\u{303}",
        "👨\u{200d}👩\u{200d}👧",
        "🇩🇪",
        "👍🏽",
        "❤\u{fe0f}",
        "שלום",
        "مرحبا",
        "\u{202e}abc\u{2069}",
        "\u{1b}[31m",
        "\u{1b}]0;x\u{7}",
        "\u{9b}2J",
        "\r\n",
        "\t",
        "\u{0}",
        "क्षि",
        "x",
        " ",
        "\u{ad}",
        "\u{feff}",
        "ﷺ",
        "﷽",
        "\u{e0041}",
        "https://example.org/",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..12).prop_map(|some| some.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_drawn_at_any_size_in_every_context(
        text in text(),
        width in 0u16..=60,
        height in 0u16..=30,
    ) {
        for keys in CONTEXTS {
            let mut stage = Stage::on(odd(&text), 80, 24);
            stage.press(keys).type_in(&text);
            for (width, height) in [(width, height), (300, 100)] {
                stage.resize(width, height);
                stage.wait(400);
                stage.draw();
                prop_assert_eq!(stage.screen().split('\n').count(), usize::from(height).max(1));
            }
        }
    }
}

#[test]
fn nothing_panics_at_the_sizes_where_something_leaves() {
    for keys in CONTEXTS {
        let mut stage = Stage::night(80, 24);
        stage.press(keys);
        for (width, height) in SIZES.into_iter().flat_map(|one| SIZES.map(|other| (one, other))) {
            stage.resize(width, height);
            stage.draw();
        }
    }
}

#[test]
fn a_question_is_on_the_screen_whole_or_is_not_answered() {
    let mut whole = 0;
    for keys in QUESTIONS {
        for (width, height) in
            (36..=100).step_by(7).flat_map(|width| (6..=24).map(move |height| (width, height)))
        {
            let mut stage = Stage::night(80, 24);
            stage.press(keys).resize(width, height);
            stage.wait(400);
            assert!(matches!(stage.model.sheet, Some(Sheet::Question(_))), "{keys}");
            let revision = stage.desk.revision;
            let content = sheet::content(&stage.model, width).unwrap();
            let mut lines = content.lines.iter().chain(&content.keys).map(ToString::to_string);
            let screen = stage.screen();
            let is_drawn = |line: String| screen.split('\n').any(|row| row == line.trim_end());
            let is_whole = lines.all(is_drawn);
            stage.press("y");
            let is_done = stage.desk.revision != revision;
            assert!(is_whole || !is_done, "{keys} at {width}x{height}:\n{screen}");
            whole += usize::from(is_done);
        }
    }
    assert!(whole > 100, "{whole} were answered");
}
