//! Rows of chapters 4 to 9 of BSP 1.1: transport, processing, the header, timestamps, references, and signatures.

/// Adds its rows to those before, and gives all to the next macro.
macro_rules! chapters_4_to_9 {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    ETlsCiphersuite "E?-tls-ciphersuite" "4" "(TLS)" Extensibility Context
        "TLS lets the peers negotiate arbitrary cipher suites; which ones are offered is outside the profile and \
         needs agreement."
        "An extensibility point sets no requirement: never applicable.";
    ETlsExtension "E?-tls-extension" "4" "(TLS)" Extensibility Context
        "TLS lets the peers use handshake extensions; their use is outside the profile."
        "An extensibility point sets no requirement: never applicable.";
    ESslCiphersuite "E?-ssl-ciphersuite" "4" "(SSL)" Extensibility Context
        "SSL 3.0 lets the peers negotiate arbitrary cipher suites; which ones are offered is outside the profile."
        "An extensibility point sets no requirement: never applicable.";
    ECertificateAuthority "E?-certificate-authority" "4" "(X.509)" Extensibility Context
        "Which certification authorities are trusted is a private agreement between the parties."
        "An extensibility point sets no requirement: never applicable.";
    ECertificateExtension "E?-certificate-extension" "4" "(X.509)" Extensibility Context
        "X.509 certificates may carry arbitrary extensions; their meaning beyond the referenced PKI specification \
         is outside the profile."
        "An extensibility point sets no requirement: never applicable.";
    R2001 "R2001" "4.1.1" "SENDER" MustNot Behaviour
        "A sender using HTTPS must not negotiate SSL 2.0."
        "Judged from the protocol the context names.";
    R2002 "R2002" "4.1.1" "RECEIVER" MustNot Behaviour
        "A receiver using HTTPS must not negotiate SSL 2.0."
        "Judged from the protocol the context names.";
    U4_2_1 "U-4.2.1" "4.2.1" "SENDER / RECEIVER" Must Behaviour
        "Support a common baseline suite: TLS_RSA_WITH_3DES_EDE_CBC_SHA for TLS stacks, \
         SSL_RSA_WITH_3DES_EDE_CBC_SHA for SSL 3.0 stacks (with their FIPS spellings)."
        "What a TLS stack supports shows in no message: never checkable.";
    U4_2_2 "U-4.2.2" "4.2.2" "SENDER / RECEIVER" Should Behaviour
        "Prefer the AES-128 RSA suite (TLS_RSA_WITH_AES_128_CBC_SHA or its FIPS spelling) over 3DES where both \
         sides offer it."
        "Judged from the cipher suite the context names.";
    U4_2_3 "U-4.2.3" "4.2.3" "SENDER / RECEIVER" ShouldNot Behaviour
        "Avoid suites that lack peer authentication (anonymous Diffie-Hellman, DH_anon in the name) since they are \
         open to a man in the middle."
        "Judged from the cipher suite the context names.";
    U4_2_4 "U-4.2.4" "4.2.4" "SENDER / RECEIVER" MustNot Behaviour
        "Do not use suites with no confidentiality (NULL encryption) nor export-strength keys of 40 or 56 bits."
        "Judged from the cipher suite the context names.";
    ESecurityToken "E?-security-token" "5" "SECURITY_TOKEN" Extensibility Context
        "Token kinds beyond those profiled may be used; each is defined by its own security token profile and needs \
         agreement between the parties."
        "An extensibility point sets no requirement: never applicable.";
    R3105 "R3105" "5.1.1" "SENDER / RECEIVER" May Context
        "Which parts must or may be signed (and, by extension, encrypted, and with which tokens) is settled between \
         the parties outside the message; the profile gives no in-band way to express it."
        "The policy is settled outside: never checkable.";
    R5607 "R5607" "5.2.1" "SECURE_ENVELOPE" Must Wire
        "After encryption the message is still a valid SOAP envelope: none of soap:Envelope, soap:Header and \
         soap:Body may itself be replaced by xenc:EncryptedData. Only header blocks, elements inside blocks, and \
         the content (or descendants) of soap:Body may be encrypted."
        "soap is the namespace of SOAP 1.1, on which the profile builds; SOAP 1.2 fails it as written and is waived \
         as deployed.";
    R3204 "R3204" "5.2.2" "SECURE_ENVELOPE" MustNot Wire
        "No two wsu:Id attributes anywhere in the envelope may have the same value, whether or not anything refers \
         to them."
        "wsu:Id alone, as written; ids of all kinds together are U-19.7.";
    U5_3_1 "U-5.3.1" "5.3.1" "RECEIVER (intermediary)" ShouldNot Behaviour
        "When an intermediary removes a wsse:Security header (or another block) it has processed, it should take \
         care not to remove something that a signature or reference meant for a later node still depends on; \
         headers addressed to others stay untouched." "";
    R5814 "R5814" "5.4.1" "RECEIVER" May Behaviour
        "Where processing a secured request would normally yield a SOAP response but a fault arises instead, the \
         receiver may either send that fault or drop the message silently."
        "A service answers with a fault or not at all: both are in its hands (Fault, or no answer), and neither \
         tells an attacker more.";
    U5_4_2 "U-5.4.2" "5.4.2" "SECURE_ENVELOPE" Must Context
        "Basic Profile R2301 (children of soap:Body in the order of the wsdl:parts) is judged on the envelope with \
         security removed (decrypted), not on the secured wire form."
        "Needs the WSDL description.";
    U5_4_3 "U-5.4.3" "5.4.3" "DESCRIPTION" Must Context
        "Basic Profile R2710 (every operation of a binding has a distinct signature, that is, a distinct qualified \
         name of the Body child) is judged on the unsecured form; an encrypted Body hides that name until \
         decryption."
        "Needs the WSDL description.";
    U5_4_4 "U-5.4.4" "5.4.4" "SECURE_ENVELOPE" Must Context
        "Basic Profile R2712 (document-literal: the Body child is an instance of the global element named by the \
         message part) is judged on the envelope with security removed."
        "Needs the WSDL description.";
    U5_4_5 "U-5.4.5" "5.4.5" "RECEIVER" Should Behaviour
        "Basic Profile R2724 (fault \"Client\" when the envelope does not fit its WSDL) is applied to the envelope \
         with security removed, and is subject to R5814 (no fault is required)." "";
    U5_4_6 "U-5.4.6" "5.4.6" "RECEIVER" Must Behaviour
        "Basic Profile R2725 (check VersionMismatch, MustUnderstand and Client conditions in that order) is applied \
         around security processing: what the plaintext must satisfy can only be checked after decryption." "";
    U5_4_7 "U-5.4.7" "5.4.7" "SECURE_ENVELOPE" Must Context
        "Basic Profile R2729 (rpc-literal response wrapper named operation name + \"Response\") is judged on the \
         envelope with security removed."
        "Needs the WSDL description.";
    U5_4_8 "U-5.4.8" "5.4.8" "SECURE_ENVELOPE" Must Context
        "Basic Profile R2738 (all soapbind:header blocks of the description are present) is judged on the envelope \
         with security removed: an encrypted block counts as present; the wsse:Security block need not be described \
         in WSDL."
        "Needs the WSDL description.";
    R3212 "R3212" "6.1.1" "SECURITY_HEADER" Must WireAndKey
        "The SIGNATURE, ENCRYPTED_KEY and ENC_REFERENCE_LIST children of a wsse:Security header are in such an \
         order that a receiver handling them from first to last gets the correct result (so the sender prepends the \
         element of each later step)."
        "Where ciphertext and signature meet, the digest tells which came first: over the message as it is, or as \
         keys decrypt it.";
    R3206 "R3206" "6.2.1" "SECURE_ENVELOPE" MustNot Wire
        "At most one wsse:Security header may lack the soap:actor attribute (SOAP 1.2: env:role)."
        "An empty actor, and the ultimateReceiver role of SOAP 1.2, are no actor.";
    R3210 "R3210" "6.2.1" "SECURE_ENVELOPE" MustNot Wire
        "No two wsse:Security headers may carry the same soap:actor value (SOAP 1.2: env:role)."
        "An empty actor, and the ultimateReceiver role of SOAP 1.2, are no actor: they count for R3206. Actors \
         compare octet by octet.";
    R3227 "R3227" "7.1.1" "SECURITY_HEADER" MustNot Wire
        "A wsse:Security header holds at most one wsu:Timestamp child." "";
    R3203 "R3203" "7.2.1" "TIMESTAMP" Must Wire
        "A wsu:Timestamp has exactly one wsu:Created child." "";
    R3224 "R3224" "7.2.2" "TIMESTAMP" MustNot Wire
        "A wsu:Timestamp has at most one wsu:Expires child." "";
    R3221 "R3221" "7.2.3" "TIMESTAMP" Must Wire
        "When wsu:Expires is present, wsu:Created precedes it as a sibling (document order)." "";
    R3222 "R3222" "7.2.4" "TIMESTAMP" MustNot Wire
        "wsu:Timestamp has no element children other than wsu:Created and wsu:Expires." "";
    R3220 "R3220" "7.3.1" "CREATED" ShouldNot Wire
        "wsu:Created carries at most three fractional-second digits."
        "The digits that are written count, trailing zeros too. Values are judged in a Timestamp, not in a \
         UsernameToken, whose profile does not repeat these rules.";
    R3229 "R3229" "7.3.1" "EXPIRES" ShouldNot Wire
        "wsu:Expires carries at most three fractional-second digits."
        "The digits that are written count, trailing zeros too.";
    R3213 "R3213" "7.3.2" "CREATED" Must Wire
        "The seconds field of wsu:Created is below 60 (no leap second 60)." "";
    R3215 "R3215" "7.3.2" "EXPIRES" Must Wire
        "The seconds field of wsu:Expires is below 60 (no leap second 60)." "";
    R3225 "R3225" "7.3.3" "CREATED" MustNot Wire
        "wsu:Created has no ValueType attribute." "";
    R3226 "R3226" "7.3.3" "EXPIRES" MustNot Wire
        "wsu:Expires has no ValueType attribute." "";
    R3217 "R3217" "7.3.4" "CREATED" Must Wire
        "wsu:Created is an xsd:dateTime in UTC, i.e. with the \"Z\" designator; no local time, no missing zone."
        "The designator must be Z; +00:00 is the same instant and is waived as deployed. Without a zone the instant \
         is unknown: that is never waived.";
    R3223 "R3223" "7.3.4" "EXPIRES" Must Wire
        "wsu:Expires is an xsd:dateTime in UTC, i.e. with the \"Z\" designator; no local time, no missing zone."
        "The designator must be Z; +00:00 is the same instant and is waived as deployed. Without a zone the instant \
         is unknown: that is never waived.";
    R3061 "R3061" "8.1.1" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A wsse:SecurityTokenReference gives exactly one token reference: one of wsse:Reference, \
         wsse:KeyIdentifier, wsse:Embedded or ds:X509Data with ds:X509IssuerSerial."
        "References are counted, not children: R6606 asks for a saml:AuthorityBinding beside one.";
    R3074 "R3074" "8.2.1" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A wsse11:TokenType attribute, when present on wsse:SecurityTokenReference, has the TokenType value that \
         the security token profile of the referenced token defines."
        "The referenced token decides where it is in the message; a type that names no profile is not checkable.";
    R3057 "R3057" "8.3.1" "STR_REFERENCE" MustNot Wire
        "wsse:Reference/@URI does not point at a wsse:SecurityTokenReference." "";
    R3064 "R3064" "8.3.1" "STR_REFERENCE" MustNot Wire
        "wsse:Reference/@URI does not point at a wsse:Embedded element; point at the token inside it." "";
    R3059 "R3059" "8.3.2" "STR_REFERENCE" Must Wire
        "wsse:Reference has a ValueType attribute, except when it points at a SAML V2.0 assertion, a Kerberos token \
         or an xenc:EncryptedKey token."
        "Ends a list of exceptions with those for tokens the profile does not know: SecurityContextToken and \
         DerivedKeyToken need a ValueType.";
    R3058 "R3058" "8.3.2" "STR_REFERENCE" Must Wire
        "wsse:Reference/@ValueType, when present, is the value that the profile of the referenced token lays down \
         for it (for a wsse:BinarySecurityToken: equal to the token's own @ValueType)."
        "A token of the message decides. Types of tokens outside the message, or unknown, are no breach: new \
         profiles may come.";
    R3062 "R3062" "8.3.3" "STR_REFERENCE" Must Wire
        "wsse:Reference has a URI attribute." "";
    R3027 "R3027" "8.4.1" "SECURITY_TOKEN_REFERENCE" MustNot Wire
        "wsse:SecurityTokenReference has no ds:KeyName child." "";
    R3054 "R3054" "8.5.1" "STR_KEY_IDENTIFIER" Must Wire
        "wsse:KeyIdentifier has a ValueType attribute." "";
    R3063 "R3063" "8.5.1" "STR_KEY_IDENTIFIER" Must Wire
        "wsse:KeyIdentifier/@ValueType is a value defined by the security token profile of the token referred to."
        "Judged against the TokenType of the reference, or, without one, against the list of profiled types.";
    R3070 "R3070" "8.5.2" "STR_KEY_IDENTIFIER" Must Wire
        "wsse:KeyIdentifier has an EncodingType attribute unless it refers to a SAML token (for SAML see R6604)." "";
    R3071 "R3071" "8.5.2" "STR_KEY_IDENTIFIER" Must Wire
        "wsse:KeyIdentifier/@EncodingType is soap-message-security-1.0#Base64Binary." "";
    R3060 "R3060" "8.6.1" "STR_EMBEDDED" Must Wire
        "wsse:Embedded has exactly one child element, and it is a security token."
        "A child that is no token the profile or WS-SecureConversation knows fails.";
    R3025 "R3025" "8.6.2" "INTERNAL_SECURITY_TOKEN" Must Wire
        "A token inside wsse:Embedded is written exactly as it would be as a child of wsse:Security."
        "A token inside a wrapper inside wsse:Embedded fails; attributes are judged by the rules of the token.";
    R3056 "R3056" "8.6.3" "STR_EMBEDDED" MustNot Wire
        "wsse:Embedded has no wsse:SecurityTokenReference child." "";
    R3022 "R3022" "8.7.1" "SECURITY_TOKEN_REFERENCE" Must Wire
        "A reference to a token in the same envelope that has a wsu:Id uses wsse:Reference or wsse:Embedded, not \
         wsse:KeyIdentifier or issuer and serial."
        "A certificate, an EncryptedKey or a ticket of the message is compared with what the identifier names.";
    R3023 "R3023" "8.7.2" "SECURITY_TOKEN_REFERENCE" Should Wire
        "A token in the envelope that several references share is referred to by wsse:Reference rather than \
         repeated in wsse:Embedded." "";
    R5204 "R5204" "8.7.3" "STR_REFERENCE" Must Wire
        "A wsse:Reference to a token in the same envelope that has an ID attribute uses URI=\"#\" + that ID \
         (shorthand XPointer)."
        "A \"#id\" that names nothing fails too, unless ciphertext in the header may hide its target.";
    R5205 "R5205" "8.7.4" "INTERNAL_SECURITY_TOKEN" Must Wire
        "A token not inside wsse:Embedded precedes, in document order, every wsse:SecurityTokenReference in \
         the envelope that refers to it."
        "Judged strictly, since a receiver that streams must know a token before it is used; a receiver can be told \
         to accept it of peers that break it.";
    R3066 "R3066" "8.7.5" "STR_REFERENCE" MustNot Wire
        "A wsse:Reference below one wsse:Security header does not use a \"#id\" URI to reach a token in another \
         wsse:Security header." "";
    R3067 "R3067" "8.7.5" "STR_REFERENCE" MustNot Wire
        "A wsse:Reference below an xenc:EncryptedData does not use a \"#id\" URI to reach a token in any \
         wsse:Security header other than the one whose reference list (in xenc:EncryptedKey or standalone) names \
         that EncryptedData." "";
    R3024 "R3024" "8.8.1" "EXTERNAL_TOKEN_REFERENCE" Must Context
        "A reference to a token outside the message uses wsse:Reference whenever the token can be reached that way \
         (has a URI); otherwise see R5209."
        "Whether a token outside the message has a URI is known to its sender alone.";
    R3211 "R3211" "8.9.1" "SECURITY_TOKEN_REFERENCE" MustNot Wire
        "A wsse:SecurityTokenReference does not point at a ds:KeyInfo element." "";
    R3102 "R3102" "9.1.1" "SIGNATURE" MustNot Wire
        "The signature is not enveloping: no ds:Reference points at a ds:Object of the same ds:Signature or at \
         content of it."
        "Enveloping means that a reference leads into a ds:Object of the same signature. Its own ds:KeyInfo, or the \
         reference to a token there, envelops nothing.";
    R3104 "R3104" "9.1.2" "SIGNATURE" ShouldNot Wire
        "The signature is not enveloped: avoid signing an element that contains the ds:Signature itself."
        "A reference that contains the signature.";
    R3103 "R3103" "9.1.3" "SIGNATURE" Should Wire
        "The signature is detached: it signs elements that neither contain it nor are contained in it."
        "A signature may sign its own ds:KeyInfo and what is in it: that envelops nothing.";
    R3001 "R3001" "9.2.1" "SIG_REFERENCE" Should Wire
        "ds:Reference has a URI attribute in the \"#id\" (shorthand XPointer) form." "";
    R3003 "R3003" "9.2.2" "SIG_REFERENCE" Must Wire
        "A ds:Reference to a ds:Signature or to something inside one uses \"#\" + the Id attribute defined by XML \
         Signature (unqualified @Id), not wsu:Id."
        "Judged for elements of the XML Signature namespace; a wsse:SecurityTokenReference in ds:KeyInfo has a \
         wsu:Id.";
    R3004 "R3004" "9.2.3" "SIG_REFERENCE" Must Wire
        "A ds:Reference to an element of the XML Encryption namespace uses \"#\" + the Id attribute defined by XML \
         Encryption (unqualified @Id), not wsu:Id." "";
    R3005 "R3005" "9.2.4" "SIG_REFERENCE" Should Wire
        "A ds:Reference to anything else uses \"#\" + the wsu:Id of that element."
        "SAML assertions have an id of their own and no wsu:Id: exempt.";
    R3002 "R3002" "9.2.5" "SIG_REFERENCE" Must Wire
        "A ds:Reference to an element that has no ID attribute selects it with a ds:Transform of Algorithm \
         xmldsig-filter2 (XPath Filter 2.0)."
        "A URI that is no shorthand pointer selects what has no id; the expression itself is not evaluated.";
    R5416 "R5416" "9.3.1" "SIG_REFERENCE" Must Wire
        "Every ds:Reference has a ds:Transforms child." "";
    R5411 "R5411" "9.3.2" "SIG_TRANSFORMS" Must Wire
        "ds:Transforms has at least one ds:Transform child." "";
    R5423 "R5423" "9.3.3" "SIG_TRANSFORM" Must Wire
        "ds:Transform/@Algorithm is one of: exc-c14n; xmldsig-filter2; soap-message-security-1.0#STR-Transform; \
         xmldsig#enveloped-signature; SwAProfile-1.1#Attachment-Content-Signature-Transform; \
         SwAProfile-1.1#Attachment-Complete-Signature-Transform." "";
    R5412 "R5412" "9.3.4" "SIG_TRANSFORMS" Must Wire
        "The last ds:Transform is one of: exc-c14n; soap-message-security-1.0#STR-Transform; \
         SwAProfile-1.1#Attachment-Content-Signature-Transform; \
         SwAProfile-1.1#Attachment-Complete-Signature-Transform."
        "The enveloped-signature transform may not come last, though R5423 lists it: token services that end with \
         it are refused by others, too.";
    R5407 "R5407" "9.3.5" "SIG_TRANSFORM" Must Wire
        "A ds:Transform with Algorithm exc-c14n has a c14n:InclusiveNamespaces child with a PrefixList attribute, \
         unless the list would be empty."
        "No list to give: no c14n:InclusiveNamespaces. One that is there and lists nothing fails.";
    R5413 "R5413" "9.3.6" "SIG_TRANSFORM" Must Wire
        "A ds:Transform with Algorithm soap-message-security-1.0#STR-Transform has, in its canonicalization \
         parameters, a c14n:InclusiveNamespaces with a PrefixList attribute, unless the list would be empty."
        "No list to give: no c14n:InclusiveNamespaces. One that is there and lists nothing fails.";
    R3065 "R3065" "9.3.7" "SIG_TRANSFORM" Must Wire
        "A ds:Transform with Algorithm soap-message-security-1.0#STR-Transform has a wsse:TransformationParameters \
         child that holds a ds:CanonicalizationMethod child."
        "The canonicalisation method has to be there; which prefixes it lists is R5413.";
    R5404 "R5404" "9.4.1" "CANONICALIZATION_METHOD" Must Wire
        "ds:CanonicalizationMethod/@Algorithm is exc-c14n (exclusive, without comments)." "";
    R5406 "R5406" "9.4.2" "CANONICALIZATION_METHOD" Must Wire
        "ds:CanonicalizationMethod has a c14n:InclusiveNamespaces child with a PrefixList attribute, unless the \
         list would be empty."
        "No list to give: no c14n:InclusiveNamespaces. One that is there and lists nothing fails.";
    R5414 "R5414" "9.5.1" "RECEIVER" Must Behaviour
        "A receiver accepts a PrefixList whose prefixes are in any order." "";
    R5415 "R5415" "9.5.2" "RECEIVER" Must Behaviour
        "A receiver accepts a PrefixList with any amount of white space before, between and after the prefixes." "";
    R5405 "R5405" "9.5.3" "INCLUSIVE_NAMESPACES" Must Context
        "PrefixList names the prefix of every namespace that is in scope for the signed element or its descendants, \
         is not visibly used there, and that the signer wants protected."
        "What the signer wants protected is known to the signer alone: never checkable.";
    R5408 "R5408" "9.5.3" "INCLUSIVE_NAMESPACES" Must Context
        "PrefixList contains the token #default when a default namespace is in scope, not visibly used, and the \
         signer wants it protected."
        "What the signer wants protected is known to the signer alone: never checkable.";
    R5420 "R5420" "9.6.1" "DIGEST_METHOD" Should Wire
        "ds:DigestMethod/@Algorithm is xmldsig#sha1."
        "SHA-2 and SHA-3 are waived as deployed: SHA-1 no longer resists collisions.";
    R5421 "R5421" "9.7.1" "SIGNATURE_METHOD" Should Wire
        "ds:SignatureMethod/@Algorithm is xmldsig#hmac-sha1 or xmldsig#rsa-sha1."
        "RSA, RSASSA-PSS, ECDSA, EdDSA and HMAC with SHA-2 are waived as deployed.";
    R5401 "R5401" "9.7.2" "SIGNATURE_METHOD" MustNot Wire
        "ds:SignatureMethod has no ds:HMACOutputLength child." "";
    R5402 "R5402" "9.8.1" "SIG_KEY_INFO" Must Wire
        "ds:Signature/ds:KeyInfo has exactly one child element."
        "What a SAML assertion holds follows SAML: exempt, as in every implementation.";
    R5417 "R5417" "9.8.2" "SIG_KEY_INFO" Must Wire
        "ds:Signature/ds:KeyInfo has a wsse:SecurityTokenReference child (with R5402: that and nothing else)."
        "What a SAML assertion holds follows SAML: exempt, as in every implementation.";
    R5403 "R5403" "9.9.1" "SIGNATURE" MustNot Wire
        "No ds:Manifest anywhere below the ds:Signature." "";
    R5440 "R5440" "9.10.1" "SIGNATURE" MustNot Wire
        "No xenc:EncryptedData anywhere below the ds:Signature: encrypt the whole signature element or none of it."
        "";
    R5441 "R5441" "9.11.1" "SIGNATURE_CONFIRMATION" Must Wire
        "wsse11:SignatureConfirmation has a wsu:Id attribute." "";
        }
    };
}

pub(super) use chapters_4_to_9;
