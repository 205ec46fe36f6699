//! The pictures of `docs/console.md`, drawn by the real program.

macro_rules! picture {
    ($stage:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($stage.screen())
        })
    };
}

mod bars;
mod narrow;
mod senders;
mod silences;
mod silencing;
mod sizes;
mod styles;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use crate::console::effect::Event;
use crate::console::model::trouble::Trouble;
use crate::console::model::{Opened, PageAbout, Screen, Service};
use crate::console::settings::Place;
use crate::console::stage::{Stage, alert, crowd, night, restless, settings};
use crate::console::text::Symbols;
use crate::domain::command::AlertCommand;
use crate::domain::samples::Desk;

#[test]
fn untouched() {
    picture!(Stage::night(120, 32));
}

#[test]
fn in_use_with_one_that_came_meanwhile() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j j").wait(200);
    stage.fires("checkout", alert("checkout error ratio 8 %", "critical", "payments"));
    picture!(stage);
}

#[test]
fn low_with_a_peek() {
    let mut stage = Stage::night(50, 12);
    stage.press("j k").wait(200);
    stage.fires("checkout", alert("checkout error ratio 8 %", "critical", "payments"));
    picture!(stage);
}

#[test]
fn smallest() {
    let mut stage = Stage::night(40, 8);
    stage.press("j k").wait(200);
    picture!(stage);
}

#[test]
fn too_small() {
    picture!(Stage::night(60, 7));
}

#[test]
fn ascii() {
    let mut ascii = settings();
    ascii.symbols = crate::console::text::Symbols::Ascii;
    let mut stage = Stage::with(night(), ascii, 80, 24);
    stage.press("j").wait(200);
    picture!(stage);
}

#[test]
fn assigning() {
    let mut stage = Stage::night(80, 24);
    stage.press("j A").type_in("a");
    picture!(stage);
}

#[test]
fn resolving() {
    let mut stage = Stage::night(80, 24);
    stage.press("r");
    picture!(stage);
}

#[test]
fn resolving_in_the_smallest_window() {
    let mut stage = Stage::night(40, 8);
    stage.press("r");
    picture!(stage);
}

#[test]
fn assigning_in_the_smallest_window() {
    let mut stage = Stage::night(40, 8);
    stage.press("A down down down");
    picture!(stage);
}

#[test]
fn unacknowledging() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j j U");
    picture!(stage);
}

#[test]
fn a_question_whose_alert_changed() {
    let mut stage = Stage::night(80, 24);
    stage.press("r");
    let id = stage.id("net");
    stage.other("bob", id, AlertCommand::Acknowledge);
    picture!(stage);
}

#[test]
fn noting() {
    let mut stage = Stage::night(80, 24);
    stage.press("n").type_in("leak in the exporter again, restarting it");
    picture!(stage);
}

#[test]
fn filter_with_an_error() {
    let mut stage = Stage::night(80, 16);
    stage.press("/").type_in("state=firing service=~\"(pay.*|web|batch\"").wait(300);
    picture!(stage);
}

#[test]
fn filter_being_typed() {
    let mut stage = Stage::night(80, 16);
    stage.press("/").type_in("state=firing service=~\"(pay.*|web|batch)\"").wait(300);
    picture!(stage);
}

#[test]
fn filter_kept() {
    let mut stage = Stage::night(80, 24);
    stage.press("/").type_in("state=firing service=~\"(pay.*|web|batch)\"").press("enter");
    picture!(stage);
}

#[test]
fn help() {
    let mut stage = Stage::night(80, 24);
    stage.press("?");
    picture!(stage);
}

#[test]
fn help_in_one_column() {
    let mut stage = Stage::night(60, 40);
    stage.press("?");
    picture!(stage);
}

#[test]
fn nothing_sent_yet() {
    picture!(Stage::on(Desk::new(), 80, 24));
}

#[test]
fn quitting() {
    let mut stage = Stage::night(80, 24);
    stage.press("q");
    picture!(stage);
}

#[test]
fn what_is_made_up_is_not_said_to_be_anything_else() {
    let mut made_up = settings();
    made_up.keeps = crate::console::settings::Keeps::Nothing;
    let mut stage = Stage::with(night(), made_up, 80, 24);
    stage.press("q");
    assert_eq!(stage.line(-2), "All of it is made up, and nothing of it is kept.");
    stage.press("esc T");
    let screen = stage.screen();
    assert!(screen.contains("shown beside what is made up, and forgotten."), "{screen}");
    assert!(!screen.contains("--listen"), "{screen}");
}

