//! The command line's contract: what goes to stdout, and exit 0, 1 or 2.

mod common;

use std::path::PathBuf;
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";

fn key(name: &str) -> String {
    format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn wss(arguments: &str, input: &str) -> Output {
    common::wss(arguments.split_whitespace(), input)
}

fn exits(code: i32, arguments: &str, input: &str) -> String {
    let output = wss(arguments, input);
    let diagnostics = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments}: {diagnostics}");
    // What nobody in particular answers for is not printed silently.
    let is_told = arguments.contains("--anonymous") || arguments.contains("--print-unauthenticated");
    assert_eq!(diagnostics.is_empty(), code == 0 && !is_told, "{arguments}: {diagnostics}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn file(content: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("cli-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("a file");
    path
}

const SIGN: &str = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 -";
const TRUST: &str = "--trust KEYS/ca.pem";

#[test]
fn c14n_writes_canonical_octets_and_nothing_else() {
    let source = "<?xml version='1.0'?><!-- c --><a b='2' a='1' xmlns:p='urn:p'><p:c/></a>\n";
    assert_eq!(exits(0, "c14n -", source), "<a a=\"1\" b=\"2\"><p:c xmlns:p=\"urn:p\"></p:c></a>");
    assert_eq!(
        exits(0, "c14n --method inclusive-comments -", source),
        "<!-- c -->\n<a xmlns:p=\"urn:p\" a=\"1\" b=\"2\"><p:c></p:c></a>"
    );
    assert_eq!(exits(0, "c14n --id x -", "<a xmlns='urn:a'><b Id='x'/></a>"), "<b xmlns=\"urn:a\" Id=\"x\"></b>");
    let bound = "<p:a xmlns:p='urn:p'><p:b>1</p:b><c>2</c></p:a>";
    assert_eq!(
        exits(0, "c14n --xpath //q:b|//q:b/text()|//q:b/namespace::p --xpath-ns q=urn:p -", bound),
        "<p:b xmlns:p=\"urn:p\">1</p:b>"
    );
    exits(2, "c14n --xpath //q:b -", bound);
    exits(2, "c14n --xpath //b[ -", bound);
    exits(2, "c14n --xpath 1+1 -", bound);
    exits(1, "c14n -", "<a>");
    exits(1, "c14n -", "<!DOCTYPE a><a/>");
    exits(1, "c14n -", "<a xmlns='relative'/>");
    exits(2, "c14n --id y -", "<a/>");
    exits(2, "c14n --method unknown -", "<a/>");
    exits(2, "c14n /no/such/file", "");
    exits(2, "", "");
}

#[test]
fn signed_messages_are_accepted_and_tampered_ones_refused() {
    let message = exits(0, SIGN, ENVELOPE);
    let verify = format!("verify {TRUST} --require signed:Body --require signed:Timestamp -");
    let body = exits(0, &verify, &message);
    assert!(body.starts_with("<s:Body") && body.contains("<a xmlns=\"urn:a\">1</a>"), "{body}");
    assert_eq!(exits(1, &verify, &message.replace(">1<", ">2<")), "", "nothing is shown of what is refused");
    exits(1, &verify, ENVELOPE);
    exits(1, &verify, "not XML");
    exits(1, "verify --trust KEYS/twin-ca.pem --require signed:Body -", &message);
    exits(1, &format!("verify {TRUST} --require encrypted:Body -"), &message);
    exits(1, &format!("{verify} --now 2020-01-01T00:00:00Z"), &message);
    exits(0, "verify --pin KEYS/alice.pem --require token:x509 -", &message);
    exits(2, &format!("verify {TRUST} -"), &message);
    exits(2, &format!("verify {TRUST} --require nonsense -"), &message);
    exits(2, &format!("verify {TRUST} --require signed:#id -"), &message);
    exits(2, "verify --trust /no/such/file --require signed:Body -", &message);
    exits(2, &format!("verify {TRUST} --require token:nonsense -"), &message);
    let json = exits(0, &format!("{verify} --format json"), &message);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["accepted"], true);
    assert_eq!(json["signatures"][0]["parts"][0], "Body");
    assert_eq!(json["signatures"][0]["signer"], "CN=Alice,O=Example\\, Inc,C=DE");
}

