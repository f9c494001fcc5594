//! The receiver as the judge of the profile sees it.

use std::collections::BTreeSet;
use std::rc::Rc;

use wss_bsp::{Decryption, Holdings, SignaturesDue};
use wss_c14n::{Budget, Limits};
use wss_crypto::Certificate;
use wss_soap::mime::{MimePart, Package};
use wss_tokens::PasswordSource;

use crate::open::Opening;
use crate::policy::AlgorithmPolicy;
use crate::receiver::Receiver;

impl Holdings for Receiver {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn certificates(&self) -> Box<dyn Iterator<Item = &Certificate> + '_> {
        let own = self.identities.iter().map(|identity| identity.certificate());
        Box::new(self.trust.candidates().chain(own))
    }

    fn passwords(&self) -> Option<&dyn PasswordSource> {
        self.passwords.as_deref()
    }

    fn decrypt(
        &self,
        message: &str,
        package: Option<&Package<'_>>,
        signatures: &mut SignaturesDue<'_>,
    ) -> Option<Decryption> {
        let lenient = self
            .clone()
            .algorithms(AlgorithmPolicy::everything_for_legacy_use_only())
            .dangerous_decrypt_cbc_before_verification()
            .accept_forward_references();
        let attachments = package.map(Package::attachments).unwrap_or_default().to_vec();
        let beside: u64 = attachments.iter().map(|part| part.unauthenticated_octets().len()).sum();
        let budget = Rc::new(Budget::new(&lenient.limits, message.len() as u64 + beside));
        let mut opening =
            Opening::new(&lenient, budget, package, attachments, BTreeSet::new(), None, lenient.protected_transport);
        let (source, carried) = opening.reveal(message, signatures)?;
        let revealed = opening.revealed().collect();
        let attachments = opening.opened_attachments().map(MimePart::to_owned).collect();
        Some(Decryption { source, revealed, carried, attachments })
    }
}
