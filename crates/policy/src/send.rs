//! Sending: from terms and keys to a recipe.

use wss_bsp::Rule;
use wss_c14n::{Document, Limits};
use wss_crypto::{ContentEncryption, Identity};
use wss_header::{Encrypting, Layout, Part, ProtectionToken, Recipe, Signing, Username};
use wss_tokens::{ReferenceForm, SamlVersion, X509_V3};

use crate::keys::{Consent, Keys};
use crate::lack::Lack;
use crate::means::{Means, reference};
use crate::terms::{
    Binding, Direction, PasswordForm, Supporting, Terms, Token, TokenKind, Tokens, is_in_body_or_header,
};

/// The recipe of messages in `direction`; `None` if the terms demand nothing of them.
pub(crate) fn recipe(terms: &Terms, direction: Direction, keys: &Keys) -> Result<Option<Recipe>, Lack> {
    if terms.is_bare(direction) {
        return Ok(None);
    }
    let means = Means::of(terms, keys)?;
    let mut sending =
        Sending { terms, direction, keys, means, recipe: Recipe::new(), attached: false, has_certificate: false };
    sending.begin()?;
    if terms.brings_tokens(direction) {
        for supporting in &terms.supporting {
            sending.attach(supporting)?;
        }
    }
    if let Some(binding) = &terms.binding {
        sending.protect(binding)?;
    }
    Ok(Some(sending.recipe))
}

struct Sending<'a> {
    terms: &'a Terms,
    direction: Direction,
    keys: &'a Keys,
    means: Option<Means>,
    recipe: Recipe,
    /// Whether the assertion is in the recipe.
    attached: bool,
    /// Whether a certificate whose key signs nothing is in the recipe.
    has_certificate: bool,
}

/// The Id of a certificate whose key signs nothing.
const MERE_CERTIFICATE: &str = "supporting-certificate";

