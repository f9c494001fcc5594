//! `wss dsig verify` and `wss dsig sign`.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use serde_json::json;
use ws_security::c14n::{Canonicalization, Document, Element, IdIndex, Writer, name};
use ws_security::crypto::{HmacKey, SigningKey};
use ws_security::xmldsig::{
    AlgorithmPolicy, Dereference, DocumentSigning, Enveloped, Place, Signature, VerifiedReference, VerifiedSignature,
    VerifyError, manifest_references, sign_document, verify as verify_signature, write_issuer_serial, write_key_value,
    write_x509_certificate,
};
use ws_security::{Budget, DigestMethod, NameForm, PublicKey, SignatureMethod};
use wss_profile::algorithms;

use crate::args::{DsigSignArgs, DsigVerifyArgs, Format, ReadingArgs};
use crate::keys::{self, Keys};
use crate::output::{self, Outcome, could_not, refused};

pub(crate) fn verify(arguments: &DsigVerifyArgs) -> Outcome {
    let policy = arguments.retired.on(arguments.allow.policy()?);
    let mut keys = Keys::load(&arguments.keys, arguments.allow.allow_legacy)?;
    if arguments.old_paths.dangerous_old_path_signatures {
        keys.accept_old_paths();
    }
    let octets = output::read(&arguments.file.file)?;
    let document = output::document(&octets, arguments.reading)?;
    let more: Vec<&str> = arguments.ids.id_attr.iter().map(String::as_str).collect();
    let ids = IdIndex::build_with(&document, &more).map_err(refused)?;
    let element = document.elements().find(|element| element.is(name::DS.uri, "Signature"));
    let element = element.ok_or_else(|| refused("the document has no ds:Signature"))?;
    let limits = output::limits();
    let octets = document.source().len() as u64;
    let budget = Budget::new(&limits, octets);
    let signature = Signature::parse(element, &budget).map_err(refused)?;
    if keys.is_empty() && !arguments.insecure_keyvalue {
        let why = "give a key: --key, --cert, --trust, --secret or --p12; a key in the message is not trusted, unless \
                   --insecure-keyvalue asks for its integrity only";
        // A signature that says whose it is, and that nothing given vouches for, is not valid. One that says nothing may be.
        let says = signature.key_info().is_some();
        return Err(if says { refused(why) } else { could_not(why) });
    }
    let base = arguments.base.as_deref();
    let mapped = mapped(&arguments.map)?;
    let (takes_unnamed, reads_doctypes) = (arguments.allow.allow_legacy, arguments.reading.allow_doctype);
    let whole = Whole { document: &document, ids: &ids, base, mapped: &mapped, takes_unnamed, reads_doctypes };
    let hints = keys::hints(&signature, &ids, &budget)?;
    let verifying = keys.verifying(&hints, &policy);
    let given = verifying.keys.into_iter().map(|key| (key, false));
    let in_message = if arguments.insecure_keyvalue { keys::in_message(&hints) } else { Vec::new() };
    let fitting: Vec<_> = given.chain(in_message.into_iter().map(|key| (key, true))).take(16).collect();
    if fitting.is_empty()
        && element.descendants_and_self().any(|inner| inner.is(name::WSSE.uri, "SecurityTokenReference"))
    {
        return Err(refused(
            "the signature names its key by a wsse:SecurityTokenReference, as a message with a Security header does: \
             `wss verify` reads that; here, --cert or --key says which key it is",
        ));
    }
    if fitting.is_empty() {
        let why = match verifying.untrusted.first() {
            Some(untrusted) => format!("{untrusted} (--trust, --intermediate, --cert and --now say so here)"),
            None => "its certificate leads to no --trust anchor and is not a --cert".to_owned(),
        };
        return Err(refused(format!("no key that was given fits the signature: {why}")));
    }
    let mut last = VerifyError::KeyMismatch;
    for (key, is_in_message) in fitting {
        let budget = Budget::new(&limits, octets);
        match verify_signature(&signature, &policy.signature, |_| Ok(key), &whole, &budget) {
            Ok(verified) => {
                let manifests = manifests(&verified, &policy.signature, &whole, &budget);
                if is_in_message {
                    output::say("the key is one of the message: its integrity is proven, and nothing about who signed");
                }
                return report(arguments, &verified, &manifests, is_in_message);
            }
            Err(error) => {
                let telling = matches!(last, VerifyError::KeyMismatch | VerifyError::SignatureMismatch);
                if telling {
                    last = error;
                }
            }
        }
    }
    Err(refused(last))
}

