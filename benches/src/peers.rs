//! The peers: harnesses of `benches/peers`, built here, and asked for the time of an operation on messages in a folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::root;

/// A peer that needs longer for its few runs than this has no time in the table.
const PATIENCE: Duration = Duration::from_secs(120);

/// A harness: a program that takes an operation and two folders, of messages and of keys, and prints a median in
/// nanoseconds.
pub struct Peer {
    /// Its name in the tables.
    pub name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Option<(&'static str, PathBuf)>,
}

impl Peer {
    /// Those that can be built here. Standard error names each that cannot.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |what: &str, built: Option<Vec<Self>>| match built {
            Some(peers) => all.extend(peers),
            None => eprintln!("SKIPPED: {what} was not built, and is missing from the tables"),
        };
        add("libxml2 / xmlsec1 (libxmlsec1-dev)", xmlsec1());
        add("gSOAP (gsoap, libgsoap-dev, libssl-dev)", gsoap());
        add("the harness of Rust crates", rust());
        add("python-xmlsec (Python 3, PyPI)", python());
        add("Santuario and WSS4J (a JDK, Maven)", java());
        add("xml-crypto (npm)", node());
        all
    }

    fn new(name: &'static str, program: PathBuf, arguments: &[&str]) -> Self {
        Self { name, program, arguments: arguments.iter().map(ToString::to_string).collect(), environment: None }
    }

    /// How long it takes for an operation; `None` for one that it does not have, or that took too long.
    #[must_use]
    pub fn ask(&self, operation: &str, messages: &Path, keys: &Path) -> Option<Duration> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(operation).args([messages, keys]);
        command.envs(self.environment.as_ref().map(|(name, value)| (name, value)));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let started = Instant::now();
        while child.try_wait().ok()?.is_none() {
            if started.elapsed() > PATIENCE {
                child.kill().ok()?;
                eprintln!("{}: {operation} of {} took too long", self.name, messages.display());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let output = child.wait_with_output().ok()?;
        // A harness ends with 3 for an operation that its peer does not have.
        if !output.status.success() && output.status.code() != Some(3) {
            eprintln!("{}: {operation} of {} failed", self.name, messages.display());
        }
        String::from_utf8(output.stdout).ok()?.trim().parse().ok().map(Duration::from_nanos)
    }
}

/// The folder of what is built for a peer.
fn scratch(name: &str) -> PathBuf {
    let folder = root().join("target/peers").join(name);
    std::fs::create_dir_all(&folder).expect("a folder below target");
    folder
}

fn source(name: &str) -> PathBuf {
    root().join("benches/peers").join(name)
}

fn ran(command: &mut Command) -> Option<()> {
    command.stdout(Stdio::null()).status().ok()?.success().then_some(())
}

/// The C harness, over libxmlsec1.
fn xmlsec1() -> Option<Vec<Peer>> {
    let program = scratch("c").join("xmlsec1");
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "xmlsec1-openssl"]).output().ok()?;
    let flags = String::from_utf8(flags.stdout).ok()?;
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-w", "-o"]).arg(&program).arg(source("xmlsec1.c")).args(flags.split_whitespace());
    ran(&mut compiler)?;
    Some(vec![Peer::new("libxml2 / xmlsec1", program, &[])])
}

/// gSOAP's wsse plugin, compiled with the structures that its generator makes.
fn gsoap() -> Option<Vec<Peer>> {
    const GSOAP: &str = "/usr/share/gsoap";
    let (folder, sources) = (scratch("gsoap"), source("gsoap"));
    let mut generator = Command::new("soapcpp2");
    generator.args(["-c", "-x", &format!("-I{GSOAP}/import")]).arg(sources.join("any.h"));
    ran(generator.current_dir(&folder))?;
    let plugins = ["wsseapi.c", "smdevp.c", "mecevp.c", "threads.c"].map(|name| format!("{GSOAP}/plugin/{name}"));
    let mut compiler = Command::new("cc");
    compiler
        .args(["-O2", "-w", "-I.", "-DWITH_OPENSSL", "-DWITH_GZIP", "-DWITH_DOM", "-oharness"])
        .args([format!("-I{GSOAP}"), format!("-I{GSOAP}/plugin")])
        .arg(sources.join("harness.c"))
        .args(["soapC.c", "soapClient.c"])
        .args(plugins)
        .arg(format!("{GSOAP}/custom/struct_timeval.c"))
        .args(["-lgsoapssl", "-lssl", "-lcrypto", "-lz", "-lpthread"]);
    ran(compiler.current_dir(&folder))?;
    Some(vec![Peer::new("gSOAP", folder.join("harness"), &[])])
}

/// Other crates, in a workspace of their own.
fn rust() -> Option<Vec<Peer>> {
    let target = scratch("rust");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "--manifest-path"]).arg(source("rust/Cargo.toml"));
    ran(cargo.arg("--target-dir").arg(&target))?;
    let program = target.join("release/rust-harness");
    let names = ["bergshamra", "xml-sec"];
    Some(names.map(|name| Peer::new(name, program.clone(), &[name])).into())
}

fn python() -> Option<Vec<Peer>> {
    const PACKAGES: [&str; 2] = ["xmlsec==1.3.17", "lxml==6.1.3"];
    let folder = scratch("python");
    let program = folder.join("bin/python");
    ran(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    ran(Command::new(&program).args(["-m", "pip", "install", "-q"]).args(PACKAGES))?;
    let script = source("harness.py");
    Some(vec![Peer::new("python-xmlsec", program, &[script.to_str()?])])
}

/// Santuario, and both engines of WSS4J, which are built on it.
fn java() -> Option<Vec<Peer>> {
    let class_path = wss4j(&["SpeedHarness.java"])?;
    let names = [("Santuario", "santuario"), ("WSS4J (DOM)", "dom"), ("WSS4J (StAX)", "stax")];
    let peer = |(name, word)| Peer::new(name, "java".into(), &["-cp", &class_path, "SpeedHarness", word]);
    Some(names.map(peer).into())
}

/// The class path of WSS4J 4, with these files of `benches/peers` compiled.
#[must_use]
pub fn wss4j(harnesses: &[&str]) -> Option<String> {
    let folder = scratch("java");
    let list = folder.join("classpath");
    if !list.exists() {
        let mut maven = Command::new("mvn");
        maven.args(["-q", "-B", "dependency:build-classpath", "-f"]).arg(root().join("tests/interop/wss4j/pom.xml"));
        ran(maven.arg(format!("-Dmdep.outputFile={}", list.display())))?;
    }
    let jars = std::fs::read_to_string(list).ok()?.trim().to_owned();
    let shared = ["Peer.java", "Lines.java"].map(|name| root().join("tests/interop/java").join(name));
    let mut compiler = Command::new("javac");
    compiler.args(["-nowarn", "-cp", &jars, "-d"]).arg(&folder).args(shared);
    ran(compiler.args(harnesses.iter().map(|name| source(name))))?;
    Some(format!("{}:{jars}", folder.display()))
}

fn node() -> Option<Vec<Peer>> {
    const PACKAGES: [&str; 2] = ["xml-crypto@6.1.2", "xml-encryption@3.1.0"];
    let folder = scratch("node");
    let mut npm = Command::new("npm");
    ran(npm.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]).arg(&folder).args(PACKAGES))?;
    let script = source("harness.js");
    let peer = Peer::new("xml-crypto", "node".into(), &[script.to_str()?]);
    Some(vec![Peer { environment: Some(("NODE_PATH", folder.join("node_modules"))), ..peer }])
}
