//! Transforms that select by XPath or decode base64: on documents, where a policy admits them, and never in a header.

mod common;

use common::filtered::{ORDER, admitting, signed, signed_with, transform, verified};
use common::*;
use ws_security::c14n::{Limit, Limits};
use ws_security::prelude::*;
use ws_security::xmldsig::{AlgorithmPolicy, FilterMethod, SignatureError, VerifyError};
use ws_security::{AlgorithmPolicy as Policy, OpenError};

const FILTER2: &str = "xmlns=\"http://www.w3.org/2002/06/xmldsig-filter2\"";

fn outcome(text: &str, policy: AlgorithmPolicy) -> Result<Vec<(bool, bool)>, VerifyError> {
    verified(text, policy, Limits::default())
}

#[test]
fn xpath_verifies_where_it_is_admitted_and_covers_no_element() {
    assert_eq!(outcome(&signed(), admitting()), Ok(vec![(true, false)]));
    let refused = outcome(&signed(), AlgorithmPolicy::default());
    assert_eq!(refused, Err(VerifyError::NotAdmitted { uri: FilterMethod::XPath.uri() }));
    let other = outcome(&signed().replace("4711", "4712"), admitting());
    assert!(matches!(other, Err(VerifyError::DigestMismatch { .. })), "{other:?}");
    // The expression is signed.
    let other = outcome(&signed().replace("!= ''", "= ''"), admitting());
    assert_eq!(other, Err(VerifyError::SignatureMismatch));
}

#[test]
fn filter_2_intersects_subtracts_and_unites() {
    let bearers = format!(
        "<XPath {FILTER2} Filter=\"intersect\">/order</XPath><XPath {FILTER2} Filter=\"subtract\">//amount | here()/ancestor::ds:Signature</XPath>\
         <XPath {FILTER2} Filter=\"union\">//amount/text()</XPath>"
    );
    let text = signed_with("", &transform(FilterMethod::XPathFilter2, &bearers), "<order>4711</order>");
    let policy = || AlgorithmPolicy::default().admit_transform(FilterMethod::XPathFilter2);
    assert_eq!(outcome(&text, policy()), Ok(vec![(true, false)]));
    // One filter does not admit another.
    assert!(outcome(&text, admitting()).is_err());
    let unknown = outcome(&text.replace("\"union\"", "\"unite\""), policy());
    assert!(matches!(unknown, Err(VerifyError::Malformed(SignatureError::Parameters { .. }))), "{unknown:?}");
}

#[test]
fn xpointers_other_than_ids_are_expressions_and_need_a_policy() {
    let enveloped =
        format!("<ds:Transform Algorithm=\"{}\"></ds:Transform>", ws_security::xmldsig::ENVELOPED_SIGNATURE);
    let root = signed_with("#xpointer(/)", &enveloped, ORDER);
    assert_eq!(outcome(&root, AlgorithmPolicy::empty()), Err(VerifyError::NotAdmitted { uri: hmac() }));
    let policy = || {
        let inclusive = ws_security::c14n::CanonicalizationMethod::Inclusive;
        AlgorithmPolicy::default().admit_canonicalization(inclusive)
    };
    assert_eq!(outcome(&root, policy()), Ok(vec![(false, true)]));
    let expression = signed_with("#xpointer(//amount)", &enveloped, "<amount>4711</amount>");
    assert_eq!(outcome(&expression, policy()), Err(VerifyError::NotAdmitted { uri: FilterMethod::XPath.uri() }));
    assert_eq!(outcome(&expression, policy().admit_transform(FilterMethod::XPath)), Ok(vec![(true, false)]));
}

fn hmac() -> &'static str {
    ws_security::SignatureMethod::HmacSha256.uri()
}

#[test]
fn xslt_and_what_is_outside_are_refused_by_type() {
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"></ds:Transform>";
    let everything = AlgorithmPolicy::everything_for_legacy_use_only;
    let refused = outcome(&signed_with("", xslt, ORDER), everything());
    assert_eq!(refused, Err(VerifyError::Malformed(SignatureError::Xslt)));
    for uri in ["http://example.org/", "file:///etc/passwd", "HTTPS://example.org/"] {
        let refused = outcome(&signed_with(uri, &transform(FilterMethod::Base64, ""), ORDER), everything());
        assert_eq!(refused, Err(VerifyError::NotFetched { uri: uri.into() }));
    }
}

/// No policy opens a header to them.
#[test]
fn a_header_never_has_a_filter() {
    let message = common::signed(SOAP11);
    let c14n = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    assert!(message.contains(c14n), "{message}");
    let expression = "<ds:XPath>true()</ds:XPath>";
    for method in FilterMethod::ALL {
        let children = if method == FilterMethod::XPath { expression } else { "" };
        let children = match method {
            FilterMethod::XPathFilter2 => format!("<XPath {FILTER2} Filter=\"union\">/</XPath>"),
            FilterMethod::XPointer => format!("<XPointer xmlns=\"{}\">xpointer(/)</XPointer>", method.uri()),
            _ => children.to_owned(),
        };
        let filtered = message.replacen(c14n, &format!("{}{c14n}", transform(method, &children)), 1);
        let receiver = receiver().algorithms(Policy::everything_for_legacy_use_only());
        let refused = receiver.open(&filtered).map(drop);
        let unknown = SignatureError::UnknownAlgorithm { uri: method.uri().into() };
        assert_eq!(refused, Err(OpenError::Signature(unknown)), "{method:?}");
    }
}

