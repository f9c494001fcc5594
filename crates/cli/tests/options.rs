//! Options and their words: each error names the option that helps, and only what is named is accepted.

mod common;

use std::process::Output;

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";
const SIGN: &str = "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300";

fn wss(arguments: &str, input: &str) -> Output {
    common::wss(arguments.split_whitespace(), input)
}

fn told(code: i32, arguments: &str, input: &str) -> String {
    let output = wss(arguments, input);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments}: {told}");
    told
}

fn out(arguments: &str, input: &str) -> String {
    let output = wss(arguments, input);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn cbc_before_verification_needs_an_option_of_its_own() {
    let secure =
        "secure --key KEYS/alice.key --cert KEYS/alice.pem --to KEYS/bob.pem --content aes128-cbc --timestamp 300";
    let first = out(&format!("{secure} -"), ENVELOPE);
    let verify =
        "verify --trust KEYS/ca.pem --require signed:Body --decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem";
    assert!(told(1, &format!("{verify} -"), &first).contains("--allow"));
    // To admit the cipher is not to decrypt before anything is verified.
    for allow in ["--allow aes128-cbc", "--allow-legacy"] {
        let why = told(1, &format!("{verify} {allow} -"), &first);
        assert!(why.contains("--dangerous-decrypt-cbc-before-verification"), "{why}");
        assert!(
            out(&format!("{verify} {allow} --dangerous-decrypt-cbc-before-verification -"), &first).contains("urn:a")
        );
    }
    // Encrypted before it was signed, it needs no more than the cipher.
    let last = out(&format!("{secure} --encrypt-first -"), ENVELOPE);
    assert!(
        out(&format!("{verify} --allow aes128-cbc --dangerous-accept-cbc-under-unsigned-keys -"), &last)
            .contains("urn:a")
    );
}

#[test]
fn advice_about_times_names_the_option_that_helps() {
    let message = out(&format!("{SIGN} -"), ENVELOPE);
    let created = message.split("Created>").nth(1).and_then(|rest| rest.split(['.', 'Z']).next()).expect("a time");
    let verify = "verify --trust KEYS/ca.pem --require signed:Body --require signed:Timestamp";
    // An hour later it has expired, whatever its age may be.
    let hour: u32 = created[11..13].parse().expect("an hour");
    let at = |hour: u32| format!("{}T{hour:02}{}Z", &created[..10], &created[13..]);
    if hour < 22 {
        let why = told(1, &format!("{verify} --now {} -", at(hour + 1)), &message);
        assert!(why.contains("expired") && why.contains("--clock-skew") && !why.contains("--max-age"), "{why}");
        told(1, &format!("{verify} --now {} --max-age 7200 -", at(hour + 1)), &message);
        out(&format!("{verify} --now {} --clock-skew 7200 -", at(hour + 1)), &message);
        // Without Expires in the way, it is too old.
        let long = out(&format!("{} -", SIGN.replace("300", "86400")), ENVELOPE);
        let why = told(1, &format!("{verify} --now {} -", at(hour + 1)), &long);
        assert!(why.contains("--max-age") && !why.contains("window"), "{why}");
        out(&format!("{verify} --now {} --max-age 7200 -", at(hour + 1)), &long);
    }
    if hour > 1 {
        let why = told(1, &format!("{verify} --now {} -", at(hour - 1)), &message);
        assert!(why.contains("in the future") && why.contains("--clock-skew") && !why.contains("--max-age"), "{why}");
    }
}

#[test]
fn requirements_that_cannot_be_are_errors_of_the_caller() {
    let message = out(&format!("{SIGN} -"), ENVELOPE);
    for demand in ["encrypted-if-present:Body", "signed-if-present:Body"] {
        let why = told(2, &format!("verify --trust KEYS/ca.pem --require signed:Body --require {demand} -"), &message);
        assert!(why.contains("only if it is present") && !why.contains('`'), "{why}");
    }
}

#[test]
fn algorithms_have_short_names_wherever_they_are_named() {
    let message = out(&format!("{SIGN} --signature-method rsa-sha512 --digest sha512 -"), ENVELOPE);
    assert!(message.contains("xmldsig-more#rsa-sha512") && message.contains("xmlenc#sha512"), "{message}");
    let verify = "verify --trust KEYS/ca.pem --require signed:Body";
    for word in ["rsa-sha512", "RSA-SHA512", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"] {
        out(&format!("{verify} --require signature-method:{word} -"), &message);
    }
    told(1, &format!("{verify} --require signature-method:rsa-sha256 -"), &message);
    let why = told(2, &format!("{verify} --require signature-method:rsa-sha521 -"), &message);
    assert!(why.contains("perhaps rsa-sha512 is meant") && why.contains("ecdsa-sha256"), "{why}");
    for (arguments, word) in [
        (format!("{SIGN} --digest sha265 -"), "sha256"),
        ("encrypt --to KEYS/bob.pem --content aes128-gmc -".to_owned(), "aes128-gcm"),
        ("encrypt --to KEYS/bob.pem --key-transport rsa-oeap -".to_owned(), "rsa-oaep"),
        ("dsig sign --key KEYS/alice.key --c14n exclusiv --reference= -".to_owned(), "exclusive"),
    ] {
        let why = told(2, &arguments, ENVELOPE);
        assert!(why.contains(&format!("perhaps {word} is meant")), "{why}");
    }
}

#[test]
fn numbers_agree_with_what_is_counted() {
    let message = out(&format!("{SIGN} --reference issuer-serial -"), ENVELOPE);
    let verify = "verify --require signed:Body --pin KEYS/bob.pem";
    let why = told(1, &format!("{verify} -"), &message);
    assert!(why.contains("1 certificate (\"CN=Bob,") && why.contains(") and 0 secrets"), "{why}");
    let why = told(1, &format!("{verify} --known-cert KEYS/carol.pem -"), &message);
    assert!(why.contains("2 certificates (\"CN=Bob,") && why.contains("and \"CN=Carol,"), "{why}");
}

#[test]
fn a_key_name_selects_the_certificate_that_an_option_calls_so() {
    let message = out(&format!("{SIGN} --reference key-name --waive R5417 -"), ENVELOPE);
    let name = message.split("<ds:KeyName>").nth(1).and_then(|rest| rest.split('<').next()).expect("a KeyName");
    let message = message.replace(&format!("<ds:KeyName>{name}<"), "<ds:KeyName>signer=7<");
    let verify = "verify --require signed:Body --trust KEYS/ca.pem --known-cert KEYS/alice.pem";
    let why = told(1, &format!("{verify} -"), &message);
    assert!(why.contains("KeyName \"signer=7\"") && why.contains("--key-name NAME=FILE"), "{why}");
    assert!(!why.contains("--trust"), "an anchor names nobody: {why}");
    assert!(out(&format!("{verify} --key-name signer=7=KEYS/alice.pem -"), &message).contains("urn:a"));
    let why = told(1, &format!("{verify} --key-name signer=7=KEYS/bob.pem -"), &message);
    assert!(why.contains("signature value does not verify"), "{why}");
    let why = told(1, "verify --require signed:Body --pin KEYS/bob.pem --key-name signer=7=KEYS/alice.pem -", &message);
    assert!(why.contains("--pin"), "a name is no trust: {why}");
    let why = told(2, &format!("{verify} --key-name KEYS/alice.pem -"), &message);
    assert!(why.contains("NAME=FILE"), "{why}");
}

#[test]
fn unknown_words_get_the_nearest_one() {
    let message = out(&format!("{SIGN} -"), ENVELOPE);
    for (arguments, near) in [
        ("verify --requier signed:Body -", "--require"),
        ("verify --trust KEYS/ca.pem --require signed:Boddy -", "signed:Body"),
        ("verify --trust KEYS/ca.pem --require token:usernam -", "token:username"),
        ("verify --limit refrences=3 --require signed:Body -", "references"),
        ("sign --key KEYS/alice.key --cert KEYS/alice.pem --part Bdy -", "Body"),
        ("lint --waive R540 -", "R5"),
        ("explane -", "explain"),
        ("sign --reference thumprint --key KEYS/alice.key --cert KEYS/alice.pem -", "thumbprint"),
    ] {
        let why = told(2, arguments, &message);
        assert!(why.contains(near), "{arguments}: {why}");
    }
}

#[test]
fn explanations_speak_of_options_and_have_every_cause() {
    let message = out(&format!("{SIGN} -"), ENVELOPE).replace(">1<", ">9<");
    let text = out("explain --pin KEYS/alice.pem -", &message);
    assert!(text.contains("cause [value-changed]") && text.contains("with 1 in place of 9"), "{text}");
    let json: serde_json::Value =
        serde_json::from_str(&out("explain --format json --pin KEYS/alice.pem -", &message)).expect("JSON");
    let causes = &json["signatures"][0]["references"][0]["digest"]["causes"];
    assert_eq!(causes[0]["word"], "value-changed", "{json}");
    // A token has its causes, too.
    let password = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("options-password");
    std::fs::write(&password, "s3cret").expect("a file");
    let users = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("options-users");
    std::fs::write(&users, "ann\ts3cret\n").expect("a file");
    let user = out(&format!("{SIGN} --user ann --password-file {} -", password.display()), ENVELOPE);
    let user = user.replace("#PasswordDigest", "#PasswordText");
    let text = out(&format!("explain --pin KEYS/alice.pem --user-file {} -", users.display()), &user);
    assert!(text.contains("cause [password-otherwise]"), "{text}");
    assert!(!text.contains('`'), "a call is named: {text}");
    // What its last line advises, it takes.
    let start = user.find("#PasswordText\">").expect("the password") + "#PasswordText\">".len();
    let end = user.find("</wsse:Password>").expect("its end");
    let clear = format!("{}s3cret{}", &user[..start], &user[end..]);
    let text = out(&format!("explain --pin KEYS/alice.pem --user-file {} -", users.display()), &clear);
    assert!(text.contains("--over-protected-transport"), "{text}");
    let over = format!("explain --pin KEYS/alice.pem --over-protected-transport --user-file {} -", users.display());
    let text = out(&over, &clear);
    assert!(text.contains("has nothing against the message"), "{text}");
}

#[test]
fn a_key_for_decryption_may_be_encrypted_itself() {
    let message = out("secure --key KEYS/bob.key --cert KEYS/bob.pem --to KEYS/alice.pem --timestamp 300 -", ENVELOPE);
    let [password, wrong] = ["changeit", "other"].map(|text| {
        let path = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("options-{text}"));
        std::fs::write(&path, text).expect("a file");
        format!("--decrypt-password-file {}", path.display())
    });
    let key = "--decrypt-key KEYS/encrypted/alice.aes256.key --decrypt-cert KEYS/alice.pem";
    let verify = format!("verify --trust KEYS/ca.pem --require signed:Body {key}");
    assert!(out(&format!("{verify} {password} -"), &message).contains("urn:a"));
    let why = told(2, &format!("{verify} -"), &message);
    assert!(why.contains("--decrypt-password-file"), "{why}");
    let why = told(2, &format!("{verify} {wrong} -"), &message);
    assert!(why.contains("password"), "{why}");
    let why = told(2, &format!("{verify} {password} {wrong} -"), &message);
    assert!(why.contains("a password that nothing needs"), "{why}");
    // Those of keys come first, then those of key stores.
    let both = format!("{verify} --decrypt-p12 KEYS/encrypted/alice.pbmac1-sha256-sha256.p12 {password} {password} -");
    assert!(out(&both, &message).contains("urn:a"));
}

