//! libxmlsec1 1.3.9, which python-xmlsec brings along: random documents, signed and encrypted both ways. The `xmlsec1` of
//! Debian, for whole documents by hand, is in [`xmlsec1`](crate::xmlsec1).

use std::sync::Arc;

use ws_security::c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, Element, Limits, Splices, Subset, TakeAlong, Writer,
    base64_encode, name,
};
use ws_security::crypto::{HmacKey, KeyDerivation, KeyWrap, OtherInfo, SigningKey, SystemRandom, VerifyingKey, wrap};
use ws_security::xmldsig::{
    AlgorithmPolicy, DocumentSigning, Enveloped, FilterMethod, SameDocument, Signature, VerifyError, sign_document,
    verify,
};
use ws_security::xmlenc::{
    self, Agreement, Decrypted, ElementPlaintext, Encryption, KeyMethod, KeySource, PlaintextType, decrypt_document,
    encrypt_element, write_encrypted_key,
};
use ws_security::{ContentEncryption, DigestMethod, KeyTransport, KeyUnwrap, PublicKey, Secret, SignatureMethod};

use crate::libxml2;
use crate::peer::{self, Matrix};
use crate::random::Random;
use crate::zeep;

/// Documents in each row, and in each direction.
const DOCUMENTS: usize = 20;

/// A document with an element to sign or encrypt, which has a text to change.
fn document(random: &mut Random) -> String {
    loop {
        let text = text(random);
        // Pieces can make `]]>` together.
        if Document::parse(text.as_str(), &Limits::default()).is_ok() {
            return text;
        }
    }
}

fn text(random: &mut Random) -> String {
    let mut text = random.pick(&["", "<?xml version=\"1.0\"?>\n", "<!-- before -->"]).to_owned();
    text.push_str("<r xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xmlns=\"urn:r\" xml:lang=\"de\">");
    libxml2::element(random, 2, &mut text);
    text.push_str("<p:part xml:id=\"part\" q:z=\"1\" a=\"2\">4711");
    libxml2::element(random, 4, &mut text);
    text.push_str(random.pick(&["<!-- inside -->", "<?pi inside?>", ""]));
    text.push_str("</p:part>");
    libxml2::element(random, 2, &mut text);
    text.push_str(random.pick(&["</r>", "</r>\n<!-- after -->"]));
    text
}

fn pick<T: Copy>(random: &mut Random, from: &[T]) -> T {
    from[random.below(from.len())]
}

fn canonicalization(random: &mut Random) -> Canonicalization {
    let all: Vec<_> = CanonicalizationMethod::ALL.into_iter().collect();
    let prefixes = random.pick(&["", "p", "#default q", "xml p q"]);
    Canonicalization::new(pick(random, &all)).inclusive_prefixes(prefixes)
}

const METHODS: [(SignatureMethod, &str); 22] = [
    (SignatureMethod::RsaSha1, "alice"),
    (SignatureMethod::RsaSha224, "alice"),
    (SignatureMethod::RsaSha256, "alice"),
    (SignatureMethod::RsaSha384, "alice"),
    (SignatureMethod::RsaSha512, "alice"),
    (SignatureMethod::RsaPssSha1, "alice"),
    (SignatureMethod::RsaPssSha256, "alice"),
    (SignatureMethod::RsaPssSha384, "alice"),
    (SignatureMethod::RsaPssSha512, "alice"),
    (SignatureMethod::RsaPssSha3_256, "alice"),
    (SignatureMethod::RsaPssSha3_512, "alice"),
    (SignatureMethod::EcdsaSha256, "ec256"),
    (SignatureMethod::EcdsaSha384, "ec384"),
    (SignatureMethod::EcdsaSha512, "ec521"),
    (SignatureMethod::EcdsaSha3_256, "ec256"),
    (SignatureMethod::EcdsaSha256, "bp256"),
    (SignatureMethod::HmacSha1, "hmac"),
    (SignatureMethod::HmacSha224, "hmac"),
    (SignatureMethod::HmacSha256, "hmac"),
    (SignatureMethod::HmacSha384, "hmac"),
    (SignatureMethod::HmacSha512, "hmac"),
    (SignatureMethod::Ed25519, "ed25519"),
];

