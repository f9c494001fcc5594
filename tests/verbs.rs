//! The two verbs, in every combination: envelope or package, request or reply, key here, key elsewhere (asked by steps, by a
//! closure or asynchronously) or several keys elsewhere; Body signed, other parts signed, or nothing but the Timestamp signed and
//! sent over TLS; opened at once or in two steps.

mod common;

use common::*;
use ws_security::attachments::{Attachment, Package, SecuredPackage};
use ws_security::prelude::*;
use ws_security::{
    AsyncSigningKey, Correlation, CryptoError, DangerousNoReplayCache, Incoming, Limits, OpenError, OpenedParts,
    Outgoing, Progress, Secret, SecureError, Secured, SignatureRequest, SigningFuture, TransportFacts, UnsignedOpened,
    Waiver, WireForm,
};

const PASSWORD: &str = "s3cret";
const NOTE: &str = "first line\nsecond line\n";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Plain,
    Package,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Direction {
    New,
    Reply,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Keys {
    Here,
    Elsewhere,
    SeveralElsewhere,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Proof {
    Signed,
    /// A header block is signed with the Timestamp, and the Body is not.
    Parts,
    /// The Timestamp alone is signed, and a password goes as text.
    UnsignedOverTls,
}

/// One cell of the table.
#[derive(Debug, Clone, Copy)]
struct Cell {
    form: Form,
    direction: Direction,
    keys: Keys,
    proof: Proof,
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for form in [Form::Plain, Form::Package] {
        for direction in [Direction::New, Direction::Reply] {
            for keys in [Keys::Here, Keys::Elsewhere, Keys::SeveralElsewhere] {
                for proof in [Proof::Signed, Proof::Parts, Proof::UnsignedOverTls] {
                    cells.push(Cell { form, direction, keys, proof });
                }
            }
        }
    }
    assert_eq!(cells.len(), 36);
    cells
}

fn note() -> Attachment {
    Attachment::new("note@example.org", "text/plain; charset=utf-8", NOTE).expect("an attachment")
}

impl Cell {
    fn parts(self) -> Vec<Part> {
        match (self.proof, self.form) {
            (Proof::Signed, Form::Plain) => vec![Part::Body, Part::Timestamp],
            (Proof::Signed, Form::Package) => vec![Part::Body, Part::Timestamp, Part::Attachments],
            (Proof::Parts, Form::Plain) => vec![action(), Part::Timestamp],
            (Proof::Parts, Form::Package) => vec![action(), Part::Timestamp, Part::Attachments],
            (Proof::UnsignedOverTls, _) => vec![Part::Timestamp],
        }
    }

    fn plan(self) -> Plan {
        let recipe = match self.direction {
            Direction::New => recipe(),
            Direction::Reply => recipe().signature_confirmation(),
        };
        let recipe = match self.proof {
            Proof::Signed | Proof::Parts => recipe,
            Proof::UnsignedOverTls => recipe.username_text("ann", PASSWORD).over_protected_transport(),
        };
        let recipe = match self.keys {
            Keys::Here => recipe.sign(Signing::with(&identity("alice")).parts(self.parts())),
            Keys::Elsewhere => recipe.sign(Signing::elsewhere(&certificate("alice")).parts(self.parts())),
            Keys::SeveralElsewhere => recipe
                .sign(Signing::elsewhere(&certificate("alice")).parts(self.parts()))
                .sign(Signing::elsewhere(&certificate("carol")).parts([Part::Signature])),
        };
        recipe.plan().expect("a plan")
    }

    /// The certificates of the requested keys, in order.
    fn asked(self) -> Vec<Certificate> {
        match self.keys {
            Keys::Here => Vec::new(),
            Keys::Elsewhere => vec![certificate("alice")],
            Keys::SeveralElsewhere => vec![certificate("alice"), certificate("carol")],
        }
    }

    fn receiver(self) -> Receiver {
        let requirements = match self.proof {
            Proof::Signed => Requirements::signed_body_and(self.parts()),
            Proof::Parts if self.form == Form::Plain => Requirements::signed([action(), Part::Timestamp]),
            Proof::Parts => Requirements::signed([action(), Part::Timestamp, Part::Attachments]),
            Proof::UnsignedOverTls => Requirements::signed([Part::Timestamp]).username_token(),
        };
        Receiver::new(anyone_of_ours(), requirements, DangerousNoReplayCache)
            .passwords(|user: &str| (user == "ann").then(|| Secret::new(PASSWORD.as_bytes().to_vec())))
    }

    /// Secures the message in the way that its keys need, and returns its octets, with the Content-Type if it is a
    /// package.
    fn send(self, request: &Correlation) -> Wire {
        let (plan, envelope) = (self.plan(), envelope(SOAP11));
        let outgoing = plan.message(&envelope);
        let outgoing = match self.direction {
            Direction::New => outgoing,
            Direction::Reply => outgoing.answering(request),
        };
        match self.form {
            Form::Plain => Wire { content_type: None, octets: self.secured(outgoing).message.into_bytes() },
            Form::Package => {
                let package: SecuredPackage = self.secured(outgoing.attachments(vec![note()])).message;
                let octets = package.write(Vec::new()).expect("written");
                Wire { content_type: Some(package.content_type()), octets }
            }
        }
    }

    fn secured<M: WireForm>(self, outgoing: Outgoing<'_, M>) -> Secured<M> {
        if self.keys == Keys::Here {
            let none = outgoing.clone().prepare().map(drop);
            assert_eq!(none, Err(SecureError::NothingPending), "{self:?}");
            return outgoing.secure().expect("secured");
        }
        assert_eq!(outgoing.clone().secure().map(drop), Err(SecureError::KeyElsewhere), "{self:?}");
        // Step by step, as an asynchronous caller does; asks for the same keys as the closure.
        let mut asked = Vec::new();
        let mut pending = outgoing.clone().prepare().expect("prepared");
        let by_steps = loop {
            asked.push(pending.certificate().clone());
            let value = key_of(pending.certificate()).signing_key().sign(pending.method(), pending.octets());
            match pending.finish(&value.expect("a value")).expect("goes on") {
                Progress::Secured(secured) => break secured,
                Progress::Pending(next) => pending = next,
            }
        };
        assert_eq!(asked, self.asked(), "{self:?}");
        assert_eq!(by_steps.correlation.signatures(), asked.len(), "{self:?}");
        let at_once = ready(outgoing.clone().secure_async(&Hsm)).expect("signed");
        assert_eq!(at_once.correlation.signatures(), asked.len(), "{self:?}");
        let signed = outgoing.prepare().expect("prepared").sign_with(hsm);
        signed.expect("signed")
    }

    /// A text of what is read, and another one of its length.
    fn texts(self) -> (&'static str, &'static str) {
        match self.proof {
            Proof::Parts => ("urn:pay", "urn:pax"),
            Proof::Signed | Proof::UnsignedOverTls => (AMOUNT, "9499.90"),
        }
    }

    /// What the receiver reads: the Body, and what came beside it. At once and in two steps it is the same.
    fn open(self, wire: &Wire, request: &Correlation) -> Result<Read, OpenError> {
        let at_once = self.open_by(wire, request, false);
        let in_two_steps = self.open_by(wire, request, true);
        assert_eq!(at_once.as_ref().err(), in_two_steps.as_ref().err(), "{self:?}");
        assert_eq!(at_once.as_ref().ok().map(Read::shown), in_two_steps.as_ref().ok().map(Read::shown), "{self:?}");
        at_once
    }

    fn open_by(self, wire: &Wire, request: &Correlation, is_deferred: bool) -> Result<Read, OpenError> {
        let receiver = self.receiver();
        let package = wire.content_type.as_ref().map(|content_type| {
            Package::parse_body(content_type, &wire.octets, &Limits::default()).expect("a package")
        });
        let incoming = match &package {
            Some(package) => Incoming::from(package),
            None => Incoming::from(&wire.octets),
        };
        let tls = TransportFacts::server_authenticated_tls();
        if is_deferred {
            let deferred = receiver.deferred().answering((self.direction == Direction::Reply).then_some(request));
            return match self.proof {
                Proof::Signed => deferred.open(incoming)?.accept(&DangerousNoReplayCache).map(Read::signed),
                Proof::Parts => deferred.open_parts(incoming)?.accept(&DangerousNoReplayCache).map(Read::parts),
                Proof::UnsignedOverTls => {
                    deferred.open_unsigned(incoming, tls)?.accept(&DangerousNoReplayCache).map(Read::unsigned)
                }
            };
        }
        match (self.proof, self.direction) {
            (Proof::Signed, Direction::New) => receiver.open(incoming).map(Read::signed),
            (Proof::Signed, Direction::Reply) => receiver.answering(request).open(incoming).map(Read::signed),
            (Proof::Parts, Direction::New) => receiver.open_parts(incoming).map(Read::parts),
            (Proof::Parts, Direction::Reply) => receiver.answering(request).open_parts(incoming).map(Read::parts),
            (Proof::UnsignedOverTls, Direction::New) => receiver.open_unsigned(incoming, tls).map(Read::unsigned),
            (Proof::UnsignedOverTls, Direction::Reply) => {
                receiver.answering(request).open_unsigned(incoming, tls).map(Read::unsigned)
            }
        }
    }
}

struct Read {
    body: String,
    signer: Option<Certificate>,
    user: Option<String>,
    authenticated: Vec<Vec<u8>>,
    unauthenticated: Vec<Vec<u8>>,
    correlation: Correlation,
}

impl Read {
    fn signed(opened: Opened) -> Self {
        let authenticated = opened.attachments().iter().map(|a| a.content().expect("read").into_owned()).collect();
        assert!(opened.unauthenticated_attachments().is_empty());
        Self {
            body: opened.body().xml().to_owned(),
            signer: opened.signer().certificate().cloned(),
            user: None,
            authenticated,
            unauthenticated: Vec::new(),
            correlation: opened.correlation().clone(),
        }
    }

    /// There is no Body, but a header block.
    fn parts(opened: OpenedParts) -> Self {
        let authenticated = opened.attachments().iter().map(|a| a.content().expect("read").into_owned()).collect();
        Self {
            body: opened.header_block(WSA, "Action").expect("it is signed").xml().to_owned(),
            signer: opened.signer().certificate().cloned(),
            user: None,
            authenticated,
            unauthenticated: Vec::new(),
            correlation: opened.correlation().clone(),
        }
    }

    /// All of it but the state for a reply.
    fn shown(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let Self { body, signer, user, authenticated, unauthenticated, correlation } = self;
        let octets = (authenticated.clone(), unauthenticated.clone(), correlation.signatures());
        (body.clone(), signer.clone(), user.clone(), octets)
    }

    fn unsigned(opened: UnsignedOpened) -> Self {
        assert!(opened.transport().is_protected());
        assert!(opened.evidence().waived.contains(&Waiver::UnsignedBody));
        assert!(opened.evidence().waived.contains(&Waiver::ProtectedTransport));
        let others = opened.unauthenticated_attachments().iter();
        Self {
            body: opened.unauthenticated_body().to_owned(),
            signer: opened.signer().and_then(|signer| signer.certificate().cloned()),
            user: opened.user().map(|user| user.username().to_owned()),
            authenticated: opened.attachments().iter().map(|a| a.content().expect("read").into_owned()).collect(),
            unauthenticated: others.map(|a| a.unauthenticated_content().expect("read").into_owned()).collect(),
            correlation: opened.correlation().clone(),
        }
    }
}

/// The message on the wire.
#[derive(Clone)]
struct Wire {
    content_type: Option<String>,
    octets: Vec<u8>,
}

impl Wire {
    /// The message with one text replaced by another of its length.
    fn with(&self, from: &str, to: &str) -> Self {
        let at = self.octets.windows(from.len()).position(|window| window == from.as_bytes()).expect("the text");
        let mut twin = self.clone();
        twin.octets[at..at + from.len()].copy_from_slice(to.as_bytes());
        twin
    }
}

fn key_of(certificate: &Certificate) -> Identity {
    let names = ["alice", "carol"];
    let owner = names.iter().find(|name| identity(name).certificate() == certificate);
    identity(owner.expect("a known certificate"))
}

/// A future that does not wait.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("nothing here waits"),
    }
}

