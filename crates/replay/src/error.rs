//! Why a store did not accept a key as new.

use std::fmt;

use thiserror::Error;

/// Why a message was not accepted as new.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// *Refused.* The message was accepted before, or what may come once was: its signature, its nonce or its assertion.
    #[error(
        "the message was received before, or its signature, nonce or assertion came in another one: have the peer make each \
         message anew"
    )]
    Seen,
    /// *Refused.* The store is full of live entries.
    #[error("the replay store is full: raise its capacity")]
    Full,
    /// *Refused.* The clock shows an earlier time than before, and the store has removed entries that would be live at
    /// that time.
    #[error("the clock went back to a time whose replay entries were already removed: correct the clock, or wait")]
    ClockWentBack,
    /// *Failed.* The store cannot tell whether the message is new.
    #[error("the replay store gives no answer ({cause}): check the store and its connection")]
    Failed {
        /// The report of the store, or of the connection to it.
        cause: Cause,
    },
    /// *Misuse.* The receiver was built with [`DeferredReplay`](crate::DeferredReplay), which accepts nothing.
    #[error(
        "this receiver has no replay store: open the message with `Receiver::deferred` and give a store to `accept`"
    )]
    Deferred,
}

impl ReplayError {
    /// [`ReplayError::Failed`] with this report.
    pub fn failed(cause: impl fmt::Display) -> Self {
        Self::Failed { cause: Cause(cause.to_string()) }
    }
}

/// The report of a store. It may quote a server, so control characters are escaped and it is cut at 300 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause(String);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars().take(300) {
            match character {
                // `escape_debug` also escapes quotes, which are harmless here.
                '"' | '\'' => write!(f, "{character}")?,
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{61C}' => {
                    write!(f, "{}", character.escape_unicode())?;
                }
                other => write!(f, "{}", other.escape_debug())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::ReplayError;

    #[test]
    fn what_a_server_said_is_shown_escaped_and_cut() {
        let shown = ReplayError::failed(format!("a\nb\u{1b}[2J\u{9b}\u{202e}\"q\"{}", "x".repeat(4_000))).to_string();
        assert!(shown.contains("a\\nb\\u{1b}[2J\\u{9b}\\u{202e}\"q\"x"), "{shown}");
        assert!(shown.len() < 700 && !shown.chars().any(char::is_control));
    }
}
