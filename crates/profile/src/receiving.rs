//! Whom to trust and what to require: the table `verify`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::accept::AcceptOptions;
use crate::options::{options, words};
use crate::source::{NamedSource, Source};

/// The table `verify`: whom to trust, what to require. [`Receiving::receiver`] reads it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each group says what it is")]
pub struct Receiving {
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub signers: TrustOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub paths: PathOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub assertions: AssertionOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub accept: AcceptOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub demands: DemandOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub holdings: HoldingOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub allow: AllowOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub freshness: FreshnessOptions,
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub network: DemandedNetworkOptions,
}

options! {
    /// Which certificates may sign.
    TrustOptions under "Who may sign" {
        /// A trust anchor; every signer below it is accepted, unless --signer names some
        trust: Vec<Source>,
        /// Who below the anchors may sign: subject:NAME, attribute:OID=VALUE (or CN=, OU=, O=, serialNumber=), policy:OID,
        /// dns:HOST, mail:ADDRESS or uri:URI; several that must all hold with ' && ' between them
        signer: Vec<String> = "RULE",
        /// A certificate that may be part of a path to an anchor
        intermediate: Vec<Source>,
        /// A certificate that is trusted without a path
        pin: Vec<Source>,
    }
}

options! {
    /// How to check the path of a certificate.
    PathOptions under "Who may sign" {
        /// A revocation list; if there is any, the status of the whole path must be known
        crl: Vec<Source>,
        /// An OCSP response in DER; if there is any, the status of the whole path must be known
        ocsp: Vec<Source>,
        /// The highest age of an OCSP response
        max_response_age: Option<u64> = "SECONDS",
        /// Accept revocation lists for so long after the next one was due
        accept_lists_after_their_end: Option<u64> = "SECONDS",
        /// Whose revocation status must be known; a revoked certificate is always refused
        revocation: Option<Whose>,
        /// An extended key usage that limited certificates must have, as in 1.3.6.1.5.5.7.3.4
        eku: Vec<String> = "OID",
        /// Accept a certificate of an authority as that of a signer
        accept_authorities_as_signers: bool,
        /// Accept a certificate of version 1, which has no extensions, as that of a signer
        accept_certificates_of_version_1: bool,
        /// Accept a signer whose certificate has a key usage that permits no signatures, such as keyEncipherment alone
        accept_any_key_usage: bool,
        /// Accept any certificate as an anchor: expired, of version 1, or not an authority
        dangerous_unchecked_anchors: bool,
        /// Accept paths with old signatures (MD5, SHA-1, DSA) or keys (RSA of 1024 bits, P-224): anyone may have made them since
        dangerous_old_path_signatures: bool,
    }
}

options! {
    /// Which SAML assertions count.
    AssertionOptions under "SAML assertions" {
        /// A certificate of an issuer of SAML assertions, after the name that this issuer has: NAME=FILE. Without a name, it may
        /// issue under every name. It cannot sign messages
        saml_issuer: Vec<NamedSource> = "[NAME=]FILE",
        /// A certificate whose holder may vouch for SAML assertions by signing them with the Body, issued or not: the
        /// assertion may say anything
        saml_attester: Vec<Source>,
        /// The highest age of an assertion without an end of validity [default: 300]
        saml_max_age: Option<u64> = "SECONDS",
        /// Accept a bearer assertion as proof: once, if a store remembers it (--replay-store)
        accept_bearer: bool,
        /// Accept an id-card of Den Gode Webservice (Denmark) of this level of authentication or a higher one, as often as it is
        /// presented
        accept_id_cards: Option<u8> = "LEVEL",
        /// The audience of assertions; without it, assertions for every audience are accepted
        audience: Vec<String> = "URI",
        /// The address of this service, which the Recipient of an assertion must name; without it, bearer assertions with a
        /// Recipient are refused
        recipient: Option<String> = "URI",
        /// The ID of our request to the issuer, which an assertion that is InResponseTo a request must name; without it, bearer
        /// assertions that name a request are refused
        in_response_to: Option<String> = "ID",
    }
}

