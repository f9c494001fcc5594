//! Shapes of what the other files do not repeat.

use ws_security::c14n::base64_encode;

use super::recent::included;
use super::{
    Shape, X509, alice, assertion, body, by_key, by_token, by_x509, data, header, message, numbered, package,
    reference, signature, wrapped_key,
};
use crate::der;

const STR: &str = "e:SecurityTokenReference";
const KW: &str = "http://www.w3.org/2001/04/xmlenc#kw-aes256";
const DK: &str = "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/dk";
const LIST: &str = "<x:ReferenceList><x:DataReference URI='#d'/></x:ReferenceList>";

pub(crate) fn all() -> Vec<Shape> {
    [derived(), encrypted(), blocks(), of_saml(), of_certificates(), of_packages(), unnamed()]
        .into_iter()
        .flatten()
        .collect()
}

fn dkt(id: &str, target: &str, more: &str) -> String {
    format!(
        "<c:DerivedKeyToken u:Id='{id}' Algorithm='{DK}/p_sha1'><{STR}><e:Reference URI='#{target}'/></{STR}>{more}<c:Nonce>AAAAAAAAAAAAAAAAAAAAAA==</c:Nonce></c:DerivedKeyToken>"
    )
}

const CONTEXT: &str = "<c:SecurityContextToken u:Id='c'><c:Identifier>urn:a</c:Identifier></c:SecurityContextToken>";

fn by_dkt(id: &str) -> String {
    format!("<{STR}><e:Reference URI='#{id}'/></{STR}>")
}

fn hmac(key: &str) -> String {
    signature(&reference("#body", ""), key)
        .replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1")
}

fn derived() -> Vec<Shape> {
    shapes! {
        "rest: a chain of derived keys" 12 |n| {
            let chain = numbered(n, |i| dkt(&format!("k{}", i + 1), &format!("k{i}"), ""));
            header(&format!("{}{chain}{}", dkt("k0", "c", ""), hmac(&by_dkt(&format!("k{n}")))))
        };
        "rest: derived keys of one context, each used" 6 |n| {
            let keys = numbered(n, |i| dkt(&format!("k{i}"), "c", ""));
            let all = numbered(n, |i| data(&format!("d{i}"), "AAAA").replace("<x:CipherData>", &format!("<d:KeyInfo>{}</d:KeyInfo><x:CipherData>", by_dkt(&format!("k{i}")))));
            let list = numbered(n, |i| format!("<x:DataReference URI='#d{i}'/>"));
            message("", &format!("{CONTEXT}{keys}<x:ReferenceList>{list}</x:ReferenceList>"), &all)
        };
        "rest: a long label" 300_000 |n| header(&format!("{CONTEXT}{}{}", dkt("k", "c", &format!("<c:Label>{}</c:Label>", "x".repeat(n))), hmac(&by_dkt("k"))));
        "rest: a long nonce of a derived key" 300_000 |n| header(&format!("{CONTEXT}{}{}", dkt("k", "c", "").replace("AAAAAAAAAAAAAAAAAAAAAA==", &"AAAA".repeat(n / 4)), hmac(&by_dkt("k"))));
        "rest: a long generation" 300_000 |n| header(&format!("{CONTEXT}{}{}", dkt("k", "c", &format!("<c:Generation>{}</c:Generation>", "9".repeat(n))), hmac(&by_dkt("k"))));
        "rest: a length of a derived key" 300_000 |n| header(&format!("{CONTEXT}{}{}", dkt("k", "c", &format!("<c:Offset>{}</c:Offset><c:Length>{}</c:Length>", n * 1_000, n * 100)), hmac(&by_dkt("k"))));
        "rest: properties of a derived key" 10_000 |n| header(&format!("{CONTEXT}{}{}", dkt("k", "c", &format!("<c:Properties>{}</c:Properties>", "<n:a/>".repeat(n))), hmac(&by_dkt("k"))));
        "rest: labels" 10_000 |n| header(&format!("{CONTEXT}{}{}", dkt("k", "c", &"<c:Label>x</c:Label>".repeat(n)), hmac(&by_dkt("k"))));
        "rest: a long identifier of a context" 300_000 |n| header(&format!("{}{}", CONTEXT.replace("urn:a", &format!("urn:{}", "a".repeat(n))), hmac(&by_dkt("c"))));
        "rest: children of a context" 10_000 |n| header(&format!("{}{}", CONTEXT.replace("</c:Sec", &format!("{}</c:Sec", "<n:a/>".repeat(n))), hmac(&by_dkt("c"))));
        "rest: a long salt of a password" 300_000 |n| header(&format!("<e:UsernameToken u:Id='u'><e:Username>a</e:Username><f:Salt>{}</f:Salt><f:Iteration>1000</f:Iteration></e:UsernameToken>{}", "AAAA".repeat(n / 4), hmac(&by_dkt("u"))));
        "rest: a long number of iterations" 300_000 |n| header(&format!("<e:UsernameToken u:Id='u'><e:Username>a</e:Username><f:Salt>AAAAAAAAAAAAAAAAAAAAAA==</f:Salt><f:Iteration>{}</f:Iteration></e:UsernameToken>{}", "9".repeat(n), hmac(&by_dkt("u"))));
        "rest: iterations" 1_000_000 |n| header(&format!("<e:UsernameToken u:Id='u'><e:Username>a</e:Username><f:Salt>AAAAAAAAAAAAAAAAAAAAAA==</f:Salt><f:Iteration>{n}</f:Iteration></e:UsernameToken>{}", hmac(&by_dkt("u"))));
    }
}

