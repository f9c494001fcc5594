//! Securing: from an envelope and a plan to the message for the wire.
//!
//! [`secure`] is the whole way. Values move along it, and each file has one step: [`Unsecured`] is what the application
//! gives, [`SettledRecipe`] the recipe as this message takes it, [`Revision`] the message after the steps so far, and
//! [`Made`] what these leave for later ones: Ids, tokens, attachments, and the state for the reply.
//!
//! The skeleton is inserted first: the Security header, timestamp, username token, and the Ids of all parts. Then each
//! step of the recipe makes the next revision with splices, of which only the changed part is read. New elements are
//! prepended, so that a receiver who reads from the top undoes the last step first (SOAP Message Security 1.1.1 §5).
//!
//! Every step charges its work to the budget of the message (`budget`): an envelope may contain what somebody else sent. It
//! also charges what it makes and a receiver counts (`counts`).
//!
//! In reading order: `settled`, `skeleton` (with `parts` and `give_id`), `revision`, `made` (with `placed`);
//! `signature` (with `signing_token`, `keying`, `early` and `references`) and `encryption`, which both call `tokens` for
//! their keys and `insertion` for the place of their elements.

mod budget;
mod counts;
mod early;
mod encryption;
mod give_id;
mod insertion;
mod keying;
mod made;
mod parts;
mod placed;
mod references;
mod revision;
mod settled;
mod signature;
mod signing_token;
mod skeleton;
mod tokens;

use std::collections::HashMap;

use wss_c14n::{Budget, Document, Limit};
use wss_crypto::{Certificate, SignatureMethod};
use wss_soap::Envelope;

use crate::addressing::{self, Addressing};
use crate::allowance::Allowance;
use crate::attachments::Attachment;
use crate::correlation::Correlation;
use crate::error::SecureError;
use crate::plan::Plan;
use crate::recipe::Step;
use counts::{Nodes, Recipients};
use keying::SignatureKey;
use made::{Made, MadeAttachments};
use placed::PlacedTokens;
use revision::{Follower, Revision, parse};
use settled::SettledRecipe;
use signature::{Prepared, UnvaluedSignature};

/// A message as the application gives it.
#[derive(Clone)]
pub(crate) struct Unsecured<'p> {
    pub(crate) envelope: &'p str,
    pub(crate) attachments: Vec<Attachment>,
    /// The header blocks to insert before the recipe runs.
    pub(crate) addressing: Option<Addressing>,
    /// The request that the message answers.
    pub(crate) request: Option<&'p Correlation>,
}

/// A message whose steps are all done.
pub(crate) struct Done {
    pub(crate) message: String,
    pub(crate) attachments: Vec<Attachment>,
    /// The state for the reply.
    pub(crate) correlation: Correlation,
}

/// The state in which a run stopped.
pub(crate) enum Next {
    Done(Box<Done>),
    Waiting(Box<Waiting>),
}

/// The whole way from the envelope to the message for the wire, or to the first signature whose key is elsewhere.
pub(crate) fn secure(plan: &Plan, given: Unsecured<'_>) -> Result<Next, SecureError> {
    let Unsecured { envelope, attachments, addressing, request } = given;
    let budget = budget::of(plan, envelope, &attachments, request)?;
    let document = read(plan, envelope, addressing.as_ref(), &budget)?;
    let envelope = Envelope::locate(&document)?;
    let settled = SettledRecipe::new(plan, envelope, attachments.len(), request)?;
    let correlation = Correlation { message_id: addressing::message_id(envelope), ..Correlation::default() };
    let skeleton = skeleton::write(&document, &settled, &plan.attached, &budget)?;
    let one_key_may_sign_and_encrypt = settled.recipe.allows(Allowance::OneKeyToSignAndEncrypt);
    let revision = revision::of(document, skeleton.splices, Follower::Step, &budget)?;
    counts::charge_first(&revision, &settled, &budget)?;
    let made = Made {
        ids: skeleton.ids,
        tokens: PlacedTokens::new(skeleton.assertion_references, one_key_may_sign_and_encrypt),
        attachments: MadeAttachments { all: attachments, encrypted: Vec::new(), layers: 0 },
        keys_to_sign: Vec::new(),
        correlation,
        recipients: Recipients::default(),
        nodes: Nodes::of(&revision),
        layers: HashMap::new(),
        budget,
    };
    run(0, revision, settled, made)
}

/// Reads the envelope, with the header blocks of WS-Addressing that it is given.
fn read<'p>(
    plan: &Plan,
    envelope: &'p str,
    addressing: Option<&Addressing>,
    budget: &Budget,
) -> Result<Document<'p>, SecureError> {
    let read = parse(envelope, budget)?;
    match addressing {
        Some(addressing) => addressing.insert(read, plan.recipe.random.as_ref(), budget),
        None => Ok(read),
    }
}

/// Runs the steps from this one on. Each makes the next revision.
fn run(first: usize, mut revision: Revision, settled: SettledRecipe, mut made: Made) -> Result<Next, SecureError> {
    for (step, action) in settled.recipe.steps.iter().enumerate().skip(first) {
        revision = match action {
            Step::Encrypt(encrypting) => encryption::encrypt(step, encrypting, revision, &settled, &mut made)?,
            Step::Sign(signing) => {
                let prepared = signature::prepare(step, signing, revision, &settled, &mut made)?;
                let Prepared { signature, key, revision } = prepared;
                match key {
                    SignatureKey::Here(key) => {
                        let value = signature.pending.value(key.as_ref())?;
                        signature.insert(&value, revision, settled.follower(step), &mut made)?
                    }
                    SignatureKey::Elsewhere(certificate) => {
                        let waiting = Waiting { signature, certificate, step, revision, settled, made };
                        return Ok(Next::Waiting(Box::new(waiting)));
                    }
                }
            }
        };
    }
    let Made { attachments, correlation, budget, .. } = made;
    let message = revision.into_text();
    budget.check(Limit::DocumentOctets, message.len())?;
    Ok(Next::Done(Box::new(Done { message, attachments: attachments.all, correlation })))
}

/// A message that waits for the value of a signature.
pub(crate) struct Waiting {
    signature: UnvaluedSignature,
    /// The certificate of its key.
    certificate: Box<Certificate>,
    /// The step that makes it.
    step: usize,
    revision: Revision,
    settled: SettledRecipe,
    made: Made,
}

impl Waiting {
    /// The octets to sign.
    pub(crate) fn octets(&self) -> &[u8] {
        self.signature.pending.octets()
    }

    /// The signature method.
    pub(crate) fn method(&self) -> SignatureMethod {
        self.signature.pending.method()
    }

    /// The certificate of the signing key.
    pub(crate) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Inserts the signature with this value, and runs the steps after it.
    pub(crate) fn finish(self, value: &[u8]) -> Result<Next, SecureError> {
        let Self { signature, step, revision, settled, mut made, .. } = self;
        let revision = signature.insert(value, revision, settled.follower(step), &mut made)?;
        run(step + 1, revision, settled, made)
    }
}
