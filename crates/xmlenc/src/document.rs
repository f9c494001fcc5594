//! Whole documents: replaces every `xenc:EncryptedData` with a known key by its plaintext.
//!
//! This module is for documents of any vocabulary. It does not say who encrypted them, or whether anyone authenticated
//! the plaintext.

use std::cell::Cell;
use std::sync::Arc;

use wss_c14n::{Budget, Document, Element, IdIndex, LeafError, Limit, Limits, Splices, name};
use wss_crypto::{KeyUnwrap, PublicKey, Secret, TransportMethod};
use wss_text::octets;
use wss_xmldsig::VerifyError;

use crate::agreement_method::AgreementMethod;
use crate::decrypt::{decrypt_octets, decrypt_xml};
use crate::encapsulation::Encapsulation;
use crate::encrypted_data::{EncryptedData, PlaintextType};
use crate::encrypted_key::{EncryptedKey, KeyMethod};
use crate::error::DecryptError;
use crate::key_derivation::DerivedKey;
use crate::policy::AlgorithmPolicy;

/// Looks up keys for a `ds:KeyInfo`.
pub trait KeySource {
    /// Secrets that may fit. The argument is `None` if there is no `ds:KeyInfo`.
    fn secrets(&self, key_info: Option<Element<'_>>) -> Vec<Secret>;

    /// Private keys that may fit, first those that the `ds:KeyInfo` names: each is tried, in this order.
    fn private_keys(&self, key_info: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>>;

    /// Public keys for an `xenc:OriginatorKeyInfo` that only names its key.
    fn originators(&self, key_info: Element<'_>) -> Vec<PublicKey>;

    /// Secrets that keys are derived from, by `xenc11:MasterKeyName`.
    fn master_secrets(&self, key_name: Option<&str>) -> Vec<Secret>;
}

/// A decrypted document.
#[derive(Clone, PartialEq, Eq)]
pub enum Decrypted {
    /// The document with plaintext in place.
    Document(String),
    /// The plaintext of a root that was encrypted octets of a type other than XML.
    Octets(Vec<u8>),
}

impl std::fmt::Debug for Decrypted {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Document(text) => f.debug_tuple("Document").field(&octets(text.as_bytes())).finish(),
            Self::Octets(plaintext) => f.debug_tuple("Octets").field(&octets(plaintext)).finish(),
        }
    }
}

/// Decrypts every `xenc:EncryptedData` of a document, outermost first.
///
/// # Errors
/// [`DecryptError`] of the first that cannot be decrypted; [`DecryptError::Structure`] if there is none;
/// [`DecryptError::Limit`] if there are more of them than [`Limit::EncryptedData`], or if reading the document once for each
/// takes more than [`Limit::ParsedOctets`], or if more keys than [`Limit::EncryptedKeys`] that do not fit come
/// before the one that does. Once a cipher that does not authenticate failed with a key, or gave a plaintext, every error is
/// [`DecryptError::Failed`].
pub fn decrypt_document(
    source: &str,
    keys: &dyn KeySource,
    policy: &AlgorithmPolicy,
    limits: &Limits,
) -> Result<Decrypted, DecryptError> {
    DocumentDecryption::new(keys, policy, limits).decrypt(source)
}

/// Finds the octets that a `xenc:CipherReference` leads to, and charges them to the budget.
type CipherReferences<'a> = &'a dyn Fn(Element<'_>, &Budget) -> Result<Vec<u8>, VerifyError>;

/// The way to decrypt a document of any vocabulary, for cases that [`decrypt_document`] does not handle.
#[derive(Clone, Copy)]
pub struct DocumentDecryption<'a> {
    keys: &'a dyn KeySource,
    policy: &'a AlgorithmPolicy,
    limits: &'a Limits,
    references: Option<CipherReferences<'a>>,
    first_as_octets: bool,
}

impl std::fmt::Debug for DocumentDecryption<'_> {
    /// Does not show keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("DocumentDecryption");
        shown.field("references", &self.references.is_some()).field("first_as_octets", &self.first_as_octets);
        shown.finish_non_exhaustive()
    }
}

