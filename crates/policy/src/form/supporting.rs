//! Checks the supporting tokens: that they are there, what they have, and what they endorse.

use wss_c14n::{Element, name};
use wss_tokens::SamlVersion;

use super::read::is_signature;
use super::{BrokenAssertion, Form};
use crate::terms::{Direction, PasswordForm, TokenKind};

impl Form<'_> {
    pub(super) fn supporting(&mut self) {
        if self.direction == Direction::Reply {
            return;
        }
        for supporting in &self.terms.supporting {
            if self.hides(supporting.encrypted) {
                continue;
            }
            let there = match supporting.token.kind {
                TokenKind::Username { .. } => self.in_security(name::WSSE.uri, "UsernameToken"),
                TokenKind::Saml(version) | TokenKind::Issued(version) => {
                    let is_of = |of: SamlVersion| version.is_none_or(|version| version == of);
                    if is_of(SamlVersion::V2_0) && self.in_security(name::SAML2.uri, "EncryptedAssertion") {
                        // It is judged once the message is open.
                        continue;
                    }
                    let is_there = |of: SamlVersion| is_of(of) && self.in_security(of.namespace().uri, "Assertion");
                    SamlVersion::ALL.into_iter().any(is_there)
                }
                TokenKind::X509(_) if supporting.is_mere_certificate() => {
                    self.in_security(name::WSSE.uri, "BinarySecurityToken")
                }
                _ => true,
            };
            // Some clients encrypt more than the policy says: CXF encrypts every username token that is signed. The
            // policy's demands on it are judged again once the message is open.
            let has_key = matches!(&supporting.token.kind, TokenKind::Username { password: PasswordForm::No, .. })
                && supporting.endorsing;
            if !there && !has_key && self.hides(true) {
                continue;
            }
            if !there {
                self.found.push(BrokenAssertion::at(supporting.token.place(), "the token is not in the message"));
            }
            if let TokenKind::Username { demanded, password } = &supporting.token.kind {
                self.username_tokens(demanded, *password);
            }
            let is_over_tls = self.terms.binding.is_some() && self.terms.is_over_transport();
            if supporting.encrypted && there && !is_over_tls && !matches!(supporting.token.kind, TokenKind::X509(_)) {
                self.found.push(BrokenAssertion::at(&supporting.place, "the token is in clear text"));
            }
        }
    }

    /// Checks the demands of the policy on the children of username tokens.
    fn username_tokens(&mut self, demanded: &[&'static str], password: PasswordForm) {
        let tokens = self.named(name::WSSE.uri, "UsernameToken");
        for local in demanded {
            let lacks = |token: &Element<'_>| !token.children().any(|child| child.name().local == *local);
            if tokens.iter().any(lacks) {
                self.breach(&[local], format!("the username token has no {local}"));
            }
        }
        let passwords = tokens.iter().flat_map(|token| token.children_named(name::WSSE.uri, "Password"));
        let is_digest = |password: Element<'_>| {
            password.attribute("", "Type").is_some_and(|kind| kind.ends_with("#PasswordDigest"))
        };
        for found in passwords {
            let (name, why) = match (password, is_digest(found)) {
                (PasswordForm::No, _) => ("NoPassword", "the username token has a password"),
                (PasswordForm::Hash, false) => ("HashPassword", "the password is no digest"),
                (PasswordForm::Text, true) => ("UsernameToken", "the password is a digest, without sp:HashPassword"),
                _ => continue,
            };
            self.breach(&[name, "UsernameToken"], why);
        }
    }

    /// Checks that each endorsing token has a signature over that of the message, or over the timestamp, and over the
    /// Body if the token demands it.
    pub(super) fn endorsed(&mut self) {
        let endorsing: Vec<_> = self.terms.endorsing(self.direction).collect();
        if endorsing.is_empty() || self.hides_signature() {
            return;
        }
        let is_over_transport = self.terms.is_over_transport();
        let is_endorsed = |element: Element<'_>| match is_over_transport {
            true => element.is(name::WSU.uri, "Timestamp"),
            false => is_signature(element),
        };
        let endorsements = || self.read.signatures.iter().filter(|signature| self.covers(signature, is_endorsed));
        let body = self.read.envelope.body;
        let over_body = endorsements().filter(|signature| self.covers(signature, |element| element == body)).count();
        let count = endorsements().count();
        let names = [
            "EndorsingSupportingTokens",
            "SignedEndorsingSupportingTokens",
            "EndorsingEncryptedSupportingTokens",
            "SignedEndorsingEncryptedSupportingTokens",
        ];
        if count < endorsing.len() {
            self.breach(&names, "no signature endorses the message");
        } else if over_body < endorsing.iter().filter(|supporting| supporting.parts.signed_body).count() {
            self.breach(&names, "no endorsing signature covers the Body");
        }
    }
}