fn key_of(method: &str, key_info: &str, more: &str) -> String {
    format!(
        "<x:EncryptedKey Id='k'><x:EncryptionMethod Algorithm='{KW}'>{method}</x:EncryptionMethod><d:KeyInfo>{key_info}</d:KeyInfo><x:CipherData><x:CipherValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</x:CipherValue></x:CipherData>{LIST}{more}</x:EncryptedKey>"
    )
}

fn encrypted() -> Vec<Shape> {
    shapes! {
        "rest: encrypted keys inside one another" 4 |n| message("", &(0..n).fold(key_of("", "", ""), |inner, i| key_of("", &inner.replace("Id='k'", &format!("Id='k{i}'")), "")), &data("d", "AAAA"));
        "rest: encrypted keys that name one another" 3 |n| message("", &numbered(n, |i| key_of("", &by_dkt(&format!("k{}", i + 1)), "").replace("Id='k'", &format!("Id='k{i}'"))), &data("d", "AAAA"));
        "rest: children of an encryption method" 10_000 |n| message("", &key_of(&"<x:KeySize>256</x:KeySize>".repeat(n), "", ""), &data("d", "AAAA"));
        "rest: a long key size" 300_000 |n| message("", &key_of(&format!("<x:KeySize>{}</x:KeySize>", "9".repeat(n)), "", ""), &data("d", "AAAA"));
        "rest: long OAEP parameters" 300_000 |n| message("", &wrapped_key(&LIST.replace("x:", "xenc:"), "k").replacen("</xenc:EncryptionMethod>", &format!("<xenc:OAEPparams>{}</xenc:OAEPparams></xenc:EncryptionMethod>", "AAAA".repeat(n / 4)), 1), &data("d", "AAAA"));
        "rest: carried names" 5_000 |n| message("", &key_of("", "", &"<x:CarriedKeyName>a</x:CarriedKeyName>".repeat(n)), &data("d", "AAAA"));
        "rest: a long carried name and who looks for it" 20 |n| message("", &[key_of("", "", &format!("<x:CarriedKeyName>{}</x:CarriedKeyName>", "a".repeat(10_000 * n))), format!("<x:ReferenceList>{}</x:ReferenceList>", numbered(n, |i| format!("<x:DataReference URI='#e{i}'/>")))].concat(), &numbered(n, |i| data(&format!("e{i}"), "AAAA").replace("<x:CipherData>", &format!("<d:KeyInfo><d:KeyName>{}</d:KeyName></d:KeyInfo><x:CipherData>", "a".repeat(10_000)))));
        "rest: a long recipient" 50_000 |n| message("", &key_of("", "", "").replace("Id='k'", &format!("Id='k' Recipient='{}'", "r".repeat(n))), &data("d", "AAAA"));
        "rest: transforms of a cipher reference" 5_000 |n| message("", &wrapped_key(&LIST.replace("x:", "xenc:"), "k"), &data("d", "AAAA").replace("<x:CipherValue>AAAA</x:CipherValue>", &format!("<x:CipherReference URI='cid:a@b'><x:Transforms>{}</x:Transforms></x:CipherReference>", "<d:Transform Algorithm='urn:a'/>".repeat(n))));
        "rest: properties with content" 5_000 |n| message("", &wrapped_key(&LIST.replace("x:", "xenc:"), "k"), &data("d", "AAAA").replace("</x:EncryptedData>", &format!("<x:EncryptionProperties>{}</x:EncryptionProperties></x:EncryptedData>", "<x:EncryptionProperty Target='#d'><n:a/></x:EncryptionProperty>".repeat(n))));
        "rest: encrypted headers" 2_000 |n| message(&numbered(n, |i| format!("<f:EncryptedHeader>{}</f:EncryptedHeader>", data(&format!("d{i}"), "AAAA"))), "", "");
        "rest: encrypted headers that are listed" 12 |n| message(&numbered(n, |i| format!("<f:EncryptedHeader>{}</f:EncryptedHeader>", data(&format!("d{i}"), "AAAA"))), &wrapped_key(&format!("<xenc:ReferenceList>{}</xenc:ReferenceList>", numbered(n, |i| format!("<xenc:DataReference URI='#d{i}'/>"))), "k"), "");
        "rest: nested encrypted headers" 25 |n| message(&format!("{}{}", "<f:EncryptedHeader>".repeat(n), "</f:EncryptedHeader>".repeat(n)), "", "");
        "rest: ciphertexts inside one another" 40 |n| message("", "", &format!("{}{}", "<x:EncryptedData>".repeat(n), "</x:EncryptedData>".repeat(n)));
        "rest: key references of a list" 5_000 |n| message("", &format!("<x:ReferenceList>{}</x:ReferenceList>", "<x:KeyReference URI='#k'/>".repeat(n)), "");
    }
}

