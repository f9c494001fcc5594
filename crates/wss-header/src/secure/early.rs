//! Tokens of signatures that endorse, placed before the signature that covers them (`Recipe::sign_endorsing_tokens`).

use wss_c14n::Splices;

use super::Securing;
use super::keying::Keying;
use super::revision::Reading;
use crate::error::SecureError;
use crate::protection_token::Home;
use crate::recipe::Step;
use crate::signing::{SignedBy, Signing};

impl Securing {
    /// What the signature of the current step needs: made now, unless its token was placed before.
    pub(super) fn keying_of_step(&mut self, signing: &Signing) -> Result<Keying, SecureError> {
        match self.placed.keying.remove(&self.step) {
            Some(keying) => Ok(keying),
            None => self.keying(signing),
        }
    }

    /// Before the signature of the message: places the tokens of those that endorse it, which it then covers.
    pub(super) fn place_endorsing_tokens(&mut self, signing: &Signing) -> Result<(), SecureError> {
        let is_first = !signing.endorses() && self.placed.endorsing.is_empty();
        if !self.recipe.signs_endorsing_tokens || !is_first {
            return Ok(());
        }
        let later = self.recipe.steps.iter().enumerate().skip(self.step).filter_map(|(at, step)| match step {
            Step::Sign(later) if later.endorses() && sends_token(later) => Some((at + 1, later.clone())),
            _ => None,
        });
        let later: Vec<(usize, Signing)> = later.collect();
        let mut tokens = String::new();
        for (step, later) in later {
            let mut keying = self.keying(&later)?;
            tokens.push_str(&self.written(std::mem::take(&mut keying.elements)));
            keying.new_token.clear();
            self.placed.endorsing.extend(keying.token_id.clone());
            self.placed.keying.insert(step, keying);
        }
        if tokens.is_empty() {
            return Ok(());
        }
        let Reading { index, header, .. } = self.revision.read(&self.recipe.header.role)?;
        let mut splices = Splices::new();
        splices.insert(self.place_in(header, &index), tokens);
        // The signature is still to be made.
        self.revision = std::mem::take(&mut self.revision).next(splices, true)?;
        Ok(())
    }
}

/// Whether a token comes with the signature, and not before it.
fn sends_token(signing: &Signing) -> bool {
    match &signing.by {
        SignedBy::Certificate { reference, .. } => reference.needs_token() && signing.holder.is_none(),
        SignedBy::Token(token) => token.kind.home() == Home::Header,
    }
}
