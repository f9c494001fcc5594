//! Exchanges: what one side does for each operation, and which alternative of the policy that is.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use wss_header::{
    Answering, AuthenticatedAssertion, Correlation, Evidence, Incoming, OpenError, Opened, OpenedParts, Opening, Plan,
    Receiver, TransportFacts, UnsignedOpened,
};
use wss_text::{Slice as _, WireText};

use crate::error::PolicyError;
use crate::form::{self, BrokenAssertion};
use crate::keys::Keys;
use crate::lack::Lack;
use crate::proven::{self, Proven};
use crate::terms::{Direction, Terms, TokenKind, Tokens};

/// One side of a service: an [`Exchange`] for each operation of each port.
#[derive(Debug)]
pub struct Side {
    pub(crate) exchanges: Vec<Exchange>,
    /// The other alternatives of its operations that can be used, for a service.
    pub(crate) others: Vec<Exchange>,
    pub(crate) unusable: Vec<Unusable>,
}

impl Side {
    /// The operations for which an alternative is used.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// As [`Side::exchanges`], by value, for [`Exchange::with_receiver`].
    #[must_use]
    pub fn into_exchanges(self) -> Vec<Exchange> {
        self.exchanges
    }

    /// The operations of which no alternative can be used, and why.
    #[must_use]
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// Changes the receivers of all alternatives, as [`Exchange::with_receiver`] changes one.
    #[must_use]
    pub fn with_receivers(mut self, change: impl Fn(Receiver) -> Receiver) -> Self {
        let all = |exchanges: Vec<Exchange>| exchanges.into_iter().map(|one| one.with_receiver(&change)).collect();
        (self.exchanges, self.others) = (all(self.exchanges), all(self.others));
        self
    }

    /// The alternative of an operation that a request follows: the first one that the keys allow and whose form the
    /// request has, as far as that can be seen without keys. If the request has the form of none, it is the alternative
    /// of [`Side::operation`]. A client may follow any alternative of the policy of its service, so a service that has
    /// several opens and answers each request with this one.
    ///
    /// Two alternatives that differ only in parts hidden by encryption have one form: the first is found for both, and
    /// refuses the requests of the other. `operation` is the one whose element the Body has, as [`Side::operation`]
    /// says.
    ///
    /// ```
    /// # use wss_policy::Side;
    /// # fn open(service: &Side, request: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let exchange = service.fitting("pay", request)?;
    /// let opened = exchange.open(request, None)?; // which proves what the form only shows
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`SideError`].
    pub fn fitting<'m>(&self, operation: &str, request: impl Into<Incoming<'m>>) -> Result<&Exchange, SideError> {
        let first = self.operation(operation)?;
        let request = request.into();
        let is_same = |other: &&Exchange| other.of == first.of;
        let all = || std::iter::once(first).chain(self.others.iter().filter(is_same));
        Ok(first_fitting(&request, all).unwrap_or(first))
    }

    /// The operation of this name, in the first port that has a usable one; an empty name is the first operation. Of several that
    /// have one name it is the first: the others are in [`Side::exchanges`].
    ///
    /// Only the caller ties a message to its operation. A service takes the operation by the element of the Body that
    /// it will process, or compares both once the message is open: anyone may have written a `SOAPAction`, or a Body
    /// that is not opened yet, and may name an operation with a weaker policy.
    ///
    /// # Errors
    /// [`SideError`].
    pub fn operation(&self, name: &str) -> Result<&Exchange, SideError> {
        let is_meant = |other: &str| name.is_empty() || other == name;
        if let Some(found) = self.exchanges.iter().find(|exchange| is_meant(&exchange.operation)) {
            // If keys are missing for one operation, another operation of the same name that demands nothing is not
            // used in its place.
            let is_bare = found.sends.is_none() && found.opens.is_none() && !found.has_tls;
            let better = self.unusable.iter().find(|unusable| is_bare && unusable.operation == found.operation);
            return match better {
                Some(unusable) => Err(SideError::Unusable(unusable.clone())),
                None => Ok(found),
            };
        }
        match self.unusable.iter().find(|unusable| is_meant(&unusable.operation)) {
            Some(unusable) => Err(SideError::Unusable(unusable.clone())),
            None => {
                let known = self.exchanges.iter().map(|exchange| &*exchange.operation);
                let there = known.chain(self.unusable.iter().map(|other| &*other.operation));
                Err(SideError::NoSuch(PolicyError::no_operation(name, there)))
            }
        }
    }
}

