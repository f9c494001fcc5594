//! `xenc11:KeyDerivationMethod` and `xenc11:DerivedKey`: the wire forms, both ways (XML Encryption 1.1 §5.4 and §3.6).

use wss_c14n::xsd::collapsed;
use wss_c14n::{Budget, Element, LeafError, Limit, Writer, base64_encode, name};
use wss_crypto::{DerivationMethod, DigestMethod, KeyDerivation, OtherInfo, Secret, SignatureFamily, SignatureMethod};
use wss_text::{hex, octets_of_hex, shown};
use wss_xmldsig::AlgorithmRole;

use crate::error::DecryptError;

/// An `xenc11:KeyDerivationMethod` in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDerivationMethod {
    derivation: KeyDerivation,
    key_len: Option<usize>,
}

/// The largest number of octets of a salt, and of each part of `OtherInfo`.
const MAX_OCTETS: usize = 1_024;

impl KeyDerivationMethod {
    /// Reads a `xenc11:KeyDerivationMethod`.
    ///
    /// # Errors
    /// [`DecryptError::Structure`], [`DecryptError::UnknownAlgorithm`].
    pub fn parse(element: Element<'_>) -> Result<Self, DecryptError> {
        let uri = element.required_attribute("", "Algorithm")?;
        let unknown =
            || DecryptError::UnknownAlgorithm { role: AlgorithmRole::KeyDerivation, uri: uri.as_ref().into() };
        match DerivationMethod::from_uri(&uri).ok_or_else(unknown)? {
            DerivationMethod::ConcatKdf => concat_kdf(element.required_child(name::XENC11.uri, "ConcatKDFParams")?),
            DerivationMethod::Hkdf => hkdf(element.required_child(name::DSIG_MORE21.uri, "HKDFParams")?),
            DerivationMethod::Pbkdf2 => pbkdf2(element.required_child(name::XENC11.uri, "PBKDF2-params")?),
            _ => Err(unknown()),
        }
    }

    /// The derivation with its parameters.
    #[must_use]
    pub fn derivation(&self) -> &KeyDerivation {
        &self.derivation
    }

    /// Derives `len` octets from `secret`.
    ///
    /// # Errors
    /// [`DecryptError::KeyLength`] if the sender announced another length; [`DecryptError::Limit`] for more iterations than
    /// [`Limit::DerivationIterations`] leaves, or more keys than [`Limit::KeysDerived`]; [`DecryptError::Failed`].
    pub fn derive(&self, secret: &Secret, len: usize, budget: &Budget) -> Result<Secret, DecryptError> {
        if let Some(announced) = self.key_len.filter(|announced| *announced != len) {
            return Err(DecryptError::KeyLength { announced, needed: len });
        }
        budget.charge(Limit::KeysDerived, 1)?;
        if let KeyDerivation::Pbkdf2 { prf, iterations, .. } = &self.derivation {
            let digests = len.div_ceil(prf.output_len()) as u64;
            budget.charge(Limit::DerivationIterations, digests.saturating_mul(u64::from(*iterations)))?;
        }
        Ok(self.derivation.derive(secret, len)?)
    }
}

fn concat_kdf(element: Element<'_>) -> Result<KeyDerivationMethod, DecryptError> {
    let digest = digest(element.required_child(name::DS.uri, "DigestMethod")?)?;
    let other_info = OtherInfo {
        algorithm_id: bits(element, "AlgorithmID")?,
        party_u_info: bits(element, "PartyUInfo")?,
        party_v_info: bits(element, "PartyVInfo")?,
        supp_pub_info: bits(element, "SuppPubInfo")?,
        supp_priv_info: bits(element, "SuppPrivInfo")?,
    };
    Ok(KeyDerivationMethod { derivation: KeyDerivation::ConcatKdf { digest, other_info }, key_len: None })
}

/// Hexadecimal octets after one that counts the bits of padding in the last of them. Only whole octets are read, as
/// peers do; an absent attribute and an empty one give no octets.
fn bits(element: Element<'_>, attribute: &'static str) -> Result<Vec<u8>, DecryptError> {
    let Some(text) = element.attribute("", attribute) else { return Ok(Vec::new()) };
    let refused = || DecryptError::OtherInfo { attribute };
    let text = collapsed(&text);
    if text.len() > 2 * MAX_OCTETS {
        return Err(refused());
    }
    let octets = octets_of_hex(text).ok_or_else(refused)?;
    match octets.split_first() {
        None => Ok(Vec::new()),
        Some((0, octets)) => Ok(octets.to_vec()),
        Some(_) => Err(refused()),
    }
}

fn hkdf(element: Element<'_>) -> Result<KeyDerivationMethod, DecryptError> {
    let prf = prf(element.required_child(name::DSIG_MORE21.uri, "PRF")?)?;
    let octets = |local| match element.optional_child(name::DSIG_MORE21.uri, local)? {
        Some(child) => child.base64(MAX_OCTETS),
        None => Ok(Vec::new()),
    };
    let (salt, info) = (octets("Salt")?, octets("Info")?);
    let key_len = element.optional_child(name::DSIG_MORE21.uri, "KeyLength")?.map(number).transpose()?;
    Ok(KeyDerivationMethod {
        derivation: KeyDerivation::Hkdf { prf, salt, info },
        key_len: key_len.map(|n| n as usize),
    })
}

fn pbkdf2(element: Element<'_>) -> Result<KeyDerivationMethod, DecryptError> {
    let salt = element.required_child(name::XENC11.uri, "Salt")?.required_child(name::XENC11.uri, "Specified")?;
    let iterations = number(element.required_child(name::XENC11.uri, "IterationCount")?)?;
    let key_len = number(element.required_child(name::XENC11.uri, "KeyLength")?)? as usize;
    let prf = prf(element.required_child(name::XENC11.uri, "PRF")?)?;
    let derivation = KeyDerivation::Pbkdf2 { prf, salt: salt.base64(MAX_OCTETS)?, iterations };
    Ok(KeyDerivationMethod { derivation, key_len: Some(key_len) })
}

