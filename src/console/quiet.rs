//! A backend that writes nothing when nothing changed, and one `write` for a frame that did.
//! It never asks the terminal anything: a late answer would be read as keys.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{Clear, ClearType as CrosstermClear};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::link;

/// Frames shorter than this cannot tear in a way anybody sees; the bracket would cost 16 bytes.
const BRACKET_FROM: usize = 128;
const BRACKET: (&[u8], &[u8]) = (b"\x1b[?2026h", b"\x1b[?2026l");

/// Where the size of the window comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Asked of the terminal before every frame.
    Terminal,
    /// Given.
    Fixed(Size),
}

/// What is on the screen of the terminal's own cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caret {
    /// Nobody has said anything yet.
    Unknown,
    Hidden,
    /// Shown; where is unknown after cells were written.
    Shown(Option<Position>),
}

/// The backend; see the module.
#[derive(Debug)]
pub struct QuietBackend<W: Write> {
    inner: CrosstermBackend<OneWrite<W>>,
    window: Window,
    caret: Caret,
    written: Arc<AtomicUsize>,
}

impl<W: Write> QuietBackend<W> {
    /// A backend on `out`, which should be unbuffered.
    pub fn new(out: W, window: Window) -> QuietBackend<W> {
        let written = Arc::default();
        let writer = OneWrite { out, waiting: Vec::new(), written: Arc::clone(&written) };
        let inner = CrosstermBackend::new(writer);
        QuietBackend { inner, window, caret: Caret::Unknown, written }
    }

    /// Says that the window has this size from now on, where the size is given.
    pub fn resize(&mut self, size: Size) {
        if let Window::Fixed(given) = &mut self.window {
            *given = size;
        }
    }

    /// How many bytes were written since this was last asked.
    pub fn take_written(&self) -> usize {
        self.written.swap(0, Ordering::Relaxed)
    }

    /// Adds bytes that are no cells (a title, a clipboard) to the next frame's write.
    pub fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_all(bytes)
    }
}

