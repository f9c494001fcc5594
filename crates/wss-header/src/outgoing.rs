//! An outgoing message: the work of a [`Plan`] on one envelope.
//!
//! [`Plan::message`] starts an [`Outgoing`], which can be given attachments and the request that it answers.
//! [`Outgoing::secure`] ends it if every key is in this process. [`Outgoing::prepare`] ends it if some are elsewhere
//! (HSM, key service): [`Pending`] has the octets to sign, and continues with the signature value.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use wss_c14n::Limits;
use wss_text::shown;

use wss_crypto::{Certificate, SignatureMethod};
use wss_soap::SoapVersion;
use wss_soap::mime::{MimeError, fresh_boundary};

use crate::addressing::Addressing;
use crate::attachments::{Attachment, SecuredPackage};
use crate::correlation::Correlation;
use crate::elsewhere::{AsyncSigningKey, SignatureRequest};
use crate::error::{ElsewhereError, SecureError};
use crate::plan::Plan;
use crate::secure::{Done, Next, Unsecured, Waiting, secure};
use crate::trace;

impl Plan {
    /// Starts to secure a SOAP 1.1 or 1.2 envelope.
    ///
    /// ```
    /// # use wss_header::{Plan, SecureError};
    /// # fn send(plan: &Plan, envelope: &str) -> Result<String, SecureError> {
    /// let secured = plan.message(envelope).secure()?;
    /// # Ok(secured.message)
    /// # }
    /// ```
    pub fn message<'p>(&'p self, envelope: &'p str) -> Outgoing<'p> {
        let message = Unsecured { envelope, attachments: Vec::new(), addressing: None, request: None };
        Outgoing { plan: self, message, wire_form: PhantomData }
    }
}

/// The form of a message on the wire: only an envelope (`String`), or a package ([`SecuredPackage`]). Nothing else
/// implements it.
pub trait WireForm: Sized + sealed::Framed {}

impl WireForm for String {}
impl WireForm for SecuredPackage {}

mod sealed {
    use super::{Attachment, Plan, SecureError};

    /// Makes a message for the wire from the result of a plan's steps.
    pub trait Framed {
        /// The parts around the secured envelope.
        type Frame: std::fmt::Debug;

        /// Checks the attachments, and makes the frame.
        fn frame(plan: &Plan, envelope: &str, attachments: &[Attachment]) -> Result<Self::Frame, SecureError>;

        /// Puts the frame around the secured envelope, and checks its limits.
        fn within(frame: Self::Frame, envelope: String, attachments: Vec<Attachment>) -> Result<Self, SecureError>
        where
            Self: Sized;

        /// The number of octets of the secured envelope.
        fn octets(&self) -> usize;
    }
}

impl sealed::Framed for String {
    type Frame = ();

    fn frame(_: &Plan, _: &str, _: &[Attachment]) -> Result<Self::Frame, SecureError> {
        Ok(())
    }

    fn within((): Self::Frame, envelope: String, _: Vec<Attachment>) -> Result<Self, SecureError> {
        Ok(envelope)
    }

    fn octets(&self) -> usize {
        self.len()
    }
}

/// The parts of a package around the envelope.
pub struct PackageFrame {
    version: SoapVersion,
    boundary: String,
    limits: Limits,
}

impl std::fmt::Debug for PackageFrame {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackageFrame")
            .field("version", &self.version)
            .field("boundary", &shown(&self.boundary))
            .finish_non_exhaustive()
    }
}

impl sealed::Framed for SecuredPackage {
    type Frame = PackageFrame;

    fn frame(plan: &Plan, envelope: &str, attachments: &[Attachment]) -> Result<Self::Frame, SecureError> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = attachments.iter().find(|attachment| !seen.insert(attachment.content_id())) {
            return Err(MimeError::DuplicateId { id: twice.content_id().into() }.into());
        }
        let boundary = fresh_boundary(plan.recipe.random.as_ref())?;
        Ok(PackageFrame { version: SoapVersion::of(envelope), boundary, limits: plan.recipe.limits })
    }

    fn within(frame: Self::Frame, envelope: String, attachments: Vec<Attachment>) -> Result<Self, SecureError> {
        let PackageFrame { version, boundary, limits } = frame;
        let attachments = attachments.into();
        let package = Self { envelope, version, attachments, included: Vec::new(), boundary, limits };
        package.check()?;
        Ok(package)
    }

    fn octets(&self) -> usize {
        self.envelope.len()
    }
}

/// A message to secure. Only [`Plan::message`] makes it.
///
/// `M` is the type of the result: a `String`, or a [`SecuredPackage`] after [`Outgoing::attachments`] was called.
#[must_use = "nothing is secured until `secure` or `prepare` is called"]
pub struct Outgoing<'p, M: WireForm = String> {
    plan: &'p Plan,
    message: Unsecured<'p>,
    wire_form: PhantomData<M>,
}

impl<M: WireForm> Clone for Outgoing<'_, M> {
    fn clone(&self) -> Self {
        Self { plan: self.plan, message: self.message.clone(), wire_form: PhantomData }
    }
}

impl<M: WireForm> std::fmt::Debug for Outgoing<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("plan", self.plan).finish_non_exhaustive()
    }
}

impl<'p> Outgoing<'p> {
    /// Sends the envelope in a package with these attachments. The recipe signs and encrypts them as
    /// [`Part::Attachments`](crate::Part::Attachments). An empty list makes a package without attachments.
    ///
    /// Attachments are digested while the message is secured, and encrypted while the package is written. Neither needs
    /// a whole attachment in memory. A recipe that signs encrypted attachments encrypts them in memory.
    ///
    /// # Specification
    /// SOAP Messages with Attachments Profile 1.1.1.
    pub fn attachments(self, attachments: Vec<Attachment>) -> Outgoing<'p, SecuredPackage> {
        let message = Unsecured { attachments, ..self.message };
        Outgoing { plan: self.plan, message, wire_form: PhantomData }
    }
}

