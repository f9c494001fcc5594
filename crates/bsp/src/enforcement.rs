//! The profile while a message is opened: it is judged in the revisions that opening parses.

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

/// How a receiver applies the profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Enforcement {
    /// Refuses a message that breaks a MUST or MUST NOT.
    Enforce(Variant),
    /// Adds a report to the evidence of the message.
    Report(Variant),
    /// Ignores the profile.
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
    /// The reason.
    pub why: WireText,
}

/// A fact from opening a message that the profile also needs.
#[derive(Debug, Clone, Copy)]
pub struct Proven {
    /// A user's password digest.
    pub digest: bool,
    /// A key that was derived from a password.
    pub password_key: bool,
}

/// The state of judging a message that is being opened.
#[derive(Debug)]
pub struct Judging<'r> {
    variant: &'r Variant,
    context: Context<'r>,
    package: Option<&'r Package<'r>>,
    findings: Findings<'r>,
    enforces: bool,
}

impl<'r> Judging<'r> {
    /// `None` if the receiver ignores the profile.
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

    /// Adds what the two sides of the message's connection negotiated: see [`Context::transport`].
    #[must_use]
    pub fn transport(mut self, protocol: &str, cipher_suite: &str) -> Self {
        self.context = self.context.transport(protocol, cipher_suite);
        self
    }

    /// Judges the message as received, before any key is used.
    ///
    /// # Errors
    /// [`Breach`], if the profile is enforced.
    pub fn message(&mut self, document: &Document<'_>) -> Result<(), Breach> {
        let targets = Targets::read(document, &self.context.xml_limits());
        check::revision(&targets, self.package, &[], &self.context, &mut self.findings);
        check::transport(&self.context.transport, document.root(), &mut self.findings);
        check::clear_text(&targets, None, &mut self.findings);
        self.enforce()
    }

    /// Judges the last revision. `revealed` are the spans that were decrypted. All signatures are verified by now. The
    /// report has no places inside plaintext, since the evidence keeps no message to which they could refer.
    ///
    /// # Errors
    /// [`Breach`], if the profile is enforced.
    pub fn finish(
        mut self,
        document: &Document<'_>,
        revealed: impl Iterator<Item = Range<usize>>,
        opened: &[MimePart<'_>],
        proven: Proven,
    ) -> Result<Report, Breach> {
        let targets = Targets::read(document, &self.context.xml_limits());
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
        let hidden = targets.hidden().map(|hidden| report::finding_at(hidden, 0..0));
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
