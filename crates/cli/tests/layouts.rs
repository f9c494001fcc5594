//! The options for the form of a header: each makes a message that `wss verify` opens with the options beside it.

mod common;

use common::wss;

const ENVELOPE: &str =
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><p>4711</p></s:Body></s:Envelope>";

const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/// What is given to `wss sign`, what is then in the message, and what `wss verify` needs.
struct Row {
    sign: &'static [&'static str],
    has: &'static [&'static str],
    verify: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        sign: &["--layout", "strict", "--timestamp", "300"],
        has: &["<wsu:Timestamp", "<ds:Signature "],
        verify: &[],
    },
    Row { sign: &["--layout", "lax", "--timestamp", "300"], has: &["<ds:Signature ", "<wsu:Timestamp"], verify: &[] },
    Row {
        sign: &["--layout", "lax-timestamp-first", "--timestamp", "300", "--whole-seconds"],
        has: &["<wsu:Timestamp", "Z</wsu:Created>", "<wsse:BinarySecurityToken"],
        verify: &[],
    },
    Row {
        sign: &["--layout", "lax-timestamp-last", "--timestamp-without-expires"],
        has: &["</ds:Signature>", "<wsu:Timestamp", "</wsu:Created></wsu:Timestamp></wsse:Security>"],
        verify: &["--require", "signed:Timestamp"],
    },
    Row {
        sign: &["--token-after-signature", "--waive", "R5205"],
        has: &["</ds:Signature>", "<wsse:BinarySecurityToken"],
        verify: &["--accept-forward-references"],
    },
    Row {
        sign: &[
            "--wsa",
            "to=urn:bank",
            "--wsa",
            "message-id=new",
            "--wsa",
            "reply-to=anonymous",
            "--wsa-must-understand",
        ],
        has: &["mustUnderstand=\"1\">urn:bank<", "urn:uuid:", "/anonymous<"],
        verify: &["--understand", "addressing", "--require", "signed:{http://www.w3.org/2005/08/addressing}To"],
    },
    Row {
        sign: &["--c14n", C14N, "--waive", "R5404", "--waive", "R5412", "--waive", "R5423"],
        has: &[C14N, C14N],
        verify: &["--accept-inclusive-canonicalization"],
    },
    Row {
        sign: &["--part-c14n", C14N, "--waive", "R5412", "--waive", "R5423"],
        has: &["xml-exc-c14n#", C14N],
        verify: &["--accept-inclusive-canonicalization"],
    },
    Row {
        sign: &["--without-transforms", "--waive", "R5416"],
        has: &["<ds:Reference URI=", "><ds:DigestMethod"],
        verify: &["--accept-absent-transforms"],
    },
    // What is signed without --part is signed as before: the Body, and here a Timestamp.
    Row {
        sign: &["--timestamp", "300", "--part-as", "sha512:Timestamp"],
        has: &["URI=\"#id-", "#sha256\"", "URI=\"#TS", "xml-exc-c14n#", "#sha512\""],
        verify: &["--require", "signed:Timestamp"],
    },
    Row {
        sign: &["--prefix-list", "x", "--part-as", "prefixes=s #default,sha512:Body"],
        has: &["PrefixList=\"s #default\"", "#sha512\""],
        verify: &[],
    },
    Row {
        sign: &["--part", "Body", "--part-as", "without-transforms:Body", "--waive", "R5416"],
        has: &["<ds:Reference URI=", "><ds:DigestMethod"],
        verify: &["--accept-absent-transforms"],
    },
    Row {
        sign: &["--wsa", "to=urn:bank", "--part-as", "sha384:{http://www.w3.org/2005/08/addressing}To"],
        has: &["#sha384\""],
        verify: &["--require", "signed:{http://www.w3.org/2005/08/addressing}To"],
    },
    Row { sign: &["--prefix-list", "s"], has: &["PrefixList=\"s\""], verify: &[] },
    Row {
        sign: &["--wsa", "action=urn:pay", "--wsa-2004"],
        has: &[">urn:pay<"],
        verify: &["--require", "signed:{http://schemas.xmlsoap.org/ws/2004/08/addressing}Action"],
    },
];

fn sign(options: &[&str]) -> std::process::Output {
    let keys = ["sign", "--key", "KEYS/alice.key", "--cert", "KEYS/alice.pem"];
    wss([&keys[..], options, &["-"]].concat(), ENVELOPE)
}

#[test]
fn each_option_makes_its_form_and_verify_opens_it() {
    for row in ROWS {
        let made = sign(row.sign);
        assert_eq!(made.status.code(), Some(0), "{:?}: {}", row.sign, String::from_utf8_lossy(&made.stderr));
        let message = String::from_utf8(made.stdout).expect("UTF-8");
        let mut rest = message.as_str();
        for text in row.has {
            let at = rest.find(text).unwrap_or_else(|| panic!("{:?}: {text} in order in\n{message}", row.sign));
            rest = &rest[at + text.len()..];
        }
        let base = ["verify", "--trust", "KEYS/ca.pem", "--require", "signed:Body"];
        let verify = |message: &str| wss([&base[..], row.verify, &["-"]].concat(), message);
        let opened = verify(&message);
        assert_eq!(opened.status.code(), Some(0), "{:?}: {}", row.sign, String::from_utf8_lossy(&opened.stderr));
        assert_eq!(verify(&message.replace("4711", "4712")).status.code(), Some(1), "{:?}", row.sign);
    }
}

#[test]
fn contradictions_end_with_2_and_speak_of_options() {
    for (options, words) in [
        (&["--layout", "lax-timestamp-first"][..], "--timestamp"),
        (&["--token-after-signature"], "--waive"),
        (&["--token-after-signature", "--reference", "ski", "--waive", "R5205"], "--token-after-signature"),
        (&["--wsa", "too=urn:x"], "to=urn:bank"),
        (&["--part-as", "sha51:Body"], "sha512"),
        (&["--part-as", "sha512:Body", "--part-as", "exclusive:Body"], "all words of a part"),
        (&["--user", "ann", "--password-file", "KEYS/alice.pem", "--without-nonce"], "--password-text"),
    ] {
        let refused = sign(options);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{options:?}: {told}");
        assert!(told.contains(words), "{options:?}: {told}");
    }
}

/// The binary token of a service of its own, signed by its Id; or alone, where the service wants nothing else.
#[test]
fn any_child_of_the_header_is_added_unchanged() {
    let token = "<wsse:BinarySecurityToken xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
                 xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" ValueType=\"OwnTicket\" \
                 EncodingType=\"wsse:Base64Binary\" wsu:Id=\"Ticket\">NDcxMQ==</wsse:BinarySecurityToken>";
    let file = std::env::temp_dir().join(format!("wss-ticket-{}.xml", std::process::id()));
    std::fs::write(&file, token).expect("written");
    let file = file.to_str().expect("UTF-8");
    let made = sign(&["--header-child", file, "--part", "#Ticket", "--part", "Body"]);
    let message = String::from_utf8(made.stdout).expect("UTF-8");
    assert!(message.contains(token) && message.contains("URI=\"#Ticket\""), "{message}");
    let alone = wss(["sign", "--header-child", file, "--timestamp", "300", "-"], ENVELOPE);
    let message = String::from_utf8(alone.stdout).expect("UTF-8");
    assert!(message.contains(token) && !message.contains("<ds:Signature"), "{message}");
    // As an issued token it is refused, by the name of the option that adds it.
    let refused = sign(&["--token", file]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && text.contains("--header-child"), "{text}");
}
