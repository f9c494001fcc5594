//! Metro 4: WSIT over HTTP, driven by security policies, as a client and as a service; and XWSS on messages.

use std::time::Duration;

use ws_security::c14n::{base64_encode, name};
use ws_security::{
    AlgorithmPolicy, ContentEncryption, DangerousNoReplayCache, DigestMethod, Encrypting, Part, ProtectionToken,
    Receiver, Recipe, ReferenceForm, Requirements, SignerRule, Signing, Trust,
};

use crate::driver::Driver;
use crate::exchange::{self, BY_ISSUER_SERIAL, Dialect, OASIS, Shape};
use crate::peer::{self, MARKER, Matrix};

/// What our receiver has to be told.
const ADAPT: fn(Receiver) -> Receiver = |receiver| receiver;

/// The description of the service, with the key stores of one side.
fn wsdl(shape: &Shape, side: &str) -> String {
    let folder = peer::scratch("metro").join("work");
    let (own, other) = if side == "server" { ("bob", "alice") } else { ("alice", "bob") };
    let store = |element: &str, file: &str, rest: &str| {
        let location = folder.join(file);
        format!(
            "<sc:{element} xmlns:sc=\"http://schemas.sun.com/2006/03/wss/{side}\" \
             xmlns:wspp=\"http://java.sun.com/xml/ns/wsit/policy\" wspp:visibility=\"private\" location=\"{}\" \
             type=\"PKCS12\" storepass=\"changeit\" {rest}/>",
            location.display()
        )
    };
    let more = store("KeyStore", &format!("{own}.p12"), &format!("alias=\"{own}\" keypass=\"changeit\""))
        + &store("TrustStore", "trust.p12", &format!("peeralias=\"{other}\""));
    shape.wsdl(&Dialect { more: more.leak(), ..OASIS })
}

/// Our client calls Metro's service.
fn our_call(driver: &mut Driver, port: u16, shape: &Shape) -> Result<(), String> {
    let path = shape.path();
    driver.ask(&format!("publish\t{path}"), &wsdl(shape, "server"))?;
    let post = |message: &str| {
        let answer = peer::post_action(port, &path, "text/xml; charset=utf-8", "urn:pay", message.as_bytes());
        String::from_utf8(answer.body).expect("UTF-8")
    };
    shape.call(post, ADAPT)
}

/// Metro's client calls our service.
fn their_call(driver: &mut Driver, shape: Shape, refer: fn(Signing) -> Signing) -> Result<(), String> {
    let serving = peer::serve_once(move |request| shape.serve(request, refer, ADAPT));
    let wsdl = base64_encode(wsdl(&shape, "client").as_bytes());
    let called = driver
        .ask(&format!("call\thttp://localhost:{}/\t{wsdl}", serving.port()), "<pay xmlns=\"urn:bank\">4711</pay>");
    serving.judge(called, |body| body.contains("accepted"))
}

#[test]
fn services_and_clients_of_wsit_speak_with_ours() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("metro", "Metro").listening();
    let mut matrix = Matrix::new(&["our client > WSIT", "WSIT > our service"]);
    // CXF accepts them, in both directions.
    let signed_key = "we sign the EncryptedKey of CBC, and WSIT digests none: EncryptedKey.writeTo is not implemented";
    for shape in exchange::shapes("WSIT", true) {
        let explained = shape.encrypt_first.then_some(signed_key);
        matrix.cell(shape.name, "our client > WSIT", our_call(&mut driver, port, &shape), explained);
        // In the symmetric binding, a reply has no EncryptedKey.
        let explained = explained.filter(|_| !shape.symmetric());
        matrix.cell(shape.name, "WSIT > our service", their_call(&mut driver, shape, BY_ISSUER_SERIAL), explained);
    }
    matrix.finish("Metro 4.0.4, WSIT over HTTP");
}

/// `StAXSTRTransformWriter.derefernceSTR` of WSIT takes any reference but a direct one, and one to an assertion, for the empty
/// URI, and so digests something else than the certificate. It digests otherwise than we and WSS4J for a direct one, too.
/// WSS4J verifies all forms (`symmetric.rs`).
#[test]
fn wsit_verifies_no_token_that_is_signed_by_reference() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, _) = Driver::java("metro", "Metro").listening();
    let signed_by = |form| -> fn(Signing) -> Signing {
        match form {
            ReferenceForm::Direct => {
                |signing| signing.reference(ReferenceForm::Direct).parts([Part::SigningToken]).token_by_reference()
            }
            _ => {
                |signing| signing.reference(ReferenceForm::Thumbprint).parts([Part::SigningToken]).token_by_reference()
            }
        }
    };
    let mut matrix = Matrix::new(&["our reply > WSIT"]);
    let shape = exchange::shapes("WSIT", true).into_iter().find(|shape| !shape.symmetric()).expect("one");
    for form in [ReferenceForm::Direct, ReferenceForm::Thumbprint] {
        let explained = Some(match form {
            ReferenceForm::Direct => "its digest differs from WSS4J's and ours",
            _ => "its STR-Transform looks for the empty URI",
        });
        let outcome = their_call(&mut driver, shape, signed_by(form));
        matrix.cell(&format!("token signed by reference, {form:?}"), "our reply > WSIT", outcome, explained);
    }
    matrix.finish("Metro 4.0.4, a token signed by reference");
}

