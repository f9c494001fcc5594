//! The table of `ALGORITHMS.md` is what the rows say and what the provider of this build does.

use wss_crypto::*;

const TABLE: &str = include_str!("../ALGORITHMS.md");

/// A line of the table, and the cell of this build's provider.
struct Line {
    start: String,
    runs: bool,
}

fn line(uri: &str, name: impl std::fmt::Debug, is_legacy: bool, outcome: Result<(), CryptoError>) -> Line {
    let runs = match outcome {
        Ok(()) => true,
        Err(CryptoError::Unsupported { provider }) => {
            assert_eq!(provider, PROVIDER);
            false
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
    let names = ["alice", "ed25519", "ka-x25519"].into_iter().chain(CURVES.map(|(_, name)| name));
    names.filter_map(|name| load(name).ok()).collect()
}

/// What the provider says of keys of a kind.
fn outcome(loaded: Result<PrivateKey, LoadError>) -> Result<(), CryptoError> {
    match loaded {
        Ok(_) => Ok(()),
        Err(LoadError::Provider { provider, .. }) => Err(CryptoError::Unsupported { provider }),
        Err(error) => panic!("{error}"),
    }
}

fn signature(method: SignatureMethod, keys: &[PrivateKey]) -> Result<(), CryptoError> {
    if method.family() == SignatureFamily::Hmac {
        let key = HmacKey::new(vec![7; 32]).expect("long enough");
        return key.verify(method, b"m", &key.sign(method, b"m")?);
    }
    let mut fitting = keys.iter().filter(|key| key.can_run(method)).peekable();
    assert!(fitting.peek().is_some(), "no key of the test runs {method:?}");
    fitting.try_for_each(|key| key.public_key().verify(method, b"m", &key.sign(method, b"m")?))
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
        cells[column] = if line.runs { "yes" } else { "no" }.to_owned();
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
        assert_eq!(cell, Some(if expected.runs { "yes" } else { "no" }), "{found}");
    }
    let listed = TABLE.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(listed, lines.len(), "ALGORITHMS.md lists something that has no row");
}