const DIGESTS: [DigestMethod; 8] = [
    DigestMethod::Sha1,
    DigestMethod::Sha224,
    DigestMethod::Sha256,
    DigestMethod::Sha384,
    DigestMethod::Sha512,
    DigestMethod::Sha3_256,
    DigestMethod::Sha3_384,
    DigestMethod::Sha3_512,
];

fn mac_key() -> HmacKey {
    HmacKey::new(vec![7; 64]).expect("a key")
}

fn signing_key(signer: &str) -> Arc<dyn SigningKey> {
    if signer == "hmac" { Arc::new(mac_key()) } else { Arc::clone(peer::identity(signer).signing_key()) }
}

fn verifies(source: &str, signer: &str) -> Result<(), String> {
    let document = Document::parse(source, &Limits::default()).map_err(|error| error.to_string())?;
    let targets = SameDocument::new(&document).map_err(|error| error.to_string())?.run_filters();
    let element = document.elements().find(|element| element.is(name::DS.uri, "Signature")).ok_or("no signature")?;
    let budget = Budget::dangerous_unbounded();
    let signature = Signature::parse(element, &budget).map_err(|error| error.to_string())?;
    let filters = FilterMethod::ALL.into_iter();
    let policy = filters.fold(AlgorithmPolicy::everything_for_legacy_use_only(), AlgorithmPolicy::admit_transform);
    let key: VerifyingKey = match signer {
        "hmac" => mac_key().into(),
        _ => peer::certificate(signer).public_key().clone().into(),
    };
    let key = |_: &Signature<'_>| Ok::<_, VerifyError>(key.clone());
    verify(&signature, &policy, key, &targets, &budget).map(drop).map_err(|error| format!("{error:?}"))
}

fn tampered(document: &str) -> String {
    document.replace("4711", "4712")
}

/// Our signature of a random document.
fn ours(random: &mut Random, method: SignatureMethod, signer: &str) -> String {
    let source = document(random);
    let document = Document::parse(source.as_str(), &Limits::default()).unwrap_or_else(|e| panic!("{e}: {source}"));
    let signing = DocumentSigning::new(method)
        .digest(pick(random, &DIGESTS))
        .canonicalization(canonicalization(random))
        .of_references(canonicalization(random))
        .enveloped(pick(random, &[Enveloped::WhereNeeded, Enveloped::Always]));
    let references = pick(random, &[&["part"][..], &[""], &["", "part"], &["part", "part"]]);
    let references: Vec<String> = references.iter().map(|reference| (*reference).to_owned()).collect();
    sign_document(&document, &references, &signing, signing_key(signer).as_ref()).expect("signs")
}

/// `ds:Transform`s of a reference whose last one, if it is not left out, canonicalises.
fn transforms(random: &mut Random) -> String {
    let canonicalization = {
        let all: Vec<_> = CanonicalizationMethod::ALL.into_iter().collect();
        let method = pick(random, &all).uri();
        let is_exclusive = method.contains("exc-c14n");
        let list = random.pick(&["p", "#default q", "p q"]);
        match (is_exclusive && random.below(2) == 0, random.below(6)) {
            (_, 0) => String::new(),
            (true, _) => format!(
                "<ds:Transform Algorithm=\"{method}\"><ec:InclusiveNamespaces \
                 xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{list}\"/></ds:Transform>"
            ),
            (false, _) => format!("<ds:Transform Algorithm=\"{method}\"/>"),
        }
    };
    let enveloped = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
    let xpath = |expression: &str| {
        format!(
            "<ds:Transform Algorithm=\"{}\"><ds:XPath>{expression}</ds:XPath></ds:Transform>",
            FilterMethod::XPath.uri()
        )
    };
    let filter2 = |filter: &str, expression: &str| {
        format!(
            "<ds:Transform Algorithm=\"{}\"><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" \
             Filter=\"{filter}\">{expression}</f:XPath></ds:Transform>",
            FilterMethod::XPathFilter2.uri()
        )
    };
    let filters = match random.below(6) {
        0 => enveloped.to_owned() + &xpath("not(self::comment())"),
        1 => xpath("not(ancestor-or-self::ds:Signature)"),
        2 => enveloped.to_owned() + &xpath("ancestor-or-self::p:part or ancestor-or-self::q:y"),
        3 => filter2("subtract", "//ds:Signature"),
        4 => enveloped.to_owned() + &filter2("intersect", "//p:part | //*[@q:v]"),
        _ => enveloped.to_owned(),
    };
    filters + &canonicalization
}

