//! The stores keep the promises of the trait with a real Redis, and refuse when it is not in order.

mod server;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use wss_replay::{AsyncReplayCache, ReplayCache, ReplayError};
use wss_replay_conformance::{Blocking, Conformance};
use wss_replay_redis::{AsyncRedisReplayStore, RedisReplay, RedisReplayStore, RedisStoreError};

/// A tenth of what the suite does by default; `WSS_REPLAY_ROUNDS=10000` runs all of them.
const ROUNDS: usize = 1_000;

fn insert(store: &impl ReplayCache, key: u8) -> Result<(), ReplayError> {
    let now = SystemTime::now();
    store.insert_if_absent(&[key; 32], now + Duration::from_secs(300), now)
}

fn fails(store: &impl ReplayCache, key: u8, what: &str) {
    match insert(store, key) {
        Err(ReplayError::Failed { .. }) => {}
        other => panic!("{what}: {other:?}"),
    }
}

/// An asynchronous store with its own runtime.
fn on_tokio(settings: RedisReplay) -> impl ReplayCache {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("tokio");
    Blocking(settings.asynchronous(), move |future: wss_replay::ReplayFuture<'_>| runtime.block_on(future))
}

/// Each store is a new part of one server.
fn parts(settings: RedisReplay) -> impl Fn() -> RedisReplay {
    let count = AtomicUsize::new(0);
    move || settings.clone().prefix(format!("part-{}:", count.fetch_add(1, Ordering::Relaxed)))
}

#[test]
fn the_blocking_store_conforms_with_a_store_for_each_receiver() {
    let Some(server) = server::start(&["--appendfsync", "everysec"]) else { return };
    let part = parts(server.settings());
    Conformance::new(move |handles| {
        let settings = part();
        (0..handles).map(|_| settings.clone().blocking()).collect()
    })
    .rounds(ROUNDS)
    .in_real_time(Duration::ZERO)
    .failing("nothing listens there", RedisReplay::at("redis://127.0.0.1:1").expect("an address").blocking())
    .run();
}

#[test]
fn the_asynchronous_store_conforms_with_one_connection_for_all_receivers() {
    let Some(server) = server::start(&["--appendfsync", "everysec"]) else { return };
    let part = parts(server.settings());
    let nowhere = RedisReplay::at("redis://127.0.0.1:1").expect("an address");
    let clones = move |handles| {
        let store = Arc::new(on_tokio(part()));
        vec![store; handles]
    };
    Conformance::new(clones)
        .rounds(ROUNDS)
        .in_real_time(Duration::ZERO)
        .failing("nothing listens there", Arc::new(on_tokio(nowhere)))
        .run();
}

#[test]
fn tasks_of_one_runtime_have_one_winner() {
    let Some(server) = server::start(&[]) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("tokio");
    let stores: Vec<Arc<AsyncRedisReplayStore>> = (0..4).map(|_| Arc::new(server.settings().asynchronous())).collect();
    let won = runtime.block_on(async {
        let mut tasks = Vec::new();
        for nth in 0..64 * 50 {
            let store = stores[nth % stores.len()].clone();
            tasks.push(tokio::spawn(async move {
                let now = SystemTime::now();
                let key = [(nth / 64) as u8; 32];
                store.insert_if_absent_async(&key, now + Duration::from_secs(60), now).await
            }));
        }
        let mut won = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(()) => won += 1,
                Err(error) => assert_eq!(error, ReplayError::Seen),
            }
        }
        won
    });
    assert_eq!(won, 50);
}

/// The test below runs this in separate processes.
#[test]
#[ignore = "a part of another test"]
fn child() {
    let address = std::env::var("WSS_REPLAY_CHILD").expect("run by its parent");
    let store = RedisReplay::at(&address).expect("an address").timeout(Duration::from_secs(10)).blocking();
    let won = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let new = (0..=255).filter(|key| insert(&store, *key).is_ok()).count();
                won.fetch_add(new, Ordering::Relaxed);
            });
        }
    });
    println!("won {}", won.into_inner());
}

#[test]
fn of_several_processes_exactly_one_wins_each_key() {
    let Some(server) = server::start(&[]) else { return };
    let start = |_| {
        Command::new(std::env::current_exe().expect("this test"))
            .args(["child", "--exact", "--ignored", "--nocapture"])
            .env("WSS_REPLAY_CHILD", server.address())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process")
    };
    let children: Vec<Child> = (0..8).map(start).collect();
    let won = children.into_iter().map(|child| {
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{output:?}");
        let output = String::from_utf8(output.stdout).expect("text");
        let won = output.split("won ").nth(1).and_then(|rest| rest.split_whitespace().next());
        won.and_then(|won| won.parse::<usize>().ok()).unwrap_or_else(|| panic!("{output}"))
    });
    assert_eq!(won.sum::<usize>(), 256);
}