/// The first exchange whose form the request has. One without a Security header is chosen only if no other fits. The request is
/// read once, unless the receivers have limits of their own.
fn first_fitting<'e, I: Iterator<Item = &'e Exchange>>(
    request: &Incoming<'_>,
    all: impl Fn() -> I,
) -> Option<&'e Exchange> {
    let fits = |one: &&Exchange| one.breaches(request).is_ok_and(|breaches| breaches.is_empty());
    let bare = || all().filter(|one| one.receiver().is_none()).find(fits);
    let Some(first) = all().find_map(Exchange::receiver) else { return bare() };
    let limits = first.current_limits();
    if all().any(|one| one.receiver().is_some_and(|receiver| receiver.current_limits() != limits)) {
        return all().filter(|one| one.receiver().is_some()).find(fits).or_else(bare);
    }
    let text = first.unauthenticated_envelope(request).ok()?;
    let has_form = |read: &form::Read<'_>, one: &Exchange| {
        let opens = one.opens.as_ref().filter(|_| one.receiver().is_some());
        opens.is_some_and(|opens| {
            let breaches = form::breaches(read, &opens.terms, opens.direction, Some(&opens.keys));
            breaches.is_ok_and(|breaches| breaches.is_empty())
        })
    };
    let found = form::with_read(&text, limits, |read| Ok(all().find(|one| has_form(read, one))));
    found.ok().flatten().or_else(bare)
}

/// Why there is no exchange.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SideError {
    /// No alternative of the operation can be used.
    #[error(transparent)]
    Unusable(Unusable),
    /// There is no such operation.
    #[error(transparent)]
    NoSuch(PolicyError),
}

/// An operation of which no alternative can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The port.
    pub port: Arc<str>,
    /// The operation.
    pub operation: Arc<str>,
    /// Each alternative, in order, and why it is not used.
    pub lacks: Vec<Lack>,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { port, operation, lacks } = self;
        write!(f, "no alternative of the policy of {}/{} can be used", WireText::of(port), WireText::of(operation))?;
        for (at, lack) in lacks.iter().enumerate() {
            let said = lacks.slice(..at).contains(lack);
            if !said {
                write!(f, "; {}: {lack}", at + 1)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Unusable {}

/// The messages of one operation as one side sends and opens them.
pub struct Exchange {
    /// Which operation of the policy it is of: several may have one name.
    pub(crate) of: usize,
    pub(crate) service: Arc<str>,
    pub(crate) port: Arc<str>,
    pub(crate) operation: Arc<str>,
    pub(crate) action: Option<Arc<str>>,
    pub(crate) alternative: usize,
    pub(crate) skipped: Skipped,
    pub(crate) sends: Option<Plan>,
    pub(crate) opens: Option<Opens>,
    /// Whether it has a transport binding, which may protect everything.
    pub(crate) has_tls: bool,
}

/// Why alternatives are not used: the first `count` lacks of an operation.
pub(crate) struct Skipped {
    pub(crate) lacks: Arc<[Lack]>,
    pub(crate) count: usize,
}

/// The receiver for the messages of the other side, with the terms that it checks.
#[derive(Clone)]
pub(crate) struct Opens {
    pub(crate) receiver: Receiver,
    /// `None` for messages without a Security header.
    pub(crate) opening: Option<Opening>,
    pub(crate) terms: Arc<Terms>,
    pub(crate) direction: Direction,
    pub(crate) keys: Keys,
}

/// Why a message of the other side is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyOpenError {
    /// The receiver refused it.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// *Refused.* The form of the message breaks an assertion.
    #[error("{0}")]
    Form(BrokenAssertion),
    /// *Misuse.* The policy demands nothing of these messages, so that there is no receiver.
    #[error(
        "the policy demands nothing of these messages, or all of TLS: nothing is proven of them; read them as they are, if the \
         connection was what the policy demands"
    )]
    NothingDemanded,
    /// *Misuse.* The message is opened by another verb, or with the correlation of its request.
    #[error("{why}: call `{call}`")]
    OtherVerb {
        /// Why.
        why: &'static str,
        /// The call.
        call: &'static str,
    },
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { port, operation, alternative, .. } = self;
        f.debug_struct("Exchange")
            .field("port", &WireText::of(port))
            .field("operation", &WireText::of(operation))
            .field("alternative", alternative)
            .finish_non_exhaustive()
    }
}

