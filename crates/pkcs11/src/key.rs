//! Identities whose private key is in a token.

use std::sync::Arc;

use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use wss_crypto::{
    Certificate, CryptoError, ElsewhereError, Identity, KeyKind, KeyTransport, KeyUnwrap, PublicKey, Secret,
    SignatureMethod, SigningKey, SystemRandom, unpad_rsa15,
};

use crate::error::TokenError;
use crate::mechanism;
use crate::token::{Token, TokenFault, only};

impl Token {
    /// The private key with this label, and the certificate beside it with the same label.
    ///
    /// # Errors
    /// [`TokenError::NoObject`], [`TokenError::Certificate`].
    pub fn identity(&self, label: &str) -> Result<Identity, TokenError> {
        let wanted = [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::Label(label.as_bytes().to_vec())];
        let der = self.run(|session| {
            let found = only(session, &wanted, "certificate", label)?;
            let attributes = session.get_attributes(found, &[AttributeType::Value])?;
            Ok(attributes.into_iter().find_map(|attribute| match attribute {
                Attribute::Value(der) => Some(der),
                _ => None,
            }))
        })?;
        let unreadable = |cause: &str| TokenError::Certificate { label: label.into(), cause: cause.into() };
        let der = der.ok_or_else(|| unreadable("it has no value"))?;
        let certificate = Certificate::from_der(&der).map_err(|error| unreadable(&error.to_string()))?;
        self.identity_of(label, certificate)
    }

    /// The private key with this label, and a certificate of its public key that is not in the token. The caller guarantees
    /// that they belong together.
    ///
    /// # Errors
    /// [`TokenError::NoKeyOf`] if the token has no private key, or several, with this label.
    pub fn identity_of(&self, label: &str, certificate: Certificate) -> Result<Identity, TokenError> {
        let key = TokenKey::find(self.clone(), label, certificate.public_key().kind());
        let key = Arc::new(key.map_err(|error| match error {
            TokenError::NoObject { label, count, .. } => {
                TokenError::NoKeyOf { label, subject: certificate.subject().to_string().into(), count }
            }
            error => error,
        })?);
        Ok(Identity::from_parts(key.clone(), key, certificate))
    }
}

/// A private key in a token. It signs, unwraps and agrees there; its octets never leave the token.
pub struct TokenKey {
    token: Token,
    label: String,
    kind: KeyKind,
    /// Makes the substitutes for keys whose RSA-1.5 padding is wrong.
    substitute_key: Secret,
}

impl TokenKey {
    /// The private key with this label.
    ///
    /// # Errors
    /// [`TokenError::NoObject`], [`TokenError::Token`].
    pub fn find(token: Token, label: &str, kind: KeyKind) -> Result<Self, TokenError> {
        let no_random = |error: CryptoError| TokenError::Token { cause: error.to_string().as_str().into() };
        let substitute_key = Secret::generate(&SystemRandom, 32).map_err(no_random)?;
        let key = Self { token, label: label.to_owned(), kind, substitute_key };
        key.token.run(|session| key.found(session))?;
        Ok(key)
    }

    /// Its handle. It is looked up anew, since handles change when the token is taken out. A key that was there and is not was
    /// taken out with its token.
    fn handle(&self, session: &Session) -> Result<ObjectHandle, TokenFault> {
        self.found(session).map_err(|fault| match fault {
            TokenFault::Other(gone @ TokenError::NoObject { count: 0, .. }) => TokenFault::Lost(gone),
            fault => fault,
        })
    }

    fn found(&self, session: &Session) -> Result<ObjectHandle, TokenFault> {
        let wanted = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Label(self.label.as_bytes().to_vec())];
        only(session, &wanted, "private key", &self.label)
    }

    /// The error of an operation on what a peer sent. Only a token that is not there is told apart: another reason may depend on
    /// the ciphertext, and is for [`Token::last_failure`] alone, since a peer may learn of the error.
    fn failed(&self, reason: TokenError, told: CryptoError) -> CryptoError {
        let told = if reason.is_absent() { elsewhere(reason.clone()) } else { told };
        self.token.keep_failure(reason);
        told
    }

    fn decrypt(&self, mechanism: &Mechanism<'_>, ciphertext: &[u8]) -> Result<Vec<u8>, TokenError> {
        self.token.run(|session| Ok(session.decrypt(mechanism, self.handle(session)?, ciphertext)?))
    }
}

