//! Kerberos tokens: an AP-REQ in a `wsse:BinarySecurityToken`. Its session key signs and encrypts (Kerberos Token
//! Profile 1.1.1).
//!
//! This module handles the wire form. [`KerberosInitiator`] makes tickets and [`KerberosAcceptor`] accepts them; the
//! crate `wss-kerberos` implements both traits with the system's GSS-API.

use wss_c14n::{Element, Writer};
use wss_crypto::{Digest, DigestMethod, Secret};
use wss_text::{octets, shown};

use crate::binary_token::{binary_token_type, is_binary_token, write_binary_token};
use crate::error::TokenError;

/// Type of a key identifier: SHA-1 of a Kerberos token.
pub const KERBEROS_AP_REQ_SHA1: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#Kerberosv5APREQSHA1";

const BASE: &str = "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#";
const MAX_TOKEN: usize = 64 << 10;
/// Application tag 0, the mechanism 1.2.840.113554.1.2.2, and the token id of an AP-REQ.
const MECHANISM: [u8; 13] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02, 0x01, 0x00];
const AP_REQ_TAG: u8 = 0x6E;
const GSS_TAG: u8 = 0x60;

/// The content of a token of the Kerberos profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum KerberosForm {
    /// The initial token of the GSS-API, which contains an AP-REQ: the only form in BSP (R6902).
    #[default]
    Gss,
    /// The AP-REQ alone.
    ApReq,
    /// As `Gss`, by the identifier for RFC 1510.
    Gss1510,
    /// As `ApReq`, by the identifier for RFC 1510.
    ApReq1510,
    /// As `Gss`, by the identifier for RFC 4120.
    Gss4120,
    /// As `ApReq`, by the identifier for RFC 4120.
    ApReq4120,
}

impl KerberosForm {
    const ALL: [Self; 6] = [Self::Gss, Self::ApReq, Self::Gss1510, Self::ApReq1510, Self::Gss4120, Self::ApReq4120];

    const fn row(self) -> (&'static str, bool) {
        match self {
            Self::Gss => ("GSS_Kerberosv5_AP_REQ", true),
            Self::ApReq => ("Kerberosv5_AP_REQ", false),
            Self::Gss1510 => ("GSS_Kerberosv5_AP_REQ1510", true),
            Self::ApReq1510 => ("Kerberosv5_AP_REQ1510", false),
            Self::Gss4120 => ("GSS_Kerberosv5_AP_REQ4120", true),
            Self::ApReq4120 => ("Kerberosv5_AP_REQ4120", false),
        }
    }

    /// `@ValueType`.
    #[must_use]
    pub fn value_type(self) -> String {
        format!("{BASE}{}", self.row().0)
    }

    /// The form with this `@ValueType`.
    #[must_use]
    pub fn from_value_type(uri: &str) -> Option<Self> {
        let local = uri.strip_prefix(BASE)?;
        Self::ALL.into_iter().find(|form| form.row().0 == local)
    }

    /// Whether the AP-REQ is in the GSS framing.
    #[must_use]
    pub const fn is_gss(self) -> bool {
        self.row().1
    }
}

/// A session with a client, from an accepted ticket.
#[derive(Clone)]
pub struct KerberosSession {
    /// The client: `name@REALM`.
    pub principal: String,
    /// The sub-session key of the authenticator, or else the session key of the ticket.
    pub key: Secret,
}

impl std::fmt::Debug for KerberosSession {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KerberosSession").field("principal", &shown(&self.principal)).field("key", &self.key).finish()
    }
}

/// Accepts tickets.
pub trait KerberosAcceptor: Send + Sync {
    /// The session of a token, whose AP-REQ is in the GSS framing. `None` if the ticket or authenticator is not valid,
    /// or is a replay: the acceptor must detect replays of authenticators (RFC 4120 §3.2.3).
    fn accept(&self, gss_token: &[u8]) -> Option<KerberosSession>;
}

impl<F: Fn(&[u8]) -> Option<KerberosSession> + Send + Sync> KerberosAcceptor for F {
    fn accept(&self, gss_token: &[u8]) -> Option<KerberosSession> {
        self(gss_token)
    }
}

/// A ticket for one message.
#[derive(Clone)]
pub struct KerberosTicket {
    /// The initial token of the GSS-API.
    pub gss_token: Vec<u8>,
    /// The session key.
    pub key: Secret,
}

impl std::fmt::Debug for KerberosTicket {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KerberosTicket").field("gss_token", &octets(&self.gss_token)).field("key", &self.key).finish()
    }
}

/// Gets tickets for a service.
pub trait KerberosInitiator: Send + Sync {
    /// A ticket with a fresh authenticator; `None` if there are no credentials, or the service is unknown.
    fn ticket(&self) -> Option<KerberosTicket>;
}

