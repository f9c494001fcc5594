//! What `wss secure` makes of any part, in any order and for any actor, `wss verify` opens.

mod common;

use std::path::PathBuf;
use std::process::Output;

const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// Every kind of element with an Id: the frame, the Body, header blocks for this and another receiver, and what is inside.
fn envelope(soap: &str, actor: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{soap}\" xmlns:u=\"{WSU}\" u:Id=\"e\"><s:Header u:Id=\"hd\"><c:Customer xmlns:c=\"urn:c\" \
         u:Id=\"h\"><c:card u:Id=\"hc\">4222</c:card><c:name>Ann</c:name></c:Customer><f:Other xmlns:f=\"urn:f\" \
         s:{actor}=\"urn:other\" u:Id=\"f\"><f:card u:Id=\"fc\">4333</f:card></f:Other></s:Header><s:Body u:Id=\"b\">\
         <o:order xmlns:o=\"urn:x\" u:Id=\"o\"><o:card u:Id=\"c\">4111</o:card><o:item>1</o:item><o:item>2</o:item></o:order>\
         </s:Body></s:Envelope>"
    )
}

/// What is signed, and how it is required.
const SIGNED: [(&str, &str); 19] = [
    ("Body", "Body"),
    ("Timestamp", "Timestamp"),
    ("SigningToken", "SigningToken"),
    ("UsernameToken", "UsernameToken"),
    ("{urn:c}Customer", "{urn:c}Customer"),
    ("{urn:f}Other", "{urn:f}Other"),
    ("element:Body/{urn:x}order/{urn:x}card", "element:Body/{urn:x}order/{urn:x}card"),
    ("element:Header/{urn:c}Customer/{urn:c}card", "element:Header/{urn:c}Customer/{urn:c}card"),
    ("every:element:Body/{urn:x}order/{urn:x}item", "every:element:Body/{urn:x}order/{urn:x}item"),
    ("#b", "Body"),
    ("#h", "{urn:c}Customer"),
    ("#f", "{urn:f}Other"),
    ("#o", "element:Body/{urn:x}order"),
    ("#c", "element:Body/{urn:x}order/{urn:x}card"),
    ("#hc", "element:Header/{urn:c}Customer/{urn:c}card"),
    ("#fc", "element:Header/{urn:f}Other/{urn:f}card"),
    ("#e", ""),
    ("#hd", ""),
    ("element:Header/{urn:f}Other/{urn:f}card", "element:Header/{urn:f}Other/{urn:f}card"),
];

/// What is encrypted, and how it is required.
const ENCRYPTED: [(&str, &str); 12] = [
    ("Body", "Body"),
    ("Signature", "Signature"),
    ("UsernameToken", "UsernameToken"),
    ("{urn:c}Customer", "{urn:c}Customer"),
    ("element:Body/{urn:x}order/{urn:x}card", "element:Body/{urn:x}order/{urn:x}card"),
    ("element:Header/{urn:c}Customer/{urn:c}card", "element:Header/{urn:c}Customer/{urn:c}card"),
    ("every:element:Body/{urn:x}order/{urn:x}item", "every:element:Body/{urn:x}order/{urn:x}item"),
    ("#b", "Body"),
    ("#h", "{urn:c}Customer"),
    ("#o", "element:Body/{urn:x}order"),
    ("#c", "element:Body/{urn:x}order/{urn:x}card"),
    ("#hc", "element:Header/{urn:c}Customer/{urn:c}card"),
];

fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("round-trips-{}-{name}", std::process::id()));
    std::fs::write(&path, content).expect("a file");
    path.display().to_string()
}

