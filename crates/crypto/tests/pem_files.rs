//! PEM files as they arrive: whole, or broken on the way. A section that cannot be read is an error, since what it would
//! revoke stays good, and what it would trust is not found.

use wss_crypto::{Certificate, CertificateBundle, LoadError, PrivateKey, PublicKey, RevocationList};

fn file(name: &str) -> String {
    let path = format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The ways in which the second section of a file is broken.
fn broken(section: &str) -> Vec<(&'static str, String)> {
    let (begin, rest) = section.split_once('\n').expect("a BEGIN line");
    let (body, end) = rest.trim_end().rsplit_once('\n').expect("an END line");
    let label = begin.trim_matches('-').strip_prefix("BEGIN ").expect("a label");
    let whole = format!("{begin}\n{body}\n{end}\n");
    vec![
        ("no END line", format!("{begin}\n{body}\n")),
        ("its END line is another's", whole.replace("END ", "END NO ")),
        ("indented", whole.lines().map(|line| format!("  {line}\n")).collect()),
        ("in lower case", whole.replace(label, &label.to_lowercase()).replace("BEGIN", "begin").replace("END", "end")),
        ("a character that is no base64", whole.replacen(body, &format!("!{body}"), 1)),
        ("without line breaks", whole.replace('\n', "")),
        ("without an octet of its base64", whole.replacen(body, &body[1..], 1)),
        ("a zero octet before it", format!("\0{whole}")),
        ("a byte order mark before it", format!("\u{feff}{whole}")),
        ("a blank before it", format!(" {whole}")),
        ("the end of a page before it", format!("<html>504 Gateway Timeout</html>{whole}")),
        ("four dashes", whole.replacen("-----BEGIN", "----BEGIN", 1)),
        ("six dashes", whole.replacen("-----BEGIN", "------BEGIN", 1)),
        ("a broken section of another kind before it", format!("-----BEGIN DH PARAMETERS-----\nMEYC\n{whole}")),
        ("octets behind it that are no text", format!("{whole}\u{1}\u{2}\u{0}")),
    ]
}

#[test]
fn a_broken_section_is_an_error_and_is_not_left_out() {
    let (list, certificate) = (file("ca.crl"), file("alice.pem"));
    for (how, second) in broken(&list) {
        let lists = RevocationList::all_from_pem(format!("{list}{second}").as_bytes()).map(|lists| lists.len());
        assert!(matches!(lists, Err(LoadError::Pem { line: 2.., .. })), "{how}: {lists:?}");
    }
    // Without a line break at its end, the first file takes the first line of the second one with it.
    let joined = format!("{}{list}", list.trim_end());
    assert!(matches!(RevocationList::all_from_pem(joined.as_bytes()), Err(LoadError::Pem { .. })));
    for (how, second) in broken(&certificate) {
        let both = format!("{certificate}{second}");
        let all = Certificate::all_from_pem(both.as_bytes()).map(|all| all.len());
        assert!(matches!(all, Err(LoadError::Pem { line: 2.., .. })), "{how}: {all:?}");
        assert!(CertificateBundle::from_pem(both.as_bytes()).is_err(), "{how}");
        assert!(Certificate::from_pem(both.as_bytes()).is_err(), "{how}");
        if how.contains("base64") {
            // Of a key, the first section is decoded alone.
            continue;
        }
        assert!(PublicKey::from_pem(both.as_bytes()).is_err(), "{how}");
        let with_key = format!("{}{second}", file("alice.key"));
        assert!(matches!(PrivateKey::from_pem(with_key.as_bytes()), Err(LoadError::Pem { .. })), "{how}");
    }
}

#[test]
fn a_label_of_almost_the_kind_is_an_error() {
    for label in ["CRL", "X.509 CRL", "x509 crl"] {
        let other = format!("{0}{0}", file("ca.crl")).replacen("X509 CRL", label, 2);
        let lists = RevocationList::all_from_pem(other.as_bytes()).map(|lists| lists.len());
        assert!(matches!(lists, Err(LoadError::Pem { line: 1, .. })), "{label}: {lists:?}");
    }
    let other = format!("{0}{0}", file("alice.pem")).replacen("CERTIFICATE", "USER CERTIFICATE", 2);
    assert!(matches!(Certificate::all_from_pem(other.as_bytes()), Err(LoadError::Pem { line: 1, .. })));
}

#[test]
fn what_tools_write_around_and_between_sections_is_read() {
    let (alice, bob, list) = (file("alice.pem"), file("bob.pem"), file("ca.crl"));
    let mixed = format!(
        "{list}subject=CN = Zoë\nissuer=/C=DE\n\n{alice}\nBag Attributes\n    localKeyID: 01\n{bob}{}",
        file("alice.key")
    );
    for whole in [
        mixed.clone(),
        mixed.replace('\n', "\r\n"),
        mixed.replace('\n', "\r"),
        mixed.replace('\n', " \n"),
        format!("\u{feff}{mixed}"),
        mixed.trim_end().to_owned(),
    ] {
        assert_eq!(Certificate::all_from_pem(whole.as_bytes()).expect("two").len(), 2, "{whole:?}");
        assert_eq!(RevocationList::all_from_pem(whole.as_bytes()).expect("one").len(), 1);
        assert!(PrivateKey::from_pem(whole.as_bytes()).is_ok());
    }
    // A header, as RFC 1421 has them.
    let headed = format!("{list}{}", list.replacen("CRL-----\n", "CRL-----\nVersion: 1\n\n", 1));
    assert_eq!(RevocationList::all_from_pem(headed.as_bytes()).expect("two").len(), 2);
    // `openssl x509 -trustout`, and the label of old tools.
    let certificate = Certificate::from_pem(alice.as_bytes()).expect("Alice");
    assert_eq!(Certificate::from_pem(file("alice.trusted.pem").as_bytes()), Ok(certificate.clone()));
    let old = alice.replace("CERTIFICATE", "X509 CERTIFICATE");
    assert_eq!(Certificate::from_pem(old.as_bytes()), Ok(certificate));
}

/// What OpenSSL writes of one key, in every form: the reader of keys knows the labels that the reader of certificates knows.
#[test]
fn the_public_key_of_each_label_is_read() {
    let (alice, other) = (file("alice.pem"), file("bob.pem"));
    let key = Certificate::from_pem(alice.as_bytes()).expect("Alice").public_key().clone();
    let spki = pem("PUBLIC KEY", key.spki());
    let request = spki.replace("PUBLIC KEY", "CERTIFICATE REQUEST");
    for whole in [
        alice.clone(),
        alice.replace("CERTIFICATE", "X509 CERTIFICATE"),
        file("alice.trusted.pem"),
        spki.clone(),
        format!("{spki}{other}"),
        // Sections of other kinds are not the first key.
        format!("{request}{}{spki}", file("ca.crl")),
        format!("{}{alice}", file("bob.key")),
    ] {
        assert_eq!(PublicKey::from_pem(whole.as_bytes()).as_ref(), Ok(&key), "{whole}");
    }
    for label in ["EC PUBLIC KEY", "public key", "ANY CERTIFICATE", "Certificate"] {
        let almost = format!("{}{other}", spki.replace("PUBLIC KEY", label));
        let read = PublicKey::from_pem(almost.as_bytes());
        assert!(matches!(read, Err(LoadError::Pem { line: 1, .. })), "{label}: {read:?}");
    }
    let none = PublicKey::from_pem(file("ca.crl").as_bytes());
    assert!(matches!(none, Err(LoadError::NotFound { .. })), "{none:?}");
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
