//! `ds:KeyInfo`: hints to a key (XML Signature 1.1 §4.5). Trust comes from the resolver, never from here.

use std::cell::LazyCell;
use std::fmt;

use wss_c14n::{Budget, Document, Element, Limit, Writer, base64_encode, name};
use wss_crypto::{Certificate, Curve, DigestMethod, DistinguishedName, LoadError, NameForm, PublicKey, SerialNumber};
use wss_text::{WireText, octets, octets_of_decimal, octets_of_hex, shown};

use crate::armour::certificate_octets;
use crate::error::SignatureError;

/// A `ds:KeyInfo` in a document.
#[derive(Debug, Clone)]
pub struct KeyInfo<'d> {
    element: Element<'d>,
    hints: Vec<KeyHint<'d>>,
}

/// A child of `ds:KeyInfo`. `Debug` escapes and cuts text of the message.
#[derive(Clone)]
#[non_exhaustive]
pub enum KeyHint<'d> {
    /// `ds:KeyName`: white space in it is significant (XML-DSig 1.1 §4.5.1).
    KeyName(String),
    /// `ds:KeyValue` or `dsig11:DEREncodedKeyValue`. It says nothing about trust.
    KeyValue(PublicKey),
    /// `ds:X509Data`.
    X509Data(X509Data),
    /// `wsse:SecurityTokenReference`.
    SecurityTokenReference(Element<'d>),
    /// `xenc:EncryptedKey`.
    EncryptedKey(Element<'d>),
    /// `ds:RetrievalMethod`: [`KeyInfo::followed`] follows it.
    RetrievalMethod(Element<'d>),
    /// `dsig11:KeyInfoReference`: [`KeyInfo::followed`] follows it.
    KeyInfoReference(Element<'d>),
    /// Any other child, including a key value of an unsupported kind.
    Other(Element<'d>),
}

/// The items of `ds:X509Data`, all of one certificate or its path. `Debug` shows the number of items of each kind.
#[derive(Clone, Default)]
pub struct X509Data {
    /// DER of each `ds:X509Certificate`.
    pub certificates: Vec<Vec<u8>>,
    /// Each `ds:X509IssuerSerial`.
    pub issuer_serials: Vec<IssuerSerial>,
    /// Each `ds:X509SKI`.
    pub subject_key_identifiers: Vec<Vec<u8>>,
    /// Each `ds:X509SubjectName`.
    pub subject_names: Vec<DistinguishedName>,
    /// Each `dsig11:X509Digest`.
    pub digests: Vec<CertificateDigest>,
    /// DER of each `ds:X509CRL`. Nobody vouches for these: a message can leave them out.
    pub revocation_lists: Vec<Vec<u8>>,
    /// The same serial numbers, identifiers and digests read as hexadecimal digits, as programs print them, if they can
    /// be. It identifies no certificate before [`X509Data::with_hexadecimal`].
    pub in_hexadecimal: Option<Box<X509Data>>,
}

/// The `ds:X509IssuerSerial` of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerSerial {
    /// The name of the issuer.
    pub issuer: DistinguishedName,
    /// The serial number that the issuer gave it.
    pub serial: SerialNumber,
}

/// The `dsig11:X509Digest` of a certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateDigest {
    /// The identifier of the digest method, as the message has it.
    pub algorithm: String,
    /// The octets of the digest.
    pub value: Vec<u8>,
}

impl fmt::Debug for CertificateDigest {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateDigest")
            .field("algorithm", &shown(&self.algorithm))
            .field("value", &octets(&self.value))
            .finish()
    }
}

impl fmt::Debug for KeyHint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value): (_, &dyn fmt::Debug) = match self {
            Self::KeyName(name) => ("KeyName", &shown(name)),
            Self::KeyValue(key) => ("KeyValue", key),
            Self::X509Data(data) => ("X509Data", data),
            Self::SecurityTokenReference(element) => ("SecurityTokenReference", element),
            Self::EncryptedKey(element) => ("EncryptedKey", element),
            Self::RetrievalMethod(element) => ("RetrievalMethod", element),
            Self::KeyInfoReference(element) => ("KeyInfoReference", element),
            Self::Other(element) => ("Other", element),
        };
        f.debug_tuple(name).field(value).finish()
    }
}

