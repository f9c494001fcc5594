//! The waivers of a receiver, for the evidence of a message.
//!
//! The calls that accept more note their [`Waiver`] in the receiver. The others follow from its trust, requirements,
//! policies and limits.

use std::collections::BTreeSet;
use std::time::Duration;

use wss_c14n::{Limit, Limits};
use wss_tokens::{AssertionTrust, Revocation, Trust};

use crate::part::Part;
use crate::policy::AlgorithmPolicy;
use crate::receiver::Receiver;
use crate::waiver::Waiver;
use crate::window::{MAX_AGE, Window};

impl Receiver {
    /// The waivers for a message in which one signature must cover `demanded`, with the one `of_message`, in order.
    /// [`Waiver::NoReplayCache`] is not among them: it is noted when a store is asked.
    pub(crate) fn waivers(
        &self,
        demanded: &BTreeSet<Part>,
        is_protected: bool,
        of_message: Option<Waiver>,
    ) -> Vec<Waiver> {
        let mut waived: Vec<Waiver> = self.waived.iter().cloned().chain(of_message).collect();
        waived.extend(applying([
            (self.requirements.anonymous, Waiver::AnonymousSender),
            (!demanded.contains(&Part::Timestamp), Waiver::NoSignedTimestamp),
            (is_protected, Waiver::ProtectedTransport),
        ]));
        waived.extend(of_window(self.window));
        waived.extend(self.trusts().flat_map(of_trust));
        waived.extend(of_algorithms(&self.policy));
        waived.extend(self.keys.assertions.iter().flat_map(of_assertions));
        waived.extend(of_limits(&self.limits));
        waived.sort_unstable();
        waived.dedup();
        waived
    }
}

fn of_window(window: Window) -> Option<Waiver> {
    let Window { max_age, clock_skew } = window;
    window.is_wide().then_some(Waiver::WideWindow { max_age, clock_skew })
}

fn of_trust(trust: &Trust) -> impl Iterator<Item = Waiver> {
    let demanded = trust.demanded_revocation();
    let longest = trust.lists_count_after_their_end();
    applying([
        (longest > Duration::ZERO, Waiver::ListsAfterTheirEnd { longest }),
        (!trust.checks_revocation(), Waiver::NoRevocationCheck),
        (demanded == Some(Revocation::EndEntity), Waiver::EndEntityRevocationOnly),
        (demanded == Some(Revocation::UnknownIsGood), Waiver::UnknownRevocationIsGood),
        (!trust.checks_extended_key_usage(), Waiver::AnyExtendedKeyUsage),
        (trust.has_unchecked_anchors(), Waiver::UncheckedAnchors),
        (trust.accepts_authorities_as_signers(), Waiver::AuthoritiesAsSigners),
        (trust.accepts_certificates_of_version_1(), Waiver::CertificatesOfVersion1),
        (trust.accepts_any_key_usage(), Waiver::AnyKeyUsage),
        (trust.accepts_old_path_signatures(), Waiver::OldPathSignatures),
        (trust.expects_anyone(), Waiver::AnySignerBelowTheAnchors),
    ])
}

fn of_algorithms(policy: &AlgorithmPolicy) -> impl Iterator<Item = Waiver> {
    let admitted = policy.beyond_modern().map(|uri| Waiver::Algorithm { uri });
    admitted.chain(policy.signature.admits_weak_keys().then_some(Waiver::WeakKeys))
}

fn of_assertions(assertions: &AssertionTrust) -> impl Iterator<Item = Waiver> {
    let max_age = assertions.longest_age();
    applying([
        (assertions.is_for_any_audience(), Waiver::AnyAudience),
        (assertions.accepts_any_issuer_name(), Waiver::IssuerOfAnyName),
        (assertions.accepts_bearer(), Waiver::BearerAssertions),
        (assertions.accepts_id_cards(), Waiver::IdCards),
        (max_age > MAX_AGE, Waiver::OldAssertions { max_age }),
    ])
}

fn of_limits(limits: &Limits) -> impl Iterator<Item = Waiver> {
    let limits = Limit::ALL.iter().map(|limit| (*limit, limits.get(*limit)));
    let raised = limits.filter(|(limit, allowed)| *allowed > limit.default_value());
    raised.map(|(limit, allowed)| Waiver::RaisedLimit { limit, allowed })
}

fn applying<const N: usize>(waivers: [(bool, Waiver); N]) -> impl Iterator<Item = Waiver> {
    waivers.into_iter().filter_map(|(applies, waiver)| applies.then_some(waiver))
}
