//! Answers of a security token service, as they come and as nobody should accept them. `tests/interop/sts.rs` has a real service.

use ws_security::c14n::{Document, Limits, base64_encode};
use ws_security::crypto::{Random, SystemRandom, p_sha1};
use ws_security::sts::{Cancel, Issue, IssuedToken, Renew, StsError, TokenType, TrustVersion, Validate};
use ws_security::{CryptoError, Secret, SoapVersion};

const VERSIONS: [TrustVersion; 2] = [TrustVersion::V1_3, TrustVersion::V2005];
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// The octet 7, again and again.
struct Sevens;

impl Random for Sevens {
    fn fill(&self, octets: &mut [u8]) -> Result<(), CryptoError> {
        octets.fill(7);
        Ok(())
    }
}

fn body(version: TrustVersion, response: &str) -> String {
    let wst = version.namespace();
    format!(
        "<s:Body xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:w='{wst}' xmlns:u='{WSU}'>\
         <w:RequestSecurityTokenResponse>{response}</w:RequestSecurityTokenResponse></s:Body>"
    )
}

fn secret() -> Issue {
    Issue::new(TrustVersion::V1_3, TokenType::Saml2).secret(32, &Sevens).expect("sevens")
}

fn answer(response: &str) -> Result<IssuedToken, StsError> {
    secret().answer(&body(TrustVersion::V1_3, response), &Limits::default())
}

const TOKEN: &str = "<w:RequestedSecurityToken><a xmlns:b='urn:b'/></w:RequestedSecurityToken>";

/// A proof that is computed of both halves, with these bits.
fn computed(bits: &str, entropy: &[u8]) -> String {
    let function = format!("{}/CK/PSHA1", TrustVersion::V1_3.namespace());
    format!(
        "{TOKEN}<w:RequestedProofToken><w:ComputedKey>{function}</w:ComputedKey></w:RequestedProofToken>\
         <w:Entropy><w:BinarySecret>{}</w:BinarySecret></w:Entropy>{bits}",
        base64_encode(entropy)
    )
}

#[test]
fn requests_are_of_their_version() {
    for version in VERSIONS {
        let wst = version.namespace();
        for (soap, namespace) in [SoapVersion::V11, SoapVersion::V12].map(|soap| (soap, soap.namespace())) {
            let asked = Issue::security_context(version, &SystemRandom).expect("entropy");
            let envelope = asked.envelope(soap);
            let document = Document::parse(&envelope, &Limits::default()).expect("XML");
            let request = document.root().children().next().and_then(|body| body.children().next()).expect("a request");
            assert!(document.root().is(namespace, "Envelope") && request.is(wst, "RequestSecurityToken"));
            let text = |local| request.required_child(wst, local).expect(local).text().expect("text").into_owned();
            assert_eq!(text("RequestType"), format!("{wst}/Issue"));
            assert_eq!(text("TokenType"), version.secure_conversation().context_type());
            assert_eq!((text("KeyType"), text("KeySize")), (format!("{wst}/SymmetricKey"), "256".to_owned()));
            assert_eq!(asked.action(), format!("{wst}/RST/SCT"));
        }
    }
    assert!(Validate::new(TrustVersion::V1_3, "<a/><b/>").is_err(), "two elements are no token");
    assert!(
        Issue::new(TrustVersion::V1_3, TokenType::Saml2).on_behalf_of("<x:a/>").is_err(),
        "a prefix without namespace"
    );
}

#[test]
fn a_secret_is_given_or_computed_of_both_halves() {
    let given = format!(
        "{TOKEN}<w:RequestedProofToken><w:BinarySecret>{}</w:BinarySecret></w:RequestedProofToken>",
        base64_encode(&[9; 32])
    );
    let issued = answer(&given).expect("a token");
    assert_eq!(issued.xml().matches("xmlns:b=\"urn:b\"").count() + issued.xml().matches("xmlns:b='urn:b'").count(), 1);
    assert!(issued.secret().expect("a secret").equals(&[9; 32]) && issued.context_identifier().is_none());

    let issued = answer(&computed("<w:KeySize>256</w:KeySize>", &[5; 32])).expect("a token");
    let expected = p_sha1(&Secret::new(vec![7; 32]), &[5; 32], 0, 32);
    assert!(issued.secret().expect("a secret").equals(expected.as_octets()));
}

