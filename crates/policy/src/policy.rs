//! Policies: read from a WSDL or a policy document, listed, and made into the two sides of a service.

use std::cell::OnceCell;
use std::sync::Arc;

use wss_c14n::{Budget, Document, Limits};
use wss_header::OpenError;
use wss_soap::SoapVersion;

use crate::assertion::Alternative;
use crate::choose::exchanges;
use crate::definitions::{Import, imports, referred};
use crate::error::PolicyError;
use crate::exchange::{Side, SideError};
use crate::expression::{At, Expressions, File};
use crate::form::{self, BrokenAssertion};
use crate::keys::Keys;
use crate::limits::{Charge, PolicyLimits};
use crate::names;
use crate::place::Lines;
use crate::standing::{Judged, Role};
use crate::terms::{Direction, FromRequest, Purpose, Terms};
use crate::unread::{self, Unread};
use crate::wsdl::{self, OperationPolicy, PortPolicy};

/// A function that gives the files that a WSDL imports, by location and namespace. `None` leaves the import out.
type Imports<'i> = dyn Fn(&str, &str) -> Option<String> + 'i;

/// The location and the text of a file.
type Source = (String, String);

/// How a policy is read.
#[derive(Default)]
pub struct PolicyReader<'i> {
    limits: PolicyLimits,
    imports: Option<Box<Imports<'i>>>,
    not_ours: Vec<String>,
}

impl std::fmt::Debug for PolicyReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PolicyReader").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<'i> PolicyReader<'i> {
    /// Imports nothing, with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The limits for the policy.
    #[must_use]
    pub fn limits(mut self, limits: PolicyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Gives the files that a `wsdl:import` names, by location and namespace, and those that a `wsp:PolicyReference` names in
    /// front of its `#`, without a namespace. Nothing is fetched or read otherwise; [`Policy::unread`] lists the imports that
    /// were left out, and a reference that leads nowhere is refused with its alternative. The location comes from the file: it
    /// may lead anywhere.
    #[must_use]
    pub fn imports(mut self, give: impl Fn(&str, &str) -> Option<String> + 'i) -> Self {
        self.imports = Some(Box::new(give));
        self
    }

    /// Assertions of this namespace say nothing about the security of messages, as those of a product that configures itself by
    /// its policy: they are passed over as if they were `wsp:Ignorable`. Those of WS-SecurityPolicy and WS-Policy never are, nor
    /// is the `IncludeContext` of WCF.
    #[must_use]
    pub fn not_ours(mut self, namespace: impl Into<String>) -> Self {
        self.not_ours.push(namespace.into());
        self
    }

    /// Reads a WSDL 1.1 description, or a document that is a `wsp:Policy`. The latter is in force for the request and the
    /// reply of one operation without a name.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn read(&self, text: &str) -> Result<Policy, PolicyError> {
        let charge = Charge::new(self.limits);
        let (sources, left_out) = self.sources(text, &charge)?;
        let mut documents = Vec::new();
        for (location, source) in &sources {
            documents.push((location, self.document(location, source)?));
        }
        let files: Vec<File<'_>> = documents
            .iter()
            .map(|(location, document)| File { document, lines: Lines::of(location, document.source()) })
            .collect();
        let expressions = Expressions::new(&files, &charge, &self.not_ours);
        let mut unread: Vec<String> = left_out.iter().map(|import| import.location.clone()).collect();
        for (file, known) in files.iter().enumerate() {
            for found in unread::unread(known.document.root()) {
                charge.assertions(1)?;
                unread.push(passed_over(&expressions, file, &found)?);
            }
        }
        let Some(root) = files.first().map(|file| file.document.root()) else { return Ok(Policy::default()) };
        if root.is(names::WSDL, "definitions") {
            let ports = wsdl::ports(&files, &expressions, &left_out)?;
            return Ok(Policy { ports, unread, limits: self.limits.documents });
        }
        if !names::is_policy(root.name().namespace) || root.name().local != "Policy" {
            return Err(PolicyError::NotWsdl { root: root.name().to_string().into() });
        }
        let common = expressions.alternatives(At { file: 0, element: root })?;
        Ok(Policy { ports: vec![without_wsdl(common)], unread, limits: self.limits.documents })
    }

    /// The file itself and its imports, each text once, by location; and the imports that are not given.
    fn sources(&self, text: &str, charge: &Charge) -> Result<(Vec<Source>, Vec<Import>), PolicyError> {
        let mut sources = vec![(String::new(), text.to_owned())];
        let (mut seen, mut left_out): (Vec<Import>, Vec<Import>) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some((location, source)) = sources.get(at) {
            let document = self.document(location, source)?;
            let found: Vec<Import> = imports(document.root()).collect();
            let referred = referred(document.root());
            for import in found {
                if seen.contains(&import) {
                    continue;
                }
                charge.imports(seen.len() + 1)?;
                seen.push(import.clone());
                match self.imports.as_ref().and_then(|give| give(&import.location, &import.namespace)) {
                    Some(text) if sources.iter().any(|(_, known)| *known == text) => {}
                    Some(text) => sources.push((import.location, text)),
                    None => left_out.push(import),
                }
            }
            for location in referred {
                let import = Import { location, namespace: String::new() };
                if seen.iter().any(|known| known.location == import.location) {
                    continue;
                }
                // A reference to a file that is not given is judged with its alternative.
                let Some(text) = self.imports.as_ref().and_then(|give| give(&import.location, "")) else { continue };
                charge.imports(seen.len() + 1)?;
                seen.push(import.clone());
                sources.push((import.location, text));
            }
            at += 1;
        }
        Ok((sources, left_out))
    }

    fn document<'s>(&self, location: &str, source: &'s str) -> Result<Document<'s>, PolicyError> {
        let budget = Budget::new(&self.limits.documents, source.len() as u64);
        let parsed = Document::parse_within(source, &budget);
        parsed.map_err(|error| PolicyError::Parse { file: location.into(), error })
    }
}

