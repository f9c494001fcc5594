//! What the public operation of RSA shows of a signature value: the digest inside, and the method that made it.

use wss_crypto::{DigestMethod, SignatureFamily, SignatureMethod};

use super::cause::Cause;
use super::goal::Aim;

/// The method that a message says.
#[derive(Clone, Copy)]
pub(super) struct Said<'s> {
    /// `None` for one that is not known.
    pub(super) method: Option<SignatureMethod>,
    /// As it is written.
    pub(super) uri: &'s str,
}

/// What a value contains: aims for the signed octets, and the padding in words.
pub(super) struct Recovered {
    pub(super) aims: Vec<Aim>,
    pub(super) words: String,
    /// Whether the value says which digest it holds; else a digest that does not fit may be one of another method.
    pub(super) names_digest: bool,
    /// Whether the padding alone shows that the key made the value; else only octets that fit show it.
    pub(super) is_certain: bool,
}

/// The cause of a value whose digest is not that of the method that the message says.
pub(super) fn other_method(family: SignatureFamily, digest: DigestMethod, said: Said<'_>) -> Option<Cause> {
    if said.method.is_some_and(|method| method.digest() == Some(digest)) {
        return None;
    }
    let is_made = |method: &SignatureMethod| method.family() == family && method.digest() == Some(digest);
    let uri = SignatureMethod::ALL.iter().find(is_made).map(SignatureMethod::uri);
    let fits = uri.map_or_else(|| format!("RSA with {}", digest.name()), str::to_owned);
    Some(Cause::OtherMethod { fits: fits.into(), declared: said.uri.into() })
}