#[test]
fn answers_that_do_not_fit_are_refused() {
    let refused = |response: &str| answer(response).map(drop).expect_err(response);
    assert!(matches!(refused(TOKEN), StsError::NoSecret { .. }), "no proof");
    let short = computed("<w:KeySize>128</w:KeySize>", &[5; 32]);
    assert_eq!(refused(&short), StsError::ShortSecret { octets: 16, wanted: 32 });
    for bits in ["99999999999999999999", "800000000", "x"] {
        let long = computed(&format!("<w:KeySize>{bits}</w:KeySize>"), &[5; 32]);
        assert!(matches!(refused(&long), StsError::NoSecret { .. }), "{bits}");
    }
    assert!(matches!(refused(&computed("", &[5; 2_000])), StsError::Shape(_)), "entropy without end");
    let other = computed("", &[5; 32]).replace("PSHA1", "HASH");
    assert!(matches!(refused(&other), StsError::NoSecret { .. }));
    let encrypted = format!("{TOKEN}<w:RequestedProofToken><e xmlns='urn:e'/></w:RequestedProofToken>");
    assert!(matches!(refused(&encrypted), StsError::NoSecret { .. }));
    assert!(matches!(refused(&computed("", &[5; 32]).replace(TOKEN, "")), StsError::NoToken));
    let two = computed("", &[5; 32]).replace("<a xmlns", "<a/><a xmlns");
    assert!(matches!(refused(&two), StsError::NoToken), "two tokens");
    assert!(matches!(refused(&format!("<w:TokenType>urn:other</w:TokenType>{TOKEN}")), StsError::TokenType { .. }));

    let asked = Issue::new(TrustVersion::V2005, TokenType::Saml2).bearer();
    let of = |body: &str| asked.answer(body, &Limits::default()).map(drop).expect_err(body);
    assert!(matches!(of(&body(TrustVersion::V1_3, TOKEN)), StsError::NoResponse { .. }), "of another version");
    assert!(matches!(of("<s/>"), StsError::NoResponse { .. }));
    let one = body(TrustVersion::V2005, TOKEN);
    asked.answer(&one, &Limits::default()).expect("one answer");
    let (start, rest) = one.split_at(one.find("<w:").expect("an answer"));
    let (response, end) = rest.split_at(rest.find("</s:").expect("an end"));
    let all = "w:RequestSecurityTokenResponseCollection";
    asked.answer(&format!("{start}<{all}>{response}</{all}>{end}"), &Limits::default()).expect("a collection of one");
    assert_eq!(of(&format!("{start}<{all}>{response}{response}</{all}>{end}")), StsError::Several { count: 2 });
    assert!(matches!(of(&format!("{start}{response}{response}{end}")), StsError::NoResponse { .. }));
}

#[test]
fn only_what_the_service_says_counts() {
    let version = TrustVersion::V1_3;
    let asked = Validate::new(version, "<a/>").expect("a token");
    let status = |code: &str| {
        let status = format!("<w:Status><w:Code>{code}</w:Code><w:Reason>because</w:Reason></w:Status>");
        asked.answer(&body(version, &status), &Limits::default())
    };
    let valid = format!("{}/status/valid", version.namespace());
    assert!(status(&format!(" {valid}\n")).expect("a status").is_valid);
    for code in ["", "valid", &format!("{valid}x"), &format!("{}/status/invalid", version.namespace())] {
        let said = status(code).expect("a status");
        assert!(!said.is_valid && said.reason.as_deref() == Some("because"), "{code}");
    }
    assert_eq!(asked.answer(&body(version, TOKEN), &Limits::default()), Err(StsError::NoStatus));
    let ended = Cancel::new(version, "<a/>").expect("a token");
    assert_eq!(ended.answer(&body(version, "<w:RequestedTokenCancelled/>"), &Limits::default()), Ok(()));
    assert_eq!(ended.answer(&body(version, TOKEN), &Limits::default()), Err(StsError::NotCancelled));
}