fn blocks() -> Vec<Shape> {
    shapes! {
        "rest: blocks of many roles" 5_000 |n| message(&numbered(n, |i| format!("<n:a s:actor='urn:{i}' s:mustUnderstand='1'/>")), "", "");
        "rest: a long role" 15_000 |n| message(&format!("<e:Security s:actor='{}'/>", "r".repeat(n)).repeat(4), "", "");
        "rest: long flags" 15_000 |n| message(&format!("<n:a s:mustUnderstand='{}1'/>", " ".repeat(n)), "", "");
        "rest: Security headers inside blocks" 5_000 |n| message(&"<n:a><e:Security/></n:a>".repeat(n), "", "");
        "rest: addresses" 5_000 |n| message(&"<w:To xmlns:w='http://www.w3.org/2005/08/addressing'>urn:a</w:To>".repeat(n), "", "");
        "rest: a long action" 300_000 |n| message(&format!("<w:Action xmlns:w='http://www.w3.org/2005/08/addressing'>{}</w:Action>", "urn:a".repeat(n / 5)), "", "");
        "rest: faults in the Body" 5_000 |n| body(&"<s:Fault><faultcode>s:Client</faultcode></s:Fault>".repeat(n));
        "rest: details of a fault" 10_000 |n| body(&format!("<s:Fault><faultcode>s:Client</faultcode><faultstring>a</faultstring><detail>{}</detail></s:Fault>", "<n:a/>".repeat(n)));
        "rest: Bodies" 5_000 |n| String::from_utf8(header("")).expect("text").replace("</s:Envelope>", &format!("{}</s:Envelope>", "<s:Body/>".repeat(n))).into_bytes();
        "rest: Headers" 5_000 |n| String::from_utf8(header("")).expect("text").replace("<s:Body", &format!("{}<s:Body", "<s:Header/>".repeat(n))).into_bytes();
        "rest: children of a timestamp" 10_000 |n| header(&format!("<u:Timestamp><u:Created>2026-01-01T00:00:00Z</u:Created>{}</u:Timestamp>", "<u:Expires>2026-01-01T00:00:00Z</u:Expires>".repeat(n)));
        "rest: comments in an instant" 10_000 |n| header(&format!("<u:Timestamp><u:Created>2026-01-01T00:00:00Z{}</u:Created></u:Timestamp>", "<!---->".repeat(n)));
        "rest: Ids of four kinds" 3_000 |n| body(&numbered(n, |i| format!("<n:a u:Id='a{i}'/><n:a xml:id='b{i}'/><d:Signature Id='c{i}'/><a:Assertion ID='e{i}'/>")));
        "rest: signatures in the Body" 2_000 |n| body(&signature(&reference("#body", ""), "").repeat(n));
        "rest: signatures inside one another" 20 |n| header(&format!("{}{}", "<d:Signature><d:Object>".repeat(n), "</d:Object></d:Signature>".repeat(n)));
        "rest: manifests" 2_000 |n| header(&signature(&reference("#m", ""), &alice()).replace("</d:Signature>", &format!("<d:Object><d:Manifest Id='m'>{}</d:Manifest></d:Object></d:Signature>", reference("#body", "").repeat(n))));
        "rest: signature properties" 5_000 |n| header(&signature(&reference("#m", ""), &alice()).replace("</d:Signature>", &format!("<d:Object><d:SignatureProperties Id='m'>{}</d:SignatureProperties></d:Object></d:Signature>", "<d:SignatureProperty Target='#a'><n:a/></d:SignatureProperty>".repeat(n))));
    }
}