/// The same keys behind an asynchronous call.
struct Hsm;

impl AsyncSigningKey for Hsm {
    fn sign_async<'a>(&'a self, request: SignatureRequest<'a>) -> SigningFuture<'a> {
        Box::pin(std::future::ready(hsm(request).map_err(Into::into)))
    }
}

/// Signs with the keys that are elsewhere.
fn hsm(request: SignatureRequest<'_>) -> Result<Vec<u8>, CryptoError> {
    key_of(request.certificate).signing_key().sign(request.method, request.octets)
}

fn anyone_of_ours() -> Trust {
    Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors)
}

/// Our own request, which the replies answer.
fn request() -> Correlation {
    let plan = recipe().sign(Signing::with(&identity("bob")).parts([Part::Body, Part::Timestamp]));
    plan.plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured").correlation
}

/// Line breaks of text are digested as CRLF.
fn is_note(content: &[u8]) -> bool {
    String::from_utf8_lossy(content).replace("\r\n", "\n") == NOTE
}

#[test]
fn every_combination_is_sent_and_opened_and_its_twins_are_refused() {
    let (sent, other) = (request(), request());
    for cell in cells() {
        let wire = cell.send(&sent);
        let read = cell.open(&wire, &sent).unwrap_or_else(|error| panic!("{cell:?}: {error}"));
        let (text, other_text) = cell.texts();
        assert!(read.body.contains(text), "{cell:?}");
        assert_eq!(read.signer, Some(certificate("alice")), "{cell:?}");
        assert_eq!(read.correlation.signatures(), cell.asked().len().max(1), "{cell:?}");
        let expected = usize::from(cell.form == Form::Package);
        match cell.proof {
            Proof::Signed | Proof::Parts => {
                assert_eq!((read.authenticated.len(), read.unauthenticated.len()), (expected, 0), "{cell:?}")
            }
            Proof::UnsignedOverTls => {
                assert_eq!((read.authenticated.len(), read.unauthenticated.len()), (0, expected), "{cell:?}");
                assert_eq!(read.user.as_deref(), Some("ann"), "{cell:?}");
            }
        }
        assert!(read.authenticated.iter().chain(&read.unauthenticated).all(|content| is_note(content)), "{cell:?}");
        // What is signed cannot be changed; what is not signed can, and is typed so.
        let is_signed = cell.proof != Proof::UnsignedOverTls;
        assert_eq!(cell.open(&wire.with(text, other_text), &sent).is_err(), is_signed, "{cell:?}: another text");
        if cell.form == Form::Package {
            let twin = wire.with("second", "zecond");
            assert_eq!(cell.open(&twin, &sent).is_err(), is_signed, "{cell:?}: another attachment");
        }
        let later = wire.with("<wsu:Expires>2", "<wsu:Expires>3");
        assert!(cell.open(&later, &sent).is_err(), "{cell:?}: another timestamp");
        if cell.direction == Direction::Reply {
            let refused = cell.open(&wire, &other).map(drop).expect_err("it answers another request");
            assert!(matches!(refused, OpenError::Confirmation), "{cell:?}: {refused}");
        }
    }
}

