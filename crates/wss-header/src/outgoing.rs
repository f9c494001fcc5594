//! A message on its way out: what a [`Plan`] does with one envelope.
//!
//! [`Plan::message`] begins an [`Outgoing`], which may be given attachments and the request that it answers. It ends in
//! [`Outgoing::secure`], where every key is here, or in [`Outgoing::prepare`], where some are elsewhere (HSM, key
//! service): [`Pending`] says what is to be signed, and goes on once it has the value.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use wss_crypto::{Certificate, SignatureMethod};
use wss_soap::SoapVersion;
use wss_soap::mime::{MimeError, boundary_of};

use crate::attachments::{Attachment, SecuredPackage};
use crate::correlation::Correlation;
use crate::error::{ElsewhereError, SecureError};
use crate::plan::Plan;
use crate::secure::{Awaited, Done, Next, Securing};

/// What a message is on the wire: an envelope alone (`String`), or a package ([`SecuredPackage`]). Nothing else
/// implements it.
pub trait WireForm: Sized + sealed::Framed {}

impl WireForm for String {}
impl WireForm for SecuredPackage {}

mod sealed {
    use super::{Attachment, Plan, SecureError};

    /// How the steps of a plan become what goes on the wire.
    pub trait Framed {
        /// What is put around the secured envelope.
        type Frame: std::fmt::Debug;

        /// Checks the attachments, and makes the frame.
        fn frame(plan: &Plan, envelope: &str, attachments: &[Attachment]) -> Result<Self::Frame, SecureError>;

        /// Puts the frame around what was secured.
        fn within(frame: Self::Frame, envelope: String, attachments: Vec<Attachment>) -> Self;
    }
}

impl sealed::Framed for String {
    type Frame = ();

    fn frame(_: &Plan, _: &str, _: &[Attachment]) -> Result<Self::Frame, SecureError> {
        Ok(())
    }

    fn within((): Self::Frame, envelope: String, _: Vec<Attachment>) -> Self {
        envelope
    }
}

/// What a package is written with.
#[derive(Debug)]
pub struct PackageFrame {
    version: SoapVersion,
    boundary: String,
}

impl sealed::Framed for SecuredPackage {
    type Frame = PackageFrame;

    fn frame(plan: &Plan, envelope: &str, attachments: &[Attachment]) -> Result<Self::Frame, SecureError> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = attachments.iter().find(|attachment| !seen.insert(attachment.content_id())) {
            return Err(MimeError::DuplicateId { id: twice.content_id().into() }.into());
        }
        let mut octets = [0; 16];
        plan.recipe.random.fill(&mut octets)?;
        Ok(PackageFrame { version: SoapVersion::of(envelope), boundary: boundary_of(&octets) })
    }

    fn within(frame: Self::Frame, envelope: String, attachments: Vec<Attachment>) -> Self {
        let PackageFrame { version, boundary } = frame;
        Self { envelope, version, attachments: attachments.into(), included: Vec::new(), boundary }
    }
}

/// A message to be secured. Made by [`Plan::message`].
///
/// `M` is what comes out: a `String`, or a [`SecuredPackage`] once [`Outgoing::attachments`] was called.
#[must_use = "nothing is secured until `secure` or `prepare` is called"]
pub struct Outgoing<'p, M: WireForm = String> {
    plan: &'p Plan,
    envelope: &'p str,
    attachments: Vec<Attachment>,
    request: Option<&'p Correlation>,
    wire_form: PhantomData<M>,
}

impl<M: WireForm> Clone for Outgoing<'_, M> {
    fn clone(&self) -> Self {
        let Self { plan, envelope, ref attachments, request, wire_form } = *self;
        Self { plan, envelope, attachments: attachments.clone(), request, wire_form }
    }
}

impl<M: WireForm> std::fmt::Debug for Outgoing<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("plan", self.plan).finish_non_exhaustive()
    }
}

impl<'p> Outgoing<'p> {
    pub(crate) fn new(plan: &'p Plan, envelope: &'p str) -> Self {
        Self { plan, envelope, attachments: Vec::new(), request: None, wire_form: PhantomData }
    }

    /// Sends the envelope as a package with these attachments, which the recipe signs and encrypts as
    /// [`Part::Attachments`](crate::Part::Attachments). An empty list makes a package without attachments.
    ///
    /// Attachments are digested while the message is secured, and encrypted when the package is written; neither needs
    /// all of an attachment in memory. A recipe that signs what it has encrypted encrypts them in memory.
    ///
    /// # Specification
    /// SOAP Messages with Attachments Profile 1.1.1.
    pub fn attachments(self, attachments: Vec<Attachment>) -> Outgoing<'p, SecuredPackage> {
        let Self { plan, envelope, request, .. } = self;
        Outgoing { plan, envelope, attachments, request, wire_form: PhantomData }
    }
}

impl<'p, M: WireForm> Outgoing<'p, M> {
    /// Secures the message as the reply to a request: confirms its signatures, uses its key, encrypts to its signer, as
    /// the recipe says. The service has the correlation from [`Opened::correlation`](crate::Opened::correlation).
    ///
    /// # Specification
    /// SOAP Message Security 1.1.1 §7.7 and §8.5.
    pub fn answering(self, request: &'p Correlation) -> Self {
        Self { request: Some(request), ..self }
    }

