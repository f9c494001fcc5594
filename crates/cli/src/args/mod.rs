//! Arguments of every subcommand. Those of `sign`, `encrypt`, `secure`, `verify`, `explain`, `policy` and `profile` are in
//! files of their own, and so is what several share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use wss_profile::{AllowOptions, HoldingOptions, NamedSource, PathOptions, Source};

mod examples;
mod explain;
mod file;
mod policy;
mod profile;
mod secure;
mod verify;

pub(crate) use explain::ExplainArgs;
pub(crate) use file::{BesideArgs, FileArgs, Format};
pub(crate) use policy::PolicyArgs;
pub(crate) use profile::ProfileArgs;
pub(crate) use secure::SecureArgs;
pub(crate) use verify::VerifyArgs;

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
    #[command(after_help = examples::C14N)]
    C14n(C14nArgs),
    /// XML Signature on any document
    #[command(subcommand)]
    Dsig(DsigCommand),
    /// XML Encryption on any document
    #[command(subcommand)]
    Xenc(XencCommand),
    /// Put a Security header with a signature on an envelope
    #[command(after_help = examples::SIGN)]
    Sign(SecureArgs),
    /// Encrypt parts of an envelope to a certificate
    #[command(after_help = examples::ENCRYPT)]
    Encrypt(SecureArgs),
    /// Sign and encrypt an envelope
    #[command(after_help = examples::SECURE)]
    Secure(SecureArgs),
    /// Open a message as a receiver: the authenticated Body on stdout
    #[command(after_help = examples::VERIFY)]
    Verify(VerifyArgs),
    /// Judge a message by the Basic Security Profile: a verdict on every requirement
    #[command(after_help = examples::LINT)]
    Lint(LintArgs),
    /// Show a Security header in readable form; proves nothing
    #[command(after_help = examples::INSPECT)]
    Inspect(InspectArgs),
    /// List the networks that have a preset, or show one with its facts and sources
    #[command(after_help = examples::NETWORKS)]
    Networks(NetworksArgs),
    /// Say why a signature or a digest does not fit: tries what gateways, parsers and peers usually change
    Explain(ExplainArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Write the manual pages into a folder
    Man(ManArgs),
    /// Show what the security policy of a WSDL demands, and what of a message breaks it
    Policy(PolicyArgs),
    /// Check a profile with all that it names, or print the schema of profiles
    Profile(ProfileArgs),
}

#[derive(Subcommand)]
pub(crate) enum DsigCommand {
    /// Verify the signature of a document
    #[command(after_help = examples::DSIG_VERIFY)]
    Verify(DsigVerifyArgs),
    /// Sign a document
    #[command(after_help = examples::DSIG_SIGN)]
    Sign(DsigSignArgs),
}

#[derive(Subcommand)]
pub(crate) enum XencCommand {
    /// Decrypt a document
    #[command(after_help = examples::XENC_DECRYPT)]
    Decrypt(XencDecryptArgs),
    /// Encrypt an element of a document
    #[command(after_help = examples::XENC_ENCRYPT)]
    Encrypt(XencEncryptArgs),
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
    /// Only the nodes that this expression of XPath 1.0 selects; or an element with the expression as its text, whose
    /// namespaces are bound
    #[arg(long, value_name = "EXPR", conflicts_with = "id")]
    pub(crate) xpath: Option<String>,
    /// A prefix in the expression, and the namespace that it is bound to
    #[arg(long, value_name = "PREFIX=URI", requires = "xpath")]
    pub(crate) xpath_ns: Vec<String>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// Keys for whole documents.
#[derive(Args)]
#[command(next_help_heading = "Keys")]
pub(crate) struct KeyArgs {
    /// A private or public key: PEM or DER
    #[arg(long)]
    pub(crate) key: Vec<Source>,
    /// A pinned certificate, or a public key
    #[arg(long)]
    pub(crate) cert: Vec<Source>,
    /// Use a --cert only if its path leads to a --trust anchor, and no other certificate below the anchors
    #[arg(long)]
    pub(crate) cert_needs_path: bool,
    /// A trust anchor in PEM
    #[arg(long)]
    pub(crate) trust: Vec<Source>,
    /// A certificate that may be part of a path to an anchor
    #[arg(long)]
    pub(crate) intermediate: Vec<Source>,
    /// A shared secret as raw octets; NAME matches ds:KeyName
    #[arg(long, value_name = "[NAME=]FILE")]
    pub(crate) secret: Vec<NamedSource>,
    /// A key store: PKCS#12, JKS or JCEKS
    #[arg(long, requires = "password_file")]
    pub(crate) p12: Option<Source>,
    /// The password of the key store or key
    #[arg(long)]
    pub(crate) password_file: Option<Source>,
    /// The time at which certificates are judged
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
}

/// How a document may begin.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct ReadingArgs {
    /// Read a document with a DOCTYPE: what it declares of attributes is honoured, entities and external subsets are refused
    #[arg(long)]
    pub(crate) allow_doctype: bool,
    /// Accept a document in the encoding that its XML declaration names, as in ISO-8859-1 or windows-1252
    #[arg(long)]
    pub(crate) accept_other_encodings: bool,
}

