//! Keys from files, and which of them fit a `ds:KeyInfo`.

use std::sync::Arc;
use std::time::SystemTime;

use ws_security::c14n::{Element, Limit, name};
use ws_security::crypto::{HmacKey, VerifyingKey, identities_from_key_store};
use ws_security::tokens::{Purpose, ValidatedCertificate, end_entities, parse_instant};
use ws_security::xmldsig::{KeyHint, KeyInfo, Signature, X509Data, dereferenced_octets, retrieved_hints};
use ws_security::xmlenc::{DecryptError, Encapsulation, EncryptedKey, KeyMethod, KeySource};
use ws_security::{
    AlgorithmPolicy, Budget, Certificate, FixedClock, Identity, KeyUnwrap, PrivateKey, PublicKey, Receiver, Secret,
    Trust,
};
use wss_profile::{NamedSource, PathOptions, ProfileError, Source, TrustOptions};

use crate::args::KeyArgs;
use crate::output::{self, Failure, Outcome, could_not};
use crate::outside::Whole;

/// The keys and certificates of the key options.
pub(crate) struct Keys {
    pub(crate) private: Vec<PrivateKey>,
    pub(crate) public: Vec<PublicKey>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) identities: Vec<Identity>,
    pub(crate) secrets: Vec<(Option<String>, Vec<u8>)>,
    trust: Option<Trust>,
    /// Judges the certificates of `--cert`, if there are revocation lists or responses.
    pins: Option<Trust>,
    /// Whether a pinned certificate needs a path to an anchor, too.
    needs_path: bool,
    /// The certificates of `--intermediate`, which a message may name without carrying them.
    intermediates: Vec<Certificate>,
    /// The instant of `--now`.
    now: Option<SystemTime>,
    legacy: bool,
}

/// Why a key may verify a signature: the author that such a signature proves.
#[derive(Clone)]
pub(crate) enum Standing {
    /// The user gave the key, or the secret that it is wrapped under.
    Given,
    /// The user gave the certificate.
    Pinned(Box<Certificate>),
    /// An anchor that the user gave vouches for the certificate.
    BelowAnAnchor(Box<ValidatedCertificate>),
    /// The message has the key, encrypted to a given public key. Anyone can have made such a message.
    Encrypted,
    /// The message has the key.
    InMessage,
}

impl Standing {
    /// The property that a signature under the key proves.
    pub(crate) fn proves(&self) -> &'static str {
        match self {
            Self::Given => "integrity, under a key that was given",
            Self::Pinned(_) => "integrity, under the key of a certificate that was given",
            Self::BelowAnAnchor(_) => "integrity, under the key of a certificate below an anchor that was given",
            Self::Encrypted => {
                "integrity only: the key is one of the message, encrypted to a given key, as anyone can do"
            }
            Self::InMessage => "integrity only: the key is one of the message",
        }
    }

    /// Whether it says nothing about the author.
    pub(crate) fn is_of_the_message(&self) -> bool {
        matches!(self, Self::Encrypted | Self::InMessage)
    }

    /// The certificate that is trusted.
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Pinned(certificate) => Some(certificate),
            Self::BelowAnAnchor(validated) => Some(validated.certificate()),
            _ => None,
        }
    }

    /// The subjects of the authorities above it.
    pub(crate) fn path(&self) -> Vec<String> {
        match self {
            Self::BelowAnAnchor(validated) => validated.path().iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }
}

/// The keys that may verify a signature.
pub(crate) struct Verifying {
    pub(crate) keys: Vec<(VerifyingKey, Standing)>,
    /// The reasons why certificates, and keys inside the message, are not among them.
    pub(crate) untrusted: Vec<String>,
    /// Whether the message has a key encrypted to a given private key. That key is not among them.
    pub(crate) has_encrypted: bool,
}

/// The use of keys in a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Verifying,
    Signing,
    Decrypting,
}

