//! Policies that services have, and that the system tests of CXF have: bindings with their options beside supporting tokens,
//! parts by paths, separate tokens, alternatives, and older namespaces.

use crate::policy_row::{Confirmed, Row};
use crate::policy_shapes::{SP, policy};

pub(crate) const PARTS: &str =
    "<sp:SignedParts><sp:Body/></sp:SignedParts><sp:EncryptedParts><sp:Body/></sp:EncryptedParts>";
const SIGNED: &str = "<sp:SignedParts><sp:Body/></sp:SignedParts>";
const WSA: &str = "http://www.w3.org/2005/08/addressing";

pub(crate) const NO_ENDORSING_ASSERTION: &str = "CXF's client makes no endorsing signature with an assertion";

pub(crate) fn all(kind: &str, inside: &str) -> String {
    format!("<sp:{kind}><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>")
}

pub(crate) fn token(kind: &str, include: &str, inside: &str) -> String {
    format!("<sp:{kind} sp:IncludeToken=\"{SP}/IncludeToken/{include}\"><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>")
}

pub(crate) fn x509(include: &str, inside: &str) -> String {
    token("X509Token", include, &format!("{inside}<sp:WssX509V3Token10/>"))
}

fn by_serial() -> String {
    x509("Never", "<sp:RequireIssuerSerialReference/>")
}

/// A binding with these tokens and options.
pub(crate) fn binding(kind: &str, tokens: &str, more: &str) -> String {
    let suite = all("AlgorithmSuite", "<sp:Basic256Sha256/>") + &all("Layout", "<sp:Lax/>");
    all(kind, &format!("{tokens}{suite}<sp:IncludeTimestamp/>{more}"))
}

pub(crate) fn asymmetric(more: &str) -> String {
    let tokens = all("InitiatorToken", &x509("AlwaysToRecipient", "")) + &all("RecipientToken", &by_serial());
    binding("AsymmetricBinding", &tokens, more)
}

pub(crate) fn tls(more: &str) -> String {
    let token = all("TransportToken", "<sp:HttpsToken><wsp:Policy/></sp:HttpsToken>");
    binding("TransportBinding", &token, more)
}

/// The key of a request is encrypted to the service, which is named by its thumbprint, and replies confirm signatures.
fn symmetric(inside: &str, more: &str) -> String {
    let token = x509("Never", &format!("{inside}<sp:RequireThumbprintReference/>"));
    let options = "<sp:MustSupportRefThumbprint/><sp:MustSupportRefEncryptedKey/><sp:RequireSignatureConfirmation/>";
    binding("SymmetricBinding", &all("ProtectionToken", &token), more) + &all("Wss11", options)
}

pub(crate) fn derived(more: &str) -> String {
    symmetric("<sp:RequireDerivedKeys/>", more)
}

fn one_key(more: &str) -> String {
    symmetric("", more)
}

pub(crate) fn supporting(kind: &str, tokens: &str) -> String {
    all(&format!("{kind}SupportingTokens"), tokens)
}

pub(crate) fn rows() -> Vec<Row> {
    [over_tls(), symmetric_rows(), asymmetric_rows(), parts(), written_otherwise(), read_otherwise()].concat()
}

/// Carol's assertion, Alice's certificate, and Ann with her password as text, or as the key of a signature.
struct Tokens {
    assertion: String,
    certificate: String,
    user: String,
    signing_user: String,
}

fn tokens() -> Tokens {
    let user = |inside: &str| token("UsernameToken", "AlwaysToRecipient", inside);
    Tokens {
        assertion: token("SamlToken", "AlwaysToRecipient", "<sp:WssSamlV20Token11/>"),
        certificate: x509("AlwaysToRecipient", ""),
        user: user("<sp:WssUsernameToken10/>"),
        signing_user: user("<sp:NoPassword/><sp:WssUsernameToken11/>"),
    }
}

