//! `ds:SignedInfo`: the signed references and methods (XML Signature 1.1 §4.4).

use wss_c14n::{Budget, Canonicalization, CanonicalizeError, Element, Limit, Subset, Writer, name};
use wss_crypto::{DigestMethod, PssParameters, SignatureFamily, SignatureMethod};
use wss_text::octets;

use crate::algorithm_role::AlgorithmRole;
use crate::error::SignatureError;
use crate::new_reference::NewReference;
use crate::parameters::{no_parameters, only_parameters, parse_canonicalization};
use crate::reference::Reference;
use crate::transform;

/// A `ds:SignedInfo` in a document.
#[derive(Clone)]
pub struct SignedInfo<'d> {
    element: Element<'d>,
    canonicalization: Canonicalization,
    method: SignatureMethod,
    mac_bits: Option<u64>,
    context: Vec<u8>,
    pss: Option<PssParameters>,
    references: Vec<Reference<'d>>,
}

impl std::fmt::Debug for SignedInfo<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedInfo")
            .field("element", &self.element)
            .field("canonicalization", &self.canonicalization)
            .field("method", &self.method)
            .field("mac_bits", &self.mac_bits)
            .field("context", &octets(&self.context))
            .field("pss", &self.pss)
            .field("references", &self.references)
            .finish()
    }
}