/// Notes the options that do nothing. They are the same for every command with documents, so that scripts can give them
/// to each.
pub(crate) fn note_unused(given: &KeyArgs, task: Task) {
    let has_anchor = !given.trust.is_empty();
    let judges = task == Task::Verifying;
    let looks_for_paths = judges && has_anchor;
    let narrows = judges && !given.cert.is_empty();
    let takes_paths = looks_for_paths || task == Task::Signing;
    let has_locked = given.p12.is_some() || !given.key.is_empty();
    let unused = [
        ("--trust", has_anchor && !judges, "no certificate is judged here"),
        ("--cert-needs-path", given.cert_needs_path && !narrows, "no --cert is judged here"),
        ("--now", given.now.is_some() && !looks_for_paths, "no certificate is judged below a --trust"),
        (
            "--intermediate",
            !takes_paths && !given.intermediate.is_empty(),
            "no path is looked for: only --trust begins one",
        ),
        ("--password-file", given.password_file.is_some() && !has_locked, "no --p12 or --key has a password"),
    ];
    for (option, _, why) in unused.into_iter().filter(|(_, is_unused, _)| *is_unused) {
        output::say(format!("note: {option} does nothing: {why}"));
    }
}

/// The result of `read`. Its notes go to stderr.
pub(crate) fn noting<T>(read: impl FnOnce(&mut Vec<String>) -> Result<T, ProfileError>) -> Outcome<T> {
    let mut notes = Vec::new();
    let read = read(&mut notes);
    notes.iter().for_each(|note| output::say(format!("note: {note}")));
    Ok(read?)
}

pub(crate) fn certificates(sources: &[Source]) -> Outcome<Vec<Certificate>> {
    noting(|notes| Source::certificates(sources, notes))
}

/// The instant that `--now` gives. Without it the clock is read when a message is judged, not before it has come.
pub(crate) fn given_instant(argument: Option<&String>) -> Outcome<Option<SystemTime>> {
    argument.map(|text| parse_instant(text).map_err(could_not)).transpose()
}

/// A receiver whose clock shows what `--now` says.
pub(crate) fn at_given_instant(receiver: Receiver, argument: Option<&String>) -> Outcome<Receiver> {
    Ok(match given_instant(argument)? {
        Some(now) => receiver.clock(Arc::new(FixedClock(now))),
        None => receiver,
    })
}

/// The private keys of a key store, with their certificates.
fn identities_of(source: &Source, password: &str) -> Outcome<Vec<Identity>> {
    let found = identities_from_key_store(&source.read()?, password)
        .map_err(|error| could_not(format!("{source}: {error}")))?;
    if found.is_empty() {
        let why = "the key store has no private key with its certificate: a key without one is given as --key";
        return Err(could_not(format!("{source}: {why}")));
    }
    Ok(found.into_iter().map(|found| found.entry).collect())
}

impl Keys {
    pub(crate) fn load(arguments: &KeyArgs, legacy: bool) -> Outcome<Self> {
        Self::expecting(arguments, &[], &PathOptions::default(), legacy)
    }

    /// As [`Keys::load`]. If there are rules for signers, only certificates below the anchors that one of the rules
    /// expects may sign.
    pub(crate) fn expecting(
        arguments: &KeyArgs,
        signer: &[String],
        paths: &PathOptions,
        legacy: bool,
    ) -> Outcome<Self> {
        let password_text = arguments.password_file.as_ref().map(Source::password).transpose()?;
        let mut keys = Self {
            private: Vec::new(),
            public: Vec::new(),
            certificates: Vec::new(),
            identities: Vec::new(),
            secrets: arguments.secret.iter().map(NamedSource::read).collect::<Result<_, _>>()?,
            trust: None,
            pins: None,
            needs_path: arguments.cert_needs_path,
            intermediates: certificates(&arguments.intermediate)?,
            now: given_instant(arguments.now.as_ref())?,
            legacy,
        };
        arguments.cert.iter().try_for_each(|source| keys.add_certificates(source))?;
        arguments.key.iter().try_for_each(|source| keys.add_key(source, password_text.as_deref()))?;
        if let Some(source) = &arguments.p12 {
            // A key store without a password has the empty one.
            keys.identities = identities_of(source, &password_text.unwrap_or_default())?;
        }
        keys.pair_identities();
        let mut options = TrustOptions::default();
        options.trust.clone_from(&arguments.trust);
        options.signer = signer.to_vec();
        keys.trust_below(&options, paths)?;
        Ok(keys)
    }

    /// Adds the certificates of a `--cert`. Some people call a public key a certificate, since both may be in a file of PEM.
    fn add_certificates(&mut self, source: &Source) -> Outcome {
        match certificates(std::slice::from_ref(source)) {
            Ok(found) => self.certificates.extend(found),
            Err(_) if self.needs_path && PublicKey::from_pem(&source.read()?).is_ok() => {
                return Err(could_not(format!(
                    "{source} is a public key, of which no path leads to an anchor: give it as --key"
                )));
            }
            Err(failure) => self.public.push(PublicKey::from_pem(&source.read()?).map_err(|_| failure)?),
        }
        Ok(())
    }

