//! Reading lines of JSON as they come. Knows nothing of what they mean but how the first one begins.

use reqwest::Response;

use super::remote::{RemoteError, innermost};
use crate::record::attach::{AnyHead, HeadV1, LineV1, PROTOCOL};

/// A line that is longer was not written by watchbell: a turn of a flood has some megabytes.
const LONGEST: usize = 256 * 1024 * 1024;

/// The lines of an answer.
#[derive(Debug)]
pub(super) struct Lines {
    response: Response,
    buffer: Vec<u8>,
    /// Where the next line begins.
    begins: usize,
    /// Up to where there is no end of it.
    looked: usize,
}

/// Why there is no line.
#[derive(Debug)]
pub(super) enum LineError {
    /// The other end closed, or broke.
    Ended(String),
    /// The other end says nothing any more.
    Silent,
    /// It says what cannot be understood.
    Strange(RemoteError),
}

impl Lines {
    /// Those of an answer whose body was not read yet.
    pub(super) fn of(response: Response) -> Self {
        Self { response, buffer: Vec::new(), begins: 0, looked: 0 }
    }

    /// The next line.
    pub(super) async fn next(&mut self) -> Result<LineV1, LineError> {
        let line = self.bytes().await?;
        serde_json::from_slice(line).map_err(|error| strange(&error))
    }

    /// The first line: who is there. Where that is another version, it says so.
    pub(super) async fn head(&mut self) -> Result<HeadV1, LineError> {
        let line = self.bytes().await?;
        let AnyHead { head } = serde_json::from_slice(line).map_err(|error| strange(&error))?;
        if head.protocol != PROTOCOL {
            let version = crate::domain::text::Text::derive(&head.version);
            return Err(LineError::Strange(RemoteError::OtherVersion(version)));
        }
        match serde_json::from_slice(line).map_err(|error| strange(&error))? {
            LineV1::Head(head) => Ok(*head),
            _ => Err(unexpected("something else where a head belongs")),
        }
    }

    /// The next line without its end. Dropping the future loses nothing.
    async fn bytes(&mut self) -> Result<&[u8], LineError> {
        let end = loop {
            let new = self.buffer.get(self.looked..).unwrap_or_default();
            if let Some(at) = new.iter().position(|byte| *byte == b'\n') {
                break self.looked + at;
            }
            self.looked = self.buffer.len();
            if self.begins > 0 {
                self.buffer.drain(..self.begins);
                self.looked -= self.begins;
                self.begins = 0;
            }
            if self.buffer.len() > LONGEST {
                return Err(unexpected("a line without an end"));
            }
            match self.response.chunk().await {
                Ok(Some(chunk)) => self.buffer.extend_from_slice(&chunk),
                Ok(None) => return Err(LineError::Ended("it closed".to_owned())),
                Err(error) if error.is_timeout() => return Err(LineError::Silent),
                Err(error) => return Err(LineError::Ended(innermost(&error))),
            }
        };
        let begins = self.begins;
        (self.begins, self.looked) = (end + 1, end + 1);
        Ok(self.buffer.get(begins..end).unwrap_or_default())
    }
}

/// It does not say what it should.
pub(super) fn unexpected(what: &str) -> LineError {
    LineError::Strange(RemoteError::Strange(what.to_owned()))
}

fn strange(error: &serde_json::Error) -> LineError {
    // It may quote what came.
    unexpected(crate::domain::text::Text::derive(&error.to_string()).as_str())
}