impl<'d> SignedInfo<'d> {
    pub(crate) fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, SignatureError> {
        let mut children = element.children();
        let mut next = |local: &'static str| element.in_order(children.next(), name::DS.uri, local);
        let canonicalization = parse_canonicalization(next("CanonicalizationMethod")?, budget)?;
        let Method { method, mac_bits, context, pss } = Method::parse(next("SignatureMethod")?)?;
        let found = children.clone().count();
        if found == 0 {
            return Err(SignatureError::NoReference);
        }
        budget.check(Limit::References, found)?;
        let references = children.map(|child| {
            if child.is(name::DS.uri, "Reference") {
                Reference::parse(child, budget)
            } else {
                Err(element.unexpected(child).into())
            }
        });
        let references = references.collect::<Result<_, _>>()?;
        Ok(Self { element, canonicalization, method, mac_bits, context, pss, references })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// The canonicalisation of the element itself.
    #[must_use]
    pub fn canonicalization(&self) -> &Canonicalization {
        &self.canonicalization
    }

    /// The signature method.
    #[must_use]
    pub fn method(&self) -> SignatureMethod {
        self.method
    }

    /// `ds:HMACOutputLength`: the bits of the MAC, which may be all. `None` if it is absent, and for other signatures.
    #[must_use]
    pub fn mac_bits(&self) -> Option<u64> {
        self.mac_bits
    }

    /// Whether `ds:HMACOutputLength` is another length than that of the whole MAC, so that the rest of the MAC was cut
    /// off.
    #[must_use]
    pub fn has_cut_mac(&self) -> bool {
        let whole = self.method.digest().map(|digest| digest.output_len() as u64 * 8);
        self.mac_bits.is_some_and(|bits| Some(bits) != whole)
    }

    /// The context that is signed with these octets; empty for most signatures. xmlsec1 writes it into `ds:SignatureMethod`.
    #[must_use]
    pub fn context(&self) -> &[u8] {
        &self.context
    }

    /// The parameters of RSASSA-PSS that `ds:SignatureMethod` writes, if they are others than those of the method.
    #[must_use]
    pub fn other_pss(&self) -> Option<PssParameters> {
        self.pss
    }

    /// The references, in order.
    #[must_use]
    pub fn references(&self) -> &[Reference<'d>] {
        &self.references
    }

    /// The octets that are signed: the canonical form of the same element that was read.
    ///
    /// # Errors
    /// [`CanonicalizeError`], which includes [`CanonicalizeError::Limit`]: these octets are not authenticated before
    /// they are compared with the signature value, so they are charged like all others.
    pub fn octets(&self, budget: &Budget) -> Result<Vec<u8>, CanonicalizeError> {
        self.canonicalization.to_octets(&Subset::subtree(self.element), budget)
    }
}

/// A `ds:SignatureMethod` with its parameters.
struct Method {
    method: SignatureMethod,
    mac_bits: Option<u64>,
    context: Vec<u8>,
    /// Those of RSASSA-PSS, if they are not the ones of `method`.
    pss: Option<PssParameters>,
}

/// The elements of xmlsec1 for the context of a signature. No specification has them.
const CONTEXTS: [&str; 3] = ["EdDSAContextString", "MLDSAContextString", "SLHDSAContextString"];
/// The largest number of octets of a context.
const MAX_CONTEXT: usize = 255;

impl Method {
    fn parse(element: Element<'_>) -> Result<Self, SignatureError> {
        let uri = element.required_attribute("", "Algorithm")?;
        if uri == SignatureMethod::RSA_PSS_WITH_PARAMETERS {
            let (method, pss) = parse_pss(element)?;
            return Ok(Self { method, mac_bits: None, context: Vec::new(), pss });
        }
        let unknown =
            || SignatureError::UnknownAlgorithm { role: AlgorithmRole::SignatureMethod, uri: uri.clone().into() };
        let method = SignatureMethod::from_uri(&uri).ok_or_else(unknown)?;
        let mut parsed = Self { method, mac_bits: None, context: Vec::new(), pss: None };
        let mut children = element.children();
        let is_context = |child: Element<'_>| CONTEXTS.iter().any(|local| child.is(name::XMLSEC.uri, local));
        match children.next() {
            Some(child) if child.is(name::DS.uri, "HMACOutputLength") && method.family() == SignatureFamily::Hmac => {
                parsed.mac_bits = Some(child.unsigned()?);
            }
            Some(child) if child.is(name::DS.uri, "HMACOutputLength") => return Err(SignatureError::TruncatedMac),
            Some(child) if is_context(child) && method.takes_context() => parsed.context = child.base64(MAX_CONTEXT)?,
            Some(_) => return Err(SignatureError::Parameters { uri: uri.into() }),
            None => {}
        }
        if children.next().is_some() {
            return Err(SignatureError::Parameters { uri: uri.into() });
        }
        Ok(parsed)
    }
}

/// The mask generation function of RSASSA-PSS (RFC 9231 §2.3.9).
const MGF1: &str = "http://www.w3.org/2007/05/xmldsig-more#MGF1";

/// The method, and the parameters if they are not those of the identifiers without any: MGF1 with the digest of the
/// message, a salt as long as the digest. The trailer is 1, and the default digest SHA-256 (RFC 9231 §2.3.9).
fn parse_pss(element: Element<'_>) -> Result<(SignatureMethod, Option<PssParameters>), SignatureError> {
    let wrong = || SignatureError::Parameters { uri: SignatureMethod::RSA_PSS_WITH_PARAMETERS.into() };
    let digest_of = |parent: Element<'_>| -> Result<Option<DigestMethod>, SignatureError> {
        let Some(child) = parent.optional_child(name::DS.uri, "DigestMethod")? else { return Ok(None) };
        let uri = child.required_attribute("", "Algorithm")?;
        no_parameters(child, &uri)?;
        let unknown = || SignatureError::UnknownAlgorithm { role: AlgorithmRole::Digest, uri: uri.clone().into() };
        DigestMethod::from_uri(&uri).map(Some).ok_or_else(unknown)
    };
    let mut digest = DigestMethod::Sha256;
    let (mut mask, mut salt_len) = (None, None);
    only_parameters(element, &[(name::PSS.uri, "RSAPSSParams")], SignatureMethod::RSA_PSS_WITH_PARAMETERS)?;
    if let Some(parameters) = element.optional_child(name::PSS.uri, "RSAPSSParams")? {
        let leaves = ["MaskGenerationFunction", "SaltLength", "TrailerField"].map(|local| (name::PSS.uri, local));
        only_parameters(
            parameters,
            &[leaves.as_slice(), &[(name::DS.uri, "DigestMethod")]].concat(),
            SignatureMethod::RSA_PSS_WITH_PARAMETERS,
        )?;
        digest = digest_of(parameters)?.unwrap_or(digest);
        if let Some(mgf) = parameters.optional_child(name::PSS.uri, "MaskGenerationFunction")? {
            only_parameters(mgf, &[(name::DS.uri, "DigestMethod")], SignatureMethod::RSA_PSS_WITH_PARAMETERS)?;
            let known = mgf.attribute("", "Algorithm").is_none_or(|uri| uri == MGF1);
            if !known {
                return Err(wrong());
            }
            mask = digest_of(mgf)?;
        }
        let number = |local| parameters.optional_child(name::PSS.uri, local)?.map(Element::unsigned).transpose();
        salt_len = number("SaltLength")?;
        if number("TrailerField")?.is_some_and(|trailer| trailer != 1) {
            return Err(wrong());
        }
    }
    let usual = PssParameters { digest, mask: digest, salt_len: digest.output_len() as u64 };
    let said = PssParameters { digest, mask: mask.unwrap_or(digest), salt_len: salt_len.unwrap_or(usual.salt_len) };
    let mut all = SignatureMethod::ALL.into_iter();
    let method = all.find(|method| method.family() == SignatureFamily::RsaPss && method.digest() == Some(digest));
    Ok((method.ok_or_else(wrong)?, Some(said).filter(|said| *said != usual)))
}

