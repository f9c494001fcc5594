//! Keys from files, and which of them fit a `ds:KeyInfo`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ws_security::c14n::{Element, IdIndex, Limit, name};
use ws_security::crypto::{
    CertificateBundle, ContentEncryption, DigestMethod, HmacKey, KeyWrap, PostQuantum, SignatureMethod,
    TransportMethod, VerifyingKey, identities_from_key_store,
};
use ws_security::tokens::{Purpose, end_entities, parse_instant};
use ws_security::xmldsig::{FilterMethod, KeyHint, KeyInfo, Signature};
use ws_security::xmlenc::{DecryptError, Encapsulation, EncryptedKey, KeyMethod, KeySource};
use ws_security::{
    AlgorithmPolicy, Budget, Certificate, ExtendedKeyUsage, Identity, KeyUnwrap, PrivateKey, PublicKey, Receiver,
    Revocation, Secret, SignerRule, Trust,
};

use crate::args::{AllowArgs, HoldingArgs, KeyArgs, PathArgs, RevocationArg};
use crate::output::{self, Outcome, could_not};
use crate::words::{last_word, nearest};

/// The keys and certificates of the key options.
pub(crate) struct Keys {
    pub(crate) private: Vec<PrivateKey>,
    pub(crate) public: Vec<PublicKey>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) identities: Vec<Identity>,
    pub(crate) secrets: Vec<(Option<String>, Vec<u8>)>,
    trust: Option<Trust>,
    /// The certificates of `--intermediate`, which a message may name without carrying them.
    intermediates: Vec<Certificate>,
    now: SystemTime,
    legacy: bool,
}

/// The first certificate of a file.
pub(crate) fn certificate(path: &Path) -> Outcome<Certificate> {
    Certificate::from_pem(&output::read(path)?).map_err(could_not)
}

pub(crate) fn certificates(paths: &[PathBuf]) -> Outcome<Vec<Certificate>> {
    let mut all = Vec::new();
    for path in paths {
        let bundle = CertificateBundle::from_pem(&output::read(path)?);
        let bundle = bundle.map_err(|error| could_not(format!("{}: {error}", path.display())))?;
        for skipped in bundle.skipped() {
            output::say(format!("note: {}: {skipped}", path.display()));
        }
        all.extend(bundle.into_certificates());
    }
    Ok(all)
}

/// Trusts the anchors and pins of these files, whose checks of paths know the others. Without an anchor it is
/// [`Trust::no_certificates`].
pub(crate) fn trust(
    (paths, are_unchecked): (&[PathBuf], bool),
    pins: &[PathBuf],
    intermediates: &[PathBuf],
    known: &[PathBuf],
) -> Outcome<Trust> {
    let trust = if paths.is_empty() { Trust::no_certificates() } else { anchors(paths, are_unchecked)? };
    let trust = certificates(pins)?.into_iter().fold(trust, Trust::pin);
    Ok(trust.intermediates(certificates(intermediates)?).known(certificates(known)?))
}

/// Trusts everyone below the authorities of these files.
fn anchors(paths: &[PathBuf], are_unchecked: bool) -> Outcome<Trust> {
    let all = certificates(paths)?;
    let anchors = if are_unchecked { Trust::dangerous_unchecked_anchors(all) } else { Trust::anchors(all) };
    Ok(anchors.map_err(could_not)?.signer(SignerRule::AnyBelowTheAnchors))
}

/// The trust, with the options for revocation and extended key usages.
pub(crate) fn judging_paths(mut trust: Trust, arguments: &PathArgs) -> Outcome<Trust> {
    for path in &arguments.crl {
        let lists = output::read(path)?;
        trust = trust.crls(&lists).map_err(|error| could_not(format!("--crl {}: {error}", path.display())))?;
    }
    for path in &arguments.ocsp {
        let response = trust.ocsp_response(&output::read(path)?);
        trust = response.map_err(|error| could_not(format!("--ocsp {}: {error}", path.display())))?;
    }
    if let Some(demanded) = arguments.revocation {
        trust = trust.revocation(match demanded {
            RevocationArg::WholePath => Revocation::WholePath,
            RevocationArg::EndEntity => Revocation::EndEntity,
            RevocationArg::UnknownIsGood => Revocation::UnknownIsGood,
        });
    }
    if arguments.accept_authorities_as_signers {
        trust = trust.accept_authorities_as_signers();
    }
    let purposes = arguments.eku.iter().map(|oid| ExtendedKeyUsage::parse(oid));
    let purposes = purposes.collect::<Result<Vec<_>, _>>().map_err(|error| could_not(format!("--eku: {error}")))?;
    Ok(if purposes.is_empty() { trust } else { trust.extended_key_usage(purposes) })
}

