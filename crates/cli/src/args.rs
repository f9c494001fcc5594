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
    /// Show a Security header as a person wants to see it; proves nothing
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
    /// A certificate that is pinned
    #[arg(long)]
    pub(crate) cert: Vec<PathBuf>,
    /// A trust anchor in PEM
    #[arg(long)]
    pub(crate) trust: Vec<PathBuf>,
    /// A certificate that may lead to an anchor
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

/// Algorithms beyond the modern set.
#[derive(Args)]
pub(crate) struct AllowArgs {
    /// Admit the algorithm of this identifier
    #[arg(long, value_name = "URI")]
    pub(crate) allow: Vec<String>,
    /// Admit everything, SHA-1, RSA-1.5, 3DES and weak keys too
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
    /// An unprefixed attribute that is an Id on every element
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
    /// What is signed: '#ID', or '' for the whole document
    #[arg(long, value_name = "#ID", required = true)]
    pub(crate) reference: Vec<String>,
    /// The signature method; by default one that fits the key, with SHA-256
    #[arg(long, value_name = "URI")]
    pub(crate) signature_method: Option<String>,
    /// The digest of each reference
    #[arg(long, value_name = "URI")]
    pub(crate) digest: Option<String>,
    /// The canonicalisation of SignedInfo and of each reference
    #[arg(long, value_name = "URI")]
    pub(crate) c14n: Option<String>,
    /// An unprefixed attribute that is an Id on every element
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
    /// The Id of the element to encrypt; the root without
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Encrypt the content of the element only
    #[arg(long)]
    pub(crate) content_only: bool,
    /// The content cipher
    #[arg(long, value_name = "URI")]
    pub(crate) content: Option<String>,
    /// The key transport
    #[arg(long, value_name = "URI")]
    pub(crate) key_transport: Option<String>,
    /// An unprefixed attribute that is an Id on every element
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
    /// The issuer's name as Java spells it
    IssuerSerialJava,
    /// The issuer's name as .NET and WCF spell it
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
    /// What is signed (`encrypt`: encrypted): Body, Timestamp, Signature, {ns}local or #id
    #[arg(long)]
    pub(crate) part: Vec<String>,
    /// What `secure` encrypts
    #[arg(long)]
    pub(crate) encrypt_part: Vec<String>,
    /// How the signer's certificate is referred to
    #[arg(long, value_enum, default_value = "direct")]
    pub(crate) reference: Form,
    /// How the recipient's certificate is referred to
    #[arg(long, value_enum, default_value = "issuer-serial")]
    pub(crate) encrypt_reference: Form,
    /// Encrypt before signing
    #[arg(long)]
    pub(crate) encrypt_first: bool,
    /// Break this requirement of the Basic Security Profile, which forbids what the other options ask for
    #[arg(long, value_name = "ID")]
    pub(crate) breaking: Vec<String>,
    /// Add a timestamp that expires after so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timestamp: Option<u64>,
    /// Add a username token
    #[arg(long, requires = "password_file")]
    pub(crate) user: Option<String>,
    /// The password of the key store, then the one of the user
    #[arg(long)]
    pub(crate) password_file: Vec<PathBuf>,
    /// Put this token into the header as it stands: a SAML assertion, or a license
    #[arg(long, value_name = "FILE")]
    pub(crate) token: Vec<PathBuf>,
    /// Send this file beside the envelope, in a MIME message; what is signed and encrypted covers it
    #[arg(long, value_name = "FILE")]
    pub(crate) attach: Vec<PathBuf>,
    /// Sign and encrypt attachments with their headers
    #[arg(long, requires = "attach")]
    pub(crate) attach_complete: bool,
    /// Sign as the subject of the assertion that is attached first
    #[arg(long, requires = "token")]
    pub(crate) as_subject: bool,
    /// Sign the part Token through the reference to it (STR-Transform)
    #[arg(long)]
    pub(crate) token_by_reference: bool,
    /// Confirm the signatures of this request, as it was sent
    #[arg(long, value_name = "FILE")]
    pub(crate) confirm: Option<PathBuf>,
    /// Sign and encrypt with a key that is encrypted to the recipient, instead of the signer's; with --key it endorses
    #[arg(long, requires = "to")]
    pub(crate) symmetric: bool,
    /// Sign and encrypt with the secret of a security context
    #[arg(long, value_name = "IDENTIFIER=FILE", conflicts_with = "symmetric")]
    pub(crate) context: Option<String>,
    /// Sign and encrypt with keys out of the user's password
    #[arg(long, requires = "user", conflicts_with_all = ["symmetric", "context"])]
    pub(crate) password_key: bool,
    /// Sign and encrypt with a Kerberos ticket for this service, as service@host
    #[arg(long, value_name = "SERVICE", conflicts_with_all = ["symmetric", "context", "password_key"])]
    pub(crate) kerberos: Option<String>,
    /// Give each use of a secret a key of its own (WS-SecureConversation)
    #[arg(long, value_enum)]
    pub(crate) derive_keys: Option<Conversation>,
    /// Let one key sign and encrypt, where it is encrypted to the recipient or comes with a Kerberos ticket, for peers that
    /// take no derived keys
    #[arg(long)]
    pub(crate) accept_one_key_to_sign_and_encrypt: bool,
    /// Let secrets of fewer than 16 octets in
    #[arg(long)]
    pub(crate) accept_short_secrets_for_legacy_use_only: bool,
    /// The password digest is over the SHA-1 of the password
    #[arg(long, requires = "user")]
    pub(crate) password_hashed: bool,
    /// Send the password in the clear: the transport protects it
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
    /// Prefixes whose bindings are signed though only values use them
    #[arg(long, default_value = "")]
    pub(crate) prefix_list: String,
    /// Address the header to this actor or role
    #[arg(long, value_name = "URI")]
    pub(crate) actor: Option<String>,
    /// The receiver must understand the header
    #[arg(long)]
    pub(crate) must_understand: bool,
    /// Let SHA-1, RSA-1.5, 3DES and weak keys in
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

/// What a receiver holds: keys, passwords, the certificates of its peers.
#[derive(Args)]
pub(crate) struct HoldingArgs {
    /// A certificate messages may name without carrying it
    #[arg(long)]
    pub(crate) known_cert: Vec<PathBuf>,
    /// A private key to decrypt with; goes with the --decrypt-cert at its place
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
    /// The profile as it is written, or with the departures of its deployments
    #[arg(long, value_enum, default_value = "as-deployed")]
    pub(crate) variant: Profile,
    /// Do not count breaches of this requirement
    #[arg(long, value_name = "ID")]
    pub(crate) waive: Vec<String>,
    /// A report to read, or as JSON
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Write a page with the message on one side and the findings on the other
    #[arg(long, value_name = "OUT")]
    pub(crate) html: Option<PathBuf>,
    /// Whether the text is coloured
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) color: Color,
    /// A line for requirements that do not apply, too
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) holdings: HoldingArgs,
    /// The envelope before it was secured
    #[arg(long, value_name = "FILE")]
    pub(crate) clear_text: Option<PathBuf>,
    /// The connection the message came over, as in TLSv1.3/TLS_AES_128_GCM_SHA256
    #[arg(long, value_name = "PROTOCOL/SUITE")]
    pub(crate) tls: Option<String>,
    /// The message is the first between its parties
    #[arg(long, conflicts_with = "reply")]
    pub(crate) first: bool,
    /// The message answers another
    #[arg(long)]
    pub(crate) reply: bool,
}

