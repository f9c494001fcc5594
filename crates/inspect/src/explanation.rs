//! Why signatures and digests do not fit, as JSON.

use std::fmt::Display;

use serde::{Serialize, Serializer};
use ws_security::{
    Cause, ExplainedCiphertext, ExplainedItem, ExplainedReference, ExplainedSignature, Explanation, Outcome, Verdict,
};

use crate::streamed::{Each, Text, Worded, object};

/// The explanation as JSON, which is made while it is written. `words` rewrites a sentence that names calls of the library for
/// the reader of this program.
pub fn json<'e>(explanation: &'e Explanation, words: &'e dyn Fn(&str) -> String) -> impl Serialize + 'e {
    Worded(explanation, words)
}

impl<'w, T> Worded<'w, T> {
    /// Each of several things, in the same words.
    fn each<U>(&self, all: &'w [U]) -> Each<impl Iterator<Item = Worded<'w, &'w U>> + Clone> {
        let words = self.1;
        Each(all.iter().map(move |one| Worded(one, words)))
    }

    /// Each of several sentences.
    fn sentences(&self, all: &'w [String]) -> Each<impl Iterator<Item = String> + Clone> {
        let words = self.1;
        Each(all.iter().map(move |sentence| words(sentence)))
    }
}

/// Each of several texts of the message.
fn texts<T: Display>(all: &[T]) -> Each<impl Iterator<Item = Text<&T>> + Clone> {
    Each(all.iter().map(Text))
}

impl Serialize for Worded<'_, &Explanation> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(explanation, words) = self;
        object!(serializer, {
            "authenticated": false,
            "notes": self.sentences(&explanation.notes),
            "items": self.each(&explanation.items),
            "ciphertexts": self.each(&explanation.ciphertexts),
            "signatures": self.each(&explanation.signatures),
            "fits": explanation.fits(),
            "refusal": explanation.refusal.as_deref().map(words),
        })
    }
}

impl Serialize for Worded<'_, &ExplainedItem> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(item, words) = self;
        object!(serializer, {
            "path": Text(&item.path),
            "id": item.id.as_ref().map(Text),
            "says": Each(item.says.iter().map(|said| words(&said.to_string()))),
            "causes": self.each(&item.causes),
        })
    }
}

impl Serialize for Worded<'_, &ExplainedCiphertext> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(ciphertext, words) = self;
        object!(serializer, {
            "path": Text(&ciphertext.path),
            "id": ciphertext.id.as_ref().map(Text),
            "method": Text(&ciphertext.method),
            "decrypted": ciphertext.outcome == Outcome::Decrypted,
            "outcome": words(&ciphertext.outcome.to_string()),
            "causes": self.each(&ciphertext.causes),
            "notes": self.sentences(&ciphertext.notes),
        })
    }
}

impl Serialize for Worded<'_, &Cause> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(cause, words) = self;
        object!(serializer, { "word": cause.word(), "why": words(&cause.to_string()) })
    }
}

impl Serialize for Worded<'_, &ExplainedSignature> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(signature, words) = self;
        object!(serializer, {
            "path": Text(&signature.path),
            "id": signature.id.as_ref().map(Text),
            "method": Text(&signature.method),
            "canonicalization": Text(&signature.canonicalization),
            "key": words(&signature.key.to_string()),
            "keyRefused": signature.key_refused.as_deref().map(words),
            "keyCauses": self.each(&signature.key_causes),
            "value": Worded(&signature.value, *words),
            "notes": self.sentences(&signature.notes),
            "references": self.each(&signature.references),
        })
    }
}

impl Serialize for Worded<'_, &ExplainedReference> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(reference, words) = self;
        object!(serializer, {
            "uri": Text(&reference.uri),
            "target": Text(&reference.target),
            "transforms": texts(&reference.transforms),
            "method": Text(&reference.method),
            "expected": Text(&reference.expected),
            "found": reference.found.as_ref().map(Text),
            "digest": Worded(&reference.verdict, *words),
            "notes": self.sentences(&reference.notes),
        })
    }
}

impl Serialize for Worded<'_, &Verdict> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(verdict, words) = self;
        match verdict {
            Verdict::Unknown { why } => object!(serializer, { "fits": None::<bool>, "why": words(why) }),
            Verdict::Differs { tried, stopped, .. } => object!(serializer, {
                "fits": false,
                "causes": self.each(verdict.causes()),
                "tried": tried,
                "stopped": stopped.map(|exceeded| words(&exceeded.to_string())),
            }),
            _ => object!(serializer, { "fits": verdict.fits() }),
        }
    }
}
