//! The two verbs, in every combination: envelope or package, request or reply, key here, key elsewhere or several keys
//! elsewhere.

mod common;

use common::*;
use ws_security::attachments::{Attachment, Package, SecuredPackage};
use ws_security::prelude::*;
use ws_security::{
    Correlation, CryptoError, DangerousNoReplayCache, Limits, OpenError, Outgoing, Progress, SecureError, Secured,
    SignatureRequest, WireForm,
};

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

/// One cell of the table.
#[derive(Debug, Clone, Copy)]
struct Cell {
    form: Form,
    direction: Direction,
    keys: Keys,
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for form in [Form::Plain, Form::Package] {
        for direction in [Direction::New, Direction::Reply] {
            for keys in [Keys::Here, Keys::Elsewhere, Keys::SeveralElsewhere] {
                cells.push(Cell { form, direction, keys });
            }
        }
    }
    assert_eq!(cells.len(), 12);
    cells
}

fn note() -> Attachment {
    Attachment::new("note@example.org", "text/plain; charset=utf-8", NOTE).expect("an attachment")
}

impl Cell {
    fn parts(self) -> Vec<Part> {
        let mut parts = vec![Part::Body, Part::Timestamp];
        parts.extend((self.form == Form::Package).then_some(Part::Attachments));
        parts
    }

    fn plan(self) -> Plan {
        let recipe = match self.direction {
            Direction::New => recipe(),
            Direction::Reply => recipe().signature_confirmation(),
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
        let requirements = Requirements::signed_body_and(self.parts());
        Receiver::new(anyone_of_ours(), requirements, DangerousNoReplayCache)
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
        let signed = outgoing.prepare().expect("prepared").sign_with(hsm);
        signed.expect("signed")
    }

    fn open(self, wire: &Wire, request: &Correlation) -> Result<Opened, OpenError> {
        let receiver = self.receiver();
        let package = wire.content_type.as_ref().map(|content_type| {
            Package::parse_body(content_type, &wire.octets, &Limits::default()).expect("a package")
        });
        match (&package, self.direction) {
            (None, Direction::New) => receiver.open(&wire.octets),
            (None, Direction::Reply) => receiver.open_reply(&wire.octets, request),
            (Some(package), Direction::New) => receiver.open_package(package),
            (Some(package), Direction::Reply) => receiver.open_reply_package(package, request),
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

#[test]
fn every_combination_is_sent_and_opened_and_its_twins_are_refused() {
    let (sent, other) = (request(), request());
    for cell in cells() {
        let wire = cell.send(&sent);
        let opened = cell.open(&wire, &sent).unwrap_or_else(|error| panic!("{cell:?}: {error}"));
        assert!(opened.body().xml().contains(AMOUNT), "{cell:?}");
        assert_eq!(opened.signer().certificate(), Some(&certificate("alice")), "{cell:?}");
        if cell.form == Form::Package {
            let content = opened.attachments()[0].content().expect("read").into_owned();
            // Line breaks of text are digested as CRLF.
            assert_eq!(String::from_utf8_lossy(&content).replace("\r\n", "\n"), NOTE, "{cell:?}");
            assert!(cell.open(&wire.with("second", "zecond"), &sent).is_err(), "{cell:?}: another attachment");
        }
        assert!(cell.open(&wire.with(AMOUNT, "9499.90"), &sent).is_err(), "{cell:?}: another amount");
        if cell.direction == Direction::Reply {
            let refused = cell.open(&wire, &other).expect_err("it answers another request");
            assert!(matches!(refused, OpenError::Confirmation), "{cell:?}: {refused}");
        }
    }
}
