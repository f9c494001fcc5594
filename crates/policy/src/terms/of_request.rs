//! What a reply takes from its request: the key that both sides have, or the certificate to which the reply is encrypted.

use super::Terms;
use super::binding::{Binding, Signs, Tokens};
use super::token::{Direction, Token, TokenKind};
use crate::place::Location;
use crate::standing::Standing;

/// What a reply takes from its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FromRequest {
    /// The key under which it is signed or encrypted.
    Key,
    /// The certificate to which it is encrypted.
    Certificate,
}

impl FromRequest {
    pub(crate) const ALL: [Self; 2] = [Self::Key, Self::Certificate];

    /// What is said of the token of a reply whose request does not bring it. A client opens a reply that is encrypted to its
    /// certificate, however the service knows that.
    pub(crate) fn lacking(self) -> Standing {
        match self {
            Self::Key => Standing::Refused(
                "the reply is under a key that comes with its request, and the policy has no key used in the request: have a part of \
                 the request signed or encrypted under this binding"
                    .into(),
            ),
            Self::Certificate => Standing::ClientOnly(
                "a service encrypts a reply to the certificate that signed its request, and the policy has nothing of the request \
                 signed: have its Body or a timestamp signed under this binding"
                    .into(),
            ),
        }
    }
}

impl Terms {
    /// What a reply takes from its request, and the place of the token that it is for.
    pub(crate) fn takes_from_request(&self) -> Option<(FromRequest, Location)> {
        let reply = Direction::Reply;
        match &self.binding.as_ref()?.tokens {
            Tokens::Symmetric { signature, encryption, .. } => {
                let signs = signature.iter().filter(|_| self.signs(reply) != Signs::Nothing);
                let encrypts = encryption.iter().filter(|_| self.encrypts(reply));
                let token = signs.chain(encrypts).find(|token| comes_with_request(token))?;
                Some((FromRequest::Key, token.place().clone()))
            }
            Tokens::Asymmetric { initiator_encryption: Some(token), .. } if self.encrypts(reply) => {
                Some((FromRequest::Certificate, token.place().clone()))
            }
            Tokens::Asymmetric { .. } | Tokens::Transport => None,
        }
    }

    /// Whether a request brings it to its reply.
    pub(crate) fn brings(&self, what: FromRequest) -> bool {
        let request = Direction::Request;
        let signs = self.signs(request) != Signs::Nothing;
        let mut endorsing = self.endorsing(request).map(|supporting| &supporting.token.kind);
        match (what, &self.binding) {
            (FromRequest::Key, Some(Binding { tokens: Tokens::Symmetric { signature, encryption, .. }, .. })) => {
                let encrypts = self.encrypts(request) || self.shows_password(request);
                let has_key = |token: &Option<Token>| token.as_ref().is_some_and(comes_with_request);
                (signs && has_key(signature)) || (encrypts && has_key(encryption))
            }
            (FromRequest::Key, _) => endorsing.any(|kind| matches!(kind, TokenKind::Kerberos(_))),
            (FromRequest::Certificate, Some(Binding { tokens: Tokens::Asymmetric { .. }, .. })) => signs,
            (FromRequest::Certificate, _) => {
                endorsing.any(|kind| matches!(kind, TokenKind::X509(_)) || kind.is_assertion())
            }
        }
    }

    /// Whether a request of these terms brings what a reply of the same terms takes.
    pub(crate) fn brings_what_its_reply_takes(&self) -> bool {
        self.takes_from_request().is_none_or(|(what, _)| self.brings(what))
    }
}

/// Whether the key of a token comes with a request: it is encrypted to the service's certificate, or is that of a ticket.
fn comes_with_request(token: &Token) -> bool {
    matches!(token.kind, TokenKind::X509(_) | TokenKind::Kerberos(_))
}
