//! What no keys can do: judges the assertions that are read, and of which a side, or both, cannot make messages all the same.
//!
//! A listing says `done` of what a client and a service do once they have keys. What depends on keys and on the consent of the
//! caller is judged with them, later.

use std::collections::BTreeSet;

use wss_tokens::SamlVersion;

use super::Terms;
use super::binding::{Binding, Signs, Tokens};
use super::supporting::Supporting;
use super::token::{Direction, Token, TokenKind};
use crate::place::Location;
use crate::standing::Standing;

/// The assertions that have something encrypted.
const ENCRYPTING: [&str; 4] = ["EncryptedParts", "EncryptedElements", "ContentEncryptedElements", "EncryptSignature"];

/// The octets of a key that is made of a password: those of SHA-1 (Username Token Profile 1.1.1 §4).
const OCTETS_OF_PASSWORD_KEY: usize = 20;

impl Terms {
    /// Judges what is demanded of the messages in this direction.
    pub(super) fn judge_possible(&mut self, direction: Direction) {
        for (place, standing) in self.impossible(direction) {
            self.notes.restate(&place, &standing);
        }
    }

    /// Whether the same is done of it in both directions, unless a direction has assertions of its own.
    pub(crate) fn is_alike_in_both_directions(&self) -> bool {
        self.impossible(Direction::Request) == self.impossible(Direction::Reply)
    }

    /// The assertions that are read, and of which a side or both cannot make the messages in this direction.
    fn impossible(&self, direction: Direction) -> Vec<(Location, Standing)> {
        let mut found: Vec<(Location, Standing)> = Vec::new();
        self.judge_confirmations(direction, &mut found);
        if direction == Direction::Request {
            self.judge_tokens(&mut found);
        }
        match &self.binding {
            Some(binding) if !matches!(binding.tokens, Tokens::Transport) => {
                self.judge_signatures(direction, &mut found);
                self.judge_recipient(binding, direction, &mut found);
                self.judge_secrets(binding, direction, &mut found);
            }
            _ => {}
        }
        found
    }

    fn place_of(&self, names: &[&str]) -> Option<Location> {
        names.iter().find_map(|name| self.notes.find(&[name])).map(|judged| judged.place.clone())
    }

    /// Confirmations are signed, or come over a transport.
    fn judge_confirmations(&self, direction: Direction, found: &mut Vec<(Location, Standing)>) {
        if !self.confirms(direction) {
            return;
        }
        let why = "confirmations are required of messages that nothing in them secures: add a binding with a timestamp or a \
                   signature, or leave them out";
        let standing = match &self.binding {
            None => Standing::Refused(why.into()),
            Some(Binding { tokens: Tokens::Transport, timestamp: true, .. }) => return,
            Some(Binding { tokens: Tokens::Transport, .. }) => Standing::ClientOnly(why.into()),
            Some(_) if self.signs(direction) == Signs::Always => return,
            Some(_) => Standing::Refused(why.into()),
        };
        found.extend(self.place_of(&["RequireSignatureConfirmation"]).map(|place| (place, standing)));
    }

    /// Tokens that a client sends and that prove nothing to a service; and assertions of two versions, of which a client has
    /// one.
    fn judge_tokens(&self, found: &mut Vec<(Location, Standing)>) {
        let mut of_version: Option<SamlVersion> = None;
        let users = || self.supporting.iter().filter(|supporting| is_user(&supporting.token));
        // Tokens with keys alone are of one user, whose password is sent in none of them.
        if !users().all(|supporting| supporting.endorsing) {
            let why = "a request has one user, and another token names one already: give each an alternative";
            found.extend(users().skip(1).map(|other| (other.token.place().clone(), Standing::Refused(why.into()))));
        }
        for supporting in &self.supporting {
            let token = &supporting.token;
            if let TokenKind::Saml(Some(version)) | TokenKind::Issued(Some(version)) = token.kind
                && *of_version.get_or_insert(version) != version
            {
                let why = "a client has one assertion, and those of two versions of SAML are demanded: give each an alternative";
                found.push((token.place().clone(), Standing::ServiceOnly(why.into())));
            }
            if let Some(why) = self.proves_nothing(supporting) {
                found.push((token.place().clone(), Standing::ClientOnly(why.into())));
            }
        }
    }

