//! What the listing says can be done is done: a policy whose listing promises both sides makes a client and a service that
//! exchange a request and a reply, with suitable keys; one that promises a client makes a client alone.
//!
//! The policies are made of each binding, token and kind of supporting token, and of different demands on both directions. With
//! `WSS_POLICY_CORPUS`, which names a list of files, those of other products are judged as well.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use ws_security::crypto::{ContentEncryption, DigestMethod, KeyTransport, SystemRandom};
use ws_security::policy::{Exchange, Keys, Opening, Policy, PolicyOpenError, PolicyReader, Side};
use ws_security::{
    AssertionTrust, Correlation, KerberosSession, KerberosTicket, MemoryReplayCache, NewAssertion, SamlVersion, Secret,
    SignerRule, TransportFacts, Trust,
};

use crate::common::*;
use crate::reading::{with_id, wsdl};
use crate::shapes::{SP, policy};

const GSS: &[u8] = b"\x60\x0e\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e";
const SOAP: [&str; 2] = ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];

fn request(soap: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{soap}\"><s:Header><a:To xmlns:a=\"http://www.w3.org/2005/08/addressing\">urn:bank</a:To>\
         </s:Header><s:Body><pay xmlns=\"urn:bank\">4711</pay></s:Body></s:Envelope>"
    )
}

/// A secret that fits the suite of a policy.
fn secret(octet: u8, len: usize) -> Secret {
    Secret::new(vec![octet; len])
}

/// An assertion, and whether a secret is its key.
pub(crate) type Held = (String, bool);

/// Assertions of both versions, whose holder proves himself by a secret, by a certificate, or not at all.
pub(crate) fn assertions(len: usize) -> Vec<Held> {
    let mut all = Vec::new();
    for version in [SamlVersion::V2_0, SamlVersion::V1_1] {
        let about = || NewAssertion::new(version, "https://idp.example", "uid=ann").audience("urn:bank");
        let kinds = [
            (about().holder_of_secret(secret(9, len), &certificate("bob")), true),
            (about().holder_of_key(&certificate("alice")), false),
            (about().bearer(), false),
        ];
        for (about, has_secret) in kinds {
            let signed = about.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
            all.push((signed, has_secret));
        }
    }
    all
}

