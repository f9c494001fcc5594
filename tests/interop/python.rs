//! signxml and python-xmlsec: libraries of XML Signature, which verify the signature in our header, and we theirs.

use std::time::Duration;

use ws_security::c14n::name;
use ws_security::{
    DangerousNoReplayCache, DigestMethod, Part, Receiver, Recipe, ReferenceForm, Requirements, SignatureMethod,
    SignerRule, Signing, Trust,
};

use crate::peer::{self, MARKER, Matrix};
use crate::zeep;

const LIBRARIES: [(&str, [&str; 2]); 2] = [
    ("signxml", ["ours > signxml", "signxml > ours"]),
    ("python-xmlsec", ["ours > python-xmlsec", "python-xmlsec > ours"]),
];

const METHODS: [(SignatureMethod, &str); 6] = [
    (SignatureMethod::RsaSha256, "alice"),
    (SignatureMethod::RsaSha512, "alice"),
    (SignatureMethod::RsaPssSha256, "alice"),
    (SignatureMethod::EcdsaSha256, "ec256"),
    (SignatureMethod::EcdsaSha384, "ec384"),
    (SignatureMethod::EcdsaSha512, "ec521"),
];

/// How our message refers to the certificate, which the libraries are given.
const FORMS: [ReferenceForm; 3] = [ReferenceForm::Direct, ReferenceForm::IssuerSerial, ReferenceForm::Thumbprint];

fn ours(soap: &str, method: SignatureMethod, signer: &str, form: ReferenceForm) -> String {
    let signing = Signing::with(&peer::identity(signer)).method(method).digest(DigestMethod::Sha256).reference(form);
    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing.parts([Part::Body, Part::Timestamp]));
    let plan = recipe.plan().expect("a plan");
    plan.message(&peer::envelope(soap)).secure().expect("secured").message
}

fn open(message: &str) -> Result<(), String> {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache);
    assert!(receiver.open(message.replace("4711", "4712")).is_err(), "the tampered twin");
    let opened = receiver.open(message).map_err(|error| format!("{error:?}\n{message}"))?;
    if opened.body().xml().contains(MARKER) { Ok(()) } else { Err(opened.body().xml().to_owned()) }
}

#[test]
fn signatures_in_our_header_go_both_ways_with_signxml_and_python_xmlsec() {
    if !peer::wanted() {
        return;
    }
    let mut driver = zeep::driver("python/driver.py");
    let columns = LIBRARIES.map(|(_, columns)| columns);
    let mut matrix = Matrix::new(columns.as_flattened());
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        for (method, signer) in METHODS {
            for (library, [to_them, to_us]) in LIBRARIES {
                for form in FORMS {
                    let message = ours(soap, method, signer, form);
                    let verified = driver.ask(&format!("{library}\tverify\t{signer}"), &message);
                    let verified = verified.and_then(|count| if count == "2" { Ok(()) } else { Err(count) });
                    matrix.cell(&format!("{version} {form:?} {method:?}"), to_them, verified, None);
                    let twin = message.replace("4711", "4712");
                    assert!(driver.ask(&format!("{library}\tverify\t{signer}"), &twin).is_err(), "the tampered twin");
                }
                let command = format!("{library}\tsign\t{}\t{signer}", method.uri());
                let theirs = driver.ask(&command, &peer::envelope(soap)).and_then(|message| open(&message));
                let no_pss = library == "python-xmlsec" && method == SignatureMethod::RsaPssSha256;
                let explained = no_pss.then_some("python-xmlsec names no PSS to sign with");
                matrix.cell(&format!("{version} Direct {method:?}"), to_us, theirs, explained);
            }
        }
    }
    matrix.finish("signxml 5.2 and python-xmlsec 1.3");
}
