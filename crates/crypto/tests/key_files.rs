//! Private keys and key stores as openssl and keytool write them: each opens, or the error says what is missing.

use wss_crypto::{
    Certificate, CertificateBundle, FileKind, Identity, KeyStoreEntry, LoadError, PrivateKey,
    certificates_from_java_key_store, identities_from_key_store,
};

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn plain(name: &str) -> PrivateKey {
    PrivateKey::from_pem(&file(name)).expect(name)
}

#[test]
fn encrypted_keys_of_every_supported_form_open_with_their_password_alone() {
    for (name, original) in [
        ("alice.des3.key", "alice.key"),
        ("alice.aes256.key", "alice.key"),
        ("ec256.aes128.key", "ec256.key"),
        ("alice.pbes1.key", "alice.key"),
        ("alice.pbes2-des3.key", "alice.key"),
        ("alice.pbes2-sha512.key", "alice.key"),
        ("alice.scrypt.key", "alice.key"),
        ("alice.pbes2.der", "alice.key"),
    ] {
        let octets = file(&format!("encrypted/{name}"));
        let open = |password| PrivateKey::from_pem_with_password(&octets, password);
        let key = open(Some("changeit")).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(key.public_key(), plain(original).public_key(), "{name}");
        assert_eq!(open(None).map(drop), Err(LoadError::PasswordNeeded), "{name}");
        for wrong in ["changeIt", ""] {
            assert_eq!(open(Some(wrong)).map(drop), Err(LoadError::WrongPassword), "{name}");
        }
    }
    assert_eq!(
        PrivateKey::from_pem(&file("encrypted/alice.pkcs1.der")).expect("DER").public_key(),
        plain("alice.key").public_key()
    );
}

/// As OpenSSL 3.5 writes them.
#[test]
fn encrypted_post_quantum_keys_open_or_say_what_is_missing() {
    for name in ["ml-dsa-44", "slh-dsa-sha2-128f"] {
        let octets = file(&format!("encrypted/{name}.pbes2.key"));
        let open = |password| PrivateKey::from_pem_with_password(&octets, Some(password));
        let plain = PrivateKey::from_pem(&file(&format!("{name}.key")));
        if wss_crypto::PROVIDER == "ring" || !cfg!(feature = "post-quantum") {
            assert!(
                matches!(plain, Err(LoadError::Provider { .. } | LoadError::FeatureMissing { .. })),
                "{name}: {plain:?}"
            );
            assert_eq!(open("changeit").map(drop), plain.map(drop), "{name}");
            continue;
        }
        let public = plain.expect(name).public_key().clone();
        assert_eq!(open("changeit").expect(name).public_key(), &public);
        assert_eq!(open("changeIt").map(drop), Err(LoadError::WrongPassword), "{name}");
        if cfg!(feature = "pkcs12") {
            let found = identities_from_key_store(&file(&format!("encrypted/{name}.p12")), "changeit");
            let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
            let [KeyStoreEntry { alias, entry: identity, .. }] = &found[..] else {
                panic!("{name}: {} keys", found.len())
            };
            assert_eq!((alias.as_str(), identity.certificate().public_key()), (name, &public));
        }
    }
}

#[test]
fn what_encrypts_a_key_and_is_not_supported_is_named() {
    for (name, scheme) in [
        ("alice.des.key", "DES-CBC"),
        ("alice.md5-des.key", "PBES1 with MD5 and DES"),
        ("alice.rc2.key", "PBES1 with SHA-1 and RC2 of 128 bits"),
        ("alice.camellia.key", "PBES2 with PBKDF2 and Camellia-256-CBC"),
    ] {
        let error = PrivateKey::from_pem_with_password(&file(&format!("encrypted/{name}")), Some("changeit")).map(drop);
        assert_eq!(error, Err(LoadError::KeyEncryption { scheme: scheme.into() }), "{name}");
        assert!(error.expect_err("refused").to_string().contains("openssl pkcs8 -topk8"), "{name}");
    }
}