/// The error of a key, whose source is `reason`.
fn elsewhere(reason: TokenError) -> CryptoError {
    ElsewhereError::new(reason).into()
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKey({:?} in {:?})", wss_text::WireText::from(self.label.as_str()), self.token)
    }
}

impl SigningKey for TokenKey {
    fn sign(&self, method: SignatureMethod, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if !self.can_run(method) {
            return Err(CryptoError::KeyMismatch);
        }
        let (mechanism, octets) = mechanism::signing(method, self.kind, message).ok_or(CryptoError::KeyMismatch)?;
        let signed = self.token.run(|session| Ok(session.sign(&mechanism, self.handle(session)?, &octets)?));
        signed.map_err(|reason| {
            self.token.keep_failure(reason.clone());
            elsewhere(reason)
        })
    }

    fn can_run(&self, method: SignatureMethod) -> bool {
        self.kind.can_sign(method)
    }
}

impl KeyUnwrap for TokenKey {
    fn unwrap_key(
        &self,
        transport: &KeyTransport,
        ciphertext: &[u8],
        expected_len: Option<usize>,
    ) -> Result<Secret, CryptoError> {
        if !self.kind.can_transport_keys() {
            return Err(CryptoError::Decryption);
        }
        if let Some(mechanism) = mechanism::oaep(transport) {
            let decrypted = self.decrypt(&mechanism, ciphertext).map(Secret::new);
            return decrypted.map_err(|error| self.failed(error, CryptoError::Decryption));
        }
        if *transport != KeyTransport::Rsa15 {
            return Err(CryptoError::Decryption);
        }
        // The token does not remove the padding: its way of reporting wrong padding could be observed.
        let block = self.decrypt(&Mechanism::RsaX509, ciphertext).map(Secret::new);
        let block = block.map_err(|error| self.failed(error, CryptoError::Decryption))?;
        Ok(unpad_rsa15(block.as_octets(), &self.substitute_key, ciphertext, expected_len))
    }

    fn agree(&self, originator: &PublicKey) -> Result<Secret, CryptoError> {
        let (KeyKind::Ec(curve), Some(point)) = (self.kind, originator.ec_point()) else {
            return Err(CryptoError::KeyMismatch);
        };
        if point.curve != curve {
            return Err(CryptoError::KeyMismatch);
        }
        let len = curve.field_len().try_into().map_err(|_| CryptoError::Provider)?;
        let secret = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::GENERIC_SECRET),
            Attribute::Token(false),
            Attribute::Sensitive(false),
            Attribute::Extractable(true),
            Attribute::ValueLen(len),
        ];
        let agreed = self.token.run(|session| {
            let mechanism = Mechanism::Ecdh1Derive(Ecdh1DeriveParams::new(EcKdf::null(), &point.octets));
            let derived = session.derive_key(&mechanism, self.handle(session)?, &secret)?;
            let value = session.get_attributes(derived, &[AttributeType::Value]);
            session.destroy_object(derived)?;
            Ok(value?.into_iter().find_map(|attribute| match attribute {
                Attribute::Value(octets) => Some(Secret::new(octets)),
                _ => None,
            }))
        });
        let no_value = || TokenError::Token { cause: "it gave no value of the secret that was agreed on".into() };
        let agreed = agreed.and_then(|agreed| agreed.ok_or_else(no_value));
        agreed.map_err(|error| self.failed(error, CryptoError::Provider))
    }

    fn can_agree_with(&self, originator: &PublicKey) -> bool {
        matches!(self.kind, KeyKind::Ec(_)) && self.kind == originator.kind()
    }
}
