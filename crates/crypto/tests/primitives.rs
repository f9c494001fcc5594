//! Every operation of a provider, with published answers if there are any. Runs on both providers.

use wss_crypto::*;

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn key(name: &str) -> PrivateKey {
    PrivateKey::from_pem(&file(&format!("{name}.key"))).expect(name)
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

#[test]
fn digests_are_those_of_fips_180_and_202() {
    let expected = [
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
        "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
        "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
        "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
    ];
    for (method, expected) in DigestMethod::ALL.into_iter().zip(expected) {
        assert_eq!(hex(Digest::of(method, b"abc").as_octets()), expected);
    }
}

#[test]
fn macs_are_those_of_rfc_4231() {
    let key = HmacKey::of_any_length_for_legacy_use_only(b"Jefe".to_vec());
    let message = b"what do ya want for nothing?";
    let expected = [
        (SignatureMethod::HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (SignatureMethod::HmacSha224, "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"),
        (SignatureMethod::HmacSha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ];
    for (method, expected) in expected {
        let value = key.sign(method, message).expect("a MAC");
        assert_eq!(hex(&value), expected);
        key.verify(method, message, &value).expect("verifies");
        assert_eq!(key.verify(method, message, &value[..10]), Err(CryptoError::SignatureMismatch));
    }
    assert!(HmacKey::new(vec![0; 15]).is_err());
}

/// As hashlib of Python has them. The password is longer than the block of each digest.
#[test]
fn pbkdf2_with_sha3_is_that_of_python() {
    let expected = [
        (DigestMethod::Sha3_224, "c730cca484af9b25f72cb421dbd5863da573f13738099f9ae468d7a46822905b6fa12c573c7503ee"),
        (DigestMethod::Sha3_256, "4cfadd6e5a90f798ef0e5ec49dd2788e3657a00093be396b62effe8cb8b2213f755efc0752e09ab9"),
        (DigestMethod::Sha3_384, "60d2ea9ca74cdef74eceed0af0b0174783983d84311713b9397e823a4929b62d89dafdd40437cf44"),
        (DigestMethod::Sha3_512, "fbfe2ed1acbddfc1905dc466c80e747febc19ee076734e52e31b550a2ce2a0068cb24092da380dc8"),
    ];
    for (prf, expected) in expected {
        let derivation = KeyDerivation::Pbkdf2 { prf, salt: b"salt".to_vec(), iterations: 2 };
        let key = derivation.derive(&Secret::new(vec![b'k'; 200]), 40).expect("a key");
        assert_eq!(hex(key.as_octets()), expected, "{prf:?}");
        assert!(!derivation.is_named());
    }
    let transport =
        KeyTransport::RsaOaep { digest: DigestMethod::Sha256, mgf: DigestMethod::Sha3_256, label: Vec::new() };
    let wrapped = key("alice").public_key().wrap_key(&transport, &Secret::new(vec![7; 16]));
    assert_eq!(wrapped, Err(CryptoError::Unnamed));
}

#[test]
fn every_key_runs_exactly_the_methods_of_its_kind() {
    let others = ["pss-ca", "pss384", "dsa", "ed25519", "ed448", "ka-x25519", "ka-x448"];
    let curves = ["ec256", "ec384", "ec521", "bp256", "bp384", "bp512", "k256", "p224"];
    for name in ["alice"].into_iter().chain(curves).chain(others) {
        let key = match PrivateKey::from_pem(&file(&format!("{name}.key"))) {
            // `ring` has neither P-224 nor brainpoolP512r1.
            Err(LoadError::Provider { .. }) if PROVIDER == "ring" => continue,
            key => key.expect("loads"),
        };
        let public = PublicKey::from_spki(key.public_key().spki()).expect("spki");
        for method in SignatureMethod::ALL {
            if !key.can_run(method) {
                assert_eq!(key.sign(method, b"m"), Err(CryptoError::KeyMismatch));
                let expected = match public.kind().can_run(method) {
                    // Only verified here.
                    true => CryptoError::SignatureMismatch,
                    false => CryptoError::KeyMismatch,
                };
                assert_eq!(public.verify(method, b"m", &[0; 256]), Err(expected), "{name} {method:?}");
                continue;
            }
            let value = key.sign(method, b"message").unwrap_or_else(|e| panic!("{name} {method:?} {e}"));
            assert_eq!(public.verify(method, b"message", &value), Ok(()), "{name} {method:?}");
            assert!(public.verify(method, b"messagf", &value).is_err());
            let mut long = value.clone();
            long.push(0);
            assert!(public.verify(method, b"message", &long).is_err());
            assert!(public.verify(method, b"message", &value[1..]).is_err());
            assert!(public.verify(method, b"message", &vec![0; value.len()]).is_err(), "zeros");
            assert!(public.verify(method, b"message", &vec![0xFF; value.len()]).is_err(), "above the order");
        }
    }
}

/// A key of which the file says another public key contradicts itself, and scalars are above zero and below the order.
#[test]
fn private_keys_that_do_not_fit_their_curve_are_refused() {
    for (name, other) in [("bp256", "ka-bp256"), ("k256", "ec256"), ("ec256", "ka-ec256")] {
        let pem = String::from_utf8(file(&format!("{name}.key"))).expect("text");
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let pkcs8 = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).expect("base64");
        let own = key(name).public_key().ec_point().expect("a point").octets;
        let at = pkcs8.windows(own.len()).position(|window| window == own).expect("the public key in the file");
        assert!(PrivateKey::from_der(&pkcs8).is_ok());
        let mut changed = pkcs8.clone();
        changed[at..at + own.len()].copy_from_slice(&key(other).public_key().ec_point().expect("a point").octets);
        assert!(PrivateKey::from_der(&changed).is_err(), "{name} with the public key of {other}");
        // The scalar is before the public key, and before the head of that.
        let scalar = pkcs8.windows(4).position(|window| window == [2, 1, 1, 4]).expect("a scalar") + 5;
        for octet in [0, 0xFF] {
            let mut changed = pkcs8.clone();
            changed[scalar..scalar + 32].fill(octet);
            assert!(PrivateKey::from_der(&changed).is_err(), "{name} with a scalar of {octet}");
        }
    }
}

#[test]
fn other_curves_and_der_are_refused() {
    let signature = key("ec256").sign(SignatureMethod::EcdsaSha256, b"m").expect("signs");
    assert!(key("ec384").public_key().verify(SignatureMethod::EcdsaSha256, b"m", &signature).is_err());
    let point = key("ec256").public_key().ec_point().expect("a point").octets;
    let mut off = point.clone();
    off[64] ^= 1;
    assert!(PublicKey::from_ec(Curve::P256, &off).is_err(), "a point off the curve");
    assert!(PublicKey::from_ec(Curve::P384, &point).is_err());
    for curve in [Curve::BrainpoolP256r1, Curve::Secp256k1] {
        assert!(PublicKey::from_ec(curve, &point).is_err(), "a point of another curve as long");
        assert!(PublicKey::from_ec(curve, &[&[4][..], &[0; 64]].concat()).is_err());
        assert!(PublicKey::from_ec(curve, &[0]).is_err(), "the point at infinity");
    }
    assert_eq!(key("bp256").agree(key("ec256").public_key()).map(drop), Err(CryptoError::KeyMismatch));
}

/// RFC 8032 §7.1, tests 1 and 2.
#[test]
fn ed25519_signs_as_rfc_8032_says() {
    let cases = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ];
    for (seed, message, expected) in cases {
        let pkcs8 = [unhex("302e020100300506032b657004220420"), unhex(seed)].concat();
        let key = PrivateKey::from_der(&pkcs8).expect("loads");
        assert_eq!(key.public_key().kind().default_signature(), Some(SignatureMethod::Ed25519));
        let value = key.sign(SignatureMethod::Ed25519, &unhex(message)).expect("signs");
        assert_eq!(hex(&value), expected);
    }
}

#[test]
fn ed25519_keys_of_other_shapes_are_refused() {
    let ed25519 = key("ed25519");
    let spki = ed25519.public_key().spki().to_vec();
    let point = &spki[spki.len() - 32..];
    // RFC 5958 with the public key beside: the key's own, and another one.
    let der = |point: &[u8], seed: &[u8]| {
        [&unhex("3051020101300506032b657004220420"), seed, &unhex("812100"), point].concat()
    };
    let pem = String::from_utf8(file("ed25519.key")).expect("text");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let pkcs8 = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).expect("base64");
    let seed = &pkcs8[pkcs8.len() - 32..];
    assert_eq!(PrivateKey::from_der(&der(point, seed)).expect("loads").public_key(), ed25519.public_key());
    let malformed = Err(LoadError::Malformed { what: "private key" });
    let other = PrivateKey::from_der(&der(&[7; 32], seed)).map(drop);
    assert!(matches!(other, Err(LoadError::Contradictory(_))), "{other:?}");
    assert_eq!(PrivateKey::from_der(&pkcs8[..pkcs8.len() - 1]).map(drop), malformed);
    // A parameter, and a point that is too long.
    let with_null = [&unhex("302c300706032b65700500032100"), point].concat();
    assert_eq!(PublicKey::from_spki(&with_null).map(drop), Err(LoadError::UnsupportedKey));
    let long = [&unhex("302b300506032b6570032200"), point, &[0]].concat();
    assert_eq!(PublicKey::from_spki(&long).map(drop), Err(LoadError::Malformed { what: "public key" }));
    let wrapped = ed25519.public_key().wrap_key(&KeyTransport::oaep_mgf1p(), &Secret::new(vec![1; 16]));
    assert_eq!(wrapped, Err(CryptoError::KeyMismatch));
}

