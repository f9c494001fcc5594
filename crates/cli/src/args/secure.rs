//! Arguments of `sign`, `encrypt` and `secure`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::FileArgs;

/// What to make of an envelope.
#[derive(Args)]
pub(crate) struct SecureArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) signer: SignerArgs,
    #[command(flatten)]
    pub(crate) recipient: RecipientArgs,
    #[command(flatten)]
    pub(crate) parts: PartArgs,
    #[command(flatten)]
    pub(crate) header: HeaderArgs,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
    #[command(flatten)]
    pub(crate) addressing: AddressingArgs,
    #[command(flatten)]
    pub(crate) shared: SharedKeyArgs,
    #[command(flatten)]
    pub(crate) methods: MethodArgs,
    #[command(flatten)]
    pub(crate) allowed: AllowanceArgs,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
}

/// A preset instead of options. It says what is signed and encrypted, and how; the options give keys, tokens, attachments and
/// who the header is for.
#[derive(Args)]
#[command(next_help_heading = "Network preset")]
pub(crate) struct NetworkArgs {
    /// Make a message of this network, as `wss networks` lists them; NAME+CHOICE for peers that differ
    #[arg(long, value_name = "NAME", conflicts_with_all = ["part", "encrypt_part", "part_if_present", "encrypt_part_if_present",
        "content_only", "encrypt_first", "attach_complete", "prefix_list", "timestamp", "password_hashed", "password_text",
        "must_understand", "symmetric", "key_octets", "context", "password_key", "kerberos", "derive_keys", "signature_method",
        "digest", "content", "key_transport", "oaep_digest", "mgf", "waive", "accept_one_key_to_sign_and_encrypt",
        "accept_short_secrets_for_legacy_use_only", "allow_legacy", "reference", "encrypt_reference", "holder_of_key",
        "token_by_reference"])]
    pub(crate) network: Option<String>,
    /// Make a reply of that network; --confirm gives its request
    #[arg(long, requires = "network")]
    pub(crate) reply: bool,
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
    /// The certificate as a key identifier; needs --waive R5206
    Certificate,
    /// The certificate in X509Data, without a reference; needs --waive R5417
    X509Data,
    /// The certificate and its path in X509Data, without a reference; needs --waive R5417
    X509DataPath,
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

/// Whose key signs, and how the message refers to it.
#[derive(Args)]
#[command(next_help_heading = "Signer")]
pub(crate) struct SignerArgs {
    /// The signer's private key
    #[arg(long, requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// The signer's certificate
    #[arg(long, requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// The signer's key store: PKCS#12, JKS or JCEKS
    #[arg(long, conflicts_with = "key")]
    pub(crate) p12: Option<PathBuf>,
    /// How to refer to the signer's certificate
    #[arg(long, value_enum, default_value = "direct")]
    pub(crate) reference: Form,
    /// Sign with the key that the first token names (holder of key)
    #[arg(long, requires = "token")]
    pub(crate) holder_of_key: bool,
    /// Sign the part SigningToken through the reference to it (STR-Transform)
    #[arg(long)]
    pub(crate) token_by_reference: bool,
}

/// To whom the message is encrypted.
#[derive(Args)]
#[command(next_help_heading = "Recipient")]
pub(crate) struct RecipientArgs {
    /// The recipient's certificate
    #[arg(long)]
    pub(crate) to: Option<PathBuf>,
    /// How to refer to the recipient's certificate
    #[arg(long, value_enum, default_value = "issuer-serial")]
    pub(crate) encrypt_reference: Form,
}