/// Lists the policies that are not read, with their places; refuses elements that only look as if they were of
/// WS-Policy.
fn passed_over<'d>(expressions: &Expressions<'d>, file: usize, found: &Unread<'d>) -> Result<String, PolicyError> {
    let (Unread::Elsewhere(element)
    | Unread::OfFault(element)
    | Unread::Attachment(element)
    | Unread::OtherNamespace(element)) = *found;
    let place = expressions.place(At { file, element });
    match found {
        Unread::Elsewhere(_) => Ok(format!("a policy at a place where none is in force, {place}")),
        Unread::OfFault(_) => {
            let name = element.attribute("", "name").unwrap_or_default();
            Ok(format!(
                "the policy of the fault {name:?}, which is made and opened by the policy of the reply, {place}"
            ))
        }
        Unread::Attachment(_) => Ok(format!("a policy of an attachment, {place}")),
        Unread::OtherNamespace(_) => {
            let why = "its namespace is none of WS-Policy that is read: write http://www.w3.org/ns/ws-policy";
            Err(PolicyError::Malformed { place, why })
        }
    }
}

fn without_wsdl(common: Arc<Vec<Alternative>>) -> PortPolicy {
    let (request, reply) = (wsdl::nothing(), Some(wsdl::nothing()));
    let operation = OperationPolicy { name: "".into(), action: None, common, request, reply };
    PortPolicy {
        service: "".into(),
        port: "".into(),
        binding: "".into(),
        address: None,
        version: SoapVersion::V11,
        operations: vec![operation],
    }
}

/// The policies of a service, for each operation of each port.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    ports: Vec<PortPolicy>,
    unread: Vec<String>,
    /// The limits of documents, for the messages that are checked.
    limits: Limits,
}

