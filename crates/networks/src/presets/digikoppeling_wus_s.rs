//! The Netherlands, Digikoppeling WUS, signed: Body, Timestamp and every header of WS-Addressing. The reply confirms the
//! signature.

use super::digikoppeling;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "digikoppeling_wus_s",
    title: "Digikoppeling WUS 2W-be-S",
    about: "Dutch administrations among themselves; Edukoppeling of Dutch schools.",
    request: digikoppeling::SIGNED,
    reply: Reply::Secured(digikoppeling::reply(digikoppeling::SIGNED)),
    http: digikoppeling::HTTP,
    messaging: None,
    partner: digikoppeling::PARTNER,
    choices: &[],
    sources: digikoppeling::SOURCES,
};
