//! Tokens of the header: claims, until something proves them.

use wss_c14n::Element;
use wss_tokens::{TokenError, UsernameToken, X509Token};

use super::signature::replay_key;
use super::{Opening, SeenToken};
use crate::error::OpenError;

impl Opening<'_> {
    pub(super) fn token(&mut self, element: Element<'_>) -> Result<(), OpenError> {
        let token = match X509Token::parse(element) {
            Ok(token) => token,
            // A token of a kind we do not know matters only if something refers to it.
            Err(TokenError::Unsupported { uri }) => {
                self.evidence.ignored.push(uri);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        if self.tokens.len() >= self.receiver.limits.tokens {
            return Err(OpenError::TooMany { what: "tokens", allowed: self.receiver.limits.tokens });
        }
        self.tokens.push(SeenToken {
            id: wss_c14n::id_of(element).map(|id| id.into_owned()),
            value_type: token.value_type().to_owned(),
            certificate: token.certificate().clone(),
            others: token.others().to_vec(),
            span: element.span(),
        });
        Ok(())
    }

    pub(super) fn username(&mut self, element: Element<'_>) -> Result<(), OpenError> {
        let token = UsernameToken::parse(element)?;
        if self.username.is_some() {
            return Err(OpenError::TooMany { what: "username tokens", allowed: 1 });
        }
        let Some(passwords) = &self.receiver.passwords else {
            self.evidence.ignored.push(element.name().to_string());
            self.username = Some((element.span(), None));
            return Ok(());
        };
        let came_encrypted = self.decrypted.iter().any(|d| d.is_username && d.span.start == element.span().start);
        if token.is_clear_text() && !came_encrypted && !self.receiver.clear_text_passwords {
            return Err(wss_tokens::PasswordError.into());
        }
        let user = token.authenticate(passwords.as_ref())?;
        if let Some(created) = token.created() {
            self.check_created(created, None)?;
        }
        if let Some(parts) = token.replay_key() {
            self.replay_keys.push(replay_key(b"username token", &parts));
        }
        self.evidence.user = Some(user.clone());
        self.username = Some((element.span(), Some(user)));
        Ok(())
    }
}
