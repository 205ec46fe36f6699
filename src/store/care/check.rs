//! A look through a whole data file that changes nothing: its pages, every record, every piece of
//! the journal, and whether what they say holds together.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, TableError};

use super::super::error::{OpenError, ReadError, guarded};
use super::super::journal::{Piece, States};
use super::super::load::Meta;
use super::super::schema::{DOOMED, HISTORY, JOURNAL, STATES};
use super::shadow;
use crate::domain::entity::{Entity, Key};
use crate::domain::id::Revision;
use crate::record;

/// What was found in a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkup {
    /// The file.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Its format.
    pub format: u64,
    /// Its last commit.
    pub revision: Revision,
    /// How much of everything is in it.
    pub findings: Findings,
    problems: Vec<Problem>,
    more: usize,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How grave it is.
    pub kind: ProblemKind,
    /// What, in words.
    pub what: String,
}

/// How grave something wrong is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Something cannot be read, or is not what was written.
    Damage,
    /// Everything can be read, and says what cannot be: a mistake of ours.
    Contradiction,
}

/// How much of everything a data file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Alerts, ended ones too.
    pub alerts: u64,
    /// Those of them that are open.
    pub open: u64,
    /// Services.
    pub services: u64,
    /// Tokens.
    pub tokens: u64,
    /// Notifications.
    pub deliveries: u64,
    /// All entities, also of other kinds.
    pub states: u64,
    /// Lines of timelines.
    pub lines: u64,
    /// Pieces of the journal that are not folded yet.
    pub pieces: u64,
}

impl Checkup {
    /// How many problems are kept in words.
    const MOST: usize = 20;

    /// What is wrong; of very much only the first.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The first damage, if there is any.
    pub fn damage(&self) -> Option<&str> {
        let damage = |problem: &&Problem| problem.kind == ProblemKind::Damage;
        self.problems.iter().find(damage).map(|problem| problem.what.as_str())
    }

    /// How many problems there are besides.
    pub fn more(&self) -> usize {
        self.more
    }

    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.problems.is_empty()
    }

    fn wrong(&mut self, what: String) {
        self.add(Problem { kind: ProblemKind::Damage, what });
    }

    fn contradicts(&mut self, what: String) {
        self.add(Problem { kind: ProblemKind::Contradiction, what });
    }

    fn add(&mut self, problem: Problem) {
        if self.problems.len() < Self::MOST { self.problems.push(problem) } else { self.more += 1 }
    }
}

