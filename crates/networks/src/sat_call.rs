//! The later calls of Mexico's SAT: no Security header, but a plain XML Signature inside the request and the token of the first
//! call in HTTP.
//!
//! Two clients in use digest the same (phpcfdi/sat-ws-descarga-masiva, luisiturrios1/python-cfdiclient): the element of the Body
//! in exclusive canonical form, as it is before the signature is put into it. The reference names the whole document (`URI=""`;
//! the second client writes no `URI`) and has no enveloped-signature transform, so that a verifier of XML Signature refuses it:
//! the service reads it in its own way. This module writes it, and reads none.

use thiserror::Error;
use wss_c14n::{
    Budget, Canonicalization, Document, Element, Limits, ParseError, Prefixes, Splices, Subset, Writer, base64_encode,
    name,
};
use wss_crypto::{DigestMethod, Identity, NameForm, SignatureMethod};
use wss_text::WireText;
use wss_xmldsig::{NewReference, PendingSignature, SignError, Transform};

/// The `SOAPAction` of each later call: the three requests for documents, the state of a request, and a download.
pub const ACTIONS: [&str; 5] = [
    "http://DescargaMasivaTerceros.sat.gob.mx/ISolicitaDescargaService/SolicitaDescargaEmitidos",
    "http://DescargaMasivaTerceros.sat.gob.mx/ISolicitaDescargaService/SolicitaDescargaRecibidos",
    "http://DescargaMasivaTerceros.sat.gob.mx/ISolicitaDescargaService/SolicitaDescargaFolio",
    "http://DescargaMasivaTerceros.sat.gob.mx/IVerificaSolicitudDescargaService/VerificaSolicitudDescarga",
    "http://DescargaMasivaTerceros.sat.gob.mx/IDescargaMasivaTercerosService/Descargar",
];

/// Why a later call of the SAT is not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CallError {
    /// *Misuse.* The content of the Body is not XML.
    #[error("the content of the Body is not XML: {0}")]
    Parse(#[from] ParseError),
    /// *Misuse.* The content of the Body does not have the form of a call.
    #[error(
        "{root} has no place for the signature: give the element of the Body with one child element, as in des:solicitud, and without a \
         signature"
    )]
    Form {
        /// The expanded name of the element.
        root: WireText,
    },
    /// *Misuse.* The token has characters that no token has: it would be another header of HTTP.
    #[error(
        "the token of the first call has a quotation mark, a space or a control character: give the text of its AutenticaResult"
    )]
    Token,
    /// *Failed.* The signature is not made.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// Signs the content of the Body of a later call, as in `<des:VerificaSolicitudDescarga …><des:solicitud …/>`, and puts the
/// signature into its child. White space between the elements is signed with them. The result is the content of the Body.
///
/// RSA and SHA-1 are what the service takes.
///
/// # Errors
/// [`CallError`].
///
/// ```
/// # use wss_networks::sat_mx;
/// # fn call(own: &wss_crypto::Identity) -> Result<(), sat_mx::CallError> {
/// let call = "<des:VerificaSolicitudDescarga xmlns:des=\"http://DescargaMasivaTerceros.sat.gob.mx\"><des:solicitud \
///     IdSolicitud=\"3f30a4e1\" RfcSolicitante=\"EKU9003173C9\"/></des:VerificaSolicitudDescarga>";
/// let signed = sat_mx::signed_call(call, own)?;
/// assert!(signed.ends_with("</Signature></des:solicitud></des:VerificaSolicitudDescarga>"));
/// assert_eq!(sat_mx::authorization("eyJhbGci")?, "WRAP access_token=\"eyJhbGci\"");
/// # Ok(())
/// # }
/// ```
pub fn signed_call(content: &str, identity: &Identity) -> Result<String, CallError> {
    let budget = Budget::new(&Limits::default(), content.len() as u64);
    let document = Document::parse_within(content, &budget)?;
    let root = document.root();
    let mut children = root.children();
    let place = match (children.next(), children.next()) {
        (Some(child), None) if !root.has_character_data() && !has_signature(root) => child,
        _ => return Err(CallError::Form { root: root.name().to_string().into() }),
    };
    let signature = signature(&document, identity, &budget)?;
    let mut splices = Splices::new();
    match place.is_empty_tag() {
        true => splices.replace_content(place, &signature),
        false => splices.insert(place.content_span().end, &signature),
    }
    Ok(splices.apply(document.source()).text)
}

/// The value of the HTTP header `Authorization` of a later call, with the token of the first one: the text of its
/// `AutenticaResult`. It is valid for a few minutes.
///
/// # Errors
/// [`CallError::Token`].
pub fn authorization(token: &str) -> Result<String, CallError> {
    let is_odd = |character: char| character == '"' || !character.is_ascii_graphic();
    match token.is_empty() || token.contains(is_odd) {
        true => Err(CallError::Token),
        false => Ok(format!("WRAP access_token=\"{token}\"")),
    }
}

fn has_signature(root: Element<'_>) -> bool {
    root.descendants_and_self().any(|element| element.is(name::DS.uri, "Signature"))
}

/// The signature over the document, in the default namespace, as the clients write it.
fn signature(document: &Document<'_>, identity: &Identity, budget: &Budget) -> Result<String, CallError> {
    let exclusive = Canonicalization::default();
    let subset = Subset::document(document).without_comments();
    let transforms = vec![Transform::Canonicalization(exclusive.clone())];
    let reference = NewReference::digest(String::new(), &subset, transforms, DigestMethod::Sha1, budget);
    let reference = reference.map_err(SignError::from)?;
    let pending = PendingSignature::new(SignatureMethod::RsaSha1, &[reference], None, Some(key_info(identity)));
    let pending = pending.prefixes(Prefixes::default().with(name::DS.uri, ""));
    let written = pending.finish(&[]);
    let alone = Document::parse_within(&written, budget)?;
    let pending = pending.placed(alone.root(), &exclusive, budget)?;
    let value = pending.value(identity.signing_key().as_ref())?;
    Ok(pending.finish(&value))
}

/// The issuer with the serial number, and the certificate, in one `ds:X509Data`.
fn key_info(identity: &Identity) -> String {
    let certificate = identity.certificate();
    let mut writer = Writer::within(&[name::DS]);
    writer.start(name::DS, "X509Data");
    writer.start(name::DS, "X509IssuerSerial");
    writer.leaf(name::DS, "X509IssuerName", &certificate.issuer().written(NameForm::Rfc2253));
    writer.leaf(name::DS, "X509SerialNumber", &certificate.serial_decimal());
    writer.end();
    writer.leaf(name::DS, "X509Certificate", &base64_encode(certificate.der()));
    writer.end();
    writer.finish()
}
