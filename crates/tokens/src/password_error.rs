//! Why a username token does not authenticate.

use thiserror::Error;

/// A username token does not authenticate. The reason is for the log. All reasons have the same fault on the wire and
/// take the same time, so that a sender cannot tell an unknown user from a wrong password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// *Failed.* The source of passwords has no password of this user, or an empty one.
    #[error(
        "the username token does not authenticate: the user is unknown; if it should be known, give its password with `passwords`"
    )]
    UnknownUser,
    /// *Failed.* It is not the password of this user.
    #[error("the username token does not authenticate: the password is wrong, or one side has white space around it")]
    WrongPassword,
    /// *Failed.* The digest is not that of the password of this user, the nonce and the instant.
    #[error(
        "the username token does not authenticate: the password is wrong, or the peer makes the digest in another way"
    )]
    WrongDigest,
    /// *Refused.* The token carries no password.
    #[error(
        "the username token does not authenticate: it carries no password; have the peer send one, or, if its signature is to \
         vouch for the name, require that the token is signed instead"
    )]
    NoPassword,
    /// *Refused.* The digest lacks both the nonce and the instant from which it is made.
    #[error(
        "the username token does not authenticate: a password digest needs a wsse:Nonce and a wsu:Created; have the peer write both"
    )]
    BareDigest,
    /// *Refused.* The type of the password is a name, and not the identifier of the profile.
    #[error(
        "the username token does not authenticate: the Type of its wsse:Password is no identifier of the profile; have \
         the peer write it, ending in #PasswordText or #PasswordDigest, or call `accept_password_types_by_name`"
    )]
    TypeByName,
    /// *Refused.* The `Type` of the password is in the namespace of WS-Security, which makes it another attribute.
    #[error(
        "the username token does not authenticate: the Type of its wsse:Password is in a namespace; have the peer send it \
         without a prefix, or call `accept_password_types_by_name`"
    )]
    QualifiedType,
    /// *Refused.* The encoding of the nonce is a name, and not the identifier of the profile.
    #[error(
        "the username token does not authenticate: the EncodingType of its wsse:Nonce is no identifier of the profile; \
         have the peer leave it out, or write the one that ends in #Base64Binary, or call `accept_password_types_by_name`"
    )]
    EncodingByName,
    /// *Malformed.* The base64 of the nonce has bits left over, which some decoders drop.
    #[error(
        "the username token does not authenticate: the base64 of its wsse:Nonce ends within an octet; have the peer encode \
         whole octets, or call `accept_password_types_by_name`"
    )]
    NonceBits,
    /// *Refused.* The nonce or the instant of a digest is in another namespace than that of the profile.
    #[error(
        "the username token does not authenticate: its digest needs a wsse:Nonce and a wsu:Created, and one of them is in \
         another namespace; have the peer write the namespaces of WS-Security 1.0, or call \
         `accept_fields_in_other_namespaces`"
    )]
    OtherNamespace,
    /// *Refused.* The digest lacks the nonce.
    #[error(
        "the username token does not authenticate: a password digest needs a wsse:Nonce; have the peer write it, or call \
         `accept_digests_without_nonce`"
    )]
    NoNonce,
    /// *Refused.* The digest lacks the instant.
    #[error(
        "the username token does not authenticate: a password digest needs a wsu:Created; have the peer write it, or call \
         `dangerous_accept_digests_without_created`"
    )]
    NoCreated,
    /// *Refused.* The password came in clear text, and nothing protected it.
    #[error(
        "the username token does not authenticate: its password came in clear text; have the peer encrypt the token, or \
         call `over_protected_transport` where the transport protects it"
    )]
    ClearText,
}