/// A random document with a signature for xmlsec1 to compute.
fn template(random: &mut Random, method: SignatureMethod) -> String {
    let mut references = String::new();
    for _ in 0..=random.below(2) {
        let uri = random.pick(&["", "#part", "#xpointer(/)", "#xpointer(id('part'))"]);
        references.push_str(&format!(
            "<ds:Reference URI=\"{uri}\"><ds:Transforms>{}</ds:Transforms><ds:DigestMethod Algorithm=\"{}\"/>\
             <ds:DigestValue/></ds:Reference>",
            transforms(random),
            pick(random, &DIGESTS).uri()
        ));
    }
    let all: Vec<_> = CanonicalizationMethod::ALL.into_iter().collect();
    let signature = format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{}<ds:SignedInfo>{}\
         <ds:CanonicalizationMethod Algorithm=\"{}\"/><ds:SignatureMethod Algorithm=\"{}\"/>{references}</ds:SignedInfo>\
         <ds:SignatureValue/></ds:Signature>",
        random.pick(&["", "\n  "]),
        random.pick(&["", "<!-- c -->", "\n"]),
        pick(random, &all).uri(),
        method.uri()
    );
    document(random).replacen("<p:part", &format!("{signature}<p:part"), 1)
}

/// Nearest attributes of ancestors are rendered at an apex unless it has such an attribute, "whether or not in the node-set".
fn with_a_hidden_attribute() -> String {
    format!(
        "<r xmlns:p=\"urn:p\" xml:lang=\"de\"><p:apex xml:lang=\"en\"/><ds:Signature \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{0}\"/>\
         <ds:SignatureMethod Algorithm=\"{1}\"/><ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"{2}\">\
         <ds:XPath>self::p:apex</ds:XPath></ds:Transform><ds:Transform Algorithm=\"{0}\"/></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{3}\"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/>\
         </ds:Signature></r>",
        CanonicalizationMethod::Inclusive.uri(),
        SignatureMethod::RsaSha256.uri(),
        FilterMethod::XPath.uri(),
        DigestMethod::Sha256.uri(),
    )
}

