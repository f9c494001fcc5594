//! The budget of an outgoing message. The envelope, its attachments and the request that it answers may be somebody else's.

use wss_c14n::{Budget, Limit};

use crate::attachments::Attachment;
use crate::correlation::Correlation;
use crate::error::SecureError;
use crate::plan::Plan;

/// As many declarations are left for the header that we write. The receiver counts them with those of a plaintext.
const OF_THE_HEADER: u64 = 384;

/// The budget of a message, which is as large as what it is made of. What a receiver with the same limits would refuse by its
/// number is refused here.
pub(super) fn of(
    plan: &Plan,
    envelope: &str,
    attachments: &[Attachment],
    request: Option<&Correlation>,
) -> Result<Budget, SecureError> {
    let limits = &plan.recipe.limits;
    if !attachments.is_empty() {
        // The envelope is a part, too.
        limits.check(Limit::MimeParts, attachments.len() + 1)?;
        for attachment in attachments {
            attachment.check_header(limits)?;
        }
    }
    let confirmed = request.map_or(&[][..], |request| &request.signatures);
    limits.check(Limit::Confirmations, confirmed.len())?;
    let tokens = plan.issued.iter().map(|token| &token.xml).chain(plan.attached.iter().map(|attached| &attached.xml));
    let octets = tokens.map(|xml| xml.len() as u64).sum::<u64>()
        + attachments.iter().map(Attachment::octets).sum::<u64>()
        + confirmed.iter().map(|signature| signature.value.len() as u64).sum::<u64>();
    let budget = Budget::new(limits, octets.saturating_add(envelope.len() as u64));
    budget.charge(Limit::AllDeclarations, OF_THE_HEADER)?;
    Ok(budget)
}
