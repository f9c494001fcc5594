//! The responder of OpenSSL, for certificates of `pki`.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use ws_security::Certificate;
use ws_security::c14n::base64_encode;

use super::pki::{self, der, extension, sequence};

/// `id-kp-OCSPSigning`.
pub(crate) const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];

pub(crate) fn nocheck() -> Vec<u8> {
    extension(&[0x2B, 6, 1, 5, 5, 7, 48, 1, 5], false, &[5, 0])
}

/// An authority information access that names a responder.
pub(crate) fn access_description(url: &str) -> Vec<u8> {
    let one = sequence(&[&der(6, &[0x2B, 6, 1, 5, 5, 7, 48, 1]), &der(0x86, url.as_bytes())]);
    extension(&[0x2B, 6, 1, 5, 5, 7, 1, 1], false, &sequence(&[&one]))
}

/// A distribution point of revocation lists.
pub(crate) fn distribution_point(url: &str) -> Vec<u8> {
    let name = der(0xA0, &der(0xA0, &der(0x86, url.as_bytes())));
    extension(&[0x55, 0x1D, 31], false, &sequence(&[&sequence(&[&name])]))
}

/// A responder with its files. Its authority is `root` of `pki` under the key `ca`, or itself.
pub(crate) struct Responder {
    folder: tempfile::TempDir,
    key: String,
}

impl Responder {
    /// The holder of `certificate` under `key`, for the authority `root` or, if it is one, for itself. `index` is the status
    /// of the certificate with serial number 7 (or that after the letter): `V`, `R`, or nothing if none is known. `None` if
    /// OpenSSL is not installed.
    pub(crate) fn of(name: &str, key: &str, certificate: &Certificate, index: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("SKIPPED: openssl is not installed, its responder was not run");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let root = pki::Spec::authority("root", "root").made("ca", "ca");
        let authority = if name == "middle" { certificate } else { &root };
        std::fs::write(path("authority.pem"), pem(authority)).expect("written");
        std::fs::write(path("responder.pem"), pem(certificate)).expect("written");
        let responder = Self { folder, key: format!("{}/vectors/keys/{key}.key", env!("CARGO_MANIFEST_DIR")) };
        responder.set(index);
        Some(responder)
    }

    /// Changes what it knows.
    pub(crate) fn set(&self, index: &str) {
        let serial = index.get(1..).filter(|serial| !serial.is_empty()).unwrap_or("7");
        let line = match index.get(..1) {
            Some("V") => format!("V\t491231235959Z\t\t0{serial}\tunknown\t/CN=leaf\n"),
            Some("R") => format!("R\t491231235959Z\t200102000000Z\t0{serial}\tunknown\t/CN=leaf\n"),
            _ => String::new(),
        };
        std::fs::write(self.path("index.txt"), line).expect("written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("openssl");
        command.arg("ocsp");
        for (option, file) in [("-index", "index.txt"), ("-CA", "authority.pem"), ("-rsigner", "responder.pem")] {
            command.arg(option).arg(self.path(file));
        }
        command.args(["-rkey", &self.key]);
        command
    }

    /// Its answer to a request.
    pub(crate) fn answer(&self, request: &[u8], more: &[&str]) -> Vec<u8> {
        let (asked, answered) = (self.path("request.der"), self.path("response.der"));
        std::fs::write(&asked, request).expect("written");
        let mut command = self.command();
        let output = command.arg("-reqin").arg(&asked).arg("-respout").arg(&answered).args(more).output();
        let output = output.expect("openssl runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(answered).expect("a response")
    }

    /// Lets it listen on loopback, as long as what is returned lives. It reads its index again for each request.
    pub(crate) fn listen(&self, port: u16, more: &[&str]) -> Listening {
        let mut command = self.command();
        command.args(["-port", &port.to_string(), "-timeout", "5"]).args(more);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("openssl runs");
        let mut stderr = BufReader::new(child.stderr.take().expect("its stderr"));
        let mut line = String::new();
        while !line.contains("waiting for") {
            line.clear();
            assert_ne!(stderr.read_line(&mut line).expect("its output"), 0, "the responder ended");
        }
        Listening(child, stderr)
    }
}

/// A responder that listens.
pub(crate) struct Listening(Child, BufReader<std::process::ChildStderr>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("ended");
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("its address").port()
}

/// The smallest HTTP client.
pub(crate) fn http(url: &str, body: Option<&[u8]>, max_octets: usize) -> std::io::Result<Vec<u8>> {
    let rest = url.strip_prefix("http://").expect("HTTP");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host)?;
    let head = match body {
        Some(body) => format!(
            "POST /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/ocsp-request\r\nContent-Length: {}\r\n\r\n",
            body.len()
        ),
        None => format!("GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n"),
    };
    stream.write_all(&[head.as_bytes(), body.unwrap_or_default()].concat())?;
    let mut response = Vec::new();
    stream.take(max_octets as u64 + 4_096).read_to_end(&mut response)?;
    let end = response.windows(4).position(|four| four == b"\r\n\r\n").ok_or(std::io::ErrorKind::InvalidData)?;
    match response.starts_with(b"HTTP/1.0 200") || response.starts_with(b"HTTP/1.1 200") {
        true => Ok(response.split_off(end + 4)),
        false => Err(std::io::ErrorKind::NotFound.into()),
    }
}

fn pem(certificate: &Certificate) -> String {
    let text = base64_encode(certificate.der());
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