/// What is signed and encrypted.
#[derive(Args)]
#[command(next_help_heading = "What is signed and encrypted")]
pub(crate) struct PartArgs {
    /// What to sign (with `encrypt`: to encrypt): Body, Timestamp, Signature, {ns}local, #id, element:PATH, or
    /// every:element:PATH for all elements of one path, as in element:Body/{ns}order/{ns}card
    #[arg(long)]
    pub(crate) part: Vec<String>,
    /// What `secure` encrypts
    #[arg(long)]
    pub(crate) encrypt_part: Vec<String>,
    /// What to sign if the envelope has it: {ns}local, every:{ns}local, element:PATH, every:element:PATH, Attachments
    #[arg(long, value_name = "PART")]
    pub(crate) part_if_present: Vec<String>,
    /// What to encrypt if the envelope has it
    #[arg(long, value_name = "PART")]
    pub(crate) encrypt_part_if_present: Vec<String>,
    /// Encrypt only the content of elements inside parts
    #[arg(long)]
    pub(crate) content_only: bool,
    /// Encrypt before signing
    #[arg(long)]
    pub(crate) encrypt_first: bool,
    /// Send this file beside the envelope, in a MIME message; it is signed and encrypted with the envelope
    #[arg(long, value_name = "FILE")]
    pub(crate) attach: Vec<PathBuf>,
    /// Sign and encrypt attachments with their headers
    #[arg(long, requires = "attach")]
    pub(crate) attach_complete: bool,
    /// Prefixes whose bindings are signed even if only values use them
    #[arg(long, default_value = "")]
    pub(crate) prefix_list: String,
}

/// What else the header has, and for whom it is.
#[derive(Args)]
#[command(next_help_heading = "Header")]
pub(crate) struct HeaderArgs {
    /// Add a timestamp that expires after this number of seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timestamp: Option<u64>,
    /// Add a username token
    #[arg(long, requires = "password_file")]
    pub(crate) user: Option<String>,
    /// The password of the key store, then that of the user
    #[arg(long)]
    pub(crate) password_file: Vec<PathBuf>,
    /// Compute the password digest from the SHA-1 of the password
    #[arg(long, requires = "user")]
    pub(crate) password_hashed: bool,
    /// Send the password in clear text: the transport protects it
    #[arg(long, requires = "user")]
    pub(crate) password_text: bool,
    /// Add this token to the header unchanged: a SAML assertion, or a license
    #[arg(long, value_name = "FILE")]
    pub(crate) token: Vec<PathBuf>,
    /// Answer this request: confirm its signatures. The request as it came, or the state that `wss verify --exchange` saved
    #[arg(long, value_name = "FILE")]
    pub(crate) confirm: Option<PathBuf>,
    /// Save the state that `wss verify --request` needs to open the reply. It contains the keys of the message: keep it
    /// like a private key
    #[arg(long, value_name = "FILE")]
    pub(crate) exchange: Option<PathBuf>,
    /// Address the header to this actor or role
    #[arg(long, value_name = "URI")]
    pub(crate) actor: Option<String>,
    /// Require that the receiver understands the header
    #[arg(long)]
    pub(crate) must_understand: bool,
}

/// The form of the header, for peers that demand one.
#[derive(Args)]
#[command(next_help_heading = "Layout of the header")]
pub(crate) struct LayoutArgs {
    /// The order of the children of the header, as WS-SecurityPolicy has it
    #[arg(long, value_enum, default_value = "lax")]
    pub(crate) layout: Order,
    /// Write times in whole seconds, without a fraction
    #[arg(long)]
    pub(crate) whole_seconds: bool,
    /// Add a timestamp with Created alone
    #[arg(long, conflicts_with = "timestamp")]
    pub(crate) timestamp_without_expires: bool,
    /// Leave the Nonce out of the username token
    #[arg(long, requires = "user")]
    pub(crate) without_nonce: bool,
    /// Leave Created out of the username token
    #[arg(long, requires = "user")]
    pub(crate) without_created: bool,
    /// Leave out the Type of a password in clear text; needs --waive R4201
    #[arg(long, requires = "password_text")]
    pub(crate) without_type: bool,
    /// Write a namespace with this prefix, as in ds= for XML Signature without one: ds, xenc, wsse, wsu
    #[arg(long, value_name = "USUAL=PREFIX")]
    pub(crate) prefix: Vec<String>,
    /// Give a part this Id, as in Timestamp=TS-1
    #[arg(long, value_name = "PART=ID")]
    pub(crate) part_id: Vec<String>,
    /// Place the signer's token after the signature; needs --waive R5205
    #[arg(long)]
    pub(crate) token_after_signature: bool,
}

