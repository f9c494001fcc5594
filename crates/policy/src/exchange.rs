//! Exchanges: what one side does for each operation, and which alternative of the policy that is.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use wss_header::{
    Answering, AuthenticatedAssertion, Correlation, Evidence, Incoming, OpenError, Opened, OpenedParts, Plan, Receiver,
    TransportFacts, UnsignedOpened,
};
use wss_text::{Slice as _, WireText};

use crate::assertion::Alternative;
use crate::error::PolicyError;
use crate::form::{self, Breach};
use crate::keys::{Consent, Keys};
use crate::lack::Lack;
use crate::proven::{self, Proven};
use crate::receive::{self, Opening};
use crate::send;
use crate::terms::{Direction, Supporting, Terms};
use crate::wsdl::{OperationPolicy, PortPolicy};

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

/// The first exchange whose form a request has. The request is read once, unless the receivers have different limits.
fn first_fitting<'e, I: Iterator<Item = &'e Exchange>>(
    request: &Incoming<'_>,
    all: impl Fn() -> I,
) -> Option<&'e Exchange> {
    let Some(first) = all().find_map(|one| one.opens.as_ref()) else { return all().next() };
    let limits = first.receiver.current_limits();
    // A request of which nothing is demanded is accepted in any form.
    let bare = || all().find(|one| one.opens.is_none());
    if all().any(|one| one.opens.as_ref().is_some_and(|opens| opens.receiver.current_limits() != limits)) {
        let fits =
            |one: &&Exchange| one.opens.is_some() && one.breaches(request).is_ok_and(|breaches| breaches.is_empty());
        return all().find(fits).or_else(bare);
    }
    let text = first.receiver.unauthenticated_envelope(request).ok()?;
    let fits = |read: &form::Read<'_>, opens: &Opens| {
        let breaches = form::breaches(read, &opens.terms, opens.direction, Some(&opens.keys));
        breaches.is_ok_and(|breaches| breaches.is_empty())
    };
    let found = form::with_read(&text, limits, |read| {
        Ok(all().find(|one| one.opens.as_ref().is_some_and(|opens| fits(read, opens))))
    });
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
    of: usize,
    service: Arc<str>,
    port: Arc<str>,
    operation: Arc<str>,
    action: Option<Arc<str>>,
    alternative: usize,
    skipped: Skipped,
    sends: Option<Plan>,
    opens: Option<Opens>,
    /// Whether it has a transport binding, which may protect everything.
    has_tls: bool,
}

/// The reasons why alternatives are not used: the first `count` of those of an operation.
struct Skipped {
    lacks: Arc<[Lack]>,
    count: usize,
}

/// The receiver for the messages of the other side, with the terms that it checks.
#[derive(Clone)]
struct Opens {
    receiver: Receiver,
    opening: Opening,
    terms: Arc<Terms>,
    direction: Direction,
    keys: Keys,
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
    Form(Breach),
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

    /// The receiver that opens the messages of the other side; `None` if the policy demands nothing of them, or all of
    /// TLS. Demands of the policy on their form that a receiver cannot check are checked by the `open` calls of the
    /// exchange, and by [`Exchange::breaches`].
    #[must_use]
    pub fn receiver(&self) -> Option<&Receiver> {
        self.opens.as_ref().map(|opens| &opens.receiver)
    }