    /// Why a service refuses requests that have this token.
    fn proves_nothing(&self, supporting: &Supporting) -> Option<&'static str> {
        if supporting.is_mere_certificate() {
            return Some(
                "to a service, a certificate whose key signs nothing proves nothing: in sp:EndorsingSupportingTokens it signs",
            );
        }
        if supporting.names_a_user() {
            return Some(
                "to a service, a user without a password proves nothing unless its key signs: in sp:EndorsingSupportingTokens it \
                 does, or leave sp:NoPassword out",
            );
        }
        // An assertion that proves its holder by an endorsing signature is not the one that the message signature covers.
        let is_endorsed = |other: &Supporting| other.token.kind.is_assertion() && other.endorsing;
        let tokens = self.binding.as_ref().map(|binding| &binding.tokens);
        let is_symmetric = matches!(tokens, Some(Tokens::Symmetric { .. }));
        if supporting.is_loose_assertion() && is_symmetric && self.supporting.iter().any(is_endorsed) {
            return Some(
                "to a service, an assertion that signs nothing proves nothing beside one that endorses: leave one of the two out",
            );
        }
        (!supporting.endorsing && !supporting.has_text_password() && self.is_anonymous()).then_some(
            "to a service it proves nothing: anyone with its certificate can sign a request, and put the digest or assertion of \
             another into it; have a token endorse requests (sp:EndorsingSupportingTokens), or send the password as text, encrypted",
        )
    }

    /// Whether requests are signed under a key that anyone can encrypt to the service, without an endorsing signature.
    pub(crate) fn is_anonymous(&self) -> bool {
        let Some(Binding { tokens: Tokens::Symmetric { signature: Some(token), .. }, .. }) = &self.binding else {
            return false;
        };
        matches!(token.kind, TokenKind::X509(_)) && self.endorsing(Direction::Request).next().is_none()
    }

    /// Signatures that have nothing to sign in some messages, or in all.
    fn judge_signatures(&self, direction: Direction, found: &mut Vec<(Location, Standing)>) {
        match self.signs(direction) {
            Signs::Always => {}
            Signs::IfPresent => {
                let why = "nothing is signed in every message, neither a timestamp nor the Body, so that it is not known which \
                           messages have a signature: add sp:IncludeTimestamp, or have the Body signed";
                let standing = match direction {
                    Direction::Request => Standing::ServiceOnly(why.into()),
                    Direction::Reply => Standing::ClientOnly(why.into()),
                };
                found.extend(self.place_of(&["SignedParts", "SignedElements"]).map(|place| (place, standing)));
            }
            Signs::Nothing => {
                let why =
                    "there is no signature that it could endorse: add sp:IncludeTimestamp, or have the Body signed";
                let endorsing = self.endorsing(direction).map(|supporting| supporting.place.clone());
                found.extend(endorsing.map(|place| (place, Standing::Refused(why.into()))));
            }
        }
    }

    /// Parts that are encrypted to nobody.
    fn judge_recipient(&self, binding: &Binding, direction: Direction, found: &mut Vec<(Location, Standing)>) {
        let recipient = match (&binding.tokens, direction) {
            (Tokens::Asymmetric { recipient_encryption, .. }, Direction::Request) => recipient_encryption,
            (Tokens::Asymmetric { initiator_encryption, .. }, Direction::Reply) => initiator_encryption,
            (Tokens::Symmetric { encryption, .. }, _) => encryption,
            (Tokens::Transport, _) => return,
        };
        if recipient.is_some() || !(self.encrypts(direction) || self.shows_password(direction)) {
            return;
        }
        let why = "something is encrypted, and the binding has no token to encrypt to: add it to the binding";
        let of_token = || {
            let hidden = |supporting: &&Supporting| supporting.encrypted || supporting.has_text_password();
            self.supporting.iter().find(hidden).map(|supporting| supporting.place.clone())
        };
        let place = self.place_of(&ENCRYPTING).or_else(of_token);
        found.extend(place.map(|place| (place, Standing::Refused(why.into()))));
    }

    /// Secrets that cannot do what the binding has them do.
    fn judge_secrets(&self, binding: &Binding, direction: Direction, found: &mut Vec<(Location, Standing)>) {
        let Tokens::Symmetric { signature, encryption, .. } = &binding.tokens else { return };
        let signing = signature.iter().filter(|_| self.signs(direction) != Signs::Nothing);
        let encrypting = encryption.iter().filter(|_| self.encrypts(direction) || self.shows_password(direction));
        let endorsing = self.endorsing(direction).map(|supporting| &supporting.token);
        let signing: Vec<&Token> = signing.chain(endorsing).collect();
        let used: Vec<(&Token, &str)> = signing
            .into_iter()
            .map(|token| (token, "sign"))
            .chain(encrypting.map(|token| (token, "encrypt")))
            .collect();
        if direction == Direction::Reply {
            let why = "replies under the secret of an assertion are neither made nor opened: take another token for the binding, and \
                       the assertion for sp:EndorsingSupportingTokens";
            let those = used.iter().filter(|(token, _)| token.kind.is_assertion());
            found.extend(those.map(|(token, _)| (token.place().clone(), Standing::Refused(why.into()))));
        }
        if let Some(suite) = &binding.suite
            && suite.content.key_len() > OCTETS_OF_PASSWORD_KEY
        {
            let why = "a password makes a key of 20 octets, too few for the cipher of the suite: add sp:RequireDerivedKeys, or take \
                       a suite of 128 bits";
            let is_short =
                |(token, does): &&(&Token, &str)| *does == "encrypt" && token.derived.is_none() && is_user(token);
            let those = used.iter().filter(is_short);
            found.extend(those.map(|(token, _)| (token.place().clone(), Standing::Refused(why.into()))));
        }
        if signature.iter().chain(encryption).any(is_user) && direction == Direction::Request {
            let why = "the key of the binding has two username tokens already, and a receiver takes no more: take another token here \
                       or there";
            let those = self.supporting.iter().filter(|supporting| is_user(&supporting.token));
            found.extend(those.map(|supporting| (supporting.token.place().clone(), Standing::Refused(why.into()))));
        }
        // All tokens of a kind have one secret.
        let kinds: [fn(&TokenKind) -> bool; 3] = [
            |kind| matches!(kind, TokenKind::SecurityContext(_)),
            |kind| matches!(kind, TokenKind::Kerberos(_)),
            TokenKind::is_assertion,
        ];
        for (at, is_one) in kinds.into_iter().enumerate() {
            let those: Vec<_> = used.iter().filter(|(token, _)| is_one(&token.kind)).collect();
            let uses: BTreeSet<&str> =
                those.iter().map(|(token, does)| if token.derived.is_some() { "derive" } else { *does }).collect();
            // The secret of one exchange may sign and encrypt; that of a context is of many messages.
            let is_of_context = at == 0;
            if uses.len() > 1 && (is_of_context || uses.contains("derive")) {
                let why = "its secret would have several uses: to sign, to encrypt, or to derive keys; add sp:RequireDerivedKeys to each \
                           of its tokens, so that each use has a key of its own";
                let plain = those.iter().filter(|(token, _)| token.derived.is_none());
                found.extend(plain.map(|(token, _)| (token.place().clone(), Standing::Refused(why.into()))));
            }
        }
    }
}

fn is_user(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Username { .. })
}
