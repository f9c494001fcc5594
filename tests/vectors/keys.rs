//! Keys, certificates and key stores to load.

use ws_security::crypto::{Digest, certificates_from_java_key_store, identities_from_key_store};
use ws_security::{Certificate, DigestMethod, PrivateKey, PublicKey};

use crate::corpus::{self, Case};

#[test]
#[cfg_attr(
    not(all(feature = "aws-lc-rs", feature = "post-quantum")),
    ignore = "keys of DSA, P-224, ML-DSA and others need the provider AWS-LC and the feature post-quantum (ALGORITHMS.md)"
)]
fn keys_load_as_published() {
    corpus::run("keys", |case| {
        let octets = corpus::read(case.get("input"));
        let password = password(case);
        let public = match case.get("operation") {
            "load-private-key" if case.get("method") == "pkcs12" => {
                let found = identities_from_key_store(&octets, password.as_deref().unwrap_or_default());
                let found = found.map_err(|error| error.to_string())?;
                found.first().ok_or("no key")?.entry.certificate().public_key().clone()
            }
            "load-private-key" => PrivateKey::from_pem_with_password(&octets, password.as_deref())
                .map_err(|error| error.to_string())?
                .public_key()
                .clone(),
            "load-public-key" => PublicKey::from_pem(&octets).map_err(|error| error.to_string())?,
            "load-certificate" => {
                Certificate::from_pem(&octets).map_err(|error| error.to_string())?.public_key().clone()
            }
            "load-keystore" if case.get("method") == "pkcs12" => {
                let found = identities_from_key_store(&octets, password.as_deref().unwrap_or_default());
                return match found.map_err(|error| error.to_string())?.len() {
                    0 => Err("no key".to_owned()),
                    _ => Ok(()),
                };
            }
            "load-keystore" if case.get("method") == "jks" => return java_key_store(case, &octets),
            _ => return Err(format!("{} {}", case.get("operation"), case.get("method"))),
        };
        let found = format!("spki-sha256:{:?}", Digest::of(DigestMethod::Sha256, public.spki()));
        if found == case.get("expected") { Ok(()) } else { Err(found) }
    });
}

/// The aliases are those that keytool lists, with the word for a private key.
fn java_key_store(case: &Case, octets: &[u8]) -> Result<(), String> {
    let password = password(case).unwrap_or_default();
    let identities = identities_from_key_store(octets, &password).map_err(|error| error.to_string())?;
    let trusted = certificates_from_java_key_store(octets, &password).map_err(|error| error.to_string())?;
    let mut aliases: Vec<String> = identities.iter().map(|found| format!("{}(private)", found.alias)).collect();
    aliases.extend(trusted.into_iter().map(|found| found.alias));
    aliases.sort_unstable();
    let found = format!("aliases:{}", aliases.join(","));
    if found == case.get("expected") { Ok(()) } else { Err(found) }
}

fn password(case: &Case) -> Option<String> {
    let words = case.get("key").split(' ').filter_map(|word| word.strip_prefix("password="));
    // Every encrypted key of xmlsec has one password, which the manifest leaves out for some.
    let of_xmlsec = case.name().starts_with("xmlsec/") && case.get("method").starts_with("pkcs8");
    words.map(str::to_owned).next().or_else(|| of_xmlsec.then(|| "secret123".to_owned()))
}