/// The transport encrypts what the policy has encrypted.
fn over_tls() -> Vec<Row> {
    let Tokens { assertion, certificate, user, .. } = tokens();
    let hashed = user.replace("<wsp:Policy>", "<wsp:Policy><sp:HashPassword/>");
    let row = |name: &str, more: &str| Row::new(format!("TLS, {name}"), policy(&(tls("") + more)));
    let (name, password) = ([">ann<", ">eve<"], [">s3cret<", ">secret<"]);
    let endorsing = |inside: &str| supporting("Endorsing", &format!("{certificate}{inside}"));
    let body = endorsing(SIGNED);
    vec![
        row("SignedEncrypted: user", &supporting("SignedEncrypted", &user))
            .tampered(vec![name, password])
            .weaker(policy(&tls("")), "the token is not in the message"),
        row("Encrypted: hashed password", &supporting("Encrypted", &hashed))
            .tampered(vec![name])
            .weaker(policy(&(tls("") + &supporting("Encrypted", &user))), "the password is no digest"),
        row("SignedEncrypted: assertion", &supporting("SignedEncrypted", &assertion))
            .tampered(vec![["uid=ann", "uid=eve"]])
            .weaker(policy(&tls("")), "the token is not in the message"),
        row("EndorsingEncrypted: assertion", &supporting("EndorsingEncrypted", &assertion))
            .confirmed(Confirmed::ByHolderOfKey)
            .weaker(policy(&(tls("") + &supporting("Signed", &assertion))), "no signature endorses"),
        row("Endorsing: certificate, and parts of the message", &(endorsing("") + PARTS))
            .weaker(policy(&(tls("") + PARTS)), "no signature endorses"),
        row("Endorsing: certificate over the Body", &body)
            .weaker(policy(&(tls("") + &endorsing(""))), "no endorsing signature covers"),
        row("Endorsing: certificate that is not sent", &supporting("Endorsing", &by_serial()))
            .their_client("CXF's client makes no endorsing signature with a certificate that is not sent"),
        row("Endorsing: certificate, Signed: user", &(endorsing("") + &supporting("Signed", &user)))
            .weaker(policy(&(tls("") + &supporting("Signed", &user))), "no signature endorses"),
    ]
}

fn symmetric_rows() -> Vec<Row> {
    let Tokens { assertion, certificate, user, signing_user } = tokens();
    let of = |name: &str, binding: &str, more: &str| Row::new(name, policy(&format!("{binding}{more}{PARTS}")));
    let both = supporting("Endorsing", &(certificate.clone() + &signing_user));
    let certified = supporting("Endorsing", &certificate);
    let hidden_first = "<sp:EncryptBeforeSigning/><sp:EncryptSignature/>";
    let confirming = supporting("Signed", &assertion);
    vec![
        of("derived, Endorsing: user", &derived(""), &supporting("Endorsing", &signing_user))
            .weaker(policy(&format!("{}{certified}{PARTS}", derived(""))), "the token is not in the message")
            .weaker(policy(&(derived("") + PARTS)), "the token is not in the message"),
        of("derived, Endorsing: certificate, Signed: assertion", &derived(""), &format!("{certified}{confirming}"))
            .weaker(policy(&format!("{}{certified}{PARTS}", derived(""))), "the token is not in the message")
            .weaker(policy(&format!("{}{confirming}{PARTS}", derived(""))), "no signature endorses")
            .weaker(
                policy(&format!("{}{certified}{}{PARTS}", derived(""), supporting("", &assertion))),
                "no signature refers to the token",
            ),
        of("derived, SignedEndorsing: certificate", &derived(""), &supporting("SignedEndorsing", &certificate))
            .weaker(policy(&format!("{}{certified}{PARTS}", derived(""))), "does not cover its token")
            .weaker(policy(&(derived("") + PARTS)), "no signature endorses"),
        of("one key, SignedEndorsing: user", &one_key(""), &supporting("SignedEndorsing", &signing_user))
            .weaker(
                policy(&format!("{}{}{PARTS}", one_key(""), supporting("Endorsing", &signing_user))),
                "no signature refers to the token",
            )
            .weaker(policy(&(one_key("") + PARTS)), "the token is not in the message"),
        of("derived, Signed: certificate", &derived(""), &supporting("Signed", &certificate))
            .their_client("our service takes no certificate whose key signs nothing"),
        of("derived, Supporting: certificate", &derived(""), &supporting("", &certificate))
            .their_client("our service takes no certificate whose key signs nothing"),
        of("derived, Signed: user", &derived(""), &supporting("Signed", &user))
            .weaker(policy(&(derived("") + PARTS)), "the token is not in the message"),
        Row::new(
            "one key, Signed: user, nothing encrypted",
            policy(&(one_key("") + &supporting("Signed", &user) + SIGNED)),
        ),
        of("one key, Endorsing: assertion", &one_key(""), &supporting("Endorsing", &assertion))
            .confirmed(Confirmed::ByHolderOfKey)
            .their_client(NO_ENDORSING_ASSERTION),
        of("one key, encrypted first, signature too, Endorsing: two", &one_key(hidden_first), &both)
            .weaker(policy(&format!("{}{certified}{PARTS}", one_key(hidden_first))), "the token is not in the message"),
        of(
            "one key, ProtectTokens, EncryptSignature, Endorsing: two",
            &one_key("<sp:ProtectTokens/><sp:EncryptSignature/>"),
            &both,
        )
        .weaker(policy(&format!("{}{both}{PARTS}", one_key("<sp:EncryptSignature/>"))), "SigningToken"),
        of("derived, Strict, Endorsing: certificate", &derived("").replace("sp:Lax/", "sp:Strict/"), &certified),
        of(
            "derived, LaxTsLast, SignedEncrypted: user",
            &derived("").replace("sp:Lax/", "sp:LaxTsLast/"),
            &supporting("SignedEncrypted", &user),
        ),
    ]
}

