//! The verbs of a [`Receiver`]: for a message and for a reply; at once, or in two steps for asynchronous stores: everything
//! except the replay store, then the store.

use crate::correlation::Correlation;
use crate::elsewhere::AsyncKeyUnwrap;
use crate::error::OpenError;
use crate::incoming::Incoming;
use crate::open::{self, Arrived};
use crate::opened::{Opened, OpenedParts, UnsignedOpened};
use crate::pending_replay::PendingReplay;
use crate::receiver::Receiver;
use crate::transport::TransportFacts;

/// The verb of a [`Receiver`] that opens a message, by what the message proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opening {
    /// The Body is signed: [`Receiver::open`].
    Body,
    /// Parts are signed, and the Body need not be one of them: [`Receiver::open_parts`].
    Parts,
    /// No signature need be there, and the transport alone protects the Body: [`Receiver::open_unsigned`].
    Unsigned,
}

impl Receiver {
    /// Opens a message: the octets of a SOAP 1.1 or 1.2 envelope, in UTF-8, or in UTF-16 with a byte order mark; or a
    /// [`Package`](wss_soap::mime::Package). The attachments that the signature over the Body covers are in
    /// [`Opened::attachments`](crate::OpenedParts::attachments). Require
    /// [`Part::Attachments`](crate::Part::Attachments) if it must cover all of them.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    ///
    /// # Specification
    /// SOAP Message Security 1.1.1; SOAP Messages with Attachments Profile 1.1.1.
    pub fn open<'m>(&self, incoming: impl Into<Incoming<'m>>) -> Result<Opened, OpenError> {
        self.deferred().open(incoming)?.accept(&*self.replay)
    }

    /// Opens a message of which only the required parts are signed, such as [an element](crate::Part::element) inside
    /// the Body. One trusted signature must cover all of them. The Body need not be one of them, and is not returned.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_parts<'m>(&self, incoming: impl Into<Incoming<'m>>) -> Result<OpenedParts, OpenError> {
        self.deferred().open_parts(incoming)?.accept(&*self.replay)
    }

    /// Opens a message whose Body may be from anyone. Signatures in it must still verify, and the other requirements
    /// must be proven. The argument is the caller's statement about the transport. Parts without a signature are
    /// unauthenticated in any case.
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_unsigned<'m>(
        &self,
        incoming: impl Into<Incoming<'m>>,
        transport: TransportFacts,
    ) -> Result<UnsignedOpened, OpenError> {
        self.deferred().open_unsigned(incoming, transport)?.accept(&*self.replay)
    }

    /// Opens the reply to the request of this [`Secured::correlation`](crate::Secured::correlation). The reply may use
    /// keys of the request, and its `wsse11:SignatureConfirmation`s must confirm the request. A message with the
    /// request's signed data, or signed with one of the request's own keys, is not a reply. A reply under another key
    /// that both sides have must confirm the request: [`Outgoing::answering`](crate::Outgoing::answering) does so by
    /// default.
    ///
    /// # Specification
    /// SOAP Message Security 1.1.1 §7.7 and §8.5.
    pub fn answering<'r>(&'r self, request: &'r Correlation) -> Answering<'r> {
        Answering(Deferred { receiver: self, request: Some(request) })
    }

    /// Opens messages in two steps: everything except the replay store, then the store, which may be asynchronous. This
    /// receiver's own store is not asked; give [`DeferredReplay`](crate::DeferredReplay) to [`Receiver::new`] if there
    /// is no other.
    pub fn deferred(&self) -> Deferred<'_> {
        Deferred { receiver: self, request: None }
    }
}

/// The verbs of a [`Receiver`], except for the question whether the message is new. Only [`Receiver::deferred`] makes
/// it.
#[derive(Debug, Clone, Copy)]
#[must_use = "nothing is opened until `open`, `open_parts` or `open_unsigned` is called"]
pub struct Deferred<'r> {
    pub(crate) receiver: &'r Receiver,
    pub(crate) request: Option<&'r Correlation>,
}

impl<'r> Deferred<'r> {
    /// As [`Receiver::answering`], for a message that may answer a request; `None` if it answers none.
    pub fn answering(self, request: impl Into<Option<&'r Correlation>>) -> Self {
        Self { request: request.into(), ..self }
    }

