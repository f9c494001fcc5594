//! The store keeps the promises of the trait, also towards other processes, and refuses when its file is not in order.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use wss_replay::{ReplayCache, ReplayError};
use wss_replay_conformance::Conformance;
use wss_replay_sqlite::{SqliteReplayStore, SqliteStoreError};

fn open(path: &Path) -> SqliteReplayStore {
    SqliteReplayStore::open(path).unwrap_or_else(|error| panic!("{error}"))
}

/// New names in one folder.
fn names() -> (TempDir, impl Fn() -> PathBuf + Clone) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().to_owned();
    let count = std::sync::Arc::new(AtomicUsize::new(0));
    (folder, move || path.join(format!("store-{}", count.fetch_add(1, Ordering::Relaxed))))
}

fn window() -> (SystemTime, SystemTime) {
    let now = SystemTime::now();
    (now + Duration::from_secs(300), now)
}

fn insert(store: &SqliteReplayStore, key: u8) -> Result<(), ReplayError> {
    let (until, now) = window();
    store.insert_if_absent(&[key; 32], until, now)
}

#[test]
fn the_store_conforms_with_a_connection_for_each_receiver() {
    let (_folder, name) = names();
    let full = name.clone();
    Conformance::new(move |handles| {
        let path = name();
        (0..handles).map(|_| open(&path).wait(Duration::from_secs(60)).expect("a limit")).collect()
    })
    .full(move |entries| open(&full()).capacity(entries as u64))
    .rounds(50)
    .run();
}

#[test]
fn the_store_conforms_with_one_connection_for_all_receivers() {
    let (_folder, name) = names();
    Conformance::new(move |handles| {
        let store = std::sync::Arc::new(open(&name()));
        vec![store; handles]
    })
    .rounds(1_000)
    .run();
}

#[test]
fn it_remembers_across_restarts() {
    let (_folder, name) = names();
    let path = name();
    for key in 0..100 {
        assert_eq!(insert(&open(&path), key), Ok(()));
    }
    for key in 0..100 {
        assert_eq!(insert(&open(&path), key), Err(ReplayError::Seen));
    }
}

/// The test below runs this in separate processes.
#[test]
#[ignore = "a part of another test"]
fn child() {
    let path = std::env::var_os("WSS_REPLAY_CHILD").expect("run by its parent");
    let store = open(Path::new(&path));
    let won = (0..100).filter(|key| insert(&store, *key).is_ok()).count();
    println!("won {won}");
}

fn start_child(path: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["child", "--exact", "--ignored", "--nocapture"])
        .env("WSS_REPLAY_CHILD", path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

#[test]
fn of_several_processes_exactly_one_wins_each_key() {
    let (_folder, name) = names();
    let path = name();
    let children: Vec<Child> = (0..8).map(|_| start_child(&path)).collect();
    let won = children.into_iter().map(|child| {
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{output:?}");
        let output = String::from_utf8(output.stdout).expect("text");
        let won = output.split("won ").nth(1).and_then(|rest| rest.split_whitespace().next());
        won.and_then(|won| won.parse::<usize>().ok()).unwrap_or_else(|| panic!("{output}"))
    });
    assert_eq!(won.sum::<usize>(), 100);
}

#[test]
fn a_process_that_is_killed_loses_nothing_that_it_accepted() {
    let (_folder, name) = names();
    let path = name();
    let mut child = start_child(&path);
    std::thread::sleep(Duration::from_millis(150));
    child.kill().expect("killed");
    child.wait().expect("an end");
    // Committed entries are seen, the others are new, and the file is in order.
    let store = open(&path);
    let new = (0..100).map(|key| insert(&store, key).is_ok()).collect::<Vec<_>>();
    assert!(new.is_sorted(), "the keys that were accepted come first: {new:?}");
}

#[test]
fn a_locked_file_refuses() {
    let (_folder, name) = names();
    let path = name();
    let store = open(&path).wait(Duration::from_millis(100)).expect("a limit");
    let other = rusqlite::Connection::open(&path).expect("open");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    assert!(matches!(insert(&store, 1), Err(ReplayError::Failed { .. })));
    other.execute_batch("ROLLBACK").expect("unlocked");
    assert_eq!(insert(&store, 1), Ok(()));
}

#[test]
fn files_that_are_no_store_are_not_opened_and_not_changed() {
    let (_folder, name) = names();
    let text = name();
    std::fs::write(&text, "0011 1764259200\n".repeat(100)).expect("written");
    assert!(matches!(SqliteReplayStore::open(&text), Err(SqliteStoreError::Open { .. })));
    assert!(std::fs::read_to_string(&text).expect("read").starts_with("0011"));
    let foreign = name();
    rusqlite::Connection::open(&foreign).expect("open").execute_batch("CREATE TABLE a (b)").expect("a table");
    assert!(matches!(SqliteReplayStore::open(&foreign), Err(SqliteStoreError::Foreign { .. })));
    assert!(matches!(SqliteReplayStore::open(name().join("in/no/folder")), Err(SqliteStoreError::Open { .. })));
}

#[test]
fn a_damaged_file_refuses() {
    let (_folder, name) = names();
    let make = || {
        let path = name();
        let store = open(&path);
        for key in 0..=255 {
            assert_eq!(insert(&store, key), Ok(()));
        }
        drop(store);
        (std::fs::read(&path).expect("read"), path)
    };
    let (sound, _) = make();
    assert!(sound.len() > 3 * 4_096, "{}", sound.len());
    for page in 0..sound.len() / 4_096 {
        let (mut octets, path) = make();
        octets[page * 4_096..][..4_096].fill(0xA5);
        std::fs::write(&path, octets).expect("written");
        let answer = SqliteReplayStore::open(&path).map(|store| insert(&store, 3));
        assert!(!matches!(answer, Ok(Ok(()))), "page {page}");
    }
    for keep in [100, 4_096, sound.len() - 4_096, sound.len() - 1] {
        let (octets, path) = make();
        std::fs::write(&path, &octets[..keep]).expect("written");
        let answer = SqliteReplayStore::open(&path).map(|store| insert(&store, 3));
        assert!(!matches!(answer, Ok(Ok(()))), "cut to {keep}");
    }
}

#[test]
fn a_file_that_was_removed_replaced_or_emptied_under_a_running_service_refuses() {
    let (_folder, name) = names();
    let path = name();
    let store = open(&path);
    assert_eq!(insert(&store, 1), Ok(()));
    std::fs::rename(&path, name()).expect("renamed");
    assert!(matches!(insert(&store, 2), Err(ReplayError::Failed { .. })), "removed");
    std::fs::write(&path, "").expect("written");
    assert!(matches!(insert(&store, 3), Err(ReplayError::Failed { .. })), "replaced");
    let path = name();
    let store = open(&path);
    assert_eq!(insert(&store, 1), Ok(()));
    rusqlite::Connection::open(&path).expect("open").execute_batch("DROP TABLE seen").expect("dropped");
    assert!(matches!(insert(&store, 1), Err(ReplayError::Failed { .. })), "emptied");
}