impl fmt::Debug for X509Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("X509Data")
            .field("certificates", &self.certificates.len())
            .field("issuer_serials", &self.issuer_serials.len())
            .field("subject_key_identifiers", &self.subject_key_identifiers.len())
            .field("subject_names", &self.subject_names.len())
            .field("digests", &self.digests.len())
            .field("revocation_lists", &self.revocation_lists.len())
            .finish()
    }
}

impl X509Data {
    /// Reads a `ds:X509Data`.
    ///
    /// # Errors
    /// [`SignatureError::Structure`]; [`SignatureError::SerialNumber`]; [`SignatureError::KeyInfo`] for a name that is larger
    /// than those of certificates. A name that cannot be read matches no certificate and is no error.
    pub fn parse(element: Element<'_>, budget: &Budget) -> Result<Self, SignatureError> {
        budget.check(Limit::X509Entries, element.children().count())?;
        Self::of_items(element.children(), budget)
    }

    /// Whether a child of `ds:X509Data` of this name identifies a certificate.
    #[must_use]
    pub fn is_item(local: &str) -> bool {
        ["X509Certificate", "X509IssuerSerial", "X509SKI", "X509SubjectName", "X509Digest"].contains(&local)
    }

    /// Reads an item that some peers write without `ds:X509Data` around it.
    ///
    /// # Errors
    /// As [`X509Data::parse`].
    pub fn of_item(item: Element<'_>, budget: &Budget) -> Result<Self, SignatureError> {
        Self::of_items(std::iter::once(item), budget)
    }

    fn of_items<'d>(items: impl Iterator<Item = Element<'d>>, budget: &Budget) -> Result<Self, SignatureError> {
        let (mut data, mut hexadecimal) = (Self::default(), Self::default());
        for child in items {
            let child_name = child.name();
            match (child_name.namespace, child_name.local) {
                (ns, "X509Certificate") if ns == name::DS.uri => {
                    data.certificates.push(certificate_octets(child, budget)?.ok_or(SignatureError::Armour)?);
                }
                // A template that nobody filled in says nothing.
                (ns, "X509IssuerSerial") if ns == name::DS.uri && child.children().next().is_some() => {
                    let issuer = child.required_child(name::DS.uri, "X509IssuerName")?.text()?;
                    let serial = child.required_child(name::DS.uri, "X509SerialNumber")?.text()?;
                    let (decimal, digits) = (SerialNumber::parse(&serial), SerialNumber::parse_hexadecimal(&serial));
                    if decimal.is_err() && digits.is_err() {
                        return Err(SignatureError::SerialNumber { issuer: issuer.into(), serial: serial.into() });
                    }
                    if let Some(issuer) = readable(&issuer)? {
                        let known = decimal.ok().map(|serial| IssuerSerial { issuer: issuer.clone(), serial });
                        data.issuer_serials.extend(known);
                        hexadecimal.issuer_serials.extend(digits.ok().map(|serial| IssuerSerial { issuer, serial }));
                    }
                }
                (ns, "X509CRL") if ns == name::DS.uri => {
                    data.revocation_lists.push(child.base64_within(budget.limits(), Limit::CertificateOctets)?);
                }
                (ns, "X509SKI") if ns == name::DS.uri => {
                    let read = identifier(child, 256)?;
                    data.subject_key_identifiers.extend(read.base64);
                    hexadecimal.subject_key_identifiers.extend(read.hexadecimal);
                }
                (ns, "X509SubjectName") if ns == name::DS.uri => {
                    data.subject_names.extend(readable(&child.text()?)?);
                }
                // Some peers write it in the namespace of its siblings.
                (ns, "X509Digest") if [name::DSIG11.uri, name::DS.uri].contains(&ns) => {
                    let algorithm = child.required_attribute("", "Algorithm")?.into_owned();
                    let read = identifier(child, 64)?;
                    let known = read.base64.map(|value| CertificateDigest { algorithm: algorithm.clone(), value });
                    data.digests.extend(known);
                    hexadecimal.digests.extend(read.hexadecimal.map(|value| CertificateDigest { algorithm, value }));
                }
                _ => {}
            }
        }
        let has_digits = !hexadecimal.issuer_serials.is_empty()
            || !hexadecimal.subject_key_identifiers.is_empty()
            || !hexadecimal.digests.is_empty();
        data.in_hexadecimal = has_digits.then(|| Box::new(hexadecimal));
        Ok(data)
    }

    /// The items of several `ds:X509Data`, which are all about the certificate of one key or its path (XML Signature 1.1
    /// §4.5.4).
    #[must_use]
    pub fn of_all<'x>(all: impl IntoIterator<Item = &'x Self>) -> Self {
        all.into_iter().cloned().fold(Self::default(), |mut merged, data| {
            merged.certificates.extend(data.certificates);
            merged.issuer_serials.extend(data.issuer_serials);
            merged.subject_key_identifiers.extend(data.subject_key_identifiers);
            merged.subject_names.extend(data.subject_names);
            merged.digests.extend(data.digests);
            let more = data.in_hexadecimal.into_iter().chain(merged.in_hexadecimal.take());
            merged.in_hexadecimal = more.reduce(|first, second| Box::new(Self::of_all([&*first, &*second])));
            merged
        })
    }

    /// The same data, with the hexadecimal readings of its items, which then identify certificates as well.
    #[must_use]
    pub fn with_hexadecimal(&self) -> Self {
        Self::of_all(std::iter::once(self).chain(self.in_hexadecimal.as_deref()))
    }

    /// Whether an item identifies `certificate` only if it is read in hexadecimal.
    #[must_use]
    pub fn names_in_hexadecimal(&self, certificate: &Certificate) -> bool {
        !self.names(certificate) && self.in_hexadecimal.as_ref().is_some_and(|digits| digits.names(certificate))
    }

    /// Whether an item identifies `certificate`.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        let by_serial = self.issuer_serials.iter().map(|named| certificate.is_named(&named.issuer, &named.serial));
        let computed = LazyCell::new(|| certificate.computed_key_identifier());
        let by_ski = self.subject_key_identifiers.iter().map(|id| {
            // An empty identifier would match every certificate whose identifier is empty.
            !id.is_empty() && certificate.subject_key_identifier().map_or_else(|| *computed == *id, |known| known == id)
        });
        let by_subject = self.subject_names.iter().map(|subject| certificate.subject().is_spelled(subject));
        let by_digest = self.digests.iter().map(|CertificateDigest { algorithm, value }| {
            DigestMethod::from_uri(algorithm).is_some_and(|method| certificate.digest(method).as_octets() == value)
        });
        let by_der = self.certificates.iter().map(|der| certificate.der() == der);
        let mut all = by_serial.chain(by_ski).chain(by_subject).chain(by_digest).chain(by_der);
        all.any(|named| named)
    }
}

