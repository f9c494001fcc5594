//! Profiles as files: what is read, what is refused, and that the published schema is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wss_header::{DangerousNoReplayCache, Opening};
use wss_profile::{Profile, ProfileError, Wording, schema};

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a xmlns=\"urn:a\">1</a></s:Body></s:Envelope>";

fn keys() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/keys")
}

fn refused(toml: &str) -> String {
    Profile::from_toml(toml).expect_err(toml).to_string()
}

#[test]
fn a_profile_of_both_sides_makes_messages_and_opens_them() {
    let text = r#"
        [secure]
        key = "alice.key"
        cert = "alice.pem"
        to = "bob.pem"
        timestamp = 300
        layout = "strict"
        signature-method = "rsa-sha512"
        wsa = ["to=urn:bank", "message-id=new"]

        [verify]
        trust = ["ca.pem"]
        decrypt-key = ["bob.key"]
        decrypt-cert = ["bob.pem"]
        require = ["signed:Body", "signed:Timestamp", "encrypted:Body", "signature-method:rsa-sha512"]
        understand = ["addressing"]
        "#;
    let profile = Profile::from_toml(text).and_then(|profile| profile.in_folder(&keys())).expect("a profile");
    let sending = profile.sending().expect("secure");
    let plan = sending.recipe().expect("a recipe").plan().expect("a plan");
    let addressing = sending.addressing().expect("blocks").expect("some");
    let secured = plan.message(ENVELOPE).addressing(addressing).secure().expect("secured").message;
    let prepared = profile.receiving().expect("verify").receiver(Arc::new(DangerousNoReplayCache)).expect("a receiver");
    assert_eq!(prepared.opening, Opening::Body);
    let opened = prepared.receiver.open(&secured).expect("opened");
    assert!(opened.body().xml().contains("urn:a"));
    // The twin: one signed letter differs.
    let changed = secured.replacen("urn:bank", "urn:tank", 1);
    assert!(changed != secured && prepared.receiver.open(&changed).is_err());
}

#[test]
fn files_are_those_of_the_folder_of_the_profile_and_json_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["alice.key", "alice.pem"] {
        fs::copy(keys().join(name), folder.path().join(name)).expect("a copy");
    }
    fs::write(folder.path().join("p.toml"), "[secure]\nkey = \"alice.key\"\ncert = \"alice.pem\"\nonly = \"sign\"")
        .expect("written");
    let json = r#"{ "$schema": "profile.schema.json", "secure": { "key": "alice.key", "cert": "alice.pem", "only": "sign" } }"#;
    fs::write(folder.path().join("p.json"), json).expect("written");
    let read = |name: &str| Profile::read(folder.path().join(name)).expect(name);
    assert_eq!(read("p.toml"), read("p.json"));
    read("p.json").sending().expect("secure").recipe().expect("a recipe");
    // Elsewhere, there are no such files.
    let elsewhere = Profile::from_json(json).expect("a profile").sending().expect("secure").recipe();
    assert!(matches!(elsewhere, Err(ProfileError::Read { .. })));
}

#[test]
fn a_sender_has_the_limits_of_its_profile() {
    let signer = "[secure]\nkey = \"alice.key\"\ncert = \"alice.pem\"\nonly = \"sign\"\n";
    let secure = |limit: &str| {
        let profile = Profile::from_toml(&format!("{signer}{limit}")).and_then(|profile| profile.in_folder(&keys()));
        let recipe = profile.expect("a profile").sending().expect("secure").recipe();
        recipe.map(|recipe| recipe.plan().expect("a plan").message(ENVELOPE).secure().map(drop))
    };
    assert!(secure("").expect("a recipe").is_ok());
    let error = secure("limit = [\"depth=2\"]").expect("a recipe").expect_err("refused").to_string();
    let said = Wording::Keys.of(&error);
    assert!(said.ends_with("raise the limit with `limit = [\"depth=…\"]`"), "{said}");
    assert!(Wording::Options.of(&error).ends_with("raise the limit with --limit depth=…"), "{error}");
    assert!(secure("limit = [\"depths=2\"]").is_err());
}

