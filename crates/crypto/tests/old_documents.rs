//! What is only read: retired digests, and Diffie-Hellman over finite fields, with published answers.

use wss_crypto::*;

fn key(name: &str) -> PrivateKey {
    let path = format!("{}/../../vectors/keys/{name}.key", env!("CARGO_MANIFEST_DIR"));
    PrivateKey::from_pem(&std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))).expect(name)
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

/// RFC 1321 §A.5 and RFC 2202 §2; the authors of RIPEMD-160, and RFC 2286 §2.
#[test]
fn retired_digests_are_read() {
    let digests = [
        (DigestMethod::Md5, "900150983cd24fb0d6963f7d28e17f72"),
        (DigestMethod::Ripemd160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
    ];
    for (digest, expected) in digests {
        assert!(digest.is_retired() && digest.is_legacy());
        assert_eq!(hex(Digest::of(digest, b"abc").as_octets()), expected);
        let transport = KeyTransport::RsaOaep { digest, mgf: DigestMethod::Sha1, label: Vec::new() };
        let wrapped = key("alice").public_key().wrap_key(&transport, &Secret::new(vec![7; 16]));
        assert_eq!(wrapped, Err(CryptoError::Retired));
    }
    let macs = [
        (SignatureMethod::HmacMd5, 16, "9294727a3638bb1c13f48ef8158bfc9d"),
        (SignatureMethod::HmacRipemd160, 20, "24cb4bd67d20fc1a5d2ed7732dcc39377f0a5668"),
    ];
    for (method, len, expected) in macs {
        let key = HmacKey::of_any_length_for_legacy_use_only(vec![0x0B; len]);
        assert_eq!(key.verify(method, b"Hi There", &unhex(expected)), Ok(()));
        assert_eq!(key.verify(method, b"Hi there", &unhex(expected)), Err(CryptoError::SignatureMismatch));
        assert_eq!(key.sign(method, b"Hi There"), Err(CryptoError::KeyMismatch));
    }
}

#[test]
fn diffie_hellman_refuses_other_groups_and_subgroups() {
    let (own, other) = (key("ka-dh"), key("ka-dh-other"));
    let secret = own.agree(other.public_key()).expect("agrees");
    // What `openssl pkeyutl -derive` makes of both keys.
    assert_eq!(
        hex(Digest::of(DigestMethod::Sha256, secret.as_octets()).as_octets()),
        "0644171de31242e31e46c18d80c32c8df659641e9a923e49a88fbfd0e23839be"
    );
    let spki = other.public_key().spki().to_vec();
    // The public number ends the key: one more than it is not of the subgroup, or is once in 2^1792.
    let mut outside = spki.clone();
    let last = outside.len() - 1;
    outside[last] ^= 1;
    let outside = PublicKey::from_spki(&outside).expect("a number");
    assert_eq!(own.agree(&outside).map(drop), Err(CryptoError::Agreement));
    assert_eq!(own.agree(key("ka-x25519").public_key()).map(drop), Err(CryptoError::KeyMismatch));
}

/// Half of p − 1 as the order of the subgroup, as OpenSSL writes the parameters of a safe prime with q.
#[test]
fn groups_of_safe_primes_load_and_values_of_small_order_do_not() {
    let p: Vec<u8> = std::iter::once(0xFF).chain(std::iter::repeat_n(0x5B, 127)).collect();
    let half: Vec<u8> = p
        .iter()
        .scan(0, |carry, octet| {
            let shifted = octet >> 1 | *carry;
            *carry = octet << 7;
            Some(shifted)
        })
        .collect();
    let minus_one = [&p[..127], &[0x5A]].concat();
    let load = |q: &[u8], y: &[u8]| PublicKey::from_dh(&p, q, &[2], y).map(|key| key.kind());
    assert_eq!(load(&half, &[4]), Ok(KeyKind::Dh { bits: 1_024, subgroup_bits: 1_023 }));
    for (q, y) in [(&half, &[0_u8][..]), (&half, &[1]), (&half, &minus_one), (&half, &p), (&p, &[4]), (&vec![7], &[4])]
    {
        assert!(load(q, y).is_err(), "{} {}", q.len(), y.len());
    }
}
