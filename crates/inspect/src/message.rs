//! A message to look at: an envelope, or a package with one.

use std::borrow::Cow;
use std::sync::Arc;

use ws_security::attachments::Package;
use ws_security::bsp::{self, Context, Report};
use ws_security::c14n::Document;
use ws_security::{Clock, Limits, SystemClock};

use crate::error::InspectError;
use crate::picture::{self, Picture};
use crate::shape;

/// A message to look at. Nothing in it is verified.
pub struct Message<'m> {
    /// The text of the envelope: a document would take several times its memory, also while nobody looks at it.
    text: Cow<'m, str>,
    package: Option<Package<'m>>,
    limits: Limits,
}

impl<'m> Message<'m> {
    /// Reads an envelope (UTF-8, or UTF-16 with a byte order mark), or a MIME package that begins with its header.
    ///
    /// # Errors
    /// [`InspectError`].
    pub fn read(octets: &'m [u8], limits: &Limits) -> Result<Self, InspectError> {
        if let Some(why) = shape::hint(octets) {
            return Err(InspectError::Shape { why: why.into() });
        }
        match Package::is_one(octets) {
            true => Self::of_package(Package::parse(octets, limits)?, limits),
            false => {
                let text = Document::parse_transcoding(octets, limits)?.into_source();
                Ok(Self { text, package: None, limits: *limits })
            }
        }
    }

    fn of_package(package: Package<'m>, limits: &Limits) -> Result<Self, InspectError> {
        let text = Document::parse_transcoding(package.unauthenticated_envelope(), limits)?.into_source().into_owned();
        Ok(Self { text: text.into(), package: Some(package), limits: *limits })
    }

    /// The text of the envelope.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads the envelope again.
    pub(crate) fn document(&self) -> Result<Document<'_>, InspectError> {
        Ok(Document::parse(self.text(), &self.limits)?)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The package, if the message is one.
    #[must_use]
    pub fn package(&self) -> Option<&Package<'m>> {
        self.package.as_ref()
    }

    /// The picture of the message's security.
    ///
    /// # Errors
    /// [`InspectError::Document`] if the message cannot be read again; [`InspectError::Package`] if an attachment that was
    /// spooled cannot be read; [`InspectError::Limit`] if there is more to
    /// show than the limits have it, as [`Limit::HeaderChildren`](ws_security::Limit::HeaderChildren).
    pub fn picture(&self) -> Result<Picture, InspectError> {
        self.picture_by(Arc::new(SystemClock))
    }

    /// As [`picture`](Self::picture), by a given clock. `wasm32-unknown-unknown` has no clock, and panics if the system
    /// is asked for the time.
    ///
    /// # Errors
    /// Those of [`picture`](Self::picture).
    pub fn picture_by(&self, clock: Arc<dyn Clock>) -> Result<Picture, InspectError> {
        picture::of(&self.text, self.package.as_ref(), clock, &self.limits)
    }

    /// The verdict on each requirement of the Basic Security Profile 1.1.
    ///
    /// # Errors
    /// [`InspectError::Document`].
    pub fn lint(&self, context: &Context<'_>) -> Result<Report, InspectError> {
        Ok(match &self.package {
            Some(package) => bsp::report_package(package, context)?,
            None => bsp::report(self.text(), context)?,
        })
    }
}