/// Header blocks of WS-Addressing to insert. Without --part, they are signed.
#[derive(Args)]
#[command(next_help_heading = "WS-Addressing")]
pub(crate) struct AddressingArgs {
    /// Insert a header block of WS-Addressing: to, action, message-id, relates-to, reply-to, fault-to or from.
    /// message-id=new makes a new one; reply-to=anonymous is the sender itself
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) wsa: Vec<String>,
    /// Insert those of August 2004 instead of 1.0
    #[arg(long, requires = "wsa")]
    pub(crate) wsa_2004: bool,
    /// Mark To and Action with mustUnderstand
    #[arg(long, requires = "wsa")]
    pub(crate) wsa_must_understand: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Order {
    /// What a step adds is before what was there
    Lax,
    /// As lax, with the timestamp first
    LaxTimestampFirst,
    /// As lax, with the timestamp last
    LaxTimestampLast,
    /// What is signed is before the signature
    Strict,
}

/// A key that both sides have, which signs and encrypts instead of the signer's.
#[derive(Args)]
#[command(next_help_heading = "Keys of both sides")]
pub(crate) struct SharedKeyArgs {
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
    /// Sign and encrypt with the key that the request brought, whose state --confirm names
    #[arg(long, requires = "confirm", conflicts_with_all = ["symmetric", "context", "password_key", "kerberos"])]
    pub(crate) reply_key: bool,
    /// Derive a separate key for each use of a secret (WS-SecureConversation)
    #[arg(long, value_enum)]
    pub(crate) derive_keys: Option<Conversation>,
}

/// Algorithms other than the default.
#[derive(Args)]
#[command(next_help_heading = "Algorithms")]
pub(crate) struct MethodArgs {
    /// The signature method
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) signature_method: Option<String>,
    /// The digest of each part
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) digest: Option<String>,
    /// The canonicalisation of SignedInfo and of each part; needs --waive R5404, R5412 and R5423 if it is not exclusive
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) c14n: Option<String>,
    /// That of each part, if it is not that of SignedInfo
    #[arg(long, value_name = "URI|WORD", conflicts_with = "without_transforms")]
    pub(crate) part_c14n: Option<String>,
    /// Refer to parts without Transforms; needs --waive R5416
    #[arg(long)]
    pub(crate) without_transforms: bool,
    /// The content cipher
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) content: Option<String>,
    /// The key transport
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) key_transport: Option<String>,
    /// The digest of OAEP
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) oaep_digest: Option<String>,
    /// The mask generation function of OAEP
    #[arg(long, value_name = "URI|WORD")]
    pub(crate) mgf: Option<String>,
}

/// What is refused without the option.
#[derive(Args)]
#[command(next_help_heading = "What is refused without the option")]
pub(crate) struct AllowanceArgs {
    /// Break this requirement of the Basic Security Profile, which forbids what another option asks for
    #[arg(long, value_name = "ID")]
    pub(crate) waive: Vec<String>,
    /// Let one key sign and encrypt, if it is encrypted to the recipient or comes with a Kerberos ticket; for peers
    /// that do not support derived keys
    #[arg(long)]
    pub(crate) accept_one_key_to_sign_and_encrypt: bool,
    /// Allow secrets of fewer than 16 octets
    #[arg(long)]
    pub(crate) accept_short_secrets_for_legacy_use_only: bool,
    /// Allow SHA-1, RSA-1.5, 3DES and weak keys
    #[arg(long)]
    pub(crate) allow_legacy: bool,
}