    /// As [`Receiver::open`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open<'m>(self, incoming: impl Into<Incoming<'m>>) -> Result<PendingReplay<Opened>, OpenError> {
        open::open(self.receiver, Arrived::new(&incoming.into(), self.request))
    }

    /// As [`Receiver::open_parts`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_parts<'m>(self, incoming: impl Into<Incoming<'m>>) -> Result<PendingReplay<OpenedParts>, OpenError> {
        open::open(self.receiver, Arrived::new(&incoming.into(), self.request))
    }

    /// As [`Receiver::open_unsigned`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_unsigned<'m>(
        self,
        incoming: impl Into<Incoming<'m>>,
        transport: TransportFacts,
    ) -> Result<PendingReplay<UnsignedOpened>, OpenError> {
        let incoming = incoming.into();
        let arrived = Arrived { transport: Some(&transport), ..Arrived::new(&incoming, self.request) };
        open::open(self.receiver, arrived)
    }
}

impl<'r> Deferred<'r> {
    /// Asks `keys` for the operations of the keys [elsewhere](Receiver::decrypt_elsewhere), as often as the receiver's
    /// limit on private-key operations allows for one message.
    ///
    /// With each answer, everything is verified again, and the passwords and contexts of the receiver are looked up
    /// again.
    pub fn keys_elsewhere(self, keys: &'r dyn AsyncKeyUnwrap) -> DeferredElsewhere<'r> {
        DeferredElsewhere { deferred: self, keys }
    }
}

/// The verbs of a [`Receiver`] whose decryption keys are behind an asynchronous call, except for the question whether
/// the message is new. Only [`Deferred::keys_elsewhere`] makes it.
#[derive(Clone, Copy)]
#[must_use = "nothing is opened until `open`, `open_parts` or `open_unsigned` is called"]
pub struct DeferredElsewhere<'r> {
    deferred: Deferred<'r>,
    keys: &'r dyn AsyncKeyUnwrap,
}

impl std::fmt::Debug for DeferredElsewhere<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("DeferredElsewhere").field(&self.deferred).finish()
    }
}

impl DeferredElsewhere<'_> {
    /// As [`Receiver::open`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire. [`OpenError::Elsewhere`] if a key is unavailable.
    pub async fn open<'m>(self, incoming: impl Into<Incoming<'m>>) -> Result<PendingReplay<Opened>, OpenError> {
        let Self { deferred, keys } = self;
        let incoming = incoming.into();
        open::open_asking(deferred.receiver, Arrived::new(&incoming, deferred.request), keys).await
    }

    /// As [`Receiver::open_parts`].
    ///
    /// # Errors
    /// As [`DeferredElsewhere::open`].
    pub async fn open_parts<'m>(
        self,
        incoming: impl Into<Incoming<'m>>,
    ) -> Result<PendingReplay<OpenedParts>, OpenError> {
        let Self { deferred, keys } = self;
        let incoming = incoming.into();
        open::open_asking(deferred.receiver, Arrived::new(&incoming, deferred.request), keys).await
    }

    /// As [`Receiver::open_unsigned`].
    ///
    /// # Errors
    /// As [`DeferredElsewhere::open`].
    pub async fn open_unsigned<'m>(
        self,
        incoming: impl Into<Incoming<'m>>,
        transport: TransportFacts,
    ) -> Result<PendingReplay<UnsignedOpened>, OpenError> {
        let Self { deferred, keys } = self;
        let incoming = incoming.into();
        let arrived = Arrived { transport: Some(&transport), ..Arrived::new(&incoming, deferred.request) };
        open::open_asking(deferred.receiver, arrived, keys).await
    }
}

/// The verbs of a [`Receiver`] for the reply to one request. Only [`Receiver::answering`] makes it.
#[derive(Debug, Clone, Copy)]
#[must_use = "nothing is opened until `open`, `open_parts` or `open_unsigned` is called"]
pub struct Answering<'r>(pub(crate) Deferred<'r>);

impl<'r> Answering<'r> {
    /// As [`Receiver::open`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open<'m>(self, incoming: impl Into<Incoming<'m>>) -> Result<Opened, OpenError> {
        self.0.open(incoming)?.accept(&*self.0.receiver.replay)
    }

    /// As [`Receiver::open_parts`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_parts<'m>(self, incoming: impl Into<Incoming<'m>>) -> Result<OpenedParts, OpenError> {
        self.0.open_parts(incoming)?.accept(&*self.0.receiver.replay)
    }

    /// As [`Receiver::open_unsigned`].
    ///
    /// # Errors
    /// [`OpenError`]: for the log, not for the wire.
    pub fn open_unsigned<'m>(
        self,
        incoming: impl Into<Incoming<'m>>,
        transport: TransportFacts,
    ) -> Result<UnsignedOpened, OpenError> {
        self.0.open_unsigned(incoming, transport)?.accept(&*self.0.receiver.replay)
    }

    /// As [`Receiver::deferred`].
    pub fn deferred(self) -> Deferred<'r> {
        self.0
    }
}
