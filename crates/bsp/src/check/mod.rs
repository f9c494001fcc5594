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

pub(super) use clear_text::judge as clear_text;
pub(super) use order::{Digests, digests, judge as order};
pub(super) use references::is_rfc4514;
pub(super) use transport::judge as transport;

use super::context::Context;
use super::report::Findings;
use super::scene::Scene;
use wss_soap::mime::{MimePart, Package};

/// Judges what one revision of the message shows.
pub(super) fn revision(
    scene: &Scene<'_>,
    package: Option<&Package<'_>>,
    opened: &[MimePart<'_>],
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    envelope::judge(scene, findings);
    timestamps::judge(scene, findings);
    references::judge(scene, findings);
    signatures::judge(scene, findings);
    encryption::judge(scene, findings);
    tokens::judge(scene, context, findings);
    attachments::judge(scene, package, opened, &context.xml_limits(), findings);
    considerations::judge(scene, context, findings);
}
