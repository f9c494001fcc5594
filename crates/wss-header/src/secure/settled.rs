//! The recipe as one message takes it: its steps with the optional parts that the message has, and the request that it
//! answers. No step changes it.

use wss_crypto::CryptoError;
use wss_soap::Envelope;

use super::parts::is_there;
use super::revision::Follower;
use crate::allowance::Allowance;
use crate::correlation::Correlation;
use crate::error::SecureError;
use crate::issued_token::IssuedToken;
use crate::optional::Optional;
use crate::part::Part;
use crate::placing::{Placing, fresh_id};
use crate::plan::Plan;
use crate::recipe::{Recipe, Step};
use crate::signing::{SignedBy, Signing};

/// The recipe of one message.
pub(super) struct SettledRecipe {
    pub(super) recipe: Recipe,
    /// The issued tokens of the recipe.
    pub(super) issued: Vec<IssuedToken>,
    /// The request of this reply.
    pub(super) request: Option<Correlation>,
}

impl SettledRecipe {
    pub(super) fn new(
        plan: &Plan,
        envelope: Envelope<'_>,
        attachments: usize,
        request: Option<&Correlation>,
    ) -> Result<SettledRecipe, SecureError> {
        let mut recipe = plan.recipe.clone();
        // If both sides sign with one key, its confirmations distinguish a reply from a request.
        let is_shared = |step: &Step| matches!(step, Step::Sign(Signing { by: SignedBy::Token(_), .. }));
        recipe.confirms |= request.is_some()
            && !recipe.allows(Allowance::ReplyWithoutConfirmation)
            && recipe.steps.iter().any(is_shared);
        settle_optional_parts(&mut recipe, envelope, attachments)?;
        Ok(Self { recipe, issued: plan.issued.clone(), request: request.cloned() })
    }

    /// The steps after this one.
    pub(super) fn steps_after(&self, step: usize) -> impl Iterator<Item = (usize, &Step)> {
        self.recipe.steps.iter().enumerate().skip(step + 1)
    }

    /// What follows this step.
    pub(super) fn follower(&self, step: usize) -> Follower {
        if step + 1 < self.recipe.steps.len() { Follower::Step } else { Follower::Nothing }
    }

    /// The values that the kinds of protection tokens need.
    pub(super) fn placing<'s>(&'s self, correlation: &'s mut Correlation) -> Placing<'s> {
        Placing {
            random: self.recipe.random.as_ref(),
            assertion: self.issued.iter().find(|token| token.is_assertion()),
            request: self.request.as_ref(),
            correlation,
        }
    }

    /// `fragment`, which we wrote, with the prefixes that the caller chose.
    pub(super) fn written(&self, fragment: String) -> String {
        self.recipe.header.prefixes.apply(fragment)
    }

    /// See [`fresh_id`].
    pub(super) fn fresh_id(&self, kind: &str) -> Result<String, CryptoError> {
        fresh_id(self.recipe.random.as_ref(), kind)
    }
}

/// Adds the optional parts that the message has to their steps, and removes steps without parts.
fn settle_optional_parts(recipe: &mut Recipe, envelope: Envelope<'_>, attachments: usize) -> Result<(), SecureError> {
    let role = &recipe.header.role;
    for step in &mut recipe.steps {
        let (parts, optional) = step.parts_mut();
        let blocks = optional.blocks_of(envelope, role, parts, &recipe.limits)?;
        let there = optional.parts.drain(..).filter(|part| is_there(part, envelope, role, attachments));
        parts.extend(there.chain(blocks));
    }
    recipe.steps.retain_mut(|step| !step.parts_mut().0.is_empty());
    Ok(())
}

impl Step {
    fn parts_mut(&mut self) -> (&mut Vec<Part>, &mut Optional) {
        match self {
            Self::Sign(signing) => (&mut signing.parts, &mut signing.optional),
            Self::Encrypt(encrypting) => (&mut encrypting.parts, &mut encrypting.optional),
        }
    }
}
