//! The connection and its tables.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Result, TransactionBehavior};

/// "wsrp", which distinguishes our files from other databases.
const APPLICATION: i64 = 0x7773_7270;
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE seen (
        key BLOB PRIMARY KEY CHECK (length(key) = 32),
        until INTEGER NOT NULL -- the last microsecond of the Unix epoch at which the key is live
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX seen_until ON seen (until);
    CREATE TABLE state (
        entries INTEGER NOT NULL, -- rows of seen
        forgotten_before INTEGER NOT NULL -- entries that expired before this may have been removed
    ) STRICT;
    INSERT INTO state VALUES (0, -9223372036854775808);
";

/// Opens the file such that committed data is on disk.
pub(crate) fn connect(path: &Path, wait: Duration) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(wait)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // SQLite does not always wait for other processes here.
    let start = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(error) if is_busy(&error) && start.elapsed() < wait => std::thread::sleep(Duration::from_millis(5)),
            outcome => return outcome.map(|()| connection),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Creates the tables if there are none, and checks them otherwise. Returns whether the file is a replay store.
pub(crate) fn prepare(connection: &mut Connection) -> Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |query: &str| transaction.query_row(query, [], |row| row.get::<_, i64>(0));
    let found = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    if found == (0, 0) && number("SELECT count(*) FROM sqlite_schema")? == 0 {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
        return Ok(true);
    }
    if found != (APPLICATION, VERSION) {
        return Ok(false);
    }
    drop(transaction);
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(true);
    }
    let damaged = rusqlite::ffi::Error { code: ErrorCode::DatabaseCorrupt, extended_code: 11 };
    Err(rusqlite::Error::SqliteFailure(damaged, Some(verdict)))
}
