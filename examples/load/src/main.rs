//! `cargo run --release -p example-load`: 200 clients at our service, which is another process, for two minutes.
//!
//! - `load serve`: our service. It prints `OK PORT`, and listens at `http://127.0.0.1:PORT/x509`.
//! - `load ask URL [SECONDS [CLIENTS [PID]]]`: clients at the service of a URL, and of the process PID.
//! - `load cxf [SECONDS]`: the same at Apache CXF, which the interop tests have built (`WSS_INTEROP=1 cargo test --test
//!   interop cxf`). It gets a quarter of the time first, to warm up.
//! - `load [SECONDS]`: both of the first.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use example_load::clients::{Load, load};
use example_load::{Error, service};
use tokio::net::TcpListener;

const SECONDS: u64 = 120;
const CLIENTS: usize = 200;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let words = std::env::args().skip(1).collect::<Vec<_>>();
    let words = words.iter().map(String::as_str).collect::<Vec<_>>();
    let seconds = |word: Option<&&str>| word.map_or(Ok(SECONDS), |word| word.parse::<u64>()).map(Duration::from_secs);
    match words.as_slice() {
        ["serve"] => {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            println!("OK {}", listener.local_addr()?.port());
            service::serve(listener).await
        }
        ["ask", url, rest @ ..] => {
            let clients = rest.get(1).map_or(Ok(CLIENTS), |word| word.parse())?;
            let pid = rest.get(2).map(|word| word.parse()).transpose()?;
            ask(url, Load { clients, time: seconds(rest.first())?, pid }).await
        }
        ["cxf", rest @ ..] => {
            let (server, port) = started(&mut cxf()?)?;
            let (url, time) = (format!("http://localhost:{port}/x509"), seconds(rest.first())?);
            load(&url, Load { clients: CLIENTS, time: time / 4, pid: None }).await?;
            ask(&url, Load { clients: CLIENTS, time, pid: Some(server.0.id()) }).await
        }
        rest => {
            let (server, port) = started(Command::new(std::env::current_exe()?).arg("serve"))?;
            let load = Load { clients: CLIENTS, time: seconds(rest.first())?, pid: Some(server.0.id()) };
            ask(&format!("http://127.0.0.1:{port}/x509"), load).await
        }
    }
}

/// The process of a service, which ends with this value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// Starts a service that says which port it has: `OK PORT`.
fn started(command: &mut Command) -> Result<(Server, u16), Error> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let server = Server(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let port = line.trim().strip_prefix("OK ").and_then(|port| port.parse().ok());
    Ok((server, port.ok_or("the service gave no port")?))
}

/// CXF's services, as the interop tests start them.
fn cxf() -> Result<Command, Error> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let built = format!("{root}/target/interop/cxf");
    let jars = std::fs::read_to_string(format!("{built}/classpath"));
    let jars = jars.map_err(|error| format!("{built}: {error}; run the interop tests of CXF first"))?;
    let mut java = Command::new("java");
    java.arg("-cp").arg(format!("{built}:{}", jars.trim())).arg("Cxf");
    java.arg(format!("{root}/vectors/keys")).arg(format!("{built}/work")).stderr(Stdio::null());
    Ok(java)
}

async fn ask(url: &str, asked: Load) -> Result<(), Error> {
    println!("{} clients at {url}", asked.clients);
    let outcome = load(url, asked).await?;
    print!("{outcome}");
    match outcome.failed {
        0 => Ok(()),
        _ => Err("exchanges failed".into()),
    }
}
