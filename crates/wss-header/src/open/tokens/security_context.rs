//! Security contexts (WS-SecureConversation 1.3): the secret that both sides agreed on before, which a token names.

use std::sync::Arc;

use wss_c14n::Element;
use wss_tokens::{SecureConversation, SecurityContextToken, SecurityContexts, SecurityTokenReference};

use super::kind::TokenKind;
use crate::decryption_key::DecryptionKey;
use crate::error::OpenError;
use crate::key_uses::KeyOrigin;
use crate::open::keys::{FoundSecret, Holder, KeySearch, Wanted};
use crate::open::shapes::expect_type;
use crate::receiver::Receiver;
use crate::signer::Signer;

impl Receiver {
    /// Looks up the secrets of security contexts in `contexts`, if no [`Receiver::shared_secret`] has the name.
    #[must_use]
    pub fn security_contexts(mut self, contexts: impl SecurityContexts + 'static) -> Self {
        self.keys.contexts = Some(Arc::new(contexts));
        self
    }
}

pub(super) struct SecurityContext;

impl TokenKind for SecurityContext {
    fn is_one(&self, element: Element<'_>) -> bool {
        SecurityContextToken::is_one(element)
    }

    fn secret(
        &self,
        search: &mut KeySearch<'_, '_>,
        token: Element<'_>,
        stated: Option<&str>,
        _: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let context = SecurityContextToken::parse(token)?;
        expect_type(stated, context.version().context_type())?;
        let found = secret_of(search.terms.receiver, context.identifier(), context.instance());
        Ok(found.map(|found| found.through("wsc:SecurityContextToken", token)))
    }

    /// Finds the secret by the identifier of the context, without a token in the message.
    fn secret_named(
        &self,
        search: &mut KeySearch<'_, '_>,
        _: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        _: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let SecurityTokenReference::External { uri, instance, value_type } = reference else { return Ok(None) };
        // A reference with another type means another token.
        let types = [SecureConversation::V1_3, SecureConversation::V2005].map(SecureConversation::context_type);
        if value_type.as_deref().is_some_and(|stated| !types.contains(&stated)) {
            return Ok(None);
        }
        Ok(secret_of(search.terms.receiver, uri, instance.as_deref()))
    }
}

/// The secret of a security context: a shared secret of that name, or one that the application looks up.
fn secret_of(receiver: &Receiver, identifier: &str, instance: Option<&str>) -> Option<FoundSecret> {
    let named = receiver.keys.secrets.iter().find(|(name, _)| name.as_deref() == Some(identifier));
    let secret = match (&receiver.keys.contexts, named) {
        (Some(contexts), None) => contexts.secret(identifier, instance)?,
        (_, named) => named?.1.clone(),
    };
    let holder = Holder::Known(Signer::SecurityContext { identifier: identifier.to_owned() });
    Some(FoundSecret::new(secret, KeyOrigin::ManyMessages, holder, DecryptionKey::SecurityContext))
}
