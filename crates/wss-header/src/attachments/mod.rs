//! SOAP with Attachments: security for the parts of a package, which `wss_soap::mime` reads and writes (SwA Profile
//! 1.1.1).
//!
//! In reading order: `attachment`, attachments to send, and authenticated ones; `cipher`, the encryption of a part.

mod attachment;
mod cipher;

pub use attachment::{Attachment, AuthenticatedAttachment, SecuredPackage};
#[doc(inline)]
pub use wss_soap::mime::{MimeError, MimePart, Package, PackageWriter, Spool};

pub(crate) use cipher::{CipherKey, OpenCipherError, Seal, SealTime, opened, restored};
