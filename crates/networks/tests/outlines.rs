//! The header of each golden request beside the facts of its network, which are written here by hand from the sources that the
//! preset names: what is signed by which algorithms, which tokens and references there are, and how what is encrypted.

use std::collections::BTreeSet;
use std::fs;

use wss_header::Limits;
use wss_header::attachments::Package;
use wss_networks::{ALL, outline};
use wss_soap::SoapVersion::{self, V11, V12};

/// The facts of a network. What is empty is not in the message, or is encrypted.
struct Facts {
    name: &'static str,
    soap: SoapVersion,
    /// The signature method, the digest of each reference, and how the key is referred to.
    signature: [&'static str; 3],
    signed: &'static str,
    /// The first token in the header.
    token: &'static str,
    /// The cipher, and how its key is sent.
    encryption: [&'static str; 2],
}

const ADDRESSING: &str = "Body Timestamp To From FaultTo ReplyTo MessageID RelatesTo Action";
const PROTECTED: &str = "Body Timestamp SecurityTokenReference To From FaultTo ReplyTo MessageID RelatesTo Action";
const NONE: [&str; 3] = ["", "", ""];
const PLAIN: [&str; 2] = ["", ""];
const BY_TOKEN: &str = "Reference to BinarySecurityToken";
const BY_SERIAL: &str = "X509IssuerSerial";
const RSA: [&str; 3] = ["rsa-sha256", "sha256", BY_TOKEN];

#[rustfmt::skip]
const FACTS: &[Facts] = &[
    Facts { name: "amadeus", soap: V11, signature: NONE, signed: "", token: "UsernameToken Username Password (PasswordDigest) Nonce Created", encryption: PLAIN },
    Facts { name: "bdew_1_2", soap: V12, signature: ["ecdsa-sha256", "sha256", BY_TOKEN], signed: "Body Messaging cid", token: "BinarySecurityToken X509PKIPathv1", encryption: ["aes128-gcm", "kw-aes128 ECDH-ES ConcatKDF by X509SKI"] },
    Facts { name: "dgws_dk", soap: V11, signature: NONE, signed: "", token: "Assertion", encryption: PLAIN },
    Facts { name: "dian_co", soap: V12, signature: RSA, signed: "To", token: "BinarySecurityToken X509v3", encryption: PLAIN },
    Facts { name: "digikoppeling_wus_s", soap: V11, signature: RSA, signed: ADDRESSING, token: "BinarySecurityToken X509v3", encryption: PLAIN },
    Facts { name: "digikoppeling_wus_se", soap: V11, signature: RSA, signed: ADDRESSING, token: "BinarySecurityToken X509v3", encryption: ["aes256-gcm", "rsa-oaep-mgf1p sha1 by Reference to BinarySecurityToken"] },
    Facts { name: "dpi_no", soap: V12, signature: RSA, signed: "Body Timestamp Messaging cid", token: "BinarySecurityToken X509v3", encryption: PLAIN },
    Facts { name: "edelivery_1_15", soap: V12, signature: RSA, signed: "Body Messaging cid", token: "BinarySecurityToken X509v3", encryption: ["aes128-gcm", "rsa-oaep sha256 mgf1sha256 by Reference to BinarySecurityToken"] },
    Facts { name: "edelivery_2_0", soap: V12, signature: ["eddsa-ed25519", "sha256", BY_TOKEN], signed: "Body Messaging cid", token: "BinarySecurityToken X509v3", encryption: ["aes128-gcm", "kw-aes128 x25519 hkdf by KeyIdentifier X509SubjectKeyIdentifier"] },
    Facts { name: "edelivery_2_0_ec", soap: V12, signature: ["ecdsa-sha256", "sha256", BY_TOKEN], signed: "Body Messaging cid", token: "BinarySecurityToken X509v3", encryption: ["aes128-gcm", "kw-aes128 ECDH-ES hkdf by KeyIdentifier X509SubjectKeyIdentifier"] },
    Facts { name: "eet_cz", soap: V11, signature: RSA, signed: "Body", token: "BinarySecurityToken X509v3", encryption: PLAIN },
    Facts { name: "ehealth_exchange_us", soap: V12, signature: ["rsa-sha256", "sha256", "KeyIdentifier SAMLID"], signed: "Timestamp", token: "Assertion", encryption: PLAIN },
    Facts { name: "entsog_3_6", soap: V12, signature: ["rsa-sha256", "sha256", BY_SERIAL], signed: "Body Messaging cid", token: "", encryption: ["aes128-gcm", "rsa-oaep sha256 mgf1sha256 by X509IssuerSerial"] },
    Facts { name: "entsog_4_0", soap: V12, signature: ["eddsa-ed25519", "sha256", BY_SERIAL], signed: "Body Messaging cid", token: "", encryption: ["aes128-gcm", "kw-aes128 x25519 hkdf by X509IssuerSerial"] },
    Facts { name: "face_es", soap: V11, signature: ["rsa-sha512", "sha512", BY_TOKEN], signed: "Body Timestamp", token: "BinarySecurityToken X509v3", encryption: PLAIN },
    Facts { name: "oio_idws_bearer", soap: V11, signature: RSA, signed: PROTECTED, token: "Assertion", encryption: PLAIN },
    Facts { name: "oio_idws_hok", soap: V11, signature: ["rsa-sha256", "sha256", "KeyIdentifier SAMLID"], signed: PROTECTED, token: "Assertion", encryption: PLAIN },
    Facts { name: "onvif", soap: V12, signature: NONE, signed: "", token: "UsernameToken Username Password (PasswordDigest) Nonce Created", encryption: PLAIN },
    Facts { name: "owsm", soap: V11, signature: ["hmac-sha256", "sha256", "Reference to EncryptedKey"], signed: "Body Timestamp", token: "", encryption: ["aes128-cbc", "rsa-oaep-mgf1p sha1 by KeyIdentifier ThumbprintSHA1"] },
    Facts { name: "peppol_as4_2", soap: V12, signature: RSA, signed: "Body Messaging cid", token: "BinarySecurityToken X509v3", encryption: ["aes128-gcm", "rsa-oaep sha256 mgf1sha256 by Reference to BinarySecurityToken"] },
    Facts { name: "sat_mx", soap: V11, signature: ["rsa-sha1", "sha1", BY_TOKEN], signed: "Timestamp", token: "BinarySecurityToken X509v3", encryption: PLAIN },
    Facts { name: "sts_be", soap: V11, signature: RSA, signed: "BinarySecurityToken Timestamp Body", token: "BinarySecurityToken X509v3", encryption: PLAIN },
    Facts { name: "sunat_pe", soap: V11, signature: NONE, signed: "", token: "UsernameToken Username Password (PasswordText) Nonce Created", encryption: PLAIN },
    Facts { name: "vbms_us", soap: V11, signature: ["rsa-sha1", "sha1", BY_SERIAL], signed: "Body Timestamp", token: "", encryption: ["aes128-cbc", "rsa-1_5 by X509IssuerSerial"] },
    Facts { name: "wcf_mutual_certificate_1_0", soap: V12, signature: NONE, signed: "", token: "BinarySecurityToken X509v3", encryption: ["aes256-cbc", "rsa-oaep-mgf1p sha1 by X509IssuerSerial"] },
    Facts { name: "wcf_mutual_certificate_1_1", soap: V12, signature: NONE, signed: "", token: "BinarySecurityToken X509v3", encryption: ["aes256-cbc", "rsa-oaep-mgf1p sha1 by KeyIdentifier ThumbprintSHA1"] },
    Facts { name: "wcf_username_over_certificate", soap: V12, signature: NONE, signed: "", token: "", encryption: ["aes256-cbc", "rsa-oaep-mgf1p sha1 by KeyIdentifier ThumbprintSHA1"] },
    Facts { name: "xua", soap: V12, signature: NONE, signed: "", token: "Assertion", encryption: PLAIN },
];

/// The envelope of the golden request.
fn golden(name: &str) -> String {
    let folder = format!("{}/../../vectors/networks/{name}", env!("CARGO_MANIFEST_DIR"));
    if let Ok(text) = fs::read_to_string(format!("{folder}/request.xml")) {
        return text;
    }
    let octets = fs::read(format!("{folder}/request.mime")).expect("a golden message");
    let package = Package::parse(&octets, &Limits::default()).expect("a package");
    String::from_utf8(package.unauthenticated_envelope().to_vec()).expect("text")
}

#[test]
fn each_golden_request_has_the_header_that_its_sources_demand() {
    for Facts { name, soap, signature, signed, token, encryption } in FACTS {
        let message = golden(name);
        let outline = outline(&message).expect("an outline");
        let has = |line: &str| outline.lines().any(|found| found.trim() == line.trim());
        let assert = |line: String| assert!(has(&line), "{name} lacks {line:?}:\n{outline}");
        assert_eq!(SoapVersion::of(&message), *soap, "{name}");
        let references: Vec<Vec<&str>> = outline
            .lines()
            .skip_while(|line| !line.starts_with(&format!("Signature {} ", signature[0])))
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .map(|line| line.split_whitespace().collect())
            .collect();
        if signature[0].is_empty() {
            assert!(!outline.contains("\nSignature"), "{name} has a signature:\n{outline}");
        } else {
            assert(format!("Signature {} xml-exc-c14n by {}", signature[0], signature[2]));
        }
        let found: BTreeSet<&str> = references.iter().filter_map(|words| words.first().copied()).collect();
        assert_eq!(found, signed.split_whitespace().collect(), "{name}:\n{outline}");
        assert!(references.iter().all(|words| words.get(1) == Some(&signature[1])), "{name}:\n{outline}");
        if token.is_empty() {
            assert!(!outline.lines().next().is_some_and(|line| line.starts_with("Binary")), "{name}:\n{outline}");
        } else {
            assert((*token).to_owned());
        }
        if encryption[0].is_empty() {
            assert!(!outline.contains("Encrypted"), "{name} is encrypted:\n{outline}");
        } else {
            assert(format!("EncryptedKey {}", encryption[1]));
            assert!(outline.contains(&format!("EncryptedData {}", encryption[0])), "{name}:\n{outline}");
        }
    }
    let known: Vec<_> = FACTS.iter().map(|facts| facts.name).collect();
    let all: Vec<_> = ALL.iter().map(|network| network.name).collect();
    assert_eq!(known, all);
}

/// The first words of the lines of the header itself.
fn order(name: &str) -> Vec<String> {
    let outline = outline(&golden(name)).expect("an outline");
    let children = outline.lines().filter(|line| !line.starts_with("  ") && !line.starts_with("in the Body"));
    children.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_children_of_headers_are_in_the_order_that_the_sources_show() {
    // phpcfdi/sat-ws-descarga-masiva, FielRequestBuilder::authorization.
    assert_eq!(order("sat_mx"), ["Timestamp", "BinarySecurityToken", "Signature"]);
    // The schema of wsse:Security in trifork/dgws, wsse.xsd.
    assert_eq!(order("dgws_dk"), ["Timestamp", "Assertion"]);
    // josemmo/Facturae-PHP, SoapClient::request.
    assert_eq!(order("face_es"), ["BinarySecurityToken", "Signature", "Timestamp"]);
    // The layout Strict of WCF and of OIO IDWS: the timestamp is first, and what is used comes before it is used.
    for name in ["oio_idws_hok", "oio_idws_bearer", "wcf_mutual_certificate_1_0", "wcf_mutual_certificate_1_1"] {
        assert_eq!(order(name).first().map(String::as_str), Some("Timestamp"), "{name}");
    }
}
