//! The forms of a picture.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::InspectError;
use crate::message::Message;
use crate::page::as_text;
use crate::picture::Picture;
use crate::streamed::Shown;
use crate::{html, text};

impl Picture {
    /// The same picture with other words for readers of another program: `words` rewrites a sentence that names calls
    /// of the library. Quotations of the message stay as they are.
    #[must_use]
    pub fn in_words(mut self, words: &dyn Fn(&str) -> String) -> Self {
        let items = self.headers.iter_mut().flat_map(|header| &mut header.items);
        let of_items = items.flat_map(|item| {
            let problems = item.facts.iter_mut().filter(|fact| fact.starts_with("! "));
            problems.chain(item.links.iter_mut().flat_map(|link| &mut link.causes))
        });
        for sentence in self.problems.iter_mut().chain(of_items) {
            *sentence = words(sentence);
        }
        self
    }

    /// The picture as lines for a terminal. `paint` says whether problems are red and names are bold.
    #[must_use]
    pub fn text(&self, paint: bool) -> String {
        as_text(|out| text::write(self, paint, out))
    }

    /// As [`Picture::text`], line by line: many lines may have the path of one element.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, paint: bool, out: &mut dyn Write) -> io::Result<()> {
        text::write(self, paint, out)
    }

    /// The picture as JSON, which is made while it is written.
    pub fn json(&self) -> impl Serialize + '_ {
        Shown(self)
    }

    /// The picture as one self-contained page: the header as a drawing, and the message beside it.
    ///
    /// # Errors
    /// [`InspectError::Document`] if the message cannot be read again.
    pub fn html(&self, message: &Message<'_>) -> Result<String, InspectError> {
        let document = message.document()?;
        Ok(as_text(|out| html::write(self, &document, out)))
    }

    /// As [`Picture::html`], piece by piece: the page is many times as long as the message.
    ///
    /// # Errors
    /// Those of `out`, and one if the message cannot be read again.
    pub fn write_html(&self, message: &Message<'_>, out: &mut dyn Write) -> io::Result<()> {
        html::write(self, &message.document().map_err(io::Error::other)?, out)
    }

    /// The problems of the message, which a reader should see first.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}
