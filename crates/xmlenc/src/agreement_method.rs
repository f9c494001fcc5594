//! `xenc:AgreementMethod`: the wire form, both ways (XML Encryption 1.1 §5.6).

use wss_c14n::{Budget, Element, Limit, Writer, name};
use wss_crypto::{
    Certificate, CryptoError, DigestMethod, KeyAgreement, KeyDerivation, KeyUnwrap, KeyWrap, OtherInfo, PrivateKey,
    PublicKey, Random, Secret,
};
use wss_text::octets;
use wss_xmldsig::{AlgorithmRole, KeyHint, KeyInfo, KeyInfoItem};

use crate::error::{DecryptError, EncryptError};
use crate::key_derivation::{KeyDerivationMethod, write_key_derivation_method};

/// An `xenc:AgreementMethod` in a document.
#[derive(Debug, Clone)]
pub struct AgreementMethod<'d> {
    method: KeyAgreement,
    derivation: KeyDerivationMethod,
    originator: Element<'d>,
    originator_key: Option<PublicKey>,
    recipient: Option<Element<'d>>,
}

impl<'d> AgreementMethod<'d> {
    /// The `xenc:AgreementMethod` in a `ds:KeyInfo`, if it has one.
    ///
    /// # Errors
    /// As [`AgreementMethod::parse`].
    pub fn within(key_info: Option<Element<'d>>, budget: &Budget) -> Result<Option<Self>, DecryptError> {
        let held = key_info.map(|info| info.optional_child(name::XENC.uri, "AgreementMethod")).transpose()?.flatten();
        held.map(|element| Self::parse(element, budget)).transpose()
    }

    /// Reads an `xenc:AgreementMethod`.
    ///
    /// # Errors
    /// [`DecryptError::Structure`]; [`DecryptError::UnknownAlgorithm`]; [`DecryptError::Limit`].
    pub fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, DecryptError> {
        let uri = element.required_attribute("", "Algorithm")?;
        let method = KeyAgreement::from_uri(&uri).ok_or_else(|| DecryptError::UnknownAlgorithm {
            role: AlgorithmRole::KeyAgreement,
            uri: uri.as_ref().into(),
        })?;
        let derivation = element.required_child(name::XENC11.uri, "KeyDerivationMethod")?;
        let originator = element.required_child(name::XENC.uri, "OriginatorKeyInfo")?;
        Ok(Self {
            method,
            derivation: KeyDerivationMethod::parse(derivation)?,
            originator,
            originator_key: originator_key(originator, budget)?,
            recipient: element.optional_child(name::XENC.uri, "RecipientKeyInfo")?,
        })
    }

    /// `@Algorithm`.
    #[must_use]
    pub fn method(&self) -> KeyAgreement {
        self.method
    }

    /// `xenc11:KeyDerivationMethod`.
    #[must_use]
    pub fn derivation(&self) -> &KeyDerivationMethod {
        &self.derivation
    }

    /// `xenc:OriginatorKeyInfo`.
    #[must_use]
    pub fn originator(&self) -> Element<'d> {
        self.originator
    }

    /// The key in `xenc:OriginatorKeyInfo`; `None` if it only names one. It needs no trust: the originator is whoever
    /// knows its private half.
    #[must_use]
    pub fn originator_key(&self) -> Option<&PublicKey> {
        self.originator_key.as_ref()
    }

    /// `xenc:RecipientKeyInfo`: hints to the recipient's key.
    #[must_use]
    pub fn recipient(&self) -> Option<Element<'d>> {
        self.recipient
    }

    /// The key of `len` octets on which `key` and the originator's key agree.
    ///
    /// # Errors
    /// [`DecryptError::Failed`] if they do not agree; [`DecryptError::Limit`] if [`Limit::PrivateKeyOperations`] leaves
    /// none; [`DecryptError::Elsewhere`]; and as [`KeyDerivationMethod::derive`].
    pub fn agree(
        &self,
        key: &dyn KeyUnwrap,
        originator: &PublicKey,
        len: usize,
        budget: &Budget,
    ) -> Result<Secret, DecryptError> {
        let fits = originator.kind().agreement() == Some(self.method) && key.can_agree_with(originator);
        if !fits {
            return Err(DecryptError::Failed);
        }
        budget.charge(Limit::PrivateKeyOperations, 1)?;
        self.derivation.derive(&key.agree(originator)?, len, budget)
    }
}

/// The key value, or the key of the certificate, in an `xenc:OriginatorKeyInfo`.
fn originator_key(originator: Element<'_>, budget: &Budget) -> Result<Option<PublicKey>, DecryptError> {
    let info = KeyInfo::parse(originator, budget).map_err(|_| DecryptError::Originator)?;
    for hint in info.hints() {
        match hint {
            KeyHint::KeyValue(key) => return Ok(Some(key.clone())),
            KeyHint::X509Data(data) => {
                let Some(der) = data.certificates.first() else { continue };
                budget.charge(Limit::Certificates, 1)?;
                let certificate = Certificate::from_der(der).map_err(|_| DecryptError::Originator)?;
                return Ok(Some(certificate.public_key().clone()));
            }
            _ => {}
        }
    }
    // A key that is there and cannot be used is not the name of another one.
    let holds_key = |child: Element<'_>| matches!(child.name().local, "KeyValue" | "DEREncodedKeyValue");
    if originator.children().any(holds_key) { Err(DecryptError::Originator) } else { Ok(None) }
}