impl<'d> KeyInfo<'d> {
    /// A `wsse:SecurityTokenReference` without `ds:KeyInfo` around it, as if it were inside one.
    pub(crate) fn of_bare_reference(element: Element<'d>) -> Self {
        Self { element, hints: vec![KeyHint::SecurityTokenReference(element)] }
    }

    /// Reads a `ds:KeyInfo`.
    ///
    /// # Errors
    /// [`SignatureError::Structure`] if a hint of a known kind is malformed.
    pub fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, SignatureError> {
        budget.check(Limit::KeyInfoChildren, element.children().count())?;
        let hints = element.children().map(|child| KeyHint::of(child, budget)).collect::<Result<Vec<_>, _>>()?;
        // An empty name, as templates leave it, names nobody.
        let names_nobody = |hint: &KeyHint<'_>| matches!(hint, KeyHint::KeyName(name) if name.is_empty());
        let hints = hints.into_iter().filter(|hint| !names_nobody(hint)).collect();
        Ok(Self { element, hints })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// Its children. A `ds:RetrievalMethod` or a `dsig11:KeyInfoReference` is replaced by its target in the same
    /// document. One that leads nowhere or outside, or has transforms, stays as it is. `element` finds an element by
    /// its Id.
    ///
    /// # Errors
    /// [`SignatureError::KeyCircle`] for one that leads back; as [`KeyInfo::parse`] for what is named; [`SignatureError::Limit`]
    /// if there are more than [`Limit::KeyInfoChildren`] of them.
    ///
    /// # Specification
    /// XML Signature 1.1 §4.5.3 and §4.5.10.
    pub fn followed(
        &self,
        element: impl Fn(&str) -> Option<Element<'d>>,
        budget: &Budget,
    ) -> Result<Vec<KeyHint<'d>>, SignatureError> {
        let mut followed = vec![self.element];
        let mut ahead: Vec<KeyHint<'d>> = self.hints.iter().rev().cloned().collect();
        let mut found = Vec::new();
        while let Some(hint_ahead) = ahead.pop() {
            let (KeyHint::RetrievalMethod(reference) | KeyHint::KeyInfoReference(reference)) = &hint_ahead else {
                found.push(hint_ahead);
                continue;
            };
            let uri = reference.required_attribute("", "URI")?;
            let target = uri.strip_prefix('#').filter(|_| reference.children().next().is_none()).and_then(&element);
            let Some(target) = target else {
                found.push(hint_ahead);
                continue;
            };
            if followed.contains(&target) {
                return Err(SignatureError::KeyCircle { uri: uri.into() });
            }
            budget.check(Limit::KeyInfoChildren, followed.len())?;
            followed.push(target);
            if target.is(name::DS.uri, "KeyInfo") {
                ahead.extend(Self::parse(target, budget)?.hints.into_iter().rev());
            } else {
                ahead.push(named(target, budget)?);
            }
        }
        Ok(found)
    }

