//! SOAP messages with Security headers.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ws_security::TransportFacts;
use ws_security::c14n::{
    Budget, Canonicalization, Document, Element, Limits, Subset, base64_decode, base64_encode, name,
};
use ws_security::crypto::{Digest, certificates_from_java_key_store, p_sha1};
use ws_security::tokens::{format_instant, parse_instant, password_digest};
use ws_security::{
    AlgorithmPolicy, Certificate, DangerousNoReplayCache, DigestMethod, FixedClock, Identity, Receiver, Requirements,
    Secret, Trust,
};

use crate::corpus::{self, Case};
use crate::keys;

#[test]
fn messages_open_as_published() {
    corpus::run("wss", |case| match case.get("operation") {
        "password-digest" => digest_table(case),
        "p-sha1" => p_sha1_table(case),
        "wss-parse" => parse(case),
        "wss-token" => token(case),
        "wss-header" => header(case),
        "wss-verify" | "wss-decrypt" | "wss-verify+decrypt" => open(case),
        other => Err(format!("operation {other} is not one of this scope")),
    });
}

fn expect(case: &Case, arguments: Vec<String>) -> Result<Vec<u8>, String> {
    let output = keys::wss(&arguments);
    match (case.get("expected"), output.status.code()) {
        ("invalid", Some(1)) => Ok(Vec::new()),
        ("invalid", _) => Err(keys::verdict(&output)),
        (_, Some(0)) => Ok(output.stdout),
        _ => Err(keys::verdict(&output)),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// Lines of password, its encoding, nonce, created and digest.
fn digest_table(case: &Case) -> Result<(), String> {
    let text = String::from_utf8(corpus::read(case.get("input"))).map_err(|error| error.to_string())?;
    let mut seen = 0;
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let [password, encoding, nonce, created, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{line}: not five cells"));
        };
        let password = match encoding {
            "sha1-of-password" => Digest::of(DigestMethod::Sha1, password.as_bytes()).as_octets().to_vec(),
            _ => password.as_bytes().to_vec(),
        };
        let nonce = base64_decode(nonce, 1_024).ok_or("nonce")?;
        let found = base64_encode(&password_digest(&nonce, created, &Secret::new(password)));
        if found != expected {
            return Err(format!("{line}: found {found}"));
        }
        seen += 1;
    }
    if seen > 0 { Ok(()) } else { Err("an empty table".to_owned()) }
}

/// Lines of secret, seed, length and derived key.
fn p_sha1_table(case: &Case) -> Result<(), String> {
    let text = String::from_utf8(corpus::read(case.get("input"))).map_err(|error| error.to_string())?;
    let octets = |cell: &str| base64_decode(cell, 1_024).ok_or("base64");
    let mut seen = 0;
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let [secret, seed, length, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{line}: not four cells"));
        };
        let length = length.parse().map_err(|_| format!("{line}: a length"))?;
        let found = p_sha1(&Secret::new(octets(secret)?), &octets(seed)?, 0, length);
        if found.as_octets() != octets(expected)? {
            return Err(format!("{line}: found {}", base64_encode(found.as_octets())));
        }
        seen += 1;
    }
    if seen > 0 { Ok(()) } else { Err("an empty table".to_owned()) }
}

fn parse(case: &Case) -> Result<(), String> {
    expect(case, [words("inspect"), vec![keys::vector(case.get("input"))]].concat()).map(drop)
}

fn token(case: &Case) -> Result<(), String> {
    let mut arguments = words("verify");
    let mut required = false;
    for entry in keys::entries(case).iter().filter(|entry| entry.get("role") == "password") {
        let carries_one = String::from_utf8_lossy(&corpus::read(case.get("input"))).contains("Password");
        if case.get("expected") == "valid" && (entry.get("password").is_empty() || !carries_one) {
            return unproven(case);
        }
        let users = format!("{}\t{}\n", entry.get("user"), entry.get("password"));
        arguments.extend(["--user-file".to_owned(), keys::temporary(users.as_bytes())]);
        // Nothing but the token is there: the transport protects it, and nobody answers for the Body.
        arguments.extend(words("--require token:username --over-protected-transport --print-unauthenticated"));
        required = true;
    }
    if !required {
        return timestamp(case);
    }
    if case.param("time").is_none() {
        arguments.extend(words("--max-age 1000000000"));
    }
    arguments.push(keys::vector(case.get("input")));
    expect(case, arguments).map(drop)
}

