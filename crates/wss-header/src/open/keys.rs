//! Keys: which of those the receiver has, or can unwrap or derive, a KeyInfo means; and whose they are.
//!
//! Every step from a reference to a token is taken inside our own header and towards its front (BSP R5205), so no
//! chain of references can loop; [`Limits`](crate::Limits) bounds how often keys are derived from one another.

use std::ops::Range;

use wss_c14n::{Element, Limit, name};
use wss_crypto::{Certificate, DistinguishedName, HmacKey, Identity, LoadError, Secret, VerifyingKey};
use wss_tokens::{
    Assertion, DerivedKeyToken, ENCRYPTED_KEY, KerberosToken, PasswordKey, PasswordKeyUse, Purpose, SAML_V1_1,
    SAML_V2_0, SecureConversation, SecurityContextToken, SecurityTokenReference, TokenError, TrustError,
    USERNAME_TOKEN, UsernameToken, ValidatedCertificate, X509Token, end_entities,
};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::{AgreementMethod, DecryptError, EncryptedKey, KeyMethod};

use super::{Opening, Scene};
use crate::correlation::SentKey;
use crate::error::OpenError;
use crate::key_uses::{KeyId, KeyOrigin, KeyUse, KeyUseError, LEAST_OCTETS};

/// Whose a key is, as long as nothing was verified with it.
#[derive(Clone)]
pub(super) enum Holder {
    Certificate(ValidatedCertificate),
    Password(PasswordKey),
    SharedSecret(Option<String>),
    SecurityContext(String),
    /// The client of a ticket.
    Kerberos(String),
    /// The holder of the license of this Id.
    License(String),
    /// The subject of the assertion at this place of those that were judged.
    Assertion(usize),
    RequestReceiver,
    Anonymous,
}

/// The key of a signature, whose it is, and the token in the header that it came from.
pub(super) struct FoundKey {
    pub(super) key: VerifyingKey,
    pub(super) holder: Holder,
    pub(super) token: Option<Range<usize>>,
    /// The secret that signs, or that its key was derived from.
    pub(super) root: Option<KeyId>,
}

/// A secret that a reference means.
#[derive(Clone)]
pub(super) struct FoundSecret {
    pub(super) secret: Secret,
    pub(super) holder: Holder,
    /// How it came, for the evidence.
    pub(super) label: &'static str,
    pub(super) token: Option<Range<usize>>,
    /// The elements of the header that lead to it: whoever replaces one of them has another secret found.
    pub(super) path: Vec<KeyStep>,
    /// Which key it is, and where it comes from, for the rule that one key has one use.
    pub(super) id: KeyId,
    pub(super) origin: KeyOrigin,
    /// The secret itself, or the one that it was derived from.
    pub(super) root: KeyId,
}

/// An element of the header on the way to a secret.
#[derive(Clone)]
pub(super) struct KeyStep {
    pub(super) element: &'static str,
    pub(super) span: Range<usize>,
}

impl KeyStep {
    fn new(element: &'static str, at: Element<'_>) -> Self {
        Self { element, span: at.span() }
    }
}

impl FoundSecret {
    pub(super) fn new(secret: Secret, origin: KeyOrigin, holder: Holder, label: &'static str) -> Self {
        let id = KeyId::of(&secret);
        Self { secret, holder, label, token: None, path: Vec::new(), root: id.clone(), id, origin }
    }

    /// Its leading octets, where a cipher takes so many and it has more; all of it for MACs and derivations.
    fn leading(mut self, wanted: Wanted) -> Self {
        if let Some((leading, len)) = wanted.len.and_then(|len| Some((self.secret.as_octets().get(..len)?, len))) {
            self.secret = Secret::new(leading.to_vec());
            self.id = self.id.leading(len);
        }
        self
    }

    /// It was found through this element.
    pub(super) fn through(mut self, element: &'static str, at: Element<'_>) -> Self {
        self.path.push(KeyStep::new(element, at));
        self
    }
}

/// What a secret is looked up for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    key_use: PasswordKeyUse,
    /// Octets its use demands, where they are known.
    pub(super) len: Option<usize>,
    /// How many keys were derived on the way.
    derivations: usize,
}

