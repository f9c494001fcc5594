//! The checks, a file for each group of chapters. Each looks at every target once and never stops at a finding.

mod attachments;
mod clear_text;
mod considerations;
mod encryption;
mod envelope;
mod order;
mod references;
mod signatures;
mod timestamps;
mod tokens;
mod transport;

pub(crate) use clear_text::judge as clear_text;
pub(crate) use order::{Digests, digests, judge as order};
pub(crate) use references::is_rfc4514;
pub(crate) use transport::judge as transport;

use wss_soap::mime::{MimePart, Package};

use super::context::Context;
use super::report::Findings;
use super::targets::Targets;

/// Judges one revision of the message.
pub(crate) fn revision(
    targets: &Targets<'_>,
    package: Option<&Package<'_>>,
    opened: &[MimePart<'_>],
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    envelope::judge(targets, findings);
    timestamps::judge(targets, findings);
    references::judge(targets, findings);
    signatures::judge(targets, findings);
    encryption::judge(targets, findings);
    tokens::judge(targets, context, findings);
    attachments::judge(targets, package, opened, &context.xml_limits(), findings);
    considerations::judge(targets, context, findings);
}