#[test]
fn opened() {
    let mut stage = Stage::night(80, 28);
    stage.press("enter");
    picture!(stage);
}

#[test]
fn everything_that_has_a_word() {
    picture!(Stage::on(restless(), 80, 24));
}

#[test]
fn what_a_hold_a_snooze_and_the_marks_say() {
    let mut stage = Stage::on(restless(), 80, 24);
    let mut said = Vec::new();
    for name in ["disk", "backup", "probe", "queue", "lag"] {
        let id = stage.id(name);
        stage.model.screen = Screen::Detail(Opened { id, scroll: 0 });
        let screen = stage.screen();
        let until = |line: &&str| !line.trim().is_empty();
        let lines: Vec<&str> = screen.lines().skip(2).take_while(until).collect();
        said.push(lines.join("\n"));
    }
    let said = said.join("\n\n");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(said);
    });
}

#[test]
fn resolving_what_is_still_sent() {
    let mut stage = Stage::on(restless(), 80, 24);
    let started = crate::domain::report::Payload {
        starts_at: Some(stage.now().at),
        ..alert("queue is full", "critical", "mq")
    };
    stage.fires("full", started);
    stage.wait(1100);
    stage.press("r");
    picture!(stage);
}

#[test]
fn snoozing() {
    let mut stage = Stage::night(80, 24);
    stage.press("z").type_in("8:00");
    picture!(stage);
}

#[test]
fn why_it_calls_nobody() {
    let mut stage = Stage::on(restless(), 80, 24);
    stage.press("j G w");
    picture!(stage);
}

#[test]
fn calm_names_what_fell_silent() {
    let mut desk = restless();
    for name in ["queue", "probe", "backup", "p99"] {
        desk.ends(name);
    }
    let mut stage = Stage::on(desk, 80, 24);
    stage.wait(20 * 60_000);
    picture!(stage);
}

#[test]
fn calm() {
    let mut desk = Desk::new();
    desk.fires("memory", alert("memory above 90 %", "critical", "cache"));
    desk.wait(jiff::SignedDuration::from_mins(12));
    desk.ends("memory");
    let mut stage = Stage::on(desk, 100, 24);
    stage.wait(30 * 60_000);
    picture!(stage);
}

#[test]
fn calm_a_moment_ago() {
    let mut desk = Desk::new();
    desk.fires("memory", alert("memory above 90 %", "critical", "cache"));
    desk.wait(jiff::SignedDuration::from_mins(12));
    desk.ends("memory");
    let mut stage = Stage::on(desk, 80, 24);
    stage.wait(3 * 60_000);
    picture!(stage);
}

#[test]
fn storage_trouble() {
    let mut stage = Stage::night(80, 24);
    let unsaved = Trouble { since: stage.now().at, reason: "the disk is full".into() };
    stage.event(Event::Vitals(Service { unsaved: Some(unsaved), ..Service::default() }));
    stage.engine = crate::console::stage::Engine::Broken;
    stage.press("a");
    picture!(stage);
}

/// A console beside another process, which was lost at a quarter past three.
fn unconnected(width: u16, height: u16, reason: &str) -> Stage {
    let mut attached = settings();
    attached.place = Place::Attached;
    let mut stage = Stage::with(night(), attached, width, height);
    let lost = Trouble { since: stage.now().at, reason: reason.into() };
    stage.event(Event::Vitals(Service { unconnected: Some(lost), ..Service::default() }));
    stage.engine = crate::console::stage::Engine::Gone;
    stage
}

#[test]
fn not_connected() {
    let mut stage = unconnected(80, 24, "");
    stage.press("a");
    picture!(stage);
}

#[test]
fn not_connected_in_the_smallest_window() {
    picture!(unconnected(40, 8, ""));
}

#[test]
fn an_owner_of_another_version_is_named_while_it_cannot_be_connected() {
    let stage = unconnected(100, 24, "the running watchbell is version 7.0");
    let bar =
        "NOT CONNECTED since 03:15: the running watchbell is version 7.0. This is how it stood";
    assert!(stage.line(1).starts_with(bar), "{}", stage.screen());
}