fn asymmetric_rows() -> Vec<Row> {
    let Tokens { certificate, user, signing_user, .. } = tokens();
    let named = user.replace("<wsp:Policy>", "<wsp:Policy><sp:NoPassword/>");
    let of = |name: &str, binding: &str, more: &str| Row::new(name, policy(&format!("{binding}{more}{PARTS}")));
    let both = supporting("Endorsing", &(certificate.clone() + &signing_user));
    let separate = [
        ("InitiatorSignatureToken", &certificate),
        ("InitiatorEncryptionToken", &x509("Never", "<sp:RequireThumbprintReference/>")),
        ("RecipientSignatureToken", &by_serial()),
        ("RecipientEncryptionToken", &x509("Never", "<sp:RequireThumbprintReference/>")),
    ];
    let separate: String = separate.iter().map(|(kind, token)| all(kind, token)).collect();
    let separate = binding("AsymmetricBinding", &separate, "");
    let once = all("InitiatorToken", &certificate) + &all("RecipientToken", &x509("Once", ""));
    let dated = ["Created", "Nonce"].map(|name| format!("<n:{name} xmlns:n=\"{}\"/>", SP.replace("200702", "200802")));
    let fresh = user.replace("<wsp:Policy>", &format!("<wsp:Policy>{}", dated.concat()));
    let fresh = of("certificates, Signed: user with Created and Nonce", &asymmetric(""), &supporting("Signed", &fresh));
    let without = fresh.with(&dated.concat(), "");
    let shadowed = "CXF takes the parts of the endorsing token for those of the message, which then signs no Body";
    vec![
        of("certificates, four tokens", &separate, "")
            .weaker(policy(&(asymmetric("") + PARTS)), "RequireThumbprintReference"),
        of("certificates, recipient once", &binding("AsymmetricBinding", &once, ""), ""),
        fresh.weaker(without, "the username token has no"),
        of("certificates, Signed: user", &asymmetric(""), &supporting("Signed", &user)),
        of("certificates, Signed: user without a password", &asymmetric(""), &supporting("Signed", &named))
            .their_client("our service takes no user whom nothing proves"),
        of(
            "certificates, ProtectTokens, EncryptSignature, Endorsing: two",
            &asymmetric("<sp:ProtectTokens/><sp:EncryptSignature/>"),
            &both,
        )
        .weaker(policy(&format!("{}{both}{PARTS}", asymmetric("<sp:EncryptSignature/>"))), "SigningToken"),
        of(
            "certificates, Endorsing: certificate over the Body",
            &asymmetric(""),
            &supporting("Endorsing", &(certificate.clone() + SIGNED)),
        )
        .their_service(shadowed)
        .their_client(shadowed),
        of("certificates, SignedEndorsing: certificate", &asymmetric(""), &supporting("SignedEndorsing", &certificate))
            .their_service(
                "of two tokens with one certificate, CXF looks for that of the message signature among the signed ones",
            )
            .weaker(
                policy(&format!("{}{}{PARTS}", asymmetric(""), supporting("Endorsing", &certificate))),
                "does not cover its token",
            )
            .weaker(policy(&(asymmetric("") + PARTS)), "no signature endorses"),
        of(
            "certificates, ProtectTokens, SignedEndorsing: certificate",
            &asymmetric("<sp:ProtectTokens/>"),
            &supporting("SignedEndorsing", &certificate),
        )
        .weaker(
            policy(&format!("{}{}{PARTS}", asymmetric(""), supporting("SignedEndorsing", &certificate))),
            "ProtectTokens",
        ),
        of("certificates, SignedEndorsing: user", &asymmetric(""), &supporting("SignedEndorsing", &signing_user))
            .weaker(
                policy(&format!("{}{}{PARTS}", asymmetric(""), supporting("Endorsing", &signing_user))),
                "no signature refers to the token",
            ),
        of(
            "certificates, Strict, Endorsing: certificate",
            &asymmetric("").replace("sp:Lax/", "sp:Strict/"),
            &supporting("Endorsing", &certificate),
        )
        .their_service("of two tokens with one certificate, CXF takes the one behind for that of the first signature"),
    ]
}

