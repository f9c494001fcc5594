//! Progress on a terminal, for work that takes more than a second.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

/// The line on the terminal.
enum Line {
    /// The number of characters that are shown.
    Shown(usize),
    /// No line will be shown: there is no terminal, or the result follows.
    Over,
}

static LINE: Mutex<Line> = Mutex::new(Line::Over);

fn line() -> MutexGuard<'static, Line> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// After a second, writes each second how long the work has taken, if stderr is a terminal: scripts and logs get
/// nothing.
pub(crate) fn begin() {
    if !io::stderr().is_terminal() {
        return;
    }
    *line() = Line::Shown(0);
    let begun = Instant::now();
    thread::spawn(move || {
        loop {
            thread::sleep(SECOND);
            let mut line = line();
            if matches!(*line, Line::Over) {
                return;
            }
            let text = format!("wss: at work for {} s", begun.elapsed().as_secs());
            let mut stderr = io::stderr().lock();
            // If stderr is closed, there is nobody to tell.
            let _unread = write!(stderr, "\r{text}").and_then(|()| stderr.flush());
            *line = Line::Shown(text.len());
        }
    });
}

/// Removes the line, before another line is written to stderr.
pub(crate) fn make_room() {
    if let Line::Shown(characters @ 1..) = &mut *line() {
        let mut stderr = io::stderr().lock();
        let _unread = write!(stderr, "\r{:1$}\r", "", *characters).and_then(|()| stderr.flush());
        *characters = 0;
    }
}

/// Ends the line: the work is done, or a person types.
pub(crate) fn end() {
    make_room();
    *line() = Line::Over;
}