/// All that a caller can agree to, and what both sides have.
fn agreed(names: &[&str], len: usize) -> Keys {
    let trust = Trust::anchors([certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let trust = trust.known(names.iter().map(|name| certificate(name)));
    Keys::new(trust, MemoryReplayCache::default())
        .allow_legacy_algorithms()
        .accept_one_key_to_sign_and_encrypt()
        .dangerous_decrypt_cbc_before_verification()
        .dangerous_accept_cbc_under_unsigned_keys()
        .dangerous_accept_either_direction()
        .dangerous_anonymous()
        .dangerous_unsigned_body()
        .accept_uncovered_holder_tokens()
        .dangerous_unprotected()
        .over_protected_transport()
        .custom_suite(DigestMethod::Sha256, ContentEncryption::Aes256Gcm, KeyTransport::oaep(DigestMethod::Sha256))
        .security_context("urn:uuid:1", secret(7, len))
        .user("ann", "changeit")
}

fn client(held: Option<&Held>, len: usize) -> Keys {
    let ticket = move || Some(KerberosTicket { gss_token: GSS.to_vec(), key: secret(11, len) });
    let keys =
        agreed(&["alice"], len).identity(identity("alice")).partner(certificate("bob")).kerberos_initiator(ticket);
    match held {
        None => keys,
        Some((xml, false)) => keys.assertion(xml.as_str()),
        Some((xml, true)) => keys.assertion(xml.as_str()).assertion_secret(secret(9, len)),
    }
}

fn service(len: usize) -> Keys {
    let issuer = Trust::pins([certificate("carol")]);
    let issuer = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", issuer).accept_bearer();
    let session = move |ticket: &[u8]| {
        (ticket == GSS).then(|| KerberosSession { principal: "ann@EXAMPLE".to_owned(), key: secret(11, len) })
    };
    let passwords = |user: &str| (user == "ann").then(|| Secret::new(b"changeit".to_vec()));
    let keys = agreed(&["alice", "bob"], len).identity(identity("bob")).assertions(issuer).passwords(passwords);
    keys.kerberos_acceptor(session)
}

/// Opens a message, or checks it if it has no Security header.
fn opened(exchange: &Exchange, message: &str, request: Option<&Correlation>) -> Result<Correlation, String> {
    let facts = || TransportFacts::server_authenticated_tls().with_client_certificate(certificate("alice"));
    let text = |error: PolicyOpenError| error.to_string();
    match exchange.opening() {
        Some(Opening::Body) => exchange.open(message, request).map(|opened| opened.correlation().clone()).map_err(text),
        Some(Opening::Parts) => {
            exchange.open_parts(message, request).map(|opened| opened.correlation().clone()).map_err(text)
        }
        Some(_) => {
            exchange.open_over(facts(), message, request).map(|opened| opened.correlation().clone()).map_err(text)
        }
        None => exchange.check_over(&facts(), message).map(|()| Correlation::default()).map_err(text),
    }
}

fn exchanged(client: &Exchange, service: &Exchange, soap: &str) -> Result<(), String> {
    let request = request(soap);
    let (message, sent) = match client.plan() {
        Some(plan) => {
            let sent = plan.message(&request).secure().map_err(|error| format!("securing the request: {error}"))?;
            (sent.message, Some(sent.correlation))
        }
        None => (request.clone(), Correlation::of_sent(&request).ok()),
    };
    let correlation = opened(service, &message, None).map_err(|error| format!("the request: {error}"))?;
    let reply = match service.plan() {
        Some(plan) => {
            let reply = plan.message(&request).answering(&correlation).secure();
            reply.map_err(|error| format!("securing the reply: {error}"))?.message
        }
        None => request,
    };
    opened(client, &reply, sent.as_ref()).map(drop).map_err(|error| format!("the reply: {error}"))
}

/// What the listing promises of an operation.
#[derive(Default)]
pub(crate) struct Promised {
    pub(crate) by_client: bool,
    pub(crate) by_service: bool,
    pub(crate) both: bool,
}

pub(crate) fn promised(policy: &Policy, operation: &str) -> Promised {
    let messages: Vec<_> = policy.listing().filter(|listed| listed.operation == operation).collect();
    Promised {
        by_client: messages.iter().all(|listed| listed.is_usable_by_client()),
        by_service: messages.iter().all(|listed| listed.is_usable_by_service()),
        both: messages.iter().all(|listed| listed.is_usable()),
    }
}

/// What is wrong with the promises of an operation.
pub(crate) fn broken(policy: &Policy, text: &str, operation: &str, (held, len): (&[Held], usize)) -> Option<String> {
    let promised = promised(policy, operation);
    let needs_assertion = text.contains("IssuedToken") || text.contains("SamlToken");
    let held: Vec<Option<&Held>> =
        std::iter::once(None).chain(held.iter().filter(|_| needs_assertion).map(Some)).collect();
    let side = |side: Result<Side, _>| side.map_err(|error: ws_security::policy::SideError| error.to_string());
    let (mut made_client, mut made_service, mut errors) = (false, false, BTreeSet::new());
    for held in held {
        let client = side(policy.client(&client(held, len)));
        let service = side(policy.service(&service(len)));
        let client = client
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|side| side.operation(operation).map_err(|error| error.to_string()));
        let of_service = service
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|side| side.operation(operation).map_err(|error| error.to_string()));
        made_client |= client.is_ok();
        made_service |= of_service.is_ok();
        errors.extend(client.as_ref().err().cloned());
        errors.extend(of_service.as_ref().err().cloned());
        let (Ok(client), Ok(of_service)) = (client, of_service) else { continue };
        for soap in SOAP {
            match exchanged(client, of_service, soap) {
                Ok(()) if promised.both => return None,
                Ok(()) => return Some("they exchange messages, which is not promised".to_owned()),
                Err(error) => drop(errors.insert(error)),
            }
        }
    }
    let errors = || errors.iter().map(String::as_str).collect::<Vec<_>>().join("\n    ");
    if promised.both {
        return Some(format!("no exchange, which is promised:\n    {}", errors()));
    }
    match (promised.by_client, made_client, promised.by_service, made_service) {
        (true, false, ..) => Some(format!("no client, which is promised:\n    {}", errors())),
        (false, true, ..) => Some("a client, which is not promised".to_owned()),
        (.., true, false) => Some(format!("no service, which is promised:\n    {}", errors())),
        (.., false, true) => Some("a service, which is not promised".to_owned()),
        _ => None,
    }
}

