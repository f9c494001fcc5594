//! A real `redis-server` for one test: on a port of loopback, in a folder of its own, ended with the test.

// Each file of tests uses a part of it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wss_replay_redis::RedisReplay;

pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    port: u16,
    options: Vec<String>,
}

/// A server with these options; `None`, said aloud, where there is no `redis-server`.
pub(crate) fn start(options: &[&str]) -> Option<Server> {
    if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI has a redis-server: see .ci/run");
        eprintln!("SKIPPED: no redis-server is installed here (Debian: apt-get install redis-server)");
        return None;
    }
    let options: Vec<String> = options.iter().map(ToString::to_string).collect();
    // Another process may take the port before Redis does.
    let server = (0..10).find_map(|_| {
        let folder = TempDir::new().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let child = launch(&folder, port, &options);
        Server { child, folder, port, options: options.clone() }.once_it_answers()
    });
    Some(server.expect("redis-server starts"))
}

fn launch(folder: &TempDir, port: u16, options: &[String]) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--daemonize", "no"])
        .args(["--dir", &folder.path().display().to_string(), "--save", "", "--appendonly", "yes"])
        .args(["--appendfsync", "always"])
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server starts")
}

impl Server {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// How the tests ask it: without a margin, so that entries expire when they say.
    pub(crate) fn settings(&self) -> RedisReplay {
        RedisReplay::at(&self.address()).expect("an address").margin(Duration::ZERO).timeout(Duration::from_secs(10))
    }

    fn once_it_answers(mut self) -> Option<Self> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            if self.child.try_wait().expect("a child").is_some() {
                return None;
            }
            if self.answers() {
                return Some(self);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Whether it can be asked, be it suitable or not. While it loads its data it answers every command that needs them
    /// with `-LOADING`.
    fn answers(&self) -> bool {
        let ping = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            stream.write_all(b"PING\r\n")?;
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line)?;
            Ok(line)
        };
        ping().is_ok_and(|line| line.ends_with('\n') && !line.starts_with("-LOADING"))
    }

    fn signal(&self, name: &str) {
        // The shell has `kill` built in.
        let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(status.expect("a shell").success());
    }

    /// It keeps its connections, and answers nothing.
    pub(crate) fn pause(&self) {
        self.signal("STOP");
    }

    pub(crate) fn resume(&self) {
        self.signal("CONT");
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("an end");
    }

    /// The same data, at the same place.
    pub(crate) fn restart(mut self) -> Self {
        self.kill();
        self.child = launch(&self.folder, self.port, &self.options);
        let start = Instant::now();
        while !self.answers() {
            assert!(start.elapsed() < Duration::from_secs(20), "redis-server starts again");
            std::thread::sleep(Duration::from_millis(20));
        }
        self
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _dead_already = self.child.kill();
        let _gone = self.child.wait();
    }
}
