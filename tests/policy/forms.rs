//! Forms that CXF writes under a policy, or that its policies have, beside those that we write.

use ws_security::c14n::base64_encode;
use ws_security::crypto::{ContentEncryption, DigestMethod, KeyTransport};
use ws_security::policy::{Keys, Policy, PolicyOpenError, Side};
use ws_security::{Fault, OpenError, SoapVersion, TransportFacts};

use crate::common::*;
use crate::shapes::{SP, Shape, policy};
use crate::{REPLY, REQUEST, exchanged, says, sides};

const SUITE: &str = "<sp:Basic256Sha256/>";
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const WSA: &str = "http://www.w3.org/2005/08/addressing";

fn and(shape: &Shape, more: &str) -> String {
    shape.policy().replace("</wsp:All>", &format!("{more}</wsp:All>"))
}

fn both(shape: &Shape, text: &str) -> (Side, Side) {
    sides(shape, text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn request(side: &Side) -> String {
    side.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message
}

fn open(service: &Side, message: &str) -> Result<(), String> {
    service.exchanges()[0].open(message, None).map(drop).map_err(|error| error.to_string())
}

/// BSP R5620 does not list AES-192, and the policy demands it.
#[test]
fn suites_with_aes_192_are_done() {
    let legacy = Shape::default().with("suite", "Basic128");
    for suite in ["Basic192", "Basic192Rsa15", "Basic192Sha256", "Basic192Sha256Rsa15"] {
        for binding in ["asymmetric", "derived", "one-key"] {
            let shape = legacy.clone().with("binding", binding);
            let text = shape.policy().replace("<sp:Basic128/>", &format!("<sp:{suite}/>"));
            let (client, service) = both(&shape, &text);
            assert!(request(&client).contains("#aes192-cbc"), "{text}");
            exchanged(&client.exchanges()[0], &service.exchanges()[0])
                .unwrap_or_else(|error| panic!("{suite}, {binding}: {error}"));
        }
    }
}

/// The policy has the certificate in the message, and the form of references to it: CXF does both.
#[test]
fn a_certificate_in_the_message_may_be_referred_to_in_the_form_that_its_token_demands() {
    let shape = Shape::default().with("recipient", "thumbprint").with("initiator", "Never");
    let (client, _) = both(&shape, &shape.policy());
    let demanded = shape.policy().replacen("IncludeToken/Never", "IncludeToken/AlwaysToRecipient", 1);
    let (own, service) = both(&shape, &demanded);
    exchanged(&own.exchanges()[0], &service.exchanges()[0]).expect("exchanged");
    let message = request(&client);
    says(open(&service, &message), "not in the message");
    let token = format!(
        "<w:BinarySecurityToken xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
         EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\" \
         ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\">{}\
         </w:BinarySecurityToken>",
        base64_encode(certificate("alice").der())
    );
    let with_token = message.replacen("<ds:Signature ", &format!("{token}<ds:Signature "), 1);
    assert_eq!(open(&service, &with_token), Ok(()));
    let other = demanded.replace("RequireThumbprintReference", "RequireIssuerSerialReference");
    says(open(&both(&shape, &other).1, &with_token), "not in the message");
}

/// CXF encrypts each user that is signed, which is after the signature whatever the policy says of the Body.
#[test]
fn a_user_that_is_encrypted_last_breaks_no_order() {
    let shape = Shape::default().with("order", "encrypt-first");
    let user = |kind: &str| {
        let token = format!(
            "<sp:UsernameToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"><wsp:Policy><sp:HashPassword/></wsp:Policy>\
             </sp:UsernameToken>"
        );
        and(&shape, &format!("<sp:{kind}><wsp:Policy>{token}</wsp:Policy></sp:{kind}>"))
    };
    let (client, _) = both(&shape, &user("SignedEncryptedSupportingTokens"));
    let (own, service) = both(&shape, &user("SignedSupportingTokens"));
    exchanged(&own.exchanges()[0], &service.exchanges()[0]).expect("exchanged");
    assert_eq!(open(&service, &request(&client)), Ok(()));
    let (signs_first, _) = both(&shape, &user("SignedSupportingTokens").replace("<sp:EncryptBeforeSigning/>", ""));
    says(open(&service, &request(&signs_first)), "EncryptBeforeSigning");
}

/// CXF encrypts one key to the certificate that the two tokens name.
#[test]
fn two_tokens_of_one_certificate_may_have_one_key() {
    let one = Shape::default().with("binding", "one-key").with("recipient", "thumbprint");
    let text = one.policy();
    let (start, end) =
        (text.find("<sp:ProtectionToken>").expect("a start"), text.find("</sp:ProtectionToken>").expect("an end"));
    let token = &text[start + "<sp:ProtectionToken>".len()..end];
    let two = format!("<sp:SignatureToken>{token}</sp:SignatureToken><sp:EncryptionToken>{token}</sp:EncryptionToken>");
    let two = [&text[..start], &two, &text[end + "</sp:ProtectionToken>".len()..]].concat();
    let ((client, _), (own, service)) = (both(&one, &text), both(&one, &two));
    for client in [&client, &own] {
        exchanged(&client.exchanges()[0], &service.exchanges()[0]).expect("exchanged");
    }
}

/// TLS encrypts the token, so that its signature can be found.
#[test]
fn over_tls_an_endorsing_token_is_encrypted() {
    let token = format!(
        "<sp:X509Token sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"><wsp:Policy><sp:WssX509V3Token10/></wsp:Policy>\
         </sp:X509Token>"
    );
    let transport = format!(
        "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy><sp:HttpsToken><wsp:Policy/></sp:HttpsToken></wsp:Policy>\
         </sp:TransportToken><sp:AlgorithmSuite><wsp:Policy>{SUITE}</wsp:Policy></sp:AlgorithmSuite><sp:IncludeTimestamp/>\
         </wsp:Policy></sp:TransportBinding>"
    );
    for kind in ["EndorsingEncryptedSupportingTokens", "SignedEndorsingEncryptedSupportingTokens"] {
        let tokens = |kind: &str| format!("<sp:{kind}><wsp:Policy>{token}</wsp:Policy></sp:{kind}>");
        let (client, service) = both(&Shape::default(), &policy(&(transport.clone() + &tokens(kind))));
        let (weaker, _) = both(&Shape::default(), &policy(&transport));
        let open = |message: &str| {
            service.exchanges()[0].open_over(TransportFacts::server_authenticated_tls(), message, None).map(drop)
        };
        assert_eq!(open(&request(&client)), Ok(()), "{kind}");
        says(open(&request(&weaker)), "endorses");
        let refused = sides(&Shape::default(), &and(&Shape::default(), &tokens(kind))).expect_err("in clear text");
        assert!(refused.contains("must stay readable"), "{refused}");
    }
}

/// Of a whole message, the intersection with what a path names is what the path names.
#[test]
fn an_intersection_of_xpath_filter_2_names_what_its_path_names() {
    let shape = Shape::default();
    let path = |local: &str, filter: &str, path: &str| {
        let namespace = SP.replace("200702", "200802");
        let path = format!(
            "<x:{local} xmlns:x=\"{namespace}\"{filter} xmlns:s=\"{SOAP}\" xmlns:a=\"{WSA}\">{path}</x:{local}>"
        );
        and(&shape, &format!("<sp:SignedElements>{path}</sp:SignedElements>"))
    };
    let to = "/s:Envelope/s:Header/a:To";
    let (weaker, _) = both(&shape, &shape.policy());
    // WSS4J reads the second.
    for local in ["XPath2", "Xpath2"] {
        let (client, service) = both(&shape, &path(local, " Filter=\"intersect\"", to));
        exchanged(&client.exchanges()[0], &service.exchanges()[0]).expect("exchanged");
        says(open(&service, &request(&weaker)), "To");
        for (filter, named) in [("", to), (" Filter=\"subtract\"", to), (" Filter=\"intersect\"", "//a:To")] {
            let refused = sides(&shape, &path(local, filter, named)).expect_err("refused");
            assert!(
                refused.contains(if filter.contains("intersect") { "direct paths" } else { "Filter=" }),
                "{refused}"
            );
        }
    }
}

#[test]
fn the_content_of_a_header_block_is_encrypted_and_the_block_stays() {
    for binding in ["asymmetric", "derived"] {
        let shape = Shape::default().with("binding", binding).with("encrypted", "nothing");
        let path = format!("<sp:XPath xmlns:s=\"{SOAP}\" xmlns:a=\"{WSA}\">/s:Envelope/s:Header/a:To</sp:XPath>");
        let of = |kind: &str| both(&shape, &and(&shape, &format!("<sp:{kind}>{path}</sp:{kind}>")));
        let ((client, service), (whole, _)) = (of("ContentEncryptedElements"), of("EncryptedElements"));
        let message = request(&client);
        assert!(
            message.contains("<a:To") && !message.contains("EncryptedHeader") && !message.contains(">urn:bank<"),
            "{message}"
        );
        assert!(request(&whole).contains("EncryptedHeader"));
        exchanged(&client.exchanges()[0], &service.exchanges()[0]).expect("exchanged");
        says(open(&service, &request(&both(&shape, &shape.policy()).0)), "To is in clear text");
    }
}

/// A service answers so before it knows what the policy demands, and CXF protects a fault by the policy of its endpoint alone.
#[test]
fn a_fault_that_the_policy_does_not_protect_is_told_as_what_it_is() {
    let fault = Fault::refused().envelope(SoapVersion::V11);
    let stamped = Shape::default().with("encrypted", "nothing");
    let (client, service) = both(&stamped, &stamped.policy());
    let parts = "<sp:SignedParts><sp:Body/></sp:SignedParts>";
    let keys = stamped.service(identity("bob"), certificate("alice"), certificate("ca")).dangerous_unsigned_body();
    let endpoint =
        Policy::from_wsdl(&stamped.policy().replace(parts, "")).expect("a policy").service(&keys).expect("a service");
    let sent = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured");
    let opened = service.exchanges()[0].open(&sent.message, None).expect("opened");
    let reply = |side: &Side, envelope: &str| {
        let reply = side.exchanges()[0].plan().expect("a plan").message(envelope).answering(opened.correlation());
        reply.secure().expect("secured").message
    };
    let open = |reply: &str| client.exchanges()[0].open(reply, Some(&sent.correlation));
    for unproven in [fault.clone(), reply(&endpoint, &fault)] {
        let refused = open(&unproven).expect_err("refused");
        assert!(
            matches!(&refused, PolicyOpenError::Open(OpenError::UnauthenticatedFault { reason, .. }) if reason.as_str() == "The message was refused"),
            "{refused}"
        );
    }
    assert!(open(&reply(&service, &fault)).expect("opened").body().xml().contains("Fault"));
    says(open(&reply(&endpoint, REPLY)), "no signature refers to the Body");
    // A request that is a fault is a request.
    says(service.exchanges()[0].open(&fault, None), "no Security header");
}

/// The client of a gateway says for whom it acts. To a service that proves nothing.
#[test]
fn a_user_without_a_password_is_sent_and_is_no_proof() {
    let token = format!(
        "<sp:UsernameToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"><wsp:Policy><sp:NoPassword/></wsp:Policy>\
         </sp:UsernameToken>"
    );
    let tokens =
        |kind: &str| format!("<sp:{kind}SupportingTokens><wsp:Policy>{token}</wsp:Policy></sp:{kind}SupportingTokens>");
    let shape = Shape::default();
    for kind in ["", "Signed", "SignedEncrypted"] {
        let policy = Policy::from_wsdl(&and(&shape, &tokens(kind))).expect("a policy");
        let client =
            policy.client(&shape.client(identity("alice"), certificate("bob"), certificate("ca"))).expect("a client");
        let message = request(&client);
        assert_eq!(message.contains("Username>ann<"), kind != "SignedEncrypted", "{message}");
        assert!(!message.contains("Password"), "{message}");
        let service = policy.service(&shape.service(identity("bob"), certificate("alice"), certificate("ca")));
        says(service, "proves nothing");
    }
}

#[test]
fn a_certificate_whose_key_signs_nothing_is_sent_and_is_no_proof() {
    let token = format!(
        "<sp:X509Token sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"><wsp:Policy><sp:WssX509V3Token10/></wsp:Policy>\
         </sp:X509Token>"
    );
    let tokens =
        |kind: &str| format!("<sp:{kind}SupportingTokens><wsp:Policy>{token}</wsp:Policy></sp:{kind}SupportingTokens>");
    for binding in ["asymmetric", "derived"] {
        let shape = Shape::default().with("binding", binding);
        for (kind, is_signed) in [("", false), ("Signed", true)] {
            let policy = Policy::from_wsdl(&and(&shape, &tokens(kind))).expect("a policy");
            let client = policy
                .client(&shape.client(identity("alice"), certificate("bob"), certificate("ca")))
                .expect("a client");
            let message = request(&client);
            assert!(message.contains("wsu:Id=\"supporting-certificate\""), "{message}");
            assert_eq!(message.contains("URI=\"#supporting-certificate\""), is_signed, "{message}");
            // To who demands no such token it is one more.
            assert_eq!(open(&both(&shape, &shape.policy()).1, &message), Ok(()), "{kind}");
            let service = policy.service(&shape.service(identity("bob"), certificate("alice"), certificate("ca")));
            says(service, "proves nothing");
        }
        let refused = sides(&shape, &and(&shape, &tokens("SignedEncrypted"))).expect_err("in clear text");
        assert!(refused.contains("sent and not encrypted"), "{refused}");
    }
}

/// CXF leaves the algorithms of this suite to the configuration of both sides: the caller names them.
#[test]
fn the_algorithms_of_a_custom_suite_are_those_of_the_keys() {
    let shape = Shape::default();
    let custom = "<c:CustomAlgorithmSuite xmlns:c=\"http://cxf.apache.org/custom/security-policy\"/>";
    let text = shape.policy().replace("<sp:Basic256Sha256/>", custom);
    let policy = Policy::from_wsdl(&text).expect("a policy");
    let client = || shape.client(identity("alice"), certificate("bob"), certificate("ca"));
    let service = || shape.service(identity("bob"), certificate("alice"), certificate("ca"));
    says(policy.client(&client()), "give it with `Keys::custom_suite`");
    says(policy.service(&service()), "give it with `Keys::custom_suite`");
    let suite = |keys: Keys, cipher: ContentEncryption| {
        keys.custom_suite(DigestMethod::Sha256, cipher, KeyTransport::oaep(DigestMethod::Sha256))
    };
    let cipher = ContentEncryption::Aes256Gcm;
    let client_side = policy.client(&suite(client(), cipher)).expect("a client");
    let service_side = policy.service(&suite(service(), cipher)).expect("a service");
    exchanged(&client_side.exchanges()[0], &service_side.exchanges()[0]).expect("exchanged");
    let sent = client_side.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    assert!(sent.contains("xmlenc11#aes256-gcm") && sent.contains("xmlenc11#rsa-oaep\""), "{sent}");
    let other = policy.service(&suite(service(), ContentEncryption::Aes128Gcm)).expect("a service");
    says(other.exchanges()[0].open(&sent, None), "the message breaks CustomAlgorithmSuite");
    // In the namespace of the standard, no suite has this name.
    let misnamed = Policy::from_wsdl(&text.replace(custom, "<sp:CustomAlgorithmSuite/>")).expect("a policy");
    says(misnamed.client(&suite(client(), cipher)), "no algorithm suite");
}