/// What is broken, and in old documents all the same.
#[derive(Args)]
pub(crate) struct RetiredArgs {
    /// Read an old document with MD5, RIPEMD-160 or, with --allow-legacy, RSA and DSA below 1024 bits: anyone can have made it
    /// since
    #[arg(long)]
    pub(crate) dangerous_retired: bool,
}

impl RetiredArgs {
    /// `policy` with what is retired, if that was asked for.
    pub(crate) fn on(&self, mut policy: ws_security::AlgorithmPolicy) -> ws_security::AlgorithmPolicy {
        if self.dangerous_retired {
            policy.signature = policy.signature.dangerous_admit_retired();
            policy.encryption = policy.encryption.dangerous_admit_retired();
        }
        policy
    }
}

/// What is an Id in a document.
#[derive(Args)]
pub(crate) struct IdArgs {
    /// An attribute without prefix that is an Id on every element
    #[arg(long, value_name = "NAME")]
    pub(crate) id_attr: Vec<String>,
}

/// What references outside a document mean.
#[derive(Args)]
pub(crate) struct OutsideArgs {
    /// External references are read below this folder: regular files, within the limits of the document
    #[arg(long, value_name = "DIR")]
    pub(crate) base: Option<PathBuf>,
    /// The file that an external reference means, or as =FILE a reference without a URI; nothing is ever fetched
    #[arg(long, value_name = "URI=FILE")]
    pub(crate) map: Vec<String>,
}

#[derive(Args)]
pub(crate) struct DsigVerifyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) keys: KeyArgs,
    #[command(flatten)]
    pub(crate) allow: AllowOptions,
    #[command(flatten)]
    pub(crate) retired: RetiredArgs,
    #[command(flatten)]
    pub(crate) paths: PathOptions,
    #[command(flatten)]
    pub(crate) ids: IdArgs,
    #[command(flatten)]
    pub(crate) outside: OutsideArgs,
    /// Who below the anchors may sign: subject:NAME, attribute:OID=VALUE (or CN=, OU=, O=, serialNumber=), policy:OID,
    /// dns:HOST, mail:ADDRESS or uri:URI; several that must all hold with ' && ' between them. A --cert is accepted beside
    /// them, unless --cert-needs-path is given
    #[arg(long, value_name = "RULE", requires = "trust")]
    pub(crate) signer: Vec<String>,
    /// Also use a key that the message has encrypted to a given key: anyone can have made such a message, and its integrity
    /// alone is proven
    #[arg(long)]
    pub(crate) anonymous: bool,
    /// Accept a MAC of which at least so many bits were sent, 40 and more: whoever may try often enough finds such a value
    /// without the key
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u16).range(40..))]
    pub(crate) dangerous_mac_bits: Option<u16>,
    /// Also read ECDSA values that are an ASN.1 sequence, longer or shorter; --allow-legacy does, too
    #[arg(long)]
    pub(crate) accept_other_ecdsa_values: bool,
    /// Also use a key or a certificate of the message itself: that proves its integrity, and nothing about who signed
    #[arg(long)]
    pub(crate) insecure_keyvalue: bool,
    /// A report for people, or JSON
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
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
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) signature_method: Option<String>,
    /// Write the parameters of RSA-PSS (RFC 9231 §2.3.9), in place of an identifier that stands for them
    #[arg(long)]
    pub(crate) pss_parameters: bool,
    /// The digest of each reference
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) digest: Option<String>,
    /// The canonicalisation of SignedInfo and of each reference
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) c14n: Option<String>,
    /// The prefix of XML Signature instead of ds; '' makes it the default namespace
    #[arg(long)]
    pub(crate) prefix: Option<String>,
    /// Put the signature at the end of this element instead of the root: {namespace}local, or #ID
    #[arg(long, value_name = "ELEMENT")]
    pub(crate) place_in: Option<String>,
    /// The Id of the signature
    #[arg(long, value_name = "ID")]
    pub(crate) signature_id: Option<String>,
    /// Give every reference the enveloped-signature transform, as schemes prescribe that fix the list
    #[arg(long)]
    pub(crate) always_enveloped: bool,
    /// Also write the issuer and serial number of the certificate
    #[arg(long)]
    pub(crate) issuer_serial: bool,
    /// What the signature says about its key, instead of the certificate or the key: key-name[=NAME], key-value,
    /// der-key-value, x509-certificate, x509-chain (with --intermediate), x509-issuer-serial, x509-ski, x509-subject-name,
    /// x509-digest[=DIGEST], x509-crl=FILE, key-info-reference=URI, retrieval-method=URI; in this order
    #[arg(long, value_name = "KIND", conflicts_with = "issuer_serial")]
    pub(crate) key_info: Vec<String>,
    #[command(flatten)]
    pub(crate) ids: IdArgs,
}