impl Policy {
    /// Reads a WSDL 1.1 description, or a document that is a `wsp:Policy`, with the default limits and without imports.
    ///
    /// # Errors
    /// [`PolicyError`].
    ///
    /// # Specification
    /// WS-Policy 1.2 and 1.5, WS-PolicyAttachment §4, WS-SecurityPolicy 1.1 to 1.3.
    pub fn from_wsdl(text: &str) -> Result<Self, PolicyError> {
        PolicyReader::new().read(text)
    }

    /// The parts of the description that were not read: the locations of imported files that were not given, and the
    /// places of each `wsp:PolicyAttachment` and of each policy where none is in force, such as that of a `wsdl:fault`.
    #[must_use]
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Only the port of this name.
    ///
    /// # Errors
    /// [`PolicyError::NoSuch`].
    pub fn port(&self, name: &str) -> Result<Self, PolicyError> {
        let ports: Vec<_> = self.ports.iter().filter(|port| *port.port == *name).cloned().collect();
        if ports.is_empty() {
            let there: Vec<&str> = self.ports.iter().map(|port| &*port.port).collect();
            return Err(PolicyError::NoSuch { what: "port", name: name.into(), there: there.join(", ").into() });
        }
        Ok(Self { ports, unread: self.unread.clone(), limits: self.limits })
    }

    /// The client's side: its plans for requests, and its receivers for replies. Each operation has the first
    /// alternative that the keys allow.
    ///
    /// # Errors
    /// [`SideError`] if no operation has one: the reasons of the first.
    pub fn client(&self, keys: &Keys) -> Result<Side, SideError> {
        self.side(Role::Client, keys)
    }

    /// The service's side: its receivers for requests, and its plans for replies. Each operation has the first
    /// alternative that the keys allow. It refuses requests of other alternatives; [`Side::fitting`] finds the one that
    /// a request follows.
    ///
    /// # Errors
    /// As [`Policy::client`].
    pub fn service(&self, keys: &Keys) -> Result<Side, SideError> {
        self.side(Role::Service, keys)
    }

    fn side(&self, role: Role, keys: &Keys) -> Result<Side, SideError> {
        let mut side = Side { exchanges: Vec::new(), others: Vec::new(), unusable: Vec::new() };
        let mut of = 0;
        for port in &self.ports {
            for operation in &port.operations {
                of += 1;
                match exchanges(port, (of, operation), role, keys) {
                    Ok(made) => {
                        let mut made = made.into_iter();
                        side.exchanges.extend(made.next());
                        side.others.extend(made);
                    }
                    Err(why) => side.unusable.push(why),
                }
            }
        }
        match side.unusable.first() {
            Some(why) if side.exchanges.is_empty() => Err(SideError::Unusable(why.clone())),
            _ => Ok(side),
        }
    }

