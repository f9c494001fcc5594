//! Receiving: from terms and keys to a receiver.

use wss_crypto::SignatureMethod;
use wss_header::{AlgorithmPolicy, Opening, Part, Receiver, RequiredToken, Requirements};
use wss_tokens::{ReferenceForm, SamlVersion, Trust};

use crate::keys::{Consent, Keys};
use crate::lack::Lack;
use crate::means::{Means, reference};
use crate::send::NO_CONFIRMATION;
use crate::terms::{Binding, Direction, PasswordForm, Reference, Signs, Terms, Token, TokenKind, Tokens, X509Form};

/// The receiver of messages in `direction`, with the verb that opens them; `None` if the terms demand nothing of them. Messages
/// without a Security header, of which more is demanded than TLS, have no verb.
pub(crate) fn receiver(
    terms: &Terms,
    direction: Direction,
    keys: &Keys,
) -> Result<Option<(Receiver, Option<Opening>)>, Lack> {
    if !terms.is_bare(direction) {
        let receiving = Receiving { terms, direction, keys, means: Means::of(terms, keys)? };
        return receiving.receiver().map(|(receiver, opening)| Some((receiver, Some(opening))));
    }
    let has_own_keys = terms.binding.is_some() && !terms.is_over_transport();
    if has_own_keys && !keys.agrees(Consent::UnsignedBody) {
        return Err(Lack::consent(Consent::UnsignedBody, UNSIGNED_BODY));
    }
    let demands_more = terms.knows_client(direction) || !terms.parts.required.is_empty();
    Ok(demands_more.then(|| (without_header(keys), None)))
}

/// The reason why a message whose Body nobody signs needs consent.
const UNSIGNED_BODY: &str = "no assertion has the Body signed, so that anyone may have written it";

/// A receiver that only carries the limits for messages without a Security header; it opens none.
fn without_header(keys: &Keys) -> Receiver {
    Receiver::new(Trust::no_certificates(), Requirements::dangerous_unsigned(), std::sync::Arc::clone(&keys.replay))
}

struct Receiving<'a> {
    terms: &'a Terms,
    direction: Direction,
    keys: &'a Keys,
    means: Option<Means>,
}