/// A Body on stdout is one that a key of the options answers for, or one that was asked for in so many words.
#[test]
fn a_body_that_nobody_answers_for_is_not_printed_silently() {
    let decrypt = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem";
    let timestamp_alone =
        exits(0, "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --part Timestamp -", ENVELOPE);
    let encrypted = exits(0, "encrypt --to KEYS/bob.pem -", ENVELOPE);
    let anonymous = exits(0, "secure --symmetric --derive-keys 1.3 --to KEYS/bob.pem --timestamp 300 -", ENVELOPE);
    let cases = [
        (&timestamp_alone, format!("{TRUST} --require signed:Timestamp"), "--print-unauthenticated"),
        (&encrypted, format!("{decrypt} --require encrypted:Body"), "--print-unauthenticated"),
        (&encrypted, format!("{TRUST} {decrypt} --require encrypted:Body"), "--print-unauthenticated"),
        (&anonymous, format!("{decrypt} --require signed:Body"), "--anonymous"),
        (&anonymous, format!("{TRUST} {decrypt} --require signed:Body"), "--anonymous"),
    ];
    for (message, options, flag) in cases {
        for format in ["text", "json"] {
            let refused = wss(&format!("verify {options} --format {format} -"), message);
            let told = String::from_utf8_lossy(&refused.stderr);
            assert_eq!(refused.status.code(), Some(1), "{options}: {told}");
            assert!(refused.stdout.is_empty() && told.contains(flag), "{options}: {told}");
            let shown = wss(&format!("verify {options} {flag} --format {format} -"), message);
            let told = String::from_utf8_lossy(&shown.stderr);
            assert_eq!(shown.status.code(), Some(0), "{options} {flag}: {told}");
            assert!(!shown.stdout.is_empty() && told.contains(flag), "{options} {flag}: {told}");
        }
        // No flag makes up for what is required and not proven.
        exits(1, &format!("verify {options} {flag} --require token:x509 --require signed:UsernameToken -"), message);
    }
}

/// A file that is replaced keeps its permissions, a name may be as long as names may be, and only the output is left.
#[cfg(unix)]
#[test]
fn an_output_replaces_a_file_and_leaves_no_other() {
    use std::os::unix::fs::PermissionsExt;

    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("output-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let kept = folder.join("kept");
    std::fs::write(&kept, "before").expect("a file");
    std::fs::set_permissions(&kept, PermissionsExt::from_mode(0o600)).expect("permissions");
    exits(1, &format!("verify {TRUST} --require signed:Body -o {} -", kept.display()), ENVELOPE);
    assert_eq!(std::fs::read_to_string(&kept).expect("still there"), "before");
    let long = folder.join("n".repeat(250));
    for path in [&kept, &long] {
        exits(0, &format!("c14n -o {} -", path.display()), "<a/>");
        assert_eq!(std::fs::read_to_string(path).expect("written"), "<a></a>");
    }
    assert_eq!(std::fs::metadata(&kept).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 2);
}

#[test]
fn messages_are_secured_and_opened() {
    let keys = "--key KEYS/alice.key --cert KEYS/alice.pem --to KEYS/bob.pem";
    let secure =
        format!("secure {keys} --timestamp 300 --encrypt-part Body --encrypt-part Signature --reference thumbprint -");
    let message = exits(0, &secure, ENVELOPE);
    assert!(!message.contains("urn:a"), "{message}");
    let open = format!(
        "verify {TRUST} --known-cert KEYS/alice.pem --decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem \
         --require signed:Body --require encrypted:Body --require encrypted:Signature -"
    );
    assert!(exits(0, &open, &message).contains("urn:a"));
    exits(1, &open.replace("KEYS/bob", "KEYS/carol"), &message);
    let encrypted = exits(0, "encrypt --to KEYS/bob.pem -", ENVELOPE);
    let decrypt = "verify --decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem --require encrypted:Body --print-unauthenticated -";
    assert!(exits(0, decrypt, &encrypted).contains("urn:a"));
    let cbc = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
    let encrypted = exits(0, &format!("encrypt --to KEYS/bob.pem --content {cbc} -"), ENVELOPE);
    exits(1, decrypt, &encrypted);
    exits(1, &format!("{decrypt} --allow {cbc}"), &encrypted);
    exits(0, &format!("{decrypt} --allow {cbc} --dangerous-decrypt-cbc-before-verification"), &encrypted);
    exits(2, &format!("{decrypt} --allow urn:unknown"), &encrypted);
    exits(2, "encrypt -", ENVELOPE);
    exits(2, "secure -", ENVELOPE);
    exits(1, SIGN, "<a/>");
}

#[test]
fn a_replay_store_remembers() {
    let message = exits(0, SIGN, ENVELOPE);
    let store = replay_store("remembers");
    let verify = format!("verify {TRUST} --require signed:Body --replay-store {} -", store.display());
    exits(0, &verify, &message);
    exits(1, &verify, &message);
    exits(0, &verify, &exits(0, SIGN, ENVELOPE));
    let text = file("0011223344 1764259200\n");
    exits(2, &verify.replace(&store.display().to_string(), &text.display().to_string()), &message);
    exits(2, &verify.replace(&store.display().to_string(), "/no/such/folder/store"), &message);
}

#[test]
fn of_many_processes_that_share_a_replay_store_exactly_one_accepts_a_message() {
    let message = exits(0, SIGN, ENVELOPE);
    let input = file(&message);
    let store = replay_store("shared");
    let verify = format!("verify {TRUST} --require signed:Body --replay-store {} {}", store.display(), input.display());
    let ended: Vec<Output> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..16).map(|_| scope.spawn(|| wss(&verify, ""))).collect();
        started.into_iter().map(|wss| wss.join().expect("an end")).collect()
    });
    let accepted = ended.iter().filter(|output| output.status.success()).count();
    assert_eq!(accepted, 1);
    let refused = ended.iter().filter(|output| output.status.code() == Some(1));
    let refused: Vec<_> = refused.map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).collect();
    assert_eq!(refused.len(), 15, "{ended:?}");
    assert!(refused.iter().all(|text| text.contains("received before")), "{refused:?}");
}

