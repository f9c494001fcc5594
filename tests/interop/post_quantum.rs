//! Keys and signatures of ML-DSA, SLH-DSA and ML-KEM, with OpenSSL 3.5 as the judge: neither we nor our providers use its
//! code. It is the one that python-xmlsec brings along.

use ws_security::c14n::{Budget, Document, Limits, base64_decode, name};
use ws_security::crypto::{KeyKind, PROVIDER, PostQuantum, identities_from_key_store};
use ws_security::xmldsig::{
    AlgorithmPolicy, DocumentSigning, KeyHint, KeyInfoItem, SameDocument, Signature, VerifyError, sign_document, verify,
};
use ws_security::{DigestMethod, PrivateKey, PublicKey};

use crate::driver::Driver;
use crate::peer::{self, Matrix};
use crate::zeep;

const DOCUMENT: &str = "<r xmlns:p=\"urn:p\"><p:order z=\"1\" a=\"2\">Zürich &amp; 4711</p:order></r>";
const PASSWORD: &str = "changeit";

/// A set of parameters, as OpenSSL calls it.
fn openssl_name(kind: PostQuantum) -> String {
    let (_, name) = kind.uri().split_once('#').expect("a name");
    let mut name = name.to_uppercase();
    if name.starts_with("SLH") {
        // The last letter says small or fast.
        let last = name.pop().expect("a letter").to_ascii_lowercase();
        name.push(last);
    }
    name
}

/// The key that is in all files that OpenSSL made of it.
fn key_of(driver: &mut Driver, kind: PostQuantum) -> Result<PrivateKey, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let files = driver.ask(&format!("files\t{}", openssl_name(kind)), PASSWORD)?;
    let (public, rest) = files.split_at(files.find("-----BEGIN ENCRYPTED").ok_or("no encrypted key")?);
    let (encrypted, store) = rest.split_at(rest.rfind("-----\n").ok_or("no end")? + 6);
    let public = PublicKey::from_pem(public.as_bytes()).map_err(|error| said(&error))?;
    if public.kind() != KeyKind::PostQuantum(kind) {
        return Err(format!("read as {:?}", public.kind()));
    }
    let load = |password| PrivateKey::from_pem_with_password(encrypted.as_bytes(), Some(password));
    let key = load(PASSWORD).map_err(|error| said(&error))?;
    let store = base64_decode(store, usize::MAX / 2).ok_or("the store is no base64")?;
    let identities = identities_from_key_store(&store, PASSWORD).map_err(|error| said(&error))?;
    let [found] = &identities[..] else { return Err(format!("{} keys in the store", identities.len())) };
    let identity = &found.entry;
    if key.public_key() != &public || identity.certificate().public_key() != &public {
        return Err("the files have different keys".to_owned());
    }
    assert!(load("changeIt").is_err() && identities_from_key_store(&store, "changeIt").is_err(), "{kind:?}");
    if kind.encapsulates() {
        let encapsulation = public.encapsulate().map_err(|error| said(&error))?;
        let found = identity.unwrapping_key().decapsulate(&encapsulation.octets).map_err(|error| said(&error))?;
        assert!(found.equals(encapsulation.secret.as_octets()), "{kind:?}");
    }
    Ok(key)
}

fn signed_by(key: &PrivateKey) -> String {
    let document = Document::parse(DOCUMENT, &Limits::default()).expect("well-formed");
    let method = key.public_key().kind().default_signature().expect("it signs");
    let named = [KeyInfoItem::DerKeyValue(key.public_key().clone())];
    let signing = DocumentSigning::new(method).digest(DigestMethod::Sha256).key_info_items(&named);
    sign_document(&document, &[String::new()], &signing, key).expect("signs")
}

/// Verifies a document under the key in it.
fn verifies(source: &str) -> Result<(), String> {
    let document = Document::parse(source, &Limits::default()).map_err(|error| error.to_string())?;
    let targets = SameDocument::new(&document).map_err(|error| error.to_string())?;
    let element = document.elements().find(|element| element.is(name::DS.uri, "Signature")).ok_or("no signature")?;
    let budget = Budget::dangerous_unbounded();
    let signature = Signature::parse(element, &budget).map_err(|error| error.to_string())?;
    let Some([KeyHint::KeyValue(key)]) = signature.key_info().map(|info| info.hints()) else {
        return Err("no key in the document".to_owned());
    };
    let key = |_: &Signature<'_>| Ok::<_, VerifyError>(key.clone().into());
    let policy = AlgorithmPolicy::everything_for_legacy_use_only();
    verify(&signature, &policy, key, &targets, &budget).map(drop).map_err(|error| error.to_string())
}

/// Changes the first character between the start tag of this name and its end.
fn changed(document: &str, local: &str) -> String {
    let at = document.find(&format!("{local}>")).expect("an element") + local.len() + 1;
    let other = if document[at..].starts_with('A') { "B" } else { "A" };
    format!("{}{other}{}", &document[..at], &document[at + 1..])
}

#[test]
fn keys_and_signatures_go_both_ways_with_openssl() {
    if !peer::wanted() {
        return;
    }
    if PROVIDER == "ring" || !cfg!(feature = "post-quantum") {
        eprintln!("SKIPPED: this build has no post-quantum keys, nothing was exchanged with OpenSSL 3.5");
        return;
    }
    let mut driver = zeep::driver("python/post_quantum.py");
    let mut matrix = Matrix::new(&["files of OpenSSL", "ours > OpenSSL", "OpenSSL > ours"]);
    for kind in PostQuantum::ALL {
        let row = format!("{kind:?}");
        let key = match key_of(&mut driver, kind) {
            Ok(key) => key,
            Err(error) => {
                matrix.cell(&row, "files of OpenSSL", Err(error), None);
                continue;
            }
        };
        matrix.cell(&row, "files of OpenSSL", Ok(()), None);
        if kind.encapsulates() {
            continue;
        }
        let ours = signed_by(&key);
        matrix.cell(&row, "ours > OpenSSL", driver.ask("judge", &ours).map(drop), None);
        let theirs = driver.ask(&format!("sign\t{}", openssl_name(kind)), &ours);
        matrix.cell(&row, "OpenSSL > ours", theirs.as_deref().map_err(Clone::clone).and_then(verifies), None);
        let theirs = theirs.expect("a document");
        for twin in
            [|document: &str| document.replace("4711", "4712"), |document: &str| changed(document, "DigestValue")]
        {
            assert!(driver.ask("judge", &twin(&ours)).is_err() && verifies(&twin(&theirs)).is_err(), "{row}");
        }
        let value = |document: &str| changed(document, "SignatureValue");
        assert!(driver.ask("judge", &value(&ours)).is_err() && verifies(&value(&theirs)).is_err(), "{row}");
    }
    matrix.finish("OpenSSL 3.5, post-quantum");
}
