//! The references of a new signature: each part as elements of the revision, digested.

use wss_c14n::{Budget, Canonicalization, Element, IdIndex, Limit, Subset, Writer, id_of, name};
use wss_crypto::DigestMethod;
use wss_soap::SecurityHeader;
use wss_tokens::{Assertion, X509_V3};
use wss_xmldsig::{DereferencedToken, NamedToken, NewReference, SignError, Transform};

use super::counts::check_id;
use super::keying::Keying;
use super::made::Made;
use super::parts::no_such;
use super::revision::parse;
use super::settled::SettledRecipe;
use crate::error::SecureError;
use crate::part::Part;
use crate::signing::Signing;

/// The values from which the references of one signature are made.
pub(super) struct References<'s, 'd> {
    pub(super) settled: &'s SettledRecipe,
    pub(super) made: &'s Made,
    pub(super) signing: &'s Signing,
    pub(super) keying: &'s Keying,
    /// Our header in the revision.
    pub(super) header: SecurityHeader<'d>,
    /// The Ids of the revision.
    pub(super) index: &'s IdIndex<'d>,
}

impl<'d> References<'_, 'd> {
    /// The references to all parts, and to the elements that lead to the keys of unauthenticated ciphertext.
    pub(super) fn all(&self) -> Result<Vec<NewReference>, SecureError> {
        let mut parts = self.signing.parts.clone();
        // Confirmations prove nothing if no signature covers them.
        if self.settled.recipe.confirms && !parts.contains(&Part::SignatureConfirmation) {
            parts.push(Part::SignatureConfirmation);
        }
        let mut references = Vec::new();
        for part in &parts {
            references.extend(self.of_part(part)?);
        }
        references.extend(self.of_keys(&parts)?);
        if !self.signing.endorses() {
            references.extend(self.of_endorsing_tokens()?);
        }
        self.budget().check(Limit::References, references.len())?;
        Ok(references)
    }

    fn budget(&self) -> &Budget {
        &self.made.budget
    }

    /// The tokens of later signatures over this one, which are in the header already.
    fn of_endorsing_tokens(&self) -> Result<Vec<NewReference>, SecureError> {
        let no_token = || no_such(&Part::SigningToken);
        let ids = self.made.tokens.endorsing.iter();
        ids.map(|id| self.digest(&Part::SigningToken, id, self.index.get(id).ok_or_else(no_token)?)).collect()
    }

    fn of_part(&self, part: &Part) -> Result<Vec<NewReference>, SecureError> {
        match part {
            Part::SigningToken => Ok(vec![match &self.keying.reference_id {
                Some(reference_id) => self.of_token_by_reference(reference_id)?,
                None => self.of_signing_token()?,
            }]),
            Part::Assertion => self.of_assertions(),
            Part::Attachments => self.of_attachments(),
            Part::Signature => self.of_children(part, name::DS.uri, "Signature"),
            Part::SignatureConfirmation => self.of_children(part, name::WSSE11.uri, "SignatureConfirmation"),
            part => self.of_ids(part, self.made.ids.of(part)),
        }
    }

    /// The digest of an element of a part. Its Id is `id`.
    fn digest(&self, part: &Part, id: &str, element: Element<'_>) -> Result<NewReference, SecureError> {
        check_id(id, self.budget())?;
        let subset = Subset::subtree(element).without_comments();
        let referencing = self.signing.referencing_of(part);
        let transforms = referencing.canonicalization.iter().cloned().map(Transform::Canonicalization).collect();
        let reference =
            NewReference::digest(format!("#{id}"), &subset, transforms, self.digest_of(part), self.budget());
        Ok(reference.map_err(SignError::from)?)
    }

    fn digest_of(&self, part: &Part) -> DigestMethod {
        self.signing.referencing_of(part).digest.unwrap_or(self.signing.digest)
    }

    fn of_signing_token(&self) -> Result<NewReference, SecureError> {
        let no_token = || no_such(&Part::SigningToken);
        let id = self.keying.token_id.as_ref().ok_or_else(no_token)?;
        if let Some(token) = self.index.get(id) {
            return self.digest(&Part::SigningToken, id, token);
        }
        let mut writer = Writer::new();
        writer.start_unqualified("new");
        writer.raw(&self.keying.new_token);
        writer.end();
        let wrapped = writer.finish();
        let new = parse(&wrapped, self.budget())?;
        let token = new.root().children().find(|token| id_of(*token).as_deref() == Some(id));
        self.digest(&Part::SigningToken, id, token.ok_or_else(no_token)?)
    }

    /// Assertions have no Id of type xs:ID: they are signed through references to them.
    fn of_assertions(&self) -> Result<Vec<NewReference>, SecureError> {
        let no_assertion = || no_such(&Part::Assertion);
        let all = self.made.tokens.assertion_references.iter().map(|reference| {
            let at = self.index.get(&reference.id).ok_or_else(no_assertion)?;
            let token = self.index.get(&reference.assertion).ok_or_else(no_assertion)?;
            let canonicalization = stating_default(token.namespace_of_prefix(""));
            let token = DereferencedToken::Element(token);
            let uri = format!("#{}", reference.id);
            let named = NamedToken { reference: at, token: &token };
            let digest = self.digest_of(&Part::Assertion);
            let new = NewReference::of_token(uri, named, canonicalization, digest, self.budget());
            Ok(new.map_err(SignError::from)?)
        });
        all.collect()
    }

    fn of_attachments(&self) -> Result<Vec<NewReference>, SecureError> {
        if self.made.attachments.all.is_empty() {
            return Err(no_such(&Part::Attachments));
        }
        let (complete, method) = (self.signing.complete_attachments, self.digest_of(&Part::Attachments));
        let digests = self.made.attachments.all.iter().map(|attachment| {
            self.budget().check(Limit::UriOctets, attachment.url().len())?;
            let value = attachment.digest(complete, method, self.budget())?;
            Ok(NewReference::of_attachment(attachment.url(), complete, method, value))
        });
        let mut references = digests.collect::<Result<Vec<_>, SecureError>>()?;
        // The EncryptedData of an attachment says how to read it, so it is signed as well.
        for id in &self.made.attachments.encrypted {
            let data = self.index.get(id).ok_or_else(|| no_such(&Part::Attachments))?;
            references.push(self.digest(&Part::Attachments, id, data)?);
        }
        Ok(references)
    }

    /// The children of our header with this name.
    fn of_children(&self, part: &Part, namespace: &str, local: &str) -> Result<Vec<NewReference>, SecureError> {
        let children: Vec<_> = self.header.children().filter(|child| child.is(namespace, local)).collect();
        self.budget().check(Limit::References, children.len())?;
        if children.is_empty() {
            return Err(no_such(part));
        }
        children
            .into_iter()
            .map(|child| self.digest(part, &id_of(child).ok_or_else(|| no_such(part))?, child))
            .collect()
    }

    fn of_ids(&self, part: &Part, ids: &[String]) -> Result<Vec<NewReference>, SecureError> {
        if ids.is_empty() {
            return Err(no_such(part));
        }
        ids.iter().map(|id| self.digest(part, id, self.index.get(id).ok_or_else(|| no_such(part))?)).collect()
    }

    /// The elements that lead to the keys of unauthenticated ciphertext, except the token of this signature if it is
    /// among the parts, and except assertions, which only [`Part::Assertion`] signs.
    fn of_keys(&self, parts: &[Part]) -> Result<Vec<NewReference>, SecureError> {
        let own = self.keying.token_id.as_ref().filter(|_| parts.contains(&Part::SigningToken));
        let ids = self.made.keys_to_sign.iter().filter(|id| own != Some(*id));
        let keys = ids.filter_map(|id| Some((id, self.index.get(id).filter(|key| !Assertion::is_one(*key))?)));
        keys.map(|(id, key)| self.digest(&Part::SigningToken, id, key)).collect()
    }

    /// The output of the STR-Transform for the token of the signature, whose reference has this Id.
    fn of_token_by_reference(&self, reference_id: &str) -> Result<NewReference, SecureError> {
        let no_token = || no_such(&Part::SigningToken);
        let default = self.header.element.namespace_of_prefix("");
        let mut info = Writer::new();
        info.start(name::DS, "KeyInfo");
        info.raw(&self.keying.key_info);
        info.end();
        // The prefixes that the caller chose are those of the token and its reference. What is around them has none.
        let mut writer = Writer::new();
        writer.start_unqualified("new");
        if let Some(uri) = default {
            writer.declare_as("", uri);
        }
        writer.raw(&self.settled.written(self.keying.new_token.clone()));
        writer.raw(&self.settled.written(info.finish()));
        writer.end();
        let wrapped = writer.finish();
        let new = parse(&wrapped, self.budget())?;
        let info = new.root().children().last().ok_or_else(no_token)?;
        let reference = info.children().next().ok_or_else(no_token)?;
        let token = match new.root().children_named(name::WSSE.uri, "BinarySecurityToken").next() {
            Some(token) => DereferencedToken::Element(token),
            None => DereferencedToken::Octets { value_type: X509_V3.to_owned(), octets: self.keying.octets.clone() },
        };
        let canonicalization = stating_default(default);
        let uri = format!("#{reference_id}");
        let named = NamedToken { reference, token: &token };
        let digest = self.digest_of(&Part::SigningToken);
        let reference = NewReference::of_token(uri, named, canonicalization, digest, self.budget());
        Ok(reference.map_err(SignError::from)?)
    }
}

/// The binding of a default namespace in scope is always listed, so that peers that always write it read the token as
/// we do.
fn stating_default(default: Option<&str>) -> Canonicalization {
    match default {
        Some(_) => Canonicalization::default().inclusive_prefixes("#default"),
        None => Canonicalization::default(),
    }
}
