//! What a receiver counts in our header. Each is charged when it is made, so that a message that is over a limit of its
//! receiver is not sent.

use wss_c14n::{Budget, Canonicalization, Document, Exceeded, Limit};
use wss_crypto::{Certificate, PublicKey};
use wss_soap::{Envelope, SecurityHeader};
use wss_tokens::{ReferenceForm, X509Item};

use super::revision::Revision;
use super::settled::SettledRecipe;
use crate::error::SecureError;
use crate::open::limit_of_child;
use crate::protection_token::{Home, ProtectionToken};
use crate::signing::Signing;

/// Charges the children that our header has before the first step.
pub(super) fn charge_first(revision: &Revision, settled: &SettledRecipe, budget: &Budget) -> Result<(), SecureError> {
    let Revision::Read(document) = revision else { return Ok(()) };
    let document: &Document<'_> = document;
    let header = SecurityHeader::locate(Envelope::locate(document)?, &settled.recipe.header.role, budget.limits())?;
    for child in header.iter().flat_map(|header| header.children()) {
        budget.charge(Limit::HeaderChildren, 1)?;
        limit_of_child(child).map_or(Ok(()), |limit| budget.charge(limit, 1))?;
    }
    // Each of these is read with its assertion.
    budget.charge(Limit::Signatures, settled.issued.iter().map(|token| token.signatures).sum())?;
    Ok(())
}

/// The nodes of a message in the revision of it that has the most: a receiver has each part in plaintext, beside the keys.
pub(super) struct Nodes(usize);

impl Nodes {
    pub(super) fn of(revision: &Revision) -> Self {
        match revision {
            Revision::Read(document) => Self(document.node_count()),
            Revision::Last(_) => Self(0),
        }
    }

    /// Adds those of new elements to the header of a revision of `there` nodes.
    pub(super) fn add(&mut self, elements: &[&str], there: usize, budget: &Budget) -> Result<(), Exceeded> {
        let new: usize = elements.iter().map(|text| nodes_of(text)).sum();
        let most = self.0.max(there) + new;
        self.0 += new;
        budget.check(Limit::Nodes, most)
    }
}

/// The nodes of elements that we wrote: one for each start tag, and one for a text before an end tag.
fn nodes_of(elements: &str) -> usize {
    let tags = elements.match_indices('<').map(|(at, _)| elements.split_at(at));
    tags.filter(|(before, tag)| !tag.starts_with("</") || !before.ends_with('>')).count()
}

/// Charges a new child that this limit counts.
pub(super) fn charge_child(limit: Limit, budget: &Budget) -> Result<(), Exceeded> {
    budget.charge(Limit::HeaderChildren, 1)?;
    budget.charge(limit, 1)
}

/// Charges a child that no limit of its own counts.
pub(super) fn charge_other(count: usize, budget: &Budget) -> Result<(), Exceeded> {
    budget.charge(Limit::HeaderChildren, count as u64)
}

/// Charges the token of a certificate that is referred to in this form, with the certificates of its path.
pub(super) fn charge_certificate(reference: ReferenceForm, path: usize, budget: &Budget) -> Result<(), Exceeded> {
    match reference {
        ReferenceForm::DirectPath => budget.check(Limit::PathCertificates, path)?,
        ReferenceForm::DirectPkcs7 => budget.check(Limit::BagCertificates, path)?,
        ReferenceForm::X509Data(X509Item::Path) => budget.check(Limit::X509Entries, path)?,
        _ => budget.check(Limit::X509Entries, 1)?,
    }
    if reference.needs_token() {
        charge_child(Limit::Tokens, budget)?;
    }
    let sent = match reference {
        ReferenceForm::DirectPath | ReferenceForm::DirectPkcs7 | ReferenceForm::X509Data(X509Item::Path) => path,
        ReferenceForm::Direct | ReferenceForm::Embedded | ReferenceForm::X509Data(X509Item::Certificate) => 1,
        _ => 0,
    };
    budget.charge(Limit::Certificates, sent as u64)
}

/// Charges a protection token that is put into the header.
pub(super) fn charge_token(token: &ProtectionToken, budget: &Budget) -> Result<(), Exceeded> {
    if token.kind.home() != Home::Header {
        return Ok(());
    }
    if let Some((_, reference)) = token.kind.certificate() {
        charge_certificate(reference, 1, budget)?;
    }
    if token.kind.makes_a_key_for_each_use() {
        budget.charge(Limit::KeysDerived, 1)?;
    }
    charge_child(token.kind.limit(), budget)
}

/// The private keys that unwrap the keys of a message, each with the number of keys that it unwraps.
#[derive(Default)]
pub(super) struct Recipients(Vec<(PublicKey, usize)>);

impl Recipients {
    /// Counts one more key for the holder of this certificate.
    pub(super) fn count(&mut self, recipient: &Certificate, budget: &Budget) -> Result<(), Exceeded> {
        let key = recipient.public_key();
        if key.kind().agreement().is_some() {
            budget.charge(Limit::KeysDerived, 1)?;
        }
        let known = self.0.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
            self.0.push((key.clone(), 0));
            self.0.len() - 1
        });
        let Some((_, count)) = self.0.get_mut(known) else { return Ok(()) };
        *count += 1;
        budget.check(Limit::PrivateKeyOperations, *count)
    }
}

/// Checks the URI of a reference to this Id.
pub(super) fn check_id(id: &str, budget: &Budget) -> Result<(), Exceeded> {
    budget.check(Limit::UriOctets, 1 + id.len())
}

/// Checks the lists of prefixes of a signature.
pub(super) fn check_prefixes(signing: &Signing, budget: &Budget) -> Result<(), Exceeded> {
    let own = signing.own.values().chain([&signing.referencing]).filter_map(|form| form.canonicalization.as_ref());
    for list in own.chain([&signing.canonicalization]).map(Canonicalization::prefixes) {
        budget.check(Limit::Prefixes, list.len())?;
        let octets: usize =
            list.iter().map(|prefix| if prefix.is_empty() { "#default".len() } else { prefix.len() }).sum();
        budget.check(Limit::PrefixListOctets, octets + list.len().saturating_sub(1))?;
    }
    Ok(())
}