#[test]
fn keys_agree_with_their_own_kind_alone() {
    let names = ["alice", "pss384", "ec256", "ec384", "ec521", "ed25519", "ed448", "ka-x25519", "ka-x448"];
    for one in names.map(key) {
        for other in names.map(key) {
            let agreed = one.agree(other.public_key());
            let agrees = one.public_key().kind().agreement().is_some();
            if agrees && one.public_key().kind() == other.public_key().kind() {
                assert!(!agreed.expect("agrees").is_empty());
            } else {
                assert_eq!(agreed.map(drop), Err(CryptoError::KeyMismatch), "{one:?} {other:?}");
            }
        }
        let fresh = || PrivateKey::ephemeral_for(one.public_key(), &SystemRandom);
        match one.public_key().kind().agreement() {
            Some(_) => assert_ne!(fresh().expect("a key").public_key(), fresh().expect("a key").public_key()),
            None => assert_eq!(fresh().map(drop), Err(CryptoError::KeyMismatch)),
        }
    }
}

#[test]
fn x25519_refuses_points_of_small_order() {
    let key = key("ka-x25519");
    let spki = |point: &[u8]| [&unhex("302a300506032b656e032100"), point].concat();
    let small = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    ];
    for point in small {
        let other = PublicKey::from_spki(&spki(&unhex(point))).expect("32 octets");
        assert_eq!(key.agree(&other).map(drop), Err(CryptoError::Agreement), "{point}");
    }
    assert!(key.agree(&PublicKey::from_spki(&spki(&[9; 32])).expect("32 octets")).is_ok());
}

