//! SOAP with Attachments: a message as a `multipart/related` package (SwA Profile 1.1.1).
//!
//! In reading order: `package`, the envelope and its parts; `wire`, how they stand between delimiters; `content`, where their octets are, and `spool`, where large
//! ones go; `transfer`, how they were encoded; `field`, the fields of a MIME header, and one of them with its parameters;
//! `canonical`, what of a part a signature digests; `cipher`, what encryption makes of a part; `attachment`, attachments
//! to be sent, and those that were authenticated; `writer`, a package written part by part; `xop`, base64 of the envelope
//! that travels as a part.

mod attachment;
mod canonical;
mod cipher;
mod content;
mod field;
mod package;
mod spool;
mod transfer;
mod wire;
mod writer;
mod xop;

pub use attachment::{Attachment, AuthenticatedAttachment, SecuredPackage};
pub use package::{MimeError, MimePart, Package};
pub use spool::Spool;
pub use writer::PackageWriter;

pub(crate) use canonical::{Canonical, canonical_header, canonical_type, digest};
pub(crate) use cipher::{OpenCipherError, opened, restored};
pub(crate) use package::named_by;
pub(crate) use writer::boundary_of;
pub(crate) use xop::{expanded, include_in};

/// The Content-ID that a `cid:` URL names: without the angle brackets, percent-decoded once (RFC 2392).
pub(crate) fn content_id_of(url: &str) -> Option<String> {
    let octets = field::percent_decoded(url.strip_prefix("cid:")?)?;
    String::from_utf8(octets).ok().filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cid_url_is_decoded_once_and_exactly() {
        assert_eq!(content_id_of("cid:a%40b").as_deref(), Some("a@b"));
        assert_eq!(content_id_of("cid:a%2Bb+c").as_deref(), Some("a+b+c"));
        assert_eq!(content_id_of("cid:a%2540b").as_deref(), Some("a%40b"));
        for wrong in ["cid:", "cid:%4", "cid:%zz", "cid:%ff", "CID:a", "a@b", "#a"] {
            assert_eq!(content_id_of(wrong), None, "{wrong}");
        }
    }
}