/// The name of a file in the test's folder that does not exist yet.
fn replay_store(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("replay-{name}"));
    for end in ["", "-wal", "-shm"] {
        let _absent = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    path
}

#[test]
fn users_authenticate() {
    let password = file("s3cret\n");
    let users = file("ann\ts3cret\n");
    let message = exits(0, &format!("sign --user ann --password-file {} -", password.display()), ENVELOPE);
    let verify = format!("verify --user-file {} --require token:username --print-unauthenticated -", users.display());
    exits(0, &verify, &message);
    exits(1, &verify, &message.replace(">ann<", ">bob<"));
    exits(1, &verify, ENVELOPE);
}

#[test]
fn documents_are_signed_verified_encrypted_and_decrypted() {
    let source = "<r xmlns=\"urn:r\"><x xml:id=\"one\">1</x></r>";
    for (sign, verify) in [
        ("--key KEYS/alice.key --cert KEYS/alice.pem", "--cert KEYS/alice.pem"),
        ("--key KEYS/ec384.key", "--key KEYS/ec384.pem"),
        ("--key KEYS/ed25519.key", "--key KEYS/ed25519.pem"),
        ("--p12 KEYS/alice.p12 --password-file PASSWORD", "--trust KEYS/ca.pem"),
    ] {
        let password = file("changeit");
        let sign = sign.replace("PASSWORD", &password.display().to_string());
        let signed = exits(0, &format!("dsig sign {sign} --reference #one -"), source);
        let report = exits(0, &format!("dsig verify {verify} -"), &signed);
        assert!(report.starts_with("valid") && report.contains("#one"), "{report}");
        exits(1, &format!("dsig verify {verify} -"), &signed.replace(">1<", ">2<"));
        exits(1, "dsig verify --cert KEYS/bob.pem -", &signed);
        exits(1, "dsig verify -", &signed);
    }
    exits(1, "dsig verify --cert KEYS/alice.pem -", source);
    let encrypted = exits(0, "xenc encrypt --to KEYS/bob.pem --id one -", source);
    assert!(!encrypted.contains(">1<"));
    assert_eq!(exits(0, "xenc decrypt --key KEYS/bob.key -", &encrypted), source.replace("<x ", "<x xmlns=\"urn:r\" "));
    exits(1, "xenc decrypt --key KEYS/alice.key -", &encrypted);
    exits(2, "xenc decrypt -", &encrypted);
    let secret = file("0123456789abcdef0123456789abcdef");
    let secret = format!("--secret shared={}", secret.display());
    let encrypted = exits(0, &format!("xenc encrypt {secret} --content-only -"), source);
    let decrypted = exits(0, &format!("xenc decrypt {secret} -"), &encrypted);
    assert_eq!(decrypted, source.replace("<x ", "<x xmlns=\"urn:r\" "));
}