    /// Adds the key of a `--key`, private or public.
    fn add_key(&mut self, source: &Source, password: Option<&str>) -> Outcome {
        let octets = source.read()?;
        match PrivateKey::from_pem_with_password(&octets, password) {
            Ok(key) => self.private.push(key),
            Err(error) => match PublicKey::from_pem(&octets) {
                Ok(key) => self.public.push(key),
                Err(of_public) => {
                    let is_public = octets.windows(PUBLIC.len()).any(|octets| octets == PUBLIC);
                    let why = if is_public { of_public } else { error };
                    return Err(could_not(format!("{source}: {why}")));
                }
            },
        }
        Ok(())
    }

    /// A private key and a pinned certificate with its public key are one identity.
    fn pair_identities(&mut self) {
        for key in &self.private {
            let own = self.certificates.iter().find(|certificate| certificate.public_key() == key.public_key());
            if let Some(Ok(identity)) = own.map(|own| Identity::new(key.clone(), own.clone())) {
                self.identities.push(identity);
            }
        }
    }

    /// Judges the given certificates by the lists and responses, and those of messages by the anchors too.
    fn trust_below(&mut self, options: &TrustOptions, paths: &PathOptions) -> Outcome {
        if !(paths.crl.is_empty() && paths.ocsp.is_empty()) {
            let own = self.identities.iter().map(|own| own.certificate().clone());
            let pins = options.pins(self.certificates.iter().cloned().chain(own).collect(), paths)?;
            self.pins = Some(pins.intermediates(self.intermediates.iter().cloned()));
        }
        if options.trust.is_empty() {
            return Ok(());
        }
        let mut trust = noting(|notes| options.trust(paths, &[], notes)).map_err(|failure| match failure {
            Failure::CouldNot(why) => Failure::CouldNot(of_documents(&why)),
            refused @ Failure::Refused(_) => refused,
        })?;
        if self.legacy {
            trust = trust.accept_authorities_as_signers().accept_certificates_of_version_1();
        }
        self.trust = Some(trust.intermediates(self.intermediates.iter().cloned()));
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.private.is_empty()
            && self.public.is_empty()
            && self.certificates.is_empty()
            && self.identities.is_empty()
            && self.secrets.is_empty()
            && self.trust.is_none()
    }

    /// The certificates of the path of the first identity: those of its key store, and of `--intermediate`.
    pub(crate) fn path(&self) -> Vec<Certificate> {
        let own = self.identities.first().map(Identity::intermediates).unwrap_or_default();
        own.iter().chain(&self.intermediates).cloned().collect()
    }