fn number(element: Element<'_>) -> Result<u32, LeafError> {
    u32::try_from(element.unsigned()?).map_err(|_| element.missing("a number of at most 32 bits"))
}

fn digest(element: Element<'_>) -> Result<DigestMethod, DecryptError> {
    let uri = element.required_attribute("", "Algorithm")?;
    DigestMethod::from_uri(&uri)
        .ok_or_else(|| DecryptError::UnknownAlgorithm { role: AlgorithmRole::Digest, uri: uri.as_ref().into() })
}

/// The digest of the HMAC that a pseudorandom function is.
fn prf(element: Element<'_>) -> Result<DigestMethod, DecryptError> {
    let uri = element.required_attribute("", "Algorithm")?;
    let mac = SignatureMethod::from_uri(&uri).filter(|method| method.family() == SignatureFamily::Hmac);
    let unknown =
        || DecryptError::UnknownAlgorithm { role: AlgorithmRole::PseudorandomFunction, uri: uri.as_ref().into() };
    mac.and_then(SignatureMethod::digest).ok_or_else(unknown)
}

/// The identifier of HMAC with this digest.
fn prf_uri(digest: DigestMethod) -> &'static str {
    let macs = SignatureMethod::ALL.iter().filter(|method| method.family() == SignatureFamily::Hmac);
    let mac = macs.into_iter().find(|method| method.digest() == Some(digest));
    mac.map_or("", SignatureMethod::uri)
}

/// Writes a `xenc11:KeyDerivationMethod` for a key of `key_len` octets.
pub fn write_key_derivation_method(writer: &mut Writer, derivation: &KeyDerivation, key_len: usize) {
    writer.start(name::XENC11, "KeyDerivationMethod");
    writer.attribute("Algorithm", derivation.method().uri());
    match derivation {
        KeyDerivation::ConcatKdf { digest, other_info } => {
            writer.start(name::XENC11, "ConcatKDFParams");
            // Santuario reads no parameters if one of the first three is missing.
            for (attribute, octets) in [
                ("AlgorithmID", &other_info.algorithm_id),
                ("PartyUInfo", &other_info.party_u_info),
                ("PartyVInfo", &other_info.party_v_info),
            ] {
                writer.attribute(attribute, to_bits(octets));
            }
            for (attribute, octets) in
                [("SuppPrivInfo", &other_info.supp_priv_info), ("SuppPubInfo", &other_info.supp_pub_info)]
            {
                if !octets.is_empty() {
                    writer.attribute(attribute, to_bits(octets));
                }
            }
            writer.algorithm(name::DS, "DigestMethod", digest.uri());
            writer.end();
        }
        KeyDerivation::Hkdf { prf, salt, info } => {
            writer.start(name::DSIG_MORE21, "HKDFParams");
            writer.algorithm(name::DSIG_MORE21, "PRF", prf_uri(*prf));
            for (local, octets) in [("Salt", salt), ("Info", info)] {
                if !octets.is_empty() {
                    writer.leaf(name::DSIG_MORE21, local, &base64_encode(octets));
                }
            }
            writer.leaf(name::DSIG_MORE21, "KeyLength", &key_len.to_string());
            writer.end();
        }
        KeyDerivation::Pbkdf2 { prf, salt, iterations } => {
            writer.start(name::XENC11, "PBKDF2-params");
            writer.start(name::XENC11, "Salt");
            writer.leaf(name::XENC11, "Specified", &base64_encode(salt));
            writer.end();
            writer.leaf(name::XENC11, "IterationCount", &iterations.to_string());
            writer.leaf(name::XENC11, "KeyLength", &key_len.to_string());
            writer.algorithm(name::XENC11, "PRF", prf_uri(*prf));
            writer.end();
        }
        _ => {}
    }
    writer.end();
}

/// Octets without padding bits; an empty text for none, which Santuario reads, while it does not read a bare `00`.
fn to_bits(octets: &[u8]) -> String {
    if octets.is_empty() { String::new() } else { format!("00{}", hex(octets).to_ascii_uppercase()) }
}

/// An `xenc11:DerivedKey` in a document.
#[derive(Clone)]
pub struct DerivedKey {
    method: KeyDerivationMethod,
    master_key_name: Option<String>,
}

impl std::fmt::Debug for DerivedKey {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DerivedKey")
            .field("method", &self.method)
            .field("master_key_name", &self.master_key_name.as_deref().map(shown))
            .finish()
    }
}

impl DerivedKey {
    /// Reads an `xenc11:DerivedKey`.
    ///
    /// # Errors
    /// As [`KeyDerivationMethod::parse`].
    pub fn parse(element: Element<'_>) -> Result<Self, DecryptError> {
        let method = element.required_child(name::XENC11.uri, "KeyDerivationMethod")?;
        let master = element.optional_child(name::XENC11.uri, "MasterKeyName")?;
        let master_key_name = master.map(|name| name.text().map(|text| collapsed(&text).to_owned())).transpose()?;
        Ok(Self { method: KeyDerivationMethod::parse(method)?, master_key_name })
    }

    /// How it is derived.
    #[must_use]
    pub fn method(&self) -> &KeyDerivationMethod {
        &self.method
    }

    /// `xenc11:MasterKeyName`: the name of the secret from which it is derived.
    #[must_use]
    pub fn master_key_name(&self) -> Option<&str> {
        self.master_key_name.as_deref()
    }
}
