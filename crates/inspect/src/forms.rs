//! The forms of a picture.

use crate::message::Message;
use crate::picture::Picture;
use crate::{html, json, text};

impl Picture {
    /// The picture as lines for a terminal. `paint` says whether problems are red and names are bold.
    #[must_use]
    pub fn text(&self, paint: bool) -> String {
        text::text(self, paint)
    }

    /// The picture as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        json::json(self)
    }

    /// The picture as one self-contained page: the header as a drawing, and the message beside it.
    #[must_use]
    pub fn html(&self, message: &Message<'_>) -> String {
        html::page(self, message.document())
    }

    /// What is wrong, the first things to look at.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}
