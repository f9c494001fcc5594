//! Arguments of every subcommand.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::accept::AcceptArgs;

/// Sign, encrypt, verify and decrypt SOAP messages with WS-Security headers, and any XML document.
#[derive(Parser)]
#[command(name = "wss", version, about)]
pub(crate) struct Cli {
    /// Raise or lower a limit on what a message may cost, as in `--limit references=128`; the manual lists them
    #[arg(long, global = true, value_name = "NAME=VALUE")]
    pub(crate) limit: Vec<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write the canonical octets of a document or an element
    C14n(C14nArgs),
    /// XML Signature on any document
    #[command(subcommand)]
    Dsig(DsigCommand),
    /// XML Encryption on any document
    #[command(subcommand)]
    Xenc(XencCommand),
    /// Put a Security header with a signature on an envelope
    Sign(SecureArgs),
    /// Encrypt parts of an envelope to a certificate
    Encrypt(SecureArgs),
    /// Sign and encrypt an envelope
    Secure(SecureArgs),
    /// Open a message as a receiver: the authenticated Body on stdout
    Verify(VerifyArgs),
    /// Judge a message by the Basic Security Profile: a verdict on every requirement
    Lint(LintArgs),
    /// Show a Security header in readable form; proves nothing
    Inspect(InspectArgs),
}

#[derive(Subcommand)]
pub(crate) enum DsigCommand {
    /// Verify the signature of a document
    Verify(DsigVerifyArgs),
    /// Sign a document
    Sign(DsigSignArgs),
}

#[derive(Subcommand)]
pub(crate) enum XencCommand {
    /// Decrypt a document
    Decrypt(XencDecryptArgs),
    /// Encrypt an element of a document
    Encrypt(XencEncryptArgs),
}

#[derive(Args)]
pub(crate) struct FileArgs {
    /// The document, or - for standard input
    pub(crate) file: PathBuf,
    /// Write here instead of standard output
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Method {
    Exclusive,
    ExclusiveComments,
    Inclusive,
    InclusiveComments,
    Inclusive11,
    Inclusive11Comments,
}

#[derive(Args)]
pub(crate) struct C14nArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// The canonicalisation method
    #[arg(long, value_enum, default_value = "exclusive")]
    pub(crate) method: Method,
    /// Prefixes treated as inclusive, `#default` for the default namespace
    #[arg(long, default_value = "")]
    pub(crate) prefix_list: String,
    /// Only the element with this Id
    #[arg(long)]
    pub(crate) id: Option<String>,
}

/// Keys for whole documents.
#[derive(Args)]
pub(crate) struct KeyArgs {
    /// A private or public key: PEM or DER
    #[arg(long)]
    pub(crate) key: Vec<PathBuf>,
    /// A pinned certificate
    #[arg(long)]
    pub(crate) cert: Vec<PathBuf>,
    /// A trust anchor in PEM
    #[arg(long)]
    pub(crate) trust: Vec<PathBuf>,
    /// A certificate that may be part of a path to an anchor
    #[arg(long)]
    pub(crate) intermediate: Vec<PathBuf>,
    /// A shared secret as raw octets; NAME matches ds:KeyName
    #[arg(long, value_name = "[NAME=]FILE")]
    pub(crate) secret: Vec<String>,
    /// A PKCS#12 key store
    #[arg(long, requires = "password_file")]
    pub(crate) p12: Option<PathBuf>,
    /// The password of the key store or key
    #[arg(long)]
    pub(crate) password_file: Option<PathBuf>,
    /// The time at which certificates are judged
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
}

/// Algorithms outside the modern set.
#[derive(Args)]
pub(crate) struct AllowArgs {
    /// Admit the algorithm of this identifier, or of its last word, as in rsa-sha1 or aes128-cbc
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) allow: Vec<String>,
    /// Admit everything, including SHA-1, RSA-1.5, 3DES and weak keys
    #[arg(long)]
    pub(crate) allow_legacy: bool,
}

#[derive(Args)]
pub(crate) struct DsigVerifyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) keys: KeyArgs,
    #[command(flatten)]
    pub(crate) allow: AllowArgs,
    /// An attribute without prefix that is an Id on every element
    #[arg(long, value_name = "NAME")]
    pub(crate) id_attr: Vec<String>,
    /// External references are read below this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) base: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DsigSignArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) keys: KeyArgs,
    /// What to sign: '#ID', or '' for the whole document
    #[arg(long, value_name = "#ID", required = true)]
    pub(crate) reference: Vec<String>,
    /// The signature method; by default that of the key, with SHA-256
    #[arg(long, value_name = "URI")]
    pub(crate) signature_method: Option<String>,
    /// The digest of each reference
    #[arg(long, value_name = "URI")]
    pub(crate) digest: Option<String>,
    /// The canonicalisation of SignedInfo and of each reference
    #[arg(long, value_name = "URI")]
    pub(crate) c14n: Option<String>,
    /// An attribute without prefix that is an Id on every element
    #[arg(long, value_name = "NAME")]
    pub(crate) id_attr: Vec<String>,
}