/// The signature of an issuer.
fn enveloped() -> String {
    let transforms = "<d:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/><d:Transform Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>";
    signature(&reference("#a", transforms), &alice())
}

fn signed(content: &str) -> Vec<u8> {
    header(&assertion(&format!("{}{content}", enveloped())))
}

fn of_saml() -> Vec<Shape> {
    shapes! {
        "rest: assertions inside one another" 20 |n| header(&format!("{}{}", "<a:Assertion Version='2.0'><a:Advice>".repeat(n), "</a:Advice></a:Assertion>".repeat(n)));
        "rest: assertions in advice" 2_000 |n| signed(&format!("<a:Advice>{}</a:Advice>", numbered(n, |i| assertion("").replace("ID=\"a\"", &format!("ID='b{i}'")))));
        "rest: a long name of a subject" 300_000 |n| signed(&format!("<a:Subject><a:NameID>{}</a:NameID></a:Subject>", "x".repeat(n)));
        "rest: a long qualifier" 60_000 |n| signed(&format!("<a:Subject><a:NameID NameQualifier='{}'>x</a:NameID></a:Subject>", "x".repeat(n)));
        "rest: names of a subject" 5_000 |n| signed(&format!("<a:Subject>{}</a:Subject>", "<a:NameID>x</a:NameID>".repeat(n)));
        "rest: encrypted names" 1_000 |n| signed(&format!("<a:Subject>{}</a:Subject>", format!("<a:EncryptedID>{}</a:EncryptedID>", data("d", "AAAA").replace(" Id=\"d\"", "")).repeat(n)));
        "rest: encrypted attributes" 500 |n| signed(&format!("<a:AttributeStatement>{}</a:AttributeStatement>", format!("<a:EncryptedAttribute>{}</a:EncryptedAttribute>", data("d", "AAAA").replace(" Id=\"d\"", "")).repeat(n)));
        "rest: statements of authentication" 5_000 |n| signed(&"<a:AuthnStatement AuthnInstant='2026-01-01T00:00:00Z'><a:AuthnContext><a:AuthnContextClassRef>urn:a</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement>".repeat(n));
        "rest: proxies" 5_000 |n| signed(&format!("<a:Conditions>{}</a:Conditions>", "<a:ProxyRestriction Count='1'><a:Audience>urn:us</a:Audience></a:ProxyRestriction>".repeat(n)));
        "rest: conditions" 5_000 |n| signed(&"<a:Conditions/>".repeat(n));
        "rest: subjects" 5_000 |n| signed(&"<a:Subject/>".repeat(n));
        "rest: an attribute value of many elements" 10_000 |n| signed(&format!("<a:AttributeStatement><a:Attribute Name='n'><a:AttributeValue>{}</a:AttributeValue></a:Attribute></a:AttributeStatement>", "<n:a/>".repeat(n)));
        "rest: issuers" 5_000 |n| header(&assertion(&"<a:Issuer>i</a:Issuer>".repeat(n)));
        "rest: signatures of an assertion" 500 |n| header(&assertion(&enveloped().repeat(n)));
        "rest: subjects of SAML 1.1" 2_000 |n| header(&format!("<b:Assertion AssertionID='a' MajorVersion='1' MinorVersion='1' Issuer='i' IssueInstant='2026-01-01T00:00:00Z'>{}</b:Assertion>", "<b:AuthenticationStatement><b:Subject><b:NameIdentifier>x</b:NameIdentifier><b:SubjectConfirmation><b:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:bearer</b:ConfirmationMethod></b:SubjectConfirmation></b:Subject></b:AuthenticationStatement>".repeat(n)));
        "rest: bindings of authorities" 3_000 |n| by_key(&format!("<{STR}>{}<e:KeyIdentifier ValueType='http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID'>a</e:KeyIdentifier></{STR}>", "<b:AuthorityBinding Location='urn:a' Binding='urn:b' AuthorityKind='b:x'/>".repeat(n)));
    }
}