#[test]
fn key_stores_of_java_open_with_key_and_chain() {
    for name in ["alice.jks", "alice.jceks"] {
        let octets = file(&format!("encrypted/{name}"));
        let found = identities_from_key_store(&octets, "changeit").unwrap_or_else(|error| panic!("{name}: {error}"));
        let [KeyStoreEntry { alias, entry: identity, .. }] = &found[..] else { panic!("{name}: {} keys", found.len()) };
        assert_eq!(alias, "alice");
        assert_eq!(identity.certificate().public_key(), plain("alice.key").public_key());
        assert_eq!(identity.intermediates().len(), 1, "{name}");
        assert_eq!(identities_from_key_store(&octets, "wrong").map(drop), Err(LoadError::WrongPassword));
        // What changed since it was written does not open.
        for at in (0..octets.len()).step_by(7) {
            let mut changed = octets.clone();
            changed[at] ^= 1;
            assert!(identities_from_key_store(&changed, "changeit").is_err(), "{name} at {at}");
            assert!(identities_from_key_store(&octets[..at], "changeit").is_err(), "{name} to {at}");
        }
    }
}

/// Made with `keytool`: a key of RSA with 512 bits before that of Alice, and a certificate on P-192 before that of an authority.
#[test]
fn what_nobody_can_use_keeps_nothing_else_of_a_java_store_out() {
    let store = file("encrypted/mixed.jks");
    let found = identities_from_key_store(&store, "changeit").expect("a store");
    assert_eq!(found.iter().map(|found| found.alias.as_str()).collect::<Vec<_>>(), ["alice"]);
    let trusted = certificates_from_java_key_store(&store, "changeit").expect("a store");
    let mut trusted: Vec<_> = trusted.into_iter().map(|found| (found.alias, found.entry)).collect();
    trusted.sort_by(|(one, _), (other, _)| one.cmp(other));
    let authority = Certificate::from_pem(&file("ca.pem")).expect("a certificate");
    assert_eq!(trusted, [("ca".to_owned(), Ok(authority)), ("odd".to_owned(), Err(LoadError::UnsupportedKey))]);
}

#[cfg(feature = "pkcs12")]
#[test]
fn old_pkcs12_opens_and_what_is_none_is_told() {
    for name in ["alice.rc2.p12", "alice.3des.p12"] {
        let octets = file(&format!("encrypted/{name}"));
        let identity = Identity::from_key_store(&octets, "changeit").unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(identity.certificate().public_key(), plain("alice.key").public_key(), "{name}");
        assert!(matches!(Identity::from_key_store(&octets, "wrong"), Err(LoadError::WrongPassword)), "{name}");
    }
    let none = Identity::from_key_store(b"nothing of the kind", "changeit").map(drop);
    assert_eq!(none, Err(LoadError::Malformed { what: "key store" }));
}

/// RFC 9579, as OpenSSL 3.6 writes it. The password is in UTF-8.
#[cfg(feature = "pkcs12")]
#[test]
fn pkcs12_with_pbmac1_opens_with_its_password_alone() {
    let files = [
        ("sha256-sha256", "changeit"),
        ("sha512-sha256", "changeit"),
        ("sha384-sha512", "changeit"),
        ("sha1-sha1", "changeit"),
        ("umlaut", "pässword"),
    ];
    for (name, password) in files {
        let octets = file(&format!("encrypted/alice.pbmac1-{name}.p12"));
        let identity = Identity::from_key_store(&octets, password).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(identity.certificate().public_key(), plain("alice.key").public_key(), "{name}");
        for wrong in ["changeIt", "", "passwort"] {
            assert_eq!(Identity::from_key_store(&octets, wrong).map(drop), Err(LoadError::WrongPassword), "{name}");
        }
        // What changed since it was written does not open. PBMAC1 does not use the salt and the number of iterations at the end.
        let used = octets.len() - 22;
        for at in (0..used).step_by(29) {
            let mut changed = octets.clone();
            changed[at] ^= 1;
            assert!(Identity::from_key_store(&changed, password).is_err(), "{name} at {at}");
        }
    }
}

/// The advice for a key store is another one than that for a key.
#[cfg(feature = "pkcs12")]
#[test]
fn what_protects_a_key_store_and_is_not_supported_is_named() {
    for (name, scheme) in
        [("alice.rc4.p12", "PBES1 with SHA-1 and RC4"), ("alice.sha3.p12", "a MAC with 2.16.840.1.101.3.4.2.8")]
    {
        let error = Identity::from_key_store(&file(&format!("encrypted/{name}")), "changeit").map(drop);
        assert_eq!(error, Err(LoadError::StoreProtection { scheme: scheme.into() }), "{name}");
        let text = error.expect_err("refused").to_string();
        assert!(text.contains("openssl pkcs12 -export") && !text.contains("openssl pkcs8"), "{text}");
    }
}