#[derive(Args)]
pub(crate) struct XencDecryptArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) keys: KeyArgs,
    #[command(flatten)]
    pub(crate) allow: AllowArgs,
}

#[derive(Args)]
pub(crate) struct XencEncryptArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// The recipient's certificate
    #[arg(long)]
    pub(crate) to: Option<PathBuf>,
    /// A shared secret instead, as raw octets; NAME becomes ds:KeyName
    #[arg(long, value_name = "[NAME=]FILE", conflicts_with = "to")]
    pub(crate) secret: Option<String>,
    /// The Id of the element to encrypt; the root by default
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Encrypt the content of the element only
    #[arg(long)]
    pub(crate) content_only: bool,
    /// The content cipher
    #[arg(long, value_name = "URI")]
    pub(crate) content: Option<String>,
    /// The key transport, to an RSA key
    #[arg(long, value_name = "URI")]
    pub(crate) key_transport: Option<String>,
    /// The derivation of the key that is agreed on with an EC or X25519 key: ConcatKDF with SHA-256, or HKDF with its HMAC
    #[arg(long, value_name = "URI")]
    pub(crate) key_derivation: Option<String>,
    /// What wraps the content key under the agreed key
    #[arg(long, value_name = "URI")]
    pub(crate) key_wrap: Option<String>,
    /// An attribute without prefix that is an Id on every element
    #[arg(long, value_name = "NAME")]
    pub(crate) id_attr: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Form {
    Direct,
    /// The whole path as a PKIPath
    PkiPath,
    /// The whole path in a PKCS#7 bag
    Pkcs7,
    IssuerSerial,
    /// The issuer's name in the spelling of Java
    IssuerSerialJava,
    /// The issuer's name in the spelling of .NET and WCF
    IssuerSerialDotnet,
    Ski,
    Thumbprint,
    Embedded,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Conversation {
    /// WS-SecureConversation 1.3
    #[value(name = "1.3")]
    V13,
    /// The draft of February 2005
    #[value(name = "2005")]
    V2005,
}

#[derive(Args)]
pub(crate) struct SecureArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// The signer's private key
    #[arg(long, requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// The signer's certificate
    #[arg(long, requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// The signer's PKCS#12 key store
    #[arg(long, conflicts_with = "key")]
    pub(crate) p12: Option<PathBuf>,
    /// The recipient's certificate
    #[arg(long)]
    pub(crate) to: Option<PathBuf>,
    /// What to sign (with `encrypt`: to encrypt): Body, Timestamp, Signature, {ns}local or #id
    #[arg(long)]
    pub(crate) part: Vec<String>,
    /// What `secure` encrypts
    #[arg(long)]
    pub(crate) encrypt_part: Vec<String>,
    /// How to refer to the signer's certificate
    #[arg(long, value_enum, default_value = "direct")]
    pub(crate) reference: Form,
    /// How to refer to the recipient's certificate
    #[arg(long, value_enum, default_value = "issuer-serial")]
    pub(crate) encrypt_reference: Form,
    /// Encrypt before signing
    #[arg(long)]
    pub(crate) encrypt_first: bool,
    /// Break this requirement of the Basic Security Profile, which forbids what another option asks for
    #[arg(long, value_name = "ID")]
    pub(crate) waive: Vec<String>,
    /// Add a timestamp that expires after this number of seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timestamp: Option<u64>,
    /// Add a username token
    #[arg(long, requires = "password_file")]
    pub(crate) user: Option<String>,
    /// The password of the key store, then that of the user
    #[arg(long)]
    pub(crate) password_file: Vec<PathBuf>,
    /// Add this token to the header unchanged: a SAML assertion, or a license
    #[arg(long, value_name = "FILE")]
    pub(crate) token: Vec<PathBuf>,
    /// Send this file beside the envelope, in a MIME message; it is signed and encrypted with the envelope
    #[arg(long, value_name = "FILE")]
    pub(crate) attach: Vec<PathBuf>,
    /// Sign and encrypt attachments with their headers
    #[arg(long, requires = "attach")]
    pub(crate) attach_complete: bool,
    /// Sign with the key that the first token names (holder of key)
    #[arg(long, requires = "token")]
    pub(crate) holder_of_key: bool,
    /// Sign the part SigningToken through the reference to it (STR-Transform)
    #[arg(long)]
    pub(crate) token_by_reference: bool,
    /// Confirm the signatures of this request, which must be the secured message
    #[arg(long, value_name = "FILE")]
    pub(crate) confirm: Option<PathBuf>,
    /// Sign and encrypt with a key that is encrypted to the recipient, instead of the signer's; with --key, the signer
    /// endorses
    #[arg(long, requires = "to")]
    pub(crate) symmetric: bool,
    /// The octets of the key that is encrypted to the recipient: 16 for suites of 128 bits, where the peer replies with it
    #[arg(long, value_name = "NUMBER", requires = "symmetric")]
    pub(crate) key_octets: Option<usize>,
    /// Sign and encrypt with the secret of a security context
    #[arg(long, value_name = "IDENTIFIER=FILE", conflicts_with = "symmetric")]
    pub(crate) context: Option<String>,
    /// Sign and encrypt with keys derived from the user's password
    #[arg(long, requires = "user", conflicts_with_all = ["symmetric", "context"])]
    pub(crate) password_key: bool,
    /// Sign and encrypt with a Kerberos ticket for this service, as service@host
    #[arg(long, value_name = "SERVICE", conflicts_with_all = ["symmetric", "context", "password_key"])]
    pub(crate) kerberos: Option<String>,
    /// Derive a separate key for each use of a secret (WS-SecureConversation)
    #[arg(long, value_enum)]
    pub(crate) derive_keys: Option<Conversation>,
    /// Let one key sign and encrypt, if it is encrypted to the recipient or comes with a Kerberos ticket; for peers
    /// that do not support derived keys
    #[arg(long)]
    pub(crate) accept_one_key_to_sign_and_encrypt: bool,
    /// Allow secrets of fewer than 16 octets
    #[arg(long)]
    pub(crate) accept_short_secrets_for_legacy_use_only: bool,
    /// Compute the password digest from the SHA-1 of the password
    #[arg(long, requires = "user")]
    pub(crate) password_hashed: bool,
    /// Send the password in clear text: the transport protects it
    #[arg(long, requires = "user")]
    pub(crate) password_text: bool,
    /// The signature method
    #[arg(long, value_name = "URI")]
    pub(crate) signature_method: Option<String>,
    /// The digest of each part
    #[arg(long, value_name = "URI")]
    pub(crate) digest: Option<String>,
    /// The content cipher
    #[arg(long, value_name = "URI")]
    pub(crate) content: Option<String>,
    /// The key transport
    #[arg(long, value_name = "URI")]
    pub(crate) key_transport: Option<String>,
    /// The digest of OAEP
    #[arg(long, value_name = "URI")]
    pub(crate) oaep_digest: Option<String>,
    /// The mask generation function of OAEP
    #[arg(long, value_name = "URI")]
    pub(crate) mgf: Option<String>,
    /// Prefixes whose bindings are signed even if only values use them
    #[arg(long, default_value = "")]
    pub(crate) prefix_list: String,
    /// Address the header to this actor or role
    #[arg(long, value_name = "URI")]
    pub(crate) actor: Option<String>,
    /// Require that the receiver understands the header
    #[arg(long)]
    pub(crate) must_understand: bool,
    /// Allow SHA-1, RSA-1.5, 3DES and weak keys
    #[arg(long)]
    pub(crate) allow_legacy: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bsp {
    Enforce,
    Report,
    Off,
}

/// A variant of the Basic Security Profile.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    AsWritten,
    AsDeployed,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// The keys and passwords of a receiver, and the certificates of its peers.
#[derive(Args)]
pub(crate) struct HoldingArgs {
    /// A certificate that messages may reference without containing it
    #[arg(long)]
    pub(crate) known_cert: Vec<PathBuf>,
    /// A private key for decryption, with the --decrypt-cert at the same position
    #[arg(long)]
    pub(crate) decrypt_key: Vec<PathBuf>,
    /// The certificate of a decryption key
    #[arg(long)]
    pub(crate) decrypt_cert: Vec<PathBuf>,
    /// A shared secret as raw octets; NAME matches ds:KeyName
    #[arg(long, value_name = "[NAME=]FILE")]
    pub(crate) secret: Vec<String>,
    /// Users and passwords: lines of name, tab, password
    #[arg(long)]
    pub(crate) user_file: Option<PathBuf>,
    /// Open the header for this actor or role
    #[arg(long, value_name = "URI")]
    pub(crate) actor: Option<String>,
}

#[derive(Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// The profile as written, or with the departures of its deployments
    #[arg(long, value_enum, default_value = "as-deployed")]
    pub(crate) variant: Profile,
    /// Waive this requirement
    #[arg(long, value_name = "ID")]
    pub(crate) waive: Vec<String>,
    /// A report for people, or JSON
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Write a page with the message on one side and the findings on the other
    #[arg(long, value_name = "OUT")]
    pub(crate) html: Option<PathBuf>,
    /// Whether to colour the text
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) color: Color,
    /// Also show requirements that do not apply, one line each
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) holdings: HoldingArgs,
    /// The envelope before it was secured
    #[arg(long, value_name = "FILE")]
    pub(crate) clear_text: Option<PathBuf>,
    /// The connection of the message, as in TLSv1.3/TLS_AES_128_GCM_SHA256
    #[arg(long, value_name = "PROTOCOL/SUITE")]
    pub(crate) tls: Option<String>,
    /// The message is the first between the parties
    #[arg(long, conflicts_with = "reply")]
    pub(crate) first: bool,
    /// The message is a reply
    #[arg(long)]
    pub(crate) reply: bool,
}