#[test]
fn without_a_connection_ages_stop_and_rows_call_for_nobody() {
    let mut stage = unconnected(80, 24, "");
    let before = stage.screen();
    stage.wait(10 * 60_000);
    assert_eq!(stage.screen(), before);
    stage.press("a");
    assert_eq!(stage.line(-1), "Not acknowledged: there is no connection to the service.");
    stage.event(Event::Vitals(Service::default()));
    stage.engine = crate::console::stage::Engine::Works;
    assert_eq!(
        stage.line(-1),
        "Connected again. The list shows what was saved; the rest was not done."
    );
    assert_eq!(stage.state("net"), "firing", "nothing was kept for later");
    let lost = Trouble { since: stage.now().at, reason: "".into() };
    stage.event(Event::Vitals(Service { unconnected: Some(lost), ..Service::default() }));
    assert!(!stage.screen().contains("Connected again"), "{}", stage.screen());
}

#[test]
fn a_lost_connection_is_said_over_an_open_question_in_a_low_window() {
    let mut attached = settings();
    attached.place = Place::Attached;
    let mut stage = Stage::with(night(), attached, 110, 14);
    stage.press("r");
    assert!(stage.line(0).ends_with("  attached"), "{}", stage.line(0));
    let lost = Trouble { since: stage.now().at, reason: "".into() };
    stage.event(Event::Vitals(Service { unconnected: Some(lost), ..Service::default() }));
    picture!(stage);
}

#[test]
fn an_attached_console_is_left_and_suspended_without_a_question() {
    use crate::console::effect::Effect;
    let mut attached = settings();
    attached.place = Place::Attached;
    let mut stage = Stage::with(night(), attached, 100, 24);
    assert!(stage.line(0).ends_with("attached"), "{}", stage.line(0));
    stage.press("?");
    assert!(stage.screen().contains("quit (the service goes on)"), "{}", stage.screen());
    stage.press("esc ctrl-z q");
    assert!(matches!(stage.asked.as_slice(), [Effect::Suspend, Effect::Quit]));
}

#[test]
fn wrong_keys() {
    let mut wrong = settings();
    wrong.keys = Some(crate::console::KeyFile {
        path: "/home/alice/.config/watchbell/keybindings.toml".into(),
        text: Ok("[list]\n    acknowlege = [\"a\"]\n".into()),
    });
    let mut stage = Stage::with(night(), wrong, 80, 24);
    stage.press("a");
    assert_eq!(stage.state("net"), "acknowledged");
    picture!(stage);
}

#[test]
fn keys_that_cannot_be_read_are_told_like_wrong_ones() {
    let mut unreadable = settings();
    unreadable.keys = Some(crate::console::KeyFile {
        path: "/home/alice/.config/watchbell/keybindings.toml".into(),
        text: Err("is a directory".into()),
    });
    let stage = Stage::with(night(), unreadable, 100, 24);
    let bar = "keybindings.toml cannot be read: is a directory. Built-in keys are in use.";
    assert_eq!(stage.line(1), bar);
}

#[test]
fn longer_than_its_window() {
    let mut stage = Stage::on(crowd(1_204), 80, 24);
    stage.press("j j").wait(200);
    picture!(stage);
}

#[test]
fn what_senders_write_reaches_the_screen_clean_and_in_its_column() {
    let mut desk = Desk::new();
    let mut odd = alert(
        "\u{1b}[31m容量不足\u{1b}]0;owned\u{7} on \u{202e}db\u{2069}",
        "critical",
        "サービス名が長い",
    );
    odd.annotations = crate::domain::samples::labels(&[
        ("description", "line one\nline \u{1b}[2Jtwo\u{9b}31m"),
        ("runbook_url", "https://example.org/\u{1b}]52;c;eHg=\u{7}"),
        ("e\u{301}vil", "a\u{200b}b\tc"),
    ]);
    desk.fires("odd", odd);
    let mut stage = Stage::on(desk, 120, 30);
    stage.press("j");
    picture!(stage);
}

#[test]
fn what_senders_write_at_length_is_shown_in_part() {
    let mut desk = Desk::new();
    let mut odd = alert("long", "critical", "web");
    let long = "x".repeat(1_000_000);
    odd.annotations = crate::domain::samples::labels(&[
        ("description", &long),
        ("certificate", &long),
        ("page", &format!("https://example.org/{long}")),
    ]);
    let names: Vec<String> = (0..5_000).map(|number| format!("label{number}")).collect();
    odd.labels = names.iter().map(|name| (name.as_str(), "value")).collect();
    desk.fires("odd", odd);
    let mut stage = Stage::on(desk, 120, 30);
    stage.press("enter");
    let id = stage.id("odd");
    let lines = super::detail::full(&stage.model, id);
    assert!(lines.len() < 200, "{} lines", lines.len());
    let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
    assert!(text.iter().any(|line| line.contains("more")), "{text:#?}");
}