impl Exchange {
    /// The service that has the operation; empty if the file has no service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The port that has the operation.
    #[must_use]
    pub fn port(&self) -> &str {
        &self.port
    }

    /// The operation; empty for a policy without a WSDL.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Its `soapAction`.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.action.as_deref()
    }

    /// The number of the alternative that is used, from 1, in the order of the file.
    #[must_use]
    pub fn alternative(&self) -> usize {
        self.alternative
    }

    /// The reasons why the alternatives before it are not used.
    #[must_use]
    pub fn skipped(&self) -> &[Lack] {
        self.skipped.lacks.get(..self.skipped.count).unwrap_or_default()
    }

    /// The plan that secures the messages of this side; `None` if the policy demands nothing of them, or all of TLS.
    #[must_use]
    pub fn plan(&self) -> Option<&Plan> {
        self.sends.as_ref()
    }

    /// What opens the messages of the other side; `None` if they have no Security header: [`Exchange::check_over`]. What the
    /// policy says of their form beyond that is checked by the `open` calls of the exchange, and by [`Exchange::breaches`].
    #[must_use]
    pub fn receiver(&self) -> Option<&Receiver> {
        self.opens.as_ref().filter(|opens| opens.opening.is_some()).map(|opens| &opens.receiver)
    }

    /// Which verb opens them; over a transport ([`Opening::Unsigned`]) it is [`Exchange::open_over`]. `None` if they have no
    /// Security header: [`Exchange::check_over`].
    #[must_use]
    pub fn opening(&self) -> Option<Opening> {
        self.opens.as_ref()?.opening
    }

    /// Changes the receiver, for a peer that needs one of its `accept_…` calls, another clock or other limits.
    #[must_use]
    pub fn with_receiver(mut self, change: impl FnOnce(Receiver) -> Receiver) -> Self {
        self.opens = self.opens.map(|opens| Opens { receiver: change(opens.receiver), ..opens });
        self
    }

    /// Opens a message whose Body is signed: an envelope, or a package with attachments. A reply under a key of its
    /// request needs `request`, the [`Correlation`] that securing the request returned.
    ///
    /// # Errors
    /// [`PolicyOpenError`].
    pub fn open<'m>(
        &self,
        message: impl Into<Incoming<'m>>,
        request: Option<&Correlation>,
    ) -> Result<Opened, PolicyOpenError> {
        let message = message.into();
        let (opens, text) = self.checked(&message, &[Some(Opening::Body)])?;
        let pending = match request {
            Some(request) => opens.answering(&opens.answered_by_partner(request)).deferred().open(&message)?,
            None => opens.receiver.deferred().open(&message)?,
        };
        let proves =
            |opened: &Opened| opens.prove(opened.forwarded().unwrap_or(&text), opened.assertions(), opened.evidence());
        Ok(pending.check(proves)?.accept(opens.receiver.replay_cache())?)
    }

    /// Opens a message of which parts are signed; the Body need not be signed.
    ///
    /// # Errors
    /// [`PolicyOpenError`].
    pub fn open_parts<'m>(
        &self,
        message: impl Into<Incoming<'m>>,
        request: Option<&Correlation>,
    ) -> Result<OpenedParts, PolicyOpenError> {
        let message = message.into();
        let (opens, text) = self.checked(&message, &[Some(Opening::Body), Some(Opening::Parts)])?;
        let pending = match request {
            Some(request) => opens.answering(&opens.answered_by_partner(request)).deferred().open_parts(&message)?,
            None => opens.receiver.deferred().open_parts(&message)?,
        };
        let proves = |opened: &OpenedParts| {
            opens.prove(opened.forwarded().unwrap_or(&text), opened.assertions(), opened.evidence())
        };
        Ok(pending.check(proves)?.accept(opens.receiver.replay_cache())?)
    }

    /// Opens a message that the transport protects. `transport` is the caller's statement: TLS where the policy has an
    /// `sp:TransportBinding`, and the certificate of the client where its `sp:HttpsToken` has
    /// `sp:RequireClientCertificate`. A reply that has to confirm the signatures of its request needs `request`, the
    /// [`Correlation`] that securing the request returned.
    ///
    /// # Errors
    /// [`PolicyOpenError`].
    pub fn open_over<'m>(
        &self,
        transport: TransportFacts,
        message: impl Into<Incoming<'m>>,
        request: Option<&Correlation>,
    ) -> Result<UnsignedOpened, PolicyOpenError> {
        let message = message.into();
        if self.opens.is_none() && self.has_tls && !transport.is_protected() {
            return Err(PolicyOpenError::Form(proven::without_tls()));
        }
        let (opens, text) = self.checked(&message, &[Some(Opening::Unsigned)])?;
        if let Some(breach) = proven::of_transport(&opens.terms, opens.direction, &transport) {
            return Err(PolicyOpenError::Form(breach));
        }
        let pending = match request {
            Some(request) => {
                opens.answering(&opens.answered_by_partner(request)).deferred().open_unsigned(&message, transport)?
            }
            None if opens.terms.confirms(opens.direction) => {
                let why = "the reply has to confirm its request, which is not given";
                return Err(PolicyOpenError::OtherVerb { why, call: "open_over(…, …, Some(&sent.correlation))" });
            }
            None => opens.receiver.deferred().open_unsigned(&message, transport)?,
        };
        let proves = |opened: &UnsignedOpened| {
            opens.prove(opened.forwarded().unwrap_or(&text), opened.assertions(), opened.evidence())
        };
        Ok(pending.check(proves)?.accept(opens.receiver.replay_cache())?)
    }

    /// Checks a message without a Security header: that it came over TLS, if the policy has it, with the certificate of the
    /// client, where its `sp:HttpsToken` has `sp:RequireClientCertificate`; and that it has the parts that are required. Nothing
    /// else is said of the message: who wrote it is what `transport` knows. Read it as it is, once this returns.
    ///
    /// # Errors
    /// [`PolicyOpenError`]; one that names the call which opens the message, if it has a Security header.
    pub fn check_over<'m>(
        &self,
        transport: &TransportFacts,
        message: impl Into<Incoming<'m>>,
    ) -> Result<(), PolicyOpenError> {
        if self.opens.is_none() {
            let lacks = self.has_tls && !transport.is_protected();
            return if lacks { Err(PolicyOpenError::Form(proven::without_tls())) } else { Ok(()) };
        }
        let message = message.into();
        let (opens, _) = self.checked(&message, &[None])?;
        let breach = proven::of_transport(&opens.terms, opens.direction, transport);
        breach.map_or(Ok(()), |breach| Err(PolicyOpenError::Form(breach)))
    }

    /// The assertions that the form of a message breaks, as far as it can be seen without keys. Proves nothing.
    ///
    /// # Errors
    /// [`OpenError`] if the message is no envelope.
    pub fn breaches<'m>(&self, message: impl Into<Incoming<'m>>) -> Result<Vec<BrokenAssertion>, OpenError> {
        match &self.opens {
            Some(opens) => opens.breaches(&opens.receiver.unauthenticated_envelope(&message.into())?),
            None => Ok(Vec::new()),
        }
    }

    /// The receiver that opens the message, and the envelope of the message, after the check of its form.
    fn checked<'a>(
        &'a self,
        message: &'a Incoming<'_>,
        verbs: &[Option<Opening>],
    ) -> Result<(&'a Opens, Cow<'a, str>), PolicyOpenError> {
        let opens = self.opens.as_ref().ok_or(PolicyOpenError::NothingDemanded)?;
        if !verbs.contains(&opens.opening) {
            let (why, call) = match opens.opening {
                Some(Opening::Body) => ("the Body is signed", "open"),
                Some(Opening::Parts) => ("the Body is not signed", "open_parts"),
                Some(Opening::Unsigned) => ("the transport protects the message", "open_over"),
                Some(_) => ("another verb opens the message", "opening"),
                None => ("messages have no Security header to open", "check_over"),
            };
            return Err(PolicyOpenError::OtherVerb { why, call });
        }
        let text = opens.receiver.unauthenticated_envelope(message)?;
        match opens.breaches(&text)?.into_iter().next() {
            Some(breach) => Err(opens.unproven_fault(&text).unwrap_or(PolicyOpenError::Form(breach))),
            None => Ok((opens, text)),
        }
    }
}

