//! What a signature says and how it is made: references, transforms, canonicalisation, methods and values (T04 to T17).

use ws_security::c14n::{Budget, Canonicalization, Splices, Subset};
use ws_security::prelude::*;
use ws_security::{AlgorithmPolicy, OpenError};

use crate::common::*;
use crate::{find, parse};

#[test]
fn t04_two_signed_infos_are_refused() {
    let golden = signed(SOAP11);
    let document = parse(&golden);
    let signed_info = golden[find(&document, "SignedInfo").span()].to_owned();
    let forged = signed_info.replacen("DigestValue>", "DigestValue>AAAA", 1);
    for message in [
        golden.replacen(&signed_info, &format!("{signed_info}{signed_info}"), 1),
        golden.replacen(&signed_info, &format!("{forged}{signed_info}"), 1),
        golden.replacen(&signed_info, &format!("<x>{signed_info}</x>"), 1),
        golden.replacen("</ds:SignedInfo>", &format!("{signed_info}</ds:SignedInfo>"), 1),
        golden.replacen("<ds:SignedInfo>", "<ds:SignedInfo><!-- c -->", 1).replacen(
            "DigestValue>",
            "DigestValue><!-- c -->",
            1,
        ),
    ] {
        refuse(&receiver(), &message);
    }
}

/// `message` with the value that `value` makes of its SignedInfo.
fn with_value_of(message: &str, value: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let document = parse(message);
    let signed_info = Canonicalization::default()
        .to_octets(&Subset::subtree(find(&document, "SignedInfo")), &Budget::dangerous_unbounded());
    let value = ws_security::c14n::base64_encode(&value(&signed_info.expect("canonical form")));
    let mut splices = Splices::new();
    splices.replace(find(&document, "SignatureValue").content_span(), value);
    splices.apply(message).text
}

/// A message whose signature has another method and another value than Alice would make.
fn with_value(method: &str, value: impl Fn(&[u8]) -> Vec<u8>) -> String {
    with_value_of(&signed(SOAP11).replacen("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", method, 1), value)
}

/// `message`, whose SignedInfo was changed, signed again by Alice: its value is right, so only its content can be the
/// reason for the refusal.
fn resigned(message: &str) -> String {
    let alice = identity("alice");
    with_value_of(message, |octets| {
        alice.signing_key().sign(ws_security::SignatureMethod::RsaSha256, octets).expect("signs")
    })
}