#[test]
fn random_documents_are_signed_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = zeep::driver("python/xmlsec13.py");
    let mut matrix = Matrix::new(&["ours > xmlsec1", "xmlsec1 > ours"]);
    let mut random = Random(13);
    for (method, signer) in METHODS {
        let file = |end: &str| if signer == "hmac" { signer.to_owned() } else { format!("{signer}.{end}") };
        let (private, public) = (file("key"), file("pem"));
        let explained = (method == SignatureMethod::Ed25519).then_some("xmlsec1 1.3.9 has no EdDSA");
        let sent = (0..DOCUMENTS).try_for_each(|_| {
            let signed = ours(&mut random, method, signer);
            driver.ask(&format!("verify\t{public}"), &signed).map_err(|error| format!("{error}\n{signed}"))?;
            let refused = driver.ask(&format!("verify\t{public}"), &tampered(&signed));
            refused.err().map(drop).ok_or_else(|| format!("the tampered twin is accepted\n{signed}"))
        });
        matrix.cell(&format!("{method:?} {signer}"), "ours > xmlsec1", sent, explained);
        let taken = (0..DOCUMENTS).try_for_each(|_| {
            let template = template(&mut random, method);
            let signed = driver.ask(&format!("sign\t{private}"), &template).map_err(|e| format!("{e}\n{template}"))?;
            verifies(&signed, signer).map_err(|error| format!("{error}\n{signed}"))?;
            let refused = verifies(&tampered(&signed), signer);
            refused.err().map(drop).ok_or_else(|| format!("the tampered twin is accepted\n{signed}"))
        });
        matrix.cell(&format!("{method:?} {signer}"), "xmlsec1 > ours", taken, explained);
    }
    let hidden = driver.ask("sign\talice.key", &with_a_hidden_attribute());
    let hidden = hidden.and_then(|signed| verifies(&signed, "alice"));
    let explained =
        "libxml2 gives an element its ancestor's xml:lang, though it has its own, which is left out (C14N 1.0 §2.4)";
    matrix.cell("an apex whose xml:lang is left out", "xmlsec1 > ours", hidden, Some(explained));
    matrix.finish("xmlsec1 1.3.9, random documents signed");
}

struct Keys;

impl KeySource for Keys {
    fn secrets(&self, _: Option<Element<'_>>) -> Vec<Secret> {
        [16, 24, 32].map(|len| Secret::new(vec![7; len])).into()
    }

    fn private_keys(&self, _: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        ["bob", "ka-ec256", "ka-ec384", "ka-ec521"].map(|name| Arc::clone(peer::identity(name).unwrapping_key())).into()
    }

    fn originators(&self, key_info: Element<'_>) -> Vec<PublicKey> {
        let name =
            key_info.required_child(name::DS.uri, "KeyName").and_then(|name| name.text().map(|text| text.into_owned()));
        name.map(|name| peer::certificate(&name).public_key().clone()).into_iter().collect()
    }

    fn master_secrets(&self, _: Option<&str>) -> Vec<Secret> {
        Vec::new()
    }
}

/// How a content key travels.
enum Way {
    Transport(KeyTransport),
    Wrap(KeyWrap),
    /// Agreed on with the holder of a key; the other name is a key of the same curve, which xmlsec1 takes as the originator's.
    Agree(&'static str, &'static str, Agreement),
}

fn ways() -> Vec<(&'static str, Way)> {
    let oaep = |digest, mgf, label: &[u8]| Way::Transport(KeyTransport::RsaOaep { digest, mgf, label: label.to_vec() });
    let mgf1p = |digest, label: &[u8]| Way::Transport(KeyTransport::RsaOaepMgf1p { digest, label: label.to_vec() });
    let (sha1, sha256, sha512) = (DigestMethod::Sha1, DigestMethod::Sha256, DigestMethod::Sha512);
    let other_info = OtherInfo {
        algorithm_id: b"kw".to_vec(),
        party_u_info: b"from".to_vec(),
        party_v_info: b"to".to_vec(),
        ..OtherInfo::default()
    };
    let agree = |recipient, originator, digest, wrap| {
        let derivation = KeyDerivation::ConcatKdf { digest, other_info: other_info.clone() };
        Way::Agree(recipient, originator, Agreement { derivation, wrap, ..Agreement::default() })
    };
    vec![
        ("rsa-oaep-mgf1p", mgf1p(sha1, b"")),
        ("rsa-oaep-mgf1p, SHA-1 and a label", mgf1p(sha1, b"label")),
        ("rsa-oaep-mgf1p, SHA-256", mgf1p(sha256, b"")),
        ("rsa-oaep, SHA-256", oaep(sha256, sha256, b"")),
        ("rsa-oaep, SHA-512, MGF1 with SHA-1, and a label", oaep(sha512, sha1, b"label")),
        ("rsa-oaep, SHA-1, MGF1 with SHA-512", oaep(sha1, sha512, b"")),
        ("rsa-1_5", Way::Transport(KeyTransport::Rsa15)),
        ("kw-aes128", Way::Wrap(KeyWrap::Aes128)),
        ("kw-aes192", Way::Wrap(KeyWrap::Aes192)),
        ("kw-aes256", Way::Wrap(KeyWrap::Aes256)),
        ("ECDH-ES on P-256, kw-aes128", agree("ka-ec256", "ec256", sha256, KeyWrap::Aes128)),
        ("ECDH-ES on P-384, kw-aes192", agree("ka-ec384", "ec384", DigestMethod::Sha384, KeyWrap::Aes192)),
        ("ECDH-ES on P-521, kw-aes256", agree("ka-ec521", "ec521", sha512, KeyWrap::Aes256)),
    ]
}

