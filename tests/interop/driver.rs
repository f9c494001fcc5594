//! Programs in a peer's language, each a child process: commands and answers go a line each way.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ws_security::c14n::{base64_decode, base64_encode};

use crate::{peer, zeep};

/// A command is words between tabs, the last one in base64; the answer is "OK base64" or "ERR reason".
pub(crate) struct Driver {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

/// How long a driver may take to start or to answer, in seconds: the first call of a Java peer loads much.
const PATIENCE: u64 = 180;

/// How long a program may take that installs packages.
const LONG_PATIENCE: u64 = 900;

impl Driver {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if std::env::var_os("WSS_PEER_LOG").is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (tell, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child, input, lines }
    }

    /// A class of the Java driver in the folder `name`. Its arguments are the folder of keys, and one for files that it
    /// shares with the other drivers of that peer.
    pub(crate) fn java(name: &'static str, class: &str) -> Self {
        let (folder, jars) = compiled(name);
        let class_path = format!("{}:{jars}", folder.display());
        let keys = peer::root().join("vectors/keys");
        let mut java = Command::new("java");
        // It lives for seconds: what the second compiler gains, it does not earn back.
        java.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]);
        Self::start(java.arg("-cp").arg(class_path).arg(class).arg(keys).arg(folder.join("work")))
    }

    /// A script beside those of zeep, in its environment.
    pub(crate) fn python(script: &str) -> Self {
        Self::start(Command::new(zeep::environment()).arg(peer::root().join("tests/interop/zeep").join(script)))
    }

    /// With the port of a driver that listens, which is its first answer: "OK PORT".
    pub(crate) fn listening(self) -> (Self, u16) {
        let line = self.next_line("to start");
        let port = line.strip_prefix("OK ").and_then(|port| port.parse().ok());
        (self, port.unwrap_or_else(|| panic!("a port, not {line}")))
    }

    /// The answer to a line, for a driver with words of its own.
    pub(crate) fn line(&mut self, question: &str) -> String {
        writeln!(self.input, "{question}").expect("the driver listens");
        self.next_line(question)
    }

    fn next_line(&self, wanted: &str) -> String {
        let line = self.lines.recv_timeout(Duration::from_secs(PATIENCE));
        let wanted = || wanted.chars().take(200).collect::<String>();
        line.unwrap_or_else(|error| panic!("{error} after at most {PATIENCE} s; the driver was asked {}", wanted()))
    }

    pub(crate) fn ask(&mut self, command: &str, message: &str) -> Result<String, String> {
        let line = self.line(&format!("{command}\t{}", base64_encode(message.as_bytes())));
        match line.split_once(' ') {
            Some(("OK", answer)) => {
                let octets = base64_decode(answer, usize::MAX / 2).expect("base64");
                Ok(String::from_utf8(octets).expect("UTF-8"))
            }
            _ => Err(line.chars().take(1_200).collect()),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Runs a command to its end, and fails with all that it printed.
pub(crate) fn run(command: &Command) {
    let output = ended_within(LONG_PATIENCE, command);
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
}

/// Runs a client of a peer to its end.
pub(crate) fn output_of(command: &Command) -> Output {
    ended_within(PATIENCE, command)
}

/// Runs a command under `timeout`, which ends it.
fn ended_within(seconds: u64, command: &Command) -> Output {
    let mut limited = Command::new("timeout");
    limited.args(["--kill-after=5", &seconds.to_string()]).arg(command.get_program()).args(command.get_args());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    limited.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Makes `folder` once for each content of `inputs`; a later run finds it made. Folders are made beside each other.
pub(crate) fn made_once(folder: &Path, inputs: &[Vec<u8>], make: impl FnOnce()) {
    static MAKING: Mutex<BTreeMap<PathBuf, Arc<Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let own = MAKING.lock().unwrap_or_else(PoisonError::into_inner).entry(folder.to_owned()).or_default().clone();
    let _one_at_a_time = own.lock().unwrap_or_else(PoisonError::into_inner);
    let mut hasher = DefaultHasher::new();
    inputs.hash(&mut hasher);
    let (stamp, content) = (folder.join("made"), hasher.finish().to_string());
    if std::fs::read_to_string(&stamp).is_ok_and(|made| made == content) {
        return;
    }
    make();
    std::fs::write(stamp, content).expect("a file");
}

/// The classes of a Java driver, and the class path of its peer from Maven.
pub(crate) fn compiled(name: &'static str) -> (PathBuf, String) {
    let folder = peer::scratch(name);
    let class_path = folder.join("classpath");
    let (sources, common) = (peer::root().join("tests/interop").join(name), peer::root().join("tests/interop/java"));
    let (pom, own) = (sources.join("pom.xml"), files(&sources.join("src/main/java")));
    let read = |path: &PathBuf| std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let inputs = [&pom].into_iter().chain(&own).chain(&files(&common)).map(read).collect::<Vec<_>>();
    static MAVEN: Mutex<()> = Mutex::new(());
    made_once(&folder, &inputs, || {
        // Its local repository is not made for two that fetch at once.
        let fetching = MAVEN.lock().unwrap_or_else(PoisonError::into_inner);
        run(Command::new("mvn")
            .args(["-q", "-B", "dependency:build-classpath", "-f"])
            .arg(&pom)
            .arg(format!("-Dmdep.outputFile={}", class_path.display())));
        drop(fetching);
        let jars = std::fs::read_to_string(&class_path).expect("a class path");
        // Of what the drivers have in common, only the classes that this one uses are compiled.
        run(Command::new("javac")
            .args(["-nowarn", "-cp", jars.trim(), "-sourcepath"])
            .arg(&common)
            .arg("-d")
            .arg(&folder)
            .args(&own));
    });
    (folder, std::fs::read_to_string(&class_path).expect("a class path").trim().to_owned())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}