/// An option is used, or it is refused.
#[test]
fn no_option_is_taken_and_left_aside() {
    let keys = "--key KEYS/alice.key --cert KEYS/alice.pem";
    for (arguments, says) in [
        (format!("sign {keys} --to KEYS/bob.pem -"), "--to"),
        (format!("sign {keys} --encrypt-part Body -"), "--encrypt-part"),
        (format!("sign {keys} --encrypt-first -"), "--encrypt-first"),
        (format!("sign {keys} --content aes128-cbc -"), "--content"),
        (format!("encrypt --to KEYS/bob.pem {keys} -"), "--key"),
        ("encrypt --to KEYS/bob.pem --signature-method rsa-sha256 -".to_owned(), "--signature-method"),
        (format!("secure {keys} --to KEYS/bob.pem --wsa to=urn:a --wsa to=urn:b -"), "there twice"),
        (format!("sign {keys} --part-id Body=A --part-id Body=B -"), "there twice"),
        ("sign --user ann --password-file - --password-text --password-hashed -".to_owned(), "--password-hashed"),
        ("verify --trust KEYS/ca.pem --require signed:Body --in-response-to x -".to_owned(), "--saml-issuer"),
        ("verify --trust KEYS/ca.pem --require signed:Body --max-response-age 1 -".to_owned(), "--ocsp"),
        ("verify --trust KEYS/ca.pem --require signed:Body --accept-lists-after-their-end 9 -".to_owned(), "--crl"),
        ("verify --limit references=1 --limit references=9 --trust KEYS/ca.pem -".to_owned(), "there twice"),
        ("verify --limit references --trust KEYS/ca.pem -".to_owned(), "a number"),
        (
            "verify --trust KEYS/ca.pem --require signed:Body --require signed:Timestamp --print Timestamp -"
                .to_owned(),
            "no part that has text",
        ),
    ] {
        let why = told(2, &arguments, ENVELOPE);
        assert!(why.contains(says) && !why.contains("perhaps"), "{arguments}: {why}");
    }
    for (arguments, says) in [
        ("dsig sign --key KEYS/alice.key --cert KEYS/bob.pem --reference= -", "--cert is not"),
        ("dsig sign --key KEYS/alice.key --key KEYS/bob.key --reference= -", "one key signs"),
        ("dsig sign --key KEYS/alice.key --issuer-serial --reference= -", "--issuer-serial"),
        ("xenc encrypt --to KEYS/bob.pem --key-wrap kw-aes128 -", "--key-wrap"),
        ("xenc encrypt --to KEYS/ka-ec256.pem --key-transport rsa-oaep -", "--key-transport"),
        ("xenc encrypt --secret KEYS/ca.crl --key-transport rsa-oaep -", "--to"),
        ("xenc encrypt --to KEYS/bob.pem --id-attr zz -", "--id"),
        ("xenc decrypt --key KEYS/bob.key --base . -", "--follow-cipher-references"),
        ("c14n --method inclusive --prefix-list s -", "--prefix-list"),
        ("lint --format json --color always -", "--color"),
        ("lint --decrypt-password-file KEYS/ca.crl -", "--decrypt-p12"),
        ("explain --signer CN=Alice -", "--trust"),
        ("explain --intermediate KEYS/ca.pem -", "--trust"),
        ("networks --limit references=9", "--limit"),
        ("completions bash --limit references=9", "--limit"),
        (
            "secure --network amadeus --user ann --password-file KEYS/ca.crl --key KEYS/alice.key --cert KEYS/alice.pem -",
            "--key",
        ),
        ("encrypt --to KEYS/bob.pem --part-id Body=A -", "--part-id"),
        ("sign --user ann --password-file KEYS/ca.crl --password-file KEYS/ca.crl -", "password that nothing needs"),
        ("verify --pin KEYS/alice.pem --require signed:Body --dangerous-old-path-signatures -", "--trust"),
    ] {
        let why = told(2, arguments, ENVELOPE);
        assert!(why.contains(says), "{arguments}: {why}");
    }
    // What every command with documents takes is not refused, and does not do nothing silently.
    let signed = out("dsig sign --key KEYS/alice.key --cert KEYS/alice.pem --reference= -", ENVELOPE);
    for (arguments, says) in [
        ("dsig verify --cert KEYS/alice.pem --now 2026-01-01T00:00:00Z -", "note: --now does nothing"),
        ("dsig verify --cert KEYS/alice.pem --intermediate KEYS/ca.pem -", "note: --intermediate does nothing"),
        ("dsig verify --trust KEYS/ca.pem --cert-needs-path -", "note: --cert-needs-path does nothing"),
        ("dsig verify --cert KEYS/alice.pem --dangerous-old-path-signatures -", "note: --dangerous-old-path"),
        ("dsig sign --key KEYS/alice.key --trust KEYS/ca.pem --reference= -", "note: --trust does nothing"),
        (
            "dsig sign --key KEYS/alice.key --intermediate KEYS/ca.pem --reference= -",
            "note: --intermediate does nothing",
        ),
    ] {
        let why = told(0, arguments, if arguments.contains("sign ") { ENVELOPE } else { &signed });
        assert!(why.contains(says), "{arguments}: {why}");
    }
    let message = out(&format!("sign {keys} -"), ENVELOPE);
    let spool = format!("verify --trust KEYS/ca.pem --require signed:Body --spool {} -", env!("CARGO_TARGET_TMPDIR"));
    assert!(told(0, &spool, &message).contains("note: --spool does nothing"));
    told(2, "verify --trust KEYS/ca.pem --require signed:Body --spool /no/such/folder -", &message);
    // The reference of a signer who endorses is that which is asked for.
    let endorsed = format!("sign {keys} --symmetric --derive-keys 1.3 --to KEYS/bob.pem --reference thumbprint -");
    assert!(out(&endorsed, ENVELOPE).contains("ThumbprintSHA1"));
    let masked = out("encrypt --to KEYS/bob.pem --mgf mgf1sha512 -", ENVELOPE);
    assert!(masked.contains("mgf1sha512"), "{masked}");
    // The key that signs is sent to someone.
    assert!(out("sign --symmetric --to KEYS/bob.pem --timestamp 300 -", ENVELOPE).contains("EncryptedKey"));
    let two = ENVELOPE.replace("<s:Body>", "<s:Header><b xmlns='urn:b'>2</b></s:Header><s:Body>");
    for option in ["--part", "--encrypt-part"] {
        let encrypted = out(&format!("encrypt --to KEYS/bob.pem {option} {{urn:b}}b -"), &two);
        assert!(encrypted.contains(">1</a>") && !encrypted.contains(">2</b>"), "{option}: {encrypted}");
    }
}

/// A list that became empty opens no door.
#[test]
fn an_empty_list_in_a_profile_is_refused() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("empty-{}.toml", std::process::id()));
    for key in ["signer", "crl", "audience", "require"] {
        let profile = format!("[verify]\ntrust = [\"ca.pem\"]\n{key} = []\n");
        std::fs::write(&path, profile).expect("a profile");
        let why = told(2, &format!("profile {}", path.display()), "");
        assert!(why.contains(key) && why.contains("empty list"), "{why}");
    }
}