#[test]
fn x448_refuses_points_of_small_order() {
    let key = key("ka-x448");
    let spki = |point: &[u8]| [&unhex("3042300506032b656f033900"), point].concat();
    // RFC 7748 §7: 0, 1 and p - 1 are of small order, as are p and p + 1, which are 0 and 1 written otherwise.
    let [mut one, mut below] = [[0; 56], [0xFF; 56]];
    one[0] = 1;
    below[28] = 0xFE;
    let mut same = below;
    same[..28].fill(0);
    same[28..].fill(0xFF);
    let prime_minus_one = {
        let mut octets = below;
        octets[0] = 0xFE;
        octets
    };
    for point in [[0; 56], one, prime_minus_one, below, same] {
        let other = PublicKey::from_spki(&spki(&point)).expect("56 octets");
        assert_eq!(key.agree(&other).map(drop), Err(CryptoError::Agreement), "{}", hex(&point));
    }
    let mut five = [0; 56];
    five[0] = 5;
    assert!(key.agree(&PublicKey::from_spki(&spki(&five)).expect("56 octets")).is_ok());
}

/// RFC 8032 §7.4 and §7.5: without a context, and of a digest with one and without.
#[test]
fn ed448_signs_and_verifies_as_rfc_8032_says() {
    let seed = "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b";
    let private = PrivateKey::from_der(&unhex(&format!("3047020100300506032b6571043b0439{seed}"))).expect("loads");
    let point = "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180";
    assert_eq!(hex(&private.public_key().spki()[12..]), point);
    let blank = "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600";
    assert_eq!(hex(&private.sign(SignatureMethod::Ed448, b"").expect("signs")), blank);
    assert_eq!(private.sign(SignatureMethod::Ed448Ph, b"").map(drop), Err(CryptoError::KeyMismatch));
    let point = "259b71c19f83ef77a7abd26524cbdb3161b590a48f7d17de3ee0ba9c52beb743c09428a131d6b1b57303d90d8132c276d5ed3d5d01c0f53880";
    let public = PublicKey::from_spki(&unhex(&format!("3043300506032b6571033a00{point}"))).expect("loads");
    let cases = [
        (
            "",
            "822f6901f7480f3d5f562c592994d9693602875614483256505600bbc281ae381f54d6bce2ea911574932f52a4e6cadd78769375ec3ffd1b801a0d9b3f4030cd433964b6457ea39476511214f97469b57dd32dbc560a9a94d00bff07620464a3ad203df7dc7ce360c3cd3696d9d9fab90f00",
        ),
        (
            "666f6f",
            "c32299d46ec8ff02b54540982814dce9a05812f81962b649d528095916a2aa481065b1580423ef927ecf0af5888f90da0f6a9a85ad5dc3f280d91224ba9911a3653d00e484e2ce232521481c8658df304bb7745a73514cdb9bf3e15784ab71284f8d0704a608c54a6b62d97beb511d132100",
        ),
    ];
    for (context, value) in cases {
        let verify = |context: &[u8], message: &[u8]| {
            public.verify_in_context(SignatureMethod::Ed448Ph, context, message, &unhex(value))
        };
        assert_eq!(verify(&unhex(context), b"abc"), Ok(()), "context {context}");
        assert_eq!(verify(&unhex(context), b"abd"), Err(CryptoError::SignatureMismatch));
        assert_eq!(verify(b"bar", b"abc"), Err(CryptoError::SignatureMismatch));
    }
    // The neutral point verifies what anyone makes.
    let neutral = format!("3043300506032b6571033a0001{}", "00".repeat(56));
    assert!(PublicKey::from_spki(&unhex(&neutral)).is_err());
}

