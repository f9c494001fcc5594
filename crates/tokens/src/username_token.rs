//! `wsse:UsernameToken` (Username Token Profile 1.1.1): text and digest passwords.

use std::time::SystemTime;

use wss_c14n::xsd::collapsed;
use wss_c14n::{Element, Writer, base64_encode, name};
use wss_crypto::{Digest, DigestMethod, Secret, SystemRandom, password_key};
use wss_text::shown;

use crate::error::TokenError;
use crate::instant::{DateTime, parse_date_time};
use crate::password_error::PasswordError;
use crate::password_key_use::PasswordKeyUse;
use crate::username_field::{
    ClaimedPassword, ClaimedValue, Field, MAX_NONCE, MAX_TEXT, PASSWORD_DIGEST, PASSWORD_TEXT, nonce_octets,
};
use crate::value_type::{BASE64_BINARY, is_encoding_by_name};
use crate::written_instant::format_instant;

/// The type of a username token in references.
pub const USERNAME_TOKEN: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#UsernameToken";

const SALT: usize = 16;
const DEFAULT_ITERATIONS: u32 = 1_000;
/// The number of iterations when a key is derived from a password: the value of BSP R4218 and today's peers.
const ITERATIONS: std::ops::RangeInclusive<u32> = 1_000..=10_000;

/// A client's password.
#[derive(Clone)]
pub struct Password(Secret);

impl Password {
    /// Uses the SHA-1 of the password's octets instead: the "password equivalent" that some services store, and that
    /// for example Amadeus digests.
    #[must_use]
    pub fn sha1_of(text: &str) -> Self {
        Self::from(text).hashed()
    }

    /// As [`Password::sha1_of`], of this password.
    #[must_use]
    pub fn hashed(&self) -> Self {
        Self(Secret::new(Digest::of(DigestMethod::Sha1, self.0.as_octets()).as_octets().to_vec()))
    }

    /// The octets that are digested, or sent.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(Secret::new(text.as_bytes().to_vec()))
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Secret::new(text.into_bytes()))
    }
}

impl From<Secret> for Password {
    /// An agreed equivalent of any octets. It can be sent as text only if it is UTF-8.
    fn from(secret: Secret) -> Self {
        Self(secret)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Looks up passwords.
///
/// ```
/// use wss_crypto::Secret;
/// use wss_tokens::PasswordSource;
///
/// let users = |name: &str| (name == "ann").then(|| Secret::new(b"s3cret".to_vec()));
/// assert!(users.password("ann").is_some());
/// assert!(users.password("bob").is_none());
/// ```
pub trait PasswordSource: Send + Sync {
    /// The password of `username`, or its agreed equivalent; `None` for an unknown user.
    fn password(&self, username: &str) -> Option<Secret>;
}

impl<F: Fn(&str) -> Option<Secret> + Send + Sync> PasswordSource for F {
    fn password(&self, username: &str) -> Option<Secret> {
        self(username)
    }
}

/// A username token in a header: a claim, until a password is checked. `Debug` escapes and cuts the name, and says of the
/// password only that there is one.
#[derive(Clone)]
pub struct UsernameToken<'d> {
    element: Element<'d>,
    username: String,
    password: Option<ClaimedPassword>,
    nonce: Option<Vec<u8>>,
    created_text: Option<String>,
    created: Option<DateTime>,
    salt: Option<Vec<u8>>,
    iterations: u32,
    /// Whether a digest may lack the nonce.
    without_nonce: bool,
    /// Whether a digest may lack the instant.
    without_created: bool,
    /// Whether the type of the password and the encoding of the nonce may be names.
    by_name: bool,
    /// Whether the encoding of the nonce is a name, and not the identifier of the profile.
    encoding_by_name: bool,
    /// Whether the base64 of the nonce ends within an octet.
    nonce_has_bits: bool,
    /// Whether it lacks a nonce or an instant, and has a child of that name in another namespace.
    is_misnamed: bool,
}

impl std::fmt::Debug for UsernameToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UsernameToken")
            .field("element", &self.element)
            .field("username", &shown(&self.username))
            .field("has_password", &self.password.is_some())
            .field("created", &self.created.map(|created| created.instant))
            .field("iterations", &self.iterations)
            .finish_non_exhaustive()
    }
}

