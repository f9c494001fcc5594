//! What contradicts what is beside it, attributes that nobody reads, and parts that no key protects: none is passed over.

use ws_security::policy::{Judged, Policy, PolicyError, Standing};

use crate::shapes::{SP, policy};

const XPATH_20: &str = "http://www.w3.org/TR/xpath20";

fn all(inside: &str) -> String {
    format!("<wsp:Policy>{inside}</wsp:Policy>")
}

fn with(name: &str, inside: &str) -> String {
    format!("<sp:{name}>{}</sp:{name}>", all(inside))
}

/// A certificate with these properties.
fn x509(attributes: &str, inside: &str) -> String {
    format!("<sp:X509Token {attributes}>{}</sp:X509Token>", all(inside))
}

fn never() -> String {
    x509(&format!("sp:IncludeToken=\"{SP}/IncludeToken/Never\""), "<sp:WssX509V3Token10/>")
}

fn suite() -> String {
    with("AlgorithmSuite", "<sp:Basic256Sha256/>")
}

/// An asymmetric binding with these tokens and properties, and the Body signed.
fn asymmetric(tokens: &str, properties: &str) -> String {
    let parts = "<sp:SignedParts><sp:Body/></sp:SignedParts>";
    format!("{}{parts}", with("AsymmetricBinding", &format!("{tokens}{}{properties}", suite())))
}

/// With these properties of the binding.
fn binding(properties: &str) -> String {
    asymmetric(&format!("{}{}", with("InitiatorToken", &never()), with("RecipientToken", &never())), properties)
}

/// With this token of the initiator.
fn initiator(token: &str) -> String {
    asymmetric(&format!("{}{}", with("InitiatorToken", token), with("RecipientToken", &never())), "")
}

fn symmetric(tokens: &str) -> String {
    with("SymmetricBinding", &format!("{tokens}{}", suite()))
}

fn transport(https: &str) -> String {
    with("TransportBinding", &format!("{}{}<sp:IncludeTimestamp/>", with("TransportToken", https), suite()))
}