#[test]
fn external_references_stay_below_the_base() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("base-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("inside")).expect("a folder");
    std::fs::write(folder.join("inside/data.txt"), "signed data").expect("a file");
    std::fs::write(folder.join("outside.txt"), "signed data").expect("a file");
    // The digest is right everywhere; where the octets may come from is the question. The value is not checked
    // before the key, so a reference that is refused shows in the message.
    let secret = file("0123456789abcdef0123456789abcdef");
    let verify = |uri: &str| {
        let document = format!(
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><ds:CanonicalizationMethod \
             Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><ds:SignatureMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\"/><ds:Reference URI=\"{uri}\"><ds:DigestMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>{}</ds:DigestValue></ds:Reference>\
             </ds:SignedInfo><ds:SignatureValue>VALUE</ds:SignatureValue></ds:Signature>",
            ws_security::c14n::base64_encode(
                ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, b"signed data").as_octets()
            )
        );
        let signed_info = {
            use ws_security::c14n::{Budget, Canonicalization, Document, Limits, Subset};
            let parsed = Document::parse(document.as_str(), &Limits::default()).expect("well-formed");
            let signed_info = parsed.root().children().next().expect("SignedInfo");
            Canonicalization::default()
                .to_octets(&Subset::subtree(signed_info), &Budget::dangerous_unbounded())
                .expect("canonical form")
        };
        let key = ws_security::crypto::HmacKey::new(b"0123456789abcdef0123456789abcdef".to_vec()).expect("a key");
        let value =
            ws_security::SigningKey::sign(&key, ws_security::SignatureMethod::HmacSha256, &signed_info).expect("a MAC");
        let document = document.replace("VALUE", &ws_security::c14n::base64_encode(&value));
        let base = folder.join("inside");
        wss(&format!("dsig verify --secret {} --base {} -", secret.display(), base.display()), &document).status.code()
    };
    assert_eq!(verify("data.txt"), Some(0));
    for outside in
        ["../outside.txt", "/etc/hostname", "file:///etc/hostname", "http://127.0.0.1:9/", "missing.txt", "data.txt#x"]
    {
        assert_eq!(verify(outside), Some(1), "{outside}");
    }
}

#[test]
fn explain_names_the_cause_and_writes_the_octets() {
    let message = exits(0, SIGN, ENVELOPE);
    let broken = message.replace("<a xmlns", "\n  <a xmlns");
    let shown = exits(0, "explain -", &broken);
    assert!(shown.starts_with("Nothing below is accepted or authenticated."), "{shown}");
    assert!(shown.contains("cause [white-space-added]") && shown.contains("DOES NOT FIT"), "{shown}");
    // Options in place of calls.
    assert!(shown.contains("--trust") || shown.contains("--known-cert") || shown.contains("--pin"), "{shown}");
    assert!(!shown.contains("Trust::"), "{shown}");
    let folder = tempfile::tempdir().expect("a folder");
    let octets = folder.path().join("octets");
    exits(0, &format!("explain --octets {} {TRUST} -", octets.display()), &broken);
    let read = |name: &str| std::fs::read_to_string(octets.join(name)).expect(name);
    assert!(read("signature-1-signed-info.xml").starts_with("<ds:SignedInfo"));
    let (here, there) = (read("signature-1-reference-1.xml"), read("signature-1-reference-1.sender.xml"));
    assert_eq!(here.replace("\n  ", ""), there);
    assert!(!octets.join("signature-1-signed-info.sender.xml").exists(), "it fits");

    let json = exits(0, &format!("explain --format json {TRUST} -"), &broken);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((value["authenticated"].as_bool(), value["fits"].as_bool()), (Some(false), Some(false)), "{json}");
    assert_eq!(value["signatures"][0]["value"]["fits"], true, "{json}");
    let causes = &value["signatures"][0]["references"][0]["digest"]["causes"];
    assert_eq!(causes[0]["word"], "white-space-added", "{json}");
    let fits = exits(0, &format!("explain --format json {TRUST} -"), &message);
    assert!(fits.contains("\"fits\": true") && fits.contains("\"refusal\": null"), "{fits}");
    // What cannot be read is explained, too.
    assert!(exits(0, "explain -", "<a").contains("not well-formed"));
    exits(2, "explain /no/such/file", "");
    let help = exits(0, "explain --help", "");
    assert_eq!(help.matches("\n    wss explain ").count(), 3, "{help}");
}

