//! SOAP with Attachments: what a package is, is of `wss_soap::mime`; what security makes of it, is here (SwA Profile 1.1.1).
//!
//! In reading order: `attachment`, attachments to be sent, and those that were authenticated; `cipher`, what encryption
//! makes of a part.

mod attachment;
mod cipher;

pub use attachment::{Attachment, AuthenticatedAttachment, SecuredPackage};
#[doc(inline)]
pub use wss_soap::mime::{MimeError, MimePart, Package, PackageWriter, Spool};

pub(crate) use cipher::{OpenCipherError, opened, restored};