/// A token without a password, or with an empty one, is valid where nobody asks for a user: it proves nobody (threat T19), so
/// that the command line has no word for it. Where a user is asked for, it is refused.
fn unproven(case: &Case) -> Result<(), String> {
    let receiver =
        || Receiver::new(Trust::no_certificates(), Requirements::dangerous_unsigned(), DangerousNoReplayCache);
    let open = |receiver: Receiver| {
        let opened =
            receiver.open_unsigned(corpus::read(case.get("input")), TransportFacts::server_authenticated_tls());
        opened.map(drop).map_err(|error| error.to_string())
    };
    open(receiver())?;
    let entries = keys::entries(case);
    let known = entries.iter().map(|entry| (entry.get("user").to_owned(), entry.get("password").to_owned()));
    let known: Vec<(String, String)> = known.collect();
    let password = move |user: &str| {
        let found = known.iter().find(|(name, _)| name == user);
        found.map(|(_, password)| Secret::new(password.as_bytes().to_vec()))
    };
    let asking = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().username_token(),
        DangerousNoReplayCache,
    );
    let created = case.param("time").map_or(Ok(SystemTime::now()), parse_instant).map_err(|error| error.to_string())?;
    match open(asking.passwords(password).clock(Arc::new(FixedClock(created)))) {
        Ok(()) => Err("it proves a user".to_owned()),
        Err(why) if why.contains("does not authenticate") || why.contains("UsernameToken") => Ok(()),
        Err(why) => Err(why),
    }
}

/// A timestamp alone proves nothing, so the command line has no word for it; the library judges it.
fn timestamp(case: &Case) -> Result<(), String> {
    let mut now = parse_instant(case.param("time").ok_or("a time")?).map_err(|error| error.to_string())?;
    if case.get("features").contains("expired") {
        // The case's time lies before the second in which the message held: it was refused later that day.
        now += Duration::from_secs(3_600);
    }
    let receiver = Receiver::new(Trust::no_certificates(), Requirements::dangerous_unsigned(), DangerousNoReplayCache)
        .clock(Arc::new(FixedClock(now)))
        .window(Duration::from_secs(300), Duration::from_secs(120));
    match (
        case.get("expected"),
        receiver.open_unsigned(corpus::read(case.get("input")), TransportFacts::dangerous_unprotected()),
    ) {
        ("valid", Ok(_)) | ("invalid", Err(_)) => Ok(()),
        (_, outcome) => Err(format!("{:?}", outcome.err())),
    }
}

fn header(case: &Case) -> Result<(), String> {
    let actors = case.param("actor").unwrap_or_default();
    for actor in actors.split(',') {
        let mut arguments = words("verify --require encrypted:Body");
        if !actor.is_empty() {
            arguments.extend(["--actor".to_owned(), actor.to_owned()]);
        }
        arguments.push(keys::vector(case.get("input")));
        let output = keys::wss(&arguments);
        let two = keys::verdict(&output).contains("two Security headers");
        if (case.get("expected") == "invalid") != two {
            return Err(keys::verdict(&output));
        }
    }
    Ok(())
}

