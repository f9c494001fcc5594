//! XOP: octets in parts of their own are the base64 of the infoset (T40).

use ws_security::attachments::Package;
use ws_security::bsp::{self, Context, Rule};
use ws_security::{Exceeded, Limit, Limits, OpenError};

use crate::common::*;
use crate::{decrypting, encrypting, note, of_body, open, open_stream, signing};

const XOP: &str = "http://www.w3.org/2004/08/xop/include";

/// A XOP package: cipher octets in parts of their own, beside attachments.
fn optimized() -> (String, Vec<u8>) {
    let plan = recipe().sign(signing()).encrypt(encrypting()).plan().expect("a plan");
    let package = plan.message(&envelope(SOAP12)).attachments(vec![note()]).secure().expect("secured").message;
    let plain = package.write(Vec::new()).expect("written").len();
    let package = package.optimized(1).expect("optimized");
    assert!(package.content_type().contains("type=\"application/xop+xml\"; start-info=\"application/soap+xml\""));
    assert!(!package.envelope().contains("CipherValue>A") && package.envelope().contains("xop:Include"));
    let body = package.write(Vec::new()).expect("written");
    assert!(body.len() < plain + 1_000);
    (package.content_type(), body)
}

#[test]
fn t40_included_octets_are_the_base64_they_stand_for() {
    let message = optimized();
    for open in [open, open_stream] {
        let opened = open(&decrypting(), &message).expect("opens");
        assert!(opened.body().xml().contains(AMOUNT));
        let ids: Vec<_> = opened.attachments().iter().map(|attachment| attachment.content_id()).collect();
        assert_eq!(ids, ["note@example.org"], "what is included is no attachment");
    }
    let package = Package::parse_body(&message.0, &message.1, &Limits::default()).expect("a package");
    let receiver = decrypting();
    let report = bsp::report_package(&package, &Context::new().receiver(&receiver)).expect("an envelope");
    let breaches: Vec<_> = report.breaches().map(|breach| breach.rule()).collect();
    assert_eq!(breaches, [Rule::U18_1_1], "BSP 1.1 is older than XOP, and all else holds");
}

/// A signature covers included octets. The infoset is signed, in whatever form it travels.
#[test]
fn t40_signed_base64_may_travel_as_a_part() {
    let with = |photo: &str| {
        envelope(SOAP11).replace("<p:To>", &format!("<p:Photo xmlns:p=\"urn:p\">{photo}</p:Photo><p:To>"))
    };
    let octets: Vec<u8> = (0..1_000_u32).map(|n| (n % 251) as u8).collect();
    let base64 = ws_security::c14n::base64_encode(&octets);
    let signed = recipe().sign(of_body()).secured(&with(&base64));
    let package_of = |signed: &str, include: &str, root_type: &str, id: &str, octets: &[u8]| {
        let envelope = signed.replace(&base64, include);
        let head = format!("--b\r\nContent-Type: {root_type}\r\n\r\n{envelope}\r\n--b\r\nContent-ID: <{id}>\r\n\r\n");
        let body = [head.as_bytes(), octets, b"\r\n--b--"].concat();
        ("multipart/related; boundary=b; type=\"application/xop+xml\"".to_owned(), body)
    };
    let package =
        |include: &str, root_type: &str, id: &str, octets: &[u8]| package_of(&signed, include, root_type, id, octets);
    let include = |href: &str| format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"{href}\"/>");
    let xop = "application/xop+xml; type=\"text/xml\"";
    let genuine = package(&include("cid:a%40b"), xop, "a@b", &octets);
    let opened = open(&receiver(), &genuine).expect("opens");
    assert!(opened.body().xml().contains(&base64));
    assert!(opened.attachments().is_empty() && opened.unauthenticated_attachments().is_empty());

    assert!(open(&receiver(), &package(&include("cid:a@b"), xop, "a@b", &octets[1..])).is_err(), "other octets");
    // White space around it stays, as it was signed.
    let indented = package(&format!("\n  {}\n", include("cid:a@b")), xop, "a@b", &octets);
    assert!(matches!(open(&receiver(), &indented), Err(OpenError::Verify(_))), "it was not signed");
    let signed_so = recipe().sign(of_body()).secured(&with(&format!("\n  {base64}\n")));
    assert!(open(&receiver(), &package_of(&signed_so, &include("cid:a@b"), xop, "a@b", &octets)).is_ok());
    // Nothing is fetched, and no Include can be read in two ways.
    let refused = [
        include("http://127.0.0.1/a"),
        include("file:///etc/passwd"),
        include("cid:other@b"),
        include("a@b"),
        include(""),
        format!("x{}", include("cid:a@b")),
        format!("\u{A0}{}", include("cid:a@b")),
        format!("<!-- -->{}", include("cid:a@b")),
        include("cid:a@b").repeat(2),
        format!("<xop:Include xmlns:xop=\"{XOP}\"/>"),
        format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:a@b\" x=\"1\"/>"),
        format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:a@b\">x</xop:Include>"),
        format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:a@b\"><x/></xop:Include>"),
        format!("<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:a@b\"><!-- --></xop:Include>"),
    ];
    let is_include = |error: &OpenError| matches!(error, OpenError::Envelope(ws_security::EnvelopeError::Include { path }) if path.as_str().ends_with("Include"));
    for wrong in refused {
        let error = open(&receiver(), &package(&wrong, xop, "a@b", &octets)).expect_err(&wrong).to_string();
        let is_whole = wrong.starts_with("<xop:Include") && wrong.ends_with("\"/>") && !wrong.contains("x=\"1\"");
        let is_one = is_whole && wrong.contains("href") && wrong.matches("<xop:Include").count() == 1;
        let why = if is_one { "no part of the package has the Content-ID" } else { "alone in its element" };
        assert!(error.contains(why), "{wrong}: {error}");
    }
    // Outside XOP it means nothing, and is not left for the application to resolve.
    let error = open(&receiver(), &package(&include("cid:a@b"), "text/xml", "a@b", &octets)).expect_err("no XOP");
    assert!(is_include(&error), "{error}");
    let error = refuse(&receiver(), &signed.replace(&base64, &include("cid:a@b")));
    assert!(is_include(&error), "{error}");
    // Small messages do not become large ones: the sum is known before anything is expanded.
    let large = vec![0; 4 << 20];
    let error = open(&receiver(), &package(&include("cid:a@b"), xop, "a@b", &large)).expect_err("too large");
    let bounded = matches!(
        error,
        OpenError::Envelope(ws_security::EnvelopeError::Limit(Exceeded { limit: Limit::DocumentOctets, .. }))
    );
    assert!(bounded, "{error}");
}