fn wss(arguments: &[&str], input: &str) -> Output {
    common::wss(arguments.iter().copied(), input)
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_secure_makes_of_any_part_verify_opens() {
    let (password, users) = (file("password", "s3cret\n"), file("users", "ann\ts3cret\n"));
    let soap =
        [("http://schemas.xmlsoap.org/soap/envelope/", "actor"), ("http://www.w3.org/2003/05/soap-envelope", "role")];
    let mut opened = 0;
    let mut refused = Vec::new();
    let mut turn = 0;
    for (signed, signed_as) in SIGNED {
        for beside in [None, Some("Body"), Some("Timestamp")].into_iter().filter(|beside| *beside != Some(signed)) {
            for first in [false, true] {
                turn += 1;
                let (encrypted, encrypted_as) = ENCRYPTED[turn % ENCRYPTED.len()];
                let actor = (turn % 3 == 1).then_some("urn:other");
                let content_only = turn % 2 == 0;
                let (namespace, attribute) = soap[turn / 2 % 2];
                let mut secure = vec!["secure", "--key", "KEYS/alice.key", "--cert", "KEYS/alice.pem"];
                secure.extend([
                    "--to",
                    "KEYS/bob.pem",
                    "--timestamp",
                    "300",
                    "--user",
                    "ann",
                    "--password-file",
                    &password,
                ]);
                secure.extend(["--part", signed, "--encrypt-part", encrypted]);
                secure.extend(beside.iter().flat_map(|part| ["--part", part]));
                secure.extend(actor.iter().flat_map(|actor| ["--actor", actor]));
                secure.extend(first.then_some("--encrypt-first"));
                secure.extend(content_only.then_some("--content-only"));
                secure.push("-");
                let message = wss(&secure, &envelope(namespace, attribute));
                if message.status.code() != Some(0) {
                    assert!(message.stdout.is_empty() && !told(&message).is_empty(), "{secure:?}");
                    refused.push(format!("{signed} {}", told(&message)));
                    continue;
                }
                let message = String::from_utf8(message.stdout).expect("UTF-8");
                let mut requirements = vec![format!("signed:{signed_as}")];
                // A header block that stays is not encrypted as a whole, and nothing demands its content alone.
                let stays = content_only && encrypted_as.starts_with('{');
                requirements.extend((!stays).then(|| format!("encrypted:{encrypted_as}")));
                let beside = beside.map(|part| format!("signed:{part}"));
                let mut verify = vec!["verify", "--trust", "KEYS/ca.pem", "--user-file", &users];
                verify.extend(["--decrypt-key", "KEYS/bob.key", "--decrypt-cert", "KEYS/bob.pem"]);
                verify.extend(requirements.iter().chain(&beside).flat_map(|required| ["--require", required]));
                verify.extend(actor.iter().flat_map(|actor| ["--actor", actor]));
                let prints_element = requirements[0].contains("element:");
                if !prints_element && !requirements.iter().chain(&beside).any(|required| required == "signed:Body") {
                    verify.push("--print-unauthenticated");
                }
                verify.push("-");
                let shown = wss(&verify, &message);
                assert_eq!(shown.status.code(), Some(0), "{}\n{secure:?}\n{verify:?}\n{message}", told(&shown));
                let text = String::from_utf8(shown.stdout).expect("UTF-8");
                let is_body = text.contains("Body");
                assert_eq!(is_body, !prints_element || beside.as_deref() == Some("signed:Body"), "{verify:?}\n{text}");
                opened += 1;
            }
        }
    }
    println!("{opened} opened, {} not made", refused.len());
    assert!(opened > 60, "{opened} opened; {refused:#?}");
    // What is refused says why, and nothing that can be opened is refused.
    for refusal in &refused {
        let known = ["cannot be signed at its place", "has no ", "does not exist at this step"];
        assert!(known.iter().any(|known| refusal.contains(known)), "{refusal}");
    }
    let never = |part: &str| refused.iter().filter(|refusal| refusal.starts_with(part)).count();
    assert_eq!((never("#e "), never("#hd ")), (6, 6), "{refused:#?}");
}

/// The error of an element that nobody named gives the option that opens the message, and what is printed is that element.
#[test]
fn an_element_is_printed_and_an_error_names_the_option_for_it() {
    let keys = ["sign", "--key", "KEYS/alice.key", "--cert", "KEYS/alice.pem", "--timestamp", "300"];
    let source = envelope("http://schemas.xmlsoap.org/soap/envelope/", "actor");
    let signed = wss(&[&keys[..], &["--part", "#c", "--part", "Timestamp", "-"]].concat(), &source);
    let message = String::from_utf8(signed.stdout).expect("UTF-8");
    let verify =
        |more: &[&str], message: &str| wss(&[&["verify", "--trust", "KEYS/ca.pem"], more, &["-"]].concat(), message);
    let refused = verify(&["--require", "signed:Timestamp", "--print-unauthenticated"], &message);
    let told = told(&refused);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("--require signed:element:PATH"), "{told}");
    let path = told.split("the path ").nth(1).expect("the path").trim();
    let required = format!("signed:element:{path}");
    let opened = verify(&["--require", "signed:Timestamp", "--require", &required], &message);
    assert_eq!(opened.status.code(), Some(0), "{}", self::told(&opened));
    let text = String::from_utf8(opened.stdout).expect("UTF-8");
    assert!(text.starts_with("<o:card ") && text.contains(">4111<") && !text.contains("item"), "{text}");

    let both = wss(&[&keys[..], &["--part", "#c", "--part", "Body", "-"]].concat(), &source);
    let message = String::from_utf8(both.stdout).expect("UTF-8");
    let requires = ["--require", "signed:Body", "--require", &required];
    let printed = |more: &[&str]| {
        let opened = verify(&[&requires[..], more].concat(), &message);
        assert_eq!(opened.status.code(), Some(0), "{}", self::told(&opened));
        String::from_utf8(opened.stdout).expect("UTF-8")
    };
    assert!(printed(&[]).starts_with("<s:Body"));
    assert!(printed(&["--print", &required["signed:".len()..]]).starts_with("<o:card "));
    let json: serde_json::Value = serde_json::from_str(&printed(&["--format", "json"])).expect("JSON");
    assert_eq!(json["bodyAuthenticated"], true);
    for misuse in [["--print", "element:Body/{urn:x}order"], ["--require", "signed:element:Body"]] {
        assert_eq!(verify(&[&requires[..], &misuse].concat(), &message).status.code(), Some(2), "{misuse:?}");
    }
}

