//! The table of `ALGORITHMS.md` is what the rows say and what the provider of this build does.

use wss_crypto::*;

const TABLE: &str = include_str!("../ALGORITHMS.md");

/// A line of the table, and the cell of this build's provider.
struct Line {
    start: String,
    /// Not known in a build without a feature.
    runs: Option<bool>,
}

fn line(uri: &str, name: impl std::fmt::Debug, is_legacy: bool, outcome: Result<(), CryptoError>) -> Line {
    let runs = match outcome {
        Ok(()) => Some(true),
        Err(CryptoError::FeatureMissing { .. }) => None,
        Err(CryptoError::Unsupported { provider }) => {
            assert_eq!(provider, PROVIDER);
            Some(false)
        }
        Err(error) => panic!("{name:?}: {error}"),
    };
    let legacy = if is_legacy { "legacy" } else { "" };
    Line { start: format!("| `{name:?}` | `{uri}` | {legacy} |").replace("|  |", "| |"), runs }
}

const CURVES: [(Curve, &str); 8] = [
    (Curve::P256, "ec256"),
    (Curve::P384, "ec384"),
    (Curve::P521, "ec521"),
    (Curve::P224, "p224"),
    (Curve::Secp256k1, "k256"),
    (Curve::BrainpoolP256r1, "bp256"),
    (Curve::BrainpoolP384r1, "bp384"),
    (Curve::BrainpoolP512r1, "bp512"),
];

fn load(name: &str) -> Result<PrivateKey, LoadError> {
    let path = format!("{}/../../vectors/keys/{name}.key", env!("CARGO_MANIFEST_DIR"));
    PrivateKey::from_pem(&std::fs::read(path).expect("a key of the vectors"))
}

fn keys() -> Vec<PrivateKey> {
    let names =
        ["alice", "ed25519", "ed448", "ka-x25519", "ka-x448", "ka-dh"].into_iter().chain(CURVES.map(|(_, name)| name));
    names.filter_map(|name| load(name).ok()).collect()
}

/// What the provider says of keys of a kind.
fn outcome(loaded: Result<PrivateKey, LoadError>) -> Result<(), CryptoError> {
    match loaded {
        Ok(_) => Ok(()),
        Err(LoadError::Provider { provider, .. }) => Err(CryptoError::Unsupported { provider }),
        Err(LoadError::FeatureMissing { feature }) => Err(CryptoError::FeatureMissing { feature }),
        Err(error) => panic!("{error}"),
    }
}

fn signature(method: SignatureMethod, keys: &[PrivateKey]) -> Result<(), CryptoError> {
    if method.is_retired() {
        return retired(method);
    }
    if method.family() == SignatureFamily::Hmac {
        let key = HmacKey::new(vec![7; 32]).expect("long enough");
        return key.verify(method, b"m", &key.sign(method, b"m")?);
    }
    if method.only_verifies() {
        return verification(method);
    }
    if method.family() == SignatureFamily::PostQuantum {
        let key = outcome(seeded(method.uri())).map(|()| seeded(method.uri()).expect("loads"))?;
        // Sets with an `s` sign slowly: only the smallest of them signs.
        if matches!(method, SignatureMethod::SlhDsaSha2_192s | SignatureMethod::SlhDsaSha2_256s) {
            assert!(key.can_run(method));
            return Ok(());
        }
        return key.public_key().verify(method, b"m", &key.sign(method, b"m")?);
    }
    let mut fitting = keys.iter().filter(|key| key.can_run(method)).peekable();
    assert!(fitting.peek().is_some(), "no key of the test runs {method:?}");
    fitting.try_for_each(|key| key.public_key().verify(method, b"m", &key.sign(method, b"m")?))
}

/// A retired method is never signed with, and verifies a MAC that others made, or no zeros.
fn retired(method: SignatureMethod) -> Result<(), CryptoError> {
    let (name, len) = match method.family() {
        SignatureFamily::Hmac => {
            let key = HmacKey::of_any_length_for_legacy_use_only(vec![0x0B; 16]);
            assert_eq!(key.sign(method, b"Hi There"), Err(CryptoError::KeyMismatch));
            return match key.verify(method, b"Hi There", &[0; 20]) {
                Err(CryptoError::SignatureMismatch) => Ok(()),
                other => other,
            };
        }
        SignatureFamily::Ecdsa => ("ec256", 64),
        _ => ("alice", 256),
    };
    let key = load(name).expect("a key of the vectors");
    assert_eq!(key.sign(method, b"m"), Err(CryptoError::KeyMismatch));
    match key.public_key().verify(method, b"m", &vec![1; len]) {
        Err(CryptoError::SignatureMismatch) => Ok(()),
        other => other,
    }
}

