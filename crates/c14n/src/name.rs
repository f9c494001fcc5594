//! Names: every namespace URI that this workspace uses, expanded names, and the NCName production.

use wss_text::shown;

/// A namespace: its name, and the prefix that we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Namespace {
    /// The usual prefix, which we write.
    pub prefix: &'static str,
    /// The namespace name, compared octet by octet.
    pub uri: &'static str,
}

/// `xml`, always bound (Namespaces in XML §3).
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// `xmlns`, never declared (Namespaces in XML §3).
pub const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

macro_rules! namespaces {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal $uri:literal;)*) => {
        $($(#[$doc])* pub const $name: Namespace = Namespace { prefix: $prefix, uri: $uri };)*
    };
}

namespaces! {
    /// SOAP 1.1 envelope.
    SOAP11 = "soap" "http://schemas.xmlsoap.org/soap/envelope/";
    /// SOAP 1.2 envelope.
    SOAP12 = "soap" "http://www.w3.org/2003/05/soap-envelope";
    /// WS-Security 1.0 extensions: `Security`, tokens and references.
    WSSE = "wsse" "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    /// WS-Security 1.0 utility: `Id`, `Timestamp`.
    WSU = "wsu" "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    /// WS-Security 1.1 extensions: `TokenType`, `SignatureConfirmation`, `EncryptedHeader`.
    WSSE11 = "wsse11" "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
    /// XML Signature.
    DS = "ds" "http://www.w3.org/2000/09/xmldsig#";
    /// XML Signature 1.1 additions.
    DSIG11 = "dsig11" "http://www.w3.org/2009/xmldsig11#";
    /// XML Encryption.
    XENC = "xenc" "http://www.w3.org/2001/04/xmlenc#";
    /// XML Encryption 1.1 additions.
    XENC11 = "xenc11" "http://www.w3.org/2009/xmlenc11#";
    /// Exclusive canonicalisation: `InclusiveNamespaces`.
    EC = "ec" "http://www.w3.org/2001/10/xml-exc-c14n#";
    /// RSASSA-PSS parameters (RFC 9231 §2.3.9).
    PSS = "pss" "http://www.w3.org/2007/05/xmldsig-more#";
    /// Keys on elliptic curves before XML Signature 1.1 (RFC 4050): `ECDSAKeyValue`.
    DSIG_MORE = "dsig-more" "http://www.w3.org/2001/04/xmldsig-more#";
    /// HKDF parameters (RFC 9231 §2.8.1).
    DSIG_MORE21 = "dsigm" "http://www.w3.org/2021/04/xmldsig-more#";
    /// The algorithms that xmlsec1 1.3 adds: post-quantum ones, and EdDSA with a context.
    XMLSEC = "xmlsec" "http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#";
    /// WS-SecureConversation 1.3 and 1.4: `DerivedKeyToken`, `SecurityContextToken`.
    WSC13 = "wsc" "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512";
    /// WS-SecureConversation of February 2005, as WCF and old stacks speak it.
    WSC2005 = "wsc" "http://schemas.xmlsoap.org/ws/2005/02/sc";
    /// Rights expressions (REL Token Profile 1.1.1): `license`.
    REL = "r" "urn:mpeg:mpeg21:2003:01-REL-R-NS";
    /// XML Schema instances: `xsi:type`.
    XSI = "xsi" "http://www.w3.org/2001/XMLSchema-instance";
    /// SAML 1.0 and 1.1 assertions.
    SAML = "saml" "urn:oasis:names:tc:SAML:1.0:assertion";
    /// SAML 2.0 assertions.
    SAML2 = "saml2" "urn:oasis:names:tc:SAML:2.0:assertion";
}

/// The namespaces of what a Security header contains, with the prefixes that we write.
pub const WRITTEN: [Namespace; 13] =
    [SOAP11, SOAP12, WSSE, WSU, WSSE11, DS, DSIG11, XENC, XENC11, EC, DSIG_MORE21, WSC13, WSC2005];

/// An expanded name: a namespace name and a local name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExpandedName<'a> {
    /// The namespace name; empty for no namespace.
    pub namespace: &'a str,
    /// The local part.
    pub local: &'a str,
}

impl std::fmt::Debug for ExpandedName<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExpandedName")
            .field("namespace", &shown(self.namespace))
            .field("local", &shown(self.local))
            .finish()
    }
}

impl std::fmt::Display for ExpandedName<'_> {
    /// `{namespace}local`, or `local` if there is no namespace. For people: escaped, and cut if it is long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.namespace.is_empty() {
            write!(f, "{{{}}}", shown(self.namespace))?;
        }
        write!(f, "{}", shown(self.local))
    }
}

/// Whether `text` is an NCName (Namespaces in XML §4).
#[must_use]
pub fn is_ncname(text: &str) -> bool {
    !text.is_empty() && ncname_len(text) == text.len()
}

/// The length of the NCName at the front of `text`; 0 if there is none.
pub(crate) fn ncname_len(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if !(is_name_start(c) || (at > 0 && is_name_more(c))) {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

/// NameStartChar without the colon (XML 1.0 fifth edition §2.3).
pub(crate) fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// Whether a character is in NameChar and not in NameStartChar.
pub(crate) fn is_name_more(c: char) -> bool {
    matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
