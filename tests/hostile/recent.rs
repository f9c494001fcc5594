//! Shapes of agreement, of derived keys, of XPath, and of packages whose envelope includes parts.

use ws_security::c14n::base64_encode;

use super::{SWA, Shape, by_key, data, header, message, numbered, reference, signature};

const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
const KW: &str = "http://www.w3.org/2001/04/xmlenc#kw-aes256";

pub(crate) fn all() -> Vec<Shape> {
    [agreements(), hints(), includes()].into_iter().flatten().collect()
}

/// An EncryptedKey wrapped under a key of agreement.
fn agreed(derivation: &str, originator: &str, recipient: &str) -> String {
    format!(
        "<x:EncryptedKey><x:EncryptionMethod Algorithm='{KW}'/><d:KeyInfo><x:AgreementMethod \
         Algorithm='{XENC11}ECDH-ES'>{derivation}<x:OriginatorKeyInfo>{originator}</x:OriginatorKeyInfo>\
         <x:RecipientKeyInfo>{recipient}</x:RecipientKeyInfo></x:AgreementMethod></d:KeyInfo><x:CipherData>\
         <x:CipherValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==</x:CipherValue></x:CipherData>\
         <x:ReferenceList><x:DataReference URI='#d'/></x:ReferenceList></x:EncryptedKey>"
    )
}

fn concat(attributes: &str, children: &str) -> String {
    format!(
        "<k:KeyDerivationMethod xmlns:k='{XENC11}' Algorithm='{XENC11}ConcatKDF'><k:ConcatKDFParams {attributes}>\
         <d:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>{children}</k:ConcatKDFParams>\
         </k:KeyDerivationMethod>"
    )
}

fn plain() -> String {
    concat("AlgorithmID='00'", "")
}

fn pbkdf2(salt: &str, iterations: &str) -> String {
    format!(
        "<k:KeyDerivationMethod xmlns:k='{XENC11}' Algorithm='{XENC11}pbkdf2'><k:PBKDF2-params><k:Salt><k:Specified>\
         {salt}</k:Specified></k:Salt><k:IterationCount>{iterations}</k:IterationCount><k:KeyLength>32</k:KeyLength>\
         <k:PRF Algorithm='http://www.w3.org/2001/04/xmldsig-more#hmac-sha256'/></k:PBKDF2-params>\
         </k:KeyDerivationMethod>"
    )
}

/// A point of P-256 as an ephemeral key.
const POINT: &str = "<d:KeyValue><z:ECKeyValue xmlns:z='http://www.w3.org/2009/xmldsig11#'><z:NamedCurve \
    URI='urn:oid:1.2.840.10045.3.1.7'/><z:PublicKey>BGKBbFZi36mJp41Xk1/Bi3+06J1ZRAc4nHazOJ2vtfjDPhTrT0Cdo85zLCrz5TCGjvoqRqtfWtm2FYG7zN7pyXI=\
    </z:PublicKey></z:ECKeyValue></d:KeyValue>";

/// The recipient ka-ec256 of our test keys.
const RECIPIENT: &str = "<e:SecurityTokenReference><d:X509Data><d:X509IssuerSerial><d:X509IssuerName>CN=Example CA,O=Example \
    Trust,C=DE</d:X509IssuerName><d:X509SerialNumber>4128</d:X509SerialNumber></d:X509IssuerSerial></d:X509Data>\
    </e:SecurityTokenReference>";

/// The Body has the ciphertext that the key in the header lists.
fn encrypted_to(key: &str) -> Vec<u8> {
    message("", key, &data("d", "AAAA"))
}