impl<W: Write> Backend for QuietBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<_> = content.collect();
        if content.is_empty() {
            return Ok(());
        }
        if let Caret::Shown(at) = &mut self.caret {
            *at = None;
        }
        if content.iter().any(|(_, _, cell)| link::is_linked(cell)) {
            let runs = link::runs(&content);
            return self.inner.draw(runs.iter().map(|(x, y, cell)| (*x, *y, cell)));
        }
        self.inner.draw(content.into_iter())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.caret == Caret::Hidden {
            return Ok(());
        }
        self.caret = Caret::Hidden;
        queue!(self.inner, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if matches!(self.caret, Caret::Shown(_)) {
            return Ok(());
        }
        self.caret = Caret::Shown(None);
        queue!(self.inner, Show)
    }

    /// Where it was put; the terminal is not asked.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        match self.caret {
            Caret::Shown(Some(at)) => Ok(at),
            Caret::Unknown | Caret::Hidden | Caret::Shown(None) => Ok(Position::ORIGIN),
        }
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        // A hidden cursor has no place worth writing.
        let Caret::Shown(at) = &mut self.caret else {
            return Ok(());
        };
        if *at == Some(position) {
            return Ok(());
        }
        *at = Some(position);
        queue!(self.inner, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        let region = match region {
            ClearType::All => {
                // Whoever spoilt the screen may have left a style, which clearing would paint with,
                // and the cursor in sight.
                self.caret = Caret::Unknown;
                queue!(self.inner, SetAttribute(Attribute::Reset))?;
                CrosstermClear::All
            }
            ClearType::AfterCursor => CrosstermClear::FromCursorDown,
            ClearType::BeforeCursor => CrosstermClear::FromCursorUp,
            ClearType::CurrentLine => CrosstermClear::CurrentLine,
            ClearType::UntilNewLine => CrosstermClear::UntilNewLine,
        };
        queue!(self.inner, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        match self.window {
            Window::Fixed(size) => Ok(size),
            Window::Terminal => {
                crossterm::terminal::size().map(|(width, height)| Size { width, height })
            }
        }
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

/// Gathers a frame and writes it with one call.
#[derive(Debug)]
struct OneWrite<W: Write> {
    out: W,
    waiting: Vec<u8>,
    written: Arc<AtomicUsize>,
}

impl<W: Write> Write for OneWrite<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if self.waiting.len() >= BRACKET_FROM {
            self.waiting.splice(..0, BRACKET.0.iter().copied());
            self.waiting.extend_from_slice(BRACKET.1);
        }
        let written = self.out.write_all(&self.waiting).and_then(|()| self.out.flush());
        self.written.fetch_add(self.waiting.len(), Ordering::Relaxed);
        self.waiting.clear();
        written
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use ratatui::Terminal;
    use ratatui::widgets::Paragraph;

    use super::*;

    #[derive(Clone, Default)]
    struct Writes(Rc<RefCell<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Writes {
        fn taken(&self) -> Vec<Vec<u8>> {
            self.0.take()
        }
    }

    fn terminal() -> (Terminal<QuietBackend<Writes>>, Writes) {
        let writes = Writes::default();
        let size = Size { width: 120, height: 40 };
        let backend = QuietBackend::new(writes.clone(), Window::Fixed(size));
        (Terminal::new(backend).unwrap(), writes)
    }

    fn draw(terminal: &mut Terminal<QuietBackend<Writes>>, text: &str) {
        terminal.draw(|frame| frame.render_widget(Paragraph::new(text), frame.area())).unwrap();
    }

    #[test]
    fn a_frame_in_which_nothing_changed_writes_nothing() {
        let (mut terminal, writes) = terminal();
        draw(&mut terminal, "one");
        writes.taken();
        draw(&mut terminal, "one");
        assert_eq!(writes.taken(), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_frame_is_one_write_and_only_a_long_one_is_bracketed() {
        let (mut terminal, writes) = terminal();
        draw(&mut terminal, &"full of text ".repeat(200));
        let first = writes.taken();
        assert_eq!(first.len(), 1);
        assert!(first[0].starts_with(BRACKET.0) && first[0].ends_with(BRACKET.1));
        draw(&mut terminal, &format!("Full{}", &" of text full".repeat(200)));
        let second = writes.taken();
        assert_eq!(second.len(), 1);
        assert!(!second[0].starts_with(BRACKET.0));
    }

    #[test]
    fn a_cleared_screen_gets_every_cell_and_the_state_of_the_cursor_anew() {
        let (mut terminal, writes) = terminal();
        draw(&mut terminal, "one");
        writes.taken();
        terminal.clear().unwrap();
        draw(&mut terminal, "one");
        let written = String::from_utf8(writes.taken().concat()).unwrap();
        let parts = ["\u{1b}[0m\u{1b}[2J", "one", "\u{1b}[?25l"].map(|part| written.find(part));
        assert!(parts.is_sorted() && parts[0].is_some(), "{written:?}");
    }

    #[test]
    fn the_cursor_is_hidden_once_and_its_place_written_when_it_changes() {
        let (mut terminal, writes) = terminal();
        draw(&mut terminal, "one");
        let hidden = b"\x1b[?25l";
        assert!(writes.taken().concat().windows(hidden.len()).any(|part| part == hidden));
        draw(&mut terminal, "two");
        assert!(!writes.taken().concat().windows(hidden.len()).any(|part| part == hidden));
        let mut caret = |x| {
            let text = Paragraph::new("two");
            let place = |frame: &mut ratatui::Frame<'_>| {
                frame.render_widget(text, frame.area());
                frame.set_cursor_position((x, 0));
            };
            terminal.draw(place).map(|_| ())
        };
        caret(3).unwrap();
        assert_eq!(writes.taken(), [b"\x1b[?25h\x1b[1;4H".to_vec()]);
        caret(3).unwrap();
        assert_eq!(writes.taken(), Vec::<Vec<u8>>::new());
        caret(4).unwrap();
        assert_eq!(writes.taken(), [b"\x1b[1;5H".to_vec()]);
    }
}
