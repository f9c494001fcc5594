//! The digest of a `wsp:PolicyReference` is that of the policy which it names, or the policy is not read.

use ws_security::policy::{Policy, PolicyError, PolicyReader};

use crate::shapes::SP;

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const POLICY_15: &str = "http://www.w3.org/ns/ws-policy";
const POLICY_12: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
/// SHA-1 over the exclusive canonical forms, as Python makes them: `xml.etree.ElementTree.canonicalize`, and `hashlib`.
const DIGESTS: [(&str, &str); 2] =
    [(POLICY_15, "YuFWNWWLN80D+Na3SzydWYDUGJ0="), (POLICY_12, "dE3EZ6/IfkhB/vMfA/2Bh5on7t8=")];

const NAMED: &str = "<wsp:Policy u:Id=\"binding\" Name=\"urn:b\"><!-- a comment --><sp:Wss10 /></wsp:Policy>";

fn namespaces(policy: &str) -> String {
    format!(
        "xmlns:d=\"{WSDL}\" xmlns:wsp=\"{policy}\" xmlns:sp=\"{SP}\" xmlns:b=\"urn:bank\" targetNamespace=\"urn:bank\" \
         xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\""
    )
}

/// A description whose binding has this inside, beside the policy that references name.
fn wsdl(policy: &str, attached: &str) -> String {
    format!(
        "<d:definitions {}>{NAMED}<d:portType name=\"T\"/><d:binding name=\"B\" type=\"b:T\">{attached}</d:binding>\
         </d:definitions>",
        namespaces(policy)
    )
}

fn reference(attributes: &str) -> String {
    format!("<wsp:PolicyReference URI=\"#binding\" {attributes}/>")
}

#[test]
fn a_reference_takes_the_policy_whose_digest_it_has() {
    for (namespace, digest) in DIGESTS {
        let own = format!("DigestAlgorithm=\"{namespace}/Sha1Exc\"");
        let either = format!("Digest=\" {digest} \" DigestAlgorithm=\"{POLICY_15}/Sha1Exc\"");
        for attributes in [String::new(), format!("Digest=\"{digest}\""), format!("Digest=\"{digest}\" {own}"), either]
        {
            let inside = format!("<wsp:Policy>{}</wsp:Policy>", reference(&attributes));
            for attached in [reference(&attributes), inside] {
                let read = Policy::from_wsdl(&wsdl(namespace, &attached));
                assert!(read.is_ok(), "{attached}: {read:?}");
            }
        }
    }
}

#[test]
fn a_reference_to_another_policy_than_its_digest_says_is_refused() {
    let [(_, digest), (_, other)] = DIGESTS;
    let read = |text: &str| Policy::from_wsdl(text).expect_err("refused");
    for attached in [reference(&format!("Digest=\"{other}\"")), reference("Digest=\"\"")] {
        for attached in [attached.clone(), format!("<wsp:Policy><wsp:All>{attached}</wsp:All></wsp:Policy>")] {
            let error = read(&wsdl(POLICY_15, &attached));
            assert!(matches!(error, PolicyError::OtherPolicy { .. }), "{attached}: {error}");
            assert!(error.to_string().contains(digest) && error.to_string().contains("correct the Digest"), "{error}");
        }
    }
    // The policy was changed after the reference was written, or the file that is given has another one.
    let fits = wsdl(POLICY_15, &reference(&format!("Digest=\"{digest}\"")));
    assert!(matches!(read(&fits.replace("<sp:Wss10 />", "")), PolicyError::OtherPolicy { .. }));
    let elsewhere = reference(&format!("Digest=\"{digest}\"")).replace("#binding", "p.xml#binding");
    let given = |inside: &str| {
        let file = format!("<d:definitions {}>{inside}</d:definitions>", namespaces(POLICY_15));
        let reader = PolicyReader::new().imports(move |location, _| (location == "p.xml").then(|| file.clone()));
        reader.read(&wsdl(POLICY_15, &elsewhere))
    };
    assert!(given(NAMED).is_ok());
    let changed = given(&NAMED.replace("Wss10", "Wss11")).expect_err("another");
    assert!(matches!(changed, PolicyError::OtherPolicy { .. }), "{changed}");
}

#[test]
fn a_digest_that_nobody_can_check_is_refused_at_its_place() {
    let (_, digest) = DIGESTS[0];
    let sha256 = format!("Digest=\"{digest}\" DigestAlgorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"");
    for (attributes, says) in [
        (sha256.as_str(), "xmlenc#sha256\" is not known"),
        ("DigestAlgorithm=\"http://www.w3.org/ns/ws-policy/Sha1Exc\"", "add the Digest"),
        ("Digest=\"no digest!\"", "base64"),
    ] {
        let error = Policy::from_wsdl(&wsdl(POLICY_15, &reference(attributes))).expect_err("refused").to_string();
        assert!(error.contains(says) && error.contains("PolicyReference"), "{attributes}: {error}");
    }
    let relative = wsdl(POLICY_15, &reference(&format!("Digest=\"{digest}\"")));
    let relative = relative.replace("<sp:Wss10 />", "<x:a xmlns:x=\"relative\"/>");
    let error = Policy::from_wsdl(&relative).expect_err("no canonical form");
    assert!(matches!(error, PolicyError::Digest { .. }), "{error}");
}