#[derive(Args)]
pub(crate) struct XencDecryptArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) keys: KeyArgs,
    #[command(flatten)]
    pub(crate) allow: AllowOptions,
    #[command(flatten)]
    pub(crate) retired: RetiredArgs,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) outside: OutsideArgs,
    /// Follow each xenc:CipherReference: in the document, and to files of --base and --map
    #[arg(long)]
    pub(crate) follow_cipher_references: bool,
    /// Write the plaintext of the first EncryptedData as octets, whatever its type says
    #[arg(long)]
    pub(crate) octets: bool,
}

#[derive(Args)]
pub(crate) struct XencEncryptArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// The recipient's certificate, or the public key alone
    #[arg(long)]
    pub(crate) to: Option<Source>,
    /// A shared secret instead, as raw octets; NAME becomes ds:KeyName
    #[arg(long, value_name = "[NAME=]FILE", conflicts_with = "to")]
    pub(crate) secret: Option<NamedSource>,
    /// The Id of the element to encrypt; the root by default
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Encrypt the content of the element only
    #[arg(long)]
    pub(crate) content_only: bool,
    /// The content cipher
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) content: Option<String>,
    /// The key transport, to an RSA key
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) key_transport: Option<String>,
    /// The derivation of the key that is agreed on with an EC, X25519 or X448 key: ConcatKDF with SHA-256, or HKDF with its HMAC
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) key_derivation: Option<String>,
    /// What wraps the content key under the agreed key; for an ML-KEM key, whose secret is the content key otherwise, under that
    /// secret
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) key_wrap: Option<String>,
    /// The form of the fresh key for an EC key: key-value (dsig11:ECKeyValue) or der-key-value
    #[arg(long, value_name = "FORM", requires = "to")]
    pub(crate) originator_key: Option<String>,
    /// How the recipient is named, instead of by the certificate or the key: a kind of the key-info of `wss dsig sign`
    #[arg(long, value_name = "KIND", requires = "to")]
    pub(crate) key_info: Vec<String>,
    #[command(flatten)]
    pub(crate) ids: IdArgs,
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

#[derive(Args)]
pub(crate) struct NetworksArgs {
    /// The network to show
    pub(crate) name: Option<String>,
    /// Lines for people, or JSON
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Print a profile of the network, in TOML, to which keys and trust are added
    #[arg(long, requires = "name", conflicts_with = "format")]
    pub(crate) profile: bool,
}

#[derive(Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) beside: BesideArgs,
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
    pub(crate) holdings: HoldingOptions,
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

#[derive(Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) beside: BesideArgs,
    /// Also write one self-contained page for a browser
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Args)]
#[command(after_help = "Examples:
    wss completions bash > /etc/bash_completion.d/wss
    wss completions zsh > ~/.zfunc/_wss
    wss completions fish > ~/.config/fish/completions/wss.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Args)]
#[command(after_help = "Examples:
    wss man /usr/local/share/man/man1
    wss man . && man ./wss.1
    wss man . && man ./wss-verify.1")]
pub(crate) struct ManArgs {
    /// The folder, which must exist
    pub(crate) folder: PathBuf,
}
