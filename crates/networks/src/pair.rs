//! Makes recipes and receivers of shapes: the one place that reads the data of a preset.

use std::time::Duration;

use wss_c14n::{Canonicalization, CanonicalizationMethod};
use wss_crypto::{Certificate, Identity, KeyTransport, Secret};
use wss_header::{
    AlgorithmPolicy, Encrypting, ProtectionToken, Receiver, Recipe, Referencing, ReplayCache, RequiredToken,
    Requirements, Signing,
};
use wss_tokens::{ConfirmationMethod, Password, PasswordSource, Precision, SamlVersion, Trust};
use wss_xmlenc::Agreement;

use crate::keys::PartyKeys;
use crate::network::Network;
use crate::shape::{
    Credential, EncryptedTo, EncryptionShape, Endorsement, Leniency, MessagePart, Shape, SignatureShape, SignedBy,
    Transport,
};

/// The side of a client.
pub struct Client {
    /// Makes requests.
    pub recipe: Recipe,
    /// Opens replies; `None` if they have no Security header.
    pub receiver: Option<Receiver>,
}

/// The side of a service.
pub struct Service {
    /// Opens requests.
    pub receiver: Receiver,
    /// Makes replies; `None` if they have no Security header.
    pub recipe: Option<Recipe>,
}

/// Why a network cannot be used with these keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// *Misuse.* The network needs something that the keys do not have.
    #[error("{network} needs {what}: give it with PartyKeys::{call}")]
    Missing {
        /// The network.
        network: &'static str,
        /// The key or setting that the network needs, in words.
        what: &'static str,
        /// The call of [`PartyKeys`] that gives it.
        call: &'static str,
    },
}

/// The direction of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Reply,
}

impl Network {
    /// The recipe for requests and the receiver for replies.
    ///
    /// # Errors
    /// [`NetworkError::Missing`].
    pub fn client(&self, keys: &PartyKeys, replay: impl ReplayCache + 'static) -> Result<Client, NetworkError> {
        Ok(Client { recipe: self.request_recipe(keys)?, receiver: self.reply_receiver(keys, replay)? })
    }

    /// The receiver for requests and the recipe for replies.
    ///
    /// # Errors
    /// [`NetworkError::Missing`].
    pub fn service(&self, keys: &PartyKeys, replay: impl ReplayCache + 'static) -> Result<Service, NetworkError> {
        Ok(Service { receiver: self.request_receiver(keys, replay)?, recipe: self.reply_recipe(keys)? })
    }

    /// The recipe for requests.
    ///
    /// # Errors
    /// [`NetworkError::Missing`].
    pub fn request_recipe(&self, keys: &PartyKeys) -> Result<Recipe, NetworkError> {
        self.recipe(&self.request, keys, Direction::Request)
    }

    /// The receiver for requests.
    ///
    /// # Errors
    /// [`NetworkError::Missing`].
    pub fn request_receiver(
        &self,
        keys: &PartyKeys,
        replay: impl ReplayCache + 'static,
    ) -> Result<Receiver, NetworkError> {
        self.receiver(&self.request, keys, replay, Direction::Request)
    }

    /// The recipe for replies; `None` if they have no Security header.
    ///
    /// # Errors
    /// [`NetworkError::Missing`].
    pub fn reply_recipe(&self, keys: &PartyKeys) -> Result<Option<Recipe>, NetworkError> {
        self.reply_shape().map(|shape| self.recipe(shape, keys, Direction::Reply)).transpose()
    }

    /// The receiver for replies; `None` if they have no Security header.
    ///
    /// # Errors
    /// [`NetworkError::Missing`].
    pub fn reply_receiver(
        &self,
        keys: &PartyKeys,
        replay: impl ReplayCache + 'static,
    ) -> Result<Option<Receiver>, NetworkError> {
        self.reply_shape().map(|shape| self.receiver(shape, keys, replay, Direction::Reply)).transpose()
    }

