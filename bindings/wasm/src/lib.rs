//! What the page calls: a plain C interface of four functions, and what they left in memory.
//!
//! The page asks for room for the message ([`room`]), fills it, and has it looked at ([`look`]). Two texts are then in
//! memory, one after the other: the picture and the report, each a page of its own ([`answer`], [`lengths`]); or one text
//! that says why there are none.
//!
//! The module imports nothing, so that it can do nothing but compute: it has no clock (the page says what time it is),
//! no randomness and no network. What it writes is what `wss inspect --html` and `wss lint --html` write, octet by octet.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ws_security::bsp::Context;
use ws_security::{FixedClock, Limit, Limits};
use wss_inspect::Message;
use wss_inspect::lint::{RefusedShapes, Words};
use wss_profile::Wording;

/// Octets of a message.
const MAX_MESSAGE: usize = 16 << 20;
/// Octets of both pages. Each is many times as long as its message.
const MAX_PAGES: usize = 256 << 20;

thread_local! {
    static MESSAGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static ANSWER: RefCell<Answer> = const { RefCell::new(Answer { octets: Vec::new(), first: 0 }) };
}

/// The texts, one after the other, and the octets of the first.
struct Answer {
    octets: Vec<u8>,
    first: usize,
}

/// Makes room for a message of so many octets, and says where. Null if that is more than the page takes.
#[allow(unsafe_code, reason = "the name is what the page calls; nothing else in the module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn room(octets: usize) -> *mut u8 {
    if octets > MAX_MESSAGE {
        return std::ptr::null_mut();
    }
    MESSAGE.with_borrow_mut(|message| {
        *message = vec![0; octets];
        message.as_mut_ptr()
    })
}

/// Looks at the message, at a time in seconds since 1970. Gives 0 if there are two pages, and 1 if there is one text that
/// says why not.
#[allow(unsafe_code, reason = "the name is what the page calls; nothing else in the module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn look(now: f64) -> u32 {
    let octets = MESSAGE.take();
    let (answer, status) = match pages(&octets, now) {
        Ok(answer) => (answer, 0),
        Err(why) => (Answer { first: why.len(), octets: why.into_bytes() }, 1),
    };
    ANSWER.set(answer);
    status
}

/// Where the texts are.
#[allow(unsafe_code, reason = "the name is what the page calls; nothing else in the module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    ANSWER.with_borrow(|answer| answer.octets.as_ptr())
}

/// The octets of the first text (0) and of the second (1).
#[allow(unsafe_code, reason = "the name is what the page calls; nothing else in the module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn lengths(text: u32) -> usize {
    ANSWER.with_borrow(|answer| if text == 0 { answer.first } else { answer.octets.len() - answer.first })
}

fn pages(octets: &[u8], now: f64) -> Result<Answer, String> {
    let limits = limits();
    let clock = Duration::try_from_secs_f64(now).ok().and_then(|since| UNIX_EPOCH.checked_add(since));
    let clock = clock.ok_or("the clock of this browser is wrong: set it")?;
    let message = Message::read(octets, &limits).map_err(said)?;
    let picture = message.picture_by(Arc::new(FixedClock(clock))).map_err(said)?;
    let picture = picture.in_words(&in_options);
    let mut pages = Pages(Vec::new());
    picture.write_html(&message, &mut pages).map_err(said)?;
    let first = pages.0.len();
    let report = message.lint(&Context::new().limits(limits)).map_err(said)?;
    let shapes = RefusedShapes::of(&message, None, &report, &[]);
    let shapes = Some((&shapes, &in_options as Words<'_>));
    wss_inspect::lint::write_html(&report, shapes, &message, &mut pages).map_err(said)?;
    Ok(Answer { octets: pages.0, first })
}

/// A text of the library with the options of `wss` in place of calls: the page has none.
fn in_options(text: &str) -> String {
    Wording::OptionsOfWss.of(text)
}

fn said(error: impl std::error::Error) -> String {
    in_options(&error.to_string())
}

/// Those of the command `wss`, for the messages that this page takes.
fn limits() -> Limits {
    Limits::default()
        .with(Limit::DocumentOctets, MAX_MESSAGE as u64)
        .with(Limit::PlaintextOctets, MAX_MESSAGE as u64)
        .with(Limit::Nodes, 1_000_000)
        .with(Limit::Depth, 256)
        .with(Limit::NameOctets, 4_096)
        .with(Limit::ValueOctets, 1 << 20)
        .with(Limit::References, 256)
        .with(Limit::Transforms, 5)
        .with(Limit::DigestedOctets, 16)
        .with(Limit::ParsedOctets, 128)
}

/// Memory that says when it is enough, before the browser does.
struct Pages(Vec<u8>);

impl Write for Pages {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.0.len() + octets.len() > MAX_PAGES {
            return Err(io::Error::other(
                "the message is too large for a browser: `wss inspect --html` and `wss lint --html` show it",
            ));
        }
        self.0.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
