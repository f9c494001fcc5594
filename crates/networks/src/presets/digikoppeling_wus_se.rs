//! The Netherlands, Digikoppeling WUS, signed and then encrypted. The reply is encrypted to the certificate of the request.

use super::digikoppeling;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "digikoppeling_wus_se",
    title: "Digikoppeling WUS 2W-be-SE",
    about: "Dutch administrations among themselves; Edukoppeling of Dutch schools.",
    request: digikoppeling::ENCRYPTED,
    reply: Reply::Secured(digikoppeling::reply(digikoppeling::ENCRYPTED)),
    http: digikoppeling::HTTP,
    messaging: None,
    partner: digikoppeling::PARTNER,
    choices: &[],
    sources: digikoppeling::SOURCES,
};
