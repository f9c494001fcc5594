//! Tokens of signatures that endorse, placed before the signature that covers them (`Recipe::sign_endorsing_tokens`).

use wss_c14n::Splices;

use super::insertion::InsertionPoints;
use super::made::Made;
use super::revision::{Follower, Revision};
use super::settled::SettledRecipe;
use super::signing_token;
use crate::error::SecureError;
use crate::protection_token::Home;
use crate::recipe::Step;
use crate::signing::{SignedBy, Signing};

/// Before the signature of the message, which is the step `step`: places the tokens of those that endorse it, which it
/// then covers.
pub(super) fn place_endorsing_tokens(
    step: usize,
    signing: &Signing,
    revision: Revision,
    settled: &SettledRecipe,
    made: &mut Made,
) -> Result<Revision, SecureError> {
    let is_first = !signing.endorses() && made.tokens.endorsing.is_empty();
    if !settled.recipe.signs_endorsing_tokens || !is_first {
        return Ok(revision);
    }
    let mut tokens = String::new();
    for (later, step) in settled.steps_after(step) {
        let Step::Sign(signing) = step else { continue };
        if !signing.endorses() || !sends_token(signing) {
            continue;
        }
        let mut keying = signing_token::make(signing, settled, made)?;
        tokens.push_str(&settled.written(std::mem::take(&mut keying.elements)));
        keying.new_token.clear();
        made.tokens.endorsing.extend(keying.token_id.clone());
        made.tokens.keying.insert(later, keying);
    }
    if tokens.is_empty() {
        return Ok(revision);
    }
    let reading = revision.read(&settled.recipe.header.role, &settled.recipe.limits)?;
    let mut splices = Splices::new();
    splices.insert(InsertionPoints::new(settled, &made.tokens, &reading).of_step(), tokens);
    // The signature is still to be made.
    revision.next(splices, Follower::Step, &made.budget)
}

/// Whether a token comes with the signature, and not before it.
fn sends_token(signing: &Signing) -> bool {
    match &signing.by {
        SignedBy::Certificate { reference, .. } => reference.needs_token() && signing.holder.is_none(),
        SignedBy::Token(token) => token.kind.home() == Home::Header,
    }
}