fn agreements() -> Vec<Shape> {
    shapes! {
        "agreement: agreed keys" 100 |n| encrypted_to(&agreed(&plain(), POINT, RECIPIENT).repeat(n));
        "agreement: a long party" 60_000 |n| encrypted_to(&agreed(&concat(&format!("PartyUInfo='00{}'", "ab".repeat(n / 8)), ""), POINT, RECIPIENT));
        "agreement: parameters" 10_000 |n| encrypted_to(&agreed(&concat("", &"<d:DigestMethod/>".repeat(n)), POINT, RECIPIENT));
        "agreement: derivations" 2_000 |n| encrypted_to(&agreed(&plain().repeat(n), POINT, RECIPIENT));
        "agreement: keys of the originator" 1_000 |n| encrypted_to(&agreed(&plain(), &POINT.repeat(n), RECIPIENT));
        "agreement: a long key of the originator" 300_000 |n| encrypted_to(&agreed(&plain(), &format!("<z:DEREncodedKeyValue xmlns:z='http://www.w3.org/2009/xmldsig11#'>{}</z:DEREncodedKeyValue>", "A".repeat(n)), RECIPIENT));
        "agreement: a long curve" 300_000 |n| encrypted_to(&agreed(&plain(), &POINT.replace("1.2.840", &"1.2".repeat(n / 8)), RECIPIENT));
        "agreement: recipients" 1_000 |n| encrypted_to(&agreed(&plain(), POINT, &RECIPIENT.repeat(n)));
        "agreement: a long salt" 300_000 |n| encrypted_to(&agreed(&pbkdf2(&"A".repeat(n), "1000"), POINT, RECIPIENT));
        "agreement: iterations" 20_000 |n| encrypted_to(&agreed(&pbkdf2("AAAAAAAAAAA=", &n.to_string()), POINT, RECIPIENT));
        "agreement: a number of iterations" 300_000 |n| encrypted_to(&agreed(&pbkdf2("AAAAAAAAAAA=", &"9".repeat(n)), POINT, RECIPIENT));
        "agreement: one inside the other" 200 |n| encrypted_to(&(0..n.min(20)).fold(agreed(&plain(), POINT, RECIPIENT), |inner, _| agreed(&plain(), POINT, &inner)).replace("</x:EncryptedKey>", &format!("{}</x:EncryptedKey>", "<n:a/>".repeat(n))));
    }
}

fn hints() -> Vec<Shape> {
    const DSIG11: &str = "http://www.w3.org/2009/xmldsig11#";
    shapes! {
        "keys: digests of certificates" 5_000 |n| by_key(&format!("<d:X509Data>{}</d:X509Data>", format!("<z:X509Digest xmlns:z='{DSIG11}' Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'>AAAA</z:X509Digest>").repeat(n)));
        "keys: a long digest of a certificate" 300_000 |n| by_key(&format!("<d:X509Data><z:X509Digest xmlns:z='{DSIG11}' Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'>{}</z:X509Digest></d:X509Data>", "A".repeat(n)));
        "keys: references to KeyInfo" 5_000 |n| by_key(&format!("<z:KeyInfoReference xmlns:z='{DSIG11}' URI='#k'/>").repeat(n));
        "keys: retrieval methods" 5_000 |n| by_key(&"<d:RetrievalMethod URI='#k' Type='http://www.w3.org/2001/04/xmlenc#EncryptedKey'/>".repeat(n));
        "keys: a chain of references to KeyInfo" 2_000 |n| header(&format!("{}{}", numbered(n, |i| format!("<d:KeyInfo Id='k{i}'><z:KeyInfoReference xmlns:z='{DSIG11}' URI='#k{}'/></d:KeyInfo>", i + 1)), signature(&reference("#body", ""), &format!("<z:KeyInfoReference xmlns:z='{DSIG11}' URI='#k0'/>"))));
        "keys: a long DER value" 300_000 |n| by_key(&format!("<z:DEREncodedKeyValue xmlns:z='{DSIG11}'>{}</z:DEREncodedKeyValue>", base64_encode(&vec![0x30; n])));
        "keys: a long point" 300_000 |n| by_key(&format!("<d:KeyValue><z:ECKeyValue xmlns:z='{DSIG11}'><z:NamedCurve URI='urn:oid:1.2.840.10045.3.1.7'/><z:PublicKey>{}</z:PublicKey></z:ECKeyValue></d:KeyValue>", "A".repeat(n)));
        "keys: long coordinates" 300_000 |n| by_key(&format!("<d:KeyValue><z:ECDSAKeyValue xmlns:z='http://www.w3.org/2001/04/xmldsig-more#'><z:DomainParameters><z:NamedCurve URN='urn:oid:1.2.840.10045.3.1.7'/></z:DomainParameters><z:PublicKey><z:X Value='{}'/><z:Y Value='1'/></z:PublicKey></z:ECDSAKeyValue></d:KeyValue>", "9".repeat(n)));
        "signature: an XPath" 10_000 |n| header(&signature(&reference("#body", &format!("<d:Transform Algorithm='http://www.w3.org/TR/1999/REC-xpath-19991116'><d:XPath>{}self::a</d:XPath></d:Transform>", "ancestor::a/".repeat(n))), ""));
        "signature: references to an attachment" 500 |n| included("", &signature(&reference("cid:a@b", &format!("<d:Transform Algorithm='{SWA}Attachment-Content-Signature-Transform'/>")).repeat(n), ""), &"x".repeat(n * 100), "text/xml");
    }
}

