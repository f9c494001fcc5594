//! `xmlsec1`: signatures and encryption of whole documents, both ways.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ws_security::c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, Element, Limits, Splices, TakeAlong, Writer,
    base64_encode, name,
};
use ws_security::crypto::SystemRandom;
use ws_security::xmldsig::{
    AlgorithmPolicy, DocumentSigning, SameDocument, Signature, VerifyError, sign_document, verify,
    write_x509_certificate,
};
use ws_security::xmlenc::{
    self, Decrypted, ElementPlaintext, Encryption, KeyMethod, KeySource, PlaintextType, decrypt_document,
    encrypt_element, write_encrypted_key,
};
use ws_security::{ContentEncryption, DigestMethod, KeyTransport, KeyUnwrap, PublicKey, Secret, SignatureMethod};

use crate::peer::{self, Matrix};

const DOCUMENT: &str = "<r xmlns=\"urn:r\" xmlns:p=\"urn:p\" xml:lang=\"de\"><!-- c --><p:order z=\"1\" p:a=\"2\"><c>Zürich &amp; 4711</c></p:order></r>";

fn key(name: &str) -> PathBuf {
    peer::root().join("vectors/keys").join(name)
}

fn run(arguments: &[&str], files: &[&Path]) -> Result<String, String> {
    let output = Command::new("xmlsec1").args(arguments).args(files).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

fn verifies(source: &str, signer: &str) -> Result<(), String> {
    let document = Document::parse(source, &Limits::default()).map_err(|error| error.to_string())?;
    let targets = SameDocument::new(&document).map_err(|error| error.to_string())?;
    let element = document.elements().find(|element| element.is(name::DS.uri, "Signature")).ok_or("no signature")?;
    let signature = Signature::parse(element, &Budget::dangerous_unbounded()).map_err(|error| error.to_string())?;
    let policy = AlgorithmPolicy::everything_for_legacy_use_only();
    let certificate = peer::certificate(signer);
    let key = |_: &Signature<'_>| Ok::<_, VerifyError>(certificate.public_key().clone().into());
    verify(&signature, &policy, key, &targets, &Budget::dangerous_unbounded())
        .map(drop)
        .map_err(|error| error.to_string())
}

#[test]
fn signatures_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let folder = peer::scratch("xmlsec1");
    let mut matrix = Matrix::new(&["ours > xmlsec1", "xmlsec1 > ours"]);
    let methods = [
        (SignatureMethod::RsaSha1, "alice"),
        (SignatureMethod::RsaSha224, "alice"),
        (SignatureMethod::RsaSha256, "alice"),
        (SignatureMethod::RsaSha384, "alice"),
        (SignatureMethod::RsaSha512, "alice"),
        (SignatureMethod::EcdsaSha1, "ec256"),
        (SignatureMethod::EcdsaSha256, "ec256"),
        (SignatureMethod::EcdsaSha384, "ec384"),
        (SignatureMethod::EcdsaSha512, "ec521"),
        (SignatureMethod::EcdsaSha256, "ec521"),
        (SignatureMethod::EcdsaSha256, "bp256"),
        (SignatureMethod::EcdsaSha384, "bp384"),
        (SignatureMethod::EcdsaSha512, "bp512"),
        (SignatureMethod::EcdsaSha256, "k256"),
    ];
    for (method, signer) in methods {
        for canonicalization in CanonicalizationMethod::ALL {
            let row = format!("{method:?} {signer} {canonicalization:?}");
            let mut key_info = Writer::within(&[name::DS]);
            write_x509_certificate(&mut key_info, &peer::certificate(signer));
            let signing = DocumentSigning::new(method)
                .digest(method.digest().expect("the methods above have one"))
                .canonicalization(Canonicalization::new(canonicalization))
                .key_info(key_info.finish());
            let document = Document::parse(DOCUMENT, &Limits::default()).expect("well-formed");
            let identity = peer::identity(signer);
            let ours =
                sign_document(&document, &[String::new()], &signing, identity.signing_key().as_ref()).expect("signs");
            let path = folder.join("signed.xml");
            std::fs::write(&path, &ours).expect("a file");
            let certificate = key(&format!("{signer}.pem"));
            let certificate = certificate.to_str().expect("UTF-8");
            let found = run(&["--verify", "--enabled-key-data", "x509", "--pubkey-cert-pem", certificate], &[&path])
                .or_else(|_| run(&["--verify", "--insecure", "--pubkey-cert-pem", certificate], &[&path]));
            matrix.cell(&row, "ours > xmlsec1", found.map(drop), None);
            let twin = ours.replace("4711", "4712");
            assert!(verifies(&ours, signer).is_ok() && verifies(&twin, signer).is_err());

            // Their signature: our template, their digest and value.
            let template = ours
                .split("<ds:DigestValue>")
                .enumerate()
                .map(|(index, piece)| {
                    if index == 0 {
                        piece.to_owned()
                    } else {
                        format!("<ds:DigestValue>{}", &piece[piece.find('<').expect("an end")..])
                    }
                })
                .collect::<String>();
            let (before, rest) = template.split_once("<ds:SignatureValue>").expect("a value");
            let (_, after) = rest.split_once("</ds:SignatureValue>").expect("its end");
            let (before_info, rest) = after.split_once("<ds:KeyInfo>").expect("key info");
            let (_, after_info) = rest.split_once("</ds:KeyInfo>").expect("its end");
            let template = format!("{before}<ds:SignatureValue></ds:SignatureValue>{before_info}{after_info}");
            let path = folder.join("template.xml");
            std::fs::write(&path, template).expect("a file");
            let private = key(&format!("{signer}.key"));
            let theirs = run(&["--sign", "--privkey-pem", private.to_str().expect("UTF-8")], &[&path]);
            matrix.cell(&row, "xmlsec1 > ours", theirs.and_then(|theirs| verifies(&theirs, signer)), None);
        }
    }
    matrix.finish("xmlsec1 dsig");
}