impl<'p, M: WireForm> Outgoing<'p, M> {
    /// Secures the message as the reply to a request: as the recipe demands, it confirms the request's signatures, uses
    /// its key, and encrypts to its signer. A service gets the correlation from
    /// [`Opened::correlation`](crate::OpenedParts::correlation).
    ///
    /// # Specification
    /// SOAP Message Security 1.1.1 §7.7 and §8.5.
    pub fn answering(mut self, request: &'p Correlation) -> Self {
        self.message.request = Some(request);
        self
    }

    /// Inserts these header blocks of WS-Addressing before the recipe runs. The envelope must not have them yet.
    pub fn addressing(mut self, addressing: Addressing) -> Self {
        self.message.addressing = Some(addressing);
        self
    }

    /// Runs the recipe. All other octets of the envelope stay unchanged.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::KeyElsewhere`] if a signing key is elsewhere: call [`Outgoing::prepare`].
    /// [`SecureError::NeedsRequest`] if the recipe uses the key, the certificate or the signatures of a request, and
    /// [`Outgoing::answering`] was not called or the request has none. [`MimeError::DuplicateId`] if two attachments
    /// have one Content-ID.
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

    /// Runs the recipe, and asks `key` for each signature whose key is elsewhere.
    ///
    /// # Errors
    /// [`SecureError::Elsewhere`] with the error of `key`; otherwise as [`Outgoing::secure`].
    pub async fn secure_async(self, key: &(impl AsyncSigningKey + ?Sized)) -> Result<Secured<M>, SecureError> {
        match self.run()? {
            Progress::Secured(secured) => Ok(secured),
            Progress::Pending(pending) => pending.sign_with_async(key).await,
        }
    }

    fn run(self) -> Result<Progress<M>, SecureError> {
        trace::securing(self.message.envelope.len(), || self.steps(), Progress::octets)
    }

    fn steps(self) -> Result<Progress<M>, SecureError> {
        let frame = M::frame(self.plan, self.message.envelope, &self.message.attachments)?;
        Progress::of(secure(self.plan, self.message)?, frame)
    }
}

/// A secured message.
#[derive(Debug, Clone)]
pub struct Secured<M> {
    /// The message for the wire.
    pub message: M,
    /// The state for opening the reply ([`Receiver::answering`](crate::Receiver::answering)) and for checking its
    /// receipt.
    pub correlation: Correlation,
}

/// The state of a message.
#[derive(Debug)]
#[must_use = "a pending message is not secured"]
pub enum Progress<M: WireForm> {
    /// All steps of the recipe are done.
    Secured(Secured<M>),
    /// The key of the next signature is elsewhere.
    Pending(Pending<M>),
}

impl<M: WireForm> Progress<M> {
    fn of(next: Next, frame: M::Frame) -> Result<Self, SecureError> {
        Ok(match next {
            Next::Done(done) => {
                let Done { message, attachments, correlation } = *done;
                Self::Secured(Secured { message: M::within(frame, message, attachments)?, correlation })
            }
            Next::Waiting(waiting) => Self::Pending(Pending { waiting, frame }),
        })
    }

    /// The number of octets of the secured envelope; `None` while it is pending.
    fn octets(&self) -> Option<usize> {
        match self {
            Self::Secured(secured) => Some(secured.message.octets()),
            Self::Pending(_) => None,
        }
    }
}

/// A message that waits for a signature from elsewhere (HSM, key service). Only [`Outgoing::prepare`] makes it.
#[must_use = "a pending message is not secured"]
pub struct Pending<M: WireForm> {
    waiting: Box<Waiting>,
    frame: M::Frame,
}

impl<M: WireForm> Pending<M> {
    /// The octets to sign with [`Pending::method`]: a canonical `ds:SignedInfo`, not a digest of it.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.waiting.octets()
    }

    /// The signature method.
    #[must_use]
    pub fn method(&self) -> SignatureMethod {
        self.waiting.method()
    }

    /// The certificate of the signing key. A recipe may have several.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        self.waiting.certificate()
    }

    /// Takes the signature value (ECDSA: `r ‖ s`), and runs the steps up to the next signature from elsewhere, or to
    /// the end.
    ///
    /// # Errors
    /// [`SecureError`].
    pub fn finish(self, value: &[u8]) -> Result<Progress<M>, SecureError> {
        trace::securing(self.octets().len(), || Progress::of(self.waiting.finish(value)?, self.frame), Progress::octets)
    }

    /// Asks `key` for this signature and for all later ones, one after the other.
    ///
    /// # Errors
    /// [`SecureError::Elsewhere`] with the error of `key`; otherwise as [`Pending::finish`].
    pub async fn sign_with_async(mut self, key: &(impl AsyncSigningKey + ?Sized)) -> Result<Secured<M>, SecureError> {
        loop {
            let (octets, method, certificate) = (self.octets(), self.method(), self.certificate());
            let value = key.sign_async(SignatureRequest { octets, method, certificate }).await;
            match self.finish(&value.map_err(ElsewhereError::new)?)? {
                Progress::Secured(secured) => return Ok(secured),
                Progress::Pending(next) => self = next,
            }
        }
    }

    /// Calls `sign` for this signature and for all later ones, one after the other. If the key is behind an
    /// asynchronous call, use [`Pending::sign_with_async`].
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