/// Parts of the Body are encrypted, not all of it: no requirement of the command line says that.
fn open_partly(case: &Case) -> Result<(), String> {
    let entries = keys::entries(case);
    let key = entries.iter().find(|entry| entry.get("format") == "pkcs8-pem").ok_or("a private key")?.path();
    let read = |path: &str| std::fs::read(path).map_err(|error| error.to_string());
    let identity = Identity::from_pem(&read(&key.replace("-key.p8.pem", "-cert.pem"))?, &read(&key)?);
    let receiver = Receiver::new(Trust::no_certificates(), Requirements::dangerous_unsigned(), DangerousNoReplayCache)
        .decrypt_with(identity.map_err(|error| error.to_string())?)
        .algorithms(AlgorithmPolicy::everything_for_legacy_use_only())
        .dangerous_decrypt_cbc_before_verification();
    let opened = receiver
        .open_unsigned(corpus::read(case.get("input")), TransportFacts::dangerous_unprotected())
        .map_err(|error| error.to_string())?;
    let expected = corpus::read(case.get("expected"));
    if opened.unauthenticated_body().as_bytes() == expected { Ok(()) } else { Err("another Body".to_owned()) }
}

fn open(case: &Case) -> Result<(), String> {
    if case.get("features").contains("multiple-parts") {
        return open_partly(case);
    }
    let mut arguments = words("verify --allow-legacy --dangerous-decrypt-cbc-before-verification");
    let mut seen_private = None;
    for entry in keys::entries(case) {
        match (entry.get("role"), entry.get("format")) {
            ("trusted", "jks") => {
                let store = std::fs::read(entry.path()).map_err(|error| error.to_string())?;
                let trusted = certificates_from_java_key_store(&store, entry.get("password"));
                for trusted in trusted.map_err(|error| error.to_string())? {
                    let certificate = trusted.entry.map_err(|error| error.to_string())?;
                    arguments.extend(["--pin".to_owned(), keys::temporary(certificate.der())]);
                }
                // The receiver's own key is in the same store.
                arguments.extend(["--decrypt-p12".to_owned(), entry.path(), "--decrypt-password-file".to_owned()]);
                arguments.push(keys::temporary(entry.get("password").as_bytes()));
                // A MAC under a key that was sent to that key has no signer.
                if case.get("features").contains("sig:hmac") {
                    arguments.extend(words("--anonymous"));
                }
            }
            ("verify", "cert-pem" | "cert-der") => arguments.extend(["--pin".to_owned(), entry.path()]),
            ("trusted", "cert-pem" | "cert-der") => arguments.extend(["--trust".to_owned(), entry.path()]),
            ("private", "pkcs12") => {
                arguments.extend(["--decrypt-p12".to_owned(), entry.path(), "--decrypt-password-file".to_owned()]);
                arguments.push(keys::temporary(entry.get("password").as_bytes()));
            }
            ("private", "pkcs8-pem") => seen_private = Some(entry.path()),
            ("shared-secret" | "sct-secret", "raw") => {
                arguments.extend(["--secret".to_owned(), format!("{}={}", entry.get("name"), entry.path())]);
            }
            ("password", _) => {
                let users = format!("{}\t{}\n", entry.get("user"), entry.get("password"));
                arguments.extend(["--user-file".to_owned(), keys::temporary(users.as_bytes())]);
            }
            _ => {}
        }
    }
    if let Some(key) = seen_private {
        let certificate = key.replace("-key.p8.pem", "-cert.pem");
        // In these messages the recipient is the signer too; a MAC under a key sent to it has no signer.
        if case.get("features").contains("sig:hmac") {
            arguments.extend(words("--anonymous"));
        } else {
            arguments.extend(["--pin".to_owned(), certificate.clone()]);
        }
        arguments.extend(["--decrypt-key".to_owned(), key, "--decrypt-cert".to_owned(), certificate]);
    }
    if let Some(actor) = case.param("actor") {
        arguments.extend(["--actor".to_owned(), actor.to_owned()]);
    }
    let operation = case.get("operation");
    if operation.contains("verify") {
        let part = if case.get("expected") == "valid" { signed_part(case) } else { "Body" };
        arguments.extend(["--require".to_owned(), format!("signed:{part}")]);
        if part != "Body" {
            arguments.extend(words("--print-unauthenticated"));
        }
    }
    if operation.contains("decrypt") && !operation.contains("verify") {
        // Decryption alone: what is encrypted differs from case to case, and nobody answers for it.
        arguments.extend(words("--print-unauthenticated"));
        let features = case.get("features");
        let part = if features.contains("encrypted-token") { "UsernameToken" } else { "Body" };
        if part == "Body" && features.contains("encdata:content") {
            arguments.extend(words("--require encrypted:Body"));
        } else if part == "UsernameToken" {
            arguments.extend(words("--require encrypted:UsernameToken"));
        } else {
            arguments.extend(words("--require encrypted:Body"));
        }
    }
    // Judged as of the case's time, else as of the message's own, else as of its certificate's.
    let text = String::from_utf8_lossy(&corpus::read(case.get("input"))).into_owned();
    let created =
        text.split_once("Created>").and_then(|(_, rest)| rest.split_once('<')).map(|(text, _)| text.to_owned());
    let pinned = keys::entries(case).iter().find(|entry| entry.get("format") == "cert-pem").map(|entry| entry.path());
    let pinned = pinned.and_then(|path| Certificate::from_pem(&std::fs::read(path).ok()?).ok());
    let created = created.filter(|text| parse_instant(text).is_ok());
    let valid_from = pinned.map(|certificate| certificate.not_before());
    // Some certificates were made after their messages: both are judged within two days, at the first instant of the certificate.
    let was_valid = |text: &String| {
        let created = parse_instant(text).ok();
        created.zip(valid_from).is_none_or(|(created, valid_from)| created >= valid_from)
    };
    let skew = if created.as_ref().is_none_or(was_valid) { "300" } else { "172800" };
    let created = created.filter(was_valid);
    let valid_from = valid_from.map(|instant| format_instant(instant + Duration::from_secs(86_400)));
    let now = case.param("time").map(str::to_owned).or(created).or(valid_from);
    if let Some(now) = now {
        arguments.extend(["--now".to_owned(), now]);
    }
    arguments.extend(["--clock-skew".to_owned(), skew.to_owned()]);
    if text.contains("http://www.w3.org/2005/08/addressing") {
        arguments.extend(words("--understand addressing"));
    }
    arguments.push(keys::vector(case.get("input")));
    let found = expect(case, arguments)?;
    match case.get("expected") {
        "valid" | "invalid" => Ok(()),
        path if case.param("compare") == Some("plaintext") => {
            let expected = corpus::read(path);
            let inside = found.windows(expected.len().max(1)).any(|window| window == expected);
            if inside { Ok(()) } else { Err("other plaintext".to_owned()) }
        }
        path => {
            let expected = corpus::read(path);
            // What is handed out is what was digested: a PrefixList adds declarations that nothing utilizes.
            let same = found == expected || exclusive(&found)? == expected;
            if same { Ok(()) } else { Err(format!("found {}", String::from_utf8_lossy(&found))) }
        }
    }
}