/// Files as openssl and keytool write them, each in the place of another.
#[test]
fn a_file_of_another_kind_is_named_with_what_to_do_with_it() {
    let der = |name: &str| Certificate::from_pem(&file(name)).expect("a certificate").der().to_vec();
    let base64 = |name: &str| {
        let text = String::from_utf8(file(name)).expect("PEM");
        text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n").into_bytes()
    };
    let ssh = b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n".to_vec();
    let request = b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n".to_vec();
    let p7b = file("dave.p7b");
    let armoured = {
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &p7b);
        format!("-----BEGIN PKCS7-----\n{encoded}\n-----END PKCS7-----\n").into_bytes()
    };
    let kind = |error: LoadError| match error {
        LoadError::OtherKind { found, .. } => found,
        other => panic!("{other}"),
    };
    for (octets, found, words) in [
        (file("alice.p12"), FileKind::Pkcs12, "Identity::from_key_store"),
        (file("encrypted/alice.jks"), FileKind::JavaKeyStore, "Identity::from_key_store"),
        (file("alice.pem"), FileKind::Certificate, "PRIVATE KEY"),
        (der("alice.pem"), FileKind::Certificate, "PRIVATE KEY"),
        (p7b.clone(), FileKind::Pkcs7, "openssl pkcs7"),
        (ssh.clone(), FileKind::SshPrivateKey, "ssh-keygen"),
        (request.clone(), FileKind::CertificateRequest, "PRIVATE KEY"),
        (base64("alice.key"), FileKind::Base64, "-----BEGIN"),
        (b"<?xml version=\"1.0\"?><a/>".to_vec(), FileKind::Xml, "PEM"),
    ] {
        let error = PrivateKey::from_pem(&octets).map(drop).expect_err("no key");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(kind(error), found);
    }
    for (octets, found, words) in [
        (file("alice.p12"), FileKind::Pkcs12, "openssl pkcs12"),
        (file("encrypted/alice.jks"), FileKind::JavaKeyStore, "keytool"),
        (file("alice.key"), FileKind::PrivateKey, "BEGIN CERTIFICATE"),
        (file("ec256.sec1.key"), FileKind::PrivateKey, "BEGIN CERTIFICATE"),
        (ssh, FileKind::SshPrivateKey, "BEGIN CERTIFICATE"),
        (p7b, FileKind::Pkcs7, "openssl pkcs7"),
        (armoured, FileKind::Pkcs7, "openssl pkcs7"),
        (request, FileKind::CertificateRequest, "the authority"),
        (base64("alice.pem"), FileKind::Base64, "-----BEGIN CERTIFICATE"),
    ] {
        let errors = [
            Certificate::from_pem(&octets).map(drop),
            Certificate::all_from_pem(&octets).map(drop),
            CertificateBundle::from_pem(&octets).map(drop),
        ];
        for error in errors {
            let error = error.expect_err("no certificate");
            assert!(error.to_string().contains(words), "{error}");
            assert_eq!(kind(error), found);
        }
    }
    for (octets, found) in [(file("alice.pem"), FileKind::Certificate), (file("alice.key"), FileKind::PrivateKey)] {
        let error = Identity::from_key_store(&octets, "changeit").map(drop).expect_err("no store");
        assert!(error.to_string().contains("Identity::from_pem"), "{error}");
        assert_eq!(kind(error), found);
    }
    // A broken file of the right kind is a broken one.
    let broken = der("alice.pem")[..200].to_vec();
    let error = Certificate::from_pem(&broken).map(drop).expect_err("cut off");
    assert!(matches!(error, LoadError::NotDer { what: "certificate", .. }), "{error:?}");
    assert!(error.to_string().contains("cut off"), "{error}");
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let [high, low] = u16::try_from(len).expect("short").to_be_bytes();
    let length = if len < 0x80 {
        vec![low]
    } else if len < 0x100 {
        vec![0x81, low]
    } else {
        vec![0x82, high, low]
    };
    [&[tag], length.as_slice(), content].concat()
}

/// The DER in a PEM file of one section.
fn pkcs8(name: &str) -> Vec<u8> {
    let text = String::from_utf8(file(name)).expect("PEM");
    let lines: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, lines).expect("base64")
}