fn user(inside: &str) -> String {
    let include = format!("sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"");
    let token = format!("<sp:UsernameToken {include}>{}</sp:UsernameToken>", all(inside));
    format!("{}{}", binding(""), with("SignedSupportingTokens", &token))
}

fn judged(assertions: &str) -> (bool, Vec<Judged>) {
    let read = Policy::from_wsdl(&policy(assertions)).expect("a policy");
    let first = read.listing().next().expect("a request");
    (first.is_usable(), first.alternatives[0].clone())
}

/// The assertion of this name that is refused, and why.
#[track_caller]
fn refused(assertions: &str, name: &str) -> String {
    let (is_usable, judged) = judged(assertions);
    let is_refused = |judged: &&Judged| matches!(judged.standing, Standing::Refused(_)) && &*judged.name == name;
    let found = judged.iter().rfind(is_refused);
    let found = found.unwrap_or_else(|| panic!("{name} is not refused: {judged:#?}"));
    assert!(!is_usable, "{name}");
    found.standing.what().to_owned()
}

#[test]
fn of_two_assertions_that_contradict_each_other_none_wins_silently() {
    let token = |name: &str| with(name, &never());
    let both = |inside: &str| initiator(&x509("", inside));
    let cases = [
        (binding(&with("Layout", "<sp:Strict/><sp:Lax/>")), "Lax", "sp:Strict"),
        (binding(&format!("{0}{0}", with("Layout", "<sp:Strict/>"))), "Layout", "sp:Layout"),
        (binding(&suite()), "AlgorithmSuite", "sp:AlgorithmSuite"),
        (binding("<sp:EncryptBeforeSigning/><sp:SignBeforeEncrypting/>"), "SignBeforeEncrypting", "sp:EncryptBefore"),
        (binding(&token("InitiatorSignatureToken")), "InitiatorSignatureToken", "sp:InitiatorToken"),
        (binding(&token("InitiatorEncryptionToken")), "InitiatorEncryptionToken", "sp:InitiatorToken"),
        (binding(&token("RecipientToken")), "RecipientToken", "sp:RecipientToken"),
        (binding(&token("RecipientEncryptionToken")), "RecipientEncryptionToken", "sp:RecipientToken"),
        (symmetric(&format!("{}{}", token("ProtectionToken"), token("SignatureToken"))), "SignatureToken", "sp:Prot"),
        (user("<sp:NoPassword/><sp:HashPassword/>"), "HashPassword", "sp:NoPassword"),
        (both("<sp:WssX509V3Token10/><sp:WssX509PkiPathV1Token11/>"), "WssX509PkiPathV1Token11", "sp:WssX509V3Token10"),
        (
            both("<sp:RequireThumbprintReference/><sp:RequireIssuerSerialReference/>"),
            "RequireIssuerSerialReference",
            "sp:RequireThumbprintReference",
        ),
    ];
    for (assertions, name, first) in cases {
        let why = refused(&assertions, name);
        assert!(why.contains(first) && why.contains("alternative"), "{name}: {why}");
    }
    // Two assertions that say the same do not contradict each other. Nor do tokens that have different tasks.
    let divided =
        ["InitiatorSignatureToken", "InitiatorEncryptionToken", "RecipientSignatureToken", "RecipientEncryptionToken"];
    for assertions in [
        both("<sp:WssX509V3Token10/><sp:WssX509V3Token11/>"),
        user("<sp:WssUsernameToken10/><sp:WssUsernameToken11/><sp:HashPassword/>"),
        asymmetric(&divided.map(token).concat(), "<sp:IncludeTimestamp/><sp:IncludeTimestamp/>"),
        symmetric(&format!("{}{}", token("SignatureToken"), token("EncryptionToken"))),
        binding("<wsp:ExactlyOne><sp:EncryptBeforeSigning/><sp:SignBeforeEncrypting/></wsp:ExactlyOne>"),
    ] {
        let (is_usable, judged) = judged(&assertions);
        assert!(is_usable, "{judged:#?}");
    }
}

/// The standard has both for a password as text alone, and a key is made of a salt.
#[test]
fn what_makes_a_password_new_is_not_demanded_of_one_that_makes_a_key() {
    let include = format!("sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"");
    let token = |inside: &str| format!("<sp:UsernameToken {include}>{}</sp:UsernameToken>", all(inside));
    let endorsing = |inside: &str| {
        let token = token(&format!("<sp:NoPassword/>{inside}"));
        format!("{}{}", binding(""), with("EndorsingSupportingTokens", &token))
    };
    let protects = |inside: &str| symmetric(&with("ProtectionToken", &token(inside)));
    assert!(judged(&endorsing("")).0 && judged(&protects("")).0);
    for inside in ["<sp:Created/>", "<sp:Nonce/>", "<sp:Created/><sp:Nonce/>"] {
        for why in
            [refused(&endorsing(inside), "EndorsingSupportingTokens"), refused(&protects(inside), "ProtectionToken")]
        {
            assert!(why.contains("WS-SecurityPolicy 1.3 §5.4.1") && why.contains("wsse11:Salt"), "{why}");
        }
        assert!(judged(&user(inside)).0, "a password as text");
    }
}

#[test]
fn an_attribute_that_nobody_reads_is_refused_at_its_place() {
    let element = "<sp:XPath xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">/s:Envelope/s:Body</sp:XPath>";
    let elements =
        |attribute: &str| format!("{}<sp:SignedElements {attribute}>{element}</sp:SignedElements>", binding(""));
    let header =
        |attributes: &str| format!("{}<sp:SignedParts><sp:Header {attributes}/></sp:SignedParts>", binding(""));
    let cases = [
        (binding("<sp:IncludeTimestamp Optional=\"true\"/>"), "IncludeTimestamp", "Optional"),
        (binding("<sp:IncludeTimestamp sp:Optional=\"true\"/>"), "IncludeTimestamp", "Optional"),
        (initiator(&x509("sp:IncludeTokens=\"x\"", "")), "X509Token", "IncludeTokens"),
        (initiator(&x509("sp:IncludeToken=\"http://bogus.example/IncludeToken/Never\"", "")), "X509Token", "Never"),
        (initiator(&x509("sp:IncludeToken=\"Never\"", "")), "X509Token", "AlwaysToRecipient"),
        (transport("<sp:HttpsToken RequireClientCertificat=\"true\"/>"), "HttpsToken", "RequireClientCertificat"),
        (transport("<sp:HttpsToken RequireClientCertificate=\"maybe\"/>"), "HttpsToken", "neither true nor false"),
        (elements(&format!("XPathVersion=\"{XPATH_20}\"")), "SignedElements", "XPathVersion"),
        (header("Name=\"To\" Namespace=\"urn:a\" mustSign=\"1\""), "Header", "mustSign"),
        (header("Name=\"To\""), "Header", "Namespace"),
    ];
    for (assertions, name, says) in cases {
        let why = refused(&assertions, name);
        assert!(why.contains(says), "{name}: {why}");
    }
    // An empty name is as no name: every block of the namespace.
    assert!(judged(&header("Name=\"\" Namespace=\"urn:a\"")).0);
    let known = "XPathVersion=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"";
    for assertions in [elements(known), binding("<sp:IncludeTimestamp xml:lang=\"en\" wsp:Optional=\"false\"/>")] {
        assert!(judged(&assertions).0, "{assertions}");
    }
    // Of another domain, it is listed.
    let (is_usable, listed) = judged(&binding("<sp:IncludeTimestamp x:hint=\"1\" xmlns:x=\"urn:x\"/>"));
    let is_said = |judged: &Judged| matches!(&judged.standing, Standing::NotOurs(what) if what.contains("hint"));
    assert!(is_usable && listed.iter().any(is_said), "{listed:#?}");
    let optional = binding("<sp:IncludeTimestamp wsp:Optional=\"yes\"/>");
    let error = Policy::from_wsdl(&policy(&optional)).expect_err("no truth value");
    assert!(matches!(error, PolicyError::Malformed { .. }) && error.to_string().contains("true or false"), "{error}");
}

#[test]
fn a_client_certificate_of_the_transport_is_listed_however_it_is_written() {
    let nested = format!("<sp:HttpsToken>{}</sp:HttpsToken>", all("<sp:RequireClientCertificate/>"));
    for https in ["<sp:HttpsToken RequireClientCertificate=\"true\"/>", &nested] {
        let (is_usable, listed) = judged(&transport(https));
        let is_said = |judged: &Judged| matches!(&judged.standing, Standing::NotOurs(what) if what.contains("client authenticates by its certificate"));
        assert!(is_usable && listed.iter().any(is_said), "{listed:#?}");
    }
}

#[test]
fn a_binding_has_tokens_whose_keys_do_what_it_says() {
    let context = format!("<sp:SecureConversationToken>{}</sp:SecureConversationToken>", all(""));
    for token in ["<sp:HttpsToken/>", "<sp:UsernameToken/>", "<sp:KerberosToken/>", &context] {
        let why = refused(&initiator(token), "InitiatorToken");
        assert!(why.contains("no pair of keys"), "{token}: {why}");
    }
    assert!(refused(&symmetric(&with("ProtectionToken", "<sp:HttpsToken/>")), "ProtectionToken").contains("TLS"));
    for token in ["<sp:SamlToken/>", "<sp:IssuedToken/>", &never()] {
        assert!(judged(&initiator(token)).0, "{token}");
    }
    for token in ["<sp:UsernameToken/>", "<sp:KerberosToken/>", &context, &never()] {
        assert!(judged(&symmetric(&with("ProtectionToken", token))).0, "{token}");
    }
}

#[test]
fn what_an_assertion_of_another_domain_says_of_a_token_is_not_dropped() {
    let wcf = "xmlns:m=\"http://schemas.microsoft.com/ws/2005/07/securitypolicy\"";
    let tokens = |more: &str| format!("{}{}", binding(""), with("EndorsingSupportingTokens", &(never() + more)));
    assert!(judged(&tokens("")).0);
    refused(&tokens(&format!("<m:RsaToken {wcf}/>")), "RsaToken");
    // AD FS has it optional, with parts that it signs: whoever leaves it out leaves them out.
    let ad_fs = |optional: &str| {
        let to = "<sp:SignedParts><sp:Header Name=\"To\" Namespace=\"http://www.w3.org/2005/08/addressing\"/></sp:SignedParts>";
        let inside = format!("<m:RsaToken {wcf} {optional}/>{to}");
        format!("{}{}", binding(""), with("EndorsingSupportingTokens", &inside))
    };
    assert!(judged(&ad_fs("wsp:Optional=\"true\"")).0);
    refused(&ad_fs("wsp:Optional=\"false\""), "RsaToken");
    // What it signs may be left out, and not the token.
    let parts = "<sp:SignedParts wsp:Optional=\"true\"><sp:Body/></sp:SignedParts>";
    let mandatory = with("EndorsingSupportingTokens", &format!("<m:RsaToken {wcf}/>{parts}"));
    refused(&format!("{}{mandatory}", binding("")), "RsaToken");
    let none = with("EndorsingSupportingTokens", &format!("<sp:SignedParts><sp:Body/></sp:SignedParts>{parts}"));
    assert!(refused(&format!("{}{none}", binding("")), "EndorsingSupportingTokens").contains("no token"));
    let empty = format!("{}{}", binding(""), with("EndorsingSupportingTokens", ""));
    assert!(refused(&empty, "EndorsingSupportingTokens").contains("no token"));
    let cxf = "xmlns:c=\"http://cxf.apache.org/custom/security-policy\"";
    for ignorable in ["", "wsp:Ignorable=\"false\""] {
        let why = refused(&tokens(&format!("<c:AnyToken {cxf} {ignorable}/>")), "AnyToken");
        assert!(why.contains("wsp:Ignorable"), "{why}");
        refused(&initiator(&x509("", &format!("<c:Any {cxf} {ignorable}/>"))), "Any");
    }
    assert!(judged(&tokens(&format!("<c:AnyToken {cxf} wsp:Ignorable=\"true\"/>"))).0);
    // How a context ends, as WCF says it, and what it says of the transport.
    let context = |inside: &str| format!("<sp:SecureConversationToken>{}</sp:SecureConversationToken>", all(inside));
    let ends =
        |namespace: &str| symmetric(&with("ProtectionToken", &context(&format!("<m:MustNotSendCancel {namespace}/>"))));
    assert!(judged(&ends(wcf)).0);
    let http = "<h:NegotiateAuthentication xmlns:h=\"http://schemas.microsoft.com/ws/06/2004/policy/http\"/>";
    assert!(judged(&format!("{}{http}", binding(""))).0);
}

#[test]
fn a_path_that_names_something_else_than_it_says_is_refused() {
    let path = |namespace: &str, steps: &str| {
        format!(
            "<sp:SignedElements><sp:XPath xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:b=\"{namespace}\" \
             xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
             xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\">/s:Envelope/{steps}</sp:XPath></sp:SignedElements>"
        )
    };
    let of = |path: String| format!("{}{path}", binding(""));
    assert!(judged(&of(path("urn:a", "s:Body/b:pay"))).0);
    assert!(refused(&of(path("urn:a}b/{urn:c", "s:Body/b:pay")), "XPath").contains("brace"));
    // The signature of the message covers none; that of an endorsing token covers the one of the message in any case.
    let signature = path("urn:a", "s:Header/w:Security/d:Signature");
    assert!(refused(&of(signature.clone()), "XPath").contains("sp:EndorsingSupportingTokens"));
    assert!(judged(&of(with("EndorsingSupportingTokens", &(never() + &signature)))).0);
}

#[test]
fn parts_are_not_said_to_be_signed_where_no_key_signs() {
    let parts = "<sp:SignedParts><sp:Body/></sp:SignedParts><sp:EncryptedParts><sp:Body/></sp:EncryptedParts>";
    for name in ["SignedParts", "EncryptedParts"] {
        assert!(refused(parts, name).contains("add a binding"), "{name}");
    }
    let (is_usable, listed) = judged(&format!("{}{parts}", transport("<sp:HttpsToken/>")));
    let bodies: Vec<_> = listed.iter().filter(|judged| &*judged.name == "Body").collect();
    assert!(is_usable && bodies.len() == 2, "{listed:#?}");
    for body in bodies {
        assert!(matches!(&body.standing, Standing::NotOurs(what) if what.contains("TLS")), "{body:?}");
    }
}