/// Both kinds of store while the server is stopped, killed and started again.
fn survives_its_server(store: &impl ReplayCache, mut server: server::Server) {
    assert_eq!(insert(store, 1), Ok(()));
    server.pause();
    let start = Instant::now();
    fails(store, 2, "paused");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    fails(store, 3, "paused, with a new connection");
    server.resume();
    assert_eq!(insert(store, 4), Ok(()), "works again");
    // The server received these while it was paused. Which of them it stored is unknown, and they were refused.
    for key in [2, 3] {
        assert!(matches!(insert(store, key), Ok(()) | Err(ReplayError::Seen)));
    }
    assert_eq!(insert(store, 1), Err(ReplayError::Seen));
    server.kill();
    fails(store, 5, "killed, on the connection that was");
    fails(store, 5, "killed");
    let server = server.restart();
    assert_eq!(insert(store, 6), Ok(()), "works again after a restart");
    assert_eq!(insert(store, 1), Err(ReplayError::Seen), "the append-only file remembers");
    drop(server);
    fails(store, 7, "gone");
}

#[test]
fn a_blocking_store_refuses_while_redis_is_stopped_and_works_again_afterwards() {
    let Some(server) = server::start(&[]) else { return };
    let store = server.settings().timeout(Duration::from_millis(700)).blocking();
    survives_its_server(&store, server);
}

#[test]
fn an_asynchronous_store_refuses_while_redis_is_stopped_and_works_again_afterwards() {
    let Some(server) = server::start(&[]) else { return };
    let store = on_tokio(server.settings().timeout(Duration::from_millis(700)));
    survives_its_server(&store, server);
}

#[test]
fn deliveries_while_the_server_is_killed_are_accepted_once_at_most() {
    let Some(server) = server::start(&[]) else { return };
    let stores: Vec<RedisReplayStore> =
        (0..8).map(|_| server.settings().timeout(Duration::from_millis(500)).blocking()).collect();
    let won: Vec<AtomicUsize> = (0..=255).map(|_| AtomicUsize::new(0)).collect();
    std::thread::scope(|scope| {
        for store in &stores {
            scope.spawn(|| {
                for (key, won) in won.iter().enumerate() {
                    if insert(store, key as u8).is_ok() {
                        won.fetch_add(1, Ordering::Relaxed);
                    }
                    std::thread::sleep(Duration::from_millis(2));
                }
            });
        }
        std::thread::sleep(Duration::from_millis(150));
        drop(server.restart());
    });
    let won: Vec<usize> = won.into_iter().map(AtomicUsize::into_inner).collect();
    assert!(won.iter().all(|won| *won <= 1), "{won:?}");
    assert_eq!(won[0], 1);
}

#[test]
fn a_full_server_refuses_and_forgets_nothing() {
    let Some(server) = server::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]) else { return };
    let store = server.settings().blocking();
    assert_eq!(store.check_server(), Ok(()));
    let now = SystemTime::now();
    let until = now + Duration::from_secs(300);
    let key = |number: u32| {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&number.to_be_bytes());
        key
    };
    let stored = (0..100_000).take_while(|number| store.insert_if_absent(&key(*number), until, now).is_ok()).count();
    let stored = stored as u32;
    assert!(stored > 100, "{stored}");
    for number in stored..stored + 20 {
        assert!(store.insert_if_absent(&key(number), until, now).is_err(), "full");
    }
    assert_eq!(store.insert_if_absent(&key(stored + 50), until, now), Err(ReplayError::Full));
    for number in 0..stored {
        let again = store.insert_if_absent(&key(number), until, now);
        assert!(again.is_err(), "entry {number}: {again:?}");
    }
}

#[test]
fn a_server_that_evicts_is_not_taken() {
    let Some(server) = server::start(&[]) else { return };
    let evicting = server::start(&["--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru"]);
    assert!(evicting.is_some_and(|evicting| {
        evicting.settings().blocking().check_server() == Err(RedisStoreError::Evicts { policy: "volatile-lru".into() })
    }));
    let store = server.settings().asynchronous();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio");
    assert_eq!(runtime.block_on(store.check_server()), Ok(()));
}

#[test]
fn a_replica_is_read_only_and_enough_replicas_must_have_an_entry() {
    let Some(primary) = server::start(&[]) else { return };
    let demanding = primary.settings().timeout(Duration::from_secs(3)).replicas(1).blocking();
    fails(&demanding, 1, "no replica has it");
    let Some(replica) = server::start(&["--replicaof", "127.0.0.1", &primary.port().to_string()]) else { return };
    let on_replica = replica.settings().blocking();
    fails(&on_replica, 2, "a replica cannot be written");
    assert_eq!(on_replica.check_server(), Err(RedisStoreError::Replica));
    let start = Instant::now();
    let mut key = 10;
    while insert(&demanding, key) != Ok(()) {
        assert!(start.elapsed() < Duration::from_secs(30), "the replica follows");
        key += 1;
    }
    assert_eq!(insert(&demanding, key), Err(ReplayError::Seen));
}

#[test]
fn prefixes_keep_services_apart() {
    let Some(server) = server::start(&[]) else { return };
    let [one, other] = ["one:", "other:"].map(|prefix| server.settings().prefix(prefix).blocking());
    assert_eq!(insert(&one, 1), Ok(()));
    assert_eq!(insert(&other, 1), Ok(()));
    assert_eq!(insert(&one, 1), Err(ReplayError::Seen));
}