options! {
    /// What the message must prove, and what may be missing.
    DemandOptions under "What the message must prove" {
        /// What the message must prove: signed:PART, encrypted:PART (or signed-if-present:PART, encrypted-if-present:PART),
        /// present:PART, token:KIND, token:username-digest, any-token:KIND,KIND, endorsed:KIND,KIND, by-secret, confirmation,
        /// expires, complete-attachments, signature-method:WORD, digest:WORD or content:WORD (or the identifier),
        /// reference:FORM for the signer's certificate. PART is Body, Timestamp, Signature, UsernameToken, Assertion,
        /// SigningToken, SignatureConfirmation, Attachments, the header block {ns}local, every:{ns}local for all blocks of a
        /// name, element:PATH, or every:element:PATH. KIND is username, x509, saml1, saml2, or kerberos. Where a block, an
        /// element, a token or attachments must be signed and the Body is not named, the former are printed in its place
        require: Vec<String>,
        /// A header block that the application handles: {namespace}local, or `addressing` for all of WS-Addressing
        understand: Vec<String> = "{NS}LOCAL",
        /// Accept a message whose sender is unknown: anyone can encrypt its key to this receiver
        anonymous: bool,
        /// Print the Body even if it is not signed, or its signer is unknown; what --require names must still be proven
        print_unauthenticated: bool,
        /// How to apply the Basic Security Profile, as deployed: refuse a message that breaks a MUST, report it, or ignore
        /// it [default: report]
        bsp: Option<Bsp>,
    } {
        /// A limit of resources, as in references=128
        limit: Vec<String>,
    }
}

options! {
    /// The keys and passwords of a receiver, and the certificates of its peers.
    HoldingOptions under "Keys and passwords of the receiver" {
        /// A certificate that messages may reference without containing it
        known_cert: Vec<Source>,
        /// The certificate that messages call by this ds:KeyName; --trust, --pin or --decrypt-cert still judge it
        key_name: Vec<NamedSource> = "NAME=FILE",
        /// A private key for decryption, with the --decrypt-cert at the same position
        decrypt_key: Vec<Source>,
        /// The certificate of a decryption key
        decrypt_cert: Vec<Source>,
        /// A key store with keys for decryption, all of which are used: PKCS#12, JKS or JCEKS
        decrypt_p12: Vec<Source>,
        /// The password of each encrypted --decrypt-key, and then that of each --decrypt-p12, in this order
        decrypt_password_file: Vec<Source>,
        /// A shared secret as raw octets; NAME matches ds:KeyName
        secret: Vec<NamedSource> = "[NAME=]FILE",
        /// The secret of a security context
        context: Vec<NamedSource> = "IDENTIFIER=FILE",
        /// Users and passwords: lines of name, tab, password
        user_file: Option<Source>,
        /// The passwords of --user-file are base64 of their SHA-1, which the peer digests in place of a password
        passwords_hashed: bool,
        /// Open the header for this actor or role
        actor: Option<String> = "URI",
    }
}

options! {
    /// Algorithms outside the modern set.
    AllowOptions under "Algorithms" {
        /// Admit the algorithm of this identifier, or of its last word, as in rsa-sha1 or aes128-cbc
        allow: Vec<String> = "URI|WORD",
        /// Admit everything, including SHA-1, RSA-1.5, 3DES and weak keys
        allow_legacy: bool,
    }
}

options! {
    /// How old a message may be.
    FreshnessOptions under "Age and replays" {
        /// The highest age of a message [default: 300]
        max_age: Option<u64> = "SECONDS",
        /// How far clocks may differ [default: 60]
        clock_skew: Option<u64> = "SECONDS",
    }
}

options! {
    /// A preset instead of requirements. It says what is signed and encrypted, and how; the options give keys and trust.
    DemandedNetworkOptions under "Network preset" {
        /// Demand a message of this network, as `wss networks` lists them; NAME+CHOICE for peers that differ
        network: Option<String> = "NAME",
        /// The message is a reply of that network; --request gives its request
        reply: bool,
    }
}

words! {
    /// Whose revocation status must be known.
    Whose {
        /// The signer, and each authority below the anchor
        WholePath,
        /// The signer
        EndEntity,
        /// Nobody: a certificate without a list or response counts as not revoked
        UnknownIsGood,
    }
}

words! {
    /// How to apply the Basic Security Profile.
    Bsp {
        /// Refuse a message that breaks a MUST
        Enforce,
        /// Report what a message breaks
        Report,
        /// Ignore the profile
        Off,
    }
}