/// The contents of the elements of a sequence, each with its head.
fn elements(sequence: &[u8]) -> Vec<Vec<u8>> {
    let head = |octets: &[u8]| match octets[1] {
        0x81 => (3, usize::from(octets[2])),
        0x82 => (4, usize::from(octets[2]) << 8 | usize::from(octets[3])),
        len => (2, usize::from(len)),
    };
    let (start, len) = head(sequence);
    let mut rest = &sequence[start..start + len];
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (start, len) = head(rest);
        let (one, after) = rest.split_at(start + len);
        all.push(one.to_vec());
        rest = after;
    }
    all
}

/// RFC 5958 §2: version 2 has attributes, and the public key beside the private one. openssl made keys and certificates.
#[test]
fn pkcs8_of_version_2_opens_with_its_own_public_key_alone() {
    let attributes = der(0xA0, &der(0x30, &[der(6, &[0x2A, 3]), der(0x31, &der(0x0C, b"name"))].concat()));
    let names = [
        "alice",
        "ec256",
        "ec384",
        "ec521",
        "ed25519",
        "ed448",
        "ka-x25519",
        "ka-x448",
        "bp256",
        "k256",
        "p224",
        "pss-ca",
        "pss384",
        "dsa",
        "ml-dsa-44",
        "slh-dsa-sha2-128f",
    ];
    for name in names {
        let v1 = pkcs8(&format!("{name}.key"));
        let Ok(known) = PrivateKey::from_der(&v1) else {
            assert!(wss_crypto::PROVIDER == "ring" || name.contains("-dsa"), "{name}");
            continue;
        };
        let public_of = |certificate: &str| {
            let spki =
                Certificate::from_pem(&file(&format!("{certificate}.pem"))).expect(name).public_key().spki().to_vec();
            // The content of the BIT STRING, which has no unused bits.
            let bits = elements(&spki)[1].clone();
            let start = bits.len() - elements_len(&bits);
            bits[start..].to_vec()
        };
        let [_, algorithm, key] = &elements(&v1)[..3] else { panic!("{name}") };
        let v2 = |attributes: &[u8], bits: &[u8]| {
            let public = if bits.is_empty() { Vec::new() } else { der(0x81, bits) };
            der(0x30, &[&[2, 1, 1], &algorithm[..], key, attributes, &public].concat())
        };
        let own = public_of(name);
        for (attributes, bits) in [(&attributes[..], &own[..]), (&[], &own), (&attributes, &[]), (&[], &[])] {
            let loaded = PrivateKey::from_der(&v2(attributes, bits)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(loaded.public_key(), known.public_key(), "{name}");
        }
        // The public key of another, and one that changed.
        let mut changed = own.clone();
        let last = changed.len() - 1;
        changed[last] ^= 1;
        for other in [changed, public_of(if name == "alice" { "bob" } else { "alice" })] {
            let error = PrivateKey::from_der(&v2(&attributes, &other)).map(drop).expect_err(name);
            assert!(matches!(error, LoadError::Contradictory(_)), "{name}: {error}");
        }
        // In another order, with something behind, and of a version that does not exist.
        let public = der(0x81, &own);
        for broken in [
            der(0x30, &[&[2, 1, 1], &algorithm[..], key, &public, &attributes].concat()),
            der(0x30, &[&[2, 1, 1], &algorithm[..], key, &attributes, &public, &[5, 0]].concat()),
            der(0x30, &[&[2, 1, 2], &algorithm[..], key].concat()),
        ] {
            let error = PrivateKey::from_der(&broken).map(drop);
            assert_eq!(error, Err(LoadError::Malformed { what: "private key" }), "{name}");
        }
    }
    // A compressed point is the same key.
    let [_, algorithm, key] = &elements(&pkcs8("ec256.key"))[..3] else { panic!("three elements") };
    let spki = Certificate::from_pem(&file("ec256.pem")).expect("loads").public_key().spki().to_vec();
    let point = &spki[spki.len() - 64..];
    let compressed = |tag: u8| [&[0, tag], &point[..32]].concat();
    let tag = 2 + (point[63] & 1);
    let v2 =
        |bits: &[u8]| PrivateKey::from_der(&der(0x30, &[&[2, 1, 1], &algorithm[..], key, &der(0x81, bits)].concat()));
    assert!(v2(&compressed(tag)).is_ok());
    assert!(matches!(v2(&compressed(tag ^ 1)).map(drop), Err(LoadError::Contradictory(_))));
}

/// The number of octets of the content of an element.
fn elements_len(element: &[u8]) -> usize {
    match element[1] {
        0x81 => usize::from(element[2]),
        0x82 => usize::from(element[2]) << 8 | usize::from(element[3]),
        len => usize::from(len),
    }
}

/// RFC 8410 §10.3, the second example: version 2 with an attribute and the public key.
#[test]
fn the_example_of_rfc_8410_with_an_attribute_opens() {
    let text = b"-----BEGIN PRIVATE KEY-----\n\
        MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n\
        Z9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PRIVATE KEY-----\n";
    let public = b"-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";
    let key = PrivateKey::from_pem(text).expect("loads");
    assert_eq!(key.public_key(), &wss_crypto::PublicKey::from_pem(public).expect("loads"));
}

/// The last octet of the type of a bag, its value and its localKeyId.
#[cfg(feature = "pkcs12")]
type Bag<'b> = (u8, Vec<u8>, Option<&'b [u8]>);