    /// The keys that may verify a signature, best first: those that its KeyInfo identifies, then the other given keys. Those
    /// that the message has encrypted to a given public key are unwrapped only for an anonymous author.
    pub(crate) fn verifying(&self, hints: &[KeyHint<'_>], policy: &AlgorithmPolicy, anonymous: bool) -> Verifying {
        let mut untrusted = Vec::new();
        let mut unopened = Vec::new();
        let mut has_encrypted = false;
        let pinned = self.pinned(&mut untrusted);
        let mut keys: Vec<(VerifyingKey, Standing)> = Vec::new();
        let of_pinned = |certificate: &Certificate| {
            (certificate.public_key().clone().into(), Standing::Pinned(Box::new(certificate.clone())))
        };
        let given = |key: VerifyingKey| (key, Standing::Given);
        let mut encrypted: Vec<Secret> = Vec::new();
        for hint in hints {
            match hint {
                KeyHint::EncryptedKey(element) => match self.encrypted_key(*element, policy) {
                    Ok(key) if is_wrapped(&key) => {
                        keys.extend(
                            self.unwrapped(&key).iter().filter_map(|secret| self.hmac(secret.as_octets())).map(given),
                        );
                    }
                    Ok(key) if anonymous => encrypted.extend(self.transported(&key)),
                    Ok(_) => has_encrypted = true,
                    Err(error) => unopened
                        .push(format!("a key in the message is not opened: {}", of_documents(&error.to_string()))),
                },
                KeyHint::Other(element) if is_encapsulation(*element) && anonymous => {
                    match self.decapsulated(*element, policy) {
                        Ok(secrets) => encrypted.extend(secrets),
                        Err(error) => unopened
                            .push(format!("an encapsulated key is not opened: {}", of_documents(&error.to_string()))),
                    }
                }
                KeyHint::Other(element) if is_encapsulation(*element) => has_encrypted = true,
                KeyHint::KeyName(name) => {
                    let named = self.secrets.iter().filter(|(known, _)| known.as_deref() == Some(name.trim()));
                    keys.extend(named.filter_map(|(_, secret)| self.hmac(secret)).map(given));
                }
                KeyHint::X509Data(data) => {
                    let named = pinned.iter().filter(|certificate| data.names(certificate));
                    keys.extend(named.map(|certificate| of_pinned(certificate)));
                    keys.extend(self.below_the_anchors(data, &mut untrusted));
                }
                _ => {}
            }
        }
        // Certificates before bare keys: they name the signer.
        keys.extend(pinned.iter().map(|certificate| of_pinned(certificate)));
        keys.extend(self.identities.iter().map(Identity::certificate).filter(|own| self.may_sign(own)).map(of_pinned));
        keys.extend(self.public.iter().cloned().map(VerifyingKey::from).map(given));
        let private = self.private.iter().filter(|key| self.may_verify(key));
        keys.extend(private.map(|key| given(key.public_key().clone().into())));
        let unnamed = self.secrets.iter().filter(|(name, _)| name.is_none());
        keys.extend(unnamed.filter_map(|(_, secret)| self.hmac(secret)).map(given));
        let encrypted = encrypted.iter().filter_map(|secret| self.hmac(secret.as_octets()));
        keys.extend(encrypted.map(|key| (key, Standing::Encrypted)));
        // The first reason is told: one about a certificate says more.
        untrusted.append(&mut unopened);
        Verifying { keys, untrusted, has_encrypted }
    }

    /// Whether the certificate of an identity counts: one that `--cert` gave, too, is judged as that, and none that is revoked
    /// counts.
    fn may_sign(&self, own: &Certificate) -> bool {
        let budget = Budget::new(&output::limits(), 0);
        let is_refused =
            |pins: &Trust| pins.validate(own, &self.intermediates, Purpose::Signing, self.now(), &budget).is_err();
        let needs_path = self.needs_path && self.certificates.contains(own);
        !(needs_path || self.pins.as_ref().is_some_and(is_refused))
    }

    /// Whether a bare private key counts: not that of a certificate that is revoked.
    fn may_verify(&self, key: &PrivateKey) -> bool {
        let mut own = self.identities.iter().map(Identity::certificate);
        own.all(|own| own.public_key() != key.public_key() || self.may_sign(own))
    }

    /// The certificates of `--cert`: with `--cert-needs-path`, those that an anchor vouches for; with revocation lists, those
    /// that are not revoked.
    fn pinned(&self, untrusted: &mut Vec<String>) -> Vec<&Certificate> {
        let trust = match (self.needs_path, &self.trust, &self.pins) {
            (true, Some(trust), _) | (false, _, Some(trust)) => trust,
            (true, None, _) => {
                untrusted.push("--cert-needs-path has no anchor to lead to: give --trust".to_owned());
                return Vec::new();
            }
            (false, _, None) => return self.certificates.iter().collect(),
        };
        let budget = Budget::new(&output::limits(), 0);
        let judged = |certificate: &&Certificate| {
            let path = trust.validate(certificate, &self.intermediates, Purpose::Signing, self.now(), &budget);
            path.map_err(|error| untrusted.push(of_documents(&error.to_string()))).is_ok()
        };
        self.certificates.iter().filter(judged).collect()
    }

    /// The keys of certificates of the message, or that it names, which an anchor vouches for.
    fn below_the_anchors(&self, data: &X509Data, untrusted: &mut Vec<String>) -> Vec<(VerifyingKey, Standing)> {
        let Some(trust) = &self.trust else { return Vec::new() };
        let budget = Budget::new(&output::limits(), 0);
        let allowed = budget.limits().size(Limit::Certificates);
        let ders = data.certificates.iter().take(allowed);
        let mut carried: Vec<Certificate> = ders.filter_map(|der| Certificate::from_der(der).ok()).collect();
        carried.extend(self.intermediates.iter().filter(|known| data.names(known)).cloned());
        let judged = end_entities(&carried).into_iter().filter_map(|certificate| {
            if self.narrows() && !self.certificates.contains(certificate) {
                let subject = certificate.subject();
                untrusted.push(format!("the signer {subject} is not a --cert, which --cert-needs-path demands"));
                return None;
            }
            let path = trust.validate(certificate, &carried, Purpose::Signing, self.now(), &budget);
            path.map_err(|error| untrusted.push(of_documents(&error.to_string()))).ok()
        });
        let known = |valid: ValidatedCertificate| {
            (valid.certificate().public_key().clone().into(), Standing::BelowAnAnchor(Box::new(valid)))
        };
        judged.map(known).collect()
    }

    /// Whether a certificate must be pinned and have a path.
    fn narrows(&self) -> bool {
        self.needs_path && !self.certificates.is_empty()
    }

    /// An `xenc:EncryptedKey` of admitted algorithms.
    fn encrypted_key<'e>(
        &self,
        element: Element<'e>,
        policy: &AlgorithmPolicy,
    ) -> Result<EncryptedKey<'e>, DecryptError> {
        let key = EncryptedKey::parse(element, &Budget::new(&output::limits(), 0))?;
        policy.encryption.check_key(key.method())?;
        Ok(key)
    }

    /// The secrets that it may hold under the given ones. The MAC shows which of them is the right one.
    fn unwrapped(&self, key: &EncryptedKey<'_>) -> Vec<Secret> {
        let secrets = self.secrets(key.key_info());
        secrets.iter().filter_map(|secret| key.unwrap_with_secret(secret).ok()).collect()
    }

    /// The secrets that it may hold for our private keys.
    fn transported(&self, key: &EncryptedKey<'_>) -> Vec<Secret> {
        let private = self.private_keys(key.key_info());
        private.iter().filter_map(|private| key.unwrap_with(private.as_ref(), None).ok()).collect()
    }

    /// The secrets that an encapsulation of ML-KEM gives with our keys.
    fn decapsulated(&self, element: Element<'_>, policy: &AlgorithmPolicy) -> Result<Vec<Secret>, DecryptError> {
        /// The number of octets of a secret of ML-KEM.
        const LEN: usize = 32;
        let budget = Budget::new(&output::limits(), 0);
        let encapsulation = Encapsulation::parse(element)?;
        policy.encryption.check_encapsulation(encapsulation.method())?;
        let private = self.private_keys(encapsulation.key_info());
        Ok(private.iter().filter_map(|key| encapsulation.open(key.as_ref(), LEN, &budget).ok()).collect())
    }

    /// The instant at which certificates are judged.
    fn now(&self) -> SystemTime {
        self.now.unwrap_or_else(SystemTime::now)
    }

    fn hmac(&self, secret: &[u8]) -> Option<VerifyingKey> {
        let key = if self.legacy {
            HmacKey::of_any_length_for_legacy_use_only(secret.to_vec())
        } else {
            HmacKey::new(secret.to_vec()).ok()?
        };
        Some(key.into())
    }
}

