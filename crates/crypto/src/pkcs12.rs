//! PKCS#12 key stores (RFC 7292): private keys, and the certificates that belong to them.
//!
//! Reads top-down: the MAC of the store, its safes, their bags, and how keys and certificates make identities. Everything that
//! is derived from the password is charged to one [`Effort`] before it is derived, also what an encrypted safe hides. Bags that
//! are neither a key nor a certificate are left alone, and nothing in them is decrypted.

use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use rc2::Rc2;
use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::der::{self, Reader};
use crate::distinguished_name::NameForm;
use crate::error::LoadError;
use crate::identity::Identity;
use crate::key::PrivateKey;
use crate::password_based::{Effort, Encrypted, Plain, SHA1_RC2_40};
use crate::store_mac::MacData;

const MALFORMED: LoadError = LoadError::Malformed { what: "key store" };

/// The largest number of bags of a store. Each key may have a chain of all certificates.
const MAX_BAGS: usize = 1_024;

/// `[0]`: explicit around a content or the value of a bag.
const EXPLICIT_0: u8 = 0xA0;
/// `[0] IMPLICIT OCTET STRING`: the ciphertext of a safe.
const IMPLICIT_0: u8 = 0x80;
const BMP_STRING: u8 = 0x1E;

/// Types of contents, bags and attributes by the octets of their object identifiers.
const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
const ENCRYPTED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 6];
const KEY_BAG: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 10, 1, 1];
const SHROUDED_KEY_BAG: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 10, 1, 2];
const CERTIFICATE_BAG: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 10, 1, 3];
const X509_CERTIFICATE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 22, 1];
const FRIENDLY_NAME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 20];
const LOCAL_KEY_ID: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 21];
/// Of Java: the certificate is an anchor.
const TRUSTED_KEY_USAGE: &[u8] = &[0x60, 0x86, 0x48, 1, 0x86, 0xF9, 0x66, 0xAD, 0xCA, 0x7B, 1, 1];

/// Every key of a key store that is of a supported kind and has a certificate, with its alias and chain, sorted by alias.
///
/// # Errors
/// [`LoadError::WrongPassword`] if the store does not open; [`LoadError::StoreProtection`] if it is protected in a way that is
/// not supported, or takes more effort than a file may; [`LoadError::TooLarge`]; [`LoadError::Malformed`].
pub(crate) fn identities_from_pkcs12(octets: &[u8], password: &str) -> Result<Vec<(String, Identity)>, LoadError> {
    identities_within(Effort::of_file(), octets, password).map_err(LoadError::of_store)
}

fn identities_within(effort: Effort, octets: &[u8], password: &str) -> Result<Vec<(String, Identity)>, LoadError> {
    let pfx = Pfx::read(octets).ok_or(MALFORMED)?;
    let mut store = Store { password, effort, bags: 0, keys: Vec::new(), certificates: Vec::new(), left_out: None };
    if let Some(mac) = pfx.mac {
        MacData::read(mac).ok_or(MALFORMED)?.check(pfx.safes, password, &mut store.effort)?;
    }
    let mut safes = Reader::new(Reader::new(pfx.safes).only(der::SEQUENCE).ok_or(MALFORMED)?);
    while !safes.is_empty() {
        store.read_safe(safes.expect(der::SEQUENCE).ok_or(MALFORMED)?)?;
    }
    store.identities()
}

/// A store from outside (RFC 7292 §4): the octets of its safes, and its MacData.
struct Pfx<'d> {
    safes: &'d [u8],
    mac: Option<&'d [u8]>,
}

impl<'d> Pfx<'d> {
    fn read(octets: &'d [u8]) -> Option<Self> {
        let mut pfx = Reader::new(Reader::new(octets).only(der::SEQUENCE)?);
        pfx.expect(der::INTEGER).filter(|version| *version == [3])?;
        let mut content = Reader::new(pfx.expect(der::SEQUENCE)?);
        content.expect(der::OID).filter(|kind| *kind == DATA)?;
        let safes = Reader::new(content.expect(EXPLICIT_0)?).only(der::OCTET_STRING)?;
        let mac = if pfx.is_empty() { None } else { Some(pfx.expect(der::SEQUENCE)?) };
        (content.is_empty() && pfx.is_empty()).then_some(Self { safes, mac })
    }
}

