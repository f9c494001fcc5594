//! `wss lint`: the contract of its output, and its page in a real browser.

#[path = "common/browser.rs"]
mod browser;

use std::path::PathBuf;
use std::process::{Command, Output};

use browser::{LOOKS, Scheme, browser, look};

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a xmlns=\"urn:a\">\
    &lt;/pre&gt;&lt;script&gt;document.title='owned'&lt;/script&gt;</a></s:Body></s:Envelope>";

fn key(name: &str) -> String {
    format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn scratch(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-{}-{name}", std::process::id()));
    std::fs::write(&path, content).expect("a file");
    path
}

fn wss(arguments: &[&str], file: &PathBuf) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wss")).args(arguments).arg(file).output().expect("wss runs")
}

fn exits(code: i32, arguments: &[&str], file: &PathBuf) -> String {
    let output = wss(arguments, file);
    let diagnostics = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {diagnostics}");
    assert_eq!(diagnostics.is_empty(), code == 0, "{arguments:?}: {diagnostics}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Signed by Alice, encrypted to Bob.
fn secured(name: &str) -> PathBuf {
    let envelope = scratch(&format!("{name}-envelope.xml"), ENVELOPE);
    let (alice, certificate, bob) = (key("alice.key"), key("alice.pem"), key("bob.pem"));
    let arguments = ["secure", "--key", &alice, "--cert", &certificate, "--to", &bob, "--timestamp", "300"];
    scratch(&format!("{name}.xml"), &exits(0, &arguments, &envelope))
}

/// As [`secured`], without a zone in its Timestamp (R3217) and an EncodingType on its token (R3029).
fn broken(name: &str) -> PathBuf {
    let message = std::fs::read_to_string(secured(name)).expect("a message");
    let encoding = " EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\"";
    let message = message.replacen(encoding, "", 1).replace("Z</wsu:Created>", "</wsu:Created>");
    scratch(&format!("{name}-broken.xml"), &message)
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

fn row<'j>(report: &'j serde_json::Value, id: &str) -> &'j serde_json::Value {
    let rules = report["rules"].as_array().expect("an array");
    rules.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn json_has_a_row_for_every_requirement() {
    let report = json(&exits(0, &["lint", "--format", "json"], &secured("json")));
    let rules = report["rules"].as_array().expect("an array");
    assert_eq!(rules.len(), 207);
    for rule in rules {
        for field in ["id", "section", "level", "outcome", "why"] {
            assert!(rule[field].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
        assert!(rule["where"].is_string() || rule["where"].is_null(), "{rule}");
        let outcomes = ["pass", "fail", "not-applicable", "not-checkable"];
        assert!(outcomes.contains(&rule["outcome"].as_str().expect("a string")), "{rule}");
    }
    assert_eq!((&report["variant"], &report["conforms"]), (&"as-deployed".into(), &true.into()));
    assert_eq!(
        row(&report, "R5205")["where"].as_str().map(|path| path.ends_with("/wsse:SecurityTokenReference")),
        Some(true)
    );
}

#[test]
fn a_broken_must_exits_1_and_a_waived_one_does_not() {
    let broken = broken("exit");
    let report = json(&exits(1, &["lint", "--format", "json"], &broken));
    for (id, path) in [("R3217", "/wsu:Timestamp/wsu:Created"), ("R3029", "/wsse:Security/wsse:BinarySecurityToken")] {
        let row = row(&report, id);
        assert_eq!(row["outcome"], "fail");
        assert!(row["where"].as_str().is_some_and(|place| place.ends_with(path)), "{row}");
        let message = std::fs::read_to_string(&broken).expect("a message");
        let (start, end) = (row["places"][0]["start"].as_u64(), row["places"][0]["end"].as_u64());
        let span = start.expect("an offset") as usize..end.expect("an offset") as usize;
        assert!(message[span].starts_with(&format!("<{}", path.rsplit('/').next().expect("a name"))));
    }
    exits(0, &["lint", "--waive", "R3217", "--waive", "r3029"], &broken);
    exits(1, &["lint", "--waive", "R3217"], &broken);
    exits(2, &["lint", "--waive", "R9999"], &broken);
    // As written, the profile has no AES-GCM.
    let conformant = secured("written");
    let report = json(&exits(1, &["lint", "--variant", "as-written", "--format", "json"], &conformant));
    assert_eq!(row(&report, "R5620")["outcome"], "fail");
    assert!(row(&json(&exits(0, &["lint", "--format", "json"], &conformant)), "R5620")["waived"].is_string());
    exits(1, &["lint"], &scratch("no.xml", "<a>"));
    exits(2, &["lint"], &PathBuf::from("/nowhere.xml"));
}

#[test]
fn what_is_known_beside_the_message_turns_into_verdicts() {
    let message = secured("context");
    let clear = scratch("clear.xml", ENVELOPE);
    let (bob, certificate) = (key("bob.key"), key("bob.pem"));
    let arguments = [
        "lint",
        "--format",
        "json",
        "--decrypt-key",
        &bob,
        "--decrypt-cert",
        &certificate,
        "--clear-text",
        clear.to_str().expect("UTF-8"),
        "--tls",
        "TLSv1.3/TLS_AES_128_GCM_SHA256",
    ];
    let (with, without) = (json(&exits(0, &arguments, &message)), json(&exits(0, &arguments[..3], &message)));
    for id in ["R3212", "R5606", "R2001", "U-4.2.4"] {
        assert_eq!(row(&with, id)["outcome"], "pass", "{id}");
        assert_eq!(row(&without, id)["outcome"], "not-checkable", "{id}");
    }
    exits(2, &["lint", "--tls", "TLSv1.3"], &message);
    exits(2, &["lint", "--decrypt-key", &bob], &message);
}

#[test]
fn text_names_every_requirement_and_shows_what_breaks_it() {
    let broken = broken("text");
    let text = exits(1, &["lint"], &broken);
    let report = json(&exits(1, &["lint", "--format", "json"], &broken));
    for rule in report["rules"].as_array().expect("an array") {
        assert!(text.contains(rule["id"].as_str().expect("a string")), "{rule}");
    }
    assert!(text.contains("§7 Timestamps"));
    assert!(text.contains("does not conform: 2 MUST"), "{text}");
    assert!(text.contains("line 1: <wsu:Created>2"), "{text}");
    assert!(!text.contains('\x1b'), "no colours into a pipe");
    assert!(exits(1, &["lint", "--color", "always"], &broken).contains("\x1b[1;31mfail"));
    // What a stranger wrote does not drive the terminal.
    let hostile = std::fs::read_to_string(&broken)
        .expect("a message")
        .replace("<wsu:Created>", "<wsu:Created x=\"&#x9b;\u{9b}31m\">");
    assert!(!exits(1, &["lint"], &scratch("hostile.xml", &hostile)).contains('\u{9b}'));
    let secret = hostile.replace("<wsu:Created", "<wsse:UsernameToken><wsse:Username>ann</wsse:Username><wsse:Password>hunter2</wsse:Password></wsse:UsernameToken><wsu:Created");
    let shown = exits(1, &["lint"], &scratch("secret.xml", &secret));
    assert!(shown.contains("Password") && !shown.contains("hunter2"), "{shown}");
    let issued = hostile.replacen(
        "</wsu:Created>",
        "<t:BinarySecret xmlns:t=\"urn:t\">hunter2</t:BinarySecret></wsu:Created>",
        1,
    );
    let shown = exits(1, &["lint"], &scratch("issued.xml", &issued));
    assert!(shown.contains("BinarySecret") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_browser_shows_what_is_broken_first_at_every_width() {
    let Some(browser) = browser() else { return };
    let broken = broken("page");
    let page = scratch("page.html", "");
    exits(1, &["lint", "--html", page.to_str().expect("UTF-8")], &broken);
    for at in LOOKS {
        let seen = look(browser, &page, at);
        seen.assert_legible(at);
        let dom = seen.dom;
        // The script ran: only what is broken is open.
        let count = |class: &str| dom.matches(&format!("<article class=\"{class}\"")).count();
        // Two rules, and a shape that receivers refuse.
        assert_eq!(count("must"), 3, "{dom}");
        assert!(dom.contains(&format!("data-ready=\"{}\"", count("must") + count("should"))), "{dom}");
        assert!(count("pass") > 50 && count("should") > 0);
        for folded in ["not-checkable", "pass", "not-applicable"] {
            assert!(dom.contains(&format!("<details id=\"{folded}\"><summary>")), "{folded}");
        }
        // A SHOULD is not painted as a MUST, and comes after it.
        let place = |text: &str| dom.find(text).unwrap_or_else(|| panic!("{text}"));
        assert!(place("<details id=\"must\" open") < place("<details id=\"should\" open"));
        assert!(place("<details id=\"should\" open") < place("<details id=\"not-checkable\""));
        assert!(place("id=\"problems\" class=\"bad\"") < place("<main>"));
        assert!(dom.contains("<a href=\"#R3217\">R3217</a>") && dom.contains("<article class=\"must\" id=\"R3217\""));
    }
    let dom = look(browser, &page, (1_400, Scheme::Light)).dom;
    // Each place that a finding names is marked in the message.
    let marks: Vec<&str> =
        dom.split("<mark class=\"broken\" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!marks.is_empty());
    for id in &marks {
        assert!(dom.contains(&format!("href=\"#{id}\"")), "{id}");
    }
    // The message is text, and nothing but text.
    assert!(dom.contains("<title>BSP 1.1: does not conform</title>"), "no script of the message ran");
    assert!(!dom.contains("<script>document.title"));
    let source = std::fs::read_to_string(&page).expect("a page");
    assert!(!source.contains("http-equiv=\"refresh\"") && !source.contains(" src="), "the page loads nothing");
}

#[test]
fn a_search_on_the_page_finds_what_is_folded() {
    let Some(browser) = browser() else { return };
    let page = scratch("search.html", "");
    exits(1, &["lint", "--html", page.to_str().expect("UTF-8")], &broken("search"));
    let shown = |words: &str| {
        let found = PathBuf::from(format!("{}#search={words}", page.display()));
        let dom = look(browser, &found, (900, Scheme::Light)).dom;
        let of = |class: &str| {
            let start = format!("<article class=\"{class}\" id=\"");
            let articles = dom.split(&start).skip(1);
            articles.filter_map(|rest| rest.split('>').next()).filter(|tag| !tag.contains("hidden")).count()
        };
        (of("must"), of("pass"), dom.contains("<details id=\"pass\" open"))
    };
    // R3223 is met, and folded without the search.
    assert_eq!(shown("r3223"), (0, 1, true));
    assert_eq!(shown("R3217"), (1, 0, false));
    assert_eq!(shown("no-such-word"), (0, 0, false));
}

#[test]
fn a_message_with_attachments_is_judged_as_a_package() {
    let envelope = std::fs::read_to_string(secured("package")).expect("a message");
    let package = |root: &str| {
        format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/xml\"; boundary=b\r\n\r\n--b\r\n\
             Content-Type: {root}\r\n\r\n{envelope}\r\n--b\r\nContent-ID: <a@b>\r\n\r\nunsigned\r\n--b--\r\n"
        )
    };
    let report = json(&exits(0, &["lint", "--format", "json"], &scratch("package.mime", &package("text/xml"))));
    assert_eq!(row(&report, "U-18.1.1")["outcome"], "pass");
    assert_eq!(row(&report, "R5205")["outcome"], "pass");
    exits(1, &["lint"], &scratch("wrong.mime", &package("application/xop+xml")));
    exits(1, &["lint"], &scratch("cut.mime", package("text/xml").trim_end_matches("--b--\r\n")));
}

/// What receivers refuse as against the schema of signatures, the report tells, too.
#[test]
fn what_is_against_the_schema_of_signatures_is_told() {
    let message = std::fs::read_to_string(signed("schema")).expect("a message");
    let whole = scratch("schema-whole.xml", &message);
    assert!(!exits(0, &["lint"], &whole).contains("Shapes that receivers demand"));
    assert_eq!(json(&exits(0, &["lint", "--format", "json"], &whole))["shapes"], serde_json::json!([]));
    let value = message.split_once("<ds:SignatureValue").expect("a value").1.split_once("</ds:SignatureValue>");
    let value = format!("<ds:SignatureValue{}</ds:SignatureValue>", value.expect("its end").0);
    for (name, changed, why) in [
        ("twice", message.replacen(&value, &value.repeat(2), 1), "contains ds:SignatureValue where it must not"),
        (
            "parameter",
            message.replacen(
                "xml-exc-c14n#\"></ds:CanonicalizationMethod>",
                "xml-exc-c14n#\"><ds:InclusiveNamespaces PrefixList=\"s\"/></ds:CanonicalizationMethod>",
                1,
            ),
            "has the parameter {http://www.w3.org/2000/09/xmldsig#}InclusiveNamespaces",
        ),
    ] {
        assert_ne!(changed, message, "{name}");
        let changed = scratch(&format!("schema-{name}.xml"), &changed);
        let text = exits(1, &["lint"], &changed);
        assert!(text.contains("Shapes that receivers demand") && text.contains(why), "{text}");
        let report = json(&exits(1, &["lint", "--format", "json"], &changed));
        assert!(report["shapes"][0]["why"].as_str().is_some_and(|told| told.contains(why)), "{}", report["shapes"]);
    }
}

/// A reference of a list that receivers refuse is told, although the profile does not demand it of every one.
#[test]
fn what_lists_name_twice_or_for_nothing_is_told() {
    let message = std::fs::read_to_string(secured("lists")).expect("a message");
    let whole = scratch("lists-whole.xml", &message);
    assert_eq!(json(&exits(0, &["lint", "--format", "json"], &whole))["shapes"], serde_json::json!([]));
    let (before, rest) = message.split_once("<xenc:DataReference").expect("a list");
    let (reference, after) = rest.split_once("</xenc:DataReference>").expect("its end");
    let reference = format!("<xenc:DataReference{reference}</xenc:DataReference>");
    let gone = "<xenc:DataReference URI=\"#gone\"></xenc:DataReference>";
    for (name, second, why) in
        [("twice", reference.as_str(), "is listed twice"), ("gone", gone, "no element of the message has this Id")]
    {
        let changed = scratch(&format!("lists-{name}.xml"), &format!("{before}{reference}{second}{after}"));
        let text = exits(1, &["lint"], &changed);
        assert!(text.contains("Shapes that receivers demand") && text.contains(why), "{text}");
        let report = json(&exits(1, &["lint", "--format", "json"], &changed));
        assert!(report["shapes"][0]["why"].as_str().is_some_and(|told| told.contains(why)), "{}", report["shapes"]);
    }
    // Other ciphertext may hold what the list names, if an earlier list names that.
    let elsewhere = "<w:x xmlns:w=\"urn:w\"><xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" Id=\"o\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/><xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></w:x></s:Body>";
    let hidden = format!("{before}{reference}{gone}{after}").replace("</s:Body>", elsewhere);
    exits(1, &["lint"], &scratch("lists-unlisted.xml", &hidden));
    let earlier = "<xenc:ReferenceList xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:DataReference URI=\"#o\"/></xenc:ReferenceList><xenc:EncryptedKey";
    let hidden = hidden.replacen("<xenc:EncryptedKey", earlier, 1);
    // The profile forbids what the earlier list names, but not what the second one may name.
    let report = json(&exits(1, &["lint", "--format", "json"], &scratch("lists-hidden.xml", &hidden)));
    assert_eq!(report["shapes"], serde_json::json!([]));
}

/// Signed by Alice.
fn signed(name: &str) -> PathBuf {
    let envelope = scratch(&format!("{name}-envelope.xml"), ENVELOPE);
    let (alice, certificate) = (key("alice.key"), key("alice.pem"));
    let arguments = ["sign", "--key", &alice, "--cert", &certificate, "--timestamp", "300"];
    scratch(&format!("{name}.xml"), &exits(0, &arguments, &envelope))
}
