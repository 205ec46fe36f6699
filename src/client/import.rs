//! An export being read into a new data file. Nothing of it counts before its end was found, and
//! what it says of the lines before it was found to be so.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::domain::entity::Entity;
use crate::domain::event::Event;
use crate::domain::id::Revision;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::engine::care::{Build, BuildError, Owner};
use crate::record::line::{EXPORT, End, Head, Line};

/// An export that is being read, a piece at a time. Blocks.
#[derive(Debug)]
pub(super) struct Import {
    build: Build,
    stage: Stage,
    /// The line that has begun.
    line: Vec<u8>,
    number: u64,
    hash: Sha256,
    states: u64,
    events: u64,
}

#[derive(Debug)]
enum Stage {
    Begun,
    Within(Box<Head>),
    Ended(Box<Head>),
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The commit that it is of.
    pub revision: Revision,
    /// When it was exported.
    pub at: Timestamp,
    /// How many states it has.
    pub states: u64,
    /// How many lines of timelines.
    pub events: u64,
}

/// Why an export was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is something else.
    #[error("line {line} is no line of an export of watchbell: {why}")]
    Foreign {
        /// The line, from 1.
        line: u64,
        /// Why.
        why: Text,
    },
    /// A newer watchbell wrote it.
    #[error(
        "an export of version {found}, and this watchbell reads up to {EXPORT}; upgrade watchbell"
    )]
    Newer {
        /// Its version.
        found: u32,
    },
    /// Its end is missing.
    #[error("it is cut off after line {line}: its last line is missing; export or copy it again")]
    Cut {
        /// The last line there is.
        line: u64,
    },
    /// Its end says otherwise.
    #[error(
        "it was changed or damaged: its last line says otherwise than the lines before it; \
             export or copy it again"
    )]
    Altered,
    /// There is something behind its end.
    #[error("line {line} comes after the last one; give one export alone")]
    Beyond {
        /// The line, from 1.
        line: u64,
    },
    /// The data file cannot be made.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// The head as any version has it.
#[derive(Deserialize)]
struct AnyHead {
    head: AnyVersion,
}

#[derive(Deserialize)]
struct AnyVersion {
    export: u32,
}

impl Import {
    /// The longest line: far above what an alert can be.
    const LONGEST: usize = 256 * 1024 * 1024;

    /// Begins to read one into a new data file at `path`, which will be `owner`'s.
    pub(super) fn begin(path: &Path, owner: Owner) -> Result<Self, BuildError> {
        Ok(Self {
            build: Build::begin(path, owner)?,
            stage: Stage::Begun,
            line: Vec::new(),
            number: 0,
            hash: Sha256::new(),
            states: 0,
            events: 0,
        })
    }

    /// Takes in what comes next of it, however it is cut into pieces.
    pub(super) fn piece(&mut self, mut bytes: &[u8]) -> Result<(), ImportError> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, rest) = bytes.split_at(end + 1);
            bytes = rest;
            if self.line.is_empty() {
                self.whole_line(head)?;
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(head);
                self.whole_line(&line)?;
            }
        }
        if self.line.len().saturating_add(bytes.len()) > Self::LONGEST {
            return Err(self.foreign("it has no end"));
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    /// Makes the data file whole, if the export is.
    pub(super) fn finish(self) -> Result<Imported, ImportError> {
        let head = match self.stage {
            Stage::Ended(head) => head,
            Stage::Begun => {
                let why = if self.line.is_empty() { "it is empty" } else { "it has no end" };
                return Err(ImportError::Foreign { line: 1, why: Text::derive(why) });
            }
            Stage::Within(_) => return Err(ImportError::Cut { line: self.number }),
        };
        if !self.line.is_empty() {
            return Err(ImportError::Beyond { line: self.number + 1 });
        }
        let revision = Revision(head.revision);
        self.build.finish(revision, head.epoch)?;
        let at = head.exported.0;
        Ok(Imported { revision, at, states: self.states, events: self.events })
    }

    fn whole_line(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        self.number += 1;
        match std::mem::replace(&mut self.stage, Stage::Begun) {
            Stage::Begun => {
                self.stage = Stage::Within(Box::new(self.head(bytes)?));
            }
            Stage::Within(head) => {
                let line = serde_json::from_slice(bytes);
                match line.map_err(|error| self.foreign(&error.to_string()))? {
                    Line::Head(_) => return Err(self.foreign("a second head")),
                    Line::StateV1(state) => {
                        self.states += 1;
                        self.build.state(&Entity::from(*state))?;
                    }
                    Line::StateV2(state) => {
                        self.states += 1;
                        self.build.state(&Entity::from(*state))?;
                    }
                    Line::EventV1(told) => {
                        self.events += 1;
                        let told = *told;
                        self.build.line(told.number, &Event::from(told.event))?;
                    }
                    Line::End(end) => {
                        self.end(&end)?;
                        self.stage = Stage::Ended(head);
                        return Ok(());
                    }
                }
                self.stage = Stage::Within(head);
            }
            Stage::Ended(_) => return Err(ImportError::Beyond { line: self.number }),
        }
        self.hash.update(bytes);
        Ok(())
    }

    fn head(&self, bytes: &[u8]) -> Result<Head, ImportError> {
        let any = serde_json::from_slice::<AnyHead>(bytes);
        match any.map(|any| any.head.export) {
            Ok(found) if found > EXPORT => return Err(ImportError::Newer { found }),
            Ok(_) => {}
            Err(_) => return Err(self.foreign("it is no head")),
        }
        match serde_json::from_slice(bytes) {
            Ok(Line::Head(head)) => Ok(head),
            Ok(_) => Err(self.foreign("it is no head")),
            Err(error) => Err(self.foreign(&error.to_string())),
        }
    }

    fn end(&self, end: &End) -> Result<(), ImportError> {
        let hash: [u8; 32] = self.hash.clone().finalize().into();
        let told = (end.states, end.events, end.sha256.0.0);
        if told == (self.states, self.events, hash) { Ok(()) } else { Err(ImportError::Altered) }
    }

    fn foreign(&self, why: &str) -> ImportError {
        ImportError::Foreign { line: self.number, why: Text::derive(why) }
    }
}
