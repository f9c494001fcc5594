//! Why a profile cannot be used.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;

use wss_crypto::LoadError;
use wss_header::ElementPathError;
use wss_networks::NetworkError;
use wss_text::{WireText, shown};
use wss_tokens::TrustError;

/// Why a profile cannot be used. Keys of the profile are quoted in backticks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// *Misuse.* A file, or standard input, cannot be read.
    #[error("{what}: {cause}")]
    Read {
        /// The file.
        what: WireText,
        /// Why.
        cause: std::io::Error,
    },
    /// *Misuse.* There is no such file, and its name is a thumbprint.
    #[error(
        "{what} is no file, but looks like the thumbprint of a certificate: give the file of the certificate, whose thumbprint \
         openssl x509 -noout -fingerprint -in FILE prints (with -sha256, that of SHA-256)"
    )]
    Thumbprint {
        /// The value that was given.
        what: WireText,
    },
    /// *Misuse.* An environment variable is not set, or its value is not UTF-8.
    #[error("the environment variable {name} is not set to text: set it, or name a file instead")]
    Environment {
        /// The variable.
        name: WireText,
    },
    /// *Misuse.* The file is not TOML or JSON.
    #[error("not a profile: {cause}")]
    Syntax {
        /// The message of the parser, with the line.
        cause: WireText,
    },
    /// *Misuse.* There is no such key. Nothing in a profile is ignored.
    #[error("`{key}` is no key of {place}{near}: known are {known}")]
    UnknownKey {
        /// The key.
        key: WireText,
        /// The table.
        place: &'static str,
        /// The nearest key.
        near: Near,
        /// All keys.
        known: Known,
    },
    /// *Misuse.* The value of a key has the wrong type, or the key does not know its word.
    #[error("`{key}`: {cause}")]
    Value {
        /// The key.
        key: WireText,
        /// The message of the parser.
        cause: WireText,
    },
    /// *Misuse.* A key does not know the word that it is given.
    #[error("`{key}` {given:?} is {what}{near}: {advice}")]
    UnknownWord {
        /// The key.
        key: &'static str,
        /// The value.
        given: WireText,
        /// The defect of the value, in words after `is`.
        what: &'static str,
        /// The nearest word.
        near: Near,
        /// Advice that lists all words.
        advice: Known,
    },
    /// *Misuse.* A path of an element cannot be read.
    #[error("{0}")]
    ElementPath(#[from] ElementPathError),
    /// *Misuse.* One key of the profile is given without another key that it needs.
    #[error("`{key}` needs `{other}`: give both, or neither")]
    Needs {
        /// The key.
        key: &'static str,
        /// The other.
        other: &'static str,
    },
    /// *Misuse.* A key needs one of several others.
    #[error("`{key}` needs {others}: give one of them, too")]
    NeedsOneOf {
        /// The key.
        key: &'static str,
        /// The others, with `or` before the last.
        others: Known,
    },
    /// *Misuse.* No key names the signer, or the recipient.
    #[error("{what} is missing: give {give}")]
    Missing {
        /// The missing thing, in words.
        what: &'static str,
        /// The keys that give it.
        give: &'static str,
    },
    /// *Misuse.* Two keys contradict each other.
    #[error("`{key}` cannot be used with `{other}`: leave out one of them")]
    Conflict {
        /// A key.
        key: &'static str,
        /// The other.
        other: &'static str,
    },
    /// *Misuse.* A key is for a step that is left out.
    #[error("`{key}` does nothing where the only step is to {only}: leave it out, or take both steps")]
    LeftOut {
        /// The key.
        key: &'static str,
        /// The step that is done.
        only: &'static str,
    },
    /// *Misuse.* A key or certificate cannot be read.
    #[error("{what}: {cause}")]
    Load {
        /// The file, or another source.
        what: WireText,
        /// Why.
        cause: LoadError,
    },
    /// *Misuse.* The content of a source is not what its key asks for.
    #[error("{what} is not {expected}: correct its content, or give another source")]
    Content {
        /// The source.
        what: WireText,
        /// The kind of content that it should hold.
        expected: &'static str,
    },
    /// *Misuse.* The URI of a token's key is incomplete, or holds its PIN.
    #[error("{uri} {why}")]
    Pkcs11Uri {
        /// The URI.
        uri: WireText,
        /// The defect, and what to write.
        why: &'static str,
    },
    /// *Failed.* The token, or GSS-API.
    #[error("{what}: {cause}")]
    Device {
        /// The source or service.
        what: WireText,
        /// Why.
        cause: WireText,
    },
    /// *Misuse.* This build does not have a feature.
    #[error("{what} needs a build of wss-profile with the feature {feature}: enable it, or use another key")]
    NotBuilt {
        /// The key that needs the feature, in words.
        what: &'static str,
        /// The feature.
        feature: &'static str,
    },
    /// *Misuse.* The anchors cannot be used.
    #[error("{0}")]
    Trust(#[from] TrustError),
    /// *Misuse.* The network needs a key that is missing.
    #[error("{network} needs {what}: give it with {give}")]
    Network {
        /// The network.
        network: &'static str,
        /// The thing that the network needs, in words.
        what: &'static str,
        /// The keys that give it.
        give: &'static str,
    },
    /// *Misuse.* The network does not use a key.
    #[error("messages of {network} have nothing of `{key}`: leave it out")]
    NotOfNetwork {
        /// The network.
        network: &'static str,
        /// The key.
        key: &'static str,
    },
    /// *Misuse.* Another refusal of the network.
    #[error("{0}")]
    OtherNetwork(NetworkError),
    /// *Misuse.* The replies of a network have no header.
    #[error("replies of {network} have no Security header: only TLS protects them, so leave out `reply`")]
    PlainReplies {
        /// The network.
        network: &'static str,
    },
    /// *Misuse.* The profile has no such table.
    #[error("the profile has no table `{table}`: add it")]
    NoTable {
        /// The table.
        table: &'static str,
    },
}

/// ` (perhaps WORD is meant)`, or empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Near(Box<str>);

impl fmt::Debug for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Near({})", shown(&self.0))
    }
}