struct KeyBag {
    name: Option<String>,
    id: Option<Vec<u8>>,
    key: PrivateKey,
}

struct CertificateBag {
    id: Option<Vec<u8>>,
    is_trusted: bool,
    certificate: Certificate,
}

/// A store that is being read.
struct Store<'p> {
    password: &'p str,
    effort: Effort,
    bags: usize,
    keys: Vec<KeyBag>,
    certificates: Vec<CertificateBag>,
    /// The error of the first key that could not be read. It is returned if the store gives no identity.
    left_out: Option<LoadError>,
}

impl Store<'_> {
    /// The bags of one ContentInfo: of plain data, or of data under the password.
    fn read_safe(&mut self, info: &[u8]) -> Result<(), LoadError> {
        let mut info = Reader::new(info);
        let kind = info.expect(der::OID).ok_or(MALFORMED)?;
        let content = Reader::new(info.expect(EXPLICIT_0).filter(|_| info.is_empty()).ok_or(MALFORMED)?);
        match kind {
            DATA => self.read_bags(content.only(der::OCTET_STRING).ok_or(MALFORMED)?, MALFORMED),
            ENCRYPTED_DATA => match encrypted_content(content).ok_or(MALFORMED)? {
                Some(encrypted) => {
                    let plain = self.decrypted(&encrypted)?;
                    self.read_bags(&plain, LoadError::WrongPassword)
                }
                None => Ok(()),
            },
            _ => Err(MALFORMED),
        }
    }

    fn decrypted(&mut self, encrypted: &Encrypted<'_>) -> Result<Plain, LoadError> {
        match encrypted.scheme() {
            SHA1_RC2_40 => self.decrypted_rc2(encrypted),
            _ => encrypted.decrypt(self.password, &mut self.effort),
        }
    }

    /// RC2 with 40 bits, which old stores have for certificates.
    fn decrypted_rc2(&mut self, encrypted: &Encrypted<'_>) -> Result<Plain, LoadError> {
        let (key, iv) = encrypted.pkcs12_key_and_iv(self.password, 5, &mut self.effort)?;
        let cipher = cbc::Decryptor::<Rc2>::new_from_slices(&key, &iv).map_err(|_| MALFORMED)?;
        let plain = cipher.decrypt_padded_vec::<Pkcs7>(encrypted.ciphertext());
        plain.map(Zeroizing::new).map_err(|_| LoadError::WrongPassword)
    }

    /// SafeContents; what is not even that is told as `broken`.
    fn read_bags(&mut self, octets: &[u8], broken: LoadError) -> Result<(), LoadError> {
        let mut bags = Reader::new(Reader::new(octets).only(der::SEQUENCE).ok_or(broken)?);
        while !bags.is_empty() {
            self.bags += 1;
            if self.bags > MAX_BAGS {
                return Err(LoadError::TooLarge { what: "list of bags in the key store", allowed: MAX_BAGS });
            }
            self.read_bag(Bag::read(bags.expect(der::SEQUENCE).ok_or(MALFORMED)?).ok_or(MALFORMED)?)?;
        }
        Ok(())
    }

    fn read_bag(&mut self, bag: Bag<'_>) -> Result<(), LoadError> {
        match bag.kind {
            KEY_BAG => self.keep_key(&bag, PrivateKey::from_der(bag.value)),
            SHROUDED_KEY_BAG => {
                let plain = self.decrypted(&Encrypted::read(bag.value).ok_or(MALFORMED)?)?;
                match PrivateKey::from_der(&plain) {
                    Err(LoadError::Malformed { .. } | LoadError::NotDer { .. }) => {
                        return Err(LoadError::WrongPassword);
                    }
                    key => self.keep_key(&bag, key),
                }
            }
            CERTIFICATE_BAG => {
                let certificate = Certificate::from_der(x509_certificate(bag.value).ok_or(MALFORMED)?);
                // One with a key of an unsupported kind is of no use.
                self.certificates.extend(certificate.ok().map(|certificate| CertificateBag {
                    id: bag.attributes.id.map(<[u8]>::to_vec),
                    is_trusted: bag.attributes.is_trusted,
                    certificate,
                }));
            }
            _ => {}
        }
        Ok(())
    }

    /// A key whose kind is supported.
    fn keep_key(&mut self, bag: &Bag<'_>, key: Result<PrivateKey, LoadError>) {
        let Attributes { name, id, .. } = &bag.attributes;
        match key {
            Ok(key) => self.keys.push(KeyBag { name: name.clone(), id: id.map(<[u8]>::to_vec), key }),
            Err(error) => self.left_out = self.left_out.take().or(Some(error)),
        }
    }

    fn identities(self) -> Result<Vec<(String, Identity)>, LoadError> {
        let chains = Chains::new(&self.certificates);
        let mut identities = Vec::new();
        for KeyBag { name, id, key } in self.keys {
            // Where several certificates have the key, its id says which one is its own.
            let has_key = |bag: &CertificateBag| bag.certificate.public_key() == key.public_key();
            let is_own = |bag: &CertificateBag| has_key(bag) && bag.id == id;
            let mut certificates = self.certificates.iter();
            let own = certificates.clone().position(is_own).or_else(|| certificates.position(has_key));
            let Some(own) = own else { continue };
            let Some((certificate, chain)) = chains.from(own) else { continue };
            let alias = name.unwrap_or_else(|| certificate.subject().written(NameForm::Java));
            identities.push((alias, Identity::new(key, certificate)?.chain(chain)));
        }
        if let (true, Some(error)) = (identities.is_empty(), self.left_out) {
            return Err(error);
        }
        identities.sort_by(|(one, _), (other, _)| one.cmp(other));
        number(&mut identities);
        Ok(identities)
    }
}

