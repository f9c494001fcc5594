//! PEM to DER: the sections of a file (RFC 7468).

use rustls_pki_types::pem::{PemObject as _, SectionKind};

use crate::error::LoadError;

pub(crate) fn sections(octets: &[u8]) -> Vec<(SectionKind, Vec<u8>)> {
    <(SectionKind, Vec<u8>)>::pem_slice_iter(octets).map_while(Result::ok).collect()
}

pub(crate) fn is_pem(octets: &[u8]) -> bool {
    octets.windows(11).any(|window| window == b"-----BEGIN ")
}

/// The certificates of a PEM file, `TRUSTED CERTIFICATE` included; a DER file unchanged.
pub(crate) fn certificates(octets: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
    if !is_pem(octets) {
        return Ok(vec![octets.to_vec()]);
    }
    let found: Vec<_> = sections(octets)
        .into_iter()
        .filter(|(kind, _)| *kind == SectionKind::Certificate)
        .map(|(_, der)| der)
        .collect();
    if found.is_empty() { Err(LoadError::NotFound { wanted: "certificate" }) } else { Ok(found) }
}
