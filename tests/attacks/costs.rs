//! Messages that cost more than they should (T52 to T54).

use ws_security::c14n::{Budget, Canonicalization, Document, Limits, Subset, name};
use ws_security::prelude::*;

use crate::common::*;
use crate::{decrypting, encrypting, find, parse};

#[test]
fn t52_hostile_shapes_end_in_an_error_or_in_linear_time() {
    let wrap = |content: &str| format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>{content}</s:Body></s:Envelope>");
    let many = |count: usize, text: &dyn Fn(usize) -> String| (0..count).map(text).collect::<String>();
    let security = |content: String| {
        format!(
            "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header><w:Security xmlns:w=\"{}\" xmlns:d=\"{}\" xmlns:e=\"{}\">{content}\
             </w:Security></s:Header><s:Body/></s:Envelope>",
            name::WSSE.uri,
            name::DS.uri,
            name::XENC.uri
        )
    };
    for (what, message) in [
        ("depth", wrap(&format!("{}{}", "<a>".repeat(20_000), "</a>".repeat(20_000)))),
        ("attributes", wrap(&format!("<a{}/>", many(100_000, &|n| format!(" a{n}=\"\""))))),
        ("declarations", wrap(&format!("<a{}/>", many(10_000, &|n| format!(" xmlns:a{n}=\"urn:{n}\""))))),
        ("references", wrap(&"&#10;".repeat(200_000))),
        ("encrypted keys", security("<e:EncryptedKey/>".repeat(10_000))),
        ("signatures", security("<d:Signature/>".repeat(10_000))),
        (
            "nonce",
            security(format!(
                "<w:UsernameToken><w:Username>a</w:Username><w:Nonce>{}</w:Nonce></w:UsernameToken>",
                "A".repeat(3 << 20)
            )),
        ),
        ("text", wrap(&"x".repeat(50 << 20))),
        ("tags", "<a>".repeat(1 << 20)),
        ("nothing", String::new()),
        ("not SOAP", "<a/>".to_owned()),
        ("truncated", wrap("<a").replace("</s:Envelope>", "")),
    ] {
        let started = cpu_time::ThreadTime::now();
        let error = refuse(&receiver(), &message);
        assert!(started.elapsed().as_secs() < 2, "{what}: {:?}", started.elapsed());
        assert!(!error.to_string().is_empty());
    }
    assert!(receiver().open(&[0xFF, 0xFE]).is_err());
    assert!(receiver().open(b"\xC3").is_err());
}

/// Each limit of a message at its value, and one above it.
#[test]
fn t54_counts_are_bounded_where_the_limits_say() {
    let golden = signed(SOAP11);
    let at = |limit: usize, message: &dyn Fn(usize) -> String| {
        let within = message(limit);
        assert!(receiver().open(&within).is_ok(), "{limit} is within the limit");
        let error = refuse(&receiver(), &message(limit + 1)).to_string();
        assert!(error.contains(&limit.to_string()), "{limit} is not named by: {error}");
    };
    let before = |what: &str, inserted: String| golden.replacen(what, &format!("{inserted}{what}"), 1);
    let foreign = |n: usize| format!("<w:Security xmlns:w=\"{}\" s:actor=\"urn:{n}\"/>", name::WSSE.uri);
    at(8, &|count| before("<wsse:Security", (1..count).map(foreign).collect()));
    let (start, end) = {
        let document = parse(&golden);
        let token = find(&document, "BinarySecurityToken").span();
        (token.start, token.end)
    };
    let id = golden[start..end].split_once("Id=\"").expect("an Id").1.split('"').next().expect("an Id").to_owned();
    let token = |n: usize| golden[start..end].replace(&id, &format!("token-{n}"));
    at(16, &|count| before("<wsse:BinarySecurityToken", (1..count).map(token).collect()));
    // Signatures over the same parts by the same key.
    at(8, &|count| {
        let recipe = (0..count).fold(unlimited(), |recipe, _| recipe.sign(signing()));
        recipe.secured(&envelope(SOAP11))
    });
    // References of one signature.
    at(64, &|count| {
        let parts: Vec<_> = (2..count).map(|n| Part::header_block("urn:b", format!("b{n}"))).collect();
        let blocks: String = (2..count).map(|n| format!("<b:b{n} xmlns:b=\"urn:b\"/>")).collect();
        let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).parts(parts);
        let envelope = envelope(SOAP11).replacen("</s:Header>", &format!("{blocks}</s:Header>"), 1);
        unlimited().sign(signing).secured(&envelope)
    });
    // Ciphertext in ciphertext.
    let nested = |count: usize| {
        let recipe =
            (0..count).fold(unlimited().sign(signing()), |recipe, _| recipe.encrypt(encrypting(&[Part::Body])));
        recipe.secured(&envelope(SOAP11))
    };
    assert!(decrypting().open(nested(2)).is_ok());
    refuse(&decrypting(), &nested(3));
}

#[test]
fn t53_a_long_namespace_name_does_not_make_a_long_canonical_form() {
    // Each sibling of the Body renders a declaration of 60 000 octets again: 600 MB from half a megabyte.
    let long = format!("urn:{}", "x".repeat(60_000));
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:l=\"{long}\"><s:Body>{}</s:Body></s:Envelope>",
        "<l:a/>".repeat(1_000)
    );
    let document = Document::parse(body.as_str(), &Limits::default()).expect("well-formed");
    let body = document.root().children().next().expect("a Body");
    let budget = Budget::new(&Limits::default(), document.source().len() as u64);
    let mut sink = ws_security::c14n::Charged::new(
        ws_security::c14n::Count::default(),
        &budget,
        ws_security::Limit::DigestedOctets,
    );
    let outcome = Canonicalization::default().write(&Subset::subtree(body), &mut sink);
    assert!(outcome.is_err());
    assert!(sink.finish().is_err());
    assert!(Canonicalization::default().to_octets(&Subset::subtree(body), &budget).is_err());
}
