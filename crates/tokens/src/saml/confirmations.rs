//! Decides which confirmations of an assertion are accepted, and why the others are not.

use std::time::{Duration, SystemTime};

use super::trust::{has_begun, is_over};
use super::{Assertion, AssertionTrust, Confirmation, ConfirmationMethod, id_card};
use crate::assertion_span::AssertionSpan;
use crate::error::TokenError;

/// The reason why a confirmation is refused. Later variants came nearer to being accepted: the last one is reported to
/// the sender.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Refusal {
    /// The assertion has no confirmation of a known method.
    None,
    /// The confirmation is of another method than the one that is accepted.
    Other,
    Vouched,
    Bearer,
    IdCard,
    /// The assertion has no issuer's signature, which a confirmation by anyone but an attester needs.
    Unsigned,
    LowLevel,
    Recipient,
    UnknownRecipient,
    Request,
    UnknownRequest,
    Early(SystemTime),
    Over(SystemTime),
}

impl Refusal {
    fn error(self, now: SystemTime, skew: Duration) -> TokenError {
        let what = AssertionSpan::Confirmation;
        TokenError::Assertion(match self {
            Self::None => {
                "it has no SubjectConfirmation of a method that is known: holder-of-key, sender-vouches or bearer"
            }
            Self::Other => "it is not confirmed in the way that is demanded here",
            Self::Vouched => {
                "its sender vouches for it: name who may do so with `AssertionTrust::sender_vouches` if that is expected"
            }
            Self::Bearer => "it is a bearer assertion: call `AssertionTrust::accept_bearer` if that is expected",
            Self::IdCard => {
                "it is an id-card of Den Gode Webservice: call `AssertionTrust::accept_id_cards` if that is expected"
            }
            Self::Unsigned => "no issuer signed it: only a sender that vouches may send one without a signature",
            Self::LowLevel => {
                "it is an id-card of a lower level of authentication than `AssertionTrust::accept_id_cards` has it"
            }
            Self::Recipient => {
                "the Recipient of its confirmation is another than `AssertionTrust::recipient`: it was issued for somebody \
                 else, or the address is written in another way there"
            }
            Self::UnknownRecipient => {
                "its confirmation names a Recipient: give the address of this service with `AssertionTrust::recipient`"
            }
            Self::Request => {
                "its confirmation is InResponseTo another request than that of `AssertionTrust::in_response_to`"
            }
            Self::UnknownRequest => {
                "its confirmation is InResponseTo a request: give the ID of that request with \
                 `AssertionTrust::in_response_to`"
            }
            Self::Early(begins) => return TokenError::AssertionEarly { what, begins, now, skew },
            Self::Over(ended) => return TokenError::AssertionOver { what, ended, now, skew },
        })
    }
}

impl AssertionTrust {
    /// The confirmations that are accepted, at least one.
    ///
    /// # Errors
    /// The reason why the confirmation nearest to acceptance is refused, if none is accepted.
    pub(super) fn confirmed<'a, 'd>(
        &self,
        assertion: &'a Assertion<'d>,
        now: SystemTime,
        skew: Duration,
    ) -> Result<Vec<&'a Confirmation<'d>>, TokenError> {
        let mut accepted = Vec::new();
        let mut nearest = Refusal::None;
        for confirmation in &assertion.confirmations {
            match self.judge(confirmation, assertion, now, skew) {
                Ok(()) => accepted.push(confirmation),
                Err(refusal) => nearest = nearest.max(refusal),
            }
        }
        match accepted.is_empty() {
            true => Err(nearest.error(now, skew)),
            false => Ok(accepted),
        }
    }

    fn judge(
        &self,
        confirmation: &Confirmation<'_>,
        assertion: &Assertion<'_>,
        now: SystemTime,
        skew: Duration,
    ) -> Result<(), Refusal> {
        let method = confirmation.method;
        if self.only.is_some_and(|only| only != method) {
            // The only property of an id-card that a network judges is the level.
            let is_id_card = method == ConfirmationMethod::IdCard && self.id_cards.is_none();
            return Err(if is_id_card { Refusal::IdCard } else { Refusal::Other });
        }
        let expected = match method {
            ConfirmationMethod::HolderOfKey => Ok(()),
            ConfirmationMethod::SenderVouches => self.attesters.as_ref().map(drop).ok_or(Refusal::Vouched),
            ConfirmationMethod::Bearer => self.bearer.then_some(()).ok_or(Refusal::Bearer),
            ConfirmationMethod::IdCard => self.id_cards.map(drop).ok_or(Refusal::IdCard),
        };
        expected?;
        if assertion.signature.is_none() && method != ConfirmationMethod::SenderVouches {
            return Err(Refusal::Unsigned);
        }
        if method == ConfirmationMethod::IdCard && !self.admits_level_of(assertion) {
            return Err(Refusal::LowLevel);
        }
        // A bearer assertion may have been presented at another service before.
        let is_bearer = matches!(method, ConfirmationMethod::Bearer | ConfirmationMethod::IdCard);
        let means_us = |named: &Option<String>, own: &Option<String>, another, unknown| match (named, own) {
            (Some(named), Some(own)) if named != own => Err(another),
            (Some(_), None) if is_bearer => Err(unknown),
            _ => Ok(()),
        };
        means_us(&confirmation.recipient, &self.recipient, Refusal::Recipient, Refusal::UnknownRecipient)?;
        means_us(&confirmation.in_response_to, &self.in_response_to, Refusal::Request, Refusal::UnknownRequest)?;
        match (confirmation.not_before, confirmation.not_on_or_after) {
            (Some(begins), _) if !has_begun(begins, now, skew) => Err(Refusal::Early(begins)),
            (_, Some(ended)) if is_over(ended, now, skew) => Err(Refusal::Over(ended)),
            _ => Ok(()),
        }
    }

    /// Whether an id-card states a level of authentication that is high enough.
    fn admits_level_of(&self, card: &Assertion<'_>) -> bool {
        let stated = card.attributes.iter().map(|attribute| (attribute.name(), attribute.values()));
        self.id_cards.zip(id_card::level(stated)).is_some_and(|(lowest, level)| level >= lowest)
    }
}
