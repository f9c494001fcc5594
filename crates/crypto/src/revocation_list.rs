//! Certificate revocation lists: which certificates of an authority are revoked (RFC 5280 §5).
//!
//! A list is read once and indexed by serial number. Each use checks whether it is genuine and current.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use crate::certificate::Certificate;
use crate::der;
use crate::distinguished_name::DistinguishedName;
use crate::error::{CryptoError, LoadError};
use crate::key::PublicKey;
use crate::serial_number::SerialNumber;
use crate::x509::{self, Extension, Signed};

const CONTEXT_0: u8 = 0xA0;

/// A complete revocation list. Cloning is cheap.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::{Certificate, RevocationList};
///
/// let ca = Certificate::from_pem(&file("ca.pem"))?;
/// for list in RevocationList::all_from_pem(&file("ca.crl"))? {
///     list.verify_signature_of(&ca)?;
///     assert!(!list.lists(&Certificate::from_pem(&file("alice.pem"))?));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RevocationList(Arc<Fields>);

struct Fields {
    /// The signed part, the algorithm and the signature.
    der: Vec<u8>,
    issuer: DistinguishedName,
    this_update: SystemTime,
    next_update: SystemTime,
    revoked: HashSet<SerialNumber>,
    scope: Scope,
    /// The key that verified the list, so that the octets are digested only once.
    signer: OnceLock<PublicKey>,
}

/// Which certificates of its issuer a list covers (RFC 5280 §5.2.5).
#[derive(Default)]
struct Scope {
    /// The URIs of its own distribution point; `None` if it names none.
    points: Option<Vec<Vec<u8>>>,
    users_only: bool,
    authorities_only: bool,
    /// The octets of the extension with these facts.
    der: Option<Vec<u8>>,
}

impl RevocationList {
    /// A list from DER.
    ///
    /// # Errors
    /// [`LoadError::Malformed`]; [`LoadError::UnsupportedList`] for a list that is not complete by itself: a delta
    /// list, an indirect list, a list for some reasons only, or one that does not say when the next list comes.
    pub fn from_der(der: &[u8]) -> Result<Self, LoadError> {
        let malformed = || LoadError::Malformed { what: "revocation list" };
        let signed = Signed::read(der).ok_or_else(malformed)?;
        let mut fields = signed.fields().ok_or_else(malformed)?;
        if fields.peek() == Some(der::INTEGER) {
            fields.expect(der::INTEGER).filter(|version| *version == [1]).ok_or_else(malformed)?;
        }
        fields.expect(der::SEQUENCE).filter(|inner| *inner == signed.algorithm).ok_or_else(malformed)?;
        let issuer = DistinguishedName::from_der(fields.next_whole().ok_or_else(malformed)?)?;
        let this_update = x509::time(&mut fields).ok_or_else(malformed)?;
        let next_update = x509::time(&mut fields).ok_or(LoadError::UnsupportedList("it has no nextUpdate"))?;
        let revoked = match fields.peek() {
            Some(der::SEQUENCE) => revoked(fields.expect(der::SEQUENCE).ok_or_else(malformed)?)?,
            _ => HashSet::new(),
        };
        let scope = match fields.is_empty() {
            true => Scope::default(),
            false => Scope::read(fields.only(CONTEXT_0).ok_or_else(malformed)?)?,
        };
        Ok(Self(Arc::new(Fields {
            der: der.to_vec(),
            issuer,
            this_update,
            next_update,
            revoked,
            scope,
            signer: OnceLock::new(),
        })))
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &DistinguishedName {
        &self.0.issuer
    }

    /// The time at which it was issued.
    #[must_use]
    pub fn this_update(&self) -> SystemTime {
        self.0.this_update
    }

    /// The time at which the next list is due.
    #[must_use]
    pub fn next_update(&self) -> SystemTime {
        self.0.next_update
    }

    /// Its IssuingDistributionPoint, as DER: which certificates of the issuer it is about. `None` if it is about all.
    ///
    /// # Specification
    /// RFC 5280 §5.2.5.
    #[must_use]
    pub fn issuing_distribution_point(&self) -> Option<&[u8]> {
        self.0.scope.der.as_deref()
    }

    /// Whether it lists `certificate`, which must be from the same issuer.
    #[must_use]
    pub fn lists(&self, certificate: &Certificate) -> bool {
        self.issuer() == certificate.issuer() && self.0.revoked.contains(certificate.serial())
    }

    /// Whether it would list `certificate` if that were revoked: the certificate is from the same issuer, and has the
    /// kind and the distribution point that the list covers.
    #[must_use]
    pub fn covers(&self, certificate: &Certificate) -> bool {
        let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca);
        let scope = &self.0.scope;
        let is_of_kind = if is_ca { !scope.users_only } else { !scope.authorities_only };
        let is_of_point = match (&scope.points, certificate.distribution_points()) {
            (Some(points), Some(uris)) => uris.iter().any(|uri| points.contains(uri)),
            // A list for one distribution point does not cover certificates without distribution points.
            (Some(_), None) => false,
            (None, _) => true,
        };
        self.issuer() == certificate.issuer() && is_of_kind && is_of_point
    }

