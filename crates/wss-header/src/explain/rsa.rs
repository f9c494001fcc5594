//! The content of an RSA signature value: the padding and the digest that its signer used.
//!
//! The public key recovers both, whatever the signed octets are. So a report can say whether the key is right and only
//! the octets differ.

use wss_crypto::{DigestMethod, PssEncoding, PublicKey, SignatureFamily};

use super::cause::Cause;
use super::goal::{Aim, Goal, Meter};
use super::padding;
use super::recovered::{Recovered, Said, other_method};
use super::used_padding::UsedPadding;

/// Reads a value that is made by the method `said`, as the message says; `None` if this key did not make it, in any
/// padding, or if `meter` does not allow the attempt.
pub(super) fn recovered(key: &PublicKey, value: &[u8], said: Said<'_>, meter: &Meter<'_>) -> Option<Recovered> {
    let length = key.rsa_components()?.modulus.len();
    let read = |value: &[u8]| {
        let padded = meter.affords(cost(length)).then(|| key.recover(&of_length(value, length))).flatten()?;
        read(&padded, key, said)
    };
    let as_it_is = read(value);
    // A result that may be chance is no answer before the other order is tried.
    if as_it_is.as_ref().is_some_and(|found| found.is_certain) {
        return as_it_is;
    }
    let reversed: Vec<u8> = value.iter().rev().copied().collect();
    let turned = read(&reversed).filter(|found| found.is_certain).map(|mut found| {
        found.aims.iter_mut().for_each(|aim| aim.causes.push(Cause::Reversed));
        found
    });
    turned.or(as_it_is)
}

/// The number of octets that an operation with a modulus of this length counts for: twice the length is four times the
/// work.
fn cost(length: usize) -> u64 {
    length.saturating_mul(length) as u64 / 4
}

/// The value with leading zeros, which some peers leave out.
fn of_length(value: &[u8], length: usize) -> Vec<u8> {
    let zeros = length.saturating_sub(value.len());
    [&vec![0; zeros], value].concat()
}

fn read(padded: &[u8], key: &PublicKey, said: Said<'_>) -> Option<Recovered> {
    padding::read(padded, said).or_else(|| pss(padded, key, said))
}

/// EMSA-PSS (RFC 8017 §9.1) with any digest, any digest of MGF1, and any salt.
fn pss(padded: &[u8], key: &PublicKey, said: Said<'_>) -> Option<Recovered> {
    let mut certain = Vec::new();
    let mut possible = Vec::new();
    for method in DigestMethod::ALL.iter().filter(|method| !method.is_retired()) {
        for mask in DigestMethod::ALL.iter().filter(|mask| !mask.is_retired()) {
            let encoding = key.pss_encoding(padded, method, mask);
            let Some(PssEncoding { data_block, hash: digest }) = encoding else { continue };
            let Some((salt, is_certain)) = salt(&data_block) else { continue };
            let mut causes = Vec::new();
            if said.method.is_some_and(|said| said.family() != SignatureFamily::RsaPss) {
                causes.push(Cause::OtherPadding { used: UsedPadding::Pss });
            }
            causes.extend(other_method(SignatureFamily::RsaPss, method, said));
            if mask != method {
                causes.push(Cause::OtherMask { used: mask.name().into() });
            }
            if salt.len() != method.output_len() {
                let expected = method.output_len().to_string().into();
                causes.push(Cause::SaltLength { octets: salt.len().to_string().into(), expected });
            }
            let words =
                format!("PSS with {}, MGF1 with {} and a salt of {} octets", method.name(), mask.name(), salt.len());
            let aim = Aim { goal: Goal::Pss { method, digest, salt }, causes };
            if is_certain { &mut certain } else { &mut possible }.push((aim, words));
        }
    }
    // If one shape is certain, those that are only possible are left out.
    let is_certain = !certain.is_empty();
    let (aims, words): (Vec<Aim>, Vec<String>) = if is_certain { certain } else { possible }.into_iter().unzip();
    (!aims.is_empty()).then(|| Recovered { aims, words: words.join(", or "), is_certain, names_digest: is_certain })
}

/// The PSS salt, if the data block has the shape of EMSA-PSS, and whether that shape is proof: with the longest salt, one octet
/// `01` may be there by chance.
fn salt(data_block: &[u8]) -> Option<(Vec<u8>, bool)> {
    let zeros = data_block.iter().take_while(|octet| **octet == 0).count();
    let salt = data_block.get(zeros..)?.strip_prefix(&[1])?;
    let is_certain = zeros >= 4;
    (is_certain || zeros == 0).then(|| (salt.to_vec(), is_certain))
}
