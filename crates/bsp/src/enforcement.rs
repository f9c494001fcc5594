//! The profile while a message is received: judged in the revisions that are read anyhow.

use std::ops::Range;

use wss_c14n::Document;

use super::check;
use super::context::Context;
use super::report::{self, Findings, Report, Revealed};
use super::scene::Scene;
use super::table::Rule;
use super::variant::Variant;
use crate::error::OpenError;
use crate::receiver::Receiver;
use wss_soap::mime::{MimePart, Package};

/// What a receiver does about the profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reception {
    /// Refuses a message that breaks a MUST or MUST NOT: [`OpenError::Bsp`](crate::OpenError::Bsp).
    Enforce(Variant),
    /// Leaves a report in the [`Evidence`](crate::Evidence).
    Report(Variant),
    /// Nothing.
    #[default]
    Off,
}

/// What opening a message proved that the profile is about, too.
pub(crate) struct Proven {
    /// A user's password digest.
    pub(crate) digest: bool,
    /// A key that was derived from a password.
    pub(crate) password_key: bool,
}

/// The profile, as far as a message that is being received was judged.
pub(crate) struct Judging<'r> {
    variant: &'r Variant,
    context: Context<'r>,
    package: Option<&'r Package<'r>>,
    findings: Findings<'r>,
    enforces: bool,
}

impl<'r> Judging<'r> {
    /// `None` where the receiver does nothing about it.
    pub(crate) fn of(receiver: &'r Receiver, package: Option<&'r Package<'r>>, is_reply: bool) -> Option<Self> {
        let (variant, enforces) = match &receiver.bsp {
            Reception::Enforce(variant) => (variant, true),
            Reception::Report(variant) => (variant, false),
            Reception::Off => return None,
        };
        let mut context = Context::new().variant(variant.clone()).receiver(receiver);
        context.asks_passwords = false;
        context.is_first = is_reply.then_some(false);
        Some(Self { variant, context, package, findings: Findings::new(variant), enforces })
    }

    /// The message as it came, before any key is touched.
    pub(crate) fn message(&mut self, document: &Document<'_>) -> Result<(), OpenError> {
        let scene = Scene::read(document);
        check::revision(&scene, self.package, &[], &self.context, &mut self.findings);
        check::clear_text(&scene, None, &mut self.findings);
        self.enforce()
    }

    /// The last revision, of which `revealed` came out of ciphertext. Everything verified in its order by now. Spans of
    /// what came out are unknown: the evidence keeps no message they could point into.
    pub(crate) fn finish(
        mut self,
        document: &Document<'_>,
        revealed: impl Iterator<Item = Range<usize>>,
        opened: &[MimePart<'_>],
        proven: Proven,
    ) -> Result<Report, OpenError> {
        let scene = Scene::read(document);
        let revealed: Vec<_> = revealed.map(|now| Revealed { now, wire: 0..0 }).collect();
        let root = document.root();
        for (rule, is_proven) in [(Rule::R3212, true), (Rule::R4212, proven.digest), (Rule::R4216, proven.password_key)]
        {
            if is_proven {
                self.findings.settle(rule, root);
            }
        }
        self.findings.decrypted(revealed, Vec::new());
        check::revision(&scene, self.package, opened, &self.context, &mut self.findings);
        self.enforce()?;
        let hidden = scene.hidden().map(|hidden| report::place_of(hidden, 0..0));
        Ok(Report { variant: self.variant.clone(), verdicts: self.findings.finish(hidden) })
    }

    fn enforce(&self) -> Result<(), OpenError> {
        match self.findings.breach().filter(|_| self.enforces) {
            Some((rule, place)) => {
                Err(OpenError::Bsp { rule, path: place.path.as_str().into(), why: place.why.as_str().into() })
            }
            None => Ok(()),
        }
    }
}
