//! `wss inspect`: the picture of a message as JSON and as a page.

#[path = "common/browser.rs"]
mod browser;
mod common;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use browser::{LOOKS, browser, look};
use common::wss;
use serde_json::Value;

const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
                        <pay xmlns=\"urn:bank\"><to>Ann</to><amount>1499.90</amount></pay></s:Body></s:Envelope>";

fn scratch(name: &str, content: &str) -> PathBuf {
    // Tests run at once, and two may look at messages of their own.
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let (process, nth) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("inspect-{process}-{nth}-{name}"));
    std::fs::write(&path, content).expect("written");
    path
}

/// A message whose header is signed and whose Body is encrypted.
fn secured(name: &str) -> String {
    let envelope = scratch(&format!("{name}.xml"), ENVELOPE);
    let envelope = envelope.to_str().expect("UTF-8");
    let arguments = [
        "secure",
        "--key",
        "KEYS/alice.key",
        "--cert",
        "KEYS/alice.pem",
        "--to",
        "KEYS/bob.pem",
        "--timestamp",
        "300",
        envelope,
    ];
    run(0, &arguments)
}

fn run(code: i32, arguments: &[&str]) -> String {
    let output = wss(arguments.iter().copied(), "");
    let (text, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    text.into_owned()
}

fn picture(message: &str) -> Value {
    let file = scratch("message.xml", message);
    let text = run(0, &["inspect", "--format", "json", file.to_str().expect("UTF-8")]);
    serde_json::from_str(&text).expect("JSON")
}

/// The links of one kind, of all items.
fn links<'p>(picture: &'p Value, kind: &str) -> Vec<&'p Value> {
    let items = picture["headers"]
        .as_array()
        .expect("headers")
        .iter()
        .flat_map(|header| header["items"].as_array().expect("items"));
    items.flat_map(|item| item["links"].as_array().expect("links")).filter(|link| link["kind"] == kind).collect()
}

#[test]
fn the_picture_says_what_is_signed_and_encrypted_and_by_which_keys() {
    let picture = picture(&secured("whole"));
    assert_eq!(picture["verified"], false);
    // The Body was encrypted after it was signed, which is no problem.
    assert_eq!(picture["problems"].as_array().map(Vec::len), Some(0), "{picture}");
    let items: Vec<&str> = picture["headers"][0]["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|item| item["name"].as_str())
        .collect();
    for name in ["BinarySecurityToken", "Timestamp", "Signature", "EncryptedKey"] {
        assert!(items.contains(&name), "{name} in {items:?}");
    }
    let targets: Vec<&str> = links(&picture, "covers").iter().filter_map(|link| link["target"].as_str()).collect();
    assert!(targets.iter().any(|path| path.contains("Body")), "{targets:?}");
    assert!(targets.iter().any(|path| path.contains("Timestamp")), "{targets:?}");
    assert_eq!(picture["encrypted"].as_array().map(Vec::len), Some(1));
    assert_eq!(links(&picture, "opens").len(), 1);
    assert!(
        links(&picture, "key by").iter().any(|link| link["target"].as_str().is_some_and(|path| path.contains("Token")))
    );
}

#[test]
fn a_digest_that_does_not_fit_is_the_first_thing_said() {
    let envelope = scratch("signed.xml", ENVELOPE);
    let sign = [
        "sign",
        "--key",
        "KEYS/alice.key",
        "--cert",
        "KEYS/alice.pem",
        "--part",
        "Body",
        envelope.to_str().expect("UTF-8"),
    ];
    let signed = run(0, &sign);
    assert_eq!(picture(&signed)["problems"].as_array().map(Vec::len), Some(0), "{signed}");
    assert!(links(&picture(&signed), "covers").iter().all(|link| link["digestFits"] == true));

    let indented = picture(&signed.replace("<to>Ann</to>", "\n  <to>Ann</to>\n"));
    let problem = indented["problems"][0].as_str().expect("a problem");
    assert!(problem.contains("Body") && problem.contains("white space"), "{problem}");
    let changed = picture(&signed.replace("1499.90", "9499.90"));
    assert!(changed["problems"][0].as_str().expect("a problem").contains("does not fit"));
    let file = scratch("changed.xml", &signed.replace("1499.90", "9499.90"));
    let text = run(0, &["inspect", file.to_str().expect("UTF-8")]);
    assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("! the digest of")), "{text}");
    assert!(!text.contains('\x1b'), "no colours into a pipe");
}

#[test]
fn a_browser_shows_the_page_at_every_width() {
    let Some(browser) = browser() else { return };
    // What a stranger wrote is shown as text.
    let hostile =
        secured("page").replace("<s:Envelope ", "<s:Envelope x=\"&lt;script>document.title='run'&lt;/script>\" ");
    let (message, page) = (scratch("page-in.xml", &hostile), scratch("page.html", ""));
    let paths = [&message, &page].map(|path| path.to_str().expect("UTF-8"));
    run(0, &["inspect", "--html", paths[1], paths[0]]);
    for at in LOOKS {
        let seen = look(browser, &page, at);
        seen.assert_legible(at);
        let dom = seen.dom;
        let articles = dom.matches("<article class=").count();
        assert!(articles >= 4 && dom.contains(&format!("data-ready=\"{articles}\"")), "{at:?}");
        assert!(dom.contains("<title>Security of a message</title>"), "no script of the message ran");
    }
    let source = std::fs::read_to_string(&page).expect("a page");
    assert!(!source.contains("http-equiv=\"refresh\"") && !source.contains(" src="), "the page loads nothing");
    // A password is shown nowhere, nor the key of a token.
    let with_password = ENVELOPE.replace(
        "<s:Body>",
        "<s:Header><wsse:Security xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">\
         <wsse:UsernameToken><wsse:Username>ann</wsse:Username><wsse:Password>hunter2</wsse:Password></wsse:UsernameToken>\
         </wsse:Security></s:Header><s:Body>\
         <t:BinarySecret xmlns:t=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">hunter3</t:BinarySecret>\
         <t:BinarySecret xmlns:t=\"http://schemas.xmlsoap.org/ws/2005/02/trust\">hunter4</t:BinarySecret>\
         <t:BinarySecret xmlns:t=\"http://schemas.xmlsoap.org/ws/2004/04/trust\">hunter5</t:BinarySecret>",
    );
    let (message, secret) = (scratch("password.xml", &with_password), scratch("password.html", ""));
    run(0, &["inspect", "--html", secret.to_str().expect("UTF-8"), message.to_str().expect("UTF-8")]);
    let shown = std::fs::read_to_string(&secret).expect("a page");
    assert!(shown.contains("ann") && shown.contains("t:BinarySecret") && !shown.contains("hunter"));
    // Each link of the drawing leads to a mark in the message.
    let links: Vec<&str> = source.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() > 8, "{links:?}");
    for id in links {
        assert!(source.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(source.contains("<mark class=\"covered encrypted\"") || source.contains("<mark class=\"covered\""));
}
