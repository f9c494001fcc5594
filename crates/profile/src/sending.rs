//! What to make of an envelope: the table `secure`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wss_crypto::{DigestMethod, NameForm};
use wss_tokens::{ReferenceForm, X509Item};

use crate::options::{options, words};
use crate::source::{NamedSource, Source};

/// The table `secure`: what to make of an envelope. [`Sending::recipe`] reads it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each group says what it is")]
pub struct Sending {
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub signer: SignerOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub recipient: RecipientOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub parts: PartOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub header: HeaderOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub layout: LayoutOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub addressing: AddressingOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub shared: SharedKeyOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub methods: MethodOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub allowed: AllowanceOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub network: MadeNetworkOptions,
}

options! {
    /// Whose key signs, and how the message refers to it.
    SignerOptions under "Signer" {
        /// The signer's private key: a file, env:NAME, or the URI of a key in a token
        key: Option<Source>,
        /// The signer's certificate. A token has it beside its key
        cert: Option<Source>,
        /// The signer's key store: PKCS#12, JKS or JCEKS
        p12: Option<Source>,
        /// How to refer to the signer's certificate [default: direct]
        reference: Option<Form>,
        /// Sign with the key that the first token names (holder of key), and sign that token
        holder_of_key: bool,
        /// Sign with the key that the first token names, and not that token, for peers that expect no other signed parts
        holder_of_key_uncovered: bool,
        /// Sign the part SigningToken through the reference to it (STR-Transform)
        token_by_reference: bool,
        /// Write the public key as a KeyValue beside the reference to its certificate
        key_value_beside: bool,
        /// Write the certificate as X509Data beside the reference to it
        x509_data_beside: bool,
    }
}

options! {
    /// To whom the message is encrypted.
    RecipientOptions under "Recipient" {
        /// The recipient's certificate
        to: Option<Source>,
        /// How to refer to the recipient's certificate [default: issuer-serial]
        encrypt_reference: Option<Form>,
    }
}

options! {
    /// What is signed and encrypted.
    PartOptions under "What is signed and encrypted" {
        /// What to sign (of `wss encrypt`: to encrypt): Body, Timestamp, Signature, UsernameToken, SigningToken, Assertion,
        /// SignatureConfirmation, Attachments, a header block {ns}local, #id, element:PATH, or every:element:PATH for all
        /// elements of one path, as in element:Body/{ns}order/{ns}card
        part: Vec<String>,
        /// What to sign with a digest or transforms of its own, as in sha512:Timestamp: digests, canonicalisations,
        /// without-transforms, or `prefixes=LIST`, with commas between them, in front of the part
        part_as: Vec<String> = "WORDS:PART",
        /// What `secure` encrypts
        encrypt_part: Vec<String> = "PART",
        /// What to sign if the envelope has it: {ns}local, every:{ns}local, element:PATH, every:element:PATH, Attachments
        part_if_present: Vec<String> = "PART",
        /// What to encrypt if the envelope has it
        encrypt_part_if_present: Vec<String> = "PART",
        /// Encrypt only the content of header blocks and of elements inside parts
        content_only: bool,
        /// Encrypt before signing
        encrypt_first: bool,
        /// Sign and encrypt attachments with their headers
        attach_complete: bool,
        /// Prefixes whose bindings are signed even if only values use them
        prefix_list: Option<String>,
    } {
        /// Only sign, or only encrypt
        only: Option<Only>,
        /// The message has attachments: they are signed and encrypted where parts are not named
        attachments: bool,
    }
}

options! {
    /// What else the header has, and for whom it is.
    HeaderOptions under "Header" {
        /// Add a timestamp that expires after this number of seconds
        timestamp: Option<u64> = "SECONDS",
        /// Add a username token
        user: Option<String>,
        /// The password of the key store, then that of the user
        password_file: Vec<Source>,
        /// Compute the password digest from the SHA-1 of the password
        password_hashed: bool,
        /// Send the password in clear text: the transport protects it
        password_text: bool,
        /// Send the name of the user alone
        without_password: bool,
        /// Add this token to the header unchanged: a SAML assertion, or a license
        token: Vec<Source> = "FILE",
        /// Add this element to the header unchanged, as a binary token of any type; its Id signs it: `--part '#id'`
        header_child: Vec<Source> = "FILE",
        /// Address the header to this actor or role
        actor: Option<String> = "URI",
        /// Require that the receiver understands the header
        must_understand: bool,
    } {
        /// The message answers a request: it confirms its signatures, and without `to` it is encrypted to its signer
        answers: bool,
    }
}

