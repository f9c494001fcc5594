//! `wss dsig verify` and `wss dsig sign`.

use serde_json::json;
use ws_security::c14n::{Canonicalization, Element, IdIndex, name};
use ws_security::crypto::{HmacKey, SignatureFamily, SigningKey};
use ws_security::text::escaped;
use ws_security::xmldsig::{
    AlgorithmPolicy, DocumentSigning, Enveloped, KeyInfoItem, NewMethod, Signature, SignaturePlace, VerifiedReference,
    VerifiedSignature, VerifyError, manifest_references, sign_document, verify as verify_signature,
};
use ws_security::{Budget, Certificate, DigestMethod, PublicKey, SignatureMethod};
use wss_profile::algorithms;

use crate::accept::in_options;
use crate::args::{DsigSignArgs, DsigVerifyArgs, Format, ReadingArgs};
use crate::key_info::About;
use crate::keys::{self, Hints, Keys, Standing, Task};
use crate::output::{self, Outcome, could_not, refused};
use crate::outside::{Outside, Whole};

pub(crate) fn verify(arguments: &DsigVerifyArgs) -> Outcome {
    let mut policy = arguments.retired.on(arguments.allow.policy()?);
    if let Some(bits) = arguments.dangerous_mac_bits {
        policy.signature = policy.signature.dangerous_admit_macs_cut_to(bits);
    }
    keys::note_unused(&arguments.keys, Task::Verifying);
    if arguments.paths.dangerous_old_path_signatures && arguments.keys.trust.is_empty() {
        output::say("note: --dangerous-old-path-signatures does nothing: only --trust begins a path");
    }
    let keys = Keys::expecting(&arguments.keys, &arguments.signer, &arguments.paths, arguments.allow.allow_legacy)?;
    let octets = output::read_document(&arguments.file.file)?;
    let document = output::document(&octets, arguments.reading)?;
    let more: Vec<&str> = arguments.ids.id_attr.iter().map(String::as_str).collect();
    let ids = IdIndex::build_with(&document, &more).map_err(refused)?;
    let mut signatures = document.elements().filter(|element| element.is(name::DS.uri, "Signature"));
    let element = signatures.next().ok_or_else(|| refused("the document has no ds:Signature: nobody signed it"))?;
    let others = signatures.count();
    if others > 0 {
        output::say(format!("note: the first ds:Signature of the document is judged, and not the other {others}"));
    }
    let limits = output::limits();
    let octets = document.source().len() as u64;
    let budget = Budget::new(&limits, octets);
    let signature = Signature::parse(element, &budget).map_err(refused)?;
    policy.signature.check(&signature).map_err(refused)?;
    if keys.is_empty() && !arguments.insecure_keyvalue {
        let why = "give a key: --key, --cert, --trust, --secret or --p12; a key in the message is not trusted, unless \
                   --insecure-keyvalue asks for its integrity only";
        // A signature that names its key, and for which nothing that was given vouches, is not valid. One that names
        // none may be.
        let says = signature.key_info().is_some();
        return Err(if says { refused(why) } else { could_not(why) });
    }
    let outside = Outside::read(&arguments.outside, octets)?;
    let whole = Whole {
        document: &document,
        ids: &ids,
        outside: &outside,
        takes_unnamed: arguments.allow.allow_legacy,
        reads_doctypes: arguments.reading.allow_doctype,
        accepts_other_ecdsa_values: arguments.allow.allow_legacy || arguments.accept_other_ecdsa_values,
    };
    let Hints { hints, unread } = keys::hints(&signature, &whole, &policy, &budget)?;
    let verifying = keys.verifying(&hints, &policy, arguments.anonymous);
    let in_message = if arguments.insecure_keyvalue { keys::in_message(&hints) } else { Vec::new() };
    let in_message = in_message.into_iter().map(|key| (key, Standing::InMessage));
    let fitting: Vec<_> = verifying.keys.into_iter().chain(in_message).take(16).collect();
    if fitting.is_empty()
        && element.descendants_and_self().any(|inner| inner.is(name::WSSE.uri, "SecurityTokenReference"))
    {
        return Err(refused(
            "the signature names its key by a wsse:SecurityTokenReference, as a message with a Security header does: \
             `wss verify` reads that; here, --cert or --key says which key it is",
        ));
    }
    let encrypted = "the signature is a MAC under a key of the message, encrypted to its receiver: anyone can have made it; \
                     to see its integrity only, use --anonymous";
    if fitting.is_empty() {
        if verifying.has_encrypted {
            return Err(refused(encrypted));
        }
        let why = match (verifying.untrusted.first(), outside.refused().or_else(|| unread.into_iter().next())) {
            (Some(untrusted), _) if untrusted.contains("--") => untrusted.clone(),
            (Some(untrusted), _) => {
                format!("{untrusted}; --trust, --intermediate and --cert say whom to trust, and --now as of when")
            }
            (None, Some(unread)) => format!("what it says about its key leads on, and {unread} (--map URI=FILE)"),
            (None, None) if signature.signed_info().method().family() == SignatureFamily::Hmac => {
                "the signature is a MAC: give a --secret with its key name, and with enough octets for its method"
                    .to_owned()
            }
            (None, None) if arguments.insecure_keyvalue => "no key of the message is of a kind that is read".to_owned(),
            (None, None) => "its certificate leads to no --trust anchor and is not a --cert".to_owned(),
        };
        return Err(refused(format!("no key that was given fits the signature: {why}")));
    }
    let mut last = VerifyError::KeyMismatch;
    for (key, standing) in fitting {
        let budget = Budget::new(&limits, octets);
        match verify_signature(&signature, &policy.signature, |_| Ok(key), &whole, &budget) {
            Ok(verified) => {
                let manifests = manifests(&verified, &policy.signature, &whole, &budget);
                if standing.is_of_the_message() {
                    output::say("the key is one of the message: its integrity is proven, and nothing about who signed");
                }
                return report(arguments, &verified, &manifests, &standing);
            }
            Err(error) => {
                let telling = matches!(last, VerifyError::KeyMismatch | VerifyError::SignatureMismatch);
                if telling {
                    last = error;
                }
            }
        }
    }
    if let (VerifyError::Dereference { .. }, Some(why)) = (&last, outside.refused()) {
        return Err(refused(format!("{last}; {why}")));
    }
    // Only these two errors can mean that the right key was not among those tried; any other error is the one to report.
    let is_other = matches!(last, VerifyError::KeyMismatch | VerifyError::SignatureMismatch);
    Err(match verifying.untrusted.first() {
        _ if matches!(last, VerifyError::DigestMismatch { .. }) => refused(format!("{last}{SEARCH}")),
        _ if !is_other => refused(last),
        _ if verifying.has_encrypted => refused(encrypted),
        Some(untrusted) => refused(format!("{last}; and {untrusted}")),
        None => {
            let budget = Budget::new(&limits, octets);
            let found = |key| Ok::<_, VerifyError>(key);
            let fits = |key| verify_signature(&signature, &policy.signature, |_| found(key), &whole, &budget).is_ok();
            let of_message = !arguments.insecure_keyvalue && keys::in_message(&hints).into_iter().take(2).any(fits);
            refused(format!("{last}{}", if of_message { OF_ANOTHER_KEY } else { SEARCH }))
        }
    })
}

