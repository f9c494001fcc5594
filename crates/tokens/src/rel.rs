//! Licenses as tokens (REL Token Profile 1.1.1): XML that only the application can read.

use std::fmt;

use wss_c14n::{Element, name};
use wss_crypto::PublicKey;
use wss_text::shown;

/// Type of a license that is referred to as a token.
pub const REL_LICENSE: &str = "http://docs.oasis-open.org/wss/oasis-wss-rel-token-profile-1.0.pdf#license";

/// Whether an element is a license: an `r:license`.
#[must_use]
pub fn is_license(element: Element<'_>) -> bool {
    element.is(name::REL.uri, "license")
}

/// The holder that a license names.
#[derive(Clone, PartialEq, Eq)]
pub struct LicenseHolder {
    /// The name of the holder, as the issuer of the license states it: the Id of a license was written by its sender.
    pub name: String,
    /// The key with which the holder signs.
    pub key: PublicKey,
}

impl fmt::Debug for LicenseHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LicenseHolder({})", shown(&self.name))
    }
}

/// Reads licenses: rights expressions that name a key holder.
pub trait Licenses: Send + Sync {
    /// The license's holder, if the issuer is trusted and the license is valid; `None` otherwise. `license`
    /// is the `r:license` element in exclusive canonical form. Nothing about it was checked before.
    fn holder(&self, license: &str) -> Option<LicenseHolder>;
}

impl<F: Fn(&str) -> Option<LicenseHolder> + Send + Sync> Licenses for F {
    fn holder(&self, license: &str) -> Option<LicenseHolder> {
        self(license)
    }
}