#[test]
fn derivations_give_one_to_255_digests() {
    let secret = Secret::new(vec![7; 32]);
    let digest = DigestMethod::Sha256;
    let all = [
        KeyDerivation::ConcatKdf { digest, other_info: OtherInfo::default() },
        KeyDerivation::Hkdf { prf: digest, salt: Vec::new(), info: Vec::new() },
        KeyDerivation::Pbkdf2 { prf: digest, salt: Vec::new(), iterations: 1 },
    ];
    for derivation in all {
        assert_eq!(derivation.derive(&secret, 255 * 32).expect("fits").len(), 255 * 32);
        assert_eq!(derivation.derive(&secret, 255 * 32 + 1).map(drop), Err(CryptoError::Derivation));
        assert_eq!(derivation.derive(&secret, 0).map(drop), Err(CryptoError::Derivation));
    }
    let never = KeyDerivation::Pbkdf2 { prf: digest, salt: Vec::new(), iterations: 0 };
    assert_eq!(never.derive(&secret, 32).map(drop), Err(CryptoError::Derivation));
}

fn transports() -> Vec<KeyTransport> {
    let mut all = vec![KeyTransport::Rsa15, KeyTransport::oaep_mgf1p()];
    for digest in DigestMethod::ALL.iter().filter(|digest| !digest.is_retired()) {
        all.push(KeyTransport::RsaOaepMgf1p { digest, label: b"label".to_vec() });
        let named = DigestMethod::ALL.iter().filter(|mgf| mgf.mgf_uri().is_some());
        all.extend(named.map(|mgf| KeyTransport::RsaOaep { digest, mgf, label: vec![0xFF] }));
    }
    all
}

