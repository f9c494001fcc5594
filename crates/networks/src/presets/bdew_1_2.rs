//! BDEW AS4 1.2. Attachments must be compressed. The keys of the network are on brainpoolP256r1.

use super::as4;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "bdew_1_2",
    title: "BDEW AS4 1.2",
    about: "The German energy market.",
    request: as4::user_message(
        SignatureMethod::EcdsaSha256,
        ReferenceForm::DirectPath,
        Transport::AgreementOfBdew,
        ReferenceForm::X509Data(X509Item::SubjectKeyIdentifier),
    ),
    reply: Reply::Secured(as4::signal(SignatureMethod::EcdsaSha256, ReferenceForm::DirectPath)),
    http: Http { client_certificate: Some(true), ..as4::HTTP },
    messaging: Some(MESSAGING),
    partner: Partner {
        issuer: "the smart metering PKI of Germany (SM-PKI), with keys on brainpoolP256r1, one for each of signing, encryption and TLS",
        name: "the organisational unit is the identifier of the market partner (MP-ID), which is its eb:PartyId",
        extended_key_usage: &[],
        named_by: Some("2.5.4.11"),
        checks_revocation: true,
        lists_after_their_end: 3 * 24 * 60 * 60,
        revocation: "revocation lists only; an authority whose list was not there or not valid for three days is not trusted until \
                     the next one",
    },
    choices: &[KEY_IDENTIFIERS],
    sources: &[
        Source {
            title: "BDEW AS4-Profil 1.1 of 2024-10-01, §2.2.3.3, §2.3.1, §2.3.2, §2.3.4; Regelungen zum Übertragungsweg für AS4 of \
                    2022-06-01, §5.4: eb:Messaging, the name in certificates, and the three days",
            reliability: Reliability::Read,
        },
        Source {
            title: "BDEW AS4-Profil 1.1 of 2024-10-01, §2.2.6.2.2: the recipient by ds:X509SKI, the algorithms, and the empty \
                    AlgorithmID, PartyUInfo and PartyVInfo of ConcatKDF",
            reliability: Reliability::Read,
        },
        Source { title: "BDEW AS4 profile 1.2, as phase4 and WSS4J implement it", reliability: Reliability::Read },
        Source { title: "the text of BDEW AS4 profile 1.2", reliability: Reliability::Unverified },
        AROUND,
    ],
};

/// The recipient by a reference with the subject key identifier.
pub const KEY_IDENTIFIERS: Choice = Choice {
    name: "key-identifiers",
    why: "receivers with WSS4J that enforce BSP R5426, against what the profile says",
    change: |network| super::as4::refer_by(network, ReferenceForm::DirectPath, ReferenceForm::SubjectKeyIdentifier),
};

const MESSAGING: Messaging = Messaging {
    agreement: Some("https://www.bdew.de/as4/communication/agreement"),
    party_types: &[
        "urn:oasis:names:tc:ebcore:partyid-type:iso6523:0088",
        "urn:oasis:names:tc:ebcore:partyid-type:unregistered:BDEW",
        "urn:oasis:names:tc:ebcore:partyid-type:unregistered:DVGW",
        "urn:oasis:names:tc:ebcore:partyid-type:unregistered:BAHN",
    ],
    roles: Messaging::DEFAULT_ROLES,
    ..as4::COMPRESSED
};