/// `message` with an algorithm for another, and digests of its length.
fn in_place_of(message: &str, of: &str, broken: &str) -> String {
    let changed = message.replace(&format!("\"{of}\""), &format!("\"{broken}\""));
    let Some(digest) = ws_security::DigestMethod::from_uri(broken) else { return changed };
    let zeros = ws_security::c14n::base64_encode(&vec![0; digest.output_len()]);
    // Every second piece begins with a value.
    let pieces = changed.split("DigestValue>").enumerate().map(|(at, piece)| match piece.split_once('<') {
        Some((_, rest)) if at % 2 == 1 => format!("{zeros}<{rest}"),
        _ => piece.to_owned(),
    });
    pieces.collect::<Vec<_>>().join("DigestValue>")
}

/// No policy opens a header to MD5, RIPEMD-160 or RSA below 1024 bits.
#[test]
fn a_header_never_has_what_is_retired() {
    use ws_security::{DigestMethod, SignatureMethod};

    let message = common::signed(SOAP11);
    let mut retired = Policy::everything_for_legacy_use_only();
    retired.signature = retired.signature.dangerous_admit_retired();
    retired.encryption = retired.encryption.dangerous_admit_retired();
    for (of, broken) in [
        (SignatureMethod::RsaSha256.uri(), SignatureMethod::RsaMd5.uri()),
        (SignatureMethod::RsaSha256.uri(), SignatureMethod::RsaRipemd160.uri()),
        (DigestMethod::Sha256.uri(), DigestMethod::Md5.uri()),
        (DigestMethod::Sha256.uri(), DigestMethod::Ripemd160.uri()),
    ] {
        let changed = in_place_of(&message, of, broken);
        assert_ne!(changed, message);
        for policy in [Policy::default(), Policy::everything_for_legacy_use_only(), retired.clone()] {
            let refused = receiver().algorithms(policy).open(&changed).map(drop);
            assert_eq!(refused, Err(OpenError::Verify(VerifyError::Retired { what: broken })));
        }
    }
}

/// A document has what is retired only by its own call.
#[test]
fn a_document_has_what_is_retired_by_its_own_call_alone() {
    use ws_security::{DigestMethod, SignatureMethod};

    let sound = signed();
    for (of, broken) in
        [(hmac(), SignatureMethod::HmacMd5.uri()), (DigestMethod::Sha256.uri(), DigestMethod::Ripemd160.uri())]
    {
        let changed = in_place_of(&sound, of, broken);
        assert_ne!(changed, sound, "{of}");
        for policy in [AlgorithmPolicy::modern_2026(), AlgorithmPolicy::everything_for_legacy_use_only()] {
            assert_eq!(outcome(&changed, policy), Err(VerifyError::Retired { what: broken }));
        }
        let mut named = AlgorithmPolicy::everything_for_legacy_use_only();
        assert!(!named.admit_uri(broken));
        let admitted = outcome(&changed, named.dangerous_admit_retired());
        assert_eq!(admitted, Err(VerifyError::SignatureMismatch));
    }
}

/// No policy lets a header cut a MAC.
#[test]
fn a_header_never_has_a_cut_mac() {
    let token = ws_security::ProtectionToken::encrypted_to(&certificate("bob"));
    let token = token.derived_keys(ws_security::SecureConversation::V1_3);
    let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let method = format!("<ds:SignatureMethod Algorithm=\"{}\">", hmac());
    assert!(message.contains(&method), "{message}");
    let cut = message.replacen(&method, &format!("{method}<ds:HMACOutputLength>128</ds:HMACOutputLength>"), 1);
    let receiver = receiver().algorithms(Policy::everything_for_legacy_use_only()).decrypt_with(identity("bob"));
    assert_eq!(receiver.open(&cut).map(drop), Err(OpenError::Signature(SignatureError::TruncatedMac)));
}

/// XML Signature 1.1 §6.3.1, with a higher bound: half of the MAC, and 128 bits.
#[test]
fn a_cut_mac_verifies_only_by_the_legacy_call_and_never_below_its_bound() {
    use ws_security::crypto::HmacKey;
    use ws_security::{SignatureMethod, SigningKey};

    let key = HmacKey::new(b"0123456789abcdef".to_vec()).expect("a key");
    for (method, least) in
        [(SignatureMethod::HmacSha1, 16), (SignatureMethod::HmacSha256, 16), (SignatureMethod::HmacSha512, 32)]
    {
        let mac = key.sign(method, b"text").expect("a MAC");
        let verifies = |octets: &[u8]| key.verify_truncated_for_legacy_use_only(method, b"text", octets).is_ok();
        assert!(verifies(&mac) && verifies(&mac[..least]) && !verifies(&mac[..least - 1]), "{method:?}");
        assert!(!verifies(&mac[1..]) && !verifies(&[&mac[..], &[0]].concat()) && !verifies(&[]), "{method:?}");
    }
}

#[test]
fn a_costly_expression_is_refused_by_its_limit() {
    let expression = "<ds:XPath>count(//node()[count(//node()[count(//node()) &gt; 0]) &gt; 0]) &gt; 0</ds:XPath>";
    let text = signed_with("", &transform(FilterMethod::XPath, expression), ORDER);
    let limits = Limits::default().with(Limit::XPathNodes, 100_000);
    match verified(&text, admitting(), limits) {
        Err(VerifyError::Limit(exceeded)) => assert_eq!(exceeded.limit, Limit::XPathNodes),
        other => panic!("{other:?}"),
    }
}