/// A store without encryption and MAC.
#[cfg(feature = "pkcs12")]
fn store(bags: &[Bag<'_>]) -> Vec<u8> {
    const PKCS: [u8; 7] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1];
    let oid = |rest: &[u8]| der(6, &[&PKCS, rest].concat());
    let info = |content: &[u8]| der(0x30, &[oid(&[7, 1]), der(0xA0, &der(4, content))].concat());
    let bag = |(kind, value, id): &Bag<'_>| {
        let attribute = |id: &&[u8]| der(0x31, &der(0x30, &[oid(&[9, 21]), der(0x31, &der(4, id))].concat()));
        let id = id.as_ref().map(attribute).unwrap_or_default();
        der(0x30, &[oid(&[12, 10, 1, *kind]), der(0xA0, value), id].concat())
    };
    let bags: Vec<u8> = bags.iter().flat_map(bag).collect();
    der(0x30, &[vec![2, 1, 3], info(&der(0x30, &info(&der(0x30, &bags))))].concat())
}

/// Some tools write no localKeyId: the certificate of a key is the one with its public key.
#[cfg(feature = "pkcs12")]
#[test]
fn keys_of_pkcs12_find_their_certificate_by_id_or_by_public_key() {
    let key = |name: &str, id| (1, pkcs8(name), id);
    let certificate = |name: &str, id| {
        let certificate = Certificate::from_pem(&file(name)).expect(name);
        let x509 = der(6, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 22, 1]);
        (3, der(0x30, &[x509, der(0xA0, &der(4, certificate.der()))].concat()), id)
    };
    let found = |bags: &[_]| {
        let found = identities_from_key_store(&store(bags), "").map_err(|error| error.to_string())?;
        let subject = |found: &KeyStoreEntry<Identity>| found.entry.certificate().serial_decimal();
        Ok::<Vec<_>, String>(found.iter().map(subject).collect())
    };
    let serial = |name: &str| Certificate::from_pem(&file(name)).expect(name).serial_decimal();
    let (one, two): (Option<&[u8]>, Option<&[u8]>) = (Some(&[1]), Some(&[2]));
    for (key_id, certificate_id) in [(None, None), (one, None), (None, one), (one, one), (one, two)] {
        let bags = [certificate("bob.pem", None), certificate("alice.pem", certificate_id), key("alice.key", key_id)];
        assert_eq!(found(&bags), Ok(vec![serial("alice.pem")]), "{key_id:?} {certificate_id:?}");
    }
    // Two certificates of one key.
    let both = [certificate("alice.pem", one), certificate("alice-again.pem", two), key("alice.key", two)];
    assert_eq!(found(&both), Ok(vec![serial("alice-again.pem")]));
    assert_eq!(found(&[certificate("bob.pem", one), key("alice.key", one)]), Ok(Vec::new()), "the key of another");
    // A key that cannot be read is told if there is no other.
    let broken = (1, der(0x30, &[2, 1, 0]), one);
    assert!(found(&[certificate("alice.pem", one), broken.clone()]).is_err());
    assert_eq!(found(&[certificate("alice.pem", one), broken, key("alice.key", one)]), Ok(vec![serial("alice.pem")]));
}