#[test]
fn what_is_not_known_is_refused_with_what_is_near_and_what_there_is() {
    let why = refused("[secure]\nsignature_method = \"rsa-sha256\"");
    assert!(
        why.contains("`signature_method` is no key of secure (perhaps signature-method is meant): known are "),
        "{why}"
    );
    assert!(why.contains("accept-one-key-to-sign-and-encrypt") && why.contains("without-nonce"), "{why}");
    let why = refused("[verifi]\nrequire = [\"signed:Body\"]");
    assert!(why.contains("perhaps verify is meant"), "{why}");
    let why = refused("[verify]\naccept-local-time = true");
    assert!(why.contains("perhaps accept-local-times is meant"), "{why}");
    for (text, told) in [
        ("[secure]\ntimestamp = \"300\"", "`timestamp`: invalid type"),
        ("[secure]\nlayout = \"stric\"", "`layout`: unknown variant `stric`, expected one of"),
        ("[verify]\nrequire = \"signed:Body\"", "`require`: invalid type"),
        ("[verify]\naccept-local-times = 1", "`accept-local-times`: expected true or false"),
        ("[verify]\nrequire = [1]", "`require`: invalid type"),
        ("secure = 1", "expected a table"),
        ("[secure", "line 1"),
        ("[secure]\nkey = \"a\"\nkey = \"b\"", "line 3"),
    ] {
        let why = refused(text);
        assert!(why.contains(told), "{text}: {why}");
    }
    let twice = Profile::from_json(r#"{"verify": {"pin": ["a"], "pin": ["b"]}}"#).expect_err("twice").to_string();
    assert!(twice.contains("the key \"pin\" is there twice"), "{twice}");
}

#[test]
fn keys_that_need_or_exclude_one_another_are_judged() {
    for (text, told) in [
        ("[secure]\npassword-text = true", "`password-text` needs `user`"),
        ("[secure]\nsymmetric = true", "`symmetric` needs `to`"),
        ("[secure]\nnetwork = \"sts_be\"\ntimestamp = 1", "`network` cannot be used with `timestamp`"),
        ("[verify]\nnetwork = \"sts_be\"\nrequire = [\"signed:Body\"]", "`network` cannot be used with `require`"),
        ("[verify]\nreply = true", "`reply` needs `network`"),
        ("[verify]\naudience = [\"urn:a\"]", "`audience` needs `saml-issuer` or `saml-attester`"),
        ("[verify]\nrecipient = \"urn:a\"", "`recipient` needs `saml-issuer` or `saml-attester`"),
        ("[verify]\nsaml-max-age = 1", "`saml-max-age` needs `saml-issuer` or `saml-attester`"),
        ("[verify]\naccept-id-cards = 3", "`accept-id-cards` needs `saml-issuer`"),
    ] {
        let why = refused(text);
        assert!(why.contains(told), "{text}: {why}");
    }
}

#[test]
fn keys_over_those_of_a_profile_replace_them_and_are_judged_together() {
    let profile = |text| Profile::from_toml(text).expect(text);
    let base = profile("[secure]\nuser = \"ann\"\npassword-file = [\"p\"]\ntimestamp = 300\npart = [\"Body\"]");
    let mut given = wss_profile::Sending::default();
    given.header.password_text = true;
    given.header.timestamp = Some(60);
    given.parts.part = vec!["Timestamp".to_owned()];
    let merged = given.over(base.sending().expect("secure")).expect("merged");
    assert_eq!((merged.header.timestamp, merged.parts.part.as_slice()), (Some(60), &["Timestamp".to_owned()][..]));
    assert_eq!(merged.header.user.as_deref(), Some("ann"));
    given.layout.timestamp_without_expires = true;
    let why = given.over(&wss_profile::Sending::default()).expect_err("contradictions").to_string();
    assert!(why.contains("`password-text` needs `user`"), "{why}");
}

/// Who may sign below the anchors, by what is in the certificate of Alice.
#[test]
fn signers_are_named_by_what_their_certificates_say() {
    let sender =
        Profile::from_toml("[secure]\nkey = \"alice.key\"\ncert = \"alice.pem\"\nonly = \"sign\"\ntimestamp = 300");
    let sender = sender.and_then(|profile| profile.in_folder(&keys())).expect("a profile");
    let plan = sender.sending().expect("secure").recipe().expect("a recipe").plan().expect("a plan");
    let message = plan.message(ENVELOPE).secure().expect("secured").message;
    let open = |signers: &str| {
        let text = format!(
            "[verify]\ntrust = [\"ca.pem\"]\nsigner = [{signers}]\nrequire = [\"signed:Body\", \"signed:Timestamp\"]"
        );
        let profile = Profile::from_toml(&text).and_then(|profile| profile.in_folder(&keys())).expect("a profile");
        let prepared = profile.receiving().expect("verify").receiver(Arc::new(DangerousNoReplayCache));
        prepared.map(|prepared| prepared.receiver.open(&message).map_err(|error| error.to_string()))
    };
    let alice = fs::read(keys().join("alice.pem")).expect("a certificate");
    let alice = wss_crypto::Certificate::from_pem(&alice).expect("a certificate");
    let subject = alice.subject().to_string();
    let name = alice.subject().values("2.5.4.3").next().expect("a common name").to_owned();
    for signers in [
        format!("'subject:{subject}'"),
        format!("'CN={name}'"),
        format!("'attribute:2.5.4.3={name}'"),
        format!("'CN=Mallory', 'cn={name}'"),
        format!("'CN={name} && subject:{subject}'"),
    ] {
        let opened = open(&signers).expect(&signers).expect(&signers);
        let waived: Vec<&str> = opened.evidence().waived.iter().map(|waiver| waiver.word()).collect();
        assert!(!waived.contains(&"any-signer-below-the-anchors"), "{waived:?}");
    }
    for signers in [
        "'CN=Mallory'".to_owned(),
        format!("'CN={name} && policy:1.2.3'"),
        "'dns:example.org'".to_owned(),
        "'mail:mallory@example.org'".to_owned(),
        "'uri:urn:mallory'".to_owned(),
    ] {
        assert!(open(&signers).expect(&signers).is_err(), "{signers}");
    }
    for signers in ["'Mallory'", "'cm=Mallory'", "'policy:one'", "'CN='", "'dns:'", "''"] {
        let why = open(signers).expect_err(signers).to_string();
        assert!(why.contains("signer") || why.contains("object identifier"), "{why}");
    }
    let why = refused("[verify]\nsigner = ['CN=a']\nrequire = ['signed:Body']");
    assert!(why.contains("`signer` needs `trust`"), "{why}");
}

#[test]
fn secrets_come_from_the_environment_and_are_never_in_the_profile() {
    // A variable that every process has.
    let profile =
        Profile::from_toml("[secure]\nkey = \"env:PATH\"\ncert = \"env:PATH\"\nonly = \"sign\"").expect("a profile");
    let why = profile.sending().expect("secure").recipe().err().expect("no key").to_string();
    assert!(why.starts_with("env:PATH: "), "{why}");
    let profile = Profile::from_toml("[verify]\nrequire = [\"signed:Body\"]\nuser-file = \"env:WSS_NOT_SET\"")
        .expect("a profile");
    let why = profile
        .receiving()
        .expect("verify")
        .receiver(Arc::new(DangerousNoReplayCache))
        .err()
        .expect("unset")
        .to_string();
    assert!(why.contains("WSS_NOT_SET is not set"), "{why}");
}

#[test]
fn the_published_schema_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/profile.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).expect("JSON"));
    if std::env::var_os("WSS_WRITE_SCHEMA").is_some() {
        fs::write(&path, &text).expect("written");
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(published == text, "run it once with WSS_WRITE_SCHEMA=1");
}