/// An `xenc:EncryptedKey`.
struct Sent {
    key: String,
    /// How it is written for xmlsec1 to fill in.
    template: String,
    /// The driver's word for our fresh key, if there is one.
    originator: String,
}

impl Way {
    /// The key that the driver decrypts with, and those that it encrypts with.
    fn keys(&self) -> (String, String) {
        match self {
            Self::Transport(_) => ("bob.key".to_owned(), "bob.pem".to_owned()),
            Self::Wrap(wrap) => {
                let key = format!("aes{}", 8 * wrap.key_len());
                (key.clone(), key)
            }
            Self::Agree(recipient, originator, _) => {
                (format!("{recipient}.key"), format!("{recipient}.pem,{originator}.key"))
            }
        }
    }

    fn encrypted_key(&self, content: &Secret) -> Sent {
        let sent = |key: &str| Sent { key: key.to_owned(), template: emptied(key), originator: String::new() };
        let named = |writer: &mut Writer, name: &str| writer.leaf(name::DS, "KeyName", name);
        match self {
            Self::Transport(transport) => {
                let wrapped = peer::certificate("bob").public_key().wrap_key(transport, content).expect("wraps");
                let key = write_encrypted_key(None, &KeyMethod::Transport(transport.clone()), None, &wrapped, &[]);
                sent(&key)
            }
            Self::Wrap(method) => {
                let wrapping = Secret::new(vec![7; method.key_len()]);
                let wrapped = wrap(*method, &wrapping, content, &SystemRandom).expect("wraps");
                let key = write_encrypted_key(None, &KeyMethod::Wrap(*method), None, &wrapped, &[]);
                sent(&key)
            }
            Self::Agree(recipient, originator, agreement) => {
                let public = peer::certificate(recipient).public_key().clone();
                let agreed = agreement.wrap(&public, content, &SystemRandom).expect("agrees");
                let mut info = Writer::within(&[name::DS]);
                agreement.write(&mut info, &agreed.originator, |writer| named(writer, recipient));
                let method = KeyMethod::Wrap(agreement.wrap);
                let key = write_encrypted_key(None, &method, Some(&info.finish()), &agreed.wrapped, &[]);
                // The binding has no call that lets xmlsec1 read or write the value of an originator's key: it is named, and
                // the driver is given ours.
                let (before, rest) = key.split_once("<xenc:OriginatorKeyInfo>").expect("an originator");
                let (_, after) = rest.split_once("</xenc:OriginatorKeyInfo>").expect("its end");
                let with = |name: &str| {
                    let named = format!("<ds:KeyName>{name}</ds:KeyName></xenc:OriginatorKeyInfo>");
                    format!("{before}<xenc:OriginatorKeyInfo>{named}{after}")
                };
                let spki = base64_encode(agreed.originator.spki());
                Sent { key: with("fresh"), template: emptied(&with(originator)), originator: format!(",fresh:{spki}") }
            }
        }
    }
}

/// Without the text of each `xenc:CipherValue`.
fn emptied(data: &str) -> String {
    let mut pieces = data.split("<xenc:CipherValue>");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        text + "<xenc:CipherValue>" + &piece[piece.find("</xenc:CipherValue>").expect("its end")..]
    })
}

