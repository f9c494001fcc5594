//! A username token to send, in each form that services ask for.

use wss_tokens::Password;

use crate::error::{PlanError, UsernameDefect};

/// A username token to send. By default it has a random Nonce, Created, and the Type of its password.
///
/// ```
/// use wss_bsp::Rule;
/// use wss_header::{Recipe, Username};
///
/// // A service that knows users by name and password alone, and reads no more than that.
/// let user = Username::text("ann", "s3cret").without_nonce().without_created().without_type();
/// Recipe::new().username(user).over_protected_transport().waive(Rule::R4201).plan()?;
/// # Ok::<(), wss_header::PlanError>(())
/// ```
///
/// # Specification
/// Username Token Profile 1.1.1 §3.1.
#[derive(Clone)]
pub struct Username {
    pub(crate) name: String,
    pub(crate) password: SentPassword,
    pub(crate) nonce: Nonce,
    pub(crate) has_created: bool,
    pub(crate) has_type: bool,
}

#[derive(Clone)]
pub(crate) enum SentPassword {
    None,
    Text(Password),
    Digest(Password),
}

#[derive(Clone)]
pub(crate) enum Nonce {
    None,
    /// A new one for each message.
    Random,
    Given(Vec<u8>),
}

/// The number of octets of a nonce that we make, and the largest that receivers accept.
pub(crate) const NONCE: usize = 16;
const MOST_NONCE: usize = 64;

impl Username {
    /// A user with the digest of the password. For services that digest the SHA-1 of the password instead of the
    /// password, give [`Password::sha1_of`].
    #[must_use]
    pub fn digest(name: impl Into<String>, password: impl Into<Password>) -> Self {
        Self::new(name.into(), SentPassword::Digest(password.into()))
    }

    /// A user with the password in clear text. A later step must encrypt the token, or the transport must protect it.
    #[must_use]
    pub fn text(name: impl Into<String>, password: impl Into<Password>) -> Self {
        Self::new(name.into(), SentPassword::Text(password.into()))
    }

    /// A user without a password: the token says on whose behalf the signer acts, and proves nobody.
    #[must_use]
    pub fn without_password(name: impl Into<String>) -> Self {
        Self::new(name.into(), SentPassword::None)
    }

    fn new(name: String, password: SentPassword) -> Self {
        Self { name, password, nonce: Nonce::Random, has_created: true, has_type: true }
    }

    /// Leaves `wsse:Nonce` out.
    #[must_use]
    pub fn without_nonce(mut self) -> Self {
        self.nonce = Nonce::None;
        self
    }

    /// Sends this Nonce, for services that give it a meaning of their own (Portugal's tax office: a key). It must be new for
    /// each message, so each needs a plan of its own.
    #[must_use]
    pub fn nonce(mut self, octets: impl Into<Vec<u8>>) -> Self {
        self.nonce = Nonce::Given(octets.into());
        self
    }

    /// Leaves `wsu:Created` out.
    #[must_use]
    pub fn without_created(mut self) -> Self {
        self.has_created = false;
        self
    }

    /// Leaves the Type of a clear-text password out, which breaks BSP R4201: [waive](crate::Recipe::waive) it.
    #[must_use]
    pub fn without_type(mut self) -> Self {
        self.has_type = false;
        self
    }

    /// Whether a password is sent in clear text.
    pub(crate) fn is_clear_text(&self) -> bool {
        matches!(self.password, SentPassword::Text(_))
    }

    /// Whether its password lacks its Type.
    pub(crate) fn lacks_type(&self) -> bool {
        !self.has_type && !matches!(self.password, SentPassword::None)
    }

    pub(crate) fn check(&self) -> Result<(), PlanError> {
        let is_digest = matches!(self.password, SentPassword::Digest(_));
        let wrong = |defect| Err(PlanError::Username { defect });
        match &self.nonce {
            _ if self.name.is_empty() => wrong(UsernameDefect::NoName),
            Nonce::None if is_digest => wrong(UsernameDefect::DigestWithoutNonce),
            _ if is_digest && !self.has_created => wrong(UsernameDefect::DigestWithoutCreated),
            _ if is_digest && !self.has_type => wrong(UsernameDefect::DigestWithoutType),
            Nonce::Given(octets) if !(1..=MOST_NONCE).contains(&octets.len()) => {
                wrong(UsernameDefect::NonceLength { octets: octets.len() })
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Username {
    /// The name is escaped, and the password not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Username").field("name", &wss_text::shown(&self.name)).finish_non_exhaustive()
    }
}