/// The part that the message signs: the Body, or where no reference leads to that, the timestamp.
fn signed_part(case: &Case) -> &'static str {
    let octets = corpus::read(case.get("input"));
    let Ok(document) = corpus::document(&octets) else { return "Body" };
    let body = document.root().children().find(|child| child.name().local == "Body");
    let id = body.and_then(|body| body.attribute(name::WSU.uri, "Id").or(body.attribute("", "Id")));
    let mut references = document.elements().filter(|element| element.is(name::DS.uri, "Reference"));
    let is_reference = |element: Element<'_>, id: &str| {
        element.attribute("", "URI").is_some_and(|uri| uri.strip_prefix('#') == Some(id))
    };
    match id {
        Some(id) if references.any(|element| is_reference(element, &id)) => "Body",
        _ if document.elements().any(|element| element.is(name::XENC.uri, "EncryptedData")) => "Body",
        _ => "Timestamp",
    }
}

/// The exclusive canonical form without a PrefixList, in which the results are published.
fn exclusive(xml: &[u8]) -> Result<Vec<u8>, String> {
    let limits = Limits::default();
    let document = Document::parse_octets(xml, &limits).map_err(|error| error.to_string())?;
    let budget = Budget::new(&limits, xml.len() as u64);
    let octets = Canonicalization::default().to_octets(&Subset::subtree(document.root()), &budget);
    octets.map_err(|error| error.to_string())
}
