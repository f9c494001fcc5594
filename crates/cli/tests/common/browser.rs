//! A page in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// One browser at a time has the profile.
static ONE: Mutex<()> = Mutex::new(());

/// The browser of this machine; `None`, and said so, if there is none. CI has one.
pub(crate) fn browser() -> Option<&'static str> {
    let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(runs);
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI has a browser");
        eprintln!("SKIPPED: no Chromium");
    }
    found
}

/// What the person before the screen prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

/// The widths and schemes that a page is looked at with.
#[allow(dead_code, reason = "the page of bindings/wasm is looked at with fewer")]
pub(crate) const LOOKS: [(usize, Scheme); 6] = [
    (400, Scheme::Light),
    (400, Scheme::Dark),
    (800, Scheme::Light),
    (800, Scheme::Dark),
    (900, Scheme::Light),
    (1_400, Scheme::Light),
];

/// What was seen of a page.
pub(crate) struct Seen {
    /// Its elements, after its script ran.
    pub(crate) dom: String,
    /// Whether something is wider than the page.
    pub(crate) is_wide: bool,
    /// The contrast of the text that is hardest to read, as WCAG 2.1 computes it, and that text.
    pub(crate) contrast: (f64, String),
}

impl Seen {
    /// Nothing is wider than the page, and every text has the contrast that WCAG 2.1 §1.4.3 demands.
    #[track_caller]
    pub(crate) fn assert_legible(&self, look: (usize, Scheme)) {
        assert!(!self.is_wide, "{look:?}: something is wider than the page");
        let (contrast, text) = &self.contrast;
        assert!(*contrast >= 4.5, "{look:?}: {contrast} of {text}");
    }
}

/// Looks at a page of this width. A window has at least 500 pixels, so the page is in a frame.
pub(crate) fn look(browser: &str, page: &Path, (width, scheme): (usize, Scheme)) -> Seen {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch =
        |name: &str| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join([name, env!("CARGO_CRATE_NAME")].concat());
    let around = scratch("around-").with_extension("html");
    let frame = format!(
        "<!DOCTYPE html><meta name=\"color-scheme\" content=\"light dark\"><body><script>{PROBE}</script>\
         <iframe onload=\"probe(this)\" style=\"border:0;width:{width}px;height:900px\" src=\"file://{}\"></iframe></body>",
        page.display()
    );
    std::fs::write(&around, frame).expect("written");
    let preferred = if scheme == Scheme::Dark { 0 } else { 1 };
    let dom = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"])
        .args(["--allow-file-access-from-files", "--window-size=1600,900"])
        .arg(format!("--blink-settings=preferredColorScheme={preferred}"))
        .arg(format!("--user-data-dir={}", scratch("chromium-").display()))
        .arg(format!("file://{}", around.display()))
        .output()
        .expect("a browser");
    let dom = String::from_utf8(dom.stdout).expect("UTF-8");
    let (_, seen) = dom.split_once("<pre id=\"seen\"").unwrap_or_else(|| panic!("what was seen: {dom:.2000}"));
    let (attributes, text) = seen.split_once('>').expect("the end of the tag");
    let said = |name: &str| {
        let (_, value) = attributes.split_once(&format!("data-{name}=\"")).expect(name);
        value.split('"').next().unwrap_or_default().to_owned()
    };
    assert_eq!(said("dark"), (scheme == Scheme::Dark).to_string(), "the scheme is that of the browser");
    let text = text.split("</pre>").next().unwrap_or_default();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{A0}").replace("&amp;", "&");
    Seen {
        dom: text,
        is_wide: said("wide") == "true",
        contrast: (said("contrast").parse().expect("a number"), said("faint")),
    }
}

/// Reads off the frame what [`Seen`] has.
const PROBE: &str = r#"
const parts = colour => colour.match(/[\d.]+/g).map(Number);
const channel = part => (part /= 255) <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
const luminance = ([red, green, blue]) => .2126 * channel(red) + .7152 * channel(green) + .0722 * channel(blue);
function probe(frame) {
  const page = frame.contentDocument, style = element => frame.contentWindow.getComputedStyle(element);
  const dark = frame.contentWindow.matchMedia('(prefers-color-scheme: dark)').matches;
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = parts(style(element).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return dark ? [18, 18, 18] : [255, 255, 255];
  };
  let contrast = 21, faint = '';
  const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim(), element = texts.currentNode.parentElement;
    if (!text || !element.checkVisibility()) continue;
    const pair = [luminance(parts(style(element).color)), luminance(ground(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + .05) / (pair[1] + .05);
    if (ratio < contrast) [contrast, faint] = [ratio, element.tagName + '.' + element.className + ' ' + text.slice(0, 40)];
  }
  const root = page.documentElement, seen = document.createElement('pre');
  seen.id = 'seen';
  // A page of megabytes is not laid out once more.
  seen.hidden = true;
  faint = faint.replace(/[<>"]/g, ' ');
  Object.assign(seen.dataset, { dark, contrast: contrast.toFixed(2), faint, wide: root.scrollWidth > root.clientWidth });
  seen.textContent = root.outerHTML;
  frame.replaceWith(seen);
}"#;
