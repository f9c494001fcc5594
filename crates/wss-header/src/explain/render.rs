//! The explanation as a tree for people. Text of the message is escaped.

use std::fmt::{self, Display, Write};

use wss_text::escaped;

use super::cause::Cause;
use super::explanation::{ExplainedReference, ExplainedSignature, Explanation, Outcome, Verdict};

/// Writes a line at a depth of the tree.
fn line(f: &mut fmt::Formatter<'_>, depth: usize, text: impl Display) -> fmt::Result {
    let mut written = String::new();
    write!(written, "{text}")?;
    writeln!(f, "{:indent$}{}", "", escaped(&written), indent = 2 * depth)
}

impl Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, 0, "Nothing below is accepted or authenticated. It quotes the message and may hold its secrets.")?;
        for note in &self.notes {
            line(f, 0, format_args!("! {note}"))?;
        }
        for item in &self.items {
            let id = item.id.as_ref().map(|id| format!(" #{id}")).unwrap_or_default();
            line(f, 0, format_args!("{}{id}", item.path))?;
            for says in &item.says {
                line(f, 1, says)?;
            }
            causes(f, 1, &item.causes)?;
        }
        for ciphertext in &self.ciphertexts {
            line(f, 0, format_args!("ciphertext {} by {}", ciphertext.path, ciphertext.method))?;
            line(f, 1, &ciphertext.outcome)?;
            causes(f, 1, &ciphertext.causes)?;
            if ciphertext.causes.is_empty() && ciphertext.outcome != Outcome::Decrypted {
                line(f, 1, "no usual cause was found that makes it decrypt with a key at hand")?;
            }
            for note in &ciphertext.notes {
                line(f, 1, note)?;
            }
        }
        for (nth, signature) in self.signatures.iter().enumerate() {
            let id = signature.id.as_ref().map(|id| format!(" #{id}")).unwrap_or_default();
            line(f, 0, format_args!("signature {}: {}{id}", nth + 1, signature.path))?;
            signature.write(f)?;
        }
        if self.signatures.is_empty() && !self.is_unread {
            line(f, 0, "there is no signature")?;
        }
        match &self.refusal {
            Some(refusal) => line(f, 0, format_args!("a receiver like this refuses the message: {refusal}")),
            None => line(f, 0, "a receiver like this has nothing against the message, unless it is a replay"),
        }
    }
}

impl ExplainedSignature {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, 1, format_args!("method {}, canonicalised by {}", self.method, self.canonicalization))?;
        line(f, 1, format_args!("key: {}", self.key))?;
        if let Some(why) = &self.key_refused {
            line(f, 2, format_args!("! not used: {why}"))?;
        }
        causes(f, 2, &self.key_causes)?;
        verdict(f, 1, "signature value", &self.value, None)?;
        for note in &self.notes {
            line(f, 2, note)?;
        }
        for (nth, reference) in self.references.iter().enumerate() {
            line(f, 1, format_args!("reference {}: {:?} names {}", nth + 1, reference.uri, reference.target))?;
            reference.write(f)?;
        }
        Ok(())
    }
}

impl ExplainedReference {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for transform in &self.transforms {
            line(f, 2, format_args!("transform {transform}"))?;
        }
        line(f, 2, format_args!("digest by {}", self.method))?;
        line(f, 2, format_args!("expected {}", self.expected))?;
        if let Some(found) = &self.found {
            line(f, 2, format_args!("found    {found}"))?;
        }
        verdict(f, 2, "digest", &self.verdict, self.likely)?;
        for note in &self.notes {
            line(f, 3, note)?;
        }
        Ok(())
    }
}

/// Writes a verdict, and what is most likely where no cause was found.
fn verdict(
    f: &mut fmt::Formatter<'_>,
    depth: usize,
    what: &str,
    verdict: &Verdict,
    likely: Option<&str>,
) -> fmt::Result {
    match verdict {
        Verdict::Fits => line(f, depth, format_args!("{what}: fits")),
        Verdict::Unknown { why } => line(f, depth, format_args!("{what}: could not be computed: {why}")),
        Verdict::Differs { causes: found, tried, stopped } => {
            line(f, depth, format_args!("{what}: DOES NOT FIT"))?;
            causes(f, depth + 1, found)?;
            match tried {
                _ if !found.is_empty() => {}
                0 => line(f, depth + 1, "no usual change could be tried on it")?,
                tried => {
                    let pairs = if stopped.is_some() { "" } else { ", alone and in pairs" };
                    line(f, depth + 1, format_args!("no usual cause fits: {tried} usual changes were tried{pairs}"))?;
                }
            }
            if let Some(likely) = likely.filter(|_| found.is_empty() && *tried > 0) {
                line(f, depth + 1, likely)?;
                line(
                    f,
                    depth + 1,
                    "compare what the sender digested with the octets here: call `explain_octets`, which shows them",
                )?;
            }
            match stopped.filter(|_| found.is_empty()) {
                Some(exceeded) => line(f, depth + 1, format_args!("the search stopped early: {exceeded}")),
                None => Ok(()),
            }
        }
    }
}

fn causes(f: &mut fmt::Formatter<'_>, depth: usize, causes: &[Cause]) -> fmt::Result {
    causes.iter().try_for_each(|cause| line(f, depth, format_args!("cause [{}]: {cause}", cause.word())))
}

impl Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decrypted => f.write_str("a key of ours decrypts it"),
            Self::ForAnother { recipient } => write!(f, "no key of ours fits: it is encrypted to {recipient}"),
            Self::WrongKey { why } | Self::Failed { why } => write!(f, "not decrypted: {why}"),
        }
    }
}
