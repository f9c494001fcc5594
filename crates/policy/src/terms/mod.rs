//! Terms: the demands of one alternative on a message, as a value.
//!
//! Each assertion of the alternative is judged while it is read. Decisions that depend on keys come later.

mod binding;
mod of_request;
mod other;
mod parts;
mod path;
mod possible;
mod protected;
mod purpose;
mod supporting;
mod together;
mod token;
mod wss;

use std::collections::HashMap;
use std::sync::Arc;

use wss_header::Part;

use crate::assertion::{Alternative, Assertion, judged};
use crate::names;
use crate::place::Location;
use crate::standing::{Notes, Standing};

pub(crate) use binding::{Binding, Layout, Signs, Tokens};
pub(crate) use of_request::FromRequest;
use parts::EncryptedChild;
pub(crate) use parts::{Parts, is_in_body_or_header};
pub(crate) use purpose::Purpose;
pub(crate) use supporting::Supporting;
pub(crate) use token::{Direction, Inclusion, PasswordForm, Reference, Token, TokenKind, X509Form};
use wss::Wss;

/// The demands of one alternative on a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms {
    pub(crate) binding: Option<Binding>,
    pub(crate) supporting: Vec<Supporting>,
    pub(crate) parts: Parts,
    pub(crate) wss: Wss,
    /// The standing of each assertion.
    pub(crate) notes: Notes,
}

impl Terms {
    /// Reads an alternative.
    pub(crate) fn read(alternative: &Alternative, purpose: Purpose<'_>) -> Self {
        let mut terms = Self { notes: Notes(Vec::with_capacity(judged(alternative))), ..Self::default() };
        for assertion in alternative {
            terms.assertion(assertion, purpose);
        }
        if terms.binding.as_ref().is_some_and(|binding| binding.only_entire) {
            let of_tokens = terms.supporting.iter().map(|supporting| &*supporting.parts);
            of_tokens.chain([&terms.parts]).for_each(|parts| parts.refuse_inner_elements(&mut terms.notes));
        }
        if !terms.is_over_transport() {
            terms.parts.refuse_signatures(&mut terms.notes);
        }
        terms.encrypt_header_children();
        terms.parts.finish();
        if terms.notes.0.len() < judged(alternative) {
            terms.refuse_unread(alternative);
        }
        together::refuse(alternative, &mut terms.notes);
        terms.judge_parts_without_a_key();
        terms.refuse_together();
        for supporting in &terms.supporting {
            if let Some(why) = supporting.cannot(terms.binding.as_ref()) {
                terms.notes.at(&supporting.place, Standing::Refused(why.into()));
            } else if supporting.is_loose_user(terms.is_over_transport()) {
                let also = "the message signature covers it all the same: nothing else ties a user to a message";
                terms.notes.add(&supporting.place, also);
            }
        }
        terms
    }

    /// Reads what is in force for a message: what its operation has, and its own.
    pub(crate) fn of_message(
        (common, own): (&Alternative, &Alternative),
        direction: Direction,
        purpose: Purpose<'_>,
    ) -> Self {
        let mut terms = Self::read(&common.iter().chain(own).cloned().collect(), purpose);
        if direction == Direction::Reply {
            terms.refuse_tokens_of_replies(own);
        }
        terms.judge_possible(direction);
        terms
    }

    /// Only requests have supporting tokens. One of the operation is that of its request.
    fn refuse_tokens_of_replies(&mut self, own: &Alternative) {
        let why =
            "supporting tokens of replies are not supported: only requests have them, so leave them out of the reply";
        for assertion in own {
            let is_sent = |supporting: &Supporting| {
                supporting.place == assertion.written.place
                    && (supporting.endorsing || supporting.token.inclusion.includes(Direction::Reply))
            };
            if self.supporting.iter().any(is_sent) {
                self.notes.withdraw(assertion, why);
            }
        }
    }