#[test]
fn inspect_shows_and_proves_nothing() {
    let message = exits(0, SIGN, ENVELOPE);
    let shown = exits(0, "inspect -", &message);
    for expected in ["Nothing below is verified", "subject CN=Alice", "covers #", "/s:Envelope/s:Body", "Created"] {
        assert!(shown.contains(expected), "{expected} in {shown}");
    }
    exits(1, "inspect -", "<a");
}

#[test]
fn assertions_are_attached_and_confirmed() {
    use ws_security::{Certificate, Identity, NewAssertion, SamlVersion, crypto::SystemRandom};
    let read = |name: &str| std::fs::read(key(name)).expect("a key");
    let issuer = Identity::from_pem(&read("carol.pem"), &read("carol.key")).expect("an issuer");
    for (version, token) in [(SamlVersion::V1_1, "saml1"), (SamlVersion::V2_0, "saml2")] {
        let issued = |bearer: bool| {
            let assertion = NewAssertion::new(version, "https://idp.example", "uid=ann").audience("urn:bank");
            let alice = Certificate::from_pem(&read("alice.pem")).expect("a certificate");
            let assertion = if bearer { assertion.bearer() } else { assertion.holder_of_key(&alice) };
            file(&assertion.sign(&issuer, std::time::SystemTime::now(), &SystemRandom).expect("issued"))
        };
        let attached = issued(false);
        let secure = format!("{SIGN} --token {} --holder-of-key", attached.display());
        let message = exits(0, &secure, ENVELOPE);
        let verify = format!("verify --saml-issuer KEYS/carol.pem --audience urn:bank --require token:{token} -");
        assert!(exits(0, &verify, &message).contains("urn:a"));
        exits(1, &verify, &message.replace("uid=ann", "uid=bob"));
        let other = wss(&verify.replace("carol", "dave"), &message);
        assert!(String::from_utf8_lossy(&other.stderr).contains("with --saml-issuer"), "{other:?}");
        // Each issuer has its own name, and none has that of another.
        let named = |carol: &str, dave: &str| {
            let dave = format!("--saml-issuer {dave}KEYS/dave.pem");
            verify.replace("--saml-issuer KEYS", &format!("{dave} --saml-issuer {carol}KEYS"))
        };
        exits(0, &named("https://idp.example=", "urn:other?a=b="), &message);
        exits(0, &named("", "https://idp.example="), &message);
        exits(1, &named("urn:other=", "https://idp.example="), &message);
        exits(1, &verify.replace("urn:bank", "urn:shop"), &message);
        // Who may sign messages may not vouch for assertions, issued or not, unless he is named.
        let vouched = NewAssertion::new(version, "https://idp.example", "uid=bob").audience("urn:bank");
        let vouched = file(&vouched.unsigned(std::time::SystemTime::now(), &SystemRandom).expect("written"));
        let vouching = format!("{SIGN} --token {} --part Body --part Assertion", vouched.display());
        let vouching = exits(0, &vouching, ENVELOPE);
        exits(1, &format!("{verify} {TRUST}"), &vouching);
        exits(1, &format!("{verify} {TRUST} --saml-attester KEYS/bob.pem"), &vouching);
        exits(0, &format!("{verify} {TRUST} --saml-attester KEYS/alice.pem"), &vouching);
        let other = if token == "saml1" { "saml2" } else { "saml1" };
        exits(1, &verify.replace(token, other), &message);
        // The issuer vouches for whoever holds Alice's key, and for nobody else.
        exits(1, &verify, &exits(0, &secure.replace("alice", "bob"), ENVELOPE));

        // The list revokes the issuer, and not the attester.
        let revoked = wss(&format!("{verify} {TRUST} --crl KEYS/ca.crl"), &message);
        assert!(String::from_utf8_lossy(&revoked.stderr).contains("revoked"), "{revoked:?}");
        exits(0, &format!("{verify} {TRUST} --crl KEYS/ca.crl --saml-attester KEYS/alice.pem"), &vouching);

        let bearer = issued(true);
        let message = exits(0, &format!("{SIGN} --token {}", bearer.display()), ENVELOPE);
        let verify = format!("{verify} {TRUST}");
        exits(1, &verify, &message);
        exits(1, &format!("{verify} --accept-bearer"), &message);
        exits(0, &format!("{verify} --accept-bearer --over-protected-transport"), &message);
        let presented = format!("{SIGN} --token {} --part Body --part Assertion", bearer.display());
        exits(0, &format!("{verify} --accept-bearer"), &exits(0, &presented, ENVELOPE));
    }
    exits(2, "sign --key KEYS/alice.key --cert KEYS/alice.pem --token KEYS/alice.pem -", ENVELOPE);
    exits(2, "sign --key KEYS/alice.key --cert KEYS/alice.pem --holder-of-key -", ENVELOPE);
}