#[test]
fn keys_are_transported_by_every_transport() {
    let bob = key("bob");
    let secret = Secret::new(vec![7; 32]);
    for transport in transports() {
        let wrapped = bob.public_key().wrap_key(&transport, &secret).unwrap_or_else(|e| panic!("{transport:?} {e}"));
        let opened = bob.unwrap_key(&transport, &wrapped, Some(32)).expect("unwraps");
        assert_eq!(opened.as_octets(), secret.as_octets(), "{transport:?}");
        let mut wrong = wrapped.clone();
        wrong[20] ^= 1;
        let outcome = bob.unwrap_key(&transport, &wrong, Some(32));
        if transport == KeyTransport::Rsa15 {
            assert_eq!(outcome.expect("a substitute").len(), 32);
        } else {
            assert_eq!(outcome.map(drop), Err(CryptoError::Decryption));
        }
        assert!(bob.unwrap_key(&transport, &wrapped[1..], Some(32)).is_err());
    }
}

#[test]
fn contents_are_encrypted_by_every_cipher() {
    for method in ContentEncryption::ALL {
        let key = Secret::generate(&SystemRandom, method.key_len()).expect("random");
        for length in [0, 1, 7, 8, 15, 16, 17, 1000] {
            let plaintext = vec![b'x'; length];
            let sealed = encrypt(method, &key, &plaintext, &SystemRandom).expect("encrypts");
            assert_eq!(decrypt(method, &key, sealed.clone()).expect("decrypts"), plaintext, "{method:?}");
            for cut in 0..sealed.len().min(40) {
                assert_ne!(decrypt(method, &key, sealed[..cut].to_vec()).ok(), Some(plaintext.clone()));
            }
            if method.is_authenticated() {
                let mut wrong = sealed.clone();
                *wrong.last_mut().expect("not empty") ^= 1;
                assert_eq!(decrypt(method, &key, wrong), Err(CryptoError::Decryption));
            }
        }
        let other = Secret::new(vec![1; method.key_len() + 1]);
        assert_eq!(encrypt(method, &other, b"", &SystemRandom), Err(CryptoError::KeyMismatch));
    }
}

#[test]
fn cbc_padding_counts_by_its_last_octet() {
    // ISO 10126: the other padding octets are arbitrary. Made by encrypting a padded block under PKCS#7 once more.
    let key = Secret::new(vec![3; 16]);
    let mut block = *b"0123456789abcdef";
    block[15] = 5;
    let sealed = encrypt(ContentEncryption::Aes128Cbc, &key, &block, &SystemRandom).expect("encrypts");
    let one_block = sealed[..32].to_vec();
    assert_eq!(decrypt(ContentEncryption::Aes128Cbc, &key, one_block).expect("decrypts"), b"0123456789a");
}

