//! JSON that is made while it is written: as a [`serde_json::Value`] it would take hundreds of octets for each of its
//! objects, and a message may have tens of thousands of them.

use std::fmt::Display;

use serde::{Serialize, Serializer};

/// Writes an object, member by member.
macro_rules! object {
    ($serializer:expr, { $($name:literal: $value:expr),* $(,)? }) => {{
        use serde::ser::SerializeMap as _;
        let mut object = $serializer.serialize_map(None)?;
        $(object.serialize_entry($name, &$value)?;)*
        object.end()
    }};
}
pub(crate) use object;

/// A thing that is written as JSON, in another form than its own.
pub(crate) struct Shown<T>(pub(crate) T);

/// As [`Shown`], with other words for the sentences in it.
#[derive(Clone, Copy)]
pub(crate) struct Worded<'w, T>(pub(crate) T, pub(crate) &'w dyn Fn(&str) -> String);

/// A list, which is made item by item.
pub(crate) struct Each<I>(pub(crate) I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for Each<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// The text of a thing.
pub(crate) struct Text<T>(pub(crate) T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