#[test]
fn keys_of_both_sides_sign_and_encrypt() {
    let secret = file("0123456789abcdef0123456789abcdef");
    let password = file("s3cret\n");
    let users = file("ann\ts3cret\n");
    let decrypt = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem";
    let cases = [
        ("secure --symmetric --to KEYS/bob.pem".to_owned(), format!("{decrypt} --anonymous")),
        (
            format!("secure --context urn:context={}", secret.display()),
            format!("--secret urn:context={}", secret.display()),
        ),
        (
            format!("secure --password-key --user ann --password-file {}", password.display()),
            format!("--user-file {}", users.display()),
        ),
        (
            format!("sign --password-key --user ann --password-file {}", password.display()),
            format!("--user-file {}", users.display()),
        ),
    ];
    for (how, proof) in cases {
        for derived in ["--derive-keys 1.3", "--derive-keys 2005"] {
            let message = exits(0, &format!("{how} {derived} --timestamp 300 -"), ENVELOPE);
            assert_eq!(message.contains("urn:a"), how.starts_with("sign"), "{message}");
            assert!(message.contains("DerivedKeyToken"), "{message}");
            let verify = format!("verify {proof} --require signed:Body --require signed:Timestamp -");
            assert!(exits(0, &verify, &message).contains("urn:a"));
            exits(1, &verify, &message.replace("<wsu:Expires>2", "<wsu:Expires>3"));
            // Someone else's key, name or password.
            let other = verify.replace("KEYS/bob", "KEYS/carol").replace("urn:context", "urn:other");
            let other = other.replace(&users.display().to_string(), &file("ann\tother\n").display().to_string());
            assert_ne!(other, verify);
            exits(1, &other, &message);
        }
    }
    // A key that anyone could have encrypted to Bob proves no signer where one is expected; an endorsement does.
    let alone = exits(0, "sign --symmetric --to KEYS/bob.pem --derive-keys 1.3 --timestamp 300 -", ENVELOPE);
    exits(1, &format!("verify {decrypt} {TRUST} --require signed:Body -"), &alone);
    let alice = "--key KEYS/alice.key --cert KEYS/alice.pem";
    let endorsed =
        exits(0, &format!("sign --symmetric --to KEYS/bob.pem --derive-keys 1.3 {alice} --timestamp 300 -"), ENVELOPE);
    assert_eq!(endorsed.matches("<ds:Signature ").count(), 2, "{endorsed}");
    exits(2, "sign --kerberos nonsense -", ENVELOPE);
}

#[test]
fn replies_confirm_the_signatures_of_their_request() {
    let request = exits(0, SIGN, ENVELOPE);
    let (sent, other) = (file(&request), file(&exits(0, SIGN, ENVELOPE)));
    let keys = "--key KEYS/bob.key --cert KEYS/bob.pem --timestamp 300";
    let reply = exits(0, &format!("sign {keys} --confirm {} -", sent.display()), ENVELOPE);
    assert!(reply.contains("SignatureConfirmation"), "{reply}");
    let verify = format!("verify {TRUST} --require signed:Body --require confirmation");
    exits(0, &format!("{verify} --request {} -", sent.display()), &reply);
    exits(1, &format!("{verify} --request {} -", other.display()), &reply);
    let unconfirmed = exits(0, &format!("sign {keys} -"), ENVELOPE);
    exits(1, &format!("{verify} --request {} -", sent.display()), &unconfirmed);
    exits(2, &format!("{verify} -"), &reply);
}

