//! Protection tokens: tokens whose key both sides have. They give MACs and encryption without a signer's certificate.
//!
//! The term is from WS-SecurityPolicy (§7.4, the symmetric binding). A token is in the header once, even if several
//! steps of a recipe use it. With [`ProtectionToken::derived_keys`], each use has its own key.
//!
//! A kind of token is a module of `secure/tokens`, which has its constructors and implements [`ProtectionKind`].

use std::any::Any;
use std::sync::Arc;

use wss_bsp::emission::Broken;
use wss_c14n::Limit;
use wss_crypto::{Certificate, Secret};
use wss_tokens::{PasswordKeyUse, ReferenceForm, SecureConversation};

use crate::error::{PlanError, SecureError};
use crate::key_uses::KeyOrigin;
use crate::placing::{NewToken, Placing};

/// A token whose key both sides have. Clones are the same token.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::Certificate;
/// use wss_header::{Encrypting, Part, ProtectionToken, Recipe, Signing};
/// use wss_tokens::SecureConversation;
///
/// let bob = Certificate::from_pem(&file("bob.pem"))?;
/// // One key, encrypted to Bob; a derived key for each use.
/// let key = ProtectionToken::encrypted_to(&bob).derived_keys(SecureConversation::V1_3);
/// Recipe::new()
///     .sign(Signing::with_token(&key).parts([Part::Body]))
///     .encrypt(Encrypting::with_token(&key).parts([Part::Body, Part::Signature]))
///     .plan()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ProtectionToken {
    pub(crate) kind: Arc<dyn ProtectionKind>,
    pub(crate) derived: Option<SecureConversation>,
    pub(crate) mac_key_octets: usize,
}

/// A kind of protection token.
pub(crate) trait ProtectionKind: Any + Send + Sync {
    /// Its name in `Debug`.
    fn name(&self) -> &'static str;

    /// The origin of its secret.
    fn origin(&self) -> KeyOrigin;

    /// Its secret, if it is known before there is a message.
    fn secret(&self) -> Option<&Secret> {
        None
    }

    /// The number of octets that its secret must have, if the caller chose one.
    fn octets(&self) -> Option<usize> {
        None
    }

    /// Whether it makes a separate key for each kind of use.
    fn makes_a_key_for_each_use(&self) -> bool {
        false
    }

    /// The largest number of octets that its secret can have; `None` if there is no bound.
    fn most_octets(&self) -> Option<usize> {
        None
    }

    /// Whether a use that needs fewer octets than the secret has takes the leading ones.
    fn gives_leading_octets(&self, _key_use: PasswordKeyUse) -> bool {
        false
    }

    /// The limit of a receiver that counts its element.
    fn limit(&self) -> Limit {
        Limit::Tokens
    }

    /// The place of its element.
    fn home(&self) -> Home {
        Home::Header
    }

    /// The certificate that it refers to, and the form of the reference.
    fn certificate(&self) -> Option<(&Certificate, ReferenceForm)> {
        None
    }

    /// The rules of BSP 1.1 that it breaks.
    fn broken(&self) -> Vec<Broken> {
        Vec::new()
    }

    /// Finds misuse, when a recipe is planned. `legacy` says whether legacy algorithms are allowed.
    fn check(&self, _legacy: bool) -> Result<(), PlanError> {
        Ok(())
    }

    /// Makes the token for one message, with a secret of `len` octets if it makes one, and the reference to it.
    fn place(&self, placing: &mut Placing<'_>, key_use: PasswordKeyUse, len: usize) -> Result<NewToken, SecureError>;
}

/// The place of the element of a protection token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// The token is a new element of our header.
    Header,
    /// The token is the first assertion among the issued tokens of the recipe.
    Issued,
    /// The token was in the request that the message answers.
    Request,
}

impl ProtectionToken {
    pub(crate) fn new(kind: impl ProtectionKind) -> Self {
        Self { kind: Arc::new(kind), derived: None, mac_key_octets: 24 }
    }

    /// Changes a token of the kind `K`. Another kind stays as it is.
    pub(crate) fn adjusted<K: ProtectionKind + Clone>(mut self, change: impl FnOnce(&mut K)) -> Self {
        let kind: &dyn Any = self.kind.as_ref();
        if let Some(kind) = kind.downcast_ref::<K>() {
            let mut changed = kind.clone();
            change(&mut changed);
            self.kind = Arc::new(changed);
        }
        self
    }

    /// Derives a separate key for each use, through a `wsc:DerivedKeyToken`.
    #[must_use]
    pub fn derived_keys(mut self, version: SecureConversation) -> Self {
        self.derived = Some(version);
        self
    }

    /// The length of keys that are derived for MACs, in octets. The default is 24, which the 192-bit and 256-bit suites
    /// of WS-SecurityPolicy (§6.1) fix and WCF and CXF demand. Their 128-bit suites need 16.
    #[must_use]
    pub fn mac_key_octets(mut self, octets: usize) -> Self {
        self.mac_key_octets = octets;
        self
    }
}

impl std::fmt::Debug for ProtectionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProtectionToken").field("kind", &self.kind.name()).field("derived", &self.derived).finish()
    }
}