fn oid(octets: &[u8]) -> Vec<u8> {
    der::element(6, octets)
}

/// Alice's certificate, with one extension of this OID and value.
fn with(id: &[u8], value: &[u8]) -> Vec<u8> {
    let extension = der::element(0x30, &[oid(id), der::element(4, value)].concat());
    der::changed_of("alice", |tbs| tbs.last_mut().expect("extensions").1 = der::element(0x30, &extension))
}

fn sequence(items: &[u8]) -> Vec<u8> {
    der::element(0x30, items)
}

fn of_certificates() -> Vec<Shape> {
    shapes! {
        "rest: alternative names of a certificate" 500 |n| by_token("X509v3", &with(&[0x55, 0x1D, 17], &sequence(&der::element(0x82, b"a.example").repeat(n))));
        "rest: directory names of a certificate" 500 |n| by_token("X509v3", &with(&[0x55, 0x1D, 17], &sequence(&der::element(0xA4, &sequence(&der::element(0x31, &sequence(&[oid(&[0x55, 4, 3]), der::element(12, b"x")].concat())))).repeat(n))));
        "rest: policies of a certificate" 500 |n| by_token("X509v3", &with(&[0x55, 0x1D, 32], &sequence(&sequence(&oid(&[0x2A, 3])).repeat(n))));
        "rest: qualifiers of a policy" 300 |n| by_token("X509v3", &with(&[0x55, 0x1D, 32], &sequence(&sequence(&[oid(&[0x2A, 3]), sequence(&sequence(&[oid(&[0x2B, 6, 1, 5, 5, 7, 2, 1]), der::element(0x16, b"http://a")].concat()).repeat(n))].concat()))));
        "rest: mappings of policies" 300 |n| by_token("X509v3", &with(&[0x55, 0x1D, 33], &sequence(&sequence(&[oid(&[0x2A, 3]), oid(&[0x2A, 4])].concat()).repeat(n))));
        "rest: constraints on names" 300 |n| by_token("X509v3", &with(&[0x55, 0x1D, 30], &sequence(&der::element(0xA0, &sequence(&der::element(0x82, b"a")).repeat(n)))));
        "rest: points of distribution" 300 |n| by_token("X509v3", &with(&[0x55, 0x1D, 31], &sequence(&sequence(&der::element(0xA0, &der::element(0xA0, &der::element(0x86, b"http://a")))).repeat(n))));
        "rest: access to authorities" 300 |n| by_token("X509v3", &with(&[0x2B, 6, 1, 5, 5, 7, 1, 1], &sequence(&sequence(&[oid(&[0x2B, 6, 1, 5, 5, 7, 48, 1]), der::element(0x86, b"http://a")].concat()).repeat(n))));
        "rest: extended usages" 500 |n| by_token("X509v3", &with(&[0x55, 0x1D, 37], &sequence(&oid(&[0x2B, 6, 1, 5, 5, 7, 3, 2]).repeat(n))));
        "rest: a long OID" 3_000 |n| by_token("X509v3", &with(&[0x55, 0x1D, 37], &sequence(&oid(&vec![0x81; n].into_iter().chain([1]).collect::<Vec<u8>>()))));
        "rest: a long key identifier" 3_000 |n| by_token("X509v3", &with(&[0x55, 0x1D, 14], &der::element(4, &vec![7; n])));
        "rest: nested octets in an extension" 300 |n| by_token("X509v3", &with(&[0x55, 0x1D, 17], &(0..n).fold(Vec::new(), |inner, _| sequence(&inner))));
        "rest: PEM in a token" 500 |n| by_x509(&format!("<d:X509Certificate>{}</d:X509Certificate>", base64_encode("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".repeat(n).as_bytes())));
        "rest: keys of OpenPGP and SPKI" 5_000 |n| by_key(&"<d:PGPData><d:PGPKeyID>AAAA</d:PGPKeyID></d:PGPData><d:SPKIData><d:SPKISexp>AAAA</d:SPKISexp></d:SPKIData><d:MgmtData>a</d:MgmtData>".repeat(n));
        "rest: DSA keys" 200 |n| by_key(&format!("<d:KeyValue><d:DSAKeyValue><d:P>{0}</d:P><d:Q>{0}</d:Q><d:G>{0}</d:G><d:Y>{0}</d:Y></d:DSAKeyValue></d:KeyValue>", "AAAA".repeat(200)).repeat(n));
        "rest: a long exponent" 100_000 |n| by_key(&format!("<d:KeyValue><d:RSAKeyValue><d:Modulus>{}</d:Modulus><d:Exponent>{}</d:Exponent></d:RSAKeyValue></d:KeyValue>", base64_encode(&[0xFF; 256]), "////".repeat(n / 4)));
        "rest: embedded references" 3_000 |n| by_key(&format!("<{STR}>{}</{STR}>", "<e:Embedded><e:BinarySecurityToken>AAAA</e:BinarySecurityToken></e:Embedded>".repeat(n)));
        "rest: references inside one another" 40 |n| by_key(&format!("{}{}", format!("<{STR}><e:Embedded>").repeat(n), format!("</e:Embedded></{STR}>").repeat(n)));
        "rest: a chain of references" 15 |n| header(&format!("{}{}", numbered(n, |i| format!("<{STR} u:Id='r{i}'><e:Reference URI='#r{}'/></{STR}>", i + 1)), signature(&reference("#body", ""), &by_dkt("r0"))));
        "rest: thumbprints" 2_000 |n| by_key(&format!("<{STR}><e:KeyIdentifier ValueType='http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1'>AAAA</e:KeyIdentifier></{STR}>").repeat(n));
        "rest: a long type of a token" 20_000 |n| header(&format!("<e:BinarySecurityToken ValueType='{X509}{}'>AAAA</e:BinarySecurityToken>", "v".repeat(n)).repeat(4));
        "rest: a ticket" 300_000 |n| header(&format!("<e:BinarySecurityToken u:Id='t' ValueType='http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ'>{}</e:BinarySecurityToken>{}", "AAAA".repeat(n / 4), hmac(&by_dkt("t"))));
    }
}

