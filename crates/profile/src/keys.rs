//! The keys of both tables: identities, trust, passwords.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use wss_c14n::base64_decode;
use wss_crypto::{Certificate, Identity, LoadError, PrivateKey, Secret, identities_from_key_store};
use wss_tokens::{ExtendedKeyUsage, Revocation, SignerRule, Trust};

use crate::error::{ProfileError, in_words, once, value};
use crate::receiving::{HoldingOptions, PathOptions, TrustOptions, Whose};
use crate::sending::SignerOptions;
use crate::source::Source;
use crate::{signers, tokens};

/// The identity of `key` and `cert`, or of `p12`. Passwords are taken in the order in which they are needed.
pub(crate) fn identity<'p>(
    options: &SignerOptions,
    passwords: &mut impl Iterator<Item = &'p Source>,
) -> Result<Option<Identity>, ProfileError> {
    if let Some(key) = &options.key {
        return key_and_certificate(key, options.cert.as_ref(), passwords, "`password-file`").map(Some);
    }
    let Some(store) = &options.p12 else { return Ok(None) };
    let needed = ProfileError::Missing { what: "the key store's password", give: "`password-file`" };
    let password = passwords.next().ok_or(needed)?.password()?;
    Identity::from_key_store(&store.read()?, &password).map(Some).map_err(|cause| store.load(cause))
}

/// `give` is the key with the passwords.
fn key_and_certificate<'p>(
    key: &Source,
    certificate: Option<&Source>,
    passwords: &mut impl Iterator<Item = &'p Source>,
    give: &'static str,
) -> Result<Identity, ProfileError> {
    if key.is_in_token() {
        return tokens::identity(key, certificate);
    }
    let certificate = certificate.ok_or(ProfileError::Needs { key: "key", other: "cert" })?;
    let (certificates, octets) = (certificate.read()?, key.read()?);
    let mut certificates =
        Certificate::all_from_pem(&certificates).map_err(|cause| certificate.load(cause))?.into_iter();
    let load = |cause| key.load(cause);
    let private = match PrivateKey::from_pem(&octets) {
        Err(LoadError::PasswordNeeded) => {
            let needed = ProfileError::Missing { what: "the password of the encrypted key", give };
            let password = passwords.next().ok_or(needed)?.password()?;
            PrivateKey::from_pem_with_password(&octets, Some(&password))
        }
        read => read,
    };
    let private = private.map_err(load)?;
    let holder = certificates.next().ok_or(ProfileError::Missing { what: "a certificate", give: "`cert`" })?;
    Ok(Identity::new(private, holder).map_err(load)?.chain(certificates.collect()))
}

impl TrustOptions {
    /// Trusts the anchors and pins, for whose path checks all other certificates are known. Without an anchor it is
    /// [`Trust::no_certificates`].
    ///
    /// # Errors
    /// [`ProfileError::Read`], [`ProfileError::Load`], [`ProfileError::Trust`].
    pub fn trust(&self, paths: &PathOptions, known: &[Source], notes: &mut Vec<String>) -> Result<Trust, ProfileError> {
        let trust = match self.trust.is_empty() {
            true => Trust::no_certificates(),
            false => {
                let all = Source::certificates(&self.trust, notes)?;
                let anchors = match paths.dangerous_unchecked_anchors {
                    true => Trust::dangerous_unchecked_anchors(all),
                    false => Trust::anchors(all),
                };
                let mut rules =
                    self.signer.iter().map(|rule| signers::rule(rule)).collect::<Result<Vec<_>, _>>()?.into_iter();
                let first = rules.next().unwrap_or(SignerRule::AnyBelowTheAnchors);
                rules.fold(anchors?.signer(first), Trust::also)
            }
        };
        let trust = Source::certificates(&self.pin, notes)?.into_iter().fold(trust, Trust::pin);
        let (intermediates, known) =
            (Source::certificates(&self.intermediate, notes)?, Source::certificates(known, notes)?);
        judging_paths(trust.intermediates(intermediates).known(known), paths)
    }

    /// Trusts these certificates of issuers or attesters without a path. Lists and responses that revoke a signer
    /// revoke them, too.
    ///
    /// # Errors
    /// As [`TrustOptions::trust`].
    pub fn pins(&self, pins: Vec<Certificate>, paths: &PathOptions) -> Result<Trust, ProfileError> {
        // A certificate that is skipped here is noted where trust in signers is read.
        let noted = &mut Vec::new();
        let authorities = [&self.trust, &self.intermediate].map(|sources| Source::certificates(sources, noted));
        let authorities = authorities.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
        judging_each(Trust::pins(pins).intermediates(authorities), paths)
    }
}