struct Bob;

impl KeySource for Bob {
    fn secrets(&self, _: Option<Element<'_>>) -> Vec<Secret> {
        vec![Secret::new(vec![7; 16]), Secret::new(vec![7; 24]), Secret::new(vec![7; 32])]
    }

    fn private_keys(&self, _: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        vec![Arc::clone(peer::identity("bob").unwrapping_key())]
    }

    fn originators(&self, _: Element<'_>) -> Vec<PublicKey> {
        Vec::new()
    }

    fn master_secrets(&self, _: Option<&str>) -> Vec<Secret> {
        Vec::new()
    }
}

#[test]
fn encryption_goes_both_ways() {
    if !peer::wanted() {
        return;
    }
    let folder = peer::scratch("xmlsec1-xenc");
    let mut matrix = Matrix::new(&["ours > xmlsec1", "xmlsec1 > ours"]);
    let transports = [
        KeyTransport::oaep_mgf1p(),
        KeyTransport::RsaOaepMgf1p { digest: DigestMethod::Sha256, label: Vec::new() },
        KeyTransport::RsaOaepMgf1p { digest: DigestMethod::Sha1, label: b"label".to_vec() },
        KeyTransport::Rsa15,
    ];
    for content in ContentEncryption::ALL {
        for transport in &transports {
            let row = format!("{content:?} {transport:?}");
            // Debian's xmlsec1 1.2 knows no digest but SHA-1 in rsa-oaep-mgf1p.
            let sha256 = matches!(transport, KeyTransport::RsaOaepMgf1p { digest: DigestMethod::Sha256, .. });
            let explained = sha256.then_some("xmlsec1 1.2 has SHA-1 alone here");
            let is_of_13 = ["camellia", "chacha20"].iter().any(|name| content.uri().contains(name));
            let explained = explained.or(is_of_13.then_some("xmlsec1 1.3 has it: its vectors open"));
            let bob = peer::certificate("bob");
            let document = Document::parse(DOCUMENT, &Limits::default()).expect("well-formed");
            let order = document.elements().find(|element| element.name().local == "order").expect("an order");
            let key_octets = Secret::generate(&SystemRandom, content.key_len()).expect("random");
            let wrapped = bob.public_key().wrap_key(transport, &key_octets).expect("wraps");
            let method = KeyMethod::Transport(transport.clone());
            let mut info = Writer::within(&[name::DS]);
            info.raw(&write_encrypted_key(None, &method, None, &wrapped, &[]));
            let data = encrypt_element(
                ElementPlaintext { element: order, along: TakeAlong::Namespaces, kind: &PlaintextType::Element },
                Encryption::new(content, &key_octets).key_info(info.finish().as_str()),
                &SystemRandom,
                &Budget::new(&Limits::default(), DOCUMENT.len() as u64),
            )
            .expect("encrypts");
            let mut splices = Splices::new();
            splices.replace(order.span(), data.clone());
            let ours = splices.apply(DOCUMENT).text;
            let path = folder.join("encrypted.xml");
            std::fs::write(&path, &ours).expect("a file");
            let private = key("bob.key");
            let found = run(&["--decrypt", "--privkey-pem", private.to_str().expect("UTF-8")], &[&path])
                .and_then(|text| if text.contains("4711") { Ok(()) } else { Err(text) });
            matrix.cell(&row, "ours > xmlsec1", found, explained);

            // Theirs: our template without values.
            let values = base64_encode(&wrapped);
            let cipher =
                data.rsplit("<xenc:CipherValue>").next().and_then(|rest| rest.split('<').next()).expect("a value");
            let template = folder.join("template.xml");
            std::fs::write(&template, data.replace(&values, "").replace(cipher, "")).expect("a file");
            let plain = folder.join("plain.xml");
            std::fs::write(&plain, DOCUMENT).expect("a file");
            let session = match content.key_len() {
                _ if content == ContentEncryption::TripleDesCbc => "des-192",
                16 => "aes-128",
                24 => "aes-192",
                _ => "aes-256",
            };
            let public = key("bob.pem");
            let theirs = run(
                &[
                    "--encrypt",
                    "--pubkey-cert-pem",
                    public.to_str().expect("UTF-8"),
                    "--session-key",
                    session,
                    "--xml-data",
                    plain.to_str().expect("UTF-8"),
                    "--node-xpath",
                    "//*[local-name()='order']",
                ],
                &[&template],
            );
            let policy = xmlenc::AlgorithmPolicy::everything_for_legacy_use_only();
            let opened = theirs.and_then(|theirs| {
                match decrypt_document(
                    theirs.trim_start_matches("<?xml version=\"1.0\"?>"),
                    &Bob,
                    &policy,
                    &Limits::default(),
                ) {
                    Ok(Decrypted::Document(text)) if text.contains("4711") => Ok(()),
                    Ok(other) => Err(format!("{other:?}")),
                    Err(error) => Err(format!("{error} {theirs}")),
                }
            });
            matrix.cell(&row, "xmlsec1 > ours", opened, explained);
        }
    }
    matrix.finish("xmlsec1 xenc");
}
