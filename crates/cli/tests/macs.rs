//! MACs of which only the first octets were sent (`ds:HMACOutputLength`), under every HMAC: the library and `wss dsig verify`
//! refuse them unless they are told, and take none that is shorter than half of the hash or than 128 bits. One that is said to
//! have its whole length is a whole one.

mod common;

use ws_security::c14n::{Budget, Document, Limits, base64_encode, name};
use ws_security::crypto::{Digest, HmacKey, SignatureFamily};
use ws_security::xmldsig::{AlgorithmPolicy, SameDocument, Signature, SignatureError, VerifyError, verify};
use ws_security::{DigestMethod, SignatureMethod};

const KEY: [u8; 32] = [0x0B; 32];

/// RFC 2104, for a key no longer than a block.
fn hmac(digest: DigestMethod, message: &[u8]) -> Vec<u8> {
    let block = if matches!(digest, DigestMethod::Sha384 | DigestMethod::Sha512) { 128 } else { 64 };
    let padded = |pad: u8| (0..block).map(move |at| KEY.get(at).copied().unwrap_or(0) ^ pad);
    let of = |octets: Vec<u8>| Digest::of(digest, &octets).as_octets().to_vec();
    let inner = of(padded(0x36).chain(message.iter().copied()).collect());
    of(padded(0x5C).chain(inner).collect())
}

/// A document with a MAC of which the first `octets` were sent, and which says that these are `bits`.
fn document(method: SignatureMethod, digest: DigestMethod, bits: Option<usize>, octets: usize) -> String {
    let signed = "<b xml:id=\"x\">1</b>";
    let length = bits.map(|bits| format!("<ds:HMACOutputLength>{bits}</ds:HMACOutputLength>")).unwrap_or_default();
    // It is canonical as it is written.
    let signed_info = format!(
        "<ds:SignedInfo xmlns:ds=\"{ds}\"><ds:CanonicalizationMethod Algorithm=\"{exclusive}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{}\">{length}</ds:SignatureMethod><ds:Reference URI=\"#x\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{exclusive}\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"{}\">\
         </ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
        method.uri(),
        DigestMethod::Sha256.uri(),
        base64_encode(Digest::of(DigestMethod::Sha256, signed.as_bytes()).as_octets()),
        ds = name::DS.uri,
        exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#",
    );
    // What would be beyond the end of the MAC is zeros.
    let mut value = hmac(digest, signed_info.as_bytes());
    value.resize(octets, 0);
    format!(
        "<r>{signed}<ds:Signature xmlns:ds=\"{}\">{signed_info}<ds:SignatureValue>{}</ds:SignatureValue></ds:Signature></r>",
        name::DS.uri,
        base64_encode(&value)
    )
}

fn by_the_library(source: &str, policy: &AlgorithmPolicy) -> Result<(), VerifyError> {
    let document = Document::parse(source, &Limits::default()).expect("well-formed");
    let element = document.elements().find(|element| element.is(name::DS.uri, "Signature")).expect("a signature");
    let budget = Budget::dangerous_unbounded();
    let signature = Signature::parse(element, &budget).map_err(VerifyError::from)?;
    let targets = SameDocument::new(&document).expect("unique Ids");
    let key = |_: &Signature<'_>| Ok::<_, VerifyError>(HmacKey::new(KEY.to_vec()).expect("long enough").into());
    verify(&signature, policy, key, &targets, &budget).map(drop)
}

