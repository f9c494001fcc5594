//! The judge: one pass over a message, and a second over its decrypted parts.

use wss_c14n::{Document, ParseError, transcode};
use wss_soap::mime::Package;
use wss_soap::mime::xop::expanded;

use super::check;
use super::context::Context;
use super::report::{self, Findings, Report};
use super::revelation::Revelation;
use super::targets::Targets;

/// Judges a message against every requirement of the profile: the octets of an envelope, in UTF-8, or in UTF-16 with a
/// byte order mark. Spans count the octets of its UTF-8.
///
/// Takes linear time, and does not depend on valid signatures. With the keys of a [receiver](Context::receiver) the
/// report reveals plaintext: show it to the operator of the service, never to the sender of the message.
///
/// # Errors
/// [`ParseError`] if the message is not well-formed XML, or is larger than the limits of the receiver, or the default
/// limits, allow.
///
/// # Specification
/// WS-I Basic Security Profile 1.1.
///
/// ```
/// use wss_bsp::{Context, Outcome, Rule, report};
///
/// let message = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:u='http://docs.oasis-open.org/wss/2004\
/// /01/oasis-200401-wss-wssecurity-utility-1.0.xsd'><s:Body u:Id='a'><b u:Id='a'/></s:Body></s:Envelope>";
/// let report = report(message, &Context::new())?;
/// // Two elements with one Id break R3204.
/// assert!(!report.conforms());
/// assert_eq!(report.verdict(Rule::R3204).outcome(), Outcome::Fail);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn report(message: impl AsRef<[u8]>, context: &Context<'_>) -> Result<Report, ParseError> {
    judge(message.as_ref(), None, context)
}

/// As [`report`], for a message with attachments, on which chapter 18 is judged. Spans count the octets of the envelope
/// in the root part.
///
/// # Errors
/// [`ParseError`] if the root part is not well-formed XML, or is larger than allowed.
///
/// # Specification
/// WS-I Basic Security Profile 1.1 §18, SOAP Messages with Attachments Profile 1.1.1.
pub fn report_package(package: &Package<'_>, context: &Context<'_>) -> Result<Report, ParseError> {
    judge(package.unauthenticated_envelope(), Some(package), context)
}

fn judge(message: &[u8], package: Option<&Package<'_>>, context: &Context<'_>) -> Result<Report, ParseError> {
    let limits = context.xml_limits();
    let mut text = transcode(message)?;
    // The infoset of the message is judged, with its parts expanded. An Include that cannot be expanded is judged
    // unchanged.
    if let Some(package) = package.filter(|package| package.is_xop())
        && let Ok(expanded) = expanded(&text, package.attachments(), &limits)
    {
        text = expanded.envelope.into();
    }
    // Only one revision is in memory at a time.
    let revelation = context.holdings.and_then(|holdings| Revelation::of(holdings, &text, package));
    let last = match &revelation {
        Some(revelation) => {
            let source = revelation.source.as_deref().unwrap_or(&text);
            let document = Document::parse(source, &limits)?;
            Some(check::digests(&Targets::read(&document, &limits), &limits))
        }
        None => None,
    };
    let mut findings = Findings::new(&context.variant);
    let as_it_came = {
        let document = Document::parse(text.as_ref(), &limits)?;
        let targets = Targets::read(&document, &limits);
        check::revision(&targets, package, &[], context, &mut findings);
        check::transport(&context.transport, document.root(), &mut findings);
        let clear = context.clear_text.map(|clear| Document::parse(clear, &limits)).transpose()?;
        check::clear_text(&targets, clear.as_ref(), &mut findings);
        let decrypted = revelation.as_ref().map(|revelation| &revelation.in_order).zip(last.as_ref());
        check::order(&targets, &check::digests(&targets, &limits), decrypted, &mut findings);
        targets.hidden().map(|hidden| report::finding_at(hidden, hidden.span()))
    };
    let hidden = match revelation {
        Some(mut revelation) => {
            let source = revelation.source.take().map_or(text, Into::into);
            let document = Document::parse(source.as_ref(), &limits)?;
            let targets = Targets::read(&document, &limits);
            findings.decrypted(revelation.revealed.clone(), revelation.carried.clone());
            check::revision(&targets, package, &revelation.attachments, context, &mut findings);
            targets.hidden().map(|hidden| report::finding_at(hidden, revelation.on_the_wire(hidden.span())))
        }
        None => as_it_came,
    };
    Ok(Report { variant: context.variant.clone(), verdicts: findings.finish(hidden) })
}
