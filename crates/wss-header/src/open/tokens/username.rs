//! Username tokens (Username Token Profile 1.1.1): a user whose password is checked, or a key that is derived from it.

use std::sync::Arc;

use wss_c14n::{Element, Limit};
use wss_tokens::{PasswordError, PasswordKeyUse, PasswordSource, TokenError, USERNAME_TOKEN, UsernameToken};

use super::kind::TokenKind;
use crate::decryption_key::DecryptionKey;
use crate::error::OpenError;
use crate::key_uses::KeyOrigin;
use crate::open::facts::{Facts, SeenUsername};
use crate::open::keys::{FoundSecret, Holder, KeyRing, KeySearch, Wanted};
use crate::open::replacement::Replacement;
use crate::open::replay_key::replay_key;
use crate::open::revision::Revision;
use crate::open::shapes::expect_type;
use crate::open::terms::Terms;
use crate::part::Part;
use crate::receiver::Receiver;
use crate::waiver::Waiver;

impl Receiver {
    /// Checks username tokens with `passwords`.
    #[must_use]
    pub fn passwords(mut self, passwords: impl PasswordSource + 'static) -> Self {
        self.keys.passwords = Some(Arc::new(passwords));
        self
    }
}

pub(super) struct Username;

impl TokenKind for Username {
    fn is_one(&self, element: Element<'_>) -> bool {
        UsernameToken::is_one(element)
    }

    fn limit(&self) -> Limit {
        Limit::UsernameTokens
    }

    fn part(&self) -> Option<Part> {
        Some(Part::UsernameToken)
    }

    fn read(
        &self,
        token: Element<'_>,
        _: &Revision<'_>,
        terms: &Terms<'_>,
        facts: &mut Facts<'_>,
        _: &mut KeyRing,
    ) -> Result<Option<Replacement>, OpenError> {
        let seen = check(token, terms, facts)?;
        facts.record_username(seen, &terms.budget)?;
        Ok(None)
    }

    /// The key derived from the token and its user's password.
    fn secret(
        &self,
        search: &mut KeySearch<'_, '_>,
        token: Element<'_>,
        stated: Option<&str>,
        wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        expect_type(stated, USERNAME_TOKEN)?;
        let Some(passwords) = &search.terms.receiver.keys.passwords else { return Ok(None) };
        search.terms.budget.charge(Limit::KeysDerived, 1)?;
        let key = parse(token, search.terms.receiver)?.password_key(wanted.key_use, passwords.as_ref())?;
        let secret = key.secret().clone();
        // A cipher may need more octets than the key has.
        if wanted.len.is_some_and(|len| len > secret.len()) {
            return Err(TokenError::PasswordKey("a password makes 20 octets, too few for the cipher").into());
        }
        let found = FoundSecret::new(secret, KeyOrigin::ManyMessages, Holder::Password(key), DecryptionKey::Password)
            .leading(wanted);
        Ok(Some(found.through("wsse:UsernameToken", token)))
    }
}

/// Reads a username token, and checks its password if there is one to check and the receiver has passwords to check it
/// with. A token for deriving a key authenticates nobody until a MAC verifies under that key.
fn check(element: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<SeenUsername, OpenError> {
    let unproven = SeenUsername { span: element.span(), user: None, replay_key: None };
    let token = in_utc(parse(element, terms.receiver)?, terms.receiver)?;
    if let (Some(created), true) = (token.created(), terms.receiver.keys.passwords.is_some()) {
        terms.check_fresh("UsernameToken", Some(created), None)?;
    }
    if token.has_key() {
        return Ok(unproven);
    }
    // Without a password, the token is a name that nothing proves, unless a user name must be proven.
    let is_bare = !token.has_password() && !terms.receiver.requirements.username;
    let Some(passwords) = terms.receiver.keys.passwords.as_ref().filter(|_| !is_bare) else {
        facts.ignore(element);
        return Ok(unproven);
    };
    let came_encrypted = facts.decryptions.layers_of_username(&unproven.span).next().is_some();
    if token.is_clear_text() && !came_encrypted && !terms.is_protected {
        return Err(PasswordError::ClearText.into());
    }
    let token = accepting(token, terms.receiver);
    let user = Some(token.authenticate(passwords.as_ref())?);
    let replay_key = token.replay_key().map(|key| replay_key(b"username token", &[&key]));
    Ok(SeenUsername { user, replay_key, ..unproven })
}

/// Refuses a token whose shape says that no password fits it, for reports.
pub(crate) fn check_shape(element: Element<'_>, receiver: &Receiver) -> Result<(), OpenError> {
    let token = in_utc(parse(element, receiver)?, receiver)?;
    if token.has_key() || !token.has_password() {
        return Ok(());
    }
    Ok(accepting(token, receiver).check_fields()?)
}

/// Refuses a token from which no key can be derived, for reports.
pub(super) fn check_key_shape(element: Element<'_>, receiver: &Receiver) -> Result<(), OpenError> {
    let uses = [PasswordKeyUse::Mac, PasswordKeyUse::Encryption];
    Ok(parse(element, receiver)?.check_key_fields(&uses)?)
}

/// Refuses an instant that is not in UTC, unless the receiver accepts it.
fn in_utc<'d>(token: UsernameToken<'d>, receiver: &Receiver) -> Result<UsernameToken<'d>, OpenError> {
    if token.has_offset() && !receiver.waives(Waiver::LocalTimes) {
        return Err(OpenError::LocalTime { element: "wsse:UsernameToken" });
    }
    if token.lacks_zone() && !receiver.waives(Waiver::TimesWithoutZone) {
        return Err(OpenError::NoZone { element: "wsse:UsernameToken" });
    }
    Ok(token)
}

/// Reads a token. The children from which a digest is made may be in another namespace if the receiver accepts it.
fn parse<'d>(element: Element<'d>, receiver: &Receiver) -> Result<UsernameToken<'d>, TokenError> {
    match receiver.waives(Waiver::FieldsInOtherNamespaces) {
        true => UsernameToken::parse_in_any_namespace(element),
        false => UsernameToken::parse(element),
    }
}

/// The token with the calls of the receiver that accept more.
fn accepting<'d>(token: UsernameToken<'d>, receiver: &Receiver) -> UsernameToken<'d> {
    type Accept<'d> = fn(UsernameToken<'d>) -> UsernameToken<'d>;
    let calls: [(Waiver, Accept<'d>); 3] = [
        (Waiver::PasswordTypesByName, UsernameToken::accept_password_types_by_name),
        (Waiver::DigestsWithoutNonce, UsernameToken::accept_digests_without_nonce),
        (Waiver::DigestsWithoutCreated, UsernameToken::dangerous_accept_digests_without_created),
    ];
    let given = calls.into_iter().filter(|(waiver, _)| receiver.waives(*waiver));
    given.fold(token, |token, (_, accept)| accept(token))
}