impl Wanted {
    pub(super) const MAC: Self = Self { key_use: PasswordKeyUse::Mac, len: None, derivations: 0 };

    pub(super) const fn cipher(len: usize) -> Self {
        Self { key_use: PasswordKeyUse::Encryption, len: Some(len), derivations: 0 }
    }
}

impl<'r> Opening<'r> {
    /// The key a signature's KeyInfo picks: a certificate the receiver trusts, or a secret.
    pub(super) fn signature_key(
        &mut self,
        scene: &Scene<'_>,
        key_info: Option<&KeyInfo<'_>>,
        is_mac: bool,
    ) -> Result<FoundKey, OpenError> {
        if !is_mac {
            if let Some(found) = self.key_of_xml_token(scene, key_info)? {
                return Ok(found);
            }
            let (certificate, token) = self.signer(key_info)?;
            if certificate.certificate().version() == 1 && !self.receiver.version_1 {
                return Err(TokenError::Version1.into());
            }
            let key = certificate.certificate().public_key().clone().into();
            return Ok(FoundKey { key, holder: Holder::Certificate(certificate), token, root: None });
        }
        let found = self.secret_of_key_info(scene, key_info, Wanted::MAC)?.ok_or(OpenError::NoKey)?;
        self.note_use(&found, KeyUse::Mac)?;
        let octets = found.secret.as_octets().to_vec();
        let key = match octets.len() {
            // Noting the use refused it, unless short ones are admitted.
            0..LEAST_OCTETS => HmacKey::of_any_length_for_legacy_use_only(octets),
            _ => HmacKey::new(octets).map_err(|_| OpenError::NoKey)?,
        };
        Ok(FoundKey { key: key.into(), holder: found.holder, token: found.token, root: Some(found.root) })
    }

    /// One key, one use; and none that can be guessed.
    pub(super) fn note_use(&mut self, found: &FoundSecret, key_use: KeyUse) -> Result<(), OpenError> {
        let octets = found.secret.len();
        if octets == 0 || (octets < LEAST_OCTETS && !self.receiver.short_secrets) {
            return Err(match found.origin {
                // How long the plaintext of an EncryptedKey is tells what it decrypts to.
                KeyOrigin::EncryptedKey => DecryptError::Failed.into(),
                _ => KeyUseError::TooShort { octets }.into(),
            });
        }
        // By the octets, too: a derived key may come back as a secret of another kind.
        let by_octets = KeyId::of(&found.secret);
        for id in [&found.id, &by_octets] {
            self.uses.note(id, found.origin, key_use).map_err(|error| match error {
                // Two ciphers: a second one would let an attacker relabel what the first protects.
                KeyUseError::TwoCiphers => DecryptError::Failed.into(),
                error => OpenError::from(error),
            })?;
        }
        Ok(())
    }

    /// The key that an assertion or a license of our header names, if KeyInfo refers to one.
    fn key_of_xml_token(
        &mut self,
        scene: &Scene<'_>,
        key_info: Option<&KeyInfo<'_>>,
    ) -> Result<Option<FoundKey>, OpenError> {
        let Some([KeyHint::SecurityTokenReference(place)]) = key_info.map(KeyInfo::hints) else { return Ok(None) };
        let reference = SecurityTokenReference::parse(*place, &self.budget)?;
        let Some(token) = self.assertion_named(scene, *place, &reference)? else {
            return self.key_of_license(scene, *place, &reference);
        };
        let at = self.assertion_of(token).ok_or(OpenError::NoKey)?;
        let key = self.confirmation_key(token, at)?.ok_or(OpenError::NoKey)?;
        Ok(Some(FoundKey { key: key.into(), holder: Holder::Assertion(at), token: Some(token.span()), root: None }))
    }