#[test]
fn t05_parser_differentials_are_refused() {
    let golden = signed(SOAP11);
    for (from, to) in [
        ("<s:Envelope", "<!DOCTYPE s:Envelope><s:Envelope"),
        ("<s:Envelope", "<?xml version=\"1.1\"?><s:Envelope"),
        ("<p:To>", "<p:To p:xmlns=\"a\" xmlns=\"b\" xmlns=\"c\">"),
        ("<p:To>", "<p:To xmlns:q=\"\">"),
        ("<p:To>", "<p:To xmlns:q=\"relative\">"),
        ("Ann", "&#xD800;"),
        ("Ann", "&unknown;"),
        ("Ann", "<?pi data?>"),
    ] {
        refuse(&receiver(), &golden.replacen(from, to, 1));
    }
    // Its call reads it with the characters that the declaration means, as every other reader does.
    let latin = golden.replacen("<s:Envelope", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><s:Envelope", 1);
    refuse_strictly(&receiver(), &latin);
    assert!(receiver().open(format!("\u{FEFF}{golden}")).is_ok(), "a byte order mark is none of them");
    assert!(receiver().open(golden.replace("Ann", "<![CDATA[Ann]]>")).is_ok(), "neither is CDATA");
}

#[test]
fn t06_the_digest_of_nothing_is_the_digest_of_nothing() {
    let golden = signed(SOAP11);
    let body = {
        let document = parse(&golden);
        let id = find(&document, "Body").attributes().find(|(name, _)| name.local == "Id").expect("an Id");
        id.1.into_owned()
    };
    let (before, rest) = golden.split_once(&format!("<ds:Reference URI=\"#{body}\"")).expect("a reference to the Body");
    let (_, tail) = rest.split_once("</ds:DigestValue>").expect("a digest");
    let (head, digest) = rest.split_once("<ds:DigestValue>").expect("a digest");
    assert!(digest.contains("</ds:DigestValue>"));
    for (method, digest) in [
        ("http://www.w3.org/2001/04/xmlenc#sha256", ws_security::DigestMethod::Sha256),
        ("http://www.w3.org/2001/04/xmldsig-more#sha384", ws_security::DigestMethod::Sha384),
        ("http://www.w3.org/2001/04/xmlenc#sha512", ws_security::DigestMethod::Sha512),
    ] {
        let head = head.replace("http://www.w3.org/2001/04/xmlenc#sha256", method);
        let nothing = ws_security::c14n::base64_encode(ws_security::crypto::Digest::of(digest, b"").as_octets());
        let message = resigned(&format!(
            "{before}<ds:Reference URI=\"#{body}\"{head}<ds:DigestValue>{nothing}</ds:DigestValue>{tail}"
        ));
        assert!(matches!(refuse(&receiver(), &message), OpenError::Verify(_)), "a Body is not nothing");
        // The usual trigger: a namespace name that has no canonical form.
        let relative = message.replacen("<p:Amount", "<p:Amount xmlns:q=\"1\"", 1);
        assert_ne!(relative, message);
        refuse(&receiver(), &relative);
    }
    let smallest = envelope(SOAP11);
    let (start, end) = (smallest.find("<p:").expect("a payload"), smallest.rfind("</s:Body>").expect("a Body"));
    let smallest = format!("{}<a></a>{}", &smallest[..start], &smallest[end..]);
    let message =
        recipe().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])).secured(&smallest);
    assert!(receiver().open(&message).is_ok());
}

#[test]
fn t07_unknown_and_weak_canonicalisation_is_refused() {
    let golden = signed(SOAP11);
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    for uri in [
        "urn:unknown",
        "http://www.w3.org/2001/10/xml-exc-c14n",
        "http://www.w3.org/2001/10/XML-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
    ] {
        let method = golden.replacen(exclusive, uri, 1);
        let transforms = golden
            .replace(&format!("ds:Transform Algorithm=\"{exclusive}"), &format!("ds:Transform Algorithm=\"{uri}"));
        for message in [method, transforms] {
            assert_ne!(message, golden);
            refuse(&receiver(), &message);
            // The value is made over another canonical form.
            refuse(&receiver(), &resigned(&message));
        }
    }
}

#[test]
fn t08_a_clone_of_the_certificate_proves_nothing() {
    let twin = recipe()
        .sign(Signing::with(&identity("twin-alice")).parts([Part::Body, Part::Timestamp]))
        .secured(&envelope(SOAP11));
    assert!(matches!(refuse(&receiver(), &twin), OpenError::Trust(_)));
    // Pinned Alice; the message brings another valid certificate.
    let pinned = Receiver::new(
        Trust::pins([certificate("alice")]),
        Requirements::signed([Part::Body]),
        ws_security::DangerousNoReplayCache,
    );
    assert!(pinned.open(signed(SOAP11)).is_ok());
    let carol = recipe()
        .sign(Signing::with(&identity("carol")).parts([Part::Body, Part::Timestamp]))
        .secured(&envelope(SOAP11));
    refuse(&pinned, &carol);
    // T44: another customer of the same authority has a valid certificate but is not expected.
    assert!(matches!(refuse(&receiver(), &carol), OpenError::Trust(_)));
}

#[test]
fn t11_comments_inside_leaves_are_refused() {
    let golden = signed(SOAP11);
    for leaf in ["DigestValue>", "SignatureValue>", "wsu:Created>"] {
        for inserted in ["<!-- c -->", "<?p?>", "<x/>"] {
            refuse(&receiver(), &golden.replacen(leaf, &format!("{leaf}{inserted}"), 1));
        }
    }
}