    /// Verifies that the key of `issuer` signed it, and that this key may sign lists.
    ///
    /// # Errors
    /// [`CryptoError::SignatureMismatch`]; [`CryptoError::KeyMismatch`] if `issuer` has another name or may not sign
    /// lists, or if the algorithm is not supported, as SHA-1.
    pub fn verify_signature_of(&self, issuer: &Certificate) -> Result<(), CryptoError> {
        let may_sign = issuer.key_usage().is_none_or(|usage| usage.crl_sign);
        if issuer.subject() != self.issuer() || !may_sign {
            return Err(CryptoError::KeyMismatch);
        }
        if self.0.signer.get() == Some(issuer.public_key()) {
            return Ok(());
        }
        let signed = Signed::read(&self.0.der).ok_or(CryptoError::SignatureMismatch)?;
        signed.verify(issuer.public_key())?;
        // The first key that verifies is kept. Another key is verified each time.
        self.0.signer.get_or_init(|| issuer.public_key().clone());
        Ok(())
    }
}

impl PartialEq for RevocationList {
    /// Compares the octets.
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for RevocationList {}

impl std::fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RevocationList({} of {})", self.0.revoked.len(), self.issuer())
    }
}

/// The serial numbers of a list's entries.
fn revoked(content: &[u8]) -> Result<HashSet<SerialNumber>, LoadError> {
    let malformed = || LoadError::Malformed { what: "revocation list" };
    let mut entries = der::Reader::new(content);
    let mut revoked = HashSet::new();
    while !entries.is_empty() {
        let mut entry = der::Reader::new(entries.expect(der::SEQUENCE).ok_or_else(malformed)?);
        // No certificate with a longer serial number is accepted, so an entry for one can be ignored.
        revoked.extend(SerialNumber::from_der_integer(entry.expect(der::INTEGER).ok_or_else(malformed)?).ok());
        x509::time(&mut entry).ok_or_else(malformed)?;
        if !entry.is_empty() {
            let extensions = entry.next_whole().filter(|_| entry.is_empty()).ok_or_else(malformed)?;
            let known = |extension: Extension<'_>| {
                // Reason, hold instruction, date: whatever they say, the entry is revoked.
                let is_known = matches!(extension.oid, [0x55, 0x1D, 21 | 23 | 24]);
                (is_known || !extension.is_critical).then_some(())
            };
            x509::extensions(extensions, known).ok_or(LoadError::UnsupportedList(
                "an entry has a critical extension, as those of indirect lists do",
            ))?;
        }
    }
    Ok(revoked)
}

impl Scope {
    fn read(content: &[u8]) -> Result<Self, LoadError> {
        let mut scope = Self::default();
        let mut refused = LoadError::Malformed { what: "revocation list" };
        let whole = x509::extensions(content, |extension| match extension.oid {
            // deltaCRLIndicator.
            [0x55, 0x1D, 27] => {
                refused = LoadError::UnsupportedList("it is a delta list");
                None
            }
            [0x55, 0x1D, 28] => {
                scope = Self::of(extension.value)?.map_err(|error| refused = error).ok()?;
                Some(())
            }
            // cRLNumber and authorityKeyIdentifier.
            [0x55, 0x1D, 20 | 35] => Some(()),
            _ if extension.is_critical => {
                refused = LoadError::UnsupportedList("it has an unknown critical extension");
                None
            }
            _ => Some(()),
        });
        whole.map(|()| scope).ok_or(refused)
    }

    /// Reads an IssuingDistributionPoint; `None` if it is malformed.
    fn of(value: &[u8]) -> Option<Result<Self, LoadError>> {
        let mut fields = der::Reader::new(der::Reader::new(value).only(der::SEQUENCE)?);
        let mut scope = Self { der: Some(value.to_vec()), ..Self::default() };
        while !fields.is_empty() {
            let (tag, content) = fields.next()?;
            let is_set = content != [0];
            match tag {
                CONTEXT_0 => {
                    let mut points = Vec::new();
                    x509::full_name_uris(content, |uri| points.push(uri.to_vec()))?;
                    scope.points = Some(points);
                }
                0x81 => scope.users_only = is_set,
                0x82 => scope.authorities_only = is_set,
                0x83 => return Some(Err(LoadError::UnsupportedList("it is for some reasons of revocation only"))),
                0x84 if is_set => return Some(Err(LoadError::UnsupportedList("it is an indirect list"))),
                0x85 if is_set => return Some(Err(LoadError::UnsupportedList("it is about attribute certificates"))),
                0x84 | 0x85 => {}
                _ => return None,
            }
        }
        Some(Ok(scope))
    }
}
