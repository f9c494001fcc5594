//! WS-SecurityPolicy: the demands of the policy of a WSDL, as recipes and receivers.
//!
//! In reading order: [`PolicyReader`] reads a file into a [`Policy`]; `expression` brings policies to their normal form,
//! `wsdl` finds what is in force for each message by the names of `definitions`, and `terms` reads an alternative and judges
//! each of its assertions. [`Keys`] are what a policy does not say. `send` makes a recipe of both, `receive` a receiver, `choose`
//! takes the alternatives that they allow, and an [`Exchange`] holds what one operation does. `form` compares what of a message
//! can be seen without keys, and `proven` what only the signatures of an opened one show.

#![forbid(unsafe_code)]

mod assertion;
mod choose;
mod definitions;
mod digest;
mod error;
mod exchange;
mod expression;
mod form;
mod keys;
mod lack;
mod limits;
mod means;
mod names;
mod place;
mod policy;
mod proven;
mod receive;
mod send;
mod standing;
mod suite;
mod terms;
mod unread;
mod wsdl;

pub use error::PolicyError;
pub use exchange::{Exchange, PolicyOpenError, Side, SideError, Unusable};
pub use form::BrokenAssertion;
pub use keys::Keys;
pub use lack::Lack;
pub use limits::PolicyLimits;
pub use place::Location;
pub use policy::{CheckError, Listed, Message, Policy, PolicyReader};
pub use standing::{Judged, Standing};
#[doc(inline)]
pub use wss_header::Opening;