#[test]
fn t11_comments_between_elements_are_none_of_the_digest() {
    let golden = signed(SOAP11);
    let opened = receiver().open(golden.replacen("<p:Amount", "<!-- c --><p:Amount", 1)).expect("opens");
    assert_eq!(opened.body().xml(), receiver().open(&golden).expect("opens").body().xml());
}

#[test]
fn t12_lax_base64_is_refused() {
    let golden = signed(SOAP11);
    let (_, rest) = golden.split_once("<ds:DigestValue>").expect("a digest");
    let digest = rest.split('<').next().expect("a value").to_owned();
    let spaced = format!("\n {}\t\r\n{} ", &digest[..10], &digest[10..]);
    // White space does not change the value, but the signature over SignedInfo breaks nevertheless.
    for wrong in [
        spaced,
        digest.trim_end_matches('=').to_owned(),
        format!("{digest}QUFB"),
        format!("{}\u{A0}{}", &digest[..10], &digest[10..]),
        digest[4..].to_owned(),
    ] {
        refuse(&receiver(), &golden.replacen(&digest, &wrong, 1));
    }
    let (_, rest) = golden.split_once("<ds:SignatureValue>").expect("a value");
    let value = rest.split('<').next().expect("a value").to_owned();
    let wrapped: String =
        value.as_bytes().chunks(64).map(|line| format!("{}\r\n", String::from_utf8_lossy(line))).collect();
    assert!(receiver().open(golden.replacen(&value, &wrapped, 1)).is_ok(), "lines of 64 columns are base64");
}

#[test]
fn t13_references_must_point_at_elements() {
    let golden = signed(SOAP11);
    let (_, rest) = golden.split_once("<ds:Reference URI=\"").expect("a reference");
    let uri = format!("URI=\"{}\"", rest.split('"').next().expect("a URI"));
    let id = rest.split('"').next().expect("a URI").trim_start_matches('#');
    let escaped = format!("%{:02x}{}", id.as_bytes()[0], &id[1..]);
    for wrong in [
        "",
        "URI=\"\"",
        "URI=\"#\"",
        "URI=\"#nowhere\"",
        "URI=\"http://127.0.0.1:9/\"",
        "URI=\"file:///etc/passwd\"",
        "URI=\"#xpointer(/)\"",
        "URI=\"cid:part\"",
        &format!("URI=\"#{escaped}%\""),
        &format!("URI=\"# {id}\""),
    ] {
        let message = golden.replacen(&uri, wrong, 1);
        refuse(&receiver(), &message);
        refuse(&receiver(), &resigned(&message));
    }
    // The same element in another form, which a call accepts.
    let other_forms = "accept_references_of_other_forms";
    for (form, call) in [
        (format!("#xpointer(id('{id}'))"), other_forms),
        (format!("?x#{id}"), other_forms),
        (format!("a#{id}"), other_forms),
        (format!("http://127.0.0.1:9/#{id}"), other_forms),
        (format!("#{escaped}"), other_forms),
        (format!(" #{id}"), "accept_white_space_around_identifiers"),
    ] {
        let message = golden.replacen(&uri, &format!("URI=\"{form}\""), 1);
        refuse(&receiver(), &message);
        let error = refuse_strictly(&receiver(), &resigned(&message));
        assert!(error.to_string().contains(call), "{error}");
    }
}

