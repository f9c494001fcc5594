//! A network: its messages in both directions, and the facts around them.

use std::time::Duration;

use wss_soap::SoapVersion;
use wss_tokens::{ExtendedKeyUsage, Revocation, SignerRule, Trust, TrustAnchors, TrustError};

use crate::messaging::Messaging;
use crate::shape::Shape;

/// A network, as data.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its name in programs, which is the name of its module.
    pub name: &'static str,
    /// Its name, and the version of its rules.
    pub title: &'static str,
    /// Who uses it and for what, in a sentence.
    pub about: &'static str,
    /// The shape of requests.
    pub request: Shape,
    /// The kind of replies, with their shape.
    pub reply: Reply,
    /// The facts of HTTP.
    pub http: Http,
    /// The rules for `eb:Messaging`; `None` for networks without it.
    pub messaging: Option<Messaging>,
    /// How partners and their certificates are known.
    pub partner: Partner,
    /// Changes of the preset that some peers need and others do not.
    pub choices: &'static [Choice],
    /// The sources of the facts. The first is the one that decides.
    pub sources: &'static [Source],
}

/// The kind of answer of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// A message with a Security header.
    Secured(Shape),
    /// A message that only TLS protects, if any.
    Plain,
}

/// The facts of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Http {
    /// The version of SOAP.
    pub soap: SoapVersion,
    /// The type of the request's content; of packages, the type of their root.
    pub content_type: &'static str,
    /// How an operation is named.
    pub action: Action,
    /// Whether messages are packages with attachments (`multipart/related`).
    pub package: bool,
    /// Whether the client has a certificate in TLS, too.
    pub client_certificate: Option<bool>,
}

/// How HTTP names the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// No header names it.
    None,
    /// The header `SOAPAction`, of SOAP 1.1, with the operation's URI.
    Header,
    /// The header `SOAPAction`, which always has this value.
    Always(&'static str),
    /// The parameter `action` of the content type, of SOAP 1.2.
    Parameter,
}

/// The way in which a partner is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partner {
    /// The issuer of its certificate.
    pub issuer: &'static str,
    /// The name in its certificate that identifies it, and how that name is compared.
    pub name: &'static str,
    /// The OBJECT IDENTIFIERs of the extended key usages of which it must have one; empty for no demand.
    pub extended_key_usage: &'static [&'static str],
    /// The OBJECT IDENTIFIER of the attribute of its subject that is its identifier in the network; `None` if the whole
    /// subject is.
    pub named_by: Option<&'static str>,
    /// Whether the status of every certificate of its path must be known.
    pub checks_revocation: bool,
    /// The number of seconds for which revocation lists count after the next one was due.
    pub lists_after_their_end: u64,
    /// The rule for the revocation of its certificate, in words.
    pub revocation: &'static str,
}

impl Partner {
    /// Trust in the partner with this identifier, or this subject where the network has no other name: below `anchors`, with the
    /// extended key usages of the network. Where the network checks revocation, give lists or responses with [`Trust::crls`] or
    /// [`Trust::ocsp_response`]: without them, every message is refused.
    ///
    /// # Errors
    /// [`TrustError`] if `party` is empty, or not a subject where one is needed.
    pub fn trust(&self, anchors: TrustAnchors, party: &str) -> Result<Trust, TrustError> {
        let rule = match self.named_by {
            Some(oid) => SignerRule::attribute(oid, party)?,
            None => SignerRule::subject(party)?,
        };
        self.judging(anchors.signer(rule))
    }

    /// The demands on a partner without its name, for a trust that already has the name.
    ///
    /// # Errors
    /// [`TrustError`] if an extended key usage is no OBJECT IDENTIFIER, which no network has.
    pub fn judging(&self, trust: Trust) -> Result<Trust, TrustError> {
        let usages = self.extended_key_usage.iter().map(|oid| ExtendedKeyUsage::parse(oid));
        let usages = usages.collect::<Result<Vec<_>, _>>()?;
        let trust = if usages.is_empty() { trust } else { trust.extended_key_usage(usages) };
        let trust = match self.lists_after_their_end {
            0 => trust,
            seconds => trust.accept_lists_after_their_end(Duration::from_secs(seconds)),
        };
        Ok(if self.checks_revocation { trust.revocation(Revocation::WholePath) } else { trust })
    }

    /// Partners whose certificates both sides exchange in advance and pin.
    pub(crate) const PINNED: Self = Self {
        issuer: "any, as both sides agree",
        name: "the certificate itself, pinned",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "not demanded: a certificate is no longer trusted when its pin is removed",
    };
}

/// A change of a network's shape that some of its peers need.
#[derive(Clone, Copy)]
pub struct Choice {
    /// Its name in programs: words joined by hyphens.
    pub name: &'static str,
    /// The peers that need it.
    pub why: &'static str,
    /// The change of the preset.
    pub change: fn(&mut Network),
}

impl std::fmt::Debug for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A source of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The title of the document, or the name of the program.
    pub title: &'static str,
    /// The reliability of the facts from it.
    pub reliability: Reliability,
}

/// The reliability of the facts from a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reliability {
    /// Nobody has checked a primary document or the source of a client that works.
    Unverified,
    /// A report of users.
    Thread,
    /// The source of a client or server that is in use, or the text of the specification.
    Read,
}

impl Reliability {
    /// A word for programs and tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Thread => "reports",
            Self::Read => "read",
        }
    }
}

impl Network {
    /// The network with this choice as well.
    #[must_use]
    pub fn choose(mut self, choice: Choice) -> Self {
        (choice.change)(&mut self);
        self
    }

    /// The choice of this name.
    #[must_use]
    pub fn choice(&self, name: &str) -> Option<Choice> {
        self.choices.iter().copied().find(|choice| choice.name == name)
    }

    /// The shape of its replies; `None` if they have no Security header.
    #[must_use]
    pub fn reply_shape(&self) -> Option<&Shape> {
        match &self.reply {
            Reply::Secured(shape) => Some(shape),
            Reply::Plain => None,
        }
    }

    /// The shapes of its requests and, if they have one, of its replies.
    pub(crate) fn shapes_mut(&mut self) -> impl Iterator<Item = &mut Shape> {
        let reply = match &mut self.reply {
            Reply::Secured(shape) => Some(shape),
            Reply::Plain => None,
        };
        std::iter::once(&mut self.request).chain(reply)
    }

    /// The reliability of the facts, which is that of the first source.
    #[must_use]
    pub fn reliability(&self) -> Reliability {
        self.sources.first().map_or(Reliability::Unverified, |source| source.reliability)
    }
}
