//! Why no Security header of a message is for us.

use thiserror::Error;
use wss_text::WireText;

use super::namespaces::kind_of_namespace;

/// Why no Security header of a message is for our role, with what may have been meant for one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// *Malformed.* The message has no Security header for our role.
    #[error(
        "the message has no Security header, so that nothing secures it: have the peer secure it; the error of a peer may come \
         unsecured like this, and anyone may have sent it"
    )]
    Absent,
    /// *Malformed.* The only Security headers are of drafts of WS-Security.
    #[error(
        "the message has no Security header of WS-Security 1.0, but one {}: have the peer write that of OASIS, of January 2004, {:?}",
        match namespace.as_str() {
            "" => "in no namespace".to_owned(),
            other => format!("of another namespace, {other:?}{}", kind_of_namespace(other)),
        },
        wss_c14n::name::WSSE.uri
    )]
    OtherNamespace {
        /// The namespace of the first one; empty if it is in none.
        namespace: WireText,
    },
    /// *Malformed.* There is no Security header, and a `ds:Signature` is somewhere else.
    #[error(
        "the message has no Security header, and a ds:Signature at {path}: have the peer put it inside, or verify \
         the message as a document, with `xmldsig::verify`"
    )]
    SignatureElsewhere {
        /// The path of the signature.
        path: WireText,
    },
    /// *Malformed.* There is no Security header, and an `xenc:EncryptedData` or `xenc:EncryptedKey` is somewhere.
    #[error(
        "the message has no Security header, and ciphertext at {path}: have the peer put what leads to its key into \
         the header, or decrypt the message as a document, with `decrypt_document`"
    )]
    CiphertextElsewhere {
        /// The path of the ciphertext.
        path: WireText,
    },
    /// *Malformed.* There is no Security header, and the message has an element whose name differs from that name only
    /// in upper and lower case.
    #[error(
        "the message has no Security header, but {element:?}: names of XML differ by their capitals, so have the peer write \
         `Security`"
    )]
    Misspelt {
        /// The name of the element as it is written.
        element: WireText,
    },
    /// *Malformed.* There is no Security header, and a `wsse:Security` where it is no header block.
    #[error(
        "the message has no Security header among its header blocks, but a wsse:Security at {path}, where it protects \
         nothing: have the peer put it into the Header of the envelope"
    )]
    Elsewhere {
        /// The path of the element.
        path: WireText,
    },
    /// *Malformed.* There is no Security header, and a token or a timestamp that belongs into one.
    #[error(
        "the message has no Security header, but a {element} at {path}: have the peer put it into a wsse:Security \
         in the Header of the envelope"
    )]
    TokenElsewhere {
        /// The name of the element as it is written.
        element: WireText,
        /// Its path.
        path: WireText,
    },
    /// *Malformed.* What is missing in the Security header for this role stands beside it, or in the header for another role.
    #[error(
        "the Security header for this role has no {element}, but there is one at {path}, where it proves nothing: {}",
        match actor {
            None => "have the peer put it into the Security header".to_owned(),
            Some(actor) => format!(
                "that header is for actor {actor:?}; open that one with `actor` if it is ours, or have the peer put it into this one"
            ),
        }
    )]
    Beside {
        /// The name of the element as it is written.
        element: Box<WireText>,
        /// Its path.
        path: WireText,
        /// The actor or role of the Security header that it is in; `None` if it is in no Security header.
        actor: Option<Box<WireText>>,
    },
    /// *Malformed.* What is missing is in the Security header, and in a namespace where nobody reads it, or in none.
    #[error("the Security header has {element}")]
    Overlooked {
        /// The element, its namespace, and where it belongs, in words.
        element: WireText,
    },
    /// *Refused.* The Security header is empty, and something must be signed or identified.
    #[error(
        "the Security header is empty: nothing is signed, and nobody is named; have the peer secure the message, or see who \
         removed what it held on the way"
    )]
    Empty,
    /// *Refused.* The only Security headers are for others.
    #[error(
        "the message has no Security header for this role, but has a header for actor {actor:?}: open that one with \
         `actor` if it is ours"
    )]
    OtherActor {
        /// The actor or role of the first one; empty for the ultimate receiver.
        actor: WireText,
    },
}