/// RFC 3394 §2: two blocks or more; RFC 5649 §3: any number of octets; RFC 3217 §3.1, for keys of any cipher: whole blocks.
#[test]
fn a_method_wraps_the_lengths_of_keys_that_it_has_and_refuses_others_by_type() {
    for method in KeyWrap::ALL {
        let (pads, is_of_eight) = (method.uri().ends_with("-pad"), method == KeyWrap::TripleDes);
        let wrapping = Secret::new((0..method.key_len()).map(|octet| octet as u8).collect());
        for octets in 0..=40 {
            let key = Secret::new(vec![6; octets]);
            let fits = match octets {
                0 => false,
                _ if pads => true,
                8 => is_of_eight,
                _ => octets % 8 == 0,
            };
            let wrapped = wrap(method, &wrapping, &key, &SystemRandom);
            match wrapped {
                Ok(wrapped) => {
                    assert!(fits, "{method:?} {octets}");
                    assert!(unwrap(method, &wrapping, &wrapped).expect("unwraps").equals(key.as_octets()));
                    let of_another_length = wrap(method, &Secret::new(vec![5; 15]), &key, &SystemRandom);
                    assert_eq!(of_another_length, Err(CryptoError::KeyMismatch), "{method:?} {octets}");
                }
                Err(error) => assert!(!fits && error == CryptoError::KeyMismatch, "{method:?} {octets}: {error}"),
            }
        }
        for octets in 0..=40 {
            assert_eq!(
                unwrap(method, &wrapping, &vec![7; octets]).err(),
                Some(CryptoError::Decryption),
                "{method:?} {octets}"
            );
        }
    }
}

#[test]
fn keys_wrap_as_rfc_3394_says() {
    let key = Secret::new(unhex("00112233445566778899AABBCCDDEEFF"));
    let cases = [
        (KeyWrap::Aes128, "000102030405060708090A0B0C0D0E0F", "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"),
        (
            KeyWrap::Aes192,
            "000102030405060708090A0B0C0D0E0F1011121314151617",
            "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d",
        ),
        (
            KeyWrap::Aes256,
            "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
            "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7",
        ),
    ];
    for (method, wrapping, expected) in cases {
        let wrapping = Secret::new(unhex(wrapping));
        let wrapped = wrap(method, &wrapping, &key, &SystemRandom).expect("wraps");
        assert_eq!(hex(&wrapped), expected);
        assert_eq!(unwrap(method, &wrapping, &wrapped).expect("unwraps").as_octets(), key.as_octets());
        let mut wrong = wrapped;
        wrong[3] ^= 1;
        assert!(unwrap(method, &wrapping, &wrong).is_err());
    }
    let (wrapping, key) = (Secret::new((0..24).collect()), Secret::new((24..48).collect()));
    let mut wrapped = wrap(KeyWrap::TripleDes, &wrapping, &key, &SystemRandom).expect("wraps");
    assert_eq!(unwrap(KeyWrap::TripleDes, &wrapping, &wrapped).expect("unwraps").as_octets(), key.as_octets());
    wrapped[9] ^= 1;
    assert!(unwrap(KeyWrap::TripleDes, &wrapping, &wrapped).is_err());
}

