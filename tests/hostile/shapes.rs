//! The shapes: each a message that repeats one thing, as often as it is told.

use std::sync::OnceLock;

use ws_security::c14n::base64_encode;
use ws_security::prelude::*;

use crate::common::*;
use crate::der;

macro_rules! shapes {
    ($($name:literal $count:literal |$n:ident| $make:expr;)*) => {
        vec![$(Shape { name: $name, count: $count, make: Box::new(|$n: usize| -> Vec<u8> { $make }) },)*]
    };
}

#[path = "explained.rs"]
mod explained;
#[path = "recent.rs"]
mod recent;
#[path = "rest.rs"]
mod rest;
#[path = "within.rs"]
mod within;

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
pub(crate) const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const WSSE11: &str = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
const X509: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";
const SWA: &str = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#";
const EXC: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const DIGEST: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A kind of message.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// How often the smallest repeats.
    pub(crate) count: usize,
    pub(crate) make: Box<dyn Fn(usize) -> Vec<u8>>,
}

/// An envelope with these header blocks beside a Security header with these children.
pub(crate) fn message(blocks: &str, children: &str, body: &str) -> Vec<u8> {
    format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:e=\"{WSSE}\" xmlns:u=\"{WSU}\" xmlns:f=\"{WSSE11}\" \
         xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:x=\"http://www.w3.org/2001/04/xmlenc#\" \
         xmlns:c=\"http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512\" \
         xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:b=\"urn:oasis:names:tc:SAML:1.0:assertion\" \
         xmlns:r=\"urn:mpeg:mpeg21:2003:01-REL-R-NS\" xmlns:n=\"urn:n\"><s:Header>{blocks}<e:Security>{children}\
         </e:Security></s:Header><s:Body u:Id=\"body\">{body}</s:Body></s:Envelope>"
    )
    .into_bytes()
}

pub(crate) fn header(children: &str) -> Vec<u8> {
    message("", children, "<n:a/>")
}

fn body(content: &str) -> Vec<u8> {
    // The reference makes a receiver that trusts the certificate digest the Body.
    let signature = signature(&reference("#body", ""), &alice());
    message("", &signature, content)
}

fn reference(uri: &str, transforms: &str) -> String {
    let transforms = match transforms {
        "" => format!("<d:Transform Algorithm=\"{EXC}\"/>"),
        other => other.to_owned(),
    };
    format!(
        "<d:Reference URI=\"{uri}\"><d:Transforms>{transforms}</d:Transforms><d:DigestMethod Algorithm=\"{SHA256}\"/>\
         <d:DigestValue>{DIGEST}</d:DigestValue></d:Reference>"
    )
}

fn signed_info(method: &str, references: &str) -> String {
    format!(
        "<d:SignedInfo><d:CanonicalizationMethod Algorithm=\"{EXC}\"/>{method}{references}</d:SignedInfo>\
         <d:SignatureValue>{}</d:SignatureValue>",
        base64_encode(&[7; 256])
    )
}

fn signature(references: &str, key_info: &str) -> String {
    let method = format!("<d:SignatureMethod Algorithm=\"{RSA}\"/>");
    let info = signed_info(&method, references);
    format!("<d:Signature>{info}<d:KeyInfo>{key_info}</d:KeyInfo></d:Signature>")
}

/// The certificate of the signer that the receiver trusts.
fn alice() -> String {
    x509(&format!("<d:X509Certificate>{}</d:X509Certificate>", base64_encode(certificate("alice").der())))
}

fn x509(entries: &str) -> String {
    format!("<e:SecurityTokenReference><d:X509Data>{entries}</d:X509Data></e:SecurityTokenReference>")
}

fn by_key(key_info: &str) -> Vec<u8> {
    header(&signature(&reference("#body", ""), key_info))
}

pub(crate) fn by_x509(entries: &str) -> Vec<u8> {
    by_key(&x509(entries))
}

fn token(kind: &str, der: &[u8]) -> String {
    format!(
        "<e:BinarySecurityToken u:Id=\"t\" ValueType=\"{X509}{kind}\">{}</e:BinarySecurityToken>",
        base64_encode(der)
    )
}

/// The certificate as a token, and a signature that it is to verify.
fn by_token(kind: &str, der: &[u8]) -> Vec<u8> {
    let key = "<e:SecurityTokenReference><e:Reference URI=\"#t\"/></e:SecurityTokenReference>";
    header(&format!("{}{}", token(kind, der), signature(&reference("#body", ""), key)))
}

fn long_name() -> String {
    format!("urn:{}", "x".repeat(60_000))
}

/// An envelope whose Body renders a long namespace name again for each of its children.
pub(crate) fn amplified(count: usize) -> String {
    let long = long_name();
    format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:l=\"{long}\"><s:Header/><s:Body>{}</s:Body></s:Envelope>",
        "<l:a/>".repeat(count)
    )
}

