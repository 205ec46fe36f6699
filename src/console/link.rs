//! Addresses that the terminal opens (OSC 8). A cell of one carries its whole sequence, so that a cell
//! whose address changed is written again although it looks the same; what is written opens and
//! closes an address once for each run of cells.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::style::{Modifier, Style};

use super::text::width;
use crate::domain::text::line_of;

const OPEN: &str = "\x1b]8;";
const CLOSE: &str = "\x1b]8;;\x1b\\";
const END: &str = "\x1b\\";
/// Terminals refuse much longer ones, and every cell of one holds it.
const LONGEST: usize = 1_000;
/// The first bit of a style that ratatui leaves free, and how many addresses the free ones tell
/// apart.
const SHIFT: u32 = 9;
const MOST: usize = 127;

/// Whether a text is an address that is shown as one.
pub fn is_address(raw: &str) -> bool {
    raw.starts_with("http://") || raw.starts_with("https://")
}

/// `style` for a piece of the address that has this number in what is drawn, from 0.
pub fn marked(style: Style, number: usize) -> Style {
    let number = number.saturating_add(1);
    match u16::try_from(number) {
        Ok(bits) if number <= MOST => style.add_modifier(Modifier::from_bits_retain(bits << SHIFT)),
        Ok(_) | Err(_) => style,
    }
}

/// Makes links of the cells whose style is marked; `addresses` as their sources wrote them.
pub fn apply(buffer: &mut Buffer, addresses: &[&str]) {
    // Only those of which something is drawn: sources may have written many and long ones.
    let mut opened: BTreeMap<usize, Option<String>> = BTreeMap::new();
    for cell in &mut buffer.content {
        let number = usize::from(cell.modifier.bits() >> SHIFT);
        if number == 0 {
            continue;
        }
        cell.modifier = Modifier::from_bits_truncate(cell.modifier.bits());
        let open = || addresses.get(number - 1).and_then(|raw| opening(raw));
        let opening = opened.entry(number).or_insert_with(open).as_deref();
        let wide = u16::try_from(width(cell.symbol())).ok().and_then(NonZeroU16::new);
        if let (Some(opening), Some(wide)) = (opening, wide) {
            let symbol = format!("{opening}{}{CLOSE}", cell.symbol());
            cell.set_symbol(&symbol);
            cell.set_diff_option(CellDiffOption::ForcedWidth(wide));
        }
    }
}

/// What a cell shows, without its address.
pub fn bare(symbol: &str) -> &str {
    parts(symbol).map_or(symbol, |(_, glyph)| glyph)
}

/// Whether a cell belongs to an address.
pub fn is_linked(cell: &Cell) -> bool {
    cell.symbol().starts_with(OPEN)
}

