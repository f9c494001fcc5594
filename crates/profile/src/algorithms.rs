//! Algorithms by their identifiers, or by the last words of these. `key` is for the error.

use wss_c14n::CanonicalizationMethod;
use wss_crypto::{
    ContentEncryption, DerivationMethod, DigestMethod, KeyDerivation, KeyTransport, KeyWrap, OtherInfo,
    SignatureMethod, TransportMethod,
};
use wss_xmlenc::{Agreement, OriginatorForm};

use crate::error::{ProfileError, value, word, word_of_list};

/// The algorithm that a key names: by its identifier, or by one of the words of `all`.
fn named<T: Copy>(
    key: &'static str,
    given: &str,
    from_uri: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = (&'static str, T)>,
) -> Result<T, ProfileError> {
    let all: Vec<(&str, T)> = all.collect();
    let by_word = || all.iter().find(|(word, _)| word.eq_ignore_ascii_case(given)).map(|(_, method)| *method);
    from_uri(given).or_else(by_word).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|(word, _)| *word).collect();
        let (what, advice) = ("no algorithm that is supported here", "give its identifier, or one of ");
        word_of_list(key, given, last_word(given), what, &words, advice)
    })
}

/// Makes the functions of algorithms with one identifier.
macro_rules! by_identifier {
    ($($(#[doc = $doc:literal])+ $name:ident: $method:ident,)*) => {$(
        $(#[doc = $doc])+
        ///
        /// # Errors
        /// [`ProfileError::UnknownWord`].
        pub fn $name(key: &'static str, given: &str) -> Result<$method, ProfileError> {
            let all = $method::ALL.iter().map(|method| (last_word(method.uri()), method));
            named(key, given, $method::from_uri, all)
        }
    )*};
}

by_identifier! {
    /// The signature method that a key names.
    signature: SignatureMethod,
    /// The digest that a key names.
    digest: DigestMethod,
    /// The content cipher that a key names.
    content: ContentEncryption,
    /// The key transport that a key names.
    transport: TransportMethod,
    /// The key derivation that a key names.
    derivation: DerivationMethod,
    /// The key wrap that a key names.
    wrap: KeyWrap,
}

/// The digest of the mask generation function that a key names.
///
/// # Errors
/// [`ProfileError::UnknownWord`].
pub fn mgf(key: &'static str, given: &str) -> Result<DigestMethod, ProfileError> {
    let all = DigestMethod::ALL.iter().filter_map(|method| Some((last_word(method.mgf_uri()?), method)));
    named(key, given, DigestMethod::from_mgf_uri, all)
}

/// The canonicalisation that a key names; its words are those of `wss c14n --method`.
///
/// # Errors
/// [`ProfileError::UnknownWord`].
pub fn canonicalization(key: &'static str, given: &str) -> Result<CanonicalizationMethod, ProfileError> {
    named(key, given, CanonicalizationMethod::from_uri, CANONICALIZATIONS.into_iter())
}

/// The words of canonicalisations. Their identifiers have no last words that tell them apart.
const CANONICALIZATIONS: [(&str, CanonicalizationMethod); 6] = [
    ("exclusive", CanonicalizationMethod::Exclusive),
    ("exclusive-comments", CanonicalizationMethod::ExclusiveWithComments),
    ("inclusive", CanonicalizationMethod::Inclusive),
    ("inclusive-comments", CanonicalizationMethod::InclusiveWithComments),
    ("inclusive11", CanonicalizationMethod::Inclusive11),
    ("inclusive11-comments", CanonicalizationMethod::Inclusive11WithComments),
];

/// The words of all canonicalisations.
pub(crate) fn words_of_canonicalizations() -> impl Iterator<Item = &'static str> {
    CANONICALIZATIONS.into_iter().map(|(word, _)| word)
}

/// The word for a canonicalisation.
pub(crate) fn word_of_canonicalization(method: CanonicalizationMethod) -> &'static str {
    let known = CANONICALIZATIONS.iter().find(|(_, known)| *known == method);
    known.map_or_else(|| last_word(method.uri()), |(word, _)| word)
}

/// The last word of an identifier: `rsa-sha1` of `http://www.w3.org/2000/09/xmldsig#rsa-sha1`.
#[must_use]
pub fn last_word(uri: &str) -> &str {
    uri.rsplit(['#', '/', ':']).next().unwrap_or(uri)
}

