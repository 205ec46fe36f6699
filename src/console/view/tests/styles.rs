//! How some frames look: which cells have a style of their own, in every depth of colour, and what
//! is said about a theme that cannot be used.

use std::fmt::Write as _;
use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;

use crate::console::model::trouble::Trouble;
use crate::console::model::{Model, Service};
use crate::console::stage::{Stage, night, settings};
use crate::console::theme::palette::{Choice, Palette, ThemeError, Wardrobe};
use crate::console::theme::{Depth, Ground, Theme};

fn palette(name: &str, text: &str) -> Result<Palette, ThemeError> {
    let read = |_: &Path| Some(Ok(text.to_owned()));
    Palette::load(&Choice::read(name), Wardrobe { home: Path::new("/etc/watchbell"), read: &read })
}

/// The styles of a cell, in words; nothing for one that is as the terminal writes it.
fn style_of(cell: &Cell) -> String {
    let mut words: Vec<String> =
        cell.modifier.iter_names().map(|(name, _)| name.to_lowercase()).collect();
    let colour =
        |colour: Color| (colour != Color::Reset).then(|| colour.to_string().to_lowercase());
    words.extend(colour(cell.fg));
    words.extend(colour(cell.bg).map(|back| format!("on {back}")));
    words.join(" ")
}

/// A line for every line of the screen that has a style: its pieces, blank ends left out.
fn styles(buffer: &Buffer) -> String {
    let mut told = String::new();
    for y in buffer.area.rows().map(|row| row.y) {
        let mut pieces: Vec<(String, String)> = Vec::new();
        for x in buffer.area.columns().map(|column| column.x) {
            let cell = &buffer[(x, y)];
            match pieces.last_mut() {
                Some((style, text)) if *style == style_of(cell) => text.push_str(cell.symbol()),
                _ => pieces.push((style_of(cell), cell.symbol().to_owned())),
            }
        }
        let pieces = pieces.into_iter().filter(|(style, _)| !style.is_empty());
        let pieces: Vec<String> =
            pieces.map(|(style, text)| format!("{style} [{}]", text.trim_end())).collect();
        if !pieces.is_empty() {
            let _ = writeln!(told, "{y:>2}  {}", pieces.join("  "));
        }
    }
    told
}

fn drawn(model: &Model) -> Buffer {
    let mut terminal =
        Terminal::new(TestBackend::new(model.size.width, model.size.height)).unwrap();
    terminal.draw(|frame| super::super::draw(model, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The frame of `stage` on every kind of terminal.
fn looks(stage: &Stage) -> String {
    let kinds = [
        ("default", Depth::Ansi16, Ground::Dark),
        ("default", Depth::Ansi16, Ground::Light),
        ("default", Depth::Ansi256, Ground::Dark),
        ("default", Depth::True, Ground::Light),
        ("colour-blind", Depth::True, Ground::Dark),
        ("colour-blind", Depth::Ansi256, Ground::Light),
        ("default", Depth::Mono, Ground::Dark),
    ];
    let mut told = String::new();
    for (name, depth, ground) in kinds {
        let mut model = stage.model.clone();
        model.theme = Theme::of(&palette(name, "").unwrap(), depth, ground);
        let _ = writeln!(told, "{name}, {depth:?}, {ground:?}\n{}", styles(&drawn(&model)));
    }
    told
}

#[test]
fn the_list_on_every_kind_of_terminal() {
    let mut stage = Stage::night(80, 24);
    stage.press("j j").wait(200);
    insta::assert_snapshot!(looks(&stage));
}

#[test]
fn storage_trouble_on_every_kind_of_terminal() {
    let mut stage = Stage::night(80, 12);
    let since = stage.now().at;
    let unsaved = Some(Trouble { since, reason: "the disk is full".into() });
    stage.event(crate::console::effect::Event::Vitals(Service { unsaved, ..Service::default() }));
    insta::assert_snapshot!(looks(&stage));
}

#[test]
fn a_wrong_word_in_a_filter_on_every_kind_of_terminal() {
    let mut stage = Stage::night(80, 12);
    stage.press("/").type_in("db state=fire colour=\"").wait(300);
    insta::assert_snapshot!(looks(&stage));
}

#[test]
fn a_wrong_theme_is_named_with_its_place_and_the_built_in_one_is_used() {
    let mut wrong = settings();
    wrong.theme = palette("night", "# mine\nwarn = \"yelow\"\n");
    let stage = Stage::with(night(), wrong, 100, 24);
    let bar = "night.toml:2:8: \"yelow\" is no colour, weight or role (yellow?). The built-in theme is in use.";
    assert_eq!(stage.line(1), bar);
    let built_in = Theme::of(&Palette::default(), Depth::Ansi16, Ground::Dark);
    assert_eq!(stage.model.theme, built_in);
}

#[test]
fn what_stands_in_a_theme_reaches_the_bar_clean() {
    let mut wrong = settings();
    wrong.theme = palette("night", "warn = \"\\u001b]0;owned\\u0007\"\n");
    let stage = Stage::with(night(), wrong, 100, 24);
    assert!(stage.line(1).starts_with("night.toml:1:8: \""), "{}", stage.line(1));
    assert!(!stage.line(1).contains("owned"), "{}", stage.line(1));
}
