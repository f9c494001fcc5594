//! The sources of keys, certificates and passwords: a file, an environment variable, or a token.

use std::convert::Infallible;
use std::fmt;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wss_c14n::{Document, Limits};
use wss_crypto::{Certificate, CertificateBundle, Secret};
use wss_text::WireText;

use crate::error::{ProfileError, word};

/// A file; `env:NAME`, the value of an environment variable; for a private key also `pkcs11:…`, a key in a token
/// (RFC 7512). `-` is standard input. A relative file of a profile is in the folder of the profile.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Source(pub(crate) String);

impl Source {
    /// The octets that the source holds.
    ///
    /// # Errors
    /// [`ProfileError::Read`], [`ProfileError::Environment`], [`ProfileError::Pkcs11Uri`] for a token, which does not give
    /// its keys away.
    pub fn read(&self) -> Result<Vec<u8>, ProfileError> {
        if let Some(name) = self.0.strip_prefix("env:") {
            let value = std::env::var(name);
            return value.map(String::into_bytes).map_err(|_| ProfileError::Environment { name: name.into() });
        }
        if self.is_in_token() {
            let why = "is a key in a token, which signs and decrypts with it: here, name a file or a variable";
            return Err(ProfileError::Pkcs11Uri { uri: self.shown(), why });
        }
        let mut octets = Vec::new();
        let read = match self.0.as_str() {
            "-" => standard_input().and_then(|mut input| input.read_to_end(&mut octets)),
            file => std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut octets)),
        };
        read.map_err(|cause| match cause.kind() == ErrorKind::NotFound && is_thumbprint(&self.0) {
            true => ProfileError::Thumbprint { what: self.shown() },
            false => ProfileError::Read { what: self.shown(), cause },
        })?;
        Ok(octets)
    }

    /// A password: the text without the end of its only line.
    ///
    /// # Errors
    /// As [`Source::read`]; [`ProfileError::Content`].
    pub fn password(&self) -> Result<String, ProfileError> {
        let text = String::from_utf8(self.read()?).map_err(|_| self.is_not("UTF-8"))?;
        Ok(text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line)).to_owned())
    }

    /// An XML document: UTF-8, or UTF-16 with a byte order mark.
    pub(crate) fn xml(&self) -> Result<String, ProfileError> {
        let octets = self.read()?;
        let document = Document::parse_transcoding(&octets, &Limits::default());
        document.map(|document| document.into_source().into_owned()).map_err(|_| self.is_not("an XML document"))
    }

    /// The first certificate.
    ///
    /// # Errors
    /// [`ProfileError::Read`], [`ProfileError::Load`].
    pub fn certificate(&self) -> Result<Certificate, ProfileError> {
        Certificate::from_pem(&self.read()?).map_err(|cause| self.load(cause))
    }

    /// Every certificate of the source. Certificates in a bundle that cannot be read are skipped, with a note.
    ///
    /// # Errors
    /// [`ProfileError::Read`], [`ProfileError::Load`].
    pub fn certificates(sources: &[Self], notes: &mut Vec<String>) -> Result<Vec<Certificate>, ProfileError> {
        let mut all = Vec::new();
        for source in sources {
            let bundle = CertificateBundle::from_pem(&source.read()?).map_err(|cause| source.load(cause))?;
            notes.extend(bundle.skipped().iter().map(|skipped| format!("{}: {skipped}", source.shown())));
            all.extend(bundle.into_certificates());
        }
        Ok(all)
    }

    pub(crate) fn load(&self, cause: wss_crypto::LoadError) -> ProfileError {
        ProfileError::Load { what: self.shown(), cause }
    }

    pub(crate) fn is_not(&self, expected: &'static str) -> ProfileError {
        ProfileError::Content { what: self.shown(), expected }
    }

    pub(crate) fn is_in_token(&self) -> bool {
        self.0.starts_with("pkcs11:")
    }

    /// The source as errors show it. A URI could hold a PIN, which is refused and not shown.
    pub(crate) fn shown(&self) -> WireText {
        match self.0.split_once('?') {
            Some((path, _)) if self.is_in_token() => path.into(),
            _ => self.0.as_str().into(),
        }
    }

    /// The same source, in this folder if it is a relative file.
    pub(crate) fn below(text: &str, folder: &Path) -> String {
        let is_file = !text.starts_with("env:") && !text.starts_with("pkcs11:") && text != "-";
        match is_file && Path::new(text).is_relative() {
            true => folder.join(text).to_string_lossy().into_owned(),
            false => text.to_owned(),
        }
    }
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self(path.to_string_lossy().into_owned())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.shown())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?})", self.shown())
    }
}