/// The words of `--require` beyond parts, each with a message that meets it and one that does not.
#[test]
fn narrower_requirements_have_words() {
    let sign = |more: &[&str]| {
        let keys = ["sign", "--key", "KEYS/alice.key", "--cert", "KEYS/alice.pem"];
        let source = envelope("http://schemas.xmlsoap.org/soap/envelope/", "actor");
        let made = wss(&[&keys[..], more, &["-"]].concat(), &source);
        assert_eq!(made.status.code(), Some(0), "{}", told(&made));
        String::from_utf8(made.stdout).expect("UTF-8")
    };
    let plain = sign(&["--part", "Body"]);
    let timestamp = ["--timestamp", "300", "--part", "Timestamp"];
    let full = sign(&[&timestamp[..], &["--part", "Body", "--part-if-present", "every:{urn:c}Customer"]].concat());
    let pss = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
    for (required, code_plain, code_full) in [
        ("expires", 1, 0),
        ("signed-if-present:{urn:c}Customer", 1, 0),
        ("signed-if-present:{urn:c}Absent", 0, 0),
        ("present:{urn:c}Customer", 0, 0),
        ("present:{urn:c}Absent", 1, 1),
        ("present:Timestamp", 1, 0),
        ("present:SigningToken", 2, 2),
        ("signed:every:{urn:c}Customer", 1, 0),
        ("encrypted-if-present:{urn:c}Customer", 1, 1),
        ("any-token:username,x509", 0, 0),
        ("any-token:username,saml2", 1, 1),
        ("any-token:nobody", 2, 2),
        ("token:username-digest", 1, 1),
        ("complete-attachments", 0, 0),
        ("signature-method:urn:unknown", 2, 2),
        (&format!("signature-method:{pss}"), 1, 1),
        ("signature-method:http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", 0, 0),
        ("signed-if-present:Body", 2, 2),
    ] {
        for (message, code) in [(&plain, code_plain), (&full, code_full)] {
            let arguments =
                ["verify", "--trust", "KEYS/ca.pem", "--require", "signed:Body", "--require", required, "-"];
            let output = wss(&arguments, message);
            assert_eq!(output.status.code(), Some(code), "{required}: {}", told(&output));
        }
    }
    // Each list demands one of its own.
    let lists = ["--require", "any-token:x509", "--require", "any-token:username"];
    let output =
        wss(&[&["verify", "--trust", "KEYS/ca.pem", "--require", "signed:Body"], &lists[..], &["-"]].concat(), &plain);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
}

