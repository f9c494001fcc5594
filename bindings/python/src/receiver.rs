//! The receiving half: the table `verify` of a profile.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use ws_security::attachments::MimeError;
use ws_security::networks::{MessagingError, Network};
use ws_security::{
    Authenticated, ElementPath, FaultCode, MemoryReplayCache, OpenedParts, Opening, ReplayCache, TransportFacts,
    UnsignedOpened,
};
use wss_inspect::{evidence, explanation};
use wss_replay_sqlite::SqliteReplayStore;

use crate::error::{in_keys, misuse, not_opened, refused};
use crate::message::{Message, correlation};
use crate::sender::profile;

/// Opens messages as a profile says. It remembers what it opened, so that no message is accepted twice.
#[pyclass(frozen, module = "ws_security._native")]
pub(crate) struct Receiver {
    receiver: ws_security::Receiver,
    opening: Opening,
    network: Option<Network>,
    notes: Vec<String>,
}

#[pymethods]
impl Receiver {
    #[new]
    #[pyo3(signature = (profile_json, replay_store=None))]
    fn new(py: Python<'_>, profile_json: &str, replay_store: Option<PathBuf>) -> PyResult<Self> {
        py.detach(|| {
            let replay: Arc<dyn ReplayCache> = match replay_store {
                Some(path) => Arc::new(SqliteReplayStore::open(path).map_err(misuse)?),
                None => Arc::new(MemoryReplayCache::default()),
            };
            let profile = profile(profile_json)?;
            let receiving = profile.receiving().map_err(misuse)?;
            let prepared = receiving.receiver(replay).map_err(misuse)?;
            let network = receiving.network().map_err(misuse)?;
            Ok(Self { receiver: prepared.receiver, opening: prepared.opening, network, notes: prepared.notes })
        })
    }

    /// Certificates of the profile that were skipped.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.notes.iter().map(|note| in_keys(note)).collect()
    }

    /// Opens a message, or refuses it.
    #[pyo3(signature = (message, content_type=None, request=None, over_tls=false))]
    fn open(
        &self,
        py: Python<'_>,
        message: &[u8],
        content_type: Option<&str>,
        request: Option<&str>,
        over_tls: bool,
    ) -> PyResult<Opened> {
        py.detach(|| {
            let message = Message::read(message, content_type)?;
            let (incoming, request) = (message.incoming(), correlation(request)?);
            let deferred = self.receiver.deferred().answering(request.as_ref());
            let store = self.receiver.replay_cache();
            match (self.opening, &request) {
                (Opening::Body, _) => {
                    let pending = deferred.open(incoming).map_err(|error| not_opened(&error))?;
                    let held = |opened: &ws_security::Opened| self.held_to_the_network(opened);
                    pending.check(held)?.accept(store).map(body)
                }
                (Opening::Parts, _) => {
                    let pending = deferred.open_parts(incoming).map_err(|error| not_opened(&error))?;
                    pending.check(|opened| self.held_to_the_network(opened))?.accept(store).map(parts)
                }
                (Opening::Unsigned, Some(_)) => {
                    return Err(misuse(
                        "the profile does not demand a signed Body, so a reply cannot be tied to `request`",
                    ));
                }
                (Opening::Unsigned, None) => {
                    let transport = match over_tls {
                        true => TransportFacts::server_authenticated_tls(),
                        false => TransportFacts::dangerous_unprotected(),
                    };
                    self.receiver.open_unsigned(incoming, transport).map(unsigned)
                }
                _ => return Err(misuse("this version of the package cannot open messages as the profile says")),
            }
            .map_err(|error| not_opened(&error))?
        })
    }

    /// What is in a message, and why it does not fit, as JSON. It accepts nothing.
    #[pyo3(signature = (message, content_type=None))]
    fn explain(&self, py: Python<'_>, message: &[u8], content_type: Option<&str>) -> PyResult<String> {
        py.detach(|| {
            let message = Message::read(message, content_type)?;
            let explained = self.receiver.explain(message.incoming());
            serde_json::to_string(&explanation::json(&explained, &in_keys)).map_err(misuse)
        })
    }
}

impl Receiver {
    /// Refuses a user message of ebMS 3.0 that breaks a rule of the network, or whose sender is not who signed.
    fn held_to_the_network(&self, opened: &OpenedParts) -> PyResult<()> {
        let Some(network) = &self.network else { return Ok(()) };
        network.check_opened(opened, self.receiver.current_limits()).map_err(|error| match error {
            MessagingError::OtherSender { .. } => refused(error, FaultCode::FailedAuthentication),
            error => refused(error, FaultCode::InvalidSecurity),
        })
    }
}

/// What was opened.
#[pyclass(frozen, get_all, module = "ws_security._native")]
pub(crate) struct Opened {
    said: Said,
    parts: Parts,
}

