//! `wss verify`: opens a message as a receiver does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use ws_security::attachments::{AuthenticatedAttachment, MimePart};
use ws_security::bsp::Report;
use ws_security::c14n::{Budget, Document};
use ws_security::soap::Envelope;
use ws_security::text::escaped;
use ws_security::tokens::{PasswordError, TokenError, TrustError};
use ws_security::xmldsig::VerifyError;
use ws_security::xmlenc::DecryptError;
use ws_security::{
    AuthenticatedAssertion, Correlation, DangerousNoReplayCache, Evidence, Incoming, MissingKey, NotFresh, OpenError,
    Opened, OpenedParts, Opening, Part, Receiver, RemainingCiphertext, ReplayCache, RequirementError,
    SignatureEvidence, Signer, TransportFacts,
};
use wss_inspect::evidence as shown;
use wss_profile::{Prepared, Profile, Receiving, Required};
use wss_replay_sqlite::SqliteReplayStore;

use crate::accept::in_options;
use crate::args::{Format, VerifyArgs};
use crate::input::Input;
use crate::keys;
use crate::output::{self, Failure, Outcome, could_not, refused};

pub(crate) fn run(mut arguments: VerifyArgs) -> Outcome {
    arguments.receiving = receiving(&arguments)?;
    let arguments = &arguments;
    let network = arguments.receiving.network()?;
    let Prepared { receiver, opening, required, .. } = prepared(arguments)?;
    let printed = printed(arguments, &required, opening)?;
    let (result, state) = (arguments.file.output.as_deref(), arguments.result.exchange.as_deref());
    output::check_outputs(result, state, arguments.message.replay_store.as_deref())?;
    // This is checked before the message counts as received.
    let leaves_the_body = network.is_some() && opening == Opening::Parts;
    if leaves_the_body && !arguments.receiving.demands.print_unauthenticated {
        return Err(refused(
            "the network's signature does not cover the Body: anyone may have written it; to see it all the same, use \
             --print-unauthenticated",
        ));
    }
    if let Some(folder) = &arguments.result.spool {
        output::check_folder(folder)?;
    }
    let folder = arguments.result.spool.clone().unwrap_or_else(std::env::temp_dir);
    let beside = &arguments.message.beside.attach;
    let input = Input::read(&arguments.file.file, beside, &folder, receiver.current_limits())?;
    if let (Some(_), Input::Envelope(_)) = (&arguments.result.spool, &input) {
        output::say("note: --spool does nothing: the message has no attachments");
    }
    let mut written = NewFiles::default();
    if let Some(folder) = &arguments.result.attachments_dir {
        written.make_folder(folder)?;
    }
    let mut read = match opening {
        Opening::Unsigned => open_unsigned(&receiver, input.incoming(), arguments, &mut written)?,
        opening => {
            let signed = Signed { receiver: &receiver, opening, printed: &printed, arguments };
            signed.open(input.incoming(), &mut written)?
        }
    };
    if leaves_the_body {
        output::say(UNAUTHENTICATED);
        read.body = Some(unauthenticated_body(&receiver, &input.incoming())?);
        read.is_authenticated = false;
    }
    note_shortcomings(&read);
    write_read(&read, arguments, printed.is_empty()).map_err(|failure| after_receipt(failure, arguments))?;
    written.keep();
    Ok(())
}

/// Notes the rules of the profile that the message breaks, and what is still encrypted.
fn note_shortcomings(read: &Read) {
    for verdict in read.evidence.bsp.iter().flat_map(Report::breaches) {
        output::say(format!("note: BSP {} is broken: {}", verdict.rule(), verdict.why()));
    }
    for ciphertext in &read.remaining {
        let why = in_options(&ciphertext.why.to_string());
        output::say(format!("note: {} is still encrypted, and printed so where it is printed: {why}", ciphertext.path));
    }
}

