//! One connection: requests out, whole answers in (HTTP/1.1, kept alive). Knows no alerts.
//!
//! The load shares its processors with the server under test: of an answer to a post nothing is
//! read but its status and its length, and nothing is allocated for it.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// An answer that takes longer will not come.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
/// As much as is read at once of a long answer.
const PIECE: usize = 256 * 1024;
/// Heads of answers are far shorter, and so is what is told of a refusal.
const SHORT: usize = 4096;

/// A connection that is kept open.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    buffer: Vec<u8>,
    /// Bytes of the answer that have come.
    came: usize,
    head: Option<Head>,
    /// What the system did not take of a request yet.
    rest: Vec<u8>,
    /// When the last request left.
    pub(crate) began: Instant,
}

/// A long answer that was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Whether its body came in chunks, each behind its length.
    pub(crate) chunked: bool,
}

/// How the length of an answer is told.
#[derive(Clone, Copy, Debug)]
enum Length {
    Bytes(usize),
    Chunked,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    status: u16,
    length: Length,
    ends: usize,
}

impl Connection {
    /// Connects. Its calls wait, until it is told not to.
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let (rest, began) = (Vec::new(), Instant::now());
        Ok(Self { stream, buffer: vec![0; SHORT], came: 0, head: None, rest, began })
    }

    /// Sends a request; says whether all of it has left. What has not is kept for `flush`.
    pub(crate) fn send(&mut self, request: &[u8], now: Instant) -> io::Result<bool> {
        self.began = now;
        let sent = write_some(&mut self.stream, request)?;
        let rest = request.get(sent..).unwrap_or_default();
        self.rest.extend_from_slice(rest);
        Ok(rest.is_empty())
    }

    /// Sends what is left of a request; says whether that was all.
    pub(crate) fn flush(&mut self) -> io::Result<bool> {
        let sent = write_some(&mut self.stream, &self.rest)?;
        self.rest.drain(..sent);
        Ok(self.rest.is_empty())
    }

    /// Reads what has come: the status, once the answer is whole.
    pub(crate) fn receive(&mut self) -> io::Result<Option<u16>> {
        // Of a long answer the last piece only is kept, behind its head.
        let from = if self.came < self.buffer.len() {
            self.came
        } else {
            self.head.ok_or_else(|| strange(&self.buffer))?.ends
        };
        match self.stream.read(self.buffer.get_mut(from..).unwrap_or_default()) {
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            Ok(length) => self.came += length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        }
        if self.head.is_none() {
            self.head = head(self.buffer.get(..self.came).unwrap_or_default())?;
        }
        let Some(Head { status, length, ends }) = self.head else { return Ok(None) };
        let Length::Bytes(length) = length else { return Err(strange(&self.buffer)) };
        if self.came < ends + length {
            return Ok(None);
        }
        (self.came, self.head) = (0, None);
        Ok(Some(status))
    }

    /// The last answer, or as much of it as is kept.
    pub(crate) fn answer(&self) -> String {
        let end = self.buffer.iter().position(|byte| *byte == 0).unwrap_or(self.buffer.len());
        String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).into_owned()
    }

    /// Sends a request and waits for its answer, however long. `each` sees its body piece by piece,
    /// as it came.
    pub(crate) fn ask(
        &mut self,
        request: &[u8],
        mut each: impl FnMut(&[u8]),
    ) -> io::Result<Answer> {
        const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";
        self.stream.write_all(request)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(PIECE, 0);
        let mut filled = 0;
        let head = loop {
            filled += read_some(&mut self.stream, &mut buffer, filled)?;
            if let Some(head) = head(buffer.get(..filled).unwrap_or_default())? {
                break head;
            }
        };
        let mut came = filled - head.ends;
        each(buffer.get(head.ends..filled).unwrap_or_default());
        // Nothing follows an answer that was not asked for, so that its end is the last bytes.
        let mut tail = buffer.get(..filled).unwrap_or_default().to_vec();
        loop {
            let over = match head.length {
                Length::Bytes(length) => came >= length,
                Length::Chunked => tail.ends_with(LAST_CHUNK),
            };
            if over {
                break;
            }
            let length = read_some(&mut self.stream, &mut buffer, 0)?;
            came += length;
            let piece = buffer.get(..length).unwrap_or_default();
            each(piece);
            tail.extend_from_slice(piece.get(length.saturating_sub(16)..).unwrap_or_default());
            tail.drain(..tail.len().saturating_sub(16));
        }
        self.buffer = buffer;
        Ok(Answer { status: head.status, chunked: matches!(head.length, Length::Chunked) })
    }
}

fn read_some(stream: &mut TcpStream, buffer: &mut [u8], from: usize) -> io::Result<usize> {
    match stream.read(buffer.get_mut(from..).unwrap_or_default())? {
        0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        length => Ok(length),
    }
}

fn write_some(stream: &mut TcpStream, mut bytes: &[u8]) -> io::Result<usize> {
    let all = bytes.len();
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(length) => bytes = bytes.get(length..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(all - bytes.len())
}

fn strange(head: &[u8]) -> io::Error {
    let head = String::from_utf8_lossy(head.get(..head.len().min(400)).unwrap_or_default());
    io::Error::new(io::ErrorKind::InvalidData, format!("a strange answer: {head:?}"))
}

/// The head of an answer, once it is whole.
fn head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = bytes.get(..end).unwrap_or_default();
    let status = head.get(9..12).and_then(number).ok_or_else(|| strange(head))?;
    let status = u16::try_from(status).map_err(|_| strange(head))?;
    let length = match (field(head, b"content-length:"), field(head, b"transfer-encoding:")) {
        (Some(length), _) => Length::Bytes(number(length).ok_or_else(|| strange(head))?),
        (None, Some(b"chunked")) => Length::Chunked,
        (None, _) => return Err(strange(head)),
    };
    Ok(Some(Head { status, length, ends: end + 4 }))
}

fn field<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (start, value) = line.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

/// What a body in chunks says.
pub(crate) fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(chunks.len());
    while let Some(end) = chunks.iter().position(|byte| *byte == b'\n') {
        let length = std::str::from_utf8(chunks.get(..end).unwrap_or_default().trim_ascii());
        let length = length.ok().and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let (from, length) = (end + 1, length.unwrap_or(0));
        if length == 0 {
            break;
        }
        body.extend_from_slice(chunks.get(from..from + length).unwrap_or_default());
        chunks = chunks.get(from + length + 2..).unwrap_or_default();
    }
    body
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
