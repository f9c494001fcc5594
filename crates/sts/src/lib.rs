//! A client of security token services (WS-Trust): it writes requests for tokens, and reads the answers.
//!
//! It knows nothing of the signatures around them. A request is an envelope, which a recipe secures as any other; an answer is
//! the Body of a message that a receiver opened. **Require an encrypted Body of the answer if it has a key**, and give the
//! envelope to a recipe that encrypts it: the entropy of the request is half of that key.
//!
//! [`Issue`] asks for a token, [`Renew`] for a token that lives longer, [`Validate`] whether a token is good, and [`Cancel`] ends
//! one. The token is opaque to its client: the service that accepts it judges it.
//!
//! ```
//! use wss_crypto::SystemRandom;
//! use wss_soap::SoapVersion;
//! use wss_sts::{Issue, TokenType, TrustVersion};
//!
//! // A secret of 32 octets, for use at the bank.
//! let asked = Issue::new(TrustVersion::V1_3, TokenType::Saml2).applies_to("https://bank.example/pay").secret(32, &SystemRandom)?;
//! let envelope = asked.envelope(SoapVersion::V12);
//! assert!(envelope.contains("<wst:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/SymmetricKey</wst:KeyType>"));
//! // Secure the envelope, send it, and open the reply with a receiver that keeps the Body as it was sent; then:
//! // let issued = asked.answer(opened.body_as_sent()?, &limits)?;
//! # Ok::<(), wss_crypto::CryptoError>(())
//! ```

#![forbid(unsafe_code)]

mod answer;
mod error;
mod request;
mod version;

pub use answer::{IssuedToken, Status};
pub use error::StsError;
pub use request::{Cancel, Issue, Renew, Validate};
pub use version::{TokenType, TrustVersion};
