//! Makes a receiver of the table `verify`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use wss_bsp::{Enforcement, Variant};
use wss_c14n::CanonicalizationMethod;
use wss_crypto::{
    Certificate, ContentEncryption, DerivationMethod, DigestMethod, KeyAgreement, KeyWrap, PostQuantum, Secret,
    SignatureMethod, TransportMethod,
};
use wss_header::{AlgorithmPolicy, Limit, Limits, Opening, Part, Receiver, ReplayCache};
use wss_networks::{Network, PartyKeys};
use wss_tokens::{AssertionTrust, Trust};
use wss_xmldsig::FilterMethod;

use crate::algorithms::{last_word, word_of_canonicalization};
use crate::error::{ProfileError, once, word, word_of_list};
use crate::profile::{Table, given};
use crate::receiving::{
    AllowOptions, AssertionOptions, Bsp, DemandOptions, FreshnessOptions, HoldingOptions, Receiving,
};
use crate::required::Required;
use crate::source::{NamedSource, Source};
use crate::{keys, network, relations};

/// A receiver, and how to use it.
#[non_exhaustive]
pub struct Prepared {
    /// The receiver.
    pub receiver: Receiver,
    /// The verb that opens the messages.
    pub opening: Opening,
    /// The requirements that `require` lists.
    pub required: Required,
    /// Certificates that were skipped, for people.
    pub notes: Vec<String>,
}

impl Receiving {
    /// Judges keys that need or exclude one another, for a caller that makes its own receiver of them. Nothing is read.
    ///
    /// # Errors
    /// [`ProfileError::Needs`], [`ProfileError::NeedsOneOf`], [`ProfileError::Conflict`].
    pub fn check(&self) -> Result<(), ProfileError> {
        let given = given(self)?;
        relations::check(Self::NAME, &given)?;
        relations::check_judging(&given)
    }

    /// The receiver.
    ///
    /// # Errors
    /// Most of [`ProfileError`]: the files and other sources that the keys name are read and loaded.
    pub fn receiver(&self, replay: Arc<dyn ReplayCache>) -> Result<Prepared, ProfileError> {
        relations::check_judging(&given(self)?)?;
        let mut notes = Vec::new();
        if self.demands.require.is_empty() && self.network.network.is_none() {
            return Err(ProfileError::Missing { what: "what the message must prove", give: "`require` or `network`" });
        }
        let required = Required::parse(&self.demands.require)?;
        let network = self.network()?;
        let trust = self.signers.trust(&self.paths, &self.holdings.known_cert, &mut notes)?;
        let assertions = self.assertion_trust(&mut notes)?;
        let (opening, receiver) = match &network {
            Some(network) => {
                let keys = self.network_keys(self.judging_partners(network, trust)?, assertions)?;
                let opening = network::opening(network, self.network.reply)?;
                (opening, network::receiver(network, self.network.reply, &keys, replay)?)
            }
            None => {
                let opening = required.opening(self.demands.print_unauthenticated);
                let anyone = self.demands.anonymous || self.demands.print_unauthenticated;
                let receiver =
                    Receiver::new(trust, required.build(opening, anyone), replay).algorithms(self.allow.policy()?);
                let receiver = with_users(receiver, &self.holdings)?;
                (opening, assertions.into_iter().fold(receiver, Receiver::assertions))
            }
        };
        let mut receiver = self.configured(receiver)?;
        if required.needs_kerberos() {
            receiver = kerberos(receiver)?;
        }
        Ok(Prepared { receiver, opening, required, notes })
    }

    /// The network of `network`.
    ///
    /// # Errors
    /// [`ProfileError::UnknownWord`].
    pub fn network(&self) -> Result<Option<Network>, ProfileError> {
        self.network.network.as_deref().map(network::network_with_choices).transpose()
    }

    /// Judges certificates below authorities as the network does, unless other keys say how.
    fn judging_partners(&self, network: &Network, trust: Trust) -> Result<Trust, ProfileError> {
        if self.signers.trust.is_empty() {
            return Ok(trust);
        }
        let mut partner = network.partner;
        if self.paths.revocation.is_some() {
            partner.checks_revocation = false;
        }
        if self.paths.accept_lists_after_their_end.is_some() {
            partner.lists_after_their_end = 0;
        }
        if !self.paths.eku.is_empty() {
            partner.extended_key_usage = &[];
        }
        partner.judging(trust).map_err(ProfileError::from)
    }

