//! The parts of SOAP 1.1 and 1.2 that a Security header needs: the envelope, faults, and packages with attachments.
//!
//! Nothing here is proven: all text that is read may be a stranger's. Signatures, encryption and trust are in
//! `wss-header`, which uses this crate.
//!
//! In reading order: [`Envelope`] locates Header and Body; [`SecurityHeader`] is the `wsse:Security` for a [`Role`];
//! [`mime`] reads and writes packages of `multipart/related`; [`Fault`] answers a refused message, and
//! [`UnauthenticatedFault`] is one that a peer sent; [`EnvelopeError`] says why a message is not an envelope.
//!
//! ```
//! use wss_c14n::{Document, Limits};
//! use wss_soap::{Envelope, SoapVersion};
//!
//! let message = r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a/></s:Body></s:Envelope>"#;
//! let document = Document::parse(message, &Limits::default())?;
//! let envelope = Envelope::locate(&document)?;
//! assert_eq!(envelope.version, SoapVersion::V12);
//! assert_eq!(envelope.body.children().count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod envelope;
mod error;
mod fault;
mod header;
pub mod mime;

pub use envelope::{Envelope, Role, SoapVersion, must_understand};
pub use error::EnvelopeError;
pub use fault::{Fault, FaultCode, UnauthenticatedFault};
pub use header::SecurityHeader;