pub(crate) fn password(path: &Path) -> Outcome<String> {
    let text =
        String::from_utf8(output::read(path)?).map_err(|_| could_not(format!("{}: not UTF-8", path.display())))?;
    Ok(text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line)).to_owned())
}

/// `[NAME=]FILE`. Names may contain equals signs, as distinguished names do, and so may those of files: the name is the
/// shortest after which there is a file, and else as long as it can be.
pub(crate) fn secret(argument: &str) -> Outcome<(Option<String>, Vec<u8>)> {
    let mut splits = argument.match_indices('=').map(|(at, _)| (&argument[..at], &argument[at + 1..]));
    let found = splits.find(|(_, path)| *path == "-" || Path::new(path).exists());
    let unnamed = || Path::new(argument).exists().then_some((None, argument));
    let last = || argument.rsplit_once('=').map(|(name, path)| (Some(name), path));
    let found = found.map(|(name, path)| (Some(name), path));
    let (name, path) = found.or_else(unnamed).or_else(last).unwrap_or((None, argument));
    let name = name.map(str::to_owned);
    Ok((name, output::read(Path::new(path))?))
}

/// A receiver with its keys. Known certificates belong to its trust.
pub(crate) fn equip(mut receiver: Receiver, holdings: &HoldingArgs) -> Outcome<Receiver> {
    if let Some(path) = &holdings.user_file {
        let users = users(path)?;
        receiver = receiver.passwords(move |name: &str| users.get(name).cloned());
    }
    equip_network(receiver, holdings)
}

/// The receiver of a network with its keys. It has the passwords of its users already, as the network digests them.
pub(crate) fn equip_network(mut receiver: Receiver, holdings: &HoldingArgs) -> Outcome<Receiver> {
    if holdings.decrypt_key.len() != holdings.decrypt_cert.len() {
        return Err(could_not("--decrypt-key and --decrypt-cert go in pairs"));
    }
    for (key, certificate) in holdings.decrypt_key.iter().zip(&holdings.decrypt_cert) {
        let identity = Identity::from_pem(&output::read(certificate)?, &output::read(key)?).map_err(could_not)?;
        receiver = receiver.decrypt_with(identity);
    }
    for argument in &holdings.secret {
        let (name, octets) = secret(argument)?;
        receiver = receiver.shared_secret(name, Secret::new(octets));
    }
    Ok(match &holdings.actor {
        Some(actor) => receiver.actor(actor.clone()),
        None => receiver,
    })
}

/// Lines of name, tab, password.
pub(crate) fn users(path: &Path) -> Outcome<HashMap<String, Secret>> {
    let text = String::from_utf8(output::read(path)?).map_err(|_| could_not("the user file is not UTF-8"))?;
    let lines = text.lines().filter(|line| !line.is_empty());
    let user = |line: &str| {
        let (name, password) =
            line.split_once('\t').ok_or_else(|| could_not("the user file has a line without a tab"))?;
        Ok((name.to_owned(), Secret::new(password.as_bytes().to_vec())))
    };
    lines.map(user).collect()
}

pub(crate) fn now(argument: Option<&String>) -> Outcome<SystemTime> {
    match argument {
        Some(text) => parse_instant(text).map_err(could_not),
        None => Ok(SystemTime::now()),
    }
}

/// The policy of `--allow` and `--allow-legacy`.
pub(crate) fn policy(arguments: &AllowArgs) -> Outcome<AlgorithmPolicy> {
    let mut policy = if arguments.allow_legacy {
        AlgorithmPolicy::everything_for_legacy_use_only()
    } else {
        AlgorithmPolicy::default()
    };
    for given in &arguments.allow {
        // One word may be the last of several identifiers: all of them are meant.
        let named = identifiers().into_iter().filter(|uri| word_of(uri).eq_ignore_ascii_case(given));
        let named: Vec<&str> = std::iter::once(given.as_str()).chain(named).collect();
        if named.iter().filter(|uri| policy.admit_uri(uri)).count() == 0 {
            let words: Vec<&str> = identifiers().into_iter().map(word_of).collect();
            let near = nearest(last_word(given), words.iter().copied());
            return Err(could_not(format!(
                "--allow {given:?} is not the identifier of a supported algorithm{near}: give an identifier, or one of {}",
                words.join(", ")
            )));
        }
    }
    Ok(policy)
}