/// The canonical form, in which superfluous declarations are gone.
fn canonical(source: &str) -> Result<String, String> {
    let document = Document::parse(source, &Limits::default()).map_err(|error| format!("{error}\n{source}"))?;
    let octets = Canonicalization::new(CanonicalizationMethod::ExclusiveWithComments)
        .to_octets(&Subset::document(&document), &Budget::dangerous_unbounded())
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8(octets).expect("UTF-8"))
}

/// Whether a decrypted document is what was encrypted.
fn is_again(source: &str, decrypted: &str) -> Result<(), String> {
    let (was, is) = (canonical(source)?, canonical(decrypted)?);
    if was == is { Ok(()) } else { Err(format!("was {was}\nis  {is}")) }
}

const CONTENTS: [ContentEncryption; 6] = [
    ContentEncryption::Aes128Gcm,
    ContentEncryption::Aes192Gcm,
    ContentEncryption::Aes256Gcm,
    ContentEncryption::Aes128Cbc,
    ContentEncryption::Aes192Cbc,
    ContentEncryption::Aes256Cbc,
];

/// A document of ours with its part encrypted, the `xenc:EncryptedData` for xmlsec1 to fill in, and the word for our key.
fn encrypted(source: &str, way: &Way, content: ContentEncryption, plaintext: &PlaintextType) -> [String; 3] {
    let document = Document::parse(source, &Limits::default()).expect("well-formed");
    let part = document.elements().find(|element| element.name().local == "part").expect("a part");
    let key = Secret::generate(&SystemRandom, content.key_len()).expect("random");
    let sent = way.encrypted_key(&key);
    let data = |info: &str| {
        let plaintext = ElementPlaintext { element: part, along: TakeAlong::Namespaces, kind: plaintext };
        let budget = Budget::new(&Limits::default(), source.len() as u64);
        encrypt_element(plaintext, Encryption::new(content, &key).key_info(info), &SystemRandom, &budget)
            .expect("encrypts")
    };
    let mut splices = Splices::new();
    match plaintext {
        PlaintextType::Content => splices.replace(part.content_span(), data(&sent.key)),
        _ => splices.replace(part.span(), data(&sent.key)),
    }
    [splices.apply(source).text, emptied(&data(&sent.template)), sent.originator]
}

#[test]
fn random_documents_are_encrypted_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = zeep::driver("python/xmlsec13.py");
    let mut matrix = Matrix::new(&["ours > xmlsec1", "xmlsec1 > ours"]);
    let mut random = Random(17);
    let policy = xmlenc::AlgorithmPolicy::everything_for_legacy_use_only();
    for (what, way) in ways() {
        let (decrypting, encrypting) = way.keys();
        for content in CONTENTS {
            let row = format!("{what}, {content:?}");
            for plaintext in [PlaintextType::Element, PlaintextType::Content] {
                let source = document(&mut random);
                let [ours, template, originator] = encrypted(&source, &way, content, &plaintext);
                let found = driver.ask(&format!("decrypt\t{decrypting}{originator}"), &ours);
                let found = found.and_then(|text| is_again(&source, &text)).map_err(|e| format!("{plaintext:?}: {e}"));
                matrix.cell(&format!("{row}, {plaintext:?}"), "ours > xmlsec1", found, None);
                let session = format!("aes-{}", 8 * content.key_len());
                let template = base64_encode(template.as_bytes());
                let theirs = driver.ask(&format!("encrypt\t{encrypting}\t{session}\t{template}"), &source);
                let opened =
                    theirs.and_then(|theirs| match decrypt_document(&theirs, &Keys, &policy, &Limits::default()) {
                        Ok(Decrypted::Document(text)) => is_again(&source, &text),
                        Ok(other) => Err(format!("{other:?}")),
                        Err(error) => Err(format!("{error:?} {theirs}")),
                    });
                matrix.cell(&format!("{row}, {plaintext:?}"), "xmlsec1 > ours", opened, None);
            }
        }
    }
    matrix.finish("xmlsec1 1.3.9, random documents encrypted");
}