#[test]
fn keys_load_from_every_format() {
    let alice = key("alice");
    for other in [
        PrivateKey::from_pem(&file("alice.pkcs1.key")),
        PrivateKey::from_pem_with_password(&file("alice.enc.key"), Some("changeit")),
    ] {
        assert_eq!(other.expect("loads").public_key(), alice.public_key());
    }
    for name in ["ec256", "bp256"] {
        let sec1 = PrivateKey::from_pem(&file(&format!("{name}.sec1.key"))).expect("loads");
        assert_eq!(sec1.public_key(), key(name).public_key());
    }
    assert_eq!(PrivateKey::from_pem(&file("alice.enc.key")).map(drop), Err(LoadError::PasswordNeeded));
    assert_eq!(
        PrivateKey::from_pem_with_password(&file("alice.enc.key"), Some("wrong")).map(drop),
        Err(LoadError::WrongPassword)
    );
    let identity = Identity::from_pem(&file("alice.pem"), &file("alice.key")).expect("belong together");
    assert_eq!(
        identity.certificate().subject(),
        &DistinguishedName::parse("CN=Alice,O=Example\\, Inc,C=DE").expect("a name")
    );
    assert_eq!(identity.certificate().serial_decimal(), "4097");
    assert!(matches!(Identity::from_pem(&file("bob.pem"), &file("alice.key")), Err(LoadError::KeyMismatch)));
    assert!(PrivateKey::from_pem(b"-----BEGIN NOTHING-----").is_err());
    assert!(PrivateKey::from_der(&[0x30, 0x03, 2, 1, 0]).is_err());
}

#[cfg(feature = "pkcs12")]
#[test]
fn identities_load_from_pkcs12() {
    for name in ["alice", "bp256"] {
        let identity = Identity::from_key_store(&file(&format!("{name}.p12")), "changeit").expect("opens");
        assert_eq!(identity.certificate(), &Certificate::from_pem(&file(&format!("{name}.pem"))).expect("loads"));
        assert_eq!(identity.intermediates().len(), 1);
    }
    assert!(matches!(Identity::from_key_store(&file("alice.p12"), "wrong"), Err(LoadError::WrongPassword)));
}

#[test]
fn no_change_of_a_certificate_or_of_a_list_panics() {
    let list = file("ca.crl");
    let list = RevocationList::all_from_pem(&list).expect("a list");
    assert!(list[0].lists(&Certificate::from_pem(&file("carol.pem")).expect("loads")));
    assert!(!list[0].lists(&Certificate::from_pem(&file("alice.pem")).expect("loads")));
    let ca = Certificate::from_pem(&file("ca.pem")).expect("loads");
    assert_eq!(list[0].verify_signature_of(&ca), Ok(()));
    for name in ["alice", "ec521", "v1", "sub-ca"] {
        let certificate = Certificate::from_pem(&file(&format!("{name}.pem"))).expect("loads");
        assert_eq!(certificate.verify_signature_of(&ca), Ok(()), "{name}");
        let genuine = certificate.der().to_vec();
        for at in 0..genuine.len() {
            for octet in [0, 1, 0x30, 0x7F, 0x80, 0x84, 0xFF, genuine[at] ^ 1, genuine[at] ^ 0x20] {
                let mut changed = genuine.clone();
                changed[at] = octet;
                let _either = RevocationList::from_der(&changed);
                // A changed value does not verify, whichever part was changed.
                if let Ok(read) = Certificate::from_der(&changed) {
                    assert!(changed == genuine || read.verify_signature_of(&ca).is_err(), "{name} at {at}: {octet:x}");
                }
            }
            assert!(Certificate::from_der(&genuine[..at]).is_err());
        }
    }
}

#[test]
fn certificates_tell_their_fields() {
    let alice = Certificate::from_pem(&file("alice.pem")).expect("loads");
    assert_eq!(alice.version(), 3);
    assert_eq!(alice.subject_key_identifier().map(<[u8]>::len), Some(20));
    assert!(alice.key_usage().expect("has one").digital_signature);
    let issuer = DistinguishedName::parse("CN=Example CA, O=Example Trust, C=DE").expect("a name");
    let serial = |text: &str| SerialNumber::parse(text).expect("a serial number");
    assert!(alice.is_named(&issuer, &serial("4097")));
    assert!(alice.is_named(&issuer, &serial(" 004097 ")));
    assert!(!alice.is_named(&issuer, &serial("4098")));
    let mut trailing = alice.der().to_vec();
    trailing.push(0);
    assert!(Certificate::from_der(&trailing).is_err());
    let path = to_pki_path(&[&Certificate::from_pem(&file("ca.pem")).expect("loads"), &alice]);
    assert_eq!(pki_path(&path).expect("a path").last(), Some(&alice.der()));
    // What is too short for a certificate makes no list of many entries.
    for short in [[5, 0], [0x30, 0]] {
        let content = short.repeat(40_000);
        let path = [&[0x30, 0x83][..], &(content.len() as u32).to_be_bytes()[1..], &content].concat();
        assert_eq!(pki_path(&path), None, "{short:?}");
    }
}

