//! Makes a recipe of the table `secure`.

use wss_c14n::{Canonicalization, Limits};
use wss_crypto::{Certificate, Identity, KeyTransport, Secret};
use wss_header::{Addressing, Encrypting, Part, ProtectionToken, Recipe, Referencing, Signing, Username};
use wss_networks::PartyKeys;
use wss_tokens::{Password, SecureConversation};
use wss_xmlenc::Agreement;

use crate::error::{ProfileError, value};
use crate::header::{addressing, allowing, has_token, username, version, with_header, with_layout};
use crate::parts::{each_as, parts, with_parts};
use crate::profile::given;
use crate::receiver::limits;
use crate::relations::check_making;
use crate::sending::{Conversation, Form, HeaderOptions, MethodOptions, Only, Sending};
use crate::source::Source;
use crate::{algorithms, keys, network};

impl Sending {
    /// The recipe. Values that depend on the message (attachments, the request that is answered) are given where the
    /// recipe is used: [`Sending::addressing`] and [`Outgoing`](wss_header::Outgoing).
    ///
    /// # Errors
    /// Most of [`ProfileError`]: the files and other sources that the keys name are read and loaded.
    pub fn recipe(&self) -> Result<Recipe, ProfileError> {
        let recipe = match &self.network.network {
            Some(name) => self.of_network(name),
            None => self.of_options(),
        }?;
        Ok(recipe.limits(limits(Limits::default(), &self.allowed.limit)?))
    }

    /// The header blocks of WS-Addressing to insert, if there are any.
    ///
    /// # Errors
    /// [`ProfileError::UnknownWord`].
    pub fn addressing(&self) -> Result<Option<Addressing>, ProfileError> {
        addressing(&self.addressing)
    }

    fn of_options(&self) -> Result<Recipe, ProfileError> {
        let only = self.parts.only;
        check_making(&given(self)?)?;
        let recipe = allowing(&self.allowed, Recipe::new())?;
        let mut recipe = with_layout(&self.layout, only, with_header(&self.header, recipe)?)?;
        let mut passwords = self.header.password_file.iter();
        let identity = keys::identity(&self.signer, &mut passwords)?;
        let user = user(&self.header, &mut passwords)?;
        all_were_needed(passwords)?;
        let token = protection_token(self, user.as_ref())?;
        if let (Some((name, password)), false) = (user, self.shared.password_key) {
            recipe = if self.header.password_text {
                recipe.username(username(&self.layout, Username::text(name, password))).over_protected_transport()
            } else {
                recipe.username(username(&self.layout, Username::digest(name, password)))
            };
        }
        if let (Some(name), true) = (&self.header.user, self.header.without_password) {
            recipe = recipe.username(username(&self.layout, Username::without_password(name.clone())));
        }
        let mut signings = Vec::new();
        if only != Some(Only::Encrypt) {
            match (&token, &identity) {
                (Some(token), identity) => {
                    signings.push(configured(self, Signing::with_token(token))?);
                    // The signer endorses the signature of the shared key.
                    let endorsing = identity.iter().map(|identity| by_certificate(self, Signing::with(identity)));
                    signings.extend(endorsing.map(|signing| signing.parts([Part::Signature])));
                }
                (None, Some(identity)) => signings.push(signing(self, identity)?),
                (None, None) if only == Some(Only::Sign) && has_token(&self.header) => {}
                (None, None) => {
                    // A command that only encrypts has no signer.
                    let give = match only.is_none() && self.recipient.to.is_some() {
                        true => {
                            "`key` and `cert`, or `p12`, or, to encrypt alone, use `wss encrypt` or `only = \"encrypt\"`"
                        }
                        false => "`key` and `cert`, or `p12`",
                    };
                    return Err(ProfileError::Missing { what: "the signer", give });
                }
            }
        }
        let encrypting = if only == Some(Only::Sign) { None } else { Some(encrypting(self, token.as_ref())?) };
        if self.parts.encrypt_first {
            recipe = encrypting.iter().cloned().fold(recipe, Recipe::encrypt);
        }
        recipe = signings.into_iter().fold(recipe, Recipe::sign);
        if !self.parts.encrypt_first {
            recipe = encrypting.into_iter().fold(recipe, Recipe::encrypt);
        }
        Ok(recipe)
    }

