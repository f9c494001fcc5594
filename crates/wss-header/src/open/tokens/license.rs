//! Licenses of the header (REL Token Profile 1.1.1). They are opaque XML here: the application returns the key that one
//! names.

use std::sync::Arc;

use wss_c14n::{Element, id_of};
use wss_tokens::{LicenseHolder, Licenses, REL_LICENSE, SecurityTokenReference, TokenError, is_license};

use super::kind::TokenKind;
use crate::error::OpenError;
use crate::open::facts::Facts;
use crate::open::keys::{FoundKey, Holder, KeyRing, KeySearch};
use crate::open::replacement::Replacement;
use crate::open::revision::Revision;
use crate::open::terms::Terms;
use crate::open::token_place::TokenPlace;
use crate::receiver::Receiver;
use crate::signer::Signer;

impl Receiver {
    /// Calls `licenses` for the holder that a license names, and his key (REL Token Profile 1.1.1).
    #[must_use]
    pub fn licenses(mut self, licenses: impl Licenses + 'static) -> Self {
        self.keys.licenses = Some(Arc::new(licenses));
        self
    }
}

pub(super) struct License;

impl TokenKind for License {
    fn is_one(&self, element: Element<'_>) -> bool {
        is_license(element)
    }

    /// A license is accepted when something refers to it. If the receiver has no reader of licenses, it is noted as
    /// ignored.
    fn read(
        &self,
        token: Element<'_>,
        _: &Revision<'_>,
        terms: &Terms<'_>,
        facts: &mut Facts<'_>,
        _: &mut KeyRing,
    ) -> Result<Option<Replacement>, OpenError> {
        if terms.receiver.keys.licenses.is_none() {
            facts.ignore(token);
        }
        Ok(None)
    }

    fn public_key(
        &self,
        search: &mut KeySearch<'_, '_>,
        place: Element<'_>,
        reference: &SecurityTokenReference<'_>,
    ) -> Result<Option<FoundKey>, OpenError> {
        let Some((license, id)) = license_named(search.revision, reference)? else { return Ok(None) };
        search.check_order(place, license, &id)?;
        let licenses = search.terms.receiver.keys.licenses.as_ref().ok_or_else(OpenError::no_key)?;
        let octets = license.canonical(&search.terms.budget);
        let octets = octets.map_err(wss_xmldsig::VerifyError::from)?;
        let xml = String::from_utf8(octets).map_err(|_| OpenError::no_key())?;
        let LicenseHolder { name, key } = licenses.holder(&xml).ok_or_else(OpenError::no_key)?;
        let holder = Holder::Known(Signer::License { holder: name });
        Ok(Some(FoundKey { key: key.into(), holder, token: Some(TokenPlace::at(license.span())), root: None }))
    }
}

/// A license of our header: by its `wsu:Id`, or by its `licenseId` if it has no other id (BSP R6301).
fn license_named<'d>(
    revision: &Revision<'d>,
    reference: &SecurityTokenReference<'_>,
) -> Result<Option<(Element<'d>, String)>, OpenError> {
    let is_ours = |token: &Element<'d>| is_license(*token) && revision.is_in_header(*token);
    match reference {
        SecurityTokenReference::Direct { id, value_type } => {
            let Some(license) = revision.ids.get(id).filter(is_ours) else { return Ok(None) };
            // The type is mandatory (BSP R6304).
            match value_type {
                Some(value_type) if value_type == REL_LICENSE => Ok(Some((license, id.clone()))),
                other => Err(TokenError::TypeMismatch { expected: other.clone().unwrap_or_default().into() }.into()),
            }
        }
        SecurityTokenReference::External { uri, value_type, .. } if value_type.as_deref() == Some(REL_LICENSE) => {
            let named = |license: &Element<'d>| license.attribute("", "licenseId").as_deref() == Some(uri.as_str());
            let mut found = revision.children.iter().copied().filter(is_ours).filter(named);
            let elsewhere = || TokenError::Elsewhere { uri: uri.into() };
            let license = found.next().ok_or_else(elsewhere)?;
            if found.next().is_some() || id_of(license).is_some() {
                return Err(TokenError::Dangling { uri: uri.into() }.into());
            }
            Ok(Some((license, uri.clone())))
        }
        _ => Ok(None),
    }
}