/// The method that sends a content key to the holder of a key for agreement: a fresh pair of keys agrees with that key
/// on a secret, a key is derived from the secret, and the derived key wraps the content key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The derivation of a key from the agreed secret.
    pub derivation: KeyDerivation,
    /// The key wrap under that key.
    pub wrap: KeyWrap,
    /// The form of the fresh public key in the message.
    pub originator: OriginatorForm,
}

/// How `xenc:OriginatorKeyInfo` has the originator's public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OriginatorForm {
    /// The element of its kind: `dsig11:ECKeyValue` in `ds:KeyValue`, as the examples of XML Encryption 1.1 have it, and
    /// `dsig11:DEREncodedKeyValue` for X25519 and X448, which have no other.
    #[default]
    KeyValue,
    /// `dsig11:DEREncodedKeyValue` for every kind of key (XML Signature 1.1 §4.5.10).
    DerEncoded,
}

/// A content key that is wrapped for its recipient.
pub struct Agreed {
    /// The fresh public key, for `xenc:OriginatorKeyInfo`.
    pub originator: PublicKey,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

impl std::fmt::Debug for Agreed {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agreed").field("originator", &self.originator).field("wrapped", &octets(&self.wrapped)).finish()
    }
}

impl Default for Agreement {
    /// ConcatKDF with SHA-256, which every implementation of XML Encryption 1.1 has (§5.4.1), and AES-256 key wrap.
    fn default() -> Self {
        let derivation = KeyDerivation::ConcatKdf { digest: DigestMethod::Sha256, other_info: OtherInfo::default() };
        Self { derivation, wrap: KeyWrap::Aes256, originator: OriginatorForm::KeyValue }
    }
}

impl Agreement {
    /// The agreement of eDelivery AS4 2.0, and of ENTSOG AS4 4.0 after it: HKDF with HMAC-SHA256 and AES-128 key wrap.
    /// It is the same in the Common Usage Profile, where the recipient has an X25519 key, and in the Alternative
    /// Elliptic Curve Profile, where that key is on P-256 (eDelivery AS4 2.0, Common Profile, Message Layer Security,
    /// and its alternative). Content is encrypted with AES-128-GCM.
    #[must_use]
    pub fn edelivery_2() -> Self {
        let derivation = KeyDerivation::Hkdf { prf: DigestMethod::Sha256, salt: Vec::new(), info: Vec::new() };
        Self { derivation, wrap: KeyWrap::Aes128, originator: OriginatorForm::KeyValue }
    }

    /// The agreement of BDEW AS4: ConcatKDF with SHA-256 and AES-128 key wrap, with a recipient on brainpoolP256r1 who
    /// is named by `ds:X509SKI`. `AlgorithmID`, `PartyUInfo` and `PartyVInfo` are empty strings (AS4-Profil 1.1 of
    /// 2024-10-01, §2.2.6.2.2; the text of 1.2 was not read). Senders with WSS4J write one octet of zeros in
    /// `AlgorithmID`; all of it is in the message, so a receiver takes that as well. Content is encrypted with
    /// AES-128-GCM.
    #[must_use]
    pub fn bdew_1_2() -> Self {
        let derivation = KeyDerivation::ConcatKdf { digest: DigestMethod::Sha256, other_info: OtherInfo::default() };
        Self { derivation, wrap: KeyWrap::Aes128, originator: OriginatorForm::KeyValue }
    }

    /// Wraps `key` for `recipient`, with a pair of keys that is used once.
    ///
    /// # Errors
    /// [`EncryptError`] if the recipient's key does not agree, no identifier names the derivation, or there is no
    /// randomness.
    pub fn wrap(&self, recipient: &PublicKey, key: &Secret, random: &dyn Random) -> Result<Agreed, EncryptError> {
        if !self.derivation.is_named() {
            return Err(CryptoError::Unnamed.into());
        }
        let ephemeral = PrivateKey::ephemeral_for(recipient, random)?;
        let wrapping = self.derivation.derive(&ephemeral.agree(recipient)?, self.wrap.key_len())?;
        let wrapped = wss_crypto::wrap(self.wrap, &wrapping, key, random)?;
        Ok(Agreed { originator: ephemeral.public_key().clone(), wrapped })
    }

    /// Writes the `xenc:AgreementMethod`. `recipient` writes the content of `xenc:RecipientKeyInfo`.
    pub fn write(&self, writer: &mut Writer, originator: &PublicKey, recipient: impl FnOnce(&mut Writer)) {
        writer.start(name::XENC, "AgreementMethod");
        let method = originator.kind().agreement().map_or("", KeyAgreement::uri);
        writer.attribute("Algorithm", method);
        write_key_derivation_method(writer, &self.derivation, self.wrap.key_len());
        writer.start(name::XENC, "OriginatorKeyInfo");
        match self.originator {
            OriginatorForm::KeyValue => KeyInfoItem::KeyValue(originator.clone()).write(writer),
            OriginatorForm::DerEncoded => KeyInfoItem::DerKeyValue(originator.clone()).write(writer),
        }
        writer.end();
        writer.start(name::XENC, "RecipientKeyInfo");
        recipient(writer);
        writer.end();
        writer.end();
    }
}