/// The label of public keys in PEM.
pub(crate) const PUBLIC: &[u8] = b"PUBLIC KEY-----";

/// An error about trust, with the options for documents where messages have others.
fn of_documents(error: &str) -> String {
    const OPTIONS: [(&str, &str); 2] = [("`Trust::pins` (`--pin`)", "--cert"), ("`Trust::pin`", "--cert")];
    OPTIONS.iter().fold(error.to_owned(), |error, (other, ours)| error.replace(other, ours))
}

/// Whether it is wrapped under a secret, which only those have who share it, and not under a public key, which everyone
/// has.
fn is_wrapped(key: &EncryptedKey<'_>) -> bool {
    matches!(key.method(), KeyMethod::Wrap(_) | KeyMethod::Content(_))
}

fn is_encapsulation(element: Element<'_>) -> bool {
    element.is(name::XMLSEC.uri, "EncapsulationMechanism")
}

/// The hints of a signature about its key.
pub(crate) struct Hints<'d> {
    pub(crate) hints: Vec<KeyHint<'d>>,
    /// The reasons why references to further hints were not followed.
    pub(crate) unread: Vec<String>,
}

/// The hints in a `ds:KeyInfo`, and in what it refers to: elements of the same document, and files that the caller
/// named.
pub(crate) fn hints<'d>(
    signature: &Signature<'d>,
    whole: &Whole<'_, 'd>,
    policy: &AlgorithmPolicy,
    budget: &Budget,
) -> Outcome<Hints<'d>> {
    let mut found = Hints { hints: Vec::new(), unread: Vec::new() };
    let Some(key_info) = signature.key_info() else { return Ok(found) };
    for hint in key_info.followed(|id| whole.ids.get(id), budget).map_err(output::refused)? {
        let (KeyHint::RetrievalMethod(reference) | KeyHint::KeyInfoReference(reference)) = &hint else {
            found.hints.push(hint);
            continue;
        };
        let octets = dereferenced_octets(*reference, whole, &policy.signature, budget);
        let read = octets.and_then(|octets| Ok(retrieved_hints(*reference, &octets, budget)?));
        match read {
            Ok(hints) => found.hints.extend(hints),
            Err(error) => found.unread.push(error.to_string()),
        }
    }
    Ok(found)
}