    fn missing(&self, what: &'static str, call: &'static str) -> NetworkError {
        NetworkError::Missing { network: self.name, what, call }
    }

    fn recipe(&self, shape: &Shape, keys: &PartyKeys, direction: Direction) -> Result<Recipe, NetworkError> {
        let mut recipe = allowed(shape).layout(shape.layout);
        if let Some(seconds) = shape.timestamp {
            recipe = match shape.allows(Leniency::BareHeader) {
                true => recipe.timestamp_without_expires().precision(Precision::Seconds).must_understand(false),
                false => recipe.timestamp(Duration::from_secs(seconds)),
            };
        }
        recipe = self.with_credential(recipe, shape, keys)?;
        if shape.confirms {
            recipe = recipe.signature_confirmation();
        }
        let token = self.protection_token(shape, keys)?;
        let encrypting = match &shape.encryption {
            Some(encryption) => Some(self.encrypting(encryption, token.as_ref(), keys, direction)?),
            None => None,
        };
        let (before, after) = if shape.encrypts_first { (encrypting, None) } else { (None, encrypting) };
        recipe = before.into_iter().fold(recipe, Recipe::encrypt);
        if let Some(signature) = &shape.signature {
            let signing = self.signing(signature, token.as_ref(), keys)?;
            recipe = recipe.sign(match shape.allows(Leniency::InclusiveCanonicalization) {
                true => inclusive(signing),
                false => signing,
            });
            if let Some(Endorsement { reference, method }) = signature.endorsed_by {
                let endorsing = Signing::with(self.identity(keys)?).reference(reference).method(method);
                recipe = recipe.sign(endorsing.digest(signature.digest).parts([MessagePart::Signature.part()]));
            }
        }
        Ok(after.into_iter().fold(recipe, Recipe::encrypt))
    }

    fn with_credential(&self, recipe: Recipe, shape: &Shape, keys: &PartyKeys) -> Result<Recipe, NetworkError> {
        let user = || keys.user.clone().ok_or_else(|| self.missing("a user and a password", "user"));
        Ok(match shape.credential {
            Credential::None => recipe,
            Credential::PasswordDigest => {
                let (name, password) = user()?;
                recipe.username_digest(name, password)
            }
            Credential::PasswordDigestOfSha1 => {
                let (name, password) = user()?;
                recipe.username_digest(name, password.hashed())
            }
            Credential::PasswordText => {
                let (name, password) = user()?;
                recipe.username_text(name, password)
            }
            Credential::Assertion(_) | Credential::IdCard { .. } => {
                let assertion = keys.assertion.clone();
                recipe.token(assertion.ok_or_else(|| self.missing("the assertion of the sender", "assertion"))?)
            }
        })
    }