/// How to check the path of a certificate.
#[derive(Args)]
pub(crate) struct PathArgs {
    /// A revocation list; if there is any, the status of the whole path must be known
    #[arg(long)]
    pub(crate) crl: Vec<PathBuf>,
    /// Whose revocation status must be known; a revoked certificate is always refused
    #[arg(long, value_enum)]
    pub(crate) revocation: Option<RevocationArg>,
    /// An extended key usage that limited certificates must have, as in 1.3.6.1.5.5.7.3.4
    #[arg(long, value_name = "OID")]
    pub(crate) eku: Vec<String>,
    /// Accept any certificate as an anchor: expired, of version 1, or not an authority
    #[arg(long)]
    pub(crate) dangerous_unchecked_anchors: bool,
}

/// Whose revocation status must be known.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum RevocationArg {
    /// The signer, and each authority below the anchor
    WholePath,
    /// The signer
    EndEntity,
    /// Nobody: a certificate without a list counts as not revoked
    UnknownIsGood,
}

#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// A trust anchor; every signer below it is accepted
    #[arg(long)]
    pub(crate) trust: Vec<PathBuf>,
    /// A certificate that may be part of a path to an anchor
    #[arg(long)]
    pub(crate) intermediate: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) paths: PathArgs,
    /// A certificate that is trusted without a path
    #[arg(long)]
    pub(crate) pin: Vec<PathBuf>,
    /// A certificate of an issuer of SAML assertions; it cannot sign messages
    #[arg(long)]
    pub(crate) saml_issuer: Vec<PathBuf>,
    /// Accept a bearer assertion as proof, once
    #[arg(long, requires = "saml_issuer")]
    pub(crate) accept_bearer: bool,
    #[command(flatten)]
    pub(crate) accept: AcceptArgs,
    /// What the message must prove: signed:PART, encrypted:PART, token:username, token:x509,
    /// token:saml1, token:saml2, token:kerberos, or confirmation
    #[arg(long, required = true)]
    pub(crate) require: Vec<String>,
    /// A header block that the application handles: {namespace}local, or `addressing` for all of WS-Addressing
    #[arg(long, value_name = "{NS}LOCAL")]
    pub(crate) understand: Vec<String>,
    /// Accept a message whose sender is unknown: anyone can encrypt its key to this receiver
    #[arg(long)]
    pub(crate) anonymous: bool,
    /// Print the Body even if it is not signed, or its signer is unknown; what --require names must still be proven
    #[arg(long)]
    pub(crate) print_unauthenticated: bool,
    /// The request of this reply, which must be the secured message
    #[arg(long)]
    pub(crate) request: Option<PathBuf>,
    /// The audience of assertions; without it, assertions for every audience are accepted
    #[arg(long, value_name = "URI")]
    pub(crate) audience: Vec<String>,
    /// The address of this service, which the Recipient of an assertion must name; without it, bearer assertions with a
    /// Recipient are refused
    #[arg(long, value_name = "URI")]
    pub(crate) recipient: Option<String>,
    #[command(flatten)]
    pub(crate) holdings: HoldingArgs,
    #[command(flatten)]
    pub(crate) allow: AllowArgs,
    /// How to apply the Basic Security Profile, as deployed: refuse a message that breaks a MUST, report it, or ignore
    /// it
    #[arg(long, value_enum, default_value = "report")]
    pub(crate) bsp: Bsp,
    /// The evaluation time
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    /// The highest age of a message
    #[arg(long, value_name = "SECONDS", default_value = "300")]
    pub(crate) max_age: u64,
    /// How far clocks may differ
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub(crate) clock_skew: u64,
    /// Accept each message once: remember accepted messages in this SQLite file, which several `wss` can share
    #[arg(long, value_name = "FILE")]
    pub(crate) replay_store: Option<PathBuf>,
    /// Write the authenticated attachments into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) attachments_dir: Option<PathBuf>,
    /// Keep large attachments in this folder during verification; by default in the folder for temporary files
    #[arg(long, value_name = "DIR")]
    pub(crate) spool: Option<PathBuf>,
    /// The Body as text, or the evidence as JSON
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
}
