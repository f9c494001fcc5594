//! What `wss` sends to whom: `wss xenc encrypt --to` takes a public key alone, and the originator's key of an agreement has the
//! form that is asked for.

mod common;

use ws_security::Certificate;
use ws_security::c14n::base64_encode;

const DOCUMENT: &str = "<r><card xml:id=\"card\">4711</card></r>";
/// What is left of it however its namespaces are declared.
const CARD: &str = "<card xml:id=\"card\">4711</card></r>";

fn wss(words: &[&str], input: &str) -> (Option<i32>, String, String) {
    let output = common::wss(words.to_vec(), input);
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn done(words: &[&str], input: &str) -> String {
    let (code, output, error) = wss(words, input);
    assert_eq!(code, Some(0), "{words:?}: {error}");
    output
}

/// A file with the public key of a certificate, in PEM.
fn public_key(name: &str) -> tempfile::NamedTempFile {
    let path = format!("{}/../../vectors/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    let certificate = Certificate::from_pem(&std::fs::read(path).expect("a certificate")).expect("a certificate");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let key = base64_encode(certificate.public_key().spki());
    let lines: Vec<&str> = key.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64")).collect();
    let text = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
    std::fs::write(file.path(), text).expect("written");
    file
}

#[test]
fn a_public_key_alone_is_a_recipient() {
    for (name, says) in [("bob", "RSAKeyValue"), ("ka-ec256", "ECKeyValue"), ("ka-x25519", "DEREncodedKeyValue")] {
        let (key, file) = (format!("KEYS/{name}.key"), public_key(name));
        let to = file.path().to_str().expect("UTF-8");
        let encrypted = done(&["xenc", "encrypt", "--to", to, "--id", "card", "-"], DOCUMENT);
        assert!(encrypted.contains(says) && !encrypted.contains("4711"), "{name}: {encrypted}");
        let decrypted = done(&["xenc", "decrypt", "--key", &key, "-"], &encrypted);
        assert!(decrypted.contains(">4711</card></r>"), "{name}: {decrypted}");
        assert_eq!(wss(&["xenc", "decrypt", "--key", "KEYS/alice.key", "-"], &encrypted).0, Some(1), "{name}");
        // What is said of a certificate needs one.
        let (code, _, error) = wss(&["xenc", "encrypt", "--to", to, "--key-info", "x509-ski", "-"], DOCUMENT);
        assert!(code == Some(2) && error.contains("certificate"), "{error}");
    }
    // A key that signs alone, and one that is no key.
    for (to, says) in [("KEYS/ed25519.pem", "key"), ("KEYS/make.sh", "KEYS")] {
        let (code, _, error) = wss(&["xenc", "encrypt", "--to", to, "-"], DOCUMENT);
        assert!(code == Some(2) && !error.is_empty(), "{says}: {error}");
    }
}

#[test]
fn the_key_of_the_originator_has_the_form_that_is_asked_for() {
    let encrypt = ["xenc", "encrypt", "--to", "KEYS/ka-ec256.pem"];
    let originator = |document: &str| {
        let (_, rest) = document.split_once("OriginatorKeyInfo>").expect("an originator");
        rest.split_once("OriginatorKeyInfo>").expect("its end").0.to_owned()
    };
    for (more, der) in
        [(&[][..], false), (&["--originator-key", "key-value"], false), (&["--originator-key", "der-key-value"], true)]
    {
        let encrypted = done(&[&encrypt[..], more, &["-"]].concat(), DOCUMENT);
        let says = originator(&encrypted);
        assert_eq!(says.contains("DEREncodedKeyValue"), der, "{says}");
        assert_eq!(says.contains("ECKeyValue"), !der, "{says}");
        assert!(done(&["xenc", "decrypt", "--key", "KEYS/ka-ec256.key", "-"], &encrypted).contains(CARD));
    }
    let (code, _, error) = wss(&[&encrypt[..], &["--originator-key", "der", "-"]].concat(), DOCUMENT);
    assert!(code == Some(2) && error.contains("der-key-value"), "{error}");
    // An RSA key has no originator.
    let (code, _, error) =
        wss(&["xenc", "encrypt", "--to", "KEYS/bob.pem", "--originator-key", "key-value", "-"], DOCUMENT);
    assert!(code == Some(2) && error.contains("--originator-key"), "{error}");
}

#[test]
fn in_a_header_too() {
    let message =
        "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body><a>4711</a></e:Body></e:Envelope>";
    let encrypt = ["encrypt", "--to", "KEYS/ka-ec256.pem", "--encrypt-reference", "ski"];
    for (more, der) in [(&[][..], false), (&["--originator-key", "der-key-value"], true)] {
        let sent = done(&[&encrypt[..], more, &["-"]].concat(), message);
        assert_eq!(sent.contains("DEREncodedKeyValue"), der, "{sent}");
        let open = ["verify", "--print-unauthenticated", "--require", "encrypted:Body", "--anonymous"];
        let keys = ["--decrypt-key", "KEYS/ka-ec256.key", "--decrypt-cert", "KEYS/ka-ec256.pem", "-"];
        assert!(done(&[&open[..], &keys].concat(), &sent).contains("4711"));
    }
}

#[test]
fn rsa_pss_is_signed_with_its_parameters() {
    let sign = |more: &[&str]| {
        let words =
            [&["dsig", "sign", "--key", "KEYS/alice.key", "--cert", "KEYS/alice.pem", "--reference", ""][..], more];
        wss(&[&words.concat()[..], &["-"]].concat(), DOCUMENT)
    };
    for (method, salt) in [("sha256-rsa-MGF1", "32"), ("sha384-rsa-MGF1", "48"), ("sha3-512-rsa-MGF1", "64")] {
        let (code, signed, error) = sign(&["--signature-method", method, "--pss-parameters"]);
        assert_eq!(code, Some(0), "{error}");
        let says = ["xmldsig-more#rsa-pss\"", "RSAPSSParams", "xmldsig-more#MGF1\"", &format!("SaltLength>{salt}<")];
        assert!(says.iter().all(|says| signed.contains(says)), "{method}: {signed}");
        let verify = ["dsig", "verify", "--cert", "KEYS/alice.pem", "-"];
        done(&verify, &signed);
        for twin in [signed.replace("4711", "4712"), signed.replace(&format!(">{salt}<"), ">20<")] {
            assert!(twin != signed && wss(&verify, &twin).0 == Some(1), "{method}");
        }
    }
    let (code, _, error) = sign(&["--pss-parameters"]);
    assert!(code == Some(2) && error.contains("sha256-rsa-MGF1"), "{error}");
}
