//! Tokens of the header: claims, until something proves them.

use std::ops::Range;

use wss_c14n::{Element, Limit};
use wss_tokens::{AuthenticatedUser, KerberosForm, TokenError, UsernameToken, X509Token};

use super::signature::replay_key;
use super::{Opening, SeenToken};
use crate::error::OpenError;

impl Opening<'_> {
    pub(super) fn token(&mut self, element: Element<'_>) -> Result<(), OpenError> {
        self.budget.charge(Limit::Tokens, 1)?;
        let token = match X509Token::parse(element, &self.budget) {
            Ok(token) => token,
            // A token of a kind we do not know matters only if something refers to it.
            Err(TokenError::Unsupported { uri })
                if self.receiver.kerberos.is_some() && KerberosForm::from_value_type(uri.as_str()).is_some() =>
            {
                return Ok(());
            }
            Err(TokenError::Unsupported { uri }) => {
                self.evidence.ignored.push(uri);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
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
        if let (Some(created), true) = (token.created(), self.receiver.passwords.is_some()) {
            self.check_created(created, None)?;
        }
        // A claim, until a MAC verifies under the key it makes.
        if token.has_key() {
            return self.note_username(element, None);
        }
        let Some(passwords) = &self.receiver.passwords else {
            self.evidence.ignored.push(element.name().to_string().into());
            return self.note_username(element, None);
        };
        let came_encrypted = self.came_encrypted(&element.span());
        if token.is_clear_text() && !came_encrypted && !self.is_protected {
            return Err(wss_tokens::PasswordError.into());
        }
        let user = token.authenticate(passwords.as_ref())?;
        if let Some(key) = token.replay_key() {
            self.replay_keys.push((replay_key(b"username token", &[&key]), None));
        }
        self.note_username(element, Some(user))
    }

    fn note_username(&mut self, element: Element<'_>, user: Option<AuthenticatedUser>) -> Result<(), OpenError> {
        // One to sign with and one to encrypt with, where keys are made of passwords.
        self.budget.charge(Limit::UsernameTokens, 1)?;
        if self.usernames.iter().any(|(_, known)| known.is_some() || user.is_some()) {
            return Err(OpenError::TwoUsernames);
        }
        self.usernames.push((element.span(), user));
        Ok(())
    }

    /// The user whose key verified a MAC.
    pub(super) fn user_proven(&mut self, token: Option<&Range<usize>>, user: &AuthenticatedUser) {
        for (span, known) in &mut self.usernames {
            if Some(&*span) == token {
                *known = Some(user.clone());
            }
        }
    }

    /// Whether the username token at `span` came encrypted.
    pub(super) fn came_encrypted(&self, span: &Range<usize>) -> bool {
        self.decrypted.iter().any(|decrypted| decrypted.is_username && decrypted.span == *span)
    }
}