    /// Runs the recipe. What it does not touch leaves octet for octet as it came.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::KeyElsewhere`] if a signature is to be made elsewhere: call
    /// [`Outgoing::prepare`]. [`SecureError::NeedsRequest`] if the recipe uses the key, the certificate or the signatures
    /// of a request, and [`Outgoing::answering`] was not called or the request has none. [`MimeError::DuplicateId`] if
    /// two attachments have one Content-ID.
    pub fn secure(self) -> Result<Secured<M>, SecureError> {
        match self.run()? {
            Progress::Secured(secured) => Ok(secured),
            Progress::Pending(_) => Err(SecureError::KeyElsewhere),
        }
    }

    /// Runs the recipe up to the first signature whose key is elsewhere ([`Signing::elsewhere`](crate::Signing::elsewhere)).
    ///
    /// # Errors
    /// As [`Outgoing::secure`]; [`SecureError::NothingPending`] if the recipe has no such signature.
    pub fn prepare(self) -> Result<Pending<M>, SecureError> {
        match self.run()? {
            Progress::Secured(_) => Err(SecureError::NothingPending),
            Progress::Pending(pending) => Ok(pending),
        }
    }

    fn run(self) -> Result<Progress<M>, SecureError> {
        let frame = M::frame(self.plan, self.envelope, &self.attachments)?;
        let securing = Securing::begin(self.plan, self.envelope, self.attachments, self.request)?;
        Ok(Progress::of(securing.run()?, frame))
    }
}

/// A secured message.
#[derive(Debug, Clone)]
pub struct Secured<M> {
    /// What goes on the wire.
    pub message: M,
    /// What is needed to open the reply ([`Receiver::answering`](crate::Receiver::answering)), and to check its receipt.
    pub correlation: Correlation,
}

/// How far a message came.
#[derive(Debug)]
#[must_use = "a pending message is not secured"]
pub enum Progress<M: WireForm> {
    /// Every step of the recipe is done.
    Secured(Secured<M>),
    /// The next signature is to be made elsewhere.
    Pending(Pending<M>),
}

impl<M: WireForm> Progress<M> {
    fn of(next: Next, frame: M::Frame) -> Self {
        match next {
            Next::Done(Done { message, attachments, correlation }) => {
                Self::Secured(Secured { message: M::within(frame, message, attachments), correlation })
            }
            Next::Sign(securing, awaited) => Self::Pending(Pending { securing, awaited, frame }),
        }
    }
}

/// What is to be signed elsewhere.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SignatureRequest<'s> {
    /// The octets to sign: a canonical `ds:SignedInfo`, not a digest of it.
    pub octets: &'s [u8],
    /// The signature method.
    pub method: SignatureMethod,
    /// The certificate whose key signs.
    pub certificate: &'s Certificate,
}

/// A message that waits for a signature made elsewhere (HSM, key service). Made by [`Outgoing::prepare`].
#[must_use = "a pending message is not secured"]
pub struct Pending<M: WireForm> {
    securing: Box<Securing>,
    awaited: Awaited,
    frame: M::Frame,
}

impl<M: WireForm> Pending<M> {
    /// The octets to sign with [`Pending::method`]: a canonical `ds:SignedInfo`, not a digest of it.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.awaited.signature.octets()
    }

    /// The signature method.
    #[must_use]
    pub fn method(&self) -> SignatureMethod {
        self.awaited.signature.method()
    }

    /// The certificate whose key signs: a recipe may have several.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.awaited.certificate
    }

    /// Takes the signature value (ECDSA: `r ‖ s`), and runs the steps up to the next signature that is made elsewhere, or
    /// to the end.
    ///
    /// # Errors
    /// [`SecureError`].
    pub fn finish(self, value: &[u8]) -> Result<Progress<M>, SecureError> {
        Ok(Progress::of(self.securing.resume(&self.awaited, value)?, self.frame))
    }

    /// Has `sign` make this signature and all that follow it, one after the other. Where the key is behind an asynchronous
    /// call, use [`Pending::finish`].
    ///
    /// # Errors
    /// [`SecureError::Elsewhere`] with the error of `sign`; otherwise as [`Pending::finish`].
    pub fn sign_with<E>(
        mut self,
        mut sign: impl FnMut(SignatureRequest<'_>) -> Result<Vec<u8>, E>,
    ) -> Result<Secured<M>, SecureError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        loop {
            let (octets, method, certificate) = (self.octets(), self.method(), self.certificate());
            let value = sign(SignatureRequest { octets, method, certificate }).map_err(ElsewhereError::new)?;
            match self.finish(&value)? {
                Progress::Secured(secured) => return Ok(secured),
                Progress::Pending(next) => self = next,
            }
        }
    }
}

impl<M: WireForm> std::fmt::Debug for Pending<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").field("method", &self.method()).finish_non_exhaustive()
    }
}
