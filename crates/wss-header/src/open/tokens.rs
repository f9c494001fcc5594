//! Tokens of the header: each is read as a claim, which other facts prove.

use wss_c14n::{Budget, Element, Limit, base64_decode, id_of};
use wss_text::WireText;
use wss_tokens::{KerberosForm, PasswordError, Timestamp, TokenError, UsernameToken, X509Token};

use super::facts::{Decryptions, Facts, SeenConfirmation, SeenTimestamp, SeenToken, SeenUsername};
use super::replay_key::replay_key;
use super::revision::Revision;
use super::terms::Terms;
use crate::error::OpenError;

/// Records the certificate tokens of a revision. Many senders put a token behind the signature that refers to it, against
/// BSP R5205; it is a claim wherever it is.
pub(super) fn collect(revision: &Revision<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
    revision.binary_tokens().try_for_each(|element| collect_one(element, terms, facts))
}

/// Records a certificate token that was not seen before.
pub(super) fn collect_one(element: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
    if facts.tokens.iter().any(|token| token.span == element.span()) {
        return Ok(());
    }
    match read_binary_token(element, terms)? {
        BinaryToken::Certificate(token) => facts.tokens.push(token),
        BinaryToken::Kerberos => {}
        BinaryToken::Unknown(value_type) => facts.ignored.push(value_type),
    }
    Ok(())
}

/// What a `wsse:BinarySecurityToken` is.
enum BinaryToken {
    Certificate(SeenToken),
    /// A Kerberos ticket, which is accepted when something refers to it.
    Kerberos,
    /// A token of this unknown ValueType, which matters only if something refers to it.
    Unknown(WireText),
}

/// Reads a `wsse:BinarySecurityToken`.
fn read_binary_token(element: Element<'_>, terms: &Terms<'_>) -> Result<BinaryToken, OpenError> {
    terms.budget.charge(Limit::Tokens, 1)?;
    let token = match X509Token::parse(element, &terms.budget) {
        Ok(token) => token,
        Err(TokenError::Unsupported { uri }) => {
            let is_kerberos = KerberosForm::from_value_type(uri.as_str()).is_some();
            return Ok(match terms.receiver.kerberos.is_some() && is_kerberos {
                true => BinaryToken::Kerberos,
                false => BinaryToken::Unknown(uri),
            });
        }
        Err(error) => return Err(error.into()),
    };
    Ok(BinaryToken::Certificate(SeenToken {
        id: id_of(element).map(|id| id.into_owned()),
        value_type: token.value_type().to_owned(),
        certificate: token.certificate().clone(),
        others: token.others().to_vec(),
        span: element.span(),
    }))
}

/// Reads the `wsu:Timestamp`.
pub(super) fn read_timestamp(element: Element<'_>, terms: &Terms<'_>) -> Result<SeenTimestamp, OpenError> {
    let timestamp = Timestamp::parse(element)?;
    if timestamp.has_offset() && !terms.receiver.local_times {
        return Err(OpenError::LocalTime { element: "wsu:Timestamp" });
    }
    Ok(SeenTimestamp { span: element.span(), created: timestamp.created(), expires: timestamp.expires() })
}

/// Reads a `wsse11:SignatureConfirmation`: the peer says that it processed a signature of our request. An empty value
/// means no value, as WSS4J writes it.
pub(super) fn read_confirmation(element: Element<'_>, budget: &Budget) -> Result<SeenConfirmation, OpenError> {
    budget.charge(Limit::Confirmations, 1)?;
    let value = match element.attribute("", "Value") {
        Some(text) if !text.is_empty() => {
            Some(base64_decode(&text, 1_024).ok_or_else(|| element.missing("a Value in base64"))?)
        }
        _ => None,
    };
    Ok(SeenConfirmation { span: element.span(), value })
}

/// A username token, with its password checked if there is one to check.
pub(super) struct CheckedUsername {
    pub(super) token: SeenUsername,
    /// Its name, if the receiver has no passwords to check it with.
    pub(super) ignored: Option<WireText>,
}

/// Reads a username token, and checks its password. A token for deriving a key authenticates nobody until a MAC
/// verifies under that key.
pub(super) fn check_username(
    element: Element<'_>,
    terms: &Terms<'_>,
    decryptions: &Decryptions,
) -> Result<CheckedUsername, OpenError> {
    let span = element.span();
    let token = UsernameToken::parse(element)?;
    if token.has_offset() && !terms.receiver.local_times {
        return Err(OpenError::LocalTime { element: "wsse:UsernameToken" });
    }
    if let (Some(created), true) = (token.created(), terms.receiver.passwords.is_some()) {
        terms.check_fresh("UsernameToken", created, None)?;
    }
    if token.has_key() {
        return Ok(CheckedUsername { token: SeenUsername { span, user: None, replay_key: None }, ignored: None });
    }
    let Some(passwords) = &terms.receiver.passwords else {
        let ignored = Some(element.name().to_string().into());
        return Ok(CheckedUsername { token: SeenUsername { span, user: None, replay_key: None }, ignored });
    };
    let came_encrypted = decryptions.layers_of_username(&span).next().is_some();
    if token.is_clear_text() && !came_encrypted && !terms.is_protected {
        return Err(PasswordError::ClearText.into());
    }
    let user = Some(token.authenticate(passwords.as_ref())?);
    let replay_key = token.replay_key().map(|key| replay_key(b"username token", &[&key]));
    Ok(CheckedUsername { token: SeenUsername { span, user, replay_key }, ignored: None })
}