impl Sending<'_> {
    fn change(&mut self, change: impl FnOnce(Recipe) -> Recipe) {
        self.recipe = change(std::mem::take(&mut self.recipe));
    }

    fn begin(&mut self) -> Result<(), Lack> {
        let Some(binding) = &self.terms.binding else { return self.begin_without_binding() };
        if self.keys.agrees(Consent::LegacyAlgorithms) {
            self.change(Recipe::allow_legacy_algorithms);
        }
        let layout = match binding.layout {
            crate::terms::Layout::Lax => Layout::Lax,
            crate::terms::Layout::Strict => Layout::Strict,
            crate::terms::Layout::TimestampFirst => Layout::LaxTimestampFirst,
            crate::terms::Layout::TimestampLast => Layout::LaxTimestampLast,
        };
        self.change(|recipe| recipe.layout(layout));
        // The suite is what the policy demands, and BSP 1.1 lists other ciphers.
        if self.means.as_ref().is_some_and(|means| means.suite.content == ContentEncryption::Aes192Cbc) {
            self.change(|recipe| recipe.waive(Rule::R5620));
        }
        if binding.timestamp {
            let lifetime = self.keys.lifetime;
            self.change(|recipe| recipe.timestamp(lifetime));
        }
        if matches!(binding.tokens, Tokens::Transport) {
            self.change(Recipe::over_protected_transport);
        }
        if self.terms.confirms(self.direction) {
            self.change(Recipe::signature_confirmation);
        }
        Ok(())
    }

    /// Only a transport protects the tokens of a policy without a binding.
    fn begin_without_binding(&mut self) -> Result<(), Lack> {
        if self.keys.agrees(Consent::ProtectedTransport) {
            self.change(Recipe::over_protected_transport);
            return Ok(());
        }
        let shows = |supporting: &Supporting| supporting.has_text_password() || supporting.token.kind.is_assertion();
        match self.terms.supporting.iter().any(shows) {
            true => {
                let why = "no binding protects the password or the assertion, which whoever reads it can use";
                Err(Lack::consent(Consent::ProtectedTransport, why))
            }
            false => Ok(()),
        }
    }

    /// Puts a supporting token into the request.
    fn attach(&mut self, supporting: &Supporting) -> Result<(), Lack> {
        match &supporting.token.kind {
            TokenKind::Username { password, .. } if !supporting.endorsing => self.attach_user(*password),
            TokenKind::Saml(_) | TokenKind::Issued(_) => self.attach_assertion(),
            TokenKind::X509(_) if !supporting.endorsing => self.attach_certificate(),
            // An endorsing token comes with its signature.
            _ => Ok(()),
        }
    }

    /// Puts the certificate of this side into the request, once for all tokens that demand one.
    fn attach_certificate(&mut self) -> Result<(), Lack> {
        if !std::mem::replace(&mut self.has_certificate, true) {
            let certificate = self.identity()?.certificate().der().to_vec();
            self.change(|recipe| recipe.attach_binary(MERE_CERTIFICATE, X509_V3, &certificate));
        }
        Ok(())
    }

    fn attach_user(&mut self, password: PasswordForm) -> Result<(), Lack> {
        let (name, secret) = self.user()?;
        match password {
            PasswordForm::Text => self.change(|recipe| recipe.username_text(name, secret)),
            PasswordForm::Hash => self.change(|recipe| recipe.username_digest(name, secret)),
            PasswordForm::No => self.change(|recipe| recipe.username(Username::without_password(name))),
        }
        Ok(())
    }

    fn user(&self) -> Result<(String, wss_tokens::Password), Lack> {
        self.keys.own.user.clone().ok_or(Lack::key("a user", "Keys::user"))
    }

    fn makes(&self, part: &Part) -> bool {
        self.terms.makes(part, self.direction)
    }

    fn is_request(&self) -> bool {
        self.direction == Direction::Request
    }

    fn attach_assertion(&mut self) -> Result<(), Lack> {
        if !std::mem::replace(&mut self.attached, true) {
            self.check_assertion()?;
            let assertion = self.keys.own.assertion.clone();
            let assertion = assertion.ok_or(Lack::key("a SAML assertion", "Keys::assertion"))?;
            self.change(|recipe| recipe.token(assertion));
        }
        Ok(())
    }

    /// The one assertion of this side is used for each token that demands one.
    fn check_assertion(&self) -> Result<(), Lack> {
        let of_binding = self.terms.binding.as_ref().and_then(|binding| binding.tokens.signing(self.direction));
        let tokens = self.terms.supporting.iter().map(|supporting| &supporting.token).chain(of_binding);
        let versions = tokens.filter_map(|token| match token.kind {
            TokenKind::Saml(version) | TokenKind::Issued(version) => version,
            _ => None,
        });
        let versions: Vec<SamlVersion> = versions.collect();
        let is_of = |xml: &str| {
            let read = Document::parse(xml, &Limits::default()).ok()?;
            SamlVersion::ALL.into_iter().find(|version| read.root().name().namespace == version.namespace().uri)
        };
        match (versions.as_slice(), &self.keys.own.assertion) {
            ([], _) | (_, None) => Ok(()),
            ([version, ..], Some(xml)) if is_of(xml).is_none_or(|found| found == *version) => Ok(()),
            _ => Err(Lack::Together {
                what: "the assertion at hand is of another version of SAML than the policy has: give one of its version",
            }),
        }
    }

    /// Adds the steps of the binding, in its order.
    fn protect(&mut self, binding: &Binding) -> Result<(), Lack> {
        let parties = self.parties(binding)?;
        if self.terms.signs_endorsing_tokens(self.direction) {
            self.change(Recipe::sign_endorsing_tokens);
        }
        if matches!(binding.tokens, Tokens::Transport) {
            return self.sign(&parties, binding);
        }
        if binding.encrypt_first {
            // Our tokens are signed in clear text, and are encrypted with the signature.
            let (tokens, rest): (Vec<_>, Vec<_>) =
                self.encrypted().into_iter().partition(|part| matches!(part, Part::UsernameToken | Part::Assertion));
            self.encrypt(&parties, rest)?;
            self.sign(&parties, binding)?;
            let signature = self.signature_to_encrypt();
            self.encrypt_last(&parties, tokens.into_iter().chain(signature).collect())
        } else {
            self.sign(&parties, binding)?;
            let signature = self.signature_to_encrypt();
            self.encrypt(&parties, self.encrypted().into_iter().chain(signature).collect())
        }
    }

    /// Adds the signature, and the confirmations of the request's signatures.
    fn signature_to_encrypt(&self) -> Vec<Part> {
        let parts = [(true, Part::Signature), (self.terms.confirms(self.direction), Part::SignatureConfirmation)];
        let hides = self.terms.hides_signature(self.direction);
        let wanted = parts.into_iter().filter(|(is_there, _)| *is_there && hides);
        wanted.map(|(_, part)| part).collect()
    }

    /// The signer and the recipient.
    fn parties(&mut self, binding: &Binding) -> Result<Parties, Lack> {
        match &binding.tokens {
            Tokens::Transport => {
                Ok(Parties { signing: None, encrypting: Recipient::Nobody, signs_by: None, is_mac: false })
            }
            Tokens::Asymmetric { initiator, initiator_encryption, recipient, recipient_encryption } => {
                let (own, other) = match self.direction {
                    Direction::Request => (initiator, recipient_encryption),
                    Direction::Reply => (recipient, initiator_encryption),
                };
                let signing = own.as_ref().map(|token| self.certificate(token)).transpose()?;
                let encrypting = match (self.direction, other) {
                    (_, None) => Recipient::Nobody,
                    (Direction::Request, Some(token)) => Recipient::Partner(self.reference(token)),
                    (Direction::Reply, Some(token)) => Recipient::Requester(self.reference(token)),
                };
                Ok(Parties { signing, encrypting, signs_by: own.clone(), is_mac: false })
            }
            Tokens::Symmetric { signature, encryption, is_one } => {
                let signing = signature.as_ref().map(|token| self.shared(token)).transpose()?;
                // Anyone can encrypt a second key to the service: only that of the signature ties an encrypted password to
                // its signer.
                let is_one = *is_one || (self.ties_a_password() && binding.tokens.may_be_one_key());
                let encrypting = match (encryption, is_one, &signing) {
                    (_, true, Some(token)) => Some(token.clone()),
                    (Some(token), ..) => Some(self.shared(token)?),
                    (None, ..) => None,
                };
                self.check_one_key(binding.tokens.is_one_key() && self.encrypts())?;
                // A client such as CXF encrypts one key to the certificate that two tokens name, and the reply is under it.
                let may_be_one_key = binding.tokens.may_be_one_key() && (!self.is_request() || is_one);
                if may_be_one_key && self.keys.agrees(Consent::OneKeyToSignAndEncrypt) {
                    self.change(Recipe::accept_one_key_to_sign_and_encrypt);
                }
                self.check_reply()?;
                let encrypting = encrypting.map_or(Recipient::Nobody, Recipient::Token);
                let signing = signing.map(|token| Signing::with_token(&token));
                Ok(Parties { signing, encrypting, signs_by: signature.clone(), is_mac: true })
            }
        }
    }

    /// Whether requests have a password as text that nothing but the key of the message ties to it, and the caller agrees to one
    /// key that signs and encrypts.
    fn ties_a_password(&self) -> bool {
        let has_text = |supporting: &Supporting| supporting.has_text_password() && !supporting.endorsing;
        self.is_request()
            && self.terms.is_anonymous()
            && self.keys.agrees(Consent::OneKeyToSignAndEncrypt)
            && self.terms.supporting.iter().any(has_text)
    }

    fn check_one_key(&mut self, has_one_key: bool) -> Result<(), Lack> {
        if has_one_key {
            if !self.keys.agrees(Consent::OneKeyToSignAndEncrypt) {
                let why = "without sp:RequireDerivedKeys, one key signs and encrypts";
                return Err(Lack::consent(Consent::OneKeyToSignAndEncrypt, why));
            }
            self.change(Recipe::accept_one_key_to_sign_and_encrypt);
        }
        Ok(())
    }

    /// If both sides sign with one key, a reply that confirms nothing may be a request that came back.
    fn check_reply(&mut self) -> Result<(), Lack> {
        if self.direction == Direction::Reply && !self.terms.wss.confirmation {
            if !self.keys.agrees(Consent::EitherDirection) {
                return Err(Lack::consent(Consent::EitherDirection, NO_CONFIRMATION));
            }
            self.change(Recipe::dangerous_reply_without_confirmation);
        }
        Ok(())
    }

    fn identity(&self) -> Result<&Identity, Lack> {
        self.keys.own.identity.as_ref().ok_or(Lack::key("a key with its certificate", "Keys::identity"))
    }

    /// A signature with the key of this side.
    fn certificate(&mut self, token: &Token) -> Result<Signing, Lack> {
        match token.kind {
            TokenKind::X509(_) => Ok(Signing::with(self.identity()?).reference(self.reference(token))),
            TokenKind::Saml(_) | TokenKind::Issued(_) if self.direction == Direction::Request => {
                self.attach_assertion()?;
                Ok(Signing::with(self.identity()?).holder_of_key())
            }
            _ => {
                Err(Lack::Together { what: "in the asymmetric binding, certificates sign, and assertions of clients" })
            }
        }
    }

    /// The key that both sides have.
    fn shared(&mut self, token: &Token) -> Result<ProtectionToken, Lack> {
        let made = match (&token.kind, self.direction) {
            (TokenKind::X509(_), Direction::Request) => {
                let partner = self.keys.partner.as_ref();
                let partner = partner.ok_or(Lack::key("the certificate of the service", "Keys::partner"))?;
                let key = ProtectionToken::encrypted_to(partner).reference(self.reference(token));
                match &self.means {
                    // A reply may encrypt with the secret of a request that only signs.
                    Some(means) if token.derived.is_none() => {
                        key.transport(means.suite.key_transport()).key_octets(means.suite.content.key_len())
                    }
                    Some(means) => key.transport(means.suite.key_transport()),
                    None => key,
                }
            }
            (TokenKind::X509(_) | TokenKind::Kerberos(_), Direction::Reply) => ProtectionToken::of_request(),
            (TokenKind::Kerberos(form), Direction::Request) => {
                let initiator = self.keys.own.kerberos.clone();
                let initiator = initiator.ok_or(Lack::key("Kerberos tickets", "Keys::kerberos_initiator"))?;
                ProtectionToken::kerberos(move || initiator.ticket()).kerberos_form(*form)
            }
            (TokenKind::SecurityContext(version), _) => {
                let context = self.keys.own.context.clone();
                let lacks = Lack::key("a security context with its secret", "Keys::security_context");
                let (identifier, secret) = context.ok_or(lacks)?;
                ProtectionToken::security_context(*version, identifier, secret)
            }
            (TokenKind::Saml(_) | TokenKind::Issued(_), Direction::Request) => {
                self.attach_assertion()?;
                let secret = self.keys.own.assertion_secret.clone();
                let lacks = Lack::key("the secret of the assertion", "Keys::assertion_secret");
                ProtectionToken::of_assertion(secret.ok_or(lacks)?)
            }
            (TokenKind::Username { .. }, _) => {
                let (name, password) = self.user()?;
                ProtectionToken::username(name, password)
            }
            _ => return Err(Lack::Together { what: "replies under the secret of an assertion are not made" }),
        };
        Ok(match (token.derived, &self.means) {
            (Some(version), Some(means)) => made.derived_keys(version).mac_key_octets(means.suite.mac_key_octets),
            (Some(version), None) => made.derived_keys(version),
            (None, _) => made,
        })
    }

    fn reference(&self, token: &Token) -> ReferenceForm {
        reference(self.terms, token, self.direction)
    }

    /// Adds the message signature, and the signatures that endorse it.
    fn sign(&mut self, parties: &Parties, binding: &Binding) -> Result<(), Lack> {
        let over_transport = self.terms.is_over_transport();
        if let Some(signing) = parties.signing.clone() {
            let mut signed = self.terms.always_signed(self.direction);
            let mut optional = self.terms.parts.signed.clone();
            // The children of the Security header that the recipe makes.
            let made: Vec<Part> = optional.iter().filter(|part| self.makes(part)).cloned().collect();
            // Only a signature over the assertion ties a bearer assertion to the message.
            let has_loose = self.is_request() && self.terms.supporting.iter().any(Supporting::is_loose_assertion);
            let loose = has_loose.then_some(Part::Assertion);
            for part in made.into_iter().chain(loose) {
                if !signed.contains(&part) {
                    signed.push(part);
                }
            }
            let signs_certificate = |supporting: &Supporting| supporting.signed && supporting.is_mere_certificate();
            if self.has_certificate && self.terms.supporting.iter().any(signs_certificate) {
                signed.push(Part::Id(MERE_CERTIFICATE.to_owned()));
            }
            optional.retain(is_in_body_or_header);
            if binding.protect_tokens && Token::protects(parties.signs_by.as_ref(), parties.is_mac, self.direction) {
                signed.push(Part::SigningToken);
            }
            let every = self.terms.parts.every_signed.clone();
            if signed.is_empty() && optional.is_empty() && every.is_empty() {
                return self.endorse(false);
            }
            if signed.is_empty() {
                return Err(Lack::Together {
                    what: "nothing is signed in every message: neither a timestamp nor the Body",
                });
            }
            let signing = self.algorithms(signing, parties.is_mac).parts(signed).parts_if_present(optional);
            let signing = every.iter().fold(signing, |signing, of| signing.blocks_if_present(of.as_deref()));
            let complete = self.terms.parts.complete_attachments;
            let signing = if complete { signing.complete_attachments() } else { signing };
            self.change(|recipe| recipe.sign(signing));
        }
        self.endorse(parties.signing.is_some() || over_transport)
    }

    fn algorithms(&self, signing: Signing, is_mac: bool) -> Signing {
        let Some(means) = &self.means else { return signing };
        let method = if is_mac { means.suite.symmetric } else { means.suite.asymmetric };
        signing.method(method).digest(means.digest())
    }

    fn endorse(&mut self, has_something: bool) -> Result<(), Lack> {
        for supporting in self.terms.endorsing(self.direction) {
            if !has_something {
                return Err(Lack::Together { what: "an endorsing token has no signature to sign" });
            }
            let token = &supporting.token;
            let has_secret = self.keys.own.assertion_secret.is_some();
            let (signing, is_mac) = match &token.kind {
                TokenKind::X509(_) => (self.certificate(token)?, false),
                kind if kind.is_assertion() && !has_secret => (self.certificate(token)?, false),
                _ => (Signing::with_token(&self.shared(token)?), true),
            };
            let mut parts = match self.terms.is_over_transport() {
                true => vec![Part::Timestamp],
                false => vec![Part::Signature],
            };
            if supporting.parts.signed_body {
                parts.push(Part::Body);
            }
            if self.terms.protects_tokens() && Token::protects(Some(token), is_mac, self.direction) {
                parts.push(Part::SigningToken);
            }
            for part in supporting.parts.signed.iter().filter(|part| self.makes(part)) {
                if !parts.contains(part) {
                    parts.push(part.clone());
                }
            }
            let optional = supporting.parts.signed.iter().filter(|part| is_in_body_or_header(part)).cloned();
            let signing = self.algorithms(signing, is_mac).parts(parts).parts_if_present(optional);
            self.change(|recipe| recipe.sign(signing));
        }
        Ok(())
    }

    /// The parts that are encrypted in any case, without signatures. A password in clear text is always encrypted,
    /// whatever the policy says: otherwise anyone who reads the message has it.
    fn encrypted(&self) -> Vec<Part> {
        let mut parts = self.terms.always_encrypted(self.direction);
        if self.terms.shows_password(self.direction) && !parts.contains(&Part::UsernameToken) {
            parts.push(Part::UsernameToken);
        }
        parts
    }

    fn encrypts(&self) -> bool {
        self.terms.encrypts(self.direction) || self.terms.shows_password(self.direction)
    }

    fn encrypt(&mut self, parties: &Parties, always: Vec<Part>) -> Result<(), Lack> {
        let (optional, every) = (self.terms.parts.encrypted.clone(), &self.terms.parts.every_encrypted);
        if !always.is_empty() || !optional.is_empty() || !every.is_empty() {
            let encrypting = self.encrypting(parties)?.parts(always).parts_if_present(optional);
            let encrypting =
                every.iter().fold(encrypting, |encrypting, of| encrypting.blocks_if_present(of.as_deref()));
            self.change(|recipe| recipe.encrypt(encrypting));
        }
        let content = self.terms.parts.content.clone();
        if !content.is_empty() {
            let encrypting = self.encrypting(parties)?.content_only().parts_if_present(content);
            self.change(|recipe| recipe.encrypt(encrypting));
        }
        Ok(())
    }

    /// Encrypts `parts` after the signature.
    fn encrypt_last(&mut self, parties: &Parties, parts: Vec<Part>) -> Result<(), Lack> {
        if !parts.is_empty() {
            let encrypting = self.encrypting(parties)?.parts(parts);
            self.change(|recipe| recipe.encrypt(encrypting));
        }
        Ok(())
    }

    fn encrypting(&self, parties: &Parties) -> Result<Encrypting, Lack> {
        let encrypting = match &parties.encrypting {
            Recipient::Nobody => {
                return Err(Lack::Together {
                    what: "something is encrypted, and the binding has no token to encrypt to",
                });
            }
            Recipient::Partner(form) => {
                let partner = self.keys.partner.as_ref();
                let partner = partner.ok_or(Lack::key("the certificate of the service", "Keys::partner"))?;
                Encrypting::to(partner).reference(*form)
            }
            Recipient::Requester(form) => Encrypting::to_requester().reference(*form),
            Recipient::Token(token) => Encrypting::with_token(token),
        };
        Ok(match &self.means {
            Some(means) => encrypting.content(means.suite.content).transport(means.suite.key_transport()),
            None => encrypting,
        })
    }
}

/// The reason why a reply without confirmation needs consent.
pub(crate) const NO_CONFIRMATION: &str =
    "without sp:RequireSignatureConfirmation, a request that comes back cannot be told from its reply";

/// The signer of a message, and its recipient.
struct Parties {
    signing: Option<Signing>,
    encrypting: Recipient,
    signs_by: Option<Token>,
    /// Whether a key that both sides have signs the message.
    is_mac: bool,
}

enum Recipient {
    Nobody,
    Partner(ReferenceForm),
    Requester(ReferenceForm),
    Token(ProtectionToken),
}
