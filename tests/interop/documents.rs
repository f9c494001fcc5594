//! Documents in the form that a scheme prescribes: xmlsec1 verifies each.

use ws_security::c14n::{Canonicalization, CanonicalizationMethod, Document, Limits, Writer, name};
use ws_security::xmldsig::{
    DocumentSigning, Enveloped, SignaturePlace, sign_document, write_issuer_serial, write_x509_certificate,
};
use ws_security::{DigestMethod, NameForm, SignatureMethod};

use crate::peer::{self, Matrix};

const INVOICE: &str = "<NFe xmlns=\"http://www.portalfiscal.inf.br/nfe\"><infNFe Id=\"NFe35\" versao=\"4.00\"><vNF>4711</vNF></infNFe></NFe>";
const REQUEST: &str = "<des:SolicitaDescarga xmlns:des=\"http://DescargaMasivaTerceros.sat.gob.mx\"><des:solicitud RfcSolicitante=\"AAA010101AAA\" Total=\"4711\"></des:solicitud></des:SolicitaDescarga>";

fn old() -> DocumentSigning {
    let mut key_info = Writer::within(&[name::DS]);
    write_x509_certificate(&mut key_info, &peer::certificate("alice"));
    DocumentSigning::new(SignatureMethod::RsaSha1)
        .digest(DigestMethod::Sha1)
        .canonicalization(Canonicalization::new(CanonicalizationMethod::Inclusive))
        .key_info(key_info.finish())
        .prefix("")
}

#[test]
fn xmlsec1_verifies_documents_in_the_form_of_a_scheme() {
    if !peer::wanted() {
        return;
    }
    let mut both = Writer::within(&[name::DS]);
    write_issuer_serial(&mut both, &peer::certificate("alice"), NameForm::default());
    write_x509_certificate(&mut both, &peer::certificate("alice"));
    let invoice = old().id_attributes(["Id"]).enveloped(Enveloped::Always);
    let of_request = SignaturePlace::EndOfFirst {
        namespace: "http://DescargaMasivaTerceros.sat.gob.mx".to_owned(),
        local: "solicitud".to_owned(),
    };
    let request = old().key_info(both.finish()).place(of_request).signature_id("s1");
    let other = DocumentSigning::new(SignatureMethod::RsaSha256).prefix("dsig").place(SignaturePlace::StartOfRoot);
    let mut matrix = Matrix::new(&["ours > xmlsec1"]);
    for (what, source, reference, signing, has) in [
        (
            "NF-e",
            INVOICE,
            "NFe35",
            invoice,
            "</infNFe><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>",
        ),
        (
            "SAT",
            REQUEST,
            "",
            request,
            "Total=\"4711\"><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"s1\"><SignedInfo>",
        ),
        ("another prefix, first", REQUEST, "", other, "><dsig:Signature xmlns:dsig="),
    ] {
        let document = Document::parse(source, &Limits::default()).expect("well-formed");
        let identity = peer::identity("alice");
        let signed = sign_document(&document, &[reference.to_owned()], &signing, identity.signing_key().as_ref());
        let signed = signed.expect(what);
        assert!(signed.contains(has), "{signed}");
        let verified = |text: &str| verify(text);
        let outcome = match (verified(&signed), verified(&signed.replace("4711", "4712"))) {
            (Ok(()), Err(_)) => Ok(()),
            (Ok(()), Ok(())) => Err("the tampered twin is accepted".to_owned()),
            (Err(error), _) => Err(error),
        };
        matrix.cell(what, "ours > xmlsec1", outcome, None);
    }
    matrix.finish("documents of schemes");
}

fn verify(text: &str) -> Result<(), String> {
    let path = peer::scratch("documents").join("signed.xml");
    std::fs::write(&path, text).expect("a file");
    let key = peer::root().join("vectors/keys/alice.pem");
    let output = std::process::Command::new("xmlsec1")
        .args([
            "--verify",
            "--insecure",
            "--id-attr:Id",
            "http://www.portalfiscal.inf.br/nfe:infNFe",
            "--pubkey-cert-pem",
        ])
        .arg(key)
        .arg(&path)
        .output()
        .expect("xmlsec1 runs");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