/// The key transport of these words: its method, the digest of OAEP and that of its mask generation function.
///
/// # Errors
/// [`ProfileError::UnknownWord`].
pub fn key_transport(uri: Option<&str>, digest: Option<&str>, mgf: Option<&str>) -> Result<KeyTransport, ProfileError> {
    let digest = digest.map(|given| self::digest("oaep-digest", given)).transpose()?;
    let mgf = mgf.map(|given| self::mgf("mgf", given)).transpose()?;
    let method = match uri {
        Some(given) => transport("key-transport", given)?,
        // Only this method names a mask generation function.
        None if mgf.is_some() => TransportMethod::RsaOaep,
        None => TransportMethod::RsaOaepMgf1p,
    };
    // `rsa-oaep` exists for SHA-2, so SHA-256 is the default for label and MGF1.
    let (digest, mgf) = match method {
        TransportMethod::RsaOaep => {
            let digest = digest.unwrap_or(DigestMethod::Sha256);
            (Some(digest), mgf.or(Some(digest)))
        }
        // The name of this method means MGF1 with SHA-1.
        TransportMethod::RsaOaepMgf1p if mgf == Some(DigestMethod::Sha1) => (digest, None),
        _ if mgf.is_some() => {
            return Err(value("mgf", "only rsa-oaep names a mask generation function: give `key-transport` rsa-oaep"));
        }
        TransportMethod::Rsa15 if digest.is_some() => {
            return Err(value("oaep-digest", "rsa-1_5 has no digest: leave it out, or give another `key-transport`"));
        }
        _ => (digest, None),
    };
    Ok(KeyTransport::with(method, digest, mgf, Vec::new()))
}

/// The key agreement, by the words of its derivation, of its wrap and of the form of the originator's key. Without words, they
/// are ConcatKDF, AES-256 and `key-value`.
///
/// # Errors
/// [`ProfileError::UnknownWord`].
pub fn agreement(
    derivation: Option<&str>,
    wrap: Option<&str>,
    originator: Option<&str>,
) -> Result<Agreement, ProfileError> {
    let derivation = key_derivation(derivation)?;
    let wrap = wrap.map_or(Ok(KeyWrap::Aes256), |given| self::wrap("key-wrap", given))?;
    let originator = originator.map_or(Ok(OriginatorForm::default()), originator_form)?;
    Ok(Agreement { derivation, wrap, originator })
}

/// The form of the originator's key of this word; the words are those of `wss dsig sign --key-info`.
fn originator_form(given: &str) -> Result<OriginatorForm, ProfileError> {
    match given {
        "key-value" => Ok(OriginatorForm::KeyValue),
        "der-key-value" => Ok(OriginatorForm::DerEncoded),
        _ => {
            let (what, words) = ("no form of a key", ["key-value", "der-key-value"]);
            Err(word("originator-key", given, what, words, "give key-value or der-key-value"))
        }
    }
}

/// The derivation of an agreed key of this word: ConcatKDF with SHA-256, or HKDF with its HMAC.
fn key_derivation(given: Option<&str>) -> Result<KeyDerivation, ProfileError> {
    let digest = DigestMethod::Sha256;
    match given.map_or(Ok(DerivationMethod::ConcatKdf), |given| derivation("key-derivation", given))? {
        DerivationMethod::ConcatKdf => Ok(KeyDerivation::ConcatKdf { digest, other_info: OtherInfo::default() }),
        DerivationMethod::Hkdf => Ok(KeyDerivation::Hkdf { prf: digest, salt: Vec::new(), info: Vec::new() }),
        _ => {
            let what = "no derivation of an agreed key, which needs no iterations";
            Err(word("key-derivation", given.unwrap_or_default(), what, [], "give ConcatKDF or HKDF"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_have_identifiers_and_words() {
        for given in ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "rsa-sha256", "RSA-SHA256"] {
            assert!(signature("signature-method", given).is_ok_and(|method| method == SignatureMethod::RsaSha256));
        }
        assert!(digest("digest", "sha512").is_ok());
        assert!(mgf("mgf", "mgf1sha256").is_ok());
        assert!(content("content", "aes128-gcm").is_ok());
        assert!(transport("key-transport", "rsa-oaep-mgf1p").is_ok());
        assert!(wrap("key-wrap", "kw-aes256").is_ok());
        assert!(derivation("key-derivation", "ConcatKDF").is_ok());
        assert!(canonicalization("c14n", "inclusive").is_ok());
        let why = signature("signature-method", "rsa-sha265").expect_err("no method").to_string();
        assert!(why.starts_with("`signature-method` \"rsa-sha265\"") && why.contains("perhaps rsa-sha256"), "{why}");
        let why = content("content", "http://www.w3.org/2001/04/xmlenc#aes129-cbc").expect_err("no cipher").to_string();
        assert!(why.contains("perhaps aes128-cbc") || why.contains("perhaps aes192-cbc"), "{why}");
    }

    #[test]
    fn identifiers_have_last_words() {
        assert_eq!(last_word("http://www.w3.org/2000/09/xmldsig#rsa-sha1"), "rsa-sha1");
        assert_eq!(last_word("rsa-sha1"), "rsa-sha1");
    }
}