impl<'d> UsernameToken<'d> {
    /// Whether an element is a `wsse:UsernameToken`.
    #[must_use]
    pub fn is_one(element: Element<'_>) -> bool {
        element.is(name::WSSE.uri, "UsernameToken")
    }

    /// Reads a `wsse:UsernameToken`: one Username, at most one Password, Nonce and Created (BSP R4222, R4223,
    /// R4225).
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(element: Element<'d>) -> Result<Self, TokenError> {
        Self::parse_fields(element, false)
    }

    /// As [`UsernameToken::parse`]; where there is no `wsse:Nonce` or `wsu:Created`, it is the only child of that name in
    /// another namespace, or in none.
    ///
    /// # Errors
    /// As [`UsernameToken::parse`].
    pub fn parse_in_any_namespace(element: Element<'d>) -> Result<Self, TokenError> {
        Self::parse_fields(element, true)
    }

    fn parse_fields(element: Element<'d>, in_any_namespace: bool) -> Result<Self, TokenError> {
        let username = element.required_child(name::WSSE.uri, "Username")?.string()?.into_owned();
        if username.is_empty() || username.len() > MAX_TEXT {
            return Err(element.missing("a wsse:Username of 1 to 1024 octets").into());
        }
        let password = match element.optional_child(name::WSSE.uri, "Password")? {
            Some(child) => Some(ClaimedPassword::parse(child)?),
            None => None,
        };
        let nonce = Field::of(element, name::WSSE, "Nonce")?;
        let created = Field::of(element, name::WSU, "Created")?;
        let is_misnamed = !in_any_namespace && (nonce.is_misnamed() || created.is_misnamed());
        let (nonce, created) = (nonce.read(in_any_namespace), created.read(in_any_namespace));
        let encoding_by_name = nonce.map(is_encoding_by_name).transpose()?.unwrap_or(false);
        let read = nonce.map(nonce_octets).transpose()?;
        let nonce_has_bits = read.as_ref().is_some_and(|(_, has_bits)| *has_bits);
        // An empty nonce would make all tokens with one instant and password the same.
        let nonce = match (nonce, read) {
            (Some(_), Some((octets, _))) if octets.is_empty() => {
                return Err(TokenError::EmptyNonce);
            }
            (_, read) => read.map(|(octets, _)| octets),
        };
        let created_text = match created {
            Some(child) => Some(child.text()?.into_owned()),
            None => None,
        };
        let created = created_text.as_deref().map(|text| parse_date_time("wsu:Created", text)).transpose()?;
        let salt = match element.optional_child(name::WSSE11.uri, "Salt")? {
            Some(child) => Some(child.base64(MAX_NONCE)?),
            None => None,
        };
        let iterations = match element.optional_child(name::WSSE11.uri, "Iteration")? {
            Some(child) => {
                u32::try_from(child.unsigned()?).map_err(|_| child.missing("a number of at most 32 bits"))?
            }
            None => DEFAULT_ITERATIONS,
        };
        if salt.is_some() && password.is_some() {
            return Err(TokenError::PasswordKey("a token with a Salt carries no Password"));
        }
        Ok(Self {
            element,
            username,
            password,
            nonce,
            created_text,
            created,
            salt,
            iterations,
            without_nonce: false,
            without_created: false,
            by_name: false,
            encoding_by_name,
            nonce_has_bits,
            is_misnamed,
        })
    }

    /// Accepts a digest that is made without a nonce.
    #[must_use]
    pub fn accept_digests_without_nonce(self) -> Self {
        Self { without_nonce: true, ..self }
    }

    /// Accepts a password whose `Type`, and a nonce whose `EncodingType`, is a name in place of the identifier of the
    /// profile, as in `wsse:PasswordDigest`.
    #[must_use]
    pub fn accept_password_types_by_name(self) -> Self {
        Self { by_name: true, ..self }
    }