    fn identity<'k>(&self, keys: &'k PartyKeys) -> Result<&'k Identity, NetworkError> {
        keys.identity.as_ref().ok_or_else(|| self.missing("a key that signs, and its certificate", "identity"))
    }

    fn partner<'k>(&self, keys: &'k PartyKeys) -> Result<&'k Certificate, NetworkError> {
        keys.partner.as_ref().ok_or_else(|| self.missing("the certificate of the partner", "partner"))
    }

    fn signing(
        &self,
        shape: &SignatureShape,
        token: Option<&ProtectionToken>,
        keys: &PartyKeys,
    ) -> Result<Signing, NetworkError> {
        let signing = match (shape.by, token) {
            (_, Some(token)) => Signing::with_token(token),
            (SignedBy::Certificate(form), None) => Signing::with(self.identity(keys)?).reference(form),
            (_, None) => Signing::with(self.identity(keys)?).holder_of_key_uncovered(),
        };
        let signing = signing.method(shape.method).digest(shape.digest);
        Ok(signing.parts(parts(shape.parts)).parts_if_present(parts(shape.parts_if_present)))
    }

    /// The key that both sides have, if the signature is made with such a key.
    fn protection_token(&self, shape: &Shape, keys: &PartyKeys) -> Result<Option<ProtectionToken>, NetworkError> {
        let Some(signature) = &shape.signature else { return Ok(None) };
        let (token, derived) = match signature.by {
            SignedBy::EncryptedKey { transport, reference, derived } => {
                let token = ProtectionToken::encrypted_to(self.partner(keys)?).reference(reference);
                let token = match transport.agreement() {
                    Some(agreement) => token.agreement(agreement),
                    None => token.transport(transport.key_transport()),
                };
                (token, derived)
            }
            SignedBy::KeyOfRequest { derived } => (ProtectionToken::of_request(), derived),
            SignedBy::Certificate(_) | SignedBy::HolderOfKey => return Ok(None),
        };
        Ok(Some(match derived {
            Some(version) => token.derived_keys(version),
            None => token,
        }))
    }

    fn encrypting(
        &self,
        shape: &EncryptionShape,
        token: Option<&ProtectionToken>,
        keys: &PartyKeys,
        direction: Direction,
    ) -> Result<Encrypting, NetworkError> {
        let encrypting = match (shape.to, token) {
            (EncryptedTo::KeyOfSignature, Some(token)) => Encrypting::with_token(token),
            (EncryptedTo::KeyOfSignature, None) => Encrypting::to(self.partner(keys)?),
            (EncryptedTo::Certificate { transport, reference }, _) => {
                let encrypting = match direction {
                    Direction::Request => Encrypting::to(self.partner(keys)?),
                    Direction::Reply => Encrypting::to_requester(),
                };
                let encrypting = encrypting.reference(reference);
                match transport.agreement() {
                    Some(agreement) => encrypting.agreement(agreement),
                    None => encrypting.transport(transport.key_transport()),
                }
            }
        };
        Ok(encrypting.content(shape.content).parts(parts(shape.parts)))
    }

    fn receiver(
        &self,
        shape: &Shape,
        keys: &PartyKeys,
        replay: impl ReplayCache + 'static,
        direction: Direction,
    ) -> Result<Receiver, NetworkError> {
        let trust = match (&keys.trust, &shape.signature) {
            (Some(trust), _) => trust.clone(),
            (
                None,
                Some(SignatureShape { by: SignedBy::Certificate(_), .. } | SignatureShape { endorsed_by: Some(_), .. }),
            ) => {
                return Err(self.missing("whom to trust", "trust"));
            }
            (None, _) => Trust::no_certificates(),
        };
        let mut receiver = Receiver::new(trust, requirements(shape), replay).algorithms(policy(shape));
        receiver = keys.decrypting.iter().cloned().fold(receiver, Receiver::decrypt_with);
        for (leniency, call) in RECEIVER_CALLS {
            if shape.allows(*leniency) {
                receiver = call(receiver);
            }
        }
        if shape.credential.is_issued() && direction == Direction::Request {
            let trust = keys.assertions.clone();
            let trust = trust.ok_or_else(|| self.missing("whose assertions to accept", "assertions"))?;
            let trust = match shape.credential {
                Credential::IdCard { level, .. } => trust.accept_id_cards(level),
                _ => trust,
            };
            receiver = receiver.assertions(trust.only(confirmation(shape)));
        }
        if shape.credential.is_password() && direction == Direction::Request {
            let source = keys.passwords.clone();
            let source = source.ok_or_else(|| self.missing("the passwords of users", "passwords"))?;
            let is_hashed = shape.credential == Credential::PasswordDigestOfSha1;
            receiver = receiver.passwords(move |user: &str| digested(source.as_ref(), user, is_hashed));
        }
        Ok(receiver)
    }
}

/// How the sender proves to be the subject of its assertion.
fn confirmation(shape: &Shape) -> ConfirmationMethod {
    match (shape.credential, shape.signature.map(|signature| signature.by)) {
        (Credential::IdCard { .. }, _) => ConfirmationMethod::IdCard,
        (_, Some(SignedBy::HolderOfKey)) => ConfirmationMethod::HolderOfKey,
        _ => ConfirmationMethod::Bearer,
    }
}