impl Receiving<'_> {
    fn receiver(&self) -> Result<(Receiver, Opening), Lack> {
        let (requirements, opening) = self.requirements()?;
        let requirements = self.narrowed(self.tokens(requirements)?);
        let requirements = requirements.present(self.terms.parts.required.iter().cloned());
        let trust = self.trust();
        let receiver = Receiver::new(trust, requirements, std::sync::Arc::clone(&self.keys.replay));
        let receiver = self.algorithms(self.holdings(receiver))?;
        let receiver = self.understanding(self.direction_of(receiver)?);
        let receiver = match self.keys.agrees(Consent::UncoveredHolderTokens) {
            true => receiver.accept_uncovered_holder_tokens(),
            false => receiver,
        };
        let (parts, namespaces) = self.terms.counted(self.direction);
        let counts = !parts.is_empty() || !namespaces.is_empty();
        Ok((if counts { receiver.forwards() } else { receiver }, opening))
    }

    fn binding(&self) -> Option<&Binding> {
        self.terms.binding.as_ref()
    }

    fn is_symmetric(&self) -> bool {
        self.binding().is_some_and(|binding| matches!(binding.tokens, Tokens::Symmetric { .. }))
    }

    /// The token of the binding that signs these messages.
    fn signing_token(&self) -> Option<&Token> {
        self.binding()?.tokens.signing(self.direction)
    }

    /// Whether messages have a signature of their own, which tokens can endorse.
    fn signs(&self) -> bool {
        self.signing_token().is_some() && !self.terms.always_signed(self.direction).is_empty()
    }

    fn is_request(&self) -> bool {
        self.direction == Direction::Request
    }

    fn is_endorsed(&self) -> bool {
        self.terms.endorsing(self.direction).next().is_some()
    }

    /// The requirements for signed and encrypted parts, and the call that opens the message.
    fn requirements(&self) -> Result<(Requirements, Opening), Lack> {
        let parts = &self.terms.parts;
        if self.terms.is_over_transport() {
            let timestamp = self.binding().is_some_and(|binding| binding.timestamp);
            let signed = match self.is_endorsed() && timestamp {
                true => Requirements::signed([Part::Timestamp]).signed_if_present(self.endorsed_elements()),
                false => Requirements::dangerous_unsigned(),
            };
            let signed = if timestamp { signed.expires() } else { signed };
            return Ok((
                if self.terms.confirms(self.direction) { signed.signature_confirmation() } else { signed },
                Opening::Unsigned,
            ));
        }
        let mut signed = self.terms.always_signed(self.direction);
        let protects_token = Token::protects(self.signing_token(), self.is_symmetric(), self.direction);
        if protects_token && self.binding().is_some_and(|binding| binding.protect_tokens) {
            signed.push(Part::SigningToken);
        }
        let (requirements, opening) = match (parts.signed_body, signed.split_first()) {
            (true, _) => (Requirements::signed_body_and(signed), Opening::Body),
            (false, _) if !self.keys.agrees(Consent::UnsignedBody) => {
                return Err(Lack::consent(Consent::UnsignedBody, UNSIGNED_BODY));
            }
            (false, Some((first, rest))) => {
                (Requirements::signed([first.clone()]).also_signed(rest.iter().cloned()), Opening::Parts)
            }
            (false, None) => (Requirements::dangerous_unsigned(), Opening::Unsigned),
        };
        let optional = parts.signed.iter().cloned();
        let mut encrypted = self.terms.always_encrypted(self.direction);
        if self.terms.hides_signature(self.direction) {
            encrypted.push(Part::Signature);
        }
        let requirements = requirements
            .signed_if_present(optional)
            .encrypted(encrypted)
            .encrypted_if_present(parts.encrypted.iter().chain(&parts.content).cloned());
        let timestamp = self.binding().is_some_and(|binding| binding.timestamp);
        let requirements = if timestamp { requirements.expires() } else { requirements };
        let requirements =
            if self.terms.confirms(self.direction) { requirements.signature_confirmation() } else { requirements };
        let complete = parts.complete_attachments;
        Ok((if complete { requirements.complete_attachments() } else { requirements }, opening))
    }

    /// The elements inside the Body and the header blocks that endorsing tokens sign: a signed element that no
    /// requirement names is refused.
    fn endorsed_elements(&self) -> impl Iterator<Item = Part> {
        self.terms
            .endorsing(self.direction)
            .flat_map(|supporting| &supporting.parts.signed)
            .filter(|part| matches!(part, Part::EveryElement(_)))
            .cloned()
    }

    /// Requires the tokens that the policy demands.
    fn tokens(&self, mut requirements: Requirements) -> Result<Requirements, Lack> {
        let mut identifies = !self.is_symmetric() || !self.is_request();
        let is_of_certificate = self.signing_token().is_some_and(|token| matches!(token.kind, TokenKind::X509(_)));
        if self.is_symmetric() && self.signs() {
            requirements = requirements.signed_with_secret();
        }
        if let Some(token) = self.signing_token() {
            // A key that both sides have identifies the maker of a request, unless the key came encrypted to the
            // service's certificate.
            let is_certificate = matches!(token.kind, TokenKind::X509(_));
            if !self.is_symmetric() || (self.is_request() && !is_certificate) {
                identifies = true;
                // Where nothing is signed, nothing shows its key; which key a derived one came from, `Proven` judges.
                let is_password = matches!(token.kind, TokenKind::Username { .. }) && token.derived.is_some();
                if self.terms.signs(self.direction) != Signs::Nothing && !is_password {
                    requirements = demand(requirements, token);
                }
            }
        }
        if self.is_request() {
            for supporting in &self.terms.supporting {
                identifies |= supporting.endorsing || (supporting.signed && supporting.encrypted);
                // Whoever endorses may be another than the signer of the Body: the endorsement is demanded.
                let is_other = match &supporting.token.kind {
                    TokenKind::Kerberos(_) | TokenKind::Saml(_) | TokenKind::Issued(_) => true,
                    TokenKind::X509(_) => self.is_symmetric() && !is_of_certificate,
                    _ => false,
                };
                if !(supporting.endorsing && is_other && self.signs()) {
                    requirements = demand(requirements, &supporting.token);
                }
                // Over TLS the token signs the timestamp, and there is no signature that it could endorse.
                if supporting.endorsing && self.signs() {
                    requirements = endorsed(requirements, &supporting.token);
                }
            }
        }
        if self.is_symmetric() && self.is_request() && !identifies {
            if !self.keys.agrees(Consent::Anonymous) {
                let why = "anyone with the certificate of the service can make a request, and no token says who did";
                return Err(Lack::consent(Consent::Anonymous, why));
            }
            requirements = requirements.dangerous_anonymous();
        }
        Ok(requirements)
    }

    /// Requires that signatures and encryption use the algorithms of the suite alone.
    fn narrowed(&self, requirements: Requirements) -> Requirements {
        let requirements = requirements.signer_references(self.signer_references());
        match &self.means {
            Some(means) if !self.terms.is_over_transport() => requirements
                .signature_methods(self.methods(means))
                .digest_methods([means.digest()])
                .content_ciphers([means.suite.content]),
            Some(means) if self.is_endorsed() => {
                requirements.signature_methods(self.methods(means)).digest_methods([means.digest()])
            }
            _ => requirements,
        }
    }

    /// The forms in which the signature of the asymmetric binding may refer to its certificate; none for any form.
    fn signer_references(&self) -> Vec<ReferenceForm> {
        let Some(token) = self.signing_token().filter(|_| !self.is_symmetric()) else { return Vec::new() };
        let TokenKind::X509(form) = token.kind else { return Vec::new() };
        let includes = token.inclusion.includes(self.direction);
        let is_said = match includes {
            true => form != X509Form::Any || token.reference == Some(Reference::Embedded),
            false => token.reference.is_some(),
        };
        // CXF refers to a certificate that is in the message in the form that the token demands.
        let besides = token.reference.filter(|_| includes).map(Reference::form);
        is_said
            .then(|| reference(self.terms, token, self.direction))
            .into_iter()
            .chain(besides.filter(|_| is_said))
            .collect()
    }

    /// The methods of the signature of the binding, and of those that endorse it.
    fn methods(&self, means: &Means) -> Vec<SignatureMethod> {
        let own = match self.binding().map(|binding| &binding.tokens) {
            Some(Tokens::Asymmetric { .. }) => Some(means.suite.asymmetric),
            Some(Tokens::Symmetric { .. }) => Some(means.suite.symmetric),
            _ => None,
        };
        let endorsing = self.terms.endorsing(self.direction).flat_map(|supporting| match &supporting.token.kind {
            TokenKind::X509(_) => vec![means.suite.asymmetric],
            // The key that an assertion names is a public key or a secret.
            kind if kind.is_assertion() => vec![means.suite.asymmetric, means.suite.symmetric],
            _ => vec![means.suite.symmetric],
        });
        own.into_iter().chain(endorsing).collect()
    }

    fn trust(&self) -> Trust {
        self.keys.trust.clone().known(self.keys.partner.clone())
    }

    /// Gives the receiver its private keys, and the sources in which it looks up passwords and keys.
    fn holdings(&self, mut receiver: Receiver) -> Receiver {
        let Keys { own, lookup, .. } = self.keys;
        if let Some(identity) = own.identity.clone() {
            receiver = receiver.decrypt_with(identity);
        }
        if let Some(passwords) = lookup.passwords.clone() {
            receiver = receiver.passwords(move |name: &str| passwords.password(name));
        } else if let Some((user, password)) = own.user.clone() {
            // A reply may be under the key of the password.
            receiver = receiver.passwords(move |name: &str| (name == user).then(|| password.secret().clone()));
        }
        if let Some(assertions) = lookup.assertions.clone() {
            receiver = receiver.assertions(assertions);
        }
        if let Some(acceptor) = lookup.kerberos.clone() {
            receiver = receiver.kerberos(move |token: &[u8]| acceptor.accept(token));
        }
        if let Some(contexts) = lookup.contexts.clone() {
            receiver = receiver.security_contexts(move |identifier: &str, instance: Option<&str>| {
                contexts.secret(identifier, instance)
            });
        } else if let Some((known, secret)) = own.context.clone() {
            receiver = receiver.security_contexts(move |identifier: &str, _: Option<&str>| {
                (identifier == known).then(|| secret.clone())
            });
        }
        receiver
    }

    /// Admits the algorithms of the suite, and no others for the protection of the message.
    fn algorithms(&self, receiver: Receiver) -> Result<Receiver, Lack> {
        let (Some(means), Some(binding)) = (&self.means, self.binding()) else { return Ok(receiver) };
        let mut policy = AlgorithmPolicy::default();
        if means.legacy {
            policy.signature = policy.signature.admit_digest(means.digest()).admit_weak_keys_for_legacy_use_only();
            policy.signature =
                means.methods().into_iter().fold(policy.signature, |policy, method| policy.admit_signature(method));
            policy.admit_uri(means.suite.key_transport().uri());
        }
        let mut receiver = receiver;
        if self.terms.encrypts(self.direction) {
            policy.admit_uri(means.suite.content.uri());
            receiver = self.cbc(receiver, means, binding)?;
        } else if self.terms.shows_password(self.direction) {
            // The policy demands no encryption, so that nobody has to agree to it; a client may encrypt the password
            // all the same.
            policy.admit_uri(means.suite.content.uri());
            receiver = self.cbc(receiver.clone(), means, binding).unwrap_or(receiver);
        }
        Ok(receiver.algorithms(policy))
    }

    fn cbc(&self, receiver: Receiver, means: &Means, binding: &Binding) -> Result<Receiver, Lack> {
        if means.suite.content.is_authenticated() {
            return Ok(receiver);
        }
        let encrypts_tokens = self.terms.shows_password(self.direction) || self.terms.encrypts_tokens(self.direction);
        // A signature that endorses is verified before the one over the ciphertext.
        let is_verified_first = !binding.encrypt_signature && !encrypts_tokens && !self.is_endorsed();
        let is_covered = is_verified_first && !self.terms.parts.encrypts_unsigned();
        if binding.encrypt_first && is_covered {
            let agrees = self.keys.agrees(Consent::CbcUnderUnsignedKeys);
            let receiver = if agrees { receiver.dangerous_accept_cbc_under_unsigned_keys() } else { receiver };
            // CXF encrypts every username token that is signed, though the policy does not demand it. It is decrypted if the
            // caller agreed; without agreement, only such a message is refused.
            let agrees = self.keys.agrees(Consent::CbcBeforeVerification) && self.terms.sends_user(self.direction);
            return Ok(if agrees { receiver.dangerous_decrypt_cbc_before_verification() } else { receiver });
        }
        if !self.keys.agrees(Consent::CbcBeforeVerification) {
            let why = "messages are decrypted before a signature is verified, with a cipher in CBC mode";
            return Err(Lack::consent(Consent::CbcBeforeVerification, why));
        }
        let under_unsigned = self.keys.agrees(Consent::CbcUnderUnsignedKeys);
        let receiver = receiver.dangerous_decrypt_cbc_before_verification();
        Ok(if under_unsigned { receiver.dangerous_accept_cbc_under_unsigned_keys() } else { receiver })
    }

    /// Accepts one key for two uses, and replies that confirm nothing, if the caller agreed to them.
    fn direction_of(&self, receiver: Receiver) -> Result<Receiver, Lack> {
        let tokens = self.binding().map(|binding| &binding.tokens);
        let Some(tokens @ Tokens::Symmetric { .. }) = tokens else { return Ok(receiver) };
        let mut receiver = receiver;
        let has_one_key = tokens.is_one_key();
        let agrees = self.keys.agrees(Consent::OneKeyToSignAndEncrypt);
        if has_one_key && agrees && self.terms.shows_password(self.direction) {
            receiver = receiver.accept_one_key_to_sign_and_encrypt();
        } else if has_one_key && self.terms.encrypts(self.direction) {
            if !agrees {
                let why = "without sp:RequireDerivedKeys, one key signs and encrypts";
                return Err(Lack::consent(Consent::OneKeyToSignAndEncrypt, why));
            }
            receiver = receiver.accept_one_key_to_sign_and_encrypt();
        } else if agrees && tokens.may_be_one_key() {
            // CXF encrypts one key to the certificate that two tokens name.
            receiver = receiver.accept_one_key_to_sign_and_encrypt();
        }
        if !self.is_request() && !self.terms.wss.confirmation {
            if !self.keys.agrees(Consent::EitherDirection) {
                return Err(Lack::consent(Consent::EitherDirection, NO_CONFIRMATION));
            }
            receiver = receiver.dangerous_accept_either_direction();
        }
        Ok(receiver)
    }

    /// The header blocks that the policy or the application names are for the application.
    fn understanding(&self, receiver: Receiver) -> Receiver {
        let blocks = self.keys.blocks.iter();
        blocks.fold(receiver.understands_addressing(), |receiver, (namespace, local)| {
            receiver.understands(namespace.as_str(), local.as_str())
        })
    }
}