/// Every EncryptedData is one step, and the document is read again after each: both are limits that an option raises.
#[test]
fn documents_with_many_encrypted_parts_are_decrypted_within_the_limits() {
    let run = |arguments: &str, input: &str| wss(&arguments.split_whitespace().collect::<Vec<_>>(), input);
    let secret = file("many-secret", "0123456789abcdef0123456789abcdef");
    let encrypt = format!("xenc encrypt --secret {secret} -");
    let plain = "<a xmlns=\"urn:a\">1</a>";
    let data = String::from_utf8(run(&encrypt, plain).stdout).expect("UTF-8");
    let data = &data[data.find("<xenc:EncryptedData").expect("ciphertext")..];
    let document = |count: usize| format!("<r>{}</r>", data.repeat(count));
    let decrypt =
        |options: &str, count: usize| run(&format!("xenc decrypt --secret {secret} {options} -"), &document(count));
    for (options, count) in [("", 64), ("--limit encrypted-data=65", 65), ("--limit encrypted-data=100", 100)] {
        let output = decrypt(options, count);
        assert_eq!(output.status.code(), Some(0), "{count}: {}", told(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("<r>{}</r>", plain.repeat(count)));
    }
    for (options, count, limit) in [
        ("", 65, "encrypted-data"),
        ("--limit encrypted-data=99", 100, "encrypted-data"),
        ("--limit encrypted-data=1000 --limit parsed-octets=8", 400, "parsed-octets"),
    ] {
        let output = decrypt(options, count);
        assert_eq!(output.status.code(), Some(1), "{count}");
        let told = told(&output);
        assert!(told.contains(&format!("--limit {limit}=")) && !told.contains("--octets"), "{count}: {told}");
    }
}

/// What is wrong with the key of a document is said, as long as nothing was decrypted.
#[test]
fn a_key_that_cannot_be_read_is_told_from_one_that_does_not_fit() {
    let encrypted = wss(&["xenc", "encrypt", "--to", "KEYS/bob.pem", "-"], "<a xmlns=\"urn:a\">1</a>");
    let encrypted = String::from_utf8(encrypted.stdout).expect("UTF-8");
    let key = |document: &str| {
        let from = document.find("<xenc:EncryptedKey").expect("a key");
        let to = document.find("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
        from..to
    };
    let own = encrypted[key(&encrypted)].to_owned();
    let data = encrypted.replace(&own, "").replacen("<xenc:EncryptedData", "<xenc:EncryptedData Id=\"D\"", 1);
    let with = |key: &str, lists: usize| {
        let list = format!(
            "<xenc:ReferenceList>{}</xenc:ReferenceList></xenc:EncryptedKey>",
            "<xenc:DataReference URI=\"#D\"/>".repeat(lists)
        );
        let key = key.replace("</xenc:EncryptedKey>", &list).replacen(
            '>',
            " xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">",
            1,
        );
        format!("<r>{key}{data}</r>")
    };
    let own = own.replacen(" xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"", "", 1).replacen(
        " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
        "",
        1,
    );
    for (document, code, says) in [
        (with(&own, 1), 0, ""),
        (with(&own, 65), 1, "--limit data-references="),
        (with(&own.replace("rsa-oaep", "rsa-none"), 1), 1, "rsa-none"),
        (with(&own, 0), 1, "leads to the key of"),
    ] {
        let output = wss(&["xenc", "decrypt", "--key", "KEYS/bob.key", "-"], &document);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(code), "{told}\n{document}");
        assert!(told.contains(says) && !told.contains("--octets"), "{told}");
    }
}

/// Each key that is tried beyond the first is an encrypted key that the limit counts.
#[test]
fn the_keys_that_are_tried_for_one_ciphertext_are_within_a_limit() {
    let encrypted = || {
        let output = wss(&["xenc", "encrypt", "--to", "KEYS/bob.pem", "-"], "<a xmlns=\"urn:a\">1</a>");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let key = |document: &str| {
        let from = document.find("<xenc:EncryptedKey").expect("a key");
        let to = document.find("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
        document[from..to].to_owned()
    };
    let (ours, others) = (encrypted(), key(&encrypted()));
    let with =
        |count: usize| ours.replacen("<xenc:EncryptedKey", &format!("{}<xenc:EncryptedKey", others.repeat(count)), 1);
    let decrypt = |options: &str, count: usize| {
        let options: Vec<&str> = options.split_whitespace().collect();
        wss(&[&["xenc", "decrypt", "--key", "KEYS/bob.key"], &options[..], &["-"]].concat(), &with(count))
    };
    for (options, count) in [("", 0), ("", 8), ("--limit encrypted-keys=9", 9), ("--limit encrypted-keys=40", 40)] {
        let output = decrypt(options, count);
        assert_eq!(output.status.code(), Some(0), "{options} {count}: {}", told(&output));
    }
    // For each ciphertext by itself: another's key first, in each of many.
    let inner = &with(1)[with(1).find("<xenc:EncryptedData").expect("ciphertext")..];
    let many = format!("<r>{}</r>", inner.repeat(20));
    let output = wss(&["xenc", "decrypt", "--key", "KEYS/bob.key", "-"], &many);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    for (options, count) in [("", 9), ("--limit encrypted-keys=39", 40), ("--limit encrypted-keys=0", 1)] {
        let output = decrypt(options, count);
        assert_eq!(output.status.code(), Some(1), "{options} {count}");
        assert!(told(&output).contains("--limit encrypted-keys="), "{options} {count}: {}", told(&output));
    }
}