/// Waivers that a profile does not cause by a key of their words: the key that does, or why there is none.
const OTHER_WAIVERS: &[(&str, &str)] = &[
    ("unsigned-body", "print-unauthenticated"),
    ("whole-document-signatures", "accept-signatures-over-the-whole-document"),
    ("anonymous-sender", "anonymous"),
    ("no-signed-timestamp", "require"),
    ("no-replay-cache", "an argument of `Receiving::receiver`"),
    ("wide-window", "max-age"),
    ("no-revocation-check", "crl"),
    ("end-entity-revocation-only", "revocation"),
    ("unknown-revocation-is-good", "revocation"),
    ("revocation-not-told", "revocation"),
    ("any-extended-key-usage", "eku"),
    ("unchecked-anchors", "dangerous-unchecked-anchors"),
    ("old-path-signatures", "dangerous-old-path-signatures"),
    ("any-signer-below-the-anchors", "signer"),
    ("algorithm", "allow"),
    ("weak-keys", "allow-legacy"),
    ("raised-limit", "limit"),
    ("any-audience", "audience"),
    ("bearer-assertions", "accept-bearer"),
    ("issuer-of-any-name", "saml-issuer"),
    ("old-assertions", "saml-max-age"),
    ("protected-transport", "over-protected-transport"),
];

#[test]
fn every_waiver_has_a_key() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wss-header/src/waiver.rs");
    let source = fs::read_to_string(source).expect("the waivers");
    let table = source.split("waivers! {").nth(1).expect("the table");
    let words: BTreeSet<&str> = table
        .split("= \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|word| word.contains('-') || *word == "algorithm")
        .collect();
    assert!(words.len() > 30, "{words:?}");
    let schema = schema();
    let keys = schema.pointer("/$defs/Receiving/properties").and_then(|keys| keys.as_object()).expect("keys");
    let mut without = Vec::new();
    for word in words {
        let own = keys.keys().any(|key| {
            let key = key.trim_start_matches("dangerous-");
            let key = key.trim_start_matches("accept-").trim_start_matches("decrypt-");
            key.trim_end_matches("-for-legacy-use-only") == word
        });
        let other =
            OTHER_WAIVERS.iter().any(|(other, key)| *other == word && (keys.contains_key(*key) || key.contains(' ')));
        if !own && !other {
            without.push(word);
        }
    }
    assert!(without.is_empty(), "without a key: {without:?}");
}