/// Parts that paths name, and header blocks.
fn parts() -> Vec<Row> {
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let step = |namespace: &str, local: &str| format!("/*[namespace-uri()='{namespace}' and local-name()='{local}']");
    let body = step(soap, "Envelope") + &step(soap, "Body");
    let pay = body.clone() + &step("urn:bank", "pay");
    let path = |kind: &str, path: &str| format!("<sp:{kind}><sp:XPath>{path}</sp:XPath></sp:{kind}>");
    let named = format!(
        "<sp:ContentEncryptedElements><sp:XPath xmlns:s=\"{soap}\" xmlns:b=\"urn:bank\">/s:Envelope/s:Body/b:pay</sp:XPath>\
         </sp:ContentEncryptedElements>"
    );
    let row = |name: &str, more: &str| Row::new(name, policy(&(asymmetric("") + more)));
    let weak = || policy(&(asymmetric("") + SIGNED));
    let signed = format!("<sp:SignedParts><sp:Body/><sp:Header Namespace=\"{WSA}\"/></sp:SignedParts>");
    let encrypted =
        format!("<sp:EncryptedParts><sp:Body/><sp:Header Name=\"To\" Namespace=\"{WSA}\"/></sp:EncryptedParts>");
    let blocks = row("certificates, blocks of WS-Addressing", &format!("{signed}{encrypted}{ADDRESSING}"));
    let readable = blocks.with(&encrypted, "<sp:EncryptedParts><sp:Body/></sp:EncryptedParts>");
    let unsigned = blocks.with(&signed, SIGNED);
    vec![
        row("certificates, element by predicates encrypted", &(SIGNED.to_owned() + &path("EncryptedElements", &pay)))
            .weaker(weak(), "in clear text"),
        row("certificates, Body by predicates signed", &path("SignedElements", &body)),
        row("certificates, content of an element encrypted", &(SIGNED.to_owned() + &named))
            .weaker(weak(), "in clear text"),
        blocks.weaker(readable, "To is in clear text").weaker(unsigned, "no signature refers to"),
    ]
}

/// Alternatives, older namespaces and suites.
fn written_otherwise() -> Vec<Row> {
    let Tokens { certificate, user, .. } = tokens();
    let either = format!(
        "<wsp:ExactlyOne><wsp:All>{}</wsp:All><wsp:All>{}</wsp:All></wsp:ExactlyOne>",
        derived("") + &supporting("Endorsing", &certificate) + &supporting("SignedEncrypted", &user) + PARTS,
        asymmetric("") + &all("Wss11", "<sp:RequireSignatureConfirmation/>") + PARTS
    );
    let old = |name: &str, more: &str| {
        let policy =
            policy(more).replace("http://www.w3.org/ns/ws-policy", "http://schemas.xmlsoap.org/ws/2004/09/policy");
        Row::new(format!("2005, {name}"), policy.replace(SP, "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy"))
    };
    let older = token("SamlToken", "AlwaysToRecipient", "<sp:WssSamlV11Token11/>");
    let held = all("InitiatorToken", &older) + &all("RecipientToken", &by_serial());
    let held = binding("AsymmetricBinding", &held, "<sp:ProtectTokens/>");
    let suite = |name: &str, binding: String, suite: &str| {
        let row = Row::new(format!("{name}, {suite}"), policy(&(binding + PARTS)));
        let changed = match suite.contains("GCM") {
            true => format!("<c:{suite} xmlns:c=\"http://cxf.apache.org/custom/security-policy\"/>"),
            false => format!("<sp:{suite}/>"),
        };
        Row::new(format!("{name}, {suite}"), row.with("<sp:Basic256Sha256/>", &changed))
    };
    vec![
        Row::new("either derived with a user or certificates", policy(&either))
            .weaker(policy(&(asymmetric("") + SIGNED)), "the message breaks"),
        old("certificates, Endorsing: certificate", &(asymmetric("") + &supporting("Endorsing", &certificate) + PARTS)),
        old("derived, Signed: user", &(derived("") + &supporting("Signed", &user) + PARTS)),
        old("one key", &(one_key("") + PARTS)),
        suite("derived", derived(""), "Basic128GCM"),
        suite("one key", one_key(""), "TripleDesRsa15"),
        suite("certificates", asymmetric(""), "Basic256Sha256Rsa15"),
        suite("derived", derived(""), "Basic192Sha256"),
        Row::new("TLS, Signed: assertion of SAML 1.1", policy(&(tls("") + &supporting("Signed", &older))))
            .tampered(vec![["uid=ann", "uid=eve"]]),
        Row::new("assertion of SAML 1.1, ProtectTokens", policy(&(held + PARTS))).confirmed(Confirmed::ByHolderOfKey),
    ]
}

