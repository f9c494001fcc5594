//! Keys for RSASSA-PSS alone, and those that are restricted to parameters of it. Runs on both providers.

use wss_crypto::*;

fn key(name: &str) -> PrivateKey {
    let path = format!("{}/../../vectors/keys/{name}.key", env!("CARGO_MANIFEST_DIR"));
    PrivateKey::from_pem(&std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))).expect(name)
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

/// RFC 4055 §1.2: a key runs RSASSA-PSS alone, and with parameters only these.
#[test]
fn rsa_pss_keys_run_their_parameters_alone() {
    let (any, restricted) = (key("pss-ca"), key("pss384"));
    for method in SignatureMethod::ALL.iter().filter(|method| !method.is_legacy()) {
        let is_pss = method.family() == SignatureFamily::RsaPss;
        assert_eq!(any.can_run(method), is_pss, "{method:?}");
        assert_eq!(restricted.can_run(method), method == SignatureMethod::RsaPssSha384, "{method:?}");
    }
    assert_eq!(any.public_key().kind().default_signature(), Some(SignatureMethod::RsaPssSha256));
    assert_eq!(restricted.public_key().kind().default_signature(), Some(SignatureMethod::RsaPssSha384));
    let transport = KeyTransport::oaep_mgf1p();
    let wrapped = any.public_key().wrap_key(&transport, &Secret::new(vec![1; 16]));
    assert_eq!(wrapped, Err(CryptoError::KeyMismatch));
    assert_eq!(any.unwrap_key(&transport, &[7; 256], Some(16)).map(drop), Err(CryptoError::Decryption));
    assert_eq!(PublicKey::from_spki(restricted.public_key().spki()).as_ref(), Ok(restricted.public_key()));
}

/// RFC 4055 §3.3: the digests of a restricted key are fixed, and its salt is the shortest one.
#[test]
fn a_restricted_rsa_pss_key_has_a_shortest_salt() {
    let any = key("pss-ca");
    let value = any.sign(SignatureMethod::RsaPssSha256, b"m").expect("a salt of 32 octets");
    let said = PssParameters { digest: DigestMethod::Sha256, mask: DigestMethod::Sha256, salt_len: 32 };
    let spki = any.public_key().spki();
    let bare = unhex("300b06092a864886f70d01010a");
    assert_eq!(&spki[4..17], &bare[..], "id-RSASSA-PSS without parameters");
    // The same numbers, restricted: SHA-256 for the message, a digest for the mask, and a salt.
    let restricted = |mask: &str, salt: u8| {
        let sha256 = "300d06096086480165030402010500";
        let mgf1 = format!("301806092a864886f70d010108{mask}");
        let mgf1 = if mask.len() == 22 { mgf1.replacen("3018", "3016", 1) } else { mgf1.replacen("3018", "301a", 1) };
        let parameters =
            der(0x30, &[der(0xA0, &unhex(sha256)), der(0xA1, &unhex(&mgf1)), der(0xA2, &[2, 1, salt])].concat());
        let identifier = der(0x30, &[&bare[2..], &parameters].concat());
        let written = der(0x30, &[&identifier, &spki[17..]].concat());
        let key = PublicKey::from_spki(&written).expect("loads");
        assert_eq!(key.spki(), written, "written as it was read");
        key
    };
    let (sha256, sha1) = ("300d06096086480165030402010500", "300906052b0e03021a0500");
    for (mask, salt, runs) in
        [(sha256, 0, true), (sha256, 20, true), (sha256, 32, true), (sha256, 33, false), (sha1, 32, false)]
    {
        let key = restricted(mask, salt);
        let expected = if runs { Ok(()) } else { Err(CryptoError::KeyMismatch) };
        assert_eq!(key.verify(SignatureMethod::RsaPssSha256, b"m", &value), expected, "{mask} {salt}");
        assert_eq!(key.verify_pss(said, b"m", &value), expected, "{mask} {salt}");
        assert_eq!(key.kind().can_run(SignatureMethod::RsaPssSha256), runs);
        assert!(!key.kind().can_run(SignatureMethod::RsaPssSha384) && !key.kind().can_run(SignatureMethod::RsaSha256));
    }
    // The length of the salt in the signature is not the one that is said.
    let longer = PssParameters { salt_len: 33, ..said };
    assert_eq!(restricted(sha256, 20).verify_pss(longer, b"m", &value), Err(CryptoError::SignatureMismatch));
}

/// An element with a length in the short form, or in two octets.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let head = match len {
        0..0x80 => vec![tag, len as u8],
        0x80..0x100 => vec![tag, 0x81, len as u8],
        _ => vec![tag, 0x82, (len >> 8) as u8, len as u8],
    };
    [head, content.to_vec()].concat()
}
