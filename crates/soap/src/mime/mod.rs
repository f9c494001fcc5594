//! SOAP with Attachments: a message as a `multipart/related` package (SOAP Messages with Attachments, RFC 2387).
//!
//! In reading order: `package`, the envelope and its parts; `part`; `wire`, the delimiters between parts; `content`,
//! the octets of a part, and `spool`, the files for large ones; `transfer`, the transfer encodings; `field`, the fields
//! of a header; `cid`, the names of parts in an envelope; `canonical`, the octets that a signature digests; `writer`, a
//! package written part by part; `xop`, base64 of the envelope in parts; `error`.

mod canonical;
mod cid;
mod content;
mod error;
mod field;
mod package;
mod part;
mod spool;
mod transfer;
mod wire;
mod writer;
pub mod xop;

pub use canonical::{COVERED, Canonical, PartDigest, canonical_header, canonical_type, digest, is_canonicalised};
pub use cid::{content_id_of, named_by, url_of};
pub use content::{Content, PIECE, Pieces, Refill, for_each_piece};
pub use error::MimeError;
pub use field::{Fields, is_field};
pub use package::Package;
pub use part::{MimePart, charset, root_type};
pub use spool::{Spool, SpoolWriter};
pub use writer::{PackageWriter, fresh_boundary};
