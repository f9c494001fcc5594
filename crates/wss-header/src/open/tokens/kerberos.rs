//! Kerberos tickets (Kerberos Token Profile 1.1.1): the session key of an accepted ticket, in the message or in its request.

use std::sync::Arc;

use wss_c14n::{Element, Limit, id_of, name};
use wss_tokens::{KerberosAcceptor, KerberosSession, KerberosToken, SecurityTokenReference, binary_token_type};

use super::kind::TokenKind;
use crate::correlation::SentKey;
use crate::decryption_key::DecryptionKey;
use crate::error::OpenError;
use crate::key_uses::KeyOrigin;
use crate::open::facts::Facts;
use crate::open::keys::{FoundSecret, Holder, KeyRing, KeySearch, Wanted};
use crate::open::shapes::expect_type;
use crate::open::terms::Terms;
use crate::receiver::Receiver;
use crate::signer::Signer;

impl Receiver {
    /// Accepts Kerberos tickets through `acceptor`.
    #[must_use]
    pub fn kerberos(mut self, acceptor: impl KerberosAcceptor + 'static) -> Self {
        self.keys.kerberos = Some(Arc::new(acceptor));
        self
    }
}

pub(super) struct Kerberos;

impl TokenKind for Kerberos {
    fn is_one(&self, element: Element<'_>) -> bool {
        KerberosToken::is_one(element)
    }

    /// A ticket is accepted when something refers to it.
    fn note(&self, token: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
        let value_type = binary_token_type(token)?;
        if terms.receiver.keys.kerberos.is_none() {
            facts.ignored.push(value_type.into());
        }
        Ok(())
    }

    fn secret(
        &self,
        search: &mut KeySearch<'_, '_>,
        token: Element<'_>,
        stated: Option<&str>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let ticket = KerberosToken::parse(token)?;
        expect_type(stated, &ticket.form().value_type())?;
        Ok(secret_of(search, token, &ticket, wanted))
    }

    /// Finds the secret by the SHA-1 of the ticket.
    fn secret_named(
        &self,
        search: &mut KeySearch<'_, '_>,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        let SecurityTokenReference::KerberosApReqSha1(digest) = reference else { return Ok(None) };
        let (terms, revision) = (search.terms, search.revision);
        let tokens = revision.header.element.children_named(name::WSSE.uri, "BinarySecurityToken");
        let tokens = tokens.take(terms.budget.limits().size(Limit::Tokens));
        let sha1 = |token| Ok(KerberosToken::parse(token).ok().map(|ticket| ticket.sha1()));
        if let Some(token) = revision.tickets.find(tokens, digest, sha1)? {
            search.check_order(place, token, &id_of(token).unwrap_or_default())?;
            let found = secret_of(search, token, &KerberosToken::parse(token)?, wanted);
            return Ok(found.map(|found| found.of_token(token)));
        }
        let Some(request) = terms.request else { return Ok(None) };
        Ok(request.key(digest, true).map(|secret| {
            let holder = Holder::of_request(request);
            let found = FoundSecret::new(secret.clone(), KeyOrigin::OneExchange, holder, DecryptionKey::OfRequest);
            found.leading(wanted)
        }))
    }
}

/// The session key of a ticket; `None` if it is not accepted.
fn secret_of(
    search: &mut KeySearch<'_, '_>,
    token: Element<'_>,
    ticket: &KerberosToken,
    wanted: Wanted,
) -> Option<FoundSecret> {
    let session = session(search.ring, ticket, search.terms.receiver)?;
    let holder = Holder::Known(Signer::Kerberos { principal: session.principal });
    let found =
        FoundSecret::new(session.key, KeyOrigin::OneExchange, holder, DecryptionKey::KerberosTicket).leading(wanted);
    Some(found.through("wsse:BinarySecurityToken", token))
}

/// The session of a ticket, which is accepted or refused once, however often it is referenced.
fn session(ring: &mut KeyRing, ticket: &KerberosToken, receiver: &Receiver) -> Option<KerberosSession> {
    let sha1 = ticket.sha1();
    if let Some(session) = ring.sessions.get(&sha1) {
        return session.clone();
    }
    let session = receiver.keys.kerberos.as_ref()?.accept(&ticket.gss_token());
    ring.sessions.insert(sha1.clone(), session.clone());
    let session = session?;
    ring.brought.push(SentKey { sha1, secret: session.key.clone(), kerberos: Some(ticket.form()), recipient: None });
    Some(session)
}
