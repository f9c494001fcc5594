//! XML Signature 1.1: sign and verify.
//!
//! The scope is what SOAP headers and signed documents need: references within the document, exclusive and inclusive
//! canonicalisation, the enveloped-signature transform. In reading order: [`verify`](fn@verify) and the proofs of
//! `verified`; `sign`; the wire forms [`Signature`], [`SignedInfo`], [`Reference`], [`KeyInfo`], each read and written
//! in one file; [`Transform`], the closed list; [`AlgorithmPolicy`]. On other documents than SOAP, a policy may admit a
//! [`Filter`], which `chain` runs with the transforms beside it.

#![forbid(unsafe_code)]

mod algorithm_role;
mod armour;
mod chain;
mod child_path;
mod dereferenced;
mod digest_spelling;
mod error;
mod filter;
mod key_info;
mod new_reference;
mod parameters;
mod pointer;
mod policy;
mod reference;
mod same_document;
mod sign;
mod sign_document;
mod signature;
mod signed_info;
mod sinks;
mod token;
mod transform;
mod verified;
mod verify;
mod write_key_info;

pub use algorithm_role::AlgorithmRole;
pub use armour::{certificate_octets, is_in_pem};
pub use dereferenced::dereferenced_octets;
pub use error::{SignError, SignatureError, VerifyError};
pub use filter::{Filter, FilterMethod};
pub use key_info::{
    CertificateDigest, IssuerSerial, KeyHint, KeyInfo, X509Data, hexadecimal_octets, retrieved_hints,
    write_issuer_serial, write_key_value, write_x509_certificate, write_x509_certificates,
};
pub use new_reference::{NamedToken, NewReference};
pub use pointer::id_in_other_form;
pub use policy::AlgorithmPolicy;
pub use reference::{Dereference, Reference, manifest_references};
pub use same_document::SameDocument;
pub use sign::PendingSignature;
pub use sign_document::{DocumentSigning, Enveloped, SignaturePlace, sign_document};
pub use signature::Signature;
pub use signed_info::{NewMethod, SignedInfo, write_signed_info};
pub use token::{DereferencedToken, STR_TRANSFORM};
pub use transform::{ATTACHMENT_COMPLETE, ATTACHMENT_CONTENT, ENVELOPED_SIGNATURE, Transform};
pub use verified::{CoveredAttachment, VerifiedReference, VerifiedSignature};
pub use verify::verify;
pub use write_key_info::KeyInfoItem;