    /// The standing of each assertion, for each message of each operation and each alternative. A message is judged
    /// when the iterator comes to it; messages with the same policy share the result.
    pub fn listing(&self) -> impl Iterator<Item = Listed<'_>> {
        let mut judged = Recent::default();
        let messages = self.ports.iter().flat_map(|port| {
            port.operations.iter().flat_map(move |operation| {
                let request = (Message::Request, Some(&operation.request));
                let both = [request, (Message::Reply, operation.reply.as_ref())].into_iter();
                both.filter_map(move |(message, own)| Some((port, operation, message, own?)))
            })
        });
        messages.map(move |(port, operation, message, own)| Listed {
            service: &port.service,
            port: &port.port,
            binding: &port.binding,
            address: port.address.as_deref(),
            version: port.version,
            operation: &operation.name,
            action: operation.action.as_deref(),
            message,
            alternatives: {
                let course = Course { direction: message.direction(), request: &operation.request };
                judged.of(&operation.common, own, course)
            },
        })
    }

    /// The assertions of an operation's policy that the form of a message breaks, as far as it can be seen without
    /// keys: the fewest breaches of any alternative. Proves nothing: a receiver does that.
    ///
    /// # Errors
    /// [`CheckError`].
    pub fn check(&self, operation: &str, message: Message, text: &str) -> Result<Vec<BrokenAssertion>, CheckError> {
        let is_meant = |known: &&OperationPolicy| operation.is_empty() || *known.name == *operation;
        let found = self.ports.iter().flat_map(|port| &port.operations).find(is_meant);
        let found = found.ok_or_else(|| {
            let all = self.ports.iter().flat_map(|port| &port.operations).map(|known| &*known.name);
            CheckError::NoSuch(PolicyError::no_operation(operation, all))
        })?;
        let nothing = wsdl::nothing();
        let direction = message.direction();
        let of_message = match message {
            Message::Request => &found.request,
            Message::Reply => found.reply.as_ref().unwrap_or(&nothing),
        };
        let mut fewest: Option<Vec<BrokenAssertion>> = None;
        let mut unjudged = None;
        form::with_read(text, &self.limits, |read| {
            for terms in alternatives(&found.common, of_message, Course { direction, request: &found.request }) {
                let breaches = form::breaches(read, &terms, direction, None)?;
                match terms.notes.first_refused() {
                    Some(refused) if breaches.is_empty() => {
                        unjudged = unjudged.take().or_else(|| Some(refused.clone()))
                    }
                    _ if fewest.as_ref().is_none_or(|fewest| breaches.len() < fewest.len()) => fewest = Some(breaches),
                    _ => {}
                }
            }
            Ok(())
        })?;
        match (fewest, unjudged) {
            (Some(none), _) if none.is_empty() => Ok(none),
            (_, Some(unjudged)) => Err(CheckError::Unjudged(Box::new(unjudged))),
            (fewest, None) => fewest.ok_or(CheckError::NoAlternative),
        }
    }
}

/// The direction of a message, and what the request of its operation has of its own.
#[derive(Clone, Copy)]
struct Course<'a> {
    direction: Direction,
    request: &'a [Alternative],
}

/// The terms of every alternative.
fn alternatives<'a>(
    common: &'a [Alternative],
    of_message: &'a [Alternative],
    Course { direction, request }: Course<'a>,
) -> impl Iterator<Item = Terms> + 'a {
    common.iter().flat_map(move |common| {
        let brought = Brought { common, request, key: OnceCell::new(), certificate: OnceCell::new() };
        of_message.iter().map(move |own| {
            let mut terms = Terms::of_message((common, own), direction, Purpose::Listing);
            if direction == Direction::Reply {
                brought.judge(&mut terms);
            }
            terms
        })
    })
}

/// What the requests of one alternative bring to their replies, judged for the first reply that takes it.
struct Brought<'a> {
    common: &'a Alternative,
    request: &'a [Alternative],
    key: OnceCell<bool>,
    certificate: OnceCell<bool>,
}

impl Brought<'_> {
    /// Refuses a reply that takes what no request brings.
    fn judge(&self, reply: &mut Terms) {
        let Some((what, place)) = reply.takes_from_request() else { return };
        let known = match what {
            FromRequest::Key => &self.key,
            FromRequest::Certificate => &self.certificate,
        };
        let brings = |own| Terms::of_message((self.common, own), Direction::Request, Purpose::Listing).brings(what);
        if !*known.get_or_init(|| self.request.iter().any(brings)) {
            reply.notes.restate(&place, &what.lacking());
        }
    }
}

/// Which message of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// The message from the client to the service.
    Request,
    /// The message from the service to the client.
    Reply,
}

impl Message {
    fn direction(self) -> Direction {
        match self {
            Self::Request => Direction::Request,
            Self::Reply => Direction::Reply,
        }
    }
}

/// Why a message cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// There is no such operation.
    #[error(transparent)]
    NoSuch(PolicyError),
    /// The message is no envelope, or its header cannot be read.
    #[error(transparent)]
    Message(#[from] OpenError),
    /// *Refused.* The message breaks no assertion of an alternative that has a refused assertion: whether it fits the
    /// policy is not known.
    #[error(
        "{}: {} cannot be judged: {}; no receiver is made of this alternative",
        .0.place,
        wss_text::WireText::from(&*.0.name),
        wss_text::WireText::from(.0.standing.what())
    )]
    Unjudged(Box<Judged>),
    /// The policy admits no message.
    #[error("the policy has no alternative: an empty wsp:ExactlyOne admits nothing")]
    NoAlternative,
}