/// Looks through the data file at `path` without writing to it.
///
/// Refuses one that a running watchbell has, and one that cannot be looked through at all: damaged
/// beyond that, of a newer format, or no data file.
pub fn check(path: &Path) -> Result<Checkup, OpenError> {
    let unreadable = |source| OpenError::Unwritable { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    // The engine may panic over a file that was damaged from outside.
    let looked = guarded(|| {
        let mut database = shadow::open(path)?;
        look(&mut database, path, bytes)
    });
    looked.unwrap_or_else(|fault| Err(OpenError::damaged(path, fault.to_string())))
}

/// A look at one table.
type LookAt = fn(&ReadTransaction, &mut Checkup, &mut Read) -> Result<(), ReadError>;

fn look(database: &mut Database, path: &Path, bytes: u64) -> Result<Checkup, OpenError> {
    let failed = |error: ReadError| OpenError::of(path, error);
    let whole = guarded(|| database.check_integrity());
    let transaction = database.begin_read().map_err(|error| failed(error.into()))?;
    let meta = Meta::read(&transaction).map_err(failed)?;
    meta.check(path)?;
    let mut checkup = Checkup {
        path: path.to_owned(),
        bytes,
        format: meta.format.unwrap_or_default(),
        revision: Revision(meta.revision),
        findings: Findings::default(),
        problems: Vec::new(),
        more: 0,
    };
    match whole {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => checkup.wrong("its pages do not hold together".to_owned()),
        Ok(Err(error)) => checkup.wrong(format!("its pages do not hold together: {error}")),
        Err(fault) => checkup.wrong(fault.to_string()),
    }
    let mut read = Read::default();
    let tables: [(&str, LookAt); 4] =
        [("states", states), ("journal", journal), ("history", history), ("doomed", doomed)];
    for (name, table) in tables {
        match guarded(|| table(&transaction, &mut checkup, &mut read)) {
            Ok(Ok(())) => {}
            Ok(Err(ReadError::Engine(error))) => checkup.wrong(format!("in {name}: {error}")),
            Ok(Err(ReadError::Record(error))) => checkup.wrong(format!("in {name}: {error}")),
            Err(fault) => checkup.wrong(format!("in {name}: {fault}")),
        }
    }
    let entities = read.entities(&mut checkup);
    count(&mut checkup, &entities);
    hold_together(&mut checkup, &entities);
    read.timelines(&mut checkup, &entities);
    Ok(checkup)
}

/// What was read of the tables.
#[derive(Default)]
struct Read {
    states: BTreeMap<Vec<u8>, Vec<u8>>,
    later: States,
    /// Whose timelines there are.
    told: BTreeSet<Vec<u8>>,
    /// Whose timelines are to be cleared away.
    doomed: HashSet<Vec<u8>>,
}

fn states(
    transaction: &ReadTransaction,
    _: &mut Checkup,
    read: &mut Read,
) -> Result<(), ReadError> {
    for row in transaction.open_table(STATES)?.iter()? {
        let (key, bytes) = row?;
        read.states.insert(key.value().to_vec(), bytes.value().to_vec());
    }
    Ok(())
}

fn journal(
    transaction: &ReadTransaction,
    checkup: &mut Checkup,
    read: &mut Read,
) -> Result<(), ReadError> {
    let journal = match transaction.open_table(JOURNAL) {
        Ok(journal) => journal,
        // A file of format 1.
        Err(TableError::TableDoesNotExist(_)) if checkup.format == 1 => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for row in journal.iter()? {
        let (revision, bytes) = row?;
        checkup.findings.pieces += 1;
        let revision = revision.value();
        // Commits say their revision in the journal; it is kept apart when that is folded.
        checkup.revision = checkup.revision.max(Revision(revision));
        match Piece::read(bytes.value()) {
            Ok(piece) => {
                for ((key, _, _), line) in piece.lines_of(revision) {
                    self::line(checkup, read, &key, revision, &line);
                }
                read.doomed.extend(piece.dooms().map(<[u8]>::to_vec));
                read.later.extend(piece.into_states());
            }
            Err(error) => checkup.wrong(format!("commit {revision} of the journal: {error}")),
        }
    }
    Ok(())
}

fn history(
    transaction: &ReadTransaction,
    checkup: &mut Checkup,
    read: &mut Read,
) -> Result<(), ReadError> {
    for row in transaction.open_table(HISTORY)?.iter()? {
        let (at, bytes) = row?;
        let (key, revision, _) = at.value();
        line(checkup, read, key, revision, bytes.value());
    }
    Ok(())
}

/// Looks at one line of a timeline.
fn line(checkup: &mut Checkup, read: &mut Read, key: &[u8], revision: u64, bytes: &[u8]) {
    checkup.findings.lines += 1;
    if !read.told.contains(key) {
        read.told.insert(key.to_vec());
    }
    match record::decode_event(bytes) {
        Ok(event) if record::encode_key(event.subject) == key && event.revision.0 == revision => {}
        Ok(event) => {
            let subject = named(event.subject);
            checkup
                .wrong(format!("a line of {subject} of commit {revision} is in another's place"));
        }
        Err(error) => checkup.wrong(format!("a line of commit {revision}: {error}")),
    }
}

fn doomed(
    transaction: &ReadTransaction,
    _: &mut Checkup,
    read: &mut Read,
) -> Result<(), ReadError> {
    let table = match transaction.open_table(DOOMED) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for row in table.iter()? {
        let (key, _) = row?;
        read.doomed.insert(key.value().1.to_vec());
    }
    Ok(())
}

impl Read {
    /// The newest state of everything.
    fn entities(&mut self, checkup: &mut Checkup) -> Vec<Entity> {
        let mut newest = std::mem::take(&mut self.states);
        for (key, state) in std::mem::take(&mut self.later) {
            match state {
                Some(state) => drop(newest.insert(key, state)),
                None => drop(newest.remove(&key)),
            }
        }
        let mut entities = Vec::with_capacity(newest.len());
        for (key, bytes) in newest {
            let name = || record::decode_key(&key).map_or("something".to_owned(), named);
            match record::decode(&bytes) {
                Ok(entity) if record::encode_key(entity.key()) == key => entities.push(entity),
                Ok(entity) => {
                    let found = named(entity.key());
                    checkup.wrong(format!("in the place of {} lies {found}", name()));
                }
                Err(error) => checkup.wrong(format!("{}: {error}", name())),
            }
        }
        entities
    }

    /// Every timeline is something's, or is to be cleared away.
    fn timelines(&self, checkup: &mut Checkup, entities: &[Entity]) {
        let known: HashSet<Vec<u8>> =
            entities.iter().map(|entity| record::encode_key(entity.key())).collect();
        let lost =
            self.told.iter().filter(|key| !known.contains(*key) && !self.doomed.contains(*key));
        for key in lost {
            let name = record::decode_key(key).map_or("something".to_owned(), named);
            checkup.contradicts(format!("there is a timeline of {name}, which is not there"));
        }
    }
}

fn count(checkup: &mut Checkup, entities: &[Entity]) {
    let findings = &mut checkup.findings;
    for entity in entities {
        findings.states += 1;
        match entity {
            Entity::Alert(alert) => {
                findings.alerts += 1;
                findings.open += u64::from(alert.is_open());
            }
            Entity::Service(_) => findings.services += 1,
            Entity::Token(_) => findings.tokens += 1,
            Entity::Delivery(_) => findings.deliveries += 1,
            Entity::Once(_) | Entity::Source(_) | Entity::Silence(_) | Entity::Maintenance(_) => {}
        }
    }
}

/// What holds of every table, whatever happened.
fn hold_together(checkup: &mut Checkup, entities: &[Entity]) {
    let keys: HashSet<Key> = entities.iter().map(Entity::key).collect();
    let mut open = HashSet::new();
    for entity in entities {
        match entity {
            Entity::Alert(alert) => {
                if alert.is_open() && !open.insert(&alert.identity) {
                    let alert = named(Key::Alert(alert.id));
                    checkup.contradicts(format!("{alert} is the second open one of its identity"));
                }
                if !keys.contains(&Key::Service(alert.service)) {
                    let alert = named(Key::Alert(alert.id));
                    checkup.contradicts(format!("{alert} is of a service that is not there"));
                }
            }
            Entity::Delivery(delivery) => {
                if !keys.contains(&Key::Alert(delivery.alert)) {
                    let delivery = named(Key::Delivery(delivery.id));
                    checkup.contradicts(format!("{delivery} is about an alert that is not there"));
                }
            }
            Entity::Service(_)
            | Entity::Token(_)
            | Entity::Once(_)
            | Entity::Source(_)
            | Entity::Silence(_)
            | Entity::Maintenance(_) => {}
        }
    }
}

fn named(key: Key) -> String {
    match key {
        Key::Alert(id) => format!("alert {}", id.0),
        Key::Service(id) => format!("service {}", id.0),
        Key::Token(id) => format!("token {}", id.0),
        Key::Once(id) => format!("idempotency key {}", id.0),
        Key::Source(id) => format!("source {}", id.0),
        Key::Delivery(id) => format!("notification {}", id.0),
        Key::Silence(id) => format!("silence {}", id.0),
        Key::Maintenance(id) => format!("maintenance {}", id.0),
    }
}