fn all(name: &str, inside: &str) -> String {
    format!("<sp:{name}><wsp:Policy>{inside}</wsp:Policy></sp:{name}>")
}

fn token(kind: &str, include: &str, inside: &str) -> String {
    format!("<sp:{kind} sp:IncludeToken=\"{SP}/IncludeToken/{include}\"><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>")
}

/// The bindings, each with a name; with a timestamp or without.
fn bindings(timestamp: &str, suite: &str) -> Vec<(String, String)> {
    let suite = all("AlgorithmSuite", &format!("<sp:{suite}/>"));
    let binding = |kind: &str, tokens: &str| all(kind, &format!("{tokens}{suite}{timestamp}"));
    let sent = token("X509Token", "AlwaysToRecipient", "<sp:WssX509V3Token10/>");
    let never = |inside: &str| token("X509Token", "Never", &format!("{inside}<sp:RequireThumbprintReference/>"));
    let derived = "<sp:RequireDerivedKeys/>";
    let one = |token: &str| binding("SymmetricBinding", &all("ProtectionToken", token));
    let pair = all("InitiatorToken", &sent) + &all("RecipientToken", &never(""));
    let signing_only = all("InitiatorSignatureToken", &sent) + &all("RecipientSignatureToken", &never(""));
    let mut made = vec![
        ("none".to_owned(), String::new()),
        ("certificates".to_owned(), binding("AsymmetricBinding", &pair)),
        ("certificates that sign".to_owned(), binding("AsymmetricBinding", &signing_only)),
        ("TLS".to_owned(), binding("TransportBinding", &all("TransportToken", "<sp:HttpsToken/>"))),
        (
            "TLS with a token".to_owned(),
            binding("TransportBinding", &all("TransportToken", &token("IssuedToken", "AlwaysToRecipient", ""))),
        ),
        (
            "two keys".to_owned(),
            binding("SymmetricBinding", &(all("SignatureToken", &never("")) + &all("EncryptionToken", &never("")))),
        ),
        ("a key that signs".to_owned(), binding("SymmetricBinding", &all("SignatureToken", &never("")))),
    ];
    for (kind, inside) in [
        ("X509Token", ""),
        ("SecureConversationToken", ""),
        ("KerberosToken", "<sp:WssGssKerberosV5ApReqToken11/>"),
        ("UsernameToken", "<sp:NoPassword/>"),
        ("IssuedToken", ""),
        ("SamlToken", "<sp:WssSamlV20Token11/>"),
    ] {
        for (name, derived) in [("", ""), (", derived", derived)] {
            let inside = format!("{derived}{inside}");
            let one_token =
                if kind == "X509Token" { never(&inside) } else { token(kind, "AlwaysToRecipient", &inside) };
            made.push((format!("{kind}{name}"), one(&one_token)));
        }
    }
    made
}

const SIGNED: &str = "<sp:SignedParts><sp:Body/></sp:SignedParts>";
const ENCRYPTED: &str = "<sp:EncryptedParts><sp:Body/></sp:EncryptedParts>";
const STAMP: &str = "<sp:IncludeTimestamp/>";