/// Demands that a token endorses the signature of the message. A key that only the message contains names no sender.
fn endorsed(requirements: Requirements, token: &Token) -> Requirements {
    let tokens = match token.kind {
        TokenKind::X509(_) => vec![RequiredToken::X509],
        TokenKind::Kerberos(_) => vec![RequiredToken::Kerberos],
        TokenKind::Username { .. } => vec![RequiredToken::Username],
        TokenKind::Saml(Some(version)) | TokenKind::Issued(Some(version)) => vec![RequiredToken::Saml(version)],
        TokenKind::Saml(None) | TokenKind::Issued(None) => ANY_ASSERTION.to_vec(),
        TokenKind::SecurityContext(_) | TokenKind::Transport | TokenKind::Refused => return requirements,
    };
    requirements.endorsed_by(tokens)
}

const ANY_ASSERTION: [RequiredToken; 2] =
    [RequiredToken::Saml(SamlVersion::V1_1), RequiredToken::Saml(SamlVersion::V2_0)];

/// Demands a token.
fn demand(requirements: Requirements, token: &Token) -> Requirements {
    match &token.kind {
        TokenKind::X509(_) => requirements.x509_token(),
        TokenKind::Kerberos(_) => requirements.kerberos_token(),
        TokenKind::Saml(Some(version)) | TokenKind::Issued(Some(version)) => requirements.saml_token(*version),
        TokenKind::Saml(None) | TokenKind::Issued(None) => requirements.any_token_of(ANY_ASSERTION),
        TokenKind::Username { password, .. } => {
            let requirements = requirements.username_token();
            if *password == PasswordForm::Text { requirements } else { requirements.digest_passwords() }
        }
        TokenKind::SecurityContext(_) | TokenKind::Transport | TokenKind::Refused => requirements,
    }
}