/// Writes the Body, or the elements that were asked for, or all of it as JSON.
fn write_read(read: &Read, arguments: &VerifyArgs, is_body_alone: bool) -> Outcome {
    let Read { body, elements, is_authenticated, signer, evidence, assertions, attachments, remaining } = read;
    let output = arguments.file.output.as_ref();
    match arguments.result.format {
        Format::Text if is_body_alone => output::write(output, body.as_deref().unwrap_or_default().as_bytes()),
        Format::Text => output::write(output, texts(elements).as_bytes()),
        Format::Json => {
            let shown = ShownMessage {
                evidence: shown::json(evidence, body.as_deref(), *is_authenticated),
                signer: signer.as_ref().map(shown::signer),
                elements: elements.iter().map(|(part, xml)| ShownElement { part: part.to_string(), xml }).collect(),
                assertions: assertions.iter().map(shown::assertion).collect(),
                attachments,
                remaining: remaining.iter().map(|left| shown::remaining(left, &in_options)).collect(),
            };
            output::write_json(output, &shown)
        }
    }
}

/// A failure to write the opened parts. The message is remembered as received, so that its sender may have to send it
/// anew.
fn after_receipt(failure: Failure, arguments: &VerifyArgs) -> Failure {
    match failure {
        Failure::CouldNot(why) if arguments.message.replay_store.is_some() => {
            could_not(format!("{why}; the message counts as received"))
        }
        failure => failure,
    }
}

const UNAUTHENTICATED: &str =
    "note: the Body is not authenticated: anyone may have written it (--print-unauthenticated)";

/// The Body of a message that the transport protects and no signature covers. Anyone may have written it.
fn unauthenticated_body(receiver: &Receiver, incoming: &Incoming<'_>) -> Outcome<String> {
    let envelope = receiver.unauthenticated_envelope(incoming).map_err(refused)?;
    let limits = output::limits();
    let document = Document::parse(&*envelope, &limits).map_err(refused)?;
    let body = Envelope::locate(&document).map_err(refused)?.body;
    let octets = body.canonical(&Budget::new(&limits, envelope.len() as u64)).map_err(refused)?;
    String::from_utf8(octets).map_err(could_not)
}

/// The content of a message that was opened.
struct Read {
    /// `None` if it need not be signed.
    body: Option<String>,
    /// The authenticated parts to print, in order.
    elements: Vec<(Part, String)>,
    is_authenticated: bool,
    /// The signer of what is required; `None` if no signature is.
    signer: Option<Signer>,
    evidence: Evidence,
    assertions: Vec<AuthenticatedAssertion>,
    attachments: serde_json::Value,
    /// Ciphertext that was not decrypted.
    remaining: Vec<RemainingCiphertext>,
}

/// The parts to print in place of the Body: those of `--print`, or the required elements and header blocks, if the Body is not
/// required.
fn printed(arguments: &VerifyArgs, required: &Required, opening: Opening) -> Outcome<Vec<Part>> {
    let is_element = |part: &&Part| matches!(part, Part::Element(_) | Part::EveryElement(_));
    let is_block = |part: &&Part| matches!(part, Part::HeaderBlock { .. } | Part::EveryHeaderBlock { .. });
    if arguments.result.print.is_empty() {
        let of_parts = opening == Opening::Parts && arguments.receiving.network.network.is_none();
        let has_text = |part: &&Part| of_parts && (is_element(part) || is_block(part));
        return Ok(required.signed.iter().filter(has_text).cloned().collect());
    }
    if arguments.receiving.network.network.is_some() {
        return Err(could_not(
            "--print names a part of --require: a --network says itself what is signed, and of its messages the Body is \
             printed; to print another part, give --require in place of --network",
        ));
    }
    let is_printed = |part: &Part| is_element(&part) || is_block(&part) || *part == Part::Body;
    let parse = |text: &String| {
        if Part::parse(text).is_some_and(|part| !is_printed(&part)) {
            let advice = "give Body, {namespace}local, every:{namespace}local, element:PATH or every:element:PATH";
            return Err(could_not(format!("--print {text:?} is no part that has text to print: {advice}")));
        }
        let known = |part: &Part| required.signed.contains(part);
        Part::parse(text).filter(known).ok_or_else(|| {
            could_not(format!("--print {text:?} is not required: give --require signed:{text} too, in the same words"))
        })
    };
    arguments.result.print.iter().map(parse).collect()
}