fn of_packages() -> Vec<Shape> {
    const SWA: &str = super::SWA;
    shapes! {
        "rest: parts with Ids that a signature covers" 12 |n| {
            let parts = numbered(n, |i| format!("--b\r\nContent-ID: <{i}@b>\r\nContent-Type: text/plain\r\n\r\n{}\r\n", "x\r\n".repeat(5_000)));
            let references = numbered(n, |i| reference(&format!("cid:{i}@b"), &format!("<d:Transform Algorithm='{SWA}Attachment-Content-Signature-Transform'/>")));
            let text = String::from_utf8(included("", &signature(&references, &alice()), "x", "text/xml")).expect("text");
            text.replace("--b--", &format!("{parts}--b--")).into_bytes()
        };
        "rest: XML parts that a signature covers" 12 |n| {
            let xml = format!("<a xmlns:l='urn:{}'>{}</a>", "n".repeat(1_000), "<l:b/>".repeat(1_000));
            let parts = numbered(n, |i| format!("--b\r\nContent-ID: <{i}@b>\r\nContent-Type: text/xml\r\n\r\n{xml}\r\n"));
            let references = numbered(n, |i| reference(&format!("cid:{i}@b"), &format!("<d:Transform Algorithm='{SWA}Attachment-Content-Signature-Transform'/>")));
            let text = String::from_utf8(included("", &signature(&references, &alice()), "x", "text/xml")).expect("text");
            text.replace("--b--", &format!("{parts}--b--")).into_bytes()
        };
        "rest: an XML part of a long namespace" 2_000 |n| {
            let xml = format!("<a xmlns:l='urn:{}'>{}</a>", "n".repeat(60_000), "<l:b/>".repeat(n));
            let text = String::from_utf8(included("", &signature(&reference("cid:a@b", &format!("<d:Transform Algorithm='{SWA}Attachment-Content-Signature-Transform'/>")), &alice()), &xml, "text/xml")).expect("text");
            text.replace("application/octet-stream", "text/xml").into_bytes()
        };
        "rest: a long boundary" 5_000 |n| String::from_utf8(package("Content-ID: <a@b>", "")).expect("text").replace("boundary=b", &format!("boundary={}", "b".repeat(n))).replace("--b", &format!("--{}", "b".repeat(n))).into_bytes();
        "rest: a long transfer encoding" 5_000 |n| package(&format!("Content-Transfer-Encoding: {}", "x".repeat(n)), "");
        "rest: a charset" 5_000 |n| package(&format!("Content-Type: text/plain; charset={}", "x".repeat(n)), "");
        "rest: escapes in a URI" 600 |n| included("", &signature(&reference(&format!("cid:{}", "%61".repeat(n)), "").repeat(50), &alice()), "x", "text/xml");
        "rest: quoted pairs" 3_000 |n| package(&format!("Content-Disposition: attachment; filename=\"{}\"", "\\\"".repeat(n)), "");
        "rest: percent escapes of a parameter" 3_000 |n| package(&format!("Content-Disposition: attachment; filename*=utf-8''{}", "%41".repeat(n)), "");
        "rest: bare line feeds" 300_000 |n| package(&"\n".repeat(n), "");
        "rest: soft line breaks" 200_000 |n| package("Content-ID: <a@b>", &format!("--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n", "=\r\n".repeat(n / 3)));
        "rest: spaces before line ends" 200_000 |n| package("Content-ID: <a@b>", &format!("--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n", " ".repeat(n)));
        "rest: lines that begin delimiters" 60_000 |n| package("Content-ID: <a@b>", &format!("--b\r\n\r\n{}\r\n", "\r\n-".repeat(n)));
    }
}