    /// Which verb opens them.
    #[must_use]
    pub fn opening(&self) -> Option<Opening> {
        self.opens.as_ref().map(|opens| opens.opening)
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
        let (opens, text) = self.checked(&message, &[Opening::Body])?;
        let opened = match request {
            Some(request) => opens.answering(request).open(&message)?,
            None => opens.receiver.open(&message)?,
        };
        opens.prove(opened.forwarded().unwrap_or(&text), opened.assertions(), opened.evidence())?;
        Ok(opened)
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
        let (opens, text) = self.checked(&message, &[Opening::Body, Opening::Parts])?;
        let opened = match request {
            Some(request) => opens.answering(request).open_parts(&message)?,
            None => opens.receiver.open_parts(&message)?,
        };
        opens.prove(opened.forwarded().unwrap_or(&text), opened.assertions(), opened.evidence())?;
        Ok(opened)
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
        let (opens, text) = self.checked(&message, &[Opening::Transport])?;
        if let Some(breach) = proven::of_transport(&opens.terms, opens.direction, &transport) {
            return Err(PolicyOpenError::Form(breach));
        }
        let opened = match request {
            Some(request) => opens.answering(request).open_unsigned(&message, transport)?,
            None if opens.terms.confirms(opens.direction) => {
                let why = "the reply has to confirm its request, which is not given";
                return Err(PolicyOpenError::OtherVerb { why, call: "open_over(…, …, Some(&sent.correlation))" });
            }
            None => opens.receiver.open_unsigned(&message, transport)?,
        };
        opens.prove(opened.forwarded().unwrap_or(&text), opened.assertions(), opened.evidence())?;
        Ok(opened)
    }

    /// The assertions that the form of a message breaks, as far as it can be seen without keys. Proves nothing.
    ///
    /// # Errors
    /// [`OpenError`] if the message is no envelope.
    pub fn breaches<'m>(&self, message: impl Into<Incoming<'m>>) -> Result<Vec<Breach>, OpenError> {
        match &self.opens {
            Some(opens) => opens.breaches(&opens.receiver.unauthenticated_envelope(&message.into())?),
            None => Ok(Vec::new()),
        }
    }

    /// The receiver that opens the message, and the envelope of the message, after the check of its form.
    fn checked<'a>(
        &'a self,
        message: &'a Incoming<'_>,
        verbs: &[Opening],
    ) -> Result<(&'a Opens, Cow<'a, str>), PolicyOpenError> {
        let opens = self.opens.as_ref().ok_or(PolicyOpenError::NothingDemanded)?;
        if !verbs.contains(&opens.opening) {
            let (why, call) = match opens.opening {
                Opening::Body => ("the Body is signed", "open"),
                Opening::Parts => ("the Body is not signed", "open_parts"),
                Opening::Transport => ("the transport protects the message", "open_over"),
            };
            return Err(PolicyOpenError::OtherVerb { why, call });
        }
        let text = opens.receiver.unauthenticated_envelope(message)?;
        match opens.breaches(&text)?.into_iter().next() {
            Some(breach) => Err(PolicyOpenError::Form(breach)),
            None => Ok((opens, text)),
        }
    }
}

impl Opens {
    fn answering<'a>(&'a self, request: &'a Correlation) -> Answering<'a> {
        self.receiver.answering(request)
    }

    fn breaches(&self, message: &str) -> Result<Vec<Breach>, OpenError> {
        form::with_read(message, self.receiver.current_limits(), |read| {
            form::breaches(read, &self.terms, self.direction, Some(&self.keys))
        })
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

/// The role of this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Client,
    Service,
}

/// Makes the exchanges of one operation: for a client with the first alternative that can be used, for a service with
/// each.
pub(crate) fn exchanges(
    port: &PortPolicy,
    (of, operation): (usize, &OperationPolicy),
    role: Role,
    keys: &Keys,
) -> Result<Vec<Exchange>, Unusable> {
    let (mut made, mut lacks): (Vec<Exchange>, Vec<Lack>) = (Vec::new(), Vec::new());
    let nothing = [Vec::new()];
    let replies = operation.reply.as_deref().map_or(&nothing[..], Vec::as_slice);
    let side = OneSide { role, keys, protects: Protects::of(operation) };
    let mut at = 0;
    'all: for common in operation.common.iter() {
        let mut replies: Vec<Result<Half, Lack>> = replies
            .iter()
            .map(|own| match operation.reply {
                Some(_) => side.half(common, own, Direction::Reply),
                None => Ok(Half::default()),
            })
            .collect();
        for own in operation.request.iter() {
            let mut request = side.half(common, own, Direction::Request);
            let first = at;
            at += replies.len();
            for (of_reply, reply) in replies.iter_mut().enumerate() {
                let (request, reply) = match (&mut request, reply) {
                    (Ok(request), Ok(reply)) => (request, reply),
                    (Err(lack), _) | (_, Err(lack)) => {
                        lacks.push(lack.clone());
                        continue;
                    }
                };
                let (sends, opens) = match role {
                    Role::Client => (request.sends.take(), reply.opens.take()),
                    Role::Service => (reply.sends.clone(), request.opens.take()),
                };
                // A request of which nothing is demanded is accepted in any form.
                if made.is_empty() || opens.is_some() {
                    made.push(Exchange {
                        of,
                        service: Arc::clone(&port.service),
                        port: Arc::clone(&port.port),
                        operation: Arc::clone(&operation.name),
                        action: operation.action.clone(),
                        alternative: first + of_reply + 1,
                        skipped: Skipped { lacks: Arc::default(), count: lacks.len() },
                        sends,
                        opens,
                        has_tls: request.has_tls || reply.has_tls,
                    });
                }
                if role == Role::Client {
                    break 'all;
                }
                break;
            }
        }
    }
    if !made.is_empty() {
        let lacks: Arc<[Lack]> = lacks.into();
        made.iter_mut().for_each(|exchange| exchange.skipped.lacks = Arc::clone(&lacks));
        return Ok(made);
    }
    if lacks.is_empty() {
        lacks.push(Lack::NoAlternative);
    }
    Err(Unusable { port: Arc::clone(&port.port), operation: Arc::clone(&operation.name), lacks })
}

