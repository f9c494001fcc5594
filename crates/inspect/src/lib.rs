#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
pub mod evidence;
pub mod explanation;
mod forms;
mod html;
mod json;
pub mod lint;
mod message;
mod page;
mod picture;
mod recipients;
mod shape;
mod streamed;
mod text;

pub use error::InspectError;
pub use message::Message;
pub use page::SECRET_ELEMENTS;
pub use picture::Picture;
pub use shape::hint;
