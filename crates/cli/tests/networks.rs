//! `--network` of `wss secure` and `wss verify`, and `wss networks`.

mod common;

use std::process::Output;

use common::wss;
use ws_security::ebms::{Messaging, Party, Property, Typed, UserMessage};
use ws_security::{Limits, SoapVersion};

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
const WSA: &str = "http://www.w3.org/2005/08/addressing";

fn envelope() -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:a=\"{WSA}\"><s:Header>\
         <a:To>urn:bank</a:To><a:Action>urn:pay</a:Action><a:MessageID>urn:1</a:MessageID></s:Header><s:Body><pay xmlns=\"urn:p\">1499.90</pay></s:Body></s:Envelope>"
    )
}

/// Runs a command whose words are separated by blanks.
fn run(words: &str, input: impl AsRef<[u8]>) -> Output {
    wss(words.split_whitespace(), input)
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn done(words: &str, input: impl AsRef<[u8]>) -> String {
    let output = run(words, input);
    assert!(output.status.success(), "{words}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn fails(words: &str, input: impl AsRef<[u8]>, code: i32, says: &str) {
    let output = run(words, input);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{words}: {said}");
    assert!(said.contains(says), "{words}: {said}");
}

const ALICE: &str = "--key KEYS/alice.key --cert KEYS/alice.pem";
const BOB: &str = "--decrypt-key KEYS/bob.key --decrypt-cert KEYS/bob.pem";

#[test]
fn what_secure_makes_for_a_network_verify_opens_for_it_and_for_no_other() {
    let message = done(&format!("secure --network digikoppeling_wus_se {ALICE} --to KEYS/bob.pem -"), envelope());
    assert!(!message.contains("1499.90"));
    let verify = |network: &str| format!("verify --network {network} --pin KEYS/alice.pem {BOB} -");
    assert!(done(&verify("digikoppeling_wus_se"), &message).contains("1499.90"));
    fails(&verify("vbms_us"), &message, 1, "");
    // The signed one signs the same, and encrypts nothing.
    let signed = done(&format!("secure --network digikoppeling_wus_s {ALICE} -"), envelope());
    fails(&verify("digikoppeling_wus_se"), &signed, 1, "encrypted");
    fails("verify --network digikoppeling_wus_s --pin KEYS/carol.pem -", &signed, 1, "");
    let legacy = done(
        "sign --key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --allow-legacy --signature-method rsa-sha1 --part Body --part Timestamp -",
        envelope(),
    );
    fails("verify --network digikoppeling_wus_s --pin KEYS/alice.pem -", &legacy, 1, "in place of --network");
}

#[test]
fn a_service_answers_as_the_network_says() {
    let folder = tempfile_folder();
    let request = folder.join("request.xml");
    let message = done(&format!("secure --network digikoppeling_wus_s {ALICE} -"), envelope());
    std::fs::write(&request, &message).expect("written");
    let request = request.display();
    let answer = envelope().replace("1499.90", "done").replace("<a:To>", "<a:RelatesTo>urn:1</a:RelatesTo><a:To>");
    let bob = "--key KEYS/bob.key --cert KEYS/bob.pem";
    let reply = done(&format!("secure --network digikoppeling_wus_s --reply --confirm {request} {bob} -"), answer);
    let verify = format!("verify --network digikoppeling_wus_s --reply --request {request} --pin KEYS/bob.pem -");
    assert!(done(&verify, &reply).contains("done"));
    fails(&verify, &message, 1, "");
    fails(&format!("secure --network face_es --reply {bob} -"), envelope(), 2, "no Security header");
}

fn tempfile_folder() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("wss-networks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Where a network leaves the Body to TLS, nobody answers for it, and that is said before it is printed.
#[test]
fn a_body_that_nobody_signed_is_printed_only_on_demand() {
    let folder = tempfile_folder();
    let (password, users) = (folder.join("password"), folder.join("users"));
    std::fs::write(&password, "s3cret").expect("written");
    std::fs::write(&users, "ann\ts3cret\n").expect("written");
    let secure = format!("secure --network onvif --user ann --password-file {} -", password.display());
    let message = done(
        &secure,
        envelope().replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
    );
    let evil = message.replace("1499.90", "9499.90");
    let verify = format!("verify --network onvif --user-file {}", users.display());
    let output = run(&format!("{verify} -"), &evil);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("--print-unauthenticated"));
    fails(&format!("{verify} --format json -"), &evil, 1, "--print-unauthenticated");
    assert!(done(&format!("{verify} --print-unauthenticated -"), &evil).contains("9499.90"));
}

/// Where a network signs something else than the Body, the same holds.
#[test]
fn a_body_outside_of_the_signature_is_printed_only_on_demand() {
    let message = done(&format!("secure --network dian_co {ALICE} -"), envelope().replace(SOAP11, SOAP12));
    let evil = message.replace("1499.90", "9499.90");
    let verify = "verify --network dian_co --pin KEYS/alice.pem";
    for message in [&message, &evil] {
        let output = run(&format!("{verify} -"), message);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{}", text(&output.stderr));
        fails(&format!("{verify} --format json -"), message, 1, "--print-unauthenticated");
    }
    assert!(done(&format!("{verify} --print-unauthenticated -"), &evil).contains("9499.90"));
}

/// A holder of key signs the Timestamp; the Body is the transport's.
#[test]
fn a_body_beside_what_a_holder_of_key_signs_is_printed_only_on_demand() {
    let golden = format!("{}/../../vectors/networks/ehealth_exchange_us/request.xml", env!("CARGO_MANIFEST_DIR"));
    let message = std::fs::read_to_string(golden).expect("the message");
    let trusts = |audience: &str| format!("--trust KEYS/ca.pem --saml-issuer KEYS/carol.pem --audience {audience}");
    let verify = |audience: &str, options: &str| {
        let trusts = trusts(audience);
        format!("verify --network ehealth_exchange_us {trusts} --now 2026-12-01T12:00:00Z {options} -")
    };
    fails(&verify("urn:service", ""), &message, 1, "--print-unauthenticated");
    let printed = run(&verify("urn:service", "--print-unauthenticated"), &message);
    assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
    assert!(text(&printed.stdout).contains("Body>") && text(&printed.stderr).contains("not authenticated"));
    let json = done(&verify("urn:service", "--print-unauthenticated --format json"), &message);
    assert!(json.contains("\"bodyAuthenticated\": false"), "{json}");
    // What the network demands is demanded all the same.
    fails(&verify("urn:another", "--print-unauthenticated"), &message, 1, "another audience");
    fails(&verify("urn:service", "--print Body"), &message, 2, "--require in place of --network");
}

#[test]
fn what_a_network_needs_is_named_by_its_option() {
    fails("secure --network sat_mx -", envelope(), 2, "--key and --cert");
    fails(&format!("secure --network edelivery_1_15 {ALICE} -"), envelope(), 2, "--to");
    fails("verify --network amadeus -", envelope(), 2, "--user-file");
    fails(&format!("secure --network eet_cs {ALICE} -"), envelope(), 2, "perhaps eet_cz is meant");
    fails(&format!("secure --network edelivery_1_15+skis {ALICE} -"), envelope(), 2, "key-identifiers");
    fails(&format!("sign --network eet_cz {ALICE} -"), envelope(), 2, "wss secure");
    // What a network decides cannot be decided again.
    fails(&format!("secure --network eet_cz --timestamp 60 {ALICE} -"), envelope(), 2, "cannot be used with");
    fails("verify --network eet_cz --require signed:Body -", envelope(), 2, "cannot be used with");
}

#[test]
fn the_networks_are_listed_with_how_sure_their_facts_are() {
    let list = done("networks", "");
    let line = |name: &str| list.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("owsm ").contains("reports"), "{list}");
    assert!(line("edelivery_1_15 ").contains("read"), "{list}");
    let one = done("networks sat_mx", "");
    assert!(one.contains("rsa-sha1") && one.contains("phpcfdi") && one.contains("Autentica"), "{one}");
    let json = done("networks --format json", "");
    assert!(json.contains("\"name\": \"bdew_1_2\"") || json.contains("\"name\":\"bdew_1_2\""), "{json}");
    fails("networks eet_cs", "", 2, "perhaps eet_cz is meant");
}

/// Below an authority, a partner is judged as the network says: its revocation is known, unless an option says otherwise.
#[test]
fn a_partner_below_an_authority_is_judged_as_the_network_says() {
    let message =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/networks/peppol_as4_2/request.mime"));
    let message = message.expect("a golden message");
    let verify = format!("verify --network peppol_as4_2 --trust KEYS/ca.pem {BOB} --now 2026-12-01T12:00:00Z");
    fails(&format!("{verify} -"), &message, 1, "--crl");
    done(&format!("{verify} --crl KEYS/ca.crl -"), &message);
    done(&format!("{verify} --revocation unknown-is-good -"), &message);
    let pinned = verify.replace("--trust KEYS/ca.pem", "--pin KEYS/alice.pem");
    done(&format!("{pinned} -"), &message);
}

/// What a signed `eb:Messaging` says is held to the network and to who signed: phase4, PeppolPMode and Phase4PeppolSender.
#[test]
fn a_user_message_is_held_to_its_network_and_to_who_signed_it() {
    let kind = "urn:fdc:peppol.eu:2017:identifiers:ap";
    let roles = ["initiator", "responder"].map(|role| format!("{}{role}", ws_security::ebms::NAMESPACE));
    let party = |id: &str, role: usize| Party::new(Typed::of(id, kind), roles[role].as_str());
    let message = |sender: &str| {
        let now = std::time::SystemTime::now();
        let mut message = UserMessage::new("1@example.org", now, party(sender, 0), party("Bob", 1))
            .agreement("urn:fdc:peppol.eu:2017:agreements:tia:ap_provider");
        message.properties =
            ["originalSender", "finalRecipient"].map(|name| Property::new(name, "iso6523:0088:1")).to_vec();
        message
    };
    let attached = tempfile_folder().join("invoice.gz");
    std::fs::write(&attached, b"\x1F\x8B").expect("written");
    let secure = format!("secure --network peppol_as4_2 {ALICE} --to KEYS/bob.pem --attach {} -", attached.display());
    let verify = |network: &str| format!("verify --network {network} --pin KEYS/alice.pem {BOB} -");
    let sent_as = |envelope: String| {
        let output = run(&secure, envelope);
        assert!(output.status.success(), "{}", text(&output.stderr));
        output.stdout
    };
    let written = |message: UserMessage| {
        Messaging::from(message).envelope(SoapVersion::V12, &Limits::default()).expect("few entries")
    };
    let sent = |message: UserMessage| sent_as(written(message));
    done(&verify("peppol_as4_2"), sent(message("Alice")));
    let other = sent(message("Mallory"));
    fails(&verify("peppol_as4_2"), &other, 1, "the sender \"Mallory\" is not the one that the certificate");
    // The same message is one of eDelivery, whose partners agree on parties by themselves.
    done(&verify("edelivery_1_15"), &other);
    let mut broken = message("Alice");
    broken.to.role = "urn:receiver".into();
    fails(&verify("peppol_as4_2"), sent(broken), 1, "the role \"urn:receiver\"");
    let mut broken = message("Alice");
    broken.agreement = None;
    fails(&verify("peppol_as4_2"), sent(broken), 1, "eb:AgreementRef is not");
    let (unreadable, twins) = (written(message("Alice")), ["<eb:Timestamp>", "<eb:Timestamp>on "]);
    fails(&verify("peppol_as4_2"), sent_as(unreadable.replace(twins[0], twins[1])), 1, "is not an xsd:dateTime");
}