/// A signature method, as a new `ds:SignatureMethod` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMethod {
    method: SignatureMethod,
    with_pss_parameters: bool,
}

impl From<SignatureMethod> for NewMethod {
    /// By the identifier of the method, without parameters.
    fn from(method: SignatureMethod) -> Self {
        Self { method, with_pss_parameters: false }
    }
}

impl NewMethod {
    /// By the identifier of RSASSA-PSS that has parameters, and with all of them: the digest of the message, MGF1 with the same
    /// digest, a salt as long as the digest, and the trailer 1. A method of another family has no parameters, and stays as it is.
    ///
    /// # Specification
    /// RFC 9231 §2.3.9.
    #[must_use]
    pub fn with_pss_parameters(mut self) -> Self {
        self.with_pss_parameters = true;
        self
    }

    /// The method.
    #[must_use]
    pub fn method(self) -> SignatureMethod {
        self.method
    }

    fn write(self, writer: &mut Writer) {
        let digest = self.method.digest().filter(|_| self.with_pss_parameters);
        let Some(digest) = digest.filter(|_| self.method.family() == SignatureFamily::RsaPss) else {
            return writer.algorithm(name::DS, "SignatureMethod", self.method.uri());
        };
        writer.start(name::DS, "SignatureMethod");
        writer.attribute("Algorithm", SignatureMethod::RSA_PSS_WITH_PARAMETERS);
        writer.start(name::PSS, "RSAPSSParams");
        writer.algorithm(name::DS, "DigestMethod", digest.uri());
        writer.start(name::PSS, "MaskGenerationFunction");
        writer.attribute("Algorithm", MGF1);
        writer.algorithm(name::DS, "DigestMethod", digest.uri());
        writer.end();
        writer.leaf(name::PSS, "SaltLength", &digest.output_len().to_string());
        writer.leaf(name::PSS, "TrailerField", "1");
        writer.end();
        writer.end();
    }
}

/// Writes a `ds:SignedInfo` in exclusive canonical form, as a document of its own. These are the octets that are
/// signed.
#[must_use]
pub fn write_signed_info(
    canonicalization: &Canonicalization,
    method: NewMethod,
    references: &[NewReference],
) -> String {
    let mut writer = Writer::new();
    writer.start(name::DS, "SignedInfo");
    writer.start(name::DS, "CanonicalizationMethod");
    writer.attribute("Algorithm", canonicalization.method().uri());
    transform::write_prefix_list(&mut writer, canonicalization);
    writer.end();
    method.write(&mut writer);
    for reference in references {
        reference.write(&mut writer);
    }
    writer.end();
    writer.finish()
}
