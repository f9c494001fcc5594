//! In which shapes assertions are read, and their instants.

use std::time::SystemTime;

use wss_c14n::Element;

use crate::assertion_error::AssertionError;
use crate::error::TokenError;
use crate::instant::parse_date_time;

/// In which shapes an assertion is read. The default is that of SAML and of its profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AssertionShape {
    /// Its instants may have an offset from UTC.
    pub in_local_time: bool,
    /// Its instants may have no zone, and are then in UTC.
    pub without_zone: bool,
    /// Its signature may canonicalise it inclusively.
    pub canonicalised_inclusively: bool,
    /// Its signature may name enveloped-signature alone, which implies inclusive canonicalisation.
    pub without_canonicalization: bool,
    /// Its signature may have an ECDSA value as an ASN.1 sequence, or with more or fewer leading zeros.
    pub with_other_ecdsa_values: bool,
}

impl AssertionShape {
    /// Every shape, for what is sent on as its issuer wrote it.
    pub const ANY: Self = Self {
        in_local_time: true,
        without_zone: true,
        canonicalised_inclusively: true,
        without_canonicalization: true,
        with_other_ecdsa_values: true,
    };

    /// The instant in an attribute, if there is one.
    pub(super) fn instant(self, element: Element<'_>, local: &'static str) -> Result<Option<SystemTime>, TokenError> {
        let Some(text) = element.attribute("", local) else { return Ok(None) };
        let written = parse_date_time(local, &text)?;
        if written.has_offset() && !self.in_local_time {
            return Err(AssertionError::LocalTime { attribute: local, text: text.into() }.into());
        }
        if !written.has_zone && !self.without_zone {
            return Err(AssertionError::NoZone { attribute: local, text: text.into() }.into());
        }
        Ok(Some(written.instant))
    }
}
