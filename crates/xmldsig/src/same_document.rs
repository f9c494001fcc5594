//! References within one document, of any vocabulary.

use wss_c14n::{Document, Element, IdError, IdIndex};

use crate::reference::Dereference;

/// The document that a signature is in. References find its elements by Id, and the whole of it by the empty URI; nothing
/// outside of it is ever read.
pub struct SameDocument<'d> {
    document: &'d Document<'d>,
    ids: IdIndex<'d>,
    runs_filters: bool,
}

impl<'d> SameDocument<'d> {
    /// Reads the Ids of the schemas that this workspace knows.
    ///
    /// # Errors
    /// [`IdError`] if an Id is not unique.
    pub fn new(document: &'d Document<'d>) -> Result<Self, IdError> {
        Self::with_id_attributes(document, &[])
    }

    /// As [`SameDocument::new`]; the attributes without a prefix that `names` has are Ids, too, on every element.
    ///
    /// # Errors
    /// [`IdError`] if an Id is not unique.
    pub fn with_id_attributes(document: &'d Document<'d>, names: &[&str]) -> Result<Self, IdError> {
        Ok(Self { document, ids: IdIndex::build_with(document, names)?, runs_filters: false })
    }

    /// Lets the filters run that the policy admits: XPath, XPath Filter 2.0, base64 and XPointers.
    #[must_use]
    pub fn run_filters(mut self) -> Self {
        self.runs_filters = true;
        self
    }
}

impl<'d> Dereference<'d> for SameDocument<'d> {
    fn document(&self) -> Option<&'d Document<'d>> {
        Some(self.document)
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        self.ids.get(id)
    }

    fn ids(&self) -> Option<&IdIndex<'d>> {
        Some(&self.ids)
    }

    fn runs_filters(&self) -> bool {
        self.runs_filters
    }
}