impl Near {
    pub(crate) fn of<'w>(unknown: &str, known: impl IntoIterator<Item = &'w str>) -> Self {
        Self(wss_text::nearest(unknown, known).into())
    }
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The words that are known, with commas between them.
#[derive(Clone, PartialEq, Eq)]
pub struct Known(Box<str>);

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", shown(&self.0))
    }
}

impl Known {
    pub(crate) fn of(words: &[&str]) -> Self {
        Self(words.join(", ").into())
    }

    /// Keys of which one is wanted.
    pub(crate) fn one_of(keys: &[&str]) -> Self {
        let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        Self(match quoted.split_last() {
            Some((last, [])) => last.as_str().into(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")).into(),
            None => "".into(),
        })
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A word that its key does not know. The advice says what to write.
pub(crate) fn word<'w>(
    key: &'static str,
    given: &str,
    what: &'static str,
    known: impl IntoIterator<Item = &'w str>,
    advice: impl Into<Cow<'static, str>>,
) -> ProfileError {
    word_near(key, given, given, what, known, advice)
}

/// As [`word`], where only a piece of the value is not known.
pub(crate) fn word_near<'w>(
    key: &'static str,
    given: &str,
    unknown: &str,
    what: &'static str,
    known: impl IntoIterator<Item = &'w str>,
    advice: impl Into<Cow<'static, str>>,
) -> ProfileError {
    let advice: Cow<'static, str> = advice.into();
    let (near, advice) = (Near::of(unknown, known), Known(advice.into()));
    ProfileError::UnknownWord { key, given: given.into(), what, near, advice }
}

/// Notes a name that must occur only once. `given` is the value that has it.
pub(crate) fn once<T: Eq + Hash>(
    seen: &mut HashSet<T>,
    name: T,
    key: &'static str,
    given: &str,
    advice: &'static str,
) -> Result<(), ProfileError> {
    match seen.insert(name) {
        true => Ok(()),
        false => Err(word(key, given, "there twice", [], advice)),
    }
}

/// As [`word`], with every known word after the advice. `unknown` is the part of `given` that should be one of them.
pub(crate) fn word_of_list(
    key: &'static str,
    given: &str,
    unknown: &str,
    what: &'static str,
    known: &[&str],
    advice: &str,
) -> ProfileError {
    let near = Near::of(unknown, known.iter().copied());
    let advice = Known(format!("{advice}{}", known.join(", ")).into());
    ProfileError::UnknownWord { key, given: given.into(), what, near, advice }
}

/// A value of which no trust can be made: what is wrong with it is enough.
pub(crate) fn in_words(key: &str, error: TrustError) -> ProfileError {
    match error {
        TrustError::Anchor(cause) => value(key, cause),
        cause => value(key, cause),
    }
}

/// A value that its key cannot have.
pub(crate) fn value(key: &str, cause: impl fmt::Display) -> ProfileError {
    ProfileError::Value { key: key.into(), cause: WireText::of(cause) }
}