    /// Encrypts the children of the Security header that `sp:EncryptedElements` names, as IBM WebSphere writes it: the
    /// steps that make them encrypt them.
    fn encrypt_header_children(&mut self) {
        if self.is_over_transport() {
            return;
        }
        for EncryptedChild { part, is_whole, place } in self.parts.take_encrypted_children() {
            let is_it = |token: &Token| match part {
                Part::UsernameToken => matches!(token.kind, TokenKind::Username { .. }),
                _ => token.kind.is_assertion(),
            };
            let why = match (&part, &mut self.binding) {
                (Part::Signature | Part::UsernameToken | Part::Assertion, _) if !is_whole => {
                    "of the Security header, whole elements are encrypted: name it in sp:EncryptedElements"
                }
                (Part::Signature, Some(binding)) => {
                    binding.encrypt_signature = true;
                    continue;
                }
                (Part::UsernameToken | Part::Assertion, Some(binding)) => {
                    let of_binding = Direction::BOTH.iter().any(|to| binding.tokens.signing(*to).is_some_and(is_it));
                    let endorsing = |supporting: &Supporting| supporting.endorsing && part == Part::UsernameToken;
                    let mut those: Vec<_> =
                        self.supporting.iter_mut().filter(|supporting| is_it(&supporting.token)).collect();
                    if !of_binding && !those.is_empty() && !those.iter().any(|supporting| endorsing(supporting)) {
                        those.iter_mut().for_each(|supporting| supporting.encrypted = true);
                        continue;
                    }
                    "only supporting tokens whose key signs nothing can be encrypted, and none here is such a token: leave the path out"
                }
                _ => "it stays readable: of the Security header, signatures and tokens are encrypted",
            };
            self.notes.at(&place, Standing::Refused(why.into()));
        }
    }

    /// Refuses elements inside an assertion that is done, if nothing was noted of them, such as children without the
    /// `wsp:Policy` around them.
    fn refuse_unread(&mut self, alternative: &Alternative) {
        let said: HashMap<Location, bool> =
            self.notes.0.iter().map(|judged| (judged.place.clone(), judged.is_done())).collect();
        let mut unread = Vec::new();
        let mut inside: Vec<&Assertion> = alternative.iter().map(Arc::as_ref).collect();
        while let Some(assertion) = inside.pop() {
            match said.get(&assertion.written.place) {
                Some(true) => {
                    inside.extend(assertion.nested.iter().map(Arc::as_ref));
                    let parameters = assertion.written.parameters.iter().map(|parameter| &parameter.place);
                    unread.extend(parameters.filter(|place| !said.contains_key(place)));
                }
                Some(false) => {}
                None => unread.push(&assertion.written.place),
            }
        }
        for place in unread {
            let why = "nothing is read at this place: assertions inside another need a wsp:Policy around them";
            self.notes.at(place, Standing::Refused(why.into()));
        }
    }

    /// If no binding protects the message itself, no key signs or encrypts its parts: judges the assertions that ask
    /// for it.
    fn judge_parts_without_a_key(&mut self) {
        let standing = match &self.binding {
            None => Standing::Refused("no binding says whose key does that: add a binding, or leave it out".into()),
            Some(binding) if matches!(binding.tokens, Tokens::Transport) => {
                Standing::NotOurs("TLS protects the whole message".into())
            }
            Some(_) => return,
        };
        const OF_A_KEY: [&str; 6] = [
            "SignedParts",
            "SignedElements",
            "EncryptedParts",
            "EncryptedElements",
            "ContentEncryptedElements",
            "IncludeContext",
        ];
        let is_one = |place: &Location| OF_A_KEY.contains(&place.path().split('/').next().unwrap_or_default());
        for judged in self.notes.0.iter_mut().filter(|judged| judged.is_done() && is_one(&judged.place)) {
            judged.standing = standing.clone();
        }
    }

    /// Refuses assertions that cannot be combined.
    fn refuse_together(&mut self) {
        let Some(binding) = &self.binding else { return };
        if !matches!(binding.tokens, Tokens::Transport) {
            for supporting in self.supporting.iter().filter(|supporting| supporting.endorsing) {
                let others = supporting.parts.inner_besides(&self.parts);
                let why = "the message signature has to cover it as well: name it in sp:SignedElements of the message";
                others.for_each(|place| self.notes.at(place, Standing::Refused(why.into())));
            }
        }
        let own = match &binding.tokens {
            Tokens::Symmetric { signature, .. } => signature.as_ref(),
            _ => None,
        };
        let endorsing = self.supporting.iter().filter(|supporting| supporting.endorsing);
        let mut signing = endorsing.map(|supporting| &supporting.token).chain(own);
        let derives = signing.any(|token| token.derived.is_some());
        let encrypted_first = binding.encrypt_first && self.parts.signed_as_ciphertext();
        let refused = [
            (
                encrypted_first,
                "EncryptBeforeSigning",
                "a header block or element that was encrypted cannot be signed after it",
            ),
            (binding.protect_tokens && derives, "ProtectTokens", "it is not supported together with derived keys"),
        ];
        for (is_refused, name, why) in refused {
            let place = self.notes.find(&[name]).map(|judged| judged.place.clone());
            if let Some(place) = place.filter(|_| is_refused) {
                self.notes.at(&place, Standing::Refused(why.into()));
            }
        }
    }