#[test]
fn references_point_back() {
    let message = exits(0, SIGN, ENVELOPE);
    let start = message.find("<wsse:BinarySecurityToken").expect("a token");
    let close = "</wsse:BinarySecurityToken>";
    let end = message.find(close).expect("its end") + close.len();
    let moved = format!("{}{}", &message[..start], &message[end..]);
    let moved = moved.replace("</ds:Signature>", &format!("</ds:Signature>{}", &message[start..end]));
    let verify = format!("verify {TRUST} --require signed:Body -");
    exits(0, &verify, &message);
    exits(1, &verify, &moved);
    exits(0, &format!("{verify} --bsp off --accept-forward-references"), &moved);
}

#[test]
fn verify_enforces_the_basic_security_profile_or_reports_on_it() {
    let sign = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 -";
    let verify = format!("verify {TRUST} --require signed:Body -");
    let conformant = exits(0, sign, ENVELOPE);
    exits(0, &format!("{verify} --bsp enforce"), &conformant);
    // A token behind its reference is opened by whoever says so, and breaks R5205 all the same.
    let (start, end) = ("<wsse:BinarySecurityToken", "</wsse:BinarySecurityToken>");
    let token =
        &conformant[conformant.find(start).expect("a token")..conformant.find(end).expect("its end") + end.len()];
    let moved = conformant.replacen(token, "", 1).replacen("</ds:Signature>", &format!("</ds:Signature>{token}"), 1);
    let accepting = format!("{verify} --accept-forward-references");
    let refusal = wss(&format!("{accepting} --bsp enforce"), &moved);
    assert_eq!(refusal.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refusal.stderr).contains("R5205"));
    let report = wss(&format!("{accepting} --format json"), &moved);
    assert_eq!(report.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&report.stderr).contains("note: BSP R5205"));
    let evidence: serde_json::Value = serde_json::from_slice(&report.stdout).expect("JSON");
    assert_eq!(evidence["bsp"]["conforms"], false);
    assert_eq!(evidence["bsp"]["broken"][0]["id"], "R5205");
    exits(0, &format!("{accepting} --bsp off"), &moved);
    // Ours breaks nothing unless it is told which rule.
    exits(2, &format!("{sign} --waive R9999"), ENVELOPE);
    exits(0, &format!("{sign} --waive R5402"), ENVELOPE);
}

#[test]
fn attachments_are_signed_and_handed_out() {
    let (text, binary) = (file("first\nsecond\n"), file("\0\u{1}"));
    let attached = format!("--attach {} --attach {}", text.display(), binary.display());
    let parts = "--part Body --part Timestamp --part Attachments";
    let message = exits(0, &format!("{SIGN} {parts} {attached} --attach-complete"), ENVELOPE);
    assert!(message.starts_with("MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"application/soap+xml\""));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("attachments-{}", std::process::id()));
    let verify = format!("verify {TRUST} --require signed:Body --require signed:Attachments -");
    let json = exits(0, &format!("{verify} --format json --attachments-dir {}", folder.display()), &message);
    let evidence: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(evidence["attachments"]["authenticated"].as_array().map(Vec::len), Some(2));
    assert_eq!(evidence["attachments"]["authenticated"][0]["contentType"], "application/octet-stream");
    let mut written: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    written.sort();
    let contents: Vec<_> = written.iter().map(|path| std::fs::read(path).expect("a file")).collect();
    assert_eq!(contents, [b"first\nsecond\n".to_vec(), b"\0\x01".to_vec()]);
    exits(1, &verify, &message.replace("second", "Second"));
    exits(1, &verify, &message.replace("filename=\"", "filename=\"x"));
    exits(1, &verify, message.trim_end().trim_end_matches('-'));
    exits(0, "lint -", &message);
    // The same file, or one of the same name, goes along twice.
    let twice = format!("--attach {0} --attach {0}", text.display());
    exits(0, &verify, &exits(0, &format!("{SIGN} {parts} {twice}"), ENVELOPE));
    // A MIME message of an envelope alone has no attachment to sign.
    exits(1, &format!("{SIGN} {parts}"), ENVELOPE);
}