#[test]
fn t17_transforms_other_than_one_exclusive_canonicalisation_are_refused() {
    let golden = signed(SOAP11);
    assert!(receiver().open(resigned(&golden)).is_ok(), "signing once more is no reason to refuse");
    let (before, rest) = golden.split_once("<ds:Transforms>").expect("transforms");
    let (chain, after) = rest.split_once("</ds:Transforms>").expect("transforms");
    let transform = |uri: &str, content: &str| format!("<ds:Transform Algorithm=\"{uri}\">{content}</ds:Transform>");
    let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    for transforms in [
        String::new(),
        format!("{chain}{chain}"),
        transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature", ""),
        format!("{chain}{}", transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "")),
        format!("{chain}{}", transform("http://www.w3.org/2000/09/xmldsig#base64", "")),
        transform("http://www.w3.org/2000/09/xmldsig#base64", ""),
        transform("http://www.w3.org/TR/1999/REC-xslt-19991116", "<x:stylesheet xmlns:x=\"urn:x\"></x:stylesheet>"),
        format!("{}{chain}", transform(xpath, "<ds:XPath>false()</ds:XPath>")),
        format!("{}{chain}", transform("http://www.w3.org/2002/06/xmldsig-filter2", "")),
        format!("{}{chain}", transform("http://www.w3.org/2002/07/decrypt#XML", "")),
    ] {
        for message in
            [format!("{before}<ds:Transforms>{transforms}</ds:Transforms>{after}"), format!("{before}{after}")]
        {
            refuse(&receiver(), &resigned(&message));
        }
    }
}

#[test]
fn t14_truncated_macs_and_confused_methods_are_refused() {
    let golden = signed(SOAP11);
    for (from, to) in [
        ("rsa-sha256\">", "rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength>"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#ecdsa-sha256"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    ] {
        refuse(&receiver(), &golden.replacen(from, to, 1));
    }
}

#[test]
fn t09_a_public_key_is_no_secret() {
    use ws_security::SigningKey as _;
    use ws_security::crypto::HmacKey;
    let alice = certificate("alice");
    let modulus = alice.public_key().rsa_components().expect("RSA").modulus;
    for method in ws_security::SignatureMethod::ALL {
        for secret in [alice.der().to_vec(), alice.public_key().spki().to_vec(), modulus.clone(), file("alice.pem")] {
            let key = HmacKey::of_any_length_for_legacy_use_only(secret);
            if let Ok(mac) = key.sign(method, b"") {
                assert!(!mac.is_empty());
                let message = with_value(method.uri(), |octets| key.sign(method, octets).expect("a MAC"));
                refuse(&receiver(), &message);
                refuse(&receiver().algorithms(AlgorithmPolicy::everything_for_legacy_use_only()), &message);
            }
        }
        // The right key under every other method, and every method's own lengths of nothing.
        if method != ws_security::SignatureMethod::RsaSha256 {
            refuse(&receiver(), &with_value(method.uri(), |_| vec![0; 256]));
        }
    }
}

#[test]
fn t15_t16_degenerate_values_are_refused() {
    let rsa = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    let sha256 =
        |octets: &[u8]| ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, octets).as_octets().to_vec();
    let alice = identity("alice");
    let sign =
        |octets: &[u8]| alice.signing_key().sign(ws_security::SignatureMethod::RsaSha256, octets).expect("signs");
    assert!(receiver().open(with_value(rsa, sign)).is_ok());
    refuse(&receiver(), &with_value(rsa, |_| Vec::new()));
    refuse(&receiver(), &with_value(rsa, |_| vec![0; 256]));
    refuse(&receiver(), &with_value(rsa, |_| vec![0xFF; 256]));
    refuse(&receiver(), &with_value(rsa, |octets| [&[0][..], &sign(octets)].concat()));
    refuse(&receiver(), &with_value(rsa, |octets| sign(octets)[1..].to_vec()));
    // The padded digest itself, which an exponent of 1 would accept.
    refuse(
        &receiver(),
        &with_value(rsa, |octets| {
            let mut block = vec![0, 1];
            block.resize(256 - 33, 0xFF);
            block.push(0);
            block.extend(sha256(octets));
            block
        }),
    );
    // T10: every failure is an error, never a message: a store that fails refuses.
    struct Failing;
    impl ws_security::ReplayCache for Failing {
        fn insert_if_absent(
            &self,
            _: &[u8; 32],
            _: std::time::SystemTime,
            _: std::time::SystemTime,
        ) -> Result<(), ws_security::ReplayError> {
            Err(ws_security::ReplayError::failed("the disk is full"))
        }
    }
    let failing = Receiver::new(trust(), Requirements::signed([Part::Body]), Failing);
    assert!(matches!(refuse(&failing, &signed(SOAP11)), OpenError::Replay(_)));
}
