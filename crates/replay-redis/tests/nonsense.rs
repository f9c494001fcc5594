//! Servers that are not Redis, or a Redis that is out of order: whatever they answer, nothing is accepted.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use wss_replay::{AsyncReplayCache as _, ReplayCache, ReplayError};
use wss_replay_redis::{RedisReplay, RedisStoreError};

#[derive(Clone, Copy, PartialEq)]
enum Then {
    Closes,
    Waits,
}

/// Greets every client, and answers each question. `{}` in an answer is the mark of the question.
fn server(greeting: &'static str, answer: &'static str, then: Then) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("redis://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            std::thread::spawn(move || converse(stream, greeting, answer, then));
        }
    });
    address
}

fn converse(mut stream: TcpStream, greeting: &str, answer: &str, then: Then) {
    let _gone = stream.write_all(greeting.as_bytes());
    let mut question = [0; 4_096];
    while let Ok(read @ 1..) = stream.read(&mut question) {
        let text = String::from_utf8_lossy(&question[..read]).into_owned();
        let mark = text.trim_end().rsplit("\r\n").next().unwrap_or_default();
        let echo = format!("${}\r\n{mark}\r\n", mark.len());
        let written = stream.write_all(answer.replace("{}", &echo).as_bytes());
        if written.is_err() || then == Then::Closes {
            return;
        }
    }
}

const TIMEOUT: Duration = Duration::from_millis(300);

/// Asks with both kinds of store, several times, since a failure leads to a new connection.
fn answers(address: &str) -> Vec<Result<(), ReplayError>> {
    let settings = RedisReplay::at(address).expect("an address").timeout(TIMEOUT);
    let (blocking, asynchronous) = (settings.clone().blocking(), settings.asynchronous());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("tokio");
    let now = SystemTime::now();
    let until = now + Duration::from_secs(1);
    let mut answers = Vec::new();
    for number in 0..3 {
        let start = Instant::now();
        answers.push(blocking.insert_if_absent(&[number; 32], until, now));
        answers.push(runtime.block_on(asynchronous.insert_if_absent_async(&[number; 32], until, now)));
        assert!(start.elapsed() < 8 * TIMEOUT, "{:?}", start.elapsed());
    }
    answers
}

#[test]
fn the_mock_would_be_believed_if_it_answered_as_redis_does() {
    let all = answers(&server("", "+OK\r\n{}", Then::Waits));
    assert!(all.iter().all(|answer| *answer == Ok(())), "{all:?}");
    let all = answers(&server("", "$-1\r\n{}", Then::Waits));
    assert!(all.iter().all(|answer| *answer == Err(ReplayError::Seen)), "{all:?}");
}

#[test]
fn whatever_else_a_server_answers_refuses_the_message() {
    for (greeting, answer) in [
        ("", ""),
        ("", "+OK\r\n"),
        ("", "+O"),
        ("", "+OK\r\n$3\r\nabc\r\n"),
        ("", "+OK\r\n+OK\r\n"),
        ("", "+OK\r\n:1\r\n"),
        ("", "{}+OK\r\n"),
        ("", ":1\r\n{}"),
        ("", "+QUEUED\r\n{}"),
        ("", "$2\r\nOK\r\n{}"),
        ("", "*1\r\n+OK\r\n{}"),
        ("", "$-1\r\n"),
        ("", "-READONLY You can't write against a read only replica.\r\n{}"),
        ("", "-LOADING Redis is loading the dataset in memory\r\n{}"),
        ("", "-MOVED 3999 127.0.0.1:1\r\n{}"),
        ("", "-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n"),
        ("", "-ERR unknown command\r\n{}"),
        ("", "-NOREPLICAS Not enough good replicas to write.\r\n{}"),
        ("", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"),
        ("", "\0\0\0\0"),
        ("", "$999999999999\r\n"),
        ("SSH-2.0-OpenSSH_9.2\r\n", ""),
    ] {
        for then in [Then::Closes, Then::Waits] {
            for outcome in answers(&server(greeting, answer, then)) {
                let refused = matches!(outcome, Err(ReplayError::Failed { .. }));
                assert!(refused, "{greeting:?} {answer:?}: {outcome:?}");
            }
        }
    }
}

#[test]
fn answers_that_no_one_asked_for_are_not_taken_for_those_to_a_question() {
    // A server that knows the key and says OK before it is asked. A client that counts answers would believe it.
    for greeting in ["+OK\r\n", "+OK\r\n+OK\r\n", "+OK\r\n$1\r\n1\r\n"] {
        for outcome in answers(&server(greeting, "$-1\r\n{}", Then::Waits)) {
            assert!(
                matches!(outcome, Err(ReplayError::Failed { .. } | ReplayError::Seen)),
                "{greeting:?}: {outcome:?}"
            );
        }
    }
    for outcome in answers(&server("", "$-1\r\n{}+OK\r\n{}", Then::Waits)) {
        assert!(outcome.is_err(), "{outcome:?}");
    }
}

#[test]
fn a_server_without_memory_is_a_full_store() {
    let all = answers(&server("", "-OOM command not allowed when used memory > 'maxmemory'.\r\n{}", Then::Waits));
    assert!(all.iter().all(|answer| *answer == Err(ReplayError::Full)), "{all:?}");
}

#[test]
fn a_server_that_accepts_no_connection_in_time_refuses() {
    // Not routed: documentation addresses (RFC 5737).
    let store = RedisReplay::at("redis://192.0.2.1:6379").expect("an address").timeout(TIMEOUT).blocking();
    let start = Instant::now();
    let now = SystemTime::now();
    assert!(matches!(store.insert_if_absent(&[1; 32], now, now), Err(ReplayError::Failed { .. })));
    assert!(start.elapsed() < 4 * TIMEOUT, "{:?}", start.elapsed());
    assert!(matches!(store.check_server(), Err(RedisStoreError::Unreachable { .. })));
    assert!(matches!(RedisReplay::at("http://127.0.0.1"), Err(RedisStoreError::Address { .. })));
}