#[test]
fn signatures_of_issuers_verify_under_every_kind_of_key() {
    let load = |name: &str| Certificate::from_pem(&file(&format!("{name}.pem"))).expect("loads");
    for (subject, issuer) in [
        ("alice", "ca"),
        ("ed25519", "ca"),
        ("ed-below", "ed-ca"),
        ("ed-ca", "ed-ca"),
        ("ed448", "ed448-ca"),
        ("ed448-ca", "ed448-ca"),
        ("pss384", "pss-ca"),
        ("pss-ca", "pss-ca"),
        ("bp256", "bp-ca"),
        ("bp-ca", "bp-ca"),
    ] {
        assert_eq!(load(subject).verify_signature_of(&load(issuer)), Ok(()), "{subject}");
        assert!(load(subject).verify_signature_of(&load("twin-ca")).is_err(), "{subject}");
    }
    assert_eq!(load("ed-below").verify_signature_of(&load("ca")), Err(CryptoError::KeyMismatch));
}

#[test]
fn keys_outside_the_bounds_are_refused() {
    let rsa = key("alice").public_key().rsa_components().expect("RSA");
    let (modulus, exponent) = (rsa.modulus, rsa.exponent);
    assert!(PublicKey::from_rsa(&modulus, &exponent).is_ok());
    assert!(PublicKey::from_rsa(&modulus[..60], &exponent).is_err());
    let retired = PublicKey::from_rsa(&[&modulus[..99], &[modulus[99] | 1]].concat(), &exponent).expect("800 bits");
    assert!(retired.kind().is_retired() && !retired.kind().is_strong() && !retired.kind().can_transport_keys());
    assert_eq!(
        retired.wrap_key(&KeyTransport::oaep_mgf1p(), &Secret::new(vec![7; 16])).map(drop),
        Err(CryptoError::KeyMismatch)
    );
    let dsa = |octets: usize| PublicKey::from_dsa(&vec![0x81; octets], &[0x81; 20], &[2], &[3]);
    assert!(dsa(63).is_err());
    for (octets, is_retired) in [(64, true), (127, true), (128, false)] {
        match dsa(octets) {
            Ok(key) => assert_eq!((key.kind().is_retired(), key.kind().is_strong()), (is_retired, false), "{octets}"),
            Err(error) => assert_eq!(PROVIDER, "ring", "{octets}: {error}"),
        }
    }
    assert!(PublicKey::from_rsa(&modulus, &[1]).is_err());
    assert!(PublicKey::from_rsa(&modulus, &[2]).is_err());
    assert!(PublicKey::from_rsa(&modulus, &[1; 6]).is_err());
    assert!(!PublicKey::from_rsa(&modulus, &[3]).expect("left to policy").kind().is_strong());
    assert!(!key("weak").public_key().kind().is_strong());
    let weak = key("weak");
    let value = weak.sign(SignatureMethod::RsaSha1, b"m").expect("1024 bits sign under legacy");
    assert_eq!(weak.public_key().verify(SignatureMethod::RsaSha1, b"m", &value), Ok(()));
}

#[test]
fn secrets_never_print() {
    let secret = Secret::new(b"do not print me".to_vec());
    assert_eq!(format!("{secret:?}"), "Secret(..)");
    assert!(!format!("{:?}", key("alice")).contains("15"));
}