/// Calls that configure a recipe or receiver and that no key reaches, with the reason.
const WITHOUT_A_KEY: &[(&str, &str)] = &[
    ("Recipe::attach", "XML of the program: `token` adds tokens"),
    ("Recipe::attach_binary", "a token of the program's own type"),
    ("Recipe::clock", "for tests"),
    ("Recipe::dangerous_random", "for tests"),
    ("Recipe::dangerous_reply_without_confirmation", "`answers` confirms"),
    ("Recipe::username_digest", "short for `user`"),
    ("Recipe::username_text", "short for `password-text`"),
    ("Requirements::signed", "without the Body: `signed_body_and`, or `dangerous_unsigned` and `also_signed`"),
    ("Signing::elsewhere", "another signer, which is a program"),
    ("Signing::part_as", "another form for one part: two profiles differ in less"),
    ("Trust::stapled", "a response that came with one message"),
    ("AssertionTrust::stapled", "the same, for an assertion of that message"),
    ("Username::nonce", "a nonce of the program"),
    ("ProtectionToken::instance", "a renewed key of a context that the program keeps"),
    ("ProtectionToken::kerberos_form", "the form of tickets that Windows before 2008 wants"),
    ("Receiver::clock", "for tests, and `--now`"),
    ("Receiver::forwards", "an intermediary is a program"),
    ("Receiver::licenses", "what a license says is the program's matter"),
    ("Receiver::keep_body_as_sent", "what the Body has inside is the program's matter"),
    ("Receiver::decrypt_elsewhere", "who answers for the key is a program"),
    ("Receiver::explain", "a verb"),
    ("Trust::anchors_pem", "short for `trust`"),
    ("Trust::fetched", "a cache that the program keeps"),
    ("AssertionTrust::in_response_to", "of one request"),
    ("AssertionTrust::only", "a network says how assertions are confirmed"),
    ("Recipe::sign_endorsing_tokens", "a policy says that endorsing tokens are signed; a profile has one signature"),
    ("Signing::blocks_if_present", "a policy names blocks by their namespace; a profile names each block"),
    ("Encrypting::blocks_if_present", "a policy names blocks by their namespace; a profile names each block"),
];

#[test]
fn every_call_that_configures_has_a_key_or_a_reason() {
    let own = all_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut without = Vec::new();
    for (folder, types) in [
        (
            "wss-header",
            &[
                "Recipe",
                "Signing",
                "Encrypting",
                "Username",
                "ProtectionToken",
                "Receiver",
                "Requirements",
                "Addressing",
            ][..],
        ),
        ("tokens", &["Trust", "AssertionTrust"][..]),
    ] {
        let sources = all_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("src"));
        for name in types {
            for call in calls(&sources, name) {
                let is_reached = [".", "::"].iter().any(|before| {
                    own.contains(&format!("{before}{call}(")) || own.contains(&format!("{before}{call})"))
                });
                let is_row = own.contains(&format!("    {call},\n"));
                let name = format!("{name}::{call}");
                if !is_reached && !is_row && !WITHOUT_A_KEY.iter().any(|(known, _)| *known == name) {
                    without.push(name);
                }
            }
        }
    }
    assert!(without.is_empty(), "give them keys, or say why not: {without:#?}");
}

/// The public calls of a type that take it and give it back.
fn calls(sources: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for block in sources.split(&format!("\nimpl {name} {{\n")).skip(1) {
        let block = block.split("\n}\n").next().unwrap_or_default();
        for rest in block.replace("pub const fn ", "pub fn ").split("pub fn ").skip(1) {
            let signature = rest.split('{').next().unwrap_or_default();
            let call = signature.split(['(', '<']).next().unwrap_or_default();
            if signature.contains("-> Self") || signature.contains("-> Result<Self") {
                found.push(call.to_owned());
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn all_sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).expect("sources") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => all += &all_sources(&path),
            false => all += &fs::read_to_string(&path).unwrap_or_default(),
        }
        all.push('\n');
    }
    all
}