    /// Whether no binding protects the message itself. Then only a transport can protect it.
    pub(crate) fn is_over_transport(&self) -> bool {
        self.binding.as_ref().is_none_or(|binding| matches!(binding.tokens, Tokens::Transport))
    }

    /// Whether messages in this direction have the supporting tokens: only requests do.
    pub(crate) fn brings_tokens(&self, direction: Direction) -> bool {
        direction == Direction::Request && !self.supporting.is_empty()
    }

    /// Whether messages in this direction confirm the signatures of their requests: only replies do.
    pub(crate) fn confirms(&self, direction: Direction) -> bool {
        direction == Direction::Reply && self.wss.confirmation
    }

    /// Whether messages in this direction have no Security header: nothing in them secures them, because a transport does
    /// everything, or because nothing is demanded of them.
    pub(crate) fn is_bare(&self, direction: Direction) -> bool {
        if self.brings_tokens(direction) {
            return false;
        }
        match &self.binding {
            None => true,
            Some(Binding { tokens: Tokens::Transport, timestamp, .. }) => !timestamp && !self.confirms(direction),
            Some(_) => self.is_neither_signed_nor_encrypted(direction),
        }
    }

    /// Whether neither a transport nor anything in messages of this direction protects them.
    pub(crate) fn protects_nothing(&self, direction: Direction) -> bool {
        match &self.binding {
            None => self.supporting.is_empty(),
            Some(Binding { tokens: Tokens::Transport, .. }) => false,
            Some(_) => self.is_bare(direction),
        }
    }

    /// Whether the client authenticates to the transport by its certificate, for messages in this direction.
    pub(crate) fn knows_client(&self, direction: Direction) -> bool {
        direction == Direction::Request && self.binding.as_ref().is_some_and(|binding| binding.client_certificate)
    }

    /// Whether each signature covers the token of its key, where the message has it.
    pub(crate) fn protects_tokens(&self) -> bool {
        self.binding.as_ref().is_some_and(|binding| binding.protect_tokens)
    }

    /// The tokens that endorse a message in this direction: only requests have them.
    pub(crate) fn endorsing(&self, direction: Direction) -> impl Iterator<Item = &Supporting> + Clone {
        let is_request = direction == Direction::Request;
        self.supporting.iter().filter(move |supporting| is_request && supporting.endorsing)
    }

    /// Whether the message signature covers tokens that come with the signatures over it.
    pub(crate) fn signs_endorsing_tokens(&self, direction: Direction) -> bool {
        let is_over_transport = self.is_over_transport();
        self.endorsing(direction).any(|supporting| supporting.has_signed_token(is_over_transport))
    }

    /// The things to count in the decrypted message: the parts that endorsing tokens sign, and the namespaces whose
    /// header blocks are all signed.
    pub(crate) fn counted(&self, direction: Direction) -> (Vec<&Part>, &[Option<String>]) {
        let parts = self.endorsing(direction).flat_map(|supporting| &supporting.parts.signed).collect();
        let namespaces = if self.is_over_transport() { &[][..] } else { &self.parts.every_signed };
        (parts, namespaces)
    }

    fn assertion(&mut self, assertion: &Assertion, purpose: Purpose<'_>) {
        let notes = &mut self.notes;
        let namespace = &*assertion.written.namespace;
        if namespace == names::WCF_CONTEXT && assertion.local() == "IncludeContext" {
            return self.parts.include_context(assertion, notes);
        }
        if !names::is_security(namespace) {
            return other::other(assertion, notes);
        }
        match assertion.local() {
            "AsymmetricBinding" | "SymmetricBinding" | "TransportBinding" => {
                if self.binding.is_some() {
                    return notes.refused(assertion, "two bindings are in force for one message");
                }
                let mut binding = Binding::read(assertion, purpose, notes);
                let brought = binding.brought.take();
                self.supporting.extend(brought.map(|token| Supporting::of_transport(token, &assertion.written.place)));
                self.binding = Some(binding);
            }
            "Wss10" | "Wss11" => self.wss.read(assertion, notes),
            "Trust10" | "Trust13" | "Trust14" => {
                notes.all_not_ours(assertion, "WS-Trust: the application gets its tokens from the token service");
            }
            "SignedParts"
            | "EncryptedParts"
            | "RequiredParts"
            | "SignedElements"
            | "EncryptedElements"
            | "ContentEncryptedElements"
            | "RequiredElements" => self.parts.read(assertion, purpose, notes),
            local if local.ends_with("SupportingTokens") => {
                self.supporting.extend(Supporting::read(assertion, purpose, notes));
            }
            _ => notes.refused(assertion, "no assertion of WS-SecurityPolicy at this place has this name"),
        }
    }
}