    /// Its children, in order.
    #[must_use]
    pub fn hints(&self) -> &[KeyHint<'d>] {
        &self.hints
    }
}

/// The hints in octets that a `ds:RetrievalMethod` or a `dsig11:KeyInfoReference` names: one certificate in DER, where
/// `@Type` says so, and else a document of a child of `ds:KeyInfo`, or of all of it. Kinds that lead on are left out.
///
/// # Errors
/// [`SignatureError::Unread`] if the octets are no XML; as for [`KeyInfo::parse`].
///
/// # Specification
/// XML Signature 1.1 §4.5.3.
pub fn retrieved_hints(
    reference: Element<'_>,
    octets: &[u8],
    budget: &Budget,
) -> Result<Vec<KeyHint<'static>>, SignatureError> {
    const RAW_CERTIFICATE: &str = "http://www.w3.org/2000/09/xmldsig#rawX509Certificate";
    if reference.attribute("", "Type").as_deref() == Some(RAW_CERTIFICATE) {
        budget.check(Limit::CertificateOctets, octets.len())?;
        return Ok(vec![KeyHint::X509Data(X509Data { certificates: vec![octets.to_vec()], ..X509Data::default() })]);
    }
    let document = wss_c14n::transcode(octets).and_then(|text| Document::parse_within(text, budget));
    let document = document.map_err(|error| SignatureError::Unread { why: WireText::of(error) })?;
    let root = document.root();
    let hints = match root.is(name::DS.uri, "KeyInfo") {
        true => KeyInfo::parse(root, budget)?.hints,
        false => vec![named(root, budget)?],
    };
    let owned = hints.into_iter().filter_map(|hint| match hint {
        KeyHint::KeyName(name) => Some(KeyHint::KeyName(name)),
        KeyHint::KeyValue(key) => Some(KeyHint::KeyValue(key)),
        KeyHint::X509Data(data) => Some(KeyHint::X509Data(data)),
        _ => None,
    });
    Ok(owned.collect())
}

/// The hint that a `ds:RetrievalMethod` names: a child of `ds:KeyInfo`, or the key inside a `ds:KeyValue`.
fn named<'d>(target: Element<'d>, budget: &Budget) -> Result<KeyHint<'d>, SignatureError> {
    let is_value = ["RSAKeyValue", "DSAKeyValue"].iter().any(|local| target.is(name::DS.uri, local))
        || target.is(name::DSIG11.uri, "ECKeyValue")
        || target.is(name::DSIG_MORE.uri, "ECDSAKeyValue");
    if is_value {
        return Ok(public_key(target)?.map_or(KeyHint::Other(target), KeyHint::KeyValue));
    }
    KeyHint::of(target, budget)
}

impl<'d> KeyHint<'d> {
    /// Reads a child of `ds:KeyInfo`.
    ///
    /// # Errors
    /// [`SignatureError`] if it is of a form that is read here, and is malformed.
    pub fn of(child: Element<'d>, budget: &Budget) -> Result<Self, SignatureError> {
        let child_name = child.name();
        Ok(match (child_name.namespace, child_name.local) {
            (ns, "KeyName") if ns == name::DS.uri => Self::KeyName(child.string()?.into_owned()),
            (ns, "KeyValue") if ns == name::DS.uri => key_value(child)?.map_or(Self::Other(child), Self::KeyValue),
            (ns, "DEREncodedKeyValue") if ns == name::DSIG11.uri => {
                let der = child.base64_within(budget.limits(), Limit::CertificateOctets)?;
                PublicKey::from_spki(&der).map_or(Self::Other(child), Self::KeyValue)
            }
            (ns, "RetrievalMethod") if ns == name::DS.uri => Self::RetrievalMethod(child),
            (ns, "KeyInfoReference") if ns == name::DSIG11.uri => Self::KeyInfoReference(child),
            (ns, "X509Data") if ns == name::DS.uri => Self::X509Data(X509Data::parse(child, budget)?),
            (ns, "SecurityTokenReference") if ns == name::WSSE.uri => Self::SecurityTokenReference(child),
            (ns, "EncryptedKey") if ns == name::XENC.uri => Self::EncryptedKey(child),
            _ => Self::Other(child),
        })
    }
}