/// A method that is only for reading runs if zeros are no signature of it.
fn verification(method: SignatureMethod) -> Result<(), CryptoError> {
    let public = match method.family() {
        SignatureFamily::Dsa => load("dsa").map(|key| key.public_key().clone()),
        SignatureFamily::Ed25519 => load("ed25519").map(|key| key.public_key().clone()),
        SignatureFamily::Ed448 => load("ed448").map(|key| key.public_key().clone()),
        family => panic!("{family:?} signs"),
    };
    let public = match public {
        Ok(public) => public,
        Err(error) => return outcome(Err(error)),
    };
    let len =
        (64..50_000).find(|len| public.verify(method, b"m", &vec![1; *len]) != Err(CryptoError::SignatureMismatch));
    match len.map(|len| public.verify(method, b"m", &vec![1; len])) {
        None => Ok(()),
        Some(other) => other,
    }
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let head = if len < 128 { vec![tag, len as u8] } else { vec![tag, 0x82, (len >> 8) as u8, len as u8] };
    [head, content.to_vec()].concat()
}

/// The AlgorithmIdentifier of FIPS 203, 204 and 205 for a set of parameters.
fn envelope(kind: PostQuantum) -> Vec<u8> {
    let arcs = PostQuantum::ALL.into_iter().filter(|kind| !kind.encapsulates());
    let signing = arcs.zip(17..).find(|(of, _)| *of == kind).map(|(_, arc)| [3, arc]);
    let kems = PostQuantum::ALL.into_iter().filter(|kind| kind.encapsulates());
    let kem = kems.zip(1..).find(|(of, _)| *of == kind).map(|(_, arc)| [4, arc]);
    let arcs = signing.or(kem).expect("one or the other");
    element(0x30, &element(6, &[&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04][..], &arcs].concat()))
}

/// A private key of ML-DSA or ML-KEM from a seed; of SLH-DSA, one of OpenSSL, whose public half no seed could give without
/// the hashes.
fn seeded(uri: &str) -> Result<PrivateKey, LoadError> {
    let kind = PostQuantum::from_uri(uri).expect("a set of parameters");
    if let Some(name) = uri.split_once('#').map(|(_, name)| name).filter(|name| name.starts_with("slh-dsa")) {
        return load(name);
    }
    let seed = element(0x80, &vec![7; if kind.encapsulates() { 64 } else { 32 }]);
    PrivateKey::from_der(&element(0x30, &[vec![2, 1, 0], envelope(kind), element(4, &seed)].concat()))
}

fn encapsulation(kind: PostQuantum) -> Result<(), CryptoError> {
    let key = outcome(seeded(kind.uri())).map(|()| seeded(kind.uri()).expect("loads"))?;
    let encapsulation = key.public_key().encapsulate()?;
    assert!(key.decapsulate(&encapsulation.octets)?.equals(encapsulation.secret.as_octets()));
    Ok(())
}

fn transport(method: TransportMethod, keys: &[PrivateKey]) -> Result<(), CryptoError> {
    let secret = Secret::new(vec![7; 16]);
    let mut fitting = keys.iter().filter(|key| key.public_key().kind().can_transport_keys()).peekable();
    assert!(fitting.peek().is_some());
    fitting.try_for_each(|key| {
        let transport = KeyTransport::with(method, None, None, Vec::new());
        let wrapped = key.public_key().wrap_key(&transport, &secret)?;
        key.unwrap_key(&transport, &wrapped, Some(16)).map(drop)
    })
}

fn content(method: ContentEncryption) -> Result<(), CryptoError> {
    let key = Secret::new((0..).take(method.key_len()).collect());
    decrypt(method, &key, encrypt(method, &key, b"m", &SystemRandom)?).map(drop)
}

fn key_wrap(method: KeyWrap) -> Result<(), CryptoError> {
    let key = Secret::new((0..).take(method.key_len()).collect());
    unwrap(method, &key, &wrap(method, &key, &key, &SystemRandom)?).map(drop)
}

fn agreement(method: KeyAgreement, keys: &[PrivateKey]) -> Result<(), CryptoError> {
    let mut fitting = keys.iter().filter(|key| key.public_key().kind().agreement() == Some(method)).peekable();
    assert!(fitting.peek().is_some(), "no key of the test runs {method:?}");
    if method.is_legacy() {
        // It is only read: no fresh key is made for it.
        let (ours, other) = (load("ka-dh").expect("a key"), load("ka-dh-other").expect("a key"));
        assert_eq!(
            PrivateKey::ephemeral_for(ours.public_key(), &SystemRandom).map(drop),
            Err(CryptoError::KeyMismatch)
        );
        assert!(ours.agree(other.public_key())?.equals(other.agree(ours.public_key())?.as_octets()));
        return Ok(());
    }
    fitting.try_for_each(|key| {
        let ours = PrivateKey::ephemeral_for(key.public_key(), &SystemRandom)?;
        assert!(ours.agree(key.public_key())?.equals(key.agree(ours.public_key())?.as_octets()));
        Ok(())
    })
}