/// The keys and certificates that a message brings along. They say nothing about who signed.
pub(crate) fn in_message(hints: &[KeyHint<'_>]) -> Vec<VerifyingKey> {
    let mut keys: Vec<VerifyingKey> = Vec::new();
    for hint in hints {
        match hint {
            KeyHint::KeyValue(key) => keys.push(key.clone().into()),
            KeyHint::X509Data(data) => {
                let certificates = data.certificates.iter().filter_map(|der| Certificate::from_der(der).ok());
                keys.extend(certificates.map(|certificate| certificate.public_key().clone().into()));
            }
            _ => {}
        }
    }
    keys
}

impl KeySource for Keys {
    fn secrets(&self, key_info: Option<Element<'_>>) -> Vec<Secret> {
        let hints = key_info.and_then(|element| KeyInfo::parse(element, &Budget::new(&output::limits(), 0)).ok());
        let names: Vec<String> = hints
            .iter()
            .flat_map(KeyInfo::hints)
            .filter_map(|hint| match hint {
                // White space around a name does not distinguish keys.
                KeyHint::KeyName(name) => Some(name.trim().to_owned()),
                _ => None,
            })
            .collect();
        let named = self.secrets.iter().filter(|(name, _)| name.as_ref().is_some_and(|name| names.contains(name)));
        let unnamed = self.secrets.iter().filter(|(name, _)| name.is_none());
        named.chain(unnamed).map(|(_, secret)| Secret::new(secret.clone())).collect()
    }

    fn private_keys(&self, key_info: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        let hints = key_info.and_then(|element| KeyInfo::parse(element, &Budget::new(&output::limits(), 0)).ok());
        let says = |says: &dyn Fn(&KeyHint<'_>) -> bool| hints.iter().flat_map(KeyInfo::hints).any(says);
        let is_named = |identity: &Identity| {
            says(&|hint| match hint {
                KeyHint::X509Data(data) => data.names(identity.certificate()),
                KeyHint::KeyValue(key) => key == identity.certificate().public_key(),
                _ => false,
            })
        };
        let has_value =
            |key: &PrivateKey| says(&|hint| matches!(hint, KeyHint::KeyValue(value) if value == key.public_key()));
        let certified =
            self.identities.iter().map(|identity| (is_named(identity), Arc::clone(identity.unwrapping_key())));
        let bare = self.private.iter().map(|key| (has_value(key), Arc::new(key.clone()) as Arc<dyn KeyUnwrap>));
        let mut keys: Vec<_> = certified.chain(bare).collect();
        // Each key once; the keys that are named come first.
        keys.sort_by_key(|(is_named, _)| !is_named);
        keys.into_iter().map(|(_, key)| key).take(8).collect()
    }

    fn originators(&self, _key_info: Element<'_>) -> Vec<PublicKey> {
        let certified = self.certificates.iter().map(Certificate::public_key);
        self.public.iter().chain(certified).cloned().collect()
    }

    fn master_secrets(&self, key_name: Option<&str>) -> Vec<Secret> {
        let named = self.secrets.iter().filter(|(name, _)| key_name.is_some() && name.as_deref() == key_name);
        let unnamed = self.secrets.iter().filter(|(name, _)| name.is_none());
        named.chain(unnamed).map(|(_, secret)| Secret::new(secret.clone())).collect()
    }
}