/// `None` for text that is not a name.
fn readable(name: &str) -> Result<Option<DistinguishedName>, LoadError> {
    match DistinguishedName::parse_spelled(name) {
        Ok(name) => Ok(Some(name)),
        Err(LoadError::Name { .. }) => Ok(None),
        Err(refused) => Err(refused),
    }
}

/// The key of a `ds:KeyValue`. Explicit parameters of a curve are not read.
fn key_value(element: Element<'_>) -> Result<Option<PublicKey>, SignatureError> {
    element.children().next().map_or(Ok(None), public_key)
}

/// The key of a `ds:RSAKeyValue`, a `ds:DSAKeyValue`, a `dsig11:ECKeyValue`, an `ECDSAKeyValue` of RFC 4050 or an
/// `xenc:DHKeyValue`.
fn public_key(value: Element<'_>) -> Result<Option<PublicKey>, SignatureError> {
    if value.is(name::DS.uri, "RSAKeyValue") {
        let modulus = value.required_child(name::DS.uri, "Modulus")?.base64(2_048)?;
        let exponent = value.required_child(name::DS.uri, "Exponent")?.base64(16)?;
        return Ok(PublicKey::from_rsa(&modulus, &exponent).ok());
    }
    if value.is(name::DS.uri, "DSAKeyValue") {
        let number = |local| match value.optional_child(name::DS.uri, local)? {
            Some(child) => child.base64(MAX_DSA_NUMBER).map(Some),
            None => Ok(None),
        };
        // A key without its parameters uses those of another key, which nothing here names.
        let (Some(p), Some(q), Some(g), Some(y)) = (number("P")?, number("Q")?, number("G")?, number("Y")?) else {
            return Ok(None);
        };
        return Ok(PublicKey::from_dsa(&p, &q, &g, &y).ok());
    }
    // XML Encryption 1.1 §5.6.1.
    if value.is(name::XENC.uri, "DHKeyValue") {
        let number = |local| match value.optional_child(name::XENC.uri, local)? {
            Some(child) => child.base64(MAX_DSA_NUMBER + 1).map(Some),
            None => Ok(None),
        };
        let (p, q, g, y) = (number("P")?, number("Q")?, number("Generator")?, number("Public")?);
        let (Some(p), Some(q), Some(g), Some(y)) = (p, q, g, y) else { return Ok(None) };
        return Ok(PublicKey::from_dh(&p, &q, &g, &y).ok());
    }
    if value.is(name::DSIG11.uri, "ECKeyValue") {
        let Some(curve) = value.optional_child(name::DSIG11.uri, "NamedCurve")? else { return Ok(None) };
        let Some(curve) = Curve::from_uri(&curve.required_attribute("", "URI")?) else { return Ok(None) };
        let point = value.required_child(name::DSIG11.uri, "PublicKey")?.base64(256)?;
        return Ok(PublicKey::from_ec(curve, &point).ok());
    }
    if value.is(name::DSIG_MORE.uri, "ECDSAKeyValue") {
        return ecdsa_key_value(value);
    }
    Ok(None)
}