/// A message that our own sender encrypted, `part` of which is then repeated.
fn encrypted(content: &str, steps: usize) -> String {
    let envelope = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header/><s:Body><p:a xmlns:p=\"urn:p\">{content}</p:a></s:Body></s:Envelope>"
    );
    let encrypting = || Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let recipe = unlimited().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]));
    let recipe = (0..steps).fold(recipe, |recipe, _| recipe.encrypt(encrypting()));
    recipe.secured(&envelope)
}

fn genuine(content: &str) -> Vec<u8> {
    let envelope = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:n=\"urn:n\" xmlns:u=\"{WSU}\"><s:Header/><s:Body>{content}</s:Body></s:Envelope>"
    );
    let recipe = unlimited().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]));
    recipe.secured(&envelope).into_bytes()
}

/// A genuine message, of which a piece of SignedInfo was replaced afterwards: whoever explains it looks for what was signed.
fn added(piece: &str, by: &str) -> Vec<u8> {
    let message = String::from_utf8(genuine("")).expect("text");
    assert!(message.contains(piece), "{piece}");
    message.replacen(piece, by, 1).into_bytes()
}

const SIGNATURE_METHOD: &str = "<ds:SignatureMethod Algorithm=";
const TRANSFORM: &str = "<ds:Transform Algorithm=";
const DIGEST_METHOD: &str = "<ds:DigestMethod Algorithm=";

pub(crate) fn numbered(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect()
}

/// Attributes with the shortest names that end in `id`, in each way of writing that. A table of those of 1,084 elements has
/// just grown: it is twice as large as it must be.
fn named_as_ids() -> String {
    let letters = || ('a'..='z').chain('A'..='Z').map(String::from);
    let names = ["id", "Id", "iD", "ID"];
    names
        .iter()
        .flat_map(|id| std::iter::once(String::new()).chain(letters()).map(move |first| format!(" {first}{id}=''")))
        .collect()
}

/// A genuine EncryptedKey for bob, with this list and Id.
fn wrapped_key(list: &str, id: &str) -> String {
    static MESSAGE: OnceLock<String> = OnceLock::new();
    let message = MESSAGE.get_or_init(|| encrypted("x", 1));
    let start = message.find("<xenc:EncryptedKey").expect("a key");
    let end = message.find("</xenc:EncryptedKey>").expect("a key");
    let key = &message[start..end];
    let list_at = key.find("<xenc:ReferenceList").unwrap_or(key.len());
    let key = &key[..list_at];
    // Its token reference stays: it identifies bob by an identifier in the certificate.
    let (tag, rest) = key.split_once('>').expect("a tag");
    let tag: String = tag.split(" Id=\"").next().unwrap_or(tag).to_owned();
    let namespaces: String = ["xenc", "ds", "wsse"]
        .iter()
        .zip(["http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2000/09/xmldsig#", WSSE])
        .filter(|(prefix, _)| !tag.contains(&format!("xmlns:{prefix}=")))
        .map(|(prefix, uri)| format!(" xmlns:{prefix}=\"{uri}\""))
        .collect();
    format!("{tag}{namespaces} Id=\"{id}\">{rest}{list}</xenc:EncryptedKey>")
}

pub(crate) fn data(id: &str, value: &str) -> String {
    format!(
        "<x:EncryptedData Id=\"{id}\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><x:EncryptionMethod \
         Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/><x:CipherData><x:CipherValue>{value}</x:CipherValue>\
         </x:CipherData></x:EncryptedData>"
    )
}

fn assertion(content: &str) -> String {
    format!(
        "<a:Assertion ID=\"a\" Version=\"2.0\" IssueInstant=\"2026-01-01T00:00:00Z\"><a:Issuer>i</a:Issuer>{content}</a:Assertion>"
    )
}

fn package(part_header: &str, more: &str) -> Vec<u8> {
    let envelope = String::from_utf8(header("")).expect("text");
    let head = "Content-Type: multipart/related; boundary=b\r\n\r\n";
    format!("{head}--b\r\nContent-Type: text/xml\r\n\r\n{envelope}\r\n--b\r\n{part_header}\r\n\r\nx\r\n{more}--b--\r\n")
        .into_bytes()
}