/// Each binding with each supporting token, as each kind.
fn supported() -> Vec<(String, String)> {
    let tokens = [
        ("user", token("UsernameToken", "AlwaysToRecipient", "")),
        ("digest", token("UsernameToken", "AlwaysToRecipient", "<sp:HashPassword/>")),
        ("mere user", token("UsernameToken", "AlwaysToRecipient", "<sp:NoPassword/>")),
        ("derived", token("UsernameToken", "AlwaysToRecipient", "<sp:NoPassword/><sp:RequireDerivedKeys/>")),
        ("certificate", token("X509Token", "AlwaysToRecipient", "<sp:WssX509V3Token10/>")),
        ("assertion", token("SamlToken", "AlwaysToRecipient", "<sp:WssSamlV20Token11/>")),
        ("issued", token("IssuedToken", "AlwaysToRecipient", "")),
        ("ticket", token("KerberosToken", "AlwaysToRecipient", "<sp:WssGssKerberosV5ApReqToken11/>")),
        ("context", token("SecureConversationToken", "AlwaysToRecipient", "")),
    ];
    let kinds = ["", "Signed", "Encrypted", "SignedEncrypted", "Endorsing", "SignedEndorsing", "EndorsingEncrypted"];
    let kinds = kinds.into_iter().chain(["SignedEndorsingEncrypted"]);
    let mut made = Vec::new();
    for kind in kinds {
        for (name, token) in &tokens {
            for (binding, text) in bindings(STAMP, "Basic256Sha256") {
                let parts = if binding == "none" { String::new() } else { SIGNED.to_owned() + ENCRYPTED };
                let supporting = all(&format!("{kind}SupportingTokens"), token);
                made.push((format!("{binding}, {kind}: {name}"), policy(&format!("{text}{supporting}{parts}"))));
            }
        }
    }
    let user = |inside: &str| token("UsernameToken", "AlwaysToRecipient", inside);
    let signed = |inside: &str| all("SignedSupportingTokens", inside);
    let endorsing = |inside: &str| all("EndorsingSupportingTokens", inside);
    let saml = token("SamlToken", "AlwaysToRecipient", "<sp:WssSamlV20Token11/>");
    let twice = [
        ("two users", signed(&(user("") + &user("<sp:HashPassword/>")))),
        ("a user twice", signed(&user("").repeat(2))),
        ("a user, and one that endorses", signed(&user("")) + &endorsing(&user("<sp:NoPassword/>"))),
        ("two users that endorse", endorsing(&user("<sp:NoPassword/>").repeat(2))),
        ("an assertion, and one that endorses", signed(&saml) + &endorsing(&saml)),
    ];
    for (name, tokens) in twice {
        for (binding, text) in bindings(STAMP, "Basic256Sha256").into_iter().skip(1) {
            made.push((format!("{binding}, {name}"), policy(&format!("{text}{tokens}{SIGNED}{ENCRYPTED}"))));
        }
    }
    let versions = ["20Token11", "11Token11"].map(|version| {
        all("SignedSupportingTokens", &token("SamlToken", "AlwaysToRecipient", &format!("<sp:WssSamlV{version}/>")))
    });
    for (binding, text) in bindings(STAMP, "Basic256Sha256").into_iter().skip(1) {
        made.push((format!("{binding}, two versions"), policy(&format!("{text}{}{SIGNED}", versions.concat()))));
    }
    made
}

/// Each binding with demands on the request and the reply that differ.
fn directed() -> Vec<(String, String)> {
    let to =
        "<sp:SignedParts><sp:Header Name=\"To\" Namespace=\"http://www.w3.org/2005/08/addressing\"/></sp:SignedParts>";
    let demands = [("nothing", ""), ("signed", SIGNED), ("encrypted", ENCRYPTED), ("To", to)];
    let endorsing = all("EndorsingSupportingTokens", &token("X509Token", "AlwaysToRecipient", ""));
    let confirming = all("Wss11", "<sp:RequireSignatureConfirmation/>");
    let wrap = |parts: &str| if parts.is_empty() { String::new() } else { format!("<wsp:Policy>{parts}</wsp:Policy>") };
    let mut made = Vec::new();
    for (at, (stamp, more)) in [
        ("", ""),
        (STAMP, ""),
        ("<sp:EncryptSignature/>", ""),
        ("", endorsing.as_str()),
        (STAMP, &endorsing),
        ("", &confirming),
        (STAMP, &confirming),
    ]
    .into_iter()
    .enumerate()
    {
        for (binding, text) in bindings(stamp, "Basic128") {
            for (request, input) in demands {
                for (reply, output) in
                    demands.into_iter().filter(|(reply, _)| at < 3 || request == *reply || *reply == "signed")
                {
                    let of_binding = with_id(&policy(&format!("{text}{more}")), "binding");
                    let name = format!("{binding}, {stamp}{more}, request {request}, reply {reply}");
                    made.push((name, wsdl(&of_binding, &wrap(input), &wrap(output))));
                }
            }
        }
    }
    made
}