    fn of_network(&self, name: &str) -> Result<Recipe, ProfileError> {
        if self.header.answers && !self.network.reply {
            return Err(ProfileError::Needs { key: "answers", other: "reply" });
        }
        let mut passwords = self.header.password_file.iter();
        let identity = keys::identity(&self.signer, &mut passwords)?;
        let user = user(&self.header, &mut passwords)?;
        all_were_needed(passwords)?;
        let assertion = match self.header.token.as_slice() {
            [] => None,
            [one] => Some(one.xml()?),
            _ => return Err(value("token", "messages of a network have one token at most: give one")),
        };
        let partner = self.recipient.to.as_ref().map(Source::certificate).transpose()?;
        let signer = if self.signer.p12.is_some() { "p12" } else { "key" };
        let held = [
            (signer, identity.is_some()),
            ("user", user.is_some()),
            ("token", assertion.is_some()),
            ("to", partner.is_some()),
        ];
        let without = |key: &str| {
            let keys = identity.iter().filter(|_| key != signer).cloned().fold(PartyKeys::new(), PartyKeys::identity);
            let users = user.iter().filter(|_| key != "user").cloned();
            let keys = users.fold(keys, |keys, (name, password)| keys.user(name, password));
            let keys = assertion.iter().filter(|_| key != "token").cloned().fold(keys, PartyKeys::assertion);
            partner.iter().filter(|_| key != "to").cloned().fold(keys, PartyKeys::partner)
        };
        let keys = without("");
        let network = network::network_with_choices(name)?;
        let recipe = network::recipe(&network, self.network.reply, &keys)?;
        let mut idle = held.into_iter().filter(|(_, is_held)| *is_held).map(|(key, _)| key);
        if let Some(key) = idle.find(|key| network::needs_no_more(&network, &keys, &without(key))) {
            return Err(ProfileError::NotOfNetwork { network: network.name, key });
        }
        Ok(match &self.header.actor {
            Some(actor) => recipe.actor(actor.clone()),
            None => recipe,
        })
    }
}

/// Refuses passwords that no key needs.
fn all_were_needed<'p>(mut passwords: impl Iterator<Item = &'p Source>) -> Result<(), ProfileError> {
    let one_each =
        "there is a password that nothing needs: give one for `p12` or an encrypted `key`, and then one for `user`";
    passwords.next().map_or(Ok(()), |_| Err(value("password-file", one_each)))
}

fn encrypting(options: &Sending, token: Option<&ProtectionToken>) -> Result<Encrypting, ProfileError> {
    let encrypting = match (token, &options.recipient.to) {
        (Some(token), _) => Encrypting::with_token(token),
        (None, Some(source)) => Encrypting::to(&recipient(source, &options.methods)?)
            .transport(transport(&options.methods)?)
            .reference(options.recipient.encrypt_reference.unwrap_or(Form::IssuerSerial).reference()),
        // The signer of the request is known.
        (None, None) if options.header.answers => {
            let form = options.recipient.encrypt_reference.map(Form::reference);
            let encrypting = Encrypting::to_requester().transport(transport(&options.methods)?);
            form.into_iter().fold(encrypting, Encrypting::reference)
        }
        (None, None) => {
            // A command that only signs has no recipient.
            let is_signed = options.parts.only.is_none() && options.parts.encrypt_part.is_empty();
            let give = match is_signed {
                true => {
                    "`to`, or `answers` for the signer of a request, or, to sign alone, use `wss sign` or `only = \"sign\"`"
                }
                false => "`to`, or `answers` for the signer of a request",
            };
            return Err(ProfileError::Missing { what: "the recipient", give });
        }
    };
    let otherwise = if options.parts.attachments { &[Part::Body, Part::Attachments][..] } else { &[Part::Body] };
    let always = parts(&options.parts.encrypt_part, otherwise)?;
    let if_present = parts(&options.parts.encrypt_part_if_present, &[])?;
    let encrypting = encrypting.parts(always);
    let encrypting = if options.parts.attach_complete { encrypting.complete_attachments() } else { encrypting };
    let encrypting = encrypting.parts_if_present(if_present);
    let encrypting = if options.parts.content_only { encrypting.content_only() } else { encrypting };
    let encrypting = agreement(&options.methods)?.into_iter().fold(encrypting, Encrypting::agreement);
    match &options.methods.content {
        None => Ok(encrypting),
        Some(content) => Ok(encrypting.content(algorithms::content("content", content)?)),
    }
}