/// The identifiers of every algorithm that a policy may admit.
fn identifiers() -> Vec<&'static str> {
    let mut all: Vec<&str> = SignatureMethod::ALL.iter().map(SignatureMethod::uri).collect();
    all.extend(DigestMethod::ALL.iter().map(DigestMethod::uri));
    all.extend(ContentEncryption::ALL.iter().map(ContentEncryption::uri));
    all.extend(TransportMethod::ALL.iter().map(TransportMethod::uri));
    all.extend(KeyWrap::ALL.iter().map(KeyWrap::uri));
    all.extend(PostQuantum::ALL.iter().filter(|method| method.encapsulates()).map(PostQuantum::uri));
    all.extend(FilterMethod::ALL.iter().map(|method| method.uri()));
    all
}

/// The word for an identifier: its last one, if it has no other.
fn word_of(uri: &str) -> &str {
    match FilterMethod::from_uri(uri) {
        Some(method) => method.word(),
        None => last_word(uri),
    }
}

impl Keys {
    pub(crate) fn load(arguments: &KeyArgs, legacy: bool) -> Outcome<Self> {
        let password_text = arguments.password_file.as_deref().map(password).transpose()?;
        let mut keys = Self {
            private: Vec::new(),
            public: Vec::new(),
            certificates: certificates(&arguments.cert)?,
            identities: Vec::new(),
            secrets: arguments.secret.iter().map(|argument| secret(argument)).collect::<Outcome<_>>()?,
            trust: None,
            intermediates: certificates(&arguments.intermediate)?,
            now: now(arguments.now.as_ref())?,
            legacy,
        };
        for path in &arguments.key {
            let octets = output::read(path)?;
            match PrivateKey::from_pem_with_password(&octets, password_text.as_deref()) {
                Ok(key) => keys.private.push(key),
                Err(error) => match PublicKey::from_pem(&octets) {
                    Ok(key) => keys.public.push(key),
                    Err(_) => return Err(could_not(format!("{}: {error}", path.display()))),
                },
            }
        }
        if let Some(path) = &arguments.p12 {
            let password = password_text.unwrap_or_default();
            let found = identities_from_key_store(&output::read(path)?, &password)
                .map_err(|error| could_not(format!("{}: {error}", path.display())))?;
            keys.identities = found.into_iter().map(|(_, identity)| identity).collect();
        }
        // A private key and a pinned certificate with its public key are one identity.
        for key in &keys.private {
            let own = keys.certificates.iter().find(|certificate| certificate.public_key() == key.public_key());
            if let Some(Ok(identity)) = own.map(|own| Identity::new(key.clone(), own.clone())) {
                keys.identities.push(identity);
            }
        }
        if !arguments.trust.is_empty() {
            let mut trust = anchors(&arguments.trust, false)?;
            if legacy {
                trust = trust.accept_authorities_as_signers();
            }
            keys.trust = Some(trust.intermediates(keys.intermediates.iter().cloned()));
        }
        Ok(keys)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.private.is_empty()
            && self.public.is_empty()
            && self.certificates.is_empty()
            && self.identities.is_empty()
            && self.secrets.is_empty()
            && self.trust.is_none()
    }

