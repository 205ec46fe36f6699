//! The data file, with bytes in it that no watchbell wrote there.

use std::cell::OnceCell;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::{Builder, StorageBackend, TableDefinition};
use watchbell::domain::entity::Key;
use watchbell::domain::id::ServiceId;
use watchbell::domain::time::Timestamp;
use watchbell::record;
use watchbell::store::{Budget, Disk, OpenError, Store, Upkeep};

use super::chosen;

// The format, once more: were these the store's own, a change of it would not be seen.
const STATES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("states");
const JOURNAL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("journal");
const HISTORY: TableDefinition<'_, (&[u8], u64, u32), &[u8]> = TableDefinition::new("history");
const DOOMED: TableDefinition<'_, (i64, &[u8]), ()> = TableDefinition::new("doomed");

/// A disk in memory. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Mutex<Vec<u8>>>);

thread_local! {
    static EMPTY: OnceCell<Vec<u8>> = const { OnceCell::new() };
}

/// A file that is damaged within a row is refused; what is not refused stays the same when the
/// journal is folded.
pub(super) fn journal(data: &[u8]) {
    let image = EMPTY.with(|empty| empty.get_or_init(empty_file).clone());
    let disk = Memory(Arc::new(Mutex::new(image)));
    write(&disk, data);
    let (mut store, loaded) = match Store::open(disk.clone()) {
        Ok(opened) => opened,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    if store.fold().is_ok() {
        let folded = store.reopen().unwrap();
        assert_eq!(folded.entities, loaded.entities);
    }
    for _ in 0..8 {
        if matches!(store.upkeep(Budget::SLICE, Timestamp::MIN), Ok(Upkeep::Done) | Err(_)) {
            break;
        }
    }
    let _ = store.close();
}

fn empty_file() -> Vec<u8> {
    let disk = Memory::default();
    let (store, _) = Store::open(disk.clone()).unwrap();
    store.close().unwrap();
    disk.bytes().clone()
}

/// Puts the bytes where the first of them says.
fn write(disk: &Memory, data: &[u8]) {
    let (place, bytes) = chosen(data);
    let (number, rest) = chosen(bytes);
    let key = record::encode_key(Key::Service(ServiceId::of("web")));
    let database = Builder::new().create_with_backend(disk.clone()).unwrap();
    let transaction = database.begin_write().unwrap();
    match place % 5 {
        0 => drop(transaction.open_table(JOURNAL).unwrap().insert(1, bytes).unwrap()),
        1 => drop(transaction.open_table(STATES).unwrap().insert(&*key, bytes).unwrap()),
        2 => {
            let mut history = transaction.open_table(HISTORY).unwrap();
            history.insert((&*key, 1, u32::from(number)), rest).unwrap();
        }
        3 => {
            // Two pieces, of which the later one has the last word.
            let (first, second) = rest.split_at(usize::from(number).min(rest.len()));
            let mut journal = transaction.open_table(JOURNAL).unwrap();
            journal.insert(1, first).unwrap();
            journal.insert(2, second).unwrap();
        }
        _ => {
            let mut dooms = transaction.open_table(DOOMED).unwrap();
            dooms.insert((i64::from(number), rest), ()).unwrap();
        }
    }
    transaction.commit().unwrap();
}

impl Memory {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap()
    }
}

impl Disk for Memory {
    type Backend = Self;

    fn open(&self) -> Result<Self, OpenError> {
        Ok(self.clone())
    }

    fn place(&self) -> PathBuf {
        "memory".into()
    }
}

impl StorageBackend for Memory {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let bytes = self.bytes();
        let bytes = bytes.get(start..start + out.len());
        out.copy_from_slice(bytes.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.bytes().resize(usize::try_from(length).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let mut bytes = self.bytes();
        let end = start + data.len();
        bytes.get_mut(start..end).ok_or(ErrorKind::UnexpectedEof)?.copy_from_slice(data);
        Ok(())
    }
}