/// The references of manifests that the signature covers, and how each one's digest fits. That counts for nothing.
fn manifests(
    verified: &VerifiedSignature<'_>,
    policy: &AlgorithmPolicy,
    whole: &Whole<'_, '_>,
    budget: &Budget,
) -> Vec<(String, String)> {
    let covered = verified.references().iter().filter_map(VerifiedReference::whole_element);
    let manifests =
        covered.flat_map(Element::descendants_and_self).filter(|element| element.is(name::DS.uri, "Manifest"));
    let mut found = Vec::new();
    for manifest in manifests {
        match manifest_references(manifest, budget) {
            Err(error) => found.push((String::new(), error.to_string())),
            Ok(references) => found.extend(references.iter().map(|reference| {
                let fits = policy
                    .check_reference(reference)
                    .and_then(|()| reference.digest_fits(verified.element(), whole, budget));
                let told = match fits {
                    Ok(true) => "fits".to_owned(),
                    Ok(false) => "does not fit".to_owned(),
                    Err(error) => error.to_string(),
                };
                (reference.uri().to_owned(), told)
            })),
        }
    }
    found
}

/// Says what a valid signature covers.
fn report(
    arguments: &DsigVerifyArgs,
    verified: &VerifiedSignature<'_>,
    manifests: &[(String, String)],
    is_in_message: bool,
) -> Outcome {
    let text = match arguments.format {
        Format::Json => {
            let reference = |reference: &VerifiedReference<'_>| json!({ "uri": reference.uri(), "filtered": reference.is_filtered() });
            let manifest = |(uri, digest): &(String, String)| json!({ "uri": uri, "digest": digest, "counts": false });
            output::json(&json!({
                "valid": true,
                "proves": if is_in_message { "integrity only: the key is one of the message" } else { "integrity, under a key that was given" },
                "references": verified.references().iter().map(reference).collect::<Vec<_>>(),
                "manifestReferences": manifests.iter().map(manifest).collect::<Vec<_>>(),
            }))?
        }
        Format::Text => {
            let mut text = String::from("valid\n");
            if is_in_message {
                text.push_str("integrity only: the key is one of the message\n");
            }
            for reference in verified.references() {
                let filtered = if reference.is_filtered() { ", only what a filter made of it" } else { "" };
                text.push_str(&format!("covers {:?}{filtered}\n", reference.uri()));
            }
            for (uri, digest) in manifests {
                text.push_str(&format!("manifest reference {uri:?}: its digest {digest}; counts for nothing\n"));
            }
            text
        }
    };
    output::write(arguments.file.output.as_ref(), text.as_bytes())
}

/// The files of `--map`. URIs may contain equals signs, so the file is behind the last one.
fn mapped(arguments: &[String]) -> Outcome<HashMap<String, Vec<u8>>> {
    let pair = |argument: &String| {
        let (uri, path) = argument.rsplit_once('=').ok_or_else(|| could_not("--map has no file: give URI=FILE"))?;
        Ok((uri.to_owned(), output::read(Path::new(path))?))
    };
    arguments.iter().map(pair).collect()
}

/// Resolves references within a document, and to files below a folder that the caller named.
struct Whole<'a, 'd> {
    document: &'d Document<'d>,
    ids: &'a IdIndex<'d>,
    base: Option<&'a Path>,
    /// The octets that the caller has for a URI.
    mapped: &'a HashMap<String, Vec<u8>>,
    /// Whether a reference without a URI means the whole document, as xmlsec1 takes it.
    takes_unnamed: bool,
    reads_doctypes: bool,
}

impl<'d> Dereference<'d> for Whole<'_, 'd> {
    fn document(&self) -> Option<&'d Document<'d>> {
        Some(self.document)
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        self.ids.get(id)
    }