/// An answer to another request of the same client would be accepted, if the peer says in no other way what it answers.
#[test]
fn an_answer_with_the_context_of_another_request_is_refused() {
    let version = TrustVersion::V1_3;
    let bearer = || Issue::new(version, TokenType::Saml2).bearer();
    let (one, two) = (bearer().context(&SystemRandom).expect("one"), bearer().context(&SystemRandom).expect("two"));
    let context = |asked: &str| {
        asked.split_once("Context=\"").expect("a context").1.split_once('"').expect("its end").0.to_owned()
    };
    let (first, second) = (context(&one.envelope(SoapVersion::V11)), context(&two.envelope(SoapVersion::V11)));
    assert_ne!(first, second);
    let with = |context: &str, response: &str| {
        body(version, response).replace(
            "<w:RequestSecurityTokenResponse>",
            &format!("<w:RequestSecurityTokenResponse Context='{context}'>"),
        )
    };
    let limits = Limits::default();
    one.answer(&with(&first, TOKEN), &limits).expect("its answer");
    for other in [with(&second, TOKEN), with("", TOKEN), body(version, TOKEN)] {
        assert!(matches!(one.answer(&other, &limits).map(drop), Err(StsError::Context { .. })), "{other}");
    }
    // Who asks without a context hears of none.
    bearer().answer(&with(&second, TOKEN), &limits).expect("any context");
    let valid = format!("<w:Status><w:Code>{}/status/valid</w:Code></w:Status>", version.namespace());
    let asked = Validate::new(version, "<a/>").expect("a token").context(&SystemRandom).expect("a context");
    assert!(matches!(asked.answer(&body(version, &valid), &limits), Err(StsError::Context { .. })));
    let ended = Cancel::new(version, "<a/>").expect("a token").context(&SystemRandom).expect("a context");
    let cancelled = body(version, "<w:RequestedTokenCancelled/>");
    assert!(matches!(ended.answer(&cancelled, &limits), Err(StsError::Context { .. })));
}

#[test]
fn a_fault_of_the_service_is_named() {
    let fault = |soap: SoapVersion, content: &str| {
        let soap = soap.namespace();
        format!("<s:Body xmlns:s='{soap}' xmlns:w='urn:w'><s:Fault>{content}</s:Fault></s:Body>")
    };
    for fault in [
        fault(SoapVersion::V11, "<faultcode>w:FailedAuthentication</faultcode><faultstring>no user</faultstring>"),
        fault(
            SoapVersion::V12,
            "<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:FailedAuthentication</s:Value></s:Subcode></s:Code>\
             <s:Reason><s:Text xml:lang='en'>no user</s:Text></s:Reason>",
        ),
    ] {
        let refused = secret().answer(&fault, &Limits::default()).map(drop).expect_err("a fault");
        let expected = StsError::Fault { code: "FailedAuthentication".into(), reason: "no user".into() };
        assert_eq!(refused, expected);
    }
}

#[test]
fn a_renewed_context_is_the_one_that_was_given_with_its_secret() {
    let version = TrustVersion::V1_3;
    let wsc = "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512";
    let context = |identifier: &str, instance: &str| {
        format!(
            "<w:RequestedSecurityToken><c:SecurityContextToken xmlns:c='{wsc}'><c:Identifier>{identifier}</c:Identifier>\
             {instance}</c:SecurityContextToken></w:RequestedSecurityToken>"
        )
    };
    let proof = |octets: &[u8]| {
        let secret = base64_encode(octets);
        format!("<w:RequestedProofToken><w:BinarySecret>{secret}</w:BinarySecret></w:RequestedProofToken>")
    };
    let limits = Limits::default();
    let asked = Issue::security_context(version, &Sevens).expect("sevens");
    let answer = body(version, &(context("urn:one", "") + &proof(&[9; 32])));
    let issued = asked.answer(&answer, &limits).expect("a context");
    let renew = Renew::of(version, &issued).expect("a token");
    let renewed = |response: &str| renew.answer(&body(version, response), &limits);

    let later = renewed(&context("urn:one", "<c:Instance>2</c:Instance>")).expect("renewed");
    assert_eq!(later.context_identifier(), Some("urn:one"));
    assert!(later.secret().expect("the same").equals(&[9; 32]) && later.protection_token().is_some());
    let rekeyed = renewed(&(context("urn:one", "<c:Instance>2</c:Instance>") + &proof(&[8; 32]))).expect("renewed");
    assert!(rekeyed.secret().expect("a new one").equals(&[8; 32]));
    let short = renewed(&(context("urn:one", "") + &proof(&[8; 8]))).map(drop);
    assert_eq!(short, Err(StsError::ShortSecret { octets: 8, wanted: 16 }));
    for other in [context("urn:two", ""), TOKEN.to_owned()] {
        assert!(matches!(renewed(&other).map(drop), Err(StsError::OtherToken { .. })), "{other}");
    }
}