impl Opens {
    fn answering<'a>(&'a self, request: &'a Correlation) -> Answering<'a> {
        self.receiver.answering(request)
    }

    /// `request`, narrowed for a symmetric binding by certificate: the reply must use the key that was encrypted to the
    /// certificate of the partner, and not that of a Kerberos ticket in the request.
    fn answered_by_partner<'a>(&self, request: &'a Correlation) -> Cow<'a, Correlation> {
        let binding = self.terms.binding.as_ref();
        let is_to_certificate = binding.is_some_and(|binding| match &binding.tokens {
            Tokens::Symmetric { signature: Some(token), .. } => matches!(token.kind, TokenKind::X509(_)),
            _ => false,
        });
        match self.keys.partner.as_ref().filter(|_| is_to_certificate) {
            Some(partner) => Cow::Owned(request.clone().answered_by(partner)),
            None => Cow::Borrowed(request),
        }
    }

    fn breaches(&self, message: &str) -> Result<Vec<BrokenAssertion>, OpenError> {
        form::with_read(message, self.receiver.current_limits(), |read| {
            form::breaches(read, &self.terms, self.direction, Some(&self.keys))
        })
    }

    /// The fault of a reply that the policy does not protect.
    fn unproven_fault(&self, message: &str) -> Option<PolicyOpenError> {
        let is_reply = self.direction == Direction::Reply;
        let read = || form::with_read(message, self.receiver.current_limits(), |read| Ok(form::unproven_fault(read)));
        is_reply.then(read)?.ok().flatten().map(PolicyOpenError::Open)
    }

    /// Refuses an opened message that lacks a proof which only its signatures give. Parts that are encrypted in
    /// `message` are not counted.
    fn prove(
        &self,
        message: &str,
        assertions: &[AuthenticatedAssertion],
        evidence: &Evidence,
    ) -> Result<(), PolicyOpenError> {
        let (parts, namespaces) = self.terms.counted(self.direction);
        let (present, every) = match parts.is_empty() && namespaces.is_empty() {
            true => Default::default(),
            false => form::with_read(message, self.receiver.current_limits(), |read| {
                Ok((form::present(read, parts.into_iter()), form::counted_blocks(read, namespaces)))
            })?,
        };
        let proven = Proven { evidence, assertions, present: &present, every: &every };
        proven.breach(&self.terms, self.direction).map_or(Ok(()), |breach| Err(PolicyOpenError::Form(breach)))
    }
}