/// The assertions of each alternative.
type AllJudged = Arc<[Vec<Judged>]>;

/// The last judgements: most operations have the policies of the one before.
#[derive(Default)]
struct Recent<'p> {
    common: Option<&'p Arc<Vec<Alternative>>>,
    known: Vec<Known<'p>>,
}

/// What was judged: the alternatives of one message, and, unless both directions are judged alike, its course.
struct Known<'p> {
    own: &'p [Alternative],
    course: Option<Course<'p>>,
    judged: AllJudged,
}

impl<'p> Recent<'p> {
    fn of(&mut self, common: &'p Arc<Vec<Alternative>>, own: &'p [Alternative], course: Course<'p>) -> AllJudged {
        if !self.common.is_some_and(|known| Arc::ptr_eq(known, common)) {
            *self = Self { common: Some(common), known: Vec::new() };
        }
        let is_same_policy = |known: &[Alternative], other: &[Alternative]| {
            known.len() == other.len()
                && known.iter().zip(other).all(|(known, other)| is_same_alternative(known, other))
        };
        let is_same_course = |known: Course<'_>| {
            known.direction == course.direction
                && (known.direction == Direction::Request || is_same_policy(known.request, course.request))
        };
        let is_same = |known: &&Known<'_>| known.course.is_none_or(is_same_course) && is_same_policy(known.own, own);
        if let Some(known) = self.known.iter().find(is_same) {
            return Arc::clone(&known.judged);
        }
        // Most policies say the same of both directions, and are then judged once. Supporting tokens of replies are refused.
        let mut is_alike = own.iter().all(Vec::is_empty);
        let judged: AllJudged = alternatives(common, own, course)
            .map(|terms| {
                is_alike = is_alike && terms.is_alike_in_both_directions() && terms.brings_what_its_reply_takes();
                terms.notes.0
            })
            .collect();
        self.known.truncate(1);
        let course = (!is_alike).then_some(course);
        self.known.insert(0, Known { own, course, judged: Arc::clone(&judged) });
        judged
    }
}

fn is_same_alternative(left: &Alternative, right: &Alternative) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| Arc::ptr_eq(left, right))
}

/// The assertions that are in force for a message.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Listed<'p> {
    /// The service; empty if the file has none.
    pub service: &'p str,
    /// The port.
    pub port: &'p str,
    /// Its binding.
    pub binding: &'p str,
    /// The URL of the service.
    pub address: Option<&'p str>,
    /// The version of SOAP.
    pub version: SoapVersion,
    /// The operation; empty for a policy without a WSDL.
    pub operation: &'p str,
    /// Its `soapAction`.
    pub action: Option<&'p str>,
    /// Which message.
    pub message: Message,
    /// The assertions of each alternative, in order. An alternative without assertions demands nothing. Messages with
    /// the same policies share them.
    pub alternatives: AllJudged,
}

impl Listed<'_> {
    /// Whether a client and a service can be made of an alternative: it has no assertion that is refused, or that one side
    /// alone does.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.alternatives
            .iter()
            .any(|alternative| admits(alternative, Role::Client) && admits(alternative, Role::Service))
    }

    /// Whether a client can be made of an alternative.
    #[must_use]
    pub fn is_usable_by_client(&self) -> bool {
        self.alternatives.iter().any(|alternative| admits(alternative, Role::Client))
    }

    /// Whether a service can be made of an alternative.
    #[must_use]
    pub fn is_usable_by_service(&self) -> bool {
        self.alternatives.iter().any(|alternative| admits(alternative, Role::Service))
    }
}

/// Whether a side of this role can be made of an alternative.
fn admits(alternative: &[Judged], role: Role) -> bool {
    alternative.iter().all(|judged| judged.standing.admits(role))
}