pub(crate) fn all() -> Vec<Shape> {
    [
        documents(),
        headers(),
        signatures(),
        keys(),
        encryption(),
        assertions(),
        packages(),
        recent::all(),
        within::all(),
        explained::all(),
        rest::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn documents() -> Vec<Shape> {
    shapes! {
        "xml: nested elements" 5_000 |n| body(&format!("{}{}", "<n:a>".repeat(n), "</n:a>".repeat(n)));
        "xml: attributes of one element" 25_000 |n| body(&format!("<n:a{}/>", numbered(n, |i| format!(" a{i}=''"))));
        "xml: elements with attributes" 10_000 |n| body(&"<a b='' c='' d='' e='' f=''/>".repeat(n));
        "xml: declarations of one element" 10_000 |n| body(&format!("<a{}/>", numbered(n, |i| format!(" xmlns:p{i}='urn:p'"))));
        "xml: redeclarations" 4_000 |n| body(&numbered(n, |i| format!("<p:a xmlns:p='urn:{i}'/>")));
        "xml: redeclarations of sixty prefixes" 60 |n| body(&numbered(n, |i| format!("<a{}/>", numbered(50, |p| format!(" xmlns:p{p}='urn:{i}'")))));
        "xml: line feeds as references" 100_000 |n| body(&"&#10;".repeat(n));
        "xml: line feeds as references in a value" 10_000 |n| body(&format!("<n:a b='{}'/>", "&#10;".repeat(n)));
        "xml: text" 900_000 |n| body(&"x".repeat(n));
        "xml: text that is escaped" 400_000 |n| body(&">".repeat(n));
        "xml: text that is escaped and signed" 400_000 |n| genuine(&">".repeat(n));
        "xml: CDATA sections" 20_000 |n| body(&"<![CDATA[>]]>".repeat(n));
        "xml: comments" 50_000 |n| body(&"<!---->".repeat(n));
        "xml: processing instructions" 50_000 |n| body(&"<?p?>".repeat(n));
        "xml: empty elements" 50_000 |n| body(&"<a/>".repeat(n));
        "xml: empty elements that are signed" 50_000 |n| genuine(&"<a/>".repeat(n));
        "xml: empty elements and text" 25_000 |n| body(&"<a/>>".repeat(n));
        "xml: empty elements and text that are signed" 25_000 |n| genuine(&"<a/>>".repeat(n));
        "xml: empty pairs of tags" 50_000 |n| body(&"<a></a>".repeat(n));
        "xml: end tags with white space" 30_000 |n| body(&"<a></a\n>".repeat(n));
        "xml: Ids" 10_000 |n| body(&numbered(n, |i| format!("<n:a u:Id='i{i}'/>")));
        "xml: Ids that are signed" 10_000 |n| genuine(&numbered(n, |i| format!("<n:a u:Id='i{i}'/>")));
        "xml: attributes named as Ids" 271 |n| body(&format!("<a{}/>", named_as_ids()).repeat(n));
        "xml: equal Ids" 10_000 |n| body(&"<n:a u:Id='i'/>".repeat(n));
        "xml: names" 900 |n| body(&numbered(n, |i| format!("<n:a{i:01000}/>")));
        "xml: a long name" 500_000 |n| body(&format!("<n:{}/>", "x".repeat(n)));
        "xml: a long value" 500_000 |n| body(&format!("<n:a b='{}'/>", "x".repeat(n)));
        "xml: a long namespace that is rendered" 5_000 |n| amplified(n).into_bytes();
        "xml: a long namespace in a signed Body" 5_000 |n| body(&format!("<n:a xmlns:l='{}'>{}</n:a>", long_name(), "<l:a/>".repeat(n)));
        "xml: a long namespace on siblings" 4 |n| body(&numbered(n, |i| format!("<l:a xmlns:l='{}{i}'/>", long_name())));
        "xml: prefixed attributes" 10_000 |n| body(&"<n:a n:b='' u:b=''/>".repeat(n));
        "xml: doctype" 100_000 |n| format!("<!DOCTYPE a [{}]><a/>", "<!ENTITY a 'b'>".repeat(n / 10)).into_bytes();
    }
}

fn headers() -> Vec<Shape> {
    shapes! {
        "header: blocks" 20_000 |n| message(&"<n:a/>".repeat(n), "", "");
        "header: blocks to be understood" 10_000 |n| message(&"<n:a s:mustUnderstand='1'/>".repeat(n), "", "");
        "header: Security headers" 5_000 |n| message(&numbered(n, |i| format!("<e:Security s:actor='urn:{i}'/>")), "", "");
        "header: equal Security headers" 5_000 |n| message(&"<e:Security s:actor='urn:a'/>".repeat(n), "", "");
        "header: unknown children" 40_000 |n| header(&"<n:a/>".repeat(n));
        "header: unknown children of long names" 900 |n| header(&numbered(n, |i| format!("<n:a{i:01000}/>")));
        "header: timestamps" 5_000 |n| header(&"<u:Timestamp><u:Created>2026-01-01T00:00:00Z</u:Created></u:Timestamp>".repeat(n));
        "header: a long instant" 500_000 |n| header(&format!("<u:Timestamp><u:Created>{}</u:Created></u:Timestamp>", "1".repeat(n)));
        "header: tokens" 500 |n| header(&token("X509v3", certificate("alice").der()).replace(" u:Id=\"t\"", "").repeat(n));
        "header: unreadable tokens" 5_000 |n| header(&"<e:BinarySecurityToken ValueType='urn:x'>AAAA</e:BinarySecurityToken>".repeat(n));
        "header: username tokens" 5_000 |n| header(&"<e:UsernameToken><e:Username>a</e:Username></e:UsernameToken>".repeat(n));
        "header: a username token's children" 10_000 |n| header(&format!("<e:UsernameToken><e:Username>a</e:Username>{}</e:UsernameToken>", "<n:a/>".repeat(n)));
        "header: a long user name" 500_000 |n| header(&format!("<e:UsernameToken><e:Username>{}</e:Username></e:UsernameToken>", "x".repeat(n)));
        "header: a long password" 500_000 |n| header(&format!("<e:UsernameToken><e:Username>a</e:Username><e:Password>{}</e:Password></e:UsernameToken>", "x".repeat(n)));
        "header: a long nonce" 500_000 |n| header(&format!("<e:UsernameToken><e:Username>a</e:Username><e:Nonce>{}</e:Nonce></e:UsernameToken>", "AAAA".repeat(n / 4)));
        "header: a spaced nonce" 500_000 |n| header(&format!("<e:UsernameToken><e:Username>a</e:Username><e:Nonce>{}</e:Nonce></e:UsernameToken>", "A \n".repeat(n / 4)));
        "header: confirmations" 10_000 |n| header(&"<f:SignatureConfirmation Value='AAAA'/>".repeat(n));
        "header: a long confirmation" 15_000 |n| header(&format!("<f:SignatureConfirmation Value='{}'/>", "AAAA".repeat(n / 4)));
        "header: references" 10_000 |n| header(&"<e:SecurityTokenReference><e:Reference URI='#t'/></e:SecurityTokenReference>".repeat(n));
        "header: derived keys" 4_000 |n| header(&numbered(n, |i| format!("<c:DerivedKeyToken u:Id='k{}'><e:SecurityTokenReference><e:Reference URI='#k{i}'/></e:SecurityTokenReference><c:Nonce>AAAAAAAAAAAAAAAAAAAAAA==</c:Nonce></c:DerivedKeyToken>", i + 1)));
        "header: contexts" 5_000 |n| header(&"<c:SecurityContextToken><c:Identifier>urn:a</c:Identifier></c:SecurityContextToken>".repeat(n));
        "header: licenses" 10_000 |n| header(&numbered(n, |i| format!("<r:license u:Id='l{i}'/>")));
        "header: a license" 50_000 |n| {
            let key = "<e:SecurityTokenReference><e:Reference URI='#l' ValueType='http://docs.oasis-open.org/wss/oasis-wss-rel-token-profile-1.0.pdf#license'/></e:SecurityTokenReference>";
            header(&format!("<r:license u:Id='l'>{}</r:license>{}", "<n:a/>".repeat(n), signature(&reference("#body", ""), key)))
        };
        "header: a license that renders a long namespace" 5_000 |n| {
            let key = "<e:SecurityTokenReference><e:Reference URI='#l' ValueType='http://docs.oasis-open.org/wss/oasis-wss-rel-token-profile-1.0.pdf#license'/></e:SecurityTokenReference>";
            header(&format!("<r:license u:Id='l' xmlns:l='{}'>{}</r:license>{}", long_name(), "<l:a/>".repeat(n), signature(&reference("#body", ""), key)))
        };
        "header: attributes of our header" 10_000 |n| {
            let text = String::from_utf8(header("")).expect("text");
            text.replace("<e:Security>", &format!("<e:Security{}>", numbered(n, |i| format!(" a{i}=''")))).into_bytes()
        };
    }
}

fn signatures() -> Vec<Shape> {
    shapes! {
        "signature: signatures" 500 |n| header(&signature(&reference("#body", ""), &alice()).repeat(n));
        "signature: references" 2_000 |n| header(&signature(&reference("#body", "").repeat(n), &alice()));
        "signature: references to a large Body" 16 |n| message("", &signature(&reference("#body", "").repeat(n), &alice()), &"x".repeat(50_000 * n));
        "signature: transforms" 5_000 |n| header(&signature(&reference("#body", &format!("<d:Transform Algorithm='{EXC}'/>").repeat(n)), &alice()));
        "signature: a prefix list" 20_000 |n| header(&signature(&reference("#body", &format!("<d:Transform Algorithm='{EXC}'><c14:InclusiveNamespaces xmlns:c14='{EXC}' PrefixList='{}'/></d:Transform>", "p ".repeat(n))), &alice()));
        "signature: inside a prefix list" 20_000 |n| header(&signature(&reference("#body", &format!("<d:Transform Algorithm='{EXC}'><c14:InclusiveNamespaces xmlns:c14='{EXC}' PrefixList='n'>{}</c14:InclusiveNamespaces></d:Transform>", "<n:a/>".repeat(n))), &alice()));
        "signature: inside a digest method" 20_000 |n| header(&signature(&reference("#body", "").replace("/><d:DigestValue", &format!(">{}</d:DigestMethod><d:DigestValue", "<n:a/>".repeat(n))), &alice()));
        "signature: a long namespace inside a digest method" 5_000 |n| header(&signature(&reference("#body", "").replace("/><d:DigestValue", &format!(" xmlns:l='{}'>{}</d:DigestMethod><d:DigestValue", long_name(), "<l:a/>".repeat(n))), &alice()));
        "signature: a long namespace on references" 500 |n| {
            let references = reference("#body", "").replace("<d:Reference ", "<d:Reference l:a='' ").repeat(n);
            let text = String::from_utf8(header(&signature(&references, &alice()))).expect("text");
            text.replace("<d:Signature>", &format!("<d:Signature xmlns:l='{}'>", long_name())).into_bytes()
        };
        "signature: a long namespace on every element" 10 |n| {
            let references = reference("#body", "").replace("<d:DigestMethod", "<d:DigestMethod l:a=''").replace("<d:DigestValue", "<d:DigestValue l:a=''").replace("<d:Transform ", "<d:Transform l:a='' ").repeat(n);
            let text = String::from_utf8(header(&signature(&references, &alice()))).expect("text");
            text.replace("<d:Signature>", &format!("<d:Signature xmlns:l='{}'>", long_name())).into_bytes()
        };
        "signature: a long digest" 500_000 |n| header(&signature(&reference("#body", "").replace(DIGEST, &"A".repeat(n)), &alice()));
        "signature: a long value" 500_000 |n| header(&signature(&reference("#body", ""), &alice()).replace(&base64_encode(&[7; 256]), &"A".repeat(n)));
        "signature: a long URI" 15_000 |n| header(&signature(&reference(&format!("#{}", "x".repeat(n)), ""), &alice()));
        "signature: objects" 20_000 |n| header(&signature(&reference("#body", ""), &alice()).replace("</d:Signature>", &format!("{}</d:Signature>", "<d:Object/>".repeat(n))));
        "signature: PSS parameters" 20_000 |n| {
            let method = format!("<d:SignatureMethod Algorithm='http://www.w3.org/2007/05/xmldsig-more#rsa-pss'>{}</d:SignatureMethod>", "<n:a/>".repeat(n));
            header(&format!("<d:Signature>{}</d:Signature>", signed_info(&method, &reference("#body", ""))))
        };
        "signature: prefixes of a list that was added" 7_500 |n| added("</ds:Transform>", &format!("<ec:InclusiveNamespaces xmlns:ec='{EXC}' PrefixList='{}'/></ds:Transform>", "s ".repeat(n)));
        "signature: methods that were added" 2_500 |n| added(SIGNATURE_METHOD, &format!("{}{SIGNATURE_METHOD}", "<ds:SignatureMethod Algorithm='u'/>".repeat(n)));
        "signature: transforms that were added" 2_500 |n| added(TRANSFORM, &format!("{}{TRANSFORM}", "<ds:Transform Algorithm='u'/>".repeat(n)));
        "signature: digests that were added" 2_500 |n| added(DIGEST_METHOD, &format!("{}{DIGEST_METHOD}", "<ds:DigestMethod Algorithm='u'/><ds:DigestValue>AAAA</ds:DigestValue>".repeat(n)));
        "signature: attributes that were added to a method" 15_000 |n| added(SIGNATURE_METHOD, &format!("<ds:SignatureMethod b='{}' Algorithm=", "x".repeat(n)));
        "signature: references that were added" 500 |n| added("</ds:SignedInfo>", &format!("{}</ds:SignedInfo>", reference("#body", "").repeat(n)).replace("<d:", "<ds:").replace("</d:", "</ds:"));
        "signature: token that renders a long namespace" 5_000 |n| {
            let transform = format!("<d:Transform Algorithm='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform'><e:TransformationParameters><d:CanonicalizationMethod Algorithm='{EXC}'/></e:TransformationParameters></d:Transform>");
            let token = format!("<r:license u:Id='l' xmlns:l='{}'>{}</r:license>", long_name(), "<l:a/>".repeat(n));
            let key = alice().replace("<e:SecurityTokenReference>", "<e:SecurityTokenReference u:Id='k'>");
            let other = "<e:SecurityTokenReference u:Id='o'><e:Reference URI='#l'/></e:SecurityTokenReference>";
            header(&format!("{token}{other}{}", signature(&reference("#o", &transform), &key)))
        };
    }
}

fn keys() -> Vec<Shape> {
    shapes! {
        "keys: children of KeyInfo" 20_000 |n| by_key(&"<n:a/>".repeat(n));
        "keys: names" 10_000 |n| by_key(&"<d:KeyName>a</d:KeyName>".repeat(n));
        "keys: a long name" 500_000 |n| by_key(&format!("<d:KeyName>{}</d:KeyName>", "x".repeat(n)));
        "keys: a name of many RDNs" 50_000 |n| by_key(&format!("<d:KeyName>CN=a{}</d:KeyName>", ",CN=a".repeat(n)));
        "keys: references" 5_000 |n| by_key(&"<e:SecurityTokenReference><e:Reference URI='#t'/></e:SecurityTokenReference>".repeat(n));
        "keys: children of a reference" 10_000 |n| by_key(&format!("<e:SecurityTokenReference>{}</e:SecurityTokenReference>", "<e:Reference URI='#t'/>".repeat(n)));
        "keys: X509Data" 5_000 |n| by_key(&"<d:X509Data><d:X509SKI>AAAA</d:X509SKI></d:X509Data>".repeat(n));
        "keys: values" 2_000 |n| by_key(&format!("<d:KeyValue><d:RSAKeyValue><d:Modulus>{}</d:Modulus><d:Exponent>AQAB</d:Exponent></d:RSAKeyValue></d:KeyValue>", base64_encode(&[0xFF; 256])).repeat(n));
        "keys: a long modulus" 500_000 |n| by_key(&format!("<d:KeyValue><d:RSAKeyValue><d:Modulus>{}</d:Modulus><d:Exponent>AQAB</d:Exponent></d:RSAKeyValue></d:KeyValue>", "A".repeat(n)));
        "keys: encrypted keys" 1_000 |n| by_key(&wrapped_key("", "k").replace(" Id=\"k\"", "").repeat(n));
        "keys: certificates" 100 |n| by_x509(&numbered(n, |i| format!("<d:X509Certificate>{}</d:X509Certificate>", base64_encode(&der::nth(i)))));
        "keys: authorities" 100 |n| by_x509(&format!("<d:X509Certificate>{}</d:X509Certificate>{}", base64_encode(&der::nth(0)), numbered(n, |i| format!("<d:X509Certificate>{}</d:X509Certificate>", base64_encode(&der::nth_authority(i))))));
        "keys: certificates in X509Data alone" 100 |n| by_key(&format!("<d:X509Data>{}</d:X509Data>", numbered(n, |i| format!("<d:X509Certificate>{}</d:X509Certificate>", base64_encode(&der::nth(i))))));
        "keys: issuers and serial numbers" 2_000 |n| by_x509(&"<d:X509IssuerSerial><d:X509IssuerName>CN=a</d:X509IssuerName><d:X509SerialNumber>1</d:X509SerialNumber></d:X509IssuerSerial>".repeat(n));
        "keys: an issuer of many RDNs" 50_000 |n| by_x509(&format!("<d:X509IssuerSerial><d:X509IssuerName>CN=a{}</d:X509IssuerName><d:X509SerialNumber>1</d:X509SerialNumber></d:X509IssuerSerial>", ",CN=a".repeat(n)));
        "keys: an issuer of one wide RDN" 50_000 |n| by_x509(&format!("<d:X509IssuerSerial><d:X509IssuerName>CN=a{}</d:X509IssuerName><d:X509SerialNumber>1</d:X509SerialNumber></d:X509IssuerSerial>", "+CN=a".repeat(n)));
        "keys: a long issuer" 500_000 |n| by_x509(&format!("<d:X509IssuerSerial><d:X509IssuerName>CN={}</d:X509IssuerName><d:X509SerialNumber>1</d:X509SerialNumber></d:X509IssuerSerial>", "x".repeat(n)));
        "keys: a long serial number" 50_000 |n| by_x509(&format!("<d:X509IssuerSerial><d:X509IssuerName>CN=a</d:X509IssuerName><d:X509SerialNumber>{}</d:X509SerialNumber></d:X509IssuerSerial>", "7".repeat(n)));
        "keys: a long subject" 100_000 |n| by_x509(&format!("<d:X509SubjectName>CN={}</d:X509SubjectName>", "\\,".repeat(n)));
        "keys: subjects of one wide RDN, of tokens and as written" 16 |n| {
            let tokens = numbered(14, |i| token("X509v3", &der::with_wide_subject(n, i)).replace("\"t\"", &format!("\"t{i}\"")));
            let name = format!("<d:X509SubjectName>{}CN=y</d:X509SubjectName>", "CN=x+".repeat(n - 1));
            header(&format!("{tokens}{}", signature(&reference("#body", ""), &x509(&name.repeat(16)))))
        };
        "keys: a subject of commas that nothing escapes" 2_000 |n| by_x509(&format!("<d:X509SubjectName>CN={}=x</d:X509SubjectName>", ",".repeat(n)).repeat(16));
        "keys: identifiers" 10_000 |n| by_x509(&"<d:X509SKI>AAAA</d:X509SKI>".repeat(n));
        "keys: lists of revocations" 10_000 |n| by_x509(&"<d:X509CRL>AAAA</d:X509CRL>".repeat(n));
        "keys: a token's serial number" 10_000 |n| by_token("X509v3", &der::with_serial(n));
        "keys: a token's issuer" 1_000 |n| by_token("X509v3", &der::with_issuer(n));
        "keys: a token's subject" 1_000 |n| by_token("X509v3", &der::with_subject(n));
        "keys: a token's wide RDN" 1_000 |n| by_token("X509v3", &der::with_wide_rdn(n));
        "keys: a token's extensions" 1_000 |n| by_token("X509v3", &der::with_extensions(n));
        "keys: a path" 20 |n| by_token("X509PKIPathv1", &der::path(n));
        "keys: a bag" 20 |n| by_token("PKCS7", &der::bag(n));
        "keys: a long token" 500_000 |n| by_token("X509v3", &vec![0; n]);
        "keys: an embedded certificate" 10_000 |n| by_key(&format!("<e:SecurityTokenReference><e:Embedded>{}</e:Embedded></e:SecurityTokenReference>", token("X509v3", &der::with_serial(n))));
        "keys: a certificate as identifier" 10_000 |n| by_key(&format!("<e:SecurityTokenReference><e:KeyIdentifier ValueType='{X509}X509v3'>{}</e:KeyIdentifier></e:SecurityTokenReference>", base64_encode(&der::with_serial(n))));
    }
}

fn encryption() -> Vec<Shape> {
    shapes! {
        "encryption: encrypted keys" 200 |n| header(&numbered(n, |i| wrapped_key("", &format!("k{i}"))));
        "encryption: encrypted keys with lists" 200 |n| {
            let keys = numbered(n, |i| wrapped_key(&format!("<xenc:ReferenceList><xenc:DataReference URI='#d{i}'/></xenc:ReferenceList>"), &format!("k{i}")));
            message("", &keys, &numbered(n, |i| data(&format!("d{i}"), "AAAA")))
        };
        "encryption: references of a list" 5_000 |n| header(&wrapped_key(&format!("<xenc:ReferenceList>{}</xenc:ReferenceList>", "<xenc:DataReference URI='#d'/>".repeat(n)), "k"));
        "encryption: a list" 5_000 |n| header(&format!("<x:ReferenceList>{}</x:ReferenceList>", numbered(n, |i| format!("<x:DataReference URI='#d{i}'/>"))));
        "encryption: lists" 5_000 |n| header(&"<x:ReferenceList><x:DataReference URI='#d'/></x:ReferenceList>".repeat(n));
        "encryption: encrypted data" 1_000 |n| message("", &format!("<x:ReferenceList>{}</x:ReferenceList>", numbered(n, |i| format!("<x:DataReference URI='#d{i}'/>"))), &numbered(n, |i| data(&format!("d{i}"), "AAAA")));
        "encryption: a long cipher value" 500_000 |n| message("", &wrapped_key("<xenc:ReferenceList><xenc:DataReference URI='#d'/></xenc:ReferenceList>", "k"), &data("d", &"A".repeat(n)));
        "encryption: a long wrapped key" 500_000 |n| header(&format!("<x:EncryptedKey><x:EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#kw-aes256'/><x:CipherData><x:CipherValue>{}</x:CipherValue></x:CipherData></x:EncryptedKey>", "A".repeat(n)));
        "encryption: encryption properties" 10_000 |n| header(&wrapped_key(&"<xenc:EncryptionProperties/>".repeat(n), "k"));
        "encryption: a large plaintext" 300_000 |n| encrypted(&"x".repeat(n), 1).into_bytes();
        "encryption: a plaintext of empty elements" 50_000 |n| encrypted(&"<a/>".repeat(n), 1).into_bytes();
        "encryption: namespaces in a plaintext and around it" 2_000 |n| {
            let around = numbered(n, |i| format!("<a xmlns:q{i}='urn:around:{i}'/>"));
            encrypted(&numbered(n, |i| format!("<a xmlns:p{i}='urn:inside:{i}'/>")), 1).replacen("</s:Header>", &format!("<n:a xmlns:n='urn:n'>{around}</n:a></s:Header>"), 1).into_bytes()
        };
        "encryption: a plaintext in a plaintext" 200_000 |n| encrypted(&"x".repeat(n), 2).into_bytes();
        "encryption: decryption steps on a large Body" 200_000 |n| {
            let step = |i: usize| wrapped_key(&format!("<xenc:ReferenceList><xenc:DataReference URI='#d{i}'/></xenc:ReferenceList>"), &format!("k{i}"));
            message("", &numbered(8, step), &format!("{}{}", numbered(8, |i| data(&format!("d{i}"), "AAAA")), "x".repeat(n)))
        };
    }
}

fn assertions() -> Vec<Shape> {
    shapes! {
        "assertion: assertions" 2_000 |n| header(&assertion("").replace(" ID=\"a\"", "").repeat(n));
        "assertion: attributes" 5_000 |n| header(&assertion(&format!("<a:AttributeStatement>{}</a:AttributeStatement>", "<a:Attribute Name='n'><a:AttributeValue>v</a:AttributeValue></a:Attribute>".repeat(n))));
        "assertion: attribute values" 5_000 |n| header(&assertion(&format!("<a:AttributeStatement><a:Attribute Name='n'>{}</a:Attribute></a:AttributeStatement>", "<a:AttributeValue>v</a:AttributeValue>".repeat(n))));
        "assertion: statements" 5_000 |n| header(&assertion(&"<a:AttributeStatement/>".repeat(n)));
        "assertion: audiences" 5_000 |n| header(&assertion(&format!("<a:Conditions><a:AudienceRestriction>{}</a:AudienceRestriction></a:Conditions>", "<a:Audience>urn:us</a:Audience>".repeat(n))));
        "assertion: restrictions" 5_000 |n| header(&assertion(&format!("<a:Conditions>{}</a:Conditions>", "<a:AudienceRestriction><a:Audience>urn:us</a:Audience></a:AudienceRestriction>".repeat(n))));
        "assertion: confirmations" 5_000 |n| header(&assertion(&format!("<a:Subject>{}</a:Subject>", "<a:SubjectConfirmation Method='urn:oasis:names:tc:SAML:2.0:cm:bearer'/>".repeat(n))));
        "assertion: keys" 5_000 |n| header(&assertion(&format!("<a:Subject><a:SubjectConfirmation Method='urn:oasis:names:tc:SAML:2.0:cm:holder-of-key'><a:SubjectConfirmationData>{}</a:SubjectConfirmationData></a:SubjectConfirmation></a:Subject>", "<d:KeyInfo/>".repeat(n))));
        "assertion: confirmation methods" 5_000 |n| header(&format!("<b:Assertion AssertionID='a' MajorVersion='1' MinorVersion='1' Issuer='i' IssueInstant='2026-01-01T00:00:00Z'><b:AttributeStatement><b:Subject><b:SubjectConfirmation>{}</b:SubjectConfirmation></b:Subject></b:AttributeStatement></b:Assertion>", "<b:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:bearer</b:ConfirmationMethod>".repeat(n)));
        "assertion: a long namespace" 5_000 |n| header(&assertion(&format!("<a:Advice xmlns:l='{}'>{}</a:Advice>{}", long_name(), "<l:a/>".repeat(n), signature(&reference("#a", &format!("<d:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/><d:Transform Algorithm='{EXC}'/>")), &alice()))));
        "assertion: encrypted" 1_000 |n| header(&format!("<a:EncryptedAssertion>{}</a:EncryptedAssertion>", data("d", "AAAA")).replace(" Id=\"d\"", "").repeat(n));
    }
}

fn packages() -> Vec<Shape> {
    shapes! {
        "package: parts" 20 |n| package("Content-ID: <a@b>", &"--b\r\n\r\nx\r\n".repeat(n));
        "package: fields" 200 |n| package(&"X-A: b\r\n".repeat(n), "");
        "package: one long field" 5_000 |n| package(&format!("Content-ID: <{}>", "x".repeat(n)), "");
        "package: folded lines" 1_000 |n| package(&format!("Content-Description: a{}", "\r\n b".repeat(n)), "");
        "package: parameters" 400 |n| package(&format!("Content-Type: a/b{}", numbered(n, |i| format!(";p{i}=v"))), "");
        "package: continuations" 400 |n| package(&format!("Content-Type: a/b{}", numbered(n, |i| format!(";p*{i}=v"))), "");
        "package: continuations of many names" 400 |n| package(&format!("Content-Type: a/b{}", numbered(n, |i| format!(";p{i}*0=v"))), "");
        "package: nested comments" 1_500 |n| package(&format!("Content-Type: a/b {}{}", "(".repeat(n), ")".repeat(n)), "");
        "package: comments" 1_500 |n| package(&format!("Content-Type: a/b {}", "()".repeat(n)), "");
        "package: encoded words" 150 |n| package(&format!("Content-Description: {}", "=?utf-8?q?a?= ".repeat(n)), "");
        "package: beginnings of encoded words" 1_500 |n| package(&format!("Content-Description: {}", "=?".repeat(n)), "");
        "package: a text of line feeds" 500_000 |n| package("Content-Type: text/plain\r\nContent-ID: <a@b>", &format!("--b\r\n\r\n{}\r\n", "\n".repeat(n)));
        "package: an attachment in base64" 500_000 |n| package("Content-ID: <a@b>", &format!("--b\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", "AAAA".repeat(n / 4)));
        "package: an attachment in quoted-printable" 500_000 |n| package("Content-ID: <a@b>", &format!("--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n", "=41".repeat(n / 3)));
        "package: lines like delimiters" 100_000 |n| package("Content-ID: <a@b>", &format!("--b\r\n\r\n{}\r\n", "--b-\r\n".repeat(n)));
        "package: before the first part" 500_000 |n| [&b"Content-Type: multipart/related; boundary=b\r\n\r\n"[..], "x\r\n".repeat(n / 3).as_bytes(), b"--b\r\n\r\nx\r\n--b--"].concat();
    }
}