options! {
    /// The form of the header, for peers that demand one.
    LayoutOptions under "Layout of the header" {
        /// The order of the children of the header, as WS-SecurityPolicy has it [default: lax]
        layout: Option<Order>,
        /// Write times in whole seconds, without a fraction
        whole_seconds: bool,
        /// Add a timestamp with Created alone
        timestamp_without_expires: bool,
        /// Leave the Nonce out of the username token
        without_nonce: bool,
        /// Leave Created out of the username token
        without_created: bool,
        /// Leave out the Type of a password in clear text; needs --waive R4201
        without_type: bool,
        /// Write a namespace with this prefix, as in ds= for XML Signature without one: ds, xenc, wsse, wsu
        prefix: Vec<String> = "USUAL=PREFIX",
        /// Give a part this Id, as in Timestamp=TS-1
        part_id: Vec<String> = "PART=ID",
        /// Place the signer's token after the signature; needs --waive R5205
        token_after_signature: bool,
    }
}

options! {
    /// Header blocks of WS-Addressing to insert. Without `part`, they are signed.
    AddressingOptions under "WS-Addressing" {
        /// Insert a header block of WS-Addressing: to, action, message-id, relates-to, reply-to, fault-to or from.
        /// message-id=new makes a new one; reply-to=anonymous is the sender itself
        wsa: Vec<String> = "NAME=VALUE",
        /// Insert those of August 2004 instead of 1.0
        wsa_2004: bool,
        /// Mark To and Action with mustUnderstand
        wsa_must_understand: bool,
    }
}

options! {
    /// A key that both sides have, which signs and encrypts instead of the signer's.
    SharedKeyOptions under "Keys of both sides" {
        /// Sign and encrypt with a key that is encrypted to the recipient, instead of the signer's; with --key, the signer
        /// endorses
        symmetric: bool,
        /// The octets of the key that is encrypted to the recipient: 16 for suites of 128 bits, where the peer replies with it
        key_octets: Option<usize> = "NUMBER",
        /// Sign and encrypt with the secret of a security context
        context: Option<NamedSource> = "IDENTIFIER=FILE",
        /// Sign and encrypt with keys derived from the user's password
        password_key: bool,
        /// Sign and encrypt with a Kerberos ticket for this service, as service@host
        kerberos: Option<String> = "SERVICE",
        /// Sign and encrypt with this secret, which the issuer of the first token gave to its subject
        assertion_key: Option<Source> = "FILE",
        /// Sign and encrypt with the key that the request brought, whose state --confirm names
        reply_key: bool,
        /// The octets of the derived key that signs
        mac_key_octets: Option<usize> = "NUMBER",
        /// Derive a separate key for each use of a secret (WS-SecureConversation)
        derive_keys: Option<Conversation>,
    }
}

options! {
    /// Algorithms other than the default.
    MethodOptions under "Algorithms" {
        /// The signature method
        signature_method: Option<String> = "URI|WORD",
        /// The digest of each part
        digest: Option<String> = "URI|WORD",
        /// The canonicalisation of SignedInfo and of each part; needs --waive R5404, R5412 and R5423 if it is not exclusive
        c14n: Option<String> = "URI|WORD",
        /// That of each part, if it is not that of SignedInfo
        part_c14n: Option<String> = "URI|WORD",
        /// Refer to parts without Transforms; needs --waive R5416
        without_transforms: bool,
        /// The content cipher
        content: Option<String> = "URI|WORD",
        /// The key transport
        key_transport: Option<String> = "URI|WORD",
        /// The digest of OAEP
        oaep_digest: Option<String> = "URI|WORD",
        /// The mask generation function of OAEP
        mgf: Option<String> = "URI|WORD",
        /// The derivation of the key that is agreed on with an EC, X25519 or X448 key: ConcatKDF with SHA-256, or HKDF with its
        /// HMAC
        key_derivation: Option<String> = "URI|WORD",
        /// What wraps the content key under the agreed key
        key_wrap: Option<String> = "URI|WORD",
        /// The form of the fresh key for it, for an EC key: key-value (dsig11:ECKeyValue) or der-key-value
        originator_key: Option<String> = "FORM",
    }
}