impl<'a> DocumentDecryption<'a> {
    /// As [`decrypt_document`].
    #[must_use]
    pub fn new(keys: &'a dyn KeySource, policy: &'a AlgorithmPolicy, limits: &'a Limits) -> Self {
        Self { keys, policy, limits, references: None, first_as_octets: false }
    }

    /// Follows each `xenc:CipherReference` by this call, for which
    /// [`dereferenced_octets`](wss_xmldsig::dereferenced_octets) can be used. Without this call they are refused.
    #[must_use]
    pub fn references(mut self, references: CipherReferences<'a>) -> Self {
        self.references = Some(references);
        self
    }

    /// Gives the plaintext of the first `xenc:EncryptedData` as octets, whatever its `@Type` says.
    #[must_use]
    pub fn first_as_octets(mut self) -> Self {
        self.first_as_octets = true;
        self
    }

    /// Decrypts a document.
    ///
    /// # Errors
    /// As [`decrypt_document`]; [`DecryptError::Referenced`].
    pub fn decrypt(&self, source: &str) -> Result<Decrypted, DecryptError> {
        let budget = Budget::new(self.limits, source.len() as u64);
        let mut revision = source.to_owned();
        let mut decrypted = false;
        // Whether somebody may have changed a plaintext by changing its ciphertext.
        let mut malleable = false;
        loop {
            // After a malleable plaintext every error is the same one: it may quote what is inside, and how much is left of a
            // limit depends on its length.
            let told = |error: DecryptError| if malleable { DecryptError::Failed } else { error };
            budget.charge(Limit::ParsedOctets, source.len() as u64).map_err(|error| told(error.into()))?;
            let more = revision.len().saturating_sub(source.len()) as u64;
            budget.charge(Limit::ParsedOctets, more).map_err(|_| DecryptError::Failed)?;
            let step = decrypt_first(&revision, !decrypted, self, &budget).map_err(told)?;
            match step {
                Some(Step { decrypted: Decrypted::Document(next), is_authenticated }) => {
                    revision = next;
                    malleable |= !is_authenticated;
                }
                Some(Step { decrypted: octets, .. }) => return Ok(octets),
                None if decrypted => return Ok(Decrypted::Document(revision)),
                None => {
                    let missing = "xenc:EncryptedData";
                    return Err(LeafError::Missing { element: "document".into(), missing }.into());
                }
            }
            decrypted = true;
        }
    }
}

/// The result of one decryption.
struct Step {
    /// The next revision, or the plaintext of a document that is ciphertext as a whole.
    decrypted: Decrypted,
    /// Whether the cipher authenticated it.
    is_authenticated: bool,
}

/// Replaces the first `xenc:EncryptedData`, and returns the next revision; `None` if there is no ciphertext left.
/// `is_received` says that nothing was decrypted yet: then no error says anything about a plaintext.
fn decrypt_first(
    revision: &str,
    is_received: bool,
    decryption: &DocumentDecryption<'_>,
    budget: &Budget,
) -> Result<Option<Step>, DecryptError> {
    let policy = decryption.policy;
    let document = Document::parse(revision, budget.limits()).map_err(|_| DecryptError::Failed)?;
    let first = document.elements().find(|element| element.is(name::XENC.uri, "EncryptedData"));
    let Some(element) = first else { return Ok(None) };
    budget.charge(Limit::EncryptedData, 1)?;
    let mut data = EncryptedData::parse_in_document(element)?;
    policy.check_content(data.method())?;
    let is_authenticated = data.method().is_authenticated();
    if let Some(reference) = data.reference() {
        let follow = decryption.references.ok_or(DecryptError::CipherReference)?;
        let octets = follow(reference, budget).map_err(|error| DecryptError::Referenced(Box::new(error)))?;
        data = data.with_octets(octets);
    }
    let sought = Sought { document: &document, data: &data, decryption, is_received, budget };
    let is_xml = matches!(data.plaintext_type(), PlaintextType::Element | PlaintextType::Content);
    if !is_xml || decryption.first_as_octets {
        // What cannot be handed out is no plaintext, so that right padding does not end the search for a key.
        let is_at_place = element == document.root() || decryption.first_as_octets;
        let octets = |key: Secret| match decrypt_octets(&data, &key, budget)? {
            octets if is_at_place => Ok(octets),
            _ => Err(DecryptError::Failed),
        };
        let mut octets = sought.with_key(octets)?;
        let decrypted = Decrypted::Octets(std::mem::take(&mut *octets));
        return Ok(Some(Step { decrypted, is_authenticated }));
    }
    let xml = |key: Secret| decrypt_xml(&data, &key, budget);
    let xml = sought.with_key(xml)?;
    let mut splices = Splices::new();
    splices.replace_by(element.span(), xml.into_piece());
    let decrypted = Decrypted::Document(splices.apply(revision).text);
    Ok(Some(Step { decrypted, is_authenticated }))
}

