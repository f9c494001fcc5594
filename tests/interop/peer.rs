//! What the peers have in common: a loud skip, keys, envelopes, and the matrix.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver as Answers, RecvTimeoutError, channel};
use std::time::Duration;

use ws_security::c14n::name;
use ws_security::{Certificate, CoverageLost, Identity, OpenError, Opened, Receiver, RequirementError};

/// How long a peer is waited for on a connection.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long what we answered is waited for once the client has failed.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);

/// Whether peers are to be run; says loudly if not.
pub(crate) fn wanted() -> bool {
    let wanted = std::env::var_os("WSS_INTEROP").is_some_and(|value| value == "1");
    if !wanted {
        eprintln!("SKIPPED: WSS_INTEROP=1 is not set, the peers were not run");
    }
    wanted
}

/// Whether slow peers are to be run in all their shapes.
pub(crate) fn full() -> bool {
    std::env::var_os("WSS_INTEROP_FULL").is_some_and(|value| value == "1")
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Opens a peer's message. A peer that signs as the holder of an assertion does not sign the assertion. If the peer encrypted
/// first, its signature does not show that there was no default namespace around a plaintext with elements in no
/// namespace, nor, under CBC, which key decrypts the signed data. The strict receiver says so, and the calls that it
/// names open the message.
pub(crate) fn open(receiver: &Receiver, message: &str) -> Result<Opened, OpenError> {
    let lost = |opened: &Result<Opened, OpenError>| match opened {
        Err(OpenError::Requirement(RequirementError::CoverageLost { why, .. })) => Some(why.clone()),
        _ => None,
    };
    let (mut receiver, mut opened) = (receiver.clone(), receiver.open(message));
    if let Err(OpenError::Requirement(RequirementError::UncoveredHolderToken { .. })) = opened {
        receiver = receiver.accept_uncovered_holder_tokens();
        opened = receiver.open(message);
    }
    if let Some(CoverageLost::UnsignedKey { .. }) = lost(&opened) {
        receiver = receiver.dangerous_accept_cbc_under_unsigned_keys();
        opened = receiver.open(message);
    }
    if let Some(CoverageLost::UntoldAbsenceOfDefaultNamespace) = lost(&opened) {
        opened = receiver.accept_untold_absence_of_default_namespace().open(message);
    }
    opened
}

/// A folder for files that are built for a peer, kept between runs.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = root().join("target/interop").join(name);
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

pub(crate) fn key_file(name: &str) -> Vec<u8> {
    let path = root().join("vectors/keys").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn identity(name: &str) -> Identity {
    Identity::from_pem(&key_file(&format!("{name}.pem")), &key_file(&format!("{name}.key"))).expect(name)
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&key_file(&format!("{name}.pem"))).expect(name)
}

/// A request, or an answer.
pub(crate) struct Http {
    pub(crate) first: String,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// Reads one from a connection.
pub(crate) fn read_http(stream: &mut impl BufRead) -> Http {
    let mut line = || {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    };
    let (mut length, mut chunked, mut content_type) = (None, false, String::new());
    let first = line();
    loop {
        let whole = line();
        let header = whole.to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse::<usize>().ok();
        }
        if header.starts_with("content-type:") {
            content_type = whole.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default();
        }
        chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
    }
    let mut body = Vec::new();
    match (chunked, length) {
        (true, _) => loop {
            let mut size = String::new();
            stream.read_line(&mut size).expect("a size");
            let size = usize::from_str_radix(size.trim(), 16).expect("a size");
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).expect("a chunk");
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        },
        (false, Some(length)) => {
            body.resize(length, 0);
            stream.read_exact(&mut body).expect("a body");
        }
        (false, None) => {
            stream.read_to_end(&mut body).expect("a body");
        }
    }
    Http { first, content_type, body }
}

/// Posts to a service on loopback.
pub(crate) fn post(port: u16, path: &str, content_type: &str, body: &[u8]) -> Http {
    post_action(port, path, content_type, "", body)
}