fn open_unsigned(
    receiver: &Receiver,
    incoming: Incoming<'_>,
    arguments: &VerifyArgs,
    written: &mut NewFiles,
) -> Outcome<Read> {
    let transport = TransportFacts::dangerous_unprotected();
    let request = request(arguments)?;
    let refuse = |error| refusal(&error, arguments);
    let deferred = receiver.deferred().answering(request.as_ref());
    let pending = deferred.open_unsigned(incoming, transport).map_err(refuse)?;
    let pending = pending.check(|_| check_answered(false, arguments))?;
    let opened = pending.accept(receiver.replay_cache()).map_err(refuse)?;
    if arguments.receiving.demands.print_unauthenticated {
        output::say(format!("{UNAUTHENTICATED}{}", beside_the_body(&opened.evidence().signatures)));
    }
    let read = Read {
        body: Some(opened.unauthenticated_body().to_owned()),
        elements: Vec::new(),
        is_authenticated: false,
        signer: opened.signer().cloned(),
        evidence: opened.evidence().clone(),
        assertions: opened.assertions().to_vec(),
        attachments: attachments_json(
            opened.attachments(),
            opened.unauthenticated_attachments().iter().map(MimePart::content_id),
        ),
        remaining: opened.remaining_ciphertext().to_vec(),
    };
    let in_folder = arguments.result.attachments_dir.as_deref();
    let whole = in_folder.map_or(Ok(()), |folder| written.write_attachments(opened.attachments(), folder));
    whole.map(|()| read).map_err(|failure| after_receipt(failure, arguments))
}

/// Refuses a Body for which nobody answers, before the message counts as received: it is opened again to print it.
fn check_answered(is_authenticated: bool, arguments: &VerifyArgs) -> Outcome {
    match is_authenticated || arguments.receiving.demands.print_unauthenticated {
        true => Ok(()),
        false => Err(refused(
            "nobody answers for the Body: the network leaves that to TLS, or to a sender that anyone may be; to see it all \
             the same, use --print-unauthenticated",
        )),
    }
}

/// Whether somebody is known to answer for what was opened, or need not be.
fn is_answered(opened: &OpenedParts, arguments: &VerifyArgs) -> bool {
    !opened.signer().is_anonymous() || arguments.receiving.demands.anonymous
}

/// The request that the message answers.
fn request(arguments: &VerifyArgs) -> Outcome<Option<Correlation>> {
    arguments.message.request.as_deref().map(output::correlation).transpose()
}

fn refusal(error: &OpenError, arguments: &VerifyArgs) -> Failure {
    match error.is_misuse() {
        true => could_not(error),
        false => refused(with_hint(error, arguments)),
    }
}

/// How a message is opened that somebody signed, and what of it is printed.
struct Signed<'r> {
    receiver: &'r Receiver,
    opening: Opening,
    printed: &'r [Part],
    arguments: &'r VerifyArgs,
}

impl Signed<'_> {
    fn open(&self, incoming: Incoming<'_>, written: &mut NewFiles) -> Outcome<Read> {
        let Self { receiver, opening, printed, arguments } = *self;
        let request = request(arguments)?;
        let refuse = |error| refusal(&error, arguments);
        let network = arguments.receiving.network()?;
        // This is checked before the message counts as received.
        let held = |opened: &OpenedParts| {
            check_answered(is_answered(opened, arguments), arguments)?;
            match &network {
                Some(network) => network.check_opened(opened, &output::limits()).map_err(refused),
                None => Ok(()),
            }
        };
        let deferred = receiver.deferred().answering(request.as_ref());
        let read = match opening {
            Opening::Parts => {
                let pending = deferred.open_parts(incoming).map_err(refuse)?.check(held)?;
                let opened = pending.accept(receiver.replay_cache()).map_err(refuse)?;
                read(&opened, None, printed, arguments, written)
            }
            _ => {
                let pending = deferred.open(incoming).map_err(refuse)?.check(|opened: &Opened| held(opened))?;
                let opened = pending.accept(receiver.replay_cache()).map_err(refuse)?;
                read(&opened, Some(opened.body().xml()), printed, arguments, written)
            }
        };
        read.map_err(|failure| after_receipt(failure, arguments))
    }
}