/// A file may say how to judge the certificates that are trusted beside it, and not judge nobody's.
#[test]
fn how_certificates_are_judged_needs_some() {
    let of_file = |keys: &str| {
        let profile = Profile::from_toml(&format!("[verify]\nrequire = [\"signed:Body\"]\n{keys}")).expect(keys);
        profile.receiving().expect("a table").clone()
    };
    let refused = |receiving: &wss_profile::Receiving| match receiving.receiver(Arc::new(DangerousNoReplayCache)) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    let any = "needs `trust`, `pin`, `saml-issuer` or `saml-attester`";
    for (keys, says) in [
        ("crl = [\"c\"]", any),
        ("ocsp = [\"c\"]", any),
        ("revocation = \"end-entity\"", any),
        ("intermediate = [\"c\"]", any),
        ("accept-any-key-usage = true", any),
        ("eku = [\"1.3.6.1.5.5.7.3.4\"]", "`eku` needs `trust`"),
        ("accept-authorities-as-signers = true", "needs `trust`"),
        ("accept-certificates-of-version-1 = true", "needs `trust`"),
        ("dangerous-unchecked-anchors = true", "needs `trust`"),
        ("dangerous-old-path-signatures = true", "needs `trust`"),
    ] {
        let receiving = of_file(keys);
        assert!(refused(&receiving).contains(says), "{keys}: {}", refused(&receiving));
        let trusting = of_file("trust = [\"absent.pem\"]").over(&receiving).expect("together");
        assert!(refused(&trusting).contains("absent.pem"), "{keys}: {}", refused(&trusting));
    }
}

#[test]
fn how_something_is_made_needs_that_it_is_made() {
    let of_file = |keys: &str| {
        let profile =
            Profile::from_toml(&format!("[secure]\n{keys}")).and_then(|profile| profile.in_folder(&self::keys()));
        profile.expect(keys).sending().expect("a table").clone()
    };
    let refused = |keys: &str| of_file(keys).recipe().map_or_else(|error| error.to_string(), |_| String::new());
    let signer = "key = \"alice.key\"\ncert = \"alice.pem\"";
    let user = "user = \"ann\"\npassword-file = [\"ca.crl\"]\nonly = \"sign\"";
    let shared = "symmetric = true\nto = \"bob.pem\"";
    for (keys, says) in [
        (format!("{user}\nreference = \"ski\""), "`reference` needs `key` or `p12`"),
        (format!("{user}\npart = [\"Body\"]"), "`part` needs `key`, `p12`, `symmetric`"),
        (format!("{shared}\nreference = \"ski\""), "`reference` needs `key` or `p12`"),
        (format!("{shared}\n{signer}\nwhole-seconds = true"), "`whole-seconds` needs `timestamp`"),
        (format!("{shared}\n{signer}\nkey-wrap = \"kw-aes128\""), "the recipient has an RSA key"),
        (format!("{signer}\nto = \"ka-ec256.pem\"\noaep-digest = \"sha512\""), "give `key-derivation`"),
        (format!("{signer}\nonly = \"sign\"\ntoken-by-reference = true"), "name that in `part`"),
        (
            format!("{signer}\nto = \"bob.pem\"\nkey-transport = \"rsa-oaep-mgf1p\"\nmgf = \"mgf1sha512\""),
            "only rsa-oaep",
        ),
        (format!("{signer}\nonly = \"sign\"\npassword-file = [\"ca.crl\"]"), "a password that nothing needs"),
        (format!("network = \"sunat_pe\"\n{}\n{signer}", user.replace("only = \"sign\"", "")), "have nothing of `key`"),
        (format!("network = \"owsm\"\nanswers = true\n{signer}\nto = \"bob.pem\""), "`answers` needs `reply`"),
        (
            format!("network = \"owsm\"\n{signer}\nto = \"bob.pem\"\ntoken = [\"a.xml\", \"b.xml\"]"),
            "one token at most",
        ),
    ] {
        assert!(refused(&keys).contains(says), "{keys}: {}", refused(&keys));
    }
    for keys in [
        format!("{signer}\nonly = \"sign\"\npart = [\"Body\", \"SigningToken\"]\ntoken-by-reference = true"),
        format!("{shared}\n{signer}\nderive-keys = \"1.3\"\nreference = \"ski\"\nkey-transport = \"rsa-oaep\""),
        // A file for both steps may have those of the step that is left out.
        "to = \"bob.pem\"\nonly = \"encrypt\"".to_owned(),
    ] {
        assert_eq!(refused(&keys), "", "{keys}");
    }
    // The signer may be beside the file.
    let file = of_file("reference = \"ski\"\nonly = \"sign\"");
    assert!(file.recipe().is_err());
    assert!(of_file(signer).over(&file).expect("together").recipe().is_ok());
}
