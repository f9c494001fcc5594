//! `wss explain`: what is in a message, and why a signature or a digest in it does not fit. It accepts nothing.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use ws_security::attachments::Spool;
use ws_security::{
    Cause, DangerousNoReplayCache, ExplainedOctets, ExplainedReference, ExplainedSignature, Explanation, FixedClock,
    Outcome, Receiver, Requirements, Verdict,
};
use wss_profile::PathOptions;

use crate::accept::in_options;
use crate::args::{ExplainArgs, Format};
use crate::keys;
use crate::output::{self, Input, Outcome as CliOutcome, could_not};

pub(crate) fn run(arguments: &ExplainArgs) -> CliOutcome {
    let receiver = receiver(arguments)?;
    let spool = Spool::in_folder(std::env::temp_dir());
    let input = Input::read(&arguments.file.file, &spool)?;
    let incoming = input.incoming();
    let mut written = Ok(());
    let explanation = match &arguments.octets {
        None => receiver.explain(incoming),
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(could_not)?;
            receiver.explain_octets(incoming, |octets| {
                if written.is_ok() {
                    written = write(folder, octets);
                }
            })
        }
    };
    written?;
    let text = match arguments.format {
        Format::Text => in_options(&explanation.to_string()),
        Format::Json => output::json(&as_json(&explanation))?,
    };
    output::write(arguments.file.output.as_ref(), text.as_bytes())
}

/// `signature-1-reference-2.xml`, and `….sender.xml` for the octets that fit.
fn write(folder: &Path, octets: ExplainedOctets<'_>) -> CliOutcome {
    let of = match octets.reference {
        Some(reference) => format!("reference-{reference}"),
        None => "signed-info".to_owned(),
    };
    let whose = if octets.are_the_senders { ".sender" } else { "" };
    let path = folder.join(format!("signature-{}-{of}{whose}.xml", octets.signature));
    output::write(Some(&path), octets.octets)
}

/// A receiver with the keys that are given, which demands a signed Body.
fn receiver(arguments: &ExplainArgs) -> CliOutcome<Receiver> {
    let known = &arguments.holdings.known_cert;
    let trust = keys::noting(|notes| arguments.signers.trust(&PathOptions::default(), known, notes))?;
    let policy = arguments.allow.policy()?;
    let receiver =
        Receiver::new(trust, Requirements::signed_body_and([]).dangerous_anonymous(), DangerousNoReplayCache)
            .clock(Arc::new(FixedClock(keys::now(arguments.now.as_ref())?)))
            .algorithms(policy)
            .limits(output::limits());
    Ok(arguments.holdings.equip(receiver)?)
}

fn as_json(explanation: &Explanation) -> Value {
    let items = explanation.items.iter().map(|item| {
        json!({ "path": item.path.to_string(), "id": item.id.as_ref().map(ToString::to_string), "says": in_words(&texts(&item.says)), "causes": causes_json(&item.causes) })
    });
    let ciphertexts = explanation.ciphertexts.iter().map(|ciphertext| {
        json!({
            "path": ciphertext.path.to_string(),
            "id": ciphertext.id.as_ref().map(ToString::to_string),
            "method": ciphertext.method.to_string(),
            "decrypted": ciphertext.outcome == Outcome::Decrypted,
            "outcome": in_options(&ciphertext.outcome.to_string()),
            "causes": causes_json(&ciphertext.causes),
        })
    });
    json!({
        "authenticated": false,
        "notes": in_words(&explanation.notes),
        "items": items.collect::<Vec<_>>(),
        "ciphertexts": ciphertexts.collect::<Vec<_>>(),
        "signatures": explanation.signatures.iter().map(signature_json).collect::<Vec<_>>(),
        "fits": explanation.fits(),
        "refusal": explanation.refusal.as_deref().map(in_options),
    })
}

fn texts(all: &[impl ToString]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// Sentences, with options in place of calls.
fn in_words(all: &[String]) -> Vec<String> {
    all.iter().map(|sentence| in_options(sentence)).collect()
}

fn causes_json(causes: &[Cause]) -> Vec<Value> {
    causes.iter().map(|cause| json!({ "word": cause.word(), "why": in_options(&cause.to_string()) })).collect()
}

fn signature_json(signature: &ExplainedSignature) -> Value {
    json!({
        "path": signature.path.to_string(),
        "id": signature.id.as_ref().map(ToString::to_string),
        "method": signature.method.to_string(),
        "canonicalization": signature.canonicalization.to_string(),
        "key": signature.key.to_string(),
        "keyRefused": signature.key_refused.as_deref().map(in_options),
        "value": verdict_json(&signature.value),
        "notes": in_words(&signature.notes),
        "references": signature.references.iter().map(reference_json).collect::<Vec<_>>(),
    })
}

fn reference_json(reference: &ExplainedReference) -> Value {
    json!({
        "uri": reference.uri.to_string(),
        "target": reference.target.to_string(),
        "transforms": texts(&reference.transforms),
        "method": reference.method.to_string(),
        "expected": reference.expected.to_string(),
        "found": reference.found.as_ref().map(ToString::to_string),
        "digest": verdict_json(&reference.verdict),
        "notes": in_words(&reference.notes),
    })
}

fn verdict_json(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Unknown { why } => json!({ "fits": null, "why": in_options(why) }),
        Verdict::Differs { tried, stopped, .. } => json!({
            "fits": false,
            "causes": causes_json(verdict.causes()),
            "tried": tried,
            "stopped": stopped.map(|exceeded| in_options(&exceeded.to_string())),
        }),
        _ => json!({ "fits": verdict.fits() }),
    }
}