/// The second of equal aliases gets `#2`, and so on.
fn number(sorted: &mut [(String, Identity)]) {
    let (mut last, mut nth) = (String::new(), 1);
    for (at, (alias, _)) in sorted.iter_mut().enumerate() {
        nth = if at > 0 && *alias == last { nth + 1 } else { 1 };
        if nth > 1 {
            *alias = format!("{last}#{nth}");
        } else {
            last.clone_from(alias);
        }
    }
}

/// The certificates of a store, and who issued each.
struct Chains<'s> {
    certificates: &'s [CertificateBag],
    issuers: Vec<Option<usize>>,
}

impl<'s> Chains<'s> {
    fn new(certificates: &'s [CertificateBag]) -> Self {
        let issuer = |of: &CertificateBag| {
            let is_issuer =
                |bag: &CertificateBag| !bag.is_trusted && bag.certificate.subject() == of.certificate.issuer();
            certificates.iter().position(is_issuer)
        };
        Self { certificates, issuers: certificates.iter().map(issuer).collect() }
    }

    /// A certificate and those above it, nearest first, each once.
    fn from(&self, own: usize) -> Option<(Certificate, Vec<Certificate>)> {
        let certificate = &self.certificates.get(own)?.certificate;
        let mut seen = vec![false; self.certificates.len()];
        let (mut chain, mut at) = (Vec::new(), own);
        while let Some(seen) = seen.get_mut(at).filter(|seen| !**seen) {
            *seen = true;
            let Some(issuer) = self.issuers.get(at).copied().flatten() else { break };
            let above = &self.certificates.get(issuer)?.certificate;
            if above.subject() == certificate.subject() || chain.last() == Some(above) {
                break;
            }
            chain.push(above.clone());
            at = issuer;
        }
        Some((certificate.clone(), chain))
    }
}

/// The content of an EncryptedData of version 0 (RFC 5652 §8), if it has any.
fn encrypted_content(content: Reader<'_>) -> Option<Option<Encrypted<'_>>> {
    let mut data = Reader::new(content.only(der::SEQUENCE)?);
    data.expect(der::INTEGER).filter(|version| *version == [0])?;
    let mut info = Reader::new(data.expect(der::SEQUENCE).filter(|_| data.is_empty())?);
    info.expect(der::OID)?;
    let algorithm = info.expect(der::SEQUENCE)?;
    if info.is_empty() {
        return Some(None);
    }
    let ciphertext = info.expect(IMPLICIT_0).filter(|_| info.is_empty())?;
    Encrypted::new(algorithm, ciphertext).map(Some)
}

/// The DER inside a CertBag (RFC 7292 §4.2.3).
fn x509_certificate(bag: &[u8]) -> Option<&[u8]> {
    let mut bag = Reader::new(Reader::new(bag).only(der::SEQUENCE)?);
    bag.expect(der::OID).filter(|kind| *kind == X509_CERTIFICATE)?;
    let value = bag.expect(EXPLICIT_0).filter(|_| bag.is_empty())?;
    Reader::new(value).only(der::OCTET_STRING)
}

/// A SafeBag (RFC 7292 §4.2). Its value is without the explicit tag.
struct Bag<'d> {
    kind: &'d [u8],
    value: &'d [u8],
    attributes: Attributes<'d>,
}