fn by_the_command(source: &str, secret: &str, options: &[&str]) -> (Option<i32>, String) {
    let words = [["dsig", "verify", "--secret", secret].as_slice(), options, &["-"]].concat();
    let output = common::wss(words, source);
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[test]
fn macs_are_cut_only_by_the_legacy_call_and_never_below_half_or_128_bits() {
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), KEY).expect("written");
    let secret = secret.path().to_str().expect("UTF-8");
    let macs: Vec<_> = SignatureMethod::ALL.iter().filter(|method| method.family() == SignatureFamily::Hmac).collect();
    assert!(macs.len() >= 7, "{macs:?}");
    for method in macs {
        let digest = method.digest().expect("of an HMAC");
        let full = Digest::of(digest, b"").as_octets().len();
        let least = full.div_ceil(2).max(16);
        let strict = AlgorithmPolicy::modern_2026().admit_signature(method);
        let strict = if method.is_retired() { strict.dangerous_admit_retired() } else { strict };
        let told = strict.clone().admit_truncated_macs_for_legacy_use_only();
        let (alone, legacy): (&[&str], &[&str]) = match method.is_retired() {
            true => (&["--dangerous-retired"], &["--dangerous-retired", "--allow-legacy"]),
            false => (&["--allow", method.uri()], &["--allow-legacy"]),
        };

        // Of full length, and not said to be cut.
        let whole = document(method, digest, None, full);
        assert_eq!(by_the_library(&whole, &strict), Ok(()), "{method:?}");
        assert_eq!(
            by_the_command(&whole, secret, alone).0,
            Some(0),
            "{method:?}: {}",
            by_the_command(&whole, secret, alone).1
        );
        let unsaid = document(method, digest, None, least);
        assert_eq!(by_the_library(&unsaid, &told).is_ok(), least == full, "{method:?}: cut without a word");

        for octets in [0, 1, 10, least - 1, least, least + 1, full - 1, full, full + 1] {
            let case = format!("{method:?}: {octets} octets of {full}");
            let cut = document(method, digest, Some(8 * octets), octets);
            let (code, error) = by_the_command(&cut, secret, alone);
            if octets == full {
                assert_eq!(by_the_library(&cut, &strict), Ok(()), "{case}");
                assert_eq!(code, Some(0), "{case}: {error}");
                for (bits, octets) in [(8 * full, full - 1), (8 * full, full + 1), (8 * full - 8, full)] {
                    let lying = document(method, digest, Some(bits), octets);
                    assert!(by_the_library(&lying, &strict).is_err(), "{case}: {octets}, said to be {bits} bits");
                }
            } else {
                assert_eq!(by_the_library(&cut, &strict), Err(SignatureError::TruncatedMac.into()), "{case}");
                let says = error.contains("HMACOutputLength") && error.contains("--allow-legacy");
                assert!(code == Some(1) && says, "{case}: {code:?} {error}");
            }

            let is_accepted = (least..=full).contains(&octets);
            assert_eq!(by_the_library(&cut, &told).is_ok(), is_accepted, "{case}");
            let (code, error) = by_the_command(&cut, secret, legacy);
            assert_eq!(code, Some(if is_accepted { 0 } else { 1 }), "{case}: {error}");
            if is_accepted {
                // One octet of what is signed, of the value, and of the length.
                let tampered = cut.replace(">1</b>", ">2</b>");
                assert_eq!(by_the_command(&tampered, secret, legacy).0, Some(1), "{case}: the tampered twin");
                for bits in [8 * octets - 1, 8 * octets + 1, 8 * octets - 8] {
                    let lying = document(method, digest, Some(bits), octets);
                    assert!(by_the_library(&lying, &told).is_err(), "{case}, said to be {bits} bits");
                }
            }
        }
    }
}

#[test]
fn shorter_macs_need_a_call_of_their_own_and_have_40_bits_at_least() {
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), KEY).expect("written");
    let secret = secret.path().to_str().expect("UTF-8");
    let (method, digest) = (SignatureMethod::HmacSha256, DigestMethod::Sha256);
    let told = |bits| AlgorithmPolicy::modern_2026().dangerous_admit_macs_cut_to(bits);
    for (octets, bits, is_accepted) in [
        (8, 64, true),
        (7, 64, false),
        (5, 40, true),
        (4, 40, false),
        (4, 0, false),
        (1, 8, false),
        (0, 0, false),
        (31, 64, true),
    ] {
        let cut = document(method, digest, Some(8 * octets), octets);
        let case = format!("{octets} octets where {bits} bits are the least");
        assert_eq!(by_the_library(&cut, &told(bits)).is_ok(), is_accepted, "{case}");
        assert!(by_the_library(&cut, &told(bits).without_retired()).is_err(), "{case}: as a receiver has it");
        if bits >= 40 {
            let option = bits.to_string();
            let options = ["--dangerous-mac-bits", &option];
            let (code, error) = by_the_command(&cut, secret, &options);
            assert_eq!(code, Some(if is_accepted { 0 } else { 1 }), "{case}: {error}");
            // Changes of what is signed, and of one octet of the value.
            let tampered = cut.replace(">1</b>", ">2</b>");
            assert_eq!(by_the_command(&tampered, secret, &options).0, Some(1), "{case}: the tampered twin");
            let value = cut.find("SignatureValue>").expect("a value") + "SignatureValue>".len();
            let other = if cut[value..].starts_with('A') { "B" } else { "A" };
            let tampered = format!("{}{other}{}", &cut[..value], &cut[value + 1..]);
            assert_eq!(by_the_command(&tampered, secret, &options).0, Some(1), "{case}: another value");
        }
        // Two octets less than it says.
        let lying = document(method, digest, Some(8 * octets + 16), octets);
        assert!(by_the_library(&lying, &told(bits)).is_err(), "{case}");
    }
    let cut = document(method, digest, Some(32), 4);
    assert_eq!(by_the_command(&cut, secret, &["--dangerous-mac-bits", "32"]).0, Some(2), "fewer than 40 are no value");
    let (code, error) = by_the_command(&cut, secret, &["--allow-legacy"]);
    assert!(code == Some(1) && error.contains("--dangerous-mac-bits"), "{error}");
}