/// What is authenticated beside a Body that is not, and by whom.
fn beside_the_body(signatures: &[SignatureEvidence]) -> String {
    let told = signatures.iter().filter(|signature| !signature.signer.is_anonymous()).map(|signature| {
        let parts: Vec<String> = signature.parts.iter().map(ToString::to_string).collect();
        format!("{} by {}", parts.join(", "), signature.signer)
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { String::new() } else { format!("; only this is authenticated: {}", escaped(&told.join("; "))) }
}

/// Collects what was opened under a known or an anonymous signer.
fn read(
    opened: &OpenedParts,
    body: Option<&str>,
    printed: &[Part],
    arguments: &VerifyArgs,
    written: &mut NewFiles,
) -> Outcome<Read> {
    let is_anonymous = opened.signer().is_anonymous();
    match (is_anonymous, arguments.receiving.demands.anonymous) {
        (false, _) => {}
        (true, true) => output::say("note: the sender is anonymous: anyone may have made this message (--anonymous)"),
        (true, false) => output::say(
            "note: the Body is not authenticated: it is signed with a key that anyone may have sent \
             (--print-unauthenticated)",
        ),
    }
    if body.is_none() && arguments.receiving.network.network.is_none() {
        output::say(format!(
            "note: the Body is not among the parts that must be signed, and is not printed (--require signed:Body){}",
            beside_the_body(&opened.evidence().signatures)
        ));
    }
    if let Some(path) = &arguments.result.exchange {
        output::write_secret(path, opened.correlation().to_text().as_bytes())?;
    }
    if let Some(folder) = &arguments.result.attachments_dir {
        written.write_attachments(opened.attachments(), folder)?;
    }
    Ok(Read {
        body: body.map(str::to_owned),
        elements: printed.iter().flat_map(|part| parts_of(opened, body, part)).collect(),
        is_authenticated: is_answered(opened, arguments),
        signer: Some(opened.signer().clone()),
        evidence: opened.evidence().clone(),
        assertions: opened.assertions().to_vec(),
        attachments: attachments_json(
            opened.attachments(),
            opened.unauthenticated_attachments().iter().map(Option::as_deref),
        ),
        remaining: opened.remaining_ciphertext().to_vec(),
    })
}

/// The authenticated octets of a part, each with its name.
fn parts_of(opened: &OpenedParts, body: Option<&str>, part: &Part) -> Vec<(Part, String)> {
    let octets: Vec<&str> = match part {
        Part::Body => body.into_iter().collect(),
        Part::Element(path) | Part::EveryElement(path) => opened.elements(path).map(|element| element.xml()).collect(),
        Part::HeaderBlock { namespace, local } | Part::EveryHeaderBlock { namespace, local } => {
            opened.header_blocks(namespace, local).map(|block| block.xml()).collect()
        }
        _ => Vec::new(),
    };
    octets.into_iter().map(|octets| (part.clone(), octets.to_owned())).collect()
}

/// Several parts on lines of their own; one part is printed as it is.
fn texts(elements: &[(Part, String)]) -> String {
    let texts: Vec<&str> = elements.iter().map(|(_, xml)| xml.as_str()).collect();
    texts.join("\n")
}

/// A message that was opened, as JSON.
#[derive(Serialize)]
struct ShownMessage<'m, E, A, C> {
    #[serde(flatten)]
    evidence: E,
    signer: Option<serde_json::Value>,
    elements: Vec<ShownElement<'m>>,
    assertions: Vec<A>,
    attachments: &'m serde_json::Value,
    remaining: Vec<C>,
}

/// An authenticated part that was asked for.
#[derive(Serialize)]
struct ShownElement<'m> {
    part: String,
    xml: &'m str,
}