/// Each binding with each order of its steps, and parts of which one is encrypted and not signed.
fn ordered() -> Vec<(String, String)> {
    let to = "<sp:Header Name=\"To\" Namespace=\"http://www.w3.org/2005/08/addressing\"/>";
    let pay = format!("<sp:XPath xmlns:s=\"{}\" xmlns:b=\"urn:bank\">/s:Envelope/s:Body/b:pay</sp:XPath>", SOAP[0]);
    let demands = [
        ENCRYPTED.to_owned(),
        format!("{SIGNED}<sp:EncryptedParts>{to}</sp:EncryptedParts>"),
        format!("{SIGNED}<sp:ContentEncryptedElements>{pay}</sp:ContentEncryptedElements>"),
        format!("<sp:SignedParts><sp:Body/>{to}</sp:SignedParts>{ENCRYPTED}"),
        "<sp:SignedParts/><sp:EncryptedParts/>".to_owned(),
    ];
    let orders = ["", "<sp:EncryptBeforeSigning/>", "<sp:EncryptBeforeSigning/><sp:EncryptSignature/>"];
    let mut made = Vec::new();
    for order in orders {
        for protects in ["", "<sp:ProtectTokens/>"] {
            for (binding, text) in bindings(&format!("{STAMP}{order}{protects}"), "Basic256Sha256").into_iter().skip(1)
            {
                let of = |demand: &String| {
                    (format!("{binding}, {order}{protects}{demand}"), policy(&format!("{text}{demand}")))
                };
                made.extend(demands.iter().map(of));
            }
        }
    }
    made
}

fn all_kept(policies: &[(String, String)]) {
    let (mut wrong, mut kept) = (Vec::new(), 0);
    let (short, long) = (assertions(16), assertions(32));
    for (name, text) in policies {
        let policy = Policy::from_wsdl(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let operation = if text.contains("operation") { "pay" } else { "" };
        kept += usize::from(promised(&policy, operation).both);
        let known = if text.contains("128") { &short } else { &long };
        wrong.extend(
            broken(&policy, text, operation, (known, if text.contains("128") { 16 } else { 32 }))
                .map(|why| format!("{name}: {why}")),
        );
    }
    println!("{kept} of {} policies are promised to both sides", policies.len());
    assert!(wrong.is_empty(), "{} of {} policies:\n{}", wrong.len(), policies.len(), wrong.join("\n"));
    assert!(kept > policies.len() / 5, "{kept} of {}", policies.len());
}

#[test]
fn each_binding_keeps_with_each_supporting_token_what_its_listing_promises() {
    all_kept(&supported());
}

#[test]
fn each_binding_keeps_with_other_demands_on_each_direction_what_its_listing_promises() {
    all_kept(&directed());
}

#[test]
fn each_binding_keeps_with_each_order_of_its_steps_what_its_listing_promises() {
    all_kept(&ordered());
}

/// The policies of other products, where they are at hand.
#[test]
fn the_policies_of_other_products_keep_what_their_listing_promises() {
    let Ok(list) = std::env::var("WSS_POLICY_CORPUS") else { return };
    let list = std::fs::read_to_string(list).expect("a list of files");
    let (mut wrong, mut count) = (Vec::new(), 0);
    for file in list.lines() {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let folder = Path::new(file).parent().expect("a folder");
        let import = |location: &str, _: &str| {
            let base = location.rsplit('/').next().unwrap_or(location).split('#').next().unwrap_or(location);
            std::fs::read_to_string(folder.join(base)).ok()
        };
        let len = if text.contains("128") { 16 } else { 32 };
        let held = assertions(len);
        let Ok(read) = PolicyReader::new().imports(import).read(&text) else { continue };
        let of: BTreeSet<_> =
            read.listing().map(|listed| (listed.port.to_owned(), listed.operation.to_owned())).collect();
        for (port, operation) in of {
            let policy = read.port(&port).unwrap_or_else(|_| read.clone());
            count += 1;
            wrong.extend(
                broken(&policy, &text, &operation, (&held, len)).map(|why| format!("{file} {port}/{operation}: {why}")),
            );
        }
    }
    println!("{count} operations");
    assert!(wrong.is_empty(), "{} of {count} operations:\n{}", wrong.len(), wrong.join("\n"));
}
