//! The forms of private keys of ML-KEM and ML-DSA, as OpenSSL 3.6 writes them (`vectors/keys/forms/make.sh`): each opens,
//! or is refused with words for it, and what contradicts itself is refused.

use wss_crypto::{KeyUnwrap, LoadError, PROVIDER, PrivateKey, PublicKey, SignatureMethod};

const SETS: [(&str, Option<SignatureMethod>); 6] = [
    ("ML-KEM-512", None),
    ("ML-KEM-768", None),
    ("ML-KEM-1024", None),
    ("ML-DSA-44", Some(SignatureMethod::MlDsa44)),
    ("ML-DSA-65", Some(SignatureMethod::MlDsa65)),
    ("ML-DSA-87", Some(SignatureMethod::MlDsa87)),
];

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/../../vectors/keys/forms/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether this build has the keys.
fn has_keys() -> bool {
    PROVIDER != "ring" && cfg!(feature = "post-quantum")
}

#[test]
fn each_form_of_a_private_key_opens_and_is_the_same_key() {
    for (set, method) in SETS {
        for form in ["seed-only", "priv-only", "seed-priv"] {
            let name = format!("{set}.{form}");
            let loaded = PrivateKey::from_der(&file(&format!("{name}.der")));
            if !has_keys() {
                let error = loaded.map(drop).expect_err(&name);
                assert!(
                    matches!(error, LoadError::Provider { .. } | LoadError::FeatureMissing { .. }),
                    "{name}: {error}"
                );
                continue;
            }
            let key = loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
            let public = PublicKey::from_spki(&file(&format!("{set}.pub"))).expect("loads");
            assert_eq!(key.public_key(), &public, "{name}");
            match method {
                None => {
                    let secret = key.decapsulate(&file(&format!("{set}.encapsulated"))).expect("a secret");
                    assert_eq!(secret.as_octets(), file(&format!("{set}.secret")), "{name}");
                }
                Some(method) => {
                    let value = wss_crypto::SigningKey::sign(&key, method, b"message").expect("signs");
                    for value in [value, file(&format!("{set}.signature"))] {
                        assert_eq!(public.verify(method, b"message", &value), Ok(()), "{name}");
                    }
                }
            }
        }
    }
}

/// OpenSSL reads these forms, and writes those of the RFCs.
#[test]
fn forms_from_before_the_specifications_are_named() {
    for set in ["ML-KEM-512", "ML-DSA-44"] {
        for (form, words) in [
            ("bare-seed", "a seed without its tag"),
            ("bare-priv", "an expanded key without its tag"),
            ("oqskeypair", "the expanded key and the public key in a row"),
        ] {
            let error = PrivateKey::from_der(&file(&format!("{set}.{form}.der"))).map(drop).expect_err(form);
            assert_eq!(error, LoadError::PostQuantumForm(words), "{set}");
            assert!(error.to_string().contains("`openssl pkey`"), "{error}");
        }
    }
}

#[test]
fn keys_whose_parts_are_of_several_keys_are_refused() {
    if !has_keys() {
        return;
    }
    let changed = |name: &str, at: usize| {
        let mut octets = file(name);
        octets[at] ^= 1;
        PrivateKey::from_der(&octets).map(drop)
    };
    let is_contradiction = |result| matches!(result, Err(LoadError::Contradictory(_)));
    for (set, _) in SETS {
        let both = format!("{set}.seed-priv.der");
        let expanded = format!("{set}.priv-only.der");
        let (len, alone) = (file(&both).len(), file(&expanded).len());
        // The seed, the head of the expanded key, and the expanded key are at the end of the file.
        let seed_len = if set.starts_with("ML-KEM") { 64 } else { 32 };
        let in_expanded = len - private_len(set);
        let in_seed = in_expanded - 4 - seed_len;
        for at in [len - 1, in_expanded, in_seed, in_seed + seed_len - 1] {
            let result = changed(&both, at);
            assert!(is_contradiction(result.clone()), "{set} with both, at {at} of {len}: {result:?}");
        }
        // Within the expanded key alone: of ML-KEM its vector, its public key, and the digest of that; of ML-DSA the
        // digest of its public key and its vectors. The last 32 octets of the one (for implicit rejection) and the octets of
        // the other from 32 on (for the nonce) are random, so that any do.
        let content = alone - private_len(set);
        let places = match set.starts_with("ML-KEM") {
            true => vec![content, content + 500, alone - 64, alone - 40, alone - 100],
            false => vec![content, content + 64, content + 127, content + 140, alone - 1],
        };
        for at in places {
            let result = changed(&expanded, at);
            let is_refused = is_contradiction(result.clone()) || matches!(result, Err(LoadError::Malformed { .. }));
            assert!(is_refused, "{set} expanded, at {at} of {alone}: {result:?}");
        }
    }
}

fn private_len(set: &str) -> usize {
    match set {
        "ML-KEM-512" => 1_632,
        "ML-KEM-768" => 2_400,
        "ML-KEM-1024" => 3_168,
        "ML-DSA-44" => 2_560,
        "ML-DSA-65" => 4_032,
        _ => 4_896,
    }
}
