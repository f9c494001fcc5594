//! Transforms that select by XPath or decode base64: on documents, where a policy admits them, and never in a header.

#[path = "common/by_path.rs"]
mod by_path;
mod common;
#[path = "common/signed_again.rs"]
mod signed_again;

use by_path::{FILTER2 as BY_PATH, by_path, filter, with_transforms};
use common::filtered::{ORDER, admitting, signed, signed_of, signed_with, transform, verified};
use common::*;
use signed_again::signed_again;
use ws_security::DigestMethod;
use ws_security::c14n::{Budget, Document, Limit, Limits, base64_encode};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::xmldsig::{AlgorithmPolicy, AlgorithmRole, FilterMethod, SignatureError, VerifyError};
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

/// The digest of nothing is known, and fits every document of which the filters leave nothing.
#[test]
fn filters_that_leave_nothing_sign_nothing() {
    let xpath = |expression: &str| transform(FilterMethod::XPath, &format!("<ds:XPath>{expression}</ds:XPath>"));
    let filter2 = |operation: &str, expression: &str| {
        let bearer = format!("<XPath {FILTER2} Filter=\"{operation}\">{expression}</XPath>");
        transform(FilterMethod::XPathFilter2, &bearer)
    };
    let xpointer = |expression: &str| {
        let bearer = format!("<XPointer xmlns=\"{}\">xpointer({expression})</XPointer>", FilterMethod::XPointer.uri());
        transform(FilterMethod::XPointer, &bearer)
    };
    let base64 = transform(FilterMethod::Base64, "");
    let everything = AlgorithmPolicy::everything_for_legacy_use_only;
    for (uri, filter) in [
        ("", xpath("false()")),
        ("", xpath("self::absent")),
        // The root, and comments that are not written.
        ("", xpath("not(parent::node())")),
        ("", filter2("intersect", "//absent")),
        ("", filter2("subtract", "/")),
        ("", xpointer("//absent")),
        ("#xpointer(//absent)", String::new()),
    ] {
        for next in ["", base64.as_str()] {
            let text = signed_with(uri, &format!("{filter}{next}"), "");
            let refused = outcome(&text, everything());
            assert_eq!(refused, Err(VerifyError::NothingSelected { uri: uri.into() }), "{filter}{next}");
        }
    }
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

/// XML Signature 1.1 §6.6.4: it takes the signature out of a set of nodes that contains it, which canonical octets are not.
#[test]
fn the_enveloped_signature_transform_comes_first_once_and_from_outside() {
    let uri = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"></ds:Transform>");
    let enveloped = uri("http://www.w3.org/2000/09/xmldsig#enveloped-signature");
    let exclusive = uri("http://www.w3.org/2001/10/xml-exc-c14n#");
    let of = |chain: &str| outcome(&signed_with("", chain, ORDER), AlgorithmPolicy::default());
    assert_eq!(of(&enveloped), Ok(vec![(false, true)]));
    assert_eq!(of(&format!("{enveloped}{exclusive}")), Ok(vec![(false, true)]));
    for chain in [format!("{enveloped}{enveloped}"), format!("{exclusive}{enveloped}")] {
        assert!(matches!(of(&chain), Err(VerifyError::Transform { .. })), "{chain}");
    }
    // What is inside the signature does not contain it.
    let inside = "<ds:KeyInfo Id=\"k\"><ds:KeyName>a</ds:KeyName></ds:KeyInfo>";
    let canonical = inside.replacen(" Id", " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id", 1);
    let of = |chain: &str| {
        let signed = signed_with("#k", chain, &canonical);
        outcome(
            &signed.replace("</ds:SignatureValue>", &format!("</ds:SignatureValue>{inside}")),
            AlgorithmPolicy::default(),
        )
    };
    assert_eq!(of(&exclusive), Ok(vec![(false, true)]));
    assert!(matches!(of(&format!("{enveloped}{exclusive}")), Err(VerifyError::Transform { .. })));
}