/// Whether any alternative of the request, and of the reply, says something about security.
struct Protects {
    request: bool,
    reply: bool,
}

impl Protects {
    fn of(operation: &OperationPolicy) -> Self {
        let says = |alternative: &Alternative| !Terms::read(alternative, &[]).is_empty();
        let common = operation.common.iter().any(says);
        Self {
            request: common || operation.request.iter().any(says),
            reply: common || operation.reply.iter().flat_map(|reply| reply.iter()).any(says),
        }
    }
}

/// One side of one operation.
struct OneSide<'a> {
    role: Role,
    keys: &'a Keys,
    protects: Protects,
}

/// One direction of an exchange, requests or replies: this side sends them, or opens them.
#[derive(Default)]
struct Half {
    sends: Option<Plan>,
    opens: Option<Opens>,
    has_tls: bool,
}

impl OneSide<'_> {
    /// The plan, if this side sends in this direction; otherwise the receiver.
    fn half(&self, common: &Alternative, own: &Alternative, direction: Direction) -> Result<Half, Lack> {
        let Self { role, keys, protects } = self;
        let mut terms = Terms::read(&common.iter().chain(own).cloned().collect(), &keys.blocks);
        if let Some(judged) = terms.notes.first_refused() {
            return Err(Lack::Refused(Box::new(judged.clone())));
        }
        let protects = if direction == Direction::Request { protects.request } else { protects.reply };
        let brings_token =
            |supporting: &Supporting| supporting.endorsing || supporting.token.inclusion.includes(Direction::Reply);
        let is_reply_with_tokens = direction == Direction::Reply && !terms.supporting.is_empty();
        if is_reply_with_tokens && Terms::read(own, &keys.blocks).supporting.iter().any(brings_token) {
            return Err(Lack::Together {
                what: "supporting tokens of replies are not supported: only requests have them, so leave them out of the reply",
            });
        }
        if terms.is_empty() && protects && !keys.agrees(Consent::Unprotected) {
            return Err(Lack::consent(Consent::Unprotected, "the alternative protects nothing, and others do"));
        }
        let has_tls = terms.binding.is_some() && terms.is_over_transport();
        if (*role == Role::Client) == (direction == Direction::Request) {
            let recipe = send::recipe(&terms, direction, keys)?;
            drop(terms);
            return Ok(Half { sends: recipe.map(wss_header::Recipe::plan).transpose()?, opens: None, has_tls });
        }
        let receiver = receive::receiver(&terms, direction, keys)?;
        terms.notes.keep_first();
        let opens = receiver.map(|(receiver, opening)| Opens {
            receiver,
            opening,
            terms: Arc::new(terms),
            direction,
            keys: Keys::clone(keys),
        });
        Ok(Half { sends: None, opens, has_tls })
    }
}
