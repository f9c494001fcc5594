//! SOAP with Attachments: security for the parts of a package, which `wss_soap::mime` reads and writes (SwA Profile
//! 1.1.1).
//!
//! In reading order: `attachment`, attachments to send, and authenticated ones; `secured`, a package to send;
//! `cipher`, the encryption of a part.

mod attachment;
mod cipher;
mod secured;

pub use attachment::{Attachment, AuthenticatedAttachment};
#[doc(inline)]
pub use wss_soap::mime::{MimeError, MimePart, Package, PackageWriter, Spool};

pub use secured::SecuredPackage;

pub(crate) use cipher::{CipherKey, OpenCipherError, Seal, SealTime, opened, restored};
