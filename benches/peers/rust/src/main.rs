//! Other Rust crates on the messages our own benchmark measures: `rust-harness CRATE OPERATION FOLDER KEYS`.
//!
//! CRATE is `bergshamra` or `xml-sec`; OPERATION is `c14n`, `verify`, `sign`, `encrypt` or `decrypt`. FOLDER has `envelope.xml`,
//! `signed.xml`, `template.xml` (the signed message without digests and value) and `encrypting.xml` (the envelope with an
//! EncryptedData without values for its content). Prints the median of the runs in nanoseconds.

use std::hint::black_box;
use std::time::{Duration, Instant};

const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let files = Files { folder: &arguments[3], keys: &arguments[4] };
    let operation = match arguments[1].as_str() {
        "bergshamra" => bergshamra(&arguments[2], &files),
        _ => xml_sec(&arguments[2], &files),
    };
    let Some(mut operation) = operation else { std::process::exit(3) };
    let mut times = Vec::new();
    let started = Instant::now();
    while times.len() < 20_000 && (times.len() < 5 || started.elapsed() < Duration::from_secs(1)) {
        let before = Instant::now();
        operation();
        times.push(before.elapsed());
    }
    times.sort_unstable();
    println!("{}", times[times.len() / 2].as_nanos());
}

type Operation = Box<dyn FnMut()>;

struct Files<'a> {
    folder: &'a str,
    keys: &'a str,
}

impl Files<'_> {
    fn message(&self, name: &str) -> String {
        std::fs::read_to_string(format!("{}/{name}.xml", self.folder)).expect("a readable message")
    }

    fn key(&self, name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/{name}", self.keys)).expect("a readable key")
    }

    /// The text between the tags of the Body.
    fn content(&self) -> String {
        let envelope = self.message("envelope");
        let start = envelope.find("<soapenv:Body>").expect("a Body") + "<soapenv:Body>".len();
        let end = envelope.rfind("</soapenv:Body>").expect("a Body");
        envelope[start..end].to_owned()
    }
}

fn bergshamra(operation: &str, files: &Files) -> Option<Operation> {
    use bergshamra::keys::loader::{load_pem_auto, load_x509_cert_pem};
    use bergshamra::{DsigContext, EncContext, KeysManager};
    let with = |key| {
        let mut keys = KeysManager::new();
        keys.add_key(key);
        keys
    };
    let certificate = |name: &str| with(load_x509_cert_pem(&files.key(name)).expect("a certificate"));
    let private = |name: &str| with(load_pem_auto(&files.key(name), None).expect("a key"));
    Some(match operation {
        "c14n" => {
            let source = files.message("envelope");
            Box::new(move || {
                let document = uppsala::parse(&source).expect("well-formed");
                let mode = bergshamra::c14n::C14nMode::Exclusive;
                let octets = bergshamra::c14n::canonicalize_doc::<&str>(&document, mode, None, &[]);
                black_box(octets.expect("canonical form"));
            })
        }
        "verify" => {
            // Body and Signature are in different branches, which the strict default refuses.
            let context = DsigContext::new(certificate("alice.pem")).with_strict_verification(false);
            let source = files.message("signed");
            Box::new(move || assert!(bergshamra::verify(&context, &source).expect("verifies").is_valid()))
        }
        "sign" => {
            let context = DsigContext::new(private("alice.key"));
            let source = files.message("template");
            Box::new(move || {
                let mut document = uppsala::parse(&source).expect("well-formed");
                bergshamra::dsig::sign::sign_document(&context, &mut document).expect("signs");
                black_box(document.to_xml());
            })
        }
        "encrypt" | "decrypt" => {
            let context = EncContext::new(certificate("bob.pem"));
            let (template, content) = (files.message("encrypting"), files.content());
            let encrypt = move || bergshamra::encrypt(&context, &template, content.as_bytes()).expect("encrypts");
            if operation == "encrypt" {
                return Some(Box::new(move || drop(black_box(encrypt()))));
            }
            let (encrypted, context) = (encrypt(), EncContext::new(private("bob.key")));
            Box::new(move || drop(black_box(bergshamra::decrypt(&context, &encrypted).expect("decrypts"))))
        }
        _ => return None,
    })
}

fn xml_sec(operation: &str, files: &Files) -> Option<Operation> {
    use xml_sec::rsa_encoding::RsaPrivateKeyEncoding as _;
    use xml_sec::xmldsig::{
        DsigStatus, RsaSigningKey, SignContext, SignatureAlgorithm, VerificationKey, VerifyContext,
    };
    use xml_sec::xmlenc::{
        DataEncryptionAlgorithm, DecryptContext, DocumentEncryptionOptions, EncryptedDataBuilder, EncryptedDataType,
        EncryptionRecipient, PrivateKeyDecryptor,
    };
    let ids = vec![xml_sec::IdAttributeRegistration::global("Id").with_attribute_namespace(Some(WSU))];
    Some(match operation {
        "c14n" => {
            let source = files.message("envelope");
            let algorithm = xml_sec::c14n::C14nAlgorithm::new(xml_sec::c14n::C14nMode::Exclusive1_0, false);
            Box::new(move || {
                let document = xml_sec::XmlDocument::parse(source.as_str()).expect("well-formed");
                let mut out = Vec::new();
                document
                    .with_view(|view| xml_sec::c14n::canonicalize(view.document(), None, &algorithm, &mut out))
                    .expect("canonical form");
                black_box(out);
            })
        }
        "verify" => {
            use x509_cert::der::{DecodePem as _, Encode as _};
            let certificate = x509_cert::Certificate::from_pem(files.key("alice.pem")).expect("a certificate");
            let public_key_bytes =
                certificate.tbs_certificate.subject_public_key_info.to_der().expect("the encoding of a key");
            let algorithm = SignatureAlgorithm::RsaSha256;
            let key = VerificationKey { algorithm, public_key_bytes, certificate_der: None, name: None };
            let source = files.message("signed");
            Box::new(move || {
                let outcome = VerifyContext::new().key(&key).id_attributes(&ids).verify(&source).expect("verifies");
                assert!(outcome.status == DsigStatus::Valid);
            })
        }
        "sign" => {
            let pem = String::from_utf8(files.key("alice.key")).expect("PEM");
            let key = RsaSigningKey::from_pkcs8_pem(&pem).expect("a key");
            let source = files.message("template");
            Box::new(move || {
                black_box(SignContext::new(&key).id_attributes(&ids).sign_template(&source).expect("signs"));
            })
        }
        "encrypt" | "decrypt" => {
            let pem = String::from_utf8(files.key("bob.key")).expect("PEM");
            let key = sad_rsa::RsaPrivateKey::from_pkcs8_pem(&pem).expect("a key");
            let public = key.to_public_key();
            let source = files.message("envelope").replacen("<soapenv:Body>", "<soapenv:Body Id=\"Body\">", 1);
            let encrypt = move || {
                EncryptedDataBuilder::new(DataEncryptionAlgorithm::Aes128Gcm)
                    .encryption_type(EncryptedDataType::Content)
                    .add_recipient(EncryptionRecipient::rsa_oaep(public.clone()))
                    .encrypt_document(&source, DocumentEncryptionOptions { element_id: Some("Body") })
                    .expect("encrypts")
            };
            if operation == "encrypt" {
                return Some(Box::new(move || drop(black_box(encrypt()))));
            }
            let (encrypted, keys) = (encrypt(), PrivateKeyDecryptor::new(key));
            Box::new(move || {
                black_box(DecryptContext::new(&keys).decrypt_document(&encrypted, None).expect("decrypts"));
            })
        }
        _ => return None,
    })
}