/// Ciphertext whose content key is sought: in its own KeyInfo, in an EncryptedKey that lists it, or by name.
struct Sought<'s, 'd> {
    document: &'s Document<'d>,
    data: &'s EncryptedData<'s>,
    decryption: &'s DocumentDecryption<'s>,
    /// Whether nothing was decrypted yet: then no error says anything about a plaintext.
    is_received: bool,
    budget: &'s Budget,
}

impl Sought<'_, '_> {
    /// The result of `decrypt` with the content key.
    ///
    /// Only the content shows which key is the right one: the wrong private key yields a substitute under RSA-1.5, and
    /// another secret in key agreement. So each key is tried up to the plaintext as the caller reads it. The number of keys
    /// that are tried does not show whether padding or XML was wrong, nor does the error: once a cipher that does not
    /// authenticate failed with a key, every error is that one.
    fn with_key<T>(&self, decrypt: impl Fn(Secret) -> Result<T, DecryptError>) -> Result<T, DecryptError> {
        let has_failed = Cell::new(false);
        let decrypt = |key| {
            decrypt(key).inspect_err(|error| {
                // A limit is exceeded by the length of the ciphertext, before the key is used.
                let is_of_key = !matches!(error, DecryptError::Limit(_));
                has_failed.set(has_failed.get() || is_of_key);
            })
        };
        self.search(decrypt).map_err(|error| match has_failed.get() {
            true if !self.data.method().is_authenticated() => DecryptError::Failed,
            _ => error,
        })
    }

    /// Tries one key after the other.
    fn search<T>(&self, decrypt: impl Fn(Secret) -> Result<T, DecryptError>) -> Result<T, DecryptError> {
        let Self { document, data, decryption, is_received, budget } = *self;
        let DocumentDecryption { keys, policy, .. } = *decryption;
        let holdings = Holdings { keys, policy, budget };
        let expected = data.method().key_len();
        let nested = data.key_info().into_iter().flat_map(Element::children);
        let mut candidates: Vec<Element<'_>> =
            nested.filter(|child| child.is(name::XENC.uri, "EncryptedKey")).collect();
        candidates.extend(retrieved(document, data, budget)?);
        let named = data.key_info().and_then(|info| info.children_named(name::DS.uri, "KeyName").next());
        let named = match named {
            Some(element) => Some(element.string()?.into_owned()),
            None => None,
        };
        // One more than may be tried, to detect that there are too many.
        let most = budget.limits().size(Limit::EncryptedKeys).saturating_add(2);
        let mut unread = None;
        for element in document.elements().filter(|element| element.is(name::XENC.uri, "EncryptedKey")) {
            let key = match EncryptedKey::parse(element, budget) {
                Ok(key) => key,
                Err(error) => {
                    unread.get_or_insert(error);
                    continue;
                }
            };
            let lists = data.id().is_some_and(|id| key.data_references().iter().any(|listed| listed == id));
            let carries = named.is_some() && key.carried_name() == named.as_deref();
            if (lists || carries) && candidates.len() < most && !candidates.contains(&element) {
                candidates.push(element);
            }
        }
        // Ids must be unique if they lead from data to keys.
        if !candidates.is_empty() {
            IdIndex::build(document).map_err(|_| DecryptError::Failed)?;
        }
        let no_key = || DecryptError::NoKey { path: data.element().path().into() };
        let mut refused = match candidates.is_empty() && is_received {
            true => unread.unwrap_or_else(no_key),
            false => DecryptError::Failed,
        };
        for (nth, element) in candidates.into_iter().enumerate() {
            // The limit counts for each ciphertext by itself: the keys before this one did not fit.
            budget.check(Limit::EncryptedKeys, nth)?;
            let wrapped = EncryptedKey::parse(element, budget)?;
            match holdings.with_unwrapped(&wrapped, expected, &decrypt) {
                Err(error @ DecryptError::Limit(_)) => return Err(error),
                Err(error) => refused = error,
                plaintext => return plaintext,
            }
        }
        if let Some(plaintext) = holdings.with_derived(data.key_info(), expected, &decrypt)? {
            return Ok(plaintext);
        }
        let direct = keys.secrets(data.key_info()).into_iter().filter(|secret| secret.len() == expected);
        // No hint says which of them is the right one, and a wrong one yields garbage if the cipher does not authenticate.
        match data.method().is_authenticated() {
            true => first(direct.map(Ok), refused, decrypt),
            false => only(direct, refused, decrypt),
        }
    }
}