/// Whether a text is SHA-1 or SHA-256 in hexadecimal, as programs print it.
fn is_thumbprint(text: &str) -> bool {
    let digits = text.chars().filter(|c| !matches!(c, ':' | ' ' | '-'));
    digits.clone().all(|digit| digit.is_ascii_hexdigit()) && matches!(digits.count(), 40 | 64)
}

/// `NAME=SOURCE`, or a source alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct NamedSource(pub(crate) String);

impl NamedSource {
    /// The name, and the octets. Names may contain equals signs, as distinguished names do, and so may file names: the
    /// name is the shortest one after which there is a source, or else the longest one.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read(&self) -> Result<(Option<String>, Vec<u8>), ProfileError> {
        let (name, source) = self.parts();
        Ok((name, source.read()?))
    }

    /// The name, and the source.
    pub(crate) fn parts(&self) -> (Option<String>, Source) {
        let (name, source) = self.split();
        (name.map(str::to_owned), Source(source.to_owned()))
    }

    /// As [`NamedSource::read`], for a key where the name is needed.
    pub(crate) fn named(&self, key: &'static str) -> Result<(String, Secret), ProfileError> {
        // What lacks a name may be no file either: the name is what is wrong.
        let unnamed = || word(key, &self.0, "without a name", [], "write it as IDENTIFIER=FILE");
        self.parts().0.ok_or_else(unnamed)?;
        let (name, octets) = self.read()?;
        Ok((name.ok_or_else(unnamed)?, Secret::new(octets)))
    }

    /// The first certificate of the source, for a key where the name is needed.
    pub(crate) fn certificate(&self, key: &'static str) -> Result<(String, Certificate), ProfileError> {
        let (name, source) = self.parts();
        let unnamed = || word(key, &self.0, "without a name", [], "write it as NAME=FILE");
        Ok((name.ok_or_else(unnamed)?, source.certificate()?))
    }

    fn split(&self) -> (Option<&str>, &str) {
        let text = self.0.as_str();
        let exists = |source: &str| source == "-" || source.starts_with("env:") || Path::new(source).exists();
        let mut splits = text.match_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..]));
        let found = splits.find(|(_, source)| exists(source)).map(|(name, source)| (Some(name), source));
        let unnamed = || exists(text).then_some((None, text));
        let last = || text.rsplit_once('=').map(|(name, source)| (Some(name), source));
        found.or_else(unnamed).or_else(last).unwrap_or((None, text))
    }

    /// The same source, in this folder if it is a relative file.
    pub(crate) fn below(text: &str, folder: &Path) -> String {
        match text.rsplit_once('=') {
            Some((name, source)) => format!("{name}={}", Source::below(source, folder)),
            None => Source::below(text, folder),
        }
    }
}

impl FromStr for NamedSource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for NamedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedSource({:?})", WireText::from(self.0.as_str()))
    }
}

/// Standard input, to read to its end. It is given once: a second reader would find nothing.
///
/// # Errors
/// Fails if standard input was given before.
pub fn standard_input() -> std::io::Result<std::io::StdinLock<'static>> {
    static GIVEN: AtomicBool = AtomicBool::new(false);
    match GIVEN.swap(true, Ordering::Relaxed) {
        true => Err(std::io::Error::other("- names standard input twice: give one of them as a file")),
        false => Ok(std::io::stdin().lock()),
    }
}