type ReceiverCall = fn(Receiver) -> Receiver;

/// The calls of a receiver for those leniencies that have one.
const RECEIVER_CALLS: &[(Leniency, ReceiverCall)] = &[
    (Leniency::OneKeyToSignAndEncrypt, Receiver::accept_one_key_to_sign_and_encrypt),
    (Leniency::CbcBeforeVerification, Receiver::dangerous_decrypt_cbc_before_verification),
    (Leniency::LocalTimes, Receiver::accept_local_times),
    (Leniency::AbsentTransforms, Receiver::accept_absent_transforms),
    (Leniency::InclusiveCanonicalization, Receiver::accept_inclusive_canonicalization),
    (Leniency::ForwardReferences, Receiver::accept_forward_references),
    (Leniency::UncoveredHolderTokens, Receiver::accept_uncovered_holder_tokens),
    (Leniency::ProtectedTransport, Receiver::over_protected_transport),
];

/// The password of a user, or its SHA-1 if that is what the network digests.
fn digested(source: &dyn PasswordSource, user: &str, is_hashed: bool) -> Option<Secret> {
    let password = Password::from(source.password(user)?);
    let password = if is_hashed { password.hashed() } else { password };
    Some(password.secret().clone())
}

/// A signature of which everything is canonicalised inclusively.
fn inclusive(signing: Signing) -> Signing {
    let form = Canonicalization::new(CanonicalizationMethod::Inclusive);
    signing.canonicalization(form.clone()).referencing(Referencing::new(form))
}

fn parts(parts: &[MessagePart]) -> impl Iterator<Item = wss_header::Part> + use<'_> {
    parts.iter().map(|place| place.part())
}

/// A recipe with the departures that the shape needs.
fn allowed(shape: &Shape) -> Recipe {
    let mut recipe = shape.breaks.iter().fold(Recipe::new(), |recipe, broken| recipe.waive(broken.rule));
    if shape.is_legacy() {
        recipe = recipe.allow_legacy_algorithms();
    }
    if shape.allows(Leniency::OneKeyToSignAndEncrypt) {
        recipe = recipe.accept_one_key_to_sign_and_encrypt();
    }
    if shape.allows(Leniency::ProtectedTransport) {
        recipe = recipe.over_protected_transport();
    }
    if shape.allows(Leniency::ReplyWithoutConfirmation) {
        recipe = recipe.dangerous_reply_without_confirmation();
    }
    recipe
}

/// The requirements for a message of the shape.
fn requirements(shape: &Shape) -> Requirements {
    let mut requirements = Requirements::dangerous_unsigned();
    if let Some(signature) = &shape.signature {
        requirements = requirements
            .also_signed(parts(signature.parts).filter(|part| *part != MessagePart::Signature.part()))
            .signed_if_present(parts(signature.parts_if_present))
            .signature_methods(
                [signature.method]
                    .into_iter()
                    .chain(signature.endorsed_by.map(|endorsement| endorsement.method))
                    .chain(shape.takes.methods.iter().copied()),
            )
            .digest_methods([signature.digest].into_iter().chain(shape.takes.digests.iter().copied()));
        requirements = match signature.by {
            SignedBy::Certificate(form) => requirements.signer_references([form]).x509_token(),
            SignedBy::EncryptedKey { .. } | SignedBy::KeyOfRequest { .. } => requirements.signed_with_secret(),
            SignedBy::HolderOfKey => requirements,
        };
        if signature.endorsed_by.is_some() {
            requirements = requirements.endorsed_by([RequiredToken::X509]).x509_token();
        }
    }
    if let Some(encryption) = &shape.encryption {
        // An encrypted signature hides digests, and proves nothing that a receiver would miss without it.
        let parts = parts(encryption.parts).filter(|part| *part != MessagePart::Signature.part());
        let ciphers = [encryption.content].into_iter().chain(shape.takes.contents.iter().copied());
        requirements = requirements.encrypted(parts).content_ciphers(ciphers);
    }
    // Anyone can add an unsigned timestamp: it does not say when a signed message expires.
    let is_covered = |signature: &SignatureShape| signature.parts.contains(&MessagePart::Timestamp);
    let has_end = shape.timestamp.is_some() && !shape.allows(Leniency::BareHeader) && !shape.takes.open_end;
    if has_end && shape.signature.as_ref().is_none_or(is_covered) {
        requirements = requirements.expires();
    }
    if shape.confirms {
        requirements = requirements.signature_confirmation();
    }
    if shape.allows(Leniency::AnonymousSender) {
        requirements = requirements.dangerous_anonymous();
    }
    match shape.credential {
        Credential::None => requirements,
        Credential::PasswordText => requirements.username_token(),
        Credential::PasswordDigest | Credential::PasswordDigestOfSha1 => {
            requirements.username_token().digest_passwords()
        }
        Credential::Assertion(version) => requirements.saml_token(version),
        Credential::IdCard { .. } => requirements.saml_token(SamlVersion::V2_0),
    }
}

