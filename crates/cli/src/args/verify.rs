//! Arguments of `verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AllowArgs, FileArgs, Format, HoldingArgs};
use crate::accept::AcceptArgs;

/// Whom to trust, what to require, and what to write.
#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) signers: TrustArgs,
    #[command(flatten)]
    pub(crate) assertions: AssertionArgs,
    #[command(flatten)]
    pub(crate) accept: AcceptArgs,
    #[command(flatten)]
    pub(crate) demands: DemandArgs,
    #[command(flatten)]
    pub(crate) holdings: HoldingArgs,
    #[command(flatten)]
    pub(crate) allow: AllowArgs,
    /// How to apply the Basic Security Profile, as deployed: refuse a message that breaks a MUST, report it, or ignore
    /// it
    #[arg(long, value_enum, default_value = "report", help_heading = "What the message must prove")]
    pub(crate) bsp: Bsp,
    #[command(flatten)]
    pub(crate) freshness: FreshnessArgs,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
    #[command(flatten)]
    pub(crate) network: DemandedNetworkArgs,
}

/// A preset instead of requirements. It says what is signed and encrypted, and how; the options give keys and trust.
#[derive(Args)]
#[command(next_help_heading = "Network preset")]
pub(crate) struct DemandedNetworkArgs {
    /// Demand a message of this network, as `wss networks` lists them; NAME+CHOICE for peers that differ
    #[arg(long, value_name = "NAME", conflicts_with_all = ["require", "print", "allow", "allow_legacy", "anonymous"])]
    pub(crate) network: Option<String>,
    /// The message is a reply of that network; --request gives its request
    #[arg(long, requires = "network")]
    pub(crate) reply: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bsp {
    Enforce,
    Report,
    Off,
}

/// Which certificates may sign.
#[derive(Args)]
#[command(next_help_heading = "Who may sign")]
pub(crate) struct TrustArgs {
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
}

/// How to check the path of a certificate.
#[derive(Args)]
pub(crate) struct PathArgs {
    /// A revocation list; if there is any, the status of the whole path must be known
    #[arg(long)]
    pub(crate) crl: Vec<PathBuf>,
    /// An OCSP response in DER; if there is any, the status of the whole path must be known
    #[arg(long)]
    pub(crate) ocsp: Vec<PathBuf>,
    /// Whose revocation status must be known; a revoked certificate is always refused
    #[arg(long, value_enum)]
    pub(crate) revocation: Option<RevocationArg>,
    /// An extended key usage that limited certificates must have, as in 1.3.6.1.5.5.7.3.4
    #[arg(long, value_name = "OID")]
    pub(crate) eku: Vec<String>,
    /// Accept a certificate of an authority as that of a signer
    #[arg(long)]
    pub(crate) accept_authorities_as_signers: bool,
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
    /// Nobody: a certificate without a list or response counts as not revoked
    UnknownIsGood,
}

/// Which SAML assertions count.
#[derive(Args)]
#[command(next_help_heading = "SAML assertions")]
pub(crate) struct AssertionArgs {
    /// A certificate of an issuer of SAML assertions; it cannot sign messages
    #[arg(long)]
    pub(crate) saml_issuer: Vec<PathBuf>,
    /// Accept a bearer assertion as proof, once
    #[arg(long, requires = "saml_issuer")]
    pub(crate) accept_bearer: bool,
    /// The audience of assertions; without it, assertions for every audience are accepted
    #[arg(long, value_name = "URI")]
    pub(crate) audience: Vec<String>,
    /// The address of this service, which the Recipient of an assertion must name; without it, bearer assertions with a
    /// Recipient are refused
    #[arg(long, value_name = "URI")]
    pub(crate) recipient: Option<String>,
}

/// What the message must prove, and what may be missing.
#[derive(Args)]
#[command(next_help_heading = "What the message must prove")]
pub(crate) struct DemandArgs {
    /// What the message must prove: signed:PART, encrypted:PART (or signed-if-present:PART, encrypted-if-present:PART),
    /// token:username, token:username-digest, token:x509, token:saml1, token:saml2, token:kerberos,
    /// any-token:KIND,KIND, confirmation, expires, complete-attachments, signature-method:WORD or content:WORD (or the
    /// identifier). With signed:element:PATH and without signed:Body, that element is printed, and the Body is not
    #[arg(long, required_unless_present = "network")]
    pub(crate) require: Vec<String>,
    /// Print this part instead of the Body: Body, {ns}local, element:PATH or every:element:PATH, as --require names it
    #[arg(long, value_name = "PART", conflicts_with = "print_unauthenticated")]
    pub(crate) print: Vec<String>,
    /// A header block that the application handles: {namespace}local, or `addressing` for all of WS-Addressing
    #[arg(long, value_name = "{NS}LOCAL")]
    pub(crate) understand: Vec<String>,
    /// Accept a message whose sender is unknown: anyone can encrypt its key to this receiver
    #[arg(long)]
    pub(crate) anonymous: bool,
    /// Print the Body even if it is not signed, or its signer is unknown; what --require names must still be proven
    #[arg(long)]
    pub(crate) print_unauthenticated: bool,
    /// The request of this reply: the state that `wss secure --exchange` saved, with its keys; or the message as it was sent,
    /// for replies that use no key of it
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
}

/// How old a message may be, and how often it is accepted.
#[derive(Args)]
#[command(next_help_heading = "Age and replays")]
pub(crate) struct FreshnessArgs {
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
}

/// What is written, and where.
#[derive(Args)]
#[command(next_help_heading = "Result")]
pub(crate) struct ResultArgs {
    /// Write the authenticated attachments into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) attachments_dir: Option<PathBuf>,
    /// Save the state that `wss secure --confirm` needs to answer the message. It contains its keys: keep it like a private
    /// key
    #[arg(long, value_name = "FILE", conflicts_with = "print_unauthenticated")]
    pub(crate) exchange: Option<PathBuf>,
    /// Keep large attachments in this folder during verification; by default in the folder for temporary files
    #[arg(long, value_name = "DIR")]
    pub(crate) spool: Option<PathBuf>,
    /// The Body as text, or the evidence as JSON
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
