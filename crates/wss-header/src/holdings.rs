//! The receiver, in the form in which the judge of the profile uses it.

use wss_bsp::{Decryption, Holdings, SignaturesDue};
use wss_c14n::Limits;
use wss_crypto::Certificate;
use wss_soap::mime::Package;
use wss_tokens::PasswordSource;

use crate::open::reveal;
use crate::policy::AlgorithmPolicy;
use crate::receiver::Receiver;

impl Holdings for Receiver {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn certificates(&self) -> Box<dyn Iterator<Item = &Certificate> + '_> {
        let own = self.keys.identities.iter().map(|identity| identity.certificate());
        Box::new(self.trust.candidates().chain(own).chain(&self.keys.elsewhere))
    }

    fn passwords(&self) -> Option<&dyn PasswordSource> {
        self.keys.passwords.as_deref()
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
        reveal(&lenient, message, package, signatures)
    }
}