    /// Accepts a digest that is made without an instant. Such a digest does not say how old it is.
    #[must_use]
    pub fn dangerous_accept_digests_without_created(self) -> Self {
        Self { without_created: true, ..self }
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// The claimed name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// `wsse:Nonce`, decoded.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// `wsu:Created`.
    #[must_use]
    pub fn created(&self) -> Option<SystemTime> {
        self.created.map(|created| created.instant)
    }

    /// Whether Created has an offset from UTC.
    #[must_use]
    pub fn has_offset(&self) -> bool {
        self.created.is_some_and(DateTime::has_offset)
    }

    /// Whether Created has no zone, and was read as UTC.
    #[must_use]
    pub fn lacks_zone(&self) -> bool {
        self.created.is_some_and(|created| !created.has_zone)
    }

    /// Whether it contains a password in clear text.
    #[must_use]
    pub fn is_clear_text(&self) -> bool {
        matches!(self.claimed(), Some(ClaimedValue::Text(_)))
    }

    fn claimed(&self) -> Option<&ClaimedValue> {
        self.password.as_ref().map(|password| &password.value)
    }

    /// Whether it contains a password, as text or as its digest.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Checks the password. A digest needs Nonce and Created, unless a call said otherwise; it always needs one of them.
    /// An unknown user takes as long as a wrong password.
    ///
    /// # Errors
    /// [`PasswordError`] for every failure.
    pub fn authenticate(&self, passwords: &dyn PasswordSource) -> Result<AuthenticatedUser, PasswordError> {
        let known = passwords.password(&self.username).filter(|password| !password.is_empty());
        let is_known = known.is_some();
        let password = known.unwrap_or_else(|| Secret::new(b"no such user".to_vec()));
        let matches = match self.claimed() {
            None => false,
            Some(ClaimedValue::Text(claimed)) => password.equals(claimed.as_octets()),
            Some(ClaimedValue::Digest(claimed)) => {
                let nonce = self.nonce.as_deref().unwrap_or_default();
                let created = self.created_text.as_deref().unwrap_or_default();
                // Compares with Created as it is written, and without the white space that a later indentation may have
                // added.
                let fits = |created| Secret::new(password_digest(nonce, created, &password)).equals(claimed);
                fits(created) | fits(collapsed(created))
            }
        };
        self.check_fields()?;
        match (is_known, matches) {
            (false, _) => Err(PasswordError::UnknownUser),
            (true, false) if self.is_clear_text() => Err(PasswordError::WrongPassword),
            (true, false) => Err(PasswordError::WrongDigest),
            (true, true) => Ok(self.user(self.is_clear_text())),
        }
    }

    /// Whether the token has what a check of its password needs, in the forms of the profile or those that a call accepts.
    /// This needs no password, and [`UsernameToken::authenticate`] checks it first.
    ///
    /// # Errors
    /// [`PasswordError`], but none that says that the user or the password is another one.
    pub fn check_fields(&self) -> Result<(), PasswordError> {
        let Some(password) = &self.password else { return Err(PasswordError::NoPassword) };
        let is_digest = matches!(password.value, ClaimedValue::Digest(_));
        let lacks = is_digest.then_some((self.nonce.is_none(), self.created_text.is_none()));
        match lacks {
            _ if password.is_qualified && !self.by_name => Err(PasswordError::QualifiedType),
            _ if password.by_name && !self.by_name => Err(PasswordError::TypeByName),
            _ if self.encoding_by_name && !self.by_name => Err(PasswordError::EncodingByName),
            _ if self.nonce_has_bits && !self.by_name => Err(PasswordError::NonceBits),
            Some((nonce, created)) if (nonce || created) && self.is_misnamed => Err(PasswordError::OtherNamespace),
            Some((true, true)) => Err(PasswordError::BareDigest),
            Some((true, false)) if !self.without_nonce => Err(PasswordError::NoNonce),
            Some((false, true)) if !self.without_created => Err(PasswordError::NoCreated),
            _ => Ok(()),
        }
    }

    /// Whether it is for deriving a key from the user's password, and not for sending a password.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.salt.is_some()
    }