/// The attributes that are read, the first of each.
#[derive(Default)]
struct Attributes<'d> {
    name: Option<String>,
    id: Option<&'d [u8]>,
    is_trusted: bool,
}

impl<'d> Bag<'d> {
    fn read(octets: &'d [u8]) -> Option<Self> {
        let mut bag = Reader::new(octets);
        let kind = bag.expect(der::OID)?;
        let value = bag.expect(EXPLICIT_0)?;
        let attributes = if bag.is_empty() { &[] } else { bag.expect(der::SET)? };
        let attributes = Attributes::read(Reader::new(attributes)).filter(|_| bag.is_empty())?;
        Some(Self { kind, value, attributes })
    }
}

impl<'d> Attributes<'d> {
    fn read(mut set: Reader<'d>) -> Option<Self> {
        let mut attributes = Self::default();
        while !set.is_empty() {
            let mut attribute = Reader::new(set.expect(der::SEQUENCE)?);
            let kind = attribute.expect(der::OID)?;
            let mut values = Reader::new(attribute.expect(der::SET).filter(|_| attribute.is_empty())?);
            match (kind, values.next()) {
                (FRIENDLY_NAME, Some((BMP_STRING, name))) if attributes.name.is_none() => {
                    attributes.name = Some(text_of_bmp(name));
                }
                (LOCAL_KEY_ID, Some((der::OCTET_STRING, id))) if attributes.id.is_none() => attributes.id = Some(id),
                (TRUSTED_KEY_USAGE, _) => attributes.is_trusted = true,
                _ => {}
            }
        }
        Some(attributes)
    }
}

