//! Algorithms by their identifiers, or by the last words of these.

use ws_security::c14n::CanonicalizationMethod;
use ws_security::crypto::{DerivationMethod, KeyWrap, TransportMethod};
use ws_security::{ContentEncryption, DigestMethod, SignatureMethod};

use crate::output::{Outcome, could_not};
use crate::words::{last_word, nearest};

/// The algorithm that an option names: by its identifier, or by one of the words of `all`.
fn named<T: Copy>(
    option: &str,
    given: &str,
    from_uri: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = (&'static str, T)>,
) -> Outcome<T> {
    let all: Vec<(&str, T)> = all.collect();
    let by_word = || all.iter().find(|(word, _)| word.eq_ignore_ascii_case(given)).map(|(_, method)| *method);
    from_uri(given).or_else(by_word).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|(word, _)| *word).collect();
        let near = nearest(last_word(given), words.iter().copied());
        could_not(format!(
            "{option} {given:?} is no algorithm that is supported here{near}: give its identifier, or one of {}",
            words.join(", ")
        ))
    })
}

/// The signature method that an option names.
pub(crate) fn signature(option: &str, given: &str) -> Outcome<SignatureMethod> {
    let all = SignatureMethod::ALL.iter().map(|method| (last_word(method.uri()), method));
    named(option, given, SignatureMethod::from_uri, all)
}

/// The digest that an option names.
pub(crate) fn digest(option: &str, given: &str) -> Outcome<DigestMethod> {
    let all = DigestMethod::ALL.iter().map(|method| (last_word(method.uri()), method));
    named(option, given, DigestMethod::from_uri, all)
}

/// The digest of the mask generation function that an option names.
pub(crate) fn mgf(option: &str, given: &str) -> Outcome<DigestMethod> {
    let all = DigestMethod::ALL.iter().filter_map(|method| Some((last_word(method.mgf_uri()?), method)));
    named(option, given, DigestMethod::from_mgf_uri, all)
}

/// The content cipher that an option names.
pub(crate) fn content(option: &str, given: &str) -> Outcome<ContentEncryption> {
    let all = ContentEncryption::ALL.iter().map(|method| (last_word(method.uri()), method));
    named(option, given, ContentEncryption::from_uri, all)
}

/// The key transport that an option names.
pub(crate) fn transport(option: &str, given: &str) -> Outcome<TransportMethod> {
    let all = TransportMethod::ALL.iter().map(|method| (last_word(method.uri()), method));
    named(option, given, TransportMethod::from_uri, all)
}

/// The key derivation that an option names.
pub(crate) fn derivation(option: &str, given: &str) -> Outcome<DerivationMethod> {
    let all = DerivationMethod::ALL.iter().map(|method| (last_word(method.uri()), method));
    named(option, given, DerivationMethod::from_uri, all)
}

/// The key wrap that an option names.
pub(crate) fn wrap(option: &str, given: &str) -> Outcome<KeyWrap> {
    let all = KeyWrap::ALL.iter().map(|method| (last_word(method.uri()), method));
    named(option, given, KeyWrap::from_uri, all)
}

/// The canonicalisation that an option names; its words are those of `wss c14n --method`.
pub(crate) fn canonicalization(option: &str, given: &str) -> Outcome<CanonicalizationMethod> {
    let all = [
        ("exclusive", CanonicalizationMethod::Exclusive),
        ("exclusive-comments", CanonicalizationMethod::ExclusiveWithComments),
        ("inclusive", CanonicalizationMethod::Inclusive),
        ("inclusive-comments", CanonicalizationMethod::InclusiveWithComments),
        ("inclusive11", CanonicalizationMethod::Inclusive11),
        ("inclusive11-comments", CanonicalizationMethod::Inclusive11WithComments),
    ];
    named(option, given, CanonicalizationMethod::from_uri, all.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<T>(outcome: Outcome<T>) -> String {
        match outcome {
            Err(crate::output::Failure::CouldNot(why) | crate::output::Failure::Refused(why)) => why,
            Ok(_) => panic!("found"),
        }
    }

    #[test]
    fn methods_have_identifiers_and_words() {
        for given in ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "rsa-sha256", "RSA-SHA256"] {
            assert!(signature("--signature-method", given).is_ok_and(|method| method == SignatureMethod::RsaSha256));
        }
        assert!(digest("--digest", "sha512").is_ok());
        assert!(mgf("--mgf", "mgf1sha256").is_ok());
        assert!(content("--content", "aes128-gcm").is_ok());
        assert!(transport("--key-transport", "rsa-oaep-mgf1p").is_ok());
        assert!(wrap("--key-wrap", "kw-aes256").is_ok());
        assert!(derivation("--key-derivation", "ConcatKDF").is_ok());
        assert!(canonicalization("--c14n", "inclusive").is_ok());
        let why = told(signature("--signature-method", "rsa-sha265"));
        assert!(why.starts_with("--signature-method \"rsa-sha265\"") && why.contains("perhaps rsa-sha256"), "{why}");
        let why = told(content("--content", "http://www.w3.org/2001/04/xmlenc#aes129-cbc"));
        assert!(why.contains("perhaps aes128-cbc") || why.contains("perhaps aes192-cbc"), "{why}");
    }
}
