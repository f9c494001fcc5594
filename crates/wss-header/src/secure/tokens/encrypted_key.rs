//! A fresh key in an `xenc:EncryptedKey`, as a protection token; and the EncryptedKey itself, which encryption to the
//! holder of a certificate uses as well.

use wss_c14n::{Limit, Writer, name};
use wss_crypto::{Certificate, Digest, DigestMethod, KeyTransport, Secret};
use wss_tokens::{CertificatePath, ENCRYPTED_KEY, PasswordKeyUse, ReferenceForm, write_x509_token};
use wss_xmlenc::{Agreement, KeyMethod, write_encrypted_key};

use crate::correlation::SentKey;
use crate::error::{PlanError, SecureError};
use crate::key_sending::KeySending;
use crate::key_uses::KeyOrigin;
use crate::placing::{NewToken, Placing, reference_to};
use crate::protection_token::{ProtectionKind, ProtectionToken};

#[derive(Clone)]
struct FreshKey {
    recipient: Certificate,
    sending: KeySending,
    reference: ReferenceForm,
    /// The number of octets of the secret, if the caller chose one.
    octets: Option<usize>,
}

impl ProtectionToken {
    /// A fresh key for each message, encrypted to the holder of `recipient` in an `xenc:EncryptedKey`. It says
    /// nothing about the sender: add an endorsing signature, or a username token that is signed and encrypted.
    #[must_use]
    pub fn encrypted_to(recipient: &Certificate) -> Self {
        Self::new(FreshKey {
            recipient: recipient.clone(),
            sending: KeySending::default(),
            reference: ReferenceForm::IssuerSerial,
            octets: None,
        })
    }

    /// How a key is encrypted to its recipient; ignored for other tokens.
    #[must_use]
    pub fn transport(self, wanted: KeyTransport) -> Self {
        self.adjusted(|key: &mut FreshKey| key.sending.transport = wanted)
    }

    /// The key wrap under a key that is agreed on with the recipient; without effect on RSA keys, and on tokens of
    /// other kinds.
    #[must_use]
    pub fn agreement(self, wanted: Agreement) -> Self {
        self.adjusted(|key: &mut FreshKey| key.sending.agreement = wanted)
    }

    /// The number of octets of the secret that is encrypted to the recipient, 16 to 64; ignored for other tokens. The
    /// default is 32 if keys are derived from it, and otherwise the length of the recipient's cipher key, or of the
    /// digest of its MAC. A reply may use the secret with another cipher: CXF takes as many octets as its suite has.
    #[must_use]
    pub fn key_octets(self, wanted: usize) -> Self {
        self.adjusted(|key: &mut FreshKey| key.octets = Some(wanted))
    }

    /// How to refer to the recipient's certificate; ignored for other tokens.
    #[must_use]
    pub fn reference(self, form: ReferenceForm) -> Self {
        self.adjusted(|key: &mut FreshKey| key.reference = form)
    }
}

impl ProtectionKind for FreshKey {
    fn name(&self) -> &'static str {
        "EncryptedKey"
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::EncryptedKey
    }

    fn octets(&self) -> Option<usize> {
        self.octets
    }

    fn limit(&self) -> Limit {
        Limit::EncryptedKeys
    }

    fn certificate(&self) -> Option<(&Certificate, ReferenceForm)> {
        Some((&self.recipient, self.reference))
    }

    fn check(&self, legacy: bool) -> Result<(), PlanError> {
        self.sending.check_recipient(&self.recipient, self.reference, legacy)
    }

    fn place(&self, placing: &mut Placing<'_>, _: PasswordKeyUse, len: usize) -> Result<NewToken, SecureError> {
        let secret = Secret::generate(placing.random, len)?;
        let recipient =
            KeyRecipient { certificate: &self.recipient, sending: &self.sending, reference: self.reference };
        let NewKey { id, elements } = encrypted_key(placing, recipient, &secret, &[])?;
        let reference = reference_to(&id, None, Some(ENCRYPTED_KEY));
        Ok(NewToken { elements, id: Some(id), secret, reference })
    }
}

/// The recipient of a key: its certificate, how the key is encrypted to it, and how the message refers to it.
#[derive(Clone, Copy)]
pub(crate) struct KeyRecipient<'r> {
    pub(crate) certificate: &'r Certificate,
    pub(crate) sending: &'r KeySending,
    pub(crate) reference: ReferenceForm,
}

/// A new EncryptedKey.
pub(crate) struct NewKey {
    pub(crate) id: String,
    /// The element, after the token that it refers to if there is one.
    pub(crate) elements: String,
}

/// Encrypts `secret` in an EncryptedKey with a list of `listed`. The key is kept for the reply.
pub(crate) fn encrypted_key(
    placing: &mut Placing<'_>,
    recipient: KeyRecipient<'_>,
    secret: &Secret,
    listed: &[String],
) -> Result<NewKey, SecureError> {
    let KeyRecipient { certificate: recipient, sending, reference } = recipient;
    let (id, token_id) = (placing.fresh_id("EK")?, placing.fresh_id("X509")?);
    let mut out = String::new();
    if reference.needs_token() {
        let mut writer = Writer::new();
        // Only the recipient's certificate is known, so it is the whole path.
        let path = [recipient];
        let path = match reference {
            ReferenceForm::DirectPath => CertificatePath::PkiPath(&path),
            ReferenceForm::DirectPkcs7 => CertificatePath::Pkcs7(&path),
            _ => CertificatePath::None,
        };
        write_x509_token(&mut writer, &token_id, recipient, path);
        out.push_str(&writer.finish());
    }
    let mut key_info = Writer::within(&[name::XENC, name::DS]);
    let key = recipient.public_key();
    let (method, wrapped) = if key.kind().agreement().is_some() {
        let agreed = sending.agreement.wrap(key, secret, placing.random)?;
        let names_recipient = |writer: &mut Writer| reference.write(writer, recipient, &token_id);
        sending.agreement.write(&mut key_info, &agreed.originator, names_recipient);
        (KeyMethod::Wrap(sending.agreement.wrap), agreed.wrapped)
    } else {
        reference.write(&mut key_info, recipient, &token_id);
        (KeyMethod::Transport(sending.transport.clone()), key.wrap_key(&sending.transport, secret)?)
    };
    out.push_str(&write_encrypted_key(Some(&id), &method, Some(&key_info.finish()), &wrapped, listed));
    let sha1 = Digest::of(DigestMethod::Sha1, &wrapped).as_octets().to_vec();
    let recipient = Some(recipient.clone());
    placing.correlation.keys.push(SentKey { sha1, secret: secret.clone(), kerberos: None, recipient });
    Ok(NewKey { id, elements: out })
}