/// The same, with a SOAPAction.
pub(crate) fn post_action(port: u16, path: &str, content_type: &str, action: &str, body: &[u8]) -> Http {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    write!(
        stream,
        "POST /{path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: {content_type}\r\nSOAPAction: \"{action}\"\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .and_then(|()| stream.write_all(body))
    .expect("sent");
    read_http(&mut BufReader::new(stream))
}

/// A peer's request, and what it was answered.
pub(crate) struct Served {
    pub(crate) request: String,
    pub(crate) answer: Result<String, String>,
}

/// A service of ours that answers one request, and what it remembers of it.
pub(crate) struct Serving<T = Served> {
    port: u16,
    remembered: Answers<T>,
}

/// Answers one request on a port of its own: with the message, or with status 500 where there is none.
pub(crate) fn serve_once(answer: impl FnOnce(&str) -> Result<String, String> + Send + 'static) -> Serving {
    serve_http_once(move |request| {
        let request = String::from_utf8(request.body).expect("UTF-8");
        let answer = answer(&request);
        let is_soap12 = answer.as_ref().is_ok_and(|reply| reply.contains(name::SOAP12.uri));
        let kind = if is_soap12 { "application/soap+xml" } else { "text/xml" };
        (kind, answer.clone(), Served { request, answer })
    })
}

/// The same, for who reads more than the message: gives the content type, the message, and what is to be remembered.
pub(crate) fn serve_http_once<T: Send + 'static>(
    answer: impl FnOnce(Http) -> (&'static str, Result<String, String>, T) + Send + 'static,
) -> Serving<T> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (remember, remembered) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("the peer calls");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let mut reader = BufReader::new(stream);
        let (kind, answer, memory) = answer(read_http(&mut reader));
        let (status, body) = answer.map_or(("500 Refused", String::new()), |body| ("200 OK", body));
        write!(
            reader.get_mut(),
            "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .expect("answered");
        remember.send(memory)
    });
    Serving { port, remembered }
}

impl<T> Serving<T> {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What is remembered, once the client of the peer has ended.
    pub(crate) fn end(self) -> Result<T, &'static str> {
        self.end_within(PATIENCE)
    }

    fn end_within(self, patience: Duration) -> Result<T, &'static str> {
        self.remembered.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => "the peer did not call us",
            RecvTimeoutError::Disconnected => "our service panicked",
        })
    }
}

impl Serving {
    /// Whether what the client answered is right; if it is not, what both sides said.
    pub(crate) fn judge(self, called: Result<String, String>, is_right: impl Fn(&str) -> bool) -> Result<(), String> {
        // A client that failed may have called nobody.
        let patience = if called.is_ok() { PATIENCE } else { SHORT_PATIENCE };
        match (called, self.end_within(patience).map(|served| served.answer)) {
            (Ok(body), Ok(Ok(_))) if is_right(&body) => Ok(()),
            (Ok(said) | Err(said), answer) => Err(format!("{said}\nwe answered {answer:?}")),
        }
    }
}

/// A text in every Body, which must be there again after a peer opened it.
pub(crate) const MARKER: &str = "Zürich &amp; 4711";

pub(crate) fn envelope(soap: &str) -> String {
    format!(
        "<env:Envelope xmlns:env=\"{soap}\" xmlns:unused=\"urn:unused\"><env:Header><a:Id xmlns:a=\"urn:a\">1</a:Id>\
         </env:Header><env:Body>\n  <o:order xmlns:o=\"urn:o\" xmlns:c=\"urn:c\" z=\"1\" c:a=\"2\"><c:city>{MARKER}\
         </c:city><empty/></o:order></env:Body></env:Envelope>"
    )
}

/// Rows are shapes, columns are direction and peer.
pub(crate) struct Matrix {
    columns: Vec<&'static str>,
    rows: BTreeMap<String, Vec<String>>,
    wrong: Vec<String>,
}

impl Matrix {
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), rows: BTreeMap::new(), wrong: Vec::new() }
    }

    /// Notes a cell. `explained` says why it cannot be accepted; a cell that is accepted all the same fails.
    pub(crate) fn cell(&mut self, row: &str, column: &str, outcome: Result<(), String>, explained: Option<&str>) {
        let index = self.columns.iter().position(|known| *known == column).expect("a column");
        let text = match (&outcome, explained) {
            (Ok(()), None) => "ok".to_owned(),
            (Err(_), Some(reason)) => format!("n/a: {reason}"),
            (Err(error), None) => {
                self.wrong.push(format!("{row} | {column}: {error}"));
                "WRONG".to_owned()
            }
            (Ok(()), Some(reason)) => {
                self.wrong.push(format!("{row} | {column}: accepted now, remove the explanation ({reason})"));
                "UNEXPECTED".to_owned()
            }
        };
        let cells = self.rows.entry(row.to_owned()).or_insert_with(|| vec![String::new(); self.columns.len()]);
        cells[index] = text;
    }

    pub(crate) fn finish(self, title: &str) {
        println!("\n{title}\n{:70} | {}", "shape", self.columns.join(" | "));
        for (row, cells) in &self.rows {
            println!("{row:70} | {}", cells.join(" | "));
        }
        println!("{} shapes, {} wrong", self.rows.len(), self.wrong.len());
        assert!(self.wrong.is_empty(), "{} unexplained cells:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}