#[test]
fn attachments_are_encrypted_and_decrypted() {
    let large = file(&"large ".repeat(100_000));
    let (sent, changed) = (file(""), file(""));
    let secure = format!("{} --to KEYS/bob.pem --attach {}", SIGN.replacen("sign", "secure", 1), large.display());
    let secure = format!("{secure} --part Body --part Attachments -o {}", sent.display());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("decrypted-{}", std::process::id()));
    let required = "--require signed:Body --require signed:Attachments --require encrypted:Attachments";
    let keys = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem";
    let verify = format!("verify {TRUST} {required} --attachments-dir {}", folder.display());
    for complete in ["", "--attach-complete"] {
        exits(0, &format!("{secure} {complete}"), ENVELOPE);
        let message = std::fs::read(&sent).expect("a message");
        assert!(!message.windows(12).any(|window| window == b"large large "));
        assert!(exits(0, &format!("{verify} {keys} {}", sent.display()), "").contains("Body"));
        let written = std::fs::read_dir(&folder).expect("a folder").next().expect("one").expect("a file").path();
        assert_eq!(std::fs::read(written).expect("a file"), std::fs::read(&large).expect("a file"));
        std::fs::remove_dir_all(&folder).expect("removed");
        let shown = exits(0, &format!("inspect {}", sent.display()), "");
        assert!(shown.contains(" octets of application/octet-stream"), "{shown}");
        assert!(shown.contains("= an attachment with") && shown.contains("encrypted: cid:"), "{shown}");
        // Without the key, and with the last octet of the ciphertext another.
        exits(1, &format!("{verify} {}", sent.display()), "");
        let end = message.windows(4).rposition(|window| window == b"\r\n--").expect("the end");
        let mut other = message;
        other[end - 1] ^= 1;
        std::fs::write(&changed, other).expect("written");
        exits(1, &format!("{verify} {keys} {}", changed.display()), "");
    }
}

/// A key of the message proves integrity only, and only where that is asked for.
#[test]
fn a_key_in_the_message_is_used_only_by_name_and_says_so() {
    let signed = exits(0, "dsig sign --key KEYS/alice.key --reference #x -", "<a><b xml:id='x'>1</b></a>");
    assert!(signed.contains("RSAKeyValue"), "{signed}");
    exits(1, "dsig verify -", &signed);
    let output = wss("dsig verify --insecure-keyvalue --format json -", &signed);
    let (json, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(json.contains("integrity only") && told.contains("nothing about who signed"), "{json}{told}");
    assert_eq!(wss("dsig verify --insecure-keyvalue -", &signed.replace(">1<", ">2<")).status.code(), Some(1));
    // RetrievalMethod and KeyInfoReference lead to it, and not in circles.
    let value = &signed[signed.find("<ds:KeyValue>").expect("a key")..signed.find("</ds:KeyInfo>").expect("its end")];
    let moved = |info: &str, object: &str| {
        let object = format!("</ds:KeyInfo><ds:Object>{object}</ds:Object>");
        signed.replace(value, info).replace("</ds:KeyInfo>", &object)
    };
    let verify = |text: &str| wss("dsig verify --insecure-keyvalue -", text).status.code();
    let rsa = value
        .replace("<ds:KeyValue>", "")
        .replace("</ds:KeyValue>", "")
        .replace("<ds:RSAKeyValue>", "<ds:RSAKeyValue xml:id='k'>");
    assert_eq!(verify(&moved("<ds:RetrievalMethod URI='#k'/>", &rsa)), Some(0));
    assert_eq!(verify(&moved("<ds:RetrievalMethod URI='http://example.org/'/>", &rsa)), Some(1));
    let reference = "<d:KeyInfoReference xmlns:d='http://www.w3.org/2009/xmldsig11#' URI='#i'/>";
    let info =
        |inside: &str| format!("<ds:KeyInfo Id='i'>{inside}</ds:KeyInfo>").replace("</ds:KeyInfo>", "</ds:KeyInfo >");
    assert_eq!(verify(&moved(reference, &info(value))), Some(0));
    assert_eq!(verify(&moved(reference, &info(reference))), Some(1));
}

#[test]
fn documents_with_a_doctype_are_read_where_that_is_allowed() {
    let source = "<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><a/>";
    exits(1, "c14n -", source);
    assert_eq!(exits(0, "c14n --allow-doctype -", source), "<a b=\"x\"></a>");
    exits(1, "c14n --allow-doctype -", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>");
    exits(1, "c14n --allow-doctype -", "<!DOCTYPE a SYSTEM 'a.dtd'><a/>");
}