/// What is known of an opened message.
#[pyclass(frozen, get_all, module = "ws_security._native")]
#[derive(Clone)]
pub(crate) struct Said {
    /// The Body, if it is signed.
    body: Option<String>,
    /// The Body that nobody answers for, of a profile that does not demand more.
    unauthenticated_body: Option<String>,
    signer: Option<String>,
    user: Option<String>,
    evidence_json: String,
    correlation: String,
    /// Content-ID, type and octets of each attachment that the same signature covers.
    attachments: Vec<(String, Option<String>, Vec<u8>)>,
}

/// What gives out elements that are signed.
#[pyclass(frozen, module = "ws_security._native")]
#[derive(Clone)]
pub(crate) struct Parts(Arc<Kept>);

enum Kept {
    Body(ws_security::Opened),
    Signed(OpenedParts),
    Unsigned(UnsignedOpened),
}

impl Kept {
    fn elements(&self, path: &ElementPath) -> Vec<String> {
        let texts = |element: Authenticated<'_>| element.xml().to_owned();
        match self {
            Self::Body(opened) => opened.elements(path).map(texts).collect(),
            Self::Signed(opened) => opened.elements(path).map(texts).collect(),
            Self::Unsigned(opened) => opened.elements(path).map(texts).collect(),
        }
    }

    fn header_block(&self, namespace: &str, local: &str) -> Option<String> {
        let found = match self {
            Self::Body(opened) => opened.header_block(namespace, local),
            Self::Signed(opened) => opened.header_block(namespace, local),
            Self::Unsigned(opened) => opened.header_block(namespace, local),
        };
        found.map(|block| block.xml().to_owned())
    }
}

#[pymethods]
impl Parts {
    /// The signed elements of this path that the profile requires.
    fn elements(&self, path: &str) -> PyResult<Vec<String>> {
        let path = ElementPath::parse(path).map_err(misuse)?;
        Ok(self.0.elements(&path))
    }

    /// The signed header block of this name.
    fn header_block(&self, namespace: &str, local: &str) -> Option<String> {
        self.0.header_block(namespace, local)
    }
}

fn body(opened: ws_security::Opened) -> PyResult<Opened> {
    let said = signed(&opened, Some(opened.body().xml()))?;
    Ok(Opened { said, parts: Parts(Arc::new(Kept::Body(opened))) })
}

fn parts(opened: OpenedParts) -> PyResult<Opened> {
    let said = signed(&opened, None)?;
    Ok(Opened { said, parts: Parts(Arc::new(Kept::Signed(opened))) })
}

fn signed(opened: &OpenedParts, body: Option<&str>) -> PyResult<Said> {
    // Whoever made an anonymous signature is unknown; a profile admits that only by its key `anonymous`.
    let evidence = Shown {
        evidence: evidence::json(opened.evidence(), body, !opened.signer().is_anonymous()),
        assertions: opened.assertions().iter().map(evidence::assertion).collect(),
        signer: Some(evidence::signer(opened.signer())),
        unauthenticated_attachments: Some(json!(opened.unauthenticated_attachments())),
    };
    let attachments = opened.attachments().iter().map(|attachment| {
        let octets = attachment.content()?.into_owned();
        Ok((attachment.content_id().to_owned(), attachment.content_type().map(str::to_owned), octets))
    });
    Ok(Said {
        body: body.map(str::to_owned),
        unauthenticated_body: None,
        signer: Some(opened.signer().to_string()),
        user: opened.user().map(|user| user.username().to_owned()),
        evidence_json: serde_json::to_string(&evidence).map_err(misuse)?,
        correlation: opened.correlation().to_text().to_string(),
        attachments: attachments.collect::<Result<_, MimeError>>().map_err(misuse)?,
    })
}

fn unsigned(opened: UnsignedOpened) -> PyResult<Opened> {
    let evidence = Shown {
        evidence: evidence::json(opened.evidence(), None, false),
        assertions: opened.assertions().iter().map(evidence::assertion).collect(),
        signer: opened.signer().map(evidence::signer),
        unauthenticated_attachments: None,
    };
    let evidence_json = serde_json::to_string(&evidence).map_err(misuse)?;
    drop(evidence);
    let said = Said {
        body: None,
        unauthenticated_body: Some(opened.unauthenticated_body().to_owned()),
        signer: opened.signer().map(ToString::to_string),
        user: opened.user().map(|user| user.username().to_owned()),
        evidence_json,
        correlation: opened.correlation().to_text().to_string(),
        attachments: Vec::new(),
    };
    Ok(Opened { said, parts: Parts(Arc::new(Kept::Unsigned(opened))) })
}

/// A message that was opened, as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<E, A> {
    #[serde(flatten)]
    evidence: E,
    assertions: Vec<A>,
    signer: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unauthenticated_attachments: Option<Value>,
}