/// The `xenc:EncryptedKey` that each `ds:RetrievalMethod` names in the same document (XML Encryption 1.1 §3.5.2). One with
/// transforms, or that leads to anything else, names none.
fn retrieved<'d>(
    document: &'d Document<'d>,
    data: &EncryptedData<'d>,
    budget: &Budget,
) -> Result<Vec<Element<'d>>, DecryptError> {
    let methods = || data.key_info().into_iter().flat_map(|info| info.children_named(name::DS.uri, "RetrievalMethod"));
    budget.check(Limit::KeyInfoChildren, methods().count())?;
    let mut ids = None;
    let mut found = Vec::new();
    for method in methods().filter(|method| method.children().next().is_none()) {
        let uri = method.required_attribute("", "URI")?;
        let ids: &IdIndex<'_> = match &mut ids {
            Some(ids) => ids,
            none => none.insert(IdIndex::build(document).map_err(|_| DecryptError::Failed)?),
        };
        let target = uri.strip_prefix('#').and_then(|id| ids.get(id));
        found.extend(target.filter(|target| target.is(name::XENC.uri, "EncryptedKey")));
    }
    Ok(found)
}

/// Our keys, what they may be used for, and how often.
#[derive(Clone, Copy)]
struct Holdings<'k> {
    keys: &'k dyn KeySource,
    policy: &'k AlgorithmPolicy,
    budget: &'k Budget,
}