/// The certificate of the recipient, whose key is of the kind that the methods are for.
fn recipient(source: &Source, methods: &MethodOptions) -> Result<Certificate, ProfileError> {
    let recipient = source.certificate()?;
    let MethodOptions { key_transport, oaep_digest, mgf, key_derivation, key_wrap, originator_key, .. } = methods;
    let transports = [("key-transport", key_transport), ("oaep-digest", oaep_digest), ("mgf", mgf)];
    let agreements = [("key-derivation", key_derivation), ("key-wrap", key_wrap), ("originator-key", originator_key)];
    let (others, why): (&[_], _) = match recipient.public_key().kind().agreement() {
        Some(_) => (
            &transports,
            "it is for RSA keys, and the key of the recipient agrees on a key: give `key-derivation` and `key-wrap`",
        ),
        None => {
            (&agreements, "it is for keys that agree on a key, and the recipient has an RSA key: give `key-transport`")
        }
    };
    match others.iter().find(|(_, given)| given.is_some()) {
        Some((key, _)) => Err(value(key, why)),
        None => Ok(recipient),
    }
}

fn transport(options: &MethodOptions) -> Result<KeyTransport, ProfileError> {
    algorithms::key_transport(options.key_transport.as_deref(), options.oaep_digest.as_deref(), options.mgf.as_deref())
}

/// The key agreement, if a key names one.
fn agreement(options: &MethodOptions) -> Result<Option<Agreement>, ProfileError> {
    let MethodOptions { key_derivation, key_wrap, originator_key, .. } = options;
    if [key_derivation, key_wrap, originator_key].into_iter().all(Option::is_none) {
        return Ok(None);
    }
    algorithms::agreement(key_derivation.as_deref(), key_wrap.as_deref(), originator_key.as_deref()).map(Some)
}

fn user<'p>(
    options: &HeaderOptions,
    passwords: &mut impl Iterator<Item = &'p Source>,
) -> Result<Option<(String, Password)>, ProfileError> {
    let (Some(name), false) = (&options.user, options.without_password) else { return Ok(None) };
    let needed = ProfileError::Missing { what: "the user's password", give: "`password-file`" };
    let password = passwords.next().ok_or(needed)?.password()?;
    let password = if options.password_hashed { Password::sha1_of(&password) } else { password.into() };
    Ok(Some((name.clone(), password)))
}

/// The token whose key both sides have, if an option asks for one.
fn protection_token(
    options: &Sending,
    user: Option<&(String, Password)>,
) -> Result<Option<ProtectionToken>, ProfileError> {
    let version = options.shared.derive_keys.map(|version| match version {
        Conversation::V13 => SecureConversation::V1_3,
        Conversation::V2005 => SecureConversation::V2005,
    });
    let token = if let (true, Some(source)) = (options.shared.symmetric, &options.recipient.to) {
        let recipient = recipient(source, &options.methods)?;
        let token = ProtectionToken::encrypted_to(&recipient)
            .transport(transport(&options.methods)?)
            .reference(options.recipient.encrypt_reference.unwrap_or(Form::IssuerSerial).reference());
        let token = agreement(&options.methods)?.into_iter().fold(token, ProtectionToken::agreement);
        options.shared.key_octets.into_iter().fold(token, ProtectionToken::key_octets)
    } else if let Some(argument) = &options.shared.context {
        let (identifier, secret) = argument.named("context")?;
        ProtectionToken::security_context(version.unwrap_or_default(), identifier, secret)
    } else if let (true, Some((name, password))) = (options.shared.password_key, user) {
        ProtectionToken::username(name.clone(), password.clone())
    } else if let Some(service) = &options.shared.kerberos {
        kerberos(service)?
    } else if options.shared.reply_key {
        ProtectionToken::of_request()
    } else if let Some(source) = &options.shared.assertion_key {
        ProtectionToken::of_assertion(Secret::new(source.read()?))
    } else if version.is_some() {
        let give = "`symmetric`, `context`, `password-key`, `kerberos`, `assertion-key` or `reply-key`";
        return Err(ProfileError::Missing { what: "the secret of `derive-keys`", give });
    } else {
        return Ok(None);
    };
    let token = options.shared.mac_key_octets.into_iter().fold(token, ProtectionToken::mac_key_octets);
    Ok(Some(version.into_iter().fold(token, ProtectionToken::derived_keys)))
}