options! {
    /// What is refused without the option.
    AllowanceOptions under "What is refused without the option" {
        /// Break this requirement of the Basic Security Profile, which forbids what another option asks for
        waive: Vec<String> = "ID",
        /// Let one key sign and encrypt, if it is encrypted to the recipient or comes with a Kerberos ticket; for peers
        /// that do not support derived keys
        accept_one_key_to_sign_and_encrypt: bool,
        /// Allow secrets of fewer than 16 octets
        accept_short_secrets_for_legacy_use_only: bool,
        /// Allow SHA-1, RSA-1.5, 3DES and weak keys
        allow_legacy: bool,
    } {
        /// A limit on what a message may cost, as in document-octets=16777216
        limit: Vec<String>,
    }
}

options! {
    /// A preset instead of options. It says what is signed and encrypted, and how; the options give keys, tokens, attachments
    /// and who the header is for.
    MadeNetworkOptions under "Network preset" {
        /// Make a message of this network, as `wss networks` lists them; NAME+CHOICE for peers that differ
        network: Option<String> = "NAME",
        /// Make a reply of that network; --confirm gives its request
        reply: bool,
    }
}

words! {
    /// How to refer to a certificate.
    Form {
        /// A token with the certificate, in the header
        Direct,
        /// The whole path as a PKIPath
        PkiPath,
        /// The whole path in a PKCS#7 bag
        Pkcs7,
        /// The issuer's name and the serial number
        IssuerSerial,
        /// The issuer's name in the spelling of Java
        IssuerSerialJava,
        /// The issuer's name in the spelling of .NET and WCF
        IssuerSerialDotnet,
        /// The subject key identifier
        Ski,
        /// The SHA-1 of the certificate
        Thumbprint,
        /// A token with the certificate, inside the reference
        Embedded,
        /// The certificate as a key identifier; needs --waive R5206
        Certificate,
        /// The certificate in X509Data, without a reference; needs --waive R5417 (to encrypt: R5426), as all that follow
        X509Data,
        /// The certificate and its path in X509Data
        X509DataPath,
        /// The issuer's name and the serial number in X509Data
        X509IssuerSerial,
        /// The subject key identifier in X509Data
        X509Ski,
        /// The subject's name in X509Data
        X509SubjectName,
        /// The SHA-256 of the certificate in X509Data
        X509Digest,
        /// The subject's name as KeyName
        KeyName,
        /// The public key in KeyValue
        KeyValue,
        /// The public key in DEREncodedKeyValue
        DerKeyValue,
    }
}

impl Form {
    pub(crate) const fn reference(self) -> ReferenceForm {
        match self {
            Self::Direct => ReferenceForm::Direct,
            Self::PkiPath => ReferenceForm::DirectPath,
            Self::Pkcs7 => ReferenceForm::DirectPkcs7,
            Self::IssuerSerialJava => ReferenceForm::IssuerSerialAs(NameForm::Java),
            Self::IssuerSerialDotnet => ReferenceForm::IssuerSerialAs(NameForm::Dotnet),
            Self::IssuerSerial => ReferenceForm::IssuerSerial,
            Self::Ski => ReferenceForm::SubjectKeyIdentifier,
            Self::Thumbprint => ReferenceForm::Thumbprint,
            Self::Embedded => ReferenceForm::Embedded,
            Self::Certificate => ReferenceForm::Certificate,
            Self::X509Data => ReferenceForm::X509Data(X509Item::Certificate),
            Self::X509DataPath => ReferenceForm::X509Data(X509Item::Path),
            Self::X509IssuerSerial => ReferenceForm::X509Data(X509Item::IssuerSerial(NameForm::Rfc4514)),
            Self::X509Ski => ReferenceForm::X509Data(X509Item::SubjectKeyIdentifier),
            Self::X509SubjectName => ReferenceForm::X509Data(X509Item::SubjectName(NameForm::Rfc4514)),
            Self::X509Digest => ReferenceForm::X509Data(X509Item::Digest(DigestMethod::Sha256)),
            Self::KeyName => ReferenceForm::KeyName,
            Self::KeyValue => ReferenceForm::KeyValue,
            Self::DerKeyValue => ReferenceForm::DerKeyValue,
        }
    }
}

words! {
    /// One of the two steps.
    Only {
        /// Sign, and do not encrypt
        Sign,
        /// Encrypt, and do not sign
        Encrypt,
    }
}

words! {
    /// The order of the children of the header.
    Order {
        /// What a step adds is before what was there
        Lax,
        /// As lax, with the timestamp first
        LaxTimestampFirst,
        /// As lax, with the timestamp last
        LaxTimestampLast,
        /// What is signed is before the signature
        Strict,
    }
}

words! {
    /// A version of WS-SecureConversation.
    Conversation {
        /// WS-SecureConversation 1.3
        ("1.3") V13,
        /// The draft of February 2005
        ("2005") V2005,
    }
}