/// The algorithms of the shape, and no other; for assertions, whose issuers choose, the modern set as well.
fn policy(shape: &Shape) -> AlgorithmPolicy {
    let mut signature = match shape.credential {
        Credential::Assertion(_) => wss_xmldsig::AlgorithmPolicy::modern_2026(),
        Credential::IdCard { signed: (method, digest), .. } => {
            wss_xmldsig::AlgorithmPolicy::modern_2026().admit_signature(method).admit_digest(digest)
        }
        _ => wss_xmldsig::AlgorithmPolicy::empty().admit_canonicalization(CanonicalizationMethod::Exclusive),
    };
    if shape.allows(Leniency::InclusiveCanonicalization) {
        signature = signature.admit_canonicalization(CanonicalizationMethod::Inclusive);
    }
    signature = shape.takes.methods.iter().fold(signature, |policy, method| policy.admit_signature(*method));
    signature = shape.takes.digests.iter().fold(signature, |policy, digest| policy.admit_digest(*digest));
    if let Some(shape) = &shape.signature {
        signature = signature.admit_signature(shape.method).admit_digest(shape.digest);
        if let Some(Endorsement { method, .. }) = shape.endorsed_by {
            signature = signature.admit_signature(method);
        }
    }
    let mut encryption = wss_xmlenc::AlgorithmPolicy::empty();
    if let Some(shape) = &shape.encryption {
        encryption = encryption.admit_content(shape.content);
    }
    encryption = shape.takes.contents.iter().fold(encryption, |policy, cipher| policy.admit_content(*cipher));
    for transport in shape.transport().iter().chain(shape.takes.transports) {
        encryption = transport.admitted_by(encryption);
    }
    AlgorithmPolicy { signature, encryption }
}

impl Transport {
    /// The key agreement; `None` if the key is transported.
    fn agreement(self) -> Option<Agreement> {
        match self {
            Self::AgreementOfEdelivery2 => Some(Agreement::edelivery_2()),
            Self::AgreementOfBdew => Some(Agreement::bdew_1_2()),
            Self::OaepMgf1p | Self::Oaep(_) | Self::Rsa15 => None,
        }
    }

    /// The transport of keys; for agreements, a value that is not used.
    fn key_transport(self) -> KeyTransport {
        match self {
            Self::Oaep(digest) => KeyTransport::oaep(digest),
            Self::Rsa15 => KeyTransport::Rsa15,
            Self::OaepMgf1p | Self::AgreementOfEdelivery2 | Self::AgreementOfBdew => KeyTransport::oaep_mgf1p(),
        }
    }

    fn admitted_by(self, policy: wss_xmlenc::AlgorithmPolicy) -> wss_xmlenc::AlgorithmPolicy {
        match self.agreement() {
            Some(agreement) => policy.admit_agreement(&agreement),
            None => policy.admit_transport(&self.key_transport()),
        }
    }
}
