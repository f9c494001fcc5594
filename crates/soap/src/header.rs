//! `wsse:Security`: the header block for our role. Those for other roles are left alone.

use smallvec::SmallVec;
use wss_c14n::{Element, Limit, Limits, name};

use crate::envelope::{Envelope, Role};
use crate::error::EnvelopeError;

/// The Security header block of one role.
///
/// ```
/// use wss_c14n::{Document, Limits, name};
/// use wss_soap::{Envelope, Role, SecurityHeader};
///
/// let message = format!(
///     "<s:Envelope xmlns:s='{}' xmlns:w='{}'><s:Header><w:Security s:actor='urn:node'/><w:Security><w:UsernameToken/>\
///      </w:Security></s:Header><s:Body/></s:Envelope>",
///     name::SOAP11.uri,
///     name::WSSE.uri
/// );
/// let document = Document::parse(message, &Limits::default())?;
/// let envelope = Envelope::locate(&document)?;
/// let ours = SecurityHeader::locate(envelope, &Role::UltimateReceiver, &Limits::default())?.expect("a header for the receiver");
/// assert_eq!(ours.children().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SecurityHeader<'d> {
    /// The `wsse:Security`.
    pub element: Element<'d>,
}

impl<'d> SecurityHeader<'d> {
    /// Finds the block for `role`. No two blocks of a message may have the same role, even another one (BSP R3206,
    /// R3210).
    ///
    /// # Errors
    /// [`EnvelopeError::TwoHeaders`]; [`EnvelopeError::Limit`] if there are too many.
    pub fn locate(envelope: Envelope<'d>, role: &Role, limits: &Limits) -> Result<Option<Self>, EnvelopeError> {
        let mut seen: SmallVec<[Role; 1]> = SmallVec::new();
        let mut found = None;
        for block in envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security")) {
            let other = Role::of(block, envelope.version);
            if seen.contains(&other) {
                let role = match other {
                    Role::UltimateReceiver => "".into(),
                    Role::Uri(uri) => uri.into(),
                };
                return Err(EnvelopeError::TwoHeaders { role });
            }
            if other == *role {
                found = Some(Self { element: block });
            }
            seen.push(other);
            limits.check(Limit::SecurityHeaders, seen.len())?;
        }
        Ok(found)
    }

    /// Its children, in order.
    pub fn children(self) -> impl Iterator<Item = Element<'d>> {
        self.element.children()
    }
}