    /// The assertion of our header that a reference means: by its id (KeyIdentifier), or directly.
    fn assertion_named<'d>(
        &self,
        scene: &Scene<'d>,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
    ) -> Result<Option<Element<'d>>, OpenError> {
        let (id, by_id) = match reference {
            SecurityTokenReference::Assertion { id, .. } => (id, true),
            SecurityTokenReference::Direct { id, .. } => (id, false),
            _ => return Ok(None),
        };
        let token = scene.ids.get(id).filter(|token| token.parent() == Some(scene.header.element));
        let token = match token.filter(|token| Assertion::is_one(*token)) {
            Some(token) => token,
            None if by_id => return Err(TokenError::Dangling { uri: id.into() }.into()),
            None => return Ok(None),
        };
        let is_v2 = token.is(name::SAML2.uri, "Assertion");
        let mistyped = match reference {
            SecurityTokenReference::Assertion { is_v2: expected, .. } => *expected != is_v2,
            SecurityTokenReference::Direct { value_type: Some(expected), .. } => {
                *expected != if is_v2 { SAML_V2_0 } else { SAML_V1_1 }
            }
            _ => false,
        };
        if mistyped {
            return Err(TokenError::TypeMismatch { expected: id.into() }.into());
        }
        self.check_order(place, token, id)?;
        Ok(Some(token))
    }

    /// The trusted certificate a signature's KeyInfo picks, and the token in the message it came from.
    fn signer(
        &self,
        key_info: Option<&KeyInfo<'_>>,
    ) -> Result<(ValidatedCertificate, Option<Range<usize>>), OpenError> {
        let trust = &self.receiver.trust;
        let validate = |certificate: &Certificate, others: &[Certificate]| {
            trust.validate(certificate, others, Purpose::Signing, self.now, &self.budget)
        };
        let Some(key_info) = key_info else {
            return self.one_of(trust.candidates(), |_| true).map(|validated| (validated, None));
        };
        let hint = only_hint(key_info).ok_or(OpenError::NoKey)?;
        let reference = match hint {
            KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element, &self.budget)?,
            KeyHint::X509Data(data) => SecurityTokenReference::X509Data(data.clone()),
            // Names and values pick among certificates the caller gave; they never supply a key.
            KeyHint::KeyName(name) => {
                let subject = DistinguishedName::parse(name).map_err(|_| OpenError::NoKey)?;
                let picked = self.one_of(trust.candidates(), |certificate| *certificate.subject() == subject)?;
                return Ok((picked, None));
            }
            KeyHint::KeyValue(key) => {
                let picked = self.one_of(trust.candidates(), |certificate| certificate.public_key() == key)?;
                return Ok((picked, None));
            }
            _ => return Err(OpenError::NoKey),
        };
        match &reference {
            SecurityTokenReference::Direct { id, value_type } => {
                let token = self.tokens.iter().find(|token| token.id.as_ref() == Some(id));
                let token = token.ok_or_else(|| dangling(id))?;
                let is_after = key_info.element().span().start >= token.span.end;
                if !is_after && !self.receiver.forward_references {
                    return Err(TokenError::Forward { uri: format!("#{id}").into() }.into());
                }
                if let Some(expected) = value_type.as_ref().filter(|expected| **expected != token.value_type) {
                    return Err(TokenError::TypeMismatch { expected: expected.into() }.into());
                }
                Ok((validate(&token.certificate, &token.others)?, Some(token.span.clone())))
            }
            SecurityTokenReference::Embedded(element) => {
                let token = X509Token::parse(*element, &self.budget)?;
                Ok((validate(token.certificate(), token.others())?, None))
            }
            reference => {
                let carried = self.carried_by(reference)?;
                let seen = self.tokens.iter().map(|token| &token.certificate);
                // A path is carried with its authorities; they sign certificates, not messages.
                let all = trust.candidates().chain(seen).chain(end_entities(&carried));
                let validated = self.one_of_with(all, |certificate| reference.names(certificate), &carried)?;
                Ok((validated, None))
            }
        }
    }

    /// The certificates in a reference. Authorities with keys that are not supported cannot be on a path, and are
    /// passed over.
    fn carried_by(&self, reference: &SecurityTokenReference<'_>) -> Result<Vec<Certificate>, OpenError> {
        let ders = match reference {
            SecurityTokenReference::Certificate(der) => std::slice::from_ref(der),
            SecurityTokenReference::X509Data(data) => data.certificates.as_slice(),
            _ => &[],
        };
        let mut carried = Vec::new();
        for der in ders {
            match self.carried.parse(der, &self.budget).map_err(TrustError::from)? {
                Ok(certificate) => carried.push(certificate),
                Err(LoadError::UnsupportedKey | LoadError::Provider { .. }) if ders.len() > 1 => {}
                Err(error) => return Err(TokenError::from(error).into()),
            }
        }
        Ok(carried)
    }

    fn one_of<'c>(
        &self,
        candidates: impl Iterator<Item = &'c Certificate>,
        fits: impl Fn(&Certificate) -> bool,
    ) -> Result<ValidatedCertificate, OpenError> {
        self.one_of_with(candidates, fits, &[])
    }

    /// The one candidate that fits and is trusted; two are as bad as none.
    fn one_of_with<'c>(
        &self,
        candidates: impl Iterator<Item = &'c Certificate>,
        fits: impl Fn(&Certificate) -> bool,
        others: &[Certificate],
    ) -> Result<ValidatedCertificate, OpenError> {
        let mut tried: Vec<&Certificate> = Vec::new();
        let mut found = None;
        let mut refused = None;
        for candidate in candidates.filter(|candidate| fits(candidate)) {
            if tried.contains(&candidate) {
                continue;
            }
            tried.push(candidate);
            match self.receiver.trust.validate(candidate, others, Purpose::Signing, self.now, &self.budget) {
                Ok(validated) if found.is_none() => found = Some(validated),
                Ok(_) => return Err(OpenError::AmbiguousKey),
                Err(error @ TrustError::Exceeded(_)) => return Err(error.into()),
                Err(error) => refused = Some(error),
            }
        }
        match (found, refused) {
            (Some(found), _) => Ok(found),
            (None, Some(error)) => Err(error.into()),
            (None, None) => Err(OpenError::NoKey),
        }
    }

    /// The secret a KeyInfo means; `None` if it is not one of ours.
    pub(super) fn secret_of_key_info(
        &mut self,
        scene: &Scene<'_>,
        key_info: Option<&KeyInfo<'_>>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        match key_info.map(KeyInfo::hints) {
            None | Some([]) => {
                let secrets = &self.receiver.secrets;
                Ok(secrets.first().filter(|_| secrets.len() == 1).map(shared))
            }
            Some([KeyHint::KeyName(name)]) => Ok(self.named_secret(name)),
            Some([KeyHint::SecurityTokenReference(element)]) => {
                let reference = SecurityTokenReference::parse(*element, &self.budget)?;
                self.secret_of_reference(scene, *element, &reference, wanted)
            }
            Some(_) => Ok(None),
        }
    }

    fn named_secret(&self, wanted: &str) -> Option<FoundSecret> {
        let mut secrets = self.receiver.secrets.iter();
        secrets.find(|(known, _)| known.as_deref().is_none_or(|known| known == wanted)).map(shared)
    }

    /// The secret a reference at `place` means; `None` if it is not one of ours.
    fn secret_of_reference(
        &mut self,
        scene: &Scene<'_>,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        match reference {
            SecurityTokenReference::Direct { id, value_type } => {
                let token = scene.ids.get(id).filter(|token| token.parent() == Some(scene.header.element));
                let token = token.ok_or_else(|| dangling(id))?;
                self.check_order(place, token, id)?;
                let found = self.secret_of_token(scene, token, value_type.as_deref(), wanted)?;
                Ok(found.map(|found| FoundSecret { token: Some(token.span()), ..found }))
            }
            SecurityTokenReference::Embedded(token) => self.secret_of_token(scene, *token, None, wanted),
            SecurityTokenReference::EncryptedKeySha1(digest) => {
                let keys = scene.header.element.children_named(name::XENC.uri, "EncryptedKey");
                for element in keys.take(self.budget.limits().size(Limit::EncryptedKeys)) {
                    let key = EncryptedKey::parse(element, &self.budget)?;
                    if key.sha1() == *digest {
                        self.check_order(place, element, key.id().unwrap_or_default())?;
                        let found = self.unwrap(&key, wanted.len)?;
                        return Ok(found.map(|found| FoundSecret { token: Some(element.span()), ..found }));
                    }
                }
                let known = self.exchange.and_then(|exchange| exchange.key(digest, false));
                Ok(known.map(|secret| {
                    FoundSecret::new(
                        secret.clone(),
                        KeyOrigin::EncryptedKey,
                        Holder::RequestReceiver,
                        "key of the request",
                    )
                }))
            }
            SecurityTokenReference::KerberosApReqSha1(digest) => {
                let tokens = scene.header.element.children_named(name::WSSE.uri, "BinarySecurityToken");
                for element in tokens.take(self.budget.limits().size(Limit::Tokens)) {
                    let Ok(token) = KerberosToken::parse(element) else { continue };
                    if token.sha1() == *digest {
                        let found = self.session_secret(&token, wanted);
                        let found = found.map(|found| found.through("wsse:BinarySecurityToken", element));
                        return Ok(found.map(|found| FoundSecret { token: Some(element.span()), ..found }));
                    }
                }
                let known = self.exchange.and_then(|exchange| exchange.key(digest, true));
                Ok(known.map(|secret| {
                    FoundSecret::new(secret.clone(), KeyOrigin::Ticket, Holder::RequestReceiver, "key of the request")
                        .leading(wanted)
                }))
            }
            SecurityTokenReference::Assertion { .. } => {
                let Some(token) = self.assertion_named(scene, place, reference)? else { return Ok(None) };
                let found = self.confirmation_secret(token, wanted)?.map(|found| found.through("Assertion", token));
                Ok(found.map(|found| FoundSecret { token: Some(token.span()), ..found }))
            }
            SecurityTokenReference::External { uri, instance, .. } => Ok(self.context_secret(uri, instance.as_deref())),
            SecurityTokenReference::KeyName(name) => Ok(self.named_secret(name)),
            _ => Ok(None),
        }
    }

    /// An internal token stands before what refers to it (BSP R5205), unless the receiver was told of peers who
    /// do otherwise.
    pub(super) fn check_order(&self, place: Element<'_>, token: Element<'_>, id: &str) -> Result<(), OpenError> {
        let is_after = place.span().start >= token.span().end;
        let is_inside = token.parent().is_some_and(|header| header.contains(place));
        if is_after || !is_inside || self.receiver.forward_references {
            return Ok(());
        }
        Err(TokenError::Forward { uri: format!("#{id}").into() }.into())
    }

    fn secret_of_token(
        &mut self,
        scene: &Scene<'_>,
        token: Element<'_>,
        value_type: Option<&str>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let expect = |actual: &str| match value_type {
            Some(expected) if expected != actual => Err(TokenError::TypeMismatch { expected: expected.into() }),
            _ => Ok(()),
        };
        if token.is(name::XENC.uri, "EncryptedKey") {
            expect(ENCRYPTED_KEY)?;
            return self.unwrap(&EncryptedKey::parse(token, &self.budget)?, wanted.len);
        }
        if token.is(name::WSSE.uri, "UsernameToken") {
            expect(USERNAME_TOKEN)?;
            let found = self.password_secret(token, wanted)?;
            return Ok(found.map(|found| found.through("wsse:UsernameToken", token)));
        }
        if token.is(name::WSSE.uri, "BinarySecurityToken") {
            let ticket = KerberosToken::parse(token)?;
            expect(&ticket.form().value_type())?;
            let found = self.session_secret(&ticket, wanted);
            return Ok(found.map(|found| found.through("wsse:BinarySecurityToken", token)));
        }
        if Assertion::is_one(token) {
            let found = self.confirmation_secret(token, wanted)?;
            return Ok(found.map(|found| found.through("Assertion", token)));
        }
        if let Some(version) = SecureConversation::of(token, "SecurityContextToken") {
            expect(version.context_type())?;
            let context = SecurityContextToken::parse(token)?;
            let found = self.context_secret(context.identifier(), context.instance());
            return Ok(found.map(|found| found.through("wsc:SecurityContextToken", token)));
        }
        if let Some(version) = SecureConversation::of(token, "DerivedKeyToken") {
            expect(version.derived_key_type())?;
            return self.derived_secret(scene, token, wanted);
        }
        Err(TokenError::Unsupported { uri: token.name().to_string().into() }.into())
    }

    fn derived_secret(
        &mut self,
        scene: &Scene<'_>,
        element: Element<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let derivations = wanted.derivations + 1;
        self.budget.check(Limit::Derivations, derivations)?;
        self.budget.charge(Limit::KeysDerived, 1)?;
        let token = DerivedKeyToken::parse(element, &self.budget)?;
        let source = Wanted { len: None, derivations, ..wanted };
        let Some(found) = self.secret_of_reference(scene, element, token.source(), source)? else { return Ok(None) };
        self.note_use(&found, KeyUse::Derive)?;
        let id = found.id.derived(token.nonce(), token.offset(), token.length());
        let secret = token.derive(&found.secret);
        let derived = FoundSecret { secret, id, origin: KeyOrigin::Derived, ..found };
        Ok(Some(derived.through("wsc:DerivedKeyToken", element)))
    }

    fn context_secret(&self, identifier: &str, instance: Option<&str>) -> Option<FoundSecret> {
        let named = self.receiver.secrets.iter().find(|(name, _)| name.as_deref() == Some(identifier));
        let secret = match (&self.receiver.contexts, named) {
            (Some(contexts), None) => contexts.secret(identifier, instance)?,
            (_, named) => named?.1.clone(),
        };
        let holder = Holder::SecurityContext(identifier.to_owned());
        Some(FoundSecret::new(secret, KeyOrigin::SecurityContext, holder, "security context"))
    }

    /// The key of a ticket, accepted once however often it is referred to.
    fn session_secret(&mut self, token: &KerberosToken, wanted: Wanted) -> Option<FoundSecret> {
        let sha1 = token.sha1();
        let session = match self.sessions.get(&sha1) {
            Some(session) => session.clone(),
            None => {
                let session = self.receiver.kerberos.as_ref()?.accept(&token.gss_token())?;
                self.sessions.insert(sha1.clone(), session.clone());
                let kerberos = Some(token.form());
                self.keys.push(SentKey { sha1, secret: session.key.clone(), kerberos, recipient: None });
                session
            }
        };
        let holder = Holder::Kerberos(session.principal);
        Some(FoundSecret::new(session.key, KeyOrigin::Ticket, holder, "Kerberos ticket").leading(wanted))
    }

    fn password_secret(&self, element: Element<'_>, wanted: Wanted) -> Result<Option<FoundSecret>, OpenError> {
        let Some(passwords) = &self.receiver.passwords else { return Ok(None) };
        self.budget.charge(Limit::KeysDerived, 1)?;
        let key = UsernameToken::parse(element)?.password_key(wanted.key_use, passwords.as_ref())?;
        let secret = key.secret().clone();
        // A cipher that wants more than there are octets cannot be served.
        if wanted.len.is_some_and(|len| len > secret.len()) {
            return Err(TokenError::PasswordKey("a password makes 20 octets, too few for the cipher").into());
        }
        Ok(Some(FoundSecret::new(secret, KeyOrigin::Password, Holder::Password(key), "password").leading(wanted)))
    }

    /// Unwraps a key for the first of our identities it is addressed to; `None` if it is for someone else.
    pub(super) fn unwrap(
        &mut self,
        key: &EncryptedKey<'_>,
        expected_len: Option<usize>,
    ) -> Result<Option<FoundSecret>, OpenError> {
        self.receiver.policy.encryption.check_key(key.method())?;
        let label = match key.method() {
            KeyMethod::Transport(transport) => transport.uri(),
            KeyMethod::Wrap(wrap) => wrap.uri(),
        };
        let found = |secret, holder| {
            FoundSecret::new(secret, KeyOrigin::EncryptedKey, holder, label).through("xenc:EncryptedKey", key.element())
        };
        let sha1 = key.sha1();
        if let Some(known) = self.keys.iter().find(|known| known.sha1 == sha1 && known.kerberos.is_none()) {
            return Ok(Some(found(known.secret.clone(), Holder::Anonymous)));
        }
        if let Some(agreement) = AgreementMethod::within(key.key_info(), &self.budget)? {
            return self.unwrap_agreed(key, &agreement, expected_len);
        }
        let key_info = match key.key_info() {
            Some(element) => Some(KeyInfo::parse(element, &self.budget)?),
            None => None,
        };
        if !matches!(key.method(), KeyMethod::Transport(_)) {
            let wrapping = match key_info.as_ref().map(KeyInfo::hints) {
                None | Some([]) if self.receiver.secrets.len() == 1 => self.receiver.secrets.first().map(shared),
                Some([KeyHint::KeyName(name)]) => self.named_secret(name),
                _ => None,
            };
            let Some(wrapping) = wrapping else {
                self.addressee = Some(self.addressee_in(key.key_info()));
                return Ok(None);
            };
            self.note_use(&wrapping, KeyUse::Wrap)?;
            let secret = key.unwrap_or_substitute(expected_len, |key| key.unwrap_with_secret(&wrapping.secret))?;
            // Whoever wraps under a shared secret has it.
            return Ok(Some(found(secret, wrapping.holder)));
        }
        let Some(identity) = self.recipient(key_info.as_ref())? else {
            self.addressee = Some(self.addressee_in(key.key_info()));
            return Ok(None);
        };
        self.budget.charge(Limit::PrivateKeyOperations, 1)?;
        let unwrapping = identity.unwrapping_key().as_ref();
        let secret = key.unwrap_or_substitute(expected_len, |key| key.unwrap_with(unwrapping, expected_len))?;
        self.keys.push(SentKey { sha1, secret: secret.clone(), kerberos: None, recipient: None });
        Ok(Some(found(secret, Holder::Anonymous)))
    }

    /// The identity an EncryptedKey is addressed to.
    pub(super) fn recipient(&self, key_info: Option<&KeyInfo<'_>>) -> Result<Option<&'r Identity>, OpenError> {
        let identities = &self.receiver.identities;
        let Some(key_info) = key_info else {
            return Ok(identities.first().filter(|_| identities.len() == 1));
        };
        let Some(hint) = only_hint(key_info) else { return Ok(None) };
        let reference = match hint {
            KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse(*element, &self.budget)?,
            KeyHint::X509Data(data) => SecurityTokenReference::X509Data(data.clone()),
            KeyHint::KeyValue(key) => {
                return Ok(identities.iter().find(|identity| identity.certificate().public_key() == key));
            }
            KeyHint::KeyName(name) => {
                let Ok(subject) = DistinguishedName::parse(name) else { return Ok(None) };
                return Ok(identities.iter().find(|identity| *identity.certificate().subject() == subject));
            }
            _ => return Ok(None),
        };
        let named: Option<Certificate> = match &reference {
            SecurityTokenReference::Direct { id, .. } => {
                let token = self.tokens.iter().find(|token| token.id.as_ref() == Some(id));
                token.map(|token| token.certificate.clone())
            }
            // The assertion went with our request, and names a key of ours.
            SecurityTokenReference::Assertion { id, .. } => {
                let mut sent = self.exchange.iter().flat_map(|request| &request.subject_of);
                let Some((_, own)) = sent.find(|(sent, _)| sent == id) else { return Ok(None) };
                Some(own.clone())
            }
            SecurityTokenReference::Embedded(element) => {
                Some(X509Token::parse(*element, &self.budget)?.certificate().clone())
            }
            _ => None,
        };
        Ok(identities.iter().find(|identity| match &named {
            Some(named) => identity.certificate() == named,
            None => reference.names(identity.certificate()),
        }))
    }
}

/// The one hint of a KeyInfo; of several, against BSP R5402, the reference to a token.
fn only_hint<'k, 'd>(key_info: &'k KeyInfo<'d>) -> Option<&'k KeyHint<'d>> {
    if let [only] = key_info.hints() {
        return Some(only);
    }
    let mut references = key_info.hints().iter().filter(|hint| matches!(hint, KeyHint::SecurityTokenReference(_)));
    references.next().filter(|_| references.next().is_none())
}

fn shared((name, secret): &(Option<String>, Secret)) -> FoundSecret {
    let holder = Holder::SharedSecret(name.clone());
    FoundSecret::new(secret.clone(), KeyOrigin::SharedSecret, holder, "secret")
}

fn dangling(id: &str) -> TokenError {
    TokenError::Dangling { uri: format!("#{id}").into() }
}