fn derivation(method: DerivationMethod) -> Result<(), CryptoError> {
    DigestMethod::ALL.into_iter().try_for_each(|prf| {
        let derivation = match method {
            DerivationMethod::ConcatKdf => KeyDerivation::ConcatKdf { digest: prf, other_info: OtherInfo::default() },
            DerivationMethod::Hkdf => KeyDerivation::Hkdf { prf, salt: Vec::new(), info: Vec::new() },
            DerivationMethod::Pbkdf2 => KeyDerivation::Pbkdf2 { prf, salt: Vec::new(), iterations: 2 },
            _ => panic!("{method:?} is new"),
        };
        derivation.derive(&Secret::new(vec![7; 32]), 100).map(|key| assert_eq!(key.len(), 100))
    })
}

fn lines() -> Vec<Line> {
    let keys = keys();
    let mut lines = Vec::new();
    for digest in DigestMethod::ALL {
        lines.push(line(digest.uri(), digest, digest.is_legacy(), Ok(())));
    }
    for method in SignatureMethod::ALL {
        lines.push(line(method.uri(), method, method.is_legacy(), signature(method, &keys)));
    }
    for curve in Curve::ALL {
        let (_, name) = CURVES.into_iter().find(|(of, _)| *of == curve).expect("a key of the test on each curve");
        lines.push(line(curve.uri(), curve, curve.is_legacy(), outcome(load(name))));
    }
    for method in ContentEncryption::ALL {
        lines.push(line(method.uri(), method, method.is_legacy(), content(method)));
    }
    for method in TransportMethod::ALL {
        lines.push(line(method.uri(), method, method.is_legacy(), transport(method, &keys)));
    }
    for method in KeyWrap::ALL {
        lines.push(line(method.uri(), method, method.is_legacy(), key_wrap(method)));
    }
    for method in KeyAgreement::ALL {
        lines.push(line(method.uri(), method, method.is_legacy(), agreement(method, &keys)));
    }
    for method in PostQuantum::ALL.into_iter().filter(|method| method.encapsulates()) {
        lines.push(line(method.uri(), method, method.is_legacy(), encapsulation(method)));
    }
    for method in DerivationMethod::ALL {
        lines.push(line(method.uri(), method, method.is_legacy(), derivation(method)));
    }
    lines
}

/// The lines of the table between its head and its end, and the cells of the other columns as they are there.
fn written(table: &str, lines: &[Line], column: usize) -> String {
    let cells_of = |start: &str| -> Vec<String> {
        let known = table.lines().find(|line| line.starts_with(start));
        let known = known.map_or_else(|| format!("{start} ? | ? |"), str::to_owned);
        known.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let is_row = |line: &&str| line.starts_with("| `");
    let before: Vec<&str> = table.lines().take_while(|line| !is_row(line)).collect();
    let after: Vec<&str> = table.lines().skip_while(|line| !is_row(line)).skip_while(is_row).collect();
    let rows = lines.iter().map(|line| {
        let mut cells = cells_of(&line.start);
        if let Some(runs) = line.runs {
            cells[column] = if runs { "yes" } else { "no" }.to_owned();
        }
        cells.join(" | ").replace("|  |", "| |").trim().to_owned()
    });
    let all = before.into_iter().map(str::to_owned).chain(rows).chain(after.into_iter().map(str::to_owned));
    all.map(|line| line + "\n").collect()
}

#[test]
fn the_table_of_algorithms_is_true() {
    let column = TABLE.lines().find(|line| line.starts_with("| name |")).expect("a head");
    let column = column.split('|').position(|cell| cell.trim() == PROVIDER).expect("a column of this provider");
    let lines = lines();
    if std::env::var_os("WSS_WRITE_ALGORITHMS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ALGORITHMS.md");
        return std::fs::write(path, written(TABLE, &lines, column)).expect("written");
    }
    for expected in &lines {
        let found = TABLE.lines().find(|line| line.starts_with(&expected.start));
        let found = found.unwrap_or_else(|| {
            panic!("ALGORITHMS.md needs the line {} …: run this test with WSS_WRITE_ALGORITHMS=1", expected.start)
        });
        let cell = found.split('|').nth(column).map(str::trim);
        if let Some(runs) = expected.runs {
            assert_eq!(cell, Some(if runs { "yes" } else { "no" }), "{found}");
        }
    }
    let listed = TABLE.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(listed, lines.len(), "ALGORITHMS.md lists something that has no row");
}

/// The private key holds the public one, which is computed again.
#[test]
#[cfg(all(feature = "aws-lc-rs", feature = "post-quantum"))]
fn slh_dsa_keys_whose_halves_do_not_fit_are_refused() {
    let path = format!("{}/../../vectors/keys/slh-dsa-sha2-128f.key", env!("CARGO_MANIFEST_DIR"));
    let mut pem = std::fs::read_to_string(path).expect("a key of the vectors");
    assert!(PrivateKey::from_pem(pem.as_bytes()).is_ok());
    let last = pem.find("\n-----END").expect("an end") - 6;
    let other = if pem[last..].starts_with('A') { "B" } else { "A" };
    pem.replace_range(last..=last, other);
    assert!(PrivateKey::from_pem(pem.as_bytes()).is_err());
}