const ADDRESSING: &str =
    "<m:Addressing xmlns:m=\"http://www.w3.org/2007/05/addressing/metadata\"><wsp:Policy/></m:Addressing>";

/// What CXF reads, or writes, in another way than the standard has it.
fn read_otherwise() -> Vec<Row> {
    let Tokens { certificate, user, signing_user, .. } = tokens();
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let hashed = user.replace("<wsp:Policy>", "<wsp:Policy><sp:HashPassword/>");
    let by_thumbprint = |include: &str| x509(include, "<sp:RequireThumbprintReference/>");
    let demanded =
        all("InitiatorToken", &by_thumbprint("AlwaysToRecipient")) + &all("RecipientToken", &by_thumbprint("Always"));
    let two = all("SignatureToken", &by_thumbprint("Never")) + &all("EncryptionToken", &by_thumbprint("Never"));
    let confirming = all("Wss11", "<sp:MustSupportRefEncryptedKey/><sp:RequireSignatureConfirmation/>");
    let row = |name: &str, more: &str| Row::new(name, policy(more));
    let filter = format!(
        "<sp:SignedElements><f:Xpath2 xmlns:f=\"{}\" xmlns:s=\"{soap}\" xmlns:a=\"{WSA}\" Filter=\"intersect\">\
         /s:Envelope/s:Header/a:To</f:Xpath2></sp:SignedElements>",
        SP.replace("200702", "200802")
    );
    let filtered = row("certificates, To by a filter", &(asymmetric("") + SIGNED + &filter + ADDRESSING));
    let unfiltered = filtered.with(&filter, "");
    let content = format!(
        "<sp:ContentEncryptedElements xmlns:s=\"{soap}\" xmlns:a=\"{WSA}\"><sp:XPath>/s:Envelope/s:Body</sp:XPath>\
         <sp:XPath>/s:Envelope/s:Header/a:To</sp:XPath></sp:ContentEncryptedElements>"
    );
    let hidden = row("one key, content of the Body and of To", &(one_key("") + SIGNED + &content + ADDRESSING));
    let shown = hidden.with("<sp:XPath>/s:Envelope/s:Header/a:To</sp:XPath>", "");
    let whole = "CXF signs no header block under an empty sp:SignedParts, which has all of them signed (WS-SecurityPolicy 1.3 §4.1.1)";
    let derives = "CXF's client digests by SHA-1 where a derived key endorses, whatever the suite says (WS-SecurityPolicy 1.3 §6.1)";
    let derived_user = signing_user.replace("<wsp:Policy>", "<wsp:Policy><sp:RequireDerivedKeys/>");
    vec![
        row("certificates, sent and named by thumbprint", &(binding("AsymmetricBinding", &demanded, "") + PARTS)),
        row(
            "certificates, encrypted first, Signed: hashed password",
            &(asymmetric("<sp:EncryptBeforeSigning/>") + &supporting("Signed", &hashed) + PARTS),
        ),
        row("two tokens of one certificate", &(binding("SymmetricBinding", &two, "") + &confirming + PARTS)),
        row(
            "TLS, SignedEndorsingEncrypted: certificate",
            &(tls("") + &supporting("SignedEndorsingEncrypted", &certificate)),
        )
        .weaker(policy(&tls("")), "no signature endorses"),
        filtered.weaker(unfiltered, "To"),
        hidden.weaker(shown, "To is in clear text"),
        row("certificates, every part signed", &(asymmetric("") + "<sp:SignedParts/>" + ADDRESSING))
            .their_service(whole)
            .their_client(whole),
        row(
            "derived, Endorsing: user by a derived key",
            &(derived("") + &supporting("Endorsing", &derived_user) + PARTS),
        )
        .their_client(derives),
    ]
}