#[test]
fn a_password_in_the_clear_counts_over_tls_alone() {
    let plan = Recipe::new().username_text("ann", PASSWORD).over_protected_transport().plan().expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    let requirements = Requirements::dangerous_unsigned().username_token();
    let receiver = Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(PASSWORD.as_bytes().to_vec())));
    let tls = TransportFacts::server_authenticated_tls().with_client_certificate(certificate("alice"));
    let opened = receiver.open_unsigned(&message, tls).expect("opens");
    assert_eq!(opened.user().map(|user| user.username()), Some("ann"));
    assert_eq!(opened.transport().client_certificate(), Some(&certificate("alice")));
    assert!(opened.signer().is_none(), "nothing is signed");
    assert!(receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()).is_err());
    let deferred = receiver.deferred().open_unsigned(message, TransportFacts::server_authenticated_tls());
    assert!(deferred.expect("proven").accept(&MemoryReplayCache::default()).is_ok());
}

/// BSP 1.1 §4: what the caller says of the connection is judged, with every verb.
#[test]
fn what_a_connection_negotiated_is_judged_by_the_rules_on_the_transport() {
    use ws_security::bsp::{Enforcement, Outcome, Rule, Variant};
    let message = signed(SOAP11);
    let reporting = receiver().bsp(Enforcement::Report(Variant::as_deployed()));
    let unsigned = Requirements::dangerous_unsigned();
    let lax = Receiver::new(trust(), unsigned, DangerousNoReplayCache).bsp(Enforcement::Report(Variant::as_deployed()));
    let tls = TransportFacts::server_authenticated_tls;
    for (suite, expected) in [("TLS_AES_128_GCM_SHA256", Outcome::Pass), ("TLS_RSA_WITH_NULL_SHA", Outcome::Fail)] {
        let opened = reporting.open(Incoming::from(&message).negotiated("TLSv1.3", suite)).expect("opens");
        let report = opened.evidence().bsp.clone().expect("a report");
        assert_eq!(report.verdict(Rule::R2001).outcome(), Outcome::Pass);
        assert_eq!(report.verdict(Rule::U4_2_4).outcome(), expected, "{suite}");
        let opened = lax.open_unsigned(&message, tls().negotiated("TLSv1.3", suite)).expect("opens");
        assert_eq!(opened.transport().protocol_and_cipher_suite(), Some(("TLSv1.3", suite)));
        let report = opened.evidence().bsp.clone().expect("a report");
        assert_eq!(report.verdict(Rule::U4_2_4).outcome(), expected, "{suite}");
    }
    let unknown = reporting.open(&message).expect("opens").evidence().bsp.clone().expect("a report");
    assert_eq!(unknown.verdict(Rule::R2001).outcome(), Outcome::NotCheckable);
    let unknown = lax.open_unsigned(&message, tls()).expect("opens").evidence().bsp.clone().expect("a report");
    assert_eq!(unknown.verdict(Rule::R2001).outcome(), Outcome::NotCheckable);
    // R2001 is a MUST NOT.
    let enforcing = receiver().bsp(Enforcement::Enforce(Variant::as_deployed()));
    let opened = enforcing.open(Incoming::from(&message).negotiated("TLSv1.2", "TLS_AES_128_GCM_SHA256"));
    drop(opened.expect("opens"));
    let refused = enforcing.open(Incoming::from(&message).negotiated("SSLv2", "SSL_CK_RC4_128_WITH_MD5")).map(drop);
    assert!(matches!(&refused, Err(OpenError::Bsp { rule: Rule::R2001, .. })), "{refused:?}");
}

#[test]
fn a_message_comes_as_text_octets_or_package_owned_or_borrowed() {
    let message = signed(SOAP11);
    let octets = message.clone().into_bytes();
    let receiver = receiver();
    assert!(receiver.open(message.as_str()).is_ok());
    assert!(receiver.open(&message).is_ok());
    assert!(receiver.open(message.clone()).is_ok());
    assert!(receiver.open(octets.as_slice()).is_ok());
    assert!(receiver.open(&octets).is_ok());
    assert!(receiver.open(octets).is_ok());
}