    fn ids(&self) -> Option<&IdIndex<'d>> {
        Some(self.ids)
    }

    fn runs_filters(&self) -> bool {
        true
    }

    fn reads_doctypes(&self) -> bool {
        self.reads_doctypes
    }

    fn unnamed(&self) -> Option<&'d Document<'d>> {
        (self.takes_unnamed && !self.mapped.contains_key("")).then_some(self.document)
    }

    fn external(&self, uri: &str) -> Option<Vec<u8>> {
        if let Some(octets) = self.mapped.get(uri) {
            return Some(octets.clone());
        }
        let base = self.base?;
        let relative = Path::new(uri);
        let plain = !uri.contains([':', '#', '?', '%', '\\'])
            && relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !plain {
            return None;
        }
        // Links may lead outside, so the real path of the file decides.
        let path: PathBuf = base.join(relative).canonicalize().ok()?;
        path.starts_with(base.canonicalize().ok()?).then(|| std::fs::read(path).ok()).flatten()
    }
}

/// What a key signs with where nothing else is said.
fn signature_of(key: &PublicKey) -> Outcome<SignatureMethod> {
    key.kind().default_signature().ok_or_else(|| could_not("the key signs nothing: give an RSA, EC or Ed25519 key"))
}

/// Where an option wants the signature.
fn place(arguments: &DsigSignArgs) -> Outcome<Place> {
    let Some(within) = &arguments.place_in else { return Ok(Place::default()) };
    if let Some(id) = within.strip_prefix('#') {
        return Ok(Place::EndOf(id.to_owned()));
    }
    let name = within.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let (namespace, local) =
        name.ok_or_else(|| could_not(format!("{within:?} is no element: give {{namespace}}local or #ID")))?;
    Ok(Place::EndOfFirst(namespace.to_owned(), local.to_owned()))
}

pub(crate) fn sign(arguments: &DsigSignArgs) -> Outcome {
    let keys = Keys::load(&arguments.keys, true)?;
    let mut key_info = Writer::within(&[name::DS]);
    let secret_key;
    let (key, fitting): (&dyn SigningKey, SignatureMethod) = if let Some(identity) = keys.identities.first() {
        if arguments.issuer_serial {
            write_issuer_serial(&mut key_info, identity.certificate(), NameForm::default());
        }
        write_x509_certificate(&mut key_info, identity.certificate());
        (identity.signing_key().as_ref(), signature_of(identity.certificate().public_key())?)
    } else if let Some(private) = keys.private.first() {
        write_key_value(&mut key_info, private.public_key());
        (private, signature_of(private.public_key())?)
    } else if let Some((name, secret)) = keys.secrets.first() {
        if let Some(key_name) = name {
            key_info.leaf(ws_security::c14n::name::DS, "KeyName", key_name);
        }
        secret_key = HmacKey::of_any_length_for_legacy_use_only(secret.clone());
        (&secret_key, SignatureMethod::HmacSha256)
    } else {
        return Err(could_not("give a key to sign with: --key, --p12 or --secret"));
    };
    let method = match &arguments.signature_method {
        Some(given) => algorithms::signature("signature-method", given)?,
        None => fitting,
    };
    let digest = match &arguments.digest {
        Some(given) => algorithms::digest("digest", given)?,
        None => DigestMethod::Sha256,
    };
    let canonicalization = match &arguments.c14n {
        Some(given) => Canonicalization::new(algorithms::canonicalization("c14n", given)?),
        None => Canonicalization::default(),
    };
    let ids: Vec<String> =
        arguments.reference.iter().map(|reference| reference.trim_start_matches('#').to_owned()).collect();
    let octets = output::read(&arguments.file.file)?;
    let document = output::document(&octets, ReadingArgs::default())?;
    let key_info = key_info.finish();
    let mut signing = DocumentSigning::new(method)
        .digest(digest)
        .canonicalization(canonicalization)
        .id_attributes(&arguments.ids.id_attr)
        .place(place(arguments)?);
    if !key_info.is_empty() {
        signing = signing.key_info(key_info);
    }
    if arguments.always_enveloped {
        signing = signing.enveloped(Enveloped::Always);
    }
    if let Some(prefix) = &arguments.prefix {
        signing = signing.prefix(prefix);
    }
    if let Some(id) = &arguments.signature_id {
        signing = signing.signature_id(id);
    }
    let signed = sign_document(&document, &ids, &signing, key).map_err(could_not)?;
    output::write(arguments.file.output.as_ref(), signed.as_bytes())
}
