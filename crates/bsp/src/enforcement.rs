//! The profile while a message is received: judged in the revisions that are read anyhow.

use std::ops::Range;

use thiserror::Error;
use wss_c14n::Document;
use wss_soap::mime::{MimePart, Package};
use wss_text::WireText;

use super::check;
use super::context::Context;
use super::holdings::{Holdings, Revealed};
use super::report::{self, Findings, Report};
use super::table::Rule;
use super::targets::Targets;
use super::variant::Variant;

/// What a receiver does about the profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Enforcement {
    /// Refuses a message that breaks a MUST or MUST NOT.
    Enforce(Variant),
    /// Leaves a report in the evidence of the message.
    Report(Variant),
    /// Nothing.
    #[default]
    Off,
}

/// A MUST or MUST NOT that a message breaks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("BSP {rule} is broken at {path}: {why}")]
pub struct Breach {
    /// The requirement.
    pub rule: Rule,
    /// The path of the first element that breaks it.
    pub path: WireText,
    /// Why.
    pub why: WireText,
}

/// What opening a message proved that the profile is about, too.
#[derive(Debug, Clone, Copy)]
pub struct Proven {
    /// A user's password digest.
    pub digest: bool,
    /// A key that was derived from a password.
    pub password_key: bool,
}

/// The profile, as far as a message that is being received was judged.
#[derive(Debug)]
pub struct Judging<'r> {
    variant: &'r Variant,
    context: Context<'r>,
    package: Option<&'r Package<'r>>,
    findings: Findings<'r>,
    enforces: bool,
}

impl<'r> Judging<'r> {
    /// `None` where the receiver does nothing about it.
    #[must_use]
    pub fn of(
        enforcement: &'r Enforcement,
        holdings: &'r dyn Holdings,
        package: Option<&'r Package<'r>>,
        is_reply: bool,
    ) -> Option<Self> {
        let (variant, enforces) = match enforcement {
            Enforcement::Enforce(variant) => (variant, true),
            Enforcement::Report(variant) => (variant, false),
            Enforcement::Off => return None,
        };
        let mut context = Context::new().variant(variant.clone()).receiver(holdings);
        context.asks_passwords = false;
        context.is_first = is_reply.then_some(false);
        Some(Self { variant, context, package, findings: Findings::new(variant), enforces })
    }

    /// The message as it came, before any key is touched.
    ///
    /// # Errors
    /// [`Breach`], where the profile is enforced.
    pub fn message(&mut self, document: &Document<'_>) -> Result<(), Breach> {
        let targets = Targets::read(document);
        check::revision(&targets, self.package, &[], &self.context, &mut self.findings);
        check::clear_text(&targets, None, &mut self.findings);
        self.enforce()
    }

    /// The last revision, of which `revealed` came out of ciphertext. Everything verified in its order by now. Spans of
    /// what came out are unknown: the evidence keeps no message they could point into.
    ///
    /// # Errors
    /// [`Breach`], where the profile is enforced.
    pub fn finish(
        mut self,
        document: &Document<'_>,
        revealed: impl Iterator<Item = Range<usize>>,
        opened: &[MimePart<'_>],
        proven: Proven,
    ) -> Result<Report, Breach> {
        let targets = Targets::read(document);
        let revealed: Vec<_> = revealed.map(|now| Revealed { now, wire: 0..0 }).collect();
        let root = document.root();
        for (rule, is_proven) in [(Rule::R3212, true), (Rule::R4212, proven.digest), (Rule::R4216, proven.password_key)]
        {
            if is_proven {
                self.findings.settle(rule, root);
            }
        }
        self.findings.decrypted(revealed, Vec::new());
        check::revision(&targets, self.package, opened, &self.context, &mut self.findings);
        self.enforce()?;
        let hidden = targets.hidden().map(|hidden| report::place_of(hidden, 0..0));
        Ok(Report { variant: self.variant.clone(), verdicts: self.findings.finish(hidden) })
    }

    fn enforce(&self) -> Result<(), Breach> {
        match self.findings.breach().filter(|_| self.enforces) {
            Some((rule, place)) => {
                Err(Breach { rule, path: place.path.as_str().into(), why: place.why.as_str().into() })
            }
            None => Ok(()),
        }
    }
}
