//! Rows of chapters 10 to 19 of BSP 1.1: encryption, each kind of token, attachments, and what is left to the parties.

/// Adds its rows to those before, and gives all to the next macro.
macro_rules! chapters_10_to_19 {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    R3228 "R3228" "10.1.1" "SECURE_ENVELOPE" MustNot Wire
        "soap:Header has no xenc:EncryptedData child." "";
    R3299 "R3299" "10.1.1" "SECURE_ENVELOPE" May Wire
        "soap:Header may have wsse11:EncryptedHeader children." "";
    R3230 "R3230" "10.1.1" "ENCRYPTED_HEADER" MustNot Wire
        "wsse11:EncryptedHeader has exactly one child element, an xenc:EncryptedData, and no other children." "";
    R3232 "R3232" "10.1.1" "ENCRYPTED_DATA" May Wire
        "When wsse11:EncryptedHeader has a wsu:Id, its xenc:EncryptedData may also have an Id." "";
    R3205 "R3205" "10.2.1" "ENC_REFERENCE_LIST" Must WireAndKey
        "All data named by one xenc:ReferenceList that is a child of wsse:Security was encrypted under one key."
        "Decided by what the ds:KeyInfo of the data name: different tokens of the message are different keys, \
         different names of tokens elsewhere are not checkable.";
    R3231 "R3231" "10.2.2" "ENC_REFERENCE_LIST" Must Context
        "A wsse:Security/xenc:ReferenceList has an xenc:DataReference for every xenc:EncryptedData made in its \
         encryption step."
        "An EncryptedData no list names fails where its ds:KeyInfo names the key of this list.";
    R3214 "R3214" "10.3.1" "EK_REFERENCE_LIST" Must Context
        "An xenc:EncryptedKey/xenc:ReferenceList has an xenc:DataReference for every xenc:EncryptedData made in its \
         encryption step."
        "An EncryptedData no list names fails where its ds:KeyInfo names this EncryptedKey, or no key at all and \
         there is but one EncryptedKey with a list.";
    R3208 "R3208" "10.4.1" "ENCRYPTED_KEY" Must Wire
        "An xenc:EncryptedKey precedes any xenc:EncryptedData of the same wsse:Security header that its \
         reference list names." "";
    R3209 "R3209" "10.4.2" "ENCRYPTED_KEY" MustNot Wire
        "xenc:EncryptedKey has no Type attribute." "";
    R5622 "R5622" "10.4.3" "ENCRYPTED_KEY" MustNot Wire
        "xenc:EncryptedKey has no MimeType attribute." "";
    R5623 "R5623" "10.4.4" "ENCRYPTED_KEY" MustNot Wire
        "xenc:EncryptedKey has no Encoding attribute." "";
    R5602 "R5602" "10.4.5" "ENCRYPTED_KEY" MustNot Wire
        "xenc:EncryptedKey has no Recipient attribute." "";
    R5603 "R5603" "10.4.6" "ENCRYPTED_KEY" Must Wire
        "xenc:EncryptedKey has an xenc:EncryptionMethod child." "";
    R5629 "R5629" "10.5.1" "ENCRYPTED_DATA" Must Wire
        "An xenc:EncryptedData that no xenc:EncryptedKey names in its reference list has a ds:KeyInfo child."
        "EncryptedData of the message security: named by a list, in the header, or directly in the Body. Deeper in \
         a payload it is the application's.";
    R5624 "R5624" "10.5.2" "ENCRYPTED_DATA" Must Wire
        "Inside a wsse11:EncryptedHeader without wsu:Id, the xenc:EncryptedData has an Id attribute." "";
    R5627 "R5627" "10.5.2" "ENCRYPTED_HEADER" Must Wire
        "When its xenc:EncryptedData has no Id, the wsse11:EncryptedHeader has a wsu:Id attribute." "";
    R5601 "R5601" "10.5.3" "ENCRYPTED_DATA" Must Wire
        "xenc:EncryptedData has an xenc:EncryptionMethod child." "";
    R5424 "R5424" "10.6.1" "ENC_KEY_INFO" Must Wire
        "A ds:KeyInfo in xenc:EncryptedData or xenc:EncryptedKey has exactly one child element."
        "What a SAML assertion holds follows SAML: exempt.";
    R5426 "R5426" "10.6.2" "ENC_KEY_INFO" Must Wire
        "A ds:KeyInfo in xenc:EncryptedData or xenc:EncryptedKey has a wsse:SecurityTokenReference child (with \
         R5424: that and nothing else)."
        "What a SAML assertion holds follows SAML: exempt. Key agreement (xenc:AgreementMethod) breaks the rule as \
         written.";
    R5608 "R5608" "10.7.1" "ENC_DATA_REFERENCE" Must Wire
        "wsse:Security/xenc:ReferenceList/xenc:DataReference/@URI is \"#\" + the Id of the xenc:EncryptedData, or \
         \"#\" + the wsu:Id of the wsse11:EncryptedHeader." "";
    R3006 "R3006" "10.8.1" "EK_DATA_REFERENCE" Must Wire
        "xenc:EncryptedKey/xenc:ReferenceList/xenc:DataReference/@URI is \"#\" + the Id of the xenc:EncryptedData, \
         or \"#\" + the wsu:Id of the wsse11:EncryptedHeader." "";
    R5613 "R5613" "10.9.1" "ENC_KEY_REFERENCE" Must Wire
        "wsse:Security/xenc:ReferenceList/xenc:KeyReference/@URI is \"#\" + the Id of the xenc:EncryptedKey." "";
    R3007 "R3007" "10.10.1" "EK_KEY_REFERENCE" Must Wire
        "xenc:EncryptedKey/xenc:ReferenceList/xenc:KeyReference/@URI is \"#\" + the Id of the xenc:EncryptedKey." "";
    R5620 "R5620" "10.11.1" "ED_ENCRYPTION_METHOD" Must Wire
        "xenc:EncryptedData/xenc:EncryptionMethod/@Algorithm is xmlenc#tripledes-cbc, xmlenc#aes128-cbc or \
         xmlenc#aes256-cbc."
        "AES-GCM is waived as deployed: the listed ciphers do not authenticate. AES-192-CBC is not.";
    R5621 "R5621" "10.12.1" "EK_ENCRYPTION_METHOD" Must Wire
        "For key transport, xenc:EncryptedKey/xenc:EncryptionMethod/@Algorithm is xmlenc#rsa-1_5 or \
         xmlenc#rsa-oaep-mgf1p."
        "RSA-OAEP of XML Encryption 1.1 is waived as deployed: it can name SHA-2.";
    R5625 "R5625" "10.12.2" "EK_ENCRYPTION_METHOD" Must Wire
        "For key wrap, xenc:EncryptedKey/xenc:EncryptionMethod/@Algorithm is xmlenc#kw-tripledes, xmlenc#kw-aes128 \
         or xmlenc#kw-aes256."
        "AES-192 key wrap is waived as deployed.";
    R5626 "R5626" "10.12.3" "EK_ENCRYPTION_METHOD" Must Wire
        "Whatever the use, the algorithm of xenc:EncryptedKey is one of rsa-1_5, rsa-oaep-mgf1p, kw-tripledes, \
         kw-aes128 or kw-aes256 (all in xmlenc#)."
        "RSA-OAEP of XML Encryption 1.1 and AES-192 key wrap are waived as deployed.";
    R5614 "R5614" "10.13.1" "HEADER" Must Context
        "A header block encrypted as a whole is replaced by a wsse11:EncryptedHeader."
        "Judged against the clear-text envelope, block by block.";
    R5606 "R5606" "10.13.1" "SECURE_ENVELOPE" Must Context
        "Any other encrypted element or element content is replaced, in place, by one xenc:EncryptedData."
        "Judged against the clear-text envelope, element by element.";
    R3029 "R3029" "11.1.1" "BINARY_SECURITY_TOKEN" Must Wire
        "wsse:BinarySecurityToken has an EncodingType attribute." "";
    R3030 "R3030" "11.1.1" "BINARY_SECURITY_TOKEN" Must Wire
        "wsse:BinarySecurityToken/@EncodingType is soap-message-security-1.0#Base64Binary." "";
    R3031 "R3031" "11.1.2" "BINARY_SECURITY_TOKEN" Must Wire
        "wsse:BinarySecurityToken has a ValueType attribute." "";
    R3032 "R3032" "11.1.2" "BINARY_SECURITY_TOKEN" Must Wire
        "wsse:BinarySecurityToken/@ValueType is a value defined by the token profile concerned."
        "A URI of a family the profile does not know is no breach: tokens may be agreed on. No URI at all, or an \
         unknown type of a known profile, fails.";
    R4222 "R4222" "12.1.1" "USERNAME_TOKEN" MustNot Wire
        "wsse:UsernameToken has at most one wsse:Password child." "";
    R4201 "R4201" "12.1.2" "PASSWORD" Must Wire
        "wsse:Password has a Type attribute." "";
    R4212 "R4212" "12.1.3" "PASSWORD" Must WireAndKey
        "For Type username-token-profile-1.0#PasswordDigest the content is Base64(SHA-1(nonce + created + \
         password)), simple concatenation, absent parts left out."
        "The decoded nonce is digested, as the UsernameToken profile and everyone has it, and Created as it is \
         written.";
    R4216 "R4216" "12.1.4" "SECURITY_TOKEN (wsse:UsernameToken)" Must WireAndKey
        "When a reference in a ds:Signature or xenc:EncryptedKey uses a wsse:UsernameToken as source of a key, the \
         key is derived as in section 4 of the UsernameToken Profile 1.1."
        "A MAC that verifies under the derived key shows it.";
    R4217 "R4217" "12.1.4" "SECURITY_TOKEN (wsse:UsernameToken)" Must Wire
        "A wsse:UsernameToken used that way has a wsse11:Salt child."
        "For a UsernameToken that a signature, a ciphertext or a derived key refers to for its key.";
    R4218 "R4218" "12.1.4" "SECURITY_TOKEN (wsse:UsernameToken)" Must Wire
        "A wsse:UsernameToken used that way has a wsse11:Iteration child whose value is at least 1000."
        "For a UsernameToken that a signature, a ciphertext or a derived key refers to for its key.";
    R4223 "R4223" "12.2.1" "USERNAME_TOKEN" MustNot Wire
        "wsse:UsernameToken has at most one wsu:Created child."
        "Counts alone: the rules for values are those of a Timestamp.";
    R4225 "R4225" "12.3.1" "USERNAME_TOKEN" MustNot Wire
        "wsse:UsernameToken has at most one wsse:Nonce child." "";
    R4220 "R4220" "12.3.2" "NONCE" Must Wire
        "wsse:Nonce has an EncodingType attribute." "";
    R4221 "R4221" "12.3.2" "NONCE" Must Wire
        "wsse:Nonce/@EncodingType is soap-message-security-1.0#Base64Binary." "";
    R4214 "R4214" "12.4.1" "STR_REFERENCE" Must Wire
        "A wsse:Reference to a wsse:UsernameToken has ValueType username-token-profile-1.0#UsernameToken." "";
    R4215 "R4215" "12.4.2" "SECURITY_TOKEN_REFERENCE" MustNot Wire
        "A wsse:UsernameToken is not referred to by wsse:KeyIdentifier." "";
    R3033 "R3033" "13.1.1" "X509_TOKEN" Must Wire
        "A wsse:BinarySecurityToken with a single X.509 certificate has ValueType x509-token-profile-1.0#X509v3."
        "The octets decide what a token holds: a single DER certificate, of whatever version.";
    R5201 "R5201" "13.1.2" "BINARY_SECURITY_TOKEN" Must Wire
        "A wsse:BinarySecurityToken with a certificate path is either a PKCS7 token or a PkiPath token."
        "The octets decide what a token holds: a PkiPath or PKCS#7 bag.";
    R5202 "R5202" "13.1.2" "BINARY_SECURITY_TOKEN" Should Wire
        "A wsse:BinarySecurityToken with a certificate path is a PkiPath token (rather than PKCS7)." "";
    R5211 "R5211" "13.1.3" "PKCS7_TOKEN" Must Wire
        "A PKCS7 token has ValueType x509-token-profile-1.0#PKCS7."
        "The octets decide what a token holds.";
    R5218 "R5218" "13.2.1" "STR_REFERENCE" Must Wire
        "A wsse:Reference to an X.509 v3 token has ValueType x509-token-profile-1.0#X509v3." "";
    R5212 "R5212" "13.2.2" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A wsse:SecurityTokenReference to a PKCS7 token has wsse11:TokenType x509-token-profile-1.0#PKCS7." "";
    R5213 "R5213" "13.2.2" "STR_REFERENCE" Must Wire
        "A wsse:Reference to a PKCS7 token has ValueType x509-token-profile-1.0#PKCS7." "";
    R5214 "R5214" "13.2.3" "PKIPATH_TOKEN" Must Wire
        "A PkiPath token has ValueType x509-token-profile-1.0#X509PKIPathv1."
        "The octets decide what a token holds.";
    R5215 "R5215" "13.2.4" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A wsse:SecurityTokenReference to a PkiPath token has wsse11:TokenType \
         x509-token-profile-1.0#X509PKIPathv1." "";
    R5216 "R5216" "13.2.4" "STR_REFERENCE" Must Wire
        "A wsse:Reference to a PkiPath token has ValueType x509-token-profile-1.0#X509PKIPathv1." "";
    R5209 "R5209" "13.2.5" "SECURITY_TOKEN_REFERENCE" Must Context
        "A token outside the message that cannot be reached by wsse:Reference but can be named by \
         wsse:KeyIdentifier or ds:X509Data/ds:X509IssuerSerial is named by one of these two."
        "A key identifier or issuer and serial number passes. What a ds:KeyName means is known to the parties.";
    R5206 "R5206" "13.2.6" "STR_KEY_IDENTIFIER" Must Wire
        "A wsse:KeyIdentifier for an X.509 token has ValueType x509-token-profile-1.0#X509SubjectKeyIdentifier or \
         soap-message-security-1.1#ThumbprintSHA1."
        "#X509v3 (the certificate itself), which WSS4J writes, fails.";
    R5208 "R5208" "13.2.7" "STR_KEY_IDENTIFIER" Must WireAndKey
        "A wsse:KeyIdentifier of type X509SubjectKeyIdentifier holds the value of the certificate's \
         SubjectKeyIdentifier extension."
        "Judged against the certificates of the message and of the context. The octets with their DER header fail.";
    R5210 "R5210" "13.2.7" "STR_KEY_IDENTIFIER" Must WireAndKey
        "For a certificate without a SubjectKeyIdentifier extension the wsse:KeyIdentifier has ValueType \
         soap-message-security-1.1#ThumbprintSHA1 and holds the SHA-1 of the raw octets of the token (DER \
         certificate)."
        "Judged against the certificates of the message and of the context. A hash of the public key in place of \
         the missing extension fails.";
    R5409 "R5409" "13.2.8" "STR_ISSUER_SERIAL" Must Wire
        "ds:X509IssuerSerial encodes the distinguished name as XML Signature prescribes for DNames."
        "The name must read as RFC 4514 or 2253 write it: with their short names or dotted identifiers, unquoted.";
    R6304 "R6304" "14.1.1" "STR_REFERENCE" Must Wire
        "A wsse:Reference to a REL token has ValueType rel-token-profile-1.0.pdf#license." "";
    R6301 "R6301" "14.1.2" "STR_REFERENCE" MustNot Wire
        "A wsse:Reference to an r:license in the message that has a wsu:Id does not refer to it by licenseId."
        "Compared with the licenseId of the licenses of the message.";
    R6302 "R6302" "14.1.3" "SECURITY_HEADER" Must Wire
        "A ds:Signature needed to verify the issuance of a REL token precedes the first \
         wsse:SecurityTokenReference that refers to that token."
        "The signature of the issuer in the license, where there is one.";
    R6902 "R6902" "15.1.1" "KERBEROS_TOKEN" Must Wire
        "A Kerberos wsse:BinarySecurityToken has ValueType kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ." "";
    R6903 "R6903" "15.1.2" "KERBEROS_TOKEN" Must Context
        "In the first secured message of an authenticated exchange between two parties the Kerberos token is in the \
         message."
        "Whether a message is the first is for the context to say; one that answers a request is not.";
    R6904 "R6904" "15.1.3" "KERBEROS_TOKEN" Must Context
        "In every later message of that exchange the Kerberos token is not in the message but referred to \
         externally."
        "Whether a message is the first is for the context to say; one that answers a request is not.";
    R6907 "R6907" "15.2.1" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A wsse:SecurityTokenReference to a Kerberos token has wsse11:TokenType \
         kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ." "";
    R6906 "R6906" "15.2.2" "STR_KEY_IDENTIFIER" Must Wire
        "A wsse:KeyIdentifier for a Kerberos token has ValueType kerberos-token-profile-1.1#Kerberosv5APREQSHA1."
        "The URI with the hyphen in token-profile, as the Kerberos profile has it.";
    R6905 "R6905" "15.2.3" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A reference to a Kerberos token that is not in the message uses wsse:KeyIdentifier." "";
    R6601 "R6601" "16.1.1" "SAML_SC_KEY_INFO" MustNot Wire
        "The ds:KeyInfo in a SAML subject confirmation does not refer to a SAML assertion."
        "The one rule that looks into an assertion.";
    R6611 "R6611" "16.2.1" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A wsse:SecurityTokenReference to a SAML V1.1 assertion has wsse11:TokenType \
         saml-token-profile-1.1#SAMLV1.1." "";
    R6617 "R6617" "16.2.2" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A wsse:SecurityTokenReference to a SAML V2.0 assertion has wsse11:TokenType \
         saml-token-profile-1.1#SAMLV2.0." "";
    R6614 "R6614" "16.2.2" "STR_REFERENCE" MustNot Wire
        "A wsse:Reference to a SAML V2.0 assertion in the message has no ValueType attribute." "";
    R6602 "R6602" "16.2.3" "STR_KEY_IDENTIFIER" Must Wire
        "A wsse:KeyIdentifier for a SAML assertion in the message has a ValueType attribute." "";
    R6609 "R6609" "16.2.3" "STR_KEY_IDENTIFIER" Must Wire
        "A wsse:KeyIdentifier for a SAML assertion outside the message has a ValueType attribute." "";
    R6603 "R6603" "16.2.3" "STR_KEY_IDENTIFIER" Must Wire
        "For a SAML V1.1 assertion that ValueType is saml-token-profile-1.0#SAMLAssertionID." "";
    R6616 "R6616" "16.2.3" "STR_KEY_IDENTIFIER" Must Wire
        "For a SAML V2.0 assertion that ValueType is saml-token-profile-1.1#SAMLID." "";
    R6604 "R6604" "16.2.4" "STR_KEY_IDENTIFIER" MustNot Wire
        "A wsse:KeyIdentifier for a SAML assertion has no EncodingType attribute." "";
    R6605 "R6605" "16.2.4" "STR_KEY_IDENTIFIER" Must Wire
        "A wsse:KeyIdentifier for a SAML assertion holds the assertion ID as an xs:string (not base64)."
        "Text that is no xsd:NCName, or is base64 of the id of an assertion of the message, fails.";
    R6610 "R6610" "16.2.5" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A reference to a SAML assertion in the message that has an ID attribute uses wsse:Reference or \
         wsse:Embedded."
        "Taken as advice. A key identifier passes: R6602, R6603 and R6616 describe it for assertions of the \
         message, the SAML profile gives 1.1 no other form, and every peer sends it.";
    R6612 "R6612" "16.2.5" "SIG_REFERENCE" MustNot Wire
        "A ds:Reference to a wsse:SecurityTokenReference that embeds a SAML V2.0 assertion does not use the STR \
         transform (soap-message-security-1.0#STR-Transform)." "";
    R6606 "R6606" "16.2.6" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A reference to a SAML assertion outside the message contains a saml:AuthorityBinding element."
        "SAML 1.1 alone has the element; 2.0 has R6613.";
    R6607 "R6607" "16.2.6" "SAML_AUTHORITY_BINDING" Must Wire
        "saml:AuthorityBinding/@AuthorityKind is the QName saml:AssertionIDReference." "";
    R6608 "R6608" "16.2.6" "SECURITY_TOKEN_REFERENCE" MustNot Wire
        "A reference to a SAML assertion in the message has no saml:AuthorityBinding." "";
    R6613 "R6613" "16.2.6" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A reference to a SAML V2.0 assertion outside the message uses wsse:Reference (URI of the assertion)." "";
    R3069 "R3069" "17.1.1" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A wsse:SecurityTokenReference to an xenc:EncryptedKey used as a token has wsse11:TokenType \
         soap-message-security-1.1#EncryptedKey."
        "The reference says so by its key identifier, or points at one.";
    R3072 "R3072" "17.1.1" "STR_KEY_IDENTIFIER" Must Wire
        "A wsse:KeyIdentifier for an xenc:EncryptedKey has ValueType soap-message-security-1.1#EncryptedKeySHA1." "";
    U18_1_1 "U-18.1.1" "18.1.1" "SECURE_MESSAGE" Must Wire
        "A secured message with attachments is a SOAP-with-Attachments package (multipart/related) whose security \
         follows the WSS SwA Profile 1.1 and which, security aside, meets the Attachments Profile 1.0."
        "Judged on the package: the type of its root part.";
    U18_1_2 "U-18.1.2" "18.1.2" "SECURE_MESSAGE" Must Wire
        "All security information about attachments (signatures, encrypted data, keys, tokens) is in wsse:Security \
         headers of the SOAP envelope in the root part."
        "Judged on the package: what names an attachment outside a Security header fails.";
    U18_1_3 "U-18.1.3" "18.1.3" "SECURE_MESSAGE" MustNot Wire
        "The root part is not encrypted as a MIME part: it stays a readable SOAP envelope (compare R5607)."
        "Judged on the package: a cipher reference to the root part fails.";
    U18_2_1 "U-18.2.1" "18.2.1" "SIG_REFERENCE" Must Wire
        "A signed attachment is named by ds:Reference/@URI of the form cid: + its Content-ID without angle \
         brackets, percent-encoded as needed (RFC 2392)." "";
    R6101 "R6101" "18.2.2" "SIG_REFERENCE" Must Wire
        "A ds:Reference to an attachment uses SwAProfile-1.1#Attachment-Content-Signature-Transform or \
         SwAProfile-1.1#Attachment-Complete-Signature-Transform; no base64 or transfer-encoding transform is \
         applied." "";
    U18_2_3 "U-18.2.3" "18.2.3" "SIG_REFERENCE" Must Wire
        "Attachment content is canonicalized before digesting: XML media types by exclusive C14N without comments, \
         other text types by CRLF line ends, anything else as it is; for the complete transform the listed MIME \
         headers are canonicalized first."
        "Judged on the package, by what the digest fits: content that is not in canonical form fails.";
    U18_2_4 "U-18.2.4" "18.2.4" "SIG_REFERENCE" Must Wire
        "The digest is taken over the octets the transform yields, after any Content-Transfer-Encoding has been \
         undone."
        "Judged on the package, by what the digest fits: content in its transfer encoding fails.";
    U18_2_5 "U-18.2.5" "18.2.5" "SECURE_MESSAGE" Should Wire
        "Each signed part states its Content-Type, since it selects the canonicalization; when absent, text/plain; \
         charset=us-ascii is assumed."
        "Judged on the package.";
    U18_3_1 "U-18.3.1" "18.3.1" "ENC_DATA_REFERENCE / EK_DATA_REFERENCE" Must Wire
        "Every encrypted attachment has an xenc:EncryptedData in the wsse:Security header, and that element (not \
         the cid:) is named by an xenc:DataReference." "";
    U18_3_2 "U-18.3.2" "18.3.2" "ENCRYPTED_DATA" Must Wire
        "xenc:EncryptedData/@Type for an attachment is SwAProfile-1.1#Attachment-Content-Only or \
         SwAProfile-1.1#Attachment-Complete." "";
    U18_3_3 "U-18.3.3" "18.3.3" "ENCRYPTED_DATA" Must Wire
        "xenc:EncryptedData/xenc:CipherData/xenc:CipherReference/@URI is the cid: URL of the encrypted part, with a \
         ds:Transform SwAProfile-1.1#Attachment-Ciphertext-Transform inside xenc:Transforms." "";
    U18_3_4 "U-18.3.4" "18.3.4" "SECURE_MESSAGE" Must Wire
        "The encrypted part carries the cipher octets in place of the content, with Content-Type \
         application/octet-stream; the original media type goes to xenc:EncryptedData/@MimeType (content only) or \
         inside the cipher text (complete)."
        "Judged on the package.";
    U19_1_1 "U-19.1.1" "19.1.1" "SENDER / RECEIVER" ShouldNot Behaviour
        "The HTTP SOAPAction header is outside message security: it may leak what the body hides and can be \
         altered, so do not put confidential data in it and do not base authorization on it." "";
    U19_2 "U-19.2" "19.2" "RECEIVER" Should Behaviour
        "Allow for clock skew between the parties when judging timestamps, within a documented bound." "";
    U19_3_1 "U-19.3.1" "19.3.1" "SENDER" Should Behaviour
        "Cover the signing token (directly, or through the STR transform for an external one) by the signature when \
         several tokens could carry the same key, so that another token cannot be swapped in." "";
    U19_3_2 "U-19.3.2" "19.3.2" "SENDER" Should Behaviour
        "When a later message refers to a token sent earlier, use a reference that pins the token itself (hash or \
         thumbprint) and have it covered by the signature." "";
    U19_4 "U-19.4" "19.4" "SENDER / RECEIVER" Should Behaviour
        "Guard against removal, addition and relocation of signed elements: sign what gives an element its meaning \
         and check where the signed element is, not only that its ID was signed." "";
    U19_5 "U-19.5" "19.5" "RECEIVER" Should Behaviour
        "Act only on data that the verified signature covers." "";
    U19_6 "U-19.6" "19.6" "SENDER / RECEIVER" Should Behaviour
        "Know the weakness of SHA-1; a move to stronger hashes is foreseen."
        "Fails where SHA-1 digests or signs.";
    U19_7 "U-19.7" "19.7" "RECEIVER" Should Wire
        "Treat all attributes of type ID (wsu:Id, ds and xenc Id, SAML AssertionID and ID) as one name space and \
         refuse a message in which a value repeats." "";
    U19_8 "U-19.8" "19.8" "SENDER" Should Behaviour
        "Sign the security tokens a message relies on."
        "Fails where a token that a signature takes its key from is not signed.";
    U19_9 "U-19.9" "19.9" "SENDER" Should Behaviour
        "Sign wsse:UsernameToken (and protect it, see 19.12) so that it cannot be lifted into another message."
        "Fails where a UsernameToken is not signed.";
    U19_10 "U-19.10" "19.10" "SENDER" Should Behaviour
        "Sign wsse:BinarySecurityToken so that neither its content nor its ValueType can be changed."
        "Fails where a BinarySecurityToken is not signed.";
    U19_11 "U-19.11" "19.11" "SENDER" Should Behaviour
        "When signing XML tokens mind canonicalization: the same bytes must come out where the token is verified; \
         use the STR transform for tokens kept elsewhere." "";
    U19_12_1 "U-19.12.1" "19.12.1" "SENDER / RECEIVER" Should Behaviour
        "To stop replay of a wsse:UsernameToken send wsse:Nonce and wsu:Created, sign them, refuse stale Created \
         values and remember nonces for at least the freshness period."
        "Fails where a UsernameToken with a password lacks wsse:Nonce or wsu:Created; what the receiver remembers \
         shows in no message.";
    U19_13 "U-19.13" "19.13" "SENDER" Should Behaviour
        "PasswordDigest keeps the password off the wire but needs the clear password (or an equivalent) on the \
         receiver and invites dictionary attacks; PasswordText is acceptable only over an encrypted channel or \
         inside encrypted data."
        "Fails where a password is in the clear and the context names no TLS.";
    U19_14_1 "U-19.14.1" "19.14.1" "SIGNATURE" Should Behaviour
        "When the signed plain text could be guessed from ds:DigestValue and is encrypted elsewhere, encrypt the \
         digest too, which by R5440 means encrypting the whole ds:Signature." "";
    U19_15 "U-19.15" "19.15" "SENDER / RECEIVER" Should Behaviour
        "Expect operational errors (expired or unknown tokens, clock drift, key rollover) and plan fault handling \
         that tells an attacker nothing." "";
        }
    };
}

pub(super) use chapters_10_to_19;
