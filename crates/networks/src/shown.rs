//! Shapes and HTTP in words, for the command line and the manual.

use std::fmt;

use crate::network::{Action, Http};
use crate::shape::{
    Credential, EncryptedTo, EncryptionShape, Endorsement, Leniency, MessagePart, Shape, SignatureShape, SignedBy,
    Taken, Transport,
};

impl fmt::Display for MessagePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block { local, .. } => f.write_str(local),
            other => write!(f, "{other:?}"),
        }
    }
}

fn listed(parts: &[MessagePart]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The last word of an identifier.
fn word(uri: &str) -> &str {
    uri.rsplit(['#', '/']).next().unwrap_or(uri)
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = Vec::new();
        said.extend(self.timestamp.map(|seconds| match self.allows(Leniency::BareHeader) {
            true => "a timestamp without an end".to_owned(),
            false => format!("a timestamp of {seconds} s"),
        }));
        said.extend(match self.credential {
            Credential::None => None,
            Credential::PasswordDigest => Some("a username token with a digest".to_owned()),
            Credential::PasswordDigestOfSha1 => {
                Some("a username token with a digest of the password's SHA-1".to_owned())
            }
            Credential::PasswordText => Some("a username token with the password as text".to_owned()),
            Credential::IdCard { level, signed: (method, _) } => {
                Some(format!("an id-card of level {level}, signed with {}", word(method.uri())))
            }
            Credential::Assertion(version) => Some(format!("a SAML {} assertion", version_of(version))),
        });
        let signature = self.signature.map(|signature| signature.to_string());
        let encryption = self.encryption.map(|encryption| encryption.to_string());
        match self.encrypts_first {
            true => said.extend(encryption.into_iter().chain(signature)),
            false => said.extend(signature.into_iter().chain(encryption)),
        }
        if self.confirms {
            said.push("confirms the signatures of the request".to_owned());
        }
        if self.takes != Taken::NOTHING {
            said.push(format!("taken besides: {}", self.takes));
        }
        if self.timestamp.is_none() && self.signature.is_some() {
            said.push("nothing says when it was made: the application must refuse what it has seen before".to_owned());
        }
        f.write_str(&said.join("; "))
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said: Vec<String> = self.methods.iter().map(|method| word(method.uri()).to_owned()).collect();
        said.extend(self.digests.iter().map(|digest| word(digest.uri()).to_owned()));
        said.extend(self.contents.iter().map(|cipher| word(cipher.uri()).to_owned()));
        said.extend(self.transports.iter().map(ToString::to_string));
        said.extend(self.open_end.then(|| "a timestamp without an end".to_owned()));
        f.write_str(&said.join(", "))
    }
}

fn version_of(version: wss_tokens::SamlVersion) -> &'static str {
    match version {
        wss_tokens::SamlVersion::V1_1 => "1.1",
        wss_tokens::SamlVersion::V2_0 => "2.0",
    }
}

impl fmt::Display for SignatureShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = word(self.method.uri());
        write!(f, "signed with {method} and {} over {}", word(self.digest.uri()), listed(self.parts))?;
        if !self.parts_if_present.is_empty() {
            write!(f, ", and if present {}", listed(self.parts_if_present))?;
        }
        match self.by {
            SignedBy::Certificate(form) => write!(f, ", by a certificate ({form:?})"),
            SignedBy::HolderOfKey => f.write_str(", by the holder of the assertion's key"),
            SignedBy::EncryptedKey { derived, .. } => {
                write!(
                    f,
                    ", by a {}key encrypted to the service",
                    if derived.is_some() { "derivation of a " } else { "" }
                )
            }
            SignedBy::KeyOfRequest { .. } => f.write_str(", by the key of the request"),
        }?;
        match self.endorsed_by {
            Some(Endorsement { reference, method }) => {
                write!(f, ", endorsed with {} by a certificate ({reference:?})", word(method.uri()))
            }
            None => Ok(()),
        }
    }
}

impl fmt::Display for EncryptionShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "encrypted with {}: {}", word(self.content.uri()), listed(self.parts))?;
        match self.to {
            EncryptedTo::Certificate { transport, reference } => {
                write!(f, ", the key sent with {transport} ({reference:?})")
            }
            EncryptedTo::KeyOfSignature => f.write_str(", with the key of the signature"),
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OaepMgf1p => f.write_str("rsa-oaep-mgf1p"),
            Self::Oaep(digest) => write!(f, "rsa-oaep and {}", word(digest.uri())),
            Self::Rsa15 => f.write_str("rsa-1_5"),
            Self::AgreementOfEdelivery2 => f.write_str("key agreement, HKDF and kw-aes128"),
            Self::AgreementOfBdew => f.write_str("key agreement, ConcatKDF and kw-aes128"),
        }
    }
}

impl fmt::Display for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SOAP {}, {}", self.soap.number(), self.content_type)?;
        if self.package {
            f.write_str(" in multipart/related")?;
        }
        match self.action {
            Action::None => Ok(()),
            Action::Header => f.write_str(", SOAPAction names the operation"),
            Action::Always(action) => write!(f, ", SOAPAction `{action}`"),
            Action::Parameter => f.write_str(", the parameter action names the operation"),
        }?;
        match self.client_certificate {
            Some(true) => f.write_str(", TLS with a client certificate"),
            Some(false) => f.write_str(", no client certificate in TLS"),
            None => Ok(()),
        }
    }
}
