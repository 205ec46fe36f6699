//! A terminal's screen as an SVG picture: every run of cells that look alike is one text.

use std::fmt::Write as _;
use std::ops::Range;

use vt100::{Cell, Color, Screen};

/// The size of a cell, in pixels.
const WIDTH: u32 = 9;
const HEIGHT: u32 = 19;
/// How far below its top the letters of a row stand.
const BASE: u32 = 14;
/// The space around the screen.
const MARGIN: u32 = 14;

const GROUND: &str = "#1b1d23";
const INK: &str = "#d7dae0";
/// The first sixteen colours of a terminal.
const PALETTE: [&str; 16] = [
    "#1b1d23", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0",
    "#5c6370", "#ff7b86", "#b1d196", "#f0d197", "#7cc3ff", "#d89be8", "#7fd0db", "#ffffff",
];

/// How a run of cells looks.
#[derive(Clone, PartialEq, Eq)]
struct Look {
    ink: String,
    ground: Option<String>,
    weight: &'static str,
    opacity: &'static str,
    decoration: &'static str,
}

/// The picture of `screen`.
pub(super) fn picture(screen: &Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (u32::from(columns) * WIDTH, u32::from(rows) * HEIGHT);
    let (whole_width, whole_height) = (width + 2 * MARGIN, height + 2 * MARGIN);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole_width} {whole_height}" role="img" aria-label="{title}">
<rect width="{whole_width}" height="{whole_height}" rx="8" fill="{GROUND}"/>
<g font-family="ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="15">
"#
    );
    for row in 0..rows {
        draw_row(screen, row, columns, &mut svg);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn draw_row(screen: &Screen, row: u16, columns: u16, svg: &mut String) {
    let look = |column| screen.cell(row, column).map(Look::of);
    let mut column = 0;
    while column < columns {
        let start = column;
        while column < columns && look(column) == look(start) {
            column += 1;
        }
        if let Some(look) = look(start) {
            look.ground(svg, row, start..column);
            for words in words(screen, row, start..column) {
                look.ink(svg, row, words);
            }
        }
    }
}

/// Some cells of a row, and what stands in them.
struct Words {
    cells: Range<u16>,
    text: String,
}

/// The words in `cells`. Where two cells are blank others begin: not every viewer of SVG keeps
/// two spaces apart.
fn words(screen: &Screen, row: u16, cells: Range<u16>) -> Vec<Words> {
    let mut found: Vec<Words> = Vec::new();
    for column in cells {
        let cell = screen.cell(row, column).unwrap();
        if cell.is_wide_continuation() || cell.contents().trim().is_empty() {
            continue;
        }
        let end = if cell.is_wide() { column + 2 } else { column + 1 };
        match found.last_mut() {
            Some(words) if column <= words.cells.end + 1 => {
                let gap = usize::from(column - words.cells.end);
                words.text.push_str(&" ".repeat(gap));
                words.text.push_str(cell.contents());
                words.cells.end = end;
            }
            Some(_) | None => {
                found.push(Words { cells: column..end, text: cell.contents().to_owned() });
            }
        }
    }
    found
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let ink = colour(cell.fgcolor());
        let ground = colour(cell.bgcolor());
        let (ink, ground) = if cell.inverse() {
            (ground.unwrap_or_else(|| GROUND.into()), Some(ink.unwrap_or_else(|| INK.into())))
        } else {
            (ink.unwrap_or_else(|| INK.into()), ground)
        };
        Self {
            ink,
            ground,
            weight: if cell.bold() { r#" font-weight="bold""# } else { "" },
            opacity: if cell.dim() { r#" opacity="0.6""# } else { "" },
            decoration: if cell.underline() { r#" text-decoration="underline""# } else { "" },
        }
    }

    fn ground(&self, svg: &mut String, row: u16, cells: Range<u16>) {
        let Some(ground) = &self.ground else { return };
        let (x, y, width) = place(row, &cells);
        let _ = writeln!(
            svg,
            r#"<rect x="{x}" y="{y}" width="{width}" height="{HEIGHT}" fill="{ground}"/>"#
        );
    }

    fn ink(&self, svg: &mut String, row: u16, Words { cells, text }: Words) {
        let (x, y, width) = place(row, &cells);
        let base = y + BASE;
        let Self { ink, weight, opacity, decoration, .. } = self;
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            svg,
            r#"<text x="{x}" y="{base}" textLength="{width}" fill="{ink}"{weight}{opacity}{decoration}>{text}</text>"#
        );
    }
}

/// Where cells lie in the picture, and how wide they are.
fn place(row: u16, cells: &Range<u16>) -> (u32, u32, u32) {
    let x = MARGIN + u32::from(cells.start) * WIDTH;
    let y = MARGIN + u32::from(row) * HEIGHT;
    (x, y, (u32::from(cells.end) - u32::from(cells.start)) * WIDTH)
}

/// A colour in SVG; none where the terminal's own is meant.
fn colour(colour: Color) -> Option<String> {
    match colour {
        Color::Default => None,
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Idx(index) => Some(indexed(index)),
    }
}

/// One of 256: sixteen of the palette, a cube of six levels a side, a ramp of greys.
fn indexed(index: u8) -> String {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..=15 => PALETTE[usize::from(index)].to_owned(),
        16..=231 => {
            let cube = index - 16;
            let (red, green, blue) = (cube / 36, cube / 6 % 6, cube % 6);
            format!("#{:02x}{:02x}{:02x}", level(red), level(green), level(blue))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}