    /// Applies the keys that are the same for a network and without one.
    fn configured(&self, receiver: Receiver) -> Result<Receiver, ProfileError> {
        let receiver = self
            .freshness
            .apply(receiver)
            .bsp(match self.demands.bsp.unwrap_or(Bsp::Report) {
                Bsp::Enforce => Enforcement::Enforce(Variant::as_deployed()),
                Bsp::Report => Enforcement::Report(Variant::as_deployed()),
                Bsp::Off => Enforcement::Off,
            })
            .limits(limits(Limits::default(), &self.demands.limit)?);
        let receiver = self.demands.understanding(with_keys(receiver, &self.holdings)?)?;
        let receiver = match self.allow.allow_legacy {
            true => receiver.accept_x509_version_1_for_legacy_use_only(),
            false => receiver,
        };
        Ok(self.accept.apply(receiver))
    }

    /// The keys and the trust of the receiver of a network.
    fn network_keys(&self, trust: Trust, assertions: Option<AssertionTrust>) -> Result<PartyKeys, ProfileError> {
        let mut keys = PartyKeys::new().trust(trust);
        if let Some(source) = &self.holdings.user_file {
            let users = keys::users(source, self.holdings.passwords_hashed)?;
            keys = keys.passwords(move |name: &str| users.get(name).cloned());
        }
        Ok(assertions.into_iter().fold(keys, PartyKeys::assertions))
    }

    /// Which SAML assertions count; `None` if no issuer and no attester is named. They are pinned by certificate, and may be
    /// revoked.
    ///
    /// # Errors
    /// [`ProfileError::Read`], [`ProfileError::Load`].
    pub fn assertion_trust(&self, notes: &mut Vec<String>) -> Result<Option<AssertionTrust>, ProfileError> {
        let AssertionOptions {
            saml_issuer,
            saml_attester,
            saml_max_age,
            accept_bearer,
            accept_id_cards,
            audience,
            recipient,
            in_response_to,
        } = &self.assertions;
        if saml_issuer.is_empty() && saml_attester.is_empty() {
            return Ok(None);
        }
        let (issuers, attesters) = (issuers(saml_issuer, notes)?, Source::certificates(saml_attester, notes)?);
        let mut audiences = audience.iter();
        let trust = match audiences.next() {
            Some(audience) => AssertionTrust::for_audience(audience.clone()),
            None => AssertionTrust::dangerous_for_any_audience(),
        };
        let trust = audiences.fold(trust, |trust, audience| trust.audience(audience.clone()));
        let trust = recipient.iter().fold(trust, |trust, own| trust.recipient(own.clone()));
        let trust = in_response_to.iter().fold(trust, |trust, request| trust.in_response_to(request.clone()));
        let trust = saml_max_age.iter().fold(trust, |trust, seconds| trust.max_age(Duration::from_secs(*seconds)));
        let pins = |pins| self.signers.pins(pins, &self.paths);
        let trust = issuers.into_iter().try_fold(trust, |trust, (name, issuer)| {
            let issuer = pins(issuer)?;
            Ok::<_, ProfileError>(match name {
                Some(name) => trust.issuer(name, issuer),
                None => trust.issuer_of_any_name(issuer),
            })
        })?;
        let trust = match attesters.is_empty() {
            true => trust,
            false => trust.sender_vouches(pins(attesters)?),
        };
        let trust = accept_id_cards.iter().fold(trust, |trust, level| trust.accept_id_cards(*level));
        Ok(Some(if *accept_bearer { trust.accept_bearer() } else { trust }))
    }
}

/// The issuers of SAML assertions: each name with its own certificates, and those that may issue under every name.
fn issuers(
    sources: &[NamedSource],
    notes: &mut Vec<String>,
) -> Result<BTreeMap<Option<String>, Vec<Certificate>>, ProfileError> {
    let mut certificates: BTreeMap<Option<String>, Vec<Certificate>> = BTreeMap::new();
    for source in sources {
        let (name, source) = source.parts();
        certificates.entry(name).or_default().extend(Source::certificates(&[source], notes)?);
    }
    Ok(certificates)
}