/// What XWSS does, in its own words.
fn config(reference: &str, encrypts: bool) -> String {
    let (exclusive, sha256) = ("http://www.w3.org/2001/10/xml-exc-c14n#", DigestMethod::Sha256.uri());
    let encrypt = format!(
        "<xwss:Encrypt><xwss:X509Token certificateAlias=\"bob\" keyReferenceType=\"{reference}\"/><xwss:KeyEncryptionMethod \
         algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"/><xwss:DataEncryptionMethod algorithm=\"{}\"/>\
         </xwss:Encrypt>",
        ContentEncryption::Aes256Cbc.uri()
    );
    format!(
        "<xwss:SecurityConfiguration xmlns:xwss=\"http://java.sun.com/xml/ns/xwss/config\"><xwss:Timestamp timeout=\"300\"/>\
         <xwss:Sign includeTimestamp=\"true\"><xwss:X509Token certificateAlias=\"alice\" keyReferenceType=\"{reference}\"/>\
         <xwss:CanonicalizationMethod algorithm=\"{exclusive}\"/>\
         <xwss:SignatureMethod algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
         <xwss:SignatureTarget type=\"qname\" value=\"SOAP-BODY\"><xwss:DigestMethod algorithm=\"{sha256}\"/>\
         <xwss:Transform algorithm=\"{exclusive}\"/></xwss:SignatureTarget></xwss:Sign>{}</xwss:SecurityConfiguration>",
        if encrypts { encrypt.as_str() } else { "" }
    )
}

/// `listed`: whether the `xenc:EncryptedKey` lists what it encrypts, as [`Encrypting::to`] does. XWSS has a list of its own.
fn secured(form: ReferenceForm, encrypts: bool, listed: bool) -> String {
    let bob = peer::certificate("bob");
    let signing = Signing::with(&peer::identity("alice")).reference(form).parts([Part::Body, Part::Timestamp]);
    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing);
    let encrypting =
        if listed { Encrypting::to(&bob) } else { Encrypting::with_token(&ProtectionToken::encrypted_to(&bob)) };
    let encrypting = encrypting.content(ContentEncryption::Aes256Cbc).parts([Part::Body]);
    let recipe = if encrypts { recipe.encrypt(encrypting) } else { recipe };
    let envelope = peer::envelope(name::SOAP11.uri);
    recipe.plan().expect("a plan").message(&envelope).secure().expect("secured").message
}

fn open(message: &str, encrypts: bool) -> Result<(), String> {
    let trust = Trust::anchors([peer::certificate("ca")])
        .expect("an authority")
        .signer(SignerRule::AnyBelowTheAnchors)
        .known([peer::certificate("alice")]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let requirements = if encrypts { requirements.encrypted([Part::Body]) } else { requirements };
    let mut policy = AlgorithmPolicy::default().admit_cbc();
    // XWSS digests its Timestamp with SHA-1, and without transforms.
    policy.signature = policy.signature.admit_digest(DigestMethod::Sha1);
    let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache)
        .decrypt_with(peer::identity("bob"))
        .algorithms(policy)
        .accept_absent_transforms()
        .dangerous_decrypt_cbc_before_verification();
    assert!(receiver.open(message.replacen(":Created>2", ":Created>1", 1)).is_err(), "the tampered twin");
    let opened = receiver.open(message).map_err(|error| format!("{error:?}\n{message}"))?;
    if opened.body().xml().contains(MARKER) { Ok(()) } else { Err(opened.body().xml().to_owned()) }
}

#[test]
fn messages_of_xwss_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, _) = Driver::java("metro", "Metro").listening();
    let mut matrix = Matrix::new(&["ours > XWSS", "XWSS > ours"]);
    let forms = [
        ("Direct", ReferenceForm::Direct),
        ("IssuerSerialNumber", ReferenceForm::IssuerSerial),
        ("Identifier", ReferenceForm::SubjectKeyIdentifier),
        ("Thumbprint", ReferenceForm::Thumbprint),
    ];
    let anything =
        base64_encode(b"<xwss:SecurityConfiguration xmlns:xwss=\"http://java.sun.com/xml/ns/xwss/config\"/>");
    for (reference, form) in forms {
        for encrypts in [false, true] {
            let row = format!("sign{} {reference}", if encrypts { ", encrypt" } else { "" });
            let message = secured(form, encrypts, false);
            let verified = driver.ask(&format!("verify\t{anything}"), &message);
            let verified = verified.and_then(|body| if body.contains("4711") { Ok(()) } else { Err(body) });
            matrix.cell(&row, "ours > XWSS", verified, None);
            let twin = message.replacen("<wsu:Created>2", "<wsu:Created>1", 1);
            assert!(driver.ask(&format!("verify\t{anything}"), &twin).is_err(), "the tampered twin");

            let config = base64_encode(config(reference, encrypts).as_bytes());
            let theirs = driver.ask(&format!("secure\t{config}"), &peer::envelope(name::SOAP11.uri));
            let explained = (reference == "Thumbprint").then_some("not among the words of its configuration");
            matrix.cell(&row, "XWSS > ours", theirs.and_then(|message| open(&message, encrypts)), explained);
        }
    }
    let verified = driver.ask(&format!("verify\t{anything}"), &secured(ReferenceForm::Direct, true, true));
    let unread =
        "XWSS reads no ReferenceList in an EncryptedKey: it loads the key before it starts its cipher; WSIT reads it";
    matrix.cell("sign, encrypt, listed in the EncryptedKey", "ours > XWSS", verified.map(drop), Some(unread));
    matrix.finish("Metro 4.0.4, XWSS");
}