fn judging_paths(trust: Trust, options: &PathOptions) -> Result<Trust, ProfileError> {
    let mut trust = judging_each(trust, options)?;
    if options.accept_authorities_as_signers {
        trust = trust.accept_authorities_as_signers();
    }
    if options.accept_certificates_of_version_1 {
        trust = trust.accept_certificates_of_version_1();
    }
    if options.dangerous_old_path_signatures {
        trust = trust.dangerous_old_path_signatures();
    }
    let purpose = |oid: &String| ExtendedKeyUsage::parse(oid).map_err(|error| in_words("eku", error));
    let purposes = options.eku.iter().map(purpose).collect::<Result<Vec<_>, _>>()?;
    Ok(if purposes.is_empty() { trust } else { trust.extended_key_usage(purposes) })
}

/// Sets the checks that also apply to a certificate whose path is not validated.
fn judging_each(mut trust: Trust, options: &PathOptions) -> Result<Trust, ProfileError> {
    if options.accept_any_key_usage {
        trust = trust.accept_any_key_usage();
    }
    for source in &options.crl {
        trust = trust.crls(&source.read()?).map_err(|error| value("crl", format!("{source}: {error}")))?;
    }
    for source in &options.ocsp {
        trust = trust.ocsp_response(&source.read()?).map_err(|error| value("ocsp", format!("{source}: {error}")))?;
    }
    if let Some(seconds) = options.max_response_age {
        trust = trust.max_response_age(Duration::from_secs(seconds));
    }
    if let Some(seconds) = options.accept_lists_after_their_end {
        trust = trust.accept_lists_after_their_end(Duration::from_secs(seconds));
    }
    if let Some(demanded) = options.revocation {
        trust = trust.revocation(match demanded {
            Whose::WholePath => Revocation::WholePath,
            Whose::EndEntity => Revocation::EndEntity,
            Whose::UnknownIsGood => Revocation::UnknownIsGood,
        });
    }
    Ok(trust)
}

/// The keys for decryption, each with its certificate.
pub(crate) fn decrypting(options: &HoldingOptions) -> Result<Vec<Identity>, ProfileError> {
    if options.decrypt_key.len() != options.decrypt_cert.len() {
        return Err(ProfileError::Needs { key: "decrypt-key", other: "decrypt-cert" });
    }
    const PASSWORDS: &str = "decrypt-password-file";
    let mut passwords = options.decrypt_password_file.iter();
    let pairs = options.decrypt_key.iter().zip(&options.decrypt_cert);
    let pairs = pairs.map(|(key, certificate)| {
        key_and_certificate(key, Some(certificate), &mut passwords, "`decrypt-password-file`")
    });
    let mut identities = pairs.collect::<Result<Vec<_>, _>>()?;
    for store in &options.decrypt_p12 {
        let password = passwords.next().ok_or(ProfileError::Needs { key: "decrypt-p12", other: PASSWORDS })?;
        let held =
            identities_from_key_store(&store.read()?, &password.password()?).map_err(|cause| store.load(cause))?;
        identities.extend(held.into_iter().map(|held| held.entry));
    }
    match passwords.next() {
        Some(_) if identities.is_empty() => Err(ProfileError::Needs { key: PASSWORDS, other: "decrypt-p12" }),
        Some(_) => Err(value(
            PASSWORDS,
            "there is a password that nothing needs: give one for each encrypted key and key store",
        )),
        None => Ok(identities),
    }
}

/// Lines of name, tab, password; or, if they `are_hashed`, with base64 of the SHA-1 of each password, whose octets the peer
/// digests.
pub(crate) fn users(source: &Source, are_hashed: bool) -> Result<HashMap<String, Secret>, ProfileError> {
    let text = String::from_utf8(source.read()?).map_err(|_| source.is_not("UTF-8"))?;
    let user = |line: &str| {
        let wrong = || source.is_not("a file of lines, each of a name, a tab and a password");
        let (name, password) = line.split_once('\t').ok_or_else(wrong)?;
        let no_hash = || source.is_not("a file of lines, each of a name, a tab and base64 of the SHA-1 of a password");
        let octets = match are_hashed {
            true => base64_decode(password, 20).filter(|hash| hash.len() == 20).ok_or_else(no_hash)?,
            false => password.as_bytes().to_vec(),
        };
        Ok((name.to_owned(), Secret::new(octets)))
    };
    // Editors on Windows write a byte order mark, which belongs to no name.
    let text = text.trim_start_matches('\u{feff}');
    distinct("user-file", text.lines().filter(|line| !line.is_empty()).map(user))
}

/// Secrets by name. Two secrets with one name are refused, since only one of them would count.
pub(crate) fn distinct(
    key: &'static str,
    named: impl Iterator<Item = Result<(String, Secret), ProfileError>>,
) -> Result<HashMap<String, Secret>, ProfileError> {
    let mut seen = HashSet::new();
    let distinct = named.map(|named| {
        let (name, secret) = named?;
        once(&mut seen, name.clone(), key, &name, "give each name once")?;
        Ok((name, secret))
    });
    distinct.collect()
}