impl HoldingOptions {
    /// The receiver with these keys and passwords. Known certificates belong to its trust.
    ///
    /// # Errors
    /// [`ProfileError::Read`], [`ProfileError::Load`], [`ProfileError::Needs`].
    pub fn equip(&self, receiver: Receiver) -> Result<Receiver, ProfileError> {
        with_keys(with_users(receiver, self)?, self)
    }
}

fn with_users(receiver: Receiver, holdings: &HoldingOptions) -> Result<Receiver, ProfileError> {
    let Some(source) = &holdings.user_file else { return Ok(receiver) };
    let users = keys::users(source, holdings.passwords_hashed)?;
    Ok(receiver.passwords(move |name: &str| users.get(name).cloned()))
}

fn with_keys(receiver: Receiver, holdings: &HoldingOptions) -> Result<Receiver, ProfileError> {
    let mut receiver = keys::decrypting(holdings)?.into_iter().fold(receiver, Receiver::decrypt_with);
    let mut named = HashSet::new();
    for secret in &holdings.secret {
        let (name, octets) = secret.read()?;
        let which = name.as_deref().unwrap_or("a secret without a name");
        once(&mut named, name.clone(), "secret", which, "give each name once, and one secret without a name")?;
        receiver = receiver.shared_secret(name, Secret::new(octets));
    }
    for called in &holdings.key_name {
        let (name, certificate) = called.certificate("key-name")?;
        receiver = receiver.key_name(name, certificate);
    }
    if !holdings.context.is_empty() {
        let contexts = holdings.context.iter().map(|context| context.named("context"));
        let contexts = keys::distinct("context", contexts)?;
        receiver =
            receiver.security_contexts(move |identifier: &str, _: Option<&str>| contexts.get(identifier).cloned());
    }
    Ok(match &holdings.actor {
        Some(actor) => receiver.actor(actor.clone()),
        None => receiver,
    })
}

impl DemandOptions {
    /// Lets a receiver understand the header blocks that `understand` names.
    ///
    /// # Errors
    /// [`ProfileError::UnknownWord`].
    pub fn understanding(&self, mut receiver: Receiver) -> Result<Receiver, ProfileError> {
        for block in &self.understand {
            receiver = match (block.as_str(), Part::parse(block)) {
                ("addressing", _) => receiver.understands_addressing(),
                (_, Some(Part::HeaderBlock { namespace, local })) => receiver.understands(namespace, local),
                _ => {
                    let advice = "give {namespace}local, or `addressing` for all of WS-Addressing";
                    return Err(word("understand", block, "no header block", ["addressing"], advice));
                }
            };
        }
        Ok(receiver)
    }
}

impl FreshnessOptions {
    /// Lets a receiver accept messages of this age.
    pub fn apply(&self, receiver: Receiver) -> Receiver {
        let window = [self.max_age.unwrap_or(300), self.clock_skew.unwrap_or(60)];
        let [max_age, clock_skew] = window.map(Duration::from_secs);
        receiver.window(max_age, clock_skew)
    }
}

/// The limits, with the changes of `NAME=VALUE`, each once.
///
/// # Errors
/// [`ProfileError::UnknownWord`].
pub fn limits(mut limits: Limits, changed: &[String]) -> Result<Limits, ProfileError> {
    let mut named = HashSet::new();
    for given in changed {
        let (limit, value) = limit(given)?;
        once(&mut named, limit, "limit", given, "give each limit once")?;
        limits = limits.with(limit, value);
    }
    Ok(limits)
}

/// The limit of `NAME=VALUE`.
fn limit(given: &str) -> Result<(Limit, u64), ProfileError> {
    let (name, value) = given.split_once('=').unwrap_or((given, ""));
    let limit = Limit::from_name(name).ok_or_else(|| {
        let words: Vec<&str> = Limit::ALL.iter().map(|limit| limit.name()).collect();
        let advice = "write NAME=VALUE, as in references=128, with one of ";
        word_of_list("limit", given, name, "not a limit", &words, advice)
    })?;
    let no_number = |_| word("limit", given, "without a number below 2^64", [], "write it as in references=128");
    Ok((limit, value.parse().map_err(no_number)?))
}

