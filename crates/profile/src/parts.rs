//! Parts by their words, and those that a signature refers to in a form of their own (`part-as`), as in
//! `sha512,exclusive:Timestamp`.

use wss_c14n::Canonicalization;
use wss_crypto::DigestMethod;
use wss_header::{Part, Referencing, Signing};

use crate::algorithms;
use crate::error::{ProfileError, word, word_of_list};
use crate::required::{named_block, part_of};

const KEY: &str = "part-as";
const WITHOUT_TRANSFORMS: &str = "without-transforms";
const PREFIXES: &str = "prefixes=";

/// The parts that are words.
const PARTS: [&str; 7] =
    ["Body", "Timestamp", "Signature", "UsernameToken", "SigningToken", "Assertion", "Attachments"];

/// The parts of these words; `otherwise` without any.
pub(crate) fn parts(given: &[String], otherwise: &[Part]) -> Result<Vec<Part>, ProfileError> {
    if given.is_empty() {
        return Ok(otherwise.to_vec());
    }
    let parse = |text: &String| {
        part_of(text)?.ok_or_else(|| {
            let advice = "Body, Timestamp, Signature, UsernameToken, SigningToken, Assertion, Attachments, \
                 {namespace}local, element:PATH, every:element:PATH or #id";
            word("part", text, "not a part", PARTS, format!("{}give {advice}", named_block(text)))
        })
    };
    given.iter().map(parse).collect()
}

/// The parts with a form of their own; `usual` is the canonicalisation of those that have none.
pub(crate) fn each_as(
    given: &[String],
    usual: Option<&Canonicalization>,
) -> Result<Vec<(Part, Referencing)>, ProfileError> {
    let mut own: Vec<(Part, Referencing)> = Vec::new();
    for text in given {
        let (part, referencing) = read(text, usual)?;
        if own.iter().any(|(known, _)| *known == part) {
            return Err(word(KEY, text, "a part that is there twice", [], "give all words of a part at once"));
        }
        own.push((part, referencing));
    }
    Ok(own)
}

/// Signs these parts, of which some have a form of their own, and those that are only there.
pub(crate) fn with_parts(mut signing: Signing, together: Vec<Part>, mut own: Vec<(Part, Referencing)>) -> Signing {
    for part in together {
        signing = match own.iter().position(|(known, _)| *known == part) {
            Some(at) => {
                let (part, referencing) = own.remove(at);
                signing.part_as(part, referencing)
            }
            None => signing.parts([part]),
        };
    }
    own.into_iter().fold(signing, |signing, (part, referencing)| signing.part_as(part, referencing))
}

/// The part, and its form; `usual` is the canonicalisation of those that have none.
fn read(text: &str, usual: Option<&Canonicalization>) -> Result<(Part, Referencing), ProfileError> {
    let advice = "write it as WORDS:PART, as in sha512:Timestamp";
    let bare = || word(KEY, text, "a part without its form", [], advice);
    // A part may have a colon, too.
    let (words, part) = text.split_once(':').filter(|_| Part::parse(text).is_none()).ok_or_else(bare)?;
    let part = parts(&[part.to_owned()], &[])?;
    let part = part.into_iter().next().ok_or_else(|| word(KEY, text, "a form without a part", [], advice))?;
    let (mut canonicalization, mut digest, mut prefixes) = (usual.cloned(), None, None);
    for one in words.split(',').map(str::trim) {
        if one == WITHOUT_TRANSFORMS {
            canonicalization = None;
        } else if let Some(list) = one.strip_prefix(PREFIXES) {
            prefixes = Some(list);
        } else if let Ok(method) = algorithms::canonicalization(KEY, one) {
            canonicalization = Some(Canonicalization::new(method));
        } else {
            digest = Some(algorithms::digest(KEY, one).map_err(|_| unknown(text, one))?);
        }
    }
    let referencing = match (canonicalization, prefixes) {
        (Some(canonicalization), None) => Referencing::new(canonicalization),
        (Some(canonicalization), Some(list)) => Referencing::new(canonicalization.inclusive_prefixes(list)),
        (None, None) => Referencing::without_transforms(),
        (None, Some(_)) => {
            return Err(word(
                KEY,
                text,
                "a list of prefixes without a transform that has it",
                [],
                "leave the list out",
            ));
        }
    };
    Ok((part, digest.into_iter().fold(referencing, Referencing::digest)))
}

fn unknown(text: &str, one: &str) -> ProfileError {
    let digests = DigestMethod::ALL.iter().filter(|method| !method.is_retired());
    let digests = digests.map(|method| algorithms::last_word(method.uri()));
    let all: Vec<&str> =
        digests.chain(algorithms::words_of_canonicalizations()).chain([WITHOUT_TRANSFORMS, PREFIXES]).collect();
    word_of_list(KEY, text, one, "a form that is not known", &all, "give words in front of the part, of these: ")
}

#[cfg(test)]
mod tests {
    use wss_c14n::CanonicalizationMethod;

    use super::*;

    #[test]
    fn the_words_in_front_of_a_part_are_its_form() {
        let usual = Canonicalization::default().inclusive_prefixes("xs");
        let of = |text: &str| read(text, Some(&usual)).map_err(|error| error.to_string());
        let digest = DigestMethod::Sha512;
        assert_eq!(of("sha512:Body"), Ok((Part::Body, Referencing::new(usual.clone()).digest(digest))));
        let inclusive = Referencing::new(Canonicalization::new(CanonicalizationMethod::Inclusive));
        assert_eq!(of("inclusive:Timestamp"), Ok((Part::Timestamp, inclusive)));
        let listed = Referencing::new(Canonicalization::default().inclusive_prefixes("a #default")).digest(digest);
        assert_eq!(of("exclusive, prefixes=a #default, sha512:Body"), Ok((Part::Body, listed)));
        let bare = Referencing::without_transforms();
        let block = Part::parse("{urn:a:b}c").expect("a part");
        assert_eq!(of("without-transforms:{urn:a:b}c"), Ok((block, bare)));
        for (text, words) in [
            ("Body", "WORDS:PART"),
            ("sha51:Body", "sha512"),
            (":Body", "exclusive"),
            ("element:Body/{urn:a}b", "WORDS:PART"),
            ("{urn:a}b", "WORDS:PART"),
            ("sha512:Bdy", "Body"),
            ("without-transforms,prefixes=a:Body", "leave the list out"),
        ] {
            let error = of(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