/// Whether a terminal that adds up characters and one that measures glyphs agree on `symbol`.
fn is_agreed(symbol: &str) -> bool {
    use unicode_width::UnicodeWidthChar;
    let sum: usize = symbol.chars().filter_map(UnicodeWidthChar::width).sum();
    let odd = |c: char| matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f1e6}'..='\u{1f1ff}');
    let wide = symbol.chars().filter(|c| c.width().unwrap_or_default() > 0).count();
    sum == crate::console::text::width(symbol) && wide <= 1 && !symbol.contains(odd)
}

/// Every cell that is drawn, as a terminal of this stage gets it.
fn symbols(stage: &Stage) -> Vec<String> {
    let Size { width, height } = stage.model.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| super::draw(&stage.model, frame)).unwrap();
    terminal.backend().buffer().content.iter().map(|cell| cell.symbol().to_owned()).collect()
}

#[test]
fn titles_of_disputed_width_are_drawn_so_that_every_column_stays() {
    let mut desk = Desk::new();
    for (name, title) in [
        ("flag", "flag 🇩🇪 end"),
        ("conjunct", "devanagari क्षि end"),
        ("family", "family 👨\u{200d}👩\u{200d}👧 end"),
    ] {
        desk.fires(name, alert(title, "critical", "web"));
    }
    let stage = Stage::on(desk, 120, 30);
    assert!(symbols(&stage).iter().all(|symbol| is_agreed(symbol)), "{}", stage.screen());
    assert!(stage.screen().contains("flag \u{fffd}  end"), "{}", stage.screen());
    assert!(stage.screen().contains("family 👨 end"), "{}", stage.screen());
}

fn keys() -> impl Strategy<Value = Vec<&'static str>> {
    let known = vec![
        "j", "k", "G", "g", ".", "enter", "esc", "a", "U", "A", "r", "R", "n", "u", "/", "F", "T",
        "?", "q", "p", "y", "e", "t", "tab", "x", "J", "K", "ctrl-d", "pagedown", "(", "=",
    ];
    prop::collection::vec(prop::sample::select(known), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn every_glyph_drawn_is_as_wide_on_every_terminal(
        title in "(\\PC|[🇩🇪👨👩👍🏽❤\u{200d}\u{fe0f}\u{20e3}कषि्]){1,40}",
    ) {
        let mut desk = Desk::new();
        desk.fires("odd", alert(&title, "critical", "web"));
        let mut stage = Stage::on(desk, 80, 24);
        stage.press("n").type_in(&title);
        for symbol in symbols(&stage) {
            prop_assert!(is_agreed(&symbol), "{symbol:?}");
        }
    }

    #[test]
    fn nothing_panics_at_any_size_with_anything_open(
        width in 0u16..=60,
        height in 0u16..=30,
        keys in keys(),
    ) {
        let mut stage = Stage::night(80, 24);
        for key in keys {
            stage.press(key);
        }
        stage.resize(width, height);
        stage.resize(300, 100);
        stage.press("j esc");
    }

    #[test]
    fn nothing_panics_when_keys_are_pressed_at_any_size(
        width in 0u16..=130,
        height in 0u16..=40,
        keys in keys(),
    ) {
        let mut stage = Stage::night(width, height);
        for key in keys {
            stage.press(key);
        }
    }
}

#[test]
fn help_in_ascii() {
    let mut ascii = settings();
    ascii.symbols = Symbols::Ascii;
    let mut stage = Stage::with(night(), ascii, 80, 24);
    stage.press("?");
    picture!(stage);
}

#[test]
fn all_of_help_fits_the_smallest_usual_window() {
    for symbols in [Symbols::Unicode, Symbols::Ascii] {
        let mut settings = settings();
        settings.symbols = symbols;
        let mut stage = Stage::with(night(), settings, 80, 24);
        stage.press("?");
        assert_eq!(super::page::last_scroll(&stage.model, PageAbout::Help), 0);
        let cut = stage.screen().lines().any(|line| super::width(line) > 79);
        assert!(!cut, "{}", stage.screen());
    }
}