impl AllowOptions {
    /// The algorithms of these keys.
    ///
    /// # Errors
    /// [`ProfileError::UnknownWord`].
    pub fn policy(&self) -> Result<AlgorithmPolicy, ProfileError> {
        let mut policy = match self.allow_legacy {
            true => AlgorithmPolicy::everything_for_legacy_use_only(),
            false => AlgorithmPolicy::default(),
        };
        for given in &self.allow {
            // One word may be the last of several identifiers: it means all of them.
            let named = identifiers().into_iter().filter(|uri| word_of(uri).eq_ignore_ascii_case(given));
            let named: Vec<&str> = std::iter::once(given.as_str()).chain(named).collect();
            if named.iter().filter(|uri| policy.admit_uri(uri)).count() == 0 {
                let words: Vec<&str> = identifiers().into_iter().map(word_of).collect();
                let what = match is_retired(given) {
                    true => {
                        "retired, so that no message has it: `wss dsig` and `wss xenc` read it in old documents, with --dangerous-retired"
                    }
                    false => "not the identifier of a supported algorithm",
                };
                let advice = "give an identifier, or one of ";
                return Err(word_of_list("allow", given, last_word(given), what, &words, advice));
            }
        }
        Ok(policy)
    }
}

/// Whether a word or an identifier is that of an algorithm which proves nothing any more.
fn is_retired(given: &str) -> bool {
    let signing = SignatureMethod::ALL.iter().filter(|method| method.is_retired()).map(SignatureMethod::uri);
    let digests = DigestMethod::ALL.iter().filter(|method| method.is_retired()).map(DigestMethod::uri);
    signing.chain(digests).any(|uri| uri == given || last_word(uri).eq_ignore_ascii_case(given))
}

/// The identifiers of every algorithm that a policy may admit.
fn identifiers() -> Vec<&'static str> {
    let signing = SignatureMethod::ALL.iter().filter(|method| !method.is_retired());
    let mut all: Vec<&str> = signing.map(SignatureMethod::uri).collect();
    all.extend(DigestMethod::ALL.iter().filter(|method| !method.is_retired()).map(DigestMethod::uri));
    all.extend(ContentEncryption::ALL.iter().map(ContentEncryption::uri));
    all.extend(TransportMethod::ALL.iter().map(TransportMethod::uri));
    all.extend(KeyWrap::ALL.iter().map(KeyWrap::uri));
    all.extend(PostQuantum::ALL.iter().filter(|method| method.encapsulates()).map(PostQuantum::uri));
    all.extend(KeyAgreement::ALL.iter().map(KeyAgreement::uri));
    all.extend(DerivationMethod::ALL.iter().map(DerivationMethod::uri));
    all.extend(CanonicalizationMethod::ALL.iter().map(|method| method.uri()));
    all.extend(FilterMethod::ALL.iter().map(|method| method.uri()));
    all
}

/// The word for an identifier: its last part, if it has no other word.
fn word_of(uri: &str) -> &str {
    match (FilterMethod::from_uri(uri), CanonicalizationMethod::from_uri(uri)) {
        (Some(method), _) => method.word(),
        (None, Some(method)) => word_of_canonicalization(method),
        (None, None) => last_word(uri),
    }
}

#[cfg(feature = "kerberos")]
fn kerberos(receiver: Receiver) -> Result<Receiver, ProfileError> {
    let failed = |error| ProfileError::Device { what: "token:kerberos".into(), cause: wss_text::WireText::of(error) };
    Ok(receiver.kerberos(wss_kerberos::Acceptor::new().map_err(failed)?))
}

#[cfg(not(feature = "kerberos"))]
fn kerberos(_receiver: Receiver) -> Result<Receiver, ProfileError> {
    Err(ProfileError::NotBuilt { what: "`token:kerberos`", feature: "kerberos" })
}