fn text_of_bmp(octets: &[u8]) -> String {
    let units =
        octets.chunks_exact(2).map(|unit| unit.iter().fold(0u16, |value, octet| value << 8 | u16::from(*octet)));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use pkcs8::der::Encode as _;
    use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params};

    use super::*;
    use crate::algorithm::DigestMethod;
    use crate::der::{element, sequence, unsigned};
    use crate::password_based::{Pkcs12Derivation, Pkcs12Purpose};
    use crate::provider::{Chosen, Provider as _};

    const PBES2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 13];
    const PASSWORD: &str = "p";
    /// Two derivations of [`EACH`], and not three.
    const EFFORT: u64 = 5_000;
    const EACH: u32 = 2_048;

    /// The AlgorithmIdentifier of [`EACH`] iterations, and the ciphertext.
    fn encrypted(plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let kdf = Kdf::Pbkdf2(Pbkdf2Params::hmac_sha256(EACH, &[7; 8]).expect("parameters"));
        let parameters = Parameters { kdf, encryption: EncryptionScheme::Aes256Cbc { iv: [0; 16] } };
        let ciphertext = parameters.encrypt(PASSWORD, plain).expect("encrypts");
        (sequence(&[&element(der::OID, PBES2), &parameters.to_der().expect("DER")]), ciphertext)
    }

    fn bag(kind: &[u8], value: &[u8]) -> Vec<u8> {
        let id = sequence(&[&element(der::OID, LOCAL_KEY_ID), &element(der::SET, &element(der::OCTET_STRING, &[1]))]);
        sequence(&[&element(der::OID, kind), &element(EXPLICIT_0, value), &element(der::SET, &id)])
    }

    fn file(name: &str) -> Vec<u8> {
        let path = format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn certificate_bag() -> Vec<u8> {
        let der = Certificate::from_pem(&file("alice.pem")).expect("loads").der().to_vec();
        let value = element(EXPLICIT_0, &element(der::OCTET_STRING, &der));
        bag(CERTIFICATE_BAG, &sequence(&[&element(der::OID, X509_CERTIFICATE), &value]))
    }

    fn shrouded_bag() -> Vec<u8> {
        let (algorithm, ciphertext) = encrypted(&file("encrypted/alice.pkcs1.der"));
        bag(SHROUDED_KEY_BAG, &sequence(&[&algorithm, &element(der::OCTET_STRING, &ciphertext)]))
    }

    fn plain_safe(bags: &[Vec<u8>]) -> Vec<u8> {
        let content = element(der::OCTET_STRING, &element(der::SEQUENCE, &bags.concat()));
        sequence(&[&element(der::OID, DATA), &element(EXPLICIT_0, &content)])
    }

    fn encrypted_safe(bags: &[Vec<u8>]) -> Vec<u8> {
        let (algorithm, ciphertext) = encrypted(&element(der::SEQUENCE, &bags.concat()));
        let info = sequence(&[&element(der::OID, DATA), &algorithm, &element(IMPLICIT_0, &ciphertext)]);
        let data = sequence(&[&element(der::INTEGER, &[0]), &info]);
        sequence(&[&element(der::OID, ENCRYPTED_DATA), &element(EXPLICIT_0, &data)])
    }

    fn store(safes: &[Vec<u8>], mac_iterations: Option<u32>) -> Vec<u8> {
        let safes = element(der::SEQUENCE, &safes.concat());
        let content = element(EXPLICIT_0, &element(der::OCTET_STRING, &safes));
        let mac = mac_iterations.map_or_else(Vec::new, |iterations| {
            let digest = DigestMethod::Sha256;
            let derivation = Pkcs12Derivation { method: digest, password: PASSWORD, salt: &[9; 8], iterations };
            let key = derivation.octets(Pkcs12Purpose::Mac, digest.output_len());
            let value = Chosen::hmac(digest, &key, &safes);
            let algorithm = sequence(&[&element(der::OID, digest.oid()), &element(der::NULL, &[])]);
            let info = sequence(&[&algorithm, &element(der::OCTET_STRING, value.as_octets())]);
            sequence(&[&info, &element(der::OCTET_STRING, &[9; 8]), &unsigned(&iterations.to_be_bytes())])
        });
        sequence(&[&element(der::INTEGER, &[3]), &sequence(&[&element(der::OID, DATA), &content]), &mac])
    }

    fn read(store: &[u8]) -> Result<usize, LoadError> {
        identities_within(Effort::of(EFFORT), store, PASSWORD).map(|found| found.len())
    }

    #[test]
    fn a_store_has_the_effort_of_one_file_for_all_that_it_derives() {
        let (keys, none) = ([certificate_bag(), shrouded_bag()], plain_safe(&[]));
        for (count, affordable) in [
            (1, store(&[plain_safe(&keys)], None)),
            (1, store(&[plain_safe(&keys)], Some(EACH))),
            (1, store(&[encrypted_safe(&keys)], None)),
            (0, store(&[encrypted_safe(&[]), encrypted_safe(&[])], None)),
            (0, store(std::slice::from_ref(&none), Some(4_999))),
        ] {
            assert_eq!(read(&affordable), Ok(count));
        }
        let costly = [
            store(&[plain_safe(&[shrouded_bag(), shrouded_bag(), shrouded_bag()])], None),
            store(&[encrypted_safe(&[]), encrypted_safe(&[]), encrypted_safe(&[])], None),
            // What an encrypted safe hides counts, too.
            store(&[encrypted_safe(&[certificate_bag(), shrouded_bag(), shrouded_bag()])], None),
            store(&[encrypted_safe(&keys)], Some(EACH)),
            store(&[none], Some(5_001)),
        ];
        for store in costly {
            let error = read(&store).expect_err("refused");
            assert!(error.to_string().contains("10,000,000 iterations"), "{error}");
        }
    }

    #[test]
    fn a_store_is_read_as_its_mac_covers_it() {
        let genuine = store(&[plain_safe(&[certificate_bag(), shrouded_bag()])], Some(EACH));
        for at in (0..genuine.len()).step_by(5) {
            let mut changed = genuine.clone();
            changed[at] ^= 1;
            assert!(read(&changed).is_err(), "{at}");
            assert!(read(&genuine[..at]).is_err(), "{at}");
        }
        assert!(read(&[&genuine[..], &[0]].concat()).is_err());
    }

    #[test]
    fn a_store_of_more_bags_than_any_has_is_refused() {
        let bags = |count| store(&[plain_safe(&vec![bag(&[0x2A, 1], &element(der::NULL, &[])); count])], None);
        assert_eq!(read(&bags(MAX_BAGS)), Ok(0));
        assert!(matches!(read(&bags(MAX_BAGS + 1)), Err(LoadError::TooLarge { .. })));
    }

    #[test]
    fn what_protects_a_store_and_is_not_supported_is_named() {
        let info = sequence(&[&sequence(&[&element(der::OID, PBES2)]), &element(der::OCTET_STRING, &[0; 32])]);
        let mac = sequence(&[&info, &element(der::OCTET_STRING, &[9; 8]), &unsigned(&[1])]);
        let content = element(EXPLICIT_0, &element(der::OCTET_STRING, &element(der::SEQUENCE, &[])));
        let store = sequence(&[&element(der::INTEGER, &[3]), &sequence(&[&element(der::OID, DATA), &content]), &mac]);
        let error = LoadError::KeyEncryption { scheme: "a MAC with 1.2.840.113549.1.5.13".into() };
        assert_eq!(read(&store), Err(error));
    }

    /// RFC 9579 §4 and §5.
    #[test]
    fn a_mac_of_pbmac1_has_a_key_of_20_octets_or_more_and_counts_its_iterations() {
        const SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 9];
        let oid = |last: &[u8]| element(der::OID, &[&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5][..], last].concat());
        let hmac = sequence(&[&element(der::OID, SHA256), &element(der::NULL, &[])]);
        let safes = element(der::SEQUENCE, &[]);
        let made = |iterations: u32, key_len: Option<u8>, derivation: u8| {
            let salt = element(der::OCTET_STRING, &[9; 8]);
            let len = key_len.map_or_else(Vec::new, |len| unsigned(&[len]));
            let kdf = sequence(&[&salt, &unsigned(&iterations.to_be_bytes()), &len, &hmac]);
            let parameters = sequence(&[&sequence(&[&oid(&[derivation]), &kdf]), &hmac]);
            let derived = crate::KeyDerivation::Pbkdf2 { prf: DigestMethod::Sha256, salt: vec![9; 8], iterations };
            let secret = crate::Secret::new(PASSWORD.as_bytes().to_vec());
            let key = derived.derive(&secret, usize::from(key_len.unwrap_or(32))).expect("derives");
            let value = Chosen::hmac(DigestMethod::Sha256, key.as_octets(), &safes);
            let algorithm = sequence(&[&oid(&[14]), &parameters]);
            let info = sequence(&[&algorithm, &element(der::OCTET_STRING, value.as_octets())]);
            let mac = sequence(&[&info, &element(der::OCTET_STRING, &[1; 8]), &unsigned(&[1])]);
            let content = element(EXPLICIT_0, &element(der::OCTET_STRING, &safes));
            sequence(&[&element(der::INTEGER, &[3]), &sequence(&[&element(der::OID, DATA), &content]), &mac])
        };
        for (iterations, len) in [(1, 20), (2_048, 32), (5_000, 32), (2_500, 64)] {
            assert_eq!(read(&made(iterations, Some(len), 12)), Ok(0), "{iterations} {len}");
        }
        for (iterations, len) in [(5_001, 32), (2_501, 64)] {
            let error = read(&made(iterations, Some(len), 12)).expect_err("refused");
            assert!(error.to_string().contains("10,000,000 iterations"), "{error}");
        }
        for len in [1, 19, 65] {
            let error = read(&made(1, Some(len), 12)).expect_err("refused");
            assert!(matches!(error, LoadError::KeyStore(why) if why.contains("20 to 64")), "{error}");
        }
        assert_eq!(read(&made(1, None, 12)), Err(LoadError::Malformed { what: "MAC of the key store" }));
        let error = LoadError::KeyEncryption { scheme: "a MAC with PBES1 with SHA-1 and RC2".into() };
        assert_eq!(read(&made(1, Some(32), 11)), Err(error), "another derivation");
    }

    #[test]
    fn equal_aliases_are_numbered() {
        let identity = || Identity::from_pem(&file("alice.pem"), &file("alice.key")).expect("belong together");
        let mut found: Vec<_> = ["a", "a", "a", "b", "c", "c"].map(|alias| (alias.to_owned(), identity())).into();
        number(&mut found);
        let aliases: Vec<&str> = found.iter().map(|(alias, _)| alias.as_str()).collect();
        assert_eq!(aliases, ["a", "a#2", "a#3", "b", "c", "c#2"]);
    }
}