/// The cells as they are to be written: an address is opened before its first cell and closed after
/// its last one, wherever they stand.
pub fn runs<'a>(cells: &[(u16, u16, &'a Cell)]) -> Vec<(u16, u16, Cell)> {
    let address = |at: Option<&(u16, u16, &'a Cell)>| Some(parts(at?.2.symbol())?.0);
    let mut before = None;
    let mut written = Vec::with_capacity(cells.len());
    for (index, (x, y, cell)) in cells.iter().enumerate() {
        let mut cell = (*cell).clone();
        let after = address(cells.get(index + 1));
        let mut own = None;
        let symbol = parts(cell.symbol()).map(|(opening, glyph)| {
            let first = if before == Some(opening) { "" } else { opening };
            let last = if after == Some(opening) { "" } else { CLOSE };
            format!("{first}{glyph}{last}")
        });
        if let Some(symbol) = symbol {
            own = address(cells.get(index));
            cell.set_symbol(&symbol);
        }
        before = own;
        written.push((*x, *y, cell));
    }
    written
}

/// The opening sequence of a linked cell, and its glyph.
fn parts(symbol: &str) -> Option<(&str, &str)> {
    let rest = symbol.strip_prefix(OPEN)?;
    let end = rest.find(END)? + OPEN.len() + END.len();
    let (opening, rest) = symbol.split_at_checked(end)?;
    Some((opening, rest.strip_suffix(CLOSE)?))
}

/// The sequence that opens an address. Its parts on several lines have the same id, so that a
/// terminal takes them for one. Nothing where it is no address, or one that is too long.
fn opening(raw: &str) -> Option<String> {
    let address = encoded(raw)?;
    // FNV-1a: two addresses with one id are still two.
    let id = address
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    Some(format!("{OPEN}id={:x};{address}{END}", id & 0xffff))
}

/// The address without what ends a sequence or hides in a line; what an address cannot hold is
/// written as `%20`.
fn encoded(raw: &str) -> Option<String> {
    // What is cleaned may be megabytes, in every frame.
    if raw.len() > LONGEST {
        return None;
    }
    let clean = line_of(raw);
    let clean = clean.trim();
    if !is_address(clean) {
        return None;
    }
    let mut encoded = String::new();
    for byte in clean.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                write!(encoded, "%{byte:02X}").ok()?;
            }
            0x21..=0x7e => encoded.push(char::from(byte)),
            _ => write!(encoded, "%{byte:02X}").ok()?,
        }
    }
    (encoded.len() <= LONGEST).then_some(encoded)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn only_http_addresses_are_opened_and_nothing_in_them_ends_the_sequence() {
        let cases = [
            ("https://a.example.org/x?y=1;z#t", Some("https://a.example.org/x?y=1;z#t")),
            ("http://a.example.org", Some("http://a.example.org")),
            ("https://a/b c", Some("https://a/b%20c")),
            ("https://a/100%25", Some("https://a/100%25")),
            ("https://a/ü\"<>", Some("https://a/%C3%BC%22%3C%3E")),
            ("https://a/\u{1b}]0;x\u{7}\u{9c}y\u{202e}z", Some("https://a/yz")),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("ftp://a", None),
            ("HTTPS://a", None),
            ("", None),
        ];
        for (raw, address) in cases {
            assert_eq!(encoded(raw).as_deref(), address, "{raw:?}");
        }
        for filling in ["x", "\u{1b}[m", "ü"] {
            assert_eq!(encoded(&format!("https://a/{}", filling.repeat(LONGEST))), None);
        }
    }

    fn buffer(text: &str, addresses: &[&str]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, text, marked(Style::new(), 0));
        buffer.set_string(0, 1, "plain", Style::new());
        apply(&mut buffer, addresses);
        buffer
    }

    #[test]
    fn a_cell_says_its_address_and_is_as_wide_as_its_glyph() {
        let one = buffer("日x", &["https://a"]);
        let symbols: Vec<&str> = one.content.iter().map(|cell| bare(cell.symbol())).collect();
        assert_eq!(symbols[..3], ["日", " ", "x"]);
        assert_eq!(
            one.content[0].diff_option,
            CellDiffOption::ForcedWidth(NonZeroU16::new(2).unwrap())
        );
        assert_eq!(one.content[0].modifier, Modifier::empty());
        assert_eq!(bare(one[(0, 1)].symbol()), "p");
        assert!(!is_linked(&one[(0, 1)]));
    }

    #[test]
    fn the_same_text_of_another_address_is_another_cell() {
        let [one, same, other] =
            ["https://a/1", "https://a/1", "https://a/2"].map(|it| buffer("https://a/", &[it]));
        assert_eq!(one.diff(&same).len(), 0);
        assert_eq!(one.diff(&other).len(), 10);
        assert_eq!(one.diff(&buffer("https://a/", &["javascript:x"])).len(), 10);
    }

    #[test]
    fn an_address_is_opened_and_closed_once_for_all_its_neighbours() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer.set_string(0, 0, "ab", marked(Style::new(), 0));
        buffer.set_string(2, 0, "c", Style::new());
        buffer.set_string(3, 0, "de", marked(Style::new(), 1));
        apply(&mut buffer, &["http://1", "http://2"]);
        let cells: Vec<_> = (0..6).map(|x| (x, 0, &buffer[(x, 0)])).collect();
        let written: Vec<String> =
            runs(&cells).into_iter().map(|(_, _, cell)| cell.symbol().to_owned()).collect();
        let [one, two] = ["http://1", "http://2"].map(|it| opening(it).unwrap());
        assert_eq!(written.concat(), format!("{one}ab{CLOSE}c{two}de{CLOSE} "));
        assert_ne!(one, two);
    }
}