fn signing(options: &Sending, identity: &Identity) -> Result<Signing, ProfileError> {
    let signing = by_certificate(options, configured(options, Signing::with(identity))?);
    if !options.signer.token_by_reference {
        return Ok(signing);
    }
    let usual = canonicalization_of_parts(options)?;
    let own = each_as(&options.parts.part_as, usual.as_ref())?.into_iter().map(|(part, _)| part);
    let named = parts(&options.parts.part, &[])?.into_iter().chain(parts(&options.parts.part_if_present, &[])?);
    match named.chain(own).any(|part| part == Part::SigningToken) {
        true => Ok(signing.token_by_reference()),
        false => Err(value("token-by-reference", "it is how SigningToken is signed: name that in `part`")),
    }
}

/// A signature with the key of a certificate, with the reference to the certificate.
fn by_certificate(options: &Sending, signing: Signing) -> Signing {
    let mut signing = signing.reference(options.signer.reference.unwrap_or(Form::Direct).reference());
    if options.signer.holder_of_key {
        signing = signing.holder_of_key();
    }
    if options.signer.holder_of_key_uncovered {
        signing = signing.holder_of_key_uncovered();
    }
    if options.layout.token_after_signature {
        signing = signing.token_after_signature();
    }
    if options.signer.key_value_beside {
        signing = signing.key_value_beside();
    }
    if options.signer.x509_data_beside {
        signing = signing.x509_data_beside();
    }
    signing
}

/// The canonicalisation of parts that have none of their own; `None` without transforms.
fn canonicalization_of_parts(options: &Sending) -> Result<Option<Canonicalization>, ProfileError> {
    let methods = &options.methods;
    if methods.without_transforms {
        return Ok(None);
    }
    let of_parts = methods.part_c14n.as_ref().map(|given| ("part-c14n", given));
    let by = match of_parts.or(methods.c14n.as_ref().map(|given| ("c14n", given))) {
        Some((key, given)) => Canonicalization::new(algorithms::canonicalization(key, given)?),
        None => Canonicalization::default(),
    };
    let prefixes = options.parts.prefix_list.as_deref().filter(|prefixes| !prefixes.is_empty());
    Ok(Some(prefixes.into_iter().fold(by, Canonicalization::inclusive_prefixes)))
}

fn configured(options: &Sending, signing: Signing) -> Result<Signing, ProfileError> {
    let mut otherwise = vec![Part::Body];
    if options.header.timestamp.is_some() || options.layout.timestamp_without_expires {
        otherwise.push(Part::Timestamp);
    }
    if options.parts.attachments {
        otherwise.push(Part::Attachments);
    }
    let addressed = if options.addressing.wsa.is_empty() || !options.parts.part.is_empty() {
        Vec::new()
    } else {
        version(&options.addressing).parts()
    };
    let usual = canonicalization_of_parts(options)?;
    let together = parts(&options.parts.part, &otherwise)?;
    let own = each_as(&options.parts.part_as, usual.as_ref())?;
    let addressed = addressed.into_iter().filter(|part| own.iter().all(|(known, _)| known != part)).collect::<Vec<_>>();
    let mut signing = with_parts(signing, together, own)
        .parts_if_present(addressed)
        .parts_if_present(parts(&options.parts.part_if_present, &[])?)
        .referencing(usual.map_or_else(Referencing::without_transforms, Referencing::new));
    if let Some(given) = &options.methods.c14n {
        signing = signing.canonicalization(Canonicalization::new(algorithms::canonicalization("c14n", given)?));
    }
    if options.parts.attach_complete {
        signing = signing.complete_attachments();
    }
    if let Some(given) = &options.methods.signature_method {
        signing = signing.method(algorithms::signature("signature-method", given)?);
    }
    if let Some(given) = &options.methods.digest {
        signing = signing.digest(algorithms::digest("digest", given)?);
    }
    Ok(signing)
}

/// The protection token with a Kerberos ticket for this service.
#[cfg(feature = "kerberos")]
fn kerberos(service: &str) -> Result<ProtectionToken, ProfileError> {
    let failed = |error| ProfileError::Device { what: service.into(), cause: wss_text::WireText::of(error) };
    Ok(ProtectionToken::kerberos(wss_kerberos::Initiator::new(service).map_err(failed)?))
}

#[cfg(not(feature = "kerberos"))]
fn kerberos(_service: &str) -> Result<ProtectionToken, ProfileError> {
    Err(ProfileError::NotBuilt { what: "`kerberos`", feature: "kerberos" })
}