    /// The key from the user's password and this token's salt, 20 octets. For an unknown user it is a key that
    /// nobody has, after the same work.
    ///
    /// # Errors
    /// [`TokenError::PasswordKey`] without a salt of 16 octets that names this use, or with fewer than 1 000 or more
    /// than 10 000 iterations.
    pub fn password_key(
        &self,
        key_use: PasswordKeyUse,
        passwords: &dyn PasswordSource,
    ) -> Result<PasswordKey, TokenError> {
        self.check_key_fields(&[key_use])?;
        let salt = self.salt.as_deref().unwrap_or_default();
        let known = passwords.password(&self.username).filter(|password| !password.is_empty());
        let is_known = known.is_some();
        let password = known.unwrap_or_else(|| Secret::new(b"no such user".to_vec()));
        let mut key = password_key(&password, salt, self.iterations);
        if !is_known {
            key = Secret::generate(&SystemRandom, key.len()).unwrap_or(key);
        }
        Ok(PasswordKey { key, user: self.user(false), is_known })
    }

    /// Whether a key for one of these uses can be derived from the user's password and this token: its salt and its number of
    /// iterations. [`UsernameToken::password_key`] checks it first.
    ///
    /// # Errors
    /// As [`UsernameToken::password_key`].
    pub fn check_key_fields(&self, key_uses: &[PasswordKeyUse]) -> Result<(), TokenError> {
        let salt = self.salt.as_deref().ok_or(TokenError::PasswordKey("it has no Salt"))?;
        let is_of_use = || key_uses.iter().any(|key_use| salt.first() == Some(&key_use.flag()));
        if salt.len() != SALT || !is_of_use() {
            return Err(TokenError::PasswordKey("its salt is not one of 16 octets for this use"));
        }
        match ITERATIONS.contains(&self.iterations) {
            true => Ok(()),
            false => Err(TokenError::PasswordKey("1000 to 10000 iterations are allowed")),
        }
    }

    fn user(&self, clear_text: bool) -> AuthenticatedUser {
        let (has_nonce, has_created) = (self.nonce.is_some(), self.created_text.is_some());
        AuthenticatedUser { username: self.username.clone(), clear_text, has_nonce, has_created }
    }

    /// The octets that identify one use of this token, in every spelling; `None` if it has none. For a digest, they are
    /// the digest itself: nothing in it separates the nonce from Created, and blanks around Created may or may not
    /// count, but a sender without the password can only send the same digest again. For other tokens, they are the
    /// nonce and the instant.
    #[must_use]
    pub fn replay_key(&self) -> Option<Vec<u8>> {
        if let Some(ClaimedValue::Digest(digest)) = self.claimed() {
            return Some([b"digest", digest.as_slice()].concat());
        }
        let nonce = self.nonce.as_deref()?;
        let created = self.created().map(format_instant).unwrap_or_default();
        Some([nonce, created.as_bytes()].concat())
    }
}

/// `SHA-1(nonce ‖ created ‖ password)`: the decoded nonce, the text of Created, the octets of the password
/// (Username Token Profile 1.1.1 §3.1).
///
/// ```
/// use wss_c14n::base64_encode;
/// use wss_crypto::Secret;
/// use wss_tokens::password_digest;
///
/// let digest = password_digest(b"nonce", "2026-01-31T12:00:00Z", &Secret::new(b"s3cret".to_vec()));
/// assert_eq!(base64_encode(&digest), "g5w8hkhoesD6SaiYWMyAkJaUq5g=");
/// ```
#[must_use]
pub fn password_digest(nonce: &[u8], created: &str, password: &Secret) -> Vec<u8> {
    let mut digest = Digest::new(DigestMethod::Sha1);
    digest.update(nonce);
    digest.update(created.as_bytes());
    digest.update(password.as_octets());
    digest.finish().as_octets().to_vec()
}

/// A key derived from a user's password. The user is authenticated only if a MAC verifies under it.
#[derive(Debug, Clone)]
pub struct PasswordKey {
    key: Secret,
    user: AuthenticatedUser,
    is_known: bool,
}

