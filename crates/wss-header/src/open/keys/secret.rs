//! The secret that a KeyInfo or a reference identifies: shared, unwrapped, derived, or the key of a token.

use wss_c14n::{Element, Limit, name};
use wss_tokens::{
    Assertion, DerivedKeyToken, ENCRYPTED_KEY, KerberosToken, SecureConversation, SecurityContextToken,
    SecurityTokenReference, TokenError, USERNAME_TOKEN, UsernameToken,
};
use wss_xmldsig::{KeyHint, KeyInfo};
use wss_xmlenc::EncryptedKey;

use super::{FoundSecret, Holder, KeySearch, Wanted, dangling};
use crate::error::OpenError;
use crate::key_uses::{KeyOrigin, KeyUse};

/// The evidence's term for a key of the request.
const KEY_OF_THE_REQUEST: &str = "key of the request";

impl KeySearch<'_, '_> {
    /// The secret that a KeyInfo means; `None` if it is not one of ours.
    pub(crate) fn secret_of_key_info(
        &mut self,
        key_info: Option<&KeyInfo<'_>>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        match key_info.map(KeyInfo::hints) {
            None | Some([]) => Ok(self.only_secret()),
            Some([KeyHint::KeyName(name)]) => Ok(self.named_secret(name)),
            Some([KeyHint::SecurityTokenReference(element)]) => {
                let reference = SecurityTokenReference::parse(*element, &self.terms.budget)?;
                self.secret_of_reference(*element, &reference, wanted)
            }
            Some(_) => Ok(None),
        }
    }

    /// The only shared secret.
    pub(super) fn only_secret(&self) -> Option<FoundSecret> {
        let secrets = &self.terms.receiver.secrets;
        secrets.first().filter(|_| secrets.len() == 1).map(|(name, secret)| shared(name.as_deref(), secret))
    }

    /// The shared secret of this name, or one without a name.
    pub(super) fn named_secret(&self, wanted: &str) -> Option<FoundSecret> {
        let mut secrets = self.terms.receiver.secrets.iter();
        let named = secrets.find(|(known, _)| known.as_deref().is_none_or(|known| known == wanted));
        named.map(|(name, secret)| shared(name.as_deref(), secret))
    }

    /// The secret that the reference at `place` identifies; `None` if it is not one of ours.
    fn secret_of_reference(
        &mut self,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        match reference {
            SecurityTokenReference::Direct { id, value_type } => {
                let token = self.revision.header_child(id).ok_or_else(|| dangling(id))?;
                self.check_order(place, token, id)?;
                let found = self.secret_of_token(token, value_type.as_deref(), wanted)?;
                Ok(found.map(|found| found.of_token(token)))
            }
            SecurityTokenReference::Embedded(token) => self.secret_of_token(*token, None, wanted),
            SecurityTokenReference::EncryptedKeySha1(digest) => self.key_of_digest(place, digest, wanted),
            SecurityTokenReference::KerberosApReqSha1(digest) => self.ticket_of_digest(digest, wanted),
            SecurityTokenReference::Assertion { .. } => {
                let Some(token) = self.assertion_named(place, reference)? else { return Ok(None) };
                let found = self.secret_of_assertion(token, wanted)?;
                Ok(found.map(|found| found.of_token(token)))
            }
            SecurityTokenReference::External { uri, instance, .. } => Ok(self.context_secret(uri, instance.as_deref())),
            SecurityTokenReference::KeyName(name) => Ok(self.named_secret(name)),
            _ => Ok(None),
        }
    }

    /// The key of the EncryptedKey with this SHA-1: of our header, or of the request.
    fn key_of_digest(
        &mut self,
        place: Element<'_>,
        digest: &[u8],
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let terms = self.terms;
        let keys = self.revision.header.element.children_named(name::XENC.uri, "EncryptedKey");
        for element in keys.take(terms.budget.limits().size(Limit::EncryptedKeys)) {
            let key = EncryptedKey::parse(element, &terms.budget)?;
            if key.sha1() == *digest {
                self.check_order(place, element, key.id().unwrap_or_default())?;
                let found = self.unwrap(&key, wanted.len)?;
                return Ok(found.map(|found| found.of_token(element)));
            }
        }
        let known = terms.request.and_then(|request| request.key(digest, false));
        Ok(known.map(|secret| {
            FoundSecret::new(secret.clone(), KeyOrigin::EncryptedKey, Holder::RequestReceiver, KEY_OF_THE_REQUEST)
        }))
    }

    /// The key of the Kerberos ticket with this SHA-1: of our header, or of the request.
    fn ticket_of_digest(&mut self, digest: &[u8], wanted: Wanted) -> Result<Option<FoundSecret>, OpenError> {
        let terms = self.terms;
        let tokens = self.revision.header.element.children_named(name::WSSE.uri, "BinarySecurityToken");
        for element in tokens.take(terms.budget.limits().size(Limit::Tokens)) {
            let Ok(token) = KerberosToken::parse(element) else { continue };
            if token.sha1() == *digest {
                let found = self.session_secret(&token, wanted);
                let found = found.map(|found| found.through("wsse:BinarySecurityToken", element));
                return Ok(found.map(|found| found.of_token(element)));
            }
        }
        let known = terms.request.and_then(|request| request.key(digest, true));
        Ok(known.map(|secret| {
            FoundSecret::new(secret.clone(), KeyOrigin::Ticket, Holder::RequestReceiver, KEY_OF_THE_REQUEST)
                .leading(wanted)
        }))
    }

    /// The secret of a token, whose type is `value_type` according to the reference.
    fn secret_of_token(
        &mut self,
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
            return self.unwrap(&EncryptedKey::parse(token, &self.terms.budget)?, wanted.len);
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
            return self.secret_of_assertion(token, wanted);
        }
        if let Some(version) = SecureConversation::of(token, "SecurityContextToken") {
            expect(version.context_type())?;
            let context = SecurityContextToken::parse(token)?;
            let found = self.context_secret(context.identifier(), context.instance());
            return Ok(found.map(|found| found.through("wsc:SecurityContextToken", token)));
        }
        if let Some(version) = SecureConversation::of(token, "DerivedKeyToken") {
            match value_type {
                Some(ENCRYPTED_KEY) if self.terms.receiver.derived_keys_by_source_type => {}
                Some(ENCRYPTED_KEY) => return Err(OpenError::DerivedKeyType),
                _ => expect(version.derived_key_type())?,
            }
            return self.derived_secret(token, wanted);
        }
        Err(TokenError::Unsupported { uri: token.name().to_string().into() }.into())
    }

    /// The key of a `wsc:DerivedKeyToken`.
    fn derived_secret(&mut self, element: Element<'_>, wanted: Wanted) -> Result<Option<FoundSecret>, OpenError> {
        let budget = &self.terms.budget;
        let derivations = wanted.derivations + 1;
        budget.check(Limit::Derivations, derivations)?;
        budget.charge(Limit::KeysDerived, 1)?;
        let token = DerivedKeyToken::parse(element, budget)?;
        let source = Wanted { len: None, derivations, ..wanted };
        let Some(found) = self.secret_of_reference(element, token.source(), source)? else { return Ok(None) };
        self.ring.note_use(&found, KeyUse::Derive)?;
        let id = found.id.derived(token.nonce(), token.offset(), token.length());
        let secret = token.derive(&found.secret);
        let derived = FoundSecret { secret, id, origin: KeyOrigin::Derived, ..found };
        Ok(Some(derived.through("wsc:DerivedKeyToken", element)))
    }

    /// The secret of a security context: a shared secret of that name, or one that the application looks up.
    fn context_secret(&self, identifier: &str, instance: Option<&str>) -> Option<FoundSecret> {
        let receiver = self.terms.receiver;
        let named = receiver.secrets.iter().find(|(name, _)| name.as_deref() == Some(identifier));
        let secret = match (&receiver.contexts, named) {
            (Some(contexts), None) => contexts.secret(identifier, instance)?,
            (_, named) => named?.1.clone(),
        };
        let holder = Holder::SecurityContext(identifier.to_owned());
        Some(FoundSecret::new(secret, KeyOrigin::SecurityContext, holder, "security context"))
    }

    /// The key of a ticket.
    fn session_secret(&mut self, token: &KerberosToken, wanted: Wanted) -> Option<FoundSecret> {
        let session = self.ring.session(token, self.terms.receiver)?;
        let holder = Holder::Kerberos(session.principal);
        Some(FoundSecret::new(session.key, KeyOrigin::Ticket, holder, "Kerberos ticket").leading(wanted))
    }

    /// The key derived from a username token and its user's password.
    fn password_secret(&self, element: Element<'_>, wanted: Wanted) -> Result<Option<FoundSecret>, OpenError> {
        let Some(passwords) = &self.terms.receiver.passwords else { return Ok(None) };
        self.terms.budget.charge(Limit::KeysDerived, 1)?;
        let key = UsernameToken::parse(element)?.password_key(wanted.key_use, passwords.as_ref())?;
        let secret = key.secret().clone();
        // A cipher may need more octets than there are.
        if wanted.len.is_some_and(|len| len > secret.len()) {
            return Err(TokenError::PasswordKey("a password makes 20 octets, too few for the cipher").into());
        }
        Ok(Some(FoundSecret::new(secret, KeyOrigin::Password, Holder::Password(key), "password").leading(wanted)))
    }
}

fn shared(name: Option<&str>, secret: &wss_crypto::Secret) -> FoundSecret {
    let holder = Holder::SharedSecret(name.map(str::to_owned));
    FoundSecret::new(secret.clone(), KeyOrigin::SharedSecret, holder, "secret")
}