/// A package whose envelope has this Body and these children of its header, and one part `a@b` of these octets.
pub(crate) fn included(body: &str, children: &str, octets: &str, kind: &str) -> Vec<u8> {
    let envelope = String::from_utf8(message("", children, body)).expect("text");
    let head = "Content-Type: multipart/related; boundary=b; type=\"application/xop+xml\"\r\n\r\n";
    format!(
        "{head}--b\r\nContent-Type: {kind}; type=\"text/xml\"\r\n\r\n{envelope}\r\n--b\r\nContent-ID: <a@b>\r\n\
         Content-Type: application/octet-stream\r\n\r\n{octets}\r\n--b--\r\n"
    )
    .into_bytes()
}

const INCLUDE: &str = "<n:a><i:Include xmlns:i='http://www.w3.org/2004/08/xop/include' href='cid:a@b'/></n:a>";
const XOP: &str = "application/xop+xml";

fn includes() -> Vec<Shape> {
    shapes! {
        "package: includes of one small part" 5_000 |n| included(&INCLUDE.repeat(n), "", "x", XOP);
        "package: includes of one large part" 10 |n| included(&INCLUDE.repeat(n), "", &"x".repeat(100_000), XOP);
        "package: an include of a large part" 300_000 |n| included(INCLUDE, "", &"x".repeat(n), XOP);
        "package: a signed include of a large part" 300_000 |n| included(INCLUDE, &signature(&reference("#body", ""), &super::alice()), &"x".repeat(n), XOP);
        "package: a cipher value in a part" 300_000 |n| {
            let cipher = data("d", "").replace("<x:CipherValue></x:CipherValue>", &INCLUDE.replace("n:a", "x:CipherValue"));
            included(&cipher, &super::wrapped_key("<xenc:ReferenceList><xenc:DataReference URI='#d'/></xenc:ReferenceList>", "k"), &"x".repeat(n), XOP)
        };
        "package: nested includes" 5_000 |n| included(&format!("{}{}", "<i:Include xmlns:i='http://www.w3.org/2004/08/xop/include' href='cid:a@b'>".repeat(90), "</i:Include>".repeat(90)).repeat(n / 100), "", "x", XOP);
        "package: references to a ciphertext in a part" 40 |n| {
            let cipher = |i: usize| format!("<x:EncryptedData Id='d{i}' Type='{SWA}Attachment-Content-Only' MimeType='a/b'><x:EncryptionMethod Algorithm='http://www.w3.org/2009/xmlenc11#aes256-gcm'/><x:CipherData><x:CipherReference URI='cid:a@b'><x:Transforms><d:Transform Algorithm='{SWA}Attachment-Ciphertext-Transform'/></x:Transforms></x:CipherReference></x:CipherData></x:EncryptedData>");
            let list = format!("<xenc:ReferenceList>{}</xenc:ReferenceList>", numbered(n, |i| format!("<xenc:DataReference URI='#d{i}'/>")));
            included("", &format!("{}{}", super::wrapped_key(&list, "k"), numbered(n, cipher)), &"x".repeat(n * 5_000), "text/xml")
        };
    }
}