impl Holdings<'_> {
    /// The result of `use_of` with the `expected` octets that are wrapped: for the first of our keys with which it
    /// succeeds.
    fn with_unwrapped<T>(
        &self,
        key: &EncryptedKey<'_>,
        expected: usize,
        use_of: impl Fn(Secret) -> Result<T, DecryptError>,
    ) -> Result<T, DecryptError> {
        let Self { keys, policy, budget } = *self;
        policy.check_key(key.method())?;
        let use_of_leading = |found: Secret| match found.as_octets().get(..expected) {
            Some(leading) if leading.len() == found.len() => use_of(found),
            Some(leading) if policy.admits_longer_keys() => use_of(Secret::new(leading.to_vec())),
            _ => Err(DecryptError::Failed),
        };
        match key.method() {
            KeyMethod::Transport(transport) => {
                // RSA-1.5 must not show how long a key was.
                let is_oaep = transport.method() != TransportMethod::Rsa15;
                let expected = (!is_oaep || !policy.admits_longer_keys()).then_some(expected);
                let private = keys.private_keys(key.key_info());
                let unwrapped = private.iter().map(|private| {
                    budget.charge(Limit::KeysTried, 1)?;
                    key.unwrap_with(private.as_ref(), expected)
                });
                first(unwrapped, DecryptError::Failed, use_of_leading)
            }
            KeyMethod::Wrap(_) | KeyMethod::Content(_) => {
                let len = match key.method() {
                    KeyMethod::Content(cipher) => cipher.key_len(),
                    KeyMethod::Wrap(wrap) => wrap.key_len(),
                    KeyMethod::Transport(_) => return Err(DecryptError::Failed),
                };
                let unwraps = |secret: Secret| key.unwrap_with_secret(&secret).and_then(use_of_leading);
                match self.with_derived(key.key_info(), len, unwraps)? {
                    Some(used) => Ok(used),
                    None => first(keys.secrets(key.key_info()).into_iter().map(Ok), DecryptError::Failed, unwraps),
                }
            }
        }
    }

    /// The result of `use_of` with a key of `len` octets for which a `ds:KeyInfo` describes an agreement or a derivation:
    /// for the first candidate that it can use. `None` if the `ds:KeyInfo` describes neither.
    fn with_derived<T>(
        &self,
        key_info: Option<Element<'_>>,
        len: usize,
        use_of: impl Fn(Secret) -> Result<T, DecryptError>,
    ) -> Result<Option<T>, DecryptError> {
        let Self { keys, policy, budget } = *self;
        let failed = DecryptError::Failed;
        if let Some(agreement) = AgreementMethod::within(key_info, budget)? {
            policy.check_agreement(agreement.method(), agreement.derivation().derivation())?;
            return self.with_agreed(&agreement, len, use_of).map(Some);
        }
        if let Some(encapsulation) = Encapsulation::within(key_info)? {
            policy.check_encapsulation(encapsulation.method())?;
            let private = keys.private_keys(encapsulation.key_info());
            let opened = private.iter().map(|key| encapsulation.open(key.as_ref(), len, budget));
            return first(opened, failed, use_of).map(Some);
        }
        let mut held = key_info.into_iter().flat_map(Element::children);
        let Some(held) = held.find(|child| child.is(name::XENC11.uri, "DerivedKey")) else { return Ok(None) };
        let derived = DerivedKey::parse(held)?;
        policy.check_derivation(derived.method().derivation())?;
        let masters = keys.master_secrets(derived.master_key_name());
        first(masters.iter().map(|master| derived.method().derive(master, len, budget)), failed, use_of).map(Some)
    }

    /// Agrees with each of our keys and each of the originator's keys on its curve, until one result can be used. Those
    /// that the recipient's `ds:KeyInfo` names are for [`KeySource::private_keys`] to put first.
    fn with_agreed<T>(
        &self,
        agreement: &AgreementMethod<'_>,
        len: usize,
        use_of: impl Fn(Secret) -> Result<T, DecryptError>,
    ) -> Result<T, DecryptError> {
        let Self { keys, budget, .. } = *self;
        let originators = match agreement.originator_key() {
            Some(key) => vec![key.clone()],
            None => keys.originators(agreement.originator()),
        };
        let private = keys.private_keys(agreement.recipient());
        let pairs = private.iter().flat_map(|key| originators.iter().map(move |originator| (key, originator)));
        let fitting = pairs.filter(|(key, originator)| key.can_agree_with(originator));
        let agreed = fitting.map(|(key, originator)| agreement.agree(key.as_ref(), originator, len, budget));
        first(agreed, DecryptError::Failed, use_of)
    }
}

/// The result of `use_of` with the first candidate that it can use. If it can use none, the error of the last
/// candidate; without candidates, `refused`. A limit that a candidate exceeds ends the search.
fn first<T>(
    candidates: impl Iterator<Item = Result<Secret, DecryptError>>,
    mut refused: DecryptError,
    use_of: impl Fn(Secret) -> Result<T, DecryptError>,
) -> Result<T, DecryptError> {
    for candidate in candidates {
        match candidate.and_then(&use_of) {
            Err(error @ DecryptError::Limit(_)) => return Err(error),
            Err(error) => refused = error,
            used => return used,
        }
    }
    Err(refused)
}

/// As [`first`], for secrets of which `use_of` may accept a wrong one, too: all are tried, and none is taken if two
/// different ones are accepted.
fn only<T>(
    candidates: impl Iterator<Item = Secret>,
    mut refused: DecryptError,
    use_of: impl Fn(Secret) -> Result<T, DecryptError>,
) -> Result<T, DecryptError> {
    let mut usable: Option<(Secret, T)> = None;
    let mut is_ambiguous = false;
    for secret in candidates {
        match (use_of(secret.clone()), &usable) {
            (Err(error @ DecryptError::Limit(_)), _) => return Err(error),
            (Err(error), _) => refused = error,
            (Ok(used), None) => usable = Some((secret, used)),
            (Ok(_), Some((before, _))) => is_ambiguous |= secret.as_octets() != before.as_octets(),
        }
    }
    match usable {
        Some(_) if is_ambiguous => Err(DecryptError::Failed),
        Some((_, used)) => Ok(used),
        None => Err(refused),
    }
}