/// The refusal, and the option that demands less, or that names an accepted signer.
fn with_hint(error: &OpenError, arguments: &VerifyArgs) -> String {
    let demands_a_signature = arguments.receiving.demands.require.iter().any(|demand| demand.starts_with("signed"))
        || arguments.receiving.network.network.is_some();
    let reason = error.reason();
    let is_unknown = matches!(
        reason,
        OpenError::NoKey { missing: MissingKey::Any | MissingKey::Name | MissingKey::Value, .. }
            | OpenError::Trust(_)
            | OpenError::Password(_)
            | OpenError::Requirement(_)
    );
    let hint = match reason {
        OpenError::Requirement(RequirementError::NotSigned { .. }) if !demands_a_signature => {
            "; if something else protects it, as TLS does, use --print-unauthenticated to see it"
        }
        OpenError::Requirement(RequirementError::NotSigned { missing, .. })
            if !arguments.receiving.demands.print_unauthenticated && missing.contains(&Part::Body) =>
        {
            "; to see a Body that nobody answers for, use --print-unauthenticated"
        }
        error if is_mismatch(error) => {
            "; `wss explain`, with the same keys, tries what gateways and peers usually change"
        }
        OpenError::Password(PasswordError::WrongDigest) => {
            "; `wss explain`, with the same --user-file, tries how peers make digests"
        }
        OpenError::Decrypt(DecryptError::Failed) => {
            "; `wss explain`, with the same keys, tries what peers usually encrypt in another way"
        }
        OpenError::NotFresh(NotFresh::TooOld { .. } | NotFresh::Expired { .. })
        | OpenError::Trust(TrustError::Expired { .. })
            if arguments.message.now.is_none() =>
        {
            "; to look at an old message as of its own time, give --now"
        }
        OpenError::Requirement(RequirementError::Anonymous) => "; to accept an unknown sender, use --anonymous",
        _ => "",
    };
    let whom = match is_unknown && trusts_nobody(arguments) {
        true => "; no option says who may send messages: use --trust, --pin, --secret or --user-file",
        false => "",
    };
    let preset = match &arguments.receiving.network.network {
        Some(name) => beside_preset(reason, name),
        None => String::new(),
    };
    let error = match error {
        OpenError::Requirement(RequirementError::NotSigned { .. }) if !demands_a_signature => {
            "nobody answers for the Body: no trusted signature covers it, and no --require names a part that must be signed"
                .to_owned()
        }
        error => error.to_string(),
    };
    format!("{error}{hint}{whom}{preset}")
}

/// Whether no option names a key or a user from which a message may come.
fn trusts_nobody(arguments: &VerifyArgs) -> bool {
    let receiving = &arguments.receiving;
    receiving.signers.trust.is_empty()
        && receiving.signers.pin.is_empty()
        && receiving.assertions.saml_issuer.is_empty()
        && receiving.assertions.saml_attester.is_empty()
        && receiving.holdings.secret.is_empty()
        && receiving.holdings.context.is_empty()
        && receiving.holdings.user_file.is_none()
}

/// The options that the error names go with `--require`, and not with a preset.
fn beside_preset(error: &OpenError, name: &str) -> String {
    let is_algorithm = matches!(error, OpenError::Decrypt(DecryptError::NotAdmitted { .. }));
    match verify_error(error) {
        Some(VerifyError::WeakKey { .. }) => {
            format!("; {name} has stronger keys, and --allow-legacy goes with --require in place of --network")
        }
        Some(VerifyError::NotAdmitted { .. }) => other_algorithms(name),
        _ if is_algorithm => other_algorithms(name),
        _ => String::new(),
    }
}

fn other_algorithms(name: &str) -> String {
    format!("; {name} has other algorithms, and --allow goes with --require in place of --network")
}

