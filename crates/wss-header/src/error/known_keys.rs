//! The keys that a receiver compared with the one that a message names, in words for an error.

use std::fmt;

use wss_crypto::Certificate;
use wss_text::WireText;

/// The largest number of keys that are named.
const MOST: usize = 3;

/// The keys or certificates of a receiver: their number, and the first of them. It displays the latter, in parentheses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownKeys {
    /// The number of all of them.
    pub count: usize,
    /// The first three: a certificate by its subject and serial number, a secret by its name.
    pub first: Vec<WireText>,
}

impl KnownKeys {
    pub(crate) fn of_certificates<'k>(certificates: impl Iterator<Item = &'k Certificate>) -> Self {
        let mut known = Self::default();
        for certificate in certificates {
            known.add(|| format!("{:?} with serial {}", certificate.subject(), certificate.serial_decimal()));
        }
        known
    }

    /// With these shared secrets as well, each with its name if it has one.
    pub(crate) fn and_secrets<'k>(mut self, names: impl Iterator<Item = Option<&'k str>>) -> Self {
        for name in names {
            self.add(|| match name {
                Some(name) => format!("the secret {name:?}"),
                None => "a secret without a name".to_owned(),
            });
        }
        self
    }

    fn add(&mut self, words: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < MOST {
            self.first.push(WireText::of(words()));
        }
    }
}

impl fmt::Display for KnownKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let are_all = self.count == self.first.len();
        for (at, one) in self.first.iter().enumerate() {
            let before = match at {
                0 if are_all => " (",
                0 => " (among them ",
                _ if at + 1 == self.first.len() => " and ",
                _ => ", ",
            };
            write!(f, "{before}{one}")?;
        }
        f.write_str(if self.first.is_empty() { "" } else { ")" })
    }
}
