//! `--replay-store FILE`: accepted messages, one to a line, under a lock on the file.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::time::SystemTime;

use ws_security::{ReplayCache, ReplayError};

pub(crate) struct FileReplayStore {
    path: PathBuf,
}

impl FileReplayStore {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn insert(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> std::io::Result<bool> {
        let mut file = File::options().read(true).append(true).create(true).open(&self.path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let key: String = key.iter().map(|octet| format!("{octet:02x}")).collect();
        let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let now = seconds(now);
        let live = text
            .lines()
            .filter_map(|line| line.split_once(' '))
            .any(|(known, until)| known == key && until.parse::<u64>().map_or(true, |until| until >= now));
        if live {
            return Ok(false);
        }
        writeln!(file, "{key} {}", seconds(until) + 1)?;
        file.sync_data()?;
        Ok(true)
    }
}

impl ReplayCache for FileReplayStore {
    fn insert_if_absent(&self, key: &[u8; 32], until: SystemTime, now: SystemTime) -> Result<(), ReplayError> {
        match self.insert(key, until, now) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ReplayError::Seen),
            Err(_) => Err(ReplayError::Failed),
        }
    }
}
