//! Licenses as tokens (REL Token Profile 1.1.1): XML that only the application can read.

use wss_crypto::PublicKey;

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
