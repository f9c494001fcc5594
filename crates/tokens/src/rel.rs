//! Licenses as tokens (REL Token Profile 1.1.1): XML that only the application can read.

use wss_c14n::{Element, name};
use wss_crypto::PublicKey;

/// Type of a license that is referred to as a token.
pub const REL_LICENSE: &str = "http://docs.oasis-open.org/wss/oasis-wss-rel-token-profile-1.0.pdf#license";

/// Whether an element is a license: an `r:license`.
#[must_use]
pub fn is_license(element: Element<'_>) -> bool {
    element.is(name::REL.uri, "license")
}

/// Reads licenses: rights expressions that name a key holder.
pub trait Licenses: Send + Sync {
    /// The key of the license's holder, if the issuer is trusted and the license is valid; `None` otherwise. `license`
    /// is the `r:license` element in exclusive canonical form. Nothing about it was checked before.
    fn holder(&self, license: &str) -> Option<PublicKey>;
}

impl<F: Fn(&str) -> Option<PublicKey> + Send + Sync> Licenses for F {
    fn holder(&self, license: &str) -> Option<PublicKey> {
        self(license)
    }
}