impl PasswordKey {
    /// The key.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.key
    }

    /// The user. Call this only after a MAC verified under this key or a key derived from it.
    ///
    /// # Errors
    /// [`PasswordError`] for an unknown user.
    pub fn proven_by_mac(&self) -> Result<AuthenticatedUser, PasswordError> {
        if self.is_known { Ok(self.user.clone()) } else { Err(PasswordError::UnknownUser) }
    }
}

/// A user whose password was checked. Only [`UsernameToken::authenticate`] and [`PasswordKey::proven_by_mac`] make it.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticatedUser {
    username: String,
    clear_text: bool,
    has_nonce: bool,
    has_created: bool,
}

impl std::fmt::Debug for AuthenticatedUser {
    /// The name is escaped, and cut if it is long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticatedUser")
            .field("username", &shown(&self.username))
            .field("clear_text", &self.clear_text)
            .field("has_nonce", &self.has_nonce)
            .field("has_created", &self.has_created)
            .finish()
    }
}

impl AuthenticatedUser {
    /// The user.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Whether the password came in clear text.
    #[must_use]
    pub fn password_was_clear_text(&self) -> bool {
        self.clear_text
    }

    /// Whether the token had a `wsse:Nonce`.
    #[must_use]
    pub fn had_nonce(&self) -> bool {
        self.has_nonce
    }

    /// Whether the token had a `wsu:Created`.
    #[must_use]
    pub fn had_created(&self) -> bool {
        self.has_created
    }
}

/// Writes a token with a digest password, in canonical form, as a document of its own.
#[must_use]
pub fn write_digest_token(id: &str, username: &str, password: &Secret, nonce: &[u8], created: &str) -> String {
    let password = NewPassword::Digest(password);
    write_username_token(id, username, password, Some(nonce), Some(created))
}

/// The password of a token to write.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum NewPassword<'p> {
    /// No `wsse:Password`.
    None,
    /// A digest over the password, with the nonce and Created that the token has.
    Digest(&'p Secret),
    /// Clear text.
    Text(&'p Secret),
    /// Clear text, without the Type that identifies it as such.
    TextWithoutType(&'p Secret),
}

/// Writes a token with these children, in canonical form, as a document of its own.
#[must_use]
pub fn write_username_token(
    id: &str,
    username: &str,
    password: NewPassword<'_>,
    nonce: Option<&[u8]>,
    created: Option<&str>,
) -> String {
    let mut writer = Writer::new();
    writer.start(name::WSSE, "UsernameToken");
    writer.attribute_in(name::WSU, "Id", id);
    writer.leaf(name::WSSE, "Username", username);
    let text = |secret: &Secret| String::from_utf8_lossy(secret.as_octets()).into_owned();
    let digest =
        |secret| base64_encode(&password_digest(nonce.unwrap_or_default(), created.unwrap_or_default(), secret));
    let written = match password {
        NewPassword::None => None,
        NewPassword::Digest(secret) => Some((Some(PASSWORD_DIGEST), digest(secret))),
        NewPassword::Text(secret) => Some((Some(PASSWORD_TEXT), text(secret))),
        NewPassword::TextWithoutType(secret) => Some((None, text(secret))),
    };
    if let Some((kind, value)) = written {
        writer.start(name::WSSE, "Password");
        if let Some(kind) = kind {
            writer.attribute("Type", kind);
        }
        writer.text(&value);
        writer.end();
    }
    if let Some(nonce) = nonce {
        writer.start(name::WSSE, "Nonce");
        writer.attribute("EncodingType", BASE64_BINARY);
        writer.base64(nonce);
        writer.end();
    }
    if let Some(created) = created {
        writer.leaf(name::WSU, "Created", created);
    }
    writer.end();
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::password_digest;
    use wss_c14n::base64_encode;
    use wss_crypto::Secret;

    #[test]
    fn digest_is_over_decoded_nonce_created_and_password() {
        let nonce: Vec<u8> = (0..16).collect();
        let digest = password_digest(&nonce, "2024-01-01T00:00:00Z", &Secret::new(b"password".to_vec()));
        assert_eq!(base64_encode(&digest), "9/VjIN6lj8wet7Cz82qOOP6yPE8=");
    }
}
