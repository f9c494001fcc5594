//! `--attach [ID=]FILE`: attachments that are files of their own, with an envelope that is not in a package.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const ENVELOPES: [&str; 2] = ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];

struct Case {
    folder: TempDir,
}

impl Case {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// Runs a command, whose words name files of this case as `@name` and keys as `KEYS/`.
    #[track_caller]
    fn exits(&self, code: i32, command: &str) -> (String, String) {
        let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/");
        let here = format!("{}/", self.folder.path().display());
        let words = command.split(' ').map(|word| word.replace("KEYS/", keys).replace('@', &here).replace('~', "@"));
        let output = Command::new(env!("CARGO_BIN_EXE_wss")).args(words).output().expect("wss runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{command}: {told}");
        (String::from_utf8_lossy(&output.stdout).into_owned(), told)
    }
}

/// The parts of a package that `wss` wrote: the envelope, and the content of each attachment.
fn parts(package: &Path) -> Vec<Vec<u8>> {
    let octets = std::fs::read(package).expect("a package");
    let boundary = octets.split(|octet| *octet == b'"').find(|piece| piece.starts_with(b"=_")).expect("a boundary");
    let delimiter = [b"\r\n--", boundary].concat();
    let starts: Vec<usize> = (0..octets.len()).filter(|at| octets[*at..].starts_with(&delimiter)).collect();
    let pieces = starts.windows(2).map(|pair| &octets[pair[0] + delimiter.len()..pair[1]]);
    let content = |piece: &[u8]| {
        let blank = piece.windows(4).position(|at| at == b"\r\n\r\n").expect("the end of a header");
        piece[blank + 4..].to_vec()
    };
    pieces.map(content).collect()
}

const SIGN: &str = "--key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Body --part Attachments";
const VERIFY: &str = "verify --trust KEYS/ca.pem --require signed:Body --require signed:Attachments";

fn envelope(namespace: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{namespace}\"><s:Body><a xmlns=\"urn:a\"/></s:Body></s:Envelope>")
}

#[test]
fn files_beside_an_envelope_are_its_attachments() {
    for (namespace, encrypt) in ENVELOPES.into_iter().zip(["", "--to KEYS/bob.pem --encrypt-part Attachments"]) {
        let case = Case::new();
        case.file("plain.xml", envelope(namespace));
        case.file("note.txt", "first\nsecond\n");
        case.file("data.bin", [0, 13, 10, b'-', b'-', 255]);
        let verb = if encrypt.is_empty() { "sign" } else { "secure" };
        case.exits(
            0,
            &format!("{verb} {SIGN} {encrypt} --attach @note.txt --attach d=1~x=@data.bin -o @sent @plain.xml")
                .replace("  ", " "),
        );
        let parts = parts(&case.folder.path().join("sent"));
        case.file("envelope.xml", &parts[0]);
        let (first, second) = if encrypt.is_empty() { ("note.txt", "data.bin") } else { ("one", "two") };
        case.file(first, &parts[1]);
        case.file(second, &parts[2]);
        let with = match encrypt.is_empty() {
            // The name that it had is the name that it has.
            true => "--attach @note.txt --attach d=1~x=@data.bin".to_owned(),
            false => "--attach note.txt~1.attachment=@one --attach d=1~x=@two".to_owned(),
        };
        let keys = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem";
        let verify = format!("{VERIFY} {keys} --attachments-dir @out");
        case.exits(1, &format!("{verify} @envelope.xml"));
        case.exits(0, &format!("{verify} {with} @envelope.xml"));
        let out = case.folder.path().join("out");
        let mut written: Vec<_> =
            std::fs::read_dir(&out).expect("a folder").map(|file| file.expect("a file").path()).collect();
        written.sort();
        let written: Vec<_> = written.iter().map(|path| std::fs::read(path).expect("a file")).collect();
        // Text is authenticated with the line ends of MIME.
        assert_eq!(written, [b"first\r\nsecond\r\n".to_vec(), vec![0, 13, 10, b'-', b'-', 255]]);
        let (explained, _) = case.exits(0, &format!("explain --trust KEYS/ca.pem {keys} {with} @envelope.xml"));
        assert!(explained.contains("has nothing against the message"), "{explained}");
        let (inspected, _) = case.exits(0, &format!("inspect {with} @envelope.xml"));
        assert!(inspected.contains("d=1@x"), "{inspected}");
        let (linted, _) = case.exits(0, &format!("lint {with} @envelope.xml"));
        let (packaged, _) = case.exits(0, "lint @sent");
        assert_eq!(linted.lines().next(), packaged.lines().next());
        // One octet more, another name, or the other's content.
        case.file(second, [&parts[2][..], b"x"].concat());
        case.exits(1, &format!("{VERIFY} {keys} {with} @envelope.xml"));
        let (_, told) = case.exits(1, &format!("{VERIFY} {keys} {} @envelope.xml", with.replace("d=1~x", "other~x")));
        assert!(told.contains("d=1@x") || told.contains("d%3D1"), "{told}");
    }
}

#[test]
fn what_is_no_attachment_or_no_envelope_is_named() {
    let case = Case::new();
    case.file("plain.xml", envelope(ENVELOPES[0]));
    case.file("a.txt", "a");
    let (_, told) = case.exits(2, &format!("{VERIFY} --attach @nowhere @plain.xml"));
    assert!(told.contains("nowhere"), "{told}");
    let (_, told) = case.exits(2, &format!("{VERIFY} --attach <a>=@a.txt @plain.xml"));
    assert!(told.contains("a.txt"), "{told}");
    case.exits(1, &format!("{VERIFY} --attach a~x=@a.txt --attach a~x=@a.txt @plain.xml"));
    case.exits(0, &format!("sign {SIGN} --attach @a.txt -o @sent @plain.xml"));
    for command in [VERIFY, "explain", "inspect", "lint"] {
        let (_, told) = case.exits(2, &format!("{command} --attach @a.txt @sent"));
        assert!(told.contains("--attach is for an envelope alone"), "{told}");
    }
}
