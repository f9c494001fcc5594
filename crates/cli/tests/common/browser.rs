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

/// The elements of a page after its script ran, in a window of this width.
pub(crate) fn dom(browser: &str, page: &Path, width: usize) -> String {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let profile = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(concat!("chromium-", env!("CARGO_CRATE_NAME")));
    let dom = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"])
        .arg(format!("--window-size={width},900"))
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("a browser");
    String::from_utf8(dom.stdout).expect("UTF-8")
}
