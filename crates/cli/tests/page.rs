//! The page of `bindings/wasm` in Chromium: what it shows of a file is what `wss inspect` and `wss lint` write, octet by octet.
//!
//! `bindings/wasm/build` makes it, and `WSS_PAGE` names it.

#[path = "common/browser.rs"]
mod browser;
mod common;

use std::path::PathBuf;

use browser::{Scheme, browser, look};
use common::wss;

/// A signed message, which a stranger changed afterwards and filled with text that a page could take for its own.
fn hostile() -> String {
    let envelope = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
                    <pay xmlns=\"urn:bank\"><to>Ann</to><amount>1499.90</amount></pay></s:Body></s:Envelope>";
    let envelope = scratch("envelope.xml", envelope.as_bytes());
    let arguments = ["sign", "--key", "KEYS/alice.key", "--cert", "KEYS/alice.pem", "--timestamp", "300"];
    let output = wss(arguments.into_iter().chain(envelope.to_str()), "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let signed = String::from_utf8(output.stdout).expect("UTF-8");
    signed.replace("Ann", "&lt;/script>&lt;img src=x onerror=alert(1)>\u{202E}&amp;quot;")
}

fn scratch(name: &str, content: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("page-{}-{name}", std::process::id()));
    std::fs::write(&path, content).expect("written");
    path
}

/// The page as the build made it; `None`, and said so, if there is none.
fn page() -> Option<String> {
    let path = std::env::var_os("WSS_PAGE");
    if path.is_none() {
        eprintln!("SKIPPED: no page for browsers: `bindings/wasm/build` makes it, and WSS_PAGE names it");
    }
    path.map(|path| std::fs::read_to_string(path).expect("the page that WSS_PAGE names"))
}

/// Octets as the browser makes them.
fn octets(octets: &[u8]) -> String {
    format!("new Uint8Array({octets:?})")
}

/// Chooses a file of these octets as a person does. The window is not loaded, and so not looked at, before both pages inside are.
fn choosing(page: &str, octets: &str) -> String {
    let choose = format!(
        "<script>\
         const given=new DataTransfer();given.items.add(new File([{octets}],'message.xml'));\
         const field=document.getElementById('file');field.files=given.files;field.dispatchEvent(new Event('change'));\
         const shown=id=>document.getElementById(id)?.dataset.ready;\
         const ended=()=>document.documentElement.dataset.state==='refused'||shown('drawing')&&shown('lint');\
         (function wait(){{const f=document.createElement('iframe');f.hidden=true;f.srcdoc='';\
         f.onload=()=>{{if(!ended())wait();f.remove()}};document.body.append(f)}})()\
         </script></body>"
    );
    page.replace("</body>", &choose)
}

/// The page that a frame shows, from the attribute of the frame.
fn inside(dom: &str, id: &str) -> String {
    let (_, frame) = dom.split_once(&format!("<iframe id=\"{id}\"")).unwrap_or_else(|| panic!("{id} in {dom:.3000}"));
    let (_, text) = frame.split_once("srcdoc=\"").expect("the page inside");
    let (text, _) = text.split_once('"').expect("its end");
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{A0}")
        .replace("&amp;", "&")
}

/// What the frame said of itself, after its own script ran.
fn said(dom: &str, id: &str) -> String {
    let (_, frame) = dom.split_once(&format!("<iframe id=\"{id}\"")).expect("the frame");
    let (before, rest) = frame.split_once("srcdoc=\"").expect("the page inside");
    let after = rest.split_once('"').and_then(|(_, rest)| rest.split_once('>')).expect("the end of the frame").0;
    format!("{before}{after}")
}

#[test]
fn a_file_is_drawn_and_linted_in_the_browser_as_by_the_command() {
    let (Some(page), Some(browser)) = (page(), browser()) else { return };
    let message = hostile();
    let file = scratch("message.xml", message.as_bytes());
    let opened = scratch("hostile.html", choosing(&page, &octets(message.as_bytes())).as_bytes());
    // The pages inside are looked at with more in the tests of the commands.
    for at in [(800, Scheme::Dark), (900, Scheme::Light), (1_400, Scheme::Light)] {
        let seen = look(browser, &opened, at);
        seen.assert_legible(at);
        let dom = seen.dom;
        for (frame, verb, has) in
            [("drawing", "inspect", "digest does not fit"), ("lint", "lint", "Basic Security Profile 1.1")]
        {
            let html = scratch(&format!("{verb}.html"), b"");
            let _output = wss([verb, "--html", html.to_str().expect("UTF-8"), file.to_str().expect("UTF-8")], "");
            let native = std::fs::read_to_string(&html).expect("the page of the command");
            assert!(native.contains(has), "{verb}");
            let inside = inside(&dom, frame);
            let (inside, _) = inside.split_once("<script>addEventListener").expect("what the page adds");
            assert!(inside == native, "{frame} is not what `wss {verb}` writes:\n{inside:.2000}\n{native:.2000}");
            let said = said(&dom, frame);
            let articles: usize = said
                .split_once("data-ready=\"")
                .and_then(|(_, ready)| ready.split('"').next()?.parse().ok())
                .unwrap_or_else(|| panic!("{frame} is not ready: {said}"));
            assert!(frame == "lint" || articles >= 3, "token, timestamp and signature: {articles}");
            assert!(said.contains("data-wide=\"false\""), "{frame} at {at:?}: {said}");
            assert!(said.contains("sandbox=\"allow-scripts\""), "{said}");
        }
    }
}

#[test]
fn what_cannot_be_shown_is_refused_in_words_and_nothing_is_shown() {
    let (Some(page), Some(browser)) = (page(), browser()) else { return };
    let deep = "<a>".repeat(300) + &"</a>".repeat(300);
    for (name, octets, words) in [
        ("gzip", octets(b"\x1F\x8B\x08\x00"), "it is compressed by gzip"),
        ("markup", octets(b"<img src=x onerror=alert(1)>"), "not well-formed"),
        ("deep", octets(deep.as_bytes()), "256"),
        ("large", "new Uint8Array(17<<20)".to_owned(), "this page takes 16777216"),
    ] {
        let opened = scratch(&format!("{name}.html"), choosing(&page, &octets).as_bytes());
        let seen = look(browser, &opened, (400, Scheme::Dark));
        seen.assert_legible((400, Scheme::Dark));
        let dom = seen.dom;
        let (_, said) = dom.split_once("<p id=\"said\"").expect("what it says");
        let said = said.split_once("</p>").expect("its end").0;
        assert!(said.contains("class=\"bad\"") && said.contains(words), "{name}: {said}");
        assert!(!dom.contains("<iframe id=\"drawing\"") && !said.contains("<img"), "{name}: {said}");
    }
}

#[test]
fn the_page_is_one_file_that_loads_nothing() {
    let Some(page) = page() else { return };
    assert!(page.contains("default-src 'none'") && !page.contains("connect-src"), "its policy");
    for outside in ["http://", "https://", " src=", "import ", "@module@"] {
        assert!(!page.contains(outside), "{outside}");
    }
}