    /// The keys that may verify a signature, best first: those that its KeyInfo identifies, then the other given keys.
    pub(crate) fn verifying(&self, hints: &[KeyHint<'_>], policy: &AlgorithmPolicy) -> Vec<VerifyingKey> {
        let mut keys: Vec<VerifyingKey> = Vec::new();
        for hint in hints {
            match hint {
                KeyHint::EncryptedKey(element) => {
                    let unwrapped = self.unwrapped(*element, policy).unwrap_or_default();
                    keys.extend(unwrapped.iter().filter_map(|secret| self.hmac(secret.as_octets())));
                }
                KeyHint::Other(element) => {
                    let secrets = self.decapsulated(*element, policy).unwrap_or_default();
                    keys.extend(secrets.iter().filter_map(|secret| self.hmac(secret.as_octets())));
                }
                KeyHint::KeyName(name) => {
                    let named = self.secrets.iter().filter(|(known, _)| known.as_ref() == Some(name));
                    keys.extend(named.filter_map(|(_, secret)| self.hmac(secret)));
                }
                KeyHint::X509Data(data) => {
                    let pinned = self.certificates.iter().filter(|certificate| data.names(certificate));
                    keys.extend(pinned.map(|certificate| certificate.public_key().clone().into()));
                    if let Some(trust) = &self.trust {
                        let budget = Budget::new(&output::limits(), 0);
                        let allowed = budget.limits().size(Limit::Certificates);
                        let ders = data.certificates.iter().take(allowed);
                        let mut carried: Vec<Certificate> =
                            ders.filter_map(|der| Certificate::from_der(der).ok()).collect();
                        carried.extend(self.intermediates.iter().filter(|known| data.names(known)).cloned());
                        let valid = end_entities(&carried).into_iter().filter_map(|certificate| {
                            trust.validate(certificate, &carried, Purpose::Signing, self.now, &budget).ok()
                        });
                        keys.extend(valid.map(|valid| valid.certificate().public_key().clone().into()));
                    }
                }
                _ => {}
            }
        }
        keys.extend(self.public.iter().cloned().map(VerifyingKey::from));
        keys.extend(self.private.iter().map(|key| key.public_key().clone().into()));
        keys.extend(self.certificates.iter().map(|certificate| certificate.public_key().clone().into()));
        keys.extend(self.identities.iter().map(|identity| identity.certificate().public_key().clone().into()));
        keys.extend(self.secrets.iter().filter(|(name, _)| name.is_none()).filter_map(|(_, secret)| self.hmac(secret)));
        keys
    }

    /// The secrets that an `xenc:EncryptedKey` holds for our keys. Which of them is the right one, the MAC tells.
    fn unwrapped(&self, element: Element<'_>, policy: &AlgorithmPolicy) -> Result<Vec<Secret>, DecryptError> {
        let key = EncryptedKey::parse(element, &Budget::new(&output::limits(), 0))?;
        policy.encryption.check_key(key.method())?;
        Ok(match key.method() {
            KeyMethod::Transport(_) => {
                let private = self.private_keys(key.key_info());
                private.iter().filter_map(|private| key.unwrap_with(private.as_ref(), None).ok()).collect()
            }
            KeyMethod::Wrap(_) => {
                let secrets = self.secrets(key.key_info());
                secrets.iter().filter_map(|secret| key.unwrap_with_secret(secret).ok()).collect()
            }
        })
    }

    /// The secrets that an encapsulation of ML-KEM gives with our keys.
    fn decapsulated(&self, element: Element<'_>, policy: &AlgorithmPolicy) -> Result<Vec<Secret>, DecryptError> {
        /// Octets of a secret of ML-KEM.
        const LEN: usize = 32;
        if !element.is(name::XMLSEC.uri, "EncapsulationMechanism") {
            return Ok(Vec::new());
        }
        let budget = Budget::new(&output::limits(), 0);
        let encapsulation = Encapsulation::parse(element)?;
        policy.encryption.check_encapsulation(encapsulation.method())?;
        let private = self.private_keys(encapsulation.key_info());
        Ok(private.iter().filter_map(|key| encapsulation.open(key.as_ref(), LEN, &budget).ok()).collect())
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

/// What a `ds:KeyInfo` has, and what it refers to in the same document.
pub(crate) fn hints<'d>(signature: &Signature<'d>, ids: &IdIndex<'d>, budget: &Budget) -> Outcome<Vec<KeyHint<'d>>> {
    let Some(key_info) = signature.key_info() else { return Ok(Vec::new()) };
    key_info.followed(|id| ids.get(id), budget).map_err(output::refused)
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
                KeyHint::KeyName(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let named = self.secrets.iter().filter(|(name, _)| name.as_ref().is_some_and(|name| names.contains(name)));
        let unnamed = self.secrets.iter().filter(|(name, _)| name.is_none());
        named.chain(unnamed).map(|(_, secret)| Secret::new(secret.clone())).collect()
    }

    fn private_keys(&self, key_info: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        let hints = key_info.and_then(|element| KeyInfo::parse(element, &Budget::new(&output::limits(), 0)).ok());
        let named = |identity: &&Identity| {
            hints.iter().flat_map(KeyInfo::hints).any(|hint| match hint {
                KeyHint::X509Data(data) => data.names(identity.certificate()),
                _ => false,
            })
        };
        let by_name = self.identities.iter().filter(named).map(|identity| Arc::clone(identity.unwrapping_key()));
        let all = self.identities.iter().map(|identity| Arc::clone(identity.unwrapping_key()));
        let bare = self.private.iter().map(|key| Arc::new(key.clone()) as Arc<dyn KeyUnwrap>);
        by_name.chain(all).chain(bare).take(8).collect()
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