impl<F: Fn() -> Option<KerberosTicket> + Send + Sync> KerberosInitiator for F {
    fn ticket(&self) -> Option<KerberosTicket> {
        self()
    }
}

/// A Kerberos token in a header: a claim.
#[derive(Clone)]
pub struct KerberosToken {
    form: KerberosForm,
    octets: Vec<u8>,
}

impl std::fmt::Debug for KerberosToken {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KerberosToken").field("form", &self.form).field("octets", &octets(&self.octets)).finish()
    }
}

impl KerberosToken {
    /// Whether an element is a `wsse:BinarySecurityToken` of one of the types of the profile.
    #[must_use]
    pub fn is_one(element: Element<'_>) -> bool {
        is_binary_token(element, |value_type| KerberosForm::from_value_type(value_type).is_some())
    }

    /// Reads a `wsse:BinarySecurityToken` of one of the types of the profile.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::Unsupported`] for other types.
    pub fn parse(element: Element<'_>) -> Result<Self, TokenError> {
        let value_type = binary_token_type(element)?;
        let form = KerberosForm::from_value_type(&value_type)
            .ok_or_else(|| TokenError::Unsupported { uri: value_type.clone().into() })?;
        let octets = element.base64(MAX_TOKEN)?;
        let expected = if form.is_gss() { GSS_TAG } else { AP_REQ_TAG };
        if octets.first() != Some(&expected) {
            return Err(element.missing("an AP-REQ in the form its ValueType says").into());
        }
        Ok(Self { form, octets })
    }

    /// The form of its content.
    #[must_use]
    pub fn form(&self) -> KerberosForm {
        self.form
    }

    /// The identifier in `#Kerberosv5APREQSHA1`: SHA-1 of its octets.
    #[must_use]
    pub fn sha1(&self) -> Vec<u8> {
        Digest::of(DigestMethod::Sha1, &self.octets).as_octets().to_vec()
    }

    /// Its AP-REQ in the GSS framing.
    #[must_use]
    pub fn gss_token(&self) -> Vec<u8> {
        if self.form.is_gss() { self.octets.clone() } else { wrap(&self.octets) }
    }
}

/// An AP-REQ in the framing of RFC 4121 §4.1.
fn wrap(ap_req: &[u8]) -> Vec<u8> {
    let length = MECHANISM.len() + ap_req.len();
    let mut token = vec![GSS_TAG];
    match length {
        0..0x80 => token.push(length as u8),
        0x80..0x100 => token.extend([0x81, length as u8]),
        _ => token.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    token.extend(MECHANISM);
    token.extend_from_slice(ap_req);
    token
}

/// The AP-REQ of a token in that framing.
fn unwrap(gss_token: &[u8]) -> Option<&[u8]> {
    let at = gss_token.windows(MECHANISM.len()).take(6).position(|window| window == MECHANISM)?;
    gss_token.get(at + MECHANISM.len()..)
}

/// A token that was written, and its identifier.
#[derive(Clone)]
pub struct WrittenKerberosToken {
    /// The `wsse:BinarySecurityToken` in canonical form, as a document of its own.
    pub token: String,
    /// The SHA-1 that identifies it in later messages.
    pub sha1: Vec<u8>,
}

impl std::fmt::Debug for WrittenKerberosToken {
    /// Octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WrittenKerberosToken").field("sha1", &octets(&self.sha1)).finish_non_exhaustive()
    }
}

/// Writes a token. `None` if `gss_token` is not a GSS token with an AP-REQ.
#[must_use]
pub fn write_kerberos_token(id: &str, form: KerberosForm, gss_token: &[u8]) -> Option<WrittenKerberosToken> {
    let octets = if form.is_gss() { gss_token } else { unwrap(gss_token)? };
    let mut writer = Writer::new();
    write_binary_token(&mut writer, id, &form.value_type(), octets);
    let sha1 = Digest::of(DigestMethod::Sha1, octets).as_octets().to_vec();
    Some(WrittenKerberosToken { token: writer.finish(), sha1 })
}

#[cfg(test)]
mod tests {
    use super::{MECHANISM, unwrap, wrap};

    #[test]
    fn framing_goes_on_and_comes_off() {
        for length in [1, 100, 114, 115, 200, 243, 700] {
            let mut ap_req = vec![7; length];
            ap_req[0] = 0x6E;
            let token = wrap(&ap_req);
            assert_eq!(unwrap(&token), Some(ap_req.as_slice()), "{length}");
            let header = token.len() - MECHANISM.len() - length;
            assert_eq!(
                (token[0], header),
                (
                    0x60,
                    if length < 115 {
                        2
                    } else if length < 243 {
                        3
                    } else {
                        4
                    }
                )
            );
        }
        assert_eq!(unwrap(&[0x60, 3, 1, 2, 3]), None);
    }
}
