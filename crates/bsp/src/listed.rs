//! The algorithms that the profile lists, and those that its deployments use in addition. Both come from the rows of
//! `wss-crypto`: an algorithm that is current there is one that deployments use.

use std::sync::LazyLock;

use wss_crypto::{ContentEncryption, DigestMethod, KeyWrap, SignatureMethod, TransportMethod};

/// R5420.
pub(crate) const DIGESTS: [&str; 1] = [DigestMethod::Sha1.uri()];
/// R5421.
pub(crate) const SIGNATURES: [&str; 2] = [SignatureMethod::HmacSha1.uri(), SignatureMethod::RsaSha1.uri()];
/// R5620.
pub(crate) const CONTENTS: [&str; 3] =
    [ContentEncryption::TripleDesCbc.uri(), ContentEncryption::Aes128Cbc.uri(), ContentEncryption::Aes256Cbc.uri()];
/// R5621.
pub(crate) const TRANSPORTS: [&str; 2] = [TransportMethod::Rsa15.uri(), TransportMethod::RsaOaepMgf1p.uri()];
/// R5625.
pub(crate) const WRAPS: [&str; 3] = [KeyWrap::TripleDes.uri(), KeyWrap::Aes128.uri(), KeyWrap::Aes256.uri()];

/// The algorithms that deployments use beyond the list of the profile.
pub(crate) struct Deployed {
    pub(crate) digests: Vec<&'static str>,
    pub(crate) signatures: Vec<&'static str>,
    pub(crate) contents: Vec<&'static str>,
    pub(crate) transports: Vec<&'static str>,
    pub(crate) wraps: Vec<&'static str>,
    /// Transports and wraps.
    pub(crate) keys: Vec<&'static str>,
}

impl Deployed {
    pub(crate) fn get() -> &'static Self {
        static DEPLOYED: LazyLock<Deployed> = LazyLock::new(Deployed::collect);
        &DEPLOYED
    }

    fn collect() -> Self {
        let beside = |listed: &'static [&str], uris: &mut dyn Iterator<Item = &'static str>| -> Vec<&'static str> {
            uris.filter(|uri| !listed.contains(uri)).collect()
        };
        let signatures = SignatureMethod::ALL.iter().filter(|method| !method.is_legacy()).map(SignatureMethod::uri);
        let contents =
            ContentEncryption::ALL.iter().filter(|method| method.is_authenticated()).map(ContentEncryption::uri);
        let transports = TransportMethod::ALL.iter().filter(|method| !method.is_legacy()).map(TransportMethod::uri);
        let wraps = KeyWrap::ALL.iter().filter(|wrap| !wrap.is_legacy()).map(KeyWrap::uri);
        let with_parameters = [SignatureMethod::RSA_PSS_WITH_PARAMETERS];
        let transports = beside(&TRANSPORTS, &mut { transports });
        let wraps = beside(&WRAPS, &mut { wraps });
        Self {
            // SHA-224 is also included. It is legacy, but stronger than the SHA-1 that the profile lists.
            digests: beside(
                &DIGESTS,
                &mut DigestMethod::ALL.iter().filter(|method| !method.is_retired()).map(DigestMethod::uri),
            ),
            signatures: beside(&SIGNATURES, &mut signatures.chain(with_parameters)),
            contents: beside(&CONTENTS, &mut { contents }),
            keys: transports.iter().chain(&wraps).copied().collect(),
            transports,
            wraps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Deployed;

    /// The lists contain everything that deployments used when the lists were made from the rows. A new row adds to the
    /// lists, and needs no change here.
    #[test]
    fn deployments_use_what_is_not_legacy_and_not_listed() {
        let deployed = Deployed::get();
        let locals = |uris: &[&'static str]| -> Vec<&str> {
            uris.iter().map(|uri| uri.rsplit('#').next().unwrap_or(uri)).collect()
        };
        let has = |uris: &[&'static str], known: &[&str]| known.iter().all(|local| locals(uris).contains(local));
        assert!(has(&deployed.digests, &["sha224", "sha256", "sha384", "sha512"]));
        assert!(has(&deployed.contents, &["aes128-gcm", "aes192-gcm", "aes256-gcm"]));
        assert!(has(&deployed.transports, &["rsa-oaep"]));
        assert!(has(&deployed.wraps, &["kw-aes192"]));
        assert_eq!(deployed.keys, [&deployed.transports[..], &deployed.wraps].concat());
        let never = ["sha1", "rsa-1_5", "aes192-cbc", "tripledes-cbc", "kw-tripledes", "rsa-oaep-mgf1p"];
        for uris in [&deployed.digests, &deployed.contents, &deployed.keys] {
            assert!(!locals(uris).iter().any(|local| never.contains(local)), "{uris:?}");
        }
        let signatures = locals(&deployed.signatures);
        for family in ["rsa-", "ecdsa-", "hmac-"] {
            for digest in ["sha256", "sha384", "sha512"] {
                assert!(signatures.contains(&format!("{family}{digest}").as_str()), "{family}{digest}");
            }
        }
        assert!(signatures.contains(&"rsa-pss") && signatures.contains(&"eddsa-ed25519"));
        assert!(!signatures.iter().any(|local| local.contains("sha1") || local.contains("sha224")));
    }
}