fn unnamed() -> Vec<Shape> {
    shapes! {
        "rest: values that look like prefixes" 20_000 |n| body(&"<n:a b='n:c'/>".repeat(n));
        "rest: white space in tags" 100_000 |n| body(&format!("<n:a{}/>", " ".repeat(n)));
        "rest: white space between attributes" 2_000 |n| body(&format!("<n:a b=''{}c=''/>", " ".repeat(50)).repeat(n));
        "rest: supplementary characters" 100_000 |n| body(&"\u{10FFFD}".repeat(n));
        "rest: names of many letters" 5_000 |n| body(&"<n:a\u{B7}\u{300}\u{203F}/>".repeat(n));
        "rest: an unfinished tag" 300_000 |n| format!("<a b='{}", "x".repeat(n)).into_bytes();
        "rest: unfinished elements" 90 |n| "<a>".repeat(n).into_bytes();
        "rest: octets that are no text" 300_000 |n| vec![0xC3; n];
        "rest: UTF-16" 100_000 |n| format!("\u{FEFF}<a>{}</a>", "x".repeat(n)).encode_utf16().flat_map(u16::to_le_bytes).collect();
        "rest: ends of comments" 100_000 |n| body(&format!("<!--{}-->", "- ".repeat(n)));
        "rest: brackets in CDATA" 200_000 |n| body(&format!("<![CDATA[{}]]>", "]".repeat(n)));
        "rest: lists of a receipt" 500 |n| message(&format!("<m:Messaging xmlns:m='http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/'><m:SignalMessage><m:MessageInfo><m:Timestamp>2026-01-01T00:00:00Z</m:Timestamp><m:MessageId>a@b</m:MessageId></m:MessageInfo><m:Receipt><z:NonRepudiationInformation xmlns:z='http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0'>{}</z:NonRepudiationInformation></m:Receipt></m:SignalMessage></m:Messaging>", format!("<z:MessagePartNRInformation>{}</z:MessagePartNRInformation>", reference("#a", "")).repeat(n)), "", "");
    }
}