/// What to do about a signature that does not verify.
const SEARCH: &str = "; `wss explain` tries what gateways and parsers usually change";

/// The same, where the signature brings the key along that made it.
const OF_ANOTHER_KEY: &str = ": another key made it, which the signature brings along; give the certificate of the signer with --cert, or its authority \
     with --trust";

/// The references of manifests that the signature covers, and the result for each digest. The results have no effect on
/// the outcome.
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
            Err(error) => found.push((String::new(), in_options(&error.to_string()))),
            Ok(references) => found.extend(references.iter().map(|reference| {
                let fits = policy
                    .check_reference(reference)
                    .and_then(|()| reference.digest_fits(verified.element(), whole, budget));
                let told = match fits {
                    Ok(true) => "fits".to_owned(),
                    Ok(false) => "does not fit".to_owned(),
                    Err(error) => in_options(&error.to_string()),
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
    standing: &Standing,
) -> Outcome {
    let certificate = standing.certificate();
    let signer = certificate.map(|certificate| certificate.subject().to_string());
    let text = match arguments.format {
        Format::Json => {
            let reference = |reference: &VerifiedReference<'_>| {
                json!({
                    "uri": reference.uri(), "filtered": reference.is_filtered(), "nothing": reference.covers_nothing(),
                })
            };
            let manifest = |(uri, digest): &(String, String)| json!({ "uri": uri, "digest": digest, "counts": false });
            let whole = json!({
                "valid": true,
                "proves": standing.proves(),
                "signer": signer,
                "issuer": certificate.map(|certificate| certificate.issuer().to_string()),
                "serial": certificate.map(Certificate::serial_decimal),
                "path": standing.path(),
                "references": verified.references().iter().map(reference).collect::<Vec<_>>(),
                "manifestReferences": manifests.iter().map(manifest).collect::<Vec<_>>(),
            });
            return output::write_json(arguments.file.output.as_ref(), &whole);
        }
        Format::Text => {
            let mut text = String::from("valid\n");
            text.push_str(&format!("proves {}\n", standing.proves()));
            if let Some(signer) = &signer {
                text.push_str(&format!("signer {}\n", escaped(signer)));
            }
            for reference in verified.references() {
                let filtered = match (reference.covers_nothing(), reference.is_filtered()) {
                    (true, _) => ", of which the filters leave nothing",
                    (false, true) => ", only what a filter made of it",
                    (false, false) => "",
                };
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

/// The default signature method of a key, where no option names one.
fn signature_of(key: &PublicKey) -> Outcome<SignatureMethod> {
    key.kind().default_signature().ok_or_else(|| {
        could_not("the key signs nothing: give a private key of RSA, EC, Ed25519, Ed448, ML-DSA or SLH-DSA")
    })
}

/// The place of the signature, as an option names it.
fn place(arguments: &DsigSignArgs) -> Outcome<SignaturePlace> {
    let Some(within) = &arguments.place_in else { return Ok(SignaturePlace::default()) };
    if let Some(id) = within.strip_prefix('#') {
        return Ok(SignaturePlace::EndOf(id.to_owned()));
    }
    let name = within.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let (namespace, local) =
        name.ok_or_else(|| could_not(format!("{within:?} is no element: give {{namespace}}local or #ID")))?;
    Ok(SignaturePlace::EndOfFirst { namespace: namespace.to_owned(), local: local.to_owned() })
}

/// The items of `ds:KeyInfo` that the options name; without such an option, the certificate, or else the key or its
/// name.
fn key_info_items(arguments: &DsigSignArgs, about: &About<'_>) -> Outcome<Vec<KeyInfoItem>> {
    let usual: &[&str] = match (about.certificate, about.public, about.name) {
        (Some(_), ..) if arguments.issuer_serial => &["x509-issuer-serial", "x509-certificate"],
        (Some(_), ..) => &["x509-certificate"],
        (None, Some(_), _) => &["key-value"],
        (None, None, Some(_)) => &["key-name"],
        (None, None, None) => &[],
    };
    about.all_items(&arguments.key_info, usual)
}

/// One key signs, and the certificate in `ds:KeyInfo` is that of this key.
fn check_signer(arguments: &DsigSignArgs, keys: &Keys) -> Outcome {
    let given = &arguments.keys;
    if given.key.len() + given.secret.len() + usize::from(given.p12.is_some()) > 1 {
        return Err(could_not("one key signs: give one --key, --p12 or --secret"));
    }
    let has_certificate = !keys.identities.is_empty();
    let writes_path = arguments.key_info.iter().any(|kind| kind == "x509-chain");
    if !given.intermediate.is_empty() && !writes_path {
        output::say("note: --intermediate does nothing: only --key-info x509-chain writes a path");
    }
    match has_certificate {
        false if !given.cert.is_empty() => {
            Err(could_not("--cert is not the certificate of the key that signs: give that of --key, or leave it out"))
        }
        false if arguments.issuer_serial => {
            Err(could_not("--issuer-serial is of a certificate: give that of the key with --cert, or a --p12"))
        }
        _ => Ok(()),
    }
}

pub(crate) fn sign(arguments: &DsigSignArgs) -> Outcome {
    keys::note_unused(&arguments.keys, Task::Signing);
    let keys = Keys::load(&arguments.keys, true)?;
    check_signer(arguments, &keys)?;
    let octets = output::read_document(&arguments.file.file)?;
    let document = output::document(&octets, ReadingArgs::default())?;
    let more: Vec<&str> = arguments.ids.id_attr.iter().map(String::as_str).collect();
    let index = IdIndex::build_with(&document, &more).map_err(could_not)?;
    let mut about = About { name: None, public: None, certificate: None, path: keys.path(), ids: Some(&index) };
    let secret_key;
    let (key, fitting): (&dyn SigningKey, SignatureMethod) = if let Some(identity) = keys.identities.first() {
        let certificate = identity.certificate();
        (about.public, about.certificate) = (Some(certificate.public_key()), Some(certificate));
        (identity.signing_key().as_ref(), signature_of(certificate.public_key())?)
    } else if let Some(private) = keys.private.first() {
        about.public = Some(private.public_key());
        (private, signature_of(private.public_key())?)
    } else if let Some((name, secret)) = keys.secrets.first() {
        about.name = name.as_deref();
        secret_key = HmacKey::of_any_length_for_legacy_use_only(secret.clone());
        (&secret_key, SignatureMethod::HmacSha256)
    } else {
        return Err(could_not("give a key to sign with: --key, --p12 or --secret"));
    };
    let items = key_info_items(arguments, &about)?;
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
    let mut written = NewMethod::from(method);
    if arguments.pss_parameters {
        if method.family() != SignatureFamily::RsaPss {
            let why =
                "--pss-parameters is for RSA-PSS: give --signature-method sha256-rsa-MGF1, or one with another digest";
            return Err(could_not(why));
        }
        written = written.with_pss_parameters();
    }
    let mut signing = DocumentSigning::new(written)
        .digest(digest)
        .canonicalization(canonicalization)
        .id_attributes(&arguments.ids.id_attr)
        .place(place(arguments)?)
        .limits(output::limits());
    if !items.is_empty() {
        signing = signing.key_info_items(&items);
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
