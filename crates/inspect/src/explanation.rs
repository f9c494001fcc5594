//! Why signatures and digests do not fit, as JSON.

use serde_json::{Value, json};
use ws_security::{Cause, ExplainedReference, ExplainedSignature, Explanation, Outcome, Verdict};

/// The explanation as JSON. `words` rewrites a sentence that names calls of the library for the reader of this program.
#[must_use]
pub fn json(explanation: &Explanation, words: &dyn Fn(&str) -> String) -> Value {
    Writer { words }.explanation(explanation)
}

struct Writer<'w> {
    words: &'w dyn Fn(&str) -> String,
}

impl Writer<'_> {
    fn explanation(&self, explanation: &Explanation) -> Value {
        let items = explanation.items.iter().map(|item| {
            json!({ "path": item.path.to_string(), "id": item.id.as_ref().map(ToString::to_string), "says": self.all(&texts(&item.says)), "causes": self.causes(&item.causes) })
        });
        let ciphertexts = explanation.ciphertexts.iter().map(|ciphertext| {
            json!({
                "path": ciphertext.path.to_string(),
                "id": ciphertext.id.as_ref().map(ToString::to_string),
                "method": ciphertext.method.to_string(),
                "decrypted": ciphertext.outcome == Outcome::Decrypted,
                "outcome": (self.words)(&ciphertext.outcome.to_string()),
                "causes": self.causes(&ciphertext.causes),
            })
        });
        json!({
            "authenticated": false,
            "notes": self.all(&explanation.notes),
            "items": items.collect::<Vec<_>>(),
            "ciphertexts": ciphertexts.collect::<Vec<_>>(),
            "signatures": explanation.signatures.iter().map(|signature| self.signature(signature)).collect::<Vec<_>>(),
            "fits": explanation.fits(),
            "refusal": explanation.refusal.as_deref().map(self.words),
        })
    }

    fn all(&self, all: &[String]) -> Vec<String> {
        all.iter().map(|sentence| (self.words)(sentence)).collect()
    }

    fn causes(&self, causes: &[Cause]) -> Vec<Value> {
        causes.iter().map(|cause| json!({ "word": cause.word(), "why": (self.words)(&cause.to_string()) })).collect()
    }

    fn signature(&self, signature: &ExplainedSignature) -> Value {
        json!({
            "path": signature.path.to_string(),
            "id": signature.id.as_ref().map(ToString::to_string),
            "method": signature.method.to_string(),
            "canonicalization": signature.canonicalization.to_string(),
            "key": (self.words)(&signature.key.to_string()),
            "keyRefused": signature.key_refused.as_deref().map(self.words),
            "keyCauses": self.causes(&signature.key_causes),
            "value": self.verdict(&signature.value),
            "notes": self.all(&signature.notes),
            "references": signature.references.iter().map(|reference| self.reference(reference)).collect::<Vec<_>>(),
        })
    }

    fn reference(&self, reference: &ExplainedReference) -> Value {
        json!({
            "uri": reference.uri.to_string(),
            "target": reference.target.to_string(),
            "transforms": texts(&reference.transforms),
            "method": reference.method.to_string(),
            "expected": reference.expected.to_string(),
            "found": reference.found.as_ref().map(ToString::to_string),
            "digest": self.verdict(&reference.verdict),
            "notes": self.all(&reference.notes),
        })
    }

    fn verdict(&self, verdict: &Verdict) -> Value {
        match verdict {
            Verdict::Unknown { why } => json!({ "fits": null, "why": (self.words)(why) }),
            Verdict::Differs { tried, stopped, .. } => json!({
                "fits": false,
                "causes": self.causes(verdict.causes()),
                "tried": tried,
                "stopped": stopped.map(|exceeded| (self.words)(&exceeded.to_string())),
            }),
            _ => json!({ "fits": verdict.fits() }),
        }
    }
}

fn texts(all: &[impl ToString]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}
