//! Checks user messages against the rules of their network, and against the signer.
//!
//! `eb:Messaging` says who sends what to whom, and only its signature proves it. So give it the block that a verified
//! signature covers, and the certificate of that signature.

use wss_crypto::Certificate;
use wss_ebms::{EbmsError, Messaging, NAMESPACE, Party, Typed, UserMessage};
use wss_header::{Limits, OpenedParts};

use crate::messaging::{MessagingError, shown};
use crate::network::Network;

impl Network {
    /// Checks a user message against the rules of the network, and its sender against `signer`, if the certificates of
    /// the network name parties. Demands nothing of networks without `eb:Messaging`.
    ///
    /// # Errors
    /// [`MessagingError`].
    pub fn check_user_message(&self, message: &UserMessage, signer: &Certificate) -> Result<(), MessagingError> {
        self.check_message(message, Some(signer))
    }

    /// As [`Network::check_user_message`], for the user message of an opened message, if it has one. The message is the
    /// one in the `eb:Messaging` that the signature covers, which the receivers of these networks demand.
    ///
    /// # Errors
    /// [`MessagingError`].
    pub fn check_opened(&self, opened: &OpenedParts, limits: &Limits) -> Result<(), MessagingError> {
        if self.messaging.is_none() {
            return Ok(());
        }
        for block in opened.header_blocks(NAMESPACE, "Messaging") {
            let user = match Messaging::read(block.xml(), limits) {
                Ok(messaging) => messaging.user,
                // An empty block has no statement to check.
                Err(EbmsError::Count { users: 0, signals: 0 }) => None,
                Err(error) => return Err(MessagingError::Unreadable(error)),
            };
            if let Some(message) = user {
                self.check_message(&message, opened.signer().certificate())?;
            }
        }
        Ok(())
    }

    fn check_message(&self, message: &UserMessage, signer: Option<&Certificate>) -> Result<(), MessagingError> {
        let Some(rules) = &self.messaging else { return Ok(()) };
        rules.check(message)?;
        self.check_sender(&message.from, signer)
    }

    fn check_sender(&self, from: &Party, signer: Option<&Certificate>) -> Result<(), MessagingError> {
        let Some(oid) = self.partner.named_by else { return Ok(()) };
        let mut named = signer.into_iter().flat_map(|signer| signer.subject().values(oid));
        let is_one = |id: &Typed| named.next() == Some(id.value.as_str()) && named.next().is_none();
        match matches!(from.ids.as_slice(), [_]) && from.ids.first().is_some_and(is_one) {
            true => Ok(()),
            false => Err(MessagingError::OtherSender { party: shown(from) }),
        }
    }
}