/// The key of an `ECDSAKeyValue`: a named curve, and two coordinates in decimal digits.
///
/// # Specification
/// RFC 4050 §3; XML Signature 1.1 §4.5.2.3.2.
fn ecdsa_key_value(value: Element<'_>) -> Result<Option<PublicKey>, SignatureError> {
    const DSIG_MORE: &str = name::DSIG_MORE.uri;
    let Some(domain) = value.optional_child(DSIG_MORE, "DomainParameters")? else { return Ok(None) };
    let Some(curve) = domain.optional_child(DSIG_MORE, "NamedCurve")? else { return Ok(None) };
    let Some(curve) = Curve::from_uri(&curve.required_attribute("", "URN")?) else { return Ok(None) };
    let key = value.required_child(DSIG_MORE, "PublicKey")?;
    let mut point = vec![0; 1 + 2 * curve.field_len()];
    // The mark of an uncompressed point (SEC 1 §2.3.3).
    point[0] = 0x04;
    for (local, octets) in ["X", "Y"].into_iter().zip(point[1..].chunks_exact_mut(curve.field_len())) {
        let coordinate = key.required_child(DSIG_MORE, local)?.required_attribute("", "Value")?;
        // An octet has up to three digits.
        let digits = Some(coordinate.as_bytes()).filter(|digits| digits.len() <= 3 * octets.len());
        if digits.and_then(|digits| octets_of_decimal(digits, octets)).is_none() {
            return Ok(None);
        }
    }
    Ok(PublicKey::from_ec(curve, &point).ok())
}

/// The largest number of octets of a number of a DSA or DH key, with leading zeros.
const MAX_DSA_NUMBER: usize = 512;

/// Writes `ds:KeyValue`, or `dsig11:DEREncodedKeyValue` for a kind of key without an element in `ds:KeyValue`.
pub fn write_key_value(writer: &mut Writer, key: &PublicKey) {
    if let Some(rsa) = key.rsa_components() {
        writer.start(name::DS, "KeyValue");
        writer.start(name::DS, "RSAKeyValue");
        writer.leaf(name::DS, "Modulus", &base64_encode(&rsa.modulus));
        writer.leaf(name::DS, "Exponent", &base64_encode(&rsa.exponent));
        writer.end();
        writer.end();
    } else if let Some(point) = key.ec_point() {
        writer.start(name::DS, "KeyValue");
        writer.start(name::DSIG11, "ECKeyValue");
        writer.start(name::DSIG11, "NamedCurve");
        writer.attribute("URI", point.curve.uri());
        writer.end();
        writer.leaf(name::DSIG11, "PublicKey", &base64_encode(&point.octets));
        writer.end();
        writer.end();
    } else {
        writer.leaf(name::DSIG11, "DEREncodedKeyValue", &base64_encode(key.spki()));
    }
}

/// Writes `ds:X509Data` with one certificate.
pub fn write_x509_certificate(writer: &mut Writer, certificate: &Certificate) {
    write_x509_certificates(writer, [certificate]);
}

/// Writes `ds:X509Data` with a certificate and those of its path.
pub fn write_x509_certificates<'c>(writer: &mut Writer, certificates: impl IntoIterator<Item = &'c Certificate>) {
    writer.start(name::DS, "X509Data");
    for certificate in certificates {
        writer.leaf(name::DS, "X509Certificate", &base64_encode(certificate.der()));
    }
    writer.end();
}

/// An identifier of a certificate, in the readings that are possible. There is at least one.
struct Identifier {
    base64: Option<Vec<u8>>,
    hexadecimal: Option<Vec<u8>>,
}

fn identifier(element: Element<'_>, longest: usize) -> Result<Identifier, SignatureError> {
    let hexadecimal = hexadecimal_octets(&element.text()?).filter(|octets| octets.len() <= longest);
    match element.base64(longest) {
        Err(error) if hexadecimal.is_none() => Err(error.into()),
        base64 => Ok(Identifier { base64: base64.ok(), hexadecimal }),
    }
}

/// The octets of an identifier in hexadecimal digits, as programs print it: with or without `0x`, with or without
/// colons, hyphens or white space. `None` for fewer than 8 octets, and for other text.
#[must_use]
pub fn hexadecimal_octets(text: &str) -> Option<Vec<u8>> {
    /// Shorter base64 may consist of these characters by chance.
    const LEAST: usize = 8;
    let text = text.trim();
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-') && !c.is_ascii_whitespace()).collect();
    octets_of_hex(&digits).filter(|octets| octets.len() >= LEAST)
}

/// Writes `ds:X509Data` with serial number and issuer, in the spelling that the peer compares.
pub fn write_issuer_serial(writer: &mut Writer, certificate: &Certificate, form: NameForm) {
    writer.start(name::DS, "X509Data");
    writer.start(name::DS, "X509IssuerSerial");
    writer.leaf(name::DS, "X509IssuerName", &certificate.issuer().written(form));
    writer.leaf(name::DS, "X509SerialNumber", &certificate.serial_decimal());
    writer.end();
    writer.end();
}
