//! Messages like those of public reports about other stacks, each with its verdict. `tests/reports/make.py` made them with lxml
//! and python-xmlsec, with our keys and words of our own. More are in `tests/peers.rs`, `tests/reports_encrypted.rs` (ciphertext)
//! and `tests/reports_sent.rs` (what services demand).

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::*;
use ws_security::prelude::*;
use ws_security::tokens::parse_instant;
use ws_security::{DangerousNoReplayCache, FixedClock, Secret, TransportFacts};

#[derive(Clone, Copy)]
enum Verdict {
    /// It opens with nothing configured.
    Opens,
    /// It opens where the transport protects the message.
    OpensOverTls,
    /// It opens by this call, which the refusal names.
    OpensBy(&'static str, fn(Receiver) -> Receiver),
    /// It is refused, and the error says this.
    Refused(&'static str),
}
use Verdict::{Opens, OpensBy, OpensOverTls, Refused};

/// The file, the reports, and the verdict.
const REPORTS: [(&str, &str, Verdict); 111] = [
    // The prefixes count in SignedInfo as well as in the references.
    ("prefix-list", "node-saml/xml-crypto#94, XML-Security/signxml#145", Opens),
    // Its sender formatted the message after it had signed it.
    (
        "pretty-printed",
        "mvantellingen/python-zeep#484, robrichards/wse-php#59, scandihealth/lpr3-docs#44",
        Refused("signature value"),
    ),
    ("white-space-in-signature", "XML-Security/signxml#127", Opens),
    ("signature-value-on-lines", "xmlsec/python-xmlsec#196, node-saml/xml-crypto#16", Opens),
    // Java writes the line ends of its base64 as `&#13;`.
    (
        "signature-value-with-cr",
        "cloudfoundry/uaa#3222, AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet#1258",
        Opens,
    ),
    // XML has one line end, whatever the wire has.
    ("crlf-on-the-way", "robrichards/xmlseclibs#28, node-saml/xml-crypto#211", Opens),
    ("digest-of-encoded-nonce", "mikechambers/as3corelib#27", Refused("authenticate")),
    ("digest-in-hexadecimal", "priore/SOAPEngine#22", Refused("authenticate")),
    ("digest-without-nonce", "tilln/jmeter-wssecurity#33", Refused("Nonce")),
    ("nonce-with-line-end", "savonrb/savon#157", Opens),
    ("text-with-nonce-alone", "vpulim/node-soap#123", OpensOverTls),
    // Times as `DateTime.ToString` and naive datetimes are written.
    ("created-without-zone", "dotnet/wcf#8", OpensBy("accept_times_without_zone", Receiver::accept_times_without_zone)),
    ("reference-without-value-type", "robrichards/wse-php#5", Opens),
    ("issuer-and-serial", "mvantellingen/python-zeep#1060, robrichards/wse-php#20", Opens),
    // The name of the certificate's subject in the place of its issuer's.
    ("issuer-that-is-the-subject", "aws-samples/pix-proxy-samples#15", Refused("names issuer \"CN=Alice")),
    ("key-identifier-x509v3", "mvantellingen/python-zeep#655", Opens),
    // A token without a type could be anything, and no peer reads it.
    ("token-without-types", "robrichards/xmlseclibs#96", Refused("accept_token_types_by_name")),
    ("token-without-encoding", "robrichards/xmlseclibs#96", Opens),
    (
        "token-with-armour",
        "loopbackio/strong-soap#225",
        OpensBy("accept_certificates_in_pem", Receiver::accept_certificates_in_pem),
    ),
    ("prefix-for-no-namespace", "loopbackio/strong-soap#233", Refused("prefix bound to the empty namespace")),
    ("signed-token", "ebeigarts/signer#1, phpro/soap-client#257", Opens),
    ("body-alone-signed", "robrichards/wse-php#64", Refused("no trusted signature covers Timestamp")),
    ("one-id-twice", "vpulim/node-soap#1381", Refused("the Id \"Body\" is on two elements")),
    (
        "digest-in-no-namespace",
        "XML-Security/signxml#268",
        OpensBy("accept_algorithms_in_other_namespaces", Receiver::accept_algorithms_in_other_namespaces),
    ),
    (
        "enveloped-alone",
        "russellhaering/goxmldsig#43, node-saml/xml-crypto#210",
        OpensBy("accept_absent_transforms", Receiver::accept_absent_transforms),
    ),
    ("enveloped-after-canonicalisation", "node-saml/xml-crypto#111", Refused("transforms other than one")),
    ("whole-document", "node-saml/xml-crypto#200, selective-php/xmldsig#20", Refused("over the whole document")),
    (
        "signature-outside-the-header",
        "robrichards/xmlseclibs#114",
        Refused("there is one at /s:Envelope/s:Header/ds:Signature"),
    ),
    ("signature-outside-any-header", "robrichards/xmlseclibs#102", Refused("a ds:Signature at /s:Envelope/s:Header")),
    ("header-of-a-draft", "dotnet/wcf#31", Refused("ws/2003/06/secext")),
    ("soap-sec", "XML-Security/signxml#133", Refused("a ds:Signature at /s:Envelope/s:Header/sec:Signature")),
    ("digest-in-default-namespaces", "lumeohq/onvif-rs#114", Opens),
    (
        "digest-with-broken-encoding-type",
        "Quedale/OnvifDeviceManager#19",
        OpensBy("accept_password_types_by_name", Receiver::accept_password_types_by_name),
    ),
    ("digest-of-local-time", "Laex/Delphi-ONVIF#13", Refused("10740 seconds in the future")),
    (
        "password-type-as-a-qname",
        "CoreWCF/CoreWCF#1401",
        OpensBy("accept_password_types_by_name", Receiver::accept_password_types_by_name),
    ),
    ("text-without-type", "DigDes/SoapCore#872", OpensOverTls),
    ("text-with-timestamp", "DigDes/SoapCore#1081", OpensOverTls),
    ("text-with-nonce-and-created", "wso2/wso2-rampart#71", OpensOverTls),
    ("must-understand-in-no-namespace", "orcasgit/py-wsse#13", OpensOverTls),
    // The identifiers of the header's schema in place of those of the profile.
    (
        "password-type-of-the-header",
        "membrane/api-gateway#3116, DigDes/SoapCore#445",
        OpensBy("accept_password_types_by_name", Receiver::accept_password_types_by_name),
    ),
    (
        "password-type-behind-a-slash",
        "DigDes/SoapCore#445",
        OpensBy("accept_password_types_by_name", Receiver::accept_password_types_by_name),
    ),
    (
        "nonce-encoding-of-the-header",
        "DigDes/SoapCore#445",
        OpensBy("accept_password_types_by_name", Receiver::accept_password_types_by_name),
    ),
    (
        "created-in-wsse",
        "savonrb/savon#157",
        OpensBy("accept_fields_in_other_namespaces", Receiver::accept_fields_in_other_namespaces),
    ),
    (
        "nonce-in-wsu",
        "savonrb/savon#157",
        OpensBy("accept_fields_in_other_namespaces", Receiver::accept_fields_in_other_namespaces),
    ),
    (
        "timestamp-in-wsse",
        "mvantellingen/python-zeep#1301",
        OpensBy("accept_fields_in_other_namespaces", Receiver::accept_fields_in_other_namespaces),
    ),
    (
        "timestamp-backwards",
        "mvantellingen/python-zeep#1301",
        OpensBy("accept_timestamps_of_other_shapes", Receiver::accept_timestamps_of_other_shapes),
    ),
    (
        "timestamp-received",
        "php-soap/psr18-wsse-middleware#31",
        OpensBy("accept_timestamps_of_other_shapes", Receiver::accept_timestamps_of_other_shapes),
    ),
    ("expires-with-created", "savonrb/savon#279", Refused("which is not after it was created at 2026-11-27T12:00:00")),
    // An Id that only a schema tells to be one.
    (
        "id-in-capitals",
        "lsh123/xmlsec#268, XML-Security/signxml#20",
        OpensBy("accept_ids_by_other_names", Receiver::accept_ids_by_other_names),
    ),
    (
        "id-in-lower-case",
        "node-saml/xml-crypto#519",
        OpensBy("accept_ids_by_other_names", Receiver::accept_ids_by_other_names),
    ),
    (
        "id-of-the-envelope",
        "vpulim/node-soap#1289",
        OpensBy("accept_ids_by_other_names", Receiver::accept_ids_by_other_names),
    ),
    (
        "id-of-soap-sec",
        "XML-Security/signxml#133",
        OpensBy("accept_ids_by_other_names", Receiver::accept_ids_by_other_names),
    ),
    ("id-of-a-draft", "dotnet/wcf#31", OpensBy("accept_ids_by_other_names", Receiver::accept_ids_by_other_names)),
    (
        "reference-by-xpointer",
        "lestrrat-go/helium#1287",
        OpensBy("accept_references_of_other_forms", Receiver::accept_references_of_other_forms),
    ),
    (
        "reference-by-absolute-uri",
        "javaee/metro-jax-ws#559",
        OpensBy("accept_references_of_other_forms", Receiver::accept_references_of_other_forms),
    ),
    (
        "identifier-by-name",
        "membrane/api-gateway#3116",
        OpensBy("accept_token_types_by_name", Receiver::accept_token_types_by_name),
    ),
    (
        "identifier-of-a-slip",
        "mvantellingen/python-zeep#814",
        OpensBy("accept_token_types_by_name", Receiver::accept_token_types_by_name),
    ),
    (
        "ski-without-data",
        "XML-Security/signxml#51",
        OpensBy("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ),
    (
        "issuer-without-data",
        "robrichards/wse-php#20",
        OpensBy("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ),
    (
        "ski-and-reference",
        "robrichards/wse-php#16",
        OpensBy("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ),
    (
        "references-in-a-row",
        "XML-Security/signxml#63",
        OpensBy("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ),
    (
        "reference-in-key-info",
        "vpulim/node-soap#1255",
        OpensBy("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ),
    (
        "token-in-key-info",
        "spring-projects/spring-ws#916",
        OpensBy("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ),
    (
        "key-info-empty",
        "spring-projects/spring-security#9330",
        OpensBy("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ),
    (
        "key-info-of-text",
        "spring-projects/spring-security#9330",
        OpensBy("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ),
    ("timestamp-alone", "dotnet/wcf#5273", Refused("no username token authenticates")),
    ("prefix-list-unbound", "IBM developerWorks, topic 14931935", Opens),
    // SAP PI digests `>` as it is, and canonicalisation writes `&gt;`.
    (
        "greater-than-not-escaped",
        "security2341.rssing.com, chan-17060330, article 769",
        Refused("digest of \"#Body\" does not match"),
    ),
    ("role-of-the-ultimate-receiver", "CoreWCF/CoreWCF#1182", Opens),
    ("role-of-the-next", "php-soap/psr18-wsse-middleware#31", Refused("soap-envelope/role/next\": open that one")),
    ("header-inside-an-end-tag", "vpulim/node-soap#1487", Refused("an end tag is not closed by > behind its name")),
    ("token-on-lines", "robrichards/xmlseclibs#98", Opens),
    ("timestamp-of-the-header", "gravity00/SimpleSOAPClient#7", Refused("(which is that of the Security header)")),
    ("id-of-no-namespace", "WsdlToPhp/WsSecurity#7", Refused("the prefix \"wssu\" is not bound")),
    ("user-of-a-draft", "dotnet/wcf#2605", Refused("which is of the draft of July 2002")),
    ("nonce-without-encoding", "spring-projects/spring-ws#1831", Opens),
    ("nonce-empty", "support.tibco.com, KB0075031", Refused("wsse:Nonce is empty: have the peer send")),
    ("digest-of-hashed-password", "hmrc.gov.uk, govgateway/public-api", Refused("the password is wrong")),
    ("user-without-password", "tilln/jmeter-wssecurity#11", Refused("it carries no password; have the peer send one")),
    (
        "path-of-one-certificate",
        "savonrb/akami#22",
        OpensBy("accept_token_types_by_name", Receiver::accept_token_types_by_name),
    ),
    ("timestamp-without-declarations", "node-saml/xml-crypto#425", Refused("digest of \"#Time\" does not match")),
    (
        "ecdsa-in-der",
        "XML-Security/signxml#147",
        OpensBy("accept_other_ecdsa_values", Receiver::accept_other_ecdsa_values),
    ),
    // Java's `BigInteger.toByteArray` begins with a zero where the first bit is set.
    (
        "ecdsa-with-zeros",
        "lsh123/xmlsec#941",
        OpensBy("accept_other_ecdsa_values", Receiver::accept_other_ecdsa_values),
    ),
    (
        "security-header-for-each-token",
        "pysimplesoap/pysimplesoap#140, wso2/product-ei#2123",
        Refused("two Security headers are for one actor or role"),
    ),
    ("timestamp-of-nothing", "mvantellingen/python-zeep#825", Refused("/wsu:Timestamp lacks wsu:Created")),
    ("id-of-digits", "apereo/cas#1827", Opens),
    ("prefix-list-empty", "yaronn/ws.js#28", Opens),
    (
        "prefix-list-beside",
        "node-saml/xml-crypto#228",
        Refused("ds:Transforms contains ec:InclusiveNamespaces where it must not"),
    ),
    ("several-tokens", "savonrb/akami#48", Opens),
    // Java compares the octets of names, with the type of each string.
    ("issuer-as-utf8", "luisgoncalves/xades4j#166", Opens),
    ("issuer-as-printable", "luisgoncalves/xades4j#166", Opens),
    ("issuer-in-quotation-marks", "apache/ws-wss4j#41", Opens),
    ("header-blocks-on-lines", "vpulim/node-soap#1091", Opens),
    ("password-in-cdata", "vpulim/node-soap#1019", OpensOverTls),
    ("id-of-xml", "xmlsec/python-xmlsec#72, XML-Security/signxml#48", Opens),
    (
        "reference-with-the-id-of-its-target",
        "AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet#900, vpulim/node-soap#1291",
        Refused("the Id \"Body\" is on two elements"),
    ),
    (
        "reference-named-and-not-pointed",
        "AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet#735",
        Refused("ds:Reference[1] lacks URI: have the peer write it"),
    ),
    ("letter-lost-on-the-way", "luisgoncalves/xades4j#186", Refused("digest of \"#Body\" does not match")),
    (
        "letters-read-as-latin-1",
        "OxalisCommunity/oxalis#9, node-saml/passport-saml#58, node-saml/xml-crypto#13",
        Refused("digest of \"#Body\" does not match"),
    ),
    ("prefixes-by-number", "IdentityPython/pysaml2#551", Refused("digest of \"#Body\" does not match")),
    ("lines-of-the-template", "l-ra/openeet#2", Refused("digest of \"#Body\" does not match")),
    (
        "template-not-filled",
        "spring-projects/spring-security#7421, lsh123/xmlsec#77, EtheaDev/Delphi-SAML#2",
        Refused("the template of the signature was not filled in; have the peer sign"),
    ),
    (
        "attachment-of-the-request",
        "phax/phase4#17, phax/phase4#36",
        Refused("the message names the attachment \"cid:parcel@shop\", which is not there"),
    ),
    ("ski-of-one-zero", "robrichards/wse-php#15", Refused("names subject key identifier AA==")),
    ("token-through-ascii", "scandihealth/lpr3-docs#48", Refused("it was read as ASCII on the way")),
    ("two-prefixes-of-soap", "tilln/jmeter-wssecurity#31", Opens),
    ("must-understand-in-small", "XML-Security/signxml#91", Opens),
    ("must-understand-false", "Openwsman/openwsman#24", Opens),
    (
        "block-not-understood",
        "frankframework/frankframework#9759, javaee/metro-jax-ws#628",
        Refused("MessageHeader must be understood"),
    ),
    ("nonce-of-letters", "membrane/api-gateway#3116", Refused("wsse:Nonce is not base64: have the peer encode")),
    (
        "identifier-without-type",
        "membrane/api-gateway#3116",
        OpensBy("accept_token_types_by_name", Receiver::accept_token_types_by_name),
    ),
];

/// The reports of which the refusal says that something differs, and what their explanation names.
const EXPLAINED: [(&str, &str); 6] = [
    ("pretty-printed", "white-space-added"),
    ("letter-lost-on-the-way", "fit with \u{E1} in place of ?"),
    ("letters-read-as-latin-1", "encoding-misread"),
    ("prefixes-by-number", "prefix-rewritten"),
    ("lines-of-the-template", "line ends are the octets CR LF"),
    ("template-not-filled", "the sender did not fill it in"),
];

fn folder() -> String {
    format!("{}/tests/reports", env!("CARGO_MANIFEST_DIR"))
}

/// The receiver with the least configuration for the message, one minute after it was made.
fn receiver(is_signed: bool) -> Receiver {
    let clock = FixedClock(parse_instant("2026-11-27T12:01:00Z").expect("an instant"));
    let requirements = if is_signed {
        Requirements::signed([Part::Body, Part::Timestamp])
    } else {
        Requirements::dangerous_unsigned().username_token()
    };
    let ec = SignerRule::subject("CN=EC 256,O=\"Example, Inc\",C=DE").expect("a rule");
    let trust = trust().also(ec).known([certificate("alice")]);
    Receiver::new(trust, requirements, DangerousNoReplayCache)
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .clock(Arc::new(clock))
}

/// What the message says, or why it is refused.
fn opened(receiver: &Receiver, message: &str, is_signed: bool) -> Result<String, String> {
    if is_signed {
        return receiver.open(message).map(|opened| opened.body().xml().to_owned()).map_err(|error| error.to_string());
    }
    let opened = receiver.open_unsigned(message, TransportFacts::dangerous_unprotected());
    let opened = opened.map_err(|error| error.to_string())?;
    Ok(opened.user().map(|user| user.username().to_owned()).unwrap_or_else(|| "nobody".to_owned()))
}

#[test]
fn each_report_has_its_verdict() {
    for (name, reports, verdict) in REPORTS {
        let path = format!("{}/{name}.xml", folder());
        let message = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let is_signed = message.contains("Signature>");
        let strict = receiver(is_signed);
        let found = opened(&strict, &message, is_signed);
        let text = found.as_ref().unwrap_or_else(|error| error);
        match verdict {
            Opens => assert!(found.is_ok(), "{name} ({reports}): {text}"),
            Refused(what) => assert!(found.is_err() && text.contains(what), "{name} ({reports}): {text}"),
            OpensBy(call, accept) => {
                assert!(found.is_err() && text.contains(&format!("`{call}`")), "{name} ({reports}): {text}");
                let accepted = opened(&accept(strict), &message, is_signed);
                assert!(accepted.is_ok(), "{name} ({reports}): {accepted:?}");
            }
            OpensOverTls => {
                assert!(found.is_err() && text.contains("`over_protected_transport`"), "{name} ({reports}): {text}");
                let over_tls = opened(&strict.over_protected_transport(), &message, is_signed);
                assert_eq!(over_tls.as_deref(), Ok("ann"), "{name} ({reports})");
            }
        }
    }
}

#[test]
fn what_differs_is_explained() {
    for (name, words) in EXPLAINED {
        let message = std::fs::read_to_string(format!("{}/{name}.xml", folder())).expect("a report");
        let explanation = receiver(true).explain(&message).to_string();
        assert!(explanation.contains(words), "{name}: {explanation}");
    }
}

#[test]
fn the_twin_of_what_opens_is_refused() {
    for (name, _, verdict) in REPORTS {
        let message = std::fs::read_to_string(format!("{}/{name}.xml", folder())).expect("a report");
        let is_signed = message.contains("Signature>");
        let accept: fn(Receiver) -> Receiver = match verdict {
            Refused(_) => continue,
            OpensBy(_, accept) => accept,
            Opens | OpensOverTls => |receiver| receiver,
        };
        if is_signed {
            let twin = if message.contains(">42<") { (">42<", ">43<") } else { ("lines<", "lies<") };
            let changed = message.replacen(twin.0, twin.1, 1);
            assert_ne!(changed, message, "{name}");
            refuse(&accept(receiver(true)), &changed);
        } else {
            let changed = message.replacen(">ann<", ">eve<", 1);
            let receiver = lenient(accept(receiver(false).over_protected_transport()));
            assert!(opened(&receiver, &changed, false).is_err(), "{name}");
        }
    }
}

/// dotnet/wcf#5273: a reply with a timestamp alone opens where nothing is demanded, and nothing in it counts as proven.
#[test]
fn a_timestamp_alone_proves_nothing_and_opens_where_nothing_is_demanded() {
    let message = std::fs::read_to_string(format!("{}/timestamp-alone.xml", folder())).expect("a report");
    let clock = FixedClock(parse_instant("2026-11-27T12:01:00Z").expect("an instant"));
    let receiver = Receiver::new(trust(), Requirements::dangerous_unsigned(), DangerousNoReplayCache);
    let receiver = receiver.clock(Arc::new(clock));
    let opened = receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()).expect("opens");
    assert!(opened.user().is_none() && opened.evidence().signatures.is_empty());
}

/// dotnet/wcf#3151: a reply whose SignatureConfirmation is behind the signature that covers it.
#[test]
fn a_confirmation_may_be_behind_its_signature() {
    let request =
        recipe().sign(signing()).plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured");
    let bob = Signing::with(&identity("bob")).parts([Part::Body, Part::Timestamp]);
    let reply = recipe().signature_confirmation().sign(bob).plan().expect("a plan");
    let reply = reply.message(&envelope(SOAP11)).answering(&request.correlation).secure().expect("secured").message;
    let (before, rest) = reply.split_once("<wsse11:SignatureConfirmation").expect("a confirmation");
    let (confirmation, after) = rest.split_once("</wsse11:SignatureConfirmation>").expect("its end");
    let confirmation = format!("<wsse11:SignatureConfirmation{confirmation}</wsse11:SignatureConfirmation>");
    let behind = format!("{before}{after}").replacen("</wsse:Security>", &format!("{confirmation}</wsse:Security>"), 1);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).signature_confirmation();
    let client = Receiver::new(Trust::pins([certificate("bob")]), requirements, DangerousNoReplayCache);
    client.answering(&request.correlation).open(&reply).map(drop).expect("opens");
    client.answering(&request.correlation).open(&behind).map(drop).expect("opens");
    let other = behind.replacen(" Value=\"", " Value=\"AAAA", 1);
    assert!(client.answering(&request.correlation).open(&other).is_err());
}

/// spring-projects/spring-ws#797: a key under RSA 1.5 needs the policy that the error names.
#[test]
fn a_key_under_rsa_1_5_is_refused_by_the_name_of_what_admits_it() {
    use ws_security::crypto::KeyTransport;
    let encrypting = Encrypting::to(&certificate("bob")).transport(KeyTransport::Rsa15).parts([Part::Body]);
    let message = recipe().allow_legacy_algorithms().sign(signing()).encrypt(encrypting).secured(&envelope(SOAP11));
    let bob = common::receiver().decrypt_with(identity("bob"));
    let error = refuse(&bob, &message).to_string();
    assert!(error.contains("rsa-1_5") && error.contains("`AlgorithmPolicy::admit_uri`"), "{error}");
    let mut policy = ws_security::AlgorithmPolicy::default();
    assert!(policy.admit_uri("http://www.w3.org/2001/04/xmlenc#rsa-1_5"));
    assert!(bob.algorithms(policy).open(&message).is_ok());
}

/// A reference with `wsc:Nonce` means a key that is derived from that of its token, made here by another library.
#[test]
fn an_implied_derived_key_opens_by_its_call_and_only_with_its_nonce() {
    let path = format!("{}/tests/peers/implied-derived-key.xml", env!("CARGO_MANIFEST_DIR"));
    let message = std::fs::read_to_string(path).expect("the message");
    let clock = FixedClock(parse_instant("2026-11-27T12:01:00Z").expect("an instant"));
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous();
    let strict = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    let strict = strict.clock(Arc::new(clock));
    let error = refuse_strictly(&strict, &message).to_string();
    assert!(error.contains("`accept_implied_derived_keys`"), "{error}");
    let accepting = strict.accept_implied_derived_keys();
    let opened = accepting.open(&message).expect("opens");
    assert!(opened.body().xml().contains("42"));
    let nonce = message.split_once("wsc:Nonce=\"").expect("a nonce").1;
    let other = message.replacen(&nonce[..4], "AAAA", 1);
    assert_ne!(other, message);
    refuse(&accepting, &other);
    refuse(&accepting, &message.replacen(">42<", ">43<", 1));
    refuse(&accepting, &message.replacen("wsc:Length=\"32\"", "wsc:Length=\"16\"", 1));
}

#[test]
fn the_folder_and_the_table_agree() {
    let files = std::fs::read_dir(folder()).expect("the folder").map(|file| file.expect("a file").path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "xml"));
    let files: BTreeSet<String> =
        files.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    let table: BTreeSet<String> = REPORTS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(files, table);
}