/// XML Signature 1.1 §4.4.3.1: without URI, the application knows what is meant. It is not the document.
#[test]
fn a_reference_without_uri_does_not_mean_the_document() {
    let enveloped = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>";
    let of = |attributes: &str| outcome(&signed_of(attributes, enveloped, ORDER), AlgorithmPolicy::default());
    assert_eq!(of(" URI=\"\""), Ok(vec![(false, true)]));
    assert_eq!(of(""), Err(VerifyError::Unnamed));
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

/// No policy opens a header to them; paths have a call.
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
        let unknown = OpenError::Signature(SignatureError::UnknownAlgorithm {
            role: AlgorithmRole::Transform,
            uri: method.uri().into(),
        });
        let expected = if method == FilterMethod::XPathFilter2 { OpenError::ElementPath } else { unknown };
        assert_eq!(refused, Err(expected), "{method:?}");
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
    use ws_security::SignatureMethod;

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
        // A digest of another length is not blamed before the method.
        let renamed = message.replace(of, broken);
        let refused = receiver().open(&renamed).map(drop);
        assert_eq!(refused, Err(OpenError::Verify(VerifyError::Retired { what: broken })));
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

/// Against BSP R5401, and harmless.
#[test]
fn the_length_of_a_whole_mac_opens_by_a_named_call() {
    use ws_security::c14n::{Canonicalization, Splices, Subset};
    use ws_security::crypto::HmacKey;
    use ws_security::{ProtectionToken, Secret, SecureConversation, SignatureMethod, SigningKey, Waiver};

    let secret = || Secret::new(vec![7; 32]);
    let token = ProtectionToken::security_context(SecureConversation::V1_3, "urn:ctx", secret());
    let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    // The peer writes the length, and the first octets of the MAC over that.
    let saying = |bits: &str, octets: usize| {
        let method = format!("<ds:SignatureMethod Algorithm=\"{}\">", hmac());
        let said = message.replacen(&method, &format!("{method}<ds:HMACOutputLength>{bits}</ds:HMACOutputLength>"), 1);
        assert_ne!(said, message);
        let document = Document::parse(said.as_str(), &Limits::default()).expect("well-formed");
        let find = |local| document.elements().find(|element| element.name().local == local).expect(local);
        let subset = Subset::subtree(find("SignedInfo")).without_comments();
        let signed = Canonicalization::default().to_octets(&subset, &Budget::dangerous_unbounded()).expect("octets");
        let mac = HmacKey::new(vec![7; 32]).expect("a key").sign(SignatureMethod::HmacSha256, &signed).expect("a MAC");
        let mut splices = Splices::new();
        splices.replace(find("SignatureValue").content_span(), base64_encode(&mac[..octets]));
        splices.apply(&said).text
    };
    let strict = receiver().security_contexts(move |_: &str, _: Option<&str>| Some(secret()));
    assert!(strict.open(&message).is_ok());
    let whole = saying("256", 32);
    let error = strict.open(&whole).map(drop).expect_err("refused");
    assert_eq!(error, OpenError::MacLength);
    assert!(error.to_string().contains("`accept_lengths_of_whole_macs`"), "{error}");
    let accepting = strict.clone().accept_lengths_of_whole_macs();
    let opened = accepting.open(&whole).unwrap_or_else(|error| panic!("{error}"));
    assert!(opened.evidence().waived.contains(&Waiver::LengthsOfWholeMacs));
    assert!(accepting.open(whole.replace(AMOUNT, "9999.99")).is_err());
    let legacy = accepting.clone().algorithms(Policy::everything_for_legacy_use_only());
    assert!(accepting.open(saying(" 0256\n", 32)).is_ok());
    for cut in [saying("128", 16), saying("\t0128 ", 16), saying("248", 31), saying("255", 32), saying("0", 0)] {
        for receiver in [&strict, &accepting, &legacy] {
            assert_eq!(receiver.open(&cut).map(drop), Err(OpenError::Signature(SignatureError::TruncatedMac)));
        }
    }
    let shorter = VerifyError::Malformed(SignatureError::MacLength { said: 256, found: 248 });
    assert_eq!(accepting.open(saying("256", 31)).map(drop), Err(OpenError::Verify(shorter)));
    // What is no number says nothing, and so do two numbers. The last one is 256 in 64 bits.
    let twice = "256</ds:HMACOutputLength><ds:HMACOutputLength>256";
    for other in ["", "256.0", "+256", "-256", "0x100", "2<!-- -->56", "2 56", twice, "18446744073709551872"] {
        for octets in [0, 16, 32] {
            assert!(legacy.open(saying(other, octets)).is_err(), "{other}: {octets}");
        }
    }
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

/// The signed parts of a message, each named by a path.
fn named_by_paths(golden: &str) -> String {
    let message = by_path(golden, "<s:Body", "/soap:Envelope/soap:Body");
    let message = by_path(&message, "<a:Action", "/soap:Envelope/soap:Header/wsa:Action[1]");
    // The timestamp keeps its Id.
    assert_eq!(message.matches("URI=\"\"").count(), 2);
    message
}

fn signed_message() -> String {
    common::signed(SOAP11)
}

fn following() -> Receiver {
    receiver().accept_element_paths_in_references()
}

#[test]
fn a_path_names_a_signed_element_by_a_named_call() {
    let golden = signed_message();
    let message = named_by_paths(&golden);
    let refused = refuse_strictly(&receiver(), &message);
    assert_eq!(refused, OpenError::ElementPath);
    assert!(refused.to_string().contains("`accept_element_paths_in_references`"));
    let opened = following().open(&message).expect("opens");
    let by_id = receiver().open(&golden).expect("opens");
    assert_eq!(opened.body().xml(), by_id.body().xml());
    assert!(opened.header_block(WSA, "Action").is_some() && opened.header_block(WSA, "To").is_none());
    assert!(opened.evidence().waived.contains(&ws_security::Waiver::ElementPathsInReferences));
    for (from, to) in
        [(AMOUNT, "1.00"), ("urn:pay", "urn:other"), ("/soap:Body", "/soap:Header"), ("wsa:Action[1]", "wsa:To[1]")]
    {
        assert!(following().open(message.replacen(from, to, 1)).is_err(), "{from}");
    }
}

/// BSP R5423 has no other filter, and what another expression selects is no element at a place.
#[test]
fn other_filters_in_a_header_are_refused_by_type() {
    let golden = signed_message();
    let open = |transforms: &str| following().open(with_transforms(&golden, "<s:Body", transforms)).map(drop);
    for expression in [
        "//soap:Body",
        "/soap:Envelope/*[2]",
        "/soap:Envelope/soap:Body | /soap:Envelope/soap:Header",
        "/soap:Envelope/soap:Body[@*]",
        "/soap:Envelope/soap:Body/descendant-or-self::node()",
        "id('x')",
        "here()/ancestor::soap:Envelope/soap:Body",
        "/soap:Envelope/soap:Body[2]",
        "/Envelope/Body",
    ] {
        let refused = open(&filter("intersect", expression)).expect_err(expression);
        let is_path =
            |error: &VerifyError| matches!(error, VerifyError::ChildPath { path } if path.as_str() == expression);
        assert!(matches!(&refused, OpenError::Verify(error) if is_path(error)), "{expression}: {refused}");
    }
    let body = filter("intersect", "/soap:Envelope/soap:Body");
    assert!(open(&body).is_ok());
    let two = body.replacen(
        "</ds:Transform>",
        &format!("<XPath xmlns=\"{BY_PATH}\" Filter=\"subtract\">/a</XPath></ds:Transform>"),
        1,
    );
    for transforms in [
        filter("subtract", "/soap:Envelope/soap:Body"),
        filter("union", "/soap:Envelope/soap:Body"),
        two,
        body.repeat(2),
    ] {
        assert_eq!(open(&transforms), Err(OpenError::OtherFilter), "{transforms}");
    }
    // An Id and a path at once, and a filter behind the canonicalisation.
    let id = golden.split_once("<s:Body").and_then(|(_, rest)| rest.split('"').nth(1)).expect("an Id").to_owned();
    let both = with_transforms(&golden, "<s:Body", &body).replacen("URI=\"\"", &format!("URI=\"#{id}\""), 1);
    assert_eq!(following().open(both).map(drop), Err(OpenError::OtherFilter));
}

/// What is covered is judged by its place: a part of the Body is not the Body, and what is around the signature is nothing.
#[test]
fn a_path_to_another_element_does_not_sign_the_body() {
    let golden = signed_message();
    let document = Document::parse(&golden, &Limits::default()).expect("well-formed");
    for (path, local) in [
        ("/soap:Envelope/soap:Body/p:Pay", "Pay"),
        ("/soap:Envelope", "Envelope"),
        ("/soap:Envelope/soap:Header", "Header"),
        ("/soap:Envelope/soap:Header/wsse:Security", "Security"),
        ("/soap:Envelope/soap:Header/wsa:To", "To"),
    ] {
        let element = document.elements().find(|element| element.name().local == local).expect("one");
        let octets = element.canonical(&Budget::dangerous_unbounded()).expect("canonical");
        let digest = base64_encode(Digest::of(DigestMethod::Sha256, &octets).as_octets());
        let bound = filter("intersect", path).replacen("<XPath ", "<XPath xmlns:p=\"urn:p\" ", 1);
        let message = with_transforms(&golden, "<s:Body", &bound);
        let (before, behind) = message.split_at(message.find(path).expect("the path"));
        let old = behind.split_once("DigestValue>").and_then(|(_, rest)| rest.split_once('<')).expect("a digest").0;
        let message = signed_again(&format!("{before}{}", behind.replacen(old, &digest, 1))).expect("signed again");
        assert!(following().open(&message).is_err(), "{path}");
    }
}

/// W12 of the threats: siblings, positions, and prefixes that are bound otherwise around the expression. A message is refused, or
/// what is handed out is what was signed.
#[test]
fn siblings_and_other_prefixes_around_a_path_change_nothing() {
    let plain = named_by_paths(&signed_message());
    // The prefixes of the expressions are bound at the envelope alone, where no signature shows it.
    let declarations = format!(" xmlns:soap=\"{SOAP11}\" xmlns:wsa=\"{WSA}\"");
    let loose = plain.replace(&format!("{declarations} Filter"), " Filter");
    let loose =
        signed_again(&loose.replacen(" xmlns:s=", &format!("{declarations} xmlns:s="), 1)).expect("signed again");
    let genuine = following().open(&plain).expect("opens").body().xml().to_owned();
    assert_eq!(following().open(&loose).expect("opens").body().xml(), genuine);
    let forged = "<a:Action>urn:forged</a:Action>";
    let body = format!("<s:Body>{forged}</s:Body>");
    let mut tried = 0;
    for message in [&plain, &loose] {
        let document = Document::parse(message, &Limits::default()).expect("well-formed");
        for host in document.elements().filter(|host| !host.is_empty_tag()) {
            for place in [host.content_span().start, host.content_span().end] {
                for inserted in [forged, body.as_str(), "<w:x xmlns:w=\"urn:w\"><a:Action>urn:forged</a:Action></w:x>"]
                {
                    judge(&format!("{}{inserted}{}", &message[..place], &message[place..]), &genuine);
                    tried += 1;
                }
            }
            let name_end = host.span().start + 1 + host.qualified_name().len();
            for other in [
                " xmlns:soap=\"urn:x\"",
                " xmlns:wsa=\"urn:x\"",
                " xmlns:wsa=\"\"",
                &format!(" xmlns:wsa=\"{SOAP11}\""),
            ] {
                judge(&format!("{}{other}{}", &message[..name_end], &message[name_end..]), &genuine);
                tried += 1;
            }
        }
        for (from, to) in
            [("wsa:Action[1]", "wsa:Action[2]"), ("wsa:Action[1]", "wsa:Action"), ("/soap:Body", "/soap:Body[1]")]
        {
            let changed = message.replacen(from, to, 1);
            assert!(following().open(&changed).is_err(), "the expression is signed: {to}");
        }
    }
    assert!(tried > 500, "{tried}");
}

fn judge(message: &str, genuine: &str) {
    let Ok(opened) = following().open(message) else { return };
    assert_eq!(opened.body().xml(), genuine, "{message}");
    if let Some(action) = opened.header_block(WSA, "Action") {
        assert!(action.xml().contains("urn:pay"), "{message}");
    }
}