/// How the path of a certificate is judged.
#[derive(Args)]
pub(crate) struct PathArgs {
    /// A revocation list; with any, the status of the whole path must be told
    #[arg(long)]
    pub(crate) crl: Vec<PathBuf>,
    /// Whose revocation status the lists must tell; a certificate that a list names is always refused
    #[arg(long, value_enum)]
    pub(crate) revocation: Option<RevocationArg>,
    /// An extended key usage that certificates with such limits must allow, as in 1.3.6.1.5.5.7.3.4
    #[arg(long, value_name = "OID")]
    pub(crate) eku: Vec<String>,
    /// Take any certificate for an anchor: expired, of version 1, or of no authority
    #[arg(long)]
    pub(crate) dangerous_unchecked_anchors: bool,
}

/// Whose revocation status must be told.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum RevocationArg {
    /// That of the signer and of each authority below the anchor
    WholePath,
    /// That of the signer
    EndEntity,
    /// Nobody's: what no list tells of is not revoked
    UnknownIsGood,
}

#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// A trust anchor; anyone below it is accepted
    #[arg(long)]
    pub(crate) trust: Vec<PathBuf>,
    /// A certificate that may lead to an anchor
    #[arg(long)]
    pub(crate) intermediate: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) paths: PathArgs,
    /// A certificate that is trusted as it is
    #[arg(long)]
    pub(crate) pin: Vec<PathBuf>,
    /// A certificate whose key issues SAML assertions; it signs no messages
    #[arg(long)]
    pub(crate) saml_issuer: Vec<PathBuf>,
    /// Take an assertion as proof in itself, once
    #[arg(long, requires = "saml_issuer")]
    pub(crate) accept_bearer: bool,
    #[command(flatten)]
    pub(crate) accept: AcceptArgs,
    /// What the message must prove: signed:PART, encrypted:PART, token:username, token:x509,
    /// token:saml1, token:saml2, token:kerberos, or confirmation
    #[arg(long, required = true)]
    pub(crate) require: Vec<String>,
    /// Accept a message whose sender is unknown: its key was encrypted to this receiver, as anyone can do
    #[arg(long)]
    pub(crate) anonymous: bool,
    /// Print the Body even if nobody answers for it, or nobody knows who does; what --require names must still be proven
    #[arg(long)]
    pub(crate) print_unauthenticated: bool,
    /// The request this message answers, as it was sent
    #[arg(long)]
    pub(crate) request: Option<PathBuf>,
    /// Whom assertions must be meant for; without one they may be meant for anyone
    #[arg(long, value_name = "URI")]
    pub(crate) audience: Vec<String>,
    /// The address of this service, which the Recipient of an assertion must name; without it bearer assertions that
    /// name one are refused
    #[arg(long, value_name = "URI")]
    pub(crate) recipient: Option<String>,
    #[command(flatten)]
    pub(crate) holdings: HoldingArgs,
    #[command(flatten)]
    pub(crate) allow: AllowArgs,
    /// What to do about the Basic Security Profile, as it is deployed: refuse what breaks a MUST, say so, or nothing
    #[arg(long, value_enum, default_value = "report")]
    pub(crate) bsp: Bsp,
    /// The evaluation time
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    /// How old a message may be
    #[arg(long, value_name = "SECONDS", default_value = "300")]
    pub(crate) max_age: u64,
    /// How far clocks may differ
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub(crate) clock_skew: u64,
    /// Accept each message once: remember accepted messages in this SQLite file, which several `wss` may share
    #[arg(long, value_name = "FILE")]
    pub(crate) replay_store: Option<PathBuf>,
    /// Write the attachments that were authenticated into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) attachments_dir: Option<PathBuf>,
    /// Keep large attachments in this folder while they are verified; by default in that for temporary files
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