/// The reason why a signature does not verify: of the message, of an assertion in it, or of what a CipherReference names.
fn verify_error(error: &OpenError) -> Option<&VerifyError> {
    match error {
        OpenError::Verify(error) => Some(error),
        OpenError::Token(TokenError::AssertionSignature(error))
        | OpenError::Decrypt(DecryptError::Referenced(error)) => Some(error),
        _ => None,
    }
}

/// Whether octets were changed, or another key was used, in the message or in an assertion in it.
fn is_mismatch(error: &OpenError) -> bool {
    matches!(verify_error(error), Some(VerifyError::DigestMismatch { .. } | VerifyError::SignatureMismatch))
}

fn attachments_json<'a>(
    authenticated: &[AuthenticatedAttachment],
    unauthenticated: impl Iterator<Item = Option<&'a str>>,
) -> serde_json::Value {
    let authenticated: Vec<_> = authenticated
        .iter()
        .map(|attachment| json!({ "contentId": attachment.content_id(), "contentType": attachment.content_type() }))
        .collect();
    json!({ "authenticated": authenticated, "unauthenticated": unauthenticated.collect::<Vec<_>>() })
}

/// Files that are removed again unless the whole command succeeds.
#[derive(Default)]
struct NewFiles {
    files: Vec<PathBuf>,
    /// Folders that did not exist before, the innermost first.
    folders: Vec<PathBuf>,
}

impl NewFiles {
    /// Makes a folder for files before the message counts as received.
    fn make_folder(&mut self, folder: &Path) -> Outcome {
        let missing = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        self.folders = missing.map(Path::to_owned).collect();
        std::fs::create_dir_all(folder).map_err(|error| output::failed_at(folder, error))?;
        output::check_folder(folder)
    }

    /// Writes attachments, each named by its number and its Content-ID, without characters that could name another
    /// folder.
    fn write_attachments(&mut self, attachments: &[AuthenticatedAttachment], folder: &Path) -> Outcome {
        for (nth, attachment) in attachments.iter().enumerate() {
            let id = attachment.content_id().chars().take(80);
            let name: String =
                id.map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' }).collect();
            let path = folder.join(format!("{}-{name}", nth + 1));
            // An existing file or link is never overwritten.
            output::write_new(&path, |mut out| std::io::copy(&mut attachment.reader(), &mut out).map(drop))?;
            self.files.push(path);
        }
        Ok(())
    }

    /// The command succeeded.
    fn keep(mut self) {
        self.files.clear();
        self.folders.clear();
    }
}

impl Drop for NewFiles {
    fn drop(&mut self) {
        self.files.iter().for_each(|path| drop(std::fs::remove_file(path)));
        // A folder into which someone else put something stays.
        self.folders.iter().for_each(|path| drop(std::fs::remove_dir(path)));
    }
}

/// The options, over those of the profile.
fn receiving(arguments: &VerifyArgs) -> Outcome<Receiving> {
    let mut given = arguments.receiving.clone();
    given.demands.limit = output::changed_limits().to_vec();
    let base = match &arguments.message.profile {
        Some(path) => Profile::read(path)?.receiving()?.clone(),
        None => Receiving::default(),
    };
    Ok(given.over(&base)?)
}

fn prepared(arguments: &VerifyArgs) -> Outcome<Prepared> {
    let replay: Arc<dyn ReplayCache> = match &arguments.message.replay_store {
        Some(path) => Arc::new(SqliteReplayStore::open(path).map_err(could_not)?),
        None => Arc::new(DangerousNoReplayCache),
    };
    let mut prepared = arguments.receiving.receiver(replay)?;
    prepared.notes.iter().for_each(|note| output::say(format!("note: {note}")));
    if prepared.required.asks_for_confirmation() && arguments.message.request.is_none() {
        return Err(could_not("what is to be confirmed? Give the request as it was sent: --request"));
    }
    prepared.receiver = keys::at_given_instant(prepared.receiver, arguments.message.now.as_ref())?;
    Ok(prepared)
}
